/* The scoreboard: what is told, in the order in which it is told. */
#include "conformance/cosim/scoreboard_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Life ----------------------------------------------------------------------- */

static void complete_options(struct scoreboard_options *o);

struct scoreboard *scoreboard_open(const struct scoreboard_options *options, char *why, size_t size)
{
	struct scoreboard *s = calloc(1, sizeof *s);
	enum gvi_status status = GVI_ARG_BOUNDS;

	if (s) {
		s->options = *options;
		complete_options(&s->options);
		s->oracle = malloc(gvi_oracle_size(&s->options.bounds));
		s->trial = malloc(gvi_oracle_size(&s->options.bounds));
		s->plain = malloc(gvi_size());
		if (options->coverage && (s->coverage = malloc(sizeof *s->coverage)) != NULL)
			coverage_init(s->coverage);
		if (s->oracle && s->trial && s->plain && !s->coverage == !options->coverage)
			status = gvi_oracle_init(s->oracle, &s->options.bounds, &options->config,
						 &options->host);
	}
	if (status == GVI_OK && (!options->trace || trace_open(s, why, size)))
		return s;
	if (status != GVI_OK)
		(void)snprintf(why, size, "%s", gvi_status_text(status));
	scoreboard_close(s);
	return NULL;
}

void scoreboard_close(struct scoreboard *s)
{
	if (!s)
		return;
	(void)trace_close(s);
	free(s->oracle);
	free(s->trial);
	free(s->plain);
	free(s->coverage);
	free(s);
}

static void complete_options(struct scoreboard_options *o)
{
	const struct gvi_bounds *b = &o->bounds;

	if (!b->worlds && !b->runs && !b->values_log2 && !b->delay)
		o->bounds = (struct gvi_bounds){
			.worlds = 64, .runs = 4096, .values_log2 = 16, .delay = 16};
	if (!o->told)
		o->told = SCOREBOARD_RECORDS | SCOREBOARD_STORES | SCOREBOARD_MESSAGES;
	if (!o->most_reports)
		o->most_reports = 20;
}

/* ---- Listeners ------------------------------------------------------------------- */

void scoreboard_listen(struct scoreboard *s, struct scoreboard_listener *listener)
{
	listener->next = s->listeners;
	s->listeners = listener;
}

void feed(struct scoreboard *s, const struct scoreboard_item *item)
{
	bool aloud = s->coverage != NULL;

	s->totals.items++;
	for (const struct scoreboard_listener *l = s->listeners; l; l = l->next) {
		aloud |= l->note != NULL;
		if (l->fed)
			l->fed(l->user, item);
	}
	if (aloud && (item->kind == SCOREBOARD_INPUT || item->kind == SCOREBOARD_ISSUE))
		foresee_aloud(s, item->input);
}

static void feed_input(struct scoreboard *s, const struct gvi_input *in,
		       const struct gvi_seen *seen)
{
	const struct scoreboard_item item = {.kind = SCOREBOARD_INPUT, .input = in, .seen = seen};

	feed(s, &item);
}

/* ---- The oracle's verdict ---------------------------------------------------------- */

bool fits(struct scoreboard *s, const struct gvi_input *in, const struct gvi_seen *seen,
	  const struct open_request *r)
{
	struct gvi_judgement *j = &s->judgement;
	struct gvi_seen then = *seen;
	enum gvi_status status;

	then.since = r ? r->since : 0;
	status = gvi_observe(s->oracle, in, &then, j, &s->nearest);
	if (status != GVI_OK)
		return report_sentence(s, "the bench has told what cannot be: %s",
				       gvi_status_text(status));
	if (j->runs > s->totals.runs)
		s->totals.runs = j->runs;
	if (j->worlds > s->totals.worlds)
		s->totals.worlds = j->worlds;
	if (j->verdict != GVI_REFUSED)
		trace_observed(s, in, &then);
	if (j->verdict == GVI_REFUSED && r && r->shaken) {
		j->verdict = GVI_UNSURE;
		s->lost = true;
	}
	if (j->verdict == GVI_UNSURE)
		s->totals.unsure++;
	return j->verdict != GVI_REFUSED;
}

