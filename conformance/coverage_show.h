/* Coverage to look at: what `goldvi coverage` prints. */
#ifndef GOLDVI_COVERAGE_SHOW_H
#define GOLDVI_COVERAGE_SHOW_H

#include <stdio.h>

#include "conformance/coverage_points.h"

/* What of a section is there to be reached. */
struct coverage_section {
	const char *name;
	unsigned goals, reached, excused;       /* excused: of those that were not reached */
};

enum { COVERAGE_NSECTIONS = 16 };

/* The sections that have goals, in their order; how many there are. */
unsigned coverage_sections(const struct coverage_counts *counts,
                           struct coverage_section section[COVERAGE_NSECTIONS]);

/* Why a point cannot be reached (unreachable.def), or NULL. */
const char *coverage_excuse(const struct coverage_point *point);
/* A row of unreachable.def that excuses nothing, because all its points are reached or
 * there are none; NULL if there is no such row. */
const char *coverage_stale_excuse(const struct coverage_counts *counts);

enum { COVERAGE_MAX_PATH = 256 };
/* "fields/DTE/Mode/zero" */
void coverage_path(const struct coverage_point *point, char path[COVERAGE_MAX_PATH]);

/* How much of each section was reached.  With `missing` also a line for each goal that
 * was not: its path, and behind a tab why it cannot be. */
void coverage_text(const struct coverage_counts *counts, bool missing, FILE *out);
/* The goals that were not reached, as JSON; coverage_write() has the counts. */
void coverage_missing_json(const struct coverage_counts *counts, FILE *out);
/* A page to look at; with `missing` only rows that have something missing. */
void coverage_html(const struct coverage_counts *counts, bool missing, FILE *out);
/* For genhtml and its like: rules as lines of clause.def and of docs/spec, choices and
 * fields as branches of the rows of def/.  The files are read below `source`, the root
 * of goldvi's sources.  False, and a sentence, when they cannot be. */
bool coverage_lcov(const struct coverage_counts *counts, const char *source, FILE *out,
                   char *error, size_t size);

#endif
