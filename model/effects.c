/* What a step does to the world. */
#include "model/effects.h"

#include <string.h>

static inline struct gvi_effect *begin(struct gvi *m);
static inline enum gvi_bus end(struct gvi *m, const struct gvi_effect *effect);
static enum gvi_bus known(enum gvi_bus bus);

enum gvi_bus effect_write(struct gvi *m, uint64_t spa, const uint64_t *words, unsigned length)
{
	struct gvi_effect *e = begin(m);
	uint64_t low = words[0], high = 0;
	uint8_t bytes[16];

	store64(bytes, low);
	if (length > 8) {
		high = words[1];
		store64(bytes + 8, high);
	}
	*e = (struct gvi_effect){.spa = spa,
				 .data = {low, high},
				 .kind = GVI_EFFECT_WRITE,
				 .length = (uint8_t)length};
	if (m->host.write)
		e->bus = (uint8_t)known(m->host.write(m->host.user, spa, bytes, length));
	return end(m, e);
}

enum gvi_bus effect_exchange(struct gvi *m, uint64_t spa, uint64_t *seen, uint64_t next, bool *done)
{
	struct gvi_effect e = {
		.spa = spa, .data = {*seen, next}, .kind = GVI_EFFECT_EXCHANGE, .length = 8};

	if (m->host.exchange)
		e.bus = (uint8_t)known(m->host.exchange(m->host.user, spa, seen, next));
	*done = e.bus == GVI_BUS_OK && *seen == e.data[0];
	/* Who only loses races is refused, and leaves the list as it was. */
	if (*done || e.bus != GVI_BUS_OK)
		(void)end(m, memcpy(begin(m), &e, sizeof e));
	else
		m->past.fresh = true;
	return (enum gvi_bus)e.bus;
}

void effect_send(struct gvi *m, const struct gvi_message *message)
{
	struct gvi_effect *e = begin(m);

	*e = (struct gvi_effect){.kind = GVI_EFFECT_SEND};
	e->message = *message;
	if (m->host.send)
		m->host.send(m->host.user, message);
	(void)end(m, e);
}

void effect_raise(struct gvi *m, enum gvi_source source)
{
	struct gvi_effect *e = begin(m);

	*e = (struct gvi_effect){.data = {source, 0}, .kind = GVI_EFFECT_RAISE};
	(void)end(m, e);
}

/* Where the next effect stands.  What the list does not hold (GVI_MAX_EFFECTS;
 * also when a bench races every update) goes to the place behind it. */
static inline struct gvi_effect *begin(struct gvi *m)
{
	return &m->effects[m->neffects];
}

/* It has happened. */
static inline enum gvi_bus end(struct gvi *m, const struct gvi_effect *effect)
{
	if (m->neffects < GVI_MAX_EFFECTS)
		m->neffects++;
	if (m->host.note)
		note_effect(m, effect);
	return (enum gvi_bus)effect->bus;
}

/* A host that answers with a number that does not exist refuses. */
static enum gvi_bus known(enum gvi_bus bus)
{
	return (unsigned)bus <= GVI_BUS_POISON ? bus : GVI_BUS_TARGET_ABORT;
}
