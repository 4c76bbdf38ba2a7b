/* When rings run: docs/spec/07-mmio-registers.md sections 3 and 17. */
#include "model/run.h"

#include "model/history.h"
#include "model/log.h"
#include "model/signal.h"

/* ---- Section 3: bases and pointers -------------------------------------- */

/* The ring that a register belongs to. */
struct owner {
	struct ring ring;
	const struct log *log; /* NULL: the command ring */
	unsigned half;
};

static bool find_owner(enum slot slot, struct owner *o);
static bool running(const struct gvi *m, const struct owner *o);
static bool accept_base(struct gvi *m, const struct owner *o, uint64_t value);
static bool keep_beyond(struct gvi *m, uint64_t *value, uint64_t bytes);
static bool accept_pointer(struct gvi *m, const struct owner *o, enum slot slot, uint64_t *value);

bool run_accepts(struct gvi *m, enum slot slot, uint64_t *value)
{
	struct owner o;

	if (!find_owner(slot, &o))
		return true;
	return slot == o.ring.base ? accept_base(m, &o, *value)
				   : accept_pointer(m, &o, slot, value);
}

static bool belongs(enum slot slot, struct ring ring)
{
	return slot == ring.base || slot == ring.head || slot == ring.tail;
}

static bool find_owner(enum slot slot, struct owner *o)
{
	*o = (struct owner){command_ring(), NULL, 0};
	if (belongs(slot, o->ring))
		return true;
	for (unsigned i = 0; i < NLOGS; i++)
		for (unsigned half = 0; half < (logs[i].active ? 2 : 1); half++) {
			*o = (struct owner){logs[i].half[half].ring, &logs[i], half};
			if (belongs(slot, o->ring))
				return true;
		}
	return false;
}

/* Both halves of a log run, or none does. */
static bool running(const struct gvi *m, const struct owner *o)
{
	return m->reg[SLOT_STATUS] & (o->log ? o->log->run : mask_STATUS_CMD_BUF_RUN(0));
}

static bool accept_base(struct gvi *m, const struct owner *o, uint64_t value)
{
	cite(m, GVI_CLAUSE_REGISTER_BASE_WHILE_RUNNING);
	if (running(m, o) && choose(m, GVI_CHOICE_BASE_WHILE_RUNNING) == 0)
		return false;
	cite(m, GVI_CLAUSE_REGISTER_RING_LENGTH);
	return (value >> 56 & 15) >= 8 || choose(m, GVI_CHOICE_RING_LENGTH) == 1;
}

/* Software writes the command tail and the log heads at any time, the other
 * pointers only while the ring stands still. */
static bool accept_pointer(struct gvi *m, const struct owner *o, enum slot slot, uint64_t *value)
{
	bool software = slot == (o->log ? o->ring.head : o->ring.tail);
	uint64_t bytes = ring_bytes(m, o->ring);

	cite(m, GVI_CLAUSE_REGISTER_POINTER_WHILE_RUNNING);
	if (!software && running(m, o) && choose(m, GVI_CHOICE_BASE_WHILE_RUNNING) == 0)
		return false;
	if (*value < bytes)
		return true;
	cite(m, GVI_CLAUSE_REGISTER_POINTER_RANGE);
	return bytes && keep_beyond(m, value, bytes);
}

/* AMB-7.2: undefined, so implementations differ. */
static bool keep_beyond(struct gvi *m, uint64_t *value, uint64_t bytes)
{
	switch (choose(m, GVI_CHOICE_POINTER_BEYOND_RING)) {
	case 0:
		return false;
	case 1:
		*value %= bytes;
		return true;
	default:
		return true;
	}
}

static void set_running(struct gvi *m, const struct log *log, bool on);

/* [register.base-clears-pointers] [register.half-write] */
void run_base_written(struct gvi *m, enum slot slot, uint64_t lanes)
{
	bool low_half_only = !(lanes >> 32);
	struct owner o;

	if (!find_owner(slot, &o) || slot != o.ring.base)
		return;
	/* [register.ring-length] What has no length does not run. */
	if (!ring_bytes(m, o.ring) && (!o.log || log_active(m, o.log) == o.half))
		set_running(m, o.log, false);
	if (low_half_only && choose(m, GVI_CHOICE_BASE_HALF_WRITE) == 1)
		return;
	if (o.log == &logs[LOG_GA] && choose(m, GVI_CHOICE_GA_BASE_CLEARS) == 1)
		return;
	cite(m, GVI_CLAUSE_REGISTER_BASE_CLEARS_POINTERS);
	m->reg[o.ring.head] = m->reg[o.ring.tail] = 0;
}

static void set_running(struct gvi *m, const struct log *log, bool on)
{
	status_set(m, log ? log->run : mask_STATUS_CMD_BUF_RUN(0), on);
	for (unsigned i = 0; !log && !on && i < m->nheld; i++)
		m->held[i].over = true;
}

/* ---- Section 17: enabling ----------------------------------------------- */

static void run_command(struct gvi *m, uint64_t old);
static void run_log(struct gvi *m, unsigned i, uint64_t old);
static bool choose_active(struct gvi *m, const struct log *log, uint64_t old);
static void start(struct gvi *m, unsigned i);
static void software_swap(struct gvi *m, const struct log *log);
static void restart_by_write(struct gvi *m, const struct log *log);

void run_enables(struct gvi *m, uint64_t old)
{
	run_command(m, old);
	for (unsigned i = 0; i < NLOGS; i++)
		run_log(m, i, old);
}

