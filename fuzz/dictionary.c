/* Prints a dictionary for fuzzers: each field of each format at its edges, as it stands
 * in its word of memory, and each value that has a name. */
#include <inttypes.h>
#include <stdio.h>

#include "goldvi/format.h"

static void put_word(uint64_t word)
{
	putchar('"');
	for (unsigned i = 0; i < 8; i++)
		printf("\\x%02x", (unsigned)(word >> 8 * i & 0xff));
	puts("\"");
}

static void put_value(enum gvi_field_id field, uint64_t value)
{
	enum gvi_format_id format = (enum gvi_format_id)gvi_fields[field].format;
	uint64_t raw[GVI_MAX_WORDS];

	gvi_blank(format, raw);
	if (!gvi_set(field, raw, value))
		return;
	for (unsigned w = 0; w < gvi_words(format); w++)
		if (gvi_field_mask(field, w))
			put_word(raw[w]);
}

static void put_field(enum gvi_field_id field)
{
	unsigned width = gvi_width(field), scale = gvi_fields[field].scale;
	uint64_t most = width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1;

	printf("# %s.%s\n", gvi_formats[gvi_fields[field].format].id, gvi_fields[field].id);
	put_value(field, most << scale);
	if (width > 1)
		put_value(field, UINT64_C(1) << (width - 1) << scale);
	for (size_t i = 0; i < gvi_nvalue_names; i++)
		if (gvi_value_names[i].field == field)
			put_value(field, gvi_value_names[i].value);
}

int main(void)
{
	for (unsigned i = 0; i < GVI_NFIELDS; i++)
		if (gvi_fields[i].kind != GVI_CODE)
			put_field((enum gvi_field_id)i);
	return 0;
}
