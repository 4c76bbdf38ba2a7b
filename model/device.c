/* The device table: docs/spec/01-device-table.md. */
#include "model/device.h"

#include "model/fault.h"
#include "model/host.h"

static inline bool locate(const struct gvi *m, uint16_t device, uint64_t *spa);
static const uint64_t *segment_base(const struct gvi *m, uint64_t *index, uint64_t *size);
static enum verdict fetch_halves(struct access *x, uint64_t entry);
static enum verdict fetch_error(struct access *x, uint64_t spa, enum gvi_bus bus);
static void derive_reserved(struct gvi *m, struct derived *d);
static uint64_t features_of_revision(const struct gvi *m);
static void derive_unusual(struct gvi *m, struct derived *d);
static uint64_t unusual_guest(const struct gvi *m);

/* ---- Section 2: the table and its segments ------------------------------ */

enum verdict device_fetch(struct access *x)
{
	uint64_t spa;
	enum gvi_bus bus;

	/* [device.segments] */
	if (x->m->derived.segments_log2)
		apply(x, GVI_CLAUSE_DEVICE_SEGMENTS);
	if (!locate(x->m, x->request->device, &spa))
		return device_out_of_range(x);
	apply(x, GVI_CLAUSE_DEVICE_FETCH);
	/* [device.fetch] One read of 32 bytes, or two of 16. */
	stand(x->m, x, 0);
	if (choose(x->m, GVI_CHOICE_DTE_FETCH) != 0)
		return fetch_halves(x, spa);
	bus = host_fetch(x->m, GVI_FORMAT_DTE, spa, x->dte, 4);
	return bus == GVI_BUS_OK ? GO_ON : fetch_error(x, spa, bus);
}

/* Where the entry stands, if it is in the table. */
static inline bool locate(const struct gvi *m, uint16_t device, uint64_t *spa)
{
	const uint64_t *base = &m->reg[SLOT_DEV_TAB_BASE];
	uint64_t index = device, size = get_DEV_TAB_BASE_SIZE(base);

	if (m->derived.segments_log2)
		base = segment_base(m, &index, &size);
	*spa = get_DEV_TAB_BASE_DEV_TAB_BASE(base) + DTE_BYTES * index;
	return device_in_table(index, size);
}

bool device_present(const struct gvi *m, uint16_t device)
{
	uint64_t spa;

	return locate(m, device, &spa);
}

bool device_peek(struct gvi *m, uint16_t device, uint64_t dte[4])
{
	const struct gvi_request nobody = {.device = device};
	struct gvi_answer unheard = {0};
	struct access x = {.m = m, .request = &nobody, .answer = &unheard};
	uint64_t spa;

	if (!locate(m, device, &spa))
		return false;
	stand(m, &x, 0);
	return host_fetch_general(m, GVI_FORMAT_DTE, spa, dte, 4) == GVI_BUS_OK;
}

/* [device.segments] The upper bits of the DeviceID say which table it is. */
static const uint64_t *segment_base(const struct gvi *m, uint64_t *index, uint64_t *size)
{
	unsigned index_bits = 16u - m->derived.segments_log2;
	uint64_t segment = *index >> index_bits;
	const uint64_t *base;

	*index &= low_ones(index_bits);
	if (segment == 0)
		return &m->reg[SLOT_DEV_TAB_BASE];
	base = &m->reg[SLOT_DEV_TAB_SEG_BASE + segment - 1];
	*size = get_DEV_TAB_SEG_BASE_SIZE(base);
	return base;
}

static enum verdict fetch_halves(struct access *x, uint64_t entry)
{
	for (unsigned word = 0; word < 4; word += 2) {
		uint64_t spa = entry + 8 * word;
		enum gvi_bus bus;

		stand(x->m, x, 0);
		bus = host_fetch_general(x->m, GVI_FORMAT_DTE, spa, x->dte + word, 2);

		if (bus != GVI_BUS_OK)
			return fetch_error(x, spa, bus);
	}
	return GO_ON;
}

static enum verdict fetch_error(struct access *x, uint64_t spa, enum gvi_bus bus)
{
	apply(x, GVI_CLAUSE_DEVICE_FETCH_ERROR);
	return device_table_error(x, spa, bus);
}

/* ---- Section 8: illegal entries ----------------------------------------- */

