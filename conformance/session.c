/* The reading of what a bench has recorded. */
#include "conformance/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/json.h"
#include "conformance/recorder.h"
#include "conformance/trace_table.h"

struct session_reader {
	struct json_line line;
	uint8_t bytes[SESSION_MAX_BYTES];
	struct gvi_effect effects[SESSION_MAX_EFFECTS];
	char *error; /* of the line that is being read */
	size_t size;
};

struct session_reader *session_reader_new(void)
{
	return calloc(1, sizeof(struct session_reader));
}

void session_reader_free(struct session_reader *reader)
{
	free(reader);
}

int session_next(struct session_reader *reader, struct trace *trace, struct session_record *record,
		 char *error, size_t size)
{
	char why[SESSION_MAX_ERROR], *text;
	int more = trace_line(trace, &text, error, size);

	if (more != 1)
		return more;
	if (!session_parse(reader, text, record, why, sizeof why))
		return trace_refuse(trace, why, error, size);
	record->line = trace_line_number(trace);
	return 1;
}

/* Always false. */
static bool refuse(struct session_reader *r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(r->error, r->size, format, arguments);
	va_end(arguments);
	return false;
}

static bool take_begin(struct session_reader *r, struct json *whole, struct session_record *record);
static bool take_other(struct session_reader *r, struct json *whole, struct session_record *record);
static bool all_read(struct session_reader *r, const struct json *object);

bool session_parse(struct session_reader *reader, char *line, struct session_record *record,
		   char *error, size_t size)
{
	const char *at;
	struct json *whole = &reader->line.node[0], *version;
	uint64_t number;

	reader->error = error;
	reader->size = size;
	memset(record, 0, sizeof *record);
	if (!json_parse(&reader->line, line, &at) || whole->kind != JSON_OBJECT)
		return refuse(reader,
			      "this is no JSON object of whole numbers and texts, from byte %zu on",
			      (size_t)(at - line) + 1);
	version = json_get(&reader->line, whole, "goldvi_trace");
	if (version) {
		if (!json_number(version, UINT64_MAX, &number) || number != GVI_TRACE_VERSION)
			return refuse(reader,
				      "goldvi_trace is not %d, the version that this program reads",
				      GVI_TRACE_VERSION);
		return take_begin(reader, whole, record) && all_read(reader, whole);
	}
	return take_other(reader, whole, record) && all_read(reader, whole);
}

static bool all_read(struct session_reader *r, const struct json *object)
{
	const struct json *unread = json_unread(&r->line, object);

	return !unread || refuse(r, "`%.40s` has no meaning here", unread->key);
}

/* ---- Members by the table ------------------------------------------------------ */

static void set_number(uint8_t *to, size_t size, uint64_t value)
{
	uint8_t b = (uint8_t)value;
	uint16_t h = (uint16_t)value;
	uint32_t w = (uint32_t)value;

	if (size == 1)
		memcpy(to, &b, 1);
	else if (size == 2)
		memcpy(to, &h, 2);
	else if (size == 4)
		memcpy(to, &w, 4);
	else
		memcpy(to, &value, 8);
}

/* Flags are bytes whose key is a word of this list. */
static uint64_t limit_of(const struct trace_member *m)
{
	static const char *const flags[] = {
		"has_pasid",    "execute", "privileged", "intx",  "translated",
		"no_write",     "last",    "malformed",  "read",  "write",
		"coherent",     "rq_eoi",  "x2apic",     "log_b", "untranslated_only",
		"has_response", "enabled", "no_host",    "snp",   "irt_cache_dis",
		"gst_buffer"};

	for (size_t i = 0; m->size == 1 && i < sizeof flags / sizeof flags[0]; i++)
		if (strcmp(flags[i], m->key) == 0)
			return 1;
	return m->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * m->size) - 1;
}

static bool take_members(struct session_reader *r, const struct trace_member *members,
			 struct json *from, uint8_t *to, uint32_t *seen);

static bool take_name(struct session_reader *r, const struct trace_member *m,
		      const struct json *from, uint8_t *to)
{
	uint64_t i = 0;

	while (from->kind == JSON_TEXT && m->names[i] && strcmp(m->names[i], from->text) != 0)
		i++;
	if (from->kind != JSON_TEXT || !m->names[i])
		return refuse(r, "`%s` has no such value", m->key);
	set_number(to, m->size, i);
	return true;
}

