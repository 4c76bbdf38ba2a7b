/* Host page tables: docs/spec/02-host-page-table.md.  Steps are numbered as in
 * its section 4. */
#include "model/walk_host.h"

#include "model/effects.h"
#include "model/fault.h"
#include "model/host.h"

enum { MAX_LEVELS = 6, MAX_RETRIES = 64 };

/* One walk on its way down. */
struct walk {
	uint64_t address;
	uint64_t table;                 /* spa of the table at `level` */
	unsigned level;
	uint64_t rights;                /* left so far */
	unsigned had;                   /* who updates A and D: DTE.HAD as it counts */
	bool     on_the_way;            /* A is set level by level */
	bool     changed;               /* an entry changed under an update */
	unsigned used;                  /* of entry[], which is filled only for updates */
	struct { uint64_t spa, value; } entry[MAX_LEVELS];
};

/* What is wrong with an entry, beside the rights. */
struct defect {
	enum gvi_clause clause;         /* GVI_CLAUSE_NONE: nothing */
	uint64_t flags;
};

static enum gvi_bus follow_pointers(struct access *x, struct walk *w, uint64_t *entry);
static enum verdict walk_once(struct access *x, struct walk *w, struct page *page);
static enum verdict walk_on(struct access *x, struct walk *w, enum gvi_bus bus, uint64_t entry,
			    struct page *page);
static enum verdict start(struct access *x, struct walk *w);
static enum verdict take_entry(struct access *x, struct walk *w, uint64_t entry);
static enum verdict take_leaf(struct access *x, struct walk *w, uint64_t entry, struct page *page);
static enum verdict update(struct access *x, struct walk *w);

/* ---- Most walks: nothing to find on the way ------------------------------ */

enum verdict host_walk_plain(struct access *x, struct page *page)
{
	struct walk w;
	uint64_t entry;
	enum gvi_bus bus = follow_pointers(x, &w, &entry);

	if (bus != GVI_BUS_OK || !is_plain_page(entry, w.level, x->want, x->m->derived.pte_unsound))
		return walk_on(x, &w, bus, entry, page);
	record(x->answer, GVI_CLAUSE_HOST_LEAF);
	x->may &= w.rights & entry;
	page_of_entry(page, w.address, entry, page_low(w.level));
	return GO_ON;
}

/* Through pointers one level down, to whatever else comes then: *entry, read
 * from the table where w stands. */
static enum gvi_bus follow_pointers(struct access *x, struct walk *w, uint64_t *entry)
{
	uint64_t address = x->request->address, want = x->want, rights = x->may, e;
	uint64_t table = get_DTE_HOST_ROOT(x->dte), unsound = x->m->derived.pde_unsound;
	unsigned mode = (unsigned)get_DTE_MODE(x->dte), level = mode;
	enum gvi_bus bus;

	for (;; level--) {
		uint64_t spa = table + 8 * index_at(address, level);

		bus = host_fetch_word(x->m, GVI_FORMAT_PTE, spa, &e);
		if (bus != GVI_BUS_OK || !is_plain_pointer(e, level, want, unsound))
			break;
		rights &= e;
		table = get_PDE_ADDRESS(&e);
	}
	record_pointers(x->answer, mode - level);
	w->address = address;
	w->table = table;
	w->level = level;
	w->rights = rights;
	w->had = w->used = 0;
	w->on_the_way = w->changed = false;
	*entry = e;
	return bus;
}

/* ---- Section 4: the walk ------------------------------------------------ */

enum verdict host_walk(struct access *x, struct page *page)
{
	struct walk w;

	for (unsigned tries = 0; tries < MAX_RETRIES; tries++) {
		enum verdict v = walk_once(x, &w, page);

		if (!w.changed)
			return v;
		/* [host.accessed-atomic] The entry is not what was walked. */
		apply(x, GVI_CLAUSE_HOST_ACCESSED_ATOMIC);
	}
	x->racing = true;
	return ENDED;
}