static bool reserved_bits(struct access *x, enum gvi_clause *clause);
static bool other_half(struct access *x);
static bool half_set(struct access *x);
static bool half_illegal(struct access *x);
static bool high_checked(struct access *x);
static bool guest_disabled(struct access *x);
static bool bad_encoding(struct access *x, enum gvi_clause *clause, bool *reserved);
static bool bad_mode(struct access *x, enum gvi_clause *clause, bool *reserved);
static bool bad_glx(struct access *x);
static bool bad_guest_mode(struct access *x);
static bool bad_gcr3_root(struct access *x);
static bool snp_forbids(struct access *x);

enum verdict device_check(struct access *x)
{
	enum gvi_clause clause = GVI_CLAUSE_NONE;
	bool reserved = false;

	if (device_plain(x->m, x->dte))
		return GO_ON;
	if (reserved_bits(x, &clause))
		return illegal_entry(x, clause, true);
	if (bad_encoding(x, &clause, &reserved))
		return illegal_entry(x, clause, reserved);
	return GO_ON;
}

/* Rows 1 and 11, row 10 for GV, and row 2 where it counts for memory. */
static bool reserved_bits(struct access *x, enum gvi_clause *clause)
{
	const struct derived *d = &x->m->derived;

	*clause = GVI_CLAUSE_DEVICE_RESERVED_BITS;
	if ((x->dte[0] & d->dte_reserved[0] & ~mask_DTE_PPR(0)) | (x->dte[1] & d->dte_reserved[1]))
		return true;
	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_PPR;
	if (x->dte[0] & d->dte_reserved[0])
		return true;
	*clause = GVI_CLAUSE_DEVICE_UNSUPPORTED_BITS;
	if (((x->dte[0] & d->dte_unsupported[0]) | (x->dte[1] & d->dte_unsupported[1])) &&
	    choose(x->m, GVI_CHOICE_DTE_UNSUPPORTED_BITS) == 0)
		return true;
	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_GUEST_DISABLED;
	if (guest_disabled(x))
		return true;
	*clause = GVI_CLAUSE_DEVICE_RESERVED_INTERRUPT_HALF;
	return other_half(x);
}

/* [device.illegal-guest-disabled] GV without GTEn is a TV-gated field; without
 * GTSup it is a bit of a missing feature. */
static bool guest_disabled(struct access *x)
{
	return get_DTE_GV(x->dte) && !has(x->m, GVI_FEATURE_GTEN) &&
	       (get_DTE_TV(x->dte) || !has(x->m, GVI_FEATURE_GTSUP)) &&
	       choose(x->m, GVI_CHOICE_GV_WITHOUT_GTEN) == 0;
}

bool device_giov(const struct access *x)
{
	return get_DTE_TV(x->dte) && device_guest(x) && get_DTE_GIOV(x->dte) &&
	       has(x->m, GVI_FEATURE_GIOSUP);
}

bool device_secure(const struct access *x)
{
	return get_DTE_SATS(x->dte) && has(x->m, GVI_FEATURE_SATSSUP);
}

bool device_mode_0_coherent(const struct access *x)
{
	return get_DTE_ATTR_V(x->dte) && get_DTE_MODE0_FC(x->dte) && has(x->m, GVI_FEATURE_ATTR);
}

/* [device.reserved-interrupt-half] Bits 255:128 belong to interrupt requests;
 * some implementations report them for memory requests too. */
static bool other_half(struct access *x)
{
	return !x->interrupt && half_set(x) && choose(x->m, GVI_CHOICE_DTE_OTHER_HALF) != 0 &&
	       half_illegal(x);
}

enum verdict device_check_interrupt(struct access *x)
{
	if (!half_set(x) || !half_illegal(x))
		return GO_ON;
	return illegal_entry(x, GVI_CLAUSE_DEVICE_RESERVED_INTERRUPT_HALF, true);
}

static bool half_set(struct access *x)
{
	const struct derived *d = &x->m->derived;

	return ((x->dte[2] & (d->dte_reserved[2] | d->dte_unsupported[2])) |
		(x->dte[3] & (d->dte_reserved[3] | d->dte_unsupported[3]))) != 0;
}

static bool half_illegal(struct access *x)
{
	struct gvi *m = x->m;
	const struct derived *d = &m->derived;
	uint64_t low = d->dte_reserved[2] | d->dte_unsupported[2];
	uint64_t high = d->dte_reserved[3] | d->dte_unsupported[3];

	if (((x->dte[2] & d->dte_unsupported[2]) | (x->dte[3] & d->dte_unsupported[3])) &&
	    choose(m, GVI_CHOICE_DTE_UNSUPPORTED_BITS) == 1) {
		low = d->dte_reserved[2];
		high = d->dte_reserved[3];
	}
	if (get_DTE_BIT_245(x->dte) && choose(m, GVI_CHOICE_DTE_BIT_245) == 1)
		high &= ~mask_DTE_BIT_245(3);
	return (get_DTE_IV(x->dte) && x->dte[2] & low) || (x->dte[3] & high && high_checked(x));
}

