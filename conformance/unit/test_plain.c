/* One request, three ways: in a window, where plain requests are decided at
 * once; through callbacks; and before a listener, who is told every rule.  The
 * answers must be the same to the byte, whatever is special about the request. */
#include "conformance/unit/rig.h"

#include <stdio.h>

/* A device table of 512 entries, then page tables: all in one window. */
#define DEVICES UINT64_C(0x00ffc000)
#define SHOWN   0x10000

/* Where the entry of a device is, and the tables of each level. */
#define ENTRY    (DEVICES + 32 * DEVICE)
#define LEVEL(n) (ROOT + 0x1000 * (6 - (n)))

#define FOUR    "V=1 TV=1 IR=1 IW=1 Mode=4 HostPageTableRootPtr=0x1002000 "
#define POINTER "PR=1 IR=1 IW=1 "

struct bench {
	struct rig r;
	unsigned char shown[SHOWN];
	struct gvi_window window;
};

/* Tables of all levels that lead from 0 to the page at DATA; the entry has the
 * four lower ones. */
static void bench_open(struct bench *b, struct gvi_config *config)
{
	char fields[80];

	rig_open(&b->r, config);
	rig_start(&b->r);
	rig_write(&b->r, GVI_REGISTER_DEV_TAB_BASE, DEVICES | 3);
	rig_store(&b->r, GVI_FORMAT_DTE, ENTRY, FOUR);
	for (unsigned level = 6; level > 1; level--) {
		snprintf(fields, sizeof fields, POINTER "NextLevel=%u Address=0x%x", level - 1,
			 (unsigned)LEVEL(level - 1));
		rig_store(&b->r, GVI_FORMAT_PDE, LEVEL(level), fields);
	}
	rig_store(&b->r, GVI_FORMAT_PTE, LEVEL(1), POINTER "Address=0x4000000");
	b->window = (struct gvi_window){DEVICES, SHOWN, b->shown};
}

static void bench_preset(struct bench *b, enum gvi_preset preset)
{
	struct gvi_config config = rig_config(preset);

	bench_open(b, &config);
}

static struct gvi_answer answer_of(struct bench *b, const struct gvi_host *host,
				   const struct gvi_request *request)
{
	struct gvi_answer answer;

	ck_assert_int_eq(gvi_set_host(b->r.m, host), GVI_OK);
	memset(&answer, 0xa5, sizeof answer);
	ck_assert_int_eq(gvi_translate(b->r.m, request, &answer), GVI_OK);
	return answer;
}

static struct gvi_answer same(struct bench *b, struct gvi_request request)
{
	struct gvi_host host = rig_host(&b->r);
	struct gvi_answer heard = answer_of(b, &host, &request), called, windowed;

	host.note = NULL;
	called = answer_of(b, &host, &request);
	ck_assert_mem_eq(&heard, &called, sizeof heard);
	memory_read(b->r.memory, DEVICES, b->shown, SHOWN);
	host.windows = &b->window;
	host.nwindows = 1;
	windowed = answer_of(b, &host, &request);
	ck_assert_mem_eq(&heard, &windowed, sizeof heard);
	host.note = rig_host(&b->r).note;
	ck_assert_int_eq(gvi_set_host(b->r.m, &host), GVI_OK);
	return heard;
}

/* And nobody reads an entry twice: there are as many reads as the listener hears of. */
static struct gvi_answer once(struct bench *b, struct gvi_request request)
{
	struct gvi_host host = rig_host(&b->r);
	unsigned reads, heard = b->r.notes[GVI_NOTE_FETCH];
	struct gvi_answer a = answer_of(b, &host, &request);

	heard = b->r.notes[GVI_NOTE_FETCH] - heard;
	host.note = NULL;
	reads = b->r.reads;
	(void)answer_of(b, &host, &request);
	ck_assert_uint_eq(b->r.reads - reads, heard);
	ck_assert(heard && a.result == GVI_GRANT);
	return same(b, request);
}

static struct gvi_request reading(uint64_t address)
{
	return (struct gvi_request){.device = DEVICE, .address = address, .length = 4};
}

static struct gvi_answer same_read(struct bench *b, uint64_t address)
{
	return same(b, reading(address));
}

/* ---- What is plain ---------------------------------------------------------- */

