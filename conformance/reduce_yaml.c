/* A reduced session as a vector (vectors/README.md): what the bench did are its steps, what
 * is permitted is what they expect. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/reduce.h"

enum { MAX_LISTED = 64, COMMAND_TAIL = 0x2008 };

struct yaml_out {
	struct judge judge;
	FILE *out;
	const struct session_record *last;
	size_t first;    /* record that is a step: those before it are what the case starts from */
	bool setting_up; /* such a record is being put */
	/* The step that is being written, without what it leaves in logs. */
	bool open, others;       /* more is permitted than it says */
	char *traces[NLOGS + 1]; /* of that step; messages are the last */
	struct gvi_outcome list[MAX_LISTED];
	size_t count;
};

static void put_head(struct yaml_out *y, const struct story *s);
static size_t first_step(const struct story *s);
static void put_given(struct yaml_out *y, const struct story *s);
static void put_step(struct yaml_out *y, const struct session_record *record);
static void close_step(struct yaml_out *y);
static void put_traces(struct yaml_out *y, bool first, FILE *to);

bool put_vector(const struct story *s, const struct gvi_bounds *bounds, FILE *out)
{
	struct yaml_out *y = calloc(1, sizeof *y);
	bool good = y && judge_open(&y->judge, bounds);

	if (good) {
		y->out = out;
		y->last = &s->record[s->count - 1];
		y->first = first_step(s);
		put_head(y, s);
		put_given(y, s);
		for (size_t i = 0; i < s->count; i++) {
			y->setting_up = i < y->first;
			if (s->kept[i])
				put_step(y, &s->record[i]);
		}
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

/* The reason of the refusal, and the last rule that was applied. */
static void put_why(struct yaml_out *y, const struct story *s)
{
	char why[900], full[1024], *picks;
	struct text text = {why, sizeof why, 0};
	unsigned rule;

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
	rule = judge_broken(&y->judge);
	fprintf(y->out, "\n    clauses: [%s]\n",
		rule < GVI_NCLAUSES ? gvi_clauses[rule].slug : "command.execute");
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

static bool is_given(const struct yaml_out *y, const struct story *s, size_t i,
		     enum session_kind kind);
static void put_given_memory(struct yaml_out *y, const struct story *s);
static bool put_given_register(const struct gvi_input *in, bool first, FILE *out);

static void put_given(struct yaml_out *y, const struct story *s)
{
	bool registers = false;

	fprintf(y->out, "    given:\n");
	put_given_memory(y, s);
	for (size_t i = 1; i < s->count; i++)
		if (is_given(y, s, i, SESSION_INPUT))
			registers |= put_given_register(&s->record[i].input, !registers, y->out);
	fprintf(y->out, "%s    do:\n", registers ? "}\n" : "      registers: {}\n");
}

/* A case starts from memory, and then come its registers: whatever else is kept is a step,
 * and so is memory that changes after them. */
static size_t first_step(const struct story *s)
{
	bool registers = false;
	size_t i = 1;

	for (; i < s->count; i++) {
		const struct session_record *r = &s->record[i];

		if (!s->kept[i])
			continue;
		if (!sets_up(r) || (registers && r->kind == SESSION_WROTE))
			break;
		registers |= r->kind == SESSION_INPUT;
	}
	return i;
}

static bool is_given(const struct yaml_out *y, const struct story *s, size_t i,
		     enum session_kind kind)
{
	return i < y->first && s->kept[i] && s->record[i].kind == kind;
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

		if (!is_given(y, s, i, SESSION_WROTE))
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

/* Of all that comes before the first request, read or command. */
bool sets_up(const struct session_record *record)
{
	unsigned n;

	return record->kind == SESSION_WROTE || record->kind == SESSION_SETTLED ||
	       record->kind == SESSION_IOMMU || record->kind == SESSION_NOTE ||
	       (record->kind == SESSION_INPUT && record->input.kind == GVI_INPUT_MMIO_WRITE &&
		record->input.of.mmio.offset != COMMAND_TAIL && register_at(&record->input, &n));
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

static bool put_input(struct yaml_out *y, const struct session_record *record);
static void put_memory(struct yaml_out *y, const struct session_record *record);
static void add_traces(struct yaml_out *y, const struct gvi_effect *effects, size_t count);
static void put_stores(struct yaml_out *y);

static void put_step(struct yaml_out *y, const struct session_record *record)
{
	bool last = record == y->last, whole = false;

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
		whole = put_input(y, record);
	if (!y->setting_up && record->kind == SESSION_WROTE)
		put_memory(y, record);
	(void)judge_record(&y->judge, record);
	if (y->setting_up || whole)
		return;
	if (last && record->kind == SESSION_SETTLED)
		add_traces(y, y->judge.effects, y->judge.explained);
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
	if (y->others)
		fprintf(y->out, "      # Of this one more is permitted than is said here.\n");
	fprintf(y->out, "      - %s", text);
	y->open = true;
	y->others = false;
}

static void close_step(struct yaml_out *y)
{
	if (!y->open)
		return;
	put_traces(y, false, y->out);
	fprintf(y->out, "}\n");
	y->open = false;
}

/* And forgets them. */
static void put_traces(struct yaml_out *y, bool first, FILE *to)
{
	static const char *const keys[NLOGS + 1] = {"events", "events_b", "ppr",
						    "ppr_b",  "ga",       "messages"};

	for (unsigned i = 0; i <= NLOGS; i++) {
		if (y->traces[i])
			fprintf(to, "%s%s: [%s]", first ? "" : ", ", keys[i], y->traces[i]);
		first = first && !y->traces[i];
		free(y->traces[i]);
		y->traces[i] = NULL;
	}
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
static bool put_answers(struct yaml_out *y, const struct gvi_input *in, FILE *to);

/* Whether its answer says what is left in logs. */
static bool put_input(struct yaml_out *y, const struct session_record *record)
{
	char *text = NULL;
	size_t size;
	bool whole;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		return false;
	put_action(&record->input, to);
	whole = put_answers(y, &record->input, to);
	if (fclose(to) == 0)
		open_step(y, text);
	free(text);
	return whole;
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
static char *whole_text(struct yaml_out *y, const struct gvi_input *in,
			const struct gvi_outcome *o);
static bool put_tree(const struct yaml_out *y, char *const *text, const bool *in, unsigned depth,
		     FILE *to);

/* What is permitted, by the choices that it hangs on; where these do not tell it apart,
 * what the model predicts.  True if the answer says what is left in logs, too. */
static bool put_answers(struct yaml_out *y, const struct gvi_input *in, FILE *to)
{
	char *text[MAX_LISTED] = {NULL}, *tree = NULL, *first;
	bool all[MAX_LISTED] = {false}, reads, whole = false;
	size_t size;
	FILE *out = open_memstream(&tree, &size);

	for (size_t i = 0; i < y->count; i++) {
		all[i] = true;
		text[i] = whole_text(y, in, &y->list[i]);
	}
	reads = in->kind == GVI_INPUT_MMIO_READ || in->kind == GVI_INPUT_CONFIG_READ;
	if (y->count > 1 && !reads && out)
		whole = put_tree(y, text, all, 0, out);
	if (out)
		fclose(out);
	whole = whole && tree && strncmp(tree, "choice", 6) == 0;
	first = y->count ? answer_text(in, &y->list[0].reply) : NULL;
	if (whole)
		fprintf(to, ", answer: {%s}", tree);
	else if (first && *first)
		fprintf(to, reads ? ", %s" : ", answer: {%s}", first);
	if (!whole && y->count > 1 && !reads)
		y->others = true;
	for (size_t i = 0; i < y->count; i++)
		free(text[i]);
	free(first);
	free(tree);
	return whole;
}

static bool put_alternatives(const struct yaml_out *y, char *const *text, const bool *in,
			     unsigned depth, FILE *to);

/* Runs take the first alternatives first, so that the one before another that was not the
 * first has come out like one elsewhere, and is not in the list. */
static bool is_earliest(const struct gvi_outcome *o, unsigned depth)
{
	for (unsigned i = depth; i < o->npicks; i++)
		if (o->pick[i].value)
			return false;
	return true;
}

/* The outcomes that `in` names have taken the same alternatives so far.  False if one that is
 * missing cannot be told: it came out like another. */
static bool put_tree(const struct yaml_out *y, char *const *text, const bool *in, unsigned depth,
		     FILE *to)
{
	size_t first = y->count;
	bool same = true, split = false;

	for (size_t i = 0; i < y->count; i++) {
		if (!in[i])
			continue;
		if (!text[i] || (first < y->count && depth >= y->list[i].npicks &&
				 strcmp(text[first], text[i]) != 0))
			return false;
		first = first < y->count ? first : i;
		same = same && strcmp(text[first], text[i]) == 0;
	}
	if (first == y->count || (same && !is_earliest(&y->list[first], depth)))
		return false;
	if (same) {
		fprintf(to, "%s", text[first]);
		return true;
	}
	for (size_t i = first; i < y->count; i++)
		split = split ||
			(in[i] &&
			 (depth >= y->list[i].npicks || depth >= y->list[first].npicks ||
			  y->list[i].pick[depth].value != y->list[first].pick[depth].value));
	return split ? put_alternatives(y, text, in, depth, to)
		     : put_tree(y, text, in, depth + 1, to);
}

static bool put_alternatives(const struct yaml_out *y, char *const *text, const bool *in,
			     unsigned depth, FILE *to)
{
	unsigned choice = GVI_NCHOICES;
	bool good = true;

	for (size_t i = 0; i < y->count; i++) {
		if (in[i] && depth >= y->list[i].npicks)
			return false;
		if (in[i])
			choice = y->list[i].pick[depth].choice;
	}
	fprintf(to, "choice: %s, permitted: {", gvi_choices[choice].id);
	for (unsigned v = 0; good && v < gvi_choices[choice].count; v++) {
		bool some[MAX_LISTED] = {false};

		for (size_t i = 0; i < y->count; i++)
			some[i] = in[i] && y->list[i].pick[depth].value == v;
		fprintf(to, "%s%s: {", v ? ", " : "", gvi_choices[choice].alternative[v].name);
		good = put_tree(y, text, some, depth + 1, to);
		fprintf(to, "}");
	}
	fprintf(to, "}");
	return good;
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

/* The answer, and what is left in logs. */
static char *whole_text(struct yaml_out *y, const struct gvi_input *in, const struct gvi_outcome *o)
{
	char *keep[NLOGS + 1], *answer = answer_text(in, &o->reply), *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	memcpy(keep, y->traces, sizeof keep);
	memset(y->traces, 0, sizeof y->traces);
	add_traces(y, o->effect, o->neffects);
	if (to && answer) {
		fprintf(to, "%s", answer);
		put_traces(y, !*answer, to);
	}
	if (to)
		fclose(to);
	memcpy(y->traces, keep, sizeof keep);
	free(answer);
	return text;
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
