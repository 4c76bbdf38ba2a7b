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
	uint16_t index; /* data[10:0] of the MSI */
	uint8_t destination;
	bool logical; /* DM */
	bool level;
	bool legacy; /* a LINT message: HyperTransport only */
};

/* What an interrupt table entry makes of it. */
struct remapped {
	uint32_t destination;
	uint8_t vector, type;
	bool logical, rq_eoi;
};

static inline bool message_is_msi(const struct gvi_interrupt *r)
{
	return r->address >> 20 == 0xfee;
}

/* Whether it is one at all. */
static inline bool message_valid(const struct gvi_interrupt *r)
{
	if (r->address & 3)
		return false;
	return message_is_msi(r) || (r->address & low_ones(40)) >> 24 == 0xfdf8;
}

struct message message_of_ht(const struct gvi_interrupt *r);

/* [remap.message-form] [remap.index] */
static inline struct message message_of(const struct gvi_interrupt *r)
{
	if (!message_is_msi(r))
		return message_of_ht(r);
	return (struct message){.index = (uint16_t)(r->data & 0x7ff),
				.destination = (uint8_t)(r->address >> 12),
				.logical = r->address >> 2 & 1,
				.level = r->data >> 15 & 1};
}

/* The type of what has neither of the first two, which no table remaps. */
enum message_type message_other_type(struct message m);

static inline enum message_type message_type(struct message m)
{
	if (m.index < 0x200 && !m.legacy)
		return (enum message_type)(m.index >> 8);
	return message_other_type(m);
}

/* Bits 39:0 of the address in HyperTransport's form; raw_type shows data[10:8]
 * as they are. */
uint64_t message_ht_address(const struct message *m, bool raw_type);

/* [remap.emit] The message as it leaves, in the form in which it came. */
static inline void message_remap(const struct gvi_interrupt *r, const struct remapped *to,
				 struct gvi_message *out)
{
	uint64_t destination = to->destination & 0xff, dm = to->logical, eoi = to->rq_eoi;

	out->data = r->data;
	out->kind = GVI_MESSAGE_REMAPPED;
	out->rq_eoi = to->rq_eoi;
	out->destination = to->destination;
	if (message_is_msi(r)) {
		out->address = (r->address & ~UINT64_C(0xff004)) | destination << 12 | dm << 2;
		out->data = (r->data & ~0x7ffu) | (uint32_t)to->type << 8 | to->vector;
		return;
	}
	/* Bit 5, level, is what asks for the end of interrupt. */
	out->address = (r->address & ~UINT64_C(0xffffff)) | (uint64_t)to->vector << 16 |
		       destination << 8 | dm << 6 | eoi << 5 | (uint64_t)to->type << 2;
}

#endif
