/* The steps in which a device acts: accesses, interrupts, and what devices that
 * translate for themselves ask and answer. */
#include "conformance/reader.h"

#include <stdio.h>
#include <string.h>

/* What a PASID prefix says. */
struct prefix {
	uint32_t pasid;
	bool present, execute, privileged;
};

static bool whence(struct reader *r, struct yaml_node *map, uint16_t *device, uint64_t *address);
static bool prefix_of(struct reader *r, struct yaml_node *map, struct prefix *prefix);

/* ---- dma -------------------------------------------------------------------- */

static bool length_of(struct reader *r, struct yaml_node *map, struct gvi_request *request);

bool dma_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct gvi_request *request = &step->u.request;
	struct prefix prefix = {0};

	if (!whence(r, what, &request->device, &request->address) || !length_of(r, what, request) ||
	    !prefix_of(r, what, &prefix) || !optional_flag(r, what, "intx", &request->intx) ||
	    !optional_flag(r, what, "translated", &request->translated))
		return false;
	request->has_pasid = prefix.present;
	request->pasid = prefix.pasid;
	request->execute = prefix.execute;
	request->privileged = prefix.privileged;
	if (!request->intx || (request->access == GVI_WRITE && !request->translated))
		return true;
	return complain(r, what, "An INTx message is a posted write, and not translated.");
}

/* One of read, write, write_nonposted and atomic, with its bytes. */
static bool length_of(struct reader *r, struct yaml_node *map, struct gvi_request *request)
{
	static const char *const names[] = {"read", "write", "write_nonposted", "atomic"};
	uint64_t length;

	for (unsigned i = 0; i < 4; i++) {
		const struct yaml_node *n = yaml_get(map, names[i]);

		if (!n)
			continue;
		if (!number_below(r, n, 4097, &length))
			return false;
		if (!length && i != GVI_READ)
			return complain(r, n, "Only reads may have 0 bytes.");
		if (request->address % 4096 + length > 4096)
			return complain(r, n, "An access must not cross a 4 KiB boundary.");
		request->access = (uint8_t)i;
		request->length = (uint32_t)length;
		return true;
	}
	return complain(r, map, "One of read, write, write_nonposted and atomic is missing here.");
}

/* ---- interrupt ---------------------------------------------------------------- */

/* In HyperTransport's form the address says all. */
static bool is_hypertransport(uint64_t address)
{
	return (address >> 24 & 0xffff) == 0xfdf8;
}

bool interrupt_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct gvi_interrupt *interrupt = &step->u.interrupt;
	const struct yaml_node *data;
	uint64_t word;

	if (!whence(r, what, &interrupt->device, &interrupt->address))
		return false;
	if (interrupt->address % 4 ||
	    (interrupt->address >> 20 != 0xfee && !is_hypertransport(interrupt->address)))
		return complain(
			r, yaml_get(what, "address"),
			"An interrupt goes to FEEx_xxxx or FD_F8xx_xxxx, at a multiple of 4.");
	if (!pasid_of(r, what, &interrupt->pasid, &interrupt->has_pasid))
		return false;
	if (is_hypertransport(interrupt->address))
		return true;
	data = needed(r, what, "data");
	if (!data || !number_below(r, data, UINT64_C(1) << 32, &word))
		return false;
	interrupt->data = (uint32_t)word;
	return true;
}

/* ---- ats, page_request, invalidation_* ------------------------------------------ */

static bool page_address(struct reader *r, struct yaml_node *map, uint64_t address);
static bool count_of(struct reader *r, struct yaml_node *map, struct gvi_ats_request *request);

bool ats_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct gvi_ats_request *request = &step->u.ats;
	struct prefix prefix = {0};

	if (!whence(r, what, &request->device, &request->address) ||
	    !page_address(r, what, request->address) || !count_of(r, what, request) ||
	    !prefix_of(r, what, &prefix) || !optional_flag(r, what, "no_write", &request->no_write))
		return false;
	request->has_pasid = prefix.present;
	request->pasid = prefix.pasid;
	request->execute = prefix.execute;
	request->privileged = prefix.privileged;
	return true;
}

static bool page_address(struct reader *r, struct yaml_node *map, uint64_t address)
{
	return !(address & 4095) ||
	       complain(r, yaml_get(map, "address"), "Bits 11:0 of this address are 0.");
}

