/* What a call did: the list of effects and its order, interrupts by status and
 * enable, and the invalidations that wait for their COMPLETION_WAIT. */
#include <stdio.h>

#include "conformance/unit/rig.h"

static void open_started(struct rig *r, enum gvi_preset preset)
{
	struct gvi_config config = rig_config(preset);

	rig_open(r, &config);
	rig_start(r);
}

static const struct gvi_effect *effects(const struct rig *r, size_t expected)
{
	size_t count;
	const struct gvi_effect *list = gvi_effects(r->m, &count);

	ck_assert_uint_eq(count, expected);
	return list;
}

/* ---- An event ------------------------------------------------------------- */

/* The record, then the status bit, then the message. */
START_TEST(test_an_event_is_written_raised_sent)
{
	const struct gvi_effect *e;
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	rig_entry(&r, "V=1 TV=1 DomainID=0x42");
	answer = rig_access(&r, GVI_WRITE, DATA + 8);
	ck_assert_int_eq(answer.result, GVI_ABORT);
	ck_assert_int_eq(answer.completion, GVI_DROPPED);
	ck_assert_int_eq(answer.logging, GVI_LOGGED);
	/* IO_PAGE_FAULT with PR, RW, PE. */
	ck_assert_uint_eq(answer.event[0], UINT64_C(0x2070004200000020));
	ck_assert_uint_eq(answer.event[1], DATA + 8);
	e = effects(&r, 3);
	ck_assert_int_eq(e[0].kind, GVI_EFFECT_WRITE);
	ck_assert_uint_eq(e[0].spa, EVENTS);
	ck_assert_uint_eq(e[0].length, 16);
	ck_assert_int_eq(e[0].bus, GVI_BUS_OK);
	ck_assert_mem_eq(e[0].data, answer.event, 16);
	ck_assert_int_eq(e[1].kind, GVI_EFFECT_RAISE);
	ck_assert_uint_eq(e[1].data[0], GVI_SOURCE_EVENT_LOG_INT);
	ck_assert_int_eq(e[2].kind, GVI_EFFECT_SEND);
	ck_assert_uint_eq(e[2].message.address, 0xfee00000);
	ck_assert_uint_eq(e[2].message.data, 0x4100);
	ck_assert_uint_eq(e[2].message.source, GVI_SOURCE_EVENT_LOG_INT);
	ck_assert_uint_eq(memory_load(r.memory, EVENTS), answer.event[0]);
	ck_assert_uint_eq(memory_load(r.memory, EVENTS + 8), answer.event[1]);
	ck_assert_uint_eq(r.nsent, 1);
	ck_assert_mem_eq(&r.sent[0], &e[2].message, sizeof r.sent[0]);
	/* While the bit is 1 nothing more rises. */
	(void)rig_access(&r, GVI_READ, DATA);
	(void)effects(&r, 1);
	/* A call without effects has an empty list. */
	(void)rig_read(&r, GVI_REGISTER_STATUS);
	(void)effects(&r, 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_an_event_that_cannot_be_written_is_lost)
{
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	rig_entry(&r, "V=1 TV=1");
	r.on_write = GVI_BUS_POISON;
	answer = rig_access(&r, GVI_READ, DATA);
	ck_assert_int_eq(answer.logging, GVI_LOST);
	ck_assert_int_eq(answer.completion, GVI_COMPLETER_ABORT);
	ck_assert_int_eq(effects(&r, 1)->bus, GVI_BUS_POISON);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_EVENT_LOG_TAIL), 0);
	ck_assert_uint_eq(rig_field(&r, GVI_REGISTER_STATUS, GVI_STATUS_EVENT_LOG_INT), 0);
	rig_close(&r);
}
END_TEST

/* ---- Interrupts ----------------------------------------------------------- */

/* Status is set whether an interrupt is enabled or not; what rises later, at
 * the enable, interrupts then. */
