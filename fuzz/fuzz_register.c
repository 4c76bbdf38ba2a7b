/* Registers, configuration space, commands and accesses in any order, over a
 * memory that answers what it likes: nothing crashes, and what must hold of
 * registers and answers holds after every step. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "goldvi/goldvi.h"

enum { MEMORY = 1 << 14, MAX_STEPS = 128, MAX_COMMANDS = 16, FULL_CHECK = 16, MAX_RESTORED = 2 };

/* Memory is small and repeats; now and then it refuses, or changes by itself. */
struct bench {
	struct gvi *m, *copy;
	struct gvi_host host;
	struct input in;
	uint8_t memory[MEMORY];
	uint32_t calls;
	uint8_t refuse, race; /* every n-th access; 0 never */
	uint8_t restored;
	bool depends; /* choices come from the calls made so far */
	struct gvi_config config;
	uint64_t features, reserved[GVI_NREGISTERS]; /* bits of registers under these features */
	bool masks;
};

/* ---- The surroundings -------------------------------------------------------- */

static enum gvi_bus refusal(struct bench *b)
{
	b->calls++;
	if (!b->refuse || b->calls % b->refuse)
		return GVI_BUS_OK;
	return (enum gvi_bus)(1 + b->calls / b->refuse % 3);
}

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	struct bench *b = user;
	uint8_t *bytes = to;

	for (size_t i = 0; i < len; i++)
		bytes[i] = b->memory[(spa + i) % MEMORY];
	return refusal(b);
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	struct bench *b = user;
	const uint8_t *bytes = from;

	for (size_t i = 0; i < len; i++)
		b->memory[(spa + i) % MEMORY] = bytes[i];
	return refusal(b);
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct bench *b = user;
	uint64_t now = 0;

	for (unsigned i = 0; i < 8; i++)
		now |= (uint64_t)b->memory[(spa + i) % MEMORY] << 8 * i;
	if (b->race && b->calls % b->race == 0)
		now ^= 2;
	if (now == *seen)
		now = next;
	else
		*seen = now;
	for (unsigned i = 0; i < 8; i++)
		b->memory[(spa + i) % MEMORY] = (uint8_t)(now >> 8 * i);
	return refusal(b);
}

static void on_send(void *user, const struct gvi_message *message)
{
	bool to_device =
		message->kind == GVI_MESSAGE_INVALIDATE || message->kind == GVI_MESSAGE_RESPONSE;

	(void)user;
	MUST(message->kind > GVI_MESSAGE_NONE && message->kind <= GVI_MESSAGE_RESPONSE);
	MUST(message->source < GVI_NSOURCES && message->tag < 32 && message->pasid < 1u << 20);
	MUST(to_device || (!message->device && !message->has_pasid));
	if (message->kind == GVI_MESSAGE_INTERRUPT)
		MUST(message->address % 4 == 0);
}

static unsigned on_choose(void *user, enum gvi_choice choice, unsigned options)
{
	const struct bench *b = user;

	MUST(choice < GVI_NCHOICES && options == gvi_choices[choice].count);
	return b->depends ? b->calls % (options + 1) : 0;
}

static void on_note(void *user, const struct gvi_note *note)
{
	(void)user;
	if (note->kind == GVI_NOTE_CLAUSE)
		MUST(note->id > GVI_CLAUSE_NONE && note->id < GVI_NCLAUSES);
	if (note->kind == GVI_NOTE_CHOICE)
		MUST(note->id < GVI_NCHOICES && note->value < gvi_choices[note->id].count);
	if (note->kind == GVI_NOTE_FETCH)
		MUST(note->id < GVI_NFORMATS && note->words <= GVI_MAX_WORDS);
	MUST((note->kind == GVI_NOTE_EFFECT) == (note->effect != NULL));
}

/* ---- What must hold ------------------------------------------------------------ */

