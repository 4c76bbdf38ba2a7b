/* The walk of host page tables. */
#ifndef MODEL_WALK_HOST_H
#define MODEL_WALK_HOST_H

#include "model/access.h"

/* A page, and what its entries say about it. */
struct page {
	uint64_t spa;           /* of the request's first byte */
	uint64_t size;          /* bytes */
	bool     coherent, untranslated_only;
};

/* Walks from the entry's root with Mode 1 to 6; x->may holds the device's
 * rights and leaves with the page's.  ENDED: refused, with an event.  *racing:
 * the tables never stood still. */
enum verdict host_walk(struct access *x, struct page *page, bool *racing);

/* Whether address bits lie above what Mode spans (Mode below 6). */
bool host_surplus(struct access *x);

#endif
