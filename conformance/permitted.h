/* What an IOMMU may do in a situation of a vector, and why. */
#ifndef GOLDVI_PERMITTED_H
#define GOLDVI_PERMITTED_H

#include <stdio.h>

#include "goldvi/oracle.h"

/* Writes the outcomes that are permitted for the input, in the state of `m` over the
 * memory that `host` reads. */
void put_permitted(const struct gvi *m, const struct gvi_host *host, const struct gvi_input *input,
		   FILE *out);

#endif
