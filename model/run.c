/* When rings run: docs/spec/07-mmio-registers.md sections 3 and 17. */
#include "model/run.h"

#include "model/log.h"
#include "model/ring.h"

/* The rings, with what enables, shows and stops each. */
struct rule {
	struct ring ring;
	uint16_t enable;        /* field of Control */
	uint16_t running;       /* field of Status */
	uint16_t overflow;      /* field of Status, or none */
	bool     tail_is_software;
};

#define NO_FIELD GVI_NFIELDS
static const struct rule rules[] = {
	{{SLOT_CMD_BUF_BASE, SLOT_CMD_BUF_HEAD, SLOT_CMD_BUF_TAIL},
	 GVI_CONTROL_CMD_BUF_EN, GVI_STATUS_CMD_BUF_RUN, NO_FIELD, true},
	{{SLOT_EVENT_LOG_BASE, SLOT_EVENT_LOG_HEAD, SLOT_EVENT_LOG_TAIL},
	 GVI_CONTROL_EVENT_LOG_EN, GVI_STATUS_EVENT_LOG_RUN, GVI_STATUS_EVENT_OVERFLOW, false},
	{{SLOT_PPR_LOG_BASE, SLOT_PPR_LOG_HEAD, SLOT_PPR_LOG_TAIL},
	 GVI_CONTROL_PPR_LOG_EN, GVI_STATUS_PPR_LOG_RUN, GVI_STATUS_PPR_OVERFLOW, false},
	{{SLOT_GA_LOG_BASE, SLOT_GA_LOG_HEAD, SLOT_GA_LOG_TAIL},
	 GVI_CONTROL_GA_LOG_EN, GVI_STATUS_GA_LOG_RUN, GVI_STATUS_GAL_OVERFLOW, false},
	{{SLOT_EVENT_LOG_B_BASE, SLOT_EVENT_LOG_B_HEAD, SLOT_EVENT_LOG_B_TAIL},
	 NO_FIELD, GVI_STATUS_EVENT_LOG_RUN, GVI_STATUS_EVENT_OVERFLOW_B, false},
	{{SLOT_PPR_LOG_B_BASE, SLOT_PPR_LOG_B_HEAD, SLOT_PPR_LOG_B_TAIL},
	 NO_FIELD, GVI_STATUS_PPR_LOG_RUN, GVI_STATUS_PPR_OVERFLOW_B, false},
};
enum { NRULES = sizeof rules / sizeof rules[0], EVENT_RULE = 1, PPR_RULE = 2, GA_RULE = 3 };

static bool status_bit(const struct gvi *m, unsigned field)
{
	return (m->reg[SLOT_STATUS] & gvi_field_mask((enum gvi_field_id)field, 0)) != 0;
}

static void set_status_bit(struct gvi *m, unsigned field, bool on)
{
	status_set(m, gvi_field_mask((enum gvi_field_id)field, 0), on);
}

/* ---- Section 3: bases and pointers -------------------------------------- */

static bool accept_base(struct gvi *m, const struct rule *r, uint64_t value);
static bool keep_beyond(struct gvi *m, uint64_t *value, uint64_t bytes);
static bool accept_pointer(struct gvi *m, const struct rule *r, enum slot slot, uint64_t *value);

bool run_accepts(struct gvi *m, enum slot slot, uint64_t *value)
{
	for (unsigned i = 0; i < NRULES; i++) {
		const struct rule *r = &rules[i];

		if (slot == r->ring.base)
			return accept_base(m, r, *value);
		if (slot == r->ring.head || slot == r->ring.tail)
			return accept_pointer(m, r, slot, value);
	}
	return true;
}

static bool accept_base(struct gvi *m, const struct rule *r, uint64_t value)
{
	cite(m, GVI_CLAUSE_REGISTER_BASE_WHILE_RUNNING);
	if (status_bit(m, r->running) && choose(m, GVI_CHOICE_BASE_WHILE_RUNNING) == 0)
		return false;
	cite(m, GVI_CLAUSE_REGISTER_RING_LENGTH);
	return (value >> 56 & 15) >= 8 || choose(m, GVI_CHOICE_RING_LENGTH) == 1;
}

/* Software writes the command tail and the log heads at any time, the other
 * pointers only while the ring stands still. */
