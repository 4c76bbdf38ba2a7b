/* The MMIO window and configuration space against masks taken by hand from
 * docs/spec/07-mmio-registers.md and 08-pci-capability.md: every register, every
 * access size, every offset. */
#include "conformance/unit/rig.h"

/* What a write does beside its mask. */
enum rule {
	PLAIN,
	RING,     /* refused with Len below 8; else the ring's pointers become 0 */
	POINTER,  /* refused beyond the ring */
	CLEARS,   /* writing 1 clears the bits of the mask */
	HARDWARE, /* the same, while bit 0 is 1 */
	CONTROL,  /* DualPprLogEn and DualEventLogEn say which log is active */
	FILTER    /* bit 17 is set for good and ends all writing */
};

struct row {
	uint32_t offset;
	uint8_t bytes;
	enum rule rule;
	uint64_t mask;  /* bits that software writes */
	uint64_t reset; /* of the preset `everything` */
};

#define ADDRESS      UINT64_C(0x000ffffffffff000)
#define RING_MASK    UINT64_C(0x0f0ffffffffff000)
#define RING_RESET   UINT64_C(0x0800000000000000)
#define POINTER_MASK UINT64_C(0x7fff0)
#define XT_MASK      UINT64_C(0xff0001ffffffff04)
#define SEGMENT(n)                                                                                 \
	{                                                                                          \
		0x0100 + 8 * (n), 8, PLAIN, ADDRESS | 0xff, 0                                      \
	}
#define SMI(n)                                                                                     \
	{                                                                                          \
		0x0060 + 8 * (n), 8, FILTER, 0x1ffff, 0                                            \
	}
#define MARC(n)                                                                                    \
	{0x0200 + 24 * (n), 8, PLAIN, ADDRESS, 0}, {0x0208 + 24 * (n), 8, PLAIN, ADDRESS | 3, 0},  \
	{                                                                                          \
		0x0210 + 24 * (n), 8, PLAIN, ADDRESS, 0                                            \
	}

/* Everything that the preset `everything` has, in the order of offsets. */
static const struct row rows[] = {
	{0x0000, 8, PLAIN, ADDRESS | 0x1ff, 0},
	{0x0008, 8, RING, RING_MASK, RING_RESET},
	{0x0010, 8, RING, RING_MASK, RING_RESET},
	{0x0018, 8, CONTROL, 0x0dfdffffffffffff, 0x0000220000000400},
	{0x0020, 8, PLAIN, ADDRESS | 3, 0},
	{0x0028, 8, PLAIN, ADDRESS, 0},
	{0x0030, 8, PLAIN, 0, 0x61fff7f3a2319bff},
	{0x0038, 8, RING, RING_MASK, RING_RESET},
	{0x0040, 8, PLAIN, UINT64_MAX, 0},
	{0x0048, 8, PLAIN, UINT64_MAX, 0},
	{0x0050, 8, HARDWARE, 3, 0},
	SMI(0),
	SMI(1),
	SMI(2),
	SMI(3),
	SMI(4),
	SMI(5),
	SMI(6),
	SMI(7),
	SMI(8),
	SMI(9),
	SMI(10),
	SMI(11),
	SMI(12),
	SMI(13),
	SMI(14),
	SMI(15),
	{0x00e0, 8, RING, RING_MASK, RING_RESET},
	{0x00e8, 8, PLAIN, 0x000ffffffffffff8, 0},
	{0x00f0, 8, RING, RING_MASK, RING_RESET},
	{0x00f8, 8, RING, RING_MASK, RING_RESET},
	SEGMENT(0),
	SEGMENT(1),
	SEGMENT(2),
	SEGMENT(3),
	SEGMENT(4),
	SEGMENT(5),
	SEGMENT(6),
	{0x0138, 8, PLAIN, 0, 0},
	{0x0140, 8, PLAIN, 0xffffff, 0},
	{0x0148, 8, PLAIN, 0xffffff, 0},
	{0x0150, 4, PLAIN, 0, 0x00203440},
	{0x0154, 4, PLAIN, 0x1f, 0},
	{0x0158, 4, PLAIN, 0x00710000, 0x008a7405},
	{0x015c, 4, PLAIN, 0xfffffffc, 0},
	{0x0160, 4, PLAIN, 0xffffffff, 0},
	{0x0164, 4, PLAIN, 0xffff, 0},
	{0x0168, 4, PLAIN, 0, 0xa8030008},
	{0x016c, 4, PLAIN, 0x2000, 0},
	{0x0170, 8, PLAIN, XT_MASK, 0},
	{0x0178, 8, PLAIN, XT_MASK, 0},
	{0x0180, 8, PLAIN, XT_MASK, 0},
	{0x0190, 8, PLAIN, 0, 0},
	{0x01a0, 8, PLAIN, 0, 0x11c},
	MARC(0),
	MARC(1),
	MARC(2),
	MARC(3),
	{0x1ff8, 8, PLAIN, 0, 0},
	{0x2000, 8, POINTER, POINTER_MASK, 0},
	{0x2008, 8, POINTER, POINTER_MASK, 0},
	{0x2010, 8, POINTER, POINTER_MASK, 0},
	{0x2018, 8, POINTER, POINTER_MASK, 0},
	{0x2020, 8, CLEARS, 0x00068e67, 0},
	{0x2030, 8, POINTER, POINTER_MASK, 0},
	{0x2038, 8, POINTER, POINTER_MASK, 0},
	{0x2040, 8, POINTER, 0xfff8, 0},
	{0x2048, 8, POINTER, 0xfff8, 0},
	{0x2050, 8, POINTER, POINTER_MASK, 0},
	{0x2058, 8, POINTER, POINTER_MASK, 0},
	{0x2070, 8, POINTER, POINTER_MASK, 0},
	{0x2078, 8, POINTER, POINTER_MASK, 0},
	{0x2080, 8, PLAIN, 0x1f, 0},
	{0x2088, 8, PLAIN, 0xc0007fff, 0},
	{0x2090, 8, PLAIN, 0xc0007fff, 0},
	{0x4000, 8, PLAIN, 0, 0},
	{0x4008, 8, PLAIN, UINT64_MAX, 0},
	{0x4010, 8, PLAIN, UINT64_MAX, 0},
	{0x4018, 8, PLAIN, UINT64_MAX, 0},
};
enum { NROWS = sizeof rows / sizeof rows[0] };

