/* The same request in the real IOMMU and in the guest's: what the guest's says, with the
 * map of its memory applied, is what the real one must say. */
#include "conformance/unit/hypervisor_world.h"

enum { MAX_UPDATES = 64 };

/* A trial of the virtual IOMMU that remembers which table words it would change. */
struct reference {
	struct hv_guest *guest;
	struct gvi_host trial;
	struct {
		uint64_t spa, value;
	} update[MAX_UPDATES];
	unsigned nupdates;
};

/* Where the logs of guests were before a request, and what the host had kept. */
struct before {
	uint64_t events[WORLD_GUESTS], pages[WORLD_GUESTS];
	unsigned kept;
};

static void refer(struct world *w, struct hv_guest *guest, struct reference *r);
static struct before look(struct world *w);
static void expect_log(struct world *w, const struct before *b, const struct hv_guest *guest,
		       const uint64_t *event, const uint64_t *page);
static void expect_updates(struct world *w, const struct reference *r, bool exactly);

/* ---- Accesses --------------------------------------------------------------------------- */

static void random_request(struct world *w, const struct driver *d, struct gvi_request *r);
static void compare_grant(struct world *w, const struct gvi_request *request,
			  const struct hv_guest *guest, const struct gvi_answer *own,
			  const struct gvi_answer *real);
static bool is_table_error(const struct gvi_answer *a);

void compare_access(struct world *w)
{
	const struct driver *d = &w->driver[pick(w, WORLD_GUESTS * WORLD_DEVICES)];
	struct before b = look(w);
	struct gvi_request request;
	struct gvi_answer own, real;
	struct reference r;
	bool stays = false;

	random_request(w, d, &request);
	refer(w, d->guest, &r);
	REQUIRE(gvi_translate(w->reference, &request, &own) == GVI_OK);
	request.device = d->real;
	REQUIRE(gvi_translate(w->hv.unit, &request, &real) == GVI_OK);
	about(w, d, "access", &request, (const uint64_t[2]){own.event[0], real.event[0]});
	if (own.result == GVI_GRANT) {
		compare_grant(w, &request, d->guest, &own, &real);
		expect_updates(w, &r, real.result == GVI_GRANT);
		stays = real.result != GVI_GRANT;
	} else {
		EXPECT(w, real.result == own.result && real.completion == own.completion);
		expect_updates(w, &r, false);
		stays = is_table_error(&own);
		w->refusals++;
	}
	hv_poll(&w->hv);
	EXPECT(w, w->hv.nkept == b.kept + stays);
	expect_log(w, &b, d->guest, own.logging == GVI_LOGGED && !stays ? own.event : NULL, NULL);
	w->host_faults += stays;
}

static bool is_table_error(const struct gvi_answer *a)
{
	return gvi_get(GVI_PAGE_TAB_HARDWARE_ERROR_CODE, a->event) == 4;
}

static unsigned needs(const struct gvi_request *r)
{
	switch (r->access) {
	case GVI_READ:
		return MAP_READ;
	case GVI_ATOMIC:
		return MAP_READ | MAP_WRITE;
	default:
		return MAP_WRITE;
	}
}

static void compare_grant(struct world *w, const struct gvi_request *request,
			  const struct hv_guest *guest, const struct gvi_answer *own,
			  const struct gvi_answer *real)
{
	const struct gpa_page *page = map_find(&guest->map, own->address);

	if (!page || needs(request) & ~page->rights) {
		EXPECT(w, real->result == GVI_ABORT);
		return;
	}
	w->grants++;
	EXPECT(w, real->result == GVI_GRANT);
	EXPECT(w, real->address == map_spa(page, own->address));
	EXPECT(w, real->size == (own->size && own->size < page->size ? own->size : page->size));
	EXPECT(w, real->read == (own->read && page->rights & MAP_READ));
	EXPECT(w, real->write == (own->write && page->rights & MAP_WRITE));
}

static uint64_t random_address(struct world *w, const struct process *p);

