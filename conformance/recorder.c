/* The recorder.  It needs goldvi's public headers, trace_table.h and stdio. */
#include "conformance/recorder.h"

#include <inttypes.h>
#include <string.h>

#include "conformance/trace_table.h"

static void put(struct gvi_recorder *r, const char *text)
{
	r->failed |= fputs(text, r->out) < 0;
}

static void put_key(struct gvi_recorder *r, const char *key, bool first)
{
	r->failed |= fprintf(r->out, "%s\"%s\":", first ? "" : ",", key) < 0;
}

static void put_number(struct gvi_recorder *r, uint64_t value);
static void put_text(struct gvi_recorder *r, const char *text);
static bool put_members(struct gvi_recorder *r, const struct trace_member *members,
			const void *from, uint32_t seen);
static void put_habits(struct gvi_recorder *r, const struct gvi_config *config);
static void put_memory(struct gvi_recorder *r, const char *key, uint64_t spa, const void *bytes,
		       size_t length);
static void put_effects(struct gvi_recorder *r, const struct gvi_effect *effects, size_t count,
			bool first);

/* ---- Records ---------------------------------------------------------------- */

void gvi_record_begin(struct gvi_recorder *r, FILE *out, const char *name,
		      const struct gvi_config *config)
{
	*r = (struct gvi_recorder){.out = out};
	r->failed = fprintf(out, "{\"goldvi_trace\":%d,\"session\":", GVI_TRACE_VERSION) < 0;
	put_text(r, name);
	put(r, ",\"config\":{");
	(void)put_members(r, trace_config, config, 0);
	put(r, "}");
	put_habits(r, config);
	put(r, "}\n");
}

void gvi_record_reset(struct gvi_recorder *r)
{
	put(r, "{\"reset\":{}}\n");
}

void gvi_record_wrote(struct gvi_recorder *r, uint64_t spa, const void *bytes, size_t length)
{
	put_memory(r, "wrote", spa, bytes, length);
}

void gvi_record_iommu(struct gvi_recorder *r, uint64_t spa, const void *bytes, size_t length)
{
	put_memory(r, "iommu", spa, bytes, length);
}

void gvi_record(struct gvi_recorder *r, const struct gvi_input *input, const struct gvi_seen *seen)
{
	static const struct gvi_seen nothing;
	uint32_t what = seen ? seen->what : 0;
	bool any;

	if (input->kind >= GVI_NINPUTS) {
		r->failed = true;
		return;
	}
	put(r, "{");
	put_key(r, trace_inputs[input->kind].key, true);
	put(r, "{");
	(void)put_members(r, trace_inputs[input->kind].input, input, 0);
	put(r, "},\"seen\":{");
	any = put_members(r, trace_inputs[input->kind].seen, seen ? seen : &nothing, what);
	if (what & GVI_SEEN_EFFECTS)
		put_effects(r, seen->effects, seen->neffects, !any);
	put(r, "}}\n");
}

void gvi_record_moment(struct gvi_recorder *r, uint64_t moment)
{
	put(r, "{\"moment\":");
	put_number(r, moment);
	put(r, "}\n");
}

void gvi_record_settled(struct gvi_recorder *r, const struct gvi_effect *effects, size_t count)
{
	put(r, "{\"settled\":{},\"seen\":{");
	if (effects)
		put_effects(r, effects, count, true);
	put(r, "}}\n");
}

void gvi_record_note(struct gvi_recorder *r, const char *text)
{
	put(r, "{\"note\":");
	put_text(r, text);
	put(r, "}\n");
}

bool gvi_record_end(struct gvi_recorder *r)
{
	r->failed |= fflush(r->out) != 0 || ferror(r->out);
	return !r->failed;
}

/* A line is no longer than a reader allows. */
enum { BYTES_A_LINE = 4096 };

