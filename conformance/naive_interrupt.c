/* The slow twin, interrupt remapping: 05 sections 1 to 4.  Steps are those of
 * section 4. */
#include "conformance/naive_way.h"

#include <string.h>

/* The types of section 3, one a row of its table. */
enum type { FIXED, ARBITRATED, SMI, NMI, INIT, EXT_INT, LINT0, LINT1, STARTUP, RESERVED };

/* A message taken apart, and where it goes. */
struct message {
	struct way way;
	struct gvi_request shown; /* the request as events tell of it */
	const struct gvi_interrupt *m;
	bool ht;        /* in HyperTransport's form */
	bool logical;   /* DM */
	bool has_index; /* the type is one that an MSI can have */
	enum type type;
	unsigned index; /* 11 bits */
	uint64_t irte[2];
	unsigned irte_size; /* in bytes */
};

static void decode(struct message *x);
static uint64_t shown_address(const struct message *x);
static bool smi_blocked(const struct message *x);
static void blocked_smi(struct message *x);
static bool interrupts_valid(const struct message *x);
static bool remappable(const struct message *x);
static bool passes(struct message *x);
static void table(struct message *x);
static bool table_legal(struct message *x);
static bool read_irte(struct message *x);
static void use_irte(struct message *x);
static bool irte_legal(struct message *x);
static void forward(struct message *x);
static void emit(struct message *x);
static void post(struct message *x);

/* ---- The order of section 4 ------------------------------------------------ */

void naive_interrupt(struct naive *n, const struct gvi_interrupt *interrupt,
		     struct naive_answer *answer)
{
	struct message x = {.m = interrupt};
	struct way *w = &x.way;

	memset(answer, 0, sizeof *answer);
	answer->mask[0] = answer->mask[1] = UINT64_MAX;
	w->n = n;
	w->a = answer;
	w->interrupt = true;
	w->r = &x.shown;
	decode(&x);
	x.shown = (struct gvi_request){.device = interrupt->device,
				       .access = GVI_WRITE,
				       .has_pasid = interrupt->has_pasid,
				       .pasid = interrupt->pasid,
				       .address = shown_address(&x)};
	if (!bit(n->control, 0)) { /* step 1 */
		forward(&x);
		return;
	}
	if (interrupt->has_pasid) {
		naive_page_fault(w, false, false, false);
		return;
	}
	if (!naive_fetch_device(w)) /* step 2 */
		return;
	if (smi_blocked(&x)) {
		blocked_smi(&x);
		return;
	}
	if (!interrupts_valid(&x)) {
		forward(&x);
		return;
	}
	w->silent = bit(w->dte[2], 5); /* IG */
	if (naive_illegal_entry(w))    /* step 3 */
		return;
	if (remappable(&x)) /* step 4 */
		table(&x);
	else if (passes(&x))
		forward(&x);
}

/* ---- Step 2 ------------------------------------------------------------------ */

static bool numbers_2048(const struct message *x)
{
	return bits(x->way.n->control, 44, 43) == 1;
}

/* Goes to fixed and arbitrated interrupts' way, whatever else it may look like. */
static bool remappable(const struct message *x)
{
	if (numbers_2048(x) && x->has_index &&
	    (x->logical || habit(&x->way, GVI_CHOICE_NUM_INT_MODE) == 1))
		return true;
	return x->type == FIXED || x->type == ARBITRATED;
}

static bool filter_names(const struct naive *n, uint16_t device)
{
	unsigned count = 1u << bits(n->efr, 20, 18);

	for (unsigned i = 0; i < count && i < NAIVE_FILTERS; i++)
		if (bit(n->smi_filter[i], 16) && bits(n->smi_filter[i], 15, 0) == device)
			return true;
	return false;
}

static bool smi_blocked(const struct message *x)
{
	const struct way *w = &x->way;

	if (x->type != SMI || remappable(x) || !bit(w->n->control, 22))
		return false;
	if (habit(w, GVI_CHOICE_SMI_FILTER_GATE) == 1 && !bit(w->dte[2], 0))
		return false;
	return !filter_names(w->n, x->m->device);
}

static void blocked_smi(struct message *x)
{
	struct way *w = &x->way;

	if (!bit(w->n->control, 24)) {
		naive_refuse(w);
		return;
	}
	w->silent = habit(w, GVI_CHOICE_SMI_FILTER_EVENT) == 0 && bit(w->dte[2], 0) &&
		    bit(w->dte[2], 5);
	naive_page_fault(w, false, false, false);
}

