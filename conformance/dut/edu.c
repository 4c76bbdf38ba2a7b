/* DMA and interrupts with QEMU's educational device. */
#include "conformance/dut/edu.h"

#include <inttypes.h>
#include <string.h>

#define WINDOW UINT64_C(0xe0000000) /* where the functions' registers are put, 1 MiB each */

enum {
	RAISE = 0x60, /* causes of an interrupt: each write of any sends a message */
	LOWER = 0x64,
	SOURCE = 0x80,
	DESTINATION = 0x88,
	COUNT = 0x90,
	COMMAND = 0x98,
	TO_DEVICE = 1, /* commands; bit 0 clears when it is done */
	TO_MEMORY = 3,
	BUFFER = 0x40000, /* holds the pattern, for writes; slots for reads follow */
	SLOTS = 14,
	LOADED = (SLOTS + 1) * EDU_LONGEST, /* below 4096: 7.2 aborts on the last byte */
	POLLS = 10000,
	CONTROL = 0x18,
	SMI_ENTRY = 0x38000,
	BRIDGE = 0x10 /* DeviceID of the bridge to bus 1 */
};

#define MASK ",dma_mask=0xffffffffffffffff"

/* Two neighbours, and both sides of the ends of device tables of one and two pages. */
const struct edu_function edu_functions[EDU_FUNCTIONS] = {
	{0x020, "edu,addr=4.0,multifunction=on" MASK},
	{0x021, "edu,addr=4.1" MASK},
	{0x07f, "edu,addr=f.7" MASK},
	{0x080, "edu,addr=10.0" MASK},
	{0x0ff, "edu,addr=1f.7" MASK},
	{0x100, "edu,bus=bus1,addr=0" MASK},
};

unsigned edu_find(uint16_t device)
{
	unsigned function = 0;

	while (function < EDU_FUNCTIONS && edu_functions[function].device != device)
		function++;
	return function;
}

/* A copy of the device, `command` telling its direction. */
struct copy {
	unsigned function;
	unsigned command;
	uint64_t memory; /* as the device says it: an IOVA */
	uint64_t buffer;
	size_t len;
};

static enum dut_status ready(struct edu *edu, unsigned function, bool read);
static uint64_t registers(unsigned function);
static enum dut_status map(struct edu *edu, unsigned function);
static enum dut_status load(struct edu *edu, unsigned function);
static enum dut_status past_iommu(struct edu *edu, const struct copy *copy);
static enum dut_status perform(struct edu *edu, const struct copy *copy);

void edu_init(struct edu *edu, struct qtest *q, uint64_t iommu)
{
	*edu = (struct edu){.q = q, .iommu = iommu};
}

/* No byte is zero, and a shifted pattern is another one. */
void edu_pattern(unsigned char *to, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		to[i] = (unsigned char)(0xa5 + 37 * i);
		if (!to[i])
			to[i] = 0x11;
	}
}

enum dut_status edu_write(struct edu *edu, unsigned function, uint64_t iova, size_t len)
{
	struct copy copy = {function, TO_MEMORY, iova, BUFFER, len};
	enum dut_status status = ready(edu, function, false);

	return status == DUT_OK ? perform(edu, &copy) : status;
}

enum dut_status edu_read(struct edu *edu, unsigned function, uint64_t iova, size_t len, void *to,
			 bool *moved)
{
	struct copy in = {function, TO_DEVICE, iova, 0, len};
	struct copy out = {function, TO_MEMORY, EDU_SCRATCH, 0, len};
	unsigned char pattern[EDU_LONGEST];
	enum dut_status status = ready(edu, function, true);

	if (status != DUT_OK)
		return status;
	in.buffer = out.buffer = BUFFER + (uint64_t)EDU_LONGEST * edu->fresh[function]--;
	status = perform(edu, &in);
	if (status == DUT_OK)
		status = past_iommu(edu, &out);
	if (status == DUT_OK)
		status = qtest_memory_read(edu->q, EDU_SCRATCH, to, len);
	if (status != DUT_OK)
		return status;
	edu_pattern(pattern, len);
	*moved = memcmp(to, pattern, len) != 0;
	memset(pattern, 0, len);
	return qtest_memory_write(edu->q, EDU_SCRATCH, pattern, len);
}

/* The processor must not run into zeros for it: system management mode begins here. */
static enum dut_status prepare_processor(struct edu *edu, uint16_t data)
{
	static const unsigned char halt[] = {0xf4, 0xeb, 0xfd}; /* hlt; and again */

	if ((data >> 8 & 7) != 2)
		return DUT_OK;
	return qtest_memory_write(edu->q, SMI_ENTRY, halt, sizeof halt);
}

static enum dut_status aim(struct edu *edu, unsigned function, uint64_t address, uint16_t data);

enum dut_status edu_interrupt(struct edu *edu, unsigned function, uint64_t address, uint16_t data)
{
	enum dut_status status = edu->mapped[function] ? DUT_OK : map(edu, function);
	uint64_t at = registers(function);
	const char *ignored;

	if (status == DUT_OK)
		status = prepare_processor(edu, data);
	if (status == DUT_OK)
		status = aim(edu, function, address, data);
	if (status == DUT_OK)
		status = qtest_ask(edu->q, &ignored, "writel 0x%" PRIx64 " 1", at + RAISE);
	return status == DUT_OK ? qtest_tell(edu->q, "writel 0x%" PRIx64 " 1", at + LOWER) : status;
}

