/* The same calls give the same answers: a stream is played again, and again in ways
 * that must make no difference: with and without a listener, from windows of memory and
 * through callbacks, and with habits that are settled instead of asked for. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "conformance/stage_trace.h"

static struct stage *stage;
static struct stage_trace trace;

static uint64_t play(const struct stream *stream, const struct stage_way *way)
{
	trace.hash = trace.acts = 0;
	(void)stage_play(stage, stream, way);
	return trace.hash;
}

/* Habits that were not met may be any; where nobody was asked, all were as preferred. */
static void settle(uint8_t habit[GVI_NCHOICES], bool asked)
{
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (gvi_choices[i].habit && habit[i] == GVI_UNSETTLED)
			habit[i] = (uint8_t)(asked ? i % gvi_choices[i].count : 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stage_way first, quiet = {.quiet = true}, heard = {.listens = true},
					     no_windows = {.no_windows = true};
	struct stream stream = stream_of(data, size);
	uint8_t habit[GVI_NCHOICES];
	struct stage_way told = {.told = habit};
	uint64_t hash;
	bool swerved;

	if (!stage) {
		stage = stage_new();
		MUST(stage);
		stage_trace(stage, &trace);
	}
	hash = play(&stream, &first);
	memcpy(habit, stage->habit, sizeof habit);
	swerved = stage->swerved;
	MUST(play(&stream, &quiet) == hash);
	MUST(play(&stream, &heard) == hash);
	MUST(play(&stream, &no_windows) == hash);
	settle(habit, stream.ndecisions > 0);
	if (!swerved)
		MUST(play(&stream, &told) == hash);
	return 0;
}
