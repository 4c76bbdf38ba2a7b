/* The walk of host page tables. */
#ifndef MODEL_WALK_HOST_H
#define MODEL_WALK_HOST_H

#include "model/access.h"

/* A page, and what its entries say about it. */
struct page {
	uint64_t spa;           /* of the request's first byte */
	uint64_t size;          /* bytes */
	bool     coherent, untranslated_only;
};

/* Walks from the entry's root with Mode 1 to 6; x->may holds the device's
 * rights and leaves with the page's.  ENDED: refused, with an event.  *racing:
 * the tables never stood still. */
enum verdict host_walk(struct access *x, struct page *page, bool *racing);

/* [host.index] */
static inline uint64_t index_at(uint64_t address, unsigned level)
{
	return address >> (3 + 9 * level) & 511;
}

/* A pointer in which steps 4 and 6 to 10 find nothing, whatever their order:
 * one level down, no bit set that is reserved or above PAsize (`unsound`). */
static inline bool is_plain_pointer(uint64_t entry, unsigned level, uint64_t unsound)
{
	uint64_t next = get_PDE_NEXT_LEVEL(&entry);

	return get_PDE_PR(&entry) && next && next + 1 == level && !(entry & unsound);
}

/* The same for a page of its level's own size. */
static inline bool is_plain_page(uint64_t entry, unsigned level, uint64_t unsound)
{
	uint64_t low = low_ones(3 + 9 * level) & ~low_ones(12);

	return get_PTE_PR(&entry) && !get_PTE_NEXT_LEVEL(&entry) && level < 6 &&
	       !(entry & (unsound | low));
}

/* [host.surplus-bits] Whether address bits lie above the span of Mode, or above
 * VAsize if that is how the implementation reads it. */
static inline bool host_surplus(const struct access *x)
{
	unsigned mode = (unsigned)get_DTE_MODE(x->dte);
	uint64_t address = x->request->address;

	if (mode < 6 && address >> (12 + 9 * mode))
		return true;
	return address & x->m->derived.beyond_va && choose(x->m, GVI_CHOICE_BEYOND_VASIZE) == 1;
}

#endif
