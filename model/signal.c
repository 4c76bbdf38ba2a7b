/* The IOMMU's own interrupts: docs/spec/07-mmio-registers.md sections 12 and 16. */
#include "model/signal.h"

#include "model/effects.h"

/* ---- Section 16 item 2: what interrupts, and when ----------------------- */

static void send_interrupt(struct gvi *m, enum gvi_source source, unsigned *sent);

#define ASKS(bit, source) ((unsigned)get_STATUS_##bit(status) << GVI_SOURCE_##source)

/* A bit of a feature that is not there stays 0. */
unsigned interrupt_sources(const struct gvi *m)
{
	const uint64_t *status = &m->reg[SLOT_STATUS], *control = &m->reg[SLOT_CONTROL];
	unsigned event = ASKS(EVENT_LOG_INT, EVENT_LOG_INT) | ASKS(EVENT_OVERFLOW, EVENT_OVERFLOW) |
			 ASKS(EVENT_OVERFLOW_B, EVENT_OVERFLOW_B);
	unsigned wait = ASKS(COM_WAIT_INT, COM_WAIT_INT);
	unsigned ppr = ASKS(PPR_INT, PPR_INT) | ASKS(PPR_OVERFLOW, PPR_OVERFLOW) |
		       ASKS(PPR_OVERFLOW_B, PPR_OVERFLOW_B);
	unsigned early = ASKS(PPR_OVRFLW_EARLY, PPR_EARLY);
	unsigned early_b = ASKS(PPR_OVRFLW_EARLY_B, PPR_EARLY_B);
	unsigned guest = ASKS(GA_INT, GA_INT) | ASKS(GAL_OVERFLOW, GA_OVERFLOW);

	return (get_CONTROL_EVENT_INT_EN(control) ? event : 0) |
	       (get_CONTROL_COM_WAIT_INT_EN(control) ? wait : 0) |
	       (get_CONTROL_PPR_INT_EN(control) ? ppr : 0) |
	       (get_PPR_LOG_EARLY_PPR_OVRFLW_EARLY_INT_EN(&m->reg[SLOT_PPR_LOG_EARLY]) ? early : 0) |
	       (get_PPR_LOG_B_EARLY_PPR_OVRFLW_EARLY_INT_EN(&m->reg[SLOT_PPR_LOG_B_EARLY]) ? early_b :
											     0) |
	       (get_CONTROL_GA_INT_EN(control) ? guest : 0);
}

/* [register.interrupt-edge] A status bit left set sends nothing more. */
void interrupt_rising(struct gvi *m, unsigned before)
{
	unsigned risen = interrupt_sources(m) & ~before, sent = 0;

	for (unsigned source = 0; source < GVI_NSOURCES; source++)
		if (risen >> source & 1) {
			cite(m, GVI_CLAUSE_REGISTER_INTERRUPT_EDGE);
			effect_raise(m, (enum gvi_source)source);
			send_interrupt(m, (enum gvi_source)source, &sent);
		}
}

/* ---- Items 1 and 3: messages -------------------------------------------- */

/* Which registers and which number a source's message has. */
enum group { GENERAL, PPR, GUEST };

static enum group group_of(enum gvi_source source);
static bool x2apic(const struct gvi *m);
static bool can_send(struct gvi *m);
static struct gvi_message x2apic_message(struct gvi *m, enum group group);
static struct gvi_message msi(struct gvi *m, unsigned number);
static unsigned message_number(struct gvi *m, enum group group);

/* *sent tells which messages have left since the status bits rose. */
static void send_interrupt(struct gvi *m, enum gvi_source source, unsigned *sent)
{
	enum group group = group_of(source);
	struct gvi_message message;
	unsigned number;

	if (!can_send(m))
		return;
	number = x2apic(m) ? group : message_number(m, group);
	/* AMB-7.18 */
	if (*sent >> number & 1 && choose(m, GVI_CHOICE_SHARED_MESSAGE) == 1)
		return;
	*sent |= 1u << number;
	message = x2apic(m) ? x2apic_message(m, group) : msi(m, number);
	message.kind = GVI_MESSAGE_INTERRUPT;
	message.source = (uint8_t)source;
	effect_send(m, &message);
}

static enum group group_of(enum gvi_source source)
{
	switch (source) {
	case GVI_SOURCE_PPR_INT:
	case GVI_SOURCE_PPR_OVERFLOW:
	case GVI_SOURCE_PPR_OVERFLOW_B:
	case GVI_SOURCE_PPR_EARLY:
	case GVI_SOURCE_PPR_EARLY_B:
		return PPR;
	case GVI_SOURCE_GA_INT:
	case GVI_SOURCE_GA_OVERFLOW:
		return GUEST;
	default:
		return GENERAL;
	}
}

