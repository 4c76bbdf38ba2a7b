/* A strict reading of YAML: the part of it that vectors/README.md allows, as a
 * tree.  Anchors, aliases, tags, directives, further documents, duplicate keys,
 * missing values, booleans, octal and fractional numbers, and plain numbers
 * above 2^53 are refused, and so is what is unreasonably large or deep.
 * Every error is `file:line:column: sentence.` */
#ifndef GOLDVI_YAML_H
#define GOLDVI_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/arena.h"

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

struct yaml_node {
	const char *key;        /* of an entry of a mapping, else NULL */
	const char *text;       /* of a scalar, else NULL */
	struct yaml_node *first, *last, *next;  /* items of a list, entries of a mapping */
	uint32_t count;         /* of items or entries */
	uint32_t line, column;  /* from 1 */
	uint32_t key_line, key_column;
	uint8_t  kind;          /* enum yaml_kind */
	bool     plain;         /* scalar without quotes */
	bool     dynamic;       /* it or something in it contains ${ */
	bool     read;          /* yaml_get() has found this entry */
	void    *cache;         /* for the consumer */
};

struct yaml_file {
	char *name;
	struct yaml_node *root;
	uint32_t lines;
	struct arena arena;     /* lives as long as the file: consumers may use it too */
};

/* NULL, and the error, when the file is refused. */
struct yaml_file *yaml_read(const char *path, char *error, size_t size);
struct yaml_file *yaml_parse(const char *name, const char *text, size_t length, char *error,
			     size_t size);
/* (libyaml has a yaml_free of its own.) */
void yaml_release(struct yaml_file *file);

/* The entry of a mapping, marked as read; NULL when there is none, or node is no
 * mapping. */
struct yaml_node *yaml_get(struct yaml_node *map, const char *key);

/* The first entry in the tree that nobody has read, or NULL. */
const struct yaml_node *yaml_unread(const struct yaml_node *node);

/* Marks all below a node as read. */
void yaml_mark(struct yaml_node *node);

/* Quoted texts may hold control characters; a terminal must not see them. */
void yaml_make_plain(char *text);

/* A decimal number without leading zeros, or 0x and hexadecimal digits. */
bool yaml_number(const char *text, uint64_t *value);

#endif
