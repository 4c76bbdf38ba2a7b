/* Proofs, for all inputs: that reading all fields of a format and writing them back
 * gives the same words; and of each field that a write changes the bits of its mask and no
 * other, and that the masks of a format cover every bit once.  What a difference would call is defined nowhere, so this program links only if
 * the optimiser found every call unreachable.
 * Built with optimisation by the tests; not a part of the library. */
#include "model/bits.h"

void a_field_is_lost_or_moved(void);

#define USED(w, bits) ((bits) >= 64 * (w) + 64 ? UINT64_MAX : low_ones((bits) > 64 * (w) ? (bits)-64 * (w) : 0))

/* Not the one entry of 176 bits: optimisers do not see through its 64-bit names,
 * joined of halves of two words.  Vectors and unit tests walk its bits. */
#define PROVED(bits) ((bits) <= 64 || (bits) % 64 == 0)

#define FORMAT(id, bits, title, clause)                                                            \
	static void prove_##id(const uint64_t *raw)                                                \
	{                                                                                          \
		uint64_t made[GVI_MAX_WORDS] = {0};
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	set_##format##_##id(made, get_##format##_##id(raw));
#define END(format, bits)                                                                          \
	for (unsigned w = 0; 64 * w < (bits) && PROVED(bits); w++)                                 \
		if ((made[w] ^ raw[w]) & USED(w, bits))                                            \
			a_field_is_lost_or_moved();                                                \
	}
#include "goldvi/def/formats.inc"

#define FORMAT(id, bits, title, clause)                                                            \
	static void prove_masks_##id(const uint64_t *raw, uint64_t value)                          \
	{                                                                                          \
		uint64_t all[GVI_MAX_WORDS] = {0};                                                 \
		const unsigned words = PROVED(bits) ? ((bits) + 63) / 64 : 0;
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	for (unsigned w = 0; w < words; w++) {                                                     \
		if (mask_##format##_##id(w) & all[w])                                              \
			a_field_is_lost_or_moved();                                                \
		all[w] |= mask_##format##_##id(w);                                                 \
	}                                                                                          \
	if (words) {                                                                               \
		uint64_t made[GVI_MAX_WORDS];                                                      \
		for (unsigned w = 0; w < GVI_MAX_WORDS; w++)                                       \
			made[w] = raw[w];                                                          \
		set_##format##_##id(made, value);                                                  \
		for (unsigned w = 0; w < words; w++)                                               \
			if ((made[w] ^ raw[w]) & ~mask_##format##_##id(w))                         \
				a_field_is_lost_or_moved();                                        \
	}
#define END(format, bits)                                                                          \
	for (unsigned w = 0; w < words; w++)                                                       \
		if (all[w] != USED(w, bits))                                                       \
			a_field_is_lost_or_moved();                                                \
	}
#include "goldvi/def/formats.inc"

int main(int argc, char **argv)
{
	uint64_t raw[GVI_MAX_WORDS];

	/* Anything that the compiler cannot know. */
	for (unsigned w = 0; w < GVI_MAX_WORDS; w++)
		raw[w] = (uint64_t)(uintptr_t)argv * (w + (unsigned)argc);
#define FORMAT(id, bits, title, clause)                                                            \
	prove_##id(raw);                                                                           \
	prove_masks_##id(raw, raw[0] ^ raw[1]);
#include "goldvi/def/formats.inc"
	return 0;
}
