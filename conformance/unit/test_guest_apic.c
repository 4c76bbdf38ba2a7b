/* Interrupts for guests: what is done to a virtual APIC, in which order, and what
 * becomes of it when memory does not play along. */
#include "conformance/unit/rig.h"

#define ENTRIES UINT64_C(0x06000000)
#define LEGAL   "V=1 IV=1 IntTabLen=9 IntTabRoot=0x6000000 IntCtl=2 DomainID=0x77"
#define MSI     UINT64_C(0xfee00000)
#define ENTRY   (ENTRIES + 16 * 5)
#define PAGE    UINT64_C(0x04560000)
#define IRR     (PAGE + 0x200)

/* Events of DEVICE in domain 77h with I=1, and the address of its message. */
#define ADDRESS UINT64_C(0xfffffffdf8050000)
#define REFUSED UINT64_C(0x2098007700000020)
#define FAILED  UINT64_C(0x4008007700000020)

static void enable(struct rig *r)
{
	rig_start(r);
	rig_entry(r, LEGAL);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_EN, 1);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAM_EN, 1);
}

static void begin_with(struct rig *r, struct gvi_config *config)
{
	rig_open(r, config);
	enable(r);
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

/* The entry of index 5: RemapEn, GuestMode, and the page, with more bits. */
static void entry(struct rig *r, uint64_t low, uint64_t high)
{
	REQUIRE(memory_store(r->memory, ENTRY, 0x81 | low));
	REQUIRE(memory_store(r->memory, ENTRY + 8, PAGE >> 12 << 12 | high));
}

#define IS_RUN UINT64_C(0x40)
#define LOG    UINT64_C(0x04)
#define DIS    UINT64_C(0x20)
#define TO(n)  (UINT64_C(n) << 8)
#define TAG(n) (UINT64_C(n) << 32)

static enum gvi_status try_interrupt(struct rig *r, struct gvi_answer *answer)
{
	const struct gvi_interrupt request = {.address = MSI, .data = 5, .device = DEVICE};

	memset(answer, 0xa5, sizeof *answer);
	r->nsent = 0;
	return gvi_interrupt(r->m, &request, answer);
}

static struct gvi_answer interrupt(struct rig *r)
{
	struct gvi_answer answer;

	REQUIRE(try_interrupt(r, &answer) == GVI_OK);
	return answer;
}

static struct gvi_answer posted(struct rig *r, enum gvi_message_kind kind)
{
	const struct gvi_message none = {0};
	struct gvi_answer answer = interrupt(r);
	size_t count;
	const struct gvi_effect *effect = gvi_effects(r->m, &count);

	REQUIRE(answer.result == GVI_GRANT && answer.translated && answer.address == 0);
	REQUIRE(answer.message.kind == kind);
	REQUIRE(count >= 1 && effect->kind == GVI_EFFECT_EXCHANGE && effect->length == 8);
	if (kind == GVI_MESSAGE_NONE) {
		REQUIRE(memcmp(&answer.message, &none, sizeof none) == 0);
		REQUIRE(r->nsent == 0);
		return answer;
	}
	REQUIRE(count == 2 && effect[1].kind == GVI_EFFECT_SEND && r->nsent == 1);
	REQUIRE(memcmp(&effect[1].message, &answer.message, sizeof answer.message) == 0);
	REQUIRE(memcmp(&r->sent[0], &answer.message, sizeof answer.message) == 0);
	REQUIRE(answer.message.address == 0 && answer.message.device == 0);
	return answer;
}

static void refused(struct rig *r, uint64_t low, uint64_t high)
{
	struct gvi_answer answer = interrupt(r);

	ck_assert_uint_eq(answer.result, GVI_ABORT);
	ck_assert_uint_eq(answer.completion, GVI_DROPPED);
	ck_assert_uint_eq(answer.event[0], low);
	ck_assert_uint_eq(answer.event[1], high);
	ck_assert_uint_eq(answer.logging, low ? GVI_LOGGED : GVI_NO_EVENT);
	ck_assert_uint_eq(answer.message.kind, GVI_MESSAGE_NONE);
	/* At most that the log has an event. */
	for (size_t i = 0; i < r->nsent; i++)
		ck_assert_uint_eq(r->sent[i].kind, GVI_MESSAGE_INTERRUPT);
}

static uint64_t irr(struct rig *r, unsigned part)
{
	return memory_load(r->memory, IRR + 16 * part);
}

/* ---- The bit ---------------------------------------------------------------------- */

/* Each vector has its bit, and nothing beside it changes. */
START_TEST(test_every_vector)
{
	const uint64_t behind = UINT64_C(0xfedcba9800000000);
	struct rig r;

	begin(&r);
	for (unsigned vector = 0; vector < 256; vector++) {
		for (unsigned part = 0; part < 8; part++)
			REQUIRE(memory_store(r.memory, IRR + 16 * part, behind));
		entry(&r, 0, 0);
		REQUIRE(memory_store(r.memory, ENTRY + 8, PAGE >> 12 << 12 | vector));
		(void)posted(&r, GVI_MESSAGE_NONE);
		for (unsigned part = 0; part < 8; part++) {
			uint64_t bit = vector / 32 == part ? UINT64_C(1) << vector % 32 : 0;

			REQUIRE(irr(&r, part) == (behind | bit));
			REQUIRE(memory_load(r.memory, IRR + 16 * part + 8) == 0);
		}
	}
	rig_close(&r);
}
END_TEST

/* They gather, and the IOMMU writes a bit that is set already, too. */
START_TEST(test_bits_gather)
{
	size_t count;
	const struct gvi_effect *effect;
	struct rig r;

	begin(&r);
	for (unsigned i = 0; i < 3; i++) {
		entry(&r, 0, 0x41 + i % 2);
		(void)posted(&r, GVI_MESSAGE_NONE);
	}
	ck_assert_uint_eq(irr(&r, 2), 6);
	ck_assert_uint_eq(r.exchanges, 3);
	effect = gvi_effects(r.m, &count);
	ck_assert_uint_eq(effect->spa, IRR + 0x20);
	ck_assert_uint_eq(effect->data[0], 6);
	ck_assert_uint_eq(effect->data[1], 6);
	rig_close(&r);
}
END_TEST

/* ---- Who is told ------------------------------------------------------------------- */

START_TEST(test_a_doorbell)
{
	struct gvi_answer answer;
	struct rig r;

	begin(&r);
	/* GALogIntr, GATag and GAPPIDis do not matter to who runs. */
	entry(&r, IS_RUN | LOG | DIS | TO(0xa5) | TAG(0x12345678), 0x31);
	answer = posted(&r, GVI_MESSAGE_DOORBELL);
	ck_assert_uint_eq(answer.message.destination, 0xa5);
	ck_assert_uint_eq(answer.message.data, 0);
	/* Again, as nobody says that it may be left out. */
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_XT_EN, 1);
	entry(&r, IS_RUN | TO(0x345678), UINT64_C(0x12) << 56 | 0x31);
	answer = posted(&r, GVI_MESSAGE_DOORBELL);
	ck_assert_uint_eq(answer.message.destination, 0x12345678);
	rig_close(&r);
}
END_TEST

