/* A recorder: what a test bench sees, written down as a trace that `goldvi replay`
 * judges and `goldvi reduce` shrinks (conformance/trace.schema.json,
 * docs/traces.md).
 *
 * It takes what the oracle takes: a scoreboard that gives a pair to gvi_observe()
 * gives the same pair to gvi_record().  libgoldvi_cosim.a has it; or compile recorder.c, which
 * stands on goldvi's public headers and stdio alone, into any bench.
 *
 * A trace is JSON, one object a line.  Several sessions may follow each other in a
 * file, each with gvi_record_begin(). */
#ifndef GOLDVI_RECORDER_H
#define GOLDVI_RECORDER_H

#include <stdio.h>

#include "goldvi/oracle.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The version of what is written. */
#define GVI_TRACE_VERSION 1

struct gvi_recorder {
	FILE *out;   /* the caller's */
	bool failed; /* something could not be written */
};

/* A new session: an IOMMU of this configuration comes out of reset, and all memory is
 * zero.  `name` is for people: one line. */
void gvi_record_begin(struct gvi_recorder *r, FILE *out, const char *name,
		      const struct gvi_config *config);

/* The IOMMU was reset; memory is what it was. */
void gvi_record_reset(struct gvi_recorder *r);

/* Memory at `spa` is this now.  _wrote: somebody else than the IOMMU has changed it
 * (gvi_oracle_wrote()), to be told before the next thing that the IOMMU does.  _iommu:
 * the IOMMU itself has, and no effects that are seen say so: an entry of a log, a store, accessed
 * and dirty bits. */
void gvi_record_wrote(struct gvi_recorder *r, uint64_t spa, const void *bytes, size_t length);
void gvi_record_iommu(struct gvi_recorder *r, uint64_t spa, const void *bytes, size_t length);

/* Something happened, and this was seen of what the IOMMU did (gvi_observe()); seen may
 * be NULL: nothing was. */
void gvi_record(struct gvi_recorder *r, const struct gvi_input *input, const struct gvi_seen *seen);

/* gvi_moment() was asked, and has said this: what gvi_seen.since refers to. */
void gvi_record_moment(struct gvi_recorder *r, uint64_t moment);

/* The IOMMU is idle: it has performed all commands that it could, and nobody has seen
 * when (else each is a GVI_INPUT_STEP).  effects[] are all of theirs, in order; NULL: not
 * seen. */
void gvi_record_settled(struct gvi_recorder *r, const struct gvi_effect *effects, size_t count);

/* A line for people: a time, a test's name. */
void gvi_record_note(struct gvi_recorder *r, const char *text);

/* False if anything could not be written.  The file stays open. */
bool gvi_record_end(struct gvi_recorder *r);

#ifdef __cplusplus
}
#endif
#endif
