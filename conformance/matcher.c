/* What was seen against what was expected. */
#include "conformance/matcher.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void text_add(struct text *t, const char *format, ...)
{
	size_t room;
	va_list arguments;
	int length;

	if (!t || t->length + 1 >= t->size)
		return;
	room = t->size - t->length;
	va_start(arguments, format);
	length = vsnprintf(t->at + t->length, room, format, arguments);
	va_end(arguments);
	if (length > 0)
		t->length += (size_t)length < room ? (size_t)length : room - 1;
}

/* ---- Answers ----------------------------------------------------------------- */

static bool match_choice(const struct answer *expected, struct seen *seen, uint8_t *possible,
			 struct text *why);
static bool match_result(const struct answer *expected, struct seen *seen);
static bool match_events(const struct events *expected, struct seen *seen);
static void explain_answer(const struct answer *expected, const struct seen *seen,
			   struct text *why);

bool match_answer(const struct answer *expected, struct seen *seen, uint8_t *possible,
		  struct text *why)
{
	if (expected->kind == ANSWER_CHOICE)
		return match_choice(expected, seen, possible, why);
	if (match_result(expected, seen) && match_events(&expected->events, seen))
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

static bool match_message(const struct answer *expected, const struct gvi_answer *seen);
static bool match_attributes(const struct answer *expected, struct seen *seen);

static bool match_result(const struct answer *expected, struct seen *seen)
{
	const struct gvi_answer *e = &expected->expected, *s = seen->answer;

	if (expected->kind == ANSWER_NONE)
		return true;
	if (s->result != e->result)
		return false;
	if (expected->kind == ANSWER_MESSAGE)
		return match_message(expected, s);
	if (expected->named & NAMED_ADDRESS && s->address != e->address)
		return false;
	return !(expected->named & ~NAMED_ADDRESS) || match_attributes(expected, seen);
}

/* It is an interrupt, and was sent. */
static bool is_sent(const struct gvi_answer *answer)
{
	return answer->result == GVI_GRANT && (answer->message.kind == GVI_MESSAGE_REMAPPED ||
					       answer->message.kind == GVI_MESSAGE_PASSED);
}

static bool match_message(const struct answer *expected, const struct gvi_answer *seen)
{
	const struct gvi_message *e = &expected->expected.message, *s = &seen->message;
	unsigned wrong = 0;

	wrong |= s->address != e->address ? NAMED_MESSAGE_ADDRESS : 0u;
	wrong |= s->data != e->data ? NAMED_DATA : 0u;
	wrong |= s->destination != e->destination ? NAMED_DESTINATION : 0u;
	wrong |= s->rq_eoi != e->rq_eoi ? NAMED_RQ_EOI : 0u;
	wrong |= seen->translated != expected->expected.translated ? NAMED_TRANSLATED : 0u;
	return is_sent(seen) && !(wrong & expected->named);
}

static bool match_attributes(const struct answer *expected, struct seen *seen)
{
	const struct gvi_answer *e = &expected->expected, *s = seen->answer;
	unsigned wrong = 0;

	if (!(seen->abilities & DUT_ATTRIBUTES)) {
		seen->partial = true;
		return true;
	}
	wrong |= s->size != e->size ? NAMED_SIZE : 0u;
	wrong |= s->read != e->read ? NAMED_READ : 0u;
	wrong |= s->write != e->write ? NAMED_WRITE : 0u;
	wrong |= s->coherent != e->coherent ? NAMED_COHERENT : 0u;
	wrong |= s->untranslated_only != e->untranslated_only ? NAMED_UNTRANSLATED_ONLY : 0u;
	wrong |= s->completion != e->completion ? NAMED_COMPLETION : 0u;
	return !(wrong & expected->named);
}

static bool same_event(const struct event *expected, const uint64_t seen[2])
{
	return !((seen[0] ^ expected->raw[0]) & expected->mask[0]) &&
	       !((seen[1] ^ expected->raw[1]) & expected->mask[1]);
}

static bool match_events(const struct events *expected, struct seen *seen)
{
	if (!(seen->abilities & DUT_EVENTS)) {
		seen->partial = seen->partial || expected->count;
		return true;
	}
	if (seen->nevents != expected->count || seen->nevents > MAX_EVENTS_SEEN)
		return false;
	for (size_t i = 0; i < seen->nevents; i++)
		if (!same_event(&expected->event[i], seen->event[i]))
			return false;
	return true;
}

/* ---- Answers in words ------------------------------------------------------------ */

static void describe_seen(const struct seen *seen, struct text *t);
static void describe_expected(const struct answer *expected, struct text *t);
static void event_difference(const struct events *expected, const struct seen *seen,
			     struct text *t);

static void explain_answer(const struct answer *expected, const struct seen *seen, struct text *why)
{
	describe_seen(seen, why);
	text_add(why, "; expected ");
	describe_expected(expected, why);
	event_difference(&expected->events, seen, why);
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
		describe_expected(expected->alternative[i], why);
		separator = ", or ";
	}
	for (unsigned i = 0; i < info->count; i++)
		if (others >> i & 1)
			text_add(why, "; this is `%s`, which is not the device's habit",
				 info->alternative[i].name);
}

