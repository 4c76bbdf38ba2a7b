/* Running, listing and checking vectors: what `goldvi run`, `list` and `lint`
 * are made of.
 *
 * A path is a file, or a directory whose *.yaml files are taken in sorted order,
 * subdirectories included; folders named `profiles` hold no cases. */
#ifndef GOLDVI_RUN_H
#define GOLDVI_RUN_H

#include "conformance/dut/dut.h"
#include "conformance/report.h"

struct run_options {
	const struct dut_class *dut;
	const char *dut_argument;       /* what followed the device's name, or NULL */
	unsigned patience;              /* see struct dut */
	const char *filter;             /* shell pattern that ids must match, or NULL */
	const char *profile;            /* name or path: instead of each file's own; or NULL */
	const char *habits;             /* file of what the device has settled on, or NULL */
	const char *learn;              /* where to write it after the run, or NULL */
	const char *record;             /* where to write what is seen of the device, or NULL */
	bool freedom;                   /* see player_play_all(); built-in model only */
	bool permitted;                 /* explain: also all that is permitted at each request */
	unsigned shard, shards;         /* this part of so many; shard from 0, shards 0 = all */
	unsigned workers;               /* processes; 0 = play here */
	const char *results;            /* file of results to write, or NULL */
	bool resume;                    /* go on with that file, if it is there */
	const char *shuffle;            /* seed of another order, or NULL */
	bool explain_failures;          /* collect result.explain; built-in model only */
	/* Called after every instance; may be NULL. */
	void (*progress)(void *user, const struct report *sofar);
	void *user;
};

/* Plays every case under the paths.  False, and a sentence in error, when a
 * file is not a vector file, the device cannot be had, is lost again and again, or memory
 * ran out: then the report holds what was played until then.  The caller zeroes the report before and
 * frees it after. */
bool run_paths(const struct run_options *options, char *const *paths, size_t count,
	       struct report *report, char *error, size_t size);

/* Puts the files of results of all shards of a run together.  False, and a sentence, if they
 * are not that. */
bool merge_results(char *const *paths, size_t count, struct report *report, char *error,
		   size_t size);

/* Plays a case on the built-in model and writes what happens, rule by rule.  id
 * is that of a case, or of an instance, `id[name=value,...]`; without one the first
 * that fails is taken, else the first.  Only profile of the options counts. */
bool explain_paths(const struct run_options *options, const char *id, char *const *paths,
		   size_t count, FILE *out, char *error, size_t size);

/* Writes a line for each case, `id <tab> instances <tab> file:line <tab> why`;
 * only filter and profile of the options count. */
bool list_paths(const struct run_options *options, char *const *paths, size_t count, FILE *out,
		char *error, size_t size);

/* Checks files, profiles included, and every instance of every case; writes a
 * line `file:line:column: sentence.` for each problem and returns their number.
 * `mutants`, unless NULL, is a file of cases that mutants fail, id <tab> mutant: the
 * others are problems. */
size_t lint_paths(char *const *paths, size_t count, const char *mutants, FILE *out);

#endif