START_TEST(test_a_plain_read)
{
	static const uint16_t rules[] = {
		GVI_CLAUSE_DEVICE_FETCH,    GVI_CLAUSE_HOST_WALK,       GVI_CLAUSE_HOST_NEXT_TABLE,
		GVI_CLAUSE_HOST_NEXT_TABLE, GVI_CLAUSE_HOST_NEXT_TABLE, GVI_CLAUSE_HOST_LEAF,
	};
	static struct bench b;
	struct gvi_answer a;

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	a = once(&b, reading(0x123));
	ck_assert_int_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.address, DATA + 0x123);
	ck_assert_uint_eq(a.size, 4096);
	ck_assert(a.translated && a.read && a.write && !a.coherent && !a.untranslated_only);
	ck_assert_uint_eq(a.nclauses, 6);
	ck_assert_mem_eq(a.clause, rules, sizeof rules);
	for (unsigned i = 6; i < GVI_MAX_CLAUSES; i++)
		ck_assert_uint_eq(a.clause[i], 0);
	rig_close(&b.r);
}
END_TEST

/* Pages of each level's size, from each Mode. */
START_TEST(test_levels)
{
	static struct bench b;
	char fields[80];

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	for (unsigned mode = 6; mode > 0; mode--) {
		struct gvi_answer a;

		snprintf(fields, sizeof fields,
			 "V=1 TV=1 IR=1 IW=1 Mode=%u HostPageTableRootPtr=0x%x", mode,
			 (unsigned)LEVEL(mode));
		rig_store(&b.r, GVI_FORMAT_DTE, ENTRY, fields);
		a = once(&b, reading(0x10));
		ck_assert_uint_eq(a.size, 4096);
		ck_assert_uint_eq(a.nclauses, mode + 2);
	}
	for (unsigned level = 2; level < 5; level++) {
		struct gvi_answer a;

		rig_store(&b.r, GVI_FORMAT_DTE, ENTRY, FOUR);
		rig_store(&b.r, GVI_FORMAT_PTE, LEVEL(level), POINTER "FC=1 U=1");
		a = once(&b, reading(0x1ff000));
		ck_assert_uint_eq(a.size, UINT64_C(1) << (3 + 9 * level));
		ck_assert_uint_eq(a.address, 0x1ff000);
		ck_assert(a.coherent && a.untranslated_only);
	}
	rig_close(&b.r);
}
END_TEST

/* Rights are those of the entry and of all tables together. */
START_TEST(test_rights)
{
	static const char *const leaves[] = {"PR=1 Address=0x4000000 IR=1",
					     "PR=1 Address=0x4000000 IW=1",
					     "PR=1 Address=0x4000000 IR=1 IW=1"};
	static const bool granted[3][4] = {
		{true, false, false, false}, {false, true, true, false}, {true, true, true, true}};
	static struct bench b;

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	for (unsigned where = 0; where < 2; where++)
		for (unsigned leaf = 0; leaf < 3; leaf++) {
			rig_store(&b.r, GVI_FORMAT_PTE, LEVEL(1), leaves[where ? leaf : 2]);
			rig_store(&b.r, GVI_FORMAT_DTE, ENTRY,
				  where || leaf == 2 ? FOUR
				  : leaf == 0        ? FOUR "IW=0"
						     : FOUR "IR=0");
			for (unsigned access = 0; access < 4; access++) {
				struct gvi_request request = reading(0);
				struct gvi_answer a;

				request.access = (uint8_t)access;
				a = same(&b, request);
				ck_assert_int_eq(a.result,
						 granted[leaf][access] ? GVI_GRANT : GVI_ABORT);
				if (a.result == GVI_GRANT)
					ck_assert(a.read == (leaf != 1) && a.write == (leaf != 0));
			}
		}
	rig_close(&b.r);
}
END_TEST

/* ---- What is not ------------------------------------------------------------ */

/* Each of these makes an end of what was plain, and the result that it has. */
START_TEST(test_entries_of_devices)
{
	static const struct {
		const char *fields;
		uint64_t address;
		enum gvi_result result;
	} cases[] = {
		{FOUR "V=0", 0x10, GVI_GRANT},
		{FOUR "TV=0", 0x10, GVI_ABORT},
		{FOUR "Mode=0", 0x10, GVI_GRANT},
		{FOUR "Mode=7", 0x10, GVI_ABORT},
		{FOUR "HAD=3", 0x10, GVI_GRANT},
		{FOUR "EX=1", 0x10, GVI_GRANT},
		{FOUR "SD=1", 0x10, GVI_GRANT},
		{FOUR "Mode=3", 0x10, GVI_ABORT},
		{FOUR, UINT64_C(1) << 48, GVI_ABORT},
		{FOUR, 0x1000, GVI_ABORT},
		{FOUR, 0xfee00000, GVI_ABORT},
		{FOUR "HostPageTableRootPtr=0x2000000", 0x10, GVI_ABORT},
	};
	static struct bench b;

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		rig_store(&b.r, GVI_FORMAT_DTE, ENTRY, cases[i].fields);
		ck_assert_msg(same_read(&b, cases[i].address).result == cases[i].result, "%s",
			      cases[i].fields);
	}
	rig_close(&b.r);
}
END_TEST

