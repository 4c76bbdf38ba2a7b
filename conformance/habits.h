/* What a device settled on, kept in a file from one run to the next. */
#ifndef GOLDVI_HABITS_H
#define GOLDVI_HABITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "goldvi/goldvi.h"

/* Narrows the alternatives that are possible (one bit each, by choice) to those of
 * the file.  False, and a sentence, if it is no such file. */
bool habits_read(const char *path, uint8_t possible[GVI_NCHOICES], char *error, size_t size);

/* Writes the habits of which one alternative is left; `device` names whose they are. */
bool habits_write(const char *path, const uint8_t possible[GVI_NCHOICES], const char *device,
		  char *error, size_t size);

#endif
