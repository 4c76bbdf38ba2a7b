/* The generic reading of the format tables, on every format and field, and on
 * words whose meaning docs/spec prints. */
#include "conformance/unit/rig.h"

#define EACH_FORMAT(f) for (unsigned f = 0; f < GVI_NFORMATS; f++)
#define EACH_FIELD(i)  for (unsigned i = 0; i < GVI_NFIELDS; i++)

static enum gvi_format_id format_of(unsigned field)
{
	return (enum gvi_format_id)gvi_fields[field].format;
}

static uint64_t ones(unsigned n)
{
	return n < 64 ? (UINT64_C(1) << n) - 1 : UINT64_MAX;
}

/* ---- What the tables promise --------------------------------------------- */

START_TEST(test_formats_are_well_formed)
{
	unsigned next = 0;

	EACH_FORMAT(f)
	{
		const struct gvi_format *t = &gvi_formats[f];

		ck_assert_msg(t->first == next && t->nfields > 0, "%s", t->id);
		next += t->nfields;
		ck_assert_uint_ge(gvi_words((enum gvi_format_id)f), 1);
		ck_assert_uint_le(gvi_words((enum gvi_format_id)f), GVI_MAX_WORDS);
		ck_assert_uint_eq(gvi_words((enum gvi_format_id)f), (t->bits + 63u) / 64);
		ck_assert_int_eq((int)gvi_find_format(t->id), (int)f);
		ck_assert(t->title[0] && t->clause[0]);
	}
	ck_assert_uint_eq(next, GVI_NFIELDS);
}
END_TEST

/* No segment crosses a word; rows stand in the order of their lowest bit. */
START_TEST(test_segments_lie_in_words_and_rows_in_order)
{
	unsigned before = 0;

	EACH_FIELD(i)
	{
		const struct gvi_field *f = &gvi_fields[i];
		unsigned lowest = UINT16_MAX, width = 0;

		ck_assert_uint_ge(f->nsegments, 1);
		ck_assert_uint_le(f->nsegments, GVI_MAX_SEGMENTS);
		for (unsigned s = 0; s < f->nsegments; s++) {
			ck_assert_uint_le(f->segment[s].lo, f->segment[s].hi);
			ck_assert_uint_lt(f->segment[s].hi, gvi_formats[f->format].bits);
			ck_assert_uint_eq(f->segment[s].lo / 64, f->segment[s].hi / 64);
			width += f->segment[s].hi - f->segment[s].lo + 1u;
			if (f->segment[s].lo < lowest)
				lowest = f->segment[s].lo;
		}
		ck_assert_uint_eq(gvi_width((enum gvi_field_id)i), width);
		ck_assert_msg(i == gvi_formats[f->format].first || lowest > before, "%s.%s",
			      gvi_formats[f->format].id, f->id);
		before = lowest;
	}
}
END_TEST

START_TEST(test_rows_say_what_they_are)
{
	EACH_FIELD(i)
	{
		const struct gvi_field *f = &gvi_fields[i];
		size_t length = strlen(f->text);

		ck_assert_uint_lt(f->needs, GVI_NFEATURES);
		ck_assert_msg(length > 1 && f->text[length - 1] == '.', "%s", f->text);
		/* A name can stand before '=' and in a list. */
		ck_assert_msg(f->name[0] && !strpbrk(f->name, "= ,\t\n"), "%s", f->name);
		if (f->kind == GVI_FLAG)
			ck_assert_uint_eq(gvi_width((enum gvi_field_id)i), 1);
		if (f->kind == GVI_MBZ || f->kind == GVI_IGN)
			ck_assert_uint_eq(f->access, GVI_NONE);
		if (f->kind == GVI_MBZ)
			ck_assert_str_eq(f->name, "Reserved");
		if (f->kind != GVI_ADDR && f->kind != GVI_UINT)
			ck_assert_uint_eq(f->scale, 0);
	}
}
END_TEST

/* Only reserved and ignored rows may share a name. */
START_TEST(test_names_are_unique_in_a_format)
{
	EACH_FIELD(i)
	{
		const struct gvi_field *f = &gvi_fields[i];
		const struct gvi_format *t = &gvi_formats[f->format];

		ck_assert_uint_eq(gvi_find_field(format_of(i), f->id), i);
		for (unsigned k = t->first; k < i; k++)
			ck_assert_msg(strcmp(gvi_fields[k].name, f->name) != 0 ||
					      f->kind == GVI_MBZ || f->kind == GVI_IGN,
				      "%s.%s", t->id, f->name);
	}
}
END_TEST

