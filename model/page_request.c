/* Page requests of devices: docs/spec/11-ppr.md.  Steps are numbered as in its
 * section 3, which alone states their order; the log itself is in log.c. */
#include "model/page_request.h"

#include "model/device.h"
#include "model/fault.h"
#include "model/gcr3.h"
#include "model/log.h"
#include "model/response.h"

enum { INVALID_REQUEST = 1, RESPONSE_FAILURE = 15 };

/* The message as an access, for the device table and its events: posted, which is
 * why nobody is told of an abort, and neither read nor write. */
struct call {
	const struct gvi_page_request *asked;
	struct gvi_page_answer *answer;
	struct access x;
	struct gvi_request request;
	struct gvi_answer said;
	bool enable_later; /* PPREn is looked at after the entry */
};

static void decide(struct call *c);
static enum verdict enabled(struct call *c);
static enum verdict not_enabled(struct call *c);
static enum verdict find_entry(struct call *c);
static enum verdict may_ask(struct call *c);
static enum verdict check_pasid(struct call *c);
static enum verdict stop_marker(struct call *c);
static enum verdict form(struct call *c);
static enum verdict automatic(struct call *c);
static void append(struct call *c);

void page_request(struct gvi *m, const struct gvi_page_request *asked,
		  struct gvi_page_answer *answer)
{
	struct call c = {.asked = asked, .answer = answer};

	memset(answer, 0, sizeof *answer);
	answer->result = GVI_PAGE_REFUSED;
	c.request = (struct gvi_request){.address = asked->address,
					 .length = 1,
					 .pasid = asked->pasid,
					 .device = asked->device,
					 .access = GVI_WRITE,
					 .has_pasid = asked->has_pasid,
					 .execute = asked->execute,
					 .privileged = asked->privileged};
	c.x.m = m;
	c.x.request = &c.request;
	c.x.answer = &c.said;
	c.x.guest_pasid = asked->has_pasid;
	c.x.shown = SHOWN_EITHER;
	decide(&c);
	memcpy(answer->event, c.said.event, sizeof answer->event);
	answer->logging = c.said.logging;
	answer->nclauses = c.said.nclauses;
	memcpy(answer->clause, c.said.clause, sizeof answer->clause);
}

static void decide(struct call *c)
{
	/* Steps 1 and 2 */
	if (enabled(c) == ENDED)
		return;
	/* Steps 3 and 4 */
	if (find_entry(c) == ENDED)
		return;
	/* Step 5 */
	if (may_ask(c) == ENDED)
		return;
	/* Step 6 */
	if (check_pasid(c) == ENDED)
		return;
	/* Step 2, where it comes after the entry */
	if (c->enable_later && not_enabled(c) == ENDED)
		return;
	/* Step 7 */
	if (stop_marker(c) == ENDED)
		return;
	/* Step 8 */
	if (form(c) == ENDED)
		return;
	/* Step 9 */
	if (automatic(c) == ENDED)
		return;
	/* Steps 10 to 13 */
	append(c);
}

/* ---- Steps 1 and 2: whether page requests are taken at all --------------- */

static enum verdict end(struct call *c, enum gvi_clause clause, enum gvi_page_result result);
static enum verdict reject(struct call *c, enum gvi_clause clause);

static enum verdict enabled(struct call *c)
{
	struct gvi *m = c->x.m;
	const uint64_t *control = &m->reg[SLOT_CONTROL];

	/* Step 1 */
	if (!get_CONTROL_IOMMU_EN(control) || !has(m, GVI_FEATURE_PPRSUP))
		return end(c, GVI_CLAUSE_PPR_DISABLED, GVI_PAGE_DISCARDED);
	/* Step 2 */
	if (get_CONTROL_PPR_EN(control))
		return GO_ON;
	c->enable_later = choose(m, GVI_CHOICE_PPR_CHECK_ORDER) == 1;
	return c->enable_later ? GO_ON : not_enabled(c);
}

static enum verdict not_enabled(struct call *c)
{
	return reject(c, GVI_CLAUSE_PPR_NOT_ENABLED);
}

/* ---- Steps 3 to 5: the device table entry -------------------------------- */

