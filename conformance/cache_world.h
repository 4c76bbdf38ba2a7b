/* Worlds in which an IOMMU that caches (naive_cache.h) is watched by the oracle
 * (goldvi/oracle.h): a few devices that share tables or not, guests, interrupt
 * tables, and software that rewrites all of them, with and without the
 * invalidations that are due. */
#ifndef GOLDVI_CACHE_WORLD_H
#define GOLDVI_CACHE_WORLD_H

#include "conformance/naive_cache.h"
#include "goldvi/oracle.h"

/* Small scenes in which one thing is changed, or everything that there is. */
enum cache_scene {
	CACHE_LEAF, /* a host PTE */
	CACHE_PDE,  /* a host PDE */
	CACHE_DTE,  /* rights and more of a device table entry */
	CACHE_IRTE,
	CACHE_ROOT,  /* the root in a device table entry */
	CACHE_GUEST, /* a guest PTE and a host PTE */
	CACHE_ALL,
	CACHE_NSCENES
};

struct cache_world;

struct cache_totals {
	uint64_t requests, writes, commands, faults, stale; /* stale: not what memory says */
	uint32_t runs, worlds;                              /* of the oracle, at most */
};

struct cache_world *cache_world_new(void);
void cache_world_free(struct cache_world *w);

/* Everything anew from a seed; crimes are enum cache_crime. */
bool cache_world_open(struct cache_world *w, uint64_t seed, enum cache_scene scene,
		      unsigned crimes);
/* So many things happen.  False when the oracle refused something or was unsure. */
bool cache_world_run(struct cache_world *w, unsigned count);
/* The same from bytes, which decide what happens. */
bool cache_world_bytes(struct cache_world *w, const void *bytes, size_t size);

/* From here on chance is another one. */
void cache_world_reseed(struct cache_world *w, uint64_t seed);

/* The one change that the scene is about, without an invalidation; before it the cache
 * has seen the request, or not. */
void cache_world_change(struct cache_world *w);
/* The outcomes that are permitted for the scene's request; false if unsure. */
bool cache_world_permitted(struct cache_world *w, struct gvi_outcome *list, size_t room,
			   size_t *count);
/* What the cache answers to it. */
void cache_world_ask(struct cache_world *w, struct naive_answer *answer);

/* After a refusal: what was judged, and the outcome that was nearest. */
const struct gvi_judgement *cache_world_judgement(const struct cache_world *w);
const struct gvi_outcome *cache_world_nearest(const struct cache_world *w);
const char *cache_world_report(const struct cache_world *w);
const struct cache_totals *cache_world_totals(const struct cache_world *w);

#endif
