/* Coverage counters: what counts as what, that counts are sums, and that files are
 * read strictly. */
#include <stdio.h>

#include "conformance/coverage_json.h"
#include "conformance/coverage_points.h"
#include "conformance/unit/rig.h"

static struct coverage c;
static const union gvi_reply nothing;

static void start(void)
{
	coverage_init(&c);
}

static void clause(enum gvi_clause id)
{
	coverage_note(&c, &(struct gvi_note){.kind = GVI_NOTE_CLAUSE, .id = (uint16_t)id});
}

static void fetch(enum gvi_format_id format, uint64_t spa, const uint64_t *raw, uint32_t words)
{
	coverage_note(&c, &(struct gvi_note){.kind = GVI_NOTE_FETCH,
					     .id = (uint16_t)format,
					     .spa = spa,
					     .words = words,
					     .raw = raw});
}

static void call(enum gvi_input_kind kind, const union gvi_reply *reply)
{
	coverage_call(&c, &(struct gvi_input){.kind = (uint8_t)kind}, reply, NULL, 0);
}

static void mmio(enum gvi_input_kind kind, uint32_t offset, uint8_t length, uint64_t value)
{
	const struct gvi_input in = {.kind = (uint8_t)kind, .of.mmio = {value, offset, length}};

	coverage_call(&c, &in, &(union gvi_reply){.value = value}, NULL, 0);
}

#define FIELD(id, class) c.counts.field[GVI_##id][COVERAGE_##class]
#define OUTCOME(id)      c.counts.outcome[COVERAGE_##id]

/* ---- Values of fields --------------------------------------------------------------- */

START_TEST(classes_of_numbers)
{
	const uint64_t modes[] = {0, UINT64_C(1) << 9, UINT64_C(7) << 9, UINT64_C(3) << 9};
	uint64_t dte[4] = {0};

	start();
	for (unsigned i = 0; i < 4; i++) {
		dte[0] = modes[i];
		fetch(GVI_FORMAT_DTE, 0, dte, 4);
	}
	ck_assert_uint_eq(FIELD(DTE_MODE, ZERO), 1);
	ck_assert_uint_eq(FIELD(DTE_MODE, ONE), 1);
	ck_assert_uint_eq(FIELD(DTE_MODE, MAX), 1);
	ck_assert_uint_eq(FIELD(DTE_MODE, OTHER), 1);
	ck_assert_uint_eq(FIELD(DTE_V, ZERO), 4);
	ck_assert_uint_eq(FIELD(DTE_V, ONE), 0);
	ck_assert_uint_eq(c.counts.words[GVI_FORMAT_DTE], 4);
	ck_assert_uint_eq(c.counts.fetch[GVI_FORMAT_DTE][GVI_BUS_OK], 4);
}
END_TEST

/* The unit of an address is its `one`; what stands apart is one field. */
START_TEST(classes_of_addresses)
{
	const uint64_t page[4] = {0x1000},
		       most[4] = {UINT64_C(0x1c00000000000000),
				  UINT64_C(0xfffff80000000000) | UINT64_C(0xffff0000)};

	start();
	fetch(GVI_FORMAT_DTE, 0, page, 4);
	fetch(GVI_FORMAT_DTE, 0, most, 4);
	ck_assert_uint_eq(FIELD(DTE_HOST_ROOT, ONE), 1);
	ck_assert_uint_eq(FIELD(DTE_HOST_ROOT, ZERO), 1);
	ck_assert_uint_eq(FIELD(DTE_GCR3_ROOT, MAX), 1);
	ck_assert_uint_eq(FIELD(DTE_GCR3_ROOT, ZERO), 1);
}
END_TEST

static uint64_t value_count(enum gvi_field_id field, uint64_t value)
{
	for (unsigned i = 0; i < COVERAGE_NVALUES; i++)
		if (gvi_value_names[i].field == field && gvi_value_names[i].value == value)
			return c.counts.value[i];
	ck_abort_msg("there is no such value");
}

