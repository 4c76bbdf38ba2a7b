/* Coverage in figures, and what is missing. */
#include "conformance/coverage_show.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

static const struct {
	const char *pattern, *reason;
} excuses[] = {
#define UNREACHABLE(pattern, reason) {pattern, reason},
#include "conformance/unreachable.def"
#undef UNREACHABLE
};

enum { NEXCUSES = sizeof excuses / sizeof excuses[0] };

struct lister {
	const struct coverage_counts *counts;
	FILE *out;
	const char *comma;
	bool excused;
};

static void put_missing(void *user, const struct coverage_point *point);

void coverage_text(const struct coverage_counts *counts, bool missing, FILE *out)
{
	struct coverage_section section[COVERAGE_NSECTIONS];
	unsigned count = coverage_sections(counts, section);
	struct lister lister = {.counts = counts, .out = out};

	fprintf(out, "%" PRIu64 " runs, %" PRIu64 " tests\n", counts->runs, counts->tests);
	fprintf(out, "%-10s %8s %8s %8s %8s\n", "", "goals", "reached", "missing", "excused");
	for (unsigned i = 0; i < count; i++) {
		const struct coverage_section *s = &section[i];

		fprintf(out, "%-10s %8u %8u %8u %8u\n", s->name, s->goals, s->reached,
			s->goals - s->reached - s->excused, s->excused);
	}
	if (missing)
		coverage_each(put_missing, &lister);
}

static bool is_missing(const struct coverage_counts *counts, const struct coverage_point *point)
{
	return point->goal && !coverage_count(counts, point);
}

static void put_missing(void *user, const struct coverage_point *point)
{
	const struct lister *l = user;
	char path[COVERAGE_MAX_PATH];
	const char *excuse;

	if (!is_missing(l->counts, point))
		return;
	coverage_path(point, path);
	excuse = coverage_excuse(point);
	fprintf(l->out, "%s%s%s\n", path, excuse ? "\t" : "", excuse ? excuse : "");
}

/* ---- Sections ---------------------------------------------------------------------- */

struct sections {
	const struct coverage_counts *counts;
	struct coverage_section *section;
	unsigned count;
};

static void tally(void *user, const struct coverage_point *point);

unsigned coverage_sections(const struct coverage_counts *counts,
			   struct coverage_section section[COVERAGE_NSECTIONS])
{
	struct sections sections = {counts, section, 0};

	coverage_each(tally, &sections);
	return sections.count;
}

/* Points of a section stand together. */
static void tally(void *user, const struct coverage_point *point)
{
	struct sections *s = user;
	struct coverage_section *last = s->count ? &s->section[s->count - 1] : NULL;

	if (!point->goal)
		return;
	if (!last || strcmp(last->name, point->key[0]) != 0) {
		if (s->count == COVERAGE_NSECTIONS)
			return;
		last = &s->section[s->count++];
		*last = (struct coverage_section){.name = point->key[0]};
	}
	last->goals++;
	if (coverage_count(s->counts, point))
		last->reached++;
	else if (coverage_excuse(point))
		last->excused++;
}

/* ---- JSON ----------------------------------------------------------------------------- */

static void put_path(void *user, const struct coverage_point *point);

/* Paths and reasons have no characters that JSON would mind. */
void coverage_missing_json(const struct coverage_counts *counts, FILE *out)
{
	struct lister missing = {counts, out, "", false}, excused = {counts, out, "", true};

	fputs("{\"missing\": [", out);
	coverage_each(put_path, &missing);
	fputs("],\n\"excused\": {", out);
	coverage_each(put_path, &excused);
	fputs("}}\n", out);
}

static void put_path(void *user, const struct coverage_point *point)
{
	struct lister *l = user;
	char path[COVERAGE_MAX_PATH];
	const char *excuse;

	if (!is_missing(l->counts, point))
		return;
	excuse = coverage_excuse(point);
	if ((excuse != NULL) != l->excused)
		return;
	coverage_path(point, path);
	fprintf(l->out, "%s\n  \"%s\"", l->comma, path);
	if (excuse)
		fprintf(l->out, ": \"%s\"", excuse);
	l->comma = ",";
}

/* ---- Excuses --------------------------------------------------------------------------- */

const char *coverage_excuse(const struct coverage_point *point)
{
	char path[COVERAGE_MAX_PATH];

	coverage_path(point, path);
	for (unsigned i = 0; i < NEXCUSES; i++)
		if (fnmatch(excuses[i].pattern, path, 0) == 0)
			return excuses[i].reason;
	return NULL;
}

struct usage {
	const struct coverage_counts *counts;
	bool used[NEXCUSES];
};

static void use(void *user, const struct coverage_point *point);

const char *coverage_stale_excuse(const struct coverage_counts *counts)
{
	struct usage usage = {.counts = counts};

	coverage_each(use, &usage);
	for (unsigned i = 0; i < NEXCUSES; i++)
		if (!usage.used[i])
			return excuses[i].pattern;
	return NULL;
}

static void use(void *user, const struct coverage_point *point)
{
	struct usage *u = user;
	char path[COVERAGE_MAX_PATH];

	if (!is_missing(u->counts, point))
		return;
	coverage_path(point, path);
	for (unsigned i = 0; i < NEXCUSES; i++)
		if (fnmatch(excuses[i].pattern, path, 0) == 0)
			u->used[i] = true;
}

void coverage_path(const struct coverage_point *point, char path[COVERAGE_MAX_PATH])
{
	size_t length = 0;

	for (unsigned i = 0; i < COVERAGE_DEPTH && point->key[i]; i++) {
		int n = snprintf(path + length, COVERAGE_MAX_PATH - length, "%s%s", i ? "/" : "",
				 point->key[i]);

		length += (size_t)n;
	}
}
