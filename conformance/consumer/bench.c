/* A C bench of an IOMMU with the installed scoreboard: a request is answered where it must be,
 * and one elsewhere.  Its arguments are files for what was reached, and for what was seen. */
#include <goldvi/cosim/recorder.h>
#include <goldvi/cosim/scoreboard.h>

#include <stdio.h>

static struct gvi_recorder recorder;

static void quiet(void *user, const char *line)
{
	(void)user;
	(void)line;
}

/* Nobody has enabled the IOMMU: everything passes, and stays where it is. */
static bool check(struct scoreboard *s, uint64_t address, uint64_t spa)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};

	in.of.request.address = address;
	in.of.request.length = 4;
	seen.reply.answer.address = spa;
	if (recorder.out)
		gvi_record(&recorder, &in, &seen);
	return scoreboard_check(s, &in, &seen);
}

int main(int argc, char **argv)
{
	const struct gvi_window nothing = {.length = 0};
	struct scoreboard_options options = {.print = quiet};
	struct scoreboard *s;
	FILE *trace = argc > 2 ? fopen(argv[2], "w") : NULL;
	bool right, wrong;
	char why[200];

	if (gvi_preset(GVI_PRESET_EPYC_ROME, &options.config))
		return 1;
	if (trace)
		gvi_record_begin(&recorder, trace, "consumer", &options.config);
	options.host.windows = &nothing;
	options.coverage = argc > 1 ? argv[1] : NULL;
	s = scoreboard_open(&options, why, sizeof why);
	if (!s)
		return 1;
	right = check(s, 0x5000, 0x5000);
	wrong = check(s, 0x5000, 0x6000);
	printf("scoreboard: the same address %s, another %s\n", right ? "permitted" : "refused",
	       wrong ? "permitted" : "refused");
	wrong |= scoreboard_finish(s) != 1;
	scoreboard_close(s);
	if (trace && (!gvi_record_end(&recorder) || fclose(trace)))
		return 1;
	return right && !wrong ? 0 : 1;
}
