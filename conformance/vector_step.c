/* The steps of a case: what is done, and what must come of it. */
#include "conformance/reader.h"

#include <stdio.h>
#include <string.h>

static bool is_left_out(struct reader *r, struct yaml_node *node, bool *out);
static const struct step *cached_step(struct reader *r, struct yaml_node *node);
static bool step_of(struct reader *r, struct yaml_node *node, struct step *step);

/* Steps without ${...} are checked even when they are left out. */
bool steps_of(struct reader *r, struct yaml_node *list, struct steps *steps)
{
	const struct step **made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	steps->count = 0;
	for (struct yaml_node *n = list->first; n; n = n->next) {
		const struct step *step;
		bool out = false;

		if (!is_map(r, n) || !is_left_out(r, n, &out))
			return false;
		if (out && n->dynamic)
			continue;
		step = cached_step(r, n);
		if (!step)
			return false;
		if (!out)
			made[steps->count++] = step;
	}
	steps->step = made;
	return true;
}

static bool is_left_out(struct reader *r, struct yaml_node *node, bool *out)
{
	const struct yaml_node *when = yaml_get(node, "when");
	uint64_t value = 1;

	if (when && !expression_of(r, when, &value))
		return false;
	*out = !value;
	return true;
}

/* A step without ${...} is read once, however often its list is. */
static const struct step *cached_step(struct reader *r, struct yaml_node *node)
{
	struct arena *before = use_arena(r, node);
	struct step *step = node->cache;
	bool good = true;

	if (!step) {
		step = arena_alloc(r->arena, sizeof *step);
		good = step_of(r, node, step) && all_read(r, node);
		if (good && !node->dynamic)
			node->cache = step;
	}
	r->arena = before;
	return good ? step : NULL;
}

/* ---- Actions --------------------------------------------------------------- */

struct action_kind {
	const char *name; /* the key of what the action is about */
	bool (*read)(struct reader *r, struct yaml_node *node, struct step *step);
	enum action action;
	bool looks; /* changes nothing: may stand below `permitted` */
};

static bool store_step(struct reader *r, struct yaml_node *node, struct step *step);
static bool write_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool read_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool command_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool commands_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool until_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool expect_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool errors_step(struct reader *r, struct yaml_node *node, struct step *step);
static bool race_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool decode_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool reserved_of(struct reader *r, struct yaml_node *node, struct step *step);
static bool choice_step(struct reader *r, struct yaml_node *node, struct step *step);

static const struct action_kind kinds[] = {
	{"dma", dma_of, ACTION_DMA, false},
	{"interrupt", interrupt_of, ACTION_INTERRUPT, false},
	{"ats", ats_of, ACTION_ATS, false},
	{"page_request", page_request_of, ACTION_PAGE_REQUEST, false},
	{"invalidation_done", invalidation_of, ACTION_INVALIDATION_DONE, false},
	{"invalidation_timeout", invalidation_of, ACTION_INVALIDATION_TIMEOUT, false},
	{"store", store_step, ACTION_STORE, false},
	{"write", write_of, ACTION_WRITE, false},
	{"read", read_of, ACTION_READ, true},
	{"pci_write", write_of, ACTION_WRITE, false},
	{"pci_read", read_of, ACTION_READ, true},
	{"command", command_of, ACTION_COMMANDS, false},
	{"commands", commands_of, ACTION_COMMANDS, false},
	{"until", until_of, ACTION_UNTIL, false},
	{"expect", expect_of, ACTION_EXPECT, true},
	{"errors", errors_step, ACTION_ERRORS, false},
	{"race", race_of, ACTION_RACE, false},
	{"decode", decode_of, ACTION_DECODE, false},
	{"reserved", reserved_of, ACTION_RESERVED, false},
	{"choice", choice_step, ACTION_CHOICE, false},
};
enum { NKINDS = sizeof kinds / sizeof kinds[0] };

static bool action_of(struct reader *r, struct yaml_node *node, struct step *step, bool looks);
static bool step_answer(struct reader *r, struct yaml_node *node, const struct step *step,
			const struct traces *traces, struct answer *answer);
static bool is_access(const struct step *step);
static bool is_answer_to(const struct step *step, const struct answer *answer);
static void collect_names(struct step *step, const struct answer *answer);

