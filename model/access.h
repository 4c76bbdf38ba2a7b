/* One request on its way through the IOMMU. */
#ifndef MODEL_ACCESS_H
#define MODEL_ACCESS_H

#include <string.h>

#include "model/state.h"

/* Rights stand where device table entries and host entries have IR and IW, so
 * that a walk is an AND. */
#define RIGHT_READ  (UINT64_C(1) << 61)
#define RIGHT_WRITE (UINT64_C(1) << 62)

/* [host.rights-needed] The rights that an access needs. */
static inline uint64_t rights_of(enum gvi_access_kind access)
{
	switch (access) {
	case GVI_READ:
		return RIGHT_READ;
	case GVI_ATOMIC:
		return RIGHT_READ | RIGHT_WRITE;
	default:
		return RIGHT_WRITE;
	}
}

/* What a translation request has to know of its page beyond what an access has:
 * all zeros, but for `gpa`, if no guest table was walked. */
struct ats {
	uint64_t gpa;           /* where the request's address lies before the host's tables */
	bool     guest;         /* guest tables were walked */
	bool     privileged;    /* for a privileged request */
	bool     executable;    /* execute was requested, and is allowed */
	bool     global;        /* G of the leaf */
	uint8_t  memory_type;   /* its PAT, PCD and PWT */
	bool     later;         /* the completion has a translation already */
	bool     rmp_fault;     /* what guards memory has refused: no rights are left */
};

struct access {
	struct gvi *m;
	const struct gvi_request *request;
	const struct gvi_interrupt *interrupt;  /* what the request is; NULL: memory */
	struct gvi_answer *answer;
	uint64_t dte[4];
	uint64_t want;          /* rights that the access needs */
	uint64_t may;           /* rights that it has so far */
	bool     either;        /* one of the rights in `want` is enough */
	uint8_t  range;         /* what special range the address lies in: ranges.c */
	bool     guest_pasid;   /* the event names the PASID (GN=1) */
	bool     unaddressed;   /* an interrupt's event shows address 0 */
	bool     silent;        /* SupIOPF of the interrupt's entry */
	bool     racing;        /* the tables never stood still: refused, and no answer */
	bool     fetched;       /* dte[] holds the entry already */
	bool     looking;       /* the walk ends before A and D of the leaf are set */
	uint8_t  shown;         /* enum shown: what RW of the event says */
	bool     aside;         /* `asker` or `ats` is there: a page fault is told otherwise */
	struct access *asker;   /* of an access to host tables in a guest walk: the request; else NULL */
	struct ats *ats;        /* of a translation request and its page in host tables; else NULL */
};

enum shown { SHOWN_AS_REQUESTED, SHOWN_READ, SHOWN_WRITE, SHOWN_EITHER };

/* Before anything is known.  In two parts, because compilers clear much at once
 * in a way that takes longer. */
static inline void clear_answer(struct gvi_answer *a)
{
	memset(a, 0, offsetof(struct gvi_answer, clause));
	memset(a->clause, 0, sizeof a->clause);
}

/* The answer says that the rule was applied, as far as it has room. */
static inline void record(struct gvi_answer *a, enum gvi_clause clause)
{
	if (a->nclauses < GVI_MAX_CLAUSES)
		a->clause[a->nclauses++] = (uint16_t)clause;
}

/* Rule `clause` is being applied: the answer says so too. */
static inline void apply(struct access *x, enum gvi_clause clause)
{
	record(x->answer, clause);
	cite(x->m, clause);
}

/* [host.rights-needed] An atomic access reads and writes. */
static inline bool is_write(const struct access *x)
{
	return x->request->access != GVI_READ;
}

static inline bool is_posted(const struct access *x)
{
	return x->request->access == GVI_WRITE;
}

/* [ats.accessed-dirty] Whether D is to be set, where so many rights are left. */
static inline bool dirties(const struct access *x, uint64_t rights)
{
	return x->ats ? (rights & RIGHT_WRITE) != 0 : is_write(x);
}

/* Whether these rights are too few. */
static inline bool lacks(const struct access *x, uint64_t rights)
{
	return x->either ? !(x->want & rights) : (x->want & ~rights) != 0;
}

static inline void report_rights(struct gvi_answer *a, uint64_t rights)
{
	a->read = (rights & RIGHT_READ) != 0;
	a->write = (rights & RIGHT_WRITE) != 0;
}

/* What a step of the flow decided. */
enum verdict { GO_ON, ENDED };

#endif
