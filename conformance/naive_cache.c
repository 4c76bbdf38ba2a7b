/* What the caching twin keeps, and when it uses it: docs/spec/14 sections 1 and 5. */
#include "conformance/naive_cache.h"

#include <string.h>

static unsigned begin(void *user, const struct naive_read *read);
static bool held(void *user, const struct naive_read *read, uint64_t *words);
static void fetched(void *user, const struct naive_read *read, uint64_t *words);

void cache_open(struct cache *c, struct naive *twin, uint64_t seed)
{
	memset(c, 0, sizeof *c);
	c->twin = twin;
	c->state = seed;
	c->irt_cache = true;
	c->hook = (struct naive_hook){c, begin, held, fetched};
	twin->hook = &c->hook;
}

/* splitmix64 */
unsigned cache_pick(struct cache *c, unsigned n)
{
	uint64_t z = c->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ z >> 31) % n);
}

/* ---- Time ------------------------------------------------------------------ */

void cache_command(struct cache *c, uint64_t low, uint64_t high)
{
	unsigned at = c->tail++ % CACHE_COMMANDS;

	c->command[at][0] = low;
	c->command[at][1] = high;
	c->done[at] = false;
}

static void perform(struct cache *c, unsigned n)
{
	if (!c->done[n % CACHE_COMMANDS])
		cache_invalidate(c, c->command[n % CACHE_COMMANDS], false);
	c->done[n % CACHE_COMMANDS] = true;
}

/* Invalidations may be late, but not later than the wait.  What was found through
 * something that is gone now goes with it: section 4 point 3. */
void cache_step(struct cache *c)
{
	unsigned n = c->head++;

	if (c->command[n % CACHE_COMMANDS][0] >> 60 != 1)
		return;
	for (unsigned i = c->since; i < n; i++) {
		perform(c, i);
		cache_invalidate(c, c->command[i % CACHE_COMMANDS], true);
	}
	c->since = n + 1;
}

static enum gvi_bus lose(void *user, uint64_t spa, const void *from, size_t len)
{
	(void)user, (void)spa, (void)from, (void)len;
	return GVI_BUS_OK;
}

/* What nobody asked for: nothing is logged, nothing is written. */
static void prefetch(struct cache *c, const struct gvi_request *request,
		     const struct gvi_interrupt *interrupt)
{
	struct naive shadow = *c->twin;
	struct naive_answer answer;

	shadow.memory.write = lose;
	if (interrupt)
		naive_interrupt(&shadow, interrupt, &answer);
	else if (request)
		naive_translate(&shadow, request, &answer);
}

void cache_idle(struct cache *c, const struct gvi_request *request,
		const struct gvi_interrupt *interrupt)
{
	unsigned oldest = c->since;

	switch (cache_pick(c, 4)) {
	case 0:
		c->entry[cache_pick(c, CACHE_ENTRIES)].used = false;
		c->path[cache_pick(c, CACHE_PATHS)].used = false;
		break;
	case 1:
		if (c->tail > oldest)
			perform(c, oldest + cache_pick(c, c->tail - oldest));
		break;
	default:
		prefetch(c, request, interrupt);
	}
}

/* ---- Entries of device and interrupt tables --------------------------------- */

static bool entry_fits(const struct cache_entry *e, const struct naive_read *r)
{
	bool irte = r->table == NAIVE_IRTE;

	if (!e->used || e->irte != irte || e->device != r->device)
		return false;
	if (irte)
		return e->index == r->address && e->words == r->words;
	return e->first <= r->first && e->first + e->words >= r->first + r->words;
}

/* Words of different times, where each was written with its neighbours. */
static void tear(struct cache *c, const struct cache_entry *e, uint64_t *words, unsigned n)
{
	unsigned at = cache_pick(c, n);

	words[at] = e->word[at];
}

static bool entry_held(struct cache *c, const struct naive_read *r, uint64_t *words)
{
	unsigned from = cache_pick(c, CACHE_ENTRIES);

	if (cache_pick(c, 3) == 0)
		return false;
	for (unsigned i = 0; i < CACHE_ENTRIES; i++) {
		const struct cache_entry *e = &c->entry[(from + i) % CACHE_ENTRIES];

		if (!entry_fits(e, r))
			continue;
		memcpy(words, &e->word[r->first - e->first], 8 * (size_t)r->words);
		return true;
	}
	return false;
}

/* RemapEn=0: AMB-5.15. */
static bool may_keep(const struct cache *c, const struct naive_read *r, const uint64_t *words)
{
	if (r->table == NAIVE_DTE)
		return true;
	return c->irt_cache && ((words[0] & 1) || c->twin->habit[GVI_CHOICE_IRTE_OFF_CACHED] == 0);
}

/* Whole or, of a device table, the half that a memory request or an interrupt needs. */
static void keep_entry(struct cache *c, const struct naive_read *r, const uint64_t *words)
{
	struct cache_entry *e = &c->entry[cache_pick(c, CACHE_ENTRIES)];
	unsigned skip = 0, count = r->words;

	if (!may_keep(c, r, words) || cache_pick(c, 2))
		return;
	if (r->table == NAIVE_DTE && count == 4 && cache_pick(c, 4) == 0 &&
	    c->twin->habit[GVI_CHOICE_DTE_FETCH] == 1) {
		count = 2;
		skip = 2 * cache_pick(c, 2);
	}
	memset(e, 0, sizeof *e);
	e->used = true;
	e->irte = r->table == NAIVE_IRTE;
	e->derived = e->irte && c->dte_held;
	e->device = r->device;
	e->index = (uint16_t)r->address;
	e->first = (uint8_t)(r->first + skip);
	e->words = (uint8_t)count;
	memcpy(e->word, words + skip, 8 * (size_t)count);
}

