/* Worlds with interrupts: messages, interrupt tables, SMI filters. */
#include "conformance/world_parts.h"

#include <string.h>

const enum gvi_choice world_interrupt_met[WORLD_INTERRUPT_MET] = {
	GVI_CHOICE_INTERRUPT_OUT_OF_RANGE,
	GVI_CHOICE_IV_GATE,
	GVI_CHOICE_IV_WITHOUT_V,
	GVI_CHOICE_INTERRUPT_DOMAIN,
	GVI_CHOICE_NUM_INT_MODE,
	GVI_CHOICE_INT_TAB_LEN_LONG,
	GVI_CHOICE_PASS_BIT_EVENT,
	GVI_CHOICE_MESSAGE_TYPE_EVENT,
	GVI_CHOICE_SMI_UNFILTERED,
	GVI_CHOICE_SMI_FILTER_GATE,
	GVI_CHOICE_SMI_FILTER_EVENT,
	GVI_CHOICE_IRTE_FETCH_ERROR,
	GVI_CHOICE_INTERRUPT_RW,
	GVI_CHOICE_INT_TYPE_RZ,
	GVI_CHOICE_INT_ROOT_BIT_6,
	GVI_CHOICE_IRTE_RESERVED,
	GVI_CHOICE_INTERRUPT_ADDRESS,
	GVI_CHOICE_INTERRUPT_ADDRESS_TYPE,
	GVI_CHOICE_XT_WITHOUT_GA,
	GVI_CHOICE_GUEST_MODE_SNP,
	GVI_CHOICE_GUEST_IRR_ERROR,
	GVI_CHOICE_GUEST_POST_AGAIN,
	GVI_CHOICE_GAPPI_SPURIOUS,
	GVI_CHOICE_GA_LOG_POINTER,
	GVI_CHOICE_GA_INT_DISABLED,
	GVI_CHOICE_GA_OVERFLOW_STOPPED,
	GVI_CHOICE_GA_TAIL_COPY,
	GVI_CHOICE_GA_TAIL_WHEN,
	GVI_CHOICE_GA_LOG_LENGTH,
	GVI_CHOICE_DTE_HIGH_GATE, /* met by memory requests too, but rarely */
	GVI_CHOICE_ILLEGAL_DTE_RZ,
};

/* ---- What the implementation is ---------------------------------------------------- */

void world_interrupt_config(struct world *w, struct gvi_config *c)
{
	switch (world_pick(w, 10)) {
	case 9: /* SNP, with and without SNPAVICSup */
		c->snp = true;
		c->efr |= BIT(63);
		c->efr2 ^= BIT(5);
		break;
	case 7: /* GAPPISup, GAPPIDisSup */
		c->efr ^= BIT(5);
		c->efr2 &= ~BIT(4);
		break;
	case 8:
		c->efr2 ^= BIT(4);
		break;
	case 6: /* which bits of entries are reserved */
		c->revision = GVI_REVISION(3, 5);
		break;
	case 0: /* NumIntRemapSup */
		c->efr2 ^= BIT(8);
		break;
	case 1: /* SmiFSup, SmiFRC */
		c->efr &= ~(BIT(16) * 31);
		c->efr |= BIT(16) * world_pick(w, 2) | BIT(18) * world_pick(w, 5);
		break;
	case 2: /* XTSup */
		c->efr ^= BIT(2);
		break;
	case 3: /* GAMSup, and what needs it */
		c->efr &= ~(BIT(21) * 7 | BIT(5));
		c->efr2 &= ~BIT(4);
		break;
	case 4: /* GASup too */
		c->efr &= ~(BIT(21) * 7 | BIT(7) | BIT(5) | BIT(2));
		c->efr2 &= ~BIT(4);
		break;
	default:
		c->irt_cache_dis = !c->irt_cache_dis;
	}
}

