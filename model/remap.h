/* The way of a device's interrupt. */
#ifndef MODEL_REMAP_H
#define MODEL_REMAP_H

#include "model/access.h"

/* Decides the interrupt of x->interrupt into x->answer, and sends what it becomes.
 * GVI_OK, or GVI_STATE_RACING. */
enum gvi_status remap(struct access *x);

#endif
