/* What was seen and done, in words, by the names of fields.
 *
 * Every function adds to a text, which may be NULL. */
#ifndef GOLDVI_DESCRIBE_H
#define GOLDVI_DESCRIBE_H

#include "conformance/vector.h"

/* Text that grows in a buffer, and ends where the buffer does. */
struct text {
	char *at;
	size_t size, length;
};

void text_add(struct text *t, const char *format, ...);

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

/* Where an address goes, and how large the page is: 64 = all addresses. */
struct span {
	uint64_t address;
	uint8_t  size_log2;
};

/* By an ATS_COMPLETION. */
struct span completion_span(uint64_t word, uint64_t address);
/* Whether an ATS_INVALIDATE_REQUEST is about the address. */
bool is_invalidated(uint64_t body, uint64_t address);

enum gvi_format_id entry_format(enum log_name log, const uint64_t raw[2]);

const char *log_title(enum log_name log);               /* "the PPR log" */
const char *source_name(unsigned source);               /* enum gvi_source */
const char *completion_name(unsigned completion);       /* enum gvi_completion */

/* Of an access that was answered: seen->answer or seen->ats. */
void describe_answer(const struct seen *seen, struct text *t);
/* What an ATS_COMPLETION says of the address that was asked for. */
void describe_completion(uint64_t word, uint64_t address, struct text *t);
void describe_record(enum gvi_format_id format, const uint64_t raw[2], struct text *t);
void describe_entry(enum log_name log, const uint64_t raw[2], struct text *t);
void describe_message(const struct gvi_message *message, struct text *t);
void describe_device(uint16_t device, struct text *t);
void describe_effect(const struct gvi_effect *effect, const struct ring *rings, struct text *t);

#endif
