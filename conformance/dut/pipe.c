/* A command that speaks docs/pipe.md as a device under test, and a plug-in that is
 * served in a process of its own, so that whatever it does is seen as the device's.
 *
 * A process stays from case to case.  Once it is lost the next start makes another. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/dut/link.h"
#include "conformance/dut/plugin.h"
#include "conformance/dut/serve.h"
#include "conformance/dut/wire.h"

enum { LINE = 1 << 16, COMPLAINT = 256, FIRST_PATIENCE = 30000 };

struct list {
	void *at;
	size_t room;
};

struct pipe {
	struct dut dut;
	char *argument;
	struct link *link; /* or NULL */
	bool known;        /* `able` is what it said when it first came up */
	unsigned able;
	uint64_t number; /* of the line that was last sent */
	struct text line;
	char complaint[COMPLAINT];
	struct list messages, effects; /* that were last answered */
};

static struct pipe *self(struct dut *dut)
{
	return (struct pipe *)dut;
}

/* ---- Life ------------------------------------------------------------------ */

static bool wake(struct pipe *p, struct text *why);
static enum dut_status ask(struct pipe *p, char **answer, const char *format, ...);
static struct text *begin_line(struct pipe *p, const char *verb);
static enum dut_status finish_line(struct pipe *p, char **answer);
static enum dut_status nonsense(struct pipe *p, const char *format, ...);

static void close_(struct dut *dut)
{
	struct pipe *p = self(dut);

	link_stop(p->link);
	free(p->argument);
	free(p->line.at);
	free(p->messages.at);
	free(p->effects.at);
	free(p);
}

static struct dut *open_as(const struct dut_class *class, const char *argument, char *why,
			   size_t size)
{
	struct pipe *p = calloc(1, sizeof *p);
	struct text text = {why, size, 0};

	if (!argument || !*argument) {
		text_add(&text, "an argument is needed: plugin:FILE, pipe:COMMAND");
		free(p);
		return NULL;
	}
	if (p)
		*p = (struct pipe){.dut.class = class,
				   .argument = strdup(argument),
				   .line = {malloc(LINE), LINE, 0}};
	if (!p || !p->argument || !p->line.at)
		text_add(&text, "memory ran out");
	else if (wake(p, &text))
		return &p->dut;
	if (p)
		close_(&p->dut);
	return NULL;
}

static struct dut *open_pipe(const char *argument, char *why, size_t size)
{
	return open_as(&dut_pipe, argument, why, size);
}

static struct dut *open_plugin(const char *argument, char *why, size_t size)
{
	return open_as(&dut_plugin, argument, why, size);
}

static int serve_plugin(void *user, int in, int out)
{
	char why[256] = "";
	struct dut *dut = dut_plugin_inside.open(user, why, sizeof why);
	int status = serve(dut, why, in, out);

	if (dut)
		dut_plugin_inside.close(dut);
	return status;
}

static unsigned patience_of(const struct pipe *p)
{
	return p->dut.patience ? p->dut.patience : DUT_PATIENCE;
}

static enum dut_status exchange_lines(struct pipe *p, unsigned patience, char **answer);

/* The process is there and has said what it can do; the same as ever. */
static bool wake(struct pipe *p, struct text *why)
{
	bool plugin = p->dut.class == &dut_plugin;
	struct text complaint = {p->complaint, sizeof p->complaint, 0};
	unsigned able = 0;
	char *answer = NULL;

	if (p->link)
		return true;
	p->complaint[0] = '\0';
	p->number = 0;
	p->link = link_start(plugin ? NULL : p->argument, serve_plugin, p->argument);
	text_add(begin_line(p, "hello"), " %d", WIRE_VERSION);
	if (!p->link)
		text_add(&complaint, "no process can be started");
	else if (exchange_lines(p, FIRST_PATIENCE, &answer) != DUT_OK)
		text_add(why, p->complaint[0] ? "" : "it does not answer `hello`");
	else if (!wire_get_abilities(answer, &able, &complaint))
		;
	else if (p->known && able != p->able)
		text_add(&complaint, "it can do other things than before");
	else {
		p->known = true;
		p->able = able;
		return true;
	}
	text_add(why, "%s", p->complaint);
	link_stop(p->link);
	p->link = NULL;
	return false;
}

