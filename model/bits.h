/* Accessors for the model's own paths, expanded from the format tables:
 * get_DTE_MODE(dte), set_IO_PAGE_FAULT_PR(record, 1).  All positions are
 * constants, so that a read is a shift and a mask. */
#ifndef MODEL_BITS_H
#define MODEL_BITS_H

#include "goldvi/format.h"

static inline uint64_t low_ones(unsigned n)
{
	return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* Memory is little-endian whatever the host is.  Spelt out, because compilers
 * then see that it is one load or store. */
static inline uint64_t load64(const uint8_t *p)
{
	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static inline void store64(uint8_t *p, uint64_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
	p[2] = (uint8_t)(v >> 16);
	p[3] = (uint8_t)(v >> 24);
	p[4] = (uint8_t)(v >> 32);
	p[5] = (uint8_t)(v >> 40);
	p[6] = (uint8_t)(v >> 48);
	p[7] = (uint8_t)(v >> 56);
}

#define S(hi, lo)                                                                                  \
	value |= (raw[(lo) / 64] >> (lo) % 64 & low_ones((hi) - (lo) + 1)) << at;                  \
	at += (hi) - (lo) + 1;
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	static inline uint64_t get_##format##_##id(const uint64_t *raw)                            \
	{                                                                                          \
		uint64_t value = 0;                                                                \
		unsigned at = 0;                                                                   \
		segs(void) at;                                                                     \
		return value << (scale);                                                           \
	}
#include "goldvi/def/formats.inc"
#undef S

/* The bits of a word of the format that belong to the field. */
#define S(hi, lo) mask |= (lo) / 64 == word ? low_ones((hi) - (lo) + 1) << (lo) % 64 : 0;
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	static inline uint64_t mask_##format##_##id(unsigned word)                                 \
	{                                                                                          \
		uint64_t mask = 0;                                                                 \
		segs return mask;                                                                  \
	}
#include "goldvi/def/formats.inc"
#undef S

/* The lowest bit of a field's first piece, as a constant expression. */
#define S(hi, lo) (lo) + 0 *
#define F(format, id, name, kind, scale, needs, text, segs) AT_##format##_##id = segs 0,
enum {
#include "goldvi/def/formats.inc"
};
#undef S

/* The value must fit; bits that do not are dropped. */
#define S(hi, lo)                                                                                  \
	raw[(lo) / 64] &= ~(low_ones((hi) - (lo) + 1) << (lo) % 64);                               \
	raw[(lo) / 64] |= (value & low_ones((hi) - (lo) + 1)) << (lo) % 64;                        \
	value = (hi) - (lo) < 63 ? value >> ((hi) - (lo) + 1) % 64 : 0;
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	static inline void set_##format##_##id(uint64_t *raw, uint64_t value)                      \
	{                                                                                          \
		value >>= (scale);                                                                 \
		segs(void) value;                                                                  \
	}
#include "goldvi/def/formats.inc"
#undef S

#endif
