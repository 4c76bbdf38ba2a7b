/* QEMU's educational PCI device: the only requester that this bench has.
 *
 * It copies between memory, through the IOMMU, and a buffer of its own, and
 * does not tell how a copy went.  So the buffer is loaded with a pattern while
 * the IOMMU is off; a write is seen where the pattern lands, a read by letting the
 * device show, again past the IOMMU, what it holds.
 *
 * Its interrupts are MSIs whose address and lower 16 bits of data can be chosen. */
#ifndef GOLDVI_DUT_EDU_H
#define GOLDVI_DUT_EDU_H

#include "conformance/dut/qtest.h"

#define EDU_FUNCTIONS 6
#define EDU_LONGEST   256        /* bytes of an access */
#define EDU_SCRATCH   0x0fffe000 /* a page of memory for the buffer's way in and out */

/* The functions that there are, whose index is `function` below. */
extern const struct edu_function {
	uint16_t device;    /* DeviceID */
	const char *option; /* QEMU's -device */
} edu_functions[EDU_FUNCTIONS];

/* The function of that DeviceID, EDU_FUNCTIONS if there is none. */
unsigned edu_find(uint16_t device);

/* A bridge to bus 1, which has to be there before its function. */
#define EDU_BRIDGE_OPTION "pcie-root-port,id=bus1,addr=2.0"

struct edu {
	struct qtest *q;
	uint64_t iommu;                                    /* of the IOMMU's registers */
	bool mapped[EDU_FUNCTIONS], loaded[EDU_FUNCTIONS]; /* loaded: with the pattern */
	uint32_t msi[EDU_FUNCTIONS]; /* its capability in configuration space, 0 until looked for */
	unsigned fresh[EDU_FUNCTIONS]; /* slots for reads that still hold the pattern */
};

void edu_init(struct edu *edu, struct qtest *q, uint64_t iommu);

/* What a write of len bytes stores. */
void edu_pattern(unsigned char *to, size_t len);

enum dut_status edu_write(struct edu *edu, unsigned function, uint64_t iova, size_t len);

/* *moved is false if the device's buffer is as it was before: no data came. */
enum dut_status edu_read(struct edu *edu, unsigned function, uint64_t iova, size_t len, void *to,
			 bool *moved);

/* The message has been sent when this returns. */
enum dut_status edu_interrupt(struct edu *edu, unsigned function, uint64_t address, uint16_t data);

#endif
