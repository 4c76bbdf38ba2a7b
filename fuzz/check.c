/* What must hold, act by act. */
#include "fuzz/check.h"

#include <string.h>

#include "fuzz/fuzz.h"

#ifdef __has_feature
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define CHECK_MSAN
#endif
#endif

enum { NLOGS = 5, EVENTS = 0, EVENTS_B, PAGES, PAGES_B, GUESTS };

/* Of a log, before an act. */
struct log {
	uint64_t base, bytes, head, tail;
	bool there;
};

struct check {
	struct gvi *was; /* a copy of the model before the act */
	struct log log[NLOGS];
	uint8_t habit[GVI_NCHOICES];
	uint64_t status, control, head, features;
	uint64_t command[2], command_at, command_bytes; /* that STEP would fetch */
	uint64_t reserved[GVI_NREGISTERS], masks_for;
	bool masks;
	unsigned logged[NLOGS]; /* entries that the act has written */
	uint64_t entry[NLOGS][2];
};

static const struct {
	enum gvi_register_id base, head, tail;
	unsigned entry;
	enum gvi_field_id run, overflow;
} logs[NLOGS] = {
	{GVI_REGISTER_EVENT_LOG_BASE, GVI_REGISTER_EVENT_LOG_HEAD, GVI_REGISTER_EVENT_LOG_TAIL, 16,
	 GVI_STATUS_EVENT_LOG_RUN, GVI_STATUS_EVENT_OVERFLOW},
	{GVI_REGISTER_EVENT_LOG_B_BASE, GVI_REGISTER_EVENT_LOG_B_HEAD,
	 GVI_REGISTER_EVENT_LOG_B_TAIL, 16, GVI_STATUS_EVENT_LOG_RUN, GVI_STATUS_EVENT_OVERFLOW_B},
	{GVI_REGISTER_PPR_LOG_BASE, GVI_REGISTER_PPR_LOG_HEAD, GVI_REGISTER_PPR_LOG_TAIL, 16,
	 GVI_STATUS_PPR_LOG_RUN, GVI_STATUS_PPR_OVERFLOW},
	{GVI_REGISTER_PPR_LOG_B_BASE, GVI_REGISTER_PPR_LOG_B_HEAD, GVI_REGISTER_PPR_LOG_B_TAIL, 16,
	 GVI_STATUS_PPR_LOG_RUN, GVI_STATUS_PPR_OVERFLOW_B},
	{GVI_REGISTER_GA_LOG_BASE, GVI_REGISTER_GA_LOG_HEAD, GVI_REGISTER_GA_LOG_TAIL, 8,
	 GVI_STATUS_GA_LOG_RUN, GVI_STATUS_GAL_OVERFLOW},
};

static void before(void *user, struct stage *s, const struct act *act);
static void after(void *user, struct stage *s, const struct act *act);

struct check *check_new(struct stage *s)
{
	struct check *c = calloc(1, sizeof *c);
	struct stage_listener listener = {c, before, after};

	if (c)
		c->was = calloc(1, gvi_size());
	if (!c || !c->was)
		return NULL;
	stage_listen(s, &listener);
	return c;
}

/* ---- Before ------------------------------------------------------------------------- */

static struct log log_now(struct stage *s, unsigned i);
static void next_command(struct check *c, struct stage *s);

static void before(void *user, struct stage *s, const struct act *act)
{
	struct check *c = user;

	if (act->kind != STAGE_CALL && act->kind != STAGE_COPY)
		return;
	memcpy(c->habit, s->habit, sizeof c->habit);
	c->status = stage_register(s, GVI_REGISTER_STATUS);
	c->control = stage_register(s, GVI_REGISTER_CONTROL);
	c->features = gvi_features_now(s->m);
	for (unsigned i = 0; i < NLOGS; i++)
		c->log[i] = log_now(s, i);
	if (act->input.kind == GVI_INPUT_STEP)
		next_command(c, s);
	/* Last: reads have effects, too, namely none. */
	memcpy(c->was, s->m, gvi_size());
}

static struct log log_now(struct stage *s, unsigned i)
{
	uint64_t base = stage_register(s, logs[i].base);
	uint64_t length = gvi_get(GVI_EVENT_LOG_BASE_LEN, &base);
	struct log log = {.base = gvi_get(GVI_EVENT_LOG_BASE_BASE, &base),
			  .bytes = length < 8 ? 0 : UINT64_C(16) << length,
			  .head = stage_register(s, logs[i].head),
			  .tail = stage_register(s, logs[i].tail),
			  .there = length != 0};

