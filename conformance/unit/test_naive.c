/* The model against its slow twin in random worlds, and the twin against what
 * docs/spec prints.
 *
 * GOLDVI_WORLDS is how many worlds, GOLDVI_SEED the first one's seed: a seed that
 * a failure prints is tried alone with GOLDVI_WORLDS=1. */
#include "conformance/unit/rig.h"

#include <inttypes.h>
#include <stdio.h>

#include "conformance/naive.h"
#include "conformance/world.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED
#endif
#endif
#if defined(SANITIZED) || defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define USUAL_WORLDS     50000
#define USUAL_GUESTS     20000
#define USUAL_INTERRUPTS 20000
#define USUAL_ATS        20000
#define USUAL_PAGES      20000
#else
#define USUAL_WORLDS     500000
#define USUAL_GUESTS     1200000
#define USUAL_INTERRUPTS 200000
#define USUAL_ATS        200000
#define USUAL_PAGES      200000
#endif

static uint64_t setting(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

/* ---- Worlds ---------------------------------------------------------------- */

/* Worlds in which there is what `with` switches on; NULL: the host's tables alone. */
static void all_agree(void (*with)(struct world *world, bool on), uint64_t usual)
{
	struct world *world = world_new();
	uint64_t first = setting("GOLDVI_SEED", 0);
	uint64_t worlds = setting("GOLDVI_WORLDS", usual);

	ck_assert_ptr_nonnull(world);
	if (with)
		with(world, true);
	for (uint64_t i = 0; i < worlds; i++)
		ck_assert_msg(world_seed(world, first + i), "%s", world_report(world));
	world_free(world);
}

START_TEST(test_worlds_agree)
{
	all_agree(NULL, USUAL_WORLDS);
}
END_TEST

START_TEST(test_guests_agree)
{
	all_agree(world_guests, USUAL_GUESTS);
}
END_TEST

START_TEST(test_interrupts_agree)
{
	all_agree(world_interrupts, USUAL_INTERRUPTS);
}
END_TEST

START_TEST(test_translations_agree)
{
	all_agree(world_translations, USUAL_ATS);
}
END_TEST

START_TEST(test_pages_agree)
{
	all_agree(world_pages, USUAL_PAGES);
}
END_TEST

/* Agreement means something only if the worlds reach what they are for. */
START_TEST(test_worlds_are_interesting)
{
	static const unsigned codes[] = {1, 2, 3, 4, 8, 13};
	struct world *world = world_new();
	const struct world_totals *totals = world_totals(world);

	ck_assert_ptr_nonnull(world);
	for (uint64_t seed = 0; seed < 20000; seed++)
		(void)world_seed(world, seed);
	ck_assert_uint_eq(totals->worlds, 20000);
	ck_assert_uint_gt(totals->walks, totals->requests / 10);
	ck_assert_uint_gt(totals->aborts, totals->requests / 4);
	ck_assert_uint_gt(totals->updates, 1000);
	ck_assert_uint_gt(totals->interrupts, 100);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		ck_assert_msg(totals->events[codes[i]] > 0, "no event of code %u", codes[i]);
	world_free(world);
}
END_TEST

START_TEST(test_guests_are_interesting)
{
	static const unsigned codes[] = {1, 2, 4, 8, 13};
	struct world *world = world_new();
	const struct world_totals *totals = world_totals(world);

	ck_assert_ptr_nonnull(world);
	world_guests(world, true);
	for (uint64_t seed = 0; seed < 20000; seed++)
		(void)world_seed(world, seed);
	ck_assert_uint_gt(totals->guests, totals->requests / 8);
	ck_assert_uint_gt(totals->aborts, totals->requests / 4);
	ck_assert_uint_gt(totals->updates, 20000);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		ck_assert_msg(totals->events[codes[i]] > 0, "no event of code %u", codes[i]);
	world_free(world);
}
END_TEST

START_TEST(test_interrupts_are_interesting)
{
	static const unsigned codes[] = {1, 2, 3, 4, 8};
	struct world *world = world_new();
	const struct world_totals *totals = world_totals(world);

	ck_assert_ptr_nonnull(world);
	world_interrupts(world, true);
	for (uint64_t seed = 0; seed < 20000; seed++)
		(void)world_seed(world, seed);
	ck_assert_uint_gt(totals->remapped, totals->requests / 8);
	ck_assert_uint_gt(totals->messages - totals->remapped, totals->requests / 8);
	ck_assert_uint_gt(totals->posted, 1000);
	ck_assert_uint_gt(totals->stores, 500);
	ck_assert_uint_gt(totals->aborts, totals->requests / 4);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		ck_assert_msg(totals->events[codes[i]] > 0, "no event of code %u", codes[i]);
	world_free(world);
}
END_TEST

START_TEST(test_translations_are_interesting)
{
	static const unsigned codes[] = {1, 2, 3, 4, 8};
	struct world *world = world_new();
	const struct world_totals *totals = world_totals(world);

	ck_assert_ptr_nonnull(world);
	world_translations(world, true);
	for (uint64_t seed = 0; seed < 20000; seed++)
		(void)world_seed(world, seed);
	ck_assert_uint_gt(totals->completions, totals->requests / 4);
	ck_assert_uint_gt(totals->translations, totals->requests / 8);
	ck_assert_uint_gt(totals->guests, totals->requests / 8);
	ck_assert_uint_gt(totals->updates, 20000);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		ck_assert_msg(totals->events[codes[i]] > 0, "no event of code %u", codes[i]);
	world_free(world);
}
END_TEST

START_TEST(test_pages_are_interesting)
{
	static const unsigned codes[] = {1, 2, 3, 9};
	struct world *world = world_new();
	const struct world_totals *totals = world_totals(world);

	ck_assert_ptr_nonnull(world);
	world_pages(world, true);
	for (uint64_t seed = 0; seed < 20000; seed++)
		(void)world_seed(world, seed);
	for (unsigned result = 0; result <= GVI_PAGE_REFUSED; result++)
		ck_assert_uint_gt(totals->pages[result], 10000);
	ck_assert_uint_gt(totals->responses, 10000);
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		ck_assert_msg(totals->events[codes[i]] > 0, "no event of code %u", codes[i]);
	world_free(world);
}
END_TEST

START_TEST(test_worlds_from_bytes)
{
	struct world *world = world_new();
	uint64_t state = 1;
	uint64_t bytes[64];

	ck_assert_ptr_nonnull(world);
	ck_assert_msg(world_bytes(world, "", 0), "%s", world_report(world));
	for (unsigned n = 0; n < 3000; n++) {
		world_guests(world, n % 5 == 1);
		world_interrupts(world, n % 5 == 2);
		world_translations(world, n % 5 == 3);
		world_pages(world, n % 5 == 4);
		for (unsigned i = 0; i < 64; i++)
			bytes[i] = rig_random(&state);
		ck_assert_msg(world_bytes(world, bytes, n % (sizeof bytes + 1)), "%s",
			      world_report(world));
	}
	world_free(world);
}
END_TEST

/* ---- The twin alone: entries and results as docs/spec prints them ------------ */

static enum gvi_bus twin_read(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus twin_write(void *user, uint64_t spa, const void *from, size_t len)
{
	return memory_write(user, spa, from, len) ? GVI_BUS_OK : GVI_BUS_MASTER_ABORT;
}

static enum gvi_bus twin_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	return memory_exchange(user, spa, seen, next) ? GVI_BUS_OK : GVI_BUS_MASTER_ABORT;
}

/* The table of one device at TABLE, six levels, 52 bits, the log at EVENTS. */
static void twin_open(struct naive *n)
{
	memset(n, 0, sizeof *n);
	n->memory.user = memory_new();
	n->memory.read = twin_read;
	n->memory.write = twin_write;
	n->memory.exchange = twin_exchange;
	ck_assert_ptr_nonnull(n->memory.user);
	n->efr = UINT64_C(2) << 10 | UINT64_C(1) << 49 | UINT64_C(1) << 52;
	n->misc0 = 2u << 5 | 52u << 8 | 64u << 15;
	n->revision = GVI_REVISION(3, 10);
	n->control = 5;
	n->device_table[0] = TABLE | 0x1ff;
	n->log_base = EVENTS | UINT64_C(8) << 56;
	n->log_run = true;
}

static struct naive_answer twin_access(struct naive *n, enum gvi_access_kind access,
				       uint64_t address)
{
	struct gvi_request request = {.address = address, .length = 4, .device = DEVICE};
	struct naive_answer answer;

	request.access = (uint8_t)access;
	naive_translate(n, &request, &answer);
	return answer;
}

static void twin_store(struct naive *n, uint64_t spa, uint64_t value)
{
	ck_assert(memory_store(n->memory.user, spa, value));
}

/* The walk of the note on vectors: 0x1234567abc, three levels, read-only leaf. */
START_TEST(test_twin_walks)
{
	struct naive n;
	struct naive_answer a;

	twin_open(&n);
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x6000000010000783));
	twin_store(&n, TABLE + 32 * DEVICE + 8, 0x42);
	twin_store(&n, 0x10000240, UINT64_C(0x6000000010001401));
	twin_store(&n, 0x10001d10, UINT64_C(0x6000000010002201));
	twin_store(&n, 0x10002b38, UINT64_C(0x2000000765432001));
	a = twin_access(&n, GVI_READ, UINT64_C(0x1234567abc));
	ck_assert_uint_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.address, UINT64_C(0x765432abc));
	ck_assert_uint_eq(a.size, 4096);
	ck_assert(a.read && !a.write && a.translated);
	/* HAD=11: A in every entry used, D in none */
	ck_assert_uint_eq(memory_load(n.memory.user, 0x10000240), UINT64_C(0x6000000010001421));
	ck_assert_uint_eq(memory_load(n.memory.user, 0x10002b38), UINT64_C(0x2000000765432021));
	/* a write: flags 0x0070 of 02 section 5 */
	a = twin_access(&n, GVI_WRITE, UINT64_C(0x1234567abc));
	ck_assert_uint_eq(a.result, GVI_ABORT);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2070004200000020));
	ck_assert_uint_eq(a.event[1], UINT64_C(0x1234567abc));
	ck_assert_uint_eq(memory_load(n.memory.user, EVENTS), a.event[0]);
	ck_assert_uint_eq(n.log_tail, 16);
	/* surplus bits: 0x0010, hardware's flags */
	a = twin_access(&n, GVI_READ, UINT64_C(1) << 39);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2010004200000020));
	memory_free(n.memory.user);
}
END_TEST

