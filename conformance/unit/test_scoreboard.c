/* The scoreboard, told by hand what an IOMMU did: what it accepts, and what it says of
 * the rest. */
#include "conformance/cosim/scoreboard.h"
#include "conformance/coverage_json.h"
#include "conformance/unit/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LEAF (ROOT + 0x2000)
#define PAGE UINT64_C(0x5000)
#define OLD  UINT64_C(0x4000000)
#define NEW  UINT64_C(0x4111000)
#define NONE UINT64_MAX /* refused */

static struct rig rig;
static struct scoreboard *board;
static char lines[16384];
static uint64_t tail;

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

static void map(uint64_t page)
{
	char fields[80];

	snprintf(fields, sizeof fields, "PR=1 Address=0x%llx IR=1 IW=1", (unsigned long long)page);
	write_entry(LEAF + 8 * 5, GVI_FORMAT_PTE, fields);
}

static void start_with(unsigned told, const char *coverage)
{
	struct scoreboard_options options = {.told = told, .print = hear, .coverage = coverage};
	char why[100];

	options.config = rig_config(GVI_PRESET_HOST_ONLY);
	options.config.enabled = true;
	rig_open(&rig, &options.config);
	options.host = rig_host(&rig);
	board = scoreboard_open(&options, why, sizeof why);
	REQUIRE(board);
	lines[0] = '\0';
	tail = 0;
	write_entry(TABLE + 32 * DEVICE, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1000000 IR=1 IW=1 DomainID=7");
	write_entry(ROOT, GVI_FORMAT_PDE, "PR=1 NextLevel=2 Address=0x1001000 IR=1 IW=1");
	write_entry(ROOT + 0x1000, GVI_FORMAT_PDE, "PR=1 NextLevel=1 Address=0x1002000 IR=1 IW=1");
	map(OLD);
	ck_assert(scoreboard_mmio_write(board, 0x0000, 8, TABLE | 511));
	ck_assert(scoreboard_mmio_write(board, 0x0008, 8, COMMANDS | UINT64_C(8) << 56));
	ck_assert(scoreboard_mmio_write(board, 0x0010, 8, EVENTS | UINT64_C(8) << 56));
	ck_assert(scoreboard_mmio_write(board, 0x0018, 8, 1 | 1 << 2 | 1 << 12));
}

static void start(unsigned told)
{
	start_with(told, NULL);
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

static struct gvi_input read_of(uint64_t address)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};

	in.of.request = (struct gvi_request){
		.device = DEVICE, .address = address, .length = 4, .access = GVI_READ};
	return in;
}

static struct gvi_seen seen_at(uint64_t spa)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};

	seen.reply.answer.result = spa == NONE ? GVI_ABORT : GVI_GRANT;
	seen.reply.answer.address = spa == NONE ? 0 : spa;
	return seen;
}

static bool check(uint64_t address, uint64_t spa)
{
	const struct gvi_input in = read_of(address);
	const struct gvi_seen seen = seen_at(spa);

	return scoreboard_check(board, &in, &seen);
}

static bool issue(uint32_t tag, uint64_t address)
{
	const struct gvi_input in = read_of(address);

	return scoreboard_issue(board, tag, &in);
}

static bool answer(uint32_t tag, uint64_t spa)
{
	const struct gvi_seen seen = seen_at(spa);

	return scoreboard_answer(board, tag, &seen);
}

static bool record(unsigned place, uint64_t address)
{
	/* IO_PAGE_FAULT, DomainID 7, by a read of a page that is not present. */
	const uint64_t raw[2] = {UINT64_C(2) << 60 | UINT64_C(7) << 32 | DEVICE, address};

	return scoreboard_written(board, EVENTS + 16 * place, raw, 16);
}

static void command(uint64_t low, uint64_t high)
{
	write_word(COMMANDS + tail, low);
	write_word(COMMANDS + tail + 8, high);
	tail = (tail + 16) % 4096;
	ck_assert(scoreboard_mmio_write(board, 0x2008, 8, tail));
}