START_TEST(test_coalesced)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_GUEST_POST_AGAIN, 1);
	entry(&r, IS_RUN, 0x31);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	(void)posted(&r, GVI_MESSAGE_NONE);
	entry(&r, IS_RUN, 0x32);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	ck_assert_uint_eq(irr(&r, 1), 0x60000);
	rig_close(&r);
}
END_TEST

/* Only an empty IRR wakes: any other bit of the 256 keeps it quiet. */
START_TEST(test_a_physical_interrupt)
{
	struct gvi_answer answer;
	struct rig r;

	begin(&r);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAPPI_EN, 1);
	entry(&r, TO(0xa5) | TAG(0x123456e7), 0x31);
	for (unsigned part = 0; part < 8; part++) {
		/* What is not of the IRR does not count. */
		REQUIRE(memory_store(r.memory, IRR + 16 * part, UINT64_MAX << 32));
		REQUIRE(memory_store(r.memory, IRR + 16 * part + 8, UINT64_MAX));
	}
	answer = posted(&r, GVI_MESSAGE_GAPPI);
	ck_assert_uint_eq(answer.message.destination, 0xa5);
	ck_assert_uint_eq(answer.message.data, 0xe7);
	(void)posted(&r, GVI_MESSAGE_NONE);
	REQUIRE(memory_store(r.memory, IRR + 16, 0));
	for (unsigned bit = 0; bit < 256; bit++) {
		uint64_t spa = IRR + bit / 32 * 16;

		REQUIRE(memory_store(r.memory, spa, UINT64_C(1) << bit % 32));
		(void)posted(&r, GVI_MESSAGE_NONE);
		REQUIRE(memory_store(r.memory, spa, 0));
		REQUIRE(memory_store(r.memory, IRR + 16, 0));
	}
	(void)posted(&r, GVI_MESSAGE_GAPPI);
	/* Masked, and then a doorbell. */
	REQUIRE(memory_store(r.memory, IRR + 16, 0));
	entry(&r, DIS | TO(0xa5) | TAG(0x123456e7), 0x31);
	(void)posted(&r, GVI_MESSAGE_NONE);
	REQUIRE(memory_store(r.memory, IRR + 16, 0));
	entry(&r, IS_RUN | TO(0xa5) | TAG(0x123456e7), 0x31);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	rig_close(&r);
}
END_TEST

