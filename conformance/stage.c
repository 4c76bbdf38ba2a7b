/* The stage: its life, the surroundings of the model, and the play itself. */
#include "conformance/stage.h"

#include <stdlib.h>
#include <string.h>

static bool open_stage(struct stage *s, const struct stream *stream, const struct stage_way *way);
static void set_up(struct stage *s);
static void perform(struct stage *s, const struct operation *o);

bool stage_play(struct stage *s, const struct stream *stream, const struct stage_way *way)
{
	if (!open_stage(s, stream, way))
		return false;
	set_up(s);
	for (size_t i = 0; i < stream->noperations; i++) {
		struct operation o = stream_operation(stream, i);

		perform(s, &o);
	}
	stage_act(s, &(struct act){.kind = STAGE_LOOK});
	return true;
}

/* ---- Life --------------------------------------------------------------------- */

struct stage *stage_new(void)
{
	struct stage *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->m = calloc(1, gvi_size());
	s->spare = calloc(1, gvi_size());
	s->fresh = calloc(1, gvi_size());
	s->memory = memory_new();
	if (s->m && s->spare && s->fresh && s->memory)
		return s;
	stage_free(s);
	return NULL;
}

void stage_free(struct stage *s)
{
	if (!s)
		return;
	memory_free(s->memory);
	free(s->m);
	free(s->spare);
	free(s->fresh);
	free(s);
}

void stage_listen(struct stage *s, const struct stage_listener *listener)
{
	if (s->nlisteners < STAGE_LISTENERS)
		s->listener[s->nlisteners++] = *listener;
}

/* ---- What the IOMMU is ------------------------------------------------------------ */

static void configure(struct stage *s);
static void make_windows(struct stage *s);
static struct gvi_host surroundings(struct stage *s);

static bool open_stage(struct stage *s, const struct stream *stream, const struct stage_way *way)
{
	struct gvi_host host;

	s->stream = *stream;
	s->way = *way;
	if (way->plain)
		s->stream.ndecisions = 0;
	s->decided = 0;
	s->swerved = s->held = s->was_held = s->unsettled = false;
	s->error = s->race = (struct act){0};
	memset(s->device, 0, sizeof s->device);
	memory_clear(s->memory);
	configure(s);
	make_windows(s);
	host = surroundings(s);
	if (s->has_fresh && memcmp(&s->config, &s->fresh_config, sizeof s->config) == 0) {
		memcpy(s->m, s->fresh, gvi_size());
		return gvi_set_host(s->m, &host) == GVI_OK;
	}
	if (gvi_init(s->m, &s->config, &host) != GVI_OK)
		return false;
	memcpy(s->fresh, s->m, gvi_size());
	s->fresh_config = s->config;
	s->has_fresh = true;
	return true;
}

static void toggle(struct gvi_config *c, const struct operation *o);

/* A change that contradicts the others is left out. */
static void try_config(struct gvi_config *c, const struct gvi_config *changed)
{
	if (gvi_check(changed) == GVI_OK)
		*c = *changed;
}

static void configure(struct stage *s)
{
	const struct stream_head *head = &s->stream.head;
	struct gvi_config *c = &s->config, changed;

	(void)gvi_preset((enum gvi_preset)(head->preset % GVI_NPRESETS), c);
	c->enabled = true;
	c->base = UINT64_C(0xf0000000);
	for (size_t i = 0; i < s->stream.noperations; i++) {
		struct operation o = stream_operation(&s->stream, i);

		if (o.kind != STREAM_TOGGLE && o.kind != STREAM_HABIT)
			break;
		changed = *c;
		toggle(&changed, &o);
		try_config(c, &changed);
	}
	if (s->way.fixed)
		*c = *s->way.fixed;
	changed = *c;
	changed.snp = head->flags & STREAM_SNP;
	changed.no_host = changed.no_host || head->flags & STREAM_NO_HOST;
	try_config(c, &changed);
	for (unsigned i = 0; i < GVI_NCHOICES && s->way.plain; i++)
		c->habit[i] = gvi_choices[i].habit ? 0 : GVI_UNSETTLED;
	if (s->way.told)
		memcpy(c->habit, s->way.told, sizeof c->habit);
	/* Bases that read as what they are not would hide logs from those who check. */
	if (c->snp)
		c->habit[GVI_CHOICE_SNP_LOCKED] = 0;
	memcpy(s->habit, c->habit, sizeof s->habit);
}

