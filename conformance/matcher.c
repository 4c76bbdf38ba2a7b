/* What was seen against what was expected. */
#include "conformance/matcher.h"

#include <inttypes.h>
#include <string.h>

/* ---- Answers ----------------------------------------------------------------- */

static bool match_choice(const struct answer *expected, struct seen *seen, uint8_t *possible,
			 struct text *why);
static bool match_result(const struct answer *expected, struct seen *seen);
static bool match_traces(const struct traces *expected, struct seen *seen);
static void explain_answer(const struct answer *expected, const struct seen *seen,
			   struct text *why);

bool match_answer(const struct answer *expected, struct seen *seen, uint8_t *possible,
		  struct text *why)
{
	if (expected->kind == ANSWER_CHOICE)
		return match_choice(expected, seen, possible, why);
	if (match_result(expected, seen) && match_traces(&expected->traces, seen))
		return true;
	if (why)
		explain_answer(expected, seen, why);
	return false;
}

static unsigned fitting(const struct answer *expected, struct seen *seen, uint8_t *possible,
			unsigned alternatives);
static void explain_choice(const struct answer *expected, struct seen *seen, uint8_t *possible,
			   struct text *why);

/* If several alternatives fit, as they may look alike here, nothing more is
 * learnt about choices further in. */
static bool match_choice(const struct answer *expected, struct seen *seen, uint8_t *possible,
			 struct text *why)
{
	unsigned fit = fitting(expected, seen, possible, possible[expected->choice]);

	if (!fit) {
		if (why)
			explain_choice(expected, seen, possible, why);
		return false;
	}
	for (unsigned i = 0; i < gvi_choices[expected->choice].count; i++)
		if (fit == 1u << i)
			(void)match_answer(expected->alternative[i], seen, possible, NULL);
	narrow(possible, expected->choice, fit);
	return true;
}

/* Which of the alternatives fit; what they would teach is forgotten. */
static unsigned fitting(const struct answer *expected, struct seen *seen, uint8_t *possible,
			unsigned alternatives)
{
	unsigned fit = 0;

	for (unsigned i = 0; i < gvi_choices[expected->choice].count; i++) {
		uint8_t copy[GVI_NCHOICES];

		if (!(alternatives >> i & 1))
			continue;
		memcpy(copy, possible, sizeof copy);
		if (match_answer(expected->alternative[i], seen, copy, NULL))
			fit |= 1u << i;
	}
	return fit;
}

void narrow(uint8_t *possible, unsigned choice, unsigned alternatives)
{
	if (gvi_choices[choice].habit)
		possible[choice] &= (uint8_t)alternatives;
}

static bool match_message(const struct answer *expected, struct seen *seen);
static bool match_posted(const struct answer *expected, const struct gvi_answer *seen);
static bool match_completions(const struct answer *expected, const struct seen *seen);
static bool match_attributes(const struct answer *expected, struct seen *seen);

static bool match_result(const struct answer *expected, struct seen *seen)
{
	const struct gvi_answer *e = &expected->expected, *s = seen->answer;

	if (expected->kind == ANSWER_NONE)
		return true;
	if ((seen->ats ? seen->ats->result : s->result) != e->result)
		return false;
	if (expected->kind == ANSWER_COMPLETION)
		return match_completions(expected, seen);
	if (expected->kind == ANSWER_MESSAGE)
		return match_message(expected, seen);
	if (expected->kind == ANSWER_POSTED)
		return match_posted(expected, s);
	if (expected->named & NAMED_ADDRESS && s->address != e->address)
		return false;
	return !(expected->named & ~NAMED_ADDRESS) || match_attributes(expected, seen);
}

static bool same_data(const struct answer *expected, const struct gvi_answer *seen);

static bool match_message(const struct answer *expected, struct seen *seen)
{
	const struct gvi_answer *a = seen->answer;
	const struct gvi_message *e = &expected->expected.message, *s = &a->message;
	unsigned wrong = 0;

	wrong |= s->address != e->address ? NAMED_MESSAGE_ADDRESS : 0u;
	wrong |= !same_data(expected, a) ? NAMED_DATA : 0u;
	wrong |= s->destination != e->destination ? NAMED_DESTINATION : 0u;
	wrong |= a->translated != expected->expected.translated ? NAMED_TRANSLATED : 0u;
	if (seen->abilities & DUT_RQ_EOI)
		wrong |= s->rq_eoi != e->rq_eoi ? NAMED_RQ_EOI : 0u;
	else if (expected->named & NAMED_RQ_EOI)
		seen->partial = true;
	return (s->kind == GVI_MESSAGE_REMAPPED || s->kind == GVI_MESSAGE_PASSED) &&
	       !(wrong & expected->named);
}

