/* A plain main for a fuzz target: gives it every file named on the command line,
 * and every file in directories named there.  No file at all is a failure. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_FILE = 1 << 20, MAX_PATH = 4096 };

static bool replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	size_t size;

	if (!file) {
		perror(path);
		return false;
	}
	data = malloc(MAX_FILE);
	size = data ? fread(data, 1, MAX_FILE, file) : 0;
	fclose(file);
	if (data) {
		/* as long as it is and no longer, so that sanitizers see the end */
		uint8_t *exact = malloc(size ? size : 1);

		if (exact) {
			memcpy(exact, data, size);
			(void)LLVMFuzzerTestOneInput(exact, size);
			free(exact);
		}
	}
	free(data);
	return data != NULL;
}

static bool replay(const char *path, unsigned *count)
{
	struct stat status;
	struct dirent *entry;
	bool ok = true;
	DIR *directory;

	if (stat(path, &status)) {
		perror(path);
		return false;
	}
	if (!S_ISDIR(status.st_mode)) {
		(*count)++;
		return replay_file(path);
	}
	directory = opendir(path);
	while (directory && (entry = readdir(directory))) {
		char inner[MAX_PATH];

		if (entry->d_name[0] == '.')
			continue;
		if (snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= MAX_PATH)
			ok = false;
		else if (!replay(inner, count))
			ok = false;
	}
	if (directory)
		closedir(directory);
	return ok && directory;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	bool ok = true;

	for (int i = 1; i < argc; i++)
		if (!replay(argv[i], &count))
			ok = false;
	printf("%u inputs\n", count);
	return ok && count ? EXIT_SUCCESS : EXIT_FAILURE;
}
