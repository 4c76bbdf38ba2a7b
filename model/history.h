/* What tables have been: docs/spec/14-caching-and-invalidation.md sections 1, 3
 * and 5.  Caches are not simulated.  The old values of words are kept, with the
 * time at which each was replaced, and so are the invalidations that are complete;
 * an old value may still be used while no invalidation has covered it. */
#ifndef MODEL_HISTORY_H
#define MODEL_HISTORY_H

#include "model/access.h"

/* The head of the caller's storage; entries and buckets follow it. */
struct history;

/* Bytes for so many old values, a power of two. */
size_t history_size(unsigned values_log2);
struct history *history_begin(void *storage, unsigned values_log2);

/* A new moment, after all that was written and is complete. */
uint64_t history_moment(struct history *h);

/* The word at `spa` was `old` until now; `together` with the one recorded before. */
void history_wrote(struct history *h, uint64_t spa, uint64_t old, bool together);

/* Whether some old value may still be used. */
bool history_alive(const struct gvi *m);

/* Whether there has been any. */
bool history_recorded(const struct gvi *m);

/* `words` words of a table were read: they may be what was there before. */
void history_pick(struct gvi *m, enum gvi_format_id format, uint64_t spa, uint64_t *to,
		  unsigned words);

/* A reset drops everything. */
void history_reset(struct gvi *m);
/* IommuEn is 1. */
void history_enabled(struct gvi *m);
/* The device table is another one now. */
void history_moved(struct gvi *m);

/* The tail of the command ring was written: what stands before it is visible. */
void history_tail(struct gvi *m, uint64_t tail);
/* The ring starts to run with this tail. */
void history_running(struct gvi *m, uint64_t tail);
/* When the command at `head` became visible: at the latest then it may have been
 * fetched. */
uint64_t history_visible(struct gvi *m, uint64_t head);
/* An invalidation that became visible at `time` is complete. */
void history_ended(struct gvi *m, const uint64_t command[2], uint64_t time);

#endif
