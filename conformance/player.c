/* The player: from an instance to a verdict. */
#include "conformance/player.h"

#include <stdio.h>
#include <string.h>

#include "conformance/dut/model.h"
#include "conformance/matcher.h"
#include "conformance/reader.h"

/* A log, as far as it has been read; where it lies is in seen.ring. */
struct log {
	uint64_t tail;
	bool visible; /* its registers can be read */
};

/* The invalidate requests that devices have not completed yet, oldest first. */
enum { MAX_OUTSTANDING = 1024 };

struct outstanding {
	size_t count;
	struct {
		uint64_t body; /* an ATS_INVALIDATE_REQUEST */
		uint16_t device;
		uint8_t tag;
	} request[MAX_OUTSTANDING];
};

struct session {
	struct player *player;
	struct dut *dut;
	const struct dut_class *class;
	const struct instance *instance;
	struct play *play;
	const struct step *step; /* at top level: not one below `permitted` */
	size_t number;           /* of it, from 1; 0 = set-up */
	struct log log[NLOGS];
	struct outstanding outstanding;
	struct gvi_answer answer;
	struct gvi_ats_answer ats_answer;
	struct gvi_page_answer page_answer;
	uint8_t possible[GVI_NCHOICES];
	enum dut_status lost;   /* how, once the device is GONE */
	struct text *why, text; /* why: NULL while something is only tried */
	char line[MAX_REASON - 64];
	struct seen seen;
};

bool player_begin(struct player *p, struct dut *dut, char *error, size_t size)
{
	*p = (struct player){.dut = dut, .abilities = dut->class->abilities(dut)};
	memset(p->possible, 0xff, sizeof p->possible);
	if (p->abilities & DUT_CONFIGURE)
		return true;
	(void)gvi_preset(GVI_PRESET_NOTHING, &p->fixed);
	if (dut->class->start(dut, &p->fixed) != DUT_OK) {
		snprintf(error, size, "%s cannot be started", dut->class->name);
		return false;
	}
	dut->class->stop(dut);
	return true;
}

static void tell_again(struct play *play, const struct play *again);
static bool applies(const struct session *s, const struct gvi_config *config);
static enum outcome start(struct session *s, struct gvi_config *config);
static enum outcome set_up(struct session *s);
static enum outcome play_steps(struct session *s);
static void judge(struct session *s, enum outcome outcome);
static void learn(struct session *s, const struct gvi_config *config);

static void play_once(struct player *p, const struct instance *instance, struct play *play);

/* A device that is lost may have been spoilt by a case before: a fresh one tells.  It
 * has failed all the same. */
void player_play(struct player *p, const struct instance *instance, struct play *play)
{
	struct play again = *play;

	play_once(p, instance, play);
	if (!play->lost)
		return;
	play_once(p, instance, &again);
	play->verdict = FAILED;
	tell_again(play, &again);
}

static void play_once(struct player *p, const struct instance *instance, struct play *play)
{
	struct session s = {
		.player = p,
		.dut = p->dut,
		.class = p->dut->class,
		.instance = instance,
		.play = play,
		.seen = {.abilities = p->abilities},
	};
	struct gvi_config config = p->abilities & DUT_CONFIGURE ? instance->config : p->fixed;
	enum outcome outcome;

	s.text = (struct text){s.line, sizeof s.line, 0};
	s.why = &s.text;
	play->reason[0] = '\0';
	play->partial = play->lost = false;
	play->verdict = NOT_APPLICABLE;
	if (!applies(&s, &config))
		return;
	outcome = start(&s, &config);
	if (outcome == FITS) {
		outcome = set_up(&s);
		if (outcome == FITS)
			outcome = play_steps(&s);
		s.class->stop(s.dut);
	}
	learn(&s, &config);
	judge(&s, outcome);
}

/* What the fresh device made of it. */
static void tell_again(struct play *play, const struct play *again)
{
	struct text reason = {play->reason, MAX_REASON, strlen(play->reason)};

	text_add(&reason, "; sent again to a fresh device, ");
	if (again->verdict == PASSED)
		text_add(&reason, "it passed");
	else if (strncmp(again->reason, play->reason, strlen(again->reason)) == 0)
		text_add(&reason, "it came to the same");
	else
		text_add(&reason, "%s", again->reason);
}

static bool vary(struct player *p, const struct instance *instance, unsigned most,
		 const uint8_t *outer, struct play *play);

void player_play_all(struct player *p, const struct instance *instance, struct play *play)
{
	static const uint8_t none[GVI_NCHOICES];
	bool good;

	play->ntold = 0;
	good = vary(p, instance, 1, none, play);
	/* Only then pairs: what one choice does alone is not blamed on two. */
	if (good && p->freedom)
		good = vary(p, instance, MAX_TOLD, none, play);
	if (good)
		play->ntold = 0;
}

static void find_open(const struct player *p, const struct instance *instance, const uint8_t *outer,
		      const struct play *play, uint8_t *open);

/* Plays, and then all that differs in one more choice.  What was open one choice
 * earlier (outer) is combined with later ones only: no pair is played twice. */