static enum gvi_bus fetch(struct access *x, const struct walk *w, uint64_t *entry);
static bool is_leaf(struct access *x, const struct walk *w, uint64_t entry);
static void keep(struct walk *w, uint64_t spa, uint64_t entry);
static unsigned updates(struct access *x);
static bool denied(const struct access *x, const struct walk *w);
static uint64_t entry_spa(const struct walk *w);

static enum verdict walk_once(struct access *x, struct walk *w, struct page *page)
{
	uint64_t entry;
	enum gvi_bus bus;

	if (start(x, w) == ENDED)
		return ENDED;
	bus = fetch(x, w, &entry);
	return walk_on(x, w, bus, entry, page);
}

/* From an entry at w->level, and how its fetch went. */
static enum verdict walk_on(struct access *x, struct walk *w, enum gvi_bus bus, uint64_t entry,
			    struct page *page)
{
	for (;;) {
		if (bus != GVI_BUS_OK) {
			apply(x, GVI_CLAUSE_HOST_FETCH_ERROR);
			return page_table_error(x, entry_spa(w), bus);
		}
		/* Step 4 */
		if (!get_PTE_PR(&entry))
			return page_fault(x, GVI_CLAUSE_HOST_FAULT_NOT_PRESENT, 0);
		if (w->had)
			keep(w, entry_spa(w), entry);
		/* [host.permission-and] */
		w->rights &= entry;
		/* Steps 5 to 11 */
		if (is_leaf(x, w, entry))
			return take_leaf(x, w, entry, page);
		if (take_entry(x, w, entry) == ENDED)
			return ENDED;
		bus = fetch(x, w, &entry);
	}
}

/* Step 3 */
static enum gvi_bus fetch(struct access *x, const struct walk *w, uint64_t *entry)
{
	stand(x->m, x, w->level);
	return host_fetch(x->m, GVI_FORMAT_PTE, entry_spa(w), entry, 1);
}

static void keep(struct walk *w, uint64_t spa, uint64_t entry)
{
	w->entry[w->used].spa = spa;
	w->entry[w->used++].value = entry;
}

/* Steps 1 and 2; the rights of step 1 were tested with the entry's. */
static enum verdict start(struct access *x, struct walk *w)
{
	w->address = x->request->address;
	w->level = (unsigned)get_DTE_MODE(x->dte);
	w->table = get_DTE_HOST_ROOT(x->dte);
	w->rights = x->may;
	w->changed = false;
	w->used = 0;
	w->had = updates(x);
	w->on_the_way = w->had && choose(x->m, GVI_CHOICE_UPPER_ACCESSED) == 1;
	apply(x, GVI_CLAUSE_HOST_WALK);
	if (host_surplus(x))
		return page_fault(x, GVI_CLAUSE_HOST_SURPLUS_BITS, FAULT_PR);
	if (!(w->table & x->m->derived.beyond_pa))
		return GO_ON;
	switch (choose(x->m, GVI_CHOICE_ROOT_BEYOND_PA)) {
	case 0:
		apply(x, GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA);
		return page_table_error(x, entry_spa(w), GVI_BUS_MASTER_ABORT);
	case 1:
		return page_fault(x, GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA, FAULT_PR | FAULT_RZ);
	default:
		return GO_ON;
	}
}

/* [host.accessed-dirty] DTE.HAD, as far as the features go. */
static unsigned updates(struct access *x)
{
	unsigned had = (unsigned)get_DTE_HAD(x->dte);

	if (!had)
		return 0;
	if (!has(x->m, GVI_FEATURE_HDSUP))
		had &= has(x->m, GVI_FEATURE_HASUP) ? 1u : 0u;
	if (had && choose(x->m, GVI_CHOICE_HAD_UPDATE) == 1)
		had &= (unsigned)get_CONTROL_HAD_UPDATE(&x->m->reg[SLOT_CONTROL]);
	return had;
}

