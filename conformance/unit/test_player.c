/* The player on a device that does as this file says: translation requests, page
 * requests, invalidations, all logs, and messages to devices.  What is expected
 * rightly passes, and each thing that is expected wrongly fails with its reason. */
#include <stdio.h>
#include <unistd.h>

#include "conformance/player.h"
#include "conformance/unit/rig.h"

/* ---- The device ---------------------------------------------------------------- */

enum { REGISTERS_END = 0x2100, MOST = 64, EFFECTS = 2 };

struct fake {
	struct dut dut;
	unsigned able;
	struct memory *memory;
	uint64_t reg[REGISTERS_END / 8];
	struct gvi_message sent[MOST];
	size_t nsent;
	bool handed_out;
	struct gvi_effect effect[EFFECTS];
	size_t neffects;
	uint8_t next_tag;
};

static struct fake *fake_of(struct dut *dut)
{
	return (struct fake *)dut;
}

static unsigned abilities(const struct dut *dut)
{
	return ((const struct fake *)dut)->able;
}

static enum dut_status start(struct dut *dut, struct gvi_config *config)
{
	struct fake *f = fake_of(dut);

	(void)config;
	memory_clear(f->memory);
	memset(f->reg, 0, sizeof f->reg);
	f->nsent = f->neffects = 0;
	f->next_tag = 0;
	return DUT_OK;
}

static void stop(struct dut *dut)
{
	(void)dut;
}

static enum dut_status read_memory(struct dut *dut, uint64_t spa, void *to, size_t len)
{
	memory_read(fake_of(dut)->memory, spa, to, len);
	return DUT_OK;
}

static enum dut_status write_memory(struct dut *dut, uint64_t spa, const void *from, size_t len)
{
	REQUIRE(memory_write(fake_of(dut)->memory, spa, from, len));
	return DUT_OK;
}

static enum dut_status read_mmio(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value)
{
	REQUIRE(len == 8 && offset < REGISTERS_END);
	*value = fake_of(dut)->reg[offset / 8];
	return DUT_OK;
}

static uint64_t *reg(struct fake *f, enum gvi_register_id id)
{
	return &f->reg[gvi_registers[id].offset / 8];
}

static void append(struct fake *f, enum gvi_register_id base, enum gvi_register_id tail,
		   const uint64_t *words, unsigned count)
{
	uint64_t ring = *reg(f, base) & UINT64_C(0x000ffffffffff000), *at = reg(f, tail);

	for (unsigned i = 0; i < count; i++, *at = (*at + 8) % 4096)
		REQUIRE(memory_store(f->memory, ring + *at, words[i]));
}

static void tell(struct fake *f, const struct gvi_message *message)
{
	if (f->handed_out)
		f->nsent = 0;
	f->handed_out = false;
	REQUIRE(f->nsent < MOST);
	f->sent[f->nsent++] = *message;
}

/* A command with Maxpend=255 is sent with the tag 0. */
static void perform(struct fake *f, const uint64_t command[2])
{
	struct gvi_message m = {
		.kind = GVI_MESSAGE_INVALIDATE,
		.address = (command[1] & ~UINT64_C(0xfff)) | (command[1] & 1) << 11,
		.device = (uint16_t)command[0],
		.has_pasid = command[1] >> 2 & 1,
		.pasid = (uint32_t)gvi_get(GVI_INVALIDATE_IOTLB_PAGES_PASID, command),
		.tag = gvi_get(GVI_INVALIDATE_IOTLB_PAGES_MAXPEND, command) == 255 ? 0
										   : f->next_tag++,
	};

	tell(f, &m);
}

static enum dut_status write_mmio(struct dut *dut, uint32_t offset, unsigned len, uint64_t value)
{
	struct fake *f = fake_of(dut);
	uint64_t ring = *reg(f, GVI_REGISTER_CMD_BUF_BASE) & UINT64_C(0x000ffffffffff000);
	uint64_t *head = reg(f, GVI_REGISTER_CMD_BUF_HEAD);

