/* Page requests: what each step of docs/spec/11 section 3 makes of one, and what
 * stands in the log, in events and in responses, bit by bit. */
#include "conformance/unit/rig.h"

#define PAGES UINT64_C(0x00700000)
#define PAGE  UINT64_C(0x0000123456789000)
#define HOST  "V=1 TV=1 Mode=4 HostPageTableRootPtr=0x1000000 IR=1 IW=1 I=1 DomainID=7 "
/* GLX=1: 18 bits of PASID. */
#define GUEST HOST "GV=1 GLX=1 GCR3TRP=0x2000000 "

/* Of `whole`, as section 1 says; its event has GN one bit higher, RX lower. */
#define ENTRY    UINT64_C(0x1166075523450020)
#define REJECTED UINT64_C(0x9266075523450020)
#define RX       (UINT64_C(1) << 48)

static const struct gvi_page_request whole = {.address = PAGE,
					      .pasid = 0x12345,
					      .device = DEVICE,
					      .group = 0x155,
					      .read = true,
					      .write = true,
					      .last = true,
					      .has_pasid = true,
					      .execute = true};
static const struct gvi_page_request plain = {
	.address = PAGE, .device = DEVICE, .group = 3, .read = true, .last = true};
static const struct gvi_page_request marker = {.address = PAGE,
					       .pasid = 0x12345,
					       .device = DEVICE,
					       .group = 0x155,
					       .last = true,
					       .has_pasid = true};

static void control(struct rig *r, enum gvi_field_id field, uint64_t value)
{
	rig_set(r, GVI_REGISTER_CONTROL, field, value);
}

static void begin_with(struct rig *r, const struct gvi_config *config)
{
	rig_open(r, config);
	rig_start(r);
	rig_write(r, GVI_REGISTER_PPR_LOG_BASE, UINT64_C(8) << 56 | PAGES);
	control(r, GVI_CONTROL_GT_EN, 1);
	control(r, GVI_CONTROL_EPH_EN, 1);
	control(r, GVI_CONTROL_PPR_EN, 1);
	control(r, GVI_CONTROL_PPR_LOG_EN, 1);
	rig_entry(r, GUEST "PPR=1");
}

static void begin(struct rig *r)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	begin_with(r, &config);
}

static void begin_habit(struct rig *r, enum gvi_choice choice, uint8_t alternative)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.habit[choice] = alternative;
	begin_with(r, &config);
}

static struct gvi_page_answer ask(struct rig *r, const struct gvi_page_request *request)
{
	struct gvi_page_answer answer;

	memset(&answer, 0xa5, sizeof answer);
	r->nsent = 0;
	/* The response is the last message that leaves. */
	REQUIRE(gvi_page_request(r->m, request, &answer) == GVI_OK);
	/* Here, where it has not been copied: copies need not keep what is between members. */
	if (answer.has_response) {
		REQUIRE(r->nsent >= 1);
		REQUIRE(!memcmp(&answer.response, &r->sent[r->nsent - 1], sizeof answer.response));
	}
	return answer;
}

static uint64_t tail(struct rig *r)
{
	return rig_read(r, GVI_REGISTER_PPR_LOG_TAIL);
}

static uint64_t status(struct rig *r, enum gvi_field_id field)
{
	return rig_field(r, GVI_REGISTER_STATUS, field);
}

/* In the log at `at`, and nothing is sent. */
static void logged(struct rig *r, const struct gvi_page_request *request, uint64_t low, uint64_t at)
{
	struct gvi_page_answer a = ask(r, request);

	ck_assert_uint_eq(a.result, GVI_PAGE_LOGGED);
	ck_assert_uint_eq(a.entry[0], low);
	ck_assert_uint_eq(a.entry[1], PAGE);
	ck_assert_uint_eq(memory_load(r->memory, PAGES + at), low);
	ck_assert_uint_eq(memory_load(r->memory, PAGES + at + 8), PAGE);
	ck_assert_uint_eq(tail(r), at + 16);
	ck_assert_uint_eq(a.logging, GVI_NO_EVENT);
	ck_assert(!a.event[0] && !a.event[1] && !a.has_response && !a.log_b);
}

