/* From nodes of YAML to fields, words, registers and choices. */
#include "conformance/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- Formats and fields --------------------------------------------------------- */

static enum gvi_field_id field_by_bits(enum gvi_format_id format, const char *name);
static bool field_value(struct reader *r, const struct yaml_node *node, enum gvi_field_id field,
			uint64_t *value);
static bool is_shared_name(enum gvi_field_id field, const char *name);
static unsigned recall(const struct yaml_node *entry);
static void remember(struct yaml_node *entry, unsigned id);

/* The format that a key names. */
bool format_of(struct reader *r, struct yaml_node *entry, enum gvi_format_id *format)
{
	*format = entry->cache ? (enum gvi_format_id)recall(entry) : gvi_find_format(entry->key);
	if (*format == GVI_NFORMATS)
		return complain_key(r, entry, "There is no format `%.80s`.", entry->key);
	remember(entry, *format);
	return true;
}

/* Names are looked up once: the number, plus 1, is kept in the entry. */
static unsigned recall(const struct yaml_node *entry)
{
	return (unsigned)((uintptr_t)entry->cache - 1);
}

static void remember(struct yaml_node *entry, unsigned id)
{
	entry->cache = (void *)((uintptr_t)id + 1);
}

bool field_named(struct reader *r, const struct yaml_node *at, enum gvi_format_id format,
		 const char *name, enum gvi_field_id *field)
{
	*field = gvi_find_field(format, name);
	if (*field == GVI_NFIELDS)
		*field = field_by_bits(format, name);
	if (*field == GVI_NFIELDS)
		return complain_key(r, at, "%s has no field `%.80s`.", gvi_formats[format].id,
				    name);
	return !is_shared_name(*field, name) ||
	       complain_key(r, at, "Several fields of %s are called `%s`: add [hi:lo].",
			    gvi_formats[format].id, name);
}

/* "Reserved[63:52]" or "Reserved[63]". */
static enum gvi_field_id field_by_bits(enum gvi_format_id format, const char *name)
{
	const struct gvi_format *f = &gvi_formats[format];
	size_t length = strcspn(name, "[");
	const char *p = name + length;
	unsigned hi, lo;

	if (*p != '[')
		return GVI_NFIELDS;
	p++;
	if (!small_number(&p, &hi))
		return GVI_NFIELDS;
	lo = hi;
	if (*p == ':') {
		p++;
		if (!small_number(&p, &lo))
			return GVI_NFIELDS;
	}
	if (strcmp(p, "]") != 0)
		return GVI_NFIELDS;
	for (unsigned i = f->first; i < f->first + f->nfields; i++) {
		const struct gvi_field *field = &gvi_fields[i];

		if (strlen(field->name) == length && memcmp(field->name, name, length) == 0 &&
		    field->segment[0].hi == hi && field->segment[0].lo == lo)
			return (enum gvi_field_id)i;
	}
	return GVI_NFIELDS;
}

bool field_of(struct reader *r, struct yaml_node *entry, enum gvi_format_id format,
	      const char *name, struct field_value *value)
{
	enum gvi_field_id field;

	if (entry->cache)
		field = (enum gvi_field_id)recall(entry);
	else if (!field_named(r, entry, format, name, &field))
		return false;
	remember(entry, field);
	value->field = (uint16_t)field;
	return field_value(r, entry, field, &value->value);
}

static bool is_shared_name(enum gvi_field_id field, const char *name)
{
	const struct gvi_format *f = &gvi_formats[gvi_fields[field].format];
	unsigned count = 0;

	if (strcmp(gvi_fields[field].id, name) == 0)
		return false;
	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		count += strcmp(gvi_fields[i].name, name) == 0;
	return count > 1;
}

/* A number, or the name of one of the field's values. */
static bool field_value(struct reader *r, const struct yaml_node *node, enum gvi_field_id field,
			uint64_t *value)
{
	const char *text = text_of(r, node);

	if (!text)
		return false;
	for (size_t i = 0; i < gvi_nvalue_names && gvi_fields[field].kind == GVI_ENUM; i++)
		if (gvi_value_names[i].field == field &&
		    strcmp(gvi_value_names[i].name, text) == 0) {
			*value = gvi_value_names[i].value;
			return true;
		}
	return yaml_number(text, value) ||
	       complain(r, node, "`%.80s` is neither a number nor a value of %s.", text,
			gvi_fields[field].name);
}

bool encode_fields(struct reader *r, struct yaml_node *map, enum gvi_format_id format,
		   uint64_t *raw, struct field_value *fields)
{
	size_t i = 0;

	if (!is_map(r, map))
		return false;
	gvi_blank(format, raw);
	for (struct yaml_node *n = map->first; n; n = n->next, i++) {
		struct field_value v;

		n->read = true;
		if (!field_of(r, n, format, n->key, &v))
			return false;
		if (gvi_fields[v.field].kind == GVI_CODE && v.value != gvi_fields[v.field].reset)
			return complain(r, n, "The constant %s of %s is 0x%" PRIx64 ".", n->key,
					gvi_formats[format].id, gvi_fields[v.field].reset);
		if (!gvi_set((enum gvi_field_id)v.field, raw, v.value))
			return complain(r, n,
					"0x%" PRIx64 " does not fit into %s (%u bits from bit %u).",
					v.value, n->key, gvi_width((enum gvi_field_id)v.field),
					gvi_fields[v.field].scale);
		if (fields)
			fields[i] = v;
	}
	return true;
}