/* 02 section 3: one leaf of each size that NextLevel 7 can code. */
START_TEST(test_twin_page_sizes)
{
	struct naive n;

	twin_open(&n);
	for (unsigned log2 = 13; log2 < 52; log2++) {
		unsigned level = (log2 - 12) / 9 + 1;
		uint64_t code = (UINT64_C(1) << (log2 - 1)) - 4096;
		struct naive_answer a;

		if ((log2 - 12) % 9 == 0)
			continue;
		twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x6000000001000003) | level << 9);
		twin_store(&n, ROOT, UINT64_C(0x6000000000000e01) | code);
		a = twin_access(&n, GVI_READ, 0xffc);
		ck_assert_uint_eq(a.result, GVI_GRANT);
		ck_assert_uint_eq(a.size, UINT64_C(1) << log2);
		ck_assert_uint_eq(a.address, 0xffc);
	}
	memory_free(n.memory.user);
}
END_TEST

/* Field logs: RZ=1 for PPR with EPHEn=0; flags 0x0000 and 0x0020 for not present. */
START_TEST(test_twin_field_logs)
{
	struct naive n;

	twin_open(&n);
	n.efr |= UINT64_C(0x10) | UINT64_C(1) << 48 | UINT64_C(1) << 50;
	n.control |= 1 << 16;
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x7d90000000000003));
	ck_assert_uint_eq(twin_access(&n, GVI_READ, 0x1000).event[0], UINT64_C(0x1080000000000020));
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x6000000001000603));
	ck_assert_uint_eq(twin_access(&n, GVI_READ, 0).event[0], UINT64_C(0x2000000000000020));
	ck_assert_uint_eq(twin_access(&n, GVI_WRITE, 0).event[0], UINT64_C(0x2020000000000020));
	memory_free(n.memory.user);
}
END_TEST

