/* One case, found among files and explained. */
#include <stdio.h>
#include <string.h>

#include "conformance/dut/model.h"
#include "conformance/explain.h"
#include "conformance/paths.h"
#include "conformance/permitted.h"
#include "conformance/player.h"
#include "conformance/run.h"

struct search {
	const char *id, *instance; /* instance: NULL = the first that fails, or the first */
	size_t id_length;
	const struct run_options *options; /* profile and permitted */
	FILE *out;
	bool found;
	struct dut *dut;
	struct player player;
	struct profiles profiles;
	struct instance candidate;
	char *error;
	size_t size;
};

static bool look_for(void *user, const char *path);
static bool explain_case(struct search *s, struct vector_case *vector);

bool explain_paths(const struct run_options *options, const char *id, char *const *paths,
		   size_t count, FILE *out, char *error, size_t size)
{
	struct search s = {.id = id,
			   .id_length = strcspn(id, "["),
			   .options = options,
			   .out = out,
			   .error = error,
			   .size = size};
	bool good;

	if (id[s.id_length])
		s.instance = id + s.id_length + 1;
	s.dut = dut_model.open(NULL, error, size);
	good = s.dut && player_begin(&s.player, s.dut, error, size) &&
	       for_each_file(paths, count, look_for, &s, error, size);
	if (s.dut)
		s.dut->class->close(s.dut);
	instance_free(&s.candidate);
	profiles_free(&s.profiles);
	if (good && !s.found)
		snprintf(error, size, "there is no case '%s'", id);
	return good && s.found;
}

static bool is_searched(const struct search *s, const struct vector_case *vector)
{
	return strlen(vector->id) == s->id_length && strncmp(vector->id, s->id, s->id_length) == 0;
}

static bool look_for(void *user, const char *path)
{
	struct search *s = user;
	struct vector_file *file;
	bool good;

	if (s->found)
		return true;
	file = vector_load(path, s->options->profile, &s->profiles, s->error, s->size);
	good = file != NULL;
	for (size_t i = 0; good && i < file->ncases && !s->found; i++)
		if (is_searched(s, &file->cases[i]))
			good = s->found = explain_case(s, &file->cases[i]);
	if (file)
		vector_free(file);
	return good;
}

static bool is_wanted(const struct search *s, const char *name)
{
	size_t length = strlen(name);

	return !s->instance ||
	       (strncmp(s->instance, name, length) == 0 && strcmp(s->instance + length, "]") == 0);
}

static void tell_permitted(void *user, const struct gvi *m, const struct gvi_host *host,
			   const struct gvi_input *input)
{
	put_permitted(m, host, input, user);
}

/* Finds the instance, makes it again and explains it. */
static bool explain_case(struct search *s, struct vector_case *vector)
{
	uint64_t chosen = UINT64_MAX;
	struct play play = {0}, how = {0};

	for (uint64_t n = 0; n < vector->combinations; n++) {
		enum instance_state state =
			instance_make(vector, n, &s->candidate, s->error, s->size);

		if (state == INSTANCE_WRONG)
			return false;
		if (state == INSTANCE_ABSENT || !is_wanted(s, s->candidate.name))
			continue;
		player_play_all(&s->player, &s->candidate, &play);
		if (chosen == UINT64_MAX || play.verdict == FAILED) {
			chosen = n;
			how = play;
		}
		if (play.verdict == FAILED)
			break;
	}
	if (chosen == UINT64_MAX) {
		snprintf(s->error, s->size, "%s has no such instance", vector->id);
		return false;
	}
	(void)instance_make(vector, chosen, &s->candidate, s->error, s->size);
	if (s->options->permitted)
		dut_model_watch(s->dut, tell_permitted, s->out);
	explain_instance(s->dut, &s->candidate, &how, s->out);
	dut_model_watch(s->dut, NULL, NULL);
	return true;
}
