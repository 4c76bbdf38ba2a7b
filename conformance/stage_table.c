/* On the stage: tables of devices, and the operations that make, change and spoil
 * them.
 *
 * A device has one host table of each level, two guest tables of each level (by the
 * last bit of the PASID) and one GCR3 table of each level, so that paths of several
 * addresses share them.  Guest physical addresses of guest tables are what system
 * physical addresses are. */
#include "conformance/stage.h"

#include <string.h>

static void store_word(struct stage *s, const struct operation *o);
static void store_field(struct stage *s, const struct operation *o);
static void make_entry(struct stage *s, const struct operation *o);
static void make_path(struct stage *s, const struct operation *o);
static void make_interrupt(struct stage *s, const struct operation *o);
static void make_error(struct stage *s, const struct operation *o);
static void make_race(struct stage *s, const struct operation *o);

bool stage_change(struct stage *s, const struct operation *o)
{
	switch (o->kind) {
	case STREAM_STORE:
	case STREAM_FLIP:
		store_word(s, o);
		return true;
	case STREAM_FIELD:
		store_field(s, o);
		return true;
	case STREAM_ENTRY:
		make_entry(s, o);
		return true;
	case STREAM_MAP:
		make_path(s, o);
		return true;
	case STREAM_IRTE:
		make_interrupt(s, o);
		return true;
	case STREAM_ERROR:
		make_error(s, o);
		return true;
	case STREAM_RACE:
		make_race(s, o);
		return true;
	default:
		return false;
	}
}

/* ---- Where tables are ------------------------------------------------------------ */

static uint64_t entry_at(unsigned device)
{
	return STAGE_TABLE + 32 * (uint64_t)stage_device(device);
}

uint64_t stage_host_table(unsigned device, unsigned level)
{
	return STAGE_HOST + 0x10000 * (uint64_t)device + 0x1000 * (uint64_t)level;
}

static uint64_t gcr3_table(unsigned device, unsigned level)
{
	return STAGE_GCR3 + 0x10000 * (uint64_t)device + 0x1000 * (uint64_t)level;
}

static uint64_t guest_table(unsigned device, uint32_t pasid, unsigned level)
{
	return STAGE_GUEST + 0x20000 * (uint64_t)device + 0x10000 * (uint64_t)(pasid & 1) +
	       0x1000 * (uint64_t)level;
}

/* The entry of a table of 512 that an address meets at a level, from 1. */
static uint64_t slot(uint64_t table, unsigned level, uint64_t address)
{
	return table + 8 * (address >> (3 + 9 * level) & 511);
}

static struct place table_place(struct stage *s, unsigned device, uint8_t where);
static struct place buffer_place(unsigned which, uint8_t where);

struct place stage_place(struct stage *s, uint8_t which, uint8_t where)
{
	unsigned device = where % STAGE_DEVICES;

	switch (which % 8) {
	case 0:
		return (struct place){entry_at(device), 4, GVI_FORMAT_DTE};
	case 1:
	case 2:
	case 3:
	case 4:
		return table_place(s, which, where);
	default:
		return buffer_place(which, where);
	}
}

static enum gvi_format_id host_format(uint64_t entry);
static enum gvi_format_id guest_format(unsigned level, uint64_t entry);
static enum gvi_format_id interrupt_format(struct stage *s, uint64_t spa);

/* On the path of an address that the device has; three bits of `which` say of which
 * of its paths, the upper ones of `where` at which level. */
static struct place table_place(struct stage *s, unsigned which, uint8_t where)
{
	unsigned device = where % STAGE_DEVICES, level = where / STAGE_DEVICES;
	unsigned path = which / 8 % STAGE_PATHS;
	uint64_t address = s->device[device].address[path], spa;
	uint32_t pasid = s->device[device].pasid[path];

	switch (which % 8) {
	case 1:
		level = 1 + level % 6;
		spa = slot(stage_host_table(device, level), level, address);
		return (struct place){spa, 1, host_format(memory_load(s->memory, spa))};
	case 2:
		level %= 3;
		spa = gcr3_table(device, level) + 8 * (uint64_t)(pasid >> 9 * level & 511);
		return (struct place){spa, 1, level ? GVI_FORMAT_GCR3_NEXT : GVI_FORMAT_GCR3};
	case 3:
		level = 1 + level % 5;
		spa = slot(guest_table(device, pasid, level), level, address);
		return (struct place){spa, 1, guest_format(level, memory_load(s->memory, spa))};
	default:
		spa = STAGE_INTERRUPTS + 0x10000 * (uint64_t)device + 16 * (uint64_t)(level % 16);
		return (struct place){spa, 2, interrupt_format(s, spa)};
	}
}

