/* The oracle beside a model that does as predicted: each kind of input is permitted
 * as it came, and refused with each part of what was seen changed. */
#include "conformance/unit/rig.h"
#include "goldvi/oracle.h"

#define ENTRY (TABLE + 32 * DEVICE)

static struct rig rig;
static struct gvi_oracle *oracle;
static struct gvi_outcome nearest;

static const struct gvi_bounds bounds = {.worlds = 8, .runs = 65536, .values_log2 = 8};

/* ---- Both at once ---------------------------------------------------------- */

/* What the model says to an input, and what it does. */
static struct gvi_seen predicted(const struct gvi_input *in)
{
	struct gvi_seen seen = {.what = GVI_SEEN_ALL};
	enum gvi_status status = GVI_OK;
	uint32_t value = 0;
	bool done = false;

	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
		status = gvi_translate(rig.m, &in->of.request, &seen.reply.answer);
		break;
	case GVI_INPUT_INTERRUPT:
		status = gvi_interrupt(rig.m, &in->of.interrupt, &seen.reply.answer);
		break;
	case GVI_INPUT_ATS:
		status = gvi_ats_translate(rig.m, &in->of.ats, &seen.reply.ats);
		break;
	case GVI_INPUT_PAGE:
		status = gvi_page_request(rig.m, &in->of.page, &seen.reply.page);
		break;
	case GVI_INPUT_STEP:
		status = gvi_step(rig.m, &done);
		seen.reply.value = done;
		break;
	case GVI_INPUT_DONE:
		status = gvi_invalidation_done(rig.m, in->of.invalidation.device,
					       in->of.invalidation.tag);
		break;
	case GVI_INPUT_TIMED_OUT:
		status = gvi_invalidation_timed_out(rig.m, in->of.invalidation.device,
						    in->of.invalidation.tag);
		break;
	case GVI_INPUT_MMIO_READ:
		status = gvi_mmio_read(rig.m, in->of.mmio.offset, in->of.mmio.length,
				       &seen.reply.value);
		break;
	case GVI_INPUT_MMIO_WRITE:
		status = gvi_mmio_write(rig.m, in->of.mmio.offset, in->of.mmio.length,
					in->of.mmio.value);
		break;
	case GVI_INPUT_CONFIG_READ:
		status = gvi_config_read(rig.m, in->of.mmio.offset, in->of.mmio.length, &value);
		seen.reply.value = value;
		break;
	default:
		status = gvi_config_write(rig.m, in->of.mmio.offset, in->of.mmio.length,
					  (uint32_t)in->of.mmio.value);
	}
	ck_assert_int_eq(status, GVI_OK);
	seen.effects = gvi_effects(rig.m, &seen.neffects);
	return seen;
}

static unsigned judge(const struct gvi_input *in, const struct gvi_seen *seen, uint32_t *differs)
{
	struct gvi_judgement j;

	ck_assert_int_eq(gvi_observe(oracle, in, seen, &j, &nearest), GVI_OK);
	*differs = j.differs;
	return j.verdict;
}

static struct gvi_seen agree(const struct gvi_input *in)
{
	struct gvi_seen seen = predicted(in);
	uint32_t differs;

	ck_assert_uint_eq(judge(in, &seen, &differs), GVI_PERMITTED);
	return seen;
}

/* Something else was seen than what is permitted: in this it differs. */
static void refuse(const struct gvi_input *in, const struct gvi_seen *seen, uint32_t in_what)
{
	uint32_t differs;

	ck_assert_uint_eq(judge(in, seen, &differs), GVI_REFUSED);
	ck_assert_uint_eq(differs & in_what, in_what);
}

static void mmio(uint8_t kind, uint32_t offset, uint64_t value)
{
	struct gvi_input in = {.kind = kind};

	in.of.mmio.offset = offset;
	in.of.mmio.length = kind == GVI_INPUT_MMIO_READ || kind == GVI_INPUT_MMIO_WRITE ? 8 : 4;
	in.of.mmio.value = value;
	(void)agree(&in);
}

