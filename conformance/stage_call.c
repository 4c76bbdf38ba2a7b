/* On the stage: registers, commands, and what devices send. */
#include "conformance/stage.h"

#include <string.h>

static void access_register(struct stage *s, const struct operation *o);
static void set_field(struct stage *s, const struct operation *o);
static void access_pci(struct stage *s, const struct operation *o);
static void command(struct stage *s, const struct operation *o);
static void access_memory(struct stage *s, const struct operation *o);
static void interrupt(struct stage *s, const struct operation *o);
static void ask_translation(struct stage *s, const struct operation *o);
static void ask_page(struct stage *s, const struct operation *o);
static void complete(struct stage *s, const struct operation *o);
static void step(struct stage *s, const struct operation *o);
static void observe(struct stage *s);
static void make_room(struct stage *s, const struct operation *o);

void stage_ask(struct stage *s, const struct operation *o)
{
	switch (o->kind) {
	case STREAM_WRITE:
	case STREAM_READ:
		access_register(s, o);
		break;
	case STREAM_SET:
		set_field(s, o);
		break;
	case STREAM_PCI:
		access_pci(s, o);
		break;
	case STREAM_COMMAND:
		command(s, o);
		break;
	case STREAM_DMA:
		access_memory(s, o);
		break;
	case STREAM_INTERRUPT:
		interrupt(s, o);
		break;
	case STREAM_ATS:
		ask_translation(s, o);
		break;
	case STREAM_PAGE:
		ask_page(s, o);
		break;
	case STREAM_DONE:
		complete(s, o);
		break;
	case STREAM_STEP:
		step(s, o);
		break;
	case STREAM_SNAPSHOT:
		stage_act(s, &(struct act){.kind = STAGE_COPY});
		break;
	case STREAM_HEAD:
		make_room(s, o);
		break;
	default:
		observe(s);
	}
}

/* ---- Registers --------------------------------------------------------------------- */

/* A register by its row, or, beyond the rows, any offset. */
static void access_register(struct stage *s, const struct operation *o)
{
	const struct gvi_register *r = &gvi_registers[o->a[0] % GVI_NREGISTERS];
	struct gvi_input input = {.kind = o->kind == STREAM_READ ? GVI_INPUT_MMIO_READ
								 : GVI_INPUT_MMIO_WRITE};
	unsigned how = o->a[1];

	input.of.mmio.offset = r->offset + o->a[2] % r->count * r->stride;
	input.of.mmio.length = (uint8_t)(gvi_formats[r->format].bits / 8);
	if (how & 1) { /* a part of it */
		input.of.mmio.length = (uint8_t)(1u << (how >> 1 & 3));
		input.of.mmio.offset += how >> 3 & 7;
	}
	if (how & 64)
		input.of.mmio.offset = (uint32_t)(o->a[3] | o->a[4] << 8 | o->a[5] << 16);
	input.of.mmio.value = o->value;
	(void)stage_call(s, &input);
	if (o->kind == STREAM_WRITE)
		stage_settle(s);
}

static void set_field(struct stage *s, const struct operation *o)
{
	enum gvi_register_id id = (enum gvi_register_id)(o->a[0] % GVI_NREGISTERS);
	const struct gvi_format *f = &gvi_formats[gvi_registers[id].format];
	enum gvi_field_id field = (enum gvi_field_id)(f->first + o->a[1] % f->nfields);
	struct gvi_input input = {.kind = GVI_INPUT_MMIO_WRITE};
	uint64_t raw = 0;

	input.of.mmio.offset = gvi_registers[id].offset;
	input.of.mmio.length = (uint8_t)(f->bits / 8);
	(void)gvi_mmio_read(s->m, input.of.mmio.offset, input.of.mmio.length, &raw);
	(void)gvi_set(field, &raw, stage_edge(field, o->a[2], o->value));
	input.of.mmio.value = raw;
	(void)stage_call(s, &input);
	stage_settle(s);
}

/* The capabilities, or anywhere. */
static void access_pci(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = o->a[2] & 1 ? GVI_INPUT_CONFIG_WRITE
						      : GVI_INPUT_CONFIG_READ};

	input.of.mmio.offset = (o->a[2] & 2) ? (uint32_t)(o->a[0] | o->a[3] << 8)
					     : 0x40 + 4 * (uint32_t)(o->a[0] % 16);
	input.of.mmio.length = (uint8_t)(o->a[1] & 1 ? 1u << (o->a[1] >> 1 & 3) : 4);
	input.of.mmio.value = o->value & 0xffffffff;
	(void)stage_call(s, &input);
	if (o->a[2] & 1)
		stage_settle(s);
}

