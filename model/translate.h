/* The flow of an untranslated request, and those steps of it that other requests
 * share. */
#ifndef MODEL_TRANSLATE_H
#define MODEL_TRANSLATE_H

#include "model/access.h"

/* x->m, request and answer are set, the answer is all zeros. */
/* Whether it is a request at all. */
enum gvi_status translate_check(const struct gvi_request *r);

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
