/* Any input of the oracle, asked of a device under test. */
#include "conformance/dut/ask.h"

static enum dut_status access_register(struct dut *dut, const struct gvi_input *in,
				       union gvi_reply *reply);
static enum dut_status complete(struct dut *dut, const struct gvi_input *in);

enum dut_status dut_ask(struct dut *dut, const struct gvi_input *in, const uint64_t *places,
			size_t nplaces, union gvi_reply *reply)
{
	const struct dut_class *class = dut->class;
	const struct dut_dma dma = {in->of.request, places, nplaces};
	unsigned able = class->abilities(dut);

	switch ((enum gvi_input_kind)in->kind) {
	case GVI_INPUT_TRANSLATE:
		if (in->of.request.translated && !(able & DUT_ATS))
			return DUT_UNSUPPORTED;
		return class->dma(dut, &dma, &reply->answer);
	case GVI_INPUT_INTERRUPT:
		return class->interrupt(dut, &in->of.interrupt, &reply->answer);
	case GVI_INPUT_ATS:
		return able & DUT_ATS ? class->ats(dut, &in->of.ats, &reply->ats) : DUT_UNSUPPORTED;
	case GVI_INPUT_PAGE:
		return able & DUT_PRI ? class->page_request(dut, &in->of.page, &reply->page)
				      : DUT_UNSUPPORTED;
	case GVI_INPUT_STEP:
		return class->settle(dut);
	case GVI_INPUT_DONE:
	case GVI_INPUT_TIMED_OUT:
		return able & DUT_ATS ? complete(dut, in) : DUT_UNSUPPORTED;
	default:
		return access_register(dut, in, reply);
	}
}

static enum dut_status complete(struct dut *dut, const struct gvi_input *in)
{
	bool known = false;
	enum dut_status status =
		dut->class->invalidation(dut, in->of.invalidation.device, in->of.invalidation.tag,
					 in->kind == GVI_INPUT_DONE, &known);

	return status == DUT_OK && !known ? DUT_UNSUPPORTED : status;
}

/* Of configuration space only the IOMMU's own capability: where the others stand is
 * not the architecture's affair. */
static enum dut_status access_register(struct dut *dut, const struct gvi_input *in,
				       union gvi_reply *reply)
{
	const struct dut_class *class = dut->class;
	uint32_t offset = in->of.mmio.offset, narrow = 0;
	unsigned length = in->of.mmio.length;
	uint64_t value = in->of.mmio.value;
	enum dut_status status;

	if (in->kind >= GVI_INPUT_CONFIG_READ &&
	    (!(class->abilities(dut) & DUT_PCI) || offset < 0x40 || offset >= 0x54))
		return DUT_UNSUPPORTED;
	switch (in->kind) {
	case GVI_INPUT_MMIO_READ:
		return class->mmio_read(dut, offset, length, &reply->value);
	case GVI_INPUT_MMIO_WRITE:
		return class->mmio_write(dut, offset, length, value);
	case GVI_INPUT_CONFIG_READ:
		status = class->pci_read(dut, offset, length, &narrow);
		reply->value = narrow;
		return status;
	default:
		return class->pci_write(dut, offset, length, (uint32_t)value);
	}
}