static void make_masks(struct bench *b, uint64_t features)
{
	if (b->masks && b->features == features)
		return;
	for (unsigned i = 0; i < GVI_NREGISTERS; i++)
		b->reserved[i] =
			gvi_reserved_mask((enum gvi_format_id)gvi_registers[i].format, 0, features);
	/* GA_LOG_POINTER: bits 18:16 may be there. */
	b->reserved[GVI_REGISTER_GA_LOG_HEAD] &= ~(UINT64_C(7) << 16);
	b->reserved[GVI_REGISTER_GA_LOG_TAIL] &= ~(UINT64_C(7) << 16);
	b->features = features;
	b->masks = true;
}

/* Reserved bits of registers that are there read 0. */
static void check_registers(struct bench *b)
{
	uint64_t features = gvi_features_now(b->m);

	make_masks(b, features);
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];
		unsigned len = gvi_formats[r->format].bits / 8;

		for (unsigned n = 0; n < r->count; n++) {
			uint64_t value = 1;

			if (gvi_mmio_read(b->m, r->offset + n * r->stride, len, &value) != GVI_OK)
				return; /* no window: then none of them */
			MUST((value & b->reserved[i]) == 0);
			if (!(features >> r->needs & 1))
				MUST(value == 0);
		}
	}
}

static uint64_t read_register(struct bench *b, uint32_t offset)
{
	uint64_t value = 0;

	(void)gvi_mmio_read(b->m, offset, 8, &value);
	return value;
}

/* Pointers lie in their rings, unless the length is a reserved one or they stay
 * where software puts them. */
static void check_ring(struct bench *b, uint32_t base, uint32_t pointers)
{
	unsigned length = read_register(b, base) >> 56 & 15;

	if (length < 8 || b->config.habit[GVI_CHOICE_POINTER_BEYOND_RING] == 2)
		return;
	for (unsigned i = 0; i < 2; i++)
		MUST(read_register(b, pointers + 8 * i) < UINT64_C(16) << length);
}

static void check_effects(struct bench *b)
{
	size_t count, lost;
	const struct gvi_effect *e = gvi_effects(b->m, &count);

	MUST(count <= GVI_MAX_EFFECTS);
	for (size_t i = 0; i < count; i++) {
		MUST(e[i].kind <= GVI_EFFECT_RAISE && e[i].bus <= GVI_BUS_POISON);
		if (e[i].kind == GVI_EFFECT_WRITE)
			MUST(e[i].length == 8 || e[i].length == 16);
	}
	(void)gvi_pending(b->m, &count, &lost);
	MUST(count <= GVI_MAX_PENDING);
}

static void check(struct bench *b)
{
	check_effects(b);
	check_ring(b, 0x0008, 0x2000);
	check_ring(b, 0x0010, 0x2010);
}

/* ---- Steps ---------------------------------------------------------------------- */

/* A register, or now and then any offset. */
static uint32_t take_offset(struct input *in)
{
	unsigned byte = take_byte(in);

	if (byte >= 250)
		return (uint32_t)take(in, 3);
	return gvi_registers[byte % GVI_NREGISTERS].offset + 4 * (byte / GVI_NREGISTERS % 2);
}

static void do_mmio(struct bench *b, bool write)
{
	uint32_t offset = take_offset(&b->in);
	unsigned how = take_byte(&b->in), len = how < 200 ? 8 : how % 17;
	uint64_t value = 0;
	enum gvi_status status;

	if (how < 200 && offset % 8)
		len = 4;
	if (write)
		status = gvi_mmio_write(b->m, offset, len, take(&b->in, 8));
	else
		status = gvi_mmio_read(b->m, offset, len, &value);
	MUST(gvi_status_text(status)[0]);
	if (status == GVI_OK)
		MUST(len == 8 || value >> 8 * len == 0);
}

static void do_config(struct bench *b, bool write)
{
	uint32_t offset = (uint32_t)take(&b->in, 2), value = 0;
	unsigned len = 1u << take_byte(&b->in) % 4;

	if (offset & 0x8000)
		offset = offset >> 4 & 0xfc; /* where the capabilities are */
	if (write)
		(void)gvi_config_write(b->m, offset, len, (uint32_t)take(&b->in, 4));
	else if (gvi_config_read(b->m, offset, len, &value) == GVI_OK)
		MUST(len == 4 || value >> 8 * len == 0);
}

