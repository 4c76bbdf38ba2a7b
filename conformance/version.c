/* goldvi version: what has a version of its own. */
#include "conformance/commands.h"

#include <stdio.h>

#include "conformance/recorder.h"
#include "conformance/vector.h"
#include "goldvi/goldvi.h"

static void print_revision(unsigned revision)
{
	printf("%u.%02u", revision >> 8, revision & 0xff);
}

int command_version(int argc, char **argv)
{
	int version = gvi_version();

	if (!take_options(NULL, 0, &argc, argv))
		return BAD_INPUT;
	if (argc > 1)
		return wrong_use("version", "it takes no argument.");
	printf("library       %d.%d.%d\n", version / 10000, version / 100 % 100, version % 100);
	printf("library ABI   %d\n", GVI_ABI);
	printf("vectors       schema %d\n", VECTOR_SCHEMA);
	printf("traces        %d\n", GVI_TRACE_VERSION);
	printf("snapshots     %d\n", GVI_SAVE_VERSION);
	printf("publication   48882, revisions ");
	print_revision(GVI_OLDEST_REVISION);
	printf(" to ");
	print_revision(GVI_NEWEST_REVISION);
	putchar('\n');
	return ALL_PASSED;
}
