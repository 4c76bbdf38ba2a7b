/* QEMU's qtest protocol over a socket pair. */
#include "conformance/dut/qtest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum {
	PATIENCE = DUT_PATIENCE, /* ms without an answer after which a machine counts as hung */
	CHUNK = 4096,            /* bytes of memory in one line */
	SAID = 8192,             /* bytes of what a machine prints */
	MOST_READS = 64,         /* until a pipe counts as empty */
	LINE = 2 * CHUNK + 64,
	MOST_OWED = 256 /* answers may wait in the socket: their sum must fit into it */
};

struct qtest {
	int socket, voice; /* voice: the read end of its error output */
	pid_t process;
	enum dut_status status; /* once it is not DUT_OK the machine is lost */
	unsigned owed;          /* lines told whose answers were not read yet */
	int patience;           /* ms, once it has come up; 0: PATIENCE */
	bool answered;
	size_t length, used; /* in[]: bytes that are there, and those that were taken */
	char in[LINE];
	size_t pending; /* out[]: bytes that were not sent yet */
	char out[2 * LINE];
	char said[SAID];
};

/* What a child begins with. */
struct inheritance {
	int socket, file, voice;
};

static enum dut_status tell(struct qtest *q, const char *format, va_list list);
static enum dut_status ask(struct qtest *q, const char **answer, const char *format, va_list list);
static enum dut_status settle_owed(struct qtest *q, const char **answer);
static enum dut_status flush(struct qtest *q);
static enum dut_status next_line(struct qtest *q, char **line);
static enum dut_status lost(struct qtest *q, enum dut_status status);
static bool open_ends(int pair[2], int voice[2]);
static void child(char *const argv[], pid_t parent, const struct inheritance *inherited);
static void become(char *const argv[], pid_t parent);

/* ---- Life ------------------------------------------------------------------ */

struct qtest *qtest_start(char *const argv[], int file)
{
	struct qtest *q = calloc(1, sizeof *q);
	pid_t parent = getpid();
	int pair[2], voice[2];

	if (!q || !open_ends(pair, voice)) {
		free(q);
		return NULL;
	}
	q->socket = pair[0];
	q->voice = voice[0];
	q->process = fork();
	if (!q->process)
		child(argv, parent, &(struct inheritance){pair[1], file, voice[1]});
	close(pair[1]);
	close(voice[1]);
	if (q->process > 0)
		return q;
	close(pair[0]);
	close(voice[0]);
	free(q);
	return NULL;
}

void qtest_patience(struct qtest *q, unsigned ms)
{
	q->patience = (int)ms;
}

/* The parent's end is the first of each.  A machine must not wait until somebody
 * hears what it prints: what does not fit into the pipe is lost. */
static bool open_ends(int pair[2], int voice[2])
{
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		return false;
	if (pipe(voice) < 0) {
		close(pair[0]);
		close(pair[1]);
		return false;
	}
	fcntl(pair[0], F_SETFD, FD_CLOEXEC);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(voice[0], F_SETFD, FD_CLOEXEC);
	fcntl(voice[0], F_SETFL, O_NONBLOCK);
	fcntl(voice[1], F_SETFL, O_NONBLOCK);
	return true;
}

void qtest_kill(struct qtest *q)
{
	kill(q->process, SIGKILL);
}

void qtest_stop(struct qtest *q)
{
	if (!q)
		return;
	qtest_kill(q);
	while (waitpid(q->process, NULL, 0) < 0 && errno == EINTR)
		;
	close(q->socket);
	close(q->voice);
	free(q);
}

/* The descriptors go up first, so that none is overwritten on its way down. */
static void child(char *const argv[], pid_t parent, const struct inheritance *inherited)
{
	int socket = fcntl(inherited->socket, F_DUPFD, 10);
	int file = fcntl(inherited->file, F_DUPFD, 10);
	int voice = fcntl(inherited->voice, F_DUPFD, 10);

	if (dup2(socket, QTEST_SOCKET) < 0 || dup2(file, QTEST_FILE) < 0 ||
	    dup2(voice, STDERR_FILENO) < 0)
		_exit(127);
	close(socket);
	close(file);
	close(voice);
	dup2(open("/dev/null", O_RDWR), STDOUT_FILENO);
	become(argv, parent);
}

/* The rest of a child's life: it ends with its parent, and hears nothing. */
static void become(char *const argv[], pid_t parent)
{
	int null = open("/dev/null", O_RDWR);

#ifdef __linux__
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
#else
	(void)parent;
#endif
	dup2(null, STDIN_FILENO);
	if (null > STDERR_FILENO)
		close(null);
	execvp(argv[0], argv);
	_exit(127);
}

