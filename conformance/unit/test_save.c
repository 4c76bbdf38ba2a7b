/* A snapshot as bytes: what is restored lives on as what was saved, and what is no
 * snapshot changes nothing. */
#include "conformance/unit/rig.h"

enum { VALUES_LOG2 = 5 };

/* Bytes of a snapshot; whoever gets them frees them. */
struct saved {
	uint8_t *bytes;
	size_t size;
};

static struct saved save(const struct gvi *m)
{
	struct saved s = {.size = gvi_save_size(m)};

	s.bytes = malloc(s.size);
	ck_assert_ptr_nonnull(s.bytes);
	ck_assert_int_eq(gvi_save(m, s.bytes, s.size), GVI_OK);
	return s;
}

static void open_tracked(struct rig *r, enum gvi_preset preset, void *storage)
{
	struct gvi_config config = rig_config(preset);

	/* All that a preset says of everybody is said otherwise. */
	config.device = 0x00a2;
	config.pci_id ^= 0x10000;
	config.base = 0xfe000000;
	config.msi_messages_log2 = 1;
	config.misc1 = config.capability >> 28 & 1 ? 3 : 0;
	config.irt_cache_dis = true;
	config.gst_buffer = true;
	config.control ^= UINT64_C(1) << 10;
	config.habit[GVI_CHOICE_EVENT_ADDRESS] = 1;
	config.habit[GVI_CHOICE_EVENT_EDGE] = 1;
	rig_open(r, &config);
	rig_start(r);
	rig_entry(r, "V=1 TV=1 SE=1 DomainID=7 I=1");
	ck_assert_int_eq(gvi_track(r->m, storage, VALUES_LOG2), GVI_OK);
}

/* ---- Some of everything, by a seed ------------------------------------------ */

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return sum * UINT64_C(0x9e3779b97f4a7c15) + value;
}

static uint64_t invalidate(struct rig *r, uint64_t random)
{
	static const uint64_t commands[][2] = {
		{UINT64_C(0x1000000000600001), 5},      {UINT64_C(0x2000000000000020), 0},
		{UINT64_C(0x3000000700000000), 1},      {UINT64_C(0x4000000000010020), 0x1000},
		{UINT64_C(0x8000000000000000), 0},      {UINT64_C(0x1000000000000000), 0},
		{UINT64_C(0x4000000000020020), 0x2001}, {UINT64_C(0x5000000000000020), 0},
	};
	const uint64_t *command = commands[random >> 8 & 7];
	uint64_t tail = rig_read(r, GVI_REGISTER_CMD_BUF_TAIL) & 0xff0;
	uint64_t base = rig_read(r, GVI_REGISTER_CMD_BUF_BASE) & UINT64_C(0xffffffffff000);
	bool done;

	REQUIRE(memory_store(r->memory, base + tail, command[0]));
	REQUIRE(memory_store(r->memory, base + tail + 8, command[1]));
	rig_write(r, GVI_REGISTER_CMD_BUF_TAIL, (tail + 16) & 0xff0);
	REQUIRE(gvi_step(r->m, &done) == GVI_OK);
	return done;
}

static uint64_t complete(struct rig *r)
{
	size_t count;
	const struct gvi_invalidation *all = gvi_invalidations(r->m, &count);

	return count ? (uint64_t)gvi_invalidation_done(r->m, all->device, all->tag) : 0;
}

static uint64_t ask(struct rig *r, uint64_t random)
{
	const struct gvi_ats_request ats = {
		.address = DATA, .device = DEVICE, .count = 1, .unit_log2 = 12};
	const struct gvi_page_request page = {.address = DATA, .device = DEVICE, .read = true};
	struct gvi_ats_answer translated;
	struct gvi_page_answer asked;

	if (random >> 8 & 1) {
		REQUIRE(gvi_ats_translate(r->m, &ats, &translated) == GVI_OK);
		return mix(translated.event[0], translated.completion);
	}
	REQUIRE(gvi_page_request(r->m, &page, &asked) == GVI_OK);
	return mix(asked.event[0], asked.result);
}

static uint64_t change(struct rig *r, uint64_t random)
{
	uint64_t spa = TABLE + 32 * DEVICE + (random >> 8 & 24), old = memory_load(r->memory, spa);
	enum gvi_status status = gvi_wrote(r->m, spa, &old, 1);

	REQUIRE(memory_store(r->memory, spa, old ^ (random >> 16 & 0x600)));
	return (uint64_t)(status == GVI_OK);
}