/* ---- Paths through page tables ------------------------------------------------- */

static bool is_guest(const struct naive_read *r)
{
	return r->table != NAIVE_HOST;
}

static bool path_fits(const struct cache *c, const struct cache_path *p, const struct naive_read *r)
{
	if (!p->used || p->guest != is_guest(r))
		return false;
	if (p->domain != r->domain && !(c->crimes & CACHE_MIXES_DOMAINS))
		return false;
	if (p->guest && p->pasid != r->pasid && !(c->crimes & CACHE_MIXES_PASIDS))
		return false;
	return !((p->address ^ r->address) & ~(p->span - 1));
}

static void use(struct cache *c, struct cache_walk *k, const struct cache_path *p)
{
	k->path = *p;
	k->path.derived = true;
	k->held = p->count;
	if (!p->final || p->guest || !(c->crimes & CACHE_LEAF_RIGHTS))
		return;
	for (unsigned i = 0; i + 1 < p->count; i++)
		k->path.word[i] |= UINT64_C(3) << 61;
}

static unsigned begin(void *user, const struct naive_read *r)
{
	struct cache *c = user;
	struct cache_walk *k = &c->walk[is_guest(r)];
	unsigned from = cache_pick(c, CACHE_PATHS);

	memset(k, 0, sizeof *k);
	for (unsigned i = 0; i < CACHE_PATHS && cache_pick(c, 6); i++) {
		const struct cache_path *p = &c->path[(from + i) % CACHE_PATHS];

		if (!path_fits(c, p, r))
			continue;
		use(c, k, p);
		break;
	}
	k->path.domain = r->domain;
	k->path.pasid = r->pasid;
	k->path.guest = is_guest(r);
	k->path.count = (uint8_t)k->held;
	c->host_held = !k->path.guest && (c->host_held || k->held);
	return k->held ? k->path.level[0] : 0;
}

static bool held(void *user, const struct naive_read *r, uint64_t *words)
{
	struct cache *c = user;
	struct cache_walk *k = &c->walk[is_guest(r)];

	if (r->table == NAIVE_DTE || r->table == NAIVE_IRTE) {
		bool is = !(c->crimes & CACHE_TEARS_DTE && r->table == NAIVE_DTE) &&
			  entry_held(c, r, words);

		if (r->table == NAIVE_DTE)
			c->dte_held = is;
		return is;
	}
	if (k->next >= k->held || k->path.table[k->next] != r->table ||
	    k->path.level[k->next] != r->level) {
		k->held = k->next;
		k->path.count = (uint8_t)k->next;
		return false;
	}
	*words = k->path.word[k->next++];
	return true;
}

/* What one entry of such a table covers. */
static uint64_t covers(const struct naive_read *r)
{
	return r->table == NAIVE_GCR3 ? 0 : UINT64_C(1) << (12 + 9 * (r->level - 1));
}

static bool ends(const struct naive_read *r, uint64_t word)
{
	if (r->table == NAIVE_HOST)
		return (word >> 9 & 7) == 0 || (word >> 9 & 7) == 7;
	return r->table == NAIVE_GUEST && (r->level == 1 || (r->level <= 3 && (word >> 7 & 1)));
}

static bool absent_allowed(const struct cache *c, const struct naive_read *r)
{
	if (c->crimes & CACHE_HOLDS_ABSENT)
		return r->table != NAIVE_GCR3;
	return r->table != NAIVE_GCR3 &&
	       (c->np_cache || c->twin->habit[GVI_CHOICE_NOT_PRESENT_CACHED] == 1);
}

static void keep_path(struct cache *c, const struct cache_walk *k, const struct naive_read *r)
{
	struct cache_path *p = &c->path[cache_pick(c, CACHE_PATHS)];
	uint64_t last = k->path.word[k->path.count - 1];

	if (!(last & 1) && !absent_allowed(c, r))
		return;
	if (cache_pick(c, 3) == 0)
		return;
	*p = k->path;
	p->used = true;
	p->derived = c->dte_held || k->path.derived || (p->guest && c->host_held);
	p->address = r->address;
	p->span = covers(r);
	p->absent = !(last & 1);
	p->final = ends(r, last) && !p->absent;
	if (p->final && cache_pick(c, 2))
		p->span = 4096;
}

static void fetched(void *user, const struct naive_read *r, uint64_t *words)
{
	struct cache *c = user;
	struct cache_walk *k = &c->walk[is_guest(r)];
	unsigned at = k->path.count;

	if (r->table == NAIVE_DTE || r->table == NAIVE_IRTE) {
		uint64_t fresh[4];

		memcpy(fresh, words, 8 * (size_t)r->words);
		if (c->crimes & CACHE_TEARS_DTE && r->table == NAIVE_DTE && r->words == 4)
			for (unsigned i = 0; i < CACHE_ENTRIES; i++)
				if (entry_fits(&c->entry[i], r))
					tear(c, &c->entry[i], words, 4);
		keep_entry(c, r, fresh);
		return;
	}
	if (at >= CACHE_STEPS)
		return;
	k->path.word[at] = *words;
	k->path.level[at] = r->level;
	k->path.table[at] = r->table;
	k->path.count++;
	k->next = k->held = k->path.count;
	keep_path(c, k, r);
}