static void write_register(enum gvi_register_id id, uint64_t value)
{
	mmio(GVI_INPUT_MMIO_WRITE, gvi_registers[id].offset, value);
}

/* All habits are settled: what is predicted is all that is permitted. */
static void open_both(void)
{
	struct gvi_config c = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_host host;

	c.enabled = true;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		c.habit[i] = 0;
	rig_open(&rig, &c);
	host = rig_host(&rig);
	host.note = NULL;
	ck_assert_int_eq(gvi_set_host(rig.m, &host), GVI_OK);
	oracle = malloc(gvi_oracle_size(&bounds));
	REQUIRE(oracle);
	ck_assert_int_eq(gvi_oracle_init(oracle, &bounds, &c, &host), GVI_OK);
	rig_store(&rig, GVI_FORMAT_DTE, ENTRY,
		  "V=1 TV=1 Mode=1 HostPageTableRootPtr=0x1000000 IR=1 IW=1 DomainID=7 I=1 "
		  "IV=1 IntTabLen=4 IntCtl=2 IntTabRoot=0x800000");
	rig_store(&rig, GVI_FORMAT_PTE, ROOT + 8 * 5, "PR=1 Address=0x4000000 IR=1 IW=1");
	rig_store(&rig, GVI_FORMAT_IRTE_32, 0x800000 + 4 * 3,
		  "RemapEn=1 Destination=2 Vector=0x31");
	write_register(GVI_REGISTER_DEV_TAB_BASE, TABLE | 511);
	write_register(GVI_REGISTER_CMD_BUF_BASE, COMMANDS | UINT64_C(8) << 56);
	write_register(GVI_REGISTER_EVENT_LOG_BASE, EVENTS | UINT64_C(8) << 56);
	write_register(GVI_REGISTER_PPR_LOG_BASE, UINT64_C(0x0800000000700000));
	/* IommuEn, EventLogEn, InvTimeOut, CmdBufEn, PPRLogEn, PPREn; EPHEn stays off. */
	write_register(GVI_REGISTER_CONTROL, 1 | 1 << 2 | 1 << 5 | 1 << 12 | 1 << 13 | 1 << 15);
}

static void close_both(void)
{
	free(oracle);
	rig_close(&rig);
}

/* ---- Each kind of input ----------------------------------------------------- */

static struct gvi_input read_of(uint64_t address)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};

	in.of.request = (struct gvi_request){
		.device = DEVICE, .address = address, .length = 4, .access = GVI_READ};
	return in;
}

START_TEST(translations)
{
	const struct gvi_input granted = read_of(0x5010), refused = read_of(0x6010);
	struct gvi_seen good, bad;

	open_both();
	good = agree(&granted);
	bad = good;
	bad.reply.answer.address ^= 4096;
	refuse(&granted, &bad, GVI_SEEN_ADDRESS);
	bad = good;
	bad.reply.answer.size *= 2;
	refuse(&granted, &bad, GVI_SEEN_SIZE);
	bad = good;
	bad.reply.answer.write = false;
	refuse(&granted, &bad, GVI_SEEN_RIGHTS);
	bad = good;
	bad.reply.answer.coherent = true;
	refuse(&granted, &bad, GVI_SEEN_ATTRIBUTES);
	bad = good;
	bad.reply.answer.completion = GVI_COMPLETER_ABORT;
	refuse(&granted, &bad, GVI_SEEN_COMPLETION);
	bad = good;
	bad.reply.answer.result = GVI_ABORT;
	refuse(&granted, &bad, GVI_SEEN_RESULT);
	bad.what = GVI_SEEN_ADDRESS;
	bad.reply = good.reply;
	(void)agree(&refused);
	good = agree(&refused);
	ck_assert_uint_eq(good.reply.answer.logging, GVI_LOGGED);
	bad = good;
	bad.reply.answer.event[1] ^= 8;
	refuse(&refused, &bad, GVI_SEEN_EVENT);
	bad = good;
	bad.reply.answer.logging = GVI_LOST;
	refuse(&refused, &bad, GVI_SEEN_EVENT);
	/* A record that was not written, and one more. */
	bad = good;
	bad.neffects = 0;
	refuse(&refused, &bad, GVI_SEEN_EFFECTS);
	ck_assert_uint_eq(nearest.reply.answer.result, GVI_ABORT);
	close_both();
}
END_TEST

