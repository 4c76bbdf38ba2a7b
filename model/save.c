/* Snapshots as bytes.  A head of 16 bytes: magic, version, values_log2 of the history; then
 * what pass_all() names, in its order, numbers little-endian.  Registers, habits and
 * devices are lists of what is not as it usually is, each with a key that outlives
 * changes of the tables: the register's offset, the choice's name.
 *
 * Not saved, as it is given or follows from what is: host, near, alone, watched, reset,
 * derived, features; or is always 0: reserved.  Nor what counts only during a call: stand, about,
 * fresh, lenient, past.since, suspect, blamed; nor of old values, which are in a ring: older. */
#include "goldvi/goldvi.h"

#include <string.h>

#include "model/history.h"
#include "model/host.h"
#include "model/iotlb.h"
#include "model/log.h"
#include "model/pass.h"
#include "model/pci.h"
#include "model/regs.h"

enum { HEAD_BYTES = 16, TAGS = 32 };
#define LAST_KEY UINT32_MAX

static const uint8_t magic[8] = {'g', 'o', 'l', 'd', 'v', 'i', 'S', 'V'};

static void pass_head(struct pass *p, unsigned *values_log2);
static void pass_config(struct pass *p, struct gvi_config *config);
static void pass_state(struct pass *p, struct gvi *m);
static void pass_past(struct pass *p, struct past_state *past);
static bool possible(struct gvi *m);

/* ---- Saving ------------------------------------------------------------- */

/* What is saved is not changed. */
static struct gvi *writable(const struct gvi *m)
{
	return (struct gvi *)(uintptr_t)m;
}

static void pass_out(struct pass *p, const struct gvi *m)
{
	unsigned values_log2 = m->past.history ? history_values_log2(m->past.history) : 0;

	pass_head(p, &values_log2);
	pass_config(p, &writable(m)->config);
	pass_state(p, writable(m));
	if (!m->past.history)
		return;
	pass_past(p, &writable(m)->past);
	history_pass(p, values_log2, m->past.history);
}

size_t gvi_save_size(const struct gvi *m)
{
	struct pass p = {.way = MEASURE};

	if (m)
		pass_out(&p, m);
	return p.at;
}

enum gvi_status gvi_save(const struct gvi *m, void *to, size_t size)
{
	struct pass p = {.way = SAVE, .to = to, .size = size};

	if (!m || !to)
		return GVI_ARG_NULL;
	if (gvi_save_size(m) > size)
		return GVI_SAVE_ROOM;
	pass_out(&p, m);
	return GVI_OK;
}

/* ---- Restoring ---------------------------------------------------------- */

enum gvi_status gvi_saved(const void *from, size_t size, unsigned *values_log2)
{
	struct pass p = {.way = LOAD, .from = from, .size = size};
	unsigned log2 = 0;

	if (!from || !values_log2)
		return GVI_ARG_NULL;
	pass_head(&p, &log2);
	if (p.status == GVI_OK)
		*values_log2 = log2;
	return p.status;
}

static void pass_in(struct pass *p, struct gvi *m, const struct gvi_host *host);
static void attach_history(struct gvi *m, const struct pass *p, unsigned values_log2,
			   void *storage);

/* First all of it is read and checked, then something is changed. */
enum gvi_status gvi_restore(struct gvi *m, const struct gvi_host *host, void *storage,
			    const void *from, size_t size)
{
	struct pass p = {.way = LOAD, .from = from, .size = size}, values;
	struct gvi fresh;
	unsigned values_log2 = 0;

	if (!m || !host || !from)
		return GVI_ARG_NULL;
	pass_head(&p, &values_log2);
	pass_in(&p, &fresh, host);
	if (p.status == GVI_OK && values_log2)
		pass_past(&p, &fresh.past);
	values = p;
	if (p.status == GVI_OK && values_log2)
		history_pass(&p, values_log2, NULL);
	if (p.status == GVI_OK && p.at != size)
		p.status = GVI_SAVE_LENGTH;
	if (p.status == GVI_OK && values_log2 &&
	    (!storage || (uintptr_t)storage % sizeof(uint64_t)))
		p.status = GVI_SAVE_HISTORY;
	if (p.status != GVI_OK)
		return p.status;
	memcpy(m, &fresh, sizeof *m);
	if (values_log2)
		attach_history(m, &values, values_log2, storage);
	host_watch(m);
	return GVI_OK;
}

