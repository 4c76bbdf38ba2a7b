/* The hypervisor's own side: the real IOMMU with its rings, and who there is. */
#include "conformance/hypervisor/hypervisor.h"

#include <stdlib.h>
#include <string.h>

static bool start(struct hypervisor *hv);
static void run(struct hypervisor *hv);

bool hv_open(struct hypervisor *hv, struct memory *memory, const struct gvi_host *host)
{
	struct gvi_config config;

	*hv = (struct hypervisor){.unit = malloc(gvi_size()), .memory = memory};
	hv_real_config(&config);
	return hv->unit && gvi_init(hv->unit, &config, host) == GVI_OK && start(hv);
}

void hv_close(struct hypervisor *hv)
{
	for (unsigned i = 0; i < hv->nguests; i++) {
		free(hv->guest[i]->unit);
		free(hv->guest[i]->asked);
		free(hv->guest[i]);
	}
	free(hv->unit);
}

static bool write_register(struct gvi *unit, enum gvi_register_id id, uint64_t value)
{
	return gvi_mmio_write(unit, gvi_registers[id].offset, 8, value) == GVI_OK;
}

/* No automatic responses, and stop markers logged: guests decide on both. */
static bool start(struct hypervisor *hv)
{
	const uint64_t length = UINT64_C(8) << 56;
	uint64_t control = 0;

	gvi_set(GVI_CONTROL_IOMMU_EN, &control, 1);
	gvi_set(GVI_CONTROL_EVENT_LOG_EN, &control, 1);
	gvi_set(GVI_CONTROL_CMD_BUF_EN, &control, 1);
	gvi_set(GVI_CONTROL_PPR_LOG_EN, &control, 1);
	gvi_set(GVI_CONTROL_PPR_EN, &control, 1);
	gvi_set(GVI_CONTROL_GT_EN, &control, 1);
	gvi_set(GVI_CONTROL_EPH_EN, &control, 1);
	gvi_set(GVI_CONTROL_GCR3_TRP_MODE, &control, 1);
	return write_register(hv->unit, GVI_REGISTER_DEV_TAB_BASE, HV_TABLE | 0x1ff) &&
	       write_register(hv->unit, GVI_REGISTER_CMD_BUF_BASE, length | HV_COMMANDS) &&
	       write_register(hv->unit, GVI_REGISTER_EVENT_LOG_BASE, length | HV_EVENTS) &&
	       write_register(hv->unit, GVI_REGISTER_PPR_LOG_BASE, length | HV_PAGES) &&
	       write_register(hv->unit, GVI_REGISTER_CONTROL, control);
}

void hv_real_config(struct gvi_config *config)
{
	(void)gvi_preset(GVI_PRESET_EVERYTHING, config);
	gvi_set(GVI_EFR2_HTRANGEIGNORE, &config->efr2, 1);
	/* With GN=1 a request without a PASID would look like one that asks to execute
	 * (AMB-3.12). */
	config->habit[GVI_CHOICE_GIOV_EVENT] = 1;
}

/* What the real IOMMU has, less what a guest's entry or registers could ask for and
 * the host's entry cannot give: host tables, attributes, settings of the whole unit. */
void hv_virtual_config(struct gvi_config *config)
{
	static const enum gvi_field_id absent[] = {
		GVI_EFR_HASUP,          GVI_EFR_HDSUP,          GVI_EFR_SATSSUP,
		GVI_EFR_VIOMMUSUP,      GVI_EFR_SNOOPATTRSUP,   GVI_EFR_ATTRFWSUP,
		GVI_EFR_USSUP,          GVI_EFR_MARCSUP,        GVI_EFR_V2HDDISSUP,
		GVI_EFR_GAUPDATEDISSUP, GVI_EFR_DEV_TBL_SEG_SUP};

	hv_real_config(config);
	for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
		gvi_set(absent[i], &config->efr, 0);
	gvi_set(GVI_EFR_HATS, &config->efr, 3);
	config->no_host = true;
	/* A device with a PASID that its guest does not translate gets no host entry
	 * that lets it pass (AMB-1.7). */
	config->habit[GVI_CHOICE_DTE_INVALID_PASID] = 1;
}

/* ---- Guests and devices ------------------------------------------------------------ */

static bool start_guest(struct hv_guest *guest);

struct hv_guest *hv_add_guest(struct hypervisor *hv)
{
	struct hv_guest *guest;

	if (hv->nguests == HV_MAX_GUESTS)
		return NULL;
	guest = calloc(1, sizeof *guest);
	if (!guest)
		return NULL;
	guest->hv = hv;
	guest->unit = malloc(gvi_size());
	guest->asked = malloc(gvi_size());
	guest->first = (uint16_t)(1 + hv->nguests * (HV_MAX_DOMAINS + 1));
	map_open(&guest->map, hv->memory, HV_HOST_TABLES + hv->nguests * MAP_TABLES);
	hv->guest[hv->nguests++] = guest;
	return start_guest(guest) ? guest : NULL;
}

