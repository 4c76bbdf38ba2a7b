/* goldvi campaign. */
#include "conformance/campaign.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "conformance/dut/ask.h"
#include "conformance/dut/model.h"
#include "conformance/dut/recording.h"
#include "conformance/reduce.h"
#include "conformance/stage.h"
#include "conformance/stream_mutate.h"
#include "conformance/stream_scene.h"

enum { ROOM = 4096, MAX_FINDINGS = 1024, MAX_LINE = 1 << 16, TRIES = 8 };

/* What makes two failures one. */
struct signature {
	uint32_t differs, where; /* where: offset of a register, or the rule of the nearest */
	uint8_t kind, seen;      /* seen: a result */
	uint16_t field;          /* of the register; of reserved ones GVI_NFIELDS */
};

struct failing {
	struct signature signature;
	unsigned failed; /* tries in vain, of MOST_FAILED */
	bool found;
};

enum { MOST_FAILED = 5 };

struct campaign {
	const struct campaign_options *options;
	struct campaign_sum *sum;
	FILE *told, *table;
	char *error;
	size_t size;
	struct stage *stage;
	struct stage_way way;
	struct gvi_config fixed; /* what a device is that cannot be configured */
	struct dut *dut;         /* that records */
	FILE *trace;
	bool started, over; /* over: the device cannot go on with this stream, or is lost */
	uint64_t chance;
	uint8_t bytes[ROOM];
	struct session_reader *reader;
	struct judge judge; /* of the stream as it is */
	struct story story;
	struct reduction reduction;
	unsigned known;
	struct failing failing[MAX_FINDINGS];
	char line[MAX_LINE];
};

static bool open_campaign(struct campaign *c);
static bool play_streams(struct campaign *c);
static void close_campaign(struct campaign *c);

bool campaign_run(const struct campaign_options *options, struct campaign_sum *sum, FILE *told,
		  char *error, size_t size)
{
	struct campaign *c = calloc(1, sizeof *c);
	bool good;

	snprintf(error, size, "memory ran out");
	if (!c)
		return false;
	*c = (struct campaign){.options = options,
			       .sum = sum,
			       .told = told,
			       .error = error,
			       .size = size,
			       .chance = options->seed};
	good = open_campaign(c) && play_streams(c);
	close_campaign(c);
	free(c);
	return good;
}

/* ---- Life ------------------------------------------------------------------------ */

static bool open_device(struct campaign *c);
static bool open_table(struct campaign *c);
static void mirror(void *user, struct stage *s, const struct act *act);

static bool open_campaign(struct campaign *c)
{
	const struct gvi_bounds bounds = {.worlds = 32, .runs = 4096, .values_log2 = 14};
	const struct stage_listener listener = {c, NULL, mirror};

	c->stage = stage_new();
	c->reader = session_reader_new();
	if (!c->stage || !c->reader || !judge_open(&c->judge, &bounds) ||
	    !judge_open(&c->reduction.judge, &bounds))
		return false;
	c->trace = tmpfile();
	if (!c->trace) {
		snprintf(c->error, c->size, "a file for the trace: %s", strerror(errno));
		return false;
	}
	stage_listen(c->stage, &listener);
	return open_device(c) && open_table(c);
}

/* A device that cannot be configured tells what it is. */
static bool open_device(struct campaign *c)
{
	const struct campaign_options *o = c->options;
	char why[256] = "";
	struct dut *inner = o->dut->open(o->dut_argument, why, sizeof why);

	if (!inner) {
		snprintf(c->error, c->size, "%s: %s", o->dut->name, why);
		return false;
	}
	inner->patience = o->patience;
	(void)gvi_preset(GVI_PRESET_NOTHING, &c->fixed);
	if (!(o->dut->abilities(inner) & DUT_CONFIGURE)) {
		if (o->dut->start(inner, &c->fixed) != DUT_OK) {
			snprintf(c->error, c->size, "%s: it does not start", o->dut->name);
			o->dut->close(inner);
			return false;
		}
		o->dut->stop(inner);
		recording_config(&c->fixed);
		if (gvi_check(&c->fixed) != GVI_OK) {
			snprintf(c->error, c->size, "%s: %s", o->dut->name,
				 gvi_status_text(gvi_check(&c->fixed)));
			o->dut->close(inner);
			return false;
		}
		c->way.fixed = &c->fixed;
	}
	c->reduction.dut = inner;
	c->dut = recording_open(inner, c->trace);
	return c->dut != NULL;
}

