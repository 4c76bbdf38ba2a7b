/* What must hold of every act on a stage, whatever the stream: of registers, commands
 * and their ring, logs, answers, messages and memory.  Expectations are docs/spec's and
 * goldvi.h's; what does not hold ends the program. */
#ifndef GOLDVI_FUZZ_CHECK_H
#define GOLDVI_FUZZ_CHECK_H

#include "conformance/stage.h"

/* A listener for one stage.  NULL when the host's memory ran out. */
struct check;
struct check *check_new(struct stage *s);

#endif
