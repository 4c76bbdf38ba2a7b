/* Playing all cases under some paths, and explaining one of them. */
#include "conformance/run.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance/dut/model.h"
#include "conformance/dut/recording.h"
#include "conformance/explain.h"
#include "conformance/habits.h"
#include "conformance/paths.h"
#include "conformance/permitted.h"
#include "conformance/plan.h"
#include "conformance/results.h"
#include "conformance/workers.h"
#include "conformance/yaml.h"

enum {
	MOST_LOST = 200, /* instances in a row that lose the device: it is of no use */
	BLOCK = 256,     /* results, at most, that an interrupted run loses */
	BLOCK_SECONDS = 2
};

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
	FILE *out;       /* a worker's results; NULL: to the report */
	size_t block;    /* results in the block that is being written */
	uint64_t hits[GVI_NCLAUSES]; /* clauses met in it */
	struct timespec block_began;
	struct profiles profiles;
	struct instance instance;
	char *error;
	size_t size;
	unsigned explained; /* instances of the case */
	unsigned lost;      /* instances in a row that lost the device */
};

static double seconds_since(const struct timespec *from);
static bool prepare(struct run *run, char *const *paths, size_t count);
static bool begin(struct run *run);
static bool end_record(struct run *run);
static bool play_share(struct run *run);
static bool play_divided(struct run *run);
static bool finish(struct report *report, uint8_t *possible, char *error, size_t size);
static void end(struct run *run);

bool run_paths(const struct run_options *options, char *const *paths, size_t count,
	       struct report *report, char *error, size_t size)
{
	struct run *run = calloc(1, sizeof *run);
	bool divided = options->workers > 0 || options->results;
	struct timespec from;
	bool good;

	if (!run) {
		snprintf(error, size, "memory ran out");
		return false;
	}
	*run = (struct run){.options = options, .report = report, .error = error, .size = size};
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	good = prepare(run, paths, count);
	if (good && divided)
		good = play_divided(run);
	else if (good)
		good = begin(run) && play_share(run);
	if (!divided)
		report->seconds = seconds_since(&from);
	good = finish(report, run->held, error, good ? size : 0) && good;
	if (good && options->learn)
		good = habits_write(options->learn, run->held, report->device, error, size);
	good = end_record(run) && good;
	end(run);
	free(run);
	return good;
}

/* What is judged of all together; with no size, without a sentence. */
static bool finish(struct report *report, uint8_t *possible, char *error, size_t size)
{
	if (report_sort(report))
		return habits_hold(report, possible, error, size);
	snprintf(error, size, "a case has been played twice");
	return false;
}

static char *device_name(const struct run_options *options);
static void hear(void *user, const struct gvi_note *note);
static bool begin_record(struct run *run);

/* All but the device. */
static bool prepare(struct run *run, char *const *paths, size_t count)
{
	const struct run_options *o = run->options;

	run->share = (struct share){o->shard, o->shards ? o->shards : 1, 0, 1};
	memset(run->held, 0xff, sizeof run->held);
	run->report->device = device_name(o);
	if (!run->report->device) {
		snprintf(run->error, run->size, "memory ran out");
		return false;
	}
	if (o->habits && !habits_read(o->habits, run->held, run->error, run->size))
		return false;
	if (!plan_make(&run->plan, paths, count, o->filter, o->profile, run->error, run->size))
		return false;
	if (o->shuffle && !yaml_number(o->shuffle, &run->seed)) {
		snprintf(run->error, run->size, "--shuffle %s: a number is needed", o->shuffle);
		return false;
	}
	if (o->shuffle)
		plan_shuffle(&run->plan, run->seed);
	return true;
}

static bool begin(struct run *run)
{
	const struct run_options *o = run->options;
	char why[256] = "";

	run->dut = o->dut->open(o->dut_argument, why, sizeof why);
	if (!run->dut) {
		snprintf(run->error, run->size, "%s: %s", run->report->device, why);
		return false;
	}
	run->dut->patience = o->patience;
	if (o->dut == &dut_model)
		dut_model_listen(run->dut, hear, run);
	if (o->record && !begin_record(run))
		return false;
	if (!player_begin(&run->player, run->dut, run->error, run->size))
		return false;
	run->player.freedom = o->freedom;
	return true;
}

/* The device is another one then, which writes down what is done with it. */
static bool begin_record(struct run *run)
{
	const char *path = run->options->record;
	struct dut *recording;

	run->record = fopen(path, "w");
	recording = run->record ? recording_open(run->dut, run->record) : NULL;
	if (recording)
		run->dut = recording;
	else
		snprintf(run->error, run->size, "%s: %s", path, strerror(errno));
	return recording != NULL;
}