static struct gvi_page_answer refused(struct rig *r, const struct gvi_page_request *request,
				      uint64_t low, uint64_t high)
{
	struct gvi_page_answer a = ask(r, request);

	ck_assert_uint_eq(a.result, GVI_PAGE_REFUSED);
	ck_assert_uint_eq(a.event[0], low);
	ck_assert_uint_eq(a.event[1], high);
	ck_assert_uint_eq(a.logging, low ? GVI_LOGGED : GVI_NO_EVENT);
	ck_assert(!a.entry[0] && !a.entry[1]);
	ck_assert_uint_eq(tail(r), 0);
	return a;
}

static void no_response(struct rig *r, const struct gvi_page_answer *a)
{
	ck_assert(!a->has_response);
	for (size_t i = 0; i < r->nsent; i++)
		ck_assert_uint_eq(r->sent[i].kind, GVI_MESSAGE_INTERRUPT);
}

static void response(const struct gvi_page_answer *a, uint32_t data, bool prefix)
{
	const struct gvi_message *m = &a->response;

	ck_assert(a->has_response);
	ck_assert_uint_eq(m->kind, GVI_MESSAGE_RESPONSE);
	ck_assert_uint_eq(m->device, DEVICE);
	ck_assert_uint_eq(m->data, data);
	ck_assert_uint_eq(m->has_pasid, prefix);
	ck_assert_uint_eq(m->pasid, prefix ? 0x12345 : 0);
}

/* ---- Entries ---------------------------------------------------------------------- */

START_TEST(test_entries)
{
	struct gvi_page_request request = plain;
	struct rig r;

	begin(&r);
	logged(&r, &whole, ENTRY, 0);
	ck_assert_uint_eq(status(&r, GVI_STATUS_PPR_INT), 1);
	/* RD, L, group 3. */
	logged(&r, &plain, UINT64_C(0x1004020300000020), 16);
	request.last = false;
	request.malformed = true;
	logged(&r, &request, UINT64_C(0x1084000300000020), 32);
	/* Privileged: US is 0. */
	request = whole;
	request.privileged = true;
	logged(&r, &request, ENTRY & ~(UINT64_C(1) << 54), 48);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_US_WITHOUT_PASID, 1);
	logged(&r, &plain, UINT64_C(0x1044020300000020), 0);
	rig_close(&r);
}
END_TEST

/* ---- Rejections ------------------------------------------------------------------- */

static const struct {
	const char *entry;
	bool not_enabled;
} rejections[] = {
	{GUEST "PPR=1", true},
	{"I=1 TV=1", false},
	{"V=1 TV=1 Mode=4 HostPageTableRootPtr=0x1000000 GV=1 GLX=1 GCR3TRP=0x2000000 "
	 "PPR=1",
	 false},
	{"V=1 I=1 PPR=1", false},
	{GUEST "PPR=0", false},
	{HOST "PPR=1", false},
	/* GLX=0: 9 bits. */
	{HOST "PPR=1 GV=1 GCR3TRP=0x2000000", false},
};

START_TEST(test_rejections)
{
	struct gvi_page_answer a;
	struct rig r;

	for (size_t i = 0; i < sizeof rejections / sizeof rejections[0]; i++) {
		begin(&r);
		control(&r, GVI_CONTROL_PPR_EN, !rejections[i].not_enabled);
		rig_entry(&r, rejections[i].entry);
		a = refused(&r, &whole, REJECTED, PAGE);
		no_response(&r, &a);
		ck_assert_uint_eq(memory_load(r.memory, EVENTS), REJECTED);
		ck_assert_uint_eq(memory_load(r.memory, EVENTS + 8), PAGE);
		rig_close(&r);
	}
}
END_TEST

