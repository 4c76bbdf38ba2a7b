/* The flow of an untranslated request. */
#ifndef MODEL_TRANSLATE_H
#define MODEL_TRANSLATE_H

#include "model/access.h"

/* x->m, request and answer are set, the answer is all zeros. */
enum gvi_status translate(struct access *x);

#endif
