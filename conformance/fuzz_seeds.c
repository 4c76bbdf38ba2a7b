/* goldvi fuzz-seeds: vectors as streams (stream.h), as far as operations can say what they
 * do.  What a vector expects is left behind: a seed is where a fuzzer starts. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/commands.h"
#include "conformance/paths.h"
#include "conformance/stage.h"
#include "conformance/vector.h"

enum { ROOM = STREAM_RECORD * (STREAM_MAX_OPERATIONS + 1), WINDOW = 0x2100, PATH_SIZE = 1024 };

struct seeder {
	const char *folder;
	struct profiles profiles;
	struct instance instance;
	struct stream_head head;
	struct operation operation[STREAM_MAX_OPERATIONS];
	size_t count;
	bool whole;                    /* all that the case does is in the stream */
	uint64_t written[WINDOW / 8];  /* registers, as the case has written them */
	unsigned seeds, parts, others; /* whole, in part, none: cases */
	char *error;
	size_t size;
};

static bool seed_file(void *user, const char *path);

int command_fuzz_seeds(int argc, char **argv)
{
	struct seeder *s = calloc(1, sizeof *s);
	char error[PATH_SIZE] = "memory ran out";
	bool good = s && take_options(NULL, 0, &argc, argv);

	if (good && argc < 3) {
		free(s);
		return wrong_use("fuzz-seeds", "a folder and vectors are needed.");
	}
	if (good) {
		s->folder = argv[1];
		s->error = error;
		s->size = sizeof error;
		good = for_each_file(argv + 2, (size_t)argc - 2, seed_file, s, error, sizeof error);
		instance_free(&s->instance);
		profiles_free(&s->profiles);
	}
	if (!good) {
		free(s);
		return wrong_use("fuzz-seeds", "%s.", error);
	}
	printf("%u cases, %u more in part, %u left out\n", s->seeds, s->parts, s->others);
	free(s);
	return ALL_PASSED;
}

/* ---- Cases ----------------------------------------------------------------------- */

static bool seed_case(struct seeder *s, struct vector_case *vector);
static void make_stream(struct seeder *s);
static bool write_stream(struct seeder *s, const char *id);

static bool seed_file(void *user, const char *path)
{
	struct seeder *s = user;
	struct vector_file *file = vector_load(path, NULL, &s->profiles, s->error, s->size);
	bool good = file;

	for (size_t i = 0; good && i < file->ncases; i++)
		good = seed_case(s, &file->cases[i]);
	vector_free(file);
	return good;
}

/* Of a sweep the first instance: a fuzzer makes the others. */
static bool seed_case(struct seeder *s, struct vector_case *vector)
{
	enum instance_state state = INSTANCE_ABSENT;

	for (uint64_t n = 0; n < vector->combinations && state == INSTANCE_ABSENT; n++)
		state = instance_make(vector, n, &s->instance, s->error, s->size);
	if (state == INSTANCE_WRONG)
		return false;
	s->count = 0;
	s->whole = true;
	if (state == INSTANCE_READY)
		make_stream(s);
	if (!s->count) {
		s->others++;
		return true;
	}
	*(s->whole ? &s->seeds : &s->parts) += 1;
	return write_stream(s, vector->id);
}

static void configure(struct seeder *s);
static void set_up(struct seeder *s, const struct given *given);
static void take_step(struct seeder *s, const struct step *step);

static void make_stream(struct seeder *s)
{
	size_t made;

	memset(s->written, 0, sizeof s->written);
	configure(s);
	for (unsigned i = 0; i < 3; i++)
		if (s->instance.given[i])
			set_up(s, s->instance.given[i]);
	made = s->count;
	for (size_t i = 0; i < s->instance.steps.count; i++)
		take_step(s, s->instance.steps.step[i]);
	if (made == s->count) /* it is about formats */
		s->count = 0;
}

static bool write_stream(struct seeder *s, const char *id)
{
	uint8_t bytes[ROOM];
	char path[PATH_SIZE];
	size_t size = stream_bytes(&s->head, s->operation, s->count, NULL, bytes, sizeof bytes);
	FILE *out;
	bool good;

	snprintf(path, sizeof path, "%s/%s", s->folder, id);
	out = fopen(path, "wb");
	good = out && fwrite(bytes, 1, size, out) == size;
	if (out)
		good = fclose(out) == 0 && good;
	if (!good)
		snprintf(s->error, s->size, "%s: %s", path, strerror(errno));
	return good;
}

