/* What there is in a world of the caching twin: devices 1 and 2 share domain 7 and
 * its tables, 3 has domain 8 alone, 4 has domain 9 and guest tables, which may lie
 * in guest memory.  All have interrupt tables. */
#include "conformance/cache_parts.h"

#include <string.h>

#define BIT(n) (UINT64_C(1) << (n))
#define RW     (BIT(61) | BIT(62))

#define GUEST_GPA UINT64_C(0x00400000) /* of the guest's tables */
#define GUEST_SPA UINT64_C(0x02000000)
#define GUEST_TOO UINT64_C(0x02200000) /* where they lie after the host has moved them */
#define GCR3      UINT64_C(0x03000000)
#define DATA      UINT64_C(0x40000000)

static void host_tables(struct cache_world *w, unsigned domain);
static void guest_tables(struct cache_world *w);
static void device(struct cache_world *w, unsigned id);
static void interrupt_table(struct cache_world *w, unsigned id);

void scene_build(struct cache_world *w)
{
	w->nslots = 0;
	w->wide = scene_pick(w, 2);
	w->nested = w->scene == CACHE_GUEST || scene_pick(w, 4);
	for (unsigned domain = 7; domain <= 9; domain++)
		host_tables(w, domain);
	guest_tables(w);
	for (unsigned id = 1; id <= SCENE_DEVICES; id++) {
		device(w, id);
		interrupt_table(w, id);
	}
}

/* ---- Slots ------------------------------------------------------------------- */

static struct slot *slot(struct cache_world *w, uint64_t spa, unsigned words,
			 enum cache_scene scene)
{
	struct slot *s = &w->slot[w->nslots++];

	memset(s, 0, sizeof *s);
	s->spa = spa;
	s->words = (uint8_t)words;
	s->scene = (uint8_t)scene;
	return s;
}

/* The first value is what is there to begin with. */
static void value(struct cache_world *w, struct slot *s, const uint64_t *words)
{
	for (unsigned i = 0; i < s->words; i++) {
		s->value[s->values][i] = words[i];
		if (s->values == 0)
			memory_store(w->memory, s->spa + 8 * i, words[i]);
	}
	s->values++;
}

static void word(struct cache_world *w, struct slot *s, uint64_t v)
{
	value(w, s, &v);
}

static void due(struct slot *s, uint64_t low, uint64_t high)
{
	s->due[s->dues][0] = low;
	s->due[s->dues++][1] = high;
}

static void due_pages(struct slot *s, unsigned domain, uint64_t high)
{
	due(s, BIT(60) * 3 | (uint64_t)domain << 32, high);
}

#define EVERYTHING UINT64_C(0x7ffffffffffff003)

/* ---- Host tables: three levels ---------------------------------------------------- */

static uint64_t host_root(unsigned domain)
{
	return 0x01000000 + 0x100000 * (uint64_t)(domain - 7);
}

static uint64_t pointer(uint64_t table, unsigned level)
{
	return BIT(0) | (uint64_t)level << 9 | table | RW;
}

static uint64_t page(uint64_t spa, uint64_t rights)
{
	return BIT(0) | spa | rights;
}

static void host_leaf(struct cache_world *w, unsigned domain, unsigned n)
{
	uint64_t spa = host_root(domain) + 0x2000 + 8 * n, to = DATA + 0x10000 * (domain + 16 * n);
	struct slot *s = slot(w, spa, 1,
			      domain == 8 && n == 2   ? CACHE_LEAF
			      : domain == 9 && n == 1 ? CACHE_GUEST
						      : CACHE_ALL);

	word(w, s, page(to, RW));
	word(w, s, page(to + 0x1000, RW));
	word(w, s, page(to, BIT(61)));
	word(w, s, 0);
	word(w, s, page(to + 0x2000, BIT(62)));
	due_pages(s, domain, n < 2 ? 0x1000 * (uint64_t)n : 0x1001); /* of 16 KiB */
}

/* A second leaf table and a third root, for pointers that change. */
static void host_others(struct cache_world *w, unsigned domain)
{
	uint64_t root = host_root(domain);

	for (unsigned n = 0; n < 4; n++)
		memory_store(w->memory, root + 0x3000 + 8 * n,
			     page(DATA + 0x4000 + 0x10000 * (domain + 16 * n), RW));
	memory_store(w->memory, root + 0x8000, pointer(root + 0x9000, 2));
	memory_store(w->memory, root + 0x9000, pointer(root + 0xa000, 1));
	for (unsigned n = 0; n < 4; n++)
		memory_store(w->memory, root + 0xa000 + 8 * n,
			     page(DATA + 0x8000 + 0x10000 * (domain + 16 * n), RW));
	memory_store(w->memory, root + 0x9010, page(GUEST_SPA, RW));
}

