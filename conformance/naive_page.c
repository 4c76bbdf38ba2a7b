/* The slow twin, page requests: 11 sections 3 and 4, whose steps are numbered here,
 * and the two PPR logs, 07 sections 14 to 17 and 10 section 7. */
#include "conformance/naive_way.h"

#include <string.h>

/* A page request on its way. */
struct page {
	const struct gvi_page_request *q;
	struct naive_page_answer *answer;
	struct gvi_request shown;   /* as events tell of it */
	struct naive_answer events; /* what became of the event */
	struct way way;
};

enum taking { TAKEN, STOPPED, FULL, FAILED };

static void steps(struct page *p);
static bool find_device(struct page *p);
static bool allowed(struct page *p);
static bool stop_marker(const struct page *p);
static bool automatic(const struct page *p);
static void reject(struct page *p);
static void log_request(struct page *p);
static enum taking append(struct naive *n, const uint64_t *entry);
static void respond(struct page *p, unsigned code);

static bool choice(const struct page *p, enum gvi_choice id)
{
	return habit(&p->way, id) == 1;
}

/* EPHEn, which needs EPHSup. */
static bool enhanced(const struct naive *n)
{
	return bit(n->efr, 50) && bit(n->control, 45);
}

/* ---- The order of section 3 -------------------------------------------------------- */

void naive_page_request(struct naive *n, const struct gvi_page_request *request,
			struct naive_page_answer *answer)
{
	struct page p = {.q = request, .answer = answer};
	struct way *w = &p.way;

	memset(answer, 0, sizeof *answer);
	n->nraised = 0;
	p.shown = (struct gvi_request){.address = request->address,
				       .length = 1,
				       .pasid = request->pasid,
				       .device = request->device,
				       .access = GVI_READ,
				       .has_pasid = request->has_pasid,
				       .execute = request->execute,
				       .privileged = request->privileged};
	p.events.mask[0] = p.events.mask[1] = UINT64_MAX;
	w->n = n;
	w->r = &p.shown;
	w->a = &p.events;
	w->page = true;
	answer->result = GVI_PAGE_REFUSED;
	steps(&p);
	memcpy(answer->event, p.events.event, sizeof answer->event);
	memcpy(answer->mask, p.events.mask, sizeof answer->mask);
	answer->logging = p.events.logging;
	answer->captured = p.events.captured;
}

static void steps(struct page *p)
{
	const struct naive *n = p->way.n;
	bool enabled = bit(n->control, 15), early = !choice(p, GVI_CHOICE_PPR_CHECK_ORDER);

	if (!bit(n->control, 0) || !bit(n->efr, 1)) { /* step 1 */
		p->answer->result = GVI_PAGE_DISCARDED;
		return;
	}
	if (!enabled && early) { /* step 2 */
		reject(p);
		return;
	}
	if (!find_device(p)) /* steps 3 to 5 */
		return;
	if (!enabled || !allowed(p)) { /* AMB-11.2; step 6 */
		reject(p);
		return;
	}
	if (stop_marker(p) && bit(n->control, 41)) { /* step 7 */
		p->answer->result = GVI_PAGE_DISCARDED;
		return;
	}
	if (p->q->malformed && choice(p, GVI_CHOICE_PPR_MALFORMED)) /* step 8 */
		reject(p);
	else
		log_request(p);
}

/* ---- Steps 3 to 5 -------------------------------------------------------------------- */

/* V=0 or TV=0: AMB-11.9. */
static void invalid(struct page *p)
{
	if (!choice(p, GVI_CHOICE_PPR_INVALID_ENTRY))
		reject(p);
}

/* AMB-4.15. */
static bool illegal(struct page *p)
{
	struct way *w = &p->way;
	bool off = !bit(w->dte[1], 32) || !bit(w->dte[0], 1);

	if (off && choice(p, GVI_CHOICE_REQUEST_ENTRY_ORDER))
		return false;
	return naive_illegal_entry(w);
}

/* False when the request ends here. */
static bool find_device(struct page *p)
{
	struct way *w = &p->way;

	if (!naive_in_table(w) && !choice(p, GVI_CHOICE_PPR_OUT_OF_RANGE)) {
		reject(p);
		return false;
	}
	if (!naive_fetch_device(w)) /* with the event of a memory request, or of the error */
		return false;
	if (!bit(w->dte[0], 0)) { /* step 4 */
		if (!naive_snp_invalid(w))
			invalid(p);
		return false;
	}
	if (illegal(p))
		return false;
	if (!bit(w->dte[1], 32)) /* step 5 */
		reject(p);
	else if (!bit(w->dte[0], 1))
		invalid(p);
	else if (enhanced(w->n) && !bit(w->dte[0], 52))
		reject(p);
	else
		return true;
	return false;
}