/* Each ring's base with its head; the tail is 8 above. */
static const struct {
	uint32_t base, head;
} rings[] = {
	{0x0008, 0x2000}, {0x0010, 0x2010}, {0x0038, 0x2030},
	{0x00e0, 0x2040}, {0x00f0, 0x2050}, {0x00f8, 0x2070},
};
enum { NRINGS = sizeof rings / sizeof rings[0] };

static uint64_t low_bits(unsigned bytes)
{
	return bytes < 8 ? (UINT64_C(1) << 8 * bytes) - 1 : UINT64_MAX;
}

static uint64_t mmio_read(struct rig *r, uint32_t offset, unsigned bytes)
{
	uint64_t value;

	REQUIRE(gvi_mmio_read(r->m, offset, bytes, &value) == GVI_OK);
	REQUIRE((value & ~low_bits(bytes)) == 0);
	return value;
}

static void mmio_write(struct rig *r, uint32_t offset, unsigned bytes, uint64_t value)
{
	REQUIRE(gvi_mmio_write(r->m, offset, bytes, value) == GVI_OK);
}

/* ---- A second register file, from the table above ------------------------- */

struct shadow {
	uint64_t value[NROWS];
};

static void shadow_reset(struct shadow *s)
{
	for (unsigned i = 0; i < NROWS; i++)
		s->value[i] = rows[i].reset;
}

static unsigned row_at(uint32_t offset)
{
	unsigned i = 0;

	while (i < NROWS && !(offset >= rows[i].offset && offset < rows[i].offset + rows[i].bytes))
		i++;
	return i;
}

static uint64_t shadow_ring_bytes(const struct shadow *s, uint32_t pointer)
{
	for (unsigned k = 0; k < NRINGS; k++)
		if ((pointer & ~UINT32_C(8)) == rings[k].head)
			return UINT64_C(16) << (s->value[row_at(rings[k].base)] >> 56 & 15);
	return 0;
}

static void shadow_ring_written(struct shadow *s, uint32_t base)
{
	for (unsigned k = 0; k < NRINGS; k++)
		if (base == rings[k].base)
			s->value[row_at(rings[k].head)] = s->value[row_at(rings[k].head + 8)] = 0;
}

/* 01 makes log B active, 10 leaves it at that, what is left log A. */
static void shadow_dual(struct shadow *s, uint64_t mode, uint64_t active)
{
	uint64_t *status = &s->value[row_at(0x2020)];

	if (mode == 1)
		*status |= active;
	else if (mode != 2)
		*status &= ~active;
}

