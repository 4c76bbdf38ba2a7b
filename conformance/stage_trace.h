/* All that can be seen of a play as one number: status, answer and effects of every
 * call, and what is stored.  The same on every machine. */
#ifndef GOLDVI_STAGE_TRACE_H
#define GOLDVI_STAGE_TRACE_H

#include "conformance/stage.h"

struct stage_trace {
	uint64_t hash;
	unsigned acts;
};

/* Sums up what happens on the stage from now on; hash and acts start at 0. */
void stage_trace(struct stage *s, struct stage_trace *trace);

#endif
