/* Two event logs, the GA log, and the interrupts of all that can be made to rise
 * here.  Expectations: docs/spec/10-events.md section 7, 07-mmio-registers.md
 * sections 12, 16 and 17, 05-interrupt-remapping.md section 6. */
#include "conformance/unit/rig.h"

#define EVENTS_B   UINT64_C(0x00510000)
#define GUEST_LOG  UINT64_C(0x00520000)
#define GUEST_TAIL UINT64_C(0x00600008)
#define ENTRIES    UINT64_C(0x06000000)
#define PAGE       UINT64_C(0x04560000)

/* Bits of Status. */
enum {
	OVERFLOW_A = 1 << 0,
	INT = 1 << 1,
	WAIT = 1 << 2,
	RUN = 1 << 3,
	COMMANDS_RUN = 1 << 4,
	GUEST_RUN = 1 << 8,
	GUEST_OVERFLOW = 1 << 9,
	GUEST_INT = 1 << 10,
	OVERFLOW_B = 1 << 15,
	ACTIVE_B = 1 << 16
};

enum half { A, B };

static void begin_with(struct rig *r, const struct gvi_config *config)
{
	rig_open(r, config);
	rig_write(r, GVI_REGISTER_EVENT_LOG_B_BASE, UINT64_C(8) << 56 | EVENTS_B);
	rig_start(r);
	rig_entry(r, "V=1 TV=1");
}

static void begin_habit(struct rig *r, enum gvi_choice choice, uint8_t alternative)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.habit[choice] = alternative;
	begin_with(r, &config);
}

static void begin(struct rig *r)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	begin_with(r, &config);
}

static void mode(struct rig *r, uint64_t value)
{
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_DUAL_EVENT_LOG_EN, value);
}

static void log_enable(struct rig *r, uint64_t on)
{
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_EVENT_LOG_EN, on);
}

static enum gvi_register_id head(enum half half)
{
	return half == B ? GVI_REGISTER_EVENT_LOG_B_HEAD : GVI_REGISTER_EVENT_LOG_HEAD;
}

static uint64_t tail(struct rig *r, enum half half)
{
	return rig_read(r, half == B ? GVI_REGISTER_EVENT_LOG_B_TAIL : GVI_REGISTER_EVENT_LOG_TAIL);
}

/* The head is put where it leaves so much room. */
static void leave(struct rig *r, enum half half, unsigned room)
{
	rig_write(r, head(half), (tail(r, half) + 16 * (room + 1)) & 0xff0);
}

/* One event at `address`, which must be logged or not. */
static void event(struct rig *r, uint64_t address, enum gvi_logging logging)
{
	REQUIRE(rig_access(r, GVI_READ, address).logging == logging);
}

static uint64_t status(struct rig *r)
{
	return rig_read(r, GVI_REGISTER_STATUS) & ~(uint64_t)COMMANDS_RUN;
}

/* The effects of the last call, a letter each, after their kind. */
static void effects_are(struct rig *r, const char *expected)
{
	static const char letters[] = "wxsr";
	char seen[GVI_MAX_EFFECTS + 1] = "";
	size_t count;
	const struct gvi_effect *list = gvi_effects(r->m, &count);

	for (size_t i = 0; i < count; i++)
		seen[i] = letters[list[i].kind];
	ck_assert_str_eq(seen, expected);
}

static unsigned source(struct rig *r, size_t i)
{
	size_t count;
	const struct gvi_effect *list = gvi_effects(r->m, &count);

	REQUIRE(i < count && list[i].kind == GVI_EFFECT_RAISE);
	return (unsigned)list[i].data[0];
}

/* ---- Software swaps ------------------------------------------------------- */