	/* [galog.length], [galog.pointer] What the length counts, and how far the pointers reach.
	 */
	if (i == GUESTS && stage_habit(s, GVI_CHOICE_GA_LOG_LENGTH) == 1)
		log.bytes /= 2;
	if (i == GUESTS && log.bytes > 0x10000 && stage_habit(s, GVI_CHOICE_GA_LOG_POINTER) == 0)
		log.bytes = 0x10000;
	return log;
}

static void next_command(struct check *c, struct stage *s)
{
	uint64_t base = stage_register(s, GVI_REGISTER_CMD_BUF_BASE);

	c->head = stage_register(s, GVI_REGISTER_CMD_BUF_HEAD);
	c->command_bytes = UINT64_C(16) << gvi_get(GVI_CMD_BUF_BASE_LEN, &base);
	c->command_at = gvi_get(GVI_CMD_BUF_BASE_BASE, &base) + c->head;
}

/* ---- After ---------------------------------------------------------------------------- */

static void check_call(struct check *c, struct stage *s, const struct act *act);
static bool is_as_it_was(const struct check *c, const struct stage *s);
static void check_refused(struct check *c, struct stage *s, const struct act *act);
static void check_registers(struct check *c, struct stage *s);

static void after(void *user, struct stage *s, const struct act *act)
{
	struct check *c = user;

	switch ((enum stage_kind)act->kind) {
	case STAGE_CALL:
		if (act->status == GVI_OK)
			check_call(c, s, act);
		else
			check_refused(c, s, act);
		break;
	case STAGE_COPY: /* a copy of the bytes is the same IOMMU */
		MUST(is_as_it_was(c, s));
		break;
	case STAGE_LOOK:
		check_registers(c, s);
		break;
	default:
		break;
	}
}

/* All of it, also what lies between fields. */
static bool is_as_it_was(const struct check *c, const struct stage *s)
{
#ifdef CHECK_MSAN
	__msan_unpoison(c->was, gvi_size());
	__msan_unpoison(s->m, gvi_size());
#endif
	return !memcmp(c->was, s->m, gvi_size());
}

/* It has changed nothing, and says why in a sentence. */
static void check_refused(struct check *c, struct stage *s, const struct act *act)
{
	const char *text = gvi_status_text(act->status);

	MUST(act->status < 0 && strlen(text) > 8 && text[strlen(text) - 1] != '.');
	MUST(is_as_it_was(c, s));
	MUST(s->nwrites == 0 && s->nsent == 0);
}

static void check_effects(struct stage *s);
static void find_entries(struct check *c, struct stage *s, const struct act *act);
static void check_logs(struct check *c, struct stage *s);
static void check_answer(const struct check *c, struct stage *s, const struct gvi_answer *a);
static void check_ats(const struct check *c, const struct gvi_ats_request *r,
		      const struct gvi_ats_answer *a);
static void check_page(const struct check *c, const struct stage *s,
		       const struct gvi_page_request *r, const struct gvi_page_answer *a);
static void check_step(const struct check *c, struct stage *s, const struct act *act);
static void check_read(const struct check *c, struct stage *s, const struct act *act);
static void check_write(const struct check *c, struct stage *s, const struct act *act);

static void check_call(struct check *c, struct stage *s, const struct act *act)
{
	check_effects(s);
	find_entries(c, s, act);
	/* What registers show may hang on a habit that has only now been decided. */
	if (act->input.kind != GVI_INPUT_MMIO_WRITE && act->input.kind != GVI_INPUT_CONFIG_WRITE &&
	    !memcmp(c->habit, s->habit, sizeof c->habit))
		check_logs(c, s);
	switch ((enum gvi_input_kind)act->input.kind) {
	case GVI_INPUT_TRANSLATE:
	case GVI_INPUT_INTERRUPT:
		check_answer(c, s, &act->reply.answer);
		break;
	case GVI_INPUT_ATS:
		check_ats(c, &act->input.of.ats, &act->reply.ats);
		break;
	case GVI_INPUT_PAGE:
		check_page(c, s, &act->input.of.page, &act->reply.page);
		break;
	case GVI_INPUT_STEP:
		check_step(c, s, act);
		break;
	case GVI_INPUT_MMIO_READ:
	case GVI_INPUT_CONFIG_READ:
		check_read(c, s, act);
		break;
	case GVI_INPUT_MMIO_WRITE:
	case GVI_INPUT_CONFIG_WRITE:
		check_write(c, s, act);
		break;
	default:
		break;
	}
}

