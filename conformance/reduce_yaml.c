/* A reduced session as a vector (vectors/README.md): what the bench did are its steps, what
 * is permitted is what they expect. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/reduce.h"

enum { MAX_LISTED = 64 };

struct yaml_out {
	struct judge judge;
	FILE *out;
	const struct session_record *last;
	bool setting_up; /* nothing has been asked yet */
	/* The step that is being written, without what it leaves in logs. */
	bool open;
	char *traces[NLOGS + 1]; /* of that step; messages are the last */
	struct gvi_outcome list[MAX_LISTED];
	size_t count;
};

static void put_head(struct yaml_out *y, const struct story *s);
static void put_given(struct yaml_out *y, const struct story *s);
static void put_step(struct yaml_out *y, const struct session_record *record);
static void close_step(struct yaml_out *y);

bool put_vector(const struct story *s, const struct gvi_bounds *bounds, FILE *out)
{
	struct yaml_out *y = calloc(1, sizeof *y);
	bool good = y && judge_open(&y->judge, bounds);

	if (good) {
		y->out = out;
		y->last = &s->record[s->count - 1];
		put_head(y, s);
		put_given(y, s);
		y->setting_up = true;
		for (size_t i = 0; i < s->count; i++)
			if (s->kept[i])
				put_step(y, &s->record[i]);
		close_step(y);
	}
	if (y)
		judge_close(&y->judge);
	free(y);
	return good;
}

/* ---- What it is about --------------------------------------------------------- */

static void put_config(FILE *out, const struct gvi_config *config);
static void put_why(struct yaml_out *y, const struct story *s);

static void put_head(struct yaml_out *y, const struct story *s)
{
	fprintf(y->out, "schema: 1\nabout: A session that goldvi reduce has made smaller.\n");
	put_config(y->out, &s->record[0].config);
	fprintf(y->out, "cases:\n  - id: found.reduced.one\n");
	put_why(y, s);
}

/* A text between quotes, for YAML: one line of ASCII. */
static void put_quoted(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text >= ' ' && *text <= '~' ? *text : '?', out);
	}
	fputc('"', out);
}

static const uint16_t *clauses_of(const struct gvi_input *in, const union gvi_reply *reply,
				  unsigned *count)
{
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		*count = reply->answer.nclauses;
		return reply->answer.clause;
	case GVI_INPUT_ATS:
		*count = reply->ats.nclauses;
		return reply->ats.clause;
	case GVI_INPUT_PAGE:
		*count = reply->page.nclauses;
		return reply->page.clause;
	default:
		*count = 0;
		return NULL;
	}
}

/* The reason of the refusal, and the last rule that was applied. */
static void put_why(struct yaml_out *y, const struct story *s)
{
	char why[900], full[1024], *picks;
	struct text text = {why, sizeof why, 0};
	unsigned n;
	const uint16_t *clause;

	for (size_t i = 0; i < s->count; i++)
		if (s->kept[i])
			(void)judge_record(&y->judge, &s->record[i]);
	judge_explain(&y->judge, &text);
	/* The choices are for those who look at the trace. */
	picks = strstr(why, " (with ");
	if (picks)
		*picks = '\0';
	(void)snprintf(full, sizeof full, "To be said by whoever keeps it. In %.80s %s.",
		       s->record[0].text, why);
	fprintf(y->out, "    why: ");
	put_quoted(y->out, full);
	clause = clauses_of(&y->judge.input, &y->judge.nearest.reply, &n);
	fprintf(y->out, "\n    clauses: [%s]\n",
		n ? gvi_clauses[clause[n - 1]].slug : "command.execute");
}

static unsigned difference(uint64_t a, uint64_t b)
{
	unsigned n = 0;

	for (a ^= b; a; a &= a - 1)
		n++;
	return n;
}