static void random_request(struct world *w, const struct driver *d, struct gvi_request *r)
{
	const struct process *p = &d->process[pick(w, WORLD_PASIDS)];

	*r = (struct gvi_request){.device = d->virtual,
				  .length = 4,
				  .access = (uint8_t)pick(w, 4),
				  .has_pasid = !chance(w, 4)};
	if (r->has_pasid) {
		r->pasid = chance(w, 12) ? (uint32_t)(draw(w) & 0xfffff) : p->pasid;
		r->execute = chance(w, 4);
		r->privileged = chance(w, 3);
	}
	r->address = random_address(w, r->has_pasid ? p : d->process);
	if (r->access == GVI_READ && chance(w, 8))
		r->length = 0;
	/* In records it looks like a write, which this device may do. */
	if (r->access == GVI_ATOMIC && !gvi_get(GVI_DTE_IR, d->dte))
		r->access = GVI_WRITE;
}

static uint64_t random_address(struct world *w, const struct process *p)
{
	uint64_t low = draw(w) & 0xffc;

	switch (pick(w, 8)) {
	case 0:
		return GUEST_TABLES + (draw(w) & 0x1ff000) + low;
	case 1:
		return UINT64_C(1) << pick(w, 64) | low;
	case 2:
		return UINT64_C(0xfee00000) | low;
	case 3:
		return GUEST_LARGE * (1 + pick(w, 3)) + (draw(w) & 0x1ff000) + low;
	default:
		return p->page[pick(w, p->npages)].gva + low;
	}
}

/* ---- Translations -------------------------------------------------------------------------- */

static void random_translation(struct world *w, const struct driver *d, struct gvi_ats_request *r);
static void compare_completion(struct world *w, const struct hv_guest *guest, uint64_t address,
			       uint64_t own, uint64_t real);
static void compare_completions(struct world *w, const struct hv_guest *guest,
				const struct gvi_ats_request *request,
				const struct gvi_ats_answer *own,
				const struct gvi_ats_answer *real);

void compare_translations(struct world *w)
{
	const struct driver *d = &w->driver[pick(w, WORLD_GUESTS * WORLD_DEVICES)];
	struct before b = look(w);
	struct gvi_ats_request request;
	struct gvi_ats_answer own, real;
	struct reference r;
	bool table_error, illegal;

	random_translation(w, d, &request);
	refer(w, d->guest, &r);
	REQUIRE(gvi_ats_translate(w->reference, &request, &own) == GVI_OK);
	request.device = d->real;
	REQUIRE(gvi_ats_translate(w->hv.unit, &request, &real) == GVI_OK);
	expect_updates(w, &r, false);
	table_error = gvi_get(GVI_PAGE_TAB_HARDWARE_ERROR_CODE, own.event) == 4;
	/* A table in a hole is an error of memory for the guest's IOMMU, and a missing right
	 * for the real one. */
	EXPECT(w, real.result == own.result || (table_error && real.result == GVI_GRANT));
	/* The host's entry of a device whose entry is illegal is a legal one that refuses. */
	illegal = gvi_get(GVI_ILLEGAL_DEV_TABLE_ENTRY_CODE, own.event) == 1;
	EXPECT(w, real.completion == own.completion || table_error || illegal);
	compare_completions(w, d->guest, &request, &own, &real);
	hv_poll(&w->hv);
	EXPECT(w, w->hv.nkept == b.kept);
	expect_log(w, &b, d->guest, own.logging == GVI_LOGGED && !table_error ? own.event : NULL,
		   NULL);
}

static void compare_completions(struct world *w, const struct hv_guest *guest,
				const struct gvi_ats_request *request,
				const struct gvi_ats_answer *own, const struct gvi_ats_answer *real)
{
	EXPECT(w, real->count >= own->count);
	for (unsigned i = 0; i < own->count && i < real->count; i++)
		compare_completion(w, guest, request->address + ((uint64_t)i << request->unit_log2),
				   own->translation[i], real->translation[i]);
	/* A page that the host forbids to write takes no D, hence no write to its table. */
	if (real->count > own->count)
		EXPECT(w, !gvi_get(GVI_ATS_COMPLETION_W, &real->translation[own->count]));
}

