/* What the real IOMMU logs of guests' devices, given to the guests.
 *
 * A record is not copied.  The virtual IOMMU is asked what it makes of the same access,
 * and if it refuses as well, the refusal is its own: it writes the record, with the
 * DeviceID and DomainID that the guest knows, suppresses what the guest's entry says,
 * and raises status and interrupts.  If it does not refuse, or cannot read a table, the
 * fault is one of the host's tables, and stays here. */
#include <string.h>

#include "conformance/hypervisor/hypervisor.h"

/* A request as its record shows it: one of the two. */
struct shown {
	struct gvi_request access;
	struct gvi_ats_request ats;
	bool is_ats;
};

static void drain(struct hypervisor *hv, enum gvi_register_id head, enum gvi_register_id tail,
		  uint64_t log, void (*take)(struct hypervisor *hv, uint64_t raw[2]));
static void take_event(struct hypervisor *hv, uint64_t raw[2]);
static void take_page_request(struct hypervisor *hv, uint64_t raw[2]);
static bool give(struct hypervisor *hv, const uint64_t raw[2]);

void hv_poll(struct hypervisor *hv)
{
	drain(hv, GVI_REGISTER_EVENT_LOG_HEAD, GVI_REGISTER_EVENT_LOG_TAIL, HV_EVENTS, take_event);
	drain(hv, GVI_REGISTER_PPR_LOG_HEAD, GVI_REGISTER_PPR_LOG_TAIL, HV_PAGES,
	      take_page_request);
}

static void drain(struct hypervisor *hv, enum gvi_register_id head, enum gvi_register_id tail,
		  uint64_t log, void (*take)(struct hypervisor *hv, uint64_t raw[2]))
{
	uint64_t at = hv_register(hv->unit, head), end = hv_register(hv->unit, tail);

	for (; at != end; at = (at + 16) % HV_RING) {
		uint64_t raw[2] = {memory_load(hv->memory, log + at),
				   memory_load(hv->memory, log + at + 8)};

		take(hv, raw);
	}
	(void)gvi_mmio_write(hv->unit, gvi_registers[head].offset, 8, end);
}

static void take_event(struct hypervisor *hv, uint64_t raw[2])
{
	if (!hv_pass(hv, GVI_FORMAT_IO_PAGE_FAULT, raw) || give(hv, raw))
		return;
	hv->nkept++;
	memcpy(hv->kept, raw, sizeof hv->kept);
}

/* ---- Accesses --------------------------------------------------------------------- */

static bool give_access(struct hv_device *device, const struct shown *s);
static bool give_rejected(struct hv_device *device, const uint64_t *raw);
static void show_fault(const uint64_t *raw, struct shown *s);
static void show_invalid(const uint64_t *raw, struct shown *s);

/* Whether it is a guest's. */
static bool give(struct hypervisor *hv, const uint64_t raw[2])
{
	struct hv_device *device =
		hv_find_real(hv, (uint16_t)gvi_get(GVI_IO_PAGE_FAULT_DEVICE_ID, raw));
	struct shown s = {0};

	if (!device)
		return false;
	switch (gvi_get(GVI_IO_PAGE_FAULT_CODE, raw)) {
	case 2:
		show_fault(raw, &s);
		break;
	case 8:
		show_invalid(raw, &s);
		break;
	case 9:
		return give_rejected(device, raw);
	default:
		/* Of the host's own tables. */
		return false;
	}
	s.access.device = s.ats.device = device->virtual;
	return give_access(device, &s);
}

/* Translation requests have no page faults (choice ATS_MALFORMED).  RW=1 may have been an
 * atomic access, too; that makes a difference for devices that may write only. */
static void show_fault(const uint64_t *raw, struct shown *s)
{
	struct gvi_request *r = &s->access;

	r->address = gvi_get(GVI_IO_PAGE_FAULT_ADDRESS, raw);
	r->length = 4;
	r->access = gvi_get(GVI_IO_PAGE_FAULT_RW, raw) ? GVI_WRITE : GVI_READ;
	r->has_pasid = gvi_get(GVI_IO_PAGE_FAULT_GN, raw);
	if (!r->has_pasid)
		return;
	r->pasid = (uint32_t)(gvi_get(GVI_IO_PAGE_FAULT_PASID_HIGH, raw) << 16 |
			      gvi_get(GVI_IO_PAGE_FAULT_DOMAIN_ID, raw));
	r->execute = !gvi_get(GVI_IO_PAGE_FAULT_NX, raw);
	r->privileged = !gvi_get(GVI_IO_PAGE_FAULT_US, raw);
}

enum { TRANSLATED = 1 };

