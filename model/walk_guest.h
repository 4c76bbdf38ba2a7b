/* The walk of guest page tables, alone or nested. */
#ifndef MODEL_WALK_GUEST_H
#define MODEL_WALK_GUEST_H

#include "model/walk_host.h"

/* Walks from the GCR3 table on, and through the host tables if there are any;
 * x->may holds the device's rights and leaves with what is left of them.  ENDED:
 * refused, with an event if x->racing is not set. */
enum verdict guest_walk(struct access *x, struct page *page);

#endif
