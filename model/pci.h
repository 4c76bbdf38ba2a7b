/* The function's PCI configuration space. */
#ifndef MODEL_PCI_H
#define MODEL_PCI_H

#include "model/state.h"

void pci_reset(struct gvi *m);

/* One 32-bit register: `offset` is a multiple of 4 below 4096. */
uint32_t pci_read(struct gvi *m, uint32_t offset);
/* Writes the bits of `lanes`. */
void pci_write(struct gvi *m, uint32_t offset, uint32_t value, uint32_t lanes);

/* Whether the MMIO window is decoded. */
static inline bool pci_enabled(const struct gvi *m)
{
	return m->pci.base_low & 1;
}

#endif