static void describe_seen(const struct seen *seen, struct text *t)
{
	if (seen->answer) {
		describe_answer(seen->answer, seen->abilities, t);
		text_add(t, ", ");
	}
	if (!(seen->abilities & DUT_EVENTS))
		text_add(t, "events not seen");
	else if (!seen->nevents)
		text_add(t, "no event");
	for (size_t i = 0; i < seen->nevents && i < 2; i++) {
		text_add(t, i ? " and " : "logged ");
		describe_record(event_format(seen->event[i]), seen->event[i], t);
	}
	if (seen->nevents > 2)
		text_add(t, " and %zu more", seen->nevents - 2);
}

static const char *completion_name(unsigned completion)
{
	static const char *const names[] = {"success", "Completer Abort", "Unsupported Request",
					    "dropped"};

	return completion <= GVI_DROPPED ? names[completion] : "?";
}

void describe_message(const struct gvi_message *m, struct text *t)
{
	text_add(t, "%s 0x%" PRIx32 " at 0x%" PRIx64,
		 m->kind == GVI_MESSAGE_REMAPPED ? "sent, remapped, as" : "sent as it came:",
		 m->data, m->address);
	if (m->kind == GVI_MESSAGE_REMAPPED)
		text_add(t, " (destination 0x%" PRIx32 "%s)", m->destination,
			 m->rq_eoi ? ", end of interrupt requested" : "");
}

void describe_answer(const struct gvi_answer *a, unsigned abilities, struct text *t)
{
	bool all = abilities & DUT_ATTRIBUTES;

	if (a->result == GVI_INTERRUPT) {
		text_add(t, "it goes the interrupt's way");
	} else if (is_sent(a)) {
		describe_message(&a->message, t);
	} else if (a->result == GVI_ABORT) {
		text_add(t, "aborted");
		if (all)
			text_add(t, " (%s)", completion_name(a->completion));
	} else if (a->address == UINT64_MAX && !all) {
		text_add(t, "granted somewhere else");
	} else {
		text_add(t, "granted at 0x%" PRIx64, a->address);
		if (all)
			text_add(t, " (page of 0x%" PRIx64 " bytes, read %u, write %u%s%s)",
				 a->size, a->read, a->write, a->coherent ? ", coherent" : "",
				 a->untranslated_only ? ", untranslated only" : "");
	}
}

static void describe_grant(const struct answer *expected, struct text *t)
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

static void describe_expected(const struct answer *expected, struct text *t)
{
	static const char *const plain[] = {"", "",        "an abort", "the interrupt's way",
					    "", "a choice"};

	if (expected->kind == ANSWER_GRANT)
		describe_grant(expected, t);
	else if (expected->kind == ANSWER_MESSAGE)
		describe_expected_message(expected, t);
	else
		text_add(t, "%s", plain[expected->kind]);
	if (expected->kind == ANSWER_CHOICE) {
		text_add(t, " of %s", gvi_choices[expected->choice].id);
		return;
	}
	if (expected->named & NAMED_COMPLETION)
		text_add(t, " (%s)", completion_name(expected->expected.completion));
	text_add(t, expected->kind == ANSWER_NONE ? "" : expected->events.count ? " and " : ", ");
	if (!expected->events.count)
		text_add(t, "no event");
	for (size_t i = 0; i < expected->events.count && i < 2; i++) {
		const uint64_t *raw = expected->events.event[i].raw;

		text_add(t, i ? ", " : "");
		describe_record(event_format(raw), raw, t);
	}
	if (expected->events.count > 2)
		text_add(t, " and %zu more", expected->events.count - 2);
}

static void difference(enum gvi_format_id format, const uint64_t *seen, const uint64_t *expected,
		       const uint64_t *mask, struct text *t);