START_TEST(test_values_of_enums_have_names)
{
	EACH_FIELD(i)
	{
		unsigned named = 0;

		for (size_t n = 0; n < gvi_nvalue_names; n++) {
			const struct gvi_value_name *v = &gvi_value_names[n];

			if (v->field != i)
				continue;
			named++;
			ck_assert_uint_le(v->value, ones(gvi_width((enum gvi_field_id)i)));
			ck_assert_str_eq(gvi_value_name((enum gvi_field_id)i, v->value), v->name);
		}
		ck_assert_msg((gvi_fields[i].kind == GVI_ENUM) == (named > 0), "%s.%s",
			      gvi_formats[gvi_fields[i].format].id, gvi_fields[i].id);
	}
	ck_assert_ptr_null(gvi_value_name(GVI_DTE_HAD, 2));
	ck_assert_ptr_null(gvi_value_name(GVI_DTE_MODE, 0));
}
END_TEST

START_TEST(test_what_is_not_there_is_not_found)
{
	ck_assert_int_eq((int)gvi_find_format("DTEX"), GVI_NFORMATS);
	ck_assert_int_eq((int)gvi_find_format("dte"), GVI_NFORMATS);
	ck_assert_int_eq((int)gvi_find_format(""), GVI_NFORMATS);
	ck_assert_int_eq((int)gvi_find_field(GVI_FORMAT_DTE, "Nope"), GVI_NFIELDS);
	ck_assert_int_eq((int)gvi_find_field(GVI_FORMAT_DTE, ""), GVI_NFIELDS);
	ck_assert_int_eq((int)gvi_find_field(GVI_FORMAT_PDE, "PMS"), GVI_NFIELDS);
	ck_assert_int_eq((int)gvi_find_field(GVI_FORMAT_DTE, "GCR3TRP"), GVI_DTE_GCR3_ROOT);
	ck_assert_int_eq((int)gvi_find_field(GVI_FORMAT_DTE, "GCR3_ROOT"), GVI_DTE_GCR3_ROOT);
}
END_TEST

/* ---- Get and set --------------------------------------------------------- */

/* The masks of a format's fields are disjoint and leave nothing out. */
START_TEST(test_masks_partition_every_word)
{
	EACH_FORMAT(f)
	{
		const struct gvi_format *t = &gvi_formats[f];

		for (unsigned w = 0; w < GVI_MAX_WORDS; w++) {
			unsigned bits = t->bits > 64 * w ? t->bits - 64u * w : 0;
			uint64_t all = 0;

			for (unsigned i = t->first; i < t->first + t->nfields; i++) {
				uint64_t mask = gvi_field_mask((enum gvi_field_id)i, w);

				ck_assert_uint_eq(all & mask, 0);
				all |= mask;
			}
			ck_assert_uint_eq(all, ones(bits < 64 ? bits : 64));
		}
	}
}
END_TEST

/* Bit n of a value is one bit of the words, a different one for each n, and
 * the one that walking up the segments comes to. */
START_TEST(test_each_bit_of_a_value_has_its_place)
{
	EACH_FIELD(i)
	{
		const struct gvi_field *f = &gvi_fields[i];
		unsigned bit = f->scale;

		for (unsigned s = 0; s < f->nsegments; s++)
			for (unsigned at = f->segment[s].lo; at <= f->segment[s].hi; at++, bit++) {
				uint64_t raw[GVI_MAX_WORDS] = {0}, want[GVI_MAX_WORDS] = {0};

				want[at / 64] = UINT64_C(1) << at % 64;
				ck_assert(gvi_set((enum gvi_field_id)i, raw, UINT64_C(1) << bit));
				ck_assert_mem_eq(raw, want, sizeof raw);
				ck_assert_uint_eq(gvi_get((enum gvi_field_id)i, raw),
						  UINT64_C(1) << bit);
			}
	}
}
END_TEST

START_TEST(test_set_leaves_the_other_fields_alone)
{
	uint64_t seed = 1;

	EACH_FIELD(i)
	{
		uint64_t raw[GVI_MAX_WORDS], before[GVI_MAX_WORDS];
		uint64_t value = (rig_random(&seed) & ones(gvi_width((enum gvi_field_id)i)))
				 << gvi_fields[i].scale;

		for (unsigned w = 0; w < GVI_MAX_WORDS; w++)
			before[w] = raw[w] = rig_random(&seed);
		ck_assert(gvi_set((enum gvi_field_id)i, raw, value));
		ck_assert_uint_eq(gvi_get((enum gvi_field_id)i, raw), value);
		for (unsigned w = 0; w < GVI_MAX_WORDS; w++)
			ck_assert_uint_eq(
				(raw[w] ^ before[w]) & ~gvi_field_mask((enum gvi_field_id)i, w), 0);
	}
}
END_TEST