/* The verdict that stands: listeners hear it, and a refusal is reported. */
static bool conclude(struct scoreboard *s, bool right, const struct open_request *r,
		     const struct gvi_input *in, const struct gvi_seen *seen)
{
	struct gvi_seen then = *seen;

	for (const struct scoreboard_listener *l = s->listeners; l; l = l->next)
		if (l->judged)
			l->judged(l->user, in, &s->judgement);
	if (right)
		return true;
	then.since = r ? r->since : 0;
	trace_observed(s, in, &then);
	return report_refusal(s, r, in, seen);
}

/* An input of which nothing but its effects can be wrong. */
static bool input(struct scoreboard *s, const struct gvi_input *in)
{
	const struct gvi_seen nothing = {0};

	feed_input(s, in, &nothing);
	s->changes++;
	if (!fits(s, in, &nothing, NULL))
		return conclude(s, false, NULL, in, &nothing);
	owe_effects(s, (enum gvi_input_kind)in->kind, NULL);
	return conclude(s, true, NULL, in, &nothing);
}

/* ---- Memory and registers ------------------------------------------------------------- */

bool scoreboard_wrote(struct scoreboard *s, uint64_t spa, const uint64_t *old, size_t words)
{
	const struct scoreboard_item item = {
		.kind = SCOREBOARD_WROTE, .spa = spa, .data = old, .words = words};
	enum gvi_status status;

	feed(s, &item);
	s->changes++;
	reuse_ring(s, spa);
	trace_wrote(s, spa, words);
	status = gvi_oracle_wrote(s->oracle, spa, old, words);
	return status == GVI_OK ||
	       report_sentence(s, "the bench has told what cannot be: %s", gvi_status_text(status));
}

static struct gvi_input access_of(enum gvi_input_kind kind, uint32_t offset, unsigned length,
				  uint64_t value)
{
	struct gvi_input in = {.kind = (uint8_t)kind};

	in.of.mmio.offset = offset;
	in.of.mmio.length = (uint8_t)length;
	in.of.mmio.value = value;
	return in;
}

static void remember_ring(struct scoreboard *s, uint32_t offset, uint64_t value);
static void shake(struct scoreboard *s, uint32_t offset);

bool scoreboard_mmio_write(struct scoreboard *s, uint32_t offset, unsigned length, uint64_t value)
{
	const struct gvi_input in = access_of(GVI_INPUT_MMIO_WRITE, offset, length, value);

	shake(s, offset);
	remember_ring(s, offset, value);
	return input(s, &in);
}

/* Heads, tails and Status decide no request. */
static void shake(struct scoreboard *s, uint32_t offset)
{
	for (size_t i = 0; i < s->nopen && (offset < 0x2000 || offset > 0x2080); i++)
		s->open[i].shaken = true;
}

/* A base that is written by halves is not followed; nobody does that to a ring in use. */
static void remember_ring(struct scoreboard *s, uint32_t offset, uint64_t value)
{
	const uint64_t raw = value;

	if (offset != 8)
		return;
	s->ring = gvi_get(GVI_CMD_BUF_BASE_BASE, &raw);
	s->ring_bytes = UINT64_C(16) << gvi_get(GVI_CMD_BUF_BASE_LEN, &raw);
}

bool scoreboard_config_write(struct scoreboard *s, uint32_t offset, unsigned length, uint32_t value)
{
	const struct gvi_input in = access_of(GVI_INPUT_CONFIG_WRITE, offset, length, value);

	shake(s, 0);
	return input(s, &in);
}

static bool read_of(struct scoreboard *s, const struct gvi_input *in, uint64_t value)
{
	const struct gvi_seen seen = {.what = GVI_SEEN_VALUE, .reply.value = value};
	bool right;

	feed_input(s, in, &seen);
	right = fits(s, in, &seen, NULL) || read_after_commands(s, in, &seen);
	/* A record may be on its way for a request that is, and nobody knows which. */
	if (!right && (s->nopen || s->lost) && in->of.mmio.offset >= 0x2000 &&
	    in->of.mmio.offset <= 0x2080) {
		s->totals.unsure++;
		s->judgement.verdict = GVI_UNSURE;
		right = true;
	}
	s->totals.reads += right;
	return conclude(s, right, NULL, in, &seen);
}

