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
 * rights and leaves with the page's.  ENDED: refused, with an event if x->racing is not set. */
enum verdict host_walk(struct access *x, struct page *page);

/* The same for most requests: no bit is to be set, the root, the address and the
 * device's rights have nothing wrong with them, and nobody listens. */
enum verdict host_walk_plain(struct access *x, struct page *page);

/* [host.index] */
static inline uint64_t index_at(uint64_t address, unsigned level)
{
	return address >> (3 + 9 * level) & 511;
}

/* Whether there are address bits above what so many levels translate. */
static inline bool beyond_span(uint64_t address, unsigned levels)
{
	return levels < 6 && address >> (12 + 9 * levels);
}

/* Whether steps 1 and 2 have nothing to say about an address, whatever is
 * chosen. */
static inline bool is_plain_address(const struct gvi *m, uint64_t address, unsigned levels)
{
	return !beyond_span(address, levels) && !(address & m->derived.beyond_va);
}

/* The address bits inside a page of its level's own size. */
static inline uint64_t page_low(unsigned level)
{
	return (UINT64_C(1) << (3 + 9 * level)) - 1;
}

/* A pointer in which steps 4 and 6 to 10 find nothing, whatever their order:
 * present, one level down, all of the rights `want`, and no bit set that is
 * reserved or above PAsize (`unsound`). */
static inline bool is_plain_pointer(uint64_t entry, uint64_t level, uint64_t want, uint64_t unsound)
{
	uint64_t looked_at = mask_PDE_PR(0) | mask_PDE_NEXT_LEVEL(0) | want | unsound, one = 0;

	set_PDE_NEXT_LEVEL(&one, 1);
	return level > 1 && (entry & looked_at) == (mask_PDE_PR(0) | want) + (level - 1) * one;
}

/* The same for a page of its level's own size, inside which lie the address bits
 * `low`. */
static inline bool is_plain_page_of(uint64_t entry, uint64_t low, uint64_t want, uint64_t unsound)
{
	uint64_t looked_at = mask_PTE_PR(0) | mask_PTE_NEXT_LEVEL(0) | want | unsound |
			     (low & ~low_ones(12));

	return (entry & looked_at) == (mask_PTE_PR(0) | want) && low < page_low(6);
}

static inline bool is_plain_page(uint64_t entry, unsigned level, uint64_t want, uint64_t unsound)
{
	return get_PTE_PR(&entry) && is_plain_page_of(entry, page_low(level), want, unsound);
}

/* [host.surplus-bits] Whether address bits lie above the span of Mode, or above
 * VAsize if that is how the implementation reads it. */
static inline bool host_surplus(const struct access *x)
{
	unsigned mode = (unsigned)get_DTE_MODE(x->dte);
	uint64_t address = x->request->address;

	if (beyond_span(address, mode))
		return true;
	return address & x->m->derived.beyond_va && choose(x->m, GVI_CHOICE_BEYOND_VASIZE) == 1;
}

/* What an entry makes of an address in its page, inside which lie the bits `low`. */
static inline void page_of_entry(struct page *page, uint64_t address, uint64_t entry, uint64_t low)
{
	page->spa = (get_PTE_ADDRESS(&entry) & ~low) | (address & low);
	page->size = low + 1;
	page->coherent = get_PTE_FC(&entry);
	page->untranslated_only = get_PTE_U(&entry);
}

static inline void page_grant(struct gvi_answer *a, const struct page *page, uint64_t rights)
{
	a->address = page->spa;
	a->size = page->size;
	a->coherent = page->coherent;
	a->untranslated_only = page->untranslated_only;
	a->translated = true;
	report_rights(a, rights);
}

/* That a walk began and followed `count` pointers; of the rules before it there
 * are so few that all have room. */
static inline void record_pointers(struct gvi_answer *a, unsigned count)
{
	unsigned n = a->nclauses;

	a->clause[n++] = GVI_CLAUSE_HOST_WALK;
	while (count--)
		a->clause[n++] = GVI_CLAUSE_HOST_NEXT_TABLE;
	a->nclauses = (uint16_t)n;
}

#endif