static bool end_record(struct run *run)
{
	bool good = !run->record || !run->dut || recording_good(run->dut);

	if (run->record && fclose(run->record) != 0)
		good = false;
	if (!good)
		snprintf(run->error, run->size, "%s: cannot be written", run->options->record);
	return good;
}

static void end(struct run *run)
{
	if (run->dut)
		run->dut->class->close(run->dut);
	instance_free(&run->instance);
	profiles_free(&run->profiles);
	plan_free(&run->plan);
	free(run->played);
}

static char *device_name(const struct run_options *options)
{
	const char *argument = options->dut_argument ? options->dut_argument : "";
	size_t size = strlen(options->dut->name) + strlen(argument) + 2;
	char *name = malloc(size);

	if (name)
		snprintf(name, size, "%s%s%s", options->dut->name, *argument ? ":" : "", argument);
	return name;
}

static void hear(void *user, const struct gvi_note *note)
{
	struct run *run = user;

	if (note->kind == GVI_NOTE_CLAUSE)
		(run->out ? run->hits : run->report->clause_hits)[note->id]++;
	else if (note->kind == GVI_NOTE_CHOICE)
		run->player.asked[note->id] = 1;
}

static double seconds_since(const struct timespec *from)
{
	struct timespec to;

	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from->tv_sec) + (double)(to.tv_nsec - from->tv_nsec) / 1e9;
}

/* ---- Cases and instances --------------------------------------------------------- */

static bool play_case(struct run *run, const struct planned *planned);
static bool play_number(struct run *run, const struct planned *planned, uint64_t n);
static bool play_instance(struct run *run, uint64_t number);
static char *explanation(struct run *run, const struct play *play);

static bool play_share(struct run *run)
{
	bool good = true;

	for (size_t i = 0; good && i < run->plan.ncases; i++)
		good = play_case(run, &run->plan.cases[i]);
	return good;
}

static bool play_case(struct run *run, const struct planned *planned)
{
	uint64_t count = planned->vector->combinations, *order = NULL;
	bool good = true;

	if (run->options->shuffle) {
		order = shuffled(count, run->seed ^ planned->first);
		good = order != NULL;
		if (!good)
			snprintf(run->error, run->size, "memory ran out");
	}
	run->explained = 0;
	for (uint64_t i = 0; good && i < count; i++)
		good = play_number(run, planned, order ? order[i] : i);
	free(order);
	return good;
}

static bool play_number(struct run *run, const struct planned *planned, uint64_t n)
{
	uint64_t number = planned->first + n;

	if (!is_in_share(&run->share, number) ||
	    (run->played && run->played[number / 8] >> number % 8 & 1))
		return true;
	switch (instance_make(planned->vector, n, &run->instance, run->error, run->size)) {
	case INSTANCE_READY:
		return play_instance(run, number);
	case INSTANCE_ABSENT:
		return true;
	case INSTANCE_WRONG:
		break;
	}
	return false;
}

static bool keep_result(struct run *run, const struct result *result);
static bool is_of_use(struct run *run, const struct play *play);

