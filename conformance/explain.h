/* Shows what the model does in a case: rule by rule, each fetched word decoded. */
#ifndef GOLDVI_EXPLAIN_H
#define GOLDVI_EXPLAIN_H

#include <stdio.h>

#include "conformance/player.h"

/* Plays the instance on the built-in model as `how` says (ntold and told), and
 * writes what happens.  Ends whatever listening there was. */
void explain_instance(struct dut *model, const struct instance *instance, const struct play *how,
		      FILE *out);

#endif
