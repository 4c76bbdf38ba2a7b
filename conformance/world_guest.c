/* Worlds with guests: GCR3 tables, guest tables, and host tables under them. */
#include "conformance/world_parts.h"

const enum gvi_choice world_guest_met[WORLD_GUEST_MET] = {
	GVI_CHOICE_DTE_GUEST_MODE_GATE,
	GVI_CHOICE_GIOV_RANGE,
	GVI_CHOICE_GIOV_EVENT,
	GVI_CHOICE_GIOV_EVENT_NX,
	GVI_CHOICE_GIOV_EVENT_US,
	GVI_CHOICE_EVENT_NX_EXECUTE,
	GVI_CHOICE_GUEST_CHECK_ORDER,
	GVI_CHOICE_GUEST_RANGE_PR,
	GVI_CHOICE_PASID_0_HIGH_BITS,
	GVI_CHOICE_GCR3_INNER_SPACE,
	GVI_CHOICE_GCR3_LOW_BITS,
	GVI_CHOICE_GUEST_UPPER_BITS,
	GVI_CHOICE_NX_WITHOUT_NXSUP,
	GVI_CHOICE_PRIVILEGE_WITHOUT_NXSUP,
	GVI_CHOICE_PRIV_ABORT_ALWAYS,
	GVI_CHOICE_SUPERVISOR_USER_PAGE,
	GVI_CHOICE_SUPERVISOR_WRITE,
	GVI_CHOICE_SUPERVISOR_EXECUTE,
	GVI_CHOICE_GUEST_UPDATE_DISABLED,
	GVI_CHOICE_GUEST_UPDATE_ORDER,
	GVI_CHOICE_NESTED_FAULT_EVENT,
	GVI_CHOICE_NESTED_FAULT_RW,
	GVI_CHOICE_NESTED_FAULT_ORDER,
	GVI_CHOICE_NESTED_TABLE_RIGHTS,
	GVI_CHOICE_GUEST_DEVICE_RIGHTS,
};

/* ---- What the implementation is ---------------------------------------------------- */

void world_guest_config(struct world *w, struct gvi_config *c)
{
	switch (world_pick(w, 8)) {
	case 0: /* GATS, GLXSup */
		c->efr &= ~(BIT(12) * 15);
		c->efr |= BIT(12) * world_pick(w, 3) | BIT(14) * world_pick(w, 3);
		break;
	case 1:
	case 2: /* PASmax */
		c->efr &= ~(BIT(32) * 31);
		c->efr |= BIT(32) * ONE_OF(w, 15, 0, 7, 8, 9, 16, 17, 18, 19, 31);
		break;
	case 3: /* NXSup */
		c->efr ^= BIT(3);
		break;
	case 4: /* USSup */
		c->efr ^= BIT(37);
		break;
	case 5: /* GCR3TRPModeSup */
		c->efr2 ^= BIT(3);
		break;
	case 6: /* D and A updates that can be disabled */
		c->efr ^= BIT(53) * world_pick(w, 2) | BIT(61) * world_pick(w, 2);
		break;
	default: /* GIoSup */
		c->efr ^= BIT(48);
	}
}

void world_guest_control(struct world *w)
{
	struct naive *t = &w->twin;
	uint64_t efr = w->config.efr;

	if (efr >> 4 & 1 && !world_chance(w, 16))
		t->control |= BIT(16);
	if (efr >> 37 & 1)
		t->control |= BIT(37) * ONE_OF(w, 0, 1, 0, 1, 0, 1, 2, 3);
	if (efr >> 53 & 1 && world_chance(w, 4))
		t->control |= BIT(48);
	if (efr >> 61 & 1 && world_chance(w, 4))
		t->control |= BIT(54);
	if (w->config.efr2 >> 3 & 1 && !w->config.snp) /* locked by SNP */
		t->control |= BIT(58) * world_pick(w, 2);
}

/* ---- Host tables under guest tables -------------------------------------------------- */

static const struct map *find_map(const struct device *d, uint64_t gpa, unsigned level, bool leaf)
{
	for (unsigned i = 0; i < d->nmaps; i++) {
		const struct map *m = &d->map[i];

		if (gpa - m->gpa < m->size && (leaf ? m->leaf != 0 : !m->leaf && m->level == level))
			return m;
	}
	return NULL;
}

