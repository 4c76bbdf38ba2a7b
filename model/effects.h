/* What a step does to the world.  Each effect is appended to the list of the
 * call and performed at once, because a step must see a write that fails. */
#ifndef MODEL_EFFECTS_H
#define MODEL_EFFECTS_H

#include "model/state.h"

/* A new call starts: its list is empty. */
static inline void effects_begin(struct gvi *m)
{
	m->neffects = 0;
	m->past.fresh = m->past.unsure = m->crowded = false;
}

/* Writes `length` (8 or 16) bytes. */
enum gvi_bus effect_write(struct gvi *m, uint64_t spa, const uint64_t *words, unsigned length);

/* Replaces *seen by next, if it is still there; else loads what is there into
 * *seen and leaves *done false. */
enum gvi_bus effect_exchange(struct gvi *m, uint64_t spa, uint64_t *seen, uint64_t next, bool *done);

void effect_send(struct gvi *m, const struct gvi_message *message);
void effect_raise(struct gvi *m, enum gvi_source source);

#endif
