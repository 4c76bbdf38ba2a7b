/* mutants: plays vectors against the mutants of the model, all of which are compiled into
 * this program (docs/mutation.md).
 *
 * The vectors are read once, and played once without a mutant, to see which instance
 * passes the place of which mutant.  Then a child for each mutant puts it on and plays the
 * instances that pass its place, first one of each case, until something fails.  What
 * kills a mutant is thus a failed case, a file that is refused, a crash, or a loop. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "conformance/commands.h"
#include "conformance/dut/model.h"
#include "conformance/mutate/runtime.h"
#include "conformance/paths.h"
#include "conformance/player.h"

enum {
	MAX_FILES = 4096,
	MAX_CASES = 16384,
	MAX_CHILDREN = 16,
	MAX_KEY = 1000,
	NGROUPS = 4096,
	NHINTS = 6
};

/* An instance of a case, and the mutants whose place it passes. */
struct played {
	struct vector_case *vector;
	uint64_t n; /* which combination */
	uint32_t file;
	uint32_t number;  /* of its case */
	uint32_t nth;     /* of its case, from 0 */
	uint8_t *reached; /* a bit for each mutant */
};

struct mutant {
	unsigned number;
	bool table, wanted;
	unsigned group; /* of mutants of one function, or format */
	uint64_t rank;  /* in the order by chance */
	char key[MAX_KEY];
};

struct mutants {
	const char *list, *results, *failing, *seed, *sample, *seconds, *jobs, *only, *each,
		*window;
	bool freedom, again;
	struct vector_file *file[MAX_FILES];
	const char *path[MAX_FILES];
	uint32_t first_case[MAX_FILES];
	bool afresh[MAX_FILES], read_afresh;
	size_t nfiles, ninstances, room, ncases;
	struct profiles profiles;
	struct played *played;
	uint32_t first[MAX_CASES], count[MAX_CASES]; /* instances of each case */
	uint64_t microseconds[MAX_CASES];            /* the longest of them */
	struct mutant *mutant;
	size_t nmutants;
	struct instance instance;
	struct player player;
	struct dut *dut;
	uint32_t *told;                 /* by each child, shared: the instance that it plays */
	uint32_t hint[NGROUPS][NHINTS]; /* cases that have killed mutants of the group */
	FILE *out;
	char error[1024];
};

static bool read_mutants(struct mutants *m);
static void choose_mutants(struct mutants *m);
static bool skip_known(struct mutants *m);
static bool read_vectors(struct mutants *m, char *const *paths, size_t count);
static bool measure(struct mutants *m);
static bool play_mutants(struct mutants *m);
static bool find_failing(struct mutants *m);

int main(int argc, char **argv)
{
	struct mutants *m = calloc(1, sizeof *m);
	const struct option known[] = {
		{"--list", NULL, &m->list},       {"--results", NULL, &m->results},
		{"--sample", NULL, &m->sample},   {"--seed", NULL, &m->seed},
		{"--seconds", NULL, &m->seconds}, {"--jobs", NULL, &m->jobs},
		{"--only", NULL, &m->only},       {"--failing", NULL, &m->failing},
		{"--each", NULL, &m->each},       {"--freedom", &m->freedom, NULL},
		{"--again", &m->again, NULL},     {"--window", NULL, &m->window},
	};

	if (!m || !take_options(known, sizeof known / sizeof known[0], &argc, argv))
		return BAD_INPUT;
	if (!m->list || (!m->results && !m->failing) || argc < 2)
		return wrong_use(
			"mutants",
			"usage: mutants --list mutants.tsv (--results FILE | --failing FILE) "
			"[--sample N] [--seed N] [--seconds N] [--jobs N] [--only NUMBERS] "
			"[--each N] [--again] [--freedom] [--window BYTES] PATH...");
	if (!read_mutants(m))
		return wrong_use("mutants", "%s", m->error);
	choose_mutants(m);
	if (!skip_known(m) || !read_vectors(m, argv + 1, (size_t)argc - 1) || !measure(m) ||
	    !(m->failing ? find_failing(m) : play_mutants(m)))
		return wrong_use("mutants", "%s", m->error);
	return ALL_PASSED;
}

static bool fails(struct mutants *m, const char *what)
{
	snprintf(m->error, sizeof m->error, "%s: %s", what, strerror(errno));
	return false;
}

/* ---- Which mutants ----------------------------------------------------------------- */

static unsigned group_of(const char *key);

