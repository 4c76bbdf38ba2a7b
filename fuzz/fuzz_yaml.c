/* The loader of vectors on arbitrary bytes: it may refuse, with a sentence, and
 * nothing else. */
#include "fuzz/fuzz.h"

#include <string.h>
#include <unistd.h>

#include "conformance/vector.h"

enum { MAX_INSTANCES = 8 };

static char path[] = "/tmp/goldvi-fuzz-XXXXXX";

static void forget(void)
{
	unlink(path);
}

/* Files are read by name: one file, written anew for each input. */
static bool write_file(const uint8_t *data, size_t size)
{
	static FILE *file;

	if (!file) {
		int descriptor = mkstemp(path);

		file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
		MUST(file);
		atexit(forget);
	}
	rewind(file);
	return !ftruncate(fileno(file), 0) && fwrite(data, 1, size, file) == size && !fflush(file);
}

/* Errors are one line that ends, and not empty. */
static void check_error(const char *error, size_t size)
{
	MUST(memchr(error, '\0', size));
	MUST(error[0] && !strchr(error, '\n'));
}

static void try_tree(const uint8_t *data, size_t size)
{
	char error[256] = "";
	struct yaml_file *file = yaml_parse("fuzz", (const char *)data, size, error, sizeof error);

	if (!file) {
		check_error(error, sizeof error);
		return;
	}
	(void)yaml_unread(file->root);
	yaml_mark(file->root);
	MUST(!yaml_unread(file->root));
	yaml_release(file);
}

static void try_case(struct vector_case *vector)
{
	struct instance instance = {0};
	char error[256];

	for (uint64_t n = 0; n < vector->combinations && n < MAX_INSTANCES; n++) {
		error[0] = '\0';
		if (instance_make(vector, n, &instance, error, sizeof error) == INSTANCE_WRONG)
			check_error(error, sizeof error);
	}
	instance_free(&instance);
}

static void try_vectors(const uint8_t *data, size_t size)
{
	struct profiles profiles = {0};
	struct vector_file *file;
	char error[256] = "";

	if (!write_file(data, size))
		return;
	file = vector_load(path, NULL, &profiles, error, sizeof error);
	if (file)
		for (size_t i = 0; i < file->ncases; i++)
			try_case(&file->cases[i]);
	else
		check_error(error, sizeof error);
	vector_free(file);
	error[0] = '\0';
	if (!profile_check(path, error, sizeof error))
		check_error(error, sizeof error);
	profiles_free(&profiles);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_tree(data, size);
	try_vectors(data, size);
	return 0;
}
