/* What an IOMMU remembers of devices with SE=1. */
#include "model/suppress.h"

#include <string.h>

#include "model/host.h"
#include "model/ring.h"

bool suppress_logged(const struct gvi *m, uint16_t device)
{
	return m->first_logged[device / 8] >> device % 8 & 1;
}

static void set_logged(struct gvi *m, uint16_t device, bool logged)
{
	uint8_t bit = (uint8_t)(1u << device % 8);

	if (logged)
		m->first_logged[device / 8] |= bit;
	else
		m->first_logged[device / 8] &= (uint8_t)~bit;
}

static bool is_dropped(struct gvi *m, uint16_t device);
static void forget_relogged(struct gvi *m, unsigned at);

void suppress_log(struct gvi *m, uint16_t device)
{
	set_logged(m, device, true);
	if (m->alone && m->config.habit[GVI_CHOICE_SE_RELOGGED] == GVI_UNSETTLED)
		return;
	if (!is_dropped(m, device))
		return;
	for (unsigned i = 0; i < m->nrelogged; i++)
		if (m->relogged[i] == device)
			return;
	if (m->nrelogged == MAX_RELOGGED)
		forget_relogged(m, 0);
	m->relogged[m->nrelogged++] = device;
}

static void forget_relogged(struct gvi *m, unsigned at)
{
	m->nrelogged--;
	memmove(m->relogged + at, m->relogged + at + 1,
		(m->nrelogged - at) * sizeof m->relogged[0]);
}

/* ---- Commands that drop an entry ------------------------------------------ */

static bool drops(const uint64_t command[2], uint16_t device)
{
	return command[0] >> 60 == 8 ||
	       (command[0] >> 60 == 2 && get_INVALIDATE_DEVTAB_ENTRY_DEVICE_ID(command) == device);
}

static bool is_dropped_in_ring(struct gvi *m, uint16_t device);

/* Whether one is visible, and not complete: performed, fetched, or in the ring. */
static bool is_dropped(struct gvi *m, uint16_t device)
{
	for (size_t i = 0; i < m->npending; i++)
		if (drops(m->pending[i].raw, device))
			return true;
	for (unsigned i = 0; i < m->nheld; i++)
		if (drops(m->held[i].raw, device))
			return true;
	return is_dropped_in_ring(m, device);
}

static bool is_dropped_in_ring(struct gvi *m, uint16_t device)
{
	struct ring ring = command_ring();
	uint64_t at = ring_offset(m, ring, ring.head), entries;

	if (!get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]))
		return false;
	entries = ((m->reg[ring.tail] - at) & ring_mask(m, ring)) / ENTRY_BYTES;
	for (; entries; entries--, at = ring_next(m, ring, at)) {
		uint8_t bytes[ENTRY_BYTES];
		uint64_t raw[2];

		if (host_read(&m->host, ring_spa(m, ring, at), bytes, sizeof bytes) != GVI_BUS_OK)
			return false;
		host_load(raw, bytes, 2);
		if (drops(raw, device))
			return true;
	}
	return false;
}

/* ---- What is complete ------------------------------------------------------ */

/* The entry may have left the cache earlier, and what was logged since counts. */
void suppress_ended(struct gvi *m, const uint64_t command[2])
{
	uint16_t device = (uint16_t)get_INVALIDATE_DEVTAB_ENTRY_DEVICE_ID(command);

	if (command[0] >> 60 == 8)
		memset(m->first_logged, 0, sizeof m->first_logged);
	else
		set_logged(m, device, false);
	for (unsigned i = m->nrelogged; i--;) {
		uint16_t again = m->relogged[i];

		if (drops(command, again))
			set_logged(m, again, choose(m, GVI_CHOICE_SE_RELOGGED) == 1);
	}
}

void suppress_settle(struct gvi *m)
{
	for (unsigned i = m->nrelogged; i--;)
		if (!is_dropped(m, m->relogged[i]))
			forget_relogged(m, i);
}