/* AMB-5.13: spurious ones; a doorbell is none of them. */
START_TEST(test_physical_interrupts_without_need)
{
	struct rig r;

	begin_habit(&r, GVI_CHOICE_GAPPI_SPURIOUS, 1);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAPPI_EN, 1);
	entry(&r, 0, 0x31);
	for (unsigned i = 0; i < 3; i++)
		(void)posted(&r, GVI_MESSAGE_GAPPI);
	entry(&r, DIS, 0x31);
	(void)posted(&r, GVI_MESSAGE_NONE);
	entry(&r, IS_RUN, 0x31);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	rig_close(&r);
}
END_TEST

/* ---- The log ------------------------------------------------------------------------- */

#define LOG_BASE UINT64_C(0x00700000)
#define LOG_COPY UINT64_C(0x00710000)

static void begin_log(struct rig *r, struct gvi_config *config)
{
	begin_with(r, config);
	rig_write(r, GVI_REGISTER_GA_LOG_BASE, UINT64_C(8) << 56 | LOG_BASE);
	rig_write(r, GVI_REGISTER_GA_LOG_TAIL_ADDR, LOG_COPY);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_LOG_EN, 1);
	rig_set(r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_INT_EN, 1);
}

/* The bit, the entry, the copy of the tail, and then the interrupt. */
START_TEST(test_the_log)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	const struct gvi_effect *effect;
	struct gvi_answer answer;
	size_t count;
	struct rig r;

	begin_log(&r, &config);
	entry(&r, LOG | DIS | TO(0xa5) | TAG(0x87654321), 0x31);
	answer = interrupt(&r);
	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.message.kind, GVI_MESSAGE_NONE);
	effect = gvi_effects(r.m, &count);
	ck_assert_uint_eq(count, 5);
	ck_assert_uint_eq(effect[0].kind, GVI_EFFECT_EXCHANGE);
	ck_assert_uint_eq(effect[1].kind, GVI_EFFECT_WRITE);
	ck_assert_uint_eq(effect[1].spa, LOG_BASE);
	ck_assert_uint_eq(effect[1].length, 8);
	ck_assert_uint_eq(effect[1].data[0], UINT64_C(0x1000002087654321));
	ck_assert_uint_eq(effect[2].spa, LOG_COPY);
	ck_assert_uint_eq(effect[2].data[0], 8);
	ck_assert_uint_eq(effect[3].kind, GVI_EFFECT_RAISE);
	ck_assert_uint_eq(effect[3].data[0], GVI_SOURCE_GA_INT);
	ck_assert_uint_eq(effect[4].kind, GVI_EFFECT_SEND);
	ck_assert_uint_eq(effect[4].message.kind, GVI_MESSAGE_INTERRUPT);
	/* Who runs, and who is woken otherwise, is not logged. */
	entry(&r, LOG | IS_RUN | TAG(1), 0x32);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	entry(&r, LOG | DIS | TAG(1), 0x33);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAPPI_EN, 1);
	(void)posted(&r, GVI_MESSAGE_NONE);
	ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_GA_LOG_TAIL), 8);
	rig_close(&r);
}
END_TEST

