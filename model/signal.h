/* Status bits and the interrupts that they are. */
#ifndef MODEL_SIGNAL_H
#define MODEL_SIGNAL_H

#include "model/state.h"

/* The status bits that ask for an interrupt and are enabled to, by source. */
unsigned interrupt_sources(const struct gvi *m);

/* Raises what has risen since `before` was taken, and sends its message. */
void interrupt_rising(struct gvi *m, unsigned before);

/* Sets or clears status bits that interrupt nobody. */
void status_set(struct gvi *m, uint64_t bits, bool on);

/* Sets status bits, and sends the interrupts that these may be. */
void status_raise(struct gvi *m, uint64_t bits);

#endif
