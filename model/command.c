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
#include "model/suppress.h"

static bool fetch(struct gvi *m);
static bool may_start(struct gvi *m, unsigned at);
static bool lets_by(struct gvi *m, unsigned at);
static bool is_overtaken(struct gvi *m, unsigned at);
static bool is_seen(const struct command *c);
static void perform(struct gvi *m, unsigned at);
static void execute(struct gvi *m, const struct command *c);
static void stop(struct gvi *m, const struct command *c, enum gvi_clause clause,
		 const uint64_t record[2]);
static void illegal(struct gvi *m, const struct command *c);
static void hardware_error(struct gvi *m, const struct command *c, uint64_t spa, enum gvi_bus bus);

/* The oldest that may be performed, unless a younger one comes first whose effect
 * somebody sees. */
bool command_step(struct gvi *m)
{
	uint64_t fetched = m->fetched;
	unsigned first = MAX_HELD;

	for (unsigned at = 0; at < m->nheld || fetch(m); at++) {
		if (!may_start(m, at)) {
			if (!lets_by(m, at))
				break;
		} else if (first == MAX_HELD || is_seen(&m->held[at])) {
			first = first == MAX_HELD ? at : first;
			if (!is_overtaken(m, at)) {
				perform(m, at);
				return true;
			}
		}
	}
	if (first != MAX_HELD)
		perform(m, first);
	return first != MAX_HELD || m->fetched != fetched;
}

static bool legal(struct gvi *m, const uint64_t raw[2]);

/* The next command of the ring, behind those that are held. */
static bool fetch(struct gvi *m)
{
	struct ring ring = command_ring();
	struct command c = {.offset = ring_offset(m, ring, ring.head), .order = m->fetched};

	/* Step 1, and the test of step 2 */
	if (!get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]) ||
	    c.offset == ring_offset(m, ring, ring.tail))
		return false;
	if (m->nheld == MAX_HELD) {
		m->crowded = true;
		return false;
	}
	cite(m, GVI_CLAUSE_COMMAND_FETCH);
	c.spa = ring_spa(m, ring, c.offset);
	stand(m, NULL, 0);
	c.bus = (uint8_t)host_fetch(m, GVI_FORMAT_COMPLETION_WAIT, c.spa, c.raw, 2);
	c.illegal = c.bus == GVI_BUS_OK && !legal(m, c.raw);
	c.visible = history_visible(m, c.offset);
	m->reg[ring.head] = ring_next(m, ring, c.offset);
	m->held[m->nheld++] = c;
	m->fetched++;
	return true;
}

/* ---- Step 4: which may be performed --------------------------------------- */

static bool is_wait(const struct command *c)
{
	return c->bus == GVI_BUS_OK && !c->illegal && c->raw[0] >> 60 == 1;
}

static bool is_request(const struct command *c)
{
	return c->bus == GVI_BUS_OK && !c->illegal && c->raw[0] >> 60 == 4;
}

/* A COMPLETION_WAIT waits for all that is older, another request for room. */
static bool may_start(struct gvi *m, unsigned at)
{
	struct command *c = &m->held[at];

	if (is_request(c)) {
		c->iotlb = (uint8_t)iotlb_decide(m, c->raw);
		return c->iotlb != IOTLB_WAIT;
	}
	return !is_wait(c) || (at == 0 && !iotlb_older(m, c->order));
}

/* Whether others get past one that has to wait: AMB-9.3. */
static bool lets_by(struct gvi *m, unsigned at)
{
	const struct command *c = &m->held[at];

	if (!is_wait(c))
		return is_overtaken(m, at);
	return !get_COMPLETION_WAIT_F(c->raw) && choose(m, GVI_CHOICE_WAIT_YOUNGER) == 1;
}

static bool has_younger(struct gvi *m, unsigned at);

/* [command.execute] AMB-9.2 */
static bool is_overtaken(struct gvi *m, unsigned at)
{
	if (m->alone && m->config.habit[GVI_CHOICE_COMMAND_ORDER] == GVI_UNSETTLED)
		return false;
	return has_younger(m, at) && choose(m, GVI_CHOICE_COMMAND_ORDER) == 1;
}

static bool lets_none_by(const struct command *c);
static struct command look(const struct gvi *m, uint64_t spa);