/* Without EPHEn the device needs no permission. */
START_TEST(test_without_enhanced_handling)
{
	struct gvi_page_request request = whole;
	struct gvi_page_answer a;
	struct rig r;

	begin(&r);
	control(&r, GVI_CONTROL_EPH_EN, 0);
	rig_entry(&r, GUEST);
	logged(&r, &whole, ENTRY, 0);
	rig_close(&r);
	/* ... and one that has it is illegal: RZ=1, GN=1, the PASID. */
	begin(&r);
	control(&r, GVI_CONTROL_EPH_EN, 0);
	request.read = request.write = false;
	a = refused(&r, &request, UINT64_C(0x1081234500010020), PAGE);
	no_response(&r, &a);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_EVENT_RW, 1);
	control(&r, GVI_CONTROL_EPH_EN, 0);
	(void)refused(&r, &request, UINT64_C(0x10a1234500010020), PAGE);
	rig_close(&r);
}
END_TEST

/* AMB-4.15 */
START_TEST(test_illegal_and_off)
{
	struct rig r;

	begin(&r);
	rig_entry(&r, "V=1 TV=1 PPR=1 Mode=7");
	(void)refused(&r, &plain, UINT64_C(0x1000000000000020), PAGE);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_REQUEST_ENTRY_ORDER, 1);
	rig_entry(&r, "V=1 TV=1 PPR=1 Mode=7");
	(void)refused(&r, &plain, UINT64_C(0x9004020300000020), PAGE);
	rig_close(&r);
}
END_TEST

START_TEST(test_no_entry)
{
	struct gvi_page_request request = plain;
	struct gvi_page_answer a;
	struct rig r;

	begin(&r);
	r.on_read = GVI_BUS_TARGET_ABORT;
	a = refused(&r, &plain, UINT64_C(0x3400000000000020), TABLE + 32 * DEVICE);
	no_response(&r, &a);
	r.on_read = GVI_BUS_OK;
	/* 128 entries: one too few. */
	rig_write(&r, GVI_REGISTER_DEV_TAB_BASE, TABLE);
	request.device = 0x80;
	(void)refused(&r, &request, UINT64_C(0x9004020300000080), PAGE);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_OUT_OF_RANGE, 1);
	rig_write(&r, GVI_REGISTER_DEV_TAB_BASE, TABLE);
	a = refused(&r, &request, UINT64_C(0x2000000000000080), PAGE);
	no_response(&r, &a);
	rig_close(&r);
}
END_TEST

START_TEST(test_dropped)
{
	struct gvi_config config = rig_config(GVI_PRESET_EPYC_ROME);
	struct gvi_page_answer a;
	struct rig r;

	begin(&r);
	control(&r, GVI_CONTROL_IOMMU_EN, 0);
	a = ask(&r, &whole);
	ck_assert_uint_eq(a.result, GVI_PAGE_DISCARDED);
	ck_assert_uint_eq(a.logging, GVI_NO_EVENT);
	ck_assert_uint_eq(r.nsent, 0);
	rig_close(&r);
	/* Without PPRSup nothing that needs it either. */
	gvi_preset(GVI_PRESET_HOST_ONLY, &config);
	rig_open(&r, &config);
	rig_start(&r);
	a = ask(&r, &plain);
	ck_assert_uint_eq(a.result, GVI_PAGE_DISCARDED);
	ck_assert_uint_eq(a.logging, GVI_NO_EVENT);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_INVALID_ENTRY, 1);
	rig_entry(&r, "I=1");
	a = refused(&r, &plain, 0, 0);
	rig_entry(&r, "V=1 I=1 PPR=1");
	a = refused(&r, &plain, 0, 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_pasid_limits)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_page_request request = whole;
	struct rig r;

	begin(&r);
	request.pasid = 0x3ffff;
	ck_assert_uint_eq(ask(&r, &request).result, GVI_PAGE_LOGGED);
	request.pasid = 0x40000;
	ck_assert_uint_eq(ask(&r, &request).result, GVI_PAGE_REFUSED);
	rig_close(&r);
	ck_assert(gvi_set(GVI_EFR_PASMAX, &config.efr, 15));
	begin_with(&r, &config);
	request.pasid = 0xffff;
	ck_assert_uint_eq(ask(&r, &request).result, GVI_PAGE_LOGGED);
	request.pasid = 0x10000;
	ck_assert_uint_eq(ask(&r, &request).result, GVI_PAGE_REFUSED);
	/* Without GV there is no GLX, but PASmax. */
	rig_close(&r);
	config.habit[GVI_CHOICE_PPR_PASID_WITHOUT_GV] = 1;
	begin_with(&r, &config);
	rig_entry(&r, HOST "PPR=1");
	ck_assert_uint_eq(ask(&r, &request).result, GVI_PAGE_REFUSED);
	request.pasid = 0xffff;
	ck_assert_uint_eq(ask(&r, &request).result, GVI_PAGE_LOGGED);
	rig_close(&r);
}
END_TEST

