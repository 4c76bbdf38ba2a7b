/* What an IOMMU remembers of devices with SE=1: docs/spec/01-device-table.md section 7.
 * It goes with the cached entry (14 section 5 item 7), and that when its invalidation is
 * complete at the latest. */
#ifndef MODEL_SUPPRESS_H
#define MODEL_SUPPRESS_H

#include "model/state.h"

/* Whether the device has logged its event. */
bool suppress_logged(const struct gvi *m, uint16_t device);
/* It does so now. */
void suppress_log(struct gvi *m, uint16_t device);

/* This INVALIDATE_DEVTAB_ENTRY or INVALIDATE_IOMMU_ALL is complete. */
void suppress_ended(struct gvi *m, const uint64_t command[2]);
/* Nothing else is, for now. */
void suppress_settle(struct gvi *m);

#endif