/* `value` and `lanes` in the place of the register's bits. */
static void shadow_write_row(struct shadow *s, unsigned i, uint64_t value, uint64_t lanes)
{
	const struct row *r = &rows[i];
	uint64_t old = s->value[i], mask = r->mask & lanes;
	uint64_t new = (old & ~mask) | (value & mask);

	switch (r->rule) {
	case RING:
		if ((new >> 56 & 15) >= 8) {
			s->value[i] = new;
			shadow_ring_written(s, r->offset);
		}
		break;
	case POINTER:
		if (new < shadow_ring_bytes(s, r->offset))
			s->value[i] = new;
		break;
	case CLEARS:
		s->value[i] = old & ~(value & mask);
		break;
	case HARDWARE:
		s->value[i] = old & 1 ? old & ~(value & mask) : old;
		break;
	case CONTROL:
		s->value[i] = new;
		shadow_dual(s, new >> 30 & 3, 1 << 12);
		shadow_dual(s, new >> 32 & 3, 1 << 16);
		break;
	case FILTER:
		if (!(old >> 17 & 1))
			s->value[i] = new | (value & lanes & 0x20000);
		break;
	default:
		s->value[i] = new;
	}
}

static void shadow_write(struct shadow *s, uint32_t offset, unsigned bytes, uint64_t value)
{
	for (unsigned done = 0; done < bytes;) {
		unsigned i = row_at(offset + done), step = bytes < 4 ? bytes : 4, shift;

		if (i < NROWS) {
			step = rows[i].bytes < bytes ? rows[i].bytes : bytes;
			shift = 8 * (offset + done - rows[i].offset);
			shadow_write_row(s, i, (value >> 8 * done & low_bits(step)) << shift,
					 low_bits(step) << shift);
		}
		done += step;
	}
}

static void compare(struct rig *r, const struct shadow *s)
{
	for (unsigned i = 0; i < NROWS; i++) {
		uint64_t is = mmio_read(r, rows[i].offset, rows[i].bytes);

		if (is != s->value[i])
			ck_abort_msg("%04x: %016llx, not %016llx", rows[i].offset,
				     (unsigned long long)is, (unsigned long long)s->value[i]);
	}
}

static void open_everything(struct rig *r, struct shadow *s)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	rig_open(r, &config);
	shadow_reset(s);
}

/* ---- Reset, and every size at every register ------------------------------ */

START_TEST(test_registers_after_reset)
{
	struct rig r;
	struct shadow s;

	open_everything(&r, &s);
	compare(&r, &s);
	rig_close(&r);
}
END_TEST

/* Control would start rings: its enables stay 0 here. */
static uint64_t harmless(uint32_t offset, unsigned bytes, uint64_t value)
{
	uint64_t enables = UINT64_C(0x10003005); /* IommuEn and those of the rings */

	if (offset >= 0x18 && offset < 0x20)
		value &= ~(enables >> 8 * (offset - 0x18)) & low_bits(bytes);
	return value;
}

START_TEST(test_each_size_at_each_register)
{
	static const uint64_t patterns[] = {0, UINT64_MAX, 0xa5a5a5a5a5a5a5a5, 0x5a5a5a5a5a5a5a5a};
	struct rig r;
	struct shadow s;

	open_everything(&r, &s);
	for (unsigned i = 0; i < NROWS; i++)
		for (unsigned bytes = 1; bytes <= 8; bytes *= 2)
			for (uint32_t at = rows[i].offset & ~(bytes - 1u);
			     at < rows[i].offset + rows[i].bytes; at += bytes)
				for (unsigned p = 0; p < 4; p++) {
					uint64_t value =
						harmless(at, bytes, patterns[p] & low_bits(bytes));

					mmio_write(&r, at, bytes, value);
					shadow_write(&s, at, bytes, value);
					compare(&r, &s);
				}
	rig_close(&r);
}
END_TEST

START_TEST(test_a_random_walk_over_the_window)
{
	struct rig r;
	struct shadow s;
	uint64_t seed = 4;

	open_everything(&r, &s);
	for (unsigned n = 0; n < 10000; n++) {
		unsigned bytes = 1u << (rig_random(&seed) & 3);
		uint32_t at = rows[rig_random(&seed) % NROWS].offset;
		uint64_t value;

		at = (at + (uint32_t)(rig_random(&seed) & 15)) & ~(bytes - 1u);
		value = harmless(at, bytes, rig_random(&seed) & low_bits(bytes));
		mmio_write(&r, at, bytes, value);
		shadow_write(&s, at, bytes, value);
		if (n % 16 == 0)
			compare(&r, &s);
	}
	rig_close(&r);
}
END_TEST