bool scoreboard_mmio_read(struct scoreboard *s, uint32_t offset, unsigned length, uint64_t value)
{
	const struct gvi_input in = access_of(GVI_INPUT_MMIO_READ, offset, length, 0);

	return read_of(s, &in, value);
}

bool scoreboard_config_read(struct scoreboard *s, uint32_t offset, unsigned length, uint32_t value)
{
	const struct gvi_input in = access_of(GVI_INPUT_CONFIG_READ, offset, length, 0);

	return read_of(s, &in, value);
}

bool scoreboard_device_done(struct scoreboard *s, uint16_t device, uint8_t itag, bool in_time)
{
	struct gvi_input in = {.kind = in_time ? GVI_INPUT_DONE : GVI_INPUT_TIMED_OUT};
	size_t i = 0;

	while (i < s->nitags && (s->itag[i].device != device || s->itag[i].theirs != itag))
		i++;
	if (i == s->nitags)
		return report_sentence(s,
				       "device 0x%04x completes an invalidate request of tag %u, "
				       "which was not sent",
				       (unsigned)device, (unsigned)itag);
	in.of.invalidation.device = device;
	in.of.invalidation.tag = s->itag[i].ours;
	s->itag[i] = s->itag[--s->nitags];
	return input(s, &in);
}

/* ---- Requests ---------------------------------------------------------------------------- */

static struct open_request *find(struct scoreboard *s, uint32_t tag)
{
	for (size_t i = 0; i < s->nopen; i++)
		if (s->open[i].tag == tag && s->open[i].progress != ABORTED)
			return &s->open[i];
	return NULL;
}

static uint64_t moment(struct scoreboard *s)
{
	uint64_t now = gvi_moment(s->oracle);

	trace_moment(s, now);
	return now;
}

bool scoreboard_issue(struct scoreboard *s, uint32_t tag, const struct gvi_input *request)
{
	const struct scoreboard_item item = {
		.kind = SCOREBOARD_ISSUE, .tag = tag, .input = request};

	feed(s, &item);
	if (find(s, tag))
		return report_sentence(s, "tag %lu is issued while it is open", (unsigned long)tag);
	if (s->nopen == SCOREBOARD_TAGS)
		return report_sentence(s, "more than %d requests are open", SCOREBOARD_TAGS);
	s->open[s->nopen++] = (struct open_request){.tag = tag,
						    .order = s->orders++,
						    .since = moment(s),
						    .changes = s->changes,
						    .input = *request};
	return true;
}

void close_request(struct scoreboard *s, struct open_request *r)
{
	*r = s->open[--s->nopen];
}

static bool answer(struct scoreboard *s, struct open_request *r, const struct gvi_seen *seen);

bool scoreboard_answer(struct scoreboard *s, uint32_t tag, const struct gvi_seen *seen)
{
	struct open_request *r = find(s, tag);
	const struct scoreboard_item item = {
		.kind = SCOREBOARD_ANSWER, .tag = tag, .input = r ? &r->input : NULL, .seen = seen};

	feed(s, &item);
	if (!r)
		return report_sentence(s, "tag %lu is answered, which is not open",
				       (unsigned long)tag);
	return answer(s, r, seen);
}

const struct gvi_input *scoreboard_issued(const struct scoreboard *s, uint32_t tag)
{
	for (size_t i = 0; i < s->nopen; i++)
		if (s->open[i].tag == tag && s->open[i].progress != ABORTED)
			return &s->open[i].input;
	return NULL;
}

/* The rest of the message is that of an outcome that looks so.  A request during which
 * something changed may have one that is not permitted any more: then its address counts. */
