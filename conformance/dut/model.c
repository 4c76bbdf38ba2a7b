/* The built-in model as a device under test: struct gvi, with memory of its own
 * that can fail and change under it.  With a preset it is a part that is what it
 * is, as most devices are: it takes no configuration.
 *
 * "cache" is the model with caches that hold whatever they may: each time that an
 * entry which was changed is read, chance says which of its values is seen.
 *
 * "window" is the model over memory that it may look into without asking, as far as the
 * window goes, with nobody who listens: its short cuts are taken wherever they may be. */
#include "conformance/dut/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/dut/bench.h"

/* More values than a vector changes between two invalidations. */
enum { HISTORY_LOG2 = 9 };

/* Where vectors have their tables. */
enum { WINDOW_BYTES = 128 << 20 };

struct model {
	struct dut dut;
	struct gvi *gvi;
	struct bench bench;
	struct gvi_window window; /* of "window", else of length 0 */
	void *history;            /* what the memory has been */
	bool started, remembers;
	enum gvi_preset part;  /* GVI_NPRESETS: whatever it is started as */
	uint64_t seed, chance; /* of "cache", else 0; each start begins with the seed */

	void (*note)(void *user, const struct gvi_note *note);
	void *listener;
	void (*before)(void *user, const struct gvi *m, const struct gvi_host *host,
		       const struct gvi_input *input);
	void *watcher;
	void (*after)(void *user, const struct gvi *m, const struct gvi_input *input,
		      const union gvi_reply *reply);
	void *follower;
};

static struct model *model_of(struct dut *dut)
{
	return (struct model *)dut;
}

/* ---- Life ------------------------------------------------------------------ */

static void close_model(struct dut *dut);
static struct gvi_host surroundings(struct model *m);
static enum gvi_bus host_read(void *user, uint64_t spa, void *to, size_t len);

static struct dut *refuse(const char *reason, char *why, size_t size)
{
	snprintf(why, size, "%s", reason);
	return NULL;
}

static struct dut *make(const struct model *what, char *why, size_t size)
{
	struct model *m = malloc(sizeof *m);

	if (!m)
		return refuse("memory ran out", why, size);
	*m = *what;
	m->gvi = malloc(gvi_size());
	m->bench.memory = memory_new();
	m->history = malloc(gvi_history_size(HISTORY_LOG2));
	if (m->gvi && m->bench.memory && m->history)
		return &m->dut;
	close_model(&m->dut);
	return refuse("memory ran out", why, size);
}

static struct dut *open_model(const char *argument, char *why, size_t size)
{
	const struct model what = {
		.dut.class = &dut_model,
		.part = argument ? gvi_find_preset(argument) : GVI_NPRESETS,
	};

	if (argument && what.part == GVI_NPRESETS)
		return refuse("there is no such preset", why, size);
	return make(&what, why, size);
}

static struct dut *open_cache(const char *argument, char *why, size_t size)
{
	char *end = NULL;
	const struct model what = {
		.dut.class = &dut_cache,
		.part = GVI_NPRESETS,
		.seed = argument ? strtoull(argument, &end, 10) : 1,
	};

	if (argument && (!*argument || *end))
		return refuse("the seed is a number", why, size);
	return make(&what, why, size);
}

static struct dut *open_window(const char *argument, char *why, size_t size)
{
	const struct model what = {.dut.class = &dut_window, .part = GVI_NPRESETS};
	uint64_t length = WINDOW_BYTES;
	char *end = NULL;
	struct model *m;

	if (argument)
		length = strtoull(argument, &end, 0);
	if ((argument && (!*argument || *end)) || length > WINDOW_BYTES || length % 4096)
		return refuse("the window is pages, at most 128 MiB", why, size);
	m = (struct model *)make(&what, why, size);
	if (!m)
		return NULL;
	if (!length)
		return &m->dut;
	m->window.bytes = memory_window(m->bench.memory, (size_t)length);
	m->window.length = length;
	if (m->window.bytes)
		return &m->dut;
	close_model(&m->dut);
	return refuse("memory ran out", why, size);
}

static void close_model(struct dut *dut)
{
	struct model *m = model_of(dut);

	bench_free(&m->bench);
	free(m->gvi);
	free(m->history);
	free(m);
}

static unsigned abilities(const struct dut *dut)
{
	unsigned configurable =
		((const struct model *)dut)->part == GVI_NPRESETS ? DUT_CONFIGURE : 0;

	return configurable | DUT_EVENTS | DUT_INJECT | DUT_RACE | DUT_EFFECTS | DUT_PCI |
	       DUT_ATTRIBUTES | DUT_ATS | DUT_PRI | DUT_RQ_EOI;
}

