/* A C bench of an IOMMU with the installed scoreboard: a request is answered where it must be,
 * and one elsewhere. */
#include <goldvi/cosim/scoreboard.h>

#include <stdio.h>

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
	return scoreboard_check(s, &in, &seen);
}

int main(void)
{
	const struct gvi_window nothing = {.length = 0};
	struct scoreboard_options options = {.print = quiet};
	struct scoreboard *s;
	bool right, wrong;
	char why[200];

	if (gvi_preset(GVI_PRESET_EPYC_ROME, &options.config))
		return 1;
	options.host.windows = &nothing;
	s = scoreboard_open(&options, why, sizeof why);
	if (!s)
		return 1;
	right = check(s, 0x5000, 0x5000);
	wrong = check(s, 0x5000, 0x6000);
	printf("scoreboard: the same address %s, another %s\n", right ? "permitted" : "refused",
	       wrong ? "permitted" : "refused");
	wrong |= scoreboard_finish(s) != 1;
	scoreboard_close(s);
	return right && !wrong ? 0 : 1;
}