static void add(struct seeder *s, struct operation o)
{
	if (s->count < STREAM_MAX_OPERATIONS)
		s->operation[s->count++] = o;
	else
		s->whole = false;
}

/* ---- What the IOMMU is --------------------------------------------------------------- */

/* Four words that operations can change field by field. */
static const enum gvi_format_id words[] = {GVI_FORMAT_EFR, GVI_FORMAT_EFR2, GVI_FORMAT_CAP_HEADER,
					   GVI_FORMAT_CAP_MISC0};
enum { WORDS = sizeof words / sizeof words[0] };

static void words_of(const struct gvi_config *c, uint64_t to[WORDS])
{
	to[0] = c->efr;
	to[1] = c->efr2;
	to[2] = c->capability;
	to[3] = c->misc0;
}

/* The preset that needs the fewest changes. */
static unsigned nearest(const struct gvi_config *c)
{
	uint64_t wanted[WORDS], has[WORDS];
	unsigned best = 0, least = 256;

	words_of(c, wanted);
	for (unsigned p = 0; p < GVI_NPRESETS; p++) {
		struct gvi_config preset;
		unsigned bits = 0;

		(void)gvi_preset((enum gvi_preset)p, &preset);
		words_of(&preset, has);
		for (unsigned i = 0; i < WORDS; i++)
			for (uint64_t differ = wanted[i] ^ has[i]; differ; differ &= differ - 1)
				bits++;
		if (bits < least) {
			least = bits;
			best = p;
		}
	}
	return best;
}

static void toggle_word(struct seeder *s, unsigned which, uint64_t wanted, uint64_t has)
{
	const struct gvi_format *f = &gvi_formats[words[which]];

	for (unsigned i = 0; i < f->nfields; i++) {
		enum gvi_field_id field = (enum gvi_field_id)(f->first + i);
		uint64_t value = gvi_get(field, &wanted);

		if (value != gvi_get(field, &has))
			add(s, (struct operation){.kind = STREAM_TOGGLE,
						  .a = {(uint8_t)which, (uint8_t)i, 7},
						  .value = value});
	}
}

static void toggle_rest(struct seeder *s, const struct gvi_config *c, const struct gvi_config *has)
{
	static const uint16_t revisions[] = {GVI_REVISION(2, 0), GVI_REVISION(3, 5),
					     GVI_REVISION(3, 10), GVI_REVISION(3, 11)};
	uint8_t rest = (uint8_t)(c->irt_cache_dis | c->gst_buffer << 1 | c->msi_messages_log2 << 2);

	for (uint8_t i = 0; i < 4 && c->revision != has->revision; i++)
		if (c->revision == revisions[i])
			add(s, (struct operation){.kind = STREAM_TOGGLE, .a = {4, i}});
	if (c->irt_cache_dis != has->irt_cache_dis || c->gst_buffer != has->gst_buffer ||
	    c->msi_messages_log2 != has->msi_messages_log2)
		add(s, (struct operation){.kind = STREAM_TOGGLE, .a = {5, rest}});
}

/* Habits of every part that is given, the last one's counting. */
static void settle(struct seeder *s)
{
	for (unsigned i = 0; i < 3; i++)
		for (size_t k = 0; s->instance.given[i] && k < s->instance.given[i]->nhabits; k++) {
			const struct habit *h = &s->instance.given[i]->habit[k];

			add(s, (struct operation){.kind = STREAM_HABIT,
						  .a = {(uint8_t)h->choice, h->alternative}});
		}
}

static void configure(struct seeder *s)
{
	const struct gvi_config *c = &s->instance.config;
	unsigned preset = nearest(c);
	uint64_t wanted[WORDS], has[WORDS];
	struct gvi_config is;

	(void)gvi_preset((enum gvi_preset)preset, &is);
	s->head = (struct stream_head){.preset = (uint8_t)preset, .flags = STREAM_OFF};
	if (c->snp)
		s->head.flags |= STREAM_SNP;
	if (c->no_host)
		s->head.flags |= STREAM_NO_HOST;
	words_of(c, wanted);
	words_of(&is, has);
	for (unsigned i = 0; i < WORDS; i++)
		toggle_word(s, i, wanted[i], has[i]);
	toggle_rest(s, c, &is);
	settle(s);
}

/* ---- Memory and registers ---------------------------------------------------------------- */

