/* Sparse memory: an open-addressing hash of 4 KiB pages. */
#include "conformance/memory.h"

#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096, SLOTS_LOG2 = 17, SLOTS = 1 << SLOTS_LOG2, MAX_PAGES = SLOTS / 2 };

struct page {
	uint64_t number;
	uint32_t slot;        /* where the table points to it */
	uint32_t first, end;  /* all others are zero */
	unsigned char *bytes; /* in the window, or these: */
	unsigned char own[PAGE];
};

struct memory {
	struct page *slot[SLOTS];
	struct page *page[MAX_PAGES]; /* those in use, then the spare ones */
	size_t used, allocated;
	struct page *latest;   /* found last: accesses come in clusters */
	unsigned char *window; /* of so many pages from address 0 on, zero if not in use */
	size_t window_pages;
};

static struct page *find(struct memory *memory, uint64_t number);
static struct page *make(struct memory *memory, uint64_t number);

struct memory *memory_new(void)
{
	return calloc(1, sizeof(struct memory));
}

const void *memory_window(struct memory *memory, size_t length)
{
	memory->window = calloc(1, length);
	memory->window_pages = memory->window ? length / PAGE : 0;
	return memory->window;
}

void memory_free(struct memory *memory)
{
	if (!memory)
		return;
	for (size_t i = 0; i < memory->allocated; i++)
		free(memory->page[i]);
	free(memory->window);
	free(memory);
}

/* What was written becomes zero again. */
static void clean(struct page *page, unsigned char *bytes)
{
	if (page->first < page->end)
		memset(bytes + page->first, 0, page->end - page->first);
	page->first = PAGE;
	page->end = 0;
}

/* Pages of its own are cleaned when they are used again. */
void memory_clear(struct memory *memory)
{
	for (size_t i = 0; i < memory->used; i++) {
		struct page *page = memory->page[i];

		memory->slot[page->slot] = NULL;
		if (page->bytes != page->own)
			clean(page, page->bytes);
	}
	memory->used = 0;
	memory->latest = NULL;
}

bool memory_copy(struct memory *to, const struct memory *from)
{
	bool good = true;

	memory_clear(to);
	for (size_t i = 0; good && i < from->used; i++)
		good = memory_write(to, from->page[i]->number * PAGE, from->page[i]->bytes, PAGE);
	return good;
}

/* How many of `len` bytes from spa on lie in its page. */
static size_t in_page(uint64_t spa, size_t len)
{
	size_t room = PAGE - (size_t)(spa % PAGE);

	return len < room ? len : room;
}

void memory_read(struct memory *memory, uint64_t spa, void *to, size_t len)
{
	unsigned char *p = to;

	while (len) {
		const struct page *page = find(memory, spa / PAGE);
		size_t n = in_page(spa, len);

		if (page)
			memcpy(p, page->bytes + spa % PAGE, n);
		else
			memset(p, 0, n);
		p += n;
		spa += n;
		len -= n;
	}
}

static void touch(struct page *page, uint32_t at, uint32_t length)
{
	if (at < page->first)
		page->first = at;
	if (at + length > page->end)
		page->end = at + length;
}

bool memory_write(struct memory *memory, uint64_t spa, const void *from, size_t len)
{
	const unsigned char *p = from;

	while (len) {
		struct page *page = make(memory, spa / PAGE);
		size_t n = in_page(spa, len);

		if (!page)
			return false;
		memcpy(page->bytes + spa % PAGE, p, n);
		touch(page, (uint32_t)(spa % PAGE), (uint32_t)n);
		p += n;
		spa += n;
		len -= n;
	}
	return true;
}

const void *memory_page(struct memory *memory, uint64_t spa)
{
	const struct page *page = make(memory, spa / PAGE);

	return page ? page->bytes : NULL;
}

/* Words mostly lie in one page. */
uint64_t memory_load(struct memory *memory, uint64_t spa)
{
	unsigned char bytes[8];
	uint64_t value = 0;

	if (spa % PAGE <= PAGE - sizeof bytes) {
		const struct page *page = find(memory, spa / PAGE);

		if (!page)
			return 0;
		memcpy(bytes, page->bytes + spa % PAGE, sizeof bytes);
	} else {
		memory_read(memory, spa, bytes, sizeof bytes);
	}
	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

bool memory_store(struct memory *memory, uint64_t spa, uint64_t value)
{
	unsigned char bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(value >> 8 * i);
	if (spa % PAGE <= PAGE - sizeof bytes) {
		struct page *page = make(memory, spa / PAGE);

		if (!page)
			return false;
		memcpy(page->bytes + spa % PAGE, bytes, sizeof bytes);
		touch(page, (uint32_t)(spa % PAGE), sizeof bytes);
		return true;
	}
	return memory_write(memory, spa, bytes, sizeof bytes);
}

bool memory_exchange(struct memory *memory, uint64_t spa, uint64_t *seen, uint64_t next)
{
	uint64_t now = memory_load(memory, spa);
	bool same = now == *seen;

	*seen = now;
	return !same || memory_store(memory, spa, next);
}

/* ---- The table ------------------------------------------------------------ */

/* The slot of a page, or the free one where it would go. */
static uint32_t slot_of(const struct memory *memory, uint64_t number)
{
	uint64_t far = (number >> SLOTS_LOG2) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - SLOTS_LOG2);
	uint32_t slot = (uint32_t)((number + far) % SLOTS); /* neighbours beside each other */

	while (memory->slot[slot] && memory->slot[slot]->number != number)
		slot = (slot + 1) % SLOTS;
	return slot;
}

static struct page *find(struct memory *memory, uint64_t number)
{
	struct page *page;

	if (memory->latest && memory->latest->number == number)
		return memory->latest;
	page = memory->slot[slot_of(memory, number)];
	if (page)
		memory->latest = page;
	return page;
}

static struct page *make(struct memory *memory, uint64_t number)
{
	struct page *page = find(memory, number);

	if (page || memory->used == MAX_PAGES)
		return page;
	if (memory->used == memory->allocated) {
		page = calloc(1, sizeof *page);
		if (!page)
			return NULL;
		memory->page[memory->allocated++] = page;
	}
	page = memory->page[memory->used++];
	clean(page, page->own);
	page->bytes = number < memory->window_pages ? memory->window + number * PAGE : page->own;
	page->number = number;
	page->slot = slot_of(memory, number);
	memory->slot[page->slot] = page;
	memory->latest = page;
	return page;
}
