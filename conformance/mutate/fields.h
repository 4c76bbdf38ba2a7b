/* The end of the mutated model's bits.h, whose accessors are called plain_get_..., there:
 * fields stand where the compiler saw them, or where the mutated tables say. */
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	static inline uint64_t get_##format##_##id(const uint64_t *raw)                            \
	{                                                                                          \
		return mutant_of_tables ? gvi_get(GVI_##format##_##id, raw)                        \
					: plain_get_##format##_##id(raw);                          \
	}
#include "goldvi/def/formats.inc"

#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	static inline uint64_t mask_##format##_##id(unsigned word)                                 \
	{                                                                                          \
		return mutant_of_tables ? gvi_field_mask(GVI_##format##_##id, word)                \
					: plain_mask_##format##_##id(word);                        \
	}
#include "goldvi/def/formats.inc"

/* gvi_set() refuses what does not fit; here bits that do not are dropped. */
void mutant_set(enum gvi_field_id field, uint64_t *raw, uint64_t value);

#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	static inline void set_##format##_##id(uint64_t *raw, uint64_t value)                      \
	{                                                                                          \
		if (mutant_of_tables)                                                              \
			mutant_set(GVI_##format##_##id, raw, value);                               \
		else                                                                               \
			plain_set_##format##_##id(raw, value);                                     \
	}
#include "goldvi/def/formats.inc"
