/* Refusals: the event record of each, whether it is logged, and the answer. */
#ifndef MODEL_FAULT_H
#define MODEL_FAULT_H

#include "model/access.h"

/* Flags of an IO_PAGE_FAULT, where they stand in it; GN, RW, NX, US and I follow
 * from the request. */
#define FAULT_PR (mask_IO_PAGE_FAULT_PR(0))
#define FAULT_PE (mask_IO_PAGE_FAULT_PE(0))
#define FAULT_RZ (mask_IO_PAGE_FAULT_RZ(0))

enum verdict page_fault(struct access *x, enum gvi_clause clause, uint64_t flags);
/* The same for an interrupt message. */
enum verdict interrupt_fault(struct access *x, enum gvi_clause clause, uint64_t flags);
enum verdict illegal_entry(struct access *x, enum gvi_clause clause, bool reserved_bit);
/* [device.out-of-range] The device table has no entry of the requester. */
enum verdict device_out_of_range(struct access *x);
enum verdict device_table_error(struct access *x, uint64_t spa, enum gvi_bus bus);
enum verdict page_table_error(struct access *x, uint64_t spa, enum gvi_bus bus);
enum verdict invalid_request(struct access *x, enum gvi_clause clause, unsigned type);
enum verdict rmp_page_fault(struct access *x, uint64_t gpa);
/* [ats.silent] Of a translation request: completed with R=W=0. */
enum verdict no_rights(struct access *x, enum gvi_clause clause);
/* Aborted, and no event is due. */
enum verdict refuse(struct access *x, enum gvi_clause clause);

#endif
