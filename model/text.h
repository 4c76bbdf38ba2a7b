/* Bounded text without stdio: appends what fits, counts what would have. */
#ifndef MODEL_TEXT_H
#define MODEL_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
	char  *out;
	size_t size, used;      /* used counts on past size */
};

static inline void put_char(struct text *t, char c)
{
	if (t->used + 1 < t->size)
		t->out[t->used] = c;
	t->used++;
}

static inline void put_string(struct text *t, const char *s)
{
	while (*s)
		put_char(t, *s++);
}

static inline void put_number(struct text *t, uint64_t value, unsigned base)
{
	char digits[20];
	unsigned n = 0;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	while (n)
		put_char(t, digits[--n]);
}

/* Ends the text where it stops fitting; the length that it would have had. */
static inline size_t finish(struct text *t)
{
	if (t->size)
		t->out[t->used < t->size ? t->used : t->size - 1] = '\0';
	return t->used;
}

#endif