static enum verdict fetch(struct call *c);
static enum verdict invalid_entry(struct call *c);
static enum verdict not_valid(struct call *c, enum gvi_clause clause);

static enum verdict find_entry(struct call *c)
{
	struct access *x = &c->x;
	bool on;

	/* Step 3 */
	if (fetch(c) == ENDED)
		return ENDED;
	/* Step 4 */
	if (!get_DTE_V(x->dte))
		return invalid_entry(c);
	on = get_DTE_I(x->dte) && get_DTE_TV(x->dte);
	if (device_plain(x->m, x->dte) ||
	    (!on && choose(x->m, GVI_CHOICE_REQUEST_ENTRY_ORDER) == 1) || device_check(x) == GO_ON)
		return GO_ON;
	apply(x, GVI_CLAUSE_PPR_ILLEGAL_ENTRY);
	return ENDED;
}

static enum verdict fetch(struct call *c)
{
	struct access *x = &c->x;

	if (!device_present(x->m, c->asked->device) &&
	    choose(x->m, GVI_CHOICE_PPR_OUT_OF_RANGE) == 0) {
		apply(x, GVI_CLAUSE_DEVICE_OUT_OF_RANGE);
		return reject(c, GVI_CLAUSE_PPR_ENTRY);
	}
	apply(x, GVI_CLAUSE_PPR_ENTRY);
	if (device_fetch(x) == ENDED)
		return ENDED;
	x->fetched = true;
	return GO_ON;
}

/* AMB-6.1: V=0 while SNP is on. */
static enum verdict invalid_entry(struct call *c)
{
	struct access *x = &c->x;

	if (x->m->config.snp && choose(x->m, GVI_CHOICE_SNP_INVALID_ENTRY) == 1)
		return illegal_entry(x, GVI_CLAUSE_PPR_INVALID, false);
	return not_valid(c, GVI_CLAUSE_PPR_INVALID);
}

/* V=0, or TV=0: AMB-11.9. */
static enum verdict not_valid(struct call *c, enum gvi_clause clause)
{
	if (choose(c->x.m, GVI_CHOICE_PPR_INVALID_ENTRY) == 1)
		return end(c, clause, GVI_PAGE_REFUSED);
	return reject(c, clause);
}

/* Without EPHEn there is no permission for each device. */
static enum verdict may_ask(struct call *c)
{
	struct access *x = &c->x;

	if (!get_DTE_I(x->dte))
		return reject(c, GVI_CLAUSE_PPR_DEVICE_OFF);
	if (!get_DTE_TV(x->dte))
		return not_valid(c, GVI_CLAUSE_PPR_DEVICE_OFF);
	if (has(x->m, GVI_FEATURE_EPHEN) && !get_DTE_PPR(x->dte))
		return reject(c, GVI_CLAUSE_PPR_DEVICE_OFF);
	return GO_ON;
}

/* ---- Steps 6 to 8: the request itself ------------------------------------ */

static bool is_stop_marker(const struct call *c);

static enum verdict check_pasid(struct call *c)
{
	struct access *x = &c->x;
	bool good;

	if (!c->asked->has_pasid)
		return GO_ON;
	if (device_guest(x))
		good = gcr3_covers(x->m, x->dte, c->asked->pasid);
	else
		good = choose(x->m, GVI_CHOICE_PPR_PASID_WITHOUT_GV) == 1 &&
		       gcr3_supports(x->m, c->asked->pasid);
	return good ? GO_ON : reject(c, GVI_CLAUSE_PPR_PASID);
}

static enum verdict stop_marker(struct call *c)
{
	if (!is_stop_marker(c))
		return GO_ON;
	if (get_CONTROL_BLK_STOP_MRK_EN(&c->x.m->reg[SLOT_CONTROL]))
		return end(c, GVI_CLAUSE_PPR_STOP_MARKER, GVI_PAGE_DISCARDED);
	apply(&c->x, GVI_CLAUSE_PPR_STOP_MARKER);
	return GO_ON;
}

static bool is_stop_marker(const struct call *c)
{
	const struct gvi_page_request *r = c->asked;

	return r->has_pasid && r->last && !r->read && !r->write;
}

