/* The model thinks aloud. */
#include "conformance/explain.h"

#include <inttypes.h>
#include <string.h>

#include "conformance/dut/model.h"
#include "conformance/matcher.h"

struct explainer {
	FILE *out;
	const struct seen *seen; /* of the step */
	bool acting;             /* in a step, and not because the player looks */
	uint64_t irr;            /* where the last part of a virtual APIC's IRR was read */
};

static void put_head(const struct instance *instance, const struct play *how, FILE *out);
static void hear(void *user, const struct gvi_note *note);
static void begin(void *user, const struct seen *seen, size_t number);
static void done(void *user, const struct seen *seen);
static void end(void *user, enum outcome outcome, const char *reason);

void explain_instance(struct dut *model, const struct instance *instance, const struct play *how,
		      FILE *out)
{
	struct explainer e = {.out = out};
	const struct watcher watcher = {&e, begin, done, end};
	struct play play = {.watcher = &watcher, .ntold = how->ntold};
	struct player player;
	char error[80];

	memcpy(play.told, how->told, sizeof play.told);
	put_head(instance, how, out);
	if (!player_begin(&player, model, error, sizeof error)) {
		fprintf(out, "%s\n", error);
		return;
	}
	dut_model_listen(model, hear, &e);
	player_play(&player, instance, &play);
	dut_model_listen(model, NULL, NULL);
	if (play.verdict == PASSED)
		fprintf(out, "\nPassed.\n");
	else
		fprintf(out, "\n%s: %s\n", play.verdict == FAILED ? "Failed" : "Skipped",
			play.reason);
}

static void put_head(const struct instance *instance, const struct play *how, FILE *out)
{
	const struct vector_case *v = instance->vector;

	fprintf(out, "%s%s%s%s\n%s\n", v->id, instance->name[0] ? "[" : "", instance->name,
		instance->name[0] ? "]" : "", v->why);
	fprintf(out, "%s:%u\n", v->file->yaml->name, (unsigned)v->line);
	for (unsigned i = 0; i < how->ntold; i++) {
		const struct gvi_choice_info *info = &gvi_choices[how->told[i].choice];
		unsigned taken = how->told[i].alternative;

		fprintf(out, "The model is told %s=%s: %s\n", info->id,
			info->alternative[taken].name, info->alternative[taken].text);
	}
}

/* ---- What the model says ---------------------------------------------------------- */

static void put_fetch(const struct gvi_note *note, FILE *out);
static void put_choice(const struct gvi_note *note, FILE *out);
static void put_effect(const struct explainer *e, const struct gvi_effect *effect);

static void hear(void *user, const struct gvi_note *note)
{
	struct explainer *e = user;

	if (!e->acting)
		return;
	switch ((enum gvi_note_kind)note->kind) {
	case GVI_NOTE_CLAUSE:
		fprintf(e->out, "     %-32s  %s\n", gvi_clauses[note->id].slug,
			gvi_clauses[note->id].text);
		break;
	case GVI_NOTE_CHOICE:
		put_choice(note, e->out);
		break;
	case GVI_NOTE_FETCH:
		put_fetch(note, e->out);
		e->irr = note->id == GVI_FORMAT_VAPIC_IRR ? note->spa : UINT64_MAX;
		break;
	case GVI_NOTE_EFFECT:
		put_effect(e, note->effect);
		break;
	}
}

static void put_choice(const struct gvi_note *note, FILE *out)
{
	const struct gvi_choice_info *info = &gvi_choices[note->id];

	fprintf(out, "       open: %s  %s  Here %s: %s\n", info->id, info->text,
		info->alternative[note->value].name, info->alternative[note->value].text);
}

static void put_words(const uint64_t *raw, size_t count, FILE *out)
{
	for (size_t i = 0; i < count; i++)
		fprintf(out, " 0x%016" PRIx64, raw[i]);
}

static void put_fields(enum gvi_format_id format, const uint64_t *raw, FILE *out)
{
	char fields[1024];

	(void)gvi_print(format, raw, fields, sizeof fields);
	fprintf(out, "%s", fields[0] ? fields : "all zero");
}

