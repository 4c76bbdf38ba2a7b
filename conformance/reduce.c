/* goldvi reduce: delta debugging over the records of a session and over the words of its
 * memory.
 *
 * "The same way" is what the oracle says: the last record is refused, differs in the
 * same from the same nearest outcome, and is as stale as it was.  Without the device
 * that failed nobody knows what it needed to fail, so earlier requests about the same
 * page stay: a cache was filled by one of them.  With it, the device is asked each time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/commands.h"
#include "conformance/reduce.h"
#include "conformance/rejudge.h"
#include "conformance/run.h"

/* Whoever waits for a device that is lost waits for seconds. */
enum { MAX_TESTS = 20000, MAX_ASKED = 600, MAX_LOST = 6 };

static bool load(struct reduction *r, const char *path, char *error, size_t size);
static bool take_device(struct reduction *r, const struct run_options *options, char *error,
			size_t size);
static int write_reduced(struct reduction *r);
static void shrink(struct reduction *r);
static void set_up_first(struct reduction *r);

int command_reduce(int argc, char **argv)
{
	struct rejudging how = {0};
	struct run_options options = {0};
	struct gvi_bounds bounds;
	const char *device = NULL, *timeout = NULL;
	const struct option known[] = {
		{"--worlds", NULL, &how.worlds}, {"--runs", NULL, &how.runs},
		{"--values", NULL, &how.values}, {"--delay", NULL, &how.delay},
		{"--dut", NULL, &device},        {"--timeout", NULL, &timeout}};
	struct reduction *r = calloc(1, sizeof *r);
	char error[1024] = "there is not enough memory.";
	int status = BAD_INPUT;

	if (!r || !take_options(known, sizeof known / sizeof known[0], &argc, argv) ||
	    !take_bounds("reduce", &how, &bounds) || !take_timeout(&options, timeout) ||
	    (device && !choose_device("reduce", &options, device))) {
		free(r);
		return BAD_INPUT;
	}
	if (argc != 2)
		status = wrong_use("reduce", "one trace is needed.");
	else if (judge_open(&r->judge, &bounds) && load(r, argv[1], error, sizeof error) &&
		 take_device(r, &options, error, sizeof error))
		status = write_reduced(r);
	else
		status = wrong_use("reduce", "%s", error);
	if (r->dut)
		r->dut->class->close(r->dut);
	judge_close(&r->judge);
	story_free(&r->story);
	free(r);
	return status;
}

/* The device must fail once more as it did. */
static bool take_device(struct reduction *r, const struct run_options *options, char *error,
			size_t size)
{
	if (!options->dut)
		return true;
	r->dut = options->dut->open(options->dut_argument, error, size);
	if (!r->dut)
		return false;
	r->dut->patience = options->patience;
	if (device_fails(r))
		return true;
	snprintf(error, size, "the device does not fail so when it is asked again.");
	return false;
}

static int write_reduced(struct reduction *r)
{
	size_t before = r->story.count;

	reduce_story(r);
	fprintf(stderr, "%zu of %zu records are left, after %u trials", story_kept(&r->story),
		before, r->tests);
	if (r->dut)
		fprintf(stderr, ", %u of them on the device", r->asked);
	fprintf(stderr, "\n");
	return put_vector(&r->story, &r->judge.bounds, stdout) ? ALL_PASSED : BAD_INPUT;
}

static void reduce_boldly(struct reduction *r);

void reduce_story(struct reduction *r)
{
	if (r->dut)
		reduce_boldly(r);
	shrink(r);
	set_up_first(r);
	shrink(r);
}

void story_free(struct story *s)
{
	arena_free(&s->arena);
	free(s->record);
	free(s->kept);
}

/* ---- The session that fails --------------------------------------------------- */

static bool find_failure(struct reduction *r, struct session_reader *reader, struct trace *trace,
			 char *error, size_t size);

static bool load(struct reduction *r, const char *path, char *error, size_t size)
{
	struct trace *trace = trace_open(path, error, size);
	struct session_reader *reader = trace ? session_reader_new() : NULL;
	bool good = false;

	if (trace && !trace_is_recorded(trace))
		snprintf(error, size, "%s: this is no trace of a recorder.", path);
	else if (reader)
		good = find_failure(r, reader, trace, error, size);
	session_reader_free(reader);
	trace_close(trace);
	return good;
}

