/* Interrupt messages: forms, types, and what the freedom of docs/spec makes of
 * their events. */
#include "conformance/unit/rig.h"

#include <stdio.h>

#define ENTRIES UINT64_C(0x06000000)
#define LEGAL   "V=1 IV=1 IntTabLen=9 IntTabRoot=0x6000000 IntCtl=2 DomainID=0x77 "
#define MSI     UINT64_C(0xfee00000)
#define HT      UINT64_C(0xfdf8000000)
#define ONES    UINT64_C(0xffffff0000000000)

/* IO_PAGE_FAULT of an interrupt of DEVICE in domain 77h. */
#define FAULT  UINT64_C(0x2008007700000020)
#define PR     (UINT64_C(1) << 52)
#define RW     (UINT64_C(1) << 53)
#define RZ     (UINT64_C(1) << 55)
#define DOMAIN (UINT64_C(0x77) << 32)

static void begin_with(struct rig *r, struct gvi_config *config, const char *dte)
{
	rig_open(r, config);
	rig_start(r);
	rig_entry(r, dte);
}

static void begin(struct rig *r, const char *dte)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	begin_with(r, &config, dte);
}

static struct gvi_answer interrupt(struct rig *r, uint64_t address, uint32_t data)
{
	const struct gvi_interrupt request = {.address = address, .data = data, .device = DEVICE};
	struct gvi_answer answer;

	memset(&answer, 0xa5, sizeof answer);
	REQUIRE(gvi_interrupt(r->m, &request, &answer) == GVI_OK);
	return answer;
}

static void refused(struct rig *r, uint64_t address, uint32_t data, uint64_t low, uint64_t high)
{
	struct gvi_answer answer = interrupt(r, address, data);

	ck_assert_uint_eq(answer.result, GVI_ABORT);
	ck_assert_uint_eq(answer.completion, GVI_DROPPED);
	ck_assert_uint_eq(answer.event[0], low);
	ck_assert_uint_eq(answer.event[1], high);
	ck_assert_uint_eq(answer.logging, low ? GVI_LOGGED : GVI_NO_EVENT);
	ck_assert_uint_eq(answer.message.address, 0);
}

static void sent(struct rig *r, uint64_t address, uint32_t data, bool remapped, uint64_t out,
		 uint32_t out_data)
{
	size_t count, before = r->nsent;
	struct gvi_answer answer = interrupt(r, address, data);
	const struct gvi_effect *effect = gvi_effects(r->m, &count);

	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.translated, remapped);
	ck_assert_uint_eq(answer.message.kind,
			  remapped ? GVI_MESSAGE_REMAPPED : GVI_MESSAGE_PASSED);
	ck_assert_uint_eq(answer.message.address, out);
	ck_assert_uint_eq(answer.address, out);
	ck_assert_uint_eq(answer.message.data, out_data);
	ck_assert_uint_eq(count, 1);
	ck_assert_uint_eq(effect->kind, GVI_EFFECT_SEND);
	ck_assert_mem_eq(&effect->message, &answer.message, sizeof answer.message);
	ck_assert_uint_eq(r->nsent, before + 1);
	ck_assert_mem_eq(&r->sent[before], &answer.message, sizeof answer.message);
	r->nsent = 0;
}

