/* Results to look at: one page that needs nothing but a browser.  Its size grows
 * with cases, not with instances: of those, the failing ones are listed, up to a
 * bound; report_json() has them all. */
#include "conformance/escape.h"
#include "conformance/page.h"
#include "conformance/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Of one case: all that are listed, and those that are shown at once and explained. */
enum { FAILURES_LISTED = 50, FAILURES_SHOWN = 3 };

/* The cases of a folder, or those that name a clause. */
struct tally {
	const char *name;
	uint64_t cases, totals[NVERDICTS];
};

struct page {
	const struct report *report;
	FILE *out;
	struct tally *topic;
	size_t ntopics, ncases;
	struct tally clause[GVI_NCLAUSES];
};

static FILE *open_page(const char *directory);
static bool count_cases(struct page *page);
static void put_summary(struct page *page);
static void put_failures(struct page *page);
static void put_topics(struct page *page);
static void put_cases(struct page *page);
static void put_clauses(struct page *page);

bool report_html(const struct report *report, const char *directory)
{
	struct page page = {.report = report};
	bool written;

	page.out = open_page(directory);
	if (!page.out)
		return false;
	if (count_cases(&page)) {
		put_summary(&page);
		put_topics(&page);
		put_failures(&page);
		put_cases(&page);
		put_clauses(&page);
		page_foot(page.out);
		written = !ferror(page.out);
	} else {
		errno = ENOMEM;
		written = false;
	}
	free(page.topic);
	return fclose(page.out) == 0 && written;
}

/* ---- The file ------------------------------------------------------------------- */

/* Like mkdir -p. */
static bool make_directory(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			return false;
		*p = '/';
	}
	return mkdir(path, 0777) == 0 || errno == EEXIST;
}

static FILE *open_page(const char *directory)
{
	static const char name[] = "/index.html";
	size_t length = strlen(directory);
	char *path = length ? malloc(length + sizeof name) : NULL;
	FILE *out = NULL;

	if (!path) {
		errno = length ? ENOMEM : ENOENT;
		return NULL;
	}
	memcpy(path, directory, length + 1);
	if (make_directory(path)) {
		memcpy(path + length, name, sizeof name);
		out = fopen(path, "w");
	}
	free(path);
	return out;
}

/* ---- Counting -------------------------------------------------------------------- */

static struct tally *topic_named(struct page *page, const char *name);
static void count_clauses(struct page *page, const struct case_span *span);

static void add(struct tally *tally, const struct case_span *span)
{
	tally->cases++;
	for (unsigned i = 0; i < NVERDICTS; i++)
		tally->totals[i] += span->totals[i];
}

static bool count_cases(struct page *page)
{
	struct case_span span;

	for (size_t at = 0; report_case(page->report, &at, &span);) {
		struct tally *topic = topic_named(page, span.first->topic);

		if (!topic)
			return false;
		page->ncases++;
		add(topic, &span);
		count_clauses(page, &span);
	}
	return true;
}

/* The topics are few.  NULL when memory ran out. */
static struct tally *topic_named(struct page *page, const char *name)
{
	struct tally *topics;

	for (size_t i = 0; i < page->ntopics; i++)
		if (strcmp(page->topic[i].name, name) == 0)
			return &page->topic[i];
	topics = realloc(page->topic, (page->ntopics + 1) * sizeof *topics);
	if (!topics)
		return NULL;
	page->topic = topics;
	topics[page->ntopics] = (struct tally){.name = name};
	return &topics[page->ntopics++];
}

static void count_clauses(struct page *page, const struct case_span *span)
{
	const char *slugs = span->first->clauses;

	for (slugs += strspn(slugs, " "); *slugs; slugs += strspn(slugs, " ")) {
		size_t length = strcspn(slugs, " ");
		char slug[80] = "";

		if (length < sizeof slug)
			memcpy(slug, slugs, length);
		add(&page->clause[gvi_find_clause(slug)], span);
		slugs += length;
	}
}

static uint64_t skipped(const uint64_t totals[NVERDICTS])
{
	return totals[NOT_APPLICABLE] + totals[NOT_OBSERVABLE];
}

