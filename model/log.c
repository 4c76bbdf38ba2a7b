/* Appending to logs: docs/spec/10-events.md sections 6 and 7, 11-ppr.md section 3,
 * 05-interrupt-remapping.md section 6; hardware event registers:
 * 07-mmio-registers.md section 8. */
#include "model/log.h"

#include "model/effects.h"
#include "model/signal.h"

#define BIT(field) (UINT64_C(1) << AT_##field)

const struct log logs[NLOGS] = {
	[LOG_EVENT] = {.half = {{{SLOT_EVENT_LOG_BASE, SLOT_EVENT_LOG_HEAD, SLOT_EVENT_LOG_TAIL,
				  ENTRY_BYTES},
				 BIT(STATUS_EVENT_OVERFLOW)},
				{{SLOT_EVENT_LOG_B_BASE, SLOT_EVENT_LOG_B_HEAD,
				  SLOT_EVENT_LOG_B_TAIL, ENTRY_BYTES},
				 BIT(STATUS_EVENT_OVERFLOW_B)}},
		       .enable = BIT(CONTROL_EVENT_LOG_EN),
		       .run = BIT(STATUS_EVENT_LOG_RUN),
		       .active = BIT(STATUS_EVENT_LOG_ACTIVE),
		       .dual = GVI_CONTROL_DUAL_EVENT_LOG_EN,
		       .dual_sup = GVI_EFR_DUALEVENTLOGSUP,
		       .stopped = GVI_CLAUSE_EVENT_LOG_STOPPED,
		       .overflow = GVI_CLAUSE_EVENT_LOG_OVERFLOW,
		       .write = GVI_CLAUSE_EVENT_LOG_WRITE},
	[LOG_PPR] = {.half = {{{SLOT_PPR_LOG_BASE, SLOT_PPR_LOG_HEAD, SLOT_PPR_LOG_TAIL,
				ENTRY_BYTES},
			       BIT(STATUS_PPR_OVERFLOW)},
			      {{SLOT_PPR_LOG_B_BASE, SLOT_PPR_LOG_B_HEAD, SLOT_PPR_LOG_B_TAIL,
				ENTRY_BYTES},
			       BIT(STATUS_PPR_OVERFLOW_B)}},
		     .enable = BIT(CONTROL_PPR_LOG_EN),
		     .run = BIT(STATUS_PPR_LOG_RUN),
		     .active = BIT(STATUS_PPR_LOG_ACTIVE),
		     .dual = GVI_CONTROL_DUAL_PPR_LOG_EN,
		     .dual_sup = GVI_EFR_DUALPPRLOGSUP,
		     .stopped = GVI_CLAUSE_PPR_LOG_STOPPED,
		     .overflow = GVI_CLAUSE_PPR_LOG_OVERFLOW,
		     .write = GVI_CLAUSE_PPR_LOG_WRITE},
	[LOG_GA] = {.half = {{{SLOT_GA_LOG_BASE, SLOT_GA_LOG_HEAD, SLOT_GA_LOG_TAIL,
			       GUEST_ENTRY_BYTES},
			      BIT(STATUS_GAL_OVERFLOW)}},
		    .enable = BIT(CONTROL_GA_LOG_EN),
		    .run = BIT(STATUS_GA_LOG_RUN),
		    .stopped = GVI_CLAUSE_GALOG_STOPPED,
		    .overflow = GVI_CLAUSE_GALOG_OVERFLOW,
		    .write = GVI_CLAUSE_GALOG_WRITE},
};

static inline bool append(struct gvi *m, const struct log *log, const uint64_t *entry);
static void filled(struct gvi *m, const struct log *log);
static void hardware_event(struct gvi *m, const uint64_t record[2], bool taken);
static bool takes(struct gvi *m, const struct log *log);

/* ---- The three logs ------------------------------------------------------ */

enum gvi_logging log_event(struct gvi *m, const uint64_t record[2])
{
	const struct log *log = &logs[LOG_EVENT];
	bool taken = append(m, log, record);

	if (taken) {
		status_raise(m, BIT(STATUS_EVENT_LOG_INT));
		filled(m, log);
	}
	hardware_event(m, record, taken);
	return taken ? GVI_LOGGED : GVI_LOST;
}

bool log_has_room(struct gvi *m)
{
	return takes(m, &logs[LOG_EVENT]);
}

static uint64_t early(struct gvi *m, bool b);

/* Steps 10 to 13 of 11-ppr.md section 3. */
enum gvi_logging log_page_request(struct gvi *m, const uint64_t entry[2], bool *b)
{
	const struct log *log = &logs[LOG_PPR];
	bool taken = append(m, log, entry);

	*b = taken && log_active(m, log);
	if (!taken)
		return GVI_LOST;
	status_raise(m, BIT(STATUS_PPR_INT) | early(m, *b));
	filled(m, log);
	return GVI_LOGGED;
}

bool log_takes_page_request(struct gvi *m)
{
	return takes(m, &logs[LOG_PPR]);
}