START_TEST(classes_of_codes)
{
	const uint64_t none[4] = {0}, accessed[4] = {1 << 7}, reserved[4] = {2 << 7 | 4};

	start();
	fetch(GVI_FORMAT_DTE, 0, none, 4);
	fetch(GVI_FORMAT_DTE, 0, accessed, 4);
	fetch(GVI_FORMAT_DTE, 0, reserved, 4);
	ck_assert_uint_eq(value_count(GVI_DTE_HAD, 0), 1);
	ck_assert_uint_eq(value_count(GVI_DTE_HAD, 1), 1);
	ck_assert_uint_eq(FIELD(DTE_HAD, RESERVED), 1);
	ck_assert_uint_eq(FIELD(DTE_RSVD_3_2, RESERVED), 1);
	ck_assert_uint_eq(FIELD(DTE_RSVD_3_2, ZERO), 2);
}
END_TEST

/* A bit whose feature is missing is none of its values. */
START_TEST(classes_without_features)
{
	const uint64_t dte[4] = {UINT64_C(1) << 54 | 1 << 7};

	start();
	coverage_features(&c, UINT64_C(1) << GVI_FEATURE_ALWAYS);
	fetch(GVI_FORMAT_DTE, 0, dte, 4);
	ck_assert_uint_eq(FIELD(DTE_GIOV, UNSUPPORTED), 1);
	ck_assert_uint_eq(FIELD(DTE_GIOV, ONE), 0);
	ck_assert_uint_eq(FIELD(DTE_HAD, UNSUPPORTED), 1);
	ck_assert_uint_eq(value_count(GVI_DTE_HAD, 1), 0);
	ck_assert_uint_eq(FIELD(DTE_GV, ZERO), 1);
}
END_TEST

/* Fields that a half does not hold whole are not known. */
START_TEST(halves_of_an_entry)
{
	const uint64_t half[2] = {1, 0};

	start();
	fetch(GVI_FORMAT_DTE, 0x1010, half, 2);
	ck_assert_uint_eq(FIELD(DTE_IV, ONE), 1);
	ck_assert_uint_eq(FIELD(DTE_V, ONE) + FIELD(DTE_V, ZERO), 0);
	fetch(GVI_FORMAT_DTE, 0x1000, half, 2);
	ck_assert_uint_eq(FIELD(DTE_V, ONE), 1);
	ck_assert_uint_eq(FIELD(DTE_IV, ONE), 1);
}
END_TEST

START_TEST(what_was_fetched)
{
	const uint64_t pointer = UINT64_C(1) << 9 | 1, page = 1;
	const uint64_t wait[2] = {UINT64_C(1) << 60, 0}, none[2] = {UINT64_C(15) << 60, 0};

	start();
	fetch(GVI_FORMAT_PTE, 0, &pointer, 1);
	fetch(GVI_FORMAT_PTE, 0, &page, 1);
	fetch(GVI_FORMAT_COMPLETION_WAIT, 0, wait, 2);
	fetch(GVI_FORMAT_COMPLETION_WAIT, 0, none, 2);
	ck_assert_uint_eq(FIELD(PDE_PR, ONE), 1);
	ck_assert_uint_eq(FIELD(PTE_PR, ONE), 1);
	ck_assert_uint_eq(c.counts.fetch[GVI_FORMAT_PTE][GVI_BUS_OK], 2);
	ck_assert_uint_eq(c.counts.words[GVI_FORMAT_COMPLETION_WAIT], 1);
	coverage_note(&c, &(struct gvi_note){.kind = GVI_NOTE_FETCH,
					     .bus = GVI_BUS_POISON,
					     .id = GVI_FORMAT_PTE,
					     .words = 1,
					     .raw = &page});
	ck_assert_uint_eq(c.counts.fetch[GVI_FORMAT_PTE][GVI_BUS_POISON], 1);
	ck_assert_uint_eq(FIELD(PTE_PR, ONE), 1);
}
END_TEST

