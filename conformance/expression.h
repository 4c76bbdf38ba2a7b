/* The expressions of sweeps (vectors/README.md, Sweeps), and the random numbers
 * that feed them. */
#ifndef GOLDVI_EXPRESSION_H
#define GOLDVI_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct binding {
	const char *name;
	uint64_t value;
};

struct scope {
	const struct binding *bindings;
	size_t count;
};

struct expression_error {
	size_t at;              /* offset in the text */
	char text[96];          /* a sentence without its full stop */
};

/* The value of `length` bytes of text.  Total: every text has a value or an
 * error.  What ?:, && and || do not need is checked but not computed. */
bool expression_value(const char *text, size_t length, const struct scope *scope, uint64_t *value,
		      struct expression_error *error);

/* A letter or _, then letters, digits and _, and not the name of a function. */
bool expression_name(const char *name);

/* The next number of the sequence. */
static inline uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

#endif
