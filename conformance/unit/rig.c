/* The bench of the unit tests. */
#include "conformance/unit/rig.h"

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct rig *r = user;

	r->reads++;
	memory_read(r->memory, spa, to, len);
	return r->on_read;
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct rig *r = user;

	if (r->on_write == GVI_BUS_OK)
		REQUIRE(memory_write(r->memory, spa, from, len));
	return r->on_write;
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct rig *r = user;

	r->exchanges++;
	if (r->race_every && r->exchanges % r->race_every == 0)
		*seen ^= UINT64_C(1) << 63;
	else if (!r->stubborn && r->on_exchange == GVI_BUS_OK)
		(void)memory_exchange(r->memory, spa, seen, next);
	return r->on_exchange;
}

static void on_send(void *user, const struct gvi_message *message)
{
	struct rig *r = user;

	ck_assert_uint_lt(r->nsent, MAX_SENT);
	r->sent[r->nsent++] = *message;
}

static void on_note(void *user, const struct gvi_note *note)
{
	struct rig *r = user;

	REQUIRE(note->kind <= GVI_NOTE_EFFECT);
	if (note->kind == GVI_NOTE_FETCH)
		r->fetched[r->notes[note->kind] % MAX_FETCHED] = note->id;
	r->notes[note->kind]++;
}

struct gvi_host rig_host(struct rig *r)
{
	return (struct gvi_host){.user = r,
				 .read = on_read,
				 .write = on_write,
				 .exchange = on_exchange,
				 .send = on_send,
				 .note = on_note};
}

struct gvi_config rig_config(enum gvi_preset preset)
{
	struct gvi_config config;

	ck_assert_int_eq(gvi_preset(preset, &config), GVI_OK);
	return config;
}

void rig_open(struct rig *r, const struct gvi_config *config)
{
	struct gvi_host host;

	*r = (struct rig){.m = malloc(gvi_size()), .memory = memory_new()};
	ck_assert_ptr_nonnull(r->m);
	ck_assert_ptr_nonnull(r->memory);
	host = rig_host(r);
	ck_assert_int_eq(gvi_init(r->m, config, &host), GVI_OK);
}

void rig_close(struct rig *r)
{
	free(r->m);
	memory_free(r->memory);
}

void rig_start(struct rig *r)
{
	rig_write(r, GVI_REGISTER_DEV_TAB_BASE, TABLE | 0x1ff);
	rig_write(r, GVI_REGISTER_CMD_BUF_BASE, UINT64_C(8) << 56 | COMMANDS);
	rig_write(r, GVI_REGISTER_EVENT_LOG_BASE, UINT64_C(8) << 56 | EVENTS);
	rig_pci_write(r, 0x68, 0xfee00000);
	rig_pci_write(r, 0x70, 0x4100);
	rig_pci_write(r, 0x64, 1u << 16);
	/* IommuEn, EventLogEn, EventIntEn, ComWaitIntEn, Coherent, CmdBufEn */
	rig_write(r, GVI_REGISTER_CONTROL, 0x141d);
}

uint64_t rig_read(struct rig *r, enum gvi_register_id id)
{
	uint64_t value;

	REQUIRE(gvi_mmio_read(r->m, gvi_registers[id].offset, 8, &value) == GVI_OK);
	return value;
}

void rig_write(struct rig *r, enum gvi_register_id id, uint64_t value)
{
	REQUIRE(gvi_mmio_write(r->m, gvi_registers[id].offset, 8, value) == GVI_OK);
}

uint64_t rig_field(struct rig *r, enum gvi_register_id id, enum gvi_field_id field)
{
	uint64_t value = rig_read(r, id);

	return gvi_get(field, &value);
}

void rig_set(struct rig *r, enum gvi_register_id id, enum gvi_field_id field, uint64_t value)
{
	uint64_t raw = rig_read(r, id);

	ck_assert(gvi_set(field, &raw, value));
	rig_write(r, id, raw);
}

void rig_pci_write(struct rig *r, uint32_t offset, uint32_t value)
{
	REQUIRE(gvi_config_write(r->m, offset, 4, value) == GVI_OK);
}

void rig_entry(struct rig *r, const char *fields)
{
	rig_store(r, GVI_FORMAT_DTE, TABLE + 32 * DEVICE, fields);
}

void rig_store(struct rig *r, enum gvi_format_id format, uint64_t spa, const char *fields)
{
	uint64_t raw[GVI_MAX_WORDS];

	ck_assert_msg(gvi_encode(format, fields, raw, NULL), "%s", fields);
	for (unsigned w = 0; w < gvi_words(format); w++)
		ck_assert(memory_store(r->memory, spa + 8 * w, raw[w]));
}

void rig_command(struct rig *r, enum gvi_format_id format, const char *fields)
{
	uint64_t raw[GVI_MAX_WORDS];

	ck_assert_msg(gvi_encode(format, fields, raw, NULL), "%s", fields);
	rig_command_raw(r, raw[0], raw[1]);
}

void rig_command_raw(struct rig *r, uint64_t low, uint64_t high)
{
	uint64_t tail = rig_read(r, GVI_REGISTER_CMD_BUF_TAIL);
	bool done;

	ck_assert(memory_store(r->memory, COMMANDS + tail, low));
	ck_assert(memory_store(r->memory, COMMANDS + tail + 8, high));
	rig_write(r, GVI_REGISTER_CMD_BUF_TAIL, (tail + 16) % 4096);
	REQUIRE(gvi_step(r->m, &done) == GVI_OK);
	ck_assert(done);
}

struct gvi_answer rig_access(struct rig *r, enum gvi_access_kind access, uint64_t address)
{
	struct gvi_request request = {
		.device = DEVICE, .address = address, .length = 4, .access = (uint8_t)access};
	struct gvi_answer answer;

	REQUIRE(gvi_translate(r->m, &request, &answer) == GVI_OK);
	return answer;
}

uint64_t rig_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int rig_run(const char *name, const TTest *const *tests, size_t count)
{
	Suite *suite = suite_create(name);
	TCase *tcase = tcase_create(name);
	SRunner *runner;
	int failed;

	for (size_t i = 0; i < count; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
