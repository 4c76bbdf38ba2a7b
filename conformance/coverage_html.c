/* Coverage as a page. */
#include <inttypes.h>
#include <string.h>

#include "conformance/coverage_show.h"
#include "conformance/escape.h"
#include "conformance/page.h"

static void put_summary(const struct coverage_counts *counts, FILE *out);
static void put_clauses(const struct coverage_counts *counts, bool missing, FILE *out);
static void put_others(const struct coverage_counts *counts, bool missing, FILE *out);

void coverage_html(const struct coverage_counts *counts, bool missing, FILE *out)
{
	page_head(out, "goldvi: coverage");
	put_summary(counts, out);
	page_filter(out, "row", "words of a rule, a choice, a field, an outcome");
	put_clauses(counts, missing, out);
	put_others(counts, missing, out);
	page_foot(out);
}

static void put_number(FILE *out, uint64_t number)
{
	fprintf(out, "<td class=\"n%s\">%" PRIu64 "</td>", number ? "" : " none", number);
}

static void put_summary(const struct coverage_counts *counts, FILE *out)
{
	struct coverage_section section[COVERAGE_NSECTIONS];
	unsigned count = coverage_sections(counts, section);

	fprintf(out,
		"<header>\n<h1>Coverage</h1>\n<p class=\"dim\">%" PRIu64 " runs, %" PRIu64
		" tests.</p>\n<div class=\"scroll\"><table>\n<thead><tr><th "
		"scope=\"col\">Section</th>"
		"<th scope=\"col\" class=\"n\">Goals</th><th scope=\"col\" class=\"n\">Reached</th>"
		"<th scope=\"col\" class=\"n\">Missing</th><th scope=\"col\" "
		"class=\"n\">Excused</th>"
		"</tr></thead>\n<tbody>\n",
		counts->runs, counts->tests);
	for (unsigned i = 0; i < count; i++) {
		const struct coverage_section *s = &section[i];

		fprintf(out,
			"<tr><td>%s</td><td class=\"n\">%u</td><td class=\"n\">%u</td>"
			"<td class=\"n\">%u</td><td class=\"n\">%u</td></tr>\n",
			s->name, s->goals, s->reached, s->goals - s->reached - s->excused,
			s->excused);
	}
	fputs("</tbody>\n</table></div>\n</header>\n", out);
}

/* ---- Rules ------------------------------------------------------------------------- */

static void put_clause(const struct coverage_counts *counts, unsigned clause, FILE *out);

static void put_clauses(const struct coverage_counts *counts, bool missing, FILE *out)
{
	fputs("<section data-group>\n<h2>Rules</h2>\n<div "
	      "class=\"scroll\"><table>\n<caption>Applied: the "
	      "code was at the rule. Reported: calls that said so. Named: tests that passed and "
	      "name the "
	      "rule; exercised: those of them in which it was applied.</caption>\n<thead><tr>"
	      "<th scope=\"col\">Rule</th><th scope=\"col\" class=\"n\">Applied</th>"
	      "<th scope=\"col\" class=\"n\">Reported</th><th scope=\"col\" class=\"n\">Named</th>"
	      "<th scope=\"col\" class=\"n\">Exercised</th><th scope=\"col\">Calls, by outcome</th>"
	      "</tr></thead>\n<tbody>\n",
	      out);
	for (unsigned i = 1; i < GVI_NCLAUSES; i++) {
		uint64_t applied = counts->clause[i].applied;

		if (!missing || !applied || !counts->clause[i].reported ||
		    !counts->clause[i].named || !counts->clause[i].exercised)
			put_clause(counts, i, out);
	}
	fputs("</tbody>\n</table></div>\n</section>\n", out);
}

static void put_clause(const struct coverage_counts *counts, unsigned clause, FILE *out)
{
	const struct gvi_clause_info *info = &gvi_clauses[clause];
	const char *comma = "";

	fprintf(out, "<tr data-row=\"row\"><td><code>%s</code><br>", info->slug);
	put_xml(out, info->text);
	fprintf(out, "<br><span class=\"dim\">%s section ", info->file);
	put_xml(out, info->section);
	fputs("</span></td>", out);
	put_number(out, counts->clause[clause].applied);
	put_number(out, counts->clause[clause].reported);
	put_number(out, counts->clause[clause].named);
	put_number(out, counts->clause[clause].exercised);
	fputs("<td>", out);
	for (unsigned i = 0; i < COVERAGE_NOUTCOMES; i++) {
		uint64_t calls = counts->clause[clause].outcome[i];

		if (!calls)
			continue;
		fprintf(out, "%s%s&nbsp;%" PRIu64, comma,
			coverage_outcome_name((enum coverage_outcome)i), calls);
		comma = ", ";
	}
	fputs("</td></tr>\n", out);
}

