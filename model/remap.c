/* Interrupt remapping: docs/spec/05-interrupt-remapping.md.  The steps are
 * numbered as in its section 4. */
#include "model/remap.h"

#include "model/device.h"
#include "model/effects.h"
#include "model/fault.h"
#include "model/guest_apic.h"
#include "model/host.h"
#include "model/message.h"

struct remap {
	struct access *x;
	enum message_type type;
	unsigned index;    /* of the table */
	bool wide, x2apic; /* entries of 128 bits, with destinations of 32 */
	uint64_t irte[2];
};

static enum verdict enter(struct remap *r);
static enum message_type classify(struct remap *r);
static enum verdict smi_filter(struct remap *r);
static enum verdict by_type(struct remap *r);
static enum verdict int_ctl(struct remap *r);
static enum verdict fetch(struct remap *r);
static enum gvi_status guest_mode(struct remap *r);
static enum verdict legal(struct remap *r);
static void emit(struct remap *r);
static enum verdict forward(struct remap *r, enum gvi_clause clause);
static bool control(const struct remap *r, uint64_t mask);

enum gvi_status remap(struct access *x)
{
	struct remap r = {.x = x};

	/* Steps 1 to 3 */
	if (enter(&r) == ENDED)
		return GVI_OK;
	/* Step 4 */
	if (r.type > MESSAGE_ARBITRATED) {
		(void)by_type(&r);
		return GVI_OK;
	}
	/* Steps 5 to 8 */
	if (int_ctl(&r) == ENDED || fetch(&r) == ENDED)
		return GVI_OK;
	/* Step 9: bits 7:0 are the same in all forms of an entry that are remapped. */
	if (!get_IRTE_32_REMAP_EN(r.irte)) {
		(void)interrupt_fault(x, GVI_CLAUSE_REMAP_ENTRY_OFF, 0);
		return GVI_OK;
	}
	/* Steps 10 to 12 */
	if (get_IRTE_32_GUEST_MODE(r.irte))
		return guest_mode(&r);
	if (legal(&r) == GO_ON)
		emit(&r);
	return GVI_OK;
}

/* ---- Steps 1 to 3: whether there is an entry that says something -------- */

static enum verdict enter(struct remap *r)
{
	struct access *x = r->x;
	bool valid;

	/* Step 1 */
	if (!control(r, mask_CONTROL_IOMMU_EN(0)))
		return forward(r, GVI_CLAUSE_FLOW_DISABLED);
	if (x->request->has_pasid) {
		x->guest_pasid = true;
		return interrupt_fault(x, GVI_CLAUSE_REMAP_PASID, 0);
	}
	/* Step 2 */
	if (device_fetch(x) == ENDED)
		return ENDED;
	r->type = classify(r);
	if (smi_filter(r) == ENDED)
		return ENDED;
	valid = get_DTE_V(x->dte);
	if (!get_DTE_IV(x->dte) || (!valid && choose(x->m, GVI_CHOICE_IV_GATE) == 1))
		return forward(r, GVI_CLAUSE_REMAP_INVALID_FORWARD);
	/* Step 3; most entries have nothing illegal in either half.  What is open is asked
	 * for whether somebody listens or not. */
	if (valid && !x->m->watched && device_plain(x->m, x->dte))
		return GO_ON;
	if (valid || choose(x->m, GVI_CHOICE_IV_WITHOUT_V) == 1) {
		cite(x->m, GVI_CLAUSE_REMAP_MEMORY_HALF);
		if (device_check(x) == ENDED)
			return ENDED;
	}
	return device_check_interrupt(x);
}

/* [remap.index-2048] What is remapped counts as fixed. */
static enum message_type classify(struct remap *r)
{
	struct gvi *m = r->x->m;
	const struct message message = message_of(r->x->interrupt);
	enum message_type type = message_type(message);

	r->index = message.index;
	if (type <= MESSAGE_ARBITRATED || message.legacy ||
	    get_CONTROL_NUM_INT_REMAP_MODE(&m->reg[SLOT_CONTROL]) != 1)
		return type;
	if (!message.logical && choose(m, GVI_CHOICE_NUM_INT_MODE) == 0)
		return type;
	apply(r->x, GVI_CLAUSE_REMAP_INDEX_2048);
	return MESSAGE_FIXED;
}

static bool smi_allowed(struct remap *r);

/* [remap.smi-filter] */
static enum verdict smi_filter(struct remap *r)
{
	struct access *x = r->x, told;
	bool iv = get_DTE_IV(x->dte);

	if (r->type != MESSAGE_SMI || !control(r, mask_CONTROL_SMI_F_EN(0)) || smi_allowed(r))
		return GO_ON;
	if (!iv && choose(x->m, GVI_CHOICE_SMI_FILTER_GATE) == 1)
		return GO_ON;
	if (!control(r, mask_CONTROL_SMI_F_LOG_EN(0)))
		return refuse(x, GVI_CLAUSE_REMAP_SMI_FILTER);
	told = *x;
	if (iv && get_DTE_IG(x->dte) && choose(x->m, GVI_CHOICE_SMI_FILTER_EVENT) == 1)
		told.dte[2] &= ~mask_DTE_IG(2);
	return interrupt_fault(&told, GVI_CLAUSE_REMAP_SMI_FILTER, 0);
}

