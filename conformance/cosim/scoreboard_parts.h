/* What the files of the scoreboard share. */
#ifndef GOLDVI_SCOREBOARD_PARTS_H
#define GOLDVI_SCOREBOARD_PARTS_H

#include "conformance/cosim/scoreboard.h"
#include "conformance/coverage.h"
#include "conformance/recorder.h"

enum { REPORT_BYTES = 8192, LISTED = 16, MAX_OWED = 64 };

/* How far a request has come. */
enum progress {
	ISSUED,
	ABORTED, /* answered; its record (of a page request: what it shows) has to tell the rest */
	RECORDED /* its record was seen; the answer has to be an abort, or of a page request agree
		  */
};

struct open_request {
	uint32_t tag;
	enum progress progress;
	bool shaken; /* Control or a base was written meanwhile */
	uint64_t order, since;
	uint64_t changes; /* there were before it */
	struct gvi_input input;
	struct gvi_seen seen; /* ABORTED: the answer */
};

/* An effect that was to be seen, or that was seen and has no reason yet. */
struct owed {
	struct gvi_effect effect;
	bool certain; /* all that explains what was seen has it */
};

/* The IOMMU and the model have tags of their own for one invalidate request. */
struct itag {
	uint16_t device;
	uint8_t theirs, ours;
};

struct scoreboard {
	struct scoreboard_options options;
	struct gvi_oracle *oracle, *trial; /* trial: where it is put back from */
	struct gvi *plain;                 /* predicts */
	struct gvi_judgement judgement;
	struct gvi_outcome nearest, list[LISTED];
	struct open_request open[SCOREBOARD_TAGS];
	size_t nopen;
	uint64_t orders, changes; /* requests so far; writes, commands */
	struct owed owed[MAX_OWED], early[MAX_OWED];
	size_t nowed, nearly;
	struct itag itag[GVI_MAX_INVALIDATIONS];
	size_t nitags;
	uint64_t ring, ring_bytes; /* of commands; no bytes: none */
	bool lost;                 /* what the logs have nobody knows any more */
	struct scoreboard_totals totals;
	struct scoreboard_listener *listeners;
	struct coverage *coverage;    /* NULL: nobody wants it */
	struct gvi_recorder recorder; /* out NULL: likewise */
	FILE *aside;                  /* the trace, while what is tried is recorded elsewhere */
	char report[REPORT_BYTES];
};

/* ---- scoreboard.c --------------------------------------------------------------- */

/* An item reaches the listeners. */
void feed(struct scoreboard *s, const struct scoreboard_item *item);
/* Whether the oracle permits it; nothing is reported.  `r` is the request that it is
 * about, or NULL. */
bool fits(struct scoreboard *s, const struct gvi_input *in, const struct gvi_seen *seen,
	  const struct open_request *r);
void close_request(struct scoreboard *s, struct open_request *r);
void count_answer(struct scoreboard *s, const struct gvi_input *in, const struct gvi_seen *seen);

/* ---- scoreboard_predict.c ------------------------------------------------------- */

/* What the model does in the first world without what may be held. */
enum gvi_status foresee(struct scoreboard *s, const struct gvi_input *in, union gvi_reply *reply);
/* The same, so that listeners and coverage hear of it. */
void foresee_aloud(struct scoreboard *s, const struct gvi_input *in);
/* False, and reported, when the file cannot be written. */
bool write_coverage(struct scoreboard *s);

/* What the host has at `spa`; false where there is nothing. */
bool read_memory(const struct scoreboard *s, uint64_t spa, void *to, size_t length);

/* ---- scoreboard_trace.c ---------------------------------------------------------- */

/* All do nothing unless a trace is wanted. */
bool trace_open(struct scoreboard *s, char *why, size_t size);
/* What was observed, and permitted or refused for good. */
void trace_observed(struct scoreboard *s, const struct gvi_input *in, const struct gvi_seen *seen);
void trace_moment(struct scoreboard *s, uint64_t moment);
void trace_wrote(struct scoreboard *s, uint64_t spa, size_t words);
/* What is observed from here on may be taken back; and whether it is. */
void trace_try(struct scoreboard *s);
void trace_keep(struct scoreboard *s, bool keep);
/* False if it could not be written. */
bool trace_close(struct scoreboard *s);

/* ---- scoreboard_page.c ---------------------------------------------------------- */

/* Whether an answer leaves open what became of a page request, and what it writes or sends
 * has to tell. */
bool page_is_shown_later(struct scoreboard *s, const struct open_request *r,
			 const struct gvi_seen *seen);
/* The answer to one that has shown what became of it; it is closed. */
bool page_answer_agrees(struct scoreboard *s, struct open_request *r, const struct gvi_seen *seen);
/* An entry, a record or a response of an open one. */
bool explain_by_page(struct scoreboard *s, const struct gvi_effect *e);
/* One that was answered and has shown nothing may have had nothing to show. */
bool page_was_silent(struct scoreboard *s, struct open_request *r);

/* ---- scoreboard_effects.c ------------------------------------------------------- */

/* Whether the bench tells such an effect of such an input by itself. */
bool is_told(const struct scoreboard *s, enum gvi_input_kind kind, const struct gvi_effect *e);

/* After an input was observed: what it was seen to do, and what it has still to be
 * seen to do.  `but`, unless it is NULL, was seen. */
void owe_effects(struct scoreboard *s, enum gvi_input_kind kind, const struct gvi_effect *but);
/* Performs commands until the read is explained. */
bool read_after_commands(struct scoreboard *s, const struct gvi_input *in,
			 const struct gvi_seen *seen);
/* Software uses a place of the ring again: what stood there is over. */
void reuse_ring(struct scoreboard *s, uint64_t spa);
bool refuse_owed(struct scoreboard *s);
/* An answer whose record was not written, or need not be. */
bool fits_unrecorded(struct scoreboard *s, struct open_request *r);

/* ---- scoreboard_report.c -------------------------------------------------------- */

/* An input that does not fit what was seen of it.  All of them are always false. */
bool report_refusal(struct scoreboard *s, const struct open_request *r, const struct gvi_input *in,
		    const struct gvi_seen *seen);
/* An effect, and what is wrong with it. */
bool report_effect(struct scoreboard *s, const struct gvi_effect *effect, const char *why);
bool report_request(struct scoreboard *s, const struct open_request *r, const char *why);
bool report_sentence(struct scoreboard *s, const char *format, ...);
void report_summary(struct scoreboard *s);

#endif