#define MSI_MEANING       UINT32_C(0x000087ff) /* vector, delivery mode, trigger mode */
#define MSI_LEVEL         UINT32_C(0x00004000)
#define MSI_TRIGGER_LEVEL UINT32_C(0x00008000)

/* Reserved bits, and the level of an edge-triggered message, say nothing to its
 * receiver, and HyperTransport's form [remap.message-form] has no place for them:
 * they need not be there any more in a message that was made anew. */
static bool same_data(const struct answer *expected, const struct gvi_answer *seen)
{
	uint32_t a = expected->expected.message.data, b = seen->message.data;
	uint32_t care = (a | b) & MSI_TRIGGER_LEVEL ? MSI_MEANING | MSI_LEVEL : MSI_MEANING;

	return !((a ^ b) & (seen->translated ? care : UINT32_MAX));
}

static bool match_posted(const struct answer *expected, const struct gvi_answer *seen)
{
	const struct gvi_message *e = &expected->expected.message, *s = &seen->message;
	unsigned wrong = 0;

	wrong |= s->data != e->data ? NAMED_DATA : 0u;
	wrong |= s->destination != e->destination ? NAMED_DESTINATION : 0u;
	return s->kind == e->kind && !(wrong & expected->named);
}

static bool match_completion(const struct completion *expected, uint64_t seen, uint64_t address);

static bool match_completions(const struct answer *expected, const struct seen *seen)
{
	const struct gvi_ats_request *request = &seen->step->u.ats;

	if (seen->ats->count != expected->ncompletions)
		return false;
	for (unsigned i = 0; i < seen->ats->count; i++)
		if (!match_completion(&expected->completion[i], seen->ats->translation[i],
				      request->address + ((uint64_t)i << request->unit_log2)))
			return false;
	return true;
}

static bool fits_size(const struct completion *expected, uint8_t size_log2);

/* With R=W=0 nothing else counts: it need not be right, and cannot be asked for. */
static bool match_completion(const struct completion *expected, uint64_t seen, uint64_t address)
{
	const uint64_t rights =
		gvi_field_mask(GVI_ATS_COMPLETION_R, 0) | gvi_field_mask(GVI_ATS_COMPLETION_W, 0);
	uint64_t wrong = (seen ^ expected->word) & expected->mask;
	struct span span = completion_span(seen, address);

	if ((expected->mask & rights) == rights && !(expected->word & rights))
		return !(wrong & rights);
	if (!(seen & rights))
		return !wrong && !expected->named && !(expected->mask & ~rights);
	if (wrong || (expected->named & NAMED_ADDRESS && span.address != expected->address))
		return false;
	return !(expected->named & NAMED_SIZE) || fits_size(expected, span.size_log2);
}

static bool fits_size(const struct completion *expected, uint8_t size_log2)
{
	if (expected->comparison == IS_AT_MOST)
		return size_log2 <= expected->size_log2;
	if (expected->comparison == IS_AT_LEAST)
		return size_log2 >= expected->size_log2;
	return size_log2 == expected->size_log2;
}

static bool match_attributes(const struct answer *expected, struct seen *seen)
{
	const struct gvi_answer *e = &expected->expected, *s = seen->answer;
	unsigned wrong = 0;

	if (!(seen->abilities & DUT_ATTRIBUTES)) {
		seen->partial = true;
		return true;
	}
	if (seen->ats)
		return !(expected->named & NAMED_COMPLETION) ||
		       seen->ats->completion == e->completion;
	wrong |= s->size != e->size ? NAMED_SIZE : 0u;
	wrong |= s->read != e->read ? NAMED_READ : 0u;
	wrong |= s->write != e->write ? NAMED_WRITE : 0u;
	wrong |= s->coherent != e->coherent ? NAMED_COHERENT : 0u;
	wrong |= s->untranslated_only != e->untranslated_only ? NAMED_UNTRANSLATED_ONLY : 0u;
	wrong |= s->completion != e->completion ? NAMED_COMPLETION : 0u;
	return !(wrong & expected->named);
}

/* ---- Traces ------------------------------------------------------------------ */

static bool match_entries(const struct traces *expected, enum log_name log, struct seen *seen);
static bool match_messages(const struct messages *expected, struct seen *seen);

