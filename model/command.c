/* The command ring: docs/spec/09-commands.md.  Steps are numbered as in its
 * section 3. */
#include "model/command.h"

#include <string.h>

#include "model/effects.h"
#include "model/history.h"
#include "model/host.h"
#include "model/iotlb.h"
#include "model/log.h"
#include "model/response.h"
#include "model/ring.h"
#include "model/signal.h"

/* One command on its way. */
struct command {
	struct gvi *m;
	uint64_t raw[2];
	uint64_t spa;     /* where it stood */
	uint64_t offset;  /* of it in the ring */
	uint64_t visible; /* when it had become visible: history.h */
	bool over;        /* its ring has been stopped, or set up anew, while it waited */
	enum iotlb iotlb; /* of an INVALIDATE_IOTLB_PAGES */
};

static bool next(struct gvi *m);
static bool resume(struct gvi *m);
static bool overtakes(struct gvi *m);
static bool waits(struct command *c);
static void hold(struct command *c);
static void perform(struct command *c);
static bool legal(struct command *c);
static void stop(struct command *c, enum gvi_clause clause, const uint64_t record[2]);
static void illegal(struct command *c);
static void hardware_error(struct command *c, uint64_t spa, enum gvi_bus bus);

bool command_step(struct gvi *m)
{
	if (!m->waiting.there)
		return next(m);
	if (resume(m))
		return true;
	return overtakes(m) && next(m);
}

/* The next command of the ring. */
static bool next(struct gvi *m)
{
	struct ring ring = command_ring();
	struct command c = {.m = m, .offset = ring_offset(m, ring, ring.head)};
	enum gvi_bus bus;
	bool good, late;

	/* Step 1, and the test of step 2 */
	if (!get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]) ||
	    c.offset == ring_offset(m, ring, ring.tail))
		return false;
	cite(m, GVI_CLAUSE_COMMAND_FETCH);
	c.spa = ring_spa(m, ring, c.offset);
	stand(m, NULL, 0);
	bus = host_fetch(m, GVI_FORMAT_COMPLETION_WAIT, c.spa, c.raw, 2);
	if (bus != GVI_BUS_OK) {
		cite(m, GVI_CLAUSE_COMMAND_FETCH_ERROR);
		hardware_error(&c, c.spa, bus);
		return true;
	}
	/* Step 3, and what of step 4 decides whether the ring goes on */
	good = legal(&c);
	late = good && waits(&c);
	if (late && m->waiting.there)
		return false;
	c.visible = history_visible(m, c.offset);
	m->reg[ring.head] = ring_next(m, ring, c.offset);
	/* Steps 4 and 5 */
	if (!good)
		illegal(&c);
	else if (late)
		hold(&c);
	else
		perform(&c);
	return true;
}

/* ---- Step 4: what has to wait for devices -------------------------------- */

/* A COMPLETION_WAIT for all older requests, another request for room. */
static bool waits(struct command *c)
{
	switch (c->raw[0] >> 60) {
	case 1:
		return c->m->ninvalidations != 0 || c->m->waiting.there;
	case 4:
		c->iotlb = iotlb_decide(c->m, c->raw);
		return c->iotlb == IOTLB_WAIT;
	default:
		return false;
	}
}

static void hold(struct command *c)
{
	struct gvi *m = c->m;

	m->waiting = (struct waiting){.there = true,
				      .raw = {c->raw[0], c->raw[1]},
				      .spa = c->spa,
				      .offset = c->offset,
				      .visible = c->visible,
				      .pending = m->npending,
				      .invalidations = m->ninvalidations};
}

/* Performs the one that waited, whether the ring runs or not: it was fetched
 * (step 9). */
static bool resume(struct gvi *m)
{
	const struct waiting *w = &m->waiting;
	struct command c = {.m = m,
			    .raw = {w->raw[0], w->raw[1]},
			    .spa = w->spa,
			    .offset = w->offset,
			    .visible = w->visible,
			    .over = w->over};
	bool wait = w->raw[0] >> 60 == 1;

	if (wait ? w->invalidations != 0 : waits(&c))
		return false;
	perform(&c);
	m->waiting.there = false;
	return true;
}

