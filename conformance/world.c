/* Worlds: made, played on both sides, compared. */
#include "conformance/world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/world_parts.h"

static void make(struct world *w);
static void make_request(struct world *w);
static bool play(struct world *w);

/* ---- Life ------------------------------------------------------------------- */

struct world *world_new(void)
{
	struct world *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->model = calloc(1, gvi_size());
	w->machines = machines_new();
	w->shown = calloc(1, SHOWN_TO - SHOWN_FROM);
	for (unsigned i = 0; i < 2; i++) {
		w->side[i].world = w;
		w->side[i].memory = memory_new();
	}
	if (!w->model || !w->machines || !w->shown || !w->side[0].memory || !w->side[1].memory) {
		world_free(w);
		return NULL;
	}
	return w;
}

void world_free(struct world *w)
{
	if (!w)
		return;
	memory_free(w->side[0].memory);
	memory_free(w->side[1].memory);
	machines_free(w->machines);
	free(w->model);
	free(w->shown);
	free(w);
}

static bool run(struct world *w)
{
	unsigned n;

	w->reported = 0;
	w->report[0] = '\0';
	make(w);
	w->totals.worlds++;
	if (w->reported)
		return false;
	w->over = false;
	for (n = 0; n < (w->pages ? MAX_PAGE_STEPS : MAX_REQUESTS) && !w->over; n++) {
		if (n && !w->seeded && !w->left)
			break; /* as many as the bytes have something to say about */
		make_request(w);
		if (!play(w))
			return false;
	}
	return true;
}

bool world_seed(struct world *w, uint64_t seed)
{
	w->seed = w->state = seed;
	w->seeded = true;
	w->pooled = 0;
	return run(w);
}

bool world_bytes(struct world *w, const void *bytes, size_t size)
{
	w->bytes = bytes;
	w->left = size;
	w->seeded = false;
	return run(w);
}

void world_guests(struct world *w, bool guests)
{
	w->guests = guests;
}

void world_interrupts(struct world *w, bool interrupts)
{
	w->interrupts = interrupts;
}

void world_translations(struct world *w, bool translations)
{
	w->ats = translations;
}

void world_pages(struct world *w, bool pages)
{
	w->pages = pages;
}

const char *world_report(const struct world *w)
{
	return w->report;
}

const struct world_totals *world_totals(const struct world *w)
{
	return &w->totals;
}

/* ---- Decisions ----------------------------------------------------------------- */

/* splitmix64 */
static uint64_t next_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static unsigned draw_byte(struct world *w)
{
	unsigned byte;

	if (!w->seeded) {
		if (!w->left)
			return 0;
		w->left--;
		return *w->bytes++;
	}
	if (!w->pooled) {
		w->pool = next_random(&w->state);
		w->pooled = 8;
	}
	byte = w->pool & 0xff;
	w->pool >>= 8;
	w->pooled--;
	return byte;
}

uint64_t world_draw(struct world *w)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value |= (uint64_t)draw_byte(w) << 8 * i;
	return value;
}

unsigned world_pick(struct world *w, unsigned n)
{
	return draw_byte(w) % n;
}

bool world_chance(struct world *w, unsigned n)
{
	return world_pick(w, n) == n - 1;
}

uint64_t world_one_of(struct world *w, const uint64_t *list, size_t n)
{
	return list[world_pick(w, (unsigned)n)];
}

/* ---- Memory ---------------------------------------------------------------------- */

static bool in_window(const struct world *w, uint64_t spa, size_t len)
{
	return spa >= w->window.spa && spa - w->window.spa < w->window.length &&
	       w->window.length - (spa - w->window.spa) >= len;
}

/* Memory that a window shows can be read in any case. */
static enum gvi_bus failing(const struct world *w, uint64_t spa, size_t len, bool write)
{
	if (!write && in_window(w, spa, len))
		return GVI_BUS_OK;
	if (!w->has_error || !(write ? w->error.on_write : w->error.on_read))
		return GVI_BUS_OK;
	return w->error.at - spa < len || spa - w->error.at < 8 ? w->error.bus : GVI_BUS_OK;
}

/* The word that contains this byte of the model's memory is what it is now, in
 * the window too. */
static void show(struct world *w, uint64_t spa)
{
	spa &= ~UINT64_C(7);
	if (spa < SHOWN_FROM || spa >= SHOWN_TO)
		return;
	if (w->nshown < MAX_SHOWN)
		w->shown_at[w->nshown] = spa;
	w->nshown++;
	memory_read(w->side[0].memory, spa, w->shown + (spa - SHOWN_FROM), 8);
}

static void show_nothing(struct world *w)
{
	if (w->nshown > MAX_SHOWN)
		memset(w->shown, 0, SHOWN_TO - SHOWN_FROM);
	else
		for (unsigned i = 0; i < w->nshown; i++)
			memset(w->shown + (w->shown_at[i] - SHOWN_FROM), 0, 8);
	w->nshown = 0;
	w->window.length = 0;
}

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct side *s = user;

	memory_read(s->memory, spa, to, len);
	return failing(s->world, spa, len, false);
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct side *s = user;
	enum gvi_bus bus = failing(s->world, spa, len, true);

	if (bus)
		return bus;
	memory_write(s->memory, spa, from, len);
	if (s == &s->world->side[1]) {
		if (s->world->nstored < MAX_STORES)
			s->world->stored[s->world->nstored] = spa;
		s->world->nstored++;
	} else {
		s->world->nwrites++;
		s->world->written_at = spa;
		s->world->written = len;
		for (size_t i = 0; i < len; i += 8)
			show(s->world, spa + i);
	}
	return GVI_BUS_OK;
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct side *s = user;
	struct world *w = s->world;
	enum gvi_bus bus = failing(w, spa, 8, true);

	if (w->ntouched < MAX_TOUCHED)
		w->touched[w->ntouched++] = spa;
	if (bus)
		return bus;
	if (w->has_race && !s->raced && w->race_at == spa) {
		s->raced = true;
		memory_store(s->memory, spa, memory_load(s->memory, spa) ^ w->race_flip);
	}
	memory_exchange(s->memory, spa, seen, next);
	if (s == &w->side[0])
		show(w, spa);
	return GVI_BUS_OK;
}

static void on_send(void *user, const struct gvi_message *message)
{
	struct side *s = user;

	s->world->nsent++;
	s->world->sent = *message;
}