/* [event.dual-log] Log B alone: it goes round, and log A is left alone. */
START_TEST(test_log_b_wraps)
{
	struct rig r;

	begin(&r);
	mode(&r, 1);
	ck_assert_uint_eq(status(&r), RUN | ACTIVE_B);
	for (uint64_t n = 0; n < 300; n++) {
		event(&r, DATA + 4 * n, GVI_LOGGED);
		REQUIRE(memory_load(r.memory, EVENTS_B + 16 * (n % 256) + 8) == DATA + 4 * n);
		rig_write(&r, head(B), tail(&r, B));
	}
	ck_assert_uint_eq(tail(&r, B), 16 * (300 - 256));
	ck_assert_uint_eq(tail(&r, A), 0);
	ck_assert_uint_eq(memory_load(r.memory, EVENTS + 8), 0);
	/* Full: its own overflow bit, and no swap. */
	leave(&r, B, 0);
	event(&r, DATA, GVI_LOST);
	ck_assert_uint_eq(status(&r), OVERFLOW_B | INT | ACTIVE_B);
	ck_assert_uint_eq(tail(&r, A), 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_software_swaps_while_events_come)
{
	struct rig r;

	begin(&r);
	for (uint64_t n = 0; n < 6; n++) {
		mode(&r, n & 1);
		event(&r, DATA + 4 * n, GVI_LOGGED);
		ck_assert_uint_eq(memory_load(r.memory, (n & 1 ? EVENTS_B : EVENTS) + 8 * (n | 1)),
				  DATA + 4 * n);
	}
	ck_assert_uint_eq(status(&r), RUN | INT | ACTIVE_B);
	/* Reserved: log A. */
	mode(&r, 3);
	ck_assert_uint_eq(status(&r), RUN | INT);
	rig_close(&r);
}
END_TEST

/* AMB-10.16: from an overflowed log to the other one. */
START_TEST(test_a_software_swap_of_a_log_that_overflowed)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_DUAL_SOFTWARE_SWAP, habit);
		leave(&r, A, 0);
		event(&r, DATA, GVI_LOST);
		ck_assert_uint_eq(status(&r), OVERFLOW_A);
		mode(&r, 1);
		ck_assert_uint_eq(status(&r), OVERFLOW_A | ACTIVE_B | (habit ? RUN : 0));
		event(&r, DATA, habit ? GVI_LOGGED : GVI_LOST);
		log_enable(&r, 0);
		log_enable(&r, 1);
		event(&r, DATA, GVI_LOGGED);
		ck_assert_uint_eq(status(&r), RUN | INT | ACTIVE_B);
		rig_close(&r);
	}
}
END_TEST

/* AMB-10.16: back to a log whose overflow bit is still 1. */
START_TEST(test_a_software_swap_to_a_log_that_had_overflowed)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_DUAL_SWAP_BACK] = habit;
		config.habit[GVI_CHOICE_DUAL_SOFTWARE_SWAP] = 1;
		begin_with(&r, &config);
		leave(&r, A, 0);
		event(&r, DATA, GVI_LOST);
		leave(&r, A, 5);
		mode(&r, 1);
		mode(&r, 0);
		ck_assert_uint_eq(status(&r), OVERFLOW_A | (habit ? 0 : RUN));
		rig_close(&r);
	}
}
END_TEST

/* What has no length takes nothing. */
START_TEST(test_log_b_without_a_length)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	config.habit[GVI_CHOICE_RING_LENGTH] = 1;
	config.habit[GVI_CHOICE_BASE_WHILE_RUNNING] = 1;
	begin_with(&r, &config);
	rig_write(&r, GVI_REGISTER_EVENT_LOG_B_BASE, EVENTS_B);
	ck_assert_uint_eq(status(&r), RUN);
	mode(&r, 2);
	leave(&r, A, 0);
	event(&r, DATA, GVI_LOST);
	ck_assert_uint_eq(status(&r), OVERFLOW_A);
	log_enable(&r, 0);
	log_enable(&r, 1);
	ck_assert_uint_eq(status(&r), RUN);
	mode(&r, 1);
	ck_assert_uint_eq(status(&r), ACTIVE_B);
	log_enable(&r, 0);
	log_enable(&r, 1);
	ck_assert_uint_eq(status(&r), ACTIVE_B);
	rig_close(&r);
}
END_TEST

