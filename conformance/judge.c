/* A recorded session before the oracle. */
#include "conformance/judge.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Commands that a ring can hold. */
enum { MAX_COMMANDS = 1 << 15, MAX_LISTED = 64 };

static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

bool judge_open(struct judge *j, const struct gvi_bounds *bounds)
{
	size_t size = gvi_oracle_size(bounds);

	*j = (struct judge){.bounds = *bounds, .most_commands = MAX_COMMANDS};
	if (!size)
		return false;
	j->oracle = malloc(size);
	j->look = malloc(gvi_size());
	j->memory = memory_new();
	j->before = malloc(size);
	j->furthest = malloc(size);
	if (j->oracle && j->look && j->memory && j->before && j->furthest)
		return true;
	judge_close(j);
	return false;
}

void judge_close(struct judge *j)
{
	free(j->oracle);
	free(j->look);
	memory_free(j->memory);
	free(j->effects);
	free(j->before);
	free(j->furthest);
	*j = (struct judge){0};
}

static enum ruling begin(struct judge *j);
static enum ruling wrote(struct judge *j, const struct session_record *record, bool told);
static enum ruling observe(struct judge *j, const struct gvi_input *input,
			   const struct gvi_seen *seen);
static enum ruling settle(struct judge *j, const struct gvi_seen *seen);
static enum ruling since(struct judge *j, const struct session_record *record);
static void apply(struct judge *j, const struct gvi_effect *effects, size_t count);

enum ruling judge_record(struct judge *j, const struct session_record *record)
{
	enum ruling ruling;

	j->status = GVI_OK;
	if (!j->begun && record->kind != SESSION_BEGIN)
		return RULED_NOTHING;
	switch (record->kind) {
	case SESSION_BEGIN:
		j->config = record->config;
		memory_clear(j->memory);
		return begin(j);
	case SESSION_RESET:
		return begin(j);
	case SESSION_MOMENT:
		j->moment[j->moments % JUDGE_MOMENTS].theirs = record->spa;
		j->moment[j->moments++ % JUDGE_MOMENTS].ours = gvi_moment(j->oracle);
		return RULED_NOTHING;
	case SESSION_WROTE:
		return wrote(j, record, true);
	case SESSION_IOMMU:
		return wrote(j, record, false);
	case SESSION_INPUT:
	case SESSION_SETTLED:
		break;
	default:
		return RULED_NOTHING;
	}
	if (j->lost)
		return RULED_UNSURE;
	ruling = record->kind == SESSION_INPUT ? since(j, record) : settle(j, &record->seen);
	j->lost = ruling == RULED_UNSURE && record->kind == SESSION_SETTLED;
	apply(j, record->seen.effects, record->seen.neffects);
	return ruling;
}

/* A moment that is forgotten leaves open what the request may have met. */
static enum ruling since(struct judge *j, const struct session_record *record)
{
	struct gvi_seen seen = record->seen;

	bool known = !seen.since;

	for (unsigned i = 0; !known && i < JUDGE_MOMENTS && i < j->moments; i++) {
		known = j->moment[i].theirs == record->seen.since;
		seen.since = known ? j->moment[i].ours : seen.since;
	}
	if (!known)
		return RULED_UNSURE;
	return observe(j, &record->input, &seen);
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
	j->moments = 0;
	j->lost = false;
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
	if (j->status == GVI_OK)
		return rulings[j->judgement.verdict];
	/* What cannot be asked in this state, an IOMMU that is asked it is not in. */
	return j->status == GVI_STATE_DISABLED || j->status == GVI_STATE_NO_INVALIDATION ||
			       j->status == GVI_STATE_NO_TIMEOUT
		       ? RULED_REFUSED
		       : RULED_WRONG;
}

static size_t visible(const struct gvi_outcome *outcome);

/* Numbers of effects that one command may have, the largest first. */
struct counts {
	size_t n[MAX_LISTED], count;
	bool any, idle; /* there may be a command, there may be none */
};

static void add_count(struct counts *c, size_t n)
{
	size_t at = 0;

	while (at < c->count && c->n[at] > n)
		at++;
	if (c->count == MAX_LISTED || (at < c->count && c->n[at] == n))
		return;
	memmove(c->n + at + 1, c->n + at, (c->count++ - at) * sizeof c->n[0]);
	c->n[at] = n;
}

/* Of the commands that may take effect now; an IOMMU that is idle has none.  False if
 * nobody can tell. */
static bool possible_counts(struct judge *j, struct counts *c)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	struct gvi_outcome *list = calloc(MAX_LISTED, sizeof *list);
	enum gvi_verdict verdict;
	size_t count = 0;
	bool good = list &&
		    gvi_permitted(j->oracle, &step, list, MAX_LISTED, &count, &verdict) == GVI_OK;

	*c = (struct counts){0};
	for (size_t i = 0; good && i < count && i < MAX_LISTED; i++) {
		add_count(c, visible(&list[i]));
		c->any |= list[i].reply.value != 0;
		c->idle |= list[i].reply.value == 0;
	}
	free(list);
	return good && count <= MAX_LISTED;
}