static void attach_history(struct gvi *m, const struct pass *p, unsigned values_log2, void *storage)
{
	struct pass again = *p;

	m->past.history = history_begin(storage, values_log2);
	history_pass(&again, values_log2, m->past.history);
}

/* All but the past. */
static void pass_in(struct pass *p, struct gvi *m, const struct gvi_host *host)
{
	struct gvi_config config;

	memset(&config, 0, sizeof config);
	memset(config.habit, GVI_UNSETTLED, sizeof config.habit);
	pass_config(p, &config);
	if (p->status != GVI_OK)
		return;
	p->status = gvi_init(m, &config, host);
	if (p->status != GVI_OK)
		return;
	memset(m->reg, 0, sizeof m->reg);
	memset(m->shadow, 0, sizeof m->shadow);
	pass_state(p, m);
	if (p->status == GVI_OK && !possible(m))
		p->status = GVI_SAVE_VALUE;
	regs_derive(m);
}

static void pass_head(struct pass *p, unsigned *values_log2)
{
	uint8_t first[sizeof magic];
	uint32_t version = GVI_SAVE_VERSION;

	memcpy(first, magic, sizeof first);
	if (p->way == LOAD && p->size < HEAD_BYTES)
		pass_refuse(p, GVI_SAVE_FORMAT);
	for (unsigned i = 0; i < sizeof first; i++)
		PASS(p, first[i]);
	PASS(p, version);
	PASS_AS(p, 4, *values_log2, 30);
	if (memcmp(first, magic, sizeof first) != 0 || !version)
		p->status = GVI_SAVE_FORMAT;
	else if (version > GVI_SAVE_VERSION)
		p->status = GVI_SAVE_NEWER;
	else if (*values_log2 && !gvi_history_size(*values_log2))
		pass_refuse(p, GVI_SAVE_VALUE);
}

/* ---- Lists of what is not as it usually is -------------------------------- */

/* Elements of `each` bytes, 1 or 8, that usually have the value `usual`. */
struct sparse {
	void *at;
	unsigned count, each;
	uint64_t usual;
	uint32_t (*key)(unsigned index); /* below LAST_KEY */
};

static uint64_t element(const struct sparse *s, unsigned i)
{
	return member_get((const uint8_t *)s->at + (size_t)i * s->each, s->each);
}

/* Passes the key of the next element from `i` on, or the last key. */
static unsigned next(struct pass *p, const struct sparse *s, unsigned i)
{
	uint32_t key = LAST_KEY;

	while (p->way != LOAD && i < s->count && element(s, i) == s->usual)
		i++;
	if (p->way != LOAD && i < s->count)
		key = s->key(i);
	PASS(p, key);
	if (p->way != LOAD || p->status != GVI_OK)
		return p->way == LOAD ? s->count : i;
	while (i < s->count && s->key(i) != key)
		i++;
	if (i == s->count && key != LAST_KEY)
		pass_refuse(p, GVI_SAVE_UNKNOWN);
	return i;
}

static void pass_sparse(struct pass *p, struct sparse s)
{
	for (unsigned i = next(p, &s, 0); i < s.count; i = next(p, &s, i + 1)) {
		pass_number(p, (uint8_t *)s.at + (size_t)i * s.each, s.each, s.each, UINT64_MAX);
		if (element(&s, i) == s.usual)
			pass_refuse(p, GVI_SAVE_VALUE);
	}
}

/* FNV-1a of the name. */
static uint32_t choice_key(unsigned choice)
{
	uint32_t hash = UINT32_C(0x811c9dc5);

	for (const char *c = gvi_choices[choice].id; *c; c++)
		hash = (hash ^ (uint8_t)*c) * UINT32_C(0x01000193);
	return hash;
}

/* The register of a slot, and its offset. */
static const struct gvi_register *register_of(unsigned slot, uint32_t *offset)
{
	const struct gvi_register *r = gvi_registers;

	for (; slot >= r->count; r++)
		slot -= r->count;
	*offset = r->offset + slot * r->stride;
	return r;
}

static uint32_t register_key(unsigned slot)
{
	uint32_t offset;

	(void)register_of(slot, &offset);
	return offset;
}

static uint32_t plain_key(unsigned index)
{
	return index;
}

/* ---- What is saved -------------------------------------------------------- */