static unsigned on_choose(void *user, enum gvi_choice choice, unsigned options)
{
	const struct side *s = user;
	struct world *w = s->world;
	unsigned i = world_ats_free(choice);

	(void)options;
	if (!w->free || i == WORLD_FREE)
		return w->twin.habit[choice];
	return w->freely[i] >> w->asked[s != w->side][i]++ % 64 & 1;
}

static unsigned twin_choose(void *user, enum gvi_choice choice)
{
	return on_choose(user, choice, gvi_choices[choice].count);
}

void world_place(struct world *w, uint64_t spa, uint64_t value)
{
	memory_store(w->side[0].memory, spa, value);
	memory_store(w->side[1].memory, spa, value);
	show(w, spa);
	if (w->nwords < MAX_WORDS)
		w->word[w->nwords++] = spa;
}

/* ---- What the implementation is ---------------------------------------------------- */

static void change_config(struct world *w, struct gvi_config *c)
{
	switch (world_pick(w, 8)) {
	case 0:
		c->efr ^= BIT(world_pick(w, 64));
		break;
	case 1: /* HATS, and the features of host tables */
		c->efr &= ~(BIT(10) | BIT(11) | BIT(49) | BIT(52));
		c->efr |= BIT(10) * world_pick(w, 3) | BIT(49) * world_pick(w, 2) |
			  BIT(52) * world_pick(w, 2);
		break;
	case 2:
		c->efr2 ^= ONE_OF(w, BIT(11), BIT(2), BIT(0));
		break;
	case 3: /* PAsize and VAsize */
		c->misc0 &= ~(UINT32_C(0x3fff) << 8);
		c->misc0 |=
			(uint32_t)(ONE_OF(w, 40, 48, 52) << 8 | ONE_OF(w, 64, 48, 40, 32) << 15);
		break;
	case 4: /* HtAtsResv */
		c->misc0 ^= UINT32_C(1) << 22;
		break;
	case 5:
		c->revision = (uint16_t)ONE_OF(w, GVI_REVISION(3, 10), GVI_REVISION(3, 11),
					       GVI_REVISION(3, 5), GVI_REVISION(2, 0));
		break;
	case 6:
		c->snp = true;
		c->efr |= BIT(63);
		break;
	default:
		c->no_host = true;
	}
}

static void make_config(struct world *w)
{
	static const enum gvi_preset presets[] = {
		GVI_PRESET_HOST_ONLY, GVI_PRESET_EVERYTHING, GVI_PRESET_EPYC_ROME,
		GVI_PRESET_CLIENT,    GVI_PRESET_QEMU,       GVI_PRESET_NOTHING,
	};

	gvi_preset(presets[world_pick(w, 6)], &w->config);
	if ((w->guests && !world_chance(w, 8)) || (w->interrupts && world_chance(w, 2)))
		gvi_preset(GVI_PRESET_EVERYTHING, &w->config);
	if ((w->ats && world_chance(w, 2)) || (w->pages && !world_chance(w, 4)))
		gvi_preset(GVI_PRESET_EVERYTHING, &w->config);
	w->config.enabled = true;
	w->config.base = UINT64_C(0xf0000000);
	for (unsigned n = world_pick(w, 4); n; n--) {
		struct gvi_config changed = w->config;

		if (w->guests && world_chance(w, 2))
			world_guest_config(w, &changed);
		else if (w->interrupts && world_chance(w, 2))
			world_interrupt_config(w, &changed);
		else if (w->ats && world_chance(w, 2))
			world_ats_config(w, &changed);
		else if (w->pages && world_chance(w, 2))
			world_page_config(w, &changed);
		else
			change_config(w, &changed);
		if (gvi_check(&changed) == GVI_OK)
			w->config = changed;
	}
}

/* The choices that a memory request can meet. */
static const enum gvi_choice met[] = {
	GVI_CHOICE_DTE_UNSUPPORTED_BITS,
	GVI_CHOICE_DTE_MODE,
	GVI_CHOICE_DTE_BIT_245,
	GVI_CHOICE_DTE_HIGH_GATE,
	GVI_CHOICE_DEVICE_OUT_OF_RANGE,
	GVI_CHOICE_DEVICE_OUT_OF_RANGE_ADDRESS,
	GVI_CHOICE_DEVICE_OUT_OF_RANGE_PASID,
	GVI_CHOICE_DTE_INVALID_PASID,
	GVI_CHOICE_EXCLUSION_RIGHTS,
	GVI_CHOICE_EXCLUSION_TV,
	GVI_CHOICE_EXCLUSION_PASID,
	GVI_CHOICE_SE_REARM,
	GVI_CHOICE_SE_LOST,
	GVI_CHOICE_ROOT_BEYOND_PA,
	GVI_CHOICE_DTE_OTHER_HALF,
	GVI_CHOICE_DTE_FETCH,
	GVI_CHOICE_TV_FAULT_PR,
	GVI_CHOICE_IOCTL_RESERVED,
	GVI_CHOICE_ILLEGAL_DTE_RZ,
	GVI_CHOICE_GIOV_WITHOUT_GV,
	GVI_CHOICE_PASID_WITHOUT_GV,
	GVI_CHOICE_GV_WITHOUT_GTEN,
	GVI_CHOICE_SNP_MODE_0,
	GVI_CHOICE_SNP_INVALID_ENTRY,
	GVI_CHOICE_SNP_DOMAIN_0,
	GVI_CHOICE_FAULT_ORDER,
	GVI_CHOICE_LEVEL_1_POINTER,
	GVI_CHOICE_LEVEL_6_LEAF,
	GVI_CHOICE_LEAF_LOW_BITS,
	GVI_CHOICE_SKIPPED_BITS,
	GVI_CHOICE_EVENT_ADDRESS,
	GVI_CHOICE_HAD_UPDATE,
	GVI_CHOICE_ENTRY_BEYOND_PA,
	GVI_CHOICE_AD_WRITE_FAILS,
	GVI_CHOICE_SIZE_2_52,
	GVI_CHOICE_ZERO_READ,
	GVI_CHOICE_SURPLUS_ORDER,
	GVI_CHOICE_UPPER_ACCESSED,
	GVI_CHOICE_BEYOND_VASIZE,
	GVI_CHOICE_SPECIAL_HIGH_BITS,
	GVI_CHOICE_ABORT_STATUS,
	GVI_CHOICE_ABORT_RANGES,
	GVI_CHOICE_HIGH_RESERVED_RANGE,
	GVI_CHOICE_INTERRUPT_READ_INVALID,
	GVI_CHOICE_HW_EVENT_KEEP,
	GVI_CHOICE_HW_EVENT_WHEN,
	GVI_CHOICE_HARDWARE_ERROR_TYPE,
	GVI_CHOICE_REQUEST_US_BIT,
	GVI_CHOICE_TABLE_ERROR_ADDRESS,
};
enum { MET = sizeof met / sizeof met[0] };