static bool accept_pointer(struct gvi *m, const struct rule *r, enum slot slot, uint64_t *value)
{
	bool software = r->tail_is_software ? slot == r->ring.tail : slot == r->ring.head;
	uint64_t bytes = ring_bytes(m, r->ring);

	cite(m, GVI_CLAUSE_REGISTER_POINTER_WHILE_RUNNING);
	if (!software && status_bit(m, r->running) &&
	    choose(m, GVI_CHOICE_BASE_WHILE_RUNNING) == 0)
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

/* [register.base-clears-pointers] [register.half-write] */
void run_base_written(struct gvi *m, enum slot slot, uint64_t lanes)
{
	bool low_half_only = !(lanes >> 32);

	for (unsigned i = 0; i < NRULES; i++) {
		if (slot != rules[i].ring.base)
			continue;
		/* [register.ring-length] What has no length does not run. */
		if (rules[i].enable != NO_FIELD && !ring_bytes(m, rules[i].ring))
			set_status_bit(m, rules[i].running, false);
		if (low_half_only && choose(m, GVI_CHOICE_BASE_HALF_WRITE) == 1)
			continue;
		if (i == GA_RULE && choose(m, GVI_CHOICE_GA_BASE_CLEARS) == 1)
			continue;
		cite(m, GVI_CLAUSE_REGISTER_BASE_CLEARS_POINTERS);
		m->reg[rules[i].ring.head] = m->reg[rules[i].ring.tail] = 0;
	}
}

/* ---- Section 17: enabling ----------------------------------------------- */

static bool enabled(struct gvi *m, unsigned i, uint64_t control);
static void start(struct gvi *m, unsigned i);
static void restart_by_write(struct gvi *m, unsigned i);

void run_enables(struct gvi *m, uint64_t old)
{
	for (unsigned i = 0; i < NRULES; i++) {
		bool was, is;

		if (rules[i].enable == NO_FIELD)
			continue;
		was = enabled(m, i, old);
		is = enabled(m, i, m->reg[SLOT_CONTROL]);
		if (is && !was)
			start(m, i);
		if (!is) {
			set_status_bit(m, rules[i].running, false);
			m->armed &= (uint8_t) ~(1u << i);
		}
		if (is && was)
			restart_by_write(m, i);
	}
}

static bool enabled(struct gvi *m, unsigned i, uint64_t control)
{
	bool on = get_CONTROL_IOMMU_EN(&control) &&
		  gvi_get((enum gvi_field_id)rules[i].enable, &control);

	if (i == PPR_RULE && on && choose(m, GVI_CHOICE_PPR_RUN) == 1)
		return get_CONTROL_PPR_EN(&control);
	return on && (i != GA_RULE || get_CONTROL_GA_EN(&control));
}

/* A ring that an error or an overflow had stopped starts the same way. */
static void start(struct gvi *m, unsigned i)
{
	const struct rule *r = &rules[i];
	enum gvi_choice edge = i == EVENT_RULE ? GVI_CHOICE_EVENT_EDGE : GVI_CHOICE_OTHER_LOG_EDGE;

	cite(m, r->overflow == NO_FIELD ? GVI_CLAUSE_REGISTER_COMMAND_RUN : GVI_CLAUSE_REGISTER_LOG_RUN);
	if (r->overflow == NO_FIELD)
		cite(m, GVI_CLAUSE_COMMAND_RESTART);
	if (r->overflow != NO_FIELD && status_bit(m, r->overflow)) {
		cite(m, GVI_CLAUSE_EVENT_RECOVERY);
		if (choose(m, edge) == 1) {
			m->armed |= (uint8_t)(1u << i);
			return;
		}
		set_status_bit(m, r->overflow, false);
	}
	if (ring_bytes(m, r->ring))
		set_status_bit(m, r->running, true);
}

/* AMB-7.3: after its overflow bit was cleared, any write of Control may start
 * the log again. */
static void restart_by_write(struct gvi *m, unsigned i)
{
	const struct rule *r = &rules[i];

	if (r->overflow == NO_FIELD || status_bit(m, r->running) || status_bit(m, r->overflow))
		return;
	if (choose(m, GVI_CHOICE_EVENT_RESTART) == 1 && ring_bytes(m, r->ring))
		set_status_bit(m, r->running, true);
}

void run_cleared(struct gvi *m)
{
	for (unsigned i = 0; i < NRULES; i++) {
		const struct rule *r = &rules[i];

		if (!(m->armed >> i & 1) || status_bit(m, r->overflow))
			continue;
		m->armed &= (uint8_t) ~(1u << i);
		if (enabled(m, i, m->reg[SLOT_CONTROL]) && ring_bytes(m, r->ring))
			set_status_bit(m, r->running, true);
	}
}