static bool vary(struct player *p, const struct instance *instance, unsigned most,
		 const uint8_t *outer, struct play *play)
{
	unsigned depth = play->ntold;
	uint8_t open[GVI_NCHOICES];

	player_play(p, instance, play);
	if (play->verdict != PASSED)
		return false;
	if (depth == most || p->dut->class != &dut_model || !(p->abilities & DUT_CONFIGURE))
		return true;
	find_open(p, instance, outer, play, open);
	play->ntold = depth + 1;
	for (unsigned c = 0; c < GVI_NCHOICES; c++)
		for (unsigned i = 1; open[c] && i < gvi_choices[c].count; i++) {
			play->told[depth] = (struct habit){(uint16_t)c, (uint8_t)i};
			if (!vary(p, instance, most, open, play))
				return false;
		}
	play->ntold = depth;
	return true;
}

/* The choices whose other alternatives have to come out as the case says, too. */
static void find_open(const struct player *p, const struct instance *instance, const uint8_t *outer,
		      const struct play *play, uint8_t *open)
{
	unsigned last = play->ntold ? play->told[play->ntold - 1].choice : 0;

	for (unsigned c = 0; c < GVI_NCHOICES; c++) {
		bool varies = instance->names[c] || (p->freedom && p->asked[c]);

		open[c] = varies && instance->config.habit[c] == GVI_UNSETTLED &&
			  !(play->ntold && outer[c] && c <= last);
	}
}

/* ---- Whether the case is for this device ---------------------------------------- */

static bool holds(const struct need *need, const struct gvi_config *config, unsigned abilities);
static bool is_configured_so(const struct instance *instance, const struct gvi_config *fixed);

static bool applies(const struct session *s, const struct gvi_config *config)
{
	if (s->instance->habits && !(s->player->abilities & DUT_CONFIGURE)) {
		snprintf(s->play->reason, MAX_REASON, "the device cannot be told its habits");
		return false;
	}
	if (!(s->player->abilities & DUT_CONFIGURE) && !is_configured_so(s->instance, config)) {
		snprintf(s->play->reason, MAX_REASON, "the device is configured otherwise");
		return false;
	}
	for (unsigned i = 0; i < 2; i++)
		for (size_t k = 0; k < s->instance->needs[i].count; k++) {
			const struct need *need = &s->instance->needs[i].need[k];

			if (holds(need, config, s->player->abilities))
				continue;
			snprintf(s->play->reason, MAX_REASON, "needs %s", need->text);
			return false;
		}
	return true;
}

/* A profile's configuration is only the usual one; that of a file or a case is
 * what its expectations are about. */
static bool is_configured_so(const struct instance *instance, const struct gvi_config *fixed)
{
	struct gvi_config asked;

	memcpy(&asked, fixed, sizeof asked);
	for (unsigned i = 1; i < 3; i++) {
		const struct given *given = instance->given[i];

		if (given)
			apply_config(&asked, given->config, given->nconfig);
	}
	/* [pci.capability-header] What all have to say there is no configuration, and
	 * registers that answer are enabled [pci.enable-lock]. */
	if (asked.enabled)
		asked.enabled = fixed->enabled;
	asked.capability = (asked.capability & 0x1f00ff00) | (fixed->capability & 0xe0ff00ff);
	return memcmp(&asked, fixed, sizeof asked) == 0;
}

static uint64_t subject(const struct need *need, const struct gvi_config *config,
			unsigned abilities);

static bool holds(const struct need *need, const struct gvi_config *config, unsigned abilities)
{
	uint64_t value = subject(need, config, abilities);

	switch ((enum comparison)need->comparison) {
	case IS_EQUAL:
		return value == need->value;
	case IS_UNEQUAL:
		return value != need->value;
	case IS_LESS:
		return value < need->value;
	case IS_AT_MOST:
		return value <= need->value;
	case IS_MORE:
		return value > need->value;
	case IS_AT_LEAST:
		break;
	}
	return value >= need->value;
}

static uint64_t configured(enum gvi_field_id field, const struct gvi_config *config);

static uint64_t subject(const struct need *need, const struct gvi_config *config,
			unsigned abilities)
{
	switch ((enum need_subject)need->subject) {
	case NEED_FIELD:
		return configured((enum gvi_field_id)need->id, config);
	case NEED_REVISION:
		return config->revision;
	case NEED_NO_HOST:
		return config->no_host;
	case NEED_SNP:
		return config->snp;
	case NEED_ABILITY:
		break;
	}
	return (abilities & need->id) != 0;
}

static uint64_t configured(enum gvi_field_id field, const struct gvi_config *config)
{
	uint64_t word = 0;

	switch (gvi_fields[field].format) {
	case GVI_FORMAT_EFR:
		word = config->efr;
		break;
	case GVI_FORMAT_EFR2:
		word = config->efr2;
		break;
	case GVI_FORMAT_CAP_HEADER:
		word = config->capability;
		break;
	case GVI_FORMAT_CAP_MISC0:
		word = config->misc0;
		break;
	case GVI_FORMAT_CAP_MISC1:
		word = config->misc1;
		break;
	}
	return gvi_get(field, &word);
}

/* ---- Start and verdict ----------------------------------------------------------- */

static bool predicts(const struct session *s);
static enum outcome outcome_of(struct session *s, enum dut_status status);
static void settle_habits(struct session *s, const struct gvi_config *config);

