/* Structures as words, and back. */
#include "conformance/dut/wire.h"

#include <inttypes.h>
#include <string.h>

#include "conformance/yaml.h"

const char *const wire_status[] = {
	[DUT_OK] = "ok",           [DUT_UNSUPPORTED] = "unsupported", [DUT_DIED] = "died",
	[DUT_TIMEOUT] = "timeout", [DUT_NONSENSE] = "error",
};

enum wire_kind {
	NUMBER,
	FLAG,   /* 0 or 1 */
	WORD,   /* one of names[] */
	GIVEN,  /* a number, and a flag at `other` that it is there */
	NUMBERS /* at most `names_count` of 8 bytes, their number (one byte) at `other` */
};

struct wire_key {
	const char *key;
	uint8_t kind, size;
	uint16_t offset, other; /* other, of a WORD: said even if it is the first */
	const char *const *names;
	size_t nnames;
};

struct wire_form {
	const struct wire_key *key;
	size_t count;
};

#define AT(type, member)   (uint16_t) offsetof(struct type, member)
#define SIZE(type, member) (uint8_t)sizeof(((struct type *)NULL)->member)
#define PLAIN(kind, type, member)                                                                  \
	{                                                                                          \
#member, kind, SIZE(type, member), AT(type, member), 0, NULL, 0                    \
	}
#define AS(name, type, member)                                                                     \
	{                                                                                          \
		name, NUMBER, SIZE(type, member), AT(type, member), 0, NULL, 0                     \
	}
#define CHOSEN(name, type, member, list, said)                                                     \
	{                                                                                          \
		name, WORD, SIZE(type, member), AT(type, member), said, list,                      \
			sizeof list / sizeof *list                                                 \
	}
#define ONE_OF(name, type, member, list) CHOSEN(name, type, member, list, 0)
#define PASID(type)                                                                                \
	{                                                                                          \
		"pasid", GIVEN, SIZE(type, pasid), AT(type, pasid), AT(type, has_pasid), NULL, 0   \
	}
