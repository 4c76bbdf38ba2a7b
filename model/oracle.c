/* The oracle: the model, played for every choice.  What is compared stands in
 * seen.c. */
#include "goldvi/oracle.h"

#include <string.h>

#include "model/history.h"
#include "model/host.h"
#include "model/plain.h"
#include "model/ring.h"
#include "model/seen.h"
#include "model/translate.h"

enum { MAX_OVERLAY = 64, MAX_RECENT = 64, NONE = 0xff };

/* The choices of one run: taken from what is left, first to last, until the last
 * one has been taken everywhere. */
struct tape {
	struct gvi_pick pick[GVI_MAX_PICKS];
	unsigned len, at;
	bool full;                   /* more choices than there is room for */
	uint8_t habit[GVI_NCHOICES]; /* what the run has taken a habit for, or NONE */
};

/* A word that the run has written, over memory. */
struct overlay {
	uint64_t spa, value;
};

/* A value that a register had, and the last input before which it did. */
struct recent {
	uint64_t value, input;
	uint16_t slot;
};

struct gvi_oracle {
	struct gvi_bounds bounds;
	struct gvi_host host;
	struct near_memory near;
	bool adopted; /* the history is not its own but this */
	struct history *history;
	uint32_t nworlds, nnext;    /* now, and those that explain what is being observed */
	bool lost;                  /* there were more worlds than room once */
	uint8_t left[GVI_NCHOICES]; /* of habits: one bit for each alternative */
	uint64_t inputs;            /* so far */
	uint32_t nrecent;
	struct recent recent[MAX_RECENT];
	/* Of the question that is being answered: */
	uint32_t runs, nwritten;
	bool lenient;            /* ... as if invalidations ended nothing */
	bool ordered;            /* ... and the order of commands shows */
	uint64_t since;          /* ... or for a request that came then; 0: now */
	bool unsure, unfinished; /* a history, or the bounds, did not suffice */
	bool crowded;            /* more commands than are looked at */
	struct tape tape;
	struct overlay written[MAX_OVERLAY];
	uint8_t met[GVI_NCHOICES];   /* alternatives of habits in the runs that match ... */
	uint8_t unmet[GVI_NCHOICES]; /* ... and whether one of these did not meet it */
	struct gvi run;              /* where the model is played */
				     /* Then 2 * bounds.worlds models, and the history. */
};

static struct gvi *world(struct gvi_oracle *o, uint32_t n)
{
	return (struct gvi *)(void *)(o + 1) + n;
}

/* A world that knows where its oracle is now: it may have been copied. */
static struct gvi *attached(struct gvi_oracle *o, uint32_t n);

/* ---- One call for all ----------------------------------------------------- */

static enum gvi_status play_register(struct gvi *m, const struct gvi_input *in,
				     union gvi_reply *reply);

enum gvi_status gvi_play(struct gvi *m, const struct gvi_input *in, union gvi_reply *reply)
{
	enum gvi_status status;
	bool done;

	if (!m || !in || !reply)
		return GVI_ARG_NULL;
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
		return gvi_translate(m, &in->of.request, &reply->answer);
	case GVI_INPUT_INTERRUPT:
		return gvi_interrupt(m, &in->of.interrupt, &reply->answer);
	case GVI_INPUT_ATS:
		return gvi_ats_translate(m, &in->of.ats, &reply->ats);
	case GVI_INPUT_PAGE:
		return gvi_page_request(m, &in->of.page, &reply->page);
	case GVI_INPUT_STEP:
		status = gvi_step(m, &done);
		reply->value = done;
		return status;
	case GVI_INPUT_DONE:
		return gvi_invalidation_done(m, in->of.invalidation.device,
					     in->of.invalidation.tag);
	case GVI_INPUT_TIMED_OUT:
		return gvi_invalidation_timed_out(m, in->of.invalidation.device,
						  in->of.invalidation.tag);
	default:
		return play_register(m, in, reply);
	}
}

static enum gvi_status play_register(struct gvi *m, const struct gvi_input *in,
				     union gvi_reply *reply)
{
	uint32_t offset = in->of.mmio.offset, value;
	unsigned length = in->of.mmio.length;
	enum gvi_status status;

