/* A recorded session before the oracle. */
#include "conformance/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Commands that a ring can hold. */
enum { MAX_COMMANDS = 1 << 15, MAX_LISTED = 16 };

static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

bool judge_open(struct judge *j, const struct gvi_bounds *bounds)
{
	size_t size = gvi_oracle_size(bounds);

	*j = (struct judge){.bounds = *bounds};
	if (!size)
		return false;
	j->oracle = malloc(size);
	j->look = malloc(gvi_size());
	j->memory = memory_new();
	if (j->oracle && j->look && j->memory)
		return true;
	judge_close(j);
	return false;
}

void judge_close(struct judge *j)
{
	free(j->oracle);
	free(j->look);
	memory_free(j->memory);
	*j = (struct judge){0};
}

static enum ruling begin(struct judge *j);
static enum ruling wrote(struct judge *j, const struct session_record *record, bool told);
static enum ruling observe(struct judge *j, const struct gvi_input *input,
			   const struct gvi_seen *seen);
static enum ruling settle(struct judge *j, const struct gvi_seen *seen);
static void apply(struct judge *j, const struct gvi_effect *effects, size_t count);

enum ruling judge_record(struct judge *j, const struct session_record *record)
{
	enum ruling ruling;

	j->status = GVI_OK;
	switch (record->kind) {
	case SESSION_BEGIN:
		j->config = record->config;
		memory_clear(j->memory);
		return begin(j);
	case SESSION_RESET:
		return begin(j);
	case SESSION_WROTE:
		return wrote(j, record, true);
	case SESSION_IOMMU:
		return wrote(j, record, false);
	case SESSION_INPUT:
		ruling = observe(j, &record->input, &record->seen);
		break;
	case SESSION_SETTLED:
		ruling = settle(j, &record->seen);
		break;
	default:
		return RULED_NOTHING;
	}
	apply(j, record->seen.effects, record->seen.neffects);
	return ruling;
}

static enum ruling wrong(struct judge *j, enum gvi_status status)
{
	j->status = status;
	return status == GVI_OK ? RULED_NOTHING : RULED_WRONG;
}

static enum ruling begin(struct judge *j)
{
	const struct gvi_host host = {.user = j->memory, .read = read_memory};

	j->begun = true;
	return wrong(j, gvi_oracle_init(j->oracle, &j->bounds, &j->config, &host));
}

/* ---- Memory ----------------------------------------------------------------- */

/* In pieces of 64 bytes, each in one go; what stays the same is no change. */
static enum ruling wrote(struct judge *j, const struct session_record *record, bool told)
{
	uint64_t first = record->spa & ~UINT64_C(7), end = record->spa + record->nbytes;
	enum gvi_status status = GVI_OK;

	for (uint64_t at = first; at < end && status == GVI_OK; at += 64) {
		uint64_t from = at > record->spa ? at : record->spa;
		uint64_t to = end - at < 64 ? end : at + 64, old[8];
		size_t words = (size_t)(to - at + 7) / 8;
		bool same = true;

		for (size_t i = 0; i < words; i++)
			old[i] = memory_load(j->memory, at + 8 * i);
		if (!memory_write(j->memory, from, record->bytes + (from - record->spa),
				  (size_t)(to - from)))
			return wrong(j, GVI_ARG_WROTE);
		for (size_t i = 0; i < words; i++)
			same = same && old[i] == memory_load(j->memory, at + 8 * i);
		if (told && !same)
			status = gvi_oracle_wrote(j->oracle, at, old, words);
	}
	return wrong(j, status);
}

/* What the IOMMU was seen to write, whether it was permitted or not. */
static void apply(struct judge *j, const struct gvi_effect *effects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct gvi_effect *e = &effects[i];

		if (e->bus != GVI_BUS_OK)
			continue;
		if (e->kind == GVI_EFFECT_EXCHANGE)
			(void)memory_store(j->memory, e->spa, e->data[1]);
		for (unsigned k = 0; e->kind == GVI_EFFECT_WRITE && k < e->length / 8u; k++)
			(void)memory_store(j->memory, e->spa + 8 * k, e->data[k]);
	}
}

/* ---- What the IOMMU did ------------------------------------------------------- */