/* Whether commands behind it may be performed: AMB-9.3. */
static bool overtakes(struct gvi *m)
{
	const struct waiting *w = &m->waiting;

	return w->raw[0] >> 60 == 1 && !get_COMPLETION_WAIT_F(w->raw) &&
	       choose(m, GVI_CHOICE_WAIT_YOUNGER) == 1;
}

/* ---- Step 3: legality --------------------------------------------------- */

/* By opcode: its format, and the feature that it needs [command.opcode-feature]. */
static const struct {
	uint16_t format;
	uint8_t needs;
} opcodes[16] = {
	[1] = {GVI_FORMAT_COMPLETION_WAIT, GVI_FEATURE_ALWAYS},
	[2] = {GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, GVI_FEATURE_ALWAYS},
	[3] = {GVI_FORMAT_INVALIDATE_IOMMU_PAGES, GVI_FEATURE_ALWAYS},
	[4] = {GVI_FORMAT_INVALIDATE_IOTLB_PAGES, GVI_FEATURE_IOTLBSUP},
	[5] = {GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE, GVI_FEATURE_ALWAYS},
	[6] = {GVI_FORMAT_PREFETCH_IOMMU_PAGES, GVI_FEATURE_PREFSUP},
	[7] = {GVI_FORMAT_COMPLETE_PPR_REQUEST, GVI_FEATURE_PPRSUP},
	[8] = {GVI_FORMAT_INVALIDATE_IOMMU_ALL, GVI_FEATURE_IASUP},
	[9] = {GVI_FORMAT_INSERT_GUEST_EVENT, GVI_FEATURE_VIOMMUSUP},
	[10] = {GVI_FORMAT_RESET_VMMIO, GVI_FEATURE_VIOMMUSUP},
};

static bool guest_command_refused(struct command *c, unsigned opcode);

static bool legal(struct command *c)
{
	unsigned opcode = (unsigned)(c->raw[0] >> 60);
	uint64_t features = c->m->features, gn;

	if (opcode < 1 || opcode > 10 || !(features >> opcodes[opcode].needs & 1)) {
		cite(c->m, GVI_CLAUSE_COMMAND_OPCODE_FEATURE);
		return false;
	}
	/* [command.guest-bit] */
	gn = get_INVALIDATE_IOMMU_PAGES_GN(c->raw);
	if (opcode == 3 && gn && !has(c->m, GVI_FEATURE_GTSUP)) {
		cite(c->m, GVI_CLAUSE_COMMAND_GUEST_BIT);
		if (choose(c->m, GVI_CHOICE_GN_WITHOUT_GTSUP) == 1)
			features |= UINT64_C(1) << GVI_FEATURE_GTSUP;
	}
	cite(c->m, GVI_CLAUSE_COMMAND_RESERVED_BITS);
	for (unsigned w = 0; w < 2; w++)
		if (c->raw[w] &
		    gvi_reserved_mask((enum gvi_format_id)opcodes[opcode].format, w, features))
			return false;
	return !guest_command_refused(c, opcode);
}

/* [command.guest-commands] */
static bool guest_command_refused(struct command *c, unsigned opcode)
{
	const uint64_t *control = &c->m->reg[SLOT_CONTROL];

	if (opcode < 9 || (get_CONTROL_VCMD_EN(control) && get_CONTROL_VIOMMU_EN(control)))
		return false;
	cite(c->m, GVI_CLAUSE_COMMAND_GUEST_COMMANDS);
	return choose(c->m, GVI_CHOICE_GUEST_COMMANDS) == 1;
}

/* ---- Step 4: commands that invalidate, and those that are sent on --------- */

static void completion_wait(struct command *c);
static void invalidate_iotlb(struct command *c);
static void answer_device(struct command *c);
static bool invalidates(const struct command *c);
static void remember(struct command *c);

