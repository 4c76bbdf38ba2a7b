/* A strict reading of YAML over the events of libyaml. */
#include "conformance/yaml.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

enum {
	MAX_BYTES = 4 << 20,
	MAX_NODES = 200000,
	MAX_DEPTH = 32,
	MAX_KEYS = 256 /* of one mapping */
};

struct builder {
	struct yaml_file *file;
	struct yaml_node *open[MAX_DEPTH]; /* lists and mappings around the next node */
	struct yaml_node *entry;           /* a key waits for its value */
	unsigned depth, nodes, documents;
	char *error;
	size_t size;
};

static bool load(const char *path, char **text, size_t *length, char *error, size_t size);
static bool build(struct builder *b, yaml_parser_t *parser, const char *text);
static uint32_t count_lines(const char *text, size_t length);

struct yaml_file *yaml_read(const char *path, char *error, size_t size)
{
	struct yaml_file *file;
	size_t length;
	char *text;

	if (!load(path, &text, &length, error, size))
		return NULL;
	file = yaml_parse(path, text, length, error, size);
	free(text);
	return file;
}

struct yaml_file *yaml_parse(const char *name, const char *text, size_t length, char *error,
			     size_t size)
{
	struct arena arena = {0};
	struct yaml_file *file = arena_alloc(&arena, sizeof *file);
	struct builder b = {.file = file, .error = error, .size = size};
	yaml_parser_t parser;
	bool built = false;

	file->arena = arena;
	file->name = arena_text(&file->arena, name, strlen(name));
	file->lines = count_lines(text, length);
	if (length > MAX_BYTES) {
		snprintf(error, size, "%s:1:1: The file is larger than 4 MiB.", name);
	} else if (!yaml_parser_initialize(&parser)) {
		snprintf(error, size, "%s:1:1: There is not enough memory to read it.", name);
	} else {
		yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
		yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
		built = build(&b, &parser, text);
		yaml_parser_delete(&parser);
	}
	if (built)
		return file;
	yaml_release(file);
	return NULL;
}

/* The file lies in its own arena. */
void yaml_release(struct yaml_file *file)
{
	if (file) {
		struct arena arena = file->arena;

		arena_free(&arena);
	}
}

static uint32_t count_lines(const char *text, size_t length)
{
	uint32_t lines = length && text[length - 1] != '\n';

	for (size_t i = 0; i < length; i++)
		lines += text[i] == '\n';
	return lines;
}

/* ---- The bytes of a file ------------------------------------------------ */

static bool slurp(int fd, const char *path, char **text, size_t *length, char *error, size_t size);
static size_t read_all(int fd, char *to, size_t length);

/* Non-blocking, so that a pipe without a writer does not hang us. */
static bool load(const char *path, char **text, size_t *length, char *error, size_t size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	bool done;

	if (fd < 0) {
		snprintf(error, size, "%s:1:1: The file cannot be opened: %s.", path,
			 strerror(errno));
		return false;
	}
	done = slurp(fd, path, text, length, error, size);
	close(fd);
	return done;
}

static bool slurp(int fd, const char *path, char **text, size_t *length, char *error, size_t size)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		snprintf(error, size, "%s:1:1: This is not a regular file.", path);
		return false;
	}
	if (st.st_size > MAX_BYTES) {
		snprintf(error, size, "%s:1:1: The file is larger than 4 MiB.", path);
		return false;
	}
	*text = malloc((size_t)st.st_size + 1);
	if (!*text) {
		snprintf(error, size, "%s:1:1: There is not enough memory to read it.", path);
		return false;
	}
	*length = read_all(fd, *text, (size_t)st.st_size);
	return true;
}

/* A file that shrinks or fails under us ends early; the parser says what is missing. */
static size_t read_all(int fd, char *to, size_t length)
{
	size_t done = 0;
	ssize_t n = 1;

	while (done < length && n > 0) {
		n = read(fd, to + done, length - done);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			done += (size_t)n;
	}
	return done;
}

/* ---- Building the tree -------------------------------------------------- */

static bool take(struct builder *b, const yaml_event_t *event);
static bool refuse(struct builder *b, yaml_mark_t mark, const char *format, ...);
static bool refuse_syntax(struct builder *b, const yaml_parser_t *parser, const char *text);

static bool build(struct builder *b, yaml_parser_t *parser, const char *text)
{
	bool going = true, end = false;

	while (going && !end) {
		yaml_event_t event;

		if (!yaml_parser_parse(parser, &event))
			return refuse_syntax(b, parser, text);
		end = event.type == YAML_STREAM_END_EVENT;
		going = take(b, &event);
		yaml_event_delete(&event);
	}
	if (going && !b->file->root)
		return refuse(b, (yaml_mark_t){0}, "The file is empty.");
	return going;
}