static void observe(struct stage *s)
{
	static const enum gvi_register_id ids[] = {
		GVI_REGISTER_STATUS,         GVI_REGISTER_CMD_BUF_HEAD,
		GVI_REGISTER_EVENT_LOG_TAIL, GVI_REGISTER_PPR_LOG_TAIL,
		GVI_REGISTER_GA_LOG_TAIL,    GVI_REGISTER_HW_EVENT_STATUS,
		GVI_REGISTER_HW_EVENT_UPPER,
	};
	struct gvi_input input = {.kind = GVI_INPUT_MMIO_READ};

	input.of.mmio.length = 8;
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		input.of.mmio.offset = gvi_registers[ids[i]].offset;
		(void)stage_call(s, &input);
	}
	stage_act(s, &(struct act){.kind = STAGE_LOOK});
}

static void make_room(struct stage *s, const struct operation *o)
{
	static const struct {
		enum gvi_register_id base, head, tail;
		unsigned entry;
	} logs[] = {
		{GVI_REGISTER_EVENT_LOG_BASE, GVI_REGISTER_EVENT_LOG_HEAD,
		 GVI_REGISTER_EVENT_LOG_TAIL, 16},
		{GVI_REGISTER_PPR_LOG_BASE, GVI_REGISTER_PPR_LOG_HEAD, GVI_REGISTER_PPR_LOG_TAIL,
		 16},
		{GVI_REGISTER_GA_LOG_BASE, GVI_REGISTER_GA_LOG_HEAD, GVI_REGISTER_GA_LOG_TAIL, 8},
		{GVI_REGISTER_EVENT_LOG_B_BASE, GVI_REGISTER_EVENT_LOG_B_HEAD,
		 GVI_REGISTER_EVENT_LOG_B_TAIL, 16},
		{GVI_REGISTER_PPR_LOG_B_BASE, GVI_REGISTER_PPR_LOG_B_HEAD,
		 GVI_REGISTER_PPR_LOG_B_TAIL, 16},
	};
	unsigned i = o->a[0] % 5;
	uint64_t base = stage_register(s, logs[i].base);
	uint64_t bytes = UINT64_C(16) << gvi_get(GVI_EVENT_LOG_BASE_LEN, &base);
	uint64_t head = stage_register(s, logs[i].tail) + logs[i].entry * (1 + (o->a[1] & 15));

	stage_set_register(s, logs[i].head, head % bytes);
}

/* ---- Commands ------------------------------------------------------------------------ */

enum { OPCODES = 16 };

/* What a[1] asks for. */
enum {
	COMMAND_LOOSE = 1,  /* reserved bits stay as they are */
	COMMAND_DEVICE = 2, /* DeviceID and DomainID are those of a device */
	COMMAND_PATH = 4,   /* the address is on one of its paths */
	COMMAND_STORE = 8,  /* the store goes where stores go */
	COMMAND_HELD = 128  /* STEP performs it, and all after it */
};

static const enum gvi_format_id formats[OPCODES] = {
	GVI_NFORMATS,
	GVI_FORMAT_COMPLETION_WAIT,
	GVI_FORMAT_INVALIDATE_DEVTAB_ENTRY,
	GVI_FORMAT_INVALIDATE_IOMMU_PAGES,
	GVI_FORMAT_INVALIDATE_IOTLB_PAGES,
	GVI_FORMAT_INVALIDATE_INTERRUPT_TABLE,
	GVI_FORMAT_PREFETCH_IOMMU_PAGES,
	GVI_FORMAT_COMPLETE_PPR_REQUEST,
	GVI_FORMAT_INVALIDATE_IOMMU_ALL,
	GVI_FORMAT_INSERT_GUEST_EVENT,
	GVI_FORMAT_RESET_VMMIO,
	GVI_NFORMATS,
	GVI_NFORMATS,
	GVI_NFORMATS,
	GVI_NFORMATS,
	GVI_NFORMATS,
};

static void make_command(const struct stage *s, const struct operation *o, uint64_t raw[2]);

static void command(struct stage *s, const struct operation *o)
{
	uint64_t base = stage_register(s, GVI_REGISTER_CMD_BUF_BASE);
	uint64_t tail = stage_register(s, GVI_REGISTER_CMD_BUF_TAIL), raw[2];
	uint64_t bytes = UINT64_C(16) << gvi_get(GVI_CMD_BUF_BASE_LEN, &base);

	make_command(s, o, raw);
	stage_store(s, gvi_get(GVI_CMD_BUF_BASE_BASE, &base) + tail, raw, 2);
	if (o->a[1] & COMMAND_HELD)
		s->held = s->was_held = true;
	stage_set_register(s, GVI_REGISTER_CMD_BUF_TAIL, (tail + 16) % bytes);
}

