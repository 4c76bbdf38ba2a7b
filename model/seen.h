/* What of an answer, of effects and of a state can be told apart. */
#ifndef MODEL_SEEN_H
#define MODEL_SEEN_H

#include "goldvi/oracle.h"
#include "model/state.h"

/* In what the reply and the effects of a run differ from what was seen: GVI_SEEN_…. */
uint32_t seen_differs(enum gvi_input_kind kind, const struct gvi_seen *seen,
		      const union gvi_reply *reply, const struct gvi_effect *effects,
		      size_t neffects);

/* The tags of requests to devices are what was seen to be sent; false: no IOMMU
 * chooses these. */
bool state_adopt_tags(struct gvi *m, const struct gvi_seen *seen);

/* Whether two models will answer alike from now on. */
bool state_equal(const struct gvi *a, const struct gvi *b);

#endif
