/* The plainest requests, decided at once: the tables lie in the near window,
 * nobody listens or chooses, host pages are reached by pointers that go down one
 * level each, and guest pages have 4 KiB.  No rule is stated here, only that no
 * exception applies, and nothing is written before that is known: without this
 * file every answer is the same, and comes later. */
#include "model/plain.h"

#include "model/device.h"
#include "model/gcr3.h"
#include "model/host.h"
#include "model/nest.h"
#include "model/ranges.h"
#include "model/walk_guest.h"
#include "model/walk_host.h"

/* What was found at the end of a walk. */
struct leaf {
	uint64_t entry, rights;
	unsigned level;
};

static inline bool is_plain(const struct gvi *m);
static inline bool fetch_entry(const struct gvi *m, const struct gvi_request *r, uint64_t but,
			       uint64_t dte[4]);
static bool walk(const struct gvi *m, const struct gvi_request *r, const uint64_t dte[4],
		 struct leaf *leaf);

bool plain_translate(const struct gvi *m, const struct gvi_request *request,
		     struct gvi_answer *answer)
{
	uint64_t dte[4];
	struct leaf leaf;
	struct page page;

	if (!is_plain(m) || !range_ordinary(request->address) || !fetch_entry(m, request, 0, dte) ||
	    !is_plain_address(m, request->address, (unsigned)get_DTE_MODE(dte)) ||
	    !walk(m, request, dte, &leaf))
		return false;
	page_of_entry(&page, request->address, leaf.entry, page_low(leaf.level));
	clear_answer(answer);
	page_grant(answer, &page, leaf.rights);
	record(answer, GVI_CLAUSE_DEVICE_FETCH);
	record_pointers(answer, (unsigned)get_DTE_MODE(dte) - leaf.level);
	record(answer, GVI_CLAUSE_HOST_LEAF);
	return true;
}

/* Steps 1 and 7 of the flow find nothing.  (Whatever a read of no bytes needs,
 * where any read is allowed it is.) */
static inline bool is_plain(const struct gvi *m)
{
	return m->alone && get_CONTROL_IOMMU_EN(&m->reg[SLOT_CONTROL]) &&
	       !get_EXCL_BASE_EX_EN(&m->reg[SLOT_EXCL_BASE]) && !m->derived.segments_log2;
}

