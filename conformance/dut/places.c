/* Finding where an access landed. */
#include "conformance/dut/places.h"

#include <string.h>

#define RAM_LENGTH ((uint64_t)PLACES_MEBIBYTES << 20)
#define ADDRESS    UINT64_C(0x000ffffffffff000) /* of an entry of any table */

static void add(struct places *places, uint64_t spa, uint64_t len, bool named);
static void add_page(struct places *places, const struct dut_dma *dma, uint64_t word,
		     unsigned size_log2);
static void remember(uint64_t *list, size_t *count, uint64_t value);

/* From 640 KiB to 1 MiB a PC has other things than memory. */
bool places_are_memory(uint64_t spa, uint64_t len)
{
	bool high = spa >= 0x100000 && spa <= RAM_LENGTH && len <= RAM_LENGTH - spa;

	return high || (spa <= 0xa0000 && len <= 0xa0000 - spa);
}

void places_note(struct places *places, uint64_t spa, const void *from, size_t len)
{
	const unsigned char *p = from;

	for (uint64_t at = spa & ~UINT64_C(0xfff); at < spa + len; at += 0x1000)
		remember(places->page, &places->npages, at);
	for (; len >= 8; p += 8, len -= 8) {
		uint64_t word = 0;

		for (unsigned i = 0; i < 8; i++)
			word |= (uint64_t)p[i] << 8 * i;
		if (word & ADDRESS)
			remember(places->word, &places->nwords, word & ADDRESS);
	}
}

void places_forget(struct places *places)
{
	places->nwords = places->npages = places->count = 0;
}

void places_gather(struct places *places, const struct dut_dma *dma)
{
	uint64_t address = dma->request.address;

	places->count = 0;
	places->blind = false;
	for (size_t i = 0; i < dma->ncandidates; i++) {
		places->blind |= !places_are_memory(dma->candidate[i], dma->request.length);
		add(places, dma->candidate[i], dma->request.length, true);
	}
	add(places, address, dma->request.length, false);
	for (size_t i = 0; i < places->nwords; i++) {
		uint64_t word = places->word[i];
		unsigned coded = 12;

		while (coded < 51 && word >> coded & 1)
			coded++;
		add_page(places, dma, word, 12);
		add_page(places, dma, word, 21);
		add_page(places, dma, word, 30);
		if (coded > 12)
			add_page(places, dma, word, coded + 1);
	}
}

/* The word's address as a page of this size, and the access's offset in it. */
static void add_page(struct places *places, const struct dut_dma *dma, uint64_t word,
		     unsigned size_log2)
{
	uint64_t offset = (UINT64_C(1) << size_log2) - 1;

	add(places, (word & ~offset) | (dma->request.address & offset), dma->request.length, false);
}

static void add(struct places *places, uint64_t spa, uint64_t len, bool named)
{
	if (!places_are_memory(spa, len) || places->count == PLACES_MOST)
		return;
	for (size_t i = 0; i < places->count; i++) {
		if (places->place[i].spa == spa)
			return;
	}
	places->place[places->count].named = named;
	places->place[places->count++].spa = spa;
}

/* ---- Writes ------------------------------------------------------------------ */

enum dut_status places_keep(struct places *places, struct qtest *q, size_t len)
{
	enum dut_status status = DUT_OK;

	for (size_t i = 0; status == DUT_OK && i < places->count; i++) {
		struct place *place = &places->place[i];

		status = qtest_memory_read(q, place->spa, place->holds, len);
	}
	return status;
}

enum dut_status places_changed(struct places *places, struct qtest *q, const unsigned char *pattern,
			       size_t len, uint64_t *spa)
{
	unsigned char now[EDU_LONGEST];
	enum dut_status status = DUT_OK;

	*spa = UINT64_MAX;
	for (size_t i = 0; status == DUT_OK && i < places->count; i++) {
		const struct place *place = &places->place[i];

		status = qtest_memory_read(q, place->spa, now, len);
		if (status == DUT_OK && !memcmp(now, pattern, len) &&
		    memcmp(place->holds, now, len)) {
			*spa = place->spa;
			return qtest_memory_write(q, place->spa, place->holds, len);
		}
	}
	return status;
}

/* ---- Reads ------------------------------------------------------------------- */

/* A mark is even in every byte: in a table it is an entry that is not there. */
static void make_mark(struct place *place, size_t number, size_t len)
{
	for (size_t i = 0; i < len; i++)
		place->holds[i] = (unsigned char)(2 * (number + 1) + 0x12 * i);
	place->marked = true;
}

static bool stored_in(const struct places *places, uint64_t spa)
{
	for (size_t i = 0; i < places->npages; i++) {
		if (places->page[i] == (spa & ~UINT64_C(0xfff)))
			return true;
	}
	return false;
}

/* Places that hold something are known by it.  Zeros in the bench's own tables
 * mean something, so that only expectations get a mark there. */
enum dut_status places_mark(struct places *places, struct qtest *q, size_t len)
{
	static const unsigned char zeros[EDU_LONGEST];
	enum dut_status status = DUT_OK;

	for (size_t i = 0; status == DUT_OK && i < places->count; i++) {
		struct place *place = &places->place[i];

		place->marked = false;
		status = qtest_memory_read(q, place->spa, place->holds, len);
		if (status != DUT_OK || memcmp(place->holds, zeros, len))
			continue;
		if (!place->named && stored_in(places, place->spa))
			continue;
		make_mark(place, i, len);
		status = qtest_memory_write(q, place->spa, place->holds, len);
	}
	return status;
}

enum dut_status places_unmark(struct places *places, struct qtest *q, size_t len)
{
	static const unsigned char zeros[EDU_LONGEST];
	enum dut_status status = DUT_OK;

	for (size_t i = places->count; status == DUT_OK && i-- > 0;) {
		if (places->place[i].marked)
			status = qtest_memory_write(q, places->place[i].spa, zeros, len);
	}
	return status;
}

uint64_t places_find(const struct places *places, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < places->count; i++) {
		if (!memcmp(places->place[i].holds, data, len))
			return places->place[i].spa;
	}
	return UINT64_MAX;
}

/* ---- Lists that forget what does not fit ---------------------------------------- */

static void remember(uint64_t *list, size_t *count, uint64_t value)
{
	for (size_t i = 0; i < *count; i++) {
		if (list[i] == value)
			return;
	}
	if (*count < PLACES_PAGES)
		list[(*count)++] = value;
}
