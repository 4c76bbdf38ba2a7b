/* goldvi fuzz-print: a stream (stream.h) as a vector, with what the model answers; or the
 * number that sums up all that the model does. */
#include "conformance/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/describe.h"
#include "conformance/stage_trace.h"

enum { MAX_STREAM = 1 << 16, MAX_NEW = 128, TEXT = 1024 };

/* A vector that is being written. */
struct printer {
	FILE *out;      /* of the steps */
	struct act act; /* the last that is a step */
	bool open;      /* its traces are still coming */
	unsigned steps;
	uint64_t tail[NLOGS]; /* what is before it has been seen */
	uint64_t entry[NLOGS][MAX_NEW][2];
	unsigned nentries[NLOGS];
	struct gvi_message message[MAX_NEW];
	unsigned nmessages;
};

static int show(const char *path, struct stage *s, struct printer *p);
static int sum_up(const char *path, struct stage *s, struct stage_trace *trace);
static void before(void *user, struct stage *s, const struct act *act);
static void after(void *user, struct stage *s, const struct act *act);

int command_fuzz_print(int argc, char **argv)
{
	bool hash = false;
	const struct option known[] = {{"--hash", &hash, NULL}};
	struct printer printer = {0};
	const struct stage_listener listener = {&printer, before, after};
	struct stage_trace trace;
	struct stage *s;
	int status = ALL_PASSED;

	if (!take_options(known, 1, &argc, argv))
		return BAD_INPUT;
	if (argc < 2 || (argc > 2 && !hash))
		return wrong_use("fuzz-print", "a file is needed.");
	s = stage_new();
	if (!s)
		return wrong_use("fuzz-print", "memory ran out.");
	if (hash)
		stage_trace(s, &trace);
	else
		stage_listen(s, &listener);
	for (int i = 1; i < argc && status == ALL_PASSED; i++)
		status = hash ? sum_up(argv[i], s, &trace) : show(argv[i], s, &printer);
	stage_free(s);
	return status;
}

/* ---- Files ---------------------------------------------------------------------- */

static uint8_t bytes[MAX_STREAM];

static bool read_stream(const char *path, struct stream *stream)
{
	FILE *in = fopen(path, "rb");
	size_t size;

	if (!in)
		return wrong_use("fuzz-print", "%s: %s.", path, strerror(errno)) == ALL_PASSED;
	size = fread(bytes, 1, sizeof bytes, in);
	if (ferror(in)) {
		fclose(in);
		return wrong_use("fuzz-print", "%s: %s.", path, strerror(errno)) == ALL_PASSED;
	}
	fclose(in);
	*stream = stream_of(bytes, size);
	return true;
}

static int sum_up(const char *path, struct stage *s, struct stage_trace *trace)
{
	static const struct stage_way as_it_is;
	const char *name = strrchr(path, '/');
	struct stream stream;

	if (!read_stream(path, &stream))
		return BAD_INPUT;
	trace->hash = trace->acts = 0;
	(void)stage_play(s, &stream, &as_it_is);
	printf("%016" PRIx64 " %u %s\n", trace->hash, trace->acts, name ? name + 1 : path);
	return ALL_PASSED;
}

static void put_head(const struct stage *s, const struct printer *p);
static void close_step(struct printer *p);

static int show(const char *path, struct stage *s, struct printer *p)
{
	static const struct stage_way as_it_is;
	struct stream stream;
	char *text = NULL;
	size_t size = 0;
	bool played;

	if (!read_stream(path, &stream))
		return BAD_INPUT;
	p->out = open_memstream(&text, &size);
	if (!p->out)
		return wrong_use("fuzz-print", "memory ran out.");
	played = stage_play(s, &stream, &as_it_is);
	close_step(p);
	fclose(p->out);
	put_head(s, p);
	if (!played)
		puts("# The configuration is refused: nothing happens.");
	fputs(text ? text : "", stdout);
	free(text);
	return ALL_PASSED;
}

/* ---- What comes before the steps ---------------------------------------------------- */

static void put_config(const struct gvi_config *c);
static void put_habits(const struct stage *s);

