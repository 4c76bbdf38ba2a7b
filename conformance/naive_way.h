/* Inside the slow twin: a request on its way, and what the twin's files share.
 * naive.c is the flow and the device table, naive_host.c the host tables,
 * naive_guest.c the guest tables, naive_interrupt.c the flow of interrupts,
 * naive_guest_apic.c those that go to a guest, naive_ats.c translation and translated
 * requests, naive_page.c page requests. */
#ifndef GOLDVI_NAIVE_WAY_H
#define GOLDVI_NAIVE_WAY_H

#include "conformance/naive.h"

/* What an address goes through the host tables for. */
enum purpose {
	ACCESS,     /* the request's own access */
	READ_TABLE, /* a guest table is read */
	WRITE_TABLE /* A or D of a guest table is written */
};

/* One request on its way. */
struct way {
	struct naive *n;
	const struct gvi_request *r;
	struct naive_answer *a;
	uint64_t dte[4];
	bool has_dte;
	bool plain;  /* a PASID prefix that is ignored from here on (AMB-3.1) */
	bool guest;  /* the address is a GVA: step 9 has chosen guest tables */
	bool nested; /* what follows is the host's half of a guest walk */
	enum purpose purpose;
	uint64_t gpa;   /* of that half */
	bool again;     /* an entry has changed meanwhile */
	bool interrupt; /* the request stands for an interrupt message */
	bool silent;    /* whose IO_PAGE_FAULTs IG or SupIOPF suppress */
	bool page;      /* it stands for a page request */
	bool bars_u;    /* pages with U=1 are refused: AMB-4.13 */
	bool peeks;     /* a device table entry is read without events */
	/* it stands for a translation request, which no missing right refuses */
	bool ats;
	bool want_read, want_write; /* of it: rights that may still be returned */
	bool dirty;                 /* of it: W is returned, so D is set */
	bool mute;                  /* of it: events are not told */
	bool excluded;              /* of it: the exclusion range was hit */
	bool malformed;             /* the fault is that of an entry that cannot be right */
};

enum outcome { GO_ON, ENDED, AGAIN };

/* One way through the host tables. */
struct host_walk {
	struct way *w;
	uint64_t address;
	uint64_t table; /* of this level */
	unsigned level;
	bool ir, iw;
	uint64_t spa[6], entry[6]; /* read so far */
	unsigned count;
	uint64_t size, base; /* of a leaf */
};

/* ---- Words and bits ------------------------------------------------------- */

static inline bool bit(uint64_t value, unsigned n)
{
	return (value >> n & 1) != 0;
}

static inline uint64_t bits(uint64_t value, unsigned high, unsigned low)
{
	value >>= low;
	if (high - low == 63)
		return value;
	return value & ((UINT64_C(1) << (high - low + 1)) - 1);
}

/* A word with ones from high to low. */
static inline uint64_t ones(unsigned high, unsigned low)
{
	return bits(UINT64_MAX, high - low, 0) << low;
}

static inline unsigned habit(const struct way *w, enum gvi_choice choice)
{
	return w->n->habit[choice];
}

static inline bool writes(const struct way *w)
{
	return w->r->access != GVI_READ;
}

/* D is to be set: 02 section 6, 04 section 4 step 12. */
static inline bool dirties(const struct way *w)
{
	return w->ats ? w->dirty : writes(w);
}

/* ---- naive.c -------------------------------------------------------------- */

/* 01 section 2: the DeviceID lies in its table. */
bool naive_in_table(const struct way *w);
/* False when the request ends here. */
bool naive_fetch_device(struct way *w);
/* V=0 is illegal while SNP is on: AMB-6.1.  True when the request ends here. */
bool naive_snp_invalid(struct way *w);
/* Fetches without an event when the entry cannot be read. */
bool naive_peek_device(struct way *w);
/* 04 section 3 step 5, 05 section 4 step 3: true when the request ends here. */
bool naive_illegal_entry(struct way *w);

/* Are these rights enough for the access?  02 section 4, AMB-2.12. */
bool naive_enough(const struct way *w, bool ir, bool iw);
/* HAD, without the bits whose feature is missing. */
unsigned naive_had(const struct way *w);
/* The Mode is one that AMB-1.3 has a page fault for. */
bool naive_bad_mode(const struct way *w);
bool naive_beyond_pa(const struct way *w, uint64_t spa);
/* FC where no host entry tells it: Mode0FC if AttrV. */
bool naive_mode_0_coherent(const struct way *w);