static void set(uint64_t *raw, enum gvi_field_id field, uint64_t value)
{
	(void)gvi_set(field, raw, value);
}

static void aim(const struct stage *s, const struct operation *o, enum gvi_format_id format,
		uint64_t raw[2]);

/* 48 bits of the low word are in the operation, and the high word is its value. */
static void make_command(const struct stage *s, const struct operation *o, uint64_t raw[2])
{
	enum gvi_format_id format = formats[o->a[0] % OPCODES];

	raw[0] = (uint64_t)(o->a[0] % OPCODES) << 60 | (uint64_t)(o->a[0] >> 4) << 48;
	for (unsigned i = 0; i < 5; i++)
		raw[0] |= (uint64_t)o->a[2 + i] << 8 * i;
	raw[1] = o->value;
	if (format == GVI_NFORMATS)
		return;
	aim(s, o, format, raw);
	for (unsigned i = 0; i < 2 && !(o->a[1] & COMMAND_LOOSE); i++)
		raw[i] &= ~gvi_reserved_mask(format, i, GVI_ALL_FEATURES);
}

static void aim(const struct stage *s, const struct operation *o, enum gvi_format_id format,
		uint64_t raw[2])
{
	enum gvi_field_id device = gvi_find_field(format, "DeviceID");
	enum gvi_field_id domain = gvi_find_field(format, "DomainID");
	enum gvi_field_id address = gvi_find_field(format, "Address");
	unsigned which = o->a[2] % STAGE_DEVICES;

	if (o->a[1] & COMMAND_DEVICE && device != GVI_NFIELDS)
		set(raw, device, stage_device(which));
	if (o->a[1] & COMMAND_DEVICE && domain != GVI_NFIELDS)
		set(raw, domain, 0x10 + which);
	if (o->a[1] & COMMAND_PATH && address != GVI_NFIELDS)
		set(raw, address, s->device[which].address[o->a[3] % STAGE_PATHS]);
	if (o->a[1] & COMMAND_STORE && format == GVI_FORMAT_COMPLETION_WAIT)
		set(raw, GVI_COMPLETION_WAIT_STORE_ADDRESS, STAGE_STORES + 8 * (uint64_t)o->a[4]);
}

static void step(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = GVI_INPUT_STEP};

	for (unsigned n = 0; n <= o->a[0] % 4u; n++)
		(void)stage_call(s, &input);
	if (o->a[1] & 1)
		return;
	s->held = false;
	stage_settle(s);
}

/* ---- Devices -------------------------------------------------------------------------- */

uint64_t stage_address(const struct stage *s, unsigned device, unsigned mode, uint64_t value)
{
	static const uint64_t edges[] = {
		0xfee00000,
		0xfeefffff,
		0xfdf8000000,
		0xfdf9100000,
		0xfdfb000000,
		0xfdfc000000,
		0xfdfe000000,
		0xfe00000000,
		0xffffffffffff,
		0x7fffffffffff,
		0xffff800000000000,
		0xfffffffffffff,
		0xffffffffffffffff,
		0x8000000000000000,
		0xa0000,
		0,
	};

	if (mode % 4 == 1)
		return edges[mode / 4 % 16] + (value & 0xfff);
	if (mode % 4)
		return s->device[device % STAGE_DEVICES].address[mode / 4 % STAGE_PATHS] +
		       (value & 0xfff);
	return value;
}

/* A device of the four, or one that has no entry. */
static uint16_t requester(unsigned byte)
{
	return byte & 128 ? (uint16_t)(0x1000 | (byte & 127) << 8) : stage_device(byte);
}

/* The PASID of the path with mode 3, else the bytes. */
static uint32_t pasid(const struct stage *s, const struct operation *o, unsigned mode)
{
	if (mode % 4 == 3)
		return s->device[o->a[0] % STAGE_DEVICES].pasid[mode / 4 % STAGE_PATHS];
	return (uint32_t)(o->a[5] | o->a[6] << 8 | (o->a[6] & 15) << 16);
}

