/* The public interface: arguments are checked here, once, and nowhere else. */
#include "goldvi/goldvi.h"

#include <string.h>

#include "model/ats.h"
#include "model/command.h"
#include "model/config.h"
#include "model/effects.h"
#include "model/history.h"
#include "model/host.h"
#include "model/iotlb.h"
#include "model/message.h"
#include "model/page_request.h"
#include "model/pci.h"
#include "model/plain.h"
#include "model/regs.h"
#include "model/remap.h"
#include "model/translate.h"

int gvi_version(void)
{
	return GVI_VERSION;
}

/* ---- Life --------------------------------------------------------------- */

size_t gvi_size(void)
{
	return sizeof(struct gvi);
}

enum gvi_status gvi_init(struct gvi *m, const struct gvi_config *config,
			 const struct gvi_host *host)
{
	enum gvi_status status;

	if (!m || !config || !host)
		return GVI_ARG_NULL;
	status = config_check(config);
	if (status == GVI_OK)
		status = host_check(host);
	if (status != GVI_OK)
		return status;
	memset(m, 0, sizeof *m);
	m->config = *config;
	/* Without the host yet: nobody listens to or chooses at a reset. */
	regs_init(m);
	host_attach(m, host);
	gvi_reset(m);
	return GVI_OK;
}

void gvi_reset(struct gvi *m)
{
	m->npending = m->lost_pending = m->neffects = 0;
	m->ninvalidations = m->nheld = 0;
	m->fetched = 0;
	history_reset(m);
	m->nrelogged = 0;
	memset(m->first_logged, 0, sizeof m->first_logged);
	pci_reset(m);
	regs_reset(m);
	if (get_CONTROL_IOMMU_EN(&m->reg[SLOT_CONTROL]))
		history_enabled(m);
	host_watch(m);
}

enum gvi_status gvi_set_host(struct gvi *m, const struct gvi_host *host)
{
	enum gvi_status status;

	if (!m || !host)
		return GVI_ARG_NULL;
	status = host_check(host);
	if (status == GVI_OK)
		host_attach(m, host);
	return status;
}

const struct gvi_config *gvi_config(const struct gvi *m)
{
	return &m->config;
}

uint64_t gvi_features_now(const struct gvi *m)
{
	return m->features;
}

/* ---- Registers ---------------------------------------------------------- */

/* [register.access-size] */
static bool aligned(uint32_t offset, unsigned len, unsigned largest)
{
	return len && len <= largest && !(len & (len - 1)) && offset % len == 0;
}

static enum gvi_status check_mmio(const struct gvi *m, uint32_t offset, unsigned len)
{
	if (!aligned(offset, len, 8))
		return GVI_ARG_MMIO_SIZE;
	if (offset >= regs_window(m))
		return GVI_ARG_MMIO_OFFSET;
	return pci_enabled(m) ? GVI_OK : GVI_STATE_DISABLED;
}

enum gvi_status gvi_mmio_read(struct gvi *m, uint32_t offset, unsigned len, uint64_t *value)
{
	enum gvi_status status = m && value ? check_mmio(m, offset, len) : GVI_ARG_NULL;

	if (status != GVI_OK)
		return status;
	effects_begin(m);
	*value = regs_read(m, offset, len);
	return GVI_OK;
}

enum gvi_status gvi_mmio_write(struct gvi *m, uint32_t offset, unsigned len, uint64_t value)
{
	enum gvi_status status = m ? check_mmio(m, offset, len) : GVI_ARG_NULL;

	if (status != GVI_OK)
		return status;
	effects_begin(m);
	regs_write(m, offset, len, value);
	return GVI_OK;
}

static enum gvi_status check_config_access(uint32_t offset, unsigned len)
{
	if (!aligned(offset, len, 4))
		return GVI_ARG_CONFIG_SIZE;
	return offset < 4096 ? GVI_OK : GVI_ARG_CONFIG_OFFSET;
}

enum gvi_status gvi_config_read(struct gvi *m, uint32_t offset, unsigned len, uint32_t *value)
{
	enum gvi_status status = m && value ? check_config_access(offset, len) : GVI_ARG_NULL;

	if (status != GVI_OK)
		return status;
	effects_begin(m);
	*value = pci_read(m, offset & ~3u) >> 8 * (offset & 3) & (uint32_t)low_ones(8 * len);
	return GVI_OK;
}

enum gvi_status gvi_config_write(struct gvi *m, uint32_t offset, unsigned len, uint32_t value)
{
	enum gvi_status status = m ? check_config_access(offset, len) : GVI_ARG_NULL;
	unsigned shift = 8 * (offset & 3);

