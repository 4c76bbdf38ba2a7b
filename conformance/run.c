/* Playing all cases under some paths. */
#include "conformance/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/dut/model.h"
#include "conformance/dut/recording.h"
#include "conformance/explain.h"
#include "conformance/habits.h"
#include "conformance/run_parts.h"
#include "conformance/yaml.h"

enum {
	MOST_LOST = 200, /* instances in a row that lose the device: it is of no use */
	MAX_SLUG = 64
};

static bool prepare(struct run *run, char *const *paths, size_t count);
static bool end_record(struct run *run);
static bool keep_in_report(struct run *run, const struct result *result);
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
	*run = (struct run){.options = options,
			    .report = report,
			    .keep = keep_in_report,
			    .error = error,
			    .size = size};
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	good = prepare(run, paths, count);
	if (good)
		good = divided ? run_divided(run) : run_play(run);
	if (!divided)
		report->seconds = seconds_since(&from);
	good = run_judge(report, run->held, error, good ? size : 0) && good;
	if (good && options->learn)
		good = habits_write(options->learn, run->held, report->device, error, size);
	good = end_record(run) && good;
	end(run);
	free(run);
	return good;
}

bool run_judge(struct report *report, uint8_t possible[GVI_NCHOICES], char *error, size_t size)
{
	if (report_sort(report))
		return habits_hold(report, possible, error, size);
	snprintf(error, size, "a case has been played twice");
	return false;
}

static char *device_name(const struct run_options *options);

/* All but the device. */
static bool prepare(struct run *run, char *const *paths, size_t count)
{
	const struct run_options *o = run->options;

	run->share = (struct share){o->shard, o->shards ? o->shards : 1, 0, 1};
	memset(run->held, 0xff, sizeof run->held);
	run->report->device = device_name(o);
	if (!run->report->device || !report_count(run->report)) {
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

static bool begin(struct run *run);
static bool play_case(struct run *run, const struct planned *planned);

bool run_play(struct run *run)
{
	bool good = begin(run);

	for (size_t i = 0; good && i < run->plan.ncases; i++)
		good = play_case(run, &run->plan.cases[i]);
	return good;
}

static void listen(struct run *run);
static bool begin_record(struct run *run);

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
	if (o->dut == &dut_model || o->dut == &dut_cache)
		listen(run);
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

static void hear(void *user, const struct gvi_note *note);
static void count(void *user, const struct gvi *m, const struct gvi_input *input,
		  const union gvi_reply *reply);

static void listen(struct run *run)
{
	dut_model_listen(run->dut, hear, run);
	dut_model_follow(run->dut, count, run);
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
	if (input)
		coverage_call(run->report->coverage, input, reply, NULL, 0);
}

double seconds_since(const struct timespec *from)
{
	struct timespec to;

	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from->tv_sec) + (double)(to.tv_nsec - from->tv_nsec) / 1e9;
}

/* ---- Cases and instances --------------------------------------------------------- */

static void find_clauses(struct run *run, const char *slugs);
static bool play_number(struct run *run, const struct planned *planned, uint64_t n);
static bool play_instance(struct run *run, uint64_t number);
static char *explanation(struct run *run, const struct play *play);

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
	find_clauses(run, planned->vector->clauses);
	for (uint64_t i = 0; good && i < count; i++)
		good = play_number(run, planned, order ? order[i] : i);
	free(order);
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
	coverage_test_begin(run->report->coverage);
	player_play_all(&run->player, &run->instance, &play);
	coverage_test_end(run->report->coverage, play.verdict == PASSED, run->clause,
			  run->nclauses);
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
	kept = run->keep(run, &result);
	free(result.explain);
	return kept && is_of_use(run, &play);
}

static bool keep_in_report(struct run *run, const struct result *result)
{
	bool added = report_add(run->report, result);

	if (!added)
		snprintf(run->error, run->size, "memory ran out");
	else if (run->options->progress)
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

/* NULL when there is none.  What is played for it does not count. */
static char *explanation(struct run *run, const struct play *play)
{
	char *text = NULL;
	size_t size;
	FILE *out = run->explained++ < EXPLAINED_PER_CASE ? open_memstream(&text, &size) : NULL;

	if (!out)
		return NULL;
	dut_model_follow(run->dut, NULL, NULL);
	explain_instance(run->dut, &run->instance, play, out);
	listen(run);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}
