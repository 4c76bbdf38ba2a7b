/* Configurations: presets are what docs/spec says, and each contradiction is
 * refused with its own status and changes nothing. */
#include "conformance/unit/rig.h"

/* ---- Presets -------------------------------------------------------------- */

START_TEST(test_every_preset_is_accepted)
{
	for (unsigned p = 0; p < GVI_NPRESETS; p++) {
		struct gvi_config config = rig_config((enum gvi_preset)p);

		ck_assert_int_eq(gvi_check(&config), GVI_OK);
		ck_assert_uint_eq(config.version, GVI_VERSION);
		ck_assert_str_ne(gvi_preset_text((enum gvi_preset)p), "");
		ck_assert_int_eq((int)gvi_find_preset(gvi_preset_name((enum gvi_preset)p)), (int)p);
		for (unsigned c = 0; c < GVI_NCHOICES; c++)
			ck_assert_uint_eq(config.habit[c], GVI_UNSETTLED);
	}
}
END_TEST

/* The feature registers that docs/spec/README.md gives for real parts. */
START_TEST(test_presets_of_real_parts)
{
	ck_assert_uint_eq(rig_config(GVI_PRESET_EPYC_ROME).efr, 0x058f77ef22294ade);
	ck_assert_uint_eq(rig_config(GVI_PRESET_CLIENT).efr, 0x400f77ef22294ada);
	ck_assert_uint_eq(rig_config(GVI_PRESET_EPYC_ROME).control, 0x0000220000000400);
	ck_assert_uint_eq(rig_config(GVI_PRESET_NOTHING).efr, 0);
	/* PAsize 48, VAsize 64, GVAsize 010b. */
	ck_assert_uint_eq(rig_config(GVI_PRESET_EPYC_ROME).misc0, 0x00203040);
}
END_TEST

START_TEST(test_there_is_no_such_preset)
{
	struct gvi_config config, was;

	memset(&config, 0x5a, sizeof config);
	memcpy(&was, &config, sizeof was);
	ck_assert_int_eq(gvi_preset(GVI_NPRESETS, &config), GVI_ARG_PRESET);
	ck_assert_int_eq(gvi_preset((enum gvi_preset)1000, &config), GVI_ARG_PRESET);
	ck_assert_mem_eq(&config, &was, sizeof was);
	ck_assert_int_eq(gvi_preset(GVI_PRESET_CLIENT, NULL), GVI_ARG_NULL);
	ck_assert_int_eq(gvi_check(NULL), GVI_ARG_NULL);
	ck_assert_ptr_null(gvi_preset_name(GVI_NPRESETS));
	ck_assert_ptr_null(gvi_preset_text(GVI_NPRESETS));
	ck_assert_int_eq((int)gvi_find_preset("epyc-milan"), GVI_NPRESETS);
	ck_assert_int_eq((int)gvi_find_preset(""), GVI_NPRESETS);
}
END_TEST

/* ---- Contradictions ------------------------------------------------------- */

static void set_efr(struct gvi_config *c, enum gvi_field_id field, uint64_t value)
{
	ck_assert(gvi_set(field, &c->efr, value));
}

/* What contradicts the rest of the preset `everything`. */
struct contradiction {
	enum gvi_status status;
	enum gvi_field_id field; /* of EFR; GVI_NFIELDS: `change` */
	uint64_t value;
	void (*change)(struct gvi_config *c);
};

#define CHANGE(name, what)                                                                         \
	static void name(struct gvi_config *c)                                                     \
	{                                                                                          \
		what;                                                                              \
	}

CHANGE(no_version, c->version = 0)
CHANGE(newer_version, c->version = GVI_VERSION + 100)
CHANGE(next_major, c->version = (GVI_VERSION_MAJOR + 1) * 10000)
CHANGE(old_revision, c->revision = GVI_REVISION(1, 26))
CHANGE(new_revision, c->revision = GVI_REVISION(3, 12))
CHANGE(odd_revision, c->revision = GVI_REVISION(2, 100))
CHANGE(other_capability, c->capability ^= 1)
CHANGE(other_type, c->capability ^= 1u << 16)
CHANGE(other_cap_revision, c->capability ^= 1u << 19)
CHANGE(top_capability, c->capability |= 1u << 31)
CHANGE(no_efr, c->capability &= ~(1u << 27))