static enum outcome start(struct session *s, struct gvi_config *config)
{
	enum gvi_status status;

	memset(s->player->asked, 0, sizeof s->player->asked);
	for (unsigned i = 0; i < s->play->ntold; i++)
		config->habit[s->play->told[i].choice] = s->play->told[i].alternative;
	settle_habits(s, config);
	if (s->player->abilities & DUT_CONFIGURE) {
		status = gvi_check(config);
		if (status != GVI_OK) {
			text_add(s->why, "the configuration: %s", gvi_status_text(status));
			return DIFFERS;
		}
	}
	return outcome_of(s, s->class->start(s->dut, config));
}

static bool predicts(const struct session *s)
{
	return s->class == &dut_model || s->class == &dut_window;
}

/* What was settled before the start is what must come out.  The model takes the
 * preferred alternative of all the others. */
static void settle_habits(struct session *s, const struct gvi_config *config)
{
	bool tells = s->player->abilities & DUT_CONFIGURE;

	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		unsigned habit = config->habit[i];

		s->possible[i] = s->player->possible[i];
		if (tells && habit == GVI_UNSETTLED && predicts(s))
			habit = 0;
		if (tells && habit != GVI_UNSETTLED)
			s->possible[i] = (uint8_t)(1u << habit);
	}
}

static void keep_habit(struct session *s, unsigned choice)
{
	if (s->player->possible[choice] == s->possible[choice])
		return;
	s->player->possible[choice] = s->possible[choice];
	snprintf(s->player->shown_by[choice], sizeof s->player->shown_by[choice], "%s",
		 s->instance->vector->id);
}

/* Keeps for the rest of the run what this case has shown of the device's own
 * habits. */
static void learn(struct session *s, const struct gvi_config *config)
{
	bool tells = s->player->abilities & DUT_CONFIGURE;

	if (predicts(s) && tells)
		return;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (!tells || config->habit[i] == GVI_UNSETTLED)
			keep_habit(s, i);
}

static const char *alternative_name(const struct habit *habit)
{
	return gvi_choices[habit->choice].alternative[habit->alternative].name;
}

static void judge(struct session *s, enum outcome outcome)
{
	static const enum verdict verdicts[] = {PASSED, FAILED, NOT_OBSERVABLE, FAILED};
	struct play *play = s->play;
	struct text reason;

	play->verdict = verdicts[outcome];
	play->lost = outcome == GONE;
	play->partial = outcome == FITS && s->seen.partial;
	if (outcome == FITS)
		return;
	reason = (struct text){play->reason, MAX_REASON, 0};
	for (unsigned i = 0; i < play->ntold; i++)
		text_add(&reason, "%s %s=%s%s", i ? " and" : "with",
			 gvi_choices[play->told[i].choice].id, alternative_name(&play->told[i]),
			 i + 1 < play->ntold ? "" : ", ");
	if (s->step)
		text_add(&reason, "step %zu (%s, line %u): %s", s->number, s->step->name,
			 (unsigned)s->step->line, s->line);
	else
		text_add(&reason, "set-up: %s", s->line);
}

static enum outcome outcome_of(struct session *s, enum dut_status status)
{
	static const char *const gone[] = {[DUT_DIED] = "the device has died",
					   [DUT_TIMEOUT] = "the device does not answer",
					   [DUT_NONSENSE] = "the device talks nonsense"};
	const char *how = "";

	if (status == DUT_OK)
		return FITS;
	if (status == DUT_UNSUPPORTED) {
		text_add(s->why, "the device cannot do or show this");
		return UNSEEN;
	}
	if (s->class->complaint)
		how = s->class->complaint(s->dut);
	text_add(s->why, "%s%s%s", gone[status], *how ? ": " : "", how);
	s->lost = status;
	return GONE;
}

/* ---- Set-up ------------------------------------------------------------------------ */

static enum outcome store(struct session *s, const struct store *store);
static enum outcome write_access(struct session *s, const struct access *access);
static enum outcome settle(struct session *s);
static enum outcome look_up_logs(struct session *s);
static enum outcome fetch_messages(struct session *s);
static enum outcome set_up_part(struct session *s, const struct given *given);

static enum outcome set_up(struct session *s)
{
	enum outcome o = FITS;

	for (unsigned i = 0; i < 3 && o == FITS; i++)
		if (s->instance->given[i])
			o = set_up_part(s, s->instance->given[i]);
	if (s->class->begin)
		s->class->begin(s->dut);
	if (o == FITS)
		o = fetch_messages(s);
	return o == FITS ? look_up_logs(s) : o;
}

static enum outcome set_up_part(struct session *s, const struct given *given)
{
	enum outcome o = FITS;

	for (size_t i = 0; i < given->nstores && o == FITS; i++)
		o = store(s, &given->store[i]);
	for (size_t i = 0; i < given->naccesses && o == FITS; i++)
		o = write_access(s, &given->access[i]);
	if (o == FITS && given->naccesses)
		o = settle(s);
	if (o == FITS && given->has_errors)
		o = outcome_of(s,
			       s->class->inject(s->dut, given->errors.error, given->errors.count));
	return o;
}

/* ---- Steps -------------------------------------------------------------------------- */

