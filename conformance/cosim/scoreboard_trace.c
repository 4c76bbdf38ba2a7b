/* What the oracle is told, written down as a trace for `goldvi replay` and `goldvi reduce`. */
#include "conformance/cosim/scoreboard_parts.h"

#include <errno.h>
#include <string.h>

bool trace_open(struct scoreboard *s, char *why, size_t size)
{
	FILE *out = fopen(s->options.trace, "w");

	if (!out) {
		(void)snprintf(why, size, "%s: the trace cannot be written: %s", s->options.trace,
			       strerror(errno));
		return false;
	}
	gvi_record_begin(&s->recorder, out, "scoreboard", &s->options.config);
	return true;
}

void trace_observed(struct scoreboard *s, const struct gvi_input *in, const struct gvi_seen *seen)
{
	if (s->recorder.out)
		gvi_record(&s->recorder, in, seen);
}

void trace_moment(struct scoreboard *s, uint64_t moment)
{
	if (s->recorder.out)
		gvi_record_moment(&s->recorder, moment);
}

/* Recorded is what is there now. */
void trace_wrote(struct scoreboard *s, uint64_t spa, size_t words)
{
	unsigned char bytes[64];

	if (!s->recorder.out || words > sizeof bytes / 8)
		return;
	if (read_memory(s, spa, bytes, 8 * words))
		gvi_record_wrote(&s->recorder, spa, bytes, 8 * words);
	else
		s->recorder.failed = true;
}

/* ---- What may be taken back ---------------------------------------------------------- */

void trace_try(struct scoreboard *s)
{
	if (!s->recorder.out)
		return;
	s->aside = s->recorder.out;
	s->recorder.out = tmpfile();
	if (s->recorder.out)
		return;
	s->recorder.out = s->aside;
	s->aside = NULL;
	s->recorder.failed = true;
}

static void append(FILE *from, FILE *to)
{
	int c;

	rewind(from);
	while ((c = getc(from)) != EOF)
		(void)putc(c, to);
}

void trace_keep(struct scoreboard *s, bool keep)
{
	FILE *tried = s->recorder.out;

	if (!s->aside)
		return;
	if (keep)
		append(tried, s->aside);
	(void)fclose(tried);
	s->recorder.out = s->aside;
	s->aside = NULL;
}

/* ---- The end --------------------------------------------------------------------------- */

bool trace_close(struct scoreboard *s)
{
	FILE *out = s->recorder.out;
	bool written;

	if (!out)
		return true;
	written = gvi_record_end(&s->recorder) && !ferror(out);
	s->recorder.out = NULL;
	return fclose(out) == 0 && written;
}