static unsigned abilities(const struct dut *dut)
{
	return ((const struct pipe *)dut)->able;
}

static enum dut_status start(struct dut *dut, struct gvi_config *config)
{
	struct pipe *p = self(dut);
	struct text none = {0};
	struct text complaint = {p->complaint, sizeof p->complaint, 0};
	enum dut_status status;
	char *answer;

	if (!wake(p, &none))
		return DUT_DIED;
	wire_put_config(begin_line(p, "start"), config);
	status = finish_line(p, &answer);
	if (status != DUT_OK || p->able & DUT_CONFIGURE)
		return status;
	return wire_get_config(answer, config, &complaint) ? DUT_OK : nonsense(p, NULL);
}

/* A fresh device needs no more than `start`. */
static void stop(struct dut *dut)
{
	(void)dut;
}

static void begin(struct dut *dut)
{
	char *answer;

	(void)ask(self(dut), &answer, "begin");
}

static const char *complaint(const struct dut *dut)
{
	return ((const struct pipe *)dut)->complaint;
}

/* ---- Lines ----------------------------------------------------------------- */

static struct text *begin_line(struct pipe *p, const char *verb)
{
	p->line.length = 0;
	text_add(&p->line, "%" PRIu64 " %s", p->number, verb);
	return &p->line;
}

static enum dut_status ask(struct pipe *p, char **answer, const char *format, ...)
{
	char words[128];
	va_list list;

	va_start(list, format);
	(void)vsnprintf(words, sizeof words, format, list);
	va_end(list);
	(void)begin_line(p, words);
	return finish_line(p, answer);
}

static enum dut_status lose(struct pipe *p, enum dut_status status);

/* Sends what was begun; *answer: what follows the status in the answer. */
static enum dut_status finish_line(struct pipe *p, char **answer)
{
	if (!p->link)
		return DUT_DIED;
	return exchange_lines(p, patience_of(p), answer);
}

static enum dut_status status_of(const char *word);

static enum dut_status exchange_lines(struct pipe *p, unsigned patience, char **answer)
{
	struct text why = {p->complaint, sizeof p->complaint, 0};
	enum dut_status status;
	uint64_t number;
	char *rest;

	if (p->line.length + 2 > p->line.size)
		return DUT_UNSUPPORTED;
	p->line.at[p->line.length++] = '\n';
	status = link_ask(p->link, &p->line, patience, &rest, &why);
	if (status != DUT_OK)
		return lose(p, status);
	if (!wire_number(wire_word(&rest), UINT64_MAX, &number) || number != p->number)
		return nonsense(p, "the answer does not begin with the number of the line");
	p->number++;
	status = status_of(wire_word(&rest));
	*answer = rest;
	if (status > DUT_UNSUPPORTED) {
		text_add(&why, "%.200s", rest);
		return lose(p, status);
	}
	/* Only here it has reasons that somebody wants to read. */
	if (status == DUT_UNSUPPORTED && !p->known)
		text_add(&why, "%.200s", rest);
	return status;
}

static enum dut_status status_of(const char *word)
{
	unsigned i = 0;

	while (i < DUT_NONSENSE && strcmp(word, wire_status[i]) != 0)
		i++;
	return (enum dut_status)i;
}

static enum dut_status lose(struct pipe *p, enum dut_status status)
{
	link_stop(p->link);
	p->link = NULL;
	return status;
}

/* Tells which line was answered so; without a format the complaint is there. */
static enum dut_status nonsense(struct pipe *p, const char *format, ...)
{
	struct text why = {p->complaint, sizeof p->complaint, strlen(p->complaint)};
	va_list list;

	if (format) {
		va_start(list, format);
		(void)vsnprintf(p->complaint, sizeof p->complaint, format, list);
		va_end(list);
		why.length = strlen(p->complaint);
	}
	p->line.at[strcspn(p->line.at, "\n")] = '\0';
	text_add(&why, " (after `%.60s`)", p->line.at);
	return lose(p, DUT_NONSENSE);
}

/* The answer to what was begun, in a form. */
static enum dut_status finish_form(struct pipe *p, const struct wire_form *form, void *to)
{
	struct text why = {p->complaint, sizeof p->complaint, 0};
	char *answer = NULL;
	enum dut_status status = finish_line(p, &answer);