/* The registers of a small driver, and any other. */
static uint64_t write(struct rig *r, uint64_t random, uint64_t value)
{
	static const uint32_t some[] = {0x18, 0x2020, 0x2010, 0x2018, 0x10, 0x38};
	uint32_t any = (uint32_t)(random >> 32) % 0x2100 & ~7u;

	if (random >> 16 & 1)
		return (uint64_t)gvi_config_write(r->m, (uint32_t)(random >> 32) % 0x80 & ~3u, 4,
						  (uint32_t)value);
	if (random >> 8 & 1)
		return (uint64_t)gvi_mmio_write(r->m, some[(random >> 9) % 6], 8,
						(value & 0xfff0) | 0x141f);
	return (uint64_t)gvi_mmio_write(r->m, any, 8, value);
}

static uint64_t one_step(struct rig *r, uint64_t *seed)
{
	uint64_t random = rig_random(seed), value = 0;
	bool done = false;

	switch (random % 8) {
	case 0:
		return write(r, random, rig_random(seed));
	case 1:
		(void)gvi_mmio_read(r->m, (uint32_t)(random >> 32) % 0x2100 & ~7u, 8, &value);
		return value;
	case 2:
		REQUIRE(gvi_step(r->m, &done) == GVI_OK);
		return done;
	case 3:
		return invalidate(r, random);
	case 4:
		return complete(r);
	case 5:
		return ask(r, random);
	case 6:
		return change(r, random);
	default:
		return rig_access(r, (enum gvi_access_kind)(random >> 8 & 3),
				  random >> 16 & UINT64_C(0xffffffffffc))
			.event[0];
	}
}

/* Every byte of an effect is defined. */
static uint64_t effects(const struct gvi *m)
{
	uint64_t sum = 0;
	size_t count;
	const struct gvi_effect *e = gvi_effects(m, &count);

	/* Member by member: what lies between them is nobody's. */
	for (size_t i = 0; i < count; i++, e++) {
		sum = mix(mix(mix(sum, e->spa), e->data[0]), e->data[1]);
		sum = mix(mix(mix(sum, e->kind), e->length), e->bus);
		sum = mix(mix(mix(sum, e->message.address), e->message.data), e->message.kind);
		sum = mix(mix(mix(sum, e->message.source), e->message.destination), e->message.tag);
		sum = mix(mix(mix(sum, e->message.device), e->message.pasid), e->message.has_pasid);
		sum = mix(mix(sum, e->message.rq_eoi), e->message.x2apic);
	}
	return mix(sum, count);
}

/* All that comes of it, as one number. */
static uint64_t live(struct rig *r, uint64_t seed, unsigned steps)
{
	uint64_t sum = 0;

	for (unsigned n = 0; n < steps; n++) {
		r->nsent = 0;
		sum = mix(sum, one_step(r, &seed));
		sum = mix(mix(sum, effects(r->m)), gvi_unsure(r->m));
	}
	r->nsent = 0;
	return sum;
}

/* All that can be looked at. */
static uint64_t look(struct gvi *m)
{
	uint64_t sum = mix(effects(m), gvi_unsure(m)), value;
	uint32_t word;
	size_t count, lost;
	const struct gvi_pending *pending = gvi_pending(m, &count, &lost);
	const struct gvi_invalidation *sent;

	for (size_t i = 0; i < count; i++)
		sum = mix(mix(sum, pending[i].raw[0]), pending[i].raw[1]);
	sum = mix(mix(sum, count), lost);
	sent = gvi_invalidations(m, &count);
	for (size_t i = 0; i < count; i++)
		sum = mix(mix(sum, sent[i].spa + sent[i].tag),
			  sent[i].device + sent[i].queue * 65536u);
	for (uint32_t at = 0; at < 256; at += 4) {
		REQUIRE(gvi_config_read(m, at, 4, &word) == GVI_OK);
		sum = mix(sum, word);
	}
	for (uint32_t at = 0; at < 0x4000; at += 8)
		if (gvi_mmio_read(m, at, 8, &value) == GVI_OK)
			sum = mix(sum, value);
	return mix(mix(sum, count), gvi_features_now(m));
}