static void efr2_only(struct gvi_config *c)
{
	no_efr(c);
	c->efr = 0;
	c->efr2 = 8;
}

static void no_misc1(struct gvi_config *c)
{
	c->capability &= ~(1u << 28);
	c->misc1 = 1;
}

CHANGE(many_messages, c->msi_messages_log2 = 6)
CHANGE(hats_3, set_efr(c, GVI_EFR_HATS, 3))
CHANGE(avic_2, c->efr2 |= 0x40)
CHANGE(numint_2, c->efr2 = 0x21c)
CHANGE(efr_bit_30, c->efr |= UINT64_C(1) << 30)
CHANGE(efr_bit_27, c->efr |= UINT64_C(1) << 27)
CHANGE(efr2_bit_10, c->efr2 |= 0x400)
CHANGE(efr2_top, c->efr2 |= UINT64_C(1) << 12)

static void gappi_without_gam(struct gvi_config *c)
{
	c->efr2 &= ~UINT64_C(0x10);
	set_efr(c, GVI_EFR_GAPPISUP, 1);
	set_efr(c, GVI_EFR_GAMSUP, 0);
}

static void gam_without_ga(struct gvi_config *c)
{
	set_efr(c, GVI_EFR_GASUP, 0);
	set_efr(c, GVI_EFR_XTSUP, 0);
}

static void guest_levels(struct gvi_config *c, enum gvi_field_id field)
{
	set_efr(c, GVI_EFR_GTSUP, 0);
	set_efr(c, GVI_EFR_GIOSUP, 0);
	set_efr(c, GVI_EFR_GATS, 0);
	set_efr(c, GVI_EFR_GLXSUP, 0);
	set_efr(c, field, 1);
}

CHANGE(gats_without_gt, guest_levels(c, GVI_EFR_GATS))
CHANGE(glx_without_gt, guest_levels(c, GVI_EFR_GLXSUP))

/* PPRSup and all that hangs on it off, but for one. */
static void without_ppr(struct gvi_config *c, enum gvi_field_id but)
{
	static const enum gvi_field_id fields[] = {
		GVI_EFR_PPRSUP,        GVI_EFR_EPHSUP,        GVI_EFR_DUALPPRLOGSUP,
		GVI_EFR_PPRAUTORSPSUP, GVI_EFR_BLKSTOPMRKSUP, GVI_EFR_PPROVRFLWEARLYSUP,
	};

	for (unsigned i = 0; i < sizeof fields / sizeof fields[0]; i++)
		set_efr(c, fields[i], fields[i] == but);
}

CHANGE(eph_alone, without_ppr(c, GVI_EFR_EPHSUP))
CHANGE(dual_alone, without_ppr(c, GVI_EFR_DUALPPRLOGSUP))
CHANGE(early_alone, without_ppr(c, GVI_EFR_PPROVRFLWEARLYSUP))
CHANGE(auto_alone, without_ppr(c, GVI_EFR_PPRAUTORSPSUP))
CHANGE(stop_alone, without_ppr(c, GVI_EFR_BLKSTOPMRKSUP))
CHANGE(ppr_without_iotlb, c->capability &= ~(1u << 24))
CHANGE(snp_unsupported, c->snp = true)

static void misc0(struct gvi_config *c, enum gvi_field_id field, uint64_t value)
{
	uint64_t raw = c->misc0;

	ck_assert(gvi_set(field, &raw, value));
	c->misc0 = (uint32_t)raw;
}

CHANGE(gva_57, misc0(c, GVI_CAP_MISC0_GVA_SIZE, 1))
CHANGE(pa_36, misc0(c, GVI_CAP_MISC0_PA_SIZE, 36))
CHANGE(pa_64, misc0(c, GVI_CAP_MISC0_PA_SIZE, 64))
CHANGE(va_52, misc0(c, GVI_CAP_MISC0_VA_SIZE, 52))
CHANGE(va_0, misc0(c, GVI_CAP_MISC0_VA_SIZE, 0))
CHANGE(base_16k, c->base += 0x4000)
CHANGE(base_odd, c->base += 1)
CHANGE(habit_2, c->habit[GVI_CHOICE_DTE_MODE] = 2)
CHANGE(habit_last, c->habit[GVI_NCHOICES - 1] = 0xfe)