/* AMB-1.1. */
static bool interrupts_valid(const struct message *x)
{
	const struct way *w = &x->way;

	if (habit(w, GVI_CHOICE_IV_GATE) == 1 && !bit(w->dte[0], 0))
		return false;
	return bit(w->dte[2], 0);
}

/* ---- Step 4: what is not remapped ---------------------------------------------- */

/* I-PASS, or nothing at all. */
static void abort_message(struct message *x, bool event)
{
	if (event)
		naive_page_fault(&x->way, false, false, false);
	else
		naive_refuse(&x->way);
}

/* The bit of the entry that lets such a message pass. */
static bool pass_bit(const struct message *x)
{
	uint64_t half = x->way.dte[2];

	switch (x->type) {
	case INIT:
		return bit(half, 56);
	case EXT_INT:
		return bit(half, 57);
	case NMI:
		return bit(half, 58);
	case LINT0:
		return bit(half, 62);
	case LINT1:
		return bit(half, 63);
	default: /* an SMI: AMB-5.10 */
		return bit(x->way.n->control, 22) || habit(&x->way, GVI_CHOICE_SMI_UNFILTERED) == 0;
	}
}

static bool passes(struct message *x)
{
	const struct way *w = &x->way;
	bool unindexed = x->type == LINT0 || x->type == LINT1;

	/* with mode 01, DM=1 is the mark of messages that have an index */
	if (x->type == STARTUP || x->type == RESERVED ||
	    (x->logical && (!numbers_2048(x) || unindexed))) {
		abort_message(x, habit(w, GVI_CHOICE_MESSAGE_TYPE_EVENT) == 0);
		return false;
	}
	if (!pass_bit(x)) {
		abort_message(x, habit(w, GVI_CHOICE_PASS_BIT_EVENT) == 0);
		return false;
	}
	return true;
}

/* ---- Steps 5 to 11 --------------------------------------------------------------- */

static void illegal_encoding(struct message *x)
{
	naive_illegal(&x->way, habit(&x->way, GVI_CHOICE_ILLEGAL_DTE_RZ) == 1);
}

static void table(struct message *x)
{
	switch (bits(x->way.dte[2], 61, 60)) { /* step 5: IntCtl */
	case 0:
		naive_invalid_request(&x->way, 5);
		break;
	case 1:
		forward(x);
		break;
	case 3:
		illegal_encoding(x);
		break;
	default:
		if (table_legal(x) && read_irte(x))
			use_irte(x);
	}
}

/* Steps 6 and 7. */
static bool table_legal(struct message *x)
{
	struct way *w = &x->way;
	unsigned length = (unsigned)bits(w->dte[2], 4, 1);
	bool too_long = length > 9 && !numbers_2048(x);

	if (length > 11 || (too_long && habit(w, GVI_CHOICE_INT_TAB_LEN_LONG) == 1)) {
		illegal_encoding(x);
		return false;
	}
	if (x->index >= 1u << length) {
		naive_page_fault(w, false, false, false);
		return false;
	}
	return true;
}

/* Section 1, AMB-5.20. */
static bool wide(const struct way *w)
{
	return bit(w->n->control, 17) ||
	       (bit(w->n->control, 50) && habit(w, GVI_CHOICE_XT_WITHOUT_GA) == 1);
}

static bool x2apic(const struct way *w)
{
	return wide(w) && bit(w->n->control, 50);
}

/* AMB-5.3, AMB-10.11. */
static void fetch_failed(struct message *x, uint64_t spa, enum gvi_bus bus)
{
	switch (habit(&x->way, GVI_CHOICE_IRTE_FETCH_ERROR)) {
	case 0:
		naive_table_error(&x->way, spa, bus);
		break;
	case 1:
		naive_device_error(&x->way, spa, bus);
		break;
	default:
		naive_refuse(&x->way);
	}
}

