/* Used bits: what was granted is asked again with one bit of one of the entries that it
 * went by flipped.  A bit that is ignored changes nothing; a reserved one refuses the
 * access with the event that is due; FC and U change what they say, and nothing else.
 * By docs/spec/01, 02, 03 and 05 and the format tables; all choices as preferred. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "conformance/stage.h"

enum { MAX_ENTRIES = 40 };

struct entry {
	uint64_t spa;
	unsigned words;
	enum gvi_format_id format;
};

/* The same memory, but for one bit. */
struct probe {
	struct stage *stage;
	struct gvi *m;
	uint64_t at, flip;
	struct entry entry[MAX_ENTRIES];
	unsigned nentries;
	unsigned bits; /* chance, of a kind that repeats */
};

static struct probe probe;

/* ---- Memory ------------------------------------------------------------------- */

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	const struct probe *p = user;
	uint8_t *bytes = to;

	memory_read(p->stage->memory, spa, to, len);
	for (size_t i = 0; i < len; i++)
		if (spa + i - p->at < 8)
			bytes[i] ^= (uint8_t)(p->flip >> 8 * (spa + i - p->at));
	return GVI_BUS_OK;
}

/* A fetch does not know yet what it fetches: the entry tells. */
static enum gvi_format_id format_of(const struct gvi_note *note)
{
	uint64_t raw = note->raw ? note->raw[0] : 0, level = gvi_get(GVI_PTE_NEXT_LEVEL, &raw);
	bool page = raw >> 7 & 1; /* PS, or GuestMode */

	switch (note->id) {
	case GVI_FORMAT_PTE:
		return level == 0 || level == 7 ? GVI_FORMAT_PTE : GVI_FORMAT_PDE;
	case GVI_FORMAT_GPDE:
		return page ? GVI_FORMAT_GPDE_2M : GVI_FORMAT_GPDE;
	case GVI_FORMAT_GPDPE:
		return page ? GVI_FORMAT_GPDPE_1G : GVI_FORMAT_GPDPE;
	case GVI_FORMAT_IRTE_128:
		return page ? GVI_FORMAT_IRTE_GUEST : GVI_FORMAT_IRTE_128;
	case GVI_FORMAT_IRTE_128_X2APIC:
		return page ? GVI_FORMAT_IRTE_GUEST_X2APIC : GVI_FORMAT_IRTE_128_X2APIC;
	default:
		return (enum gvi_format_id)note->id;
	}
}

static void on_note(void *user, const struct gvi_note *note)
{
	struct probe *p = user;

	if (note->kind != GVI_NOTE_FETCH || p->nentries == MAX_ENTRIES)
		return;
	p->entry[p->nentries++] = (struct entry){note->spa, note->words, format_of(note)};
}

static struct gvi_answer ask(struct probe *p, const struct gvi_input *in)
{
	const struct gvi_host host = {.user = p, .read = on_read, .note = on_note};
	struct gvi_answer answer = {0};

	memcpy(p->m, p->stage->m, gvi_size());
	p->nentries = 0;
	MUST(gvi_set_host(p->m, &host) == GVI_OK);
	if (in->kind == GVI_INPUT_TRANSLATE)
		MUST(gvi_translate(p->m, &in->of.request, &answer) == GVI_OK);
	else
		MUST(gvi_interrupt(p->m, &in->of.interrupt, &answer) == GVI_OK);
	return answer;
}

/* ---- What a bit is ----------------------------------------------------------------- */

enum use { UNKNOWN, IGNORED, RESERVED, COHERENT, UNTRANSLATED };

static enum gvi_field_id field_of(enum gvi_format_id format, unsigned word, uint64_t bit)
{
	const struct gvi_format *f = &gvi_formats[format];

	for (unsigned i = 0; i < f->nfields; i++)
		if (gvi_field_mask((enum gvi_field_id)(f->first + i), word) & bit)
			return (enum gvi_field_id)(f->first + i);
	return GVI_NFIELDS;
}

static enum use use_in_entry(const struct gvi_input *in, unsigned word, enum gvi_field_id field,
			     bool reserved);
static enum use use_in_leaf(enum gvi_field_id field);

