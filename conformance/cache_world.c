/* What happens in a world of the caching twin, and what the oracle says to it. */
#include "conformance/cache_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct gvi_bounds bounds = {.worlds = 256, .runs = 65536, .values_log2 = 12};

static bool happen(struct cache_world *w);

/* ---- Life ----------------------------------------------------------------------- */

struct cache_world *cache_world_new(void)
{
	struct cache_world *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->memory = memory_new();
	w->oracle = malloc(gvi_oracle_size(&bounds));
	if (!w->memory || !w->oracle) {
		cache_world_free(w);
		return NULL;
	}
	return w;
}

void cache_world_free(struct cache_world *w)
{
	if (!w)
		return;
	memory_free(w->memory);
	free(w->oracle);
	free(w);
}

bool cache_world_run(struct cache_world *w, unsigned count)
{
	while (count-- && w->fine)
		w->fine = happen(w);
	return w->fine;
}

const struct gvi_judgement *cache_world_judgement(const struct cache_world *w)
{
	return &w->judgement;
}

const struct gvi_outcome *cache_world_nearest(const struct cache_world *w)
{
	return &w->nearest;
}

const char *cache_world_report(const struct cache_world *w)
{
	return w->report;
}

const struct cache_totals *cache_world_totals(const struct cache_world *w)
{
	return &w->totals;
}

/* ---- Chance and the report --------------------------------------------------------- */

unsigned scene_pick(struct cache_world *w, unsigned n)
{
	uint64_t z = w->state += UINT64_C(0x9e3779b97f4a7c15);

	if (!w->seeded) {
		if (!w->left)
			return 0;
		w->left--;
		return *w->bytes++ % n;
	}
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return (unsigned)((z ^ z >> 31) % n);
}

static void say(struct cache_world *w, const char *format, ...)
{
	va_list list;
	int n;

	if (w->reported > SCENE_REPORT - 256)
		w->reported = 0;
	va_start(list, format);
	n = vsnprintf(w->report + w->reported, SCENE_REPORT - w->reported, format, list);
	va_end(list);
	if (n > 0)
		w->reported += (size_t)n;
}

/* ---- Memory ------------------------------------------------------------------------------ */

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	return memory_write(user, spa, from, len) ? GVI_BUS_OK : GVI_BUS_MASTER_ABORT;
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	return memory_exchange(user, spa, seen, next) ? GVI_BUS_OK : GVI_BUS_MASTER_ABORT;
}

/* Software writes, in one go. */
static void write_words(struct cache_world *w, uint64_t spa, const uint64_t *words, unsigned n)
{
	uint64_t old[4];

	for (unsigned i = 0; i < n; i++) {
		old[i] = memory_load(w->memory, spa + 8 * i);
		memory_store(w->memory, spa + 8 * i, words[i]);
	}
	if (gvi_oracle_wrote(w->oracle, spa, old, n))
		w->fine = false;
	w->totals.writes++;
}

/* ---- What the oracle is told ---------------------------------------------------------------- */

static bool tell(struct cache_world *w, const struct gvi_input *in, const struct gvi_seen *seen)
{
	struct gvi_judgement *j = &w->judgement;

	if (gvi_observe(w->oracle, in, seen, j, &w->nearest)) {
		say(w, "gvi_observe refused the input\n");
		return false;
	}
	if (j->runs > w->totals.runs)
		w->totals.runs = j->runs;
	if (j->worlds > w->totals.worlds)
		w->totals.worlds = j->worlds;
	if (j->verdict == GVI_PERMITTED)
		return true;
	say(w, "verdict %u, runs %" PRIu32 ", differs %" PRIx32 "\n", j->verdict, j->runs,
	    j->differs);
	for (unsigned i = 0; j->near && i < w->nearest.npicks; i++)
		say(w, "  %s = %u at %" PRIx64 "\n", gvi_choices[w->nearest.pick[i].choice].id,
		    w->nearest.pick[i].value, w->nearest.pick[i].spa);
	if (j->near)
		say(w,
		    "  nearest: result %u address %" PRIx64 " rights %u%u event %" PRIx64
		    " %" PRIx64 "\n",
		    w->nearest.reply.answer.result, w->nearest.reply.answer.address,
		    w->nearest.reply.answer.read, w->nearest.reply.answer.write,
		    w->nearest.reply.answer.event[0], w->nearest.reply.answer.event[1]);
	return false;
}

