/* Places in memory where an access of a device may land, and how to see that it
 * did although nobody says so: a write leaves its pattern, a read brings back
 * what only one place holds.
 *
 * The expectations name the right places; the wrong ones are guessed from what a
 * misread table would lead to: the untranslated address, and every address in the
 * tables as a page of each usual size. */
#ifndef GOLDVI_DUT_PLACES_H
#define GOLDVI_DUT_PLACES_H

#include "conformance/dut/edu.h"

enum { PLACES_MEBIBYTES = 256 }; /* of memory, all below 4 GiB */
enum { PLACES_MOST = 96, PLACES_PAGES = 128 };

struct place {
	uint64_t spa;
	bool named;  /* by the expectations */
	bool marked; /* held zeros: a mark was stored */
	unsigned char holds[EDU_LONGEST];
};

struct places {
	uint64_t word[PLACES_PAGES]; /* stored words that can be an address */
	uint64_t page[PLACES_PAGES]; /* pages that hold what the bench stored */
	size_t nwords, npages, count;
	bool blind; /* a named place is where this machine has no memory */
	struct place place[PLACES_MOST];
};

/* The machine has memory there, free for the bench. */
bool places_are_memory(uint64_t spa, uint64_t len);

/* The bench stores this. */
void places_note(struct places *places, uint64_t spa, const void *from, size_t len);
void places_forget(struct places *places);

/* Where this access may land. */
void places_gather(struct places *places, const struct dut_dma *dma);

/* For a write: keeps what the places hold; after it, finds the one that now holds
 * the pattern, UINT64_MAX if none does, and puts back what was there. */
enum dut_status places_keep(struct places *places, struct qtest *q, size_t len);
enum dut_status places_changed(struct places *places, struct qtest *q, const unsigned char *pattern,
			       size_t len, uint64_t *spa);

/* For a read: makes every place hold something else, and undoes it. */
enum dut_status places_mark(struct places *places, struct qtest *q, size_t len);
enum dut_status places_unmark(struct places *places, struct qtest *q, size_t len);
/* The place that holds the data, or UINT64_MAX. */
uint64_t places_find(const struct places *places, const unsigned char *data, size_t len);

#endif