static void put_head(const struct stage *s, const struct printer *p)
{
	const struct gvi_config *c = &s->config;

	if (s->was_held || s->unsettled)
		puts("# Not a vector: commands are performed one by one, as no device does on "
		     "demand.");
	if (s->swerved)
		puts("# Not a vector: what may come out either way each time did not come out as "
		     "preferred.");
	printf("schema: 1\nabout: A stream, as `goldvi fuzz-print` shows it.\nprofile: %s\n",
	       gvi_preset_name((enum gvi_preset)(s->stream.head.preset % GVI_NPRESETS)));
	puts("cases:\n"
	     "  - id: fuzz.stream.printed\n"
	     "    why: The model's own answers; replace them by what docs/spec says.\n"
	     "    clauses: [register.access-types]\n"
	     "    given:");
	put_config(c);
	put_habits(s);
	puts(p->steps ? "    do:"
		      : "    do:\n      - read: {register: STATUS, value: \"0x0000000000000000\", "
			"mask: \"0x0\"}");
}

static void put_config(const struct gvi_config *c)
{
	printf("      config: {EFR: \"0x%016" PRIx64 "\", EFR2: \"0x%016" PRIx64
	       "\", CAP_HEADER: \"0x%08" PRIx32 "\", CAP_MISC0: \"0x%08" PRIx32
	       "\", revision: \"%u.%02u\", base: \"0x%" PRIx64 "\", enabled: 1, snp: %d, "
	       "no_host: %d, irt_cache_dis: %d, gst_buffer: %d, msi_messages_log2: %u}\n",
	       c->efr, c->efr2, c->capability, c->misc0, c->revision >> 8u, c->revision & 255u,
	       c->base, c->snp, c->no_host, c->irt_cache_dis, c->gst_buffer,
	       (unsigned)c->msi_messages_log2);
}

static void put_habits(const struct stage *s)
{
	bool any = false;

	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		if (!gvi_choices[i].habit || stage_habit(s, (enum gvi_choice)i) == 0)
			continue;
		printf("%s%s: \"%s\"", any ? ", " : "      habits: {", gvi_choices[i].id,
		       gvi_choices[i].alternative[s->habit[i]].name);
		any = true;
	}
	if (any)
		puts("}");
}

/* ---- Steps ------------------------------------------------------------------------- */

static const struct {
	enum gvi_register_id base, tail;
} logs[NLOGS] = {
	[LOG_EVENTS] = {GVI_REGISTER_EVENT_LOG_BASE, GVI_REGISTER_EVENT_LOG_TAIL},
	[LOG_EVENTS_B] = {GVI_REGISTER_EVENT_LOG_B_BASE, GVI_REGISTER_EVENT_LOG_B_TAIL},
	[LOG_PPR] = {GVI_REGISTER_PPR_LOG_BASE, GVI_REGISTER_PPR_LOG_TAIL},
	[LOG_PPR_B] = {GVI_REGISTER_PPR_LOG_B_BASE, GVI_REGISTER_PPR_LOG_B_TAIL},
	[LOG_GA] = {GVI_REGISTER_GA_LOG_BASE, GVI_REGISTER_GA_LOG_TAIL},
};

static void before(void *user, struct stage *s, const struct act *act)
{
	struct printer *p = user;

	(void)s;
	if (!act->settling)
		close_step(p);
}

static void look_up_logs(struct printer *p, struct stage *s);
static void follow_logs(struct printer *p, struct stage *s);
static void keep_messages(struct printer *p, const struct stage *s);

static void after(void *user, struct stage *s, const struct act *act)
{
	struct printer *p = user;
	bool write = act->kind == STAGE_CALL && (act->input.kind == GVI_INPUT_MMIO_WRITE ||
						 act->input.kind == GVI_INPUT_CONFIG_WRITE);

	if (!act->settling) {
		p->act = *act;
		p->open = true;
	}
	if (act->kind != STAGE_CALL || act->status != GVI_OK)
		return;
	/* Writes move tails without entries, and without a store there is none. */
	if (write || !s->nwrites)
		look_up_logs(p, s);
	else
		follow_logs(p, s);
	keep_messages(p, s);
}

static void look_up_logs(struct printer *p, struct stage *s)
{
	for (unsigned i = 0; i < NLOGS; i++)
		p->tail[i] = stage_register(s, logs[i].tail);
}