static bool write_register(struct cache_world *w, uint32_t offset, uint64_t value)
{
	const struct gvi_seen nothing = {0};
	struct gvi_input in = {.kind = GVI_INPUT_MMIO_WRITE};

	in.of.mmio.offset = offset;
	in.of.mmio.length = 8;
	in.of.mmio.value = value;
	return tell(w, &in, &nothing);
}

/* ---- Commands -------------------------------------------------------------------------------- */

static unsigned waiting(const struct cache_world *w)
{
	return (unsigned)((w->tail - w->head) % 4096 / 16);
}

static void put(struct cache_world *w, uint64_t low, uint64_t high)
{
	const uint64_t words[2] = {low, high};

	say(w, "command %016" PRIx64 " %016" PRIx64 "\n", low, high);
	write_words(w, SCENE_COMMANDS + w->tail, words, 2);
	cache_command(&w->cache, low, high);
	w->tail = (w->tail + 16) % 4096;
	w->totals.commands++;
}

static bool step(struct cache_world *w)
{
	const struct gvi_input in = {.kind = GVI_INPUT_STEP};
	const struct gvi_seen seen = {.what = GVI_SEEN_VALUE, .reply.value = 1};

	if (!waiting(w))
		return true;
	say(w, "step\n");
	cache_step(&w->cache);
	w->head = (w->head + 16) % 4096;
	return tell(w, &in, &seen);
}

/* What is due after this slot was written, and perhaps a wait. */
static bool invalidate(struct cache_world *w, const struct slot *s, bool wait)
{
	if (waiting(w) > 20)
		return true;
	for (unsigned i = 0; i < s->dues; i++)
		put(w, s->due[i][0], s->due[i][1]);
	if (wait || w->cache.tail - w->cache.since > CACHE_COMMANDS / 2)
		put(w, UINT64_C(1) << 60 | 4, 0);
	return write_register(w, 0x2008, w->tail);
}

/* ---- Requests
 * ------------------------------------------------------------------------------------ */

static uint32_t visible(const struct naive_answer *a)
{
	uint32_t what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS | GVI_SEEN_COMPLETION;

	if (a->mask[0] == UINT64_MAX && a->mask[1] == UINT64_MAX)
		what |= GVI_SEEN_EVENT;
	return what;
}

static struct gvi_seen seen_of(const struct naive_answer *a)
{
	struct gvi_seen seen = {.what = visible(a)};
	struct gvi_answer *to = &seen.reply.answer;

	to->result = a->result;
	to->address = a->address;
	to->completion = a->completion;
	to->logging = a->logging;
	to->event[0] = a->event[0];
	to->event[1] = a->event[1];
	to->read = a->read;
	to->write = a->write;
	to->message = a->message;
	return seen;
}

static void count(struct cache_world *w, const struct naive_answer *a,
		  const struct naive_answer *now)
{
	w->totals.requests++;
	if (a->result == GVI_ABORT)
		w->totals.faults++;
	if (a->result != now->result || a->address != now->address ||
	    a->message.data != now->message.data || a->event[0] != now->event[0])
		w->totals.stale++;
}

static enum gvi_bus lose(void *user, uint64_t spa, const void *from, size_t len)
{
	(void)user, (void)spa, (void)from, (void)len;
	return GVI_BUS_OK;
}

/* The twin without its cache, and without a trace. */
static struct naive bare(const struct cache_world *w)
{
	struct naive n = w->twin;

	n.hook = NULL;
	n.memory.write = lose;
	return n;
}

static bool ask(struct cache_world *w)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};
	struct naive plain = bare(w);
	struct naive_answer a, now;
	struct gvi_seen seen;

	in.of.request = scene_request(w);
	naive_translate(&w->twin, &in.of.request, &a);
	naive_translate(&plain, &in.of.request, &now);
	count(w, &a, &now);
	seen = seen_of(&a);
	seen.what |= GVI_SEEN_RIGHTS;
	say(w,
	    "device %u pasid %d address %" PRIx64 " access %u: result %u address %" PRIx64
	    " rights %u%u event %" PRIx64 " %" PRIx64 " (memory: %u %" PRIx64 ")\n",
	    in.of.request.device, in.of.request.has_pasid ? (int)in.of.request.pasid : -1,
	    in.of.request.address, in.of.request.access, a.result, a.address, a.read, a.write,
	    a.event[0], a.event[1], now.result, now.address);
	return tell(w, &in, &seen);
}