/* ---- Automatic swaps ------------------------------------------------------ */

/* [event.dual-swap] Each interrupts for itself, the overflow before the entry. */
START_TEST(test_a_full_log_makes_way)
{
	struct rig r;

	begin(&r);
	mode(&r, 2);
	ck_assert_uint_eq(status(&r), RUN);
	leave(&r, A, 1);
	event(&r, DATA, GVI_LOGGED);
	ck_assert_uint_eq(status(&r), RUN | INT);
	rig_write(&r, GVI_REGISTER_STATUS, INT);
	event(&r, DATA + 4, GVI_LOGGED);
	effects_are(&r, "rswrs");
	ck_assert_uint_eq(source(&r, 0), GVI_SOURCE_EVENT_OVERFLOW);
	ck_assert_uint_eq(source(&r, 3), GVI_SOURCE_EVENT_LOG_INT);
	ck_assert_uint_eq(status(&r), OVERFLOW_A | RUN | INT | ACTIVE_B);
	ck_assert_uint_eq(memory_load(r.memory, EVENTS_B + 8), DATA + 4);
	/* And back, though EventOverflow is 1. */
	leave(&r, A, 2);
	leave(&r, B, 0);
	event(&r, DATA + 8, GVI_LOGGED);
	effects_are(&r, "rsw");
	ck_assert_uint_eq(source(&r, 0), GVI_SOURCE_EVENT_OVERFLOW_B);
	ck_assert_uint_eq(status(&r), OVERFLOW_A | OVERFLOW_B | RUN | INT);
	ck_assert_uint_eq(memory_load(r.memory, EVENTS + 0x18), DATA + 8);
	rig_close(&r);
}
END_TEST

START_TEST(test_a_swap_back_may_need_its_overflow_bit_cleared)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_DUAL_SWAP_BACK, 1);
	mode(&r, 2);
	leave(&r, A, 0);
	event(&r, DATA, GVI_LOGGED);
	leave(&r, A, 5);
	leave(&r, B, 0);
	event(&r, DATA, GVI_LOST);
	ck_assert_uint_eq(status(&r), OVERFLOW_A | OVERFLOW_B | INT | ACTIVE_B);
	log_enable(&r, 0);
	log_enable(&r, 1);
	ck_assert_uint_eq(status(&r), RUN | INT | ACTIVE_B);
	event(&r, DATA, GVI_LOGGED);
	ck_assert_uint_eq(status(&r), OVERFLOW_B | RUN | INT);
	rig_close(&r);
}
END_TEST

/* [event.dual-full] */
START_TEST(test_both_full)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_DUAL_BOTH_FULL, habit);
		mode(&r, 2);
		leave(&r, A, 0);
		leave(&r, B, 0);
		event(&r, DATA, GVI_LOST);
		effects_are(&r, habit ? "rsrs" : "rs");
		ck_assert_uint_eq(status(&r), OVERFLOW_A | (habit ? OVERFLOW_B : 0));
		/* Room alone does not start it. */
		leave(&r, A, 5);
		event(&r, DATA, GVI_LOST);
		effects_are(&r, "");
		rig_close(&r);
	}
}
END_TEST

/* AMB-10.9 */
START_TEST(test_a_swap_with_the_last_slot)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_DUAL_SWAP_WHEN, 1);
	mode(&r, 2);
	leave(&r, A, 2);
	event(&r, DATA, GVI_LOGGED);
	ck_assert_uint_eq(status(&r), RUN | INT);
	event(&r, DATA + 4, GVI_LOGGED);
	effects_are(&r, "wrs");
	ck_assert_uint_eq(status(&r), OVERFLOW_A | RUN | INT | ACTIVE_B);
	ck_assert_uint_eq(tail(&r, A), 0x20);
	ck_assert_uint_eq(tail(&r, B), 0);
	/* Nowhere to go: it stays, and the next event swaps if there is room then. */
	leave(&r, B, 1);
	event(&r, DATA, GVI_LOGGED);
	ck_assert_uint_eq(status(&r), OVERFLOW_A | RUN | INT | ACTIVE_B);
	leave(&r, A, 7);
	event(&r, DATA, GVI_LOGGED);
	ck_assert_uint_eq(status(&r), OVERFLOW_A | OVERFLOW_B | RUN | INT);
	rig_close(&r);
}
END_TEST

