/* Listing and checking vectors without a device. */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/paths.h"
#include "conformance/run.h"
#include "conformance/vector.h"

enum { MAX_ERROR = 1000 };

/* ---- list --------------------------------------------------------------------- */

struct listing {
	const struct run_options *options;
	struct profiles profiles;
	FILE *out;
	char *error;
	size_t size;
};

static bool list_file(void *user, const char *path);
static bool list_case(struct listing *l, const struct vector_case *vector);
static void print_plain(FILE *out, const char *text);

bool list_paths(const struct run_options *options, char *const *paths, size_t count, FILE *out,
		char *error, size_t size)
{
	struct listing l = {.options = options, .out = out, .error = error, .size = size};
	bool good = for_each_file(paths, count, list_file, &l, error, size);

	profiles_free(&l.profiles);
	return good;
}

static bool list_file(void *user, const char *path)
{
	struct listing *l = user;
	struct vector_file *file =
		vector_load(path, l->options->profile, &l->profiles, l->error, l->size);
	bool good = file;

	for (size_t i = 0; good && i < file->ncases; i++)
		good = list_case(l, &file->cases[i]);
	vector_free(file);
	return good;
}

static bool list_case(struct listing *l, const struct vector_case *vector)
{
	const char *filter = l->options->filter;
	uint64_t instances;

	if (filter && fnmatch(filter, vector->id, 0) != 0)
		return true;
	if (!instance_count(vector, &instances, l->error, l->size))
		return false;
	fprintf(l->out, "%s\t%" PRIu64 "\t", vector->id, instances);
	print_plain(l->out, vector->file->yaml->name);
	fprintf(l->out, ":%u\t", (unsigned)vector->line);
	print_plain(l->out, vector->why);
	putc('\n', l->out);
	return true;
}

/* One line must stay one line, and a terminal must not be told anything. */
static void print_plain(FILE *out, const char *text)
{
	for (; *text; text++)
		putc((unsigned char)*text < ' ' || *text == 0x7f ? ' ' : *text, out);
}

/* ---- lint ---------------------------------------------------------------------- */

/* A case's id and where it stands. */
struct place {
	const char *id, *file;
	unsigned line, column;
	bool failed; /* by a mutant */
};

struct lint {
	struct profiles profiles;
	struct arena arena; /* of the places' texts */
	struct place *places;
	size_t count, capacity;
	size_t problems;
	FILE *out;
};

enum { MAX_LINES = 200 };

static bool lint_file(void *user, const char *path);
static void lint_vector(struct lint *l, const char *path);
static void lint_case(struct lint *l, struct vector_case *vector, struct instance *instance);
static void remember(struct lint *l, const struct vector_case *vector, const char *file);
static void report_duplicates(struct lint *l);
static void report_unfailed(struct lint *l, const char *mutants);
static void report(struct lint *l, const char *text);

size_t lint_paths(char *const *paths, size_t count, const char *mutants, FILE *out)
{
	struct lint l = {.out = out};
	char error[MAX_ERROR];

	for (size_t i = 0; i < count; i++)
		if (!for_each_file_and_profile(&paths[i], 1, lint_file, &l, error, sizeof error))
			report(&l, error);
	report_duplicates(&l);
	if (mutants)
		report_unfailed(&l, mutants);
	free(l.places);
	arena_free(&l.arena);
	profiles_free(&l.profiles);
	return l.problems;
}

static void report(struct lint *l, const char *text)
{
	l->problems++;
	print_plain(l->out, text);
	putc('\n', l->out);
}

/* One bad file does not hide the next. */
static bool lint_file(void *user, const char *path)
{
	struct lint *l = user;
	char error[MAX_ERROR];

	if (!is_profile_path(path))
		lint_vector(l, path);
	else if (!profile_check(path, error, sizeof error))
		report(l, error);
	return true;
}

static void lint_vector(struct lint *l, const char *path)
{
	struct instance instance = {0};
	char error[MAX_ERROR];
	struct vector_file *file = vector_load(path, NULL, &l->profiles, error, sizeof error);
	const char *name;

	if (!file) {
		report(l, error);
		return;
	}
	name = arena_text(&l->arena, path, strlen(path));
	if (file->yaml->lines > MAX_LINES) {
		snprintf(error, sizeof error, "%s:%d:1: A file has at most %d lines.", path,
			 MAX_LINES + 1, MAX_LINES);
		report(l, error);
	}
	for (size_t i = 0; i < file->ncases; i++) {
		remember(l, &file->cases[i], name);
		lint_case(l, &file->cases[i], &instance);
	}
	instance_free(&instance);
	vector_free(file);
}

