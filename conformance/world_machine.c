/* Models after reset and the writes of their registers: most of what a world costs, and
 * the same for most inputs of a fuzzer. */
#include "conformance/world_parts.h"

#include <stdlib.h>
#include <string.h>

enum { NMACHINES = 1024 };

/* All that such a model hangs on.  Without padding: it is compared byte by byte. */
struct maker {
	uint64_t set[MAX_SETTINGS][2], nset;
	unsigned char config[sizeof(struct gvi_config)];
	uint8_t habit[(GVI_NCHOICES + 7) / 8 * 8];
};
_Static_assert(sizeof(struct maker) % 8 == 0 && sizeof(struct gvi_config) % 8 == 0,
	       "makers are words");

struct machines {
	struct maker maker[NMACHINES]; /* nset is 0: none */
	unsigned char *model[NMACHINES];
};

struct machines *machines_new(void)
{
	return calloc(1, sizeof(struct machines));
}

void machines_free(struct machines *machines)
{
	for (unsigned i = 0; machines && i < NMACHINES; i++)
		free(machines->model[i]);
	free(machines);
}

static unsigned what_makes(const struct world *w, struct maker *maker)
{
	uint64_t words[sizeof *maker / 8], hash = 0;

	memset(maker, 0, sizeof *maker);
	memcpy(maker->set, w->set, w->nset * sizeof w->set[0]);
	maker->nset = w->nset;
	/* what is behind habit[] is padding */
	memcpy(maker->config, &w->config, offsetof(struct gvi_config, habit) + GVI_NCHOICES);
	memcpy(maker->habit, w->twin.habit, GVI_NCHOICES);
	memcpy(words, maker, sizeof words);
	for (size_t i = 0; i < sizeof words / 8; i++)
		hash = (hash ^ words[i]) * UINT64_C(0x9e3779b97f4a7c15) ^ hash >> 29;
	return (unsigned)(hash >> 40) % NMACHINES;
}

bool machines_find(struct machines *machines, struct world *w)
{
	struct maker maker;
	unsigned at = what_makes(w, &maker);

	if (memcmp(&machines->maker[at], &maker, sizeof maker) != 0)
		return false;
	memcpy(w->model, machines->model[at], gvi_size());
	return true;
}

void machines_keep(struct machines *machines, const struct world *w)
{
	struct maker maker;
	unsigned at = what_makes(w, &maker);

	if (!machines->model[at])
		machines->model[at] = malloc(gvi_size());
	if (!machines->model[at])
		return;
	memcpy(machines->model[at], w->model, gvi_size());
	machines->maker[at] = maker;
}
