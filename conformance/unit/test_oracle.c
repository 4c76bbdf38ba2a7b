/* The oracle: which old values of tables are permitted, until when, and what an
 * observation leaves.  Expectations are docs/spec/14's. */
#include "conformance/unit/rig.h"
#include "goldvi/oracle.h"

#include <stdio.h>

#define ENTRY (TABLE + 32 * DEVICE)
#define LEAF  (ROOT + 0x2000)   /* the level-1 table */
#define PAGE  UINT64_C(0x5000)  /* what the device asks for */
#define MORE  (ROOT + 0x100000) /* a second set of tables */
#define ROOM  32
#define DONE  UINT64_C(0xd0e) /* what a COMPLETION_WAIT stores */

static struct rig rig;
static struct gvi_oracle *oracle;
static struct gvi_outcome *list;

/* ---- The scene ------------------------------------------------------------ */

static void write_word(uint64_t spa, uint64_t value)
{
	uint8_t raw[8];
	uint64_t old = 0;

	memory_read(rig.memory, spa, raw, 8);
	for (unsigned i = 8; i--;)
		old = old << 8 | raw[i];
	for (unsigned i = 0; i < 8; i++)
		raw[i] = (uint8_t)(value >> 8 * i);
	REQUIRE(memory_write(rig.memory, spa, raw, 8));
	ck_assert_int_eq(gvi_oracle_wrote(oracle, spa, &old, 1), GVI_OK);
}

static uint64_t encode(enum gvi_format_id format, const char *fields, unsigned word)
{
	uint64_t raw[4] = {0};

	rig_store(&rig, format, STORE + 0x800, fields);
	for (unsigned w = 0; w <= word; w++) {
		uint8_t bytes[8];

		memory_read(rig.memory, STORE + 0x800 + 8 * w, bytes, 8);
		for (unsigned i = 8; i--;)
			raw[w] = raw[w] << 8 | bytes[i];
	}
	return raw[word];
}

static void write_entry(uint64_t spa, enum gvi_format_id format, const char *fields)
{
	write_word(spa, encode(format, fields, 0));
}

static struct gvi_judgement tell(const struct gvi_input *in, const struct gvi_seen *seen)
{
	struct gvi_judgement j;

	ck_assert_int_eq(gvi_observe(oracle, in, seen, &j, list), GVI_OK);
	return j;
}

static void must(const struct gvi_input *in)
{
	const struct gvi_seen nothing = {0};

	ck_assert_uint_eq(tell(in, &nothing).verdict, GVI_PERMITTED);
}

static void write_register(enum gvi_register_id id, uint64_t value)
{
	struct gvi_input in = {.kind = GVI_INPUT_MMIO_WRITE};

	in.of.mmio.offset = gvi_registers[id].offset;
	in.of.mmio.length = 8;
	in.of.mmio.value = value;
	must(&in);
}

static uint64_t tail;

static void command(enum gvi_format_id format, const char *fields)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};

	write_word(COMMANDS + tail, encode(format, fields, 0));
	write_word(COMMANDS + tail + 8, encode(format, fields, 1));
	tail += 16;
	write_register(GVI_REGISTER_CMD_BUF_TAIL, tail);
	must(&step);
}

static void wait(void)
{
	command(GVI_FORMAT_COMPLETION_WAIT, "f=1");
}

static struct gvi_input read_of(uint64_t address)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};

	in.of.request = (struct gvi_request){
		.device = DEVICE, .address = address, .length = 4, .access = GVI_READ};
	return in;
}

/* How many outcomes are permitted; list[] has them. */
static size_t permitted(uint64_t address)
{
	const struct gvi_input in = read_of(address);
	enum gvi_verdict verdict;
	size_t count;

	ck_assert_int_eq(gvi_permitted(oracle, &in, list, ROOM, &count, &verdict), GVI_OK);
	ck_assert_int_eq(verdict, GVI_PERMITTED);
	ck_assert_uint_le(count, ROOM);
	return count;
}

static bool has_grant(size_t count, uint64_t address)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].reply.answer.result == GVI_GRANT &&
		    list[i].reply.answer.address == address)
			return true;
	return false;
}

static bool has_abort(size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].reply.answer.result == GVI_ABORT)
			return true;
	return false;
}

/* A granted read of PAGE, seen at this address. */
static struct gvi_judgement granted(uint64_t address)
{
	const struct gvi_input in = read_of(PAGE);
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};

	seen.reply.answer.result = GVI_GRANT;
	seen.reply.answer.address = address;
	return tell(&in, &seen);
}

/* With tables, and registers as they are after reset. */
static void open_reset(const struct gvi_config *config, unsigned values_log2)
{
	const struct gvi_bounds bounds = {
		.worlds = 16, .runs = 4096, .values_log2 = values_log2, .delay = 3};
	const struct gvi_host host = rig_host(&rig);

	rig_open(&rig, config);
	oracle = malloc(gvi_oracle_size(&bounds));
	list = calloc(ROOM, sizeof *list);
	REQUIRE(oracle && list);
	ck_assert_int_eq(gvi_oracle_init(oracle, &bounds, config, &host), GVI_OK);
	rig_store(&rig, GVI_FORMAT_DTE, ENTRY,
		  "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1000000 IR=1 IW=1 DomainID=7");
	rig_store(&rig, GVI_FORMAT_PDE, ROOT, "PR=1 NextLevel=2 Address=0x1001000 IR=1 IW=1");
	rig_store(&rig, GVI_FORMAT_PDE, ROOT + 0x1000,
		  "PR=1 NextLevel=1 Address=0x1002000 IR=1 IW=1");
	rig_store(&rig, GVI_FORMAT_PTE, LEAF + 8 * 5, "PR=1 Address=0x4000000 IR=1 IW=1");
	tail = 0;
}

