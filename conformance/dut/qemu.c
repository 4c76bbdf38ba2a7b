/* QEMU's amd-iommu as a device under test: `qemu[:BINARY]`.
 *
 * Every start is a new process, made when something is first asked of it; the
 * next ones come up meanwhile.  What QEMU cannot be made to do (other
 * requesters, PASIDs, atomics, failing memory, interrupts in the form of
 * HyperTransport) is unsupported. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conformance/dut/edu.h"
#include "conformance/dut/places.h"

#define REGISTERS        UINT64_C(0xfed80000) /* of the IOMMU: fixed, always decoded */
#define REGISTERS_LENGTH 0x4000u

enum { NAME = 1024, HELP = 16384, SPARES = 2, WORDS = 29 };

/* What has to stand behind `amd-iommu` until it translates DMA: releases differ. */
static const char *const properties[] = {
	"intremap=on",
	"intremap=on,dma-remap=on",
	"intremap=on,pt=off",
};

/* What the function says of itself; the same after every start. */
struct identity {
	uint64_t efr, efr2;
	uint32_t pci_id, capability, misc0;
	uint16_t function; /* DeviceID */
	bool enabled;      /* what Enable reads, though the registers are decoded always */
	bool events;       /* it writes its log */
	bool interrupts;   /* its trace messages tell what becomes of one */
};

struct qemu {
	struct dut dut;
	char binary[NAME];
	char iommu[NAME]; /* -device amd-iommu,... */
	int firmware;
	struct identity identity;
	struct qtest *q;             /* NULL until something is asked of it */
	struct qtest *spare[SPARES]; /* coming up, the oldest first; or NULL */
	struct qtest *dying;         /* killed and not waited for yet, or NULL */
	struct edu edu;
	struct places places;
};

static bool find_machine(struct qemu *qemu, char *why, size_t size);
static bool translates(struct qemu *qemu);
static enum dut_status look_for_interrupts(struct qemu *qemu);
static enum dut_status identify(struct qemu *qemu);
static enum dut_status awake(struct qemu *qemu);
static struct qtest *launch(struct qemu *qemu);
static int halting_firmware(void);
static void drop_spares(struct qemu *qemu);
static void stop(struct dut *dut);

static struct qemu *self(struct dut *dut)
{
	return (struct qemu *)dut;
}

/* ---- Life ------------------------------------------------------------------ */

static void close_(struct dut *dut)
{
	struct qemu *qemu = self(dut);

	stop(dut);
	drop_spares(qemu);
	qtest_stop(qemu->dying);
	if (qemu->firmware >= 0)
		close(qemu->firmware);
	free(qemu);
}

static struct dut *open_(const char *argument, char *why, size_t size)
{
	struct qemu *qemu = calloc(1, sizeof *qemu);
	const char *binary = argument && *argument ? argument : "qemu-system-x86_64";

	if (!qemu) {
		snprintf(why, size, "memory ran out");
		return NULL;
	}
	qemu->dut.class = &dut_qemu;
	qemu->firmware = halting_firmware();
	snprintf(qemu->binary, sizeof qemu->binary, "%s", binary);
	if (qemu->firmware < 0)
		snprintf(why, size, "no temporary file can be made for QEMU's firmware");
	else if (find_machine(qemu, why, size))
		return &qemu->dut;
	close_(&qemu->dut);
	return NULL;
}

static unsigned abilities(const struct dut *dut)
{
	const struct qemu *qemu = (const struct qemu *)dut;

	return DUT_PCI | (qemu->identity.events ? DUT_EVENTS : 0u);
}

static enum dut_status start(struct dut *dut, struct gvi_config *config)
{
	const struct identity *identity = &self(dut)->identity;

	stop(dut);
	config->pci_id = identity->pci_id;
	config->efr = identity->efr;
	config->efr2 = identity->efr2;
	config->capability = identity->capability;
	config->misc0 = identity->misc0;
	config->base = REGISTERS;
	config->enabled = identity->enabled;
	config->no_host = false;
	return DUT_OK;
}

static void stop(struct dut *dut)
{
	struct qemu *qemu = self(dut);

	if (qemu->q) { /* a big process takes its time to go, so that nobody waits for it */
		qtest_kill(qemu->q);
		qtest_stop(qemu->dying);
		qemu->dying = qemu->q;
		qemu->q = NULL;
	}
	places_forget(&qemu->places);
}

