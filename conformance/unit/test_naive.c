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
#define USUAL_WORLDS 50000
#else
#define USUAL_WORLDS 1000000
#endif

static uint64_t setting(const char *name, uint64_t usual)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : usual;
}

/* ---- Worlds ---------------------------------------------------------------- */

START_TEST(test_worlds_agree)
{
	struct world *world = world_new();
	uint64_t first = setting("GOLDVI_SEED", 0);
	uint64_t worlds = setting("GOLDVI_WORLDS", USUAL_WORLDS);

	ck_assert_ptr_nonnull(world);
	for (uint64_t i = 0; i < worlds; i++)
		ck_assert_msg(world_seed(world, first + i), "%s", world_report(world));
	world_free(world);
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
	ck_assert_uint_gt(totals->guests, 100);
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
	for (unsigned n = 0; n < 1000; n++) {
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

RIG_RUN("naive", test_twin_walks, test_twin_page_sizes, test_twin_field_logs,
	test_worlds_are_interesting, test_worlds_from_bytes, test_worlds_agree)
