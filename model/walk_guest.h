/* The walk of guest page tables, alone or nested. */
#ifndef MODEL_WALK_GUEST_H
#define MODEL_WALK_GUEST_H

#include "model/walk_host.h"

/* Walks from the GCR3 table on, and through the host tables if there are any;
 * x->may holds the device's rights and leaves with what is left of them.  ENDED:
 * refused, with an event if x->racing is not set. */
enum verdict guest_walk(struct access *x, struct page *page);

/* An entry of a table or of a page of 4 KiB in which steps 3c to 4 find nothing for
 * a user: all is set that is to be, and no bit that may be reserved.  `nx`: NX
 * counts, or may. */
static inline bool is_plain_guest_entry(uint64_t entry, unsigned level, bool write, bool nx)
{
	uint64_t set = mask_GPTE_P(0) | mask_GPTE_US(0) | mask_GPTE_A(0), clear = 0;

	if (write)
		set |= mask_GPTE_RW(0) | (level == 1 ? mask_GPTE_D(0) : 0);
	if (level > 1)
		clear |= mask_GPML4E_RSVD_8(0);
	if (nx)
		clear |= mask_GPTE_NX(0);
	return (entry & (set | clear)) == set;
}

#endif