static enum outcome play_step(struct session *s, const struct step *step);
static enum outcome perform(struct session *s, const struct step *step);
static bool is_about_device(const struct step *step);
static enum outcome read_logs(struct session *s);
static enum outcome fetch_effects(struct session *s);
static enum outcome compare(struct session *s, const struct step *step);

static enum outcome play_steps(struct session *s)
{
	const struct watcher *watcher = s->play->watcher;
	enum outcome o = FITS;

	for (size_t i = 0; i < s->instance->steps.count && o == FITS; i++) {
		s->seen.step = s->step = s->instance->steps.step[i];
		s->number = i + 1;
		if (watcher)
			watcher->begin(watcher->user, &s->seen, s->number);
		o = play_step(s, s->step);
		if (watcher)
			watcher->end(watcher->user, o, s->line);
	}
	return o;
}

static enum outcome play_step(struct session *s, const struct step *step)
{
	const struct watcher *watcher = s->play->watcher;
	enum outcome o = FITS;

	s->seen.answer = NULL;
	s->seen.ats = NULL;
	s->seen.page = NULL;
	s->seen.nmessages = 0;
	memset(s->seen.nentries, 0, sizeof s->seen.nentries);
	/* What set-up and the steps before did is not this step's. */
	if (step->effects)
		o = fetch_effects(s);
	if (o == FITS)
		o = perform(s, step);
	if (watcher)
		watcher->done(watcher->user, &s->seen);
	if (o != FITS || !is_about_device(step))
		return o;
	o = read_logs(s);
	if (o == FITS)
		o = fetch_messages(s);
	if (o == FITS && step->effects)
		o = fetch_effects(s);
	return o == FITS ? compare(s, step) : o;
}

static bool is_about_device(const struct step *step)
{
	return step->action != ACTION_DECODE && step->action != ACTION_RESERVED;
}

static enum outcome fetch_effects(struct session *s)
{
	if (!(s->player->abilities & DUT_EFFECTS))
		return FITS;
	return outcome_of(s, s->class->effects(s->dut, &s->seen.effects, &s->seen.neffects));
}

static bool keep(struct session *s, const struct gvi_message *message);

/* The requests among them wait for their completions from now on. */
static enum outcome fetch_messages(struct session *s)
{
	enum outcome o;

	if (!(s->player->abilities & (DUT_ATS | DUT_PRI)))
		return FITS;
	o = outcome_of(s, s->class->messages(s->dut, &s->seen.messages, &s->seen.nmessages));
	for (size_t i = 0; i < s->seen.nmessages && o == FITS; i++)
		if (s->seen.messages[i].kind == GVI_MESSAGE_INVALIDATE &&
		    !keep(s, &s->seen.messages[i]))
			o = DIFFERS;
	return o;
}

/* Whoever sends a device two requests with one tag cannot tell their completions
 * apart [command.iotlb-limit]. */
static bool keep(struct session *s, const struct gvi_message *message)
{
	struct outstanding *all = &s->outstanding;

	for (size_t i = 0; i < all->count; i++)
		if (all->request[i].device == message->device &&
		    all->request[i].tag == message->tag) {
			text_add(s->why, "tag %u is used twice: ", message->tag);
			describe_message(message, s->why);
			return false;
		}
	if (all->count == MAX_OUTSTANDING) {
		text_add(s->why, "more than %d invalidate requests are outstanding",
			 MAX_OUTSTANDING);
		return false;
	}
	all->request[all->count].body = message->address;
	all->request[all->count].device = message->device;
	all->request[all->count++].tag = message->tag;
	return true;
}

/* A habit that changes its mind: when it was shown first. */
static void tell_who(struct session *s, unsigned choice)
{
	if (s->why && s->player->shown_by[choice][0])
		text_add(s->why, "; what it has settled on was shown by %s",
			 s->player->shown_by[choice]);
}

static enum outcome compare(struct session *s, const struct step *step)
{
	if (!match_answer(step->answer, &s->seen, s->possible, s->why)) {
		if (step->answer->kind == ANSWER_CHOICE)
			tell_who(s, step->answer->choice);
		return DIFFERS;
	}
	if (step->effects && !match_effects(step->effects, &s->seen, s->why))
		return DIFFERS;
	return FITS;
}

static enum outcome dma(struct session *s, const struct step *step);
static enum outcome interrupt(struct session *s, const struct step *step);
static enum outcome ats(struct session *s, const struct step *step);
static enum outcome page_request(struct session *s, const struct step *step);
static enum outcome invalidation(struct session *s, const struct step *step);
static enum outcome store_step(struct session *s, const struct step *step);
static enum outcome write_step(struct session *s, const struct step *step);
static enum outcome read_step(struct session *s, const struct step *step);
static enum outcome commands(struct session *s, const struct step *step);
static enum outcome until(struct session *s, const struct step *step);
static enum outcome expect(struct session *s, const struct step *step);
static enum outcome errors(struct session *s, const struct step *step);
static enum outcome race(struct session *s, const struct step *step);
static enum outcome format_step(struct session *s, const struct step *step);
static enum outcome choice(struct session *s, const struct step *step);