/* ---- Effects ---------------------------------------------------------------------------- */

/* Whether the n-th effect of this kind is what the host has seen. */
static void check_effect(struct stage *s, const struct gvi_effect *e, unsigned *writes,
			 unsigned *sent)
{
	const struct stage_write *w = s->write;

	if (e->kind == GVI_EFFECT_SEND) {
		MUST(*sent < s->nsent && stage_same_message(&e->message, &s->sent[*sent]));
		(*sent)++;
		return;
	}
	if (e->kind == GVI_EFFECT_RAISE) {
		MUST(e->data[0] < GVI_NSOURCES);
		return;
	}
	while (*writes < s->nwrites && w[*writes].lost)
		(*writes)++;
	MUST(*writes < s->nwrites);
	w += (*writes)++;
	MUST(e->spa == w->spa && e->data[0] == w->data[0] && e->data[1] == w->data[1]);
	MUST(e->length == w->length && e->bus == w->bus);
	MUST((e->kind == GVI_EFFECT_EXCHANGE) == w->exchange);
}

/* All that was done is listed, in its order. */
static void check_effects(struct stage *s)
{
	unsigned writes = 0, sent = 0;
	size_t count, lost;
	const struct gvi_effect *e = gvi_effects(s->m, &count);

	MUST(count <= GVI_MAX_EFFECTS);
	for (size_t i = 0; i < count && i < STAGE_SENT; i++)
		check_effect(s, &e[i], &writes, &sent);
	while (writes < s->nwrites && writes < STAGE_STORED && s->write[writes].lost)
		writes++;
	if (count < GVI_MAX_EFFECTS)
		MUST(writes == s->nwrites && sent == s->nsent);
	(void)gvi_pending(s->m, &count, &lost);
	MUST(count <= GVI_MAX_PENDING);
	(void)gvi_invalidations(s->m, &count);
	MUST(count <= GVI_MAX_INVALIDATIONS);
}

/* ---- Memory: nothing is written but where it may be --------------------------------------- */

static bool is_entry(struct check *c, const struct stage_write *w);
static bool is_mark(const struct stage *s, const struct stage_write *w);
static bool is_store(const struct check *c, struct stage *s, const struct act *act,
		     const struct stage_write *w);

static void find_entries(struct check *c, struct stage *s, const struct act *act)
{
	memset(c->logged, 0, sizeof c->logged);
	memset(c->entry, 0, sizeof c->entry);
	for (unsigned i = 0; i < s->nwrites && i < STAGE_STORED; i++) {
		const struct stage_write *w = &s->write[i];

		if (w->exchange)
			MUST(is_mark(s, w));
		else
			MUST(is_entry(c, w) || is_store(c, s, act, w));
	}
}

/* The next entry of a log that had room and ran. */
static bool is_entry(struct check *c, const struct stage_write *w)
{
	for (unsigned i = 0; i < NLOGS; i++) {
		const struct log *log = &c->log[i];
		uint64_t at = log->tail + c->logged[i] * logs[i].entry;

		if (!log->bytes || w->length != logs[i].entry ||
		    w->spa != log->base + at % log->bytes)
			continue;
		if (!gvi_get(logs[i].run, &c->status))
			continue;
		c->entry[i][0] = w->data[0];
		c->entry[i][1] = w->data[1];
		/* A failed write is no entry. */
		c->logged[i] += w->bus == GVI_BUS_OK;
		return true;
	}
	return false;
}

/* Accessed and dirty bits of an entry that was read, or one bit of an IRR. */
static bool is_mark(const struct stage *s, const struct stage_write *w)
{
	uint64_t flips = w->data[0] ^ w->data[1];
	bool fetched = s->nfetches > STAGE_FETCHES || !s->nfetches;

	for (unsigned i = 0; i < s->nfetches && i < STAGE_FETCHES; i++)
		if (s->fetch[i].spa == w->spa)
			fetched = true;
	if (!fetched || w->data[0] & flips)
		return false;
	return (flips & ~UINT64_C(0x60)) == 0 || (flips & (flips - 1)) == 0;
}

/* A COMPLETION_WAIT's, or the copy of the tail of the GA log. */
static bool is_store(const struct check *c, struct stage *s, const struct act *act,
		     const struct stage_write *w)
{
	uint64_t at = stage_field(s, GVI_REGISTER_GA_LOG_TAIL_ADDR, GVI_GA_LOG_TAIL_ADDR_GAT_ADDR);

	(void)c;
	if (w->length != 8)
		return false;
	return w->spa == at || act->input.kind == GVI_INPUT_STEP;
}

