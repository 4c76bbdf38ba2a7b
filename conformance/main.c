/* goldvi: the command.  Here are its help, and the commands that deal with
 * vectors; the others have files of their own. */
#include "conformance/commands.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance/run.h"

struct command {
	const char *name, *arguments, *about;
	int (*run)(int argc, char **argv);
	const char *help;
};

/* clang-format off: the help as it is shown. */
static const struct command commands[] = {
	{"run", "[options] PATH...", "play vectors on a device and report", command_run,
	 "PATH is a vector file, or a directory that is searched for them.\n\n"
	 "  --dut DEVICE     what is tested: model (the default), model:PRESET, a part that takes\n"
	 "                   no other configuration, cache or cache:SEED, the model with caches\n"
	 "                   that hold by chance what they may, qemu or qemu:BINARY\n"
	 "  --filter GLOB    only cases whose id matches, such as 'host.*'\n"
	 "  --profile NAME   this profile or preset instead of each file's own\n"
	 "  --learn FILE     after the run, what the device has settled on\n"
	 "  --habits FILE    hold the device to what such a file says\n"
	 "  --freedom        model only: every alternative of all choices that a case meets and\n"
	 "                   does not settle, singly and in pairs, not only of those it names\n"
	 "  --tap            results as TAP on standard output\n"
	 "  --junit FILE     results as JUnit XML\n"
	 "  --json FILE      results as JSON\n"
	 "  --html DIR       a report to look at, DIR/index.html\n\n"
	 "Exit status: 0 all passed, 1 some failed, 2 wrong usage or bad input.\n"},
	{"list", "[options] [PATH...]", "list cases, one id a line", command_list,
	 "PATH is a vector file or a directory; without one, 'vectors'.\n\n"
	 "  --filter GLOB    only cases whose id matches\n"
	 "  --profile NAME   this profile or preset instead of each file's own\n"
	 "  --long           id, instances, file:line and why, separated by tabs\n"},
	{"lint", "[options] PATH...", "check vector files and profiles", command_lint,
	 "  --mutants FILE   also report cases that no mutant fails; FILE is written by the tool\n"
	 "                   of docs/mutation.md: ids, one a line\n\n"
	 "Writes file:line:column: sentence. for each problem.\n"
	 "Exit status: 0 none, 1 some, 2 wrong usage.\n"},
	{"explain", "[options] ID [PATH...]", "show what the model does in a case, rule by rule",
	 command_explain,
	 "ID is that of a case, or of one of its instances: 'id[name=value,...]'.\n"
	 "PATH is where to look for it; without one, 'vectors'.\n\n"
	 "  --permitted      before each access, interrupt and translation request: all that an\n"
	 "                   IOMMU may do, and by which choices and held words\n"
	 "  --profile NAME   this profile or preset instead of each file's own\n"},
	{"decode", "FORMAT WORD... | LOG LINE | -", "print words field by field", command_decode,
	 "FORMAT is a name of docs/formats.md or docs/registers.md, or `event` or `command`,\n"
	 "which take the code in bits 63:60.  WORDs are in the order of memory; several entries\n"
	 "may follow one another.  LOG LINE is what Linux prints, such as\n"
	 "  AMD-Vi: Event logged [IO_PAGE_FAULT device=00:04.0 domain=0x0042\n"
	 "  address=0xc0005000 flags=0x0020]\n"
	 "`-` decodes each such line of standard input.\n"},
	{"encode", "FORMAT [NAME=VALUE...]", "make words of fields", command_encode,
	 "Prints the words in the order of memory.  A VALUE is decimal, hexadecimal with 0x, or\n"
	 "the name of an enumerated value.  Fields that are not named are 0, constant ones as\n"
	 "they must be.\n"},
	{"markdown", "formats|registers|choices [PATH]|clauses", "print a document of docs/",
	 command_markdown,
	 "The tables of the library as Markdown; choices with the vectors below PATH that name\n"
	 "each.\n"},
	{"replay", "FILE", "play a recorded driver session on the model", command_replay,
	 "FILE is a recording (vectors/captured/README.md), plain or compressed with gzip.\n"
	 "Exit status: 0 all agreed, 1 mismatches, 2 wrong usage or bad input.\n"},
	{"bench", "", "measure operations of the model", command_bench,
	 "Nanoseconds on this machine and, if valgrind is there, instructions.\n"
	 "Exit status: 0 the goals are met, 1 one is missed.\n"},
};
/* clang-format on */
enum { NCOMMANDS = sizeof commands / sizeof commands[0] };

static const struct command *find_command(const char *name);
static bool asks_for_help(int argc, char **argv);
static int help(int argc, char **argv);
static void put_help(const struct command *command);
static int finish_output(int status);