static void remember(struct device *d, const struct map *map)
{
	if (d->nmaps < MAX_MAPS)
		d->map[d->nmaps++] = *map;
}

/* A host entry; nearly always all right, as a walk meets many of them. */
static uint64_t host_entry(struct world *w, uint64_t entry)
{
	entry |= BIT(61) | BIT(62) | 1;
	if (world_chance(w, 2))
		entry |= BIT(5) * world_pick(w, 4);
	if (!world_chance(w, 24))
		return entry;
	switch (world_pick(w, 5)) {
	case 0:
		return entry ^ BIT(61);
	case 1:
	case 2:
		return entry ^ BIT(62);
	case 3:
		return entry ^ BIT(0);
	default:
		return entry ^ BIT(world_pick(w, 64));
	}
}

static uint64_t make_page(struct world *w, struct device *d, uint64_t table, unsigned level,
			  uint64_t gpa)
{
	unsigned usual = 12 + 9 * (level - 1), log2 = usual;
	struct map map = {.table = table, .level = level};

	if (world_chance(w, 4))
		log2 += 1 + world_pick(w, 8);
	map.size = BIT(log2);
	map.gpa = gpa & ~(map.size - 1);
	map.spa = world_draw(w) & (BIT(world_pa_size(w)) - 1) & ~(map.size - 1);
	map.leaf = map.spa;
	if (log2 > usual) /* NextLevel 7, and ones below the lowest zero */
		map.leaf |= BIT(9) * 7 | ((map.size / 2 - 1) & ~UINT64_C(0xfff));
	map.leaf = host_entry(w, map.leaf | BIT(59) * world_pick(w, 4));
	if (map.leaf)
		remember(d, &map);
	world_place(w, world_slot(table, level, gpa), map.leaf);
	return map.spa | (gpa & (map.size - 1));
}

/* Where a GPA lies once host tables translate it, which they do from now on. */
static uint64_t host_spa(struct world *w, struct device *d, uint64_t gpa)
{
	unsigned level = d->mode, leaf = 1 + world_pick(w, d->mode < 3 ? d->mode + 1 : 3);
	const struct map *map = find_map(d, gpa, 0, true);
	uint64_t table = d->root;

	if (!d->mode || (d->mode < 6 && gpa >> (12 + 9 * d->mode)))
		return gpa;
	if (map) {
		world_place(w, world_slot(map->table, map->level, gpa), map->leaf);
		return map->spa | (gpa & (map->size - 1));
	}
	while (level > 1) {
		uint64_t at = world_slot(table, level, gpa);

		map = NULL;
		for (unsigned next = level - 1; next && !map; next--)
			map = find_map(d, gpa, next, false);
		if (!map && level <= leaf)
			break;
		level = map ? map->level : level - 1;
		if (!map) {
			struct map new = {0};

			if (level > leaf && world_chance(w, 8) &&
			    !(gpa >> (12 + 9 * (level - 1)) & 0x1ff))
				level--; /* skipped */
			new.level = level;
			new.size = BIT(12 + 9 * level);

			new.gpa = gpa & ~(new.size - 1);
			new.table = world_new_table(w);
			remember(d, &new);
			world_place(w, at, host_entry(w, new.table | BIT(9) * level));
			table = new.table;
		} else {
			table = map->table;
		}
	}
	return make_page(w, d, table, level, gpa);
}

/* ---- Guest tables ---------------------------------------------------------------------- */

static uint64_t span(const struct device *d)
{
	return d->mode && d->mode < 5 ? BIT(12 + 9 * d->mode) - 1 : BIT(52) - 1;
}

/* A page of the guest's memory for a table. */
static uint64_t new_guest_table(struct world *w, struct device *d)
{
	uint64_t gpa = d->gpa;

	if (!d->mode)
		return world_new_table(w);
	d->gpa = (gpa + (world_chance(w, 4) ? 0x10000 : 0x1000)) & span(d);
	return gpa;
}