static void random_translation(struct world *w, const struct driver *d, struct gvi_ats_request *r)
{
	struct gvi_request like;

	random_request(w, d, &like);
	about(w, d, "ATS", &like, (const uint64_t[2]){0, 0});
	*r = (struct gvi_ats_request){.address = like.address & ~UINT64_C(0xfff),
				      .pasid = like.pasid,
				      .device = like.device,
				      .count = (uint8_t)(chance(w, 2) ? 1 : 1 + pick(w, 4)),
				      .unit_log2 = 12,
				      .has_pasid = like.has_pasid,
				      .execute = like.execute,
				      .privileged = like.privileged,
				      .no_write = chance(w, 3)};
}

static uint64_t completion_size(uint64_t c);

static void compare_completion(struct world *w, const struct hv_guest *guest, uint64_t address,
			       uint64_t own, uint64_t real)
{
	uint64_t gpa = gvi_get(GVI_ATS_COMPLETION_ADDRESS, &own) & ~(completion_size(own) - 1);
	uint64_t spa = gvi_get(GVI_ATS_COMPLETION_ADDRESS, &real) & ~(completion_size(real) - 1);
	const struct gpa_page *page;
	bool read, write;

	gpa |= address & (completion_size(own) - 1);
	page = own & 3 ? map_find(&guest->map, gpa) : NULL;
	read = page && page->rights & MAP_READ && gvi_get(GVI_ATS_COMPLETION_R, &own);
	write = page && page->rights & MAP_WRITE && gvi_get(GVI_ATS_COMPLETION_W, &own);
	EXPECT(w, gvi_get(GVI_ATS_COMPLETION_R, &real) == read);
	EXPECT(w, gvi_get(GVI_ATS_COMPLETION_W, &real) == write);
	if (!read && !write)
		return;
	w->completions++;
	EXPECT(w, (spa | (address & (completion_size(real) - 1))) == map_spa(page, gpa));
	EXPECT(w, completion_size(real) <= page->size);
	EXPECT(w, gvi_get(GVI_ATS_COMPLETION_EXE, &real) == gvi_get(GVI_ATS_COMPLETION_EXE, &own));
	EXPECT(w,
	       gvi_get(GVI_ATS_COMPLETION_PRIV, &real) == gvi_get(GVI_ATS_COMPLETION_PRIV, &own));
	EXPECT(w, gvi_get(GVI_ATS_COMPLETION_GLOBAL, &real) ==
			  gvi_get(GVI_ATS_COMPLETION_GLOBAL, &own));
}

/* docs/spec/02 section 3: by the lowest 0 of the address. */
static uint64_t completion_size(uint64_t c)
{
	uint64_t size = 0x1000;

	if (!gvi_get(GVI_ATS_COMPLETION_S, &c))
		return size;
	while (c & size)
		size <<= 1;
	return size << 1;
}

/* Such addresses are believed: both pass them on as they are, or both refuse. */
void compare_translated(struct world *w)
{
	const struct driver *d = &w->driver[pick(w, WORLD_GUESTS * WORLD_DEVICES)];
	struct before b = look(w);
	struct gvi_request request;
	struct gvi_answer own, real;
	struct reference r;

	random_request(w, d, &request);
	request.translated = true;
	/* The record of the host does not say which it was. */
	request.access = GVI_READ;
	refer(w, d->guest, &r);
	REQUIRE(gvi_translate(w->reference, &request, &own) == GVI_OK);
	request.device = d->real;
	REQUIRE(gvi_translate(w->hv.unit, &request, &real) == GVI_OK);
	about(w, d, "translated", &request, (const uint64_t[2]){own.event[0], real.event[0]});
	EXPECT(w, real.result == own.result && real.address == own.address);
	hv_poll(&w->hv);
	EXPECT(w, w->hv.nkept == b.kept);
	expect_log(w, &b, d->guest, own.logging == GVI_LOGGED ? own.event : NULL, NULL);
}

/* ---- Page requests --------------------------------------------------------------------------- */

static void random_page(struct world *w, const struct driver *d, struct gvi_page_request *r);
static void compare_response(struct world *w, const struct driver *d,
			     const struct gvi_message *own);
static void answer(struct world *w, const struct driver *d, const struct gvi_page_request *r);