static uint64_t log_bytes(struct stage *s, unsigned i, uint64_t base)
{
	uint64_t length = gvi_get(GVI_EVENT_LOG_BASE_LEN, &base), bytes_;

	bytes_ = length < 8 ? 0 : UINT64_C(16) << length;
	if (i == LOG_GA && stage_habit(s, GVI_CHOICE_GA_LOG_LENGTH))
		bytes_ /= 2;
	if (i == LOG_GA && bytes_ > 0x10000 && !stage_habit(s, GVI_CHOICE_GA_LOG_POINTER))
		bytes_ = 0x10000;
	return bytes_;
}

static void follow_logs(struct printer *p, struct stage *s)
{
	for (unsigned i = 0; i < NLOGS; i++) {
		uint64_t base = stage_register(s, logs[i].base), size = log_bytes(s, i, base);
		uint64_t tail = stage_register(s, logs[i].tail), step = i == LOG_GA ? 8 : 16;
		uint64_t at = gvi_get(GVI_EVENT_LOG_BASE_BASE, &base);

		while (size && p->tail[i] != tail && p->nentries[i] < MAX_NEW) {
			uint64_t *entry = p->entry[i][p->nentries[i]++];

			entry[0] = memory_load(s->memory, at + p->tail[i]);
			entry[1] = step == 16 ? memory_load(s->memory, at + p->tail[i] + 8) : 0;
			p->tail[i] = (p->tail[i] + step) % size;
		}
		p->tail[i] = tail;
	}
}

static void keep_messages(struct printer *p, const struct stage *s)
{
	for (unsigned i = 0; i < s->nsent && i < STAGE_SENT; i++)
		if ((s->sent[i].kind == GVI_MESSAGE_INVALIDATE ||
		     s->sent[i].kind == GVI_MESSAGE_RESPONSE) &&
		    p->nmessages < MAX_NEW)
			p->message[p->nmessages++] = s->sent[i];
}

static void put_act(struct printer *p, const struct act *act);
static void put_traces(struct printer *p);

static void close_step(struct printer *p)
{
	unsigned steps = p->steps;

	if (!p->open)
		return;
	p->open = false;
	put_act(p, &p->act);
	if (p->steps > steps)
		put_traces(p);
	p->nmessages = 0;
	memset(p->nentries, 0, sizeof p->nentries);
}

static void put_store(struct printer *p, const struct act *act);
static void put_call(struct printer *p, const struct act *act);

static void put_act(struct printer *p, const struct act *act)
{
	static const char *const buses[] = {"", "master-abort", "target-abort", "poison"};

	switch ((enum stage_kind)act->kind) {
	case STAGE_STORE:
		put_store(p, act);
		break;
	case STAGE_CALL:
		put_call(p, act);
		break;
	case STAGE_ERROR:
		p->steps++;
		if (!act->bus || !(act->on_read || act->on_write))
			fprintf(p->out, "      - errors: []\n");
		else
			fprintf(p->out,
				"      - errors: [{at: \"0x%" PRIx64
				"\", length: 8, bus: %s, on: %s}]\n",
				act->spa, buses[act->bus],
				act->on_read && act->on_write ? "both"
				: act->on_read                ? "read"
							      : "write");
		break;
	case STAGE_RACE:
		p->steps++;
		fprintf(p->out,
			"      - race: {at: \"0x%" PRIx64 "\", raw: [\"0x%016" PRIx64 "\"]}\n",
			act->spa, act->word[0]);
		break;
	case STAGE_COPY:
		fprintf(p->out, "      # the IOMMU goes on as a copy of itself\n");
		break;
	case STAGE_LOOK:
		break;
	}
}

/* The format of what stands there, if the address tells. */
static enum gvi_format_id format_at(const struct act *act)
{
	if (act->spa >= STAGE_TABLE && act->spa < STAGE_COMMANDS && act->words == 4)
		return GVI_FORMAT_DTE;
	if (act->spa >= STAGE_COMMANDS && act->spa < STAGE_EVENTS && act->words == 2)
		return command_format(act->word);
	if (act->spa >= STAGE_HOST && act->spa < STAGE_GCR3)
		return act->word[0] >> 9 & 7 && (act->word[0] >> 9 & 7) < 7 ? GVI_FORMAT_PDE
									    : GVI_FORMAT_PTE;
	if (act->spa >= STAGE_GCR3 && act->spa < STAGE_GUEST)
		return GVI_FORMAT_GCR3;
	if (act->spa >= STAGE_GUEST && act->spa < STAGE_DATA)
		return GVI_FORMAT_GPTE;
	return GVI_NFORMATS;
}