START_TEST(test_set_refuses_what_does_not_fit)
{
	EACH_FIELD(i)
	{
		unsigned top = gvi_width((enum gvi_field_id)i) + gvi_fields[i].scale;
		uint64_t raw[GVI_MAX_WORDS] = {5, 4, 3, 2, 1, 0}, was[GVI_MAX_WORDS];

		memcpy(was, raw, sizeof was);
		if (top < 64) {
			ck_assert(!gvi_set((enum gvi_field_id)i, raw, UINT64_C(1) << top));
			ck_assert(!gvi_set((enum gvi_field_id)i, raw, UINT64_MAX));
		}
		if (gvi_fields[i].scale)
			ck_assert(!gvi_set((enum gvi_field_id)i, raw, 1));
		ck_assert_mem_eq(raw, was, sizeof raw);
	}
}
END_TEST

/* ---- Reserved bits ------------------------------------------------------- */

/* Under any set of features: the rows that are reserved, or whose feature is
 * missing. */
START_TEST(test_reserved_masks_follow_the_features)
{
	uint64_t seed = 2, sets[4] = {GVI_ALL_FEATURES, 0, UINT64_C(1) << GVI_FEATURE_ALWAYS, 0};

	sets[3] = rig_random(&seed) | UINT64_C(1) << GVI_FEATURE_ALWAYS;
	for (unsigned k = 0; k < 4; k++)
		EACH_FORMAT(f)
	for (unsigned w = 0; w < gvi_words((enum gvi_format_id)f); w++) {
		uint64_t mask = gvi_reserved_mask((enum gvi_format_id)f, w, sets[k]);
		const struct gvi_format *t = &gvi_formats[f];

		for (unsigned i = t->first; i < t->first + t->nfields; i++) {
			uint64_t own = gvi_field_mask((enum gvi_field_id)i, w);
			bool is = gvi_fields[i].kind == GVI_MBZ ||
				  !(sets[k] >> gvi_fields[i].needs & 1);

			ck_assert_uint_eq(mask & own, is ? own : 0);
		}
	}
}
END_TEST

START_TEST(test_first_reserved_is_the_lowest)
{
	EACH_FORMAT(f)
	{
		enum gvi_format_id format = (enum gvi_format_id)f;
		uint64_t raw[GVI_MAX_WORDS] = {0};

		ck_assert_int_eq((int)gvi_first_reserved(format, raw, 0), GVI_NFIELDS);
		for (unsigned bit = gvi_formats[f].bits; bit-- > 0;) {
			enum gvi_field_id first;
			uint64_t mask = gvi_reserved_mask(format, bit / 64, GVI_ALL_FEATURES);

			raw[bit / 64] |= UINT64_C(1) << bit % 64;
			if (!(mask >> bit % 64 & 1))
				continue;
			first = gvi_first_reserved(format, raw, GVI_ALL_FEATURES);
			ck_assert_int_ne((int)first, GVI_NFIELDS);
			ck_assert(gvi_field_mask(first, bit / 64) >> bit % 64 & 1);
		}
	}
}
END_TEST

/* The legality masks that docs/spec/09-commands.md section 2 prints, and those
 * of its prose. */