START_TEST(test_mistakes_change_nothing)
{
	static const struct {
		struct gvi_interrupt request;
		enum gvi_status status;
	} wrong[] = {
		{{.address = 0xfedffffc}, GVI_ARG_INTERRUPT},
		{{.address = 0xfef00000}, GVI_ARG_INTERRUPT},
		{{.address = 0x1fee00000}, GVI_ARG_INTERRUPT},
		{{.address = 0xfdf7fffffc}, GVI_ARG_INTERRUPT},
		{{.address = 0xfdf9000000}, GVI_ARG_INTERRUPT},
		{{.address = 0xfee00002}, GVI_ARG_INTERRUPT},
		{{.address = MSI, .pasid = 1}, GVI_ARG_PASID},
		{{.address = MSI, .pasid = 1 << 20, .has_pasid = true}, GVI_ARG_PASID},
	};
	struct gvi_answer answer, was;
	struct rig r;

	begin(&r, LEGAL);
	memset(&answer, 0xa5, sizeof answer);
	was = answer;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		ck_assert_int_eq(gvi_interrupt(r.m, &wrong[i].request, &answer), wrong[i].status);
	ck_assert_int_eq(gvi_interrupt(NULL, &wrong[0].request, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_interrupt(r.m, NULL, &answer), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_interrupt(r.m, &wrong[0].request, NULL), GVI_ARG_NULL);
	ck_assert_mem_eq(&answer, &was, sizeof was);
	rig_close(&r);
}
END_TEST

/* What the entry does not say stays: RH, reserved address bits, level, trigger. */
START_TEST(test_the_rest_of_a_message_stays)
{
	struct rig r;

	begin(&r, LEGAL);
	ck_assert(memory_store(r.memory, ENTRIES, UINT64_C(0x0031a545) << 32));
	sent(&r, MSI | 0x55ff8, 0xabcdc001, true, MSI | 0xa5ffc, 0xabcdc131);
	sent(&r, ONES | HT | 0x015500, 7, true, ONES | HT | 0x31a544, 7);
	rig_close(&r);
}
END_TEST

START_TEST(test_hypertransport_in_and_out)
{
	struct gvi_answer answer;
	struct rig r;

	begin(&r, LEGAL "Lint0Pass=1");
	/* Index 101h: type 001, vector 01h. */
	rig_store(&r, GVI_FORMAT_IRTE_32, ENTRIES + 4 * 0x101,
		  "RemapEn=1 IntType=1 RqEoi=1 DM=1 Destination=0xc3 Vector=0x42");
	sent(&r, HT | 0x015504, 9, true, HT | 0x42c364, 9);
	answer = interrupt(&r, HT | 0x015504, 9);
	ck_assert(answer.message.rq_eoi);
	ck_assert_uint_eq(answer.message.destination, 0xc3);
	sent(&r, HT | 0x00ff98, 0, false, HT | 0x00ff98, 0);
	rig_close(&r);
}
END_TEST

/* A destination of 32 bits is told whole, an address has room for eight. */
START_TEST(test_wide_destinations)
{
	struct gvi_answer answer;
	struct rig r;

	begin(&r, LEGAL);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_EN, 1);
	rig_store(&r, GVI_FORMAT_IRTE_128_X2APIC, ENTRIES + 16 * 3,
		  "RemapEn=1 Destination=0x12345678 Vector=0x99");
	refused(&r, MSI, 3, FAULT | PR | RZ, ONES | HT | 0x030000);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_XT_EN, 1);
	sent(&r, MSI, 3, true, MSI | 0x78000, 0x99);
	answer = interrupt(&r, MSI, 3);
	ck_assert_uint_eq(answer.message.destination, 0x12345678);
	rig_close(&r);
}
END_TEST

/* Every index of every length of table, and the first behind it. */
START_TEST(test_every_index)
{
	struct rig r;
	char fields[120];

	begin(&r, LEGAL);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_NUM_INT_REMAP_MODE, 1);
	for (unsigned i = 0; i < 2048; i += 2)
		ck_assert(memory_store(
			r.memory, ENTRIES + 4 * i,
			(UINT64_C(1) | (i & 0xff) << 16 | (i >> 8) << 8) |
				(UINT64_C(1) | ((i + 1) & 0xff) << 16 | (i >> 8) << 8) << 32));
	for (unsigned log2 = 0; log2 < 12; log2++) {
		snprintf(fields, sizeof fields,
			 "V=1 IV=1 IntTabLen=%u IntTabRoot=0x6000000 IntCtl=2 DomainID=0x77", log2);
		rig_entry(&r, fields);
		for (unsigned i = 0; i < 1u << log2; i++) {
			struct gvi_answer a = interrupt(&r, MSI | 4, i);

			REQUIRE(a.message.data == (i & 0xff));
			REQUIRE(a.message.address == (MSI | (i >> 8) << 12));
			r.nsent = 0;
		}
		if (log2 < 11)
			ck_assert_uint_eq(interrupt(&r, MSI | 4, 1u << log2).event[0], FAULT);
	}
	rig_close(&r);
}
END_TEST