static bool smi_allowed(struct remap *r)
{
	for (unsigned slot = SLOT_SMI_FILTER; slot <= LAST_SMI_FILTER; slot++) {
		const uint64_t *filter = &r->x->m->reg[slot];

		if (get_SMI_FILTER_SMI_DV(filter) &&
		    get_SMI_FILTER_SMI_DID(filter) == r->x->request->device)
			return true;
	}
	return false;
}

/* ---- Step 4: messages that no table remaps ------------------------------ */

static enum verdict pass_if(struct remap *r, uint64_t bit);
static enum verdict blocked(struct remap *r, enum gvi_clause clause, enum gvi_choice event);

static enum verdict by_type(struct remap *r)
{
	const uint64_t *dte = r->x->dte;
	bool filtered = control(r, mask_CONTROL_SMI_F_EN(0));

	if (message_of(r->x->interrupt).logical)
		return blocked(r, GVI_CLAUSE_REMAP_MESSAGE_RESERVED, GVI_CHOICE_MESSAGE_TYPE_EVENT);
	switch (r->type) {
	case MESSAGE_SMI:
		if (filtered || choose(r->x->m, GVI_CHOICE_SMI_UNFILTERED) == 0)
			return forward(r, GVI_CLAUSE_REMAP_SMI_FORWARD);
		return blocked(r, GVI_CLAUSE_REMAP_SMI_FORWARD, GVI_CHOICE_PASS_BIT_EVENT);
	case MESSAGE_NMI:
		return pass_if(r, get_DTE_NMI_PASS(dte));
	case MESSAGE_INIT:
		return pass_if(r, get_DTE_INIT_PASS(dte));
	case MESSAGE_EXTINT:
		return pass_if(r, get_DTE_EINT_PASS(dte));
	case MESSAGE_LINT0:
		return pass_if(r, get_DTE_LINT0_PASS(dte));
	case MESSAGE_LINT1:
		return pass_if(r, get_DTE_LINT1_PASS(dte));
	default:
		return blocked(r, GVI_CLAUSE_REMAP_MESSAGE_RESERVED, GVI_CHOICE_MESSAGE_TYPE_EVENT);
	}
}

/* [remap.pass-bits] */
static enum verdict pass_if(struct remap *r, uint64_t bit)
{
	if (bit)
		return forward(r, GVI_CLAUSE_REMAP_PASS_BITS);
	return blocked(r, GVI_CLAUSE_REMAP_PASS_BITS, GVI_CHOICE_PASS_BIT_EVENT);
}

static enum verdict blocked(struct remap *r, enum gvi_clause clause, enum gvi_choice event)
{
	if (choose(r->x->m, event) == 1)
		return refuse(r->x, clause);
	return interrupt_fault(r->x, clause, 0);
}

/* ---- Steps 5 to 8: the table -------------------------------------------- */

static enum verdict length_reserved(struct remap *r, uint64_t length);
static enum verdict fetch_entry(struct remap *r, uint64_t spa);

static enum verdict int_ctl(struct remap *r)
{
	struct access *x = r->x;
	uint64_t length = get_DTE_INT_LEN(x->dte);

	/* Step 5 */
	switch (get_DTE_INT_CTL(x->dte)) {
	case 0:
		return invalid_request(x, GVI_CLAUSE_REMAP_INT_CTL_ABORT, 5);
	case 1:
		return forward(r, GVI_CLAUSE_REMAP_INT_CTL_FORWARD);
	case 2:
		break;
	default:
		return illegal_entry(x, GVI_CLAUSE_REMAP_INT_CTL_RESERVED, false);
	}
	/* Step 6 */
	if (length_reserved(r, length) == ENDED)
		return ENDED;
	/* Step 7 */
	apply(x, GVI_CLAUSE_REMAP_INDEX);
	if (r->index >> length)
		return interrupt_fault(x, GVI_CLAUSE_REMAP_TABLE_LENGTH, 0);
	return GO_ON;
}

static enum verdict length_reserved(struct remap *r, uint64_t length)
{
	struct gvi *m = r->x->m;

	if (length < 10)
		return GO_ON;
	if (length < 12 && (get_CONTROL_NUM_INT_REMAP_MODE(&m->reg[SLOT_CONTROL]) == 1 ||
			    choose(m, GVI_CHOICE_INT_TAB_LEN_LONG) == 0))
		return GO_ON;
	return illegal_entry(r->x, GVI_CLAUSE_REMAP_TABLE_LENGTH_RESERVED, false);
}

/* Step 8 */
static enum verdict fetch(struct remap *r)
{
	struct access *x = r->x;
	uint64_t root = get_DTE_INT_ROOT(x->dte);
	bool ga = control(r, mask_CONTROL_GA_EN(0)), xt = control(r, mask_CONTROL_XT_EN(0));
	unsigned low = root & 64 ? choose(x->m, GVI_CHOICE_INT_ROOT_BIT_6) : 0;

