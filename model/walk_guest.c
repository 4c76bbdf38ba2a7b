/* Guest page tables: docs/spec/03-guest-page-table.md.  Steps are numbered as in
 * its section 4. */
#include "model/walk_guest.h"

#include "model/effects.h"
#include "model/fault.h"
#include "model/gcr3.h"
#include "model/nest.h"

enum { MAX_LEVELS = 5, MAX_RETRIES = 64 };

#define WRITABLE   (mask_GPTE_RW(0))
#define USER       (mask_GPTE_US(0))
#define NO_EXECUTE (mask_GPTE_NX(0))
#define PRESENT    (mask_GPTE_P(0))
/* All that may be reserved in an entry that points to a table, and PS. */
#define UNUSUAL    (mask_GPML4E_RSVD_8(0) | NO_EXECUTE)
#define ACCESSED   (mask_GPTE_A(0))
#define DIRTY      (mask_GPTE_D(0))

/* One walk on its way down. */
struct walk {
	struct nest n;
	struct access *x;
	uint64_t gva;
	unsigned pasid;
	unsigned levels;
	bool     user, execute;         /* what the request counts as */
	bool     dirty;                 /* D of the leaf is to be set */
	bool     changed;               /* an entry changed under an update */
	uint64_t may;                   /* the device's rights */
	/* The table at `level`, and what the entries above it have in common, with
	 * NX turned over: set is allowed. */
	uint64_t table;
	unsigned level;
	uint64_t common;
	unsigned used;                  /* of entry[] */
	struct { uint64_t gpa, value; } entry[MAX_LEVELS];
};

static void start(struct walk *w, struct access *x);
static enum verdict walk_once(struct walk *w, struct page *page);
static enum verdict find_table(struct walk *w);
static enum verdict take_entry(struct walk *w, bool *leaf);
static enum verdict permission(struct walk *w, uint64_t gpa);
static enum verdict finish(struct walk *w, uint64_t gpa, struct page *page);

enum verdict guest_walk(struct access *x, struct page *page)
{
	struct walk w;

	start(&w, x);
	for (unsigned tries = 0; tries < MAX_RETRIES; tries++) {
		enum verdict v = walk_once(&w, page);

		if (!w.changed)
			return v;
		/* [guest.update-atomic] The entry is not what was walked. */
		apply(x, GVI_CLAUSE_GUEST_UPDATE_ATOMIC);
	}
	x->racing = true;
	return ENDED;
}

static unsigned levels(struct access *x);
static bool counts_as_user(struct access *x);

static void start(struct walk *w, struct access *x)
{
	const struct gvi_request *r = x->request;

	w->x = x;
	w->gva = r->address;
	w->pasid = r->pasid;
	if (!r->has_pasid)
		apply(x, GVI_CLAUSE_GUEST_GIOV);
	w->levels = levels(x);
	w->user = counts_as_user(x);
	w->execute = r->execute && has(x->m, GVI_FEATURE_NXSUP);
	w->may = x->may;
	w->dirty = is_write(x);
	nest_begin(&w->n, x);
}

/* [guest.levels] Where IV gates the field (AMB-1.4), it is ignored without. */
static unsigned levels(struct access *x)
{
	if (get_DTE_GUEST_MODE(x->dte) != 1 || get_EFR_GATS(&x->m->config.efr) == 0 ||
	    !has(x->m, GVI_FEATURE_REV_3_06))
		return 4;
	if (!get_DTE_IV(x->dte) && choose(x->m, GVI_CHOICE_DTE_GUEST_MODE_GATE) == 1)
		return 4;
	return 5;
}

/* [guest.attributes] */
static bool counts_as_user(struct access *x)
{
	if (!x->request->privileged)
		return true;
	return !has(x->m, GVI_FEATURE_NXSUP) &&
	       choose(x->m, GVI_CHOICE_PRIVILEGE_WITHOUT_NXSUP) == 0;
}

static enum verdict walk_once(struct walk *w, struct page *page)
{
	uint64_t low, gpa;
	bool leaf = false;

