/* Lines of docs/pipe.md to calls of a device, and what it answers to lines. */
#include "conformance/dut/serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/dut/wire.h"

enum { MOST_ERRORS = 256, WHY = 256 };

struct server {
	struct dut *dut;
	const struct dut_class *class;
	const char *absent; /* why there is no device */
	bool started;       /* once: without that nothing can be asked */
	struct text answer; /* what follows the status */
	struct text why;    /* of the status, if it is not DUT_OK */
	char reason[WHY];
};

typedef enum dut_status verb_function(struct server *s, char *words);

static bool answer_line(struct server *s, char *line, FILE *out);
static const struct verb *find_verb(const char *name);

int serve(struct dut *dut, const char *why, int in, int out)
{
	struct server s = {.dut = dut,
			   .class = dut ? dut->class : NULL,
			   .absent = why,
			   .answer = {malloc(WIRE_LINE / 2), WIRE_LINE / 2, 0}};
	FILE *input = fdopen(dup(in), "r"), *output;
	char *line = NULL;
	size_t room = 0;
	bool good;

	output = fdopen(dup(out), "w");
	/* What a device prints is no answer. */
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	good = s.answer.at && input && output;
	while (good && getline(&line, &room, input) >= 0) {
		line[strcspn(line, "\r\n")] = '\0';
		good = answer_line(&s, line, output);
	}
	if (s.started)
		s.class->stop(dut);
	if (input)
		fclose(input);
	if (output)
		fclose(output);
	free(line);
	free(s.answer.at);
	return good ? 0 : 1;
}

struct verb {
	const char *name;
	verb_function *run;
	bool before; /* also before `start` */
};

/* An answer that would be too long cannot be given. */
static bool answer_line(struct server *s, char *line, FILE *out)
{
	const char *number = wire_word(&line), *name = wire_word(&line);
	const struct verb *verb = find_verb(name);
	enum dut_status status = DUT_UNSUPPORTED;
	uint64_t ignored;

	s->answer.length = 0;
	s->answer.at[0] = s->reason[0] = '\0';
	s->why = (struct text){s->reason, sizeof s->reason, 0};
	if (!wire_number(number, UINT64_MAX, &ignored)) {
		fprintf(out, "0 error a line begins with a number\n");
		return fflush(out) == 0;
	}
	if (!verb)
		text_add(&s->why, "`%.60s` is not known here", name);
	else if (!verb->before && !s->started)
		text_add(&s->why, "nothing has been started");
	else
		status = verb->run(s, line);
	if (s->answer.length + 1 >= s->answer.size) {
		status = DUT_UNSUPPORTED;
		text_add(&s->why, "the answer is too long for a line");
	}
	fprintf(out, "%s %s", number, wire_status[status]);
	if (status == DUT_OK)
		fputs(s->answer.at, out);
	else if (s->reason[0])
		fprintf(out, " %s", s->reason);
	fputc('\n', out);
	return fflush(out) == 0;
}

/* ---- Life ------------------------------------------------------------------ */

static enum dut_status wrong(struct server *s, const char *what)
{
	text_add(&s->why, "%s", what);
	return DUT_NONSENSE;
}

static enum dut_status told(struct server *s, enum dut_status status);

static enum dut_status hello(struct server *s, char *words)
{
	uint64_t version;

	if (!wire_number(wire_word(&words), UINT64_MAX, &version) || version != WIRE_VERSION)
		return wrong(s, "this is version 1 of the protocol");
	if (!s->dut) {
		text_add(&s->why, "%s", s->absent);
		return DUT_UNSUPPORTED;
	}
	wire_put_abilities(&s->answer, s->class->abilities(s->dut));
	return DUT_OK;
}

static enum dut_status start(struct server *s, char *words)
{
	struct gvi_config config;
	enum gvi_status fit;
	enum dut_status status;
	bool configured;

	if (!s->dut)
		return wrong(s, s->absent);
	configured = s->class->abilities(s->dut) & DUT_CONFIGURE;
	(void)gvi_preset(GVI_PRESET_NOTHING, &config);
	if (!wire_get_config(words, &config, &s->why))
		return DUT_NONSENSE;
	fit = gvi_check(&config);
	if (configured && fit != GVI_OK)
		return wrong(s, gvi_status_text(fit));
	if (s->started)
		s->class->stop(s->dut);
	status = s->class->start(s->dut, &config);
	s->started = status == DUT_OK;
	if (!configured)
		wire_put_config(&s->answer, &config);
	return told(s, status);
}

