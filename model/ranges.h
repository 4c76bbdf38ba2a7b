/* The special address ranges. */
#ifndef MODEL_RANGES_H
#define MODEL_RANGES_H

#include "model/access.h"

/* Below and above the MSI window, as far as no range begins: x->range is 0. */
static inline bool range_ordinary(uint64_t address)
{
	return address < 0xfee00000 || (address > 0xfeefffff && (address & low_ones(40)) < 0xfd00000000);
}

/* Flow step 2: the interrupt ranges, whatever the entry says. */
enum verdict range_before_entry(struct access *x);

/* Flow step 6: the ranges that the entry governs (V is 1 and it is legal), if
 * x->range is not 0. */
enum verdict range_with_entry(struct access *x);

/* ATS step 6: the same for a translation request, whatever TV is. */
enum verdict range_for_ats(struct access *x);

/* Translated requests, step 4. */
enum verdict range_translated(struct access *x);

#endif
