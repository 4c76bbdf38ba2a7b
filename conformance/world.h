/* Random worlds in which the model and its slow twin (naive.h) must agree: a
 * configuration, settled choices, registers, device table, page tables, memory
 * errors, and a few requests, from a seed or from the bytes of a fuzzer.
 *
 * In half of them the model reads its tables from a window; the twin never does.
 *
 * The same seed gives the same world on every machine.  Worlds are mostly
 * right: what is interesting lies one bit or one byte beside a valid entry. */
#ifndef GOLDVI_WORLD_H
#define GOLDVI_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world;

struct world_totals {
	uint64_t worlds, requests;
	uint64_t grants, walks, aborts, interrupts; /* answers */
	uint64_t guests;                            /* grants by guest tables */
	uint64_t events[16];                        /* by code */
	uint64_t updates;                           /* of A and D */
	uint64_t messages, remapped;                /* interrupts granted, and by their table */
	uint64_t posted, stores;                    /* to guests; what went to their log */
	uint64_t completions, translations;         /* of ATS; those with rights */
	uint64_t steps, pages[5], responses;        /* page requests by enum gvi_page_result */
};

/* NULL when the host's memory ran out.  One world is used again and again. */
struct world *world_new(void);
void world_free(struct world *world);

/* From now on most devices have guest tables; else few have, and empty ones. */
void world_guests(struct world *world, bool guests);

/* From now on most requests are interrupt messages, and most devices have interrupt
 * tables. */
void world_interrupts(struct world *world, bool interrupts);

/* From now on most requests are translation and translated requests. */
void world_translations(struct world *world, bool translations);

/* From now on they are page requests, between which logs are emptied, stopped and
 * started. */
void world_pages(struct world *world, bool pages);

/* True if model and twin agreed in everything. */
bool world_seed(struct world *world, uint64_t seed);
/* The same from bytes; what they do not decide is as if they were followed by
 * zeros. */
bool world_bytes(struct world *world, const void *bytes, size_t size);

/* After a difference: what differed, and all that is needed to see it again. */
const char *world_report(const struct world *world);

const struct world_totals *world_totals(const struct world *world);

#endif