static bool early_reached(struct gvi *m, struct ring ring, uint64_t threshold);

/* [ppr.early] The bit of Status that the entry just written sets. */
static uint64_t early(struct gvi *m, bool b)
{
	const uint64_t *reg = &m->reg[b ? SLOT_PPR_LOG_B_EARLY : SLOT_PPR_LOG_EARLY];

	if (!get_PPR_LOG_EARLY_PPR_OVRFLW_EARLY_EN(reg))
		return 0;
	cite(m, GVI_CLAUSE_PPR_EARLY);
	if (!early_reached(m, logs[LOG_PPR].half[b].ring,
			   get_PPR_LOG_EARLY_PPR_OVRFLW_EARLY_THRESHOLD(reg)))
		return 0;
	return b ? BIT(STATUS_PPR_OVRFLW_EARLY_B) : BIT(STATUS_PPR_OVRFLW_EARLY);
}

static bool early_reached(struct gvi *m, struct ring ring, uint64_t threshold)
{
	uint64_t occupied = ring_occupied(m, ring);
	uint64_t left = ring_capacity(m, ring) - occupied;

	switch (choose(m, GVI_CHOICE_PPR_EARLY)) {
	case 0:
		return occupied >= threshold;
	case 1:
		return occupied > threshold;
	case 2:
		return left <= threshold;
	default:
		return left < threshold;
	}
}

static void copy_tail(struct gvi *m);

enum gvi_logging log_guest_interrupt(struct gvi *m, uint64_t entry)
{
	const struct log *log = &logs[LOG_GA];
	bool late;

	/* AMB-5.14 */
	if (!(m->reg[SLOT_STATUS] & log->run) && choose(m, GVI_CHOICE_GA_OVERFLOW_STOPPED) == 1)
		status_raise(m, log->half[0].overflow);
	if (!append(m, log, &entry))
		return GVI_LOST;
	late = choose(m, GVI_CHOICE_GA_TAIL_WHEN) == 1;
	if (!late)
		copy_tail(m);
	/* AMB-5.7 */
	if (get_CONTROL_GA_INT_EN(&m->reg[SLOT_CONTROL]) ||
	    choose(m, GVI_CHOICE_GA_INT_DISABLED) == 0)
		status_raise(m, BIT(STATUS_GA_INT));
	if (late)
		copy_tail(m);
	return GVI_LOGGED;
}

/* [galog.tail-copy] Nobody is told of a copy that cannot be written. */
static void copy_tail(struct gvi *m)
{
	uint64_t spa = get_GA_LOG_TAIL_ADDR_GAT_ADDR(&m->reg[SLOT_GA_LOG_TAIL_ADDR]);
	unsigned pick = choose(m, GVI_CHOICE_GA_TAIL_COPY);

	cite(m, GVI_CLAUSE_GALOG_TAIL_COPY);
	if (pick == 2 || (pick == 1 && !spa))
		return;
	(void)effect_write(m, spa, &m->reg[SLOT_GA_LOG_TAIL], 8);
}

/* ---- Steps 1 to 5 of 10-events.md section 6, for every log ----------------- */

static bool append_elsewhere(struct gvi *m, const struct log *log, const uint64_t *entry);
static inline bool put(struct gvi *m, const struct log *log, struct ring ring,
		       struct ring_place place, const uint64_t *entry);
static bool make_room(struct gvi *m, const struct log *log);

/* True: the active half has taken the entry.  False: it is lost. */
static inline bool append(struct gvi *m, const struct log *log, const uint64_t *entry)
{
	/* As a rule A is active and has room, and the compiler knows its registers. */
	if ((m->reg[SLOT_STATUS] & (log->run | log->active)) == log->run) {
		struct ring_place place = ring_place(m, log->half[0].ring);

		if (!place.none)
			return put(m, log, log->half[0].ring, place, entry);
	}
	return append_elsewhere(m, log, entry);
}

/* A log that does not run may lack a length; then its place is not used. */
static bool append_elsewhere(struct gvi *m, const struct log *log, const uint64_t *entry)
{
	struct ring ring = log->half[log_active(m, log)].ring;
	struct ring_place place = ring_place(m, ring);

	if (!(m->reg[SLOT_STATUS] & log->run)) {
		cite(m, (enum gvi_clause)log->stopped);
		return false;
	}
	if (place.none) {
		if (!make_room(m, log))
			return false;
		ring = log->half[log_active(m, log)].ring;
		place = ring_place(m, ring);
	}
	return put(m, log, ring, place, entry);
}

/* The entry is visible before the tail moves. */
static inline bool put(struct gvi *m, const struct log *log, struct ring ring,
		       struct ring_place place, const uint64_t *entry)
{
	if (effect_write(m, ring_spa(m, ring, place.at), entry, ring.entry) != GVI_BUS_OK) {
		cite(m, GVI_CLAUSE_EVENT_LOG_WRITE_ERROR);
		return false;
	}
	cite(m, (enum gvi_clause)log->write);
	m->reg[ring.tail] = place.next;
	return true;
}