START_TEST(test_status_and_enable_apart)
{
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_EVENT_INT_EN, 0);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_COM_WAIT_INT_EN, 0);
	rig_entry(&r, "V=1 TV=1");
	(void)rig_access(&r, GVI_READ, DATA);
	(void)effects(&r, 1);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	(void)effects(&r, 0);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_STATUS), 0x1e);
	rig_write(&r, GVI_REGISTER_CONTROL, 0x141d);
	/* EventLogInt before ComWaitInt, each raised and sent. */
	ck_assert_uint_eq(effects(&r, 4)[0].data[0], GVI_SOURCE_EVENT_LOG_INT);
	ck_assert_uint_eq(effects(&r, 4)[2].data[0], GVI_SOURCE_COM_WAIT_INT);
	ck_assert_uint_eq(r.nsent, 2);
	/* Cleared and set again it rises again. */
	rig_write(&r, GVI_REGISTER_STATUS, 4);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	ck_assert_uint_eq(r.nsent, 3);
	rig_close(&r);
}
END_TEST

START_TEST(test_an_enable_that_meets_its_status_may_be_silent)
{
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	struct rig r;

	config.habit[GVI_CHOICE_ENABLE_WHILE_STATUS] = 1;
	rig_open(&r, &config);
	rig_start(&r);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_COM_WAIT_INT_EN, 0);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_COM_WAIT_INT_EN, 1);
	(void)effects(&r, 0);
	rig_close(&r);
}
END_TEST

/* A message needs MSI and the bus; the status bit rises without. */
START_TEST(test_what_a_message_needs)
{
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	rig_pci_write(&r, 0x64, 0);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	ck_assert_int_eq(effects(&r, 1)->kind, GVI_EFFECT_RAISE);
	rig_write(&r, GVI_REGISTER_STATUS, 4);
	rig_pci_write(&r, 0x64, 1u << 16);
	rig_pci_write(&r, 0x04, 0);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	ck_assert_int_eq(effects(&r, 1)->kind, GVI_EFFECT_RAISE);
	ck_assert_uint_eq(r.nsent, 0);
	rig_close(&r);
}
END_TEST

/* [register.interrupt-x2apic] Destination 0x12345678, logical, arbitrated, vector
 * 0x31: whether MSI is enabled or not. */
START_TEST(test_x2apic_interrupts_are_no_msi)
{
	const struct gvi_message *message;
	struct rig r;

	open_started(&r, GVI_PRESET_EVERYTHING);
	rig_write(&r, GVI_REGISTER_XT_INT_CTRL, UINT64_C(0x1200013134567804));
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_INT_CAP_XT_EN, 1);
	rig_pci_write(&r, 0x64, 0);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	ck_assert_int_eq(effects(&r, 2)[0].kind, GVI_EFFECT_RAISE);
	message = &effects(&r, 2)[1].message;
	ck_assert_int_eq(message->kind, GVI_MESSAGE_INTERRUPT);
	ck_assert_int_eq(message->source, GVI_SOURCE_COM_WAIT_INT);
	ck_assert(message->x2apic);
	ck_assert_uint_eq(message->destination, 0x12345678);
	ck_assert_uint_eq(message->address, 0xfee78004);
	ck_assert_uint_eq(message->data, 0x131);
	rig_pci_write(&r, 0x64, 1u << 16);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_INT_CAP_XT_EN, 0);
	rig_write(&r, GVI_REGISTER_STATUS, 4);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	ck_assert_uint_eq(r.nsent, 2);
	ck_assert(!r.sent[1].x2apic);
	ck_assert_uint_eq(r.sent[1].data, 0x4100);
	rig_close(&r);
}
END_TEST

/* Without the bus none leaves, or all the same; ForcePhyDestSup may force DM. */
START_TEST(test_what_an_x2apic_interrupt_needs)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		config.habit[GVI_CHOICE_X2APIC_BUS_MASTER] = habit;
		config.habit[GVI_CHOICE_X2APIC_DESTINATION] = habit;
		rig_open(&r, &config);
		rig_start(&r);
		rig_write(&r, GVI_REGISTER_XT_INT_CTRL, UINT64_C(0x3100000504));
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_INT_CAP_XT_EN, 1);
		rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
		ck_assert_uint_eq(r.nsent, 1);
		ck_assert_uint_eq(r.sent[0].address, habit ? 0xfee05000 : 0xfee05004);
		rig_pci_write(&r, 0x04, 0);
		rig_write(&r, GVI_REGISTER_STATUS, 4);
		rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
		ck_assert_int_eq(effects(&r, habit ? 2 : 1)[0].kind, GVI_EFFECT_RAISE);
		ck_assert_uint_eq(r.nsent, 1u + habit);
		rig_close(&r);
	}
}
END_TEST