static void change_field(enum gvi_format_id format, const struct operation *o, uint64_t *raw);

static void toggle(struct gvi_config *c, const struct operation *o)
{
	static const uint16_t revisions[] = {GVI_REVISION(2, 0), GVI_REVISION(3, 5),
					     GVI_REVISION(3, 10), GVI_REVISION(3, 11)};
	uint64_t word;

	if (o->kind == STREAM_HABIT) {
		unsigned choice = o->a[0] % GVI_NCHOICES;

		if (gvi_choices[choice].habit)
			c->habit[choice] = o->a[1] % gvi_choices[choice].count;
		return;
	}
	switch (o->a[0] % 6) {
	case 0:
		change_field(GVI_FORMAT_EFR, o, &c->efr);
		break;
	case 1:
		change_field(GVI_FORMAT_EFR2, o, &c->efr2);
		break;
	case 2:
		word = c->capability;
		change_field(GVI_FORMAT_CAP_HEADER, o, &word);
		c->capability = (uint32_t)word;
		break;
	case 3:
		word = c->misc0;
		change_field(GVI_FORMAT_CAP_MISC0, o, &word);
		c->misc0 = (uint32_t)word;
		break;
	case 4:
		c->revision = revisions[o->a[1] % 4];
		break;
	default:
		c->irt_cache_dis = o->a[1] & 1;
		c->gst_buffer = o->a[1] & 2;
		c->msi_messages_log2 = o->a[1] >> 2 & 7;
	}
}

static void change_field(enum gvi_format_id format, const struct operation *o, uint64_t *raw)
{
	const struct gvi_format *f = &gvi_formats[format];
	enum gvi_field_id field = (enum gvi_field_id)(f->first + o->a[1] % f->nfields);

	/* Nobody checks reserved bits of Misc Information, and registers show them. */
	if (gvi_fields[field].kind != GVI_MBZ)
		(void)gvi_set(field, raw, stage_edge(field, o->a[2], o->value));
}

/* The pages that hold the first device's tables. */
static void make_windows(struct stage *s)
{
	static const uint64_t pages[STAGE_WINDOWS] = {
		STAGE_TABLE,         STAGE_HOST + 0x1000, STAGE_HOST + 0x2000,  STAGE_HOST + 0x3000,
		STAGE_HOST + 0x4000, STAGE_GCR3,          STAGE_GUEST + 0x1000, STAGE_INTERRUPTS,
	};

	s->nwindows = 0;
	if (!(s->stream.head.flags & STREAM_WINDOW) || s->way.no_windows)
		return;
	for (unsigned i = 0; i < STAGE_WINDOWS; i++) {
		const void *bytes = memory_page(s->memory, pages[i]);

		if (bytes)
			s->window[s->nwindows++] = (struct gvi_window){pages[i], 4096, bytes};
	}
}

/* ---- Set-up ---------------------------------------------------------------------------- */

static uint64_t control(const struct stage *s);

static void give(struct stage *s, enum gvi_register_id id, uint64_t value)
{
	struct act act = {.kind = STAGE_CALL, .given = true};

	act.input.kind = GVI_INPUT_MMIO_WRITE;
	act.input.of.mmio.offset = gvi_registers[id].offset;
	act.input.of.mmio.length = 8;
	act.input.of.mmio.value = value;
	stage_act(s, &act);
}

static void give_pci(struct stage *s, uint32_t offset, uint32_t value)
{
	struct gvi_input input = {.kind = GVI_INPUT_CONFIG_WRITE};

	input.of.mmio.offset = offset;
	input.of.mmio.length = 4;
	input.of.mmio.value = value;
	(void)stage_call(s, &input);
}

