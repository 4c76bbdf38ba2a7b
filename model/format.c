/* The generic reading of the format tables: get, set, encode, print, validate.
 * For tools and checks; the model's own paths use the accessors of bits.h. */
#include "goldvi/format.h"

#include <string.h>

#include "model/text.h"

/* ---- The tables --------------------------------------------------------- */

#define S(hi, lo) {hi, lo},
#define SEGMENTS(...)                                                                              \
	(uint8_t)(sizeof((const struct gvi_segment[]){__VA_ARGS__}) / sizeof(struct gvi_segment)), \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}
#define G(format, id, name, kind, scale, needs, access, reset, text, ...)                          \
	[GVI_##format##_##id] = {#id,                                                              \
				 name,                                                             \
				 text,                                                             \
				 UINT64_C(reset),                                                  \
				 GVI_FORMAT_##format,                                              \
				 GVI_##kind,                                                       \
				 GVI_##access,                                                     \
				 scale,                                                            \
				 GVI_FEATURE_##needs,                                              \
				 SEGMENTS(__VA_ARGS__)},
#define F(format, id, name, kind, scale, needs, text, segs)                                        \
	G(format, id, name, kind, scale, needs, NONE, 0, text, segs)
const struct gvi_field gvi_fields[GVI_NFIELDS] = {
#include "goldvi/def/formats.inc"
};
#undef S

/* Where the rows of each format start and end. */
enum {
#define FORMAT(id, bits, title, clause) FIRST_##id, BEFORE_##id = FIRST_##id - 1,
#define F(format, id, name, kind, scale, needs, text, segs) ROW_##format##_##id,
#define END(format, bits) END_##format, BACK_##format = END_##format - 1,
#include "goldvi/def/formats.inc"
	END_OF_ALL
};