	if (status != GVI_OK)
		return status;
	effects_begin(m);
	pci_write(m, offset & ~3u, value << shift, (uint32_t)low_ones(8 * len) << shift);
	return GVI_OK;
}

/* ---- Requests and commands ---------------------------------------------- */

static void undo(struct gvi *m, size_t neffects);
static enum gvi_status translated(struct gvi *m, const struct gvi_request *request,
				  struct gvi_answer *answer);
static enum gvi_status translate_with_care(struct gvi *m, const struct gvi_request *request,
					   struct gvi_answer *answer);

enum gvi_status gvi_translate(struct gvi *m, const struct gvi_request *request,
			      struct gvi_answer *answer)
{
	enum gvi_status status;

	if (!m || !request || !answer)
		return GVI_ARG_NULL;
	status = translate_check(request);
	if (status != GVI_OK)
		return status;
	if (request->translated)
		return translated(m, request, answer);
	if (!m->near.room || !(request->has_pasid ? plain_translate_guest(m, request, answer)
						  : plain_translate(m, request, answer)))
		return translate_with_care(m, request, answer);
	effects_begin(m);
	return GVI_OK;
}

static enum gvi_status translate_now(struct gvi *m, const struct gvi_request *request,
				     struct gvi_answer *answer)
{
	struct access x = {.m = m, .request = request, .answer = answer};

	effects_begin(m);
	clear_answer(answer);
	return translate(&x);
}

static enum gvi_status translate_with_care(struct gvi *m, const struct gvi_request *request,
					   struct gvi_answer *answer)
{
	struct gvi_answer was;
	size_t neffects = m->neffects;
	enum gvi_status status;

	/* Races are all that can be refused on the way. */
	if (!m->host.exchange)
		return translate_now(m, request, answer);
	memcpy(&was, answer, sizeof was);
	status = translate_now(m, request, answer);
	if (status == GVI_OK)
		return GVI_OK;
	undo(m, neffects);
	memcpy(answer, &was, sizeof was);
	return status;
}

/* Nothing has changed, but for what a host that races itself has let happen. */
static void undo(struct gvi *m, size_t neffects)
{
	if (m->neffects == 0)
		m->neffects = neffects;
}

static enum gvi_status translated(struct gvi *m, const struct gvi_request *request,
				  struct gvi_answer *answer)
{
	struct gvi_answer now;
	struct access x = {.m = m, .request = request, .answer = &now};
	size_t neffects = m->neffects;
	enum gvi_status status;

	effects_begin(m);
	memset(&now, 0, sizeof now);
	status = ats_translated(&x);
	if (status == GVI_OK)
		memcpy(answer, &now, sizeof now);
	else
		undo(m, neffects);
	return status;
}

static enum gvi_status check_ats(const struct gvi_ats_request *r)
{
	if (r->count < 1 || r->count > GVI_MAX_TRANSLATIONS || r->address & 4095 ||
	    r->unit_log2 < 12 || r->unit_log2 > 43)
		return GVI_ARG_TRANSLATIONS;
	if (r->has_pasid ? r->pasid >> 20 != 0 : r->pasid || r->execute || r->privileged)
		return GVI_ARG_PASID;
	return GVI_OK;
}

enum gvi_status gvi_ats_translate(struct gvi *m, const struct gvi_ats_request *request,
				  struct gvi_ats_answer *answer)
{
	enum gvi_status status;
	size_t neffects;

	if (!m || !request || !answer)
		return GVI_ARG_NULL;
	status = check_ats(request);
	if (status != GVI_OK)
		return status;
	neffects = m->neffects;
	effects_begin(m);
	status = ats_translate(m, request, answer);
	if (status != GVI_OK)
		undo(m, neffects);
	return status;
}

static enum gvi_status check_interrupt(const struct gvi_interrupt *r)
{
	if (!message_valid(r))
		return GVI_ARG_INTERRUPT;
	if (!r->pasid)
		return GVI_OK;
	return r->has_pasid && r->pasid >> 20 == 0 ? GVI_OK : GVI_ARG_PASID;
}

static enum gvi_status interrupt_now(struct gvi *m, const struct gvi_interrupt *r,
				     struct gvi_answer *answer)
{
	const struct gvi_request write = {.address = r->address,
					  .length = 4,
					  .pasid = r->pasid,
					  .device = r->device,
					  .access = GVI_WRITE,
					  .has_pasid = r->has_pasid};
	struct access x = {.m = m, .request = &write, .interrupt = r, .answer = answer};

	effects_begin(m);
	clear_answer(answer);
	return remap(&x);
}