static bool interrupt(struct cache_world *w)
{
	struct gvi_input in = {.kind = GVI_INPUT_INTERRUPT};
	struct naive plain = bare(w);
	struct naive_answer a, now;
	struct gvi_seen seen;

	in.of.interrupt = scene_interrupt(w);
	naive_interrupt(&w->twin, &in.of.interrupt, &a);
	naive_interrupt(&plain, &in.of.interrupt, &now);
	count(w, &a, &now);
	seen = seen_of(&a);
	seen.what |= GVI_SEEN_MESSAGE;
	say(w,
	    "device %u interrupt %" PRIx32 ": result %u message %" PRIx64 " %" PRIx32
	    " event %" PRIx64 " (memory: %u %" PRIx32 ")\n",
	    in.of.interrupt.device, in.of.interrupt.data, a.result, a.message.address,
	    a.message.data, a.event[0], now.result, now.message.data);
	return tell(w, &in, &seen);
}

/* ---- What happens ------------------------------------------------------------------------------
 */

static struct slot *any_slot(struct cache_world *w)
{
	unsigned from = scene_pick(w, w->nslots);

	for (unsigned i = 0; i < w->nslots; i++) {
		struct slot *s = &w->slot[(from + i) % w->nslots];

		if (w->scene == CACHE_ALL || s->scene == w->scene)
			return s;
	}
	return w->slot;
}

/* The oracle looks back by 16 changes of a word, and is unsure beyond. */
static void rewrite(struct cache_world *w, struct slot *s, unsigned n)
{
	enum { MOST_CHANGES = 16 };

	if (s->changes == MOST_CHANGES)
		return;
	s->changes++;
	say(w, "write %" PRIx64 ":", s->spa);
	for (unsigned i = 0; i < s->words; i++)
		say(w, " %" PRIx64, s->value[n][i]);
	say(w, " (was %" PRIx64 ")\n", memory_load(w->memory, s->spa));
	write_words(w, s->spa, s->value[n], s->words);
}

static bool idle(struct cache_world *w)
{
	bool message = scene_interrupts(w);
	const struct gvi_interrupt i = scene_interrupt(w);
	const struct gvi_request r = scene_request(w);

	cache_idle(&w->cache, &r, message ? &i : NULL);
	return true;
}

static bool happen(struct cache_world *w)
{
	struct slot *s = any_slot(w);

	switch (scene_pick(w, 12)) {
	case 0:
		rewrite(w, s, scene_pick(w, s->values));
		return scene_pick(w, 2) ? true : invalidate(w, s, scene_pick(w, 2) != 0);
	case 1:
		return invalidate(w, s, true);
	case 2:
	case 3:
		return step(w);
	case 4:
	case 5:
		return idle(w);
	default:
		return scene_interrupts(w) ? interrupt(w) : ask(w);
	}
}

/* ---- Scenes
 * ------------------------------------------------------------------------------------------ */

void cache_world_change(struct cache_world *w)
{
	for (unsigned i = 0; i < w->nslots; i++)
		if (w->slot[i].scene == w->scene)
			rewrite(w, &w->slot[i], 1);
}

bool cache_world_permitted(struct cache_world *w, struct gvi_outcome *list, size_t room,
			   size_t *number)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};
	enum gvi_verdict verdict;

	if (scene_interrupts(w)) {
		in.kind = GVI_INPUT_INTERRUPT;
		in.of.interrupt = scene_interrupt(w);
	} else {
		in.of.request = scene_request(w);
	}
	return !gvi_permitted(w->oracle, &in, list, room, number, &verdict) &&
	       verdict == GVI_PERMITTED;
}