static bool high_checked(struct access *x)
{
	bool v = get_DTE_V(x->dte), iv = get_DTE_IV(x->dte);

	switch (choose(x->m, GVI_CHOICE_DTE_HIGH_GATE)) {
	case 0:
		return iv;
	case 1:
		return v;
	default:
		return v || iv;
	}
}

/* Rows 4 and 6 to 10: reserved encodings.  Fields that TV gates count with TV. */
static bool bad_encoding(struct access *x, enum gvi_clause *clause, bool *reserved)
{
	struct gvi *m = x->m;

	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_IOCTL;
	if (get_DTE_IOCTL(x->dte) == 3 && choose(m, GVI_CHOICE_IOCTL_RESERVED) == 1)
		return true;
	if (!get_DTE_TV(x->dte))
		return false;
	if (bad_mode(x, clause, reserved))
		return true;
	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_HAD;
	if (get_DTE_HAD(x->dte) == 2 && has(m, GVI_FEATURE_HDSUP))
		return true;
	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_GUEST;
	if (bad_glx(x) || bad_guest_mode(x))
		return true;
	*clause = GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA;
	if (bad_gcr3_root(x))
		return true;
	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_GIOV;
	if (get_DTE_GIOV(x->dte) && has(m, GVI_FEATURE_GIOSUP) && !get_DTE_GV(x->dte))
		return choose(m, GVI_CHOICE_GIOV_WITHOUT_GV) == 0;
	return false;
}

/* Rows 6, 8 and 9. */
static bool bad_mode(struct access *x, enum gvi_clause *clause, bool *reserved)
{
	struct gvi *m = x->m;
	uint64_t mode = get_DTE_MODE(x->dte);

	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_SNP;
	if (snp_forbids(x))
		return true;
	if (m->derived.levels == 0) {
		*clause = GVI_CLAUSE_DEVICE_ILLEGAL_NO_HOST;
		*reserved = mode != 0 || get_DTE_HOST_ROOT(x->dte) != 0;
		return *reserved;
	}
	*clause = GVI_CLAUSE_DEVICE_ILLEGAL_MODE;
	if (mode > m->derived.levels)
		return choose(m, GVI_CHOICE_DTE_MODE) == 0;
	*clause = GVI_CLAUSE_DEVICE_ROOT_BEYOND_PA;
	return mode && get_DTE_HOST_ROOT(x->dte) & m->derived.beyond_pa &&
	       choose(m, GVI_CHOICE_ROOT_BEYOND_PA) == 2;
}

/* Row 9, and its neighbour that AMB-6.1 leaves open. */
static bool snp_forbids(struct access *x)
{
	struct gvi *m = x->m;

	if (!has(m, GVI_FEATURE_SNPSUP))
		return false;
	if (get_DTE_MODE(x->dte) == 0 &&
	    (m->config.snp || choose(m, GVI_CHOICE_SNP_MODE_0) == 1))
		return true;
	return m->config.snp && get_DTE_DOMAIN_ID(x->dte) == 0 &&
	       choose(m, GVI_CHOICE_SNP_DOMAIN_0) == 1;
}

/* Row 7: GLX, and GuestPagingMode, as far as the features go. */
static bool bad_glx(struct access *x)
{
	uint64_t glx = get_DTE_GLX(x->dte);

	return device_guest(x) && (glx == 3 || glx > get_EFR_GLXSUP(&x->m->config.efr));
}

static bool bad_guest_mode(struct access *x)
{
	struct gvi *m = x->m;
	uint64_t largest = get_EFR_GATS(&m->config.efr) >= 1;

	if (!has(m, GVI_FEATURE_REV_3_06) || get_DTE_GUEST_MODE(x->dte) <= largest)
		return false;
	if (choose(m, GVI_CHOICE_DTE_GUEST_MODE_GATE) == 1)
		return get_DTE_IV(x->dte);
	return device_guest(x);
}

/* AMB-1.10 */
static bool bad_gcr3_root(struct access *x)
{
	return device_guest(x) && get_DTE_GCR3_ROOT(x->dte) & x->m->derived.beyond_pa &&
	       !device_gcr3_guest(x) && choose(x->m, GVI_CHOICE_ROOT_BEYOND_PA) == 2;
}

/* ---- What the configuration makes of entries ---------------------------- */