/* ---- Logs ------------------------------------------------------------------------------- */

static void check_log(const struct check *c, const struct log *now, unsigned i);

static void check_logs(struct check *c, struct stage *s)
{
	uint64_t status = stage_register(s, GVI_REGISTER_STATUS);
	bool dual = gvi_get(GVI_CONTROL_DUAL_EVENT_LOG_EN, &c->control) > 1;

	for (unsigned i = 0; i < NLOGS; i++) {
		struct log now = log_now(s, i);

		check_log(c, &now, i);
	}
	/* Interrupts: an entry sets its bit of Status, and an overflow stops the log. */
	if (c->logged[EVENTS] || c->logged[EVENTS_B])
		MUST(gvi_get(GVI_STATUS_EVENT_LOG_INT, &status));
	if (c->logged[PAGES] || c->logged[PAGES_B])
		MUST(gvi_get(GVI_STATUS_PPR_INT, &status));
	/* The choice leaves it 0 while its interrupt is disabled. */
	if (c->logged[GUESTS] && (gvi_get(GVI_CONTROL_GA_INT_EN, &c->control) ||
				  stage_habit(s, GVI_CHOICE_GA_INT_DISABLED) == 0))
		MUST(gvi_get(GVI_STATUS_GA_INT, &status));
	if (!dual)
		MUST(!(c->logged[EVENTS] && c->logged[EVENTS_B]));
}

/* The tail has moved by what was written, inside the ring, and not onto the head; a log
 * that does not run, or has overflowed, takes nothing. */
static void check_log(const struct check *c, const struct log *now, unsigned i)
{
	const struct log *was = &c->log[i];
	uint64_t moved = c->logged[i] * logs[i].entry;

	MUST(now->base == was->base && now->head == was->head);
	if (!gvi_get(logs[i].run, &c->status))
		MUST(!c->logged[i]);
	if (!was->bytes) {
		MUST(!c->logged[i] && now->tail == was->tail);
		return;
	}
	if (moved)
		MUST(now->tail == (was->tail + moved) % was->bytes);
	else
		MUST(now->tail == was->tail);
	if (moved)
		MUST(now->tail < was->bytes && now->tail != now->head);
}

static unsigned events(const struct check *c)
{
	return c->logged[EVENTS] + c->logged[EVENTS_B];
}

/* The active log was not full: behind the tail the head is not next. */
static bool had_room(const struct check *c)
{
	const struct log *log =
		&c->log[gvi_get(GVI_STATUS_EVENT_LOG_ACTIVE, &c->status) ? EVENTS_B : EVENTS];

	return log->bytes && (log->tail + 16) % log->bytes != log->head;
}

/* Exactly one event for what was refused with one that was logged, else none. */
static void check_event(const struct check *c, unsigned logging, const uint64_t event[2])
{
	unsigned i = c->logged[EVENTS_B] ? EVENTS_B : EVENTS;

	MUST(logging <= GVI_LOST);
	MUST((logging == GVI_NO_EVENT) == (event[0] >> 60 == 0));
	MUST(events(c) == (logging == GVI_LOGGED));
	if (logging == GVI_LOGGED)
		MUST(c->entry[i][0] == event[0] && c->entry[i][1] == event[1]);
	/* What could be logged is, unless memory refuses it. */
	if (logging == GVI_LOST && gvi_get(GVI_STATUS_EVENT_LOG_RUN, &c->status) && had_room(c))
		MUST(c->entry[EVENTS][0] == event[0] || c->entry[EVENTS_B][0] == event[0]);
}

/* ---- Answers ------------------------------------------------------------------------------ */

static void check_clauses(unsigned count, const uint16_t *clause)
{
	MUST(count <= GVI_MAX_CLAUSES);
	for (unsigned i = 0; i < GVI_MAX_CLAUSES; i++)
		MUST(i < count ? clause[i] < GVI_NCLAUSES && clause[i] : clause[i] == 0);
}

static void check_message(const struct stage *s, const struct gvi_answer *a);