/* Registers that keep only what the log did not take: a log that is there, but
 * whose memory refuses, did not. */
START_TEST(test_a_record_that_cannot_be_written_was_not_taken)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	config.habit[GVI_CHOICE_HW_EVENT_WHEN] = 1;
	rig_open(&r, &config);
	rig_start(&r);
	r.on_read = GVI_BUS_TARGET_ABORT;
	(void)rig_access(&r, GVI_READ, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 0);
	r.on_write = GVI_BUS_TARGET_ABORT;
	(void)rig_access(&r, GVI_READ, DATA);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_STATUS), 1);
	/* DEV_TAB_HARDWARE_ERROR, Type 2. */
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_HW_EVENT_UPPER), UINT64_C(0x3400000000000020));
	rig_close(&r);
}
END_TEST

/* MsiNum 3 of 1, 2 and 4 enabled messages. */
START_TEST(test_message_numbers)
{
	static const uint32_t reduced[] = {0x41f0, 0x41f1, 0x41f3};
	static const uint32_t zero[] = {0x41f0, 0x41f0, 0x41f3};

	for (uint8_t habit = 0; habit < 2; habit++)
		for (uint32_t log2 = 0; log2 < 3; log2++) {
			struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
			struct rig r;

			config.misc0 |= 3;
			config.habit[GVI_CHOICE_MSI_NUMBER] = habit;
			rig_open(&r, &config);
			rig_start(&r);
			rig_pci_write(&r, 0x6c, 0x12);
			rig_pci_write(&r, 0x70, 0x41f0 | ((1u << log2) - 1));
			rig_pci_write(&r, 0x64, 1u << 16 | log2 << 20);
			rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
			ck_assert_uint_eq(r.nsent, 1);
			ck_assert_uint_eq(r.sent[0].data, (habit ? zero : reduced)[log2]);
			ck_assert_uint_eq(r.sent[0].address, UINT64_C(0x12fee00000));
			rig_close(&r);
		}
}
END_TEST

START_TEST(test_a_message_may_need_no_bus)
{
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	struct rig r;

	config.habit[GVI_CHOICE_MSI_BUS_MASTER] = 1;
	rig_open(&r, &config);
	rig_start(&r);
	rig_pci_write(&r, 0x04, 0);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "i=1");
	ck_assert_uint_eq(r.nsent, 1);
	rig_close(&r);
}
END_TEST

/* ---- COMPLETION_WAIT ------------------------------------------------------ */

START_TEST(test_a_wait_stores_before_it_interrupts)
{
	const struct gvi_effect *e;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT,
		    "s=1 i=1 f=1 StoreAddress=0x600008 StoreData=0x0123456789abcdef");
	e = effects(&r, 3);
	ck_assert_int_eq(e[0].kind, GVI_EFFECT_WRITE);
	ck_assert_uint_eq(e[0].spa, STORE + 8);
	ck_assert_uint_eq(e[0].length, 8);
	ck_assert_uint_eq(e[0].data[0], 0x0123456789abcdef);
	ck_assert_uint_eq(e[0].data[1], 0);
	ck_assert_int_eq(e[1].kind, GVI_EFFECT_RAISE);
	ck_assert_int_eq(e[2].kind, GVI_EFFECT_SEND);
	ck_assert_uint_eq(memory_load(r.memory, STORE + 8), 0x0123456789abcdef);
	rig_close(&r);
}
END_TEST

