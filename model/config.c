/* Configurations: presets from docs/spec/README.md, and the contradictions that
 * docs/spec/07-mmio-registers.md sections 6 and 7 name. */
#include "model/config.h"

#include <string.h>

#include "model/bits.h"

/* ---- Presets ------------------------------------------------------------ */

/* IOMMU capability: id 0Fh, type 3, revision 1, EFRSup, CapExt. */
#define CAPABILITY  UINT32_C(0x180b000f)
#define IOTLB_SUP   UINT32_C(0x01000000)
#define NP_CACHE    UINT32_C(0x04000000)
/* GVAsize 48, PAsize 48 or 52, VAsize 64 bits. */
#define SIZES_48    UINT32_C(0x00203040)
#define SIZES_52    UINT32_C(0x00203440)
#define RESET_CONTROL UINT64_C(0x0000220000000400)
#define COHERENT    UINT64_C(0x400)

static const struct {
	const char *name, *text;
	uint64_t efr, efr2, control;
	uint32_t pci_id, capability, misc0;
	uint8_t messages_log2;
	bool irt_cache_dis;
} presets[GVI_NPRESETS] = {
#define X(id, name, text) [GVI_PRESET_##id] = {name, text, PRESET_##id},
#define PRESET_EPYC_ROME                                                                           \
	UINT64_C(0x058f77ef22294ade), 0, RESET_CONTROL, 0x14811022, CAPABILITY | IOTLB_SUP,        \
		SIZES_48, 2, false
#define PRESET_CLIENT                                                                              \
	UINT64_C(0x400f77ef22294ada), 0, RESET_CONTROL, 0x14511022, CAPABILITY | IOTLB_SUP,        \
		SIZES_48, 2, false
#define PRESET_QEMU                                                                                \
	UINT64_C(0x29d3), 0, COHERENT, 0x00081022, CAPABILITY | IOTLB_SUP | NP_CACHE, SIZES_48, 0, \
		false
/* Every feature at its largest but for SNPSup and HTRangeIgnore, which take the
 * exclusion range and the special ranges away. */
#define PRESET_EVERYTHING                                                                          \
	UINT64_C(0x61fff7f3a2319bff), UINT64_C(0x11c), RESET_CONTROL, 0x14811022,   \
		CAPABILITY | IOTLB_SUP, SIZES_52, 5, true
/* HATS 2, HASup, HDSup, IASup. */
#define PRESET_HOST_ONLY                                                                           \
	UINT64_C(0x0012000000000840), 0, COHERENT, 0x14811022, CAPABILITY, SIZES_52, 2, false
#define PRESET_NOTHING                                                                             \
	0, 0, COHERENT, 0x14191022, UINT32_C(0x000b000f), SIZES_48, 0, false
	GVI_PRESETS(X)
#undef X
};

enum gvi_status gvi_preset(enum gvi_preset preset, struct gvi_config *config)
{
	if (!config)
		return GVI_ARG_NULL;
	if ((unsigned)preset >= GVI_NPRESETS)
		return GVI_ARG_PRESET;
	*config = (struct gvi_config){
		.version = GVI_VERSION,
		.revision = GVI_REVISION(3, 10),
		.device = 0x0002,
		.pci_id = presets[preset].pci_id,
		.capability = presets[preset].capability,
		.misc0 = presets[preset].misc0,
		.efr = presets[preset].efr,
		.efr2 = presets[preset].efr2,
		.control = presets[preset].control,
		.base = UINT64_C(0xfd000000),
		.enabled = true,
		.irt_cache_dis = presets[preset].irt_cache_dis,
		.msi_messages_log2 = presets[preset].messages_log2,
	};
	memset(config->habit, GVI_UNSETTLED, sizeof config->habit);
	return GVI_OK;
}

enum gvi_preset gvi_find_preset(const char *name)
{
	unsigned i = 0;

	while (i < GVI_NPRESETS && strcmp(presets[i].name, name) != 0)
		i++;
	return (enum gvi_preset)i;
}

const char *gvi_preset_name(enum gvi_preset preset)
{
	return (unsigned)preset < GVI_NPRESETS ? presets[preset].name : NULL;
}

const char *gvi_preset_text(enum gvi_preset preset)
{
	return (unsigned)preset < GVI_NPRESETS ? presets[preset].text : NULL;
}

/* ---- Contradictions ----------------------------------------------------- */

static enum gvi_status check_identity(const struct gvi_config *c);
static enum gvi_status check_encodings(const struct gvi_config *c);
static enum gvi_status check_dependencies(const struct gvi_config *c);
static enum gvi_status check_sizes(const struct gvi_config *c);
static enum gvi_status check_habits(const struct gvi_config *c);

enum gvi_status gvi_check(const struct gvi_config *config)
{
	return config ? config_check(config) : GVI_ARG_NULL;
}

enum gvi_status config_check(const struct gvi_config *c)
{
	enum gvi_status (*const checks[])(const struct gvi_config *) = {
		check_identity, check_encodings, check_dependencies, check_sizes, check_habits,
	};

	for (unsigned i = 0; i < sizeof checks / sizeof checks[0]; i++) {
		enum gvi_status status = checks[i](c);

		if (status != GVI_OK)
			return status;
	}
	return GVI_OK;
}

