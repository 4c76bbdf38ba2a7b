/* Coverage counters: notes and calls come in, counters go up. */
#include "conformance/coverage.h"

#include <string.h>

#include "conformance/record.h"

/* What a rule without a note of its own comes with. */
enum cause { RULE, WORDS, OUTCOME };

/* A stretch of a format's bits that is known, both ends inclusive. */
struct stretch {
	unsigned lo, hi;
};

static void add(uint64_t *counter);
static void apply(struct coverage *c, unsigned clause);
static void imply(struct coverage *c, enum cause kind, unsigned cause);
static void take_choice(struct coverage *c, const struct gvi_note *note);
static void take_fetch(struct coverage *c, const struct gvi_note *note);
static void take_effect(struct coverage *c, const struct gvi_effect *effect);
static void take_words(struct coverage *c, enum gvi_format_id format, const uint64_t *raw,
		       struct stretch known);
static void take_record(struct coverage *c, enum gvi_format_id format, const uint64_t *raw);
static void clear(struct coverage_set *set);

void coverage_init(struct coverage *c)
{
	*c = (struct coverage){.features = GVI_ALL_FEATURES, .capability = 0x40};
	c->counts.runs = 1;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		c->rule[i] = (uint16_t)gvi_find_clause(gvi_choices[i].clause);
}

void coverage_features(struct coverage *c, uint64_t features)
{
	c->features = features;
}

/* ---- What happens inside -------------------------------------------------------- */

void coverage_note(struct coverage *c, const struct gvi_note *note)
{
	c->heard = true;
	switch ((enum gvi_note_kind)note->kind) {
	case GVI_NOTE_CLAUSE:
		apply(c, note->id);
		break;
	case GVI_NOTE_CHOICE:
		take_choice(c, note);
		break;
	case GVI_NOTE_FETCH:
		take_fetch(c, note);
		break;
	case GVI_NOTE_EFFECT:
		take_effect(c, note->effect);
		break;
	}
}

/* Where it is met, the rule is applied that leaves it open. */
static void take_choice(struct coverage *c, const struct gvi_note *note)
{
	if (note->id >= GVI_NCHOICES || note->value >= GVI_MAX_ALTERNATIVES)
		return;
	add(&c->counts.choice[note->id][note->value]);
	apply(c, c->rule[note->id]);
}

static void include(struct coverage_set *set, unsigned clause)
{
	if (set->has[clause])
		return;
	set->has[clause] = 1;
	set->clause[set->count++] = (uint16_t)clause;
}

static void apply(struct coverage *c, unsigned clause)
{
	if (clause == GVI_CLAUSE_NONE || clause >= GVI_NCLAUSES)
		return;
	add(&c->counts.clause[clause].applied);
	include(&c->call, clause);
	include(&c->test, clause);
	imply(c, RULE, clause);
}

/* Rows of one cause are few, and none follows from another. */
static void imply(struct coverage *c, enum cause kind, unsigned cause)
{
	static const struct {
		uint16_t kind, cause, rule;
	} implied[] = {
#define WITH_RULE(cause, rule)    {RULE, GVI_CLAUSE_##cause, GVI_CLAUSE_##rule},
#define WITH_WORDS(cause, rule)   {WORDS, GVI_FORMAT_##cause, GVI_CLAUSE_##rule},
#define WITH_OUTCOME(cause, rule) {OUTCOME, COVERAGE_##cause, GVI_CLAUSE_##rule},
#include "conformance/implied.def"
#undef WITH_RULE
#undef WITH_WORDS
#undef WITH_OUTCOME
	};

	for (unsigned i = 0; i < sizeof implied / sizeof implied[0]; i++) {
		if (implied[i].kind != kind || implied[i].cause != cause)
			continue;
		add(&c->counts.clause[implied[i].rule].applied);
		include(&c->call, implied[i].rule);
		include(&c->test, implied[i].rule);
	}
}