static void put_fetch(const struct gvi_note *note, FILE *out)
{
	static const char *const buses[] = {"", "master abort", "target abort", "poison"};
	enum gvi_format_id format = fetched_format(note);

	fprintf(out, "       read %s at 0x%" PRIx64 ":",
		format == GVI_NFORMATS ? "command" : gvi_formats[format].id, note->spa);
	if (note->bus != GVI_BUS_OK) {
		fprintf(out, " %s\n", buses[note->bus]);
		return;
	}
	put_words(note->raw, note->words, out);
	if (format != GVI_NFORMATS && note->words >= gvi_words(format)) {
		fprintf(out, "\n         ");
		put_fields(format, note->raw, out);
	}
	fputc('\n', out);
}

/* The update of an IRR follows a read of the same place. */
static void put_update(const struct gvi_effect *effect, FILE *out)
{
	uint64_t rises = effect->data[1] & ~effect->data[0];
	unsigned vector = (unsigned)(effect->spa >> 4 & 7) * 32;

	if (!rises)
		fprintf(out, " (IRR: the bit is set already)");
	for (; rises && !(rises & 1); rises >>= 1)
		vector++;
	if (rises)
		fprintf(out, " (IRR: sets the bit of vector 0x%02x)", vector);
}

static void put_effect(const struct explainer *e, const struct gvi_effect *effect)
{
	char line[700];
	struct text t = {line, sizeof line, 0};

	describe_effect(effect, e->seen->ring, &t);
	fprintf(e->out, "       does: %s", line);
	if (effect->kind == GVI_EFFECT_EXCHANGE && effect->spa == e->irr)
		put_update(effect, e->out);
	fputc('\n', e->out);
}

/* ---- Steps --------------------------------------------------------------------------- */

static void put_step(const struct step *step, FILE *out);

static void begin(void *user, const struct seen *seen, size_t number)
{
	struct explainer *e = user;
	const struct step *step = seen->step;

	e->seen = seen;
	fprintf(e->out, "\n%2zu. %s: ", number, step->name);
	put_step(step, e->out);
	fprintf(e->out, "  (line %u)\n", (unsigned)step->line);
	e->acting = step->action != ACTION_CHOICE;
}

static void put_logging(unsigned logging, FILE *out);
static void put_page_answer(const struct gvi_page_answer *answer, FILE *out);

static void done(void *user, const struct seen *seen)
{
	struct explainer *e = user;
	char line[1000];
	struct text t = {line, sizeof line, 0};

	e->acting = false;
	if (seen->page) {
		put_page_answer(seen->page, e->out);
		return;
	}
	if (!seen->answer && !seen->ats)
		return;
	describe_answer(seen, &t);
	fprintf(e->out, "     => %s", line);
	put_logging(seen->ats ? seen->ats->logging : seen->answer->logging, e->out);
}

static void put_logging(unsigned logging, FILE *out)
{
	fprintf(out, "%s\n",
		logging == GVI_SUPPRESSED ? "; the event is suppressed"
		: logging == GVI_LOST     ? "; the event is lost"
					  : "");
}

static void put_page_answer(const struct gvi_page_answer *answer, FILE *out)
{
	static const char *const results[] = {"logged", "lost", "answered automatically",
					      "discarded", "refused"};
	char line[300];
	struct text t = {line, sizeof line, 0};

	fprintf(out, "     => %s%s",
		answer->result <= GVI_PAGE_REFUSED ? results[answer->result] : "?",
		answer->log_b ? " in log B" : "");
	if (answer->has_response) {
		describe_message(&answer->response, &t);
		fprintf(out, "; %s", line);
	}
	put_logging(answer->logging, out);
}

static void end(void *user, enum outcome outcome, const char *reason)
{
	const struct explainer *e = user;

	if (outcome != FITS)
		fprintf(e->out, "     !! %s\n", reason);
}

static void put_access(const struct access *access, bool write, FILE *out);
static void put_asked(const struct step *step, FILE *out);
static void put_invalidation(const struct step *step, FILE *out);
static void put_store(const struct store *store, FILE *out);
static void put_commands(const struct step *step, FILE *out);
static void put_errors(const struct error_list *errors, FILE *out);

