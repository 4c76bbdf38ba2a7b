/* A device that is written down. */
#include "conformance/dut/recording.h"

#include <stdlib.h>
#include <string.h>

#include "conformance/memory.h"
#include "conformance/recorder.h"

struct recording {
	struct dut dut;
	struct dut *inner;
	const struct dut_class *class; /* of the inner one */
	unsigned abilities;
	struct gvi_recorder recorder;
	FILE *out;
	char name[256];
	struct memory *memory; /* as the trace knows it */
	/* Effects since the player asked last; the first `handed` it has already. */
	struct gvi_effect *effects;
	size_t neffects, room;
	bool handed, good;
};

static const struct dut_class recording_class;

static struct recording *recording_of(struct dut *dut)
{
	return (struct recording *)(void *)dut;
}

struct dut *recording_open(struct dut *inner, FILE *out)
{
	struct recording *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->room = 64;
	r->memory = memory_new();
	r->effects = calloc(r->room, sizeof *r->effects);
	if (!r->memory || !r->effects) {
		memory_free(r->memory);
		free(r->effects);
		free(r);
		return NULL;
	}
	r->dut.class = &recording_class;
	r->inner = inner;
	r->class = inner->class;
	r->abilities = inner->class->abilities(inner);
	r->out = out;
	r->good = true;
	return &r->dut;
}

void recording_name(struct dut *dut, const char *name)
{
	struct recording *r = recording_of(dut);

	(void)snprintf(r->name, sizeof r->name, "%s", name);
}

bool recording_good(const struct dut *dut)
{
	const struct recording *r = (const struct recording *)(const void *)dut;

	return r->good && fflush(r->out) == 0;
}

static void close_recording(struct dut *dut)
{
	struct recording *r = recording_of(dut);

	r->class->close(r->inner);
	memory_free(r->memory);
	free(r->effects);
	free(r);
}

static unsigned abilities(const struct dut *dut)
{
	const struct recording *r = (const struct recording *)(const void *)dut;

	return r->abilities & ~(unsigned)(DUT_INJECT | DUT_RACE);
}

static enum dut_status start(struct dut *dut, struct gvi_config *config)
{
	struct recording *r = recording_of(dut);
	enum dut_status status = r->class->start(r->inner, config);

	memory_clear(r->memory);
	r->neffects = 0;
	r->handed = false;
	if (status == DUT_OK) {
		struct gvi_config known = *config;

		recording_config(&known);
		gvi_record_begin(&r->recorder, r->out, r->name, &known);
	}
	return status;
}

/* [pci.capability-header] */
void recording_config(struct gvi_config *config)
{
	uint64_t header = config->capability;

	(void)gvi_set(GVI_CAP_HEADER_CAP_ID, &header, 0x0f);
	(void)gvi_set(GVI_CAP_HEADER_CAP_TYPE, &header, 3);
	(void)gvi_set(GVI_CAP_HEADER_CAP_REV, &header, 1);
	(void)gvi_set(GVI_CAP_HEADER_RSVD_31, &header, 0);
	config->capability = (uint32_t)header;
	config->enabled = true;
}

static void stop(struct dut *dut)
{
	struct recording *r = recording_of(dut);

	r->good = gvi_record_end(&r->recorder) && r->good;
	r->class->stop(r->inner);
}

static void begin(struct dut *dut)
{
	struct recording *r = recording_of(dut);

	if (r->class->begin)
		r->class->begin(r->inner);
}

/* ---- Memory ----------------------------------------------------------------- */

/* What is found there and was not written through here, the IOMMU has written. */
static enum dut_status memory_read_recording(struct dut *dut, uint64_t spa, void *to, size_t len)
{
	struct recording *r = recording_of(dut);
	enum dut_status status = r->class->memory_read(r->inner, spa, to, len);
	uint8_t known[64];
	const uint8_t *bytes = to;

	for (size_t at = 0; status == DUT_OK && at < len; at += sizeof known) {
		size_t n = len - at < sizeof known ? len - at : sizeof known;

		memory_read(r->memory, spa + at, known, n);
		if (!memcmp(known, bytes + at, n))
			continue;
		gvi_record_iommu(&r->recorder, spa + at, bytes + at, n);
		(void)memory_write(r->memory, spa + at, bytes + at, n);
	}
	return status;
}

