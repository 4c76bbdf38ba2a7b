/* What tables have been: docs/spec/14-caching-and-invalidation.md. */
#include "model/history.h"

#include <string.h>

#include "model/bits.h"

/* So many values of one word are looked at. */
enum { MAX_DEPTH = 16 };

/* An entry that is no leaf at any level, in tables of either kind: NextLevel 1. */
static const uint64_t pointer = UINT64_C(1) << 9;

/* A value that a word had until the moment `until`. */
struct past {
	uint64_t spa, value, until;
	uint64_t older; /* number of the one before it in its bucket, counted from 1 */
};

/* The last 2^values_log2 old values, numbered from 1 on, in a ring; each bucket
 * names the newest of its words, and each value the one before it.  Numbers that
 * have left the ring end the way. */
struct history {
	uint64_t now;     /* moments so far */
	uint64_t changed; /* the last one at which something was written, or the table moved */
	uint64_t count;   /* values recorded so far */
	uint64_t lost;    /* until when the newest of those that left the ring was there */
	unsigned values_log2;
};

static struct past *values(struct history *h)
{
	return (struct past *)(void *)(h + 1);
}

static uint64_t *buckets(struct history *h)
{
	return (uint64_t *)(void *)(values(h) + ((size_t)1 << h->values_log2));
}

/* Fibonacci hashing. */
static uint64_t *bucket(struct history *h, uint64_t spa)
{
	return &buckets(h)[(spa >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - h->values_log2)];
}

size_t history_size(unsigned values_log2)
{
	const size_t each = sizeof(struct past) + sizeof(uint64_t), head = sizeof(struct history);

	return each > (SIZE_MAX - head) >> values_log2 ? 0 : head + (each << values_log2);
}

struct history *history_begin(void *storage, unsigned values_log2)
{
	struct history *h = storage;

	memset(h, 0, history_size(values_log2));
	h->values_log2 = values_log2;
	return h;
}

static struct past *place(struct history *h, uint64_t count)
{
	return &values(h)[count & low_ones(h->values_log2)];
}

/* The value of the next number. */
static void add(struct history *h, uint64_t spa, uint64_t value, uint64_t until)
{
	uint64_t *newest = bucket(h, spa);

	*place(h, h->count) = (struct past){spa, value, until, *newest};
	*newest = ++h->count;
}

void history_wrote(struct history *h, uint64_t spa, uint64_t old, bool together)
{
	if (!together)
		h->changed = ++h->now;
	if (h->count >> h->values_log2)
		h->lost = place(h, h->count)->until;
	add(h, spa, old, h->now);
}

unsigned history_values_log2(const struct history *h)
{
	return h->values_log2;
}

/* More moments than a session can have. */
#define MOMENTS (UINT64_C(1) << 56)

void history_pass(struct pass *p, unsigned values_log2, struct history *h)
{
	struct history head = {.values_log2 = values_log2};
	struct past value = {0};
	uint64_t kept, before;

	if (p->way != LOAD)
		head = *h;
	PASS_TO(p, head.now, MOMENTS);
	PASS_TO(p, head.changed, head.now);
	PASS_TO(p, head.count, MOMENTS);
	PASS_TO(p, head.lost, head.count >> values_log2 ? head.now : 0);
	kept = head.count >> values_log2 ? UINT64_C(1) << values_log2 : head.count;
	before = head.lost;
	head.count -= kept;
	if (p->way == LOAD && h)
		*h = head;
	for (uint64_t i = 0; i < kept && p->status == GVI_OK; i++, before = value.until) {
		if (p->way != LOAD)
			value = *place(h, head.count + i);
		PASS_TO(p, value.spa, UINT64_MAX - 7);
		PASS(p, value.value);
		PASS_TO(p, value.until, head.now);
		if (p->way == LOAD && (value.spa % 8 || !value.until || value.until < before))
			pass_refuse(p, GVI_SAVE_VALUE);
		if (p->way == LOAD && h)
			add(h, value.spa, value.value, value.until);
	}
}

bool history_recorded(const struct gvi *m)
{
	return m->past.history && m->past.history->count;
}

uint64_t history_moment(struct history *h)
{
	return ++h->now;
}

/* Whether an invalidation that was complete at this moment counts. */
static bool counts(const struct gvi *m, uint64_t at)
{
	return !m->past.since || at < m->past.since;
}