static uint64_t entry_spa(const struct walk *w)
{
	return w->table + 8 * index_at(w->address, w->level);
}

/* Step 5, and AMB-2.2 where a level-1 table holds a pointer. */
static bool is_leaf(struct access *x, const struct walk *w, uint64_t entry)
{
	uint64_t next = get_PTE_NEXT_LEVEL(&entry);

	if (next == 0 || next == 7)
		return true;
	return w->level == 1 && choose(x->m, GVI_CHOICE_LEVEL_1_POINTER) == 1;
}

/* ---- Steps 6 and 7 for both kinds, 9 to 11 for a PDE -------------------- */

static enum verdict accessed_now(struct access *x, struct walk *w);
static enum verdict judge(struct access *x, const struct walk *w, struct defect reserved,
			  struct defect encoding);
static enum verdict check_pointer(struct access *x, const struct walk *w, uint64_t entry);
static struct defect pde_reserved(struct access *x, uint64_t entry);
static struct defect pde_encoding(struct access *x, const struct walk *w, uint64_t entry);

static enum verdict take_entry(struct access *x, struct walk *w, uint64_t entry)
{
	if ((!is_plain_pointer(entry, w->level, 0, x->m->derived.pde_unsound) || denied(x, w)) &&
	    check_pointer(x, w, entry) == ENDED)
		return ENDED;
	if (w->on_the_way && accessed_now(x, w) == ENDED)
		return ENDED;
	/* Step 11 */
	apply(x, GVI_CLAUSE_HOST_NEXT_TABLE);
	w->table = get_PDE_ADDRESS(&entry);
	w->level = (unsigned)get_PDE_NEXT_LEVEL(&entry);
	if (!(w->table & x->m->derived.beyond_pa) || choose(x->m, GVI_CHOICE_ENTRY_BEYOND_PA) != 1)
		return GO_ON;
	apply(x, GVI_CLAUSE_HOST_BEYOND_PA);
	return page_table_error(x, entry_spa(w), GVI_BUS_MASTER_ABORT);
}

/* Which of the defects of an entry is reported: in the order of the steps
 * reserved bits, rights, encoding; other orders are AMB-2.1. */
static enum verdict judge(struct access *x, const struct walk *w, struct defect reserved,
			  struct defect encoding)
{
	unsigned order;

	if (!denied(x, w) && !reserved.clause && !encoding.clause)
		return GO_ON;
	order = choose(x->m, GVI_CHOICE_FAULT_ORDER);
	if (order == 2 && encoding.clause)
		return page_fault(x, encoding.clause, encoding.flags);
	if (reserved.clause)
		return page_fault(x, reserved.clause, reserved.flags);
	if (denied(x, w) && order != 1)
		return page_fault(x, GVI_CLAUSE_HOST_FAULT_PERMISSION, FAULT_PR | FAULT_PE);
	if (encoding.clause)
		return page_fault(x, encoding.clause, encoding.flags);
	return GO_ON;
}

/* A right is missing. */
static bool denied(const struct access *x, const struct walk *w)
{
	return lacks(x, w->rights);
}

static enum verdict check_pointer(struct access *x, const struct walk *w, uint64_t entry)
{
	const struct defect reserved = pde_reserved(x, entry);

	return judge(x, w, reserved, pde_encoding(x, w, entry));
}

static struct defect pde_reserved(struct access *x, uint64_t entry)
{
	if (entry & x->m->derived.pde_reserved)
		return (struct defect){GVI_CLAUSE_HOST_FAULT_RESERVED, FAULT_PR | FAULT_RZ};
	if (get_PDE_ADDRESS(&entry) & x->m->derived.beyond_pa &&
	    choose(x->m, GVI_CHOICE_ENTRY_BEYOND_PA) == 0)
		return (struct defect){GVI_CLAUSE_HOST_BEYOND_PA, FAULT_PR | FAULT_RZ};
	return (struct defect){GVI_CLAUSE_NONE, 0};
}