/* Notes of another library, or of nobody, are no reason to write where nothing is. */
START_TEST(notes_out_of_range)
{
	const uint64_t raw[GVI_MAX_WORDS] = {0};
	const struct gvi_effect effect = {.kind = GVI_EFFECT_RAISE, .data = {UINT64_MAX, 0}};
	static const struct coverage_counts empty = {.runs = 1};

	start();
	clause(GVI_CLAUSE_NONE);
	clause(GVI_NCLAUSES);
	coverage_note(&c, &(struct gvi_note){.kind = GVI_NOTE_CHOICE, .id = GVI_NCHOICES});
	coverage_note(&c,
		      &(struct gvi_note){.kind = GVI_NOTE_CHOICE, .value = GVI_MAX_ALTERNATIVES});
	fetch(GVI_NFORMATS, 0, raw, 1);
	coverage_note(&c, &(struct gvi_note){.kind = GVI_NOTE_FETCH, .bus = 7, .raw = raw});
	coverage_note(&c, &(struct gvi_note){.kind = GVI_NOTE_EFFECT, .effect = &effect});
	ck_assert_mem_eq(&c.counts, &empty, sizeof empty);
}
END_TEST

/* ---- Registers ------------------------------------------------------------------------- */

START_TEST(registers_by_pieces)
{
	start();
	mmio(GVI_INPUT_MMIO_WRITE, 0x18, 4, 1);
	ck_assert_uint_eq(FIELD(CONTROL_IOMMU_EN, ONE), 1);
	ck_assert_uint_eq(FIELD(CONTROL_MARC_EN, ZERO), 0);
	mmio(GVI_INPUT_MMIO_WRITE, 0x1c, 4, 1 << 8);
	ck_assert_uint_eq(FIELD(CONTROL_MARC_EN, ONE), 1);
	ck_assert_uint_eq(FIELD(CONTROL_IOMMU_EN, ONE), 1);
	/* Base and length stand in different pieces; one of the base's is not all of it. */
	mmio(GVI_INPUT_MMIO_WRITE, 0x0c, 4, UINT32_C(8) << 24);
	ck_assert_uint_eq(FIELD(CMD_BUF_BASE_LEN, OTHER), 1);
	ck_assert_uint_eq(FIELD(CMD_BUF_BASE_BASE, ZERO), 0);
	/* One access to two registers, and one to the last of several. */
	mmio(GVI_INPUT_MMIO_WRITE, 0x160, 8, UINT64_C(1) << 32);
	ck_assert_uint_eq(FIELD(MSI_DATA_DATA, ONE), 1);
	ck_assert_uint_eq(FIELD(MSI_ADDR_HIGH_ADDRESS, ZERO), 1);
	mmio(GVI_INPUT_MMIO_WRITE, 0x130, 8, 1);
	ck_assert_uint_eq(c.counts.words[GVI_FORMAT_DEV_TAB_SEG_BASE], 1);
}
END_TEST

/* What software cannot write counts when it reads. */
START_TEST(registers_read_and_written)
{
	start();
	mmio(GVI_INPUT_MMIO_READ, 0x18, 8, 1);
	mmio(GVI_INPUT_MMIO_WRITE, 0x30, 8, 1);
	ck_assert_uint_eq(FIELD(CONTROL_IOMMU_EN, ONE), 0);
	ck_assert_uint_eq(FIELD(EFR_PREFSUP, ONE), 0);
	mmio(GVI_INPUT_MMIO_READ, 0x30, 8, 1);
	ck_assert_uint_eq(FIELD(EFR_PREFSUP, ONE), 1);
	mmio(GVI_INPUT_CONFIG_READ, 0x40, 4, UINT32_C(1) << 24);
	ck_assert_uint_eq(FIELD(CAP_HEADER_IOTLB_SUP, ONE), 1);
	mmio(GVI_INPUT_CONFIG_WRITE, 0x44, 4, 1);
	ck_assert_uint_eq(FIELD(CAP_BASE_LOW_ENABLE, ONE), 1);
	ck_assert_uint_eq(OUTCOME(REGISTER_READ), 3);
	ck_assert_uint_eq(OUTCOME(REGISTER_WRITE), 2);
	mmio(GVI_INPUT_MMIO_WRITE, UINT32_MAX, 8, 1);
	mmio(GVI_INPUT_MMIO_WRITE, 0, 255, 1);
}
END_TEST

/* A register that is not there has no fields. */
START_TEST(registers_that_are_missing)
{
	start();
	coverage_features(&c, UINT64_C(1) << GVI_FEATURE_ALWAYS);
	mmio(GVI_INPUT_MMIO_WRITE, 0x38, 8, 1);
	ck_assert_uint_eq(c.counts.words[GVI_FORMAT_PPR_LOG_BASE], 0);
}
END_TEST