START_TEST(test_the_log_coalesces)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	for (uint8_t alternative = 0; alternative < 2; alternative++) {
		config.habit[GVI_CHOICE_GUEST_POST_AGAIN] = alternative;
		begin_log(&r, &config);
		entry(&r, LOG, 0x31);
		for (unsigned i = 0; i < 3; i++)
			(void)interrupt(&r);
		ck_assert_uint_eq(rig_read(&r, GVI_REGISTER_GA_LOG_TAIL), alternative ? 8 : 24);
		rig_close(&r);
	}
}
END_TEST

/* ---- Races -------------------------------------------------------------------------- */

/* The bit that the guest takes away under the update is set, and the one that it
 * sees in it decides. */
struct racer {
	struct rig *rig;
	uint64_t value; /* of the word just before the first exchange */
	unsigned exchanges;
};

static enum gvi_bus race_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct racer *racer = user;

	memory_read(racer->rig->memory, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus race_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct racer *racer = user;

	if (!racer->exchanges++)
		REQUIRE(memory_store(racer->rig->memory, spa, racer->value));
	(void)memory_exchange(racer->rig->memory, spa, seen, next);
	return GVI_BUS_OK;
}

START_TEST(test_a_race)
{
	static const struct {
		uint64_t before, between, after;
		bool wakes;
	} cases[] = {
		{0, 0, 0x20000, true},
		{0, 1, 0x20001, false},
		{1, 0, 0x20000, true},
		{0x20000, 0, 0x20000, true},
		{0, 0x20000, 0x20000, false},
		{0, UINT64_C(0xffff) << 32, UINT64_C(0xffff00020000), true},
	};
	struct rig r;

	begin(&r);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAPPI_EN, 1);
	entry(&r, 0, 0x31);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct racer racer = {.rig = &r, .value = cases[i].between};
		struct gvi_host host = {
			.user = &racer, .read = race_read, .exchange = race_exchange};
		struct gvi_answer answer;
		size_t count;

		REQUIRE(memory_store(r.memory, IRR + 16, cases[i].before));
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		answer = interrupt(&r);
		ck_assert_uint_eq(answer.result, GVI_GRANT);
		ck_assert_uint_eq(answer.message.kind,
				  cases[i].wakes ? GVI_MESSAGE_GAPPI : GVI_MESSAGE_NONE);
		ck_assert_uint_eq(irr(&r, 1), cases[i].after);
		ck_assert_uint_eq(racer.exchanges, cases[i].before == cases[i].between ? 1 : 2);
		(void)gvi_effects(r.m, &count);
		ck_assert_uint_eq(count, cases[i].wakes ? 2 : 1);
	}
	rig_close(&r);
}
END_TEST

START_TEST(test_a_race_without_end)
{
	struct gvi_answer answer, was;
	size_t before, after;
	struct gvi_effect first;
	struct rig r;

	begin(&r);
	entry(&r, IS_RUN, 0x31);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	first = *gvi_effects(r.m, &before);
	r.exchanges = 0;
	r.race_every = 1;
	memset(&was, 0xa5, sizeof was);
	ck_assert_int_eq(try_interrupt(&r, &answer), GVI_STATE_RACING);
	ck_assert_mem_eq(&answer, &was, sizeof was);
	ck_assert_mem_eq(gvi_effects(r.m, &after), &first, sizeof first);
	ck_assert_uint_eq(after, before);
	ck_assert_uint_eq(r.exchanges, 64);
	ck_assert_uint_eq(r.nsent, 0);
	r.race_every = 0;
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	rig_close(&r);
}
END_TEST

/* ---- Errors ------------------------------------------------------------------------ */

/* Memory that fails in one place. */
struct hole {
	struct rig *rig;
	uint64_t spa;
};

static enum gvi_bus read_around(void *user, uint64_t spa, void *to, size_t len)
{
	struct hole *hole = user;

	memory_read(hole->rig->memory, spa, to, len);
	return spa == hole->spa ? GVI_BUS_TARGET_ABORT : GVI_BUS_OK;
}

