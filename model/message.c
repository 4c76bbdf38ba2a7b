/* Interrupt messages: docs/spec/05-interrupt-remapping.md section 3. */
#include "model/message.h"

/* HyperTransport's codes of the types that data[10:8] of an MSI codes, and back.
 * That of the reserved type 011 is the one that is left. */
static const uint8_t ht_codes[8] = {0, 1, 2, 7, 3, 4, 5, 6};
static const uint8_t msi_codes[8] = {0, 1, 2, 4, 5, 6, 7, 3};

#define HT_BASE UINT64_C(0xfdf8000000)

bool message_valid(const struct gvi_interrupt *r)
{
	bool ht = (r->address & low_ones(40)) >> 24 == HT_BASE >> 24;

	return (ht || message_is_msi(r)) && (r->address & 3) == 0;
}

bool message_is_msi(const struct gvi_interrupt *r)
{
	return r->address >> 20 == 0xfee;
}

/* [remap.message-form] [remap.index] */
struct message message_of(const struct gvi_interrupt *r)
{
	uint64_t a = r->address;

	if (message_is_msi(r))
		return (struct message){.index = (uint16_t)(r->data & 0x7ff),
					.destination = (uint8_t)(a >> 12),
					.logical = a >> 2 & 1,
					.level = r->data >> 15 & 1};
	return (struct message){.index = (uint16_t)(msi_codes[a >> 2 & 7] << 8 | (a >> 16 & 0xff)),
				.destination = (uint8_t)(a >> 8),
				.logical = a >> 6 & 1,
				.level = a >> 5 & 1,
				.legacy = a >> 7 & 1};
}

enum message_type message_type(const struct message *m)
{
	static const uint8_t types[8] = {MESSAGE_FIXED,    MESSAGE_ARBITRATED, MESSAGE_SMI,
					 MESSAGE_RESERVED, MESSAGE_NMI,        MESSAGE_INIT,
					 MESSAGE_RESERVED, MESSAGE_EXTINT};
	enum message_type type = (enum message_type)types[m->index >> 8];

	if (!m->legacy)
		return type;
	return type == MESSAGE_EXTINT ? MESSAGE_LINT0 :
	       type == MESSAGE_NMI    ? MESSAGE_LINT1 :
					MESSAGE_RESERVED;
}

uint64_t message_ht_address(const struct message *m, bool raw_type)
{
	uint64_t type = raw_type ? m->index >> 8 : ht_codes[m->index >> 8];

	return HT_BASE | (uint64_t)(m->index & 0xff) << 16 | (uint64_t)m->destination << 8 |
	       (uint64_t)m->legacy << 7 | (uint64_t)m->logical << 6 | (uint64_t)m->level << 5 |
	       type << 2;
}

struct gvi_message message_remap(const struct gvi_interrupt *r, const struct remapped *to)
{
	uint64_t destination = to->destination & 0xff, dm = to->logical, eoi = to->rq_eoi;
	struct gvi_message out = {.data = r->data,
				  .kind = GVI_MESSAGE_REMAPPED,
				  .rq_eoi = to->rq_eoi,
				  .destination = to->destination};

	if (message_is_msi(r)) {
		out.address = (r->address & ~UINT64_C(0xff004)) | destination << 12 | dm << 2;
		out.data = (r->data & ~0x7ffu) | (uint32_t)to->type << 8 | to->vector;
		return out;
	}
	/* Bit 5, level, is what asks for the end of interrupt. */
	out.address = (r->address & ~UINT64_C(0xffffff)) | (uint64_t)to->vector << 16 |
		      destination << 8 | dm << 6 | eoi << 5 | (uint64_t)to->type << 2;
	return out;
}