	/* Not what an earlier try has left of them. */
	w->x->may = w->may;
	w->changed = false;
	/* Steps 1 and 2 */
	if (find_table(w) == ENDED)
		return ENDED;
	/* Step 3 */
	apply(w->x, GVI_CLAUSE_GUEST_WALK);
	while (!leaf)
		if (take_entry(w, &leaf) == ENDED)
			return ENDED;
	apply(w->x, GVI_CLAUSE_GUEST_LEAF);
	low = low_ones(3 + 9 * w->level);
	gpa = (w->table & ~low) | (w->gva & low);
	/* Step 4 */
	if (permission(w, gpa) == ENDED)
		return ENDED;
	/* Steps 5 to 7 */
	if (finish(w, gpa, page) == ENDED)
		return ENDED;
	/* [nested.combine] A host size of 0 is no limit. */
	if (!page->size || page->size > low + 1)
		page->size = low + 1;
	return GO_ON;
}

/* ---- Steps 1 and 2: from the PASID to the top table --------------------- */

static enum gvi_clause bad_address(struct walk *w);
static enum verdict out_of_range(struct walk *w, enum gvi_clause clause);

/* [guest.check-order] */
static enum verdict find_table(struct walk *w)
{
	enum gvi_clause address = bad_address(w);
	bool pasid = !gcr3_covers(w->x->m, w->x->dte, w->pasid);
	unsigned order = address ? choose(w->x->m, GVI_CHOICE_GUEST_CHECK_ORDER) : 0;

	if (address && (order == 1 || (order == 0 && !pasid)))
		return out_of_range(w, address);
	if (pasid)
		return out_of_range(w, GVI_CLAUSE_GUEST_PASID_RANGE);
	if (gcr3_lookup(&w->n, w->pasid, &w->table) == ENDED)
		return ENDED;
	if (address)
		return out_of_range(w, address);
	w->level = w->levels;
	w->common = UINT64_MAX;
	w->used = 0;
	if (w->n.hosted)
		return GO_ON;
	return gcr3_within_pa(w->x, w->table, w->table + 8 * index_at(w->gva, w->level));
}

/* The rule that the address breaks, or none. */
static enum gvi_clause bad_address(struct walk *w)
{
	unsigned width = 12 + 9 * w->levels;
	uint64_t high = w->gva >> (width - 1);

	/* [guest.canonical] */
	if (w->pasid)
		return high && high != low_ones(65 - width) ? GVI_CLAUSE_GUEST_CANONICAL :
							      GVI_CLAUSE_NONE;
	if (!(high >> 1) || choose(w->x->m, GVI_CHOICE_PASID_0_HIGH_BITS) == 1)
		return GVI_CLAUSE_NONE;
	return GVI_CLAUSE_GUEST_PASID_0_ADDRESS;
}

/* [guest.range-fault] */
static enum verdict out_of_range(struct walk *w, enum gvi_clause clause)
{
	uint64_t pr = choose(w->x->m, GVI_CHOICE_GUEST_RANGE_PR) == 1 ? FAULT_PR : 0;

	apply(w->x, GVI_CLAUSE_GUEST_RANGE_FAULT);
	return page_fault(w->x, clause, pr);
}

/* ---- Step 3: one entry -------------------------------------------------- */

static const uint16_t formats[MAX_LEVELS + 1] = {
	0, GVI_FORMAT_GPTE, GVI_FORMAT_GPDE, GVI_FORMAT_GPDPE, GVI_FORMAT_GPML4E, GVI_FORMAT_GPML5E,
};

static enum verdict check_entry(struct walk *w, uint64_t entry);
static bool is_page(unsigned level, uint64_t entry);
static enum gvi_clause reserved(struct walk *w, uint64_t entry);
static bool on_the_way(struct walk *w);
static enum verdict accessed_now(struct walk *w);

/* [nested.pointers] One level down, or to the leaf; w->table is then the page. */
static enum verdict take_entry(struct walk *w, bool *leaf)
{
	uint64_t gpa = w->table + 8 * index_at(w->gva, w->level), spa, entry;
	bool plain;