	REQUIRE(len == 8 && offset < REGISTERS_END);
	f->reg[offset / 8] = value;
	if (offset != gvi_registers[GVI_REGISTER_CMD_BUF_TAIL].offset)
		return DUT_OK;
	for (; *head != value; *head += 16) {
		const uint64_t command[2] = {memory_load(f->memory, ring + *head),
					     memory_load(f->memory, ring + *head + 8)};

		perform(f, command);
	}
	return DUT_OK;
}

/* The data tells what becomes of it; from 4 on it is what leaves. */
static enum dut_status interrupt(struct dut *dut, const struct gvi_interrupt *interrupt,
				 struct gvi_answer *answer)
{
	static const uint8_t kinds[] = {GVI_MESSAGE_PASSED, GVI_MESSAGE_NONE, GVI_MESSAGE_DOORBELL,
					GVI_MESSAGE_GAPPI};

	(void)dut;
	answer->result = GVI_GRANT;
	answer->translated = interrupt->data > 3;
	answer->message.kind = answer->translated ? GVI_MESSAGE_REMAPPED : kinds[interrupt->data];
	answer->message.destination = 5;
	answer->message.data = interrupt->data == 3  ? 0x31
			       : interrupt->data > 3 ? interrupt->data
						     : 0;
	return DUT_OK;
}

static uint64_t translation(uint64_t address)
{
	if (address == 0x1000)
		return 0x5003; /* one page, R W */
	if (address >> 21 == 2)
		return 0x8ffc05; /* 2 MiB at 0x800000, R U N */
	if (address == 0x70000000)
		return 0x7ffffffffffff803; /* all addresses, R W */
	return 0xabcde03c;                 /* R=W=0, and what does not count */
}

static enum dut_status ats(struct dut *dut, const struct gvi_ats_request *request,
			   struct gvi_ats_answer *answer)
{
	(void)dut;
	answer->result = request->device == DEVICE ? GVI_GRANT : GVI_ABORT;
	answer->completion = answer->result == GVI_GRANT ? GVI_SUCCESS : GVI_UNSUPPORTED_REQUEST;
	answer->count = answer->result == GVI_GRANT ? request->count : 0;
	for (unsigned i = 0; i < answer->count; i++)
		answer->translation[i] =
			translation(request->address + ((uint64_t)i << request->unit_log2));
	return DUT_OK;
}

/* Device 6 is forgotten, and nobody waits for it. */
static enum dut_status invalidation(struct dut *dut, uint16_t device, uint8_t tag, bool completes,
				    bool *known)
{
	struct fake *f = fake_of(dut);
	uint64_t event[2] = {UINT64_C(7) << 60 | device, 0x400000};

	*known = device != 6;
	if (completes)
		REQUIRE(memory_store(f->memory, STORE, UINT64_C(0x100) + tag));
	else
		append(f, GVI_REGISTER_EVENT_LOG_BASE, GVI_REGISTER_EVENT_LOG_TAIL, event, 2);
	return DUT_OK;
}

static void raise_interrupt(struct fake *f)
{
	f->effect[0] = (struct gvi_effect){.kind = GVI_EFFECT_RAISE};
	f->effect[0].data[0] = GVI_SOURCE_PPR_INT;
	f->effect[1] = (struct gvi_effect){.kind = GVI_EFFECT_SEND};
	f->effect[1].message = (struct gvi_message){.kind = GVI_MESSAGE_INTERRUPT,
						    .source = GVI_SOURCE_PPR_INT,
						    .address = 0xfee07000,
						    .data = 0x55,
						    .destination = 7};
	f->neffects = 2;
}

/* The last of a group is answered at once.  Group 1 goes to log A, group 2 to log
 * B, and group 3 has an event B and an entry of the GA log. */