/* ---- Steps 6 and 7 --------------------------------------------------------------------- */

static bool allowed(struct page *p)
{
	const struct way *w = &p->way;

	if (!p->q->has_pasid)
		return !(naive_gv(w) && naive_giov(w) && choice(p, GVI_CHOICE_PPR_GIOV));
	if (!naive_gv(w) && !choice(p, GVI_CHOICE_PPR_PASID_WITHOUT_GV))
		return false;
	if (!naive_gv(w)) /* and no GLX */
		return p->q->pasid >> (bits(w->n->efr, 36, 32) + 1) == 0;
	return naive_pasid_in_range(w);
}

static bool stop_marker(const struct page *p)
{
	return p->q->has_pasid && p->q->last && !p->q->read && !p->q->write;
}

/* ---- The record: section 1, 10 section 3 9h ------------------------------------------------ */

/* What entry and event have in common: all but flags. */
static uint64_t who(const struct page *p)
{
	uint64_t pasid = p->q->has_pasid ? p->q->pasid : 0;

	return p->q->device | bits(pasid, 15, 0) << 16 | (uint64_t)p->q->group << 32 |
	       (uint64_t)p->q->last << 41 | bits(pasid, 19, 16) << 42;
}

/* EX, RD, WR, US, RZ. */
static uint64_t flags(const struct page *p)
{
	const struct gvi_page_request *q = p->q;
	bool user = !q->privileged;

	if (!q->has_pasid)
		user = choice(p, GVI_CHOICE_PPR_US_WITHOUT_PASID);
	return (uint64_t)(q->has_pasid && q->execute) << 49 | (uint64_t)q->read << 50 |
	       (uint64_t)q->write << 53 | (uint64_t)user << 54 | (uint64_t)q->malformed << 55;
}

/* Step 2: INVALID_PPR_REQUEST, and who answers. */
static void reject(struct page *p)
{
	unsigned responder = habit(&p->way, GVI_CHOICE_PPR_RESPONDER);
	uint64_t rx = responder != 0 || stop_marker(p);
	uint64_t *event = p->events.event;

	event[0] = who(p) | rx << 48 | (uint64_t)p->q->has_pasid << 57 | UINT64_C(9) << 60;
	if (!choice(p, GVI_CHOICE_PPR_EVENT_FLAGS))
		event[0] |= flags(p);
	event[1] = p->q->address;
	naive_report(&p->way);
	if (responder != 0)
		respond(p, responder == 1 ? 1 : 15);
}

/* ---- Steps 9 to 13 --------------------------------------------------------------------------- */

static uint32_t ring_size(const struct naive *n, unsigned log)
{
	return UINT32_C(16) << bits(n->ppr_base[log], 59, 56);
}

static bool has_room(const struct naive *n, unsigned log)
{
	return (n->ppr_tail[log] + 16) % ring_size(n, log) != n->ppr_head[log];
}

/* DualPprLogEn; what is reserved or not there works like 0: AMB-7.11. */
static unsigned dual(const struct naive *n, uint64_t control)
{
	unsigned mode = (unsigned)bits(control, 31, 30), sup = (unsigned)bits(n->efr, 25, 24);

	return mode > 2 || mode > sup ? 0 : mode;
}

/* AMB-10.16: the other log takes over. */
static bool can_swap(const struct naive *n)
{
	unsigned other = !n->ppr_active;

	if (dual(n, n->control) != 2 || !has_room(n, other))
		return false;
	return n->habit[GVI_CHOICE_DUAL_SWAP_BACK] == 0 || !n->ppr_overflow[other];
}

/* A status bit rises, and with its enable interrupts: 07 section 16. */
static void rise(struct naive *n, bool *status, bool enable, enum gvi_source source)
{
	if (!*status && enable && n->nraised < NAIVE_RAISED)
		n->raised[n->nraised++] = source;
	*status = true;
}

static void overflow(struct naive *n, unsigned log)
{
	rise(n, &n->ppr_overflow[log], bit(n->control, 14),
	     log ? GVI_SOURCE_PPR_OVERFLOW_B : GVI_SOURCE_PPR_OVERFLOW);
}

