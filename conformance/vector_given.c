/* What a case starts from: configuration, habits, memory, registers, errors;
 * and what it needs. */
#include "conformance/reader.h"

#include <stdio.h>
#include <string.h>

static bool read_given(struct reader *r, struct yaml_node *node, struct given *given);
static bool stores_of(struct reader *r, struct yaml_node *list, struct given *given);
static bool registers_of(struct reader *r, struct yaml_node *map, struct given *given);

/* Without ${...} it is read once. */
const struct given *given_of(struct reader *r, struct yaml_node *node)
{
	struct arena *before = use_arena(r, node);
	struct given *given = node->cache;
	bool good = true;

	if (!given) {
		given = arena_alloc(r->arena, sizeof *given);
		good = read_given(r, node, given);
		if (good && !node->dynamic)
			node->cache = given;
	}
	r->arena = before;
	return good ? given : NULL;
}

static bool read_given(struct reader *r, struct yaml_node *node, struct given *given)
{
	struct yaml_node *part;
	bool good = is_map(r, node);

	if (good && (part = yaml_get(node, "config")))
		good = config_of(r, part, &given->config, &given->nconfig);
	if (good && (part = yaml_get(node, "habits")))
		good = habits_of(r, part, &given->habit, &given->nhabits);
	if (good && (part = yaml_get(node, "memory")))
		good = stores_of(r, part, given);
	if (good && (part = yaml_get(node, "registers")))
		good = registers_of(r, part, given);
	if (good && (part = yaml_get(node, "errors"))) {
		given->has_errors = true;
		good = errors_of(r, part, &given->errors);
	}
	return good && all_read(r, node);
}

/* ---- Configuration ------------------------------------------------------------- */

struct member {
	const char *name;
	uint64_t limit; /* values are below; 0 = none */
	enum config_member member;
};

static bool change_of(struct reader *r, struct yaml_node *n, struct config_change *change);
static bool change_of_format(struct reader *r, struct yaml_node *n, struct config_change *change);
static bool revision_of(struct reader *r, const struct yaml_node *n, const char *text,
			uint64_t *value);
static uint64_t *config_word(struct gvi_config *config, const char *format, uint64_t *narrow,
			     uint32_t **target);

bool config_of(struct reader *r, struct yaml_node *map, const struct config_change **changes,
	       size_t *count)
{
	struct config_change *made;
	size_t i = 0;

	if (!is_map(r, map))
		return false;
	made = arena_array(r->arena, map->count, sizeof *made);
	for (struct yaml_node *n = map->first; n; n = n->next) {
		n->read = true;
		if (!change_of(r, n, &made[i++]))
			return false;
	}
	*changes = made;
	*count = map->count;
	return true;
}

static bool change_of(struct reader *r, struct yaml_node *n, struct config_change *change)
{
	static const struct member members[] = {
		{"device", 1 << 16, CONFIG_DEVICE},
		{"pci_id", UINT64_C(1) << 32, CONFIG_PCI_ID},
		{"base", 0, CONFIG_BASE},
		{"enabled", 2, CONFIG_ENABLED},
		{"no_host", 2, CONFIG_NO_HOST},
		{"snp", 2, CONFIG_SNP},
		{"irt_cache_dis", 2, CONFIG_IRT_CACHE_DIS},
		{"gst_buffer", 2, CONFIG_GST_BUFFER},
		{"msi_messages_log2", 6, CONFIG_MSI_MESSAGES_LOG2},
	};

	if (strcmp(n->key, "revision") == 0) {
		const char *text = text_of(r, n);

		change->member = CONFIG_REVISION;
		return text && revision_of(r, n, text, &change->value);
	}
	for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
		if (strcmp(n->key, members[i].name) == 0) {
			change->member = (uint8_t)members[i].member;
			return number_below(r, n, members[i].limit, &change->value);
		}
	return change_of_format(r, n, change);
}

