/* What the members of a trace are called: one table, which the recorder writes from
 * and the reader reads by, so that they cannot disagree. */
#ifndef GOLDVI_TRACE_TABLE_H
#define GOLDVI_TRACE_TABLE_H

#include <stddef.h>

#include "goldvi/oracle.h"

/* A member of a structure and its key. */
struct trace_member {
	const char *key;
	size_t at, size;          /* size: of one number */
	size_t count;             /* numbers; 1 is written without brackets */
	uint32_t seen;            /* GVI_SEEN_…; 0: always there, and left out when it is 0 */
	const char *const *names; /* of the values, which then have no numbers; NULL at the end */
	const struct trace_member *inner; /* of a structure; NULL: a number */
};

#define TRACE_END                                                                                  \
	{                                                                                          \
		NULL, 0, 0, 0, 0, NULL, NULL                                                       \
	}
#define TRACE_NUMBER(type, key, member, seen)                                                      \
	{                                                                                          \
		key, offsetof(type, member), sizeof(((type *)0)->member), 1, seen, NULL, NULL      \
	}
#define TRACE_NAME(type, key, member, seen, names)                                                 \
	{                                                                                          \
		key, offsetof(type, member), sizeof(((type *)0)->member), 1, seen, names, NULL     \
	}
#define TRACE_WORDS(type, key, member, count, seen)                                                \
	{                                                                                          \
		key, offsetof(type, member), sizeof(((type *)0)->member[0]), count, seen, NULL,    \
			NULL                                                                       \
	}
#define TRACE_INNER(type, key, member, seen, inner)                                                \
	{                                                                                          \
		key, offsetof(type, member), 0, 1, seen, NULL, inner                               \
	}

static const char *const trace_accesses[] = {"read", "write", "write_nonposted", "atomic", NULL};
static const char *const trace_results[] = {"grant", "abort", "interrupt", NULL};
static const char *const trace_completions[] = {"success", "CA", "UR", "dropped", NULL};
static const char *const trace_loggings[] = {"no_event", "logged", "suppressed", "lost", NULL};
static const char *const trace_page_results[] = {"logged",    "lost",    "answered",
						 "discarded", "refused", NULL};
static const char *const trace_messages[] = {"none",       "interrupt", "remapped",
					     "passed",     "doorbell",  "gappi",
					     "invalidate", "response",  NULL};
static const char *const trace_effects[] = {"write", "exchange", "send", "raise", NULL};
static const char *const trace_buses[] = {"ok", "master-abort", "target-abort", "poison", NULL};

/* ---- What happens --------------------------------------------------------- */

#define IN(key, member) TRACE_NUMBER(struct gvi_input, key, of.member, 0)
static const struct trace_member trace_request[] = {
	IN("device", request.device),
	IN("address", request.address),
	IN("length", request.length),
	TRACE_NAME(struct gvi_input, "access", of.request.access, 0, trace_accesses),
	IN("has_pasid", request.has_pasid),
	IN("pasid", request.pasid),
	IN("execute", request.execute),
	IN("privileged", request.privileged),
	IN("intx", request.intx),
	IN("translated", request.translated),
	TRACE_END};
static const struct trace_member trace_interrupt[] = {
	IN("device", interrupt.device), IN("address", interrupt.address),
	IN("data", interrupt.data),     IN("has_pasid", interrupt.has_pasid),
	IN("pasid", interrupt.pasid),   TRACE_END};
static const struct trace_member trace_ats[] = {
	IN("device", ats.device),       IN("address", ats.address),
	IN("count", ats.count),         IN("unit_log2", ats.unit_log2),
	IN("has_pasid", ats.has_pasid), IN("pasid", ats.pasid),
	IN("execute", ats.execute),     IN("privileged", ats.privileged),
	IN("no_write", ats.no_write),   TRACE_END};
static const struct trace_member trace_page[] = {
	IN("device", page.device),       IN("address", page.address),
	IN("group", page.group),         IN("read", page.read),
	IN("write", page.write),         IN("last", page.last),
	IN("has_pasid", page.has_pasid), IN("pasid", page.pasid),
	IN("execute", page.execute),     IN("privileged", page.privileged),
	IN("malformed", page.malformed), TRACE_END};
static const struct trace_member trace_invalidation[] = {IN("device", invalidation.device),
							 IN("tag", invalidation.tag), TRACE_END};
static const struct trace_member trace_mmio[] = {
	IN("offset", mmio.offset), IN("length", mmio.length), IN("value", mmio.value), TRACE_END};
static const struct trace_member trace_nothing[] = {TRACE_END};
#undef IN

/* ---- What is seen --------------------------------------------------------- */

#define OF(key, member) TRACE_NUMBER(struct gvi_message, key, member, 0)
static const struct trace_member trace_message[] = {
	TRACE_NAME(struct gvi_message, "kind", kind, 0, trace_messages),
	OF("address", address),
	OF("data", data),
	OF("destination", destination),
	OF("device", device),
	OF("source", source),
	OF("tag", tag),
	OF("has_pasid", has_pasid),
	OF("pasid", pasid),
	OF("rq_eoi", rq_eoi),
	OF("x2apic", x2apic),
	TRACE_END};
#undef OF

static const struct trace_member trace_effect[] = {
	TRACE_NAME(struct gvi_effect, "kind", kind, 0, trace_effects),
	TRACE_NUMBER(struct gvi_effect, "at", spa, 0),
	TRACE_NUMBER(struct gvi_effect, "length", length, 0),
	TRACE_WORDS(struct gvi_effect, "data", data, 2, 0),
	TRACE_INNER(struct gvi_effect, "message", message, 0, trace_message),
	TRACE_NAME(struct gvi_effect, "bus", bus, 0, trace_buses),
	TRACE_END};