/* ---- The same for guest tables ------------------------------------------------- */

#define GVA UINT64_C(0x7f1234567abc) /* entries 0xfe, 0x48, 0x1a2, 0x167 */

/* GCR3 table at 0x234567000, one level; PASID 5 has its CR3 at 0x10000000. */
static void twin_open_guest(struct naive *n, uint64_t host)
{
	twin_open(n);
	n->efr |= UINT64_C(0x18) | UINT64_C(2) << 14 | UINT64_C(1) << 12;
	n->efr |= UINT64_C(15) << 32 | UINT64_C(1) << 48;
	n->control |= 1 << 16;
	twin_store(n, TABLE + 32 * DEVICE, UINT64_C(0x7c80000000000003) | host);
	twin_store(n, TABLE + 32 * DEVICE + 8, UINT64_C(0x0000200068ac0042));
	twin_store(n, UINT64_C(0x234567028), 0x10000001);
}

static struct naive_answer twin_pasid(struct naive *n, enum gvi_access_kind access,
				      uint64_t address, uint32_t pasid)
{
	struct gvi_request request = {.address = address,
				      .length = 4,
				      .pasid = pasid,
				      .device = DEVICE,
				      .has_pasid = true};
	struct naive_answer answer;

	request.access = (uint8_t)access;
	naive_translate(n, &request, &answer);
	return answer;
}

