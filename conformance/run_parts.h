/* What the files of a run share: run.c plays, divide.c has processes and files around it,
 * merge.c puts the files together. */
#ifndef GOLDVI_RUN_PARTS_H
#define GOLDVI_RUN_PARTS_H

#include <time.h>

#include "conformance/plan.h"
#include "conformance/player.h"
#include "conformance/run.h"

enum { MAX_NAMED = 64 }; /* clauses of one case */

struct run {
	const struct run_options *options;
	struct report *report;
	struct dut *dut;
	FILE *record;
	struct player player;
	uint8_t held[GVI_NCHOICES]; /* what the device is held to */
	struct plan plan;
	struct share share;
	uint64_t seed;   /* of the order, if options->shuffle */
	uint8_t *played; /* a bit for each combination that a file already has, or NULL */
	/* Where results go; false, and a sentence, if they cannot. */
	bool (*keep)(struct run *run, const struct result *result);
	void *keeper; /* of keep() */
	struct instance instance;
	char *error;
	size_t size;
	unsigned explained;         /* instances of the case */
	unsigned lost;              /* instances in a row that lost the device */
	uint16_t clause[MAX_NAMED]; /* that the case names */
	size_t nclauses;
};

/* ---- run.c ---------------------------------------------------------------------- */

/* Opens the device and plays the share of the run.  False, and a sentence, if it did not
 * come to its end. */
bool run_play(struct run *run);
/* What is judged of all results together: `possible` is what the device is held to, and
 * then its habits.  With no size, without a sentence. */
bool run_judge(struct report *report, uint8_t possible[GVI_NCHOICES], char *error, size_t size);
double seconds_since(const struct timespec *from);

/* ---- divide.c ------------------------------------------------------------------- */

/* Processes play, and here their results are written and gathered. */
bool run_divided(struct run *run);

#endif