START_TEST(test_a_wait_that_does_only_one_of_both)
{
	for (uint8_t habit = 1; habit < 3; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
		struct rig r;

		config.habit[GVI_CHOICE_WAIT_STORE_AND_INT] = habit;
		rig_open(&r, &config);
		rig_start(&r);
		rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "s=1 i=1 StoreAddress=0x600000");
		if (habit == 1)
			ck_assert_int_eq(effects(&r, 1)->kind, GVI_EFFECT_WRITE);
		else
			ck_assert_int_eq(effects(&r, 2)->kind, GVI_EFFECT_RAISE);
		rig_close(&r);
	}
}
END_TEST

/* [command.store-window] Under SNP the bases are locked: both rings and the
 * window of one page stand at 0, the record lies upon the first command. */
START_TEST(test_a_wait_outside_the_store_window)
{
	static const uint64_t record[3][2] = {
		{0x6400000000000000, 0x1000}, {0x5000000000000000, 0x10}, {0x1000000000000ff9, 7}};

	for (uint8_t habit = 0; habit < 3; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
		struct rig r;
		bool done;

		ck_assert(gvi_set(GVI_EFR_SNPSUP, &config.efr, 1));
		config.snp = true;
		config.control = 0x141d;
		config.habit[GVI_CHOICE_WAIT_STORE_WINDOW] = habit;
		rig_open(&r, &config);
		rig_store(&r, GVI_FORMAT_COMPLETION_WAIT, 0, "s=1 StoreAddress=0xff8 StoreData=7");
		rig_store(&r, GVI_FORMAT_COMPLETION_WAIT, 0x10, "s=1 StoreAddress=0x1000");
		rig_write(&r, GVI_REGISTER_CMD_BUF_TAIL, 0x20);
		ck_assert_int_eq(gvi_step(r.m, &done), GVI_OK);
		ck_assert_uint_eq(memory_load(r.memory, 0xff8), 7);
		ck_assert_int_eq(gvi_step(r.m, &done), GVI_OK);
		ck_assert(done);
		ck_assert_uint_eq(memory_load(r.memory, 0), record[habit][0]);
		ck_assert_uint_eq(memory_load(r.memory, 8), record[habit][1]);
		ck_assert_uint_eq(rig_field(&r, GVI_REGISTER_STATUS, GVI_STATUS_CMD_BUF_RUN),
				  habit == 2);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_CMD_BUF_HEAD),
				  habit == 2 ? 0x20 : 0x10);
		rig_close(&r);
	}
}
END_TEST

/* ---- Accessed and dirty --------------------------------------------------- */

/* Four levels with one entry each, at index 0; the leaf maps DATA. */
static void map(struct rig *r, const char *leaf)
{
	rig_entry(r, "V=1 TV=1 Mode=4 HAD=accessed-dirty HostPageTableRootPtr=0x1000000 "
		     "IR=1 IW=1");
	rig_store(r, GVI_FORMAT_PDE, ROOT, "PR=1 NextLevel=3 Address=0x1001000 IR=1 IW=1");
	rig_store(r, GVI_FORMAT_PDE, ROOT + 0x1000, "PR=1 NextLevel=2 Address=0x1002000 IR=1 IW=1");
	rig_store(r, GVI_FORMAT_PDE, ROOT + 0x2000, "PR=1 NextLevel=1 Address=0x1003000 IR=1 IW=1");
	rig_store(r, GVI_FORMAT_PTE, ROOT + 0x3000, leaf);
}

#define LEAF "PR=1 NextLevel=0 Address=0x4000000 IR=1 IW=1"

START_TEST(test_accessed_and_dirty_bits_top_first)
{
	const struct gvi_effect *e;
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	map(&r, LEAF);
	answer = rig_access(&r, GVI_WRITE, 0x10);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.address, DATA + 0x10);
	e = effects(&r, 4);
	for (unsigned i = 0; i < 4; i++) {
		ck_assert_int_eq(e[i].kind, GVI_EFFECT_EXCHANGE);
		ck_assert_uint_eq(e[i].spa, ROOT + 0x1000 * i);
		ck_assert_uint_eq(e[i].length, 8);
		ck_assert_uint_eq(e[i].data[1], e[i].data[0] | (i < 3 ? 0x20 : 0x60));
		ck_assert_uint_eq(memory_load(r.memory, e[i].spa), e[i].data[1]);
	}
	/* All set: nothing more to do. */
	(void)rig_access(&r, GVI_WRITE, 0x10);
	(void)effects(&r, 0);
	rig_close(&r);
}
END_TEST

