/* Memory as the IOMMU sees it: windows first, then the host's callbacks. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include "model/state.h"

/* The first window, unless somebody wants to hear of every fetch; or NULL. */
static inline const struct gvi_window *host_window(const struct gvi *m)
{
	return m->host.nwindows && !m->host.note ? m->host.windows : NULL;
}

/* What the first window does not hold, or somebody listens to. */
enum gvi_bus host_fetch_elsewhere(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				  uint64_t *to, unsigned words);

/* Reads `words` little-endian words of `format` at `spa`; zeros if it fails. */
static inline enum gvi_bus host_fetch(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				      uint64_t *to, unsigned words)
{
	const struct gvi_window *w = host_window(m);
	uint64_t offset;

	if (!w)
		return host_fetch_elsewhere(m, format, spa, to, words);
	offset = spa - w->spa;
	if (offset >= w->length || w->length - offset < 8 * (uint64_t)words)
		return host_fetch_elsewhere(m, format, spa, to, words);
	for (unsigned i = 0; i < words; i++)
		to[i] = load64((const uint8_t *)w->bytes + offset + 8 * i);
	return GVI_BUS_OK;
}

#endif