/* All records of the session up to the first that is refused. */
static bool find_failure(struct reduction *r, struct session_reader *reader, struct trace *trace,
			 char *error, size_t size)
{
	struct session_record record;
	enum ruling ruling;
	int more;

	while ((more = session_next(reader, trace, &record, error, size)) == 1) {
		if (record.kind == SESSION_BEGIN) {
			arena_reset(&r->story.arena);
			r->story.count = 0;
		}
		if (!story_add(&r->story, &record)) {
			snprintf(error, size, "there is not enough memory.");
			return false;
		}
		ruling = judge_record(&r->judge, &record);
		if (ruling == RULED_WRONG) {
			snprintf(error, size, "line %u: %s.", record.line,
				 gvi_status_text(r->judge.status));
			return false;
		}
		if (ruling == RULED_REFUSED) {
			reduce_failure(r, &r->judge);
			return true;
		}
	}
	if (more == 0)
		snprintf(error, size, "nothing is refused: there is nothing to reduce.");
	return false;
}

void reduce_failure(struct reduction *r, const struct judge *j)
{
	r->failure = (struct failure){.differs = j->judgement.differs,
				      .stale = j->judgement.stale,
				      .nearest = j->nearest,
				      .kind = j->input.kind,
				      .status = j->status,
				      .seen = j->seen.reply,
				      .line = r->story.record[r->story.count - 1].line};
	memcpy(r->failure.ended_by, j->judgement.ended_by, sizeof r->failure.ended_by);
}

static bool make_room(struct story *s);
static void *copy(struct story *s, const void *from, size_t size);

/* Memory word by word, without what is no event; reads of registers that were permitted
 * have told nothing. */
bool story_add(struct story *s, const struct session_record *record)
{
	size_t pieces = record->nbytes ? (record->spa % 8 + record->nbytes + 7) / 8 : 1, at = 0;

	for (size_t i = 0; i < pieces; i++) {
		struct session_record *one;

		if (!make_room(s))
			return false;
		one = &s->record[s->count];
		*one = *record;
		s->kept[s->count++] = record->kind != SESSION_NOTE;
		if (record->text)
			one->text = arena_text(&s->arena, record->text, strlen(record->text));
		if (record->seen.neffects)
			one->seen.effects =
				copy(s, record->seen.effects,
				     record->seen.neffects * sizeof *record->seen.effects);
		if (record->nbytes) {
			size_t n = 8 - (record->spa + at) % 8;

			one->nbytes = n < record->nbytes - at ? n : record->nbytes - at;
			one->spa = record->spa + at;
			one->bytes = copy(s, record->bytes + at, one->nbytes);
			at += one->nbytes;
		}
	}
	return true;
}

bool story_copy(struct story *to, const struct story *from)
{
	arena_reset(&to->arena);
	to->count = 0;
	while (to->count < from->count) {
		if (!make_room(to))
			return false;
		to->record[to->count] = from->record[to->count];
		to->kept[to->count] = from->kept[to->count];
		to->count++;
	}
	return true;
}

static bool make_room(struct story *s)
{
	size_t room = s->room ? 2 * s->room : 64;
	void *records, *flags;

	if (s->count < s->room)
		return true;
	records = realloc(s->record, room * sizeof *s->record);
	if (records)
		s->record = records;
	flags = realloc(s->kept, room * sizeof *s->kept);
	if (flags)
		s->kept = flags;
	if (records && flags)
		s->room = room;
	return records && flags;
}

static void *copy(struct story *s, const void *from, size_t size)
{
	void *to = arena_alloc(&s->arena, size);

	return memcpy(to, from, size);
}

/* ---- Less of it --------------------------------------------------------------- */

static bool is_needed(const struct reduction *r, size_t i);
static bool may_try(const struct reduction *r);
static bool take_out(struct reduction *r, size_t chunk);

/* Ever smaller pieces; a piece that goes may let others go. */
static void shrink(struct reduction *r)
{
	size_t chunk = 1;
	bool less;

	while (chunk < r->story.count / 2)
		chunk *= 2;
	for (; chunk; chunk /= 2)
		do
			less = take_out(r, chunk);
		while (less && may_try(r));
}

static bool may_try(const struct reduction *r)
{
	return r->tests < MAX_TESTS && r->asked < MAX_ASKED && r->lost < MAX_LOST;
}

static bool take_out(struct reduction *r, size_t chunk)
{
	struct story *s = &r->story;
	bool *before = malloc(s->count * sizeof *before), less = false;

	for (size_t at = 1; before && at + 1 < s->count && may_try(r); at += chunk) {
		bool any = false;

		memcpy(before, s->kept, s->count * sizeof *before);
		for (size_t i = at; i < at + chunk && i + 1 < s->count; i++) {
			any |= s->kept[i] && !is_needed(r, i);
			s->kept[i] = s->kept[i] && is_needed(r, i);
		}
		if (any && reduce_fails(r))
			less = true;
		else
			memcpy(s->kept, before, s->count * sizeof *before);
	}
	free(before);
	return less;
}

