/* The other side of the pipe: any device, for whoever speaks docs/pipe.md. */
#ifndef GOLDVI_DUT_SERVE_H
#define GOLDVI_DUT_SERVE_H

#include "conformance/dut/dut.h"

/* Answers each line of `in` until it ends; then 0, or 1 when the line makes no sense or
 * nobody reads the answers any more.  Without a device `hello` is told `why`. */
int serve(struct dut *dut, const char *why, int in, int out);

#endif
