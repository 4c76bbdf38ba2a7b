/* What a bench has recorded (recorder.h): the records of a trace, read strictly. */
#ifndef GOLDVI_SESSION_H
#define GOLDVI_SESSION_H

#include "conformance/trace.h"
#include "goldvi/oracle.h"

enum session_kind {
	SESSION_BEGIN, /* text: its name; config */
	SESSION_RESET,
	SESSION_NOTE,   /* text */
	SESSION_MOMENT, /* spa: its number */
	SESSION_WROTE,  /* bytes at spa: somebody else than the IOMMU */
	SESSION_IOMMU,  /* the same: the IOMMU itself */
	SESSION_INPUT,  /* input, seen */
	SESSION_SETTLED /* seen: of effects at most */
};

enum { SESSION_MAX_BYTES = 4096, SESSION_MAX_EFFECTS = 1024, SESSION_MAX_ERROR = 512 };

/* Pointers lead into the reader, and last until its next record. */
struct session_record {
	enum session_kind kind;
	unsigned line;
	const char *text;
	struct gvi_config config;
	uint64_t spa;
	size_t nbytes;
	const uint8_t *bytes;
	struct gvi_input input;
	struct gvi_seen seen;
};

struct session_reader;

/* NULL if there is no memory. */
struct session_reader *session_reader_new(void);
void session_reader_free(struct session_reader *reader);

/* One line, which is changed.  False, and in error a sentence without an end, if it is no
 * record. */
bool session_parse(struct session_reader *reader, char *line, struct session_record *record,
		   char *error, size_t size);

/* 1: the next record of a trace; 0: the end; -1: error says what and where. */
int session_next(struct session_reader *reader, struct trace *trace, struct session_record *record,
		 char *error, size_t size);

#endif
