/* Page request group responses: docs/spec/11-ppr.md section 4. */
#ifndef MODEL_RESPONSE_H
#define MODEL_RESPONSE_H

#include "model/state.h"

struct response {
	uint16_t device;
	uint16_t tag;           /* a PRG_RESPONSE: index and code */
	uint32_t pasid;
	bool     guest;         /* GN of what is answered */
	const uint64_t *dte;    /* the device's entry, or NULL: it has not been read */
};

/* Sends it, and fills in *message with what was sent. */
void respond(struct gvi *m, const struct response *response, struct gvi_message *message);

#endif