	switch (in->kind) {
	case GVI_INPUT_MMIO_READ:
		return gvi_mmio_read(m, offset, length, &reply->value);
	case GVI_INPUT_MMIO_WRITE:
		return gvi_mmio_write(m, offset, length, in->of.mmio.value);
	case GVI_INPUT_CONFIG_READ:
		status = gvi_config_read(m, offset, length, &value);
		if (status == GVI_OK)
			reply->value = value;
		return status;
	case GVI_INPUT_CONFIG_WRITE:
		return gvi_config_write(m, offset, length, (uint32_t)in->of.mmio.value);
	default:
		return GVI_ARG_INPUT;
	}
}

/* ---- Life --------------------------------------------------------------- */

static enum gvi_bus run_read(void *user, uint64_t spa, void *to, size_t len);
static enum gvi_bus run_write(void *user, uint64_t spa, const void *from, size_t len);
static enum gvi_bus run_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next);
static unsigned run_choose(void *user, enum gvi_choice choice, unsigned options);

static size_t history_at(const struct gvi_bounds *b)
{
	return sizeof(struct gvi_oracle) + 2 * (size_t)b->worlds * sizeof(struct gvi);
}

size_t gvi_oracle_size(const struct gvi_bounds *b)
{
	size_t history = b ? gvi_history_size(b->values_log2) : 0;

	if (!history || !b->runs || b->worlds < 1 || b->worlds > 4096)
		return 0;
	return history > SIZE_MAX - history_at(b) ? 0 : history_at(b) + history;
}

/* All but its first world. */
static void start(struct gvi_oracle *o, const struct gvi_bounds *bounds,
		  const struct gvi_host *host)
{
	memset(o, 0, sizeof *o);
	o->bounds = *bounds;
	o->host = *host;
	o->near = host_near_memory(host);
	o->nworlds = 1;
	for (unsigned c = 0; c < GVI_NCHOICES; c++)
		o->left[c] = (uint8_t)low_ones(gvi_choices[c].count);
}

/* The world reads, writes and chooses through the oracle. */
static void enclose(struct gvi_oracle *o)
{
	const struct gvi_host inner = {.user = o,
				       .read = run_read,
				       .write = run_write,
				       .exchange = run_exchange,
				       .choose = run_choose};

	host_attach(world(o, 0), &inner);
}

enum gvi_status gvi_oracle_init(struct gvi_oracle *o, const struct gvi_bounds *bounds,
				const struct gvi_config *config, const struct gvi_host *host)
{
	enum gvi_status status;

	if (!o || !config || !host)
		return GVI_ARG_NULL;
	if (!gvi_oracle_size(bounds))
		return GVI_ARG_BOUNDS;
	status = gvi_init(world(o, 0), config, host);
	if (status != GVI_OK)
		return status;
	start(o, bounds, host);
	enclose(o);
	return gvi_track(world(o, 0), (uint8_t *)o + history_at(bounds), bounds->values_log2);
}

enum gvi_status gvi_oracle_adopt(struct gvi_oracle *o, const struct gvi_bounds *bounds,
				 const struct gvi *m, const struct gvi_host *host)
{
	if (!o || !m || !host)
		return GVI_ARG_NULL;
	if (!gvi_oracle_size(bounds))
		return GVI_ARG_BOUNDS;
	if (host_check(host) != GVI_OK)
		return GVI_HOST_WINDOWS;
	start(o, bounds, host);
	memcpy(world(o, 0), m, sizeof *m);
	o->adopted = true;
	o->history = m->past.history;
	enclose(o);
	return GVI_OK;
}

static struct gvi *attached(struct gvi_oracle *o, uint32_t n)
{
	struct gvi *m = world(o, n);

	m->host.user = o;
	m->past.history =
		o->adopted ? o->history
			   : (struct history *)(void *)((uint8_t *)o + history_at(&o->bounds));
	return m;
}

enum gvi_status gvi_oracle_wrote(struct gvi_oracle *o, uint64_t spa, const uint64_t *old,
				 size_t words)
{
	enum gvi_status status = o ? gvi_wrote(attached(o, 0), spa, old, words) : GVI_ARG_NULL;

	for (uint32_t i = 1; status == GVI_OK && i < o->nworlds; i++)
		host_watch(attached(o, i));
	return status;
}