/* ---- A case --------------------------------------------------------------------- */

static bool lint_instance(struct lint *l, struct instance *instance);

/* The first problem of a case is enough: its other instances mostly share it. */
static void lint_case(struct lint *l, struct vector_case *vector, struct instance *instance)
{
	const struct yaml_node *unread;
	char error[MAX_ERROR];

	for (uint64_t n = 0; n < vector->combinations; n++) {
		enum instance_state state = instance_make(vector, n, instance, error, sizeof error);

		if (state == INSTANCE_WRONG)
			report(l, error);
		if (state == INSTANCE_WRONG ||
		    (state == INSTANCE_READY && !lint_instance(l, instance)))
			return;
	}
	unread = yaml_unread(vector->node);
	if (unread) {
		snprintf(error, sizeof error,
			 "%s:%u:%u: `%.80s` is never read: `when` leaves it out of all instances.",
			 vector->file->yaml->name, (unsigned)unread->key_line,
			 (unsigned)unread->key_column, unread->key);
		report(l, error);
	}
}

static bool lint_instance(struct lint *l, struct instance *instance)
{
	const struct vector_case *vector = instance->vector;
	enum gvi_status status = gvi_check(&instance->config);
	char error[MAX_ERROR];

	if (status == GVI_OK)
		return true;
	snprintf(error, sizeof error, "%s:%u:%u: The configuration contradicts itself%s%s: %s.",
		 vector->file->yaml->name, (unsigned)vector->node->line,
		 (unsigned)vector->node->column, *instance->name ? " where " : "", instance->name,
		 gvi_status_text(status));
	report(l, error);
	return false;
}

/* ---- Ids that are there twice ------------------------------------------------------ */

static int compare(const void *a, const void *b);

static void remember(struct lint *l, const struct vector_case *vector, const char *file)
{
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 1024;
		struct place *places = realloc(l->places, capacity * sizeof *places);

		if (!places) {
			report(l, "There is not enough memory to compare all ids.");
			return;
		}
		l->places = places;
		l->capacity = capacity;
	}
	l->places[l->count++] = (struct place){
		.id = arena_text(&l->arena, vector->id, strlen(vector->id)),
		.file = file,
		.line = vector->node->line,
		.column = vector->node->column,
	};
}

/* Paths may overlap, so that a file is read twice. */
static bool is_same_place(const struct place *a, const struct place *b)
{
	return strcmp(a->file, b->file) == 0 && a->line == b->line;
}

static void report_duplicates(struct lint *l)
{
	char error[MAX_ERROR];

	if (!l->count)
		return;
	qsort(l->places, l->count, sizeof *l->places, compare);
	for (size_t i = 1; i < l->count; i++) {
		const struct place *a = &l->places[i - 1], *b = &l->places[i];

		if (strcmp(a->id, b->id) != 0 || is_same_place(a, b))
			continue;
		snprintf(error, sizeof error, "%s:%u:%u: The id %s is in %s:%u already.", b->file,
			 b->line, b->column, b->id, a->file, a->line);
		report(l, error);
	}
}

static int compare_numbers(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

static int compare(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int order = strcmp(x->id, y->id);

	if (!order)
		order = strcmp(x->file, y->file);
	return order ? order : compare_numbers(x->line, y->line);
}

/* ---- Cases that nothing fails -------------------------------------------------------- */

static void mark_failed(struct lint *l, const char *id);

/* `mutants` names cases that a mutant of the model has failed, each with a tab behind it.
 * What no mutant fails says nothing. */
static void report_unfailed(struct lint *l, const char *mutants)
{
	FILE *in = fopen(mutants, "r");
	char *line = NULL, error[MAX_ERROR];
	size_t size = 0;

	if (!in) {
		snprintf(error, sizeof error, "%s: %s.", mutants, strerror(errno));
		report(l, error);
		return;
	}
	while (getline(&line, &size, in) > 0) {
		line[strcspn(line, "\t\n")] = '\0';
		mark_failed(l, line);
	}
	free(line);
	fclose(in);
	for (size_t i = 0; i < l->count; i++) {
		const struct place *p = &l->places[i];

		if (p->failed)
			continue;
		snprintf(error, sizeof error, "%s:%u:%u: No mutant makes %s fail.", p->file, p->line,
			 p->column, p->id);
		report(l, error);
	}
}

/* Places are in the order of ids. */
static void mark_failed(struct lint *l, const char *id)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(l->places[middle].id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < l->count && strcmp(l->places[low].id, id) == 0; low++)
		l->places[low].failed = true;
}
