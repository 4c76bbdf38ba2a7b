/* The host's half of a nested walk: every guest physical address of a guest walk
 * goes through the host tables. */
#ifndef MODEL_NEST_H
#define MODEL_NEST_H

#include "model/walk_host.h"

struct nest {
	struct access *asker;           /* the request */
	bool     hosted;                /* Mode is not 0: there are host tables */
	uint64_t may;                   /* the rights that accesses to guest tables start with */
	/* The access to the host tables that is going on. */
	struct access inner;
	struct gvi_request request;
	struct gvi_answer said;
};

void nest_begin(struct nest *n, struct access *x);

/* The place of a guest table's entry, for reading or writing it.  ENDED: the
 * request was refused with an event. */
enum verdict nest_table(struct nest *n, uint64_t gpa, bool write, uint64_t *spa);

/* Reads a table's entry; ENDED if it cannot be read. */
enum verdict nest_fetch(struct nest *n, enum gvi_format_id format, uint64_t spa, uint64_t *entry);

/* The page, with the access of the request; takes the host's rights off those of
 * the request.  `look`: whether it would be refused, without any effect. */
enum verdict nest_page(struct nest *n, uint64_t gpa, bool look, struct page *page);

#endif
