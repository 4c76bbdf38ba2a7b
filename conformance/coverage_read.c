/* Coverage files, read.  A file is hostile: objects, names and numbers are all that
 * there may be, and every number has a counter. */
#include "conformance/coverage_json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/coverage_points.h"

enum { MAX_BYTES = 4 << 20, MAX_NAME = 64 };

struct parser {
	const char *name, *at, *end;
	unsigned line;
	struct coverage_point *point;
	size_t npoints, next; /* next: where the last one was found, as files are in order */
	uint8_t *met;
	char key[COVERAGE_DEPTH][MAX_NAME];
	unsigned depth;
	struct coverage_counts read;
	char *error;
	size_t size;
};

static char *load(const char *path, size_t *length, char *error, size_t size);
static bool parse(struct parser *p);

bool coverage_read(const char *path, struct coverage_counts *counts, char *error, size_t size)
{
	size_t length;
	char *text = load(path, &length, error, size);
	bool good = text && coverage_parse(path, text, length, counts, error, size);

	free(text);
	return good;
}

static char *load(const char *path, size_t *length, char *error, size_t size)
{
	FILE *in = fopen(path, "rb");
	char *text = in ? malloc(MAX_BYTES + 1) : NULL;

	if (!text) {
		snprintf(error, size, "%s: it cannot be read: %s.", path, strerror(errno));
	} else {
		*length = fread(text, 1, MAX_BYTES + 1, in);
		if (ferror(in) || *length > MAX_BYTES) {
			snprintf(error, size, "%s: %s.", path,
				 ferror(in) ? "it cannot be read" : "it has more than 4 MiB");
			free(text);
			text = NULL;
		}
	}
	if (in)
		fclose(in);
	return text;
}

static void count_point(void *user, const struct coverage_point *point);
static void keep_point(void *user, const struct coverage_point *point);

bool coverage_parse(const char *name, const char *text, size_t length,
		    struct coverage_counts *counts, char *error, size_t size)
{
	struct parser *p = calloc(1, sizeof *p);
	bool good = false;

	if (p) {
		p->name = name;
		p->at = text;
		p->end = text + length;
		p->line = 1;
		p->error = error;
		p->size = size;
		coverage_each(count_point, p);
		p->point = calloc(p->npoints, sizeof *p->point);
		p->met = calloc(p->npoints, 1);
		p->npoints = 0;
	}
	if (p && p->point && p->met) {
		coverage_each(keep_point, p);
		good = parse(p);
	} else {
		snprintf(error, size, "%s: memory ran out.", name);
	}
	if (good)
		coverage_merge(counts, &p->read);
	if (p) {
		free(p->point);
		free(p->met);
	}
	free(p);
	return good;
}

static void count_point(void *user, const struct coverage_point *point)
{
	struct parser *p = user;

	(void)point;
	p->npoints++;
}

static void keep_point(void *user, const struct coverage_point *point)
{
	struct parser *p = user;

	p->point[p->npoints++] = *point;
}

/* ---- JSON, as far as it is used ------------------------------------------------- */

static bool complain(struct parser *p, const char *format, ...);
static void skip_space(struct parser *p);
static bool take_version(struct parser *p);
static bool take_members(struct parser *p);
static bool take_name(struct parser *p, char name[MAX_NAME]);
static bool take_number(struct parser *p, uint64_t *number);
static bool take(struct parser *p, char c);
static bool expect(struct parser *p, char c);
static bool store(struct parser *p, uint64_t count);

static bool parse(struct parser *p)
{
	if (!expect(p, '{') || !take_version(p))
		return false;
	if (take(p, ',') && !take_members(p))
		return false;
	if (!expect(p, '}'))
		return false;
	skip_space(p);
	return p->at == p->end || complain(p, "something follows the end");
}