static void set_up(struct stage *s)
{
	uint64_t length = (uint64_t)(8 + s->stream.head.length % 3) << 56;

	give(s, GVI_REGISTER_DEV_TAB_BASE,
	     STAGE_TABLE | (s->stream.head.flags & STREAM_SMALL ? 0 : 0x1ff));
	give(s, GVI_REGISTER_CMD_BUF_BASE, STAGE_COMMANDS | length);
	give(s, GVI_REGISTER_EVENT_LOG_BASE, STAGE_EVENTS | length);
	give(s, GVI_REGISTER_PPR_LOG_BASE, STAGE_PAGES | length);
	give(s, GVI_REGISTER_GA_LOG_BASE, STAGE_GUEST_LOG | length);
	give(s, GVI_REGISTER_GA_LOG_TAIL_ADDR, STAGE_GUEST_TAIL);
	give(s, GVI_REGISTER_EVENT_LOG_B_BASE, STAGE_EVENTS_B | length);
	give(s, GVI_REGISTER_PPR_LOG_B_BASE, STAGE_PAGES_B | length);
	if (s->stream.head.flags & STREAM_OFF)
		return;
	give(s, GVI_REGISTER_CONTROL, control(s));
	give_pci(s, 0x68, 0xfee00000);
	give_pci(s, 0x70, 0x4100);
	give_pci(s, 0x64, 1u << 16);
}

/* What a driver switches on: the usual, and by the bits of the head. */
static uint64_t control(const struct stage *s)
{
	static const struct {
		enum gvi_field_id field;
		uint8_t value, mask;
	} parts[] = {
		{GVI_CONTROL_IOMMU_EN, 1, 0},
		{GVI_CONTROL_EVENT_LOG_EN, 1, 0},
		{GVI_CONTROL_EVENT_INT_EN, 1, 0},
		{GVI_CONTROL_COM_WAIT_INT_EN, 1, 0},
		{GVI_CONTROL_COHERENT, 1, 0},
		{GVI_CONTROL_CMD_BUF_EN, 1, 0},
		{GVI_CONTROL_GT_EN, 1, 1},
		{GVI_CONTROL_PPR_EN, 1, 2},
		{GVI_CONTROL_PPR_LOG_EN, 1, 2},
		{GVI_CONTROL_PPR_INT_EN, 1, 2},
		{GVI_CONTROL_GA_EN, 1, 4},
		{GVI_CONTROL_GAM_EN, 1, 4},
		{GVI_CONTROL_GA_LOG_EN, 1, 4},
		{GVI_CONTROL_GA_INT_EN, 1, 4},
		{GVI_CONTROL_XT_EN, 1, 8},
		{GVI_CONTROL_INT_CAP_XT_EN, 1, 8},
		{GVI_CONTROL_EPH_EN, 1, 16},
		{GVI_CONTROL_INV_TIMEOUT, 1, 32},
		{GVI_CONTROL_DUAL_EVENT_LOG_EN, 2, 64},
		{GVI_CONTROL_DUAL_PPR_LOG_EN, 2, 64},
		{GVI_CONTROL_GCR3_TRP_MODE, 1, 128},
		{GVI_CONTROL_PPR_AUTO_RSP_EN, 1, 128},
	};
	uint64_t raw = 0;

	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		if (!parts[i].mask || s->stream.head.control & parts[i].mask)
			(void)gvi_set(parts[i].field, &raw, parts[i].value);
	return raw;
}

/* ---- Acts --------------------------------------------------------------------------------- */

static void carry_out(struct stage *s, struct act *act);

void stage_act(struct stage *s, struct act *act)
{
	s->aside = true;
	for (unsigned i = 0; i < s->nlisteners; i++)
		if (s->listener[i].before)
			s->listener[i].before(s->listener[i].user, s, act);
	s->aside = false;
	carry_out(s, act);
	s->aside = true;
	for (unsigned i = 0; i < s->nlisteners; i++)
		if (s->listener[i].after)
			s->listener[i].after(s->listener[i].user, s, act);
	s->aside = false;
}

static void change_memory(struct stage *s, struct act *act);
static void copy(struct stage *s);

static void carry_out(struct stage *s, struct act *act)
{
	switch ((enum stage_kind)act->kind) {
	case STAGE_STORE:
		change_memory(s, act);
		break;
	case STAGE_CALL:
		s->nfetches = s->nwrites = s->nsent = 0;
		act->status = gvi_play(s->m, &act->input, &act->reply);
		break;
	case STAGE_ERROR:
		s->error = *act;
		break;
	case STAGE_RACE:
		s->race = *act;
		break;
	case STAGE_COPY:
		copy(s);
		break;
	case STAGE_LOOK:
		break;
	}
}