static void drop_spares(struct qemu *qemu)
{
	for (unsigned i = 0; i < SPARES; i++) {
		qtest_stop(qemu->spare[i]);
		qemu->spare[i] = NULL;
	}
}

/* A machine is there to be asked. */
static enum dut_status awake(struct qemu *qemu)
{
	if (qemu->q)
		return DUT_OK;
	qemu->q = qemu->spare[0] ? qemu->spare[0] : launch(qemu);
	if (!qemu->q)
		return DUT_DIED;
	for (unsigned i = 0; i < SPARES; i++) {
		qemu->spare[i] = i + 1 < SPARES ? qemu->spare[i + 1] : NULL;
		if (!qemu->spare[i])
			qemu->spare[i] = launch(qemu);
	}
	qtest_patience(qemu->q, qemu->dut.patience);
	edu_init(&qemu->edu, qemu->q, REGISTERS);
	return DUT_OK;
}

/* The processor halts at once; with no timer but the one that the requester
 * sets, virtual time jumps straight to it. */
static struct qtest *launch(struct qemu *qemu)
{
	char memory[16], socket[32], firmware[32];
	char *const words[WORDS] = {
		qemu->binary,
		"-nodefaults",
		"-no-user-config",
		"-display",
		"none",
		"-m",
		memory,
		"-machine",
		"q35,sata=off,smbus=off,pit=off,hpet=off,vmport=off",
		"-accel",
		"tcg,tb-size=1",
		"-icount",
		"shift=0,sleep=off",
		"-bios",
		firmware,
		"-chardev",
		socket,
		"-qtest",
		"chardev:qtest",
		"-qtest-log",
		"/dev/null",
		"-device",
		qemu->iommu,
		"-device",
		EDU_BRIDGE_OPTION,
		"-trace",
		"amdvi_ir_remap_msi*",
		"-trace",
		"amdvi_ir_irte",
	};
	char option[EDU_FUNCTIONS][64], *argv[WORDS + 2 * EDU_FUNCTIONS + 1] = {0};

	snprintf(memory, sizeof memory, "%dM", PLACES_MEBIBYTES);
	snprintf(socket, sizeof socket, "socket,id=qtest,fd=%d", QTEST_SOCKET);
	snprintf(firmware, sizeof firmware, "/dev/fd/%d", QTEST_FILE);
	memcpy(argv, words, sizeof words);
	for (unsigned i = 0; i < EDU_FUNCTIONS; i++) {
		snprintf(option[i], sizeof option[i], "%s", edu_functions[i].option);
		argv[WORDS + 2 * i] = "-device";
		argv[WORDS + 2 * i + 1] = option[i];
	}
	return qtest_start(argv, qemu->firmware);
}

/* 64 KiB that end with the reset vector.  The processor halts, and an NMI finds
 * it so: its vectors and its stack are in here too, where nothing can be stored.
 * The file has no name, so nothing is left of it. */
static int halting_firmware(void)
{
	static const unsigned char code[0x40] = {
		0xfa,                                        /* ffc0: cli */
		0x8c,          0xc8, 0x8e, 0xd0,             /* mov ax,cs; mov ss,ax */
		0x2e,          0x0f, 0x01, 0x1e, 0xd0, 0xff, /* lidt cs:[ffd0] */
		0xf4,          0xeb, 0xfd,                   /* ffcb: hlt; jmp ffcb */
		[0x10] = 0x0f, 0x00, 0xe0, 0xff, 0x0f, 0x00, /* four vectors at fffe0 */
		[0x28] = 0xcb, 0xff, 0x00, 0xf0,             /* NMI: f000:ffcb */
		[0x30] = 0xeb, 0xce,                         /* fff0: jmp ffc0 */
	};
	unsigned char image[0x10000];
	FILE *file = tmpfile();
	int descriptor = -1;

	memset(image, 0xff, sizeof image);
	memcpy(image + 0xffc0, code, sizeof code);
	if (file && fwrite(image, 1, sizeof image, file) == sizeof image && !fflush(file))
		descriptor = dup(fileno(file));
	if (file)
		fclose(file);
	return descriptor;
}

/* ---- Finding out what this QEMU is -------------------------------------------- */