/* AMB-10.16: which log is active when swaps become automatic. */
START_TEST(test_automatic_after_software)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		uint64_t b = habit ? 0 : ACTIVE_B;
		struct rig r;

		begin_habit(&r, GVI_CHOICE_DUAL_AUTOMATIC, habit);
		mode(&r, 1);
		mode(&r, 2);
		ck_assert_uint_eq(status(&r), RUN | b);
		/* A write of Control that leaves it at that. */
		log_enable(&r, 0);
		log_enable(&r, 1);
		ck_assert_uint_eq(status(&r), RUN | b);
		mode(&r, 0);
		mode(&r, 2);
		ck_assert_uint_eq(status(&r), RUN);
		rig_close(&r);
	}
}
END_TEST

/* [register.control-reserved-encoding] Where only software swaps, 10 is reserved. */
START_TEST(test_what_is_supported)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		ck_assert(gvi_set(GVI_EFR_DUALEVENTLOGSUP, &config.efr, 1));
		config.habit[GVI_CHOICE_CONTROL_RESERVED] = habit;
		begin_with(&r, &config);
		mode(&r, 1);
		ck_assert_uint_eq(status(&r), RUN | ACTIVE_B);
		mode(&r, 2);
		ck_assert_uint_eq(status(&r), RUN | (habit ? ACTIVE_B : 0));
		ck_assert_uint_eq(rig_field(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_DUAL_EVENT_LOG_EN),
				  habit ? 1 : 2);
		mode(&r, 0);
		mode(&r, 2);
		leave(&r, A, 0);
		event(&r, DATA, GVI_LOST);
		ck_assert_uint_eq(status(&r), OVERFLOW_A);
		rig_close(&r);
	}
}
END_TEST

/* Section 17 step 2: what an enable's edge does to two overflow bits. */
START_TEST(test_an_edge_with_two_overflow_bits)
{
	static const uint64_t after[2][2] = {
		{RUN | INT | ACTIVE_B, OVERFLOW_A | RUN | INT | ACTIVE_B},
		{OVERFLOW_A | OVERFLOW_B | INT | ACTIVE_B, OVERFLOW_A | OVERFLOW_B | INT | ACTIVE_B}};

	for (uint8_t edge = 0; edge < 2; edge++)
		for (uint8_t dual = 0; dual < 2; dual++) {
			struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
			struct rig r;

			config.habit[GVI_CHOICE_EVENT_EDGE] = edge;
			config.habit[GVI_CHOICE_DUAL_EDGE] = dual;
			begin_with(&r, &config);
			mode(&r, 2);
			leave(&r, A, 0);
			event(&r, DATA, GVI_LOGGED);
			leave(&r, B, 0);
			event(&r, DATA, GVI_LOST);
			log_enable(&r, 0);
			log_enable(&r, 1);
			ck_assert_uint_eq(status(&r), after[edge][dual]);
			/* Then software clears the bit of the active log. */
			rig_write(&r, GVI_REGISTER_STATUS, OVERFLOW_B);
			ck_assert_uint_eq(status(&r), (after[edge][dual] | RUN) & ~(uint64_t)OVERFLOW_B);
			rig_close(&r);
		}
}
END_TEST