void cache_world_ask(struct cache_world *w, struct naive_answer *answer)
{
	const struct gvi_request r = scene_request(w);
	const struct gvi_interrupt i = scene_interrupt(w);

	if (scene_interrupts(w))
		naive_interrupt(&w->twin, &i, answer);
	else
		naive_translate(&w->twin, &r, answer);
	(void)idle(w);
}

/* ---- How it begins
 * ------------------------------------------------------------------------------------ */

static void configure(struct cache_world *w)
{
	struct gvi_config *c = &w->config;

	gvi_preset(GVI_PRESET_EVERYTHING, c);
	c->enabled = true;
	c->snp = false;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		c->habit[i] = gvi_choices[i].habit ? 0 : GVI_UNSETTLED;
	c->habit[GVI_CHOICE_NOT_PRESENT_CACHED] = (uint8_t)(scene_pick(w, 4) == 0);
	c->habit[GVI_CHOICE_IRTE_OFF_CACHED] = (uint8_t)scene_pick(w, 2);
	c->habit[GVI_CHOICE_DTE_FETCH] = (uint8_t)(scene_pick(w, 4) == 0);
	c->capability &= ~(UINT32_C(1) << 26);
	if (scene_pick(w, 4) == 0)
		c->capability |= UINT32_C(1) << 26;
}

static void open_twin(struct cache_world *w)
{
	struct naive *n = &w->twin;
	const struct gvi_config *c = &w->config;

	memset(n, 0, sizeof *n);
	n->memory = (struct naive_memory){w->memory, on_read, on_write, on_exchange};
	n->efr = c->efr;
	n->efr2 = c->efr2;
	n->misc0 = c->misc0;
	n->revision = c->revision;
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		n->habit[i] = c->habit[i] == GVI_UNSETTLED ? 0 : c->habit[i];
	n->control = c->control | 1 | 1 << 2 | 1 << 12 | 1 << 16 | (uint64_t)w->wide << 17;
	n->device_table[0] = SCENE_TABLE;
	n->log_base = SCENE_EVENTS | UINT64_C(15) << 56;
	n->log_run = true;
}

static bool start(struct cache_world *w)
{
	const struct gvi_host host = {.user = w->memory, .read = on_read};

	if (gvi_oracle_init(w->oracle, &bounds, &w->config, &host))
		return false;
	return write_register(w, 0x0000, SCENE_TABLE) &&
	       write_register(w, 0x0008, SCENE_COMMANDS | UINT64_C(8) << 56) &&
	       write_register(w, 0x0010, w->twin.log_base) &&
	       write_register(w, 0x0018, w->twin.control);
}

static bool begin(struct cache_world *w, enum cache_scene scene, unsigned crimes)
{
	w->scene = scene;
	w->reported = 0;
	w->report[0] = '\0';
	w->tail = w->head = 0;
	memset(&w->totals, 0, sizeof w->totals);
	memory_clear(w->memory);
	configure(w);
	if (crimes & CACHE_HOLDS_ABSENT) {
		w->config.habit[GVI_CHOICE_NOT_PRESENT_CACHED] = 0;
		w->config.capability &= ~(UINT32_C(1) << 26);
	}
	if (crimes & CACHE_TEARS_DTE)
		w->config.habit[GVI_CHOICE_DTE_FETCH] = 0;
	scene_build(w);
	open_twin(w);
	cache_open(&w->cache, &w->twin, w->state);
	w->cache.crimes = crimes;
	w->cache.np_cache = w->config.capability >> 26 & 1;
	w->fine = true;
	w->fine = start(w);
	return w->fine;
}

bool cache_world_open(struct cache_world *w, uint64_t seed, enum cache_scene scene, unsigned crimes)
{
	w->seeded = true;
	w->state = seed;
	return begin(w, scene, crimes);
}

void cache_world_reseed(struct cache_world *w, uint64_t seed)
{
	w->state = seed;
	w->cache.state = seed * 77;
}

bool cache_world_bytes(struct cache_world *w, const void *bytes, size_t size)
{
	w->seeded = false;
	w->state = 0;
	w->bytes = bytes;
	w->left = size;
	if (!begin(w, CACHE_ALL, 0))
		return false;
	while (w->left && w->fine)
		w->fine = happen(w);
	return w->fine;
}
