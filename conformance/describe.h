/* What was seen and done, in words, by the names of fields.
 *
 * Every function adds to a text, which may be NULL. */
#ifndef GOLDVI_DESCRIBE_H
#define GOLDVI_DESCRIBE_H

#include "conformance/vector.h"
#include "conformance/words.h"

enum { MAX_ENTRIES_SEEN = 256 };

/* The memory of a log; no bytes where there is none. */
struct ring {
	uint64_t base, bytes;
};

/* What a step was seen to do. */
struct seen {
	const struct step *step;                /* at top level */
	const struct gvi_answer *answer;        /* of dma and interrupt, else NULL */
	const struct gvi_ats_answer *ats;       /* of a translation request, else NULL */
	const struct gvi_page_answer *page;     /* of a page request, else NULL */
	uint64_t entry[NLOGS][MAX_ENTRIES_SEEN][2];     /* the first of those that were logged */
	size_t   nentries[NLOGS];               /* all that were logged */
	struct ring ring[NLOGS];
	const struct gvi_message *messages;     /* to devices */
	size_t   nmessages;
	const struct gvi_effect *effects;
	size_t   neffects;
	unsigned abilities;                     /* what can be seen: enum dut_ability */
	bool     partial;                       /* set when something named cannot be seen */
};

enum gvi_format_id entry_format(enum log_name log, const uint64_t raw[2]);

const char *log_title(enum log_name log);               /* "the PPR log" */

/* Of an access that was answered: seen->answer or seen->ats. */
void describe_answer(const struct seen *seen, struct text *t);
void describe_entry(enum log_name log, const uint64_t raw[2], struct text *t);
void describe_effect(const struct gvi_effect *effect, const struct ring *rings, struct text *t);

#endif
