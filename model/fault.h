/* Refusals: the event record of each, whether it is logged, and the answer. */
#ifndef MODEL_FAULT_H
#define MODEL_FAULT_H

#include "model/access.h"

/* Flags of an IO_PAGE_FAULT; GN, RW, NX and US follow from the request. */
enum fault_flags { FAULT_PR = 1, FAULT_RZ = 2, FAULT_PE = 4 };

enum verdict page_fault(struct access *x, enum gvi_clause clause, unsigned flags);
enum verdict illegal_entry(struct access *x, enum gvi_clause clause, bool reserved_bit);
enum verdict device_table_error(struct access *x, uint64_t spa, enum gvi_bus bus);
enum verdict page_table_error(struct access *x, uint64_t spa, enum gvi_bus bus);
enum verdict invalid_request(struct access *x, enum gvi_clause clause, unsigned type);
enum verdict rmp_page_fault(struct access *x);
/* Aborted, and no event is due. */
enum verdict refuse(struct access *x, enum gvi_clause clause);

#endif