const struct gvi_format gvi_formats[GVI_NFORMATS] = {
#define FORMAT(id, bits, title, clause)                                                            \
	[GVI_FORMAT_##id] = {#id, title, clause, bits, FIRST_##id, END_##id - FIRST_##id},
#include "goldvi/def/formats.inc"
};

const struct gvi_register gvi_registers[GVI_NREGISTERS] = {
#define REGISTER(id, bits, offset, count, stride, needs, title, clause)                            \
	[GVI_REGISTER_##id] = {offset, stride, GVI_FORMAT_##id, count, GVI_FEATURE_##needs},
#include "goldvi/def/formats.inc"
};

const struct gvi_value_name gvi_value_names[] = {
#define E(format, id, value, name, text) {GVI_##format##_##id, value, name, text},
#include "goldvi/def/formats.inc"
};
const size_t gvi_nvalue_names = sizeof gvi_value_names / sizeof gvi_value_names[0];

const struct gvi_feature gvi_features[GVI_NFEATURES] = {
#define FEATURE(id, name, text, condition) {#id, name, text},
#include "goldvi/def/feature.def"
#undef FEATURE
};
_Static_assert(GVI_NFEATURES <= 64, "a set of features is one word");
_Static_assert(GVI_NFORMATS <= 256 && (int)END_OF_ALL == (int)GVI_NFIELDS, "the tables fit their types");

/* ---- The rows of a format tile it --------------------------------------- */

/* Each bit lies in exactly one row: the widths add up to the size, and the
 * union of the masks is full. */
#define FROM(n) ((n) > 63 ? 0 : UINT64_MAX << ((n)&63))
#define CLIP(w, bit) ((bit) < (w)*64 ? 0 : (bit) - (w)*64)
#define IN_WORD(w, hi, lo) (FROM(CLIP(w, lo)) & ~FROM(CLIP(w, (hi) + 1)))
#define FULL(w, bits) (~FROM(CLIP(w, bits)))

#define S(hi, lo) +((hi) - (lo) + 1)
#define FORMAT(id, bits, title, clause) _Static_assert(0
#define F(format, id, name, kind, scale, needs, text, segs) segs
#define END(format, bits) == (bits), "the widths of " #format " do not add up");
#include "goldvi/def/formats.inc"
#undef S

#define TILE_WORD 0
#include "model/format_tile.inc"
#define TILE_WORD 1
#include "model/format_tile.inc"
#define TILE_WORD 2
#include "model/format_tile.inc"
#define TILE_WORD 3
#include "model/format_tile.inc"
#define TILE_WORD 4
#include "model/format_tile.inc"
#define TILE_WORD 5
#include "model/format_tile.inc"

/* ---- Get and set -------------------------------------------------------- */

static unsigned segment_width(struct gvi_segment s);
static uint64_t ones(unsigned n);

unsigned gvi_words(enum gvi_format_id format)
{
	return (gvi_formats[format].bits + 63u) / 64;
}

unsigned gvi_width(enum gvi_field_id field)
{
	const struct gvi_field *f = &gvi_fields[field];
	unsigned width = 0;

	for (unsigned i = 0; i < f->nsegments; i++)
		width += segment_width(f->segment[i]);
	return width;
}

uint64_t gvi_get(enum gvi_field_id field, const uint64_t *raw)
{
	const struct gvi_field *f = &gvi_fields[field];
	uint64_t value = 0;
	unsigned at = 0;

	for (unsigned i = 0; i < f->nsegments; i++) {
		struct gvi_segment s = f->segment[i];

		value |= (raw[s.lo / 64] >> s.lo % 64 & ones(segment_width(s))) << at;
		at += segment_width(s);
	}
	return value << f->scale;
}

bool gvi_set(enum gvi_field_id field, uint64_t *raw, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[field];

	if (value & ones(f->scale) || value >> f->scale & ~ones(gvi_width(field)))
		return false;
	value >>= f->scale;
	for (unsigned i = 0; i < f->nsegments; i++) {
		struct gvi_segment s = f->segment[i];
		uint64_t mask = ones(segment_width(s));

		raw[s.lo / 64] &= ~(mask << s.lo % 64);
		raw[s.lo / 64] |= (value & mask) << s.lo % 64;
		value = segment_width(s) < 64 ? value >> segment_width(s) : 0;
	}
	return true;
}

uint64_t gvi_field_mask(enum gvi_field_id field, unsigned word)
{
	const struct gvi_field *f = &gvi_fields[field];
	uint64_t mask = 0;

	for (unsigned i = 0; i < f->nsegments; i++)
		if (f->segment[i].lo / 64 == word)
			mask |= ones(segment_width(f->segment[i])) << f->segment[i].lo % 64;
	return mask;
}

static unsigned segment_width(struct gvi_segment s)
{
	return s.hi - s.lo + 1u;
}

static uint64_t ones(unsigned n)
{
	return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* ---- Validate ----------------------------------------------------------- */

/* [format.reserved] Reserved rows, and rows whose feature is missing. */
static bool is_reserved(const struct gvi_field *f, uint64_t features)
{
	return f->kind == GVI_MBZ || !(features >> f->needs & 1);
}

uint64_t gvi_reserved_mask(enum gvi_format_id format, unsigned word, uint64_t features)
{
	const struct gvi_format *t = &gvi_formats[format];
	uint64_t mask = 0;

	for (unsigned i = t->first; i < t->first + t->nfields; i++)
		if (is_reserved(&gvi_fields[i], features))
			mask |= gvi_field_mask((enum gvi_field_id)i, word);
	return mask;
}

/* Rows stand in the order of their lowest bits. */
enum gvi_field_id gvi_first_reserved(enum gvi_format_id format, const uint64_t *raw,
				     uint64_t features)
{
	const struct gvi_format *t = &gvi_formats[format];

	for (unsigned i = t->first; i < t->first + t->nfields; i++)
		if (is_reserved(&gvi_fields[i], features) && gvi_get((enum gvi_field_id)i, raw))
			return (enum gvi_field_id)i;
	return GVI_NFIELDS;
}

/* ---- Names -------------------------------------------------------------- */

static bool same(const char *name, const char *text, size_t length)
{
	return strlen(name) == length && memcmp(name, text, length) == 0;
}

enum gvi_format_id gvi_find_format(const char *name)
{
	unsigned i = 0;

	while (i < GVI_NFORMATS && strcmp(gvi_formats[i].id, name) != 0)
		i++;
	return (enum gvi_format_id)i;
}

static enum gvi_field_id find_field(enum gvi_format_id format, const char *name, size_t length)
{
	const struct gvi_format *t = &gvi_formats[format];

	for (unsigned i = t->first; i < t->first + t->nfields; i++)
		if (same(gvi_fields[i].id, name, length) || same(gvi_fields[i].name, name, length))
			return (enum gvi_field_id)i;
	return GVI_NFIELDS;
}

enum gvi_field_id gvi_find_field(enum gvi_format_id format, const char *name)
{
	return find_field(format, name, strlen(name));
}

const char *gvi_value_name(enum gvi_field_id field, uint64_t value)
{
	for (size_t i = 0; i < gvi_nvalue_names; i++)
		if (gvi_value_names[i].field == field && gvi_value_names[i].value == value)
			return gvi_value_names[i].name;
	return NULL;
}

/* ---- Encode ------------------------------------------------------------- */

static const char *encode_item(enum gvi_format_id format, const char *item, uint64_t *raw);
static bool parse_value(enum gvi_field_id field, const char *text, size_t length, uint64_t *value);
static int digit(char c);

void gvi_blank(enum gvi_format_id format, uint64_t *raw)
{
	const struct gvi_format *t = &gvi_formats[format];

	memset(raw, 0, gvi_words(format) * sizeof *raw);
	for (unsigned i = t->first; i < t->first + t->nfields; i++)
		if (gvi_fields[i].kind == GVI_CODE)
			(void)gvi_set((enum gvi_field_id)i, raw, gvi_fields[i].reset);
}

bool gvi_encode(enum gvi_format_id format, const char *text, uint64_t *raw, size_t *at)
{
	uint64_t made[GVI_MAX_WORDS];
	const char *p = text;

	gvi_blank(format, made);
	for (;;) {
		const char *next;

		p += strspn(p, " ,\t\n");
		if (!*p)
			break;
		next = encode_item(format, p, made);
		if (!next) {
			if (at)
				*at = (size_t)(p - text);
			return false;
		}
		p = next;
	}
	memcpy(raw, made, gvi_words(format) * sizeof *raw);
	return true;
}

/* One "Name=value"; where it ends, or NULL. */
static const char *encode_item(enum gvi_format_id format, const char *item, uint64_t *raw)
{
	size_t name = strcspn(item, "= ,\t\n"), length;
	enum gvi_field_id field = find_field(format, item, name);
	uint64_t value;

	if (field == GVI_NFIELDS || item[name] != '=')
		return NULL;
	length = strcspn(item + name + 1, " ,\t\n");
	if (!parse_value(field, item + name + 1, length, &value))
		return NULL;
	if (gvi_fields[field].kind == GVI_CODE && value != gvi_fields[field].reset)
		return NULL;
	return gvi_set(field, raw, value) ? item + name + 1 + length : NULL;
}

static bool parse_value(enum gvi_field_id field, const char *text, size_t length, uint64_t *value)
{
	bool hex = length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	uint64_t base = hex ? 16 : 10;

	for (size_t i = 0; i < gvi_nvalue_names; i++)
		if (gvi_value_names[i].field == field && same(gvi_value_names[i].name, text, length)) {
			*value = gvi_value_names[i].value;
			return true;
		}
	*value = 0;
	for (size_t i = hex ? 2 : 0; i < length; i++) {
		int d = digit(text[i]);

		if (d < 0 || (uint64_t)d >= base || *value > (UINT64_MAX - (uint64_t)d) / base)
			return false;
		*value = *value * base + (uint64_t)d;
	}
	return length > 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* ---- Print -------------------------------------------------------------- */

static void put_field(struct text *t, enum gvi_field_id field, uint64_t value);

size_t gvi_print(enum gvi_format_id format, const uint64_t *raw, char *out, size_t size)
{
	const struct gvi_format *f = &gvi_formats[format];
	struct text t = {out, size, 0};

	for (unsigned i = f->first; i < f->first + f->nfields; i++) {
		uint64_t value = gvi_get((enum gvi_field_id)i, raw);

		if (value && gvi_fields[i].kind != GVI_IGN && gvi_fields[i].kind != GVI_CODE)
			put_field(&t, (enum gvi_field_id)i, value);
	}
	return finish(&t);
}

static void put_field(struct text *t, enum gvi_field_id field, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[field];

	if (t->used)
		put_char(t, ' ');
	put_string(t, f->name);
	if (f->kind == GVI_MBZ) {
		put_char(t, '[');
		put_number(t, f->segment[0].hi, 10);
		put_char(t, ':');
		put_number(t, f->segment[0].lo, 10);
		put_char(t, ']');
	}
	put_string(t, value < 10 && f->kind != GVI_ADDR ? "=" : "=0x");
	put_number(t, value, 16);
}