static void check_answer(const struct gvi_answer *a)
{
	MUST(a->result <= GVI_INTERRUPT && a->completion <= GVI_DROPPED && a->logging <= GVI_LOST);
	MUST(a->nclauses <= GVI_MAX_CLAUSES);
	for (unsigned i = 0; i < GVI_MAX_CLAUSES; i++)
		MUST(i < a->nclauses ? a->clause[i] < GVI_NCLAUSES : a->clause[i] == 0);
	MUST((a->logging == GVI_NO_EVENT) == (a->event[0] >> 60 == 0));
	if (a->result != GVI_ABORT)
		MUST(a->completion == GVI_SUCCESS && a->logging == GVI_NO_EVENT);
	if (a->result == GVI_ABORT)
		MUST(a->completion != GVI_SUCCESS && !a->address && !a->read && !a->write);
	MUST((a->size & (a->size - 1)) == 0);
}

static void do_ats(struct bench *b, unsigned flags)
{
	struct gvi_ats_request r = {0};
	struct gvi_ats_answer a, was;
	enum gvi_status status;

	r.has_pasid = flags >> 3 & 1;
	r.execute = flags >> 4 & 1;
	r.privileged = flags >> 5 & 1;
	r.no_write = flags >> 6 & 1;
	r.count = flags >> 7 ? (uint8_t)take_byte(&b->in) : 1;
	r.unit_log2 = flags >> 7 ? (uint8_t)take_byte(&b->in) : 12;
	r.device = (uint16_t)take(&b->in, 2);
	r.address = take(&b->in, 8) & ~UINT64_C(0xff8);
	r.pasid = r.has_pasid ? (uint32_t)take(&b->in, 3) : 0;
	memset(&a, 0xff, sizeof a);
	was = a;
	status = gvi_ats_translate(b->m, &r, &a);
	if (status != GVI_OK) {
		MUST(memcmp(&a, &was, sizeof a) == 0);
		return;
	}
	MUST(a.count <= r.count && (a.result == GVI_GRANT) == (a.count > 0));
	MUST((a.result == GVI_GRANT) == (a.completion == GVI_SUCCESS));
	for (unsigned i = 0; i < GVI_MAX_TRANSLATIONS; i++)
		MUST(i < a.count ? !a.translation[i] || a.translation[i] & 3 : !a.translation[i]);
	check_effects(b);
}

static void do_access(struct bench *b)
{
	struct gvi_request r = {0};
	struct gvi_answer answer;
	unsigned flags = take_byte(&b->in);
	enum gvi_status status;

	if ((flags & 7) == 7) {
		do_ats(b, flags);
		return;
	}
	r.translated = (flags & 7) == 6;
	r.access = r.translated ? flags >> 6 & 1 : flags & 7;
	r.has_pasid = flags >> 3 & 1;
	r.execute = flags >> 4 & 1;
	r.privileged = flags >> 5 & 1;
	r.intx = flags >> 6 & 1;
	r.device = (uint16_t)take(&b->in, 2);
	r.address = take(&b->in, 8);
	r.length = (uint32_t)take(&b->in, flags >> 7 ? 4 : 1);
	r.pasid = r.has_pasid ? (uint32_t)take(&b->in, 3) : 0;
	memset(&answer, 0xff, sizeof answer);
	status = gvi_translate(b->m, &r, &answer);
	if (status == GVI_OK)
		check_answer(&answer);
	else
		MUST(gvi_status_text(status)[0]);
}

static void do_commands(struct bench *b)
{
	bool done = true;

	for (unsigned n = 0; done && n < MAX_COMMANDS; n++) {
		uint64_t head = read_register(b, 0x2000);

		MUST(gvi_step(b->m, &done) == GVI_OK);
		check_effects(b);
		if (!done)
			MUST(read_register(b, 0x2000) == head);
	}
}

static void restore(struct bench *b, struct gvi *to);

