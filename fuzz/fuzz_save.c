/* Bytes as a snapshot: refused, and then nothing has changed, or an IOMMU that is saved
 * as the same bytes, and that can be used whatever it is like. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "goldvi/goldvi.h"

enum { MEMORY = 1 << 12, MAX_LOG2 = 10 };

struct bench {
	struct gvi *m;
	void *storage;
	uint8_t memory[MEMORY];
};

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	const struct bench *b = user;
	uint8_t *bytes = to;

	for (size_t i = 0; i < len; i++)
		bytes[i] = b->memory[(spa + i) % MEMORY];
	return GVI_BUS_OK;
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct bench *b = user;
	const uint8_t *bytes = from;

	for (size_t i = 0; i < len; i++)
		b->memory[(spa + i) % MEMORY] = bytes[i];
	return GVI_BUS_OK;
}

static unsigned on_choose(void *user, enum gvi_choice choice, unsigned options)
{
	(void)user;
	return (unsigned)choice % options;
}

static void restore(struct bench *b, const uint8_t *data, size_t size);
static void check_same(const struct bench *b, const uint8_t *data, size_t size);
static void live(struct bench *b, const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench *b = calloc(1, sizeof *b);
	unsigned log2 = 0;

	MUST(b);
	b->m = calloc(1, gvi_size());
	b->storage = calloc(1, gvi_history_size(MAX_LOG2));
	MUST(b->m && b->storage);
	/* What wants more room than there is here is somebody else's. */
	if (gvi_saved(data, size, &log2) != GVI_OK || log2 <= MAX_LOG2)
		restore(b, data, size);
	free(b->storage);
	free(b->m);
	free(b);
	return 0;
}

static void restore(struct bench *b, const uint8_t *data, size_t size)
{
	const struct gvi_host host = {
		.user = b, .read = on_read, .write = on_write, .choose = on_choose};
	uint8_t *was = malloc(gvi_size());
	enum gvi_status status;

	MUST(was);
	memcpy(was, b->m, gvi_size());
	status = gvi_restore(b->m, &host, b->storage, data, size);
	if (status == GVI_OK) {
		check_same(b, data, size);
		live(b, data, size);
	} else {
		MUST(status < 0 && !memcmp(was, b->m, gvi_size()));
	}
	free(was);
}

static void check_same(const struct bench *b, const uint8_t *data, size_t size)
{
	uint8_t *again = malloc(size);

	MUST(again && gvi_save_size(b->m) == size);
	MUST(gvi_save(b->m, again, size) == GVI_OK && !memcmp(again, data, size));
	free(again);
}

/* Something of everything, over a memory that repeats the snapshot. */
static void live(struct bench *b, const uint8_t *data, size_t size)
{
	const uint64_t old[2] = {3, 5};
	struct gvi_answer answer;
	struct gvi_ats_answer translated;
	struct gvi_page_answer asked;
	uint64_t value;
	bool done;

	for (size_t i = 0; i < MEMORY; i++)
		b->memory[i] = data[i % size];
	for (unsigned n = 0; n < 8; n++) {
		const struct gvi_request request = {.address = 0x1000u * n,
						    .length = 4,
						    .device = (uint16_t)(0x20 * n),
						    .access = (uint8_t)(n % 4)};
		const struct gvi_ats_request ats = {
			.device = (uint16_t)(0x10 * n), .count = 2, .unit_log2 = 12};
		const struct gvi_page_request page = {.device = (uint16_t)(0x10 * n), .read = true};
		const struct gvi_interrupt interrupt = {.address = 0xfee00000, .data = n};
		size_t count;
		const struct gvi_invalidation *sent = gvi_invalidations(b->m, &count);

		(void)gvi_step(b->m, &done);
		MUST(gvi_translate(b->m, &request, &answer) == GVI_OK);
		(void)gvi_wrote(b->m, 0x40 * n, old, 2);
		(void)gvi_ats_translate(b->m, &ats, &translated);
		(void)gvi_page_request(b->m, &page, &asked);
		(void)gvi_interrupt(b->m, &interrupt, &answer);
		(void)gvi_mmio_read(b->m, 0x2000 + 8 * n, 8, &value);
		(void)gvi_mmio_write(b->m, 8 * n, 8, data[n] * UINT64_C(0x100001000));
		if (count)
			MUST(gvi_invalidation_done(b->m, sent->device, sent->tag) == GVI_OK);
	}
	MUST(gvi_save_size(b->m) > 0);
}