/* A device table entry may be read by halves. */
static void take_fetch(struct coverage *c, const struct gvi_note *note)
{
	enum gvi_format_id format = fetched_format(note);
	uint64_t raw[GVI_MAX_WORDS] = {0};
	unsigned first = 0;

	if (note->bus >= COVERAGE_NBUSES || note->id >= GVI_NFORMATS)
		return;
	add(&c->counts.fetch[note->id][note->bus]);
	if (note->bus != GVI_BUS_OK || format == GVI_NFORMATS)
		return;
	if (format == GVI_FORMAT_DTE && note->words < 4)
		first = (unsigned)(note->spa / 8 % 4);
	if (note->words > GVI_MAX_WORDS - first)
		return;
	memcpy(raw + first, note->raw, note->words * sizeof *raw);
	take_words(c, format, raw, (struct stretch){64 * first, 64 * (first + note->words) - 1});
}

static void take_effect(struct coverage *c, const struct gvi_effect *e)
{
	struct coverage_counts *n = &c->counts;
	uint64_t data = e->message.data;

	if (e->bus >= COVERAGE_NBUSES)
		return;
	switch ((enum gvi_effect_kind)e->kind) {
	case GVI_EFFECT_WRITE:
		add(&n->write[e->bus]);
		if (c->nwritten < COVERAGE_MAX_WRITTEN)
			c->written[c->nwritten++] =
				(struct coverage_written){{e->data[0], e->data[1]}, e->length};
		break;
	case GVI_EFFECT_EXCHANGE:
		add(&n->exchange[e->bus]);
		break;
	case GVI_EFFECT_SEND:
		if (e->message.kind < COVERAGE_NMESSAGES)
			add(&n->message[e->message.kind]);
		if (e->message.kind == GVI_MESSAGE_INVALIDATE)
			take_record(c, GVI_FORMAT_ATS_INVALIDATE_REQUEST, &e->message.address);
		if (e->message.kind == GVI_MESSAGE_RESPONSE)
			take_record(c, GVI_FORMAT_PRG_RESPONSE, &data);
		break;
	case GVI_EFFECT_RAISE:
		if (e->data[0] < GVI_NSOURCES)
			add(&n->source[e->data[0]]);
		break;
	}
}

/* ---- Calls ------------------------------------------------------------------------ */

/* The rules that an answer names. */
struct said {
	const uint16_t *clause;
	size_t count;
};

static struct said clauses_of(const struct gvi_input *input, const union gvi_reply *reply);
static void take_clauses(struct coverage *c, const struct gvi_input *input,
			 const union gvi_reply *reply);
static void take_reply(struct coverage *c, const struct gvi_input *input,
		       const union gvi_reply *reply);
static void take_access(struct coverage *c, const struct gvi_input *input,
			const union gvi_reply *reply);
static enum coverage_outcome outcome_of(const struct coverage *c, const struct gvi_input *input,
					const union gvi_reply *reply);
static void conclude(struct coverage *c, enum coverage_outcome outcome);

void coverage_call(struct coverage *c, const struct gvi_input *input, const union gvi_reply *reply,
		   const struct gvi_effect *effects, size_t neffects)
{
	for (size_t i = 0; !c->heard && i < neffects; i++)
		take_effect(c, &effects[i]);
	take_clauses(c, input, reply);
	take_reply(c, input, reply);
	take_access(c, input, reply);
	conclude(c, outcome_of(c, input, reply));
}

static void take_clauses(struct coverage *c, const struct gvi_input *input,
			 const union gvi_reply *reply)
{
	struct said said = clauses_of(input, reply);

	for (size_t i = 0; !c->heard && i < said.count; i++)
		apply(c, said.clause[i]);
	if (input->kind >= GVI_INPUT_STEP)
		said = (struct said){c->call.clause, c->call.count};
	for (size_t i = 0; i < said.count; i++)
		if (said.clause[i] < GVI_NCLAUSES)
			add(&c->counts.clause[said.clause[i]].reported);
}

