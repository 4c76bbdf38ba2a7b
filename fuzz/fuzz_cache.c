/* What happens to an IOMMU that caches, from bytes: the oracle must permit it. */
#include "fuzz/fuzz.h"

#include "conformance/cache_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct cache_world *world;

	if (!world)
		world = cache_world_new();
	MUST(world);
	if (!cache_world_bytes(world, data, size < 2048 ? size : 2048)) {
		fputs(cache_world_report(world), stderr);
		abort();
	}
	return 0;
}