START_TEST(test_twin_guest_walks)
{
	struct naive n;
	struct naive_answer a;

	twin_open_guest(&n, 0);
	/* 03 section 7: flags 0x0007 and 0x0027, as hardware logs them */
	a = twin_pasid(&n, GVI_READ, GVA, 5);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2007000500000020));
	ck_assert_uint_eq(a.event[1], GVA);
	a = twin_pasid(&n, GVI_WRITE, GVA, 5);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2027000500000020));
	twin_store(&n, 0x100007f0, 0x10001007);
	twin_store(&n, 0x10001240, 0x10002007);
	twin_store(&n, 0x10002d10, 0x10003007);
	twin_store(&n, 0x10003b38, UINT64_C(0x765432005));
	/* 0x0077: a write to a page with R/W=0 */
	a = twin_pasid(&n, GVI_WRITE, GVA, 5);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2077000500000020));
	ck_assert_uint_eq(memory_load(n.memory.user, 0x10003b38), UINT64_C(0x765432005));
	twin_store(&n, 0x10003b38, UINT64_C(0x765432007));
	a = twin_pasid(&n, GVI_WRITE, GVA, 5);
	ck_assert_uint_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.address, UINT64_C(0x765432abc));
	ck_assert_uint_eq(a.size, 4096);
	ck_assert_uint_eq(memory_load(n.memory.user, 0x100007f0), 0x10001027);
	ck_assert_uint_eq(memory_load(n.memory.user, 0x10003b38), UINT64_C(0x765432067));
	memory_free(n.memory.user);
}
END_TEST

