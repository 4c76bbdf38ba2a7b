/* From nodes of YAML to texts, numbers and expressions; complaints. */
#include "conformance/reader.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct reader reader_of(struct yaml_file *yaml, char *error, size_t size)
{
	static const struct scope nothing;

	return (struct reader){
		.file = yaml->name,
		.lasting = &yaml->arena,
		.passing = &yaml->arena,
		.arena = &yaml->arena,
		.scope = &nothing,
		.error = error,
		.size = size,
	};
}

/* ---- Complaints ------------------------------------------------------------- */

static void record(struct reader *r, unsigned line, unsigned column, const char *format,
		   va_list list)
{
	int n;

	if (r->failed)
		return;
	r->failed = true;
	n = snprintf(r->error, r->size, "%s:%u:%u: ", r->file, line, column);
	if (n >= 0 && (size_t)n < r->size)
		vsnprintf(r->error + n, r->size - (size_t)n, format, list);
	yaml_make_plain(r->error);
}

bool complain(struct reader *r, const struct yaml_node *node, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	record(r, node->line, node->column, format, list);
	va_end(list);
	return false;
}

/* Items of lists have no key: their own place must do. */
bool complain_key(struct reader *r, const struct yaml_node *entry, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	if (entry->key)
		record(r, entry->key_line, entry->key_column, format, list);
	else
		record(r, entry->line, entry->column, format, list);
	va_end(list);
	return false;
}

struct arena *use_arena(struct reader *r, const struct yaml_node *node)
{
	struct arena *before = r->arena;

	r->arena = node->dynamic ? r->passing : r->lasting;
	return before;
}

/* ---- Kinds ------------------------------------------------------------------- */

bool is_map(struct reader *r, const struct yaml_node *node)
{
	return node->kind == YAML_MAP || complain(r, node, "A mapping is expected here.");
}

bool is_list(struct reader *r, const struct yaml_node *node)
{
	return node->kind == YAML_LIST || complain(r, node, "A list is expected here.");
}

struct yaml_node *needed(struct reader *r, struct yaml_node *map, const char *key)
{
	struct yaml_node *node = is_map(r, map) ? yaml_get(map, key) : NULL;

	if (!node)
		complain(r, map, "The key `%s` is missing here.", key);
	return node;
}

bool all_read(struct reader *r, const struct yaml_node *node)
{
	const struct yaml_node *first = yaml_unread(node);

	if (first)
		complain_key(r, first, "The key `%.80s` is unknown here.", first->key);
	return !first;
}

/* ---- Scalars ------------------------------------------------------------------ */

/* What sweeps fill in is read for every instance, so it must be short. */
enum { MAX_DYNAMIC = 1000 };

static const char *expand(struct reader *r, const struct yaml_node *node);

const char *text_of(struct reader *r, const struct yaml_node *node)
{
	if (node->kind != YAML_SCALAR) {
		complain(r, node, "A text or number is expected here.");
		return NULL;
	}
	return node->dynamic ? expand(r, node) : node->text;
}

/* 0x and 16 digits. */
static char *write_number(char *to, uint64_t value)
{
	*to++ = '0';
	*to++ = 'x';
	for (unsigned shift = 64; shift;) {
		shift -= 4;
		*to++ = "0123456789abcdef"[value >> shift & 15];
	}
	return to;
}

/* A value takes at most 18 characters in place of 4. */
static const char *expand(struct reader *r, const struct yaml_node *node)
{
	size_t length = strlen(node->text);
	const char *p = node->text, *open;
	char *out, *to;

	if (length > MAX_DYNAMIC) {
		complain(r, node, "A text with `${` has at most 1000 characters.");
		return NULL;
	}
	out = to = arena_alloc(r->arena, length * 5 + 1);
	while ((open = strstr(p, "${"))) {
		const char *close = strchr(open, '}');
		uint64_t value;

		memcpy(to, p, (size_t)(open - p));
		to += open - p;
		if (!close || !computed(r, node, open + 2, (size_t)(close - open) - 2, &value)) {
			complain(r, node, "`${` is not closed.");
			return NULL;
		}
		to = write_number(to, value);
		p = close + 1;
	}
	strcpy(to, p);
	return out;
}

bool number_of(struct reader *r, const struct yaml_node *node, uint64_t *value)
{
	const char *text = text_of(r, node);

	if (!text)
		return false;
	return yaml_number(text, value) ||
	       complain(r, node, "`%.80s` is not a number of 64 bits, decimal or 0x hexadecimal.",
			text);
}

bool number_below(struct reader *r, const struct yaml_node *node, uint64_t limit, uint64_t *value)
{
	uint64_t number;

	if (!number_of(r, node, &number))
		return false;
	if (limit && number >= limit)
		return complain(r, node, "%s is too large: it must be below 0x%" PRIx64 ".",
				node->text, limit);
	*value = number;
	return true;
}

bool flag_of(struct reader *r, const struct yaml_node *node, bool *value)
{
	uint64_t number;

	if (!number_of(r, node, &number))
		return false;
	if (number > 1)
		return complain(r, node, "0 or 1 is expected here.");
	*value = number;
	return true;
}

bool optional_number(struct reader *r, struct yaml_node *map, const char *key, uint64_t limit,
		     uint64_t *value)
{
	const struct yaml_node *node = yaml_get(map, key);

	return !node || number_below(r, node, limit, value);
}

bool optional_flag(struct reader *r, struct yaml_node *map, const char *key, bool *value)
{
	const struct yaml_node *node = yaml_get(map, key);

	return !node || flag_of(r, node, value);
}

bool expression_of(struct reader *r, const struct yaml_node *node, uint64_t *value)
{
	const char *text = text_of(r, node);

	return text && computed(r, node, text, strlen(text), value);
}

bool computed(struct reader *r, const struct yaml_node *node, const char *text, size_t length,
	      uint64_t *value)
{
	struct expression_error e;

	if (length > MAX_DYNAMIC)
		return complain(r, node, "An expression has at most 1000 characters.");
	return expression_value(text, length, r->scope, value, &e) ||
	       complain(r, node, "In `%.*s`, at character %zu: %s.", length < 60 ? (int)length : 60,
			text, e.at + 1, e.text);
}

/* Without leading zeros; small enough to need no check. */
bool small_number(const char **text, unsigned *value)
{
	const char *start = *text;

	*value = 0;
	while (**text >= '0' && **text <= '9' && *text - start < 3)
		*value = *value * 10 + (unsigned)(*(*text)++ - '0');
	return *text - start == 1 || (*text - start > 1 && *start != '0');
}

bool word_of(struct reader *r, const struct yaml_node *node, const char *const *words, size_t count,
	     unsigned *value)
{
	const char *text = text_of(r, node);

	for (size_t i = 0; text && i < count; i++)
		if (strcmp(text, words[i]) == 0) {
			*value = (unsigned)i;
			return true;
		}
	return text && complain(r, node, "`%.80s` is none of the words known here.", text);
}
