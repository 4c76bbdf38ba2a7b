/* The slow twin's guest tables: 03 of docs/spec.  PASID to guest CR3, CR3 to
 * page, and every address on the way through the host's tables (nesting). */
#include "conformance/naive_way.h"

/* An entry that was read, and the way to it. */
struct guest_entry {
	uint64_t gpa, spa, value;
	unsigned level;
	struct host_walk host;
};

struct guest_walk {
	struct way *w;
	struct guest_entry entry[5]; /* of the guest's tables, from the top */
	unsigned count, level;       /* how many; level of the last one */
	bool rw, us, nx;
	uint64_t gpa, size; /* of the page: this address in it, and its bytes */
	bool read, write;   /* what a translation request gets */
	struct host_walk host;
};

static enum outcome once(struct way *w);
static enum outcome checks(struct guest_walk *g, uint64_t *cr3);
static enum outcome find_cr3(struct guest_walk *g, uint64_t *cr3);
static enum outcome find_page(struct guest_walk *g, uint64_t table);
static enum outcome all_rights(struct guest_walk *g);
static enum outcome returned_rights(struct guest_walk *g);
static bool stale(const struct way *w, const struct guest_entry *e, bool used, bool leaf);
static enum outcome update(struct guest_walk *g);
static void grant(struct guest_walk *g);

/* ---- What the device table entry says: 01 section 1 ------------------------------ */

uint64_t naive_gcr3_root(const struct way *w)
{
	return bits(w->dte[1], 63, 43) << 31 | bits(w->dte[1], 31, 16) << 15 |
	       bits(w->dte[0], 60, 58) << 12;
}

static bool nested(const struct way *w)
{
	return bits(w->dte[0], 11, 9) != 0;
}

bool naive_gcr3_is_gpa(const struct way *w)
{
	return nested(w) && bit(w->n->efr2, 3) && bit(w->n->control, 58);
}

/* GuestPagingMode; where it does not count it is ignored: AMB-1.4. */
static unsigned top_level(const struct way *w)
{
	bool counts = habit(w, GVI_CHOICE_DTE_GUEST_MODE_GATE) == 0 || bit(w->dte[2], 0);
	bool five = bits(w->dte[2], 55, 54) == 1 && bits(w->n->efr, 13, 12) != 0;

	return counts && five && w->n->revision >= GVI_REVISION(3, 6) ? 5 : 4;
}

/* ---- What the request says: section 4, end --------------------------------------- */

static uint32_t pasid(const struct way *w)
{
	return w->r->has_pasid ? w->r->pasid : 0;
}

static bool nx_supported(const struct way *w)
{
	return bit(w->n->efr, 3);
}

static bool user(const struct way *w)
{
	bool counts = nx_supported(w) || habit(w, GVI_CHOICE_PRIVILEGE_WITHOUT_NXSUP) == 1;

	return !(w->r->has_pasid && w->r->privileged && counts);
}

static bool executes(const struct way *w)
{
	return w->r->has_pasid && w->r->execute && nx_supported(w);
}

/* ---- The walk: section 4 ---------------------------------------------------------- */

void naive_guest_walk(struct way *w)
{
	while (once(w) == AGAIN) { /* section 8: entries changed under the update */
		w->a->free_a = w->a->free_d = true;
		w->again = true;
	}
}

static enum outcome once(struct way *w)
{
	struct guest_walk g = {.w = w, .rw = true, .us = true};
	enum outcome outcome;
	uint64_t cr3 = 0;

	w->nested = false;
	w->dirty = false;
	outcome = checks(&g, &cr3); /* steps 1 and 2 */
	if (outcome == GO_ON)
		outcome = find_page(&g, cr3); /* step 3 */
	if (outcome == GO_ON)
		outcome = w->ats ? returned_rights(&g) : all_rights(&g); /* steps 4 and 5 */
	if (outcome == GO_ON)
		outcome = update(&g); /* step 6 */
	if (outcome == GO_ON)
		grant(&g); /* step 7 */
	else if (outcome == ENDED)
		w->a->free_a = true; /* what was used may be marked: section 8 */
	return outcome;
}

/* Section 1. */
bool naive_pasid_in_range(const struct way *w)
{
	unsigned slices = (unsigned)bits(w->dte[0], 57, 56) + 1;
	unsigned supported = (unsigned)bits(w->n->efr, 36, 32) + 1;

	return pasid(w) >> 9 * slices == 0 && (supported >= 20 || pasid(w) >> supported == 0);
}