static void conclude(struct coverage *c, enum coverage_outcome outcome)
{
	add(&c->counts.outcome[outcome]);
	imply(c, OUTCOME, outcome);
	for (unsigned i = 0; i < c->call.count; i++)
		add(&c->counts.clause[c->call.clause[i]].outcome[outcome]);
	coverage_refused(c);
}

void coverage_refused(struct coverage *c)
{
	clear(&c->call);
	c->nwritten = 0;
	c->heard = false;
}

static struct said clauses_of(const struct gvi_input *input, const union gvi_reply *reply)
{
	struct said said = {NULL, 0};

	switch ((enum gvi_input_kind)input->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		said = (struct said){reply->answer.clause, reply->answer.nclauses};
		break;
	case GVI_INPUT_ATS:
		said = (struct said){reply->ats.clause, reply->ats.nclauses};
		break;
	case GVI_INPUT_PAGE:
		said = (struct said){reply->page.clause, reply->page.nclauses};
		break;
	default:
		break;
	}
	if (said.count > GVI_MAX_CLAUSES)
		said.count = GVI_MAX_CLAUSES;
	return said;
}

/* ---- What was produced -------------------------------------------------------------- */

static void take_event(struct coverage *c, const uint64_t event[2]);
static void take_page_request(struct coverage *c, const struct gvi_page_request *r);
static void take_written(struct coverage *c, enum gvi_input_kind kind);

/* An event counts whether or not it found its way into a log. */
static void take_reply(struct coverage *c, const struct gvi_input *input,
		       const union gvi_reply *reply)
{
	switch ((enum gvi_input_kind)input->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		take_event(c, reply->answer.event);
		break;
	case GVI_INPUT_ATS:
		take_event(c, reply->ats.event);
		for (unsigned i = 0; i < reply->ats.count && i < GVI_MAX_TRANSLATIONS; i++)
			take_record(c, GVI_FORMAT_ATS_COMPLETION, &reply->ats.translation[i]);
		break;
	case GVI_INPUT_PAGE:
		take_event(c, reply->page.event);
		if (reply->page.entry[0])
			take_record(c, GVI_FORMAT_PAGE_SERVICE_REQUEST, reply->page.entry);
		take_page_request(c, &input->of.page);
		break;
	default:
		break;
	}
	take_written(c, (enum gvi_input_kind)input->kind);
}

static void take_event(struct coverage *c, const uint64_t event[2])
{
	enum gvi_format_id format = event_format(event);

	if (format != GVI_NFORMATS)
		take_record(c, format, event);
}

/* The message that the device has sent. */
static void take_page_request(struct coverage *c, const struct gvi_page_request *r)
{
	uint64_t word = 0;

	(void)gvi_set(GVI_PAGE_REQUEST_R, &word, r->read);
	(void)gvi_set(GVI_PAGE_REQUEST_W, &word, r->write);
	(void)gvi_set(GVI_PAGE_REQUEST_L, &word, r->last);
	(void)gvi_set(GVI_PAGE_REQUEST_PRG_INDEX, &word, r->group);
	(void)gvi_set(GVI_PAGE_REQUEST_ADDRESS, &word, r->address);
	take_record(c, GVI_FORMAT_PAGE_REQUEST, &word);
}

/* What is written without being in an answer: 8 bytes for an interrupt are an entry
 * of the GA log, unless they are its tail; 16 bytes for a command are an event. */
static void take_written(struct coverage *c, enum gvi_input_kind kind)
{
	for (unsigned i = 0; i < c->nwritten; i++) {
		const struct coverage_written *w = &c->written[i];

		if (kind == GVI_INPUT_INTERRUPT && w->length == 8 &&
		    gvi_get(GVI_GA_LOG_ENTRY_CODE, w->data))
			take_record(c, GVI_FORMAT_GA_LOG_ENTRY, w->data);
		if (w->length == 16 && kind >= GVI_INPUT_STEP)
			take_event(c, w->data);
	}
}

