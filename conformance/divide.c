/* A run that is divided among processes, or written to a file to be gone on with. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/habits.h"
#include "conformance/results.h"
#include "conformance/run_parts.h"
#include "conformance/workers.h"

enum {
	BLOCK = 256, /* results, at most, that an interrupted run loses */
	BLOCK_SECONDS = 2
};

struct division {
	struct run *run;
	FILE *file;   /* of results, or NULL */
	FILE *out;    /* a worker's blocks */
	size_t block; /* results in the one that is being written */
	struct timespec block_began;
};

static struct results_head head_of(const struct run *run, char *options, size_t size);
static FILE *open_results(struct run *run, bool *ended);
static bool work(void *user, unsigned worker, FILE *out, char *error, size_t size);
static bool take_block(void *user, char *text, char *error, size_t size);

bool run_divided(struct run *run)
{
	const struct run_options *o = run->options;
	struct division division = {.run = run};
	const struct work how = {&division, work, take_block, results_block};
	bool ended = false, good;

	if (o->results) {
		division.file = open_results(run, &ended);
		if (!division.file)
			return false;
	}
	run->share.workers = o->workers ? o->workers : 1;
	good = ended || workers_run(&how, run->share.workers, run->error, run->size);
	if (!division.file)
		return good;
	if (good && !ended)
		results_put_end(division.file);
	if (ferror(division.file) | fclose(division.file) && good) {
		snprintf(run->error, run->size, "%s: it could not be written", o->results);
		good = false;
	}
	return good;
}

/* ---- The file ------------------------------------------------------------------- */

static bool go_on(struct run *run, const struct results_head *head, bool *ended);

/* A new file with its head, or the old one without what was interrupted. */
static FILE *open_results(struct run *run, bool *ended)
{
	const char *path = run->options->results;
	char options[512];
	struct results_head head = head_of(run, options, sizeof options);
	FILE *old = run->options->resume ? fopen(path, "r") : NULL, *file;

	if (old) {
		fclose(old);
		return go_on(run, &head, ended) ? fopen(path, "a") : NULL;
	}
	file = fopen(path, "w");
	if (!file) {
		snprintf(run->error, run->size, "%s: %s", path, strerror(errno));
		return NULL;
	}
	results_put_head(file, &head);
	return file;
}

/* Takes the results that are there, and marks them as played. */
static bool go_on(struct run *run, const struct results_head *head, bool *ended)
{
	const char *path = run->options->results;
	struct results_file file;
	bool good = results_read(path, &file, run->report, run->error, run->size);

	if (good && (!results_same_run(head, &file.head) || head->shard != file.head.shard)) {
		snprintf(run->error, run->size, "%s: it is of another run, or of another shard",
			 path);
		good = false;
	}
	*ended = file.ended;
	if (good && !file.ended && truncate(path, file.length) != 0) {
		snprintf(run->error, run->size, "%s: %s", path, strerror(errno));
		good = false;
	}
	results_free_head(&file.head);
	if (good)
		run->played = calloc((size_t)run->plan.total / 8 + 1, 1);
	for (size_t i = 0; run->played && i < run->report->count; i++) {
		uint64_t number = run->report->results[i].number;

		if (number < run->plan.total)
			run->played[number / 8] |= (uint8_t)(1u << number % 8);
	}
	return good && run->played;
}

/* Its texts are not its own. */
static struct results_head head_of(const struct run *run, char *options, size_t size)
{
	const struct run_options *o = run->options;
	uint8_t all[GVI_NCHOICES];
	struct text text = {options, size, 0};
	size_t held;

	memset(all, 0xff, sizeof all);
	text_add(&text, "filter=%s profile=%s freedom=%d", o->filter ? o->filter : "*",
		 o->profile ? o->profile : "-", o->freedom);
	held = ++text.length;
	text.at[held] = '\0';
	habits_put(all, run->held, &(struct text){options + held, size - held, 0});
	return (struct results_head){.device = run->report->device,
				     .options = options,
				     .held = options + held,
				     .mark = run->plan.mark,
				     .shard = run->share.shard,
				     .shards = run->share.shards};
}

/* ---- Workers and their blocks -------------------------------------------------- */

static bool keep_in_block(struct run *run, const struct result *result);
static void begin_block(struct division *d);
static void end_block(struct division *d);

/* In a process of its own. */
static bool work(void *user, unsigned worker, FILE *out, char *error, size_t size)
{
	struct division *d = user;
	struct run *run = d->run;
	bool good;

	run->error = error;
	run->size = size;
	run->keep = keep_in_block;
	run->keeper = d;
	run->share.worker = worker;
	d->out = out;
	begin_block(d);
	good = run_play(run);
	end_block(d);
	if (run->dut)
		run->dut->class->close(run->dut);
	return good;
}

static bool keep_in_block(struct run *run, const struct result *result)
{
	struct division *d = run->keeper;

	results_put(d->out, result);
	if (++d->block >= BLOCK || seconds_since(&d->block_began) >= BLOCK_SECONDS) {
		end_block(d);
		begin_block(d);
	}
	return !ferror(d->out);
}

/* What is counted from now on is the block's. */
static void begin_block(struct division *d)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &d->block_began);
	d->run->report->coverage->counts = (struct coverage_counts){0};
	d->block = 0;
}

static void end_block(struct division *d)
{
	results_put_block(d->out, d->block, &d->run->report->coverage->counts,
			  seconds_since(&d->block_began));
	(void)fflush(d->out);
}

/* To the file first: what the report has is on the disk. */
static bool take_block(void *user, char *text, char *error, size_t size)
{
	struct division *d = user;
	const struct run_options *o = d->run->options;

	if (d->file && (fputs(text, d->file) < 0 || fflush(d->file) != 0)) {
		snprintf(error, size, "%s: %s", o->results, strerror(errno));
		return false;
	}
	if (!results_take(d->run->report, text, error, size))
		return false;
	if (o->progress)
		o->progress(o->user, d->run->report);
	return true;
}