/* And those that guest tables, interrupts or ATS add. */
static enum gvi_choice meet(const struct world *w, unsigned i)
{
	if (i < MET)
		return met[i];
	i -= MET;
	if (w->guests && i < WORLD_GUEST_MET)
		return world_guest_met[i];
	if (w->guests)
		i -= WORLD_GUEST_MET;
	if (w->pages)
		return world_page_met[i];
	return w->ats ? world_ats_met[i] : world_interrupt_met[i];
}

static unsigned choices_met(const struct world *w)
{
	unsigned count = MET;

	if (w->guests)
		count += WORLD_GUEST_MET;
	if (w->interrupts)
		count += WORLD_INTERRUPT_MET;
	if (w->ats)
		count += WORLD_ATS_MET;
	if (w->pages)
		count += WORLD_PAGE_MET;
	return count;
}

static void make_habits(struct world *w)
{
	uint8_t *habit = w->twin.habit;
	unsigned count = choices_met(w);
	unsigned n = world_chance(w, 2) ? world_pick(w, MET) : 0;
	bool settled;

	memset(habit, 0, GVI_NCHOICES);
	for (; n; n--) {
		enum gvi_choice choice = meet(w, world_pick(w, count));

		if (w->interrupts && world_chance(w, 2))
			choice = world_interrupt_met[world_pick(w, WORLD_INTERRUPT_MET)];
		if (w->ats && world_chance(w, 2))
			choice = world_ats_met[world_pick(w, WORLD_ATS_MET)];
		if (w->pages && !world_chance(w, 4))
			choice = world_page_met[world_pick(w, WORLD_PAGE_MET)];
		habit[choice] = (uint8_t)world_pick(w, gvi_choices[choice].count);
	}
	/* settled, or asked for each time: the answers are the same */
	settled = world_chance(w, 2);
	for (unsigned i = 0; i < count; i++)
		if (settled && gvi_choices[meet(w, i)].habit)
			w->config.habit[meet(w, i)] = habit[meet(w, i)];
	w->free = w->ats && world_chance(w, 2);
	for (unsigned i = 0; i < WORLD_FREE && w->free; i++)
		w->freely[i] = world_draw(w) & (world_chance(w, 2) ? world_draw(w) : UINT64_MAX);
}

/* ---- Registers --------------------------------------------------------------------- */

void world_say(struct world *w, const char *format, ...)
{
	va_list list;
	int n;

	va_start(list, format);
	n = vsnprintf(w->report + w->reported, MAX_REPORT - w->reported, format, list);
	va_end(list);
	if (n > 0)
		w->reported += (size_t)n;
	if (w->reported >= MAX_REPORT)
		w->reported = MAX_REPORT - 1;
}

static uint64_t read_register(struct world *w, uint32_t offset)
{
	uint64_t value = 0;

	gvi_mmio_read(w->model, offset, 8, &value);
	return value;
}

/* Only values that must be kept as they are. */
static void write_register(struct world *w, uint32_t offset, uint64_t value)
{
	uint64_t now;

	gvi_mmio_write(w->model, offset, 8, value);
	now = read_register(w, offset);
	if (now != value)
		world_say(w,
			  "seed 0x%016" PRIx64 ": register %04" PRIx32 "h reads %016" PRIx64
			  " after a write of %016" PRIx64 "\n",
			  w->seed, offset, now, value);
}

/* At once, or when the model is made. */
void world_register(struct world *w, uint32_t offset, uint64_t value)
{
	if (w->made) {
		write_register(w, offset, value);
		return;
	}
	w->set[w->nset][0] = offset;
	w->set[w->nset++][1] = value;
}

static void reset_model(struct world *w, const struct gvi_host *host)
{
	if (!w->seeded && machines_find(w->machines, w, false))
		return;
	w->status = gvi_init(w->model, &w->config, host);
	if (w->status != GVI_OK)
		world_say(w, "seed 0x%016" PRIx64 ": refused: %s\n", w->seed,
			  gvi_status_text(w->status));
	else if (!w->seeded)
		machines_keep(w->machines, w, false);
}

/* The model after reset and these writes.  Inputs of a fuzzer are mostly changes of one
 * another, with the same machine. */
static void make_model(struct world *w, const struct gvi_host *host)
{
	w->made = true;
	if (!w->seeded && machines_find(w->machines, w, true))
		return;
	reset_model(w, host);
	for (unsigned i = 0; i < w->nset && !w->reported; i++)
		write_register(w, (uint32_t)w->set[i][0], w->set[i][1]);
	if (!w->seeded && !w->reported)
		machines_keep(w->machines, w, true);
}

static void make_device_table(struct world *w)
{
	struct naive *t = &w->twin;
	unsigned supported = (unsigned)(w->config.efr >> 38 & 3), enable = 0;

	memset(t->device_table, 0, sizeof t->device_table);
	if (w->config.snp)
		return; /* pinned to 0 */
	t->device_table[0] = TABLE | ONE_OF(w, 0x1ff, 0, 1, 0x3f, 0xff);
	world_register(w, 0x0000, t->device_table[0]);
	if (supported && world_chance(w, 2))
		enable = world_pick(w, supported + 1);
	for (unsigned i = 1; i < 1u << enable; i++) {
		t->device_table[i] = (TABLE + 0x200000 * i) | ONE_OF(w, 0x3f, 0, 1);
		world_register(w, 0x100 + 8 * (i - 1), t->device_table[i]);
	}
	t->control |= (uint64_t)enable << 34;
}

static void make_log(struct world *w)
{
	struct naive *t = &w->twin;
	unsigned length = 8 + world_chance(w, 8);
	uint32_t slots = UINT32_C(1) << length;

	t->log_tail = 16 * (world_pick(w, 256) % slots);
	t->log_head = t->log_tail;
	if (world_chance(w, 4)) /* nearly full */
		t->log_head = (t->log_tail + 16 * (1 + world_pick(w, 4))) % (16 * slots);
	if (w->config.snp) { /* pinned to 0, where the device table is as well */
		t->log_base = UINT64_C(0x0800000000000000);
		t->log_tail = t->log_head = 0x800;
	} else {
		t->log_base = EVENTS | (uint64_t)length << 56;
		world_register(w, 0x0010, t->log_base);
	}
	world_register(w, 0x2018, t->log_tail);
	world_register(w, 0x2010, t->log_head);
}