/* GPAs stand in host tables, SPAs where they say. */
static void put(struct world *w, struct device *d, uint64_t at, bool is_gpa, uint64_t entry)
{
	world_place(w, is_gpa ? host_spa(w, d, at) : at, entry);
}

/* P, R/W, U/S, now and then not; A and D; what is free. */
static uint64_t guest_flags(struct world *w)
{
	uint64_t flags = 7;

	if (world_chance(w, 24))
		flags ^= BIT(1 + world_pick(w, 2));
	if (world_chance(w, 2))
		flags |= BIT(5) * world_pick(w, 4);
	if (world_chance(w, 4))
		flags |= BIT(3) * world_pick(w, 4) | BIT(9) * world_pick(w, 8) |
			 BIT(52) * world_pick(w, 256) | BIT(60) * world_pick(w, 8);
	if (world_chance(w, 24))
		flags |= BIT(63);
	return flags;
}

/* Near misses. */
static uint64_t bend_guest(struct world *w, uint64_t entry)
{
	if (!world_chance(w, 12))
		return entry;
	switch (world_pick(w, 10)) {
	case 0:
	case 1:
	case 2:
		return entry ^ BIT(world_pick(w, 64));
	case 3:
		return entry & ~UINT64_C(1);
	case 4:
		return entry ^ BIT(7);
	case 5: /* below a large page */
		return entry | BIT(13 + world_pick(w, 17));
	case 6:
		return entry ^ BIT(8);
	case 7:
		return entry ^ BIT(1 + world_pick(w, 11));
	case 8:
		return entry ^ BIT(63);
	default:
		return world_draw(w) | 1;
	}
}

static uint64_t make_guest_leaf(struct world *w, struct device *d, unsigned level)
{
	uint64_t page = world_draw(w) & span(d);

	d->page = BIT(12 + 9 * (level - 1));
	page &= ~(d->page - 1);
	if (level > 1)
		page |= BIT(7) | BIT(12) * world_pick(w, 2); /* PS, PAT */
	else
		page |= BIT(7) * world_pick(w, 2);
	if (d->mode)
		(void)host_spa(w, d,
			       (page & (BIT(52) - 1) & ~(d->page - 1)) | (d->iova & (d->page - 1)));
	return page | BIT(8) * world_pick(w, 2) | guest_flags(w);
}

static void make_guest_path(struct world *w, struct device *d, uint64_t table)
{
	unsigned leaf = 1 + world_pick(w, 3);

	if (d->mode && leaf > d->mode && !world_chance(w, 4))
		leaf = d->mode;
	for (unsigned level = d->levels; level > leaf; level--) {
		uint64_t next = new_guest_table(w, d);

		put(w, d, world_slot(table, level, d->iova), true,
		    bend_guest(w, next | guest_flags(w)));
		table = next;
	}
	put(w, d, world_slot(table, leaf, d->iova), true,
	    bend_guest(w, make_guest_leaf(w, d, leaf)));
}

static void make_gcr3(struct world *w, struct device *d)
{
	bool trp = d->mode && w->twin.control >> 58 & 1;
	bool inner = trp || w->twin.habit[GVI_CHOICE_GCR3_INNER_SPACE] == 1;
	bool is_gpa = trp;
	uint64_t table = d->gcr3;

	for (unsigned slice = d->glx + 1; slice--;) {
		bool last = slice == 0;
		uint64_t next = last || inner ? new_guest_table(w, d) : world_new_table(w);
		uint64_t at = table + 8 * (d->pasid >> 9 * slice & 0x1ff);
		uint64_t pwt_pcd = last ? BIT(3) * world_pick(w, 4) : 0;

		if (world_chance(w, 64) && world_pa_size(w) < 52) /* matters if it is an SPA */
			next |= BIT(world_pa_size(w) + world_pick(w, 52 - world_pa_size(w)));
		put(w, d, at, is_gpa, bend_guest(w, next | pwt_pcd | 1));
		is_gpa = inner;
		table = next;
	}
	make_guest_path(w, d, table);
}

/* ---- PASIDs and addresses ---------------------------------------------------------------- */

