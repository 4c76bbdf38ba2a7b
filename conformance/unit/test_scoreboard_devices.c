/* The scoreboard and devices with ATS: completions of translation requests, invalidate requests
 * and their completions, page requests and responses; what is right, and what it says of
 * what is wrong, missing, told twice or too early. */
#include "conformance/cosim/scoreboard.h"
#include "conformance/unit/rig.h"

#include <stdio.h>
#include <unistd.h>

#define LEAF      (ROOT + 0x2000)
#define PAGE      UINT64_C(0x5000)
#define READ_ONLY UINT64_C(0x6000)
#define MISSING   UINT64_C(0x7000)
#define OLD       UINT64_C(0x4000000)
#define NEW       UINT64_C(0x4111000)
#define PAGES     UINT64_C(0x00700000) /* the PPR log */
#define OTHER     0x0028               /* a device whose entry has I=0 */

/* ATS_COMPLETION: N, W, R, and a page of 4 KiB; one of 8 KiB. */
#define AT(page)    ((page) | 0x403)
#define LARGE(page) ((page) | 0xc03)

/* INVALIDATE_IOTLB_PAGES: QueueID and DeviceID 20h, no limit; PAGE, without and with PASID
 * 12345h. */
#define IOTLB       UINT64_C(0x4000002000000020)
#define IOTLB_PASID UINT64_C(0x4145002000230020)
#define GN          UINT64_C(4)

/* COMPLETE_PPR_REQUEST to device 20h with PASID 12345h: success, group 155h. */
#define COMPLETE     UINT64_C(0x7001234500000020)
#define COMPLETE_TAG UINT64_C(0x0000015500000004)

/* PAGE_SERVICE_REQUEST of `whole`: PASID 12345h, user, RD, WR, L, group 155h. */
#define ENTRY UINT64_C(0x1164075523450020)

static const struct gvi_page_request whole = {.address = MISSING,
					      .pasid = 0x12345,
					      .device = DEVICE,
					      .group = 0x155,
					      .read = true,
					      .write = true,
					      .last = true,
					      .has_pasid = true};

static struct rig rig;
static struct scoreboard *board;
static char lines[16384];
static uint64_t tail;
static const char *trace;

/* ---- The scene ------------------------------------------------------------------ */

static void hear(void *user, const char *line)
{
	(void)user;
	REQUIRE(strlen(lines) + strlen(line) + 2 < sizeof lines);
	strcat(strcat(lines, line), "\n");
}

static void write_word(uint64_t spa, uint64_t value)
{
	uint64_t old = memory_load(rig.memory, spa);

	REQUIRE(memory_store(rig.memory, spa, value));
	ck_assert(scoreboard_wrote(board, spa, &old, 1));
}

static void write_entry(uint64_t spa, enum gvi_format_id format, const char *fields)
{
	uint64_t raw[GVI_MAX_WORDS];

	gvi_blank(format, raw);
	REQUIRE(gvi_encode(format, fields, raw, NULL));
	for (unsigned i = 0; i < gvi_words(format); i++)
		write_word(spa + 8 * i, raw[i]);
}

static void set(uint32_t offset, uint64_t value)
{
	ck_assert(scoreboard_mmio_write(board, offset, 8, value));
}

/* IommuEn, EventLogEn, InvTimeOut of 1 s, CmdBufEn, PPRLogEn, PPREn, GTEn, EPHEn. */
#define CONTROL (UINT64_C(1) << 45 | 0x1b085)

