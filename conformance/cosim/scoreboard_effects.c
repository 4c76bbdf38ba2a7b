/* What leaves the IOMMU beside answers, and what must have made it. */
#include "conformance/cosim/scoreboard_parts.h"

#include <string.h>

/* ---- Effects and whether they are told ------------------------------------------- */

/* Interrupts of devices are answers; the rest of what is sent is told by itself. */
bool is_told(const struct scoreboard *s, enum gvi_input_kind kind, const struct gvi_effect *e)
{
	unsigned told = s->options.told;

	switch (e->kind) {
	case GVI_EFFECT_WRITE:
		if (kind == GVI_INPUT_STEP && e->length == 8)
			return told & SCOREBOARD_STORES;
		return told & SCOREBOARD_RECORDS;
	case GVI_EFFECT_SEND:
		return told & SCOREBOARD_MESSAGES && (e->message.kind == GVI_MESSAGE_INTERRUPT ||
						      e->message.kind == GVI_MESSAGE_INVALIDATE ||
						      e->message.kind == GVI_MESSAGE_RESPONSE);
	default:
		return false;
	}
}

static bool same_message(const struct gvi_message *a, const struct gvi_message *b)
{
	return a->kind == b->kind && a->address == b->address && a->data == b->data &&
	       a->device == b->device && a->has_pasid == b->has_pasid && a->pasid == b->pasid;
}

/* A record may say what it likes in bits that mean nothing, so that the place counts;
 * what stands there was compared before. */
static bool same_effect(const struct gvi_effect *a, const struct gvi_effect *b)
{
	if (a->kind != b->kind)
		return false;
	if (a->kind == GVI_EFFECT_SEND)
		return same_message(&a->message, &b->message);
	return a->spa == b->spa && a->length == b->length && !memcmp(a->data, b->data, a->length);
}

static const struct gvi_effect *same_in(const struct gvi_effect *list, size_t n,
					const struct gvi_effect *e)
{
	for (size_t i = 0; i < n; i++)
		if (same_effect(&list[i], e))
			return &list[i];
	return NULL;
}

static bool take(struct owed *list, size_t *count, const struct gvi_effect *e)
{
	for (size_t i = 0; i < *count; i++)
		if (same_effect(&list[i].effect, e)) {
			memmove(list + i, list + i + 1, (--*count - i) * sizeof *list);
			return true;
		}
	return false;
}

/* The oldest of too many makes way. */
static void put(struct owed *list, size_t *count, const struct gvi_effect *e, bool certain)
{
	if (*count == MAX_OWED)
		memmove(list, list + 1, --*count * sizeof *list);
	list[(*count)++] = (struct owed){*e, certain};
}

/* ---- What is owed --------------------------------------------------------------------- */

static void remember_tag(struct scoreboard *s, const struct gvi_message *ours, uint8_t theirs);

void owe_effects(struct scoreboard *s, enum gvi_input_kind kind, const struct gvi_effect *but)
{
	const struct gvi *m;
	size_t n, others;
	const struct gvi_effect *e = gvi_effects(gvi_world(s->oracle, 0), &n);

	for (size_t i = 0; i < n; i++) {
		bool certain = true;

		if (!is_told(s, kind, &e[i]) || (but && same_effect(&e[i], but)))
			continue;
		for (uint32_t w = 1; (m = gvi_world(s->oracle, w)) != NULL; w++) {
			const struct gvi_effect *other = gvi_effects(m, &others);

			certain &= same_in(other, others, &e[i]) != NULL;
		}
		if (!take(s->early, &s->nearly, &e[i]))
			put(s->owed, &s->nowed, &e[i], certain);
	}
}

bool refuse_owed(struct scoreboard *s)
{
	bool right = true;

	for (size_t i = 0; i < s->nowed; i++)
		if (s->owed[i].certain && !s->lost)
			right = report_effect(s, &s->owed[i].effect, "was due, and was never seen");
	for (size_t i = 0; i < s->nearly; i++)
		if (!s->lost)
			right = report_effect(s, &s->early[i].effect,
					      "was seen, and nothing has caused it");
	s->nowed = s->nearly = 0;
	return right;
}

/* ---- Commands ---------------------------------------------------------------------------- */

enum { MOST_COMMANDS = 32768 };

static const struct gvi_input step = {.kind = GVI_INPUT_STEP};

static const struct gvi_outcome *outcome_with(struct scoreboard *s, size_t count,
					      const struct gvi_effect *wanted);
