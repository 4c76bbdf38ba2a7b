/* goldvi reduce: what is left of a session when all is taken out without which the same
 * record is refused in the same way. */
#ifndef GOLDVI_REDUCE_H
#define GOLDVI_REDUCE_H

#include "conformance/arena.h"
#include "conformance/judge.h"

/* Records of one session, the first of which is its begin. */
struct story {
	struct session_record *record;
	bool *kept;
	size_t count;
	struct arena arena; /* what the records point to */
};

/* Whether a record belongs to what a case starts from, if nothing else has come yet: memory
 * and registers. */
bool sets_up(const struct session_record *record);

/* Writes the records that are kept as a vector.  False if memory ran out. */
bool put_vector(const struct story *story, const struct gvi_bounds *bounds, FILE *out);

#endif
