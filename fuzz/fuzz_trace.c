/* Bytes as a trace: each line is refused with a sentence, or it is a record that the
 * oracle can be asked about; and what a recorder writes of it is read as the same. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "conformance/judge.h"
#include "conformance/recorder.h"

enum { MAX_LINES = 64 };

struct bench {
	struct session_reader *reader, *again; /* kept: they are large, and know nothing */
	struct judge judge;
};

/* The record, written and read. */
static void check_written(struct bench *b, const struct session_record *record)
{
	static const struct gvi_effect none;
	char *text = NULL, error[SESSION_MAX_ERROR];
	size_t size;
	FILE *out = open_memstream(&text, &size);
	struct gvi_recorder r = {.out = out};
	struct session_record same;

	MUST(out);
	if (record->kind == SESSION_BEGIN)
		gvi_record_begin(&r, out, record->text, &record->config);
	else if (record->kind == SESSION_INPUT)
		gvi_record(&r, &record->input, &record->seen);
	else if (record->kind == SESSION_SETTLED)
		gvi_record_settled(&r,
				   record->seen.what
					   ? record->seen.effects ? record->seen.effects : &none
					   : NULL,
				   record->seen.neffects);
	MUST(gvi_record_end(&r) && fclose(out) == 0);
	if (size) {
		MUST(session_parse(b->again, text, &same, error, sizeof error));
		MUST(same.kind == record->kind && same.seen.what == record->seen.what);
		MUST(!memcmp(&same.input, &record->input, sizeof same.input));
		MUST(!memcmp(&same.seen.reply, &record->seen.reply, sizeof same.seen.reply));
		MUST(!memcmp(&same.config, &record->config, sizeof same.config));
		MUST(same.seen.neffects == record->seen.neffects);
		if (same.seen.neffects)
			MUST(!memcmp(same.seen.effects, record->seen.effects,
				     same.seen.neffects * sizeof *same.seen.effects));
	}
	free(text);
}

static void take_line(struct bench *b, char *line)
{
	struct session_record record;
	char error[SESSION_MAX_ERROR] = "", why[1024];
	struct text text = {why, sizeof why, 0};

	if (!session_parse(b->reader, line, &record, error, sizeof error)) {
		MUST(error[0]);
		return;
	}
	check_written(b, &record);
	if (judge_record(&b->judge, &record) == RULED_REFUSED)
		judge_explain(&b->judge, &text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gvi_bounds bounds = {.worlds = 4, .runs = 64, .values_log2 = 6, .delay = 2};
	static struct bench bench, *b = &bench;
	char *text = malloc(size + 1), *line, *end;
	unsigned lines = 0;

	MUST(text);
	if (!b->reader) {
		b->reader = session_reader_new();
		b->again = session_reader_new();
	}
	MUST(b->reader && b->again && judge_open(&b->judge, &bounds));
	/* A ring of zeros is a long one. */
	b->judge.most_commands = 32;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	for (line = text; line && lines < MAX_LINES; line = end, lines++) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		take_line(b, line);
	}
	judge_close(&b->judge);
	free(text);
	return 0;
}
