/* libFuzzer's own hooks for targets that play streams: half of the changes are made by
 * one who knows what a stream is, the others by the engine, which knows what it has seen. */
#include "fuzz/fuzz.h"

#include "conformance/stream_mutate.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *to, size_t room, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
	if (seed % 4 == 0)
		return LLVMFuzzerMutate(data, size, room);
	for (unsigned n = seed / 4 % 4 + 1; n; n--)
		size = stream_mutate(data, size, room, seed + n);
	return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
				 size_t other_size, uint8_t *to, size_t room, unsigned seed)
{
	return stream_cross(one, one_size, other, other_size, to, room, seed);
}