static enum outcome perform(struct session *s, const struct step *step)
{
	static enum outcome (*const actions[])(struct session * s, const struct step *step) = {
		[ACTION_DMA] = dma,
		[ACTION_INTERRUPT] = interrupt,
		[ACTION_ATS] = ats,
		[ACTION_PAGE_REQUEST] = page_request,
		[ACTION_INVALIDATION_DONE] = invalidation,
		[ACTION_INVALIDATION_TIMEOUT] = invalidation,
		[ACTION_STORE] = store_step,
		[ACTION_WRITE] = write_step,
		[ACTION_READ] = read_step,
		[ACTION_COMMANDS] = commands,
		[ACTION_UNTIL] = until,
		[ACTION_EXPECT] = expect,
		[ACTION_ERRORS] = errors,
		[ACTION_RACE] = race,
		[ACTION_DECODE] = format_step,
		[ACTION_RESERVED] = format_step,
		[ACTION_CHOICE] = choice,
	};

	return actions[step->action](s, step);
}

/* ---- Accesses -------------------------------------------------------------------------- */

enum { MAX_CANDIDATES = 32 };

static enum dut_status read_register(struct session *s, enum gvi_register_id id, uint64_t *value);

static size_t addresses_of(const struct answer *answer, uint64_t *to, size_t count);

static enum outcome dma(struct session *s, const struct step *step)
{
	uint64_t candidates[MAX_CANDIDATES];
	const struct dut_dma access = {
		.request = step->u.request,
		.candidate = candidates,
		.ncandidates = addresses_of(step->answer, candidates, 0),
	};
	enum outcome o;

	memset(&s->answer, 0, sizeof s->answer);
	o = outcome_of(s, s->class->dma(s->dut, &access, &s->answer));
	if (o == FITS)
		s->seen.answer = &s->answer;
	return o;
}

static enum outcome interrupt(struct session *s, const struct step *step)
{
	enum outcome o;

	memset(&s->answer, 0, sizeof s->answer);
	o = outcome_of(s, s->class->interrupt(s->dut, &step->u.interrupt, &s->answer));
	if (o == FITS)
		s->seen.answer = &s->answer;
	return o;
}

/* All addresses that a grant may go to. */
static size_t addresses_of(const struct answer *answer, uint64_t *to, size_t count)
{
	if (answer->kind == ANSWER_CHOICE)
		for (unsigned i = 0; i < gvi_choices[answer->choice].count; i++)
			count = addresses_of(answer->alternative[i], to, count);
	else if (answer->named & NAMED_ADDRESS && count < MAX_CANDIDATES)
		to[count++] = answer->expected.address;
	return count;
}

/* ---- Devices that translate for themselves --------------------------------------------- */

static enum outcome ats(struct session *s, const struct step *step)
{
	enum outcome o;

	memset(&s->ats_answer, 0, sizeof s->ats_answer);
	o = outcome_of(s, s->class->ats(s->dut, &step->u.ats, &s->ats_answer));
	if (o == FITS)
		s->seen.ats = &s->ats_answer;
	return o;
}

static enum outcome page_request(struct session *s, const struct step *step)
{
	enum outcome o;

	memset(&s->page_answer, 0, sizeof s->page_answer);
	o = outcome_of(s, s->class->page_request(s->dut, &step->u.page, &s->page_answer));
	if (o == FITS)
		s->seen.page = &s->page_answer;
	return o;
}

static size_t find_outstanding(const struct session *s, const struct invalidation *which);
static enum outcome times_out(struct session *s);

/* Commands that waited for it go on. */
static enum outcome invalidation(struct session *s, const struct step *step)
{
	struct outstanding *all = &s->outstanding;
	bool completes = step->action == ACTION_INVALIDATION_DONE, known = false;
	size_t i = find_outstanding(s, &step->u.invalidation);
	enum outcome o = completes ? FITS : times_out(s);

	if (o != FITS)
		return o;
	if (i == all->count) {
		text_add(s->why, "this device has no such invalidate request to complete");
		return DIFFERS;
	}
	o = outcome_of(s, s->class->invalidation(s->dut, all->request[i].device,
						 all->request[i].tag, completes, &known));
	if (o != FITS)
		return o;
	if (!known) {
		text_add(s->why, "the device has forgotten the invalidate request with tag %u",
			 all->request[i].tag);
		return DIFFERS;
	}
	memmove(&all->request[i], &all->request[i + 1],
		(--all->count - i) * sizeof all->request[0]);
	return settle(s);
}

/* The oldest of the device's, or of those that are about the address. */
static size_t find_outstanding(const struct session *s, const struct invalidation *which)
{
	const struct outstanding *all = &s->outstanding;
	size_t i = 0;

	while (i < all->count &&
	       (all->request[i].device != which->device ||
		(which->has_address && !is_invalidated(all->request[i].body, which->address))))
		i++;
	return i;
}

/* With InvTimeOut=0 the IOMMU waits for ever [command.iotlb-timeout]. */
static enum outcome times_out(struct session *s)
{
	uint64_t control;
	enum outcome o = outcome_of(s, read_register(s, GVI_REGISTER_CONTROL, &control));

	if (o != FITS || gvi_get(GVI_CONTROL_INV_TIMEOUT, &control))
		return o;
	text_add(s->why, "InvTimeOut is 0: the IOMMU waits for ever");
	return DIFFERS;
}