/* ---- Section 7: two logs --------------------------------------------------- */

static bool may_swap(struct gvi *m, const struct log *log);
static void swap(struct gvi *m, const struct log *log);

enum log_mode log_mode(const struct gvi *m, const struct log *log, uint64_t control)
{
	uint64_t value;

	if (!log->active)
		return LOG_A_ONLY;
	/* [register.control-reserved-encoding] */
	value = gvi_get((enum gvi_field_id)log->dual, &control);
	return value <= gvi_get((enum gvi_field_id)log->dual_sup, &m->config.efr) ?
		       (enum log_mode)value :
		       LOG_A_ONLY;
}

/* The log is full: the other one takes the entry, or logging stops. */
static bool make_room(struct gvi *m, const struct log *log)
{
	unsigned active = log_active(m, log);
	uint64_t bits = log->half[active].overflow;

	if (may_swap(m, log)) {
		swap(m, log);
		return true;
	}
	cite(m, (enum gvi_clause)log->overflow);
	if (log_mode(m, log, m->reg[SLOT_CONTROL]) == LOG_AUTOMATIC) {
		cite(m, GVI_CLAUSE_EVENT_DUAL_FULL);
		if (choose(m, GVI_CHOICE_DUAL_BOTH_FULL) == 1)
			bits |= log->half[!active].overflow;
	}
	status_set(m, log->run, false);
	status_raise(m, bits);
	return false;
}

static bool may_swap(struct gvi *m, const struct log *log)
{
	const struct log_half *other = &log->half[!log_active(m, log)];

	return log_mode(m, log, m->reg[SLOT_CONTROL]) == LOG_AUTOMATIC && log_usable(m, other) &&
	       !ring_place(m, other->ring).none;
}

bool log_usable(struct gvi *m, const struct log_half *half)
{
	return ring_bytes(m, half->ring) &&
	       (!(m->reg[SLOT_STATUS] & half->overflow) ||
		choose(m, GVI_CHOICE_DUAL_SWAP_BACK) == 0);
}

/* [event.dual-swap] [ppr.log-b] */
static void swap(struct gvi *m, const struct log *log)
{
	unsigned full = log_active(m, log);

	cite(m, GVI_CLAUSE_EVENT_DUAL_SWAP);
	if (log == &logs[LOG_PPR])
		cite(m, GVI_CLAUSE_PPR_LOG_B);
	m->reg[SLOT_STATUS] ^= log->active;
	status_raise(m, log->half[full].overflow);
}

static void swap_if_filled(struct gvi *m, const struct log *log);

/* AMB-10.9: an entry was written. */
static inline void filled(struct gvi *m, const struct log *log)
{
	const uint64_t *control = &m->reg[SLOT_CONTROL];

	if (log == &logs[LOG_EVENT] ? get_CONTROL_DUAL_EVENT_LOG_EN(control) :
				      get_CONTROL_DUAL_PPR_LOG_EN(control))
		swap_if_filled(m, log);
}

static void swap_if_filled(struct gvi *m, const struct log *log)
{
	if (log_mode(m, log, m->reg[SLOT_CONTROL]) == LOG_AUTOMATIC &&
	    choose(m, GVI_CHOICE_DUAL_SWAP_WHEN) == 1 &&
	    ring_place(m, log->half[log_active(m, log)].ring).none && may_swap(m, log))
		swap(m, log);
}

static bool takes(struct gvi *m, const struct log *log)
{
	return (m->reg[SLOT_STATUS] & log->run) &&
	       (!ring_place(m, log->half[log_active(m, log)].ring).none || may_swap(m, log));
}

/* ---- Hardware event registers ------------------------------------------- */

static bool is_hardware_error(const uint64_t record[2])
{
	uint64_t code = get_IO_PAGE_FAULT_CODE(record);

	return code == 3 || code == 4 || code == 6;
}

/* [register.hardware-event] */
static void hardware_event(struct gvi *m, const uint64_t record[2], bool taken)
{
	uint64_t *status = &m->reg[SLOT_HW_EVENT_STATUS];

	if (!has(m, GVI_FEATURE_HESUP) || !is_hardware_error(record))
		return;
	if (taken && choose(m, GVI_CHOICE_HW_EVENT_WHEN) == 1)
		return;
	cite(m, GVI_CLAUSE_REGISTER_HARDWARE_EVENT);
	if (get_HW_EVENT_STATUS_HEV(status)) {
		set_HW_EVENT_STATUS_HEO(status, 1);
		if (choose(m, GVI_CHOICE_HW_EVENT_KEEP) == 0)
			return;
	}
	set_HW_EVENT_STATUS_HEV(status, 1);
	m->reg[SLOT_HW_EVENT_UPPER] = record[0];
	m->reg[SLOT_HW_EVENT_LOWER] = record[1];
}
