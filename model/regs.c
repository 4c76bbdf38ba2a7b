/* The MMIO window: docs/spec/07-mmio-registers.md.  What a register is stands in
 * mmio.def; here is what writing one does. */
#include "model/regs.h"

#include <string.h>

#include "model/device.h"
#include "model/history.h"
#include "model/host.h"
#include "model/run.h"
#include "model/signal.h"

/* One register that an offset names. */
struct place {
	const struct gvi_register *reg;
	enum slot slot;
	uint32_t offset;        /* of its first byte */
};

static bool locate(struct gvi *m, uint32_t offset, struct place *place);
static uint64_t read_place(struct gvi *m, const struct place *place);
static void write_place(struct gvi *m, const struct place *place, uint64_t value, uint64_t lanes);
static unsigned place_bytes(const struct place *place);
static void draw_map(uint8_t map[MAP_ROWS]);

/* ---- Section 1: the window ---------------------------------------------- */

uint32_t regs_window(const struct gvi *m)
{
	/* [register.window-size] */
	return has(m, GVI_FEATURE_PCSUP) ? 0x80000 : 0x4000;
}

uint64_t regs_read(struct gvi *m, uint32_t offset, unsigned len)
{
	uint64_t value = 0;

	/* [register.pairs] An 8-byte access covers a pair of 32-bit registers. */
	for (unsigned done = 0; done < len;) {
		struct place place;
		uint64_t part = 0;
		unsigned step = len < 4 ? len : 4;

		if (locate(m, offset + done, &place)) {
			part = read_place(m, &place) >> 8 * (offset + done - place.offset);
			step = place_bytes(&place) < len ? place_bytes(&place) : len;
		} else {
			cite(m, GVI_CLAUSE_REGISTER_ABSENT);
			if (choose(m, GVI_CHOICE_REGISTER_ABSENT) == 1)
				part = UINT64_MAX;
		}
		value |= (part & low_ones(8 * step)) << 8 * done;
		done += step;
	}
	return value;
}

void regs_write(struct gvi *m, uint32_t offset, unsigned len, uint64_t value)
{
	for (unsigned done = 0; done < len;) {
		struct place place;
		unsigned step = len < 4 ? len : 4, at;

		if (locate(m, offset + done, &place)) {
			step = place_bytes(&place) < len ? place_bytes(&place) : len;
			at = 8 * (offset + done - place.offset);
			write_place(m, &place, (value >> 8 * done & low_ones(8 * step)) << at,
				    low_ones(8 * step) << at);
		}
		done += step;
	}
}

/* ---- Section 2: the map ------------------------------------------------- */

static const uint16_t slots[GVI_NREGISTERS] = {
#define REGISTER(id, bits, offset, count, stride, needs, title, clause)                            \
	[GVI_REGISTER_##id] = SLOT_##id,
#include "goldvi/def/formats.inc"
};

/* SmiFRC says how many SMI filters there are. */
static unsigned instances(const struct gvi *m, const struct gvi_register *r)
{
	return r->format == GVI_FORMAT_SMI_FILTER ? 1u << get_EFR_SMIFRC(&m->config.efr) : r->count;
}

#define REGISTER(id, bits, offset, count, stride, needs, title, clause)                            \
	_Static_assert((offset) + ((count)-1) * (stride) + (bits) / 8 <= MAP_LOW ||                \
			       ((offset) >= MAP_HIGH && (offset) + (bits) / 8 <= MAP_END),         \
		       "the map has no room for " #id);
#include "goldvi/def/formats.inc"

static unsigned row(uint32_t offset)
{
	if (offset < MAP_LOW)
		return offset / 4;
	return offset < MAP_HIGH ? MAP_ROWS : (offset - MAP_HIGH + MAP_LOW) / 4;
}

/* [register.absent] A register whose feature is missing is not there.  The
 * counters above 40000h are none: NCounterBanks is 0. */
static bool locate(struct gvi *m, uint32_t offset, struct place *place)
{
	unsigned at = row(offset), i = at < MAP_ROWS ? m->reset.map[at] : 0, n;
	const struct gvi_register *r;

	if (i == 0)
		return false;
	r = &gvi_registers[i - 1];
	n = r->count > 1 ? (offset - r->offset) / r->stride : 0;
	if (!has(m, (enum gvi_feature_id)r->needs) || n >= instances(m, r))
		return false;
	*place = (struct place){r, (enum slot)(slots[i - 1] + n), r->offset + n * r->stride};
	return true;
}

static void draw_map(uint8_t map[MAP_ROWS])
{
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];
		unsigned bytes = gvi_formats[r->format].bits / 8u;

		for (unsigned n = 0; n < r->count; n++)
			for (unsigned k = 0; k < bytes; k += 4)
				map[row(r->offset + n * r->stride + k)] = (uint8_t)(i + 1);
	}
}