/* Most often the device fails of what the oracle needs for it, which is had at once. */
static void reduce_boldly(struct reduction *r)
{
	struct story *s = &r->story;
	struct dut *dut = r->dut;
	bool *before = malloc(s->count * sizeof *before);

	if (!before)
		return;
	memcpy(before, s->kept, s->count * sizeof *before);
	r->dut = NULL;
	shrink(r);
	r->dut = dut;
	if (!device_fails(r))
		memcpy(s->kept, before, s->count * sizeof *before);
	free(before);
}

/* A case starts from memory, and then come its registers: in that order, if the session
 * fails as well then. */
static void set_up_first(struct reduction *r)
{
	struct story *s = &r->story;
	struct session_record *before = s->record;
	struct session_record *sorted = malloc(s->count * sizeof *sorted);
	bool *kept_before = s->kept, *all = malloc(s->count * sizeof *all);
	size_t count = s->count, room = s->room, n = 0, end = 1;

	if (sorted && all) {
		while (!s->kept[end] || sets_up(&s->record[end]))
			end++;
		for (unsigned memory = 0; memory < 2; memory++)
			for (size_t i = 1; i < end; i++)
				if (s->kept[i] && (s->record[i].kind == SESSION_WROTE) == !memory)
					sorted[++n] = s->record[i];
		sorted[0] = s->record[0];
		for (size_t i = end; i < count; i++)
			if (s->kept[i])
				sorted[++n] = s->record[i];
		memset(all, 1, s->count * sizeof *all);
		s->record = sorted;
		s->kept = all;
		s->room = count;
		s->count = n + 1;
	}
	if (sorted && all && reduce_fails(r)) {
		free(before);
		free(kept_before);
		return;
	}
	free(sorted);
	free(all);
	s->record = before;
	s->kept = kept_before;
	s->room = room;
	s->count = count;
}

/* The request's page; UINT64_MAX: it has none. */
static uint64_t page_of(const struct session_record *record)
{
	const struct gvi_input *in = &record->input;

	if (record->kind != SESSION_INPUT)
		return UINT64_MAX;
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
		return in->of.request.address >> 12;
	case GVI_INPUT_ATS:
		return in->of.ats.address >> 12;
	case GVI_INPUT_INTERRUPT:
		return in->of.interrupt.data;
	default:
		return UINT64_MAX;
	}
}

static uint16_t device_of(const struct gvi_input *in)
{
	return in->kind == GVI_INPUT_TRANSLATE ? in->of.request.device
	       : in->kind == GVI_INPUT_ATS     ? in->of.ats.device
					       : in->of.interrupt.device;
}

/* A cache may have been filled by it; a device says so itself. */
static bool is_needed(const struct reduction *r, size_t i)
{
	const struct story *s = &r->story;
	const struct session_record *last = &s->record[s->count - 1], *record = &s->record[i];

	return !r->dut && page_of(last) != UINT64_MAX && page_of(record) == page_of(last) &&
	       record->input.kind == last->input.kind &&
	       device_of(&record->input) == device_of(&last->input);
}

static bool judged_so(struct reduction *r);

/* The device takes its time: it is asked what the oracle has not ruled out. */
bool reduce_fails(struct reduction *r)
{
	r->tests++;
	return judged_so(r) && (!r->dut || device_fails(r));
}

static bool judged_so(struct reduction *r)
{
	const struct story *s = &r->story;

	for (size_t i = 0; i < s->count; i++) {
		enum ruling ruling;

		if (!s->kept[i])
			continue;
		ruling = judge_record(&r->judge, &s->record[i]);
		if (i + 1 == s->count)
			return ruling == RULED_REFUSED && same_failure(r);
		/* What is left must be a session of an IOMMU up to here. */
		if (ruling == RULED_REFUSED || ruling == RULED_UNSURE || ruling == RULED_WRONG)
			return false;
	}
	return false;
}

/* Of effects only if it is these that differ. */
static bool same_outcome(const struct gvi_outcome *a, const struct gvi_outcome *b, bool effects)
{
	return !memcmp(&a->reply, &b->reply, sizeof a->reply) &&
	       (!effects || (a->neffects == b->neffects &&
			     !memcmp(a->effect, b->effect, a->neffects * sizeof a->effect[0])));
}

bool same_failure(const struct reduction *r)
{
	const struct judge *j = &r->judge;
	const struct failure *f = &r->failure;

	return j->status == f->status && j->input.kind == f->kind &&
	       j->judgement.differs == f->differs && j->judgement.stale == f->stale &&
	       !memcmp(j->judgement.ended_by, f->ended_by, sizeof f->ended_by) &&
	       (f->status != GVI_OK ||
		same_outcome(&j->nearest, &f->nearest, f->differs & GVI_SEEN_EFFECTS));
}

size_t story_kept(const struct story *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++)
		n += s->kept[i];
	return n;
}
