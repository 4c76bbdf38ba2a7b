/* The library as a plug-in with all that a device can show: every vector that is played
 * on the built-in model comes out the same.
 *
 *   cc -shared -fPIC model.c -o model.so $(pkg-config --cflags --libs goldvi)
 *   goldvi run --dut plugin:./model.so vectors */
#include <stdlib.h>
#include <string.h>

#include <goldvi/goldvi.h>
#include <goldvi/plugin.h>

struct device {
	struct gvi *gvi;
	const struct gvi_plugin_bench *bench;
};

static int status_of(enum gvi_status status)
{
	return status == GVI_OK             ? GVI_PLUGIN_OK
	       : status == GVI_STATE_RACING ? GVI_PLUGIN_TIMEOUT
					    : GVI_PLUGIN_UNSUPPORTED;
}

/* ---- Surroundings -------------------------------------------------------------- */

static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	const struct device *d = user;

	return (enum gvi_bus)d->bench->read(d->bench, spa, to, len);
}

static enum gvi_bus write_memory(void *user, uint64_t spa, const void *from, size_t len)
{
	const struct device *d = user;

	return (enum gvi_bus)d->bench->write(d->bench, spa, from, len);
}

static enum gvi_bus exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	const struct device *d = user;

	return (enum gvi_bus)d->bench->exchange(d->bench, spa, seen, next);
}

static struct gvi_plugin_message message_of(const struct gvi_message *m)
{
	return (struct gvi_plugin_message){
		.address = m->address,
		.data = m->data,
		.destination = m->destination,
		.pasid = m->pasid,
		.device = m->device,
		.kind = m->kind,
		.source = m->source,
		.tag = m->tag,
		.has_pasid = m->has_pasid,
		.rq_eoi = m->rq_eoi,
		.x2apic = m->x2apic,
	};
}

static void send_message(void *user, const struct gvi_message *message)
{
	const struct device *d = user;
	struct gvi_plugin_message m = message_of(message);

	d->bench->send(d->bench, &m);
}

/* That it means to interrupt is told to listeners only. */
static void note(void *user, const struct gvi_note *note)
{
	const struct device *d = user;
	struct gvi_plugin_message m = {.kind = GVI_PLUGIN_MESSAGE_RAISE};

	if (note->kind != GVI_NOTE_EFFECT || note->effect->kind != GVI_EFFECT_RAISE)
		return;
	m.source = (uint8_t)note->effect->data[0];
	d->bench->send(d->bench, &m);
}

/* ---- Life ---------------------------------------------------------------------- */

static void stop(void *device)
{
	struct device *d = device;

	free(d->gvi);
	free(d);
}

static struct gvi_config config_of(const struct gvi_plugin_config *told)
{
	struct gvi_config config;

	(void)gvi_preset(GVI_PRESET_NOTHING, &config);
	config.efr = told->efr;
	config.efr2 = told->efr2;
	config.control = told->control;
	config.base = told->base;
	config.pci_id = told->pci_id;
	config.capability = told->capability;
	config.misc0 = told->misc0;
	config.misc1 = told->misc1;
	config.revision = told->revision;
	config.device = told->device;
	config.enabled = told->enabled;
	config.no_host = told->no_host;
	config.snp = told->snp;
	config.irt_cache_dis = told->irt_cache_dis;
	config.gst_buffer = told->gst_buffer;
	config.msi_messages_log2 = told->msi_messages_log2;
	for (uint32_t i = 0; i < told->nhabits; i++) {
		enum gvi_choice choice = gvi_find_choice(told->habits[i].choice);

		for (uint8_t k = 0; choice < GVI_NCHOICES && k < gvi_choices[choice].count; k++)
			if (!strcmp(gvi_choices[choice].alternative[k].name,
				    told->habits[i].alternative))
				config.habit[choice] = k;
	}
	return config;
}

static void *start(const struct gvi_plugin_bench *bench, struct gvi_plugin_config *told)
{
	struct device *d = malloc(sizeof *d);
	struct gvi_config config = config_of(told);
	struct gvi_host host = {.user = d,
				.read = read_memory,
				.write = write_memory,
				.exchange = exchange,
				.send = send_message,
				.note = note};

	if (!d)
		return NULL;
	*d = (struct device){malloc(gvi_size()), bench};
	if (d->gvi && gvi_init(d->gvi, &config, &host) == GVI_OK)
		return d;
	stop(d);
	return NULL;
}

/* ---- Registers ------------------------------------------------------------------- */

static struct gvi *model(void *device)
{
	return ((struct device *)device)->gvi;
}

static int mmio_read(void *device, uint32_t offset, uint32_t len, uint64_t *value)
{
	return status_of(gvi_mmio_read(model(device), offset, len, value));
}