static void open_oracle(const struct gvi_config *config, unsigned values_log2)
{
	open_reset(config, values_log2);
	write_register(GVI_REGISTER_DEV_TAB_BASE, TABLE | 511);
	write_register(GVI_REGISTER_CMD_BUF_BASE, COMMANDS | UINT64_C(10) << 56);
	write_register(GVI_REGISTER_EVENT_LOG_BASE, EVENTS | UINT64_C(8) << 56);
	write_register(GVI_REGISTER_CONTROL, 1 | 1 << 2 | 1 << 12);
}

static struct gvi_config plain_config(void)
{
	struct gvi_config c = rig_config(GVI_PRESET_HOST_ONLY);

	c.enabled = true;
	return c;
}

static void close_oracle(void)
{
	free(oracle);
	free(list);
	rig_close(&rig);
}

static void start(void)
{
	const struct gvi_config c = plain_config();

	open_oracle(&c, 10);
}

/* ---- What is permitted ---------------------------------------------------- */

START_TEST(nothing_changed)
{
	start();
	ck_assert_uint_eq(permitted(PAGE), 1);
	ck_assert(has_grant(1, 0x4000000));
	close_oracle();
}
END_TEST

START_TEST(leaf_rewritten)
{
	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	ck_assert_uint_eq(permitted(PAGE), 2);
	ck_assert(has_grant(2, 0x4000000) && has_grant(2, 0x4111000));
	/* Other choices on the way, if there are any, made no difference. */
	ck_assert_uint_eq(list[1].pick[list[1].npicks - 1].choice, GVI_CHOICE_HELD_HOST);
	ck_assert_uint_eq(list[1].pick[list[1].npicks - 1].spa, LEAF + 8 * 5);
	/* Another domain's, another page's, an unfinished one: they end nothing. */
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES,
		"DomainID=8 S=1 PDE=1 Address=0x7ffffffffffff000");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x6000");
	wait();
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	ck_assert_uint_eq(permitted(PAGE), 2);
	wait();
	ck_assert_uint_eq(permitted(PAGE), 1);
	ck_assert(has_grant(1, 0x4111000));
	close_oracle();
}
END_TEST

/* What is written after the command became visible is not covered by it. */
START_TEST(written_too_late)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};

	start();
	write_word(COMMANDS, encode(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "", 0));
	write_word(COMMANDS + 16, encode(GVI_FORMAT_COMPLETION_WAIT, "f=1", 0));
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 32);
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	must(&step);
	must(&step);
	ck_assert_uint_eq(permitted(PAGE), 2);
	close_oracle();
}
END_TEST

START_TEST(pointer_needs_pde)
{
	start();
	rig_store(&rig, GVI_FORMAT_PTE, MORE + 8 * 5, "PR=1 Address=0x4222000 IR=1 IW=1");
	write_entry(ROOT + 0x1000, GVI_FORMAT_PDE, "PR=1 NextLevel=1 Address=0x1100000 IR=1 IW=1");
	ck_assert_uint_eq(permitted(PAGE), 2);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 2);
	/* Any page that the pointer serves will do for the pointer, but not for the page
	 * that was found through it. */
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 PDE=1 Address=0x1ff000");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 2);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 1);
	ck_assert(has_grant(1, 0x4222000));
	close_oracle();
}
END_TEST

/* [invalidate.cacheable] */
START_TEST(absent_is_not_held)
{
	struct gvi_config c = plain_config();

	c.habit[GVI_CHOICE_NOT_PRESENT_CACHED] = 0;
	for (unsigned cached = 0; cached < 2; cached++) {
		c.capability = cached ? c.capability | UINT32_C(1) << 26
				      : c.capability & ~(UINT32_C(1) << 26);
		open_oracle(&c, 10);
		write_entry(LEAF + 8 * 6, GVI_FORMAT_PTE, "PR=1 Address=0x4333000 IR=1");
		ck_assert_uint_eq(has_abort(permitted(PAGE + 4096)), cached);
		ck_assert(has_grant(permitted(PAGE + 4096), 0x4333000));
		close_oracle();
	}
}
END_TEST

/* [invalidate.root] */
START_TEST(root_outlives_its_entry)
{
	start();
	rig_store(&rig, GVI_FORMAT_PDE, MORE, "PR=1 NextLevel=1 Address=0x1002000 IR=1 IW=1");
	rig_store(&rig, GVI_FORMAT_PDE, MORE + 0x1000,
		  "PR=1 NextLevel=1 Address=0x1102000 IR=1 IW=1");
	rig_store(&rig, GVI_FORMAT_PDE, MORE, "PR=1 NextLevel=2 Address=0x1101000 IR=1 IW=1");
	rig_store(&rig, GVI_FORMAT_PTE, MORE + 0x2000 + 8 * 5, "PR=1 Address=0x4444000 IR=1");
	write_entry(ENTRY, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1100000 IR=1 IW=1");
	ck_assert_uint_eq(permitted(PAGE), 2);
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 2);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES,
		"DomainID=7 S=1 PDE=1 Address=0x7ffffffffffff000");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 1);
	ck_assert(has_grant(1, 0x4444000));
	close_oracle();
}
END_TEST

/* All distinct outcomes that differ in the address, or in the message. */
static size_t permitted_of(const struct gvi_input *in)
{
	enum gvi_verdict verdict;
	size_t count;

	ck_assert_int_eq(gvi_permitted(oracle, in, list, ROOM, &count, &verdict), GVI_OK);
	ck_assert_int_eq(verdict, GVI_PERMITTED);
	return count;
}