static struct place buffer_place(unsigned which, uint8_t where)
{
	const struct place vapic = {STAGE_VAPIC + 0x200 + 16 * (uint64_t)(where % 8), 1,
				    GVI_FORMAT_VAPIC_IRR};

	if (which % 8 == 5)
		return (struct place){STAGE_COMMANDS + 8 * (uint64_t)where, 1, GVI_NFORMATS};
	if (which % 8 == 6)
		return vapic;
	return (struct place){STAGE_EVENTS + 8 * (uint64_t)where, 1, GVI_NFORMATS};
}

static enum gvi_format_id host_format(uint64_t entry)
{
	uint64_t level = gvi_get(GVI_PTE_NEXT_LEVEL, &entry);

	return level == 0 || level == 7 ? GVI_FORMAT_PTE : GVI_FORMAT_PDE;
}

static enum gvi_format_id guest_format(unsigned level, uint64_t entry)
{
	static const enum gvi_format_id tables[] = {GVI_FORMAT_GPTE,   GVI_FORMAT_GPTE,
						    GVI_FORMAT_GPDE,   GVI_FORMAT_GPDPE,
						    GVI_FORMAT_GPML4E, GVI_FORMAT_GPML5E};

	if (gvi_get(GVI_GPDE_2M_PS, &entry) && level == 2)
		return GVI_FORMAT_GPDE_2M;
	if (gvi_get(GVI_GPDE_2M_PS, &entry) && level == 3)
		return GVI_FORMAT_GPDPE_1G;
	return tables[level];
}

static enum gvi_format_id interrupt_format(struct stage *s, uint64_t spa)
{
	uint64_t control = stage_register(s, GVI_REGISTER_CONTROL);
	uint64_t entry = memory_load(s->memory, spa);
	bool guest = gvi_get(GVI_IRTE_GUEST_GUEST_MODE, &entry);

	if (!gvi_get(GVI_CONTROL_GA_EN, &control))
		return GVI_FORMAT_IRTE_32;
	if (gvi_get(GVI_CONTROL_XT_EN, &control))
		return guest ? GVI_FORMAT_IRTE_GUEST_X2APIC : GVI_FORMAT_IRTE_128_X2APIC;
	return guest ? GVI_FORMAT_IRTE_GUEST : GVI_FORMAT_IRTE_128;
}

/* A place, or any word. */
static struct place target(struct stage *s, const struct operation *o)
{
	uint64_t number = 0;

	if (o->a[0] != STREAM_ANYWHERE)
		return stage_place(s, o->a[0], o->a[1]);
	for (unsigned i = 0; i < 4; i++)
		number |= (uint64_t)o->a[3 + i] << 8 * i;
	return (struct place){o->kind == STREAM_ERROR ? o->value : 8 * number, 1, GVI_NFORMATS};
}

/* ---- Words and fields --------------------------------------------------------------- */

static void store_word(struct stage *s, const struct operation *o)
{
	bool flip = o->kind == STREAM_FLIP;
	struct place p = flip ? stage_place(s, o->a[0], o->a[1]) : target(s, o);
	uint64_t spa = p.spa + 8 * (uint64_t)(o->a[2] % p.words);
	uint64_t word = o->value;

	if (flip)
		word = memory_load(s->memory, spa) ^ UINT64_C(1) << o->a[3] % 64;
	stage_store(s, spa, &word, 1);
}

static void store_field(struct stage *s, const struct operation *o)
{
	struct place p = stage_place(s, o->a[0], o->a[1]);
	uint64_t raw[GVI_MAX_WORDS] = {0};
	const struct gvi_format *f;
	enum gvi_field_id field;

	if (p.format == GVI_NFORMATS) {
		stage_store(s, p.spa, &o->value, 1);
		return;
	}
	f = &gvi_formats[p.format];
	field = (enum gvi_field_id)(f->first + o->a[2] % f->nfields);
	for (unsigned i = 0; i < p.words; i++)
		raw[i] = memory_load(s->memory, p.spa + 8 * i);
	(void)gvi_set(field, raw, stage_edge(field, o->a[3], o->value));
	stage_store(s, p.spa, raw, p.words);
}

