/* Small state machines, all of them: every pair of pointers of a ring, and every sequence
 * of a few things that can happen to a log that is nearly full, beside a reference written
 * from docs/spec/10-events.md section 6 and 07-mmio-registers.md sections 3.5 and 17. */
#include "conformance/unit/rig.h"

#include <string.h>

enum { ENTRIES = 256, BYTES = 16 * ENTRIES, DEPTH = 6 };

/* What a driver has switched on, but for the log. */
enum { ON = 0x1419, LOG = 4 };

static void open_rig(struct rig *r, enum gvi_preset preset)
{
	struct gvi_config config = rig_config(preset);

	rig_open(r, &config);
	rig_start(r);
	rig_entry(r, "V=1 TV=1");
}

/* ---- Rings: all heads and tails ---------------------------------------------------- */

static uint64_t after(uint64_t pointer)
{
	return pointer + 16 == BYTES ? 0 : pointer + 16;
}

static void put_event(struct rig *r, uint64_t head, uint64_t tail)
{
	bool full = after(tail) == head;
	uint64_t status;

	rig_write(r, GVI_REGISTER_CONTROL, ON);
	rig_write(r, GVI_REGISTER_EVENT_LOG_TAIL, tail);
	rig_write(r, GVI_REGISTER_EVENT_LOG_HEAD, head);
	rig_write(r, GVI_REGISTER_CONTROL, ON | LOG);
	REQUIRE(rig_access(r, GVI_READ, 0x1000).logging == (full ? GVI_LOST : GVI_LOGGED));
	status = rig_read(r, GVI_REGISTER_STATUS);
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL) == (full ? tail : after(tail)));
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_HEAD) == head);
	REQUIRE((status & 1) == full && (status >> 3 & 1) == !full);
	rig_write(r, GVI_REGISTER_STATUS, 3);
}

START_TEST(every_head_and_tail_of_a_log)
{
	struct rig r;

	open_rig(&r, GVI_PRESET_HOST_ONLY);
	r.nsent = 0;
	rig_pci_write(&r, 0x64, 0);
	for (uint64_t head = 0; head < BYTES; head += 16)
		for (uint64_t tail = 0; tail < BYTES; tail += 16)
			put_event(&r, head, tail);
	rig_close(&r);
}
END_TEST

START_TEST(every_head_and_tail_of_the_ring_of_commands)
{
	struct rig r;
	bool done;

	open_rig(&r, GVI_PRESET_HOST_ONLY);
	for (uint64_t at = 0; at < BYTES; at += 16)
		ck_assert(memory_store(r.memory, COMMANDS + at, UINT64_C(1) << 60));
	for (uint64_t head = 0; head < BYTES; head += 16)
		for (uint64_t tail = 0; tail < BYTES; tail += 16) {
			rig_write(&r, GVI_REGISTER_CONTROL, 0x419);
			rig_write(&r, GVI_REGISTER_CMD_BUF_HEAD, head);
			rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, tail);
			rig_write(&r, GVI_REGISTER_CONTROL, ON);
			REQUIRE(gvi_step(r.m, &done) == GVI_OK && done == (head != tail));
			REQUIRE(rig_read(&r, GVI_REGISTER_CMD_BUF_HEAD) ==
				(done ? after(head) : head));
			REQUIRE(rig_read(&r, GVI_REGISTER_CMD_BUF_TAIL) == tail);
		}
	rig_close(&r);
}
END_TEST

/* ---- A log: all sequences ------------------------------------------------------------- */

struct reference {
	uint64_t head, tail;
	bool enabled, run, overflow, logged;
};

enum action { EVENT, DRAIN_ONE, DRAIN, CLEAR_OVERFLOW, CLEAR_INT, DISABLE, ENABLE, NACTIONS };

