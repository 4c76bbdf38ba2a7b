/* What travels over a pipe (docs/pipe.md), both ways: structures as words `key=value`.
 * Each form is one table, which the side that writes and the side that reads share. */
#ifndef GOLDVI_DUT_WIRE_H
#define GOLDVI_DUT_WIRE_H

#include "conformance/dut/dut.h"
#include "conformance/words.h"

#define WIRE_VERSION 1

enum {
	WIRE_CHUNK = 4096,  /* bytes of memory in one line */
	WIRE_LINE = 1 << 22 /* the longest line */
};

/* The words that an answer may begin with, by enum dut_status. */
extern const char *const wire_status[DUT_NONSENSE + 1];

struct wire_form;

extern const struct wire_form wire_dma, wire_interrupt, wire_answer, wire_ats, wire_ats_answer,
	wire_page_request, wire_invalidation, wire_error, wire_message;

struct wire_invalidation {
	uint16_t device;
	uint8_t tag;
	bool completes;
};

/* Adds ` key=value` for each member that is not 0. */
void wire_put(struct text *line, const struct wire_form *form, const void *from);

/* Takes such words into *to, which is zeroed before.  False, and a part of a sentence in
 * why (which may be NULL), if there is anything else among them. */
bool wire_get(char *words, const struct wire_form *form, void *to, struct text *why);

/* All members, and the choices that are settled. */
void wire_put_config(struct text *line, const struct gvi_config *config);
/* What is not named stays as it is. */
bool wire_get_config(char *words, struct gvi_config *config, struct text *why);

/* A word that says which kind, then the form of that kind. */
void wire_put_effect(struct text *line, const struct gvi_effect *effect);
bool wire_get_effect(char *words, struct gvi_effect *effect, struct text *why);

void wire_put_abilities(struct text *line, unsigned abilities);
bool wire_get_abilities(char *words, unsigned *abilities, struct text *why);

void wire_put_bytes(struct text *line, const void *bytes, size_t len);
/* Exactly len bytes. */
bool wire_get_bytes(const char *word, void *bytes, size_t len);

/* The next word of a line, which is cut out of it; "" at the end. */
char *wire_word(char **line);
/* The next of the items that stand between semicolons; NULL when there is none left. */
char *wire_item(char **items);
bool wire_number(const char *word, uint64_t most, uint64_t *value);

#endif