/* ---- Registers ------------------------------------------------------------------------ */

/* An access to the window or to the capability. */
struct reach {
	uint64_t value;
	uint32_t offset;
	unsigned length;
	bool writes;
};

static void take_registers(struct coverage *c, const struct reach *reach);
static void take_capability(struct coverage *c, const struct reach *reach);

static void take_access(struct coverage *c, const struct gvi_input *input,
			const union gvi_reply *reply)
{
	bool writes = input->kind == GVI_INPUT_MMIO_WRITE || input->kind == GVI_INPUT_CONFIG_WRITE;
	struct reach reach = {writes ? input->of.mmio.value : reply->value, input->of.mmio.offset,
			      input->of.mmio.length, writes};

	if (input->kind < GVI_INPUT_MMIO_READ || input->kind >= GVI_NINPUTS || !reach.length ||
	    reach.length > 8)
		return;
	if (input->kind == GVI_INPUT_MMIO_READ || input->kind == GVI_INPUT_MMIO_WRITE)
		take_registers(c, &reach);
	else
		take_capability(c, &reach);
}

static void take_place(struct coverage *c, enum gvi_format_id format, uint32_t offset,
		       const struct reach *reach);

static void take_registers(struct coverage *c, const struct reach *reach)
{
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];

		for (unsigned k = 0; c->features >> r->needs & 1 && k < r->count; k++)
			take_place(c, (enum gvi_format_id)r->format, r->offset + k * r->stride,
				   reach);
	}
}

static void take_capability(struct coverage *c, const struct reach *reach)
{
	uint32_t offset = c->capability;

	for (unsigned format = GVI_FORMAT_CAP_HEADER; format <= GVI_FORMAT_CAP_MISC1; format++) {
		take_place(c, (enum gvi_format_id)format, offset, reach);
		offset += 4;
	}
}

/* The bits of the register at `offset` that the access touches. */
static void take_place(struct coverage *c, enum gvi_format_id format, uint32_t offset,
		       const struct reach *reach)
{
	uint32_t end = offset + gvi_formats[format].bits / 8,
		 reach_end = reach->offset + reach->length;
	uint32_t lo = reach->offset > offset ? reach->offset : offset;
	uint32_t hi = reach_end < end ? reach_end : end;
	uint64_t raw = reach->value;

	if (lo >= hi)
		return;
	raw = lo > offset ? raw << 8 * (lo - offset) : raw >> 8 * (lo - reach->offset);
	c->writes = reach->writes;
	take_words(c, format, &raw, (struct stretch){8 * (lo - offset), 8 * (hi - offset) - 1});
}

/* ---- Fields ------------------------------------------------------------------------- */

static bool inside(const struct gvi_field *field, struct stretch known);
static bool counts(const struct coverage *c, const struct gvi_field *field);
static void take_field(struct coverage *c, enum gvi_field_id field, const uint64_t *raw);

static void take_record(struct coverage *c, enum gvi_format_id format, const uint64_t *raw)
{
	take_words(c, format, raw, (struct stretch){0, UINT16_MAX});
}

static void take_words(struct coverage *c, enum gvi_format_id format, const uint64_t *raw,
		       struct stretch known)
{
	const struct gvi_format *f = &gvi_formats[format];

	add(&c->counts.words[format]);
	imply(c, WORDS, format);
	for (unsigned i = f->first; i < (unsigned)f->first + f->nfields; i++)
		if (inside(&gvi_fields[i], known) && counts(c, &gvi_fields[i]))
			take_field(c, (enum gvi_field_id)i, raw);
}

static bool inside(const struct gvi_field *field, struct stretch known)
{
	for (unsigned i = 0; i < field->nsegments; i++)
		if (field->segment[i].lo < known.lo || field->segment[i].hi > known.hi)
			return false;
	return true;
}