static void access_memory(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = GVI_INPUT_TRANSLATE};
	struct gvi_request *r = &input.of.request;
	unsigned flags = o->a[1];

	r->device = requester(o->a[0]);
	r->address = stage_address(s, o->a[0], o->a[2], o->value);
	r->access = flags & 3;
	r->has_pasid = flags >> 2 & 1 || o->a[2] % 4 == 3;
	r->execute = r->has_pasid && flags >> 3 & 1;
	r->privileged = r->has_pasid && flags >> 4 & 1;
	r->translated = flags >> 6 & 1;
	r->intx = flags >> 5 & 1 && r->access == GVI_WRITE && !r->translated;
	r->pasid = r->has_pasid ? pasid(s, o, o->a[2]) : 0;
	r->length = o->a[3];
	if (o->a[4] & 1)
		r->length = (uint32_t)o->a[3] << 5;
	/* Refused are few: only these. */
	if (!(flags >> 7) && (r->address & 0xfff) + r->length > 0x1000)
		r->length = 0x1000 - (uint32_t)(r->address & 0xfff);
	if (!(flags >> 7) && !r->length && r->access != GVI_READ)
		r->length = 1;
	(void)stage_call(s, &input);
}

static void interrupt(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = GVI_INPUT_INTERRUPT};
	struct gvi_interrupt *r = &input.of.interrupt;
	uint64_t low = o->value >> 32;

	r->device = requester(o->a[0]);
	r->address = o->a[1] & 1 ? UINT64_C(0xfdf8000000) | (low & 0xfffffc)
				 : UINT64_C(0xfee00000) | (low & 0xffffc);
	/* Type and index are small in what is usual. */
	r->data = (uint32_t)o->value & (o->a[2] & 1 ? UINT32_MAX : o->a[2] & 2 ? 0x7ff : 0xf);
	r->has_pasid = o->a[1] & 2;
	r->pasid = r->has_pasid ? pasid(s, o, 0) : 0;
	if (o->a[1] & 4)
		r->address = o->value;
	(void)stage_call(s, &input);
}

static void ask_translation(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = GVI_INPUT_ATS};
	struct gvi_ats_request *r = &input.of.ats;
	unsigned flags = o->a[1];

	r->device = requester(o->a[0]);
	r->address = stage_address(s, o->a[0], o->a[2], o->value) & ~UINT64_C(0xfff);
	r->has_pasid = flags & 1 || o->a[2] % 4 == 3;
	r->execute = r->has_pasid && flags >> 1 & 1;
	r->privileged = r->has_pasid && flags >> 2 & 1;
	r->no_write = flags >> 3 & 1;
	r->pasid = r->has_pasid ? pasid(s, o, o->a[2]) : 0;
	r->count = (uint8_t)(1 + (o->a[3] & 31));
	r->unit_log2 = (uint8_t)(12 + (o->a[4] & 31));
	/* Not past the end of the address space. */
	if (r->address > UINT64_MAX - (((uint64_t)r->count << r->unit_log2) - 1)) {
		r->count = 1;
		r->unit_log2 = 12;
	}
	(void)stage_call(s, &input);
}

static void ask_page(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = GVI_INPUT_PAGE};
	struct gvi_page_request *r = &input.of.page;
	unsigned flags = o->a[1];

	r->device = requester(o->a[0]);
	r->address = stage_address(s, o->a[0], o->a[2], o->value) & ~UINT64_C(0xfff);
	r->read = flags & 1;
	r->write = flags >> 1 & 1;
	r->last = flags >> 2 & 1;
	r->has_pasid = flags >> 3 & 1 || o->a[2] % 4 == 3;
	r->execute = r->has_pasid && flags >> 4 & 1;
	r->privileged = r->has_pasid && flags >> 5 & 1;
	r->malformed = flags >> 6 & 1;
	r->pasid = r->has_pasid ? pasid(s, o, o->a[2]) : 0;
	r->group = (uint16_t)(o->a[3] | (o->a[4] & 3) << 8);
	(void)stage_call(s, &input);
}

/* The oldest of a device that has one. */
static void complete(struct stage *s, const struct operation *o)
{
	struct gvi_input input = {.kind = o->a[1] & 1 ? GVI_INPUT_TIMED_OUT : GVI_INPUT_DONE};
	size_t count, first = 0;
	const struct gvi_invalidation *list = gvi_invalidations(s->m, &count);

	input.of.invalidation.device = requester(o->a[0]);
	input.of.invalidation.tag = o->a[2] & 31;
	if (count) {
		input.of.invalidation.device = list[o->a[0] % count].device;
		while (list[first].device != input.of.invalidation.device)
			first++;
		input.of.invalidation.tag = list[first].tag;
	}
	(void)stage_call(s, &input);
	stage_settle(s);
}
