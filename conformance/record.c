/* What words are, by what stands in them. */
#include "conformance/record.h"

enum gvi_format_id event_format(const uint64_t raw[2])
{
	static const uint16_t formats[16] = {
		GVI_NFORMATS,
		GVI_FORMAT_ILLEGAL_DEV_TABLE_ENTRY,
		GVI_FORMAT_IO_PAGE_FAULT,
		GVI_FORMAT_DEV_TAB_HARDWARE_ERROR,
		GVI_FORMAT_PAGE_TAB_HARDWARE_ERROR,
		GVI_FORMAT_ILLEGAL_COMMAND_ERROR,
		GVI_FORMAT_COMMAND_HARDWARE_ERROR,
		GVI_FORMAT_IOTLB_INV_TIMEOUT,
		GVI_FORMAT_INVALID_DEVICE_REQUEST,
		GVI_FORMAT_INVALID_PPR_REQUEST,
		GVI_FORMAT_EVENT_COUNTER_ZERO,
		GVI_FORMAT_GUEST_EVENT_FAULT,
		GVI_FORMAT_VIOMMU_HARDWARE_ERROR,
		GVI_FORMAT_RMP_PAGE_FAULT,
		GVI_FORMAT_RMP_HARDWARE_ERROR,
		GVI_NFORMATS,
	};

	return (enum gvi_format_id)formats[raw[0] >> 60];
}

enum gvi_format_id command_format(const uint64_t raw[2])
{
	static const uint16_t formats[] = {
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
	};
	unsigned opcode = (unsigned)(raw[0] >> 60);

	return opcode < sizeof formats / sizeof formats[0] ? (enum gvi_format_id)formats[opcode]
							   : GVI_NFORMATS;
}

enum gvi_format_id fetched_format(const struct gvi_note *note)
{
	enum gvi_format_id format = (enum gvi_format_id)note->id;
	uint64_t next;

	if (note->bus != GVI_BUS_OK)
		return format;
	switch (format) {
	case GVI_FORMAT_COMPLETION_WAIT:
		return command_format(note->raw);
	case GVI_FORMAT_PTE:
		next = gvi_get(GVI_PTE_NEXT_LEVEL, note->raw);
		return next == 0 || next == 7 ? format : GVI_FORMAT_PDE;
	case GVI_FORMAT_GPDPE:
		return gvi_get(GVI_GPDPE_PS, note->raw) ? GVI_FORMAT_GPDPE_1G : format;
	case GVI_FORMAT_GPDE:
		return gvi_get(GVI_GPDE_PS, note->raw) ? GVI_FORMAT_GPDE_2M : format;
	case GVI_FORMAT_IRTE_128:
		return gvi_get(GVI_IRTE_128_GUEST_MODE, note->raw) ? GVI_FORMAT_IRTE_GUEST : format;
	case GVI_FORMAT_IRTE_128_X2APIC:
		return gvi_get(GVI_IRTE_128_X2APIC_GUEST_MODE, note->raw)
			       ? GVI_FORMAT_IRTE_GUEST_X2APIC
			       : format;
	default:
		return format;
	}
}

enum gvi_format_id fetched_as(enum gvi_format_id format)
{
	if (format >= GVI_FORMAT_COMPLETION_WAIT && format <= GVI_FORMAT_RESET_VMMIO)
		return GVI_FORMAT_COMPLETION_WAIT;
	switch (format) {
	case GVI_FORMAT_PDE:
		return GVI_FORMAT_PTE;
	case GVI_FORMAT_GPDPE_1G:
		return GVI_FORMAT_GPDPE;
	case GVI_FORMAT_GPDE_2M:
		return GVI_FORMAT_GPDE;
	case GVI_FORMAT_IRTE_GUEST:
		return GVI_FORMAT_IRTE_128;
	case GVI_FORMAT_IRTE_GUEST_X2APIC:
		return GVI_FORMAT_IRTE_128_X2APIC;
	default:
		return format;
	}
}

const char *const source_names[GVI_NSOURCES] = {
	[GVI_SOURCE_EVENT_LOG_INT] = "EventLogInt",
	[GVI_SOURCE_EVENT_OVERFLOW] = "EventOverflow",
	[GVI_SOURCE_COM_WAIT_INT] = "ComWaitInt",
	[GVI_SOURCE_EVENT_OVERFLOW_B] = "EventOverflowB",
	[GVI_SOURCE_PPR_INT] = "PprInt",
	[GVI_SOURCE_PPR_OVERFLOW] = "PprOverflow",
	[GVI_SOURCE_PPR_OVERFLOW_B] = "PprOverflowB",
	[GVI_SOURCE_PPR_EARLY] = "PprOvrflwEarly",
	[GVI_SOURCE_PPR_EARLY_B] = "PprOvrflwEarlyB",
	[GVI_SOURCE_GA_INT] = "GAInt",
	[GVI_SOURCE_GA_OVERFLOW] = "GALOverflow",
};
