/* The slow twin, interrupts for guests: the virtual APIC and its log, 05 sections 5
 * and 6.  Steps are those of section 5. */
#include "conformance/naive_way.h"

static bool update_irr(struct naive_post *p);
static bool rest_is_empty(struct naive_post *p, bool *empty);
static void log_guest(struct naive_post *p);
static void tell(struct naive_post *p, enum gvi_message_kind kind, uint32_t data);

static bool is_run(const struct naive_post *p)
{
	return bit(p->irte[0], 6);
}

/* Whether a physical interrupt may be due, step 3a. */
static bool wants_gappi(const struct naive_post *p)
{
	return !is_run(p) && bit(p->w->n->control, 55) && !bit(p->irte[0], 5);
}

void naive_post(struct naive_post *p)
{
	struct way *w = p->w;
	bool always = habit(w, GVI_CHOICE_GAPPI_SPURIOUS) == 1, coalesced;

	if (!update_irr(p)) /* step 1 */
		return;
	w->a->result = GVI_GRANT;
	w->a->translated = true;
	coalesced = p->was_set && habit(w, GVI_CHOICE_GUEST_POST_AGAIN) == 1; /* step 4 */
	if (is_run(p)) {                                                      /* step 2 */
		if (!coalesced)
			tell(p, GVI_MESSAGE_DOORBELL, 0);
		return;
	}
	if (bit(w->n->control, 55)) {                           /* step 3a */
		if (wants_gappi(p) && (p->was_empty || always)) /* AMB-5.13 */
			tell(p, GVI_MESSAGE_GAPPI, (uint32_t)bits(p->irte[0], 39, 32));
		return;
	}
	if (bit(p->irte[0], 2) && !coalesced) /* step 3b */
		log_guest(p);
}

static void tell(struct naive_post *p, enum gvi_message_kind kind, uint32_t data)
{
	p->w->a->message.kind = (uint8_t)kind;
	p->w->a->message.data = data;
	p->w->a->message.destination = p->destination;
}

/* ---- Step 1: the IRR ------------------------------------------------------------ */

/* Where the dword of 32 vectors stands. */
static uint64_t irr(const struct naive_post *p, unsigned group)
{
	return (p->irte[1] & ones(51, 12)) + 0x200 + 16 * (uint64_t)group;
}

/* AMB-5.21. */
static void irr_failed(struct naive_post *p, uint64_t spa, enum gvi_bus bus)
{
	if (habit(p->w, GVI_CHOICE_GUEST_IRR_ERROR) == 0)
		naive_table_error(p->w, spa, bus);
	else
		naive_refuse(p->w);
}

static bool read_irr(struct naive_post *p, unsigned group, uint64_t *value)
{
	const struct naive_memory *memory = &p->w->n->memory;
	uint8_t bytes[8];
	enum gvi_bus bus = memory->read(memory->user, irr(p, group), bytes, 8);

	*value = 0;
	for (unsigned i = 0; i < 8; i++)
		*value |= (uint64_t)bytes[i] << 8 * i;
	if (bus)
		irr_failed(p, irr(p, group), bus);
	return !bus;
}

static bool update_irr(struct naive_post *p)
{
	const struct naive_memory *memory = &p->w->n->memory;
	unsigned vector = (unsigned)bits(p->irte[1], 7, 0), group = vector / 32;
	uint64_t mask = UINT64_C(1) << vector % 32, seen, old;
	enum gvi_bus bus;

	p->was_empty = true;
	if (wants_gappi(p) && habit(p->w, GVI_CHOICE_GAPPI_SPURIOUS) == 0 &&
	    !rest_is_empty(p, &p->was_empty))
		return false;
	if (!read_irr(p, group, &seen))
		return false;
	do {
		old = seen;
		bus = memory->exchange(memory->user, irr(p, group), &seen, old | mask);
	} while (!bus && seen != old);
	if (bus) {
		irr_failed(p, irr(p, group), bus);
		return false;
	}
	p->was_set = (old & mask) != 0;
	p->was_empty = p->was_empty && bits(old, 31, 0) == 0;
	return true;
}

/* The other seven dwords, before the update; false if one cannot be read. */
static bool rest_is_empty(struct naive_post *p, bool *empty)
{
	unsigned own = (unsigned)bits(p->irte[1], 7, 5);
	uint64_t value;

	for (unsigned group = 0; group < 8 && *empty; group++) {
		if (group == own)
			continue;
		if (!read_irr(p, group, &value))
			return false;
		*empty = bits(value, 31, 0) == 0;
	}
	return true;
}

/* ---- Section 6: the log ----------------------------------------------------------- */

/* Bytes of the ring: AMB-7.7, AMB-5.6. */
static uint32_t ring_size(const struct way *w)
{
	unsigned code = (unsigned)bits(w->n->ga_base, 59, 56);
	uint32_t size = habit(w, GVI_CHOICE_GA_LOG_LENGTH) == 0 ? 0x1000 : 0x800;

	size <<= code - 8;
	if (habit(w, GVI_CHOICE_GA_LOG_POINTER) == 0 && size > 0x10000)
		size = 0x10000;
	return size;
}

static enum gvi_bus store(const struct naive *n, uint64_t spa, uint64_t value)
{
	uint8_t bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(value >> 8 * i);
	return n->memory.write(n->memory.user, spa, bytes, 8);
}

/* AMB-7.7. */
static void copy_tail(const struct way *w)
{
	uint64_t at = w->n->ga_tail_address & ones(51, 3);

	switch (habit(w, GVI_CHOICE_GA_TAIL_COPY)) {
	case 0:
		break;
	case 1:
		if (!at)
			return;
		break;
	default:
		return;
	}
	(void)store(w->n, at, w->n->ga_tail);
}

static void log_guest(struct naive_post *p)
{
	const struct way *w = p->w;
	struct naive *n = w->n;
	uint32_t next = (n->ga_tail + 8) % ring_size(w);
	uint64_t entry = bits(p->irte[0], 63, 32) | (uint64_t)w->r->device << 32;

	if (!n->ga_run) { /* AMB-5.14 */
		if (habit(w, GVI_CHOICE_GA_OVERFLOW_STOPPED) == 1)
			n->ga_overflow = true;
		return;
	}
	if (next == n->ga_head) {
		n->ga_overflow = true;
		n->ga_run = false;
		return;
	}
	entry |= UINT64_C(1) << 60;
	if (store(n, (n->ga_base & ones(51, 12)) + n->ga_tail, entry))
		return;
	n->ga_tail = next;
	copy_tail(w);
	if (bit(n->control, 29) || habit(w, GVI_CHOICE_GA_INT_DISABLED) == 0)
		n->ga_int = true;
}