/* ---- Calls ---------------------------------------------------------------------------------- */

START_TEST(outcomes)
{
	struct gvi_answer a = {.result = GVI_GRANT, .translated = true};
	union gvi_reply reply = {.answer = a};

	start();
	clause(GVI_CLAUSE_HOST_LEAF);
	call(GVI_INPUT_TRANSLATE, &reply);
	reply.answer.translated = false;
	call(GVI_INPUT_TRANSLATE, &reply);
	reply.answer.result = GVI_INTERRUPT;
	call(GVI_INPUT_TRANSLATE, &reply);
	reply.answer.result = GVI_ABORT;
	reply.answer.logging = GVI_LOST;
	clause(GVI_CLAUSE_HOST_LEAF);
	call(GVI_INPUT_INTERRUPT, &reply);
	ck_assert_uint_eq(OUTCOME(TRANSLATED), 1);
	ck_assert_uint_eq(OUTCOME(UNTRANSLATED), 1);
	ck_assert_uint_eq(OUTCOME(INTERRUPT), 1);
	ck_assert_uint_eq(OUTCOME(LOST), 1);
	/* Each rule has the outcome of its own call. */
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].outcome[COVERAGE_TRANSLATED], 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].outcome[COVERAGE_UNTRANSLATED], 0);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].outcome[COVERAGE_LOST], 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].applied, 2);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].reported, 0);
}
END_TEST

START_TEST(outcomes_of_commands)
{
	const uint64_t record[2] = {UINT64_C(5) << 60, 0x400000};
	const struct gvi_effect write = {
		.kind = GVI_EFFECT_WRITE, .length = 16, .data = {record[0], record[1]}};
	const struct gvi_input step = {.kind = GVI_INPUT_STEP};

	start();
	call(GVI_INPUT_STEP, &nothing);
	call(GVI_INPUT_STEP, &(union gvi_reply){.value = 1});
	clause(GVI_CLAUSE_COMMAND_ILLEGAL_HALT);
	call(GVI_INPUT_STEP, &(union gvi_reply){.value = 1});
	/* By somebody who does not listen. */
	coverage_call(&c, &step, &(union gvi_reply){.value = 1}, &write, 1);
	ck_assert_uint_eq(OUTCOME(IDLE), 1);
	ck_assert_uint_eq(OUTCOME(PERFORMED), 1);
	ck_assert_uint_eq(OUTCOME(STOPPED), 2);
	ck_assert_uint_eq(c.counts.words[GVI_FORMAT_ILLEGAL_COMMAND_ERROR], 1);
	ck_assert_uint_eq(c.counts.write[GVI_BUS_OK], 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_COMMAND_ILLEGAL_HALT].reported, 1);
}
END_TEST

/* Without notes an answer says which rules it is made of; with them it counts as the
 * report of what was heard. */
START_TEST(answers)
{
	union gvi_reply reply = {.answer = {.result = GVI_GRANT,
					    .nclauses = 2,
					    .clause = {GVI_CLAUSE_DEVICE_FETCH, GVI_NCLAUSES}}};

	start();
	call(GVI_INPUT_TRANSLATE, &reply);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_DEVICE_FETCH].applied, 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_DEVICE_FETCH].reported, 1);
	clause(GVI_CLAUSE_DEVICE_FETCH);
	call(GVI_INPUT_TRANSLATE, &reply);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_DEVICE_FETCH].applied, 2);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_DEVICE_FETCH].reported, 2);
	reply.answer.nclauses = UINT16_MAX;
	call(GVI_INPUT_TRANSLATE, &reply);
}
END_TEST