/* EFR or EFR.Field, and so on. */
static bool change_of_format(struct reader *r, struct yaml_node *n, struct config_change *change)
{
	struct gvi_config nothing;
	size_t length = strcspn(n->key, ".");
	uint64_t narrow, limit;
	uint32_t *target;
	struct field_value v;
	char id[32] = "";

	if (length < sizeof id)
		memcpy(id, n->key, length);
	if (!config_word(&nothing, id, &narrow, &target))
		return complain_key(r, n, "`%.80s` is not part of the configuration.", n->key);
	change->format = (uint16_t)gvi_find_format(id);
	if (change->format == GVI_NFORMATS)
		return complain_key(r, n, "There is no format `%s`.", id);
	if (!n->key[length]) {
		limit = gvi_formats[change->format].bits == 64 ? 0 : UINT64_C(1) << 32;
		change->member = CONFIG_WORD;
		return number_below(r, n, limit, &change->value);
	}
	if (!field_of(r, n, (enum gvi_format_id)change->format, n->key + length + 1, &v))
		return false;
	change->member = CONFIG_FIELD;
	change->field = v.field;
	change->value = v.value;
	narrow = 0;
	return gvi_set((enum gvi_field_id)v.field, &narrow, v.value) ||
	       complain(r, n, "The value does not fit into %s.", n->key);
}

/* "3.05" and "3.11": two digits behind the dot. */
static bool revision_of(struct reader *r, const struct yaml_node *n, const char *text,
			uint64_t *value)
{
	bool good = false;
	unsigned major, minor = 0;

	if (small_number(&text, &major) && major < 256 && *text == '.' && strlen(text) == 3) {
		text += text[1] == '0' ? 2 : 1;
		good = small_number(&text, &minor) && !*text;
	}
	if (!good)
		return complain(r, n, "A revision looks like \"3.10\".");
	*value = GVI_REVISION(major, minor);
	return true;
}

/* Where the bits of a format are kept; 32-bit ones pass through *narrow. */
static uint64_t *config_word(struct gvi_config *config, const char *format, uint64_t *narrow,
			     uint32_t **target)
{
	*target = NULL;
	if (strcmp(format, "EFR") == 0)
		return &config->efr;
	if (strcmp(format, "EFR2") == 0)
		return &config->efr2;
	if (strcmp(format, "CONTROL") == 0)
		return &config->control;
	if (strcmp(format, "CAP_HEADER") == 0)
		*target = &config->capability;
	else if (strcmp(format, "CAP_MISC0") == 0)
		*target = &config->misc0;
	else if (strcmp(format, "CAP_MISC1") == 0)
		*target = &config->misc1;
	return *target ? narrow : NULL;
}

static void apply_bits(struct gvi_config *config, const struct config_change *change)
{
	uint32_t *target;
	uint64_t narrow = 0;
	uint64_t *word = config_word(config, gvi_formats[change->format].id, &narrow, &target);

	if (target)
		narrow = *target;
	if (change->member == CONFIG_WORD)
		*word = change->value;
	else
		(void)gvi_set((enum gvi_field_id)change->field, word, change->value);
	if (target)
		*target = (uint32_t)narrow;
}

static void apply_member(struct gvi_config *config, const struct config_change *change)
{
	uint64_t v = change->value;

	switch ((enum config_member)change->member) {
	case CONFIG_FIELD:
	case CONFIG_WORD:
		apply_bits(config, change);
		break;
	case CONFIG_REVISION:
		config->revision = (uint16_t)v;
		break;
	case CONFIG_DEVICE:
		config->device = (uint16_t)v;
		break;
	case CONFIG_PCI_ID:
		config->pci_id = (uint32_t)v;
		break;
	case CONFIG_BASE:
		config->base = v;
		break;
	case CONFIG_ENABLED:
		config->enabled = v;
		break;
	case CONFIG_NO_HOST:
		config->no_host = v;
		break;
	case CONFIG_SNP:
		config->snp = v;
		break;
	case CONFIG_IRT_CACHE_DIS:
		config->irt_cache_dis = v;
		break;
	case CONFIG_GST_BUFFER:
		config->gst_buffer = v;
		break;
	case CONFIG_MSI_MESSAGES_LOG2:
		config->msi_messages_log2 = (uint8_t)v;
		break;
	}
}

void apply_config(struct gvi_config *config, const struct config_change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		apply_member(config, &changes[i]);
}

/* ---- Habits -------------------------------------------------------------------- */