/* An entry of 4 bytes shares its word with another one. */
START_TEST(interrupt_entry_rewritten)
{
	struct gvi_input in = {.kind = GVI_INPUT_INTERRUPT};

	start();
	in.of.interrupt =
		(struct gvi_interrupt){.address = 0xfee00000, .data = 3, .device = DEVICE};
	rig_store(&rig, GVI_FORMAT_DTE, ENTRY,
		  "V=1 IV=1 IntCtl=2 IntTabLen=4 IntTabRoot=0x1300000");
	REQUIRE(memory_store(rig.memory, 0x1300008, UINT64_C(0x00310101) << 32 | 0x00300101));
	/* Its neighbour's change, then its own. */
	write_word(0x1300008, UINT64_C(0x00310101) << 32 | 0x00400101);
	ck_assert_uint_eq(permitted_of(&in), 1);
	ck_assert_uint_eq(list[0].reply.answer.message.data & 0xff, 0x31);
	write_word(0x1300008, UINT64_C(0x00320101) << 32 | 0x00400101);
	ck_assert_uint_eq(permitted_of(&in), 2);
	ck_assert_uint_eq(list[0].reply.answer.message.data & 0xff, 0x32);
	ck_assert_uint_eq(list[1].reply.answer.message.data & 0xff, 0x31);
	command(GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE, "DeviceID=0x21");
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	wait();
	ck_assert_uint_eq(permitted_of(&in), 2);
	command(GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE, "DeviceID=0x20");
	wait();
	ck_assert_uint_eq(permitted_of(&in), 1);
	close_oracle();
}
END_TEST

#define GCR3 UINT64_C(0x02000000)

/* Two sets of guest tables for PASID 5, without host tables. */
static struct gvi_input start_guest(void)
{
	struct gvi_config c = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_input in = read_of(PAGE);

	c.enabled = true;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (gvi_choices[i].habit)
			c.habit[i] = 0;
	open_oracle(&c, 10);
	write_register(GVI_REGISTER_CONTROL, 1 | 1 << 2 | 1 << 12 | 1 << 16);
	rig_store(&rig, GVI_FORMAT_DTE, ENTRY,
		  "V=1 TV=1 IR=1 IW=1 DomainID=7 GV=1 GCR3TRP=0x2000000");
	for (uint64_t top = 0x2100000, page = 0x4000000; top < 0x2300000; top += 0x100000) {
		REQUIRE(memory_store(rig.memory, top, (top + 0x1000) | 0x67));
		REQUIRE(memory_store(rig.memory, top + 0x1000, (top + 0x2000) | 0x67));
		REQUIRE(memory_store(rig.memory, top + 0x2000, (top + 0x3000) | 0x67));
		REQUIRE(memory_store(rig.memory, top + 0x3000 + 8 * 5, page | 0x67));
		page += 0x1000;
	}
	REQUIRE(memory_store(rig.memory, GCR3 + 8 * 5, 0x2100001));
	in.of.request.has_pasid = true;
	in.of.request.pasid = 5;
	return in;
}

/* docs/spec/09 section 5: a GCR3 entry goes with everything of its PASID, PDE=1. */
START_TEST(gcr3_entry_rewritten)
{
	const struct gvi_input in = start_guest();
	static const char *const too_little[] = {
		"DomainID=7 S=1 PDE=1 Address=0x7ffffffffffff000",
		"DomainID=7 GN=1 PASID=5 S=1 Address=0x7ffffffffffff000",
		"DomainID=7 GN=1 PASID=5 PDE=1 Address=0x5000",
		"DomainID=7 GN=1 PASID=4 PDE=1 S=1 Address=0x7ffffffffffff000",
	};

	write_word(GCR3 + 8 * 5, 0x2200001);
	for (size_t i = 0; i < sizeof too_little / sizeof too_little[0]; i++) {
		ck_assert_uint_eq(permitted_of(&in), 2);
		ck_assert(has_grant(2, 0x4000000) && has_grant(2, 0x4001000));
		command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, too_little[i]);
		wait();
	}
	ck_assert_uint_eq(permitted_of(&in), 2);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES,
		"DomainID=7 GN=1 PASID=5 PDE=1 S=1 Address=0x7ffffffffffff000");
	wait();
	ck_assert_uint_eq(permitted_of(&in), 1);
	ck_assert(has_grant(1, 0x4001000));
	close_oracle();
}
END_TEST

START_TEST(guest_leaf_rewritten)
{
	const struct gvi_input in = start_guest();

	write_word(0x2103000 + 8 * 5, 0x4005067);
	ck_assert_uint_eq(permitted_of(&in), 2);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 GN=1 PASID=5 Address=0x6000");
	wait();
	ck_assert_uint_eq(permitted_of(&in), 2);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 GN=1 PASID=5 Address=0x5000");
	wait();
	ck_assert_uint_eq(permitted_of(&in), 1);
	ck_assert(has_grant(1, 0x4005000));
	close_oracle();
}
END_TEST

/* A command that comes again and again takes two places: 128 of them are remembered. */
START_TEST(many_invalidations)
{
	char fields[64];

	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	for (unsigned i = 0; i < 3 * 127; i++) {
		(void)snprintf(fields, sizeof fields, "DomainID=%u Address=0x5000", 1000 + i % 127);
		command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, fields);
		if (i % 32 == 0)
			wait();
	}
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=200 Address=0x5000");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 1);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=201 Address=0x5000");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 2);
	close_oracle();
}
END_TEST