	/* Steps a and b */
	if (nest_table(&w->n, gpa, false, &spa) == ENDED)
		return ENDED;
	stand(w->x->m, w->x, w->level);
	if (nest_fetch(&w->n, (enum gvi_format_id)formats[w->level], spa, &entry) == ENDED)
		return ENDED;
	/* Step c */
	plain = (entry & (PRESENT | UNUSUAL)) == PRESENT;
	if (!plain && check_entry(w, entry) == ENDED)
		return ENDED;
	/* Step d [guest.permission-and] */
	w->common &= entry ^ NO_EXECUTE;
	w->entry[w->used].gpa = gpa;
	w->entry[w->used++].value = entry;
	if (!(entry & ACCESSED) && on_the_way(w) && accessed_now(w) == ENDED)
		return ENDED;
	w->table = get_GPTE_ADDRESS(&entry);
	/* Step e */
	*leaf = w->level == 1 || (!plain && is_page(w->level, entry));
	w->level -= !*leaf;
	return GO_ON;
}

static enum verdict check_entry(struct walk *w, uint64_t entry)
{
	enum gvi_clause defect;

	if (!get_GPTE_P(&entry))
		return page_fault(w->x, GVI_CLAUSE_GUEST_FAULT_NOT_PRESENT, 0);
	defect = reserved(w, entry);
	if (defect)
		return page_fault(w->x, defect, FAULT_PR | FAULT_RZ);
	return GO_ON;
}

/* [guest.page-sizes] Above level 1. */
static bool is_page(unsigned level, uint64_t entry)
{
	return level <= 3 && get_GPDE_PS(&entry);
}

/* [guest.entry-reserved] */
static enum gvi_clause reserved(struct walk *w, uint64_t entry)
{
	uint64_t mbz = 0;

	if (w->level >= 4)
		mbz = mask_GPML4E_RSVD_8(0);
	else if (w->level > 1 && get_GPDE_PS(&entry))
		mbz = w->level == 3 ? mask_GPDPE_1G_RSVD_29(0) : mask_GPDE_2M_RSVD_20(0);
	if (entry & mbz && !(w->level >= 4 && choose(w->x->m, GVI_CHOICE_GUEST_UPPER_BITS) == 1))
		return w->level >= 4 ? GVI_CLAUSE_GUEST_UPPER_BITS :
				       GVI_CLAUSE_GUEST_ENTRY_RESERVED;
	/* [guest.nx-unsupported] */
	if (entry & NO_EXECUTE && !has(w->x->m, GVI_FEATURE_NXSUP) &&
	    choose(w->x->m, GVI_CHOICE_NX_WITHOUT_NXSUP) == 1)
		return GVI_CLAUSE_GUEST_NX_UNSUPPORTED;
	return GVI_CLAUSE_NONE;
}

/* ---- Step 4 and section 5: permission ----------------------------------- */

static enum gvi_clause denied(struct walk *w);
static enum gvi_clause closed(struct walk *w);
static enum gvi_clause not_executable(struct walk *w);
static bool may_write(struct walk *w);

static enum verdict permission(struct walk *w, uint64_t gpa)
{
	enum gvi_clause rule = denied(w);
	struct page page;

	if (!rule)
		return GO_ON;
	/* [nested.fault-order] */
	if (choose(w->x->m, GVI_CHOICE_NESTED_FAULT_ORDER) == 1 &&
	    nest_page(&w->n, gpa, true, &page) == ENDED)
		return ENDED;
	apply(w->x, rule);
	return page_fault(w->x, GVI_CLAUSE_GUEST_FAULT_PERMISSION, FAULT_PR | FAULT_PE);
}

/* The rule that denies the access, or none.  What a zero-length read needs
 * (AMB-2.12) is IR and IW, not U/S. */
static enum gvi_clause denied(struct walk *w)
{
	enum gvi_clause mode = closed(w);

	if (mode)
		return mode;
	if (is_write(w->x) && !may_write(w))
		return GVI_CLAUSE_GUEST_WRITE;
	/* [ats.execute] A translation request learns it from Exe. */
	return w->execute && !w->x->ats ? not_executable(w) : GVI_CLAUSE_NONE;
}

/* To users, or to privileged requests. */
static enum gvi_clause closed(struct walk *w)
{
	struct gvi *m = w->x->m;

	if (w->user)
		return w->common & USER ? GVI_CLAUSE_NONE : GVI_CLAUSE_GUEST_USER;
	if (!(w->common & USER))
		return GVI_CLAUSE_NONE;
	if ((get_CONTROL_PRIV_ABRT_EN(&m->reg[SLOT_CONTROL]) == 1 &&
	     choose(m, GVI_CHOICE_PRIV_ABORT_ALWAYS) == 0) ||
	    choose(m, GVI_CHOICE_SUPERVISOR_USER_PAGE) == 1)
		return GVI_CLAUSE_GUEST_PRIVILEGE_ABORT;
	return GVI_CLAUSE_NONE;
}