static enum dut_status page_request(struct dut *dut, const struct gvi_page_request *request,
				    struct gvi_page_answer *answer)
{
	struct fake *f = fake_of(dut);
	const uint64_t entry[2] = {UINT64_C(1) << 60 | (uint64_t)request->group << 32 |
					   request->device,
				   request->address};
	const uint64_t event[2] = {UINT64_C(9) << 60 | request->device, request->address};
	const uint64_t guest = UINT64_C(1) << 60 | 0x77;
	const struct gvi_message response = {.kind = GVI_MESSAGE_RESPONSE,
					     .device = request->device,
					     .data = UINT32_C(0xf000) | request->group,
					     .has_pasid = request->has_pasid,
					     .pasid = request->pasid};

	(void)answer;
	if (request->group == 1)
		append(f, GVI_REGISTER_PPR_LOG_BASE, GVI_REGISTER_PPR_LOG_TAIL, entry, 2);
	if (request->group == 2)
		append(f, GVI_REGISTER_PPR_LOG_B_BASE, GVI_REGISTER_PPR_LOG_B_TAIL, entry, 2);
	if (request->group == 3) {
		append(f, GVI_REGISTER_EVENT_LOG_B_BASE, GVI_REGISTER_EVENT_LOG_B_TAIL, event, 2);
		append(f, GVI_REGISTER_GA_LOG_BASE, GVI_REGISTER_GA_LOG_TAIL, &guest, 1);
	}
	if (request->last)
		tell(f, &response);
	raise_interrupt(f);
	return DUT_OK;
}

static enum dut_status messages(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	struct fake *f = fake_of(dut);

	*list = f->sent;
	*count = f->handed_out ? 0 : f->nsent;
	f->handed_out = true;
	return DUT_OK;
}

static enum dut_status effects(struct dut *dut, const struct gvi_effect **list, size_t *count)
{
	struct fake *f = fake_of(dut);

	*list = f->effect;
	*count = f->neffects;
	f->neffects = 0;
	return DUT_OK;
}

static enum dut_status settle(struct dut *dut)
{
	(void)dut;
	return DUT_OK;
}

static const struct dut_class fake_class = {
	.name = "fake",
	.abilities = abilities,
	.start = start,
	.stop = stop,
	.memory_read = read_memory,
	.memory_write = write_memory,
	.mmio_read = read_mmio,
	.mmio_write = write_mmio,
	.interrupt = interrupt,
	.ats = ats,
	.invalidation = invalidation,
	.page_request = page_request,
	.messages = messages,
	.settle = settle,
	.effects = effects,
};

/* ---- Playing on it --------------------------------------------------------------- */

static const char head[] = "schema: 1\n"
			   "about: One case.\n"
			   "profile: everything\n"
			   "given:\n"
			   "  registers:\n"
			   "    CMD_BUF_BASE: \"0x0800000000400000\"\n"
			   "    EVENT_LOG_BASE: \"0x0800000000500000\"\n"
			   "    EVENT_LOG_B_BASE: \"0x0800000000510000\"\n"
			   "    PPR_LOG_BASE: \"0x0800000000520000\"\n"
			   "    PPR_LOG_B_BASE: \"0x0800000000530000\"\n"
			   "    GA_LOG_BASE: \"0x0800000000540000\"\n"
			   "    CONTROL.InvTimeOut: 1\n"
			   "cases:\n"
			   "  - {id: player.case.one, why: A test., clauses: [host.walk], do: [";

static void load(const char *steps, const char *path)
{
	FILE *file = fopen(path, "w");

	REQUIRE(file && fprintf(file, "%s%s]}\n", head, steps) > 0 && fclose(file) == 0);
}

static const unsigned everything =
	DUT_CONFIGURE | DUT_EVENTS | DUT_EFFECTS | DUT_ATTRIBUTES | DUT_ATS | DUT_PRI | DUT_RQ_EOI;

static struct play play(const char *steps, unsigned able)
{
	char path[] = "/tmp/goldvi-test-XXXXXX", error[300] = "";
	int descriptor = mkstemp(path);
	struct profiles profiles = {0};
	struct instance instance = {0};
	struct fake f = {.dut = {.class = &fake_class}, .able = able, .memory = memory_new()};
	struct play played = {0};
	struct vector_file *file;
	struct player player;