static bool match_traces(const struct traces *expected, struct seen *seen)
{
	for (unsigned i = 0; i < NLOGS; i++)
		if (!match_entries(expected, (enum log_name)i, seen))
			return false;
	return match_messages(&expected->messages, seen);
}

static bool same_entry(const struct entry *expected, const uint64_t seen[2])
{
	return !((seen[0] ^ expected->raw[0]) & expected->mask[0]) &&
	       !((seen[1] ^ expected->raw[1]) & expected->mask[1]);
}

static bool match_entries(const struct traces *expected, enum log_name log, struct seen *seen)
{
	const struct entries *entries = &expected->log[log];

	if (!(seen->abilities & DUT_EVENTS)) {
		seen->partial = seen->partial || entries->count;
		return true;
	}
	if (seen->nentries[log] != entries->count || entries->count > MAX_ENTRIES_SEEN)
		return false;
	for (size_t i = 0; i < entries->count; i++)
		if (!same_entry(&entries->entry[i], seen->entry[log][i]))
			return false;
	return true;
}

/* docs/spec does not say what is sent in the reserved bits of a response. */
static bool same_response(const struct gvi_message *a, const struct gvi_message *b)
{
	const uint64_t x = a->data, y = b->data;

	return gvi_get(GVI_PRG_RESPONSE_PRG_INDEX, &x) == gvi_get(GVI_PRG_RESPONSE_PRG_INDEX, &y) &&
	       gvi_get(GVI_PRG_RESPONSE_RESPONSE, &x) == gvi_get(GVI_PRG_RESPONSE_RESPONSE, &y);
}

static bool same_message(const struct gvi_message *expected, const struct gvi_message *seen)
{
	bool invalidate = expected->kind == GVI_MESSAGE_INVALIDATE;

	return seen->kind == expected->kind && seen->device == expected->device &&
	       seen->has_pasid == expected->has_pasid && seen->pasid == expected->pasid &&
	       (invalidate ? seen->address == expected->address : same_response(seen, expected));
}

/* How many of the messages are like this one. */
static size_t count_message(const struct gvi_message *like, const struct gvi_message *list,
			    size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += same_message(like, &list[i]);
	return n;
}

/* [command.execute] All of them, in any order. */
static bool match_messages(const struct messages *expected, struct seen *seen)
{
	if (!(seen->abilities & (DUT_ATS | DUT_PRI))) {
		seen->partial = seen->partial || expected->count;
		return true;
	}
	if (seen->nmessages != expected->count)
		return false;
	for (size_t i = 0; i < expected->count; i++)
		if (count_message(&expected->message[i], expected->message, expected->count) !=
		    count_message(&expected->message[i], seen->messages, seen->nmessages))
			return false;
	return true;
}

/* ---- Answers in words ------------------------------------------------------------ */

/* Of a list the first are told. */
enum { MOST_TOLD = 2 };

static void describe_seen(const struct seen *seen, struct text *t);
static void describe_entries_seen(const struct seen *seen, enum log_name log, struct text *t);
static void and_more(size_t count, struct text *t);
static void describe_expected(const struct answer *expected, const struct seen *seen,
			      struct text *t);
static void first_difference(const struct traces *expected, const struct seen *seen,
			     struct text *t);

static void explain_answer(const struct answer *expected, const struct seen *seen, struct text *why)
{
	describe_seen(seen, why);
	text_add(why, "; expected ");
	describe_expected(expected, seen, why);
	first_difference(&expected->traces, seen, why);
}

static void explain_choice(const struct answer *expected, struct seen *seen, uint8_t *possible,
			   struct text *why)
{
	const struct gvi_choice_info *info = &gvi_choices[expected->choice];
	unsigned allowed = possible[expected->choice];
	unsigned others = fitting(expected, seen, possible, ~allowed);
	const char *separator = "";

	describe_seen(seen, why);
	text_add(why, "; %s permits ", info->id);
	for (unsigned i = 0; i < info->count; i++) {
		if (!(allowed >> i & 1))
			continue;
		text_add(why, "%s%s: ", separator, info->alternative[i].name);
		describe_expected(expected->alternative[i], seen, why);
		separator = ", or ";
	}
	for (unsigned i = 0; i < info->count; i++)
		if (others >> i & 1)
			text_add(why, "; this is `%s`, which is not the device's habit",
				 info->alternative[i].name);
}

