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

/* Most entries: legal, with nothing set that section 8 looks at. */
static inline bool device_plain(const struct access *x)
{
	const struct derived *d = &x->m->derived;
	uint64_t mode = get_DTE_MODE(x->dte);

	return !((x->dte[0] & d->dte_unusual[0]) | (x->dte[1] & d->dte_unusual[1]) |
		 (x->dte[2] & d->dte_unusual[2]) | (x->dte[3] & d->dte_unusual[3])) &&
	       mode <= d->levels && (mode || !has(x->m, GVI_FEATURE_SNPSUP));
}

/* GV as it counts: 0 where it is ignored [device.illegal-guest-disabled]. */
bool device_guest(const struct access *x);
/* [guest.giov] A request without PASID is a guest virtual address. */
bool device_giov(const struct access *x);
/* [guest.gcr3-root] GCR3TRP is a guest physical address, to be translated. */
bool device_gcr3_guest(const struct access *x);
/* Mode0FC stands for FC where there is no host entry. */
bool device_mode_0_coherent(const struct access *x);

#endif