/* Section 3, with AMB-3.3. */
static bool canonical(const struct way *w)
{
	unsigned top = top_level(w) == 5 ? 56 : 47;
	uint64_t above = bits(w->r->address, 63, top + 1);

	if (pasid(w) == 0)
		return above == 0 || habit(w, GVI_CHOICE_PASID_0_HIGH_BITS) == 1;
	return above == (bit(w->r->address, top) ? ones(62 - top, 0) : 0);
}

/* Any order of three checks is as good: AMB-3.14. */
static enum outcome checks(struct guest_walk *g, uint64_t *cr3)
{
	struct way *w = g->w;
	bool address_last = habit(w, GVI_CHOICE_GUEST_CHECK_ORDER) == 2;
	bool pr = habit(w, GVI_CHOICE_GUEST_RANGE_PR) == 1;
	enum outcome outcome = GO_ON;

	if (!naive_pasid_in_range(w) || (!address_last && !canonical(w))) {
		naive_page_fault(w, pr, false, false);
		return ENDED;
	}
	outcome = find_cr3(g, cr3);
	if (outcome == GO_ON && !canonical(w)) {
		naive_page_fault(w, pr, false, false);
		outcome = ENDED;
	}
	return outcome;
}

/* ---- Ways through memory: section 6 ------------------------------------------------ */

/* The host's tables for a GPA. */
static enum outcome host(struct guest_walk *g, struct host_walk *k, uint64_t gpa,
			 enum purpose purpose)
{
	struct way *w = g->w;
	bool device = purpose == ACCESS || habit(w, GVI_CHOICE_NESTED_TABLE_RIGHTS) == 1;
	bool ir = !device || bit(w->dte[0], 61), iw = !device || bit(w->dte[0], 62);
	enum outcome outcome;

	k->w = w;
	k->address = gpa;
	k->count = 0;
	w->nested = true;
	w->purpose = purpose;
	w->gpa = gpa;
	outcome = naive_host_find(k, ir, iw);
	if (outcome == GO_ON && purpose == READ_TABLE)
		outcome = naive_host_update(k, false);
	w->nested = false;
	return outcome;
}

/* Reads a table entry. */
static enum outcome read_entry(struct guest_walk *g, uint64_t at, bool is_gpa,
			       struct guest_entry *e)
{
	struct way *w = g->w;
	struct naive_read read = naive_reading(w, g->count ? NAIVE_GUEST : NAIVE_GCR3, e->level,
					       w->r->address, at);
	enum outcome outcome;

	e->gpa = e->spa = at;
	e->host.count = 0;
	if (naive_held(w, &read, &e->value))
		return GO_ON;
	if (is_gpa && nested(w)) {
		outcome = host(g, &e->host, at, READ_TABLE);
		if (outcome != GO_ON)
			return outcome;
		e->spa = e->host.base | (at & (e->host.size - 1));
	}
	read.spa = e->spa;
	return naive_read_entry(w, &read, &e->value);
}

static enum outcome fault(struct guest_walk *g, bool pr, bool rz, bool pe)
{
	naive_page_fault(g->w, pr, rz, pe);
	return ENDED;
}

/* ---- GCR3 tables: section 2 ---------------------------------------------------------- */

/* Pointers that are SPAs: AMB-1.10. */
static enum outcome check_pointer(struct guest_walk *g, uint64_t table, bool is_gpa, uint64_t at)
{
	if ((is_gpa && nested(g->w)) || !naive_beyond_pa(g->w, table))
		return GO_ON;
	return naive_root_beyond_pa(g->w, at);
}

static enum outcome check_gcr3(struct guest_walk *g, uint64_t entry, bool last)
{
	uint64_t reserved = ones(63, 52);

	if (!bit(entry, 0))
		return fault(g, false, false, false);
	if (habit(g->w, GVI_CHOICE_GCR3_LOW_BITS) == 0)
		reserved |= last ? ones(11, 5) | ones(2, 1) : ones(11, 1);
	if (!(entry & reserved))
		return GO_ON;
	naive_malformed(g->w, true);
	return ENDED;
}

static enum outcome find_cr3(struct guest_walk *g, uint64_t *cr3)
{
	struct way *w = g->w;
	unsigned slice = (unsigned)bits(w->dte[0], 57, 56) + 1;
	bool is_gpa = naive_gcr3_is_gpa(w);
	uint64_t table = naive_gcr3_root(w);
	const struct naive_read read =
		naive_reading(w, NAIVE_GCR3, slice - 1, w->r->address, table);

