/* The plainest requests, decided at once: the tables lie in the near window,
 * nobody listens or chooses, and host pages are reached by pointers that go down
 * one level each.  No rule is stated here, only that no exception applies, and
 * nothing is written before that is known: without this file every answer is
 * the same, and comes later. */
#include "model/plain.h"

#include "model/device.h"
#include "model/host.h"
#include "model/ranges.h"
#include "model/walk_host.h"

/* What was found at the end of a walk. */
struct leaf {
	uint64_t entry, rights;
	unsigned level;
};

static bool is_plain(const struct gvi *m, const struct gvi_request *r);
static bool fetch_entry(const struct gvi *m, const struct gvi_request *r, uint64_t dte[4]);
static bool walk(const struct gvi *m, const struct gvi_request *r, const uint64_t dte[4],
		 struct leaf *leaf);

bool plain_translate(const struct gvi *m, const struct gvi_request *request,
		     struct gvi_answer *answer)
{
	uint64_t dte[4];
	struct leaf leaf;
	struct page page;

	if (!is_plain(m, request) || !fetch_entry(m, request, dte) || !walk(m, request, dte, &leaf))
		return false;
	page_of_entry(&page, request->address, leaf.entry, page_low(leaf.level));
	clear_answer(answer);
	page_grant(answer, &page, leaf.rights);
	record(answer, GVI_CLAUSE_DEVICE_FETCH);
	record_pointers(answer, (unsigned)get_DTE_MODE(dte) - leaf.level);
	record(answer, GVI_CLAUSE_HOST_LEAF);
	return true;
}

/* Steps 1, 2, 7 and 9 of the flow find nothing. */
static bool is_plain(const struct gvi *m, const struct gvi_request *r)
{
	return !m->host.choose && !r->has_pasid && r->length && range_ordinary(r->address) &&
	       get_CONTROL_IOMMU_EN(&m->reg[SLOT_CONTROL]) &&
	       !get_EXCL_BASE_EX_EN(&m->reg[SLOT_EXCL_BASE]) && !m->derived.segments_log2;
}

/* Steps 3 to 8 and 10. */
static bool fetch_entry(const struct gvi *m, const struct gvi_request *r, uint64_t dte[4])
{
	const uint64_t *base = &m->reg[SLOT_DEV_TAB_BASE];
	uint64_t index = r->device;
	const uint8_t *from;

	if (!device_in_table(index, get_DEV_TAB_BASE_SIZE(base)))
		return false;
	if (!host_near(m, get_DEV_TAB_BASE_DEV_TAB_BASE(base) + DTE_BYTES * index, 4, &from))
		return false;
	host_load(dte, from, 4);
	return get_DTE_V(dte) && get_DTE_TV(dte) && get_DTE_MODE(dte) && device_plain(m, dte) &&
	       is_plain_address(m, r->address, (unsigned)get_DTE_MODE(dte));
}

/* Steps 10 and 11. */
static bool walk(const struct gvi *m, const struct gvi_request *r, const uint64_t dte[4],
		 struct leaf *leaf)
{
	uint64_t want = rights_of(r->access), rights = dte[0], table = get_DTE_HOST_ROOT(dte), e;
	unsigned level = (unsigned)get_DTE_MODE(dte);

	for (;; level--) {
		const uint8_t *from;

		if (!host_near(m, table + 8 * index_at(r->address, level), 1, &from))
			return false;
		e = load64(from);
		rights &= e;
		if (!is_plain_pointer(e, level, want, m->derived.pde_unsound))
			break;
		table = get_PDE_ADDRESS(&e);
	}
	*leaf = (struct leaf){e, rights, level};
	return !(want & ~rights) && is_plain_page(e, level, 0, m->derived.pte_unsound);
}
