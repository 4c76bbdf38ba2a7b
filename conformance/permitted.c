/* What an IOMMU may do in a situation of a vector, and why: the oracle asked. */
#include "conformance/permitted.h"

#include <stdlib.h>

#include "conformance/describe.h"

enum { SHOWN = 24 };

static void put_outcome(const struct gvi_input *input, const struct gvi_outcome *outcome,
			FILE *out);
static void put_picks(const struct gvi_outcome *outcome, FILE *out);

void put_permitted(const struct gvi *m, const struct gvi_host *host, const struct gvi_input *input,
		   FILE *out)
{
	const struct gvi_bounds bounds = {.worlds = 1, .runs = 4096, .values_log2 = 4};
	struct gvi_oracle *oracle = malloc(gvi_oracle_size(&bounds));
	struct gvi_outcome *list = calloc(SHOWN, sizeof *list);
	enum gvi_verdict verdict;
	size_t count = 0;

	if (oracle && list && gvi_oracle_adopt(oracle, &bounds, m, host) == GVI_OK &&
	    gvi_permitted(oracle, input, list, SHOWN, &count, &verdict) == GVI_OK) {
		fprintf(out, "     permitted: %zu outcome%s%s\n", count, count == 1 ? "" : "s",
			verdict == GVI_UNSURE ? ", and perhaps more" : "");
		for (size_t i = 0; i < count && i < SHOWN; i++)
			put_outcome(input, &list[i], out);
	}
	free(oracle);
	free(list);
}

static void put_outcome(const struct gvi_input *input, const struct gvi_outcome *outcome, FILE *out)
{
	const union gvi_reply *r = &outcome->reply;
	const uint64_t *event = input->kind == GVI_INPUT_ATS ? r->ats.event : r->answer.event;
	unsigned logging = input->kind == GVI_INPUT_ATS ? r->ats.logging : r->answer.logging;
	const struct step step = {.u.ats = input->of.ats};
	struct seen seen = {.step = &step, .abilities = UINT32_MAX};
	char buffer[1024];
	struct text text = {buffer, sizeof buffer, 0};

	if (input->kind == GVI_INPUT_ATS)
		seen.ats = &r->ats;
	else
		seen.answer = &r->answer;
	describe_answer(&seen, &text);
	if (logging == GVI_LOGGED) {
		text_add(&text, ", logged ");
		describe_record(event_format(event), event, &text);
	}
	fprintf(out, "       %s\n", buffer);
	put_picks(outcome, out);
}

/* The choices on the way that were not the preferred ones, and held words. */
static void put_picks(const struct gvi_outcome *outcome, FILE *out)
{
	char words[400];

	for (unsigned i = 0; i < outcome->npicks; i++) {
		struct text text = {words, sizeof words, 0};

		if (!outcome->pick[i].value)
			continue;
		describe_pick(&outcome->pick[i], &text);
		fprintf(out, "         with %s\n", words);
	}
}
