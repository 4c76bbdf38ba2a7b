/* The flow of an untranslated request: docs/spec/04-translation-flow.md.  The
 * steps are numbered as in its section 3, which alone states their order. */
#include "model/translate.h"

#include "model/device.h"
#include "model/fault.h"
#include "model/ranges.h"
#include "model/walk_guest.h"
#include "model/walk_host.h"

static enum verdict enter(struct access *x);
static bool is_plain(struct access *x);
static enum verdict look_closer(struct access *x, bool *guest);
static enum verdict invalid_entry(struct access *x);
static enum verdict exclusion(struct access *x);
static inline enum verdict choose_stage(struct access *x, bool *guest);
static inline enum verdict all_rights(struct access *x, bool guest);
static inline enum verdict rights(struct access *x);
static inline enum verdict guest_rights(struct access *x);
static enum verdict mode_page_fault(struct access *x);
static inline enum gvi_status host_stage(struct access *x, bool plain);
static inline enum gvi_status guest_stage(struct access *x);
static void identity(struct access *x, struct page *page);
static inline bool device_allows(struct access *x);

enum gvi_status translate(struct access *x)
{
	bool guest = false, plain;

	x->want = translate_needs(x);
	x->guest_pasid = x->request->has_pasid;
	/* Steps 1 to 4 */
	if (enter(x) == ENDED)
		return GVI_OK;
	/* Most requests: nothing for steps 5 to 10 to find. */
	plain = is_plain(x);
	if (!plain && look_closer(x, &guest) == ENDED)
		return GVI_OK;
	/* Steps 11 and 13 */
	return guest ? guest_stage(x) : host_stage(x, plain);
}

static enum verdict look_closer(struct access *x, bool *guest)
{
	/* Step 5 */
	if (device_check(x) == ENDED)
		return ENDED;
	/* Step 6 */
	if (x->range && range_with_entry(x) == ENDED)
		return ENDED;
	/* Steps 7 and 8 */
	if (exclusion(x) == ENDED)
		return ENDED;
	/* Step 9 */
	if (choose_stage(x, guest) == ENDED)
		return ENDED;
	/* Step 10 */
	return all_rights(x, *guest);
}

static bool is_plain(struct access *x)
{
	const struct gvi *m = x->m;
	unsigned mode = (unsigned)get_DTE_MODE(x->dte);

	if (m->watched || x->request->has_pasid || x->range || !x->request->length ||
	    !device_plain(m, x->dte) || get_EXCL_BASE_EX_EN(&m->reg[SLOT_EXCL_BASE]))
		return false;
	x->may = x->dte[0] & (RIGHT_READ | RIGHT_WRITE);
	return get_DTE_TV(x->dte) && !(x->want & ~x->may) &&
	       (!mode || is_plain_address(m, x->request->address, mode));
}

/* Steps 1 to 4: whether there is an entry that says something. */
static enum verdict enter(struct access *x)
{
	/* Step 1 */
	if (!get_CONTROL_IOMMU_EN(&x->m->reg[SLOT_CONTROL]))
		return translate_forward(x, GVI_CLAUSE_FLOW_DISABLED);
	/* Step 2 */
	if (!x->request->has_pasid && !range_ordinary(x->request->address) &&
	    range_before_entry(x) == ENDED)
		return ENDED;
	/* Step 3 */
	if (!x->fetched && device_fetch(x) == ENDED)
		return ENDED;
	/* Step 4 */
	return get_DTE_V(x->dte) ? GO_ON : invalid_entry(x);
}

/* [device.invalid-forward] Nothing else of the entry counts. */
static enum verdict invalid_entry(struct access *x)
{
	struct gvi *m = x->m;

