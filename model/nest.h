/* The host's half of a nested walk: every guest physical address of a guest walk
 * goes through the host tables. */
#ifndef MODEL_NEST_H
#define MODEL_NEST_H

#include "model/host.h"
#include "model/walk_host.h"

/* Host tables, as far as plain walks need to know them. */
struct host_tables {
	struct gvi *m;
	unsigned mode;
	uint64_t root;
	uint64_t beyond;                /* address bits that are no plain ones */
	/* What is looked at in a pointer, and what the top table's plain ones have there. */
	uint64_t looked_at, pointer;
};

struct nest {
	struct access *asker;           /* the request */
	bool     hosted;                /* Mode is not 0: there are host tables */
	bool     plain;                 /* nobody listens, and no bit of theirs is to be set */
	bool     called;                /* and all of memory is read by the callback */
	bool     ready;                 /* `inner` is */
	struct host_tables tables;
	uint64_t may;                   /* the rights that accesses to guest tables start with */
	/* An access to the host tables with everything that can be said of it. */
	struct access inner;
	struct gvi_request request;
	struct gvi_answer said;
};

void nest_begin(struct nest *n, struct access *x);

/* The page, with the access of the request; takes the host's rights off those of
 * the request.  `look`: whether it would be refused; nothing else comes of it. */
enum verdict nest_page(struct nest *n, uint64_t gpa, bool look, struct page *page);

/* nest_table() for those that are not plain, nest_fetch() when it fails. */
enum verdict nest_table_with_care(struct nest *n, uint64_t gpa, bool write, uint64_t *spa);
enum verdict nest_table_to_write(struct nest *n, uint64_t gpa, uint64_t *spa);
enum verdict nest_fetch_failed(struct nest *n, uint64_t spa, enum gvi_bus bus);

/* Where a way through host tables ends. */
struct nest_leaf {
	uint64_t entry, rights;
	uint64_t low;           /* the address bits inside the page */
	unsigned pointers;      /* on the way */
};

/* nest_follow() for hosts with windows, and for those that are not plain. */
bool nest_follow_windows(const struct nest *n, uint64_t gpa, uint64_t want,
			 struct nest_leaf *leaf);

/* The tables of an entry whose Mode is not 0. */
static inline void host_tables_begin(struct host_tables *t, struct gvi *m, const uint64_t dte[4])
{
	t->m = m;
	t->mode = (unsigned)get_DTE_MODE(dte);
	t->root = get_DTE_HOST_ROOT(dte);
	t->looked_at = mask_PDE_PR(0) | mask_PDE_NEXT_LEVEL(0) | m->derived.pde_unsound;
	t->pointer = mask_PDE_PR(0);
	set_PDE_NEXT_LEVEL(&t->pointer, t->mode - 1);
	t->beyond = m->derived.beyond_va | ~low_ones(12 + 9 * t->mode);
}

/* Where tables are looked for: in the near window alone, by the callback alone,
 * or anywhere. */
enum reach { REACH_NEAR, REACH_CALLED, REACH_ALL };

static inline bool read_word(struct gvi *m, enum reach reach, uint64_t spa, uint64_t *word)
{
	const uint8_t *from;

	if (reach == REACH_CALLED) {
		uint64_t raw;

		if (m->near.read(m->host.user, spa, &raw, 8) != GVI_BUS_OK)
			return false;
		*word = load64((const uint8_t *)&raw);
		return true;
	}
	if (reach == REACH_ALL)
		return host_fetch_word(m, GVI_FORMAT_PTE, spa, word) == GVI_BUS_OK;
	if (!host_near(m, spa, 1, &from))
		return false;
	*word = load64(from);
	return true;
}

/* Through pointers one level down to a page of its level's own size, all with
 * the rights `want`.  False: something else is on the way, and nothing has
 * happened. */
static inline bool follow_tables(const struct host_tables *t, enum reach reach, uint64_t gpa,
				 uint64_t want, struct nest_leaf *leaf)
{
	uint64_t table = t->root, rights = UINT64_MAX, e, looked_at = t->looked_at | want;
	uint64_t pointer = t->pointer | want, one_level = mask_PDE_NEXT_LEVEL(0) / 7;
	unsigned shift = 3 + 9 * t->mode;

	if (gpa & t->beyond)
		return false;
	for (;; shift -= 9, pointer -= one_level) {
		if (!read_word(t->m, reach, table + 8 * (gpa >> shift & 511), &e))
			return false;
		rights &= e;
		if ((e & looked_at) != pointer || shift == 12)
			break;
		table = get_PDE_ADDRESS(&e);
	}
	*leaf = (struct nest_leaf){e, rights, (UINT64_C(1) << shift) - 1, t->mode - shift / 9};
	return is_plain_page_of(e, leaf->low, want, t->m->derived.pte_unsound);
}

/* The same wherever the tables lie. */
static inline bool nest_follow(const struct nest *n, uint64_t gpa, uint64_t want,
			       struct nest_leaf *leaf)
{
	if (!n->called)
		return nest_follow_windows(n, gpa, want, leaf);
	return follow_tables(&n->tables, REACH_CALLED, gpa, want, leaf);
}

/* Where the way ends for one address. */
static inline uint64_t leaf_spa(const struct nest_leaf *leaf, uint64_t gpa)
{
	return (get_PTE_ADDRESS(&leaf->entry) & ~leaf->low) | (gpa & leaf->low);
}

/* The place of a guest table's entry, for reading or writing it.  ENDED: the
 * request was refused with an event.  (For writing, which is rare, there is
 * nest_table_to_write(), so that this has one caller to be inlined in.) */
static inline enum verdict nest_table(struct nest *n, uint64_t gpa, bool write, uint64_t *spa)
{
	struct nest_leaf leaf;

	*spa = gpa;
	if (!n->hosted)
		return GO_ON;
	if (!nest_follow(n, gpa, write ? RIGHT_WRITE : RIGHT_READ, &leaf))
		return nest_table_with_care(n, gpa, write, spa);
	*spa = leaf_spa(&leaf, gpa);
	return GO_ON;
}

/* Reads a table's entry; ENDED if it cannot be read. */
static inline enum verdict nest_fetch(struct nest *n, enum gvi_format_id format, uint64_t spa,
				      uint64_t *entry)
{
	enum gvi_bus bus = host_fetch_word(n->asker->m, format, spa, entry);

	return bus == GVI_BUS_OK ? GO_ON : nest_fetch_failed(n, spa, bus);
}

#endif