static enum dut_status begin(struct server *s, char *words)
{
	(void)words;
	if (!s->class->begin)
		return DUT_UNSUPPORTED;
	s->class->begin(s->dut);
	return DUT_OK;
}

static enum dut_status settle(struct server *s, char *words)
{
	(void)words;
	return told(s, s->class->settle(s->dut));
}

/* With the device's own words for how it was lost. */
static enum dut_status told(struct server *s, enum dut_status status)
{
	if (status > DUT_UNSUPPORTED && s->class->complaint)
		text_add(&s->why, "%s", s->class->complaint(s->dut));
	if (status > DUT_UNSUPPORTED)
		s->started = false;
	return status;
}

/* ---- Memory and registers ------------------------------------------------------ */

/* Numbers and nothing else. */
static bool numbers(char *words, uint64_t *value, const uint64_t *most, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (!wire_number(wire_word(&words), most[i], &value[i]))
			return false;
	return !*wire_word(&words);
}

static enum dut_status memory_read(struct server *s, char *words)
{
	uint8_t bytes[WIRE_CHUNK] = {0};
	uint64_t n[2];
	enum dut_status status;

	if (!numbers(words, n, (const uint64_t[]){UINT64_MAX, WIRE_CHUNK}, 2) || !n[1])
		return wrong(s, "memory_read ADDRESS LENGTH, at most 4096");
	status = s->class->memory_read(s->dut, n[0], bytes, (size_t)n[1]);
	wire_put_bytes(&s->answer, bytes, (size_t)n[1]);
	return told(s, status);
}

static enum dut_status memory_write(struct server *s, char *words)
{
	uint8_t bytes[WIRE_CHUNK];
	uint64_t spa;
	bool good = wire_number(wire_word(&words), UINT64_MAX, &spa);
	size_t len = strlen(words) / 2;

	if (!good || !len || len > WIRE_CHUNK || !wire_get_bytes(words, bytes, len))
		return wrong(s, "memory_write ADDRESS BYTES, at most 4096");
	return told(s, s->class->memory_write(s->dut, spa, bytes, len));
}

/* OFFSET LENGTH [VALUE], naturally aligned. */
static bool place(char *words, unsigned longest, uint64_t *n, unsigned count)
{
	bool good = numbers(words, n, (const uint64_t[]){UINT32_MAX, longest, UINT64_MAX}, count);

	return good && n[1] && !(n[1] & (n[1] - 1)) && n[0] % n[1] == 0 &&
	       (count < 3 || n[2] <= UINT64_MAX >> (64 - 8 * n[1]));
}

static enum dut_status mmio_read(struct server *s, char *words)
{
	uint64_t n[3], value = 0;
	enum dut_status status;

	if (!place(words, 8, n, 2))
		return wrong(s, "mmio_read OFFSET LENGTH");
	status = s->class->mmio_read(s->dut, (uint32_t)n[0], (unsigned)n[1], &value);
	text_add(&s->answer, " 0x%" PRIx64, value);
	return told(s, status);
}

static enum dut_status mmio_write(struct server *s, char *words)
{
	uint64_t n[3];

	if (!place(words, 8, n, 3))
		return wrong(s, "mmio_write OFFSET LENGTH VALUE");
	return told(s, s->class->mmio_write(s->dut, (uint32_t)n[0], (unsigned)n[1], n[2]));
}

static enum dut_status pci_read(struct server *s, char *words)
{
	uint64_t n[3];
	uint32_t value = 0;
	enum dut_status status;

	if (!place(words, 4, n, 2))
		return wrong(s, "pci_read OFFSET LENGTH");
	status = s->class->pci_read(s->dut, (uint32_t)n[0], (unsigned)n[1], &value);
	text_add(&s->answer, " 0x%" PRIx32, value);
	return told(s, status);
}

static enum dut_status pci_write(struct server *s, char *words)
{
	uint64_t n[3];

	if (!place(words, 4, n, 3))
		return wrong(s, "pci_write OFFSET LENGTH VALUE");
	return told(s, s->class->pci_write(s->dut, (uint32_t)n[0], (unsigned)n[1], (uint32_t)n[2]));
}

/* ---- Accesses ------------------------------------------------------------------ */

/* A client has no addresses to look at. */
static enum dut_status dma(struct server *s, char *words)
{
	struct dut_dma dma = {0};
	struct gvi_answer answer = {0};
	enum dut_status status;

