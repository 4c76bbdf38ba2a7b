/* Worlds with ATS from bytes: completions, events and marks in tables by the model
 * against the slow twin's. */
#include "fuzz/fuzz.h"

#include "conformance/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *world;

	if (!world) {
		world = world_new();
		MUST(world);
		world_translations(world, true);
	}
	if (!world_bytes(world, data, size)) {
		fputs(world_report(world), stderr);
		abort();
	}
	return 0;
}
