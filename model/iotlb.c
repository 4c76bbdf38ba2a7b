/* Invalidations of device TLBs: docs/spec/09-commands.md section 7. */
#include "model/iotlb.h"

#include <string.h>

#include "model/device.h"
#include "model/effects.h"
#include "model/log.h"

/* ITags of a device. */
enum { TAGS = 32 };

static bool is_off(struct gvi *m, uint16_t device);
static bool has_room(struct gvi *m, const uint64_t command[2]);
static void send(struct gvi *m, const uint64_t command[2], uint8_t tag);
static uint32_t tags_in_use(const struct gvi *m, uint16_t device);

/* Step 1 */
enum iotlb iotlb_decide(struct gvi *m, const uint64_t command[2])
{
	uint16_t device = (uint16_t)get_INVALIDATE_IOTLB_PAGES_DEVICE_ID(command);
	unsigned off = choose(m, GVI_CHOICE_IOTLB_DEVICE_OFF);

	if (off && is_off(m, device))
		return off == 1 ? IOTLB_IGNORE : IOTLB_ILLEGAL;
	return has_room(m, command) ? IOTLB_SEND : IOTLB_WAIT;
}

void iotlb_invalidate(struct gvi *m, const struct command *c)
{
	uint16_t device = (uint16_t)get_INVALIDATE_IOTLB_PAGES_DEVICE_ID(c->raw);
	uint32_t used = tags_in_use(m, device);
	unsigned at = m->ninvalidations++;
	uint8_t tag = 0;

	while (used >> tag & 1)
		tag++;
	for (; at && m->invalidation_order[at - 1] > c->order; at--) {
		m->invalidation_order[at] = m->invalidation_order[at - 1];
		m->invalidations[at] = m->invalidations[at - 1];
	}
	m->invalidation_order[at] = c->order;
	m->invalidations[at] = (struct gvi_invalidation){
		.spa = c->spa,
		.device = device,
		.queue = (uint16_t)get_INVALIDATE_IOTLB_PAGES_QUEUE_ID(c->raw),
		.tag = tag};
	send(m, c->raw, tag);
}

bool iotlb_older(const struct gvi *m, uint64_t order)
{
	for (unsigned i = 0; i < m->ninvalidations; i++)
		if (m->invalidation_order[i] < order)
			return true;
	return false;
}

/* AMB-9.12 */
static bool is_off(struct gvi *m, uint16_t device)
{
	uint64_t dte[4];

	return !device_peek(m, device, dte) || !get_DTE_V(dte) || !get_DTE_I(dte);
}

/* [command.iotlb-request] [command.iotlb-size] */
static void send(struct gvi *m, const uint64_t command[2], uint8_t tag)
{
	struct gvi_message message = {
		.kind = GVI_MESSAGE_INVALIDATE,
		.device = (uint16_t)get_INVALIDATE_IOTLB_PAGES_DEVICE_ID(command),
		.has_pasid = get_INVALIDATE_IOTLB_PAGES_GN(command),
		.tag = tag};

	cite(m, GVI_CLAUSE_COMMAND_IOTLB_REQUEST);
	cite(m, GVI_CLAUSE_COMMAND_IOTLB_SIZE);
	set_ATS_INVALIDATE_REQUEST_S(&message.address, get_INVALIDATE_IOTLB_PAGES_S(command));
	set_ATS_INVALIDATE_REQUEST_ADDRESS(&message.address,
					   get_INVALIDATE_IOTLB_PAGES_ADDRESS(command));
	if (message.has_pasid)
		message.pasid = (uint32_t)get_INVALIDATE_IOTLB_PAGES_PASID(command);
	effect_send(m, &message);
}

/* One bit for each. */
static uint32_t tags_in_use(const struct gvi *m, uint16_t device)
{
	uint32_t used = 0;

	for (unsigned i = 0; i < m->ninvalidations; i++)
		if (m->invalidations[i].device == device)
			used |= UINT32_C(1) << m->invalidations[i].tag;
	return used;
}

/* [command.iotlb-limit] */
static bool has_room(struct gvi *m, const uint64_t command[2])
{
	uint64_t queue = get_INVALIDATE_IOTLB_PAGES_QUEUE_ID(command);
	uint64_t most = get_INVALIDATE_IOTLB_PAGES_MAXPEND(command);
	unsigned of_queue = 0;

	for (unsigned i = 0; i < m->ninvalidations; i++)
		of_queue += m->invalidations[i].queue == queue;
	cite(m, GVI_CLAUSE_COMMAND_IOTLB_LIMIT);
	if (!most)
		most = choose(m, GVI_CHOICE_MAXPEND_ZERO) == 1 ? 1 : UINT64_MAX;
	return of_queue < most && m->ninvalidations < GVI_MAX_INVALIDATIONS &&
	       tags_in_use(m, (uint16_t)get_INVALIDATE_IOTLB_PAGES_DEVICE_ID(command)) !=
		       (uint32_t)low_ones(TAGS);
}

/* ---- Steps 2 and 3: completed, or given up ------------------------------- */

static void take_out(struct gvi *m, const struct gvi_invalidation *request);

const struct gvi_invalidation *iotlb_find(const struct gvi *m, uint16_t device, uint8_t tag)
{
	for (unsigned i = 0; i < m->ninvalidations; i++)
		if (m->invalidations[i].device == device && m->invalidations[i].tag == tag)
			return &m->invalidations[i];
	return NULL;
}

/* [command.iotlb-completion] */
void iotlb_completed(struct gvi *m, const struct gvi_invalidation *request)
{
	cite(m, GVI_CLAUSE_COMMAND_IOTLB_COMPLETION);
	take_out(m, request);
}

/* [command.iotlb-timeout] */
void iotlb_timed_out(struct gvi *m, const struct gvi_invalidation *request)
{
	uint64_t e[2] = {0};

	set_IOTLB_INV_TIMEOUT_CODE(e, 7);
	set_IOTLB_INV_TIMEOUT_DEVICE_ID(e, request->device);
	set_IOTLB_INV_TIMEOUT_ADDRESS(e, request->spa);
	cite(m, GVI_CLAUSE_COMMAND_IOTLB_TIMEOUT);
	cite(m, GVI_CLAUSE_EVENT_IOTLB_INV_TIMEOUT);
	take_out(m, request);
	(void)log_event(m, e);
}

static void take_out(struct gvi *m, const struct gvi_invalidation *request)
{
	size_t at = (size_t)(request - m->invalidations);
	size_t behind = --m->ninvalidations - at;

	memmove(m->invalidations + at, m->invalidations + at + 1,
		behind * sizeof m->invalidations[0]);
	memmove(m->invalidation_order + at, m->invalidation_order + at + 1,
		behind * sizeof m->invalidation_order[0]);
}

/* AMB-7.11: the reserved code has the effect of 0. */
bool iotlb_times_out(const struct gvi *m)
{
	unsigned code = (unsigned)get_CONTROL_INV_TIMEOUT(&m->reg[SLOT_CONTROL]);

	return code && code < 7;
}