static bool take_version(struct parser *p)
{
	char name[MAX_NAME];
	uint64_t version;

	if (!take_name(p, name) || !expect(p, ':'))
		return false;
	if (strcmp(name, "goldvi-coverage") != 0)
		return complain(p, "this is no coverage: \"goldvi-coverage\" comes first");
	if (!take_number(p, &version))
		return false;
	return version == COVERAGE_SCHEMA ||
	       complain(p, "it has schema %" PRIu64 ", and %d is understood", version,
			COVERAGE_SCHEMA);
}

/* What stands between braces, and is not empty. */
static bool take_members(struct parser *p)
{
	do {
		uint64_t count;
		bool good;

		if (p->depth == COVERAGE_DEPTH)
			return complain(p, "objects are nested too deeply");
		if (!take_name(p, p->key[p->depth]) || !expect(p, ':'))
			return false;
		p->depth++;
		if (take(p, '{'))
			good = take(p, '}') || (take_members(p) && expect(p, '}'));
		else
			good = take_number(p, &count) && store(p, count);
		if (!good)
			return false;
		p->depth--;
	} while (take(p, ','));
	return true;
}

static bool is_here(const struct parser *p, const struct coverage_point *point);

/* The counter that the keys name. */
static bool store(struct parser *p, uint64_t count)
{
	for (size_t i = 0; i < p->npoints; i++) {
		size_t at = p->next + i < p->npoints ? p->next + i : p->next + i - p->npoints;

		if (!is_here(p, &p->point[at]))
			continue;
		if (p->met[at])
			return complain(p, "the counter \"%s\" is there twice",
					p->key[p->depth - 1]);
		p->met[at] = 1;
		p->next = at;
		memcpy((char *)&p->read + p->point[at].at, &count, sizeof count);
		return true;
	}
	return complain(p, "there is no counter \"%s\" here", p->key[p->depth - 1]);
}

static bool is_here(const struct parser *p, const struct coverage_point *point)
{
	if (p->depth < COVERAGE_DEPTH && point->key[p->depth])
		return false;
	for (unsigned i = p->depth; i-- > 0;)
		if (!point->key[i] || strcmp(point->key[i], p->key[i]) != 0)
			return false;
	return true;
}

/* ---- Signs ------------------------------------------------------------------------ */

/* Names of counters have neither escapes nor control characters. */
static bool take_name(struct parser *p, char name[MAX_NAME])
{
	size_t length = 0;

	if (!expect(p, '"'))
		return false;
	for (; p->at < p->end && *p->at != '"'; p->at++) {
		if (length + 1 == MAX_NAME || *p->at < ' ' || *p->at > '~' || *p->at == '\\')
			return complain(p, "a name of a counter is expected");
		name[length++] = *p->at;
	}
	name[length] = '\0';
	return expect(p, '"');
}

static bool take_number(struct parser *p, uint64_t *number)
{
	const char *from;

	skip_space(p);
	from = p->at;
	for (*number = 0; p->at < p->end && *p->at >= '0' && *p->at <= '9'; p->at++) {
		*number = 10 * *number + (uint64_t)(*p->at - '0');
		if (*number > COVERAGE_FULL || (*from == '0' && p->at > from))
			return complain(p, "a count is a whole number below 2^53");
	}
	return p->at > from || complain(p, "a count is a whole number below 2^53");
}

static bool expect(struct parser *p, char c)
{
	return take(p, c) || complain(p, "'%c' is expected", c);
}

/* The sign, if it is there, behind whatever space. */
static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

static void skip_space(struct parser *p)
{
	for (; p->at < p->end && strchr(" \t\r\n", *p->at) && *p->at; p->at++)
		p->line += *p->at == '\n';
}

static bool complain(struct parser *p, const char *format, ...)
{
	int n = snprintf(p->error, p->size, "%s:%u: ", p->name, p->line);
	size_t used = n < 0 ? 0 : (size_t)n < p->size ? (size_t)n : p->size - 1;
	va_list list;

	va_start(list, format);
	n = vsnprintf(p->error + used, p->size - used, format, list);
	va_end(list);
	used += n < 0 ? 0 : (size_t)n < p->size - used ? (size_t)n : p->size - used - 1;
	snprintf(p->error + used, p->size - used, ".");
	return false;
}
