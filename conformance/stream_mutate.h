/* Changing streams as one who knows them: whole operations are added, moved, copied
 * and taken from others, arguments stay within what they mean, values go to the edges of
 * fields. */
#ifndef GOLDVI_STREAM_MUTATE_H
#define GOLDVI_STREAM_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* One change, by a seed.  `size` bytes with room for `room`; returns how many there are
 * now, at least STREAM_RECORD if there is room for them. */
size_t stream_mutate(uint8_t *bytes, size_t size, size_t room, uint64_t seed);

/* The beginning of one and the end of another. */
size_t stream_cross(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
		    uint8_t *to, size_t room, uint64_t seed);

#endif