static void host_tables(struct cache_world *w, unsigned domain)
{
	uint64_t root = host_root(domain);
	struct slot *s = slot(w, root, 1, CACHE_ALL);

	word(w, s, pointer(root + 0x1000, 2));
	word(w, s, pointer(root + 0x9000, 2));
	word(w, s, pointer(root + 0x1000, 2) & ~BIT(62));
	due_pages(s, domain, EVERYTHING);
	s = slot(w, root + 0x1000, 1, domain == 8 ? CACHE_PDE : CACHE_ALL);
	word(w, s, pointer(root + 0x2000, 1));
	word(w, s, pointer(root + 0x3000, 1));
	word(w, s, pointer(root + 0x2000, 1) & ~BIT(62));
	word(w, s, page(DATA + 0x200000 * (uint64_t)domain, RW)); /* 2 MiB */
	word(w, s, 0);
	due_pages(s, domain, 0xff000 | 3); /* 2 MiB, with directories */
	s = slot(w, root + 0x1008, 1, CACHE_ALL);
	word(w, s, page(DATA + 0x2000000 + 0x200000 * (uint64_t)domain, RW));
	word(w, s, page(DATA + 0x4000000 + 0x200000 * (uint64_t)domain, RW));
	word(w, s, 0);
	due_pages(s, domain, 0x2ff000 | 3);
	s = slot(w, root + 0x1010, 1, CACHE_ALL); /* GUEST_GPA */
	word(w, s, page(GUEST_SPA, RW));
	word(w, s, page(GUEST_TOO, RW));
	due_pages(s, domain, EVERYTHING);
	for (unsigned n = 0; n < 4; n++)
		host_leaf(w, domain, n);
	host_others(w, domain);
}

/* ---- Guest tables: four levels, PASIDs 1 and 2 --------------------------------------- */

#define GUEST_RW UINT64_C(0x67) /* present, A and D are set */

static uint64_t guest_base(const struct cache_world *w)
{
	return w->nested ? GUEST_GPA : GUEST_SPA;
}

static void due_guest(struct slot *s, unsigned pasid, uint64_t high)
{
	due(s, BIT(60) * 3 | UINT64_C(9) << 32 | pasid, high | 4);
}

static void guest_leaf(struct cache_world *w, unsigned pasid, unsigned n)
{
	uint64_t spa = GUEST_SPA + 0x10000 * pasid + 0x3000 + 8 * n;
	bool scene = pasid == 1 && n == 1;
	struct slot *s = slot(w, spa, 1, scene ? CACHE_GUEST : CACHE_ALL);

	word(w, s, 0x1000 * (uint64_t)n | GUEST_RW);
	word(w, s, 0x200000 + 0x1000 * pasid + 0x1000 * (uint64_t)n + GUEST_RW);
	word(w, s, 0x1000 * (uint64_t)n | (GUEST_RW & ~UINT64_C(2)));
	word(w, s, 0);
	due_guest(s, pasid, 0x1000 * (uint64_t)n);
}

static void guest_of(struct cache_world *w, unsigned pasid)
{
	uint64_t from = 0x10000 * pasid, base = guest_base(w) + from;
	struct slot *s = slot(w, GCR3 + 8 * pasid, 1, CACHE_ALL);

	word(w, s, base | 1);
	word(w, s, (base ^ 0x30000) | 1); /* the other one's */
	word(w, s, 0);
	due_guest(s, pasid, EVERYTHING);
	for (unsigned at = 0; at <= 0x200000; at += 0x200000)
		for (unsigned i = 0; i < 3; i++)
			memory_store(w->memory, GUEST_SPA + at + from + 0x1000 * i,
				     (base + 0x1000 * (i + 1)) | GUEST_RW);
	for (unsigned n = 0; n < 3; n++)
		memory_store(w->memory, GUEST_TOO + from + 0x3000 + 8 * n,
			     (0x200000 + 0x1000 * (uint64_t)n) | GUEST_RW);
	s = slot(w, GUEST_SPA + from + 0x2000, 1, CACHE_ALL);
	word(w, s, (base + 0x3000) | GUEST_RW);
	word(w, s, 0x200000 | GUEST_RW | 0x80); /* 2 MiB */
	word(w, s, 0);
	due_guest(s, pasid, 0xff000 | 3);
	for (unsigned n = 0; n < 3; n++)
		guest_leaf(w, pasid, n);
}

static void guest_tables(struct cache_world *w)
{
	for (unsigned pasid = 1; pasid <= 2; pasid++)
		guest_of(w, pasid);
}

/* ---- Device table ------------------------------------------------------------------------ */

static uint64_t irt(unsigned id)
{
	return 0x00800000 + 0x10000 * (uint64_t)id;
}

static unsigned domain_of(unsigned id)
{
	return id < 3 ? 7 : id + 5;
}