static void swap(struct naive *n)
{
	overflow(n, n->ppr_active);
	n->ppr_active = !n->ppr_active;
}

/* Step 11. */
static void no_room(struct naive *n)
{
	overflow(n, n->ppr_active);
	if (dual(n, n->control) == 2 && n->habit[GVI_CHOICE_DUAL_BOTH_FULL] == 1)
		overflow(n, !n->ppr_active);
	n->ppr_run = false;
}

/* Step 13, AMB-11.3. */
static void early(struct naive *n, unsigned log)
{
	uint64_t r = n->ppr_early_at[log], threshold = bits(r, 14, 0);
	uint32_t size = ring_size(n, log);
	uint32_t occupied = (n->ppr_tail[log] + size - n->ppr_head[log]) % size / 16;
	uint32_t left = size / 16 - 1 - occupied; /* one slot is never used */
	const bool reached[4] = {occupied >= threshold, occupied > threshold, left <= threshold,
				 left < threshold};

	if (bit(r, 31) && reached[n->habit[GVI_CHOICE_PPR_EARLY]])
		rise(n, &n->ppr_early[log], bit(r, 30),
		     log ? GVI_SOURCE_PPR_EARLY_B : GVI_SOURCE_PPR_EARLY);
}

static enum taking append(struct naive *n, const uint64_t *entry)
{
	uint8_t bytes[16];
	unsigned log;

	if (!n->ppr_run) /* step 10 */
		return STOPPED;
	if (!has_room(n, n->ppr_active)) {
		if (!can_swap(n)) {
			no_room(n);
			return FULL;
		}
		swap(n);
	}
	log = n->ppr_active;
	for (unsigned i = 0; i < 16; i++)
		bytes[i] = (uint8_t)(entry[i / 8] >> 8 * (i % 8));
	if (n->memory.write(n->memory.user, (n->ppr_base[log] & ones(51, 12)) + n->ppr_tail[log],
			    bytes, 16))
		return FAILED;
	n->ppr_tail[log] = (n->ppr_tail[log] + 16) % ring_size(n, log); /* step 12 */
	n->ppr_last = log;
	rise(n, &n->ppr_int, bit(n->control, 14), GVI_SOURCE_PPR_INT);
	early(n, log);
	if (n->habit[GVI_CHOICE_DUAL_SWAP_WHEN] == 1 && !has_room(n, log) && can_swap(n))
		swap(n);
	return TAKEN;
}

/* Step 9. */
static bool automatic(const struct page *p)
{
	const struct naive *n = p->way.n;
	unsigned mask = bit(n->ppr_auto, 4) ? habit(&p->way, GVI_CHOICE_PPR_AUTO_MASK_GN) : 0;

	if (!bit(n->control, 39) || (mask == 1 && p->q->has_pasid) ||
	    (mask == 2 && !p->q->has_pasid))
		return false;
	if (bit(n->control, 42) && !choice(p, GVI_CHOICE_PPR_AUTO_ALWAYS))
		return true;
	return !n->ppr_run || (!has_room(n, n->ppr_active) && !can_swap(n));
}

static void log_request(struct page *p)
{
	struct naive *n = p->way.n;
	uint64_t entry[2] = {who(p) | flags(p) | (uint64_t)p->q->has_pasid << 56 |
				     UINT64_C(1) << 60,
			     p->q->address};

	if (automatic(p)) {
		if (n->ppr_run && !has_room(n, n->ppr_active) && !can_swap(n))
			no_room(n);
		p->answer->result = stop_marker(p) ? GVI_PAGE_DISCARDED : GVI_PAGE_ANSWERED;
		respond(p, (unsigned)bits(n->ppr_auto, 3, 0));
		return;
	}
	memcpy(p->answer->entry, entry, sizeof entry);
	if (append(n, entry) == TAKEN) {
		p->answer->result = GVI_PAGE_LOGGED;
		p->answer->log_b = n->ppr_last != 0;
		return;
	}
	p->answer->result = GVI_PAGE_LOST;
	if (choice(p, GVI_CHOICE_PPR_NO_ROOM))
		respond(p, 15);
}

/* ---- Responses: section 4 -------------------------------------------------------------------- */

/* 09 section 2 07h, AMB-9.11; the entry is read for it if it was not. */
static bool prefix(struct way *w, bool gn)
{
	unsigned how = habit(w, GVI_CHOICE_PPR_RESPONSE_PREFIX);
	bool gprp = habit(w, GVI_CHOICE_PPR_RESPONSE_ENTRY) == 1;

	if (how == 1 || (how == 0 && (!gn || !enhanced(w->n))))
		return gn;
	if ((w->has_dte || naive_peek_device(w)) && bit(w->dte[0], 0))
		gprp = bit(w->dte[0], 53);
	return gprp;
}

