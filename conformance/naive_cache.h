/* An IOMMU that caches: the slow twin (naive.h) with all that docs/spec/14 lets it
 * hold, used and forgotten by chance.
 *
 * A seed decides whether what was read is kept, whether what is kept is used,
 * when it is dropped, what is read without being asked for, and when between its
 * becoming visible and the next COMPLETION_WAIT an invalidation is performed.  What
 * it answers is therefore one of many legal answers, unless it is told to break a
 * rule. */
#ifndef GOLDVI_NAIVE_CACHE_H
#define GOLDVI_NAIVE_CACHE_H

#include "conformance/naive.h"

enum {
	CACHE_ENTRIES = 8, /* of device and interrupt tables */
	CACHE_PATHS = 24,
	CACHE_STEPS = 8, /* words of one walk */
	CACHE_COMMANDS = 256
};

/* Rules that can be broken, one bit each. */
enum cache_crime {
	CACHE_KEEPS_ALL = 1, /* translations outlive a completed invalidation */
	CACHE_MIXES_DOMAINS = 2,
	CACHE_MIXES_PASIDS = 4,
	CACHE_IGNORES_PDE = 8,   /* partial walks outlive PDE=1 */
	CACHE_SIZE_OFF = 16,     /* S=1 is read as half of its size */
	CACHE_HOLDS_ABSENT = 32, /* against NpCache and the habit */
	CACHE_LEAF_RIGHTS = 64,  /* of a held translation only the leaf's rights count */
	CACHE_KEEPS_DTE = 128,   /* over INVALIDATE_DEVTAB_ENTRY */
	CACHE_KEEPS_IRTE = 256,  /* over INVALIDATE_INTERRUPT_TABLE */
	CACHE_TEARS_DTE = 512    /* words of two entries, each written in one go */
};

/* An entry of a device or interrupt table, or one half of the former. */
struct cache_entry {
	uint64_t word[4];
	uint16_t device, index;
	uint8_t first, words;
	bool used, irte;
	bool derived; /* found with the help of what was held */
};

/* The words of a walk, from its root to a leaf or not so far. */
struct cache_path {
	uint64_t address, span; /* what it is good for: span is 2^n bytes */
	uint64_t word[CACHE_STEPS];
	uint32_t pasid;
	uint16_t domain;
	uint8_t level[CACHE_STEPS];
	uint8_t table[CACHE_STEPS]; /* enum naive_table */
	uint8_t count;
	bool used, guest;
	bool final;   /* ends in a leaf */
	bool derived; /* found with the help of what was held */
	bool absent;  /* ends in an entry that is not present */
};

/* A walk on its way: what was read so far, and what of it comes from the cache. */
struct cache_walk {
	struct cache_path path;
	unsigned held; /* words of it that are the cache's */
	unsigned next;
};

struct cache {
	struct naive *twin;
	struct naive_hook hook;
	uint64_t state; /* of chance */
	unsigned crimes;
	bool np_cache;  /* the capability's NpCache */
	bool irt_cache; /* 0 with IRTCacheDis */
	struct cache_entry entry[CACHE_ENTRIES];
	struct cache_path path[CACHE_PATHS];
	struct cache_walk walk[2]; /* host's, guest's */
	/* invalidations that are visible: command[first] is the oldest not performed */
	uint64_t command[CACHE_COMMANDS][2];
	bool done[CACHE_COMMANDS];
	unsigned head, tail, since; /* since: after the last wait */
	bool dte_held, host_held;   /* on the way of this request */
};

/* An empty cache of that twin, which uses it from now on. */
void cache_open(struct cache *c, struct naive *twin, uint64_t seed);

/* A command has become visible. */
void cache_command(struct cache *c, uint64_t low, uint64_t high);
/* The IOMMU performs the oldest one. */
void cache_step(struct cache *c);

/* Time passes: something may be dropped, invalidated, or read for this request that
 * nobody has made (NULL: for none). */
void cache_idle(struct cache *c, const struct gvi_request *request,
		const struct gvi_interrupt *interrupt);

/* Performs an invalidation, perhaps only of what is derived: naive_cache_command.c. */
void cache_invalidate(struct cache *c, const uint64_t command[2], bool derived);

/* 0 to n-1. */
unsigned cache_pick(struct cache *c, unsigned n);

#endif