/* ---- Every offset, for every preset --------------------------------------- */

/* Small reads are slices of the large one. */
static void check_slices(struct rig *r, uint32_t offset)
{
	uint64_t whole = mmio_read(r, offset, 8);

	for (unsigned bytes = 1; bytes < 8; bytes *= 2)
		for (unsigned at = 0; at < 8; at += bytes)
			REQUIRE(mmio_read(r, offset + at, bytes) ==
				(whole >> 8 * at & low_bits(bytes)));
}

START_TEST(test_every_offset_of_every_preset)
{
	for (unsigned p = 0; p < GVI_NPRESETS; p++) {
		struct gvi_config config = rig_config((enum gvi_preset)p);
		uint32_t window = config.efr >> 9 & 1 ? 0x80000 : 0x4000;
		struct rig r;
		uint64_t value;

		rig_open(&r, &config);
		for (uint32_t at = 0; at < window; at += at < 0x5000 ? 8 : 0x1f8)
			check_slices(&r, at);
		ck_assert_int_eq(gvi_mmio_read(r.m, window, 8, &value), GVI_ARG_MMIO_OFFSET);
		ck_assert_int_eq(gvi_mmio_write(r.m, window, 1, 0), GVI_ARG_MMIO_OFFSET);
		ck_assert_int_eq(gvi_mmio_read(r.m, window - 8, 8, &value), GVI_OK);
		ck_assert_int_eq(gvi_mmio_read(r.m, UINT32_MAX - 7, 8, &value),
				 GVI_ARG_MMIO_OFFSET);
		rig_close(&r);
	}
}
END_TEST

/* [register.absent] Where the table above has nothing, all reads are 0 and
 * writes change nothing. */
START_TEST(test_nothing_stands_between_registers)
{
	struct rig r;
	struct shadow s;

	open_everything(&r, &s);
	for (uint32_t at = 0; at < 0x80000; at += at < 0x5000 ? 4 : 0x7fc) {
		if (row_at(at) < NROWS)
			continue;
		mmio_write(&r, at, 4, UINT32_MAX);
		ck_assert_uint_eq(mmio_read(&r, at, 4), 0);
	}
	compare(&r, &s);
	rig_close(&r);
}
END_TEST

/* The preset without features has the registers that are always there. */
START_TEST(test_registers_without_features)
{
	static const uint32_t there[] = {0x00,   0x08,   0x10,   0x18,  0x20,   0x28,
					 0x138,  0x140,  0x148,  0x1a0, 0x2000, 0x2008,
					 0x2010, 0x2018, 0x2020, 0x1ff8};
	struct gvi_config config = rig_config(GVI_PRESET_NOTHING);
	struct rig r;

	rig_open(&r, &config);
	for (unsigned i = 0; i < NROWS; i++) {
		bool expected = false;

		for (unsigned k = 0; k < sizeof there / sizeof there[0]; k++)
			expected = expected || there[k] == rows[i].offset;
		if (expected || rows[i].offset >= 0x4000)
			continue;
		mmio_write(&r, rows[i].offset, rows[i].bytes, low_bits(rows[i].bytes));
		ck_assert_msg(mmio_read(&r, rows[i].offset, rows[i].bytes) == 0, "%04x",
			      rows[i].offset);
	}
	/* Of Control: no field of a feature, and no time-out without IotlbSup. */
	mmio_write(&r, 0x18, 8, UINT64_C(0xffffffffffffefea));
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 0xbc0f0a);
	rig_close(&r);
}
END_TEST

/* SmiFRC: Rome has 2^2 filters, the client part as well. */
START_TEST(test_smi_filters_are_counted)
{
	struct gvi_config config = rig_config(GVI_PRESET_EPYC_ROME);
	struct rig r;

	rig_open(&r, &config);
	for (uint32_t n = 0; n < 16; n++) {
		mmio_write(&r, 0x60 + 8 * n, 8, 0x11234);
		ck_assert_uint_eq(mmio_read(&r, 0x60 + 8 * n, 8), n < 4 ? 0x11234 : 0);
	}
	rig_close(&r);
}
END_TEST