static void change_memory(struct stage *s, struct act *act)
{
	for (unsigned i = 0; i < act->words; i++) {
		act->old[i] = memory_load(s->memory, act->spa + 8 * i);
		(void)memory_store(s->memory, act->spa + 8 * i, act->word[i]);
	}
}

/* What was copied is spoilt, so that nobody gets away with using it. */
static void copy(struct stage *s)
{
	struct gvi *other = s->spare;

	memcpy(other, s->m, gvi_size());
	memset(s->m, 0x5a, gvi_size());
	s->spare = s->m;
	s->m = other;
}

enum gvi_status stage_call(struct stage *s, const struct gvi_input *input)
{
	struct act act = {.kind = STAGE_CALL, .input = *input};

	stage_act(s, &act);
	return act.status;
}

/* Words that are there already need not be written. */
void stage_store(struct stage *s, uint64_t spa, const uint64_t *words, unsigned n)
{
	struct act act = {.kind = STAGE_STORE, .spa = spa, .words = (uint8_t)n};
	bool differ = false;

	for (unsigned i = 0; i < n; i++) {
		act.word[i] = words[i];
		differ = differ || memory_load(s->memory, spa + 8 * i) != words[i];
	}
	if (differ)
		stage_act(s, &act);
}

void stage_settle(struct stage *s)
{
	for (unsigned i = 0; i < STAGE_SETTLING && !s->held; i++) {
		struct act act = {.kind = STAGE_CALL, .settling = true};

		act.input.kind = GVI_INPUT_STEP;
		stage_act(s, &act);
		if (act.status != GVI_OK || !act.reply.value)
			return;
	}
	if (!s->held)
		s->unsettled = true;
}

static void perform(struct stage *s, const struct operation *o)
{
	if (o->kind == STREAM_TOGGLE || o->kind == STREAM_HABIT)
		return;
	if (!stage_change(s, o))
		stage_ask(s, o);
}

uint16_t stage_device(unsigned n)
{
	static const uint16_t ids[STAGE_DEVICES] = {0x0020, 0x0021, 0x0028, 0x0fff};

	return ids[n % STAGE_DEVICES];
}

/* ---- Registers ------------------------------------------------------------------------------ */

uint64_t stage_register(struct stage *s, enum gvi_register_id id)
{
	uint64_t value = 0;

	if (gvi_mmio_read(s->m, gvi_registers[id].offset, 8, &value) != GVI_OK)
		return 0;
	return value;
}

void stage_set_register(struct stage *s, enum gvi_register_id id, uint64_t value)
{
	struct gvi_input input = {.kind = GVI_INPUT_MMIO_WRITE};

	input.of.mmio.offset = gvi_registers[id].offset;
	input.of.mmio.length = 8;
	input.of.mmio.value = value;
	(void)stage_call(s, &input);
	stage_settle(s);
}

uint64_t stage_field(struct stage *s, enum gvi_register_id id, enum gvi_field_id field)
{
	uint64_t value = stage_register(s, id);

	return gvi_get(field, &value);
}

/* ---- Comparisons -------------------------------------------------------------------------- */

bool stage_same_message(const struct gvi_message *a, const struct gvi_message *b)
{
	return a->address == b->address && a->data == b->data && a->destination == b->destination &&
	       a->pasid == b->pasid && a->device == b->device && a->kind == b->kind &&
	       a->source == b->source && a->tag == b->tag && a->has_pasid == b->has_pasid &&
	       a->rq_eoi == b->rq_eoi && a->x2apic == b->x2apic;
}

bool stage_same_answer(const struct gvi_answer *a, const struct gvi_answer *b)
{
	return a->address == b->address && a->size == b->size && a->event[0] == b->event[0] &&
	       a->event[1] == b->event[1] && stage_same_message(&a->message, &b->message) &&
	       a->result == b->result && a->completion == b->completion &&
	       a->logging == b->logging && a->translated == b->translated && a->read == b->read &&
	       a->write == b->write && a->coherent == b->coherent &&
	       a->untranslated_only == b->untranslated_only;
}

