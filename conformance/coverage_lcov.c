/* Coverage as LCOV's tracefile: the tables of def/ and the digest are the source
 * code, their rows and marked rules the lines.  What a row is stands in the row, so
 * that the files are read for nothing but the numbers of their lines. */
#include "conformance/coverage_show.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

enum { MAX_LINE = 4096, MAX_ID = 64 };

struct tracer {
	const struct coverage_counts *counts;
	const char *source;
	FILE *out;
	char *error;
	size_t size;
	unsigned line;
	unsigned lines, hit, branches, taken; /* of the file */
};

static bool put_file(struct tracer *t, const char *path,
		     void (*put_line)(struct tracer *t, const char *text));
static void put_rule_row(struct tracer *t, const char *text);
static void put_row(struct tracer *t, const char *text);
static void put_marks(struct tracer *t, const char *text);
static bool put_digest(struct tracer *t);

bool coverage_lcov(const struct coverage_counts *counts, const char *source, FILE *out, char *error,
		   size_t size)
{
	static const char *const tables[] = {
		"choice", "command", "dte",       "event",    "galog", "gcr3",        "irte",
		"mmio",   "ppr",     "pte_guest", "pte_host", "vapic", "ats_message", "capability"};
	struct tracer t = {
		.counts = counts, .source = source, .out = out, .error = error, .size = size};
	char path[80];
	bool good = put_file(&t, "include/goldvi/def/clause.def", put_rule_row);

	for (unsigned i = 0; good && i < sizeof tables / sizeof tables[0]; i++) {
		snprintf(path, sizeof path, "include/goldvi/def/%s.def", tables[i]);
		good = put_file(&t, path, put_row);
	}
	return good && put_digest(&t);
}

/* Rules of one file of docs/spec stand together in clause.def. */
static bool put_digest(struct tracer *t)
{
	const char *last = "";
	char path[80];

	for (unsigned i = 1; i < GVI_NCLAUSES; i++) {
		if (strcmp(gvi_clauses[i].file, last) == 0)
			continue;
		last = gvi_clauses[i].file;
		snprintf(path, sizeof path, "docs/spec/%s", last);
		if (!put_file(t, path, put_marks))
			return false;
	}
	return true;
}

/* ---- Files ------------------------------------------------------------------------- */

static bool put_file(struct tracer *t, const char *path,
		     void (*put_line)(struct tracer *t, const char *text))
{
	char whole[1024], text[MAX_LINE];
	FILE *in;

	snprintf(whole, sizeof whole, "%s/%s", t->source, path);
	in = fopen(whole, "r");
	if (!in) {
		snprintf(t->error, t->size,
			 "%s: it cannot be read (%s): --source says where the sources of goldvi "
			 "are.",
			 whole, strerror(errno));
		return false;
	}
	t->line = t->lines = t->hit = t->branches = t->taken = 0;
	fprintf(t->out, "TN:goldvi\nSF:%s\n", path);
	while (fgets(text, sizeof text, in)) {
		t->line++;
		put_line(t, text);
	}
	fclose(in);
	fprintf(t->out, "BRF:%u\nBRH:%u\nLF:%u\nLH:%u\nend_of_record\n", t->branches, t->taken,
		t->lines, t->hit);
	return true;
}

static void put_data(struct tracer *t, uint64_t count)
{
	fprintf(t->out, "DA:%u,%" PRIu64 "\n", t->line, count);
	t->lines++;
	t->hit += count != 0;
}

static void put_branch(struct tracer *t, unsigned branch, uint64_t count, bool reached)
{
	if (reached)
		fprintf(t->out, "BRDA:%u,0,%u,%" PRIu64 "\n", t->line, branch, count);
	else
		fprintf(t->out, "BRDA:%u,0,%u,-\n", t->line, branch);
	t->branches++;
	t->taken += count != 0;
}

/* ---- Rules --------------------------------------------------------------------------- */

static void put_rule_row(struct tracer *t, const char *text)
{
	char slug[MAX_ID];
	enum gvi_clause clause;

	if (sscanf(text, "CLAUSE(%*[A-Z0-9_], \"%63[a-z0-9.-]\"", slug) != 1)
		return;
	clause = gvi_find_clause(slug);
	if (clause != GVI_CLAUSE_NONE)
		put_data(t, t->counts->clause[clause].applied);
}

/* A line of several rules was reached if all of them were. */
static void put_marks(struct tracer *t, const char *text)
{
	uint64_t least = UINT64_MAX;

	while ((text = strchr(text, '[')) != NULL) {
		char slug[MAX_ID], end;
		enum gvi_clause clause;

		text++;
		if (sscanf(text, "%63[a-z0-9.-]%c", slug, &end) != 2 || end != ']')
			continue;
		clause = gvi_find_clause(slug);
		if (clause != GVI_CLAUSE_NONE && t->counts->clause[clause].applied < least)
			least = t->counts->clause[clause].applied;
	}
	if (least != UINT64_MAX)
		put_data(t, least);
}

/* ---- Choices, fields and their values --------------------------------------------------- */

static void put_choice(struct tracer *t, unsigned choice);
static void put_field(struct tracer *t, enum gvi_field_id field);
static void put_value(struct tracer *t, enum gvi_field_id field, const char *name);
static enum gvi_field_id field_of(const char *format, const char *field);

static void put_row(struct tracer *t, const char *text)
{
	char format[MAX_ID], field[MAX_ID], name[MAX_ID];

	if (sscanf(text, "CHOICE(%63[A-Z0-9_],", format) == 1)
		put_choice(t, gvi_find_choice(format));
	else if (sscanf(text, "%*1[FG](%63[A-Z0-9_], %63[A-Z0-9_],", format, field) == 2)
		put_field(t, field_of(format, field));
	else if (sscanf(text, "E(%63[A-Z0-9_], %63[A-Z0-9_], %*[^,], \"%63[^\"]\"", format, field,
			name) == 3)
		put_value(t, field_of(format, field), name);
}

static void put_choice(struct tracer *t, unsigned choice)
{
	uint64_t met = 0;

	if (choice == GVI_NCHOICES)
		return;
	for (unsigned i = 0; i < gvi_choices[choice].count; i++)
		met += t->counts->choice[choice][i];
	put_data(t, met);
	for (unsigned i = 0; i < gvi_choices[choice].count; i++)
		put_branch(t, i, t->counts->choice[choice][i], met != 0);
}

/* GVI_NFIELDS, if there is none or the IOMMU never meets it. */
static enum gvi_field_id field_of(const char *format, const char *field)
{
	enum gvi_format_id id = gvi_find_format(format);

	return id == GVI_NFORMATS || coverage_way(id) == COVERAGE_NO_WAY
		       ? GVI_NFIELDS
		       : gvi_find_field(id, field);
}

static void put_field(struct tracer *t, enum gvi_field_id field)
{
	uint64_t met;

	if (field == GVI_NFIELDS)
		return;
	met = t->counts->words[gvi_fields[field].format];
	put_data(t, met);
	for (unsigned i = 0; i < COVERAGE_NCLASSES; i++)
		if (coverage_has(field, (enum coverage_class)i))
			put_branch(t, i, t->counts->field[field][i], met != 0);
}

static void put_value(struct tracer *t, enum gvi_field_id field, const char *name)
{
	for (unsigned i = 0; field != GVI_NFIELDS && i < COVERAGE_NVALUES; i++)
		if (gvi_value_names[i].field == field && strcmp(gvi_value_names[i].name, name) == 0)
			put_data(t, t->counts->value[i]);
}