static bool open_table(struct campaign *c)
{
	char path[600];

	if (mkdir(c->options->folder, 0777) != 0 && errno != EEXIST) {
		snprintf(c->error, c->size, "%s: %s", c->options->folder, strerror(errno));
		return false;
	}
	snprintf(path, sizeof path, "%.500s/findings.md", c->options->folder);
	c->table = fopen(path, "w");
	if (!c->table)
		snprintf(c->error, c->size, "%s: %s", path, strerror(errno));
	else
		fprintf(c->table,
			"| vector | rule | stream | what was seen, and what is nearest |\n"
			"|---|---|---|---|\n");
	return c->table != NULL;
}

static void close_campaign(struct campaign *c)
{
	if (c->dut)
		c->dut->class->close(c->dut);
	if (c->trace)
		fclose(c->trace);
	if (c->table)
		fclose(c->table);
	judge_close(&c->judge);
	judge_close(&c->reduction.judge);
	story_free(&c->reduction.story);
	story_free(&c->story);
	session_reader_free(c->reader);
	stage_free(c->stage);
}

/* ---- Streams --------------------------------------------------------------------- */

static size_t invent(struct campaign *c);
static size_t invent_scene(struct campaign *c);
static bool play_stream(struct campaign *c, size_t size);
static bool judge_stream(struct campaign *c, uint64_t stream);

static bool play_streams(struct campaign *c)
{
	const struct campaign_options *o = c->options;
	time_t end = time(NULL) + (time_t)o->seconds;

	for (uint64_t n = 0; o->streams ? n < o->streams : time(NULL) < end; n++) {
		if (!play_stream(c, n % 2 ? invent_scene(c) : invent(c)))
			return false;
		if (!judge_stream(c, n))
			return false;
		c->sum->streams++;
	}
	return true;
}

