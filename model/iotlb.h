/* Invalidations of device TLBs: docs/spec/09-commands.md section 7. */
#ifndef MODEL_IOTLB_H
#define MODEL_IOTLB_H

#include "model/state.h"

/* What is to be done with an INVALIDATE_IOTLB_PAGES. */
enum iotlb { IOTLB_SEND, IOTLB_WAIT, IOTLB_IGNORE, IOTLB_ILLEGAL };

/* Decided anew for a command that has waited. */
enum iotlb iotlb_decide(struct gvi *m, const uint64_t command[2]);
/* Sends the command to the device: there must be room. */
void iotlb_invalidate(struct gvi *m, const struct command *c);
/* Whether some request of an older command is outstanding. */
bool iotlb_older(const struct gvi *m, uint64_t order);

/* The outstanding request of that tag; NULL if there is none. */
const struct gvi_invalidation *iotlb_find(const struct gvi *m, uint16_t device, uint8_t tag);
/* It is outstanding no more: completed, or given up with an event. */
void iotlb_completed(struct gvi *m, const struct gvi_invalidation *request);
void iotlb_timed_out(struct gvi *m, const struct gvi_invalidation *request);
/* Whether there is an InvTimeOut. */
bool iotlb_times_out(const struct gvi *m);

#endif