void compare_page_request(struct world *w)
{
	const struct driver *d = &w->driver[pick(w, WORLD_GUESTS * WORLD_DEVICES)];
	struct before b = look(w);
	struct gvi_page_request request;
	struct gvi_page_answer own, real;
	struct reference r;

	random_page(w, d, &request);
	refer(w, d->guest, &r);
	REQUIRE(gvi_page_request(w->reference, &request, &own) == GVI_OK);
	request.device = d->real;
	REQUIRE(gvi_page_request(w->hv.unit, &request, &real) == GVI_OK);
	/* The real one rejects nothing that the guest's takes. */
	EXPECT(w, own.result != GVI_PAGE_LOGGED || real.result == GVI_PAGE_LOGGED);
	w->nsent = 0;
	hv_poll(&w->hv);
	EXPECT(w, w->hv.nkept == b.kept);
	expect_log(w, &b, d->guest, own.logging == GVI_LOGGED ? own.event : NULL,
		   own.result == GVI_PAGE_LOGGED ? own.entry : NULL);
	if (own.has_response)
		compare_response(w, d, &own.response);
	else
		EXPECT(w, w->nsent == 0);
	if (own.result == GVI_PAGE_LOGGED || own.result == GVI_PAGE_REFUSED)
		answer(w, d, &request);
	w->pages += own.result == GVI_PAGE_LOGGED;
}

static void random_page(struct world *w, const struct driver *d, struct gvi_page_request *r)
{
	struct gvi_request like;

	random_request(w, d, &like);
	about(w, d, "page request", &like, (const uint64_t[2]){0, 0});
	*r = (struct gvi_page_request){.address = like.address & ~UINT64_C(0xfff),
				       .pasid = like.pasid,
				       .device = like.device,
				       .group = (uint16_t)pick(w, 256),
				       .read = chance(w, 2),
				       .write = chance(w, 2),
				       .last = chance(w, 2),
				       .has_pasid = like.has_pasid,
				       .execute = like.execute,
				       .privileged = like.privileged,
				       .malformed = chance(w, 16)};
}

/* The device got what the guest's IOMMU would have sent it. */
static void compare_response(struct world *w, const struct driver *d, const struct gvi_message *own)
{
	const struct gvi_message *real = &w->sent[0];

	EXPECT(w, w->nsent == 1);
	if (w->nsent != 1)
		return;
	EXPECT(w, real->kind == GVI_MESSAGE_RESPONSE && real->device == d->real);
	EXPECT(w, real->data == own->data);
	EXPECT(w, real->has_pasid == own->has_pasid && real->pasid == own->pasid);
}

/* What a driver does. */
static void answer(struct world *w, const struct driver *d, const struct gvi_page_request *r)
{
	uint64_t raw[2];

	gvi_blank(GVI_FORMAT_COMPLETE_PPR_REQUEST, raw);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_DEVICE_ID, raw, d->virtual);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_PASID, raw, r->pasid);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_GN, raw, r->has_pasid);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_COMPLETION_TAG, raw, r->group | pick(w, 2) << 12);
	d->guest->response = (struct gvi_message){0};
	w->nsent = 0;
	guest_command(w, d->guest, raw);
	compare_response(w, d, &d->guest->response);
	w->nsent = 0;
}

/* ---- Logs --------------------------------------------------------------------------------------
 */

static struct before look(struct world *w)
{
	struct before b = {.kept = w->hv.nkept};

	for (unsigned g = 0; g < WORLD_GUESTS; g++) {
		b.events[g] = hv_mmio_read(w->hv.guest[g], GVI_REGISTER_EVENT_LOG_TAIL);
		b.pages[g] = hv_mmio_read(w->hv.guest[g], GVI_REGISTER_PPR_LOG_TAIL);
	}
	return b;
}

static void expect_entry(struct world *w, struct hv_guest *guest, enum gvi_register_id tail,
			 uint64_t at, const uint64_t *entry);

/* One entry more in the guest's log, or none; and none for the others. */
static void expect_log(struct world *w, const struct before *b, const struct hv_guest *guest,
		       const uint64_t *event, const uint64_t *page)
{
	for (unsigned g = 0; g < WORLD_GUESTS; g++) {
		struct hv_guest *it = w->hv.guest[g];
		bool mine = it == guest;

		expect_entry(w, it, GVI_REGISTER_EVENT_LOG_TAIL, b->events[g], mine ? event : NULL);
		expect_entry(w, it, GVI_REGISTER_PPR_LOG_TAIL, b->pages[g], mine ? page : NULL);
	}
}