/* A copy of the bytes is the same IOMMU, and so is what is saved and restored; the latter is
 * slow, and done a few times. */
static void do_snapshot(struct bench *b)
{
	struct gvi *other = b->copy;
	uint64_t before = read_register(b, 0x0018);
	unsigned how = take_byte(&b->in);

	if (how & 2 && b->restored++ < MAX_RESTORED)
		restore(b, other);
	else
		memcpy(other, b->m, gvi_size());
	if (how & 1)
		gvi_reset(b->m);
	b->copy = b->m;
	b->m = other;
	MUST(read_register(b, 0x0018) == before);
}

static void restore(struct bench *b, struct gvi *to)
{
	size_t size = gvi_save_size(b->m);
	uint8_t *bytes = malloc(2 * size);

	MUST(bytes && gvi_save(b->m, bytes, size) == GVI_OK);
	MUST(gvi_restore(to, &b->host, NULL, bytes, size) == GVI_OK);
	MUST(gvi_save_size(to) == size && gvi_save(to, bytes + size, size) == GVI_OK);
	MUST(!memcmp(bytes, bytes + size, size));
	free(bytes);
}

static void do_store(struct bench *b)
{
	size_t at = (size_t)take(&b->in, 2) * 8;
	uint64_t value = take(&b->in, 8);

	for (unsigned i = 0; i < 8; i++)
		b->memory[(at + i) % MEMORY] = (uint8_t)(value >> 8 * i);
}

static void step(struct bench *b)
{
	unsigned what = take_byte(&b->in);

	switch (what % 10) {
	case 0:
	case 1:
		do_mmio(b, true);
		break;
	case 2:
		do_mmio(b, false);
		break;
	case 3:
		do_config(b, what & 16);
		break;
	case 4:
		do_commands(b);
		break;
	case 5:
		do_snapshot(b);
		break;
	case 6:
	case 7:
		do_access(b);
		break;
	default:
		do_store(b);
	}
}

/* ---- Start ------------------------------------------------------------------------ */

static bool open_bench(struct bench *b)
{
	unsigned flags = take_byte(&b->in);

	b->host = (struct gvi_host){.user = b,
				    .read = on_read,
				    .write = on_write,
				    .exchange = on_exchange,
				    .send = on_send,
				    .choose = on_choose};
	MUST(gvi_preset((enum gvi_preset)(take_byte(&b->in) % GVI_NPRESETS), &b->config) == GVI_OK);
	b->config.enabled = !(flags & 1);
	b->depends = flags & 2;
	b->race = flags & 4 ? 3 : 0;
	b->refuse = (uint8_t)take_byte(&b->in);
	if (flags & 8)
		b->host.note = on_note;
	if (flags & 16)
		b->config.efr ^= take(&b->in, 8);
	if (flags & 32)
		b->config.efr2 ^= take(&b->in, 2);
	if (flags & 64)
		b->config.revision = (uint16_t)take(&b->in, 2);
	if (flags & 128)
		b->config.snp = b->config.no_host = true;
	/* absent registers read 0, as reserved bits do */
	b->config.habit[GVI_CHOICE_REGISTER_ABSENT] = 0;
	b->config.habit[GVI_CHOICE_EXCL_LIMIT_LOW] = 0;
	b->config.habit[GVI_CHOICE_POINTER_BEYOND_RING] = b->refuse % 3;
	return gvi_init(b->m, &b->config, &b->host) == GVI_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bench *b = calloc(1, sizeof *b);

	MUST(b);
	b->m = calloc(1, gvi_size());
	b->copy = calloc(1, gvi_size());
	MUST(b->m && b->copy);
	b->in.next = data;
	b->in.left = size;
	if (open_bench(b)) {
		for (unsigned n = 1; b->in.left && n <= MAX_STEPS; n++) {
			step(b);
			check(b);
			if (n % FULL_CHECK == 0)
				check_registers(b);
		}
		check_registers(b);
	}
	free(b->copy);
	free(b->m);
	free(b);
	return 0;
}
