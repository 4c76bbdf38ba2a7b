/* The guest's command ring.  The virtual IOMMU performs each command, so that legality,
 * halts, completion stores and interrupts are its business; what concerns devices and
 * caches is told to the real one. */
#include "conformance/hypervisor/hypervisor.h"

/* For one command of a guest the host may get one for each device, and a wait. */
enum { MOST = HV_MAX_DEVICES + 2 };

static bool peek(struct hv_guest *guest, uint64_t raw[2]);
static bool barrier(struct hv_guest *guest);
static bool step(struct hv_guest *guest, const uint64_t raw[2], bool *waits);
static bool forward(struct hv_guest *guest, const uint64_t raw[2]);

bool hv_run(struct hv_guest *guest)
{
	uint64_t raw[2];
	bool waits = false;

	while (peek(guest, raw)) {
		if (!hv_has_room(guest->hv, MOST))
			return false;
		/* The host's wait comes before the guest's. */
		if ((waits || raw[0] >> 60 == 1) && !barrier(guest))
			return false;
		if (!step(guest, raw, &waits))
			return false;
	}
	return true;
}

/* The command at the head; zeros if it cannot be read, which the virtual IOMMU finds
 * out for itself. */
static bool peek(struct hv_guest *guest, uint64_t raw[2])
{
	uint64_t base = hv_register(guest->unit, GVI_REGISTER_CMD_BUF_BASE);
	uint64_t head = hv_register(guest->unit, GVI_REGISTER_CMD_BUF_HEAD);
	uint64_t tail = hv_register(guest->unit, GVI_REGISTER_CMD_BUF_TAIL);
	uint64_t status = hv_register(guest->unit, GVI_REGISTER_STATUS);

	if (!gvi_get(GVI_STATUS_CMD_BUF_RUN, &status) || head == tail)
		return false;
	if (!hv_unit_load(guest, gvi_get(GVI_CMD_BUF_BASE_BASE, &base) + head, raw, 2))
		raw[0] = raw[1] = 0;
	return true;
}

static void devices_are_done(struct hv_guest *guest);

/* Whether all that the guest has asked for is complete in the host. */
static bool barrier(struct hv_guest *guest)
{
	if (!guest->fence)
		guest->fence = hv_fence(guest->hv);
	if (!guest->fence || !hv_passed(guest->hv, guest->fence))
		return false;
	guest->fence = 0;
	devices_are_done(guest);
	return true;
}

/* The host has heard from them. */
static void devices_are_done(struct hv_guest *guest)
{
	const struct gvi_invalidation *open;
	size_t count;

	while (open = gvi_invalidations(guest->unit, &count), count)
		(void)gvi_invalidation_done(guest->unit, open->device, open->tag);
}

/* A command is fetched if the head moves: not when an older one goes on that had to
 * wait for devices, or waits still, and not when the ring stops at an error. */
static bool step(struct hv_guest *guest, const uint64_t raw[2], bool *waits)
{
	uint64_t head = hv_register(guest->unit, GVI_REGISTER_CMD_BUF_HEAD);
	bool done;

	if (gvi_step(guest->unit, &done) != GVI_OK)
		return false;
	*waits = !done;
	return head == hv_register(guest->unit, GVI_REGISTER_CMD_BUF_HEAD) || forward(guest, raw);
}

/* ---- By command ---------------------------------------------------------------------- */

static bool entry(struct hv_guest *guest, const uint64_t raw[2]);
static bool pages(struct hv_guest *guest, const uint64_t raw[2]);
static bool everything(struct hv_guest *guest, const uint64_t raw[2]);
static bool to_device(struct hv_guest *guest, enum gvi_format_id format, enum gvi_field_id device,
		      const uint64_t raw[2]);
static bool device_pages(struct hv_guest *guest, const uint64_t raw[2]);

/* Prefetches are hints; what does not concern a device of the guest has no effect. */
static bool forward(struct hv_guest *guest, const uint64_t raw[2])
{
	switch (raw[0] >> 60) {
	case 2:
		return entry(guest, raw);
	case 3:
		return pages(guest, raw);
	case 4:
		return device_pages(guest, raw);
	case 5:
		return to_device(guest, GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE,
				 GVI_INVALIDATE_INTERRUPT_TABLE_DEVICE_ID, raw);
	case 7:
		return to_device(guest, GVI_FORMAT_COMPLETE_PPR_REQUEST,
				 GVI_COMPLETE_PPR_REQUEST_DEVICE_ID, raw);
	case 8:
		return everything(guest, raw);
	default:
		return true;
	}
}

static bool entry(struct hv_guest *guest, const uint64_t raw[2])
{
	struct hv_device *device = hv_find_virtual(
		guest, (uint16_t)gvi_get(GVI_INVALIDATE_DEVTAB_ENTRY_DEVICE_ID, raw));

	return !device || hv_shadow(device);
}

/* Nothing is held of a DomainID that no entry had. */
static bool pages(struct hv_guest *guest, const uint64_t raw[2])
{
	uint64_t command[2] = {raw[0], raw[1]};
	uint16_t domain = hv_domain(
		guest, (uint16_t)gvi_get(GVI_INVALIDATE_IOMMU_PAGES_DOMAIN_ID, raw), false);

	if (!domain)
		return true;
	gvi_set(GVI_INVALIDATE_IOMMU_PAGES_DOMAIN_ID, command, domain);
	return hv_command(guest->hv, GVI_FORMAT_INVALIDATE_IOMMU_PAGES, command);
}

static bool device_pages(struct hv_guest *guest, const uint64_t raw[2])
{
	uint64_t command[2] = {raw[0], raw[1]};
	const struct hv_device *device = hv_find_virtual(
		guest, (uint16_t)gvi_get(GVI_INVALIDATE_IOTLB_PAGES_DEVICE_ID, raw));
	const struct hv_device *queue =
		hv_find_virtual(guest, (uint16_t)gvi_get(GVI_INVALIDATE_IOTLB_PAGES_QUEUE_ID, raw));

	if (!device)
		return true;
	gvi_set(GVI_INVALIDATE_IOTLB_PAGES_DEVICE_ID, command, device->real);
	gvi_set(GVI_INVALIDATE_IOTLB_PAGES_QUEUE_ID, command, queue ? queue->real : device->real);
	return hv_command(guest->hv, GVI_FORMAT_INVALIDATE_IOTLB_PAGES, command);
}

static bool to_device(struct hv_guest *guest, enum gvi_format_id format, enum gvi_field_id device,
		      const uint64_t raw[2])
{
	uint64_t command[2] = {raw[0], raw[1]};
	const struct hv_device *found = hv_find_virtual(guest, (uint16_t)gvi_get(device, raw));

	if (!found)
		return true;
	gvi_set(device, command, found->real);
	return hv_command(guest->hv, format, command);
}

/* It cannot be said by DomainID: guest tables are invalidated by PASID. */
static bool everything(struct hv_guest *guest, const uint64_t raw[2])
{
	return hv_shadow_all(guest) && hv_command(guest->hv, GVI_FORMAT_INVALIDATE_IOMMU_ALL, raw);
}
