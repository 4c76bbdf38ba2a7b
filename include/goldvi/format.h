/* Formats: what the bits of every structure and register mean.
 *
 * def/ is the only place where a bit has a position; this header is its
 * reading.  A format is an array of little-endian 64-bit words as they stand in
 * memory: bit n of the format is bit n % 64 of word n / 64, and a format
 * narrower than 64 bits lies in the low bits of word 0.
 *
 * The rows of def/ are calls of macros that every reader defines for itself:
 *
 *   FORMAT(id, bits, "Title", "clause")           opens a format
 *   REGISTER(id, bits, offset, count, stride, needs, "Title", "clause")
 *                                                 the same, in the MMIO window
 *   F(format, id, "Name", kind, scale, needs, "Meaning.", segments)
 *   G(format, id, "Name", kind, scale, needs, access, reset, "Meaning.", segments)
 *   END(format, bits)                             closes it: the rows must tile
 *   E(format, id, value, "name", "Meaning.")      a value of an ENUM field
 *
 * A segment is S(high, low), both inclusive and absolute in the format; a split
 * field has several, low to high.  `scale` is the number of zero bits below the
 * stored ones (12 for a page address).  `needs` is the row of feature.def
 * without which the bits are reserved. */
#ifndef GOLDVI_FORMAT_H
#define GOLDVI_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "goldvi/export.h"

