/* Compares what a device did with what a vector expects, and says in a line what
 * was seen and what was expected, by the names of fields.
 *
 * Every function takes a text for that line, which may be NULL. */
#ifndef GOLDVI_MATCHER_H
#define GOLDVI_MATCHER_H

#include "conformance/vector.h"

/* Text that grows in a buffer, and ends where the buffer does. */
struct text {
	char *at;
	size_t size, length;
};

void text_add(struct text *t, const char *format, ...);

enum { MAX_EVENTS_SEEN = 256 };

/* What a step was seen to do. */
struct seen {
	const struct gvi_answer *answer;        /* of an access, else NULL */
	uint64_t event[MAX_EVENTS_SEEN][2];     /* the first of those that were logged */
	size_t   nevents;                       /* all that were logged */
	const struct gvi_effect *effects;
	size_t   neffects;
	unsigned abilities;                     /* what can be seen: enum dut_ability */
	bool     partial;                       /* set when something named cannot be seen */
};

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

/* The format of a record by its code, or GVI_NFORMATS. */
enum gvi_format_id event_format(const uint64_t raw[2]);
enum gvi_format_id command_format(const uint64_t raw[2]);

void describe_record(enum gvi_format_id format, const uint64_t raw[2], struct text *t);
void describe_answer(const struct gvi_answer *answer, unsigned abilities, struct text *t);
/* Of a device's interrupt. */
void describe_message(const struct gvi_message *message, struct text *t);
void describe_effect(const struct gvi_effect *effect, struct text *t);

#endif