START_TEST(interrupts)
{
	struct gvi_input in = {.kind = GVI_INPUT_INTERRUPT};
	struct gvi_seen good, bad;

	open_both();
	in.of.interrupt =
		(struct gvi_interrupt){.address = 0xfee00000, .data = 3, .device = DEVICE};
	good = agree(&in);
	ck_assert_uint_eq(good.reply.answer.message.data, 0x31);
	bad = good;
	bad.reply.answer.message.data++;
	refuse(&in, &bad, GVI_SEEN_MESSAGE);
	bad = good;
	bad.reply.answer.message.destination++;
	refuse(&in, &bad, GVI_SEEN_MESSAGE);
	close_both();
}
END_TEST

START_TEST(translation_requests)
{
	struct gvi_input in = {.kind = GVI_INPUT_ATS};
	struct gvi_seen good, bad;

	open_both();
	in.of.ats = (struct gvi_ats_request){
		.device = DEVICE, .address = 0x5000, .count = 2, .unit_log2 = 12};
	good = agree(&in);
	ck_assert_uint_eq(good.reply.ats.count, 2);
	bad = good;
	bad.reply.ats.translation[0] ^= 2;
	refuse(&in, &bad, GVI_SEEN_VALUE);
	/* Without rights nothing else counts. */
	bad = good;
	bad.reply.ats.translation[1] ^= 4096;
	bad.what &= ~(uint32_t)GVI_SEEN_EFFECTS;
	ck_assert_uint_eq(judge(&in, &bad, &bad.what), GVI_PERMITTED);
	bad = good;
	bad.reply.ats.count = 1;
	refuse(&in, &bad, GVI_SEEN_VALUE);
	bad = good;
	bad.reply.ats.result = GVI_ABORT;
	bad.reply.ats.completion = GVI_UNSUPPORTED_REQUEST;
	bad.reply.ats.logging = GVI_LOGGED;
	refuse(&in, &bad, GVI_SEEN_RESULT | GVI_SEEN_COMPLETION | GVI_SEEN_EVENT);
	close_both();
}
END_TEST

START_TEST(page_requests)
{
	struct gvi_input in = {.kind = GVI_INPUT_PAGE};
	struct gvi_seen good, bad;

	open_both();
	in.of.page = (struct gvi_page_request){
		.device = DEVICE, .address = 0x6000, .group = 9, .read = true, .last = true};
	good = agree(&in);
	ck_assert_uint_eq(good.reply.page.result, GVI_PAGE_LOGGED);
	bad = good;
	bad.reply.page.entry[0] ^= 1;
	refuse(&in, &bad, GVI_SEEN_MESSAGE);
	bad = good;
	bad.reply.page.result = GVI_PAGE_LOST;
	refuse(&in, &bad, GVI_SEEN_RESULT);
	bad = good;
	bad.reply.page.has_response = true;
	refuse(&in, &bad, GVI_SEEN_MESSAGE);
	in.of.page.device = DEVICE + 1;
	good = agree(&in);
	ck_assert_uint_eq(good.reply.page.result, GVI_PAGE_REFUSED);
	bad = good;
	bad.reply.page.event[0] ^= 1;
	refuse(&in, &bad, GVI_SEEN_EVENT);
	close_both();
}
END_TEST

static void put_command(unsigned at, enum gvi_format_id format, const char *fields)
{
	rig_store(&rig, format, COMMANDS + 16 * at, fields);
	write_register(GVI_REGISTER_CMD_BUF_TAIL, 16 * (at + 1));
}

