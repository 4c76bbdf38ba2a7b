/* A guest with one device and two processes, told step by step: what the hypervisor in
 * this folder is for.  Exits with 1 if a step is not as it should be. */
#include <stdio.h>
#include <stdlib.h>

#include "conformance/hypervisor/hypervisor.h"

enum { REAL = 0x0300, VIRTUAL = 0x0008, FIRST = 1, SECOND = 2 };

/* The guest's memory: tables, rings and two pages of data. */
#define TABLE    UINT64_C(0x1000)
#define COMMANDS UINT64_C(0x2000)
#define EVENTS   UINT64_C(0x3000)
#define PAGES    UINT64_C(0x4000)
#define GCR3     UINT64_C(0x5000)
#define TOP(n)   (UINT64_C(0x10000) + UINT64_C(0x4000) * (n)) /* four tables of a process */
#define DATA     UINT64_C(0x20000)
#define GVA      UINT64_C(0x7000)

static bool failed;

static enum gvi_bus on_read(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus on_write(void *user, uint64_t spa, const void *from, size_t len)
{
	return memory_write(user, spa, from, len) ? GVI_BUS_OK : GVI_BUS_TARGET_ABORT;
}

static enum gvi_bus on_exchange(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	return memory_exchange(user, spa, seen, next) ? GVI_BUS_OK : GVI_BUS_TARGET_ABORT;
}

static void on_send(void *user, const struct gvi_message *message)
{
	(void)user;
	if (message->kind == GVI_MESSAGE_RESPONSE)
		printf("  device %04x gets the answer %04x, PASID %x\n", message->device,
		       message->data, message->pasid);
}

static void check(bool good, const char *text)
{
	printf("%s %s\n", good ? "ok  " : "BAD ", text);
	failed |= !good;
}

static void show(const char *whose, enum gvi_format_id format, const uint64_t *raw)
{
	char text[512];

	(void)gvi_print(format, raw, text, sizeof text);
	printf("  %s: %s %s\n", whose, gvi_formats[format].id, text);
}

/* ---- The guest ------------------------------------------------------------------------ */

static void store(struct hv_guest *guest, uint64_t gpa, uint64_t word)
{
	if (!hv_guest_store(guest, gpa, &word, 1))
		check(false, "the guest writes a word");
}

/* Four levels for GVA; the page itself is not present yet. */
static void make_process(struct hv_guest *guest, unsigned pasid)
{
	uint64_t top = TOP(pasid);

	store(guest, GCR3 + 8 * pasid, top | 1);
	for (unsigned n = 0; n < 3; n++)
		store(guest, top + 0x1000 * n, (top + 0x1000 * (n + 1)) | 7);
}

static void map_data(struct hv_guest *guest, unsigned pasid, uint64_t page)
{
	store(guest, TOP(pasid) + 0x3000 + 8 * (GVA >> 12), page | 7);
}

static void command(struct hv_guest *guest, enum gvi_format_id format, const char *fields)
{
	uint64_t tail = hv_mmio_read(guest, GVI_REGISTER_CMD_BUF_TAIL), raw[2];

	check(gvi_encode(format, fields, raw, NULL) &&
		      hv_guest_store(guest, COMMANDS + tail, raw, 2) &&
		      hv_mmio_write(guest, GVI_REGISTER_CMD_BUF_TAIL, tail + 16),
	      fields);
}

/* As a driver does it. */
static void boot(struct hv_guest *guest)
{
	uint64_t control, entry[4];

	check(gvi_encode(GVI_FORMAT_DTE,
			 "V=1 TV=1 GV=1 GCR3TRP=0x5000 IR=1 IW=1 DomainID=9 I=1 PPR=1 GPRP=1",
			 entry, NULL) &&
		      hv_guest_store(guest, TABLE + 32 * VIRTUAL, entry, 4),
	      "the guest writes its device table entry");
	show("the guest's", GVI_FORMAT_DTE, entry);
	make_process(guest, FIRST);
	make_process(guest, SECOND);
	(void)gvi_encode(GVI_FORMAT_CONTROL,
			 "IommuEn=1 EventLogEn=1 CmdBufEn=1 PPRLogEn=1 PPREn=1 GTEn=1 EPHEn=1",
			 &control, NULL);
	check(hv_mmio_write(guest, GVI_REGISTER_DEV_TAB_BASE, TABLE) &&
		      hv_mmio_write(guest, GVI_REGISTER_CMD_BUF_BASE,
				    UINT64_C(8) << 56 | COMMANDS) &&
		      hv_mmio_write(guest, GVI_REGISTER_EVENT_LOG_BASE,
				    UINT64_C(8) << 56 | EVENTS) &&
		      hv_mmio_write(guest, GVI_REGISTER_PPR_LOG_BASE, UINT64_C(8) << 56 | PAGES) &&
		      hv_mmio_write(guest, GVI_REGISTER_CONTROL, control),
	      "the guest switches its IOMMU on");
}

/* ---- The device -------------------------------------------------------------------------- */

/* Where a write of the process goes; 0: nowhere. */
static uint64_t device_writes(struct hypervisor *hv, unsigned pasid)
{
	const struct gvi_request request = {.device = REAL,
					    .address = GVA,
					    .length = 4,
					    .access = GVI_WRITE,
					    .pasid = pasid,
					    .has_pasid = true};
	struct gvi_answer answer;

	if (gvi_translate(hv->unit, &request, &answer) != GVI_OK || answer.result != GVI_GRANT)
		return 0;
	printf("  PASID %u: %llx is %llx\n", pasid, (unsigned long long)GVA,
	       (unsigned long long)answer.address);
	return answer.address;
}

static void device_asks(struct hypervisor *hv, unsigned pasid)
{
	const struct gvi_page_request request = {.device = REAL,
						 .address = GVA,
						 .pasid = pasid,
						 .group = 5,
						 .write = true,
						 .last = true,
						 .has_pasid = true};
	struct gvi_page_answer answer;

	check(gvi_page_request(hv->unit, &request, &answer) == GVI_OK,
	      "the device asks for the page");
}

static void play(struct hypervisor *hv, struct hv_guest *guest)
{
	uint64_t entry[4] = {0};

	boot(guest);
	for (unsigned i = 0; i < 4; i++)
		entry[i] = memory_load(hv->memory, HV_TABLE + 32 * REAL + 8 * i);
	show("the host's", GVI_FORMAT_DTE, entry);
	map_data(guest, FIRST, DATA);
	check(device_writes(hv, FIRST) == map_spa(map_find(&guest->map, DATA), DATA),
	      "the first process has its page");
	check(!device_writes(hv, SECOND), "the second has none: a fault");
	hv_poll(hv);
	check(hv_mmio_read(guest, GVI_REGISTER_EVENT_LOG_TAIL) == 16 &&
		      hv_guest_load(guest, EVENTS, entry, 2),
	      "it is in the guest's log");
	show("the guest's", GVI_FORMAT_IO_PAGE_FAULT, entry);
	device_asks(hv, SECOND);
	hv_poll(hv);
	check(hv_mmio_read(guest, GVI_REGISTER_PPR_LOG_TAIL) == 16 &&
		      hv_guest_load(guest, PAGES, entry, 2),
	      "so is the page request");
	show("the guest's", GVI_FORMAT_PAGE_SERVICE_REQUEST, entry);
	map_data(guest, SECOND, DATA + 0x1000);
	command(guest, GVI_FORMAT_COMPLETE_PPR_REQUEST, "DeviceID=8 PASID=2 GN=1 CompletionTag=5");
	check(device_writes(hv, SECOND) ==
		      map_spa(map_find(&guest->map, DATA + 0x1000), DATA + 0x1000),
	      "the second process has its own page");
	store(guest, TOP(FIRST) + 0x3000 + 8 * (GVA >> 12), 0);
	command(guest, GVI_FORMAT_INVALIDATE_IOMMU_PAGES, "DomainID=9 PASID=1 GN=1 Address=0x7000");
	command(guest, GVI_FORMAT_COMPLETION_WAIT, "s=1 StoreAddress=0x5ff8 StoreData=1");
	check(!device_writes(hv, FIRST), "after the guest's invalidation the first has none");
}

int main(void)
{
	struct memory *memory = memory_new();
	struct gvi_host host = {.user = memory,
				.read = on_read,
				.write = on_write,
				.exchange = on_exchange,
				.send = on_send};
	struct hypervisor hv;
	struct hv_guest *guest;

	if (!memory || !hv_open(&hv, memory, &host) || !(guest = hv_add_guest(&hv)))
		return EXIT_FAILURE;
	/* 256 KiB, in the reverse order. */
	for (uint64_t gpa = 0; gpa < 0x40000; gpa += 0x1000)
		if (!map_page(&guest->map, gpa, UINT64_C(0x8003f000) - gpa, 0x1000,
			      MAP_READ | MAP_WRITE))
			check(false, "a page of the guest's memory");
	check(hv_assign(guest, REAL, VIRTUAL), "the device is the guest's");
	play(&hv, guest);
	hv_close(&hv);
	memory_free(memory);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