static uint32_t interesting_pasid(struct world *w)
{
	unsigned width = (unsigned)(w->config.efr >> 32 & 31) + 1;

	switch (world_pick(w, 8)) {
	case 0:
		return 0;
	case 1:
		return 1;
	case 2:
		return UINT32_C(1) << world_pick(w, 20);
	case 3:
		return (UINT32_C(2) << world_pick(w, 20)) - 1;
	case 4: /* the largest, and one more */
		return ((UINT32_C(1) << (width < 20 ? width : 20)) - world_pick(w, 2)) & 0xfffff;
	case 5:
		return (uint32_t)ONE_OF(w, 0x1ff, 0x200, 0x3fe00, 0x3ffff, 0x40000, 0xfffff);
	default:
		return (uint32_t)world_draw(w) >> (12 + world_pick(w, 20));
	}
}

static uint64_t interesting_gva(struct world *w, const struct device *d)
{
	unsigned top = 12 + 9 * d->levels;
	uint64_t gva = world_iova(w);

	if (world_chance(w, 16))
		return gva;
	gva &= BIT(top) - 1;
	if (d->pasid && gva >> (top - 1))
		gva |= ~(BIT(top) - 1);
	return gva;
}

/* ---- Devices and their requests ------------------------------------------------------------ */

void world_guest_entry(struct world *w, struct device *d)
{
	const struct naive *t = &w->twin;
	unsigned most = (unsigned)(t->efr >> 14 & 3);
	uint64_t *e = d->dte;

	d->mode = e[0] >> 9 & 7;
	d->root = e[0] & (BIT(52) - BIT(12));
	d->nmaps = 0;
	d->glx = world_pick(w, (most < 2 ? most : 2) + 1);
	d->giov = t->efr >> 48 & 1 && world_chance(w, 3);
	d->levels =
		t->efr >> 12 & 3 && t->revision >= GVI_REVISION(3, 6) ? 4 + world_pick(w, 2) : 4;
	d->gpa = ONE_OF(w, 0x1000, 0x1ff000, 0x12345000, 0x3ffff000, 0x7fc0001000) & span(d);
	if (world_chance(w, 4))
		d->gpa = world_draw(w) & span(d) & ~UINT64_C(0xfff);
	d->gcr3 = d->mode && t->control >> 58 & 1 ? new_guest_table(w, d) : world_new_table(w);
	if (world_chance(w, 32) && world_pa_size(w) < 52)
		d->gcr3 |= BIT(world_pa_size(w));
	e[0] &= ~(BIT(54) | BIT(56) * 31);
	e[0] |= BIT(55) | BIT(54) * d->giov | BIT(56) * d->glx | BIT(58) * (d->gcr3 >> 12 & 7);
	e[1] &= ~(BIT(16) * 0xffff | BIT(43) * 0x1fffff);
	e[1] |= BIT(16) * (d->gcr3 >> 15 & 0xffff) | BIT(43) * (d->gcr3 >> 31 & 0x1fffff);
	e[2] = (e[2] & ~(BIT(54) * 3)) | BIT(54) * (d->levels - 4);
}

void world_guest_tables(struct world *w, struct device *d)
{
	d->pasid = d->giov && world_chance(w, 2) ? 0 : interesting_pasid(w);
	if (!world_chance(w, 8)) { /* what the tables cover */
		unsigned width = (unsigned)(w->config.efr >> 32 & 31) + 1;

		if (width > 9 * (d->glx + 1))
			width = 9 * (d->glx + 1);
		if (width < 20)
			d->pasid &= (UINT32_C(1) << width) - 1;
	}
	d->iova = interesting_gva(w, d);
	make_gcr3(w, d);
}

void world_guest_request(struct world *w, const struct device *d, struct gvi_request *r)
{
	r->has_pasid = !(d->giov && d->pasid == 0 ? world_chance(w, 2) : world_chance(w, 16));
	r->pasid = 0;
	r->execute = r->privileged = false;
	if (!r->has_pasid)
		return;
	r->pasid = world_chance(w, 16) ? interesting_pasid(w) : d->pasid;
	r->execute = world_chance(w, 4);
	r->privileged = world_chance(w, 3);
}