static enum ruling observe(struct judge *j, const struct gvi_input *input,
			   const struct gvi_seen *seen)
{
	static const enum ruling rulings[] = {RULED_PERMITTED, RULED_REFUSED, RULED_UNSURE};

	j->input = *input;
	j->seen = *seen;
	j->status = gvi_observe(j->oracle, input, seen, &j->judgement, &j->nearest);
	return j->status == GVI_OK ? rulings[j->judgement.verdict] : RULED_WRONG;
}

static size_t visible(const struct gvi_outcome *outcome);

/* How many effects one command may have had next: of each number one is tried. */
static enum ruling one_command(struct judge *j, const struct gvi_effect *next, size_t left,
			       size_t *used, bool *idle)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	struct gvi_outcome *list = calloc(MAX_LISTED, sizeof *list);
	enum ruling ruling = RULED_UNSURE;
	enum gvi_verdict verdict;
	size_t count = 0;
	bool refused = false;

	*idle = true;
	if (list && gvi_permitted(j->oracle, &step, list, MAX_LISTED, &count, &verdict) == GVI_OK)
		ruling = RULED_NOTHING;
	for (size_t i = 0; ruling == RULED_NOTHING && i < count && i < MAX_LISTED; i++) {
		size_t n = visible(&list[i]);
		struct gvi_seen seen = {.what = GVI_SEEN_VALUE | GVI_SEEN_EFFECTS,
					.reply.value = 1,
					.effects = next,
					.neffects = n};

		if (!list[i].reply.value)
			continue;
		*idle = false;
		refused = true;
		if (n > left)
			continue;
		*used = n;
		ruling = observe(j, &step, &seen);
		if (ruling == RULED_REFUSED)
			ruling = RULED_NOTHING;
	}
	free(list);
	return ruling == RULED_NOTHING && refused ? RULED_REFUSED : ruling;
}

static size_t visible(const struct gvi_outcome *outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < outcome->neffects; i++)
		n += outcome->effect[i].kind != GVI_EFFECT_RAISE;
	return n;
}

static enum ruling settle_unseen(struct judge *j);
static enum ruling explain_refusal(struct judge *j, const struct gvi_effect *effects, size_t count);

/* One command after the other, each with the effects that it may have had. */
static enum ruling settle(struct judge *j, const struct gvi_seen *seen)
{
	struct gvi_effect *effects;
	size_t count = 0, at = 0;
	enum ruling ruling = RULED_NOTHING;
	bool idle = false;

	if (!(seen->what & GVI_SEEN_EFFECTS))
		return settle_unseen(j);
	effects = calloc(seen->neffects + 1, sizeof *effects);
	for (size_t i = 0; effects && i < seen->neffects; i++)
		if (seen->effects[i].kind != GVI_EFFECT_RAISE)
			effects[count++] = seen->effects[i];
	for (unsigned n = 0; effects && !idle && n < MAX_COMMANDS; n++) {
		size_t used = 0;

		ruling = one_command(j, effects + at, count - at, &used, &idle);
		at += used;
		if (ruling == RULED_REFUSED || ruling == RULED_UNSURE || ruling == RULED_WRONG)
			break;
	}
	if (ruling == RULED_REFUSED || (idle && at < count))
		ruling = explain_refusal(j, effects + at, count - at);
	free(effects);
	return ruling == RULED_NOTHING ? RULED_PERMITTED : ruling;
}

/* What the next command would have done instead of the effect that came. */
static enum ruling explain_refusal(struct judge *j, const struct gvi_effect *effects, size_t count)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	const struct gvi_seen seen = {.what = GVI_SEEN_VALUE | GVI_SEEN_EFFECTS,
				      .reply.value = 1,
				      .effects = effects,
				      .neffects = count ? 1 : 0};
	enum ruling ruling = observe(j, &step, &seen);

	return ruling == RULED_PERMITTED ? RULED_UNSURE : ruling;
}

static enum ruling settle_unseen(struct judge *j)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	const struct gvi_seen done = {.what = GVI_SEEN_VALUE, .reply.value = 1};
	enum ruling ruling = RULED_PERMITTED;

	for (unsigned n = 0; ruling == RULED_PERMITTED && n < MAX_COMMANDS; n++)
		ruling = observe(j, &step, &done);
	return ruling == RULED_REFUSED ? RULED_PERMITTED : ruling;
}