static bool find_machine(struct qemu *qemu, char *why, size_t size)
{
	char help[HELP];
	char *const argv[] = {qemu->binary, "-device", "amd-iommu,help", NULL};

	if (!qtest_capture(argv, help, sizeof help)) {
		snprintf(why, size, "%s cannot be run, or has no amd-iommu", qemu->binary);
		return false;
	}
	for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
		snprintf(qemu->iommu, sizeof qemu->iommu, "amd-iommu,%s", properties[i]);
		if (translates(qemu) && identify(qemu) == DUT_OK &&
		    look_for_interrupts(qemu) == DUT_OK) {
			stop(&qemu->dut);
			return true;
		}
		stop(&qemu->dut);
		drop_spares(qemu);
	}
	snprintf(why, size, "the amd-iommu of %s does not translate DMA", qemu->binary);
	return false;
}

static enum dut_status store(struct qemu *qemu, uint64_t spa, uint64_t value)
{
	unsigned char bytes[8];

	for (unsigned i = 0; i < 8; i++)
		bytes[i] = (unsigned char)(value >> 8 * i);
	return qtest_memory_write(qemu->q, spa, bytes, sizeof bytes);
}

static enum dut_status poke(struct qemu *qemu, uint32_t offset, uint64_t value)
{
	return qtest_tell(qemu->q, "writeq 0x%" PRIx64 " 0x%" PRIx64, REGISTERS + offset, value);
}

/* One write through a table of one level, and one that must fault: the log tells
 * whether this QEMU writes it. */
static bool translates(struct qemu *qemu)
{
	enum { TABLE = 0x100000, ROOT = 0x1000000, LOG = 0x500000, PAGE = 0x4000000, LENGTH = 8 };
	uint64_t entry = TABLE + UINT64_C(32) * edu_functions[0].device;
	unsigned char seen[LENGTH], pattern[LENGTH];
	uint64_t tail = 0;
	bool fine = awake(qemu) == DUT_OK;

	fine = fine && store(qemu, entry, UINT64_C(0x6000000000000203) | ROOT) == DUT_OK;
	fine = fine && store(qemu, entry + 8, 1) == DUT_OK;
	fine = fine && store(qemu, ROOT + 8, UINT64_C(0x6000000000000001) | PAGE) == DUT_OK;
	fine = fine && poke(qemu, 0x00, TABLE | 0x1ff) == DUT_OK;
	fine = fine && poke(qemu, 0x10, UINT64_C(8) << 56 | LOG) == DUT_OK;
	fine = fine && poke(qemu, 0x18, 0x405) == DUT_OK;
	fine = fine && edu_write(&qemu->edu, 0, 0x1000, LENGTH) == DUT_OK;
	fine = fine && qtest_memory_read(qemu->q, PAGE, seen, LENGTH) == DUT_OK;
	edu_pattern(pattern, LENGTH);
	fine = fine && !memcmp(seen, pattern, LENGTH);
	fine = fine && edu_write(&qemu->edu, 0, 0x2000, LENGTH) == DUT_OK;
	fine = fine &&
	       qtest_number(qemu->q, &tail, "readq 0x%" PRIx64, REGISTERS + 0x2018) == DUT_OK;
	qemu->identity.events = tail != 0;
	return fine;
}

/* The IOMMU's function, by its class. */
static enum dut_status find_function(struct qemu *qemu)
{
	enum dut_status status = DUT_OK;

	for (uint16_t id = 8; status == DUT_OK && id < 0x100; id = (uint16_t)(id + 8)) {
		uint32_t class = 0;

		status = qtest_pci_read(qemu->q, id, 0x08, 4, &class);
		if (class >> 8 == 0x080600) {
			qemu->identity.function = id;
			return status;
		}
	}
	return status == DUT_OK ? DUT_UNSUPPORTED : status;
}

static enum dut_status identify(struct qemu *qemu)
{
	struct identity *identity = &qemu->identity;
	enum dut_status status = find_function(qemu);
	uint16_t id = identity->function;
	uint32_t at = 0, base = 0;

	if (status == DUT_OK)
		status =
			qtest_number(qemu->q, &identity->efr, "readq 0x%" PRIx64, REGISTERS + 0x30);
	if (status == DUT_OK)
		status = qtest_number(qemu->q, &identity->efr2, "readq 0x%" PRIx64,
				      REGISTERS + 0x1a0);
	if (status == DUT_OK)
		status = qtest_pci_read(qemu->q, id, 0, 4, &identity->pci_id);
	if (status == DUT_OK)
		status = qtest_pci_find(qemu->q, id, 0x000700ff, 0x0003000f, &at);
	if (status == DUT_OK)
		status = qtest_pci_read(qemu->q, id, at, 4, &identity->capability);
	if (status == DUT_OK)
		status = qtest_pci_read(qemu->q, id, at + 0x04, 4, &base);
	if (status == DUT_OK)
		status = qtest_pci_read(qemu->q, id, at + 0x10, 4, &identity->misc0);
	identity->enabled = base & 1;
	return status;
}

