/* Results to lines of JSON, and back. */
#include "conformance/results.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/coverage_json.h"
#include "conformance/escape.h"

const char results_block[] = "{\"block\": ";
static const char head_key[] = "goldvi_results", coverage_key[] = "coverage",
		  end_line[] = "{\"end\": true}";

void results_free_head(struct results_head *head)
{
	free(head->device);
	free(head->options);
	free(head->held);
	*head = (struct results_head){0};
}

static bool is_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

bool results_same_run(const struct results_head *a, const struct results_head *b)
{
	return a->mark == b->mark && a->shards == b->shards && is_text(a->device, b->device) &&
	       is_text(a->options, b->options) && is_text(a->held, b->held);
}

/* ---- Writing ------------------------------------------------------------------ */

static void put_text(FILE *out, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	fprintf(out, ", \"%s\": ", key);
	put_json(out, value);
}

void results_put_head(FILE *out, const struct results_head *head)
{
	fprintf(out, "{\"%s\": %d, \"mark\": \"%016" PRIx64 "\", \"shard\": %u, \"shards\": %u",
		head_key, RESULTS_VERSION, head->mark, head->shard + 1, head->shards);
	put_text(out, "device", head->device);
	put_text(out, "options", head->options);
	put_text(out, "held", head->held);
	fputs("}\n", out);
}

void results_put(FILE *out, const struct result *r)
{
	fprintf(out, "{\"number\": %" PRIu64, r->number);
	put_text(out, "id", r->id);
	put_text(out, "instance", r->instance);
	put_text(out, "verdict", verdict_name(r->verdict));
	if (r->partial)
		fputs(", \"partial\": true", out);
	put_text(out, "reason", r->reason);
	put_text(out, "shown", r->shown);
	put_text(out, "topic", r->topic);
	put_text(out, "file", r->file);
	fprintf(out, ", \"line\": %u", r->line);
	put_text(out, "why", r->why);
	put_text(out, "clauses", r->clauses);
	put_text(out, "explain", r->explain);
	fprintf(out, ", \"seconds\": %.6f}\n", r->seconds);
}

void results_put_block(FILE *out, size_t count, const struct coverage_counts *counts,
		       double seconds)
{
	fprintf(out, "%s%zu, \"seconds\": %.6f, \"%s\": ", results_block, count, seconds,
		coverage_key);
	coverage_put(counts, out);
	fputs("}\n", out);
}

void results_put_end(FILE *out)
{
	fprintf(out, "%s\n", end_line);
}

/* ---- Lines -------------------------------------------------------------------- */

/* What one member of a flat object is. */
struct member {
	char *key, *text;   /* text: NULL for numbers, true, false and objects */
	const char *object; /* as it stands there, or NULL */
	size_t length;      /* of it */
	double number;
	uint64_t whole; /* the number, if it is a natural one */
};

static char *take_member(char *p, struct member *m);
static char *take_string(char *p, char **text);
static char *take_object(char *p, struct member *m);

/* Goes through the members of a line; false if it is no object, or `take` says so. */
static bool each_member(char *line, bool (*take)(void *user, const struct member *m), void *user)
{
	char *p = line;

	if (*p++ != '{')
		return false;
	for (bool first = true; *p != '}'; first = false) {
		struct member m = {0};

		if (!first && (*p++ != ',' || *p++ != ' '))
			return false;
		p = take_member(p, &m);
		if (!p || !take(user, &m))
			return false;
	}
	return p[1] == '\0';
}

static char *take_member(char *p, struct member *m)
{
	char *end;

	p = take_string(p, &m->key);
	if (!p || p[0] != ':' || p[1] != ' ')
		return NULL;
	p += 2;
	if (*p == '"')
		return take_string(p, &m->text);
	if (*p == '{')
		return take_object(p, m);
	if (strncmp(p, "true", 4) == 0)
		return m->number = 1, m->whole = 1, p + 4;
	if (strncmp(p, "false", 5) == 0)
		return p + 5;
	if (*p < '0' || *p > '9')
		return NULL;
	errno = 0;
	m->whole = strtoull(p, &end, 10);
	m->number = strtod(p, &end);
	return errno ? NULL : end;
}

