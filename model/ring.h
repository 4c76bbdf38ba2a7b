/* Rings in memory: a base register with a length, a head and a tail.
 * docs/spec/07-mmio-registers.md section 3. */
#ifndef MODEL_RING_H
#define MODEL_RING_H

#include "model/state.h"

enum { ENTRY_BYTES = 16 };

/* A ring's three registers. */
struct ring {
	enum slot base, head, tail;
};

static inline struct ring command_ring(void)
{
	return (struct ring){SLOT_CMD_BUF_BASE, SLOT_CMD_BUF_HEAD, SLOT_CMD_BUF_TAIL};
}

static inline struct ring event_ring(void)
{
	return (struct ring){SLOT_EVENT_LOG_BASE, SLOT_EVENT_LOG_HEAD, SLOT_EVENT_LOG_TAIL};
}

/* [register.ring-length] 2^Len entries; 0 for the reserved codes below 8. */
static inline uint64_t ring_bytes(const struct gvi *m, struct ring r)
{
	uint64_t len = m->reg[r.base] >> 56 & 15;

	return len < 8 ? 0 : (uint64_t)ENTRY_BYTES << len;
}

static inline uint64_t ring_spa(const struct gvi *m, struct ring r, uint64_t offset)
{
	return (m->reg[r.base] & low_ones(52) & ~low_ones(12)) + offset;
}

/* The entry behind `offset`, around the end of a ring that has a length: a power
 * of two. */
static inline uint64_t ring_next(const struct gvi *m, struct ring r, uint64_t offset)
{
	return (offset + ENTRY_BYTES) & (ring_bytes(m, r) - 1);
}

/* [register.ring-full] One slot is never used: a tail that would go to `next`. */
static inline bool ring_full(const struct gvi *m, struct ring r, uint64_t next)
{
	return next == m->reg[r.head];
}

#endif