static size_t visible(const struct gvi_outcome *outcome)
{
	size_t n = 0;

	for (size_t i = 0; i < outcome->neffects; i++)
		n += outcome->effect[i].kind != GVI_EFFECT_RAISE;
	return n;
}

static enum ruling settle_unseen(struct judge *j);
static enum ruling match_commands(struct judge *j, const struct gvi_effect *effects, size_t count);

static enum ruling settle(struct judge *j, const struct gvi_seen *seen)
{
	struct gvi_effect *effects;
	size_t count = 0;
	enum ruling ruling = RULED_UNSURE;

	if (!(seen->what & GVI_SEEN_EFFECTS))
		return settle_unseen(j);
	effects = calloc(seen->neffects + 1, sizeof *effects);
	for (size_t i = 0; effects && i < seen->neffects; i++)
		if (seen->effects[i].kind != GVI_EFFECT_RAISE)
			effects[count++] = seen->effects[i];
	if (effects)
		ruling = match_commands(j, effects, count);
	free(j->effects);
	j->effects = effects;
	return ruling;
}

/* Commands that are matched with effects, and the first place where one may have had more
 * of them or less that has not been tried to its end. */
struct settling {
	struct judge *j;
	const struct gvi_effect *effects;
	size_t count, at; /* effects, and how many are taken */
	uint32_t worlds;  /* that explained all before */
	bool idle, unsure;
	void *before, *furthest; /* the oracle at the crossing, and where most was explained */
	size_t most;             /* how much that was */
	size_t crossing, next;   /* effects taken before it, and what to try next */
	bool open, skipped;      /* skipped: one behind it was not marked */
};

static bool next_command(struct settling *s);
static enum ruling explain_refusal(struct settling *s);
static bool go_back(struct settling *s);
static bool try_command(struct settling *s, size_t n);

/* One command after the other, each with the effects that it may have had; where these
 * are of different number, each is tried.  What can then not be told apart for sure is
 * not refused. */
static enum ruling match_commands(struct judge *j, const struct gvi_effect *effects, size_t count)
{
	struct settling s = {.j = j,
			     .effects = effects,
			     .count = count,
			     .before = j->before,
			     .furthest = j->furthest};
	enum ruling ruling = RULED_PERMITTED;

	memcpy(s.furthest, (const void *)j->oracle, gvi_oracle_size(&j->bounds));
	for (unsigned n = 0; n < 2 * j->most_commands; n++) {
		if (next_command(&s))
			continue;
		if (s.unsure || (s.idle && s.at == count) || !go_back(&s))
			break;
	}
	if (s.unsure || s.j->status != GVI_OK)
		ruling = RULED_UNSURE;
	else if (!s.idle || s.at < count)
		ruling = explain_refusal(&s);
	j->explained = s.most;
	return ruling == RULED_REFUSED && s.skipped ? RULED_UNSURE : ruling;
}

static bool go_back(struct settling *s)
{
	if (!s->open)
		return false;
	memcpy((void *)s->j->oracle, s->before, gvi_oracle_size(&s->j->bounds));
	s->at = s->crossing;
	return true;
}

static void mark_crossing(struct settling *s, size_t next);

/* False if the IOMMU is idle, or no command can have had the next effects. */
static bool next_command(struct settling *s)
{
	struct counts c;
	bool again = s->open && s->crossing == s->at;
	size_t i = again ? s->next : 0;

	s->unsure = !possible_counts(s->j, &c);
	/* Where one may, but need not, wait for ever, nothing new comes any more. */
	s->idle = !c.any || (c.idle && s->at == s->count && s->worlds == s->j->judgement.worlds);
	s->worlds = s->j->judgement.worlds;
	for (; !s->unsure && !s->idle && i < c.count; i++) {
		if (c.n[i] > s->count - s->at)
			continue;
		if (again || !s->open)
			s->open = false;
		s->skipped |= i + 1 < c.count && s->open;
		if (i + 1 < c.count && !s->open)
			mark_crossing(s, i + 1);
		if (try_command(s, c.n[i]))
			return true;
	}
	if (again)
		s->open = false;
	return false;
}

static void mark_crossing(struct settling *s, size_t next)
{
	memcpy(s->before, (const void *)s->j->oracle, gvi_oracle_size(&s->j->bounds));
	s->crossing = s->at;
	s->next = next;
	s->open = true;
}