START_TEST(commands)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	struct gvi_input done = {.kind = GVI_INPUT_DONE};
	struct gvi_seen good, bad;

	open_both();
	put_command(0, GVI_FORMAT_INVALIDATE_IOTLB_PAGES, "DeviceID=0x20 QueueID=0x20 Maxpend=1");
	good = agree(&step);
	ck_assert_uint_eq(good.neffects, 1);
	put_command(1, GVI_FORMAT_COMPLETION_WAIT, "s=1 StoreAddress=0x600000 StoreData=0xd0e");
	(void)agree(&step);
	good = agree(&step);
	ck_assert_uint_eq(good.reply.value, 0);
	bad = good;
	bad.reply.value = 1;
	refuse(&step, &bad, GVI_SEEN_VALUE);
	done.of.invalidation.device = DEVICE;
	(void)agree(&done);
	good = agree(&step);
	ck_assert_uint_eq(good.effects[0].spa, STORE);
	/* The next one times out. */
	put_command(2, GVI_FORMAT_INVALIDATE_IOTLB_PAGES, "DeviceID=0x20 QueueID=0x20 Maxpend=1");
	(void)agree(&step);
	done.kind = GVI_INPUT_TIMED_OUT;
	(void)agree(&done);
	close_both();
}
END_TEST

/* A store that goes elsewhere than the command says. */
START_TEST(stores)
{
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};
	struct gvi_effect other;
	struct gvi_seen seen;

	open_both();
	put_command(0, GVI_FORMAT_COMPLETION_WAIT, "s=1 StoreAddress=0x600000 StoreData=0xd0e");
	seen = predicted(&step);
	other = seen.effects[0];
	other.spa += 8;
	seen.effects = &other;
	refuse(&step, &seen, GVI_SEEN_EFFECTS);
	other.spa -= 8;
	ck_assert_uint_eq(judge(&step, &seen, &seen.what), GVI_PERMITTED);
	close_both();
}
END_TEST

START_TEST(registers)
{
	struct gvi_input in = {.kind = GVI_INPUT_MMIO_READ};
	struct gvi_seen seen;

	open_both();
	mmio(GVI_INPUT_CONFIG_WRITE, 4, 4);
	mmio(GVI_INPUT_CONFIG_READ, 4, 0);
	in.of.mmio.offset = 0x18;
	in.of.mmio.length = 8;
	seen = agree(&in);
	seen.reply.value ^= 2;
	refuse(&in, &seen, GVI_SEEN_VALUE);
	close_both();
}
END_TEST

/* ---- Mistakes, and bounds ---------------------------------------------------- */

/* Room that cannot be asked for, on 32 bits, is none; it is never too little. */
START_TEST(sizes)
{
	ck_assert_uint_eq(gvi_history_size(3), 0);
	ck_assert_uint_eq(gvi_history_size(31), 0);
	for (unsigned log2 = 4; log2 <= 30; log2++) {
		struct gvi_bounds b = {.worlds = 4096, .runs = 1, .values_log2 = log2};
		size_t history = gvi_history_size(log2), all = gvi_oracle_size(&b);

		ck_assert(history ? history >> log2 >= 40 : log2 > 26 && sizeof(size_t) == 4);
		ck_assert(all ? all > history : sizeof(size_t) == 4);
	}
}
END_TEST

