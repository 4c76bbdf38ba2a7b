/* Playing all cases under some paths, and explaining one of them. */
#include "conformance/run.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "conformance/dut/model.h"
#include "conformance/explain.h"
#include "conformance/habits.h"
#include "conformance/paths.h"
#include "conformance/permitted.h"

enum {
	EXPLAINED_PER_CASE = 3, /* a sweep that fails fails often */
	MAX_NAMED = 64,         /* clauses of one case */
	MAX_SLUG = 64
};

struct run {
	const struct run_options *options;
	struct report *report;
	struct dut *dut;
	struct player player;
	struct profiles profiles;
	struct instance instance;
	char *error;
	size_t size;
	unsigned explained; /* instances of the case */
	uint16_t clause[MAX_NAMED]; /* that the case names */
	size_t nclauses;
};

static double seconds_since(const struct timespec *from);
static bool begin(struct run *run);
static bool visit(void *user, const char *path);
static void end(struct run *run);

bool run_paths(const struct run_options *options, char *const *paths, size_t count,
	       struct report *report, char *error, size_t size)
{
	struct run *run = calloc(1, sizeof *run);
	struct timespec from;
	bool good;

	if (!run) {
		snprintf(error, size, "memory ran out");
		return false;
	}
	*run = (struct run){.options = options, .report = report, .error = error, .size = size};
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	good = begin(run) && for_each_file(paths, count, visit, run, error, size);
	if (good && options->learn)
		good = habits_write(options->learn, run->player.possible, report->device, error,
				    size);
	report->seconds = seconds_since(&from);
	end(run);
	free(run);
	return good;
}

static char *device_name(const struct run_options *options);
static void hear(void *user, const struct gvi_note *note);
static void count(void *user, const struct gvi *m, const struct gvi_input *input,
		  const union gvi_reply *reply);
static bool take_habits(struct run *run);

static bool begin(struct run *run)
{
	const struct run_options *o = run->options;
	char why[256] = "";

	run->report->device = device_name(o);
	run->report->coverage = calloc(1, sizeof *run->report->coverage);
	if (!run->report->device || !run->report->coverage) {
		snprintf(run->error, run->size, "memory ran out");
		return false;
	}
	coverage_init(run->report->coverage);
	run->dut = o->dut->open(o->dut_argument, why, sizeof why);
	if (!run->dut) {
		snprintf(run->error, run->size, "%s: %s", run->report->device, why);
		return false;
	}
	if (o->dut == &dut_model || o->dut == &dut_cache) {
		dut_model_listen(run->dut, hear, run);
		dut_model_follow(run->dut, count, run);
	}
	if (!player_begin(&run->player, run->dut, run->error, run->size))
		return false;
	run->player.freedom = o->freedom;
	return !o->habits || take_habits(run);
}

static bool take_habits(struct run *run)
{
	struct player *p = &run->player;

	if (!habits_read(run->options->habits, p->possible, run->error, run->size))
		return false;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (p->possible[i] != 0xff)
			snprintf(p->shown_by[i], sizeof p->shown_by[i], "%s", run->options->habits);
	return true;
}

static void end(struct run *run)
{
	if (run->dut)
		run->dut->class->close(run->dut);
	instance_free(&run->instance);
	profiles_free(&run->profiles);
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

	coverage_note(run->report->coverage, note);
	if (note->kind == GVI_NOTE_CHOICE)
		run->player.asked[note->id] = 1;
}

static void count(void *user, const struct gvi *m, const struct gvi_input *input,
		  const union gvi_reply *reply)
{
	struct run *run = user;

	coverage_features(run->report->coverage, gvi_features_now(m));
	coverage_call(run->report->coverage, input, reply, NULL, 0);
}

static double seconds_since(const struct timespec *from)
{
	struct timespec to;

	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from->tv_sec) + (double)(to.tv_nsec - from->tv_nsec) / 1e9;
}

/* ---- Files, cases, instances ----------------------------------------------------- */

static bool play_case(struct run *run, struct vector_case *vector);
static void find_clauses(struct run *run, const char *slugs);
static bool play_instance(struct run *run);
static char *explanation(struct run *run, const struct play *play);

static bool visit(void *user, const char *path)
{
	struct run *run = user;
	const char *filter = run->options->filter;
	struct vector_file *file =
		vector_load(path, run->options->profile, &run->profiles, run->error, run->size);
	bool good = file != NULL;

	for (size_t i = 0; good && i < file->ncases; i++)
		if (!filter || fnmatch(filter, file->cases[i].id, 0) == 0)
			good = play_case(run, &file->cases[i]);
	if (file)
		vector_free(file);
	return good;
}

static bool play_case(struct run *run, struct vector_case *vector)
{
	bool good = true;

	run->explained = 0;
	find_clauses(run, vector->clauses);
	for (uint64_t n = 0; good && n < vector->combinations; n++) {
		switch (instance_make(vector, n, &run->instance, run->error, run->size)) {
		case INSTANCE_READY:
			good = play_instance(run);
			break;
		case INSTANCE_ABSENT:
			break;
		case INSTANCE_WRONG:
			good = false;
			break;
		}
	}
	return good;
}

/* The slugs, which are known, stand between spaces. */
static void find_clauses(struct run *run, const char *slugs)
{
	run->nclauses = 0;
	for (slugs += strspn(slugs, " "); *slugs; slugs += strspn(slugs, " ")) {
		char slug[MAX_SLUG];
		size_t length = strcspn(slugs, " ");

		snprintf(slug, sizeof slug, "%.*s", (int)length, slugs);
		slugs += length;
		if (run->nclauses < MAX_NAMED)
			run->clause[run->nclauses++] = (uint16_t)gvi_find_clause(slug);
	}
}

/* Strings of a result are not changed, only copied. */
static char *borrowed(const char *text)
{
	return (char *)(uintptr_t)text;
}

static bool play_instance(struct run *run)
{
	const struct vector_case *vector = run->instance.vector;
	const struct run_options *o = run->options;
	struct play play = {0};
	struct result result = {0};
	struct timespec from;
	bool added;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	coverage_test_begin(run->report->coverage);
	player_play_all(&run->player, &run->instance, &play);
	coverage_test_end(run->report->coverage, play.verdict == PASSED, run->clause,
			  run->nclauses);
	result = (struct result){
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
	if (o->explain_failures && o->dut == &dut_model && play.verdict == FAILED)
		result.explain = explanation(run, &play);
	added = report_add(run->report, &result);
	free(result.explain);
	if (!added)
		snprintf(run->error, run->size, "memory ran out");
	else if (o->progress)
		o->progress(o->user, run->report);
	return added;
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
	struct search search = {.id = id, .id_length = strcspn(id, "["), .out = out, .permitted = options->permitted};
	struct run_options model = {
		.dut = &dut_model, .profile = options->profile, .user = &search};
	struct run run = {.options = &model, .report = &report, .error = error, .size = size};
	bool good;

	if (id[search.id_length])
		search.instance = id + search.id_length + 1;
	good = begin(&run);
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
