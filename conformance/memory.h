/* Sparse memory of a bench: every byte of the 64-bit address space is there and
 * reads as zero until it is written. */
#ifndef GOLDVI_MEMORY_H
#define GOLDVI_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct memory;

/* NULL when the host's memory ran out. */
struct memory *memory_new(void);
void memory_free(struct memory *memory);

/* Before anything is written: the first `length` bytes, whole pages, shall lie one after
 * the other.  Where they do, or NULL when the host's memory ran out. */
const void *memory_window(struct memory *memory, size_t length);

/* All zero again; keeps what is allocated for the next use. */
void memory_clear(struct memory *memory);

/* All that `from` holds, and nothing else.  False as memory_write(). */
bool memory_copy(struct memory *to, const struct memory *from);

/* Any address and length; addresses wrap at 2^64. */
void memory_read(struct memory *memory, uint64_t spa, void *to, size_t len);
/* False when the host's memory ran out, or 2^16 pages are in use; part of it
 * may then have been written. */
bool memory_write(struct memory *memory, uint64_t spa, const void *from, size_t len);

/* 8 bytes as a little-endian integer. */
uint64_t memory_load(struct memory *memory, uint64_t spa);
bool memory_store(struct memory *memory, uint64_t spa, uint64_t value);

/* The 4096 bytes of the page that spa lies in, until the memory is cleared; NULL when
 * the host's memory ran out. */
const void *memory_page(struct memory *memory, uint64_t spa);

/* If the 8 bytes are *seen, stores next; loads what they were into *seen. */
bool memory_exchange(struct memory *memory, uint64_t spa, uint64_t *seen, uint64_t next);

#endif