static unsigned place_bytes(const struct place *place)
{
	return gvi_formats[place->reg->format].bits / 8u;
}

/* ---- Reading ------------------------------------------------------------ */

static bool snp_locked(struct gvi *m, enum slot slot);

static uint64_t read_place(struct gvi *m, const struct place *place)
{
	uint64_t value = m->reg[place->slot];

	if (snp_locked(m, place->slot) && choose(m, GVI_CHOICE_SNP_LOCKED) == 1)
		value = m->shadow[place->slot];
	switch (place->slot) {
	case SLOT_EXCL_LIMIT:
		cite(m, GVI_CLAUSE_REGISTER_EXCLUSION_LIMIT);
		return choose(m, GVI_CHOICE_EXCL_LIMIT_LOW) == 1 ? value | 0xfff : value;
	case SLOT_MSI_VECTOR_0:
		cite(m, GVI_CLAUSE_REGISTER_MSI_MIRROR);
		return m->pci.misc0;
	case SLOT_MSI_VECTOR_1:
		cite(m, GVI_CLAUSE_REGISTER_MSI_MIRROR);
		return m->pci.misc1;
	default:
		return value;
	}
}

/* ---- Writing ------------------------------------------------------------ */

/* The bits of a register by access type, as far as their feature is there. */
struct access_masks {
	uint64_t by[GVI_RW1S + 1];
};

static struct access_masks access_masks(const struct gvi *m, unsigned format);
static uint64_t pointer_bits(struct gvi *m, enum slot slot);
static bool accept(struct gvi *m, const struct place *place, uint64_t old, uint64_t *new);
static bool has_enables(enum slot slot);
static void after_write(struct gvi *m, enum slot slot, uint64_t old, uint64_t lanes);
static void device_table_moved(struct gvi *m);

/* `value` stands in the lanes that are written, zeros elsewhere. */
static void write_place(struct gvi *m, const struct place *place, uint64_t value, uint64_t lanes)
{
	struct access_masks mask = access_masks(m, place->reg->format);
	unsigned before = interrupt_sources(m);
	uint64_t rw = (mask.by[GVI_RW] | pointer_bits(m, place->slot)) & lanes;
	/* [register.msi-mirror] The state of this one is configuration space's. */
	uint64_t old = place->slot == SLOT_MSI_VECTOR_1 ? m->pci.misc1 : m->reg[place->slot];
	uint64_t new = (old & ~rw) | (value & rw);

	/* [register.access-types] */
	new &= ~(value & mask.by[GVI_RW1C]);
	new |= value & mask.by[GVI_RW1S];
	cite(m, GVI_CLAUSE_REGISTER_ACCESS_TYPES);
	if (lanes != low_ones(8 * place_bytes(place)))
		cite(m, GVI_CLAUSE_REGISTER_HALF_WRITE);
	m->shadow[place->slot] = new;
	if (!accept(m, place, old, &new))
		return;
	m->reg[place->slot] = new;
	after_write(m, place->slot, old, lanes);
	/* [register.interrupt-edge] An enable that meets its status bit. */
	if (has_enables(place->slot) && choose(m, GVI_CHOICE_ENABLE_WHILE_STATUS) == 1)
		before = interrupt_sources(m);
	interrupt_rising(m, before);
}

/* [galog.pointer] AMB-5.6: bits 18:16 of the GA log's pointers. */
static uint64_t pointer_bits(struct gvi *m, enum slot slot)
{
	if (slot != SLOT_GA_LOG_HEAD && slot != SLOT_GA_LOG_TAIL)
		return 0;
	return choose(m, GVI_CHOICE_GA_LOG_POINTER) == 1 ? 0x70000 : 0;
}