static bool command_enabled(uint64_t control)
{
	return get_CONTROL_IOMMU_EN(&control) && get_CONTROL_CMD_BUF_EN(&control);
}

/* [command.restart] A ring that an error had stopped starts the same way. */
static void run_command(struct gvi *m, uint64_t old)
{
	if (!command_enabled(m->reg[SLOT_CONTROL])) {
		set_running(m, NULL, false);
	} else if (!command_enabled(old)) {
		cite(m, GVI_CLAUSE_REGISTER_COMMAND_RUN);
		cite(m, GVI_CLAUSE_COMMAND_RESTART);
		if (ring_bytes(m, command_ring())) {
			set_running(m, NULL, true);
			history_running(m, m->reg[SLOT_CMD_BUF_TAIL]);
		}
	}
}

static bool log_enabled(struct gvi *m, unsigned i, uint64_t control)
{
	bool on = control & logs[i].enable, iommu = get_CONTROL_IOMMU_EN(&control);

	if (i == LOG_GA) {
		on = on && get_CONTROL_GA_EN(&control);
		return on && (iommu || choose(m, GVI_CHOICE_GA_RUN) == 1);
	}
	on = on && iommu;
	if (i == LOG_PPR && on && choose(m, GVI_CHOICE_PPR_RUN) == 1)
		return get_CONTROL_PPR_EN(&control);
	return on;
}

static void run_log(struct gvi *m, unsigned i, uint64_t old)
{
	const struct log *log = &logs[i];
	bool swapped = choose_active(m, log, old);
	bool was = log_enabled(m, i, old), is = log_enabled(m, i, m->reg[SLOT_CONTROL]);

	if (!is) {
		set_running(m, log, false);
		m->armed &= (uint8_t) ~(1u << i);
	} else if (!was) {
		start(m, i);
	} else if (swapped) {
		software_swap(m, log);
	} else {
		restart_by_write(m, log);
	}
}

/* [event.dual-log] [ppr.log-b] Whether the log's other half is the active one now. */
static bool choose_active(struct gvi *m, const struct log *log, uint64_t old)
{
	enum log_mode mode = log_mode(m, log, m->reg[SLOT_CONTROL]), before;
	bool was = log_active(m, log), is = mode == LOG_B_ONLY;

	if (mode == LOG_AUTOMATIC) {
		before = log_mode(m, log, old);
		is = was && (before != LOG_B_ONLY || choose(m, GVI_CHOICE_DUAL_AUTOMATIC) == 0);
	}
	if (was == is)
		return false;
	cite(m, GVI_CLAUSE_EVENT_DUAL_LOG);
	if (log == &logs[LOG_PPR])
		cite(m, GVI_CLAUSE_PPR_LOG_B);
	status_set(m, log->active, is);
	return true;
}

static const struct log_half *active_half(const struct gvi *m, const struct log *log)
{
	return &log->half[log_active(m, log)];
}

static bool clear_overflow(struct gvi *m, unsigned i);

/* [register.log-run] A log that an overflow had stopped starts the same way. */
static void start(struct gvi *m, unsigned i)
{
	const struct log *log = &logs[i];

	cite(m, GVI_CLAUSE_REGISTER_LOG_RUN);
	if (!clear_overflow(m, i))
		m->armed |= (uint8_t)(1u << i);
	else if (ring_bytes(m, active_half(m, log)->ring))
		set_running(m, log, true);
}

/* False: the log has to wait for software to clear the bit. */
static bool clear_overflow(struct gvi *m, unsigned i)
{
	const struct log *log = &logs[i];
	enum gvi_choice edge = i == LOG_EVENT ? GVI_CHOICE_EVENT_EDGE : GVI_CHOICE_OTHER_LOG_EDGE;
	uint64_t active = m->reg[SLOT_STATUS] & active_half(m, log)->overflow;
	uint64_t other = m->reg[SLOT_STATUS] & log->half[!log_active(m, log)].overflow;

	if (!(active | other))
		return true;
	cite(m, GVI_CLAUSE_EVENT_RECOVERY);
	if (choose(m, edge) == 1)
		return !active;
	if (other && choose(m, GVI_CHOICE_DUAL_EDGE) == 1)
		other = 0;
	status_set(m, active | other, false);
	return true;
}

/* AMB-10.16: the log stayed enabled while the other half became active. */
static void software_swap(struct gvi *m, const struct log *log)
{
	if (!log_usable(m, active_half(m, log)))
		set_running(m, log, false);
	else if (!(m->reg[SLOT_STATUS] & log->run) && choose(m, GVI_CHOICE_DUAL_SOFTWARE_SWAP) == 1)
		set_running(m, log, true);
}

/* AMB-7.3: after its overflow bit was cleared, any write of Control may start
 * the log again. */
static void restart_by_write(struct gvi *m, const struct log *log)
{
	const struct log_half *half = active_half(m, log);

	if (m->reg[SLOT_STATUS] & (log->run | half->overflow))
		return;
	if (choose(m, GVI_CHOICE_EVENT_RESTART) == 1 && ring_bytes(m, half->ring))
		set_running(m, log, true);
}

void run_cleared(struct gvi *m)
{
	for (unsigned i = 0; i < NLOGS; i++) {
		const struct log_half *half = active_half(m, &logs[i]);

		if (!(m->armed >> i & 1) || m->reg[SLOT_STATUS] & half->overflow)
			continue;
		m->armed &= (uint8_t) ~(1u << i);
		if (ring_bytes(m, half->ring))
			set_running(m, &logs[i], true);
	}
}