#define BY(status, change)                                                                         \
	{                                                                                          \
		GVI_CONFIG_##status, GVI_NFIELDS, 0, change                                        \
	}
#define EFR(status, field, value)                                                                  \
	{                                                                                          \
		GVI_CONFIG_##status, GVI_EFR_##field, value, NULL                                  \
	}
static const struct contradiction contradictions[] = {
	BY(VERSION, no_version),
	BY(VERSION, newer_version),
	BY(VERSION, next_major),
	BY(REVISION, old_revision),
	BY(REVISION, new_revision),
	BY(REVISION, odd_revision),
	BY(CAPABILITY, other_capability),
	BY(CAPABILITY, other_type),
	BY(CAPABILITY, other_cap_revision),
	BY(CAPABILITY, top_capability),
	BY(EFR_ABSENT, no_efr),
	BY(EFR_ABSENT, efr2_only),
	BY(MISC1, no_misc1),
	BY(MSI, many_messages),
	BY(HATS, hats_3),
	EFR(GATS, GATS, 3),
	EFR(GLXSUP, GLXSUP, 3),
	EFR(SMIF, SMIFSUP, 2),
	EFR(SMIF, SMIFRC, 5),
	EFR(DUAL, DUALPPRLOGSUP, 3),
	EFR(DUAL, DUALEVENTLOGSUP, 3),
	EFR(PASMAX, PASMAX, 20),
	EFR(MARC, MARCSUP, 2),
	BY(EFR2, avic_2),
	BY(EFR2, numint_2),
	BY(EFR, efr_bit_30),
	BY(EFR, efr_bit_27),
	BY(EFR2, efr2_top),
	BY(EFR2, efr2_bit_10),
	EFR(GAM, GAMSUP, 2),
	BY(GAM, gam_without_ga),
	EFR(GAPPI, GAPPISUP, 0),
	BY(GAPPI, gappi_without_gam),
	EFR(GIO_GT, GTSUP, 0),
	BY(GLX_GT, gats_without_gt),
	BY(GLX_GT, glx_without_gt),
	EFR(HD_HA, HASUP, 0),
	BY(EPH_PPR, eph_alone),
	BY(PPR_IOTLB, ppr_without_iotlb),
	BY(PPR_FEATURES, dual_alone),
	BY(PPR_FEATURES, early_alone),
	BY(PPR_FEATURES, auto_alone),
	BY(PPR_FEATURES, stop_alone),
	BY(SNP, snp_unsupported),
	BY(GVASIZE, gva_57),
	BY(PASIZE, pa_36),
	BY(PASIZE, pa_64),
	BY(VASIZE, va_52),
	BY(VASIZE, va_0),
	BY(BASE, base_16k),
	BY(BASE, base_odd),
	BY(HABIT, habit_2),
	BY(HABIT, habit_last),
};
enum { NCONTRADICTIONS = sizeof contradictions / sizeof contradictions[0] };

static struct gvi_config contradict(unsigned i)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	if (contradictions[i].change)
		contradictions[i].change(&config);
	else
		set_efr(&config, contradictions[i].field, contradictions[i].value);
	return config;
}

START_TEST(test_each_contradiction_is_named)
{
	for (unsigned i = 0; i < NCONTRADICTIONS; i++) {
		struct gvi_config config = contradict(i);

		ck_assert_msg(gvi_check(&config) == contradictions[i].status, "row %u: %s", i,
			      gvi_status_text(gvi_check(&config)));
	}
}
END_TEST

/* XTSup without GASup: GAMSup would be named first. */
START_TEST(test_x2apic_needs_the_long_entries)
{
	struct gvi_config config = rig_config(GVI_PRESET_EPYC_ROME);

	set_efr(&config, GVI_EFR_GAMSUP, 0);
	set_efr(&config, GVI_EFR_GASUP, 0);
	ck_assert_int_eq(gvi_check(&config), GVI_CONFIG_XT_GA);
	set_efr(&config, GVI_EFR_XTSUP, 0);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
}
END_TEST