bool habits_of(struct reader *r, struct yaml_node *map, const struct habit **habits, size_t *count)
{
	struct habit *made;
	size_t i = 0;

	if (!is_map(r, map))
		return false;
	made = arena_array(r->arena, map->count, sizeof *made);
	for (struct yaml_node *n = map->first; n; n = n->next, i++) {
		enum gvi_choice choice = gvi_find_choice(n->key);
		const char *name = text_of(r, n);
		unsigned alternative;

		n->read = true;
		if (choice == GVI_NCHOICES)
			return complain_key(r, n, "There is no choice `%.80s`.", n->key);
		if (!name || !alternative_of(r, n, choice, name, &alternative))
			return false;
		made[i] = (struct habit){(uint16_t)choice, (uint8_t)alternative};
	}
	*habits = made;
	*count = map->count;
	return true;
}

void apply_habits(struct gvi_config *config, const struct habit *habits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		config->habit[habits[i].choice] = habits[i].alternative;
}

bool apply_given(struct gvi_config *config, const struct given *given)
{
	apply_config(config, given->config, given->nconfig);
	apply_habits(config, given->habit, given->nhabits);
	return given->nhabits;
}

/* ---- Memory -------------------------------------------------------------------- */

static bool stores_of(struct reader *r, struct yaml_node *list, struct given *given)
{
	struct store *made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	for (struct yaml_node *n = list->first; n; n = n->next) {
		struct store *store = &made[given->nstores++];

		if (!is_map(r, n) || !store_of(r, n, store) || !all_read(r, n))
			return false;
		if (store->mask)
			return complain(r, n, "A store has no mask.");
	}
	given->store = made;
	return true;
}

/* ---- Registers ------------------------------------------------------------------ */

static bool register_write(struct reader *r, struct yaml_node *n, struct access *access);
static bool is_same_write(const struct access *a, const struct access *b);

/* Neighbours of one register with .Field are one write. */
static bool registers_of(struct reader *r, struct yaml_node *map, struct given *given)
{
	struct access *made;
	size_t count = 0;

	if (!is_map(r, map))
		return false;
	made = arena_array(r->arena, map->count, sizeof *made);
	for (struct yaml_node *n = map->first; n; n = n->next) {
		struct access access = {0};

		n->read = true;
		if (!register_write(r, n, &access))
			return false;
		if (count && is_same_write(&made[count - 1], &access)) {
			made[count - 1].value |= access.value;
			made[count - 1].mask |= access.mask;
		} else {
			made[count++] = access;
		}
	}
	given->access = made;
	given->naccesses = count;
	return true;
}

/* The same field twice is a duplicate key already, or an id beside its name. */
static bool is_same_write(const struct access *a, const struct access *b)
{
	return a->modify && b->modify && a->offset == b->offset;
}

static bool register_write(struct reader *r, struct yaml_node *n, struct access *access)
{
	size_t length = strcspn(n->key, ".");
	struct field_value v;

	if (!register_of(r, n, n->key, length, access))
		return false;
	if (!n->key[length]) {
		access->mask = UINT64_MAX;
		return number_below(r, n, access->size == 8 ? 0 : UINT64_C(1) << 32,
				    &access->value);
	}
	if (!field_of(r, n, (enum gvi_format_id)access->format, n->key + length + 1, &v))
		return false;
	access->modify = true;
	access->mask = gvi_field_mask((enum gvi_field_id)v.field, 0) | write_one_clears(access);
	return gvi_set((enum gvi_field_id)v.field, &access->value, v.value) ||
	       complain(r, n, "The value does not fit into %s.", n->key);
}

/* ---- Errors --------------------------------------------------------------------- */

static bool error_of(struct reader *r, struct yaml_node *n, struct dut_error *error);

bool errors_of(struct reader *r, struct yaml_node *list, struct error_list *errors)
{
	struct dut_error *made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	errors->count = 0;
	for (struct yaml_node *n = list->first; n; n = n->next)
		if (!error_of(r, n, &made[errors->count++]))
			return false;
	errors->error = made;
	return true;
}

static bool error_of(struct reader *r, struct yaml_node *n, struct dut_error *error)
{
	static const char *const buses[] = {"master-abort", "target-abort", "poison"};
	static const char *const accesses[] = {"read", "write", "both"};
	const struct yaml_node *at = needed(r, n, "at"), *length, *bus, *on;
	unsigned which_bus = 0, which = 0;

	if (!at || !(length = needed(r, n, "length")) || !(bus = needed(r, n, "bus")) ||
	    !(on = needed(r, n, "on")))
		return false;
	if (!number_of(r, at, &error->spa) || !number_of(r, length, &error->length) ||
	    !word_of(r, bus, buses, 3, &which_bus) || !word_of(r, on, accesses, 3, &which))
		return false;
	if (!error->length || error->spa > UINT64_MAX - (error->length - 1))
		return complain(r, length, "The range is empty or passes the end of the space.");
	error->bus = (uint8_t)(GVI_BUS_MASTER_ABORT + which_bus);
	error->on_read = which != 1;
	error->on_write = which != 0;
	return all_read(r, n);
}

