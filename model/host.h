/* Memory as the IOMMU sees it: windows first, then the host's callbacks. */
#ifndef MODEL_HOST_H
#define MODEL_HOST_H

#include "model/state.h"

/* Reads `words` little-endian words of `format` at `spa`. */
enum gvi_bus host_fetch(struct gvi *m, enum gvi_format_id format, uint64_t spa, uint64_t *to,
			unsigned words);

#endif