static bool has_enables(enum slot slot)
{
	return slot == SLOT_CONTROL || slot == SLOT_PPR_LOG_EARLY || slot == SLOT_PPR_LOG_B_EARLY;
}

static struct access_masks access_masks(const struct gvi *m, unsigned format)
{
	const struct gvi_format *f = &gvi_formats[format];
	struct access_masks mask = {{0}};

	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (has(m, (enum gvi_feature_id)gvi_fields[i].needs))
			mask.by[gvi_fields[i].access] |= gvi_field_mask((enum gvi_field_id)i, 0);
	return mask;
}

static bool accept_control(struct gvi *m, uint64_t old, uint64_t *new);

/* Whether a write counts; it may still change what is written. */
static bool accept(struct gvi *m, const struct place *place, uint64_t old, uint64_t *new)
{
	if (snp_locked(m, place->slot)) {
		cite(m, GVI_CLAUSE_REGISTER_SNP_LOCK);
		return false;
	}
	if (place->reg->format == GVI_FORMAT_SMI_FILTER) {
		cite(m, GVI_CLAUSE_REGISTER_SMI_FILTER_LOCK);
		return !get_SMI_FILTER_SMI_F_LOCK(&old);
	}
	switch (place->slot) {
	case SLOT_CONTROL:
		return accept_control(m, old, new);
	case SLOT_HW_EVENT_STATUS:
		/* [register.hardware-event] */
		return get_HW_EVENT_STATUS_HEV(&old);
	default:
		return run_accepts(m, place->slot, new);
	}
}

/* [register.snp-lock] */
static bool snp_locked(struct gvi *m, enum slot slot)
{
	return m->config.snp &&
	       (slot == SLOT_DEV_TAB_BASE || slot == SLOT_CMD_BUF_BASE ||
		slot == SLOT_EVENT_LOG_BASE || slot == SLOT_EXCL_BASE || slot == SLOT_EXCL_LIMIT);
}

static void after_write(struct gvi *m, enum slot slot, uint64_t old, uint64_t lanes)
{
	switch (slot) {
	case SLOT_CONTROL:
		run_enables(m, old);
		regs_derive(m);
		if (get_CONTROL_IOMMU_EN(&m->reg[slot]))
			history_enabled(m);
		if ((old ^ m->reg[slot]) & mask_CONTROL_DEV_TBL_SEG_EN(0))
			device_table_moved(m);
		break;
	case SLOT_STATUS:
		run_cleared(m);
		break;
	case SLOT_CMD_BUF_TAIL:
		history_tail(m, m->reg[slot]);
		break;
	case SLOT_MSI_VECTOR_1:
		m->pci.misc1 = (uint32_t)m->reg[slot];
		break;
	default:
		if (slot == SLOT_DEV_TAB_BASE ||
		    (slot >= SLOT_DEV_TAB_SEG_BASE && slot <= LAST_DEV_TAB_SEG_BASE))
			device_table_moved(m);
		run_base_written(m, slot, lanes);
	}
}

/* Who takes no notice of the past may have to from now on. */
static void device_table_moved(struct gvi *m)
{
	history_moved(m);
	host_watch(m);
}

/* ---- Section 4: Control ------------------------------------------------- */

/* The largest defined value of each encoded field, by what supports it. */
static uint64_t largest(const struct gvi *m, enum gvi_field_id field)
{
	const uint64_t *efr = &m->config.efr;

	switch (field) {
	case GVI_CONTROL_INV_TIMEOUT:
		return 6;
	case GVI_CONTROL_DUAL_PPR_LOG_EN:
		return get_EFR_DUALPPRLOGSUP(efr);
	case GVI_CONTROL_DUAL_EVENT_LOG_EN:
		return get_EFR_DUALEVENTLOGSUP(efr);
	case GVI_CONTROL_DEV_TBL_SEG_EN:
		return get_EFR_DEV_TBL_SEG_SUP(efr);
	default:
		return 1;
	}
}

static const uint16_t encoded[] = {
	GVI_CONTROL_INV_TIMEOUT,       GVI_CONTROL_DUAL_PPR_LOG_EN, GVI_CONTROL_DUAL_EVENT_LOG_EN,
	GVI_CONTROL_DEV_TBL_SEG_EN,    GVI_CONTROL_GAM_EN,          GVI_CONTROL_PRIV_ABRT_EN,
	GVI_CONTROL_NUM_INT_REMAP_MODE, GVI_CONTROL_SNP_AVIC_EN,
};