/* ---- Memory and registers ------------------------------------------------------ */

static enum dut_status memory_read(struct dut *dut, uint64_t spa, void *to, size_t len)
{
	enum dut_status status = awake(self(dut));

	if (status == DUT_OK && !places_are_memory(spa, len))
		status = DUT_UNSUPPORTED;
	return status == DUT_OK ? qtest_memory_read(self(dut)->q, spa, to, len) : status;
}

static enum dut_status memory_write(struct dut *dut, uint64_t spa, const void *from, size_t len)
{
	enum dut_status status = awake(self(dut));

	if (status == DUT_OK && !places_are_memory(spa, len))
		status = DUT_UNSUPPORTED;
	if (status != DUT_OK)
		return status;
	places_note(&self(dut)->places, spa, from, len);
	return qtest_memory_write(self(dut)->q, spa, from, len);
}

static char width_letter(unsigned len)
{
	return len == 1 ? 'b' : len == 2 ? 'w' : len == 4 ? 'l' : 'q';
}

static enum dut_status mmio_read(struct dut *dut, uint32_t offset, unsigned len, uint64_t *value)
{
	enum dut_status status = awake(self(dut));

	if (status == DUT_OK && offset >= REGISTERS_LENGTH)
		status = DUT_UNSUPPORTED;
	if (status != DUT_OK)
		return status;
	return qtest_number(self(dut)->q, value, "read%c 0x%" PRIx64, width_letter(len),
			    REGISTERS + offset);
}

/* QEMU acts inside of the write, so it is waited for: a hang is seen here. */
static enum dut_status mmio_write(struct dut *dut, uint32_t offset, unsigned len, uint64_t value)
{
	enum dut_status status = awake(self(dut));
	const char *ignored;

	if (status == DUT_OK && offset >= REGISTERS_LENGTH)
		status = DUT_UNSUPPORTED;
	if (status != DUT_OK)
		return status;
	return qtest_ask(self(dut)->q, &ignored, "write%c 0x%" PRIx64 " 0x%" PRIx64,
			 width_letter(len), REGISTERS + offset, value);
}

static enum dut_status pci_read(struct dut *dut, uint32_t offset, unsigned len, uint32_t *value)
{
	struct qemu *qemu = self(dut);
	enum dut_status status = awake(qemu);

	if (status == DUT_OK && offset > 0xff) /* ports CF8h and CFCh reach no further */
		status = DUT_UNSUPPORTED;
	if (status != DUT_OK)
		return status;
	return qtest_pci_read(qemu->q, qemu->identity.function, offset, len, value);
}

static enum dut_status pci_write(struct dut *dut, uint32_t offset, unsigned len, uint32_t value)
{
	struct qemu *qemu = self(dut);
	enum dut_status status = awake(qemu);

	if (status == DUT_OK && offset > 0xff)
		status = DUT_UNSUPPORTED;
	if (status != DUT_OK)
		return status;
	return qtest_pci_write(qemu->q, qemu->identity.function, offset, len, value);
}

/* Commands are performed inside of the write of the tail. */
static enum dut_status settle(struct dut *dut)
{
	return awake(self(dut));
}

/* ---- Accesses -------------------------------------------------------------------- */

static bool drivable(const struct gvi_request *request)
{
	return edu_find(request->device) < EDU_FUNCTIONS && request->length &&
	       request->length <= EDU_LONGEST &&
	       (request->access == GVI_READ || request->access == GVI_WRITE) &&
	       !request->has_pasid && !request->execute && !request->privileged && !request->intx;
}

/* A write of an interrupt range (of PCI Express, of HyperTransport). */
static bool interrupts(const struct gvi_request *request)
{
	bool range = request->address >> 20 == 0xfee || request->address >> 24 == 0xfdf8;

	return request->access == GVI_WRITE && range;
}

static enum dut_status interrupt_write(struct qemu *qemu, const struct gvi_request *request,
				       struct gvi_answer *answer);

static enum dut_status write_(struct qemu *qemu, const struct gvi_request *request, uint64_t *spa)
{
	unsigned function = edu_find(request->device);
	unsigned char pattern[EDU_LONGEST];
	enum dut_status status = places_keep(&qemu->places, qemu->q, request->length);

