/* goldvi decode: words, or the line of a log, field by field. */
#include "conformance/commands.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/yaml.h"
#include "goldvi/goldvi.h"

static bool decode_line(const char *line, bool *found);
static int decode_input(void);
static int decode_words(const char *name, int count, char **words);
static char *joined(int argc, char **argv);

int command_decode(int argc, char **argv)
{
	bool found = false, decoded;
	char *line;

	if (!take_options(NULL, 0, &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("decode",
				 "a format and its words are needed, or a line of a log.");
	if (argc == 2 && strcmp(argv[1], "-") == 0)
		return decode_input();
	line = joined(argc - 1, argv + 1);
	if (!line)
		return wrong_use("decode", "there is not enough memory.");
	decoded = decode_line(line, &found);
	free(line);
	if (found)
		return decoded ? ALL_PASSED : BAD_INPUT;
	return decode_words(argv[1], argc - 2, argv + 2);
}

/* The arguments as one text: a pasted line need not be quoted. */
static char *joined(int argc, char **argv)
{
	size_t length = 1;
	char *text;

	for (int i = 0; i < argc; i++)
		length += strlen(argv[i]) + 1;
	text = calloc(length, 1);
	for (int i = 0; text && i < argc; i++) {
		strcat(text, argv[i]);
		strcat(text, " ");
	}
	return text;
}

/* ---- Fields --------------------------------------------------------------------- */

struct device_text {
	char name[16];
};

static void put_field(enum gvi_field_id id, const uint64_t *raw);
static void put_bits(const struct gvi_field *f);
static void put_value(enum gvi_field_id id, uint64_t value);
static void put_meaning(enum gvi_field_id id, uint64_t value);
static void put_cause(const uint64_t *raw);
static struct device_text device_name(const struct gvi_field *f, uint64_t value);

static void put_entry(enum gvi_format_id format, const uint64_t *raw)
{
	const struct gvi_format *f = &gvi_formats[format];

	printf("%s: %s\n", f->id, f->title);
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		put_field((enum gvi_field_id)i, raw);
	if (format == GVI_FORMAT_IO_PAGE_FAULT)
		put_cause(raw);
}

/* docs/spec/10-events.md section 4: which flags count, and what they say together. */
static void put_cause(const uint64_t *raw)
{
	bool present = gvi_get(GVI_IO_PAGE_FAULT_PR, raw),
	     interrupt = gvi_get(GVI_IO_PAGE_FAULT_I, raw);
	uint64_t device = gvi_get(GVI_IO_PAGE_FAULT_DEVICE_ID, raw);
	const char *cause;

	if (interrupt)
		cause = present ? "its table entry has a reserved bit or an illegal value"
				: "it is not mapped, or interrupts of its kind are blocked";
	else if (!present)
		cause = "nothing is mapped there, or the device is blocked";
	else if (gvi_get(GVI_IO_PAGE_FAULT_PE, raw))
		cause = "the device or a table entry does not permit it";
	else if (gvi_get(GVI_IO_PAGE_FAULT_RZ, raw))
		cause = "a table entry has a reserved bit set";
	else
		cause = "a table entry has an illegal level or page size, or the address lies "
			"beyond the tables";
	printf("In short: %s of %s at 0x%" PRIx64 ": %s.\n",
	       interrupt                            ? "an interrupt"
	       : gvi_get(GVI_IO_PAGE_FAULT_RW, raw) ? "a write"
						    : "a read",
	       device_name(&gvi_fields[GVI_IO_PAGE_FAULT_DEVICE_ID], device).name,
	       gvi_get(GVI_IO_PAGE_FAULT_ADDRESS, raw), cause);
}

/* Bits that mean nothing are shown when they are set. */
static void put_field(enum gvi_field_id id, const uint64_t *raw)
{
	const struct gvi_field *f = &gvi_fields[id];
	uint64_t value = gvi_get(id, raw);

	if (!value && (f->kind == GVI_MBZ || f->kind == GVI_IGN))
		return;
	printf("  %-20s ", f->name);
	put_bits(f);
	put_value(id, value);
	put_meaning(id, value);
}

static void put_bits(const struct gvi_field *f)
{
	char text[GVI_MAX_SEGMENTS * 10 + 1];
	size_t used = 0;

	for (unsigned i = f->nsegments; i-- > 0;) {
		struct gvi_segment s = f->segment[i];

		used += (size_t)snprintf(text + used, sizeof text - used,
					 s.hi == s.lo ? "%s%u" : "%s%u:%u", used ? "," : "",
					 (unsigned)s.hi, (unsigned)s.lo);
	}
	printf("%-19s ", text);
}

static void put_value(enum gvi_field_id id, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[id];

	if (f->kind == GVI_FLAG || f->kind == GVI_ENUM)
		printf("%-18" PRIu64 " ", value);
	else if (value < 10 && f->kind != GVI_ADDR)
		printf("%-18" PRIu64 " ", value);
	else
		printf("0x%-16" PRIx64 " ", value);
}

static const struct gvi_value_name *named_value(enum gvi_field_id field, uint64_t value)
{
	for (size_t i = 0; i < gvi_nvalue_names; i++)
		if (gvi_value_names[i].field == field && gvi_value_names[i].value == value)
			return &gvi_value_names[i];
	return NULL;
}

/* A flag's text may tell both sides: "A write; 0: a read." */
static void put_flag(const char *text, bool set)
{
	static const char zero[] = "; 0: ";
	const char *other = strstr(text, zero);

	if (set)
		printf("%.*s%s\n", other ? (int)(other - text) : (int)strlen(text), text,
		       other ? "." : "");
	else if (other)
		printf("%c%s\n", toupper((unsigned char)other[strlen(zero)]),
		       other + strlen(zero) + 1);
	else
		printf("no: %s\n", text);
}

/* "00:04.0" if the field is a DeviceID. */
static struct device_text device_name(const struct gvi_field *f, uint64_t value)
{
	struct device_text text = {""};

	if (strcmp(f->id, "DEVICE_ID") == 0)
		snprintf(text.name, sizeof text.name, "%02x:%02x.%x", (unsigned)(value >> 8 & 255),
			 (unsigned)(value >> 3 & 31), (unsigned)(value & 7));
	return text;
}

static void put_meaning(enum gvi_field_id id, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[id];
	const struct gvi_value_name *named = named_value(id, value);
	const struct device_text device = device_name(f, value);

	if (f->kind == GVI_MBZ)
		puts("RESERVED: must be zero");
	else if (f->kind == GVI_CODE && value != f->reset)
		printf("WRONG: this format has %" PRIu64 "\n", f->reset);
	else if (named)
		printf("%s: %s\n", named->name, named->text);
	else if (f->kind == GVI_ENUM)
		printf("RESERVED VALUE: %s\n", f->text);
	else if (f->kind == GVI_FLAG)
		put_flag(f->text, value);
	else if (value && f->needs != GVI_FEATURE_ALWAYS)
		printf("%s (with %s; else reserved)\n", f->text, gvi_features[f->needs].name);
	else
		printf("%s%s%s\n", device.name, *device.name ? ": " : "", f->text);
}

/* ---- Words ---------------------------------------------------------------------- */

/* The file of docs/spec that describes a format tells events from commands. */
static bool of_family(enum gvi_format_id format, const char *family)
{
	const char *chapter = strcmp(family, "event") == 0 ? "10 " : "09 ";

	return strncmp(gvi_formats[format].clause, chapter, 3) == 0;
}

/* The event or command with the code in bits 63:60. */
static enum gvi_format_id by_code(const char *family, uint64_t code)
{
	for (unsigned i = 0; i < GVI_NFORMATS; i++) {
		const struct gvi_format *f = &gvi_formats[i];

		for (unsigned k = f->first; k < f->first + f->nfields; k++)
			if (gvi_fields[k].kind == GVI_CODE && gvi_fields[k].reset == code &&
			    gvi_fields[k].segment[0].hi == 63 &&
			    gvi_fields[k].segment[0].lo == 60 &&
			    of_family((enum gvi_format_id)i, family))
				return (enum gvi_format_id)i;
	}
	return GVI_NFORMATS;
}

static bool is_family(const char *name)
{
	return strcmp(name, "event") == 0 || strcmp(name, "command") == 0;
}

static bool read_entry(unsigned bits, char **words, uint64_t *raw);

static int decode_words(const char *name, int count, char **words)
{
	enum gvi_format_id format = gvi_find_format(name);
	unsigned bits = is_family(name)         ? 128
			: format < GVI_NFORMATS ? gvi_formats[format].bits
						: 0;
	int each = (int)(bits + 63) / 64;

	if (!each)
		return wrong_use("decode", "there is no format '%s'; docs/formats.md has them.",
				 name);
	if (!count || count % each)
		return wrong_use("decode", "%s has %d word%s, and %d %s given.", name, each,
				 each == 1 ? "" : "s", count, count == 1 ? "is" : "are");
	for (; count; count -= each, words += each) {
		uint64_t raw[GVI_MAX_WORDS] = {0};

		if (!read_entry(bits, words, raw))
			return BAD_INPUT;
		if (is_family(name))
			format = by_code(name, raw[0] >> 60);
		if (format == GVI_NFORMATS)
			return wrong_use("decode", "there is no %s with the code %u.", name,
					 (unsigned)(raw[0] >> 60));
		put_entry(format, raw);
	}
	return ALL_PASSED;
}

static bool read_entry(unsigned bits, char **words, uint64_t *raw)
{
	for (unsigned i = 0; i < (bits + 63) / 64; i++) {
		unsigned width = bits - 64 * i;

		if (!yaml_number(words[i], &raw[i])) {
			(void)wrong_use("decode",
					"'%s' is no word: 0x and at most 16 hexadecimal digits.",
					words[i]);
			return false;
		}
		if (width < 64 && raw[i] >> width) {
			(void)wrong_use("decode", "%s has more than %u bits.", words[i], width);
			return false;
		}
	}
	return true;
}

/* ---- Lines of a log -------------------------------------------------------------- */

/* Linux prints parts of an event record by name; how much, and whether the
 * device stands inside the brackets or in front, depends on its age. */
struct record {
	enum gvi_format_id format;
	uint64_t raw[2];
};

static const char *find_event(const char *line, enum gvi_format_id *format);
static const char *last_device(const char *line, const char *end, uint16_t *device);
static bool read_keys(const char *text, struct record *record);
static void complete(struct record *record);

/* *found: the line shows an event.  False when it does not make sense. */
static bool decode_line(const char *line, bool *found)
{
	struct record record = {.format = GVI_NFORMATS};
	const char *keys = find_event(line, &record.format);
	uint16_t device;

	*found = keys && strchr(keys, '=');
	if (!*found)
		return true;
	if (record.format < GVI_NFORMATS &&
	    gvi_find_field(record.format, "DeviceID") < GVI_NFIELDS &&
	    last_device(line, keys, &device))
		record.raw[0] = device;
	if (!read_keys(keys, &record))
		return false;
	complete(&record);
	if (record.format == GVI_NFORMATS) {
		(void)wrong_use("decode", "there is no event with the code %u.",
				(unsigned)(record.raw[0] >> 60));
		return false;
	}
	printf("record, with 0 for what the line does not show: 0x%016" PRIx64 " 0x%016" PRIx64
	       "\n",
	       record.raw[0], record.raw[1]);
	put_entry(record.format, record.raw);
	return true;
}

static int decode_input(void)
{
	char *line = NULL;
	size_t size = 0;
	unsigned events = 0;
	bool right = true;

	while (getline(&line, &size, stdin) >= 0) {
		bool found = false;

		right = decode_line(line, &found) && right;
		events += found;
	}
	free(line);
	if (!events)
		return wrong_use("decode", "standard input shows no event.");
	return right ? ALL_PASSED : BAD_INPUT;
}

/* Where `name` stands as a whole word followed by a space; what follows it. */
static const char *after_word(const char *line, const char *name)
{
	for (const char *p = line; (p = strstr(p, name)); p++) {
		const char *end = p + strlen(name);

		if ((p == line || (!isalnum((unsigned char)p[-1]) && p[-1] != '_')) && *end == ' ')
			return end;
	}
	return NULL;
}

/* An event by name; records that Linux does not know come as `UNKNOWN` with
 * their words, which tell the format. */
static const char *find_event(const char *line, enum gvi_format_id *format)
{
	const char *keys;

	for (unsigned i = 0; i < GVI_NFORMATS; i++)
		if (of_family((enum gvi_format_id)i, "event") &&
		    (keys = after_word(line, gvi_formats[i].id))) {
			*format = (enum gvi_format_id)i;
			return keys;
		}
	keys = after_word(line, "RMP_HW_ERROR");
	if (keys) {
		*format = GVI_FORMAT_RMP_HARDWARE_ERROR;
		return keys;
	}
	keys = strstr(line, "UNKNOWN");
	return keys ? strstr(keys, "event[0]=") : NULL;
}

static bool hex(const char *p, unsigned digits, unsigned *value)
{
	*value = 0;
	for (unsigned i = 0; i < digits; i++) {
		const char *all = "0123456789abcdef", *d;

		if (!p[i] || !(d = strchr(all, tolower((unsigned char)p[i]))))
			return false;
		*value = *value << 4 | (unsigned)(d - all);
	}
	return true;
}

/* bb:dd.f or ssss:bb:dd.f; where it ends, or NULL. */
static const char *read_device(const char *p, uint16_t *device)
{
	unsigned segment, bus, slot, function;

	if (hex(p, 4, &segment) && p[4] == ':')
		p += 5;
	if (!hex(p, 2, &bus) || p[2] != ':' || !hex(p + 3, 2, &slot) || p[5] != '.' ||
	    !hex(p + 6, 1, &function) || isalnum((unsigned char)p[7]) || slot > 31 || function > 7)
		return NULL;
	*device = (uint16_t)(bus << 8 | slot << 3 | function);
	return p + 7;
}

/* The last device that is named before `end`; not part of a time of day. */
static const char *last_device(const char *line, const char *end, uint16_t *device)
{
	const char *last = NULL;

	for (const char *p = line; p < end; p++)
		if ((p == line || (!isalnum((unsigned char)p[-1]) && p[-1] != ':')) &&
		    read_device(p, device))
			last = p;
	return last ? read_device(last, device) : NULL;
}

/* The parts of a record that are printed, and where they stand in its words. */
static const struct {
	const char *key;
	uint8_t word, shift, bits;
} parts[] = {
	{"domain", 0, 32, 16},   {"pasid", 0, 0, 20},     {"address", 1, 0, 64},
	{"flags", 0, 48, 12},    {"tag", 0, 32, 10},      {"vmg_tag", 0, 32, 16},
	{"gpa", 1, 0, 64},       {"spa", 1, 0, 64},       {"flags_rmp", 0, 16, 8},
	{"event[0]", 0, 0, 32},  {"event[1]", 0, 32, 32}, {"event[2]", 1, 0, 32},
	{"event[3]", 1, 32, 32},
};

static bool read_key(const char *key, const char *text, struct record *record);
static void put_pasid(struct record *record, uint64_t pasid);

/* key=value, separated by spaces and commas, up to the bracket that closes or
 * to something else. */
static bool read_keys(const char *text, struct record *record)
{
	while (*(text += strspn(text, " ,"))) {
		char key[16] = "", value[32] = "";
		size_t name = strcspn(text, "= ,\n"), length;

		if (text[name] != '=')
			break;
		length = strcspn(text + name + 1, " ,]\r\n");
		if (name < sizeof key && length < sizeof value) {
			memcpy(key, text, name);
			memcpy(value, text + name + 1, length);
		}
		if (!read_key(key, value, record)) {
			(void)wrong_use("decode", "'%.*s' is not understood.",
					(int)(name + 1 + (length < 80 ? length : 80)), text);
			return false;
		}
		text += name + 1 + length;
	}
	return true;
}

static bool read_key(const char *key, const char *text, struct record *record)
{
	uint16_t device;
	uint64_t value;

	if (strcmp(key, "device") == 0) {
		const char *end = read_device(text, &device);

		if (!end || *end)
			return false;
		record->raw[0] = (record->raw[0] & ~UINT64_C(0xffff)) | device;
		return true;
	}
	for (unsigned i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		if (strcmp(parts[i].key, key) != 0)
			continue;
		if (!yaml_number(text, &value) || (parts[i].bits < 64 && value >> parts[i].bits))
			return false;
		if (strcmp(key, "pasid") == 0)
			put_pasid(record, value);
		else
			record->raw[parts[i].word] |= value << parts[i].shift;
		return true;
	}
	return false;
}

/* In page faults and table errors its lower half shares bits with DomainID. */
static void put_pasid(struct record *record, uint64_t pasid)
{
	enum gvi_field_id field = record->format < GVI_NFORMATS
					  ? gvi_find_field(record->format, "PASID")
					  : GVI_NFIELDS;

	if (field < GVI_NFIELDS)
		(void)gvi_set(field, record->raw, pasid);
	else
		record->raw[0] |= (pasid & 0xffff) << 32 | pasid >> 16 << 16;
}

/* The code goes with the name, or the name with the code. */
static void complete(struct record *record)
{
	const struct gvi_format *f;

	if (record->format == GVI_NFORMATS) {
		record->format = by_code("event", record->raw[0] >> 60);
		return;
	}
	f = &gvi_formats[record->format];
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (gvi_fields[i].kind == GVI_CODE)
			(void)gvi_set((enum gvi_field_id)i, record->raw, gvi_fields[i].reset);
}