/* A value that E rows name, the n-th; `value` if there are none. */
static uint64_t named_value(enum gvi_field_id field, unsigned n, uint64_t value)
{
	size_t first = 0, count = 0;

	for (size_t i = 0; i < gvi_nvalue_names; i++)
		if (gvi_value_names[i].field == field && !count++)
			first = i;
	return count ? gvi_value_names[first + n % count].value : value;
}

uint64_t stage_edge(enum gvi_field_id field, unsigned how, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[field];
	unsigned width = gvi_width(field);
	uint64_t most = width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;

	switch (how % 8) {
	case 0:
		return 0;
	case 1:
		return most << f->scale;
	case 2:
		return UINT64_C(1) << f->scale;
	case 3:
		return UINT64_C(1) << (width - 1) << f->scale;
	case 4:
		return (most - 1) << f->scale;
	case 5:
		return named_value(field, how / 8, value & most);
	case 6:
		return f->kind == GVI_CODE ? f->reset : (value & most) << f->scale;
	default:
		return value & most << f->scale;
	}
}

/* ---- Device table entries --------------------------------------------------------------- */

static void set(uint64_t *raw, enum gvi_field_id field, uint64_t value)
{
	(void)gvi_set(field, raw, value);
}

static void memory_half(const struct operation *o, unsigned device, uint64_t *raw);
static void interrupt_half(const struct operation *o, unsigned device, uint64_t *raw);

static void make_entry(struct stage *s, const struct operation *o)
{
	unsigned device = o->a[0] % STAGE_DEVICES;
	uint64_t raw[4] = {0};

	memory_half(o, device, raw);
	interrupt_half(o, device, raw);
	stage_store(s, entry_at(device), raw, 4);
}

/* Flags in a[2] and a[5]: what is usual is 0. */
static void memory_half(const struct operation *o, unsigned device, uint64_t *raw)
{
	unsigned flags = o->a[2], more = o->a[5], kinds = o->a[3], mode = o->a[1] & 7;
	unsigned levels = kinds >> 2 & 3;

	set(raw, GVI_DTE_V, !(flags & 1));
	set(raw, GVI_DTE_TV, !(flags & 2));
	set(raw, GVI_DTE_GV, flags >> 2 & 1);
	set(raw, GVI_DTE_GIOV, flags >> 3 & 1);
	set(raw, GVI_DTE_I, flags >> 4 & 1);
	set(raw, GVI_DTE_PPR, flags >> 5 & 1);
	set(raw, GVI_DTE_IR, !(flags >> 6 & 1));
	set(raw, GVI_DTE_IW, !(flags >> 7 & 1));
	set(raw, GVI_DTE_MODE, mode);
	if (mode)
		set(raw, GVI_DTE_HOST_ROOT, stage_host_table(device, mode));
	set(raw, GVI_DTE_HAD, kinds & 3);
	set(raw, GVI_DTE_GLX, levels);
	if (flags >> 2 & 1)
		set(raw, GVI_DTE_GCR3_ROOT, gcr3_table(device, levels % 3));
	set(raw, GVI_DTE_IOCTL, kinds >> 4 & 3);
	set(raw, GVI_DTE_SYSMGT, kinds >> 6 & 3);
	set(raw, GVI_DTE_DOMAIN_ID, 0x10 + device);
	set(raw, GVI_DTE_SA, more & 1);
	set(raw, GVI_DTE_SE, more >> 1 & 1);
	set(raw, GVI_DTE_EX, more >> 2 & 1);
	set(raw, GVI_DTE_GUEST_MODE, more >> 3 & 1);
	set(raw, GVI_DTE_GPRP, more >> 4 & 1);
	set(raw, GVI_DTE_SATS, more >> 7 & 1);
}

static void interrupt_half(const struct operation *o, unsigned device, uint64_t *raw)
{
	unsigned how = o->a[4], more = o->a[5];

	if (!(how & 1))
		return;
	set(raw, GVI_DTE_IV, 1);
	set(raw, GVI_DTE_INT_CTL, (how >> 1 & 3) ^ 2);
	set(raw, GVI_DTE_INT_LEN, how >> 3 & 15);
	set(raw, GVI_DTE_IG, how >> 7);
	set(raw, GVI_DTE_INT_ROOT, STAGE_INTERRUPTS + 0x10000 * (uint64_t)device);
	for (enum gvi_field_id i = GVI_DTE_INIT_PASS; i <= GVI_DTE_NMI_PASS; i++)
		set(raw, i, more >> 5 & 1);
	set(raw, GVI_DTE_LINT0_PASS, more >> 6 & 1);
}

/* ---- Paths ------------------------------------------------------------------------------------
 */

