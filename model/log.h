/* The logs: events, page requests, interrupts for guests that do not run. */
#ifndef MODEL_LOG_H
#define MODEL_LOG_H

#include "model/ring.h"

enum log_id { LOG_EVENT, LOG_PPR, LOG_GA, NLOGS };

/* One of the two rings that a log may have, and its overflow bit in Status. */
struct log_half {
	struct ring ring;
	uint64_t overflow;
};

/* What each log is made of. */
struct log {
	struct log_half half[2];        /* A and B */
	uint64_t enable;                /* bit of Control */
	uint64_t run, active;           /* bits of Status; `active` is 0 if there is only A */
	uint16_t dual, dual_sup;        /* fields of Control and EFR, if there is a B */
	uint16_t stopped, overflow, write; /* clauses */
};

extern const struct log logs[NLOGS];

/* Which of the two rings takes entries: 0 is A, 1 is B. */
static inline unsigned log_active(const struct gvi *m, const struct log *log)
{
	return (m->reg[SLOT_STATUS] & log->active) != 0;
}

/* [event.dual-log] What software has asked for in this Control. */
enum log_mode { LOG_A_ONLY, LOG_B_ONLY, LOG_AUTOMATIC };
enum log_mode log_mode(const struct gvi *m, const struct log *log, uint64_t control);

/* Whether this half may take over from the other one, if it has room. */
bool log_usable(struct gvi *m, const struct log_half *half);

/* Records an event: LOGGED, or LOST if the log does not take it. */
enum gvi_logging log_event(struct gvi *m, const uint64_t record[2]);

/* Whether the next event would be taken. */
bool log_has_room(struct gvi *m);

/* Adds an entry to the PPR log: LOGGED, with *b telling whether to log B, or
 * LOST. */
enum gvi_logging log_page_request(struct gvi *m, const uint64_t entry[2], bool *b);

/* Whether the next page request would be taken. */
bool log_takes_page_request(struct gvi *m);

/* Adds an entry to the GA log. */
enum gvi_logging log_guest_interrupt(struct gvi *m, uint64_t entry);

#endif
