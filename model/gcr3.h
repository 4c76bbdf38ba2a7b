/* The GCR3 table: from a PASID to its guest's CR3. */
#ifndef MODEL_GCR3_H
#define MODEL_GCR3_H

#include "model/nest.h"

/* [guest.pasid-width] Whether the IOMMU knows such a PASID. */
static inline bool gcr3_supports(const struct gvi *m, unsigned pasid)
{
	unsigned width = (unsigned)get_EFR_PASMAX(&m->config.efr) + 1;

	return !(pasid >> width);
}

/* [guest.pasid-range] Whether the device's GCR3 table does, too. */
static inline bool gcr3_covers(const struct gvi *m, const uint64_t dte[4], unsigned pasid)
{
	unsigned covered = 9 * ((unsigned)get_DTE_GLX(dte) + 1);

	return gcr3_supports(m, pasid) && !(pasid >> covered);
}

/* A CR3 in which nothing is found: valid, and no bit set that may be reserved. */
static inline bool is_plain_cr3(uint64_t entry)
{
	return (entry & (mask_GCR3_V(0) | mask_GCR3_RSVD_63(0) | mask_GCR3_RSVD_11(0) |
			 mask_GCR3_RSVD_2(0))) == mask_GCR3_V(0);
}

/* The same for a pointer between GCR3 tables. */
static inline bool is_plain_gcr3(uint64_t entry)
{
	return (entry & (mask_GCR3_NEXT_V(0) | mask_GCR3_NEXT_RSVD_63(0) |
			 mask_GCR3_NEXT_RSVD_11(0))) == mask_GCR3_NEXT_V(0);
}

/* [guest.pasid-slices] */
static inline uint64_t gcr3_slice(unsigned pasid, unsigned level)
{
	return pasid >> 9 * level & 511;
}

/* The guest's CR3, a guest physical address.  ENDED: the request was refused
 * with an event. */
enum verdict gcr3_lookup(struct nest *n, unsigned pasid, uint64_t *cr3);

/* AMB-1.10: a pointer to a table, found as a system physical address, whose entry
 * at `spa` is wanted; ENDED if it lies beyond PAsize and that is an error. */
enum verdict gcr3_within_pa(struct access *x, uint64_t pointer, uint64_t spa);

#endif