static void perform(struct command *c)
{
	switch (c->raw[0] >> 60) {
	case 1:
		completion_wait(c);
		break;
	case 2:
		/* [device.suppress-first] goes with the cached entry. */
		cite(c->m, GVI_CLAUSE_INVALIDATE_DEVICE_ENTRY);
		c->m->first_logged[(c->raw[0] & 0xffff) / 8] &= (uint8_t) ~(1u << (c->raw[0] & 7));
		remember(c);
		break;
	case 4:
		invalidate_iotlb(c);
		break;
	case 7:
		answer_device(c);
		break;
	case 8:
		cite(c->m, GVI_CLAUSE_INVALIDATE_ALL);
		memset(c->m->first_logged, 0, sizeof c->m->first_logged);
		remember(c);
		break;
	default:
		cite(c->m, GVI_CLAUSE_COMMAND_EXECUTE);
		if (invalidates(c))
			remember(c);
	}
}

static void invalidate_iotlb(struct command *c)
{
	cite(c->m, GVI_CLAUSE_COMMAND_EXECUTE);
	if (c->iotlb == IOTLB_ILLEGAL) {
		illegal(c);
		return;
	}
	if (c->iotlb == IOTLB_SEND)
		iotlb_invalidate(c->m, c->raw, c->spa);
	remember(c);
}

/* [command.ppr-complete] */
static void answer_device(struct command *c)
{
	const struct response response = {
		.device = (uint16_t)get_COMPLETE_PPR_REQUEST_DEVICE_ID(c->raw),
		.tag = (uint16_t)get_COMPLETE_PPR_REQUEST_COMPLETION_TAG(c->raw),
		.pasid = (uint32_t)get_COMPLETE_PPR_REQUEST_PASID(c->raw),
		.guest = get_COMPLETE_PPR_REQUEST_GN(c->raw)};
	struct gvi_message sent;

	cite(c->m, GVI_CLAUSE_COMMAND_PPR_COMPLETE);
	respond(c->m, &response, &sent);
}

/* The rest: pages, IOTLB pages, the interrupt table, and a prefetch that says so. */
static bool invalidates(const struct command *c)
{
	uint64_t opcode = c->raw[0] >> 60;

	return opcode <= 5 || (opcode == 6 && get_PREFETCH_IOMMU_PAGES_INVAL(c->raw));
}

/* [invalidate.completion] What was invalidated counts from the next wait on. */
static void remember(struct command *c)
{
	struct gvi *m = c->m;

	if (m->npending == GVI_MAX_PENDING) {
		memmove(m->pending, m->pending + 1, sizeof m->pending - sizeof m->pending[0]);
		memmove(m->pending_since, m->pending_since + 1,
			sizeof m->pending_since - sizeof m->pending_since[0]);
		m->npending--;
		m->lost_pending++;
		if (m->waiting.pending)
			m->waiting.pending--;
		else if (m->waiting.there)
			m->waiting.lost++;
	}
	m->pending_since[m->npending] = c->visible;
	memcpy(m->pending[m->npending++].raw, c->raw, sizeof c->raw);
}

/* ---- Step 5: COMPLETION_WAIT -------------------------------------------- */

static void complete(struct gvi *m);
static bool store(struct command *c);
static bool outside_window(struct command *c, uint64_t spa);

static void completion_wait(struct command *c)
{
	struct gvi *m = c->m;
	bool s = get_COMPLETION_WAIT_S(c->raw), i = get_COMPLETION_WAIT_I(c->raw);
	unsigned what = s && i ? choose(m, GVI_CHOICE_WAIT_STORE_AND_INT) : 0;

	cite(m, GVI_CLAUSE_COMMAND_COMPLETION_WAIT);
	if (s && what != 2 && !store(c))
		return;
	complete(m);
	if (!i || what == 1)
		return;
	status_raise(m, mask_STATUS_COM_WAIT_INT(0));
}

