/* Invalidations of device TLBs: what is sent, what is outstanding, what has to
 * wait and for whom, and responses that software commands. */
#include "conformance/unit/rig.h"

/* PASID 12345h, Maxpend 2, QueueID and DeviceID 20h; S, GN, address 7FFF_F000h. */
#define LOW      UINT64_C(0x4145002002230020)
#define HIGH     UINT64_C(0x000000007ffff005)
#define NO_LIMIT UINT64_C(0x4000002000000020)
/* COMPLETION_WAIT with s=1 at STORE; f is bit 2. */
#define WAIT (UINT64_C(0x1000000000000001) | STORE)
#define F    UINT64_C(4)
#define DONE UINT64_C(0x1122334455667788)

static void begin_habit(struct rig *r, enum gvi_choice choice, uint8_t alternative)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.habit[choice] = alternative;
	rig_open(r, &config);
	rig_start(r);
	rig_entry(r, "V=1 TV=1 I=1 Mode=4 HostPageTableRootPtr=0x1000000 IR=1 IW=1");
}

static void begin(struct rig *r)
{
	begin_habit(r, GVI_CHOICE_IOTLB_DEVICE_OFF, 0);
}

static bool step(struct rig *r)
{
	bool done;

	REQUIRE(gvi_step(r->m, &done) == GVI_OK);
	return done;
}

static size_t outstanding(struct rig *r)
{
	size_t count;

	(void)gvi_invalidations(r->m, &count);
	return count;
}

static size_t pending(struct rig *r)
{
	size_t count, lost;

	(void)gvi_pending(r->m, &count, &lost);
	return count;
}

static uint64_t head(struct rig *r)
{
	return rig_read(r, GVI_REGISTER_CMD_BUF_HEAD);
}

static bool stored(struct rig *r)
{
	return memory_load(r->memory, STORE) == DONE;
}

static void complete(struct rig *r, uint8_t tag)
{
	ck_assert_int_eq(gvi_invalidation_done(r->m, DEVICE, tag), GVI_OK);
}

/* The event log has one record, and it is this. */
static void event(struct rig *r, uint64_t low, uint64_t high)
{
	ck_assert_uint_eq(rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL), 16);
	ck_assert_uint_eq(memory_load(r->memory, EVENTS), low);
	ck_assert_uint_eq(memory_load(r->memory, EVENTS + 8), high);
}

/* ---- Requests ---------------------------------------------------------------------- */

