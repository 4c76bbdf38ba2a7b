/* Requests of devices that use ATS. */
#ifndef MODEL_ATS_H
#define MODEL_ATS_H

#include "model/access.h"

/* A translation request.  Refused with GVI_STATE_RACING it leaves *answer as it
 * was. */
enum gvi_status ats_translate(struct gvi *m, const struct gvi_ats_request *asked,
			      struct gvi_ats_answer *answer);

/* A translated request: as translate(). */
enum gvi_status ats_translated(struct access *x);

#endif