/* Of the first pair that differs, if both are of one kind. */
static void event_difference(const struct events *expected, const struct seen *seen, struct text *t)
{
	for (size_t i = 0; i < expected->count && i < seen->nevents && i < MAX_EVENTS_SEEN; i++) {
		const struct event *e = &expected->event[i];

		if (same_event(e, seen->event[i]))
			continue;
		if (event_format(e->raw) == event_format(seen->event[i]) &&
		    event_format(e->raw) != GVI_NFORMATS) {
			text_add(t, ": ");
			difference(event_format(e->raw), seen->event[i], e->raw, e->mask, t);
		}
		return;
	}
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

enum gvi_format_id event_format(const uint64_t raw[2])
{
	static const uint16_t formats[16] = {
		GVI_NFORMATS,
		GVI_FORMAT_ILLEGAL_DEV_TABLE_ENTRY,
		GVI_FORMAT_IO_PAGE_FAULT,
		GVI_FORMAT_DEV_TAB_HARDWARE_ERROR,
		GVI_FORMAT_PAGE_TAB_HARDWARE_ERROR,
		GVI_FORMAT_ILLEGAL_COMMAND_ERROR,
		GVI_FORMAT_COMMAND_HARDWARE_ERROR,
		GVI_FORMAT_IOTLB_INV_TIMEOUT,
		GVI_FORMAT_INVALID_DEVICE_REQUEST,
		GVI_FORMAT_INVALID_PPR_REQUEST,
		GVI_FORMAT_EVENT_COUNTER_ZERO,
		GVI_FORMAT_GUEST_EVENT_FAULT,
		GVI_FORMAT_VIOMMU_HARDWARE_ERROR,
		GVI_FORMAT_RMP_PAGE_FAULT,
		GVI_FORMAT_RMP_HARDWARE_ERROR,
		GVI_NFORMATS,
	};

	return (enum gvi_format_id)formats[raw[0] >> 60];
}

enum gvi_format_id command_format(const uint64_t raw[2])
{
	static const uint16_t formats[] = {
		GVI_NFORMATS,
		GVI_FORMAT_COMPLETION_WAIT,
		GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY,
		GVI_FORMAT_INVALIDATE_IOMMU_PAGES,
		GVI_FORMAT_INVALIDATE_IOTLB_PAGES,
		GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE,
		GVI_FORMAT_PREFETCH_IOMMU_PAGES,
		GVI_FORMAT_COMPLETE_PPR_REQUEST,
		GVI_FORMAT_INVALIDATE_IOMMU_ALL,
		GVI_FORMAT_INSERT_GUEST_EVENT,
		GVI_FORMAT_RESET_VMMIO,
	};
	unsigned opcode = (unsigned)(raw[0] >> 60);

	return opcode < sizeof formats / sizeof formats[0] ? (enum gvi_format_id)formats[opcode]
							   : GVI_NFORMATS;
}

void describe_record(enum gvi_format_id format, const uint64_t raw[2], struct text *t)
{
	char fields[512];

	if (format == GVI_NFORMATS) {
		text_add(t, "0x%016" PRIx64 " 0x%016" PRIx64, raw[0], raw[1]);
		return;
	}
	(void)gvi_print(format, raw, fields, sizeof fields);
	text_add(t, "%s(%s)", gvi_formats[format].id, fields);
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
			describe_effect(&seen->effects[k], why);
			return false;
		}
	return true;
}

static bool is_write(const struct pattern *pattern, const struct gvi_effect *effect);

/* What memory refused has not happened. */
static bool is_effect(const struct pattern *pattern, const struct gvi_effect *effect)
{
	if (effect->bus != GVI_BUS_OK)
		return false;
	if (pattern->kind == PATTERN_INTERRUPT)
		return effect->kind == GVI_EFFECT_RAISE && effect->data[0] == pattern->source;
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

static const char *source_name(uint64_t source)
{
	static const char *const names[GVI_NSOURCES] = {"EventLogInt", "EventOverflow",
							"ComWaitInt"};

	return source < GVI_NSOURCES ? names[source] : "?";
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
		break;
	}
}

static const char *bus_name(unsigned bus)
{
	static const char *const names[] = {"", ": master abort", ": target abort", ": poison"};

	return bus <= GVI_BUS_POISON ? names[bus] : ": ?";
}

void describe_effect(const struct gvi_effect *e, struct text *t)
{
	switch ((enum gvi_effect_kind)e->kind) {
	case GVI_EFFECT_WRITE:
		text_add(t, "write at 0x%" PRIx64 " of ", e->spa);
		if (e->length == 16)
			describe_record(event_format(e->data), e->data, t);
		else
			text_add(t, "0x%016" PRIx64, e->data[0]);
		break;
	case GVI_EFFECT_EXCHANGE:
		text_add(t, "exchange at 0x%" PRIx64 " of 0x%016" PRIx64 " for 0x%016" PRIx64,
			 e->spa, e->data[0], e->data[1]);
		break;
	case GVI_EFFECT_SEND:
		if (e->message.kind != GVI_MESSAGE_INTERRUPT)
			describe_message(&e->message, t);
		else
			text_add(t, "message 0x%" PRIx32 " to 0x%" PRIx64, e->message.data,
				 e->message.address);
		break;
	case GVI_EFFECT_RAISE:
		text_add(t, "interrupt %s", source_name(e->data[0]));
		break;
	}
	text_add(t, "%s", bus_name(e->bus));
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
