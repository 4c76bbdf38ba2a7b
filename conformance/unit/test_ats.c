/* Translation requests and translated requests: docs/spec/04 sections 4 and 5. */
#include "conformance/unit/rig.h"

#include <stdio.h>

/* Host tables of three levels: ROOT, one table of 2 MiB, one of 4 KiB. */
#define LEVEL2 UINT64_C(0x01001000)
#define LEVEL1 UINT64_C(0x01002000)
#define READ   (UINT64_C(1) << 61)
#define WRITE  (UINT64_C(1) << 62)
#define BOTH   (READ | WRITE)
#define FC     (UINT64_C(1) << 60)
#define U      (UINT64_C(1) << 59)
#define SIZED  UINT64_C(0xe00)
#define A      UINT64_C(0x20)
#define D      UINT64_C(0x40)
#define LEGAL  "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1000000 IR=1 IW=1 I=1 DomainID=0x77 "

/* Guest tables of PASID 5, which the host maps to themselves. */
#define GCR3  UINT64_C(0x02000000)
#define PML4  UINT64_C(0x02001000)
#define PDP   UINT64_C(0x02002000)
#define PD    UINT64_C(0x02003000)
#define PT    UINT64_C(0x02004000)
#define NX    (UINT64_C(1) << 63)
#define GUEST LEGAL "GV=1 GCR3TRP=0x2000000 "

/* Bits of a completion. */
#define C_R    UINT64_C(0x1)
#define C_W    UINT64_C(0x2)
#define C_U    UINT64_C(0x4)
#define C_EXE  UINT64_C(0x8)
#define C_PRIV UINT64_C(0x10)
#define C_GLOB UINT64_C(0x20)
#define C_N    UINT64_C(0x400)
#define C_S    UINT64_C(0x800)

#define TR                    (UINT64_C(1) << 56)
#define INVALID_REQUEST(type) (UINT64_C(8) << 60 | TR | (uint64_t)(type) << 57 | DEVICE)

static void host_page(struct rig *r, unsigned index, uint64_t entry)
{
	REQUIRE(memory_store(r->memory, LEVEL1 + 8 * index, entry));
}

static void begin_with(struct rig *r, struct gvi_config *config, const char *dte)
{
	rig_open(r, config);
	rig_start(r);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GT_EN, 1);
	rig_entry(r, dte);
	REQUIRE(memory_store(r->memory, ROOT, LEVEL2 | 2 << 9 | BOTH | 1));
	REQUIRE(memory_store(r->memory, LEVEL2, LEVEL1 | 1 << 9 | BOTH | 1));
	REQUIRE(memory_store(r->memory, LEVEL2 + 8, UINT64_C(0x40000000) | BOTH | 1));
	REQUIRE(memory_store(r->memory, LEVEL2 + 8 * 16, UINT64_C(0x02000000) | BOTH | 1));
	host_page(r, 1, UINT64_C(0x5000000) | BOTH | 1);
}

static void begin(struct rig *r, const char *dte)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	begin_with(r, &config, dte);
}

static void begin_guest_with(struct rig *r, struct gvi_config *config, const char *dte)
{
	begin_with(r, config, dte);
	REQUIRE(memory_store(r->memory, GCR3 + 8 * 5, PML4 | 1));
	REQUIRE(memory_store(r->memory, PML4, PDP | 0x27));
	REQUIRE(memory_store(r->memory, PDP, PD | 0x27));
	REQUIRE(memory_store(r->memory, PD, PT | 0x27));
}

static void begin_guest(struct rig *r, const char *dte)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	begin_guest_with(r, &config, dte);
}

static struct gvi_ats_answer ask(struct rig *r, const struct gvi_ats_request *request)
{
	struct gvi_ats_answer answer;

	memset(&answer, 0xa5, sizeof answer);
	REQUIRE(gvi_ats_translate(r->m, request, &answer) == GVI_OK);
	for (unsigned i = answer.count; i < GVI_MAX_TRANSLATIONS; i++)
		REQUIRE(answer.translation[i] == 0);
	return answer;
}

static struct gvi_ats_request at(uint64_t address)
{
	return (struct gvi_ats_request){
		.address = address, .device = DEVICE, .count = 1, .unit_log2 = 12};
}

static struct gvi_ats_request guest_at(uint64_t address)
{
	struct gvi_ats_request request = at(address);

	request.has_pasid = true;
	request.pasid = 5;
	return request;
}

static void completed(struct rig *r, const struct gvi_ats_request *request, uint64_t word)
{
	struct gvi_ats_answer answer = ask(r, request);

	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.completion, GVI_SUCCESS);
	ck_assert_uint_eq(answer.count, 1);
	ck_assert_uint_eq(answer.translation[0], word);
	ck_assert_uint_eq(answer.logging, GVI_NO_EVENT);
	ck_assert_uint_eq(answer.event[0], 0);
}