static void describe_seen(const struct seen *seen, struct text *t)
{
	if (seen->answer || seen->ats) {
		describe_answer(seen, t);
		text_add(t, ", ");
	}
	if (!(seen->abilities & DUT_EVENTS))
		text_add(t, "events not seen");
	else if (!seen->nentries[LOG_EVENTS])
		text_add(t, "no event");
	for (unsigned i = 0; i < NLOGS; i++)
		describe_entries_seen(seen, (enum log_name)i, t);
	for (size_t i = 0; i < seen->nmessages && i < MOST_TOLD; i++) {
		text_add(t, i ? " and " : ", sent ");
		describe_message(&seen->messages[i], t);
	}
	and_more(seen->nmessages, t);
}

static void describe_entries_seen(const struct seen *seen, enum log_name log, struct text *t)
{
	size_t count = seen->nentries[log];

	if (count && log != LOG_EVENTS)
		text_add(t, ", in %s ", log_title(log));
	for (size_t i = 0; i < count && i < MOST_TOLD; i++) {
		text_add(t, i ? " and " : log == LOG_EVENTS ? "logged " : "");
		describe_entry(log, seen->entry[log][i], t);
	}
	and_more(count, t);
}

static void and_more(size_t count, struct text *t)
{
	if (count > MOST_TOLD)
		text_add(t, " and %zu more", count - MOST_TOLD);
}

static void describe_expected_grant(const struct answer *expected, struct text *t)
{
	const struct gvi_answer *e = &expected->expected;

	text_add(t, "a grant");
	if (expected->named & NAMED_ADDRESS)
		text_add(t, " at 0x%" PRIx64, e->address);
	if (expected->named & NAMED_SIZE)
		text_add(t, ", page of 0x%" PRIx64 " bytes", e->size);
	if (expected->named & NAMED_READ)
		text_add(t, ", read %u", e->read);
	if (expected->named & NAMED_WRITE)
		text_add(t, ", write %u", e->write);
	if (expected->named & NAMED_COHERENT)
		text_add(t, ", coherent %u", e->coherent);
	if (expected->named & NAMED_UNTRANSLATED_ONLY)
		text_add(t, ", untranslated_only %u", e->untranslated_only);
}

static void describe_expected_message(const struct answer *expected, struct text *t)
{
	const struct gvi_message *e = &expected->expected.message;

	text_add(t, "a message");
	if (expected->named & NAMED_TRANSLATED)
		text_add(t, expected->expected.translated ? ", remapped" : ", passed on");
	if (expected->named & NAMED_DATA)
		text_add(t, ", data 0x%" PRIx32, e->data);
	if (expected->named & NAMED_MESSAGE_ADDRESS)
		text_add(t, ", to 0x%" PRIx64, e->address);
	if (expected->named & NAMED_DESTINATION)
		text_add(t, ", destination 0x%" PRIx32, e->destination);
	if (expected->named & NAMED_RQ_EOI)
		text_add(t, ", RqEoi %u", e->rq_eoi);
}

static void describe_expected_posted(const struct answer *expected, struct text *t)
{
	const struct gvi_message *e = &expected->expected.message;

	text_add(t, "posted to a guest%s",
		 e->kind == GVI_MESSAGE_DOORBELL ? " with a doorbell"
		 : e->kind == GVI_MESSAGE_GAPPI  ? " with a GAPPI"
						 : ", nobody told");
	if (expected->named & NAMED_DATA)
		text_add(t, ", vector 0x%" PRIx32, e->data);
	if (expected->named & NAMED_DESTINATION)
		text_add(t, ", destination 0x%" PRIx32, e->destination);
}

static void describe_expected_size(const struct completion *e, struct text *t)
{
	text_add(t, ", page of %s",
		 e->comparison == IS_AT_MOST    ? "at most "
		 : e->comparison == IS_AT_LEAST ? "at least "
						: "");
	if (e->size_log2 < 64)
		text_add(t, "0x%" PRIx64 " bytes", UINT64_C(1) << e->size_log2);
	else
		text_add(t, "all addresses");
}

static void describe_expected_completion(const struct completion *e, struct text *t)
{
	const struct gvi_format *f = &gvi_formats[GVI_FORMAT_ATS_COMPLETION];

	text_add(t, "a completion");
	if (e->named & NAMED_ADDRESS)
		text_add(t, " to 0x%" PRIx64, e->address);
	if (e->named & NAMED_SIZE)
		describe_expected_size(e, t);
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (e->mask & gvi_field_mask((enum gvi_field_id)i, 0))
			text_add(t, ", %s %u", gvi_fields[i].name,
				 (unsigned)gvi_get((enum gvi_field_id)i, &e->word));
}

