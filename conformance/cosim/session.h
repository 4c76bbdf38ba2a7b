/* A scoreboard by plain numbers and names, with memory of its own: what the shims for
 * simulators (goldvi_dpi.c, goldvi_vpi.c) are made of. */
#ifndef GOLDVI_SESSION_H
#define GOLDVI_SESSION_H

#include "conformance/cosim/scoreboard.h"

struct session;

/* By the name of a preset.  NULL, after a line on standard error, if there is none. */
struct session *session_new(const char *preset);
void session_free(struct session *s);

/* Before the start: a member of struct gvi_config or struct gvi_bounds, "told", "reports",
 * "quiet" or "memory" (bytes of the window at 0); a choice and its alternative. */
bool session_set(struct session *s, const char *name, uint64_t value);
bool session_settle(struct session *s, const char *choice, const char *alternative);

/* Tables are read by `read`, or, if that is NULL, from the session's own memory. */
bool session_start(struct session *s,
		   enum gvi_bus (*read)(void *user, uint64_t spa, void *to, size_t len),
		   void *user);

/* The session's own memory: what software or a device writes is told, what the IOMMU
 * writes is not. */
uint64_t session_load(struct session *s, uint64_t spa);
bool session_write(struct session *s, uint64_t spa, const uint64_t *words, size_t count);
bool session_iommu_write(struct session *s, uint64_t spa, uint64_t word);

/* The scoreboard, once it is started. */
struct scoreboard *session_board(struct session *s);
/* A member of struct scoreboard_totals; 0 for a name that is none. */
uint64_t session_total(const struct session *s, const char *name);

#endif
