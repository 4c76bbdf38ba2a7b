/* Worlds with ATS: translation requests, and accesses with translated addresses. */
#include "conformance/world_parts.h"

#include <inttypes.h>
#include <string.h>

const enum gvi_choice world_ats_met[WORLD_ATS_MET] = {
	GVI_CHOICE_ATS_DISABLED,      GVI_CHOICE_ATS_OUT_OF_RANGE, GVI_CHOICE_REQUEST_ENTRY_ORDER,
	GVI_CHOICE_ATS_IO_RANGES,     GVI_CHOICE_ATS_RANGE_TV,     GVI_CHOICE_ATS_ABORT_RANGES,
	GVI_CHOICE_ATS_EXCLUSION,     GVI_CHOICE_ATS_NO_WRITE,     GVI_CHOICE_ATS_MALFORMED,
	GVI_CHOICE_ATS_DIRTY_REFUSED, GVI_CHOICE_ATS_RMP_FAULT,    GVI_CHOICE_ATS_SNOOP_ATTRIBUTE,
	GVI_CHOICE_ATS_SIZE,          GVI_CHOICE_ATS_COUNT,        GVI_CHOICE_ATS_LATER_REFUSED,
	GVI_CHOICE_ATS_IDENTITY_SIZE, GVI_CHOICE_ATS_STATUS,       GVI_CHOICE_TRANSLATED_RANGES,
	GVI_CHOICE_TRANSLATED_U_PAGE, GVI_CHOICE_SATS_MODEL,       GVI_CHOICE_SATS_RANGES,
	GVI_CHOICE_AD_WRITE_FAILS, /* met by accesses too, but rarely */
};

unsigned world_ats_free(enum gvi_choice choice)
{
	static const enum gvi_choice list[WORLD_FREE] = {GVI_CHOICE_ATS_SIZE, GVI_CHOICE_ATS_COUNT,
							 GVI_CHOICE_ATS_IDENTITY_SIZE};
	unsigned i;

	for (i = 0; i < WORLD_FREE && list[i] != choice; i++)
		;
	return i;
}

/* ---- Machines -------------------------------------------------------------------- */

void world_ats_config(struct world *w, struct gvi_config *c)
{
	switch (world_pick(w, 6)) {
	case 0: /* IotlbSup */
		c->capability ^= UINT32_C(1) << 24;
		break;
	case 1: /* AttrFWSup, SnoopAttrSup */
		c->efr ^= BIT(51) * world_pick(w, 2) | BIT(47) * world_pick(w, 2);
		break;
	case 2: /* NXSup */
		c->efr ^= BIT(3);
		break;
	default: /* SATSSup */
		c->efr ^= BIT(31);
	}
}

void world_ats_entry(struct world *w, struct device *d)
{
	uint64_t *e = d->dte;

	e[1] |= BIT(32) * !world_chance(w, 12);
	if (w->config.efr >> 31 & 1)
		e[1] |= BIT(42) * world_pick(w, 2);
	if (world_chance(w, 16)) /* I=0 or TV=0 with something illegal */
		e[0] ^= BIT(2 + world_pick(w, 2));
	if (world_chance(w, 24))
		e[0] &= ~BIT(1);
}

/* ---- Requests ---------------------------------------------------------------------- */

static void make_translation(struct world *w)
{
	const struct gvi_request *r = &w->request;
	struct gvi_ats_request *q = &w->ats_request;

	memset(q, 0, sizeof *q);
	q->address = r->address & ~UINT64_C(0xfff);
	q->device = r->device;
	q->has_pasid = r->has_pasid;
	q->pasid = r->pasid;
	q->execute = r->execute;
	q->privileged = r->privileged;
	q->no_write = world_chance(w, 4);
	q->unit_log2 = (uint8_t)ONE_OF(w, 12, 12, 12, 13, 16, 21, 22, 30, 43);
	q->count = (uint8_t)ONE_OF(w, 1, 1, 1, 1, 2, 2, 3, 5, 16);
	if (q->count > 1 && world_chance(w, 2))
		q->address &= ~(BIT(q->unit_log2) - 1);
	while (q->count > 1 && q->address > UINT64_MAX - ((uint64_t)q->count << q->unit_log2))
		q->count--;
}

/* Most are for translations; others have translated addresses, or none of both. */
void world_ats_request(struct world *w)
{
	struct gvi_request *r = &w->request;

	switch (world_pick(w, 8)) {
	case 0:
	case 1:
		r->translated = true;
		r->intx = false;
		break;
	case 2:
		break;
	default:
		w->is_ats = true;
		make_translation(w);
	}
}

