/* The files of results of a divided run, put together. */
#include <stdlib.h>
#include <string.h>

#include "conformance/habits.h"
#include "conformance/results.h"
#include "conformance/run_parts.h"

struct merging {
	struct report *report;
	struct results_head head; /* of the first file */
	bool *seen;               /* by shard */
	char *error;
	size_t size;
};

static bool merge_file(struct merging *m, const char *path);
static bool all_there(struct merging *m);

bool merge_results(char *const *paths, size_t count, struct report *report, char *error,
		   size_t size)
{
	struct merging m = {.report = report, .error = error, .size = size};
	uint8_t possible[GVI_NCHOICES];
	bool good = report_count(report);

	if (!good)
		snprintf(error, size, "memory ran out");
	for (size_t i = 0; good && i < count; i++)
		good = merge_file(&m, paths[i]);
	good = good && all_there(&m);
	memset(possible, 0xff, sizeof possible);
	if (good && m.head.held && !habits_take(m.head.held, possible)) {
		snprintf(error, size, "%s: habits that cannot be understood", paths[0]);
		good = false;
	}
	good = good && run_judge(report, possible, error, size);
	report->device = m.head.device;
	m.head.device = NULL;
	results_free_head(&m.head);
	free(m.seen);
	return good;
}

static const char *unfit(struct merging *m, const struct results_file *file);

static bool merge_file(struct merging *m, const char *path)
{
	struct results_file file;
	const char *why;

	if (!results_read(path, &file, m->report, m->error, m->size)) {
		results_free_head(&file.head);
		return false;
	}
	if (!m->seen) {
		m->head = file.head;
		m->seen = calloc(m->head.shards, sizeof *m->seen);
		file.head = (struct results_head){.shard = m->head.shard};
		why = !m->seen ? "memory ran out" : unfit(m, &file);
	} else {
		why = !results_same_run(&m->head, &file.head)
			      ? "it is of another run than the first file"
			      : unfit(m, &file);
	}
	if (why)
		snprintf(m->error, m->size, "%s: %s", path, why);
	else
		m->seen[file.head.shard] = true;
	results_free_head(&file.head);
	return !why;
}

static const char *unfit(struct merging *m, const struct results_file *file)
{
	if (m->seen[file->head.shard])
		return "its shard is there already";
	return file->ended ? NULL : "it has not been played to its end; --resume goes on";
}

static bool all_there(struct merging *m)
{
	for (unsigned i = 0; i < m->head.shards; i++)
		if (!m->seen[i]) {
			snprintf(m->error, m->size, "shard %u/%u is missing", i + 1,
				 m->head.shards);
			return false;
		}
	return true;
}