START_TEST(test_an_update_that_fails_is_an_effect)
{
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	map(&r, LEAF);
	r.on_exchange = GVI_BUS_TARGET_ABORT;
	answer = rig_access(&r, GVI_READ, 0x10);
	/* PAGE_TAB_HARDWARE_ERROR, Type 2, at the top entry. */
	ck_assert_uint_eq(answer.event[0], UINT64_C(0x4400000000000020));
	ck_assert_uint_eq(answer.event[1], ROOT);
	ck_assert_int_eq(effects(&r, 4)[0].kind, GVI_EFFECT_EXCHANGE);
	ck_assert_int_eq(effects(&r, 4)[0].bus, GVI_BUS_TARGET_ABORT);
	ck_assert_int_eq(effects(&r, 4)[1].kind, GVI_EFFECT_WRITE);
	rig_close(&r);
}
END_TEST

/* The entry is walked again when it has changed: [host.accessed-atomic]. */
START_TEST(test_a_lost_race_is_walked_again)
{
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	map(&r, LEAF);
	/* The third exchange finds another value, once. */
	r.race_every = 3;
	answer = rig_access(&r, GVI_READ, 0x10);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	/* Two done, one lost, and the two that were left. */
	ck_assert_uint_eq(r.exchanges, 5);
	(void)effects(&r, 4);
	rig_close(&r);
}
END_TEST

/* Memory that says done and forgets, with a lost race at the end of each walk:
 * the list keeps its first entries, the walk gives up after 64 tries. */
START_TEST(test_a_race_without_end)
{
	struct gvi_request request = {.device = DEVICE, .address = 0x10, .length = 4};
	struct gvi_answer answer, was;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	map(&r, LEAF);
	r.stubborn = true;
	r.race_every = 4;
	memset(&answer, 0x5a, sizeof answer);
	memset(&was, 0x5a, sizeof was);
	ck_assert_int_eq(gvi_translate(r.m, &request, &answer), GVI_STATE_RACING);
	ck_assert_mem_eq(&answer, &was, sizeof was);
	ck_assert_uint_eq(r.exchanges, 4 * 64);
	/* 192 exchanges done and noted, GVI_MAX_EFFECTS of them listed. */
	for (unsigned i = 0; i < GVI_MAX_EFFECTS; i++)
		ck_assert_uint_eq(effects(&r, GVI_MAX_EFFECTS)[i].spa, ROOT + 0x1000 * (i % 3));
	ck_assert_uint_eq(r.notes[GVI_NOTE_EFFECT], 3 * 64);
	/* The model is as good as before. */
	r.race_every = 0;
	r.stubborn = false;
	ck_assert_int_eq(rig_access(&r, GVI_READ, 0x10).result, GVI_GRANT);
	(void)effects(&r, 4);
	rig_close(&r);
}
END_TEST

/* Guest tables of PASID 5: four levels to one page, no A and D set. */
static void map_guest(struct rig *r)
{
	const char *fields = "P=1 R/W=1 U/S=1 Address=0x%x000";
	static const enum gvi_format_id formats[] = {GVI_FORMAT_GPML4E, GVI_FORMAT_GPDPE,
						     GVI_FORMAT_GPDE, GVI_FORMAT_GPTE};
	char entry[64];

	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GT_EN, 1);
	rig_entry(r, "V=1 TV=1 GV=1 GCR3TRP=0x1000000 IR=1 IW=1");
	rig_store(r, GVI_FORMAT_GCR3, ROOT + 8 * 5, "V=1 Address=0x1001000");
	for (unsigned i = 0; i < 4; i++) {
		snprintf(entry, sizeof entry, fields, 0x1002 + i);
		rig_store(r, formats[i], ROOT + 0x1000 * (i + 1), entry);
	}
}

static enum gvi_status access_guest(struct rig *r, enum gvi_access_kind access,
				    struct gvi_answer *answer)
{
	const struct gvi_request request = {.device = DEVICE,
					    .address = 0x10,
					    .length = 4,
					    .access = (uint8_t)access,
					    .has_pasid = true,
					    .pasid = 5};