START_TEST(test_request)
{
	const struct gvi_invalidation *out;
	size_t count;
	struct rig r;

	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	ck_assert_uint_eq(r.nsent, 1);
	ck_assert_uint_eq(r.sent[0].kind, GVI_MESSAGE_INVALIDATE);
	ck_assert_uint_eq(r.sent[0].address, 0x7ffff800);
	ck_assert_uint_eq(r.sent[0].device, DEVICE);
	ck_assert(r.sent[0].has_pasid);
	ck_assert_uint_eq(r.sent[0].pasid, 0x12345);
	ck_assert_uint_eq(r.sent[0].tag, 0);
	out = gvi_invalidations(r.m, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(out[0].spa, COMMANDS);
	ck_assert_uint_eq(out[0].device, DEVICE);
	ck_assert_uint_eq(out[0].queue, DEVICE);
	ck_assert_uint_eq(out[0].tag, 0);
	ck_assert_uint_eq(pending(&r), 1);
	/* Without GN no PASID. */
	rig_command_raw(&r, LOW, HIGH & ~UINT64_C(5));
	ck_assert_uint_eq(r.sent[1].address, 0x7ffff000);
	ck_assert(!r.sent[1].has_pasid);
	ck_assert_uint_eq(r.sent[1].pasid, 0);
	ck_assert_uint_eq(r.sent[1].tag, 1);
	rig_close(&r);
}
END_TEST

/* The lowest tag that is free, for each device. */
START_TEST(test_tags)
{
	struct rig r;

	begin(&r);
	for (unsigned i = 0; i < 32; i++) {
		rig_command_raw(&r, NO_LIMIT, HIGH);
		REQUIRE(r.sent[i].tag == i);
	}
	/* Another device, another queue. */
	rig_command_raw(&r, NO_LIMIT ^ 0x100, HIGH);
	ck_assert_uint_eq(r.sent[32].tag, 0);
	/* No tag is left. */
	rig_command_raw(&r, NO_LIMIT, HIGH);
	ck_assert_uint_eq(r.nsent, 33);
	ck_assert(!step(&r));
	complete(&r, 17);
	ck_assert(step(&r));
	ck_assert_uint_eq(r.nsent, 34);
	ck_assert_uint_eq(r.sent[33].tag, 17);
	rig_close(&r);
}
END_TEST

START_TEST(test_limit_of_queue)
{
	struct rig r;

	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	/* The limit is of the queue, whatever the device. */
	rig_command_raw(&r, LOW ^ 0x100, HIGH);
	rig_command_raw(&r, LOW, HIGH);
	ck_assert_uint_eq(outstanding(&r), 2);
	/* Fetched, and not performed. */
	ck_assert_uint_eq(head(&r), 48);
	ck_assert_uint_eq(pending(&r), 2);
	ck_assert(!step(&r));
	ck_assert_int_eq(gvi_invalidation_done(r.m, DEVICE ^ 0x100, 0), GVI_OK);
	ck_assert_uint_eq(r.nsent, 2);
	ck_assert(step(&r));
	ck_assert_uint_eq(r.nsent, 3);
	ck_assert_uint_eq(r.sent[2].tag, 1);
	ck_assert_uint_eq(pending(&r), 3);
	rig_close(&r);
	/* Maxpend 0 as 1. */
	begin_habit(&r, GVI_CHOICE_MAXPEND_ZERO, 1);
	rig_command_raw(&r, NO_LIMIT, HIGH);
	rig_command_raw(&r, NO_LIMIT, HIGH);
	ck_assert_uint_eq(r.nsent, 1);
	rig_close(&r);
}
END_TEST

/* The room of the model: two devices with 32 tags each. */
START_TEST(test_room)
{
	struct rig r;

	begin(&r);
	for (unsigned i = 0; i < GVI_MAX_INVALIDATIONS; i++)
		rig_command_raw(&r, NO_LIMIT ^ (i & 1) << 8, HIGH);
	ck_assert_uint_eq(outstanding(&r), GVI_MAX_INVALIDATIONS);
	rig_command_raw(&r, NO_LIMIT ^ 0x200, HIGH);
	ck_assert(!step(&r));
	ck_assert_uint_eq(outstanding(&r), GVI_MAX_INVALIDATIONS);
	complete(&r, 0);
	r.nsent = 0;
	ck_assert(step(&r));
	ck_assert_uint_eq(outstanding(&r), GVI_MAX_INVALIDATIONS);
	rig_close(&r);
}
END_TEST

/* AMB-9.12, also for a command that would have to wait. */
START_TEST(test_device_off)
{
	for (uint8_t i = 0; i <= 2; i++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_IOTLB_DEVICE_OFF, i);
		rig_command_raw(&r, LOW, HIGH);
		rig_command_raw(&r, LOW, HIGH);
		rig_entry(&r, "V=1 TV=1 Mode=4 HostPageTableRootPtr=0x1000000 IR=1 IW=1");
		rig_command_raw(&r, LOW, HIGH);
		ck_assert_uint_eq(outstanding(&r), 2);
		ck_assert_uint_eq(head(&r), i == 2 ? 32 : 48);
		if (i == 0) {
			complete(&r, 0);
			ck_assert(step(&r));
		} else {
			ck_assert(!step(&r));
		}
		ck_assert_uint_eq(outstanding(&r), 2);
		if (i == 2)
			event(&r, UINT64_C(0x5000000000000000), COMMANDS + 32);
		rig_close(&r);
	}
}
END_TEST

/* ---- COMPLETION_WAIT ---------------------------------------------------------------- */

START_TEST(test_wait)
{
	struct rig r;

	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	ck_assert_uint_eq(head(&r), 48);
	ck_assert(!step(&r));
	complete(&r, 1);
	ck_assert(!step(&r));
	complete(&r, 0);
	ck_assert(!stored(&r));
	ck_assert_uint_eq(pending(&r), 2);
	ck_assert(step(&r));
	ck_assert(stored(&r));
	ck_assert_uint_eq(pending(&r), 0);
	ck_assert(!step(&r));
	rig_close(&r);
}
END_TEST