uint64_t gvi_moment(struct gvi_oracle *o)
{
	struct history *history = attached(o, 0)->past.history;

	return history ? history_moment(history) : 0;
}

unsigned gvi_left(const struct gvi_oracle *o, enum gvi_choice choice)
{
	return (unsigned)choice < GVI_NCHOICES ? o->left[choice] : 0;
}

const struct gvi *gvi_world(const struct gvi_oracle *o, uint32_t n)
{
	return n < o->nworlds ? (const struct gvi *)(const void *)(o + 1) + n : NULL;
}

/* ---- All runs ----------------------------------------------------------- */

/* What is done with each run. */
struct visitor {
	void (*visit)(struct gvi_oracle *o, const union gvi_reply *reply, void *context);
	void *context;
};

static enum gvi_status play_once(struct gvi_oracle *o, uint32_t w, const struct gvi_input *in,
				 union gvi_reply *reply);
static bool next_tape(struct gvi_oracle *o);

/* What no world takes is the caller's mistake; what only some do, as the completion
 * of a request that there is only in these, they alone can explain. */
static enum gvi_status play_all(struct gvi_oracle *o, const struct gvi_input *in,
				const struct visitor *v)
{
	enum gvi_status status, refused = GVI_OK;
	union gvi_reply reply;
	bool taken = false;

	o->runs = 0;
	o->unsure = o->crowded = false;
	o->unfinished = o->lost;
	for (uint32_t w = 0; w < o->nworlds; w++) {
		o->tape.len = 0;
		do {
			if (++o->runs > o->bounds.runs) {
				o->unfinished = true;
				return GVI_OK;
			}
			status = play_once(o, w, in, &reply);
			if (status == GVI_OK)
				v->visit(o, &reply, v->context);
			else
				refused = status;
			taken |= status == GVI_OK;
		} while (next_tape(o));
	}
	return taken ? GVI_OK : refused;
}

static void rewind_tape(struct tape *t);

static enum gvi_status play_once(struct gvi_oracle *o, uint32_t w, const struct gvi_input *in,
				 union gvi_reply *reply)
{
	enum gvi_status status;

	rewind_tape(&o->tape);
	o->nwritten = 0;
	memcpy(&o->run, attached(o, w), sizeof o->run);
	if (o->lenient || o->since) {
		o->run.past.lenient = o->lenient;
		o->run.past.since = o->since;
		host_watch(&o->run);
	}
	memset(reply, 0, sizeof *reply);
	status = gvi_play(&o->run, in, reply);
	o->unfinished |= o->tape.full;
	o->unsure |= gvi_unsure(&o->run);
	o->crowded |= o->run.crowded;
	return status;
}

static void rewind_tape(struct tape *t)
{
	t->at = 0;
	t->full = false;
	memset(t->habit, NONE, sizeof t->habit);
}

static uint8_t next_left(const struct gvi_oracle *o, unsigned choice, unsigned from);

/* Another alternative for the last choice that has one, and none behind it. */
static bool next_tape(struct gvi_oracle *o)
{
	struct tape *t = &o->tape;

	for (; t->len; t->len--) {
		struct gvi_pick *p = &t->pick[t->len - 1];
		uint8_t next = next_left(o, p->choice, p->value + 1u);

		if (next != NONE) {
			p->value = next;
			return true;
		}
	}
	return false;
}

static uint8_t next_left(const struct gvi_oracle *o, unsigned choice, unsigned from)
{
	for (unsigned v = from; v < gvi_choices[choice].count; v++)
		if (o->left[choice] >> v & 1)
			return (uint8_t)v;
	return NONE;
}

/* ---- What the model meets in a run -------------------------------------- */

static unsigned pick_now(struct gvi_oracle *o, enum gvi_choice choice, unsigned options);
static unsigned options_left(const struct gvi_oracle *o, unsigned choice);