/* 03 sections 1 and 3: what is out of range, and a request without PASID. */
START_TEST(test_twin_guest_ranges)
{
	struct naive n;

	twin_open_guest(&n, 0);
	/* the PASID has a bit that one level of GCR3 does not cover */
	twin_store(&n, UINT64_C(0x234567000), 0x10000001);
	ck_assert_uint_eq(twin_pasid(&n, GVI_READ, 0, 0x200).event[0],
			  UINT64_C(0x2007020000000020));
	ck_assert_uint_eq(twin_pasid(&n, GVI_READ, 0, 0x10005).event[0],
			  UINT64_C(0x2007000500010020));
	/* a 2 MiB page at 0, and with PASID 5 one below 0 */
	twin_store(&n, 0x10000000, 0x10001007);
	twin_store(&n, 0x10000ff8, 0x10001007);
	twin_store(&n, 0x10001000, 0x10002007);
	twin_store(&n, 0x10002000, 0x40000087);
	ck_assert_uint_eq(twin_pasid(&n, GVI_READ, UINT64_C(0xffffff8000000010), 5).address,
			  0x40000010);
	ck_assert_uint_eq(twin_pasid(&n, GVI_READ, UINT64_C(0x0000ff8000000010), 5).event[0],
			  UINT64_C(0x2007000500000020));
	/* PASID 0 is the other way round */
	ck_assert_uint_eq(twin_pasid(&n, GVI_READ, UINT64_C(0xffffff8000000010), 0).event[0],
			  UINT64_C(0x2007000000000020));
	ck_assert_uint_eq(twin_pasid(&n, GVI_READ, UINT64_C(0x0000ff8000000010), 0).size,
			  UINT64_C(0x200000));
	/* GIoV */
	ck_assert_uint_eq(twin_access(&n, GVI_READ, 0x10).address, 0x10);
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x7cc0000000000003));
	ck_assert_uint_eq(twin_access(&n, GVI_READ, 0x10).address, 0x40000010);
	memory_free(n.memory.user);
}
END_TEST

/* GPAs 0 to 3fffffffh lie at 40000000h; a 2 MiB page of the guest in a 1 GiB one. */
START_TEST(test_twin_nesting)
{
	struct naive n;
	struct naive_answer a;

	twin_open_guest(&n, ROOT | 3 << 9);
	twin_store(&n, ROOT, UINT64_C(0x2000000040000001));
	twin_store(&n, 0x500007f0, 0x2007);
	twin_store(&n, 0x40002240, 0x3007);
	twin_store(&n, 0x40003d10, 0x200087);
	/* the host's page is read-only: A cannot be set, flags 0x0057 */
	a = twin_pasid(&n, GVI_READ, GVA, 5);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2057000500000020));
	ck_assert_uint_eq(a.event[1], GVA);
	twin_store(&n, ROOT, UINT64_C(0x6000000040000001));
	a = twin_pasid(&n, GVI_READ, GVA, 5);
	ck_assert_uint_eq(a.address, 0x40367abc);
	ck_assert_uint_eq(a.size, 0x200000);
	ck_assert(a.read && a.write);
	ck_assert_uint_eq(memory_load(n.memory.user, 0x40003d10), 0x2000a7);
	/* now A is set, and nothing needs to be written */
	twin_store(&n, ROOT, UINT64_C(0x2000000040000001));
	a = twin_pasid(&n, GVI_READ, GVA, 5);
	ck_assert_uint_eq(a.address, 0x40367abc);
	ck_assert(a.read && !a.write);
	memory_free(n.memory.user);
}
END_TEST

/* ---- The same for interrupts ------------------------------------------------------ */

/* A table of 2^5 entries at ROOT; IntCtl 10. */
static void twin_open_interrupts(struct naive *n)
{
	twin_open(n);
	twin_store(n, TABLE + 32 * DEVICE + 8, 0x42);
	twin_store(n, TABLE + 32 * DEVICE + 16, UINT64_C(0x200000000000000b) | ROOT);
}

static struct naive_answer twin_message(struct naive *n, uint64_t address, uint32_t data)
{
	struct gvi_interrupt message = {.address = address, .data = data, .device = DEVICE};
	struct naive_answer answer;

	naive_interrupt(n, &message, &answer);
	return answer;
}