static bool try_command(struct settling *s, size_t n)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	/* An IOMMU that is idle has no effects either. */
	const struct gvi_seen seen = {
		.what = GVI_SEEN_EFFECTS, .effects = s->effects + s->at, .neffects = n};

	if (observe(s->j, &step, &seen) != RULED_PERMITTED)
		return false;
	s->at += n;
	if (s->at > s->most) {
		s->most = s->at;
		memcpy(s->furthest, (const void *)s->j->oracle, gvi_oracle_size(&s->j->bounds));
	}
	return true;
}

/* From where most effects were explained: past what shows none, to the command that would
 * have done something else. */
static enum ruling explain_refusal(struct settling *s)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	struct judge *j = s->j;
	enum ruling ruling = RULED_REFUSED;

	memcpy((void *)j->oracle, s->furthest, gvi_oracle_size(&j->bounds));
	s->at = s->most;
	for (unsigned n = 0; n < MAX_LISTED; n++) {
		const struct gvi_seen seen = {.what = GVI_SEEN_EFFECTS,
					      .effects = s->effects + s->at,
					      .neffects = s->at < s->count ? 1 : 0};

		ruling = observe(j, &step, &seen);
		if (ruling != RULED_REFUSED || !j->nearest.reply.value || visible(&j->nearest) ||
		    !try_command(s, 0))
			break;
	}
	return ruling == RULED_PERMITTED ? RULED_UNSURE : ruling;
}

static enum ruling settle_unseen(struct judge *j)
{
	static const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	const struct gvi_seen done = {.what = GVI_SEEN_VALUE, .reply.value = 1};
	enum ruling ruling = RULED_PERMITTED;

	for (unsigned n = 0; ruling == RULED_PERMITTED && n < j->most_commands; n++)
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
	if (j->status != GVI_OK) {
		text_add(t, "%s", gvi_status_text(j->status));
		return;
	}
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

static void put_reply(const struct gvi_input *input, const union gvi_reply *reply, uint32_t what,
		      struct text *t);
static void put_effects(const struct gvi_effect *effects, size_t count, struct text *t);

static void explain_difference(const struct judge *j, struct text *t)
{
	bool effects = j->judgement.differs == GVI_SEEN_EFFECTS;

	if (effects)
		put_effects(j->seen.effects, j->seen.neffects, t);
	else
		put_reply(&j->input, &j->seen.reply, j->seen.what, t);
	if (!j->judgement.near || j->judgement.stale)
		return;
	text_add(t, "; nearest of what is permitted: ");
	if (effects)
		put_effects(j->nearest.effect, j->nearest.neffects, t);
	else
		put_reply(&j->input, &j->nearest.reply, GVI_SEEN_ALL, t);
}

/* Of the page only what was seen. */
static void put_reply(const struct gvi_input *input, const union gvi_reply *reply, uint32_t what,
		      struct text *t)
{
	const bool page = what & (GVI_SEEN_SIZE | GVI_SEEN_RIGHTS | GVI_SEEN_ATTRIBUTES);
	static const char *const pages[] = {"logs the request", "loses the request",
					    "answers by itself", "discards the request",
					    "refuses the request"};
	struct step step = {.u.ats = input->of.ats};
	struct seen seen = {.step = &step, .abilities = page ? DUT_ATTRIBUTES : 0};

	switch ((enum gvi_input_kind)input->kind) {
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

/* ---- What a reply says ------------------------------------------------------------- */

uint8_t judge_result(const struct gvi_input *in, const union gvi_reply *reply)
{
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		return reply->answer.result;
	case GVI_INPUT_ATS:
		return reply->ats.result;
	case GVI_INPUT_PAGE:
		return reply->page.result;
	default:
		return 0;
	}
}

static const uint16_t *clauses_of(const struct gvi_input *in, const union gvi_reply *reply,
				  unsigned *count)
{
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		*count = reply->answer.nclauses;
		return reply->answer.clause;
	case GVI_INPUT_ATS:
		*count = reply->ats.nclauses;
		return reply->ats.clause;
	case GVI_INPUT_PAGE:
		*count = reply->page.nclauses;
		return reply->page.clause;
	default:
		*count = 0;
		return NULL;
	}
}

/* That an event was due is no reason. */
unsigned judge_rule(const struct gvi_input *in, const union gvi_reply *reply)
{
	unsigned n;
	const uint16_t *clause = clauses_of(in, reply, &n);

	while (n > 1 && strncmp(gvi_clauses[clause[n - 1]].slug, "event.", 6) == 0)
		n--;
	return n ? clause[n - 1] : GVI_NCLAUSES;
}

unsigned judge_broken(struct judge *j)
{
	struct gvi_outcome now[1];
	enum gvi_verdict verdict;
	size_t count = 0;

	if (j->judgement.stale &&
	    gvi_permitted(j->oracle, &j->input, now, 1, &count, &verdict) == GVI_OK && count)
		return judge_rule(&j->input, &now[0].reply);
	return judge_rule(&j->input, &j->nearest.reply);
}