static enum verdict form(struct call *c)
{
	struct access *x = &c->x;

	if (c->asked->malformed) {
		if (choose(x->m, GVI_CHOICE_PPR_MALFORMED) == 1)
			return reject(c, GVI_CLAUSE_PPR_MALFORMED);
		apply(x, GVI_CLAUSE_PPR_MALFORMED);
	}
	if (c->asked->has_pasid)
		return GO_ON;
	if (device_giov(x) && choose(x->m, GVI_CHOICE_PPR_GIOV) == 1)
		return reject(c, GVI_CLAUSE_PPR_WITHOUT_PASID);
	apply(x, GVI_CLAUSE_PPR_WITHOUT_PASID);
	return GO_ON;
}

/* ---- Step 9: automatic response ------------------------------------------ */

static bool is_automatic(struct call *c, bool room);
static bool masked(struct call *c);
static void answer_device(struct call *c, unsigned code);

static enum verdict automatic(struct call *c)
{
	struct gvi *m = c->x.m;
	bool room, b;

	if (!get_CONTROL_PPR_AUTO_RSP_EN(&m->reg[SLOT_CONTROL]))
		return GO_ON;
	room = log_takes_page_request(m);
	if (!is_automatic(c, room))
		return GO_ON;
	/* A full log overflows all the same, and takes nothing. */
	if (!room && get_STATUS_PPR_LOG_RUN(&m->reg[SLOT_STATUS]))
		(void)log_page_request(m, (const uint64_t[2]){0}, &b);
	(void)end(c, GVI_CLAUSE_PPR_AUTO_RESPONSE,
		  is_stop_marker(c) ? GVI_PAGE_DISCARDED : GVI_PAGE_ANSWERED);
	answer_device(c, (unsigned)get_PPR_LOG_AUTO_RSP_PPR_AUTO_RSP_CODE(
				 &m->reg[SLOT_PPR_LOG_AUTO_RSP]));
	return ENDED;
}

static bool is_automatic(struct call *c, bool room)
{
	struct gvi *m = c->x.m;

	if (masked(c))
		return false;
	return !room || (get_CONTROL_PPR_AUTO_RSP_AON(&m->reg[SLOT_CONTROL]) &&
			 choose(m, GVI_CHOICE_PPR_AUTO_ALWAYS) == 0);
}

/* AMB-11.4 */
static bool masked(struct call *c)
{
	struct gvi *m = c->x.m;

	if (!get_PPR_LOG_AUTO_RSP_PPR_AUTO_RSP_MASK_GN(&m->reg[SLOT_PPR_LOG_AUTO_RSP]))
		return false;
	switch (choose(m, GVI_CHOICE_PPR_AUTO_MASK_GN)) {
	case 1:
		return c->asked->has_pasid;
	case 2:
		return !c->asked->has_pasid;
	default:
		return false;
	}
}

/* ---- Steps 10 to 13: the log --------------------------------------------- */

static void describe(struct call *c, uint64_t entry[2]);

static void append(struct call *c)
{
	struct gvi *m = c->x.m;
	struct gvi_page_answer *a = c->answer;

	apply(&c->x, GVI_CLAUSE_PPR_RECORD);
	describe(c, a->entry);
	if (log_page_request(m, a->entry, &a->log_b) == GVI_LOGGED) {
		a->result = GVI_PAGE_LOGGED;
		return;
	}
	a->result = GVI_PAGE_LOST;
	if (choose(m, GVI_CHOICE_PPR_NO_ROOM) == 1)
		answer_device(c, RESPONSE_FAILURE);
}

/* ---- How requests end ---------------------------------------------------- */

static void invalid_request_event(struct call *c, bool rx);

static enum verdict end(struct call *c, enum gvi_clause clause, enum gvi_page_result result)
{
	apply(&c->x, clause);
	c->answer->result = (uint8_t)result;
	return ENDED;
}

/* [ppr.rejected] No answer is due to a stop marker. */
static enum verdict reject(struct call *c, enum gvi_clause clause)
{
	unsigned responder = 0;