/* 05 sections 2 and 4: the three formats of entries. */
START_TEST(test_twin_remaps)
{
	struct naive n;
	struct naive_answer a;

	twin_open_interrupts(&n);
	twin_store(&n, ROOT + 8, UINT64_C(0x0031056500000000)); /* index 3 */
	a = twin_message(&n, 0xfee01000, 0x8003);
	ck_assert_uint_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.message.address, 0xfee05004);
	ck_assert_uint_eq(a.message.data, 0x8131);
	ck_assert_uint_eq(a.message.destination, 5);
	ck_assert(a.message.rq_eoi && a.translated);
	a = twin_message(&n, UINT64_C(0xfffffffdf8030100), 0);
	ck_assert_uint_eq(a.message.address, UINT64_C(0xfffffffdf8310564));
	n.control |= 1 << 17; /* GAEn */
	twin_store(&n, ROOT + 0x30, 0x0501);
	twin_store(&n, ROOT + 0x38, 0x31);
	a = twin_message(&n, 0xfee01000, 3);
	ck_assert_uint_eq(a.message.address, 0xfee05000);
	ck_assert_uint_eq(a.message.data, 0x31);
	n.control |= UINT64_C(1) << 50; /* XTEn */
	twin_store(&n, ROOT + 0x30, 0x11220501);
	twin_store(&n, ROOT + 0x38, UINT64_C(0x3300000000000031));
	a = twin_message(&n, 0xfee01000, 3);
	ck_assert_uint_eq(a.message.address, 0xfee05000);
	ck_assert_uint_eq(a.message.destination, 0x33112205);
	memory_free(n.memory.user);
}
END_TEST

/* Field logs: flags 0x0008 for RemapEn=0 and Lint0Pass=0 (05 section 4), 0x0A00 for
 * IntCtl 00 (01 section 5); addresses as 05 section 3 quotes them. */
START_TEST(test_twin_interrupt_logs)
{
	struct naive n;
	struct naive_answer a;

	twin_open_interrupts(&n);
	a = twin_message(&n, 0xfee00000, 3);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2008004200000020));
	ck_assert_uint_eq(a.event[1], UINT64_C(0xfffffffdf8030000));
	ck_assert_uint_eq(memory_load(n.memory.user, EVENTS), a.event[0]);
	/* behind the table */
	a = twin_message(&n, 0xfee00000, 0x20);
	ck_assert_uint_eq(a.event[1], UINT64_C(0xfffffffdf8200000));
	a = twin_message(&n, UINT64_C(0xfdf800ff98), 0);
	ck_assert_uint_eq(a.result, GVI_ABORT);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x2008004200000020));
	ck_assert_uint_eq(a.event[1], UINT64_C(0xfffffffdf800ff98));
	/* SupIOPF counts with RemapEn=0 too */
	twin_store(&n, ROOT + 8, UINT64_C(0x0000000200000000));
	ck_assert_uint_eq(twin_message(&n, 0xfee00000, 3).logging, GVI_SUPPRESSED);
	twin_store(&n, TABLE + 32 * DEVICE + 16, ROOT | 0xb);
	a = twin_message(&n, 0xfee00000, 3);
	ck_assert_uint_eq(a.event[0], UINT64_C(0x8a00000000000020));
	memory_free(n.memory.user);
}
END_TEST