/* ---- Words ------------------------------------------------------------------------ */

static bool cached(struct reader *r, struct yaml_node *map, struct store *store,
		   bool (*read)(struct reader *r, struct yaml_node *map, struct store *store));
static bool read_words(struct reader *r, struct yaml_node *map, struct store *store);
static bool read_store(struct reader *r, struct yaml_node *map, struct store *store);
static bool word_list(struct reader *r, struct yaml_node *list, uint64_t **words);
static bool encode_as(struct reader *r, struct yaml_node *as, struct store *store);
static bool compare_words(struct reader *r, const struct yaml_node *raw, const struct store *store,
			  const uint64_t *words);

bool words_of(struct reader *r, struct yaml_node *map, struct store *store)
{
	return cached(r, map, store, read_words);
}

/* Without ${...} they are read once. */
static bool cached(struct reader *r, struct yaml_node *map, struct store *store,
		   bool (*read)(struct reader *r, struct yaml_node *map, struct store *store))
{
	struct arena *before = r->arena;
	bool good;

	if (map->cache) {
		*store = *(const struct store *)map->cache;
		return true;
	}
	use_arena(r, map);
	good = read(r, map, store);
	if (good && !map->dynamic) {
		map->cache = arena_alloc(r->arena, sizeof *store);
		memcpy(map->cache, store, sizeof *store);
	}
	r->arena = before;
	return good;
}

static bool read_words(struct reader *r, struct yaml_node *map, struct store *store)
{
	struct yaml_node *raw = yaml_get(map, "raw"), *as = yaml_get(map, "as");
	struct yaml_node *mask = yaml_get(map, "mask");
	const uint64_t *words = NULL;
	uint32_t count = 0;

	store->format = GVI_NFORMATS;
	store->repeat = 1;
	store->mask = NULL;
	if (!raw && !as)
		return complain(r, map, "`raw` or `as` is missing here.");
	if (as && !encode_as(r, as, store))
		return false;
	if (raw && !raw_of(r, raw, &words, &count))
		return false;
	if (as && raw && count != store->count)
		return complain(r, raw, "`raw` has %u words, but `as` encodes to %u.",
				(unsigned)count, (unsigned)store->count);
	if (as && raw && !compare_words(r, raw, store, words))
		return false;
	if (raw) {
		store->word = words;
		store->count = count;
	}
	if (mask && !raw_of(r, mask, &store->mask, &count))
		return false;
	return !mask || count == store->count ||
	       complain(r, mask, "The mask must have %u words.", (unsigned)store->count);
}

/* Quoted, 0x and 16 digits. */
bool raw_of(struct reader *r, struct yaml_node *list, const uint64_t **words, uint32_t *count)
{
	uint64_t *made;

	if (!is_list(r, list))
		return false;
	if (!list->count)
		return complain(r, list, "At least one word is expected here.");
	if (!word_list(r, list, &made))
		return false;
	*words = made;
	*count = list->count;
	return true;
}

static bool word_list(struct reader *r, struct yaml_node *list, uint64_t **words)
{
	size_t i = 0;

	*words = arena_array(r->arena, list->count, sizeof **words);
	for (const struct yaml_node *n = list->first; n; n = n->next)
		if (!raw_word(r, n, &(*words)[i++]))
			return false;
	return true;
}

bool raw_word(struct reader *r, const struct yaml_node *node, uint64_t *word)
{
	const char *text = text_of(r, node);

	if (!text)
		return false;
	return (!node->plain && strlen(text) == 18 && strncmp(text, "0x", 2) == 0 &&
		yaml_number(text, word)) ||
	       complain(r, node, "A word is quoted, with 0x and 16 hexadecimal digits.");
}

/* One {FORMAT: {...}} or a list of them. */
static bool encode_as(struct reader *r, struct yaml_node *as, struct store *store)
{
	size_t entries = as->kind == YAML_LIST ? as->count : 1;
	uint64_t *words = arena_array(r->arena, entries * GVI_MAX_WORDS, sizeof *words);
	enum gvi_format_id format = GVI_NFORMATS;

	store->count = 0;
	if (as->kind == YAML_LIST && !entries)
		return complain(r, as, "The list is empty.");
	for (struct yaml_node *n = as->kind == YAML_LIST ? as->first : as; n; n = n->next) {
		if (!encode_entry(r, n, words + store->count, &format))
			return false;
		store->count += gvi_words(format);
		if (n == as)
			break;
	}
	store->word = words;
	store->format = (uint16_t)(entries == 1 ? format : GVI_NFORMATS);
	return true;
}