static void same_config(const struct gvi_config *a, const struct gvi_config *b)
{
	ck_assert(a->version == b->version && a->revision == b->revision);
	ck_assert(a->device == b->device && a->pci_id == b->pci_id);
	ck_assert(a->capability == b->capability && a->misc0 == b->misc0 && a->misc1 == b->misc1);
	ck_assert(a->efr == b->efr && a->efr2 == b->efr2 && a->control == b->control);
	ck_assert(a->base == b->base && a->enabled == b->enabled && a->snp == b->snp);
	ck_assert(a->no_host == b->no_host && a->irt_cache_dis == b->irt_cache_dis);
	ck_assert(a->gst_buffer == b->gst_buffer && a->msi_messages_log2 == b->msi_messages_log2);
	ck_assert_mem_eq(a->habit, b->habit, sizeof a->habit);
}

/* ---- The identity ------------------------------------------------------------ */

static void restore_into(struct rig *r, void *storage, const struct saved *s)
{
	const struct gvi_host host = rig_host(r);

	memset((void *)r->m, 0xee, gvi_size());
	ck_assert_int_eq(gvi_restore(r->m, &host, storage, s->bytes, s->size), GVI_OK);
}

/* After any life: the same bytes again, and the same life from there on. */
static void check_identity(enum gvi_preset preset, uint64_t seed, bool tracked)
{
	void *first = malloc(gvi_history_size(VALUES_LOG2)),
	     *second = malloc(gvi_history_size(VALUES_LOG2));
	struct gvi_config config = rig_config(preset);
	struct rig a, b;
	struct saved s, again;

	ck_assert(first && second);
	open_tracked(&a, preset, tracked ? first : NULL);
	rig_open(&b, &config);
	(void)live(&a, seed, 150);
	s = save(a.m);
	restore_into(&b, second, &s);
	again = save(b.m);
	ck_assert_uint_eq(s.size, again.size);
	ck_assert_mem_eq(s.bytes, again.bytes, s.size);
	same_config(gvi_config(a.m), gvi_config(b.m));
	ck_assert_uint_eq(look(a.m), look(b.m));
	ck_assert(memory_copy(b.memory, a.memory));
	ck_assert_uint_eq(live(&a, seed + 1, 200), live(&b, seed + 1, 200));
	free(again.bytes);
	free(s.bytes);
	rig_close(&a);
	rig_close(&b);
	free(first);
	free(second);
}

START_TEST(test_what_is_restored_lives_on)
{
	for (unsigned p = 0; p < GVI_NPRESETS; p++)
		for (uint64_t seed = 1; seed <= 40; seed++)
			check_identity((enum gvi_preset)p, 1000 * p + seed, seed % 2);
}
END_TEST

/* A cache that still holds what it may. */
static unsigned hold(void *user, enum gvi_choice choice, unsigned options)
{
	(void)user;
	(void)options;
	return choice == GVI_CHOICE_HELD_DTE;
}

/* The history is a part of it: what was held before may still be held after. */
START_TEST(test_the_past_is_restored)
{
	_Alignas(8) uint8_t storage[2][8192];
	struct rig a, b;
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	struct gvi_host host;
	struct saved s;
	uint64_t old;
	unsigned log2;

	ck_assert_uint_le(gvi_history_size(VALUES_LOG2), sizeof storage[0]);
	open_tracked(&a, GVI_PRESET_HOST_ONLY, storage[0]);
	rig_entry(&a, "V=1 TV=1 IR=1");
	old = memory_load(a.memory, TABLE + 32 * DEVICE);
	ck_assert_int_eq(gvi_wrote(a.m, TABLE + 32 * DEVICE, &old, 1), GVI_OK);
	s = save(a.m);
	ck_assert_int_eq(gvi_saved(s.bytes, s.size, &log2), GVI_OK);
	ck_assert_uint_eq(log2, VALUES_LOG2);
	rig_open(&b, &config);
	ck_assert_int_eq(gvi_restore(b.m, &(struct gvi_host){0}, NULL, s.bytes, s.size),
			 GVI_SAVE_HISTORY);
	ck_assert_int_eq(gvi_restore(b.m, &(struct gvi_host){0}, storage[1] + 1, s.bytes, s.size),
			 GVI_SAVE_HISTORY);
	restore_into(&b, storage[1], &s);
	/* The entry refuses now, and the one that let pass may be held. */
	rig_entry(&b, "V=1 TV=1");
	ck_assert_int_eq(rig_access(&b, GVI_READ, DATA).result, GVI_ABORT);
	host = rig_host(&b);
	host.choose = hold;
	ck_assert_int_eq(gvi_set_host(b.m, &host), GVI_OK);
	ck_assert_int_eq(rig_access(&b, GVI_READ, DATA).result, GVI_GRANT);
	free(s.bytes);
	rig_close(&a);
	rig_close(&b);
}
END_TEST

