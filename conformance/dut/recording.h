/* A device under test that writes down what is done with another one: a trace of
 * recorder.h.  It can do what that can, but for memory that fails or races, of which the
 * oracle does not know. */
#ifndef GOLDVI_RECORDING_H
#define GOLDVI_RECORDING_H

#include <stdio.h>

#include "conformance/dut/dut.h"
#include "goldvi/oracle.h"

/* Around `inner`, which it closes.  NULL if there is no memory; then inner stays. */
struct dut *recording_open(struct dut *inner, FILE *out);

/* A device whose capability header is none, or whose registers answer without Enable, is
 * taken for one that is right there: what else it does can be judged all the same. */
void recording_config(struct gvi_config *config);

/* The next session's name. */
void recording_name(struct dut *dut, const char *name);

/* False if something could not be written. */
bool recording_good(const struct dut *dut);

/* What can be seen of an answer, and what an oracle can be asked then. */
uint32_t seen_by(unsigned abilities, const struct gvi_input *input, const union gvi_reply *reply);

#endif
