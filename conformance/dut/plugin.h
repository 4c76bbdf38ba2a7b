/* A plug-in in this very process: what dies or hangs in there takes all with it.
 * Whoever runs vectors takes dut_plugin instead. */
#ifndef GOLDVI_DUT_PLUGIN_H
#define GOLDVI_DUT_PLUGIN_H

#include "conformance/dut/dut.h"

extern const struct dut_class dut_plugin_inside;

#endif