void world_interrupt_control(struct world *w)
{
	struct naive *t = &w->twin;

	if (t->efr >> 7 & 1)
		t->control |= BIT(17) * !world_chance(w, 4);
	if (t->efr >> 2 & 1)
		t->control |= BIT(50) * world_pick(w, 2);
	if (t->efr >> 7 & t->efr >> 21 & 1)
		t->control |= BIT(25) * ONE_OF(w, 0, 1, 1, 1, 1, 1, 1, 2, 4, 7);
	if (t->efr >> 7 & 1)
		t->control |= BIT(28) * !world_chance(w, 4) | BIT(29) * world_pick(w, 2);
	if (t->efr >> 5 & 1)
		t->control |= BIT(55) * world_pick(w, 2);
	if (t->efr2 >> 5 & 1)
		t->control |= BIT(61) * ONE_OF(w, 0, 1, 1, 1, 2, 3, 5);
	if (t->efr >> 16 & 1) {
		t->control |= BIT(22) * world_pick(w, 2);
		t->control |= BIT(24) * !world_chance(w, 4);
	}
	if (t->efr2 >> 8 & 1)
		t->control |= BIT(43) * ONE_OF(w, 0, 1, 1, 1, 2, 3);
	if (w->config.irt_cache_dis)
		t->control |= BIT(59) * world_pick(w, 2);
}

/* The guests' log, nearly full now and then. */
void world_interrupt_log(struct world *w)
{
	struct naive *t = &w->twin;
	unsigned code = world_chance(w, 6) ? 8 + world_pick(w, 8) : 8;
	unsigned low = t->habit[GVI_CHOICE_GA_LOG_LENGTH] == 1 ? 11 : 12;
	uint32_t size = UINT32_C(1) << (low + code - 8);

	if (!(t->efr >> 7 & 1))
		return;
	t->ga_base = GUESTS | (uint64_t)code << 56;
	t->ga_tail_address = ONE_OF(w, TAIL, TAIL, TAIL, 0);
	if (t->habit[GVI_CHOICE_GA_LOG_POINTER] == 0 && size > 0x10000)
		size = 0x10000;
	t->ga_tail = ((uint32_t)world_draw(w) & (size - 1)) & ~UINT32_C(7);
	if (world_chance(w, 4))
		t->ga_tail = size - 8;
	t->ga_head = (t->ga_tail + 8 * world_pick(w, 4)) & (size - 1);
	world_register(w, 0xe0, t->ga_base);
	world_register(w, 0xe8, t->ga_tail_address);
	world_register(w, 0x2048, t->ga_tail);
	world_register(w, 0x2040, t->ga_head);
}

void world_interrupt_filters(struct world *w)
{
	struct naive *t = &w->twin;
	unsigned count = t->efr >> 16 & 1 ? 1u << (t->efr >> 18 & 7) : 0;

	for (unsigned i = 0; i < count; i++) {
		const struct device *d = &w->device[world_pick(w, MAX_DEVICES)];
		uint64_t id =
			world_chance(w, 2) ? d->id : (uint64_t)(d->id ^ 1u << world_pick(w, 16));

		if (world_chance(w, 2))
			continue;
		t->smi_filter[i] = id | BIT(16) * !world_chance(w, 4) | BIT(17) * world_pick(w, 2);
		world_register(w, 0x60 + 8 * i, t->smi_filter[i]);
	}
}

/* ---- Devices ------------------------------------------------------------------------- */

void world_interrupt_entry(struct world *w, struct device *d)
{
	uint64_t *e = d->dte, ctl = world_chance(w, 6) ? world_pick(w, 4) : 2;

	d->irt = w->tables + 0x80 * (uint64_t)world_pick(w, 64);
	d->vapic = w->tables + 0xa000;
	w->tables += 0xb000;
	if (world_chance(w, 16))
		d->irt |= BIT(6);
	d->length = world_chance(w, 16) ? world_pick(w, 16) : 1 + world_pick(w, 11);
	e[2] = (uint64_t)!world_chance(w, 12) | (uint64_t)d->length << 1 | d->irt | ctl << 60;
	e[2] |= BIT(5) * world_chance(w, 6);
	e[2] |= BIT(56) * world_pick(w, 8) | BIT(62) * world_pick(w, 4);
	if (w->config.revision >= GVI_REVISION(3, 6))
		e[2] |= BIT(59) * world_pick(w, 2);
	if (world_chance(w, 16))
		e[0] &= ~BIT(0);
	if (world_chance(w, 24)) /* reserved bits, or beside them */
		e[2] ^= BIT(52 + world_pick(w, 8));
	if (world_chance(w, 24))
		e[3] ^= BIT(world_pick(w, 64));
}

/* Size of an entry in bytes. */
static unsigned entry_size(const struct world *w)
{
	const struct naive *t = &w->twin;
	bool xt = t->control >> 50 & 1 && t->habit[GVI_CHOICE_XT_WITHOUT_GA] == 1;

	return t->control >> 17 & 1 || xt ? 16 : 4;
}

