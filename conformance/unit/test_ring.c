/* The command ring and the event log as state machines: random walks beside a
 * small reference written from docs/spec (07 sections 3 and 17, 09 section 3,
 * 10 section 6), in every combination of the liberties that it leaves. */
#include "conformance/unit/rig.h"

/* What the reference keeps of a ring. */
struct ring {
	uint64_t base, head, tail;
	unsigned len;
	bool enable, run;
};

struct reference {
	struct ring command, event;
	bool iommu, overflow, event_int, armed;
	/* Liberties: 0 is the preferred reading. */
	bool while_running, wrapped, stored, restart, keeps, next;
};

static uint64_t ring_bytes(const struct ring *ring)
{
	return ring->len < 8 ? 0 : UINT64_C(16) << ring->len;
}

static uint64_t next_entry(const struct ring *ring, uint64_t at)
{
	return at + 16 == ring_bytes(ring) ? 0 : at + 16;
}

/* ---- The reference: writes of software ------------------------------------ */

static void write_base(struct reference *x, struct ring *ring, uint64_t base, unsigned len)
{
	if ((ring->run && !x->while_running) || (len < 8 && !x->stored))
		return;
	ring->base = base;
	ring->len = len;
	ring->head = ring->tail = 0;
	ring->run = ring->run && len >= 8;
}

static void write_pointer(struct reference *x, struct ring *ring, uint64_t *pointer, bool any_time,
			  uint64_t value)
{
	uint64_t bytes = ring_bytes(ring);

	if ((ring->run && !any_time && !x->while_running) || !bytes)
		return;
	if (value >= bytes && !x->wrapped)
		return;
	*pointer = value % bytes;
}

/* 07 section 17. */
static void write_control(struct reference *x, bool iommu, bool command, bool event)
{
	bool was = x->iommu && x->event.enable, is = iommu && event;
	bool command_was = x->iommu && x->command.enable, command_is = iommu && command;

	if (command_is && !command_was && ring_bytes(&x->command))
		x->command.run = true;
	x->command.run = x->command.run && command_is;
	if (is && !was && x->overflow && x->keeps) {
		x->armed = true;
	} else if (is && !was) {
		x->overflow = false;
		x->event.run = ring_bytes(&x->event) != 0;
	} else if (is && x->restart && !x->overflow && ring_bytes(&x->event)) {
		x->event.run = true;
	}
	x->event.run = x->event.run && is;
	x->armed = x->armed && is;
	x->iommu = iommu;
	x->command.enable = command;
	x->event.enable = event;
}

static void write_status(struct reference *x, bool overflow, bool event_int)
{
	x->overflow = x->overflow && !overflow;
	x->event_int = x->event_int && !event_int;
	if (x->armed && !x->overflow) {
		x->armed = false;
		x->event.run = ring_bytes(&x->event) != 0;
	}
}

/* ---- The reference: what the IOMMU does ----------------------------------- */

static void log_record(struct rig *r, struct reference *x, uint64_t low, uint64_t high)
{
	struct ring *log = &x->event;

	if (!log->run)
		return;
	if (next_entry(log, log->tail) == log->head) {
		x->overflow = true;
		log->run = false;
		return;
	}
	REQUIRE(memory_load(r->memory, log->base + log->tail) == low);
	REQUIRE(memory_load(r->memory, log->base + log->tail + 8) == high);
	log->tail = next_entry(log, log->tail);
	x->event_int = true;
}

/* Whether the command at `spa` may be performed: these walks use opcode 1 with
 * and without a reserved bit, and what is no opcode. */
static bool is_legal(struct rig *r, uint64_t spa)
{
	uint64_t low = memory_load(r->memory, spa);

	return low >> 60 == 1 && !(low & UINT64_C(0x0ff0000000000000));
}

static bool step(struct rig *r, struct reference *x)
{
	struct ring *ring = &x->command;
	uint64_t spa = ring->base + ring->head;

	if (!ring->run || ring->head == ring->tail)
		return false;
	if (r->on_read == GVI_BUS_OK && is_legal(r, spa)) {
		ring->head = next_entry(ring, ring->head);
		return true;
	}
	if (r->on_read != GVI_BUS_OK)
		log_record(r, x, UINT64_C(6) << 60 | (uint64_t)r->on_read << 57, spa);
	else
		log_record(r, x, UINT64_C(5) << 60, spa);
	ring->run = false;
	if (x->next)
		ring->head = next_entry(ring, ring->head);
	return true;
}

/* ---- Both side by side ---------------------------------------------------- */