	(void)naive_begin(w, &read);

	while (slice-- > 0) {
		uint64_t at = table + 8 * bits(pasid(w), 9 * slice + 8, 9 * slice);
		struct guest_entry e = {.gpa = at, .level = slice};
		enum outcome outcome = check_pointer(g, table, is_gpa, at);

		if (outcome == GO_ON)
			outcome = read_entry(g, at, is_gpa, &e);
		if (outcome == GO_ON)
			outcome = check_gcr3(g, e.value, slice == 0);
		if (outcome != GO_ON)
			return outcome;
		table = e.value & ones(51, 12);
		is_gpa = is_gpa || habit(w, GVI_CHOICE_GCR3_INNER_SPACE) == 1;
	}
	*cr3 = table;
	return GO_ON;
}

/* ---- Guest tables: section 3 ----------------------------------------------------------- */

static bool is_leaf(unsigned level, uint64_t entry)
{
	return level == 1 || (level <= 3 && bit(entry, 7));
}

/* Bits that must be 0 in an entry of that level. */
static uint64_t reserved(const struct way *w, unsigned level, uint64_t entry)
{
	uint64_t mask = 0;

	if (level >= 4 && habit(w, GVI_CHOICE_GUEST_UPPER_BITS) == 0)
		mask |= ones(8, 7);
	if (is_leaf(level, entry) && level == 2)
		mask |= ones(20, 13);
	if (is_leaf(level, entry) && level == 3)
		mask |= ones(29, 13);
	if (!nx_supported(w) && habit(w, GVI_CHOICE_NX_WITHOUT_NXSUP) == 1)
		mask |= ones(63, 63);
	return mask;
}

static enum outcome update_entry(struct guest_walk *g, struct guest_entry *e, bool used, bool leaf);

/* AMB-3.17: A and D as the walk proceeds. */
static bool on_the_way(const struct way *w)
{
	return habit(w, GVI_CHOICE_GUEST_UPDATE_ORDER) == 1;
}

static enum outcome find_page(struct guest_walk *g, uint64_t table)
{
	struct way *w = g->w;

	for (g->level = top_level(w);; g->level--) {
		unsigned low = 12 + 9 * (g->level - 1);
		uint64_t at = table + 8 * bits(w->r->address, low + 8, low);
		struct guest_entry *e = &g->entry[g->count++];
		enum outcome outcome = GO_ON;

		e->level = g->level;
		if (g->count == 1)
			outcome = check_pointer(g, table, true, at);
		if (outcome == GO_ON)
			outcome = read_entry(g, at, true, e); /* steps a and b */
		if (outcome != GO_ON)
			return outcome;
		if (!bit(e->value, 0)) /* step c */
			return fault(g, false, false, false);
		if (e->value & reserved(w, g->level, e->value)) {
			naive_malformed(w, true);
			return ENDED;
		}
		g->rw = g->rw && bit(e->value, 1); /* step d */
		g->us = g->us && bit(e->value, 2);
		g->nx = g->nx || bit(e->value, 63);
		if (on_the_way(w))
			outcome = update_entry(g, e, true, false);
		if (outcome != GO_ON)
			return outcome;
		if (is_leaf(g->level, e->value)) { /* step e */
			g->size = UINT64_C(1) << low;
			g->gpa = (e->value & ones(51, low)) | (w->r->address & (g->size - 1));
			return GO_ON;
		}
		table = e->value & ones(51, 12);
	}
}

/* ---- Rights: sections 4 and 5 ------------------------------------------------------------- */

/* Privileged requests to user pages: AMB-3.4. */
static bool blocks_supervisor(const struct way *w)
{
	bool always = bit(w->n->efr, 37) && bits(w->n->control, 38, 37) == 1;

	if (always && habit(w, GVI_CHOICE_PRIV_ABORT_ALWAYS) == 0)
		return true;
	return habit(w, GVI_CHOICE_SUPERVISOR_USER_PAGE) == 1;
}

/* Any access, also a read of no length: AMB-2.12 is about IR and IW. */
static bool guest_allows(const struct guest_walk *g)
{
	return user(g->w) ? g->us : !(g->us && blocks_supervisor(g->w));
}

static bool guest_writes(const struct guest_walk *g)
{
	return g->rw || (!user(g->w) && habit(g->w, GVI_CHOICE_SUPERVISOR_WRITE) == 1);
}