static enum gvi_status check_identity(const struct gvi_config *c)
{
	if (c->version / 10000 != GVI_VERSION_MAJOR || c->version > GVI_VERSION || !c->version)
		return GVI_CONFIG_VERSION;
	if (c->revision < GVI_OLDEST_REVISION || c->revision > GVI_NEWEST_REVISION ||
	    (c->revision & 0xff) > 99)
		return GVI_CONFIG_REVISION;
	/* [pci.capability-header] */
	if ((c->capability & 0xe0ff00ff) != 0x000b000f)
		return GVI_CONFIG_CAPABILITY;
	if (!(c->capability >> 27 & 1) && (c->efr || c->efr2))
		return GVI_CONFIG_EFR_ABSENT;
	if (!(c->capability >> 28 & 1) && c->misc1)
		return GVI_CONFIG_MISC1;
	if (c->msi_messages_log2 > 5)
		return GVI_CONFIG_MSI;
	return GVI_OK;
}

/* Encodings that no revision defines. */
static enum gvi_status check_encodings(const struct gvi_config *c)
{
	const uint64_t *e = &c->efr, *e2 = &c->efr2;

	if (get_EFR_HATS(e) == 3 && !c->no_host)
		return GVI_CONFIG_HATS;
	if (get_EFR_GATS(e) == 3)
		return GVI_CONFIG_GATS;
	if (get_EFR_GLXSUP(e) == 3)
		return GVI_CONFIG_GLXSUP;
	if (get_EFR_SMIFSUP(e) > 1 || get_EFR_SMIFRC(e) > 4)
		return GVI_CONFIG_SMIF;
	if (get_EFR_DUALPPRLOGSUP(e) == 3 || get_EFR_DUALEVENTLOGSUP(e) == 3)
		return GVI_CONFIG_DUAL;
	if (get_EFR_PASMAX(e) > 19)
		return GVI_CONFIG_PASMAX;
	if (get_EFR_MARCSUP(e) > 1)
		return GVI_CONFIG_MARC;
	if (c->efr & gvi_reserved_mask(GVI_FORMAT_EFR, 0, GVI_ALL_FEATURES))
		return GVI_CONFIG_EFR;
	if (get_EFR2_SNPAVICSUP(e2) > 1 || get_EFR2_NUMINTREMAPSUP(e2) > 1 ||
	    c->efr2 & gvi_reserved_mask(GVI_FORMAT_EFR2, 0, GVI_ALL_FEATURES))
		return GVI_CONFIG_EFR2;
	return GVI_OK;
}

/* Features that need others. */
static enum gvi_status check_dependencies(const struct gvi_config *c)
{
	const uint64_t *e = &c->efr, *e2 = &c->efr2;
	bool ppr = get_EFR_PPRSUP(e);

	if (get_EFR_GAMSUP(e) > (get_EFR_GASUP(e) ? 1u : 0u))
		return GVI_CONFIG_GAM;
	if (get_EFR_XTSUP(e) && !get_EFR_GASUP(e))
		return GVI_CONFIG_XT_GA;
	if (get_EFR_GAPPISUP(e) && !get_EFR_GAMSUP(e))
		return GVI_CONFIG_GAPPI;
	if (get_EFR2_GAPPIDISSUP(e2) && !get_EFR_GAPPISUP(e))
		return GVI_CONFIG_GAPPI;
	if (get_EFR_GIOSUP(e) && !get_EFR_GTSUP(e))
		return GVI_CONFIG_GIO_GT;
	if (!get_EFR_GTSUP(e) && (get_EFR_GATS(e) || get_EFR_GLXSUP(e)))
		return GVI_CONFIG_GLX_GT;
	if (get_EFR_HDSUP(e) && !get_EFR_HASUP(e))
		return GVI_CONFIG_HD_HA;
	if (get_EFR_EPHSUP(e) && !ppr)
		return GVI_CONFIG_EPH_PPR;
	if (ppr && !(c->capability >> 24 & 1))
		return GVI_CONFIG_PPR_IOTLB;
	if (!ppr && (get_EFR_DUALPPRLOGSUP(e) || get_EFR_PPROVRFLWEARLYSUP(e) ||
		     get_EFR_PPRAUTORSPSUP(e) || get_EFR_BLKSTOPMRKSUP(e)))
		return GVI_CONFIG_PPR_FEATURES;
	return c->snp && !get_EFR_SNPSUP(e) ? GVI_CONFIG_SNP : GVI_OK;
}

/* [pci.misc-information] */
static enum gvi_status check_sizes(const struct gvi_config *c)
{
	const uint64_t misc0 = c->misc0;
	uint64_t pa = get_CAP_MISC0_PA_SIZE(&misc0), va = get_CAP_MISC0_VA_SIZE(&misc0);
	uint64_t window = get_EFR_PCSUP(&c->efr) ? 0x80000 : 0x4000;

	if (get_CAP_MISC0_GVA_SIZE(&misc0) != 2)
		return GVI_CONFIG_GVASIZE;
	if (pa != 40 && pa != 48 && pa != 52)
		return GVI_CONFIG_PASIZE;
	if (va != 32 && va != 40 && va != 48 && va != 64)
		return GVI_CONFIG_VASIZE;
	/* [pci.base-alignment] */
	return c->base % window ? GVI_CONFIG_BASE : GVI_OK;
}

static enum gvi_status check_habits(const struct gvi_config *c)
{
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		if (c->habit[i] != GVI_UNSETTLED && c->habit[i] >= gvi_choices[i].count)
			return GVI_CONFIG_HABIT;
	return GVI_OK;
}