static uint64_t draw(struct campaign *c)
{
	uint64_t z = c->chance += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* A new one, or one that has been changed a little more. */
static size_t invent(struct campaign *c)
{
	size_t size = STREAM_RECORD;
	unsigned changes = 8 + (unsigned)(draw(c) % 48);

	memset(c->bytes, 0, sizeof c->bytes);
	while (changes--)
		size = stream_mutate(c->bytes, size, sizeof c->bytes, draw(c));
	return size;
}

/* Of what the device announces, or of any preset. */
static size_t invent_scene(struct campaign *c)
{
	uint8_t preset = (uint8_t)(draw(c) % GVI_NPRESETS);
	struct gvi_config config;

	(void)gvi_preset((enum gvi_preset)preset, &config);
	return stream_scene(c->bytes, sizeof c->bytes, preset,
			    c->way.fixed ? c->way.fixed : &config, draw(c));
}

/* The device starts with the first act, when the model is what it is. */
static bool play_stream(struct campaign *c, size_t size)
{
	struct stream stream = stream_of(c->bytes, size);

	rewind(c->trace);
	if (ftruncate(fileno(c->trace), 0) != 0) {
		snprintf(c->error, c->size, "the trace: %s", strerror(errno));
		return false;
	}
	c->started = c->over = false;
	(void)stage_play(c->stage, &stream, &c->way);
	if (c->started)
		c->dut->class->stop(c->dut);
	return true;
}

/* ---- The same on the device --------------------------------------------------------- */

static enum dut_status start_device(struct campaign *c, const struct stage *s);
static enum dut_status call_device(struct campaign *c, const struct act *act);
static enum dut_status look_at_device(struct campaign *c);

static void mirror(void *user, struct stage *s, const struct act *act)
{
	struct campaign *c = user;
	enum dut_status status = DUT_OK;
	uint8_t raw[8 * STAGE_WORDS];

	if (c->over || act->settling)
		return;
	if (!c->started)
		status = start_device(c, s);
	switch (status == DUT_OK ? (int)act->kind : -1) {
	case STAGE_STORE:
		for (unsigned i = 0; i < 8u * act->words; i++)
			raw[i] = (uint8_t)(act->word[i / 8] >> 8 * (i % 8));
		status = c->dut->class->memory_write(c->dut, act->spa, raw, 8u * act->words);
		break;
	case STAGE_CALL:
		if (act->status == GVI_OK)
			status = call_device(c, act);
		break;
	case STAGE_ERROR:
	case STAGE_RACE:
		/* The oracle does not know of memory that fails. */
		c->over = true;
		break;
	case STAGE_LOOK:
		status = look_at_device(c);
		break;
	default:
		break;
	}
	if (status != DUT_OK && status != DUT_UNSUPPORTED) {
		c->over = true;
		c->sum->lost++;
	}
}

static enum dut_status start_device(struct campaign *c, const struct stage *s)
{
	struct gvi_config config = c->way.fixed ? c->fixed : s->config;
	enum dut_status status;

	recording_name(c->dut, "a stream");
	c->started = true;
	status = c->dut->class->start(c->dut, &config);
	/* Memory has been zero all the time. */
	if (status == DUT_OK)
		c->dut->class->begin(c->dut);
	return status;
}

/* [register.access-size] Of 1 and 2 bytes a device of before 3.11 may know nothing. */
static bool is_new(const struct campaign *c, const struct gvi_input *in)
{
	bool registers = in->kind == GVI_INPUT_MMIO_READ || in->kind == GVI_INPUT_MMIO_WRITE;

	return registers && in->of.mmio.length < 4 && c->way.fixed &&
	       c->fixed.revision < GVI_REVISION(3, 11);
}

/* A write of a register lets the device go on. */
static enum dut_status call_device(struct campaign *c, const struct act *act)
{
	const struct gvi_input *in = &act->input;
	/* What goes past the tables instead may not be seen; what is refused goes nowhere. */
	const uint64_t places[2] = {act->reply.answer.address, in->of.request.address};
	bool granted = act->reply.answer.result == GVI_GRANT;
	bool writes = in->kind >= GVI_INPUT_MMIO_READ;
	union gvi_reply reply = {0};
	enum dut_status status;

	if ((in->kind == GVI_INPUT_TRANSLATE && act->reply.answer.result == GVI_INTERRUPT) ||
	    is_new(c, in))
		return DUT_UNSUPPORTED;
	status = dut_ask(c->dut, in, places, granted ? 2 : 0, &reply);
	return status == DUT_OK && writes ? c->dut->class->settle(c->dut) : status;
}

/* What the IOMMU changes on its own, and the first registers of all. */
static enum dut_status look_at_device(struct campaign *c)
{
	static const uint16_t offsets[] = {0x2000, 0x2008, 0x2010, 0x2018, 0x2020, 0x0000,
					   0x0008, 0x0010, 0x0018, 0x0020, 0x0028};
	enum dut_status status = DUT_OK;
	uint64_t value;

	for (unsigned i = 0; status == DUT_OK && i < sizeof offsets / sizeof offsets[0]; i++)
		status = c->dut->class->mmio_read(c->dut, offsets[i], 8, &value);
	return status;
}

/* ---- Judging ----------------------------------------------------------------------- */

static bool judge_line(struct campaign *c, struct session_record *record, bool *more);
static struct failing *failing_so(struct campaign *c);
static bool find(struct campaign *c, uint64_t stream);

/* A refusal that is known, or that hangs on an earlier one, is left out of the story. */
static bool judge_stream(struct campaign *c, uint64_t stream)
{
	struct session_record record;
	struct failing *failing;
	enum ruling ruling;
	unsigned tries = 0;
	bool more = true;

	rewind(c->trace);
	arena_reset(&c->story.arena);
	c->story.count = 0;
	while (tries < TRIES) {
		if (!judge_line(c, &record, &more))
			return false;
		ruling = more ? judge_record(&c->judge, &record) : RULED_WRONG;
		if (ruling == RULED_WRONG)
			break;
		c->sum->records++;
		c->sum->unsure += ruling == RULED_UNSURE;
		if (ruling != RULED_REFUSED)
			continue;
		c->sum->refused++;
		failing = c->judge.status == GVI_OK ? failing_so(c) : NULL;
		if (failing && !failing->found && failing->failed < MOST_FAILED) {
			tries++;
			failing->found = find(c, stream);
			failing->failed += !failing->found;
		}
		c->story.kept[c->story.count - 1] = false;
	}
	return true;
}

static bool judge_line(struct campaign *c, struct session_record *record, bool *more)
{
	char why[SESSION_MAX_ERROR];

	*more = fgets(c->line, sizeof c->line, c->trace) != NULL;
	if (!*more)
		return true;
	if (!session_parse(c->reader, c->line, record, why, sizeof why)) {
		snprintf(c->error, c->size, "the trace that was just written: %s", why);
		return false;
	}
	if (record->kind != SESSION_NOTE && !story_add(&c->story, record)) {
		snprintf(c->error, c->size, "memory ran out");
		return false;
	}
	return true;
}

static unsigned field_at(const struct gvi_input *in, uint64_t wrong);

/* What is known of failures like this one; NULL: there is no room to know anything. */
static struct failing *failing_so(struct campaign *c)
{
	struct judge *j = &c->judge;
	const struct gvi_input *in = &j->input;
	struct signature signature;

	memset(&signature, 0, sizeof signature);
	signature.differs = j->judgement.differs;
	signature.kind = in->kind;
	if (in->kind == GVI_INPUT_MMIO_READ || in->kind == GVI_INPUT_CONFIG_READ) {
		signature.where = in->of.mmio.offset;
		signature.field =
			(uint16_t)field_at(in, j->seen.reply.value ^ j->nearest.reply.value);
	} else {
		signature.where = judge_broken(j);
		signature.seen = judge_result(in, &j->seen.reply);
	}
	for (unsigned i = 0; i < c->known; i++)
		if (!memcmp(&c->failing[i].signature, &signature, sizeof signature))
			return &c->failing[i];
	if (c->known == MAX_FINDINGS)
		return NULL;
	c->failing[c->known].signature = signature;
	return &c->failing[c->known++];
}

/* The field of the lowest wrong bit, if a register begins where was read. */
static unsigned field_at(const struct gvi_input *in, uint64_t wrong)
{
	for (unsigned r = 0; r < GVI_NREGISTERS; r++) {
		const struct gvi_format *f = &gvi_formats[gvi_registers[r].format];

		if (in->kind != GVI_INPUT_MMIO_READ ||
		    gvi_registers[r].offset != in->of.mmio.offset)
			continue;
		for (unsigned i = f->first; i < f->first + f->nfields; i++)
			if (gvi_field_mask((enum gvi_field_id)i, 0) & wrong & (~wrong + 1))
				return gvi_fields[i].kind == GVI_MBZ ? GVI_NFIELDS : i;
	}
	return GVI_NFIELDS;
}

/* ---- A finding ---------------------------------------------------------------------- */

static void describe_refusal(const struct judge *j, struct text *t);
static bool write_vector(struct campaign *c, const char *path);
static enum verdict play_vector(const struct dut_class *class, const char *argument,
				unsigned patience, const char *path);

/* False: it cannot be had alone, or does not come again. */
static bool find(struct campaign *c, uint64_t stream)
{
	struct reduction *r = &c->reduction;
	const struct campaign_options *o = c->options;
	unsigned rule = judge_broken(&c->judge);
	char path[600], why[1024] = "";

	describe_refusal(&c->judge, &(struct text){why, sizeof why, 0});
	if (!story_copy(&r->story, &c->story))
		return false;
	reduce_failure(r, &c->judge);
	r->tests = r->asked = r->lost = 0;
	if (!reduce_fails(r))
		return false;
	reduce_story(r);
	snprintf(path, sizeof path, "%.500s/found-%03u.yaml", o->folder, c->sum->findings + 1);
	if (!write_vector(c, path))
		return false;
	if (play_vector(&dut_model, NULL, 0, path) != PASSED ||
	    play_vector(o->dut, o->dut_argument, o->patience, path) != FAILED) {
		(void)unlink(path);
		return false;
	}
	c->sum->findings++;
	fprintf(c->told, "%s: %s\n", path, why);
	fprintf(c->table, "| [found-%03u](found-%03u.yaml) | `%s` | %" PRIu64 " | %s |\n",
		c->sum->findings, c->sum->findings,
		rule < GVI_NCLAUSES ? gvi_clauses[rule].slug : "-", stream, why);
	/* A campaign is long, and somebody may look. */
	(void)fflush(c->told);
	(void)fflush(c->table);
	return true;
}

/* And of which register. */
static void describe_refusal(const struct judge *j, struct text *t)
{
	const struct gvi_input *in = &j->input;

	if (in->kind == GVI_INPUT_CONFIG_READ)
		text_add(t, "configuration space, offset 0x%" PRIx32 ": ", in->of.mmio.offset);
	for (unsigned r = 0; in->kind == GVI_INPUT_MMIO_READ && r < GVI_NREGISTERS; r++)
		if (gvi_registers[r].offset == (in->of.mmio.offset & ~UINT32_C(7)))
			text_add(t, "%s: ", gvi_formats[gvi_registers[r].format].id);
	judge_explain(j, t);
}

static bool write_vector(struct campaign *c, const char *path)
{
	FILE *out = fopen(path, "w");
	bool good = out && put_vector(&c->reduction.story, &c->reduction.judge.bounds, out);

	if (out && fclose(out) != 0)
		good = false;
	return good;
}

/* NOT_APPLICABLE if it cannot be played. */
static enum verdict play_vector(const struct dut_class *class, const char *argument,
				unsigned patience, const char *path)
{
	const struct run_options options = {
		.dut = class, .dut_argument = argument, .patience = patience};
	struct report report = {0};
	char name[600], error[1024];
	char *paths[1] = {name};
	enum verdict verdict = NOT_APPLICABLE;

	snprintf(name, sizeof name, "%s", path);
	if (run_paths(&options, paths, 1, &report, error, sizeof error) && report.count == 1)
		verdict = report.results[0].verdict;
	report_free(&report);
	return verdict;
}