static void expect_entry(struct world *w, struct hv_guest *guest, enum gvi_register_id tail,
			 uint64_t at, const uint64_t *entry)
{
	bool events = tail == GVI_REGISTER_EVENT_LOG_TAIL;
	uint64_t now = hv_mmio_read(guest, tail), seen[2];

	EXPECT(w, now == (at + (entry ? 16 : 0)) % HV_RING);
	if (!entry)
		return;
	REQUIRE(hv_guest_load(guest, (events ? GUEST_EVENTS : GUEST_PAGES) + at, seen, 2));
	EXPECT(w, seen[0] == entry[0] && seen[1] == entry[1]);
	/* The guest has read it. */
	REQUIRE(hv_mmio_write(
		guest, events ? GVI_REGISTER_EVENT_LOG_HEAD : GVI_REGISTER_PPR_LOG_HEAD, now));
}

/* ---- Accessed and dirty bits
 * ---------------------------------------------------------------------- */

static enum gvi_bus note_exchange(void *user, uint64_t gpa, uint64_t *seen, uint64_t next)
{
	struct reference *r = user;
	enum gvi_bus bus = r->trial.exchange(r->trial.user, gpa, seen, next);

	if (bus == GVI_BUS_OK && r->nupdates < MAX_UPDATES) {
		r->update[r->nupdates].spa = map_spa(map_find(&r->guest->map, gpa), gpa);
		r->update[r->nupdates++].value = next;
	}
	return bus;
}

static enum gvi_bus read_through(void *user, uint64_t gpa, void *to, size_t len)
{
	struct reference *r = user;

	return r->trial.read(r->trial.user, gpa, to, len);
}

static enum gvi_bus write_through(void *user, uint64_t gpa, const void *from, size_t len)
{
	struct reference *r = user;

	return r->trial.write(r->trial.user, gpa, from, len);
}

static void refer(struct world *w, struct hv_guest *guest, struct reference *r)
{
	struct gvi_host host = {
		.user = r, .read = read_through, .write = write_through, .exchange = note_exchange};

	*r = (struct reference){.guest = guest, .trial = hv_trial_host(guest)};
	memcpy((void *)w->reference, (const void *)guest->unit, gvi_size());
	REQUIRE(gvi_set_host(w->reference, &host) == GVI_OK);
}

static bool noted(const struct reference *r, uint64_t spa, uint64_t value);

/* What the real IOMMU has changed in guests' tables is what the guest's would have; and
 * all of it, if it must be the same. */
static void expect_updates(struct world *w, const struct reference *r, bool exactly)
{
	size_t count;
	const struct gvi_effect *effect = gvi_effects(w->hv.unit, &count);

	for (size_t i = 0; i < count; i++)
		if (effect[i].kind == GVI_EFFECT_EXCHANGE && effect[i].spa >> 32)
			EXPECT(w, noted(r, effect[i].spa, effect[i].data[1]));
	for (unsigned i = 0; exactly && i < r->nupdates; i++)
		EXPECT(w, memory_load(w->memory, r->update[i].spa) == r->update[i].value);
}

static bool noted(const struct reference *r, uint64_t spa, uint64_t value)
{
	for (unsigned i = 0; i < r->nupdates; i++)
		if (r->update[i].spa == spa && !(value & ~r->update[i].value))
			return true;
	return false;
}

/* ---- Isolation
 * -------------------------------------------------------------------------------------- */

static unsigned domain_of(struct world *w, const struct driver *d);

void compare_domains(struct world *w)
{
	const unsigned n = WORLD_GUESTS * WORLD_DEVICES;

	for (unsigned i = 0; i < n; i++)
		for (unsigned k = 0; k < i; k++)
			if (w->driver[i].guest != w->driver[k].guest)
				EXPECT(w,
				       domain_of(w, &w->driver[i]) != domain_of(w, &w->driver[k]));
}

static unsigned domain_of(struct world *w, const struct driver *d)
{
	uint64_t entry[4];

	for (unsigned i = 0; i < 4; i++)
		entry[i] = memory_load(w->memory, HV_TABLE + UINT64_C(32) * d->real + 8 * i);
	return (unsigned)gvi_get(GVI_DTE_DOMAIN_ID, entry);
}
