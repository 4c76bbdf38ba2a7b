/* Interrupts for guests: docs/spec/05-interrupt-remapping.md section 5, and section 4
 * step 10 for their entries.  The steps are numbered as in section 5. */
#include "model/guest_apic.h"

#include "model/effects.h"
#include "model/fault.h"
#include "model/host.h"
#include "model/log.h"

enum { IRR = 0x200, IRR_STRIDE = 16, IRR_PARTS = 8, MAX_RETRIES = 64 };

struct posting {
	struct access *x;
	const uint64_t *irte;
	bool x2apic;  /* a destination of 32 bits */
	bool again;   /* the vector's bit was set already */
	bool pending; /* some bit of the IRR was */
	bool always;  /* a physical interrupt does not ask for that */
};

static enum verdict legal(struct posting *p);
static enum verdict look_around(struct posting *p);
static enum verdict set_bit(struct posting *p);
static void tell(struct posting *p);

enum gvi_status guest_apic_post(struct access *x, const uint64_t irte[2], bool x2apic)
{
	struct posting p = {.x = x, .irte = irte, .x2apic = x2apic};

	if (legal(&p) == ENDED)
		return GVI_OK;
	/* Step 1; what step 3a has to know of the IRR is looked at before. */
	if (look_around(&p) == ENDED || set_bit(&p) == ENDED)
		return x->racing ? GVI_STATE_RACING : GVI_OK;
	/* Steps 2 to 4 */
	x->answer->translated = true;
	tell(&p);
	return GVI_OK;
}

/* ---- Section 4 step 10: the entry --------------------------------------- */

static bool snp_forbids(struct gvi *m);
static bool reserved_bits(struct posting *p);

static enum verdict legal(struct posting *p)
{
	struct access *x = p->x;

	if (snp_forbids(x->m))
		return interrupt_fault(x, GVI_CLAUSE_REMAP_GUEST_SNP, FAULT_PR | FAULT_RZ);
	if (reserved_bits(p))
		return interrupt_fault(x, GVI_CLAUSE_REMAP_RESERVED_BITS, FAULT_PR | FAULT_RZ);
	return GO_ON;
}

static bool snp_forbids(struct gvi *m)
{
	return m->config.snp && get_CONTROL_SNP_AVIC_EN(&m->reg[SLOT_CONTROL]) != 1 &&
	       choose(m, GVI_CHOICE_GUEST_MODE_SNP) == 0;
}

/* [remap.reserved-bits] Those of AMB-5.9 may be free. */
static bool reserved_bits(struct posting *p)
{
	const uint64_t *e = p->irte;
	uint64_t set = get_IRTE_GUEST_RSVD_4(e);

	if (!has(p->x->m, GVI_FEATURE_GAPPIDIS))
		set |= get_IRTE_GUEST_GAPPI_DIS(e);
	if (!p->x2apic)
		set |= get_IRTE_GUEST_RSVD_31(e) | get_IRTE_GUEST_RSVD_127(e);
	if (set)
		return true;
	return (get_IRTE_GUEST_RSVD_75(e) | get_IRTE_GUEST_RSVD_119(e)) &&
	       choose(p->x->m, GVI_CHOICE_IRTE_RESERVED) == 0;
}

/* ---- Step 1: the IRR ---------------------------------------------------- */

static bool may_wake(const struct posting *p);
static uint64_t part_of_irr(const struct posting *p, unsigned part);
static unsigned own_part(const struct posting *p);
static enum verdict failed(struct posting *p, uint64_t spa, enum gvi_bus bus);

/* Whether a bit of the IRR is set beside those that the update will see. */
static enum verdict look_around(struct posting *p)
{
	struct gvi *m = p->x->m;

	if (!may_wake(p))
		return GO_ON;
	p->always = choose(m, GVI_CHOICE_GAPPI_SPURIOUS) == 1;
	if (p->always)
		return GO_ON;
	for (unsigned part = 0; part < IRR_PARTS && !p->pending; part++) {
		uint64_t spa = part_of_irr(p, part), irr;
		enum gvi_bus bus;

		if (part == own_part(p))
			continue;
		bus = host_fetch_word(m, GVI_FORMAT_VAPIC_IRR, spa, &irr);
		if (bus != GVI_BUS_OK)
			return failed(p, spa, bus);
		p->pending = get_VAPIC_IRR_IRR(&irr);
	}
	return GO_ON;
}

/* [remap.guest-irr] Also if the bit is set: it may be gone when the update comes. */
static enum verdict set_bit(struct posting *p)
{
	uint64_t spa = part_of_irr(p, own_part(p)), seen, was = 0;
	uint64_t bit = UINT64_C(1) << get_IRTE_GUEST_VECTOR(p->irte) % 32;
	struct gvi *m = p->x->m;
	enum gvi_bus bus;
	bool done = false;