static bool perform(struct scoreboard *s, const struct gvi_outcome *outcome,
		    const struct gvi_effect *but);

/* Performs commands up to the one that has this effect.  Those on the way can have none
 * that would have been told. */
static bool explain_by_commands(struct scoreboard *s, const struct gvi_effect *wanted)
{
	const struct gvi_outcome *outcome;
	enum gvi_verdict verdict;
	size_t count;

	for (unsigned i = 0; i < MOST_COMMANDS; i++) {
		if (gvi_permitted(s->oracle, &step, s->list, LISTED, &count, &verdict) != GVI_OK)
			return false;
		outcome = outcome_with(s, count, wanted);
		if (outcome)
			return perform(s, outcome, wanted);
		outcome = outcome_with(s, count, NULL);
		if (!outcome || !perform(s, outcome, NULL)) {
			s->lost |= verdict == GVI_UNSURE;
			return false;
		}
	}
	return false;
}

/* One that does something and has this effect; NULL: none that is told. */
static const struct gvi_outcome *outcome_with(struct scoreboard *s, size_t count,
					      const struct gvi_effect *wanted)
{
	for (size_t i = 0; i < count && i < LISTED; i++) {
		const struct gvi_outcome *o = &s->list[i];
		bool silent = true;

		for (uint32_t k = 0; k < o->neffects; k++)
			silent &= !is_told(s, GVI_INPUT_STEP, &o->effect[k]);
		if (o->reply.value &&
		    (wanted ? same_in(o->effect, o->neffects, wanted) != NULL : silent))
			return o;
	}
	return NULL;
}

static bool perform(struct scoreboard *s, const struct gvi_outcome *outcome,
		    const struct gvi_effect *but)
{
	const struct gvi_seen seen = {.what = GVI_SEEN_VALUE | GVI_SEEN_EFFECTS,
				      .reply = outcome->reply,
				      .effects = outcome->effect,
				      .neffects = outcome->neffects};

	if (s->coverage)
		foresee_aloud(s, &step);
	if (!fits(s, &step, &seen, NULL))
		return false;
	s->totals.commands++;
	s->changes++;
	owe_effects(s, GVI_INPUT_STEP, but);
	return true;
}

/* A bit of Status may be the only thing that shows a COMPLETION_WAIT to be complete.
 * What does not help is taken back. */
bool read_after_commands(struct scoreboard *s, const struct gvi_input *in,
			 const struct gvi_seen *seen)
{
	const struct gvi_judgement judgement = s->judgement;
	const size_t size = gvi_oracle_size(&s->options.bounds), nowed = s->nowed;
	enum gvi_verdict verdict;
	size_t count;

	if (in->kind != GVI_INPUT_MMIO_READ || in->of.mmio.offset < 0x2000)
		return false;
	memcpy(s->trial, s->oracle, size);
	trace_try(s);
	for (unsigned i = 0; i < MOST_COMMANDS; i++) {
		if (gvi_permitted(s->oracle, &step, s->list, LISTED, &count, &verdict) != GVI_OK ||
		    !count || !s->list[0].reply.value || !perform(s, &s->list[0], NULL))
			break;
		if (fits(s, in, seen, NULL)) {
			trace_keep(s, true);
			return true;
		}
	}
	trace_keep(s, false);
	memcpy(s->oracle, s->trial, size);
	s->nowed = nowed;
	s->judgement = judgement;
	return false;
}

/* Software may write over what it knows to have been fetched: it has read the head, or
 * counted completions. */
void reuse_ring(struct scoreboard *s, uint64_t spa)
{
	struct gvi_input in = {.kind = GVI_INPUT_MMIO_READ};
	enum gvi_verdict verdict;
	uint64_t head, tail;
	size_t count;

	if (spa - s->ring >= s->ring_bytes)
		return;
	in.of.mmio.length = 8;
	for (unsigned i = 0; i < MOST_COMMANDS; i++) {
		in.of.mmio.offset = 0x2000;
		if (gvi_permitted(s->oracle, &in, s->list, 1, &count, &verdict) != GVI_OK)
			return;
		head = s->list[0].reply.value;
		in.of.mmio.offset = 0x2008;
		if (gvi_permitted(s->oracle, &in, s->list, 1, &count, &verdict) != GVI_OK)
			return;
		tail = s->list[0].reply.value;
		if (((spa - s->ring - head) & (s->ring_bytes - 1)) >=
		    ((tail - head) & (s->ring_bytes - 1)))
			return;
		if (gvi_permitted(s->oracle, &step, s->list, LISTED, &count, &verdict) != GVI_OK ||
		    !outcome_with(s, count, NULL) ||
		    !perform(s, outcome_with(s, count, NULL), NULL))
			return;
	}
}

