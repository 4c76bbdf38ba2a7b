/* The caller's mistakes: each is refused with its status, has changed nothing,
 * and every byte of what an accepted call fills in is defined. */
#include "conformance/unit/rig.h"
#include "goldvi/oracle.h"

#include <stddef.h>

static void open_started(struct rig *r, enum gvi_preset preset)
{
	struct gvi_config config = rig_config(preset);

	rig_open(r, &config);
	rig_start(r);
}

/* The model as bytes, before and after a refused call. */
struct frozen {
	unsigned char *bytes;
};

static struct frozen freeze(const struct rig *r)
{
	struct frozen f = {malloc(gvi_size())};

	ck_assert_ptr_nonnull(f.bytes);
	memcpy(f.bytes, (const void *)r->m, gvi_size());
	return f;
}

static void check_frozen(const struct rig *r, struct frozen f)
{
	ck_assert_mem_eq((const void *)r->m, f.bytes, gvi_size());
	free(f.bytes);
}

/* ---- NULL ----------------------------------------------------------------- */

START_TEST(test_null_pointers_are_refused)
{
	struct gvi_request request = {.length = 4};
	struct gvi_answer answer;
	struct gvi_config config = rig_config(GVI_PRESET_CLIENT);
	struct gvi_host host = {0};
	struct rig r;
	struct frozen f;
	uint64_t wide;
	uint32_t narrow;
	bool done;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	f = freeze(&r);
	ck_assert_int_eq(gvi_init(NULL, &config, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_init(r.m, NULL, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_init(r.m, &config, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_set_host(NULL, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_set_host(r.m, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_mmio_read(NULL, 0, 8, &wide), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_mmio_read(r.m, 0, 8, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_mmio_write(NULL, 0, 8, 0), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_config_read(NULL, 0, 4, &narrow), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_config_read(r.m, 0, 4, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_config_write(NULL, 0, 4, 0), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_translate(NULL, &request, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_translate(r.m, NULL, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_translate(r.m, &request, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_step(NULL, &done), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_step(r.m, NULL), GVI_ARG_NULL);
	check_frozen(&r, f);
	rig_close(&r);
}
END_TEST

/* Of those who ask for more than an access. */
START_TEST(test_null_pointers_of_the_others)
{
	const struct gvi_ats_request ats = {.address = DATA, .count = 1, .unit_log2 = 12};
	const struct gvi_interrupt interrupt = {.address = 0xfee00000};
	const struct gvi_page_request page = {.address = DATA};
	const struct gvi_input input = {.kind = GVI_INPUT_STEP};
	struct gvi_ats_answer translated;
	struct gvi_answer answer;
	struct gvi_page_answer asked;
	union gvi_reply reply;
	struct rig r;
	struct frozen f;

	open_started(&r, GVI_PRESET_EVERYTHING);
	f = freeze(&r);
	ck_assert_int_eq(gvi_ats_translate(NULL, &ats, &translated), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_ats_translate(r.m, NULL, &translated), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_ats_translate(r.m, &ats, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_interrupt(NULL, &interrupt, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_interrupt(r.m, NULL, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_interrupt(r.m, &interrupt, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_page_request(NULL, &page, &asked), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_page_request(r.m, NULL, &asked), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_page_request(r.m, &page, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_invalidation_done(NULL, DEVICE, 0), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_invalidation_timed_out(NULL, DEVICE, 0), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_invalidation_done(r.m, DEVICE, 0), GVI_STATE_NO_INVALIDATION);
	ck_assert_int_eq(gvi_invalidation_timed_out(r.m, DEVICE, 0), GVI_STATE_NO_INVALIDATION);
	ck_assert_int_eq(gvi_play(NULL, &input, &reply), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_play(r.m, NULL, &reply), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_play(r.m, &input, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_check(NULL), GVI_ARG_NULL);
	check_frozen(&r, f);
	rig_close(&r);
}
END_TEST

/* ---- Registers ------------------------------------------------------------ */

START_TEST(test_accesses_of_a_wrong_shape)
{
	static const struct {
		uint32_t offset;
		unsigned len;
	} mmio[] = {
		{0, 0}, {0, 3}, {0, 5}, {0, 16}, {0, 0x80000000}, {1, 2}, {2, 4}, {4, 8}, {7, 8},
	};
	static const struct {
		uint32_t offset;
		unsigned len;
	} config[] = {
		{0, 0}, {0, 3}, {0, 8}, {1, 2}, {3, 4}, {2, 4},
	};
	uint64_t wide = 0x1234;
	uint32_t narrow = 0x5678;
	struct rig r;
	struct frozen f;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	f = freeze(&r);
	for (unsigned i = 0; i < sizeof mmio / sizeof mmio[0]; i++) {
		ck_assert_int_eq(gvi_mmio_read(r.m, mmio[i].offset, mmio[i].len, &wide),
				 GVI_ARG_MMIO_SIZE);
		ck_assert_int_eq(gvi_mmio_write(r.m, mmio[i].offset, mmio[i].len, 1),
				 GVI_ARG_MMIO_SIZE);
	}
	ck_assert_int_eq(gvi_mmio_read(r.m, 0x4000, 8, &wide), GVI_ARG_MMIO_OFFSET);
	ck_assert_int_eq(gvi_mmio_write(r.m, 0x4000, 1, 1), GVI_ARG_MMIO_OFFSET);
	for (unsigned i = 0; i < sizeof config / sizeof config[0]; i++) {
		ck_assert_int_eq(gvi_config_read(r.m, config[i].offset, config[i].len, &narrow),
				 GVI_ARG_CONFIG_SIZE);
		ck_assert_int_eq(gvi_config_write(r.m, config[i].offset, config[i].len, 1),
				 GVI_ARG_CONFIG_SIZE);
	}
	ck_assert_int_eq(gvi_config_read(r.m, 4096, 4, &narrow), GVI_ARG_CONFIG_OFFSET);
	ck_assert_int_eq(gvi_config_write(r.m, UINT32_MAX, 1, 1), GVI_ARG_CONFIG_OFFSET);
	ck_assert_uint_eq(wide, 0x1234);
	ck_assert_uint_eq(narrow, 0x5678);
	check_frozen(&r, f);
	rig_close(&r);
}
END_TEST

/* ---- Requests ------------------------------------------------------------- */

#define REQUEST(...)                                                                               \
	{                                                                                          \
		.device = DEVICE, .address = DATA, .length = 4, __VA_ARGS__                        \
	}
static const struct {
	struct gvi_request request;
	enum gvi_status status;
} refused[] = {
	{REQUEST(.access = GVI_ATOMIC + 1), GVI_ARG_ACCESS},
	{REQUEST(.access = 255), GVI_ARG_ACCESS},
	{{.address = DATA, .length = 0, .access = GVI_WRITE}, GVI_ARG_LENGTH},
	{{.address = DATA, .length = 0, .access = GVI_WRITE_NONPOSTED}, GVI_ARG_LENGTH},
	{{.address = DATA, .length = 0, .access = GVI_ATOMIC}, GVI_ARG_LENGTH},
	{{.address = DATA, .length = 4097}, GVI_ARG_LENGTH},
	{{.address = DATA, .length = UINT32_MAX}, GVI_ARG_LENGTH},
	{{.address = DATA + 1, .length = 4096}, GVI_ARG_CROSSING},
	{{.address = DATA + 4095, .length = 2}, GVI_ARG_CROSSING},
	{{.address = UINT64_MAX, .length = 2}, GVI_ARG_CROSSING},
	{REQUEST(.has_pasid = true, .pasid = 1u << 20), GVI_ARG_PASID},
	{REQUEST(.pasid = 1), GVI_ARG_PASID},
	{REQUEST(.execute = true), GVI_ARG_PASID},
	{REQUEST(.privileged = true), GVI_ARG_PASID},
	{REQUEST(.intx = true), GVI_ARG_INTX},
	{REQUEST(.intx = true, .access = GVI_ATOMIC), GVI_ARG_INTX},
};

START_TEST(test_requests_that_cannot_be)
{
	struct rig r;
	struct frozen f;
	struct gvi_answer answer, was;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	memset(&answer, 0x5a, sizeof answer);
	memset(&was, 0x5a, sizeof was);
	/* The effects of the last accepted call stay as well. */
	(void)rig_access(&r, GVI_READ, DATA);
	f = freeze(&r);
	for (unsigned i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		ck_assert_msg(gvi_translate(r.m, &refused[i].request, &answer) == refused[i].status,
			      "row %u", i);
		ck_assert_mem_eq(&answer, &was, sizeof was);
	}
	check_frozen(&r, f);
	rig_close(&r);
}
END_TEST

START_TEST(test_requests_at_the_edge)
{
	static const struct gvi_request edges[] = {
		{.address = DATA, .length = 0, .access = GVI_READ},
		{.address = DATA, .length = 4096, .access = GVI_WRITE},
		{.address = DATA + 4095, .length = 1, .access = GVI_ATOMIC},
		{.address = DATA + 4095, .length = 0, .access = GVI_READ},
		{.address = UINT64_MAX, .length = 1, .access = GVI_READ, .device = 0xffff},
		REQUEST(.has_pasid = true, .pasid = 0xfffff, .execute = true, .privileged = true),
		REQUEST(.access = GVI_WRITE, .intx = true),
	};
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	for (unsigned i = 0; i < sizeof edges / sizeof edges[0]; i++) {
		struct gvi_answer answer;

		/* The table is all zeros: V=0 forwards. */
		ck_assert_int_eq(gvi_translate(r.m, &edges[i], &answer), GVI_OK);
		ck_assert_int_eq(answer.result, GVI_GRANT);
		ck_assert_uint_eq(answer.address, edges[i].address);
	}
	rig_close(&r);
}
END_TEST

/* No compiler has left bytes that belong to no member. */
#define FULL(type, last)                                                                           \
	_Static_assert(offsetof(struct type, last) + sizeof((struct type *)NULL)->last ==          \
			       sizeof(struct type),                                                \
		       "there are bytes behind the last member")
FULL(gvi_message, reserved);
FULL(gvi_effect, reserved);
FULL(gvi_answer, clause);
FULL(gvi_ats_answer, reserved);
FULL(gvi_page_answer, reserved);
FULL(gvi_invalidation, reserved);

/* The answer does not show what lay there before. */
START_TEST(test_every_byte_of_an_answer_is_defined)
{
	struct gvi_request request = REQUEST(.access = GVI_WRITE);
	struct gvi_answer a, b;
	struct rig r;

	for (unsigned kind = 0; kind < 3; kind++) {
		open_started(&r, GVI_PRESET_HOST_ONLY);
		rig_entry(&r, kind == 0 ? "V=0" : kind == 1 ? "V=1 TV=1 IW=1" : "V=1 TV=1");
		memset(&a, 0xaa, sizeof a);
		memset(&b, 0x55, sizeof b);
		ck_assert_int_eq(gvi_translate(r.m, &request, &a), GVI_OK);
		ck_assert_int_eq(gvi_translate(r.m, &request, &b), GVI_OK);
		ck_assert_mem_eq(&a, &b, sizeof a);
		ck_assert_uint_le(a.nclauses, GVI_MAX_CLAUSES);
		for (unsigned i = a.nclauses; i < GVI_MAX_CLAUSES; i++)
			ck_assert_uint_eq(a.clause[i], 0);
		rig_close(&r);
	}
}
END_TEST

/* ---- Hosts ---------------------------------------------------------------- */

START_TEST(test_windows_that_cannot_be)
{
	static const unsigned char bytes[16] = {0};
	const struct gvi_window bad[] = {
		{0, 16, NULL},
		{0, 0, bytes},
		{UINT64_MAX - 14, 16, bytes},
		{2, UINT64_MAX, bytes},
	};
	const struct gvi_window good[] = {{UINT64_MAX - 15, 16, bytes}, {0, 16, bytes}};
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	struct gvi_host host = {.nwindows = 1};
	struct rig r;
	struct frozen f;

	rig_open(&r, &config);
	f = freeze(&r);
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_HOST_WINDOWS);
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		host.windows = &bad[i];
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_HOST_WINDOWS);
		ck_assert_int_eq(gvi_init(r.m, &config, &host), GVI_HOST_WINDOWS);
	}
	check_frozen(&r, f);
	host.windows = good;
	host.nwindows = 2;
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	host.nwindows = 0;
	host.windows = NULL;
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	rig_close(&r);
}
END_TEST

/* The device table in a window, the rest nowhere. */
START_TEST(test_windows_are_read_without_asking)
{
	static unsigned char table[32 * (DEVICE + 2)];
	struct gvi_window window = {TABLE, sizeof table, table};
	struct gvi_host host = {.windows = &window, .nwindows = 1};
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	/* V, TV, IR; Mode 0. */
	table[32 * DEVICE] = 3;
	table[32 * DEVICE + 7] = 0x20;
	answer = rig_access(&r, GVI_READ, DATA);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.size, 0);
	ck_assert(answer.translated && answer.read && !answer.write);
	/* One byte short, the entry lies outside: a master abort, Type 1. */
	window.length = 32 * DEVICE + 31;
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	answer = rig_access(&r, GVI_READ, DATA);
	ck_assert_int_eq(answer.result, GVI_ABORT);
	ck_assert_uint_eq(answer.event[0], UINT64_C(0x3200000000000000) | DEVICE);
	ck_assert_uint_eq(answer.event[1], TABLE + 32 * DEVICE);
	/* Without a write callback the record counts as written. */
	ck_assert_int_eq(answer.logging, GVI_LOGGED);
	rig_close(&r);
}
END_TEST

/* Each window is looked at, whoever listens; what ends inside an entry has none of it. */
START_TEST(test_windows_one_by_one)
{
	static unsigned char entry[32], nothing[16];
	const struct gvi_window good[] = {{TABLE + 32 * DEVICE, sizeof entry, entry},
					  {DATA, sizeof nothing, nothing}};
	const struct gvi_window half[] = {{TABLE + 32 * DEVICE, 16, entry}};
	const struct gvi_window bad[] = {{DATA, sizeof nothing, nothing}, {DATA, 0, nothing}};
	struct gvi_host host;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	/* V, TV, IR; Mode 0. */
	entry[0] = 3;
	entry[7] = 0x20;
	for (unsigned listens = 0; listens < 2; listens++) {
		host = (struct gvi_host){.user = &r, .windows = good, .nwindows = 2};
		host.note = listens ? rig_host(&r).note : NULL;
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).result, GVI_GRANT);
		host.windows = half;
		host.nwindows = 1;
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		/* DEV_TAB_HARDWARE_ERROR, Type 1. */
		ck_assert_uint_eq(rig_access(&r, GVI_READ, DATA).event[0],
				  UINT64_C(0x3200000000000000) | DEVICE);
	}
	host.windows = bad;
	host.nwindows = 2;
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_HOST_WINDOWS);
	rig_close(&r);
}
END_TEST

/* A listener is told of every entry that is fetched, and what it is. */
START_TEST(test_listeners_hear_of_every_entry)
{
	static const uint16_t walk[] = {GVI_FORMAT_DTE,    GVI_FORMAT_GCR3_NEXT, GVI_FORMAT_GCR3,
					GVI_FORMAT_GPML4E, GVI_FORMAT_GPDPE,     GVI_FORMAT_GPDE,
					GVI_FORMAT_GPTE};
	const struct gvi_request request = {.device = DEVICE,
					    .address = 0x10,
					    .length = 4,
					    .has_pasid = true,
					    .pasid = 1 << 9 | 5};
	const struct gvi_interrupt interrupt = {.device = DEVICE, .address = 0xfee00000};
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_EVERYTHING);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GT_EN, 1);
	rig_entry(&r, "V=1 TV=1 GV=1 GLX=1 GCR3TRP=0x1000000 IR=1 IW=1 IV=1 IntCtl=remap "
		      "IntTabRoot=0x800000");
	rig_store(&r, GVI_FORMAT_GCR3, ROOT + 8, "V=1 Address=0x1001000");
	rig_store(&r, GVI_FORMAT_GCR3, ROOT + 0x1000 + 8 * 5, "V=1 Address=0x1002000");
	for (unsigned i = 2; i < 6; i++)
		ck_assert(memory_store(r.memory, ROOT + 0x1000 * i,
				       (ROOT + 0x1000 * (i + 1)) | 0x67));
	memset(r.notes, 0, sizeof r.notes);
	ck_assert_int_eq(gvi_translate(r.m, &request, &answer), GVI_OK);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(r.notes[GVI_NOTE_FETCH], 7);
	ck_assert_mem_eq(r.fetched, walk, sizeof walk);
	rig_store(&r, GVI_FORMAT_IRTE_32, 0x800000, "RemapEn=1 Vector=0x31");
	ck_assert_int_eq(gvi_interrupt(r.m, &interrupt, &answer), GVI_OK);
	ck_assert(answer.translated);
	ck_assert_uint_eq(r.notes[GVI_NOTE_FETCH], 9);
	ck_assert_uint_eq(r.fetched[8], GVI_FORMAT_IRTE_32);
	rig_close(&r);
}
END_TEST

/* Everything in windows, or some of it: the same answers as through callbacks,
 * whoever listens. */
static void map_two_levels(struct rig *r)
{
	rig_entry(r, "V=1 TV=1 Mode=2 HostPageTableRootPtr=0x1000000 IR=1 IW=1");
	rig_store(r, GVI_FORMAT_PDE, ROOT, "PR=1 NextLevel=1 Address=0x1001000 IR=1 IW=1");
	rig_store(r, GVI_FORMAT_PTE, ROOT + 0x1000, "PR=1 NextLevel=0 Address=0x4000000 IR=1");
	rig_store(r, GVI_FORMAT_PDE, ROOT + 8, "PR=1 NextLevel=1 Address=0x1002000 IR=1");
}

START_TEST(test_walks_through_windows)
{
	static unsigned char table[32 * (DEVICE + 1)], tables[0x3000];
	/* The order of windows, and what of the tables they hold. */
	const struct gvi_window all[] = {{ROOT, sizeof tables, tables},
					 {TABLE, sizeof table, table}};
	const struct gvi_window root[] = {{ROOT, 0x1000, tables}, {TABLE, sizeof table, table}};
	const struct gvi_window cut[] = {{ROOT, 0x1004, tables}, {TABLE, sizeof table, table}};
	const struct gvi_window turned[] = {{TABLE, sizeof table, table}, {ROOT, 0x3000, tables}};
	const struct gvi_window *const sets[] = {all, root, cut, turned};
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	map_two_levels(&r);
	memory_read(r.memory, TABLE, table, sizeof table);
	memory_read(r.memory, ROOT, tables, sizeof tables);
	for (unsigned set = 0; set < 4; set++)
		for (unsigned listens = 0; listens < 2; listens++)
			for (uint64_t at = 0; at < 0x400000; at += 0x1ff000)
				for (unsigned access = 0; access < 2; access++) {
					struct gvi_host host = rig_host(&r);
					struct gvi_answer plain, windowed;

					ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
					plain = rig_access(&r, (enum gvi_access_kind)access, at);
					host.windows = sets[set];
					host.nwindows = 2;
					if (!listens)
						host.note = NULL;
					ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
					windowed = rig_access(&r, (enum gvi_access_kind)access, at);
					ck_assert_mem_eq(&plain, &windowed, sizeof plain);
				}
	rig_close(&r);
}
END_TEST

/* A host that answers with what does not exist has refused. */
START_TEST(test_hosts_that_answer_nonsense)
{
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	r.on_read = (enum gvi_bus)77;
	answer = rig_access(&r, GVI_READ, DATA);
	/* DEV_TAB_HARDWARE_ERROR, Type 2. */
	ck_assert_uint_eq(answer.event[0], UINT64_C(0x3400000000000000) | DEVICE);
	r.on_write = (enum gvi_bus)77;
	answer = rig_access(&r, GVI_READ, DATA);
	ck_assert_int_eq(answer.logging, GVI_LOST);
	rig_close(&r);
}
END_TEST

static unsigned choose_beyond(void *user, enum gvi_choice choice, unsigned options)
{
	(void)user;
	(void)choice;
	return options + 3;
}

START_TEST(test_a_choice_that_does_not_exist_is_the_preferred_one)
{
	struct gvi_host host;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	host = rig_host(&r);
	host.choose = choose_beyond;
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_EXCL_LIMIT), 0);
	/* Mode 7 is an illegal entry, not a page fault. */
	rig_entry(&r, "V=1 TV=1 Mode=7 IR=1 IW=1");
	ck_assert_uint_eq(rig_access(&r, GVI_READ, DATA).event[0] >> 60, 1);
	ck_assert_uint_gt(r.notes[GVI_NOTE_CHOICE], 0);
	ck_assert_uint_gt(r.notes[GVI_NOTE_CLAUSE], 0);
	ck_assert_uint_gt(r.notes[GVI_NOTE_FETCH], 0);
	ck_assert_uint_gt(r.notes[GVI_NOTE_EFFECT], 0);
	rig_close(&r);
}
END_TEST

/* ---- What a call did ------------------------------------------------------- */

static enum gvi_status do_nothing(struct rig *r, unsigned way)
{
	const struct gvi_request translated = {
		.device = DEVICE, .address = DATA, .length = 4, .translated = true};
	const struct gvi_request plain = {.device = DEVICE, .address = DATA, .length = 4};
	const struct gvi_ats_request ats = {
		.device = DEVICE, .address = DATA, .count = 1, .unit_log2 = 12};
	const struct gvi_interrupt interrupt = {.device = DEVICE, .address = 0xfee00000};
	struct gvi_ats_answer completion;
	struct gvi_answer answer;
	uint64_t wide;
	uint32_t narrow;
	bool more;

	switch (way) {
	case 0:
		return gvi_translate(r->m, &plain, &answer);
	case 1:
		return gvi_translate(r->m, &translated, &answer);
	case 2:
		return gvi_ats_translate(r->m, &ats, &completion);
	case 3:
		return gvi_interrupt(r->m, &interrupt, &answer);
	case 4:
		return gvi_mmio_read(r->m, 0, 8, &wide);
	case 5:
		return gvi_mmio_write(r->m, 0x28, 8, 0);
	case 6:
		return gvi_config_read(r->m, 0, 4, &narrow);
	case 7:
		return gvi_config_write(r->m, 0, 4, 0);
	default:
		return gvi_step(r->m, &more);
	}
}

/* Of the last call, not of the one before. */
START_TEST(test_effects_are_those_of_the_last_call)
{
	struct rig r;
	size_t count;

	open_started(&r, GVI_PRESET_EVERYTHING);
	for (unsigned way = 0; way < 9; way++) {
		rig_entry(&r, "V=1 TV=1");
		ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).logging, GVI_LOGGED);
		(void)gvi_effects(r.m, &count);
		ck_assert_uint_gt(count, 0);
		rig_entry(&r, "V=1 TV=1 IR=1 I=1");
		ck_assert_int_eq(do_nothing(&r, way), GVI_OK);
		(void)gvi_effects(r.m, &count);
		ck_assert_msg(count == (way == 3), "way %u", way); /* It sends the interrupt. */
	}
	rig_close(&r);
}
END_TEST

/* ---- What tables have been ------------------------------------------------- */

START_TEST(test_histories_that_cannot_be)
{
	static _Alignas(8) uint8_t storage[8192];
	const uint64_t words[9] = {0};
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	ck_assert_uint_eq(gvi_history_size(3), 0);
	ck_assert_uint_eq(gvi_history_size(31), 0);
	ck_assert_uint_gt(gvi_history_size(20), gvi_history_size(4));
	ck_assert_uint_gt(gvi_history_size(4), 0);
	ck_assert_uint_le(gvi_history_size(5), sizeof storage);
	ck_assert_int_eq(gvi_track(NULL, storage, 5), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_track(r.m, storage, 3), GVI_ARG_HISTORY);
	ck_assert_int_eq(gvi_track(r.m, storage, 31), GVI_ARG_HISTORY);
	ck_assert_int_eq(gvi_track(r.m, storage + 1, 5), GVI_ARG_HISTORY);
	ck_assert_int_eq(gvi_wrote(r.m, TABLE, words, 1), GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_track(r.m, storage, 5), GVI_OK);
	ck_assert_int_eq(gvi_wrote(NULL, TABLE, words, 1), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_wrote(r.m, TABLE, NULL, 1), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_wrote(r.m, TABLE + 4, words, 1), GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_wrote(r.m, TABLE, words, 0), GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_wrote(r.m, TABLE, words, 9), GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_wrote(r.m, UINT64_MAX - 7, words, 2), GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_wrote(r.m, UINT64_MAX - 63, words, 8), GVI_OK);
	ck_assert_int_eq(gvi_wrote(r.m, UINT64_MAX - 7, words, 1), GVI_OK);
	/* Nothing to remember in: its size does not matter. */
	ck_assert_int_eq(gvi_track(r.m, NULL, 0), GVI_OK);
	ck_assert_int_eq(gvi_wrote(r.m, TABLE, words, 1), GVI_ARG_WROTE);
	rig_close(&r);
}
END_TEST

static unsigned hold(void *user, enum gvi_choice choice, unsigned options)
{
	(void)user;
	return choice == GVI_CHOICE_HELD_DTE ? options - 1 : 0;
}

/* What was there before a reset is not held after it. */
START_TEST(test_a_reset_forgets_what_tables_have_been)
{
	static _Alignas(8) uint8_t storage[8192];
	uint64_t old;

	for (unsigned reset = 0; reset < 2; reset++) {
		struct gvi_host host;
		struct rig r;

		open_started(&r, GVI_PRESET_HOST_ONLY);
		rig_entry(&r, "V=1 TV=1 IR=1");
		ck_assert_int_eq(gvi_track(r.m, storage, 5), GVI_OK);
		old = memory_load(r.memory, TABLE + 32 * DEVICE);
		ck_assert_int_eq(gvi_wrote(r.m, TABLE + 32 * DEVICE, &old, 1), GVI_OK);
		rig_entry(&r, "V=1 TV=1");
		host = rig_host(&r);
		host.choose = hold;
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		if (reset) {
			gvi_reset(r.m);
			rig_start(&r);
		}
		ck_assert_int_eq(rig_access(&r, GVI_READ, DATA).result,
				 reset ? GVI_ABORT : GVI_GRANT);
		rig_close(&r);
	}
}
END_TEST

/* ---- Names ---------------------------------------------------------------- */

START_TEST(test_clauses_and_choices_are_found_by_name)
{
	ck_assert_int_eq(gvi_version(), GVI_VERSION);
	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		const struct gvi_choice_info *c = &gvi_choices[i];

		ck_assert_int_eq((int)gvi_find_choice(c->id), (int)i);
		ck_assert_uint_ge(c->count, 2);
		ck_assert_uint_le(c->count, GVI_MAX_ALTERNATIVES);
		for (unsigned k = 0; k < c->count; k++)
			ck_assert(c->alternative[k].name[0] && c->alternative[k].text[0]);
		ck_assert_msg(gvi_find_clause(c->clause) != GVI_CLAUSE_NONE, "%s: %s", c->id,
			      c->clause);
	}
	for (unsigned i = 1; i < GVI_NCLAUSES; i++)
		ck_assert_int_eq((int)gvi_find_clause(gvi_clauses[i].slug), (int)i);
	ck_assert_int_eq((int)gvi_find_clause("host.nowhere"), GVI_CLAUSE_NONE);
	ck_assert_int_eq((int)gvi_find_clause(""), GVI_CLAUSE_NONE);
	ck_assert_int_eq((int)gvi_find_choice("NONE"), GVI_NCHOICES);
}
END_TEST

RIG_RUN("api", test_null_pointers_are_refused, test_null_pointers_of_the_others,
	test_effects_are_those_of_the_last_call, test_histories_that_cannot_be,
	test_a_reset_forgets_what_tables_have_been, test_accesses_of_a_wrong_shape,
	test_requests_that_cannot_be, test_requests_at_the_edge,
	test_every_byte_of_an_answer_is_defined, test_windows_that_cannot_be,
	test_windows_are_read_without_asking, test_windows_one_by_one,
	test_listeners_hear_of_every_entry, test_walks_through_windows,
	test_hosts_that_answer_nonsense, test_a_choice_that_does_not_exist_is_the_preferred_one,
	test_clauses_and_choices_are_found_by_name)