START_TEST(test_an_irr_that_cannot_be_read)
{
	struct rig r;

	for (uint8_t alternative = 0; alternative < 2; alternative++) {
		struct hole hole = {.rig = &r, .spa = IRR + 0x10};
		const struct gvi_host host = {.user = &hole, .read = read_around};

		begin_habit(&r, GVI_CHOICE_GUEST_IRR_ERROR, alternative);
		entry(&r, IS_RUN | 2, 0x31);
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		/* SupIOPF silences page faults only. */
		refused(&r, alternative ? 0 : FAILED | UINT64_C(2) << 57,
			alternative ? 0 : IRR + 0x10);
		rig_close(&r);
	}
}
END_TEST

START_TEST(test_an_irr_that_cannot_be_written)
{
	struct rig r;

	for (uint8_t alternative = 0; alternative < 2; alternative++) {
		size_t count;

		begin_habit(&r, GVI_CHOICE_GUEST_IRR_ERROR, alternative);
		entry(&r, IS_RUN, 0x31);
		r.on_exchange = GVI_BUS_POISON;
		refused(&r, alternative ? 0 : FAILED | UINT64_C(3) << 57,
			alternative ? 0 : IRR + 0x10);
		ck_assert_uint_eq(gvi_effects(r.m, &count)->bus, GVI_BUS_POISON);
		ck_assert_uint_eq(irr(&r, 1), 0);
		rig_close(&r);
	}
}
END_TEST

/* Looking for other bits fails: the interrupt is lost, unless nobody looks. */
START_TEST(test_looking_fails)
{
	struct rig r;

	for (unsigned way = 0; way < 3; way++) {
		struct hole hole = {.rig = &r, .spa = IRR + 0x70};
		const struct gvi_host host = {.user = &hole, .read = read_around};

		begin(&r);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAPPI_EN, 1);
		entry(&r, way == 1 ? DIS : way == 2 ? IS_RUN : 0, 0x31);
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		if (way == 0)
			refused(&r, FAILED | UINT64_C(2) << 57, IRR + 0x70);
		else
			ck_assert_uint_eq(interrupt(&r).result, GVI_GRANT);
		rig_close(&r);
	}
}
END_TEST

/* ---- The entry ----------------------------------------------------------------------- */

/* Bits that an entry for a guest must not have, by what there is. */
static uint64_t must_be_zero(unsigned word, bool x2apic, bool maskable, bool checked)
{
	uint64_t low = 0x18, high = 0;

	if (!maskable)
		low |= 0x20;
	if (!x2apic) {
		low |= 0xffff0000;
		high |= UINT64_C(0xff) << 56;
	}
	if (checked)
		high |= 0xf00 | UINT64_C(0xf) << 52;
	return word ? high : low;
}

static void try_bit(struct rig *r, unsigned bit, bool reserved)
{
	entry(r, bit < 64 ? UINT64_C(1) << bit : 0, bit < 64 ? 0 : UINT64_C(1) << (bit - 64));
	if (reserved)
		refused(r, REFUSED, ADDRESS);
	else
		ck_assert_uint_eq(interrupt(r).result, GVI_GRANT);
	rig_write(r, GVI_REGISTER_EVENT_LOG_HEAD, rig_read(r, GVI_REGISTER_EVENT_LOG_TAIL));
}

START_TEST(test_reserved_bits)
{
	struct rig r;

	for (unsigned way = 0; way < 8; way++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		bool x2apic = way & 1, maskable = way & 2, checked = way & 4;

		if (!maskable)
			config.efr2 &= ~UINT64_C(0x10);
		config.habit[GVI_CHOICE_IRTE_RESERVED] = !checked;
		begin_with(&r, &config);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_XT_EN, x2apic);
		for (unsigned bit = 0; bit < 128; bit++) {
			uint64_t mbz = must_be_zero(bit / 64, x2apic, maskable, checked);

			/* SupIOPF, which would silence what is refused, has no part in it. */
			try_bit(&r, bit, mbz >> bit % 64 & 1);
		}
		rig_close(&r);
	}
}
END_TEST