void device_derive(struct gvi *m)
{
	struct derived *d = &m->derived;
	const uint64_t *control = &m->reg[SLOT_CONTROL];
	uint64_t segments = get_CONTROL_DEV_TBL_SEG_EN(control);
	unsigned pa_bits = (unsigned)get_CAP_MISC0_PA_SIZE((const uint64_t[]){m->config.misc0});
	unsigned va_bits = (unsigned)get_CAP_MISC0_VA_SIZE((const uint64_t[]){m->config.misc0});
	uint64_t hats = get_EFR_HATS(&m->config.efr);

	d->levels = (uint8_t)(m->config.no_host || hats == 3 ? 0 : 4 + hats);
	d->beyond_pa = low_ones(52) & ~low_ones(pa_bits);
	d->beyond_va = ~low_ones(va_bits);
	/* [register.control-reserved-encoding] */
	if (segments > get_EFR_DEV_TBL_SEG_SUP(&m->config.efr))
		segments = 0;
	d->segments_log2 = (uint8_t)segments;
	d->pde_reserved = gvi_reserved_mask(GVI_FORMAT_PDE, 0, m->features);
	d->pte_reserved = gvi_reserved_mask(GVI_FORMAT_PTE, 0, m->features);
	d->pde_unsound = d->pde_reserved | d->beyond_pa;
	d->pte_unsound = d->pte_reserved | d->beyond_pa;
	derive_reserved(m, d);
}

/* The reserved bits of entries, those of missing features apart: only for the
 * latter is it open whether they are checked [device.unsupported-bits].  PPR is
 * known to be [device.illegal-ppr], GPRP beside it is not. */
static void derive_reserved(struct gvi *m, struct derived *d)
{
	for (unsigned w = 0; w < 4; w++) {
		uint64_t sure = gvi_reserved_mask(GVI_FORMAT_DTE, w, features_of_revision(m));
		uint64_t all = gvi_reserved_mask(GVI_FORMAT_DTE, w, m->features);
		uint64_t ppr = mask_DTE_PPR(w);

		/* GV has a rule of its own: guest_disabled(). */
		all &= ~mask_DTE_GV(w);
		d->dte_reserved[w] = sure | (all & ppr);
		d->dte_unsupported[w] = all & ~d->dte_reserved[w];
	}
	/* [device.reserved-bits] The upper bit of HAD is HDSup's. */
	if (!has(m, GVI_FEATURE_HDSUP))
		d->dte_unsupported[0] |= UINT64_C(1) << 8;
	derive_unusual(m, d);
}

/* All features that the modelled revision knows: what a later one defines is no
 * missing feature, but plainly reserved. */
static uint64_t features_of_revision(const struct gvi *m)
{
	uint64_t unknown = 0;

	if (!has(m, GVI_FEATURE_REV_3_06))
		unknown |= UINT64_C(1) << GVI_FEATURE_REV_3_06 | UINT64_C(1) << GVI_FEATURE_VIOMMU |
			   UINT64_C(1) << GVI_FEATURE_SATSSUP;
	if (!has(m, GVI_FEATURE_REV_3_11))
		unknown |= UINT64_C(1) << GVI_FEATURE_REV_3_11;
	return GVI_ALL_FEATURES & ~unknown;
}

/* What section 8 looks at beside the Mode; under SNP, and without host tables,
 * that is every bit. */
static void derive_unusual(struct gvi *m, struct derived *d)
{
	bool all = m->config.snp || d->levels == 0;
	uint64_t root[4] = {0};

	for (unsigned w = 0; w < 4; w++)
		d->dte_unusual[w] = all ? UINT64_MAX : d->dte_reserved[w] | d->dte_unsupported[w];
	d->dte_unusual[0] |= mask_DTE_GIOV(0) | mask_DTE_HAD(0) | d->beyond_pa | unusual_guest(m);
	d->dte_unusual[1] |= mask_DTE_IOCTL(1);
	d->dte_unusual[2] |= mask_DTE_GUEST_MODE(2);
	set_DTE_GCR3_ROOT(root, d->beyond_pa);
	d->dte_unusual[0] |= root[0];
	d->dte_unusual[1] |= root[1];
}

/* GV alone is not unusual where guest tables are enabled, nor is a GLX that must
 * be supported; 2 is like 3 to this. */
static uint64_t unusual_guest(const struct gvi *m)
{
	uint64_t glx = get_EFR_GLXSUP(&m->config.efr) == 0 ? 3 : 2;

	if (!has(m, GVI_FEATURE_GTEN))
		return mask_DTE_GV(0);
	return glx * (mask_DTE_GLX(0) / 3);
}