/* A command is not held, and has nothing to do with the request before it. */
START_TEST(commands_are_not_held)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	const struct gvi_seen nothing = {0};
	struct gvi_input fault;

	start();
	fault = read_of(PAGE + 4096);
	must(&fault);
	write_word(COMMANDS + 8, 1);
	write_word(COMMANDS + 8, 0);
	write_word(COMMANDS, encode(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "", 0));
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 16);
	ck_assert_uint_eq(tell(&step, &nothing).runs, 1);
	close_oracle();
}
END_TEST

/* What firmware has enabled may be cached before software writes Control, after a
 * reset too. */
START_TEST(enabled_by_firmware)
{
	const struct gvi_bounds bounds = {.worlds = 1, .runs = 64, .values_log2 = 4};
	struct gvi_config c = plain_config();
	void *past = malloc(gvi_history_size(10));
	struct gvi_host host;

	c.control = 1;
	open_reset(&c, 10);
	host = rig_host(&rig);
	rig_store(&rig, GVI_FORMAT_DTE, 32 * DEVICE,
		  "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1000000 IR=1 IW=1 DomainID=7");
	ck_assert_int_eq(gvi_track(rig.m, past, 10), GVI_OK);
	gvi_reset(rig.m);
	rig_store(&rig, GVI_FORMAT_PTE, LEAF + 8 * 5, "PR=1 Address=0x4111000 IR=1 IW=1");
	ck_assert_int_eq(
		gvi_wrote(rig.m, LEAF + 8 * 5, (uint64_t[]){0x4000000 | UINT64_C(3) << 61 | 1}, 1),
		GVI_OK);
	rig_write(&rig, GVI_REGISTER_CONTROL, 1 | 1 << 2);
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &bounds, rig.m, &host), GVI_OK);
	ck_assert_uint_eq(permitted(PAGE), 2);
	/* Windows that are none are refused, as everywhere. */
	host.windows = &(struct gvi_window){.spa = DATA, .length = 8};
	host.nwindows = 1;
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &bounds, rig.m, &host), GVI_HOST_WINDOWS);
	ck_assert_uint_eq(permitted(PAGE), 2);
	free(past);
	close_oracle();
}
END_TEST

/* An entry that is illegal has led to no table. */
START_TEST(illegal_entry_has_no_root)
{
	start();
	write_entry(ENTRY, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=7 HostPageTableRootPtr=0x1100000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	write_entry(ENTRY, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1000000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	wait();
	ck_assert_uint_eq(permitted(PAGE), 1);
	ck_assert(has_grant(1, 0x4000000));
	close_oracle();
}
END_TEST

/* ---- What is observed ----------------------------------------------------- */

/* A call that is refused has changed nothing, the judgement included; and a list of no
 * effects may be NULL. */
START_TEST(refused_observation)
{
	const struct gvi_input wrong = {.kind = GVI_INPUT_MMIO_READ, .of.mmio.length = 3};
	const struct gvi_input good = {.kind = GVI_INPUT_MMIO_READ,
				       .of.mmio = {.offset = 0x2018, .length = 8}};
	const struct gvi_seen seen = {.what = GVI_SEEN_ALL};
	struct gvi_judgement judgement, before;

	start();
	memset(&judgement, 0xa5, sizeof judgement);
	before = judgement;
	ck_assert_int_eq(gvi_observe(oracle, &wrong, &seen, &judgement, NULL), GVI_ARG_MMIO_SIZE);
	ck_assert_int_eq(judgement.verdict, before.verdict);
	ck_assert_uint_eq(judgement.worlds, before.worlds);
	ck_assert_uint_eq(judgement.runs, before.runs);
	ck_assert_int_eq(gvi_observe(oracle, &good, &seen, &judgement, NULL), GVI_OK);
	ck_assert_int_eq(judgement.verdict, GVI_PERMITTED);
	close_oracle();
}
END_TEST

START_TEST(old_and_new_in_turns)
{
	struct gvi_judgement j;

	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(granted(0x4111000).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_PERMITTED);
	j = granted(0x4555000);
	ck_assert_uint_eq(j.verdict, GVI_REFUSED);
	ck_assert(j.near);
	ck_assert_uint_eq(j.differs, GVI_SEEN_ADDRESS);
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_PERMITTED);
	wait();
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_REFUSED);
	ck_assert_uint_eq(granted(0x4111000).verdict, GVI_PERMITTED);
	close_oracle();
}
END_TEST

/* The record of a fault at an address that is not that of its page. */
static struct gvi_judgement faulted(uint64_t low, uint64_t shown)
{
	struct gvi_input in = read_of(PAGE + 4096 + low);
	struct gvi_seen seen = {.what = GVI_SEEN_EVENT};

	seen.reply.answer.logging = GVI_LOGGED;
	seen.reply.answer.event[0] = UINT64_C(0x2000000000000020) | UINT64_C(7) << 32;
	seen.reply.answer.event[1] = shown;
	return tell(&in, &seen);
}

