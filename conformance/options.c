/* The options of commands, and how a command says what is wrong with them. */
#include "conformance/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/run.h"

int wrong_use(const char *command, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "goldvi %s: ", command);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return BAD_INPUT;
}

static bool take_option(const struct option *o, char **argv, int argc, int *at);
static const struct option *find(const struct option *options, size_t count, const char *argument);

bool take_options(const struct option *options, size_t count, int *argc, char **argv)
{
	int kept = 1, i = 1;

	for (; i < *argc && strcmp(argv[i], "--") != 0; i++) {
		const struct option *o;

		if (argv[i][0] != '-' || !argv[i][1]) {
			argv[kept++] = argv[i];
			continue;
		}
		o = find(options, count, argv[i]);
		if (!o) {
			(void)wrong_use(argv[0], "there is no option '%s'; see goldvi %s --help.",
					argv[i], argv[0]);
			return false;
		}
		if (!take_option(o, argv, *argc, &i))
			return false;
	}
	while (++i < *argc)
		argv[kept++] = argv[i];
	argv[kept] = NULL;
	*argc = kept;
	return true;
}

/* The option at argv[*at]; moves *at to its value if that stands apart. */
static bool take_option(const struct option *o, char **argv, int argc, int *at)
{
	const char *value = strchr(argv[*at], '=');

	if (o->flag) {
		if (value)
			return wrong_use(argv[0], "%s takes no value.", o->name) == ALL_PASSED;
		*o->flag = true;
		return true;
	}
	if (*o->text)
		return wrong_use(argv[0], "%s is given twice.", o->name) == ALL_PASSED;
	if (!value && *at + 1 == argc)
		return wrong_use(argv[0], "%s needs a value.", o->name) == ALL_PASSED;
	*o->text = value ? value + 1 : argv[++*at];
	return true;
}

static const struct option *find(const struct option *options, size_t count, const char *argument)
{
	size_t length = strcspn(argument, "=");

	for (size_t i = 0; i < count; i++)
		if (strlen(options[i].name) == length &&
		    memcmp(options[i].name, argument, length) == 0)
			return &options[i];
	return NULL;
}

/* "qemu:BINARY", "model:PRESET" and "cache:SEED" are devices with an argument. */
bool choose_device(const char *command, struct run_options *options, const char *device)
{
	static const struct dut_class *const classes[] = {&dut_model, &dut_cache,  &dut_window,
							  &dut_qemu,  &dut_plugin, &dut_pipe};
	const char *name = device ? device : dut_model.name;
	size_t length = strcspn(name, ":");

	for (unsigned i = 0; i < sizeof classes / sizeof classes[0]; i++) {
		if (strlen(classes[i]->name) != length ||
		    strncmp(classes[i]->name, name, length) != 0)
			continue;
		options->dut = classes[i];
		options->dut_argument = name[length] ? name + length + 1 : NULL;
		return true;
	}
	(void)wrong_use(command,
			"there is no device '%s'; there are model, cache, window, qemu, plugin and pipe.",
			name);
	return false;
}

bool take_timeout(struct run_options *options, const char *seconds)
{
	char *end = NULL;
	double value = seconds ? strtod(seconds, &end) : 0;

	if (!seconds)
		return true;
	if (!*seconds || *end || !(value >= 0.001 && value <= 1000000)) {
		(void)wrong_use("run", "--timeout %s: seconds are needed, such as 0.5.", seconds);
		return false;
	}
	options->patience = (unsigned)(value * 1000);
	return true;
}