	if (status == DUT_OK)
		status = edu_write(&qemu->edu, function, request->address, request->length);
	edu_pattern(pattern, request->length);
	if (status == DUT_OK)
		status = places_changed(&qemu->places, qemu->q, pattern, request->length, spa);
	return status;
}

/* Data that came from nowhere known, but not zeros, came from somewhere. */
static enum dut_status read_(struct qemu *qemu, const struct gvi_request *request, uint64_t *spa,
			     bool *granted)
{
	unsigned function = edu_find(request->device);
	unsigned char data[EDU_LONGEST];
	bool moved = false, somewhere = false;
	enum dut_status status = places_mark(&qemu->places, qemu->q, request->length);

	if (status == DUT_OK)
		status = edu_read(&qemu->edu, function, request->address, request->length, data,
				  &moved);
	if (status == DUT_OK)
		status = places_unmark(&qemu->places, qemu->q, request->length);
	for (uint32_t i = 0; status == DUT_OK && i < request->length; i++)
		somewhere |= data[i] != 0;
	*granted = moved && somewhere;
	*spa = *granted ? places_find(&qemu->places, data, request->length) : UINT64_MAX;
	return status;
}

static enum dut_status dma(struct dut *dut, const struct dut_dma *dma, struct gvi_answer *answer)
{
	struct qemu *qemu = self(dut);
	enum dut_status status = drivable(&dma->request) ? awake(qemu) : DUT_UNSUPPORTED;
	uint64_t spa = UINT64_MAX;
	bool granted = false;

	if (status != DUT_OK)
		return status;
	if (interrupts(&dma->request))
		return interrupt_write(qemu, &dma->request, answer);
	places_gather(&qemu->places, dma);
	if (dma->request.access == GVI_WRITE) {
		status = write_(qemu, &dma->request, &spa);
		granted = spa != UINT64_MAX;
	} else {
		status = read_(qemu, &dma->request, &spa, &granted);
	}
	if (status == DUT_OK && spa == UINT64_MAX && qemu->places.blind)
		status = DUT_UNSUPPORTED;
	*answer = (struct gvi_answer){0};
	answer->result = granted ? GVI_GRANT : GVI_ABORT;
	answer->address = granted ? spa : 0;
	return status;
}

/* ---- Interrupts ----------------------------------------------------------------- */

/* What the trace messages tell of one. */
struct fate {
	bool met;      /* it came to the remapping of interrupts */
	bool remapped; /* an entry of the interrupt table was looked up */
	bool sent;     /* as this: */
	uint64_t address;
	uint32_t data;
};

static enum dut_status send_interrupt(struct qemu *qemu, const struct gvi_interrupt *interrupt,
				      struct fate *fate);
static struct gvi_message leaves(const struct fate *fate);

/* One that does not show up at all went some other way, unseen. */
static enum dut_status interrupt(struct dut *dut, const struct gvi_interrupt *interrupt,
				 struct gvi_answer *answer)
{
	struct qemu *qemu = self(dut);
	enum dut_status status = qemu->identity.interrupts ? awake(qemu) : DUT_UNSUPPORTED;
	struct fate fate = {0};

	if (status == DUT_OK)
		status = send_interrupt(qemu, interrupt, &fate);
	if (status == DUT_OK && !fate.met)
		status = DUT_UNSUPPORTED;
	*answer = (struct gvi_answer){.result = fate.sent ? GVI_GRANT : GVI_ABORT};
	if (!fate.sent)
		return status;
	answer->message = leaves(&fate);
	answer->address = answer->message.address;
	answer->translated = fate.remapped;
	return status;
}

/* Of a write of four bytes, which an interrupt is: whether it is taken for one. */
static enum dut_status interrupt_write(struct qemu *qemu, const struct gvi_request *request,
				       struct gvi_answer *answer)
{
	struct gvi_interrupt interrupt = {.device = request->device, .address = request->address};
	enum dut_status status = DUT_UNSUPPORTED;
	struct fate fate = {0};

	if (qemu->identity.interrupts && request->length == 4)
		status = send_interrupt(qemu, &interrupt, &fate);
	if (status == DUT_OK && !fate.met)
		status = DUT_UNSUPPORTED;
	*answer = (struct gvi_answer){.result = GVI_INTERRUPT};
	return status;
}

static void read_fate(struct fate *fate, const char *said);

