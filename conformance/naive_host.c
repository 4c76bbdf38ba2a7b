/* The slow twin's host tables: 02 of docs/spec, whose steps are numbered here. */
#include "conformance/naive_way.h"

static enum outcome read_table(struct host_walk *k, uint64_t *entry);
static enum outcome check_rights(struct host_walk *k);
static enum outcome check(struct host_walk *k, uint64_t entry);
static enum outcome mark(struct host_walk *k, unsigned i, bool dirty);

/* ---- The walk: section 4 -------------------------------------------------------- */

bool naive_surplus(const struct way *w, uint64_t address)
{
	unsigned mode = (unsigned)bits(w->dte[0], 11, 9);
	unsigned va = (unsigned)bits(w->n->misc0, 21, 15);

	if (mode == 0 || naive_bad_mode(w))
		return false;
	if (mode < 6 && address >> (12 + 9 * mode))
		return true;
	return habit(w, GVI_CHOICE_BEYOND_VASIZE) == 1 && va < 64 && address >> va;
}

static bool is_leaf(const struct host_walk *k, uint64_t entry)
{
	unsigned next = (unsigned)bits(entry, 11, 9);

	if (k->level == 1 && habit(k->w, GVI_CHOICE_LEVEL_1_POINTER) == 1)
		return true;
	return next == 0 || next == 7;
}

/* Steps 1 and 2, in the order of AMB-2.13; missing rights may wait: AMB-2.1. */
static enum outcome before(struct host_walk *k)
{
	bool surplus = naive_surplus(k->w, k->address);
	bool surplus_first = habit(k->w, GVI_CHOICE_SURPLUS_ORDER) == 1;
	enum outcome outcome = GO_ON;

	if (!(surplus && surplus_first) && habit(k->w, GVI_CHOICE_FAULT_ORDER) != 1)
		outcome = check_rights(k);
	if (outcome == GO_ON && surplus) {
		naive_page_fault(k->w, true, false, false);
		outcome = ENDED;
	}
	return outcome;
}

enum outcome naive_host_find(struct host_walk *k, bool ir, bool iw)
{
	struct way *w = k->w;
	struct naive_read read;
	enum outcome outcome;
	unsigned held;

	k->table = w->dte[0] & ones(51, 12);
	k->level = (unsigned)bits(w->dte[0], 11, 9);
	k->ir = ir;
	k->iw = iw;
	outcome = before(k);
	if (outcome != GO_ON)
		return outcome;
	read = naive_reading(w, NAIVE_HOST, k->level, k->address, k->table);
	held = naive_begin(w, &read);
	if (held)
		k->level = held;
	for (;;) {
		uint64_t entry = 0;

		outcome = read_table(k, &entry);
		if (outcome == GO_ON)
			outcome = check(k, entry);
		if (outcome != GO_ON)
			return outcome;
		if (is_leaf(k, entry))
			return GO_ON;
		if (habit(w, GVI_CHOICE_UPPER_ACCESSED) == 1) {
			outcome = mark(k, k->count - 1, false);
			if (outcome != GO_ON)
				return outcome;
		}
		k->table = entry & ones(51, 12); /* step 11 */
		k->level = (unsigned)bits(entry, 11, 9);
	}
}

/* D of a translation request follows from W. */
static enum outcome update_as_granted(struct host_walk *k)
{
	struct way *w = k->w;

	if (w->ats)
		w->dirty = k->iw && w->want_write;
	return naive_host_update(k, dirties(w));
}

static enum outcome once(struct way *w)
{
	struct host_walk k = {.w = w, .address = w->r->address};
	enum outcome outcome = naive_host_find(&k, bit(w->dte[0], 61), bit(w->dte[0], 62));
	uint64_t entry;

	if (outcome == GO_ON && w->bars_u && bit(k.entry[k.count - 1], 59)) {
		naive_refuse(w);
		return ENDED;
	}
	if (outcome == GO_ON)
		outcome = update_as_granted(&k);
	if (outcome != GO_ON)
		return outcome;
	entry = k.entry[k.count - 1];
	naive_forward(w);
	w->a->translated = true;
	w->a->address = k.base | (w->r->address & (k.size - 1));
	w->a->size = k.size;
	w->a->read = k.ir && (!w->ats || w->want_read);
	w->a->write = k.iw && (!w->ats || w->want_write);
	w->a->coherent = bit(entry, 60);
	w->a->untranslated_only = bit(entry, 59);
	return ENDED;
}

