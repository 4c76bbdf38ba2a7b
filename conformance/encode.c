/* goldvi encode: words from fields by name. */
#include "conformance/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "goldvi/format.h"

static bool encode_argument(enum gvi_format_id format, const char *argument, uint64_t *raw);
static void put_words(enum gvi_format_id format, const uint64_t *raw);

int command_encode(int argc, char **argv)
{
	uint64_t raw[GVI_MAX_WORDS];
	enum gvi_format_id format;

	if (!take_options(NULL, 0, &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("encode", "a format is needed; docs/formats.md has them.");
	format = gvi_find_format(argv[1]);
	if (format == GVI_NFORMATS)
		return wrong_use("encode", "there is no format '%s'; docs/formats.md has them.",
				 argv[1]);
	gvi_blank(format, raw);
	for (int i = 2; i < argc; i++)
		if (!encode_argument(format, argv[i], raw))
			return BAD_INPUT;
	put_words(format, raw);
	return ALL_PASSED;
}

static void put_words(enum gvi_format_id format, const uint64_t *raw)
{
	unsigned bits = gvi_formats[format].bits;

	for (unsigned i = 0; i < gvi_words(format); i++, bits -= 64)
		printf("%s0x%0*" PRIx64, i ? " " : "", (int)(bits < 64 ? (bits + 3) / 4 : 16),
		       raw[i]);
	putchar('\n');
}

static enum gvi_field_id named_field(enum gvi_format_id format, const char *argument, char *name,
				     size_t size);
static bool explain_refusal(enum gvi_format_id format, enum gvi_field_id field,
			    const char *argument);

/* Each argument alone, so that what is wrong can be told. */
static bool encode_argument(enum gvi_format_id format, const char *argument, uint64_t *raw)
{
	uint64_t one[GVI_MAX_WORDS];
	char name[64];
	enum gvi_field_id field = named_field(format, argument, name, sizeof name);

	if (!strchr(argument, '='))
		return wrong_use("encode", "'%s' is not NAME=VALUE.", argument) == ALL_PASSED;
	if (field == GVI_NFIELDS)
		return wrong_use("encode", "%s has no field '%s'.", gvi_formats[format].id, name) ==
		       ALL_PASSED;
	if (strpbrk(argument, " ,\t\n") || !gvi_encode(format, argument, one, NULL))
		return explain_refusal(format, field, argument);
	return gvi_set(field, raw, gvi_get(field, one));
}

static enum gvi_field_id named_field(enum gvi_format_id format, const char *argument, char *name,
				     size_t size)
{
	size_t length = strcspn(argument, "=");

	if (length >= size)
		length = size - 1;
	memcpy(name, argument, length);
	name[length] = '\0';
	return gvi_find_field(format, name);
}

static bool explain_refusal(enum gvi_format_id format, enum gvi_field_id field,
			    const char *argument)
{
	const struct gvi_field *f = &gvi_fields[field];
	unsigned width = gvi_width(field);
	char aligned[64] = "";

	if (f->kind == GVI_CODE)
		return wrong_use("encode", "%s: %s of %s is always %" PRIu64 ".", argument, f->name,
				 gvi_formats[format].id, f->reset) == ALL_PASSED;
	if (f->scale)
		snprintf(aligned, sizeof aligned, " whose lower %u are 0", (unsigned)f->scale);
	return wrong_use("encode", "%s: %s is a number of %u bits%s%s.", argument, f->name,
			 width + f->scale, aligned,
			 f->kind == GVI_ENUM ? " or the name of a value" : "") == ALL_PASSED;
}
