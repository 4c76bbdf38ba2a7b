/* What was seen and done, in words. */
#include "conformance/describe.h"

#include <inttypes.h>

/* ---- Answers ----------------------------------------------------------------- */

void describe_answer(const struct seen *seen, struct text *t)
{
	bool all = seen->abilities & DUT_ATTRIBUTES;

	if (seen->ats)
		describe_ats(seen->ats, &seen->step->u.ats, all, t);
	else
		describe_access(seen->answer, seen->step->action == ACTION_INTERRUPT, all, t);
}

enum gvi_format_id entry_format(enum log_name log, const uint64_t raw[2])
{
	if (log <= LOG_EVENTS_B)
		return event_format(raw);
	if (raw[0] >> 60 != 1)
		return GVI_NFORMATS;
	return log == LOG_GA ? GVI_FORMAT_GA_LOG_ENTRY : GVI_FORMAT_PAGE_SERVICE_REQUEST;
}

void describe_entry(enum log_name log, const uint64_t raw[2], struct text *t)
{
	enum gvi_format_id format = entry_format(log, raw);

	if (format == GVI_NFORMATS && log_words(log) == 1)
		text_add(t, "0x%016" PRIx64, raw[0]);
	else
		describe_record(format, raw, t);
}

const char *log_title(enum log_name log)
{
	static const char *const titles[NLOGS] = {"the event log", "event log B", "the PPR log",
						  "PPR log B", "the GA log"};

	return titles[log];
}

/* ---- Effects --------------------------------------------------------------------------- */

static void describe_write(const struct gvi_effect *e, const struct ring *rings, struct text *t);

void describe_effect(const struct gvi_effect *e, const struct ring *rings, struct text *t)
{
	switch ((enum gvi_effect_kind)e->kind) {
	case GVI_EFFECT_WRITE:
		describe_write(e, rings, t);
		break;
	case GVI_EFFECT_EXCHANGE:
		text_add(t, "exchange at 0x%" PRIx64 " of 0x%016" PRIx64 " for 0x%016" PRIx64,
			 e->spa, e->data[0], e->data[1]);
		break;
	case GVI_EFFECT_SEND:
		describe_message(&e->message, t);
		if (e->message.kind == GVI_MESSAGE_INVALIDATE)
			text_add(t, ", tag %u", e->message.tag);
		break;
	case GVI_EFFECT_RAISE:
		text_add(t, "interrupt %s", source_name((unsigned)e->data[0]));
		break;
	}
	text_add(t, "%s", bus_name(e->bus));
}

/* What is written says which log it is for only by its place. */
static void describe_write(const struct gvi_effect *e, const struct ring *rings, struct text *t)
{
	text_add(t, "write at 0x%" PRIx64 " of ", e->spa);
	for (unsigned i = 0; i < NLOGS; i++)
		if (e->length == 8 * log_words((enum log_name)i) &&
		    e->spa - rings[i].base < rings[i].bytes) {
			describe_entry((enum log_name)i, e->data, t);
			return;
		}
	if (e->length == 16)
		describe_record(event_format(e->data), e->data, t);
	else
		text_add(t, "0x%016" PRIx64, e->data[0]);
}
