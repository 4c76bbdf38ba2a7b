/* Nesting: docs/spec/03-guest-page-table.md section 6. */
#include "model/nest.h"

#include "model/device.h"
#include "model/fault.h"

/* Of a plain host walk: its begin, pointers and end. */
enum { MOST_RULES = 1 + 5 + 1 };

static void prepare(struct nest *n);
static bool follow_page(struct nest *n, uint64_t gpa, struct page *page);
static enum verdict inner_walk(struct nest *n, uint64_t gpa, struct page *page);
static bool device_denies(struct nest *n);
static enum verdict without_host(struct nest *n, uint64_t gpa, struct page *page);

void nest_begin(struct nest *n, struct access *x)
{
	n->asker = x;
	n->hosted = get_DTE_MODE(x->dte) != 0;
	if (!n->hosted)
		return;
	n->ready = false;
	host_tables_begin(&n->tables, x->m, x->dte);
	/* [nested.table-rights] The device's own rights limit the device. */
	n->may = RIGHT_READ | RIGHT_WRITE;
	if (n->may & ~x->dte[0] && choose(x->m, GVI_CHOICE_NESTED_TABLE_RIGHTS) == 1)
		n->may &= x->dte[0];
	n->plain = !x->m->watched && !get_DTE_HAD(x->dte) && !(n->tables.root & x->m->derived.beyond_pa) &&
		   n->may == (RIGHT_READ | RIGHT_WRITE);
	n->called = n->plain && x->m->near.read;
	apply(x, GVI_CLAUSE_NESTED_TRANSLATE);
}

bool nest_follow_windows(const struct nest *n, uint64_t gpa, uint64_t want,
			 struct nest_leaf *leaf)
{
	return n->plain && follow_tables(&n->tables, REACH_ALL, gpa, want, leaf);
}

/* ---- A guest table ------------------------------------------------------ */

enum verdict nest_table_with_care(struct nest *n, uint64_t gpa, bool write, uint64_t *spa)
{
	struct page page;

	prepare(n);
	cite(n->asker->m, GVI_CLAUSE_NESTED_TABLE_RIGHTS);
	n->request.access = write ? GVI_WRITE : GVI_READ;
	n->inner.want = write ? RIGHT_WRITE : RIGHT_READ;
	n->inner.either = false;
	n->inner.ats = NULL;
	n->inner.may = n->may;
	/* Its rules are told to listeners; the answer has them if it is refused. */
	n->inner.answer = &n->said;
	n->said.nclauses = 0;
	if (inner_walk(n, gpa, &page) == ENDED)
		return ENDED;
	*spa = page.spa;
	return GO_ON;
}

enum verdict nest_table_to_write(struct nest *n, uint64_t gpa, uint64_t *spa)
{
	return nest_table(n, gpa, true, spa);
}

enum verdict nest_fetch_failed(struct nest *n, uint64_t spa, enum gvi_bus bus)
{
	apply(n->asker, GVI_CLAUSE_GUEST_FETCH_ERROR);
	return page_table_error(n->asker, spa, bus);
}

static void prepare(struct nest *n)
{
	if (n->ready)
		return;
	n->inner = *n->asker;
	n->inner.asker = n->asker;
	n->inner.aside = true;
	n->inner.request = &n->request;
	n->request = *n->asker->request;
	n->ready = true;
}

/* ---- The page ----------------------------------------------------------- */

enum verdict nest_page(struct nest *n, uint64_t gpa, bool look, struct page *page)
{
	struct access *x = n->asker;

	if (!n->hosted)
		return without_host(n, gpa, page);
	if (!look)
		apply(x, GVI_CLAUSE_NESTED_PAGE);
	if (!look && follow_page(n, gpa, page))
		return GO_ON;
	prepare(n);
	n->request.access = x->request->access;
	n->inner.want = x->want;
	n->inner.either = x->either;
	n->inner.ats = x->ats;
	n->inner.may = x->may;
	n->inner.answer = look ? &n->said : x->answer;
	n->said.nclauses = 0;
	n->inner.looking = look;
	if (inner_walk(n, gpa, page) == ENDED)
		return ENDED;
	n->inner.looking = false;
	if (!look)
		x->may = n->inner.may;
	return GO_ON;
}

static bool follow_page(struct nest *n, uint64_t gpa, struct page *page)
{
	struct access *x = n->asker;
	struct nest_leaf leaf;

	if (x->either || x->want & ~x->may || x->answer->nclauses > GVI_MAX_CLAUSES - MOST_RULES ||
	    !nest_follow(n, gpa, x->want, &leaf))
		return false;
	record_pointers(x->answer, leaf.pointers);
	record(x->answer, GVI_CLAUSE_HOST_LEAF);
	x->may &= leaf.rights;
	page_of_entry(page, gpa, leaf.entry, leaf.low);
	return true;
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
