/* Inside the worlds of the caching twin: cache_world.c is what happens, cache_scene.c
 * what there is. */
#ifndef GOLDVI_CACHE_PARTS_H
#define GOLDVI_CACHE_PARTS_H

#include "conformance/cache_world.h"
#include "conformance/memory.h"

enum { SCENE_SLOTS = 48, SCENE_VALUES = 6, SCENE_DEVICES = 4, SCENE_REPORT = 16384 };

/* A place that software rewrites in one go, and what it may put there. */
struct slot {
	uint64_t spa, value[SCENE_VALUES][4];
	/* what is due afterwards: INVALIDATE commands */
	uint64_t due[5][2];
	uint8_t words, values, dues, scene; /* enum cache_scene */
	uint8_t changes;                    /* since the beginning */
};

struct cache_world {
	/* chance */
	uint64_t state;
	const uint8_t *bytes;
	size_t left;
	bool seeded;
	/* what there is */
	enum cache_scene scene;
	struct memory *memory;
	struct naive twin;
	struct cache cache;
	struct gvi_oracle *oracle;
	struct gvi_config config;
	bool wide, nested; /* interrupt table entries; the guest's tables */
	struct slot slot[SCENE_SLOTS];
	unsigned nslots;
	uint64_t tail, head; /* of the command buffer */
	/* what was asked */
	struct gvi_judgement judgement;
	struct gvi_outcome nearest;
	struct cache_totals totals;
	char report[SCENE_REPORT];
	size_t reported;
	bool fine;
};

#define SCENE_TABLE    UINT64_C(0x00100000)
#define SCENE_COMMANDS UINT64_C(0x00400000)
#define SCENE_EVENTS   UINT64_C(0x00500000)

unsigned scene_pick(struct cache_world *w, unsigned n);
/* What a seed puts into a new world's memory, and what it may change there. */
void scene_build(struct cache_world *w);
struct gvi_request scene_request(struct cache_world *w);
struct gvi_interrupt scene_interrupt(struct cache_world *w);
/* Most requests of that scene are interrupts. */
bool scene_interrupts(struct cache_world *w);

#endif
