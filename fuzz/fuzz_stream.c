/* Streams: registers, commands, logs, accesses, interrupts, ATS and page requests in
 * any order, over tables that are nearly right; what must hold after each act is in
 * check.c. */
#include "fuzz/check.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stage_way as_it_is;
	static struct stage *stage;
	struct stream stream = stream_of(data, size);

	if (!stage) {
		stage = stage_new();
		MUST(stage && check_new(stage));
	}
	(void)stage_play(stage, &stream, &as_it_is);
	return 0;
}