static void describe_expected_completions(const struct answer *expected, struct text *t)
{
	if (expected->ncompletions > 1)
		text_add(t, "%zu completions: ", expected->ncompletions);
	for (size_t i = 0; i < expected->ncompletions; i++) {
		text_add(t, i ? "; " : "");
		describe_expected_completion(&expected->completion[i], t);
	}
}

static void describe_expected_answer(const struct answer *expected, struct text *t)
{
	switch ((enum answer_kind)expected->kind) {
	case ANSWER_NONE:
		break;
	case ANSWER_GRANT:
		describe_expected_grant(expected, t);
		break;
	case ANSWER_ABORT:
		text_add(t, "an abort");
		break;
	case ANSWER_INTERRUPT:
		text_add(t, "the interrupt's way");
		break;
	case ANSWER_MESSAGE:
		describe_expected_message(expected, t);
		break;
	case ANSWER_POSTED:
		describe_expected_posted(expected, t);
		break;
	case ANSWER_COMPLETION:
		describe_expected_completions(expected, t);
		break;
	case ANSWER_CHOICE:
		text_add(t, "a choice of %s", gvi_choices[expected->choice].id);
		break;
	}
	if (expected->named & NAMED_COMPLETION)
		text_add(t, " (%s)", completion_name(expected->expected.completion));
}

static void describe_expected_entries(const struct traces *expected, enum log_name log,
				      const struct seen *seen, struct text *t);
static void describe_expected_messages(const struct messages *expected, const struct seen *seen,
				       struct text *t);

static void describe_expected(const struct answer *expected, const struct seen *seen,
			      struct text *t)
{
	const struct entries *events = &expected->traces.log[LOG_EVENTS];

	describe_expected_answer(expected, t);
	if (expected->kind == ANSWER_CHOICE)
		return;
	text_add(t, expected->kind == ANSWER_NONE ? "" : events->count ? " and " : ", ");
	for (unsigned i = 0; i < NLOGS; i++)
		describe_expected_entries(&expected->traces, (enum log_name)i, seen, t);
	describe_expected_messages(&expected->traces.messages, seen, t);
}

/* Nothing is worth telling of the event log; of others only if something was seen. */
static void describe_expected_entries(const struct traces *expected, enum log_name log,
				      const struct seen *seen, struct text *t)
{
	const struct entries *entries = &expected->log[log];

	if (!entries->count && log == LOG_EVENTS)
		text_add(t, "no event");
	else if (!entries->count && seen->nentries[log])
		text_add(t, ", nothing in %s", log_title(log));
	else if (entries->count && log != LOG_EVENTS)
		text_add(t, ", in %s ", log_title(log));
	for (size_t i = 0; i < entries->count && i < MOST_TOLD; i++) {
		text_add(t, i ? ", " : "");
		describe_entry(log, entries->entry[i].raw, t);
	}
	and_more(entries->count, t);
}

static void describe_expected_messages(const struct messages *expected, const struct seen *seen,
				       struct text *t)
{
	if (!expected->count && seen->nmessages)
		text_add(t, ", no message to devices");
	for (size_t i = 0; i < expected->count && i < MOST_TOLD; i++) {
		text_add(t, i ? ", " : ", sent ");
		describe_message(&expected->message[i], t);
	}
	and_more(expected->count, t);
}

static bool entry_difference(const struct entries *expected, enum log_name log,
			     const struct seen *seen, struct text *t);
static void difference(enum gvi_format_id format, const uint64_t *seen, const uint64_t *expected,
		       const uint64_t *mask, struct text *t);

static void first_difference(const struct traces *expected, const struct seen *seen, struct text *t)
{
	for (unsigned i = 0; i < NLOGS; i++)
		if (entry_difference(&expected->log[i], (enum log_name)i, seen, t))
			return;
}

/* Of the first pair that differs, if both are of one kind. */
static bool entry_difference(const struct entries *expected, enum log_name log,
			     const struct seen *seen, struct text *t)
{
	for (size_t i = 0; i < expected->count && i < seen->nentries[log] && i < MAX_ENTRIES_SEEN;
	     i++) {
		const struct entry *e = &expected->entry[i];
		enum gvi_format_id format = entry_format(log, e->raw);

		if (same_entry(e, seen->entry[log][i]))
			continue;
		if (format == entry_format(log, seen->entry[log][i]) && format != GVI_NFORMATS) {
			text_add(t, ": ");
			difference(format, seen->entry[log][i], e->raw, e->mask, t);
		}
		return true;
	}
	return false;
}

