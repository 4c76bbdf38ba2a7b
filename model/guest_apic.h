/* The way of an interrupt into the virtual APIC of a guest. */
#ifndef MODEL_GUEST_APIC_H
#define MODEL_GUEST_APIC_H

#include "model/access.h"

/* Decides the interrupt of x->interrupt, whose entry has 128 bits and GuestMode=1,
 * into x->answer.  GVI_OK, or GVI_STATE_RACING. */
enum gvi_status guest_apic_post(struct access *x, const uint64_t irte[2], bool x2apic);

#endif