#ifdef __cplusplus
extern "C" {
#endif

#define GVI_MAX_WORDS    6       /* of the widest format: the IVRS header */
#define GVI_MAX_SEGMENTS 4       /* of the most split field */

/* What the bits of a field are. */
enum gvi_kind {
	GVI_FLAG,       /* one bit that switches something on */
	GVI_UINT,       /* a number */
	GVI_ENUM,       /* one of the values that E rows name; others are reserved */
	GVI_ADDR,       /* an address, stored without its low `scale` bits */
	GVI_CODE,       /* a constant that tells this format from its siblings */
	GVI_MBZ,        /* reserved: must be zero */
	GVI_IGN         /* ignored by the IOMMU, free for software */
};

/* What software may do to a register field (GVI_NONE: not in a register). */
enum gvi_access {
	GVI_NONE,
	GVI_RO,         /* writes are ignored */
	GVI_RW,
	GVI_RW1C,       /* writing 1 clears, writing 0 leaves alone */
	GVI_RW1S        /* writing 1 sets until reset, writing 0 leaves alone */
};

enum gvi_format_id {
#define FORMAT(id, bits, title, clause) GVI_FORMAT_##id,
#include "goldvi/def/formats.inc"
	GVI_NFORMATS
};

/* Field ids: GVI_DTE_V, GVI_PTE_NEXT_LEVEL, ...  The fields of a format are
 * consecutive, from gvi_formats[].first. */
enum gvi_field_id {
#define F(format, field, name, kind, scale, needs, text, segs) GVI_##format##_##field,
#include "goldvi/def/formats.inc"
	GVI_NFIELDS
};

/* Features: conditions under which bits are defined; one bit each in a set. */
enum gvi_feature_id {
#define FEATURE(id, name, text, condition) GVI_FEATURE_##id,
#include "goldvi/def/feature.def"
#undef FEATURE
	GVI_NFEATURES
};
#define GVI_ALL_FEATURES UINT64_MAX

struct gvi_segment { uint16_t hi, lo; };

struct gvi_field {
	const char *id;         /* "GCR3_ROOT" */
	const char *name;       /* as the field prints it: "GCR3TRP" */
	const char *text;       /* its meaning, one line */
	uint64_t    reset;      /* GVI_CODE: the constant; registers: value after reset */
	uint8_t     format, kind, access, scale, needs, nsegments;
	struct gvi_segment segment[GVI_MAX_SEGMENTS];
};

struct gvi_format {
	const char *id;         /* "DTE" */
	const char *title;
	const char *clause;     /* where docs/spec describes it */
	uint16_t    bits, first, nfields;
};

struct gvi_value_name {
	uint16_t    field;
	uint64_t    value;
	const char *name, *text;
};

struct gvi_feature {
	const char *id, *name, *text;
};

/* Registers of the MMIO window; `count` instances, `stride` bytes apart. */
struct gvi_register {
	uint32_t offset, stride;
	uint8_t  format, count, needs;
};

enum gvi_register_id {
#define REGISTER(id, bits, offset, count, stride, needs, title, clause) GVI_REGISTER_##id,
#include "goldvi/def/formats.inc"
	GVI_NREGISTERS
};

extern GVI_API const struct gvi_field      gvi_fields[GVI_NFIELDS];
extern GVI_API const struct gvi_format     gvi_formats[GVI_NFORMATS];
extern GVI_API const struct gvi_feature    gvi_features[GVI_NFEATURES];
extern GVI_API const struct gvi_value_name gvi_value_names[];
extern GVI_API const size_t                gvi_nvalue_names;
extern GVI_API const struct gvi_register   gvi_registers[GVI_NREGISTERS];

/* The number of 64-bit words of a format, 1 to GVI_MAX_WORDS. */
GVI_API unsigned gvi_words(enum gvi_format_id format);

/* The number of bits of a field, all segments together, 1 to 64. */
GVI_API unsigned gvi_width(enum gvi_field_id field);

/* The value of a field: its segments joined, its scale applied. */
GVI_API uint64_t gvi_get(enum gvi_field_id field, const uint64_t *raw);

/* Stores a value.  False, and raw unchanged, when it does not fit: a bit above
 * the field's width or below its scale is set. */
GVI_API bool gvi_set(enum gvi_field_id field, uint64_t *raw, uint64_t value);

/* The bits of word `word` that belong to a field. */
GVI_API uint64_t gvi_field_mask(enum gvi_field_id field, unsigned word);

/* The bits of word `word` of a format that must be zero when only the given
 * features are there: reserved rows, and rows whose feature is missing. */
GVI_API uint64_t gvi_reserved_mask(enum gvi_format_id format, unsigned word, uint64_t features);

/* The lowest reserved field that is not zero under these features, or
 * GVI_NFIELDS. */
GVI_API enum gvi_field_id gvi_first_reserved(enum gvi_format_id format, const uint64_t *raw,
                                             uint64_t features);

/* A format or a field of it by name; names and ids are both accepted, letter
 * case counts.  GVI_NFORMATS and GVI_NFIELDS when there is none. */
GVI_API enum gvi_format_id gvi_find_format(const char *name);
GVI_API enum gvi_field_id gvi_find_field(enum gvi_format_id format, const char *name);

/* All zeros but for the format's constant codes: where encoding starts. */
GVI_API void gvi_blank(enum gvi_format_id format, uint64_t *raw);

/* Encodes "Name=value Name=value ..." (separated by spaces or commas; values
 * decimal, 0x hexadecimal, or the name of an ENUM value).  False when a name is
 * unknown, a value does not fit or a constant is contradicted; then raw is
 * unchanged and *at, unless NULL, is the offset of the offending item. */
GVI_API bool gvi_encode(enum gvi_format_id format, const char *text, uint64_t *raw, size_t *at);

/* Writes "V=1 TV=1 Mode=3 ..." as snprintf would: at most size bytes with the
 * end mark, and the length of the whole text is returned.  Fields that are zero
 * and ignored ones are left out; reserved ones appear as "Reserved[63:52]=0x1". */
GVI_API size_t gvi_print(enum gvi_format_id format, const uint64_t *raw, char *out, size_t size);

/* The name of an ENUM field's value, or NULL. */
GVI_API const char *gvi_value_name(enum gvi_field_id field, uint64_t value);

#ifdef __cplusplus
}
#endif
#endif
