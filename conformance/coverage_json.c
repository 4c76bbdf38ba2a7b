/* Coverage files, written. */
#include "conformance/coverage_json.h"

#include <inttypes.h>
#include <string.h>

#include "conformance/coverage_points.h"

struct writer {
	FILE *out;
	const struct coverage_counts *counts;
	struct coverage_point last;
	unsigned depth; /* objects open inside the outermost */
	bool sparse;    /* in one line, without what is 0 */
};

static void put_all(struct writer *w);
static void put(void *user, const struct coverage_point *point);
static unsigned common(const struct coverage_point *a, const struct coverage_point *b);

bool coverage_write(const struct coverage_counts *counts, FILE *out)
{
	put_all(&(struct writer){.out = out, .counts = counts});
	fputc('\n', out);
	return fflush(out) == 0 && !ferror(out);
}

void coverage_put(const struct coverage_counts *counts, FILE *out)
{
	put_all(&(struct writer){.out = out, .counts = counts, .sparse = true});
}

static void put_all(struct writer *w)
{
	fprintf(w->out, "{\"goldvi-coverage\": %d", COVERAGE_SCHEMA);
	coverage_each(put, w);
	while (w->depth--)
		fputc('}', w->out);
	fputc('}', w->out);
}

/* Objects of counters stand on a line.  Names have no characters that JSON would
 * mind. */
static void put(void *user, const struct coverage_point *point)
{
	struct writer *w = user;
	uint64_t count = coverage_count(w->counts, point);
	unsigned shared = common(&w->last, point);

	if (!count && (w->sparse || !point->goal))
		return;
	for (; w->depth > shared; w->depth--)
		fputc('}', w->out);
	for (unsigned i = shared; i < COVERAGE_DEPTH && point->key[i]; i++) {
		bool leaf = i + 1 == COVERAGE_DEPTH || !point->key[i + 1];

		fputs(i == shared ? "," : "", w->out);
		if (!w->sparse && (!leaf || !i))
			fprintf(w->out, "\n%*s", (int)i + 1, "");
		else if (!w->sparse && i == shared)
			fputc(' ', w->out);
		fprintf(w->out, "\"%s\": ", point->key[i]);
		w->depth += !leaf;
		if (leaf)
			fprintf(w->out, "%" PRIu64, count);
		else
			fputc('{', w->out);
	}
	w->last = *point;
}

/* How many keys in front are equal. */
static unsigned common(const struct coverage_point *a, const struct coverage_point *b)
{
	unsigned n = 0;

	while (n < COVERAGE_DEPTH && a->key[n] && b->key[n] && strcmp(a->key[n], b->key[n]) == 0)
		n++;
	return n;
}