static void refused(struct rig *r, const struct gvi_ats_request *request,
		    enum gvi_completion completion, uint64_t low, uint64_t high)
{
	uint64_t tail = rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL);
	struct gvi_ats_answer answer = ask(r, request);

	ck_assert_uint_eq(answer.result, GVI_ABORT);
	ck_assert_uint_eq(answer.completion, completion);
	ck_assert_uint_eq(answer.count, 0);
	ck_assert_uint_eq(answer.event[0], low);
	ck_assert_uint_eq(answer.event[1], high);
	ck_assert_uint_eq(answer.logging, low ? GVI_LOGGED : GVI_NO_EVENT);
	ck_assert_uint_eq(rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL), tail + (low ? 16 : 0));
}

START_TEST(test_mistakes_change_nothing)
{
	static const struct gvi_ats_request bad[] = {
		{.count = 0, .unit_log2 = 12},
		{.count = 17, .unit_log2 = 12},
		{.count = 1, .unit_log2 = 11},
		{.count = 1, .unit_log2 = 44},
		{.count = 1, .unit_log2 = 12, .address = 0x1008},
		{.count = 1, .unit_log2 = 12, .pasid = 1},
		{.count = 1, .unit_log2 = 12, .execute = true},
		{.count = 1, .unit_log2 = 12, .privileged = true},
		{.count = 1, .unit_log2 = 12, .has_pasid = true, .pasid = 1 << 20},
	};
	struct gvi_ats_request good = at(0x1000);
	struct gvi_ats_answer answer, was;
	size_t before, after;
	struct gvi_effect first;
	struct rig r;

	begin(&r, LEGAL "HAD=3");
	(void)rig_access(&r, GVI_READ, 0x3000);
	first = *gvi_effects(r.m, &before);
	ck_assert_uint_ge(before, 1);
	memset(&answer, 0x5a, sizeof answer);
	was = answer;
	ck_assert_int_eq(gvi_ats_translate(NULL, &good, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_ats_translate(r.m, NULL, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_ats_translate(r.m, &good, NULL), GVI_ARG_NULL);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_int_eq(gvi_ats_translate(r.m, &bad[i], &answer),
				 i < 5 ? GVI_ARG_TRANSLATIONS : GVI_ARG_PASID);
	r.race_every = 1;
	ck_assert_int_eq(gvi_ats_translate(r.m, &good, &answer), GVI_STATE_RACING);
	ck_assert_mem_eq(gvi_effects(r.m, &after), &first, sizeof first);
	ck_assert_uint_eq(before, after);
	ck_assert_mem_eq(&answer, &was, sizeof was);
	rig_close(&r);
}
END_TEST

/* Steps 1 to 7, and where their order shows. */
START_TEST(test_refusals)
{
	static const struct {
		const char *dte;
		uint64_t address;
		enum gvi_completion completion;
		uint64_t low;
	} cases[] = {
		{"V=0 I=1", 0x1000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(0)},
		{"V=1 TV=1 IR=1 IW=1", 0x1000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(0)},
		{"V=1 I=1", 0x1000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(0)},
		/* PPR without EPHEn: 0180h, as field logs show it; before I=0. */
		{"V=1 PPR=1", 0x1000, GVI_COMPLETER_ABORT, UINT64_C(0x1180000000000020)},
		{"V=1 TV=1 Mode=7 I=1", 0x1000, GVI_COMPLETER_ABORT, UINT64_C(0x1100000000000020)},
		{LEGAL, 0xfee01000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{LEGAL, 0xfdf8000000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{LEGAL, 0xfd00000000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{LEGAL, 0xfdf9100000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{LEGAL "IoCtl=1", 0xfdfc000000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{"V=1 I=1 SysMgt=3", 0xfdf9100000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{"V=1 I=1", 0xfee01000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(1)},
		{"V=1 I=0", 0xfee01000, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(0)},
	};
	struct gvi_ats_request request;
	struct rig r;

	begin(&r, LEGAL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		request = at(cases[i].address);
		rig_entry(&r, cases[i].dte);
		refused(&r, &request, cases[i].completion, cases[i].low, cases[i].address);
	}
	/* A PASID of an entry without GV; the event names it (US at bit 49). */
	rig_entry(&r, LEGAL);
	request = guest_at(0x1000);
	refused(&r, &request, GVI_UNSUPPORTED_REQUEST,
		INVALID_REQUEST(0) | UINT64_C(5) << 32 | UINT64_C(3) << 48, 0x1000);
	/* SysMgt=11 is memory here, the IACK range and others are without rights. */
	rig_entry(&r, LEGAL "SysMgt=3");
	request = at(0xfdf9100000);
	completed(&r, &request, 0);
	request = at(0xfdf9000000);
	completed(&r, &request, 0);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 0);
	request = at(0x1000);
	refused(&r, &request, GVI_UNSUPPORTED_REQUEST, 0, 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_without_ats)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_request request = at(0x1000);
	struct rig r;

	config.habit[GVI_CHOICE_ATS_DISABLED] = 1;
	begin_with(&r, &config, LEGAL);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 0);
	completed(&r, &request, 0x1000 | C_N | C_R | C_W);
	rig_close(&r);
	/* Without IotlbSup. */
	config = rig_config(GVI_PRESET_HOST_ONLY);
	begin_with(&r, &config, LEGAL);
	refused(&r, &request, GVI_UNSUPPORTED_REQUEST, 0, 0);
	rig_close(&r);
}
END_TEST

/* Beyond a table of 128 entries. */
START_TEST(test_out_of_range)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_request request = at(0x1000);
	struct rig r;

	request.device = 0x80;
	begin(&r, LEGAL);
	rig_write(&r, GVI_REGISTER_DEV_TAB_BASE, TABLE);
	refused(&r, &request, GVI_UNSUPPORTED_REQUEST, INVALID_REQUEST(0) + 0x60, 0x1000);
	rig_close(&r);
	config.habit[GVI_CHOICE_ATS_OUT_OF_RANGE] = 1;
	begin_with(&r, &config, LEGAL);
	rig_write(&r, GVI_REGISTER_DEV_TAB_BASE, TABLE);
	completed(&r, &request, 0);
	rig_close(&r);
}
END_TEST

/* What the entry, the page and the request make of rights and attributes. */
START_TEST(test_host_pages)
{
	static const struct {
		const char *dte;
		uint64_t entry;
		bool no_write;
		uint64_t word;
	} cases[] = {
		{LEGAL, BOTH | 1, false, C_N | C_R | C_W},
		{LEGAL, READ | 1, false, C_N | C_R},
		{LEGAL, WRITE | 1, false, C_N | C_W},
		{LEGAL, 1, false, 0},
		{LEGAL, BOTH, false, 0},
		{LEGAL, BOTH | FC | 1, false, C_R | C_W},
		{LEGAL, BOTH | U | 1, false, C_N | C_U | C_R | C_W},
		{LEGAL, BOTH | 1, true, C_N | C_R},
		{LEGAL, WRITE | 1, true, 0},
		{LEGAL "IW=0", BOTH | 1, false, C_N | C_R},
		{LEGAL "IR=0", BOTH | 1, false, C_N | C_W},
		{LEGAL "IR=0", READ | 1, false, 0},
		{LEGAL "IR=0 IW=0", BOTH | 1, false, 0},
		/* Reserved bits, a level that does not exist, a size that the level has not. */
		{LEGAL, BOTH | UINT64_C(1) << 52 | 1, false, 0},
		{LEGAL, BOTH | 3 << 9 | 1, false, 0},
		{LEGAL, BOTH | SIZED | 0xff000 | 1, false, 0},
	};
	struct rig r;

	begin(&r, LEGAL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_ats_request request = at(0x2000);

		rig_entry(&r, cases[i].dte);
		request.no_write = cases[i].no_write;
		host_page(&r, 2, UINT64_C(0x5000000) | cases[i].entry);
		completed(&r, &request, cases[i].word ? UINT64_C(0x5000000) | cases[i].word : 0);
	}
	rig_close(&r);
}
END_TEST

/* The size's code: bits below the lowest 0 are ones. */
START_TEST(test_sizes)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_request huge = at(0x203000), coded = at(0x5000), same = at(0x12345000);
	struct rig r;

	begin(&r, LEGAL);
	completed(&r, &huge, 0x400ffc03);
	for (unsigned i = 4; i < 8; i++)
		host_page(&r, i, UINT64_C(0x5005000) | SIZED | BOTH | 1);
	completed(&r, &coded, 0x5005c03);
	rig_entry(&r, "V=1 TV=1 IR=1 I=1");
	completed(&r, &same, 0x12345401);
	rig_entry(&r, "V=1 TV=1 IW=1 I=1 AttrV=1 Mode0FC=1");
	completed(&r, &same, 0x12345002);
	rig_close(&r);
	config.habit[GVI_CHOICE_ATS_SIZE] = 1;
	config.habit[GVI_CHOICE_ATS_IDENTITY_SIZE] = 1;
	begin_with(&r, &config, LEGAL);
	completed(&r, &huge, 0x40003403);
	rig_entry(&r, "V=1 TV=1 IR=1 IW=1 I=1");
	completed(&r, &same, UINT64_C(0x7fffffffffc03));
	rig_close(&r);
}
END_TEST

/* 02 section 6: A in all entries used, D in the leaf if W is returned as 1. */
START_TEST(test_host_accessed_and_dirty)
{
	static const struct {
		uint64_t entry;
		bool no_write;
		uint64_t leaf, above;
	} cases[] = {
		{BOTH | 1, false, A | D, A},
		{WRITE | 1, false, A | D, A},
		{READ | 1, false, A, A},
		{BOTH | 1, true, A, A},
		{1, false, 0, 0},
		{0, false, 0, 0},
	};
	struct rig r;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_ats_request request = at(0x2000);

		request.no_write = cases[i].no_write;
		begin(&r, LEGAL "HAD=3");
		host_page(&r, 2, UINT64_C(0x6000000) | cases[i].entry);
		(void)ask(&r, &request);
		ck_assert_uint_eq(memory_load(r.memory, LEVEL1 + 16) & (A | D), cases[i].leaf);
		ck_assert_uint_eq(memory_load(r.memory, LEVEL2) & (A | D), cases[i].above);
		ck_assert_uint_eq(memory_load(r.memory, ROOT) & (A | D), cases[i].above);
		rig_close(&r);
	}
}
END_TEST

/* Guest pages over the host's page at 1000h: 1 P, 2 R/W, 4 U/S, 20h A, 40h D,
 * 100h G. */
START_TEST(test_guest_pages)
{
	static const struct {
		uint64_t entry;
		bool execute, privileged;
		uint64_t word;
	} cases[] = {
		{0x67, false, false, C_N | C_R | C_W},
		{0x65, false, false, C_N | C_R},
		{0x63, false, false, 0},
		{0x66, false, false, 0},
		{0x63, false, true, C_N | C_PRIV | C_R | C_W},
		{0x61, false, true, C_N | C_PRIV | C_R},
		{0x67, true, false, C_N | C_EXE | C_R | C_W},
		{0x67 | NX, true, false, C_N | C_R | C_W},
		{0x67 | NX, false, false, C_N | C_R | C_W},
		{0x167, false, false, C_N | C_GLOB | C_R | C_W},
	};
	struct gvi_ats_request request;
	struct rig r;

	begin_guest(&r, GUEST);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		request = guest_at(0x3000);
		request.execute = cases[i].execute;
		request.privileged = cases[i].privileged;
		REQUIRE(memory_store(r.memory, PT + 24, 0x1000 | cases[i].entry));
		completed(&r, &request, cases[i].word ? UINT64_C(0x5000000) | cases[i].word : 0);
	}
	/* The smaller page counts: 4 KiB of the guest in 2 MiB of the host. */
	REQUIRE(memory_store(r.memory, PT + 24, 0x203067));
	completed(&r, &request, 0x40003403);
	/* GIoV: Priv, Exe and Global are 0. */
	rig_entry(&r, GUEST "GIoV=1");
	REQUIRE(memory_store(r.memory, GCR3, PML4 | 1));
	REQUIRE(memory_store(r.memory, PT + 24, 0x1167));
	request = at(0x3000);
	completed(&r, &request, 0x5000403);
	/* Guest tables that the host does not map: no event either. */
	REQUIRE(memory_store(r.memory, LEVEL2 + 8 * 16, 0));
	completed(&r, &request, 0);
	rig_close(&r);
}
END_TEST

/* The guest's D follows from the rights of both. */
START_TEST(test_guest_accessed_and_dirty)
{
	static const struct {
		const char *dte;
		uint64_t host, guest;
		bool no_write;
		uint64_t guest_bits, host_bits;
	} cases[] = {
		{GUEST, BOTH | 1, 0x7, false, A | D, 0},
		{GUEST, READ | 1, 0x7, false, A, 0},
		{GUEST, BOTH | 1, 0x5, false, A, 0},
		{GUEST, BOTH | 1, 0x7, true, A, 0},
		{GUEST, BOTH | 1, 0x3, false, 0, 0},
		{GUEST, 0, 0x7, false, 0, 0},
		{GUEST "HAD=3", BOTH | 1, 0x7, false, A | D, A | D},
		{GUEST "HAD=3", BOTH | 1, 0x67, false, A | D, A | D},
		{GUEST "HAD=3", READ | 1, 0x7, false, A, A},
		{GUEST "HAD=3", BOTH | 1, 0x5, false, A, A},
		{GUEST "HAD=3", 0, 0x7, false, 0, 0},
	};
	struct gvi_ats_request request = guest_at(0x3000);
	struct rig r;

	for (size_t way = 0; way < 2; way++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

		/* Where A is set on the way down, also for those who get no rights, D still
		 * waits for the host's word. */
		config.habit[GVI_CHOICE_GUEST_UPDATE_ORDER] = (uint8_t)way;
		for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
			uint64_t seen, free = way && !cases[i].guest_bits ? A : 0;

			begin_guest_with(&r, &config, cases[i].dte);
			host_page(&r, 1, UINT64_C(0x5000000) | cases[i].host);
			REQUIRE(memory_store(r.memory, PT + 24, 0x1000 | cases[i].guest));
			request.no_write = cases[i].no_write;
			(void)ask(&r, &request);
			seen = memory_load(r.memory, PT + 24) & (A | D);
			ck_assert_uint_eq(seen & ~free, cases[i].guest_bits);
			seen = memory_load(r.memory, LEVEL1 + 8) & (A | D);
			ck_assert_uint_eq(seen, cases[i].host_bits);
			rig_close(&r);
		}
	}
}
END_TEST

/* A guest table that the host does not let be written: D cannot be set. */
START_TEST(test_dirty_refused)
{
	static const struct {
		uint8_t alternative;
		uint64_t guest, word;
	} cases[] = {
		{0, 0x1027, 0},         {0, 0x1067, 0x5000403}, {0, 0x1025, 0x5000401},
		{1, 0x1027, 0x5000401}, {1, 0x1067, 0x5000403}, {1, 0x1007, 0},
	};
	struct gvi_ats_request request = guest_at(0x3000);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_ATS_DIRTY_REFUSED] = cases[i].alternative;
		begin_guest_with(&r, &config, GUEST "HAD=3");
		REQUIRE(memory_store(r.memory, LEVEL2 + 8 * 16, UINT64_C(0x02000000) | READ | 1));
		REQUIRE(memory_store(r.memory, PT + 24, cases[i].guest));
		completed(&r, &request, cases[i].word);
		ck_assert_uint_eq(memory_load(r.memory, PT + 24), cases[i].guest);
		if (!(cases[i].word & C_W))
			ck_assert_uint_eq(memory_load(r.memory, LEVEL1 + 8) & D, 0);
		rig_close(&r);
	}
}
END_TEST

