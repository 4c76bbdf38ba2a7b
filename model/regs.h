/* The MMIO window. */
#ifndef MODEL_REGS_H
#define MODEL_REGS_H

#include "model/state.h"

/* Works out the reset values from the configuration. */
void regs_init(struct gvi *m);

/* All registers to their reset values. */
void regs_reset(struct gvi *m);

/* Naturally aligned accesses of 1, 2, 4 or 8 bytes inside the window. */
uint64_t regs_read(struct gvi *m, uint32_t offset, unsigned len);
void regs_write(struct gvi *m, uint32_t offset, unsigned len, uint64_t value);

/* The size of the window in bytes. */
uint32_t regs_window(const struct gvi *m);

/* Works out the features in force, and what follows from them. */
void regs_derive(struct gvi *m);

#endif