START_TEST(habit_is_held_to_its_word)
{
	start();
	ck_assert_uint_eq(gvi_left(oracle, GVI_CHOICE_EVENT_ADDRESS), 3);
	ck_assert_uint_eq(faulted(0x120, PAGE + 4096 + 0x120).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(gvi_left(oracle, GVI_CHOICE_EVENT_ADDRESS), 1);
	ck_assert_uint_eq(faulted(0x340, PAGE + 4096).verdict, GVI_REFUSED);
	ck_assert_uint_eq(faulted(0x340, PAGE + 4096 + 0x340).verdict, GVI_PERMITTED);
	close_oracle();
}
END_TEST

START_TEST(page_address_tells_nothing)
{
	start();
	ck_assert_uint_eq(faulted(0, PAGE + 4096).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(gvi_left(oracle, GVI_CHOICE_EVENT_ADDRESS), 3);
	ck_assert_uint_eq(faulted(0x340, PAGE + 4096).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(gvi_left(oracle, GVI_CHOICE_EVENT_ADDRESS), 2);
	close_oracle();
}
END_TEST

/* [event.invalid-ppr-request] What nobody knows of a record does not count. */
START_TEST(unknown_flags_are_not_compared)
{
	struct gvi_config c = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};
	struct gvi_seen seen = {.what = GVI_SEEN_EVENT};

	c.enabled = true;
	open_oracle(&c, 10);
	in.of.page = (struct gvi_page_request){.device = DEVICE, .address = PAGE, .last = true};
	seen.reply.page.logging = GVI_LOGGED;
	seen.reply.page.event[0] = UINT64_C(0x9d5ec20000000020);
	seen.reply.page.event[1] = PAGE;
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_PERMITTED);
	/* GN is known. */
	seen.reply.page.event[0] |= UINT64_C(1) << 57;
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_REFUSED);
	close_oracle();
}
END_TEST

/* AMB-3.1 */
START_TEST(meaningless_type_is_not_compared)
{
	struct gvi_config c = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_input in;
	struct gvi_effect record = {.spa = EVENTS, .kind = GVI_EFFECT_WRITE, .length = 16};
	struct gvi_seen seen = {GVI_SEEN_EVENT | GVI_SEEN_EFFECTS, .effects = &record,
				.neffects = 1};

	c.enabled = true;
	open_oracle(&c, 10);
	in = read_of(PAGE);
	in.of.request.has_pasid = true;
	in.of.request.pasid = 5;
	seen.reply.answer.logging = GVI_LOGGED;
	seen.reply.answer.event[0] = UINT64_C(0x8a03000500000020);
	seen.reply.answer.event[1] = PAGE;
	memcpy(record.data, seen.reply.answer.event, 16);
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_PERMITTED);
	record.spa += 16;
	record.data[1] += 4;
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_REFUSED);
	close_oracle();
}
END_TEST

static unsigned reads_so_many(uint32_t offset, uint8_t length, uint64_t value)
{
	struct gvi_input in = {.kind = GVI_INPUT_MMIO_READ};
	struct gvi_seen seen = {.what = GVI_SEEN_VALUE};

	in.of.mmio.offset = offset;
	in.of.mmio.length = length;
	seen.reply.value = value;
	return tell(&in, &seen).verdict;
}

static unsigned reads_as(uint32_t offset, uint64_t value)
{
	return reads_so_many(offset, 8, value);
}

/* An event moves tail and EventLogInt; a read may miss that for three inputs. */
START_TEST(registers_may_be_late)
{
	start();
	ck_assert_uint_eq(faulted(0, PAGE + 4096).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2018, 0), GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2018, 16), GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2018, 32), GVI_REFUSED);
	ck_assert_uint_eq(reads_as(0x2018, 0), GVI_REFUSED);
	ck_assert_uint_eq(reads_as(0x2020, 0x1a), GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2020, 0x18), GVI_REFUSED);
	close_oracle();
}
END_TEST

/* So may halves of them; a byte is none, nor is another register. */
START_TEST(halves_may_be_late)
{
	start();
	ck_assert_uint_eq(faulted(0, PAGE + 4096).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(reads_so_many(0x2018, 4, 0), GVI_PERMITTED);
	ck_assert_uint_eq(reads_so_many(0x2018, 2, 0), GVI_REFUSED);
	ck_assert_uint_eq(reads_so_many(0x2010, 4, 16), GVI_REFUSED);
	close_oracle();
}
END_TEST

/* Two commands are there, and none is known to have been performed. */
START_TEST(head_may_be_ahead)
{
	start();
	write_word(COMMANDS, encode(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "", 0));
	write_word(COMMANDS + 16, encode(GVI_FORMAT_COMPLETION_WAIT, "f=1", 0));
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 32);
	for (uint64_t at = 0; at <= 32; at += 16)
		ck_assert_uint_eq(reads_as(0x2000, at), GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2000, 48), GVI_REFUSED);
	ck_assert_uint_eq(reads_as(0x2000, 8), GVI_REFUSED);
	close_oracle();
}
END_TEST

static void must_be_stale(uint64_t address, unsigned opcode, uint64_t spa)
{
	struct gvi_judgement j = granted(address);
	uint64_t held = 0;

	ck_assert_uint_eq(j.verdict, GVI_REFUSED);
	ck_assert(j.stale);
	ck_assert_uint_eq(j.ended_by[0] >> 60, opcode);
	ck_assert_uint_eq(list[0].reply.answer.address, address);
	for (unsigned i = 0; i < list[0].npicks; i++)
		if (list[0].pick[i].value && list[0].pick[i].spa)
			held = list[0].pick[i].spa;
	ck_assert_uint_eq(held, spa);
}

/* The report names the word that was held too long, and the command that should have
 * ended it. */
START_TEST(stale_words_are_named)
{
	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	must_be_stale(0x4000000, 3, LEAF + 8 * 5);
	ck_assert(!granted(0x4555000).stale);
	write_entry(ENTRY, GVI_FORMAT_DTE, "V=1 TV=1 Mode=0 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	wait();
	must_be_stale(0x4111000, 2, ENTRY);
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	must_be_stale(0x4111000, 8, ENTRY);
	close_oracle();
}
END_TEST

/* A granted read of PAGE that came at `since`. */
static unsigned granted_since(uint64_t address, uint64_t since)
{
	const struct gvi_input in = read_of(PAGE);
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS, .since = since};

	seen.reply.answer.result = GVI_GRANT;
	seen.reply.answer.address = address;
	return tell(&in, &seen).verdict;
}

