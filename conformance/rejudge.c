/* goldvi replay of what a bench has recorded: every record goes before the oracle. */
#include "conformance/rejudge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "conformance/commands.h"

enum { SHOWN = 20 };

struct tally {
	const char *path;
	struct judge judge;
	uint64_t sessions, judged, refused, unsure;
	char session[80]; /* name of the present one */
};

static bool take_number(const char *command, const char *name, const char *text, uint64_t most,
			uint64_t *value)
{
	char *end;

	if (!text)
		return true;
	*value = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && *value <= most)
		return true;
	(void)wrong_use(command, "%s is a number of at most %" PRIu64 ".", name, most);
	return false;
}

bool take_bounds(const char *command, const struct rejudging *how, struct gvi_bounds *bounds)
{
	uint64_t worlds = 32, runs = 4096, values = 14, delay = 0;

	if (!take_number(command, "--worlds", how->worlds, 4096, &worlds) ||
	    !take_number(command, "--runs", how->runs, UINT32_MAX, &runs) ||
	    !take_number(command, "--values", how->values, 24, &values) ||
	    !take_number(command, "--delay", how->delay, UINT32_MAX, &delay))
		return false;
	*bounds = (struct gvi_bounds){.worlds = (uint32_t)worlds,
				      .runs = (uint32_t)runs,
				      .values_log2 = (unsigned)values,
				      .delay = (uint32_t)delay};
	if (gvi_oracle_size(bounds))
		return true;
	(void)wrong_use(command, "%s.", gvi_status_text(GVI_ARG_BOUNDS));
	return false;
}

static int judge_all(struct tally *t, struct trace *trace, struct session_reader *reader);
static bool judge_one(struct tally *t, const struct session_record *record);

int rejudge(const char *path, struct trace *trace, const struct rejudging *how)
{
	struct tally *t = calloc(1, sizeof *t);
	struct session_reader *reader = session_reader_new();
	struct gvi_bounds bounds;
	int status = BAD_INPUT;

	if (t && reader && take_bounds("replay", how, &bounds)) {
		t->path = path;
		if (judge_open(&t->judge, &bounds))
			status = judge_all(t, trace, reader);
		else
			status = wrong_use("replay", "there is not enough memory.");
		judge_close(&t->judge);
	}
	session_reader_free(reader);
	free(t);
	return status;
}

static int judge_all(struct tally *t, struct trace *trace, struct session_reader *reader)
{
	struct session_record record;
	char error[SESSION_MAX_ERROR + 512];
	int more;

	while ((more = session_next(reader, trace, &record, error, sizeof error)) == 1)
		if (!judge_one(t, &record))
			return BAD_INPUT;
	if (more < 0)
		return wrong_use("replay", "%s", error);
	printf("%" PRIu64 " sessions, %" PRIu64 " records judged: %" PRIu64 " permitted, %" PRIu64
	       " refused, %" PRIu64 " unsure\n",
	       t->sessions, t->judged, t->judged - t->refused - t->unsure, t->refused, t->unsure);
	return t->refused ? SOME_FAILED : ALL_PASSED;
}

static void show(const struct tally *t, unsigned line);

/* False after a sentence, if the record can be no record of an IOMMU. */
static bool judge_one(struct tally *t, const struct session_record *record)
{
	enum ruling ruling;

	if (record->kind == SESSION_BEGIN) {
		t->sessions++;
		(void)snprintf(t->session, sizeof t->session, "%s", record->text);
	}
	ruling = judge_record(&t->judge, record);
	t->judged += ruling != RULED_NOTHING;
	t->unsure += ruling == RULED_UNSURE;
	if (ruling == RULED_REFUSED && t->refused++ < SHOWN)
		show(t, record->line);
	if (ruling == RULED_WRONG)
		(void)wrong_use("replay", "%s:%u: %s.", t->path, record->line,
				gvi_status_text(t->judge.status));
	return ruling != RULED_WRONG;
}

static void show(const struct tally *t, unsigned line)
{
	char why[1024];
	struct text text = {why, sizeof why, 0};

	judge_explain(&t->judge, &text);
	printf("%s:%u: %s: %s.\n", t->path, line, t->session, why);
}
