/* Page request group responses: docs/spec/11-ppr.md section 4. */
#include "model/response.h"

#include <string.h>

#include "model/device.h"
#include "model/effects.h"

static bool has_prefix(struct gvi *m, const struct response *r);

void respond(struct gvi *m, const struct response *r, struct gvi_message *message)
{
	bool prefix = has_prefix(m, r);

	/* An answer has it: no byte is left undefined, not even between members. */
	memset(message, 0, sizeof *message);
	message->data = r->tag;
	message->pasid = prefix ? r->pasid : 0;
	message->device = r->device;
	message->kind = GVI_MESSAGE_RESPONSE;
	message->has_pasid = prefix;
	cite(m, GVI_CLAUSE_PPR_RESPONSE);
	cite(m, GVI_CLAUSE_PPR_STATELESS);
	effect_send(m, message);
}

static bool wants_prefix(struct gvi *m, const struct response *r);

/* [ppr.response-prefix] */
static bool has_prefix(struct gvi *m, const struct response *r)
{
	cite(m, GVI_CLAUSE_PPR_RESPONSE_PREFIX);
	switch (choose(m, GVI_CHOICE_PPR_RESPONSE_PREFIX)) {
	case 0:
		return r->guest && (!has(m, GVI_FEATURE_EPHEN) || wants_prefix(m, r));
	case 1:
		return r->guest;
	default:
		return wants_prefix(m, r);
	}
}

/* GPRP of the device's entry. */
static bool wants_prefix(struct gvi *m, const struct response *r)
{
	const uint64_t *dte = r->dte;
	uint64_t own[4];

	if (!dte && device_peek(m, r->device, own))
		dte = own;
	if (dte && get_DTE_V(dte))
		return get_DTE_GPRP(dte);
	return choose(m, GVI_CHOICE_PPR_RESPONSE_ENTRY) == 1;
}