/* What is under way when an invalidation is complete may still use what that ends; what
 * came later may not, and what was complete before counts for both. */
START_TEST(requests_under_way)
{
	uint64_t before, between;

	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	before = gvi_moment(oracle);
	wait();
	between = gvi_moment(oracle);
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4222000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	ck_assert_uint_eq(granted_since(0x4000000, before), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4111000, before), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4111000, between), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4222000, before), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4333000, before), GVI_REFUSED);
	ck_assert_uint_eq(granted_since(0x4111000, gvi_moment(oracle)), GVI_REFUSED);
	ck_assert_uint_eq(granted_since(0x4111000, 0), GVI_REFUSED);
	close_oracle();
}
END_TEST

/* The last invalidation of everything may be too late for a request; those before it
 * count. */
START_TEST(under_way_over_invalidations_of_all)
{
	uint64_t first, second;

	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	first = gvi_moment(oracle);
	for (unsigned i = 0; i < 7; i++) {
		command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
		wait();
	}
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4222000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	second = gvi_moment(oracle);
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	ck_assert_uint_eq(granted_since(0x4111000, first), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4222000, second), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4111000, second), GVI_REFUSED);
	close_oracle();
}
END_TEST

START_TEST(under_way_after_pages_and_over_all)
{
	uint64_t since;

	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4222000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	since = gvi_moment(oracle);
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	ck_assert_uint_eq(granted_since(0x4222000, since), GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4111000, since), GVI_REFUSED);
	close_oracle();
}
END_TEST

/* It may also have met an entry that was not present, which nobody holds. */
START_TEST(absent_when_it_came)
{
	const struct gvi_input in = read_of(PAGE);
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT};
	struct gvi_config c = plain_config();
	uint64_t before, after;

	c.habit[GVI_CHOICE_NOT_PRESENT_CACHED] = 0;
	c.capability &= ~(UINT32_C(1) << 26);
	open_oracle(&c, 10);
	write_word(LEAF + 8 * 5, 0);
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	before = gvi_moment(oracle);
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	after = gvi_moment(oracle);
	seen.reply.answer.result = GVI_ABORT;
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_REFUSED);
	seen.since = after;
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_REFUSED);
	seen.since = before;
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(granted_since(0x4111000, before), GVI_PERMITTED);
	close_oracle();
}
END_TEST

START_TEST(completions_before_a_request)
{
	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=7 Address=0x5000");
	wait();
	ck_assert_uint_eq(granted_since(0x4000000, gvi_moment(oracle)), GVI_REFUSED);
	close_oracle();
}
END_TEST

/* ---- Bounds --------------------------------------------------------------- */

START_TEST(short_history_is_unsure)
{
	const struct gvi_input in = read_of(PAGE);
	const struct gvi_config c = plain_config();
	enum gvi_verdict verdict;
	size_t count;

	open_oracle(&c, 4);
	for (unsigned i = 0; i < 40; i++)
		write_word(DATA + 8 * i, i);
	ck_assert_int_eq(gvi_permitted(oracle, &in, list, ROOM, &count, &verdict), GVI_OK);
	ck_assert_int_eq(verdict, GVI_UNSURE);
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(granted(0x4555000).verdict, GVI_UNSURE);
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	ck_assert_uint_eq(granted(0x4555000).verdict, GVI_REFUSED);
	close_oracle();
}
END_TEST

/* Whether there was an event nobody knows, so that its traces are no error. */
START_TEST(unsure_aborts_leave_traces)
{
	const struct gvi_input in = read_of(PAGE);
	const struct gvi_config c = plain_config();
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT};

	seen.reply.answer.result = GVI_ABORT;
	open_oracle(&c, 4);
	for (unsigned i = 0; i < 40; i++)
		write_word(DATA + 8 * i, i);
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_UNSURE);
	ck_assert_uint_eq(reads_as(0x2018, 16), GVI_UNSURE);
	close_oracle();
}
END_TEST

/* All that the abort has done was seen. */
START_TEST(unsure_aborts_without_traces)
{
	const struct gvi_input in = read_of(PAGE + 4096);
	const struct gvi_config c = plain_config();
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_EFFECTS};

	seen.reply.answer.result = GVI_ABORT;
	open_oracle(&c, 4);
	write_word(ENTRY + 8, encode(GVI_FORMAT_DTE, "DomainID=7 SA=1", 1));
	for (unsigned i = 0; i < 40; i++)
		write_word(DATA + 8 * i, i);
	ck_assert_uint_eq(tell(&in, &seen).verdict, GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2018, 0), GVI_PERMITTED);
	ck_assert_uint_eq(reads_as(0x2018, 16), GVI_REFUSED);
	close_oracle();
}
END_TEST

/* A completion is for the worlds in which there is a request: AMB-9.12. */
START_TEST(completions_choose_worlds)
{
	const struct gvi_seen nothing = {0};
	struct gvi_input done = {.kind = GVI_INPUT_DONE};
	struct gvi_config c = plain_config();
	struct gvi_judgement j;

	c.capability |= UINT32_C(1) << 24;
	open_oracle(&c, 10);
	command(GVI_FORMAT_INVALIDATE_IOTLB_PAGES, "DeviceID=0x20 QueueID=0x20 Maxpend=1");
	done.of.invalidation.device = DEVICE;
	ck_assert_int_eq(gvi_observe(oracle, &done, &nothing, &j, NULL), GVI_OK);
	ck_assert_uint_eq(j.verdict, GVI_PERMITTED);
	ck_assert_uint_eq(j.worlds, 1);
	ck_assert_int_eq(gvi_observe(oracle, &done, &nothing, &j, NULL), GVI_STATE_NO_INVALIDATION);
	close_oracle();
}
END_TEST