static bool read_mutants(struct mutants *m)
{
	FILE *in = fopen(m->list, "r");
	char line[2 * MAX_KEY + 200], file[200];
	struct mutant *row;

	m->mutant = calloc(MAX_MUTANTS, sizeof *m->mutant);
	if (!in || !m->mutant)
		return fails(m, m->list);
	while (fgets(line, sizeof line, in) && m->nmutants < MAX_MUTANTS) {
		row = &m->mutant[m->nmutants++];
		if (sscanf(line, "%u\t%199[^\t]\t%*[^\t]\t%*u\t%*[^\t]\t%999[^\t\n]", &row->number,
			   file, row->key) != 3 ||
		    row->number >= MAX_MUTANTS) {
			errno = EINVAL;
			return fails(m, m->list);
		}
		/* Of include/goldvi/def, or of a table in the code, which is set already. */
		row->table =
			(strncmp(file, "def/", 4) == 0 && strcmp(file, "def/feature.def") != 0) ||
			mutant_reached[row->number];
		row->group = group_of(row->key);
	}
	fclose(in);
	return true;
}

/* "model/ats.c:begin: ...", "def/dte.def:DTE.IV: ...": up to the function or format. */
static unsigned group_of(const char *key)
{
	const char *name = strchr(key, ':');
	size_t length = name ? (size_t)(name - key) + 1 + strcspn(name + 1, ":.") : 0;
	unsigned group = 0;

	for (size_t i = 0; i < length; i++)
		group = (group * 31 + (unsigned char)key[i]) % NGROUPS;
	return group;
}

/* By the seed and its key alone, so that a sample stays what it is while the model changes
 * elsewhere. */
static uint64_t rank_of(const char *key, uint64_t seed)
{
	uint64_t z = seed;

	for (; *key; key++) {
		z = (z ^ (unsigned char)*key) * UINT64_C(0x9e3779b97f4a7c15);
		z ^= z >> 29;
	}
	return z;
}