static void entry(const struct cache_world *w, unsigned id, uint64_t dte[4])
{
	unsigned domain = domain_of(id);

	dte[0] = BIT(0) | BIT(1) | BIT(9) * 3 | host_root(domain) | RW;
	dte[1] = domain;
	dte[2] = BIT(0) | 4 << 1 | irt(id) | BIT(61);
	dte[3] = 0;
	if (id < 4)
		return;
	if (!w->nested)
		dte[0] &= ~(host_root(domain) | BIT(9) * 7);
	dte[0] |= BIT(55) | (GCR3 >> 12 & 7) << 58;
	dte[1] |= (GCR3 >> 15 & 0xffff) << 16 | GCR3 >> 31 << 43;
}

static void device(struct cache_world *w, unsigned id)
{
	struct slot *s = slot(w, SCENE_TABLE + 32 * id, 4, id == 3 ? CACHE_DTE : CACHE_ALL);
	uint64_t dte[4];

	entry(w, id, dte);
	value(w, s, dte);
	dte[0] &= ~BIT(62);
	dte[2] ^= BIT(61); /* no interrupts either */
	value(w, s, dte);
	entry(w, id, dte);
	dte[2] += UINT64_C(1) << 60;
	dte[2] &= ~BIT(61) | BIT(60);
	value(w, s, dte);
	dte[0] = 0;
	dte[2] = 0;
	value(w, s, dte);
	if (id == 3) { /* a domain of its own, whose faults tell of it */
		entry(w, id, dte);
		dte[0] &= ~RW;
		dte[1] = 10;
		value(w, s, dte);
	}
	due(s, BIT(60) * 2 | id, 0);
	due(s, BIT(60) * 5 | id, 0);
	if (id != 3)
		return;
	s = slot(w, SCENE_TABLE + 32 * id, 4, CACHE_ROOT);
	entry(w, id, dte);
	value(w, s, dte);
	dte[0] += 0x8000;
	value(w, s, dte);
	due(s, BIT(60) * 2 | id, 0);
	due_pages(s, 8, EVERYTHING);
}

/* ---- Interrupt tables: 16 entries, of which four are there ------------------------------------
 */

static void interrupt_entries(struct cache_world *w, unsigned id, unsigned n)
{
	struct slot *s = slot(w, irt(id) + (w->wide ? 16 : 8) * n, w->wide ? 2 : 1,
			      id == 3 && n == 1 ? CACHE_IRTE : CACHE_ALL);
	uint64_t first = 0x01 + 0x100 * id, v[2];

	for (unsigned i = 0; i < 3; i++) {
		uint64_t vector = 0x20 + 0x10 * n + i;

		v[0] = (first | vector << 16) * (UINT64_C(1) + BIT(32));
		v[1] = vector;
		if (w->wide)
			v[0] = first + 0x1000 * i;
		value(w, s, v);
	}
	v[0] = v[1] = 0;
	value(w, s, v);
	due(s, BIT(60) * 5 | id, 0);
}

static void interrupt_table(struct cache_world *w, unsigned id)
{
	if (id == 2)
		return; /* its entries are never there */
	for (unsigned n = 0; n < 2; n++)
		interrupt_entries(w, id, n);
}

/* ---- Requests ------------------------------------------------------------------------------ */

bool scene_interrupts(struct cache_world *w)
{
	return w->scene == CACHE_IRTE || (w->scene == CACHE_ALL && scene_pick(w, 4) == 0);
}

struct gvi_request scene_request(struct cache_world *w)
{
	static const uint64_t address[] = {0x1000, 0x0, 0x2008, 0x1ff0, 0x201004, 0x3000};
	struct gvi_request r = {.device = 3, .address = 0x1000, .length = 4};

	if (w->scene == CACHE_LEAF)
		r.address = 0x2000;
	if (w->scene == CACHE_GUEST)
		r.device = 4;
	if (w->scene == CACHE_ALL) {
		r.device = (uint16_t)(1 + scene_pick(w, SCENE_DEVICES));
		r.address = address[scene_pick(w, sizeof address / sizeof address[0])];
		r.access = scene_pick(w, 2) ? GVI_READ : GVI_WRITE;
	}
	r.has_pasid = r.device == 4 && (w->scene == CACHE_GUEST || scene_pick(w, 8));
	if (r.has_pasid)
		r.pasid = w->scene == CACHE_GUEST ? 1 : 1 + scene_pick(w, 2);
	return r;
}

struct gvi_interrupt scene_interrupt(struct cache_world *w)
{
	struct gvi_interrupt m = {.device = 3, .address = 0xfee00000, .data = w->wide ? 1 : 2};

	if (w->scene == CACHE_ALL) {
		m.device = (uint16_t)(1 + scene_pick(w, SCENE_DEVICES));
		m.data = scene_pick(w, 5);
	}
	return m;
}