static void start(void)
{
	struct scoreboard_options options = {.print = hear, .trace = trace};
	char why[100];

	options.config = rig_config(GVI_PRESET_EVERYTHING);
	/* GN and GPRP, software answers what is rejected, and no Maxpend is no limit. */
	options.config.habit[GVI_CHOICE_PPR_RESPONSE_PREFIX] = 0;
	options.config.habit[GVI_CHOICE_PPR_RESPONDER] = 0;
	options.config.habit[GVI_CHOICE_MAXPEND_ZERO] = 0;
	options.config.enabled = true;
	rig_open(&rig, &options.config);
	options.host = rig_host(&rig);
	board = scoreboard_open(&options, why, sizeof why);
	REQUIRE(board);
	lines[0] = '\0';
	tail = 0;
	write_entry(TABLE + 32 * DEVICE, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=1 HostPageTableRootPtr=0x1002000 IR=1 IW=1 DomainID=7 I=1 "
		    "PPR=1 GPRP=1 GV=1 GLX=1 GCR3TRP=0x2000000");
	write_entry(TABLE + 32 * OTHER, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=1 HostPageTableRootPtr=0x1002000 IR=1 IW=1 DomainID=7");
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4000000 IR=1 IW=1");
	write_entry(LEAF + 8 * 6, GVI_FORMAT_PTE, "PR=1 Address=0x4222000 IR=1");
	set(0x0000, TABLE | 511);
	set(0x0008, COMMANDS | UINT64_C(8) << 56);
	set(0x0010, EVENTS | UINT64_C(8) << 56);
	set(0x0038, PAGES | UINT64_C(8) << 56);
	set(0x0018, CONTROL);
}

/* The number of refusals. */
static uint64_t finish(void)
{
	uint64_t refused = scoreboard_finish(board);

	scoreboard_close(board);
	rig_close(&rig);
	return refused;
}

static bool says(const char *words)
{
	return strstr(lines, words) != NULL;
}

static void command(uint64_t low, uint64_t high)
{
	write_word(COMMANDS + tail, low);
	write_word(COMMANDS + tail + 8, high);
	tail = (tail + 16) % 4096;
	set(0x2008, tail);
}

static void wait_for(uint64_t data)
{
	command(UINT64_C(1) << 60 | STORE | 1, data);
}

static bool stored(uint64_t data)
{
	return scoreboard_written(board, STORE, &data, 8);
}

static bool record(uint64_t spa, uint64_t low, uint64_t high)
{
	const uint64_t raw[2] = {low, high};

	return scoreboard_written(board, spa, raw, 16);
}

/* ---- Translation requests ---------------------------------------------------------- */

static bool ask(uint32_t tag, uint16_t device, uint64_t address)
{
	struct gvi_input in = {.kind = GVI_INPUT_ATS};

	in.of.ats = (struct gvi_ats_request){
		.device = device, .address = address, .count = 1, .unit_log2 = 12};
	return scoreboard_issue(board, tag, &in);
}

static bool completed(uint32_t tag, uint64_t word)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_VALUE};

	seen.reply.ats.count = 1;
	seen.reply.ats.translation[0] = word;
	return scoreboard_answer(board, tag, &seen);
}

static bool aborted(uint32_t tag, enum gvi_completion completion)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_COMPLETION};

	seen.reply.ats.result = GVI_ABORT;
	seen.reply.ats.completion = (uint8_t)completion;
	return scoreboard_answer(board, tag, &seen);
}