START_TEST(named_by_tests)
{
	const uint16_t named[] = {GVI_CLAUSE_HOST_LEAF, GVI_CLAUSE_HOST_GEOMETRY};

	start();
	clause(GVI_CLAUSE_HOST_LEAF);
	coverage_test_begin(&c);
	coverage_test_end(&c, true, named, 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].exercised, 0);
	coverage_test_begin(&c);
	clause(GVI_CLAUSE_HOST_LEAF);
	coverage_test_end(&c, true, named, 2);
	coverage_test_begin(&c);
	clause(GVI_CLAUSE_HOST_LEAF);
	coverage_test_end(&c, false, named, 2);
	ck_assert_uint_eq(c.counts.tests, 3);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].named, 2);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_LEAF].exercised, 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_GEOMETRY].named, 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_GEOMETRY].exercised, 0);
}
END_TEST

/* A model that is listened to, and the same seen from outside. */
static void note(void *user, const struct gvi_note *n)
{
	(void)user;
	coverage_note(&c, n);
}

/* A call that was refused leaves notes behind; the next test has nothing to do with them. */
START_TEST(tests_begin_anew)
{
	start();
	coverage_test_begin(&c);
	clause(GVI_CLAUSE_HOST_WALK);
	coverage_test_end(&c, true, NULL, 0);
	coverage_test_begin(&c);
	mmio(GVI_INPUT_MMIO_READ, 0x18, 8, 0);
	ck_assert_uint_eq(OUTCOME(REGISTER_READ), 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_WALK].applied, 1);
	ck_assert_uint_eq(c.counts.clause[GVI_CLAUSE_HOST_WALK].outcome[COVERAGE_REGISTER_READ], 0);
}
END_TEST

START_TEST(of_a_model)
{
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);
	const struct gvi_input in = {
		.kind = GVI_INPUT_TRANSLATE,
		.of.request = {.device = DEVICE, .address = DATA, .length = 4}};
	union gvi_reply reply = {.value = 0};
	struct coverage_counts heard;
	struct rig rig;
	struct gvi_host host;
	size_t count;
	const struct gvi_effect *effects;

	rig_open(&rig, &config);
	rig_start(&rig);
	rig_entry(&rig, "V=1 TV=1 DomainID=7");
	host = rig_host(&rig);
	host.note = note;
	ck_assert_int_eq(gvi_set_host(rig.m, &host), GVI_OK);
	start();
	ck_assert_int_eq(gvi_translate(rig.m, &in.of.request, &reply.answer), GVI_OK);
	effects = gvi_effects(rig.m, &count);
	coverage_call(&c, &in, &reply, effects, count);
	heard = c.counts;
	ck_assert_uint_eq(heard.fetch[GVI_FORMAT_DTE][GVI_BUS_OK], 1);
	ck_assert_uint_eq(heard.outcome[COVERAGE_LOGGED], 1);
	ck_assert_uint_eq(heard.words[GVI_FORMAT_IO_PAGE_FAULT], 1);
	ck_assert_uint_eq(heard.write[GVI_BUS_OK], 1);
	start();
	coverage_call(&c, &in, &reply, effects, count);
	ck_assert_uint_eq(c.counts.fetch[GVI_FORMAT_DTE][GVI_BUS_OK], 0);
	ck_assert_mem_eq(c.counts.outcome, heard.outcome, sizeof heard.outcome);
	ck_assert_mem_eq(c.counts.write, heard.write, sizeof heard.write);
	ck_assert_mem_eq(&c.counts.field[GVI_IO_PAGE_FAULT_DEVICE_ID],
			 &heard.field[GVI_IO_PAGE_FAULT_DEVICE_ID], sizeof heard.field[0]);
	rig_close(&rig);
}
END_TEST

/* ---- Sums --------------------------------------------------------------------------------------
 */

/* A piece of a run that nobody wrote by hand. */
static void live(uint64_t *state, unsigned length)
{
	for (unsigned i = 0; i < length; i++) {
		uint64_t raw[4], value = rig_random(state);

		for (unsigned k = 0; k < 4; k++)
			raw[k] = rig_random(state);
		clause((enum gvi_clause)(value % GVI_NCLAUSES));
		fetch(value & 1 ? GVI_FORMAT_DTE : GVI_FORMAT_PTE, 0, raw, value & 1 ? 4 : 1);
		mmio(GVI_INPUT_MMIO_WRITE, (uint32_t)(value >> 8 & 0x1f8), 8, raw[0]);
		call((enum gvi_input_kind)(value >> 20 & 3), &nothing);
	}
}