#define FORM(name)                                                                                 \
	const struct wire_form name = {name##_keys, sizeof name##_keys / sizeof *name##_keys}

static const char *const accesses[] = {"read", "write", "write-nonposted", "atomic"};
static const char *const results[] = {"grant", "abort", "interrupt"};
static const char *const completions[] = {"success", "CA", "UR", "dropped"};
static const char *const buses[] = {"ok", "master-abort", "target-abort", "poison"};
static const char *const kinds[] = {"none",     "interrupt", "remapped",   "passed",
				    "doorbell", "gappi",     "invalidate", "response"};
static const struct wire_key wire_dma_keys[] = {
	PLAIN(NUMBER, gvi_request, device),
	PLAIN(NUMBER, gvi_request, address),
	PLAIN(NUMBER, gvi_request, length),
	CHOSEN("access", gvi_request, access, accesses, 1),
	PASID(gvi_request),
	PLAIN(FLAG, gvi_request, execute),
	PLAIN(FLAG, gvi_request, privileged),
	PLAIN(FLAG, gvi_request, intx),
	PLAIN(FLAG, gvi_request, translated),
};
FORM(wire_dma);

static const struct wire_key wire_interrupt_keys[] = {
	PLAIN(NUMBER, gvi_interrupt, device),
	PLAIN(NUMBER, gvi_interrupt, address),
	PLAIN(NUMBER, gvi_interrupt, data),
	PASID(gvi_interrupt),
};
FORM(wire_interrupt);

/* Of an interrupt: the message that left. */
static const struct wire_key wire_answer_keys[] = {
	CHOSEN("result", gvi_answer, result, results, 1),
	PLAIN(NUMBER, gvi_answer, address),
	PLAIN(NUMBER, gvi_answer, size),
	ONE_OF("completion", gvi_answer, completion, completions),
	PLAIN(FLAG, gvi_answer, read),
	PLAIN(FLAG, gvi_answer, write),
	PLAIN(FLAG, gvi_answer, coherent),
	PLAIN(FLAG, gvi_answer, untranslated_only),
	PLAIN(FLAG, gvi_answer, translated),
	ONE_OF("kind", gvi_answer, message.kind, kinds),
	AS("to", gvi_answer, message.address),
	AS("data", gvi_answer, message.data),
	AS("destination", gvi_answer, message.destination),
	AS("rq_eoi", gvi_answer, message.rq_eoi),
};
FORM(wire_answer);

static const struct wire_key wire_ats_keys[] = {
	PLAIN(NUMBER, gvi_ats_request, device),
	PLAIN(NUMBER, gvi_ats_request, address),
	PLAIN(NUMBER, gvi_ats_request, count),
	PLAIN(NUMBER, gvi_ats_request, unit_log2),
	PASID(gvi_ats_request),
	PLAIN(FLAG, gvi_ats_request, execute),
	PLAIN(FLAG, gvi_ats_request, privileged),
	PLAIN(FLAG, gvi_ats_request, no_write),
};
FORM(wire_ats);

static const struct wire_key wire_ats_answer_keys[] = {
	CHOSEN("result", gvi_ats_answer, result, results, 1),
	ONE_OF("completion", gvi_ats_answer, completion, completions),
	{"translations", NUMBERS, 8, AT(gvi_ats_answer, translation), AT(gvi_ats_answer, count),
	 NULL, GVI_MAX_TRANSLATIONS},
};
FORM(wire_ats_answer);

static const struct wire_key wire_page_request_keys[] = {
	PLAIN(NUMBER, gvi_page_request, device),
	PLAIN(NUMBER, gvi_page_request, address),
	PLAIN(NUMBER, gvi_page_request, group),
	PLAIN(FLAG, gvi_page_request, read),
	PLAIN(FLAG, gvi_page_request, write),
	PLAIN(FLAG, gvi_page_request, last),
	PASID(gvi_page_request),
	PLAIN(FLAG, gvi_page_request, execute),
	PLAIN(FLAG, gvi_page_request, privileged),
	PLAIN(FLAG, gvi_page_request, malformed),
};
FORM(wire_page_request);

static const struct wire_key wire_invalidation_keys[] = {
	PLAIN(NUMBER, wire_invalidation, device),
	PLAIN(NUMBER, wire_invalidation, tag),
	PLAIN(FLAG, wire_invalidation, completes),
};
FORM(wire_invalidation);

static const struct wire_key wire_error_keys[] = {
	AS("at", dut_error, spa),
	PLAIN(NUMBER, dut_error, length),
	ONE_OF("bus", dut_error, bus, buses),
	PLAIN(FLAG, dut_error, on_read),
	PLAIN(FLAG, dut_error, on_write),
};
FORM(wire_error);

static const struct wire_key wire_message_keys[] = {
	ONE_OF("kind", gvi_message, kind, kinds),
	PLAIN(NUMBER, gvi_message, device),
	PLAIN(NUMBER, gvi_message, address),
	PLAIN(NUMBER, gvi_message, data),
	PLAIN(NUMBER, gvi_message, destination),
	PASID(gvi_message),
	PLAIN(NUMBER, gvi_message, tag),
	ONE_OF("source", gvi_message, source, source_names),
	PLAIN(FLAG, gvi_message, rq_eoi),
	PLAIN(FLAG, gvi_message, x2apic),
};
FORM(wire_message);

static const struct wire_key config_form_keys[] = {
	PLAIN(NUMBER, gvi_config, efr),      PLAIN(NUMBER, gvi_config, efr2),
	PLAIN(NUMBER, gvi_config, control),  PLAIN(NUMBER, gvi_config, base),
	PLAIN(NUMBER, gvi_config, pci_id),   PLAIN(NUMBER, gvi_config, capability),
	PLAIN(NUMBER, gvi_config, misc0),    PLAIN(NUMBER, gvi_config, misc1),
	PLAIN(NUMBER, gvi_config, revision), PLAIN(NUMBER, gvi_config, device),
	PLAIN(FLAG, gvi_config, enabled),    PLAIN(FLAG, gvi_config, no_host),
	PLAIN(FLAG, gvi_config, snp),        PLAIN(FLAG, gvi_config, irt_cache_dis),
	PLAIN(FLAG, gvi_config, gst_buffer), PLAIN(NUMBER, gvi_config, msi_messages_log2),
};
static FORM(config_form);

/* ---- Forms ------------------------------------------------------------------ */

static uint64_t load(const void *from, const struct wire_key *key);
static void put_key(struct text *line, const struct wire_key *key, const void *from);
static void put_numbers(struct text *line, const struct wire_key *key, const void *from);
static bool get_key(char *word, const struct wire_form *form, uint64_t *seen, void *to,
		    struct text *why);
static bool get_value(char *text, const struct wire_key *key, void *to);

void wire_put(struct text *line, const struct wire_form *form, const void *from)
{
	for (size_t i = 0; i < form->count; i++)
		put_key(line, &form->key[i], from);
}

bool wire_get(char *words, const struct wire_form *form, void *to, struct text *why)
{
	uint64_t seen = 0;

	for (char *word = wire_word(&words); *word; word = wire_word(&words))
		if (!get_key(word, form, &seen, to, why))
			return false;
	return true;
}

static void put_key(struct text *line, const struct wire_key *key, const void *from)
{
	uint64_t value = load(from, key);

	if (key->kind == NUMBERS)
		put_numbers(line, key, from);
	else if (key->kind == WORD && value < key->nnames && (value || key->other))
		text_add(line, " %s=%s", key->key, key->names[value]);
	else if (key->kind == GIVEN ? ((const uint8_t *)from)[key->other] : value != 0)
		text_add(line, " %s=0x%" PRIx64, key->key, value);
}

static bool is_key(const char *word, size_t length, const char *key)
{
	return strlen(key) == length && memcmp(word, key, length) == 0;
}

static bool get_key(char *word, const struct wire_form *form, uint64_t *seen, void *to,
		    struct text *why)
{
	size_t length = strcspn(word, "=");

	for (size_t i = 0; i < form->count && word[length]; i++) {
		if (!is_key(word, length, form->key[i].key))
			continue;
		if (*seen >> i & 1)
			text_add(why, "`%.40s` is there twice", word);
		else if (!get_value(word + length + 1, &form->key[i], to))
			text_add(why, "`%.60s` has no such value", word);
		else
			return *seen |= UINT64_C(1) << i, true;
		return false;
	}
	text_add(why, "`%.60s` is not known here", word);
	return false;
}

static void store(void *to, const struct wire_key *key, uint64_t value);
static bool get_numbers(char *text, const struct wire_key *key, void *to);

static bool get_value(char *text, const struct wire_key *key, void *to)
{
	uint64_t value = 0, most = key->kind == FLAG ? 1 : UINT64_MAX >> (64 - 8 * key->size);

	if (key->kind == NUMBERS)
		return get_numbers(text, key, to);
	if (key->kind == WORD)
		while (value < key->nnames && strcmp(text, key->names[value]) != 0)
			value++;
	else if (!wire_number(text, most, &value))
		return false;
	if (key->kind == WORD && value == key->nnames)
		return false;
	if (key->kind == GIVEN)
		((uint8_t *)to)[key->other] = 1;
	store(to, key, value);
	return true;
}

static void put_numbers(struct text *line, const struct wire_key *key, const void *from)
{
	const uint8_t *bytes = from;

	for (unsigned i = 0; i < bytes[key->other] && i < key->nnames; i++) {
		uint64_t value;

		memcpy(&value, bytes + key->offset + 8 * i, 8);
		text_add(line, i ? ",0x%" PRIx64 : " translations=0x%" PRIx64, value);
	}
}

static bool get_numbers(char *text, const struct wire_key *key, void *to)
{
	uint8_t *bytes = to, count = 0;

	for (char *next = text; next; count++) {
		uint64_t value;

		text = next;
		next = strchr(text, ',');
		if (next)
			*next++ = '\0';
		if (count == key->nnames || !wire_number(text, UINT64_MAX, &value))
			return false;
		memcpy(bytes + key->offset + 8 * count, &value, 8);
	}
	bytes[key->other] = count;
	return true;
}

/* ---- Configurations, effects, abilities -------------------------------------------- */

static const char habit[] = "habit.";

void wire_put_config(struct text *line, const struct gvi_config *config)
{
	for (size_t i = 0; i < config_form.count; i++)
		text_add(line, " %s=0x%" PRIx64, config_form.key[i].key,
			 load(config, &config_form.key[i]));
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (config->habit[i] != GVI_UNSETTLED)
			text_add(line, " %s%s=%s", habit, gvi_choices[i].id,
				 gvi_choices[i].alternative[config->habit[i]].name);
}

static bool get_habit(char *word, struct gvi_config *config, struct text *why);

bool wire_get_config(char *words, struct gvi_config *config, struct text *why)
{
	uint64_t seen = 0;

	for (char *word = wire_word(&words); *word; word = wire_word(&words))
		if (strncmp(word, habit, sizeof habit - 1) == 0
			    ? !get_habit(word + sizeof habit - 1, config, why)
			    : !get_key(word, &config_form, &seen, config, why))
			return false;
	return true;
}

/* "DTE_MODE=page-fault" */
static bool get_habit(char *word, struct gvi_config *config, struct text *why)
{
	char *value = strchr(word, '=');
	enum gvi_choice choice = GVI_NCHOICES;

	if (value) {
		*value++ = '\0';
		choice = gvi_find_choice(word);
	}
	for (unsigned i = 0; choice < GVI_NCHOICES && i < gvi_choices[choice].count; i++)
		if (strcmp(gvi_choices[choice].alternative[i].name, value) == 0)
			return config->habit[choice] = (uint8_t)i, true;
	text_add(why, "`habit.%.60s` is not known here", word);
	return false;
}

static const struct wire_key write_keys[] = {
	AS("at", gvi_effect, spa),
	PLAIN(NUMBER, gvi_effect, length),
	AS("low", gvi_effect, data[0]),
	AS("high", gvi_effect, data[1]),
	ONE_OF("bus", gvi_effect, bus, buses),
};
static const struct wire_key exchange_keys[] = {
	AS("at", gvi_effect, spa),
	AS("old", gvi_effect, data[0]),
	AS("new", gvi_effect, data[1]),
	ONE_OF("bus", gvi_effect, bus, buses),
};
static const struct wire_key raise_keys[] = {ONE_OF("source", gvi_effect, data[0], source_names)};

/* By enum gvi_effect_kind; `at`: where in the effect the form's structure lies. */
static const struct {
	const char *name;
	struct wire_form form;
	size_t at;
} effects[] = {
	[GVI_EFFECT_WRITE] = {"write", {write_keys, sizeof write_keys / sizeof *write_keys}, 0},
	[GVI_EFFECT_EXCHANGE] = {"exchange",
				 {exchange_keys, sizeof exchange_keys / sizeof *exchange_keys},
				 0},
	[GVI_EFFECT_SEND] = {"send",
			     {wire_message_keys,
			      sizeof wire_message_keys / sizeof *wire_message_keys},
			     offsetof(struct gvi_effect, message)},
	[GVI_EFFECT_RAISE] = {"raise", {raise_keys, 1}, 0},
};

void wire_put_effect(struct text *line, const struct gvi_effect *effect)
{
	text_add(line, " %s", effects[effect->kind].name);
	wire_put(line, &effects[effect->kind].form,
		 (const char *)effect + effects[effect->kind].at);
}

bool wire_get_effect(char *words, struct gvi_effect *effect, struct text *why)
{
	const char *kind = wire_word(&words);

	*effect = (struct gvi_effect){0};
	for (unsigned i = 0; i < sizeof effects / sizeof *effects; i++) {
		if (strcmp(kind, effects[i].name) != 0)
			continue;
		effect->kind = (uint8_t)i;
		effect->length = i == GVI_EFFECT_EXCHANGE ? 8 : 0;
		return wire_get(words, &effects[i].form, (char *)effect + effects[i].at, why);
	}
	text_add(why, "`%.60s` is no effect", kind);
	return false;
}

static const struct {
	const char *name;
	unsigned bit;
} abilities_known[] = {
	{"configure", DUT_CONFIGURE},
	{"events", DUT_EVENTS},
	{"inject", DUT_INJECT},
	{"race", DUT_RACE},
	{"effects", DUT_EFFECTS},
	{"pci", DUT_PCI},
	{"attributes", DUT_ATTRIBUTES},
	{"ats", DUT_ATS},
	{"pri", DUT_PRI},
	{"rq-eoi", DUT_RQ_EOI},
};
enum { NABILITIES = sizeof abilities_known / sizeof *abilities_known };

void wire_put_abilities(struct text *line, unsigned abilities)
{
	for (unsigned i = 0; i < NABILITIES; i++)
		if (abilities & abilities_known[i].bit)
			text_add(line, " %s", abilities_known[i].name);
}

bool wire_get_abilities(char *words, unsigned *abilities, struct text *why)
{
	*abilities = 0;
	for (char *word = wire_word(&words); *word; word = wire_word(&words)) {
		unsigned i = 0;

		while (i < NABILITIES && strcmp(word, abilities_known[i].name) != 0)
			i++;
		if (i == NABILITIES) {
			text_add(why, "`%.60s` is no ability", word);
			return false;
		}
		*abilities |= abilities_known[i].bit;
	}
	return true;
}

/* ---- Words ----------------------------------------------------------------------- */

void wire_put_bytes(struct text *line, const void *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = bytes;

	if (line->size - line->length < 2 * len + 2)
		return;
	line->at[line->length++] = ' ';
	for (size_t i = 0; i < len; i++) {
		line->at[line->length++] = digits[b[i] >> 4];
		line->at[line->length++] = digits[b[i] & 15];
	}
	line->at[line->length] = '\0';
}

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)c - '0' : ((unsigned)c | 0x20) - 'a' + 10;
}