static void make_exclusion(struct world *w)
{
	struct naive *t = &w->twin;
	uint64_t base;

	t->exclusion_base = t->exclusion_limit = 0;
	if (w->config.efr >> 63 || !world_chance(w, 4))
		return;
	base = ONE_OF(w, 0, 0x3000, 0x10000000, 0xfdf9100000, 0xfee00000);
	t->exclusion_base = base | 1 | (uint64_t)world_pick(w, 2) << 1;
	t->exclusion_limit = base + 0x1000 * (uint64_t)world_pick(w, 4);
	if (world_chance(w, 8))
		t->exclusion_limit = UINT64_C(0xffffffffff000);
	world_register(w, 0x0020, t->exclusion_base);
	world_register(w, 0x0028, t->exclusion_limit);
}

/* Control bits whose feature is there: 07 section 4. */
static void make_control(struct world *w)
{
	struct naive *t = &w->twin;
	uint64_t efr = w->config.efr;

	t->control |= BIT(10);
	if (!world_chance(w, 16))
		t->control |= BIT(0);
	if (!world_chance(w, 16))
		t->control |= BIT(2);
	if (efr >> 4 & 1)
		t->control |= BIT(16) * world_pick(w, 2);
	if (efr >> 50 & 1)
		t->control |= BIT(45) * world_pick(w, 2);
	if (efr >> 49 & efr >> 52 & 1)
		t->control |= BIT(46) * ONE_OF(w, 0, 1, 3);
	if (w->config.efr2 >> 2 & 1)
		t->control |= BIT(56) * world_pick(w, 2);
	if (w->guests)
		world_guest_control(w);
	if (w->interrupts)
		world_interrupt_control(w);
	if (w->pages) {
		uint64_t control = t->control;

		t->control = 0; /* the logs start with what is written below */
		t->control = world_page_control(w, control);
	}
	world_register(w, 0x0018, t->control);
	t->log_run = (t->control & 5) == 5;
	t->ga_run = (t->control & (BIT(0) | BIT(17) | BIT(28))) == (BIT(0) | BIT(17) | BIT(28));
}

static void make_registers(struct world *w)
{
	struct naive *t = &w->twin;

	t->efr = w->config.efr;
	t->efr2 = w->config.efr2;
	t->misc0 = w->config.misc0;
	t->capability = w->config.capability;
	t->choose = twin_choose;
	t->revision = w->config.revision;
	t->no_host = w->config.no_host;
	t->snp = w->config.snp;
	t->control = 0;
	t->overflow = t->log_int = t->hev = t->heo = false;
	t->hardware_event[0] = t->hardware_event[1] = 0;
	t->nreported = 0;
	memset(t->smi_filter, 0, sizeof t->smi_filter);
	make_device_table(w);
	make_log(w);
	make_exclusion(w);
	t->ga_base = t->ga_tail_address = 0;
	t->ga_head = t->ga_tail = 0;
	t->ga_int = t->ga_overflow = false;
	if (w->interrupts)
		world_interrupt_log(w);
	if (w->pages)
		world_page_logs(w);
	make_control(w);
}

/* ---- Page tables ------------------------------------------------------------------- */

unsigned world_pa_size(const struct world *w)
{
	return w->config.misc0 >> 8 & 0x7f;
}

uint64_t world_new_table(struct world *w)
{
	uint64_t table = w->tables;

	w->tables += 0x1000;
	return table;
}

/* IR, IW, and now and then A, D and bits that mean nothing. */
static uint64_t attributes(struct world *w)
{
	uint64_t value = BIT(61) | BIT(62);

	if (world_chance(w, 6))
		value ^= BIT(61 + world_pick(w, 2));
	if (world_chance(w, 3))
		value |= BIT(5) * world_pick(w, 4);
	if (world_chance(w, 3))
		value |= BIT(1) * world_pick(w, 16) | BIT(63) * world_pick(w, 2);
	return value;
}

/* A leaf of that level; *size becomes its page size. */
static uint64_t make_leaf(struct world *w, unsigned level, uint64_t *size)
{
	unsigned usual = 12 + 9 * (level - 1), log2 = usual;
	uint64_t base = world_draw(w) & (BIT(world_pa_size(w)) - 1), leaf;

	if (level < 6 && world_chance(w, 2))
		log2 = usual + 1 + world_pick(w, 8);
	*size = BIT(log2);
	leaf = base & ~(*size - 1);
	if (log2 > usual) { /* NextLevel 7, and ones below the lowest zero */
		leaf |= BIT(9) * 7 | ((*size / 2 - 1) & ~UINT64_C(0xfff));
	}
	if (log2 == usual && level > 1 && world_chance(w, 8))
		leaf |= base & (*size - 1) & ~UINT64_C(0xfff);
	leaf &= BIT(52) - 1;
	return leaf | attributes(w) | BIT(59) * world_pick(w, 4) | 1;
}

/* Near misses. */
static uint64_t bend(struct world *w, uint64_t entry)
{
	switch (world_pick(w, 12)) {
	case 11:
		return entry ^ BIT(world_pick(w, 64));
	case 10:
		return world_chance(w, 4) ? entry & ~UINT64_C(1) : entry;
	case 9: /* NextLevel */
		return world_chance(w, 4) ? (entry & ~(BIT(9) * 7)) | BIT(9) * world_pick(w, 8)
					  : entry;
	case 8:
		return world_chance(w, 8) ? world_draw(w) | 1 : entry;
	case 7: /* beyond PAsize */
		return world_chance(w, 4) && world_pa_size(w) < 52
			       ? entry | BIT(world_pa_size(w) +
					     world_pick(w, 52 - world_pa_size(w)))
			       : entry;
	default:
		return entry;
	}
}

uint64_t world_slot(uint64_t table, unsigned level, uint64_t iova)
{
	return table + 8 * (iova >> (12 + 9 * (level - 1)) & 0x1ff);
}

/* The copies of a large page that stand first and last in their table. */
static void place_leaf(struct world *w, uint64_t table, unsigned level, struct device *d)
{
	uint64_t leaf = bend(w, make_leaf(w, level, &d->page));
	uint64_t first = d->iova & ~(d->page - 1);

	if (world_chance(w, 2)) {
		world_place(w, world_slot(table, level, first), leaf);
		world_place(w, world_slot(table, level, first + d->page - 1), leaf);
	}
	world_place(w, world_slot(table, level, d->iova), leaf);
}