static enum dut_status memory_write_recording(struct dut *dut, uint64_t spa, const void *from,
					      size_t len)
{
	struct recording *r = recording_of(dut);
	enum dut_status status = r->class->memory_write(r->inner, spa, from, len);

	if (status == DUT_OK) {
		gvi_record_wrote(&r->recorder, spa, from, len);
		(void)memory_write(r->memory, spa, from, len);
	}
	return status;
}

/* ---- Effects ---------------------------------------------------------------- */

/* Of the last call, behind those that the player has not asked for. */
static enum dut_status collect(struct recording *r, struct gvi_seen *seen)
{
	const struct gvi_effect *list;
	size_t count;
	enum dut_status status;

	if (!(r->abilities & DUT_EFFECTS))
		return DUT_OK;
	status = r->class->effects(r->inner, &list, &count);
	if (status != DUT_OK)
		return status;
	if (r->handed)
		r->neffects = 0;
	r->handed = false;
	if (r->room - r->neffects < count) {
		size_t room = 2 * (r->neffects + count);
		void *grown = realloc(r->effects, room * sizeof *r->effects);

		if (!grown)
			return DUT_DIED;
		r->effects = grown;
		r->room = room;
	}
	if (count)
		memcpy(r->effects + r->neffects, list, count * sizeof *list);
	seen->effects = r->effects + r->neffects;
	seen->neffects = count;
	seen->what |= GVI_SEEN_EFFECTS;
	r->neffects += count;
	return DUT_OK;
}

static void know(struct recording *r, const struct gvi_seen *seen)
{
	for (size_t i = 0; i < seen->neffects; i++) {
		const struct gvi_effect *e = &seen->effects[i];

		if (e->bus != GVI_BUS_OK)
			continue;
		if (e->kind == GVI_EFFECT_EXCHANGE)
			(void)memory_store(r->memory, e->spa, e->data[1]);
		for (unsigned k = 0; e->kind == GVI_EFFECT_WRITE && k < e->length / 8u; k++)
			(void)memory_store(r->memory, e->spa + 8 * k, e->data[k]);
	}
}

static enum dut_status effects(struct dut *dut, const struct gvi_effect **list, size_t *count)
{
	struct recording *r = recording_of(dut);

	*list = r->effects;
	*count = r->handed ? 0 : r->neffects;
	r->handed = true;
	return DUT_OK;
}

/* ---- What the IOMMU is asked -------------------------------------------------- */

uint32_t seen_by(unsigned able, const struct gvi_input *input, const union gvi_reply *reply)
{
	uint32_t what = GVI_SEEN_RESULT;

	switch (input->kind) {
	case GVI_INPUT_TRANSLATE:
		if (reply->answer.address != UINT64_MAX)
			what |= GVI_SEEN_ADDRESS;
		if (able & DUT_ATTRIBUTES)
			what |= GVI_SEEN_SIZE | GVI_SEEN_RIGHTS | GVI_SEEN_ATTRIBUTES |
				GVI_SEEN_COMPLETION;
		return what;
	case GVI_INPUT_INTERRUPT:
		/* A message is compared as a whole; without RqEoi its address is. */
		return what | (able & DUT_RQ_EOI ? GVI_SEEN_MESSAGE : GVI_SEEN_ADDRESS);
	case GVI_INPUT_ATS:
		return what | GVI_SEEN_COMPLETION | GVI_SEEN_VALUE;
	case GVI_INPUT_MMIO_READ:
	case GVI_INPUT_CONFIG_READ:
		return GVI_SEEN_VALUE;
	default:
		return 0;
	}
}

/* Writes down what was asked and what came of it. */
static enum dut_status note(struct recording *r, enum dut_status status,
			    const struct gvi_input *input, const union gvi_reply *reply)
{
	struct gvi_seen seen = {.what = seen_by(r->abilities, input, reply), .reply = *reply};

	if (status == DUT_OK)
		status = collect(r, &seen);
	if (status != DUT_OK)
		return status;
	gvi_record(&r->recorder, input, &seen);
	know(r, &seen);
	return DUT_OK;
}

static struct gvi_input access(enum gvi_input_kind kind, uint32_t offset, unsigned len,
			       uint64_t value)
{
	return (struct gvi_input){
		.kind = (uint8_t)kind,
		.of.mmio = {.value = value, .offset = offset, .length = (uint8_t)len}};
}

static enum dut_status mmio_read(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = access(GVI_INPUT_MMIO_READ, offset, len, 0);
	enum dut_status status = r->class->mmio_read(r->inner, offset, len, value);

	return note(r, status, &input, &(union gvi_reply){.value = *value});
}