bool scoreboard_answer_interrupt(struct scoreboard *s, uint32_t tag, uint64_t address,
				 uint32_t data)
{
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};
	const struct open_request *r = find(s, tag);
	enum gvi_verdict verdict;
	size_t count = 0;

	seen.reply.answer.address = address;
	seen.reply.answer.message = (struct gvi_message){
		.kind = GVI_MESSAGE_REMAPPED, .address = address, .data = data};
	if (!r || gvi_permitted(s->oracle, &r->input, s->list, LISTED, &count, &verdict) != GVI_OK)
		return scoreboard_answer(s, tag, &seen);
	if (r->changes == s->changes)
		seen.what |= GVI_SEEN_MESSAGE;
	for (size_t i = 0; i < count && i < LISTED; i++) {
		const struct gvi_message *m = &s->list[i].reply.answer.message;

		if (m->address != address || m->data != data)
			continue;
		seen.what |= GVI_SEEN_MESSAGE;
		seen.reply.answer.message = *m;
		break;
	}
	return scoreboard_answer(s, tag, &seen);
}

static bool is_abort(const struct gvi_input *in, const struct gvi_seen *seen)
{
	if (!(seen->what & GVI_SEEN_RESULT))
		return false;
	if (in->kind == GVI_INPUT_ATS)
		return seen->reply.ats.result == GVI_ABORT;
	return in->kind != GVI_INPUT_PAGE && seen->reply.answer.result == GVI_ABORT;
}

/* The bench knows all there is to know about it by the time of the answer. */
static bool tells_record(const struct gvi_seen *seen)
{
	return seen->what & (GVI_SEEN_EVENT | GVI_SEEN_EFFECTS);
}

static bool answer_recorded(struct scoreboard *s, struct open_request *r,
			    const struct gvi_seen *seen);
static bool may_be_recorded(struct scoreboard *s, const struct open_request *r);
static bool judge(struct scoreboard *s, const struct open_request *r, const struct gvi_input *in,
		  const struct gvi_seen *seen);

static bool answer(struct scoreboard *s, struct open_request *r, const struct gvi_seen *seen)
{
	bool right;

	if (r->progress == RECORDED)
		return r->input.kind == GVI_INPUT_PAGE ? page_answer_agrees(s, r, seen)
						       : answer_recorded(s, r, seen);
	if (r->input.kind == GVI_INPUT_PAGE && page_is_shown_later(s, r, seen)) {
		r->progress = ABORTED;
		r->seen = *seen;
		return true;
	}
	if (is_abort(&r->input, seen) && s->options.told & SCOREBOARD_RECORDS &&
	    !tells_record(seen) && may_be_recorded(s, r)) {
		r->progress = ABORTED;
		r->seen = *seen;
		return true;
	}
	right = judge(s, r, &r->input, seen);
	close_request(s, r);
	return right;
}

/* Issued and answered in one: most requests of a bench in lockstep. */
bool scoreboard_check(struct scoreboard *s, const struct gvi_input *request,
		      const struct gvi_seen *seen)
{
	feed_input(s, request, seen);
	if (request->kind != GVI_INPUT_PAGE && (!is_abort(request, seen) || tells_record(seen) ||
						!(s->options.told & SCOREBOARD_RECORDS)))
		return judge(s, NULL, request, seen);
	if (s->nopen == SCOREBOARD_TAGS)
		return report_sentence(s, "more than %d requests are open", SCOREBOARD_TAGS);
	s->open[s->nopen++] = (struct open_request){
		.order = s->orders++, .since = moment(s), .changes = s->changes, .input = *request};
	return answer(s, &s->open[s->nopen - 1], seen);
}

static bool judge(struct scoreboard *s, const struct open_request *r, const struct gvi_input *in,
		  const struct gvi_seen *seen)
{
	bool right = fits(s, in, seen, r);

	count_answer(s, in, seen);
	s->totals.in_flight += r && r->changes != s->changes;
	if (right && s->judgement.verdict == GVI_PERMITTED &&
	    (in->kind != GVI_INPUT_TRANSLATE || is_abort(in, seen)))
		owe_effects(s, (enum gvi_input_kind)in->kind, NULL);
	return conclude(s, right, r, in, seen);
}