	if (m->config.snp && choose(m, GVI_CHOICE_SNP_INVALID_ENTRY) == 1)
		return illegal_entry(x, GVI_CLAUSE_DEVICE_INVALID_FORWARD, false);
	if (x->request->has_pasid && choose(m, GVI_CHOICE_DTE_INVALID_PASID) == 1)
		return invalid_request(x, GVI_CLAUSE_DEVICE_INVALID_FORWARD, 0);
	return translate_forward(x, GVI_CLAUSE_DEVICE_INVALID_FORWARD);
}

/* ---- Steps 7 and 8: TV, and the exclusion range ------------------------- */

static enum verdict exclusion(struct access *x)
{
	bool hit = translate_excluded(x);

	if (!(hit && !get_DTE_TV(x->dte) && choose(x->m, GVI_CHOICE_EXCLUSION_TV) == 1) &&
	    translate_valid(x) == ENDED)
		return ENDED;
	if (!hit)
		return GO_ON;
	apply(x, GVI_CLAUSE_DEVICE_EXCLUSION_APPLIES);
	if (choose(x->m, GVI_CHOICE_EXCLUSION_RIGHTS) == 0)
		return translate_forward(x, GVI_CLAUSE_DEVICE_EXCLUSION_EFFECT);
	if (!device_allows(x))
		return page_fault(x, GVI_CLAUSE_FLOW_DEVICE_RIGHTS, FAULT_PR | FAULT_PE);
	(void)translate_forward(x, GVI_CLAUSE_DEVICE_EXCLUSION_EFFECT);
	report_rights(x->answer, x->may);
	return ENDED;
}

enum verdict translate_valid(struct access *x)
{
	if (get_DTE_TV(x->dte))
		return GO_ON;
	return page_fault(x, GVI_CLAUSE_DEVICE_NOT_TRANSLATING,
			  choose(x->m, GVI_CHOICE_TV_FAULT_PR) == 1 ? FAULT_PR : 0);
}

/* [device.exclusion-applies] SNPSup takes the registers for another use. */
bool translate_excluded(struct access *x)
{
	const uint64_t *base = &x->m->reg[SLOT_EXCL_BASE], *limit = &x->m->reg[SLOT_EXCL_LIMIT];
	uint64_t address = x->request->address;

	if (!get_EXCL_BASE_EX_EN(base) || has(x->m, GVI_FEATURE_SNPSUP))
		return false;
	if (!get_EXCL_BASE_ALLOW(base) && !get_DTE_EX(x->dte))
		return false;
	if (address < get_EXCL_BASE_BASE(base) || address > (get_EXCL_LIMIT_LIMIT(limit) | 0xfff))
		return false;
	return !x->request->has_pasid || choose(x->m, GVI_CHOICE_EXCLUSION_PASID) == 1;
}

/* ---- Step 9: host or guest ---------------------------------------------- */

static inline enum verdict choose_stage(struct access *x, bool *guest)
{
	if (!x->request->has_pasid) {
		/* [guest.without-pasid] [guest.giov] */
		*guest = x->guest_pasid = device_giov(x);
		return GO_ON;
	}
	*guest = device_guest(x);
	if (*guest)
		return GO_ON;
	/* [flow.pasid-without-guest] */
	switch (choose(x->m, GVI_CHOICE_PASID_WITHOUT_GV)) {
	case 0:
		return invalid_request(x, GVI_CLAUSE_FLOW_PASID_WITHOUT_GUEST, 0);
	case 1:
		return page_fault(x, GVI_CLAUSE_FLOW_PASID_WITHOUT_GUEST, 0);
	default:
		x->guest_pasid = false;
		return GO_ON;
	}
}

/* ---- Step 10: the device's own rights ----------------------------------- */

static inline enum verdict all_rights(struct access *x, bool guest)
{
	if ((guest ? guest_rights(x) : rights(x)) == ENDED)
		return ENDED;
	return mode_page_fault(x);
}