struct path {
	unsigned device, mode, leaf, rights;
	bool coded;      /* the leaf's size is coded in its address */
	uint64_t target; /* where it leads */
	uint32_t pasid;
};

static void host_path(struct stage *s, const struct path *p, uint64_t address);
static void guest_path(struct stage *s, const struct path *p, uint64_t address,
		       const uint64_t *dte);

/* What the device's entry says decides how many levels there are. */
static void make_path(struct stage *s, const struct operation *o)
{
	unsigned device = o->a[0] % STAGE_DEVICES, n = s->device[device].next++ % STAGE_PATHS;
	uint64_t dte[4], target = STAGE_DATA + 0x1000 * (uint64_t)o->a[4];
	struct path p = {.device = device,
			 .leaf = 1 + o->a[1] % 6,
			 .coded = o->a[1] & 64,
			 .rights = o->a[2],
			 .target = o->a[3] & 2 ? o->value & 0xffffffffff000 : target,
			 .pasid = (uint32_t)(o->a[5] | o->a[6] << 8)};

	for (unsigned i = 0; i < 4; i++)
		dte[i] = memory_load(s->memory, entry_at(device) + 8 * i);
	p.mode = (unsigned)gvi_get(GVI_DTE_MODE, dte);
	s->device[device].address[n] = o->value & ~UINT64_C(0xfff);
	s->device[device].pasid[n] = p.pasid;
	if (o->a[3] & 1)
		guest_path(s, &p, o->value, dte);
	else
		host_path(s, &p, o->value);
}

static void host_leaf(const struct path *p, uint64_t *raw)
{
	uint64_t size = UINT64_C(1) << (3 + 9 * p->leaf), target = p->target & ~(size - 1);

	set(raw, GVI_PTE_PR, 1);
	set(raw, GVI_PTE_IR, !(p->rights & 1));
	set(raw, GVI_PTE_IW, !(p->rights & 2));
	set(raw, GVI_PTE_U, p->rights >> 2 & 1);
	set(raw, GVI_PTE_FC, p->rights >> 3 & 1);
	if (p->coded) {
		/* twice the level's size: one address bit 0, all ones below */
		target = (p->target & ~(2 * size - 1)) | (size - 1);
		set(raw, GVI_PTE_NEXT_LEVEL, 7);
	}
	set(raw, GVI_PTE_ADDRESS, target & UINT64_C(0xffffffffff000));
}

static void host_path(struct stage *s, const struct path *p, uint64_t address)
{
	for (unsigned level = p->mode > 6 ? 6 : p->mode; level; level--) {
		uint64_t raw = 0;

		if (level == p->leaf || level == 1) {
			struct path leaf = *p;

			leaf.leaf = level;
			host_leaf(&leaf, &raw);
			stage_store(s, slot(stage_host_table(p->device, level), level, address),
				    &raw, 1);
			return;
		}
		set(&raw, GVI_PDE_PR, 1);
		set(&raw, GVI_PDE_NEXT_LEVEL, level - 1);
		set(&raw, GVI_PDE_ADDRESS, stage_host_table(p->device, level - 1));
		set(&raw, GVI_PDE_IR, 1);
		set(&raw, GVI_PDE_IW, 1);
		stage_store(s, slot(stage_host_table(p->device, level), level, address), &raw, 1);
	}
}

/* Where guest physical addresses are translated, this page is mapped to itself. */
static void host_page(struct stage *s, const struct path *guest, uint64_t gpa)
{
	struct path p = {.device = guest->device,
			 .mode = guest->mode,
			 .leaf = 1,
			 .target = gpa & ~UINT64_C(0xfff)};

	if (p.mode)
		host_path(s, &p, gpa);
}

static void gcr3_path(struct stage *s, const struct path *p, unsigned glx, uint64_t root);