static bool take_numbers(struct session_reader *r, const struct trace_member *m,
			 const struct json *from, uint8_t *to)
{
	size_t count = 0;
	uint64_t value;

	if (m->count == 1 && json_number(from, limit_of(m), &value)) {
		set_number(to, m->size, value);
		return true;
	}
	if (m->count == 1 || from->kind != JSON_LIST)
		return refuse(r, "`%s` is no such number", m->key);
	for (size_t i = from->first; i; i = r->line.node[i - 1].next, count++) {
		if (count == m->count || !json_number(&r->line.node[i - 1], limit_of(m), &value))
			return refuse(r, "`%s` is no list of at most %zu numbers", m->key,
				      m->count);
		set_number(to + count * m->size, m->size, value);
	}
	return true;
}

static bool take_members(struct session_reader *r, const struct trace_member *members,
			 struct json *from, uint8_t *to, uint32_t *seen)
{
	if (from->kind != JSON_OBJECT)
		return refuse(r, "there is no object where one must be");
	for (const struct trace_member *m = members; m->key; m++) {
		struct json *value = json_get(&r->line, from, m->key);
		bool good;

		if (!value)
			continue;
		if (seen)
			*seen |= m->seen;
		if (m->inner)
			good = take_members(r, m->inner, value, to + m->at, NULL) &&
			       all_read(r, value);
		else
			good = m->names ? take_name(r, m, value, to + m->at)
					: take_numbers(r, m, value, to + m->at);
		if (!good)
			return false;
	}
	return true;
}

/* ---- Records ---------------------------------------------------------------- */

static bool take_habits(struct session_reader *r, struct json *habits, struct gvi_config *config);

static bool take_begin(struct session_reader *r, struct json *whole, struct session_record *record)
{
	struct json *name = json_get(&r->line, whole, "session");
	struct json *config = json_get(&r->line, whole, "config");
	struct json *habits = json_get(&r->line, whole, "habits");
	enum gvi_status status;

	if (!name || name->kind != JSON_TEXT || !config || !habits)
		return refuse(r,
			      "a session begins with its name, its configuration and its habits");
	record->kind = SESSION_BEGIN;
	record->text = name->text;
	memset(record->config.habit, GVI_UNSETTLED, sizeof record->config.habit);
	if (!take_members(r, trace_config, config, (uint8_t *)&record->config, NULL) ||
	    !all_read(r, config) || !take_habits(r, habits, &record->config))
		return false;
	status = gvi_check(&record->config);
	return status == GVI_OK || refuse(r, "the configuration: %s", gvi_status_text(status));
}

static bool take_habits(struct session_reader *r, struct json *habits, struct gvi_config *config)
{
	if (habits->kind != JSON_OBJECT)
		return refuse(r, "`habits` is no object");
	for (size_t i = habits->first; i; i = r->line.node[i - 1].next) {
		const struct json *n = &r->line.node[i - 1];
		enum gvi_choice choice = gvi_find_choice(n->key);
		uint8_t v = 0;

		if (choice == GVI_NCHOICES || n->kind != JSON_TEXT)
			return refuse(r, "there is no choice `%.40s`", n->key);
		while (v < gvi_choices[choice].count &&
		       strcmp(gvi_choices[choice].alternative[v].name, n->text) != 0)
			v++;
		if (v == gvi_choices[choice].count)
			return refuse(r, "%s has no alternative `%.40s`", n->key, n->text);
		config->habit[choice] = v;
	}
	return true;
}

static bool take_memory(struct session_reader *r, struct json *memory,
			struct session_record *record);
static bool take_seen(struct session_reader *r, struct json *whole,
		      const struct trace_member *members, struct session_record *record);
static bool take_input(struct session_reader *r, struct json *whole, struct session_record *record);

