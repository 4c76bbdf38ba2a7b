/* Any input of the oracle, asked of a device under test. */
#ifndef GOLDVI_DUT_ASK_H
#define GOLDVI_DUT_ASK_H

#include "conformance/dut/dut.h"
#include "goldvi/oracle.h"

/* What reaches the IOMMU by software, or what devices do.  `places`: where an access may
 * land, see struct dut_dma.  A step lets the device perform all commands that it has;
 * an invalidation that the IOMMU does not know of is unsupported. */
enum dut_status dut_ask(struct dut *dut, const struct gvi_input *in, const uint64_t *places,
			size_t nplaces, union gvi_reply *reply);

#endif
