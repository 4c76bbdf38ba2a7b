/* Compares what a device did with what a vector expects, and says in a line what
 * was seen and what was expected, by the names of fields.
 *
 * Every function takes a text for that line, which may be NULL. */
#ifndef GOLDVI_MATCHER_H
#define GOLDVI_MATCHER_H

#include "conformance/describe.h"

/* `possible` has for each choice a bit for each alternative that the device may
 * take.  A match leaves those of a HABIT that fit what was seen. */
bool match_answer(const struct answer *expected, struct seen *seen, uint8_t *possible,
		  struct text *why);
/* Leaves those alternatives of a HABIT. */
void narrow(uint8_t *possible, unsigned choice, unsigned alternatives);

bool match_effects(const struct effects *expected, struct seen *seen, struct text *why);
bool match_register(const struct access *expected, uint64_t seen, struct text *why);
/* `seen` has as many words as are expected. */
bool match_memory(const struct store *expected, const uint64_t *seen, struct text *why);

/* Of formats, without a device. */
bool match_decode(const struct format_check *check, struct text *why);
bool match_reserved(const struct format_check *check, uint64_t features, struct text *why);

#endif
