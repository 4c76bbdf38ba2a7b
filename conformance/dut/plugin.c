/* A shared object as a device under test: include/goldvi/plugin.h on one side, the
 * interface of all devices on the other. */
#include "conformance/dut/plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/dut/bench.h"
#include "goldvi/plugin.h"

/* One number for both, so that words and messages pass as they are. */
#define SAME(ours, theirs) _Static_assert((int)(ours) == (int)(theirs), #ours " is " #theirs)
SAME(DUT_CONFIGURE, GVI_PLUGIN_CONFIGURE);
SAME(DUT_EVENTS, GVI_PLUGIN_EVENTS);
SAME(DUT_INJECT, GVI_PLUGIN_INJECT);
SAME(DUT_RACE, GVI_PLUGIN_RACE);
SAME(DUT_EFFECTS, GVI_PLUGIN_EFFECTS);
SAME(DUT_ATTRIBUTES, GVI_PLUGIN_ATTRIBUTES);
SAME(DUT_RQ_EOI, GVI_PLUGIN_RQ_EOI);
SAME(DUT_TIMEOUT, GVI_PLUGIN_TIMEOUT);
SAME(GVI_BUS_POISON, GVI_PLUGIN_POISON);
SAME(GVI_MESSAGE_RESPONSE, GVI_PLUGIN_MESSAGE_RESPONSE);
SAME(GVI_SOURCE_GA_OVERFLOW, GVI_PLUGIN_GA_OVERFLOW);
SAME(GVI_ATOMIC, GVI_PLUGIN_ATOMIC);
SAME(GVI_INTERRUPT, GVI_PLUGIN_IS_INTERRUPT);
SAME(GVI_DROPPED, GVI_PLUGIN_DROPPED);
SAME(GVI_MAX_TRANSLATIONS, GVI_PLUGIN_MAX_TRANSLATIONS);

struct plugin {
	struct dut dut;
	struct bench bench;
	struct gvi_plugin_bench calls;
	void *library;
	const struct gvi_plugin *table;
	void *device; /* or NULL */
	struct gvi_plugin_habit habit[GVI_NCHOICES];
};

static struct plugin *self(struct dut *dut)
{
	return (struct plugin *)dut;
}

/* ---- Life ------------------------------------------------------------------ */

static const struct gvi_plugin_bench calls;

static bool load(struct plugin *p, const char *file, char *why, size_t size);
static const char *defect(const struct gvi_plugin *table);
static void stop(struct dut *dut);

static void close_(struct dut *dut)
{
	struct plugin *p = self(dut);

	stop(dut);
	bench_free(&p->bench);
	if (p->library)
		dlclose(p->library);
	free(p);
}

static struct dut *open_(const char *argument, char *why, size_t size)
{
	struct plugin *p = calloc(1, sizeof *p);

	if (p)
		*p = (struct plugin){.dut.class = &dut_plugin_inside,
				     .calls = calls,
				     .bench.memory = memory_new()};
	if (!p || !p->bench.memory)
		snprintf(why, size, "memory ran out");
	else if (load(p, argument ? argument : "", why, size))
		return &p->dut;
	if (p)
		close_(&p->dut);
	return NULL;
}

/* dlopen() searches the system's folders for names without a slash. */
static bool load(struct plugin *p, const char *file, char *why, size_t size)
{
	char path[4096];

	if (!*file) {
		snprintf(why, size, "a file is needed: plugin:FILE");
		return false;
	}
	snprintf(path, sizeof path, "%s%s", strchr(file, '/') ? "" : "./", file);
	p->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (p->library)
		p->table = dlsym(p->library, "gvi_plugin_table");
	if (!p->table)
		snprintf(why, size, "%s", dlerror());
	else if (defect(p->table))
		snprintf(why, size, "%s", defect(p->table));
	return p->table && !defect(p->table);
}

/* What makes a table useless, as a sentence, or NULL. */
static const char *defect(const struct gvi_plugin *table)
{
	if (table->abi != GVI_PLUGIN_ABI)
		return "the plug-in is of another version of goldvi/plugin.h";
	if (!table->start || !table->stop || !table->mmio_read || !table->mmio_write || !table->dma)
		return "a plug-in needs start, stop, mmio_read, mmio_write and dma";
	if (!table->memory_read != !table->memory_write)
		return "memory of its own is read and written";
	return NULL;
}