/* ---- One event only ---------------------------------------------------------- */

/* A fault at a page that is not there, with this fate of its event. */
static unsigned faults(enum gvi_logging logging)
{
	const struct gvi_input in = read_of(PAGE + 4096);
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_EVENT};

	seen.reply.answer.result = GVI_ABORT;
	seen.reply.answer.logging = (uint8_t)logging;
	seen.reply.answer.event[0] = UINT64_C(0x2000000700000020);
	seen.reply.answer.event[1] = PAGE + 4096;
	return tell(&in, &seen).verdict;
}

static void start_suppressed(void)
{
	start();
	write_word(ENTRY + 8, encode(GVI_FORMAT_DTE, "DomainID=7 SE=1", 1));
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	wait();
	ck_assert_uint_eq(faults(GVI_SUPPRESSED), GVI_REFUSED);
	ck_assert_uint_eq(faults(GVI_LOGGED), GVI_PERMITTED);
	ck_assert_uint_eq(faults(GVI_SUPPRESSED), GVI_PERMITTED);
}

/* [device.suppress-first] What was remembered goes when the invalidation is complete. */
START_TEST(suppression_ends_with_its_entry)
{
	start_suppressed();
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	ck_assert_uint_eq(faults(GVI_SUPPRESSED), GVI_PERMITTED);
	wait();
	ck_assert_uint_eq(faults(GVI_SUPPRESSED), GVI_REFUSED);
	ck_assert_uint_eq(faults(GVI_LOGGED), GVI_PERMITTED);
	close_oracle();
}
END_TEST

/* But the entry may have gone as soon as the command was visible, and what was logged
 * since is remembered, or not. */
START_TEST(suppression_begins_anew_meanwhile)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};

	start_suppressed();
	write_word(COMMANDS + tail, encode(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20", 0));
	tail += 16;
	write_register(GVI_REGISTER_CMD_BUF_TAIL, tail);
	ck_assert_uint_eq(faults(GVI_LOGGED), GVI_PERMITTED);
	must(&step);
	wait();
	ck_assert_uint_eq(faults(GVI_SUPPRESSED), GVI_PERMITTED);
	/* And goes with the next one, also with all others. */
	command(GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	wait();
	ck_assert_uint_eq(faults(GVI_SUPPRESSED), GVI_REFUSED);
	ck_assert_uint_eq(faults(GVI_LOGGED), GVI_PERMITTED);
	close_oracle();
}
END_TEST

/* ---- The order of commands ------------------------------------------------ */

/* What is seen of a command: the message that it sends, or nothing. */
static unsigned sends(const struct gvi_message *message)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	const struct gvi_effect effect = {.kind = GVI_EFFECT_SEND,
					  .message = message ? *message : (struct gvi_message){0}};
	const struct gvi_seen seen = {
		.what = GVI_SEEN_EFFECTS, .effects = &effect, .neffects = message != NULL};

	return tell(&step, &seen).verdict;
}

static unsigned stores(void)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	const struct gvi_effect effect = {
		.kind = GVI_EFFECT_WRITE, .spa = STORE, .data = {DONE}, .length = 8};
	const struct gvi_seen seen = {.what = GVI_SEEN_EFFECTS, .effects = &effect, .neffects = 1};

	return tell(&step, &seen).verdict;
}

static enum gvi_status completes(uint16_t device, uint8_t tag)
{
	const struct gvi_seen nothing = {0};
	struct gvi_input done = {.kind = GVI_INPUT_DONE};
	struct gvi_judgement j;

	done.of.invalidation.device = device;
	done.of.invalidation.tag = tag;
	return gvi_observe(oracle, &done, &nothing, &j, NULL);
}

/* Requests to three devices, whose tags are the IOMMU's affair. */
static const struct gvi_message requests[3] = {
	{.kind = GVI_MESSAGE_INVALIDATE, .device = 0x20, .address = 0x1000, .tag = 31},
	{.kind = GVI_MESSAGE_INVALIDATE, .device = 0x21, .address = 0x2000, .tag = 7},
	{.kind = GVI_MESSAGE_INVALIDATE, .device = 0x22, .address = 0x3000, .tag = 7}};

/* Those requests, one invalidation that nobody sees, and a wait. */
static void begin_requests(const char *wait)
{
	static const char *const fields[3] = {
		"DeviceID=0x20 QueueID=0x20 Maxpend=1 Address=0x1000",
		"DeviceID=0x21 QueueID=0x21 Maxpend=1 Address=0x2000",
		"DeviceID=0x22 QueueID=0x22 Maxpend=1 Address=0x3000"};
	struct gvi_config c = plain_config();

	c.capability |= UINT32_C(1) << 24;
	open_oracle(&c, 10);
	for (unsigned i = 0, at = 0; i < 5; i++, at += 16) {
		enum gvi_format_id format = i == 1   ? GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY
					    : i == 4 ? GVI_FORMAT_COMPLETION_WAIT
						     : GVI_FORMAT_INVALIDATE_IOTLB_PAGES;
		const char *text = i == 1 ? "DeviceID=0x20" : i == 4 ? wait : fields[i ? i - 1 : 0];

		write_word(COMMANDS + at, encode(format, text, 0));
		write_word(COMMANDS + at + 8, encode(format, text, 1));
	}
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 80);
}

