/* Choices and notes: where the model speaks to whoever drives or listens. */
#include "model/state.h"

static void note(struct gvi *m, const struct gvi_note *n)
{
	m->host.note(m->host.user, n);
}

void note_clause(struct gvi *m, enum gvi_clause clause)
{
	note(m, &(struct gvi_note){.kind = GVI_NOTE_CLAUSE, .id = (uint16_t)clause});
}

void note_choice(struct gvi *m, enum gvi_choice choice, unsigned value)
{
	note(m, &(struct gvi_note){.kind = GVI_NOTE_CHOICE, .id = (uint16_t)choice, .value = value});
}

void note_effect(struct gvi *m, const struct gvi_effect *effect)
{
	note(m, &(struct gvi_note){.kind = GVI_NOTE_EFFECT,
				   .bus = effect->bus,
				   .spa = effect->spa,
				   .effect = effect});
}

unsigned ask(struct gvi *m, enum gvi_choice choice)
{
	unsigned options = gvi_choices[choice].count, value = m->config.habit[choice];

	if (value == GVI_UNSETTLED)
		value = m->host.choose ? m->host.choose(m->host.user, choice, options) : 0;
	if (value >= options)
		value = 0;
	if (m->host.note)
		note_choice(m, choice, value);
	return value;
}