/* 05 sections 5 and 6: the IRR, a doorbell, an entry of the log. */
START_TEST(test_twin_posts)
{
	struct naive n;
	struct naive_answer a;

	twin_open_interrupts(&n);
	n.control |= 1 << 17 | 1 << 25 | 1 << 28; /* GAEn, GAMEn=1, GALogEn */
	n.ga_base = UINT64_C(0x0800000005000000);
	n.ga_tail_address = 0x6000000;
	n.ga_run = true;
	twin_store(&n, ROOT, UINT64_C(0x1234567800000085)); /* GALogIntr, not running */
	twin_store(&n, ROOT + 8, UINT64_C(0x70000e3));
	a = twin_message(&n, 0xfee00000, 0);
	ck_assert_uint_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.message.kind, GVI_MESSAGE_NONE);
	ck_assert_uint_eq(memory_load(n.memory.user, 0x7000270), 8);
	ck_assert_uint_eq(memory_load(n.memory.user, 0x5000000), UINT64_C(0x1000002012345678));
	ck_assert_uint_eq(memory_load(n.memory.user, 0x6000000), 8);
	ck_assert_uint_eq(n.ga_tail, 8);
	ck_assert(n.ga_int);
	twin_store(&n, ROOT, UINT64_C(0x12345678000005c5)); /* running on 5 */
	a = twin_message(&n, 0xfee00000, 0);
	ck_assert_uint_eq(a.message.kind, GVI_MESSAGE_DOORBELL);
	ck_assert_uint_eq(a.message.destination, 5);
	ck_assert_uint_eq(n.ga_tail, 8);
	/* GAPPIEn: only an empty IRR wakes the guest */
	n.control |= UINT64_C(1) << 55;
	twin_store(&n, ROOT, UINT64_C(0x1234567800000585));
	ck_assert_uint_eq(twin_message(&n, 0xfee00000, 0).message.kind, GVI_MESSAGE_NONE);
	twin_store(&n, 0x7000270, 0);
	a = twin_message(&n, 0xfee00000, 0);
	ck_assert_uint_eq(a.message.kind, GVI_MESSAGE_GAPPI);
	ck_assert_uint_eq(a.message.data, 0x78);
	memory_free(n.memory.user);
}
END_TEST

/* ---- The same for ATS and page requests --------------------------------------------- */

static struct naive_ats_answer twin_ats(struct naive *n, uint64_t address, unsigned count)
{
	struct gvi_ats_request request = {.address = address, .device = DEVICE, .unit_log2 = 12};
	struct naive_ats_answer answer;

	request.count = (uint8_t)count;
	naive_ats_translate(n, &request, &answer);
	return answer;
}

static void twin_open_ats(struct naive *n)
{
	twin_open(n);
	n->capability = UINT32_C(1) << 24;
	twin_store(n, TABLE + 32 * DEVICE, UINT64_C(0x6000000001000383));
	twin_store(n, TABLE + 32 * DEVICE + 8, UINT64_C(0x100000042));
}

/* 04 section 4: events with TR=1, and completions bit by bit. */
START_TEST(test_twin_translations)
{
	struct naive n;
	struct naive_ats_answer a;

	twin_open_ats(&n);
	a = twin_ats(&n, 0x1000, 1); /* not present: no event */
	ck_assert_uint_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.count, 1);
	ck_assert_uint_eq(a.translation[0], 0);
	ck_assert_uint_eq(a.last.event[0], 0);
	/* two pages, of which the second is read-only, and a third that is not there */
	twin_store(&n, ROOT + 0x08, UINT64_C(0x6000000012345001));
	twin_store(&n, ROOT + 0x10, UINT64_C(0x3800000023456001));
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x6000000001000383));
	a = twin_ats(&n, 0x1000, 3);
	ck_assert_uint_eq(a.count, 3);
	/* Mode 1: R, W, N=1; then R, U and FC, so that N=0 */
	ck_assert_uint_eq(a.translation[0], 0x12345403);
	ck_assert_uint_eq(a.translation[1], 0x23456005);
	ck_assert_uint_eq(a.translation[2], 0);
	/* HAD=11: D only where W is */
	ck_assert_uint_eq(memory_load(n.memory.user, ROOT + 0x08), UINT64_C(0x6000000012345061));
	ck_assert_uint_eq(memory_load(n.memory.user, ROOT + 0x10), UINT64_C(0x3800000023456021));
	/* a 2 MiB page: bits 19:12 are ones, S is 1 */
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x6000000001000583));
	twin_store(&n, ROOT, UINT64_C(0x6000000040000001));
	a = twin_ats(&n, 0x1000, 1);
	ck_assert_uint_eq(a.translation[0], 0x400ffc03);
	/* I=0: type 0; the interrupt range: type 1 */
	twin_store(&n, TABLE + 32 * DEVICE + 8, 0x42);
	a = twin_ats(&n, 0x1000, 1);
	ck_assert_uint_eq(a.result, GVI_ABORT);
	ck_assert_uint_eq(a.completion, GVI_UNSUPPORTED_REQUEST);
	ck_assert_uint_eq(a.last.event[0], UINT64_C(0x8100000000000020));
	twin_store(&n, TABLE + 32 * DEVICE + 8, UINT64_C(0x100000042));
	a = twin_ats(&n, 0xfee00000, 1);
	ck_assert_uint_eq(a.last.event[0], UINT64_C(0x8300000000000020));
	ck_assert_uint_eq(memory_load(n.memory.user, EVENTS + 16), a.last.event[0]);
	memory_free(n.memory.user);
}
END_TEST