/* A habit that was taken once is kept for the run. */
static unsigned run_choose(void *user, enum gvi_choice choice, unsigned options)
{
	struct gvi_oracle *o = user;
	uint8_t *habit = &o->tape.habit[choice];
	unsigned value;

	if (*habit != NONE)
		return *habit;
	if (choice == GVI_CHOICE_COMMAND_ORDER && !o->ordered)
		return 0;
	value = pick_now(o, choice, options);
	if (gvi_choices[choice].habit)
		*habit = (uint8_t)value;
	return value;
}

static unsigned pick_now(struct gvi_oracle *o, enum gvi_choice choice, unsigned options)
{
	struct tape *t = &o->tape;
	unsigned left = options_left(o, choice);

	if (left == 1 || t->at == GVI_MAX_PICKS) {
		t->full |= left > 1;
		return next_left(o, choice, 0);
	}
	if (t->at == t->len) {
		t->pick[t->len++] = (struct gvi_pick){.spa = o->run.past.about,
						      .choice = (uint16_t)choice,
						      .value = next_left(o, choice, 0),
						      .options = (uint8_t)left};
	}
	(void)options;
	return t->pick[t->at++].value;
}

static unsigned options_left(const struct gvi_oracle *o, unsigned choice)
{
	unsigned n = 0;

	for (unsigned v = 0; v < gvi_choices[choice].count; v++)
		n += o->left[choice] >> v & 1;
	return n;
}

static struct overlay *find(struct gvi_oracle *o, uint64_t spa)
{
	for (uint32_t i = 0; i < o->nwritten; i++)
		if (o->written[i].spa == spa)
			return &o->written[i];
	return NULL;
}

/* Memory as it is, with what the run has written over it. */
static enum gvi_bus run_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct gvi_oracle *o = user;
	enum gvi_bus bus = host_read(&o->host, spa, to, len);
	const struct overlay *w;

	for (size_t at = 0; at + 8 <= len; at += 8)
		if ((w = find(o, spa + at)) != NULL)
			store64((uint8_t *)to + at, w->value);
	return bus;
}

/* The IOMMU under test is the one that writes. */
static enum gvi_bus run_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct gvi_oracle *o = user;

	for (size_t at = 0; at + 8 <= len; at += 8) {
		struct overlay *w = find(o, spa + at);

		if (!w && o->nwritten < MAX_OVERLAY)
			w = &o->written[o->nwritten++];
		if (w)
			*w = (struct overlay){spa + at, load64((const uint8_t *)from + at)};
		o->unfinished |= !w;
	}
	return GVI_BUS_OK;
}

static enum gvi_bus run_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	uint8_t raw[8] = {0};
	enum gvi_bus bus = run_read(user, spa, raw, 8);
	uint64_t now = load64(raw);

	if (bus != GVI_BUS_OK || now != *seen) {
		*seen = now;
		return bus;
	}
	store64(raw, next);
	return run_write(user, spa, raw, 8);
}

/* ---- Permitted ---------------------------------------------------------- */

struct list {
	const struct gvi_input *in;
	struct gvi_outcome *outcome;
	size_t room, count;
};

static void add_outcome(struct gvi_oracle *o, const union gvi_reply *reply, void *context);
static void fill(const struct gvi_oracle *o, const union gvi_reply *reply, struct gvi_outcome *out);

enum gvi_status gvi_permitted(struct gvi_oracle *o, const struct gvi_input *input,
			      struct gvi_outcome *list, size_t room, size_t *count,
			      enum gvi_verdict *verdict)
{
	struct list l = {.in = input, .outcome = list, .room = room};
	struct visitor v = {add_outcome, &l};
	enum gvi_status status;

	if (!o || !input || !list || !count || !verdict)
		return GVI_ARG_NULL;
	o->ordered = true;
	status = play_all(o, input, &v);
	if (status != GVI_OK)
		return status;
	*count = l.count;
	*verdict = o->unsure || o->crowded || o->unfinished ? GVI_UNSURE : GVI_PERMITTED;
	return GVI_OK;
}