static void store_word(struct seeder *s, enum stream_kind kind, uint64_t at, uint64_t word)
{
	struct operation o = {.kind = (uint8_t)kind, .a = {STREAM_ANYWHERE, 0, 1}, .value = word};

	if (at % 8 || at / 8 > UINT32_MAX) {
		s->whole = false;
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		o.a[3 + i] = (uint8_t)(at / 8 >> 8 * i);
	add(s, o);
}

static void store(struct seeder *s, const struct store *store)
{
	uint64_t n = (uint64_t)store->count * store->repeat;

	for (uint64_t i = 0; i < n && s->count < STREAM_MAX_OPERATIONS; i++)
		store_word(s, STREAM_STORE, store->at + 8 * i, store->word[i % store->count]);
	if (n && s->count == STREAM_MAX_OPERATIONS)
		s->whole = false;
}

static uint8_t length_code(unsigned size)
{
	return (uint8_t)(1 | (size == 2 ? 2 : size == 4 ? 4 : size == 8 ? 6 : 0));
}

static void access_pci(struct seeder *s, const struct access *a, bool write)
{
	struct operation o = {.kind = STREAM_PCI, .value = a->value};

	o.a[0] = (uint8_t)a->offset;
	o.a[1] = length_code(a->size);
	o.a[2] = (uint8_t)(2 | write);
	o.a[3] = (uint8_t)(a->offset >> 8);
	add(s, o);
}

/* A write of some fields keeps what the case has written of the others. */
static void access_register(struct seeder *s, const struct access *a, bool write)
{
	struct operation o = {.kind = write ? STREAM_WRITE : STREAM_READ, .value = a->value};
	uint64_t *written = a->offset < WINDOW ? &s->written[a->offset / 8] : NULL;
	unsigned shift = a->offset % 8 * 8;

	if (a->pci) {
		access_pci(s, a, write);
		return;
	}
	if (write && written) {
		uint64_t lanes =
			a->size < 8 ? ((UINT64_C(1) << 8 * a->size) - 1) << shift : UINT64_MAX;

		if (a->modify)
			o.value |= *written >> shift & ~a->mask;
		*written = (*written & ~lanes) | (o.value << shift & lanes);
	}
	o.a[1] = 64 | length_code(a->size);
	for (unsigned i = 0; i < 3; i++)
		o.a[3 + i] = (uint8_t)(a->offset >> 8 * i);
	add(s, o);
}

static void fail(struct seeder *s, const struct error_list *errors)
{
	const struct dut_error *e = errors->error;

	if (errors->count > 1) /* a stage has one */
		s->whole = false;
	add(s, errors->count ? (struct operation){.kind = STREAM_ERROR,
						  .a = {STREAM_ANYWHERE, 0, e->bus,
							(uint8_t)((e->on_read ? 0 : 1) |
								  (e->on_write ? 0 : 2))},
						  .value = e->spa}
			     : (struct operation){.kind = STREAM_ERROR});
}

static void set_up(struct seeder *s, const struct given *given)
{
	for (size_t i = 0; i < given->nstores; i++)
		store(s, &given->store[i]);
	for (size_t i = 0; i < given->naccesses; i++)
		access_register(s, &given->access[i], true);
	if (given->has_errors && given->errors.count)
		fail(s, &given->errors);
}

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Which of the four devices; the high bit for one that has no entry. */
static uint8_t device_byte(struct seeder *s, uint16_t device)
{
	for (uint8_t i = 0; i < STAGE_DEVICES; i++)
		if (stage_device(i) == device)
			return i;
	s->whole = false;
	return device & 0x1000 ? (uint8_t)(128 | (device >> 8 & 127))
			       : (uint8_t)(device % STAGE_DEVICES);
}

/* The upper bits of a PASID are the lowest ones of the byte below them. */
static void put_pasid(struct seeder *s, struct operation *o, bool has, uint32_t pasid)
{
	if (!has)
		return;
	o->a[5] = (uint8_t)pasid;
	o->a[6] = (uint8_t)(pasid >> 8);
	if ((pasid >> 16) != (o->a[6] & 15u))
		s->whole = false;
}

static void dma(struct seeder *s, const struct gvi_request *r)
{
	struct operation o = {.kind = STREAM_DMA, .value = r->address};

	o.a[0] = device_byte(s, r->device);
	o.a[1] = (uint8_t)(r->access | r->has_pasid << 2 | r->execute << 3 | r->privileged << 4 |
			   r->intx << 5 | r->translated << 6 | 128);
	o.a[3] = (uint8_t)(r->length > 255 ? r->length >> 5 : r->length);
	o.a[4] = r->length > 255;
	put_pasid(s, &o, r->has_pasid, r->pasid);
	add(s, o);
}

static void interrupt(struct seeder *s, const struct gvi_interrupt *r)
{
	bool msi = r->address >> 20 == 0xfee;
	struct operation o = {.kind = STREAM_INTERRUPT};

	o.a[0] = device_byte(s, r->device);
	o.a[1] = (uint8_t)((msi ? 0 : 1) | r->has_pasid << 1);
	o.a[2] = 1;
	o.value = r->data | (r->address & (msi ? 0xffffc : 0xfffffc)) << 32;
	if (!msi && r->address >> 24 != 0xfdf8)
		s->whole = false;
	put_pasid(s, &o, r->has_pasid, r->pasid);
	add(s, o);
}

static void ats(struct seeder *s, const struct gvi_ats_request *r)
{
	struct operation o = {.kind = STREAM_ATS, .value = r->address};

	o.a[0] = device_byte(s, r->device);
	o.a[1] = (uint8_t)(r->has_pasid | r->execute << 1 | r->privileged << 2 | r->no_write << 3);
	o.a[3] = (uint8_t)(r->count - 1) & 31;
	o.a[4] = (uint8_t)(r->unit_log2 - 12) & 31;
	put_pasid(s, &o, r->has_pasid, r->pasid);
	add(s, o);
}

static void page(struct seeder *s, const struct gvi_page_request *r)
{
	struct operation o = {.kind = STREAM_PAGE, .value = r->address};

	o.a[0] = device_byte(s, r->device);
	o.a[1] = (uint8_t)(r->read | r->write << 1 | r->last << 2 | r->has_pasid << 3 |
			   r->execute << 4 | r->privileged << 5 | r->malformed << 6);
	o.a[3] = (uint8_t)r->group;
	o.a[4] = (uint8_t)(r->group >> 8);
	put_pasid(s, &o, r->has_pasid, r->pasid);
	add(s, o);
}

/* The bits of the low word that an operation has no room for are left behind. */
static void command(struct seeder *s, const uint64_t raw[2])
{
	struct operation o = {.kind = STREAM_COMMAND, .value = raw[1]};

	o.a[0] = (uint8_t)(raw[0] >> 60 | (raw[0] >> 48 & 15) << 4);
	o.a[1] = 1;
	for (unsigned i = 0; i < 5; i++)
		o.a[2 + i] = (uint8_t)(raw[0] >> 8 * i);
	if (raw[0] & UINT64_C(0x0ff0ff0000000000))
		s->whole = false;
	add(s, o);
}

static void commands(struct seeder *s, const struct store *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (uint32_t n = 0; n + 1 < list[i].count * list[i].repeat; n += 2)
			command(s, (uint64_t[2]){list[i].word[n % list[i].count],
						 list[i].word[(n + 1) % list[i].count]});
}

static void take_step(struct seeder *s, const struct step *step)
{
	switch ((enum action)step->action) {
	case ACTION_DMA:
		dma(s, &step->u.request);
		break;
	case ACTION_INTERRUPT:
		interrupt(s, &step->u.interrupt);
		break;
	case ACTION_ATS:
		ats(s, &step->u.ats);
		break;
	case ACTION_PAGE_REQUEST:
		page(s, &step->u.page);
		break;
	case ACTION_INVALIDATION_DONE:
	case ACTION_INVALIDATION_TIMEOUT:
		add(s, (struct operation){.kind = STREAM_DONE,
					  .a = {0, step->action == ACTION_INVALIDATION_TIMEOUT}});
		break;
	case ACTION_STORE:
		store(s, &step->u.store);
		break;
	case ACTION_WRITE:
	case ACTION_READ:
		access_register(s, &step->u.access, step->action == ACTION_WRITE);
		break;
	case ACTION_COMMANDS:
		commands(s, step->u.stores.store, step->u.stores.count);
		break;
	case ACTION_ERRORS:
		fail(s, &step->u.errors);
		break;
	case ACTION_RACE:
		store_word(s, STREAM_RACE, step->u.store.at, step->u.store.word[0]);
		break;
	case ACTION_CHOICE:
		for (size_t i = 0; i < step->u.choice.alternative[0].count; i++)
			take_step(s, step->u.choice.alternative[0].step[i]);
		break;
	case ACTION_UNTIL:
	case ACTION_EXPECT:
	case ACTION_DECODE:
	case ACTION_RESERVED:
		break;
	}
}
