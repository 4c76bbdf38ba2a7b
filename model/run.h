/* When rings run: enables, run bits, overflow, and writes of bases and pointers. */
#ifndef MODEL_RUN_H
#define MODEL_RUN_H

#include "model/state.h"

/* Whether a write of a base or pointer counts; it may change what is written. */
bool run_accepts(struct gvi *m, enum slot slot, uint64_t *value);

/* Control changed from `old`. */
void run_enables(struct gvi *m, uint64_t old);

/* Status bits may have been cleared. */
void run_cleared(struct gvi *m);

/* A register was written in these byte lanes: a base clears its pointers. */
void run_base_written(struct gvi *m, enum slot slot, uint64_t lanes);

#endif