/* Whether the request may have met what was there until then. */
static bool met(const struct gvi *m, uint64_t until)
{
	return m->past.since && until > m->past.since;
}

/* The moment of the last INVALIDATE_IOMMU_ALL that counts; false: there was none. */
static bool find_all(const struct gvi *m, uint64_t *time)
{
	unsigned i = m->past.nall;

	while (i && !counts(m, m->past.all[i - 1].at))
		i--;
	if (i)
		*time = m->past.all[i - 1].time;
	return i != 0;
}

/* What was there until this moment is not used any more. */
static uint64_t forgotten(const struct gvi *m)
{
	uint64_t time;

	return find_all(m, &time) ? time : m->past.enabled;
}

bool history_alive(const struct gvi *m)
{
	const struct history *h = m->past.history;

	if (m->past.lenient)
		return h && h->count;
	return h && (h->count ? h->changed : m->past.moved) > forgotten(m);
}

/* The value of number `n`, or NULL if the ring has it no more. */
static const struct past *value(struct history *h, uint64_t n)
{
	if (!n || h->count - n >= UINT64_C(1) << h->values_log2)
		return NULL;
	return &values(h)[(n - 1) & low_ones(h->values_log2)];
}

/* The next older value of the word, from number `n` of its bucket on. */
static const struct past *older(struct history *h, uint64_t spa, uint64_t n)
{
	const struct past *p = value(h, n);

	while (p && p->spa != spa)
		p = value(h, p->older);
	return p;
}

/* ---- Section 5: which old values may be used ----------------------------- */

/* Of what structure the words are, and whose: the tags of section 1. */
struct role {
	enum gvi_choice choice; /* HELD_…; GVI_NCHOICES: nothing that is held */
	unsigned level;
	unsigned device, domain, pasid;
	uint64_t address;
};

static struct role role_of(struct gvi *m, enum gvi_format_id format);
static uint64_t change_before(struct history *h, uint64_t spa, unsigned words, uint64_t moment);
static void just_before(struct history *h, uint64_t spa, uint64_t *unit, unsigned words,
			uint64_t moment);
static bool usable(struct gvi *m, const struct role *role, const uint64_t *unit, uint64_t until);
static bool ended(struct gvi *m, const struct role *role, const uint64_t *unit, uint64_t until);
static bool root_ended(struct gvi *m, const struct role *role, uint64_t until);
static void pick_roots(struct gvi *m, struct role *role, uint64_t spa, uint64_t *to,
		       const uint64_t *now);
static void doubt(struct gvi *m, const struct role *role);
static void pick(struct gvi *m, const struct role *role, uint64_t spa, uint64_t *to,
		 unsigned words);
static bool ends(struct gvi *m, const uint64_t *command);
static void take_blame(struct gvi *m);
static bool further(struct gvi *m, uint64_t spa, unsigned words, uint64_t *moment, unsigned depth);
static void as_fetched(struct gvi *m, uint64_t spa, uint64_t *unit, const uint64_t *now,
		       unsigned words);

void history_pick(struct gvi *m, enum gvi_format_id format, uint64_t spa, uint64_t *to,
		  unsigned words)
{
	struct role role = role_of(m, format);
	uint64_t now[4];

	m->past.stand = (struct stand){0};
	if (role.choice == GVI_NCHOICES || m->past.fresh)
		return;
	m->past.about = spa;
	doubt(m, &role);
	memcpy(now, to, 8 * (size_t)words);
	pick(m, &role, spa, to, words);
	for (unsigned i = 0; role.choice == GVI_CHOICE_HELD_DTE && i < words; i += 2)
		pick_roots(m,
			   &(struct role){.device = role.device,
					  .pasid = role.pasid,
					  .address = role.address},
			   spa + 8 * i, to + i, now + i);
	m->past.about = 0;
}

/* [invalidate.held] From now backwards, one change after the other. */
static void pick(struct gvi *m, const struct role *role, uint64_t spa, uint64_t *to, unsigned words)
{
	uint64_t now[4], unit[4], moment = UINT64_MAX, container = spa & ~UINT64_C(7);

	memcpy(now, to, 8 * (size_t)words);
	for (unsigned depth = 0; further(m, container, words, &moment, depth); depth++) {
		memcpy(unit, now, 8 * (size_t)words);
		just_before(m->past.history, container, unit, words, moment);
		if (role->choice == GVI_CHOICE_HELD_IRTE && (words == 1 || !met(m, moment)))
			as_fetched(m, spa, unit, now, words);
		if (!memcmp(unit, to, 8 * (size_t)words) || !usable(m, role, unit, moment))
			continue;
		cite(m, GVI_CLAUSE_INVALIDATE_HELD);
		if (choose(m, role->choice) == 0)
			return;
		take_blame(m);
		memcpy(to, unit, 8 * (size_t)words);
	}
}

