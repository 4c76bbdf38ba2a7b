/* JSON of one line, strictly: objects, lists, texts, booleans and whole numbers.  The
 * line is hostile and is changed: texts lie in it. */
#ifndef GOLDVI_JSON_H
#define GOLDVI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_kind { JSON_OBJECT, JSON_LIST, JSON_TEXT, JSON_NUMBER };

struct json {
	const char *key;        /* of a member of an object, else NULL */
	const char *text;       /* TEXT */
	uint64_t number;        /* NUMBER; true is 1 */
	size_t next, first;     /* the next one beside it, the first one inside; 0: none */
	uint8_t kind;           /* enum json_kind */
	bool read;              /* somebody has asked for it */
};

enum { JSON_MAX_NODES = 16384, JSON_MAX_DEPTH = 8 };

/* Nodes of a line; the first is the whole. */
struct json_line {
	struct json node[JSON_MAX_NODES];
	size_t count;
};

/* False if the line is none; *at is then where it ceases to be one. */
bool json_parse(struct json_line *line, char *text, const char **at);

/* The member of that key, which counts as read; NULL if there is none. */
struct json *json_get(struct json_line *line, struct json *object, const char *key);

/* A number, or a text like "0x1f"; no more than limit. */
bool json_number(const struct json *node, uint64_t limit, uint64_t *value);

/* A member that nobody has asked for, or NULL. */
const struct json *json_unread(const struct json_line *line, const struct json *object);

#endif