/* [register.control-reserved-encoding] [register.control-gates] */
static bool accept_control(struct gvi *m, uint64_t old, uint64_t *new)
{
	for (unsigned i = 0; i < sizeof encoded / sizeof encoded[0]; i++) {
		enum gvi_field_id field = (enum gvi_field_id)encoded[i];
		bool segments = field == GVI_CONTROL_DEV_TBL_SEG_EN;
		unsigned pick;

		if (gvi_get(field, new) <= largest(m, field))
			continue;
		cite(m, GVI_CLAUSE_REGISTER_CONTROL_RESERVED_ENCODING);
		pick = choose(m, segments ? GVI_CHOICE_SEGMENTS_RESERVED : GVI_CHOICE_CONTROL_RESERVED);
		if (pick == 2)
			return false;
		if (pick == 1)
			(void)gvi_set(field, new, gvi_get(field, &old));
	}
	if (!has(m, GVI_FEATURE_HTTUNNEL) && choose(m, GVI_CHOICE_HT_TUN_EN) == 1)
		set_CONTROL_HT_TUN_EN(new, 0);
	return true;
}

/* ---- Features in force -------------------------------------------------- */

static uint64_t field(uint64_t word, unsigned hi, unsigned lo)
{
	return word >> lo & low_ones(hi - lo + 1);
}

void regs_derive(struct gvi *m)
{
	const struct gvi_config *c = &m->config;
	uint64_t set = 0;

#define EFR(hi, lo)       field(c->efr, hi, lo)
#define EFR2(hi, lo)      field(c->efr2, hi, lo)
#define CAP(hi, lo)       field(c->capability, hi, lo)
#define CONTROL(hi, lo)   field(m->reg[SLOT_CONTROL], hi, lo)
#define REV(major, minor) (c->revision >= GVI_REVISION(major, minor))
#define IMPL(n)           ((n) == 0 ? c->irt_cache_dis : c->gst_buffer)
#define FEATURE(id, name, text, condition)                                                         \
	if (condition)                                                                             \
		set |= UINT64_C(1) << GVI_FEATURE_##id;
#include "goldvi/def/feature.def"
#undef FEATURE
	m->features = set;
	device_derive(m);
}

/* ---- Reset -------------------------------------------------------------- */

static void reset_register(struct gvi *m, unsigned i);

void regs_reset(struct gvi *m)
{
	memcpy(m->reg, m->reset.reg, sizeof m->reg);
	memcpy(m->shadow, m->reset.reg, sizeof m->shadow);
	m->derived = m->reset.derived;
	m->features = m->reset.features;
	m->armed = 0;
}

void regs_init(struct gvi *m)
{
	const struct gvi_config *c = &m->config;

	draw_map(m->reset.map);
	for (unsigned i = 0; i < GVI_NREGISTERS; i++)
		reset_register(m, i);
	m->reg[SLOT_EFR] = c->efr;
	m->reg[SLOT_EFR2] = c->efr2;
	set_MSI_CAP_HEADER_MULT_MESS_CAP(&m->reg[SLOT_MSI_CAP_HEADER], c->msi_messages_log2);
	/* Which bits of Control exist hangs on features, some of which hang on
	 * bits of Control. */
	regs_derive(m);
	m->reg[SLOT_CONTROL] |= c->control & access_masks(m, GVI_FORMAT_CONTROL).by[GVI_RW];
	run_enables(m, 0);
	regs_derive(m);
	m->reset.derived = m->derived;
	m->reset.features = m->features;
	memcpy(m->reset.reg, m->reg, sizeof m->reg);
}

static void reset_register(struct gvi *m, unsigned i)
{
	const struct gvi_format *f = &gvi_formats[gvi_registers[i].format];
	uint64_t value = 0;

	for (unsigned k = f->first; k < f->first + f->nfields; k++)
		(void)gvi_set((enum gvi_field_id)k, &value,
			      gvi_fields[k].reset << gvi_fields[k].scale);
	for (unsigned n = 0; n < gvi_registers[i].count; n++)
		m->reg[slots[i] + n] = value;
}