	return gvi_translate(r->m, &request, answer);
}

/* Guest physical page i with an entry of its own at each host level below 6, where
 * addresses of 52 bits share one. */
static uint64_t own_page(uint64_t i)
{
	return i << 48 | i << 39 | i << 30 | i << 21 | i << 12;
}

static void map_own_pages(struct rig *r, uint64_t pages)
{
	const uint64_t rights = UINT64_C(3) << 61 | 1;

	ck_assert(memory_store(r->memory, ROOT, rights | 5 << 9 | (ROOT + 0x1000)));
	for (uint64_t i = 1; i <= pages; i++) {
		uint64_t table = ROOT + 0x1000, next = 0x02000000 + 0x10000 * i;

		for (uint64_t level = 5; level > 1; level--, table = next, next += 0x1000)
			ck_assert(memory_store(r->memory, table + 8 * i,
					       rights | (level - 1) << 9 | next));
		ck_assert(memory_store(r->memory, table + 8 * i, rights | (DATA + 0x1000 * i)));
	}
}

/* The longest call (GVI_MAX_EFFECTS): three tables of GCR3, five guest levels, the
 * page, each through six host levels, and neither A nor D set anywhere. */
START_TEST(test_the_longest_list)
{
	const struct gvi_request request = {.device = DEVICE,
					    .address = 0x10,
					    .length = 4,
					    .access = GVI_WRITE,
					    .has_pasid = true,
					    .pasid = 1 << 18 | 1 << 9 | 1};
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_EVERYTHING);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GT_EN, 1);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GCR3_TRP_MODE, 1);
	rig_entry(&r, "V=1 TV=1 Mode=6 HAD=accessed-dirty HostPageTableRootPtr=0x1000000 GV=1 "
		      "GLX=2 GuestPagingMode=1 GCR3TRP=0x1008040201000 IR=1 IW=1");
	map_own_pages(&r, 9);
	for (uint64_t i = 1; i <= 3; i++)
		ck_assert(memory_store(r.memory, DATA + 0x1000 * i + 8, own_page(i + 1) | 1));
	for (uint64_t i = 4; i <= 8; i++)
		ck_assert(memory_store(r.memory, DATA + 0x1000 * i, own_page(i + 1) | 7));
	ck_assert_int_eq(gvi_translate(r.m, &request, &answer), GVI_OK);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.address, DATA + 0x9010);
	/* A at level 6 once, below it 9 times; D of the page with its A, those of the
	 * guest's tables with the update of the guest's entries. */
	(void)effects(&r, 1 + 9 * 5 + 5 + 5);
	/* An event that swaps two logs: written, and two bits raised and sent. */
	ck_assert_uint_le(1 + 9 * 5 + 5 + 5 + 5, GVI_MAX_EFFECTS);
	rig_close(&r);
}
END_TEST

/* Guest entries are walked again, too: [guest.update-atomic]. */
START_TEST(test_a_lost_race_of_a_guest_is_walked_again)
{
	struct gvi_answer answer;
	struct rig r;

	open_started(&r, GVI_PRESET_EVERYTHING);
	map_guest(&r);
	r.race_every = 3;
	ck_assert_int_eq(access_guest(&r, GVI_WRITE, &answer), GVI_OK);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	/* Two done, one lost, and the two that were left: D comes with the last. */
	ck_assert_uint_eq(r.exchanges, 5);
	ck_assert_uint_eq(effects(&r, 4)[3].data[1] & 0x60, 0x60);
	rig_close(&r);
}
END_TEST

START_TEST(test_a_race_of_a_guest_without_end)
{
	struct gvi_answer answer, was;
	struct rig r;

	open_started(&r, GVI_PRESET_EVERYTHING);
	map_guest(&r);
	r.stubborn = true;
	r.race_every = 4;
	memset(&answer, 0x5a, sizeof answer);
	memset(&was, 0x5a, sizeof was);
	ck_assert_int_eq(access_guest(&r, GVI_READ, &answer), GVI_STATE_RACING);
	ck_assert_mem_eq(&answer, &was, sizeof was);
	ck_assert_uint_eq(r.exchanges, 4 * 64);
	r.race_every = 0;
	r.stubborn = false;
	ck_assert_int_eq(access_guest(&r, GVI_READ, &answer), GVI_OK);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	rig_close(&r);
}
END_TEST

