/* What is asked, answered and sent, in words. */
#include "conformance/words.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

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

/* ---- Requests ----------------------------------------------------------------- */

static void requester(uint16_t device, struct text *t)
{
	text_add(t, "device ");
	describe_device(device, t);
	text_add(t, " ");
}

static void put_prefix(bool present, uint32_t pasid, bool execute, bool privileged, struct text *t)
{
	if (present)
		text_add(t, ", PASID 0x%" PRIx32 "%s%s", pasid, execute ? ", execute" : "",
			 privileged ? ", privileged" : "");
}

void describe_request(const struct gvi_request *r, struct text *t)
{
	static const char *const does[] = {"reads", "writes (posted)", "writes (non-posted)",
					   "updates atomically"};

	requester(r->device, t);
	text_add(t, "%s %" PRIu32 " bytes at %s0x%" PRIx64, does[r->access], r->length,
		 r->translated ? "translated " : "", r->address);
	put_prefix(r->has_pasid, r->pasid, r->execute, r->privileged, t);
	if (r->intx)
		text_add(t, ", an INTx message");
}

void describe_interrupt(const struct gvi_interrupt *i, struct text *t)
{
	static const char *const types[] = {"fixed", "arbitrated", "SMI",           "reserved type",
					    "NMI",   "INIT",       "reserved type", "ExtInt"};

	requester(i->device, t);
	text_add(t, "interrupts at 0x%" PRIx64, i->address);
	if (i->address >> 20 == 0xfee)
		text_add(t, " with 0x%" PRIx32 " (%s, %s destination; as an index %" PRIu32 ")",
			 i->data, types[i->data >> 8 & 7], i->address & 4 ? "logical" : "physical",
			 i->data & 0x7ff);
	put_prefix(i->has_pasid, i->pasid, false, false, t);
}

void describe_ats_request(const struct gvi_ats_request *r, struct text *t)
{
	requester(r->device, t);
	text_add(t, "asks where 0x%" PRIx64 " is", r->address);
	if (r->count > 1)
		text_add(t, ", and %u more, 0x%" PRIx64 " bytes apart", r->count - 1u,
			 UINT64_C(1) << r->unit_log2);
	put_prefix(r->has_pasid, r->pasid, r->execute, r->privileged, t);
	if (r->no_write)
		text_add(t, ", not to write");
}

void describe_page_request(const struct gvi_page_request *r, struct text *t)
{
	requester(r->device, t);
	text_add(t, "asks for the page at 0x%" PRIx64 ", group %u%s%s%s%s", r->address, r->group,
		 r->read ? ", to read" : "", r->write ? ", to write" : "",
		 r->last ? ", the last of the group" : "",
		 r->malformed ? ", with a reserved field that is not 0" : "");
	put_prefix(r->has_pasid, r->pasid, r->execute, r->privileged, t);
}

/* ---- Answers ----------------------------------------------------------------- */

static void describe_abort(unsigned completion, bool all, struct text *t);
static void describe_sent(const struct gvi_answer *answer, struct text *t);
static void describe_grant(const struct gvi_answer *answer, bool all, struct text *t);
static void describe_completions(const struct gvi_ats_answer *answer,
				 const struct gvi_ats_request *request, struct text *t);

void describe_access(const struct gvi_answer *a, bool interrupt, bool all, struct text *t)
{
	if (a->result == GVI_ABORT)
		describe_abort(a->completion, all, t);
	else if (a->result == GVI_INTERRUPT)
		text_add(t, "it goes the interrupt's way");
	else if (interrupt)
		describe_sent(a, t);
	else
		describe_grant(a, all, t);
}

void describe_ats(const struct gvi_ats_answer *answer, const struct gvi_ats_request *request,
		  bool all, struct text *t)
{
	if (answer->result == GVI_ABORT)
		describe_abort(answer->completion, all, t);
	else
		describe_completions(answer, request, t);
}

static void describe_abort(unsigned completion, bool all, struct text *t)
{
	text_add(t, "aborted");
	if (all)
		text_add(t, " (%s)", completion_name(completion));
}

static void describe_sent(const struct gvi_answer *answer, struct text *t)
{
	bool posted = answer->message.kind != GVI_MESSAGE_REMAPPED &&
		      answer->message.kind != GVI_MESSAGE_PASSED;

	text_add(t, posted ? "posted to a guest, " : "");
	describe_message(&answer->message, t);
}

static void describe_grant(const struct gvi_answer *a, bool all, struct text *t)
{
	if (a->address == UINT64_MAX && !all) {
		text_add(t, "granted somewhere else");
		return;
	}
	text_add(t, "granted at 0x%" PRIx64, a->address);
	if (all)
		text_add(t, " (page of 0x%" PRIx64 " bytes, read %u, write %u%s%s)", a->size,
			 a->read, a->write, a->coherent ? ", coherent" : "",
			 a->untranslated_only ? ", untranslated only" : "");
}

static void describe_completions(const struct gvi_ats_answer *answer,
				 const struct gvi_ats_request *request, struct text *t)
{
	text_add(t, answer->count == 1 ? "completed: " : "completed %u times: ", answer->count);
	for (unsigned i = 0; i < answer->count && i < GVI_MAX_TRANSLATIONS; i++) {
		text_add(t, i ? "; " : "");
		describe_completion(answer->translation[i],
				    request->address + ((uint64_t)i << request->unit_log2), t);
	}
}

static void describe_bytes(uint8_t log2, struct text *t)
{
	if (log2 >= 64)
		text_add(t, "all addresses");
	else
		text_add(t, "0x%" PRIx64 " bytes", UINT64_C(1) << log2);
}

