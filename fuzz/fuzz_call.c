/* Calls of the library with whatever arguments: nothing given where something is needed,
 * sizes, kinds and bounds out of range, hosts and configurations that contradict
 * themselves.  What is refused says why and has changed nothing: neither the IOMMU nor
 * what was to be filled in. */
#include "fuzz/fuzz.h"

#include <stdalign.h>
#include <string.h>

#include "goldvi/oracle.h"

enum {
	MEMORY = 1 << 12,
	MAX_CALLS = 64,
	WINDOWS = 2 * MAX_CALLS + 1,
	VALUES_LOG2 = 4,
	SPOILT = 0xa5
};

/* What calls fill in. */
union result {
	union gvi_reply reply;
	struct gvi_judgement judgement;
	struct gvi_config config;
	uint64_t value;
	uint32_t word;
	unsigned log2;
	bool done;
	size_t count;
};

struct bench {
	struct gvi *m, *was;
	struct gvi_oracle *oracle;
	void *storage;
	struct gvi_config config;
	struct gvi_host host;
	struct gvi_window window[WINDOWS]
				[3]; /* of each host that was offered: one of them counts */
	unsigned hosts;
	struct input in;
	union result result, spoilt;
	uint8_t memory[MEMORY], *saved;
	size_t room;
};

static const struct gvi_bounds bounds = {.worlds = 2, .runs = 16, .values_log2 = VALUES_LOG2};

/* ---- The surroundings ------------------------------------------------------------ */

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	const struct bench *b = user;
	uint8_t *bytes = to;

	for (size_t i = 0; i < len; i++)
		bytes[i] = b->memory[(spa + i) % MEMORY];
	return GVI_BUS_OK;
}

/* Now and then in vain. */
static bool here(struct bench *b)
{
	return take_byte(&b->in) % 8 != 7;
}

#define MAYBE(b, pointer) (here(b) ? (pointer) : NULL)

static unsigned windows(struct bench *b, struct gvi_window *window)
{
	unsigned n = take_byte(&b->in) % 4;

	for (unsigned i = 0; i < n; i++)
		window[i] = (struct gvi_window){.spa = take(&b->in, 2) << 8,
						.length = take(&b->in, 2) % (MEMORY + 1),
						.bytes = MAYBE(b, b->memory)};
	return n;
}

static const struct gvi_host *make_host(struct bench *b)
{
	struct gvi_window *window = b->window[b->hosts++];

	memset(&b->host, 0, sizeof b->host);
	b->host.user = b;
	b->host.read = MAYBE(b, on_read);
	b->host.nwindows = windows(b, window);
	b->host.windows = MAYBE(b, window);
	return MAYBE(b, &b->host);
}

/* ---- What must hold ---------------------------------------------------------------- */

/* Before each call. */
static void spoil(struct bench *b)
{
	memset(&b->result, SPOILT, sizeof b->result);
	memset(&b->spoilt, SPOILT, sizeof b->spoilt);
	memcpy(b->was, b->m, gvi_size());
}

static bool refused(struct bench *b, enum gvi_status status)
{
	MUST(gvi_status_text(status)[0]);
	if (status == GVI_OK)
		return false;
	MUST(!memcmp(b->m, b->was, gvi_size()));
	MUST(!memcmp(&b->result, &b->spoilt, sizeof b->result));
	return true;
}

/* ---- Calls ---------------------------------------------------------------------------- */

static void start(struct bench *b)
{
	uint8_t *bytes = (uint8_t *)&b->config;
	unsigned preset = take_byte(&b->in) % (GVI_NPRESETS + 1), changes = take_byte(&b->in) % 4;
	struct gvi_config *config = MAYBE(b, &b->config);
	enum gvi_status status = gvi_preset((enum gvi_preset)preset, config);

	MUST((status == GVI_OK) == (config && preset < GVI_NPRESETS));
	MUST((gvi_preset_name((enum gvi_preset)preset) == NULL) == (preset == GVI_NPRESETS));
	MUST((gvi_preset_text((enum gvi_preset)preset) == NULL) == (preset == GVI_NPRESETS));
	/* Of bytes that are no bool there is no telling. */
	for (; changes; changes--)
		bytes[take_byte(&b->in) % offsetof(struct gvi_config, enabled)] =
			(uint8_t)take_byte(&b->in);
	if (take_byte(&b->in) & 1)
		b->config.habit[take_byte(&b->in) % GVI_NCHOICES] = (uint8_t)take_byte(&b->in);
	b->config.enabled = !(take_byte(&b->in) & 1);
	spoil(b);
	status = gvi_init(MAYBE(b, b->m), MAYBE(b, &b->config), make_host(b));
	if (!refused(b, status)) {
		MUST(gvi_check(&b->config) == GVI_OK);
		MUST(!memcmp(gvi_config(b->m)->habit, b->config.habit, sizeof b->config.habit));
	}
}