/* Whether some abort that is permitted is logged.  (What was permitted when the request
 * came is not looked at: where it makes a difference, the record is waited for.) */
static bool may_be_recorded(struct scoreboard *s, const struct open_request *r)
{
	enum gvi_verdict verdict;
	size_t count = 0;
	bool aborts = false, logged = false;

	if (gvi_permitted(s->oracle, &r->input, s->list, LISTED, &count, &verdict) != GVI_OK)
		return false;
	for (size_t i = 0; i < count && i < LISTED; i++) {
		const union gvi_reply *reply = &s->list[i].reply;
		bool ats = r->input.kind == GVI_INPUT_ATS;

		if ((ats ? reply->ats.result : reply->answer.result) != GVI_ABORT)
			continue;
		aborts = true;
		logged |= (ats ? reply->ats.logging : reply->answer.logging) == GVI_LOGGED;
	}
	return logged || (!aborts && r->changes != s->changes) || count > LISTED;
}

/* Two requests that are alike may have changed places. */
static bool answer_recorded(struct scoreboard *s, struct open_request *r,
			    const struct gvi_seen *seen)
{
	if (is_abort(&r->input, seen)) {
		count_answer(s, &r->input, seen);
		close_request(s, r);
		return true;
	}
	for (size_t i = 0; i < s->nopen; i++) {
		struct open_request *other = &s->open[i];

		if (other->progress == ISSUED &&
		    !memcmp(&other->input, &r->input, sizeof r->input)) {
			other->progress = RECORDED;
			r->progress = ISSUED;
			return answer(s, r, seen);
		}
	}
	(void)report_request(s, r, "is granted, but a record of its abort was written");
	close_request(s, r);
	return false;
}

void count_answer(struct scoreboard *s, const struct gvi_input *in, const struct gvi_seen *seen)
{
	const struct gvi_answer *a = &seen->reply.answer;
	union gvi_reply now;

	s->totals.answers++;
	if (is_abort(in, seen))
		s->totals.aborts++;
	else
		s->totals.grants++;
	if (s->judgement.runs < 2 || s->judgement.verdict != GVI_PERMITTED ||
	    in->kind != GVI_INPUT_TRANSLATE || foresee(s, in, &now) != GVI_OK)
		return;
	if (now.answer.result != a->result ||
	    (a->result == GVI_GRANT && seen->what & GVI_SEEN_ADDRESS &&
	     now.answer.address != a->address))
		s->totals.held++;
}

/* ---- The end --------------------------------------------------------------------------------- */

static void finish_requests(struct scoreboard *s);

uint64_t scoreboard_finish(struct scoreboard *s)
{
	finish_requests(s);
	(void)refuse_owed(s);
	(void)write_coverage(s);
	(void)(trace_close(s) ||
	       report_sentence(s, "%s: the trace cannot be written", s->options.trace));
	report_summary(s);
	return s->totals.refused;
}

static void finish_requests(struct scoreboard *s)
{
	while (s->nopen) {
		struct open_request *r = &s->open[0];

		for (size_t i = 1; i < s->nopen; i++)
			if (s->open[i].order < r->order)
				r = &s->open[i];
		if (r->progress == ABORTED && r->input.kind == GVI_INPUT_PAGE)
			(void)(page_was_silent(s, r) || s->lost ||
			       report_request(s, r,
					      "was taken, and no entry, record or response of it "
					      "was seen"));
		else if (r->progress == ABORTED)
			(void)(fits_unrecorded(s, r) || s->lost ||
			       report_request(s, r,
					      "was aborted, and no record of it was written"));
		else
			(void)report_request(s, r, "was never answered");
		close_request(s, r);
	}
}

size_t scoreboard_open_tags(const struct scoreboard *s)
{
	return s->nopen;
}

const struct scoreboard_totals *scoreboard_totals(const struct scoreboard *s)
{
	return &s->totals;
}

const char *scoreboard_report(const struct scoreboard *s)
{
	return s->report;
}

struct gvi_oracle *scoreboard_oracle(struct scoreboard *s)
{
	return s->oracle;
}