static enum use use_of(const struct gvi_input *in, const struct entry *e, unsigned word,
		       uint64_t bit)
{
	uint64_t features = gvi_features_now(probe.stage->m);
	enum gvi_field_id field = field_of(e->format, word, bit);
	bool reserved = gvi_reserved_mask(e->format, word, features) & bit;

	if (field == GVI_NFIELDS)
		return UNKNOWN;
	if (e->format == GVI_FORMAT_DTE)
		return use_in_entry(in, word, field, reserved);
	if (gvi_fields[field].kind == GVI_IGN)
		return IGNORED;
	if (reserved)
		return RESERVED;
	return use_in_leaf(field);
}

/* Of the device table, whose halves are for accesses and interrupts. */
static enum use use_in_entry(const struct gvi_input *in, unsigned word, enum gvi_field_id field,
			     bool reserved)
{
	bool access = in->kind == GVI_INPUT_TRANSLATE;

	/* [remap.memory-half] counts for interrupts, but not the other way round. */
	if (reserved)
		return access && word >= 2 ? IGNORED : RESERVED;
	switch ((int)field) {
	case GVI_DTE_CACHE:
	case GVI_DTE_SD:
	case GVI_DTE_SE:
	case GVI_DTE_SA:
	case GVI_DTE_IG:
		return IGNORED;
	case GVI_DTE_I:
		return access && in->of.request.translated ? UNKNOWN : IGNORED;
	case GVI_DTE_IR:
	case GVI_DTE_IW:
	case GVI_DTE_EX:
		return access ? UNKNOWN : IGNORED;
	case GVI_DTE_IV:
	case GVI_DTE_INT_LEN:
	case GVI_DTE_INT_ROOT:
	case GVI_DTE_INT_CTL:
	case GVI_DTE_INIT_PASS:
	case GVI_DTE_EINT_PASS:
	case GVI_DTE_NMI_PASS:
	case GVI_DTE_LINT0_PASS:
	case GVI_DTE_LINT1_PASS:
		return access ? IGNORED : UNKNOWN;
	default:
		return UNKNOWN;
	}
}

/* Accessed and dirty bits are set again; memory types are for ATS. */
static enum use use_in_leaf(enum gvi_field_id field)
{
	switch ((int)field) {
	case GVI_PDE_A:
	case GVI_PTE_A:
	case GVI_PTE_D:
	case GVI_GPML5E_A:
	case GVI_GPML4E_A:
	case GVI_GPDPE_A:
	case GVI_GPDE_A:
	case GVI_GPTE_A:
	case GVI_GPTE_D:
	case GVI_GPTE_PWT:
	case GVI_GPTE_PCD:
	case GVI_GPTE_PAT:
	case GVI_GPTE_G:
	case GVI_GPDE_2M_PWT:
	case GVI_GPDE_2M_PCD:
	case GVI_GPDE_2M_PAT:
	case GVI_GPDE_2M_G:
		return IGNORED;
	case GVI_PTE_FC:
		return COHERENT;
	case GVI_PTE_U:
		return UNTRANSLATED;
	default:
		return UNKNOWN;
	}
}

/* ---- What it must do ----------------------------------------------------------------- */

static bool is_valid_entry(const struct gvi_input *in, const struct entry *e, unsigned word);
static bool is_gated(const struct entry *e, unsigned word, unsigned bit);

/* The record of a reserved bit. */
static bool is_due(const struct entry *e, const uint64_t event[2])
{
	if (e->format == GVI_FORMAT_DTE)
		return event[0] >> 60 == 1 && gvi_get(GVI_ILLEGAL_DEV_TABLE_ENTRY_RZ, event);
	return event[0] >> 60 == 2 && gvi_get(GVI_IO_PAGE_FAULT_PR, event) &&
	       gvi_get(GVI_IO_PAGE_FAULT_RZ, event) && !gvi_get(GVI_IO_PAGE_FAULT_PE, event);
}

/* What a failure says first. */
static char line[160];

#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fprintf(stderr, "%s\n", line);                                             \
		MUST(condition);                                                                   \
	} while (0)

static void told(const struct entry *e, unsigned word, unsigned bit)
{
	enum gvi_field_id field = field_of(e->format, word, UINT64_C(1) << bit);

	snprintf(line, sizeof line, "bit %u of word %u, %s.%s, at 0x%llx", bit, word,
		 gvi_formats[e->format].id, gvi_fields[field].id, (unsigned long long)e->spa);
}