static void show_invalid(const uint64_t *raw, struct shown *s)
{
	struct gvi_request *r = &s->access;

	r->address = gvi_get(GVI_INVALID_DEVICE_REQUEST_ADDRESS, raw);
	r->length = 1;
	r->has_pasid = gvi_get(GVI_INVALID_DEVICE_REQUEST_GN, raw);
	if (r->has_pasid) {
		r->pasid = (uint32_t)gvi_get(GVI_INVALID_DEVICE_REQUEST_PASID, raw);
		r->privileged = !gvi_get(GVI_INVALID_DEVICE_REQUEST_US, raw);
	}
	s->is_ats = gvi_get(GVI_INVALID_DEVICE_REQUEST_TR, raw);
	r->translated = !s->is_ats && gvi_get(GVI_INVALID_DEVICE_REQUEST_TYPE, raw) == TRANSLATED;
	s->ats = (struct gvi_ats_request){.address = r->address & ~UINT64_C(0xfff),
					  .pasid = r->pasid,
					  .count = 1,
					  .unit_log2 = 12,
					  .has_pasid = r->has_pasid,
					  .privileged = r->privileged};
}

static bool refuses(struct hv_guest *guest, const struct shown *s);
static bool refused(struct gvi *unit, const struct shown *s, struct gvi_answer *answer);

static bool give_access(struct hv_device *device, const struct shown *s)
{
	struct gvi_answer answer;

	return refuses(device->guest, s) && refused(device->guest->unit, s, &answer);
}

/* What the virtual IOMMU would do, but for PAGE_TAB_HARDWARE_ERROR: a table in a hole, or
 * not to be written. */
static bool refuses(struct hv_guest *guest, const struct shown *s)
{
	const struct gvi_host host = hv_trial_host(guest);
	struct gvi_answer answer;

	memcpy((void *)guest->asked, (const void *)guest->unit, gvi_size());
	(void)gvi_set_host(guest->asked, &host);
	return refused(guest->asked, s, &answer) &&
	       gvi_get(GVI_PAGE_TAB_HARDWARE_ERROR_CODE, answer.event) != 4;
}

static bool refused(struct gvi *unit, const struct shown *s, struct gvi_answer *answer)
{
	struct gvi_ats_answer ats;

	memset(answer, 0, sizeof *answer);
	if (!s->is_ats)
		return gvi_translate(unit, &s->access, answer) == GVI_OK &&
		       answer->result == GVI_ABORT;
	if (gvi_ats_translate(unit, &s->ats, &ats) != GVI_OK)
		return false;
	memcpy(answer->event, ats.event, sizeof answer->event);
	return ats.result == GVI_ABORT;
}

/* ---- Page requests -------------------------------------------------------------------- */

static void show_page(const uint64_t *raw, struct gvi_page_request *r);
static void give_page(struct hv_device *device, const struct gvi_page_request *request);

/* The virtual IOMMU logs it, answers it, or rejects it. */
static void take_page_request(struct hypervisor *hv, uint64_t raw[2])
{
	struct gvi_page_request r = {0};
	struct hv_device *device;

	if (!hv_pass(hv, GVI_FORMAT_PAGE_SERVICE_REQUEST, raw))
		return;
	device = hv_find_real(hv, (uint16_t)gvi_get(GVI_PAGE_SERVICE_REQUEST_DEVICE_ID, raw));
	if (!device)
		return;
	show_page(raw, &r);
	r.pasid = (uint32_t)gvi_get(GVI_PAGE_SERVICE_REQUEST_PASID, raw);
	r.has_pasid = gvi_get(GVI_PAGE_SERVICE_REQUEST_GN, raw);
	give_page(device, &r);
}

/* Flags stand where an entry of the PPR log has them (AMB-10.12), but for GN. */
static bool give_rejected(struct hv_device *device, const uint64_t *raw)
{
	struct gvi_page_request r = {0};

	show_page(raw, &r);
	r.pasid = (uint32_t)gvi_get(GVI_INVALID_PPR_REQUEST_PASID, raw);
	r.has_pasid = gvi_get(GVI_INVALID_PPR_REQUEST_GN, raw);
	give_page(device, &r);
	return true;
}

static void show_page(const uint64_t *raw, struct gvi_page_request *r)
{
	r->address = gvi_get(GVI_PAGE_SERVICE_REQUEST_ADDRESS, raw);
	r->group = (uint16_t)gvi_get(GVI_PAGE_SERVICE_REQUEST_PRG_INDEX, raw);
	r->read = gvi_get(GVI_PAGE_SERVICE_REQUEST_RD, raw);
	r->write = gvi_get(GVI_PAGE_SERVICE_REQUEST_WR, raw);
	r->last = gvi_get(GVI_PAGE_SERVICE_REQUEST_L, raw);
	r->execute = gvi_get(GVI_PAGE_SERVICE_REQUEST_EX, raw);
	r->malformed = gvi_get(GVI_PAGE_SERVICE_REQUEST_RZ, raw);
	r->privileged = !gvi_get(GVI_PAGE_SERVICE_REQUEST_US, raw);
}

static void give_page(struct hv_device *device, const struct gvi_page_request *request)
{
	struct hv_guest *guest = device->guest;
	struct gvi_page_request own = *request;
	struct gvi_page_answer answer;

	own.device = device->virtual;
	if (!own.has_pasid) {
		own.pasid = 0;
		own.execute = own.privileged = false;
	}
	guest->answering = &own;
	(void)gvi_page_request(guest->unit, &own, &answer);
	guest->answering = NULL;
}
