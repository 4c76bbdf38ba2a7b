/* goldvi reduce: what is left of a session when all is taken out without which the same
 * record is refused in the same way. */
#ifndef GOLDVI_REDUCE_H
#define GOLDVI_REDUCE_H

#include "conformance/arena.h"
#include "conformance/dut/dut.h"
#include "conformance/judge.h"

/* Records of one session, the first of which is its begin. */
struct story {
	struct session_record *record;
	bool *kept;
	size_t count, room;
	struct arena arena; /* what the records point to */
};

/* A record more, memory cut into words.  False if memory ran out. */
bool story_add(struct story *s, const struct session_record *record);
/* The same records, which still point to what the other story holds.  False if memory ran
 * out. */
bool story_copy(struct story *to, const struct story *from);
size_t story_kept(const struct story *s);
void story_free(struct story *s);

/* How a session failed. */
struct failure {
	uint32_t differs;
	bool stale;
	uint64_t ended_by[2];
	struct gvi_outcome nearest;
	uint8_t kind; /* of the input: enum gvi_input_kind */
	enum gvi_status status;
	union gvi_reply seen;
	unsigned line; /* of the record in the trace */
};

struct reduction {
	struct story story;
	struct judge judge;
	struct failure failure;
	struct dut
		*dut; /* that failed, and is asked whether it still does; NULL: the oracle only */
	/* Of the tests, those on the device, and how often it was lost. */
	unsigned tests, asked, lost;
};

/* This judge has just refused the last record of the story: that is the failure. */
void reduce_failure(struct reduction *r, const struct judge *j);
/* Whether what is kept of the story fails in that way, with nothing refused before: by
 * what was seen then, and on the device now. */
bool reduce_fails(struct reduction *r);
/* The latter alone.  What it has done now is what the story tells from then on. */
bool device_fails(struct reduction *r);
/* Whether the judge has just refused in that way. */
bool same_failure(const struct reduction *r);
/* Takes out of the story whatever it fails without. */
void reduce_story(struct reduction *r);

/* Whether a record belongs to what a case starts from, if nothing else has come yet: memory
 * and registers. */
bool sets_up(const struct session_record *record);

/* Writes the records that are kept as a vector.  False if memory ran out. */
bool put_vector(const struct story *story, const struct gvi_bounds *bounds, FILE *out);

#endif