/* To the brace that closes it: what is inside whoever wants it has to read. */
static char *take_object(char *p, struct member *m)
{
	size_t depth = 0;

	m->object = p;
	do {
		p += strcspn(p, "{}");
		if (!*p)
			return NULL;
		depth += *p == '{' ? 1 : (size_t)-1;
		p++;
	} while (depth);
	m->length = (size_t)(p - m->object);
	return p;
}

static char *take_escape(char *p, char **to);

/* Unescapes in place. */
static char *take_string(char *p, char **text)
{
	char *to = ++p;

	if (p[-1] != '"')
		return NULL;
	*text = to;
	while (*p && *p != '"') {
		if (*p != '\\')
			*to++ = *p++;
		else if (!(p = take_escape(p + 1, &to)))
			return NULL;
	}
	if (!*p)
		return NULL;
	*to = '\0';
	return p + 1;
}

/* Our own files have no characters beyond 7Fh in the form \u; they are not kept. */
static char *take_escape(char *p, char **to)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *at = *p ? strchr(names, *p) : NULL;
	unsigned code;

	if (at) {
		*(*to)++ = values[at - names];
		return p + 1;
	}
	if (*p != 'u' || strspn(p + 1, "0123456789abcdefABCDEF") < 4 ||
	    sscanf(p + 1, "%4x", &code) != 1)
		return NULL;
	*(*to)++ = code && code < 0x80 ? (char)code : '?';
	return p + 5;
}

/* ---- Reading -------------------------------------------------------------------- */

struct block {
	struct report *report;
	struct result result;
	size_t count, said;
	bool ended, named;
};

static bool take_result(void *user, const struct member *m);
static bool take_block(void *user, const struct member *m);

static bool refuse(char *error, size_t size, const char *why)
{
	snprintf(error, size, "%s", why);
	return false;
}

bool results_take(struct report *report, char *block, char *error, size_t size)
{
	struct block b = {.report = report};

	for (char *line = block, *next; *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (b.ended)
			return refuse(error, size, "a block goes on after its end");
		b.ended = strncmp(line, results_block, strlen(results_block)) == 0;
		b.named = false;
		b.result = (struct result){.verdict = NVERDICTS};
		if (!each_member(line, b.ended ? take_block : take_result, &b))
			return refuse(error, size, "a line is no result");
		if (b.ended)
			continue;
		if (b.result.verdict == NVERDICTS || !b.result.id || !b.named)
			return refuse(error, size, "a result lacks its number, id or verdict");
		b.count++;
		if (!report_add(report, &b.result))
			return refuse(error, size, "memory ran out");
	}
	return (b.ended && b.count == b.said) ||
	       refuse(error, size, "a block does not have the results that it counts");
}

static bool take_result(void *user, const struct member *m)
{
	struct block *b = user;
	struct result *r = &b->result;
	struct {
		const char *key;
		char **text;
	} const texts[] = {
		{"id", &r->id},         {"instance", &r->instance}, {"topic", &r->topic},
		{"file", &r->file},     {"why", &r->why},           {"clauses", &r->clauses},
		{"reason", &r->reason}, {"explain", &r->explain},   {"shown", &r->shown}};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(m->key, texts[i].key) == 0)
			return *texts[i].text = m->text, m->text != NULL;
	if (strcmp(m->key, "number") == 0)
		return b->named = true, r->number = m->whole, true;
	if (strcmp(m->key, "line") == 0)
		return r->line = (unsigned)m->whole, true;
	if (strcmp(m->key, "seconds") == 0)
		return r->seconds = m->number, true;
	if (strcmp(m->key, "partial") == 0)
		return r->partial = m->whole, true;
	if (strcmp(m->key, "verdict") != 0 || !m->text)
		return false;
	for (r->verdict = PASSED; r->verdict < NVERDICTS; r->verdict++)
		if (strcmp(m->text, verdict_name(r->verdict)) == 0)
			return true;
	return false;
}

