/* What is permitted, over streams: the oracle (goldvi/oracle.h) is told all that happens.
 * What the model does is among what it permits; a change of memory adds to what is
 * permitted and takes nothing away; and only a completed COMPLETION_WAIT or a write of a
 * register does. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "conformance/stage.h"

enum { ROOM = 32, PROBES = 8 /* of one stream: they cost most */ };

static const struct gvi_bounds bounds = {.worlds = 8, .runs = 256, .values_log2 = 8};

struct set {
	struct gvi_outcome outcome[ROOM];
	size_t count;
	bool known; /* all of it */
};

struct watch {
	struct gvi_oracle *oracle;
	bool open, over;        /* over: the oracle cannot follow */
	struct set now, probed; /* what is permitted for this act; for the probe, before it */
	struct gvi_input probe; /* the last access of a device */
	bool has_probe;
	unsigned probes;
	bool waits; /* the command that is next, or held, is a COMPLETION_WAIT */
	struct gvi *restored;
	void *storage; /* of its history */
};

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	const struct stage *s = user;

	memory_read(s->memory, spa, to, len);
	return GVI_BUS_OK;
}

static bool is_request(const struct act *act)
{
	return act->kind == STAGE_CALL && act->input.kind <= GVI_INPUT_PAGE;
}

static void look(struct watch *w, const struct gvi_input *input, struct set *set)
{
	enum gvi_verdict verdict = GVI_UNSURE;

	set->known = gvi_permitted(w->oracle, input, set->outcome, ROOM, &set->count, &verdict) ==
			     GVI_OK &&
		     verdict == GVI_PERMITTED && set->count <= ROOM;
}

/* The one at the head, or before it, if that had to wait. */
static bool waits(struct stage *s)
{
	uint64_t base = stage_register(s, GVI_REGISTER_CMD_BUF_BASE);
	uint64_t bytes = UINT64_C(16) << gvi_get(GVI_CMD_BUF_BASE_LEN, &base);
	uint64_t head = stage_register(s, GVI_REGISTER_CMD_BUF_HEAD);
	uint64_t ring = gvi_get(GVI_CMD_BUF_BASE_BASE, &base);

	return memory_load(s->memory, ring + head) >> 60 == 1 ||
	       memory_load(s->memory, ring + (head - 16) % bytes) >> 60 == 1;
}

/* Whether what is permitted can be another after it: reads and refusals need no look. */
static bool may_hold(const struct act *act)
{
	return act->kind == STAGE_STORE || is_request(act) ||
	       (act->kind == STAGE_CALL && act->input.kind == GVI_INPUT_STEP);
}

static void before(void *user, struct stage *s, const struct act *act)
{
	const struct gvi_host host = {.user = s,
				      .read = on_read,
				      .windows = s->nwindows ? s->window : NULL,
				      .nwindows = s->nwindows};
	struct watch *w = user;

	if (!w->open)
		w->over = gvi_oracle_init(w->oracle, &bounds, &s->config, &host) != GVI_OK;
	w->open = true;
	if (w->over)
		return;
	w->probed.known = false;
	w->waits = waits(s);
	if (w->has_probe && w->probes < PROBES && may_hold(act))
		look(w, &w->probe, &w->probed);
	if (is_request(act))
		look(w, &act->input, &w->now);
}

/* ---- After ---------------------------------------------------------------------- */

static void observe(struct watch *w, const struct act *act);
static bool stays(const struct watch *w, const struct act *act);
static void check_growth(const struct set *was, const struct set *is);
static void check_prediction(const struct set *set, const struct act *act);
static bool confused(const struct stage *s);

static void keep(struct watch *w, struct stage *s);

static void after(void *user, struct stage *s, const struct act *act)
{
	struct watch *w = user;

	if (w->over)
		return;
	if (act->kind == STAGE_COPY)
		keep(w, s);
	if (act->kind == STAGE_STORE &&
	    gvi_oracle_wrote(w->oracle, act->spa, act->old, act->words) != GVI_OK)
		w->over = true;
	if (act->kind == STAGE_CALL && act->status == GVI_OK) {
		if (is_request(act))
			check_prediction(&w->now, act);
		w->over = w->over || confused(s);
		observe(w, act);
	}
	if (w->probed.known && !w->over && stays(w, act)) {
		w->probes++;
		look(w, &w->probe, &w->now);
		if (w->now.known)
			check_growth(&w->probed, &w->now);
	}
	if (act->kind == STAGE_CALL && act->input.kind == GVI_INPUT_TRANSLATE &&
	    act->status == GVI_OK) {
		w->probe = act->input;
		w->has_probe = true;
	}
}