/* ---- Records of requests --------------------------------------------------------------- */

static struct gvi_seen with_record(const struct open_request *r, const uint64_t *record);
static bool has_record(const struct open_request *r, const struct gvi_effect *e);
static bool is_in_place(struct scoreboard *s, const struct gvi_effect *e);

/* Whose record that is: of those aborted first, then of those that have no answer yet,
 * each in the order in which they came. */
static struct open_request *owner(struct scoreboard *s, const struct gvi_effect *e)
{
	for (unsigned progress = 0; progress < 2; progress++) {
		uint64_t after = 0;

		for (;;) {
			struct open_request *r = NULL;
			struct gvi_seen seen;

			for (size_t i = 0; i < s->nopen; i++) {
				struct open_request *x = &s->open[i];

				if (x->progress == (progress ? ISSUED : ABORTED) &&
				    x->order >= after && has_record(x, e) &&
				    (!r || x->order < r->order))
					r = x;
			}
			if (!r)
				break;
			seen = with_record(r, e->data);
			if (fits(s, &r->input, &seen, r))
				return r;
			after = r->order + 1;
		}
	}
	return NULL;
}

static bool has_record(const struct open_request *r, const struct gvi_effect *e)
{
	const struct gvi_input *in = &r->input;

	if (e->kind != GVI_EFFECT_WRITE || e->length != 16)
		return false;
	if (in->kind == GVI_INPUT_TRANSLATE)
		return in->of.request.device == (e->data[0] & 0xffff);
	if (in->kind == GVI_INPUT_ATS)
		return in->of.ats.device == (e->data[0] & 0xffff);
	return in->kind == GVI_INPUT_INTERRUPT && in->of.interrupt.device == (e->data[0] & 0xffff);
}

/* The answer as far as it is known, and the record. */
static struct gvi_seen with_record(const struct open_request *r, const uint64_t *record)
{
	struct gvi_seen seen = r->seen;

	seen.what |= GVI_SEEN_RESULT | GVI_SEEN_EVENT;
	if (r->input.kind == GVI_INPUT_ATS) {
		seen.reply.ats.result = GVI_ABORT;
		seen.reply.ats.logging = GVI_LOGGED;
		memcpy(seen.reply.ats.event, record, 16);
	} else {
		seen.reply.answer.result = GVI_ABORT;
		seen.reply.answer.logging = GVI_LOGGED;
		memcpy(seen.reply.answer.event, record, 16);
	}
	return seen;
}

/* Of all that has been tried the last one is reported. */
static bool explain_by_request(struct scoreboard *s, const struct gvi_effect *e, bool *right)
{
	struct open_request *r = owner(s, e);

	if (!r)
		return false;
	*right = s->judgement.verdict != GVI_PERMITTED || is_in_place(s, e) ||
		 report_effect(s, e, "is not where the next record of the log is due");
	s->totals.records++;
	s->totals.in_flight += r->changes != s->changes;
	if (r->progress == ABORTED) {
		count_answer(s, &r->input, &r->seen);
		close_request(s, r);
	} else {
		r->progress = RECORDED;
	}
	return true;
}

/* Then what else the abort has done is owed. */
static bool is_in_place(struct scoreboard *s, const struct gvi_effect *e)
{
	size_t n;
	const struct gvi_effect *list = gvi_effects(gvi_world(s->oracle, 0), &n);

	for (size_t i = 0; i < n; i++)
		if (list[i].kind == GVI_EFFECT_WRITE && list[i].length == 16) {
			const struct gvi_effect due = list[i];

			owe_effects(s, GVI_INPUT_TRANSLATE, &due);
			return due.spa == e->spa;
		}
	return false;
}

bool fits_unrecorded(struct scoreboard *s, struct open_request *r)
{
	static const uint8_t ways[] = {GVI_NO_EVENT, GVI_SUPPRESSED, GVI_LOST};
	struct gvi_seen seen = r->seen;

	seen.what |= GVI_SEEN_EVENT;
	for (size_t i = 0; i < sizeof ways; i++) {
		if (r->input.kind == GVI_INPUT_ATS)
			seen.reply.ats.logging = ways[i];
		else
			seen.reply.answer.logging = ways[i];
		if (fits(s, &r->input, &seen, r)) {
			count_answer(s, &r->input, &seen);
			return true;
		}
	}
	return false;
}