	REQUIRE(descriptor >= 0 && f.memory && close(descriptor) == 0);
	load(steps, path);
	file = vector_load(path, NULL, &profiles, error, sizeof error);
	unlink(path);
	ck_assert_msg(file, "%s in %s", error, steps);
	ck_assert_msg(instance_make(file->cases, 0, &instance, error, sizeof error) ==
			      INSTANCE_READY,
		      "%s", error);
	REQUIRE(player_begin(&player, &f.dut, error, sizeof error));
	player_play_all(&player, &instance, &played);
	instance_free(&instance);
	vector_free(file);
	profiles_free(&profiles);
	memory_free(f.memory);
	return played;
}

/* Steps, and what must be said against them. */
struct trial {
	const char *steps, *reason; /* NULL: nothing */
};

static void try_all(const struct trial *trials, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct play played = play(trials[i].steps, everything);
		const char *reason = trials[i].reason;

		if (reason)
			ck_assert_msg(played.verdict == FAILED && strstr(played.reason, reason),
				      "%s: verdict %u, %s", trials[i].steps, played.verdict,
				      played.reason);
		else
			ck_assert_msg(played.verdict == PASSED && !played.partial, "%s: %s",
				      trials[i].steps, played.reason);
	}
}

#define ASK(address, answer)                                                                       \
	"{ats: {device: \"00:04.0\", address: \"" address "\"}, answer: " answer "}"

