/* Rings in memory: a base register with a length, a head and a tail.
 * docs/spec/07-mmio-registers.md section 3. */
#ifndef MODEL_RING_H
#define MODEL_RING_H

#include "model/state.h"

/* Of an entry: commands, events and page requests; the GA log. */
enum { ENTRY_BYTES = 16, GUEST_ENTRY_BYTES = 8 };

/* A ring's three registers. */
struct ring {
	enum slot base, head, tail;
	unsigned entry;         /* bytes of one */
};

static inline struct ring command_ring(void)
{
	return (struct ring){SLOT_CMD_BUF_BASE, SLOT_CMD_BUF_HEAD, SLOT_CMD_BUF_TAIL, ENTRY_BYTES};
}

/* [galog.length] [galog.pointer] AMB-7.7, AMB-5.6: what length codes 8 to 15 are
 * in a log whose entries are half as long. */
static inline uint64_t ring_guest_bytes(struct gvi *m, uint64_t bytes)
{
	if (choose(m, GVI_CHOICE_GA_LOG_LENGTH) == 1)
		bytes /= 2;
	if (bytes > 0x10000 && choose(m, GVI_CHOICE_GA_LOG_POINTER) == 0)
		bytes = 0x10000;
	return bytes;
}

/* [register.ring-length] 2^Len entries; 0 for the reserved codes below 8. */
static inline uint64_t ring_bytes(struct gvi *m, struct ring r)
{
	uint64_t len = m->reg[r.base] >> 56 & 15;
	uint64_t bytes = len < 8 ? 0 : (uint64_t)ENTRY_BYTES << len;

	return r.entry == ENTRY_BYTES ? bytes : ring_guest_bytes(m, bytes);
}

/* A head or tail as the ring takes it: inside, wherever software has put it. */
static inline uint64_t ring_offset(struct gvi *m, struct ring r, enum slot pointer)
{
	return m->reg[pointer] & (ring_bytes(m, r) - 1);
}

static inline uint64_t ring_spa(const struct gvi *m, struct ring r, uint64_t offset)
{
	return (m->reg[r.base] & low_ones(52) & ~low_ones(12)) + offset;
}

/* The entry behind `offset`, around the end of a ring that has a length: a power
 * of two. */
static inline uint64_t ring_next(struct gvi *m, struct ring r, uint64_t offset)
{
	return (offset + r.entry) & (ring_bytes(m, r) - 1);
}

/* The place for the next entry of a log. */
struct ring_place {
	uint64_t at, next;      /* where the tail stands, and where it goes */
	bool none;              /* the log is full */
};

/* [register.ring-full] One slot is never used. */
static inline struct ring_place ring_place(struct gvi *m, struct ring r)
{
	uint64_t last = ring_bytes(m, r) - 1, at = m->reg[r.tail] & last;
	uint64_t next = (at + r.entry) & last;

	return (struct ring_place){at, next, next == (m->reg[r.head] & last)};
}

/* How many entries software has not read yet, of how many that there can be. */
static inline uint64_t ring_occupied(struct gvi *m, struct ring r)
{
	return ((m->reg[r.tail] - m->reg[r.head]) & (ring_bytes(m, r) - 1)) / r.entry;
}

static inline uint64_t ring_capacity(struct gvi *m, struct ring r)
{
	return ring_bytes(m, r) / r.entry - 1;
}

#endif