/* ---- Summary ----------------------------------------------------------------------- */

static const char *const class_of[NVERDICTS] = {"passed", "failed", "na", "no"};

static void put_bar(FILE *out, const uint64_t totals[NVERDICTS])
{
	uint64_t all = totals[PASSED] + totals[FAILED] + skipped(totals);

	fputs("<div class=\"bar\" aria-hidden=\"true\">", out);
	for (unsigned i = 0; i < NVERDICTS; i++)
		if (totals[i])
			fprintf(out, "<i class=\"%s\" style=\"flex:%.4f\"></i>", class_of[i],
				100.0 * (double)totals[i] / (double)all);
	fputs("</div>", out);
}

static void put_summary(struct page *page)
{
	const struct report *report = page->report;
	const char *device = report->device ? report->device : "";
	uint64_t partial = 0;
	FILE *out = page->out;

	for (size_t i = 0; i < report->count; i++)
		partial += report->results[i].partial;
	page_head(out, "%" PRIu64 " failed, %" PRIu64 " passed: goldvi on %s",
		  report->totals[FAILED], report->totals[PASSED], device);
	fputs("<header>\n<h1>Conformance of <code>", out);
	put_xml(out, device);
	fprintf(out,
		"</code></h1>\n<p class=\"dim\">goldvi %d.%d.%d: %zu cases, %zu instances, %.1f "
		"seconds.</p>\n<ul class=\"totals\">\n",
		GVI_VERSION_MAJOR, GVI_VERSION_MINOR, GVI_VERSION_PATCH, page->ncases,
		report->count, report->seconds);
	for (unsigned i = 0; i < NVERDICTS; i++)
		fprintf(out, "<li class=\"v %s\"><b>%" PRIu64 "</b> %s</li>\n", class_of[i],
			report->totals[i], verdict_name((enum verdict)i));
	fputs("</ul>\n", out);
	put_bar(out, report->totals);
	if (partial)
		fprintf(out,
			"\n<p class=\"dim\">%" PRIu64
			" passed as far as this device lets itself be observed.</p>",
			partial);
	fputs("\n</header>\n", out);
	page_filter(out, "case", "words of an id, a clause, a file, a verdict");
}

/* ---- Failures ----------------------------------------------------------------------- */

static void put_failed_case(FILE *out, const struct case_span *span, bool open);
static void put_failure(FILE *out, const struct result *r, bool explained, bool open);

static void put_place(FILE *out, const struct result *r)
{
	fputs("<span class=\"dim\">", out);
	put_xml(out, r->file);
	fprintf(out, ":%u</span>", r->line);
}

static void put_failures(struct page *page)
{
	struct case_span span;

	if (!page->report->totals[FAILED])
		return;
	fputs("<section data-group>\n<h2>Failures</h2>\n", page->out);
	for (size_t at = 0; report_case(page->report, &at, &span);)
		if (span.totals[FAILED])
			put_failed_case(page->out, &span,
					page->report->totals[FAILED] <= FAILURES_SHOWN);
	fputs("</section>\n", page->out);
}

static void put_failed_case(FILE *out, const struct case_span *span, bool open)
{
	unsigned listed = 0;

	fputs("<article data-row=\"failure\">\n<h3><code>", out);
	put_xml(out, span->first->id);
	fputs("</code></h3>\n<p>", out);
	put_xml(out, span->first->why);
	fputs("</p>\n<p>", out);
	put_place(out, span->first);
	fputs(" <code class=\"dim\">", out);
	put_xml(out, span->first->clauses);
	fputs("</code></p>\n", out);
	if (span->count > 1)
		fprintf(out, "<p class=\"dim\">%" PRIu64 " of %zu instances failed.</p>\n",
			span->totals[FAILED], span->count);
	fputs("<ul>\n", out);
	for (const struct result *r = span->first; r < span->first + span->count; r++) {
		if (r->verdict != FAILED || listed == FAILURES_LISTED)
			continue;
		if (listed == FAILURES_SHOWN)
			fputs("</ul>\n<details><summary>More instances</summary>\n<ul>\n", out);
		put_failure(out, r, listed < FAILURES_SHOWN, open);
		listed++;
	}
	if (span->totals[FAILED] > listed)
		fprintf(out, "<li>and %" PRIu64 " more</li>\n", span->totals[FAILED] - listed);
	fprintf(out, "</ul>\n%s</article>\n", listed > FAILURES_SHOWN ? "</details>\n" : "");
}

