/* Worlds with page requests: two PPR logs that fill, stop, swap and start again, and
 * what devices are answered. */
#include "conformance/world_parts.h"

#include <inttypes.h>
#include <string.h>

const enum gvi_choice world_page_met[WORLD_PAGE_MET] = {
	GVI_CHOICE_PPR_US_WITHOUT_PASID,
	GVI_CHOICE_PPR_EVENT_RW,
	GVI_CHOICE_PPR_RESPONDER,
	GVI_CHOICE_PPR_CHECK_ORDER,
	GVI_CHOICE_PPR_OUT_OF_RANGE,
	GVI_CHOICE_PPR_INVALID_ENTRY,
	GVI_CHOICE_PPR_PASID_WITHOUT_GV,
	GVI_CHOICE_PPR_GIOV,
	GVI_CHOICE_PPR_MALFORMED,
	GVI_CHOICE_PPR_AUTO_ALWAYS,
	GVI_CHOICE_PPR_AUTO_MASK_GN,
	GVI_CHOICE_PPR_NO_ROOM,
	GVI_CHOICE_PPR_EARLY,
	GVI_CHOICE_PPR_EVENT_FLAGS,
	GVI_CHOICE_PPR_RESPONSE_PREFIX,
	GVI_CHOICE_PPR_RESPONSE_ENTRY,
	GVI_CHOICE_REQUEST_ENTRY_ORDER,
	GVI_CHOICE_DUAL_SWAP_WHEN,
	GVI_CHOICE_DUAL_SWAP_BACK,
	GVI_CHOICE_DUAL_AUTOMATIC,
	GVI_CHOICE_DUAL_BOTH_FULL,
	GVI_CHOICE_DUAL_SOFTWARE_SWAP,
	GVI_CHOICE_OTHER_LOG_EDGE,
	GVI_CHOICE_DUAL_EDGE,
	GVI_CHOICE_PPR_RUN,
	GVI_CHOICE_EVENT_RESTART,
	GVI_CHOICE_ENABLE_WHILE_STATUS,
};

static const uint32_t heads[2] = {0x2030, 0x2050}, tails[2] = {0x2038, 0x2058};

/* ---- Machines ---------------------------------------------------------------------- */

static bool has_dual(const struct world *w)
{
	return w->config.efr >> 24 & 3;
}

void world_page_config(struct world *w, struct gvi_config *c)
{
	switch (world_pick(w, 8)) {
	case 0: /* PPRSup, and what needs it */
		c->efr &= ~(BIT(1) | BIT(50) | BIT(40) | BIT(41) | BIT(44) | BIT(24) * 3);
		break;
	case 1: /* EPHSup */
		c->efr ^= BIT(50);
		break;
	case 2: /* PprOvrflwEarlySup, PPRAutoRspSup, BlkStopMrkSup */
		c->efr ^= ONE_OF(w, BIT(40), BIT(41), BIT(44));
		break;
	case 3: /* DualPprLogSup */
	case 4:
		c->efr &= ~(BIT(24) * 3);
		c->efr |= BIT(24) * world_pick(w, 3);
		break;
	default: /* PASmax */
		c->efr &= ~(BIT(32) * 31);
		c->efr |= BIT(32) * ONE_OF(w, 15, 7, 19, 8);
	}
}

void world_page_entry(struct world *w, struct device *d)
{
	uint64_t *e = d->dte;

	e[1] |= BIT(32) * !world_chance(w, 16);
	if (w->twin.efr >> 50 & w->twin.control >> 45 & 1 && world_chance(w, 2))
		e[0] |= BIT(52);
	if (world_chance(w, 24)) /* I=0 or TV=0 with something illegal */
		e[0] ^= BIT(2 + world_pick(w, 2));
	if (world_chance(w, 24))
		e[0] &= ~BIT(1);
}