/* SnoopAttribute has a bit for each memory type: PAT (80h), PCD (10h), PWT (8). */
START_TEST(test_snoop_attribute)
{
	static const struct {
		uint8_t alternative;
		uint64_t host, guest, n;
	} cases[] = {
		{0, BOTH | 1, 0x67, 0},        {0, BOTH | 1, 0x77, C_N},
		{0, BOTH | 1, 0x7f, 0},        {0, BOTH | 1, 0xef, C_N},
		{0, BOTH | FC | 1, 0x77, C_N}, {1, BOTH | FC | 1, 0x77, 0},
		{1, BOTH | 1, 0x77, C_N},      {2, BOTH | FC | 1, 0x77, 0},
		{2, BOTH | 1, 0x67, C_N},
	};
	struct gvi_ats_request request = guest_at(0x3000);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_ATS_SNOOP_ATTRIBUTE] = cases[i].alternative;
		begin_guest_with(&r, &config, GUEST "AttrV=1 SnoopAttribute=0x24");
		host_page(&r, 1, UINT64_C(0x5000000) | cases[i].host);
		REQUIRE(memory_store(r.memory, PT + 24, 0x1000 | cases[i].guest));
		completed(&r, &request, UINT64_C(0x5000003) | cases[i].n);
		rig_close(&r);
	}
}
END_TEST

