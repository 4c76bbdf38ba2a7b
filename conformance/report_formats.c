/* Results for other programs: TAP, JUnit, JSON. */
#include "conformance/escape.h"
#include "conformance/report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static bool finish_file(FILE *out)
{
	bool written = !ferror(out);

	return fclose(out) == 0 && written;
}

/* ---- TAP: https://testanything.org ------------------------------------------------- */

/* One line, without the sign that starts a directive. */
static void put_tap(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '#' || *text == '\\')
			fputc('\\', out);
		fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
	}
}

static void put_tap_result(const struct result *r, size_t number, FILE *out)
{
	fprintf(out, "%s %zu - ", r->verdict == FAILED ? "not ok" : "ok", number);
	put_tap(out, r->id);
	if (*r->instance) {
		fputc('[', out);
		put_tap(out, r->instance);
		fputc(']', out);
	}
	if (r->verdict == NOT_APPLICABLE || r->verdict == NOT_OBSERVABLE) {
		fprintf(out, " # SKIP %s: ", verdict_name(r->verdict));
		put_tap(out, r->reason);
	}
	fputc('\n', out);
	if (r->verdict == FAILED) {
		fputs("# ", out);
		put_tap(out, r->reason);
		fputc('\n', out);
	}
}

void report_tap(const struct report *report, FILE *out)
{
	fprintf(out, "TAP version 13\n1..%zu\n", report->count);
	for (size_t i = 0; i < report->count; i++)
		put_tap_result(&report->results[i], i + 1, out);
	fprintf(out, "# %" PRIu64 " passed, %" PRIu64 " failed, %" PRIu64 " skipped\n",
		report->totals[PASSED], report->totals[FAILED],
		report->totals[NOT_APPLICABLE] + report->totals[NOT_OBSERVABLE]);
}

/* ---- JUnit: a suite for each topic --------------------------------------------------- */

static void put_attribute(FILE *out, const char *name, const char *value)
{
	fprintf(out, " %s=\"", name);
	put_xml(out, value);
	fputc('"', out);
}

static void put_testcase(const struct result *r, FILE *out)
{
	fputs("    <testcase name=\"", out);
	put_xml(out, r->id);
	if (*r->instance) {
		fputc('[', out);
		put_xml(out, r->instance);
		fputc(']', out);
	}
	fputc('"', out);
	put_attribute(out, "classname", r->topic);
	put_attribute(out, "file", r->file);
	fprintf(out, " line=\"%u\" time=\"%.6f\"", r->line, r->seconds);
	if (r->verdict == PASSED) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, "><%s", r->verdict == FAILED ? "failure" : "skipped");
	if (r->verdict == FAILED) {
		put_attribute(out, "message", r->reason);
		fputc('>', out);
		put_xml(out, r->why);
		fputc('\n', out);
		put_xml(out, r->explain);
		fputs("</failure></testcase>\n", out);
		return;
	}
	fprintf(out, " message=\"%s: ", verdict_name(r->verdict));
	put_xml(out, r->reason);
	fputs("\"/></testcase>\n", out);
}

/* Where the results stop to have the topic of results[from]; *totals and
 * *seconds are of those before. */
static size_t topic_end(const struct report *report, size_t from, uint64_t totals[NVERDICTS],
			double *seconds)
{
	size_t to = from;

	memset(totals, 0, NVERDICTS * sizeof *totals);
	*seconds = 0;
	while (to < report->count &&
	       strcmp(report->results[to].topic, report->results[from].topic) == 0) {
		totals[report->results[to].verdict]++;
		*seconds += report->results[to].seconds;
		to++;
	}
	return to;
}

static void put_counts(FILE *out, const uint64_t totals[NVERDICTS], double seconds)
{
	uint64_t skipped = totals[NOT_APPLICABLE] + totals[NOT_OBSERVABLE];

	fprintf(out,
		" tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"0\" skipped=\"%" PRIu64
		"\" time=\"%.6f\">\n",
		totals[PASSED] + totals[FAILED] + skipped, totals[FAILED], skipped, seconds);
}