int main(int argc, char **argv)
{
	const struct command *command;

	if (argc < 2) {
		fprintf(stderr, "goldvi: a command is needed; see goldvi help.\n");
		return BAD_INPUT;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("goldvi %d.%d.%d\n", gvi_version() / 10000, gvi_version() / 100 % 100,
		       gvi_version() % 100);
		return finish_output(ALL_PASSED);
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return finish_output(help(argc - 1, argv + 1));
	command = find_command(argv[1]);
	if (!command) {
		fprintf(stderr, "goldvi: there is no command '%s'; see goldvi help.\n", argv[1]);
		return BAD_INPUT;
	}
	if (asks_for_help(argc - 1, argv + 1)) {
		put_help(command);
		return finish_output(ALL_PASSED);
	}
	return finish_output(command->run(argc - 1, argv + 1));
}

static const struct command *find_command(const char *name)
{
	for (unsigned i = 0; i < NCOMMANDS; i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* goldvi help [COMMAND] */
static int help(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;

	if (command) {
		put_help(command);
		return ALL_PASSED;
	}
	if (argc > 1)
		return wrong_use("help", "there is no command '%s'.", argv[1]);
	puts("goldvi: a golden model of the AMD IOMMU, and vectors that test any "
	     "implementation.\n");
	for (unsigned i = 0; i < NCOMMANDS; i++)
		printf("  goldvi %-9s %s\n", commands[i].name, commands[i].about);
	puts("  goldvi help      this, or the help of a command\n"
	     "  goldvi --version\n\n"
	     "goldvi COMMAND --help has the arguments.");
	return ALL_PASSED;
}

static void put_help(const struct command *command)
{
	printf("goldvi %s%s%s: %s.\n\n%s", command->name, *command->arguments ? " " : "",
	       command->arguments, command->about, command->help);
}

/* A report that did not arrive is no report. */
static int finish_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "goldvi: standard output: %s.\n", strerror(errno));
	return BAD_INPUT;
}

/* What other parts say, as a sentence. */
static int report_error(const char *command, const char *error)
{
	size_t length = strlen(error);

	return wrong_use(command, "%s%s", error, length && error[length - 1] == '.' ? "" : ".");
}

/* ---- run -------------------------------------------------------------------------- */

struct outputs {
	const char *junit, *json, *html;
	bool tap;
};

/* What the terminal shows while a run lasts. */
struct progress {
	bool shown;
	struct timespec last;
};

static int play(struct run_options *options, const struct outputs *outputs, int argc, char **argv);
static bool choose_device(struct run_options *options, const char *device);
static bool write_reports(const struct report *report, const struct outputs *outputs);
static void show_progress(void *user, const struct report *sofar);
static void clear_progress(const struct progress *progress);
static bool colourful(FILE *out);

int command_run(int argc, char **argv)
{
	struct run_options options = {0};
	struct outputs outputs = {0};
	const char *device = NULL;
	const struct option known[] = {
		{"--dut", NULL, &device},
		{"--filter", NULL, &options.filter},
		{"--profile", NULL, &options.profile},
		{"--junit", NULL, &outputs.junit},
		{"--json", NULL, &outputs.json},
		{"--html", NULL, &outputs.html},
		{"--habits", NULL, &options.habits},
		{"--learn", NULL, &options.learn},
		{"--freedom", &options.freedom, NULL},
		{"--tap", &outputs.tap, NULL},
	};

	if (!take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("run", "a file or directory of vectors is needed.");
	if (!choose_device(&options, device ? device : dut_model.name))
		return BAD_INPUT;
	if (options.freedom && (options.dut != &dut_model || options.dut_argument))
		return wrong_use("run", "--freedom is for the built-in model, configured freely.");
	if ((options.habits || options.learn) && options.dut == &dut_model && !options.dut_argument)
		return wrong_use("run", "--habits and --learn are for devices that have habits of their own, "
					"such as model:PRESET.");
	options.explain_failures = outputs.junit || outputs.json || outputs.html;
	return play(&options, &outputs, argc, argv);
}

static int play(struct run_options *options, const struct outputs *outputs, int argc, char **argv)
{
	struct report report = {0};
	struct progress progress = {0};
	char error[1024] = "";
	bool played, written = true;
	int status;

	if (isatty(STDERR_FILENO))
		options->progress = show_progress;
	options->user = &progress;
	played = run_paths(options, argv + 1, (size_t)argc - 1, &report, error, sizeof error);
	clear_progress(&progress);
	if (report.count)
		written = write_reports(&report, outputs);
	status = report.totals[FAILED] ? SOME_FAILED : ALL_PASSED;
	if (!played) {
		if (outputs->tap && report.count)
			printf("Bail out! %s\n", error);
		status = report_error("run", error);
	} else if (!report.count) {
		status = options->filter
				 ? wrong_use("run", "no case matches '%s'.", options->filter)
				 : wrong_use("run", "there are no cases.");
	}
	report_free(&report);
	return written ? status : BAD_INPUT;
}

/* "qemu:BINARY", "model:PRESET" and "cache:SEED" are devices with an argument. */
static bool choose_device(struct run_options *options, const char *device)
{
	static const struct dut_class *const classes[] = {&dut_model, &dut_cache, &dut_qemu};
	size_t length = strcspn(device, ":");

	for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (strlen(classes[i]->name) != length ||
		    strncmp(classes[i]->name, device, length) != 0)
			continue;
		options->dut = classes[i];
		options->dut_argument = device[length] ? device + length + 1 : NULL;
		return true;
	}
	(void)wrong_use("run", "there is no device '%s'; there are model, cache and qemu.", device);
	return false;
}

static bool wrote(bool written, const char *path)
{
	if (!written)
		(void)wrong_use("run", "%s: %s.", path, strerror(errno));
	return written;
}

static bool write_reports(const struct report *report, const struct outputs *outputs)
{
	bool written = true;

	/* First what makes its directory: the others may go there. */
	if (outputs->html)
		written = wrote(report_html(report, outputs->html), outputs->html);
	if (outputs->junit)
		written = wrote(report_junit(report, outputs->junit), outputs->junit) && written;
	if (outputs->json)
		written = wrote(report_json(report, outputs->json), outputs->json) && written;
	if (outputs->tap)
		report_tap(report, stdout);
	else
		report_text(report, stdout, colourful(stdout));
	return written;
}

/* Ten times a second. */
static void show_progress(void *user, const struct report *sofar)
{
	struct progress *p = user;
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (p->shown &&
	    (now.tv_sec - p->last.tv_sec) * 1000 + (now.tv_nsec - p->last.tv_nsec) / 1000000 < 100)
		return;
	p->last = now;
	p->shown = true;
	fprintf(stderr, "\r%zu played, %llu failed  %-40.40s", sofar->count,
		(unsigned long long)sofar->totals[FAILED],
		sofar->count ? sofar->results[sofar->count - 1].id : "");
}

static void clear_progress(const struct progress *progress)
{
	if (progress->shown)
		fprintf(stderr, "\r%79s\r", "");
}

/* https://no-color.org: any value but the empty one. */
static bool colourful(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

	return !(no && *no) && isatty(fileno(out)) && !(terminal && strcmp(terminal, "dumb") == 0);
}

/* ---- list, lint, explain ------------------------------------------------------------ */

/* Paths of a command line, or the default. */
struct path_list {
	char *const *path;
	size_t count;
};

static char default_path[] = "vectors";
static char *const default_paths[] = {default_path};

static struct path_list paths_from(int first, int argc, char **argv);
static bool list_ids(const struct run_options *options, struct path_list paths, char *error,
		     size_t size);

int command_list(int argc, char **argv)
{
	struct run_options options = {.dut = &dut_model};
	char error[1024] = "";
	bool whole = false, listed;
	const struct option known[] = {{"--filter", NULL, &options.filter},
				       {"--profile", NULL, &options.profile},
				       {"--long", &whole, NULL}};
	struct path_list paths;

	if (!take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	paths = paths_from(1, argc, argv);
	listed = whole ? list_paths(&options, paths.path, paths.count, stdout, error, sizeof error)
		       : list_ids(&options, paths, error, sizeof error);
	return listed ? ALL_PASSED : report_error("list", error);
}

static struct path_list paths_from(int first, int argc, char **argv)
{
	if (argc <= first)
		return (struct path_list){default_paths, 1};
	return (struct path_list){argv + first, (size_t)(argc - first)};
}

/* The first column of what list_paths() writes. */
static bool list_ids(const struct run_options *options, struct path_list paths, char *error,
		     size_t size)
{
	FILE *list = tmpfile();
	bool listed, within = true;
	int c;

	if (!list) {
		snprintf(error, size, "a temporary file: %s.", strerror(errno));
		return false;
	}
	listed = list_paths(options, paths.path, paths.count, list, error, size);
	rewind(list);
	while ((c = getc(list)) != EOF) {
		within = (within && c != '\t') || c == '\n';
		if (within)
			putchar(c);
	}
	fclose(list);
	return listed;
}

int command_lint(int argc, char **argv)
{
	const char *mutants = NULL;
	const struct option known[] = {{"--mutants", NULL, &mutants}};

	if (!take_options(known, 1, &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("lint", "a file or directory of vectors is needed.");
	return lint_paths(argv + 1, (size_t)argc - 1, mutants, stdout) ? SOME_FAILED : ALL_PASSED;
}

int command_explain(int argc, char **argv)
{
	struct run_options options = {.dut = &dut_model};
	char error[1024] = "";
	const struct option known[] = {{"--profile", NULL, &options.profile},
				       {"--permitted", &options.permitted, NULL}};
	struct path_list paths;

	if (!take_options(known, 2, &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("explain", "the id of a case is needed; goldvi list prints them.");
	paths = paths_from(2, argc, argv);
	if (!explain_paths(&options, argv[1], paths.path, paths.count, stdout, error, sizeof error))
		return report_error("explain", error);
	return ALL_PASSED;
}