static enum outcome settle(struct session *s)
{
	return outcome_of(s, s->class->settle(s->dut));
}

/* ---- Registers --------------------------------------------------------------------------- */

static enum outcome read_access(struct session *s, const struct access *access, uint64_t *value)
{
	uint32_t narrow_value = 0;
	enum dut_status status;

	if (!access->pci)
		return outcome_of(s,
				  s->class->mmio_read(s->dut, access->offset, access->size, value));
	status = s->class->pci_read(s->dut, access->offset, access->size, &narrow_value);
	*value = narrow_value;
	return outcome_of(s, status);
}

static enum outcome write_access(struct session *s, const struct access *access)
{
	uint64_t old = 0, value = access->value;
	enum outcome o = access->modify ? read_access(s, access, &old) : FITS;

	if (o != FITS)
		return o;
	if (access->modify)
		value |= old & ~access->mask;
	if (access->pci)
		return outcome_of(s, s->class->pci_write(s->dut, access->offset, access->size,
							 (uint32_t)value));
	return outcome_of(s, s->class->mmio_write(s->dut, access->offset, access->size, value));
}

static const struct {
	enum gvi_register_id base, tail;
} log_registers[NLOGS] = {
	[LOG_EVENTS] = {GVI_REGISTER_EVENT_LOG_BASE, GVI_REGISTER_EVENT_LOG_TAIL},
	[LOG_EVENTS_B] = {GVI_REGISTER_EVENT_LOG_B_BASE, GVI_REGISTER_EVENT_LOG_B_TAIL},
	[LOG_PPR] = {GVI_REGISTER_PPR_LOG_BASE, GVI_REGISTER_PPR_LOG_TAIL},
	[LOG_PPR_B] = {GVI_REGISTER_PPR_LOG_B_BASE, GVI_REGISTER_PPR_LOG_B_TAIL},
	[LOG_GA] = {GVI_REGISTER_GA_LOG_BASE, GVI_REGISTER_GA_LOG_TAIL},
};

static bool moves_log(const struct access *access);

static enum outcome write_step(struct session *s, const struct step *step)
{
	const struct access *access = &step->u.access;
	enum outcome o = write_access(s, access);

	if (o == FITS && moves_log(access))
		o = look_up_logs(s);
	return o == FITS ? settle(s) : o;
}

static bool overlaps(const struct access *access, enum gvi_register_id id)
{
	uint32_t offset = gvi_registers[id].offset;

	return access->offset < offset + 8 && offset < access->offset + access->size;
}

/* Writes after which the tail of a log stands elsewhere, without new entries. */
static bool moves_log(const struct access *access)
{
	bool moves = access->pci;

	for (unsigned i = 0; i < NLOGS; i++)
		moves = moves || overlaps(access, log_registers[i].base) ||
			overlaps(access, log_registers[i].tail);
	return moves;
}

static enum outcome read_step(struct session *s, const struct step *step)
{
	uint64_t value = 0;
	enum outcome o = read_access(s, &step->u.access, &value);

	if (o != FITS)
		return o;
	return match_register(&step->u.access, value, s->why) ? FITS : DIFFERS;
}

static enum dut_status read_register(struct session *s, enum gvi_register_id id, uint64_t *value)
{
	*value = 0;
	return s->class->mmio_read(s->dut, gvi_registers[id].offset, 8, value);
}

/* ---- Rings --------------------------------------------------------------------------------- */

enum { RECORD = 16 };

/* The length of a ring by its base register, which looks alike for all; 0 if the
 * code is reserved. */
static uint64_t ring_bytes(uint64_t base)
{
	uint64_t length = gvi_get(GVI_EVENT_LOG_BASE_LEN, &base);

	return length < 8 ? 0 : (uint64_t)RECORD << length;
}

static enum outcome look_up_log(struct session *s, enum log_name which);

static enum outcome look_up_logs(struct session *s)
{
	enum outcome o = FITS;

	for (unsigned i = 0; i < NLOGS && o == FITS; i++)
		o = look_up_log(s, (enum log_name)i);
	return o;
}

static uint64_t log_bytes(const struct session *s, enum log_name which, uint64_t base);
static uint64_t tail_of(uint64_t value);

/* Where the log ends now; later entries are new.  Without registers to look at
 * there is no log. */
static enum outcome look_up_log(struct session *s, enum log_name which)
{
	struct log *log = &s->log[which];
	struct ring *ring = &s->seen.ring[which];
	enum dut_status status;
	uint64_t base, tail = 0;

	*ring = (struct ring){0};
	log->visible = false;
	if (!(s->player->abilities & DUT_EVENTS))
		return FITS;
	status = read_register(s, log_registers[which].base, &base);
	if (status == DUT_OK && log_bytes(s, which, base))
		status = read_register(s, log_registers[which].tail, &tail);
	if (status == DUT_UNSUPPORTED)
		return FITS;
	if (status != DUT_OK)
		return outcome_of(s, status);
	log->visible = true;
	ring->base = gvi_get(GVI_EVENT_LOG_BASE_BASE, &base);
	ring->bytes = log_bytes(s, which, base);
	log->tail = ring->bytes ? tail_of(tail) % ring->bytes : 0;
	return FITS;
}