/* ---- Comparison ------------------------------------------------------------------------ */

void world_ats_play(struct world *w)
{
	const struct naive_ats_answer *t = &w->ats_expected;

	memset(&w->ats_said, 0, sizeof w->ats_said);
	w->status = gvi_ats_translate(w->model, &w->ats_request, &w->ats_said);
	naive_ats_translate(&w->twin, &w->ats_request, &w->ats_expected);
	w->said.result = w->ats_said.result;
	w->said.logging = w->ats_said.logging;
	memcpy(w->said.event, w->ats_said.event, sizeof w->said.event);
	w->expected = t->last;
	w->expected.guest = t->guest;
	w->expected.captured = t->captured;
	w->expected.free_a = t->free_a;
	w->expected.free_d = t->free_d;
	w->totals.completions += w->ats_said.result == GVI_GRANT;
	for (unsigned i = 0; i < GVI_MAX_TRANSLATIONS; i++)
		w->totals.translations += w->ats_said.translation[i] & 3 ? 1 : 0;
}

/* All events of the request, which the model's memory must hold. */
static const char *compare_events(struct world *w)
{
	const struct naive_ats_answer *t = &w->ats_expected;

	if (w->nwrites != w->nstored || w->nstored != t->nevents)
		return "number of events";
	for (unsigned i = 0; i < t->nevents; i++)
		for (unsigned j = 0; j < 2; j++) {
			uint64_t word = memory_load(w->side[0].memory, w->stored[i] + 8 * j);

			if ((word ^ t->event[i][j]) & t->mask[i][j])
				return "log entry";
		}
	return NULL;
}

const char *world_ats_compare(struct world *w)
{
	const struct gvi_ats_answer *m = &w->ats_said;
	const struct naive_ats_answer *t = &w->ats_expected;

	if (m->result != t->result)
		return "result";
	if (m->completion != t->completion)
		return "completion";
	if (m->logging != t->logging)
		return "logging";
	for (unsigned i = 0; i < 2; i++)
		if ((m->event[i] ^ t->last.event[i]) & t->last.mask[i])
			return "event";
	if (m->count != t->count)
		return "count";
	for (unsigned i = 0; i < GVI_MAX_TRANSLATIONS; i++)
		if (m->translation[i] != t->translation[i])
			return "translation";
	return compare_events(w);
}

/* ---- Reports --------------------------------------------------------------------------- */

void world_ats_describe(struct world *w)
{
	const struct gvi_ats_request *q = &w->ats_request;

	world_say(w, "translation request: device %04x address %016" PRIx64 " count %u unit %u",
		  q->device, q->address, q->count, q->unit_log2);
	if (q->has_pasid)
		world_say(w, " pasid %05" PRIx32 " execute %d privileged %d", q->pasid, q->execute,
			  q->privileged);
	world_say(w, " no_write %d\n", q->no_write);
	for (unsigned i = 0; i < WORLD_FREE && w->free; i++)
		world_say(w, "free choice %u: %016" PRIx64 ", asked %u and %u times\n", i,
			  w->freely[i], w->asked[0][i], w->asked[1][i]);
}

static void describe_answer(struct world *w, const char *who, const uint64_t *words, unsigned count)
{
	world_say(w, "%s:", who);
	for (unsigned i = 0; i < count; i++)
		world_say(w, " %016" PRIx64, words[i]);
	world_say(w, "\n");
}

void world_ats_describe_answers(struct world *w)
{
	const struct gvi_ats_answer *m = &w->ats_said;
	const struct naive_ats_answer *t = &w->ats_expected;

	world_say(w,
		  "model: status %d result %u completion %u logging %u count %u event %016" PRIx64
		  " %016" PRIx64 " writes %u\n",
		  w->status, m->result, m->completion, m->logging, m->count, m->event[0],
		  m->event[1], w->nwrites);
	describe_answer(w, "model", m->translation, m->count);
	for (unsigned i = 0; i < m->nclauses && i < GVI_MAX_CLAUSES; i++)
		world_say(w, "%s %s", i ? "" : "model's rules:", gvi_clauses[m->clause[i]].slug);
	world_say(w,
		  "\ntwin: guest %d result %u completion %u logging %u count %u event %016" PRIx64
		  " %016" PRIx64 " mask %016" PRIx64 " %016" PRIx64 " writes %u\n",
		  t->guest, t->result, t->completion, t->logging, t->count, t->last.event[0],
		  t->last.event[1], t->last.mask[0], t->last.mask[1], w->nstored);
	describe_answer(w, "twin", t->translation, t->count);
}