static void put_comment(struct printer *p, enum gvi_format_id format, const uint64_t *raw)
{
	char text[TEXT];

	if (format == GVI_NFORMATS)
		return;
	(void)gvi_print(format, raw, text, sizeof text);
	fprintf(p->out, "      # %s %s\n", gvi_formats[format].id, text);
}

static void put_store(struct printer *p, const struct act *act)
{
	p->steps++;
	put_comment(p, format_at(act), act->word);
	fprintf(p->out, "      - store: {at: \"0x%" PRIx64 "\", raw: [", act->spa);
	for (unsigned i = 0; i < act->words; i++)
		fprintf(p->out, "%s\"0x%016" PRIx64 "\"", i ? ", " : "", act->word[i]);
	fprintf(p->out, "]}\n");
}

/* ---- Calls ---------------------------------------------------------------------------- */

static void put_access(FILE *out, const struct gvi_request *r, const struct gvi_answer *a);
static void put_interrupt(FILE *out, const struct gvi_interrupt *r, const struct gvi_answer *a);
static void put_ats(FILE *out, const struct gvi_ats_request *r, const struct gvi_ats_answer *a);
static void put_page(FILE *out, const struct gvi_page_request *r);
static void put_register(FILE *out, const struct act *act);

static void put_call(struct printer *p, const struct act *act)
{
	FILE *out = p->out;

	if (act->status != GVI_OK) {
		fprintf(out, "      # refused: %s\n", gvi_status_text(act->status));
		return;
	}
	p->steps += act->input.kind != GVI_INPUT_STEP;
	switch ((enum gvi_input_kind)act->input.kind) {
	case GVI_INPUT_TRANSLATE:
		put_access(out, &act->input.of.request, &act->reply.answer);
		break;
	case GVI_INPUT_INTERRUPT:
		put_interrupt(out, &act->input.of.interrupt, &act->reply.answer);
		break;
	case GVI_INPUT_ATS:
		put_ats(out, &act->input.of.ats, &act->reply.ats);
		break;
	case GVI_INPUT_PAGE:
		put_page(out, &act->input.of.page);
		break;
	case GVI_INPUT_STEP:
		fprintf(out, "      # one command is performed%s\n",
			act->reply.value ? "" : ": there is none");
		break;
	case GVI_INPUT_DONE:
	case GVI_INPUT_TIMED_OUT:
		fprintf(out, "      - invalidation_%s: {device: \"0x%04x\"}\n",
			act->input.kind == GVI_INPUT_DONE ? "done" : "timeout",
			act->input.of.invalidation.device);
		break;
	default:
		put_register(out, act);
	}
}

static void put_pasid(FILE *out, bool has, uint32_t pasid, bool execute, bool privileged)
{
	if (has)
		fprintf(out, ", pasid: \"0x%" PRIx32 "\"", pasid);
	if (execute)
		fprintf(out, ", execute: 1");
	if (privileged)
		fprintf(out, ", privileged: 1");
}

static void put_abort(FILE *out, unsigned completion)
{
	static const char *const names[] = {"", "CA", "UR", "dropped"};

	fprintf(out, "        answer: {abort: {completion: %s}}\n", names[completion & 3]);
}

