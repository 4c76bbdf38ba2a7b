/* Page requests of devices: docs/spec/11-ppr.md. */
#ifndef MODEL_PAGE_REQUEST_H
#define MODEL_PAGE_REQUEST_H

#include "model/state.h"

void page_request(struct gvi *m, const struct gvi_page_request *asked,
		  struct gvi_page_answer *answer);

#endif
