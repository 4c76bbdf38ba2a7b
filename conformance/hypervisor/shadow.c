/* Device table entries of guests, as the real IOMMU gets them: docs/spec/
 * 06-snp-viommu-marc.md section 3, nested entries. */
#include "conformance/hypervisor/hypervisor.h"

enum { WORDS = 4, ACCESSED_DIRTY = 3 };

static enum hv_state judge(const struct hv_device *device, uint64_t entry[WORDS]);
static bool is_legal(struct hv_guest *guest, const uint64_t *entry);
static bool combine(struct hv_device *device, const uint64_t *guests, uint64_t *entry);
static bool tell(struct hv_device *device);

bool hv_shadow(struct hv_device *device)
{
	struct hypervisor *hv = device->guest->hv;
	uint64_t guests[WORDS] = {0}, entry[WORDS];

	device->state = (uint8_t)judge(device, guests);
	if (!combine(device, guests, entry))
		device->state = HV_BLOCKED;
	if (device->state == HV_BLOCKED)
		gvi_set(GVI_DTE_TV, entry, 0);
	if (!hv_pass(hv, GVI_FORMAT_DTE, entry))
		return true;
	return hv_store(hv, HV_TABLE + UINT64_C(32) * device->real, entry, WORDS) && tell(device);
}

bool hv_shadow_all(struct hv_guest *guest)
{
	struct hypervisor *hv = guest->hv;

	for (unsigned i = 0; i < hv->ndevices; i++)
		if (hv->device[i].guest == guest && !hv_shadow(&hv->device[i]))
			return false;
	return hv_fence(hv) != 0;
}

/* What has become of the old entry is over with the next COMPLETION_WAIT. */
static bool tell(struct hv_device *device)
{
	uint64_t raw[2];

	gvi_blank(GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, raw);
	gvi_set(GVI_INVALIDATE_DEVTAB_ENTRY_DEVICE_ID, raw, device->real);
	return hv_command(device->guest->hv, GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, raw);
}

/* ---- What the guest says ---------------------------------------------------------- */

static bool fetch(const struct hv_device *device, uint64_t entry[WORDS]);

/* The entry is what counts for the state, as far as it could be read. */
static enum hv_state judge(const struct hv_device *device, uint64_t entry[WORDS])
{
	uint64_t control = hv_register(device->guest->unit, GVI_REGISTER_CONTROL);

	if (!gvi_get(GVI_CONTROL_IOMMU_EN, &control))
		return HV_BYPASS;
	if (!fetch(device, entry))
		return HV_BLOCKED;
	if (!gvi_get(GVI_DTE_V, entry))
		return HV_BYPASS;
	return is_legal(device->guest, entry) ? HV_NESTED : HV_BLOCKED;
}

static bool fetch(const struct hv_device *device, uint64_t entry[WORDS])
{
	struct gvi *unit = device->guest->unit;
	uint64_t table = hv_register(unit, GVI_REGISTER_DEV_TAB_BASE);
	uint64_t offset = UINT64_C(32) * device->virtual;

	if (offset >= (gvi_get(GVI_DEV_TAB_BASE_SIZE, &table) + 1) << 12)
		return false;
	return hv_unit_load(device->guest, gvi_get(GVI_DEV_TAB_BASE_DEV_TAB_BASE, &table) + offset,
			    entry, WORDS);
}

static bool is_legal_guest(struct hv_guest *guest, const uint64_t *entry);

/* What the guest's IOMMU takes for legal: no host tables under a guest, and no bit
 * of a feature that it does not have; GV without GTEn counts with TV only. */
static bool is_legal(struct hv_guest *guest, const uint64_t *entry)
{
	uint64_t features = gvi_features_now(guest->unit);
	bool valid = gvi_get(GVI_DTE_TV, entry);
	uint64_t low = entry[0] & ~(valid ? 0 : gvi_field_mask(GVI_DTE_GV, 0));

	if (low & gvi_reserved_mask(GVI_FORMAT_DTE, 0, features) ||
	    entry[1] & gvi_reserved_mask(GVI_FORMAT_DTE, 1, features))
		return false;
	if (!valid)
		return true;
	if (gvi_get(GVI_DTE_MODE, entry) || gvi_get(GVI_DTE_HOST_ROOT, entry))
		return false;
	if (!gvi_get(GVI_DTE_GV, entry))
		return !gvi_get(GVI_DTE_GIOV, entry);
	return is_legal_guest(guest, entry);
}