static void registers(struct bench *b, unsigned how)
{
	unsigned len = take_byte(&b->in) % 17;
	uint32_t offset = (uint32_t)take(&b->in, 3);
	enum gvi_status status;

	spoil(b);
	switch (how % 4) {
	case 0:
		status = gvi_mmio_read(MAYBE(b, b->m), offset, len, MAYBE(b, &b->result.value));
		break;
	case 1:
		status = gvi_mmio_write(MAYBE(b, b->m), offset, len, take(&b->in, 8));
		break;
	case 2:
		status = gvi_config_read(MAYBE(b, b->m), offset & 0x1fff, len,
					 MAYBE(b, &b->result.word));
		break;
	default:
		status = gvi_config_write(MAYBE(b, b->m), offset & 0x1fff, len,
					  (uint32_t)take(&b->in, 4));
	}
	(void)refused(b, status);
}

/* Any bytes of a request, but for what is a bool. */
static struct gvi_input any_input(struct bench *b)
{
	struct gvi_input in = {.kind = (uint8_t)(take_byte(&b->in) % (GVI_INPUT_TIMED_OUT + 2))};
	unsigned flags = take_byte(&b->in);

	switch (in.kind) {
	case GVI_INPUT_TRANSLATE:
		in.of.request = (struct gvi_request){.address = take(&b->in, 8),
						     .length = (uint32_t)take(&b->in, 2),
						     .pasid = (uint32_t)take(&b->in, 3),
						     .device = (uint16_t)take(&b->in, 2),
						     .access = (uint8_t)(take_byte(&b->in) % 6),
						     .has_pasid = flags & 1,
						     .execute = flags & 2,
						     .privileged = flags & 4,
						     .translated = flags & 8,
						     .intx = flags & 16};
		break;
	case GVI_INPUT_INTERRUPT:
		in.of.interrupt = (struct gvi_interrupt){.address = take(&b->in, 8),
							 .data = (uint32_t)take(&b->in, 4),
							 .pasid = (uint32_t)take(&b->in, 3),
							 .device = (uint16_t)take(&b->in, 2),
							 .has_pasid = flags & 1};
		break;
	case GVI_INPUT_ATS:
		in.of.ats = (struct gvi_ats_request){.address = take(&b->in, 8),
						     .pasid = (uint32_t)take(&b->in, 3),
						     .device = (uint16_t)take(&b->in, 2),
						     .count = (uint8_t)take_byte(&b->in),
						     .unit_log2 = (uint8_t)take_byte(&b->in),
						     .has_pasid = flags & 1,
						     .execute = flags & 2,
						     .privileged = flags & 4,
						     .no_write = flags & 8};
		break;
	case GVI_INPUT_PAGE:
		in.of.page = (struct gvi_page_request){.address = take(&b->in, 8),
						       .pasid = (uint32_t)take(&b->in, 3),
						       .device = (uint16_t)take(&b->in, 2),
						       .group = (uint16_t)take(&b->in, 2),
						       .read = flags & 1,
						       .write = flags & 2,
						       .last = flags & 4,
						       .has_pasid = flags & 8,
						       .execute = flags & 16,
						       .privileged = flags & 32,
						       .malformed = flags & 64};
		break;
	case GVI_INPUT_DONE:
	case GVI_INPUT_TIMED_OUT:
		in.of.invalidation.device = (uint16_t)take(&b->in, 2);
		in.of.invalidation.tag = (uint8_t)take_byte(&b->in);
		break;
	default:
		in.of.mmio.offset = (uint32_t)take(&b->in, 3);
		in.of.mmio.length = (uint8_t)(take_byte(&b->in) % 17);
		in.of.mmio.value = take(&b->in, 8);
	}
	return in;
}

static void request(struct bench *b)
{
	struct gvi_input in = any_input(b);
	enum gvi_status status;

	spoil(b);
	switch (in.kind) {
	case GVI_INPUT_TRANSLATE:
		status = gvi_translate(MAYBE(b, b->m), MAYBE(b, &in.of.request),
				       MAYBE(b, &b->result.reply.answer));
		break;
	case GVI_INPUT_INTERRUPT:
		status = gvi_interrupt(MAYBE(b, b->m), MAYBE(b, &in.of.interrupt),
				       MAYBE(b, &b->result.reply.answer));
		break;
	case GVI_INPUT_ATS:
		status = gvi_ats_translate(MAYBE(b, b->m), MAYBE(b, &in.of.ats),
					   MAYBE(b, &b->result.reply.ats));
		break;
	case GVI_INPUT_PAGE:
		status = gvi_page_request(MAYBE(b, b->m), MAYBE(b, &in.of.page),
					  MAYBE(b, &b->result.reply.page));
		break;
	case GVI_INPUT_DONE:
		status = gvi_invalidation_done(MAYBE(b, b->m), in.of.invalidation.device,
					       in.of.invalidation.tag);
		break;
	case GVI_INPUT_TIMED_OUT:
		status = gvi_invalidation_timed_out(MAYBE(b, b->m), in.of.invalidation.device,
						    in.of.invalidation.tag);
		break;
	default:
		status = gvi_step(MAYBE(b, b->m), MAYBE(b, &b->result.done));
	}
	(void)refused(b, status);
}