/* A device with SE=1 has used up its event only if the log took it. */
START_TEST(test_room_in_the_other_log_is_room)
{
	for (unsigned room = 0; room < 2; room++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_SE_LOST, 1);
		rig_entry(&r, "V=1 TV=1 SE=1");
		mode(&r, 2);
		leave(&r, A, 0);
		leave(&r, B, room);
		event(&r, DATA, room ? GVI_LOGGED : GVI_LOST);
		leave(&r, A, 5);
		log_enable(&r, 0);
		log_enable(&r, 1);
		event(&r, DATA, room ? GVI_SUPPRESSED : GVI_LOGGED);
		rig_close(&r);
	}
}
END_TEST

/* ---- The GA log ----------------------------------------------------------- */

/* Index 5 posts to a guest that does not run, tag 0x12345678. */
static void guest_begin(struct rig *r, struct gvi_config *config, unsigned len)
{
	rig_open(r, config);
	rig_write(r, GVI_REGISTER_GA_LOG_BASE, (uint64_t)len << 56 | GUEST_LOG);
	rig_write(r, GVI_REGISTER_GA_LOG_TAIL_ADDR, GUEST_TAIL);
	rig_start(r);
	rig_entry(r, "V=1 IV=1 IntTabLen=9 IntTabRoot=0x6000000 IntCtl=2");
	REQUIRE(memory_store(r->memory, ENTRIES + 16 * 5, UINT64_C(0x1234567800000085)));
	REQUIRE(memory_store(r->memory, ENTRIES + 16 * 5 + 8, PAGE | 0x31));
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_EN, 1);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAM_EN, 1);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_INT_EN, 1);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_LOG_EN, 1);
}

static void guest_interrupt(struct rig *r)
{
	const struct gvi_interrupt request = {.address = 0xfee00000, .data = 5, .device = DEVICE};
	struct gvi_answer answer;

	REQUIRE(gvi_interrupt(r->m, &request, &answer) == GVI_OK);
	REQUIRE(answer.result == GVI_GRANT);
}

/* Fills the log from the start: so many entries, then the overflow. */
static void guest_fills(struct rig *r, uint64_t entries)
{
	r->nsent = 0;
	for (uint64_t n = 0; n < entries; n++) {
		guest_interrupt(r);
		REQUIRE(memory_load(r->memory, GUEST_LOG + 8 * n) == UINT64_C(0x1000002012345678));
		REQUIRE(memory_load(r->memory, GUEST_TAIL) == 8 * (n + 1));
		REQUIRE(rig_read(r, GVI_REGISTER_GA_LOG_TAIL) == 8 * (n + 1));
	}
	ck_assert_uint_eq(status(r), RUN | GUEST_RUN | GUEST_INT);
	ck_assert_uint_eq(r->nsent, 1);
	guest_interrupt(r);
	ck_assert_uint_eq(status(r), RUN | GUEST_OVERFLOW | GUEST_INT);
	ck_assert_uint_eq(r->nsent, 2);
	ck_assert_uint_eq(r->sent[0].source, GVI_SOURCE_GA_INT);
	ck_assert_uint_eq(r->sent[1].source, GVI_SOURCE_GA_OVERFLOW);
	ck_assert_uint_eq(memory_load(r->memory, GUEST_LOG + 8 * entries), 0);
}

/* Of two times as many entries as other logs, of as many; and the longest, whose
 * pointers reach 64 KiB or all of it. */
START_TEST(test_lengths_of_the_guest_log)
{
	static const struct {
		unsigned len, length, pointer;
		uint64_t slots;
	} cases[] = {{8, 0, 0, 512},    {9, 0, 0, 1024},  {8, 1, 0, 256},
		     {15, 0, 0, 0x2000}, {15, 0, 1, 0x10000}, {15, 1, 1, 0x8000}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_GA_LOG_LENGTH] = (uint8_t)cases[i].length;
		config.habit[GVI_CHOICE_GA_LOG_POINTER] = (uint8_t)cases[i].pointer;
		guest_begin(&r, &config, cases[i].len);
		guest_fills(&r, cases[i].slots - 1);
		/* The last slot and around the end. */
		rig_write(&r, GVI_REGISTER_GA_LOG_HEAD, 0x20);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_LOG_EN, 0);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_LOG_EN, 1);
		guest_interrupt(&r);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_GA_LOG_TAIL), 0);
		ck_assert_uint_eq(memory_load(r.memory, GUEST_TAIL), 0);
		ck_assert_uint_eq(status(&r), RUN | GUEST_RUN | GUEST_INT);
		rig_close(&r);
	}
}
END_TEST