/* ---- What is refused --------------------------------------------------------- */

static struct saved some_snapshot(void *storage)
{
	struct rig r;
	struct saved s;

	open_tracked(&r, GVI_PRESET_EVERYTHING, storage);
	(void)live(&r, 42, 120);
	s = save(r.m);
	rig_close(&r);
	return s;
}

/* Whether the bytes are accepted: then they are what is saved again, else nothing has
 * changed. */
static bool accepted(struct gvi *m, void *storage, const struct saved *s)
{
	const struct gvi_host host = {0};
	size_t room = gvi_history_size(VALUES_LOG2);
	uint8_t *was = malloc(gvi_size() + room);
	enum gvi_status status;
	struct saved again;

	ck_assert_ptr_nonnull(was);
	memcpy(was, (const void *)m, gvi_size());
	memcpy(was + gvi_size(), storage, room);
	status = gvi_restore(m, &host, storage, s->bytes, s->size);
	if (status != GVI_OK) {
		REQUIRE(!memcmp(was, (const void *)m, gvi_size()));
		REQUIRE(!memcmp(was + gvi_size(), storage, room));
		free(was);
		return false;
	}
	free(was);
	again = save(m);
	REQUIRE(again.size == s->size && !memcmp(again.bytes, s->bytes, s->size));
	free(again.bytes);
	return true;
}

START_TEST(test_no_part_is_a_snapshot)
{
	void *storage = calloc(1, gvi_history_size(VALUES_LOG2));
	struct gvi *m = malloc(gvi_size());
	struct saved s = some_snapshot(storage), part;

	memset((void *)m, 0x5a, gvi_size());
	for (size_t size = 0; size < s.size; size++) {
		part = (struct saved){malloc(size + 1), size};
		memcpy(part.bytes, s.bytes, size);
		REQUIRE(!accepted(m, storage, &part));
		free(part.bytes);
	}
	part = (struct saved){malloc(s.size + 1), s.size + 1};
	memcpy(part.bytes, s.bytes, s.size);
	part.bytes[s.size] = 0;
	ck_assert(!accepted(m, storage, &part));
	free(part.bytes);
	ck_assert(accepted(m, storage, &s));
	free(s.bytes);
	free(m);
	free(storage);
}
END_TEST

/* Another number: another IOMMU, or none. */
START_TEST(test_no_byte_is_overlooked)
{
	void *storage = calloc(1, gvi_history_size(VALUES_LOG2));
	struct gvi *m = malloc(gvi_size());
	struct saved s = some_snapshot(storage);
	unsigned other = 0;

	memset((void *)m, 0x5a, gvi_size());
	for (size_t at = 0; at < s.size; at++)
		for (unsigned bit = 0; bit < 8; bit += 7) {
			/* Its history might want more room than there is here. */
			if (at >= 12 && at < 16)
				continue;
			s.bytes[at] ^= (uint8_t)(1u << bit);
			other += accepted(m, storage, &s);
			s.bytes[at] ^= (uint8_t)(1u << bit);
		}
	ck_assert_uint_gt(other, 100);
	ck_assert_uint_lt(other, 2 * s.size - 100);
	ck_assert(accepted(m, storage, &s));
	free(s.bytes);
	free(m);
	free(storage);
}
END_TEST

/* The largest of the small numbers that the byte may be, and how many of them it may. */
static unsigned largest(struct gvi *m, struct saved *s, size_t at, unsigned *count)
{
	uint8_t was = s->bytes[at];
	unsigned found = 0;

	*count = 0;
	for (unsigned value = 0; value < 40; value++) {
		s->bytes[at] = (uint8_t)value;
		if (gvi_restore(m, &(struct gvi_host){0}, NULL, s->bytes, s->size) != GVI_OK)
			continue;
		found = value;
		++*count;
	}
	s->bytes[at] = was;
	return found;
}

