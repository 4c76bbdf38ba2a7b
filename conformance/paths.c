/* Files of vectors below files and directories. */
#include "conformance/paths.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_DEPTH = 32 };

struct walk {
	bool (*visit)(void *user, const char *path);
	void *user;
	char *error;
	size_t size;
	unsigned depth;
	bool profiles; /* enter folders of profiles */
};

static bool walk_paths(struct walk *walk, char *const *paths, size_t count);
static bool walk_path(struct walk *walk, const char *path);
static bool walk_directory(struct walk *walk, const char *path);
static bool walk_entries(struct walk *walk, const char *path, struct dirent **entries, int count);
static bool is_profiles(const char *path, size_t length);

bool for_each_file(char *const *paths, size_t count, bool (*visit)(void *user, const char *path),
		   void *user, char *error, size_t size)
{
	struct walk walk = {.visit = visit, .user = user, .error = error, .size = size};

	return walk_paths(&walk, paths, count);
}

bool for_each_file_and_profile(char *const *paths, size_t count,
			       bool (*visit)(void *user, const char *path), void *user, char *error,
			       size_t size)
{
	struct walk walk = {
		.visit = visit, .user = user, .error = error, .size = size, .profiles = true};

	return walk_paths(&walk, paths, count);
}

bool is_profile_path(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && is_profiles(path, (size_t)(slash - path));
}

static bool walk_paths(struct walk *walk, char *const *paths, size_t count)
{
	bool going = true;

	for (size_t i = 0; going && i < count; i++)
		going = walk_path(walk, paths[i]);
	return going;
}

static bool cannot_read(struct walk *walk, const char *path, const char *why)
{
	snprintf(walk->error, walk->size, "%s:1:1: It cannot be read: %s.", path, why);
	return false;
}

/* What the user names is taken even if it is a link or has another ending. */
static bool walk_path(struct walk *walk, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return cannot_read(walk, path, strerror(errno));
	return S_ISDIR(st.st_mode) ? walk_directory(walk, path) : walk->visit(walk->user, path);
}

/* ---- Directories ---------------------------------------------------------------- */

static int compare(const struct dirent **a, const struct dirent **b);
static bool walk_entry(struct walk *walk, const char *path);

static bool walk_directory(struct walk *walk, const char *path)
{
	struct dirent **entries;
	bool going;
	int count;

	if (!walk->profiles && is_profiles(path, strlen(path)))
		return true;
	if (walk->depth == MAX_DEPTH)
		return cannot_read(walk, path, "directories are more than 32 deep");
	count = scandir(path, &entries, NULL, compare);
	if (count < 0)
		return cannot_read(walk, path, strerror(errno));
	walk->depth++;
	going = walk_entries(walk, path, entries, count);
	walk->depth--;
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return going;
}

/* The same on every machine, whatever its locale. */
static int compare(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* What is hidden stays so, "." and ".." among it. */
static bool walk_entries(struct walk *walk, const char *path, struct dirent **entries, int count)
{
	const char *slash = *path && path[strlen(path) - 1] == '/' ? "" : "/";
	bool going = true;

	for (int i = 0; going && i < count; i++) {
		size_t room = strlen(path) + strlen(entries[i]->d_name) + 2;
		char *full;

		if (entries[i]->d_name[0] == '.')
			continue;
		full = malloc(room);
		if (!full)
			return cannot_read(walk, path, strerror(ENOMEM));
		snprintf(full, room, "%s%s%s", path, slash, entries[i]->d_name);
		going = walk_entry(walk, full);
		free(full);
	}
	return going;
}

/* Directories that are links are not followed, as they could lead in circles. */
static bool walk_entry(struct walk *walk, const char *path)
{
	size_t length = strlen(path);
	struct stat st;

	if (lstat(path, &st) != 0)
		return cannot_read(walk, path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return walk_directory(walk, path);
	if (length < 5 || strcmp(path + length - 5, ".yaml") != 0)
		return true;
	if (S_ISLNK(st.st_mode) && (stat(path, &st) != 0 || !S_ISREG(st.st_mode)))
		return true;
	return !S_ISREG(st.st_mode) || walk->visit(walk->user, path);
}

/* Whether the last part of a directory's path is `profiles`. */
static bool is_profiles(const char *path, size_t length)
{
	static const char name[] = "profiles";
	size_t n = sizeof name - 1;

	while (length && path[length - 1] == '/')
		length--;
	return length >= n && memcmp(path + length - n, name, n) == 0 &&
	       (length == n || path[length - n - 1] == '/');
}