/* Nearly full, or anywhere. */
static void make_ring(struct world *w, unsigned log)
{
	struct naive *t = &w->twin;
	unsigned length = 8 + world_chance(w, 8);
	uint32_t slots = UINT32_C(1) << length;

	t->ppr_base[log] = (PAGES + 0x100000 * log) | (uint64_t)length << 56;
	t->ppr_tail[log] = 16 * (world_pick(w, 256) % slots);
	if (world_chance(w, 4))
		t->ppr_tail[log] = 16 * (slots - 1);
	t->ppr_head[log] = t->ppr_tail[log];
	if (!world_chance(w, 3))
		t->ppr_head[log] = (t->ppr_tail[log] + 16 * (1 + world_pick(w, 4))) % (16 * slots);
	world_register(w, log ? 0xf0 : 0x38, t->ppr_base[log]);
	world_register(w, tails[log], t->ppr_tail[log]);
	world_register(w, heads[log], t->ppr_head[log]);
}

static void make_early(struct world *w, unsigned log)
{
	struct naive *t = &w->twin;
	uint32_t slots = UINT32_C(1) << (t->ppr_base[log] >> 56 & 15);
	uint32_t used = (t->ppr_tail[log] - t->ppr_head[log]) / 16 & (slots - 1);
	uint64_t threshold = (used + world_pick(w, 4)) & 0x7fff;

	if (world_chance(w, 3))
		threshold = (slots - used - world_pick(w, 4)) & 0x7fff;
	if (world_chance(w, 8))
		threshold = world_draw(w) & 0x7fff;
	t->ppr_early_at[log] =
		threshold | BIT(31) * !world_chance(w, 4) | BIT(30) * world_pick(w, 2);
	world_register(w, 0x2088 + 8 * log, t->ppr_early_at[log]);
}

void world_page_logs(struct world *w)
{
	struct naive *t = &w->twin;

	t->ppr_auto = 0;
	memset(t->ppr_early_at, 0, sizeof t->ppr_early_at);
	memset(t->ppr_head, 0, sizeof t->ppr_head);
	memset(t->ppr_tail, 0, sizeof t->ppr_tail);
	memset(t->ppr_overflow, 0, sizeof t->ppr_overflow);
	memset(t->ppr_early, 0, sizeof t->ppr_early);
	t->ppr_base[0] = t->ppr_base[1] = BIT(59);
	t->ppr_active = t->ppr_last = 0;
	t->ppr_run = t->ppr_int = false;
	w->commands = 0;
	if (!(t->efr >> 1 & 1))
		return;
	if (!w->config.snp) /* whose lock may go for these as well */
		world_register(w, 0x08, COMMANDS | BIT(59));
	for (unsigned i = 0; i <= has_dual(w) && !w->config.snp; i++)
		make_ring(w, i);
	if (t->efr >> 41 & 1) {
		t->ppr_auto = world_pick(w, 32);
		world_register(w, 0x2080, t->ppr_auto);
	}
	for (unsigned i = 0; i <= has_dual(w) && t->efr >> 40 & 1; i++)
		make_early(w, i);
}

/* Bits of Control for page requests, by what is there. */
static uint64_t control_bits(struct world *w)
{
	uint64_t efr = w->config.efr, bits = BIT(12);

	if (!(efr >> 1 & 1))
		return bits;
	bits |= BIT(13) * !world_chance(w, 8) | BIT(14) * world_pick(w, 2);
	bits |= BIT(15) * !world_chance(w, 8);
	if (w->config.snp)
		bits &= ~BIT(13);
	if (has_dual(w))
		bits |= BIT(30) * ONE_OF(w, 0, 1, 2, 2, 2, 3);
	if (efr >> 41 & 1)
		bits |= BIT(39) * world_pick(w, 2) | BIT(42) * world_chance(w, 3);
	if (efr >> 44 & 1)
		bits |= BIT(41) * world_pick(w, 2);
	return bits;
}

#define CONTROL_BITS                                                                               \
	(BIT(12) | BIT(13) | BIT(14) | BIT(15) | BIT(30) * 3 | BIT(39) | BIT(41) | BIT(42))

