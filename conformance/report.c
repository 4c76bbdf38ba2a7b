/* The results of a run as such, and what a terminal shows of them. */
#include "conformance/report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { INSTANCES_SHOWN = 10 }; /* failures of one case that the terminal shows */

/* ---- Collecting --------------------------------------------------------------- */

enum { NSTRINGS = 9 };

static void strings_of(struct result *result, char **string[NSTRINGS])
{
	char **const all[NSTRINGS] = {&result->id,     &result->instance, &result->topic,
				      &result->file,   &result->why,      &result->clauses,
				      &result->reason, &result->explain,  &result->shown};

	memcpy(string, all, sizeof all);
}

bool report_count(struct report *report)
{
	report->coverage = malloc(sizeof *report->coverage);
	if (report->coverage)
		coverage_init(report->coverage);
	return report->coverage != NULL;
}

static bool make_room(struct report *report);
static bool own(struct result *result);

bool report_add(struct report *report, const struct result *result)
{
	struct result copy = *result;

	if (!make_room(report) || !own(&copy))
		return false;
	report->results[report->count++] = copy;
	report->totals[copy.verdict]++;
	return true;
}

/* Copies the strings: one allocation holds all of a result; its id is the first. */
static bool own(struct result *result)
{
	size_t length[NSTRINGS], total = 0;
	char **string[NSTRINGS], *block;

	strings_of(result, string);
	for (unsigned i = 0; i < NSTRINGS; i++) {
		length[i] = *string[i] ? strlen(*string[i]) : 0;
		total += length[i] + 1;
	}
	block = malloc(total);
	if (!block)
		return false;
	for (unsigned i = 0; i < NSTRINGS; i++) {
		if (*string[i])
			memcpy(block, *string[i], length[i]);
		block[length[i]] = '\0';
		*string[i] = block;
		block += length[i] + 1;
	}
	return true;
}

static bool make_room(struct report *report)
{
	size_t capacity = report->capacity ? report->capacity * 2 : 256;
	struct result *results;

	if (report->count < report->capacity)
		return true;
	if (capacity > SIZE_MAX / sizeof *results)
		return false;
	results = realloc(report->results, capacity * sizeof *results);
	if (!results)
		return false;
	report->results = results;
	report->capacity = capacity;
	return true;
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->count; i++)
		free(report->results[i].id);
	free(report->results);
	free(report->device);
	free(report->coverage);
	memset(report, 0, sizeof *report);
}

bool report_fail(struct report *report, struct result *result, const char *reason)
{
	struct result changed = *result;

	changed.reason = (char *)(uintptr_t)reason;
	if (!own(&changed))
		return false;
	free(result->id);
	*result = changed;
	report->totals[result->verdict]--;
	report->totals[FAILED]++;
	result->verdict = FAILED;
	result->partial = false;
	return true;
}

static int by_number(const void *a, const void *b)
{
	const struct result *x = a, *y = b;

	return (x->number > y->number) - (x->number < y->number);
}

bool report_sort(struct report *report)
{
	struct case_span span;

	if (report->count)
		qsort(report->results, report->count, sizeof *report->results, by_number);
	for (size_t i = 1; i < report->count; i++)
		if (report->results[i].number == report->results[i - 1].number)
			return false;
	for (size_t at = 0; report_case(report, &at, &span);) {
		struct result *r = &report->results[at - span.count];

		for (unsigned explained = 0; r < &report->results[at]; r++)
			if (*r->explain && ++explained > EXPLAINED_PER_CASE)
				r->explain[0] = '\0';
	}
	return true;
}

/* ---- Cases ---------------------------------------------------------------------- */

static bool same_case(const struct result *a, const struct result *b)
{
	return a->line == b->line && strcmp(a->id, b->id) == 0 && strcmp(a->file, b->file) == 0;
}

bool report_case(const struct report *report, size_t *at, struct case_span *span)
{
	if (*at >= report->count)
		return false;
	memset(span, 0, sizeof *span);
	span->first = &report->results[*at];
	do {
		const struct result *r = &report->results[*at];

		span->count++;
		span->totals[r->verdict]++;
		span->partial += r->partial;
		span->seconds += r->seconds;
		++*at;
	} while (*at < report->count && same_case(span->first, &report->results[*at]));
	return true;
}

enum verdict case_verdict(const struct case_span *span)
{
	static const enum verdict order[] = {FAILED, PASSED, NOT_OBSERVABLE};

	for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++)
		if (span->totals[order[i]])
			return order[i];
	return NOT_APPLICABLE;
}

const char *verdict_name(enum verdict verdict)
{
	static const char *const name[NVERDICTS] = {"passed", "failed", "not applicable",
						    "not observable"};

	return name[verdict];
}

/* ---- The terminal ----------------------------------------------------------------- */

static void put_failures(const struct case_span *span, FILE *out, bool colour);
static void put_divided(const struct report *report, FILE *out);

void report_text(const struct report *report, FILE *out, bool colour)
{
	const char *paint = !colour ? "" : report->totals[FAILED] ? "\033[31m" : "\033[32m";
	struct case_span span;

	for (size_t at = 0; report_case(report, &at, &span);)
		if (span.totals[FAILED])
			put_failures(&span, out, colour);
	put_divided(report, out);
	fprintf(out, "%s%" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped%s\n", paint,
		report->totals[PASSED], report->totals[FAILED],
		report->totals[NOT_APPLICABLE] + report->totals[NOT_OBSERVABLE],
		colour ? "\033[0m" : "");
}

static void put_failures(const struct case_span *span, FILE *out, bool colour)
{
	const struct result *r = span->first;
	unsigned shown = 0;

	fprintf(out, "%sfailed%s %s (%s:%u)\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "",
		r->id, r->file, r->line);
	fprintf(out, "  %s\n", r->why);
	for (; r < span->first + span->count; r++) {
		if (r->verdict != FAILED || shown == INSTANCES_SHOWN)
			continue;
		shown++;
		fprintf(out, "  %s%s%s%s\n", *r->instance ? "[" : "", r->instance,
			*r->instance ? "] " : "", r->reason);
	}
	if (span->totals[FAILED] > shown)
		fprintf(out, "  and %" PRIu64 " more instances\n", span->totals[FAILED] - shown);
}

static void put_divided(const struct report *report, FILE *out)
{
	uint64_t partial = 0;

	for (size_t i = 0; i < report->count; i++)
		partial += report->results[i].partial;
	if (report->totals[NOT_APPLICABLE])
		fprintf(out, "%" PRIu64 " skipped: not applicable to this device\n",
			report->totals[NOT_APPLICABLE]);
	if (report->totals[NOT_OBSERVABLE])
		fprintf(out, "%" PRIu64 " skipped: not observable with this device\n",
			report->totals[NOT_OBSERVABLE]);
	if (partial)
		fprintf(out, "%" PRIu64 " passed as far as this device lets itself be observed\n",
			partial);
}