uint64_t judge_register(struct judge *j, uint32_t offset)
{
	const struct gvi *m = j->begun ? gvi_world(j->oracle, 0) : NULL;
	uint64_t value = 0;

	if (!m)
		return 0;
	memcpy((void *)j->look, (const void *)m, gvi_size());
	(void)gvi_mmio_read(j->look, offset, 8, &value);
	return value;
}

/* ---- Why ---------------------------------------------------------------------- */

static void explain_difference(const struct judge *j, struct text *t);
static void explain_picks(const struct gvi_outcome *o, struct text *t);

void judge_explain(const struct judge *j, struct text *t)
{
	text_add(t, "the IOMMU ");
	explain_difference(j, t);
	if (j->judgement.stale) {
		text_add(t, "; that was permitted until ");
		describe_record(command_format(j->judgement.ended_by), j->judgement.ended_by, t);
		text_add(t, " was complete");
	}
	if (j->judgement.stale || j->judgement.near)
		explain_picks(&j->nearest, t);
}

static void put_reply(enum gvi_input_kind kind, const union gvi_reply *reply,
		      const struct gvi_input *input, struct text *t);
static void put_effects(const struct gvi_effect *effects, size_t count, struct text *t);

static void explain_difference(const struct judge *j, struct text *t)
{
	enum gvi_input_kind kind = (enum gvi_input_kind)j->input.kind;
	bool effects = j->judgement.differs == GVI_SEEN_EFFECTS;

	if (effects)
		put_effects(j->seen.effects, j->seen.neffects, t);
	else
		put_reply(kind, &j->seen.reply, &j->input, t);
	if (!j->judgement.near || j->judgement.stale)
		return;
	text_add(t, "; nearest of what is permitted: ");
	if (effects)
		put_effects(j->nearest.effect, j->nearest.neffects, t);
	else
		put_reply(kind, &j->nearest.reply, &j->input, t);
}

static void put_reply(enum gvi_input_kind kind, const union gvi_reply *reply,
		      const struct gvi_input *input, struct text *t)
{
	static const char *const pages[] = {"logs the request", "loses the request",
					    "answers by itself", "discards the request",
					    "refuses the request"};
	struct step step = {.u.ats = input->of.ats};
	struct seen seen = {.step = &step, .abilities = ~0u};

	switch (kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		text_add(t, "answers: ");
		seen.answer = &reply->answer;
		describe_answer(&seen, t);
		break;
	case GVI_INPUT_ATS:
		text_add(t, "answers: ");
		seen.ats = &reply->ats;
		describe_answer(&seen, t);
		break;
	case GVI_INPUT_PAGE:
		text_add(t, "%s",
			 reply->page.result <= GVI_PAGE_REFUSED ? pages[reply->page.result] : "?");
		break;
	case GVI_INPUT_STEP:
		text_add(t, reply->value ? "performs a command" : "performs no command");
		break;
	default:
		text_add(t, "returns 0x%" PRIx64, reply->value);
	}
}

static void put_effects(const struct gvi_effect *effects, size_t count, struct text *t)
{
	static const struct ring none[NLOGS];
	const char *separator = "";

	for (size_t i = 0; i < count; i++) {
		if (effects[i].kind == GVI_EFFECT_RAISE)
			continue;
		text_add(t, "%s", separator);
		describe_effect(&effects[i], none, t);
		separator = ", ";
	}
	if (!*separator)
		text_add(t, "does nothing to memory and sends nothing");
}

static void explain_picks(const struct gvi_outcome *o, struct text *t)
{
	const char *separator = " (with ";

	for (unsigned i = 0; i < o->npicks; i++) {
		const struct gvi_pick *p = &o->pick[i];

		text_add(t, "%s%s=%s", separator, gvi_choices[p->choice].id,
			 gvi_choices[p->choice].alternative[p->value].name);
		if (p->spa)
			text_add(t, " at 0x%" PRIx64, p->spa);
		separator = ", ";
	}
	if (o->npicks)
		text_add(t, ")");
}
