/* Coverage as a list of named counters: what files and tables are made of. */
#ifndef GOLDVI_COVERAGE_POINTS_H
#define GOLDVI_COVERAGE_POINTS_H

#include "conformance/coverage.h"

enum { COVERAGE_DEPTH = 4 };

/* {"fields", "DTE", "Mode", "zero"}: one counter of struct coverage_counts. */
struct coverage_point {
	const char *key[COVERAGE_DEPTH];        /* the last ones NULL if there are fewer */
	uint32_t at;            /* offset of the counter in struct coverage_counts */
	uint16_t id;            /* clause, choice, format or field, by key[0] */
	bool goal;              /* to be reached: else 0 is as good as any other count */
};

/* All points in the order in which files have them: those with equal keys in front
 * stand together. */
void coverage_each(void (*visit)(void *user, const struct coverage_point *point), void *user);

uint64_t coverage_count(const struct coverage_counts *counts, const struct coverage_point *point);

#endif