START_TEST(test_legal_bits_of_commands)
{
	static const struct {
		enum gvi_format_id format;
		uint64_t legal[2];
	} commands[] = {
		{GVI_FORMAT_COMPLETION_WAIT, {0xf00fffffffffffff, UINT64_MAX}},
		{GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY, {0xf00000000000ffff, 0}},
		{GVI_FORMAT_INVALIDATE_IOMMU_PAGES, {0xf000ffff000fffff, 0xfffffffffffff007}},
		{GVI_FORMAT_INVALIDATE_IOTLB_PAGES, {UINT64_MAX, 0xfffffffffffff035}},
		{GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE, {0xf00000000000ffff, 0}},
		{GVI_FORMAT_PREFETCH_IOMMU_PAGES, {0xf00fffffff00ffff, 0xfffffffffffff015}},
		{GVI_FORMAT_COMPLETE_PPR_REQUEST, {0xf00fffff0000ffff, 0x0000ffff00000004}},
		{GVI_FORMAT_INVALIDATE_IOMMU_ALL, {0xf000000000000000, 0}},
		{GVI_FORMAT_INSERT_GUEST_EVENT, {UINT64_MAX, UINT64_MAX}},
		{GVI_FORMAT_RESET_VMMIO, {UINT64_MAX, UINT64_MAX}},
	};

	for (unsigned i = 0; i < sizeof commands / sizeof commands[0]; i++)
		for (unsigned w = 0; w < 2; w++)
			ck_assert_uint_eq(
				~gvi_reserved_mask(commands[i].format, w, GVI_ALL_FEATURES),
				commands[i].legal[w]);
	/* Type exists with InvIotlbTypeSup only. */
	ck_assert_uint_eq(
		~gvi_reserved_mask(GVI_FORMAT_INVALIDATE_IOTLB_PAGES, 1,
				   GVI_ALL_FEATURES & ~(UINT64_C(1) << GVI_FEATURE_INVTYPE)),
		0xfffffffffffff005);
}
END_TEST

/* ---- Blank, encode, print ------------------------------------------------ */

START_TEST(test_blank_holds_the_constants_and_nothing_else)
{
	EACH_FORMAT(f)
	{
		uint64_t raw[GVI_MAX_WORDS];
		const struct gvi_format *t = &gvi_formats[f];

		memset(raw, 0xa5, sizeof raw);
		gvi_blank((enum gvi_format_id)f, raw);
		for (unsigned i = t->first; i < t->first + t->nfields; i++)
			ck_assert_uint_eq(gvi_get((enum gvi_field_id)i, raw),
					  gvi_fields[i].kind == GVI_CODE ? gvi_fields[i].reset : 0);
		for (unsigned w = gvi_words((enum gvi_format_id)f); w < GVI_MAX_WORDS; w++)
			ck_assert_uint_eq(raw[w], 0xa5a5a5a5a5a5a5a5);
	}
}
END_TEST

/* Random words without ignored and reserved bits, but with the constants. */
static void random_words(enum gvi_format_id format, uint64_t *seed, uint64_t *raw)
{
	const struct gvi_format *t = &gvi_formats[format];

	memset(raw, 0, GVI_MAX_WORDS * sizeof *raw);
	for (unsigned i = t->first; i < t->first + t->nfields; i++) {
		enum gvi_field_id field = (enum gvi_field_id)i;
		uint64_t value = rig_random(seed) & ones(gvi_width(field));

		if (gvi_fields[i].kind == GVI_CODE)
			value = gvi_fields[i].reset;
		if (gvi_fields[i].kind != GVI_MBZ && gvi_fields[i].kind != GVI_IGN)
			ck_assert(gvi_set(field, raw, value << gvi_fields[i].scale));
	}
}

START_TEST(test_what_is_printed_encodes_to_the_same_words)
{
	uint64_t seed = 3;

	EACH_FORMAT(f)
	for (unsigned n = 0; n < 20; n++) {
		uint64_t raw[GVI_MAX_WORDS], made[GVI_MAX_WORDS] = {0};
		char text[2048];
		size_t at = 0;

		random_words((enum gvi_format_id)f, &seed, raw);
		ck_assert_uint_lt(gvi_print((enum gvi_format_id)f, raw, text, sizeof text),
				  sizeof text);
		ck_assert_msg(gvi_encode((enum gvi_format_id)f, text, made, &at), "%s at %zu: %s",
			      gvi_formats[f].id, at, text);
		ck_assert_mem_eq(made, raw, sizeof raw);
	}
}
END_TEST

START_TEST(test_encode_takes_names_ids_and_named_values)
{
	uint64_t raw[4] = {0};

	ck_assert(gvi_encode(GVI_FORMAT_DTE,
			     " V=1,TV=0x1 MODE=3\tHostPageTableRootPtr=0X10000000\n"
			     "IOCTL=translate IR=1",
			     raw, NULL));
	ck_assert_uint_eq(raw[0], 0x2000000010000603);
	ck_assert_uint_eq(raw[1], UINT64_C(2) << 35);
	ck_assert(gvi_encode(GVI_FORMAT_DTE, "", raw, NULL));
	ck_assert_uint_eq(raw[0] | raw[1] | raw[2] | raw[3], 0);
	ck_assert(gvi_encode(GVI_FORMAT_COMPLETION_WAIT, "Opcode=1 StoreData=18446744073709551615",
			     raw, NULL));
	ck_assert_uint_eq(raw[0], 0x1000000000000000);
	ck_assert_uint_eq(raw[1], UINT64_MAX);
	ck_assert(gvi_encode(GVI_FORMAT_COMPLETION_WAIT, "StoreData=0010", raw, NULL));
	ck_assert_uint_eq(raw[1], 10);
	ck_assert(gvi_encode(GVI_FORMAT_COMPLETION_WAIT, "StoreData=0xabcDEF", raw, NULL));
	ck_assert_uint_eq(raw[1], 0xabcdef);
}
END_TEST