/* What the length of the GA log counts, and how far its pointers reach, is the
 * device's habit [galog.length], [galog.pointer]. */
static uint64_t log_bytes(const struct session *s, enum log_name which, uint64_t base)
{
	uint64_t bytes = ring_bytes(base);

	if (which != LOG_GA)
		return bytes;
	if (!(s->possible[GVI_CHOICE_GA_LOG_LENGTH] & 1))
		bytes /= 2;
	if (bytes > 0x10000 && s->possible[GVI_CHOICE_GA_LOG_POINTER] & 1)
		bytes = 0x10000;
	return bytes;
}

/* As wide as the widest; bits that a pointer does not have read 0. */
static uint64_t tail_of(uint64_t value)
{
	return value & 0x7fff8;
}

static uint64_t load(const uint8_t bytes[8])
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)bytes[i] << 8 * i;
	return value;
}

static enum outcome read_log(struct session *s, enum log_name which);
static enum outcome read_entry(struct session *s, enum log_name which);

static enum outcome read_logs(struct session *s)
{
	enum outcome o = FITS;

	for (unsigned i = 0; i < NLOGS && o == FITS; i++)
		o = read_log(s, (enum log_name)i);
	return o;
}

/* Follows the tail. */
static enum outcome read_log(struct session *s, enum log_name which)
{
	const struct ring *ring = &s->seen.ring[which];
	struct log *log = &s->log[which];
	uint64_t tail;
	enum outcome o;

	if (!log->visible || !ring->bytes)
		return FITS;
	o = outcome_of(s, read_register(s, log_registers[which].tail, &tail));
	while (o == FITS && log->tail != tail_of(tail) % ring->bytes)
		o = read_entry(s, which);
	return o;
}

static enum outcome read_entry(struct session *s, enum log_name which)
{
	const struct ring *ring = &s->seen.ring[which];
	struct log *log = &s->log[which];
	size_t n = s->seen.nentries[which]++, length = 8 * (size_t)log_words(which);
	uint8_t bytes[RECORD] = {0};
	enum outcome o = FITS;

	if (n < MAX_ENTRIES_SEEN) {
		o = outcome_of(
			s, s->class->memory_read(s->dut, ring->base + log->tail, bytes, length));
		s->seen.entry[which][n][0] = load(bytes);
		s->seen.entry[which][n][1] = load(bytes + 8);
	}
	log->tail = (log->tail + length) % ring->bytes;
	return o;
}

static enum outcome put_command(struct session *s, const struct store *command, uint64_t base,
				uint64_t *tail);

static enum outcome commands(struct session *s, const struct step *step)
{
	uint64_t base, tail;
	enum outcome o = outcome_of(s, read_register(s, GVI_REGISTER_CMD_BUF_BASE, &base));

	if (o == FITS)
		o = outcome_of(s, read_register(s, GVI_REGISTER_CMD_BUF_TAIL, &tail));
	if (o != FITS)
		return o;
	if (!ring_bytes(base)) {
		text_add(s->why, "the command ring has a reserved length");
		return DIFFERS;
	}
	for (size_t i = 0; i < step->u.stores.count && o == FITS; i++)
		o = put_command(s, &step->u.stores.store[i], base, &tail);
	if (o == FITS)
		o = outcome_of(s, s->class->mmio_write(
					  s->dut, gvi_registers[GVI_REGISTER_CMD_BUF_TAIL].offset,
					  8, tail));
	return o == FITS ? settle(s) : o;
}

static enum outcome put_command(struct session *s, const struct store *command, uint64_t base,
				uint64_t *tail)
{
	struct store placed = *command;

	placed.at = gvi_get(GVI_CMD_BUF_BASE_BASE, &base) + *tail;
	placed.repeat = 1;
	*tail = (*tail + RECORD) % ring_bytes(base);
	return store(s, &placed);
}

/* ---- Memory -----------------------------------------------------------------------------------
 */

enum { CHUNK_WORDS = 64 };

static enum outcome store(struct session *s, const struct store *what)
{
	uint64_t total = (uint64_t)what->count * what->repeat, at = what->at;
	uint8_t bytes[8 * CHUNK_WORDS];
	enum outcome o = FITS;

	for (uint64_t i = 0; i < total && o == FITS;) {
		size_t n = 0;

		for (; n < CHUNK_WORDS && i < total; n++, i++)
			for (unsigned k = 0; k < 8; k++)
				bytes[8 * n + k] = (uint8_t)(what->word[i % what->count] >> 8 * k);
		o = outcome_of(s, s->class->memory_write(s->dut, at, bytes, 8 * n));
		at += 8 * n;
	}
	return o;
}

static enum outcome store_step(struct session *s, const struct step *step)
{
	return store(s, &step->u.store);
}

static enum outcome compare_chunk(struct session *s, const struct store *part);

static enum outcome compare_memory(struct session *s, const struct store *whole)
{
	enum outcome o = FITS;

	for (uint32_t i = 0; i < whole->count && o == FITS; i += CHUNK_WORDS) {
		struct store part = *whole;

		part.at += 8 * (uint64_t)i;
		part.word += i;
		part.mask = whole->mask ? whole->mask + i : NULL;
		part.count = whole->count - i < CHUNK_WORDS ? whole->count - i : CHUNK_WORDS;
		o = compare_chunk(s, &part);
	}
	return o;
}