/* Where the PCI function's state begins: with Command, whose bit 2 makes a difference. */
static size_t find_pci(struct rig *r)
{
	struct saved on, off;
	size_t at = 0;

	rig_pci_write(r, 0x04, 0);
	off = save(r->m);
	rig_pci_write(r, 0x04, 4);
	on = save(r->m);
	while (on.bytes[at] == off.bytes[at])
		at++;
	free(on.bytes);
	free(off.bytes);
	return at;
}

/* Behind it, what is no number at all has a largest value: a switch, how memory answers, a
 * kind of message, a source of interrupts, the length of a store, a tag, a log. */
START_TEST(test_nothing_is_above_its_largest)
{
	enum { PCI_BYTES = 24, NLIMITS = 6 };
	static const unsigned limits[NLIMITS] = {1, 3, 7, 10, 16, 31};
	struct gvi *m = malloc(gvi_size());
	unsigned met[NLIMITS] = {0};

	for (uint64_t seed = 1; seed <= 2; seed++) {
		struct rig r;
		struct saved s;
		size_t pci;
		unsigned count;

		open_tracked(&r, GVI_PRESET_EVERYTHING, NULL);
		rig_entry(&r, "V=1 TV=1 IR=1 IW=1 I=1");
		(void)live(&r, seed, 30);
		pci = find_pci(&r);
		(void)invalidate(&r, 3u << 8);
		(void)rig_access(&r, GVI_READ, DATA);
		s = save(r.m);
		ck_assert_uint_eq(largest(m, &s, pci, &count), 4);
		ck_assert_uint_eq(count, 2);
		/* Of the base Enable and bits 31:14, of the range bits 31:7. */
		ck_assert_uint_eq(largest(m, &s, pci + 4, &count), 1);
		ck_assert_uint_eq(largest(m, &s, pci + 5, &count), 0);
		ck_assert_uint_eq(largest(m, &s, pci + 12, &count), 0);
		for (size_t at = pci + PCI_BYTES; at < s.size; at++) {
			unsigned most = largest(m, &s, at, &count), i = 0;

			if (count <= 1 || most > 31)
				continue;
			while (i < NLIMITS && limits[i] != most)
				i++;
			ck_assert_msg(i < NLIMITS, "seed %u, byte %zu: %u", (unsigned)seed, at,
				      most);
			met[i]++;
		}
		free(s.bytes);
		rig_close(&r);
	}
	for (unsigned i = 0; i < NLIMITS; i++)
		ck_assert_msg(met[i], "%u", limits[i]);
	free(m);
}
END_TEST

/* The first byte in which two snapshots of one length differ. */
static size_t difference(struct saved *a, struct saved *b)
{
	size_t at = 0;

	ck_assert_uint_eq(a->size, b->size);
	while (at < a->size && a->bytes[at] == b->bytes[at])
		at++;
	ck_assert_uint_lt(at, a->size);
	free(b->bytes);
	return at;
}

/* Neither is what a register cannot hold, nor a switch of the configuration. */
START_TEST(test_registers_hold_what_they_can)
{
	struct gvi *m = malloc(gvi_size());
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct saved s, other;
	struct rig r;
	size_t at;
	unsigned count;

	config.irt_cache_dis = false;
	rig_open(&r, &config);
	other = save(r.m);
	rig_close(&r);
	config.irt_cache_dis = true;
	rig_open(&r, &config);
	s = save(r.m);
	/* enabled, no_host, snp, this one, gst_buffer */
	at = difference(&s, &other);
	for (size_t i = at - 3; i < at + 2; i++)
		ck_assert_uint_le(largest(m, &s, i, &count), 1);
	ck_assert_uint_eq(largest(m, &s, at, &count), 1);
	ck_assert_uint_eq(largest(m, &s, at + 1, &count), 1);
	free(s.bytes);
	/* Bits 51:12: in the second of its bytes the upper half. */
	rig_write(&r, GVI_REGISTER_EXCL_LIMIT, 0x1000);
	other = save(r.m);
	rig_write(&r, GVI_REGISTER_EXCL_LIMIT, 0x2000);
	s = save(r.m);
	at = difference(&s, &other);
	ck_assert_uint_eq(largest(m, &s, at, &count), 32);
	ck_assert_uint_eq(count, 2);
	ck_assert_uint_eq(largest(m, &s, at - 1, &count), 0);
	ck_assert_uint_eq(largest(m, &s, at + 5, &count), 15);
	ck_assert_uint_eq(largest(m, &s, at + 6, &count), 0);
	free(s.bytes);
	rig_close(&r);
	free(m);
}
END_TEST

