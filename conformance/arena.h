/* Memory that is given back all at once. */
#ifndef GOLDVI_ARENA_H
#define GOLDVI_ARENA_H

#include <stddef.h>

struct arena_chunk;

/* All zeros is an empty arena. */
struct arena {
	struct arena_chunk *first, *current;
	size_t used;            /* of current */
};

/* `size` bytes, zeroed and aligned for anything.  Never NULL: when the host's
 * memory runs out the program ends with a message, as there is nothing to save. */
void *arena_alloc(struct arena *arena, size_t size);
/* `count` elements; a product that overflows counts as memory that ran out. */
void *arena_array(struct arena *arena, size_t count, size_t size);
/* A copy of `length` bytes with an end mark. */
char *arena_text(struct arena *arena, const char *text, size_t length);

/* Forgets everything but keeps the allocation. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