/* [command.execute] Whatever comes first; the wait comes last. */
START_TEST(commands_in_any_order)
{
	static const uint8_t orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

	for (unsigned o = 0; o < 6; o++) {
		begin_requests("s=1 StoreAddress=0x600000 StoreData=0xd0e");
		for (unsigned i = 0; i < 3; i++) {
			ck_assert_uint_eq(stores(), GVI_REFUSED);
			ck_assert_uint_eq(sends(&requests[orders[o][i]]), GVI_PERMITTED);
			ck_assert_uint_eq(sends(&requests[orders[o][i]]), GVI_REFUSED);
		}
		ck_assert_uint_eq(sends(NULL), GVI_PERMITTED);
		for (unsigned i = 0; i < 3; i++) {
			const struct gvi_message *m = &requests[orders[2][i]];

			ck_assert_uint_eq(stores(), GVI_REFUSED);
			ck_assert_int_eq(completes(m->device, (uint8_t)(m->tag - 1)),
					 GVI_STATE_NO_INVALIDATION);
			ck_assert_int_eq(completes(m->device, m->tag), GVI_OK);
		}
		ck_assert_uint_eq(stores(), GVI_PERMITTED);
		ck_assert(gvi_world(oracle, 0) && !gvi_world(oracle, 1));
		close_oracle();
	}
}
END_TEST

/* Two outstanding requests of a device differ in their tags, and there are 32. */
START_TEST(tags_are_apart)
{
	struct gvi_message again = requests[0];
	struct gvi_config c = plain_config();

	c.capability |= UINT32_C(1) << 24;
	open_oracle(&c, 10);
	for (unsigned i = 0; i < 2; i++)
		write_entry(COMMANDS + 16 * i, GVI_FORMAT_INVALIDATE_IOTLB_PAGES,
			    "DeviceID=0x20 QueueID=0x20 Maxpend=2");
	write_word(COMMANDS + 8, 0x1000);
	write_word(COMMANDS + 24, 0x1000);
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 32);
	ck_assert_uint_eq(sends(&again), GVI_PERMITTED);
	ck_assert_uint_eq(sends(&again), GVI_REFUSED);
	again.tag = 32;
	ck_assert_uint_eq(sends(&again), GVI_REFUSED);
	again.tag = 0;
	ck_assert_uint_eq(sends(&again), GVI_PERMITTED);
	close_oracle();
}
END_TEST

/* More than the model looks at. */
START_TEST(far_ahead_is_unsure)
{
	begin_requests("");
	for (unsigned i = 5; i < 40; i++)
		write_entry(COMMANDS + 16 * i, GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE, "");
	write_entry(COMMANDS + 16 * 40, GVI_FORMAT_INVALIDATE_IOTLB_PAGES,
		    "DeviceID=0x23 QueueID=0x23 Maxpend=1");
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 16 * 41);
	ck_assert_uint_eq(
		sends(&(struct gvi_message){.kind = GVI_MESSAGE_INVALIDATE, .device = 0x23}),
		GVI_UNSURE);
	close_oracle();
}
END_TEST

/* ---- Bounds ---------------------------------------------------------------- */

/* Entries of the old table may be held, and nobody knows which. */
START_TEST(moved_table_is_unsure)
{
	start();
	rig_store(&rig, GVI_FORMAT_DTE, MORE + 32 * DEVICE,
		  "V=1 TV=1 Mode=1 HostPageTableRootPtr=0x1200000 IR=1 IW=1 DomainID=7");
	rig_store(&rig, GVI_FORMAT_PTE, 2 * MORE - ROOT + 8 * 5, "PR=1 Address=0x5000 IR=1");
	write_register(GVI_REGISTER_DEV_TAB_BASE, MORE | 511);
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_UNSURE);
	/* Its translations may outlive it. */
	command(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, "DeviceID=0x20");
	wait();
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_UNSURE);
	command(GVI_FORMAT_INVALIDATE_IOMMU_PAGES,
		"DomainID=7 S=1 PDE=1 Address=0x7ffffffffffff000");
	wait();
	ck_assert_uint_eq(granted(0x4000000).verdict, GVI_REFUSED);
	ck_assert_uint_eq(granted(PAGE).verdict, GVI_PERMITTED);
	close_oracle();
}
END_TEST

/* A copy goes on by itself. */
START_TEST(copies_are_snapshots)
{
	const struct gvi_bounds bounds = {
		.worlds = 16, .runs = 4096, .values_log2 = 10, .delay = 3};
	struct gvi_oracle *first, *copy;

	start();
	first = oracle;
	copy = malloc(gvi_oracle_size(&bounds));
	REQUIRE(copy);
	memcpy(copy, first, gvi_oracle_size(&bounds));
	memset(first, 0xee, gvi_oracle_size(&bounds));
	oracle = copy;
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	ck_assert_uint_eq(permitted(PAGE), 2);
	free(first);
	close_oracle();
}
END_TEST

RIG_RUN("oracle", nothing_changed, leaf_rewritten, written_too_late, pointer_needs_pde,
	absent_is_not_held, root_outlives_its_entry, illegal_entry_has_no_root,
	interrupt_entry_rewritten, gcr3_entry_rewritten, guest_leaf_rewritten, many_invalidations,
	commands_are_not_held, enabled_by_firmware, refused_observation, old_and_new_in_turns,
	habit_is_held_to_its_word, page_address_tells_nothing, unknown_flags_are_not_compared,
	meaningless_type_is_not_compared, stale_words_are_named, requests_under_way,
	under_way_over_invalidations_of_all, under_way_after_pages_and_over_all,
	absent_when_it_came, completions_before_a_request, registers_may_be_late,
	halves_may_be_late, head_may_be_ahead, short_history_is_unsure, unsure_aborts_leave_traces,
	unsure_aborts_without_traces, completions_choose_worlds, suppression_ends_with_its_entry,
	suppression_begins_anew_meanwhile, commands_in_any_order, tags_are_apart,
	far_ahead_is_unsure, moved_table_is_unsure, copies_are_snapshots)
