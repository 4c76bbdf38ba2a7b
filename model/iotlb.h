/* Invalidations of device TLBs: docs/spec/09-commands.md section 7. */
#ifndef MODEL_IOTLB_H
#define MODEL_IOTLB_H

#include "model/state.h"

enum iotlb { IOTLB_DONE, IOTLB_WAITS, IOTLB_ILLEGAL };

/* INVALIDATE_IOTLB_PAGES, read at `spa`: sent to the device, without room for it
 * to be sent, or illegal. */
enum iotlb iotlb_invalidate(struct gvi *m, const uint64_t command[2], uint64_t spa);
/* Whether there is room. */
bool iotlb_has_room(struct gvi *m, const uint64_t command[2]);

/* The outstanding request of that tag; NULL if there is none. */
const struct gvi_invalidation *iotlb_find(const struct gvi *m, uint16_t device, uint8_t tag);
/* It is outstanding no more: completed, or given up with an event. */
void iotlb_completed(struct gvi *m, const struct gvi_invalidation *request);
void iotlb_timed_out(struct gvi *m, const struct gvi_invalidation *request);
/* Whether there is an InvTimeOut. */
bool iotlb_times_out(const struct gvi *m);

#endif