/* docs/spec/05 section 3: the type of a message, its bit in the entry, and how
 * the event shows it. */
START_TEST(test_types)
{
	static const struct {
		uint64_t address;
		uint32_t data;
		const char *bit;
		uint64_t shown;
	} types[] = {
		{MSI, 0x400, "NMIPass=1", HT | 0x0c},
		{MSI, 0x500, "INITPass=1", HT | 0x10},
		{MSI, 0x700, "EIntPass=1", HT | 0x18},
		{MSI, 0x300, NULL, HT | 0x1c},
		{MSI, 0x600, NULL, HT | 0x14},
		{MSI | 4, 0x400, NULL, HT | 0x4c},
		{MSI | 4, 0x200, NULL, HT | 0x48},
		{MSI | 0x55000, 0x84a1, "NMIPass=1", HT | 0xa1552c},
		{HT | 0x0c, 0, "NMIPass=1", HT | 0x0c},
		{HT | 0x10, 0, "INITPass=1", HT | 0x10},
		{HT | 0x14, 0, NULL, HT | 0x14},
		{HT | 0x18, 0, "EIntPass=1", HT | 0x18},
		{HT | 0xff98, 0, "Lint0Pass=1", HT | 0xff98},
		{HT | 0xff8c, 0, "Lint1Pass=1", HT | 0xff8c},
		{HT | 0x80, 0, NULL, HT | 0x80},
	};
	struct rig r;
	char fields[160];

	begin(&r, LEGAL);
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		uint64_t address = types[i].address;
		uint32_t data = types[i].data;

		rig_entry(&r, LEGAL);
		refused(&r, address, data, FAULT, ONES | types[i].shown);
		snprintf(fields, sizeof fields, LEGAL "%s",
			 types[i].bit ? types[i].bit
				      : "NMIPass=1 INITPass=1 EIntPass=1 Lint0Pass=1 Lint1Pass=1");
		rig_entry(&r, fields);
		if (types[i].bit)
			sent(&r, address, data, false, address, data);
		else
			refused(&r, address, data, FAULT, ONES | types[i].shown);
		rig_entry(&r, "IV=0");
		sent(&r, address, data, false, address, data);
	}
	rig_close(&r);
}
END_TEST

