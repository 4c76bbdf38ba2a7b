/* What a step does to the world. */
#include "model/effects.h"

static inline void append(struct gvi *m, const struct gvi_effect *effect);
static enum gvi_bus known(enum gvi_bus bus);

enum gvi_bus effect_write(struct gvi *m, uint64_t spa, const uint64_t *words, unsigned length)
{
	struct gvi_effect e = {.spa = spa,
			       .data = {words[0], length > 8 ? words[1] : 0},
			       .kind = GVI_EFFECT_WRITE,
			       .length = (uint8_t)length};
	uint8_t bytes[16];

	store64(bytes, words[0]);
	if (length > 8)
		store64(bytes + 8, words[1]);
	if (m->host.write)
		e.bus = (uint8_t)known(m->host.write(m->host.user, spa, bytes, length));
	append(m, &e);
	return (enum gvi_bus)e.bus;
}

enum gvi_bus effect_exchange(struct gvi *m, uint64_t spa, uint64_t *seen, uint64_t next, bool *done)
{
	struct gvi_effect e = {
		.spa = spa, .data = {*seen, next}, .kind = GVI_EFFECT_EXCHANGE, .length = 8};

	if (m->host.exchange)
		e.bus = (uint8_t)known(m->host.exchange(m->host.user, spa, seen, next));
	*done = e.bus == GVI_BUS_OK && *seen == e.data[0];
	if (*done || e.bus != GVI_BUS_OK)
		append(m, &e);
	else
		m->past.fresh = true;
	return (enum gvi_bus)e.bus;
}

void effect_send(struct gvi *m, const struct gvi_message *message)
{
	if (m->host.send)
		m->host.send(m->host.user, message);
	append(m, &(struct gvi_effect){.message = *message, .kind = GVI_EFFECT_SEND});
}

void effect_raise(struct gvi *m, enum gvi_source source)
{
	append(m, &(struct gvi_effect){.data = {source, 0}, .kind = GVI_EFFECT_RAISE});
}

/* The list holds what the longest step can do; a bench that makes one longer by
 * racing every update loses the tail, not the head. */
static inline void append(struct gvi *m, const struct gvi_effect *effect)
{
	if (m->neffects < GVI_MAX_EFFECTS)
		m->effects[m->neffects++] = *effect;
	if (m->host.note)
		m->host.note(m->host.user, &(struct gvi_note){.kind = GVI_NOTE_EFFECT,
							      .bus = effect->bus,
							      .spa = effect->spa,
							      .effect = effect});
}

/* A host that answers with a number that does not exist refuses. */
static enum gvi_bus known(enum gvi_bus bus)
{
	return (unsigned)bus <= GVI_BUS_POISON ? bus : GVI_BUS_TARGET_ABORT;
}
