/* Memory as the IOMMU sees it. */
#include "model/host.h"

#include <string.h>

static enum gvi_bus read_bytes(struct gvi *m, uint64_t spa, uint8_t *to, size_t length);
static const uint8_t *in_window(const struct gvi_host *host, uint64_t spa, size_t length);
static void note_fetch(struct gvi *m, const struct gvi_note *n);

enum gvi_bus host_fetch(struct gvi *m, enum gvi_format_id format, uint64_t spa, uint64_t *to,
			unsigned words)
{
	uint8_t bytes[8 * GVI_MAX_WORDS];
	enum gvi_bus bus = read_bytes(m, spa, bytes, 8 * (size_t)words);

	for (unsigned i = 0; i < words; i++)
		to[i] = bus == GVI_BUS_OK ? load64(bytes + 8 * i) : 0;
	if (m->host.note)
		note_fetch(m, &(struct gvi_note){.kind = GVI_NOTE_FETCH,
						 .bus = (uint8_t)bus,
						 .id = (uint16_t)format,
						 .words = words,
						 .spa = spa,
						 .raw = to});
	return bus;
}

static enum gvi_bus read_bytes(struct gvi *m, uint64_t spa, uint8_t *to, size_t length)
{
	const uint8_t *window = in_window(&m->host, spa, length);
	enum gvi_bus bus;

	if (window) {
		memcpy(to, window, length);
		return GVI_BUS_OK;
	}
	if (!m->host.read)
		return GVI_BUS_MASTER_ABORT;
	bus = m->host.read(m->host.user, spa, to, length);
	return (unsigned)bus <= GVI_BUS_POISON ? bus : GVI_BUS_TARGET_ABORT;
}

static const uint8_t *in_window(const struct gvi_host *host, uint64_t spa, size_t length)
{
	for (size_t i = 0; i < host->nwindows; i++) {
		const struct gvi_window *w = &host->windows[i];

		if (spa >= w->spa && length <= w->length && spa - w->spa <= w->length - length)
			return (const uint8_t *)w->bytes + (spa - w->spa);
	}
	return NULL;
}

static void note_fetch(struct gvi *m, const struct gvi_note *n)
{
	m->host.note(m->host.user, n);
}