/* Strings of a result are not changed, only copied. */
static char *borrowed(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void name_session(struct run *run)
{
	const struct instance *i = &run->instance;
	char name[MAX_CASE_NAME + MAX_INSTANCE_NAME + 4];

	(void)snprintf(name, sizeof name, *i->name ? "%s[%s]" : "%s", i->vector->id, i->name);
	recording_name(run->dut, name);
}

/* The device's habits are those of this instance alone: what it showed before counts
 * when all results are there, so that the order does not matter. */
static bool play_instance(struct run *run, uint64_t number)
{
	const struct vector_case *vector = run->instance.vector;
	const struct run_options *o = run->options;
	struct play play = {0};
	struct result result = {0};
	char shown[1024] = "";
	struct timespec from;
	bool kept;

	memcpy(run->player.possible, run->held, sizeof run->held);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	if (run->record)
		name_session(run);
	player_play_all(&run->player, &run->instance, &play);
	habits_put(run->held, run->player.possible, &(struct text){shown, sizeof shown, 0});
	result = (struct result){
		.number = number,
		.shown = shown,
		.id = borrowed(vector->id),
		.instance = run->instance.name,
		.topic = borrowed(vector->file->topic),
		.file = vector->file->yaml->name,
		.why = borrowed(vector->why),
		.clauses = borrowed(vector->clauses),
		.reason = play.reason,
		.line = vector->line,
		.verdict = play.verdict,
		.partial = play.partial,
		.seconds = seconds_since(&from),
	};
	if (o->explain_failures && !o->record && o->dut == &dut_model && play.verdict == FAILED)
		result.explain = explanation(run, &play);
	kept = keep_result(run, &result);
	free(result.explain);
	return kept && is_of_use(run, &play);
}

static void end_block(struct run *run);

static bool keep_result(struct run *run, const struct result *result)
{
	bool added = true;

	if (run->out) {
		results_put(run->out, result);
		if (++run->block >= BLOCK || seconds_since(&run->block_began) >= BLOCK_SECONDS)
			end_block(run);
		added = !ferror(run->out);
	} else {
		added = report_add(run->report, result);
		if (!added)
			snprintf(run->error, run->size, "memory ran out");
	}
	if (added && !run->out && run->options->progress)
		run->options->progress(run->options->user, run->report);
	return added;
}

static bool is_of_use(struct run *run, const struct play *play)
{
	run->lost = play->lost ? run->lost + 1 : 0;
	if (run->lost < MOST_LOST)
		return true;
	snprintf(run->error, run->size,
		 "the device was lost in %d cases running; in the last one: %s", MOST_LOST,
		 play->reason);
	return false;
}

/* NULL when there is none. */
static char *explanation(struct run *run, const struct play *play)
{
	char *text = NULL;
	size_t size;
	FILE *out = run->explained++ < EXPLAINED_PER_CASE ? open_memstream(&text, &size) : NULL;

	if (!out)
		return NULL;
	explain_instance(run->dut, &run->instance, play, out);
	dut_model_listen(run->dut, hear, run);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- Divided runs ------------------------------------------------------------------ */

struct division {
	struct run *run;
	FILE *file; /* of results, or NULL */
};

static struct results_head head_of(const struct run *run, char *options, size_t size);
static FILE *open_results(struct run *run, bool *ended);
static bool work(void *user, unsigned worker, FILE *out, char *error, size_t size);
static bool take_block(void *user, char *text, char *error, size_t size);

/* Processes play, and here their results are written and gathered. */
static bool play_divided(struct run *run)
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

static bool same_run(const struct results_head *a, const struct results_head *b);

/* Takes the results that are there, and marks them as played. */
static bool go_on(struct run *run, const struct results_head *head, bool *ended)
{
	const char *path = run->options->results;
	struct results_file file;
	bool good = results_read(path, &file, run->report, run->error, run->size);

	if (good && (!same_run(head, &file.head) || head->shard != file.head.shard)) {
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

static bool is_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_run(const struct results_head *a, const struct results_head *b)
{
	return a->mark == b->mark && a->shards == b->shards && is_text(a->device, b->device) &&
	       is_text(a->options, b->options) && is_text(a->held, b->held);
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

/* In a process of its own. */
static bool work(void *user, unsigned worker, FILE *out, char *error, size_t size)
{
	struct run *run = ((struct division *)user)->run;
	bool good;

	run->error = error;
	run->size = size;
	run->out = out;
	run->share.worker = worker;
	(void)clock_gettime(CLOCK_MONOTONIC, &run->block_began);
	good = begin(run) && play_share(run);
	end_block(run);
	if (run->dut)
		run->dut->class->close(run->dut);
	return good;
}

static void end_block(struct run *run)
{
	results_put_block(run->out, run->block, run->hits, seconds_since(&run->block_began));
	(void)fflush(run->out);
	(void)clock_gettime(CLOCK_MONOTONIC, &run->block_began);
	memset(run->hits, 0, sizeof run->hits);
	run->block = 0;
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

/* ---- Putting together ---------------------------------------------------------------- */

struct merging {
	struct report *report;
	struct results_head head; /* of the first file */
	bool *seen;               /* by shard */
	char *error;
	size_t size;
};

static bool merge_file(struct merging *m, const char *path);
static bool all_there(struct merging *m);

bool merge_results(char *const *paths, size_t count, struct report *report, char *error,
		   size_t size)
{
	struct merging m = {.report = report, .error = error, .size = size};
	uint8_t possible[GVI_NCHOICES];
	bool good = true;

	for (size_t i = 0; good && i < count; i++)
		good = merge_file(&m, paths[i]);
	good = good && all_there(&m);
	memset(possible, 0xff, sizeof possible);
	if (good && m.head.held && !habits_take(m.head.held, possible)) {
		snprintf(error, size, "%s: habits that cannot be understood", paths[0]);
		good = false;
	}
	good = good && finish(report, possible, error, size);
	report->device = m.head.device;
	m.head.device = NULL;
	results_free_head(&m.head);
	free(m.seen);
	return good;
}

static const char *unfit(struct merging *m, const struct results_file *file);

static bool merge_file(struct merging *m, const char *path)
{
	struct results_file file;
	const char *why;

	if (!results_read(path, &file, m->report, m->error, m->size)) {
		results_free_head(&file.head);
		return false;
	}
	if (!m->seen) {
		m->head = file.head;
		m->seen = calloc(m->head.shards, sizeof *m->seen);
		file.head = (struct results_head){.shard = m->head.shard};
		why = !m->seen ? "memory ran out" : unfit(m, &file);
	} else {
		why = !same_run(&m->head, &file.head) ? "it is of another run than the first file"
						      : unfit(m, &file);
	}
	if (why)
		snprintf(m->error, m->size, "%s: %s", path, why);
	else
		m->seen[file.head.shard] = true;
	results_free_head(&file.head);
	return !why;
}

static const char *unfit(struct merging *m, const struct results_file *file)
{
	if (m->seen[file->head.shard])
		return "its shard is there already";
	return file->ended ? NULL : "it has not been played to its end; --resume goes on";
}

static bool all_there(struct merging *m)
{
	for (unsigned i = 0; i < m->head.shards; i++)
		if (!m->seen[i]) {
			snprintf(m->error, m->size, "shard %u/%u is missing", i + 1,
				 m->head.shards);
			return false;
		}
	return true;
}

/* ---- One case, explained ------------------------------------------------------------ */

struct search {
	const char *id, *instance; /* instance: NULL = the first that fails, or the first */
	size_t id_length;
	FILE *out;
	bool permitted, found;
};

static bool look_for(void *user, const char *path);
static bool explain_case(struct run *run, const struct search *search, struct vector_case *vector);

bool explain_paths(const struct run_options *options, const char *id, char *const *paths,
		   size_t count, FILE *out, char *error, size_t size)
{
	struct report report = {0};
	struct search search = {.id = id,
				.id_length = strcspn(id, "["),
				.out = out,
				.permitted = options->permitted};
	struct run_options model = {
		.dut = &dut_model, .profile = options->profile, .user = &search};
	struct run run = {.options = &model, .report = &report, .error = error, .size = size};
	bool good;

	if (id[search.id_length])
		search.instance = id + search.id_length + 1;
	memset(run.held, 0xff, sizeof run.held);
	report.device = device_name(&model);
	good = report.device && begin(&run);
	if (good) {
		dut_model_listen(run.dut, NULL, NULL);
		good = for_each_file(paths, count, look_for, &run, error, size);
	}
	end(&run);
	report_free(&report);
	if (good && !search.found)
		snprintf(error, size, "there is no case '%s'", id);
	return good && search.found;
}

static bool is_searched(const struct search *search, const struct vector_case *vector)
{
	return strlen(vector->id) == search->id_length &&
	       strncmp(vector->id, search->id, search->id_length) == 0;
}

static bool look_for(void *user, const char *path)
{
	struct run *run = user;
	struct search *search = run->options->user;
	struct vector_file *file;
	bool good;

	if (search->found)
		return true;
	file = vector_load(path, run->options->profile, &run->profiles, run->error, run->size);
	good = file != NULL;
	for (size_t i = 0; good && i < file->ncases && !search->found; i++)
		if (is_searched(search, &file->cases[i]))
			good = search->found = explain_case(run, search, &file->cases[i]);
	if (file)
		vector_free(file);
	return good;
}

static bool is_wanted(const struct search *search, const char *name)
{
	size_t length = strlen(name);

	return !search->instance || (strncmp(search->instance, name, length) == 0 &&
				     strcmp(search->instance + length, "]") == 0);
}

static void tell_permitted(void *user, const struct gvi *m, const struct gvi_host *host,
			   const struct gvi_input *input)
{
	put_permitted(m, host, input, user);
}

/* Finds the instance, makes it again and explains it. */
static bool explain_case(struct run *run, const struct search *search, struct vector_case *vector)
{
	uint64_t chosen = UINT64_MAX;
	struct play play = {0}, how = {0};

	for (uint64_t n = 0; n < vector->combinations; n++) {
		enum instance_state state =
			instance_make(vector, n, &run->instance, run->error, run->size);

		if (state == INSTANCE_WRONG)
			return false;
		if (state == INSTANCE_ABSENT || !is_wanted(search, run->instance.name))
			continue;
		player_play_all(&run->player, &run->instance, &play);
		if (chosen == UINT64_MAX || play.verdict == FAILED) {
			chosen = n;
			how = play;
		}
		if (play.verdict == FAILED)
			break;
	}
	if (chosen == UINT64_MAX) {
		snprintf(run->error, run->size, "%s has no such instance", vector->id);
		return false;
	}
	(void)instance_make(vector, chosen, &run->instance, run->error, run->size);
	if (search->permitted)
		dut_model_watch(run->dut, tell_permitted, search->out);
	explain_instance(run->dut, &run->instance, &how, search->out);
	dut_model_watch(run->dut, NULL, NULL);
	return true;
}