static void pass_config(struct pass *p, struct gvi_config *c)
{
	PASS(p, c->version);
	PASS(p, c->revision);
	PASS(p, c->device);
	PASS(p, c->pci_id);
	PASS(p, c->capability);
	PASS(p, c->misc0);
	PASS(p, c->misc1);
	PASS(p, c->efr);
	PASS(p, c->efr2);
	PASS(p, c->control);
	PASS(p, c->base);
	PASS_TO(p, c->enabled, 1);
	PASS_TO(p, c->no_host, 1);
	PASS_TO(p, c->snp, 1);
	PASS_TO(p, c->irt_cache_dis, 1);
	PASS_TO(p, c->gst_buffer, 1);
	PASS(p, c->msi_messages_log2);
	pass_sparse(p, (struct sparse){c->habit, GVI_NCHOICES, 1, GVI_UNSETTLED, choice_key});
}

static void pass_pci(struct pass *p, struct pci_state *pci);
static void pass_pending(struct pass *p, struct gvi *m);
static void pass_invalidations(struct pass *p, struct gvi *m);
static void pass_held(struct pass *p, struct gvi *m);
static void pass_effects(struct pass *p, struct gvi *m);

static void pass_state(struct pass *p, struct gvi *m)
{
	pass_sparse(p, (struct sparse){m->reg, NSLOTS, 8, 0, register_key});
	pass_sparse(p, (struct sparse){m->shadow, NSLOTS, 8, 0, register_key});
	pass_pci(p, &m->pci);
	PASS_TO(p, m->armed, (1u << NLOGS) - 1);
	pass_pending(p, m);
	pass_invalidations(p, m);
	pass_held(p, m);
	pass_effects(p, m);
	pass_sparse(p, (struct sparse){m->first_logged, sizeof m->first_logged, 1, 0, plain_key});
	PASS_AS(p, 4, m->nrelogged, MAX_RELOGGED);
	for (unsigned i = 0; i < m->nrelogged; i++)
		PASS(p, m->relogged[i]);
}

static void pass_pci(struct pass *p, struct pci_state *pci)
{
	PASS(p, pci->command);
	PASS(p, pci->base_low);
	PASS(p, pci->base_high);
	PASS(p, pci->range);
	PASS(p, pci->misc0);
	PASS(p, pci->misc1);
}

static void pass_pending(struct pass *p, struct gvi *m)
{
	PASS_AS(p, 8, m->lost_pending, SIZE_MAX);
	PASS_AS(p, 4, m->npending, GVI_MAX_PENDING);
	for (size_t i = 0; i < m->npending; i++) {
		PASS(p, m->pending[i].raw[0]);
		PASS(p, m->pending[i].raw[1]);
		PASS(p, m->since[i].visible);
		PASS(p, m->since[i].order);
	}
}

static void pass_invalidations(struct pass *p, struct gvi *m)
{
	PASS_AS(p, 4, m->ninvalidations, GVI_MAX_INVALIDATIONS);
	for (unsigned i = 0; i < m->ninvalidations; i++) {
		struct gvi_invalidation *one = &m->invalidations[i];

		PASS(p, one->spa);
		PASS(p, one->device);
		PASS(p, one->queue);
		PASS_TO(p, one->tag, TAGS - 1);
		PASS(p, m->invalidation_order[i]);
	}
}

static void pass_command(struct pass *p, struct command *c);

static void pass_held(struct pass *p, struct gvi *m)
{
	PASS(p, m->fetched);
	PASS_TO(p, m->crowded, 1);
	PASS_AS(p, 4, m->nheld, MAX_HELD);
	for (unsigned i = 0; i < m->nheld; i++)
		pass_command(p, &m->held[i]);
}

static void pass_command(struct pass *p, struct command *c)
{
	PASS(p, c->raw[0]);
	PASS(p, c->raw[1]);
	PASS(p, c->spa);
	PASS(p, c->offset);
	PASS(p, c->visible);
	PASS(p, c->order);
	PASS_AS(p, 8, c->lost, SIZE_MAX);
	PASS_TO(p, c->bus, GVI_BUS_POISON);
	PASS_TO(p, c->iotlb, IOTLB_ILLEGAL);
	PASS_TO(p, c->illegal, 1);
	PASS_TO(p, c->over, 1);
}

static void pass_message(struct pass *p, struct gvi_message *message);