static void make_response(struct gvi_message *m, struct way *w, unsigned data, bool gn)
{
	memset(m, 0, sizeof *m);
	m->kind = GVI_MESSAGE_RESPONSE;
	m->device = w->r->device;
	m->data = data;
	m->has_pasid = prefix(w, gn);
	if (m->has_pasid)
		m->pasid = w->r->pasid;
}

static void respond(struct page *p, unsigned code)
{
	if (!p->q->last || stop_marker(p))
		return;
	p->answer->has_response = true;
	make_response(&p->answer->response, &p->way, p->q->group | code << 12, p->q->has_pasid);
}

void naive_complete_request(struct naive *n, const uint64_t *command, struct gvi_message *response)
{
	struct naive_answer answer = {.result = GVI_GRANT};
	struct gvi_request shown = {.device = (uint16_t)bits(command[0], 15, 0),
				    .pasid = (uint32_t)bits(command[0], 51, 32)};
	struct way w = {.n = n, .r = &shown, .a = &answer, .page = true};

	n->nraised = 0;
	make_response(response, &w, (unsigned)bits(command[1], 47, 32), bit(command[1], 2));
}

/* ---- Control: 07 section 17 --------------------------------------------------------------------
 */

static bool wants_to_run(const struct naive *n, uint64_t control)
{
	bool needs_both = n->habit[GVI_CHOICE_PPR_RUN] == 1;

	return bit(control, 0) && bit(control, 13) && (!needs_both || bit(control, 15));
}

/* AMB-10.16: who is active after a write of DualPprLogEn. */
static unsigned next_active(const struct naive *n, uint64_t control)
{
	switch (dual(n, control)) {
	case 0:
		return 0;
	case 1:
		return 1;
	default:
		if (dual(n, n->control) == 1 && n->habit[GVI_CHOICE_DUAL_AUTOMATIC] == 1)
			return 0;
		return n->ppr_active;
	}
}

/* AMB-7.18: an enable is set while its status bits are. */
static void raise_again(struct naive *n)
{
	if (n->ppr_int)
		n->raised[n->nraised++] = GVI_SOURCE_PPR_INT;
	if (n->ppr_overflow[0])
		n->raised[n->nraised++] = GVI_SOURCE_PPR_OVERFLOW;
	if (n->ppr_overflow[1])
		n->raised[n->nraised++] = GVI_SOURCE_PPR_OVERFLOW_B;
}

void naive_page_control(struct naive *n, uint64_t control)
{
	bool was = wants_to_run(n, n->control), is = wants_to_run(n, control);
	unsigned active = next_active(n, control), turned = active != n->ppr_active;

	n->nraised = 0;
	n->ppr_active = active;
	if (is && !was) {
		if (n->habit[GVI_CHOICE_OTHER_LOG_EDGE] == 0) {
			n->ppr_overflow[active] = false;
			if (n->habit[GVI_CHOICE_DUAL_EDGE] == 0)
				n->ppr_overflow[!active] = false;
		}
		n->ppr_waits = n->ppr_overflow[active];
		n->ppr_run = !n->ppr_waits;
	} else if (is && !n->ppr_run && turned) { /* AMB-10.16 */
		n->ppr_run = n->habit[GVI_CHOICE_DUAL_SOFTWARE_SWAP] == 1;
	} else if (is && !n->ppr_run && !n->ppr_overflow[active]) { /* AMB-7.3 */
		n->ppr_run = n->habit[GVI_CHOICE_EVENT_RESTART] == 1;
	}
	if (!is)
		n->ppr_run = n->ppr_waits = false;
	if (turned && n->ppr_overflow[active] && n->habit[GVI_CHOICE_DUAL_SWAP_BACK] == 1)
		n->ppr_run = false; /* AMB-10.16: it cannot take over */
	if (bit(control, 14) && !bit(n->control, 14) &&
	    n->habit[GVI_CHOICE_ENABLE_WHILE_STATUS] == 0)
		raise_again(n);
	n->control = control;
}

void naive_page_cleared(struct naive *n)
{
	if (n->ppr_waits && !n->ppr_overflow[n->ppr_active]) {
		n->ppr_run = true;
		n->ppr_waits = false;
	}
}
