/* Nesting: docs/spec/03-guest-page-table.md section 6. */
#include "model/nest.h"

#include "model/device.h"
#include "model/fault.h"
#include "model/host.h"

static enum verdict inner_walk(struct nest *n, uint64_t gpa, struct page *page);
static enum verdict look_only(struct nest *n, uint64_t gpa, struct page *page);
static bool device_denies(struct nest *n);
static enum verdict without_host(struct nest *n, uint64_t gpa, struct page *page);

void nest_begin(struct nest *n, struct access *x)
{
	n->asker = x;
	n->hosted = get_DTE_MODE(x->dte) != 0;
	if (!n->hosted)
		return;
	/* [nested.table-rights] The device's own rights limit the device. */
	n->may = RIGHT_READ | RIGHT_WRITE;
	if (choose(x->m, GVI_CHOICE_NESTED_TABLE_RIGHTS) == 1)
		n->may &= x->dte[0];
	n->inner = *x;
	n->inner.asker = x;
	n->inner.request = &n->request;
	n->request = *x->request;
	apply(x, GVI_CLAUSE_NESTED_TRANSLATE);
}

enum verdict nest_table(struct nest *n, uint64_t gpa, bool write, uint64_t *spa)
{
	struct page page;

	*spa = gpa;
	if (!n->hosted)
		return GO_ON;
	cite(n->asker->m, GVI_CLAUSE_NESTED_TABLE_RIGHTS);
	n->request.access = write ? GVI_WRITE : GVI_READ;
	n->inner.want = write ? RIGHT_WRITE : RIGHT_READ;
	n->inner.either = false;
	n->inner.may = n->may;
	/* Its rules are told to listeners; the answer has them if it is refused. */
	n->inner.answer = &n->said;
	n->said.nclauses = 0;
	if (inner_walk(n, gpa, &page) == ENDED)
		return ENDED;
	*spa = page.spa;
	return GO_ON;
}

enum verdict nest_fetch(struct nest *n, enum gvi_format_id format, uint64_t spa, uint64_t *entry)
{
	enum gvi_bus bus = host_fetch(n->asker->m, format, spa, entry, 1);

	if (bus == GVI_BUS_OK)
		return GO_ON;
	apply(n->asker, GVI_CLAUSE_GUEST_FETCH_ERROR);
	return page_table_error(n->asker, spa, bus);
}

enum verdict nest_page(struct nest *n, uint64_t gpa, bool look, struct page *page)
{
	struct access *x = n->asker;

	if (!n->hosted)
		return without_host(n, gpa, page);
	n->request.access = x->request->access;
	n->inner.want = x->want;
	n->inner.either = x->either;
	n->inner.may = x->may;
	n->inner.answer = look ? &n->said : x->answer;
	n->said.nclauses = 0;
	if (look)
		return look_only(n, gpa, page);
	apply(x, GVI_CLAUSE_NESTED_PAGE);
	if (inner_walk(n, gpa, page) == ENDED)
		return ENDED;
	x->may = n->inner.may;
	return GO_ON;
}

/* Nobody sets A and D of host entries meanwhile. */
static enum verdict look_only(struct nest *n, uint64_t gpa, struct page *page)
{
	enum verdict v;

	n->inner.dte[0] &= ~mask_DTE_HAD(0);
	v = inner_walk(n, gpa, page);
	n->inner.dte[0] = n->asker->dte[0];
	return v;
}

static enum verdict inner_walk(struct nest *n, uint64_t gpa, struct page *page)
{
	n->request.address = gpa;
	if (lacks(&n->inner, n->inner.may) && device_denies(n))
		return page_fault(&n->inner, GVI_CLAUSE_FLOW_DEVICE_RIGHTS, FAULT_PR | FAULT_PE);
	if (host_walk(&n->inner, page) == GO_ON)
		return GO_ON;
	n->asker->racing = n->inner.racing;
	return ENDED;
}

/* Step 1 of the host walk, which other steps may precede. */
static bool device_denies(struct nest *n)
{
	struct access *x = &n->inner;

	if (host_surplus(x) && choose(x->m, GVI_CHOICE_SURPLUS_ORDER) == 1)
		return false;
	return choose(x->m, GVI_CHOICE_FAULT_ORDER) != 1;
}

/* [guest.no-host] */
static enum verdict without_host(struct nest *n, uint64_t gpa, struct page *page)
{
	struct access *x = n->asker;

	apply(x, GVI_CLAUSE_GUEST_NO_HOST);
	if (lacks(x, x->may))
		return page_fault(x, GVI_CLAUSE_FLOW_DEVICE_RIGHTS, FAULT_PR | FAULT_PE);
	*page = (struct page){.spa = gpa, .coherent = device_mode_0_coherent(x)};
	return GO_ON;
}
