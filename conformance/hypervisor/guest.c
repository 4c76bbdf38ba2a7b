/* A guest: its memory, and the registers of its virtual IOMMU. */
#include "conformance/hypervisor/hypervisor.h"

/* ---- Registers, which the hypervisor traps ------------------------------------- */

static bool is_absent(enum gvi_register_id id);
static bool moves_tables(enum gvi_register_id id);

bool hv_mmio_write(struct hv_guest *guest, enum gvi_register_id id, uint64_t value)
{
	if (is_absent(id))
		return true;
	if (gvi_mmio_write(guest->unit, gvi_registers[id].offset, 8, value) != GVI_OK)
		return false;
	if (moves_tables(id) && !hv_shadow_all(guest))
		return false;
	/* What is left waits for devices. */
	if (id == GVI_REGISTER_CMD_BUF_TAIL || id == GVI_REGISTER_CONTROL)
		(void)hv_run(guest);
	return true;
}

uint64_t hv_mmio_read(struct hv_guest *guest, enum gvi_register_id id)
{
	return hv_register(guest->unit, id);
}

/* The exclusion range has no feature bit that could be withheld, and the host's entries
 * cannot show it: it stays off, as if the registers were not there. */
static bool is_absent(enum gvi_register_id id)
{
	return id == GVI_REGISTER_EXCL_BASE || id == GVI_REGISTER_EXCL_LIMIT;
}

/* Other entries count now, or count otherwise. */
static bool moves_tables(enum gvi_register_id id)
{
	return id == GVI_REGISTER_CONTROL || id == GVI_REGISTER_DEV_TAB_BASE;
}

/* ---- Memory ---------------------------------------------------------------------- */

static enum gvi_bus find(struct hv_guest *guest, uint64_t gpa, unsigned rights, uint64_t *spa);

static bool load(struct hv_guest *guest, uint64_t gpa, unsigned rights, uint64_t *words, size_t n);

/* Processors are not held to the rights, which are those of devices. */
bool hv_guest_load(struct hv_guest *guest, uint64_t gpa, uint64_t *words, size_t n)
{
	return load(guest, gpa, 0, words, n);
}

bool hv_unit_load(struct hv_guest *guest, uint64_t gpa, uint64_t *words, size_t n)
{
	return load(guest, gpa, MAP_READ, words, n);
}

static bool load(struct hv_guest *guest, uint64_t gpa, unsigned rights, uint64_t *words, size_t n)
{
	uint64_t spa;

	if (find(guest, gpa, rights, &spa) != GVI_BUS_OK)
		return false;
	for (size_t i = 0; i < n; i++)
		words[i] = memory_load(guest->hv->memory, spa + 8 * i);
	return true;
}

bool hv_guest_store(struct hv_guest *guest, uint64_t gpa, const uint64_t *words, size_t n)
{
	uint64_t spa;

	return find(guest, gpa, 0, &spa) == GVI_BUS_OK && hv_store(guest->hv, spa, words, n);
}

/* Accesses of the IOMMU do not cross pages. */
static enum gvi_bus find(struct hv_guest *guest, uint64_t gpa, unsigned rights, uint64_t *spa)
{
	const struct gpa_page *page = map_find(&guest->map, gpa);

	if (!page)
		return GVI_BUS_MASTER_ABORT;
	*spa = map_spa(page, gpa);
	return rights & ~page->rights ? GVI_BUS_TARGET_ABORT : GVI_BUS_OK;
}

/* ---- Callbacks of the virtual IOMMU ------------------------------------------------ */

static enum gvi_bus on_read(void *user, uint64_t gpa, void *to, size_t len)
{
	struct hv_guest *guest = user;
	uint64_t spa;
	enum gvi_bus bus = find(guest, gpa, MAP_READ, &spa);

	if (bus == GVI_BUS_OK)
		memory_read(guest->hv->memory, spa, to, len);
	return bus;
}

static enum gvi_bus on_write(void *user, uint64_t gpa, const void *from, size_t len)
{
	struct hv_guest *guest = user;
	uint64_t spa;
	enum gvi_bus bus = find(guest, gpa, MAP_WRITE, &spa);

	if (bus == GVI_BUS_OK && !memory_write(guest->hv->memory, spa, from, len))
		return GVI_BUS_TARGET_ABORT;
	return bus;
}

static enum gvi_bus on_exchange(void *user, uint64_t gpa, uint64_t *seen, uint64_t next)
{
	struct hv_guest *guest = user;
	uint64_t spa;
	enum gvi_bus bus = find(guest, gpa, MAP_WRITE, &spa);

	if (bus == GVI_BUS_OK && !memory_exchange(guest->hv->memory, spa, seen, next))
		return GVI_BUS_TARGET_ABORT;
	return bus;
}

static void answer_device(struct hv_guest *guest, const struct gvi_message *message);

/* Its interrupts are the guest's.  What it sends to devices is not sent: for a command
 * of the guest commands.c does that; an automatic response is handed on. */
static void on_send(void *user, const struct gvi_message *message)
{
	struct hv_guest *guest = user;

	if (message->kind == GVI_MESSAGE_INTERRUPT)
		guest->interrupts++;
	if (message->kind != GVI_MESSAGE_RESPONSE)
		return;
	guest->response = *message;
	if (guest->answering)
		answer_device(guest, message);
}

static void answer_device(struct hv_guest *guest, const struct gvi_message *message)
{
	const struct gvi_page_request *request = guest->answering;
	const struct hv_device *device = hv_find_virtual(guest, message->device);
	uint64_t raw[2];

	if (!device)
		return;
	gvi_blank(GVI_FORMAT_COMPLETE_PPR_REQUEST, raw);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_DEVICE_ID, raw, device->real);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_PASID, raw, request->pasid);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_GN, raw, request->has_pasid);
	gvi_set(GVI_COMPLETE_PPR_REQUEST_COMPLETION_TAG, raw, message->data);
	(void)hv_command(guest->hv, GVI_FORMAT_COMPLETE_PPR_REQUEST, raw);
}

struct gvi_host hv_guest_host(struct hv_guest *guest)
{
	return (struct gvi_host){.user = guest,
				 .read = on_read,
				 .write = on_write,
				 .exchange = on_exchange,
				 .send = on_send};
}

/* ---- Callbacks of a trial ------------------------------------------------------------ */

static enum gvi_bus try_write(void *user, uint64_t gpa, const void *from, size_t len)
{
	uint64_t spa;

	(void)from;
	(void)len;
	return find(user, gpa, MAP_WRITE, &spa);
}

static enum gvi_bus try_exchange(void *user, uint64_t gpa, uint64_t *seen, uint64_t next)
{
	uint64_t spa;

	(void)seen;
	(void)next;
	return find(user, gpa, MAP_WRITE, &spa);
}

struct gvi_host hv_trial_host(struct hv_guest *guest)
{
	return (struct gvi_host){
		.user = guest, .read = on_read, .write = try_write, .exchange = try_exchange};
}