static void put_access(FILE *out, const struct gvi_request *r, const struct gvi_answer *a)
{
	static const char *const kinds[] = {"read", "write", "write_nonposted", "atomic"};

	fprintf(out,
		"      - dma: {device: \"0x%04x\", address: \"0x%016" PRIx64 "\", %s: %" PRIu32,
		r->device, r->address, kinds[r->access & 3], r->length);
	put_pasid(out, r->has_pasid, r->pasid, r->execute, r->privileged);
	fprintf(out, "%s%s}\n", r->intx ? ", intx: 1" : "", r->translated ? ", translated: 1" : "");
	if (a->result == GVI_ABORT)
		put_abort(out, a->completion);
	else if (a->result == GVI_INTERRUPT)
		fprintf(out, "        answer: {interrupt: {}}\n");
	else
		fprintf(out,
			"        answer: {grant: {address: \"0x%016" PRIx64 "\", size: \"0x%" PRIx64
			"\", read: %d, write: %d, coherent: %d, untranslated_only: %d}}\n",
			a->address, a->size, a->read, a->write, a->coherent, a->untranslated_only);
}

static void put_message(FILE *out, const struct gvi_answer *a)
{
	const struct gvi_message *m = &a->message;

	switch (m->kind) {
	case GVI_MESSAGE_NONE:
		fprintf(out, "        answer: {posted: {}}\n");
		break;
	case GVI_MESSAGE_DOORBELL:
		fprintf(out,
			"        answer: {posted: {doorbell: {destination: \"0x%" PRIx32 "\"}}}\n",
			m->destination);
		break;
	case GVI_MESSAGE_GAPPI:
		fprintf(out,
			"        answer: {posted: {gappi: {destination: \"0x%" PRIx32
			"\", vector: \"0x%" PRIx32 "\"}}}\n",
			m->destination, m->data);
		break;
	default:
		fprintf(out, "        answer: {message: {address: \"0x%" PRIx64 "\"", m->address);
		/* HyperTransport's form has no data. */
		if (m->address >> 20 == 0xfee)
			fprintf(out, ", data: \"0x%" PRIx32 "\"", m->data);
		fprintf(out, ", destination: \"0x%" PRIx32 "\", rq_eoi: %d, translated: %d}}\n",
			m->destination, m->rq_eoi, a->translated);
	}
}

static void put_interrupt(FILE *out, const struct gvi_interrupt *r, const struct gvi_answer *a)
{
	fprintf(out, "      - interrupt: {device: \"0x%04x\", address: \"0x%" PRIx64 "\"",
		r->device, r->address);
	if (r->address >> 20 == 0xfee)
		fprintf(out, ", data: \"0x%" PRIx32 "\"", r->data);
	put_pasid(out, r->has_pasid, r->pasid, false, false);
	fprintf(out, "}\n");
	if (a->result == GVI_ABORT)
		put_abort(out, a->completion);
	else
		put_message(out, a);
}

static void put_completion(FILE *out, uint64_t word, uint64_t address);

static void put_ats(FILE *out, const struct gvi_ats_request *r, const struct gvi_ats_answer *a)
{
	fprintf(out,
		"      - ats: {device: \"0x%04x\", address: \"0x%016" PRIx64
		"\", count: %u, unit: \"0x%" PRIx64 "\"%s",
		r->device, r->address, r->count, UINT64_C(1) << r->unit_log2,
		r->no_write ? ", no_write: 1" : "");
	put_pasid(out, r->has_pasid, r->pasid, r->execute, r->privileged);
	fprintf(out, "}\n");
	if (a->result == GVI_ABORT) {
		put_abort(out, a->completion);
		return;
	}
	fprintf(out, "        answer: {completions: [");
	for (unsigned i = 0; i < a->count; i++) {
		fprintf(out, i ? ", " : "");
		put_completion(out, a->translation[i], r->address + ((uint64_t)i << r->unit_log2));
	}
	fprintf(out, "]}\n");
}

static void put_completion(FILE *out, uint64_t word, uint64_t address)
{
	static const struct {
		const char *name;
		enum gvi_field_id field;
	} flags[] = {{"U", GVI_ATS_COMPLETION_U},
		     {"N", GVI_ATS_COMPLETION_N},
		     {"Exe", GVI_ATS_COMPLETION_EXE},
		     {"Priv", GVI_ATS_COMPLETION_PRIV},
		     {"Global", GVI_ATS_COMPLETION_GLOBAL}};
	unsigned read = (unsigned)gvi_get(GVI_ATS_COMPLETION_R, &word);
	unsigned write = (unsigned)gvi_get(GVI_ATS_COMPLETION_W, &word);
	struct span span = completion_span(word, address);

	fprintf(out, "{R: %u, W: %u", read, write);
	if (read || write) {
		fprintf(out, ", address: \"0x%016" PRIx64 "\", size: \"0x%" PRIx64 "\"",
			span.address, span.size_log2 < 64 ? UINT64_C(1) << span.size_log2 : 0);
		for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
			fprintf(out, ", %s: %u", flags[i].name,
				(unsigned)gvi_get(flags[i].field, &word));
	}
	fprintf(out, "}");
}