static void put_failure(FILE *out, const struct result *r, bool explained, bool open)
{
	fputs("<li>", out);
	if (*r->instance) {
		fputs("<code>[", out);
		put_xml(out, r->instance);
		fputs("]</code> ", out);
	}
	put_xml(out, r->reason);
	if (explained && *r->explain) {
		fprintf(out, "<details%s><summary>Step by step</summary><pre>",
			open ? " open" : "");
		put_xml(out, r->explain);
		fputs("</pre></details>", out);
	}
	fputs("</li>\n", out);
}

/* ---- Topics and cases ----------------------------------------------------------------- */

static void put_number(FILE *out, uint64_t number, const char *classes)
{
	fprintf(out, "<td class=\"%s\">%" PRIu64 "</td>", classes, number);
}

static void put_topics(struct page *page)
{
	FILE *out = page->out;

	fputs("<section>\n<h2>Topics</h2>\n<div class=\"scroll\"><table>\n<thead><tr>"
	      "<th scope=\"col\">Topic</th><th scope=\"col\" class=\"n\">Cases</th>"
	      "<th scope=\"col\" class=\"n\">Passed</th><th scope=\"col\" class=\"n\">Failed</th>"
	      "<th scope=\"col\" class=\"n\">Not applicable</th>"
	      "<th scope=\"col\" class=\"n\">Not observable</th><th scope=\"col\">Share</th>"
	      "</tr></thead>\n<tbody>\n",
	      out);
	for (size_t i = 0; i < page->ntopics; i++) {
		const struct tally *t = &page->topic[i];

		fprintf(out, "<tr><td><a href=\"#topic-%zu\">", i);
		put_xml(out, t->name);
		fputs("</a></td>", out);
		put_number(out, t->cases, "n");
		for (unsigned v = 0; v < NVERDICTS; v++)
			put_number(out, t->totals[v], v == FAILED && t->totals[v] ? "n bad" : "n");
		fputs("<td>", out);
		put_bar(out, t->totals);
		fputs("</td></tr>\n", out);
	}
	fputs("</tbody>\n</table></div>\n</section>\n", out);
}

static void put_case(FILE *out, const struct case_span *span);

static void put_cases(struct page *page)
{
	FILE *out = page->out;

	fputs("<section data-group>\n<h2>Cases</h2>\n<div class=\"scroll\"><table>\n<thead><tr>"
	      "<th scope=\"col\">Verdict</th><th scope=\"col\">Case</th>"
	      "<th scope=\"col\" class=\"n\">Passed</th><th scope=\"col\" class=\"n\">Failed</th>"
	      "<th scope=\"col\" class=\"n\">Skipped</th></tr></thead>\n",
	      out);
	for (size_t i = 0; i < page->ntopics; i++) {
		struct case_span span;

		fprintf(out,
			"<tbody data-group id=\"topic-%zu\">\n<tr><th colspan=\"5\" "
			"scope=\"rowgroup\">",
			i);
		put_xml(out, page->topic[i].name);
		fputs("</th></tr>\n", out);
		for (size_t at = 0; report_case(page->report, &at, &span);)
			if (strcmp(span.first->topic, page->topic[i].name) == 0)
				put_case(out, &span);
		fputs("</tbody>\n", out);
	}
	fputs("</table></div>\n</section>\n", out);
}

/* Why the first instance that was skipped was skipped. */
static const char *reason_to_skip(const struct case_span *span)
{
	for (const struct result *r = span->first; r < span->first + span->count; r++)
		if (r->verdict == NOT_APPLICABLE || r->verdict == NOT_OBSERVABLE)
			return r->reason;
	return "";
}