/* The preset that is nearest, and what is otherwise. */
static void put_config(FILE *out, const struct gvi_config *c)
{
	struct gvi_config base, best;
	unsigned least = ~0u, preset = 0;
	const char *separator = "given: {config: {";

	for (unsigned i = 0; i < GVI_NPRESETS; i++) {
		(void)gvi_preset((enum gvi_preset)i, &base);
		if (difference(base.efr, c->efr) + difference(base.efr2, c->efr2) >= least)
			continue;
		least = difference(base.efr, c->efr) + difference(base.efr2, c->efr2);
		preset = i;
		best = base;
	}
	fprintf(out, "profile: %s\n", gvi_preset_name((enum gvi_preset)preset));
#define WORD(key, member)                                                                          \
	if (c->member != best.member) {                                                            \
		fprintf(out, "%s" key ": \"0x%" PRIx64 "\"", separator, (uint64_t)c->member);      \
		separator = ", ";                                                                  \
	}
#define FLAG(member)                                                                               \
	if (c->member != best.member) {                                                            \
		fprintf(out, "%s" #member ": %u", separator, (unsigned)c->member);                 \
		separator = ", ";                                                                  \
	}
	WORD("EFR", efr)
	WORD("EFR2", efr2)
	WORD("CONTROL", control)
	WORD("CAP_HEADER", capability)
	WORD("CAP_MISC0", misc0)
	WORD("CAP_MISC1", misc1)
	WORD("base", base)
	WORD("device", device)
	WORD("pci_id", pci_id)
	FLAG(enabled)
	FLAG(no_host)
	FLAG(snp)
	FLAG(irt_cache_dis)
	FLAG(gst_buffer)
	FLAG(msi_messages_log2)
#undef WORD
#undef FLAG
	if (c->revision != best.revision) {
		fprintf(out, "%srevision: \"%u.%02u\"", separator, c->revision >> 8,
			c->revision & 0xffu);
		separator = ", ";
	}
	if (separator[0] == ',')
		fprintf(out, "}}\n");
}

/* ---- What it starts from ------------------------------------------------------- */

static const struct gvi_register *register_at(const struct gvi_input *in, unsigned *instance);

static bool is_given(const struct story *s, size_t i, enum session_kind kind);
static void put_given_memory(struct yaml_out *y, const struct story *s);
static bool put_given_register(const struct gvi_input *in, bool first, FILE *out);

static void put_given(struct yaml_out *y, const struct story *s)
{
	bool registers = false;

	fprintf(y->out, "    given:\n");
	put_given_memory(y, s);
	for (size_t i = 1; i < s->count; i++)
		if (is_given(s, i, SESSION_INPUT))
			registers |= put_given_register(&s->record[i].input, !registers, y->out);
	fprintf(y->out, "%s    do:\n", registers ? "}\n" : "      registers: {}\n");
}

/* The records up to the first that is kept and is something else. */
static bool is_given(const struct story *s, size_t i, enum session_kind kind)
{
	for (size_t k = 1; k < i; k++)
		if (s->kept[k] && !sets_up(&s->record[k]))
			return false;
	return s->kept[i] && s->record[i].kind == kind && sets_up(&s->record[i]);
}

static uint64_t word_of(const struct session_record *record)
{
	uint64_t word = 0;

	for (size_t k = 0; k < record->nbytes; k++)
		word |= (uint64_t)record->bytes[k] << 8 * ((record->spa + k) & 7);
	return word;
}

/* Words that follow each other are one store. */
static void put_given_memory(struct yaml_out *y, const struct story *s)
{
	uint64_t next = 0;
	bool any = false;

	for (size_t i = 1; i < s->count; i++) {
		uint64_t at = s->record[i].spa & ~UINT64_C(7), word;

		if (!is_given(s, i, SESSION_WROTE))
			continue;
		word = word_of(&s->record[i]);
		if (any && at == next)
			fprintf(y->out, ", \"0x%016" PRIx64 "\"", word);
		else
			fprintf(y->out,
				"%s        - {at: \"0x%" PRIx64 "\", raw: [\"0x%016" PRIx64 "\"",
				any ? "]}\n" : "      memory:\n", at, word);
		any = true;
		next = at + 8;
	}
	if (any)
		fprintf(y->out, "]}\n");
}

static bool put_given_register(const struct gvi_input *in, bool first, FILE *out)
{
	unsigned n;
	const struct gvi_register *r = register_at(in, &n);
	char instance[16] = "";

	if (r->count > 1)
		(void)snprintf(instance, sizeof instance, "[%u]", n);
	fprintf(out, "%s%s%s: \"0x%" PRIx64 "\"", first ? "      registers: {" : ", ",
		gvi_formats[r->format].id, instance, in->of.mmio.value);
	return true;
}

/* Of all that comes before the first request or read. */
bool sets_up(const struct session_record *record)
{
	unsigned n;

	return record->kind == SESSION_WROTE || record->kind == SESSION_SETTLED ||
	       record->kind == SESSION_IOMMU || record->kind == SESSION_NOTE ||
	       (record->kind == SESSION_INPUT && record->input.kind == GVI_INPUT_MMIO_WRITE &&
		register_at(&record->input, &n));
}

/* A whole register of 8 bytes. */
static const struct gvi_register *register_at(const struct gvi_input *in, unsigned *instance)
{
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];

		for (*instance = 0; *instance < r->count; ++*instance)
			if (in->of.mmio.length == 8 && gvi_formats[r->format].bits == 64 &&
			    in->of.mmio.offset == r->offset + *instance * r->stride)
				return r;
	}
	return NULL;
}