/* Those that do not fit are counted twice if they come twice. */
static void add_outcome(struct gvi_oracle *o, const union gvi_reply *reply, void *context)
{
	struct list *l = context;
	size_t effects, known = l->count < l->room ? l->count : l->room;
	const struct gvi_effect *effect = gvi_effects(&o->run, &effects);
	const struct gvi_seen seen = {GVI_SEEN_ALL, *reply, effect, effects, 0};

	for (size_t i = 0; i < known; i++)
		if (!seen_differs((enum gvi_input_kind)l->in->kind, &seen, &l->outcome[i].reply,
				  l->outcome[i].effect, l->outcome[i].neffects))
			return;
	if (l->count < l->room)
		fill(o, reply, &l->outcome[l->count]);
	l->count++;
}

static void fill(const struct gvi_oracle *o, const union gvi_reply *reply, struct gvi_outcome *out)
{
	memset(out, 0, sizeof *out);
	out->reply = *reply;
	out->npicks = o->tape.len;
	memcpy(out->pick, o->tape.pick, o->tape.len * sizeof out->pick[0]);
	out->neffects = (uint32_t)o->run.neffects;
	memcpy(out->effect, o->run.effects, o->run.neffects * sizeof out->effect[0]);
}

/* ---- Observed ----------------------------------------------------------- */

struct match {
	const struct gvi_input *in;
	const struct gvi_seen *seen;
	struct gvi_judgement *judgement;
	struct gvi_outcome *nearest;
	unsigned least; /* in how much the nearest differs */
	bool found;
};

static bool is_plain(struct gvi_oracle *o, const struct gvi_input *in, const struct gvi_seen *seen);
static void note_registers(struct gvi_oracle *o);
static bool is_late(const struct gvi_oracle *o, const struct gvi_input *in,
		    const struct gvi_seen *seen);
static bool is_ahead(struct gvi_oracle *o, const struct gvi_input *in, const struct gvi_seen *seen);
static void compare(struct gvi_oracle *o, const union gvi_reply *reply, void *context);
static void conclude(struct gvi_oracle *o, struct match *match);

enum gvi_status gvi_observe(struct gvi_oracle *o, const struct gvi_input *input,
			    const struct gvi_seen *seen, struct gvi_judgement *judgement,
			    struct gvi_outcome *nearest)
{
	struct match match = {input, seen, judgement, nearest, UINT32_MAX, false};
	struct visitor v = {compare, &match};
	struct gvi_judgement was;
	enum gvi_status status;

	if (!o || !input || !seen || !judgement)
		return GVI_ARG_NULL;
	memcpy(&was, judgement, sizeof was); /* as it lies there */
	memset(judgement, 0, sizeof *judgement);
	judgement->worlds = o->nworlds;
	o->inputs++;
	if (is_plain(o, input, seen)) {
		judgement->runs = 1;
		return GVI_OK;
	}
	note_registers(o);
	if (is_late(o, input, seen) || is_ahead(o, input, seen))
		return GVI_OK;
	o->nnext = 0;
	o->ordered = (seen->what & GVI_SEEN_EFFECTS) != 0;
	memset(o->met, 0, sizeof o->met);
	memset(o->unmet, 0, sizeof o->unmet);
	o->since = seen->since;
	status = play_all(o, input, &v);
	if (status == GVI_OK) {
		conclude(o, &match);
	} else {
		memcpy(judgement, &was, sizeof was);
		o->inputs--;
	}
	o->since = 0;
	return status;
}

/* No choice on the way, nothing that changes: what most requests are. */
static bool is_plain(struct gvi_oracle *o, const struct gvi_input *in, const struct gvi_seen *seen)
{
	const struct gvi_request *r = &in->of.request;
	struct gvi *m = attached(o, 0);
	union gvi_reply reply;
	bool done;

	if (o->nworlds != 1 || o->lost || in->kind != GVI_INPUT_TRANSLATE || r->translated ||
	    history_alive(m) || translate_check(r) != GVI_OK)
		return false;
	m->near = o->near;
	m->alone = true;
	done = m->near.room && (r->has_pasid ? plain_translate_guest(m, r, &reply.answer)
					     : plain_translate(m, r, &reply.answer));
	m->alone = false;
	host_watch(m);
	return done && !seen_differs(GVI_INPUT_TRANSLATE, seen, &reply, NULL, 0);
}

static void keep_world(struct gvi_oracle *o);
static void keep_habits(struct gvi_oracle *o);
static unsigned bits(uint32_t mask);