/* ---- The surroundings of the model --------------------------------------------------------------
 */

/* Windows can be read in any case, hence errors are for stages without them. */
static enum gvi_bus failing(const struct stage *s, uint64_t spa, size_t len, bool reads,
			    bool writes)
{
	const struct act *e = &s->error;

	if (!e->bus || !((reads && e->on_read) || (writes && e->on_write)))
		return GVI_BUS_OK;
	return spa - e->spa < 8 || e->spa - spa < len ? (enum gvi_bus)e->bus : GVI_BUS_OK;
}

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct stage *s = user;
	enum gvi_bus bus = failing(s, spa, len, true, false);

	if (bus == GVI_BUS_OK)
		memory_read(s->memory, spa, to, len);
	return bus;
}

static void keep_write(struct stage *s, const struct stage_write *write)
{
	if (s->nwrites < STAGE_STORED)
		s->write[s->nwrites] = *write;
	s->nwrites++;
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct stage *s = user;
	struct stage_write write = {.spa = spa, .length = (uint8_t)len};
	const uint8_t *bytes = from;

	write.bus = (uint8_t)failing(s, spa, len, false, true);
	for (size_t i = 0; i < len && i < 16; i++)
		write.data[i / 8] |= (uint64_t)bytes[i] << 8 * (i % 8);
	keep_write(s, &write);
	if (write.bus == GVI_BUS_OK && !memory_write(s->memory, spa, from, len))
		return GVI_BUS_TARGET_ABORT;
	return (enum gvi_bus)write.bus;
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct stage *s = user;
	struct stage_write write = {
		.spa = spa, .data = {*seen, next}, .length = 8, .exchange = true};

	write.bus = (uint8_t)failing(s, spa, 8, true, true);
	if (s->race.words && s->race.spa == spa) {
		(void)memory_store(s->memory, spa, s->race.word[0]);
		s->race.words = 0;
	}
	if (write.bus == GVI_BUS_OK && !memory_exchange(s->memory, spa, seen, next))
		return GVI_BUS_TARGET_ABORT;
	write.lost = write.bus == GVI_BUS_OK && *seen != write.data[0];
	keep_write(s, &write);
	return (enum gvi_bus)write.bus;
}

static void on_send(void *user, const struct gvi_message *message)
{
	struct stage *s = user;

	if (s->nsent < STAGE_SENT)
		s->sent[s->nsent] = *message;
	s->nsent++;
}

unsigned stage_habit(const struct stage *s, enum gvi_choice choice)
{
	return s->habit[choice] == GVI_UNSETTLED ? 0 : s->habit[choice];
}

/* A habit is decided when it is met first, an event each time. */
static unsigned on_choose(void *user, enum gvi_choice choice, unsigned options)
{
	struct stage *s = user;
	bool habit = gvi_choices[choice].habit;
	unsigned taken;

	if (s->aside || (habit && s->habit[choice] != GVI_UNSETTLED))
		return stage_habit(s, choice);
	taken = s->decided < s->stream.ndecisions ? s->stream.decision[s->decided++] % options : 0;
	if (habit)
		s->habit[choice] = (uint8_t)taken;
	else if (taken)
		s->swerved = true;
	return taken;
}

static void on_note(void *user, const struct gvi_note *note)
{
	struct stage *s = user;

	if (note->kind != GVI_NOTE_FETCH)
		return;
	if (s->nfetches < STAGE_FETCHES)
		s->fetch[s->nfetches] = (struct stage_fetch){note->spa, note->id};
	s->nfetches++;
}

static struct gvi_host surroundings(struct stage *s)
{
	bool listens = s->way.listens || (s->stream.head.flags & STREAM_LISTENED && !s->way.quiet);
	/* Nobody has to be asked where everything is decided. */
	bool decides = s->stream.ndecisions > 0 && !s->way.told;

	return (struct gvi_host){.user = s,
				 .read = on_read,
				 .write = on_write,
				 .exchange = on_exchange,
				 .send = on_send,
				 .choose = decides ? on_choose : NULL,
				 .note = listens ? on_note : NULL,
				 .windows = s->nwindows ? s->window : NULL,
				 .nwindows = s->nwindows};
}