void describe_completion(uint64_t word, uint64_t address, struct text *t)
{
	static const struct {
		enum gvi_field_id field;
		const char *text;
	} flags[] = {
		{GVI_ATS_COMPLETION_EXE, ", execute"},
		{GVI_ATS_COMPLETION_PRIV, ", privileged"},
		{GVI_ATS_COMPLETION_GLOBAL, ", global"},
		{GVI_ATS_COMPLETION_U, ", untranslated only"},
		{GVI_ATS_COMPLETION_N, ", may be non-snooped"},
	};
	unsigned read = (unsigned)gvi_get(GVI_ATS_COMPLETION_R, &word);
	unsigned write = (unsigned)gvi_get(GVI_ATS_COMPLETION_W, &word);
	struct span span = completion_span(word, address);

	if (!read && !write) {
		text_add(t, "no translation (R=W=0)");
		return;
	}
	text_add(t, "0x%" PRIx64 " goes to 0x%" PRIx64 " (page of ", address, span.address);
	describe_bytes(span.size_log2, t);
	text_add(t, ", R %u, W %u", read, write);
	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
		text_add(t, gvi_get(flags[i].field, &word) ? flags[i].text : "");
	text_add(t, ")");
}

/* Bit 11 tells that the size is coded by the lowest 0 from bit 12 on
 * [host.page-size-code], [command.iotlb-size]. */
static uint8_t coded_size(uint64_t word)
{
	uint8_t lowest = 12;

	if (!(word & 0x800))
		return 12;
	while (lowest < 63 && word >> lowest & 1)
		lowest++;
	return lowest < 63 ? (uint8_t)(lowest + 1) : 64;
}

struct span completion_span(uint64_t word, uint64_t address)
{
	uint8_t log2 = coded_size(word);
	uint64_t within = log2 < 64 ? (UINT64_C(1) << log2) - 1 : UINT64_MAX;

	return (struct span){(word & ~within) | (address & within), log2};
}

bool is_invalidated(uint64_t body, uint64_t address)
{
	return completion_span(body, address).address == address;
}

const char *completion_name(unsigned completion)
{
	static const char *const names[] = {"success", "Completer Abort", "Unsupported Request",
					    "dropped"};

	return completion <= GVI_DROPPED ? names[completion] : "?";
}

/* ---- Messages ---------------------------------------------------------------------- */

static void describe_to_device(const struct gvi_message *m, struct text *t);

void describe_message(const struct gvi_message *m, struct text *t)
{
	switch ((enum gvi_message_kind)m->kind) {
	case GVI_MESSAGE_NONE:
		text_add(t, "nobody is told");
		break;
	case GVI_MESSAGE_INTERRUPT:
		text_add(t,
			 "message 0x%" PRIx32 " to 0x%" PRIx64 " (%s, destination 0x%" PRIx32 ")",
			 m->data, m->address, source_name(m->source), m->destination);
		break;
	case GVI_MESSAGE_REMAPPED:
		text_add(t,
			 "sent, remapped, as 0x%" PRIx32 " at 0x%" PRIx64 " (destination 0x%" PRIx32
			 "%s)",
			 m->data, m->address, m->destination,
			 m->rq_eoi ? ", end of interrupt requested" : "");
		break;
	case GVI_MESSAGE_PASSED:
		text_add(t, "sent as it came: 0x%" PRIx32 " at 0x%" PRIx64, m->data, m->address);
		break;
	case GVI_MESSAGE_DOORBELL:
		text_add(t, "doorbell to 0x%" PRIx32, m->destination);
		break;
	case GVI_MESSAGE_GAPPI:
		text_add(t, "GAPPI of vector 0x%" PRIx32 " to 0x%" PRIx32, m->data, m->destination);
		break;
	case GVI_MESSAGE_INVALIDATE:
	case GVI_MESSAGE_RESPONSE:
		describe_to_device(m, t);
		break;
	}
}

/* The tag is the IOMMU's affair: what is expected has none. */
static void describe_to_device(const struct gvi_message *m, struct text *t)
{
	const uint64_t word = m->data;
	char fields[200];

	if (m->kind == GVI_MESSAGE_RESPONSE) {
		text_add(t, "response 0x%" PRIx64 " for group %" PRIu64,
			 gvi_get(GVI_PRG_RESPONSE_RESPONSE, &word),
			 gvi_get(GVI_PRG_RESPONSE_PRG_INDEX, &word));
	} else {
		(void)gvi_print(GVI_FORMAT_ATS_INVALIDATE_REQUEST, &m->address, fields,
				sizeof fields);
		text_add(t, "invalidate(%s), ", fields);
		describe_bytes(completion_span(m->address, 0).size_log2, t);
	}
	text_add(t, " to ");
	describe_device(m->device, t);
	if (m->has_pasid)
		text_add(t, ", PASID 0x%" PRIx32, m->pasid);
}

void describe_device(uint16_t device, struct text *t)
{
	text_add(t, "%02x:%02x.%x", device >> 8, device >> 3 & 31, device & 7);
}

/* ---- Records ------------------------------------------------------------------------- */

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

/* ---- Reasons ------------------------------------------------------------------- */

void describe_pick(const struct gvi_pick *pick, struct text *t)
{
	const struct gvi_choice_info *info = &gvi_choices[pick->choice];

	text_add(t, "%s=%s", info->id, info->alternative[pick->value].name);
	if (pick->spa)
		text_add(t, " at 0x%" PRIx64, pick->spa);
	text_add(t, ": %s", info->alternative[pick->value].text);
}

/* ---- Names --------------------------------------------------------------------- */

const char *source_name(unsigned source)
{
	return source < GVI_NSOURCES ? source_names[source] : "?";
}

const char *bus_name(unsigned bus)
{
	static const char *const names[] = {"", ": master abort", ": target abort", ": poison"};

	return bus <= GVI_BUS_POISON ? names[bus] : ": ?";
}
