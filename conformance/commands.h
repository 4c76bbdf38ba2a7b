/* The commands of `goldvi`, and what they share.
 *
 * A command gets its own name as argv[0] and what followed it, and returns the
 * program's exit status.  A mistake of the user's is one line on standard error,
 * `goldvi NAME: sentence.` */
#ifndef GOLDVI_COMMANDS_H
#define GOLDVI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

enum exit_status {
	ALL_PASSED = 0,
	SOME_FAILED = 1,
	BAD_INPUT = 2           /* usage, files that cannot be read, a full disk */
};

int command_run(int argc, char **argv);
int command_list(int argc, char **argv);
int command_lint(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_decode(int argc, char **argv);
int command_encode(int argc, char **argv);
int command_markdown(int argc, char **argv);
int command_systemverilog(int argc, char **argv);
int command_replay(int argc, char **argv);
int command_merge(int argc, char **argv);
int command_serve(int argc, char **argv);
int command_fuzz_print(int argc, char **argv);
int command_fuzz_seeds(int argc, char **argv);
int command_reduce(int argc, char **argv);
int command_coverage(int argc, char **argv);
int command_campaign(int argc, char **argv);
int command_bench(int argc, char **argv);
int command_version(int argc, char **argv);

/* Writes `goldvi NAME: sentence` to standard error; always BAD_INPUT. */
int wrong_use(const char *command, const char *format, ...);

/* What `--dut` and `--timeout` say; NULL: nothing.  False after a sentence. */
struct run_options;
bool choose_device(const char *command, struct run_options *options, const char *device);
bool take_timeout(struct run_options *options, const char *seconds);

/* An option `--name` that sets a flag, or `--name VALUE` and `--name=VALUE`
 * that set a text.  The one that it does not set is NULL. */
struct option {
	const char *name;       /* "--filter" */
	bool *flag;
	const char **text;
};

/* Takes the options out of argv[1..]; what remains stands there in its order,
 * *argc of them with argv[0].  After `--` nothing is an option.  False, after a
 * sentence on standard error, when an option is unknown, given twice or lacks its value. */
bool take_options(const struct option *options, size_t count, int *argc, char **argv);

#endif