static int mmio_write(void *device, uint32_t offset, uint32_t len, uint64_t value)
{
	return status_of(gvi_mmio_write(model(device), offset, len, value));
}

static int pci_read(void *device, uint32_t offset, uint32_t len, uint32_t *value)
{
	return status_of(gvi_config_read(model(device), offset, len, value));
}

static int pci_write(void *device, uint32_t offset, uint32_t len, uint32_t value)
{
	return status_of(gvi_config_write(model(device), offset, len, value));
}

static int settle(void *device)
{
	enum gvi_status status = GVI_OK;
	bool more = true;

	while (more && status == GVI_OK)
		status = gvi_step(model(device), &more);
	return status_of(status);
}

/* ---- Accesses -------------------------------------------------------------------- */

static void take(const struct gvi_answer *from, struct gvi_plugin_answer *to)
{
	to->address = from->address;
	to->size = from->size;
	to->result = from->result;
	to->completion = from->completion;
	to->read = from->read;
	to->write = from->write;
	to->coherent = from->coherent;
	to->untranslated_only = from->untranslated_only;
	to->translated = from->translated;
	to->message = message_of(&from->message);
}

static int dma(void *device, const struct gvi_plugin_dma *dma, struct gvi_plugin_answer *answer)
{
	const struct gvi_request request = {
		.address = dma->address,
		.length = dma->length,
		.pasid = dma->pasid,
		.device = dma->device,
		.access = dma->access,
		.has_pasid = dma->has_pasid,
		.execute = dma->execute,
		.privileged = dma->privileged,
		.intx = dma->intx,
		.translated = dma->translated,
	};
	struct gvi_answer seen = {0};
	int status = status_of(gvi_translate(model(device), &request, &seen));

	take(&seen, answer);
	return status;
}

static int interrupt(void *device, const struct gvi_plugin_interrupt *i,
		     struct gvi_plugin_answer *answer)
{
	const struct gvi_interrupt request = {.address = i->address,
					      .data = i->data,
					      .pasid = i->pasid,
					      .device = i->device,
					      .has_pasid = i->has_pasid};
	struct gvi_answer seen = {0};
	int status = status_of(gvi_interrupt(model(device), &request, &seen));

	take(&seen, answer);
	return status;
}

static int ats(void *device, const struct gvi_plugin_ats *ats, struct gvi_plugin_ats_answer *answer)
{
	const struct gvi_ats_request request = {
		.address = ats->address,
		.pasid = ats->pasid,
		.device = ats->device,
		.count = ats->count,
		.unit_log2 = ats->unit_log2,
		.has_pasid = ats->has_pasid,
		.execute = ats->execute,
		.privileged = ats->privileged,
		.no_write = ats->no_write,
	};
	struct gvi_ats_answer seen = {0};
	int status = status_of(gvi_ats_translate(model(device), &request, &seen));

	memcpy(answer->translation, seen.translation, sizeof answer->translation);
	answer->count = seen.count;
	answer->result = seen.result;
	answer->completion = seen.completion;
	return status;
}

static int invalidation(void *device, uint16_t id, uint8_t tag, bool completes, bool *known)
{
	enum gvi_status status = completes ? gvi_invalidation_done(model(device), id, tag)
					   : gvi_invalidation_timed_out(model(device), id, tag);

	*known = status != GVI_STATE_NO_INVALIDATION;
	return *known ? status_of(status) : GVI_PLUGIN_OK;
}

static int page_request(void *device, const struct gvi_plugin_page_request *page)
{
	const struct gvi_page_request request = {
		.address = page->address,
		.pasid = page->pasid,
		.device = page->device,
		.group = page->group,
		.read = page->read,
		.write = page->write,
		.last = page->last,
		.has_pasid = page->has_pasid,
		.execute = page->execute,
		.privileged = page->privileged,
		.malformed = page->malformed,
	};
	struct gvi_page_answer seen;

	return status_of(gvi_page_request(model(device), &request, &seen));
}

const struct gvi_plugin gvi_plugin_table = {
	.abi = GVI_PLUGIN_ABI,
	.abilities = GVI_PLUGIN_CONFIGURE | GVI_PLUGIN_EVENTS | GVI_PLUGIN_INJECT |
		     GVI_PLUGIN_RACE | GVI_PLUGIN_EFFECTS | GVI_PLUGIN_ATTRIBUTES |
		     GVI_PLUGIN_RQ_EOI,
	.start = start,
	.stop = stop,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.dma = dma,
	.settle = settle,
	.interrupt = interrupt,
	.pci_read = pci_read,
	.pci_write = pci_write,
	.ats = ats,
	.invalidation = invalidation,
	.page_request = page_request,
};