/* An 8-byte access covers both registers of a pair, also when the lower one is
 * not there. */
START_TEST(test_half_a_pair)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	ck_assert(gvi_set(GVI_EFR_MSICAPMMIOSUP, &config.efr, 0));
	rig_open(&r, &config);
	mmio_write(&r, 0x168, 8, UINT64_MAX);
	ck_assert_uint_eq(mmio_read(&r, 0x168, 8), UINT64_C(0x0000200000000000));
	ck_assert_uint_eq(mmio_read(&r, 0x16c, 4), 0x2000);
	rig_close(&r);
}
END_TEST

/* ---- The function's configuration space ----------------------------------- */

static uint32_t pci_read(struct rig *r, uint32_t offset, unsigned bytes)
{
	uint32_t value;

	ck_assert_int_eq(gvi_config_read(r->m, offset, bytes, &value), GVI_OK);
	ck_assert_uint_eq(value & ~low_bits(bytes), 0);
	return value;
}

static const struct {
	uint32_t offset, reset;
	uint32_t mask;   /* bits that are written while Enable is 0 */
	uint32_t locked; /* bits that still are when it is 1 */
} pci[] = {
	{0x00, 0x14811022, 0, 0},
	{0x04, 0x00100000, 4, 4},
	{0x08, 0x08060000, 0, 0},
	{0x34, 0x40, 0, 0},
	{0x40, 0x190b640f, 0, 0}, /* CapExt, EFRSup, IotlbSup */
	{0x48, 0, 0xffffffff, 0},
	{0x4c, 0, 0xffffff80, 0},
	{0x50, 0x00203440, 0xf8400000, 0},
	{0x54, 0, 0x1f, 0},
	{0x64, 0x008a7405, 0x00710000, 0x00710000},
	{0x68, 0, 0xfffffffc, 0xfffffffc},
	{0x6c, 0, 0xffffffff, 0xffffffff},
	{0x70, 0, 0xffff, 0xffff},
	{0x74, 0xa8030008, 0, 0},
};
enum { NPCI = sizeof pci / sizeof pci[0] };

START_TEST(test_configuration_space_with_enable_0)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;
	uint64_t value;

	config.enabled = false;
	rig_open(&r, &config);
	for (unsigned i = 0; i < NPCI; i++) {
		ck_assert_uint_eq(pci_read(&r, pci[i].offset, 4), pci[i].reset);
		rig_pci_write(&r, pci[i].offset, UINT32_MAX);
		ck_assert_uint_eq(pci_read(&r, pci[i].offset, 4), pci[i].reset | pci[i].mask);
		rig_pci_write(&r, pci[i].offset, 0);
		ck_assert_uint_eq(pci_read(&r, pci[i].offset, 4), pci[i].reset & ~pci[i].mask);
	}
	/* Nothing answers in the window. */
	ck_assert_int_eq(gvi_mmio_read(r.m, 0, 8, &value), GVI_STATE_DISABLED);
	ck_assert_int_eq(gvi_mmio_write(r.m, 0, 8, 0), GVI_STATE_DISABLED);
	/* One write sets Enable and the address that it carries: 18:14 are 0. */
	rig_pci_write(&r, 0x44, UINT32_MAX);
	ck_assert_uint_eq(pci_read(&r, 0x44, 4), 0xfff80001);
	ck_assert_int_eq(gvi_mmio_read(r.m, 0, 8, &value), GVI_OK);
	rig_pci_write(&r, 0x44, 0);
	ck_assert_uint_eq(pci_read(&r, 0x44, 4), 0xfff80001);
	rig_close(&r);
}
END_TEST

START_TEST(test_configuration_space_with_enable_1)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	config.base = UINT64_C(0x123fd000000);
	rig_open(&r, &config);
	ck_assert_uint_eq(pci_read(&r, 0x44, 4), 0xfd000001);
	ck_assert_uint_eq(pci_read(&r, 0x48, 4), 0x123);
	for (unsigned i = 0; i < NPCI; i++) {
		uint32_t was = pci_read(&r, pci[i].offset, 4);

		rig_pci_write(&r, pci[i].offset, UINT32_MAX);
		ck_assert_uint_eq(pci_read(&r, pci[i].offset, 4), was | pci[i].locked);
		rig_pci_write(&r, pci[i].offset, 0);
		ck_assert_uint_eq(pci_read(&r, pci[i].offset, 4), was & ~pci[i].locked);
	}
	rig_close(&r);
}
END_TEST

