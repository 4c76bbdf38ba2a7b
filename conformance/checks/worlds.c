/* Random worlds, and what came out of them in numbers: the same on every
 * machine.  `worlds [count]`. */
#include "conformance/world.h"
#include "goldvi/goldvi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static void print_totals(const struct world_totals *t)
{
	printf("%" PRIu64 " worlds, %" PRIu64 " requests: %" PRIu64 " grants, %" PRIu64 " walks, %" PRIu64
	       " aborts, %" PRIu64 " interrupts, %" PRIu64 " guests, %" PRIu64 " updates, %" PRIu64
	       " messages, %" PRIu64 " remapped, %" PRIu64
	       " posted, %" PRIu64 " stores, %" PRIu64 " completions, %" PRIu64
	       " translations, %" PRIu64 " steps, %" PRIu64 " logged, %" PRIu64 " responses; events",
	       t->worlds, t->requests, t->grants, t->walks, t->aborts, t->interrupts, t->guests,
	       t->updates, t->messages, t->remapped, t->posted, t->stores, t->completions,
	       t->translations, t->steps, t->pages[GVI_PAGE_LOGGED], t->responses);
	for (unsigned code = 0; code < 16; code++)
		printf(" %" PRIu64, t->events[code]);
	putchar('\n');
}

int main(int argc, char **argv)
{
	unsigned long count = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
	struct world *world = world_new();

	if (!world) {
		fprintf(stderr, "worlds: there is not enough memory\n");
		return 2;
	}
	for (unsigned long seed = 0; seed < count; seed++) {
		world_guests(world, seed % 5 == 1);
		world_interrupts(world, seed % 5 == 2);
		world_translations(world, seed % 5 == 3);
		world_pages(world, seed % 5 == 4);
		if (!world_seed(world, seed)) {
			printf("%s\n", world_report(world));
			world_free(world);
			return 1;
		}
	}
	print_totals(world_totals(world));
	world_free(world);
	return count ? 0 : 1;
}
