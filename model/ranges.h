/* The special address ranges. */
#ifndef MODEL_RANGES_H
#define MODEL_RANGES_H

#include "model/access.h"

/* Flow step 2: the interrupt ranges, whatever the entry says. */
enum verdict range_before_entry(struct access *x);

/* Flow step 6: the ranges that the entry governs (V is 1 and it is legal). */
enum verdict range_with_entry(struct access *x);

#endif