static bool step_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *effects = yaml_get(node, "effects");
	struct answer *answer = arena_alloc(r->arena, sizeof *answer);
	struct traces traces = {0};

	if (!action_of(r, node, step, false) || !traces_of(r, node, &traces))
		return false;
	answer->traces = traces;
	if (!step_answer(r, node, step, &traces, answer))
		return false;
	step->answer = answer;
	collect_names(step, answer);
	if (effects)
		step->effects = effects_of(r, effects);
	return !effects || step->effects;
}

/* Accesses are answered.  Of other steps an answer says no more than what they
 * leave behind. */
static bool step_answer(struct reader *r, struct yaml_node *node, const struct step *step,
			const struct traces *traces, struct answer *answer)
{
	struct yaml_node *said = yaml_get(node, "answer");

	if (!said)
		return !is_access(step) || needed(r, node, "answer");
	if (!answer_of(r, said, traces, answer))
		return false;
	return is_answer_to(step, answer) ||
	       complain(r, said, "This is no answer to the step's `%s`.", step->name);
}

static bool is_access(const struct step *step)
{
	return step->action == ACTION_DMA || step->action == ACTION_INTERRUPT ||
	       step->action == ACTION_ATS;
}

static bool is_answer_to(const struct step *step, const struct answer *answer)
{
	switch ((enum answer_kind)answer->kind) {
	case ANSWER_MESSAGE:
	case ANSWER_POSTED:
		return step->action == ACTION_INTERRUPT;
	case ANSWER_GRANT:
	case ANSWER_INTERRUPT:
		return step->action == ACTION_DMA;
	case ANSWER_COMPLETION:
		return step->action == ACTION_ATS;
	case ANSWER_CHOICE:
		for (unsigned i = 0; i < gvi_choices[answer->choice].count; i++)
			if (!is_answer_to(step, answer->alternative[i]))
				return false;
		return true;
	case ANSWER_NONE:
		return !is_access(step);
	case ANSWER_ABORT:
		break;
	}
	return is_access(step);
}

static void collect_names(struct step *step, const struct answer *answer)
{
	if (step->action == ACTION_CHOICE)
		step->names[step->u.choice.choice] = 1;
	if (answer->kind != ANSWER_CHOICE)
		return;
	step->names[answer->choice] = 1;
	for (unsigned i = 0; i < gvi_choices[answer->choice].count; i++)
		collect_names(step, answer->alternative[i]);
}

/* A second action stays unread, and is refused for that. */
static bool action_of(struct reader *r, struct yaml_node *node, struct step *step, bool looks)
{
	for (unsigned i = 0; i < NKINDS; i++) {
		struct yaml_node *what = yaml_get(node, kinds[i].name);

		if (!what)
			continue;
		if (looks && !kinds[i].looks)
			return complain_key(r, what,
					    "Below `permitted`, steps only look: read, "
					    "pci_read or expect.");
		step->name = kinds[i].name;
		step->action = (uint8_t)kinds[i].action;
		step->line = node->line;
		return kinds[i].read(r, node, step);
	}
	return complain(r, node,
			"The step does nothing: dma, ats, store, write, read, ... is missing.");
}

/* What the action is about: the value of its key. */
struct yaml_node *object(struct yaml_node *node, const struct step *step)
{
	return yaml_get(node, step->name);
}

/* ---- store, expect, race ------------------------------------------------------ */

/* Words that must be found, or that appear, at one place. */
static bool found_of(struct reader *r, struct yaml_node *map, struct store *store)
{
	if (!store_of(r, map, store))
		return false;
	return store->repeat == 1 || complain(r, map, "`repeat` is for what is stored.");
}

static bool store_step(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);

	if (!is_map(r, what) || !store_of(r, what, &step->u.store))
		return false;
	return !step->u.store.mask || complain(r, what, "A store has no mask.");
}

static bool race_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);

	if (!is_map(r, what) || !found_of(r, what, &step->u.store))
		return false;
	return (step->u.store.count == 1 && !step->u.store.mask) ||
	       complain(r, what, "One word without a mask is expected here.");
}

/* {memory: {...}} or {memory: [{...}, ...]} */
static bool expect_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct yaml_node *memory = needed(r, what, "memory");
	bool several = memory && memory->kind == YAML_LIST;
	struct store *made;

	if (!memory)
		return false;
	step->u.stores.count = several ? memory->count : 1;
	made = arena_array(r->arena, step->u.stores.count, sizeof *made);
	step->u.stores.store = made;
	if (!several)
		return found_of(r, memory, made);
	for (struct yaml_node *n = memory->first; n; n = n->next)
		if (!found_of(r, n, made++))
			return false;
	return memory->count || complain(r, memory, "The list is empty.");
}