/* The entry of a guest: its virtual APIC's words stand there, if only as zeros. */
static void make_guest_irte(struct world *w, const struct device *d, uint64_t *irte)
{
	unsigned vector = world_pick(w, 256), group = vector / 32;
	uint64_t behind = world_chance(w, 4) ? world_draw(w) << 32 : 0;

	irte[0] = 1 | BIT(1) * world_chance(w, 6) | BIT(2) * !world_chance(w, 4) | BIT(7);
	irte[0] |= BIT(6) * world_chance(w, 3) | BIT(8) * world_pick(w, 256);
	if (w->twin.efr2 >> 4 & 1)
		irte[0] |= BIT(5) * world_chance(w, 4);
	irte[0] |= world_draw(w) & BIT(32) * 0xffffffff;
	irte[1] = vector | d->vapic;
	if (world_chance(w, 4)) /* another vector that the guest has not taken */
		world_place(w, d->vapic + 0x200 + 16 * (uint64_t)world_pick(w, 8),
			    BIT(world_pick(w, 32)));
	behind |= BIT(vector % 32) * world_chance(w, 4);
	world_place(w, d->vapic + 0x200 + 16 * (uint64_t)group, behind);
	world_place(w, d->vapic + 0x200 + 16 * (uint64_t)(group ^ 1), 0);
}

/* Near misses. */
static void bend_irte(struct world *w, uint64_t *irte, unsigned bits)
{
	unsigned at = world_pick(w, bits);

	switch (world_pick(w, 16)) {
	case 15:
	case 14:
	case 13:
		irte[at / 64] ^= BIT(at % 64);
		break;
	case 12: /* IntType */
		irte[0] = (irte[0] & ~(BIT(2) * 7)) | BIT(2) * world_pick(w, 8);
		break;
	case 11:
		irte[0] ^= BIT(0);
		break;
	case 10:
		irte[0] &= ~BIT(0);
		irte[at / 64] ^= BIT(at % 64);
		break;
	case 9:
		if (world_chance(w, 4)) {
			irte[0] = world_draw(w);
			irte[1] = world_draw(w);
		}
		break;
	default:
		break;
	}
}

static void place_entry(struct world *w, const struct device *d, unsigned index)
{
	unsigned size = entry_size(w);
	bool xt = w->twin.control >> 50 & 1;
	uint64_t root = d->irt, at, irte[2], draw = world_draw(w);

	if (w->twin.habit[GVI_CHOICE_INT_ROOT_BIT_6] == 1)
		root &= ~BIT(6);
	at = root + (uint64_t)index * size;
	irte[0] = 1 | BIT(1) * world_chance(w, 6) | BIT(2) * world_pick(w, 2);
	irte[0] |= BIT(5) * world_pick(w, 4) | (draw & 0xff00);
	irte[1] = draw >> 16 & 0xff;
	if (size == 4) {
		uint64_t word = memory_load(w->side[0].memory, at & ~UINT64_C(7));
		unsigned shift = at & 4 ? 32 : 0;

		irte[0] |= irte[1] << 16;
		bend_irte(w, irte, 32);
		word &= ~((BIT(32) - 1) << shift);
		world_place(w, at & ~UINT64_C(7), word | (irte[0] & (BIT(32) - 1)) << shift);
		return;
	}
	if (w->twin.control >> 25 & 1 && world_chance(w, 2))
		make_guest_irte(w, d, irte);
	if (xt) {
		irte[0] |= draw >> 16 & 0xffff0000; /* Destination */
		irte[1] |= draw & BIT(56) * 255;
	}
	bend_irte(w, irte, 128);
	world_place(w, at, irte[0]);
	world_place(w, at + 8, irte[1]);
}

/* The last entry, the first behind the table, and others. */
void world_interrupt_table(struct world *w, struct device *d)
{
	unsigned entries = 1u << (d->length < 11 ? d->length : 11);

	for (unsigned i = 0; i < MAX_INDICES; i++) {
		switch (world_pick(w, 4)) {
		case 0:
			d->index[i] = entries - 1;
			break;
		case 1:
			d->index[i] = entries;
			break;
		default:
			d->index[i] = (unsigned)world_draw(w) % entries;
		}
		if (d->index[i] > 511 && !(w->twin.control >> 43 & 1) && !world_chance(w, 4))
			d->index[i] &= 511;
		place_entry(w, d, d->index[i]);
	}
}

/* ---- Messages -------------------------------------------------------------------------- */

