/* What the scoreboard says. */
#include "conformance/cosim/scoreboard_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "conformance/words.h"

/* ---- Lines -------------------------------------------------------------------------- */

static void put_line(const struct scoreboard *s, const char *line)
{
	if (s->options.print)
		s->options.print(s->options.print_user, line);
	else
		(void)printf("%s\n", line);
}

/* The report, line by line. */
static void put_lines(struct scoreboard *s)
{
	for (char *p = s->report; *p;) {
		char line[1024];
		size_t n = 0;

		while (*p && *p != '\n') {
			if (n + 1 < sizeof line)
				line[n++] = *p;
			p++;
		}
		p += *p == '\n';
		line[n] = '\0';
		put_line(s, line);
	}
}

static struct text begin(struct scoreboard *s)
{
	struct text t = {s->report, sizeof s->report, 0};

	s->totals.refused++;
	text_add(&t, "scoreboard: refused, item %" PRIu64 ": ", s->totals.items);
	return t;
}

static bool end(struct scoreboard *s)
{
	if (s->totals.refused <= s->options.most_reports)
		put_lines(s);
	if (s->totals.refused == s->options.most_reports)
		put_line(s, "scoreboard: what else is refused is only counted");
	return false;
}

/* ---- Inputs and answers in words --------------------------------------------------------- */

static void describe_register(const struct gvi_input *in, const char *what, struct text *t);

static void describe_input(const struct gvi_input *in, struct text *t)
{
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
		describe_request(&in->of.request, t);
		break;
	case GVI_INPUT_INTERRUPT:
		describe_interrupt(&in->of.interrupt, t);
		break;
	case GVI_INPUT_ATS:
		describe_ats_request(&in->of.ats, t);
		break;
	case GVI_INPUT_PAGE:
		describe_page_request(&in->of.page, t);
		break;
	case GVI_INPUT_STEP:
		text_add(t, "a command is performed");
		break;
	case GVI_INPUT_MMIO_WRITE:
	case GVI_INPUT_CONFIG_WRITE:
		describe_register(in, "write of", t);
		text_add(t, ": 0x%" PRIx64, in->of.mmio.value);
		break;
	case GVI_INPUT_MMIO_READ:
	case GVI_INPUT_CONFIG_READ:
		describe_register(in, "read of", t);
		break;
	default:
		text_add(t, "a device completes an invalidate request");
	}
}

static void describe_register(const struct gvi_input *in, const char *what, struct text *t)
{
	bool pci = in->kind == GVI_INPUT_CONFIG_READ || in->kind == GVI_INPUT_CONFIG_WRITE;
	const char *name = pci ? "configuration space" : "the MMIO window";

	for (unsigned i = 0; !pci && i < GVI_NREGISTERS; i++)
		if (gvi_registers[i].offset == in->of.mmio.offset)
			name = gvi_formats[gvi_registers[i].format].id;
	text_add(t, "%s %s (0x%" PRIx32 ")", what, name, in->of.mmio.offset);
}

/* What of it is known. */
static void describe_reply(const struct gvi_input *in, const union gvi_reply *r, uint32_t what,
			   struct text *t)
{
	const uint32_t all = GVI_SEEN_SIZE | GVI_SEEN_RIGHTS | GVI_SEEN_COMPLETION;
	const uint64_t *event = in->kind == GVI_INPUT_ATS ? r->ats.event : r->answer.event;
	unsigned logging = in->kind == GVI_INPUT_ATS ? r->ats.logging : r->answer.logging;
	static const char *const pages[] = {"logged", "lost", "answered", "discarded", "refused"};

	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		describe_access(&r->answer, in->kind == GVI_INPUT_INTERRUPT, (what & all) == all,
				t);
		break;
	case GVI_INPUT_ATS:
		describe_ats(&r->ats, &in->of.ats, (what & all) == all, t);
		break;
	case GVI_INPUT_PAGE:
		text_add(t, "%s", r->page.result <= GVI_PAGE_REFUSED ? pages[r->page.result] : "?");
		return;
	default:
		text_add(t, "0x%" PRIx64, r->value);
		return;
	}
	if (what & GVI_SEEN_EVENT && logging == GVI_LOGGED) {
		text_add(t, ", recorded as ");
		describe_record(event_format(event), event, t);
	}
}

/* ---- Refusals ------------------------------------------------------------------------------- */

static void add_permitted(struct scoreboard *s, const struct gvi_input *in, struct text *t);
static void add_blame(const struct scoreboard *s, struct text *t);

static void name(const struct open_request *r, struct text *t)
{
	text_add(t, "tag %" PRIu32 ": ", r->tag);
}

bool report_refusal(struct scoreboard *s, const struct open_request *r, const struct gvi_input *in,
		    const struct gvi_seen *seen)
{
	struct text t = begin(s);

	if (r)
		name(r, &t);
	describe_input(in, &t);
	text_add(&t, "\n  seen:      ");
	describe_reply(in, &seen->reply, seen->what, &t);
	text_add(&t, "\n");
	if (s->judgement.stale)
		add_blame(s, &t);
	add_permitted(s, in, &t);
	return end(s);
}

/* The words that were held too long, and what should have ended that. */
static void add_blame(const struct scoreboard *s, struct text *t)
{
	for (unsigned i = 0; i < s->nearest.npicks; i++) {
		if (!s->nearest.pick[i].value || !s->nearest.pick[i].spa)
			continue;
		text_add(t, "  stale:     ");
		describe_pick(&s->nearest.pick[i], t);
		text_add(t, "\n");
	}
	text_add(t, "  ended by:  ");
	describe_record(command_format(s->judgement.ended_by), s->judgement.ended_by, t);
	text_add(t, "\n");
}