static int compare_ranks(const void *a, const void *b)
{
	const struct mutant *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

/* Those of --only, or --sample many by chance, or all; in an order by chance, so that a run
 * that ends early is a sample. */
static void choose_mutants(struct mutants *m)
{
	uint64_t seed = m->seed ? strtoull(m->seed, NULL, 0) : 1;
	size_t sample = m->sample ? strtoul(m->sample, NULL, 0) : m->nmutants;

	for (size_t i = 0; i < m->nmutants; i++)
		m->mutant[i].rank = rank_of(m->mutant[i].key, seed);
	qsort(m->mutant, m->nmutants, sizeof *m->mutant, compare_ranks);
	for (size_t i = 0; i < m->nmutants && i < sample; i++)
		m->mutant[i].wanted = !m->only;
	for (const char *at = m->only; at && *at; at += *at == ',') {
		unsigned number = (unsigned)strtoul(at, (char **)&at, 10);

		for (size_t i = 0; i < m->nmutants; i++)
			m->mutant[i].wanted |= m->mutant[i].number == number;
		if (*at && *at != ',')
			break;
	}
}

/* What the results file has is not tried again; with --again what it says was killed. */
static bool skip_known(struct mutants *m)
{
	FILE *in = m->results ? fopen(m->results, "r") : NULL;
	char line[2 * MAX_KEY], verdict[32];
	int at;

	if (m->results && !in && errno != ENOENT)
		return fails(m, m->results);
	while (in && fgets(line, sizeof line, in)) {
		if (sscanf(line, "%31[^\t]\t%*[^\t]\t%n", verdict, &at) != 1 ||
		    (m->again && strcmp(verdict, "killed") != 0))
			continue;
		line[strcspn(line, "\n")] = '\0';
		for (size_t i = 0; i < m->nmutants; i++)
			if (m->mutant[i].wanted && strcmp(m->mutant[i].key, line + at) == 0)
				m->mutant[i].wanted = false;
	}
	if (in)
		fclose(in);
	return true;
}

/* ---- The vectors, and what they reach ------------------------------------------------ */

static bool add_file(void *user, const char *path);

static bool read_vectors(struct mutants *m, char *const *paths, size_t count)
{
	if (!for_each_file(paths, count, add_file, m, m->error, sizeof m->error))
		return false;
	m->dut = (m->window ? dut_window : dut_model).open(m->window, m->error, sizeof m->error);
	return m->dut && player_begin(&m->player, m->dut, m->error, sizeof m->error);
}

static bool add_file(void *user, const char *path)
{
	struct mutants *m = user;
	struct vector_file *file = vector_load(path, NULL, &m->profiles, m->error, sizeof m->error);

	if (!file || m->nfiles == MAX_FILES)
		return false;
	m->path[m->nfiles] = strdup(path);
	m->file[m->nfiles++] = file;
	return true;
}

static void hear(void *user, const struct gvi_note *note)
{
	struct mutants *m = user;

	if (note->kind == GVI_NOTE_CHOICE)
		m->player.asked[note->id] = 1;
}

static bool measure_case(struct mutants *m, size_t file, struct vector_case *vector);

/* A listener is there, as in `goldvi run`; but of --window none, so that short cuts are taken. */
static bool measure(struct mutants *m)
{
	mutant_on = MUTANT_MEASURED;
	m->player.freedom = m->freedom;
	if (!m->window)
		dut_model_listen(m->dut, hear, m);
	for (size_t f = 0; f < m->nfiles; f++) {
		m->first_case[f] = (uint32_t)m->ncases;
		for (size_t i = 0; i < m->file[f]->ncases; i++)
			if (!measure_case(m, f, &m->file[f]->cases[i]))
				return false;
	}
	return true;
}

static struct played *add_played(struct mutants *m);
static uint64_t processor_time(void);

static bool measure_case(struct mutants *m, size_t file, struct vector_case *vector)
{
	struct play play = {0};
	uint32_t nth = 0;

	m->first[m->ncases] = (uint32_t)m->ninstances;
	for (uint64_t n = 0; n < vector->combinations; n++) {
		uint64_t began = processor_time(), took;
		struct played *p;

		memset(mutant_reached, 0, sizeof mutant_reached);
		if (instance_make(vector, n, &m->instance, m->error, sizeof m->error) !=
		    INSTANCE_READY)
			continue;
		player_play_all(&m->player, &m->instance, &play);
		if (play.verdict == FAILED) {
			snprintf(m->error, sizeof m->error, "%s fails without a mutant",
				 vector->id);
			return false;
		}
		took = processor_time() - began;
		if (took > m->microseconds[m->ncases])
			m->microseconds[m->ncases] = took;
		p = add_played(m);
		if (!p)
			return fails(m, "vectors");
		p->vector = vector;
		p->n = n;
		p->number = (uint32_t)m->ncases;
		p->nth = nth++;
		p->file = (uint32_t)file;
		for (unsigned i = 0; i <= m->nmutants; i++)
			p->reached[i / 8] |= (uint8_t)(mutant_reached[i] << i % 8);
	}
	m->count[m->ncases++] = nth;
	return m->ncases < MAX_CASES;
}

static uint64_t processor_time(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static struct played *add_played(struct mutants *m)
{
	struct played *p;

	if (m->ninstances == m->room) {
		m->room = m->room ? 2 * m->room : 1024;
		m->played = realloc(m->played, m->room * sizeof *m->played);
	}
	p = m->played ? &m->played[m->ninstances++] : NULL;
	if (p)
		p->reached = calloc(1, MAX_MUTANTS / 8);
	return p && p->reached ? p : NULL;
}

static bool reaches(const struct played *p, const struct mutant *mutant)
{
	return mutant->table || (p->reached[mutant->number / 8] >> mutant->number % 8 & 1);
}

/* ---- One mutant, in a child ----------------------------------------------------------- */

enum end { SURVIVED, KILLED, UNREACHED };

static bool play_one(struct mutants *m, uint32_t instance, uint32_t *told);
static uint32_t stride(const struct mutants *m, uint32_t number, unsigned long each);
static bool play_case(struct mutants *m, const struct mutant *mutant, uint32_t number,
		      uint32_t *told);

/* What has killed its neighbours, the first instance of each case, then the others; of a sweep at
 * most --each. */
static enum end play_mutant(struct mutants *m, const struct mutant *mutant, uint32_t *told)
{
	bool reached = mutant->table;
	unsigned long each = m->each ? strtoul(m->each, NULL, 0) : UINT32_MAX;

	mutant_begin(mutant->number);
	m->read_afresh = mutant_of_tables;
	for (unsigned h = 0; h < NHINTS; h++)
		if (!play_case(m, mutant, m->hint[mutant->group][h], told))
			return KILLED;
	for (unsigned others = 0; others < 2; others++)
		for (uint32_t i = 0; i < m->ninstances; i++) {
			const struct played *p = &m->played[i];

			if ((p->nth != 0) != others || p->nth % stride(m, p->number, each) != 0 ||
			    !reaches(p, mutant))
				continue;
			reached = true;
			if (!play_one(m, i, told))
				return KILLED;
		}
	return reached ? SURVIVED : UNREACHED;
}

static bool play_case(struct mutants *m, const struct mutant *mutant, uint32_t number,
		      uint32_t *told)
{
	uint32_t first = m->first[number];

	for (uint32_t i = first; i < first + m->count[number]; i++)
		if (reaches(&m->played[i], mutant) && !play_one(m, i, told))
			return false;
	return true;
}

/* So many instances of a case are one apart. */
static uint32_t stride(const struct mutants *m, uint32_t number, unsigned long each)
{
	return (uint32_t)((m->count[number] + each - 1) / each);
}

/* Half a second, and more for what takes long without a mutant: --freedom plays a case once for
 * each alternative, and some have thousands of commands. */
static void wind_clock(const struct mutants *m, uint32_t number)
{
	uint64_t most = 500000 + 20 * m->microseconds[number];
	const struct itimerval clock = {
		.it_value = {(time_t)(most / 1000000), (suseconds_t)(most % 1000000)}};

	(void)setitimer(ITIMER_PROF, &clock, NULL);
}

static bool read_again(struct mutants *m, uint32_t file);

static bool play_one(struct mutants *m, uint32_t instance, uint32_t *told)
{
	const struct played *p = &m->played[instance];
	struct play play = {0};

	*told = instance;
	wind_clock(m, p->number);
	if (m->read_afresh && !m->afresh[p->file] && !read_again(m, p->file))
		return false;
	if (instance_make(p->vector, p->n, &m->instance, m->error, sizeof m->error) !=
	    INSTANCE_READY)
		return false;
	player_play_all(&m->player, &m->instance, &play);
	return play.verdict == PASSED;
}

/* Where the tables say something else, names and values do: nothing that was read before
 * counts. */
static bool read_again(struct mutants *m, uint32_t file)
{
	static struct profiles profiles;
	struct vector_file *fresh =
		vector_load(m->path[file], NULL, &profiles, m->error, sizeof m->error);

	if (!fresh)
		return false;
	m->afresh[file] = true;
	for (size_t i = 0; i < fresh->ncases; i++) {
		uint32_t number = m->first_case[file] + (uint32_t)i;

		for (uint32_t k = 0; k < m->count[number]; k++)
			m->played[m->first[number] + k].vector = &fresh->cases[i];
	}
	return true;
}

static void be_child(struct mutants *m, const struct mutant *mutant, uint32_t *told)
{
	const struct rlimit memory = {UINT64_C(2) << 30, UINT64_C(2) << 30};
	const struct rlimit no_core = {0, 0};

	(void)setrlimit(RLIMIT_AS, &memory);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	_exit(play_mutant(m, mutant, told));
}

/* ---- All of them ----------------------------------------------------------------------- */

struct child {
	pid_t pid;
	const struct mutant *mutant;
};

static double seconds_since(const struct timespec *from);
static void write_result(struct mutants *m, const struct mutant *mutant, int status,
			 const uint32_t *told);
static bool wait_for_one(struct mutants *m, struct child *child, unsigned jobs);

static bool play_mutants(struct mutants *m)
{
	unsigned jobs = m->jobs ? (unsigned)strtoul(m->jobs, NULL, 0) : 2, running = 0;
	double seconds = m->seconds ? strtod(m->seconds, NULL) : 1e9;
	struct child child[MAX_CHILDREN] = {{0}};
	struct timespec from;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	jobs = jobs < 1 ? 1 : jobs > MAX_CHILDREN ? MAX_CHILDREN : jobs;
	m->told = mmap(NULL, jobs * sizeof *m->told, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	m->out = fopen(m->results, "a");
	if (m->told == MAP_FAILED || !m->out)
		return fails(m, m->results);
	for (size_t i = 0; i < m->nmutants && seconds_since(&from) < seconds; i++) {
		unsigned slot = 0;

		if (!m->mutant[i].wanted)
			continue;
		if (running == jobs) {
			if (!wait_for_one(m, child, jobs))
				return false;
			running--;
		}
		while (child[slot].pid)
			slot++;
		m->told[slot] = 0;
		fflush(m->out);
		child[slot] = (struct child){fork(), &m->mutant[i]};
		if (child[slot].pid == 0)
			be_child(m, &m->mutant[i], &m->told[slot]);
		if (child[slot].pid < 0)
			return fails(m, "fork");
		running++;
	}
	while (running--)
		if (!wait_for_one(m, child, jobs))
			return false;
	return fclose(m->out) == 0 || fails(m, m->results);
}

static double seconds_since(const struct timespec *from)
{
	struct timespec to;

	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	return (double)(to.tv_sec - from->tv_sec) + (double)(to.tv_nsec - from->tv_nsec) / 1e9;
}

static bool wait_for_one(struct mutants *m, struct child *child, unsigned jobs)
{
	int status;
	pid_t pid = wait(&status);

	for (unsigned i = 0; i < jobs; i++)
		if (child[i].pid == pid && pid > 0) {
			write_result(m, child[i].mutant, status, &m->told[i]);
			child[i].pid = 0;
			return true;
		}
	return fails(m, "wait");
}

/* At the head of a list. */
static void remember(uint32_t hint[NHINTS], uint32_t number)
{
	unsigned at = 0;

	while (at < NHINTS - 1 && hint[at] != number)
		at++;
	memmove(hint + 1, hint, at * sizeof *hint);
	hint[0] = number;
}

/* verdict, what killed it, key */
static void write_result(struct mutants *m, const struct mutant *mutant, int status,
			 const uint32_t *told)
{
	uint32_t *hint = m->hint[mutant->group];
	const struct played *p = &m->played[*told];
	const char *how = WIFEXITED(status)             ? "fails"
			  : WTERMSIG(status) == SIGPROF ? "does not end"
							: "crashes";

	if (WIFEXITED(status) && WEXITSTATUS(status) == SURVIVED)
		fprintf(m->out, "survived\t-\t%s\n", mutant->key);
	else if (WIFEXITED(status) && WEXITSTATUS(status) == UNREACHED)
		fprintf(m->out, "unreached\t-\t%s\n", mutant->key);
	else {
		fprintf(m->out, "killed\t%s[%" PRIu64 "] %s\t%s\n", p->vector->id, p->n, how,
			mutant->key);
		remember(hint, p->number);
	}
}

/* ---- Cases that nothing fails ----------------------------------------------------------- */

static void try_code(struct mutants *m, uint32_t number);
static void try_table(struct mutants *m, const struct mutant *mutant);

/* What was failing a case, shared with children: the mutant's place in the list, from 1. */
static uint32_t *failing;

/* First each case with the mutants of code whose place it passes; then the mutants of tables
 * with the cases that are left. */
static bool find_failing(struct mutants *m)
{
	double seconds = m->seconds ? strtod(m->seconds, NULL) : 1e9;
	struct timespec from;

	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	failing = mmap(NULL, m->ncases * sizeof *failing, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	m->out = fopen(m->failing, "w");
	if (failing == MAP_FAILED || !m->out)
		return fails(m, m->failing);
	for (uint32_t c = 0; c < m->ncases && seconds_since(&from) < seconds; c++)
		if (m->count[c])
			try_code(m, c);
	for (size_t i = 0; i < m->nmutants && seconds_since(&from) < seconds; i++)
		if (m->mutant[i].wanted && m->mutant[i].table)
			try_table(m, &m->mutant[i]);
	for (uint32_t c = 0; c < m->ncases; c++)
		if (failing[c])
			fprintf(m->out, "%s\t%s\n", m->played[m->first[c]].vector->id,
				m->mutant[failing[c] - 1].key);
	return fclose(m->out) == 0 || fails(m, m->failing);
}

static bool fails_case(struct mutants *m, const struct mutant *mutant, uint32_t number)
{
	uint32_t told;

	failing[number] = (uint32_t)(mutant - m->mutant) + 1;
	if (!play_case(m, mutant, number, &told))
		return true;
	failing[number] = 0;
	return false;
}

/* One child tries one mutant after the other; a crash or a loop is a failure as well. */
static void try_code(struct mutants *m, uint32_t number)
{
	pid_t pid;

	fflush(m->out);
	pid = fork();
	if (pid == 0) {
		for (size_t i = 0; i < m->nmutants; i++) {
			const struct mutant *mutant = &m->mutant[i];

			if (!mutant->wanted || mutant->table ||
			    !reaches(&m->played[m->first[number]], mutant))
				continue;
			mutant_begin(mutant->number);
			if (fails_case(m, mutant, number))
				break;
		}
		_exit(0);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}

/* Tables cannot be changed back, so that each has a child of its own. */
static void try_table(struct mutants *m, const struct mutant *mutant)
{
	pid_t pid;

	fflush(m->out);
	pid = fork();
	if (pid == 0) {
		mutant_begin(mutant->number);
		m->read_afresh = true;
		for (uint32_t c = 0; c < m->ncases; c++)
			if (!failing[c])
				(void)fails_case(m, mutant, c);
		_exit(0);
	}
	if (pid > 0)
		(void)waitpid(pid, NULL, 0);
}