/* ---- Steps -------------------------------------------------------------------- */

static void put_input(struct yaml_out *y, const struct session_record *record);
static void put_memory(struct yaml_out *y, const struct session_record *record);
static void add_traces(struct yaml_out *y, const struct gvi_effect *effects, size_t count);
static void put_stores(struct yaml_out *y);

static void put_step(struct yaml_out *y, const struct session_record *record)
{
	bool last = record == y->last;

	if (record->kind != SESSION_BEGIN && !sets_up(record))
		y->setting_up = false;
	y->count = 0;
	if (record->kind == SESSION_INPUT) {
		enum gvi_verdict verdict;

		if (gvi_permitted(y->judge.oracle, &record->input, y->list, MAX_LISTED, &y->count,
				  &verdict) != GVI_OK)
			y->count = 0;
		if (y->count > MAX_LISTED)
			y->count = MAX_LISTED;
	}
	if (!y->setting_up && record->kind == SESSION_INPUT && record->input.kind != GVI_INPUT_STEP)
		put_input(y, record);
	if (!y->setting_up && record->kind == SESSION_WROTE)
		put_memory(y, record);
	(void)judge_record(&y->judge, record);
	if (y->setting_up)
		return;
	if (last && y->judge.judgement.near)
		add_traces(y, y->judge.nearest.effect, y->judge.nearest.neffects);
	else if (record->kind == SESSION_INPUT && y->count && record->input.kind != GVI_INPUT_STEP)
		add_traces(y, y->list[0].effect, y->list[0].neffects);
	else
		add_traces(y, record->seen.effects, record->seen.neffects);
	if (last && y->judge.judgement.near && y->judge.input.kind == GVI_INPUT_STEP)
		put_stores(y);
}

static void open_step(struct yaml_out *y, const char *text)
{
	close_step(y);
	fprintf(y->out, "      - %s", text);
	y->open = true;
}

static void close_step(struct yaml_out *y)
{
	static const char *const keys[NLOGS + 1] = {"events", "events_b", "ppr",
						    "ppr_b",  "ga",       "messages"};

	if (!y->open)
		return;
	for (unsigned i = 0; i <= NLOGS; i++) {
		if (y->traces[i])
			fprintf(y->out, ", %s: [%s]", keys[i], y->traces[i]);
		free(y->traces[i]);
		y->traces[i] = NULL;
	}
	fprintf(y->out, "}\n");
	y->open = false;
}

static void put_memory(struct yaml_out *y, const struct session_record *record)
{
	uint64_t at = record->spa & ~UINT64_C(7);
	uint64_t word = memory_load(y->judge.memory, at);
	char text[128];

	for (size_t i = 0; i < record->nbytes; i++) {
		unsigned shift = 8 * (unsigned)((record->spa + i) & 7);

		word = (word & ~(UINT64_C(0xff) << shift)) | (uint64_t)record->bytes[i] << shift;
	}
	(void)snprintf(text, sizeof text,
		       "{store: {at: \"0x%" PRIx64 "\", raw: [\"0x%016" PRIx64 "\"]}", at, word);
	open_step(y, text);
}

/* What the commands should have written. */
static void put_stores(struct yaml_out *y)
{
	const struct gvi_outcome *o = &y->judge.nearest;

	for (unsigned i = 0; i < o->neffects; i++) {
		const struct gvi_effect *e = &o->effect[i];
		char text[128];

		if (e->kind != GVI_EFFECT_WRITE || e->length != 8)
			continue;
		(void)snprintf(text, sizeof text,
			       "{expect: {memory: {at: \"0x%" PRIx64 "\", raw: [\"0x%016" PRIx64
			       "\"]}}",
			       e->spa, e->data[0]);
		open_step(y, text);
	}
}

static void put_action(const struct gvi_input *in, FILE *to);
static void put_answers(struct yaml_out *y, const struct gvi_input *in, FILE *to);