/* Steps 9 and 10. */
static struct defect pde_encoding(struct access *x, const struct walk *w, uint64_t entry)
{
	unsigned next = (unsigned)get_PDE_NEXT_LEVEL(&entry);
	uint64_t skipped;

	if (next >= w->level)
		return (struct defect){GVI_CLAUSE_HOST_FAULT_LEVEL, FAULT_PR};
	skipped = w->address & low_ones(3 + 9 * w->level) & ~low_ones(12 + 9 * next);
	if (skipped && choose(x->m, GVI_CHOICE_SKIPPED_BITS) == 0)
		return (struct defect){GVI_CLAUSE_HOST_LEVEL_SKIP, FAULT_PR};
	return (struct defect){GVI_CLAUSE_NONE, 0};
}

/* ---- Step 8: the leaf, section 3: its size ------------------------------ */

static enum verdict check_leaf(struct access *x, struct walk *w, uint64_t entry,
			       unsigned *size_log2);
static struct defect pte_reserved(const struct access *x, uint64_t entry);
static struct defect leaf_encoding(struct access *x, const struct walk *w, uint64_t entry,
				   unsigned *size_log2);
static struct defect coded_size(struct access *x, const struct walk *w, uint64_t entry,
				unsigned *size_log2);
static enum verdict leaf_beyond_pa(struct access *x, const struct walk *w);

static enum verdict take_leaf(struct access *x, struct walk *w, uint64_t entry, struct page *page)
{
	unsigned size_log2 = 3 + 9 * w->level;

	if ((!is_plain_page(entry, w->level, 0, x->m->derived.pte_unsound) || denied(x, w)) &&
	    check_leaf(x, w, entry, &size_log2) == ENDED)
		return ENDED;
	apply(x, GVI_CLAUSE_HOST_LEAF);
	page_of_entry(page, w->address, entry, low_ones(size_log2));
	if (w->had && !x->looking && update(x, w) == ENDED)
		return ENDED;
	/* Not before: a walk that starts again has the device's rights once more. */
	x->may &= w->rights;
	return GO_ON;
}

static enum verdict check_leaf(struct access *x, struct walk *w, uint64_t entry,
			       unsigned *size_log2)
{
	struct defect encoding = leaf_encoding(x, w, entry, size_log2);
	uint64_t base = get_PTE_ADDRESS(&entry) & ~low_ones(*size_log2);

	if (judge(x, w, pte_reserved(x, entry), encoding) == ENDED)
		return ENDED;
	if (base & x->m->derived.beyond_pa && leaf_beyond_pa(x, w) == ENDED)
		return ENDED;
	if (denied(x, w))
		return page_fault(x, GVI_CLAUSE_HOST_FAULT_PERMISSION, FAULT_PR | FAULT_PE);
	return GO_ON;
}

static struct defect pte_reserved(const struct access *x, uint64_t entry)
{
	if (entry & x->m->derived.pte_reserved)
		return (struct defect){GVI_CLAUSE_HOST_FAULT_RESERVED, FAULT_PR | FAULT_RZ};
	return (struct defect){GVI_CLAUSE_NONE, 0};
}

static struct defect leaf_encoding(struct access *x, const struct walk *w, uint64_t entry,
				   unsigned *size_log2)
{
	unsigned own = 3 + 9 * w->level;
	uint64_t low = get_PTE_ADDRESS(&entry) & low_ones(own);

	if (get_PTE_NEXT_LEVEL(&entry) == 7)
		return coded_size(x, w, entry, size_log2);
	*size_log2 = own;
	/* [host.fault-size] A level-6 table holds no pages. */
	if (w->level == 6 && choose(x->m, GVI_CHOICE_LEVEL_6_LEAF) == 0)
		return (struct defect){GVI_CLAUSE_HOST_FAULT_SIZE, FAULT_PR};
	if (low && w->level > 1 && choose(x->m, GVI_CHOICE_LEAF_LOW_BITS) == 1)
		return (struct defect){GVI_CLAUSE_HOST_LEAF_LOW_BITS, FAULT_PR | FAULT_RZ};
	return (struct defect){GVI_CLAUSE_NONE, 0};
}

