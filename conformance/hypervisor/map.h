/* The guest physical memory of one guest: which page of the system's memory each of
 * its pages is, and what the guest may do there.  The same is written as host page
 * tables, so that the real IOMMU and the hypervisor cannot disagree. */
#ifndef GOLDVI_HYPERVISOR_MAP_H
#define GOLDVI_HYPERVISOR_MAP_H

#include "conformance/memory.h"

enum {
	MAP_PAGES = 2048, /* of 4 KiB: what a guest can have */
	MAP_MODE = 3,     /* levels of the host tables */
	MAP_READ = 1,
	MAP_WRITE = 2
};

#define MAP_SPAN ((uint64_t)MAP_PAGES << 12)
/* Bytes at `tables` that the host tables take at most. */
#define MAP_TABLES UINT64_C(0x10000)

/* Of a page of 4 KiB; size 0 is a hole. */
struct gpa_page {
	uint64_t spa;
	uint64_t size; /* of the page that it is part of: 4 KiB or 2 MiB */
	unsigned rights;
};

struct gpa_map {
	struct memory *memory;
	uint64_t root; /* of the host tables */
	uint64_t free; /* where the next table goes */
	struct gpa_page page[MAP_PAGES];
};

void map_open(struct gpa_map *map, struct memory *memory, uint64_t tables);
/* A page of 4 KiB or 2 MiB; both addresses are multiples of `size`.  False if it
 * lies outside, over another page, or memory ran out. */
bool map_page(struct gpa_map *map, uint64_t gpa, uint64_t spa, uint64_t size, unsigned rights);
/* NULL for a hole. */
const struct gpa_page *map_find(const struct gpa_map *map, uint64_t gpa);
/* Where a byte of a page is. */
uint64_t map_spa(const struct gpa_page *page, uint64_t gpa);

#endif