static void compare(struct rig *r, const struct reference *x)
{
	uint64_t status = (uint64_t)x->overflow | (uint64_t)x->event_int << 1 |
			  (uint64_t)x->event.run << 3 | (uint64_t)x->command.run << 4;

	REQUIRE(rig_read(r, GVI_REGISTER_STATUS) == status);
	REQUIRE(rig_read(r, GVI_REGISTER_CMD_BUF_BASE) ==
		((uint64_t)x->command.len << 56 | x->command.base));
	REQUIRE(rig_read(r, GVI_REGISTER_CMD_BUF_HEAD) == x->command.head);
	REQUIRE(rig_read(r, GVI_REGISTER_CMD_BUF_TAIL) == x->command.tail);
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_BASE) ==
		((uint64_t)x->event.len << 56 | x->event.base));
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_HEAD) == x->event.head);
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL) == x->event.tail);
}

static void move_base(struct rig *r, struct reference *x, bool command, uint64_t random)
{
	/* The short rings more often: they wrap and fill. */
	unsigned len = random >> 8 & 3 ? 8 : random >> 16 & 15;
	uint64_t base = (command ? UINT64_C(0x10000000) : UINT64_C(0x20000000)) +
			0x100000 * (random >> 24 & 7);

	rig_write(r, command ? GVI_REGISTER_CMD_BUF_BASE : GVI_REGISTER_EVENT_LOG_BASE,
		  (uint64_t)len << 56 | base);
	write_base(x, command ? &x->command : &x->event, base, len);
}

static void move_pointer(struct rig *r, struct reference *x, uint64_t random)
{
	/* As a rule inside a ring of 256 entries, and often just before the log is full. */
	uint64_t value = random >> 16 & (random >> 8 & 3 ? 0xff0 : 0x7fff0);

	if (random >> 48 & 1)
		value = (x->event.tail + 0x20) & 0xff0;

	switch (random >> 40 & 3) {
	case 0:
		rig_write(r, GVI_REGISTER_CMD_BUF_HEAD, value);
		write_pointer(x, &x->command, &x->command.head, false, value);
		break;
	case 1:
		rig_write(r, GVI_REGISTER_CMD_BUF_TAIL, value);
		write_pointer(x, &x->command, &x->command.tail, true, value);
		break;
	case 2:
		rig_write(r, GVI_REGISTER_EVENT_LOG_HEAD, value);
		write_pointer(x, &x->event, &x->event.head, true, value);
		break;
	default:
		rig_write(r, GVI_REGISTER_EVENT_LOG_TAIL, value);
		write_pointer(x, &x->event, &x->event.tail, false, value);
	}
}

static void put_command(struct rig *r, struct reference *x, uint64_t random)
{
	static const uint64_t words[4] = {0x1000000000000000, 0x1000000000000004,
					  0x1010000000000000, 0xc000000000000000};
	uint64_t value = x->command.tail + 16;

	REQUIRE(memory_store(r->memory, x->command.base + x->command.tail, words[random >> 8 & 3]));
	if (value >= ring_bytes(&x->command))
		value = 0;
	rig_write(r, GVI_REGISTER_CMD_BUF_TAIL, value);
	write_pointer(x, &x->command, &x->command.tail, true, value);
}

static void enable(struct rig *r, struct reference *x, uint64_t random)
{
	/* Mostly on, or nothing ever happens. */
	bool iommu = random >> 8 & 7, command = random >> 16 & 3, event = random >> 24 & 3;

	rig_write(r, GVI_REGISTER_CONTROL,
		  (uint64_t)iommu | (uint64_t)event << 2 | (uint64_t)command << 12);
	write_control(x, iommu, command, event);
}

static void one_move(struct rig *r, struct reference *x, uint64_t random)
{
	bool done;

	switch (random % 16) {
	case 0:
		if (random >> 32 & 7)
			break;
		move_base(r, x, random >> 36 & 1, random);
		break;
	case 1:
		if (!(random >> 32 & 3))
			move_pointer(r, x, random);
		break;
	case 2:
		enable(r, x, random);
		break;
	case 3:
		rig_write(r, GVI_REGISTER_STATUS, random >> 8 & 3);
		write_status(x, random >> 8 & 1, random >> 9 & 1);
		break;
	case 4:
	case 5:
	case 6:
	case 7:
	case 8:
		put_command(r, x, random);
		break;
	case 9:
	case 10:
		if (!x->command.run || x->overflow)
			enable(r, x, random);
		break;
	default:
		r->on_read = random >> 8 & 15 ? GVI_BUS_OK : (enum gvi_bus)(random >> 12 & 3);
		REQUIRE(gvi_step(r->m, &done) == GVI_OK);
		REQUIRE(done == step(r, x));
	}
}