/* [flow.device-rights] Also with Mode 0; a walk may notice it later. */
static inline enum verdict rights(struct access *x)
{
	uint64_t mode = get_DTE_MODE(x->dte);
	bool walks;

	if (device_allows(x))
		return GO_ON;
	walks = mode != 0 && mode <= x->m->derived.levels;
	if (walks && host_surplus(x) && choose(x->m, GVI_CHOICE_SURPLUS_ORDER) == 1)
		return GO_ON;
	if (walks && choose(x->m, GVI_CHOICE_FAULT_ORDER) == 1)
		return GO_ON;
	return page_fault(x, GVI_CLAUSE_FLOW_DEVICE_RIGHTS, FAULT_PR | FAULT_PE);
}

static inline bool device_allows(struct access *x)
{
	x->may = x->dte[0] & (RIGHT_READ | RIGHT_WRITE);
	if (x->request->length == 0 && x->request->access == GVI_READ && x->may &&
	    choose(x->m, GVI_CHOICE_ZERO_READ) == 1) {
		x->want = RIGHT_READ | RIGHT_WRITE;
		x->either = true;
	}
	return !lacks(x, x->may);
}

/* [guest.device-rights] */
static inline enum verdict guest_rights(struct access *x)
{
	if (!device_allows(x) && choose(x->m, GVI_CHOICE_GUEST_DEVICE_RIGHTS) == 0) {
		apply(x, GVI_CLAUSE_GUEST_DEVICE_RIGHTS);
		return page_fault(x, GVI_CLAUSE_FLOW_DEVICE_RIGHTS, FAULT_PR | FAULT_PE);
	}
	return GO_ON;
}

/* AMB-1.3: where a Mode that does not exist is a page fault, it comes here. */
static enum verdict mode_page_fault(struct access *x)
{
	if (get_DTE_MODE(x->dte) <= x->m->derived.levels)
		return GO_ON;
	return page_fault(x, GVI_CLAUSE_DEVICE_ILLEGAL_MODE, FAULT_PR);
}

/* [host.zero-length-read] A read of no bytes may need none. */
uint64_t translate_needs(struct access *x)
{
	enum gvi_access_kind access = (enum gvi_access_kind)x->request->access;

	if (access == GVI_READ && x->request->length == 0 &&
	    choose(x->m, GVI_CHOICE_ZERO_READ) == 2)
		return 0;
	return rights_of(access);
}

/* ---- Steps 11 and 13: translation --------------------------------------- */

static inline enum gvi_status host_stage(struct access *x, bool plain)
{
	struct page page;

	if (get_DTE_MODE(x->dte) == 0)
		identity(x, &page);
	else if (plain && host_walk_plain(x, &page) == ENDED)
		return GVI_OK;
	else if (!plain && host_walk(x, &page) == ENDED)
		return x->racing ? GVI_STATE_RACING : GVI_OK;
	page_grant(x->answer, &page, x->may);
	return GVI_OK;
}

static inline enum gvi_status guest_stage(struct access *x)
{
	struct page page;

	if (guest_walk(x, &page) == ENDED)
		return x->racing ? GVI_STATE_RACING : GVI_OK;
	page_grant(x->answer, &page, x->may);
	return GVI_OK;
}

/* [flow.identity] */
static void identity(struct access *x, struct page *page)
{
	apply(x, GVI_CLAUSE_FLOW_IDENTITY);
	*page = (struct page){.spa = x->request->address};
	page->coherent = device_mode_0_coherent(x);
}

enum verdict translate_forward(struct access *x, enum gvi_clause clause)
{
	apply(x, clause);
	x->answer->address = x->request->address;
	x->answer->read = x->answer->write = true;
	return ENDED;
}

/* ---- The steps that other requests share --------------------------------- */

enum verdict translate_stage(struct access *x, bool *guest)
{
	return choose_stage(x, guest);
}

enum verdict translate_rights(struct access *x, bool guest)
{
	return all_rights(x, guest);
}

enum gvi_status translate_walk(struct access *x, bool guest)
{
	return guest ? guest_stage(x) : host_stage(x, false);
}