/* ---- write, read and their sisters for configuration space ----------------------- */

static bool place_of(struct reader *r, struct yaml_node *what, struct step *step);
static bool offset_of(struct reader *r, struct yaml_node *what, struct access *access);
static bool value_of(struct reader *r, const struct yaml_node *node, const struct access *access,
		     uint64_t *value);
static bool found_value(struct reader *r, struct yaml_node *node, struct access *access);

static bool write_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct access *access = &step->u.access;
	struct yaml_node *set, *value;

	if (!is_map(r, what) || !place_of(r, what, step))
		return false;
	set = access->format != GVI_NFORMATS ? yaml_get(what, "set") : NULL;
	if (!set) {
		access->mask = UINT64_MAX;
		value = needed(r, what, "value");
		return value && value_of(r, value, access, &access->value);
	}
	access->modify = true;
	if (!register_fields(r, set, access))
		return false;
	access->mask |= write_one_clears(access);
	return true;
}

static bool read_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct access *access = &step->u.access;

	return is_map(r, what) && place_of(r, what, step) && found_value(r, node, access);
}

/* register, or offset and size. */
static bool place_of(struct reader *r, struct yaml_node *what, struct step *step)
{
	const struct yaml_node *name;
	const char *text;

	step->u.access.pci = strncmp(step->name, "pci_", 4) == 0;
	name = step->u.access.pci ? NULL : yaml_get(what, "register");
	if (!name)
		return offset_of(r, what, &step->u.access);
	text = text_of(r, name);
	return text && register_of(r, name, text, strlen(text), &step->u.access);
}

static bool offset_of(struct reader *r, struct yaml_node *what, struct access *access)
{
	const struct yaml_node *offset = needed(r, what, "offset"), *size;
	uint64_t limit = access->pci ? 4096 : 0x80000, at, bytes;

	if (!offset || !number_below(r, offset, limit, &at))
		return false;
	size = needed(r, what, "size");
	if (!size || !number_of(r, size, &bytes))
		return false;
	if (bytes != 1 && bytes != 2 && bytes != 4 && (bytes != 8 || access->pci))
		return complain(r, size,
				access->pci ? "The size is 1, 2 or 4."
					    : "The size is 1, 2, 4 or 8.");
	if (at % bytes)
		return complain(r, offset, "The offset is not aligned to the size.");
	access->format = GVI_NFORMATS;
	access->offset = (uint32_t)at;
	access->size = (uint8_t)bytes;
	return true;
}

static bool value_of(struct reader *r, const struct yaml_node *node, const struct access *access,
		     uint64_t *value)
{
	return number_below(r, node, access->size == 8 ? 0 : UINT64_C(1) << 8 * access->size,
			    value);
}

/* `fields` of a register, or `value` and perhaps `mask`, of the step. */
static bool found_value(struct reader *r, struct yaml_node *node, struct access *access)
{
	struct yaml_node *fields = NULL, *value, *mask;

	if (!access->pci && access->format != GVI_NFORMATS)
		fields = yaml_get(node, "fields");
	if (fields)
		return register_fields(r, fields, access);
	value = needed(r, node, "value");
	mask = yaml_get(node, "mask");
	access->mask = access->size == 8 ? UINT64_MAX : (UINT64_C(1) << 8 * access->size) - 1;
	return value && value_of(r, value, access, &access->value) &&
	       (!mask || value_of(r, mask, access, &access->mask));
}

/* ---- command, commands, until ------------------------------------------------------ */

static bool one_command(struct reader *r, struct yaml_node *map, struct store *store);

static bool command_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct store *made = arena_alloc(r->arena, sizeof *made);

	step->u.stores.store = made;
	step->u.stores.count = 1;
	return one_command(r, what, made);
}

static bool commands_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct store *made;

	if (!is_list(r, what))
		return false;
	if (!what->count)
		return complain(r, what, "The list is empty.");
	made = arena_array(r->arena, what->count, sizeof *made);
	step->u.stores.store = made;
	step->u.stores.count = what->count;
	for (struct yaml_node *n = what->first; n; n = n->next)
		if (!one_command(r, n, made++))
			return false;
	return true;
}