/* [galog.tail-copy] AMB-7.7; a copy that cannot be written bothers nobody. */
START_TEST(test_when_the_tail_is_copied)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_GA_TAIL_WHEN] = habit;
		guest_begin(&r, &config, 8);
		guest_interrupt(&r);
		effects_are(&r, habit ? "xwrsw" : "xwwrs");
		rig_close(&r);
	}
}
END_TEST

/* ---- Interrupts ----------------------------------------------------------- */

/* What makes each source rise: a log that is full, or one that is not. */
static void cause(struct rig *r, enum gvi_source which)
{
	bool b = which == GVI_SOURCE_EVENT_OVERFLOW_B;

	switch (which) {
	case GVI_SOURCE_EVENT_LOG_INT:
		event(r, DATA, GVI_LOGGED);
		break;
	case GVI_SOURCE_COM_WAIT_INT:
		rig_command(r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
		break;
	case GVI_SOURCE_GA_INT:
		guest_interrupt(r);
		break;
	case GVI_SOURCE_GA_OVERFLOW:
		rig_write(r, GVI_REGISTER_GA_LOG_HEAD, rig_read(r, GVI_REGISTER_GA_LOG_TAIL) + 8);
		guest_interrupt(r);
		break;
	default:
		mode(r, b);
		leave(r, b ? B : A, 0);
		event(r, DATA, GVI_LOST);
	}
}

static const struct {
	enum gvi_source source;
	uint64_t bit;
	enum gvi_field_id enable;
	unsigned group; /* register and message number: general, PPR, GA */
} sources[] = {
	{GVI_SOURCE_EVENT_LOG_INT, INT, GVI_CONTROL_EVENT_INT_EN, 0},
	{GVI_SOURCE_EVENT_OVERFLOW, OVERFLOW_A, GVI_CONTROL_EVENT_INT_EN, 0},
	{GVI_SOURCE_EVENT_OVERFLOW_B, OVERFLOW_B, GVI_CONTROL_EVENT_INT_EN, 0},
	{GVI_SOURCE_COM_WAIT_INT, WAIT, GVI_CONTROL_COM_WAIT_INT_EN, 0},
	{GVI_SOURCE_GA_INT, GUEST_INT, GVI_CONTROL_GA_INT_EN, 2},
	{GVI_SOURCE_GA_OVERFLOW, GUEST_OVERFLOW, GVI_CONTROL_GA_INT_EN, 2},
};
enum { NCAUSES = sizeof sources / sizeof sources[0] };

/* EventIntEn, ComWaitIntEn, GAIntEn. */
#define ENABLES (UINT64_C(1) << 3 | UINT64_C(1) << 4 | UINT64_C(1) << 29)

/* MsiNum 1, MsiNumPPR 2, MsiNumGA 3 of four messages; no enable is on. */
static void interrupts_begin(struct rig *r, uint8_t shared)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.habit[GVI_CHOICE_SHARED_MESSAGE] = shared;
	config.misc0 |= 1 | UINT32_C(2) << 27;
	config.misc1 = 3;
	guest_begin(r, &config, 8);
	/* One device both faults and sends interrupts. */
	rig_entry(r, "V=1 TV=1 IV=1 IntTabLen=9 IntTabRoot=0x6000000 IntCtl=2");
	log_enable(r, 0);
	rig_write(r, GVI_REGISTER_EVENT_LOG_B_BASE, UINT64_C(8) << 56 | EVENTS_B);
	log_enable(r, 1);
	rig_pci_write(r, 0x64, 1u << 16 | 2u << 20);
	rig_write(r, GVI_REGISTER_XT_INT_CTRL, UINT64_C(0x4000000100));
	rig_write(r, GVI_REGISTER_XT_PPR_INT_CTRL, UINT64_C(0x4100000100));
	rig_write(r, GVI_REGISTER_XT_GA_INT_CTRL, UINT64_C(0x4200000100));
	rig_write(r, GVI_REGISTER_CONTROL, rig_read(r, GVI_REGISTER_CONTROL) & ~ENABLES);
	r->nsent = 0;
}