/* A present entry with a reserved bit; an absent one is no such thing. */
START_TEST(test_malformed_tables)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_request request = at(0x2000);
	struct gvi_ats_answer answer;
	struct rig r;

	config.habit[GVI_CHOICE_ATS_MALFORMED] = 1;
	begin_with(&r, &config, LEGAL);
	completed(&r, &request, 0);
	host_page(&r, 2, UINT64_C(1) << 52 | 1);
	answer = ask(&r, &request);
	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.completion, GVI_SUCCESS);
	ck_assert_uint_eq(answer.count, 1);
	ck_assert_uint_eq(answer.translation[0], 0);
	ck_assert_uint_eq(answer.logging, GVI_LOGGED);
	/* PR, RZ and TR. */
	ck_assert_uint_eq(answer.event[0], UINT64_C(0x2190007700000020));
	ck_assert_uint_eq(answer.event[1], 0x2000);
	rig_close(&r);
}
END_TEST

/* Memory with a hole, all of it or a page. */
struct hole {
	struct rig *rig;
	uint64_t page;
};

static enum gvi_bus read_around(void *user, uint64_t spa, void *to, size_t len)
{
	struct hole *hole = user;

	if (spa >> 12 == hole->page >> 12)
		return GVI_BUS_TARGET_ABORT;
	memory_read(hole->rig->memory, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus write_through(void *user, uint64_t spa, const void *from, size_t len)
{
	struct hole *hole = user;

	REQUIRE(memory_write(hole->rig->memory, spa, from, len));
	return GVI_BUS_OK;
}

/* Type 2 (target abort), TR=1, RW=0, and Completer Abort. */
START_TEST(test_tables_that_cannot_be_read)
{
	struct gvi_ats_request host = at(0x1000), guest = guest_at(0x3000);
	struct hole hole;
	struct gvi_host around = {.user = &hole, .read = read_around, .write = write_through};
	struct rig r;

	begin_guest(&r, GUEST);
	hole = (struct hole){&r, TABLE};
	ck_assert_int_eq(gvi_set_host(r.m, &around), GVI_OK);
	refused(&r, &host, GVI_COMPLETER_ABORT, UINT64_C(0x3500000000000020), TABLE + 0x400);
	hole.page = LEVEL1;
	refused(&r, &host, GVI_COMPLETER_ABORT, UINT64_C(0x4500007700000020), LEVEL1 + 8);
	hole.page = PT;
	refused(&r, &guest, GVI_COMPLETER_ABORT, UINT64_C(0x4501000500000020), PT + 24);
	/* A host table on the way to a guest table. */
	hole.page = LEVEL2;
	refused(&r, &guest, GVI_COMPLETER_ABORT, UINT64_C(0x4501000500000020), LEVEL2 + 0x80);
	rig_close(&r);
}
END_TEST

START_TEST(test_status)
{
	static const struct {
		uint8_t alternative;
		enum gvi_completion invalid, illegal;
	} cases[] = {
		{1, GVI_COMPLETER_ABORT, GVI_COMPLETER_ABORT},
		{2, GVI_UNSUPPORTED_REQUEST, GVI_UNSUPPORTED_REQUEST},
	};
	struct gvi_ats_request request = at(0x1000);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_ATS_STATUS] = cases[i].alternative;
		begin_with(&r, &config, "V=1");
		refused(&r, &request, cases[i].invalid, INVALID_REQUEST(0), 0x1000);
		rig_entry(&r, "V=1 PPR=1");
		refused(&r, &request, cases[i].illegal, UINT64_C(0x1180000000000020), 0x1000);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 0);
		refused(&r, &request, GVI_UNSUPPORTED_REQUEST, 0, 0);
		rig_close(&r);
	}
}
END_TEST