static struct coverage_counts lived(uint64_t seed, unsigned from, unsigned to)
{
	uint64_t state = seed;

	start();
	live(&state, from);
	start();
	live(&state, to - from);
	return c.counts;
}

START_TEST(merged_is_one_run)
{
	struct coverage_counts whole = lived(1, 0, 300), sum = {0}, parts[3], other = {0};
	const unsigned order[] = {2, 0, 1};

	parts[0] = lived(1, 0, 90);
	parts[1] = lived(1, 90, 91);
	parts[2] = lived(1, 91, 300);
	for (unsigned i = 0; i < 3; i++)
		coverage_merge(&sum, &parts[i]);
	ck_assert_uint_eq(sum.runs, 3);
	sum.runs = 1;
	ck_assert_mem_eq(&sum, &whole, sizeof whole);
	/* In another order, and two of them first. */
	coverage_merge(&parts[order[0]], &parts[order[1]]);
	coverage_merge(&other, &parts[order[2]]);
	coverage_merge(&other, &parts[order[0]]);
	other.runs = 1;
	ck_assert_mem_eq(&other, &whole, sizeof whole);
}
END_TEST

START_TEST(full_stays_full)
{
	struct coverage_counts a = {.tests = COVERAGE_FULL - 1}, b = {.tests = 2};

	coverage_merge(&a, &b);
	ck_assert_uint_eq(a.tests, COVERAGE_FULL);
	coverage_merge(&a, &b);
	ck_assert_uint_eq(a.tests, COVERAGE_FULL);
	coverage_merge(&b, &a);
	ck_assert_uint_eq(b.tests, COVERAGE_FULL);
	start();
	c.counts.tests = COVERAGE_FULL;
	coverage_test_end(&c, true, NULL, 0);
	ck_assert_uint_eq(c.counts.tests, COVERAGE_FULL);
}
END_TEST

/* ---- Points -------------------------------------------------------------------------------------
 */

static uint8_t taken[sizeof(struct coverage_counts)];

static void look(void *user, const struct coverage_point *point)
{
	unsigned *points = user;

	++*points;
	REQUIRE(point->at + sizeof(uint64_t) <= sizeof taken);
	REQUIRE(point->at % sizeof(uint64_t) == 0 && !taken[point->at]);
	taken[point->at] = 1;
	for (unsigned i = 0; i < COVERAGE_DEPTH && point->key[i]; i++)
		REQUIRE(!strpbrk(point->key[i], "\"\\/\n*?[") && strlen(point->key[i]) < 64);
}

/* No counter has two names, and no name is one that a file could not hold. */
START_TEST(all_points)
{
	unsigned points = 0;

	memset(taken, 0, sizeof taken);
	coverage_each(look, &points);
	ck_assert_uint_gt(points, 4 * (GVI_NCLAUSES - 1) + GVI_NCHOICES);
}
END_TEST

/* ---- Files
 * ----------------------------------------------------------------------------------------- */

static char text[1 << 18];
static char error[256];

static size_t written(const struct coverage_counts *counts)
{
	FILE *out = fmemopen(text, sizeof text, "w");
	long length;

	ck_assert(coverage_write(counts, out));
	length = ftell(out);
	ck_assert_int_gt(length, 0);
	fclose(out);
	return (size_t)length;
}

static bool parses(const char *what, size_t length, struct coverage_counts *counts)
{
	error[0] = '\0';
	return coverage_parse("f", what, length, counts, error, sizeof error);
}

/* In a line, without what is 0. */
static size_t put(const struct coverage_counts *counts)
{
	FILE *out = fmemopen(text, sizeof text, "w");

	coverage_put(counts, out);
	REQUIRE(fclose(out) == 0);
	return strlen(text);
}

START_TEST(lines)
{
	struct coverage_counts none = {0}, counts = lived(3, 0, 200), read = {0};
	size_t whole = written(&counts), length = put(&counts);

	ck_assert_uint_lt(length, whole);
	ck_assert_ptr_null(strchr(text, '\n'));
	ck_assert_ptr_null(strstr(text, ": 0"));
	ck_assert(parses(text, length, &read));
	ck_assert_mem_eq(&read, &counts, sizeof counts);
	(void)put(&none);
	ck_assert_str_eq(text, "{\"goldvi-coverage\": 1}");
}
END_TEST

