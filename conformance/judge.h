/* A recorded session before the oracle: memory as it was then, and what is permitted. */
#ifndef GOLDVI_JUDGE_H
#define GOLDVI_JUDGE_H

#include "conformance/describe.h"
#include "conformance/memory.h"
#include "conformance/session.h"

/* Moments of requests that may be under way. */
enum { JUDGE_MOMENTS = 256 };

struct judge {
	struct gvi_bounds bounds;
	unsigned most_commands; /* between two records: as many as a ring can hold */
	struct gvi_config config;
	struct gvi_oracle *oracle;
	struct gvi *look; /* a copy of a world, to read registers of */
	struct memory *memory;
	/* Of what was settled last: the effects that others see, and how many were explained. */
	struct gvi_effect *effects;
	size_t explained;
	void *before, *furthest; /* copies of the oracle, while commands are matched */
	/* Of the trace, and what they are here. */
	struct {
		uint64_t theirs, ours;
	} moment[JUDGE_MOMENTS];
	unsigned moments;
	bool begun;
	bool lost; /* commands could not be told apart: all is unsure */
	/* Of the record judged last: */
	struct gvi_judgement judgement;
	struct gvi_outcome nearest; /* if judgement.near */
	struct gvi_input input;     /* what was judged: of SETTLED a step */
	struct gvi_seen seen;
	enum gvi_status status; /* not GVI_OK: why it cannot have been asked */
};

/* False if there is no memory for these bounds. */
bool judge_open(struct judge *j, const struct gvi_bounds *bounds);
void judge_close(struct judge *j);

enum ruling {
	RULED_NOTHING, /* there was nothing to judge */
	RULED_PERMITTED,
	RULED_REFUSED,
	RULED_UNSURE,
	RULED_WRONG /* j->status says why the record cannot be */
};

enum ruling judge_record(struct judge *j, const struct session_record *record);

/* Why it was refused, in words. */
void judge_explain(const struct judge *j, struct text *t);

/* Of an access, an interrupt or a request of ATS or PRI: enum gvi_result, gvi_page_result. */
uint8_t judge_result(const struct gvi_input *in, const union gvi_reply *reply);
/* The last of the rules that were applied which says more than that an event was due;
 * GVI_NCLAUSES: none. */
unsigned judge_rule(const struct gvi_input *in, const union gvi_reply *reply);
/* The rule that the record which was refused last breaks: that of the nearest outcome; where
 * this is what had been permitted before, that of what is permitted now. */
unsigned judge_broken(struct judge *j);

/* A register, as the first world has it. */
uint64_t judge_register(struct judge *j, uint32_t offset);

#endif
