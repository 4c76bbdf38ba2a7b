/* A hypervisor with random guests: whatever they do, a device gets from the real IOMMU
 * what its guest's IOMMU would give it, in the guest's memory.  The real IOMMU holds old
 * values of table entries whenever it may; so the guests' invalidations must arrive. */
#include <stdio.h>

#include "conformance/unit/hypervisor_world.h"

enum { WORLDS = 6000, STEPS = 32 };

/* ---- The bench -------------------------------------------------------------------------- */

uint64_t draw(struct world *w)
{
	return rig_random(&w->state);
}

unsigned pick(struct world *w, unsigned n)
{
	return (unsigned)(draw(w) >> 32) % n;
}

bool chance(struct world *w, unsigned n)
{
	return pick(w, n) == 0;
}

void require(struct world *w, bool condition, const char *text)
{
	if (!condition && !w->wrong)
		w->wrong = text;
}

void about(struct world *w, const struct driver *d, const char *what, const struct gvi_request *r,
	   const uint64_t events[2])
{
	(void)snprintf(
		w->about, sizeof w->about,
		"%s of %04x at %016llx, access %u pasid %d:%05x x%d p%d t%d; events %016llx, "
		"%016llx; entry %016llx %016llx",
		what, d->real, (unsigned long long)r->address, r->access, r->has_pasid,
		(unsigned)r->pasid, r->execute, r->privileged, r->translated,
		(unsigned long long)events[0], (unsigned long long)events[1],
		(unsigned long long)d->dte[0], (unsigned long long)d->dte[1]);
}

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct world *w = user;

	memory_read(w->memory, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct world *w = user;

	return memory_write(w->memory, spa, from, len) ? GVI_BUS_OK : GVI_BUS_TARGET_ABORT;
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct world *w = user;

	return memory_exchange(w->memory, spa, seen, next) ? GVI_BUS_OK : GVI_BUS_TARGET_ABORT;
}

static void on_send(void *user, const struct gvi_message *message)
{
	struct world *w = user;

	if (w->nsent < MAX_MESSAGES)
		w->sent[w->nsent++] = *message;
}

/* What may be held is held. */
static unsigned on_choose(void *user, enum gvi_choice choice, unsigned options)
{
	(void)user;
	(void)options;
	switch (choice) {
	case GVI_CHOICE_HELD_DTE:
	case GVI_CHOICE_HELD_ROOT:
	case GVI_CHOICE_HELD_HOST:
	case GVI_CHOICE_HELD_GCR3:
	case GVI_CHOICE_HELD_GUEST:
		return 1;
	default:
		return 0;
	}
}

typedef bool pass(void *user, enum gvi_format_id format, uint64_t *raw);

static void open_world(struct world *w, uint64_t seed, pass *mistake)
{
	struct gvi_host host = {.user = w,
				.read = on_read,
				.write = on_write,
				.exchange = on_exchange,
				.send = on_send,
				.choose = on_choose};
	struct world fresh = {.memory = w->memory,
			      .history = w->history,
			      .reference = w->reference,
			      .state = seed};

	*w = fresh;
	memory_clear(w->memory);
	REQUIRE(hv_open(&w->hv, w->memory, &host));
	w->hv.pass = mistake;
	w->hv.user = w;
	REQUIRE(gvi_track(w->hv.unit, w->history, HISTORY_LOG2) == GVI_OK);
	guests_make(w);
}

/* NULL if all agrees. */
static const char *play(struct world *w, uint64_t seed, pass *mistake)
{
	open_world(w, seed, mistake);
	for (unsigned i = 0; i < STEPS && !w->wrong; i++)
		switch (pick(w, 10)) {
		case 0:
			guests_change(w);
			break;
		case 1:
		case 2:
			compare_translations(w);
			break;
		case 3:
			compare_page_request(w);
			break;
		case 4:
			compare_translated(w);
			break;
		default:
			compare_access(w);
		}
	compare_domains(w);
	EXPECT(w, !gvi_unsure(w->hv.unit));
	hv_close(&w->hv);
	return w->wrong;
}

static struct world *new_world(void)
{
	struct world *w = calloc(1, sizeof *w);

	REQUIRE(w);
	w->memory = memory_new();
	w->history = malloc(gvi_history_size(HISTORY_LOG2));
	w->reference = malloc(gvi_size());
	REQUIRE(w->memory && w->history && w->reference);
	return w;
}

static void free_world(struct world *w)
{
	memory_free(w->memory);
	free(w->history);
	free((void *)w->reference);
	free(w);
}

/* ---- The property -------------------------------------------------------------------------- */

START_TEST(test_guests_agree_with_the_host)
{
	struct world *w = new_world();
	unsigned grants = 0, refusals = 0, faults = 0, completions = 0, pages = 0;

	for (uint64_t seed = 1; seed <= WORLDS; seed++) {
		const char *wrong = play(w, seed, NULL);

		if (wrong)
			ck_abort_msg("seed %u: %s: %s", (unsigned)seed, wrong, w->about);
		grants += w->grants;
		refusals += w->refusals;
		faults += w->host_faults;
		completions += w->completions;
		pages += w->pages;
	}
	/* Each kind of answer occurs, or nothing would be tested. */
	ck_assert_uint_gt(grants, WORLDS);
	ck_assert_uint_gt(refusals, WORLDS);
	ck_assert_uint_gt(faults, WORLDS / 4);
	ck_assert_uint_gt(completions, WORLDS / 2);
	ck_assert_uint_gt(pages, WORLDS / 4);
	free_world(w);
}
END_TEST

/* ---- Mistakes of the layer, each of which must be noticed -------------------------------------
 */

