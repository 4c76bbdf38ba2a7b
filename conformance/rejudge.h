/* goldvi replay of what a bench has recorded. */
#ifndef GOLDVI_REJUDGE_H
#define GOLDVI_REJUDGE_H

#include "conformance/judge.h"

/* The oracle's bounds, as the command line has them; NULL: as usual. */
struct rejudging {
	const char *worlds, *runs, *values, *delay;
};

/* False, after a sentence on standard error, if they are none. */
bool take_bounds(const char *command, const struct rejudging *how, struct gvi_bounds *bounds);

/* Judges all of an open trace; an exit status. */
int rejudge(const char *path, struct trace *trace, const struct rejudging *how);

#endif