static bool take_block(void *user, const struct member *m)
{
	struct block *b = user;
	char why[256]; /* the line is refused as a whole */

	if (strcmp(m->key, "block") == 0)
		return b->said = (size_t)m->whole, true;
	if (strcmp(m->key, "seconds") == 0)
		return b->report->seconds += m->number, true;
	return strcmp(m->key, coverage_key) == 0 && m->object &&
	       coverage_parse(coverage_key, m->object, m->length, &b->report->coverage->counts, why,
			      sizeof why);
}

static bool take_head(void *user, const struct member *m)
{
	struct results_head *h = user;
	struct {
		const char *key;
		char **text;
	} const texts[] = {{"device", &h->device}, {"options", &h->options}, {"held", &h->held}};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(m->key, texts[i].key) == 0 && m->text && !*texts[i].text)
			return (*texts[i].text = strdup(m->text)) != NULL;
	if (strcmp(m->key, "mark") == 0 && m->text)
		return sscanf(m->text, "%16" SCNx64, &h->mark) == 1;
	if (strcmp(m->key, "shard") == 0)
		return h->shard = (unsigned)m->whole - 1, m->whole > 0;
	if (strcmp(m->key, "shards") == 0)
		return h->shards = (unsigned)m->whole, m->whole > 0 && m->whole < UINT32_MAX;
	return strcmp(m->key, head_key) == 0 && m->whole == RESULTS_VERSION;
}

static char *whole_file(const char *path, char *error, size_t size);
static char *block_end(char *block);

bool results_read(const char *path, struct results_file *file, struct report *report, char *error,
		  size_t size)
{
	char *text = whole_file(path, error, size), *at = text, *end, why[256] = "";
	bool good = text != NULL;

	*file = (struct results_file){0};
	if (good && at[strcspn(at, "\n")]) {
		end = at + strcspn(at, "\n");
		*end = '\0';
		good = each_member(at, take_head, &file->head) && file->head.device &&
		       file->head.shard < file->head.shards;
		at = end + 1;
	} else {
		good = false;
	}
	if (text && !good)
		snprintf(error, size, "%s: it does not begin as a file of results does", path);
	while (good && (end = block_end(at)) != NULL) {
		end[-1] = '\0';
		good = results_take(report, at, why, sizeof why);
		at = end;
		if (!good)
			snprintf(error, size, "%s: %s", path, why);
	}
	file->ended = good && strncmp(at, end_line, sizeof end_line - 1) == 0;
	file->length = (long)(at - text);
	free(text);
	return good;
}

/* Behind the line that ends the block; NULL if it has none. */
static char *block_end(char *block)
{
	for (char *line = block, *next; (next = strchr(line, '\n')) != NULL; line = next + 1)
		if (strncmp(line, results_block, strlen(results_block)) == 0)
			return next + 1;
	return NULL;
}

/* With an end mark. */
static char *whole_file(const char *path, char *error, size_t size)
{
	FILE *in = fopen(path, "rb");
	size_t room = 0, length = 0, got = 1;
	char *text = NULL;

	while (in && got) {
		if (room - length < 2) {
			char *grown = realloc(text, room = room ? 2 * room : 1 << 16);

			if (!grown)
				break;
			text = grown;
		}
		got = fread(text + length, 1, room - 1 - length, in);
		length += got;
	}
	if (!in || got || ferror(in)) {
		snprintf(error, size, "%s: %s", path, strerror(errno ? errno : ENOMEM));
		free(text);
		text = NULL;
	} else {
		text[length] = '\0';
	}
	if (in)
		fclose(in);
	return text;
}
