/* What the caching twin forgets: docs/spec/14 section 3, docs/spec/09 sections 4 and
 * 5. */
#include "conformance/naive_cache.h"
#include "conformance/naive_way.h"

/* A range of addresses; size 0 is everything. */
struct range {
	uint64_t base, size;
};

/* 09 section 4. */
static struct range range_of(const struct cache *c, const uint64_t command[2])
{
	uint64_t address = command[1] & ones(63, 12);
	struct range r = {address, 4096};
	unsigned p = 12;

	if (!bit(command[1], 0))
		return r;
	while (p < 63 && bit(address, p))
		p++;
	if (p > 51) /* rules 3, 4 and 6 */
		return (struct range){0, 0};
	if (c->crimes & CACHE_SIZE_OFF)
		p--;
	r.size = UINT64_C(2) << p;
	r.base = address & ~(r.size - 1);
	return r;
}

static bool meets(struct range r, const struct cache_path *p)
{
	uint64_t first = p->address & ~(p->span - 1);

	if (r.size == 0)
		return true;
	if (p->span == 0) /* a GCR3 entry goes with everything only */
		return false;
	return first <= r.base + (r.size - 1) && r.base <= first + (p->span - 1);
}

static bool goes(const struct cache *c, const struct cache_path *p, const uint64_t command[2])
{
	bool gn = bit(command[1], 2), pde = bit(command[1], 1);
	struct range range = range_of(c, command);

	if (!p->used || p->domain != bits(command[0], 47, 32))
		return false;
	if (p->guest && !gn) /* what led through the host's tables: section 3 point 2 */
		return true;
	if (p->guest != gn || (gn && p->pasid != bits(command[0], 19, 0)))
		return false;
	if (!p->final && !p->absent && (!pde || c->crimes & CACHE_IGNORES_PDE))
		return false;
	return meets(range, p);
}

/* What one command names; of that, all or what is derived. */
struct target {
	const uint64_t *command;
	bool all, derived;
};

static void forget_entries(struct cache *c, const struct target *t, bool irte)
{
	unsigned device = (unsigned)bits(t->command[0], 15, 0);

	if (c->crimes & (irte ? CACHE_KEEPS_IRTE : CACHE_KEEPS_DTE))
		return;
	for (unsigned i = 0; i < CACHE_ENTRIES; i++)
		if (c->entry[i].irte == irte && (t->all || c->entry[i].device == device) &&
		    (!t->derived || c->entry[i].derived))
			c->entry[i].used = false;
}

static void forget_paths(struct cache *c, const struct target *t)
{
	for (unsigned i = 0; i < CACHE_PATHS; i++)
		if (!(c->crimes & CACHE_KEEPS_ALL) && (!t->derived || c->path[i].derived) &&
		    (t->all || goes(c, &c->path[i], t->command)))
			c->path[i].used = false;
}

void cache_invalidate(struct cache *c, const uint64_t command[2], bool derived)
{
	struct target t = {command, bits(command[0], 63, 60) == 8, derived};

	switch (bits(command[0], 63, 60)) {
	case 2:
		forget_entries(c, &t, false);
		break;
	case 3:
		forget_paths(c, &t);
		break;
	case 5:
		forget_entries(c, &t, true);
		break;
	case 8:
		forget_entries(c, &t, false);
		forget_entries(c, &t, true);
		forget_paths(c, &t);
		break;
	default:
		break;
	}
}