#define FORGETS(name, format, field)                                                               \
	static bool name(void *user, enum gvi_format_id of, uint64_t *raw)                         \
	{                                                                                          \
		(void)user;                                                                        \
		if (of == GVI_FORMAT_##format)                                                     \
			gvi_set(GVI_##format##_##field, raw, 0);                                   \
		return true;                                                                       \
	}

#define DROPS(name, format)                                                                        \
	static bool name(void *user, enum gvi_format_id of, uint64_t *raw)                         \
	{                                                                                          \
		(void)user;                                                                        \
		(void)raw;                                                                         \
		return of != GVI_FORMAT_##format;                                                  \
	}

FORGETS(forgets_glx, DTE, GLX)
FORGETS(forgets_gprp, DTE, GPRP)
FORGETS(forgets_ppr, DTE, PPR)
FORGETS(forgets_giov, DTE, GIOV)
FORGETS(forgets_guest_mode, DTE, GUEST_MODE)
FORGETS(forgets_ats, DTE, I)
FORGETS(forgets_gcr3, DTE, GCR3_ROOT)
FORGETS(forgets_domain, INVALIDATE_IOMMU_PAGES, DOMAIN_ID)
FORGETS(forgets_pasid, INVALIDATE_IOMMU_PAGES, PASID)
FORGETS(forgets_directories, INVALIDATE_IOMMU_PAGES, PDE)
FORGETS(forgets_size, INVALIDATE_IOMMU_PAGES, S)
FORGETS(forgets_device, INVALIDATE_IOTLB_PAGES, DEVICE_ID)
FORGETS(forgets_answered, COMPLETE_PPR_REQUEST, DEVICE_ID)
FORGETS(forgets_fault_pasid, IO_PAGE_FAULT, PASID_HIGH)
FORGETS(forgets_fault_write, IO_PAGE_FAULT, RW)
FORGETS(forgets_group, PAGE_SERVICE_REQUEST, PRG_INDEX)
FORGETS(forgets_last, PAGE_SERVICE_REQUEST, L)
DROPS(drops_entry_command, INVALIDATE_DEVTAB_ENTRY)
DROPS(drops_entry, DTE)
DROPS(drops_pages, INVALIDATE_IOMMU_PAGES)
DROPS(drops_device_pages, INVALIDATE_IOTLB_PAGES)
DROPS(drops_answer, COMPLETE_PPR_REQUEST)
DROPS(drops_wait, COMPLETION_WAIT)
DROPS(drops_fault, IO_PAGE_FAULT)
DROPS(drops_page_request, PAGE_SERVICE_REQUEST)

static bool all_rights(void *user, enum gvi_format_id of, uint64_t *raw)
{
	(void)user;
	if (of == GVI_FORMAT_DTE) {
		gvi_set(GVI_DTE_IR, raw, 1);
		gvi_set(GVI_DTE_IW, raw, 1);
	}
	return true;
}

static bool never_blocks(void *user, enum gvi_format_id of, uint64_t *raw)
{
	(void)user;
	if (of == GVI_FORMAT_DTE)
		gvi_set(GVI_DTE_TV, raw, 1);
	return true;
}

/* The next one: of another domain of the guest, or nobody's. */
static bool wrong_domain(void *user, enum gvi_format_id of, uint64_t *raw)
{
	(void)user;
	if (of == GVI_FORMAT_DTE)
		gvi_set(GVI_DTE_DOMAIN_ID, raw, gvi_get(GVI_DTE_DOMAIN_ID, raw) + 1);
	return true;
}

/* All guests in one. */
static bool same_domain(void *user, enum gvi_format_id of, uint64_t *raw)
{
	(void)user;
	if (of == GVI_FORMAT_DTE)
		gvi_set(GVI_DTE_DOMAIN_ID, raw, 7);
	if (of == GVI_FORMAT_INVALIDATE_IOMMU_PAGES)
		gvi_set(GVI_INVALIDATE_IOMMU_PAGES_DOMAIN_ID, raw, 7);
	return true;
}

#define MISTAKE(name)                                                                              \
	{                                                                                          \
#name, name                                                                        \
	}

static const struct {
	const char *name;
	pass *make;
} mistakes[] = {
	MISTAKE(forgets_glx),         MISTAKE(forgets_gprp),        MISTAKE(forgets_ppr),
	MISTAKE(forgets_giov),        MISTAKE(forgets_guest_mode),  MISTAKE(forgets_ats),
	MISTAKE(forgets_gcr3),        MISTAKE(forgets_domain),      MISTAKE(forgets_pasid),
	MISTAKE(forgets_directories), MISTAKE(forgets_size),        MISTAKE(forgets_device),
	MISTAKE(forgets_answered),    MISTAKE(forgets_fault_pasid), MISTAKE(forgets_fault_write),
	MISTAKE(forgets_group),       MISTAKE(forgets_last),        MISTAKE(drops_entry_command),
	MISTAKE(drops_entry),         MISTAKE(drops_pages),         MISTAKE(drops_device_pages),
	MISTAKE(drops_answer),        MISTAKE(drops_wait),          MISTAKE(drops_fault),
	MISTAKE(drops_page_request),  MISTAKE(all_rights),          MISTAKE(never_blocks),
	MISTAKE(wrong_domain),        MISTAKE(same_domain),
};

START_TEST(test_mistakes_are_noticed)
{
	struct world *w = new_world();

	for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
		const char *wrong = NULL;

		for (uint64_t seed = 1; seed <= WORLDS && !wrong; seed++)
			wrong = play(w, seed, mistakes[i].make);
		ck_assert_msg(wrong != NULL, "%s is not noticed", mistakes[i].name);
	}
	free_world(w);
}
END_TEST

RIG_RUN("hypervisor", test_guests_agree_with_the_host, test_mistakes_are_noticed)