/* AMB-9.3: only behind f=0, and each wait for what is older. */
START_TEST(test_younger)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_WAIT_YOUNGER, 1);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	/* Younger: another invalidation, which that wait does not wait for. */
	rig_command_raw(&r, LOW, HIGH);
	ck_assert_uint_eq(r.nsent, 2);
	ck_assert_uint_eq(pending(&r), 2);
	ck_assert(memory_store(r.memory, COMMANDS + 48, WAIT + 8));
	ck_assert(memory_store(r.memory, COMMANDS + 56, DONE));
	rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 64);
	ck_assert(step(&r));
	ck_assert_uint_eq(head(&r), 64);
	ck_assert(!step(&r));
	complete(&r, 0);
	ck_assert(step(&r));
	ck_assert(stored(&r));
	/* What is younger than the wait is still pending. */
	ck_assert_uint_eq(pending(&r), 1);
	ck_assert(!step(&r));
	complete(&r, 1);
	ck_assert(step(&r));
	ck_assert_uint_eq(memory_load(r.memory, STORE + 8), DONE);
	ck_assert_uint_eq(pending(&r), 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_younger_held)
{
	for (uint8_t f = 0; f <= 1; f++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_WAIT_YOUNGER, f);
		rig_command_raw(&r, LOW, HIGH);
		rig_command_raw(&r, WAIT | (f ? F : 0), DONE);
		ck_assert(memory_store(r.memory, COMMANDS + 32, UINT64_C(0x2000000000000020)));
		ck_assert(memory_store(r.memory, COMMANDS + 40, 0));
		rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 48);
		ck_assert(!step(&r));
		ck_assert_uint_eq(head(&r), 32);
		complete(&r, 0);
		ck_assert(step(&r));
		ck_assert(step(&r));
		ck_assert_uint_eq(head(&r), 48);
		ck_assert_uint_eq(pending(&r), 1);
		rig_close(&r);
	}
}
END_TEST

/* A request without PASID to DEVICE, one to its neighbour, a response. */
#define OTHER_LOW  UINT64_C(0x4000002102000021)
#define REPLY_LOW  UINT64_C(0x7000000000000020)
#define REPLY_HIGH UINT64_C(0x0000000500000000)

static void put(struct rig *r, unsigned at, uint64_t low, uint64_t high)
{
	ck_assert(memory_store(r->memory, COMMANDS + 16 * at, low));
	ck_assert(memory_store(r->memory, COMMANDS + 16 * at + 8, high));
}

/* AMB-9.2: what is seen of the youngest comes first, of what is not seen the ring's
 * order; the wait is for all. */
START_TEST(test_order)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_COMMAND_ORDER, 1);
	put(&r, 0, UINT64_C(0x2000000000000020), 0);
	put(&r, 1, LOW, HIGH);
	put(&r, 2, UINT64_C(0x5000000000000020), 0);
	put(&r, 3, OTHER_LOW, HIGH & ~UINT64_C(4));
	put(&r, 4, REPLY_LOW, REPLY_HIGH);
	put(&r, 5, WAIT, DONE);
	rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 96);
	ck_assert(step(&r));
	ck_assert_uint_eq(r.sent[0].kind, GVI_MESSAGE_RESPONSE);
	ck_assert_uint_eq(head(&r), 80);
	ck_assert_uint_eq(pending(&r), 0);
	ck_assert(step(&r));
	ck_assert_uint_eq(r.sent[1].device, DEVICE + 1);
	ck_assert(step(&r));
	ck_assert_uint_eq(r.sent[2].device, DEVICE);
	ck_assert_uint_eq(r.nsent, 3);
	ck_assert_uint_eq(pending(&r), 2);
	/* In the list they stand as in the ring. */
	ck_assert_uint_eq(gvi_invalidations(r.m, &(size_t){0})[0].device, DEVICE);
	ck_assert(step(&r));
	ck_assert(step(&r));
	ck_assert_uint_eq(pending(&r), 4);
	ck_assert_uint_eq(gvi_pending(r.m, &(size_t){0}, &(size_t){0})[0].raw[0],
			  UINT64_C(0x2000000000000020));
	complete(&r, 0);
	ck_assert(step(&r));
	ck_assert(!stored(&r));
	ck_assert_int_eq(gvi_invalidation_done(r.m, DEVICE + 1, 0), GVI_OK);
	ck_assert(step(&r));
	ck_assert(stored(&r));
	ck_assert(!step(&r));
	rig_close(&r);
}
END_TEST