static void put_page(FILE *out, const struct gvi_page_request *r)
{
	fprintf(out,
		"      - page_request: {device: \"0x%04x\", address: \"0x%016" PRIx64
		"\", group: %u, read: %d, write: %d, last: %d%s",
		r->device, r->address, r->group, r->read, r->write, r->last,
		r->malformed ? ", malformed: 1" : "");
	put_pasid(out, r->has_pasid, r->pasid, r->execute, r->privileged);
	fprintf(out, "}\n");
}

static void put_register(FILE *out, const struct act *act)
{
	bool pci = act->input.kind >= GVI_INPUT_CONFIG_READ;
	bool write = act->input.kind == GVI_INPUT_MMIO_WRITE ||
		     act->input.kind == GVI_INPUT_CONFIG_WRITE;
	uint64_t value = write ? act->input.of.mmio.value : act->reply.value;
	unsigned length = act->input.of.mmio.length;

	for (unsigned i = 0; i < GVI_NREGISTERS && !pci; i++)
		if (gvi_registers[i].offset == act->input.of.mmio.offset)
			fprintf(out, "      # %s\n", gvi_formats[gvi_registers[i].format].id);
	if (length < 8)
		value &= (UINT64_C(1) << 8 * length) - 1;
	fprintf(out, "      - %s%s: {offset: \"0x%04" PRIx32 "\", size: %u", pci ? "pci_" : "",
		write ? "write" : "read", act->input.of.mmio.offset, length);
	fprintf(out,
		write ? ", value: \"0x%0*" PRIx64 "\"}\n"
		      : "}\n        value: \"0x%0*" PRIx64 "\"\n",
		2 * (int)length, value);
}

/* ---- What a step leaves behind ------------------------------------------------------------ */

static void put_device_message(FILE *out, const struct gvi_message *m);

static void put_traces(struct printer *p)
{
	for (unsigned i = 0; i < NLOGS; i++) {
		if (!p->nentries[i])
			continue;
		for (unsigned k = 0; k < p->nentries[i]; k++)
			put_comment(p, entry_format((enum log_name)i, p->entry[i][k]),
				    p->entry[i][k]);
		fprintf(p->out, "        %s: [", log_names[i]);
		for (unsigned k = 0; k < p->nentries[i]; k++) {
			fprintf(p->out, "%s{raw: [\"0x%016" PRIx64 "\"", k ? ", " : "",
				p->entry[i][k][0]);
			if (log_words((enum log_name)i) == 2)
				fprintf(p->out, ", \"0x%016" PRIx64 "\"", p->entry[i][k][1]);
			fprintf(p->out, "]}");
		}
		fprintf(p->out, "]\n");
	}
	if (!p->nmessages)
		return;
	fprintf(p->out, "        messages: [");
	for (unsigned i = 0; i < p->nmessages; i++) {
		fprintf(p->out, i ? ", " : "");
		put_device_message(p->out, &p->message[i]);
	}
	fprintf(p->out, "]\n");
}

static void put_device_message(FILE *out, const struct gvi_message *m)
{
	uint64_t data = m->data;

	if (m->kind == GVI_MESSAGE_RESPONSE)
		fprintf(out, "{response: {device: \"0x%04x\", group: %u, code: %u", m->device,
			(unsigned)gvi_get(GVI_PRG_RESPONSE_PRG_INDEX, &data),
			(unsigned)gvi_get(GVI_PRG_RESPONSE_RESPONSE, &data));
	else
		fprintf(out, "{invalidate: {device: \"0x%04x\", raw: \"0x%016" PRIx64 "\"",
			m->device, m->address);
	if (m->has_pasid)
		fprintf(out, ", pasid: \"0x%" PRIx32 "\"", m->pasid);
	fprintf(out, "}}");
}