bool report_junit(const struct report *report, const char *path)
{
	FILE *out = fopen(path, "w");
	uint64_t totals[NVERDICTS];
	double seconds;

	if (!out)
		return false;
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	put_attribute(out, "name", "goldvi");
	put_counts(out, report->totals, report->seconds);
	for (size_t from = 0, to; from < report->count; from = to) {
		to = topic_end(report, from, totals, &seconds);
		fputs("  <testsuite", out);
		put_attribute(out, "name", report->results[from].topic);
		put_attribute(out, "hostname", report->device ? report->device : "");
		put_counts(out, totals, seconds);
		for (size_t i = from; i < to; i++)
			put_testcase(&report->results[i], out);
		fputs("  </testsuite>\n", out);
	}
	fputs("</testsuites>\n", out);
	return finish_file(out);
}

/* ---- JSON: by case, each with its instances --------------------------------------------- */

static void put_member(FILE *out, const char *name, const char *value)
{
	fprintf(out, ", \"%s\": ", name);
	put_json(out, value);
}

/* Slugs as an array; they have no characters that JSON would mind. */
static void put_slugs(FILE *out, const char *slugs)
{
	const char *comma = "";

	fputs(", \"clauses\": [", out);
	for (slugs += strspn(slugs, " "); *slugs; slugs += strspn(slugs, " ")) {
		size_t length = strcspn(slugs, " ");

		fprintf(out, "%s\"%.*s\"", comma, (int)length, slugs);
		comma = ", ";
		slugs += length;
	}
	fputs("]", out);
}

static void put_instance(const struct result *r, FILE *out)
{
	fprintf(out, "{\"verdict\": \"%s\"", verdict_name(r->verdict));
	if (*r->instance)
		put_member(out, "instance", r->instance);
	if (*r->reason)
		put_member(out, "reason", r->reason);
	if (*r->explain)
		put_member(out, "explain", r->explain);
	if (r->partial)
		fputs(", \"partial\": true", out);
	fprintf(out, ", \"seconds\": %.6f}", r->seconds);
}

static void put_case(const struct case_span *span, FILE *out)
{
	const struct result *r = span->first;

	fputs("    {\"id\": ", out);
	put_json(out, r->id);
	put_member(out, "topic", r->topic);
	put_member(out, "file", r->file);
	fprintf(out, ", \"line\": %u", r->line);
	put_member(out, "why", r->why);
	put_slugs(out, r->clauses);
	fputs(", \"instances\": [", out);
	for (size_t i = 0; i < span->count; i++) {
		fputs(i ? ",\n      " : "\n      ", out);
		put_instance(r + i, out);
	}
	fputs("]}", out);
}

static void put_clause_hits(const struct report *report, FILE *out)
{
	fputs("  \"clauses\": {", out);
	for (unsigned i = 1; i < GVI_NCLAUSES; i++)
		fprintf(out, "%s\n    \"%s\": %" PRIu64, i > 1 ? "," : "", gvi_clauses[i].slug,
			report->coverage->counts.clause[i].applied);
	fputs("},\n", out);
}

bool report_json(const struct report *report, const char *path)
{
	FILE *out = fopen(path, "w");
	const char *comma = "";
	struct case_span span;

	if (!out)
		return false;
	fprintf(out, "{\n  \"goldvi\": \"%d.%d.%d\",\n  \"device\": ", GVI_VERSION_MAJOR,
		GVI_VERSION_MINOR, GVI_VERSION_PATCH);
	put_json(out, report->device ? report->device : "");
	fprintf(out, ",\n  \"seconds\": %.6f,\n  \"totals\": {", report->seconds);
	for (unsigned i = 0; i < NVERDICTS; i++)
		fprintf(out, "%s\"%s\": %" PRIu64, i ? ", " : "", verdict_name((enum verdict)i),
			report->totals[i]);
	fputs("},\n", out);
	put_clause_hits(report, out);
	fputs("  \"cases\": [", out);
	for (size_t at = 0; report_case(report, &at, &span); comma = ",") {
		fprintf(out, "%s\n", comma);
		put_case(&span, out);
	}
	fputs("\n  ]\n}\n", out);
	return finish_file(out);
}
