/* Memory as the IOMMU sees it: windows first, then the host's callbacks. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include "model/state.h"

/* Whether its windows are some. */
enum gvi_status host_check(const struct gvi_host *host);

/* Another environment. */
void host_attach(struct gvi *m, const struct gvi_host *host);

/* Whether there is somebody to be told, or something to be remembered, may have
 * changed. */
void host_watch(struct gvi *m);

/* What may be read without asking whether somebody listens. */
struct near_memory host_near_memory(const struct gvi_host *host);

/* Reads bytes, wherever they are. */
enum gvi_bus host_read(const struct gvi_host *host, uint64_t spa, void *to, size_t len);

/* host_fetch() without its short cuts: in any window, and for those who listen. */
enum gvi_bus host_fetch_general(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				uint64_t *to, unsigned words);

enum gvi_bus host_fetch_half_general(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				     uint64_t *word);

/* A fetch that failed leaves zeros; a host that answers with a number that does
 * not exist refuses. */
enum gvi_bus host_fetch_failed(uint64_t *to, unsigned words, enum gvi_bus bus);

/* From memory's order to the host's; `from` may be `to` itself. */
static inline void host_load(uint64_t *to, const uint8_t *from, unsigned words)
{
	for (unsigned i = 0; i < words; i++)
		to[i] = load64(from + 8 * i);
}

/* Where `words` words at `spa` stand, if they lie in the near window. */
static inline bool host_near(const struct gvi *m, uint64_t spa, unsigned words,
			     const uint8_t **from)
{
	uint64_t at = spa - m->near.spa, more = 8 * (uint64_t)(words - 1);

	if (more >= m->near.room || at >= m->near.room - more)
		return false;
	*from = m->near.bytes + at;
	return true;
}

/* Reads `words` little-endian words of `format` at `spa`; zeros if it fails. */
static inline enum gvi_bus host_fetch(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				      uint64_t *to, unsigned words)
{
	const uint8_t *from;
	enum gvi_bus bus;

	if (m->near.read) {
		bus = m->near.read(m->host.user, spa, to, 8 * (size_t)words);
		if (bus != GVI_BUS_OK)
			return host_fetch_failed(to, words, bus);
		host_load(to, (const uint8_t *)to, words);
		return GVI_BUS_OK;
	}
	if (!host_near(m, spa, words, &from))
		return host_fetch_general(m, format, spa, to, words);
	host_load(to, from, words);
	return GVI_BUS_OK;
}

/* The same for one word, which then stays in a register. */
static inline enum gvi_bus host_fetch_word(struct gvi *m, enum gvi_format_id format, uint64_t spa,
					   uint64_t *word)
{
	const uint8_t *from;
	enum gvi_bus bus = GVI_BUS_OK;
	uint64_t raw;

	if (m->near.read) {
		bus = m->near.read(m->host.user, spa, &raw, 8);
		if (bus != GVI_BUS_OK)
			bus = host_fetch_failed(&raw, 1, bus);
		*word = load64((const uint8_t *)&raw);
		return bus;
	}
	if (host_near(m, spa, 1, &from)) {
		*word = load64(from);
		return bus;
	}
	bus = host_fetch_general(m, format, spa, &raw, 1);
	*word = raw;
	return bus;
}

/* The same for the 4 bytes at `spa`, which fill the lower half of a word. */
static inline enum gvi_bus host_fetch_half(struct gvi *m, enum gvi_format_id format, uint64_t spa,
					   uint64_t *word)
{
	enum gvi_bus bus;
	uint64_t raw = 0;

	if (!m->near.read)
		return host_fetch_half_general(m, format, spa, word);
	bus = m->near.read(m->host.user, spa, &raw, 4);
	if (bus != GVI_BUS_OK)
		bus = host_fetch_failed(&raw, 1, bus);
	*word = load64((const uint8_t *)&raw);
	return bus;
}

#endif
