/* Streams that begin with a world in which all is right: devices with tables, rings that
 * run.  Then a bit or two of one entry change, or a field goes to an edge, devices and
 * commands show what became of it, and the entry is put right again for the next one.  A
 * stream of unrelated operations seldom goes wrong in one place only. */
#ifndef GOLDVI_STREAM_SCENE_H
#define GOLDVI_STREAM_SCENE_H

#include <stddef.h>
#include <stdint.h>

#include "goldvi/goldvi.h"

/* For an IOMMU that is so; `preset` goes into the head.  Returns how many bytes there are,
 * of `room`, which must suffice for all operations of a stream. */
size_t stream_scene(uint8_t *bytes, size_t room, uint8_t preset, const struct gvi_config *config,
		    uint64_t seed);

#endif