/* Who answers: AMB-11.1.  RX=1 where the IOMMU does, or would if it were the last. */
START_TEST(test_who_answers)
{
	static const uint32_t codes[] = {0, 0x1155, 0xf155};
	struct gvi_page_request request = whole;
	struct gvi_page_answer a;
	struct rig r;

	for (uint8_t i = 1; i <= 2; i++) {
		begin_habit(&r, GVI_CHOICE_PPR_RESPONDER, i);
		rig_entry(&r, HOST "PPR=1");
		a = refused(&r, &whole, REJECTED | RX, PAGE);
		response(&a, codes[i], false);
		rig_entry(&r, HOST "PPR=1 GPRP=1");
		a = refused(&r, &whole, REJECTED | RX, PAGE);
		response(&a, codes[i], true);
		request.last = false;
		a = refused(&r, &request, (REJECTED | RX) & ~(UINT64_C(1) << 41), PAGE);
		no_response(&r, &a);
		a = refused(&r, &marker, (REJECTED | RX) & ~(UINT64_C(0x26) << 48), PAGE);
		no_response(&r, &a);
		rig_close(&r);
	}
}
END_TEST

START_TEST(test_other_flags)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_PPR_EVENT_FLAGS, 1);
	control(&r, GVI_CONTROL_PPR_EN, 0);
	(void)refused(&r, &whole, UINT64_C(0x9200075523450020), PAGE);
	rig_close(&r);
}
END_TEST

/* ---- Stop markers, and requests that are odd --------------------------------------- */

START_TEST(test_stop_markers)
{
	struct gvi_page_answer a;
	struct rig r;

	begin(&r);
	control(&r, GVI_CONTROL_BLK_STOP_MRK_EN, 1);
	a = ask(&r, &marker);
	ck_assert_uint_eq(a.result, GVI_PAGE_DISCARDED);
	ck_assert_uint_eq(tail(&r), 0);
	ck_assert_uint_eq(r.nsent, 0);
	control(&r, GVI_CONTROL_BLK_STOP_MRK_EN, 0);
	logged(&r, &marker, UINT64_C(0x1140075523450020), 0);
	/* Never answered, not even automatically. */
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_EN, 1);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_AON, 1);
	a = ask(&r, &marker);
	ck_assert_uint_eq(a.result, GVI_PAGE_DISCARDED);
	no_response(&r, &a);
	control(&r, GVI_CONTROL_PPR_LOG_EN, 0);
	a = ask(&r, &marker);
	no_response(&r, &a);
	rig_close(&r);
	/* Rejected: software must not answer it either. */
	begin(&r);
	control(&r, GVI_CONTROL_PPR_EN, 0);
	a = refused(&r, &marker, UINT64_C(0x9241075523450020), PAGE);
	no_response(&r, &a);
	rig_close(&r);
}
END_TEST

