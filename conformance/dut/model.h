/* What the built-in model offers beyond the interface of all devices. */
#ifndef GOLDVI_DUT_MODEL_H
#define GOLDVI_DUT_MODEL_H

#include "conformance/dut/dut.h"
#include "goldvi/oracle.h"

/* `note` hears all that happens inside, from now on and over restarts; NULL
 * ends it.  Only for a device that dut_model.open() made. */
void dut_model_listen(struct dut *dut, void (*note)(void *user, const struct gvi_note *note),
		      void *user);

/* `before` hears of each access, interrupt and translation request that is about
 * to be made: in which state, over which memory.  NULL ends it. */
void dut_model_watch(struct dut *dut,
		     void (*before)(void *user, const struct gvi *m, const struct gvi_host *host,
				    const struct gvi_input *input),
		     void *user);

/* `after` hears of each call that was made, and what came back; notes and effects of
 * the call have been told before.  Of a start it hears, too, with neither input nor reply.
 * NULL ends it. */
void dut_model_follow(struct dut *dut,
		      void (*after)(void *user, const struct gvi *m, const struct gvi_input *input,
				    const union gvi_reply *reply),
		      void *user);

/* The features in force: gvi_features_now() of the started device. */
uint64_t dut_model_features(const struct dut *dut);

#endif
