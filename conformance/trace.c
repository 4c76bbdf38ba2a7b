/* The reading of recorded sessions. */
#include "conformance/trace.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum { MAX_LINE = 1 << 20 };

struct trace {
	gzFile file;
	char *path;
	unsigned line;
	bool ahead; /* text is a line that nobody has taken yet */
	char text[MAX_LINE];
};

/* What the value of each key looks like: h = bytes in hexadecimal, n = number,
 * s = a word that only people read. */
static const struct {
	const char *key, *shape;
} kinds[NTRACE_KINDS] = {
	[TRACE_MEMORY] = {"m", "[nh]"},     [TRACE_WRITE] = {"w", "[nnn]"},
	[TRACE_READ] = {"r", "[nnn]"},      [TRACE_COMMAND] = {"cmd", "h"},
	[TRACE_STORE] = {"cw", "[nn]"},     [TRACE_DMA] = {"dma", "[nnns]"},
	[TRACE_INTERRUPT] = {"msi", "[nnnnn]"},
};

static const char *take_key(const char *p, struct trace_record *record);
static const char *take_shape(const char *p, const char *shape, struct trace_record *record);

struct trace *trace_open(const char *path, char *error, size_t size)
{
	struct trace *trace = calloc(1, sizeof *trace);

	if (trace)
		trace->path = strdup(path);
	if (trace && trace->path)
		trace->file = gzopen(path, "rb");
	if (trace && trace->file)
		return trace;
	snprintf(error, size, "%s: cannot be read: %s.", path, strerror(errno ? errno : ENOMEM));
	trace_close(trace);
	return NULL;
}

void trace_close(struct trace *trace)
{
	if (!trace)
		return;
	if (trace->file)
		(void)gzclose(trace->file);
	free(trace->path);
	free(trace);
}

int trace_refuse(const struct trace *trace, const char *why, char *error, size_t size)
{
	snprintf(error, size, "%s:%u: %s.", trace->path, trace->line, why);
	return -1;
}

unsigned trace_line_number(const struct trace *trace)
{
	return trace->line;
}

bool trace_is_recorded(struct trace *trace)
{
	static const char start[] = "{\"goldvi_trace\"";

	if (!trace->line && !trace->ahead)
		trace->ahead = gzgets(trace->file, trace->text, MAX_LINE) != NULL;
	return trace->ahead && strncmp(trace->text, start, sizeof start - 1) == 0;
}

int trace_line(struct trace *trace, char **text, char *error, size_t size)
{
	int code;

	trace->line++;
	if (!trace->ahead && !gzgets(trace->file, trace->text, MAX_LINE)) {
		(void)gzerror(trace->file, &code);
		return code == Z_OK || code == Z_STREAM_END ?
			       0 :
			       trace_refuse(trace, "the compressed data is damaged", error, size);
	}
	trace->ahead = false;
	if (!strchr(trace->text, '\n') && !gzeof(trace->file))
		return trace_refuse(trace, "the line is too long", error, size);
	*text = trace->text;
	return 1;
}

int trace_next(struct trace *trace, struct trace_record *record, char *error, size_t size)
{
	char *text;
	const char *p;
	int more = trace_line(trace, &text, error, size);

	if (more != 1)
		return more;
	record->line = trace->line;
	record->nnumbers = 0;
	record->nbytes = 0;
	p = take_key(text, record);
	if (!p)
		return trace_refuse(trace, "this is no record: {\"key\": value} with a known key", error, size);
	p = take_shape(p, kinds[record->kind].shape, record);
	if (!p || strcspn(p, "\r\n") != 1 || *p != '}')
		return trace_refuse(trace, "the value does not have the form that its key asks for", error, size);
	return 1;
}

/* ---- The parts of a line ---------------------------------------------------- */

static const char *take_text(const char *p, const char *text)
{
	size_t length = strlen(text);

	return p && strncmp(p, text, length) == 0 ? p + length : NULL;
}

static const char *take_key(const char *p, struct trace_record *record)
{
	for (unsigned i = 0; i < NTRACE_KINDS; i++) {
		const char *end = take_text(take_text(take_text(p, "{\""), kinds[i].key), "\":");

		if (end) {
			record->kind = (enum trace_kind)i;
			return end;
		}
	}
	return NULL;
}

static const char *take_number(const char *p, struct trace_record *record)
{
	uint64_t value = 0;

	if (*p < '0' || *p > '9' || record->nnumbers == TRACE_MAX_NUMBERS)
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return NULL;
		value = value * 10 + digit;
	}
	record->number[record->nnumbers++] = value;
	return p;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static const char *take_bytes(const char *p, struct trace_record *record)
{
	p = take_text(p, "\"");
	for (; p && *p != '"'; p += 2) {
		int high = hex_digit(p[0]), low = high < 0 ? -1 : hex_digit(p[1]);

		if (low < 0 || record->nbytes == TRACE_MAX_BYTES)
			return NULL;
		record->bytes[record->nbytes++] = (uint8_t)(high << 4 | low);
	}
	return take_text(p, "\"");
}

static const char *take_word(const char *p)
{
	p = take_text(p, "\"");
	return p ? take_text(p + strcspn(p, "\"\\\r\n"), "\"") : NULL;
}

static const char *take_shape(const char *p, const char *shape, struct trace_record *record)
{
	char before = '[';

	for (; p && *shape; before = *shape++) {
		if (before != '[' && *shape != ']')
			p = take_text(p, ",");
		if (!p)
			return NULL;
		switch (*shape) {
		case 'n':
			p = take_number(p, record);
			break;
		case 'h':
			p = take_bytes(p, record);
			break;
		case 's':
			p = take_word(p);
			break;
		default:
			p = *p == *shape ? p + 1 : NULL;
		}
	}
	return p;
}