/* ---- Fields in words ----------------------------------------------------------------- */

static void field_name(enum gvi_field_id field, struct text *t)
{
	const struct gvi_field *f = &gvi_fields[field];

	text_add(t, "%s", f->name);
	if (f->kind == GVI_MBZ || f->kind == GVI_IGN)
		text_add(t, "[%u:%u]", f->segment[0].hi, f->segment[0].lo);
}

static bool fields_differ(enum gvi_field_id field, const uint64_t *seen, const uint64_t *expected,
			  const uint64_t *mask)
{
	for (unsigned w = 0; w < gvi_words((enum gvi_format_id)gvi_fields[field].format); w++)
		if ((seen[w] ^ expected[w]) & mask[w] & gvi_field_mask(field, w))
			return true;
	return false;
}

/* "RW is 1 instead of 0, ..." */
static void difference(enum gvi_format_id format, const uint64_t *seen, const uint64_t *expected,
		       const uint64_t *mask, struct text *t)
{
	const struct gvi_format *f = &gvi_formats[format];
	const char *separator = "";

	for (unsigned i = f->first; i < f->first + f->nfields; i++) {
		enum gvi_field_id field = (enum gvi_field_id)i;

		if (!fields_differ(field, seen, expected, mask))
			continue;
		text_add(t, "%s", separator);
		field_name(field, t);
		text_add(t, " is 0x%" PRIx64 " instead of 0x%" PRIx64, gvi_get(field, seen),
			 gvi_get(field, expected));
		separator = ", ";
	}
}

/* ---- Effects --------------------------------------------------------------------------- */

static bool match_ordered(const struct patterns *patterns, const struct seen *seen,
			  struct text *why);
static bool match_unordered(const struct patterns *patterns, const struct seen *seen,
			    struct text *why);
static bool match_never(const struct patterns *patterns, const struct seen *seen, struct text *why);

bool match_effects(const struct effects *expected, struct seen *seen, struct text *why)
{
	if (!(seen->abilities & DUT_EFFECTS)) {
		seen->partial = true;
		return true;
	}
	return match_ordered(&expected->ordered, seen, why) &&
	       match_unordered(&expected->unordered, seen, why) &&
	       match_never(&expected->never, seen, why);
}

static bool is_effect(const struct pattern *pattern, const struct gvi_effect *effect);
static void describe_pattern(const struct pattern *pattern, struct text *t);

static bool match_ordered(const struct patterns *patterns, const struct seen *seen,
			  struct text *why)
{
	size_t at = 0;

	for (size_t i = 0; i < patterns->count; i++) {
		while (at < seen->neffects && !is_effect(&patterns->pattern[i], &seen->effects[at]))
			at++;
		if (at++ < seen->neffects)
			continue;
		text_add(why, "among %zu effects there is no ", seen->neffects);
		describe_pattern(&patterns->pattern[i], why);
		if (i) {
			text_add(why, " after the ");
			describe_pattern(&patterns->pattern[i - 1], why);
		}
		return false;
	}
	return true;
}

static bool same_pattern(const struct pattern *a, const struct pattern *b)
{
	return a->kind == b->kind && a->at == b->at && a->from == b->from && a->to == b->to &&
	       a->any == b->any && a->source == b->source && a->count == b->count &&
	       a->named == b->named && a->data == b->data && a->destination == b->destination &&
	       (!a->word == !b->word) &&
	       (!a->word || memcmp(a->word, b->word, a->count * sizeof *a->word) == 0);
}

/* A pattern that is there n times needs n effects. */
static bool match_unordered(const struct patterns *patterns, const struct seen *seen,
			    struct text *why)
{
	for (size_t i = 0; i < patterns->count; i++) {
		const struct pattern *p = &patterns->pattern[i];
		size_t needed = 0, found = 0;

		for (size_t k = 0; k <= i; k++)
			needed += same_pattern(p, &patterns->pattern[k]);
		for (size_t k = 0; k < seen->neffects; k++)
			found += is_effect(p, &seen->effects[k]);
		if (found >= needed)
			continue;
		text_add(why, "%zu of %zu times among %zu effects: ", found, needed,
			 seen->neffects);
		describe_pattern(p, why);
		return false;
	}
	return true;
}

