/* Memory that is given back all at once. */
#include "conformance/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

enum { CHUNK = 1 << 15 };

static void take_chunk(struct arena *arena, size_t size);
static void run_out(void);

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t align = alignof(max_align_t);
	void *p;

	if (size > SIZE_MAX / 2)
		run_out();
	size = (size + align - 1) / align * align;
	if (!arena->current || arena->current->size - arena->used < size)
		take_chunk(arena, size);
	p = arena->current->bytes + arena->used;
	arena->used += size;
	return memset(p, 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		run_out();
	return arena_alloc(arena, count * size);
}

char *arena_text(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

void arena_reset(struct arena *arena)
{
	arena->current = arena->first;
	arena->used = 0;
}

void arena_free(struct arena *arena)
{
	while (arena->first) {
		struct arena_chunk *next = arena->first->next;

		free(arena->first);
		arena->first = next;
	}
	arena_reset(arena);
}

/* The next chunk kept from before the reset if it is large enough, or a new one
 * in front of it. */
static void take_chunk(struct arena *arena, size_t size)
{
	struct arena_chunk **link = arena->current ? &arena->current->next : &arena->first;

	if (!*link || (*link)->size < size) {
		size_t room = size > CHUNK ? size : CHUNK;
		struct arena_chunk *chunk = malloc(sizeof *chunk + room);

		if (!chunk)
			run_out();
		else
			*chunk = (struct arena_chunk){.next = *link, .size = room};
		*link = chunk;
	}
	arena->current = *link;
	arena->used = 0;
}

static void run_out(void)
{
	fputs("goldvi: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}
