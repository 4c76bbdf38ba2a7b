/* Random guests: memory with holes, device tables, GCR3 tables, page tables; and the
 * changes that they make to them. */
#include "conformance/unit/hypervisor_world.h"

#define SMALL UINT64_C(0x1000)

static void make_memory(struct world *w, struct hv_guest *guest);
static void start(struct world *w, struct hv_guest *guest);
static void make_driver(struct world *w, struct driver *d);
static void write_entry(struct world *w, struct driver *d);
static void flush(struct world *w, struct hv_guest *guest);

void guests_make(struct world *w)
{
	for (unsigned g = 0; g < WORLD_GUESTS; g++) {
		struct hv_guest *guest = hv_add_guest(&w->hv);

		REQUIRE(guest);
		w->next_table[g] = GUEST_TABLES;
		make_memory(w, guest);
		start(w, guest);
		for (unsigned i = 0; i < WORLD_DEVICES; i++) {
			struct driver *d = &w->driver[g * WORLD_DEVICES + i];

			*d = (struct driver){.guest = guest,
					     .real = (uint16_t)(0x300 + 0x81 * g + 8 * i),
					     .virtual = (uint16_t)(8 + 16 * i)};
			make_driver(w, d);
			REQUIRE(hv_assign(guest, d->real, d->virtual));
		}
		flush(w, guest);
	}
}

unsigned guest_number(const struct world *w, const struct hv_guest *guest)
{
	return guest == w->hv.guest[0] ? 0 : 1;
}

static unsigned random_rights(struct world *w)
{
	return chance(w, 8) ? MAP_READ : MAP_READ | MAP_WRITE;
}

/* Small pages in another order than the guest sees them, and large ones. */
static void make_memory(struct world *w, struct hv_guest *guest)
{
	uint64_t base = UINT64_C(0x100000000) * (1 + guest_number(w, guest));

	for (uint64_t n = 1; n < 256; n++) {
		uint64_t spa = base + (n * 37 % 256) * SMALL;
		bool own = n * SMALL < GUEST_TABLES;

		if (own || !chance(w, 16))
			REQUIRE(map_page(&guest->map, n * SMALL, spa, SMALL,
					 own ? MAP_READ | MAP_WRITE : random_rights(w)));
	}
	for (uint64_t n = 1; n < 4; n++)
		if (!chance(w, 4))
			REQUIRE(map_page(&guest->map, n * GUEST_LARGE, base + GUEST_LARGE * (n + 8),
					 GUEST_LARGE, random_rights(w)));
}

static void start(struct world *w, struct hv_guest *guest)
{
	const uint64_t length = UINT64_C(8) << 56;
	uint64_t control;

	REQUIRE(gvi_encode(GVI_FORMAT_CONTROL,
			   "IommuEn=1 EventLogEn=1 CmdBufEn=1 PPRLogEn=1 PPREn=1 GTEn=1 EPHEn=1 "
			   "EventIntEn=1",
			   &control, NULL));
	gvi_set(GVI_CONTROL_PPR_AUTO_RSP_EN, &control, chance(w, 6));
	gvi_set(GVI_CONTROL_PPR_AUTO_RSP_AON, &control, chance(w, 2));
	gvi_set(GVI_CONTROL_BLK_STOP_MRK_EN, &control, chance(w, 3));
	gvi_set(GVI_CONTROL_GT_EN, &control, !chance(w, 12));
	gvi_set(GVI_CONTROL_EPH_EN, &control, !chance(w, 12));
	gvi_set(GVI_CONTROL_PPR_EN, &control, !chance(w, 12));
	/* ExEn and Allow: it must have no effect. */
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_EXCL_LIMIT, GUEST_LARGE * 4));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_EXCL_BASE, 3));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_DEV_TAB_BASE, GUEST_TABLE));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_CMD_BUF_BASE, length | GUEST_COMMANDS));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_EVENT_LOG_BASE, length | GUEST_EVENTS));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_PPR_LOG_BASE, length | GUEST_PAGES));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_CONTROL, control));
}

/* ---- Tables ------------------------------------------------------------------------- */

static uint64_t new_table(struct world *w, struct hv_guest *guest);
static uint64_t slot(uint64_t table, unsigned level, uint64_t address);
static uint64_t below(struct world *w, struct driver *d, uint64_t at, uint64_t flags);
static void make_process(struct world *w, struct driver *d, struct process *p);
static void make_page(struct world *w, struct driver *d, struct process *p, uint64_t top);

