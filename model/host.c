/* Memory as the IOMMU sees it. */
#include "model/host.h"

#include <string.h>

#include "model/history.h"

static enum gvi_bus call_read(struct gvi *m, uint64_t spa, uint64_t *to, unsigned words);
static const uint8_t *in_window(const struct gvi_host *host, uint64_t spa, size_t length);
static void note_fetch(struct gvi *m, const struct gvi_note *n);

enum gvi_status host_check(const struct gvi_host *host)
{
	if (host->nwindows && !host->windows)
		return GVI_HOST_WINDOWS;
	for (size_t i = 0; i < host->nwindows; i++) {
		const struct gvi_window *w = &host->windows[i];

		if (!w->bytes || !w->length || w->spa + (w->length - 1) < w->spa)
			return GVI_HOST_WINDOWS;
	}
	return GVI_OK;
}

void host_attach(struct gvi *m, const struct gvi_host *host)
{
	m->host = *host;
	m->alone = !host->choose && !host->note;
	host_watch(m);
}

void host_watch(struct gvi *m)
{
	m->watched = m->host.note || history_alive(m);
	m->near = m->watched ? (struct near_memory){0} : host_near_memory(&m->host);
}

struct near_memory host_near_memory(const struct gvi_host *host)
{
	const struct gvi_window *first = host->nwindows ? host->windows : NULL;
	struct near_memory near = {0};

	if (first && first->length >= 8) {
		near.spa = first->spa;
		near.room = first->length - 7;
		near.bytes = first->bytes;
	}
	if (!first)
		near.read = host->read;
	return near;
}

enum gvi_bus host_read(const struct gvi_host *host, uint64_t spa, void *to, size_t len)
{
	const uint8_t *window = in_window(host, spa, len);

	if (window) {
		memcpy(to, window, len);
		return GVI_BUS_OK;
	}
	return host->read ? host->read(host->user, spa, to, len) : GVI_BUS_MASTER_ABORT;
}

enum gvi_bus host_fetch_general(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				uint64_t *to, unsigned words)
{
	const uint8_t *window = in_window(&m->host, spa, 8 * (size_t)words);
	enum gvi_bus bus = GVI_BUS_OK;

	if (window)
		host_load(to, window, words);
	else
		bus = call_read(m, spa, to, words);
	if (m->past.history && bus == GVI_BUS_OK)
		history_pick(m, format, spa, to, words);
	if (m->host.note)
		note_fetch(m, &(struct gvi_note){.kind = GVI_NOTE_FETCH,
						 .bus = (uint8_t)bus,
						 .id = (uint16_t)format,
						 .words = words,
						 .spa = spa,
						 .raw = to});
	return bus;
}

enum gvi_bus host_fetch_half_general(struct gvi *m, enum gvi_format_id format, uint64_t spa,
				     uint64_t *word)
{
	const uint8_t *from = in_window(&m->host, spa, 4);
	enum gvi_bus bus = GVI_BUS_OK;
	uint64_t raw = 0;

	if (from)
		memcpy(&raw, from, 4);
	else
		bus = m->host.read ? m->host.read(m->host.user, spa, &raw, 4) :
				     GVI_BUS_MASTER_ABORT;
	if (bus != GVI_BUS_OK)
		bus = host_fetch_failed(&raw, 1, bus);
	*word = load64((const uint8_t *)&raw);
	if (m->past.history && bus == GVI_BUS_OK)
		history_pick(m, format, spa, word, 1);
	if (m->host.note)
		note_fetch(m, &(struct gvi_note){.kind = GVI_NOTE_FETCH,
						 .bus = (uint8_t)bus,
						 .id = (uint16_t)format,
						 .words = 1,
						 .spa = spa,
						 .raw = word});
	return bus;
}

static enum gvi_bus call_read(struct gvi *m, uint64_t spa, uint64_t *to, unsigned words)
{
	enum gvi_bus bus = GVI_BUS_MASTER_ABORT;

	if (m->host.read)
		bus = m->host.read(m->host.user, spa, to, 8 * (size_t)words);
	if (bus != GVI_BUS_OK)
		return host_fetch_failed(to, words, bus);
	host_load(to, (const uint8_t *)to, words);
	return GVI_BUS_OK;
}

enum gvi_bus host_fetch_failed(uint64_t *to, unsigned words, enum gvi_bus bus)
{
	memset(to, 0, 8 * (size_t)words);
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
