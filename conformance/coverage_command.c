/* goldvi coverage: merges the files of runs and shows them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/commands.h"
#include "conformance/coverage_json.h"
#include "conformance/coverage_show.h"

enum form { TEXT, JSON, LCOV, HTML, NFORMS };

struct wishes {
	enum form form;
	const char *source;
	bool missing;
};

static bool form_named(const char *name, enum form *form);
static int show(const struct coverage_counts *counts, const struct wishes *wishes);

int command_coverage(int argc, char **argv)
{
	struct wishes wishes = {.source = NULL};
	struct coverage_counts *counts;
	const char *form = NULL;
	char error[1024] = "";
	const struct option known[] = {{"--format", NULL, &form},
				       {"--source", NULL, &wishes.source},
				       {"--missing", &wishes.missing, NULL}};
	int status;

	if (!take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("coverage", "a file is needed; goldvi run --coverage writes it.");
	if (form && !form_named(form, &wishes.form))
		return wrong_use("coverage",
				 "there is no format '%s'; there are text, json, lcov and html.",
				 form);
	if (wishes.missing && wishes.form == LCOV)
		return wrong_use("coverage", "--missing is for text, json and html.");
	counts = calloc(1, sizeof *counts);
	if (!counts)
		return wrong_use("coverage", "memory ran out.");
	for (int i = 1; i < argc; i++)
		if (!coverage_read(argv[i], counts, error, sizeof error)) {
			free(counts);
			return wrong_use("coverage", "%s", error);
		}
	status = show(counts, &wishes);
	free(counts);
	return status;
}

static bool form_named(const char *name, enum form *form)
{
	static const char *const names[NFORMS] = {"text", "json", "lcov", "html"};

	for (unsigned i = 0; i < NFORMS; i++)
		if (strcmp(names[i], name) == 0) {
			*form = (enum form)i;
			return true;
		}
	return false;
}

static bool is_complete(const struct coverage_counts *counts);

static int show(const struct coverage_counts *counts, const struct wishes *wishes)
{
	char error[1024];

	switch (wishes->form) {
	case TEXT:
	case NFORMS:
		coverage_text(counts, wishes->missing, stdout);
		break;
	case JSON:
		if (wishes->missing)
			coverage_missing_json(counts, stdout);
		else
			(void)coverage_write(counts, stdout);
		break;
	case LCOV:
		if (!coverage_lcov(counts, wishes->source ? wishes->source : ".", stdout, error,
				   sizeof error))
			return wrong_use("coverage", "%s", error);
		break;
	case HTML:
		coverage_html(counts, wishes->missing, stdout);
		break;
	}
	return wishes->missing && !is_complete(counts) ? SOME_FAILED : ALL_PASSED;
}

/* Whether all that can be reached was, and excuses are needed. */
static bool is_complete(const struct coverage_counts *counts)
{
	struct coverage_section section[COVERAGE_NSECTIONS];
	unsigned count = coverage_sections(counts, section);
	const char *stale = coverage_stale_excuse(counts);
	bool complete = true;

	for (unsigned i = 0; i < count; i++)
		complete = complete && section[i].reached + section[i].excused == section[i].goals;
	if (stale)
		fprintf(stderr, "goldvi coverage: %s of unreachable.def excuses nothing.\n", stale);
	return complete && !stale;
}