static void put_input(struct yaml_out *y, const struct session_record *record)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return;
	put_action(&record->input, to);
	put_answers(y, &record->input, to);
	if (fclose(to) == 0)
		open_step(y, text);
	free(text);
}

static void put_device(FILE *to, uint16_t device)
{
	fprintf(to, "device: \"%02x:%02x.%x\"", device >> 8, device >> 3 & 31u, device & 7u);
}

static void put_pasid(FILE *to, bool there, uint32_t pasid, bool execute, bool privileged)
{
	if (there)
		fprintf(to, ", pasid: \"0x%" PRIx32 "\"%s%s", pasid, execute ? ", execute: 1" : "",
			privileged ? ", privileged: 1" : "");
}

static void put_request(const struct gvi_request *r, FILE *to)
{
	static const char *const access[] = {"read", "write", "write_nonposted", "atomic"};

	fprintf(to, "{dma: {");
	put_device(to, r->device);
	fprintf(to, ", address: \"0x%" PRIx64 "\", %s: %" PRIu32 "%s%s", r->address,
		access[r->access & 3], r->length, r->intx ? ", intx: 1" : "",
		r->translated ? ", translated: 1" : "");
	put_pasid(to, r->has_pasid, r->pasid, r->execute, r->privileged);
	fprintf(to, "}");
}

static void put_interrupt(const struct gvi_interrupt *r, FILE *to)
{
	fprintf(to, "{interrupt: {");
	put_device(to, r->device);
	fprintf(to, ", address: \"0x%" PRIx64 "\"", r->address);
	if (r->address >> 32 == 0)
		fprintf(to, ", data: \"0x%" PRIx32 "\"", r->data);
	put_pasid(to, r->has_pasid, r->pasid, false, false);
	fprintf(to, "}");
}

static void put_ats(const struct gvi_ats_request *r, FILE *to)
{
	fprintf(to, "{ats: {");
	put_device(to, r->device);
	fprintf(to, ", address: \"0x%" PRIx64 "\", count: %u, unit: \"0x%" PRIx64 "\"%s",
		r->address, r->count, UINT64_C(1) << r->unit_log2,
		r->no_write ? ", no_write: 1" : "");
	put_pasid(to, r->has_pasid, r->pasid, r->execute, r->privileged);
	fprintf(to, "}");
}

static void put_page(const struct gvi_page_request *r, FILE *to)
{
	fprintf(to, "{page_request: {");
	put_device(to, r->device);
	fprintf(to, ", address: \"0x%" PRIx64 "\", group: %u%s%s%s%s", r->address, r->group,
		r->read ? ", read: 1" : "", r->write ? ", write: 1" : "",
		r->last ? ", last: 1" : "", r->malformed ? ", malformed: 1" : "");
	put_pasid(to, r->has_pasid, r->pasid, r->execute, r->privileged);
	fprintf(to, "}");
}

static void put_mmio(const char *key, const struct gvi_input *in, bool writes, FILE *to)
{
	fprintf(to, "{%s: {offset: \"0x%" PRIx32 "\", size: %u", key, in->of.mmio.offset,
		in->of.mmio.length);
	if (writes)
		fprintf(to, ", value: \"0x%" PRIx64 "\"", in->of.mmio.value);
	fprintf(to, "}");
}

static void put_action(const struct gvi_input *in, FILE *to)
{
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
		put_request(&in->of.request, to);
		break;
	case GVI_INPUT_INTERRUPT:
		put_interrupt(&in->of.interrupt, to);
		break;
	case GVI_INPUT_ATS:
		put_ats(&in->of.ats, to);
		break;
	case GVI_INPUT_PAGE:
		put_page(&in->of.page, to);
		break;
	case GVI_INPUT_MMIO_READ:
		put_mmio("read", in, false, to);
		break;
	case GVI_INPUT_MMIO_WRITE:
		put_mmio("write", in, true, to);
		break;
	case GVI_INPUT_CONFIG_READ:
		put_mmio("pci_read", in, false, to);
		break;
	case GVI_INPUT_CONFIG_WRITE:
		put_mmio("pci_write", in, true, to);
		break;
	default:
		fprintf(to, "{%s: {",
			in->kind == GVI_INPUT_DONE ? "invalidation_done" : "invalidation_timeout");
		put_device(to, in->of.invalidation.device);
		fprintf(to, "}");
	}
}

/* ---- Answers ------------------------------------------------------------------ */

static char *answer_text(const struct gvi_input *in, const union gvi_reply *reply);
static bool put_choice(struct yaml_out *y, char *const *answer, FILE *to);