START_TEST(test_odd_requests)
{
	struct gvi_page_request request = plain;
	struct rig r;

	request.malformed = true;
	begin_habit(&r, GVI_CHOICE_PPR_MALFORMED, 1);
	(void)refused(&r, &request, UINT64_C(0x9084020300000020), PAGE);
	rig_close(&r);
	begin(&r);
	rig_entry(&r, GUEST "PPR=1 GIoV=1");
	logged(&r, &plain, UINT64_C(0x1004020300000020), 0);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_GIOV, 1);
	rig_entry(&r, GUEST "PPR=1 GIoV=1");
	(void)refused(&r, &plain, UINT64_C(0x9004020300000020), PAGE);
	rig_close(&r);
}
END_TEST

/* ---- A log that takes nothing ------------------------------------------------------ */

/* 256 slots: the last one stays free. */
static void fill(struct rig *r)
{
	for (unsigned i = 0; i < 255; i++)
		REQUIRE(ask(r, &plain).result == GVI_PAGE_LOGGED);
}

static void overflowed(struct rig *r)
{
	ck_assert_uint_eq(tail(r), 0xff0);
	ck_assert_uint_eq(status(r, GVI_STATUS_PPR_OVERFLOW), 1);
	ck_assert_uint_eq(status(r, GVI_STATUS_PPR_LOG_RUN), 0);
}

START_TEST(test_lost)
{
	struct gvi_page_answer a;
	struct rig r;

	for (uint8_t answers = 0; answers <= 1; answers++) {
		begin_habit(&r, GVI_CHOICE_PPR_NO_ROOM, answers);
		fill(&r);
		for (unsigned i = 0; i < 2; i++) {
			a = ask(&r, &whole);
			ck_assert_uint_eq(a.result, GVI_PAGE_LOST);
			ck_assert_uint_eq(a.entry[0], ENTRY);
			overflowed(&r);
			if (answers)
				response(&a, 0xf155, false);
			else
				no_response(&r, &a);
		}
		a = ask(&r, &marker);
		no_response(&r, &a);
		rig_close(&r);
	}
}
END_TEST

static void answered(struct rig *r, uint32_t data, bool prefix)
{
	struct gvi_page_request request = whole;
	struct gvi_page_answer a = ask(r, &whole);

	ck_assert_uint_eq(a.result, GVI_PAGE_ANSWERED);
	ck_assert(!a.entry[0] && !a.event[0]);
	response(&a, data, prefix);
	request.last = false;
	a = ask(r, &request);
	ck_assert_uint_eq(a.result, GVI_PAGE_ANSWERED);
	no_response(r, &a);
}

START_TEST(test_automatic)
{
	struct rig r;

	begin(&r);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_EN, 1);
	rig_write(&r, GVI_REGISTER_PPR_LOG_AUTO_RSP, 9);
	logged(&r, &whole, ENTRY, 0);
	for (unsigned i = 0; i < 254; i++)
		REQUIRE(ask(&r, &plain).result == GVI_PAGE_LOGGED);
	answered(&r, 0x9155, false);
	overflowed(&r);
	rig_entry(&r, GUEST "PPR=1 GPRP=1");
	answered(&r, 0x9155, true);
	rig_close(&r);
	/* Nobody has enabled a log; without EPHEn GN alone decides. */
	begin(&r);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_EN, 1);
	control(&r, GVI_CONTROL_PPR_LOG_EN, 0);
	control(&r, GVI_CONTROL_EPH_EN, 0);
	rig_entry(&r, GUEST);
	answered(&r, 0x0155, true);
	ck_assert_uint_eq(status(&r, GVI_STATUS_PPR_OVERFLOW), 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_always_automatic)
{
	struct rig r;

	begin(&r);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_AON, 1);
	/* It needs PprAutoRspEn. */
	logged(&r, &whole, ENTRY, 0);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_EN, 1);
	answered(&r, 0x0155, false);
	ck_assert_uint_eq(tail(&r), 16);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_AUTO_ALWAYS, 1);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_AON, 1);
	control(&r, GVI_CONTROL_PPR_AUTO_RSP_EN, 1);
	logged(&r, &whole, ENTRY, 0);
	rig_close(&r);
}
END_TEST