void naive_host_walk(struct way *w)
{
	while (once(w) == AGAIN) { /* section 6 point 2: entries changed under the update */
	}
}

/* Step 3. */
static enum outcome read_table(struct host_walk *k, uint64_t *entry)
{
	struct way *w = k->w;
	unsigned low = 12 + 9 * (k->level - 1);
	uint64_t spa = k->table + 8 * bits(k->address, k->level == 6 ? 63 : low + 8, low);
	struct naive_read read;
	enum outcome outcome;

	if (k->count > 0 && naive_beyond_pa(w, k->table) &&
	    habit(w, GVI_CHOICE_ENTRY_BEYOND_PA) == 1) {
		naive_table_error(w, spa, GVI_BUS_MASTER_ABORT); /* AMB-2.8 */
		return ENDED;
	}
	if (k->count == 0 && naive_beyond_pa(w, k->table)) {
		outcome = naive_root_beyond_pa(w, spa);
		if (outcome != GO_ON)
			return outcome;
	}
	read = naive_reading(w, NAIVE_HOST, k->level, k->address, spa);
	outcome = naive_read_entry(w, &read, entry);
	if (outcome != GO_ON)
		return outcome;
	k->spa[k->count] = spa;
	k->entry[k->count++] = *entry;
	return GO_ON;
}

/* ---- What can be wrong with an entry --------------------------------------------- */

/* The page size of a leaf; 0 if its encoding is illegal.  02 section 3. */
static uint64_t page_size(const struct host_walk *k, uint64_t entry)
{
	unsigned usual = 12 + 9 * (k->level - 1), size;

	if (k->level == 1 && bits(entry, 11, 9) != 7)
		return 4096;
	if (bits(entry, 11, 9) == 0) {
		if (k->level == 6 && habit(k->w, GVI_CHOICE_LEVEL_6_LEAF) == 0)
			return 0;
		return UINT64_C(1) << usual;
	}
	size = 12;
	while (size < 52 && bit(entry, size))
		size++;
	size++;
	if (size <= usual || size >= usual + 9)
		return 0;
	if (size >= 52 && habit(k->w, GVI_CHOICE_SIZE_2_52) == 1)
		return 0;
	return UINT64_C(1) << size;
}

/* AMB-2.8: the address of an entry lies beyond PAsize. */
static enum outcome address_beyond(struct host_walk *k, uint64_t spa)
{
	struct way *w = k->w;

	if (!naive_beyond_pa(w, spa) || habit(w, GVI_CHOICE_ENTRY_BEYOND_PA) == 2)
		return GO_ON;
	if (habit(w, GVI_CHOICE_ENTRY_BEYOND_PA) == 0) {
		naive_malformed(w, true);
	} else if (is_leaf(k, k->entry[k->count - 1])) {
		naive_table_error(w, k->spa[k->count - 1], GVI_BUS_MASTER_ABORT);
	} else {
		return GO_ON; /* fails when it is read */
	}
	return ENDED;
}

/* Step 6. */
static enum outcome check_reserved(struct host_walk *k, uint64_t entry)
{
	struct way *w = k->w;
	bool leaf = is_leaf(k, entry);
	bool migration = bit(w->n->efr2, 2) && bit(w->n->control, 56);
	uint64_t mask = ones(60, 52);

	if (leaf)
		mask = migration ? ones(56, 52) : ones(58, 52);
	if (entry & mask) {
		naive_malformed(w, true);
		return ENDED;
	}
	return leaf ? GO_ON : address_beyond(k, entry & ones(51, 12));
}

/* Step 7. */
static enum outcome check_rights(struct host_walk *k)
{
	bool read = k->w->nested && k->w->purpose == READ_TABLE;

	if (read ? k->ir : naive_enough(k->w, k->ir, k->iw))
		return GO_ON;
	naive_page_fault(k->w, true, false, true);
	return ENDED;
}