static void put_case(FILE *out, const struct case_span *span)
{
	enum verdict verdict = case_verdict(span);
	const char *reason = reason_to_skip(span);

	fprintf(out, "<tr data-row=\"case\"><td class=\"v %s\">%s%s</td><td><code>",
		class_of[verdict], verdict_name(verdict), span->partial ? " in part" : "");
	put_xml(out, span->first->id);
	fputs("</code><br>", out);
	put_xml(out, span->first->why);
	fputs("<br>", out);
	put_place(out, span->first);
	fputs(" <code class=\"dim\">", out);
	put_xml(out, span->first->clauses);
	fputs("</code>", out);
	if (*reason) {
		fputs("<br><span class=\"dim\">skipped: ", out);
		put_xml(out, reason);
		fputs("</span>", out);
	}
	fputs("</td>", out);
	put_number(out, span->totals[PASSED], "n");
	put_number(out, span->totals[FAILED], span->totals[FAILED] ? "n bad" : "n");
	put_number(out, skipped(span->totals), "n");
	fputs("</tr>\n", out);
}

/* ---- Clauses ------------------------------------------------------------------------- */

static void put_clause(struct page *page, unsigned clause, bool executions);

static void put_clauses(struct page *page)
{
	FILE *out = page->out;
	bool executions = false;

	for (unsigned i = 1; i < GVI_NCLAUSES; i++)
		executions = executions || page->report->coverage->counts.clause[i].applied;
	fputs("<section data-group>\n<h2>Clauses</h2>\n<div class=\"scroll\"><table>\n<caption>The "
	      "rules of "
	      "docs/spec. "
	      "Cases name the rules that they test; the model tells which it applies while the "
	      "cases "
	      "run; exercised by those instances that passed, name it and had it applied",
	      out);
	fputs(executions ? "" : " (this device does not)", out);
	fputs(". Choose a rule to see its cases.</caption>\n<thead><tr><th "
	      "scope=\"col\">Clause</th>"
	      "<th scope=\"col\" class=\"n\">Cases</th><th scope=\"col\" class=\"n\">Passed</th>"
	      "<th scope=\"col\" class=\"n\">Failed</th><th scope=\"col\" class=\"n\">Skipped</th>"
	      "<th scope=\"col\" class=\"n\">Applied</th>"
	      "<th scope=\"col\" class=\"n\">Exercised</th></tr></thead>\n<tbody>\n",
	      out);
	for (unsigned i = 1; i < GVI_NCLAUSES; i++)
		put_clause(page, i, executions);
	fputs("</tbody>\n</table></div>\n</section>\n", out);
}

static void put_clause(struct page *page, unsigned clause, bool executions)
{
	const struct gvi_clause_info *info = &gvi_clauses[clause];
	const struct tally *t = &page->clause[clause];
	uint64_t hits = page->report->coverage->counts.clause[clause].applied;
	uint64_t exercised = page->report->coverage->counts.clause[clause].exercised;
	FILE *out = page->out;

	fprintf(out,
		"<tr data-row=\"clause\"><td><a href=\"#filter\" "
		"data-find=\"%s\"><code>%s</code></a>"
		"<br>",
		info->slug, info->slug);
	put_xml(out, info->text);
	fputs("<br><span class=\"dim\">", out);
	put_xml(out, info->file);
	fputs(" section ", out);
	put_xml(out, info->section);
	fputs(!t->cases ? "; no case</span></td>" : "</span></td>", out);
	put_number(out, t->cases, t->cases ? "n" : "n none");
	put_number(out, t->totals[PASSED], "n");
	put_number(out, t->totals[FAILED], t->totals[FAILED] ? "n bad" : "n");
	put_number(out, skipped(t->totals), "n");
	if (executions) {
		put_number(out, hits, hits ? "n" : "n none");
		put_number(out, exercised, exercised ? "n" : "n none");
	} else {
		fputs("<td class=\"n dim\">unknown</td><td class=\"n dim\">unknown</td>", out);
	}
	fputs("</tr>\n", out);
}
