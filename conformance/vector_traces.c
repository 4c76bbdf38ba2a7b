/* What a step leaves behind: entries of logs, messages to devices, effects. */
#include "conformance/reader.h"

#include <inttypes.h>
#include <string.h>

/* ---- Logs ------------------------------------------------------------------------ */

static bool entries_of(struct reader *r, struct yaml_node *list, enum log_name log,
		       struct entries *entries);
static bool entry_of(struct reader *r, struct yaml_node *map, enum log_name log,
		     struct entry *entry);
static bool messages_of(struct reader *r, struct yaml_node *list, struct messages *messages);

bool traces_of(struct reader *r, struct yaml_node *map, struct traces *traces)
{
	struct yaml_node *list;

	for (unsigned i = 0; i < NLOGS; i++) {
		struct entries *entries = &traces->log[i];

		list = yaml_get(map, log_names[i]);
		if (list && entries->said)
			return complain_key(r, list, "The %s stand beside the answer already.",
					    i == LOG_EVENTS ? "events" : "entries");
		if (list && !entries_of(r, list, (enum log_name)i, entries))
			return false;
	}
	list = yaml_get(map, "messages");
	if (list && traces->messages.said)
		return complain_key(r, list, "The messages stand beside the answer already.");
	return !list || messages_of(r, list, &traces->messages);
}

const char *const log_names[NLOGS] = {"events", "events_b", "ppr", "ppr_b", "ga"};

static bool entries_of(struct reader *r, struct yaml_node *list, enum log_name log,
		       struct entries *entries)
{
	struct entry *made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	entries->entry = made;
	entries->count = list->count;
	entries->said = true;
	for (struct yaml_node *n = list->first; n; n = n->next)
		if (!is_map(r, n) || !entry_of(r, n, log, made++))
			return false;
	return true;
}

/* `as` must be what the log holds; of events there are many kinds. */
static bool entry_of(struct reader *r, struct yaml_node *map, enum log_name log,
		     struct entry *entry)
{
	static const enum gvi_format_id formats[NLOGS] = {
		GVI_NFORMATS, GVI_NFORMATS, GVI_FORMAT_PAGE_SERVICE_REQUEST,
		GVI_FORMAT_PAGE_SERVICE_REQUEST, GVI_FORMAT_GA_LOG_ENTRY};
	struct store words;

	if (!words_of(r, map, &words))
		return false;
	if (words.count != log_words(log))
		return complain(r, map,
				log == LOG_GA         ? "An entry of the GA log has one word."
				: log <= LOG_EVENTS_B ? "An event has two words."
						      : "An entry of the PPR log has two words.");
	if (formats[log] != GVI_NFORMATS && words.format != GVI_NFORMATS &&
	    words.format != formats[log])
		return complain(r, map, "This log has entries of %s only.",
				gvi_formats[formats[log]].id);
	for (unsigned i = 0; i < words.count; i++) {
		entry->raw[i] = words.word[i];
		entry->mask[i] = words.mask ? words.mask[i] : UINT64_MAX;
	}
	return true;
}

unsigned log_words(enum log_name log)
{
	return log == LOG_GA ? 1 : 2;
}

/* ---- Messages to devices ------------------------------------------------------------ */

static bool device_message(struct reader *r, struct yaml_node *map, struct gvi_message *message);
static bool response_of(struct reader *r, struct yaml_node *map, struct gvi_message *message);
static bool body_of(struct reader *r, struct yaml_node *map, uint64_t *body);

static bool messages_of(struct reader *r, struct yaml_node *list, struct messages *messages)
{
	struct gvi_message *made;

	if (!is_list(r, list))
		return false;
	made = arena_array(r->arena, list->count, sizeof *made);
	messages->message = made;
	messages->count = list->count;
	messages->said = true;
	for (struct yaml_node *n = list->first; n; n = n->next)
		if (!is_map(r, n) || !device_message(r, n, made++))
			return false;
	return true;
}

