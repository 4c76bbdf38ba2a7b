/* Guest physical memory, as a list of pages and as host page tables
 * (docs/spec/02-host-page-table.md). */
#include "conformance/hypervisor/map.h"

#include <string.h>

#include "goldvi/goldvi.h"

#define SMALL UINT64_C(0x1000)
#define LARGE UINT64_C(0x200000)

static bool is_free(const struct gpa_map *map, uint64_t gpa, uint64_t size);
static uint64_t next_table(struct gpa_map *map, uint64_t table, unsigned level, uint64_t gpa);
static bool set_entry(struct gpa_map *map, uint64_t table, unsigned level, uint64_t gpa,
		      uint64_t entry);
static uint64_t leaf(uint64_t spa, unsigned rights);

void map_open(struct gpa_map *map, struct memory *memory, uint64_t tables)
{
	memset(map, 0, sizeof *map);
	map->memory = memory;
	map->root = tables;
	map->free = tables + SMALL;
}

bool map_page(struct gpa_map *map, uint64_t gpa, uint64_t spa, uint64_t size, unsigned rights)
{
	unsigned level = size == LARGE ? 2 : 1;
	uint64_t table;

	if ((size != SMALL && size != LARGE) || (gpa | spa) % size || !is_free(map, gpa, size))
		return false;
	table = next_table(map, map->root, MAP_MODE, gpa);
	if (table && level == 1)
		table = next_table(map, table, 2, gpa);
	if (!table || !set_entry(map, table, level, gpa, leaf(spa, rights)))
		return false;
	for (uint64_t at = 0; at < size; at += SMALL)
		map->page[(gpa + at) >> 12] = (struct gpa_page){spa + at, size, rights};
	return true;
}

const struct gpa_page *map_find(const struct gpa_map *map, uint64_t gpa)
{
	if (gpa >= MAP_SPAN || !map->page[gpa >> 12].size)
		return NULL;
	return &map->page[gpa >> 12];
}

uint64_t map_spa(const struct gpa_page *page, uint64_t gpa)
{
	return page->spa + gpa % SMALL;
}

static bool is_free(const struct gpa_map *map, uint64_t gpa, uint64_t size)
{
	if (gpa >= MAP_SPAN || size > MAP_SPAN - gpa)
		return false;
	for (uint64_t at = gpa; at < gpa + size; at += SMALL)
		if (map_find(map, at))
			return false;
	return true;
}

/* ---- Host tables ---------------------------------------------------------- */

static uint64_t slot(uint64_t table, unsigned level, uint64_t gpa)
{
	return table + 8 * (gpa >> (3 + 9 * level) & 511);
}

/* The table below; 0 when memory ran out. */
static uint64_t next_table(struct gpa_map *map, uint64_t table, unsigned level, uint64_t gpa)
{
	uint64_t entry = memory_load(map->memory, slot(table, level, gpa));

	if (gvi_get(GVI_PDE_PR, &entry))
		return gvi_get(GVI_PDE_ADDRESS, &entry);
	gvi_blank(GVI_FORMAT_PDE, &entry);
	gvi_set(GVI_PDE_PR, &entry, 1);
	gvi_set(GVI_PDE_NEXT_LEVEL, &entry, level - 1);
	gvi_set(GVI_PDE_ADDRESS, &entry, map->free);
	gvi_set(GVI_PDE_IR, &entry, 1);
	gvi_set(GVI_PDE_IW, &entry, 1);
	if (!set_entry(map, table, level, gpa, entry))
		return 0;
	map->free += SMALL;
	return map->free - SMALL;
}

static bool set_entry(struct gpa_map *map, uint64_t table, unsigned level, uint64_t gpa,
		      uint64_t entry)
{
	return memory_store(map->memory, slot(table, level, gpa), entry);
}

static uint64_t leaf(uint64_t spa, unsigned rights)
{
	uint64_t entry;

	gvi_blank(GVI_FORMAT_PTE, &entry);
	gvi_set(GVI_PTE_PR, &entry, 1);
	gvi_set(GVI_PTE_ADDRESS, &entry, spa);
	gvi_set(GVI_PTE_IR, &entry, (rights & MAP_READ) != 0);
	gvi_set(GVI_PTE_IW, &entry, (rights & MAP_WRITE) != 0);
	return entry;
}