static void guest_path(struct stage *s, const struct path *p, uint64_t address, const uint64_t *dte)
{
	unsigned top = gvi_get(GVI_DTE_GUEST_MODE, dte) == 1 ? 5 : 4;
	unsigned leaf = p->leaf > 3 ? 1 : p->leaf;

	gcr3_path(s, p, (unsigned)gvi_get(GVI_DTE_GLX, dte), guest_table(p->device, p->pasid, top));
	for (unsigned level = top; level >= leaf; level--) {
		uint64_t table = guest_table(p->device, p->pasid, level), raw = 0;
		uint64_t below = guest_table(p->device, p->pasid, level - 1);

		if (level == leaf)
			below = p->target & ~((UINT64_C(1) << (3 + 9 * level)) - 1);
		set(&raw, GVI_GPTE_P, 1);
		set(&raw, GVI_GPTE_RW, level > leaf || !(p->rights & 2));
		set(&raw, GVI_GPTE_US, level > leaf || !(p->rights & 1));
		set(&raw, GVI_GPTE_NX, level == leaf && p->rights & 16);
		set(&raw, GVI_GPTE_A, p->rights >> 5 & 1);
		set(&raw, GVI_GPTE_ADDRESS, below);
		if (level == leaf && leaf > 1)
			set(&raw, GVI_GPDE_2M_PS, 1);
		host_page(s, p, table);
		stage_store(s, slot(table, level, address), &raw, 1);
	}
	host_page(s, p, p->target & ~((UINT64_C(1) << (3 + 9 * leaf)) - 1));
}

static void gcr3_path(struct stage *s, const struct path *p, unsigned glx, uint64_t root)
{
	for (unsigned level = glx % 3 + 1; level--;) {
		uint64_t table = gcr3_table(p->device, level), raw = 0;

		set(&raw, GVI_GCR3_V, 1);
		set(&raw, GVI_GCR3_ADDRESS, level ? gcr3_table(p->device, level - 1) : root);
		host_page(s, p, table);
		stage_store(s, table + 8 * (uint64_t)(p->pasid >> 9 * level & 511), &raw, 1);
	}
}

/* ---- Interrupts
 * ------------------------------------------------------------------------------------ */

static void make_interrupt(struct stage *s, const struct operation *o)
{
	uint64_t control = stage_register(s, GVI_REGISTER_CONTROL), raw[2] = {0}, spa;
	bool wide = gvi_get(GVI_CONTROL_GA_EN, &control), guest = wide && o->a[2] & 1;

	spa = STAGE_INTERRUPTS + 0x10000 * (uint64_t)(o->a[0] % STAGE_DEVICES);
	set(raw, GVI_IRTE_128_REMAP_EN, !(o->a[2] & 2));
	set(raw, GVI_IRTE_128_SUP_IOPF, o->a[2] >> 2 & 1);
	if (!wide) {
		set(raw, GVI_IRTE_32_VECTOR, o->a[3]);
		set(raw, GVI_IRTE_32_DESTINATION, o->a[4]);
		spa += 4 * (uint64_t)(o->a[1] % 16);
		/* two entries stand in one word */
		raw[0] = spa & 4 ? (memory_load(s->memory, spa & ~UINT64_C(7)) & 0xffffffff) |
					   raw[0] << 32
				 : (memory_load(s->memory, spa) >> 32 << 32) | raw[0];
		stage_store(s, spa & ~UINT64_C(7), raw, 1);
		return;
	}
	set(raw, GVI_IRTE_128_DESTINATION, o->a[4]);
	set(raw, GVI_IRTE_128_VECTOR, o->a[3]);
	if (guest) {
		set(raw, GVI_IRTE_GUEST_GUEST_MODE, 1);
		set(raw, GVI_IRTE_GUEST_GA_LOG_INTR, o->a[2] >> 3 & 1);
		set(raw, GVI_IRTE_GUEST_IS_RUN, o->a[2] >> 4 & 1);
		set(raw, GVI_IRTE_GUEST_GA_TAG, o->value & 0xffffffff);
		set(raw, GVI_IRTE_GUEST_VAPIC_ROOT, STAGE_VAPIC);
	}
	stage_store(s, spa + 16 * (uint64_t)(o->a[1] % 16), raw, 2);
}

/* ---- Memory that fails or changes
 * ------------------------------------------------------------------- */

static void make_error(struct stage *s, const struct operation *o)
{
	struct place p = target(s, o);
	struct act act = {.kind = STAGE_ERROR,
			  .spa = p.spa + 8 * (uint64_t)(o->a[4] % p.words),
			  .bus = o->a[2] % 4,
			  .on_read = !(o->a[3] & 1),
			  .on_write = !(o->a[3] & 2)};

	if (!(s->stream.head.flags & STREAM_WINDOW) && !s->way.calm)
		stage_act(s, &act);
}

static void make_race(struct stage *s, const struct operation *o)
{
	struct place p = target(s, o);
	struct act act = {.kind = STAGE_RACE, .words = 1, .spa = p.spa};

	act.word[0] = o->a[2] & 1 ? o->value
				  : memory_load(s->memory, p.spa) ^ UINT64_C(1) << o->a[3] % 64;
	if (!s->way.calm)
		stage_act(s, &act);
}
