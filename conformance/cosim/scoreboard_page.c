/* Page requests.  Nothing comes back for one: an entry, a record or a response tells what
 * became of it, and where more is permitted, only that does. */
#include "conformance/cosim/scoreboard_parts.h"

#include <string.h>

static bool is_silent(const struct scoreboard *s, const struct gvi_outcome *o)
{
	for (uint32_t i = 0; i < o->neffects; i++)
		if (is_told(s, GVI_INPUT_PAGE, &o->effect[i]))
			return false;
	return true;
}

/* In what the answer told of it. */
static bool agrees(const struct gvi_outcome *o, const struct gvi_seen *seen)
{
	return !(seen->what & GVI_SEEN_RESULT) || o->reply.page.result == seen->reply.page.result;
}

static size_t outcomes(struct scoreboard *s, const struct open_request *r)
{
	enum gvi_verdict verdict;
	size_t count = 0;

	if (gvi_permitted(s->oracle, &r->input, s->list, LISTED, &count, &verdict) != GVI_OK)
		return 0;
	return count < LISTED ? count : LISTED;
}

bool page_is_shown_later(struct scoreboard *s, const struct open_request *r,
			 const struct gvi_seen *seen)
{
	size_t count = outcomes(s, r);

	if (seen->what & (GVI_SEEN_EFFECTS | GVI_SEEN_MESSAGE | GVI_SEEN_EVENT))
		return false;
	for (size_t i = 0; i < count; i++)
		if (agrees(&s->list[i], seen) && !is_silent(s, &s->list[i]))
			return true;
	return false;
}

bool page_answer_agrees(struct scoreboard *s, struct open_request *r, const struct gvi_seen *seen)
{
	bool right = !(seen->what & GVI_SEEN_RESULT) ||
		     seen->reply.page.result == r->seen.reply.page.result;

	if (!right)
		(void)report_request(s, r,
				     "has another result than what was written or sent for it");
	else
		count_answer(s, &r->input, &r->seen);
	close_request(s, r);
	return right;
}

/* ---- By what is seen ------------------------------------------------------------------ */

static bool shows(struct scoreboard *s, struct open_request *r, const struct gvi_effect *e);

/* The oldest comes first: those of one device keep their order. */
bool explain_by_page(struct scoreboard *s, const struct gvi_effect *e)
{
	for (uint64_t after = 0;;) {
		struct open_request *r = NULL;

		for (size_t i = 0; i < s->nopen; i++) {
			struct open_request *x = &s->open[i];

			if (x->input.kind == GVI_INPUT_PAGE && x->progress != RECORDED &&
			    x->order >= after && (!r || x->order < r->order))
				r = x;
		}
		if (!r)
			return false;
		if (shows(s, r, e))
			return true;
		after = r->order + 1;
	}
}

static bool may_be(const struct gvi_effect *seen, const struct gvi_effect *permitted)
{
	return seen->kind == permitted->kind && seen->length == permitted->length &&
	       seen->spa == permitted->spa;
}

static bool is_done(struct scoreboard *s, const struct open_request *r, const struct gvi_outcome *o,
		    const struct gvi_effect *effects);
static void settle(struct scoreboard *s, struct open_request *r, const struct gvi_outcome *o,
		   uint32_t at);

/* Of an event the oracle knows which bits mean something. */
static bool shows(struct scoreboard *s, struct open_request *r, const struct gvi_effect *e)
{
	size_t count = outcomes(s, r);
	struct gvi_effect effects[GVI_MAX_EFFECTS];

	for (size_t i = 0; i < count; i++) {
		const struct gvi_outcome *o = &s->list[i];

		for (uint32_t k = 0; k < o->neffects && agrees(o, &r->seen); k++) {
			if (!may_be(e, &o->effect[k]) || !is_told(s, GVI_INPUT_PAGE, &o->effect[k]))
				continue;
			memcpy(effects, o->effect, o->neffects * sizeof *effects);
			effects[k] = *e;
			if (!is_done(s, r, o, effects))
				continue;
			settle(s, r, o, k);
			return true;
		}
	}
	return false;
}

static bool is_done(struct scoreboard *s, const struct open_request *r, const struct gvi_outcome *o,
		    const struct gvi_effect *effects)
{
	const struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_EFFECTS,
				      .reply = o->reply,
				      .effects = effects,
				      .neffects = o->neffects};

	return fits(s, &r->input, &seen, r);
}

/* The rest of what it has done is owed. */
static void settle(struct scoreboard *s, struct open_request *r, const struct gvi_outcome *o,
		   uint32_t at)
{
	size_t n;
	const struct gvi_effect *done = gvi_effects(gvi_world(s->oracle, 0), &n);

	r->seen.reply = o->reply;
	if (at < n) {
		const struct gvi_effect shown = done[at];

		owe_effects(s, GVI_INPUT_PAGE, &shown);
	}
	s->totals.in_flight += r->changes != s->changes;
	if (r->progress != ABORTED) {
		r->progress = RECORDED;
		return;
	}
	count_answer(s, &r->input, &r->seen);
	close_request(s, r);
}

bool page_was_silent(struct scoreboard *s, struct open_request *r)
{
	size_t count = outcomes(s, r);

	for (size_t i = 0; i < count; i++) {
		const struct gvi_outcome *o = &s->list[i];

		if (!agrees(o, &r->seen) || !is_silent(s, o) || !is_done(s, r, o, o->effect))
			continue;
		count_answer(s, &r->input, &r->seen);
		return true;
	}
	return false;
}