/* A table that Mode 0 must not read, though it lies in the window. */
START_TEST(test_mode_0_reads_no_table)
{
	static struct bench b;

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	rig_store(&b.r, GVI_FORMAT_DTE, ENTRY, "V=1 TV=1 IR=1 HostPageTableRootPtr=0x1005000");
	ck_assert_uint_eq(same_read(&b, 0).address, 0);
	ck_assert_uint_eq(same_read(&b, 0).size, 0);
	rig_close(&b.r);
}
END_TEST

START_TEST(test_entries_of_tables)
{
	static const struct {
		unsigned level;
		const char *fields;
		enum gvi_result result;
	} cases[] = {
		{1, "PR=0", GVI_ABORT},
		{1, POINTER "Address=0x4000000 NextLevel=1", GVI_ABORT},
		{2, POINTER "Address=0x1004000 NextLevel=2", GVI_ABORT},
		{3, POINTER "Address=0x1005000 NextLevel=1", GVI_GRANT},
		{2, POINTER "Address=0x1000 ", GVI_GRANT},
		{1, POINTER "Address=0x7000 NextLevel=7", GVI_GRANT},
		{2, POINTER "Address=0x8000000 NextLevel=1", GVI_ABORT},
		{4, "PR=1 NextLevel=3 Address=0x1003000 IW=1", GVI_ABORT},
	};
	static struct bench b;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bench_preset(&b, GVI_PRESET_HOST_ONLY);
		rig_store(&b.r, GVI_FORMAT_PTE, LEVEL(cases[i].level), cases[i].fields);
		ck_assert_msg(same_read(&b, 0x10).result == cases[i].result, "level %u: %s",
			      cases[i].level, cases[i].fields);
		rig_close(&b.r);
	}
}
END_TEST

/* The root's own table is the sixth: it has no pages. */
START_TEST(test_no_page_at_level_6)
{
	static struct bench b;

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	rig_store(&b.r, GVI_FORMAT_DTE, ENTRY,
		  "V=1 TV=1 IR=1 Mode=6 HostPageTableRootPtr=0x1000000");
	rig_store(&b.r, GVI_FORMAT_PTE, LEVEL(6), POINTER);
	ck_assert_int_eq(same_read(&b, 0x10).result, GVI_ABORT);
	rig_close(&b.r);
}
END_TEST

START_TEST(test_requests)
{
	static struct bench b;
	struct gvi_request request = reading(0);

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	/* The interrupt range, although a page of 1 GiB is mapped there. */
	rig_store(&b.r, GVI_FORMAT_PTE, LEVEL(3) + 24, POINTER "Address=0x40000000");
	ck_assert_int_eq(same_read(&b, 0xfee00000).result, GVI_ABORT);
	ck_assert_uint_eq(same_read(&b, 0xfedffffc).address, 0x7edffffc);
	request.has_pasid = true;
	ck_assert_int_eq(same(&b, request).result, GVI_ABORT);
	request.has_pasid = false;
	/* Behind the device table something stands that looks like an entry. */
	request.device = 512;
	rig_store(&b.r, GVI_FORMAT_DTE, DEVICES + 32 * 512, FOUR);
	ck_assert_int_eq(same(&b, request).result, GVI_ABORT);
	rig_close(&b.r);
}
END_TEST

/* The rights that a read of no bytes needs: those of any read, any, none. */
START_TEST(test_reads_of_no_bytes)
{
	static const enum gvi_result result[] = {GVI_ABORT, GVI_GRANT, GVI_GRANT};

	for (uint8_t habit = 0; habit < 3; habit++) {
		static struct bench b;
		struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
		struct gvi_request request = reading(0);

		config.habit[GVI_CHOICE_ZERO_READ] = habit;
		bench_open(&b, &config);
		request.length = 0;
		rig_store(&b.r, GVI_FORMAT_DTE, ENTRY, FOUR);
		ck_assert_int_eq(same(&b, request).result, GVI_GRANT);
		rig_store(&b.r, GVI_FORMAT_DTE, ENTRY, FOUR "IR=0");
		ck_assert_int_eq(same(&b, request).result, result[habit]);
		rig_close(&b.r);
	}
}
END_TEST