	if (status == DUT_OK && !wire_get(answer, form, to, &why))
		return nonsense(p, NULL);
	return status;
}

static enum dut_status finish_number(struct pipe *p, uint64_t most, uint64_t *value)
{
	char *answer;
	enum dut_status status = finish_line(p, &answer);

	*value = 0;
	if (status == DUT_OK && (!wire_number(wire_word(&answer), most, value) || *answer))
		return nonsense(p, "a number of the size that was asked for is due");
	return status;
}

/* ---- Memory and registers ------------------------------------------------------ */

static enum dut_status memory_read(struct dut *dut, uint64_t spa, void *to, size_t len)
{
	struct pipe *p = self(dut);
	enum dut_status status = DUT_OK;
	uint8_t *bytes = to;

	for (size_t done = 0; done < len && status == DUT_OK; done += WIRE_CHUNK) {
		size_t n = len - done < WIRE_CHUNK ? len - done : WIRE_CHUNK;
		char *answer;

		status = ask(p, &answer, "memory_read 0x%" PRIx64 " %zu", spa + done, n);
		if (status == DUT_OK && !wire_get_bytes(wire_word(&answer), bytes + done, n))
			status = nonsense(p, "%zu bytes in hexadecimal are due", n);
	}
	return status;
}

static enum dut_status memory_write(struct dut *dut, uint64_t spa, const void *from, size_t len)
{
	struct pipe *p = self(dut);
	enum dut_status status = DUT_OK;

	for (size_t done = 0; done < len && status == DUT_OK; done += WIRE_CHUNK) {
		size_t n = len - done < WIRE_CHUNK ? len - done : WIRE_CHUNK;
		struct text *line = begin_line(p, "memory_write");
		char *answer;

		text_add(line, " 0x%" PRIx64, spa + done);
		wire_put_bytes(line, (const uint8_t *)from + done, n);
		status = finish_line(p, &answer);
	}
	return status;
}

static uint64_t most(unsigned len)
{
	return UINT64_MAX >> (64 - 8 * len);
}

static enum dut_status mmio_read(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value)
{
	text_add(begin_line(self(dut), "mmio_read"), " 0x%" PRIx32 " %u", offset, len);
	return finish_number(self(dut), most(len), value);
}

static enum dut_status mmio_write(struct dut *dut, uint32_t offset, unsigned len, uint64_t value)
{
	char *answer;

	return ask(self(dut), &answer, "mmio_write 0x%" PRIx32 " %u 0x%" PRIx64, offset, len,
		   value);
}

static enum dut_status pci_read(struct dut *dut, uint32_t offset, unsigned len, uint32_t *value)
{
	uint64_t wide;
	enum dut_status status;

	text_add(begin_line(self(dut), "pci_read"), " 0x%" PRIx32 " %u", offset, len);
	status = finish_number(self(dut), most(len), &wide);
	*value = (uint32_t)wide;
	return status;
}

static enum dut_status pci_write(struct dut *dut, uint32_t offset, unsigned len, uint32_t value)
{
	char *answer;

	return ask(self(dut), &answer, "pci_write 0x%" PRIx32 " %u 0x%" PRIx32, offset, len, value);
}

static enum dut_status settle(struct dut *dut)
{
	char *answer;

	return ask(self(dut), &answer, "settle");
}

/* ---- Accesses ------------------------------------------------------------------ */

static enum dut_status dma(struct dut *dut, const struct dut_dma *dma, struct gvi_answer *answer)
{
	wire_put(begin_line(self(dut), "dma"), &wire_dma, &dma->request);
	return finish_form(self(dut), &wire_answer, answer);
}

static enum dut_status interrupt(struct dut *dut, const struct gvi_interrupt *interrupt,
				 struct gvi_answer *answer)
{
	wire_put(begin_line(self(dut), "interrupt"), &wire_interrupt, interrupt);
	return finish_form(self(dut), &wire_answer, answer);
}

static enum dut_status ats(struct dut *dut, const struct gvi_ats_request *request,
			   struct gvi_ats_answer *answer)
{
	wire_put(begin_line(self(dut), "ats"), &wire_ats, request);
	return finish_form(self(dut), &wire_ats_answer, answer);
}