/* One liberty at a time: what the interrupt meets, and the event of each reading. */
START_TEST(test_liberties)
{
	static const struct {
		enum gvi_choice choice;
		uint8_t alternative;
		const char *dte, *irte;
		uint64_t address;
		uint32_t data;
		uint64_t low, high;
	} cases[] = {
#define OFF "IntType=0"
		{GVI_CHOICE_INTERRUPT_RW, 1, LEGAL, OFF, MSI, 0, FAULT | RW, ONES | HT},
		{GVI_CHOICE_INTERRUPT_ADDRESS, 1, LEGAL, OFF, MSI, 0, FAULT, HT},
		{GVI_CHOICE_INTERRUPT_ADDRESS, 2, LEGAL, OFF, MSI | 8, 0, FAULT, MSI | 8},
		{GVI_CHOICE_INTERRUPT_ADDRESS_TYPE, 1, LEGAL, OFF, MSI, 0x400, FAULT,
		 ONES | HT | 0x10},
		{GVI_CHOICE_INTERRUPT_ADDRESS_TYPE, 1, LEGAL, OFF, HT | 0x0c, 0, FAULT,
		 ONES | HT | 0x0c},
		{GVI_CHOICE_PASS_BIT_EVENT, 1, LEGAL, OFF, MSI, 0x400, 0, 0},
		{GVI_CHOICE_MESSAGE_TYPE_EVENT, 1, LEGAL, OFF, MSI, 0x300, 0, 0},
		{GVI_CHOICE_SMI_UNFILTERED, 1, LEGAL, OFF, MSI, 0x200, FAULT, ONES | HT | 0x08},
		{GVI_CHOICE_INT_TYPE_RZ, 0, LEGAL, "RemapEn=1 IntType=2", MSI, 0, FAULT | PR | RZ,
		 ONES | HT},
		{GVI_CHOICE_INT_TYPE_RZ, 1, LEGAL, "RemapEn=1 IntType=7", MSI, 0, FAULT | PR,
		 ONES | HT},
		{GVI_CHOICE_INTERRUPT_DOMAIN, 0, "IV=1 IntCtl=2 DomainID=0x77", OFF, MSI, 1, FAULT,
		 ONES | HT | 0x010000},
		{GVI_CHOICE_INTERRUPT_DOMAIN, 1, "IV=1 IntCtl=2 DomainID=0x77", OFF, MSI, 1,
		 FAULT & ~DOMAIN, ONES | HT | 0x010000},
		{GVI_CHOICE_IV_WITHOUT_V, 1, "IV=1 IntCtl=2 TV=1 Mode=7", OFF, MSI, 1,
		 UINT64_C(0x1008000000000020), ONES | HT | 0x010000},
		{GVI_CHOICE_INT_TAB_LEN_LONG, 1, LEGAL "IntTabLen=10", OFF, MSI, 1,
		 UINT64_C(0x1008000000000020), ONES | HT | 0x010000},
		{GVI_CHOICE_INT_ROOT_BIT_6, 2, LEGAL "IntTabRoot=0x6000040", OFF, MSI, 1,
		 UINT64_C(0x1088000000000020), ONES | HT | 0x010000},
		{GVI_CHOICE_INT_ROOT_BIT_6, 1, LEGAL "IntTabRoot=0x6000040", "RemapEn=1 IntType=2",
		 MSI, 0, FAULT | PR | RZ, ONES | HT},
	};
	struct rig r;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

		config.habit[cases[i].choice] = cases[i].alternative;
		begin_with(&r, &config, cases[i].dte);
		rig_store(&r, GVI_FORMAT_IRTE_32, ENTRIES, cases[i].irte);
		refused(&r, cases[i].address, cases[i].data, cases[i].low, cases[i].high);
		rig_close(&r);
	}
}
END_TEST

/* Readings by which the interrupt gets through. */
START_TEST(test_liberties_that_send)
{
	static const struct {
		enum gvi_choice choice;
		uint8_t alternative;
		const char *dte;
		uint64_t control;
		uint64_t address;
		uint32_t data;
		bool remapped;
		uint32_t out;
	} cases[] = {
		{GVI_CHOICE_IV_GATE, 0, "IV=1 IntTabRoot=0x6000000 IntCtl=2", 0, MSI, 0, true,
		 0x31},
		{GVI_CHOICE_IV_GATE, 1, "IV=1 IntTabRoot=0x6000000 IntCtl=2", 0, MSI, 0, false, 0},
		{GVI_CHOICE_SMI_UNFILTERED, 0, LEGAL, 0, MSI, 0x200, false, 0x200},
		{GVI_CHOICE_IRTE_RESERVED, 1, LEGAL, 0, MSI, 1, true, 0x32},
		{GVI_CHOICE_NUM_INT_MODE, 1, LEGAL "IntTabLen=11", UINT64_C(1) << 43, MSI, 0x400,
		 true, 0x33},
		{GVI_CHOICE_XT_WITHOUT_GA, 1, LEGAL, UINT64_C(1) << 50, MSI, 2, true, 0x34},
		{GVI_CHOICE_XT_WITHOUT_GA, 1, LEGAL, 0, MSI, 0, true, 0x31},
		{GVI_CHOICE_XT_WITHOUT_GA, 0, LEGAL, UINT64_C(1) << 50, MSI, 0, true, 0x31},
		{GVI_CHOICE_INT_ROOT_BIT_6, 1, LEGAL "IntTabRoot=0x6000040", 0, MSI, 0, true, 0x31},
	};
	struct rig r;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

		config.habit[cases[i].choice] = cases[i].alternative;
		begin_with(&r, &config, cases[i].dte);
		/* Entries 0, 1 with a reserved bit, 400h; of 128 bits: 2. */
		ck_assert(memory_store(r.memory, ENTRIES, UINT64_C(0x8032000100310001)));
		ck_assert(memory_store(r.memory, ENTRIES + 0x1000, 0x330001));
		ck_assert(memory_store(r.memory, ENTRIES + 0x20, 1));
		ck_assert(memory_store(r.memory, ENTRIES + 0x28, 0x34));
		rig_write(&r, GVI_REGISTER_CONTROL, cases[i].control | 0x141d);
		sent(&r, cases[i].address, cases[i].data, cases[i].remapped, cases[i].address,
		     cases[i].out);
		rig_close(&r);
	}
}
END_TEST