static void take_liberties(struct gvi_config *config, const struct reference *x)
{
	config->habit[GVI_CHOICE_BASE_WHILE_RUNNING] = x->while_running;
	config->habit[GVI_CHOICE_POINTER_BEYOND_RING] = x->wrapped;
	config->habit[GVI_CHOICE_RING_LENGTH] = x->stored;
	config->habit[GVI_CHOICE_EVENT_RESTART] = x->restart;
	config->habit[GVI_CHOICE_EVENT_EDGE] = x->keeps;
	config->habit[GVI_CHOICE_ILLEGAL_COMMAND_HEAD] = x->next;
}

static void walk(struct reference x, uint64_t seed, unsigned moves)
{
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	struct rig r;

	take_liberties(&config, &x);
	x.command = (struct ring){.base = 0x10000000, .len = 8};
	x.event = (struct ring){.base = 0x20000000, .len = 8};
	rig_open(&r, &config);
	rig_write(&r, GVI_REGISTER_CMD_BUF_BASE, UINT64_C(8) << 56 | x.command.base);
	rig_write(&r, GVI_REGISTER_EVENT_LOG_BASE, UINT64_C(8) << 56 | x.event.base);
	for (unsigned n = 0; n < moves; n++) {
		one_move(&r, &x, rig_random(&seed));
		compare(&r, &x);
	}
	rig_close(&r);
}

START_TEST(test_walks_with_the_preferred_readings)
{
	for (uint64_t seed = 0; seed < 6; seed++)
		walk((struct reference){0}, seed, 20000);
}
END_TEST

START_TEST(test_walks_with_every_liberty)
{
	for (unsigned bits = 1; bits < 64; bits++) {
		struct reference x = {.while_running = bits & 1,
				      .wrapped = bits & 2,
				      .stored = bits & 4,
				      .restart = bits & 8,
				      .keeps = bits & 16,
				      .next = bits & 32};

		walk(x, bits, 3000);
	}
}
END_TEST

/* ---- By hand -------------------------------------------------------------- */

static void open_started(struct rig *r, enum gvi_preset preset)
{
	struct gvi_config config = rig_config(preset);

	rig_open(r, &config);
	rig_start(r);
}

/* An illegal command for each event; restarts the ring. */
static void one_event(struct rig *r)
{
	rig_command_raw(r, 0, 0);
	rig_write(r, GVI_REGISTER_CMD_BUF_TAIL, rig_read(r, GVI_REGISTER_CMD_BUF_HEAD));
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_CMD_BUF_EN, 0);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_CMD_BUF_EN, 1);
}

/* 255 of 256 slots hold an event; the next one is the overflow. */
START_TEST(test_one_slot_of_the_log_stays_empty)
{
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	for (unsigned n = 0; n < 255; n++)
		one_event(&r);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_EVENT_LOG_TAIL), 0xff0);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS), 0x1a);
	one_event(&r);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_EVENT_LOG_TAIL), 0xff0);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS), 0x13);
	ck_assert_uint_eq(memory_load(r.memory, EVENTS + 0xff0), 0);
	/* Its interrupt came beside that of the first event. */
	ck_assert_uint_eq(r.nsent, 2);
	ck_assert_uint_eq(r.sent[1].source, GVI_SOURCE_EVENT_OVERFLOW);
	rig_close(&r);
}
END_TEST

/* No command is fetched while nothing is there to fetch or to run. */
START_TEST(test_a_ring_that_has_nothing_to_do)
{
	struct rig r;
	bool done = true;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	ck_assert_int_eq(gvi_step(r.m, &done), GVI_OK);
	ck_assert(!done);
	rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 0x10);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 0);
	ck_assert_int_eq(gvi_step(r.m, &done), GVI_OK);
	ck_assert(!done);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS), 0);
	ck_assert_uint_eq(r.notes[GVI_NOTE_FETCH], 0);
	rig_close(&r);
}
END_TEST

/* A store that fails stops the ring at the command, or counts as done. */
START_TEST(test_a_store_that_fails)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
		struct rig r;

		config.habit[GVI_CHOICE_WAIT_STORE_FAILS] = habit;
		rig_open(&r, &config);
		rig_start(&r);
		r.on_write = GVI_BUS_MASTER_ABORT;
		rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "s=1 i=1 StoreAddress=0x600000");
		/* The record cannot be written either: nothing but the halt shows. */
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS), habit ? 0x1c : 0x08);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_CMD_BUF_HEAD), habit ? 0x10 : 0);
		rig_close(&r);
	}
}
END_TEST

/* [register.half-write] Either half of a base clears the pointers, or only the
 * upper one does. */