/* Goes back by one change, as long as there are some that count. */
static bool further(struct gvi *m, uint64_t spa, unsigned words, uint64_t *moment, unsigned depth)
{
	static const uint64_t all[2] = {UINT64_C(8) << 60, 0};

	memset(m->past.suspect, 0, sizeof m->past.suspect);
	*moment = change_before(m->past.history, spa, words, *moment);
	if (*moment <= m->past.enabled)
		return false;
	if (*moment <= forgotten(m) && ends(m, all))
		return false;
	m->past.unsure |= depth == MAX_DEPTH;
	return depth < MAX_DEPTH;
}

static struct role role_of(struct gvi *m, enum gvi_format_id format)
{
	const struct access *x = m->past.stand.x;
	struct role role = {.choice = GVI_NCHOICES, .level = m->past.stand.level};

	if (!x)
		return role;
	role.device = x->request->device;
	role.domain = (unsigned)get_DTE_DOMAIN_ID(x->dte);
	role.pasid = x->request->pasid;
	role.address = x->request->address;
	switch (format) {
	case GVI_FORMAT_DTE:
		role.choice = GVI_CHOICE_HELD_DTE;
		break;
	case GVI_FORMAT_PTE:
		role.choice = GVI_CHOICE_HELD_HOST;
		break;
	case GVI_FORMAT_GCR3:
	case GVI_FORMAT_GCR3_NEXT:
		role.choice = GVI_CHOICE_HELD_GCR3;
		break;
	case GVI_FORMAT_IRTE_32:
	case GVI_FORMAT_IRTE_128:
	case GVI_FORMAT_IRTE_128_X2APIC:
		if (!get_CONTROL_IRT_CACHE_DIS(&m->reg[SLOT_CONTROL]))
			role.choice = GVI_CHOICE_HELD_IRTE;
		else
			cite(m, GVI_CLAUSE_INVALIDATE_INTERRUPT_ENTRIES);
		break;
	case GVI_FORMAT_GPTE:
	case GVI_FORMAT_GPDE:
	case GVI_FORMAT_GPDPE:
	case GVI_FORMAT_GPML4E:
	case GVI_FORMAT_GPML5E:
		role.choice = GVI_CHOICE_HELD_GUEST;
		break;
	default:
		break;
	}
	return role;
}

/* When one of the words changed last before `moment`; 0: never. */
static uint64_t change_before(struct history *h, uint64_t spa, unsigned words, uint64_t moment)
{
	uint64_t last = 0;

	for (unsigned i = 0; i < words; i++) {
		uint64_t at = spa + 8 * i;
		const struct past *p = older(h, at, *bucket(h, at));

		while (p && p->until >= moment)
			p = older(h, at, p->older);
		if (p && p->until > last)
			last = p->until;
	}
	return last;
}

/* What the words were just before `moment`; those that have not changed since
 * stay what they are in `unit`. */
static void just_before(struct history *h, uint64_t spa, uint64_t *unit, unsigned words,
			uint64_t moment)
{
	for (unsigned i = 0; i < words; i++) {
		uint64_t at = spa + 8 * i;
		const struct past *p = older(h, at, *bucket(h, at));

		for (; p && p->until >= moment; p = older(h, at, p->older))
			unit[i] = p->value;
	}
}

static void keep_uncached(struct gvi *m, uint64_t *unit, const uint64_t *now);

/* An entry of 4 bytes lies in a word of 8; some fields are never held. */
static void as_fetched(struct gvi *m, uint64_t spa, uint64_t *unit, const uint64_t *now,
		       unsigned words)
{
	if (words == 1)
		unit[0] = unit[0] >> 8 * (spa & 7) & low_ones(32);
	else
		keep_uncached(m, unit, now);
}

