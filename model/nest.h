/* The host's half of a nested walk: every guest physical address of a guest walk
 * goes through the host tables. */
#ifndef MODEL_NEST_H
#define MODEL_NEST_H

#include "model/host.h"
#include "model/walk_host.h"

struct nest {
	struct access *asker;           /* the request */
	bool     hosted;                /* Mode is not 0: there are host tables */
	bool     plain;                 /* nobody listens, and no bit of theirs is to be set */
	bool     ready;                 /* `inner` is */
	unsigned mode;
	uint64_t root;
	uint64_t beyond;                /* address bits that are no plain ones */
	/* What is looked at in a pointer, and what the top table's plain ones have there. */
	uint64_t looked_at, pointer;
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
enum verdict nest_fetch_failed(struct nest *n, uint64_t spa, enum gvi_bus bus);

/* Where a way through host tables ends. */
struct nest_leaf {
	uint64_t entry, rights;
	uint64_t low;           /* the address bits inside the page */
	unsigned pointers;      /* on the way */
};

/* Through pointers one level down to a page of its level's own size, all with
 * the rights `want`.  False: something else is on the way, and nothing has
 * happened. */
static inline bool nest_follow(const struct nest *n, uint64_t gpa, uint64_t want,
			       struct nest_leaf *leaf)
{
	struct gvi *m = n->asker->m;
	uint64_t table = n->root, rights = UINT64_MAX, e, looked_at = n->looked_at | want;
	uint64_t pointer = n->pointer | want, one_level = mask_PDE_NEXT_LEVEL(0) / 7;
	unsigned shift = 3 + 9 * n->mode;

	if (!n->plain || gpa & n->beyond)
		return false;
	for (;; shift -= 9, pointer -= one_level) {
		uint64_t spa = table + 8 * (gpa >> shift & 511);

		if (host_fetch_word(m, GVI_FORMAT_PTE, spa, &e) != GVI_BUS_OK)
			return false;
		rights &= e;
		if ((e & looked_at) != pointer || shift == 12)
			break;
		table = get_PDE_ADDRESS(&e);
	}
	*leaf = (struct nest_leaf){e, rights, (UINT64_C(1) << shift) - 1, n->mode - shift / 9};
	return is_plain_page_of(e, leaf->low, want, m->derived.pte_unsound);
}

/* The place of a guest table's entry, for reading or writing it.  ENDED: the
 * request was refused with an event. */
static inline enum verdict nest_table(struct nest *n, uint64_t gpa, bool write, uint64_t *spa)
{
	struct nest_leaf leaf;

	*spa = gpa;
	if (!n->hosted)
		return GO_ON;
	if (!nest_follow(n, gpa, write ? RIGHT_WRITE : RIGHT_READ, &leaf))
		return nest_table_with_care(n, gpa, write, spa);
	*spa = (get_PTE_ADDRESS(&leaf.entry) & ~leaf.low) | (gpa & leaf.low);
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
