/* What the model does by itself: predictions, and what listeners and coverage hear. */
#include "conformance/cosim/scoreboard_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/coverage_json.h"

bool scoreboard_predict(struct scoreboard *s, const struct gvi_input *request,
			union gvi_reply *reply)
{
	return foresee(s, request, reply) == GVI_OK;
}

bool read_memory(const struct scoreboard *s, uint64_t spa, void *to, size_t length)
{
	const struct gvi_host *host = &s->options.host;

	for (size_t i = 0; i < host->nwindows; i++) {
		const struct gvi_window *w = &host->windows[i];

		if (spa < w->spa || length > w->length || spa - w->spa > w->length - length)
			continue;
		memcpy(to, (const unsigned char *)w->bytes + (spa - w->spa), length);
		return true;
	}
	return host->read && host->read(host->user, spa, to, length) == GVI_BUS_OK;
}

static enum gvi_bus relay_read(void *user, uint64_t spa, void *to, size_t len)
{
	const struct scoreboard *s = user;
	const struct gvi_host *host = &s->options.host;

	return host->read ? host->read(host->user, spa, to, len) : GVI_BUS_MASTER_ABORT;
}

static void relay_note(void *user, const struct gvi_note *note)
{
	const struct scoreboard *s = user;

	if (s->coverage)
		coverage_note(s->coverage, note);
	for (const struct scoreboard_listener *l = s->listeners; l; l = l->next)
		if (l->note)
			l->note(l->user, note);
}

/* Makes a model of the first world. */
static void prepare(struct scoreboard *s, bool aloud)
{
	const struct gvi_host host = {.user = s,
				      .read = relay_read,
				      .note = aloud ? relay_note : NULL,
				      .windows = s->options.host.windows,
				      .nwindows = s->options.host.nwindows};

	memcpy(s->plain, gvi_world(s->oracle, 0), gvi_size());
	(void)gvi_track(s->plain, NULL, 0);
	(void)gvi_set_host(s->plain, &host);
}

enum gvi_status foresee(struct scoreboard *s, const struct gvi_input *in, union gvi_reply *reply)
{
	prepare(s, false);
	memset(reply, 0, sizeof *reply);
	return gvi_play(s->plain, in, reply);
}

void foresee_aloud(struct scoreboard *s, const struct gvi_input *in)
{
	struct coverage *c = s->coverage;
	union gvi_reply reply;
	enum gvi_status status;

	prepare(s, true);
	memset(&reply, 0, sizeof reply);
	if (c)
		coverage_features(c, gvi_features_now(s->plain));
	status = gvi_play(s->plain, in, &reply);
	if (c && status == GVI_OK)
		coverage_call(c, in, &reply, NULL, 0);
	else if (c)
		coverage_refused(c);
}

bool write_coverage(struct scoreboard *s)
{
	const char *path = s->options.coverage;
	FILE *out;
	bool written;

	if (!s->coverage)
		return true;
	coverage_test_end(s->coverage, !s->totals.refused, NULL, 0);
	out = fopen(path, "w");
	written = out && coverage_write(&s->coverage->counts, out);
	if (out && fclose(out) != 0)
		written = false;
	return written ||
	       report_sentence(s, "%s: the coverage cannot be written: %s", path, strerror(errno));
}