/* Without CapExt there is no second word of information, without PCSup the
 * window is small. */
START_TEST(test_configuration_space_without_features)
{
	struct gvi_config config = rig_config(GVI_PRESET_NOTHING);
	struct rig r;

	config.enabled = false;
	rig_open(&r, &config);
	rig_pci_write(&r, 0x54, UINT32_MAX);
	ck_assert_uint_eq(pci_read(&r, 0x54, 4), 0);
	ck_assert_uint_eq(pci_read(&r, 0x40, 4), 0x000b640f);
	rig_pci_write(&r, 0x44, UINT32_MAX);
	ck_assert_uint_eq(pci_read(&r, 0x44, 4), 0xffffc001);
	rig_close(&r);
}
END_TEST

/* Bytes and halves are lanes of the words; what is not there reads 0. */
START_TEST(test_configuration_space_in_pieces)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	rig_open(&r, &config);
	rig_pci_write(&r, 0x68, 0x12345678);
	ck_assert_int_eq(gvi_config_write(r.m, 0x69, 1, 0xaa), GVI_OK);
	ck_assert_int_eq(gvi_config_write(r.m, 0x6a, 2, 0xbbcc), GVI_OK);
	ck_assert_uint_eq(pci_read(&r, 0x68, 4), 0xbbccaa78);
	for (uint32_t at = 0; at < 4096; at += 4) {
		uint32_t whole = pci_read(&r, at, 4);
		bool there = false;

		for (unsigned i = 0; i < NPCI; i++)
			there = there || pci[i].offset == at || at == 0x44;
		if (!there) {
			rig_pci_write(&r, at, UINT32_MAX);
			ck_assert_uint_eq(pci_read(&r, at, 4), 0);
		}
		for (unsigned b = 0; b < 4; b++)
			ck_assert_uint_eq(pci_read(&r, at + b, 1), whole >> 8 * b & 0xff);
		ck_assert_uint_eq(pci_read(&r, at, 2), whole & 0xffff);
		ck_assert_uint_eq(pci_read(&r, at + 2, 2), whole >> 16);
	}
	rig_close(&r);
}
END_TEST

/* [register.msi-mirror] One state, two ways to it. */
START_TEST(test_msi_is_mirrored)
{
	static const struct {
		uint32_t pci, mmio, value;
	} mirrors[] = {
		{0x64, 0x158, 0x00fb7405}, {0x68, 0x15c, 0x12345678}, {0x6c, 0x160, 0x9abcdef0},
		{0x70, 0x164, 0x4321},     {0x74, 0x168, 0xa8030008},
	};
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	rig_open(&r, &config);
	for (unsigned i = 0; i < sizeof mirrors / sizeof mirrors[0]; i++) {
		rig_pci_write(&r, mirrors[i].pci, mirrors[i].value);
		ck_assert_uint_eq(mmio_read(&r, mirrors[i].mmio, 4), mirrors[i].value);
		mmio_write(&r, mirrors[i].mmio, 4, 0);
		ck_assert_uint_eq(mmio_read(&r, mirrors[i].mmio, 4),
				  pci_read(&r, mirrors[i].pci, 4));
	}
	/* Of MsiNumGA a write beside it leaves everything. */
	mmio_write(&r, 0x154, 4, 0x15);
	ck_assert_uint_eq(pci_read(&r, 0x54, 4), 0x15);
	rig_close(&r);
	config.misc1 = 0x0b;
	rig_open(&r, &config);
	mmio_write(&r, 0x155, 1, 0xff);
	ck_assert_uint_eq(pci_read(&r, 0x54, 4), 0x0b);
	ck_assert_uint_eq(mmio_read(&r, 0x154, 4), 0x0b);
	rig_close(&r);
}
END_TEST

/* ---- Liberties ------------------------------------------------------------ */

static void open_habit(struct rig *r, enum gvi_choice choice, uint8_t alternative)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);

	config.habit[choice] = alternative;
	rig_open(r, &config);
}