bool encode_entry(struct reader *r, struct yaml_node *map, uint64_t *words,
		  enum gvi_format_id *format)
{
	if (!is_map(r, map))
		return false;
	if (map->count != 1)
		return complain(r, map, "One format with its fields is expected here.");
	map->first->read = true;
	return format_of(r, map->first, format) &&
	       encode_fields(r, map->first, *format, words, NULL);
}

static bool compare_words(struct reader *r, const struct yaml_node *raw, const struct store *store,
			  const uint64_t *words)
{
	const struct yaml_node *n = raw->first;

	for (uint32_t i = 0; i < store->count; i++, n = n->next)
		if (words[i] != store->word[i])
			return complain(r, n,
					"Word %u is 0x%016" PRIx64
					", but `as` encodes to 0x%016" PRIx64 ".",
					(unsigned)i, words[i], store->word[i]);
	return true;
}

bool store_of(struct reader *r, struct yaml_node *map, struct store *store)
{
	return cached(r, map, store, read_store);
}

static bool read_store(struct reader *r, struct yaml_node *map, struct store *store)
{
	const struct yaml_node *at = needed(r, map, "at");
	uint64_t repeat = 1, bytes;

	if (!at || !number_of(r, at, &store->at) || !read_words(r, map, store))
		return false;
	if (!optional_number(r, map, "repeat", 1 << 20, &repeat))
		return false;
	if (!repeat)
		return complain(r, map, "`repeat` must not be 0.");
	store->repeat = (uint32_t)repeat;
	bytes = repeat * store->count * 8;
	if (bytes > 16 << 20)
		return complain(r, map, "A store is at most 16 MiB.");
	return store->at <= UINT64_MAX - (bytes - 1) ||
	       complain(r, at, "The words pass the end of the address space.");
}

/* ---- Registers ---------------------------------------------------------------------- */

static enum gvi_register_id register_of_format(enum gvi_format_id format);

/* NAME, or NAME[n] where there are several. */
bool register_of(struct reader *r, const struct yaml_node *entry, const char *name, size_t length,
		 struct access *access)
{
	char id[64];
	unsigned index = 0;
	size_t bare = strcspn(name, "[");
	enum gvi_register_id found = GVI_NREGISTERS;
	const char *p = name + bare + 1;

	if (bare > length)
		bare = length;
	if (bare < sizeof id) {
		memcpy(id, name, bare);
		id[bare] = '\0';
		found = register_of_format(gvi_find_format(id));
	}
	if (bare < length && (!small_number(&p, &index) || *p != ']' || p + 1 != name + length))
		found = GVI_NREGISTERS;
	if (found == GVI_NREGISTERS || index >= gvi_registers[found].count ||
	    (bare == length) != (gvi_registers[found].count == 1))
		return complain_key(r, entry, "There is no register `%.*s`.",
				    length < 80 ? (int)length : 80, name);
	access->format = gvi_registers[found].format;
	access->offset = gvi_registers[found].offset + index * gvi_registers[found].stride;
	access->size = (uint8_t)(gvi_formats[access->format].bits / 8);
	return true;
}

static enum gvi_register_id register_of_format(enum gvi_format_id format)
{
	unsigned i = 0;

	while (i < GVI_NREGISTERS && gvi_registers[i].format != format)
		i++;
	return (enum gvi_register_id)i;
}

bool register_fields(struct reader *r, struct yaml_node *map, struct access *access)
{
	if (!is_map(r, map))
		return false;
	if (!map->count)
		return complain(r, map, "At least one field is expected here.");
	for (struct yaml_node *n = map->first; n; n = n->next) {
		struct field_value v;

		n->read = true;
		if (!field_of(r, n, (enum gvi_format_id)access->format, n->key, &v))
			return false;
		if (!gvi_set((enum gvi_field_id)v.field, &access->value, v.value))
			return complain(r, n, "0x%" PRIx64 " does not fit into %s.", v.value,
					n->key);
		access->mask |= gvi_field_mask((enum gvi_field_id)v.field, 0);
	}
	return true;
}

uint64_t write_one_clears(const struct access *access)
{
	const struct gvi_format *f = &gvi_formats[access->format];
	uint64_t mask = 0;

	for (unsigned i = f->first; i < f->first + f->nfields; i++)
		if (gvi_fields[i].access == GVI_RW1C)
			mask |= gvi_field_mask((enum gvi_field_id)i, 0);
	return mask;
}

/* ---- Choices -------------------------------------------------------------------------- */

bool choice_of(struct reader *r, const struct yaml_node *node, enum gvi_choice *choice)
{
	const char *text = text_of(r, node);

	if (!text)
		return false;
	*choice = gvi_find_choice(text);
	return *choice != GVI_NCHOICES || complain(r, node, "There is no choice `%.80s`.", text);
}

bool alternative_of(struct reader *r, const struct yaml_node *at, enum gvi_choice choice,
		    const char *name, unsigned *alternative)
{
	const struct gvi_choice_info *info = &gvi_choices[choice];

	for (unsigned i = 0; i < info->count; i++)
		if (strcmp(info->alternative[i].name, name) == 0) {
			*alternative = i;
			return true;
		}
	return complain(r, at, "%s has no alternative `%.80s`.", info->id, name);
}
