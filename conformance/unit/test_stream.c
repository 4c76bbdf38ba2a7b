/* Streams: bytes to operations and back, changes that stay within their room, and a play
 * that is what the operations say. */
#include "conformance/unit/rig.h"

#include <string.h>

#include "conformance/stage_trace.h"
#include "conformance/stream_mutate.h"
#include "conformance/stream_scene.h"

static const struct operation mapped[] = {
	{STREAM_ENTRY, {0, 4}, 0},
	{STREAM_MAP, {0}, 0x12345000},
	{STREAM_DMA, {0, 0, 2, 4}, 0xabc},
};

static size_t make(uint8_t *to, size_t room, uint8_t decisions)
{
	static const uint8_t answers[4] = {1, 2, 3, 4};
	const struct stream_head head = {
		.preset = GVI_PRESET_HOST_ONLY, .decisions = decisions, .control = 2};

	return stream_bytes(&head, mapped, 3, decisions ? answers : NULL, to, room);
}

START_TEST(test_bytes_and_back)
{
	uint8_t bytes[128];
	size_t size = make(bytes, sizeof bytes, 4);
	struct stream s = stream_of(bytes, size);

	ck_assert_uint_eq(size, 16 * 4 + 4);
	ck_assert_uint_eq(s.noperations, 3);
	ck_assert_uint_eq(s.ndecisions, 4);
	ck_assert_uint_eq(s.decision[3], 4);
	ck_assert_uint_eq(s.head.preset, GVI_PRESET_HOST_ONLY);
	for (size_t i = 0; i < 3; i++) {
		struct operation o = stream_operation(&s, i);

		ck_assert_uint_eq(o.kind, mapped[i].kind);
		ck_assert_mem_eq(o.a, mapped[i].a, sizeof o.a);
		ck_assert_uint_eq(o.value, mapped[i].value);
	}
	/* What finds no room is left out, and the decisions stay. */
	ck_assert_uint_eq(make(bytes, 16 * 2 + 4, 4), 16 * 2 + 4);
	ck_assert_uint_eq(make(bytes, 19, 4), 0);
}
END_TEST

/* Every prefix of it, the empty one too. */
START_TEST(test_any_bytes_are_a_stream)
{
	uint8_t bytes[128];
	size_t size = make(bytes, sizeof bytes, 4);
	struct stage_way way = {0};
	struct stage *s = stage_new();

	ck_assert_ptr_nonnull(s);
	for (size_t n = 0; n <= size; n++) {
		struct stream stream = stream_of(bytes, n);

		REQUIRE(stage_play(s, &stream, &way));
	}
	stage_free(s);
}
END_TEST

static void look(void *user, struct stage *s, const struct act *act)
{
	(void)s;
	if (act->kind == STAGE_CALL && act->input.kind == GVI_INPUT_TRANSLATE)
		*(struct gvi_answer *)user = act->reply.answer;
}

START_TEST(test_a_path_leads_where_it_says)
{
	struct gvi_answer answer = {0};
	const struct stage_listener listener = {&answer, NULL, look};
	uint8_t bytes[128];
	struct stage_way way = {0};
	struct stage *s = stage_new();
	struct stream stream = stream_of(bytes, make(bytes, sizeof bytes, 0));

	ck_assert_ptr_nonnull(s);
	stage_listen(s, &listener);
	ck_assert(stage_play(s, &stream, &way));
	ck_assert_uint_eq(answer.result, GVI_GRANT);
	ck_assert_uint_eq(answer.address, STAGE_DATA + 0xabc);
	stage_free(s);
}
END_TEST

START_TEST(test_changes_stay_within_their_room)
{
	uint8_t bytes[512 + 1], other[512], again[512];
	size_t size = make(bytes, 512, 4), other_size = make(other, 512, 0);

	bytes[512] = 0x5a;
	for (uint64_t seed = 0; seed < 20000; seed++) {
		memcpy(again, bytes, size);
		ck_assert_uint_eq(stream_mutate(bytes, size, 512, seed),
				  stream_mutate(again, size, 512, seed));
		size = stream_mutate(bytes, size, 512, seed);
		REQUIRE(size >= 16 && size <= 512 && bytes[512] == 0x5a);
		if (seed % 16)
			continue;
		size = stream_cross(bytes, size, other, other_size, again, 512, seed);
		REQUIRE(size >= 16 && size <= 512);
		memcpy(bytes, again, size);
	}
}
END_TEST

/* Of accesses, and of interrupts. */
struct outcomes {
	unsigned granted[2], refused[2];
};

static void count(void *user, struct stage *s, const struct act *act)
{
	struct outcomes *o = user;
	unsigned kind = act->input.kind == GVI_INPUT_INTERRUPT;

	(void)s;
	if (act->kind != STAGE_CALL || act->status != GVI_OK ||
	    (act->input.kind != GVI_INPUT_TRANSLATE && !kind))
		return;
	o->granted[kind] += act->reply.answer.result == GVI_GRANT && act->reply.answer.translated;
	o->refused[kind] += act->reply.answer.result == GVI_ABORT;
}

/* Worlds are right, and what is changed in them shows. */
START_TEST(test_scenes_are_nearly_right)
{
	struct outcomes o = {{0}, {0}};
	const struct stage_listener listener = {&o, NULL, count};
	struct stage *s = stage_new();
	struct stage_way way = {.plain = true};
	uint8_t bytes[4096], again[4096];
	struct gvi_config config;

	ck_assert_ptr_nonnull(s);
	(void)gvi_preset(GVI_PRESET_EPYC_ROME, &config);
	way.fixed = &config;
	stage_listen(s, &listener);
	for (uint64_t seed = 0; seed < 300; seed++) {
		size_t size = stream_scene(bytes, sizeof bytes, 0, &config, seed);
		struct stream stream = stream_of(bytes, size);

		ck_assert_uint_eq(stream_scene(again, sizeof again, 0, &config, seed), size);
		ck_assert_mem_eq(bytes, again, size);
		REQUIRE(stage_play(s, &stream, &way));
	}
	for (unsigned kind = 0; kind < 2; kind++) {
		ck_assert_uint_gt(o.granted[kind], 500);
		ck_assert_uint_gt(o.refused[kind], 500);
	}
	stage_free(s);
}
END_TEST

/* Nothing is switched on that is not announced. */
START_TEST(test_scenes_keep_to_what_is_there)
{
	struct gvi_config config;
	uint8_t bytes[4096], some = 0;

	(void)gvi_preset(GVI_PRESET_NOTHING, &config);
	for (uint64_t seed = 0; seed < 100; seed++) {
		size_t size = stream_scene(bytes, sizeof bytes, 0, &config, seed);

		ck_assert_uint_eq(stream_of(bytes, size).head.control, 0);
	}
	(void)gvi_preset(GVI_PRESET_EVERYTHING, &config);
	for (uint64_t seed = 0; seed < 100; seed++) {
		size_t size = stream_scene(bytes, sizeof bytes, 0, &config, seed);

		some |= stream_of(bytes, size).head.control;
	}
	ck_assert_uint_eq(some, 31);
}
END_TEST

RIG_RUN("stream", test_bytes_and_back, test_any_bytes_are_a_stream, test_a_path_leads_where_it_says,
	test_changes_stay_within_their_room, test_scenes_are_nearly_right,
	test_scenes_keep_to_what_is_there)
