/* The function's PCI configuration space: docs/spec/08-pci-capability.md.  The
 * capability chain is that of real parts: 40h IOMMU, 64h MSI, 74h MSI mapping. */
#include "model/pci.h"

enum {
	PCI_ID = 0x00,
	PCI_COMMAND = 0x04,
	PCI_CLASS = 0x08,
	PCI_CAPABILITIES = 0x34,
	CAP_HEADER = 0x40,
	CAP_BASE_LOW = 0x44,
	CAP_BASE_HIGH = 0x48,
	CAP_RANGE = 0x4c,
	CAP_MISC0 = 0x50,
	CAP_MISC1 = 0x54,
	MSI_HEADER = 0x64,
	MSI_LOW = 0x68,
	MSI_HIGH = 0x6c,
	MSI_DATA = 0x70,
	MSI_MAPPING = 0x74,

	COMMAND_BUS_MASTER = 1u << 2,
	STATUS_CAPABILITY_LIST = 1u << 20,
	CLASS_IOMMU = 0x080600
};

static uint32_t merge(uint32_t old, uint32_t value, uint32_t mask);
static void write_base_low(struct gvi *m, uint32_t value, uint32_t lanes);
static void write_locked(struct gvi *m, uint32_t *at, uint32_t value, uint32_t mask);
static void write_msi(struct gvi *m, enum slot slot, uint32_t value, uint32_t mask);
static uint32_t base_bits(struct gvi *m);

void pci_reset(struct gvi *m)
{
	const struct gvi_config *c = &m->config;

	m->pci = (struct pci_state){.misc0 = c->misc0, .misc1 = c->misc1};
	if (!c->enabled)
		return;
	/* Firmware has been here: the base stands, and Enable locks it. */
	m->pci.base_low = (uint32_t)c->base | 1;
	m->pci.base_high = (uint32_t)(c->base >> 32);
	m->pci.command = COMMAND_BUS_MASTER;
}

uint32_t pci_read(struct gvi *m, uint32_t offset)
{
	switch (offset) {
	case PCI_ID:
		return m->config.pci_id;
	case PCI_COMMAND:
		return m->pci.command | STATUS_CAPABILITY_LIST;
	case PCI_CLASS:
		cite(m, GVI_CLAUSE_PCI_HEADER);
		return (uint32_t)CLASS_IOMMU << 8;
	case PCI_CAPABILITIES:
		return CAP_HEADER;
	case CAP_HEADER:
		cite(m, GVI_CLAUSE_PCI_CAPABILITY_HEADER);
		return (m->config.capability & ~0xff00u) | MSI_HEADER << 8;
	case CAP_BASE_LOW:
		return m->pci.base_low;
	case CAP_BASE_HIGH:
		return m->pci.base_high;
	case CAP_RANGE:
		return m->pci.range;
	case CAP_MISC0:
		cite(m, GVI_CLAUSE_PCI_MISC_INFORMATION);
		return m->pci.misc0;
	case CAP_MISC1:
		return m->pci.misc1;
	case MSI_HEADER:
		return (uint32_t)m->reg[SLOT_MSI_CAP_HEADER];
	case MSI_LOW:
		return (uint32_t)m->reg[SLOT_MSI_ADDR_LOW];
	case MSI_HIGH:
		return (uint32_t)m->reg[SLOT_MSI_ADDR_HIGH];
	case MSI_DATA:
		return (uint32_t)m->reg[SLOT_MSI_DATA];
	case MSI_MAPPING:
		return (uint32_t)m->reg[SLOT_MSI_MAP_HEADER];
	default:
		return 0;
	}
}

void pci_write(struct gvi *m, uint32_t offset, uint32_t value, uint32_t lanes)
{
	switch (offset) {
	case PCI_COMMAND:
		m->pci.command = merge(m->pci.command, value, lanes & COMMAND_BUS_MASTER);
		break;
	case CAP_BASE_LOW:
		write_base_low(m, value, lanes);
		break;
	case CAP_BASE_HIGH:
		/* [pci.enable-lock] */
		cite(m, GVI_CLAUSE_PCI_ENABLE_LOCK);
		if (!pci_enabled(m))
			m->pci.base_high = merge(m->pci.base_high, value, lanes);
		break;
	case CAP_RANGE:
		write_locked(m, &m->pci.range, value, lanes & 0xffffff80);
		break;
	case CAP_MISC0:
		write_locked(m, &m->pci.misc0, value, lanes & 0xf8400000);
		break;
	case CAP_MISC1:
		write_locked(m, &m->pci.misc1, value, lanes & (has(m, GVI_FEATURE_CAPEXT) ? 0x1f : 0));
		break;
	case MSI_HEADER:
		write_msi(m, SLOT_MSI_CAP_HEADER, value, lanes & 0x00710000);
		break;
	case MSI_LOW:
		write_msi(m, SLOT_MSI_ADDR_LOW, value, lanes & 0xfffffffc);
		break;
	case MSI_HIGH:
		write_msi(m, SLOT_MSI_ADDR_HIGH, value, lanes);
		break;
	case MSI_DATA:
		write_msi(m, SLOT_MSI_DATA, value, lanes & 0xffff);
		break;
	default:
		break;
	}
}

/* [pci.enable-lock] The write that sets Enable still latches its address. */
static void write_base_low(struct gvi *m, uint32_t value, uint32_t lanes)
{
	cite(m, GVI_CLAUSE_PCI_ENABLE_LOCK);
	if (!pci_enabled(m))
		m->pci.base_low = merge(m->pci.base_low, value, lanes & (base_bits(m) | 1));
}

static uint32_t base_bits(struct gvi *m)
{
	uint32_t low = 0x0007c000;      /* 18:14 */

	cite(m, GVI_CLAUSE_PCI_BASE_ALIGNMENT);
	if (has(m, GVI_FEATURE_PCSUP) && choose(m, GVI_CHOICE_CAP_BASE_LOW_BITS) == 0)
		return 0xffffc000 & ~low;
	return 0xffffc000;
}

/* Fields that firmware writes and Enable may lock (AMB-8.1, AMB-8.6). */
static void write_locked(struct gvi *m, uint32_t *at, uint32_t value, uint32_t mask)
{
	unsigned lock = choose(m, GVI_CHOICE_CAP_LOCK);

	cite(m, GVI_CLAUSE_PCI_ENABLE_LOCK);
	if (lock == 2 || (lock == 0 && pci_enabled(m)))
		return;
	*at = merge(*at, value, mask);
}

/* [register.msi-mirror] One state behind configuration space and window. */
static void write_msi(struct gvi *m, enum slot slot, uint32_t value, uint32_t mask)
{
	m->reg[slot] = merge((uint32_t)m->reg[slot], value, mask);
}

static uint32_t merge(uint32_t old, uint32_t value, uint32_t mask)
{
	return (old & ~mask) | (value & mask);
}