static enum outcome compare_chunk(struct session *s, const struct store *part)
{
	uint8_t bytes[8 * CHUNK_WORDS];
	uint64_t words[CHUNK_WORDS];
	enum outcome o;

	o = outcome_of(s, s->class->memory_read(s->dut, part->at, bytes, 8 * (size_t)part->count));
	if (o != FITS)
		return o;
	for (uint32_t i = 0; i < part->count; i++)
		words[i] = load(bytes + 8 * i);
	return match_memory(part, words, s->why) ? FITS : DIFFERS;
}

static enum outcome expect(struct session *s, const struct step *step)
{
	enum outcome o = FITS;

	for (size_t i = 0; i < step->u.stores.count && o == FITS; i++)
		o = compare_memory(s, &step->u.stores.store[i]);
	return o;
}

static enum outcome condition(struct session *s, const struct condition *c)
{
	uint64_t value = 0;
	enum outcome o;

	if (c->store.count)
		return compare_memory(s, &c->store);
	o = read_access(s, &c->access, &value);
	if (o != FITS)
		return o;
	return match_register(&c->access, value, s->why) ? FITS : DIFFERS;
}

/* A device that has settled does nothing more by itself: a second look is for
 * those whose idleness is hard to see from outside. */
static enum outcome until(struct session *s, const struct step *step)
{
	enum outcome o = FITS;

	for (unsigned tries = 0; tries < 3; tries++) {
		s->text.length = 0;
		o = settle(s);
		if (o == FITS)
			o = condition(s, &step->u.condition);
		if (o != DIFFERS)
			break;
	}
	return o;
}

static enum outcome errors(struct session *s, const struct step *step)
{
	return outcome_of(s, s->class->inject(s->dut, step->u.errors.error, step->u.errors.count));
}

static enum outcome race(struct session *s, const struct step *step)
{
	return outcome_of(s, s->class->race(s->dut, step->u.store.at, step->u.store.word[0]));
}

/* ---- Formats
 * -------------------------------------------------------------------------------------- */

static enum outcome format_step(struct session *s, const struct step *step)
{
	const struct format_check *check = &step->u.check;
	bool fits;

	if (!predicts(s) || !(s->player->abilities & DUT_CONFIGURE)) {
		text_add(s->why, "this is about tables of formats, not about the device");
		return UNSEEN;
	}
	fits = step->action == ACTION_DECODE
		       ? match_decode(check, s->why)
		       : match_reserved(check, dut_model_features(s->dut), s->why);
	return fits ? FITS : DIFFERS;
}

/* ---- Choices
 * --------------------------------------------------------------------------------------- */

static enum outcome looks(struct session *s, const struct steps *steps);
static enum outcome fitting(struct session *s, const struct choice_step *c, unsigned alternatives,
			    unsigned *fit);
static void explain_choice(struct session *s, const struct choice_step *c);

static enum outcome choice(struct session *s, const struct step *step)
{
	const struct choice_step *c = &step->u.choice;
	unsigned fit;
	enum outcome o = fitting(s, c, s->possible[c->choice], &fit);

	if (o != FITS)
		return outcome_of(s, o == UNSEEN ? DUT_UNSUPPORTED : s->lost);
	if (fit) {
		narrow(s->possible, c->choice, fit);
		return FITS;
	}
	explain_choice(s, c);
	tell_who(s, c->choice);
	return DIFFERS;
}

/* Which of the alternatives are what the device shows. */
static enum outcome fitting(struct session *s, const struct choice_step *c, unsigned alternatives,
			    unsigned *fit)
{
	struct text *why = s->why;
	enum outcome o = FITS;

	*fit = 0;
	s->why = NULL;
	for (unsigned i = 0; i < gvi_choices[c->choice].count && o <= DIFFERS; i++) {
		if (!(alternatives >> i & 1))
			continue;
		o = looks(s, &c->alternative[i]);
		if (o == FITS)
			*fit |= 1u << i;
	}
	s->why = why;
	return o <= DIFFERS ? FITS : o;
}

static enum outcome looks(struct session *s, const struct steps *steps)
{
	enum outcome o = FITS;

	for (size_t i = 0; i < steps->count && o == FITS; i++)
		o = perform(s, steps->step[i]);
	return o;
}

static void explain_choice(struct session *s, const struct choice_step *c)
{
	const struct gvi_choice_info *info = &gvi_choices[c->choice];
	unsigned allowed = s->possible[c->choice], others;
	const char *separator = "";

	text_add(s->why, "%s permits ", info->id);
	for (unsigned i = 0; i < info->count; i++) {
		if (!(allowed >> i & 1))
			continue;
		text_add(s->why, "%s%s, but ", separator, info->alternative[i].name);
		(void)looks(s, &c->alternative[i]);
		separator = "; or ";
	}
	(void)fitting(s, c, ~allowed, &others);
	for (unsigned i = 0; i < info->count; i++)
		if (others >> i & 1)
			text_add(s->why, "; this is `%s`, which is not the device's habit",
				 info->alternative[i].name);
}
