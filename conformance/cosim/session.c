/* A scoreboard by plain numbers and names, with memory of its own. */
#include "conformance/cosim/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/memory.h"

/* Pages of a window that nobody touches cost nothing. */
#define USUAL_WINDOW (UINT64_C(256) << 20)

struct session {
	struct scoreboard_options options;
	struct scoreboard *board;
	uint64_t window_bytes;
	uint8_t quiet;
	unsigned char *window; /* at 0; what lies above is sparse */
	struct gvi_window windows[1];
	struct memory *above;
};

/* ---- Life ------------------------------------------------------------------------ */

struct session *session_new(const char *preset)
{
	enum gvi_preset which = gvi_find_preset(preset);
	struct session *s = calloc(1, sizeof *s);

	if (!s || which == GVI_NPRESETS) {
		(void)fprintf(stderr, "goldvi: there is no preset '%s'.\n", preset);
		free(s);
		return NULL;
	}
	(void)gvi_preset(which, &s->options.config);
	s->options.config.enabled = true;
	s->options.bounds =
		(struct gvi_bounds){.worlds = 64, .runs = 4096, .values_log2 = 16, .delay = 16};
	s->window_bytes = USUAL_WINDOW;
	return s;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	scoreboard_close(s->board);
	memory_free(s->above);
	free(s->window);
	free(s);
}

static enum gvi_bus read_above(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

static bool make_memory(struct session *s)
{
	s->window = calloc(1, s->window_bytes);
	s->above = memory_new();
	s->windows[0] = (struct gvi_window){0, s->window_bytes, s->window};
	s->options.host = (struct gvi_host){
		.user = s->above, .read = read_above, .windows = s->windows, .nwindows = 1};
	return s->window && s->above;
}

static void drop(void *user, const char *line)
{
	(void)user;
	(void)line;
}

bool session_start(struct session *s,
		   enum gvi_bus (*read)(void *user, uint64_t spa, void *to, size_t len), void *user)
{
	char why[200] = "There is no memory.";

	if (!s || s->board)
		return s != NULL;
	if (read)
		s->options.host = (struct gvi_host){.user = user, .read = read};
	s->options.coverage = getenv("GOLDVI_COVERAGE");
	s->options.trace = getenv("GOLDVI_TRACE");
	if (s->quiet)
		s->options.print = drop;
	if (read || make_memory(s))
		s->board = scoreboard_open(&s->options, why, sizeof why);
	if (!s->board)
		(void)fprintf(stderr, "goldvi: %s\n", why);
	return s->board != NULL;
}

struct scoreboard *session_board(struct session *s)
{
	return s->board;
}

/* ---- By names ---------------------------------------------------------------------- */

/* A member of a structure: its bytes are those of an unsigned integer. */
struct member {
	const char *name;
	size_t at, size;
};

#define CONFIG(name)                                                                               \
	{                                                                                          \
#name, offsetof(struct session, options.config.name),                              \
			sizeof(((struct session *)0)->options.config.name)                         \
	}
#define BOUND(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct session, options.bounds.name),                              \
			sizeof(((struct session *)0)->options.bounds.name)                         \
	}
#define TOTAL(name)                                                                                \
	{                                                                                          \
#name, offsetof(struct scoreboard_totals, name), sizeof(uint64_t)                  \
	}

static const struct member members[] = {
	CONFIG(revision),
	CONFIG(device),
	CONFIG(pci_id),
	CONFIG(capability),
	CONFIG(misc0),
	CONFIG(misc1),
	CONFIG(efr),
	CONFIG(efr2),
	CONFIG(control),
	CONFIG(base),
	CONFIG(enabled),
	CONFIG(no_host),
	CONFIG(snp),
	BOUND(worlds),
	BOUND(runs),
	BOUND(values_log2),
	BOUND(delay),
	{"told", offsetof(struct session, options.told), sizeof(unsigned)},
	{"reports", offsetof(struct session, options.most_reports), sizeof(unsigned)},
	{"quiet", offsetof(struct session, quiet), sizeof(uint8_t)},
	{"memory", offsetof(struct session, window_bytes), sizeof(uint64_t)},
};

static const struct member totals[] = {
	TOTAL(items),     TOTAL(answers), TOTAL(grants),  TOTAL(aborts),   TOTAL(held),
	TOTAL(in_flight), TOTAL(records), TOTAL(stores),  TOTAL(messages), TOTAL(commands),
	TOTAL(reads),     TOTAL(unsure),  TOTAL(refused), TOTAL(runs),     TOTAL(worlds),
};

static const struct member *find(const struct member *list, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0)
			return &list[i];
	(void)fprintf(stderr, "goldvi: there is no '%s'.\n", name);
	return NULL;
}

static bool store(void *to, size_t size, uint64_t value)
{
	const uint8_t byte = (uint8_t)value;
	const uint16_t half = (uint16_t)value;
	const uint32_t word = (uint32_t)value;

	if (size < 8 && value >> 8 * size)
		return false;
	memcpy(to,
	       size == 1   ? (const void *)&byte
	       : size == 2 ? (const void *)&half
	       : size == 4 ? (const void *)&word
			   : (const void *)&value,
	       size);
	return true;
}

bool session_set(struct session *s, const char *name, uint64_t value)
{
	const struct member *m = find(members, sizeof members / sizeof members[0], name);

	return s && m && !s->board && store((char *)s + m->at, m->size, value);
}

bool session_settle(struct session *s, const char *choice, const char *alternative)
{
	enum gvi_choice which = gvi_find_choice(choice);

	if (!s || s->board || which == GVI_NCHOICES)
		return false;
	for (uint8_t i = 0; i < gvi_choices[which].count; i++)
		if (strcmp(gvi_choices[which].alternative[i].name, alternative) == 0) {
			s->options.config.habit[which] = i;
			return true;
		}
	return false;
}

uint64_t session_total(const struct session *s, const char *name)
{
	const struct member *m = find(totals, sizeof totals / sizeof totals[0], name);
	uint64_t value = 0;

	if (s && s->board && m)
		memcpy(&value, (const char *)scoreboard_totals(s->board) + m->at, sizeof value);
	return value;
}

/* ---- Memory ------------------------------------------------------------------------- */

static bool in_window(const struct session *s, uint64_t spa)
{
	return s->window && s->window_bytes >= 8 && spa <= s->window_bytes - 8;
}

uint64_t session_load(struct session *s, uint64_t spa)
{
	uint64_t value = 0;

	if (!in_window(s, spa))
		return s->above ? memory_load(s->above, spa) : 0;
	for (unsigned i = 8; i--;)
		value = value << 8 | s->window[spa + i];
	return value;
}

bool session_iommu_write(struct session *s, uint64_t spa, uint64_t word)
{
	if (!in_window(s, spa))
		return s->above && memory_store(s->above, spa, word);
	for (unsigned i = 0; i < 8; i++)
		s->window[spa + i] = (unsigned char)(word >> 8 * i);
	return true;
}

bool session_write(struct session *s, uint64_t spa, const uint64_t *words, size_t count)
{
	uint64_t old[8] = {0};

	if (count > 8 || spa % 8)
		return false;
	for (size_t i = 0; i < count; i++) {
		old[i] = session_load(s, spa + 8 * i);
		if (!session_iommu_write(s, spa + 8 * i, words[i]))
			return false;
	}
	return scoreboard_wrote(s->board, spa, old, count);
}