static bool guest_executes(const struct guest_walk *g)
{
	bool barred = !user(g->w) && g->us && habit(g->w, GVI_CHOICE_SUPERVISOR_EXECUTE) == 1;

	return !g->nx && !barred;
}

static bool guest_rights(const struct guest_walk *g)
{
	return guest_allows(g) && naive_enough(g->w, true, guest_writes(g)) &&
	       (!executes(g->w) || guest_executes(g));
}

static enum outcome host_rights(struct guest_walk *g)
{
	struct way *w = g->w;

	if (nested(w))
		return host(g, &g->host, g->gpa, ACCESS);
	if (naive_enough(w, bit(w->dte[0], 61), bit(w->dte[0], 62)))
		return GO_ON;
	return fault(g, true, false, true); /* AMB-3.18 */
}

/* Steps 4 and 5; which of two refusals is told is AMB-3.10. */
static enum outcome all_rights(struct guest_walk *g)
{
	bool host_first = habit(g->w, GVI_CHOICE_NESTED_FAULT_ORDER) == 1;
	bool allowed = guest_rights(g);
	enum outcome outcome = GO_ON;

	if (allowed && on_the_way(g->w))
		outcome = update_entry(g, &g->entry[g->count - 1], false, true);
	if (outcome == GO_ON && (allowed || host_first))
		outcome = host_rights(g);
	if (outcome == GO_ON && !allowed)
		outcome = fault(g, true, false, true);
	if (outcome != GO_ON && on_the_way(g->w))
		g->w->a->free_d = true;
	return outcome;
}

/* W without the D that it takes: what a translation request gets instead. */
static enum outcome give_up_dirty(struct guest_walk *g)
{
	struct way *w = g->w;

	w->dirty = g->write = false;
	g->read = g->read && habit(w, GVI_CHOICE_ATS_DIRTY_REFUSED) == 1;
	return g->read ? GO_ON : fault(g, true, false, true);
}

/* Steps 4 and 5 for a translation request: which rights there are, and with them
 * whether D is set. */
static enum outcome returned_rights(struct guest_walk *g)
{
	struct way *w = g->w;
	bool allowed = guest_allows(g), write = w->want_write, read = w->want_read;
	bool ir = bit(w->dte[0], 61), iw = bit(w->dte[0], 62);
	enum outcome outcome = GO_ON;

	w->want_read = read && allowed;
	w->want_write = write && allowed && guest_writes(g);
	allowed = w->want_read || w->want_write;
	if (!allowed && habit(w, GVI_CHOICE_NESTED_FAULT_ORDER) == 1)
		w->want_read = w->want_write = true; /* AMB-3.10: the host's refusal first */
	if (allowed || habit(w, GVI_CHOICE_NESTED_FAULT_ORDER) == 1)
		outcome = host_rights(g);
	if (outcome == GO_ON && nested(w)) {
		ir = g->host.ir;
		iw = g->host.iw;
	}
	g->read = allowed && w->want_read && ir;
	g->write = allowed && w->want_write && iw;
	w->want_read = read; /* for the next try */
	w->want_write = write;
	w->dirty = g->write;
	if (outcome == GO_ON && g->write && stale(w, &g->entry[g->count - 1], false, true))
		outcome = give_up_dirty(g);
	if (outcome == GO_ON && !g->read && !g->write)
		outcome = fault(g, true, false, true);
	return outcome;
}

/* ---- Accessed and dirty: section 8 ---------------------------------------------------------- */

static bool accessed_off(const struct way *w)
{
	return bit(w->n->efr, 61) && bit(w->n->control, 54);
}

static bool dirty_off(const struct way *w)
{
	return bit(w->n->efr, 53) && bit(w->n->control, 48);
}

/* What a used entry shall have; what is not written is AMB-3.6. */
static uint64_t wanted(const struct way *w, bool leaf)
{
	uint64_t want = 0;

	if (!accessed_off(w))
		want |= ones(5, 5);
	if (leaf && dirties(w) && !dirty_off(w))
		want |= ones(6, 6);
	return want;
}

/* AMB-3.6: a bit that is clear and may not be set. */
static bool stale(const struct way *w, const struct guest_entry *e, bool used, bool leaf)
{
	bool a = used && accessed_off(w) && !bit(e->value, 5);
	bool d = leaf && dirty_off(w) && dirties(w) && !bit(e->value, 6);

	return (a || d) && habit(w, GVI_CHOICE_GUEST_UPDATE_DISABLED) == 1;
}