/* [remap.guest-uncached] Of an entry for a guest's virtual APIC. */
static void keep_uncached(struct gvi *m, uint64_t *unit, const uint64_t *now)
{
	uint64_t low = mask_IRTE_GUEST_X2APIC_IS_RUN(0) | mask_IRTE_GUEST_X2APIC_GA_TAG(0) |
		       mask_IRTE_GUEST_X2APIC_DESTINATION(0);
	uint64_t high = mask_IRTE_GUEST_X2APIC_DESTINATION(1);

	if (!get_IRTE_32_GUEST_MODE(unit) || !get_IRTE_32_GUEST_MODE(now))
		return;
	if ((unit[0] ^ now[0]) & mask_IRTE_GUEST_GA_LOG_INTR(0) &&
	    choose(m, GVI_CHOICE_GA_LOG_INTR_HELD) == 0)
		low |= mask_IRTE_GUEST_GA_LOG_INTR(0);
	unit[0] = (unit[0] & ~low) | (now[0] & low);
	unit[1] = (unit[1] & ~high) | (now[1] & high);
}

/* ---- Section 2: a root outlives its entry --------------------------------- */

/* One half of a device table entry, where it stands in a whole one. */
struct half {
	uint64_t spa;
	unsigned first; /* word: 0 or 2 */
	uint64_t now[4], *to;
};

static void pick_root(struct gvi *m, struct role *role, enum gvi_choice kind, struct half *half);
static bool has_tables(const struct gvi *m, enum gvi_choice kind, const uint64_t *dte);
static uint64_t root_mask(enum gvi_choice kind, unsigned word);

/* [invalidate.root] Whatever became of the entry, translations made through its
 * tables belong to the domain, and interrupts to the device. */
static void pick_roots(struct gvi *m, struct role *role, uint64_t spa, uint64_t *to,
		       const uint64_t *now)
{
	struct half half = {.spa = spa, .first = spa >> 3 & 2, .to = to};

	memcpy(half.now + half.first, now, 16);
	role->level = 0;
	if (half.first) {
		/* [invalidate.interrupt-entries] */
		if (!get_CONTROL_IRT_CACHE_DIS(&m->reg[SLOT_CONTROL]))
			pick_root(m, role, GVI_CHOICE_HELD_IRTE, &half);
		return;
	}
	role->domain = (unsigned)get_DTE_DOMAIN_ID(to);
	pick_root(m, role, GVI_CHOICE_HELD_HOST, &half);
	pick_root(m, role, GVI_CHOICE_HELD_GCR3, &half);
}

static bool root_changed(enum gvi_choice kind, const struct half *half, const uint64_t *unit);

static void pick_root(struct gvi *m, struct role *role, enum gvi_choice kind, struct half *half)
{
	uint64_t unit[4] = {0}, moment = UINT64_MAX;

	role->choice = kind;
	memcpy(unit + half->first, half->to, 16);
	if (!has_tables(m, kind, unit))
		return;
	for (unsigned depth = 0; further(m, half->spa, 2, &moment, depth); depth++) {
		memcpy(unit, half->now, sizeof unit);
		just_before(m->past.history, half->spa, unit + half->first, 2, moment);
		if (!has_tables(m, kind, unit) || !root_changed(kind, half, unit) ||
		    (kind != GVI_CHOICE_HELD_IRTE && get_DTE_DOMAIN_ID(unit) != role->domain) ||
		    root_ended(m, role, moment))
			continue;
		cite(m, GVI_CLAUSE_INVALIDATE_ROOT);
		if (choose(m, GVI_CHOICE_HELD_ROOT) == 0)
			return;
		take_blame(m);
		for (unsigned i = 0; i < 2; i++)
			half->to[i] ^= (unit[half->first + i] ^ half->to[i]) &
				       root_mask(kind, half->first + i);
	}
}

static bool root_changed(enum gvi_choice kind, const struct half *half, const uint64_t *unit)
{
	uint64_t changed = 0;

	for (unsigned i = 0; i < 2; i++)
		changed |= (unit[half->first + i] ^ half->to[i]) & root_mask(kind, half->first + i);
	return changed != 0;
}

