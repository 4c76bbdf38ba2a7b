/* The flow of an untranslated request, and those steps of it that other requests
 * share. */
#ifndef MODEL_TRANSLATE_H
#define MODEL_TRANSLATE_H

#include "model/access.h"

/* Whether it is a request at all. */
static inline enum gvi_status translate_check(const struct gvi_request *r)
{
	if (r->access > GVI_ATOMIC)
		return GVI_ARG_ACCESS;
	if (r->length > 4096 || (r->length == 0 && r->access != GVI_READ))
		return GVI_ARG_LENGTH;
	if ((r->address & 4095) + r->length > 4096)
		return GVI_ARG_CROSSING;
	if (r->has_pasid ? r->pasid >> 20 != 0 : r->pasid || r->execute || r->privileged)
		return GVI_ARG_PASID;
	return r->intx && r->access != GVI_WRITE ? GVI_ARG_INTX : GVI_OK;
}

/* x->m, request and answer are set, the answer is all zeros. */
enum gvi_status translate(struct access *x);

/* The rights that an access needs. */
uint64_t translate_needs(struct access *x);

/* Step 7: TV. */
enum verdict translate_valid(struct access *x);

/* Step 8: whether the exclusion range has the address and the device. */
bool translate_excluded(struct access *x);

/* Step 9: whether guest tables translate it. */
enum verdict translate_stage(struct access *x, bool *guest);

/* Step 10: the device's own rights, for host and for guest tables, and a Mode
 * that does not exist. */
enum verdict translate_rights(struct access *x, bool guest);

/* Steps 11 and 13: by guest tables, or by host tables or none. */
enum gvi_status translate_walk(struct access *x, bool guest);

/* Passed on unchanged, whatever tables say. */
enum verdict translate_forward(struct access *x, enum gvi_clause clause);

#endif
