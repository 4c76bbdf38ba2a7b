/* The plainest requests. */
#ifndef MODEL_PLAIN_H
#define MODEL_PLAIN_H

#include "model/state.h"

/* Fills in the answer if nothing is special about the request and all that it
 * meets; false: nothing was done.  The request has no PASID. */
bool plain_translate(const struct gvi *m, const struct gvi_request *request,
		     struct gvi_answer *answer);

/* The same with a PASID. */
bool plain_translate_guest(struct gvi *m, const struct gvi_request *request,
			   struct gvi_answer *answer);

#endif