static enum gvi_clause not_executable(struct walk *w)
{
	if (!(w->common & NO_EXECUTE))
		return GVI_CLAUSE_GUEST_EXECUTE;
	/* [guest.supervisor] */
	if (!w->user && w->common & USER && choose(w->x->m, GVI_CHOICE_SUPERVISOR_EXECUTE) == 1)
		return GVI_CLAUSE_GUEST_SUPERVISOR;
	return GVI_CLAUSE_NONE;
}

static bool may_write(struct walk *w)
{
	if (w->common & WRITABLE)
		return true;
	return !w->user && choose(w->x->m, GVI_CHOICE_SUPERVISOR_WRITE) == 1;
}

/* ---- Steps 5 to 7 and section 8: the page, accessed and dirty ----------- */

static enum verdict finish_ats(struct walk *w, uint64_t gpa, struct page *page);
static enum verdict without_dirty(struct walk *w, uint64_t rights);
static void describe(struct walk *w, uint64_t gpa);
static bool is_up_to_date(const struct walk *w);
static enum verdict update(struct walk *w);
static enum verdict set_bits(struct walk *w, unsigned i, uint64_t bits);

/* [guest.update] [guest.update-failing] The host sets no D for a page whose access
 * is refused because A or D of the guest cannot be written; hence it is looked at
 * before. */
static enum verdict finish(struct walk *w, uint64_t gpa, struct page *page)
{
	bool stale = !is_up_to_date(w), apart;

	if (w->x->ats)
		return finish_ats(w, gpa, page);
	if (stale && on_the_way(w)) {
		if (update(w) == ENDED)
			return ENDED;
		stale = false;
	}
	apart = stale && w->n.hosted && get_DTE_HAD(w->x->dte);
	if (nest_page(&w->n, gpa, apart, page) == ENDED || (stale && update(w) == ENDED) ||
	    (apart && nest_page(&w->n, gpa, false, page) == ENDED))
		return ENDED;
	/* [nested.combine] Who got this far may read. */
	if (w->x->may & RIGHT_WRITE && !may_write(w))
		w->x->may &= ~RIGHT_WRITE;
	return GO_ON;
}

/* [ats.accessed-dirty] D depends on the host's rights too, so that it is never set
 * on the way, and the page is looked at before. */
static enum verdict finish_ats(struct walk *w, uint64_t gpa, struct page *page)
{
	struct access *x = w->x;
	bool apart = w->n.hosted && get_DTE_HAD(x->dte);
	uint64_t left;

	if (x->may & RIGHT_WRITE && !may_write(w))
		x->may &= ~RIGHT_WRITE;
	if (nest_page(&w->n, gpa, apart, page) == ENDED)
		return ENDED;
	left = apart ? w->n.inner.may : x->may;
	w->dirty = (left & RIGHT_WRITE) != 0;
	if ((!is_up_to_date(w) && update(w) == ENDED && without_dirty(w, left) == ENDED) ||
	    (apart && nest_page(&w->n, gpa, false, page) == ENDED))
		return ENDED;
	describe(w, gpa);
	return GO_ON;
}

/* What would be a page fault of a write only need not take the other rights. */
static enum verdict without_dirty(struct walk *w, uint64_t rights)
{
	struct access *x = w->x;

	if (!w->dirty || w->changed || x->racing || x->answer->result == GVI_ABORT ||
	    x->ats->rmp_fault || !(rights & RIGHT_READ) || choose(x->m, GVI_CHOICE_ATS_DIRTY_REFUSED) == 0)
		return ENDED;
	x->may &= ~RIGHT_WRITE;
	w->dirty = false;
	return is_up_to_date(w) ? GO_ON : update(w);
}