static void check_answer(const struct check *c, struct stage *s, const struct gvi_answer *a)
{
	MUST(a->result <= GVI_INTERRUPT && a->completion <= GVI_DROPPED);
	check_clauses(a->nclauses, a->clause);
	if (a->result != GVI_ABORT) {
		MUST(a->completion == GVI_SUCCESS && a->logging == GVI_NO_EVENT);
		MUST(events(c) == 0);
	} else {
		MUST(a->completion != GVI_SUCCESS && !a->address && !a->read && !a->write);
		check_event(c, a->logging, a->event);
	}
	MUST((a->size & (a->size - 1)) == 0);
	check_message(s, a);
}

/* A message that the answer has was sent last but for the IOMMU's own, once. */
static void check_message(const struct stage *s, const struct gvi_answer *a)
{
	unsigned own = 0;

	for (unsigned i = 0; i < s->nsent; i++) {
		MUST(s->sent[i].kind > GVI_MESSAGE_NONE && s->sent[i].kind <= GVI_MESSAGE_RESPONSE);
		if (s->sent[i].kind == GVI_MESSAGE_INTERRUPT)
			own++;
		else
			MUST(stage_same_message(&s->sent[i], &a->message));
	}
	MUST(s->nsent - own == (a->message.kind != GVI_MESSAGE_NONE));
}

static void check_translation(uint64_t word)
{
	bool read = gvi_get(GVI_ATS_COMPLETION_R, &word),
	     write = gvi_get(GVI_ATS_COMPLETION_W, &word);

	MUST(!word || read || write);
	MUST(gvi_first_reserved(GVI_FORMAT_ATS_COMPLETION, &word, GVI_ALL_FEATURES) == GVI_NFIELDS);
}

static void check_ats(const struct check *c, const struct gvi_ats_request *r,
		      const struct gvi_ats_answer *a)
{
	check_clauses(a->nclauses, a->clause);
	MUST(a->count <= r->count && (a->result == GVI_GRANT) == (a->count > 0));
	MUST((a->result == GVI_GRANT) == (a->completion == GVI_SUCCESS));
	for (unsigned i = 0; i < GVI_MAX_TRANSLATIONS; i++)
		if (i < a->count)
			check_translation(a->translation[i]);
		else
			MUST(!a->translation[i]);
	/* A request for several can meet several errors, of which the last is told. */
	if (r->count == 1)
		check_event(c, a->logging, a->event);
}

static void check_page(const struct check *c, const struct stage *s,
		       const struct gvi_page_request *r, const struct gvi_page_answer *a)
{
	unsigned i = a->log_b ? PAGES_B : PAGES, entries = c->logged[PAGES] + c->logged[PAGES_B];
	unsigned responses = 0;

	check_clauses(a->nclauses, a->clause);
	MUST(a->result <= GVI_PAGE_REFUSED);
	MUST(entries == (a->result == GVI_PAGE_LOGGED));
	if (a->result == GVI_PAGE_LOGGED)
		MUST(c->logged[i] == 1 && !memcmp(c->entry[i], a->entry, sizeof a->entry));
	if (a->result != GVI_PAGE_REFUSED)
		MUST(a->logging == GVI_NO_EVENT);
	check_event(c, a->logging, a->event);
	for (unsigned k = 0; k < s->nsent; k++)
		if (s->sent[k].kind == GVI_MESSAGE_RESPONSE) {
			MUST(a->has_response && s->sent[k].device == r->device);
			responses++;
		}
	MUST(responses == a->has_response);
}

/* ---- Commands ----------------------------------------------------------------------------------
 */

static void check_step(const struct check *c, struct stage *s, const struct act *act)
{
	uint64_t head = stage_register(s, GVI_REGISTER_CMD_BUF_HEAD);
	uint64_t tail = stage_register(s, GVI_REGISTER_CMD_BUF_TAIL);
	uint64_t status = stage_register(s, GVI_REGISTER_STATUS);
	bool halted = gvi_get(GVI_STATUS_CMD_BUF_RUN, &c->status) &&
		      !gvi_get(GVI_STATUS_CMD_BUF_RUN, &status);

	if (!act->reply.value) {
		MUST(head == c->head && s->nwrites == 0 && s->nsent == 0);
		MUST(status == c->status);
		return;
	}
	/* What is fetched stands before the tail; an error takes the head back. */
	MUST(halted || (head - c->head) % c->command_bytes <= (tail - c->head) % c->command_bytes);
	/* Only an event stops it [command.illegal-halt], [command.fetch-error]. */
	if (halted && gvi_get(GVI_STATUS_EVENT_LOG_RUN, &c->status) && had_room(c) && !s->error.bus)
		MUST(events(c) == 1);
	MUST(events(c) <= 1);
}