uint64_t world_iova(struct world *w)
{
	switch (world_pick(w, 8)) {
	case 0:
		return 0x1234567abc;
	case 1:
		return world_pick(w, 4) * UINT64_C(0x1000);
	case 2: /* around the special ranges */
		return ONE_OF(w, 0xfcfffff000, 0xfdf9100000, 0xfdf9200000, 0xfdfb000000,
			      0xfdfc000000, 0xfe20000000, 0xfedff000, 0xfef00000, 0x10000000000);
	case 3:
		return UINT64_MAX << (12 + 9 * world_pick(w, 5)) >> world_pick(w, 33);
	case 4:
		return ~UINT64_C(0) << world_pick(w, 64);
	default:
		return world_draw(w) >> world_pick(w, 64);
	}
}

/* One path from the root down to a leaf, with levels skipped now and then. */
static void make_path(struct world *w, struct device *d, unsigned mode, uint64_t root)
{
	unsigned level = mode, leaf = 1 + world_pick(w, mode < 4 ? mode : 4);
	uint64_t table = root;

	if (world_chance(w, 8))
		leaf = mode;
	d->iova = world_iova(w);
	if (mode < 6 && !world_chance(w, 32))
		d->iova &= BIT(12 + 9 * mode) - 1;
	while (level > leaf) {
		unsigned next = level - 1;
		uint64_t at = world_slot(table, level, d->iova);

		if (next > leaf && world_chance(w, 4)) {
			next = leaf + world_pick(w, next - leaf);
			if (!world_chance(w, 8)) /* the skipped levels' bits */
				d->iova &= ~((BIT(12 + 9 * (level - 1)) - 1) &
					     ~(BIT(12 + 9 * next) - 1));
		}
		table = world_new_table(w);
		world_place(w, at, bend(w, table | BIT(9) * next | attributes(w) | 1));
		level = next;
	}
	place_leaf(w, table, level, d);
}

/* ---- Devices ------------------------------------------------------------------------- */

/* A DeviceID, best one whose entry lies at the edge of the table. */
static uint16_t device_id(struct world *w)
{
	const struct naive *t = &w->twin;
	unsigned enable = t->control >> 34 & 3, segment = world_pick(w, 1u << enable);
	unsigned entries = (unsigned)((t->device_table[segment] & 0x1ff) + 1) * 128;
	unsigned low;

	if (w->config.snp)
		return (uint16_t)world_pick(w, 64);
	switch (world_pick(w, 8)) {
	case 0:
	case 1:
		low = 0x20;
		break;
	case 2:
		low = entries - 1;
		break;
	case 3:
		low = world_chance(w, 4) ? entries : 0;
		break;
	default:
		low = (world_pick(w, 256) << 8 | world_pick(w, 256)) % entries;
	}
	return (uint16_t)(segment << (16 - enable) | (low & (0xffffu >> enable)));
}

static uint64_t entry_address(const struct world *w, uint16_t id)
{
	const struct naive *t = &w->twin;
	unsigned enable = t->control >> 34 & 3;
	unsigned segment = (unsigned)id >> (16 - enable);

	return (t->device_table[segment] & (BIT(52) - BIT(12))) + 32u * (id & (0xffffu >> enable));
}

static void make_valid_entry(struct world *w, struct device *d, unsigned mode, uint64_t root)
{
	const struct naive *t = &w->twin;
	uint64_t *e = d->dte;

	e[0] = 3 | BIT(9) * mode | root | BIT(61) | BIT(62);
	if (t->efr >> 49 & 1 && world_chance(w, 2))
		e[0] |= t->efr >> 52 & 1 ? BIT(7) * 3 : BIT(7);
	if (t->efr >> 50 & t->control >> 45 & 1)
		e[0] |= BIT(52) * world_pick(w, 4);
	if (world_chance(w, 8))
		e[0] ^= BIT(61 + world_pick(w, 2));
	e[1] = 1 + world_pick(w, 255); /* DomainID */
	e[1] |= BIT(35) * world_pick(w, 4) | BIT(40) * world_pick(w, 4) |
		BIT(37) * world_pick(w, 8);
	if (world_chance(w, 4))
		e[1] |= BIT(33) * world_pick(w, 4);
	e[2] = world_chance(w, 2) ? 0 : world_draw(w) & ~(BIT(52) * 15) & ~BIT(59);
	e[3] = 0;
	if ((t->efr >> 51 | t->efr >> 47) & 1)
		e[3] |= BIT(54) * world_pick(w, 4) | BIT(56) * world_pick(w, 256);
	if (t->efr >> 4 & t->control >> 16 & 1 && world_chance(w, 8)) {
		e[0] |= BIT(55) | BIT(56) * world_pick(w, 4);
		if (t->efr >> 48 & 1)
			e[0] |= BIT(54) * world_pick(w, 2);
	}
}

static void bend_entry(struct world *w, struct device *d)
{
	switch (world_pick(w, 20)) {
	case 19:
		d->dte[world_pick(w, 2)] ^= BIT(world_pick(w, 64));
		break;
	case 18:
		d->dte[2 + world_pick(w, 2)] ^= BIT(world_pick(w, 64));
		break;
	case 17:
		d->dte[0] &= ~BIT(1);
		break;
	case 16:
		d->dte[0] &= ~BIT(0);
		break;
	case 15:
		d->dte[0] = (d->dte[0] & ~(BIT(9) * 7)) | BIT(9) * world_pick(w, 8);
		break;
	case 14:
		if (world_chance(w, 4))
			d->dte[world_pick(w, 4)] = world_draw(w);
		break;
	case 13:
		if (world_chance(w, 4) && world_pa_size(w) < 52)
			d->dte[0] |= BIT(world_pa_size(w) + world_pick(w, 52 - world_pa_size(w)));
		break;
	case 12:
		d->dte[0] ^= BIT(7) << world_pick(w, 2);
		break;
	default:
		break;
	}
}

static void make_device(struct world *w, struct device *d)
{
	unsigned most = w->config.no_host ? 0 : 4 + (unsigned)(w->config.efr >> 10 & 3);
	unsigned mode = world_chance(w, 12) ? 0 : most - (most ? world_pick(w, most) : 0);
	uint64_t root = mode ? world_new_table(w) : 0;

	d->id = device_id(w);
	if (w->guests && d != w->device && d->id == w->device[0].id)
		d->id ^= 1; /* two devices, or the first one's tables are for nothing */
	d->spa = entry_address(w, d->id);
	d->iova = d->page = 0;
	make_valid_entry(w, d, mode, root);
	d->guest = w->guests && !world_chance(w, 8);
	if (d->guest)
		world_guest_entry(w, d);
	if (w->interrupts)
		world_interrupt_entry(w, d);
	if (w->ats)
		world_ats_entry(w, d);
	if (w->pages)
		world_page_entry(w, d);
	for (unsigned n = world_chance(w, 4) ? 2 : 1; n && !(d->guest && world_chance(w, 2)); n--)
		bend_entry(w, d);
	for (unsigned i = 0; i < 4; i++)
		world_place(w, d->spa + 8 * i, d->dte[i]);
	if (!mode)
		d->iova = world_iova(w);
	if (w->interrupts)
		world_interrupt_table(w, d);
	for (unsigned n = mode ? 1 + world_pick(w, 2) : 0; n && !d->guest && !w->interrupts; n--)
		make_path(w, d, mode, root);
	if (d->guest)
		world_guest_tables(w, d);
}

