/* The plainest requests. */
#ifndef MODEL_PLAIN_H
#define MODEL_PLAIN_H

#include "model/state.h"

/* Fills in the answer if nothing is special about the request and all that it
 * meets; false: nothing was done. */
bool plain_translate(const struct gvi *m, const struct gvi_request *request,
		     struct gvi_answer *answer);

#endif
