/* Worlds with page requests from bytes: requests, commands, and logs that are enabled,
 * disabled and emptied, by the model against the slow twin. */
#include "fuzz/fuzz.h"

#include "conformance/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world *world;

	if (!world) {
		world = world_new();
		MUST(world);
		world_pages(world, true);
	}
	if (!world_bytes(world, data, size)) {
		fputs(world_report(world), stderr);
		abort();
	}
	return 0;
}