/* Bits to be written next; the twin hears of them too. */
uint64_t world_page_control(struct world *w, uint64_t control)
{
	control = (control & ~CONTROL_BITS) | control_bits(w);
	naive_page_control(&w->twin, control);
	return control;
}

/* ---- Steps -------------------------------------------------------------------------- */

static void make_request(struct world *w)
{
	const struct device *d = &w->device[world_pick(w, MAX_DEVICES)];
	const struct gvi_request *r = &w->request;
	struct gvi_page_request *q = &w->page_request;
	unsigned flags = world_pick(w, 256);

	memset(q, 0, sizeof *q);
	q->address = (r->device == d->id ? r->address : d->iova) & ~UINT64_C(0xfff);
	q->device = r->device;
	q->group = (uint16_t)(world_draw(w) & 0x1ff);
	q->read = flags & 1;
	q->write = flags & 2;
	q->last = (flags & 12) != 0;
	q->malformed = (flags & 0x70) == 0;
	q->has_pasid = r->has_pasid;
	q->pasid = r->pasid;
	q->execute = r->execute;
	q->privileged = r->privileged;
	if (q->has_pasid && world_chance(w, 6)) { /* a stop marker */
		q->read = q->write = false;
		q->last = true;
	}
}

static void do_request(struct world *w)
{
	make_request(w);
	w->did = "request";
	w->status = gvi_page_request(w->model, &w->page_request, &w->page_said);
	naive_page_request(&w->twin, &w->page_request, &w->page_expected);
	w->totals.pages[w->page_said.result]++;
	w->totals.responses += w->page_said.has_response;
	w->totals.events[w->page_said.event[0] >> 60]++;
}

/* Software has read entries, some or all. */
static void do_head(struct world *w)
{
	struct naive *t = &w->twin;
	unsigned log = world_pick(w, 1 + has_dual(w));
	uint32_t size = UINT32_C(16) << (t->ppr_base[log] >> 56 & 15);

	if (!(t->efr >> 1 & 1))
		return;
	w->did = "head";
	t->ppr_head[log] = (t->ppr_tail[log] + 16 * world_pick(w, 4)) % size;
	w->status = gvi_mmio_write(w->model, heads[log], 8, t->ppr_head[log]);
}

static void do_clear(struct world *w)
{
	static const unsigned at[5] = {5, 6, 11, 17, 18};
	struct naive *t = &w->twin;
	bool *const bit[5] = {&t->ppr_overflow[0], &t->ppr_int, &t->ppr_overflow[1],
			      &t->ppr_early[1], &t->ppr_early[0]};
	unsigned which = 1 + world_pick(w, 31);
	uint64_t value = 0;

	w->did = "clear";
	for (unsigned i = 0; i < 5; i++)
		if (which >> i & 1) {
			value |= BIT(at[i]);
			*bit[i] = false;
		}
	w->status = gvi_mmio_write(w->model, 0x2020, 8, value);
	naive_page_cleared(t);
}

static void do_control(struct world *w)
{
	uint64_t control = w->twin.control;

	w->did = "control";
	if (world_chance(w, 2)) /* as the driver starts a log again */
		control ^= BIT(13) * !w->config.snp * (w->config.efr >> 1 & 1);
	else
		control = (control & ~CONTROL_BITS) | control_bits(w);
	naive_page_control(&w->twin, control);
	w->status = gvi_mmio_write(w->model, 0x18, 8, control);
}