static bool take_other(struct session_reader *r, struct json *whole, struct session_record *record)
{
	struct json *part;

	record->kind = SESSION_NOTE;
	if ((part = json_get(&r->line, whole, "note"))) {
		record->text = part->text;
		return part->kind == JSON_TEXT || refuse(r, "`note` is no text");
	}
	record->kind = SESSION_MOMENT;
	if ((part = json_get(&r->line, whole, "moment")))
		return json_number(part, UINT64_MAX, &record->spa) ||
		       refuse(r, "`moment` is no number");
	record->kind = SESSION_RESET;
	if ((part = json_get(&r->line, whole, "reset")))
		return take_members(r, trace_nothing, part, NULL, NULL) && all_read(r, part);
	record->kind = SESSION_WROTE;
	if ((part = json_get(&r->line, whole, "wrote")))
		return take_memory(r, part, record);
	record->kind = SESSION_IOMMU;
	if ((part = json_get(&r->line, whole, "iommu")))
		return take_memory(r, part, record);
	record->kind = SESSION_SETTLED;
	if ((part = json_get(&r->line, whole, "settled")))
		return take_members(r, trace_nothing, part, NULL, NULL) && all_read(r, part) &&
		       take_seen(r, whole, trace_nothing, record);
	record->kind = SESSION_INPUT;
	return take_input(r, whole, record);
}

static bool take_input(struct session_reader *r, struct json *whole, struct session_record *record)
{
	for (unsigned i = 0; i < GVI_NINPUTS; i++) {
		struct json *part = json_get(&r->line, whole, trace_inputs[i].key);

		if (!part)
			continue;
		record->input.kind = (uint8_t)i;
		return take_members(r, trace_inputs[i].input, part, (uint8_t *)&record->input,
				    NULL) &&
		       all_read(r, part) && take_seen(r, whole, trace_inputs[i].seen, record);
	}
	return refuse(r, "this is none of the records that there are");
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool take_memory(struct session_reader *r, struct json *memory,
			struct session_record *record)
{
	struct json *at = json_get(&r->line, memory, "at"),
		    *bytes = json_get(&r->line, memory, "bytes");

	if (!at || !json_number(at, UINT64_MAX, &record->spa) || !bytes || bytes->kind != JSON_TEXT)
		return refuse(r, "memory has `at` and `bytes`");
	for (const char *p = bytes->text; *p; p += 2) {
		int high = hex_digit(p[0]), low = high < 0 ? -1 : hex_digit(p[1]);

		if (low < 0 || record->nbytes == SESSION_MAX_BYTES)
			return refuse(r, "`bytes` are no %d bytes of two digits",
				      SESSION_MAX_BYTES);
		r->bytes[record->nbytes++] = (uint8_t)(high << 4 | low);
	}
	record->bytes = r->bytes;
	if (!record->nbytes || record->spa > UINT64_MAX - record->nbytes)
		return refuse(r, "`bytes` lie nowhere");
	return all_read(r, memory);
}

static bool take_effects(struct session_reader *r, struct json *list, struct gvi_seen *seen);

static bool take_seen(struct session_reader *r, struct json *whole,
		      const struct trace_member *members, struct session_record *record)
{
	struct json *seen = json_get(&r->line, whole, "seen"), *effects;

	if (!seen)
		return refuse(r, "what was seen is missing: `seen`, which may be empty");
	if (!take_members(r, members, seen, (uint8_t *)&record->seen, &record->seen.what))
		return false;
	effects = json_get(&r->line, seen, "effects");
	return (!effects || take_effects(r, effects, &record->seen)) && all_read(r, seen);
}

static bool take_effects(struct session_reader *r, struct json *list, struct gvi_seen *seen)
{
	if (list->kind != JSON_LIST)
		return refuse(r, "`effects` is no list");
	for (size_t i = list->first; i; i = r->line.node[i - 1].next) {
		struct gvi_effect *e = &r->effects[seen->neffects];

		if (seen->neffects++ == SESSION_MAX_EFFECTS)
			return refuse(r, "there are more than %d effects", SESSION_MAX_EFFECTS);
		memset(e, 0, sizeof *e);
		if (!take_members(r, trace_effect, &r->line.node[i - 1], (uint8_t *)e, NULL) ||
		    !all_read(r, &r->line.node[i - 1]))
			return false;
		if (e->kind == GVI_EFFECT_WRITE && e->length != 8 && e->length != 16)
			return refuse(r, "an IOMMU writes 8 or 16 bytes");
	}
	seen->effects = r->effects;
	seen->what |= GVI_SEEN_EFFECTS;
	return true;
}