/* 11 sections 1 and 3, 10 section 3 9h; the ring of 256 entries ends full. */
START_TEST(test_twin_page_requests)
{
	struct naive n;
	struct gvi_page_request request = {.address = 0x12345000,
					   .device = DEVICE,
					   .group = 0x155,
					   .pasid = 0x54321,
					   .has_pasid = true,
					   .write = true,
					   .last = true};
	struct naive_page_answer a;

	twin_open_ats(&n);
	n.efr |= UINT64_C(0x12) | UINT64_C(19) << 32 | UINT64_C(2) << 14;
	n.control |= 1 << 16 | 1 << 15 | 1 << 13;
	n.ppr_base[0] = UINT64_C(0x0800000005000000);
	n.ppr_tail[0] = 0xfe0;
	n.ppr_head[0] = 0x10;
	n.ppr_run = true;
	naive_page_request(&n, &request, &a); /* GV=0 */
	ck_assert_uint_eq(a.result, GVI_PAGE_REFUSED);
	ck_assert_uint_eq(a.event[0] & ~(UINT64_C(0xff) << 49), UINT64_C(0x9200175543210020));
	ck_assert_uint_eq(a.event[1], 0x12345000);
	twin_store(&n, TABLE + 32 * DEVICE, UINT64_C(0x6280000001000383));
	naive_page_request(&n, &request, &a);
	ck_assert_uint_eq(a.result, GVI_PAGE_LOGGED);
	ck_assert_uint_eq(a.entry[0], UINT64_C(0x1160175543210020));
	ck_assert_uint_eq(memory_load(n.memory.user, 0x5000fe0), a.entry[0]);
	ck_assert(n.ppr_int && !a.has_response);
	naive_page_request(&n, &request, &a);
	ck_assert_uint_eq(n.ppr_tail[0], 0);
	naive_page_request(&n, &request, &a);
	ck_assert_uint_eq(a.result, GVI_PAGE_LOST);
	ck_assert(n.ppr_overflow[0] && !n.ppr_run);
	n.efr |= UINT64_C(1) << 41; /* automatic response, code 15 */
	n.control |= UINT64_C(1) << 39;
	n.ppr_auto = 15;
	naive_page_request(&n, &request, &a);
	ck_assert_uint_eq(a.result, GVI_PAGE_ANSWERED);
	ck_assert_uint_eq(a.response.data, 0xf155);
	ck_assert_uint_eq(a.response.device, DEVICE);
	ck_assert(a.response.has_pasid);
	memory_free(n.memory.user);
}
END_TEST

RIG_RUN("naive", test_twin_translations, test_twin_page_requests, test_translations_are_interesting,
	test_translations_agree, test_pages_are_interesting, test_pages_agree, test_twin_posts,
	test_twin_remaps, test_twin_interrupt_logs, test_interrupts_are_interesting,
	test_interrupts_agree, test_twin_guest_walks, test_twin_guest_ranges, test_twin_nesting,
	test_guests_are_interesting, test_guests_agree, test_twin_walks, test_twin_page_sizes,
	test_twin_field_logs, test_worlds_are_interesting, test_worlds_from_bytes,
	test_worlds_agree)
