/* What the built-in model offers beyond the interface of all devices. */
#ifndef GOLDVI_DUT_MODEL_H
#define GOLDVI_DUT_MODEL_H

#include "conformance/dut/dut.h"

/* `note` hears all that happens inside, from now on and over restarts; NULL
 * ends it.  Only for a device that dut_model.open() made. */
void dut_model_listen(struct dut *dut, void (*note)(void *user, const struct gvi_note *note),
		      void *user);

/* The features in force: gvi_features_now() of the started device. */
uint64_t dut_model_features(const struct dut *dut);

#endif
