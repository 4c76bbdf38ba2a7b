/* Files of vectors below files and directories. */
#ifndef GOLDVI_PATHS_H
#define GOLDVI_PATHS_H

#include <stdbool.h>
#include <stddef.h>

/* Files as they are given, and the *.yaml files of directories in sorted order,
 * subdirectories included, but nothing in folders named `profiles`.  False when
 * visit said so, or when a path cannot be read: then with a sentence in error. */
bool for_each_file(char *const *paths, size_t count, bool (*visit)(void *user, const char *path),
		   void *user, char *error, size_t size);

/* The same with the folders named `profiles`. */
bool for_each_file_and_profile(char *const *paths, size_t count,
			       bool (*visit)(void *user, const char *path), void *user,
			       char *error, size_t size);

/* Whether a file lies in a folder named `profiles`. */
bool is_profile_path(const char *path);

#endif