static bool match_never(const struct patterns *patterns, const struct seen *seen, struct text *why)
{
	for (size_t i = 0; i < patterns->count; i++)
		for (size_t k = 0; k < seen->neffects; k++) {
			if (!is_effect(&patterns->pattern[i], &seen->effects[k]))
				continue;
			text_add(why, "this must not happen: ");
			describe_effect(&seen->effects[k], seen->ring, why);
			return false;
		}
	return true;
}

static bool is_write(const struct pattern *pattern, const struct gvi_effect *effect);
static bool is_own_message(const struct pattern *pattern, const struct gvi_effect *effect);

/* What memory refused has not happened. */
static bool is_effect(const struct pattern *pattern, const struct gvi_effect *effect)
{
	if (effect->bus != GVI_BUS_OK)
		return false;
	if (pattern->kind == PATTERN_INTERRUPT)
		return pattern->named ? is_own_message(pattern, effect)
				      : effect->kind == GVI_EFFECT_RAISE &&
						effect->data[0] == pattern->source;
	if (pattern->kind == PATTERN_WRITE)
		return effect->kind == GVI_EFFECT_WRITE && is_write(pattern, effect);
	return effect->kind == GVI_EFFECT_EXCHANGE && effect->spa == pattern->at &&
	       (pattern->any ||
		(effect->data[0] == pattern->from && effect->data[1] == pattern->to));
}

/* The write reaches the place, and leaves those words there. */
static bool is_write(const struct pattern *pattern, const struct gvi_effect *effect)
{
	uint64_t into = pattern->at - effect->spa;

	if (into >= effect->length)
		return false;
	if (!pattern->word)
		return true;
	if (into % 8 || pattern->count > (effect->length - into) / 8)
		return false;
	for (uint32_t i = 0; i < pattern->count; i++)
		if (effect->data[into / 8 + i] != pattern->word[i])
			return false;
	return true;
}

/* The IOMMU's own interrupt has left. */
static bool is_own_message(const struct pattern *pattern, const struct gvi_effect *effect)
{
	const struct gvi_message *m = &effect->message;
	unsigned wrong = 0;

	if (effect->kind != GVI_EFFECT_SEND || m->kind != GVI_MESSAGE_INTERRUPT ||
	    m->source != pattern->source)
		return false;
	wrong |= m->address != pattern->at ? NAMED_MESSAGE_ADDRESS : 0u;
	wrong |= m->data != pattern->data ? NAMED_DATA : 0u;
	wrong |= m->destination != pattern->destination ? NAMED_DESTINATION : 0u;
	return !(wrong & pattern->named);
}

static void describe_pattern(const struct pattern *pattern, struct text *t)
{
	switch ((enum pattern_kind)pattern->kind) {
	case PATTERN_WRITE:
		text_add(t, "write at 0x%" PRIx64, pattern->at);
		for (uint32_t i = 0; pattern->word && i < pattern->count; i++)
			text_add(t, "%s0x%016" PRIx64, i ? " " : " of ", pattern->word[i]);
		break;
	case PATTERN_EXCHANGE:
		text_add(t, "exchange at 0x%" PRIx64, pattern->at);
		if (!pattern->any)
			text_add(t, " of 0x%016" PRIx64 " for 0x%016" PRIx64, pattern->from,
				 pattern->to);
		break;
	case PATTERN_INTERRUPT:
		text_add(t, "interrupt %s", source_name(pattern->source));
		if (pattern->named & NAMED_DATA)
			text_add(t, ", data 0x%" PRIx32, pattern->data);
		if (pattern->named & NAMED_MESSAGE_ADDRESS)
			text_add(t, ", to 0x%" PRIx64, pattern->at);
		if (pattern->named & NAMED_DESTINATION)
			text_add(t, ", destination 0x%" PRIx32, pattern->destination);
		break;
	}
}

/* ---- Registers and memory ------------------------------------------------------------- */

bool match_register(const struct access *expected, uint64_t seen, struct text *why)
{
	uint64_t whole = UINT64_MAX >> (64 - 8 * expected->size);

	if (!((seen ^ expected->value) & expected->mask))
		return true;
	if (expected->format == GVI_NFORMATS) {
		text_add(why, "%u bytes at 0x%" PRIx32 " are 0x%" PRIx64 ", expected 0x%" PRIx64,
			 expected->size, expected->offset, seen, expected->value);
		if ((expected->mask & whole) != whole)
			text_add(why, " where 0x%" PRIx64 " is set", expected->mask);
		return false;
	}
	text_add(why, "%s is 0x%" PRIx64 ": ", gvi_formats[expected->format].id, seen);
	if (why)
		difference((enum gvi_format_id)expected->format, &seen, &expected->value,
			   &expected->mask, why);
	return false;
}

