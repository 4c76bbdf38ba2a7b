/* Bytes to operations and back. */
#include "conformance/stream.h"

#include <string.h>

static struct stream_head head_of(const uint8_t *bytes, size_t size);

struct stream stream_of(const uint8_t *bytes, size_t size)
{
	struct stream s = {.head = head_of(bytes, size)};

	if (size <= STREAM_RECORD)
		return s;
	size -= STREAM_RECORD;
	s.operation = bytes + STREAM_RECORD;
	s.ndecisions = s.head.decisions < size ? s.head.decisions : size;
	s.decision = s.operation + (size - s.ndecisions);
	s.noperations = (size - s.ndecisions) / STREAM_RECORD;
	if (s.noperations > STREAM_MAX_OPERATIONS)
		s.noperations = STREAM_MAX_OPERATIONS;
	return s;
}

static uint64_t load(const uint8_t *bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

struct operation stream_operation(const struct stream *s, size_t n)
{
	const uint8_t *bytes = s->operation + n * STREAM_RECORD;
	struct operation o = {.kind = bytes[0] % STREAM_NKINDS};

	memcpy(o.a, bytes + 1, sizeof o.a);
	o.value = load(bytes + 8);
	return o;
}

const char *stream_kind_name(enum stream_kind kind)
{
	static const char *const names[] = {
#define X(id, name, text) name,
		STREAM_KINDS(X)
#undef X
	};

	return names[kind];
}

static void store(const struct operation *o, uint8_t *to)
{
	to[0] = o->kind;
	memcpy(to + 1, o->a, sizeof o->a);
	for (unsigned i = 0; i < 8; i++)
		to[8 + i] = (uint8_t)(o->value >> 8 * i);
}

size_t stream_bytes(const struct stream_head *head, const struct operation *operations,
		    size_t count, const uint8_t *decisions, uint8_t *to, size_t room)
{
	size_t tail = decisions ? head->decisions : 0, fits;

	if (room < STREAM_RECORD + tail)
		return 0;
	fits = (room - STREAM_RECORD - tail) / STREAM_RECORD;
	if (count > fits)
		count = fits;
	memset(to, 0, STREAM_RECORD);
	to[0] = head->preset;
	to[1] = (uint8_t)tail;
	to[2] = head->flags;
	to[3] = head->control;
	to[4] = head->length;
	for (size_t i = 0; i < count; i++)
		store(&operations[i], to + STREAM_RECORD * (i + 1));
	if (tail)
		memcpy(to + STREAM_RECORD * (count + 1), decisions, tail);
	return STREAM_RECORD * (count + 1) + tail;
}

/* What is missing of a head is 0. */
static struct stream_head head_of(const uint8_t *bytes, size_t size)
{
	uint8_t raw[STREAM_RECORD] = {0};

	if (size)
		memcpy(raw, bytes, size < sizeof raw ? size : sizeof raw);
	return (struct stream_head){raw[0], raw[1], raw[2], raw[3], raw[4]};
}