/* How many translations, and how far apart. */
static bool count_of(struct reader *r, struct yaml_node *map, struct gvi_ats_request *request)
{
	uint64_t count = 1, unit = 4096;

	if (!optional_number(r, map, "count", GVI_MAX_TRANSLATIONS + 1, &count) ||
	    !optional_number(r, map, "unit", (UINT64_C(1) << 43) + 1, &unit))
		return false;
	if (!count)
		return complain(r, yaml_get(map, "count"),
				"At least one translation is asked for.");
	if (unit < 4096 || unit & (unit - 1))
		return complain(r, yaml_get(map, "unit"),
				"A unit is a power of two, from 0x1000 on.");
	request->count = (uint8_t)count;
	request->unit_log2 = log2_of(unit);
	return request->address <= UINT64_MAX - (count * unit - 1) ||
	       complain(r, map, "The addresses pass the end of the address space.");
}

bool page_request_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct gvi_page_request *request = &step->u.page;
	const struct yaml_node *group;
	struct prefix prefix = {0};
	uint64_t number;

	if (!whence(r, what, &request->device, &request->address) ||
	    !page_address(r, what, request->address) || !prefix_of(r, what, &prefix) ||
	    !optional_flag(r, what, "read", &request->read) ||
	    !optional_flag(r, what, "write", &request->write) ||
	    !optional_flag(r, what, "last", &request->last) ||
	    !optional_flag(r, what, "malformed", &request->malformed))
		return false;
	request->has_pasid = prefix.present;
	request->pasid = prefix.pasid;
	request->execute = prefix.execute;
	request->privileged = prefix.privileged;
	group = needed(r, what, "group");
	if (!group || !number_below(r, group, 512, &number))
		return false;
	request->group = (uint16_t)number;
	return true;
}

bool invalidation_of(struct reader *r, struct yaml_node *node, struct step *step)
{
	struct yaml_node *what = object(node, step);
	struct invalidation *invalidation = &step->u.invalidation;
	const struct yaml_node *device = needed(r, what, "device"), *address;

	if (!device || !device_of(r, device, &invalidation->device))
		return false;
	address = yaml_get(what, "address");
	invalidation->has_address = address;
	return !address || number_of(r, address, &invalidation->address);
}

/* ---- Of all of them ------------------------------------------------------------- */

/* The device, and the address that it names. */
static bool whence(struct reader *r, struct yaml_node *map, uint16_t *device, uint64_t *address)
{
	const struct yaml_node *node = needed(r, map, "device");

	if (!node || !device_of(r, node, device))
		return false;
	node = needed(r, map, "address");
	return node && number_of(r, node, address);
}

static bool prefix_of(struct reader *r, struct yaml_node *map, struct prefix *prefix)
{
	if (!pasid_of(r, map, &prefix->pasid, &prefix->present) ||
	    !optional_flag(r, map, "execute", &prefix->execute) ||
	    !optional_flag(r, map, "privileged", &prefix->privileged))
		return false;
	return prefix->present || (!prefix->execute && !prefix->privileged) ||
	       complain(r, map, "execute and privileged come with a pasid only.");
}

/* It may be missing: then there is no prefix. */
bool pasid_of(struct reader *r, struct yaml_node *map, uint32_t *pasid, bool *present)
{
	uint64_t number = UINT64_MAX;

	if (!optional_number(r, map, "pasid", 1 << 20, &number))
		return false;
	*present = number != UINT64_MAX;
	*pasid = *present ? (uint32_t)number : 0;
	return true;
}

uint8_t log2_of(uint64_t size)
{
	uint8_t log2 = 0;

	while (size >> log2 > 1)
		log2++;
	return size ? log2 : 64;
}

/* bus:device.function, or a number. */
bool device_of(struct reader *r, const struct yaml_node *node, uint16_t *device)
{
	static const char shape[] = "xx:xx.x";
	const char *text = text_of(r, node);
	unsigned bus, slot, function;
	uint64_t number;
	size_t i = 0;

	if (!text)
		return false;
	while (shape[i] &&
	       (shape[i] == 'x' ? !!strchr("0123456789abcdefABCDEF", text[i])
				: text[i] == shape[i]) &&
	       text[i])
		i++;
	if (!shape[i] && !text[i]) {
		if (sscanf(text, "%2x:%2x.%1x", &bus, &slot, &function) == 3 && slot < 32 &&
		    function < 8) {
			*device = (uint16_t)(bus << 8 | slot << 3 | function);
			return true;
		}
	} else if (yaml_number(text, &number) && number <= UINT16_MAX) {
		*device = (uint16_t)number;
		return true;
	}
	return complain(r, node, "A device is \"00:04.0\" or a number below 65536.");
}