static bool open_document(struct builder *b, const yaml_event_t *event);
static bool add_collection(struct builder *b, const yaml_event_t *event, enum yaml_kind kind,
			   const unsigned char *anchor, const unsigned char *tag);
static bool add_scalar(struct builder *b, const yaml_event_t *event);
static void close_collection(struct builder *b);

static bool take(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return open_document(b, event);
	case YAML_ALIAS_EVENT:
		return refuse(b, event->start_mark, "Aliases are not allowed.");
	case YAML_SCALAR_EVENT:
		return add_scalar(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return add_collection(b, event, YAML_LIST, event->data.sequence_start.anchor,
				      event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return add_collection(b, event, YAML_MAP, event->data.mapping_start.anchor,
				      event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		close_collection(b);
		return true;
	default:
		return true;
	}
}

static bool open_document(struct builder *b, const yaml_event_t *event)
{
	if (b->documents++)
		return refuse(b, event->start_mark, "A file holds one document only.");
	if (event->data.document_start.version_directive ||
	    event->data.document_start.tag_directives.start !=
		    event->data.document_start.tag_directives.end)
		return refuse(b, event->start_mark, "Directives are not allowed.");
	return true;
}

static bool check_node(struct builder *b, yaml_mark_t mark, const unsigned char *anchor,
		       const unsigned char *tag);
static struct yaml_node *new_node(struct builder *b, yaml_mark_t mark, enum yaml_kind kind);
static bool waits_for_key(const struct builder *b);
static bool add_key(struct builder *b, yaml_mark_t mark, const char *text);
static const char *objection(const char *text, bool is_key);
static void mark_dynamic(struct builder *b);

static bool add_collection(struct builder *b, const yaml_event_t *event, enum yaml_kind kind,
			   const unsigned char *anchor, const unsigned char *tag)
{
	struct yaml_node *node;

	if (!check_node(b, event->start_mark, anchor, tag))
		return false;
	if (waits_for_key(b))
		return refuse(b, event->start_mark, "A key must be a word, not a list or mapping.");
	if (b->depth == MAX_DEPTH)
		return refuse(b, event->start_mark, "The nesting is deeper than 32.");
	node = new_node(b, event->start_mark, kind);
	b->open[b->depth++] = node;
	return true;
}

static void close_collection(struct builder *b)
{
	b->depth--;
}

static bool add_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t length = event->data.scalar.length;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE, key = waits_for_key(b);
	const char *no = plain ? objection(text, key) : NULL;
	struct yaml_node *node;

	if (!check_node(b, event->start_mark, event->data.scalar.anchor, event->data.scalar.tag))
		return false;
	if (strlen(text) != length)
		return refuse(b, event->start_mark, "A text must not contain the NUL character.");
	if (no)
		return refuse(b, event->start_mark, no, text);
	if (key)
		return add_key(b, event->start_mark, text);
	node = new_node(b, event->start_mark, YAML_SCALAR);
	node->plain = plain;
	node->text = arena_text(&b->file->arena, text, length);
	if (strstr(text, "${")) {
		node->dynamic = true;
		mark_dynamic(b);
	}
	return true;
}

static bool check_node(struct builder *b, yaml_mark_t mark, const unsigned char *anchor,
		       const unsigned char *tag)
{
	if (anchor)
		return refuse(b, mark, "Anchors are not allowed.");
	if (tag)
		return refuse(b, mark, "Tags are not allowed.");
	if (++b->nodes > MAX_NODES)
		return refuse(b, mark, "The file has more than 200000 nodes.");
	return true;
}

static bool waits_for_key(const struct builder *b)
{
	return b->depth && b->open[b->depth - 1]->kind == YAML_MAP && !b->entry;
}

/* The node of an entry exists from its key on. */
static struct yaml_node *new_entry(struct builder *b)
{
	struct yaml_node *node = arena_alloc(&b->file->arena, sizeof *node);

	if (b->depth) {
		struct yaml_node *parent = b->open[b->depth - 1];

		if (parent->last)
			parent->last->next = node;
		else
			parent->first = node;
		parent->last = node;
		parent->count++;
	} else {
		b->file->root = node;
	}
	return node;
}

static struct yaml_node *new_node(struct builder *b, yaml_mark_t mark, enum yaml_kind kind)
{
	struct yaml_node *node = b->entry ? b->entry : new_entry(b);

	b->entry = NULL;
	node->kind = (uint8_t)kind;
	node->line = (uint32_t)mark.line + 1;
	node->column = (uint32_t)mark.column + 1;
	return node;
}

static bool add_key(struct builder *b, yaml_mark_t mark, const char *text)
{
	struct yaml_node *map = b->open[b->depth - 1];

	for (const struct yaml_node *n = map->first; n; n = n->next)
		if (strcmp(n->key, text) == 0)
			return refuse(b, mark, "The key `%.80s` appears twice; first in line %u.",
				      text, (unsigned)n->key_line);
	if (map->count == MAX_KEYS)
		return refuse(b, mark, "The mapping has more than 256 keys.");
	b->entry = new_entry(b);
	b->entry->key = arena_text(&b->file->arena, text, strlen(text));
	b->entry->key_line = (uint32_t)mark.line + 1;
	b->entry->key_column = (uint32_t)mark.column + 1;
	return true;
}

static void mark_dynamic(struct builder *b)
{
	for (unsigned i = 0; i < b->depth; i++)
		b->open[i]->dynamic = true;
}

/* ---- What a plain scalar must not look like ------------------------------ */

static bool is_one_of(const char *text, const char *const *words);
static bool looks_numeric(const char *text);
static unsigned digit_value(char c);

/* A format with one %s for the text, or NULL. */
static const char *objection(const char *text, bool is_key)
{
	static const char *const booleans[] = {"yes", "no", "on", "off", "true", "false", NULL};
	static const char *const nulls[] = {"", "~", "null", NULL};
	uint64_t value;

	if (is_one_of(text, nulls))
		return is_key ? "The key is missing." : "The value is missing.";
	if (is_one_of(text, booleans) && !is_key)
		return "`%s` is a boolean: write 0 or 1, or quote it.";
	if (!looks_numeric(text))
		return NULL;
	if (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
		return "`%.80s` looks octal: write it without leading zeros, or quote it.";
	if (!yaml_number(text, &value))
		return "`%.80s` is neither decimal nor 0x hexadecimal: quote it if it is a text.";
	if (value > UINT64_C(1) << 53)
		return "`%.80s` passes 2^53: quote it.";
	return NULL;
}

static bool is_one_of(const char *text, const char *const *words)
{
	while (*words && strcasecmp(text, *words) != 0)
		words++;
	return *words;
}

/* What one or another version of YAML takes for a number or date. */
static bool looks_numeric(const char *text)
{
	const char *p = text + (text[0] == '+' || text[0] == '-');

	if (p[0] == '0' && p[1] && strchr("xXoObB", p[1]))
		return true;
	if (strcasecmp(p, ".inf") == 0 || strcasecmp(p, ".nan") == 0)
		return true;
	p += *p == '.';
	return *p >= '0' && *p <= '9' && p[strspn(p, "0123456789_.,:+-eE")] == '\0';
}

bool yaml_number(const char *text, uint64_t *value)
{
	bool hex = text[0] == '0' && text[1] == 'x';
	const char *p = hex ? text + 2 : text;
	unsigned base = hex ? 16 : 10;
	uint64_t sum = 0;

	if (!*p || (!hex && p[0] == '0' && p[1]))
		return false;
	for (; *p; p++) {
		unsigned digit = digit_value(*p);

		if (digit >= base || sum > UINT64_MAX / base || sum * base > UINT64_MAX - digit)
			return false;
		sum = sum * base + digit;
	}
	*value = sum;
	return true;
}

/* 16 for what is no digit. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 32);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 16;
}

/* ---- Errors ------------------------------------------------------------- */

static bool refuse(struct builder *b, yaml_mark_t mark, const char *format, ...)
{
	int n = snprintf(b->error, b->size, "%s:%zu:%zu: ", b->file->name, mark.line + 1,
			 mark.column + 1);
	va_list list;

	va_start(list, format);
	if (n >= 0 && (size_t)n < b->size)
		vsnprintf(b->error + n, b->size - (size_t)n, format, list);
	va_end(list);
	yaml_make_plain(b->error);
	return false;
}

void yaml_make_plain(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

/* libyaml gives the place of undecodable bytes as an offset only. */
static yaml_mark_t mark_of(const char *text, size_t offset)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < offset; i++) {
		mark.column++;
		if (text[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static bool refuse_syntax(struct builder *b, const yaml_parser_t *parser, const char *text)
{
	const char *problem = parser->problem ? parser->problem : "unknown problem";
	yaml_mark_t mark = parser->problem_mark;

	if (parser->error == YAML_READER_ERROR)
		mark = mark_of(text, parser->problem_offset);
	return refuse(b, mark, "This is not YAML: %s.", problem);
}

/* ---- Reading the tree --------------------------------------------------- */

struct yaml_node *yaml_get(struct yaml_node *map, const char *key)
{
	struct yaml_node *node = map->kind == YAML_MAP ? map->first : NULL;

	while (node && strcmp(node->key, key) != 0)
		node = node->next;
	if (node)
		node->read = true;
	return node;
}

const struct yaml_node *yaml_unread(const struct yaml_node *node)
{
	const struct yaml_node *found = NULL;

	if (node->key && !node->read)
		return node;
	for (const struct yaml_node *n = node->first; n && !found; n = n->next)
		found = yaml_unread(n);
	return found;
}

void yaml_mark(struct yaml_node *node)
{
	node->read = true;
	for (struct yaml_node *n = node->first; n; n = n->next)
		yaml_mark(n);
}