/* SNP wants a switch of its own. */
START_TEST(test_snp)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	config.efr |= UINT64_C(1) << 63;
	config.efr2 |= 0x20;
	begin_with(&r, &config);
	entry(&r, IS_RUN, 0x31);
	ck_assert_uint_eq(interrupt(&r).result, GVI_GRANT);
	rig_close(&r);
	config.snp = true;
	for (uint8_t alternative = 0; alternative < 2; alternative++) {
		config.habit[GVI_CHOICE_GUEST_MODE_SNP] = alternative;
		rig_open(&r, &config);
		/* Its table stands at 0 [register.snp-lock]. */
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_IOMMU_EN, 1);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_EN, 1);
		rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAM_EN, 1);
		rig_store(&r, GVI_FORMAT_DTE, 32 * DEVICE, LEGAL);
		entry(&r, IS_RUN, 0x31);
		if (alternative == 0) {
			struct gvi_answer answer = interrupt(&r);

			ck_assert_uint_eq(answer.result, GVI_ABORT);
			ck_assert_uint_eq(answer.event[0], REFUSED);
			rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_SNP_AVIC_EN, 1);
		}
		(void)posted(&r, GVI_MESSAGE_DOORBELL);
		rig_close(&r);
	}
}
END_TEST

/* GAMEn and GAEn are both needed, and a reserved GAMEn is none. */
START_TEST(test_what_guest_mode_needs)
{
	struct rig r;

	begin(&r);
	entry(&r, IS_RUN, 0x31);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAM_EN, 0);
	refused(&r, REFUSED, ADDRESS);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAM_EN, 2);
	refused(&r, REFUSED, ADDRESS);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GAM_EN, 1);
	(void)posted(&r, GVI_MESSAGE_DOORBELL);
	rig_set(&r, GVI_REGISTER_CONTROL, GVI_CONTROL_GA_EN, 0);
	REQUIRE(memory_store(r.memory, ENTRIES + 16, UINT64_C(0x81) << 32));
	refused(&r, REFUSED, ADDRESS);
	rig_close(&r);
}
END_TEST

/* ---- The surroundings ---------------------------------------------------------------- */

/* Callbacks, a window, a listener, nobody who exchanges: the same answer to the byte. */
START_TEST(test_windows_and_listeners)
{
	static unsigned char shown[0x1000];
	const struct gvi_window window = {PAGE, sizeof shown, shown};
	struct gvi_answer first = {0};
	struct rig r;

	begin(&r);
	entry(&r, IS_RUN | TO(3), 0x31);
	for (unsigned way = 0; way < 8; way++) {
		struct gvi_host host = rig_host(&r);
		struct gvi_answer answer;

		host.note = way & 1 ? NULL : host.note;
		host.windows = way & 2 ? &window : NULL;
		host.nwindows = way >> 1 & 1;
		host.exchange = way & 4 ? NULL : host.exchange;
		REQUIRE(memory_store(r.memory, IRR + 16, 0));
		ck_assert_int_eq(gvi_set_host(r.m, &host), GVI_OK);
		answer = posted(&r, GVI_MESSAGE_DOORBELL);
		if (way == 0)
			first = answer;
		ck_assert_mem_eq(&answer, &first, sizeof first);
		ck_assert_uint_eq(irr(&r, 1), way & 4 ? 0 : 0x20000);
	}
	ck_assert_uint_eq(first.nclauses, 5);
	ck_assert_uint_eq(first.clause[0], GVI_CLAUSE_DEVICE_FETCH);
	ck_assert_uint_eq(first.clause[1], GVI_CLAUSE_REMAP_INDEX);
	ck_assert_uint_eq(first.clause[2], GVI_CLAUSE_REMAP_FETCH);
	ck_assert_uint_eq(first.clause[3], GVI_CLAUSE_REMAP_GUEST_IRR);
	ck_assert_uint_eq(first.clause[4], GVI_CLAUSE_REMAP_GUEST_DOORBELL);
	rig_close(&r);
}
END_TEST

RIG_RUN("guest_apic", test_every_vector, test_bits_gather, test_a_doorbell, test_coalesced,
	test_a_physical_interrupt, test_physical_interrupts_without_need, test_the_log,
	test_the_log_coalesces, test_a_race, test_a_race_without_end,
	test_an_irr_that_cannot_be_read, test_an_irr_that_cannot_be_written, test_looking_fails,
	test_reserved_bits, test_snp, test_what_guest_mode_needs, test_windows_and_listeners)