	(void)end(c, clause, GVI_PAGE_REFUSED);
	apply(&c->x, GVI_CLAUSE_PPR_REJECTED);
	if (!is_stop_marker(c))
		responder = choose(c->x.m, GVI_CHOICE_PPR_RESPONDER);
	invalid_request_event(c, responder != 0 || is_stop_marker(c));
	if (responder)
		answer_device(c, responder == 1 ? INVALID_REQUEST : RESPONSE_FAILURE);
	return ENDED;
}

/* [event.invalid-ppr-request] GN stands elsewhere than in an entry. */
static void invalid_request_event(struct call *c, bool rx)
{
	const struct gvi_page_request *r = c->asked;
	uint64_t *e = c->said.event;

	apply(&c->x, GVI_CLAUSE_EVENT_INVALID_PPR_REQUEST);
	if (choose(c->x.m, GVI_CHOICE_PPR_EVENT_FLAGS) == 0) {
		describe(c, e);
		e[0] &= mask_INVALID_PPR_REQUEST_UNKNOWN_56(0) & ~mask_PAGE_SERVICE_REQUEST_GN(0);
	}
	set_INVALID_PPR_REQUEST_CODE(e, 9);
	set_INVALID_PPR_REQUEST_DEVICE_ID(e, r->device);
	set_INVALID_PPR_REQUEST_PASID(e, r->pasid);
	set_INVALID_PPR_REQUEST_PRG_INDEX(e, r->group);
	set_INVALID_PPR_REQUEST_L(e, r->last);
	set_INVALID_PPR_REQUEST_RX(e, rx);
	set_INVALID_PPR_REQUEST_GN(e, r->has_pasid);
	set_INVALID_PPR_REQUEST_ADDRESS(e, r->address);
	c->said.logging = (uint8_t)log_event(c->x.m, e);
}

/* One response answers the group; a stop marker is never answered. */
static void answer_device(struct call *c, unsigned code)
{
	const struct gvi_page_request *r = c->asked;
	uint64_t tag = 0;
	struct response response = {.device = r->device,
				    .pasid = r->pasid,
				    .guest = r->has_pasid,
				    .dte = c->x.fetched ? c->x.dte : NULL};

	if (!r->last || is_stop_marker(c))
		return;
	set_PRG_RESPONSE_PRG_INDEX(&tag, r->group);
	set_PRG_RESPONSE_RESPONSE(&tag, code);
	response.tag = (uint16_t)tag;
	apply(&c->x, GVI_CLAUSE_PPR_RESPONSE);
	respond(c->x.m, &response, &c->answer->response);
	c->answer->has_response = true;
}

/* ---- Section 1: the entry ------------------------------------------------ */

static bool is_user(struct call *c);

static void describe(struct call *c, uint64_t entry[2])
{
	const struct gvi_page_request *r = c->asked;

	entry[0] = entry[1] = 0;
	set_PAGE_SERVICE_REQUEST_CODE(entry, 1);
	set_PAGE_SERVICE_REQUEST_DEVICE_ID(entry, r->device);
	set_PAGE_SERVICE_REQUEST_PASID(entry, r->pasid);
	set_PAGE_SERVICE_REQUEST_PRG_INDEX(entry, r->group);
	set_PAGE_SERVICE_REQUEST_L(entry, r->last);
	set_PAGE_SERVICE_REQUEST_EX(entry, r->execute);
	set_PAGE_SERVICE_REQUEST_RD(entry, r->read);
	set_PAGE_SERVICE_REQUEST_WR(entry, r->write);
	set_PAGE_SERVICE_REQUEST_US(entry, is_user(c));
	set_PAGE_SERVICE_REQUEST_RZ(entry, r->malformed);
	set_PAGE_SERVICE_REQUEST_GN(entry, r->has_pasid);
	set_PAGE_SERVICE_REQUEST_ADDRESS(entry, r->address);
}

/* [ppr.record] The prefix says who asks; without it nobody does. */
static bool is_user(struct call *c)
{
	if (c->asked->has_pasid)
		return !c->asked->privileged;
	return choose(c->x.m, GVI_CHOICE_PPR_US_WITHOUT_PASID) == 1;
}