START_TEST(test_several)
{
	struct gvi_ats_request request = at(0x1000);
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_answer answer;
	struct rig r;

	begin(&r, LEGAL);
	host_page(&r, 2, UINT64_C(0x6000000) | READ | 1);
	request.count = 3;
	answer = ask(&r, &request);
	ck_assert_uint_eq(answer.count, 3);
	ck_assert_uint_eq(answer.translation[0], 0x5000403);
	ck_assert_uint_eq(answer.translation[1], 0x6000401);
	ck_assert_uint_eq(answer.translation[2], 0);
	/* Each of the unit's size where the page is larger. */
	request = at(0x3fc000);
	request.count = 3;
	request.unit_log2 = 13;
	answer = ask(&r, &request);
	ck_assert_uint_eq(answer.count, 3);
	ck_assert_uint_eq(answer.translation[0], 0x401fcc03);
	ck_assert_uint_eq(answer.translation[1], 0x401fec03);
	ck_assert_uint_eq(answer.translation[2], 0);
	/* The third lies in the MSI window, the second at the end of all addresses. */
	request = at(0xfedfe000);
	request.count = 16;
	answer = ask(&r, &request);
	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.count, 2);
	ck_assert_uint_eq(answer.logging, GVI_NO_EVENT);
	ck_assert_uint_eq(answer.event[0], 0);
	request = at(UINT64_C(0xffffffffffffe000));
	request.count = 16;
	ck_assert_uint_eq(ask(&r, &request).count, 2);
	rig_close(&r);
	config.habit[GVI_CHOICE_ATS_LATER_REFUSED] = 1;
	begin_with(&r, &config, LEGAL);
	request = at(0xfedfe000);
	request.count = 4;
	answer = ask(&r, &request);
	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.count, 2);
	ck_assert_uint_eq(answer.logging, GVI_LOGGED);
	ck_assert_uint_eq(answer.event[0], INVALID_REQUEST(1));
	ck_assert_uint_eq(answer.event[1], 0xfee00000);
	rig_close(&r);
	config.habit[GVI_CHOICE_ATS_COUNT] = 1;
	begin_with(&r, &config, LEGAL);
	ck_assert_uint_eq(ask(&r, &request).count, 1);
	rig_close(&r);
}
END_TEST

