/* The formats of the ACPI table IVRS on arbitrary bytes: header, blocks and entries are
 * found by their lengths and types, and whatever they are is decoded, printed, encoded
 * and checked, inside the bytes that there are. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "goldvi/format.h"

enum { HEADER = 48, MAX_TEXT = 2048 };

/* The format of what begins with this byte, among those whose code says so. */
static enum gvi_format_id format_of(enum gvi_format_id first, enum gvi_format_id last,
				    unsigned type)
{
	for (unsigned i = first; i <= (unsigned)last; i++) {
		const struct gvi_format *f = &gvi_formats[i];

		if (gvi_fields[f->first].kind == GVI_CODE && gvi_fields[f->first].reset == type)
			return (enum gvi_format_id)i;
	}
	return GVI_NFORMATS;
}

/* Words of a format, as far as there are bytes. */
static bool load(enum gvi_format_id format, const uint8_t *bytes, size_t size, uint64_t *raw)
{
	size_t length = gvi_formats[format].bits / 8;

	memset(raw, 0, GVI_MAX_WORDS * sizeof *raw);
	if (size < length)
		return false;
	for (size_t i = 0; i < length; i++)
		raw[i / 8] |= (uint64_t)bytes[i] << 8 * (i % 8);
	return true;
}

/* What is printed encodes to the same words, but for what printing leaves out. */
static void try_format(enum gvi_format_id format, const uint64_t *raw)
{
	const struct gvi_format *f = &gvi_formats[format];
	uint64_t again[GVI_MAX_WORDS] = {0};
	char text[MAX_TEXT];
	size_t at, length = gvi_print(format, raw, text, sizeof text);
	enum gvi_field_id bad = gvi_first_reserved(format, raw, GVI_ALL_FEATURES);

	MUST(length < sizeof text && strlen(text) == length);
	if (bad != GVI_NFIELDS) {
		MUST(gvi_get(bad, raw) && strstr(text, "Reserved["));
		return;
	}
	if (!gvi_encode(format, text, again, &at))
		return; /* a constant that is not what it must be */
	for (unsigned i = 0; i < f->nfields; i++) {
		enum gvi_field_id id = (enum gvi_field_id)(f->first + i);

		if (gvi_fields[id].kind != GVI_IGN && gvi_fields[id].kind != GVI_CODE)
			MUST(gvi_get(id, again) == gvi_get(id, raw));
	}
}

/* The bytes of a device entry by its type: 4, 8, or what an ACPI name adds. */
static size_t entry_size(const uint8_t *bytes, size_t size)
{
	if (bytes[0] < 64)
		return 4;
	if (bytes[0] < 240)
		return 8;
	return size >= 22 ? 22 + (size_t)bytes[21] : size;
}

static void try_entries(const uint8_t *bytes, size_t size)
{
	while (size) {
		enum gvi_format_id format =
			format_of(GVI_FORMAT_IVHD_PAD_4, GVI_FORMAT_IVHD_ACPI_HID, bytes[0]);
		size_t length = entry_size(bytes, size);
		uint64_t raw[GVI_MAX_WORDS];

		if (format != GVI_NFORMATS && load(format, bytes, size, raw))
			try_format(format, raw);
		if (length > size)
			return;
		bytes += length;
		size -= length;
	}
}

/* An IVHD or IVMD, which says its length in bytes 2 and 3; 0 ends the table. */
static size_t try_block(const uint8_t *bytes, size_t size)
{
	enum gvi_format_id format = format_of(GVI_FORMAT_IVHD_10, GVI_FORMAT_IVHD_40, bytes[0]);
	size_t length = size < 4 ? 0 : (size_t)(bytes[2] | bytes[3] << 8), head;
	uint64_t raw[GVI_MAX_WORDS];

	if (length > size)
		length = size;
	if (bytes[0] >= 0x20 && bytes[0] <= 0x22)
		format = GVI_FORMAT_IVMD;
	if (format == GVI_NFORMATS || !load(format, bytes, length, raw))
		return length;
	try_format(format, raw);
	head = gvi_formats[format].bits / 8;
	if (format != GVI_FORMAT_IVMD)
		try_entries(bytes + head, length - head);
	return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t raw[GVI_MAX_WORDS];
	size_t length;

	if (!load(GVI_FORMAT_IVRS, data, size, raw))
		return 0;
	try_format(GVI_FORMAT_IVRS, raw);
	data += HEADER;
	size -= HEADER;
	while (size && (length = try_block(data, size))) {
		data += length;
		size -= length;
	}
	return 0;
}
