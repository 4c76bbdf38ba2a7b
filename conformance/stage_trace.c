/* What is seen of a play, field by field: no padding and no order of bytes shows. */
#include "conformance/stage_trace.h"

static void add(struct stage_trace *t, uint64_t value)
{
	t->hash = (t->hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	t->hash ^= t->hash >> 29;
}

static void add_message(struct stage_trace *t, const struct gvi_message *m)
{
	add(t, m->address);
	add(t, (uint64_t)m->data << 32 | m->destination);
	add(t, (uint64_t)m->pasid << 32 | (uint64_t)m->device << 16 | (uint64_t)m->kind << 8 |
		       m->source);
	add(t, (uint64_t)m->tag << 8 | (uint64_t)m->has_pasid << 2 | (uint64_t)m->rq_eoi << 1 |
		       m->x2apic);
}

static void add_clauses(struct stage_trace *t, unsigned count, const uint16_t *clause)
{
	add(t, count);
	for (unsigned i = 0; i < count; i++)
		add(t, clause[i]);
}

static void add_answer(struct stage_trace *t, const struct gvi_answer *a)
{
	add(t, a->address);
	add(t, a->size);
	add(t, a->event[0]);
	add(t, a->event[1]);
	add_message(t, &a->message);
	add(t, (uint64_t)a->result << 16 | (uint64_t)a->completion << 8 | a->logging);
	add(t, (uint64_t)a->translated << 4 | (uint64_t)a->read << 3 | (uint64_t)a->write << 2 |
		       (uint64_t)a->coherent << 1 | a->untranslated_only);
	add_clauses(t, a->nclauses, a->clause);
}

static void add_ats(struct stage_trace *t, const struct gvi_ats_answer *a)
{
	for (unsigned i = 0; i < a->count; i++)
		add(t, a->translation[i]);
	add(t, a->event[0]);
	add(t, a->event[1]);
	add(t, (uint64_t)a->result << 16 | (uint64_t)a->completion << 8 | a->logging);
	add_clauses(t, a->nclauses, a->clause);
}

static void add_page(struct stage_trace *t, const struct gvi_page_answer *a)
{
	add(t, a->entry[0]);
	add(t, a->entry[1]);
	add(t, a->event[0]);
	add(t, a->event[1]);
	add_message(t, &a->response);
	add(t, (uint64_t)a->result << 16 | (uint64_t)a->logging << 8 |
		       (uint64_t)a->has_response << 1 | a->log_b);
	add_clauses(t, a->nclauses, a->clause);
}

static void add_reply(struct stage_trace *t, const struct act *act)
{
	switch (act->input.kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		add_answer(t, &act->reply.answer);
		break;
	case GVI_INPUT_ATS:
		add_ats(t, &act->reply.ats);
		break;
	case GVI_INPUT_PAGE:
		add_page(t, &act->reply.page);
		break;
	default:
		add(t, act->reply.value);
	}
}

static void add_effects(struct stage_trace *t, struct stage *s)
{
	size_t count;
	const struct gvi_effect *e = gvi_effects(s->m, &count);

	add(t, count);
	for (size_t i = 0; i < count; i++) {
		add(t, e[i].spa);
		add(t, e[i].data[0]);
		add(t, e[i].data[1]);
		add(t, (uint64_t)e[i].kind << 16 | (uint64_t)e[i].length << 8 | e[i].bus);
		add_message(t, &e[i].message);
	}
}

static void after(void *user, struct stage *s, const struct act *act)
{
	struct stage_trace *t = user;

	t->acts++;
	add(t, act->kind);
	for (unsigned i = 0; i < act->words; i++)
		add(t, act->word[i] ^ act->spa);
	if (act->kind != STAGE_CALL)
		return;
	add(t, (uint64_t)(unsigned)act->status << 8 | act->input.kind);
	if (act->status != GVI_OK)
		return;
	add_reply(t, act);
	add_effects(t, s);
}

void stage_trace(struct stage *s, struct stage_trace *trace)
{
	const struct stage_listener listener = {trace, NULL, after};

	trace->hash = trace->acts = 0;
	stage_listen(s, &listener);
}
