/* Work that is divided among processes, and what they write, block by block. */
#ifndef GOLDVI_WORKERS_H
#define GOLDVI_WORKERS_H

#include <stdbool.h>
#include <stdio.h>

struct work {
	void *user;
	/* In a process of its own: writes its blocks.  False, and a sentence, when it has to
	 * give up. */
	bool (*run)(void *user, unsigned worker, FILE *out, char *error, size_t size);
	/* Here: a whole block, up to the line that begins with `end`; it may be changed. */
	bool (*block)(void *user, char *text, char *error, size_t size);
	const char *end;
};

/* False, and a sentence, when a worker gave up, died, or a block was refused. */
bool workers_run(const struct work *work, unsigned count, char *error, size_t size);

#endif