/* [register.status-regardless] [register.interrupt-edge] */
START_TEST(test_each_source_by_status_and_enable)
{
	for (unsigned i = 0; i < NCAUSES; i++)
		for (unsigned x2apic = 0; x2apic < 2; x2apic++) {
			static const uint32_t number[] = {0x4101, 0x4102, 0x4103};
			struct rig r;

			interrupts_begin(&r, 0);
			rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_INT_CAP_XT_EN, x2apic);
			cause(&r, sources[i].source);
			ck_assert_uint_eq(r.nsent, 0);
			ck_assert_uint_eq(status(&r) & sources[i].bit, sources[i].bit);
			/* The enable meets the bit; once. */
			rig_set(&r, GVI_REGISTER_CONTROL, sources[i].enable, 1);
			effects_are(&r, "rs");
			ck_assert_uint_eq(source(&r, 0), sources[i].source);
			rig_set(&r, GVI_REGISTER_CONTROL, sources[i].enable, 1);
			effects_are(&r, "");
			ck_assert_uint_eq(r.nsent, 1);
			ck_assert_uint_eq(r.sent[0].source, sources[i].source);
			ck_assert_uint_eq(r.sent[0].x2apic, x2apic);
			ck_assert_uint_eq(r.sent[0].data,
					  x2apic ? 0x40 + sources[i].group : number[sources[i].group]);
			ck_assert_uint_eq(r.sent[0].destination, x2apic);
			/* Clearing the bit sends nothing. */
			rig_write(&r, GVI_REGISTER_STATUS, sources[i].bit);
			effects_are(&r, "");
			rig_close(&r);
		}
}
END_TEST

/* Three bits rise with one write of Control; two of them are one message. */
START_TEST(test_bits_that_rise_together)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct rig r;

		interrupts_begin(&r, habit);
		cause(&r, GVI_SOURCE_EVENT_LOG_INT);
		cause(&r, GVI_SOURCE_COM_WAIT_INT);
		cause(&r, GVI_SOURCE_GA_INT);
		rig_write(&r, GVI_REGISTER_CONTROL, rig_read(&r, GVI_REGISTER_CONTROL) | ENABLES);
		effects_are(&r, habit ? "rsrrs" : "rsrsrs");
		ck_assert_uint_eq(source(&r, 0), GVI_SOURCE_EVENT_LOG_INT);
		ck_assert_uint_eq(source(&r, 2), GVI_SOURCE_COM_WAIT_INT);
		rig_close(&r);
	}
}
END_TEST

RIG_RUN("logs", test_log_b_wraps, test_software_swaps_while_events_come,
	test_a_software_swap_of_a_log_that_overflowed,
	test_a_software_swap_to_a_log_that_had_overflowed, test_log_b_without_a_length,
	test_a_full_log_makes_way, test_a_swap_back_may_need_its_overflow_bit_cleared,
	test_both_full, test_a_swap_with_the_last_slot, test_automatic_after_software,
	test_what_is_supported, test_an_edge_with_two_overflow_bits,
	test_room_in_the_other_log_is_room, test_lengths_of_the_guest_log,
	test_when_the_tail_is_copied, test_each_source_by_status_and_enable,
	test_bits_that_rise_together)