#define SINCE TRACE_NUMBER(struct gvi_seen, "since", since, 0)
#define SEEN(key, member, what)         TRACE_NUMBER(struct gvi_seen, key, reply.member, what)
#define NAMED(key, member, what, names) TRACE_NAME(struct gvi_seen, key, reply.member, what, names)
static const struct trace_member trace_answer[] = {
	SINCE,
	NAMED("result", answer.result, GVI_SEEN_RESULT, trace_results),
	SEEN("address", answer.address, GVI_SEEN_ADDRESS),
	SEEN("size", answer.size, GVI_SEEN_SIZE),
	SEEN("read", answer.read, GVI_SEEN_RIGHTS),
	SEEN("write", answer.write, GVI_SEEN_RIGHTS),
	SEEN("coherent", answer.coherent, GVI_SEEN_ATTRIBUTES),
	SEEN("untranslated_only", answer.untranslated_only, GVI_SEEN_ATTRIBUTES),
	NAMED("completion", answer.completion, GVI_SEEN_COMPLETION, trace_completions),
	NAMED("logging", answer.logging, GVI_SEEN_EVENT, trace_loggings),
	TRACE_WORDS(struct gvi_seen, "event", reply.answer.event, 2, GVI_SEEN_EVENT),
	TRACE_INNER(struct gvi_seen, "message", reply.answer.message, GVI_SEEN_MESSAGE,
		    trace_message),
	TRACE_END};
static const struct trace_member trace_ats_answer[] = {
	SINCE,
	NAMED("result", ats.result, GVI_SEEN_RESULT, trace_results),
	NAMED("completion", ats.completion, GVI_SEEN_COMPLETION, trace_completions),
	SEEN("count", ats.count, GVI_SEEN_VALUE),
	TRACE_WORDS(struct gvi_seen, "translations", reply.ats.translation, GVI_MAX_TRANSLATIONS,
		    GVI_SEEN_VALUE),
	NAMED("logging", ats.logging, GVI_SEEN_EVENT, trace_loggings),
	TRACE_WORDS(struct gvi_seen, "event", reply.ats.event, 2, GVI_SEEN_EVENT),
	TRACE_END};
static const struct trace_member trace_page_answer[] = {
	SINCE,
	NAMED("result", page.result, GVI_SEEN_RESULT, trace_page_results),
	TRACE_WORDS(struct gvi_seen, "entry", reply.page.entry, 2, GVI_SEEN_MESSAGE),
	SEEN("log_b", page.log_b, GVI_SEEN_MESSAGE),
	SEEN("has_response", page.has_response, GVI_SEEN_MESSAGE),
	TRACE_INNER(struct gvi_seen, "response", reply.page.response, GVI_SEEN_MESSAGE,
		    trace_message),
	NAMED("logging", page.logging, GVI_SEEN_EVENT, trace_loggings),
	TRACE_WORDS(struct gvi_seen, "event", reply.page.event, 2, GVI_SEEN_EVENT),
	TRACE_END};
static const struct trace_member trace_value[] = {SEEN("value", value, GVI_SEEN_VALUE), TRACE_END};
#undef SEEN
#undef NAMED

/* By enum gvi_input_kind: the record's key, what it says, and what is seen. */
static const struct {
	const char *key;
	const struct trace_member *input, *seen;
} trace_inputs[GVI_NINPUTS] = {
	[GVI_INPUT_TRANSLATE] = {"translate", trace_request, trace_answer},
	[GVI_INPUT_INTERRUPT] = {"interrupt", trace_interrupt, trace_answer},
	[GVI_INPUT_ATS] = {"ats", trace_ats, trace_ats_answer},
	[GVI_INPUT_PAGE] = {"page_request", trace_page, trace_page_answer},
	[GVI_INPUT_STEP] = {"step", trace_nothing, trace_value},
	[GVI_INPUT_DONE] = {"invalidation_done", trace_invalidation, trace_nothing},
	[GVI_INPUT_TIMED_OUT] = {"invalidation_timeout", trace_invalidation, trace_nothing},
	[GVI_INPUT_MMIO_READ] = {"mmio_read", trace_mmio, trace_value},
	[GVI_INPUT_MMIO_WRITE] = {"mmio_write", trace_mmio, trace_nothing},
	[GVI_INPUT_CONFIG_READ] = {"config_read", trace_mmio, trace_value},
	[GVI_INPUT_CONFIG_WRITE] = {"config_write", trace_mmio, trace_nothing},
};

/* ---- The head of a session ------------------------------------------------- */

#define CONFIG(member) TRACE_NUMBER(struct gvi_config, #member, member, 0)
static const struct trace_member trace_config[] = {CONFIG(version),
						   CONFIG(revision),
						   CONFIG(device),
						   CONFIG(pci_id),
						   CONFIG(capability),
						   CONFIG(misc0),
						   CONFIG(misc1),
						   CONFIG(efr),
						   CONFIG(efr2),
						   CONFIG(control),
						   CONFIG(base),
						   CONFIG(enabled),
						   CONFIG(no_host),
						   CONFIG(snp),
						   CONFIG(irt_cache_dis),
						   CONFIG(gst_buffer),
						   CONFIG(msi_messages_log2),
						   TRACE_END};
#undef CONFIG

#endif
