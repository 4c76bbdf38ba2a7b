/* A device in a process of its own, to which lines go and from which lines come.
 *
 * Every wait is bounded.  What is lost stays lost: after anything but DUT_OK only
 * link_stop() may follow. */
#ifndef GOLDVI_DUT_LINK_H
#define GOLDVI_DUT_LINK_H

#include "conformance/dut/dut.h"
#include "conformance/words.h"

struct link;

/* Runs the shell command, or without one the function, which reads and writes the
 * descriptors and whose result is the exit status.  The process ends with this one, and
 * what it starts with it as far as it stays in its group.  NULL when the system refuses. */
struct link *link_start(const char *command, int (*run)(void *user, int in, int out), void *user);

/* Ends the process, if it has not ended, and frees the link, which may be NULL. */
void link_stop(struct link *link);

/* Sends the line, without its end, and waits for one back, which is valid until the next
 * call.  What went wrong is told in why. */
enum dut_status link_ask(struct link *link, const struct text *line, unsigned milliseconds,
			 char **answer, struct text *why);

#endif