/* Step 8, the first that looks at IntTabRoot. */
static bool read_irte(struct message *x)
{
	struct way *w = &x->way;
	uint64_t root = w->dte[2] & ones(51, 6), spa;
	struct naive_read read;
	uint8_t bytes[16];
	enum gvi_bus bus;

	if (bit(root, 6) && habit(w, GVI_CHOICE_INT_ROOT_BIT_6) == 2) {
		w->a->mask[0] &= ~ones(55, 55); /* a bit or an encoding: nothing says which */
		naive_illegal(w, true);
		return false;
	}
	if (habit(w, GVI_CHOICE_INT_ROOT_BIT_6) == 1)
		root &= ones(51, 7);
	x->irte_size = wide(w) ? 16 : 4;
	spa = root + (uint64_t)x->index * x->irte_size;
	read = naive_reading(w, NAIVE_IRTE, 0, x->index, spa);
	read.words = (uint8_t)((x->irte_size + 7) / 8);
	if (naive_held(w, &read, x->irte))
		return true;
	bus = w->n->memory.read(w->n->memory.user, spa, bytes, x->irte_size);
	if (bus) {
		fetch_failed(x, spa, bus);
		return false;
	}
	for (unsigned i = 0; i < x->irte_size; i++)
		x->irte[i / 8] |= (uint64_t)bytes[i] << 8 * (i % 8);
	naive_fetched(w, &read, x->irte);
	return true;
}

static void use_irte(struct message *x)
{
	struct way *w = &x->way;

	if (bit(x->irte[0], 1)) /* SupIOPF, also with RemapEn=0 */
		w->silent = true;
	if (!bit(x->irte[0], 0)) { /* step 9: I-OFF */
		naive_page_fault(w, false, false, false);
		return;
	}
	if (!irte_legal(x)) /* step 10 */
		return;
	if (bit(x->irte[0], 7)) /* step 12 */
		post(x);
	else
		emit(x); /* step 11 */
}

/* Bits that must be 0 with GuestMode=1: section 2, AMB-5.9. */
static bool guest_reserved(const struct message *x)
{
	const struct way *w = &x->way;
	uint64_t low = ones(4, 3), high = 0;

	if (!bit(w->n->efr2, 4)) /* GAPPIDis */
		low |= ones(5, 5);
	if (habit(w, GVI_CHOICE_IRTE_RESERVED) == 0)
		high |= ones(11, 8) | ones(55, 52);
	if (!x2apic(w)) {
		low |= ones(31, 16);
		high |= ones(63, 56);
	}
	return (x->irte[0] & low) != 0 || (x->irte[1] & high) != 0;
}

/* Section 1, 06 section 2. */
static bool guests_allowed(const struct way *w)
{
	if (!wide(w) || bits(w->n->control, 27, 25) != 1)
		return false;
	return !w->n->snp || bits(w->n->control, 63, 61) == 1 ||
	       habit(w, GVI_CHOICE_GUEST_MODE_SNP) == 1;
}

/* Bits that must be 0 with GuestMode=0: section 2, AMB-5.9. */
static bool irte_reserved(const struct message *x)
{
	bool all = habit(&x->way, GVI_CHOICE_IRTE_RESERVED) == 0;
	uint64_t low = 0, high = 0;

	if (!wide(&x->way))
		return all && bits(x->irte[0], 31, 24) != 0;
	if (all) {
		low |= ones(63, 32);
		high |= ones(55, 8);
	}
	if (!x2apic(&x->way)) {
		low |= ones(31, 16);
		high |= ones(63, 56);
	}
	return (x->irte[0] & low) != 0 || (x->irte[1] & high) != 0;
}

static bool irte_legal(struct message *x)
{
	struct way *w = &x->way;

	bool guest = bit(x->irte[0], 7);

	if (guest ? !guests_allowed(w) || guest_reserved(x) : irte_reserved(x)) { /* I-RSV */
		naive_page_fault(w, true, true, false);
		return false;
	}
	if (!guest && bits(x->irte[0], 4, 2) > 1) { /* I-TYPE */
		naive_page_fault(w, true, habit(w, GVI_CHOICE_INT_TYPE_RZ) == 0, false);
		return false;
	}
	return true;
}

/* ---- What leaves ---------------------------------------------------------------- */

static void grant(struct message *x, uint64_t address, uint32_t data)
{
	struct naive_answer *a = x->way.a;

	a->result = GVI_GRANT;
	a->address = a->message.address = address;
	a->message.data = data;
}

static void forward(struct message *x)
{
	grant(x, x->m->address, x->m->data);
	x->way.a->message.kind = GVI_MESSAGE_PASSED;
}

static uint32_t irte_destination(const struct message *x)
{
	if (x2apic(&x->way))
		return (uint32_t)(bits(x->irte[0], 31, 8) | bits(x->irte[1], 63, 56) << 24);
	return (uint32_t)bits(x->irte[0], 15, 8);
}

