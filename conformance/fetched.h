/* What fetched words turned out to be: the model reads before it knows. */
#ifndef GOLDVI_FETCHED_H
#define GOLDVI_FETCHED_H

#include "goldvi/goldvi.h"

/* The format of the words of a GVI_NOTE_FETCH; of a command that does not exist
 * GVI_NFORMATS.  That of the note itself where nothing could be read. */
enum gvi_format_id fetched_format(const struct gvi_note *note);

#endif