static void try_bit(const struct gvi_input *in, const struct gvi_answer *was, const struct entry *e,
		    unsigned word, unsigned bit)
{
	enum use use = use_of(in, e, word, UINT64_C(1) << bit);
	struct gvi_answer is;
	struct gvi_answer same = *was;

	if (use == UNKNOWN)
		return;
	if (use == RESERVED && (!is_valid_entry(in, e, word) || is_gated(e, word, bit)))
		use = IGNORED;
	probe.at = e->spa + 8 * (uint64_t)word;
	probe.flip = UINT64_C(1) << bit;
	is = ask(&probe, in);
	probe.flip = 0;
	told(e, word, bit);
	if (use == RESERVED) {
		EXPECT(is.result == GVI_ABORT && is_due(e, is.event));
		return;
	}
	/* Only leaves say so, and of the way there only the host's for the page. */
	if (use == COHERENT && is.coherent != was->coherent)
		same.coherent = is.coherent;
	if (use == UNTRANSLATED && is.untranslated_only != was->untranslated_only)
		same.untranslated_only = is.untranslated_only;
	EXPECT(stage_same_answer(&is, &same));
}

/* With V or IV of 0 all else of its half is ignored, and with IV=0 an interrupt is none of
 * the entry's business. */
static bool is_valid_entry(const struct gvi_input *in, const struct entry *e, unsigned word)
{
	bool v = memory_load(probe.stage->memory, e->spa) & 1;
	bool iv = memory_load(probe.stage->memory, e->spa + 16) & 1;

	if (e->format != GVI_FORMAT_DTE)
		return true;
	return (v || word >= 2) && (iv || in->kind == GVI_INPUT_TRANSLATE);
}

/* [device.illegal-guest-disabled] GV while guest translation is only disabled, not missing,
 * counts with TV=1. */
static bool is_gated(const struct entry *e, unsigned word, unsigned bit)
{
	bool tv = memory_load(probe.stage->memory, e->spa) >> 1 & 1;

	return field_of(e->format, word, UINT64_C(1) << bit) == GVI_DTE_GV && !tv &&
	       gvi_features_now(probe.stage->m) >> GVI_FEATURE_GTSUP & 1;
}

/* Tables can overlap, so that one word is two entries. */
static bool is_another_too(const struct entry *list, unsigned count, const struct entry *e)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i].format != e->format && (list[i].spa - e->spa < 8 * e->words ||
						    e->spa - list[i].spa < 8 * list[i].words))
			return true;
	return false;
}

static bool same_grant(const struct gvi_answer *a, const struct gvi_answer *b)
{
	return a->result == b->result && a->address == b->address && a->size == b->size &&
	       a->read == b->read && a->write == b->write && a->coherent == b->coherent &&
	       a->untranslated_only == b->untranslated_only;
}

static void after(void *user, struct stage *s, const struct act *act)
{
	struct entry entry[MAX_ENTRIES];
	struct gvi_answer was;
	unsigned count;

	(void)user;
	if (act->kind != STAGE_CALL || act->status != GVI_OK ||
	    (act->input.kind != GVI_INPUT_TRANSLATE && act->input.kind != GVI_INPUT_INTERRUPT) ||
	    act->reply.answer.result != GVI_GRANT)
		return;
	probe.stage = s;
	was = ask(&probe, &act->input);
	MUST(act->input.kind == GVI_INPUT_INTERRUPT || same_grant(&was, &act->reply.answer));
	count = probe.nentries;
	memcpy(entry, probe.entry, sizeof entry);
	for (unsigned i = 0; i < count; i++) {
		probe.bits = probe.bits * 1103515245 + 12345;
		if (is_another_too(entry, count, &entry[i]))
			continue;
		try_bit(&act->input, &was, &entry[i], probe.bits >> 24 & (entry[i].words - 1),
			probe.bits >> 16 & 63);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct stage_way way = {.listens = true, .calm = true, .plain = true};
	static const struct stage_listener listener = {.after = after};
	static struct stage *stage;
	struct stream stream = stream_of(data, size);

	if (!stage) {
		stage = stage_new();
		probe.m = malloc(gvi_size());
		MUST(stage && probe.m);
		stage_listen(stage, &listener);
	}
	/* The same bytes try the same bits. */
	probe.bits = (unsigned)size;
	for (size_t i = 0; i < size; i++)
		probe.bits = probe.bits * 31 + data[i];
	(void)stage_play(stage, &stream, &way);
	return 0;
}