/* 01 section 6: 1000h to 4FFFh. */
START_TEST(test_exclusion)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_request request = at(0x2000);
	struct rig r;

	for (uint8_t way = 0; way < 3; way++) {
		static const uint64_t words[] = {0x2407, 0x2c05, 0};

		config.habit[GVI_CHOICE_ATS_IDENTITY_SIZE] = way == 1;
		config.habit[GVI_CHOICE_EXCLUSION_RIGHTS] = way == 1;
		config.habit[GVI_CHOICE_ATS_EXCLUSION] = way == 2;
		begin_with(&r, &config, "V=1 TV=1 IR=1 I=1");
		rig_write(&r, GVI_REGISTER_EXCL_LIMIT, 0x4000);
		rig_write(&r, GVI_REGISTER_EXCL_BASE, 0x1003);
		completed(&r, &request, words[way]);
		rig_close(&r);
	}
}
END_TEST

/* ---- Translated requests -------------------------------------------------- */

static struct gvi_answer translated(struct rig *r, enum gvi_access_kind access, uint64_t address)
{
	const struct gvi_request request = {.device = DEVICE,
					    .address = address,
					    .length = 4,
					    .access = (uint8_t)access,
					    .translated = true};
	struct gvi_answer answer;

	memset(&answer, 0xa5, sizeof answer);
	REQUIRE(gvi_translate(r->m, &request, &answer) == GVI_OK);
	return answer;
}

START_TEST(test_translated_requests)
{
	static const struct {
		const char *dte;
		uint64_t low;
	} cases[] = {
		{"V=0 I=1", UINT64_C(0x8200000000000020)},
		{"V=1 TV=1 IR=1", UINT64_C(0x8200000000000020)},
		{"V=1 PPR=1", UINT64_C(0x1080000000000020)},
		/* Neither TV nor rights nor tables count. */
		{"V=1 I=1", 0},
		{LEGAL "IR=0 IW=0", 0},
	};
	static const uint64_t ranges[] = {0xfdf9100000, 0xfdfc000000, 0xfdf9000000, 0xfd00000000};
	struct gvi_answer answer;
	struct rig r;

	begin(&r, LEGAL);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		rig_entry(&r, cases[i].dte);
		answer = translated(&r, GVI_READ, 0x1004);
		ck_assert_uint_eq(answer.result, cases[i].low ? GVI_ABORT : GVI_GRANT);
		ck_assert_uint_eq(answer.event[0], cases[i].low);
		ck_assert_uint_eq(answer.address, cases[i].low ? 0 : 0x1004);
	}
	for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
		ck_assert_uint_eq(translated(&r, GVI_WRITE, ranges[i]).address, ranges[i]);
	ck_assert_uint_eq(translated(&r, GVI_READ, 0xfee01000).result, GVI_GRANT);
	ck_assert_uint_eq(translated(&r, GVI_WRITE, 0xfee01000).result, GVI_INTERRUPT);
	rig_close(&r);
}
END_TEST

