/* goldvi campaign: streams of a fuzzer on a device under test, before the oracle.
 *
 * Each stream (stream.h) is played on the model, which tells what its operations mean,
 * and act by act on the device.  What was seen of the device is judged: nobody is
 * presumed right, the permitted set is.  What it does not hold is made small and becomes a
 * vector, once for each rule and each way to differ. */
#ifndef GOLDVI_CAMPAIGN_H
#define GOLDVI_CAMPAIGN_H

#include <stdio.h>

#include "conformance/run.h"

struct campaign_options {
	const struct dut_class *dut;
	const char *dut_argument;       /* or NULL */
	unsigned patience;              /* see struct dut */
	uint64_t seed;
	uint64_t streams;               /* how many; 0: until the time is over */
	uint64_t seconds;
	const char *folder;             /* where vectors and findings.md are written */
};

struct campaign_sum {
	uint64_t streams, records, refused, lost, unsure;
	unsigned findings;
};

/* False, and a sentence in error, if it cannot begin or go on; `told` hears of each
 * finding in a line. */
bool campaign_run(const struct campaign_options *options, struct campaign_sum *sum, FILE *told,
		  char *error, size_t size);

#endif