static void do_command(struct world *w)
{
	const struct device *d = &w->device[world_pick(w, MAX_DEVICES)];
	uint64_t at = COMMANDS + 16 * w->commands, command[2];
	bool done = true;

	if (!(w->twin.efr >> 1 & 1) || w->config.snp || !(w->twin.control & 1))
		return;
	w->did = "command";
	command[0] = d->id | (world_draw(w) & 0xfffff) << 32 | BIT(60) * 7;
	command[1] = BIT(2) * world_pick(w, 2) | (world_draw(w) & 0xffff) << 32;
	memory_store(w->side[0].memory, at, command[0]);
	memory_store(w->side[0].memory, at + 8, command[1]);
	w->commands = (w->commands + 1) % 256;
	gvi_mmio_write(w->model, 0x2008, 8, 16 * w->commands);
	w->status = gvi_step(w->model, &done);
	memset(&w->page_expected, 0, sizeof w->page_expected);
	naive_complete_request(&w->twin, command, &w->page_expected.response);
	w->page_expected.has_response = true;
	w->page_said.response = w->sent;
	w->page_said.has_response = w->nsent != 0;
}

/* ---- Comparison ------------------------------------------------------------------------- */

static const char *compare_answers(const struct gvi_page_answer *m,
				   const struct naive_page_answer *t)
{
	if (m->result != t->result)
		return "result";
	if (m->logging != t->logging)
		return "logging";
	for (unsigned i = 0; i < 2; i++) {
		if ((m->event[i] ^ t->event[i]) & t->mask[i])
			return "event";
		if (m->entry[i] != t->entry[i])
			return "entry";
	}
	if (m->log_b != t->log_b)
		return "log";
	if (m->has_response != t->has_response || !world_same_message(&m->response, &t->response))
		return "response";
	return NULL;
}

/* Interrupts that are due, and the response if there is one. */
static const char *compare_effects(struct world *w)
{
	const struct naive *t = &w->twin;
	unsigned raised = 0, due = 0, sends = 0;
	size_t count;
	const struct gvi_effect *e = gvi_effects(w->model, &count);

	for (size_t i = 0; i < count; i++) {
		if (e[i].kind == GVI_EFFECT_RAISE) {
			if (raised >> e[i].data[0] & 1)
				return "interrupt twice";
			raised |= 1u << e[i].data[0];
		}
		if (e[i].kind == GVI_EFFECT_SEND) {
			if (!world_same_message(&e[i].message, &w->page_expected.response))
				return "message";
			sends++;
		}
	}
	for (unsigned i = 0; i < t->nraised; i++)
		due |= 1u << t->raised[i];
	if (raised != due)
		return "interrupts";
	return sends == w->page_expected.has_response && w->nsent == sends ? NULL : "messages";
}

/* An entry of a log, which the model's memory must hold. */
static const char *compare_memory(struct world *w)
{
	const struct gvi_page_answer *m = &w->page_said;
	bool entry = m->result == GVI_PAGE_LOGGED && m->entry[0];

	if (w->nwrites != w->nstored || w->nstored > 1)
		return "number of entries";
	for (unsigned i = 0; i < 2 && w->nstored; i++)
		if (memory_load(w->side[0].memory, w->stored[0] + 8 * i) !=
		    (entry ? m->entry[i] : m->event[i]))
			return "entry in memory";
	return NULL;
}

static const char *compare_logs(struct world *w)
{
	const struct naive *t = &w->twin;
	uint64_t status = (uint64_t)t->ppr_overflow[0] << 5 | (uint64_t)t->ppr_int << 6 |
			  (uint64_t)t->ppr_run << 7 | (uint64_t)t->ppr_overflow[1] << 11 |
			  (uint64_t)t->ppr_active << 12 | (uint64_t)t->ppr_early[1] << 17 |
			  (uint64_t)t->ppr_early[0] << 18;
	uint64_t value = 0;

	gvi_mmio_read(w->model, 0x2020, 8, &value);
	if ((value & 0x618e0) != status)
		return "Status of page requests";
	for (unsigned i = 0; i <= has_dual(w) && t->efr >> 1 & 1; i++) {
		gvi_mmio_read(w->model, tails[i], 8, &value);
		if (value != t->ppr_tail[i])
			return "PprTailPtr";
	}
	return NULL;
}

