/* What must come of a step: answers, events, effects, and choices among them. */
#include "conformance/reader.h"

#include <string.h>

/* ---- Choices ---------------------------------------------------------------- */

bool choice_head(struct reader *r, struct yaml_node *node, const struct yaml_node *what,
		 struct yaml_node **permitted, uint16_t *choice)
{
	const struct gvi_choice_info *info;
	enum gvi_choice id;

	if (!choice_of(r, what, &id))
		return false;
	*choice = (uint16_t)id;
	*permitted = needed(r, node, "permitted");
	if (!*permitted || !is_map(r, *permitted))
		return false;
	info = &gvi_choices[id];
	for (unsigned i = 0; i < info->count; i++)
		if (!yaml_get(*permitted, info->alternative[i].name))
			return complain(r, *permitted, "The alternative `%s` of %s is missing.",
					info->alternative[i].name, info->id);
	return true;
}

/* ---- Answers ----------------------------------------------------------------------------- */

static bool choice_answer(struct reader *r, struct yaml_node *node, const struct yaml_node *what,
			  const struct events *events, struct answer *answer);
static bool result_of(struct reader *r, struct yaml_node *node, struct answer *answer);
static bool grant_of(struct reader *r, struct yaml_node *map, struct answer *answer);
static bool abort_of(struct reader *r, struct yaml_node *map, struct answer *answer);
static bool message_of(struct reader *r, struct yaml_node *map, struct answer *answer);

bool answer_of(struct reader *r, struct yaml_node *node, const struct events *events,
	       struct answer *answer)
{
	const struct yaml_node *choice;
	struct yaml_node *list;

	if (!is_map(r, node))
		return false;
	choice = yaml_get(node, "choice");
	if (choice)
		return choice_answer(r, node, choice, events, answer);
	list = yaml_get(node, "events");
	answer->events = *events;
	if (list && events->said)
		return complain_key(r, list, "The events stand beside the answer already.");
	if (list && !events_of(r, list, &answer->events))
		return false;
	return result_of(r, node, answer);
}

static bool choice_answer(struct reader *r, struct yaml_node *node, const struct yaml_node *what,
			  const struct events *events, struct answer *answer)
{
	struct yaml_node *permitted;

	answer->kind = ANSWER_CHOICE;
	if (!choice_head(r, node, what, &permitted, &answer->choice))
		return false;
	for (struct yaml_node *n = permitted->first; n; n = n->next) {
		struct answer *made = arena_alloc(r->arena, sizeof *made);
		unsigned i;

		if (!alternative_of(r, n, (enum gvi_choice)answer->choice, n->key, &i) ||
		    !answer_of(r, n, events, made))
			return false;
		answer->alternative[i] = made;
	}
	return true;
}

static bool result_of(struct reader *r, struct yaml_node *node, struct answer *answer)
{
	struct yaml_node *result;

	if ((result = yaml_get(node, "grant")))
		return grant_of(r, result, answer);
	if ((result = yaml_get(node, "abort")))
		return abort_of(r, result, answer);
	if ((result = yaml_get(node, "message")))
		return message_of(r, result, answer);
	result = yaml_get(node, "interrupt");
	if (!result)
		return complain(r, node,
				"One of grant, abort, interrupt, message and choice is missing "
				"here.");
	answer->kind = ANSWER_INTERRUPT;
	answer->expected.result = GVI_INTERRUPT;
	return is_map(r, result);
}

/* A thing that an answer may name. */
struct member {
	const char *name;
	enum named bit;
	uint64_t *number; /* or else */
	bool *flag;
};

/* What is there is compared. */
static bool members_of(struct reader *r, struct yaml_node *map, const struct member *members,
		       unsigned count, struct answer *answer)
{
	if (!is_map(r, map))
		return false;
	for (unsigned i = 0; i < count; i++) {
		const struct yaml_node *n = yaml_get(map, members[i].name);

		if (!n)
			continue;
		answer->named |= (uint16_t)members[i].bit;
		if (!(members[i].number ? number_of(r, n, members[i].number)
					: flag_of(r, n, members[i].flag)))
			return false;
	}
	return true;
}

static bool grant_of(struct reader *r, struct yaml_node *map, struct answer *answer)
{
	struct gvi_answer *e = &answer->expected;
	const struct member members[] = {
		{"address", NAMED_ADDRESS, &e->address, NULL},
		{"size", NAMED_SIZE, &e->size, NULL},
		{"read", NAMED_READ, NULL, &e->read},
		{"write", NAMED_WRITE, NULL, &e->write},
		{"coherent", NAMED_COHERENT, NULL, &e->coherent},
		{"untranslated_only", NAMED_UNTRANSLATED_ONLY, NULL, &e->untranslated_only},
	};

	answer->kind = ANSWER_GRANT;
	e->result = GVI_GRANT;
	return members_of(r, map, members, sizeof members / sizeof members[0], answer);
}