static void make_driver(struct world *w, struct driver *d)
{
	static const char *const kinds[] = {"V=1 TV=1 GV=1", "V=1 TV=1 GV=1 GIoV=1",
					    "V=1 TV=1 GV=1 GuestPagingMode=1"};

	REQUIRE(gvi_encode(GVI_FORMAT_DTE, kinds[pick(w, 3)], d->dte, NULL));
	gvi_set(GVI_DTE_GLX, d->dte, pick(w, 3));
	gvi_set(GVI_DTE_GCR3_ROOT, d->dte, new_table(w, d->guest));
	gvi_set(GVI_DTE_DOMAIN_ID, d->dte, 5 + d->virtual);
	gvi_set(GVI_DTE_IR, d->dte, !chance(w, 12));
	gvi_set(GVI_DTE_IW, d->dte, !chance(w, 12));
	gvi_set(GVI_DTE_I, d->dte, !chance(w, 6));
	gvi_set(GVI_DTE_PPR, d->dte, !chance(w, 6));
	gvi_set(GVI_DTE_GPRP, d->dte, chance(w, 2));
	gvi_set(GVI_DTE_SE, d->dte, chance(w, 8));
	gvi_set(GVI_DTE_SA, d->dte, chance(w, 12));
	for (unsigned i = 0; i < WORLD_PASIDS; i++)
		make_process(w, d, &d->process[i]);
	if (chance(w, 8))
		d->dte[pick(w, 2)] ^= UINT64_C(1) << pick(w, 64);
	write_entry(w, d);
}

/* As guests do it, the entry is one store; what lies in a hole is lost. */
static void write_entry(struct world *w, struct driver *d)
{
	(void)w;
	(void)hv_guest_store(d->guest, GUEST_TABLE + UINT64_C(32) * d->virtual, d->dte, 4);
}

/* One of the first process is 0, which GIoV means. */
static void make_process(struct world *w, struct driver *d, struct process *p)
{
	unsigned levels = 1 + (unsigned)gvi_get(GVI_DTE_GLX, d->dte);
	unsigned width = levels == 3 ? 20 : 9 * levels;
	uint64_t at = gvi_get(GVI_DTE_GCR3_ROOT, d->dte);
	uint64_t top = new_table(w, d->guest);
	uint64_t entry = top | 1;

	p->pasid = p == d->process ? 0 : (uint32_t)(draw(w) & ((1u << width) - 1));
	for (unsigned level = levels; level > 1; level--)
		at = below(w, d, at + 8 * (p->pasid >> 9 * (level - 1) & 511), 1);
	p->gcr3 = at + 8 * (p->pasid & 511);
	(void)hv_guest_store(d->guest, p->gcr3, &entry, 1);
	for (p->npages = 0; p->npages < WORLD_PAGES; p->npages++)
		make_page(w, d, p, top);
}

static uint64_t random_leaf(struct world *w, unsigned level);

static void make_page(struct world *w, struct driver *d, struct process *p, uint64_t top)
{
	unsigned level = gvi_get(GVI_DTE_GUEST_MODE, d->dte) == 1 ? 5 : 4;
	unsigned last = chance(w, 4) ? 2 : 1;
	struct leaf *leaf = &p->page[p->npages];
	uint64_t entry;

	/* Not far from each other, so that tables are shared; also in the upper half. */
	leaf->gva = (draw(w) & UINT64_C(0x403000)) | (chance(w, 4) ? UINT64_C(0x7f8000000000) : 0);
	if (p->pasid && chance(w, 4))
		leaf->gva |= UINT64_MAX << (8 + 9 * level + 3);
	for (; level > last; level--)
		top = below(w, d, slot(top, level, leaf->gva), 7);
	leaf->level = last;
	leaf->slot = slot(top, last, leaf->gva);
	entry = random_leaf(w, last);
	(void)hv_guest_store(d->guest, leaf->slot, &entry, 1);
}

/* Small pages anywhere, large ones where the guest has some; A and D as they come. */
static uint64_t random_leaf(struct world *w, unsigned level)
{
	uint64_t page =
		level == 2 ? GUEST_LARGE * (1 + pick(w, 3)) : GUEST_TABLES + SMALL * pick(w, 256);
	uint64_t entry = page | (level == 2 ? 0x80 : 0) | 7;

	entry ^= chance(w, 6) ? 1 : 0;
	entry ^= chance(w, 5) ? 2 : 0;
	entry ^= chance(w, 6) ? 4 : 0;
	entry |= draw(w) & 0x60;
	if (chance(w, 5))
		entry |= UINT64_C(1) << 63;
	return entry;
}