static void compare(struct gvi_oracle *o, const union gvi_reply *reply, void *context)
{
	struct match *match = context;
	uint32_t differs = seen_differs((enum gvi_input_kind)match->in->kind, match->seen, reply,
					o->run.effects, o->run.neffects);

	if (!differs && !state_adopt_tags(&o->run, match->seen))
		differs = GVI_SEEN_EFFECTS;
	if (!differs) {
		match->found = true;
		keep_world(o);
		keep_habits(o);
	} else if (bits(differs) < match->least) {
		match->least = bits(differs);
		match->judgement->differs = differs;
		if (match->nearest)
			fill(o, reply, match->nearest);
	}
}

static unsigned bits(uint32_t mask)
{
	unsigned n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

static void keep_world(struct gvi_oracle *o)
{
	struct gvi *next = world(o, o->bounds.worlds);

	if (o->since) {
		o->run.past.since = 0;
		host_watch(&o->run);
	}
	for (uint32_t i = 0; i < o->nnext; i++)
		if (state_equal(&next[i], &o->run))
			return;
	if (o->nnext < o->bounds.worlds)
		memcpy(&next[o->nnext++], &o->run, sizeof *next);
	else
		o->unfinished = true;
}

static void keep_habits(struct gvi_oracle *o)
{
	for (unsigned c = 0; c < GVI_NCHOICES; c++) {
		if (o->tape.habit[c] == NONE)
			o->unmet[c] = 1;
		else
			o->met[c] |= (uint8_t)(1u << o->tape.habit[c]);
	}
}

static void blame(struct gvi_oracle *o, struct match *match);
static bool loses_track(const struct gvi_oracle *o, const struct match *match);
static void narrow(struct gvi_oracle *o);

static void conclude(struct gvi_oracle *o, struct match *match)
{
	struct gvi_judgement *j = match->judgement;

	j->runs = o->runs;
	o->lost = loses_track(o, match);
	if (o->unfinished || (!match->found && (o->unsure || o->crowded)))
		j->verdict = GVI_UNSURE;
	else if (!match->found)
		j->verdict = GVI_REFUSED;
	j->near = j->verdict == GVI_REFUSED && match->least != UINT32_MAX;
	if (!j->near)
		j->differs = 0;
	if (j->verdict == GVI_PERMITTED)
		narrow(o);
	if (j->verdict == GVI_REFUSED)
		blame(o, match);
	j->worlds = o->nworlds;
}

static void compare_stale(struct gvi_oracle *o, const union gvi_reply *reply, void *context);

/* [invalidate.completion] Whether the IOMMU has used what an invalidation had ended. */
static void blame(struct gvi_oracle *o, struct match *match)
{
	const struct visitor v = {compare_stale, match};

	if (!history_recorded(world(o, 0)))
		return;
	o->lenient = true;
	(void)play_all(o, match->in, &v);
	o->lenient = false;
}

static void compare_stale(struct gvi_oracle *o, const union gvi_reply *reply, void *context)
{
	struct match *match = context;
	struct gvi_judgement *j = match->judgement;

	if (j->stale || !o->run.past.blamed[0] ||
	    seen_differs((enum gvi_input_kind)match->in->kind, match->seen, reply, o->run.effects,
			 o->run.neffects))
		return;
	j->stale = true;
	memcpy(j->ended_by, o->run.past.blamed, sizeof j->ended_by);
	if (match->nearest)
		fill(o, reply, match->nearest);
}

/* Whether the IOMMU may be where no world is: a value that the history had no room
 * for may have led to an event, unless access or event was seen. */
static bool loses_track(const struct gvi_oracle *o, const struct match *match)
{
	const struct gvi_seen *seen = match->seen;

	if (o->unfinished || !o->unsure)
		return o->unfinished;
	if (match->in->kind == GVI_INPUT_TRANSLATE && seen->what & GVI_SEEN_RESULT &&
	    seen->reply.answer.result == GVI_GRANT)
		return false;
	return !match->found || !(seen->what & (GVI_SEEN_EVENT | GVI_SEEN_EFFECTS));
}

/* To what explains what was seen: of habits, to what no run that does could be
 * without. */
static void narrow(struct gvi_oracle *o)
{
	memcpy(world(o, 0), world(o, o->bounds.worlds), o->nnext * sizeof(struct gvi));
	o->nworlds = o->nnext;
	for (unsigned c = 0; c < GVI_NCHOICES; c++)
		if (!o->unsure && gvi_choices[c].habit && !o->unmet[c])
			o->left[c] &= o->met[c];
}

/* ---- Reads that come too early ------------------------------------------- */

/* Registers that the IOMMU changes on its own. */
static const struct {
	uint16_t offset;
	uint16_t slot;
} moving[] = {
	{0x2000, SLOT_CMD_BUF_HEAD},     {0x2018, SLOT_EVENT_LOG_TAIL},
	{0x2020, SLOT_STATUS},           {0x2038, SLOT_PPR_LOG_TAIL},
	{0x2048, SLOT_GA_LOG_TAIL},      {0x2058, SLOT_PPR_LOG_B_TAIL},
	{0x2078, SLOT_EVENT_LOG_B_TAIL},
};
enum { NMOVING = sizeof moving / sizeof moving[0] };

static void note_value(struct gvi_oracle *o, unsigned slot, uint64_t value);

/* What they are before this input. */
static void note_registers(struct gvi_oracle *o)
{
	for (uint32_t w = 0; o->bounds.delay && w < o->nworlds; w++)
		for (unsigned i = 0; i < NMOVING; i++)
			note_value(o, moving[i].slot, world(o, w)->reg[moving[i].slot]);
}

/* In the place of the same value, or of the oldest. */
static void note_value(struct gvi_oracle *o, unsigned slot, uint64_t value)
{
	uint32_t at = 0, oldest = 0;

	for (; at < o->nrecent; at++) {
		if (o->recent[at].slot == slot && o->recent[at].value == value)
			break;
		if (o->recent[at].input < o->recent[oldest].input)
			oldest = at;
	}
	if (at == MAX_RECENT)
		at = oldest;
	else if (at == o->nrecent)
		o->nrecent++;
	o->recent[at] = (struct recent){value, o->inputs, (uint16_t)slot};
}

/* A read of one of them that returns what it was a moment ago. */
static bool is_late(const struct gvi_oracle *o, const struct gvi_input *in,
		    const struct gvi_seen *seen)
{
	unsigned i = 0, length = in->of.mmio.length;
	uint64_t matched = 0, mask;

	while (i < NMOVING && moving[i].offset != in->of.mmio.offset)
		i++;
	if (!o->bounds.delay || i == NMOVING || in->kind != GVI_INPUT_MMIO_READ ||
	    (length != 4 && length != 8) || !(seen->what & GVI_SEEN_VALUE))
		return false;
	mask = low_ones(8 * length);
	for (uint32_t k = 0; k < o->nrecent; k++) {
		uint64_t same = ~(o->recent[k].value ^ seen->reply.value);

		if (o->recent[k].slot != moving[i].slot ||
		    o->inputs - o->recent[k].input > o->bounds.delay)
			continue;
		if (moving[i].slot != SLOT_STATUS && ~same & mask)
			continue;
		matched |= same;
	}
	return !(~matched & mask);
}

/* [command.fetch] The command head tells what was fetched, which may be anything up
 * to the tail. */
static bool is_ahead(struct gvi_oracle *o, const struct gvi_input *in, const struct gvi_seen *seen)
{
	struct ring ring = command_ring();
	uint64_t value = seen->reply.value;

	if (in->kind != GVI_INPUT_MMIO_READ || in->of.mmio.offset != 0x2000 ||
	    !(seen->what & GVI_SEEN_VALUE))
		return false;
	for (uint32_t w = 0; w < o->nworlds; w++) {
		struct gvi *m = world(o, w);
		uint64_t inside = ring_bytes(m, ring) - 1, head = ring_offset(m, ring, ring.head);
		uint64_t way = (ring_offset(m, ring, ring.tail) - head) & inside;

		if (get_STATUS_CMD_BUF_RUN(&m->reg[SLOT_STATUS]) && !(value & ~inside) &&
		    value % ENTRY_BYTES == 0 && ((value - head) & inside) <= way)
			return true;
	}
	return false;
}