/* A Mode or GLX that does not exist has led to none. */
static bool has_tables(const struct gvi *m, enum gvi_choice kind, const uint64_t *dte)
{
	if (kind == GVI_CHOICE_HELD_IRTE)
		return get_DTE_IV(dte) && get_DTE_INT_CTL(dte) == 2;
	if (!get_DTE_V(dte) || !get_DTE_TV(dte))
		return false;
	if (kind == GVI_CHOICE_HELD_HOST)
		return get_DTE_MODE(dte) && get_DTE_MODE(dte) <= m->derived.levels;
	return get_DTE_GV(dte) && get_DTE_GLX(dte) <= get_EFR_GLXSUP(&m->config.efr);
}

/* What of an entry leads to its tables: the root, and how large they are. */
static uint64_t root_mask(enum gvi_choice kind, unsigned word)
{
	switch (kind) {
	case GVI_CHOICE_HELD_HOST:
		return mask_DTE_MODE(word) | mask_DTE_HOST_ROOT(word);
	case GVI_CHOICE_HELD_GCR3:
		return mask_DTE_GLX(word) | mask_DTE_GCR3_ROOT(word);
	default:
		return mask_DTE_INT_LEN(word) | mask_DTE_INT_ROOT(word);
	}
}

/* ---- Sections 1 and 3: what may be cached, and what ends it --------------- */

static bool cacheable(struct gvi *m, const struct role *role, uint64_t value);

static bool usable(struct gvi *m, const struct role *role, const uint64_t *unit, uint64_t until)
{
	return met(m, until) || (!ended(m, role, unit, until) && cacheable(m, role, unit[0]));
}

static bool drops(const uint64_t command[2], const struct role *role);
static bool drops_pointer(const uint64_t command[2], const struct role *role);
static bool drops_page(const uint64_t command[2], const struct role *role);
static bool is_leaf(const struct role *role, uint64_t entry);
static const uint64_t *any(const struct gvi *m, const struct role *role, uint64_t since,
			   bool (*drop)(const uint64_t command[2], const struct role *role));

static const uint64_t *ender(const struct gvi *m, const struct role *role, const uint64_t *unit,
			     uint64_t until);
static const uint64_t *root_ender(const struct gvi *m, const struct role *role, uint64_t until);

/* Whether completed invalidations have ended what was there until then. */
static bool ended(struct gvi *m, const struct role *role, const uint64_t *unit, uint64_t until)
{
	return ends(m, ender(m, role, unit, until));
}

static bool root_ended(struct gvi *m, const struct role *role, uint64_t until)
{
	return ends(m, root_ender(m, role, until));
}

/* What is held in spite of the suspect has been taken. */
static void take_blame(struct gvi *m)
{
	if (m->past.suspect[0])
		memcpy(m->past.blamed, m->past.suspect, sizeof m->past.blamed);
	memset(m->past.suspect, 0, sizeof m->past.suspect);
}

/* Unless it is asked what would be held without them. */
static bool ends(struct gvi *m, const uint64_t *command)
{
	if (command && m->past.lenient && !m->past.suspect[0])
		memcpy(m->past.suspect, command, sizeof m->past.suspect);
	return command && !m->past.lenient;
}

/* Whether this one counts, and was visible at that moment or later. */
static bool ends_since(const struct gvi *m, unsigned i, uint64_t moment)
{
	return m->past.ended[i].time >= moment && counts(m, m->past.ended[i].at);
}

/* The one that does.  A pointer goes first, and then the pages that were found through
 * it. */
static const uint64_t *ender(const struct gvi *m, const struct role *role, const uint64_t *unit,
			     uint64_t until)
{
	bool pages = role->choice == GVI_CHOICE_HELD_HOST || role->choice == GVI_CHOICE_HELD_GUEST;
	const uint64_t *last = NULL;

	if (!pages)
		return any(m, role, until, drops);
	if (is_leaf(role, unit[0]))
		return any(m, role, until, drops_page);
	for (unsigned i = 0; i < m->past.nended && !last; i++)
		if (ends_since(m, i, until) && drops_pointer(m->past.ended[i].command, role))
			last = any(m, role, m->past.ended[i].time, drops_page);
	return last;
}

/* The same for a root: the device's entry goes first, and then what was found through
 * its tables. */
static const uint64_t *root_ender(const struct gvi *m, const struct role *role, uint64_t until)
{
	struct role entry = *role;
	const uint64_t *last = NULL;

	entry.choice = GVI_CHOICE_HELD_DTE;
	for (unsigned i = 0; i < m->past.nended && !last; i++)
		if (ends_since(m, i, until) && drops(m->past.ended[i].command, &entry))
			last = any(m, role, m->past.ended[i].time, drops);
	return last;
}