bool qtest_capture(char *const argv[], char *out, size_t size)
{
	size_t have = 0;
	ssize_t got = 0;
	pid_t parent = getpid(), process;
	int ends[2], status;

	if (pipe(ends) < 0)
		return false;
	process = fork();
	if (!process) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(open("/dev/null", O_RDWR), STDERR_FILENO);
		close(ends[0]);
		become(argv, parent);
	}
	close(ends[1]);
	while (have < size - 1) {
		struct pollfd wait = {.fd = ends[0], .events = POLLIN};

		got = poll(&wait, 1, PATIENCE) > 0 ? read(ends[0], out + have, size - 1 - have)
						   : -1;
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	out[have] = '\0';
	close(ends[0]);
	if (process < 0)
		return false;
	if (got < 0)
		kill(process, SIGKILL);
	return waitpid(process, &status, 0) == process && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* ---- Lines ----------------------------------------------------------------- */

enum dut_status qtest_tell(struct qtest *q, const char *format, ...)
{
	enum dut_status status;
	va_list list;

	va_start(list, format);
	status = tell(q, format, list);
	va_end(list);
	return status;
}

enum dut_status qtest_ask(struct qtest *q, const char **answer, const char *format, ...)
{
	enum dut_status status;
	va_list list;

	va_start(list, format);
	status = ask(q, answer, format, list);
	va_end(list);
	return status;
}

enum dut_status qtest_number(struct qtest *q, uint64_t *value, const char *format, ...)
{
	const char *answer;
	enum dut_status status;
	va_list list;

	va_start(list, format);
	status = ask(q, &answer, format, list);
	va_end(list);
	if (status == DUT_OK)
		*value = strtoull(answer, NULL, 16);
	return status;
}

static enum dut_status tell(struct qtest *q, const char *format, va_list list)
{
	enum dut_status status = q->status;
	const char *ignored;
	int n;

	if (status == DUT_OK && q->owed >= MOST_OWED)
		status = settle_owed(q, &ignored);
	if (status == DUT_OK && q->pending > LINE)
		status = flush(q);
	if (status != DUT_OK)
		return status;
	n = vsnprintf(q->out + q->pending, sizeof q->out - q->pending - 1, format, list);
	if (n < 0 || (size_t)n >= sizeof q->out - q->pending - 1)
		return DUT_UNSUPPORTED;
	q->pending += (size_t)n;
	q->out[q->pending++] = '\n';
	q->owed++;
	return DUT_OK;
}

static enum dut_status ask(struct qtest *q, const char **answer, const char *format, va_list list)
{
	enum dut_status status = tell(q, format, list);

	return status == DUT_OK ? settle_owed(q, answer) : status;
}

/* Reads all answers that are due; *answer is the last one's. */
static enum dut_status settle_owed(struct qtest *q, const char **answer)
{
	enum dut_status status = flush(q), refused = DUT_OK;
	char *line = NULL;

	while (status == DUT_OK && q->owed) {
		status = next_line(q, &line);
		if (status != DUT_OK)
			return status;
		if (!strncmp(line, "IRQ", 3)) /* somebody's interrupt line moved */
			continue;
		if (strncmp(line, "OK", 2))
			refused = DUT_UNSUPPORTED;
		q->answered = true;
		q->owed--;
	}
	if (status == DUT_OK && line && refused == DUT_OK)
		*answer = line + 2 + strspn(line + 2, " ");
	return status == DUT_OK ? refused : status;
}

static int wait_for(struct qtest *q, short what)
{
	struct pollfd wait = {.fd = q->socket, .events = what};
	int n;

	do
		n = poll(&wait, 1, q->answered && q->patience ? q->patience : PATIENCE);
	while (n < 0 && errno == EINTR);
	return n;
}

static enum dut_status flush(struct qtest *q)
{
	size_t sent = 0;

	while (sent < q->pending) {
		ssize_t n = send(q->socket, q->out + sent, q->pending - sent, MSG_NOSIGNAL);

		if (n >= 0)
			sent += (size_t)n;
		else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			return lost(q, DUT_DIED);
		else if (!wait_for(q, POLLOUT))
			return lost(q, DUT_TIMEOUT);
	}
	q->pending = 0;
	return DUT_OK;
}

/* The next line, without its end; valid until more is read. */
static enum dut_status next_line(struct qtest *q, char **line)
{
	for (;;) {
		char *end = memchr(q->in + q->used, '\n', q->length - q->used);
		ssize_t n;

		if (end) {
			*line = q->in + q->used;
			*end = '\0';
			q->used = (size_t)(end + 1 - q->in);
			return DUT_OK;
		}
		memmove(q->in, q->in + q->used, q->length - q->used);
		q->length -= q->used;
		q->used = 0;
		if (!wait_for(q, POLLIN))
			return lost(q, DUT_TIMEOUT);
		n = recv(q->socket, q->in + q->length, sizeof q->in - q->length, 0);
		if (n <= 0)
			return lost(q, DUT_DIED);
		q->length += (size_t)n;
	}
}

/* What does not fit is read as well, so that it is not taken for the next words. */
const char *qtest_said(struct qtest *q)
{
	char rest[CHUNK];
	size_t have = 0;
	ssize_t n = 1;

	for (unsigned i = 0; i < MOST_READS && (n > 0 || (n < 0 && errno == EINTR)); i++) {
		size_t room = sizeof q->said - 1 - have;

		n = room ? read(q->voice, q->said + have, room) : read(q->voice, rest, sizeof rest);
		have += n > 0 && room ? (size_t)n : 0;
	}
	q->said[have] = '\0';
	return q->said;
}

static enum dut_status lost(struct qtest *q, enum dut_status status)
{
	q->status = status;
	return status;
}

/* ---- Memory and configuration space ----------------------------------------- */

static unsigned digit(char c)
{
	return c <= '9' ? (unsigned)c - '0' : ((unsigned)c | 0x20) - 'a' + 10;
}

/* "0x0011ff" as len bytes. */
static enum dut_status parse_bytes(const char *text, unsigned char *to, size_t len)
{
	if (strncmp(text, "0x", 2) || strspn(text + 2, "0123456789abcdefABCDEF") < 2 * len)
		return DUT_UNSUPPORTED;
	for (size_t i = 0; i < len; i++)
		to[i] = (unsigned char)(digit(text[2 + 2 * i]) << 4 | digit(text[3 + 2 * i]));
	return DUT_OK;
}

enum dut_status qtest_memory_read(struct qtest *q, uint64_t spa, void *to, size_t len)
{
	unsigned char *p = to;
	enum dut_status status = DUT_OK;

	while (status == DUT_OK && len) {
		size_t n = len < CHUNK ? len : CHUNK;
		const char *answer;

		status = qtest_ask(q, &answer, "read 0x%" PRIx64 " 0x%zx", spa, n);
		if (status == DUT_OK)
			status = parse_bytes(answer, p, n);
		p += n;
		spa += n;
		len -= n;
	}
	return status;
}

enum dut_status qtest_memory_write(struct qtest *q, uint64_t spa, const void *from, size_t len)
{
	const unsigned char *p = from;
	enum dut_status status = DUT_OK;
	char hex[2 * CHUNK + 1];

	while (status == DUT_OK && len) {
		size_t n = len < CHUNK ? len : CHUNK;

		for (size_t i = 0; i < n; i++) {
			hex[2 * i] = "0123456789abcdef"[p[i] >> 4];
			hex[2 * i + 1] = "0123456789abcdef"[p[i] & 15];
		}
		hex[2 * n] = '\0';
		status = qtest_tell(q, "write 0x%" PRIx64 " 0x%zx 0x%s", spa, n, hex);
		p += n;
		spa += n;
		len -= n;
	}
	return status;
}

static char width_letter(unsigned len)
{
	return len == 1 ? 'b' : len == 2 ? 'w' : 'l';
}

static enum dut_status select_register(struct qtest *q, uint16_t function, uint32_t offset)
{
	return qtest_tell(q, "outl 0xcf8 0x%x",
			  0x80000000u | (uint32_t)function << 8 | (offset & 0xfc));
}

enum dut_status qtest_pci_read(struct qtest *q, uint16_t function, uint32_t offset, unsigned len,
			       uint32_t *value)
{
	enum dut_status status = select_register(q, function, offset);
	uint64_t wide = 0;

	if (status == DUT_OK)
		status = qtest_number(q, &wide, "in%c 0x%x", width_letter(len), 0xcfc + offset % 4);
	*value = (uint32_t)wide;
	return status;
}

enum dut_status qtest_pci_write(struct qtest *q, uint16_t function, uint32_t offset, unsigned len,
				uint32_t value)
{
	enum dut_status status = select_register(q, function, offset);

	if (status != DUT_OK)
		return status;
	return qtest_tell(q, "out%c 0x%x 0x%x", width_letter(len), 0xcfc + offset % 4, value);
}

/* The list has at most 48 items: more would overlap. */
enum dut_status qtest_pci_find(struct qtest *q, uint16_t function, uint32_t mask, uint32_t value,
			       uint32_t *at)
{
	enum dut_status status = qtest_pci_read(q, function, 0x34, 1, at);

	for (unsigned i = 0; status == DUT_OK && i < 48; i++) {
		uint32_t header = 0;

		*at &= 0xfc;
		status = qtest_pci_read(q, function, *at, 4, &header);
		if ((header & mask) == value)
			return status;
		*at = header >> 8;
	}
	return status == DUT_OK ? DUT_UNSUPPORTED : status;
}
