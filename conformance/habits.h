/* What a device settled on, kept in a file from one run to the next. */
#ifndef GOLDVI_HABITS_H
#define GOLDVI_HABITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conformance/describe.h"
#include "conformance/report.h"

/* Narrows the alternatives that are possible (one bit each, by choice) to those of
 * the file.  False, and a sentence, if it is no such file. */
bool habits_read(const char *path, uint8_t possible[GVI_NCHOICES], char *error, size_t size);

/* Writes the habits of which one alternative is left; `device` names whose they are. */
bool habits_write(const char *path, const uint8_t possible[GVI_NCHOICES], const char *device,
		  char *error, size_t size);

/* Adds those of `after` that are not as in `before`: "ID=alternative|alternative" for
 * each, separated by spaces. */
void habits_put(const uint8_t before[GVI_NCHOICES], const uint8_t after[GVI_NCHOICES],
		struct text *words);
/* Narrows the alternatives to such words; false if they are none. */
bool habits_take(const char *words, uint8_t possible[GVI_NCHOICES]);

/* Holds the results of a whole run together: each showed what it showed by itself, and
 * one that does not agree with those before it has failed.  `possible` is what the device is
 * held to, and afterwards what it has settled on.  False, and a sentence, if that cannot be
 * told. */
bool habits_hold(struct report *report, uint8_t possible[GVI_NCHOICES], char *error, size_t size);

#endif