/* Not past f=1, nor past an error. */
START_TEST(test_order_kept)
{
	for (unsigned i = 0; i < 2; i++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_COMMAND_ORDER, 1);
		put(&r, 0, i ? 0 : WAIT | F, DONE);
		put(&r, 1, LOW, HIGH);
		rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 32);
		ck_assert(step(&r));
		ck_assert_uint_eq(outstanding(&r), 0);
		ck_assert(stored(&r) == !i);
		ck_assert(step(&r) == !i);
		ck_assert_uint_eq(outstanding(&r), !i);
		rig_close(&r);
	}
}
END_TEST

/* The error of the younger comes first; what was fetched before it is performed, also
 * when the ring has stopped. */
START_TEST(test_order_of_errors)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_COMMAND_ORDER, 1);
	put(&r, 0, LOW, HIGH);
	put(&r, 1, 0, 0);
	put(&r, 2, OTHER_LOW, 0);
	rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 48);
	ck_assert(step(&r));
	event(&r, UINT64_C(0x5000000000000000), COMMANDS + 16);
	ck_assert_uint_eq(head(&r), 16);
	ck_assert_uint_eq(outstanding(&r), 0);
	ck_assert(step(&r));
	ck_assert_uint_eq(outstanding(&r), 1);
	ck_assert(!step(&r));
	rig_close(&r);
	/* What was fetched behind the error is not: the wait's store fails. */
	begin_habit(&r, GVI_CHOICE_WAIT_YOUNGER, 1);
	put(&r, 0, LOW, HIGH);
	put(&r, 1, WAIT, DONE);
	put(&r, 2, WAIT + 8, DONE);
	rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 48);
	ck_assert(step(&r));
	ck_assert(step(&r));
	ck_assert_uint_eq(head(&r), 48);
	complete(&r, 0);
	r.on_write = GVI_BUS_MASTER_ABORT;
	ck_assert(step(&r));
	ck_assert_uint_eq(head(&r), 16);
	r.on_write = GVI_BUS_OK;
	ck_assert(!step(&r));
	ck_assert_uint_eq(memory_load(r.memory, STORE + 8), 0);
	rig_close(&r);
}
END_TEST

/* 09 section 3 step 9: what was fetched finishes, the rest stays. */
START_TEST(test_ring_stopped_meanwhile)
{
	struct rig r;

	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_CMD_BUF_EN, 0);
	ck_assert(!step(&r));
	complete(&r, 0);
	ck_assert(step(&r));
	ck_assert(stored(&r));
	ck_assert_uint_eq(head(&r), 32);
	rig_close(&r);
	/* A store that fails then does not move a head that software has set anew. */
	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_CMD_BUF_EN, 0);
	rig_write(&r, GVI_REGISTER_CMD_BUF_HEAD, 0);
	rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 0);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_CMD_BUF_EN, 1);
	complete(&r, 0);
	r.on_write = GVI_BUS_MASTER_ABORT;
	ck_assert(step(&r));
	ck_assert_uint_eq(head(&r), 0);
	ck_assert_uint_eq(rig_field(&r, GVI_REGISTER_STATUS, GVI_STATUS_CMD_BUF_RUN), 1);
	rig_close(&r);
	/* A ring that still runs stops, at the command. */
	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	complete(&r, 0);
	r.on_write = GVI_BUS_MASTER_ABORT;
	ck_assert(step(&r));
	ck_assert_uint_eq(head(&r), 16);
	ck_assert_uint_eq(rig_field(&r, GVI_REGISTER_STATUS, GVI_STATUS_CMD_BUF_RUN), 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_reset_forgets)
{
	struct rig r;

	begin(&r);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	gvi_reset(r.m);
	ck_assert_uint_eq(outstanding(&r), 0);
	ck_assert_int_eq(gvi_invalidation_done(r.m, DEVICE, 0), GVI_STATE_NO_INVALIDATION);
	ck_assert(!step(&r));
	ck_assert(!stored(&r));
	rig_close(&r);
}
END_TEST

/* ---- Time-outs, and refusals --------------------------------------------------------- */