/* The table that the entry at `at` points to; a new one if it is not present. */
static uint64_t below(struct world *w, struct driver *d, uint64_t at, uint64_t flags)
{
	uint64_t entry = 0;

	(void)hv_guest_load(d->guest, at, &entry, 1);
	if (entry & 1)
		return entry & UINT64_C(0xffffffffff000);
	entry = new_table(w, d->guest) | flags;
	(void)hv_guest_store(d->guest, at, &entry, 1);
	return entry & ~UINT64_C(0xfff);
}

static uint64_t new_table(struct world *w, struct hv_guest *guest)
{
	uint64_t *next = &w->next_table[guest_number(w, guest)];

	*next += SMALL;
	return *next;
}

static uint64_t slot(uint64_t table, unsigned level, uint64_t address)
{
	return table + 8 * (address >> (3 + 9 * level) & 511);
}

/* ---- Changes --------------------------------------------------------------------------- */

static void change_leaf(struct world *w, struct driver *d, struct process *p);
static void change_process(struct world *w, struct driver *d, struct process *p);
static void change_entry(struct world *w, struct driver *d);
static void invalidate_pages(struct world *w, struct driver *d, uint32_t pasid, uint64_t gva,
			     const char *how);
static void invalidate_entry(struct world *w, struct driver *d);
static void invalidate_device(struct world *w, struct driver *d, uint32_t pasid);

void guests_change(struct world *w)
{
	struct driver *d = &w->driver[pick(w, WORLD_GUESTS * WORLD_DEVICES)];
	struct process *p = &d->process[pick(w, WORLD_PASIDS)];

	w->changes++;
	switch (pick(w, 4)) {
	case 0:
		change_process(w, d, p);
		break;
	case 1:
		change_entry(w, d);
		break;
	default:
		change_leaf(w, d, p);
	}
	if (chance(w, 2))
		invalidate_device(w, d, p->pasid);
	/* The model remembers a few of them only. */
	if (w->commands > 20)
		flush(w, d->guest);
	guest_wait(w, d->guest);
}

static void change_leaf(struct world *w, struct driver *d, struct process *p)
{
	struct leaf *leaf = &p->page[pick(w, p->npages)];
	uint64_t entry = random_leaf(w, leaf->level), old = 0;

	(void)hv_guest_load(d->guest, leaf->slot, &old, 1);
	(void)hv_guest_store(d->guest, leaf->slot, &entry, 1);
	/* Where a large page is now, another page's table may have been, and its pages: the
	 * code of 2 MiB. */
	if (leaf->level == 2)
		invalidate_pages(w, d, p->pasid, (leaf->gva & ~UINT64_C(0x1fffff)) | 0xff000,
				 old & 0x80 ? "S=1" : "S=1 PDE=1");
	else
		invalidate_pages(w, d, p->pasid, leaf->gva, "");
}

/* Its tables, and all that they hold. */
static void change_process(struct world *w, struct driver *d, struct process *p)
{
	uint64_t top = new_table(w, d->guest), entry = top | 1;

	(void)hv_guest_store(d->guest, p->gcr3, &entry, 1);
	for (p->npages = 0; p->npages < WORLD_PAGES; p->npages++)
		make_page(w, d, p, top);
	invalidate_pages(w, d, p->pasid, UINT64_C(0x7ffffffffffff000), "S=1 PDE=1");
}

/* Bits of an entry that are no roots; the DomainID with all that it tags. */
static void change_entry(struct world *w, struct driver *d)
{
	static const enum gvi_field_id flags[] = {
		GVI_DTE_V,    GVI_DTE_TV, GVI_DTE_IR,   GVI_DTE_IW,   GVI_DTE_I,  GVI_DTE_PPR,
		GVI_DTE_GPRP, GVI_DTE_GV, GVI_DTE_GIOV, GVI_DTE_MODE, GVI_DTE_SA, GVI_DTE_GLX};
	enum gvi_field_id field = flags[pick(w, 12)];
	uint64_t roots = gvi_get(GVI_DTE_GLX, d->dte);

	gvi_set(field, d->dte, gvi_get(field, d->dte) ^ 1);
	if (chance(w, 3))
		gvi_set(GVI_DTE_DOMAIN_ID, d->dte, 100 + d->virtual + pick(w, 2));
	write_entry(w, d);
	invalidate_entry(w, d);
	if (roots != gvi_get(GVI_DTE_GLX, d->dte))
		flush(w, d->guest);
	for (unsigned i = 0; i < WORLD_PASIDS; i++)
		invalidate_pages(w, d, d->process[i].pasid, UINT64_C(0x7ffffffffffff000),
				 "S=1 PDE=1");
}

/* ---- Commands ---------------------------------------------------------------------------- */