START_TEST(mistakes)
{
	struct gvi_bounds wrong = bounds;
	struct gvi_input in = {.kind = GVI_NINPUTS};
	const struct gvi_seen seen = {0};
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_host host = {0};
	struct gvi_judgement j;
	enum gvi_verdict verdict;
	size_t count;
	static struct gvi_outcome one;

	open_both();
	wrong.worlds = 4096;
	ck_assert_uint_gt(gvi_oracle_size(&wrong), gvi_oracle_size(&bounds));
	wrong.worlds = 4097;
	ck_assert_uint_eq(gvi_oracle_size(&wrong), 0);
	wrong = bounds;
	wrong.runs = 0;
	ck_assert_uint_eq(gvi_oracle_size(&wrong), 0);
	wrong = bounds;
	wrong.values_log2 = 3;
	ck_assert_uint_eq(gvi_oracle_size(&wrong), 0);
	wrong = bounds;
	wrong.worlds = 0;
	ck_assert_uint_eq(gvi_oracle_size(&wrong), 0);
	ck_assert_uint_eq(gvi_oracle_size(NULL), 0);
	ck_assert_int_eq(gvi_oracle_init(oracle, &wrong, &config, &host), GVI_ARG_BOUNDS);
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &wrong, rig.m, &host), GVI_ARG_BOUNDS);
	ck_assert_int_eq(gvi_oracle_init(NULL, &bounds, &config, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_init(oracle, &bounds, NULL, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_init(oracle, &bounds, &config, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_adopt(NULL, &bounds, rig.m, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &bounds, rig.m, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &bounds, NULL, &host), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_wrote(NULL, 0, NULL, 1), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_oracle_wrote(oracle, 4, &(uint64_t){0}, 1), GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_oracle_wrote(oracle, UINT64_MAX - 7, (uint64_t[2]){0}, 2),
			 GVI_ARG_WROTE);
	ck_assert_int_eq(gvi_observe(oracle, &in, &seen, &j, NULL), GVI_ARG_INPUT);
	ck_assert_int_eq(gvi_observe(oracle, &in, NULL, &j, NULL), GVI_ARG_NULL);
	in.kind = GVI_INPUT_DONE;
	ck_assert_int_eq(gvi_observe(oracle, &in, &seen, &j, NULL), GVI_STATE_NO_INVALIDATION);
	ck_assert_int_eq(gvi_permitted(NULL, &in, &one, 1, &count, &verdict), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_permitted(oracle, NULL, &one, 1, &count, &verdict), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_permitted(oracle, &in, NULL, 0, &count, &verdict), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_permitted(oracle, &in, &one, 1, NULL, &verdict), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_permitted(oracle, &in, &one, 1, &count, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_observe(NULL, &in, &seen, &j, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_observe(oracle, NULL, &seen, &j, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_observe(oracle, &in, &seen, NULL, NULL), GVI_ARG_NULL);
	host.nwindows = 1;
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &bounds, rig.m, &host), GVI_HOST_WINDOWS);
	ck_assert_uint_eq(gvi_left(oracle, GVI_NCHOICES), 0);
	ck_assert_ptr_null(gvi_world(oracle, 1));
	ck_assert_ptr_nonnull(gvi_world(oracle, 0));
	config.efr = UINT64_MAX;
	host.nwindows = 0;
	ck_assert_int_ne(gvi_oracle_init(oracle, &bounds, &config, &host), GVI_OK);
	close_both();
}
END_TEST

/* Too few runs: nothing is known from then on. */
START_TEST(too_few_runs)
{
	const struct gvi_bounds few = {.worlds = 1, .runs = 1, .values_log2 = 4};
	const struct gvi_input in = read_of(0x6010);
	const struct gvi_host host = rig_host(&rig);
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct gvi_seen seen = {0};
	uint32_t differs;

	open_both();
	/* With its habits open again. */
	memset(config.habit, GVI_UNSETTLED, sizeof config.habit);
	ck_assert_int_eq(gvi_init(rig.m, &config, &host), GVI_OK);
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &few, rig.m, &host), GVI_OK);
	rig_start(&rig);
	ck_assert_int_eq(gvi_oracle_adopt(oracle, &few, rig.m, &host), GVI_OK);
	ck_assert_uint_eq(judge(&in, &seen, &differs), GVI_UNSURE);
	ck_assert_uint_eq(judge(&in, &seen, &differs), GVI_UNSURE);
	close_both();
}
END_TEST

RIG_RUN("judge", translations, interrupts, translation_requests, page_requests, commands, stores,
	registers, sizes, mistakes, too_few_runs)