	apply(p->x, GVI_CLAUSE_REMAP_GUEST_IRR);
	bus = host_fetch_word(m, GVI_FORMAT_VAPIC_IRR, spa, &seen);
	for (unsigned tries = 0; bus == GVI_BUS_OK && !done; tries++) {
		if (tries == MAX_RETRIES) {
			p->x->racing = true;
			return ENDED;
		}
		was = seen;
		bus = effect_exchange(m, spa, &seen, was | bit, &done);
	}
	if (bus != GVI_BUS_OK)
		return failed(p, spa, bus);
	p->again = was & bit;
	p->pending |= get_VAPIC_IRR_IRR(&was) != 0;
	return GO_ON;
}

static uint64_t part_of_irr(const struct posting *p, unsigned part)
{
	return get_IRTE_GUEST_VAPIC_ROOT(p->irte) + IRR + IRR_STRIDE * part;
}

static unsigned own_part(const struct posting *p)
{
	return (unsigned)get_IRTE_GUEST_VECTOR(p->irte) / 32;
}

static enum verdict failed(struct posting *p, uint64_t spa, enum gvi_bus bus)
{
	if (choose(p->x->m, GVI_CHOICE_GUEST_IRR_ERROR) == 1)
		return refuse(p->x, GVI_CLAUSE_REMAP_GUEST_IRR_ERROR);
	apply(p->x, GVI_CLAUSE_REMAP_GUEST_IRR_ERROR);
	return page_table_error(p->x, spa, bus);
}

/* ---- Steps 2 to 4: who is told ------------------------------------------ */

static void ring_bell(struct posting *p);
static void wake(struct posting *p);
static void log_entry(struct posting *p);
static bool coalesced(struct posting *p);
static void send(struct posting *p, enum gvi_message_kind kind, uint32_t data);

static void tell(struct posting *p)
{
	if (get_IRTE_GUEST_IS_RUN(p->irte))
		ring_bell(p);
	else if (get_CONTROL_GAPPI_EN(&p->x->m->reg[SLOT_CONTROL]))
		wake(p);
	else if (get_IRTE_GUEST_GA_LOG_INTR(p->irte))
		log_entry(p);
	else
		apply(p->x, GVI_CLAUSE_REMAP_GUEST_QUIET);
}

/* Step 2 */
static void ring_bell(struct posting *p)
{
	apply(p->x, GVI_CLAUSE_REMAP_GUEST_DOORBELL);
	if (!coalesced(p))
		send(p, GVI_MESSAGE_DOORBELL, 0);
}

/* Step 3a */
static void wake(struct posting *p)
{
	apply(p->x, GVI_CLAUSE_REMAP_GUEST_GAPPI_ONLY);
	if (!may_wake(p))
		return;
	apply(p->x, GVI_CLAUSE_REMAP_GUEST_GAPPI);
	if (p->always || !p->pending)
		send(p, GVI_MESSAGE_GAPPI, get_IRTE_GUEST_GA_TAG(p->irte) & 0xff);
}

static bool may_wake(const struct posting *p)
{
	return !get_IRTE_GUEST_IS_RUN(p->irte) && !get_IRTE_GUEST_GAPPI_DIS(p->irte) &&
	       get_CONTROL_GAPPI_EN(&p->x->m->reg[SLOT_CONTROL]);
}

/* Step 3b */
static void log_entry(struct posting *p)
{
	uint64_t entry = 0;

	apply(p->x, GVI_CLAUSE_REMAP_GUEST_LOG);
	if (coalesced(p))
		return;
	set_GA_LOG_ENTRY_GA_TAG(&entry, get_IRTE_GUEST_GA_TAG(p->irte));
	set_GA_LOG_ENTRY_DEVICE_ID(&entry, p->x->request->device);
	set_GA_LOG_ENTRY_CODE(&entry, 1);
	(void)log_guest_interrupt(p->x->m, entry);
}

/* Step 4 */
static bool coalesced(struct posting *p)
{
	if (!p->again)
		return false;
	apply(p->x, GVI_CLAUSE_REMAP_GUEST_AGAIN);
	return choose(p->x->m, GVI_CHOICE_GUEST_POST_AGAIN) == 1;
}

static void send(struct posting *p, enum gvi_message_kind kind, uint32_t data)
{
	struct gvi_message *message = &p->x->answer->message;

	message->kind = (uint8_t)kind;
	message->data = data;
	message->destination = (uint32_t)(p->x2apic ? get_IRTE_GUEST_X2APIC_DESTINATION(p->irte)
						    : get_IRTE_GUEST_DESTINATION(p->irte));
	effect_send(p->x->m, message);
}