static void pass_effects(struct pass *p, struct gvi *m)
{
	PASS_AS(p, 4, m->neffects, GVI_MAX_EFFECTS);
	for (size_t i = 0; i < m->neffects; i++) {
		struct gvi_effect *e = &m->effects[i];

		PASS_TO(p, e->kind, GVI_EFFECT_RAISE);
		PASS_TO(p, e->bus, GVI_BUS_POISON);
		PASS_TO(p, e->length, 16);
		PASS(p, e->spa);
		PASS(p, e->data[0]);
		PASS(p, e->data[1]);
		pass_message(p, &e->message);
	}
}

static void pass_message(struct pass *p, struct gvi_message *message)
{
	PASS(p, message->address);
	PASS(p, message->data);
	PASS(p, message->destination);
	PASS(p, message->pasid);
	PASS(p, message->device);
	PASS_TO(p, message->kind, GVI_MESSAGE_RESPONSE);
	PASS_TO(p, message->source, GVI_NSOURCES - 1);
	PASS(p, message->tag);
	PASS_TO(p, message->has_pasid, 1);
	PASS_TO(p, message->rq_eoi, 1);
	PASS_TO(p, message->x2apic, 1);
}

static void pass_past(struct pass *p, struct past_state *past)
{
	PASS_TO(p, past->used, 1);
	PASS_TO(p, past->unsure, 1);
	PASS(p, past->moved);
	PASS(p, past->enabled);
	PASS_AS(p, 4, past->nended, GVI_MAX_ENDED);
	for (unsigned i = 0; i < past->nended; i++) {
		PASS(p, past->ended[i].command[0]);
		PASS(p, past->ended[i].command[1]);
		PASS(p, past->ended[i].time);
		PASS(p, past->ended[i].at);
	}
	PASS_AS(p, 4, past->nall, GVI_MAX_ALL);
	for (unsigned i = 0; i < past->nall; i++) {
		PASS(p, past->all[i].time);
		PASS(p, past->all[i].at);
	}
	PASS_AS(p, 4, past->nvisible, GVI_MAX_VISIBLE);
	for (unsigned i = 0; i < past->nvisible; i++) {
		PASS(p, past->visible[i].tail);
		PASS(p, past->visible[i].time);
	}
}

/* ---- What an IOMMU can be --------------------------------------------------- */

static bool possible_registers(struct gvi *m);
static bool possible_tags(const struct gvi *m);

static bool possible_pci(const struct gvi *m)
{
	const struct pci_state *pci = &m->pci;

	return !(pci->command & ~4u) && !(pci->base_low & 0x3ffe) && !(pci->range & 0x7f) &&
	       !((pci->misc0 ^ m->config.misc0) & ~0xf8400000u);
}

/* They stand in the order of the ring. */
static bool possible_held(const struct gvi *m)
{
	for (unsigned i = 0; i < m->nheld; i++)
		if (m->held[i].order >= m->fetched ||
		    (i && m->held[i].order <= m->held[i - 1].order))
			return false;
	return true;
}

static bool possible(struct gvi *m)
{
	return possible_registers(m) && possible_pci(m) && possible_held(m) && possible_tags(m);
}

static bool possible_tags(const struct gvi *m)
{
	for (unsigned i = 0; i < m->ninvalidations; i++)
		for (unsigned k = 0; k < i; k++)
			if (m->invalidations[i].device == m->invalidations[k].device &&
			    m->invalidations[i].tag == m->invalidations[k].tag)
				return false;
	return true;
}

/* The bits that a register can have, with whatever features. */
static uint64_t possible_bits(unsigned slot)
{
	uint32_t offset;
	const struct gvi_format *f = &gvi_formats[register_of(slot, &offset)->format];
	/* [galog.pointer] AMB-5.6 */
	uint64_t bits = slot == SLOT_GA_LOG_HEAD || slot == SLOT_GA_LOG_TAIL ? 0x70000 : 0;

	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (gvi_fields[i].access != GVI_NONE)
			bits |= gvi_field_mask((enum gvi_field_id)i, 0);
	return bits;
}

/* [register.ring-length] What has no length does not run. */
static bool possible_registers(struct gvi *m)
{
	for (unsigned slot = 0; slot < NSLOTS; slot++)
		if ((m->reg[slot] | m->shadow[slot]) & ~(possible_bits(slot) | m->reset.reg[slot]))
			return false;
	if (get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]) && !ring_bytes(m, command_ring()))
		return false;
	return m->reg[SLOT_EFR] == m->reset.reg[SLOT_EFR] &&
	       m->reg[SLOT_EFR2] == m->reset.reg[SLOT_EFR2];
}
