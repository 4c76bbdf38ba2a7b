/* Streams that begin with a world in which all is right. */
#include "conformance/stream_scene.h"

#include "conformance/stage.h"

enum { PATHS = 3, ENTRIES = 4, MOST_MODE = 6, ROUNDS = 4 };

/* Of a device, as operations will have made it. */
struct cast {
	unsigned mode, paths;
	uint64_t address[PATHS];
	bool guest;
};

/* What a round is about: an entry of the lead's. */
struct focus {
	enum { OF_ENTRY, OF_HOST, OF_INTERRUPT } table;
	struct operation place; /* a[0] and a[1] */
	enum gvi_format_id format;
	unsigned path, index;
};

struct scene {
	struct stream_head head;
	struct operation operation[STREAM_MAX_OPERATIONS];
	size_t count;
	struct cast device[2];
	unsigned devices, lead; /* lead: the device that it is about */
	struct focus focus;
	uint64_t efr, chance;
};

/* One draw in an expression: compilers evaluate operands in orders of their own. */
static uint64_t draw(struct scene *s)
{
	uint64_t z = s->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned pick(struct scene *s, unsigned n)
{
	return (unsigned)(draw(s) % n);
}

static bool once_in(struct scene *s, unsigned n)
{
	return pick(s, n) == 0;
}

static void choose_head(struct scene *s, uint8_t preset);
static void make_device(struct scene *s, unsigned device);
static void set_registers(struct scene *s);
static void choose_focus(struct scene *s);
static void play_round(struct scene *s, bool last);

/* Entries are put right again after each round, so that one start of a device is good for
 * several. */
size_t stream_scene(uint8_t *bytes, size_t room, uint8_t preset, const struct gvi_config *config,
		    uint64_t seed)
{
	struct scene s = {.efr = config->efr, .chance = seed};
	unsigned rounds;

	choose_head(&s, preset);
	s.devices = 1 + pick(&s, 2);
	for (unsigned i = 0; i < s.devices; i++)
		make_device(&s, i);
	s.lead = pick(&s, s.devices);
	choose_focus(&s);
	set_registers(&s);
	for (rounds = pick(&s, ROUNDS); rounds; rounds--)
		play_round(&s, false);
	play_round(&s, true);
	return stream_bytes(&s.head, s.operation, s.count, NULL, bytes, room);
}

static struct operation flip(struct scene *s);
static void move_to_edge(struct scene *s);
static void look(struct scene *s);
static void invalidate(struct scene *s);
static void command(struct scene *s);
static void add(struct scene *s, struct operation o);

/* What was there before may be in a cache, or not yet. */
static void play_round(struct scene *s, bool last)
{
	struct operation flips[2] = {0};
	unsigned count = once_in(s, 4) ? 2 : 1;

	choose_focus(s);
	if (once_in(s, 3))
		look(s);
	for (unsigned i = 0; i < count; i++) {
		flips[i] = flip(s);
		if (last && !once_in(s, 3))
			move_to_edge(s);
		else
			add(s, flips[i]);
	}
	if (once_in(s, 2))
		invalidate(s);
	look(s);
	for (unsigned n = once_in(s, 3) ? 1 + pick(s, 3) : 0; n; n--)
		command(s);
	for (unsigned i = 0; i < count && !last; i++)
		add(s, flips[i]);
	if (last || !once_in(s, 4))
		invalidate(s);
	if (last)
		look(s);
}

static void add(struct scene *s, struct operation o)
{
	if (s->count < STREAM_MAX_OPERATIONS)
		s->operation[s->count++] = o;
}

/* ---- Set-up ---------------------------------------------------------------------- */

/* Only what is announced is switched on: see control() of stage.c. */
static void choose_head(struct scene *s, uint8_t preset)
{
	static const struct {
		enum gvi_field_id needs;
		uint8_t control;
	} parts[] = {
		{GVI_EFR_GTSUP, 1}, {GVI_EFR_PPRSUP, 2},  {GVI_EFR_GASUP, 4},
		{GVI_EFR_XTSUP, 8}, {GVI_EFR_EPHSUP, 16},
	};

	s->head = (struct stream_head){.preset = preset};
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (gvi_get(parts[i].needs, &s->efr) && once_in(s, 3))
			s->head.control |= parts[i].control;
	/* XTEn without GAEn means nothing. */
	if (!(s->head.control & 4))
		s->head.control &= (uint8_t)~8u;
	if (once_in(s, 8))
		s->head.flags |= STREAM_SMALL;
}

static void make_entry(struct scene *s, unsigned device);
static void make_path(struct scene *s, unsigned device);
static void make_interrupts(struct scene *s, unsigned device);

static void make_device(struct scene *s, unsigned device)
{
	struct cast *c = &s->device[device];
	unsigned most = 4 + (unsigned)gvi_get(GVI_EFR_HATS, &s->efr);

	c->mode = once_in(s, 12) ? 0 : 1 + pick(s, most < MOST_MODE ? most : MOST_MODE);
	c->guest = s->head.control & 1 && once_in(s, 4);
	make_entry(s, device);
	for (unsigned n = 1 + pick(s, PATHS); n; n--)
		make_path(s, device);
	make_interrupts(s, device);
}

static void make_entry(struct scene *s, unsigned device)
{
	const struct cast *c = &s->device[device];
	struct operation o = {.kind = STREAM_ENTRY};

	o.a[0] = (uint8_t)device;
	o.a[1] = (uint8_t)c->mode;
	o.a[2] = (uint8_t)((c->guest ? 4 : 0) | (once_in(s, 4) ? 16 : 0));
	/* IoCtl and SysMgt, of which 3 is reserved and an interrupt's. */
	o.a[3] = (uint8_t)(pick(s, 3) << 4);
	o.a[3] |= (uint8_t)(pick(s, 3) << 6);
	/* Interrupts are remapped, by a table of 4 entries or more. */
	o.a[4] = (uint8_t)(once_in(s, 5) ? 0 : 1 | (2 + pick(s, 9)) << 3);
	o.a[5] = (uint8_t)(once_in(s, 2) ? 0 : draw(s) & 0x67);
	add(s, o);
}

static uint64_t choose_address(struct scene *s, unsigned mode, unsigned skips_to,
			       unsigned skips_from);
static void skip(struct scene *s, unsigned device, unsigned path, unsigned from, unsigned to);

/* Pages of more than 1 GiB lead where the address leads. */
static void make_path(struct scene *s, unsigned device)
{
	struct cast *c = &s->device[device];
	unsigned mode = c->mode ? c->mode : 1, leaf = 1 + pick(s, once_in(s, 3) ? mode : 1);
	unsigned from = leaf + 2 + pick(s, 3), to = leaf + pick(s, 2), path = c->paths++;
	bool skips = from <= mode && from > to + 1 && once_in(s, 2);
	struct operation o = {.kind = STREAM_MAP};

	o.a[0] = (uint8_t)device;
	o.a[1] = (uint8_t)((leaf - 1) | (once_in(s, 4) ? 64 : 0));
	o.a[3] = c->guest;
	o.a[4] = (uint8_t)draw(s);
	o.value = choose_address(s, mode, skips ? to : mode, skips ? from : mode);
	c->address[path] = o.value;
	add(s, o);
	if (skips && !c->guest)
		skip(s, device, path, from, to);
}

/* Its lower 30 bits lie where data are.  Levels that are skipped have no bits. */
static uint64_t choose_address(struct scene *s, unsigned mode, unsigned skips_to,
			       unsigned skips_from)
{
	unsigned bits = 12 + 9 * mode;
	uint64_t within = bits < 64 ? (UINT64_C(1) << bits) - 1 : UINT64_MAX;
	uint64_t address = STAGE_DATA | (draw(s) & 0x1fff000);

	if (once_in(s, 2))
		address ^= draw(s) << 30;
	for (unsigned level = skips_to + 1; level < skips_from; level++)
		address &= ~(UINT64_C(511) << (3 + 9 * level));
	return address & within & ~UINT64_C(0xfff);
}

static void set(uint64_t *raw, enum gvi_field_id field, uint64_t value)
{
	(void)gvi_set(field, raw, value);
}

static void skip(struct scene *s, unsigned device, unsigned path, unsigned from, unsigned to)
{
	struct operation o = {.kind = STREAM_STORE};

	o.a[0] = (uint8_t)(1 | path << 3);
	o.a[1] = (uint8_t)(device | (from - 1) * STAGE_DEVICES);
	set(&o.value, GVI_PDE_PR, 1);
	set(&o.value, GVI_PDE_NEXT_LEVEL, to);
	set(&o.value, GVI_PDE_ADDRESS, stage_host_table(device, to));
	set(&o.value, GVI_PDE_IR, 1);
	set(&o.value, GVI_PDE_IW, 1);
	add(s, o);
}

/* The index of an entry that FIELD finds as well: of 4 bytes it finds every fourth. */
static unsigned index_of(const struct scene *s, unsigned entry)
{
	return s->head.control & 4 ? entry : 4 * entry;
}

static void make_interrupts(struct scene *s, unsigned device)
{
	for (unsigned i = 0; i < ENTRIES; i++) {
		struct operation o = {.kind = STREAM_IRTE};

		o.a[0] = (uint8_t)device;
		o.a[1] = (uint8_t)index_of(s, i);
		/* Guest mode is there with GAMSup only. */
		if (gvi_get(GVI_EFR_GAMSUP, &s->efr) && once_in(s, 4))
			o.a[2] = (uint8_t)(1 | (draw(s) & 0x18));
		o.a[3] = (uint8_t)(0x20 + pick(s, 0xd0));
		o.a[4] = (uint8_t)pick(s, 255);
		o.value = draw(s);
		add(s, o);
	}
}

/* ---- Registers ---------------------------------------------------------------------- */

static void write_register(struct scene *s, enum gvi_register_id id, uint64_t value)
{
	struct operation o = {.kind = STREAM_WRITE, .value = value};

	o.a[0] = (uint8_t)id;
	add(s, o);
}

static void set_control(struct scene *s, enum gvi_field_id field, bool on)
{
	struct operation o = {.kind = STREAM_SET};

	o.a[0] = GVI_REGISTER_CONTROL;
	o.a[1] = (uint8_t)(field - gvi_formats[GVI_FORMAT_CONTROL].first);
	o.a[2] = on ? 1 : 0;
	add(s, o);
}

static void exclude(struct scene *s);
static void move_ring(struct scene *s);

static void set_registers(struct scene *s)
{
	switch (pick(s, 12)) {
	case 0:
		exclude(s);
		break;
	case 1:
		move_ring(s);
		break;
	case 2:
		set_control(s, GVI_CONTROL_IOMMU_EN, false);
		break;
	case 3:
		look(s);
		set_control(s, GVI_CONTROL_IOMMU_EN, false);
		look(s);
		set_control(s, GVI_CONTROL_IOMMU_EN, true);
		break;
	default:
		break;
	}
}

/* A page on the way of the device; for all devices, or those with EX=1. */
static void exclude(struct scene *s)
{
	const struct cast *c = &s->device[s->lead];
	uint64_t page = c->address[pick(s, c->paths)] & UINT64_C(0xffffffffff000);

	write_register(s, GVI_REGISTER_EXCL_LIMIT, page + 0x1000 * (uint64_t)pick(s, 3));
	write_register(s, GVI_REGISTER_EXCL_BASE, page | 1 | (uint64_t)pick(s, 2) << 1);
}

/* The ring's last entries are next. */
static void move_ring(struct scene *s)
{
	uint64_t at = (UINT64_C(16) << 8) - 16 * (1 + (uint64_t)pick(s, 3));

	set_control(s, GVI_CONTROL_CMD_BUF_EN, false);
	write_register(s, GVI_REGISTER_CMD_BUF_HEAD, at);
	write_register(s, GVI_REGISTER_CMD_BUF_TAIL, at);
	set_control(s, GVI_CONTROL_CMD_BUF_EN, true);
}

/* ---- What goes wrong ---------------------------------------------------------------- */

static void choose_focus(struct scene *s)
{
	const struct cast *c = &s->device[s->lead];
	struct focus *f = &s->focus;
	unsigned level;

	*f = (struct focus){.path = pick(s, c->paths)};
	f->index = pick(s, ENTRIES);
	switch (pick(s, 8)) {
	case 0:
	case 1:
	case 2:
		f->table = OF_ENTRY;
		f->format = GVI_FORMAT_DTE;
		f->place.a[1] = (uint8_t)s->lead;
		break;
	case 3:
	case 4:
		f->table = OF_INTERRUPT;
		f->format = s->head.control & 8   ? GVI_FORMAT_IRTE_128_X2APIC
			    : s->head.control & 4 ? GVI_FORMAT_IRTE_128
						  : GVI_FORMAT_IRTE_32;
		f->place.a[0] = 4;
		f->place.a[1] = (uint8_t)(s->lead | f->index * STAGE_DEVICES);
		break;
	default:
		level = 1 + pick(s, c->mode ? c->mode : 1);
		f->table = OF_HOST;
		f->format = level > 1 && once_in(s, 2) ? GVI_FORMAT_PDE : GVI_FORMAT_PTE;
		f->place.a[0] = (uint8_t)((c->guest && once_in(s, 2) ? 3 : 1) | f->path << 3);
		f->place.a[1] = (uint8_t)(s->lead | (level - 1) * STAGE_DEVICES);
	}
}

/* A field that means something, or must be 0. */
static enum gvi_field_id choose_field(struct scene *s)
{
	const struct gvi_format *f = &gvi_formats[s->focus.format];
	unsigned field;

	do
		field = f->first + pick(s, f->nfields);
	while (gvi_fields[field].kind == GVI_IGN);
	return (enum gvi_field_id)field;
}

static struct operation flip(struct scene *s)
{
	struct operation o = s->focus.place;
	enum gvi_field_id field = choose_field(s);
	unsigned words = gvi_words(s->focus.format);
	uint64_t mask = 0;

	o.kind = STREAM_FLIP;
	for (unsigned n = pick(s, words); !mask; n++)
		mask = gvi_field_mask(field, o.a[2] = (uint8_t)(n % words));
	do
		o.a[3] = (uint8_t)pick(s, 64);
	while (!(mask >> o.a[3] & 1));
	return o;
}

static void move_to_edge(struct scene *s)
{
	struct operation o = s->focus.place;

	o.kind = STREAM_FIELD;
	o.a[2] = (uint8_t)(choose_field(s) - gvi_formats[s->focus.format].first);
	o.a[3] = (uint8_t)draw(s);
	o.value = draw(s);
	o.value >>= pick(s, 64);
	add(s, o);
}

/* ---- What shows it -------------------------------------------------------------------- */

static void access(struct scene *s);
static void interrupt(struct scene *s);
static void ask(struct scene *s);

static void look(struct scene *s)
{
	/* Of 8: what is no access; and which of that are interrupts. */
	static const uint8_t others[] = {[OF_ENTRY] = 4, [OF_HOST] = 1, [OF_INTERRUPT] = 7};

	for (unsigned n = 2 + pick(s, 4); n; n--) {
		if (pick(s, 8) >= others[s->focus.table])
			access(s);
		else if (!once_in(s, 8))
			interrupt(s);
		else
			ask(s);
	}
	add(s, (struct operation){.kind = STREAM_OBSERVE});
}

static unsigned somebody(struct scene *s)
{
	return once_in(s, 8) ? pick(s, s->devices) : s->lead;
}

static unsigned some_path(struct scene *s, unsigned device)
{
	return device == s->lead && !once_in(s, 4) ? s->focus.path
						   : pick(s, s->device[device].paths);
}

static void access(struct scene *s)
{
	struct operation o = {.kind = STREAM_DMA};
	const struct cast *c;
	unsigned path;

	o.a[0] = (uint8_t)somebody(s);
	c = &s->device[o.a[0]];
	path = some_path(s, o.a[0]);
	o.a[1] = (uint8_t)pick(s, 2);
	o.a[2] = (uint8_t)((c->guest && !once_in(s, 3) ? 3 : 2) | path << 2);
	o.a[3] = (uint8_t)(1 + pick(s, 64));
	o.value = draw(s) & 0xfff;
	switch (pick(s, 10)) {
	case 0: /* a bit above or among those that the tables look at */
		o.a[2] = 0;
		o.value |= c->address[path] ^ UINT64_C(1) << (12 + pick(s, 52));
		break;
	case 1: /* a special range */
		o.a[2] = (uint8_t)(1 | pick(s, 16) << 2);
		break;
	case 2: /* what ATS would have answered */
		o.a[1] |= s->device[o.a[0]].mode ? 64 : 0;
		break;
	default:
		break;
	}
	add(s, o);
}

/* Indices that have entries, and a few beyond; other types of messages now and then. */
static void interrupt(struct scene *s)
{
	struct operation o = {.kind = STREAM_INTERRUPT};

	o.a[0] = (uint8_t)somebody(s);
	o.value = index_of(s, once_in(s, 4) ? pick(s, ENTRIES) : s->focus.index);
	o.a[2] = 2;
	if (once_in(s, 6))
		o.value = pick(s, 256);
	if (once_in(s, 8))
		o.value = 1u << pick(s, 11);
	if (once_in(s, 6))
		o.value |= (uint64_t)pick(s, 8) << 8;
	/* The rest of the data and of the address. */
	if (once_in(s, 6)) {
		o.a[2] = 1;
		o.value |= (uint64_t)pick(s, 4) << 14;
	}
	/* Bits 11:4 of the address say nothing to whoever receives the message. */
	if (once_in(s, 3))
		o.value |= (draw(s) & 0xff00c) << 32;
	o.a[1] = once_in(s, 12);
	add(s, o);
}

static void ask(struct scene *s)
{
	struct operation o = {.kind = once_in(s, 2) ? STREAM_ATS : STREAM_PAGE};
	const struct cast *c;

	o.a[0] = (uint8_t)somebody(s);
	c = &s->device[o.a[0]];
	o.a[1] = (uint8_t)(o.kind == STREAM_ATS ? draw(s) & 8 : 1 + pick(s, 7));
	o.a[2] = (uint8_t)((c->guest ? 3 : 2) | some_path(s, o.a[0]) << 2);
	o.a[3] = (uint8_t)pick(s, 4);
	add(s, o);
}

/* ---- Commands --------------------------------------------------------------------------- */

enum { OF_DEVICE = 2, OF_PATH = 4, STORES = 8, LOOSE = 1 };

static void put(struct scene *s, unsigned opcode, unsigned flags, uint64_t high)
{
	struct operation o = {.kind = STREAM_COMMAND, .value = high};

	o.a[0] = (uint8_t)opcode;
	o.a[1] = (uint8_t)flags;
	o.a[2] = (uint8_t)s->lead;
	o.a[3] = (uint8_t)some_path(s, s->lead);
	add(s, o);
}

/* s=1, and i and f by chance. */
static void wait(struct scene *s)
{
	struct operation o = {.kind = STREAM_COMMAND, .value = draw(s)};

	o.a[0] = 1;
	o.a[1] = STORES;
	o.a[2] = (uint8_t)(1 | pick(s, 4) << 1);
	o.a[4] = (uint8_t)pick(s, 4);
	add(s, o);
}

/* All that there may be of the device, or only some of it. */
static void invalidate(struct scene *s)
{
	unsigned flags = once_in(s, 2) ? OF_DEVICE | OF_PATH : OF_DEVICE;

	if (gvi_get(GVI_EFR_IASUP, &s->efr) && once_in(s, 4)) {
		put(s, 8, 0, 0);
	} else {
		put(s, 2, OF_DEVICE, 0);
		if (!once_in(s, 4))
			put(s, 3, flags, once_in(s, 2) ? UINT64_C(0x7ffffffffffff003) : pick(s, 4));
		if (!once_in(s, 4))
			put(s, 5, OF_DEVICE, 0);
	}
	wait(s);
}

static void command(struct scene *s)
{
	unsigned opcode = 1 + pick(s, 8), any = pick(s, 16);

	if (once_in(s, 3))
		wait(s);
	else if (once_in(s, 4))
		put(s, any, LOOSE, UINT64_C(1) << pick(s, 64));
	else
		put(s, opcode, OF_DEVICE | OF_PATH | STORES, once_in(s, 2) ? pick(s, 4) : draw(s));
}