START_TEST(test_halves_of_a_base)
{
	for (uint8_t habit = 0; habit < 2; habit++)
		for (uint32_t half = 0; half < 8; half += 4) {
			struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
			struct rig r;
			uint32_t value = half ? 0x09000000 : 0x5000;

			config.habit[GVI_CHOICE_BASE_HALF_WRITE] = habit;
			rig_open(&r, &config);
			rig_write(&r, GVI_REGISTER_PPR_LOG_HEAD, 0x20);
			rig_write(&r, GVI_REGISTER_PPR_LOG_TAIL, 0x40);
			ck_assert_int_eq(gvi_mmio_write(r.m, 0x38 + half, 4, value), GVI_OK);
			ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_PPR_LOG_TAIL),
					  habit && !half ? 0x40 : 0);
			ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_PPR_LOG_HEAD),
					  habit && !half ? 0x20 : 0);
			rig_close(&r);
		}
}
END_TEST

/* The logs of later parts of the model already start and stop. */
START_TEST(test_other_logs_run_by_their_enables)
{
	const uint64_t iommu = 1, ppr_log = 1 << 13, ppr = 1 << 15, ga = 1 << 17;
	const uint64_t ga_log = 1 << 28, runs = 0x180;

	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_PPR_RUN] = habit;
		config.habit[GVI_CHOICE_GA_BASE_CLEARS] = habit;
		config.habit[GVI_CHOICE_GA_RUN] = habit;
		rig_open(&r, &config);
		rig_write(&r, GVI_REGISTER_GA_LOG_TAIL, 0x48);
		rig_write(&r, GVI_REGISTER_GA_LOG_BASE, UINT64_C(8) << 56 | 0x5000);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_GA_LOG_TAIL), habit ? 0x48 : 0);
		rig_write(&r, GVI_REGISTER_CONTROL, ppr_log | ga_log | ga);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS) & runs, habit ? 0x100 : 0);
		rig_write(&r, GVI_REGISTER_CONTROL, iommu | ppr_log | ga_log);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS) & runs, habit ? 0 : 0x80);
		rig_write(&r, GVI_REGISTER_CONTROL, iommu | ppr_log | ppr | ga_log | ga);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS) & runs, 0x180);
		rig_write(&r, GVI_REGISTER_CONTROL, iommu);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS) & runs, 0);
		rig_close(&r);
	}
}
END_TEST

/* ---- Hardware event registers --------------------------------------------- */

static void open_hardware(struct rig *r, uint8_t keep, uint8_t when)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.habit[GVI_CHOICE_HW_EVENT_KEEP] = keep;
	config.habit[GVI_CHOICE_HW_EVENT_WHEN] = when;
	rig_open(r, &config);
	rig_start(r);
	/* Two devices whose entries cannot be read. */
	r->on_read = GVI_BUS_TARGET_ABORT;
	(void)rig_access(r, GVI_READ, DATA);
}

START_TEST(test_hardware_events_are_kept)
{
	const uint64_t first = UINT64_C(0x3400000000000020), write = UINT64_C(0x3420000000000020);
	struct rig r;

	open_hardware(&r, 0, 0);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_UPPER), first);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_LOWER), TABLE + 32 * DEVICE);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 1);
	(void)rig_access(&r, GVI_WRITE, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_UPPER), first);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 3);
	/* Each bit is cleared for itself, while HEV is 1. */
	rig_write(&r, GVI_REGISTER_HW_EVENT_STATUS, 1);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 2);
	rig_write(&r, GVI_REGISTER_HW_EVENT_STATUS, 3);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 2);
	(void)rig_access(&r, GVI_WRITE, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_UPPER), write);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 3);
	rig_close(&r);
	open_hardware(&r, 1, 0);
	(void)rig_access(&r, GVI_WRITE, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_UPPER), write);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 3);
	rig_close(&r);
}
END_TEST

START_TEST(test_hardware_events_may_count_only_when_lost)
{
	struct rig r;

	open_hardware(&r, 0, 1);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 0);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_EVENT_LOG_EN, 0);
	(void)rig_access(&r, GVI_READ, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 1);
	/* What is no hardware error never comes here. */
	rig_write(&r, GVI_REGISTER_HW_EVENT_STATUS, 1);
	r.on_read = GVI_BUS_OK;
	rig_entry(&r, "V=1 TV=1");
	(void)rig_access(&r, GVI_READ, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 0);
	rig_close(&r);
}
END_TEST

RIG_RUN("ring", test_walks_with_the_preferred_readings, test_walks_with_every_liberty,
	test_one_slot_of_the_log_stays_empty, test_a_ring_that_has_nothing_to_do,
	test_a_store_that_fails, test_halves_of_a_base, test_other_logs_run_by_their_enables,
	test_hardware_events_are_kept, test_hardware_events_may_count_only_when_lost)
