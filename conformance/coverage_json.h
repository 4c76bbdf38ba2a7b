/* Coverage as a file: JSON, which every bench can write and `goldvi coverage` reads,
 * merges and shows.
 *
 *   {"goldvi-coverage": 1, "runs": 1, "tests": 47064,
 *    "outcomes": {"translated": 5, ...},
 *    "clauses": {"device.lookup": {"applied": 9, ...}, ...}, ...}
 *
 * The sections are those of coverage_points.h.  A counter that is missing is 0; a
 * file says those that are goals, whatever they are, and of others those that are not
 * 0.  It holds no times and no names of machines: equal runs write equal files. */
#ifndef GOLDVI_COVERAGE_JSON_H
#define GOLDVI_COVERAGE_JSON_H

#include <stdio.h>

#include "coverage.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { COVERAGE_SCHEMA = 1 };

/* False when it could not be written. */
bool coverage_write(const struct coverage_counts *counts, FILE *out);
/* The same in one line without its end, with nothing but what is not 0. */
void coverage_put(const struct coverage_counts *counts, FILE *out);

/* Adds what a file has counted.  False, nothing added and a sentence in error, when
 * it is not such a file: it may hold anything. */
bool coverage_read(const char *path, struct coverage_counts *counts, char *error, size_t size);
bool coverage_parse(const char *name, const char *text, size_t length,
                    struct coverage_counts *counts, char *error, size_t size);

#ifdef __cplusplus
}
#endif
#endif