static void make_window(struct world *w, struct gvi_host *host);
static bool is_asked(const struct world *w);

static void make(struct world *w)
{
	struct gvi_host host = {.user = &w->side[0],
				.read = on_read,
				.write = on_write,
				.exchange = on_exchange,
				.send = on_send,
				.choose = on_choose};

	for (unsigned i = 0; i < 2; i++) {
		memory_clear(w->side[i].memory);
		w->side[i].raced = false;
	}
	w->twin.memory.user = &w->side[1];
	w->twin.memory.read = on_read;
	w->twin.memory.write = on_write;
	w->twin.memory.exchange = on_exchange;
	show_nothing(w);
	if (w->ats || w->pages)
		w->guests = world_chance(w, 2);
	w->has_error = w->has_race = w->made = false;
	w->nwords = w->nwrites = w->ntouched = w->nset = 0;
	make_config(w);
	make_habits(w);
	make_registers(w);
	make_model(w, &host);
	if (w->reported)
		return;
	w->tables = world_chance(w, 8) ? BIT(world_pa_size(w)) - 0x40000 : TABLES;
	for (unsigned i = 0; i < MAX_DEVICES; i++)
		make_device(w, &w->device[i]);
	if (w->interrupts)
		world_interrupt_filters(w);
	w->has_error = world_chance(w, 8);
	w->error.at = world_chance(w, 4) ? (w->twin.log_base & (BIT(52) - 1)) + w->twin.log_tail
					 : w->word[world_pick(w, w->nwords)];
	if (w->pages && world_chance(w, 3))
		w->error.at = PAGES + w->twin.ppr_tail[0];
	w->error.bus = (enum gvi_bus)(1 + world_pick(w, 3));
	w->error.on_read = !world_chance(w, 2);
	w->error.on_write = !w->error.on_read || world_chance(w, 2);
	if (w->ats && w->twin.habit[GVI_CHOICE_AD_WRITE_FAILS] == 1) {
		w->has_error = w->error.on_write = true; /* or it is hardly ever met */
		w->error.on_read = false;
	}
	w->has_race = world_chance(w, 8);
	w->race_at = w->word[world_pick(w, w->nwords)];
	w->race_flip = ONE_OF(w, BIT(1), BIT(5), BIT(63), BIT(60));
	if (w->interrupts)
		w->race_flip = BIT(world_pick(w, 64));
	if (w->guests && world_chance(w, 2)) /* P, U/S */
		w->race_flip = BIT(2 * world_pick(w, 2));
	if (w->race_at < TABLES && w->race_at >= TABLE)
		w->has_race = false; /* entries of devices are not exchanged */
	if (world_chance(w, 2))
		make_window(w, &host);
	if (world_chance(w, 2) && !is_asked(w))
		host.choose = NULL;
	if (gvi_set_host(w->model, &host) != GVI_OK)
		abort();
}

/* All that can be shown, or a part; entries of devices lie in it or not. */
static void make_window(struct world *w, struct gvi_host *host)
{
	uint64_t first = SHOWN_FROM, end = SHOWN_TO;

	if (world_chance(w, 4))
		end = TABLES + 0x1000 * world_pick(w, 8) + 32 * world_pick(w, 128);
	if (world_chance(w, 8) && w->device[0].spa > first && w->device[0].spa < TABLES)
		first = w->device[0].spa + 32 * world_pick(w, 2);
	w->window.spa = first;
	w->window.length = end - first;
	w->window.bytes = w->shown + (first - SHOWN_FROM);
	host->windows = &w->window;
	host->nwindows = 1;
}

/* Whether there are choices that only the callback can make as they are. */
static bool is_asked(const struct world *w)
{
	if (w->free)
		return true;
	for (unsigned i = 0; i < choices_met(w); i++)
		if (w->twin.habit[meet(w, i)] && w->config.habit[meet(w, i)] == GVI_UNSETTLED)
			return true;
	return false;
}

/* ---- Requests -------------------------------------------------------------------------- */

/* In or beside the page that lies at an address, or something else altogether. */
static uint64_t request_address(struct world *w, const struct device *d)
{
	uint64_t first = d->page ? d->iova & ~(d->page - 1) : d->iova;
	uint64_t exclusion = w->twin.exclusion_base & ~UINT64_C(0xfff);

	switch (world_pick(w, 16)) {
	case 15:
		return first + d->page - 1;
	case 14:
		return first - world_chance(w, 2);
	case 13:
		return first + d->page;
	case 12:
		return d->iova ^ BIT(world_pick(w, 64));
	case 11:
		return world_iova(w);
	case 10: /* the edges of the special ranges */
		return ONE_OF(w, 0xfd00000000, 0xfdf7ffffff, 0xfdf8000000, 0xfdf8ffffff,
			      0xfdf9000000, 0xfdf90fffff, 0xfdf9100000, 0xfdf91fffff, 0xfdf9200000,
			      0xfdfaffffff, 0xfdfb000000, 0xfdfbffffff, 0xfdfc000000, 0xfdfdffffff,
			      0xfdfe000000, 0xfdffffffff, 0xfe00000000, 0xfe1fffffff, 0xfe20000000,
			      0xffffffffff, 0xfcffffffff, 0xfee00000, 0xfeefffff, 0xfef00000,
			      0xfedfffff) |
		       ONE_OF(w, 0, 0, 0xffffff0000000000, 0x8000010000000000);
	case 9:
		return exclusion + ONE_OF(w, 0, 0xfff, 0x1000, 0x3fff, UINT64_MAX);
	default:
		if (d->guest && !world_chance(w, 4)) /* as much as host tables are sure to have */
			return d->iova ^ (world_draw(w) & 0xfff);
		return first + (world_draw(w) & (d->page - 1) & 0xffffff);
	}
}