START_TEST(test_translated_to_ranges)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_answer answer;
	struct rig r;

	config.habit[GVI_CHOICE_TRANSLATED_RANGES] = 1;
	begin_with(&r, &config, LEGAL);
	answer = translated(&r, GVI_WRITE, 0xfee01000);
	ck_assert_uint_eq(answer.result, GVI_ABORT);
	ck_assert_uint_eq(answer.event[0], 0);
	ck_assert_uint_eq(translated(&r, GVI_READ, 0xfdfc000000).result, GVI_ABORT);
	ck_assert_uint_eq(translated(&r, GVI_READ, 0x1000).result, GVI_GRANT);
	rig_close(&r);
}
END_TEST

/* SATS=1: what ATS answers are guest physical addresses, and so is what comes. */
START_TEST(test_secure)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_ats_request host = at(0x1000), guest = guest_at(0x3000);
	struct gvi_answer answer;
	struct rig r;

	begin_guest(&r, GUEST "SATS=1 HAD=3");
	REQUIRE(memory_store(r.memory, PT + 24, 0x1067));
	completed(&r, &host, 0x1403);
	completed(&r, &guest, 0x1403);
	host_page(&r, 1, UINT64_C(0x5000000) | U | BOTH | 1);
	answer = translated(&r, GVI_READ, 0x1004);
	ck_assert_uint_eq(answer.address, 0x5000004);
	ck_assert_uint_eq(memory_load(r.memory, LEVEL1 + 8) & (A | D), A);
	(void)translated(&r, GVI_WRITE, 0x1004);
	ck_assert_uint_eq(memory_load(r.memory, LEVEL1 + 8) & (A | D), A | D);
	/* F-NP, once, and F-TV. */
	ck_assert_uint_eq(translated(&r, GVI_READ, 0x2000).event[0], UINT64_C(0x2000007700000020));
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_EVENT_LOG_TAIL), 16);
	rig_entry(&r, "V=1 I=1 SATS=1 DomainID=0x77");
	ck_assert_uint_eq(translated(&r, GVI_READ, 0x1000).event[0], UINT64_C(0x2000007700000020));
	rig_close(&r);
	config.habit[GVI_CHOICE_TRANSLATED_U_PAGE] = 1;
	begin_with(&r, &config, LEGAL "SATS=1 HAD=3");
	host_page(&r, 1, UINT64_C(0x5000000) | U | BOTH | 1);
	answer = translated(&r, GVI_WRITE, 0x1004);
	ck_assert_uint_eq(answer.result, GVI_ABORT);
	ck_assert_uint_eq(answer.address, 0);
	ck_assert_uint_eq(answer.event[0], 0);
	ck_assert_uint_eq(memory_load(r.memory, LEVEL1 + 8) & (A | D), 0);
	rig_close(&r);
	config.habit[GVI_CHOICE_SATS_MODEL] = 1;
	begin_with(&r, &config, LEGAL "SATS=1");
	completed(&r, &host, 0x5000403);
	ck_assert_uint_eq(translated(&r, GVI_READ, 0x7004).address, 0x7004);
	rig_close(&r);
}
END_TEST

/* The short cuts of plain requests do not take translated ones. */
START_TEST(test_windows)
{
	static uint8_t memory[0x1100000];
	struct gvi_window window = {0, sizeof memory, memory};
	struct gvi_host host = {.windows = &window, .nwindows = 1};
	struct gvi_ats_request request = at(0x1000);
	struct rig r;

	begin(&r, LEGAL);
	memory_read(r.memory, TABLE, memory + TABLE, 65536 * 32);
	memory_read(r.memory, ROOT, memory + ROOT, 0x3000);
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	ck_assert_uint_eq(rig_access(&r, GVI_READ, 0x1004).address, 0x5000004);
	ck_assert_uint_eq(translated(&r, GVI_READ, 0x1004).address, 0x1004);
	completed(&r, &request, 0x5000403);
	rig_close(&r);
}
END_TEST

/* ---- A law: 04 section 4 step 13 ------------------------------------------ */

/* A random entry: mostly what leads on, with all rights. */
static uint64_t vary(uint64_t *random, uint64_t entry, uint64_t bits)
{
	uint64_t n = rig_random(random);

	for (uint64_t bit = 1; bit; bit <<= 1)
		if (bits & bit && rig_random(random) % 6 == 0)
			entry ^= bit;
	return n % 64 == 0 ? entry ^ UINT64_C(1) << n / 64 % 64 : entry;
}