static unsigned message_index(struct world *w, const struct device *d)
{
	unsigned index = d->index[world_pick(w, MAX_INDICES)];

	switch (world_pick(w, 16)) {
	case 15: /* another type, or index */
		return (index & 0xff) | world_pick(w, 8) << 8;
	case 14:
		return (index ^ 1u << world_pick(w, 11)) & 0x7ff;
	case 13:
		return (index + 1) & 0x7ff;
	case 12:
		return (unsigned)world_draw(w) & 0x7ff;
	default:
		return index & 0x7ff;
	}
}

void world_interrupt_message(struct world *w, const struct device *d)
{
	static const uint8_t codes[8] = {0, 1, 2, 7, 3, 4, 5, 6}; /* of HyperTransport */
	struct gvi_interrupt *m = &w->message;
	uint64_t draw = world_draw(w), destination = draw >> 32 & 0xff;
	unsigned index = message_index(w, d);
	bool logical = world_chance(w, w->twin.control >> 43 & 1 ? 2 : 4);

	memset(m, 0, sizeof *m);
	m->device = w->request.device;
	m->data = (uint32_t)draw;
	if (world_chance(w, 3)) {
		m->address = ONE_OF(w, 0, BIT(40) * 0xffffff, draw & BIT(40) * 0xffffff);
		m->address |= UINT64_C(0xfdf8000000) | (uint64_t)(index & 0xff) << 16;
		m->address |= destination << 8 | BIT(6) * logical | BIT(5) * (draw >> 40 & 1);
		m->address |= (uint64_t)codes[index >> 8] << 2 | BIT(7) * world_chance(w, 16);
		if (world_chance(w, 16)) /* LINT0, LINT1 */
			m->address |= BIT(7) | BIT(3);
	} else {
		m->address = 0xfee00000 | destination << 12 | (draw >> 44 & 0xff8);
		m->address |= BIT(2) * logical;
		m->data = (m->data & ~UINT32_C(0x7ff)) | index;
	}
	m->has_pasid = world_chance(w, 24);
	if (m->has_pasid)
		m->pasid = (uint32_t)world_draw(w) & 0xfffff;
}

/* ---- Effects ---------------------------------------------------------------------------- */

bool world_same_message(const struct gvi_message *a, const struct gvi_message *b)
{
	return a->address == b->address && a->data == b->data && a->kind == b->kind &&
	       a->source == b->source && a->rq_eoi == b->rq_eoi &&
	       a->destination == b->destination && a->device == b->device && a->tag == b->tag &&
	       a->pasid == b->pasid && a->has_pasid == b->has_pasid && a->x2apic == b->x2apic;
}

/* Status bits of the guests' log that have risen and interrupt. */
static unsigned raises_due(const struct world *w)
{
	const struct naive *t = &w->twin;

	if (!(t->control >> 29 & 1))
		return 0;
	return (unsigned)(t->ga_int && !w->ga_int) + (unsigned)(t->ga_overflow && !w->ga_overflow);
}

/* The copy of the tail and the interrupt, whose order AMB-7.7 leaves open. */
static bool copy_in_order(const struct world *w, size_t write, size_t raise)
{
	if (w->nstored != 2 || w->twin.ga_int == w->ga_int || !(w->twin.control >> 29 & 1))
		return true;
	return (write < raise) == (w->twin.habit[GVI_CHOICE_GA_TAIL_WHEN] == 0);
}

/* What leaves, and what is written. */
const char *world_interrupt_effects(struct world *w)
{
	bool leaves = w->expected.message.kind != GVI_MESSAGE_NONE;
	unsigned sends = 0, writes = 0, raises = 0;
	size_t count, write = 0, raise = 0;
	const struct gvi_effect *effect = gvi_effects(w->model, &count);

	for (size_t i = 0; i < count; i++) {
		if (effect[i].kind == GVI_EFFECT_WRITE)
			write = i;
		if (effect[i].kind == GVI_EFFECT_RAISE)
			raise = i;
		if (effect[i].kind == GVI_EFFECT_SEND)
			sends += world_same_message(&effect[i].message, &w->said.message);
		else if (effect[i].kind == GVI_EFFECT_WRITE)
			writes += !effect[i].bus;
		else if (effect[i].kind == GVI_EFFECT_RAISE)
			raises++;
	}
	if (w->nsent != leaves || (leaves && !world_same_message(&w->sent, &w->said.message)))
		return "what was sent";
	if (sends != leaves || writes != w->nwrites || raises != raises_due(w))
		return "effects";
	return copy_in_order(w, write, raise) ? NULL : "order of effects";
}