START_TEST(test_encode_says_where_it_stopped)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {
		{"Nope=1", 0},
		{"V=1 Nope=1", 4},
		{"V=1  TV", 5},
		{"V", 0},
		{"=1", 0},
		{"V=", 0},
		{"V=1 TV= Mode=1", 4},
		{"V=2", 0},
		{"V=x", 0},
		{"V=1x", 0},
		{"V=0x", 0},
		{"Mode=0xg", 0},
		{"Mode=a", 0},
		{"V=-1", 0},
		{"Mode=8", 0},
		{"V=1,HostPageTableRootPtr=0x10000800", 4},
		{"HostPageTableRootPtr=0x10000000000000", 0},
		{"DomainID=18446744073709551616", 0},
		{"DomainID=0x10000000000000000", 0},
		{"IoCtl=nowhere", 0},
		{"IoCtl=tran", 0},
		{"V:1", 0},
	};
	uint64_t raw[4] = {1, 2, 3, 4}, was[4] = {1, 2, 3, 4};

	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		size_t at = 99;

		ck_assert_msg(!gvi_encode(GVI_FORMAT_DTE, bad[i].text, raw, &at), "%s",
			      bad[i].text);
		ck_assert_msg(at == bad[i].at, "%s: %zu", bad[i].text, at);
		ck_assert(!gvi_encode(GVI_FORMAT_DTE, bad[i].text, raw, NULL));
		ck_assert_mem_eq(raw, was, sizeof raw);
	}
	/* A constant may be repeated, not contradicted. */
	ck_assert(!gvi_encode(GVI_FORMAT_COMPLETION_WAIT, "Opcode=2", raw, NULL));
}
END_TEST

START_TEST(test_print_is_bounded)
{
	const uint64_t raw[4] = {0x2000000010000603, 0, 0, 0};
	const char *whole = "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x10000000 IR=1";
	char out[80];

	for (size_t size = 0; size <= strlen(whole) + 1; size++) {
		memset(out, '#', sizeof out);
		ck_assert_uint_eq(gvi_print(GVI_FORMAT_DTE, raw, out, size), strlen(whole));
		if (size) {
			ck_assert_uint_eq(strlen(out), size - 1);
			ck_assert_mem_eq(out, whole, size - 1);
		}
		ck_assert_int_eq(out[size], '#');
	}
}
END_TEST

START_TEST(test_print_leaves_out_and_shows)
{
	const uint64_t pte = 0x801000000000000e, dte[4] = {0xc, 0, 0, 0};
	const uint64_t wait[2] = {0x1000000000000008, 9}, ten[2] = {0x1000000000000000, 10};
	char out[80];

	/* Ignored bits never, reserved ones with their place, constants never. */
	gvi_print(GVI_FORMAT_PTE, &pte, out, sizeof out);
	ck_assert_str_eq(out, "Reserved[56:52]=1");
	gvi_print(GVI_FORMAT_DTE, dte, out, sizeof out);
	ck_assert_str_eq(out, "Reserved[3:2]=3");
	gvi_print(GVI_FORMAT_COMPLETION_WAIT, wait, out, sizeof out);
	ck_assert_str_eq(out, "StoreAddress=0x8 StoreData=9");
	gvi_print(GVI_FORMAT_COMPLETION_WAIT, ten, out, sizeof out);
	ck_assert_str_eq(out, "StoreData=0xa");
	ck_assert_uint_eq(gvi_print(GVI_FORMAT_DTE, (const uint64_t[4]){0}, out, sizeof out), 0);
	ck_assert_str_eq(out, "");
}
END_TEST

/* ---- Words of docs/spec -------------------------------------------------- */