static enum dut_status mmio_write(struct dut *dut, uint32_t offset, unsigned len, uint64_t value)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = access(GVI_INPUT_MMIO_WRITE, offset, len, value);

	return note(r, r->class->mmio_write(r->inner, offset, len, value), &input,
		    &(union gvi_reply){.value = 0});
}

static enum dut_status pci_read(struct dut *dut, uint32_t offset, unsigned len, uint32_t *value)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = access(GVI_INPUT_CONFIG_READ, offset, len, 0);
	enum dut_status status = r->class->pci_read(r->inner, offset, len, value);

	return note(r, status, &input, &(union gvi_reply){.value = *value});
}

static enum dut_status pci_write(struct dut *dut, uint32_t offset, unsigned len, uint32_t value)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = access(GVI_INPUT_CONFIG_WRITE, offset, len, value);

	return note(r, r->class->pci_write(r->inner, offset, len, value), &input,
		    &(union gvi_reply){.value = 0});
}

static enum dut_status dma(struct dut *dut, const struct dut_dma *dma, struct gvi_answer *answer)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = {.kind = GVI_INPUT_TRANSLATE, .of.request = dma->request};
	enum dut_status status = r->class->dma(r->inner, dma, answer);

	return note(r, status, &input, &(union gvi_reply){.answer = *answer});
}

static enum dut_status interrupt(struct dut *dut, const struct gvi_interrupt *interrupt,
				 struct gvi_answer *answer)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = {.kind = GVI_INPUT_INTERRUPT, .of.interrupt = *interrupt};
	enum dut_status status = r->class->interrupt(r->inner, interrupt, answer);

	return note(r, status, &input, &(union gvi_reply){.answer = *answer});
}

static enum dut_status ats(struct dut *dut, const struct gvi_ats_request *request,
			   struct gvi_ats_answer *answer)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = {.kind = GVI_INPUT_ATS, .of.ats = *request};
	enum dut_status status = r->class->ats(r->inner, request, answer);

	return note(r, status, &input, &(union gvi_reply){.ats = *answer});
}

static enum dut_status invalidation(struct dut *dut, uint16_t device, uint8_t tag, bool completes,
				    bool *known)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = {
		.kind = (uint8_t)(completes ? GVI_INPUT_DONE : GVI_INPUT_TIMED_OUT),
		.of.invalidation = {.device = device, .tag = tag}};
	enum dut_status status = r->class->invalidation(r->inner, device, tag, completes, known);

	return status == DUT_OK && !*known
		       ? DUT_OK
		       : note(r, status, &input, &(union gvi_reply){.value = 0});
}

static enum dut_status page_request(struct dut *dut, const struct gvi_page_request *request,
				    struct gvi_page_answer *answer)
{
	struct recording *r = recording_of(dut);
	const struct gvi_input input = {.kind = GVI_INPUT_PAGE, .of.page = *request};
	enum dut_status status = r->class->page_request(r->inner, request, answer);

	return note(r, status, &input, &(union gvi_reply){.page = *answer});
}

static enum dut_status messages(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	struct recording *r = recording_of(dut);

	return r->class->messages(r->inner, list, count);
}

static enum dut_status settle(struct dut *dut)
{
	struct recording *r = recording_of(dut);
	struct gvi_seen seen = {0};
	enum dut_status status = r->class->settle(r->inner);

	if (status == DUT_OK)
		status = collect(r, &seen);
	if (status != DUT_OK)
		return status;
	gvi_record_settled(&r->recorder, seen.what ? seen.effects : NULL, seen.neffects);
	know(r, &seen);
	return DUT_OK;
}

static enum dut_status inject(struct dut *dut, const struct dut_error *errors, size_t count)
{
	(void)dut;
	(void)errors;
	return count ? DUT_UNSUPPORTED : DUT_OK;
}

static enum dut_status race(struct dut *dut, uint64_t spa, uint64_t value)
{
	(void)dut;
	(void)spa;
	(void)value;
	return DUT_UNSUPPORTED;
}

static const struct dut_class recording_class = {
	.name = "recording",
	.close = close_recording,
	.abilities = abilities,
	.start = start,
	.stop = stop,
	.begin = begin,
	.memory_read = memory_read_recording,
	.memory_write = memory_write_recording,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.pci_read = pci_read,
	.pci_write = pci_write,
	.dma = dma,
	.interrupt = interrupt,
	.ats = ats,
	.invalidation = invalidation,
	.page_request = page_request,
	.messages = messages,
	.settle = settle,
	.inject = inject,
	.race = race,
	.effects = effects,
};
