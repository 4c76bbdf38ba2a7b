/* bad_device WAY [MARK]: the built-in model behind a pipe, which at the first access of a
 * device goes wrong in some way.  With a file MARK only once: then the file is there. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "conformance/dut/serve.h"

static const char *way, *mark;
static int answers; /* the pipe's end: what is written here reaches the runner */

static void say(const char *text)
{
	if (write(answers, text, strlen(text)) < 0)
		_exit(1);
}

/* A line that has begun is more than any line may have. */
static void babble(void)
{
	char much[4096];

	memset(much, 'a', sizeof much);
	while (write(answers, much, sizeof much) > 0)
		;
}

static bool is(const char *what)
{
	return strcmp(way, what) == 0;
}

static void go_wrong(void)
{
	if (is("exits"))
		_exit(3);
	if (is("crashes"))
		raise(SIGABRT);
	if (is("hangs"))
		pause();
	if (is("trickles"))
		for (const struct timespec nap = {.tv_nsec = 10000000};; nanosleep(&nap, NULL))
			say(" ");
	if (is("babbles"))
		babble();
	if (is("nonsense"))
		say("yes\n");
	if (is("binary"))
		say("\001\377\n");
	if (is("number"))
		say("999999 ok\n");
	if (is("closes")) {
		for (int i = 0; i < 20; i++)
			close(i);
		pause();
	}
}

/* The answer follows all the same, where there is still somebody to give one. */
static enum dut_status bad_dma(struct dut *dut, const struct dut_dma *dma,
			       struct gvi_answer *answer)
{
	enum dut_status status = dut_model.dma(dut, dma, answer);

	if (mark && access(mark, F_OK) == 0)
		return status;
	if (mark)
		fclose(fopen(mark, "w"));
	if (is("value"))
		answer->result = 9;
	go_wrong();
	return is("refuses") ? DUT_NONSENSE : status;
}

/* One answer, and another that nobody has asked for. */
static enum dut_status chatter(struct dut *dut, const struct gvi_message **list, size_t *count)
{
	if (is("twice"))
		say("0 ok\n");
	return dut_model.messages(dut, list, count);
}

/* A habit that hangs on the surroundings. */
static enum dut_status moody(struct dut *dut, struct gvi_config *config)
{
	if (is("moody") && getenv("MOOD"))
		config->habit[GVI_CHOICE_LEVEL_1_POINTER] = 1;
	return dut_model.start(dut, config);
}

int main(int argc, char **argv)
{
	struct dut_class bad = dut_model;
	struct dut *dut;
	char why[64];

	if (argc < 2)
		return 2;
	way = argv[1];
	mark = argv[2];
	answers = dup(STDOUT_FILENO);
	if (is("mute"))
		pause();
	if (is("absent"))
		return 4;
	dut = dut_model.open(NULL, why, sizeof why);
	if (!dut)
		return 2;
	bad.start = moody;
	bad.dma = bad_dma;
	bad.messages = chatter;
	dut->class = &bad;
	return serve(dut, "", STDIN_FILENO, STDOUT_FILENO);
}