/* Of a register, what software writes; what it cannot write, as it reads it. */
static bool counts(const struct coverage *c, const struct gvi_field *field)
{
	if (coverage_way((enum gvi_format_id)field->format) != COVERAGE_REGISTER)
		return true;
	return c->writes != (field->access == GVI_RO);
}

static enum coverage_class class_of(enum gvi_field_id field, uint64_t value);
static bool count_name(struct coverage *c, enum gvi_field_id field, uint64_t value);

static void take_field(struct coverage *c, enum gvi_field_id field, const uint64_t *raw)
{
	uint64_t value = gvi_get(field, raw);
	bool supported = c->features >> gvi_fields[field].needs & 1;
	enum coverage_class class =
		supported || !value ? class_of(field, value) : COVERAGE_UNSUPPORTED;

	if (class != COVERAGE_UNSUPPORTED && count_name(c, field, value))
		return;
	if (coverage_has(field, class))
		add(&c->counts.field[field][class]);
}

static enum coverage_class class_of(enum gvi_field_id field, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[field];
	uint64_t stored = value >> f->scale;

	if (f->kind == GVI_ENUM || f->kind == GVI_MBZ)
		return value || f->kind == GVI_ENUM ? COVERAGE_RESERVED : COVERAGE_ZERO;
	if (!value)
		return COVERAGE_ZERO;
	if (f->kind == GVI_IGN)
		return COVERAGE_OTHER;
	if (stored == 1)
		return COVERAGE_ONE;
	return stored == UINT64_MAX >> (64 - gvi_width(field)) ? COVERAGE_MAX : COVERAGE_OTHER;
}

/* The rows of a field stand together. */
static bool count_name(struct coverage *c, enum gvi_field_id field, uint64_t value)
{
	if (gvi_fields[field].kind != GVI_ENUM)
		return false;
	for (unsigned i = 0; i < COVERAGE_NVALUES; i++)
		if (gvi_value_names[i].field == field && gvi_value_names[i].value == value) {
			add(&c->counts.value[i]);
			return true;
		}
	return false;
}

/* ---- Outcomes ------------------------------------------------------------------------ */

static enum coverage_outcome of_access(const struct gvi_answer *a, bool interrupt);
static enum coverage_outcome of_ats(const struct gvi_ats_answer *a);
static enum coverage_outcome of_page(const struct gvi_page_answer *a);
static enum coverage_outcome of_step(const struct coverage *c, const union gvi_reply *reply);
static enum coverage_outcome of_refusal(unsigned logging);

static enum coverage_outcome outcome_of(const struct coverage *c, const struct gvi_input *input,
					const union gvi_reply *reply)
{
	switch ((enum gvi_input_kind)input->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		return of_access(&reply->answer, input->kind == GVI_INPUT_INTERRUPT);
	case GVI_INPUT_ATS:
		return of_ats(&reply->ats);
	case GVI_INPUT_PAGE:
		return of_page(&reply->page);
	case GVI_INPUT_STEP:
		return of_step(c, reply);
	case GVI_INPUT_MMIO_READ:
	case GVI_INPUT_CONFIG_READ:
		return COVERAGE_REGISTER_READ;
	case GVI_INPUT_MMIO_WRITE:
	case GVI_INPUT_CONFIG_WRITE:
		return COVERAGE_REGISTER_WRITE;
	case GVI_INPUT_DONE:
	case GVI_INPUT_TIMED_OUT:
	case GVI_NINPUTS:
		break;
	}
	return COVERAGE_COMPLETION;
}

static enum coverage_outcome of_access(const struct gvi_answer *a, bool interrupt)
{
	if (a->result == GVI_ABORT)
		return of_refusal(a->logging);
	if (a->result == GVI_INTERRUPT)
		return COVERAGE_INTERRUPT;
	if (!interrupt)
		return a->translated ? COVERAGE_TRANSLATED : COVERAGE_UNTRANSLATED;
	if (a->message.kind == GVI_MESSAGE_PASSED)
		return COVERAGE_FORWARDED;
	return a->message.kind == GVI_MESSAGE_REMAPPED ? COVERAGE_REMAPPED : COVERAGE_POSTED;
}

