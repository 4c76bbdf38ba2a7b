/* What is asked, answered and sent, in words, by the names of fields.
 *
 * Every function adds to a text, which may be NULL.  Needs nothing but the library. */
#ifndef GOLDVI_WORDS_H
#define GOLDVI_WORDS_H

#include "conformance/record.h"
#include "goldvi/oracle.h"

/* Text that grows in a buffer, and ends where the buffer does. */
struct text {
	char *at;
	size_t size, length;
};

void text_add(struct text *t, const char *format, ...);

/* Requests: "device 00:04.0 reads 4 bytes at 0x5000". */
void describe_request(const struct gvi_request *request, struct text *t);
void describe_interrupt(const struct gvi_interrupt *interrupt, struct text *t);
void describe_ats_request(const struct gvi_ats_request *request, struct text *t);
void describe_page_request(const struct gvi_page_request *request, struct text *t);

/* Answers; `all` tells that size, rights, attributes and completion are known. */
void describe_access(const struct gvi_answer *answer, bool interrupt, bool all, struct text *t);
void describe_ats(const struct gvi_ats_answer *answer, const struct gvi_ats_request *request,
		  bool all, struct text *t);
/* What an ATS_COMPLETION says of the address that was asked for. */
void describe_completion(uint64_t word, uint64_t address, struct text *t);
void describe_record(enum gvi_format_id format, const uint64_t raw[2], struct text *t);
void describe_message(const struct gvi_message *message, struct text *t);
void describe_device(uint16_t device, struct text *t);
/* "HELD_HOST=held at 0x1002028: ..." */
void describe_pick(const struct gvi_pick *pick, struct text *t);

/* Where an address goes, and how large the page is: 64 = all addresses. */
struct span {
	uint64_t address;
	uint8_t size_log2;
};

/* By an ATS_COMPLETION. */
struct span completion_span(uint64_t word, uint64_t address);
/* Whether an ATS_INVALIDATE_REQUEST is about the address. */
bool is_invalidated(uint64_t body, uint64_t address);

const char *source_name(unsigned source);         /* enum gvi_source */
const char *completion_name(unsigned completion); /* enum gvi_completion */
const char *bus_name(unsigned bus);               /* ": poison", "" */

#endif