static void memory_difference(const struct store *expected, const uint64_t *seen, uint32_t word,
			      struct text *why);

bool match_memory(const struct store *expected, const uint64_t *seen, struct text *why)
{
	for (uint32_t i = 0; i < expected->count; i++) {
		uint64_t mask = expected->mask ? expected->mask[i] : UINT64_MAX;

		if (!((seen[i] ^ expected->word[i]) & mask))
			continue;
		if (why)
			memory_difference(expected, seen, i, why);
		return false;
	}
	return true;
}

static void memory_difference(const struct store *expected, const uint64_t *seen, uint32_t word,
			      struct text *why)
{
	static const uint64_t all[GVI_MAX_WORDS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX,
						    UINT64_MAX, UINT64_MAX, UINT64_MAX};

	text_add(why, "memory at 0x%" PRIx64 " is 0x%016" PRIx64 ", expected 0x%016" PRIx64,
		 expected->at + 8 * (uint64_t)word, seen[word], expected->word[word]);
	if (expected->mask && expected->mask[word] != UINT64_MAX)
		text_add(why, " where 0x%016" PRIx64 " is set", expected->mask[word]);
	if (expected->format == GVI_NFORMATS ||
	    expected->count != gvi_words((enum gvi_format_id)expected->format))
		return;
	text_add(why, ": ");
	difference((enum gvi_format_id)expected->format, seen, expected->word,
		   expected->mask ? expected->mask : all, why);
}

/* ---- Formats ------------------------------------------------------------------------------ */

static uint64_t expected_field(const struct format_check *check, unsigned field);
static bool match_encode(const struct format_check *check, struct text *why);

bool match_decode(const struct format_check *check, struct text *why)
{
	const struct gvi_format *f = &gvi_formats[check->format];

	for (unsigned i = f->first; i < f->first + f->nfields; i++) {
		uint64_t value = gvi_get((enum gvi_field_id)i, check->raw);
		uint64_t expected = expected_field(check, i);

		if (value == expected)
			continue;
		text_add(why, "%s.", f->id);
		field_name((enum gvi_field_id)i, why);
		text_add(why, " decodes to 0x%" PRIx64 ", expected 0x%" PRIx64, value, expected);
		return false;
	}
	return match_encode(check, why);
}

/* What is not named is 0, but for the code that the format always has. */
static uint64_t expected_field(const struct format_check *check, unsigned field)
{
	for (size_t i = 0; i < check->nfields; i++)
		if (check->field[i].field == field)
			return check->field[i].value;
	return gvi_fields[field].kind == GVI_CODE ? gvi_fields[field].reset : 0;
}

static bool match_encode(const struct format_check *check, struct text *why)
{
	enum gvi_format_id format = (enum gvi_format_id)check->format;
	uint64_t made[GVI_MAX_WORDS];

	gvi_blank(format, made);
	for (size_t i = 0; i < check->nfields; i++)
		if (!gvi_set((enum gvi_field_id)check->field[i].field, made,
			     check->field[i].value)) {
			text_add(why, "%s.", gvi_formats[format].id);
			field_name((enum gvi_field_id)check->field[i].field, why);
			text_add(why, " does not take 0x%" PRIx64, check->field[i].value);
			return false;
		}
	for (unsigned w = 0; w < gvi_words(format); w++)
		if (made[w] != check->raw[w]) {
			text_add(why,
				 "%s encodes to 0x%016" PRIx64
				 " in word %u, expected 0x%016" PRIx64,
				 gvi_formats[format].id, made[w], w, check->raw[w]);
			return false;
		}
	return true;
}

bool match_reserved(const struct format_check *check, uint64_t features, struct text *why)
{
	enum gvi_field_id seen =
		gvi_first_reserved((enum gvi_format_id)check->format, check->raw, features);

	if (seen == (enum gvi_field_id)check->first)
		return true;
	text_add(why, "the first reserved field that is set in %s is ",
		 gvi_formats[check->format].id);
	if (seen == GVI_NFIELDS)
		text_add(why, "none");
	else
		field_name(seen, why);
	text_add(why, ", expected ");
	if (check->first == GVI_NFIELDS)
		text_add(why, "none");
	else
		field_name((enum gvi_field_id)check->first, why);
	return false;
}
