/* What a run has to play: all cases under some paths, and which of their instances a
 * shard of the run takes, in which order.
 *
 * Each combination of each case has a number, the same in every shard and order. */
#ifndef GOLDVI_PLAN_H
#define GOLDVI_PLAN_H

#include "conformance/vector.h"

struct planned {
	struct vector_case *vector;
	uint64_t first;         /* number of its combination 0 */
};

struct plan {
	struct vector_file **files;
	struct planned *cases;
	size_t nfiles, file_room, ncases, case_room;
	uint64_t total;         /* combinations */
	uint64_t mark;          /* of all cases and how many combinations they have */
	struct profiles profiles;
};

/* Loads the files; `filter` and `profile` may be NULL.  False, and a sentence, if one is
 * refused.  The caller zeroes the plan before and frees it after. */
bool plan_make(struct plan *plan, char *const *paths, size_t count, const char *filter,
	       const char *profile, char *error, size_t size);
void plan_free(struct plan *plan);

/* Which combinations are played: those of shard `shard` (from 0) of `shards`, and of these
 * the ones of one of several workers. */
struct share {
	unsigned shard, shards, worker, workers;
};
bool is_in_share(const struct share *share, uint64_t number);

/* Puts the cases into an order that hangs on the seed alone. */
void plan_shuffle(struct plan *plan, uint64_t seed);
/* The numbers below `count` in such an order; NULL when memory ran out. */
uint64_t *shuffled(uint64_t count, uint64_t seed);

#endif