/* Whether it is to hold what tables were, which takes a history. */
static bool holds(const struct gvi_config *config)
{
	for (unsigned c = GVI_CHOICE_HELD_DTE; c <= GVI_CHOICE_HELD_IRTE; c++)
		if (config->habit[c] != GVI_UNSETTLED && config->habit[c])
			return true;
	return false;
}

/* Whoever starts it has checked the configuration with gvi_check(). */
static enum dut_status start(struct dut *dut, struct gvi_config *config)
{
	struct model *m = model_of(dut);
	struct gvi_host host;

	bench_clear(&m->bench);
	host = surroundings(m);
	m->chance = m->seed;
	if (m->part != GVI_NPRESETS)
		(void)gvi_preset(m->part, config);
	m->remembers = m->dut.class != &dut_window || holds(config);
	m->started = gvi_init(m->gvi, config, &host) == GVI_OK;
	if (m->started && m->after)
		m->after(m->follower, m->gvi, NULL, NULL);
	return m->started ? DUT_OK : DUT_UNSUPPORTED;
}

/* Memory that is remembered is not read without asking. */
static void begin(struct dut *dut)
{
	struct model *m = model_of(dut);

	if (m->remembers)
		(void)gvi_track(m->gvi, m->history, HISTORY_LOG2);
}

static void stop(struct dut *dut)
{
	model_of(dut)->started = false;
}

void dut_model_listen(struct dut *dut, void (*note)(void *user, const struct gvi_note *note),
		      void *user)
{
	struct model *m = model_of(dut);
	struct gvi_host host;

	m->note = note;
	m->listener = user;
	host = surroundings(m);
	if (m->started)
		(void)gvi_set_host(m->gvi, &host);
}

void dut_model_watch(struct dut *dut,
		     void (*before)(void *user, const struct gvi *m, const struct gvi_host *host,
				    const struct gvi_input *input),
		     void *user)
{
	struct model *m = model_of(dut);

	m->before = before;
	m->watcher = user;
}

void dut_model_follow(struct dut *dut,
		      void (*after)(void *user, const struct gvi *m, const struct gvi_input *input,
				    const union gvi_reply *reply),
		      void *user)
{
	struct model *m = model_of(dut);

	m->after = after;
	m->follower = user;
}

static void tell(struct model *m, const struct gvi_input *input)
{
	const struct gvi_host host = {.user = m, .read = host_read};

	if (m->before)
		m->before(m->watcher, m->gvi, &host, input);
}

uint64_t dut_model_features(const struct dut *dut)
{
	return gvi_features_now(((const struct model *)dut)->gvi);
}

/* ---- Memory as the bench sees it ------------------------------------------- */

static enum dut_status memory_read_model(struct dut *dut, uint64_t spa, void *to, size_t len)
{
	memory_read(model_of(dut)->bench.memory, spa, to, len);
	return DUT_OK;
}

static void remember(struct model *m, uint64_t spa, size_t len);

static enum dut_status memory_write_model(struct dut *dut, uint64_t spa, const void *from,
					  size_t len)
{
	remember(model_of(dut), spa, len);
	return memory_write(model_of(dut)->bench.memory, spa, from, len) ? DUT_OK : DUT_UNSUPPORTED;
}

/* The IOMMU may have read what is there now: up to 64 bytes at once, as a CPU
 * writes them. */
static void remember(struct model *m, uint64_t spa, size_t len)
{
	uint64_t first = spa & ~UINT64_C(7), old[8];
	size_t words = (size_t)((spa - first + len + 7) / 8);

	for (size_t done = 0; m->started && done < words; done += 8) {
		size_t n = words - done < 8 ? words - done : 8;

		for (size_t i = 0; i < n; i++)
			old[i] = memory_load(m->bench.memory, first + 8 * (done + i));
		(void)gvi_wrote(m->gvi, first + 8 * done, old, n);
	}
}

static enum dut_status inject(struct dut *dut, const struct dut_error *errors, size_t count)
{
	struct model *m = model_of(dut);
	enum dut_status status = bench_inject(&m->bench, errors, count);
	struct gvi_host host = surroundings(m);

	if (m->started)
		(void)gvi_set_host(m->gvi, &host);
	return status;
}

static enum dut_status race(struct dut *dut, uint64_t spa, uint64_t value)
{
	return bench_race(&model_of(dut)->bench, spa, value);
}

/* ---- What the IOMMU sees of its surroundings --------------------------------- */

static enum gvi_bus host_read(void *user, uint64_t spa, void *to, size_t len)
{
	return bench_read(&((struct model *)user)->bench, spa, to, len);
}

static enum gvi_bus host_write(void *user, uint64_t spa, const void *from, size_t len)
{
	return bench_write(&((struct model *)user)->bench, spa, from, len);
}

static enum gvi_bus host_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	return bench_exchange(&((struct model *)user)->bench, spa, seen, next);
}