/* One behind it, fetched or not, that is seen by others. */
static bool has_younger(struct gvi *m, unsigned at)
{
	struct ring ring = command_ring();
	uint64_t tail = ring_offset(m, ring, ring.tail);
	uint64_t next = ring_offset(m, ring, ring.head);
	bool runs = get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]);

	for (unsigned i = at; i < MAX_HELD; i++) {
		struct command c;

		if (i < m->nheld) {
			c = m->held[i];
		} else if (runs && next != tail) {
			c = look(m, ring_spa(m, ring, next));
			next = ring_next(m, ring, next);
		} else {
			return false;
		}
		if (i > at && is_seen(&c))
			return true;
		if (lets_none_by(&c))
			return false;
	}
	m->crowded = true;
	return false;
}

/* Behind an error nothing is performed, and behind f=1 nothing is begun. */
static bool lets_none_by(const struct command *c)
{
	return c->bus != GVI_BUS_OK || c->illegal || (is_wait(c) && get_COMPLETION_WAIT_F(c->raw));
}

/* What goes to a device, or stops the ring.  What a COMPLETION_WAIT does comes
 * after all that is older, and of the others nothing is seen. */
static bool is_seen(const struct command *c)
{
	uint64_t opcode = c->raw[0] >> 60;

	return c->bus != GVI_BUS_OK || c->illegal || opcode == 4 || opcode == 7;
}

static bool has_opcode(const struct gvi *m, const uint64_t raw[2]);
static bool has_reserved_bits(const uint64_t raw[2], uint64_t features);

/* A command of the ring, before it is fetched.  GN=1 without GTSup counts as illegal: whether
 * it is ignored is asked when it is fetched. */
static struct command look(const struct gvi *m, uint64_t spa)
{
	struct command c = {.spa = spa};
	uint8_t bytes[ENTRY_BYTES];