/* The same by its kind, which may be none. */
static void play(struct bench *b)
{
	struct gvi_input in = any_input(b);

	spoil(b);
	(void)refused(b, gvi_play(MAYBE(b, b->m), MAYBE(b, &in), MAYBE(b, &b->result.reply)));
	MUST(gvi_status_text((enum gvi_status) - take_byte(&b->in))[0]);
}

static void past(struct bench *b, unsigned how)
{
	static const uint64_t old[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
	enum gvi_status status;

	spoil(b);
	if (how & 1)
		status = gvi_track(MAYBE(b, b->m), MAYBE(b, b->storage),
				   take_byte(&b->in) % 8 ? VALUES_LOG2
							 : take_byte(&b->in) % 2 * 255);
	else
		status = gvi_wrote(MAYBE(b, b->m), take(&b->in, 3), MAYBE(b, old),
				   take_byte(&b->in) % 10);
	(void)refused(b, status);
	(void)gvi_unsure(b->m);
}

/* What is saved is what is restored, and saved again. */
static void snapshot(struct bench *b, unsigned how)
{
	size_t size = gvi_save_size(b->m), given = how & 1 ? size : take(&b->in, 2);
	uint8_t *again;

	if (size > b->room) {
		free(b->saved);
		b->saved = malloc(b->room = size);
		MUST(b->saved);
	}
	spoil(b);
	if (given > b->room)
		given = b->room;
	if (refused(b, gvi_save(MAYBE(b, b->m), MAYBE(b, b->saved), given)))
		return;
	(void)gvi_saved(MAYBE(b, b->saved), given, MAYBE(b, &b->result.log2));
	spoil(b);
	if (refused(b, gvi_restore(MAYBE(b, b->m), make_host(b), MAYBE(b, b->storage),
				   MAYBE(b, b->saved), size)))
		return;
	again = malloc(size);
	MUST(again && gvi_save_size(b->m) == size && gvi_save(b->m, again, size) == GVI_OK);
	MUST(!memcmp(again, b->saved, size));
	free(again);
}

static void judge(struct bench *b)
{
	struct gvi_bounds some = bounds;
	struct gvi_input in = any_input(b);
	struct gvi_seen seen = {.what = (uint16_t)take(&b->in, 2), .reply.value = take(&b->in, 2)};
	struct gvi_outcome list[2];
	enum gvi_verdict verdict;
	enum gvi_status status;

	if (take_byte(&b->in) % 8 == 7)
		some = (struct gvi_bounds){.worlds = take_byte(&b->in) % 3,
					   .runs = take_byte(&b->in)};
	spoil(b);
	if (take_byte(&b->in) & 1)
		status = gvi_oracle_adopt(MAYBE(b, b->oracle), &some, MAYBE(b, b->m), make_host(b));
	else
		status = gvi_oracle_init(MAYBE(b, b->oracle), &some, MAYBE(b, &b->config),
					 make_host(b));
	if (refused(b, status))
		return;
	(void)gvi_moment(b->oracle);
	(void)gvi_left(b->oracle, (enum gvi_choice)take_byte(&b->in));
	(void)gvi_world(b->oracle, take_byte(&b->in) % 3);
	spoil(b);
	status = gvi_permitted(b->oracle, MAYBE(b, &in), MAYBE(b, list), 2, &b->result.count,
			       &verdict);
	(void)refused(b, status);
	spoil(b);
	status = gvi_observe(b->oracle, MAYBE(b, &in), MAYBE(b, &seen),
			     MAYBE(b, &b->result.judgement), NULL);
	(void)refused(b, status);
}

static void call(struct bench *b)
{
	unsigned what = take_byte(&b->in);

	switch (what % 8) {
	case 0:
	case 1:
		registers(b, what / 8);
		break;
	case 2:
	case 3:
		if (what & 64)
			play(b);
		else
			request(b);
		break;
	case 4:
		past(b, what / 8);
		break;
	case 5:
		snapshot(b, what / 8);
		break;
	case 6:
		judge(b);
		break;
	default:
		spoil(b);
		(void)refused(b, gvi_set_host(MAYBE(b, b->m), make_host(b)));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bench bench, *b = &bench;
	const struct gvi_host host = {.user = b, .read = on_read};

	if (!b->m) {
		b->m = calloc(1, gvi_size());
		b->was = calloc(1, gvi_size());
		b->storage = calloc(1, gvi_history_size(VALUES_LOG2));
		b->oracle = malloc(gvi_oracle_size(&bounds));
	}
	MUST(b->m && b->was && b->storage && b->oracle && gvi_version() == GVI_VERSION);
	MUST(gvi_preset(GVI_PRESET_EVERYTHING, &b->config) == GVI_OK);
	b->config.enabled = true;
	MUST(gvi_init(b->m, &b->config, &host) == GVI_OK);
	memset(b->memory, 0, sizeof b->memory);
	b->hosts = 0;
	b->in = (struct input){data, size};
	start(b);
	for (unsigned n = 0; b->in.left && n < MAX_CALLS; n++)
		call(b);
	return 0;
}