static unsigned abilities(const struct dut *dut)
{
	const struct gvi_plugin *t = ((const struct plugin *)dut)->table;
	unsigned given = t->abilities & (DUT_CONFIGURE | DUT_EVENTS | DUT_INJECT | DUT_RACE |
					 DUT_EFFECTS | DUT_ATTRIBUTES | DUT_RQ_EOI);

	given |= t->pci_read && t->pci_write ? DUT_PCI : 0u;
	given |= t->ats && t->invalidation ? DUT_ATS : 0u;
	given |= t->page_request ? DUT_PRI : 0u;
	return t->memory_read ? given & ~(unsigned)(DUT_INJECT | DUT_RACE | DUT_EFFECTS) : given;
}

static void tell_config(struct plugin *p, const struct gvi_config *from,
			struct gvi_plugin_config *to);
static void take_config(const struct gvi_plugin_config *from, struct gvi_config *to);

static enum dut_status start(struct dut *dut, struct gvi_config *config)
{
	struct plugin *p = self(dut);
	struct gvi_plugin_config told = {0};

	stop(dut);
	bench_clear(&p->bench);
	tell_config(p, config, &told);
	p->device = p->table->start(&p->calls, &told);
	if (!p->device)
		return DUT_UNSUPPORTED;
	if (!(p->table->abilities & GVI_PLUGIN_CONFIGURE))
		take_config(&told, config);
	return DUT_OK;
}

static void tell_config(struct plugin *p, const struct gvi_config *from,
			struct gvi_plugin_config *to)
{
	*to = (struct gvi_plugin_config){
		.efr = from->efr,
		.efr2 = from->efr2,
		.control = from->control,
		.base = from->base,
		.pci_id = from->pci_id,
		.capability = from->capability,
		.misc0 = from->misc0,
		.misc1 = from->misc1,
		.revision = from->revision,
		.device = from->device,
		.enabled = from->enabled,
		.no_host = from->no_host,
		.snp = from->snp,
		.irt_cache_dis = from->irt_cache_dis,
		.gst_buffer = from->gst_buffer,
		.msi_messages_log2 = from->msi_messages_log2,
		.habits = p->habit,
	};
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (from->habit[i] != GVI_UNSETTLED)
			p->habit[to->nhabits++] = (struct gvi_plugin_habit){
				gvi_choices[i].id, gvi_choices[i].alternative[from->habit[i]].name};
}

static void take_config(const struct gvi_plugin_config *from, struct gvi_config *to)
{
	to->efr = from->efr;
	to->efr2 = from->efr2;
	to->control = from->control;
	to->base = from->base;
	to->pci_id = from->pci_id;
	to->capability = from->capability;
	to->misc0 = from->misc0;
	to->misc1 = from->misc1;
	to->revision = from->revision;
	to->device = from->device;
	to->enabled = from->enabled;
	to->no_host = from->no_host;
	to->snp = from->snp;
	to->irt_cache_dis = from->irt_cache_dis;
	to->gst_buffer = from->gst_buffer;
	to->msi_messages_log2 = from->msi_messages_log2;
}

static void stop(struct dut *dut)
{
	struct plugin *p = self(dut);

	if (p->device)
		p->table->stop(p->device);
	p->device = NULL;
}

/* ---- What the plug-in calls ------------------------------------------------------ */

/* The plug-in has the address of plugin.calls. */
static struct bench *bench_of(const struct gvi_plugin_bench *bench)
{
	const char *at = (const char *)bench - offsetof(struct plugin, calls);

	return &((struct plugin *)(uintptr_t)at)->bench;
}

static int read_(const struct gvi_plugin_bench *bench, uint64_t spa, void *to, size_t len)
{
	return (int)bench_read(bench_of(bench), spa, to, len);
}

/* In pieces of two words, as an effect has them. */
static int write_(const struct gvi_plugin_bench *bench, uint64_t spa, const void *from, size_t len)
{
	struct bench *b = bench_of(bench);
	const uint8_t *bytes = from;
	enum gvi_bus bus = bench_write(b, spa, from, len);

	for (size_t done = 0; done < len; done += 16) {
		struct gvi_effect e = {.spa = spa + done,
				       .kind = GVI_EFFECT_WRITE,
				       .bus = (uint8_t)bus,
				       .length = (uint8_t)(len - done < 16 ? len - done : 16)};

		for (unsigned i = 0; i < e.length; i++)
			e.data[i / 8] |= (uint64_t)bytes[done + i] << i % 8 * 8;
		bench_add_effects(b, &e, 1);
	}
	return (int)bus;
}