enum gvi_status gvi_interrupt(struct gvi *m, const struct gvi_interrupt *request,
			      struct gvi_answer *answer)
{
	struct gvi_answer was;
	enum gvi_status status;
	size_t neffects;

	if (!m || !request || !answer)
		return GVI_ARG_NULL;
	status = check_interrupt(request);
	if (status != GVI_OK)
		return status;
	/* A race for a guest's virtual APIC is all that can be refused on the way. */
	if (!get_CONTROL_GAM_EN(&m->reg[SLOT_CONTROL]) || !m->host.exchange)
		return interrupt_now(m, request, answer);
	memcpy(&was, answer, sizeof was);
	neffects = m->neffects;
	status = interrupt_now(m, request, answer);
	if (status != GVI_OK) {
		memcpy(answer, &was, sizeof was);
		m->neffects = neffects;
	}
	return status;
}

static enum gvi_status check_page(const struct gvi_page_request *r)
{
	if (r->address & 4095 || r->group >= 512)
		return GVI_ARG_PAGE_REQUEST;
	if (r->has_pasid ? r->pasid >> 20 != 0 : r->pasid || r->execute || r->privileged)
		return GVI_ARG_PASID;
	return GVI_OK;
}

enum gvi_status gvi_page_request(struct gvi *m, const struct gvi_page_request *request,
				 struct gvi_page_answer *answer)
{
	enum gvi_status status = m && request && answer ? check_page(request) : GVI_ARG_NULL;

	if (status != GVI_OK)
		return status;
	effects_begin(m);
	page_request(m, request, answer);
	return GVI_OK;
}

const struct gvi_invalidation *gvi_invalidations(const struct gvi *m, size_t *count)
{
	*count = m->ninvalidations;
	return m->invalidations;
}

enum gvi_status gvi_invalidation_done(struct gvi *m, uint16_t device, uint8_t tag)
{
	const struct gvi_invalidation *request = m ? iotlb_find(m, device, tag) : NULL;

	if (!request)
		return m ? GVI_STATE_NO_INVALIDATION : GVI_ARG_NULL;
	effects_begin(m);
	iotlb_completed(m, request);
	return GVI_OK;
}

enum gvi_status gvi_invalidation_timed_out(struct gvi *m, uint16_t device, uint8_t tag)
{
	const struct gvi_invalidation *request = m ? iotlb_find(m, device, tag) : NULL;

	if (!request)
		return m ? GVI_STATE_NO_INVALIDATION : GVI_ARG_NULL;
	if (!iotlb_times_out(m))
		return GVI_STATE_NO_TIMEOUT;
	effects_begin(m);
	iotlb_timed_out(m, request);
	return GVI_OK;
}

enum gvi_status gvi_step(struct gvi *m, bool *done)
{
	if (!m || !done)
		return GVI_ARG_NULL;
	effects_begin(m);
	*done = command_step(m);
	return GVI_OK;
}

/* ---- What tables have been ---------------------------------------------- */

size_t gvi_history_size(unsigned values_log2)
{
	return values_log2 < 4 || values_log2 > 30 ? 0 : history_size(values_log2);
}

enum gvi_status gvi_track(struct gvi *m, void *storage, unsigned values_log2)
{
	if (!m)
		return GVI_ARG_NULL;
	if (storage && (!gvi_history_size(values_log2) || (uintptr_t)storage % sizeof(uint64_t)))
		return GVI_ARG_HISTORY;
	memset(&m->past, 0, sizeof m->past);
	m->past.history = storage ? history_begin(storage, values_log2) : NULL;
	m->past.used = storage && get_CONTROL_IOMMU_EN(&m->reg[SLOT_CONTROL]);
	host_watch(m);
	return GVI_OK;
}

enum gvi_status gvi_wrote(struct gvi *m, uint64_t spa, const uint64_t *old, size_t words)
{
	if (!m || !old)
		return GVI_ARG_NULL;
	if (!m->past.history || spa % 8 || !words || words > 8 ||
	    (UINT64_MAX - spa) / 8 < words - 1)
		return GVI_ARG_WROTE;
	for (size_t i = 0; i < words; i++)
		history_wrote(m->past.history, spa + 8 * i, old[i], i != 0);
	host_watch(m);
	return GVI_OK;
}

bool gvi_unsure(const struct gvi *m)
{
	return m->past.unsure;
}

/* ---- What a call did ---------------------------------------------------- */

const struct gvi_effect *gvi_effects(const struct gvi *m, size_t *count)
{
	*count = m->neffects;
	return m->effects;
}

const struct gvi_pending *gvi_pending(const struct gvi *m, size_t *count, size_t *lost)
{
	*count = m->npending;
	*lost = m->lost_pending;
	return m->pending;
}