/* Only in the form of PCI Express; data has 16 bits in a device's registers. */
static enum dut_status send_interrupt(struct qemu *qemu, const struct gvi_interrupt *interrupt,
				      struct fate *fate)
{
	unsigned function = edu_find(interrupt->device);
	enum dut_status status;

	if (function == EDU_FUNCTIONS || interrupt->has_pasid || interrupt->data > 0xffff ||
	    interrupt->address >> 20 != 0xfee || interrupt->address % 4)
		return DUT_UNSUPPORTED;
	(void)qtest_said(qemu->q);
	status = edu_interrupt(&qemu->edu, function, interrupt->address, (uint16_t)interrupt->data);
	if (status == DUT_OK)
		read_fate(fate, qtest_said(qemu->q));
	return status;
}

static void read_fate(struct fate *fate, const char *said)
{
	const char *sent = strstr(said, "amdvi_ir_remap_msi (");

	fate->met = strstr(said, "amdvi_ir_remap_msi_req ") != NULL;
	fate->remapped = strstr(said, "amdvi_ir_irte ") != NULL;
	fate->sent = sent && sscanf(sent,
				    "amdvi_ir_remap_msi (addr %*x, data %*x) -> "
				    "(addr 0x%" SCNx64 ", data 0x%" SCNx32 ")",
				    &fate->address, &fate->data) == 2;
}

/* A destination of 32 bits has its upper 24 in bits 63:40 of the address. */
static struct gvi_message leaves(const struct fate *fate)
{
	uint64_t low = fate->address & UINT64_C(0xffffffffff);
	uint32_t high = (uint32_t)(fate->address >> 40);

	return (struct gvi_message){
		.kind = fate->remapped ? GVI_MESSAGE_REMAPPED : GVI_MESSAGE_PASSED,
		.address = low,
		.data = fate->data,
		.destination = high << 8 | (uint32_t)(low >> 12 & 0xff),
	};
}

/* Without trace messages, an interrupt that nothing stands in the way of is not
 * seen either. */
static enum dut_status look_for_interrupts(struct qemu *qemu)
{
	struct gvi_interrupt interrupt = {
		.device = edu_functions[0].device, .address = 0xfee00000, .data = 0x21};
	struct fate fate = {0};
	enum dut_status status = send_interrupt(qemu, &interrupt, &fate);

	qemu->identity.interrupts = fate.met && fate.sent;
	return status;
}

/* ---- What QEMU cannot do ------------------------------------------------------------ */

static enum dut_status inject(struct dut *dut, const struct dut_error *errors, size_t count)
{
	(void)dut;
	(void)errors;
	return count ? DUT_UNSUPPORTED : DUT_OK;
}

static enum dut_status race(struct dut *dut, uint64_t spa, uint64_t value)
{
	(void)dut;
	(void)spa;
	(void)value;
	return DUT_UNSUPPORTED;
}

static enum dut_status effects(struct dut *dut, const struct gvi_effect **list, size_t *count)
{
	(void)dut;
	*list = NULL;
	*count = 0;
	return DUT_UNSUPPORTED;
}

/* None of its devices translates for itself. */
static enum dut_status ats(struct dut *dut, const struct gvi_ats_request *request,
			   struct gvi_ats_answer *answer)
{
	(void)dut;
	(void)request;
	(void)answer;
	return DUT_UNSUPPORTED;
}

static enum dut_status invalidation(struct dut *dut, uint16_t device, uint8_t tag, bool completes,
				    bool *known)
{
	(void)dut;
	(void)device;
	(void)tag;
	(void)completes;
	(void)known;
	return DUT_UNSUPPORTED;
}

static enum dut_status page_request(struct dut *dut, const struct gvi_page_request *request,
				    struct gvi_page_answer *answer)
{
	(void)dut;
	(void)request;
	(void)answer;
	return DUT_UNSUPPORTED;
}

static enum dut_status messages(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	(void)dut;
	*list = NULL;
	*count = 0;
	return DUT_UNSUPPORTED;
}

const struct dut_class dut_qemu = {
	.name = "qemu",
	.open = open_,
	.close = close_,
	.abilities = abilities,
	.start = start,
	.stop = stop,
	.memory_read = memory_read,
	.memory_write = memory_write,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.pci_read = pci_read,
	.pci_write = pci_write,
	.dma = dma,
	.interrupt = interrupt,
	.ats = ats,
	.invalidation = invalidation,
	.page_request = page_request,
	.messages = messages,
	.settle = settle,
	.inject = inject,
	.race = race,
	.effects = effects,
};