static void put_memory(struct gvi_recorder *r, const char *key, uint64_t spa, const void *bytes,
		       size_t length)
{
	const uint8_t *byte = bytes;

	while (length) {
		size_t n = length < BYTES_A_LINE ? length : BYTES_A_LINE;

		r->failed |= fprintf(r->out, "{\"%s\":{\"at\":\"0x%" PRIx64 "\",\"bytes\":\"", key,
				     spa) < 0;
		for (size_t i = 0; i < n; i++)
			r->failed |= fprintf(r->out, "%02x", byte[i]) < 0;
		put(r, "\"}}\n");
		byte += n;
		spa += n;
		length -= n;
	}
}

static void put_effects(struct gvi_recorder *r, const struct gvi_effect *effects, size_t count,
			bool first)
{
	put_key(r, "effects", first);
	put(r, "[");
	for (size_t i = 0; i < count; i++) {
		put(r, i ? ",{" : "{");
		(void)put_members(r, trace_effect, &effects[i], 0);
		put(r, "}");
	}
	put(r, "]");
}

static void put_habits(struct gvi_recorder *r, const struct gvi_config *config)
{
	bool first = true;

	put(r, ",\"habits\":{");
	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		const struct gvi_choice_info *c = &gvi_choices[i];

		if (config->habit[i] >= c->count)
			continue;
		put_key(r, c->id, first);
		put_text(r, c->alternative[config->habit[i]].name);
		first = false;
	}
	put(r, "}");
}

/* ---- Members ---------------------------------------------------------------- */

static uint64_t number_at(const uint8_t *from, size_t size)
{
	uint8_t b;
	uint16_t h;
	uint32_t w;
	uint64_t d;

	switch (size) {
	case 1:
		return memcpy(&b, from, 1), b;
	case 2:
		return memcpy(&h, from, 2), h;
	case 4:
		return memcpy(&w, from, 4), w;
	default:
		return memcpy(&d, from, 8), d;
	}
}

static bool is_zero(const struct trace_member *m, const uint8_t *from)
{
	for (size_t i = 0; i < m->count; i++)
		if (number_at(from + i * m->size, m->size))
			return false;
	return true;
}

/* A value without a name stays a number, which a reader refuses. */
static void put_name(struct gvi_recorder *r, const char *const *names, uint64_t value)
{
	uint64_t i = 0;

	while (names[i] && i < value)
		i++;
	if (names[i])
		put_text(r, names[i]);
	else
		put_number(r, value);
}

static void put_member(struct gvi_recorder *r, const struct trace_member *m, const uint8_t *from)
{
	if (m->inner) {
		put(r, "{");
		(void)put_members(r, m->inner, from, 0);
		put(r, "}");
	} else if (m->names) {
		put_name(r, m->names, number_at(from, m->size));
	} else if (m->count == 1) {
		put_number(r, number_at(from, m->size));
	} else {
		put(r, "[");
		for (size_t i = 0; i < m->count; i++) {
			put(r, i ? "," : "");
			put_number(r, number_at(from + i * m->size, m->size));
		}
		put(r, "]");
	}
}

/* Whether there were any. */
static bool put_members(struct gvi_recorder *r, const struct trace_member *members,
			const void *from, uint32_t seen)
{
	bool first = true;

	for (const struct trace_member *m = members; m->key; m++) {
		const uint8_t *at = (const uint8_t *)from + m->at;

		if (m->seen ? !(seen & m->seen) : !m->inner && !m->names && is_zero(m, at))
			continue;
		put_key(r, m->key, first);
		put_member(r, m, at);
		first = false;
	}
	return !first;
}

/* What can pass 2^53 is quoted. */
static void put_number(struct gvi_recorder *r, uint64_t value)
{
	const char *form = value < 1000 ? "%" PRIu64 : "\"0x%" PRIx64 "\"";

	r->failed |= fprintf(r->out, form, value) < 0;
}

/* Control characters and what is not ASCII are people's affair, and not kept. */
static void put_text(struct gvi_recorder *r, const char *text)
{
	put(r, "\"");
	for (; *text; text++) {
		bool plain = *text >= ' ' && *text <= '~';

		if (*text == '"' || *text == '\\')
			put(r, "\\");
		r->failed |= fputc(plain ? *text : '?', r->out) == EOF;
	}
	put(r, "\"");
}
