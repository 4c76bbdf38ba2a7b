/* Page request group responses: docs/spec/11-ppr.md section 4. */
#include "model/response.h"

#include "model/device.h"
#include "model/effects.h"

static bool has_prefix(struct gvi *m, const struct response *r);

void respond(struct gvi *m, const struct response *r, struct gvi_message *message)
{
	bool prefix = has_prefix(m, r);

	*message = (struct gvi_message){.data = r->tag,
					.pasid = prefix ? r->pasid : 0,
					.device = r->device,
					.kind = GVI_MESSAGE_RESPONSE,
					.has_pasid = prefix};
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
	uint64_t own[4];

	if (r->dte)
		return get_DTE_GPRP(r->dte);
	if (device_peek(m, r->device, own))
		return get_DTE_GPRP(own);
	return choose(m, GVI_CHOICE_PPR_RESPONSE_ENTRY) == 1;
}