	c.bus = (uint8_t)host_read(&m->host, spa, bytes, sizeof bytes);
	if (c.bus == GVI_BUS_OK)
		host_load(c.raw, bytes, 2);
	c.illegal = c.bus == GVI_BUS_OK &&
		    (!has_opcode(m, c.raw) || has_reserved_bits(c.raw, m->features));
	return c;
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

static bool guest_command_refused(struct gvi *m, unsigned opcode);

static bool legal(struct gvi *m, const uint64_t raw[2])
{
	unsigned opcode = (unsigned)(raw[0] >> 60);
	uint64_t features = m->features;

	if (!has_opcode(m, raw)) {
		cite(m, GVI_CLAUSE_COMMAND_OPCODE_FEATURE);
		return false;
	}
	/* [command.guest-bit] */
	if (opcode == 3 && get_INVALIDATE_IOMMU_PAGES_GN(raw) && !has(m, GVI_FEATURE_GTSUP)) {
		cite(m, GVI_CLAUSE_COMMAND_GUEST_BIT);
		if (choose(m, GVI_CHOICE_GN_WITHOUT_GTSUP) == 1)
			features |= UINT64_C(1) << GVI_FEATURE_GTSUP;
	}
	cite(m, GVI_CLAUSE_COMMAND_RESERVED_BITS);
	return !has_reserved_bits(raw, features) && !guest_command_refused(m, opcode);
}

static bool has_opcode(const struct gvi *m, const uint64_t raw[2])
{
	unsigned opcode = (unsigned)(raw[0] >> 60);

	return opcode >= 1 && opcode <= 10 && m->features >> opcodes[opcode].needs & 1;
}

static bool has_reserved_bits(const uint64_t raw[2], uint64_t features)
{
	enum gvi_format_id format = (enum gvi_format_id)opcodes[raw[0] >> 60].format;

	return raw[0] & gvi_reserved_mask(format, 0, features) ||
	       raw[1] & gvi_reserved_mask(format, 1, features);
}

/* [command.guest-commands] */
static bool guest_command_refused(struct gvi *m, unsigned opcode)
{
	const uint64_t *control = &m->reg[SLOT_CONTROL];

	if (opcode < 9 || (get_CONTROL_VCMD_EN(control) && get_CONTROL_VIOMMU_EN(control)))
		return false;
	cite(m, GVI_CLAUSE_COMMAND_GUEST_COMMANDS);
	return choose(m, GVI_CHOICE_GUEST_COMMANDS) == 1;
}

/* ---- Step 4: performed ---------------------------------------------------- */

static void perform(struct gvi *m, unsigned at)
{
	struct command c = m->held[at];

	m->nheld--;
	memmove(m->held + at, m->held + at + 1, (m->nheld - at) * sizeof c);
	if (c.bus != GVI_BUS_OK) {
		cite(m, GVI_CLAUSE_COMMAND_FETCH_ERROR);
		hardware_error(m, &c, c.spa, (enum gvi_bus)c.bus);
	} else if (c.illegal) {
		illegal(m, &c);
	} else {
		execute(m, &c);
	}
}

static void completion_wait(struct gvi *m, const struct command *c);
static void invalidate_iotlb(struct gvi *m, const struct command *c);
static void answer_device(struct gvi *m, const struct command *c);
static bool invalidates(const struct command *c);
static void remember(struct gvi *m, const struct command *c);
static void lose_oldest(struct gvi *m);

static void execute(struct gvi *m, const struct command *c)
{
	switch (c->raw[0] >> 60) {
	case 1:
		completion_wait(m, c);
		break;
	case 2:
		cite(m, GVI_CLAUSE_INVALIDATE_DEVICE_ENTRY);
		remember(m, c);
		break;
	case 4:
		invalidate_iotlb(m, c);
		break;
	case 7:
		answer_device(m, c);
		break;
	case 8:
		cite(m, GVI_CLAUSE_INVALIDATE_ALL);
		remember(m, c);
		break;
	default:
		cite(m, GVI_CLAUSE_COMMAND_EXECUTE);
		if (invalidates(c))
			remember(m, c);
	}
}

static void invalidate_iotlb(struct gvi *m, const struct command *c)
{
	cite(m, GVI_CLAUSE_COMMAND_EXECUTE);
	if (c->iotlb == IOTLB_ILLEGAL) {
		illegal(m, c);
		return;
	}
	if (c->iotlb == IOTLB_SEND)
		iotlb_invalidate(m, c);
	remember(m, c);
}

/* [command.ppr-complete] */
static void answer_device(struct gvi *m, const struct command *c)
{
	const struct response response = {
		.device = (uint16_t)get_COMPLETE_PPR_REQUEST_DEVICE_ID(c->raw),
		.tag = (uint16_t)get_COMPLETE_PPR_REQUEST_COMPLETION_TAG(c->raw),
		.pasid = (uint32_t)get_COMPLETE_PPR_REQUEST_PASID(c->raw),
		.guest = get_COMPLETE_PPR_REQUEST_GN(c->raw)};
	struct gvi_message sent;

	cite(m, GVI_CLAUSE_COMMAND_PPR_COMPLETE);
	respond(m, &response, &sent);
}

/* The rest: pages, IOTLB pages, the interrupt table, and a prefetch that says so. */
static bool invalidates(const struct command *c)
{
	uint64_t opcode = c->raw[0] >> 60;

	return opcode <= 5 || (opcode == 6 && get_PREFETCH_IOMMU_PAGES_INVAL(c->raw));
}

/* [invalidate.completion] What was invalidated counts from the next wait on. */
static void remember(struct gvi *m, const struct command *c)
{
	size_t at;

	if (m->npending == GVI_MAX_PENDING)
		lose_oldest(m);
	for (at = m->npending++; at && m->since[at - 1].order > c->order; at--) {
		m->since[at] = m->since[at - 1];
		m->pending[at] = m->pending[at - 1];
	}
	m->since[at] = (struct since){c->visible, c->order};
	memcpy(m->pending[at].raw, c->raw, sizeof c->raw);
}

static void lose_oldest(struct gvi *m)
{
	for (unsigned i = 0; i < m->nheld; i++)
		m->held[i].lost += m->since[0].order > m->held[i].order;
	m->npending--;
	m->lost_pending++;
	memmove(m->pending, m->pending + 1, m->npending * sizeof m->pending[0]);
	memmove(m->since, m->since + 1, m->npending * sizeof m->since[0]);
}

/* ---- Step 5: COMPLETION_WAIT -------------------------------------------- */

static void complete(struct gvi *m, const struct command *c);
static bool store(struct gvi *m, const struct command *c);
static bool outside_window(struct gvi *m, uint64_t spa);

static void completion_wait(struct gvi *m, const struct command *c)
{
	bool s = get_COMPLETION_WAIT_S(c->raw), i = get_COMPLETION_WAIT_I(c->raw);
	unsigned what = s && i ? choose(m, GVI_CHOICE_WAIT_STORE_AND_INT) : 0;

	cite(m, GVI_CLAUSE_COMMAND_COMPLETION_WAIT);
	if (s && what != 2 && !store(m, c))
		return;
	complete(m, c);
	if (!i || what == 1)
		return;
	status_raise(m, mask_STATUS_COM_WAIT_INT(0));
}

/* [invalidate.completion] Of what was invalidated before, nothing is held. */
static void complete(struct gvi *m, const struct command *c)
{
	size_t younger = 0;

	cite(m, GVI_CLAUSE_INVALIDATE_COMPLETION);
	for (size_t i = 0; i < m->npending; i++) {
		if (m->since[i].order < c->order) {
			history_ended(m, m->pending[i].raw, m->since[i].visible);
			if (m->pending[i].raw[0] >> 60 == 2 || m->pending[i].raw[0] >> 60 == 8)
				suppress_ended(m, m->pending[i].raw);
		} else {
			m->since[younger] = m->since[i];
			m->pending[younger++] = m->pending[i];
		}
	}
	m->npending = younger;
	m->lost_pending = c->lost;
	suppress_settle(m);
}

/* False: the ring has stopped, and the command is not complete. */
static bool store(struct gvi *m, const struct command *c)
{
	uint64_t spa = get_COMPLETION_WAIT_STORE_ADDRESS(c->raw);
	enum gvi_bus bus;

	if (outside_window(m, spa)) {
		switch (choose(m, GVI_CHOICE_WAIT_STORE_WINDOW)) {
		case 0:
			hardware_error(m, c, spa, GVI_BUS_TARGET_ABORT);
			return false;
		case 1:
			illegal(m, c);
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
	hardware_error(m, c, spa, bus);
	return false;
}

/* [command.store-window] Enforced once SNP is on. */
static bool outside_window(struct gvi *m, uint64_t spa)
{
	uint64_t base = get_EXCL_BASE_BASE(&m->reg[SLOT_EXCL_BASE]);
	uint64_t limit = get_EXCL_LIMIT_LIMIT(&m->reg[SLOT_EXCL_LIMIT]) | 0xfff;

	if (!m->config.snp)
		return false;
	cite(m, GVI_CLAUSE_COMMAND_STORE_WINDOW);
	return spa < base || spa > limit;
}

/* ---- Steps 6 and 7: errors ---------------------------------------------- */

static void illegal(struct gvi *m, const struct command *c)
{
	uint64_t e[2] = {0};

	set_ILLEGAL_COMMAND_ERROR_CODE(e, 5);
	set_ILLEGAL_COMMAND_ERROR_ADDRESS(e, c->spa);
	cite(m, GVI_CLAUSE_EVENT_ILLEGAL_COMMAND_ERROR);
	stop(m, c, GVI_CLAUSE_COMMAND_ILLEGAL_HALT, e);
}

static void hardware_error(struct gvi *m, const struct command *c, uint64_t spa, enum gvi_bus bus)
{
	uint64_t e[2] = {0};

	if (choose(m, GVI_CHOICE_HARDWARE_ERROR_TYPE) == 1)
		bus = GVI_BUS_POISON;
	set_COMMAND_HARDWARE_ERROR_CODE(e, 6);
	set_COMMAND_HARDWARE_ERROR_TYPE(e, bus);
	set_COMMAND_HARDWARE_ERROR_ADDRESS(e, spa);
	cite(m, GVI_CLAUSE_EVENT_COMMAND_HARDWARE_ERROR);
	stop(m, c, GVI_CLAUSE_COMMAND_HARDWARE_HALT, e);
}

/* The ring stops, with the head at the command (AMB-9.1), and what was fetched
 * behind it is not performed. */
static void stop(struct gvi *m, const struct command *c, enum gvi_clause clause,
		 const uint64_t record[2])
{
	struct ring ring = command_ring();

	cite(m, clause);
	(void)log_event(m, record);
	/* A command that had to wait may find the ring stopped, or another one. */
	if (c->over || !get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]))
		return;
	while (m->nheld && m->held[m->nheld - 1].order > c->order)
		m->nheld--;
	status_set(m, mask_STATUS_CMD_BUF_RUN(0), false);
	m->reg[ring.head] = choose(m, GVI_CHOICE_ILLEGAL_COMMAND_HEAD) == 0
				    ? c->offset
				    : ring_next(m, ring, c->offset);
}