/* One of them that was visible at that moment or later. */
static const uint64_t *any(const struct gvi *m, const struct role *role, uint64_t since,
			   bool (*drop)(const uint64_t command[2], const struct role *role))
{
	for (unsigned i = 0; i < m->past.nended; i++)
		if (ends_since(m, i, since) && drop(m->past.ended[i].command, role))
			return m->past.ended[i].command;
	return NULL;
}

/* [invalidate.cacheable] */
static bool cacheable(struct gvi *m, const struct role *role, uint64_t value)
{
	const uint64_t header = m->config.capability;

	cite(m, GVI_CLAUSE_INVALIDATE_CACHEABLE);
	if (role->choice == GVI_CHOICE_HELD_DTE)
		return true;
	if (role->choice == GVI_CHOICE_HELD_IRTE)
		return get_IRTE_32_REMAP_EN(&value) || choose(m, GVI_CHOICE_IRTE_OFF_CACHED) == 0;
	if (value & 1 || get_CAP_HEADER_NP_CACHE(&header))
		return true;
	return choose(m, GVI_CHOICE_NOT_PRESENT_CACHED) == 1;
}

static bool same_tags(const uint64_t command[2], const struct role *role);
static uint64_t range_low(const uint64_t command[2]);
static bool meets(const uint64_t command[2], const struct role *role, uint64_t low);

/* [invalidate.matching] Of the device's entry, its interrupts, its GCR3 table, and all
 * pointers of the host tables on the way. */
static bool drops(const uint64_t command[2], const struct role *role)
{
	unsigned opcode = (unsigned)(command[0] >> 60);
	bool of_device = (command[0] & 0xffff) == role->device;

	switch (role->choice) {
	case GVI_CHOICE_HELD_DTE:
		return opcode == 2 && of_device;
	case GVI_CHOICE_HELD_IRTE:
		return opcode == 5 && of_device;
	case GVI_CHOICE_HELD_GCR3:
		return drops_pointer(command, role) && range_low(command) == UINT64_MAX;
	default:
		return drops_pointer(command, role) && drops_page(command, role);
	}
}

/* All pointers on the way to the page: the lowest is for 2 MiB. */
static bool drops_pointer(const uint64_t command[2], const struct role *role)
{
	return get_INVALIDATE_IOMMU_PAGES_PDE(command) && meets(command, role, low_ones(21));
}

/* The translation of this page, in however small pieces a large one is held. */
static bool drops_page(const uint64_t command[2], const struct role *role)
{
	return meets(command, role, low_ones(12));
}

/* Whether the range has an address that differs in these bits at most. */
static bool meets(const uint64_t command[2], const struct role *role, uint64_t low)
{
	uint64_t address = get_INVALIDATE_IOMMU_PAGES_ADDRESS(command);

	return command[0] >> 60 == 3 && same_tags(command, role) &&
	       !((address ^ role->address) & ~(low | range_low(command)));
}

static bool same_tags(const uint64_t command[2], const struct role *role)
{
	if (get_INVALIDATE_IOMMU_PAGES_DOMAIN_ID(command) != role->domain)
		return false;
	if (!get_INVALIDATE_IOMMU_PAGES_GN(command))
		return role->choice == GVI_CHOICE_HELD_HOST;
	return role->choice != GVI_CHOICE_HELD_HOST &&
	       get_INVALIDATE_IOMMU_PAGES_PASID(command) == role->pasid;
}

/* [invalidate.size] The address bits inside the range. */
static uint64_t range_low(const uint64_t command[2])
{
	uint64_t address = get_INVALIDATE_IOMMU_PAGES_ADDRESS(command) | low_ones(12);

	if (!get_INVALIDATE_IOMMU_PAGES_S(command))
		return low_ones(12);
	return address ^ (address + 1);
}

static bool is_leaf(const struct role *role, uint64_t entry)
{
	unsigned next = (unsigned)get_PTE_NEXT_LEVEL(&entry);

	if (role->choice == GVI_CHOICE_HELD_HOST)
		return role->level == 1 || next == 0 || next == 7;
	return role->level == 1 || (role->level <= 3 && get_GPDE_PS(&entry));
}