/* INVALIDATE_IOMMU_PAGES of everything in domain 7, COMPLETION_WAIT with a store. */
static void invalidate(uint64_t data)
{
	command(UINT64_C(3) << 60 | UINT64_C(7) << 32, UINT64_C(0x7ffffffffffff003));
	command(UINT64_C(1) << 60 | STORE | 1, data);
}

static bool stored(uint64_t data)
{
	return scoreboard_written(board, STORE, &data, 8);
}

/* ---- Answers ------------------------------------------------------------------------ */

START_TEST(lockstep)
{
	start(0);
	ck_assert(check(PAGE + 0xab8, OLD + 0xab8));
	map(NEW);
	ck_assert(check(PAGE, OLD) && check(PAGE, NEW));
	invalidate(1);
	ck_assert(check(PAGE, OLD));
	ck_assert(stored(1));
	ck_assert(check(PAGE, NEW));
	ck_assert_uint_eq(scoreboard_totals(board)->held, 2);
	ck_assert_uint_eq(scoreboard_totals(board)->commands, 2);
	ck_assert_uint_eq(finish(), 0);
	ck_assert(says("5 answers\n") && says("scoreboard: passed\n"));
}
END_TEST

START_TEST(wrong_address)
{
	start(0);
	ck_assert(!check(PAGE, NEW));
	ck_assert(says("device 00:04.0 reads 4 bytes at 0x5000\n"));
	ck_assert(says("  seen:      granted at 0x4111000\n"));
	ck_assert(says("  permitted: granted at 0x4000000"));
	ck_assert_uint_eq(finish(), 1);
	ck_assert(says("scoreboard: FAILED\n"));
}
END_TEST