/* Steps 3 to 8, and 10 for a Mode that does not exist. */
static inline bool fetch_entry(const struct gvi *m, const struct gvi_request *r, uint64_t but,
			       uint64_t dte[4])
{
	const uint64_t *base = &m->reg[SLOT_DEV_TAB_BASE];
	uint64_t index = r->device;
	const uint8_t *from;

	if (!device_in_table(index, get_DEV_TAB_BASE_SIZE(base)))
		return false;
	if (!host_near(m, get_DEV_TAB_BASE_DEV_TAB_BASE(base) + DTE_BYTES * index, 4, &from))
		return false;
	host_load(dte, from, 4);
	return get_DTE_V(dte) && get_DTE_TV(dte) && get_DTE_MODE(dte) &&
	       device_plain_but(m, dte, but);
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

/* ---- Guest tables over host tables --------------------------------------- */

/* Of guest tables: a fifth is not plain. */
enum { LEVELS = 4 };

/* What was found at the end of both walks. */
struct guest_leaf {
	uint64_t gpa, common;
	struct nest_leaf host;
};

static bool is_plain_guest(const struct gvi *m, const struct gvi_request *r, const uint64_t dte[4]);
static bool walk_guest(struct gvi *m, const struct gvi_request *r, const uint64_t dte[4],
		       struct guest_leaf *leaf);
static void grant_guest(struct gvi_answer *answer, const struct guest_leaf *leaf);

bool plain_translate_guest(struct gvi *m, const struct gvi_request *request,
			   struct gvi_answer *answer)
{
	uint64_t dte[4];
	struct guest_leaf leaf;

	if (!is_plain(m) || !fetch_entry(m, request, mask_DTE_GLX(0), dte) ||
	    !is_plain_guest(m, request, dte) || !walk_guest(m, request, dte, &leaf))
		return false;
	grant_guest(answer, &leaf);
	return true;
}

/* Steps 9 and 10, and what precedes the guest's walk.  (An entry with GV is not
 * plain where guest tables are disabled, nor is one with five levels.) */
static bool is_plain_guest(const struct gvi *m, const struct gvi_request *r, const uint64_t dte[4])
{
	return !r->privileged && !(r->address >> 47) && get_DTE_GV(dte) &&
	       get_DTE_GLX(dte) <= get_EFR_GLXSUP(&m->config.efr) &&
	       get_CONTROL_GCR3_TRP_MODE(&m->reg[SLOT_CONTROL]) &&
	       !((RIGHT_READ | RIGHT_WRITE) & ~dte[0]) && gcr3_covers(m, dte, r->pasid);
}

static bool find_top(const struct host_tables *tables, const struct gvi_request *r,
		     const uint64_t dte[4], uint64_t *gpa);

/* From the top table down to the page, each through the host tables. */
static bool walk_guest(struct gvi *m, const struct gvi_request *r, const uint64_t dte[4],
		       struct guest_leaf *leaf)
{
	bool write = r->access != GVI_READ, nx = r->execute || !has(m, GVI_FEATURE_NXSUP);
	uint64_t gpa, common = UINT64_MAX, e;
	struct host_tables tables;

	host_tables_begin(&tables, m, dte);
	if (!find_top(&tables, r, dte, &gpa))
		return false;
	for (unsigned level = LEVELS;; level--) {
		uint64_t want = level ? RIGHT_READ : rights_of(r->access);

		if (!follow_tables(&tables, REACH_NEAR, gpa, want, &leaf->host))
			return false;
		if (!level)
			break;
		if (!read_word(m, REACH_NEAR, leaf_spa(&leaf->host, gpa), &e) ||
		    !is_plain_guest_entry(e, level, write, nx))
			return false;
		common &= e;
		gpa = get_GPTE_ADDRESS(&e);
		gpa += level > 1 ? 8 * index_at(r->address, level - 1) : r->address & low_ones(12);
	}
	leaf->gpa = gpa;
	leaf->common = common;
	return true;
}

/* Through the GCR3 table: where the entry of the top guest table lies. */
static bool find_top(const struct host_tables *tables, const struct gvi_request *r,
		     const uint64_t dte[4], uint64_t *gpa)
{
	unsigned level = (unsigned)get_DTE_GLX(dte);
	uint64_t at = get_DTE_GCR3_ROOT(dte), e;
	struct nest_leaf leaf;

	for (;; level--) {
		at += 8 * gcr3_slice(r->pasid, level);
		if (!follow_tables(tables, REACH_NEAR, at, RIGHT_READ, &leaf) ||
		    !read_word(tables->m, REACH_NEAR, leaf_spa(&leaf, at), &e) ||
		    !(level ? is_plain_gcr3(e) : is_plain_cr3(e)))
			return false;
		at = get_GCR3_ADDRESS(&e);
		if (!level)
			break;
	}
	*gpa = at + 8 * index_at(r->address, LEVELS);
	return true;
}

/* The guest's page is the smaller one. */
static void grant_guest(struct gvi_answer *answer, const struct guest_leaf *leaf)
{
	uint64_t denied = leaf->common & mask_GPTE_RW(0) ? 0 : RIGHT_WRITE;
	struct page page;

	page_of_entry(&page, leaf->gpa, leaf->host.entry, leaf->host.low);
	page.size = 4096;
	clear_answer(answer);
	page_grant(answer, &page, leaf->host.rights & ~denied);
	record(answer, GVI_CLAUSE_DEVICE_FETCH);
	record(answer, GVI_CLAUSE_NESTED_TRANSLATE);
	record(answer, GVI_CLAUSE_GUEST_GCR3_WALK);
	record(answer, GVI_CLAUSE_GUEST_WALK);
	record(answer, GVI_CLAUSE_GUEST_LEAF);
	record(answer, GVI_CLAUSE_NESTED_PAGE);
	record_pointers(answer, leaf->host.pointers);
	record(answer, GVI_CLAUSE_HOST_LEAF);
}