/* All that is permitted, if they are the same or hang on one choice; else what the model
 * predicts. */
static void put_answers(struct yaml_out *y, const struct gvi_input *in, FILE *to)
{
	char *answer[MAX_LISTED] = {NULL};
	bool same = true;

	for (size_t i = 0; i < y->count; i++) {
		answer[i] = answer_text(in, &y->list[i].reply);
		same = same && answer[i] && answer[0] && strcmp(answer[0], answer[i]) == 0;
	}
	if (y->count && answer[0] && *answer[0]) {
		if (in->kind == GVI_INPUT_MMIO_READ || in->kind == GVI_INPUT_CONFIG_READ)
			fprintf(to, ", %s", answer[0]);
		else if (same || !put_choice(y, answer, to))
			fprintf(to, ", answer: {%s}", answer[0]);
	}
	for (size_t i = 0; i < y->count; i++)
		free(answer[i]);
}

static const char *under(const struct yaml_out *y, char *const *answer, unsigned choice,
			 unsigned value);

/* False if no single choice tells them apart. */
static bool put_choice(struct yaml_out *y, char *const *answer, FILE *to)
{
	for (unsigned p = 0; p < y->list[0].npicks; p++) {
		unsigned choice = y->list[0].pick[p].choice, count = gvi_choices[choice].count;
		bool good = true;

		for (unsigned v = 0; v < count; v++)
			good = good && under(y, answer, choice, v);
		if (!good)
			continue;
		fprintf(to, ", answer: {choice: %s, permitted: {", gvi_choices[choice].id);
		for (unsigned v = 0; v < count; v++)
			fprintf(to, "%s%s: {%s}", v ? ", " : "",
				gvi_choices[choice].alternative[v].name,
				under(y, answer, choice, v));
		fprintf(to, "}}");
		return true;
	}
	return false;
}

/* The one answer that comes with an alternative, or NULL. */
static const char *under(const struct yaml_out *y, char *const *answer, unsigned choice,
			 unsigned value)
{
	const char *found = NULL;

	for (size_t i = 0; i < y->count; i++)
		for (unsigned p = 0; p < y->list[i].npicks; p++) {
			if (y->list[i].pick[p].choice != choice ||
			    y->list[i].pick[p].value != value)
				continue;
			if (found && strcmp(found, answer[i]) != 0)
				return NULL;
			found = answer[i];
		}
	return found;
}

static void put_grant(const struct gvi_input *in, const struct gvi_answer *a, FILE *to)
{
	const struct gvi_message *m = &a->message;

	if (in->kind == GVI_INPUT_TRANSLATE)
		fprintf(to, "grant: {address: \"0x%" PRIx64 "\"}", a->address);
	else if (m->kind == GVI_MESSAGE_REMAPPED || m->kind == GVI_MESSAGE_PASSED)
		fprintf(to, "message: {address: \"0x%" PRIx64 "\", data: \"0x%" PRIx32 "\"}",
			m->address, m->data);
	else if (m->kind == GVI_MESSAGE_DOORBELL)
		fprintf(to, "posted: {doorbell: {destination: \"0x%" PRIx32 "\"}}", m->destination);
	else if (m->kind == GVI_MESSAGE_GAPPI)
		fprintf(to,
			"posted: {gappi: {destination: \"0x%" PRIx32 "\", vector: \"0x%" PRIx32
			"\"}}",
			m->destination, m->data);
	else
		fprintf(to, "posted: {}");
}

static void put_completions(const struct gvi_ats_request *in, const struct gvi_ats_answer *a,
			    FILE *to)
{
	fprintf(to, "completions: [");
	for (unsigned i = 0; i < a->count && i < GVI_MAX_TRANSLATIONS; i++) {
		uint64_t word = a->translation[i];
		unsigned r = (unsigned)gvi_get(GVI_ATS_COMPLETION_R, &word);
		unsigned w = (unsigned)gvi_get(GVI_ATS_COMPLETION_W, &word);
		uint64_t address = in->address + ((uint64_t)i << in->unit_log2);

		fprintf(to, "%s{", i ? ", " : "");
		if (r || w)
			fprintf(to, "address: \"0x%" PRIx64 "\", ",
				completion_span(word, address).address);
		fprintf(to, "R: %u, W: %u}", r, w);
	}
	fprintf(to, "]");
}