static void act(struct rig *r, enum action action)
{
	uint64_t head = rig_read(r, GVI_REGISTER_EVENT_LOG_HEAD);

	switch (action) {
	case EVENT:
		(void)rig_access(r, GVI_READ, 0x1000);
		break;
	case DRAIN_ONE:
		rig_write(r, GVI_REGISTER_EVENT_LOG_HEAD, after(head));
		break;
	case DRAIN:
		rig_write(r, GVI_REGISTER_EVENT_LOG_HEAD, rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL));
		break;
	case CLEAR_OVERFLOW:
		rig_write(r, GVI_REGISTER_STATUS, 1);
		break;
	case CLEAR_INT:
		rig_write(r, GVI_REGISTER_STATUS, 2);
		break;
	case DISABLE:
		rig_write(r, GVI_REGISTER_CONTROL, ON);
		break;
	default:
		rig_write(r, GVI_REGISTER_CONTROL, ON | LOG);
	}
}

static void log_event(struct reference *x)
{
	if (!x->run)
		return;
	if (after(x->tail) == x->head) {
		x->overflow = true;
		x->run = false;
		return;
	}
	x->tail = after(x->tail);
	x->logged = true;
}

static void expect(struct reference *x, enum action action)
{
	switch (action) {
	case EVENT:
		log_event(x);
		break;
	case DRAIN_ONE:
		x->head = after(x->head);
		break;
	case DRAIN:
		x->head = x->tail;
		break;
	case CLEAR_OVERFLOW:
		x->overflow = false;
		break;
	case CLEAR_INT:
		x->logged = false;
		break;
	case DISABLE:
		x->enabled = x->run = false;
		break;
	default: /* [register.log-run] The edge restarts it, and clears the overflow (AMB-7.3). */
		if (!x->enabled) {
			x->overflow = false;
			x->run = true;
		}
		x->enabled = true;
	}
}

static void compare(struct rig *r, const struct reference *x)
{
	uint64_t status = rig_read(r, GVI_REGISTER_STATUS) & 0xb;

	REQUIRE(status ==
		((uint64_t)x->overflow | (uint64_t)x->logged << 1 | (uint64_t)x->run << 3));
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_HEAD) == x->head);
	REQUIRE(rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL) == x->tail);
}

static unsigned explore(struct rig *r, struct gvi **saved, const struct reference *x,
			unsigned depth)
{
	unsigned count = 0;

	if (depth == DEPTH)
		return 0;
	memcpy(saved[depth], r->m, gvi_size());
	for (unsigned a = 0; a < NACTIONS; a++) {
		struct reference next = *x;

		memcpy(r->m, saved[depth], gvi_size());
		act(r, (enum action)a);
		expect(&next, (enum action)a);
		compare(r, &next);
		count += 1 + explore(r, saved, &next, depth + 1);
	}
	return count;
}

START_TEST(every_sequence_at_a_log_that_is_nearly_full)
{
	struct gvi *saved[DEPTH];
	struct rig r;
	unsigned count = 0;

	open_rig(&r, GVI_PRESET_HOST_ONLY);
	rig_pci_write(&r, 0x64, 0);
	for (unsigned i = 0; i < DEPTH; i++) {
		saved[i] = malloc(gvi_size());
		ck_assert_ptr_nonnull(saved[i]);
	}
	/* The end of the ring lies on the way. */
	rig_write(&r, GVI_REGISTER_CONTROL, ON);
	for (unsigned room = 0; room < 3; room++) {
		struct reference x = {
			.head = 16 * room, .tail = BYTES - 16, .enabled = true, .run = true};

		rig_write(&r, GVI_REGISTER_CONTROL, ON);
		rig_write(&r, GVI_REGISTER_EVENT_LOG_TAIL, x.tail);
		rig_write(&r, GVI_REGISTER_EVENT_LOG_HEAD, x.head);
		rig_write(&r, GVI_REGISTER_STATUS, 3);
		rig_write(&r, GVI_REGISTER_CONTROL, ON | LOG);
		count += explore(&r, saved, &x, 0);
	}
	ck_assert_uint_eq(count, 3 * (7 + 49 + 343 + 2401 + 16807 + 117649));
	for (unsigned i = 0; i < DEPTH; i++)
		free(saved[i]);
	rig_close(&r);
}
END_TEST

RIG_RUN("states", every_head_and_tail_of_a_log, every_head_and_tail_of_the_ring_of_commands,
	every_sequence_at_a_log_that_is_nearly_full)