static void put_step(const struct step *step, FILE *out)
{
	switch ((enum action)step->action) {
	case ACTION_DMA:
	case ACTION_INTERRUPT:
	case ACTION_ATS:
	case ACTION_PAGE_REQUEST:
		put_asked(step, out);
		break;
	case ACTION_INVALIDATION_DONE:
	case ACTION_INVALIDATION_TIMEOUT:
		put_invalidation(step, out);
		break;
	case ACTION_STORE:
	case ACTION_RACE:
		put_store(&step->u.store, out);
		break;
	case ACTION_WRITE:
		put_access(&step->u.access, true, out);
		break;
	case ACTION_READ:
		put_access(&step->u.access, false, out);
		break;
	case ACTION_COMMANDS:
		put_commands(step, out);
		break;
	case ACTION_UNTIL:
		if (step->u.condition.store.count)
			put_store(&step->u.condition.store, out);
		else
			put_access(&step->u.condition.access, false, out);
		break;
	case ACTION_EXPECT:
		for (size_t i = 0; i < step->u.stores.count; i++) {
			fprintf(out, "%s", i ? "; " : "");
			put_store(&step->u.stores.store[i], out);
		}
		break;
	case ACTION_ERRORS:
		put_errors(&step->u.errors, out);
		break;
	case ACTION_DECODE:
	case ACTION_RESERVED:
		fprintf(out, "%s ", gvi_formats[step->u.check.format].id);
		put_fields((enum gvi_format_id)step->u.check.format, step->u.check.raw, out);
		break;
	case ACTION_CHOICE:
		fprintf(out, "%s", gvi_choices[step->u.choice.choice].text);
		break;
	}
}

static void put_asked(const struct step *step, FILE *out)
{
	char words[300];
	struct text text = {words, sizeof words, 0};

	if (step->action == ACTION_DMA)
		describe_request(&step->u.request, &text);
	else if (step->action == ACTION_INTERRUPT)
		describe_interrupt(&step->u.interrupt, &text);
	else if (step->action == ACTION_ATS)
		describe_ats_request(&step->u.ats, &text);
	else
		describe_page_request(&step->u.page, &text);
	fputs(words, out);
}

static void put_device(uint16_t device, FILE *out)
{
	fprintf(out, "device %02x:%02x.%x ", device >> 8, device >> 3 & 31, device & 7);
}

static void put_invalidation(const struct step *step, FILE *out)
{
	const struct invalidation *i = &step->u.invalidation;

	put_device(i->device, out);
	fprintf(out, "%s",
		step->action == ACTION_INVALIDATION_DONE
			? "completes its oldest invalidate request"
			: "does not complete its oldest invalidate request");
	if (i->has_address)
		fprintf(out, " for 0x%" PRIx64, i->address);
}

static void put_access(const struct access *a, bool write, FILE *out)
{
	uint64_t value = a->value & a->mask;

	if (a->format == GVI_NFORMATS) {
		fprintf(out, "%u bytes at 0x%" PRIx32 ", 0x%" PRIx64, a->size, a->offset, a->value);
		return;
	}
	fprintf(out, "%s ", gvi_formats[a->format].id);
	if (!write || a->modify)
		fprintf(out, "where 0x%" PRIx64 " is set: ", a->mask);
	put_fields((enum gvi_format_id)a->format, &value, out);
}

static void put_store(const struct store *s, FILE *out)
{
	fprintf(out, "0x%" PRIx64 ":", s->at);
	put_words(s->word, s->count < 8 ? s->count : 8, out);
	if (s->count > 8)
		fprintf(out, " and %" PRIu32 " more words", s->count - 8);
	if (s->repeat > 1)
		fprintf(out, ", %" PRIu32 " times", s->repeat);
	if (s->format != GVI_NFORMATS && s->count >= gvi_words((enum gvi_format_id)s->format)) {
		fprintf(out, " %s ", gvi_formats[s->format].id);
		put_fields((enum gvi_format_id)s->format, s->word, out);
	}
}

static void put_commands(const struct step *step, FILE *out)
{
	for (size_t i = 0; i < step->u.stores.count; i++) {
		const uint64_t *raw = step->u.stores.store[i].word;
		char line[700];
		struct text t = {line, sizeof line, 0};

		describe_record(command_format(raw), raw, &t);
		fprintf(out, "%s%s", i ? "; " : "", line);
	}
}

static void put_errors(const struct error_list *errors, FILE *out)
{
	static const char *const buses[] = {"OK", "master abort", "target abort", "poison"};

	if (!errors->count)
		fprintf(out, "none");
	for (size_t i = 0; i < errors->count; i++) {
		const struct dut_error *e = &errors->error[i];

		fprintf(out, "%s%s for %s at 0x%" PRIx64 ", 0x%" PRIx64 " bytes", i ? "; " : "",
			buses[e->bus],
			e->on_read && e->on_write ? "all accesses"
			: e->on_read              ? "reads"
						  : "writes",
			e->spa, e->length);
	}
}