/* [invalidate.completion] Of what was invalidated before, nothing is held. */
static void complete(struct gvi *m)
{
	size_t older = m->waiting.there ? m->waiting.pending : m->npending;

	cite(m, GVI_CLAUSE_INVALIDATE_COMPLETION);
	for (size_t i = 0; i < older; i++)
		history_ended(m, m->pending[i].raw, m->pending_since[i]);
	m->npending -= older;
	memmove(m->pending, m->pending + older, m->npending * sizeof m->pending[0]);
	memmove(m->pending_since, m->pending_since + older,
		m->npending * sizeof m->pending_since[0]);
	m->lost_pending = m->waiting.there ? m->waiting.lost : 0;
}

/* False: the ring has stopped, and the command is not complete. */
static bool store(struct command *c)
{
	struct gvi *m = c->m;
	uint64_t spa = get_COMPLETION_WAIT_STORE_ADDRESS(c->raw);
	enum gvi_bus bus;

	if (outside_window(c, spa)) {
		switch (choose(m, GVI_CHOICE_WAIT_STORE_WINDOW)) {
		case 0:
			hardware_error(c, spa, GVI_BUS_TARGET_ABORT);
			return false;
		case 1:
			illegal(c);
			return false;
		default:
			return true;
		}
	}
	bus = effect_write(m, spa, &c->raw[1], 8);
	if (bus == GVI_BUS_OK)
		return true;
	cite(m, GVI_CLAUSE_COMMAND_STORE_FAILURE);
	if (choose(m, GVI_CHOICE_WAIT_STORE_FAILS) == 1)
		return true;
	hardware_error(c, spa, bus);
	return false;
}

/* [command.store-window] Enforced once SNP is on. */
static bool outside_window(struct command *c, uint64_t spa)
{
	struct gvi *m = c->m;
	uint64_t base = get_EXCL_BASE_BASE(&m->reg[SLOT_EXCL_BASE]);
	uint64_t limit = get_EXCL_LIMIT_LIMIT(&m->reg[SLOT_EXCL_LIMIT]) | 0xfff;

	if (!m->config.snp)
		return false;
	cite(m, GVI_CLAUSE_COMMAND_STORE_WINDOW);
	return spa < base || spa > limit;
}

/* ---- Steps 6 and 7: errors ---------------------------------------------- */

static void illegal(struct command *c)
{
	uint64_t e[2] = {0};

	set_ILLEGAL_COMMAND_ERROR_CODE(e, 5);
	set_ILLEGAL_COMMAND_ERROR_ADDRESS(e, c->spa);
	cite(c->m, GVI_CLAUSE_EVENT_ILLEGAL_COMMAND_ERROR);
	stop(c, GVI_CLAUSE_COMMAND_ILLEGAL_HALT, e);
}

static void hardware_error(struct command *c, uint64_t spa, enum gvi_bus bus)
{
	uint64_t e[2] = {0};

	if (choose(c->m, GVI_CHOICE_HARDWARE_ERROR_TYPE) == 1)
		bus = GVI_BUS_POISON;
	set_COMMAND_HARDWARE_ERROR_CODE(e, 6);
	set_COMMAND_HARDWARE_ERROR_TYPE(e, bus);
	set_COMMAND_HARDWARE_ERROR_ADDRESS(e, spa);
	cite(c->m, GVI_CLAUSE_EVENT_COMMAND_HARDWARE_ERROR);
	stop(c, GVI_CLAUSE_COMMAND_HARDWARE_HALT, e);
}

/* The ring stops, with the head at the command (AMB-9.1). */
static void stop(struct command *c, enum gvi_clause clause, const uint64_t record[2])
{
	struct gvi *m = c->m;
	struct ring ring = command_ring();

	cite(m, clause);
	(void)log_event(m, record);
	/* A command that had to wait may find the ring stopped, or another one. */
	if (c->over || !get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]))
		return;
	status_set(m, mask_STATUS_CMD_BUF_RUN(0), false);
	m->reg[ring.head] = choose(m, GVI_CHOICE_ILLEGAL_COMMAND_HEAD) == 0
				    ? c->offset
				    : ring_next(m, ring, c->offset);
}
