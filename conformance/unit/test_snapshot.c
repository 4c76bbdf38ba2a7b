/* A copy of the bytes is a snapshot, wherever it lies; a reset is a new start;
 * and the same calls give the same answers. */
#include "conformance/unit/rig.h"

static void open_started(struct rig *r, enum gvi_preset preset)
{
	struct gvi_config config = rig_config(preset);

	rig_open(r, &config);
	rig_start(r);
	rig_entry(r, "V=1 TV=1 SE=1 DomainID=7");
}

/* Some of everything, by a seed; what came of it as one number. */
static uint64_t live(struct rig *r, uint64_t seed, unsigned steps)
{
	uint64_t sum = 0, value;
	size_t count;
	bool done;

	for (unsigned n = 0; n < steps; n++) {
		uint64_t random = rig_random(&seed);
		uint32_t offset = (uint32_t)(random >> 32) % 0x2100 & ~7u;

		switch (random % 4) {
		case 0:
			REQUIRE(gvi_mmio_write(r->m, offset, 8, rig_random(&seed)) == GVI_OK);
			break;
		case 1:
			REQUIRE(gvi_mmio_read(r->m, offset, 8, &value) == GVI_OK);
			sum = sum * 31 + value;
			break;
		case 2:
			REQUIRE(gvi_step(r->m, &done) == GVI_OK);
			sum = sum * 31 + done;
			break;
		default:
			sum = sum * 31 + rig_access(r, (enum gvi_access_kind)(random >> 8 & 3),
						    random >> 16 & ~UINT64_C(3))
						 .event[0];
		}
		(void)gvi_effects(r->m, &count);
		sum = sum * 31 + count;
		r->nsent = 0;
	}
	return sum;
}

static uint64_t observe(struct rig *r)
{
	uint64_t sum = 0, value;
	uint32_t word;
	size_t count, lost;

	for (uint32_t at = 0; at < 0x4000; at += 8) {
		REQUIRE(gvi_mmio_read(r->m, at, 8, &value) == GVI_OK);
		sum = sum * 31 + value;
	}
	for (uint32_t at = 0; at < 256; at += 4) {
		REQUIRE(gvi_config_read(r->m, at, 4, &word) == GVI_OK);
		sum = sum * 31 + word;
	}
	(void)gvi_pending(r->m, &count, &lost);
	return (sum * 31 + count) * 31 + lost + gvi_features_now(r->m);
}

START_TEST(test_copying_back_restores)
{
	struct rig r;
	unsigned char *copy = malloc(gvi_size());
	uint64_t before, first;

	ck_assert_ptr_nonnull(copy);
	open_started(&r, GVI_PRESET_EVERYTHING);
	(void)live(&r, 1, 200);
	before = observe(&r);
	memcpy(copy, (const void *)r.m, gvi_size());
	memory_clear(r.memory);
	first = live(&r, 2, 500);
	ck_assert_uint_ne(observe(&r), before);
	memcpy((void *)r.m, copy, gvi_size());
	ck_assert_uint_eq(observe(&r), before);
	memory_clear(r.memory);
	ck_assert_uint_eq(live(&r, 2, 500), first);
	free(copy);
	rig_close(&r);
}
END_TEST

/* No pointer into itself: the copy lives elsewhere, the original is gone. */
START_TEST(test_a_snapshot_may_move)
{
	struct rig r;
	void *moved = malloc(gvi_size());
	uint64_t expected;

	ck_assert_ptr_nonnull(moved);
	open_started(&r, GVI_PRESET_HOST_ONLY);
	(void)rig_access(&r, GVI_READ, DATA);
	memcpy(moved, (const void *)r.m, gvi_size());
	memory_clear(r.memory);
	expected = live(&r, 3, 300);
	memset((void *)r.m, 0xee, gvi_size());
	free(r.m);
	r.m = moved;
	memory_clear(r.memory);
	ck_assert_uint_eq(live(&r, 3, 300), expected);
	rig_close(&r);
}
END_TEST

/* Two IOMMUs do not know of each other. */
START_TEST(test_two_models_are_apart)
{
	struct rig a, b;
	uint64_t alone, untouched;

	open_started(&a, GVI_PRESET_EVERYTHING);
	open_started(&b, GVI_PRESET_HOST_ONLY);
	untouched = observe(&b);
	alone = live(&a, 5, 300);
	ck_assert_uint_eq(observe(&b), untouched);
	(void)live(&b, 6, 300);
	rig_close(&a);
	open_started(&a, GVI_PRESET_EVERYTHING);
	ck_assert_uint_eq(live(&a, 5, 300), alone);
	rig_close(&a);
	rig_close(&b);
}
END_TEST

/* As after gvi_init(), for every preset and after whatever happened. */
START_TEST(test_reset_is_a_new_start)
{
	for (unsigned p = 0; p < GVI_NPRESETS; p++) {
		struct gvi_config config = rig_config((enum gvi_preset)p);
		struct rig r;
		uint64_t fresh, first;
		size_t count;

		rig_open(&r, &config);
		fresh = observe(&r);
		first = live(&r, 7, 400);
		rig_pci_write(&r, 0x64, 1u << 16);
		rig_pci_write(&r, 0x04, 0);
		gvi_reset(r.m);
		(void)gvi_effects(r.m, &count);
		ck_assert_uint_eq(count, 0);
		ck_assert_uint_eq(observe(&r), fresh);
		ck_assert_mem_eq(gvi_config(r.m), &config, sizeof config);
		memory_clear(r.memory);
		ck_assert_uint_eq(live(&r, 7, 400), first);
		rig_close(&r);
	}
}
END_TEST

/* The device whose one event has been logged has it again after a reset, after
 * INVALIDATE_DEVTAB_ENTRY and INVALIDATE_IOMMU_ALL that are complete, and not before. */
START_TEST(test_what_forgets_the_first_event)
{
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_LOGGED);
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_SUPPRESSED);
	rig_command(&r, GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x21");
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_SUPPRESSED);
	rig_command(&r, GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_SUPPRESSED);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "");
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_LOGGED);
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_SUPPRESSED);
	rig_command(&r, GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "");
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_LOGGED);
	gvi_reset(r.m);
	rig_start(&r);
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_LOGGED);
	rig_close(&r);
}
END_TEST

/* Another host takes over where the snapshot stands. */
START_TEST(test_another_host_takes_over)
{
	struct rig r, other;
	struct gvi_host host;
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);

	open_started(&r, GVI_PRESET_HOST_ONLY);
	rig_open(&other, &config);
	rig_entry(&other, "V=1 TV=1 IR=1");
	memcpy((void *)other.m, (const void *)r.m, gvi_size());
	host = rig_host(&other);
	ck_assert_int_eq(gvi_set_host(other.m, &host), GVI_OK);
	ck_assert_int_eq(rig_access(&other, GVI_READ, DATA).result, GVI_GRANT);
	ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).result, GVI_ABORT);
	rig_close(&r);
	rig_close(&other);
}
END_TEST

RIG_RUN("snapshot", test_copying_back_restores, test_a_snapshot_may_move, test_two_models_are_apart,
	test_reset_is_a_new_start, test_what_forgets_the_first_event, test_another_host_takes_over)