/* Each outcome, and the choices and held words that lead to it. */
static void add_permitted(struct scoreboard *s, const struct gvi_input *in, struct text *t)
{
	enum gvi_verdict verdict;
	size_t count = 0;

	if (gvi_permitted(s->oracle, in, s->list, LISTED, &count, &verdict) != GVI_OK)
		return;
	for (size_t i = 0; i < count && i < LISTED; i++) {
		const struct gvi_outcome *o = &s->list[i];

		text_add(t, "  permitted: ");
		describe_reply(in, &o->reply, GVI_SEEN_ALL, t);
		for (unsigned k = 0; k < o->npicks; k++) {
			if (!o->pick[k].value)
				continue;
			text_add(t, "\n             with ");
			describe_pick(&o->pick[k], t);
		}
		text_add(t, "\n");
	}
	if (count > LISTED)
		text_add(t, "  permitted: and %zu more\n", count - LISTED);
}

/* An event and the entry of a page request look alike, with codes of their own. */
static bool is_in_log(struct scoreboard *s, uint32_t base, uint64_t spa)
{
	struct gvi_input in = {.kind = GVI_INPUT_MMIO_READ};
	union gvi_reply is;

	in.of.mmio.offset = base;
	in.of.mmio.length = 8;
	return foresee(s, &in, &is) == GVI_OK && is.value &&
	       spa - gvi_get(GVI_PPR_LOG_BASE_BASE, &is.value) <
		       UINT64_C(16) << gvi_get(GVI_PPR_LOG_BASE_LEN, &is.value);
}

static enum gvi_format_id format_at(struct scoreboard *s, const struct gvi_effect *e)
{
	static const enum gvi_register_id logs[] = {GVI_REGISTER_PPR_LOG_BASE,
						    GVI_REGISTER_PPR_LOG_B_BASE};

	for (size_t i = 0; i < sizeof logs / sizeof logs[0]; i++)
		if (is_in_log(s, gvi_registers[logs[i]].offset, e->spa))
			return GVI_FORMAT_PAGE_SERVICE_REQUEST;
	return event_format(e->data);
}

static void describe_seen(struct scoreboard *s, const struct gvi_effect *e, struct text *t)
{
	if (e->kind == GVI_EFFECT_SEND && e->message.source == GVI_NSOURCES) {
		text_add(t, "message 0x%" PRIx32 " to 0x%" PRIx64, e->message.data,
			 e->message.address);
		return;
	}
	if (e->kind == GVI_EFFECT_SEND) {
		text_add(t, "a message, ");
		describe_message(&e->message, t);
		return;
	}
	text_add(t, "0x%" PRIx64 ": ", e->spa);
	if (e->length == 16)
		describe_record(format_at(s, e), e->data, t);
	else
		text_add(t, "0x%016" PRIx64, e->data[0]);
}

bool report_effect(struct scoreboard *s, const struct gvi_effect *effect, const char *why)
{
	struct text t = begin(s);

	describe_seen(s, effect, &t);
	text_add(&t, " %s\n", why);
	for (size_t i = 0; i < s->nopen && i < LISTED; i++) {
		if (s->open[i].progress == RECORDED)
			continue;
		text_add(&t, s->open[i].progress != ABORTED            ? "  under way: "
			     : s->open[i].input.kind == GVI_INPUT_PAGE ? "  taken:     "
								       : "  aborted:   ");
		name(&s->open[i], &t);
		describe_input(&s->open[i].input, &t);
		text_add(&t, "\n");
		if (s->open[i].progress == ABORTED)
			add_permitted(s, &s->open[i].input, &t);
	}
	for (size_t i = 0; i < s->nowed; i++) {
		text_add(&t, "  due:       ");
		describe_seen(s, &s->owed[i].effect, &t);
		text_add(&t, "\n");
	}
	return end(s);
}

bool report_request(struct scoreboard *s, const struct open_request *r, const char *why)
{
	struct text t = begin(s);

	name(r, &t);
	describe_input(&r->input, &t);
	text_add(&t, " %s\n", why);
	add_permitted(s, &r->input, &t);
	return end(s);
}

bool report_sentence(struct scoreboard *s, const char *format, ...)
{
	struct text t = begin(s);
	char sentence[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof sentence, format, arguments);
	va_end(arguments);
	text_add(&t, "%s\n", sentence);
	return end(s);
}

/* ---- The summary ------------------------------------------------------------------------------
 */

static void put_total(const struct scoreboard *s, uint64_t n, const char *what)
{
	char line[160];

	(void)snprintf(line, sizeof line, "scoreboard: %12" PRIu64 " %s", n, what);
	put_line(s, line);
}

void report_summary(struct scoreboard *s)
{
	const struct scoreboard_totals *t = &s->totals;

	put_total(s, t->answers, "answers");
	put_total(s, t->grants, "  granted");
	put_total(s, t->aborts, "  aborted");
	put_total(s, t->held, "  right for words that may still be held");
	put_total(s, t->in_flight, "  to requests during which something changed");
	put_total(s, t->records, "records of them");
	put_total(s, t->commands, "commands performed");
	put_total(s, t->stores, "completion stores");
	put_total(s, t->messages, "messages");
	put_total(s, t->reads, "register reads");
	put_total(s, t->unsure, "unsure: the oracle could not tell");
	put_total(s, t->refused, "refused");
	put_line(s, t->refused ? "scoreboard: FAILED" : "scoreboard: passed");
}
