/* The device table: finding an entry, and whether it is legal. */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "model/access.h"

/* Works out what Control and the configuration mean for entries. */
void device_derive(struct gvi *m);

/* Fetches the requester's entry into x->dte.  ENDED: the request was refused
 * with an event. */
enum verdict device_fetch(struct access *x);

/* Refuses an illegal entry (V is 1). */
enum verdict device_check(struct access *x);

/* GV as it counts: 0 where it is ignored [device.illegal-guest-disabled]. */
bool device_guest(struct access *x);

#endif