static enum dut_status invalidation(struct dut *dut, uint16_t device, uint8_t tag, bool completes,
				    bool *known)
{
	const struct wire_invalidation i = {device, tag, completes};
	uint64_t value;
	enum dut_status status;

	wire_put(begin_line(self(dut), "invalidation"), &wire_invalidation, &i);
	status = finish_number(self(dut), 1, &value);
	*known = value;
	return status;
}

/* Nobody but explain asks why. */
static enum dut_status page_request(struct dut *dut, const struct gvi_page_request *request,
				    struct gvi_page_answer *unused)
{
	char *answer;

	(void)unused;
	wire_put(begin_line(self(dut), "page_request"), &wire_page_request, request);
	return finish_line(self(dut), &answer);
}

/* ---- Lists --------------------------------------------------------------------- */

static void *element(struct list *list, size_t index, size_t size)
{
	size_t wanted = list->room ? list->room : 64 * size;

	while (wanted < (index + 1) * size)
		wanted *= 2;
	if (wanted > list->room) {
		void *grown = realloc(list->at, wanted);

		if (!grown)
			return NULL;
		*list = (struct list){grown, wanted};
	}
	return memset((char *)list->at + index * size, 0, size);
}

static bool get_message(char *words, void *to, struct text *why)
{
	return wire_get(words, &wire_message, to, why);
}

static bool get_effect(char *words, void *to, struct text *why)
{
	return wire_get_effect(words, to, why);
}

/* Takes the items of the answer to what was begun, of `size` bytes each. */
static enum dut_status finish_list(struct pipe *p, struct list *list, size_t size,
				   bool (*get)(char *words, void *to, struct text *why),
				   size_t *count)
{
	struct text why = {p->complaint, sizeof p->complaint, 0};
	char *items, *item;
	enum dut_status status = finish_line(p, &items);

	*count = 0;
	while (status == DUT_OK && (item = wire_item(&items)) != NULL) {
		void *to = element(list, *count, size);

		if (!to)
			return DUT_UNSUPPORTED;
		if (!get(item, to, &why))
			return nonsense(p, NULL);
		++*count;
	}
	return status;
}

static enum dut_status messages(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	struct pipe *p = self(dut);
	enum dut_status status;

	(void)begin_line(p, "messages");
	status = finish_list(p, &p->messages, sizeof **list, get_message, count);
	*list = p->messages.at;
	return status;
}

static enum dut_status effects(struct dut *dut, const struct gvi_effect **list, size_t *count)
{
	struct pipe *p = self(dut);
	enum dut_status status;

	(void)begin_line(p, "effects");
	status = finish_list(p, &p->effects, sizeof **list, get_effect, count);
	*list = p->effects.at;
	return status;
}

static enum dut_status inject(struct dut *dut, const struct dut_error *errors, size_t count)
{
	struct text *line = begin_line(self(dut), "inject");
	char *answer;

	for (size_t i = 0; i < count; i++) {
		text_add(line, i ? " ;" : "");
		wire_put(line, &wire_error, &errors[i]);
	}
	return finish_line(self(dut), &answer);
}

static enum dut_status race(struct dut *dut, uint64_t spa, uint64_t value)
{
	char *answer;

	return ask(self(dut), &answer, "race 0x%" PRIx64 " 0x%" PRIx64, spa, value);
}

/* All but the name, and how it is opened. */
#define COMMON                                                                                     \
	.close = close_, .abilities = abilities, .start = start, .stop = stop, .begin = begin,     \
	.memory_read = memory_read, .memory_write = memory_write, .mmio_read = mmio_read,          \
	.mmio_write = mmio_write, .pci_read = pci_read, .pci_write = pci_write, .dma = dma,        \
	.interrupt = interrupt, .ats = ats, .invalidation = invalidation,                          \
	.page_request = page_request, .messages = messages, .settle = settle, .inject = inject,    \
	.race = race, .effects = effects, .complaint = complaint

const struct dut_class dut_pipe = {.name = "pipe", .open = open_pipe, COMMON};
const struct dut_class dut_plugin = {.name = "plugin", .open = open_plugin, COMMON};