/* ---- Registers
 * ----------------------------------------------------------------------------------- */

/* Looking changes nothing. */
static void check_read(const struct check *c, struct stage *s, const struct act *act)
{
	unsigned length = act->input.of.mmio.length;

	MUST(length == 8 || act->reply.value >> 8 * length == 0);
	MUST(s->nwrites == 0 && s->nsent == 0);
	MUST(stage_register(s, GVI_REGISTER_STATUS) == c->status);
}

static void check_written(const struct check *c, struct stage *s, const struct gvi_register *r,
			  uint32_t offset, uint64_t value);

/* No log and no table is touched by it. */
static void check_write(const struct check *c, struct stage *s, const struct act *act)
{
	const uint32_t offset = act->input.of.mmio.offset;

	MUST(s->nwrites == 0);
	if (act->input.kind != GVI_INPUT_MMIO_WRITE)
		return;
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];
		unsigned bytes = gvi_formats[r->format].bits / 8;

		if (offset == r->offset && act->input.of.mmio.length == bytes)
			check_written(c, s, r, offset, act->input.of.mmio.value);
	}
}

static uint64_t old_value(const struct check *c, uint32_t offset, unsigned bytes)
{
	uint64_t value = 0;

	(void)gvi_mmio_read(c->was, offset, bytes, &value);
	return value;
}

/* What of a register cannot be written stays; what is cleared by ones is. */
static void check_written(const struct check *c, struct stage *s, const struct gvi_register *r,
			  uint32_t offset, uint64_t value)
{
	const struct gvi_format *f = &gvi_formats[r->format];
	uint64_t was = old_value(c, offset, f->bits / 8), is = 0;

	(void)gvi_mmio_read(s->m, offset, f->bits / 8, &is);
	if (stage_habit(s, GVI_CHOICE_REGISTER_ABSENT))
		return; /* what is read may be nothing */
	for (unsigned i = 0; i < f->nfields; i++) {
		enum gvi_field_id id = (enum gvi_field_id)(f->first + i);
		uint64_t mask = gvi_field_mask(id, 0);

		if (gvi_fields[id].access == GVI_RO && r->format != GVI_FORMAT_STATUS)
			MUST(((is ^ was) & mask) == 0);
		if (gvi_fields[id].access == GVI_RW1C && (is & mask))
			MUST(((was & ~value) & mask) == (is & mask));
		if (gvi_fields[id].access == GVI_RW)
			MUST(((is ^ was) & (is ^ value) & mask) == 0 ||
			     gvi_fields[id].kind != GVI_FLAG);
	}
}

static void make_masks(struct check *c, uint64_t features)
{
	if (c->masks && c->masks_for == features)
		return;
	for (unsigned i = 0; i < GVI_NREGISTERS; i++)
		c->reserved[i] =
			gvi_reserved_mask((enum gvi_format_id)gvi_registers[i].format, 0, features);
	/* [galog.pointer] Bits 18:16 may be there. */
	c->reserved[GVI_REGISTER_GA_LOG_HEAD] &= ~(UINT64_C(7) << 16);
	c->reserved[GVI_REGISTER_GA_LOG_TAIL] &= ~(UINT64_C(7) << 16);
	c->masks_for = features;
	c->masks = true;
}

/* Reserved bits of registers read 0, and so do absent ones, if that is the habit. */
static void check_registers(struct check *c, struct stage *s)
{
	uint64_t features = gvi_features_now(s->m);
	bool zeros = stage_habit(s, GVI_CHOICE_REGISTER_ABSENT) == 0;

	make_masks(c, features);
	for (unsigned i = 0; i < GVI_NREGISTERS; i++) {
		const struct gvi_register *r = &gvi_registers[i];
		bool low =
			i == GVI_REGISTER_EXCL_LIMIT && stage_habit(s, GVI_CHOICE_EXCL_LIMIT_LOW);

		for (unsigned n = 0; n < r->count && !low; n++) {
			uint64_t value = 0;

			if (gvi_mmio_read(s->m, r->offset + n * r->stride,
					  gvi_formats[r->format].bits / 8, &value) != GVI_OK)
				return; /* no window: then none of them */
			/* Some of several SMI filters may be absent, too. */
			if (!zeros && value >> (gvi_formats[r->format].bits - 1))
				continue;
			if (features >> r->needs & 1)
				MUST((value & c->reserved[i]) == 0);
			else
				MUST(value == 0);
		}
	}
}