	if (!wire_get(words, &wire_dma, &dma.request, &s->why))
		return DUT_NONSENSE;
	status = s->class->dma(s->dut, &dma, &answer);
	wire_put(&s->answer, &wire_answer, &answer);
	return told(s, status);
}

static enum dut_status interrupt(struct server *s, char *words)
{
	struct gvi_interrupt interrupt = {0};
	struct gvi_answer answer = {0};
	enum dut_status status;

	if (!wire_get(words, &wire_interrupt, &interrupt, &s->why))
		return DUT_NONSENSE;
	status = s->class->interrupt(s->dut, &interrupt, &answer);
	wire_put(&s->answer, &wire_answer, &answer);
	return told(s, status);
}

static enum dut_status ats(struct server *s, char *words)
{
	struct gvi_ats_request request = {0};
	struct gvi_ats_answer answer = {0};
	enum dut_status status;

	if (!wire_get(words, &wire_ats, &request, &s->why))
		return DUT_NONSENSE;
	status = s->class->ats(s->dut, &request, &answer);
	wire_put(&s->answer, &wire_ats_answer, &answer);
	return told(s, status);
}

static enum dut_status invalidation(struct server *s, char *words)
{
	struct wire_invalidation i = {0};
	enum dut_status status;
	bool known = false;

	if (!wire_get(words, &wire_invalidation, &i, &s->why))
		return DUT_NONSENSE;
	status = s->class->invalidation(s->dut, i.device, i.tag, i.completes, &known);
	text_add(&s->answer, " %d", known);
	return told(s, status);
}

static enum dut_status page_request(struct server *s, char *words)
{
	struct gvi_page_request request = {0};
	struct gvi_page_answer answer = {0};

	if (!wire_get(words, &wire_page_request, &request, &s->why))
		return DUT_NONSENSE;
	return told(s, s->class->page_request(s->dut, &request, &answer));
}

/* ---- Lists --------------------------------------------------------------------- */

static enum dut_status messages(struct server *s, char *words)
{
	const struct gvi_message *list = NULL;
	size_t count = 0;
	enum dut_status status = s->class->messages(s->dut, &list, &count);

	(void)words;
	for (size_t i = 0; i < count; i++) {
		text_add(&s->answer, i ? " ;" : "");
		wire_put(&s->answer, &wire_message, &list[i]);
	}
	return told(s, status);
}

static enum dut_status effects(struct server *s, char *words)
{
	const struct gvi_effect *list = NULL;
	size_t count = 0;
	enum dut_status status = s->class->effects(s->dut, &list, &count);

	(void)words;
	for (size_t i = 0; i < count; i++) {
		text_add(&s->answer, i ? " ;" : "");
		wire_put_effect(&s->answer, &list[i]);
	}
	return told(s, status);
}

static enum dut_status inject(struct server *s, char *words)
{
	struct dut_error error[MOST_ERRORS];
	size_t count = 0;
	char *item;

	memset(error, 0, sizeof error);
	while ((item = wire_item(&words)) != NULL) {
		if (count == MOST_ERRORS)
			return wrong(s, "these are too many errors");
		if (!wire_get(item, &wire_error, &error[count++], &s->why))
			return DUT_NONSENSE;
	}
	return told(s, s->class->inject(s->dut, error, count));
}

static enum dut_status race(struct server *s, char *words)
{
	uint64_t n[2];

	if (!numbers(words, n, (const uint64_t[]){UINT64_MAX, UINT64_MAX}, 2))
		return wrong(s, "race ADDRESS VALUE");
	return told(s, s->class->race(s->dut, n[0], n[1]));
}

/* ---- Verbs --------------------------------------------------------------------- */

static const struct verb verbs[] = {
	{"hello", hello, true},
	{"start", start, true},
	{"begin", begin, false},
	{"memory_read", memory_read, false},
	{"memory_write", memory_write, false},
	{"mmio_read", mmio_read, false},
	{"mmio_write", mmio_write, false},
	{"pci_read", pci_read, false},
	{"pci_write", pci_write, false},
	{"dma", dma, false},
	{"interrupt", interrupt, false},
	{"ats", ats, false},
	{"invalidation", invalidation, false},
	{"page_request", page_request, false},
	{"messages", messages, false},
	{"effects", effects, false},
	{"settle", settle, false},
	{"inject", inject, false},
	{"race", race, false},
};

static const struct verb *find_verb(const char *name)
{
	for (unsigned i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(name, verbs[i].name) == 0)
			return &verbs[i];
	return NULL;
}
