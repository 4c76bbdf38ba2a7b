/* JSON of one line. */
#include "conformance/json.h"

#include <string.h>

/* Where the parser stands. */
struct parser {
	struct json_line *line;
	char *at;
	unsigned depth;
};

static size_t take_value(struct parser *p);

bool json_parse(struct json_line *line, char *text, const char **at)
{
	struct parser p = {.line = line, .at = text};
	bool good;

	line->count = 0;
	good = take_value(&p) == 1;
	if (good)
		p.at += strspn(p.at, " \t\r\n");
	*at = p.at;
	return good && !*p.at;
}

static void skip_blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t");
}

static bool take(struct parser *p, char c)
{
	skip_blanks(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static bool take_members(struct parser *p, struct json *whole, char end);
static char *take_text(struct parser *p);
static bool take_number(struct parser *p, uint64_t *number);
static bool take_word(struct parser *p, const char *word);

/* Its number, counted from 1; 0 if there is none. */
static size_t take_value(struct parser *p)
{
	struct json *n;
	size_t number;
	bool good;

	if (p->line->count == JSON_MAX_NODES || p->depth == JSON_MAX_DEPTH)
		return 0;
	number = ++p->line->count;
	n = &p->line->node[number - 1];
	*n = (struct json){.kind = JSON_NUMBER};
	skip_blanks(p);
	switch (*p->at) {
	case '{':
	case '[':
		n->kind = *p->at++ == '{' ? JSON_OBJECT : JSON_LIST;
		good = take_members(p, n, n->kind == JSON_OBJECT ? '}' : ']');
		break;
	case '"':
		n->kind = JSON_TEXT;
		n->text = take_text(p);
		good = n->text != NULL;
		break;
	case 't':
		n->number = 1;
		good = take_word(p, "true");
		break;
	case 'f':
		good = take_word(p, "false");
		break;
	default:
		good = take_number(p, &n->number);
	}
	return good ? number : 0;
}

static bool is_new(const struct json_line *line, const struct json *whole, const char *key)
{
	for (size_t i = whole->first; i; i = line->node[i - 1].next)
		if (strcmp(line->node[i - 1].key, key) == 0)
			return false;
	return true;
}

static bool take_members(struct parser *p, struct json *whole, char end)
{
	size_t *link = &whole->first;
	bool object = whole->kind == JSON_OBJECT;

	p->depth++;
	if (!take(p, end)) {
		do {
			const char *key = NULL;
			size_t number;

			skip_blanks(p);
			if (object && (*p->at != '"' || !(key = take_text(p)) || !take(p, ':') ||
				       !is_new(p->line, whole, key)))
				return false;
			number = take_value(p);
			if (!number)
				return false;
			p->line->node[number - 1].key = key;
			*link = number;
			link = &p->line->node[number - 1].next;
		} while (take(p, ','));
		if (!take(p, end))
			return false;
	}
	p->depth--;
	return true;
}

/* In place, with its end mark.  Of escapes only those that say themselves. */
static char *take_text(struct parser *p)
{
	char *text = ++p->at, *to = text;

	for (; *p->at != '"'; p->at++) {
		if (*p->at == '\\' && (p->at[1] == '"' || p->at[1] == '\\' || p->at[1] == '/'))
			p->at++;
		else if ((unsigned char)*p->at < ' ' || *p->at == '\\')
			return NULL;
		*to++ = *p->at;
	}
	p->at++;
	*to = '\0';
	return text;
}

static bool take_number(struct parser *p, uint64_t *number)
{
	const char *start = p->at;

	for (; *p->at >= '0' && *p->at <= '9'; p->at++) {
		unsigned digit = (unsigned)(*p->at - '0');

		if (*number > (UINT64_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return p->at != start && !(*start == '0' && p->at - start > 1);
}

static bool take_word(struct parser *p, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(p->at, word, length) != 0)
		return false;
	p->at += length;
	return true;
}

/* ---- What a line says ------------------------------------------------------- */

struct json *json_get(struct json_line *line, struct json *object, const char *key)
{
	for (size_t i = object->first; object->kind == JSON_OBJECT && i; i = line->node[i - 1].next)
		if (strcmp(line->node[i - 1].key, key) == 0) {
			line->node[i - 1].read = true;
			return &line->node[i - 1];
		}
	return NULL;
}

static int digit_of(char c)
{
	const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool json_number(const struct json *node, uint64_t limit, uint64_t *value)
{
	uint64_t number = node->number;
	size_t length = 0;

	if (node->kind == JSON_TEXT) {
		number = 0;
		if (strncmp(node->text, "0x", 2) != 0)
			return false;
		for (; node->text[2 + length]; length++) {
			int digit = digit_of(node->text[2 + length]);

			if (digit < 0 || length == 16)
				return false;
			number = number << 4 | (unsigned)digit;
		}
		if (!length)
			return false;
	} else if (node->kind != JSON_NUMBER) {
		return false;
	}
	*value = number;
	return number <= limit;
}

const struct json *json_unread(const struct json_line *line, const struct json *object)
{
	for (size_t i = object->first; i; i = line->node[i - 1].next)
		if (!line->node[i - 1].read)
			return &line->node[i - 1];
	return NULL;
}