static void check_words(enum gvi_format_id format, const uint64_t *raw, const char *fields)
{
	uint64_t made[GVI_MAX_WORDS] = {0};
	size_t at = 0;

	ck_assert_msg(gvi_encode(format, fields, made, &at), "%s", fields + at);
	for (unsigned w = 0; w < gvi_words(format); w++)
		ck_assert_msg(made[w] == raw[w], "%s word %u: %016llx, not %016llx",
			      gvi_formats[format].id, w, (unsigned long long)made[w],
			      (unsigned long long)raw[w]);
}

#define WORDS(format, fields, ...)                                                                 \
	check_words(GVI_FORMAT_##format, (const uint64_t[]){__VA_ARGS__}, fields)

/* docs/spec/README.md: values seen on an EPYC 7302P or 7542. */
START_TEST(test_words_of_real_registers)
{
	WORDS(EFR,
	      "PPRSup=1 XTSup=1 NXSup=1 GTSup=1 IASup=1 GASup=1 PCSup=1 HATS=2 GLXSup=1 SmiFSup=1 "
	      "SmiFRC=2 GAMSup=1 DualPprLogSup=2 DualEventLogSup=2 PASmax=15 USSup=1 "
	      "DevTblSegSup=3 "
	      "PprOvrflwEarlySup=1 PPRAutoRspSup=1 MarcSup=1 BlkStopMrkSup=1 PerfOptSup=1 "
	      "MsiCapMmioSup=1 GIoSup=1 HASup=1 EPHSup=1 AttrFWSup=1 vIommuSup=1 VmGuardIoSup=1 "
	      "VmTableSize=2",
	      0x058f77ef22294ade);
	WORDS(DEV_TAB_BASE, "DevTabBase=0x63400000 Size=0x1ff", 0x00000000634001ff);
	WORDS(CMD_BUF_BASE, "Base=0x3f7ddb4000 Len=9", 0x0900003f7ddb4000);
	WORDS(CONTROL,
	      "IommuEn=1 EventLogEn=1 EventIntEn=1 InvTimeOut=4 Coherent=1 CmdBufEn=1 PPRLogEn=1 "
	      "PPRIntEn=1 PPREn=1 GTEn=1 GAEn=1 GAMEn=1 GALogEn=1 GAIntEn=1 BlkStopMrkEn=1 EPHEn=1 "
	      "XTEn=1 IntCapXTEn=1",
	      0x000c22003203f48d);
}
END_TEST

START_TEST(test_words_of_real_entries)
{
	WORDS(DTE,
	      "V=1 TV=1 Mode=3 HostPageTableRootPtr=0x10dbb7000 IR=1 IW=1 DomainID=13 IV=1 "
	      "IntTabLen=9 IntTabRoot=0x195bf6000 IntCtl=remap",
	      0x600000010dbb7603, 0x000000000000000d, 0x2000000195bf6013, 0);
	/* The entry with PPR set, in ILLEGAL_DEV_TABLE_ENTRY's field log. */
	WORDS(DTE, "V=1 TV=1 PPR=1 GV=1 GLX=1 GCR3TRP=0x7000 IR=1 IW=1", 0x7d90000000000003, 0, 0,
	      0);
	WORDS(INVALID_DEVICE_REQUEST, "Type=5 Address=0xfffffffdf8000000", 0x8a00000000000000,
	      0xfffffffdf8000000);
	WORDS(ILLEGAL_DEV_TABLE_ENTRY, "RZ=1", 0x1080000000000000, 0);
	WORDS(IO_PAGE_FAULT, "PR=1 RW=1 PE=1", 0x2070000000000000, 0);
	WORDS(IO_PAGE_FAULT, "GN=1 NX=1 US=1 RW=1", 0x2027000000000000, 0);
}
END_TEST

START_TEST(test_words_of_guest_tables)
{
	WORDS(GCR3, "V=1 Address=0x12345000", 0x12345001);
	WORDS(GCR3_NEXT, "V=1 Address=0xffffffffff000", 0x000ffffffffff001);
	WORDS(GPML5E, "P=1 R/W=1 U/S=1 A=1 Address=0x1000 NX=1", 0x8000000000001027);
	WORDS(GPML4E, "P=1 Address=0x2000", 0x2001);
	WORDS(GPDPE, "P=1 R/W=1 PS=0 Address=0x3000", 0x3003);
	WORDS(GPDPE_1G, "P=1 PS=1 Address=0x40000000", 0x40000081);
	WORDS(GPDE, "P=1 U/S=1 Address=0x4000", 0x4005);
	WORDS(GPDE_2M, "P=1 R/W=1 U/S=1 A=1 D=1 G=1 PAT=1 Address=0x40200000 NX=1",
	      0x80000000402011e7);
	WORDS(GPTE, "P=1 PWT=1 PCD=1 PAT=1 G=1 Address=0xffffffffff000", 0x000ffffffffff199);
	/* What must be zero: 8:7 of the upper two, the low bits of large pages. */
	ck_assert_uint_eq(gvi_reserved_mask(GVI_FORMAT_GPML5E, 0, GVI_ALL_FEATURES), 0x180);
	ck_assert_uint_eq(gvi_reserved_mask(GVI_FORMAT_GPML4E, 0, GVI_ALL_FEATURES), 0x180);
	ck_assert_uint_eq(gvi_reserved_mask(GVI_FORMAT_GPDPE_1G, 0, GVI_ALL_FEATURES), 0x3fffe000);
	ck_assert_uint_eq(gvi_reserved_mask(GVI_FORMAT_GPDE_2M, 0, GVI_ALL_FEATURES), 0x1fe000);
	ck_assert_uint_eq(gvi_reserved_mask(GVI_FORMAT_GPTE, 0, GVI_ALL_FEATURES), 0);
}
END_TEST

START_TEST(test_words_of_interrupts)
{
	WORDS(IRTE_32, "RemapEn=1 IntType=arbitrated DM=logical Destination=0x12 Vector=0x34",
	      0x341245);
	WORDS(IRTE_32, "SupIOPF=1 RqEoi=1", 0x22);
	WORDS(IRTE_128, "RemapEn=1 Destination=0x56 Vector=0x78", 0x5601, 0x78);
	WORDS(IRTE_128_X2APIC, "RemapEn=1 Destination=0xab123456 Vector=0x78", 0x12345601,
	      0xab00000000000078);
	WORDS(IRTE_GUEST,
	      "RemapEn=1 GAPPIDis=1 GuestMode=1 Destination=0x56 GATag=0xcafef00d Vector=0x78 "
	      "vAPICRootPtr=0x1000",
	      0xcafef00d000056a1, 0x1078);
	WORDS(IRTE_GUEST_X2APIC,
	      "RemapEn=1 GALogIntr=1 IsRun=1 Destination=0xab123456 GATag=0xcafef00d Vector=0x78 "
	      "vAPICRootPtr=0x987654321000",
	      0xcafef00d123456c5, 0xab00987654321078);
	WORDS(GA_LOG_ENTRY, "GATag=0xcafef00d DeviceID=0x20", 0x10000020cafef00d);
}
END_TEST

START_TEST(test_words_of_page_requests_and_ats)
{
	WORDS(PAGE_SERVICE_REQUEST,
	      "DeviceID=0x20 PASID=0xa1234 PRGIndex=0x155 L=1 RD=1 WR=1 US=1 GN=1 "
	      "Address=0x7f0000001000",
	      0x11642b5512340020, 0x00007f0000001000);
	WORDS(INVALID_PPR_REQUEST, "DeviceID=0x20 PASID=0xa1234 PRGIndex=0x155 L=1 RX=1 GN=1",
	      0x92012b5512340020, 0);
	WORDS(PAGE_REQUEST, "W=1 L=1 PRGIndex=0x1ff Address=0x2000", 0x2ffe);
	WORDS(PRG_RESPONSE, "PRGIndex=5 ResponseCode=response-failure", 0xf005);
	WORDS(ATS_COMPLETION, "R=1 W=1 U=1 Exe=1 Priv=1 Global=1 AMA=5 CXLIO=1 N=1 S=1", 0xf7f);
	WORDS(ATS_INVALIDATE_REQUEST, "S=1 Address=0x7ffffffffffff000", 0x7ffffffffffff800);
	/* The PASID in three pieces: [7:0] at 55:48, [15:8] at 23:16, [19:16] at 59:56. */
	WORDS(INVALIDATE_IOTLB_PAGES, "DeviceID=0x20 QueueID=0x20 Maxpend=32 PASID=0xabcde GN=1",
	      0x4ade002020bc0020, 4);
}
END_TEST

/* docs/spec/12-ivrs.md: IVinfo, and the feature word of a type 10h block. */
START_TEST(test_words_of_the_ivrs)
{
	WORDS(IVRS, "Length=0x70 Revision=2 EFRSup=1 GVAsize=2 PAsize=48 VAsize=64",
	      0x0000007053525649, 2, 0, 0, 0x0020304100000000, 0);
	WORDS(IVHD_10,
	      "HtTunEn=1 IotlbSup=1 PPRSup=1 Length=0x40 DeviceID=2 CapOffset=0x40 "
	      "BaseAddr=0xfd000000 XTSup=1 NXSup=1 GTSup=1 GLXSup=1 IASup=1 GASup=1 PASmax=15 "
	      "PNCounters=4 PNBanks=2 HATS=2",
	      0x0040000200409110, 0xfd000000, 0x80048f6f00000000);
	WORDS(IVHD_11, "Segment=1 MsiNum=2 UnitID=3 HATDis=1 MsiNumPPR=1 EFR=5 EFR2=6", 0x11, 0,
	      0x0080000103020001, 5, 6);
	WORDS(IVHD_40, "Coherent=1 EFR=0x0f77ef22294ada", 0x2040, 0, 0, 0x000f77ef22294ada, 0);
	WORDS(IVHD_SELECT, "DeviceID=0x00a0 SysMgt=3 Lint1Pass=1", 0xb000a002);
	WORDS(IVHD_ALIAS_SELECT, "DeviceID=0x100 Alias=0x200", 0x0002000000010042);
	WORDS(IVHD_EXTENDED_SELECT, "DeviceID=1 AtsDisabled=1", 0x8000000000000146);
	WORDS(IVHD_SPECIAL, "NMIPass=1 Handle=0x20 DeviceID=0xa0 Variety=io-apic",
	      0x0100a02004000048);
	WORDS(IVHD_ACPI_HID,
	      "DeviceID=0x100 HID=0x3032303049444d41 CID=0x1122334455667788 UIDFormat=string "
	      "UIDLength=9",
	      0x49444d41000100f0, 0x5566778830323030, 0x0000090211223344);
	WORDS(IVMD,
	      "Type=range Unity=1 IW=1 Length=32 DeviceID=1 EndDeviceID=2 Segment=3 "
	      "StartAddress=0x1000 MemoryLength=0x2000",
	      0x0002000100200522, 3, 0x1000, 0x2000);
}
END_TEST

/* Digits of both cases, and what stands beside them among the characters. */
START_TEST(test_digits)
{
	static const struct {
		const char *fields;
		uint64_t value;
	} good[] = {
		{"DomainID=0xafAF", 0xafaf}, {"DomainID=0x09", 9},       {"DomainID=0xa", 10},
		{"DomainID=0xA", 10},        {"DomainID=0xf", 15},       {"DomainID=0xF", 15},
		{"DomainID=65535", 65535},   {"DomainID=0xFFFF", 65535},
	};
	static const char *const bad[] = {
		"DomainID=0x",  "DomainID=0xg", "DomainID=0xG",   "DomainID=0x@",
		"DomainID=0x`", "DomainID=0x/", "DomainID=0x:",   "DomainID=0x1{",
		"DomainID=1a",  "DomainID=9A",  "DomainID=65536", "DomainID=0x10000",
		"DomainID=",    "DomainID=-1",
	};
	uint64_t raw[GVI_MAX_WORDS];

	for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++) {
		ck_assert_msg(gvi_encode(GVI_FORMAT_DTE, good[i].fields, raw, NULL), "%s",
			      good[i].fields);
		ck_assert_uint_eq(raw[1], good[i].value);
	}
	for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++)
		ck_assert_msg(!gvi_encode(GVI_FORMAT_DTE, bad[i], raw, NULL), "%s", bad[i]);
}
END_TEST

RIG_RUN("format", test_digits, test_formats_are_well_formed,
	test_segments_lie_in_words_and_rows_in_order, test_rows_say_what_they_are,
	test_names_are_unique_in_a_format, test_values_of_enums_have_names,
	test_what_is_not_there_is_not_found, test_masks_partition_every_word,
	test_each_bit_of_a_value_has_its_place, test_set_leaves_the_other_fields_alone,
	test_set_refuses_what_does_not_fit, test_reserved_masks_follow_the_features,
	test_first_reserved_is_the_lowest, test_legal_bits_of_commands,
	test_blank_holds_the_constants_and_nothing_else,
	test_what_is_printed_encodes_to_the_same_words,
	test_encode_takes_names_ids_and_named_values, test_encode_says_where_it_stopped,
	test_print_is_bounded, test_print_leaves_out_and_shows, test_words_of_real_registers,
	test_words_of_real_entries, test_words_of_guest_tables, test_words_of_interrupts,
	test_words_of_page_requests_and_ats, test_words_of_the_ivrs)