/* The history does not reach back to the last invalidation. */
static void doubt(struct gvi *m, const struct role *role)
{
	uint64_t reach = m->past.history->lost;

	/* [invalidate.root] Entries of the device table that was there may be held as
	 * well, and what their tables said. */
	if (m->past.moved > reach)
		reach = m->past.moved;
	if (reach > forgotten(m) && !ended(m, role, &pointer, reach))
		m->past.unsure = true;
}

/* Nothing is held before the first request can be translated. */
void history_enabled(struct gvi *m)
{
	struct history *h = m->past.history;

	if (!h || m->past.used)
		return;
	m->past.used = true;
	m->past.enabled = h->now;
}

void history_moved(struct gvi *m)
{
	if (m->past.used)
		m->past.moved = m->past.history->changed = ++m->past.history->now;
}

void history_reset(struct gvi *m)
{
	struct history *h = m->past.history;

	memset(&m->past, 0, sizeof m->past);
	m->past.history = h;
	m->past.enabled = h ? h->now : 0;
}

/* ---- Section 4: when invalidations are complete --------------------------- */

/* The ring runs: what stands in it becomes visible only now. */
void history_running(struct gvi *m, uint64_t tail)
{
	m->past.nvisible = 0;
	history_tail(m, tail);
}

/* Some writes of the tail are remembered apart; what comes after counts as
 * visible with the last of them. */
void history_tail(struct gvi *m, uint64_t tail)
{
	if (!m->past.history || !get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]))
		return;
	if (m->past.nvisible == GVI_MAX_VISIBLE)
		m->past.nvisible--;
	else
		m->past.visible[m->past.nvisible].time = m->past.history->now;
	m->past.visible[m->past.nvisible++].tail = tail;
}

uint64_t history_visible(struct gvi *m, uint64_t head)
{
	if (!m->past.history)
		return 0;
	while (m->past.nvisible > 1 && m->past.visible[0].tail == head) {
		m->past.nvisible--;
		memmove(m->past.visible, m->past.visible + 1,
			m->past.nvisible * sizeof m->past.visible[0]);
	}
	return m->past.nvisible ? m->past.visible[0].time : 0;
}

static void append(struct gvi *m, const uint64_t command[2], uint64_t time);
static void append_all(struct gvi *m, uint64_t time);

/* [invalidate.completion] */
void history_ended(struct gvi *m, const uint64_t command[2], uint64_t time)
{
	uint64_t opcode = command[0] >> 60;

	if (!m->past.history || !time)
		return;
	if (opcode == 8) {
		append_all(m, time);
	} else if (opcode == 2 || opcode == 3 || opcode == 5) {
		append(m, command, time);
	}
}

/* Of the same command the oldest and the newest are kept: what one of them has ended first may
 * have been ended for good by another command between them.  Without room the oldest goes,
 * which leaves more permitted than need be. */
static void append(struct gvi *m, const uint64_t command[2], uint64_t time)
{
	unsigned same = 0, at = 0;

	for (unsigned i = 0; i < m->past.nended && same < 2; i++)
		if (!memcmp(m->past.ended[i].command, command, 16)) {
			at = i;
			same++;
		}
	if (same == 2 || m->past.nended == GVI_MAX_ENDED) {
		at = same == 2 ? at : 0;
		m->past.nended--;
		memmove(m->past.ended + at, m->past.ended + at + 1,
			(m->past.nended - at) * sizeof m->past.ended[0]);
	}
	m->past.ended[m->past.nended].time = time;
	m->past.ended[m->past.nended].at = m->past.history->now;
	memcpy(m->past.ended[m->past.nended++].command, command, 16);
}

/* A request that is under way may have come after the one before, and what was complete
 * earlier than that ends nothing more for it. */
static void append_all(struct gvi *m, uint64_t time)
{
	uint64_t before = m->past.nall ? m->past.all[m->past.nall - 1].at : 0;
	unsigned kept = 0;

	for (unsigned i = 0; i < m->past.nended; i++)
		if (m->past.ended[i].at > before)
			m->past.ended[kept++] = m->past.ended[i];
	m->past.nended = kept;
	if (m->past.nall == GVI_MAX_ALL) {
		m->past.nall--;
		memmove(m->past.all, m->past.all + 1, m->past.nall * sizeof m->past.all[0]);
	}
	m->past.all[m->past.nall].time = time;
	m->past.all[m->past.nall++].at = m->past.history->now;
}
