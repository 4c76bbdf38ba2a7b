/* The generic reading of the format tables on arbitrary words and texts: fields
 * come back as they were set, what is printed encodes to the same words, and
 * nothing is written outside what it may. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "goldvi/format.h"

enum { MAX_TEXT = 4096, GUARD = 0x5a };

static bool same(const uint64_t *a, const uint64_t *b)
{
	return !memcmp(a, b, GVI_MAX_WORDS * sizeof *a);
}

/* get, set and get again; a value that does not fit changes nothing. */
static void try_field(enum gvi_field_id id, const uint64_t *raw, uint64_t value)
{
	uint64_t copy[GVI_MAX_WORDS], before[GVI_MAX_WORDS], had = gvi_get(id, raw);

	memcpy(copy, raw, sizeof copy);
	MUST(gvi_set(id, copy, had) && same(copy, raw));
	memcpy(before, copy, sizeof before);
	if (gvi_set(id, copy, value)) {
		MUST(gvi_get(id, copy) == value);
		for (unsigned i = 0; i < gvi_words((enum gvi_format_id)gvi_fields[id].format); i++)
			MUST(((copy[i] ^ before[i]) & ~gvi_field_mask(id, i)) == 0);
	} else {
		MUST(same(copy, before));
	}
	(void)gvi_value_name(id, value);
}

/* Cuts the text at every size that an input asks for. */
static void try_print(enum gvi_format_id format, const uint64_t *raw, size_t size)
{
	char text[MAX_TEXT], cut[MAX_TEXT + 1];
	size_t length = gvi_print(format, raw, text, sizeof text);

	MUST(length < sizeof text && strlen(text) == length);
	memset(cut, GUARD, sizeof cut);
	size %= MAX_TEXT;
	MUST(gvi_print(format, raw, cut, size) == length);
	MUST(cut[size] == GUARD);
	if (size)
		MUST(!strncmp(cut, text, size - 1) &&
		     strlen(cut) == (length < size ? length : size - 1));
}

/* Without reserved and ignored bits, printing and encoding are inverse. */
static void try_round(enum gvi_format_id format, const uint64_t *raw)
{
	const struct gvi_format *f = &gvi_formats[format];
	uint64_t clean[GVI_MAX_WORDS], again[GVI_MAX_WORDS] = {0};
	char text[MAX_TEXT];
	size_t at = 0;

	memcpy(clean, raw, sizeof clean);
	for (unsigned i = 0; i < f->nfields; i++) {
		enum gvi_field_id id = (enum gvi_field_id)(f->first + i);

		if (gvi_fields[id].kind == GVI_MBZ || gvi_fields[id].kind == GVI_IGN)
			MUST(gvi_set(id, clean, 0));
		if (gvi_fields[id].kind == GVI_CODE)
			MUST(gvi_set(id, clean, gvi_fields[id].reset));
	}
	MUST(gvi_first_reserved(format, clean, GVI_ALL_FEATURES) == GVI_NFIELDS);
	(void)gvi_print(format, clean, text, sizeof text);
	gvi_blank(format, again);
	MUST(gvi_encode(format, text, again, &at));
	MUST(same(clean, again));
}

static void try_reserved(enum gvi_format_id format, const uint64_t *raw, uint64_t features)
{
	enum gvi_field_id first = gvi_first_reserved(format, raw, features);
	bool any = false;

	for (unsigned i = 0; i < gvi_words(format); i++)
		any = any || (raw[i] & gvi_reserved_mask(format, i, features));
	MUST(any == (first != GVI_NFIELDS));
	if (any)
		MUST(gvi_get(first, raw) != 0);
}

static void try_words(struct input *in)
{
	enum gvi_format_id format = (enum gvi_format_id)(take_byte(in) % GVI_NFORMATS);
	const struct gvi_format *f = &gvi_formats[format];
	uint64_t raw[GVI_MAX_WORDS] = {0}, value, features;
	size_t size;

	for (unsigned i = 0; i < gvi_words(format); i++)
		raw[i] = take(in, 8);
	if (f->bits % 64)
		raw[f->bits / 64] &= (UINT64_C(1) << f->bits % 64) - 1;
	value = take(in, 8);
	features = take(in, 8);
	size = (size_t)take(in, 2);
	for (unsigned i = 0; i < f->nfields; i++)
		try_field((enum gvi_field_id)(f->first + i), raw, value);
	try_print(format, raw, size);
	try_round(format, raw);
	try_reserved(format, raw, features | 1);
}

static void try_text(struct input *in)
{
	enum gvi_format_id format = (enum gvi_format_id)(take_byte(in) % GVI_NFORMATS);
	uint64_t raw[GVI_MAX_WORDS] = {0}, before[GVI_MAX_WORDS];
	size_t length = in->left < MAX_TEXT ? in->left : MAX_TEXT, at = 0;
	char *text = malloc(length + 1);

	MUST(text);
	memcpy(text, in->next, length);
	text[length] = '\0';
	gvi_blank(format, raw);
	memcpy(before, raw, sizeof before);
	if (!gvi_encode(format, text, raw, &at)) {
		MUST(same(raw, before));
		MUST(at <= strlen(text));
	}
	(void)gvi_find_format(text);
	(void)gvi_find_field(format, text);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = {data, size};

	if (take_byte(&in) % 2)
		try_text(&in);
	else
		try_words(&in);
	return 0;
}