const char *world_page_step(struct world *w)
{
	const char *what;

	w->did = "";
	w->status = GVI_OK;
	memset(&w->page_said, 0, sizeof w->page_said);
	memset(&w->page_expected, 0, sizeof w->page_expected);
	memset(&w->expected, 0, sizeof w->expected);
	w->twin.nraised = 0;
	switch (world_pick(w, 10)) {
	case 0:
		do_head(w);
		break;
	case 1:
		do_clear(w);
		break;
	case 2:
		do_control(w);
		break;
	case 3:
		do_command(w);
		break;
	default:
		do_request(w);
	}
	if (!*w->did)
		return NULL;
	w->totals.steps++;
	if (w->status != GVI_OK)
		return gvi_status_text(w->status);
	what = compare_effects(w);
	if (!what)
		what = compare_answers(&w->page_said, &w->page_expected);
	if (!what)
		what = compare_memory(w);
	if (!what)
		what = compare_logs(w);
	memcpy(w->said.event, w->page_said.event, sizeof w->said.event);
	w->expected.captured = w->page_expected.captured;
	return what;
}

/* ---- Reports ------------------------------------------------------------------------------ */

void world_page_describe(struct world *w)
{
	const struct naive *t = &w->twin;
	const struct gvi_page_request *q = &w->page_request;

	world_say(w, "last step: %s; automatic response %" PRIx64 "\n", w->did, t->ppr_auto);
	for (unsigned i = 0; i < 2; i++)
		world_say(w,
			  "log %c: %016" PRIx64 " head %05" PRIx32 " tail %05" PRIx32
			  " early at %" PRIx64 "\n",
			  "AB"[i], t -> ppr_base[i], t -> ppr_head[i], t -> ppr_tail[i],
			  t -> ppr_early_at[i]);
	world_say(w, "page request: device %04x address %016" PRIx64 " group %x", q->device,
		  q->address, q->group);
	if (q->has_pasid)
		world_say(w, " pasid %05" PRIx32 " execute %d privileged %d", q->pasid, q->execute,
			  q->privileged);
	world_say(w, " read %d write %d last %d malformed %d\n", q->read, q->write, q->last,
		  q->malformed);
}

static void describe_response(struct world *w, const struct gvi_message *m)
{
	world_say(w, " response: device %04x data %04" PRIx32 " prefix %d pasid %05" PRIx32 "\n",
		  m->device, m->data, m->has_pasid, m->pasid);
}

void world_page_describe_answers(struct world *w)
{
	const struct gvi_page_answer *m = &w->page_said;
	const struct naive_page_answer *t = &w->page_expected;
	const struct naive *n = &w->twin;
	uint64_t status = 0;

	world_say(w,
		  "model: status %d result %u logging %u log_b %d entry %016" PRIx64 " %016" PRIx64
		  " event %016" PRIx64 " %016" PRIx64 " writes %u sent %u",
		  w->status, m->result, m->logging, m->log_b, m->entry[0], m->entry[1], m->event[0],
		  m->event[1], w->nwrites, w->nsent);
	describe_response(w, &m->response);
	for (unsigned i = 0; i < m->nclauses && i < GVI_MAX_CLAUSES; i++)
		world_say(w, "%s %s", i ? "" : "model's rules:", gvi_clauses[m->clause[i]].slug);
	gvi_mmio_read(w->model, 0x2020, 8, &status);
	world_say(w,
		  "\nmodel: Status %05" PRIx64 "; twin: run %d int %d overflow %d %d active %u"
		  " early %d %d raised %u\n",
		  status, n->ppr_run, n->ppr_int, n->ppr_overflow[0], n->ppr_overflow[1],
		  n->ppr_active, n->ppr_early[0], n->ppr_early[1], n->nraised);
	world_say(w,
		  "twin: result %u logging %u log_b %d entry %016" PRIx64 " %016" PRIx64
		  " event %016" PRIx64 " %016" PRIx64 " writes %u",
		  t->result, t->logging, t->log_b, t->entry[0], t->entry[1], t->event[0],
		  t->event[1], w->nstored);
	describe_response(w, &t->response);
}
