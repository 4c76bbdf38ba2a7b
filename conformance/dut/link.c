/* Two pipes and a process at the other end of them. */
#include "conformance/dut/link.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "conformance/dut/wire.h"

struct link {
	int to, from; /* the device */
	pid_t process;
	char *in;
	size_t room, length, used; /* in[]: bytes that fit, that are there, that were taken */
};

/* ---- Life ------------------------------------------------------------------ */

struct ends {
	int in[2], out[2]; /* of the device */
};

static bool open_ends(struct ends *ends);
static void child(const struct ends *ends, const char *command,
		  int (*run)(void *user, int in, int out), void *user, pid_t parent);

struct link *link_start(const char *command, int (*run)(void *user, int in, int out), void *user)
{
	struct link *link = calloc(1, sizeof *link);
	pid_t parent = getpid();
	struct ends ends;

	if (!link || !open_ends(&ends)) {
		free(link);
		return NULL;
	}
	/* A device that has gone is told by EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	link->process = fork();
	if (!link->process)
		child(&ends, command, run, user, parent);
	close(ends.in[0]);
	close(ends.out[1]);
	link->to = ends.in[1];
	link->from = ends.out[0];
	if (link->process > 0)
		return link;
	close(link->to);
	close(link->from);
	free(link);
	return NULL;
}

/* Ours are not inherited by later devices, which would keep them open. */
static bool open_ends(struct ends *ends)
{
	if (pipe(ends->in) < 0)
		return false;
	if (pipe(ends->out) < 0) {
		close(ends->in[0]);
		close(ends->in[1]);
		return false;
	}
	fcntl(ends->in[1], F_SETFD, FD_CLOEXEC);
	fcntl(ends->out[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends->in[1], F_SETFL, O_NONBLOCK);
	fcntl(ends->out[0], F_SETFL, O_NONBLOCK);
	return true;
}

static void follow(pid_t parent);

static void child(const struct ends *ends, const char *command,
		  int (*run)(void *user, int in, int out), void *user, pid_t parent)
{
	setpgid(0, 0);
	signal(SIGPIPE, SIG_DFL);
	close(ends->in[1]);
	close(ends->out[0]);
	follow(parent);
	if (!command)
		_exit(run(user, ends->in[0], ends->out[1]));
	if (dup2(ends->in[0], STDIN_FILENO) < 0 || dup2(ends->out[1], STDOUT_FILENO) < 0)
		_exit(127);
	close(ends->in[0]);
	close(ends->out[1]);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

static void follow(pid_t parent)
{
#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
#else
	(void)parent;
#endif
}

void link_stop(struct link *link)
{
	if (!link)
		return;
	if (link->process > 0) {
		kill(-link->process, SIGKILL);
		kill(link->process, SIGKILL); /* before it has a group of its own */
		while (waitpid(link->process, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(link->to);
	close(link->from);
	free(link->in);
	free(link);
}

/* ---- Lines ----------------------------------------------------------------- */

static enum dut_status send_line(struct link *link, const struct text *line, int64_t until,
				 struct text *why);
static enum dut_status receive(struct link *link, int64_t until, char **line, struct text *why);
static enum dut_status ended(struct link *link, struct text *why);
static int64_t now(void);

enum dut_status link_ask(struct link *link, const struct text *line, unsigned milliseconds,
			 char **answer, struct text *why)
{
	int64_t until = now() + milliseconds;
	enum dut_status status = DUT_OK;

	if (link->used < link->length) {
		text_add(why, "it goes on after its answer: `%.60s`", link->in + link->used);
		return DUT_NONSENSE;
	}
	status = send_line(link, line, until, why);
	return status == DUT_OK ? receive(link, until, answer, why) : status;
}

/* Waits for one of the events, until then. */
static bool wait_for(int file, short events, int64_t until)
{
	struct pollfd wait = {.fd = file, .events = events};

	for (;;) {
		int64_t left = until - now();
		int n = poll(&wait, 1, left < 0 ? 0 : left > 60000 ? 60000 : (int)left);

		if (n > 0 || (n == 0 && left <= 0) || (n < 0 && errno != EINTR))
			return n > 0;
	}
}

static enum dut_status send_line(struct link *link, const struct text *line, int64_t until,
				 struct text *why)
{
	size_t sent = 0;

	while (sent < line->length) {
		ssize_t n = write(link->to, line->at + sent, line->length - sent);

		if (n > 0)
			sent += (size_t)n;
		else if (errno == EAGAIN || errno == EINTR) {
			if (!wait_for(link->to, POLLOUT, until)) {
				text_add(why, "it does not read its input");
				return DUT_TIMEOUT;
			}
		} else {
			return ended(link, why);
		}
	}
	return DUT_OK;
}

static bool make_room(struct link *link);

/* The next line; valid until more is read. */
static enum dut_status receive(struct link *link, int64_t until, char **line, struct text *why)
{
	link->used = link->length = 0;
	for (;;) {
		ssize_t n;
		char *end;

		if (!make_room(link)) {
			text_add(why, "a line does not end");
			return DUT_NONSENSE;
		}
		n = read(link->from, link->in + link->length, link->room - 1 - link->length);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return ended(link, why);
		if (n < 0) {
			if (!wait_for(link->from, POLLIN, until))
				return DUT_TIMEOUT;
			continue;
		}
		end = memchr(link->in + link->length, '\n', (size_t)n);
		link->length += (size_t)n;
		link->in[link->length] = '\0';
		if (!end) {
			if (now() > until)
				return DUT_TIMEOUT;
			continue;
		}
		*end = '\0';
		link->used = (size_t)(end + 1 - link->in);
		*line = link->in;
		return DUT_OK;
	}
}

/* For at least one byte and an end mark. */
static bool make_room(struct link *link)
{
	size_t wanted = link->room ? 2 * link->room : 1 << 14;
	char *grown;

	if (link->length + 2 <= link->room)
		return true;
	if (wanted > WIRE_LINE)
		return false;
	grown = realloc(link->in, wanted);
	if (!grown)
		return false;
	link->in = grown;
	link->room = wanted;
	return true;
}

/* How the process ended, if it does within a second. */
static enum dut_status ended(struct link *link, struct text *why)
{
	const struct timespec nap = {.tv_nsec = 5000000};
	pid_t gone = 0;
	int status;

	for (unsigned i = 0; i < 200 && gone == 0; i++) {
		gone = waitpid(link->process, &status, WNOHANG);
		if (gone == 0)
			nanosleep(&nap, NULL);
	}
	if (gone == link->process) {
		kill(-link->process, SIGKILL); /* those that it has left behind */
		link->process = 0;
	}
	if (gone <= 0)
		text_add(why, "it has closed its pipe");
	else if (WIFSIGNALED(status))
		text_add(why, "signal %d: %s", WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		text_add(why, "exit status %d", WEXITSTATUS(status));
	return DUT_DIED;
}

static int64_t now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
