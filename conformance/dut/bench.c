/* Memory, errors, and the lists of what an IOMMU did. */
#include "conformance/dut/bench.h"

#include <stdlib.h>
#include <string.h>

void bench_clear(struct bench *b)
{
	memory_clear(b->memory);
	b->nerrors = b->neffects = b->nmessages = 0;
	b->racing = b->lost = false;
}

void bench_free(struct bench *b)
{
	memory_free(b->memory);
	free(b->errors);
	free(b->effects);
	free(b->messages);
}

/* ---- Memory as the IOMMU sees it -------------------------------------------- */

static enum gvi_bus failure(const struct bench *b, uint64_t spa, size_t len, bool reads,
			    bool writes);

enum gvi_bus bench_read(struct bench *b, uint64_t spa, void *to, size_t len)
{
	enum gvi_bus bus = failure(b, spa, len, true, false);

	if (bus == GVI_BUS_OK)
		memory_read(b->memory, spa, to, len);
	return bus;
}

enum gvi_bus bench_write(struct bench *b, uint64_t spa, const void *from, size_t len)
{
	enum gvi_bus bus = failure(b, spa, len, false, true);

	if (bus == GVI_BUS_OK && !memory_write(b->memory, spa, from, len))
		bus = GVI_BUS_TARGET_ABORT;
	return bus;
}

/* An exchange reads and writes: either kind of error stops it. */
enum gvi_bus bench_exchange(struct bench *b, uint64_t spa, uint64_t *seen, uint64_t next)
{
	enum gvi_bus bus = failure(b, spa, 8, true, true);

	if (b->racing && b->race_at == spa) {
		b->racing = false;
		(void)memory_store(b->memory, spa, b->race_value);
	}
	if (bus == GVI_BUS_OK && !memory_exchange(b->memory, spa, seen, next))
		bus = GVI_BUS_TARGET_ABORT;
	return bus;
}

/* The first error in the list that the access touches. */
static enum gvi_bus failure(const struct bench *b, uint64_t spa, size_t len, bool reads,
			    bool writes)
{
	for (size_t i = 0; i < b->nerrors; i++) {
		const struct dut_error *e = &b->errors[i];
		bool kind = (reads && e->on_read) || (writes && e->on_write);

		/* One of the two begins inside the other. */
		if (kind && (spa - e->spa < e->length || e->spa - spa < len))
			return (enum gvi_bus)e->bus;
	}
	return GVI_BUS_OK;
}

static bool make_room(void **list, size_t *room, size_t used, size_t more, size_t each);

enum dut_status bench_inject(struct bench *b, const struct dut_error *errors, size_t count)
{
	void *list = b->errors;

	if (!make_room(&list, &b->error_room, 0, count, sizeof *errors))
		return DUT_UNSUPPORTED;
	b->errors = list;
	if (count)
		memcpy(b->errors, errors, count * sizeof *errors);
	b->nerrors = count;
	return DUT_OK;
}

enum dut_status bench_race(struct bench *b, uint64_t spa, uint64_t value)
{
	b->racing = true;
	b->race_at = spa;
	b->race_value = value;
	return DUT_OK;
}

/* ---- What it did and sent ------------------------------------------------------ */

/* Adds to those that nobody has asked for yet. */
void bench_add_effects(struct bench *b, const struct gvi_effect *effects, size_t count)
{
	void *list = b->effects;

	if (b->effects_handed_out)
		b->neffects = 0;
	b->effects_handed_out = false;
	if (!count)
		return;
	if (!make_room(&list, &b->effect_room, b->neffects, count, sizeof *effects)) {
		b->lost = true;
		return;
	}
	b->effects = list;
	memcpy(b->effects + b->neffects, effects, count * sizeof *effects);
	b->neffects += count;
}

void bench_add_message(struct bench *b, const struct gvi_message *message)
{
	void *list = b->messages;

	if (message->kind != GVI_MESSAGE_INVALIDATE && message->kind != GVI_MESSAGE_RESPONSE)
		return;
	if (b->messages_handed_out)
		b->nmessages = 0;
	b->messages_handed_out = false;
	if (!make_room(&list, &b->message_room, b->nmessages, 1, sizeof *message)) {
		b->lost = true;
		return;
	}
	b->messages = list;
	b->messages[b->nmessages++] = *message;
}

enum dut_status bench_effects(struct bench *b, const struct gvi_effect **list, size_t *count)
{
	*list = b->effects;
	*count = b->effects_handed_out ? 0 : b->neffects;
	b->effects_handed_out = true;
	return DUT_OK;
}

enum dut_status bench_messages(struct bench *b, const struct gvi_message **list, size_t *count)
{
	*list = b->messages;
	*count = b->messages_handed_out ? 0 : b->nmessages;
	b->messages_handed_out = true;
	return DUT_OK;
}

/* For `more` elements of size `each` behind those that are used. */
static bool make_room(void **list, size_t *room, size_t used, size_t more, size_t each)
{
	size_t wanted = *room ? *room : 64;
	void *grown;

	while (wanted - used < more)
		wanted *= 2;
	if (wanted == *room)
		return true;
	grown = realloc(*list, wanted * each);
	if (!grown)
		return false;
	*list = grown;
	*room = wanted;
	return true;
}
