/* The flow of an untranslated request. */
#ifndef MODEL_TRANSLATE_H
#define MODEL_TRANSLATE_H

#include "model/access.h"

/* x->m, request and answer are set, the answer is all zeros. */
/* Whether it is a request at all. */
enum gvi_status translate_check(const struct gvi_request *r);

enum gvi_status translate(struct access *x);

#endif
