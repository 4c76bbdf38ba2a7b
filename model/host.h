/* Memory as the IOMMU sees it: windows first, then the host's callbacks. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include "model/state.h"

/* Another environment. */
void host_attach(struct gvi *m, const struct gvi_host *host);

/* host_fetch() in other windows, or for somebody who listens. */
enum gvi_bus host_fetch_elsewhere(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				  uint64_t *to, unsigned words);

/* A fetch that failed leaves zeros; a host that answers with a number that does
 * not exist refuses. */
enum gvi_bus host_fetch_failed(uint64_t *to, unsigned words, enum gvi_bus bus);

/* Reads `words` little-endian words of `format` at `spa`; zeros if it fails. */
static inline enum gvi_bus host_fetch(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				      uint64_t *to, unsigned words)
{
	uint64_t at = spa - m->near.spa, more = 8 * (uint64_t)(words - 1);

	const uint8_t *from = (const uint8_t *)to;

	if (at < m->near.room && m->near.room - at > more) {
		from = m->near.bytes + at;
	} else if (m->near.read) {
		enum gvi_bus bus = m->near.read(m->host.user, spa, to, 8 * (size_t)words);

		if (bus != GVI_BUS_OK)
			return host_fetch_failed(to, words, bus);
	} else {
		return host_fetch_elsewhere(m, format, spa, to, words);
	}
	for (unsigned i = 0; i < words; i++)
		to[i] = load64(from + 8 * i);
	return GVI_BUS_OK;
}

#endif