static void open_settled(struct rig *r, enum gvi_preset preset, enum gvi_choice choice)
{
	struct gvi_config config = rig_config(preset);

	config.habit[choice] = 1;
	rig_open(r, &config);
	rig_start(r);
}

/* Where bits are set on the way, what has been set is known from then on: nothing is
 * exchanged twice but the page's entry of a guest, which gets D later. */
START_TEST(test_bits_on_the_way_are_set_once)
{
	struct gvi_answer answer;
	struct rig r;

	open_settled(&r, GVI_PRESET_HOST_ONLY, GVI_CHOICE_UPPER_ACCESSED);
	map(&r, LEAF);
	ck_assert_int_eq(rig_access(&r, GVI_WRITE, 0x10).result, GVI_GRANT);
	ck_assert_uint_eq(r.exchanges, 4);
	rig_close(&r);
	open_settled(&r, GVI_PRESET_EVERYTHING, GVI_CHOICE_GUEST_UPDATE_ORDER);
	map_guest(&r);
	ck_assert_int_eq(access_guest(&r, GVI_WRITE, &answer), GVI_OK);
	ck_assert_int_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(r.exchanges, 5);
	rig_close(&r);
}
END_TEST

/* ---- Hosts without callbacks ---------------------------------------------- */

START_TEST(test_a_host_may_lack_all_but_memory)
{
	struct gvi_host host;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	map(&r, LEAF);
	host = rig_host(&r);
	host.exchange = NULL;
	host.write = NULL;
	host.send = NULL;
	host.note = NULL;
	ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
	/* Exchanges count as done and change nothing. */
	ck_assert_int_eq(rig_access(&r, GVI_WRITE, 0x10).result, GVI_GRANT);
	(void)effects(&r, 4);
	ck_assert_int_eq(rig_access(&r, GVI_WRITE, 0x10).result, GVI_GRANT);
	(void)effects(&r, 4);
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "s=1 i=1 StoreAddress=0x600000 StoreData=1");
	ck_assert_int_eq(effects(&r, 3)[2].kind, GVI_EFFECT_SEND);
	ck_assert_uint_eq(memory_load(r.memory, STORE), 0);
	ck_assert_uint_eq(r.nsent, 0);
	rig_close(&r);
}
END_TEST

/* ---- Invalidations that are pending --------------------------------------- */

START_TEST(test_pending_invalidations_in_order)
{
	const struct gvi_pending *list;
	size_t count, lost;
	struct rig r;

	open_started(&r, GVI_PRESET_HOST_ONLY);
	for (uint64_t n = 0; n < GVI_MAX_PENDING + 3; n++) {
		list = gvi_pending(r.m, &count, &lost);
		ck_assert_uint_eq(count, n < GVI_MAX_PENDING ? n : GVI_MAX_PENDING);
		ck_assert_uint_eq(lost, n < GVI_MAX_PENDING ? 0 : n - GVI_MAX_PENDING);
		for (uint64_t i = 0; i < count; i++)
			ck_assert_uint_eq(list[i].raw[0], UINT64_C(2) << 60 | (lost + i));
		rig_command_raw(&r, UINT64_C(2) << 60 | n, 0);
	}
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "");
	(void)gvi_pending(r.m, &count, &lost);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(lost, 0);
	rig_close(&r);
}
END_TEST