/* [remap.suppress-group] [remap.suppress-entry] */
START_TEST(test_silence)
{
	struct rig r;

	begin(&r, LEGAL "SA=1 SE=1");
	rig_store(&r, GVI_FORMAT_IRTE_32, ENTRIES, "SupIOPF=1");
	ck_assert_uint_eq(interrupt(&r, MSI, 0).logging, GVI_SUPPRESSED);
	ck_assert_uint_eq(interrupt(&r, MSI, 0x1ff).logging, GVI_LOGGED);
	ck_assert_uint_eq(interrupt(&r, MSI, 0x1ff).logging, GVI_LOGGED);
	rig_entry(&r, LEGAL "IG=1");
	ck_assert_uint_eq(interrupt(&r, MSI, 0x1ff).logging, GVI_SUPPRESSED);
	ck_assert_uint_eq(interrupt(&r, MSI, 0x400).logging, GVI_SUPPRESSED);
	/* Only faults are silenced. */
	rig_entry(&r, "V=1 IV=1 IG=1 IntCtl=0");
	ck_assert_uint_eq(interrupt(&r, MSI, 0).logging, GVI_LOGGED);
	ck_assert_uint_eq(interrupt(&r, MSI, 0).event[0], UINT64_C(0x8a00000000000020));
	rig_close(&r);
}
END_TEST

START_TEST(test_a_pasid_is_refused)
{
	const struct gvi_interrupt request = {
		.address = MSI, .device = DEVICE, .pasid = 0x54321, .has_pasid = true};
	struct gvi_answer answer;
	struct rig r;

	begin(&r, LEGAL);
	ck_assert_int_eq(gvi_interrupt(r.m, &request, &answer), GVI_OK);
	ck_assert_uint_eq(answer.result, GVI_ABORT);
	/* GN, NX and US as of a request that asks for neither execution nor privilege */
	ck_assert_uint_eq(answer.event[0], UINT64_C(0x200f432100050020));
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 0);
	ck_assert_int_eq(gvi_interrupt(r.m, &request, &answer), GVI_OK);
	ck_assert_uint_eq(answer.message.kind, GVI_MESSAGE_PASSED);
	rig_close(&r);
}
END_TEST

static void filter(struct rig *r, unsigned n, uint64_t value)
{
	ck_assert_int_eq(gvi_mmio_write(r->m, 0x60 + 8 * n, 8, value), GVI_OK);
}

/* [remap.smi-filter] The registers are looked at before IV is. */
START_TEST(test_smi_filter)
{
	struct rig r;

	begin(&r, "IV=0");
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SMI_F_EN, 1);
	refused(&r, MSI, 0x200, 0, 0);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SMI_F_LOG_EN, 1);
	filter(&r, 0, 1 << 16 | 0x21);
	filter(&r, 1, 0x20);
	refused(&r, MSI, 0x200, FAULT & ~DOMAIN, ONES | HT | 0x08);
	sent(&r, MSI, 0x400, false, MSI, 0x400);
	filter(&r, 1, 1 << 16 | 0x20);
	sent(&r, MSI, 0x200, false, MSI, 0x200);
	rig_entry(&r, LEGAL);
	sent(&r, MSI, 0x200, false, MSI, 0x200);
	rig_close(&r);
}
END_TEST