/* Between braces; "" if there is none to say.  What is logged is told by the step. */
static char *answer_text(const struct gvi_input *in, const union gvi_reply *reply)
{
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	unsigned result = in->kind == GVI_INPUT_ATS ? reply->ats.result : reply->answer.result;

	if (!to)
		return NULL;
	switch (in->kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
	case GVI_INPUT_ATS:
		if (result == GVI_ABORT)
			fprintf(to, "abort: {}");
		else if (result == GVI_INTERRUPT)
			fprintf(to, "interrupt: {}");
		else if (in->kind == GVI_INPUT_ATS)
			put_completions(&in->of.ats, &reply->ats, to);
		else
			put_grant(in, &reply->answer, to);
		break;
	case GVI_INPUT_MMIO_READ:
	case GVI_INPUT_CONFIG_READ:
		fprintf(to, "value: \"0x%" PRIx64 "\"", reply->value);
		break;
	default:
		break;
	}
	if (fclose(to) == 0)
		return text;
	free(text);
	return NULL;
}

/* ---- What steps leave in logs --------------------------------------------------- */

static void add_trace(struct yaml_out *y, unsigned which, const char *text)
{
	char *old = y->traces[which];
	size_t size = (old ? strlen(old) : 0) + strlen(text) + 3;
	char *grown = malloc(size);

	if (!grown)
		return;
	(void)snprintf(grown, size, "%s%s%s", old ? old : "", old ? ", " : "", text);
	free(old);
	y->traces[which] = grown;
}

static void add_message(struct yaml_out *y, const struct gvi_message *m)
{
	char text[200], pasid[32] = "", device[8];

	(void)snprintf(device, sizeof device, "%02x:%02x.%x", m->device >> 8, m->device >> 3 & 31u,
		       m->device & 7u);
	if (m->has_pasid)
		(void)snprintf(pasid, sizeof pasid, ", pasid: \"0x%" PRIx32 "\"", m->pasid);
	if (m->kind == GVI_MESSAGE_INVALIDATE) {
		(void)snprintf(text, sizeof text,
			       "{invalidate: {device: \"%s\", raw: \"0x%016" PRIx64 "\"%s}}",
			       device, m->address, pasid);
		add_trace(y, NLOGS, text);
	} else if (m->kind == GVI_MESSAGE_RESPONSE) {
		const uint64_t word = m->data;

		(void)snprintf(text, sizeof text,
			       "{response: {device: \"%s\", group: %u, code: %u%s}}", device,
			       (unsigned)gvi_get(GVI_PRG_RESPONSE_PRG_INDEX, &word),
			       (unsigned)gvi_get(GVI_PRG_RESPONSE_RESPONSE, &word), pasid);
		add_trace(y, NLOGS, text);
	}
}

/* The log whose memory it is, or NLOGS. */
static unsigned log_at(struct yaml_out *y, uint64_t spa)
{
	static const enum gvi_register_id base[NLOGS] = {
		[LOG_EVENTS] = GVI_REGISTER_EVENT_LOG_BASE,
		[LOG_EVENTS_B] = GVI_REGISTER_EVENT_LOG_B_BASE,
		[LOG_PPR] = GVI_REGISTER_PPR_LOG_BASE,
		[LOG_PPR_B] = GVI_REGISTER_PPR_LOG_B_BASE,
		[LOG_GA] = GVI_REGISTER_GA_LOG_BASE,
	};
	unsigned i = 0;

	for (; i < NLOGS; i++) {
		uint64_t value = judge_register(&y->judge, gvi_registers[base[i]].offset);
		uint64_t length = gvi_get(GVI_EVENT_LOG_BASE_LEN, &value);

		if (length >= 8 &&
		    spa - gvi_get(GVI_EVENT_LOG_BASE_BASE, &value) < UINT64_C(16) << length)
			break;
	}
	return i;
}

static void add_traces(struct yaml_out *y, const struct gvi_effect *effects, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct gvi_effect *e = &effects[i];
		unsigned log = e->kind == GVI_EFFECT_WRITE ? log_at(y, e->spa) : NLOGS;
		char text[96], more[32] = "";

		if (e->kind == GVI_EFFECT_SEND)
			add_message(y, &e->message);
		if (log == NLOGS)
			continue;
		if (e->length == 16)
			(void)snprintf(more, sizeof more, ", \"0x%016" PRIx64 "\"", e->data[1]);
		(void)snprintf(text, sizeof text, "{raw: [\"0x%016" PRIx64 "\"%s]}", e->data[0],
			       more);
		add_trace(y, log, text);
	}
}