START_TEST(files)
{
	static char again[sizeof text];
	struct coverage_counts counts = lived(3, 0, 200), read = {0};
	size_t length = written(&counts);

	ck_assert(parses(text, length, &read));
	ck_assert_mem_eq(&read, &counts, sizeof counts);
	memcpy(again, text, length);
	ck_assert_uint_eq(written(&read), length);
	ck_assert_mem_eq(again, text, length);
	/* Read again, it is added. */
	ck_assert(parses(text, length, &read));
	ck_assert_uint_eq(read.runs, 2);
	/* No beginning of it is one. */
	for (size_t i = 0; i + 2 < length; i += 97) {
		struct coverage_counts before = read;

		ck_assert(!parses(text, i, &read));
		ck_assert_mem_eq(&read, &before, sizeof read);
		ck_assert_int_eq(error[strlen(error) - 1], '.');
	}
}
END_TEST

static void refuse(const char *what, const char *why)
{
	static const struct coverage_counts empty;
	struct coverage_counts counts = {0};

	ck_assert(!parses(what, strlen(what), &counts));
	ck_assert_str_eq(error, why);
	ck_assert_mem_eq(&counts, &empty, sizeof empty);
}

START_TEST(refused_files)
{
	struct coverage_counts counts = {0};
	const char *least = "{\"goldvi-coverage\": 1}\n";

	ck_assert(parses(least, strlen(least), &counts));
	refuse("", "f:1: '{' is expected.");
	refuse("{}", "f:1: '\"' is expected.");
	refuse("{\"runs\": 1}", "f:1: this is no coverage: \"goldvi-coverage\" comes first.");
	refuse("{\"goldvi-coverage\": 2}", "f:1: it has schema 2, and 1 is understood.");
	refuse("{\"goldvi-coverage\": 1}\n{}", "f:2: something follows the end.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": 1\n, \"runs\": 1}",
	       "f:2: the counter \"runs\" is there twice.");
	refuse("{\"goldvi-coverage\": 1, \"walks\": 1}",
	       "f:1: there is no counter \"walks\" here.");
	refuse("{\"goldvi-coverage\": 1, \"outcomes\": 1}",
	       "f:1: there is no counter \"outcomes\" here.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": {\"runs\": 1}}",
	       "f:1: there is no counter \"runs\" here.");
	refuse("{\"goldvi-coverage\": 1, \"fields\": {\"DTE\": {\"V\": {\"max\": 1}}}}",
	       "f:1: there is no counter \"max\" here.");
	refuse("{\"goldvi-coverage\": 1, \"a\": {\"a\": {\"a\": {\"a\": {\"a\": 1}}}}}",
	       "f:1: objects are nested too deeply.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": -1}",
	       "f:1: a count is a whole number below 2^53.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": 01}",
	       "f:1: a count is a whole number below 2^53.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": 1.5}", "f:1: '}' is expected.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": 9007199254740992}",
	       "f:1: a count is a whole number below 2^53.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": \"1\"}",
	       "f:1: a count is a whole number below 2^53.");
	refuse("{\"goldvi-coverage\": 1, \"ru\\u006es\": 1}",
	       "f:1: a name of a counter is expected.");
	refuse("{\"goldvi-coverage\": 1, \"runs\": 1,}", "f:1: '\"' is expected.");
	refuse("[1]", "f:1: '{' is expected.");
	ck_assert(!coverage_read("/nowhere", &counts, error, sizeof error));
	ck_assert_ptr_nonnull(strstr(error, "/nowhere: it cannot be read"));
}
END_TEST

RIG_RUN("coverage", classes_of_numbers, classes_of_addresses, classes_of_codes,
	classes_without_features, halves_of_an_entry, what_was_fetched, notes_out_of_range,
	registers_by_pieces, registers_read_and_written, registers_that_are_missing, outcomes,
	outcomes_of_commands, answers, named_by_tests, tests_begin_anew, of_a_model,
	merged_is_one_run, full_stays_full, all_points, lines, files, refused_files)