/* Only what invalidates waits; a wait that fails completes nothing. */
START_TEST(test_what_is_pending)
{
	size_t count, lost;
	struct rig r;

	open_started(&r, GVI_PRESET_EVERYTHING);
	rig_command(&r, GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "S=1 Address=0x7ffffffffffff000");
	rig_command(&r, GVI_FORMAT_INVALIDATE_IOTLB_PAGES, "DeviceID=1");
	rig_command(&r, GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE, "DeviceID=1");
	rig_command(&r, GVI_FORMAT_INVALIDATE_IOMMU_ALL, "");
	(void)gvi_pending(r.m, &count, &lost);
	ck_assert_uint_eq(count, 4);
	rig_command(&r, GVI_FORMAT_COMPLETE_PPR_REQUEST, "DeviceID=1");
	rig_command(&r, GVI_FORMAT_INSERT_GUEST_EVENT, "");
	rig_command(&r, GVI_FORMAT_RESET_VMMIO, "");
	rig_command(&r, GVI_FORMAT_PREFETCH_IOMMU_PAGES, "PFCount=1");
	(void)gvi_pending(r.m, &count, &lost);
	ck_assert_uint_eq(count, 4);
	rig_command(&r, GVI_FORMAT_PREFETCH_IOMMU_PAGES, "PFCount=1 Inval=1");
	(void)gvi_pending(r.m, &count, &lost);
	ck_assert_uint_eq(count, 5);
	r.on_write = GVI_BUS_MASTER_ABORT;
	rig_command(&r, GVI_FORMAT_COMPLETION_WAIT, "s=1");
	(void)gvi_pending(r.m, &count, &lost);
	ck_assert_uint_eq(count, 5);
	rig_close(&r);
}
END_TEST

/* AMB-9.10: guest commands are without effect, or illegal while the vIOMMU is
 * not enabled: both enables count. */
START_TEST(test_guest_commands_need_both_enables)
{
	for (uint8_t habit = 0; habit < 2; habit++)
		for (uint64_t enables = 0; enables < 4; enables++) {
			struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
			struct rig r;

			config.habit[GVI_CHOICE_GUEST_COMMANDS] = habit;
			rig_open(&r, &config);
			rig_start(&r);
			rig_write(&r, GVI_REGISTER_CONTROL, 0x141d | enables << 52);
			rig_command(&r, GVI_FORMAT_INSERT_GUEST_EVENT, "GuestID=1");
			ck_assert_uint_eq(
				rig_field(&r, GVI_REGISTER_STATUS, GVI_STATUS_CMD_BUF_RUN),
				!habit || enables == 3);
			rig_close(&r);
		}
}
END_TEST

/* AMB-10.7: the Type that emulators show for every failed command. */
START_TEST(test_types_of_hardware_errors)
{
	for (uint8_t habit = 0; habit < 2; habit++) {
		struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
		struct rig r;

		config.habit[GVI_CHOICE_HARDWARE_ERROR_TYPE] = habit;
		rig_open(&r, &config);
		rig_start(&r);
		r.on_read = GVI_BUS_MASTER_ABORT;
		rig_command_raw(&r, UINT64_C(1) << 60, 0);
		ck_assert_uint_eq(memory_load(r.memory, EVENTS),
				  habit ? 0x6600000000000000 : 0x6200000000000000);
		ck_assert_uint_eq(memory_load(r.memory, EVENTS + 8), COMMANDS);
		rig_close(&r);
	}
}
END_TEST

RIG_RUN("effects", test_an_event_is_written_raised_sent,
	test_an_event_that_cannot_be_written_is_lost, test_status_and_enable_apart,
	test_an_enable_that_meets_its_status_may_be_silent, test_what_a_message_needs,
	test_x2apic_interrupts_are_no_msi, test_what_an_x2apic_interrupt_needs,
	test_a_record_that_cannot_be_written_was_not_taken, test_message_numbers,
	test_a_message_may_need_no_bus, test_a_wait_stores_before_it_interrupts,
	test_a_wait_that_does_only_one_of_both, test_a_wait_outside_the_store_window,
	test_accessed_and_dirty_bits_top_first, test_an_update_that_fails_is_an_effect,
	test_a_lost_race_is_walked_again, test_a_race_without_end, test_the_longest_list,
	test_a_lost_race_of_a_guest_is_walked_again, test_a_race_of_a_guest_without_end,
	test_bits_on_the_way_are_set_once, test_a_host_may_lack_all_but_memory,
	test_pending_invalidations_in_order, test_what_is_pending,
	test_guest_commands_need_both_enables, test_types_of_hardware_errors)
