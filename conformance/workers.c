/* Processes with a pipe each. */
#include "conformance/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* The last line of a worker that has come to its end, and of one that gives up. */
static const char done_line[] = "done\n", error_line[] = "error ";

struct worker {
	pid_t process;
	int pipe; /* -1: at its end */
	char *text;
	size_t length, room;
	bool done;
};

struct crew {
	const struct work *work;
	struct worker *worker;
	struct pollfd *wait;
	unsigned count, running;
	char *error;
	size_t size;
};

static bool hire(struct crew *crew);
static bool hear_all(struct crew *crew);
static void dismiss(struct crew *crew);

bool workers_run(const struct work *work, unsigned count, char *error, size_t size)
{
	struct crew crew = {.work = work,
			    .worker = calloc(count, sizeof *crew.worker),
			    .wait = calloc(count, sizeof *crew.wait),
			    .error = error,
			    .size = size};
	bool good = crew.worker && crew.wait;

	if (!good)
		snprintf(error, size, "memory ran out");
	while (good && crew.count < count)
		good = hire(&crew);
	good = good && hear_all(&crew);
	dismiss(&crew);
	free(crew.worker);
	free(crew.wait);
	return good;
}

static void labour(const struct work *work, unsigned number, int pipe);

static bool hire(struct crew *crew)
{
	struct worker *w = &crew->worker[crew->count];
	int ends[2];

	fflush(NULL);
	if (pipe(ends) < 0 || (w->process = fork()) < 0) {
		snprintf(crew->error, crew->size, "no process can be started: %s", strerror(errno));
		return false;
	}
	if (!w->process) {
		close(ends[0]);
		labour(crew->work, crew->count, ends[1]);
	}
	close(ends[1]);
	w->pipe = ends[0];
	crew->count++;
	crew->running++;
	return true;
}

static void labour(const struct work *work, unsigned number, int pipe)
{
	FILE *out = fdopen(pipe, "w");
	char error[1024] = "";
	bool good = out && work->run(work->user, number, out, error, sizeof error);

	if (out)
		fprintf(out, good ? done_line : "error %s\n", error);
	_exit(out && fflush(out) == 0 && good ? 0 : 1);
}

static bool hear(struct crew *crew, struct worker *w);

static bool hear_all(struct crew *crew)
{
	bool good = true;

	while (good && crew->running) {
		for (unsigned i = 0; i < crew->count; i++)
			crew->wait[i] =
				(struct pollfd){.fd = crew->worker[i].pipe, .events = POLLIN};
		if (poll(crew->wait, crew->count, -1) < 0 && errno != EINTR) {
			snprintf(crew->error, crew->size, "%s", strerror(errno));
			return false;
		}
		for (unsigned i = 0; good && i < crew->count; i++)
			if (crew->wait[i].revents)
				good = hear(crew, &crew->worker[i]);
	}
	return good;
}

static bool take_lines(struct crew *crew, struct worker *w);

static bool hear(struct crew *crew, struct worker *w)
{
	ssize_t got;

	if (w->room - w->length < 4096) {
		char *grown = realloc(w->text, w->room = w->room ? 2 * w->room : 1 << 16);

		if (!grown) {
			snprintf(crew->error, crew->size, "memory ran out");
			return false;
		}
		w->text = grown;
	}
	got = read(w->pipe, w->text + w->length, w->room - 1 - w->length);
	if (got < 0 && errno == EINTR)
		return true;
	if (got > 0) {
		w->length += (size_t)got;
		w->text[w->length] = '\0';
		return take_lines(crew, w);
	}
	close(w->pipe);
	w->pipe = -1;
	crew->running--;
	if (!w->done)
		snprintf(crew->error, crew->size, "a worker has died");
	return w->done;
}

static bool starts(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

/* Hands over the blocks that are whole; the rest stays. */
static bool take_lines(struct crew *crew, struct worker *w)
{
	char *block = w->text, *line = block, *next;
	bool good = true;

	while (good && (next = strchr(line, '\n')) != NULL) {
		char kept = *++next;

		if (starts(line, crew->work->end)) {
			*next = '\0';
			good = crew->work->block(crew->work->user, block, crew->error, crew->size);
			*next = kept;
			block = next;
		} else if (starts(line, error_line)) {
			snprintf(crew->error, crew->size, "%.*s", (int)strcspn(line + 6, "\n"),
				 line + 6);
			good = false;
		} else if (starts(line, done_line)) {
			w->done = true;
		}
		line = next;
	}
	w->length -= (size_t)(block - w->text);
	memmove(w->text, block, w->length + 1);
	return good;
}

/* Those that still run end: nobody hears them. */
static void dismiss(struct crew *crew)
{
	for (unsigned i = 0; i < crew->count; i++) {
		struct worker *w = &crew->worker[i];

		if (w->pipe >= 0) {
			kill(w->process, SIGKILL);
			close(w->pipe);
		}
		while (waitpid(w->process, NULL, 0) < 0 && errno == EINTR)
			;
		free(w->text);
	}
}
