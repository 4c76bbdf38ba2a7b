/* QEMU's educational PCI device: the only requester that this bench has.
 *
 * It copies between memory, through the IOMMU, and a buffer of its own, and
 * does not tell how a copy went.  So the buffer is loaded with a pattern while
 * the IOMMU is off; a write is seen where the pattern lands, a read by letting the
 * device show, again past the IOMMU, what it holds. */
#ifndef GOLDVI_DUT_EDU_H
#define GOLDVI_DUT_EDU_H

#include "conformance/dut/qtest.h"

#define EDU_FUNCTIONS 2          /* DeviceIDs EDU_FIRST on */
#define EDU_FIRST     0x20       /* 00:04.0 */
#define EDU_LONGEST   256        /* bytes of an access */
#define EDU_SCRATCH   0x0fffe000 /* a page of memory for the buffer's way in and out */

struct edu {
	struct qtest *q;
	uint64_t iommu; /* of the IOMMU's registers */
	bool mapped[EDU_FUNCTIONS];
	unsigned fresh[EDU_FUNCTIONS]; /* slots for reads that still hold the pattern */
};

void edu_init(struct edu *edu, struct qtest *q, uint64_t iommu);

/* What a write of len bytes stores. */
void edu_pattern(unsigned char *to, size_t len);

enum dut_status edu_write(struct edu *edu, unsigned function, uint64_t iova, size_t len);

/* *moved is false if the device's buffer is as it was before: no data came. */
enum dut_status edu_read(struct edu *edu, unsigned function, uint64_t iova, size_t len, void *to,
			 bool *moved);

#endif