/* ---- What was seen -------------------------------------------------------------------------- */

/* Posted interrupts have effects that come before their answers, and any abort an interrupt
 * that may come before its record. */
static bool may_be_early(const struct scoreboard *s, const struct gvi_effect *e)
{
	bool to_device = e->message.kind == GVI_MESSAGE_INVALIDATE ||
			 e->message.kind == GVI_MESSAGE_RESPONSE;

	for (size_t i = 0; i < s->nopen; i++)
		if ((e->kind == GVI_EFFECT_SEND && !to_device) ||
		    s->open[i].input.kind == GVI_INPUT_INTERRUPT)
			return true;
	return false;
}

static bool seen_effect(struct scoreboard *s, const struct gvi_effect *e, const char *why)
{
	bool right = true;

	if (take(s->owed, &s->nowed, e) || explain_by_request(s, e, &right) ||
	    explain_by_page(s, e) || explain_by_commands(s, e))
		return right;
	if (may_be_early(s, e)) {
		put(s->early, &s->nearly, e, true);
		return true;
	}
	if (s->lost) {
		s->totals.unsure++;
		return true;
	}
	return report_effect(s, e, why);
}

bool scoreboard_written(struct scoreboard *s, uint64_t spa, const uint64_t *data, unsigned bytes)
{
	const struct scoreboard_item item = {
		.kind = SCOREBOARD_WRITTEN, .spa = spa, .data = data, .words = bytes / 8};
	struct gvi_effect e = {.kind = GVI_EFFECT_WRITE, .spa = spa, .length = (uint8_t)bytes};

	feed(s, &item);
	if (bytes != 8 && bytes != 16)
		return report_sentence(s, "the IOMMU writes %u bytes at once", bytes);
	memcpy(e.data, data, bytes);
	if (!seen_effect(s, &e, "was written, and nothing has caused it"))
		return false;
	s->totals.stores += bytes == 8;
	return true;
}

static bool is_tag_free(struct scoreboard *s, const struct gvi_message *message);

bool scoreboard_message(struct scoreboard *s, const struct gvi_message *message)
{
	const struct scoreboard_item item = {.kind = SCOREBOARD_MESSAGE, .message = message};
	struct gvi_effect e = {.kind = GVI_EFFECT_SEND, .message = *message};

	feed(s, &item);
	if (message->kind == GVI_MESSAGE_INTERRUPT)
		e.message.source = GVI_NSOURCES; /* nobody sees why */
	if (!is_tag_free(s, message) || !seen_effect(s, &e, "was sent, and nothing has caused it"))
		return false;
	remember_tag(s, message, message->tag);
	s->totals.messages++;
	return true;
}

/* A device tells its outstanding requests apart by their tags [command.iotlb-request]. */
static bool is_tag_free(struct scoreboard *s, const struct gvi_message *message)
{
	if (message->kind != GVI_MESSAGE_INVALIDATE)
		return true;
	if (message->tag >= 32)
		return report_sentence(s, "tag %u of device 0x%04x is none: there are 32",
				       (unsigned)message->tag, (unsigned)message->device);
	for (size_t i = 0; i < s->nitags; i++)
		if (s->itag[i].device == message->device && s->itag[i].theirs == message->tag)
			return report_sentence(s,
					       "tag %u of device 0x%04x is that of a request that "
					       "it has not completed",
					       (unsigned)message->tag, (unsigned)message->device);
	return true;
}

/* The model's tag is that of the youngest outstanding request like it that has none of theirs. */
static void remember_tag(struct scoreboard *s, const struct gvi_message *message, uint8_t theirs)
{
	size_t n;
	const struct gvi_invalidation *list = gvi_invalidations(gvi_world(s->oracle, 0), &n);

	if (message->kind != GVI_MESSAGE_INVALIDATE)
		return;
	for (size_t i = 0; i < n && s->nitags < GVI_MAX_INVALIDATIONS; i++) {
		size_t k = 0;

		while (k < s->nitags &&
		       (s->itag[k].device != list[i].device || s->itag[k].ours != list[i].tag))
			k++;
		if (list[i].device == message->device && k == s->nitags) {
			s->itag[s->nitags++] = (struct itag){message->device, theirs, list[i].tag};
			return;
		}
	}
}