static void invalidate_pages(struct world *w, struct driver *d, uint32_t pasid, uint64_t gva,
			     const char *how)
{
	uint64_t raw[2];

	REQUIRE(gvi_encode(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, how, raw, NULL));
	gvi_set(GVI_INVALIDATE_IOMMU_PAGES_GN, raw, 1);
	gvi_set(GVI_INVALIDATE_IOMMU_PAGES_PASID, raw, pasid);
	gvi_set(GVI_INVALIDATE_IOMMU_PAGES_DOMAIN_ID, raw, gvi_get(GVI_DTE_DOMAIN_ID, d->dte));
	gvi_set(GVI_INVALIDATE_IOMMU_PAGES_ADDRESS, raw, gva & ~UINT64_C(0xfff));
	guest_command(w, d->guest, raw);
}

static void invalidate_entry(struct world *w, struct driver *d)
{
	uint64_t raw[2];

	gvi_blank(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, raw);
	gvi_set(GVI_INVALIDATE_DEVTAB_ENTRY_DEVICE_ID, raw, d->virtual);
	guest_command(w, d->guest, raw);
}

/* The device's own cache, which the real IOMMU must ask. */
static void invalidate_device(struct world *w, struct driver *d, uint32_t pasid)
{
	uint64_t raw[2];
	unsigned before = w->nsent;
	bool runs;

	REQUIRE(gvi_encode(GVI_FORMAT_INVALIDATE_IOTLB_PAGES, "GN=1 Address=0x5000", raw, NULL));
	gvi_set(GVI_INVALIDATE_IOTLB_PAGES_DEVICE_ID, raw, d->virtual);
	gvi_set(GVI_INVALIDATE_IOTLB_PAGES_QUEUE_ID, raw, d->virtual);
	gvi_set(GVI_INVALIDATE_IOTLB_PAGES_MAXPEND, raw, pick(w, 3));
	gvi_set(GVI_INVALIDATE_IOTLB_PAGES_PASID, raw, pasid);
	runs = w->nsent < MAX_MESSAGES;
	guest_command(w, d->guest, raw);
	EXPECT(w, !runs || w->nsent == before + 1);
	if (w->nsent == before)
		return;
	EXPECT(w, w->sent[before].kind == GVI_MESSAGE_INVALIDATE);
	EXPECT(w, w->sent[before].device == d->real && w->sent[before].pasid == pasid);
}

static void flush(struct world *w, struct hv_guest *guest)
{
	uint64_t raw[2];

	gvi_blank(GVI_FORMAT_INVALIDATE_IOMMU_ALL, raw);
	guest_command(w, guest, raw);
	guest_wait(w, guest);
	w->commands = 0;
}

void guest_command(struct world *w, struct hv_guest *guest, const uint64_t raw[2])
{
	uint64_t tail = hv_mmio_read(guest, GVI_REGISTER_CMD_BUF_TAIL);

	w->commands++;
	REQUIRE(hv_guest_store(guest, GUEST_COMMANDS + tail, raw, 2));
	REQUIRE(hv_mmio_write(guest, GVI_REGISTER_CMD_BUF_TAIL, (tail + 16) % HV_RING));
}

static bool devices_answer(struct world *w);

void guest_wait(struct world *w, struct hv_guest *guest)
{
	uint64_t raw[2], stored = 0;
	size_t open;

	gvi_blank(GVI_FORMAT_COMPLETION_WAIT, raw);
	gvi_set(GVI_COMPLETION_WAIT_S, raw, 1);
	gvi_set(GVI_COMPLETION_WAIT_STORE_ADDRESS, raw, GUEST_FENCE);
	gvi_set(GVI_COMPLETION_WAIT_STORE_DATA, raw, ++w->fence);
	guest_command(w, guest, raw);
	(void)gvi_invalidations(w->hv.unit, &open);
	REQUIRE(hv_guest_load(guest, GUEST_FENCE, &stored, 1));
	EXPECT(w, (stored == w->fence) == !open);
	while (devices_answer(w))
		EXPECT(w, hv_run(guest));
	REQUIRE(hv_guest_load(guest, GUEST_FENCE, &stored, 1));
	EXPECT(w, stored == w->fence);
	w->nsent = 0;
}

/* False if nobody was asked. */
static bool devices_answer(struct world *w)
{
	size_t count;
	const struct gvi_invalidation *open = gvi_invalidations(w->hv.unit, &count);

	if (!count)
		return false;
	while (open = gvi_invalidations(w->hv.unit, &count), count)
		REQUIRE(gvi_invalidation_done(w->hv.unit, open->device, open->tag) == GVI_OK);
	return true;
}