/* Step 8. */
static enum outcome check_size(struct host_walk *k, uint64_t entry)
{
	k->size = page_size(k, entry);
	if (k->size == 0) {
		naive_malformed(k->w, false);
		return ENDED;
	}
	k->base = entry & ones(51, 12) & ~(k->size - 1);
	if (k->base != (entry & ones(51, 12)) && bits(entry, 11, 9) == 0 &&
	    habit(k->w, GVI_CHOICE_LEAF_LOW_BITS) == 1) { /* AMB-2.4 */
		naive_malformed(k->w, true);
		return ENDED;
	}
	return GO_ON;
}

/* Steps 9 and 10. */
static enum outcome check_level(struct host_walk *k, uint64_t entry)
{
	unsigned next = (unsigned)bits(entry, 11, 9);
	bool bad = false;

	if (next >= k->level) {
		naive_malformed(k->w, false);
		return ENDED;
	}
	if (next + 1 < k->level && habit(k->w, GVI_CHOICE_SKIPPED_BITS) == 0)
		bad = bits(k->address, 12 + 9 * (k->level - 1) - 1, 12 + 9 * next) != 0;
	if (bad) {
		naive_page_fault(k->w, true, false, false);
		return ENDED;
	}
	return GO_ON;
}

static enum outcome check_encoding(struct host_walk *k, uint64_t entry)
{
	return is_leaf(k, entry) ? check_size(k, entry) : check_level(k, entry);
}

/* Steps 4 to 10, in the order of AMB-2.1. */
static enum outcome check(struct host_walk *k, uint64_t entry)
{
	unsigned order = habit(k->w, GVI_CHOICE_FAULT_ORDER);
	enum outcome outcome = GO_ON;

	if (!bit(entry, 0)) {
		naive_page_fault(k->w, false, false, false);
		return ENDED;
	}
	k->ir = k->ir && bit(entry, 61);
	k->iw = k->iw && bit(entry, 62);
	if (order == 2)
		outcome = check_encoding(k, entry);
	if (outcome == GO_ON)
		outcome = check_reserved(k, entry);
	if (outcome == GO_ON && order != 1)
		outcome = check_rights(k);
	if (outcome == GO_ON && order != 2)
		outcome = check_encoding(k, entry);
	/* AMB-2.8: what counts is the base, so it comes with the size or after it */
	if (outcome == GO_ON && is_leaf(k, entry))
		outcome = address_beyond(k, k->base);
	if (outcome == GO_ON && order == 1 && is_leaf(k, entry))
		outcome = check_rights(k);
	return outcome;
}

/* ---- Accessed and dirty: 02 section 6 ----------------------------------------------- */

/* HAD with AMB-2.7. */
static unsigned tracking(const struct way *w)
{
	unsigned value = naive_had(w);

	if (habit(w, GVI_CHOICE_HAD_UPDATE) == 1)
		value &= (unsigned)bits(w->n->control, 47, 46);
	return value;
}

/* Sets A, and D if wanted, in the i-th entry of the walk.  A and D that came
 * meanwhile change nothing; any other change starts the walk anew. */
static enum outcome mark(struct host_walk *k, unsigned i, bool dirty)
{
	struct way *w = k->w;
	unsigned how = tracking(w);
	uint64_t want = 0;

	if (how & 1)
		want |= ones(5, 5);
	if (how == 3 && dirty)
		want |= ones(6, 6);
	while ((k->entry[i] & want) != want) {
		uint64_t seen = k->entry[i];
		enum gvi_bus bus = w->n->memory.exchange(w->n->memory.user, k->spa[i], &seen,
							 k->entry[i] | want);

		if (bus) {
			w->a->free_a = true;
			if (habit(w, GVI_CHOICE_AD_WRITE_FAILS) == 0)
				naive_table_error(w, k->spa[i], bus);
			else
				naive_rmp_fault(w);
			return ENDED;
		}
		if ((seen ^ k->entry[i]) & ~ones(6, 5))
			return AGAIN;
		k->entry[i] = seen == k->entry[i] ? seen | want : seen;
	}
	return GO_ON;
}

enum outcome naive_host_update(struct host_walk *k, bool dirty)
{
	for (unsigned i = 0; i < k->count; i++) {
		enum outcome outcome = mark(k, i, dirty && i + 1 == k->count);

		if (outcome != GO_ON)
			return outcome;
	}
	return GO_ON;
}