static void host_send(void *user, const struct gvi_message *message)
{
	bench_add_message(&((struct model *)user)->bench, message);
}

static void host_note(void *user, const struct gvi_note *note)
{
	const struct model *m = user;

	m->note(m->listener, note);
}

/* [invalidate.held] What a cache still holds, and what it has read again.
 * [command.execute] And commands that overtake. */
static unsigned host_choose(void *user, enum gvi_choice choice, unsigned options)
{
	struct model *m = user;

	if ((choice < GVI_CHOICE_HELD_DTE || choice > GVI_CHOICE_HELD_IRTE) &&
	    choice != GVI_CHOICE_COMMAND_ORDER)
		return 0;
	/* A linear congruence's upper bits. */
	m->chance = m->chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(m->chance >> 40) % options;
}

/* A window cannot fail. */
static struct gvi_host surroundings(struct model *m)
{
	return (struct gvi_host){.user = m,
				 .read = host_read,
				 .write = host_write,
				 .exchange = host_exchange,
				 .send = host_send,
				 .choose = m->dut.class == &dut_cache ? host_choose : NULL,
				 .note = m->note ? host_note : NULL,
				 .windows = &m->window,
				 .nwindows = m->window.length && !m->bench.nerrors};
}

/* ---- Effects ------------------------------------------------------------------ */

/* Those of the last call. */
static enum dut_status collect(struct model *m)
{
	size_t count;
	const struct gvi_effect *effects = gvi_effects(m->gvi, &count);

	bench_add_effects(&m->bench, effects, count);
	return m->bench.lost ? DUT_DIED : DUT_OK;
}

static enum dut_status effects(struct dut *dut, const struct gvi_effect **list, size_t *count)
{
	return bench_effects(&model_of(dut)->bench, list, count);
}

static enum dut_status messages(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	return bench_messages(&model_of(dut)->bench, list, count);
}

/* ---- What the IOMMU is asked ----------------------------------------------------- */

static enum dut_status outcome(struct model *m, enum gvi_status status,
			       const struct gvi_input *input, const void *reply, size_t size);
static struct gvi_input access(enum gvi_input_kind kind, uint32_t offset, unsigned len,
			       uint64_t value);

static enum dut_status mmio_read(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value)
{
	struct gvi_input input = access(GVI_INPUT_MMIO_READ, offset, len, 0);
	struct model *m = model_of(dut);
	enum gvi_status status = gvi_mmio_read(m->gvi, offset, len, value);

	return outcome(m, status, &input, value, sizeof *value);
}

static enum dut_status mmio_write(struct dut *dut, uint32_t offset, unsigned len, uint64_t value)
{
	struct gvi_input input = access(GVI_INPUT_MMIO_WRITE, offset, len, value);
	struct model *m = model_of(dut);

	return outcome(m, gvi_mmio_write(m->gvi, offset, len, value), &input, NULL, 0);
}

static enum dut_status pci_read(struct dut *dut, uint32_t offset, unsigned len, uint32_t *value)
{
	struct gvi_input input = access(GVI_INPUT_CONFIG_READ, offset, len, 0);
	struct model *m = model_of(dut);
	enum gvi_status status = gvi_config_read(m->gvi, offset, len, value);

	return outcome(m, status, &input, &(uint64_t){*value}, sizeof(uint64_t));
}

static enum dut_status pci_write(struct dut *dut, uint32_t offset, unsigned len, uint32_t value)
{
	struct gvi_input input = access(GVI_INPUT_CONFIG_WRITE, offset, len, value);
	struct model *m = model_of(dut);

	return outcome(m, gvi_config_write(m->gvi, offset, len, value), &input, NULL, 0);
}

static struct gvi_input access(enum gvi_input_kind kind, uint32_t offset, unsigned len,
			       uint64_t value)
{
	return (struct gvi_input){.kind = (uint8_t)kind, .of.mmio = {value, offset, (uint8_t)len}};
}

/* What goldvi.h promises of every answer: who is refused learns of no page and gets no
 * message, and where there is no event there is no record. */
static bool is_whole(const struct gvi_answer *a)
{
	if (a->logging == GVI_NO_EVENT && (a->event[0] | a->event[1]))
		return false;
	return a->result != GVI_ABORT ||
	       (!(a->address | a->size) && !a->translated && !a->read && !a->write &&
		!a->coherent && !a->untranslated_only && a->message.kind == GVI_MESSAGE_NONE);
}

static enum dut_status checked(enum dut_status status, const struct gvi_answer *answer)
{
	return status == DUT_OK && !is_whole(answer) ? DUT_NONSENSE : status;
}

static enum dut_status dma(struct dut *dut, const struct dut_dma *dma, struct gvi_answer *answer)
{
	struct gvi_input input = {.kind = GVI_INPUT_TRANSLATE, .of.request = dma->request};
	struct model *m = model_of(dut);