/* Into the MSI capability, which has the 64-bit form. */
static enum dut_status aim(struct edu *edu, unsigned function, uint64_t address, uint16_t data)
{
	uint16_t id = edu_functions[function].device;
	uint32_t *at = &edu->msi[function];
	enum dut_status status = *at ? DUT_OK : qtest_pci_find(edu->q, id, 0xff, 0x05, at);

	if (status == DUT_OK)
		status = qtest_pci_write(edu->q, id, *at + 4, 4, (uint32_t)address);
	if (status == DUT_OK)
		status = qtest_pci_write(edu->q, id, *at + 8, 4, (uint32_t)(address >> 32));
	if (status == DUT_OK)
		status = qtest_pci_write(edu->q, id, *at + 12, 2, data);
	return status == DUT_OK ? qtest_pci_write(edu->q, id, *at + 2, 2, 1) : status;
}

/* ---- Getting ready ----------------------------------------------------------- */

static enum dut_status ready(struct edu *edu, unsigned function, bool read)
{
	enum dut_status status = DUT_OK;

	if (!edu->mapped[function])
		status = map(edu, function);
	/* An interrupt may have come first, which needs no pattern. */
	if (status == DUT_OK && (!edu->loaded[function] || (read && !edu->fresh[function])))
		status = load(edu, function);
	return status;
}

static uint64_t registers(unsigned function)
{
	return WINDOW + ((uint64_t)function << 20);
}

/* Bus 1 and its memory: the window of the last function. */
static enum dut_status open_bridge(struct edu *edu)
{
	uint32_t first = (uint32_t)(registers(EDU_FUNCTIONS - 1) >> 16), last = first + 0xf;
	enum dut_status status = qtest_pci_write(edu->q, BRIDGE, 0x18, 4, 0x00010100);

	if (status == DUT_OK)
		status = qtest_pci_write(edu->q, BRIDGE, 0x20, 4, last << 16 | first);
	return status == DUT_OK ? qtest_pci_write(edu->q, BRIDGE, 0x04, 2, 0x6) : status;
}

static enum dut_status map(struct edu *edu, unsigned function)
{
	uint16_t id = edu_functions[function].device;
	enum dut_status status = id < 0x100 ? DUT_OK : open_bridge(edu);

	if (status == DUT_OK)
		status = qtest_pci_write(edu->q, id, 0x10, 4, (uint32_t)registers(function));
	if (status == DUT_OK) /* memory space and bus master */
		status = qtest_pci_write(edu->q, id, 0x04, 2, 0x6);
	edu->mapped[function] = status == DUT_OK;
	return status;
}

/* Each slot begins with the pattern. */
static enum dut_status load(struct edu *edu, unsigned function)
{
	struct copy copy = {function, TO_DEVICE, EDU_SCRATCH, BUFFER, LOADED};
	unsigned char bytes[LOADED];
	enum dut_status status;

	for (size_t at = 0; at < LOADED; at += EDU_LONGEST)
		edu_pattern(bytes + at, EDU_LONGEST);
	status = qtest_memory_write(edu->q, EDU_SCRATCH, bytes, LOADED);
	if (status == DUT_OK)
		status = past_iommu(edu, &copy);
	memset(bytes, 0, sizeof bytes);
	if (status == DUT_OK)
		status = qtest_memory_write(edu->q, EDU_SCRATCH, bytes, LOADED);
	edu->fresh[function] = SLOTS;
	edu->loaded[function] = status == DUT_OK;
	return status;
}

/* ---- Copies ------------------------------------------------------------------ */

/* Switching IommuEn drops nothing that the IOMMU holds, but Status sees the
 * command buffer and the log stop and run. */
static enum dut_status past_iommu(struct edu *edu, const struct copy *copy)
{
	uint64_t at = edu->iommu + CONTROL, control = 0;
	enum dut_status status = qtest_number(edu->q, &control, "readq 0x%" PRIx64, at);
	uint64_t off = control & ~UINT64_C(1);

	if (status == DUT_OK && off != control)
		status = qtest_tell(edu->q, "writeq 0x%" PRIx64 " 0x%" PRIx64, at, off);
	if (status == DUT_OK)
		status = perform(edu, copy);
	if (status == DUT_OK && off != control)
		status = qtest_tell(edu->q, "writeq 0x%" PRIx64 " 0x%" PRIx64, at, control);
	return status;
}

static enum dut_status perform(struct edu *edu, const struct copy *copy)
{
	bool out = copy->command == TO_MEMORY;
	const struct {
		unsigned offset;
		uint64_t value;
	} write[] = {
		{SOURCE, out ? copy->buffer : copy->memory},
		{DESTINATION, out ? copy->memory : copy->buffer},
		{COUNT, copy->len},
		{COMMAND, copy->command},
	};
	uint64_t at = registers(copy->function), state = 1;
	enum dut_status status = DUT_OK;

	for (size_t i = 0; status == DUT_OK && i < sizeof write / sizeof *write; i++)
		status = qtest_tell(edu->q, "writeq 0x%" PRIx64 " 0x%" PRIx64, at + write[i].offset,
				    write[i].value);
	for (unsigned i = 0; status == DUT_OK && (state & 1); i++) {
		if (i == POLLS)
			return DUT_TIMEOUT;
		status = qtest_number(edu->q, &state, "readq 0x%" PRIx64, at + COMMAND);
	}
	return status;
}
