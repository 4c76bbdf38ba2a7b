/* Models after reset and the writes of their registers: most of what a world costs, and
 * the same for most inputs of a fuzzer. */
#include "conformance/world_parts.h"

#include <stdlib.h>
#include <string.h>

enum { NMACHINES = 2048, BLOCK = 256, MAX_RUNS = 64 };

/* All that such a model hangs on; without padding, as it is compared byte by byte. */
struct maker {
	unsigned char config[sizeof(struct gvi_config)];
	uint8_t habit[(GVI_NCHOICES + 7) / 8 * 8];
	uint64_t nset, set[MAX_SETTINGS][2];
};

/* Most of a model is zero; these are the other parts, one behind the other. */
struct machine {
	struct maker maker;
	unsigned nruns; /* 0: none */
	struct {
		uint32_t at, length;
	} run[MAX_RUNS];
	unsigned char *bytes;
};

struct machines {
	struct machine machine[NMACHINES];
	struct maker asked;
};

struct machines *machines_new(void)
{
	return calloc(1, sizeof(struct machines));
}

void machines_free(struct machines *machines)
{
	for (unsigned i = 0; machines && i < NMACHINES; i++)
		free(machines->machine[i].bytes);
	free(machines);
}

/* With its registers, or after reset alone, when nobody has been asked for a choice. */
static size_t what_makes(const struct world *w, bool written, struct maker *maker)
{
	size_t used = offsetof(struct maker, set);

	memset(maker, 0, used);
	/* what is behind config.habit[] is padding */
	memcpy(maker->config, &w->config, offsetof(struct gvi_config, habit) + GVI_NCHOICES);
	if (!written)
		return used;
	memcpy(maker->habit, w->twin.habit, GVI_NCHOICES);
	maker->nset = w->nset;
	memcpy(maker->set, w->set, w->nset * sizeof w->set[0]);
	return used + w->nset * sizeof w->set[0];
}

/* Where it stands, if it is there. */
static struct machine *place_of(struct machines *machines, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)&machines->asked;
	uint64_t sum = 0, word;

	for (size_t i = 0; i < size; i += 8) {
		memcpy(&word, bytes + i, 8);
		sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 29;
	}
	return &machines->machine[(sum >> 40) % NMACHINES];
}

bool machines_find(struct machines *machines, struct world *w, bool written)
{
	size_t size = what_makes(w, written, &machines->asked);
	const struct machine *m = place_of(machines, size);
	unsigned char *model = (unsigned char *)w->model;
	const unsigned char *from = m->bytes;

	if (!m->nruns || memcmp(&m->maker, &machines->asked, size) != 0)
		return false;
	memset(model, 0, gvi_size());
	for (unsigned i = 0; i < m->nruns; from += m->run[i++].length)
		memcpy(model + m->run[i].at, from, m->run[i].length);
	return true;
}

/* False if it has too many parts. */
static bool find_runs(struct machine *m, const unsigned char *model)
{
	static const unsigned char zero[BLOCK];
	uint32_t size = (uint32_t)gvi_size(), length, end = 0;

	m->nruns = 0;
	for (uint32_t at = 0; at < size; at += BLOCK) {
		length = size - at < BLOCK ? size - at : BLOCK;
		if (memcmp(model + at, zero, length) == 0)
			continue;
		if (m->nruns && end == at) {
			m->run[m->nruns - 1].length += length;
		} else if (m->nruns == MAX_RUNS) {
			m->nruns = 0;
			return false;
		} else {
			m->run[m->nruns].at = at;
			m->run[m->nruns++].length = length;
		}
		end = at + length;
	}
	return true;
}

void machines_keep(struct machines *machines, const struct world *w, bool written)
{
	const unsigned char *model = (const unsigned char *)w->model;
	size_t size = what_makes(w, written, &machines->asked), length = 0, to = 0;
	struct machine *m = place_of(machines, size);

	free(m->bytes);
	m->bytes = NULL;
	if (!find_runs(m, model))
		return;
	for (unsigned i = 0; i < m->nruns; i++)
		length += m->run[i].length;
	m->bytes = malloc(length);
	if (!m->bytes) {
		m->nruns = 0;
		return;
	}
	for (unsigned i = 0; i < m->nruns; to += m->run[i++].length)
		memcpy(m->bytes + to, model + m->run[i].at, m->run[i].length);
	memcpy(&m->maker, &machines->asked, size);
}