/* An interrupt of a device, as it was sent. */
START_TEST(test_messages_are_whole)
{
	const struct gvi_interrupt interrupt = {.device = DEVICE, .address = 0xfee00000, .data = 1};
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_answer answer;
	struct saved s, again;
	struct rig a, b;
	size_t count;

	rig_open(&a, &config);
	rig_start(&a);
	rig_open(&b, &config);
	rig_entry(&a, "IV=1 IntTabLen=1 IntTabRoot=0x800000 IntCtl=remap");
	rig_store(&a, GVI_FORMAT_IRTE_32, 0x800004, "RemapEn=1 RqEoi=1 Destination=5 Vector=0x31");
	ck_assert_int_eq(gvi_interrupt(a.m, &interrupt, &answer), GVI_OK);
	ck_assert(gvi_effects(a.m, &count)->message.rq_eoi && count == 1);
	s = save(a.m);
	restore_into(&b, NULL, &s);
	ck_assert_uint_eq(effects(a.m), effects(b.m));
	ck_assert(gvi_effects(b.m, &count)->message.rq_eoi);
	again = save(b.m);
	ck_assert_mem_eq(s.bytes, again.bytes, s.size);
	free(s.bytes);
	free(again.bytes);
	rig_close(&a);
	rig_close(&b);
}
END_TEST

static enum gvi_status restored(const struct saved *s)
{
	struct gvi *m = malloc(gvi_size());
	enum gvi_status status = gvi_restore(m, &(struct gvi_host){0}, NULL, s->bytes, s->size);

	free(m);
	return status;
}

START_TEST(test_it_says_why)
{
	struct rig r;
	struct saved s;
	uint8_t small[8];
	unsigned log2;

	open_tracked(&r, GVI_PRESET_HOST_ONLY, NULL);
	s = save(r.m);
	ck_assert_int_eq(gvi_save(r.m, small, sizeof small), GVI_SAVE_ROOM);
	ck_assert_int_eq(gvi_save(NULL, small, sizeof small), GVI_ARG_NULL);
	ck_assert_uint_eq(gvi_save_size(NULL), 0);
	ck_assert_int_eq(gvi_saved(NULL, 0, &log2), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_saved(s.bytes, 15, &log2), GVI_SAVE_FORMAT);
	ck_assert_int_eq(restored(&s), GVI_OK);
	s.bytes[0] ^= 1;
	ck_assert_int_eq(restored(&s), GVI_SAVE_FORMAT);
	s.bytes[0] ^= 1;
	s.bytes[8] = 2;
	ck_assert_int_eq(restored(&s), GVI_SAVE_NEWER);
	s.bytes[8] = 1;
	s.bytes[12] = 3;
	ck_assert_int_eq(restored(&s), GVI_SAVE_VALUE);
	s.bytes[12] = 0;
	/* The revision of the configuration. */
	s.bytes[21] = 9;
	ck_assert_int_eq(restored(&s), GVI_CONFIG_REVISION);
	s.bytes[21] = 3;
	s.size--;
	ck_assert_int_eq(restored(&s), GVI_SAVE_LENGTH);
	free(s.bytes);
	rig_close(&r);
}
END_TEST

/* Nobody is told any more, and nothing is remembered: also not that a table moves. */
START_TEST(test_the_end_of_a_history)
{
	struct rig r;

	open_tracked(&r, GVI_PRESET_HOST_ONLY, NULL);
	rig_write(&r, GVI_REGISTER_DEV_TAB_BASE, 0x300000);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_DEV_TAB_BASE), 0x300000);
	rig_close(&r);
}
END_TEST

RIG_RUN("save", test_what_is_restored_lives_on, test_the_past_is_restored,
	test_no_part_is_a_snapshot, test_no_byte_is_overlooked, test_nothing_is_above_its_largest,
	test_registers_hold_what_they_can, test_messages_are_whole, test_it_says_why,
	test_the_end_of_a_history)