static bool is_legal_guest(struct hv_guest *guest, const uint64_t *entry)
{
	const struct gvi_config *config = gvi_config(guest->unit);

	return gvi_get(GVI_DTE_GLX, entry) <= gvi_get(GVI_EFR_GLXSUP, &config->efr) &&
	       gvi_get(GVI_DTE_GUEST_MODE, entry) <= gvi_get(GVI_EFR_GATS, &config->efr);
}

/* ---- What the host gets -------------------------------------------------------------- */

static void copy(const uint64_t *from, uint64_t *to, const enum gvi_field_id *fields, size_t n);
static void permit_pages(const struct hv_guest *guest, uint64_t *entry);
static void respond(const struct hv_guest *guest, const uint64_t *guests, uint64_t *entry);
static void own(const struct hv_guest *guest, uint64_t *entry);

/* False if the guest has no more DomainIDs. */
static bool combine(struct hv_device *device, const uint64_t *guests, uint64_t *entry)
{
	static const enum gvi_field_id fields[] = {
		GVI_DTE_TV, GVI_DTE_PPR,  GVI_DTE_I,   GVI_DTE_IR,        GVI_DTE_IW,
		GVI_DTE_GV, GVI_DTE_GIOV, GVI_DTE_GLX, GVI_DTE_GCR3_ROOT, GVI_DTE_GUEST_MODE};
	uint16_t domain = device->guest->first;

	own(device->guest, entry);
	respond(device->guest, guests, entry);
	if (device->state != HV_NESTED) {
		gvi_set(GVI_DTE_DOMAIN_ID, entry, domain);
		return true;
	}
	domain = hv_domain(device->guest, (uint16_t)gvi_get(GVI_DTE_DOMAIN_ID, guests), true);
	gvi_set(GVI_DTE_DOMAIN_ID, entry, domain);
	if (!domain)
		return false;
	copy(guests, entry, fields, gvi_get(GVI_DTE_TV, guests) ? 10 : 3);
	permit_pages(device->guest, entry);
	return true;
}

/* The guest's EPHEn; the host has it. */
static bool permits_by_device(const struct hv_guest *guest)
{
	return gvi_features_now(guest->unit) >> GVI_FEATURE_EPHEN & 1;
}

/* Without EPHEn a device needs no permission for page requests. */
static void permit_pages(const struct hv_guest *guest, uint64_t *entry)
{
	if (!permits_by_device(guest))
		gvi_set(GVI_DTE_PPR, entry, 1);
}

/* Responses have a prefix if the guest's entry says so, legal or not, for requests that
 * were rejected are answered, too; without EPHEn if the request had one. */
static void respond(const struct hv_guest *guest, const uint64_t *guests, uint64_t *entry)
{
	gvi_set(GVI_DTE_GPRP, entry,
		!permits_by_device(guest) ||
			(gvi_get(GVI_DTE_V, guests) && gvi_get(GVI_DTE_GPRP, guests)));
}

static void copy(const uint64_t *from, uint64_t *to, const enum gvi_field_id *fields, size_t n)
{
	for (size_t i = 0; i < n; i++)
		gvi_set(fields[i], to, gvi_get(fields[i], from));
}

/* The guest's memory, and no interrupts: the guest's interrupt table is not shadowed
 * here.  Faults are always logged; the virtual IOMMU knows what its guest suppresses. */
static void own(const struct hv_guest *guest, uint64_t *entry)
{
	gvi_blank(GVI_FORMAT_DTE, entry);
	gvi_set(GVI_DTE_V, entry, 1);
	gvi_set(GVI_DTE_TV, entry, 1);
	gvi_set(GVI_DTE_HAD, entry, ACCESSED_DIRTY);
	gvi_set(GVI_DTE_MODE, entry, MAP_MODE);
	gvi_set(GVI_DTE_HOST_ROOT, entry, guest->map.root);
	gvi_set(GVI_DTE_IR, entry, 1);
	gvi_set(GVI_DTE_IW, entry, 1);
	gvi_set(GVI_DTE_IV, entry, 1);
}

/* ---- DomainIDs ------------------------------------------------------------------------- */

/* Each guest has its own range; the first one is for devices that it does not
 * translate.  They are not given back: a guest that uses more is refused. */
uint16_t hv_domain(struct hv_guest *guest, uint16_t domain, bool make)
{
	unsigned n = 0;

	while (n < guest->ndomains && guest->domain[n] != domain)
		n++;
	if (n == guest->ndomains) {
		if (!make || n == HV_MAX_DOMAINS)
			return 0;
		guest->domain[guest->ndomains++] = domain;
	}
	return (uint16_t)(guest->first + 1 + n);
}