START_TEST(test_time_out)
{
	struct rig r;

	begin(&r);
	rig_command_raw(&r, WAIT, 0);
	rig_command_raw(&r, LOW, HIGH);
	rig_command_raw(&r, WAIT, DONE);
	ck_assert_int_eq(gvi_invalidation_timed_out(r.m, DEVICE, 1), GVI_STATE_NO_INVALIDATION);
	/* 0, and the reserved code that is like it. */
	ck_assert_int_eq(gvi_invalidation_timed_out(r.m, DEVICE, 0), GVI_STATE_NO_TIMEOUT);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_INV_TIMEOUT, 7);
	ck_assert_int_eq(gvi_invalidation_timed_out(r.m, DEVICE, 0), GVI_STATE_NO_TIMEOUT);
	ck_assert_uint_eq(outstanding(&r), 1);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_INV_TIMEOUT, 4);
	ck_assert_int_eq(gvi_invalidation_timed_out(r.m, DEVICE, 0), GVI_OK);
	ck_assert_uint_eq(outstanding(&r), 0);
	/* The address of the command. */
	event(&r, UINT64_C(0x7000000000000020), COMMANDS + 16);
	ck_assert_uint_eq(rig_field(&r, GVI_REGISTER_STATUS, GVI_STATUS_CMD_BUF_RUN), 1);
	ck_assert(step(&r));
	ck_assert(stored(&r));
	ck_assert_int_eq(gvi_invalidation_timed_out(NULL, DEVICE, 0), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_invalidation_done(NULL, DEVICE, 0), GVI_ARG_NULL);
	rig_close(&r);
}
END_TEST

/* ---- COMPLETE_PPR_REQUEST ------------------------------------------------------------ */

/* DeviceID 20h, PASID 12345h, GN, code 7, index 155h. */
#define ANSWER_LOW  UINT64_C(0x7001234500000020)
#define ANSWER_HIGH UINT64_C(0x0000715500000004)

/* Prefix by alternative of PPR_RESPONSE_PREFIX: with GN=1 and GPRP, GN=1 only, and
 * GPRP only; EPHEn is 1. */
static const bool prefixes[3][3] = {{true, false, false}, {true, true, false}, {true, false, true}};

START_TEST(test_response)
{
	static const struct {
		const char *entry;
		uint64_t high;
	} cases[3] = {{"V=1 GPRP=1", ANSWER_HIGH},
		      {"V=1 GPRP=0", ANSWER_HIGH},
		      {"V=1 GPRP=1", ANSWER_HIGH & ~UINT64_C(4)}};
	struct rig r;

	for (uint8_t i = 0; i < 3; i++) {
		begin_habit(&r, GVI_CHOICE_PPR_RESPONSE_PREFIX, i);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_EPH_EN, 1);
		for (unsigned k = 0; k < 3; k++) {
			rig_entry(&r, cases[k].entry);
			rig_command_raw(&r, ANSWER_LOW, cases[k].high);
			REQUIRE(r.nsent == k + 1);
			ck_assert_uint_eq(r.sent[k].kind, GVI_MESSAGE_RESPONSE);
			ck_assert_uint_eq(r.sent[k].device, DEVICE);
			ck_assert_uint_eq(r.sent[k].data, 0x7155);
			ck_assert_uint_eq(r.sent[k].has_pasid, prefixes[i][k]);
			ck_assert_uint_eq(r.sent[k].pasid, prefixes[i][k] ? 0x12345 : 0);
		}
		rig_close(&r);
	}
}
END_TEST

/* What cannot be read, or is not valid, has no GPRP: one or the other. */
START_TEST(test_response_without_entry)
{
	for (uint8_t i = 0; i <= 1; i++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_PPR_RESPONSE_ENTRY, i);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_EPH_EN, 1);
		rig_entry(&r, i ? "GPRP=0" : "GPRP=1");
		rig_command_raw(&r, ANSWER_LOW, ANSWER_HIGH);
		ck_assert_uint_eq(r.sent[0].has_pasid, i);
		/* 128 entries. */
		rig_write(&r, GVI_REGISTER_DEV_TAB_BASE, TABLE);
		rig_command_raw(&r, ANSWER_LOW | 0x100, ANSWER_HIGH);
		ck_assert_uint_eq(r.sent[1].has_pasid, i);
		/* Without EPHEn nobody looks. */
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_EPH_EN, 0);
		rig_command_raw(&r, ANSWER_LOW, ANSWER_HIGH);
		ck_assert(r.sent[2].has_pasid);
		rig_close(&r);
	}
}
END_TEST

RIG_RUN("iotlb", test_request, test_tags, test_limit_of_queue, test_room, test_device_off,
	test_wait, test_younger, test_younger_held, test_order, test_order_kept,
	test_order_of_errors, test_ring_stopped_meanwhile, test_reset_forgets, test_time_out,
	test_response, test_response_without_entry)
