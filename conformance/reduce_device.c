/* The session that is made smaller, once more on the device that failed. */
#include <stdlib.h>
#include <string.h>

#include "conformance/dut/ask.h"
#include "conformance/dut/recording.h"
#include "conformance/reduce.h"

static bool play(struct reduction *r, struct gvi_seen *seen);
static void remember(struct reduction *r, const struct gvi_seen *seen);

/* From now on the story tells what the device has done this time. */
bool device_fails(struct reduction *r)
{
	const struct story *s = &r->story;
	struct gvi_seen *seen = calloc(s->count, sizeof *seen);
	bool fails = seen && play(r, seen);

	r->asked++;
	r->dut->class->stop(r->dut);
	if (fails)
		remember(r, seen);
	free(seen);
	return fails;
}

static void remember(struct reduction *r, const struct gvi_seen *seen)
{
	for (size_t i = 0; i < r->story.count; i++)
		if (r->story.kept[i])
			r->story.record[i].seen = seen[i];
}

static enum dut_status perform(struct reduction *r, struct session_record *record, uint8_t *bytes);
static bool same_answer(const struct reduction *r);

/* What is left must be permitted up to the last record, as when the oracle alone is asked. */
static bool play(struct reduction *r, struct gvi_seen *seen)
{
	struct story *s = &r->story;
	uint8_t bytes[SESSION_MAX_BYTES];

	for (size_t i = 0; i < s->count; i++) {
		struct session_record record = s->record[i];
		enum dut_status status;
		enum ruling ruling;

		if (!s->kept[i])
			continue;
		status = perform(r, &record, bytes);
		r->lost += status > DUT_UNSUPPORTED;
		if (status != DUT_OK)
			return false;
		seen[i] = record.seen;
		ruling = judge_record(&r->judge, &record);
		if (i + 1 == s->count)
			return ruling == RULED_REFUSED && same_failure(r) && same_answer(r);
		if (ruling == RULED_REFUSED || ruling == RULED_UNSURE || ruling == RULED_WRONG)
			return false;
	}
	return false;
}

static bool same_answer(const struct reduction *r)
{
	const struct judge *j = &r->judge;

	if (j->input.kind == GVI_INPUT_MMIO_READ || j->input.kind == GVI_INPUT_CONFIG_READ)
		return j->seen.reply.value == r->failure.seen.value;
	return judge_result(&j->input, &j->seen.reply) == judge_result(&j->input, &r->failure.seen);
}

static enum dut_status start(struct reduction *r, const struct session_record *record);
static enum dut_status ask(struct reduction *r, struct session_record *record);
static enum dut_status see(struct reduction *r, const struct session_record *record,
			   struct gvi_seen *seen);

static enum dut_status perform(struct reduction *r, struct session_record *record, uint8_t *bytes)
{
	const struct dut_class *class = r->dut->class;
	struct gvi_seen seen = {0};
	enum dut_status status;

	switch (record->kind) {
	case SESSION_BEGIN:
		return start(r, record);
	case SESSION_RESET:
		return DUT_UNSUPPORTED;
	case SESSION_WROTE:
		return class->memory_write(r->dut, record->spa, record->bytes, record->nbytes);
	case SESSION_IOMMU:
		record->bytes = bytes;
		return class->memory_read(r->dut, record->spa, bytes, record->nbytes);
	case SESSION_INPUT:
		return ask(r, record);
	case SESSION_SETTLED:
		status = class->settle(r->dut);
		if (status == DUT_OK)
			status = see(r, record, &seen);
		record->seen = seen;
		return status;
	default:
		return DUT_OK;
	}
}

static enum dut_status start(struct reduction *r, const struct session_record *record)
{
	struct gvi_config config = record->config;
	enum dut_status status = r->dut->class->start(r->dut, &config);

	recording_config(&config);
	if (status == DUT_OK &&
	    (config.efr != record->config.efr || config.efr2 != record->config.efr2))
		return DUT_UNSUPPORTED;
	if (status == DUT_OK && r->dut->class->begin)
		r->dut->class->begin(r->dut);
	return status;
}

static size_t places_of(const struct reduction *r, const struct session_record *record,
			uint64_t places[2]);

static enum dut_status ask(struct reduction *r, struct session_record *record)
{
	uint64_t places[2];
	size_t count = places_of(r, record, places);
	struct gvi_seen seen = {0};
	enum dut_status status = DUT_UNSUPPORTED;

	/* Nobody can ask a device for one command. */
	if (record->input.kind != GVI_INPUT_STEP)
		status = dut_ask(r->dut, &record->input, places, count, &seen.reply);
	if (status == DUT_OK)
		status = see(r, record, &seen);
	record->seen = seen;
	return status;
}

/* Where it landed then, if that was seen; of what failed by landing nowhere, where it might have.
 */
static size_t places_of(const struct reduction *r, const struct session_record *record,
			uint64_t places[2])
{
	const struct gvi_answer *nearest = &r->failure.nearest.reply.answer;

	if (record->input.kind != GVI_INPUT_TRANSLATE)
		return 0;
	if (record->seen.reply.answer.result == GVI_GRANT) {
		places[0] = record->seen.reply.answer.address;
		return record->seen.what & GVI_SEEN_ADDRESS ? 1 : 0;
	}
	places[0] = nearest->address;
	places[1] = record->input.of.request.address;
	return record->line == r->failure.line && nearest->result == GVI_GRANT ? 2 : 0;
}

/* No more than was seen then. */
static enum dut_status see(struct reduction *r, const struct session_record *record,
			   struct gvi_seen *seen)
{
	unsigned able = r->dut->class->abilities(r->dut);
	const struct gvi_effect *list;
	struct gvi_effect *kept;
	size_t count;
	enum dut_status status;

	if (record->kind == SESSION_INPUT)
		seen->what = seen_by(able, &record->input, &seen->reply) & record->seen.what;
	if (!(able & DUT_EFFECTS))
		return DUT_OK;
	status = r->dut->class->effects(r->dut, &list, &count);
	if (status != DUT_OK || !(record->seen.what & GVI_SEEN_EFFECTS))
		return status;
	kept = arena_alloc(&r->story.arena, (count + 1) * sizeof *kept);
	memcpy(kept, list, count * sizeof *list);
	seen->effects = kept;
	seen->neffects = count;
	seen->what |= GVI_SEEN_EFFECTS;
	return DUT_OK;
}