/* {response: {...}} or {invalidate: {...}} */
static bool device_message(struct reader *r, struct yaml_node *map, struct gvi_message *message)
{
	struct yaml_node *response = yaml_get(map, "response");
	struct yaml_node *what = response ? response : yaml_get(map, "invalidate");
	const struct yaml_node *device;

	if (!what)
		return complain(r, map, "One of response and invalidate is missing here.");
	message->kind = response ? GVI_MESSAGE_RESPONSE : GVI_MESSAGE_INVALIDATE;
	device = needed(r, what, "device");
	if (!device || !device_of(r, device, &message->device) ||
	    !pasid_of(r, what, &message->pasid, &message->has_pasid))
		return false;
	return response ? response_of(r, what, message) : body_of(r, what, &message->address);
}

static bool response_of(struct reader *r, struct yaml_node *map, struct gvi_message *message)
{
	const struct yaml_node *group = needed(r, map, "group"), *code;
	uint64_t index, number, word = 0;

	if (!group || !number_below(r, group, 512, &index))
		return false;
	code = needed(r, map, "code");
	if (!code || !number_below(r, code, 16, &number))
		return false;
	(void)gvi_set(GVI_PRG_RESPONSE_PRG_INDEX, &word, index);
	(void)gvi_set(GVI_PRG_RESPONSE_RESPONSE, &word, number);
	message->data = (uint32_t)word;
	return true;
}

/* `raw` is one word here; `as` stands beside it or for it. */
static bool body_of(struct reader *r, struct yaml_node *map, uint64_t *body)
{
	const struct yaml_node *raw = yaml_get(map, "raw");
	struct yaml_node *as = yaml_get(map, "as");
	enum gvi_format_id format;
	uint64_t encoded[GVI_MAX_WORDS];

	if (!raw && !as)
		return complain(r, map, "`raw` or `as` is missing here.");
	if (raw && !raw_word(r, raw, body))
		return false;
	if (!as)
		return true;
	if (!encode_entry(r, as, encoded, &format))
		return false;
	if (format != GVI_FORMAT_ATS_INVALIDATE_REQUEST)
		return complain(r, as, "An ATS_INVALIDATE_REQUEST is expected here.");
	if (raw && *body != encoded[0])
		return complain(r, raw,
				"Word 0 is 0x%016" PRIx64 ", but `as` encodes to 0x%016" PRIx64 ".",
				*body, encoded[0]);
	*body = encoded[0];
	return true;
}

/* ---- Effects ------------------------------------------------------------------ */

static bool patterns_of(struct reader *r, struct yaml_node *map, const char *key,
			struct patterns *patterns);
static bool pattern_of(struct reader *r, struct yaml_node *map, struct pattern *pattern);
static bool write_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern);
static bool exchange_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern);
static bool interrupt_pattern(struct reader *r, struct yaml_node *node, struct pattern *pattern);
static bool sent_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern);

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

/* The name of a source; or a mapping that has it, and names of the message what counts. */
static bool interrupt_pattern(struct reader *r, struct yaml_node *node, struct pattern *pattern)
{
	bool whole = node->kind == YAML_MAP;
	const struct yaml_node *source = whole ? needed(r, node, "source") : node;
	unsigned which;

	pattern->kind = PATTERN_INTERRUPT;
	if (!source || !word_of(r, source, source_names, GVI_NSOURCES, &which))
		return false;
	pattern->source = (uint8_t)which;
	return !whole || sent_pattern(r, node, pattern);
}

static bool sent_pattern(struct reader *r, struct yaml_node *map, struct pattern *pattern)
{
	uint64_t data = 0, destination = 0;
	const struct {
		const char *key;
		enum named bit;
		uint64_t *value;
	} parts[] = {
		{"address", NAMED_MESSAGE_ADDRESS, &pattern->at},
		{"data", NAMED_DATA, &data},
		{"destination", NAMED_DESTINATION, &destination},
	};

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		const struct yaml_node *node = yaml_get(map, parts[i].key);

		if (!node)
			continue;
		pattern->named |= (uint16_t)parts[i].bit;
		if (!number_of(r, node, parts[i].value))
			return false;
	}
	if (data > UINT32_MAX || destination > UINT32_MAX)
		return complain(r, map, "Data and destination have 32 bits.");
	pattern->data = (uint32_t)data;
	pattern->destination = (uint32_t)destination;
	return true;
}
