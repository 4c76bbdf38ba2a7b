/* What must come of an access: answers, and choices among them. */
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
			  const struct traces *beside, struct answer *answer);
static bool result_of(struct reader *r, struct yaml_node *node, struct answer *answer);
static bool grant_of(struct reader *r, struct yaml_node *map, struct answer *answer);
static bool abort_of(struct reader *r, struct yaml_node *map, struct answer *answer);
static bool message_of(struct reader *r, struct yaml_node *map, struct answer *answer);
static bool posted_of(struct reader *r, struct yaml_node *map, struct answer *answer);
static bool completions_of(struct reader *r, struct yaml_node *node, struct answer *answer);

bool answer_of(struct reader *r, struct yaml_node *node, const struct traces *beside,
	       struct answer *answer)
{
	const struct yaml_node *choice;

	if (!is_map(r, node))
		return false;
	choice = yaml_get(node, "choice");
	if (choice)
		return choice_answer(r, node, choice, beside, answer);
	answer->traces = *beside;
	return traces_of(r, node, &answer->traces) && result_of(r, node, answer);
}

static bool choice_answer(struct reader *r, struct yaml_node *node, const struct yaml_node *what,
			  const struct traces *beside, struct answer *answer)
{
	struct yaml_node *permitted;

	answer->kind = ANSWER_CHOICE;
	if (!choice_head(r, node, what, &permitted, &answer->choice))
		return false;
	for (struct yaml_node *n = permitted->first; n; n = n->next) {
		struct answer *made = arena_alloc(r->arena, sizeof *made);
		unsigned i;

		if (!alternative_of(r, n, (enum gvi_choice)answer->choice, n->key, &i) ||
		    !answer_of(r, n, beside, made))
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
	if ((result = yaml_get(node, "posted")))
		return posted_of(r, result, answer);
	if ((result = yaml_get(node, "completion")))
		return completions_of(r, result, answer);
	if ((result = yaml_get(node, "completions")))
		return is_list(r, result) && completions_of(r, result, answer);
	result = yaml_get(node, "interrupt");
	if (!result) /* only what is left behind: for steps that are no access */
		return true;
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

/* Nothing, or one message that tells of it. */
static bool posted_of(struct reader *r, struct yaml_node *map, struct answer *answer)
{
	struct gvi_message *e = &answer->expected.message;
	struct yaml_node *doorbell, *gappi;
	uint64_t destination = 0, vector = 0;
	const struct member members[] = {
		{"destination", NAMED_DESTINATION, &destination, NULL},
		{"vector", NAMED_DATA, &vector, NULL},
	};

	answer->kind = ANSWER_POSTED;
	answer->expected.result = GVI_GRANT;
	if (!is_map(r, map))
		return false;
	doorbell = yaml_get(map, "doorbell");
	gappi = doorbell ? NULL : yaml_get(map, "gappi");
	if (!doorbell && !gappi)
		return true;
	e->kind = doorbell ? GVI_MESSAGE_DOORBELL : GVI_MESSAGE_GAPPI;
	if (!members_of(r, doorbell ? doorbell : gappi, members, doorbell ? 1 : 2, answer))
		return false;
	if (destination > UINT32_MAX || vector > UINT8_MAX)
		return complain(r, map, "A destination has 32 bits, and a vector 8.");
	e->destination = (uint32_t)destination;
	e->data = (uint32_t)vector;
	return true;
}

/* ---- Completions of translation requests ------------------------------------------------- */

static bool completion_of(struct reader *r, struct yaml_node *map, struct completion *completion);
static bool size_of(struct reader *r, struct yaml_node *map, struct completion *completion);

/* One, or a list. */
static bool completions_of(struct reader *r, struct yaml_node *node, struct answer *answer)
{
	bool several = node->kind == YAML_LIST;
	struct completion *made;

	answer->kind = ANSWER_COMPLETION;
	answer->expected.result = GVI_GRANT;
	answer->ncompletions = several ? node->count : 1;
	if (!answer->ncompletions)
		return complain(r, node, "The list is empty.");
	made = arena_array(r->arena, answer->ncompletions, sizeof *made);
	answer->completion = made;
	if (!several)
		return completion_of(r, node, made);
	for (struct yaml_node *n = node->first; n; n = n->next)
		if (!completion_of(r, n, made++))
			return false;
	return true;
}

static bool completion_of(struct reader *r, struct yaml_node *map, struct completion *completion)
{
	static const char *const names[] = {"R", "W", "U", "N", "Exe", "Priv", "Global"};
	static const enum gvi_field_id fields[] = {
		GVI_ATS_COMPLETION_R,     GVI_ATS_COMPLETION_W,   GVI_ATS_COMPLETION_U,
		GVI_ATS_COMPLETION_N,     GVI_ATS_COMPLETION_EXE, GVI_ATS_COMPLETION_PRIV,
		GVI_ATS_COMPLETION_GLOBAL};
	const struct yaml_node *n;

	if (!is_map(r, map))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		bool flag;

		n = yaml_get(map, names[i]);
		if (!n)
			continue;
		if (!flag_of(r, n, &flag))
			return false;
		completion->mask |= gvi_field_mask(fields[i], 0);
		(void)gvi_set(fields[i], &completion->word, flag);
	}
	n = yaml_get(map, "address");
	if (n)
		completion->named |= NAMED_ADDRESS;
	return (!n || number_of(r, n, &completion->address)) && size_of(r, map, completion);
}

/* At most one of three. */
static bool size_of(struct reader *r, struct yaml_node *map, struct completion *completion)
{
	static const char *const names[] = {"size", "size_at_most", "size_at_least"};
	static const enum comparison comparisons[] = {IS_EQUAL, IS_AT_MOST, IS_AT_LEAST};

	for (size_t i = 0; i < 3; i++) {
		const struct yaml_node *n = yaml_get(map, names[i]);
		uint64_t size;

		if (!n)
			continue;
		if (!number_of(r, n, &size))
			return false;
		if (size & (size - 1) || (size && size < 4096))
			return complain(r, n, "A size is a power of two from 0x1000 on, or 0.");
		completion->named |= NAMED_SIZE;
		completion->comparison = (uint8_t)comparisons[i];
		completion->size_log2 = log2_of(size);
		return true;
	}
	return true;
}
