/* Results in a file, a JSON object a line (docs/regressions.md), so that runs can be
 * divided, resumed and put together again.
 *
 * A head comes first, then blocks: results, and a line that counts them.  A block without
 * that line was interrupted and does not count.  A file is hostile. */
#ifndef GOLDVI_RESULTS_H
#define GOLDVI_RESULTS_H

#include "conformance/report.h"

enum { RESULTS_VERSION = 1 };

/* What must be the same in all parts of a run, but the shard. */
struct results_head {
	char *device, *options; /* options: as words */
	char *held;             /* habits that the device is held to, as result.shown */
	uint64_t mark;          /* of the cases */
	unsigned shard, shards; /* shard from 0 */
};

void results_free_head(struct results_head *head);
/* Whether they are of one run, and be it of two shards. */
bool results_same_run(const struct results_head *a, const struct results_head *b);

void results_put_head(FILE *out, const struct results_head *head);
void results_put(FILE *out, const struct result *result);
/* Ends a block of `count` results, with what was counted in it. */
void results_put_block(FILE *out, size_t count, const struct coverage_counts *counts,
		       double seconds);
/* All has been played. */
void results_put_end(FILE *out);

/* What a line that ends a block begins with. */
extern const char results_block[];

/* Adds the results and counts of a whole block, the lines of which are taken to pieces.  False, and
 * a sentence, if it is none. */
bool results_take(struct report *report, char *block, char *error, size_t size);

struct results_file {
	struct results_head head;
	long length; /* of what counts */
	bool ended;
};

/* Reads a file; what was interrupted at its end is left out. */
bool results_read(const char *path, struct results_file *file, struct report *report, char *error,
		  size_t size);

#endif