static bool message_of(struct reader *r, struct yaml_node *map, struct answer *answer)
{
	struct gvi_message *e = &answer->expected.message;
	uint64_t data = 0, destination = 0;
	const struct member members[] = {
		{"address", NAMED_MESSAGE_ADDRESS, &e->address, NULL},
		{"data", NAMED_DATA, &data, NULL},
		{"destination", NAMED_DESTINATION, &destination, NULL},
		{"rq_eoi", NAMED_RQ_EOI, NULL, &e->rq_eoi},
		{"translated", NAMED_TRANSLATED, NULL, &answer->expected.translated},
	};

	answer->kind = ANSWER_MESSAGE;
	answer->expected.result = GVI_GRANT;
	if (!members_of(r, map, members, sizeof members / sizeof members[0], answer))
		return false;
	if (data > UINT32_MAX || destination > UINT32_MAX)
		return complain(r, map, "Data and destination have 32 bits.");
	e->data = (uint32_t)data;
	e->destination = (uint32_t)destination;
	return true;
}

static bool abort_of(struct reader *r, struct yaml_node *map, struct answer *answer)
{
	static const char *const words[] = {"CA", "UR", "dropped"};
	const struct yaml_node *completion;
	unsigned which;

	answer->kind = ANSWER_ABORT;
	answer->expected.result = GVI_ABORT;
	if (!is_map(r, map))
		return false;
	completion = yaml_get(map, "completion");
	if (!completion)
		return true;
	if (!word_of(r, completion, words, 3, &which))
		return false;
	answer->named |= NAMED_COMPLETION;
	answer->expected.completion = (uint8_t)(GVI_COMPLETER_ABORT + which);
	return true;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static bool event_of(struct reader *r, struct yaml_node *map, struct event *event);

bool events_of(struct reader *r, struct yaml_node *list, struct events *events)
{
	struct event *made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	events->event = made;
	events->count = list->count;
	events->said = true;
	for (struct yaml_node *n = list->first; n; n = n->next)
		if (!is_map(r, n) || !event_of(r, n, made++))
			return false;
	return true;
}

static bool event_of(struct reader *r, struct yaml_node *map, struct event *event)
{
	struct store words;

	if (!words_of(r, map, &words))
		return false;
	if (words.count != 2)
		return complain(r, map, "An event has two words.");
	for (unsigned i = 0; i < 2; i++) {
		event->raw[i] = words.word[i];
		event->mask[i] = words.mask ? words.mask[i] : UINT64_MAX;
	}
	return true;
}

/* ---- Effects ------------------------------------------------------------------ */

static bool patterns_of(struct reader *r, struct yaml_node *map, const char *key,
			struct patterns *patterns);
static bool pattern_of(struct reader *r, struct yaml_node *map, struct pattern *pattern);
static bool write_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern);
static bool exchange_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern);
static bool interrupt_pattern(struct reader *r, const struct yaml_node *node,
			      struct pattern *pattern);

const struct effects *effects_of(struct reader *r, struct yaml_node *node)
{
	struct effects *effects = arena_alloc(r->arena, sizeof *effects);
	bool good = is_map(r, node) && patterns_of(r, node, "ordered", &effects->ordered) &&
		    patterns_of(r, node, "unordered", &effects->unordered) &&
		    patterns_of(r, node, "never", &effects->never);

	effects->said = true;
	return good ? effects : NULL;
}

static bool patterns_of(struct reader *r, struct yaml_node *map, const char *key,
			struct patterns *patterns)
{
	struct yaml_node *list = yaml_get(map, key);
	struct pattern *made;

	if (!list)
		return true;
	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	patterns->pattern = made;
	patterns->count = list->count;
	for (struct yaml_node *n = list->first; n; n = n->next)
		if (!is_map(r, n) || !pattern_of(r, n, made++))
			return false;
	return true;
}

static bool pattern_of(struct reader *r, struct yaml_node *map, struct pattern *pattern)
{
	struct yaml_node *what;

	if ((what = yaml_get(map, "write")))
		return write_pattern(r, what, pattern);
	if ((what = yaml_get(map, "exchange")))
		return exchange_pattern(r, what, pattern);
	what = needed(r, map, "interrupt");
	return what && interrupt_pattern(r, what, pattern);
}

static bool write_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern)
{
	const struct yaml_node *at = needed(r, map, "at");
	struct yaml_node *raw;

	pattern->kind = PATTERN_WRITE;
	if (!at || !number_of(r, at, &pattern->at))
		return false;
	raw = yaml_get(map, "raw");
	return !raw || raw_of(r, raw, &pattern->word, &pattern->count);
}

/* With both values or none. */
static bool exchange_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern)
{
	const struct yaml_node *at = needed(r, map, "at"), *from, *to;

	pattern->kind = PATTERN_EXCHANGE;
	if (!at || !number_of(r, at, &pattern->at))
		return false;
	from = yaml_get(map, "from");
	to = yaml_get(map, "to");
	pattern->any = !from && !to;
	if (pattern->any)
		return true;
	if (!from || !to)
		return complain(r, map, "An exchange has both `from` and `to`, or neither.");
	return number_of(r, from, &pattern->from) && number_of(r, to, &pattern->to);
}

static bool interrupt_pattern(struct reader *r, const struct yaml_node *node,
			      struct pattern *pattern)
{
	static const char *const names[GVI_NSOURCES] = {"EventLogInt", "EventOverflow",
							"ComWaitInt"};
	unsigned source;

	pattern->kind = PATTERN_INTERRUPT;
	if (!word_of(r, node, names, GVI_NSOURCES, &source))
		return false;
	pattern->source = (uint8_t)source;
	return true;
}