/* ---- Needs ----------------------------------------------------------------------- */

static bool need_of(struct reader *r, const struct yaml_node *n, struct need *need);
static bool need_subject(struct reader *r, const struct yaml_node *n, const char *name,
			 struct need *need);

bool needs_of(struct reader *r, struct yaml_node *list, struct needs *needs)
{
	struct need *made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	needs->count = 0;
	for (const struct yaml_node *n = list->first; n; n = n->next)
		if (!need_of(r, n, &made[needs->count++]))
			return false;
	needs->need = made;
	return true;
}

/* Whether the subject has enough bits for the value. */
static bool is_reachable(const struct need *need)
{
	unsigned bits = 1;

	if (need->subject == NEED_FIELD)
		bits = gvi_width((enum gvi_field_id)need->id) + gvi_fields[need->id].scale;
	return bits >= 64 || need->value >> bits == 0;
}

/* !NAME, NAME, or NAME OP VALUE; longer operators first. */
static bool need_of(struct reader *r, const struct yaml_node *n, struct need *need)
{
	static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">"};
	static const uint8_t comparisons[] = {IS_EQUAL,    IS_UNEQUAL, IS_AT_MOST,
					      IS_AT_LEAST, IS_LESS,    IS_MORE};
	const char *text = text_of(r, n);
	size_t negated = text && text[0] == '!', length, i = 0;
	const char *sign;
	char *name;

	if (!text)
		return false;
	length = strcspn(text + negated, "=!<>");
	name = arena_text(r->arena, text + negated, length);
	sign = text + negated + length;
	need->text = text;
	need->comparison = negated ? IS_EQUAL : IS_UNEQUAL;
	if (!need_subject(r, n, name, need))
		return false;
	if (!*sign && need->subject != NEED_REVISION)
		return true;
	while (i < 6 && strncmp(sign, signs[i], strlen(signs[i])) != 0)
		i++;
	if (i == 6 || negated || need->subject == NEED_ABILITY)
		return complain(r, n, "`%.80s` is no condition.", text);
	need->comparison = comparisons[i];
	sign += strlen(signs[i]);
	if (need->subject == NEED_REVISION)
		return revision_of(r, n, sign, &need->value);
	if (!yaml_number(sign, &need->value))
		return complain(r, n, "`%.80s` is no number.", sign);
	return is_reachable(need) || complain(r, n, "%s is never that large.", name);
}

static bool need_subject(struct reader *r, const struct yaml_node *n, const char *name,
			 struct need *need)
{
	static const struct {
		const char *name;
		enum need_subject subject;
		unsigned id;
	} words[] = {
		{"revision", NEED_REVISION, 0},
		{"no_host", NEED_NO_HOST, 0},
		{"snp", NEED_SNP, 0},
		{"inject", NEED_ABILITY, DUT_INJECT},
		{"race", NEED_ABILITY, DUT_RACE},
		{"pci", NEED_ABILITY, DUT_PCI},
		{"ats", NEED_ABILITY, DUT_ATS},
		{"pri", NEED_ABILITY, DUT_PRI},
	};
	static const char *const formats[] = {"EFR", "EFR2", "CAP_HEADER", "CAP_MISC0",
					      "CAP_MISC1"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(name, words[i].name) == 0) {
			need->subject = (uint8_t)words[i].subject;
			need->id = (uint16_t)words[i].id;
			return true;
		}
	for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
		enum gvi_format_id format = gvi_find_format(formats[i]);
		enum gvi_field_id field = GVI_NFIELDS;

		if (format != GVI_NFORMATS)
			field = gvi_find_field(format, name);
		if (field != GVI_NFIELDS) {
			need->subject = NEED_FIELD;
			need->id = (uint16_t)field;
			return true;
		}
	}
	return complain(r, n, "`%.80s` is nothing that can be needed.", name);
}