bool wire_get_bytes(const char *word, void *bytes, size_t len)
{
	uint8_t *b = bytes;

	if (strlen(word) != 2 * len || strspn(word, "0123456789abcdefABCDEF") != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++)
		b[i] = (uint8_t)(digit(word[2 * i]) << 4 | digit(word[2 * i + 1]));
	return true;
}

char *wire_word(char **line)
{
	char *word = *line + strspn(*line, " ");
	size_t length = strcspn(word, " ");

	*line = word + length + (word[length] != '\0');
	word[length] = '\0';
	return word;
}

char *wire_item(char **items)
{
	char *item = *items, *end;

	if (!item || !item[strspn(item, " ")])
		return NULL;
	end = strchr(item, ';');
	*items = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return item;
}

bool wire_number(const char *word, uint64_t most, uint64_t *value)
{
	return yaml_number(word, value) && *value <= most;
}

static uint64_t load(const void *from, const struct wire_key *key)
{
	const uint8_t *at = (const uint8_t *)from + key->offset;
	uint64_t wide;
	uint32_t half;
	uint16_t quarter;

	switch (key->size) {
	case 8:
		return memcpy(&wide, at, 8), wide;
	case 4:
		return memcpy(&half, at, 4), half;
	case 2:
		return memcpy(&quarter, at, 2), quarter;
	}
	return key->size == 1 ? *at : 0;
}

static void store(void *to, const struct wire_key *key, uint64_t value)
{
	uint8_t *at = (uint8_t *)to + key->offset;
	uint32_t half = (uint32_t)value;
	uint16_t quarter = (uint16_t)value;

	if (key->size == 8)
		memcpy(at, &value, 8);
	else if (key->size == 4)
		memcpy(at, &half, 4);
	else if (key->size == 2)
		memcpy(at, &quarter, 2);
	else
		*at = (uint8_t)value;
}
