/* Interrupt messages: docs/spec/05-interrupt-remapping.md section 3. */
#include "model/message.h"

/* HyperTransport's codes of the types that data[10:8] of an MSI codes, and back.
 * That of the reserved type 011 is the one that is left. */
static const uint8_t ht_codes[8] = {0, 1, 2, 7, 3, 4, 5, 6};
static const uint8_t msi_codes[8] = {0, 1, 2, 4, 5, 6, 7, 3};

#define HT_BASE UINT64_C(0xfdf8000000)

struct message message_of_ht(const struct gvi_interrupt *r)
{
	uint64_t a = r->address;

	return (struct message){
		.index = (uint16_t)((unsigned)msi_codes[a >> 2 & 7] << 8 | (a >> 16 & 0xff)),
		.destination = (uint8_t)(a >> 8),
		.logical = a >> 6 & 1,
		.level = a >> 5 & 1,
		.legacy = a >> 7 & 1};
}

enum message_type message_other_type(struct message m)
{
	static const uint8_t types[8] = {MESSAGE_FIXED,    MESSAGE_ARBITRATED, MESSAGE_SMI,
					 MESSAGE_RESERVED, MESSAGE_NMI,        MESSAGE_INIT,
					 MESSAGE_RESERVED, MESSAGE_EXTINT};
	enum message_type type = (enum message_type)types[m.index >> 8];

	if (!m.legacy)
		return type;
	return type == MESSAGE_EXTINT ? MESSAGE_LINT0
	       : type == MESSAGE_NMI  ? MESSAGE_LINT1
				      : MESSAGE_RESERVED;
}

uint64_t message_ht_address(const struct message *m, bool raw_type)
{
	uint64_t type = raw_type ? m->index >> 8 : ht_codes[m->index >> 8];

	return HT_BASE | (uint64_t)(m->index & 0xff) << 16 | (uint64_t)m->destination << 8 |
	       (uint64_t)m->legacy << 7 | (uint64_t)m->logical << 6 | (uint64_t)m->level << 5 |
	       type << 2;
}