START_TEST(test_registers)
{
	static struct bench b;
	struct gvi_answer a;

	/* The exclusion range lets pass what it holds. */
	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	rig_write(&b.r, GVI_REGISTER_EXCL_BASE, 3);
	ck_assert_uint_eq(same_read(&b, 0x10).address, 0x10);
	rig_write(&b.r, GVI_REGISTER_EXCL_BASE, 0);
	ck_assert_uint_eq(same_read(&b, 0x10).address, DATA + 0x10);
	rig_set(&b.r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 0);
	a = same_read(&b, 0x10);
	ck_assert_uint_eq(a.address, 0x10);
	ck_assert(!a.translated);
	rig_close(&b.r);
	/* Segments: one rule more. */
	bench_preset(&b, GVI_PRESET_EVERYTHING);
	ck_assert_uint_eq(same_read(&b, 0).nclauses, 6);
	rig_set(&b.r, GVI_REGISTER_CONTROL, GVI_CONTROL_DEV_TBL_SEG_EN, 1);
	ck_assert_uint_eq(same_read(&b, 0).nclauses, 7);
	rig_close(&b.r);
}
END_TEST

/* ---- Guest tables over host tables ---------------------------------------------- */

/* The guest's GCR3 table, tables 4 to 1 and page stand one page apart; their
 * guest addresses are 16 MiB lower. */
#define GUEST       (ROOT + 0x6000)
#define IN_GUEST(n) (GUEST + 0x1000 * (5 - (n)))

static void open_guest(struct bench *b)
{
	char fields[80];

	bench_preset(b, GVI_PRESET_EVERYTHING);
	rig_set(&b->r, GVI_REGISTER_CONTROL, GVI_CONTROL_GT_EN, 1);
	rig_set(&b->r, GVI_REGISTER_CONTROL, GVI_CONTROL_GCR3_TRP_MODE, 1);
	rig_store(&b->r, GVI_FORMAT_DTE, ENTRY, FOUR "GV=1 GCR3TRP=0x6000");
	rig_store(&b->r, GVI_FORMAT_GCR3, GUEST, "V=1 Address=0x7000");
	for (unsigned level = 5; level > 0; level--) {
		snprintf(fields, sizeof fields, POINTER "Address=0x%x", (unsigned)IN_GUEST(level));
		rig_store(&b->r, GVI_FORMAT_PTE, LEVEL(1) + 8 * (6 + 5 - level), fields);
		snprintf(fields, sizeof fields, "P=1 R/W=1 U/S=1 A=1 Address=0x%x",
			 0x6000 + 0x1000 * (6 - level));
		if (level < 5)
			rig_store(&b->r, GVI_FORMAT_GPML4E, IN_GUEST(level), fields);
	}
	rig_store(&b->r, GVI_FORMAT_PTE, LEVEL(1) + 8 * 11, POINTER "Address=0x4000000");
}

static struct gvi_request of_guest(uint64_t address)
{
	struct gvi_request request = reading(address);

	request.has_pasid = true;
	return request;
}

START_TEST(test_a_plain_guest)
{
	static struct bench b;
	struct gvi_answer a;

	open_guest(&b);
	a = once(&b, of_guest(0x123));
	ck_assert_int_eq(a.result, GVI_GRANT);
	ck_assert_uint_eq(a.address, DATA + 0x123);
	ck_assert_uint_eq(a.size, 4096);
	ck_assert(a.translated && a.read && a.write);
	/* What the guest forbids is not granted with the rest. */
	rig_store(&b.r, GVI_FORMAT_GPTE, IN_GUEST(1), "P=1 U/S=1 A=1 Address=0xb000");
	a = same(&b, of_guest(0x123));
	ck_assert(a.read && !a.write);
	rig_close(&b.r);
}
END_TEST