/* Words, or the command's name with its fields. */
static bool one_command(struct reader *r, struct yaml_node *map, struct store *store)
{
	enum gvi_format_id format;
	uint64_t *words;

	if (!is_map(r, map))
		return false;
	if (yaml_get(map, "raw") || yaml_get(map, "as")) {
		if (!words_of(r, map, store))
			return false;
	} else {
		words = arena_array(r->arena, GVI_MAX_WORDS, sizeof *words);
		if (!encode_entry(r, map, words, &format))
			return false;
		*store = (struct store){.word = words, .repeat = 1};
		store->count = gvi_words(format);
		store->format = (uint16_t)format;
	}
	return (store->count == 2 && !store->mask) ||
	       complain(r, map, "A command has two words and no mask.");
}

static bool until_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct condition *condition = &step->u.condition;
	struct yaml_node *memory, *name, *fields;
	const char *text;

	if (!is_map(r, what))
		return false;
	memory = yaml_get(what, "memory");
	if (memory)
		return found_of(r, memory, &condition->store);
	name = needed(r, what, "register");
	text = name ? text_of(r, name) : NULL;
	if (!text || !register_of(r, name, text, strlen(text), &condition->access))
		return false;
	fields = needed(r, what, "fields");
	return fields && register_fields(r, fields, &condition->access);
}

/* ---- errors, decode, reserved --------------------------------------------------------- */

static bool check_words(struct reader *r, struct yaml_node *node, struct format_check *check);

static bool errors_step(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);

	return errors_of(r, what, &step->u.errors);
}

static bool decode_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct format_check *check = &step->u.check;
	uint64_t encoded[GVI_MAX_WORDS];
	enum gvi_format_id format;
	struct field_value *fields;

	if (!is_map(r, what))
		return false;
	if (what->count != 1 || what->first->kind != YAML_MAP)
		return complain(r, what, "One format with its fields is expected here.");
	what->first->read = true;
	if (!format_of(r, what->first, &format))
		return false;
	fields = arena_array(r->arena, what->first->count, sizeof *fields);
	check->format = (uint16_t)format;
	check->field = fields;
	check->nfields = what->first->count;
	return encode_fields(r, what->first, format, encoded, fields) &&
	       check_words(r, node, check);
}

static bool reserved_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct format_check *check = &step->u.check;
	const char *name = text_of(r, what), *text;
	const struct yaml_node *first;
	enum gvi_field_id field = GVI_NFIELDS;

	if (!name)
		return false;
	check->format = (uint16_t)gvi_find_format(name);
	if (check->format == GVI_NFORMATS)
		return complain(r, what, "There is no format `%.80s`.", name);
	first = needed(r, node, "first");
	text = first ? text_of(r, first) : NULL;
	if (!text)
		return false;
	if (strcmp(text, "none") != 0 &&
	    !field_named(r, first, (enum gvi_format_id)check->format, text, &field))
		return false;
	check->first = (uint16_t)field;
	return check_words(r, node, check);
}

static bool check_words(struct reader *r, struct yaml_node *node, struct format_check *check)
{
	struct yaml_node *raw = needed(r, node, "raw");
	unsigned words = gvi_words((enum gvi_format_id)check->format);
	uint32_t count;

	if (!raw || !raw_of(r, raw, &check->raw, &count))
		return false;
	return count == words ||
	       complain(r, raw, "%s has %u words.", gvi_formats[check->format].id, words);
}

/* ---- choice ----------------------------------------------------------------------------- */

static bool looks_of(struct reader *r, struct yaml_node *list, struct steps *steps);
static bool look_of(struct reader *r, struct yaml_node *node, struct step *step);

static bool choice_step(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct choice_step *choice = &step->u.choice;
	struct yaml_node *permitted;

	if (!choice_head(r, node, what, &permitted, &choice->choice))
		return false;
	for (struct yaml_node *n = permitted->first; n; n = n->next) {
		unsigned i;

		n->read = true;
		if (!alternative_of(r, n, (enum gvi_choice)choice->choice, n->key, &i) ||
		    !looks_of(r, n, &choice->alternative[i]))
			return false;
	}
	return true;
}

static bool looks_of(struct reader *r, struct yaml_node *list, struct steps *steps)
{
	const struct step **made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	steps->step = made;
	for (struct yaml_node *n = list->first; n; n = n->next) {
		struct step *step = arena_alloc(r->arena, sizeof *step);

		if (!look_of(r, n, step))
			return false;
		made[steps->count++] = step;
	}
	return steps->count || complain(r, list, "The list is empty.");
}

static bool look_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	static const struct answer nothing = {.kind = ANSWER_NONE};

	step->answer = &nothing;
	return is_map(r, node) && action_of(r, node, step, true);
}
