/* The device table: finding an entry, and whether it is legal. */
#ifndef MODEL_DEVICE_H
#define MODEL_DEVICE_H

#include "model/access.h"

/* Works out what Control and the configuration mean for entries. */
void device_derive(struct gvi *m);

/* Fetches the requester's entry into x->dte.  ENDED: the request was refused
 * with an event. */
enum verdict device_fetch(struct access *x);

/* Whether the table has an entry of the device. */
bool device_present(const struct gvi *m, uint16_t device);

/* The entry of a device that has not asked for anything; false if it is not there
 * or cannot be read, which is told nobody. */
bool device_peek(struct gvi *m, uint16_t device, uint64_t dte[4]);

/* Refuses an illegal entry (V is 1). */
enum verdict device_check(struct access *x);

/* Refuses an illegal interrupt half (IV is 1) of an interrupt's entry. */
enum verdict device_check_interrupt(struct access *x);

enum { DTE_BYTES = 32 };

/* Whether a table whose base register has this Size has the entry. */
static inline bool device_in_table(uint64_t index, uint64_t size)
{
	return DTE_BYTES * index < (size + 1) * 4096;
}

/* Most entries: legal, with nothing set that section 8 looks at, except for the bits
 * `but` of the first word. */
static inline bool device_plain_but(const struct gvi *m, const uint64_t dte[4], uint64_t but)
{
	const struct derived *d = &m->derived;
	uint64_t mode = get_DTE_MODE(dte);

	return !((dte[0] & ~but & d->dte_unusual[0]) | (dte[1] & d->dte_unusual[1]) |
		 (dte[2] & d->dte_unusual[2]) | (dte[3] & d->dte_unusual[3])) &&
	       mode <= d->levels && (mode || !has(m, GVI_FEATURE_SNPSUP));
}

static inline bool device_plain(const struct gvi *m, const uint64_t dte[4])
{
	return device_plain_but(m, dte, 0);
}

/* GV as it counts: 0 where it is ignored [device.illegal-guest-disabled]. */
static inline bool device_guest(const struct access *x)
{
	return get_DTE_GV(x->dte) && has(x->m, GVI_FEATURE_GTEN);
}

/* [ats.secure] SATS: what the device says is an address is not believed. */
bool device_secure(const struct access *x);

/* [guest.giov] A request without PASID is a guest virtual address. */
bool device_giov(const struct access *x);

/* [guest.gcr3-root] GCR3TRP is a guest physical address, to be translated. */
static inline bool device_gcr3_guest(const struct access *x)
{
	return get_DTE_MODE(x->dte) && get_CONTROL_GCR3_TRP_MODE(&x->m->reg[SLOT_CONTROL]);
}

/* Mode0FC stands for FC where there is no host entry. */
bool device_mode_0_coherent(const struct access *x);

#endif