START_TEST(test_every_configuration_status_is_tried)
{
	static const enum gvi_status all[] = {
#define STATUS(id, value, text) GVI_##id,
#include "goldvi/def/status.def"
#undef STATUS
	};

	for (unsigned s = 0; s < sizeof all / sizeof all[0]; s++) {
		bool tried = all[s] == GVI_CONFIG_XT_GA;

		for (unsigned i = 0; i < NCONTRADICTIONS; i++)
			tried = tried || contradictions[i].status == all[s];
		if (all[s] <= GVI_CONFIG_VERSION && all[s] > GVI_HOST_WINDOWS)
			ck_assert_msg(tried, "%s", gvi_status_text(all[s]));
	}
}
END_TEST

START_TEST(test_a_refused_configuration_leaves_the_model_alone)
{
	struct gvi_host host = {0};
	unsigned char *m = malloc(gvi_size()), *was = malloc(gvi_size());

	ck_assert(m && was);
	memset(m, 0xa5, gvi_size());
	memset(was, 0xa5, gvi_size());
	for (unsigned i = 0; i < NCONTRADICTIONS; i++) {
		struct gvi_config config = contradict(i);

		ck_assert_int_eq(gvi_init((struct gvi *)(void *)m, &config, &host),
				 contradictions[i].status);
		ck_assert_mem_eq(m, was, gvi_size());
	}
	free(m);
	free(was);
}
END_TEST

/* What lies just inside. */
START_TEST(test_edges_are_accepted)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.revision = GVI_REVISION(2, 0);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	config.revision = GVI_REVISION(3, 11);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	config.no_host = true;
	hats_3(&config);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	config.msi_messages_log2 = 5;
	set_efr(&config, GVI_EFR_PASMAX, 19);
	set_efr(&config, GVI_EFR_SMIFRC, 4);
	config.efr2 |= 0x800;
	config.base += 0x80000;
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	set_efr(&config, GVI_EFR_SNPSUP, 1);
	config.snp = true;
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	for (unsigned c = 0; c < GVI_NCHOICES; c++)
		config.habit[c] = (uint8_t)(gvi_choices[c].count - 1);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	misc0(&config, GVI_CAP_MISC0_PA_SIZE, 40);
	misc0(&config, GVI_CAP_MISC0_VA_SIZE, 32);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	misc0(&config, GVI_CAP_MISC0_VA_SIZE, 40);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	misc0(&config, GVI_CAP_MISC0_VA_SIZE, 48);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
}
END_TEST

/* 16 KiB suffice without the counters. */
START_TEST(test_base_alignment_follows_the_window)
{
	struct gvi_config config = rig_config(GVI_PRESET_HOST_ONLY);

	base_16k(&config);
	ck_assert_int_eq(gvi_check(&config), GVI_OK);
	config.base += 0x2000;
	ck_assert_int_eq(gvi_check(&config), GVI_CONFIG_BASE);
}
END_TEST

/* ---- Statuses ------------------------------------------------------------- */

START_TEST(test_statuses_are_pinned_sentences)
{
	static const struct {
		int value;
		const char *text;
	} all[] = {
#define STATUS(id, value, text) {value, text},
#include "goldvi/def/status.def"
#undef STATUS
	};

	for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
		ck_assert_str_eq(gvi_status_text((enum gvi_status)all[i].value), all[i].text);
		ck_assert(all[i].value == 0 || all[i].value < 0);
		for (unsigned k = 0; k < i; k++) {
			ck_assert_int_ne(all[i].value, all[k].value);
			ck_assert_str_ne(all[i].text, all[k].text);
		}
	}
	ck_assert_int_eq(GVI_OK, 0);
	ck_assert_str_eq(gvi_status_text((enum gvi_status) - 999), "there is no such status");
	ck_assert_str_eq(gvi_status_text((enum gvi_status)1), "there is no such status");
}
END_TEST

RIG_RUN("config", test_every_preset_is_accepted, test_presets_of_real_parts,
	test_there_is_no_such_preset, test_each_contradiction_is_named,
	test_x2apic_needs_the_long_entries, test_every_configuration_status_is_tried,
	test_a_refused_configuration_leaves_the_model_alone, test_edges_are_accepted,
	test_base_alignment_follows_the_window, test_statuses_are_pinned_sentences)