static bool start_guest(struct hv_guest *guest)
{
	struct gvi_host host = hv_guest_host(guest);
	struct gvi_config config;

	hv_virtual_config(&config);
	return guest->unit && guest->asked && gvi_init(guest->unit, &config, &host) == GVI_OK;
}

bool hv_assign(struct hv_guest *guest, uint16_t real, uint16_t virtual_id)
{
	struct hypervisor *hv = guest->hv;

	if (hv->ndevices == HV_MAX_DEVICES || hv_find_real(hv, real) ||
	    hv_find_virtual(guest, virtual_id))
		return false;
	hv->device[hv->ndevices++] =
		(struct hv_device){.guest = guest, .real = real, .virtual = virtual_id};
	return hv_shadow(&hv->device[hv->ndevices - 1]);
}

struct hv_device *hv_find_real(struct hypervisor *hv, uint16_t real)
{
	for (unsigned i = 0; i < hv->ndevices; i++)
		if (hv->device[i].real == real)
			return &hv->device[i];
	return NULL;
}

struct hv_device *hv_find_virtual(struct hv_guest *guest, uint16_t virtual_id)
{
	struct hypervisor *hv = guest->hv;

	for (unsigned i = 0; i < hv->ndevices; i++)
		if (hv->device[i].guest == guest && hv->device[i].virtual == virtual_id)
			return &hv->device[i];
	return NULL;
}

/* ---- The ring of the real IOMMU ------------------------------------------------------ */

bool hv_command(struct hypervisor *hv, enum gvi_format_id format, const uint64_t raw[2])
{
	uint64_t tail = hv_register(hv->unit, GVI_REGISTER_CMD_BUF_TAIL);
	uint64_t command[2] = {raw[0], raw[1]};

	if (!hv_pass(hv, format, command))
		return true;
	if (!hv_has_room(hv, 1) || !memory_store(hv->memory, HV_COMMANDS + tail, command[0]) ||
	    !memory_store(hv->memory, HV_COMMANDS + tail + 8, command[1]) ||
	    !write_register(hv->unit, GVI_REGISTER_CMD_BUF_TAIL, (tail + 16) % HV_RING))
		return false;
	run(hv);
	return true;
}

bool hv_has_room(struct hypervisor *hv, unsigned commands)
{
	uint64_t head = hv_register(hv->unit, GVI_REGISTER_CMD_BUF_HEAD);
	uint64_t tail = hv_register(hv->unit, GVI_REGISTER_CMD_BUF_TAIL);

	return (head - tail - 16) % HV_RING >= UINT64_C(16) * commands;
}

static void run(struct hypervisor *hv)
{
	bool done = true;

	while (done && gvi_step(hv->unit, &done) == GVI_OK)
		continue;
}

uint64_t hv_fence(struct hypervisor *hv)
{
	uint64_t raw[2];

	gvi_blank(GVI_FORMAT_COMPLETION_WAIT, raw);
	gvi_set(GVI_COMPLETION_WAIT_S, raw, 1);
	gvi_set(GVI_COMPLETION_WAIT_STORE_ADDRESS, raw, HV_FENCE);
	gvi_set(GVI_COMPLETION_WAIT_STORE_DATA, raw, hv->fences + 1);
	if (!hv_command(hv, GVI_FORMAT_COMPLETION_WAIT, raw))
		return 0;
	return ++hv->fences;
}

bool hv_passed(struct hypervisor *hv, uint64_t fence)
{
	run(hv);
	return memory_load(hv->memory, HV_FENCE) >= fence;
}

/* ---- Words -------------------------------------------------------------------------- */

bool hv_store(struct hypervisor *hv, uint64_t spa, const uint64_t *words, size_t n)
{
	uint64_t old[8];

	for (size_t i = 0; i < n; i++) {
		old[i] = memory_load(hv->memory, spa + 8 * i);
		if (!memory_store(hv->memory, spa + 8 * i, words[i]))
			return false;
	}
	/* Refused without a history, which is a matter of tests. */
	(void)gvi_wrote(hv->unit, spa, old, n);
	return true;
}

uint64_t hv_register(struct gvi *unit, enum gvi_register_id id)
{
	uint64_t value = 0;

	(void)gvi_mmio_read(unit, gvi_registers[id].offset, 8, &value);
	return value;
}

bool hv_pass(struct hypervisor *hv, enum gvi_format_id format, uint64_t *raw)
{
	return !hv->pass || hv->pass(hv->user, format, raw);
}