/* The host's right to write a table, and D of its page. */
static enum outcome host_write(struct guest_walk *g, struct guest_entry *e)
{
	struct way *w = g->w;
	enum outcome outcome = GO_ON;

	w->nested = true;
	w->purpose = WRITE_TABLE;
	w->gpa = e->gpa;
	if (e->host.iw) {
		outcome = naive_host_update(&e->host, true);
	} else {
		outcome = fault(g, true, false, true);
	}
	w->nested = false;
	return outcome;
}

/* Bits of an entry. */
static enum outcome write_bits(struct guest_walk *g, struct guest_entry *e, uint64_t want)
{
	struct way *w = g->w;
	const struct naive_memory *memory = &w->n->memory;
	enum outcome outcome = GO_ON;

	if ((e->value & want) != want && nested(w))
		outcome = host_write(g, e);
	if (outcome == GO_ON && (e->value & want) != want) {
		uint64_t seen = e->value;
		enum gvi_bus bus = memory->exchange(memory->user, e->spa, &seen, e->value | want);

		if (bus) {
			w->gpa = e->gpa;
			if (habit(w, GVI_CHOICE_AD_WRITE_FAILS) == 0)
				naive_table_error(w, e->spa, bus);
			else
				naive_rmp_fault(w);
			return ENDED;
		}
		if (seen != e->value)
			return AGAIN;
		e->value |= want;
	}
	return outcome;
}

/* On the way: A as an entry is used, D when the guest's rights are known. */
static enum outcome update_entry(struct guest_walk *g, struct guest_entry *e, bool used, bool leaf)
{
	if (stale(g->w, e, used, leaf))
		return fault(g, true, false, true);
	return write_bits(g, e, wanted(g->w, leaf));
}

static enum outcome update(struct guest_walk *g)
{
	struct way *w = g->w;
	enum outcome outcome = GO_ON;

	for (unsigned i = 0; i < g->count; i++)
		if (stale(w, &g->entry[i], true, i + 1 == g->count))
			return fault(g, true, false, true);
	/* what ends the request from here on may leave it half done */
	for (unsigned i = 0; i < g->count && outcome == GO_ON; i++) {
		struct guest_entry *e = &g->entry[i];
		bool leaf = i + 1 == g->count;

		if (leaf && w->ats && nested(w) && !e->host.iw &&
		    wanted(w, true) & ~e->value & ones(6, 6))
			outcome = give_up_dirty(g);
		if (outcome == GO_ON)
			outcome = write_bits(g, e, wanted(w, leaf));
	}
	if (outcome == GO_ON && nested(w)) {
		w->nested = true;
		w->purpose = ACCESS;
		w->gpa = g->gpa;
		outcome = naive_host_update(&g->host, dirties(w));
		w->nested = false;
	}
	if (outcome != GO_ON)
		w->a->free_d = true;
	return outcome;
}

/* ---- The end: section 6 point 3 ---------------------------------------------------------------
 */

/* What a completion has besides: 04 section 4 step 10. */
static void grant_translation(struct guest_walk *g)
{
	struct naive_answer *a = g->w->a;
	uint64_t leaf = g->entry[g->count - 1].value;
	bool pat = bit(leaf, g->level == 1 ? 7 : 12);

	a->read = g->read;
	a->write = g->write;
	a->gpa = g->gpa;
	a->execute = executes(g->w) && guest_executes(g);
	a->privileged = !user(g->w);
	a->global = g->w->r->has_pasid && bit(leaf, 8);
	a->memory_type = (uint8_t)((uint64_t)pat << 2 | bits(leaf, 4, 3));
}

static void grant(struct guest_walk *g)
{
	struct way *w = g->w;
	const struct host_walk *k = &g->host;
	bool ir = bit(w->dte[0], 61), iw = bit(w->dte[0], 62);

	naive_forward(w);
	w->a->translated = true;
	w->a->address = g->gpa;
	w->a->size = g->size;
	w->a->coherent = naive_mode_0_coherent(w);
	if (nested(w)) {
		uint64_t leaf = k->entry[k->count - 1];

		w->a->address = k->base | (g->gpa & (k->size - 1));
		w->a->size = k->size < g->size ? k->size : g->size;
		w->a->coherent = bit(leaf, 60);
		w->a->untranslated_only = bit(leaf, 59);
		ir = k->ir;
		iw = k->iw;
	}
	w->a->read = ir;
	w->a->write = iw && guest_writes(g);
	if (w->ats)
		grant_translation(g);
}
