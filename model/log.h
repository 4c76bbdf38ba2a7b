/* The event log, the hardware event registers, and the interrupts of status. */
#ifndef MODEL_LOG_H
#define MODEL_LOG_H

#include "model/state.h"

/* Records an event: LOGGED, or LOST if the log does not take it. */
enum gvi_logging log_event(struct gvi *m, const uint64_t record[2]);

/* Whether the next event would be taken. */
bool log_has_room(const struct gvi *m);

/* Adds an entry to the PPR log: LOGGED, with *b telling whether to log B, or
 * LOST. */
enum gvi_logging log_page_request(struct gvi *m, const uint64_t entry[2], bool *b);

/* Whether the next page request would be taken. */
bool log_takes_page_request(const struct gvi *m);

/* Adds an entry to the GA log. */
enum gvi_logging log_guest_interrupt(struct gvi *m, uint64_t entry);

/* The status bits that ask for an interrupt and are enabled to, by source. */
unsigned interrupt_sources(const struct gvi *m);

/* Sends what has risen since `before` was taken. */
void interrupt_rising(struct gvi *m, unsigned before);

/* Sets or clears status bits that interrupt nobody. */
void status_set(struct gvi *m, uint64_t bits, bool on);

/* Sets a status bit, and sends the interrupt that this may be. */
void status_raise(struct gvi *m, uint64_t bit);

#endif