START_TEST(test_completions)
{
	static const struct trial trials[] = {
		{ASK("0x1000", "{completion: {}}"), NULL},
		{ASK("0x1000", "{completion: {address: \"0x5000\", size: 4096, R: 1, W: 1, U: 0, "
			       "N: 0, Exe: 0, Priv: 0, Global: 0}}"),
		 NULL},
		{ASK("0x1000", "{completion: {address: \"0x6000\"}}"),
		 "completed: 0x1000 goes to 0x5000 (page of 0x1000 bytes, R 1, W 1), no event; "
		 "expected a completion to 0x6000"},
		{ASK("0x1000", "{completion: {W: 0}}"), "expected a completion, W 0"},
		{ASK("0x1000", "{completion: {R: 0, W: 0}}"), "expected a completion, R 0, W 0"},
		{ASK("0x1000", "{completion: {Exe: 1}}"), "expected a completion, Exe 1"},
		{ASK("0x1000", "{completion: {Priv: 1}}"), "expected a completion, Priv 1"},
		{ASK("0x1000", "{completion: {Global: 1}}"), "expected a completion, Global 1"},
		{ASK("0x1000", "{abort: {}}"), "expected an abort, no event"},
		/* The address is that of the request, not of the page. */
		{ASK("0x4ab000", "{completion: {address: \"0x8ab000\", size: \"0x200000\", R: 1, "
				 "W: 0, U: 1, N: 1}}"),
		 NULL},
		{ASK("0x4ab000", "{completion: {address: \"0x800000\"}}"),
		 "goes to 0x8ab000 (page of 0x200000 bytes, R 1, W 0, untranslated only, may be "
		 "non-snooped)"},
		{ASK("0x4ab000", "{completion: {U: 0}}"), "expected a completion, U 0"},
		{ASK("0x4ab000", "{completion: {N: 0}}"), "expected a completion, N 0"},
		{ASK("0x4ab000", "{completion: {size: 4096}}"), "page of 0x1000 bytes"},
		{ASK("0x4ab000", "{completion: {size_at_most: \"0x200000\"}}"), NULL},
		{ASK("0x4ab000", "{completion: {size_at_most: \"0x100000\"}}"),
		 "page of at most 0x100000 bytes"},
		{ASK("0x4ab000", "{completion: {size_at_least: \"0x200000\"}}"), NULL},
		{ASK("0x4ab000", "{completion: {size_at_least: \"0x400000\"}}"),
		 "page of at least 0x400000 bytes"},
		{ASK("0x4ab000", "{completion: {size_at_most: 0}}"), NULL},
		{ASK("0x4ab000", "{completion: {size_at_least: 0}}"), "at least all addresses"},
		{ASK("0x70000000", "{completion: {address: \"0x70000000\", size: 0}}"), NULL},
		{ASK("0x70000000", "{completion: {size_at_most: \"0x8000000000000000\"}}"),
		 "(page of all addresses, R 1, W 1)"},
		/* Without rights nothing else counts. */
		{ASK("0x3000", "{completion: {R: 0, W: 0, U: 0, address: 4, size: 8192}}"), NULL},
		{ASK("0x3000", "{completion: {}}"), NULL},
		{ASK("0x3000", "{completion: {R: 0}}"), NULL},
		{ASK("0x3000", "{completion: {U: 1}}"), "no translation (R=W=0)"},
		{ASK("0x3000", "{completion: {address: \"0xabcde000\"}}"),
		 "no translation (R=W=0)"},
		{ASK("0x3000", "{completion: {size: 4096}}"), "no translation (R=W=0)"},
		{ASK("0x3000", "{completion: {W: 1}}"), "no translation (R=W=0)"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

#define TWO(answer)                                                                                \
	"{ats: {device: 32, address: \"0x1000\", count: 2, unit: \"0x400000\"}, answer: " answer "}"
#define OF_OTHER(answer) "{ats: {device: 5, address: \"0x1000\"}, answer: " answer "}"

START_TEST(test_several_completions_and_none)
{
	static const struct trial trials[] = {
		{TWO("{completions: [{address: \"0x5000\"}, {address: \"0x801000\"}]}"), NULL},
		{TWO("{completions: [{}, {address: \"0x800000\"}]}"),
		 "; 0x401000 goes to 0x801000"},
		{TWO("{completions: [{}]}"), "completed 2 times"},
		{TWO("{completion: {}}"), "expected a completion"},
		{TWO("{completions: [{}, {}, {}]}"), "expected 3 completions"},
		{OF_OTHER("{abort: {completion: UR}}"), NULL},
		{OF_OTHER("{abort: {completion: CA}}"),
		 "aborted (Unsupported Request), no event; expected an abort (Completer Abort)"},
		{OF_OTHER("{completion: {}}"), "aborted (Unsupported Request)"},
		{ASK("0x1000", "{choice: DTE_MODE, permitted: {illegal-entry: {abort: {}}, "
			       "page-fault: {completion: {R: 1}}}}"),
		 NULL},
		{ASK("0x1000", "{choice: DTE_MODE, permitted: {illegal-entry: {abort: {}}, "
			       "page-fault: {completion: {R: 0}}}}"),
		 "DTE_MODE permits"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

#define PAGE(more) "{page_request: {device: 32, address: \"0x1000\", group: " more "}"
#define LOGGED(code, group)                                                                        \
	"[{raw: [\"0x" code "00000" group "00000020\", \"0x0000000000001000\"]}]"
#define IN_PPR LOGGED("10", "1")
#define IN_B   LOGGED("10", "2")
#define EVENT  "events_b: " LOGGED("90", "0")
#define GUEST  "ga: [{raw: [\"0x1000000000000077\"]}]"

START_TEST(test_logs)
{
	static const struct trial trials[] = {
		{PAGE("1}, ppr: " IN_PPR), NULL},
		{PAGE("1}"), "in the PPR log PAGE_SERVICE_REQUEST(DeviceID=0x20 PRGIndex=1 "
			     "Address=0x1000); expected no event, nothing in the PPR log"},
		{PAGE("1}, ppr: []"), "nothing in the PPR log"},
		{PAGE("1}, ppr_b: " IN_PPR), "in PPR log B PAGE_SERVICE_REQUEST"},
		{PAGE("1}, ppr: " IN_B), "PRGIndex is 0x1 instead of 0x2"},
		{PAGE("1}, ppr: " IN_PPR ", ppr_b: " IN_B), "in PPR log B PAGE_SERVICE_REQUEST"},
		{PAGE("1}, ppr: " IN_PPR) ", " PAGE("1}, ppr: " IN_PPR) ", " PAGE("4}"), NULL},
		{PAGE("2}, ppr_b: " IN_B), NULL},
		{PAGE("2}"), "nothing in PPR log B"},
		{PAGE("2}, ppr: " IN_B), "in the PPR log PAGE_SERVICE_REQUEST"},
		{PAGE("3}, " EVENT ", " GUEST), NULL},
		{PAGE("3}, " GUEST), "in event log B INVALID_PPR_REQUEST"},
		{PAGE("3}, " EVENT), "in the GA log GA_LOG_ENTRY(GATag=0x77)"},
		{PAGE("3}, " EVENT ", ga: [{as: {GA_LOG_ENTRY: {GATag: 118}}}]"),
		 "GATag is 0x77 instead of 0x76"},
		{PAGE("3}, " EVENT ", ga: [{as: {GA_LOG_ENTRY: {GATag: 118}}, mask: "
		      "[\"0xfffffffffffffff0\"]}]"),
		 NULL},
		{PAGE("3}, events: [], " GUEST), "nothing in event log B"},
		/* What software writes is no new entry. */
		{"{write: {register: PPR_LOG_TAIL, value: \"0x40\"}}, " PAGE("1}, ppr: " IN_PPR),
		 NULL},
		{"{write: {register: GA_LOG_TAIL, value: \"0xff8\"}}, " PAGE(
			 "3}, " EVENT ", " GUEST) ", " PAGE("3}, " EVENT ", " GUEST),
		 NULL},
		{"{write: {register: PPR_LOG_B_BASE, value: \"0x0800000000580000\"}}, " PAGE(
			 "2}, ppr_b: " IN_B),
		 NULL},
		/* Of any step an answer may be a choice among what is left behind. */
		{PAGE("1}, answer: {choice: DTE_MODE, permitted: {illegal-entry: {}, page-fault: "
		      "{ppr: " IN_PPR "}}}"),
		 NULL},
		{PAGE("1}, answer: {choice: DTE_MODE, permitted: {illegal-entry: {}, page-fault: "
		      "{ppr: " IN_B "}}}"),
		 "DTE_MODE permits"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

#define RESPONSE(more) "messages: [{response: {device: 32, " more "}}]"
#define RAISED(more)   "1}, ppr: " IN_PPR ", effects: {ordered: [{interrupt: " more "}]}"

START_TEST(test_responses_and_interrupts)
{
	static const struct trial trials[] = {
		{PAGE("9, last: 1}, " RESPONSE("group: 9, code: 15")), NULL},
		{PAGE("9, last: 1}"), "no event, sent response 0xf for group 9 to 00:04.0; "
				      "expected no event, no message to devices"},
		{PAGE("9, last: 1}, " RESPONSE("group: 8, code: 15")),
		 "sent response 0xf for group 8"},
		{PAGE("9, last: 1}, " RESPONSE("group: 9, code: 0")),
		 "sent response 0x0 for group 9"},
		{PAGE("9, last: 1}, " RESPONSE("group: 9, code: 15, pasid: 3")),
		 "expected no event, sent response 0xf for group 9 to 00:04.0, PASID 0x3"},
		{PAGE("9, last: 1, pasid: 3}, " RESPONSE("group: 9, code: 15, pasid: 3")), NULL},
		{PAGE("9, last: 1, pasid: 3}, " RESPONSE("group: 9, code: 15, pasid: 4")),
		 "PASID 0x3; expected"},
		{PAGE("9, last: 1, pasid: 3}, " RESPONSE("group: 9, code: 15")),
		 "PASID 0x3; expected"},
		{PAGE("9}, " RESPONSE("group: 9, code: 15")), "no event; expected no event, sent"},
		{PAGE("9, last: 1}, messages: [{response: {device: 33, group: 9, code: 15}}]"),
		 "to 00:04.1"},
		{PAGE(RAISED("PprInt")), NULL},
		{PAGE(RAISED("PprOverflow")), "there is no interrupt PprOverflow"},
		{PAGE(RAISED("{source: PprInt}")), NULL},
		{PAGE(RAISED(
			 "{source: PprInt, address: \"0xfee07000\", data: 85, destination: 7}")),
		 NULL},
		{PAGE(RAISED("{source: PprInt, data: 84}")), "interrupt PprInt, data 0x54"},
		{PAGE(RAISED("{source: PprInt, address: 4}")), "interrupt PprInt, to 0x4"},
		{PAGE(RAISED("{source: PprInt, destination: 6}")), "destination 0x6"},
		{PAGE(RAISED("{source: GAInt, data: 85}")), "interrupt GAInt, data 0x55"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

#define COMMAND(device, more)                                                                      \
	"{command: {INVALIDATE_IOTLB_PAGES: {DeviceID: " device ", " more "}}, "                   \
	"messages: [{invalidate: {device: " device ", "
#define PAGE_OF(device, page)                                                                      \
	COMMAND(device, "Address: \"0x" page "000\"") "raw: \"0x0000000000" page "000\"}}]}, "
#define STORED(tag) "{expect: {memory: {at: \"0x600000\", raw: [\"0x000000000000010" tag "\"]}}}"
#define DONE(more)  "{invalidation_done: {device: 32" more "}}, "
#define LATE(more)  "{invalidation_timeout: {device: 32" more "}"
#define TIMED_OUT   ", events: [{as: {IOTLB_INV_TIMEOUT: {DeviceID: 32, Address: \"0x400000\"}}}]}"

START_TEST(test_invalidations)
{
	static const struct trial trials[] = {
		{PAGE_OF("32", "123") DONE("") STORED("0"), NULL},
		{PAGE_OF("32", "123") PAGE_OF("33", "124") PAGE_OF("32", "125") DONE("")
			 STORED("0") ", " DONE("") STORED("2"),
		 NULL},
		{PAGE_OF("32", "123") PAGE_OF("32", "125") DONE(", address: \"0x125000\"")
			 STORED("1") ", " DONE("") STORED("0"),
		 NULL},
		{PAGE_OF("32", "123") DONE(", address: \"0x124000\"") STORED("0"),
		 "step 2 (invalidation_done"},
		{DONE("") STORED("0"), "this device has no such invalidate request to complete"},
		{PAGE_OF("33", "123") DONE("") STORED("0"), "has no such invalidate request"},
		{PAGE_OF("6", "123") "{invalidation_done: {device: 6}}",
		 "the device has forgotten the invalidate request with tag 0"},
		{PAGE_OF("32", "123") DONE("") DONE("") STORED("0"), "step 3 (invalidation_done"},
		{PAGE_OF("32", "123") LATE("") TIMED_OUT, NULL},
		{PAGE_OF("32", "123") LATE("") "}", "logged IOTLB_INV_TIMEOUT(DeviceID=0x20"},
		{PAGE_OF("32", "123") "{write: {register: CONTROL, value: 0}}, " LATE("") TIMED_OUT,
		 "InvTimeOut is 0: the IOMMU waits for ever"},
		/* A range is found by any of its addresses. */
		{COMMAND("32", "S: 1, Address: \"0x20ff000\"") "raw: "
							       "\"0x00000000020ff800\"}}]}, " DONE(
								       ", address: \"0x2155000\"")
								       STORED("0"),
		 NULL},
		{COMMAND("32",
			 "GN: 1, PASID: \"0x12345\", Address: \"0x1000\"") "pasid: \"0x12345\", "
									   "as: "
									   "{ATS_INVALIDATE_"
									   "REQUEST: {Address: "
									   "\"0x1000\"}}"
									   "}}]}",
		 NULL},
		{COMMAND("32", "Address: \"0x1000\"") "raw: \"0x0000000000002000\"}}]}",
		 "sent invalidate(Address=0x1000), 0x1000 bytes to 00:04.0; expected no event, "
		 "sent "
		 "invalidate(Address=0x2000), 0x1000 bytes to 00:04.0"},
		{"{command: {INVALIDATE_IOTLB_PAGES: {DeviceID: 32}}}",
		 "expected no event, no message to devices"},
		{"{commands: [{INVALIDATE_IOTLB_PAGES: {Maxpend: 255}}, "
		 "{INVALIDATE_IOTLB_PAGES: {Maxpend: 255}}]}",
		 "tag 0 is used twice"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

#define SENT(data, answer)                                                                         \
	"{interrupt: {device: 32, address: \"0xfee00000\", data: " data "}, answer: " answer "}"

START_TEST(test_posted_interrupts)
{
	static const struct trial trials[] = {
		{SENT("1", "{posted: {}}"), NULL},
		{SENT("2", "{posted: {}}"),
		 "posted to a guest, doorbell to 0x5, no event; expected posted to a guest, nobody "
		 "told"},
		{SENT("0", "{posted: {}}"), "sent as it came"},
		{SENT("1", "{message: {}}"), "posted to a guest, nobody is told"},
		{SENT("1", "{abort: {}}"), "expected an abort"},
		{SENT("2", "{posted: {doorbell: {destination: 5}}}"), NULL},
		{SENT("2", "{posted: {doorbell: {}}}"), NULL},
		{SENT("2", "{posted: {doorbell: {destination: 6}}}"), "destination 0x6"},
		{SENT("2", "{posted: {gappi: {}}}"), "posted to a guest with a GAPPI"},
		{SENT("3", "{posted: {gappi: {destination: 5, vector: \"0x31\"}}}"), NULL},
		{SENT("3", "{posted: {gappi: {vector: \"0x30\"}}}"), "vector 0x30"},
		{SENT("3", "{posted: {doorbell: {}}}"), "GAPPI of vector 0x31 to 0x5"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

/* Of a message that was made anew, what says something to its receiver. */
START_TEST(test_remapped_interrupts)
{
	static const struct trial trials[] = {
		{SENT("\"0x4031\"", "{message: {data: \"0x31\", translated: 1}}"), NULL},
		{SENT("\"0x31\"", "{message: {data: \"0x4031\"}}"), NULL},
		{SENT("\"0x31\"", "{message: {data: \"0xffff3831\"}}"), NULL},
		{SENT("\"0x31\"", "{message: {data: \"0x30\"}}"), "data 0x30"},
		{SENT("\"0x431\"", "{message: {data: \"0x31\"}}"), "data 0x31"},
		{SENT("\"0x31\"", "{message: {data: \"0x8031\"}}"), "data 0x8031"},
		{SENT("\"0x8031\"", "{message: {data: \"0x31\"}}"), "data 0x31"},
		{SENT("\"0xc031\"", "{message: {data: \"0x8031\"}}"), "data 0x8031"},
		{SENT("0", "{message: {data: \"0x800\"}}"), "data 0x800"},
		{SENT("0", "{message: {data: \"0x4000\"}}"), "data 0x4000"},
		{SENT("\"0x31\"", "{message: {rq_eoi: 1}}"), "RqEoi 1"},
	};

	try_all(trials, sizeof trials / sizeof trials[0]);
}
END_TEST

/* A device that does not show something is not failed for it. */
START_TEST(test_what_is_not_shown)
{
	const unsigned silent = everything & ~(unsigned)(DUT_ATS | DUT_PRI);
	struct play played = play(PAGE("1}, ppr: " IN_PPR), everything & ~(unsigned)DUT_EVENTS);

	ck_assert(played.verdict == PASSED && played.partial);
	played = play(PAGE("9, last: 1}, " RESPONSE("group: 9, code: 15")), silent);
	ck_assert(played.verdict == PASSED && played.partial);
	played = play(PAGE("1}, ppr: " IN_PPR), silent);
	ck_assert(played.verdict == PASSED && !played.partial);
	played = play(SENT("4", "{message: {rq_eoi: 1}}"), everything & ~(unsigned)DUT_RQ_EOI);
	ck_assert(played.verdict == PASSED && played.partial);
}
END_TEST

RIG_RUN("player", test_completions, test_several_completions_and_none, test_logs,
	test_responses_and_interrupts, test_invalidations, test_posted_interrupts,
	test_remapped_interrupts, test_what_is_not_shown)