START_TEST(completions)
{
	start();
	ck_assert(ask(1, DEVICE, PAGE) && ask(2, DEVICE, READ_ONLY) && ask(3, DEVICE, MISSING));
	ck_assert(completed(3, 0) && completed(1, AT(OLD)) && completed(2, 0x4222401));
	ck_assert_uint_eq(scoreboard_totals(board)->grants, 3);
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(wrong_completions)
{
	start();
	ck_assert(ask(1, DEVICE, PAGE) && !completed(1, AT(NEW)));
	ck_assert(says("tag 1: device 00:04.0 asks where 0x5000 is\n"));
	ck_assert(says("  seen:      completed: 0x5000 goes to 0x4111000"));
	ck_assert(says("  permitted: completed: 0x5000 goes to 0x4000000"));
	/* A right too many, one too few, a page too large, one that is not there, and an abort. */
	ck_assert(ask(2, DEVICE, READ_ONLY) && !completed(2, 0x4222403));
	ck_assert(says("R 1, W 1"));
	ck_assert(ask(3, DEVICE, PAGE) && !completed(3, OLD | 0x401));
	ck_assert(ask(4, DEVICE, PAGE) && !completed(4, LARGE(OLD)));
	ck_assert(ask(5, DEVICE, MISSING) && !completed(5, AT(OLD)));
	ck_assert(says("  permitted: completed: no translation (R=W=0)"));
	ck_assert(ask(6, DEVICE, PAGE) && !aborted(6, GVI_UNSUPPORTED_REQUEST));
	ck_assert_uint_eq(finish(), 6);
}
END_TEST

START_TEST(completions_twice_and_never)
{
	start();
	ck_assert(!completed(1, AT(OLD)));
	ck_assert(says("tag 1 is answered, which is not open"));
	ck_assert(ask(1, DEVICE, PAGE) && completed(1, AT(OLD)) && !completed(1, AT(OLD)));
	ck_assert(ask(2, DEVICE, PAGE));
	ck_assert_uint_eq(finish(), 3);
	ck_assert(says("tag 2: device 00:04.0 asks where 0x5000 is was never answered"));
}
END_TEST

START_TEST(stale_completion)
{
	start();
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0x4111000 IR=1 IW=1");
	ck_assert(ask(1, DEVICE, PAGE) && completed(1, AT(OLD)));
	ck_assert(ask(2, DEVICE, PAGE));
	command(UINT64_C(3) << 60 | UINT64_C(7) << 32, UINT64_C(0x7ffffffffffff003));
	wait_for(1);
	ck_assert(stored(1));
	/* It was under way. */
	ck_assert(completed(2, AT(OLD)));
	ck_assert(ask(3, DEVICE, PAGE) && completed(3, AT(NEW)));
	ck_assert(ask(4, DEVICE, PAGE) && !completed(4, AT(OLD)));
	ck_assert(says("  stale:     HELD_HOST=held at 0x1002028"));
	ck_assert(says("  ended by:  INVALIDATE_IOMMU_PAGES(DomainID=7"));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* I=0: INVALID_DEVICE_REQUEST with TR=1, and the status that goes with it. */
START_TEST(refused_requests)
{
	const uint64_t low = UINT64_C(0x8100000000000028), high = PAGE;

	start();
	ck_assert(ask(1, OTHER, PAGE) && record(EVENTS, low, high));
	ck_assert(aborted(1, GVI_UNSUPPORTED_REQUEST));
	ck_assert(ask(2, OTHER, PAGE) && aborted(2, GVI_UNSUPPORTED_REQUEST));
	ck_assert_uint_eq(scoreboard_open_tags(board), 1);
	ck_assert(!record(EVENTS + 16, UINT64_C(0x8000000000000028), high));
	ck_assert(says("was written, and nothing has caused it"));
	ck_assert(record(EVENTS + 16, low, high));
	ck_assert(ask(3, OTHER, PAGE) && !completed(3, AT(OLD)));
	ck_assert(ask(4, OTHER, PAGE) && aborted(4, GVI_UNSUPPORTED_REQUEST));
	ck_assert_uint_eq(finish(), 3);
	ck_assert(says("asks where 0x5000 is was aborted, and no record of it was written"));
}
END_TEST

/* ---- Invalidate requests -------------------------------------------------------------- */

static struct gvi_message invalidate(uint64_t body, uint8_t itag)
{
	return (struct gvi_message){
		.kind = GVI_MESSAGE_INVALIDATE, .address = body, .device = DEVICE, .tag = itag};
}

static bool sent(struct gvi_message message)
{
	return scoreboard_message(board, &message);
}

static bool done(uint8_t itag)
{
	return scoreboard_device_done(board, DEVICE, itag, true);
}

/* The tag is the IOMMU's own; the wait is complete when the device has answered. */
START_TEST(invalidate_requests)
{
	struct gvi_message with_pasid = invalidate(PAGE, 31);

	with_pasid.has_pasid = true;
	with_pasid.pasid = 0x12345;
	start();
	command(IOTLB, PAGE);
	command(IOTLB_PASID, PAGE | GN);
	wait_for(1);
	ck_assert(sent(invalidate(PAGE, 9)) && sent(with_pasid));
	ck_assert(done(31) && done(9));
	ck_assert(stored(1));
	ck_assert_uint_eq(scoreboard_totals(board)->messages, 2);
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(wrong_invalidate_requests)
{
	struct gvi_message elsewhere = invalidate(PAGE, 1), with_pasid = invalidate(PAGE, 1);

	elsewhere.device = OTHER;
	with_pasid.has_pasid = true;
	start();
	/* Too early: the tail has not been written. */
	ck_assert(!sent(invalidate(PAGE, 1)));
	ck_assert(
		says("a message, invalidate(Address=0x5000), 0x1000 bytes to 00:04.0 was sent, and "
		     "nothing has caused it"));
	command(IOTLB, PAGE);
	ck_assert(!sent(invalidate(PAGE + 0x1000, 1)));
	ck_assert(!sent(invalidate(PAGE | 0x800, 1)));
	ck_assert(!sent(elsewhere) && !sent(with_pasid));
	ck_assert(sent(invalidate(PAGE, 1)) && !sent(invalidate(PAGE, 2)));
	ck_assert_uint_eq(finish(), 6);
}
END_TEST

/* The wait must not be complete before the request was sent, nor before the device has
 * answered. */
START_TEST(waits_too_short)
{
	start();
	command(IOTLB, PAGE);
	wait_for(1);
	ck_assert(!stored(1));
	ck_assert(says("0x600000: 0x0000000000000001 was written, and nothing has caused it"));
	ck_assert(sent(invalidate(PAGE, 4)));
	ck_assert(!stored(1));
	ck_assert(done(4) && stored(1) && !stored(1));
	ck_assert_uint_eq(finish(), 3);
}
END_TEST

START_TEST(wrong_tags)
{
	start();
	ck_assert(!done(0));
	ck_assert(
		says("device 0x0020 completes an invalidate request of tag 0, which was not sent"));
	command(IOTLB, PAGE);
	command(IOTLB, READ_ONLY);
	ck_assert(sent(invalidate(PAGE, 5)));
	ck_assert(!done(6) && !scoreboard_device_done(board, OTHER, 5, true));
	/* The device could not tell two of one tag apart, and there are 32. */
	ck_assert(!sent(invalidate(READ_ONLY, 5)));
	ck_assert(says("tag 5 of device 0x0020 is that of a request that it has not completed"));
	ck_assert(!sent(invalidate(READ_ONLY, 32)));
	ck_assert(says("tag 32 of device 0x0020 is none"));
	ck_assert(sent(invalidate(READ_ONLY, 6)));
	ck_assert(done(5) && !done(5) && done(6));
	ck_assert_uint_eq(finish(), 6);
}
END_TEST

/* InvTimeOut passes: a record with the place of the command, and the wait goes on. */
START_TEST(time_outs)
{
	const uint64_t low = UINT64_C(0x7000000000000020);

	start();
	command(IOTLB, PAGE);
	wait_for(1);
	ck_assert(sent(invalidate(PAGE, 5)));
	ck_assert(!record(EVENTS, low, COMMANDS));
	ck_assert(scoreboard_device_done(board, DEVICE, 5, false));
	ck_assert(!record(EVENTS, low, COMMANDS + 16));
	ck_assert(record(EVENTS, low, COMMANDS) && stored(1) && !done(5));
	command(IOTLB, PAGE);
	ck_assert(sent(invalidate(PAGE, 5)));
	ck_assert(scoreboard_device_done(board, DEVICE, 5, false));
	ck_assert_uint_eq(finish(), 4);
	ck_assert(says("IOTLB_INV_TIMEOUT(DeviceID=0x20 Address=0x400020) was due, and was never "
		       "seen"));
}
END_TEST

/* ---- Page requests --------------------------------------------------------------------- */

static bool request_page(uint32_t tag, uint64_t address)
{
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};

	in.of.page = whole;
	in.of.page.address = address;
	return scoreboard_issue(board, tag, &in);
}

/* The IOMMU has taken it; what it wrote and sent is told apart. */
static bool taken(uint32_t tag)
{
	const struct gvi_seen nothing = {.what = 0};

	return scoreboard_answer(board, tag, &nothing);
}

/* Entries before and after their requests are known to be taken. */
START_TEST(page_requests)
{
	start();
	ck_assert(request_page(1, MISSING) && request_page(2, MISSING + 0x1000));
	ck_assert(taken(1));
	ck_assert(record(PAGES, ENTRY, MISSING));
	ck_assert(record(PAGES + 16, ENTRY, MISSING + 0x1000) && taken(2));
	ck_assert(scoreboard_mmio_read(board, 0x2038, 8, 32));
	ck_assert_uint_eq(scoreboard_open_tags(board), 0);
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(wrong_entries)
{
	const uint64_t bit_of_group = UINT64_C(1) << 32, read = UINT64_C(1) << 50;

	start();
	/* Too early: there was no request. */
	ck_assert(!record(PAGES, ENTRY, MISSING));
	ck_assert(request_page(1, MISSING) && taken(1));
	ck_assert(!record(PAGES, ENTRY, PAGE) && !record(PAGES + 16, ENTRY, MISSING));
	ck_assert(says("  taken:     tag 1: device 00:04.0 asks for the page at 0x7000"));
	ck_assert(says("  permitted: logged\n"));
	ck_assert(!record(PAGES, ENTRY ^ bit_of_group, MISSING));
	ck_assert(!record(PAGES, ENTRY ^ read, MISSING));
	ck_assert(record(PAGES, ENTRY, MISSING) && !record(PAGES, ENTRY, MISSING));
	ck_assert(!taken(1) && says("tag 1 is answered, which is not open"));
	ck_assert(request_page(2, PAGE) && taken(2));
	ck_assert_uint_eq(finish(), 8);
	ck_assert(says("was taken, and no entry, record or response of it was seen"));
}
END_TEST

/* An entry before the bench knows that the request was taken, with another result than it says
 * then. */
START_TEST(entry_and_answer)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT};

	start();
	ck_assert(request_page(1, MISSING));
	ck_assert(!record(PAGES, ENTRY, PAGE));
	ck_assert(record(PAGES, ENTRY, MISSING));
	seen.reply.page.result = GVI_PAGE_LOST;
	ck_assert(!scoreboard_answer(board, 1, &seen));
	ck_assert(says("has another result than what was written or sent for it"));
	ck_assert_uint_eq(finish(), 2);
}
END_TEST

/* What is open is settled by what is seen: US of a request without PASID.  Requests are told
 * apart by their entries. */
START_TEST(open_points)
{
	const uint64_t bare = UINT64_C(0x1004000300000020), user = UINT64_C(1) << 54;
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};

	in.of.page = (struct gvi_page_request){
		.address = MISSING, .device = DEVICE, .group = 3, .read = true};
	start();
	ck_assert(scoreboard_issue(board, 1, &in) && request_page(2, PAGE));
	ck_assert(taken(1) && taken(2));
	ck_assert(record(PAGES, ENTRY, PAGE) && record(PAGES + 16, bare | user, MISSING));
	ck_assert(scoreboard_issue(board, 3, &in) && taken(3));
	ck_assert(!record(PAGES + 32, bare, MISSING) && record(PAGES + 32, bare | user, MISSING));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* V=0: rejected with a record, or dropped without. */
START_TEST(dropped_request)
{
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};

	in.of.page = whole;
	in.of.page.device = 0x30;
	start();
	ck_assert(scoreboard_issue(board, 1, &in) && taken(1));
	ck_assert(request_page(2, MISSING) && taken(2) && record(PAGES, ENTRY, MISSING));
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(request_never_taken)
{
	start();
	ck_assert(request_page(1, MISSING));
	ck_assert_uint_eq(finish(), 1);
	ck_assert(says(
		"device 00:04.0 asks for the page at 0x7000, group 341, to read, to write, the "
		"last of the group, PASID 0x12345 was never answered"));
}
END_TEST

/* I=0: INVALID_PPR_REQUEST, which is judged by what it means (the flags are not known). */
START_TEST(rejected_requests)
{
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT};

	in.of.page = whole;
	in.of.page.device = OTHER;
	start();
	seen.reply.page.result = GVI_PAGE_REFUSED;
	ck_assert(scoreboard_check(board, &in, &seen));
	ck_assert(record(EVENTS, UINT64_C(0x9264075523450028), MISSING));
	seen.reply.page.result = GVI_PAGE_LOGGED;
	ck_assert(!scoreboard_check(board, &in, &seen));
	ck_assert(says("  seen:      logged\n") && says("  permitted: refused\n"));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* ---- Responses --------------------------------------------------------------------------- */

static struct gvi_message response(uint32_t data)
{
	return (struct gvi_message){.kind = GVI_MESSAGE_RESPONSE,
				    .data = data,
				    .device = DEVICE,
				    .has_pasid = true,
				    .pasid = 0x12345};
}

START_TEST(responses)
{
	start();
	command(COMPLETE, COMPLETE_TAG);
	wait_for(1);
	ck_assert(sent(response(0x155)) && stored(1));
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(wrong_responses)
{
	struct gvi_message elsewhere = response(0x155), bare = response(0x155);
	struct gvi_message process = response(0x155);

	elsewhere.device = OTHER;
	bare.has_pasid = false;
	bare.pasid = 0;
	process.pasid = 0x12344;
	start();
	ck_assert(!sent(response(0x155)));
	ck_assert(says(
		"a message, response 0x0 for group 341 to 00:04.0, PASID 0x12345 was sent, and "
		"nothing has caused it"));
	command(COMPLETE, COMPLETE_TAG);
	wait_for(1);
	ck_assert(!sent(response(0x154)) && !sent(response(0xf155)));
	ck_assert(!sent(elsewhere) && !sent(bare) && !sent(process));
	/* The wait is not complete without it. */
	ck_assert(!stored(1));
	ck_assert(sent(response(0x155)) && !sent(response(0x155)) && stored(1));
	ck_assert_uint_eq(finish(), 8);
}
END_TEST

/* PprAutoRspEn and PprAutoRspAon: the response comes with the request. */
START_TEST(automatic_responses)
{
	start();
	set(0x2080, 0xf);
	set(0x0018, CONTROL | UINT64_C(1) << 39 | UINT64_C(1) << 42);
	ck_assert(request_page(1, MISSING) && sent(response(0xf155)) && taken(1));
	ck_assert(request_page(2, MISSING) && taken(2) && !sent(response(0x155)));
	ck_assert_uint_eq(finish(), 2);
	ck_assert(says("  permitted: answered\n"));
}
END_TEST

/* ---- The trace ---------------------------------------------------------------------------- */

/* How often the file has the words. */
static unsigned count_in(const char *path, const char *words)
{
	static char text[65536];
	FILE *in = fopen(path, "r");
	unsigned count = 0;

	REQUIRE(in);
	text[fread(text, 1, sizeof text - 1, in)] = '\0';
	fclose(in);
	for (const char *p = text; (p = strstr(p, words)) != NULL; p++)
		count++;
	return count;
}

/* What was tried to explain a read and taken back is not in it; what is refused is. */
START_TEST(traced)
{
	char path[] = "/tmp/goldvi-trace-XXXXXX";
	int file = mkstemp(path);

	REQUIRE(file >= 0);
	close(file);
	trace = path;
	start();
	trace = NULL;
	ck_assert(ask(1, DEVICE, PAGE) && completed(1, AT(OLD)));
	command(UINT64_C(1) << 60 | 2, 0);
	ck_assert(!scoreboard_mmio_read(board, 0x2020, 8, 0x7f));
	ck_assert(scoreboard_mmio_read(board, 0x2020, 8, 0x9c));
	ck_assert(ask(2, DEVICE, PAGE) && !completed(2, AT(NEW)));
	ck_assert_uint_eq(finish(), 2);
	ck_assert_uint_eq(count_in(path, "{\"goldvi_trace\":1,"), 1);
	ck_assert_uint_eq(count_in(path, "{\"ats\":"), 2);
	ck_assert_uint_eq(count_in(path, "{\"moment\":"), 2);
	ck_assert_uint_eq(count_in(path, "{\"step\":"), 1);
	ck_assert_uint_eq(count_in(path, "{\"mmio_read\":"), 2);
	/* Each word of the two entries, two leaves, and the command. */
	ck_assert_uint_eq(count_in(path, "{\"wrote\":"), 12);
	unlink(path);
}
END_TEST

START_TEST(trace_that_cannot_be_written)
{
	struct scoreboard_options options = {.trace = "/nowhere/trace"};
	char why[100] = "";

	options.config = rig_config(GVI_PRESET_EVERYTHING);
	rig_open(&rig, &options.config);
	options.host = rig_host(&rig);
	ck_assert_ptr_null(scoreboard_open(&options, why, sizeof why));
	ck_assert_ptr_nonnull(strstr(why, "/nowhere/trace: the trace cannot be written: "));
	rig_close(&rig);
}
END_TEST

RIG_RUN("scoreboard_devices", completions, wrong_completions, completions_twice_and_never,
	stale_completion, refused_requests, invalidate_requests, wrong_invalidate_requests,
	waits_too_short, wrong_tags, time_outs, page_requests, wrong_entries, entry_and_answer,
	open_points, dropped_request, request_never_taken, rejected_requests, responses,
	wrong_responses, automatic_responses, traced, trace_that_cannot_be_written)