START_TEST(stale_answer)
{
	start(0);
	map(NEW);
	invalidate(1);
	ck_assert(stored(1));
	ck_assert(!check(PAGE, OLD));
	ck_assert(says("  stale:     HELD_HOST=held at 0x1002028"));
	ck_assert(says("  ended by:  INVALIDATE_IOMMU_PAGES(DomainID=7"));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* Under way when the invalidation was complete, or not. */
START_TEST(answers_out_of_order)
{
	start(0);
	ck_assert(issue(1, PAGE) && issue(2, PAGE + 8));
	map(NEW);
	invalidate(1);
	ck_assert(issue(3, PAGE));
	ck_assert(stored(1));
	ck_assert(issue(4, PAGE) && issue(5, PAGE));
	ck_assert(answer(4, NEW));
	ck_assert(answer(3, OLD) && answer(1, OLD) && answer(2, NEW + 8));
	ck_assert(!answer(5, OLD));
	ck_assert(says("refused") && says("tag 5: device"));
	ck_assert_uint_eq(scoreboard_totals(board)->in_flight, 3);
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

START_TEST(wrong_tags)
{
	start(0);
	ck_assert(issue(1, PAGE) && !issue(1, PAGE));
	ck_assert(!answer(2, OLD));
	ck_assert_uint_eq(scoreboard_open_tags(board), 1);
	ck_assert_uint_eq(finish(), 3);
	ck_assert(says("tag 1 is issued while it is open"));
	ck_assert(says("tag 2 is answered, which is not open"));
	ck_assert(says("tag 1: device 00:04.0 reads 4 bytes at 0x5000 was never answered"));
}
END_TEST

/* Nobody knows what a register write meant for a request under way. */
START_TEST(control_written)
{
	start(0);
	ck_assert(issue(1, PAGE));
	ck_assert(scoreboard_mmio_write(board, 0x0018, 8, 1 << 2 | 1 << 12));
	ck_assert(answer(1, OLD));
	ck_assert_uint_eq(scoreboard_totals(board)->unsure, 1);
	ck_assert(!check(PAGE, OLD) && check(PAGE, PAGE));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* ---- Records --------------------------------------------------------------------------- */

START_TEST(records)
{
	start(0);
	ck_assert(issue(1, 0x6000) && issue(2, 0x7000) && issue(3, PAGE) && issue(4, 0x8000));
	ck_assert(record(0, 0x7000));
	ck_assert(answer(1, NONE) && answer(3, OLD));
	ck_assert(record(1, 0x6000));
	ck_assert(answer(2, NONE) && answer(4, NONE) && record(2, 0x8000));
	ck_assert(scoreboard_mmio_read(board, 0x2018, 8, 48));
	ck_assert(check(0x9000, NONE));
	ck_assert_uint_eq(scoreboard_totals(board)->records, 3);
	ck_assert_uint_eq(scoreboard_open_tags(board), 1);
	ck_assert(record(3, 0x9000));
	ck_assert_uint_eq(scoreboard_totals(board)->aborts, 4);
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(wrong_records)
{
	const uint64_t privileged[2] = {
		UINT64_C(2) << 60 | UINT64_C(7) << 32 | DEVICE | UINT64_C(1) << 53, 0x6000};

	start(0);
	ck_assert(check(0x6000, NONE));
	ck_assert(!record(0, 0x7000));
	ck_assert(says("was written, and nothing has caused it"));
	ck_assert(!scoreboard_written(board, EVENTS, privileged, 16));
	ck_assert(!record(1, 0x6000));
	ck_assert(says("is not where the next record of the log is due"));
	ck_assert(check(0x6000, NONE));
	ck_assert_uint_eq(finish(), 4);
	ck_assert(says("was aborted, and no record of it was written"));
}
END_TEST

START_TEST(granted_and_recorded)
{
	start(0);
	ck_assert(issue(1, 0x6000) && record(0, 0x6000));
	ck_assert(!answer(1, OLD));
	ck_assert(says("is granted, but a record of its abort was written"));
	ck_assert(issue(1, 0x6000) && issue(2, 0x6000) && record(1, 0x6000));
	write_entry(LEAF + 8 * 6, GVI_FORMAT_PTE, "PR=1 Address=0x4333000 IR=1 IW=1");
	ck_assert(answer(1, UINT64_C(0x4333000)) && answer(2, NONE));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

START_TEST(records_not_told)
{
	start(SCOREBOARD_STORES);
	ck_assert(check(0x6000, NONE) && !check(PAGE, NONE));
	ck_assert_uint_eq(scoreboard_open_tags(board), 0);
	ck_assert(scoreboard_mmio_read(board, 0x2018, 8, 16));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* SA: no record is due, and none is waited for. */
START_TEST(silent_abort)
{
	start(0);
	write_entry(TABLE + 32 * DEVICE, GVI_FORMAT_DTE,
		    "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x1000000 IR=1 IW=1 DomainID=7 SA=1");
	command(UINT64_C(8) << 60, 0);
	invalidate(1);
	ck_assert(stored(1));
	ck_assert(check(0x6000, NONE));
	ck_assert_uint_eq(scoreboard_open_tags(board), 0);
	ck_assert(!record(0, 0x6000));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* ---- Commands -------------------------------------------------------------------------------- */

START_TEST(wrong_stores)
{
	start(0);
	ck_assert(!stored(1));
	invalidate(2);
	ck_assert(!stored(3) && stored(2) && !stored(2));
	ck_assert_uint_eq(finish(), 3);
}
END_TEST

START_TEST(record_of_a_command)
{
	const uint64_t raw[2] = {UINT64_C(5) << 60, COMMANDS};

	start(0);
	command(UINT64_C(15) << 60, 0);
	ck_assert(scoreboard_written(board, EVENTS, raw, 16));
	ck_assert(scoreboard_mmio_read(board, 0x2018, 8, 16));
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

/* ComWaitInt shows what a wait without a store has ended; reading it in vain ends nothing. */
START_TEST(status_shows_completion)
{
	start(0);
	map(NEW);
	command(UINT64_C(3) << 60 | UINT64_C(7) << 32, UINT64_C(0x7ffffffffffff003));
	command(UINT64_C(1) << 60 | 2, 0);
	ck_assert(!scoreboard_mmio_read(board, 0x2020, 8, 0x7f));
	ck_assert(check(PAGE, OLD));
	ck_assert(scoreboard_mmio_read(board, 0x2020, 8, 0x18));
	ck_assert(check(PAGE, OLD));
	ck_assert(scoreboard_mmio_read(board, 0x2020, 8, 0x1c));
	ck_assert(!check(PAGE, OLD));
	ck_assert_uint_eq(finish(), 2);
}
END_TEST

/* More values of one word than are looked at: what came of the abort nobody knows, nor
 * what was written since. */
START_TEST(lost_track)
{
	const struct gvi_input in = read_of(PAGE);
	struct gvi_seen seen = seen_at(NONE);

	start(0);
	for (uint64_t i = 0; i < 20; i++)
		map(NEW + (i << 12));
	seen.what |= GVI_SEEN_EFFECTS;
	ck_assert(scoreboard_check(board, &in, &seen));
	ck_assert_uint_eq(scoreboard_totals(board)->unsure, 1);
	invalidate(2);
	ck_assert(stored(2));
	ck_assert(scoreboard_totals(board)->unsure > 1);
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

/* A ring whose places are used again without a wait. */
START_TEST(ring_wraps)
{
	start(0);
	map(NEW);
	for (unsigned i = 0; i < 600; i++)
		command(UINT64_C(3) << 60 | UINT64_C(7) << 32, UINT64_C(0x7ffffffffffff003));
	command(UINT64_C(1) << 60 | STORE | 1, 4);
	ck_assert(stored(4));
	ck_assert(!check(PAGE, OLD) && check(PAGE, NEW));
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

static struct gvi_message msi(uint64_t data)
{
	return (struct gvi_message){
		.kind = GVI_MESSAGE_INTERRUPT, .address = 0xfee00000, .data = (uint32_t)data};
}

static void enable_msi(void)
{
	ck_assert(scoreboard_config_write(board, 0x68, 4, 0xfee00000));
	ck_assert(scoreboard_config_write(board, 0x70, 2, 0x41));
	ck_assert(scoreboard_config_write(board, 0x66, 2, 1));
	ck_assert(scoreboard_mmio_write(board, 0x0018, 8, 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 12));
}

/* Store and interrupt of one wait, in either order; one that never comes. */
START_TEST(messages)
{
	const struct gvi_message m = msi(0x41), wrong = msi(0x42);

	start(0);
	enable_msi();
	command(UINT64_C(1) << 60 | STORE | 3, 1);
	ck_assert(!scoreboard_message(board, &wrong));
	ck_assert(stored(1) && scoreboard_message(board, &m));
	ck_assert(scoreboard_mmio_write(board, 0x2020, 8, 4));
	command(UINT64_C(1) << 60 | STORE | 3, 2);
	ck_assert(scoreboard_message(board, &m) && stored(2));
	ck_assert(scoreboard_mmio_write(board, 0x2020, 8, 4));
	command(UINT64_C(1) << 60 | STORE | 3, 3);
	ck_assert(stored(3));
	ck_assert_uint_eq(finish(), 2);
	ck_assert(says("was due, and was never seen"));
}
END_TEST

/* ---- Listeners ------------------------------------------------------------------------------- */

struct ear {
	unsigned kinds[SCOREBOARD_MESSAGE + 1], notes, permitted, refused;
};

static void hear_item(void *user, const struct scoreboard_item *item)
{
	((struct ear *)user)->kinds[item->kind]++;
}

static void hear_note(void *user, const struct gvi_note *note)
{
	((struct ear *)user)->notes += note->kind == GVI_NOTE_FETCH;
}

static void hear_verdict(void *user, const struct gvi_input *in, const struct gvi_judgement *j)
{
	(void)in;
	((struct ear *)user)->permitted += j->verdict == GVI_PERMITTED;
	((struct ear *)user)->refused += j->verdict == GVI_REFUSED;
}

START_TEST(listeners)
{
	struct ear ear = {0};
	struct scoreboard_listener l = {&ear, hear_item, hear_note, hear_verdict, NULL};

	start(0);
	scoreboard_listen(board, &l);
	ck_assert(issue(1, PAGE) && answer(1, OLD) && check(PAGE, OLD) && !check(PAGE, NEW));
	ck_assert_uint_eq(ear.kinds[SCOREBOARD_ISSUE], 1);
	ck_assert_uint_eq(ear.kinds[SCOREBOARD_ANSWER], 1);
	ck_assert_uint_eq(ear.kinds[SCOREBOARD_INPUT], 2);
	/* The device's entry and three levels each time. */
	ck_assert_uint_eq(ear.notes, 12);
	ck_assert_uint_eq(ear.permitted, 2);
	ck_assert_uint_eq(ear.refused, 1);
	ck_assert_uint_eq(finish(), 1);
}
END_TEST

/* What the model did of what was told, commands included, in a file for `goldvi coverage`. */
START_TEST(coverage)
{
	static struct coverage_counts counts;
	char path[] = "/tmp/goldvi-coverage-XXXXXX", error[200];
	int file = mkstemp(path);

	REQUIRE(file >= 0);
	close(file);
	start_with(0, path);
	ck_assert(issue(1, PAGE) && answer(1, OLD) && check(PAGE, OLD));
	invalidate(1);
	ck_assert(stored(1));
	ck_assert_uint_eq(finish(), 0);
	ck_assert_msg(coverage_read(path, &counts, error, sizeof error), "%s", error);
	unlink(path);
	ck_assert_uint_eq(counts.runs, 1);
	ck_assert_uint_eq(counts.tests, 1);
	ck_assert_uint_eq(counts.outcome[COVERAGE_TRANSLATED], 2);
	ck_assert_uint_eq(counts.outcome[COVERAGE_PERFORMED], 2);
	/* Those of start(), and the tail twice. */
	ck_assert_uint_eq(counts.outcome[COVERAGE_REGISTER_WRITE], 6);
	ck_assert_uint_eq(counts.words[GVI_FORMAT_COMPLETION_WAIT], 1);
	ck_assert_uint_eq(counts.clause[GVI_CLAUSE_HOST_WALK].applied, 2);
}
END_TEST

START_TEST(coverage_that_cannot_be_written)
{
	start_with(0, "/nowhere/coverage");
	ck_assert(check(PAGE, OLD));
	ck_assert_uint_eq(finish(), 1);
	ck_assert(says("/nowhere/coverage: the coverage cannot be written: ") &&
		  says("scoreboard: FAILED"));
}
END_TEST

START_TEST(predictions)
{
	const struct gvi_input in = read_of(PAGE);
	union gvi_reply reply;

	start(0);
	map(NEW);
	ck_assert(scoreboard_predict(board, &in, &reply));
	ck_assert_uint_eq(reply.answer.result, GVI_GRANT);
	ck_assert_uint_eq(reply.answer.address, NEW);
	ck_assert(check(PAGE, OLD));
	ck_assert_uint_eq(finish(), 0);
}
END_TEST

START_TEST(refused_configuration)
{
	struct scoreboard_options options = {.told = 0};
	char why[200] = "";

	ck_assert_ptr_null(scoreboard_open(&options, why, sizeof why));
	ck_assert_uint_gt(strlen(why), 0);
}
END_TEST

RIG_RUN("scoreboard", lockstep, wrong_address, stale_answer, answers_out_of_order, wrong_tags,
	control_written, records, wrong_records, granted_and_recorded, records_not_told,
	silent_abort, wrong_stores, record_of_a_command, status_shows_completion, lost_track,
	ring_wraps, messages, listeners, coverage, coverage_that_cannot_be_written, predictions,
	refused_configuration)