static void make_request(struct world *w)
{
	struct gvi_request *r = &w->request;
	const struct device *d = &w->device[world_pick(w, MAX_DEVICES)];
	uint64_t room;

	memset(r, 0, sizeof *r);
	r->device = world_chance(w, 32) ? device_id(w) : d->id;
	w->is_message = w->interrupts && !world_chance(w, 8);
	if (w->is_message) {
		world_interrupt_message(w, d);
		return;
	}
	r->access = (uint8_t)world_pick(w, 4);
	r->address = request_address(w, d);
	room = 4096 - (r->address & 0xfff);
	r->length = (uint32_t)ONE_OF(w, 4, 1, 64, 4096, 8);
	if (r->access == GVI_READ && world_chance(w, 6))
		r->length = 0;
	if (r->length > room)
		r->length = (uint32_t)room;
	if (world_chance(w, 10)) {
		r->has_pasid = true;
		r->pasid = (uint32_t)world_draw(w) & 0xfffff;
		r->execute = world_chance(w, 2);
		r->privileged = world_chance(w, 2);
	}
	if (d->guest)
		world_guest_request(w, d, r);
	r->intx = r->access == GVI_WRITE && world_chance(w, 4);
	w->is_ats = false;
	if (w->ats)
		world_ats_request(w);
}

/* ---- Comparison ----------------------------------------------------------------------- */

static void describe_message(struct world *w)
{
	const struct gvi_interrupt *m = &w->message;

	world_say(w,
		  "guests' log %" PRIx64 " head %" PRIx32 " tail %" PRIx32 " copied to %" PRIx64
		  "\n",
		  w->twin.ga_base, w->twin.ga_head, w->twin.ga_tail, w->twin.ga_tail_address);
	for (unsigned i = 0; i < NAIVE_FILTERS; i++)
		if (w->twin.smi_filter[i])
			world_say(w, "SMI filter %u %05" PRIx64 "\n", i, w->twin.smi_filter[i]);
	world_say(w, "interrupt: device %04x address %" PRIx64 " data %08" PRIx32, m->device,
		  m->address, m->data);
	if (m->has_pasid)
		world_say(w, " pasid %05" PRIx32, m->pasid);
	world_say(w, "\n");
}

static void describe(struct world *w)
{
	const struct gvi_request *r = &w->request;

	if (w->seeded)
		world_say(w, "seed 0x%016" PRIx64 "\n", w->seed);
	world_say(w,
		  "revision %x efr %016" PRIx64 " efr2 %" PRIx64 " misc0 %08" PRIx32
		  " snp %d no_host %d\n",
		  w->config.revision, w->config.efr, w->config.efr2, w->config.misc0, w->config.snp,
		  w->config.no_host);
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (w->twin.habit[i])
			world_say(w, "choice %s = %s\n", gvi_choices[i].id,
				  gvi_choices[i].alternative[w->twin.habit[i]].name);
	world_say(w, "control %016" PRIx64 " exclusion %" PRIx64 " to %" PRIx64 "\n",
		  w->twin.control, w->twin.exclusion_base, w->twin.exclusion_limit);
	for (unsigned i = 0; i < w->nwords; i++)
		world_say(w, "[%" PRIx64 "] = %016" PRIx64 "\n", w->word[i],
			  memory_load(w->side[0].memory, w->word[i]));
	if (w->window.length)
		world_say(w, "window %" PRIx64 " of %" PRIx64 " bytes\n", w->window.spa,
			  w->window.length);
	if (w->has_race)
		world_say(w, "race at %" PRIx64 " flips %" PRIx64 "\n", w->race_at, w->race_flip);
	if (w->has_error)
		world_say(w, "error %d at %" PRIx64 " read %d write %d\n", w->error.bus,
			  w->error.at, w->error.on_read, w->error.on_write);
	if (w->is_message) {
		describe_message(w);
		return;
	}
	if (w->is_ats) {
		world_ats_describe(w);
		return;
	}
	if (w->pages) {
		world_page_describe(w);
		return;
	}
	world_say(w, "device %04x access %u address %016" PRIx64 " length %" PRIu32, r->device,
		  r->access, r->address, r->length);
	if (r->has_pasid)
		world_say(w, " pasid %05" PRIx32 " execute %d privileged %d", r->pasid, r->execute,
			  r->privileged);
	world_say(w, "%s%s\n", r->intx ? " intx" : "", r->translated ? " translated" : "");
}

static void describe_sent(struct world *w, const char *who, const struct gvi_message *m)
{
	world_say(w,
		  "%s: message %" PRIx64 " %08" PRIx32 " kind %u source %u rq_eoi %d"
		  " destination %" PRIx32 "\n",
		  who, m->address, m->data, m->kind, m->source, m->rq_eoi, m->destination);
}

static void describe_answers(struct world *w)
{
	const struct gvi_answer *m = &w->said;
	const struct naive_answer *t = &w->expected;

	if (w->is_ats) {
		world_ats_describe_answers(w);
		return;
	}
	if (w->pages) {
		world_page_describe_answers(w);
		return;
	}
	if (w->is_message) {
		describe_sent(w, "model", &m->message);
		describe_sent(w, "twin", &t->message);
	}

	world_say(w,
		  "model: status %d result %u address %" PRIx64 " size %" PRIx64
		  " completion %u logging %u translated %d rights %d%d fc %d u %d event %016" PRIx64
		  " %016" PRIx64 "\n",
		  w->status, m->result, m->address, m->size, m->completion, m->logging,
		  m->translated, m->read, m->write, m->coherent, m->untranslated_only, m->event[0],
		  m->event[1]);
	for (unsigned i = 0; i < m->nclauses && i < GVI_MAX_CLAUSES; i++)
		world_say(w, "%s %s", i ? "" : "model's rules:", gvi_clauses[m->clause[i]].slug);
	world_say(w,
		  "\nmodel: status %04" PRIx64 " hardware event status %" PRIx64
		  "; twin: overflow %d "
		  "log_int %d log_run %d hev %d heo %d",
		  read_register(w, 0x2020), read_register(w, 0x50), w->twin.overflow,
		  w->twin.log_int, w->twin.log_run, w->twin.hev, w->twin.heo);
	world_say(w,
		  "\ntwin: guest %d result %u address %" PRIx64 " size %" PRIx64
		  " completion %u logging %u translated %d rights %d%d fc %d u %d event %016" PRIx64
		  " %016" PRIx64 " mask %016" PRIx64 " %016" PRIx64 "\n",
		  t->guest, t->result, t->address, t->size, t->completion, t->logging,
		  t->translated, t->read, t->write, t->coherent, t->untranslated_only, t->event[0],
		  t->event[1], t->mask[0], t->mask[1]);
}