/* [host.page-size-code] NextLevel 7: the lowest 0 at or above bit 12 of the
 * address field is bit k, and the page has 2^(k+1) bytes; it must lie between
 * the level's own size and the next level's. */
static struct defect coded_size(struct access *x, const struct walk *w, uint64_t entry,
				unsigned *size_log2)
{
	uint64_t address = get_PTE_ADDRESS(&entry);
	unsigned k = 12;

	while (address >> k & 1)
		k++;
	*size_log2 = k + 1;
	apply(x, GVI_CLAUSE_HOST_PAGE_SIZE_CODE);
	if (*size_log2 <= 3 + 9 * w->level || *size_log2 >= 12 + 9 * w->level || w->level == 6)
		return (struct defect){GVI_CLAUSE_HOST_FAULT_SIZE, FAULT_PR};
	if (*size_log2 >= 52 && choose(x->m, GVI_CHOICE_SIZE_2_52) == 1)
		return (struct defect){GVI_CLAUSE_HOST_FAULT_SIZE, FAULT_PR};
	return (struct defect){GVI_CLAUSE_NONE, 0};
}

/* [host.beyond-pa] What counts is the base without its size code. */
static enum verdict leaf_beyond_pa(struct access *x, const struct walk *w)
{
	switch (choose(x->m, GVI_CHOICE_ENTRY_BEYOND_PA)) {
	case 0:
		return page_fault(x, GVI_CLAUSE_HOST_BEYOND_PA, FAULT_PR | FAULT_RZ);
	case 1:
		apply(x, GVI_CLAUSE_HOST_BEYOND_PA);
		return page_table_error(x, entry_spa(w), GVI_BUS_MASTER_ABORT);
	default:
		return GO_ON;
	}
}

/* ---- Section 6: accessed and dirty -------------------------------------- */

static enum verdict set_bits(struct access *x, struct walk *w, unsigned i, uint64_t bits);

/* All entries used, top first; D in the leaf for a write, or for the right to. */
static enum verdict update(struct access *x, struct walk *w)
{
	uint64_t accessed = mask_PTE_A(0), dirty = mask_PTE_D(0);

	apply(x, GVI_CLAUSE_HOST_ACCESSED_DIRTY);
	for (unsigned i = 0; i < w->used; i++) {
		uint64_t bits = accessed;

		if (i + 1 == w->used && w->had == 3 && dirties(x, w->rights))
			bits |= dirty;
		if (set_bits(x, w, i, bits) == ENDED)
			return ENDED;
	}
	return GO_ON;
}

/* [host.accessed-upper] */
static enum verdict accessed_now(struct access *x, struct walk *w)
{
	return set_bits(x, w, w->used - 1, mask_PTE_A(0));
}

static enum verdict set_bits(struct access *x, struct walk *w, unsigned i, uint64_t bits)
{
	uint64_t seen = w->entry[i].value;
	enum gvi_bus bus;
	bool done;

	if ((seen & bits) == bits)
		return GO_ON;
	bus = effect_exchange(x->m, w->entry[i].spa, &seen, seen | bits, &done);
	if (bus == GVI_BUS_OK) {
		w->entry[i].value |= bits;
		w->changed = !done;
		return done ? GO_ON : ENDED;
	}
	apply(x, GVI_CLAUSE_HOST_ACCESSED_DIRTY_FAILURE);
	if (choose(x->m, GVI_CHOICE_AD_WRITE_FAILS) == 1)
		return rmp_page_fault(x, w->address);
	return page_table_error(x, w->entry[i].spa, bus);
}
