/* Coverage to look at: what `goldvi coverage` prints. */
#ifndef GOLDVI_COVERAGE_SHOW_H
#define GOLDVI_COVERAGE_SHOW_H

#include <stdio.h>

#include "conformance/coverage.h"

/* How much of each section was reached; with `missing` also each goal that was not:
 * a line `section key … key`, and behind a tab, for those that cannot be, why. */
void coverage_text(const struct coverage_counts *counts, bool missing, FILE *out);

#endif
