/* What words are, by what stands in them: records by their codes, and entries of
 * tables, which the model reads before it knows. */
#ifndef GOLDVI_RECORD_H
#define GOLDVI_RECORD_H

#include "goldvi/goldvi.h"

/* The format of a record by its code, or GVI_NFORMATS. */
enum gvi_format_id event_format(const uint64_t raw[2]);
enum gvi_format_id command_format(const uint64_t raw[2]);

/* The format of the words of a GVI_NOTE_FETCH; GVI_NFORMATS: a command that does not
 * exist.  That of the note itself where nothing could be read. */
enum gvi_format_id fetched_format(const struct gvi_note *note);

/* As what words of a format are announced by a GVI_NOTE_FETCH. */
enum gvi_format_id fetched_as(enum gvi_format_id format);

extern const char *const source_names[GVI_NSOURCES];   /* "EventLogInt" */

#endif