static enum coverage_outcome of_ats(const struct gvi_ats_answer *a)
{
	if (a->result == GVI_ABORT)
		return of_refusal(a->logging);
	for (unsigned i = 0; i < a->count && i < GVI_MAX_TRANSLATIONS; i++)
		if (gvi_get(GVI_ATS_COMPLETION_R, &a->translation[i]) ||
		    gvi_get(GVI_ATS_COMPLETION_W, &a->translation[i]))
			return COVERAGE_COMPLETED;
	return COVERAGE_NO_RIGHTS;
}

static enum coverage_outcome of_page(const struct gvi_page_answer *a)
{
	switch ((enum gvi_page_result)a->result) {
	case GVI_PAGE_LOGGED:
		return COVERAGE_PAGE_LOGGED;
	case GVI_PAGE_LOST:
		return COVERAGE_PAGE_LOST;
	case GVI_PAGE_ANSWERED:
		return COVERAGE_PAGE_ANSWERED;
	case GVI_PAGE_DISCARDED:
		return COVERAGE_PAGE_DISCARDED;
	case GVI_PAGE_REFUSED:
		break;
	}
	return of_refusal(a->logging);
}

/* [command.illegal-halt] [command.hardware-halt] The event may be lost. */
static enum coverage_outcome of_step(const struct coverage *c, const union gvi_reply *reply)
{
	if (c->call.has[GVI_CLAUSE_COMMAND_ILLEGAL_HALT] ||
	    c->call.has[GVI_CLAUSE_COMMAND_HARDWARE_HALT])
		return COVERAGE_STOPPED;
	for (unsigned i = 0; i < c->nwritten; i++)
		if (c->written[i].length == 16)
			return COVERAGE_STOPPED;
	return reply->value ? COVERAGE_PERFORMED : COVERAGE_IDLE;
}

static enum coverage_outcome of_refusal(unsigned logging)
{
	switch ((enum gvi_logging)logging) {
	case GVI_LOGGED:
		return COVERAGE_LOGGED;
	case GVI_SUPPRESSED:
		return COVERAGE_SUPPRESSED;
	case GVI_LOST:
		return COVERAGE_LOST;
	case GVI_NO_EVENT:
		break;
	}
	return COVERAGE_SILENT;
}

/* ---- Tests --------------------------------------------------------------------------- */

void coverage_test_begin(struct coverage *c)
{
	coverage_refused(c);
	clear(&c->test);
}

void coverage_test_end(struct coverage *c, bool passed, const uint16_t *clauses, size_t count)
{
	add(&c->counts.tests);
	for (size_t i = 0; passed && i < count; i++) {
		if (clauses[i] >= GVI_NCLAUSES)
			continue;
		add(&c->counts.clause[clauses[i]].named);
		if (c->test.has[clauses[i]])
			add(&c->counts.clause[clauses[i]].exercised);
	}
	clear(&c->test);
}

static void clear(struct coverage_set *set)
{
	for (unsigned i = 0; i < set->count; i++)
		set->has[set->clause[i]] = 0;
	set->count = 0;
}

/* ---- Counters ------------------------------------------------------------------------- */

_Static_assert(sizeof(struct coverage_counts) % sizeof(uint64_t) == 0, "counters and nothing else");

void coverage_merge(struct coverage_counts *into, const struct coverage_counts *from)
{
	for (size_t at = 0; at < sizeof *into; at += sizeof(uint64_t)) {
		uint64_t sum, more;

		memcpy(&sum, (const char *)into + at, sizeof sum);
		memcpy(&more, (const char *)from + at, sizeof more);
		sum = more > COVERAGE_FULL - sum ? COVERAGE_FULL : sum + more;
		memcpy((char *)into + at, &sum, sizeof sum);
	}
}

static void add(uint64_t *counter)
{
	*counter += *counter < COVERAGE_FULL;
}
