/* goldvi: the command.  Here are its help, and the commands that deal with
 * vectors; the others have files of their own. */
#include "conformance/commands.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance/campaign.h"
#include "conformance/coverage_json.h"
#include "conformance/dut/serve.h"
#include "conformance/run.h"
#include "conformance/yaml.h"

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
	 "                   that hold by chance what they may, window or window:BYTES, the model on\n"
	 "                   memory that it may look into, so far, without asking, qemu or\n"
	 "                   qemu:BINARY, plugin:FILE, a shared object (goldvi/plugin.h), or\n"
	 "                   pipe:COMMAND (docs/pipe.md)\n"
	 "  --shard I/N      only part I of N of all instances; goldvi merge puts them together\n"
	 "  -j N             in N processes\n"
	 "  --results FILE   results as lines of JSON, for goldvi merge (docs/regressions.md)\n"
	 "  --resume FILE    the same, but goes on where such a file was interrupted\n"
	 "  --shuffle SEED   in another order\n"
	 "  --timeout S      seconds that QEMU, a plug-in or a pipe may take for an answer; 5\n"
	 "  --filter GLOB    only cases whose id matches, such as 'host.*'\n"
	 "  --profile NAME   this profile or preset instead of each file's own\n"
	 "  --learn FILE     after the run, what the device has settled on\n"
	 "  --habits FILE    hold the device to what such a file says\n"
	 "  --record FILE    what was done and seen, as a trace for goldvi replay and reduce\n"
	 "  --freedom        model only: every alternative of all choices that a case meets and\n"
	 "                   does not settle, singly and in pairs, not only of those it names\n"
	 "  --coverage FILE  rules, choices and values of fields that were reached; goldvi\n"
	 "                   coverage merges and shows such files\n"
	 "  --tap            results as TAP on standard output\n"
	 "  --junit FILE     results as JUnit XML\n"
	 "  --json FILE      results as JSON\n"
	 "  --html DIR       a report to look at, DIR/index.html\n\n"
	 "Exit status: 0 all passed, 1 some failed, 2 wrong usage or bad input.\n"},
	{"merge", "[options] FILE...", "put the results of a divided run together", command_merge,
	 "FILEs are what goldvi run --results wrote, one of each shard; the report is that of one\n"
	 "run.\n\n"
	 "  --tap, --junit FILE, --json FILE, --html DIR, --coverage FILE    as for run\n\n"
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
	{"systemverilog", "", "print the tables as a SystemVerilog package", command_systemverilog,
	 "All formats, registers, choices and clauses, with functions that pack and unpack, as\n"
	 "goldvi_pkg.sv: IEEE 1800-2017.\n"},
	{"replay", "[options] FILE", "judge a recorded session", command_replay,
	 "FILE is a trace of a test bench (docs/traces.md): each record goes before the oracle,\n"
	 "and what is not permitted is shown with its line.  Or it is the session of a driver\n"
	 "(vectors/captured/README.md), which is played on the model.  Both may be compressed\n"
	 "with gzip.\n\n"
	 "  --worlds N       states that the oracle keeps at once (32)\n"
	 "  --runs N         runs of the model for one record (4096)\n"
	 "  --values N       old values of memory: 2^N (14)\n"
	 "  --delay N        records for which a register may still read as before (0)\n\n"
	 "Exit status: 0 nothing refused, 1 something, 2 wrong usage or bad input.\n"},
	{"reduce", "[options] FILE", "make a vector of the first failure in a trace", command_reduce,
	 "What is left is refused by the oracle in the same way; it is printed as a vector\n"
	 "(vectors/README.md).  `goldvi run --record FILE` makes a trace of vectors.\n\n"
	 "  --worlds, --runs, --values, --delay as for goldvi replay\n"
	 "  --dut DEVICE     the device that failed, which is asked whether it still does so, and\n"
	 "                   what it needs for that is left; as for goldvi run, like --timeout S\n"},
	{"coverage", "[options] FILE...", "merge and show what runs have reached", command_coverage,
	 "FILE is what goldvi run --coverage or a bench has written; several are added up.\n\n"
	 "  --format FORM    text (the default), json, the same as a file, lcov, for genhtml, or\n"
	 "                   html, a page\n"
	 "  --missing        also, or only, what was not reached, and why it cannot be\n"
	 "  --source DIR     lcov: where the sources of goldvi are; without it, here\n\n"
	 "Exit status: 0, with --missing 1 if something was not reached that can be, 2 wrong\n"
	 "usage or bad input.\n"},
	{"serve", "[--dut DEVICE]", "answer for a device, line by line", command_serve,
	 "Lines of docs/pipe.md on standard input are answered on standard output.  DEVICE is as\n"
	 "for run; without it the built-in model.\n"},
	{"fuzz-print", "FILE | --hash FILE...", "show a fuzzer's stream as a vector", command_fuzz_print,
	 "FILE is any bytes (fuzz/corpus/stream has some).  What the model answers stands as\n"
	 "expectation; a comment says if it cannot be played as a vector.\n\n"
	 "  --hash           instead a number that sums up all that the model does, the number of\n"
	 "                   acts and the name, a line for each FILE\n"},
	{"fuzz-seeds", "DIR PATH...", "turn vectors into streams for a fuzzer", command_fuzz_seeds,
	 "DIR gets a file for each case below PATH that operations of a stream can play, or a part\n"
	 "of it: the first instance, without what it expects.\n"},
	{"campaign", "[options]", "fuzz a device under test, and judge it by the oracle", command_campaign,
	 "Streams of operations are played on the device, every other one in a world in which all\n"
	 "is right but a field or two of one entry; what no choice and no cache permits is made\n"
	 "small and becomes a vector that passes on the model and fails on the device, one for each\n"
	 "rule and way to differ.\n\n"
	 "  --dut DEVICE     as for goldvi run\n"
	 "  --time S         for so many seconds; 60\n"
	 "  --streams N      or so many streams\n"
	 "  --seed N         another sequence of streams; 1\n"
	 "  --out DIR        where vectors and findings.md go; found\n"
	 "  --timeout S      as for goldvi run\n\n"
	 "Exit status: 0 nothing found, 1 something, 2 wrong usage or a device that cannot be had.\n"},
	{"bench", "", "measure operations of the model", command_bench,
	 "Nanoseconds on this machine and, if valgrind is there, instructions.\n"
	 "Exit status: 0 the goals are met, 1 one is missed.\n"},
	{"version", "", "show the versions of all that has one", command_version,
	 "Of the library, its binary interface, the formats of vectors, traces and snapshots, and\n"
	 "the revisions of the publication that are modelled.\n"},
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
		printf("  goldvi %-10s %s\n", commands[i].name, commands[i].about);
	puts("  goldvi help       this, or the help of a command\n"
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
	const char *junit, *json, *html, *coverage;
	bool tap;
};

/* What the terminal shows while a run lasts. */
struct progress {
	bool shown;
	struct timespec last;
};

static int play(struct run_options *options, const struct outputs *outputs, int argc, char **argv);
static bool take_division(struct run_options *options, const char *shard, const char *workers,
			  const char *resume);
static bool write_reports(const struct report *report, const struct outputs *outputs);
static bool write_coverage(const struct report *report, const char *path);
static void show_progress(void *user, const struct report *sofar);
static void clear_progress(const struct progress *progress);
static bool colourful(FILE *out);

int command_run(int argc, char **argv)
{
	struct run_options options = {0};
	struct outputs outputs = {0};
	const char *device = NULL, *timeout = NULL, *shard = NULL, *workers = NULL, *resume = NULL;
	const struct option known[] = {
		{"--dut", NULL, &device},
		{"--timeout", NULL, &timeout},
		{"--shard", NULL, &shard},
		{"-j", NULL, &workers},
		{"--results", NULL, &options.results},
		{"--resume", NULL, &resume},
		{"--shuffle", NULL, &options.shuffle},
		{"--filter", NULL, &options.filter},
		{"--profile", NULL, &options.profile},
		{"--junit", NULL, &outputs.junit},
		{"--json", NULL, &outputs.json},
		{"--html", NULL, &outputs.html},
		{"--coverage", NULL, &outputs.coverage},
		{"--habits", NULL, &options.habits},
		{"--learn", NULL, &options.learn},
		{"--record", NULL, &options.record},
		{"--freedom", &options.freedom, NULL},
		{"--tap", &outputs.tap, NULL},
	};

	if (!take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("run", "a file or directory of vectors is needed.");
	if (!choose_device("run", &options, device) || !take_timeout(&options, timeout) ||
	    !take_division(&options, shard, workers, resume))
		return BAD_INPUT;
	if (options.record && (options.workers || options.results))
		return wrong_use("run", "--record writes the trace of one process, without -j and --results.");
	if (options.freedom && (options.dut != &dut_model || options.dut_argument))
		return wrong_use("run", "--freedom is for the built-in model, configured freely.");
	if ((options.habits || options.learn) && options.dut == &dut_model && !options.dut_argument)
		return wrong_use(
			"run",
			"--habits and --learn are for devices that have habits of their own, "
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

/* "3/8" */
static bool take_division(struct run_options *options, const char *shard, const char *workers,
			  const char *resume)
{
	unsigned i = 1, n = 1;
	int end = 0;

	if (shard && (sscanf(shard, "%5u/%5u%n", &i, &n, &end) != 2 || shard[end] || !i || i > n)) {
		(void)wrong_use("run", "--shard %s: a part of how many, such as 1/8.", shard);
		return false;
	}
	options->shard = i - 1;
	options->shards = n;
	if (workers && (sscanf(workers, "%3u%n", &options->workers, &end) != 1 || workers[end] ||
			!options->workers)) {
		(void)wrong_use("run", "-j %s: a number of processes is needed.", workers);
		return false;
	}
	if (resume && options->results) {
		(void)wrong_use("run",
				"--resume writes results itself: --results is one too many.");
		return false;
	}
	options->resume = resume != NULL;
	options->results = resume ? resume : options->results;
	return true;
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
	if (outputs->coverage)
		written = wrote(write_coverage(report, outputs->coverage), outputs->coverage) &&
			  written;
	if (outputs->tap)
		report_tap(report, stdout);
	else
		report_text(report, stdout, colourful(stdout));
	return written;
}

static bool write_coverage(const struct report *report, const char *path)
{
	FILE *out = fopen(path, "w");
	bool written = out && coverage_write(&report->coverage->counts, out);

	return out && fclose(out) == 0 && written;
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

/* ---- merge --------------------------------------------------------------------------- */

int command_merge(int argc, char **argv)
{
	struct report report = {0};
	struct outputs outputs = {0};
	char error[1024] = "";
	const struct option known[] = {{"--junit", NULL, &outputs.junit},
				       {"--json", NULL, &outputs.json},
				       {"--html", NULL, &outputs.html},
				       {"--coverage", NULL, &outputs.coverage},
				       {"--tap", &outputs.tap, NULL}};
	int status;

	if (!take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	if (argc < 2)
		return wrong_use("merge", "files of results are needed.");
	if (!merge_results(argv + 1, (size_t)argc - 1, &report, error, sizeof error))
		status = report_error("merge", error);
	else if (!write_reports(&report, &outputs))
		status = BAD_INPUT;
	else
		status = report.totals[FAILED] ? SOME_FAILED : ALL_PASSED;
	report_free(&report);
	return status;
}

/* ---- serve --------------------------------------------------------------------------- */

int command_serve(int argc, char **argv)
{
	struct run_options options = {0};
	char error[256] = "";
	const char *device = NULL;
	const struct option known[] = {{"--dut", NULL, &device}};
	struct dut *dut;
	int status;

	if (!take_options(known, 1, &argc, argv))
		return BAD_INPUT;
	if (argc > 1)
		return wrong_use("serve", "there is nothing to say but --dut DEVICE.");
	if (!choose_device("serve", &options, device))
		return BAD_INPUT;
	dut = options.dut->open(options.dut_argument, error, sizeof error);
	if (!dut)
		return report_error("serve", error);
	status = serve(dut, "", STDIN_FILENO, STDOUT_FILENO) ? BAD_INPUT : ALL_PASSED;
	dut->class->close(dut);
	return status;
}

/* ---- campaign ------------------------------------------------------------------------ */

static bool take_count(const char *option, const char *text, uint64_t *value)
{
	if (!text || yaml_number(text, value))
		return true;
	(void)wrong_use("campaign", "%s %s: a number is needed.", option, text);
	return false;
}

int command_campaign(int argc, char **argv)
{
	struct run_options device_options = {0};
	struct campaign_options options = {.seed = 1, .seconds = 60};
	struct campaign_sum sum = {0};
	const char *device = NULL, *timeout = NULL, *seconds = NULL, *streams = NULL, *seed = NULL;
	char error[1024] = "";
	const struct option known[] = {{"--dut", NULL, &device},       {"--timeout", NULL, &timeout},
				       {"--time", NULL, &seconds},     {"--streams", NULL, &streams},
				       {"--seed", NULL, &seed},        {"--out", NULL, &options.folder}};
	bool good;

	if (!take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	if (argc > 1)
		return wrong_use("campaign", "there is nothing to say but options.");
	if (!choose_device("campaign", &device_options, device) ||
	    !take_timeout(&device_options, timeout) || !take_count("--time", seconds, &options.seconds) ||
	    !take_count("--streams", streams, &options.streams) ||
	    !take_count("--seed", seed, &options.seed))
		return BAD_INPUT;
	if (!options.folder)
		options.folder = "found";
	options.dut = device_options.dut;
	options.dut_argument = device_options.dut_argument;
	options.patience = device_options.patience;
	good = campaign_run(&options, &sum, stdout, error, sizeof error);
	printf("%" PRIu64 " streams, %" PRIu64 " records, %" PRIu64 " refused, %" PRIu64
	       " unsure, the device lost %" PRIu64 " times, %u findings\n",
	       sum.streams, sum.records, sum.refused, sum.unsure, sum.lost, sum.findings);
	if (!good)
		return report_error("campaign", error);
	return sum.findings ? SOME_FAILED : ALL_PASSED;
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