/* AMB-11.4: which requests are not answered, by alternative. */
START_TEST(test_mask)
{
	for (uint8_t i = 0; i <= 2; i++) {
		struct rig r;

		begin_habit(&r, GVI_CHOICE_PPR_AUTO_MASK_GN, i);
		control(&r, GVI_CONTROL_PPR_AUTO_RSP_EN, 1);
		control(&r, GVI_CONTROL_PPR_LOG_EN, 0);
		rig_write(&r, GVI_REGISTER_PPR_LOG_AUTO_RSP, 0x10);
		ck_assert_uint_eq(ask(&r, &whole).result,
				  i == 1 ? GVI_PAGE_LOST : GVI_PAGE_ANSWERED);
		ck_assert_uint_eq(ask(&r, &plain).result,
				  i == 2 ? GVI_PAGE_LOST : GVI_PAGE_ANSWERED);
		rig_close(&r);
	}
}
END_TEST

/* ---- Order and arguments ----------------------------------------------------------- */

/* AMB-11.2: where both say no, the first one that is asked does. */
START_TEST(test_check_order)
{
	struct rig r;

	begin(&r);
	control(&r, GVI_CONTROL_PPR_EN, 0);
	rig_entry(&r, HOST "PPR=1 GV=1 GLX=3");
	(void)refused(&r, &whole, REJECTED, PAGE);
	rig_close(&r);
	begin_habit(&r, GVI_CHOICE_PPR_CHECK_ORDER, 1);
	control(&r, GVI_CONTROL_PPR_EN, 0);
	rig_entry(&r, GUEST "PPR=1");
	(void)refused(&r, &whole, REJECTED, PAGE);
	r.on_read = GVI_BUS_MASTER_ABORT;
	(void)refused(&r, &whole, UINT64_C(0x3200000000000020), TABLE + 32 * DEVICE);
	rig_close(&r);
}
END_TEST

static void bad(struct rig *r, struct gvi_page_request request, enum gvi_status expected)
{
	struct gvi_page_answer answer, was;

	memset(&answer, 0x5a, sizeof answer);
	memset(&was, 0x5a, sizeof was);
	ck_assert_int_eq(gvi_page_request(r->m, &request, &answer), expected);
	ck_assert(memcmp(&answer, &was, sizeof was) == 0);
	ck_assert_uint_eq(tail(r), 0);
}

#define WITH(base, member, value) with_##member(base, value)
#define SETTER(member, type)                                                                       \
	static struct gvi_page_request with_##member(struct gvi_page_request r, type value)        \
	{                                                                                          \
		r.member = value;                                                                  \
		return r;                                                                          \
	}
SETTER(address, uint64_t)
SETTER(group, uint16_t)
SETTER(pasid, uint32_t)
SETTER(execute, bool)
SETTER(privileged, bool)

START_TEST(test_arguments)
{
	struct gvi_page_answer answer;
	struct rig r;

	begin(&r);
	bad(&r, WITH(plain, address, PAGE + 1), GVI_ARG_PAGE_REQUEST);
	bad(&r, WITH(plain, address, PAGE + 0x800), GVI_ARG_PAGE_REQUEST);
	bad(&r, WITH(plain, group, 512), GVI_ARG_PAGE_REQUEST);
	bad(&r, WITH(plain, pasid, 1), GVI_ARG_PASID);
	bad(&r, WITH(whole, pasid, 0x100000), GVI_ARG_PASID);
	bad(&r, WITH(plain, execute, true), GVI_ARG_PASID);
	bad(&r, WITH(plain, privileged, true), GVI_ARG_PASID);
	ck_assert_int_eq(gvi_page_request(NULL, &plain, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_page_request(r.m, NULL, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_page_request(r.m, &plain, NULL), GVI_ARG_NULL);
	rig_close(&r);
}
END_TEST

RIG_RUN("page_request", test_entries, test_rejections, test_without_enhanced_handling,
	test_illegal_and_off, test_no_entry, test_dropped, test_pasid_limits, test_who_answers,
	test_other_flags, test_stop_markers, test_odd_requests, test_lost, test_automatic,
	test_always_automatic, test_mask, test_check_order, test_arguments)