	if (low == 2)
		return illegal_entry(x, GVI_CLAUSE_REMAP_FETCH, true);
	if (low == 1)
		root &= ~UINT64_C(64);
	/* [remap.entry-size] */
	r->wide = ga || (xt && choose(x->m, GVI_CHOICE_XT_WITHOUT_GA) == 1);
	r->x2apic = r->wide && xt;
	apply(x, GVI_CLAUSE_REMAP_FETCH);
	return fetch_entry(r, root + (uint64_t)r->index * (r->wide ? 16 : 4));
}

static enum verdict fetch_entry(struct remap *r, uint64_t spa)
{
	struct access *x = r->x;
	enum gvi_bus bus;

	stand(x->m, x, 0);
	if (r->wide)
		bus = host_fetch(x->m, r->x2apic ? GVI_FORMAT_IRTE_128_X2APIC : GVI_FORMAT_IRTE_128,
				 spa, r->irte, 2);
	else
		bus = host_fetch_half(x->m, GVI_FORMAT_IRTE_32, spa, r->irte);
	x->silent = get_IRTE_32_SUP_IOPF(r->irte);
	if (bus == GVI_BUS_OK)
		return GO_ON;
	switch (choose(x->m, GVI_CHOICE_IRTE_FETCH_ERROR)) {
	case 0:
		/* An entry of 4 bytes shows its container of 8. */
		apply(x, GVI_CLAUSE_REMAP_FETCH_ERROR);
		return page_table_error(x, spa & ~UINT64_C(7), bus);
	case 1:
		apply(x, GVI_CLAUSE_REMAP_FETCH_ERROR);
		return device_table_error(x, spa & ~UINT64_C(15), bus);
	default:
		return refuse(x, GVI_CLAUSE_REMAP_FETCH_ERROR);
	}
}

/* ---- Steps 10 to 12: the entry ------------------------------------------ */

static bool reserved_bits(struct remap *r);

static enum gvi_status guest_mode(struct remap *r)
{
	if (r->wide && get_CONTROL_GAM_EN(&r->x->m->reg[SLOT_CONTROL]) == 1)
		return guest_apic_post(r->x, r->irte, r->x2apic);
	(void)interrupt_fault(r->x, GVI_CLAUSE_REMAP_GUEST_MODE_OFF, FAULT_PR | FAULT_RZ);
	return GVI_OK;
}

static enum verdict legal(struct remap *r)
{
	struct access *x = r->x;
	uint64_t rz = FAULT_RZ;

	if (reserved_bits(r))
		return interrupt_fault(x, GVI_CLAUSE_REMAP_RESERVED_BITS, FAULT_PR | FAULT_RZ);
	if (get_IRTE_32_INT_TYPE(r->irte) <= 1)
		return GO_ON;
	if (choose(x->m, GVI_CHOICE_INT_TYPE_RZ) == 1)
		rz = 0;
	return interrupt_fault(x, GVI_CLAUSE_REMAP_INT_TYPE, FAULT_PR | rz);
}

/* [remap.reserved-bits] Most of them may be free: AMB-5.9. */
static bool reserved_bits(struct remap *r)
{
	const uint64_t *e = r->irte;
	bool narrow = r->wide && !r->x2apic, set;

	if (narrow && (get_IRTE_128_RSVD_31(e) | get_IRTE_128_RSVD_127(e)))
		return true;
	if (r->wide)
		set = (get_IRTE_128_RSVD_63(e) | get_IRTE_128_RSVD_119(e)) != 0;
	else
		set = get_IRTE_32_RSVD_31(e) != 0;
	return set && choose(r->x->m, GVI_CHOICE_IRTE_RESERVED) == 0;
}

static void emit(struct remap *r)
{
	struct gvi_answer *a = r->x->answer;
	const uint64_t *e = r->irte;
	struct remapped to = {.type = (uint8_t)get_IRTE_32_INT_TYPE(e),
			      .logical = get_IRTE_32_DM(e),
			      .rq_eoi = get_IRTE_32_RQ_EOI(e)};

	to.vector = (uint8_t)(r->wide ? get_IRTE_128_VECTOR(e) : get_IRTE_32_VECTOR(e));
	to.destination = (uint32_t)(r->x2apic ? get_IRTE_128_X2APIC_DESTINATION(e)
					      : get_IRTE_32_DESTINATION(e));
	apply(r->x, GVI_CLAUSE_REMAP_EMIT);
	a->translated = true;
	message_remap(r->x->interrupt, &to, &a->message);
	a->address = a->message.address;
	effect_send(r->x->m, &a->message);
}

/* Passed on as it came. */
static enum verdict forward(struct remap *r, enum gvi_clause clause)
{
	struct gvi_answer *a = r->x->answer;

	apply(r->x, clause);
	a->message = (struct gvi_message){.address = r->x->interrupt->address,
					  .data = r->x->interrupt->data,
					  .kind = GVI_MESSAGE_PASSED};
	a->address = a->message.address;
	effect_send(r->x->m, &a->message);
	return ENDED;
}

static bool control(const struct remap *r, uint64_t mask)
{
	return (r->x->m->reg[SLOT_CONTROL] & mask) != 0;
}