/* Fills all tables for `seed`, the same each time. */
static void draw(struct rig *r, uint64_t seed)
{
	uint64_t *n = &seed, rights = BOTH, flags = 0x26;
	char dte[200];

	snprintf(dte, sizeof dte,
		 "V=1 TV=1 Mode=%u HostPageTableRootPtr=0x1000000 IR=%u IW=%u I=1 GV=1 "
		 "GCR3TRP=0x2000000 HAD=%u",
		 rig_random(n) % 4 ? 3 : 0, rig_random(n) % 8 != 0, rig_random(n) % 8 != 0,
		 rig_random(n) % 2 ? 3 : 0);
	rig_entry(r, dte);
	REQUIRE(memory_store(r->memory, ROOT, vary(n, LEVEL2 | 2 << 9 | BOTH | 1, rights)));
	REQUIRE(memory_store(r->memory, LEVEL2, vary(n, LEVEL1 | 1 << 9 | BOTH | 1, rights)));
	REQUIRE(memory_store(r->memory, LEVEL2 + 8 * 16, vary(n, 0x02000000 | BOTH | 1, rights)));
	host_page(r, 1, vary(n, UINT64_C(0x5000000) | BOTH | 1, rights | A | D));
	REQUIRE(memory_store(r->memory, GCR3 + 8 * 5, vary(n, PML4 | 1, 0)));
	REQUIRE(memory_store(r->memory, PML4, vary(n, PDP | 0x27, flags | NX)));
	REQUIRE(memory_store(r->memory, PDP, vary(n, PD | 0x27, flags | NX)));
	REQUIRE(memory_store(r->memory, PD, vary(n, PT | 0x27, flags | NX)));
	REQUIRE(memory_store(r->memory, PT + 24, vary(n, 0x1067, flags | D | NX)));
}

static bool granted(struct rig *r, struct gvi_request request, uint64_t *address)
{
	struct gvi_answer answer;

	REQUIRE(gvi_translate(r->m, &request, &answer) == GVI_OK);
	if (answer.result == GVI_GRANT)
		*address = answer.address;
	return answer.result == GVI_GRANT;
}

/* Where a completion says that the address goes. */
static uint64_t place_of(uint64_t word, uint64_t address)
{
	uint64_t inside = 0xfff;

	if (!(word & (C_R | C_W)))
		return 0;
	if (word & C_S)
		for (inside = 0x1fff; word & (inside + 1) >> 1; inside = inside << 1 | 1)
			;
	return (word & ~inside) | (address & inside);
}

/* What a completion allows is what direct accesses get, and D is set with W only. */
START_TEST(test_rights_are_those_of_accesses)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_host host;
	unsigned seen[16] = {0};
	uint64_t random = 20;
	struct rig r;

	config.habit[GVI_CHOICE_ATS_DIRTY_REFUSED] = 1;
	begin_guest_with(&r, &config, GUEST);
	host = rig_host(&r);
	host.note = NULL;
	REQUIRE(gvi_set_host(r.m, &host) == GVI_OK);
	for (unsigned i = 0; i < 20000; i++) {
		uint64_t seed = rig_random(&random), word, expected = 0, address = 0;
		struct gvi_ats_request ats = i % 4 ? guest_at(0x3000) : at(0x1000);
		struct gvi_request access = {.address = ats.address,
					     .length = 4,
					     .pasid = ats.pasid,
					     .device = DEVICE,
					     .has_pasid = ats.has_pasid};

		ats.privileged = access.privileged = ats.has_pasid && seed % 3 == 0;
		ats.execute = ats.has_pasid && seed % 5 == 0;
		draw(&r, seed);
		expected |= granted(&r, access, &address) ? C_R : 0;
		access.execute = ats.execute;
		draw(&r, seed);
		if (ats.execute)
			expected |= granted(&r, access, &address) ? C_EXE : 0;
		access.execute = false;
		access.access = GVI_WRITE;
		draw(&r, seed);
		expected |= granted(&r, access, &address) ? C_W : 0;
		draw(&r, seed);
		word = ask(&r, &ats).translation[0];
		REQUIRE((word & (C_R | C_W | C_EXE)) == expected);
		REQUIRE(place_of(word, ats.address) == address);
		seen[expected]++;
	}
	for (unsigned i = 0; i < 16; i++)
		ck_assert_int_eq(seen[i] != 0, !(i & C_U) && (!(i & C_EXE) || i & C_R));
	rig_close(&r);
}
END_TEST

RIG_RUN("ats", test_mistakes_change_nothing, test_refusals, test_without_ats, test_out_of_range,
	test_host_pages, test_sizes, test_host_accessed_and_dirty, test_guest_pages,
	test_guest_accessed_and_dirty, test_dirty_refused, test_snoop_attribute,
	test_malformed_tables, test_tables_that_cannot_be_read, test_status, test_several,
	test_exclusion, test_translated_requests, test_translated_to_ranges, test_secure,
	test_windows, test_rights_are_those_of_accesses)