static bool differ(struct world *w, const char *what)
{
	world_say(w, "difference: %s\n", what);
	describe(w);
	describe_answers(w);
	return false;
}

static const char *compare_answers(const struct gvi_answer *m, const struct naive_answer *t)
{
	if (m->result != t->result)
		return "result";
	if (m->completion != t->completion)
		return "completion";
	if (m->logging != t->logging)
		return "logging";
	for (unsigned i = 0; i < 2; i++)
		if ((m->event[i] ^ t->event[i]) & t->mask[i])
			return "event";
	if (!world_same_message(&m->message, &t->message))
		return "message";
	if (m->result != GVI_GRANT)
		return NULL;
	if (m->address != t->address)
		return "address";
	if (m->translated != t->translated)
		return "translated";
	if (m->size != t->size)
		return "size";
	if (m->read != t->read || m->write != t->write)
		return "rights";
	if (m->coherent != t->coherent || m->untranslated_only != t->untranslated_only)
		return "attributes";
	return NULL;
}

/* Entries of the guests' log, and copies of its tail. */
static const char *compare_stores(struct world *w)
{
	for (unsigned i = 0; i < w->nstored && i < MAX_STORES; i++)
		if (memory_load(w->side[0].memory, w->stored[i]) !=
		    memory_load(w->side[1].memory, w->stored[i]))
			return "guests' log";
	w->totals.stores += w->nstored;
	return NULL;
}

/* The log's memory: the model writes one entry, or nothing. */
static const char *compare_log(struct world *w, uint32_t tail)
{
	uint64_t at = (w->twin.log_base & (BIT(52) - 1)) + tail;
	bool logged = w->expected.logging == GVI_LOGGED;

	if (w->is_ats)
		return NULL;
	if (w->nwrites != w->nstored || (logged && w->nwrites != 1))
		return "number of writes";
	if (!logged)
		return compare_stores(w);
	if (w->written_at != at || w->written != 16)
		return "place of the log entry";
	for (unsigned i = 0; i < 2; i++)
		if (memory_load(w->side[0].memory, at + 8 * i) != w->said.event[i])
			return "log entry";
	return NULL;
}

/* Words that either side updated.  Both then go on from what the model has. */
static const char *compare_tables(struct world *w)
{
	uint64_t open = BIT(5) * w->expected.free_a | BIT(6) * w->expected.free_d;
	const char *what = NULL;

	for (unsigned i = 0; i < w->ntouched; i++) {
		uint64_t m = memory_load(w->side[0].memory, w->touched[i]);
		uint64_t t = memory_load(w->side[1].memory, w->touched[i]);

		if ((m ^ t) & ~open) {
			what = "table entry";
			world_say(w, "[%" PRIx64 "] model %016" PRIx64 " twin %016" PRIx64 "\n",
				  w->touched[i], m, t);
		}
		memory_store(w->side[1].memory, w->touched[i], m);
	}
	w->totals.updates += w->ntouched / 2;
	return what;
}

/* Registers that a request can change. */
static const char *compare_registers(struct world *w)
{
	const struct naive *t = &w->twin;
	uint64_t status =
		(uint64_t)t->overflow | (uint64_t)t->log_int << 1 | (uint64_t)t->log_run << 3;
	uint64_t guests = (uint64_t)t->ga_run << 8 | (uint64_t)t->ga_overflow << 9 |
			  (uint64_t)t->ga_int << 10;

	if (read_register(w, 0x2018) != t->log_tail)
		return "EventTailPtr";
	if ((read_register(w, 0x2020) & 0x70b) != (status | guests))
		return "Status";
	if (read_register(w, 0x2048) != t->ga_tail)
		return "GaTailPtr";
	if (!(t->efr >> 8 & 1))
		return NULL;
	if (w->expected.captured)
		memcpy(w->hardware_event, w->said.event, sizeof w->hardware_event);
	if (read_register(w, 0x50) != ((uint64_t)t->hev | (uint64_t)t->heo << 1))
		return "hardware event status";
	for (unsigned i = 0; i < 2; i++)
		if (t->hev && read_register(w, 0x40 + 8 * i) != w->hardware_event[i])
			return "hardware event";
	return NULL;
}

static void count(struct world *w)
{
	w->totals.requests++;
	if (w->is_message && w->said.result == GVI_GRANT)
		w->totals.messages++;
	if (w->is_message && w->said.message.kind == GVI_MESSAGE_REMAPPED)
		w->totals.remapped++;
	else if (w->is_message && w->said.translated)
		w->totals.posted++;
	if (w->expected.guest && w->said.result == GVI_GRANT)
		w->totals.guests++;
	if (w->said.result == GVI_GRANT)
		w->totals.grants++;
	else if (w->said.result == GVI_ABORT)
		w->totals.aborts++;
	else
		w->totals.interrupts++;
	if (w->said.result == GVI_GRANT && w->said.size)
		w->totals.walks++;
	w->totals.events[w->said.event[0] >> 60]++;
}

static bool play(struct world *w)
{
	uint32_t tail = w->twin.log_tail;
	const char *what;

	w->nwrites = w->ntouched = w->nsent = w->nstored = 0;
	w->ga_int = w->twin.ga_int;
	w->ga_overflow = w->twin.ga_overflow;
	memset(&w->said, 0, sizeof w->said);
	memset(w->asked, 0, sizeof w->asked);
	if (w->pages) {
		what = world_page_step(w);
		if (!what)
			what = compare_registers(w);
		return !what || differ(w, what);
	}
	if (w->is_ats) {
		world_ats_play(w);
	} else if (w->is_message) {
		w->status = gvi_interrupt(w->model, &w->message, &w->said);
		naive_interrupt(&w->twin, &w->message, &w->expected);
	} else {
		w->status = gvi_translate(w->model, &w->request, &w->said);
		naive_translate(&w->twin, &w->request, &w->expected);
	}
	count(w);
	if ((w->guests || w->ats) && w->side[0].raced != w->side[1].raced) {
		w->over = true; /* one side came to the word that races, the other did not */
		return true;
	}
	if (w->status != GVI_OK)
		return differ(w, gvi_status_text(w->status));
	what = w->is_ats ? world_ats_compare(w) : compare_answers(&w->said, &w->expected);
	if (!what && w->interrupts) /* before any other call on the model */
		what = world_interrupt_effects(w);
	if (!what)
		what = compare_log(w, tail);
	if (!what)
		what = compare_tables(w);
	if (!what)
		what = compare_registers(w);
	return !what || differ(w, what);
}