	tell(m, &input);
	return checked(outcome(m, gvi_translate(m->gvi, &dma->request, answer), &input, answer,
			       sizeof *answer),
		       answer);
}

static enum dut_status interrupt(struct dut *dut, const struct gvi_interrupt *interrupt,
				 struct gvi_answer *answer)
{
	struct gvi_input input = {.kind = GVI_INPUT_INTERRUPT, .of.interrupt = *interrupt};
	struct model *m = model_of(dut);

	tell(m, &input);
	return checked(outcome(m, gvi_interrupt(m->gvi, interrupt, answer), &input, answer,
			       sizeof *answer),
		       answer);
}

/* Of translations there are as many as are counted, and none for who is refused. */
static enum dut_status counted(enum dut_status status, const struct gvi_ats_answer *a)
{
	bool good = a->result != GVI_ABORT || !a->count;

	for (unsigned i = a->count; status == DUT_OK && i < GVI_MAX_TRANSLATIONS; i++)
		good = good && !a->translation[i];
	return status == DUT_OK && !good ? DUT_NONSENSE : status;
}

static enum dut_status ats(struct dut *dut, const struct gvi_ats_request *request,
			   struct gvi_ats_answer *answer)
{
	struct gvi_input input = {.kind = GVI_INPUT_ATS, .of.ats = *request};
	struct model *m = model_of(dut);

	tell(m, &input);
	return counted(outcome(m, gvi_ats_translate(m->gvi, request, answer), &input, answer,
			       sizeof *answer),
		       answer);
}

static enum dut_status invalidation(struct dut *dut, uint16_t device, uint8_t tag, bool completes,
				    bool *known)
{
	struct gvi_input input = {.kind = completes ? GVI_INPUT_DONE : GVI_INPUT_TIMED_OUT,
				  .of.invalidation = {device, tag}};
	struct model *m = model_of(dut);
	enum gvi_status status = completes ? gvi_invalidation_done(m->gvi, device, tag)
					   : gvi_invalidation_timed_out(m->gvi, device, tag);

	*known = status != GVI_STATE_NO_INVALIDATION;
	return *known ? outcome(m, status, &input, NULL, 0) : DUT_OK;
}

static enum dut_status page_request(struct dut *dut, const struct gvi_page_request *request,
				    struct gvi_page_answer *answer)
{
	struct gvi_input input = {.kind = GVI_INPUT_PAGE, .of.page = *request};
	struct model *m = model_of(dut);

	return outcome(m, gvi_page_request(m->gvi, request, answer), &input, answer,
		       sizeof *answer);
}

/* A ring holds less than 2^15 commands: a model that finds more never ends. */
static enum dut_status settle(struct dut *dut)
{
	static const struct gvi_input input = {.kind = GVI_INPUT_STEP};
	struct model *m = model_of(dut);
	enum dut_status status = DUT_OK;
	bool more = true;

	for (unsigned i = 0; i < 1u << 15 && status == DUT_OK && more; i++) {
		enum gvi_status stepped = gvi_step(m->gvi, &more);

		status = outcome(m, stepped, &input, &(uint64_t){more}, sizeof(uint64_t));
	}
	return status == DUT_OK && more ? DUT_TIMEOUT : status;
}

/* What the model refuses it does not model, or nobody could do to a device. */
static enum dut_status outcome(struct model *m, enum gvi_status status,
			       const struct gvi_input *input, const void *reply, size_t size)
{
	union gvi_reply told;

	if (status == GVI_STATE_RACING)
		return DUT_TIMEOUT;
	if (status != GVI_OK)
		return DUT_UNSUPPORTED;
	if (m->after) {
		memset(&told, 0, sizeof told);
		if (size)
			memcpy(&told, reply, size);
		m->after(m->follower, m->gvi, input, &told);
	}
	return collect(m);
}

/* All but the name, and how it is opened. */
#define COMMON                                                                                     \
	.close = close_model, .abilities = abilities, .start = start, .stop = stop,                \
	.memory_read = memory_read_model, .memory_write = memory_write_model,                      \
	.mmio_read = mmio_read, .mmio_write = mmio_write, .pci_read = pci_read,                    \
	.pci_write = pci_write, .dma = dma, .interrupt = interrupt, .ats = ats,                    \
	.invalidation = invalidation, .page_request = page_request, .messages = messages,          \
	.settle = settle, .begin = begin, .inject = inject, .race = race, .effects = effects

const struct dut_class dut_model = {.name = "model", .open = open_model, COMMON};
const struct dut_class dut_cache = {.name = "cache", .open = open_cache, COMMON};
const struct dut_class dut_window = {.name = "window", .open = open_window, COMMON};
