/* Numbers on their way into a snapshot or out of it: little-endian, of a width that
 * the format says.  What is saved is named once, by a function that runs in both
 * directions, so that saving and restoring cannot disagree. */
#ifndef MODEL_PASS_H
#define MODEL_PASS_H

#include <string.h>

#include "goldvi/goldvi.h"

struct pass {
	enum { MEASURE, SAVE, LOAD } way;
	uint8_t *to;            /* SAVE */
	const uint8_t *from;    /* LOAD */
	size_t at, size;        /* size: MEASURE has none */
	enum gvi_status status; /* once it is not GVI_OK, zeros are loaded */
};

static inline void pass_refuse(struct pass *p, enum gvi_status why)
{
	if (p->status == GVI_OK)
		p->status = why;
}

/* A member of 1, 2, 4 or 8 bytes, bool included. */
static inline uint64_t member_get(const void *member, size_t size)
{
	uint8_t b;
	uint16_t h;
	uint32_t w;
	uint64_t d;

	switch (size) {
	case 1:
		return memcpy(&b, member, 1), b;
	case 2:
		return memcpy(&h, member, 2), h;
	case 4:
		return memcpy(&w, member, 4), w;
	default:
		return memcpy(&d, member, 8), d;
	}
}

static inline void member_set(void *member, size_t size, uint64_t value)
{
	uint8_t b = (uint8_t)value;
	uint16_t h = (uint16_t)value;
	uint32_t w = (uint32_t)value;

	switch (size) {
	case 1:
		memcpy(member, &b, 1);
		break;
	case 2:
		memcpy(member, &h, 2);
		break;
	case 4:
		memcpy(member, &w, 4);
		break;
	default:
		memcpy(member, &value, 8);
	}
}

static inline uint64_t pass_take(struct pass *p, unsigned bytes)
{
	uint64_t value = 0;

	if (p->size - p->at < bytes)
		pass_refuse(p, GVI_SAVE_LENGTH);
	for (unsigned i = 0; p->status == GVI_OK && i < bytes; i++)
		value |= (uint64_t)p->from[p->at++] << 8 * i;
	return value;
}

static inline void pass_give(struct pass *p, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++, p->at++)
		if (p->way == SAVE)
			p->to[p->at] = (uint8_t)(value >> 8 * i);
}

/* A member that takes so many bytes, and is no larger than `limit`. */
static inline void pass_number(struct pass *p, void *member, size_t size, unsigned bytes,
			       uint64_t limit)
{
	uint64_t value;

	if (p->way != LOAD) {
		pass_give(p, member_get(member, size), bytes);
		return;
	}
	value = pass_take(p, bytes);
	if (value > limit)
		pass_refuse(p, GVI_SAVE_VALUE);
	member_set(member, size, p->status == GVI_OK ? value : 0);
}

/* Members of fixed width; those that have a largest value; and those whose width hangs on
 * the machine. */
#define PASS(p, member)                  pass_number(p, &(member), sizeof(member), sizeof(member), UINT64_MAX)
#define PASS_TO(p, member, limit)        pass_number(p, &(member), sizeof(member), sizeof(member), limit)
#define PASS_AS(p, bytes, member, limit) pass_number(p, &(member), sizeof(member), bytes, limit)

#endif
