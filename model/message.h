/* Interrupt messages of devices in both forms that they come in. */
#ifndef MODEL_MESSAGE_H
#define MODEL_MESSAGE_H

#include "model/state.h"

enum message_type {
	MESSAGE_FIXED,
	MESSAGE_ARBITRATED,
	MESSAGE_SMI,
	MESSAGE_NMI,
	MESSAGE_INIT,
	MESSAGE_EXTINT,
	MESSAGE_LINT0,
	MESSAGE_LINT1,
	MESSAGE_RESERVED
};

/* What a message says, whatever its form. */
struct message {
	uint16_t index;         /* data[10:0] of the MSI */
	uint8_t  destination;
	bool     logical;       /* DM */
	bool     level;
	bool     legacy;        /* a LINT message: HyperTransport only */
};

/* What an interrupt table entry makes of it. */
struct remapped {
	uint32_t destination;
	uint8_t  vector, type;
	bool     logical, rq_eoi;
};

/* Whether it is one at all. */
bool message_valid(const struct gvi_interrupt *r);
bool message_is_msi(const struct gvi_interrupt *r);

struct message message_of(const struct gvi_interrupt *r);
enum message_type message_type(const struct message *m);

/* Bits 39:0 of the address in HyperTransport's form; raw_type shows data[10:8]
 * as they are. */
uint64_t message_ht_address(const struct message *m, bool raw_type);

/* [remap.emit] The message as it leaves, in the form in which it came. */
struct gvi_message message_remap(const struct gvi_interrupt *r, const struct remapped *to);

#endif
