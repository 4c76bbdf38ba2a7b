/* Streams: bytes to operations and back, changes that stay within their room, and a play
 * that is what the operations say. */
#include "conformance/unit/rig.h"

#include <string.h>

#include "conformance/stage_trace.h"
#include "conformance/stream_mutate.h"

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

RIG_RUN("stream", test_bytes_and_back, test_any_bytes_are_a_stream, test_a_path_leads_where_it_says,
	test_changes_stay_within_their_room)