static bool x2apic(const struct gvi *m)
{
	return get_CONTROL_INT_CAP_XT_EN(&m->reg[SLOT_CONTROL]);
}

static bool can_send(struct gvi *m)
{
	enum gvi_choice choice =
		x2apic(m) ? GVI_CHOICE_X2APIC_BUS_MASTER : GVI_CHOICE_MSI_BUS_MASTER;

	if (!x2apic(m) && !get_MSI_CAP_HEADER_MSI_EN(&m->reg[SLOT_MSI_CAP_HEADER])) {
		cite(m, GVI_CLAUSE_PCI_MSI_OFF);
		return false;
	}
	if (m->pci.command & 4)
		return true;
	cite(m, GVI_CLAUSE_PCI_BUS_MASTER);
	return choose(m, choice) == 1;
}

/* [register.interrupt-x2apic] The three registers have one layout. */
static struct gvi_message x2apic_message(struct gvi *m, enum group group)
{
	static const uint16_t slots[] = {SLOT_XT_INT_CTRL, SLOT_XT_PPR_INT_CTRL, SLOT_XT_GA_INT_CTRL};
	const uint64_t *reg = &m->reg[slots[group]];
	uint32_t destination = (uint32_t)get_XT_INT_CTRL_DESTINATION(reg);
	uint64_t dm = get_XT_INT_CTRL_DM(reg);
	uint64_t data = get_XT_INT_CTRL_DELIVERY_MODE(reg) << 8 | get_XT_INT_CTRL_VECTOR(reg);

	cite(m, GVI_CLAUSE_REGISTER_INTERRUPT_X2APIC);
	if (dm && get_EFR_FORCEPHYDESTSUP(&m->config.efr) &&
	    choose(m, GVI_CHOICE_X2APIC_DESTINATION) == 1)
		dm = 0;
	return (struct gvi_message){.address = 0xfee00000 | (destination & 0xff) << 12 | dm << 2,
				    .data = (uint32_t)data,
				    .destination = destination,
				    .x2apic = true};
}

/* [register.interrupt-message] */
static struct gvi_message msi(struct gvi *m, unsigned number)
{
	uint64_t low = get_MSI_ADDR_LOW_ADDRESS(&m->reg[SLOT_MSI_ADDR_LOW]);
	uint64_t high = m->reg[SLOT_MSI_ADDR_HIGH];
	unsigned log2 = (unsigned)get_MSI_CAP_HEADER_MULT_MESS_EN(&m->reg[SLOT_MSI_CAP_HEADER]);
	uint64_t data = m->reg[SLOT_MSI_DATA] & ~low_ones(log2);

	cite(m, GVI_CLAUSE_REGISTER_INTERRUPT_MESSAGE);
	return (struct gvi_message){.address = high << 32 | low, .data = (uint32_t)(data | number)};
}

/* AMB-7.12: a number beyond the enabled messages. */
static unsigned message_number(struct gvi *m, enum group group)
{
	unsigned log2 = (unsigned)get_MSI_CAP_HEADER_MULT_MESS_EN(&m->reg[SLOT_MSI_CAP_HEADER]);
	const uint64_t misc0 = m->pci.misc0, misc1 = m->pci.misc1;
	uint64_t number = group == PPR	   ? get_CAP_MISC0_MSI_NUM_PPR(&misc0)
			  : group == GUEST ? get_CAP_MISC1_MSI_NUM_GA(&misc1)
					   : get_CAP_MISC0_MSI_NUM(&misc0);

	if (number >> log2 && choose(m, GVI_CHOICE_MSI_NUMBER) == 1)
		return 0;
	return (unsigned)(number & low_ones(log2));
}

/* ---- Section 14: status bits -------------------------------------------- */

void status_set(struct gvi *m, uint64_t bits, bool on)
{
	if (on)
		m->reg[SLOT_STATUS] |= bits;
	else
		m->reg[SLOT_STATUS] &= ~bits;
}

void status_raise(struct gvi *m, uint64_t bits)
{
	unsigned before;

	if (!(bits & ~m->reg[SLOT_STATUS]))
		return;
	before = interrupt_sources(m);
	m->reg[SLOT_STATUS] |= bits;
	interrupt_rising(m, before);
}