/* What a completion says of the guest's page. */
static void describe(struct walk *w, uint64_t gpa)
{
	uint64_t leaf = w->entry[w->used - 1].value;
	uint64_t pat = w->level == 1 ? get_GPTE_PAT(&leaf) : get_GPDE_2M_PAT(&leaf);
	struct ats *ats = w->x->ats;

	ats->gpa = gpa;
	ats->guest = true;
	ats->privileged = !w->user;
	ats->executable = w->execute && !not_executable(w);
	ats->global = get_GPTE_G(&leaf);
	ats->memory_type = (uint8_t)(pat << 2 | get_GPTE_PCD(&leaf) << 1 | get_GPTE_PWT(&leaf));
}

static bool is_up_to_date(const struct walk *w)
{
	return w->common & ACCESSED && (!w->dirty || w->entry[w->used - 1].value & DIRTY);
}

static uint64_t wanted(const struct walk *w, unsigned i);
static enum verdict disabled(struct walk *w, uint64_t bits);

/* AMB-3.17: A and D are set entry by entry. */
static bool on_the_way(struct walk *w)
{
	return choose(w->x->m, GVI_CHOICE_GUEST_UPDATE_ORDER) == 1;
}

static enum verdict accessed_now(struct walk *w)
{
	if (disabled(w, ACCESSED) == ENDED)
		return ENDED;
	return set_bits(w, w->used - 1, ACCESSED);
}

/* [guest.accessed-dirty] All entries used, top first. */
static enum verdict update(struct walk *w)
{
	uint64_t any = 0;

	apply(w->x, GVI_CLAUSE_GUEST_ACCESSED_DIRTY);
	for (unsigned i = 0; i < w->used; i++)
		any |= wanted(w, i);
	if (disabled(w, any) == ENDED)
		return ENDED;
	for (unsigned i = 0; i < w->used; i++)
		if (set_bits(w, i, wanted(w, i)) == ENDED)
			return ENDED;
	return GO_ON;
}

/* What entry `i` lacks: A, and D if it is the leaf of a write, or of the right to. */
static uint64_t wanted(const struct walk *w, unsigned i)
{
	uint64_t bits = ACCESSED;

	if (i + 1 == w->used && w->dirty)
		bits |= DIRTY;
	return bits & ~w->entry[i].value;
}

static uint64_t allowed(const struct gvi *m);

/* [guest.update-disabled] */
static enum verdict disabled(struct walk *w, uint64_t bits)
{
	if (!(bits & ~allowed(w->x->m)))
		return GO_ON;
	apply(w->x, GVI_CLAUSE_GUEST_UPDATE_DISABLE);
	if (choose(w->x->m, GVI_CHOICE_GUEST_UPDATE_DISABLED) == 0)
		return GO_ON;
	return page_fault(w->x, GVI_CLAUSE_GUEST_UPDATE_DISABLED, FAULT_PR | FAULT_PE);
}

/* [guest.update-disable] */
static uint64_t allowed(const struct gvi *m)
{
	const uint64_t *control = &m->reg[SLOT_CONTROL];

	return (get_CONTROL_GA_UPDATE_DIS(control) ? 0 : ACCESSED) |
	       (get_CONTROL_GD_UPDATE_DIS(control) ? 0 : DIRTY);
}

static enum verdict update_failed(struct walk *w, unsigned i, uint64_t spa, enum gvi_bus bus);

/* [guest.update-atomic] */
static enum verdict set_bits(struct walk *w, unsigned i, uint64_t bits)
{
	uint64_t seen = w->entry[i].value, spa;
	enum gvi_bus bus;
	bool done;

	bits &= allowed(w->x->m);
	if (!bits)
		return GO_ON;
	if (nest_table_to_write(&w->n, w->entry[i].gpa, &spa) == ENDED)
		return ENDED;
	bus = effect_exchange(w->x->m, spa, &seen, seen | bits, &done);
	if (bus != GVI_BUS_OK)
		return update_failed(w, i, spa, bus);
	w->entry[i].value |= bits;
	w->changed = !done;
	return done ? GO_ON : ENDED;
}

/* As for host entries. */
static enum verdict update_failed(struct walk *w, unsigned i, uint64_t spa, enum gvi_bus bus)
{
	apply(w->x, GVI_CLAUSE_HOST_ACCESSED_DIRTY_FAILURE);
	if (choose(w->x->m, GVI_CHOICE_AD_WRITE_FAILS) == 1)
		return rmp_page_fault(w->x, w->entry[i].gpa);
	return page_table_error(w->x, spa, bus);
}