START_TEST(test_habits_of_registers)
{
	struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
	struct rig r;

	open_habit(&r, GVI_CHOICE_REGISTER_ABSENT, 1);
	ck_assert_uint_eq(mmio_read(&r, 0x58, 8), UINT64_MAX);
	ck_assert_uint_eq(mmio_read(&r, 0x7fff8, 2), 0xffff);
	ck_assert_uint_eq(mmio_read(&r, 0x138, 8), 0);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_EXCL_LIMIT_LOW, 1);
	mmio_write(&r, 0x28, 8, 0x5000);
	ck_assert_uint_eq(mmio_read(&r, 0x28, 8), 0x5fff);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_HT_TUN_EN, 1);
	mmio_write(&r, 0x18, 8, 2);
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 0);
	rig_close(&r);
	config.habit[GVI_CHOICE_HT_TUN_EN] = 1;
	config.capability |= 1u << 25;
	rig_open(&r, &config);
	mmio_write(&r, 0x18, 8, 2);
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 2);
	rig_close(&r);
	config.habit[GVI_CHOICE_CAP_BASE_LOW_BITS] = 1;
	config.enabled = false;
	rig_open(&r, &config);
	rig_pci_write(&r, 0x44, UINT32_MAX);
	ck_assert_uint_eq(pci_read(&r, 0x44, 4), 0xffffc001);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_CAP_LOCK, 1);
	rig_pci_write(&r, 0x4c, UINT32_MAX);
	ck_assert_uint_eq(pci_read(&r, 0x4c, 4), 0xffffff80);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_CAP_LOCK, 2);
	rig_pci_write(&r, 0x4c, UINT32_MAX);
	ck_assert_uint_eq(pci_read(&r, 0x4c, 4), 0);
	rig_close(&r);
}
END_TEST

/* AMB-7.11: stored, ignored by the field, dropped as a whole. */
START_TEST(test_reserved_encodings_of_control)
{
	/* InvTimeOut 7 (bits 7:5) beside PassPW; DevTblSegEn 7 (36:34). */
	const uint64_t timeout = 0x1e0, segments = UINT64_C(0x1c00000000) | 0x100;
	struct rig r;

	open_habit(&r, GVI_CHOICE_CONTROL_RESERVED, 0);
	mmio_write(&r, 0x18, 8, timeout);
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), timeout);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_CONTROL_RESERVED, 1);
	mmio_write(&r, 0x18, 8, 0x40);
	mmio_write(&r, 0x18, 8, timeout);
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 0x140);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_SEGMENTS_RESERVED, 1);
	mmio_write(&r, 0x18, 8, segments);
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 0x100);
	rig_close(&r);
	open_habit(&r, GVI_CHOICE_SEGMENTS_RESERVED, 2);
	mmio_write(&r, 0x18, 8, 0x200);
	mmio_write(&r, 0x18, 8, segments);
	ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 0x200);
	rig_close(&r);
}
END_TEST

/* [register.snp-lock] */
START_TEST(test_registers_locked_by_snp)
{
	static const uint32_t locked[] = {0x00, 0x08, 0x10, 0x20, 0x28};

	for (uint8_t shadow = 0; shadow < 2; shadow++) {
		struct gvi_config config = rig_config(GVI_PRESET_EVERYTHING);
		struct rig r;

		ck_assert(gvi_set(GVI_EFR_SNPSUP, &config.efr, 1));
		config.snp = true;
		config.habit[GVI_CHOICE_SNP_LOCKED] = shadow;
		rig_open(&r, &config);
		for (unsigned i = 0; i < 5; i++) {
			uint64_t value = UINT64_C(0x0900000012345000);
			uint64_t was = mmio_read(&r, locked[i], 8);
			uint64_t mask = rows[row_at(locked[i])].mask & ~UINT64_C(3);

			mmio_write(&r, locked[i], 8, value);
			ck_assert_uint_eq(mmio_read(&r, locked[i], 8), shadow ? value & mask : was);
		}
		mmio_write(&r, 0x18, 8, 0x100);
		ck_assert_uint_eq(mmio_read(&r, 0x18, 8), 0x100);
		rig_close(&r);
	}
}
END_TEST

RIG_RUN("mmio", test_registers_after_reset, test_each_size_at_each_register,
	test_a_random_walk_over_the_window, test_every_offset_of_every_preset,
	test_nothing_stands_between_registers, test_registers_without_features,
	test_smi_filters_are_counted, test_half_a_pair, test_configuration_space_with_enable_0,
	test_configuration_space_with_enable_1, test_configuration_space_without_features,
	test_configuration_space_in_pieces, test_msi_is_mirrored, test_habits_of_registers,
	test_reserved_encodings_of_control, test_registers_locked_by_snp)