/* Each of these makes an end of what was plain. */
START_TEST(test_guests)
{
	static const struct {
		enum gvi_format_id format;
		uint64_t at;
		const char *fields;
		enum gvi_result result;
	} cases[] = {
		{GVI_FORMAT_DTE, ENTRY, FOUR "GV=0", GVI_ABORT},
		{GVI_FORMAT_DTE, ENTRY, FOUR "GV=1 GCR3TRP=0x6000 GLX=1", GVI_ABORT},
		{GVI_FORMAT_DTE, ENTRY, FOUR "GV=1 GCR3TRP=0x6000 IW=0", GVI_GRANT},
		{GVI_FORMAT_DTE, ENTRY, FOUR "GV=1 GCR3TRP=0x6000 V=0", GVI_GRANT},
		{GVI_FORMAT_DTE, ENTRY, FOUR "GV=1 GCR3TRP=0x40000000", GVI_ABORT},
		{GVI_FORMAT_GCR3, GUEST, "V=0", GVI_ABORT},
		{GVI_FORMAT_GPTE, IN_GUEST(1), "P=0", GVI_ABORT},
		{GVI_FORMAT_GPTE, IN_GUEST(1), "P=1 A=1 Address=0xb000", GVI_ABORT},
		{GVI_FORMAT_GPTE, IN_GUEST(1), "P=1 U/S=1 A=1 Address=0xc000", GVI_ABORT},
		{GVI_FORMAT_GPDE_2M, IN_GUEST(2), "P=1 PS=1 U/S=1 A=1", GVI_GRANT},
		{GVI_FORMAT_PTE, LEVEL(1) + 8 * 11, "PR=0", GVI_ABORT},
		{GVI_FORMAT_PTE, LEVEL(1) + 8 * 9, "PR=1 IW=1 Address=0x1009000", GVI_ABORT},
		{GVI_FORMAT_PTE, LEVEL(1) + 8 * 9, POINTER "Address=0x20000000", GVI_ABORT},
	};
	static struct bench b;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		open_guest(&b);
		rig_store(&b.r, cases[i].format, cases[i].at, cases[i].fields);
		ck_assert_msg(same(&b, of_guest(0x10)).result == cases[i].result, "case %zu: %s", i,
			      cases[i].fields);
		rig_close(&b.r);
	}
}
END_TEST

START_TEST(test_requests_of_guests)
{
	static struct bench b;
	struct gvi_request request = of_guest(0x10);

	open_guest(&b);
	request.pasid = 512;
	ck_assert_int_eq(same(&b, request).result, GVI_ABORT);
	request = of_guest(UINT64_C(1) << 47);
	request.pasid = 1;
	ck_assert_int_eq(same(&b, request).result, GVI_ABORT);
	request = of_guest(0x10);
	request.execute = true;
	ck_assert_int_eq(same(&b, request).result, GVI_GRANT);
	rig_close(&b.r);
}
END_TEST

/* ---- The window's edges ------------------------------------------------------- */

/* What the window does not hold is read through the callback. */
START_TEST(test_windows_that_end)
{
	static struct bench b;

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	for (uint64_t end = 4; end <= SHOWN; end += end < 64 || end >= SHOWN - 64 ? 4 : 1020) {
		b.window.length = end;
		ck_assert_uint_eq(same_read(&b, 0x10).address, DATA + 0x10);
	}
	for (uint64_t end = 32 * DEVICE; end <= 32 * DEVICE + 32; end += 1) {
		b.window.length = end;
		ck_assert_uint_eq(same_read(&b, 0x10).address, DATA + 0x10);
	}
	rig_close(&b.r);
}
END_TEST

static unsigned asked;

static unsigned choose_first(void *user, enum gvi_choice choice, unsigned options)
{
	(void)user;
	(void)options;
	ck_assert_int_eq(choice, GVI_CHOICE_DTE_FETCH);
	asked++;
	return 0;
}

/* Who chooses is asked in a window too. */
START_TEST(test_choices_are_asked_for)
{
	static struct bench b;
	struct gvi_host host;
	struct gvi_request request = reading(0x10);

	bench_preset(&b, GVI_PRESET_HOST_ONLY);
	memory_read(b.r.memory, DEVICES, b.shown, SHOWN);
	host = rig_host(&b.r);
	host.note = NULL;
	host.choose = choose_first;
	host.windows = &b.window;
	host.nwindows = 1;
	ck_assert_uint_eq(answer_of(&b, &host, &request).address, DATA + 0x10);
	ck_assert_uint_eq(asked, 1);
	rig_close(&b.r);
}
END_TEST

RIG_RUN("plain", test_a_plain_read, test_levels, test_rights, test_entries_of_devices,
	test_mode_0_reads_no_table, test_entries_of_tables, test_no_page_at_level_6, test_requests,
	test_reads_of_no_bytes, test_registers, test_a_plain_guest, test_guests,
	test_requests_of_guests, test_windows_that_end, test_choices_are_asked_for)