START_TEST(test_smi_filter_readings)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	begin(&r, LEGAL "IG=1");
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SMI_F_EN, 1);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SMI_F_LOG_EN, 1);
	ck_assert_uint_eq(interrupt(&r, MSI, 0x200).logging, GVI_SUPPRESSED);
	rig_close(&r);
	config.habit[GVI_CHOICE_SMI_FILTER_EVENT] = 1;
	config.habit[GVI_CHOICE_SMI_FILTER_GATE] = 1;
	begin_with(&r, &config, LEGAL "IG=1");
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SMI_F_EN, 1);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SMI_F_LOG_EN, 1);
	ck_assert_uint_eq(interrupt(&r, MSI, 0x200).logging, GVI_LOGGED);
	rig_entry(&r, "IV=0");
	sent(&r, MSI, 0x200, false, MSI, 0x200);
	rig_close(&r);
}
END_TEST

/* Memory that has a hole where the interrupt table is, and says what was read. */
struct hole {
	struct rig *rig;
	uint64_t spa;
	size_t len;
};

static enum gvi_bus read_around(void *user, uint64_t spa, void *to, size_t len)
{
	struct hole *hole = user;

	if (spa >> 12 == ENTRIES >> 12) {
		hole->spa = spa;
		hole->len = len;
		return GVI_BUS_MASTER_ABORT;
	}
	memory_read(hole->rig->memory, spa, to, len);
	return GVI_BUS_OK;
}

START_TEST(test_an_entry_that_cannot_be_read)
{
	static const struct {
		uint8_t alternative;
		bool wide;
		uint64_t low, high;
	} cases[] = {
		{0, false, UINT64_C(0x4208007700000020), ENTRIES + 0x10},
		{0, true, UINT64_C(0x4208007700000020), ENTRIES + 0x50},
		{1, false, UINT64_C(0x3208000000000020), ENTRIES + 0x10},
		{2, false, 0, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;
		struct hole hole = {.rig = &r};
		struct gvi_host host = {.user = &hole, .read = read_around};

		config.habit[GVI_CHOICE_IRTE_FETCH_ERROR] = cases[i].alternative;
		begin_with(&r, &config, LEGAL);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_EN, cases[i].wide);
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		refused(&r, MSI, 5, cases[i].low, cases[i].high);
		ck_assert_uint_eq(hole.spa, ENTRIES + 5 * (cases[i].wide ? 16u : 4u));
		ck_assert_uint_eq(hole.len, cases[i].wide ? 16u : 4u);
		rig_close(&r);
	}
}
END_TEST

/* Callbacks, a window, a listener: the same answer to the byte. */
START_TEST(test_windows_and_listeners)
{
	static unsigned char shown[0x800];
	const struct gvi_window window = {ENTRIES, sizeof shown, shown};
	struct rig r;
	struct gvi_host host;

	begin(&r, LEGAL);
	rig_store(&r, GVI_FORMAT_IRTE_32, ENTRIES + 4 * 0x1ff, "RemapEn=1 Vector=0x77");
	memory_read(r.memory, ENTRIES, shown, sizeof shown);
	for (unsigned way = 0; way < 4; way++) {
		struct gvi_answer answer;

		host = rig_host(&r);
		host.note = way & 1 ? NULL : host.note;
		host.windows = way & 2 ? &window : NULL;
		host.nwindows = way >> 1;
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		answer = interrupt(&r, MSI, 0x1ff);
		ck_assert_uint_eq(answer.message.data, 0x77);
		ck_assert_uint_eq(answer.nclauses, 4);
		ck_assert_uint_eq(answer.clause[0], GVI_CLAUSE_DEVICE_FETCH);
		ck_assert_uint_eq(answer.clause[1], GVI_CLAUSE_REMAP_INDEX);
		ck_assert_uint_eq(answer.clause[2], GVI_CLAUSE_REMAP_FETCH);
		ck_assert_uint_eq(answer.clause[3], GVI_CLAUSE_REMAP_EMIT);
	}
	rig_close(&r);
}
END_TEST

RIG_RUN("remap", test_mistakes_change_nothing, test_the_rest_of_a_message_stays,
	test_hypertransport_in_and_out, test_wide_destinations, test_every_index, test_types,
	test_liberties, test_liberties_that_send, test_silence, test_a_pasid_is_refused,
	test_smi_filter, test_smi_filter_readings, test_an_entry_that_cannot_be_read,
	test_windows_and_listeners)