static void post(struct message *x)
{
	struct naive_post p = {
		.w = &x->way, .irte = {x->irte[0], x->irte[1]}, .destination = irte_destination(x)};

	naive_post(&p);
}

/* Step 11, in the form in which the message came. */
static void emit(struct message *x)
{
	uint64_t vector = wide(&x->way) ? bits(x->irte[1], 7, 0) : bits(x->irte[0], 23, 16);
	uint64_t type = bits(x->irte[0], 4, 2), dm = bits(x->irte[0], 6, 6);
	uint32_t destination = irte_destination(x);
	uint64_t rq_eoi = bits(x->irte[0], 5, 5), address = x->m->address, data = x->m->data;

	if (x->ht) {
		address &= ~ones(23, 2);
		address |= vector << 16 | (uint64_t)(destination & 0xff) << 8 | dm << 6;
		address |= rq_eoi << 5 | type << 2;
	} else {
		address &= ~(ones(19, 12) | ones(2, 2));
		address |= (uint64_t)(destination & 0xff) << 12 | dm << 2;
		data = (data & ~ones(10, 0)) | type << 8 | vector;
	}
	grant(x, address, (uint32_t)data);
	x->way.a->translated = true;
	x->way.a->message.kind = GVI_MESSAGE_REMAPPED;
	x->way.a->message.rq_eoi = rq_eoi != 0;
	x->way.a->message.destination = destination;
}

/* ---- The two forms of a message: section 3 ---------------------------------------- */

/* data[10:8] of an MSI. */
static enum type msi_type(unsigned code)
{
	static const enum type types[8] = {FIXED, ARBITRATED, SMI,     RESERVED,
					   NMI,   INIT,       STARTUP, EXT_INT};

	return types[code];
}

/* Bit 7 and bits 4:2 of an address. */
static enum type ht_type(unsigned code)
{
	static const enum type types[16] = {
		FIXED,    ARBITRATED, SMI,      NMI,   INIT,     STARTUP,  EXT_INT, RESERVED,
		RESERVED, RESERVED,   RESERVED, LINT1, RESERVED, RESERVED, LINT0,   RESERVED};

	return types[code];
}

/* How a type that both forms know stands in the other. */
static unsigned msi_code(unsigned ht_code)
{
	for (unsigned code = 0; code < 8; code++)
		if (msi_type(code) == ht_type(ht_code))
			return code;
	return 0;
}

static unsigned ht_code(unsigned msi_code)
{
	for (unsigned code = 0; code < 8; code++)
		if (ht_type(code) == msi_type(msi_code))
			return code;
	return 0;
}

static void decode(struct message *x)
{
	uint64_t address = x->m->address, data = x->m->data;

	x->ht = address >> 20 != 0xfee;
	if (x->ht) {
		unsigned code = (unsigned)(bits(address, 7, 7) << 3 | bits(address, 4, 2));

		x->type = ht_type(code);
		x->has_index = code < 8;
		x->logical = bit(address, 6);
		x->index = (unsigned)bits(address, 23, 16) | msi_code(code & 7) << 8;
	} else {
		x->type = msi_type((unsigned)bits(data, 10, 8));
		x->has_index = true;
		x->logical = bit(address, 2);
		x->index = (unsigned)bits(data, 10, 0);
	}
}

/* AMB-5.12. */
static uint64_t shown_address(const struct message *x)
{
	uint64_t address = x->m->address, data = x->m->data, shown;
	unsigned code = (unsigned)bits(data, 10, 8);

	if (habit(&x->way, GVI_CHOICE_INTERRUPT_ADDRESS) == 2)
		return address;
	if (x->ht) {
		shown = bits(address, 39, 0);
	} else {
		if (habit(&x->way, GVI_CHOICE_INTERRUPT_ADDRESS_TYPE) == 0)
			code = ht_code(code);
		shown = UINT64_C(0xfdf8000000) | bits(data, 7, 0) << 16;
		shown |= bits(address, 19, 12) << 8 | bits(address, 2, 2) << 6;
		shown |= bits(data, 15, 15) << 5 | (uint64_t)code << 2;
	}
	return habit(&x->way, GVI_CHOICE_INTERRUPT_ADDRESS) == 0 ? shown | ones(63, 40) : shown;
}