/* ---- All others: a row for each object of the file, a section for each format ---------- */

struct tables {
	const struct coverage_counts *counts;
	FILE *out;
	bool only_missing;
	struct coverage_point row[32]; /* of the same keys but the last */
	unsigned count;
	const char *title[2];
};

static void gather(void *user, const struct coverage_point *point);
static void put_row(struct tables *t);

static void put_others(const struct coverage_counts *counts, bool missing, FILE *out)
{
	struct tables t = {.counts = counts, .out = out, .only_missing = missing};

	coverage_each(gather, &t);
	put_row(&t);
	if (t.title[0])
		fputs("</tbody>\n</table></div>\n</section>\n", out);
}

static unsigned depth_of(const struct coverage_point *point);
static bool is_sibling(const struct coverage_point *a, const struct coverage_point *b);

static void gather(void *user, const struct coverage_point *point)
{
	struct tables *t = user;

	if (!point->goal || strcmp(point->key[0], "clauses") == 0)
		return;
	if (t->count == sizeof t->row / sizeof t->row[0] ||
	    (t->count && !is_sibling(&t->row[0], point)))
		put_row(t);
	t->row[t->count++] = *point;
}

static unsigned depth_of(const struct coverage_point *point)
{
	unsigned depth = 0;

	while (depth < COVERAGE_DEPTH && point->key[depth])
		depth++;
	return depth;
}

static bool is_sibling(const struct coverage_point *a, const struct coverage_point *b)
{
	unsigned depth = depth_of(a);

	if (depth_of(b) != depth)
		return false;
	for (unsigned i = 0; i + 1 < depth; i++)
		if (strcmp(a->key[i], b->key[i]) != 0)
			return false;
	return true;
}

static void put_title(struct tables *t, const char *section, const char *group);
static void put_point(const struct tables *t, const struct coverage_point *point);

static void put_row(struct tables *t)
{
	unsigned depth = t->count ? depth_of(&t->row[0]) : 0, shown = !t->only_missing;

	for (unsigned i = 0; i < t->count; i++)
		shown += !coverage_count(t->counts, &t->row[i]);
	if (t->count && shown) {
		const struct coverage_point *first = &t->row[0];

		put_title(t, first->key[0], depth == 4 ? first->key[1] : NULL);
		fprintf(t->out, "<tr data-row=\"row\"><td><code>%s</code></td><td>",
			depth < 3 ? first->key[0] : first->key[depth - 2]);
		for (unsigned i = 0; i < t->count; i++)
			put_point(t, &t->row[i]);
		fputs("</td></tr>\n", t->out);
	}
	t->count = 0;
}

static void put_title(struct tables *t, const char *section, const char *group)
{
	if (t->title[0] && strcmp(t->title[0], section) == 0 &&
	    (!group || strcmp(t->title[1], group) == 0))
		return;
	if (t->title[0])
		fputs("</tbody>\n</table></div>\n</section>\n", t->out);
	fprintf(t->out,
		"<section data-group>\n<h2>%s%s%s</h2>\n<div class=\"scroll\"><table>\n<tbody>\n",
		section, group ? " of " : "", group ? group : "");
	t->title[0] = section;
	t->title[1] = group;
}

static void put_point(const struct tables *t, const struct coverage_point *point)
{
	uint64_t count = coverage_count(t->counts, point);
	const char *excuse = count ? NULL : coverage_excuse(point);

	fprintf(t->out, "<span class=\"%s\"", count ? "" : excuse ? "dim" : "bad");
	if (excuse) {
		fputs(" title=\"", t->out);
		put_xml(t->out, excuse);
		fputc('"', t->out);
	}
	fprintf(t->out, ">%s&nbsp;%" PRIu64 "</span> ", point->key[depth_of(point) - 1], count);
}