/* Ends: each sets the answer. */
void naive_forward(struct way *w);
/* Without an event. */
void naive_refuse(struct way *w);
/* R=W=0, for a translation request. */
void naive_no_rights(struct way *w);
void naive_invalid_request(struct way *w, unsigned type);
void naive_device_error(struct way *w, uint64_t spa, enum gvi_bus bus);
void naive_page_fault(struct way *w, bool pr, bool rz, bool pe);
/* PR=1, of an entry that is present and cannot be right: AMB-4.2. */
void naive_malformed(struct way *w, bool rz);
void naive_table_error(struct way *w, uint64_t spa, enum gvi_bus bus);
void naive_rmp_fault(struct way *w);
void naive_illegal(struct way *w, bool rz);
/* 01 section 5: a Type that docs/spec leaves open. */
void naive_invalid_request_some_type(struct way *w);
/* Appends w->a->event to the event log, and refuses. */
void naive_report(struct way *w);

/* Whether an address lies in a range of the HyperTransport map: 04 section 2. */
bool naive_in(const struct way *w, uint64_t first, uint64_t last);
bool naive_in_interrupt_window(const struct way *w);
/* AMB-3.13: GIoV takes what lies in a range to the guest's tables. */
bool naive_ranges_are_guest(const struct way *w);
/* 01 section 6. */
bool naive_excluded(struct way *w);
/* GIoV, without which a request without PASID has no guest tables. */
bool naive_giov(const struct way *w);
/* 04 section 3 steps 9 and 10: false when the request ends. */
bool naive_stage(struct way *w);
bool naive_before_walk(struct way *w);
void naive_identity(struct way *w);

/* A table that something other than a table entry points to lies beyond PAsize:
 * AMB-1.10.  `spa` is the entry that was to be read. */
enum outcome naive_root_beyond_pa(struct way *w, uint64_t spa);
enum outcome naive_read_entry(struct way *w, const struct naive_read *read, uint64_t *entry);

/* ---- The cache, if there is one: naive.c ---------------------------------- */

struct naive_read naive_reading(const struct way *w, enum naive_table table, unsigned level,
				uint64_t address, uint64_t spa);
unsigned naive_begin(struct way *w, const struct naive_read *read);
bool naive_held(struct way *w, const struct naive_read *read, uint64_t *words);
void naive_fetched(struct way *w, const struct naive_read *read, uint64_t *words);

/* ---- naive_host.c --------------------------------------------------------- */

/* 02 section 4 step 2, and AMB-2.15. */
bool naive_surplus(const struct way *w, uint64_t address);
/* A request that needs host tables only. */
void naive_host_walk(struct way *w);
/* Steps 2 to 11 for an address, with rights to begin with: GO_ON at a leaf. */
enum outcome naive_host_find(struct host_walk *k, bool ir, bool iw);
/* A in all entries of the walk, and D in its leaf. */
enum outcome naive_host_update(struct host_walk *k, bool dirty);

/* ---- naive_guest.c -------------------------------------------------------- */

/* Guest translation is there and enabled, and the entry wants it. */
bool naive_gv(const struct way *w);
uint64_t naive_gcr3_root(const struct way *w);
/* Pointers of the DTE are GPAs: GCR3TRPMode. */
bool naive_gcr3_is_gpa(const struct way *w);
void naive_guest_walk(struct way *w);
/* The PASID is one that PASmax and GLX allow: 03 section 1. */
bool naive_pasid_in_range(const struct way *w);

/* ---- naive_ats.c ----------------------------------------------------------- */

/* 04 section 5. */
void naive_translated(struct way *w);

/* ---- naive_guest_apic.c ---------------------------------------------------- */

/* An interrupt on its way to a guest. */
struct naive_post {
	struct way *w;
	uint64_t irte[2];
	uint32_t destination;
	bool was_set;   /* its own bit of the IRR, before */
	bool was_empty; /* the whole IRR, before, as far as that matters */
};

/* 05 section 5: sets the answer. */
void naive_post(struct naive_post *p);

#endif