/* What the oracle is in, with what tables have been, is restored as what was saved. */
static void keep(struct watch *w, struct stage *s)
{
	const struct gvi_host host = {.user = s, .read = on_read};
	const struct gvi *m = gvi_world(w->oracle, 0);
	size_t size = m ? gvi_save_size(m) : 0;
	uint8_t *bytes = malloc(2 * size);
	unsigned values_log2;

	if (size) {
		MUST(bytes && gvi_save(m, bytes, size) == GVI_OK);
		MUST(gvi_saved(bytes, size, &values_log2) == GVI_OK);
		MUST(values_log2 == bounds.values_log2);
		MUST(gvi_restore(w->restored, &host, w->storage, bytes, size) == GVI_OK);
		MUST(gvi_save_size(w->restored) == size);
		MUST(gvi_save(w->restored, bytes + size, size) == GVI_OK);
		MUST(!memcmp(bytes, bytes + size, size));
	}
	free(bytes);
}

static void observe(struct watch *w, const struct act *act)
{
	struct gvi_judgement judgement;
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT, .reply = act->reply};

	if (w->over)
		return;
	if (act->input.kind >= GVI_INPUT_STEP)
		seen.what = GVI_SEEN_VALUE;
	MUST(gvi_observe(w->oracle, &act->input, &seen, &judgement, NULL) == GVI_OK);
	MUST(judgement.verdict != GVI_REFUSED);
	w->over = judgement.verdict == GVI_UNSURE;
}

/* What the IOMMU itself has written into tables the oracle was not told of. */
static bool confused(const struct stage *s)
{
	for (unsigned i = 0; i < s->nwrites && i < STAGE_STORED; i++) {
		const struct stage_write *w = &s->write[i];

		if (!w->exchange && (w->spa < STAGE_COMMANDS ||
				     (w->spa >= STAGE_INTERRUPTS && w->spa < STAGE_DATA)))
			return true;
	}
	return s->nwrites > STAGE_STORED;
}

/* Whether nothing that was permitted may go by this act. */
static bool stays(const struct watch *w, const struct act *act)
{
	if (act->kind != STAGE_CALL || act->status != GVI_OK)
		return true;
	switch (act->input.kind) {
	case GVI_INPUT_MMIO_WRITE:
	case GVI_INPUT_CONFIG_WRITE:
	case GVI_INPUT_DONE:
	case GVI_INPUT_TIMED_OUT:
		return false;
	case GVI_INPUT_STEP:
		return !act->reply.value || !w->waits;
	default:
		return true;
	}
}

/* Where an access goes, and whether it is refused: what is logged depends on the log. */
static bool same_way(const struct gvi_answer *a, const struct gvi_answer *b)
{
	return a->result == b->result && a->address == b->address && a->size == b->size &&
	       a->read == b->read && a->write == b->write && a->coherent == b->coherent;
}

/* What may be held: not what is not present [invalidate.cacheable], nor an entry whose
 * accessed or dirty bit is still to be set, for that is done where the entry was. */
static bool is_held(const struct gvi_outcome *o)
{
	for (unsigned i = 0; i < o->neffects && i < GVI_MAX_EFFECTS; i++)
		if (o->effect[i].kind == GVI_EFFECT_EXCHANGE)
			return false;
	return o->reply.answer.result == GVI_GRANT && o->reply.answer.translated;
}

static void check_growth(const struct set *was, const struct set *is)
{
	for (size_t i = 0; i < was->count; i++) {
		const struct gvi_answer *a = &was->outcome[i].reply.answer;
		bool found = !is_held(&was->outcome[i]);

		for (size_t k = 0; k < is->count && !found; k++)
			found = same_way(a, &is->outcome[k].reply.answer);
		MUST(found);
	}
}

static bool same_reply(const struct act *act, const union gvi_reply *r)
{
	const struct gvi_answer *a = &act->reply.answer, *b = &r->answer;

	switch (act->input.kind) {
	case GVI_INPUT_ATS:
		return act->reply.ats.result == r->ats.result &&
		       act->reply.ats.count == r->ats.count &&
		       !memcmp(act->reply.ats.translation, r->ats.translation,
			       sizeof r->ats.translation);
	case GVI_INPUT_PAGE:
		return act->reply.page.result == r->page.result &&
		       !memcmp(act->reply.page.entry, r->page.entry, sizeof r->page.entry) &&
		       !memcmp(act->reply.page.event, r->page.event, sizeof r->page.event);
	default:
		return stage_same_answer(a, b);
	}
}

static void check_prediction(const struct set *set, const struct act *act)
{
	bool found = false;

	for (size_t i = 0; i < set->count && !found && set->known; i++)
		found = same_reply(act, &set->outcome[i].reply);
	MUST(found || !set->known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stage_way way = {.calm = true, .plain = true};
	static struct watch watch;
	static const struct stage_listener listener = {&watch, before, after};
	static struct stage *stage;
	struct stream stream = stream_of(data, size < 512 ? size : 512);

	if (!stage) {
		stage = stage_new();
		watch.oracle = malloc(gvi_oracle_size(&bounds));
		watch.restored = malloc(gvi_size());
		watch.storage = malloc(gvi_history_size(bounds.values_log2));
		MUST(stage && watch.oracle && watch.restored && watch.storage);
		stage_listen(stage, &listener);
	}
	watch.open = watch.over = watch.has_probe = false;
	watch.probes = 0;
	(void)stage_play(stage, &stream, &way);
	return 0;
}