/* Who loses a race has done nothing. */
static int exchange(const struct gvi_plugin_bench *bench, uint64_t spa, uint64_t *seen,
		    uint64_t next)
{
	struct bench *b = bench_of(bench);
	struct gvi_effect e = {
		.spa = spa, .data = {*seen, next}, .kind = GVI_EFFECT_EXCHANGE, .length = 8};

	e.bus = (uint8_t)bench_exchange(b, spa, seen, next);
	if (e.bus != GVI_BUS_OK || *seen == e.data[0])
		bench_add_effects(b, &e, 1);
	return e.bus;
}

static struct gvi_message message_of(const struct gvi_plugin_message *m);

static void send_(const struct gvi_plugin_bench *bench, const struct gvi_plugin_message *message)
{
	struct gvi_message m = message_of(message);
	struct gvi_effect e = {.kind = GVI_EFFECT_SEND, .message = m};

	if (message->kind == GVI_PLUGIN_MESSAGE_RAISE)
		e = (struct gvi_effect){.kind = GVI_EFFECT_RAISE, .data = {message->source, 0}};
	bench_add_effects(bench_of(bench), &e, 1);
	bench_add_message(bench_of(bench), &m);
}

static struct gvi_message message_of(const struct gvi_plugin_message *m)
{
	return (struct gvi_message){
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

static const struct gvi_plugin_bench calls = {
	.abi = GVI_PLUGIN_ABI, .read = read_, .write = write_, .exchange = exchange, .send = send_};

/* ---- What the plug-in is asked ----------------------------------------------------- */

static enum dut_status status_of(const struct plugin *p, int status)
{
	if (p->bench.lost)
		return DUT_DIED;
	return status >= 0 && status <= GVI_PLUGIN_TIMEOUT ? (enum dut_status)status : DUT_NONSENSE;
}

static enum dut_status memory_read_(struct dut *dut, uint64_t spa, void *to, size_t len)
{
	struct plugin *p = self(dut);

	if (p->table->memory_read)
		return status_of(p, p->table->memory_read(p->device, spa, to, len));
	memory_read(p->bench.memory, spa, to, len);
	return DUT_OK;
}

static enum dut_status memory_write_(struct dut *dut, uint64_t spa, const void *from, size_t len)
{
	struct plugin *p = self(dut);

	if (p->table->memory_write)
		return status_of(p, p->table->memory_write(p->device, spa, from, len));
	return memory_write(p->bench.memory, spa, from, len) ? DUT_OK : DUT_UNSUPPORTED;
}

static enum dut_status mmio_read(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value)
{
	struct plugin *p = self(dut);

	*value = 0;
	return status_of(p, p->table->mmio_read(p->device, offset, len, value));
}

static enum dut_status mmio_write(struct dut *dut, uint32_t offset, unsigned len, uint64_t value)
{
	struct plugin *p = self(dut);

	return status_of(p, p->table->mmio_write(p->device, offset, len, value));
}

static enum dut_status pci_read(struct dut *dut, uint32_t offset, unsigned len, uint32_t *value)
{
	struct plugin *p = self(dut);

	*value = 0;
	if (!(abilities(dut) & DUT_PCI))
		return DUT_UNSUPPORTED;
	return status_of(p, p->table->pci_read(p->device, offset, len, value));
}

static enum dut_status pci_write(struct dut *dut, uint32_t offset, unsigned len, uint32_t value)
{
	struct plugin *p = self(dut);

	if (!(abilities(dut) & DUT_PCI))
		return DUT_UNSUPPORTED;
	return status_of(p, p->table->pci_write(p->device, offset, len, value));
}

static void take_answer(const struct gvi_plugin_answer *from, struct gvi_answer *to)
{
	*to = (struct gvi_answer){
		.address = from->address,
		.size = from->size,
		.message = message_of(&from->message),
		.result = from->result,
		.completion = from->completion,
		.translated = from->translated,
		.read = from->read,
		.write = from->write,
		.coherent = from->coherent,
		.untranslated_only = from->untranslated_only,
	};
}

static enum dut_status dma(struct dut *dut, const struct dut_dma *dma, struct gvi_answer *answer)
{
	struct plugin *p = self(dut);
	const struct gvi_request *r = &dma->request;
	const struct gvi_plugin_dma asked = {
		.address = r->address,
		.length = r->length,
		.pasid = r->pasid,
		.device = r->device,
		.access = r->access,
		.has_pasid = r->has_pasid,
		.execute = r->execute,
		.privileged = r->privileged,
		.intx = r->intx,
		.translated = r->translated,
	};
	struct gvi_plugin_answer given = {0};
	enum dut_status status = status_of(p, p->table->dma(p->device, &asked, &given));

	take_answer(&given, answer);
	return status;
}

static enum dut_status interrupt(struct dut *dut, const struct gvi_interrupt *i,
				 struct gvi_answer *answer)
{
	struct plugin *p = self(dut);
	const struct gvi_plugin_interrupt asked = {.address = i->address,
						   .data = i->data,
						   .pasid = i->pasid,
						   .device = i->device,
						   .has_pasid = i->has_pasid};
	struct gvi_plugin_answer given = {0};
	enum dut_status status = DUT_UNSUPPORTED;

	if (p->table->interrupt)
		status = status_of(p, p->table->interrupt(p->device, &asked, &given));
	take_answer(&given, answer);
	return status;
}

static enum dut_status ats(struct dut *dut, const struct gvi_ats_request *r,
			   struct gvi_ats_answer *answer)
{
	struct plugin *p = self(dut);
	const struct gvi_plugin_ats asked = {
		.address = r->address,
		.pasid = r->pasid,
		.device = r->device,
		.count = r->count,
		.unit_log2 = r->unit_log2,
		.has_pasid = r->has_pasid,
		.execute = r->execute,
		.privileged = r->privileged,
		.no_write = r->no_write,
	};
	struct gvi_plugin_ats_answer given = {0};
	enum dut_status status = DUT_UNSUPPORTED;

	if (p->table->ats)
		status = status_of(p, p->table->ats(p->device, &asked, &given));
	*answer = (struct gvi_ats_answer){
		.count = given.count, .result = given.result, .completion = given.completion};
	memcpy(answer->translation, given.translation, sizeof answer->translation);
	return given.count > GVI_MAX_TRANSLATIONS ? DUT_NONSENSE : status;
}

static enum dut_status invalidation(struct dut *dut, uint16_t device, uint8_t tag, bool completes,
				    bool *known)
{
	struct plugin *p = self(dut);

	*known = false;
	if (!p->table->invalidation)
		return DUT_UNSUPPORTED;
	return status_of(p, p->table->invalidation(p->device, device, tag, completes, known));
}

static enum dut_status page_request(struct dut *dut, const struct gvi_page_request *r,
				    struct gvi_page_answer *answer)
{
	struct plugin *p = self(dut);
	const struct gvi_plugin_page_request asked = {
		.address = r->address,
		.pasid = r->pasid,
		.device = r->device,
		.group = r->group,
		.read = r->read,
		.write = r->write,
		.last = r->last,
		.has_pasid = r->has_pasid,
		.execute = r->execute,
		.privileged = r->privileged,
		.malformed = r->malformed,
	};

	*answer = (struct gvi_page_answer){0};
	if (!p->table->page_request)
		return DUT_UNSUPPORTED;
	return status_of(p, p->table->page_request(p->device, &asked));
}

static enum dut_status settle(struct dut *dut)
{
	struct plugin *p = self(dut);

	return p->table->settle ? status_of(p, p->table->settle(p->device)) : DUT_OK;
}

/* ---- What the bench does for it ---------------------------------------------------- */

static enum dut_status messages(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	return bench_messages(&self(dut)->bench, list, count);
}

static enum dut_status inject(struct dut *dut, const struct dut_error *errors, size_t count)
{
	if (count && !(abilities(dut) & DUT_INJECT))
		return DUT_UNSUPPORTED;
	return bench_inject(&self(dut)->bench, errors, count);
}

static enum dut_status race(struct dut *dut, uint64_t spa, uint64_t value)
{
	if (!(abilities(dut) & DUT_RACE))
		return DUT_UNSUPPORTED;
	return bench_race(&self(dut)->bench, spa, value);
}

static enum dut_status effects(struct dut *dut, const struct gvi_effect **list, size_t *count)
{
	enum dut_status status = bench_effects(&self(dut)->bench, list, count);

	return abilities(dut) & DUT_EFFECTS ? status : DUT_UNSUPPORTED;
}

const struct dut_class dut_plugin_inside = {
	.name = "plugin",
	.open = open_,
	.close = close_,
	.abilities = abilities,
	.start = start,
	.stop = stop,
	.memory_read = memory_read_,
	.memory_write = memory_write_,
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
