/* All cases under some paths, numbered. */
#include "conformance/plan.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/paths.h"

struct making {
	struct plan *plan;
	const char *filter, *profile;
	char *error;
	size_t size;
};

static bool load(void *user, const char *path);
static bool add_case(struct making *making, struct vector_case *vector);

bool plan_make(struct plan *plan, char *const *paths, size_t count, const char *filter,
	       const char *profile, char *error, size_t size)
{
	struct making making = {plan, filter, profile, error, size};

	plan->mark = UINT64_C(0xcbf29ce484222325);
	return for_each_file(paths, count, load, &making, error, size);
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->nfiles; i++)
		vector_free(plan->files[i]);
	free(plan->files);
	free(plan->cases);
	profiles_free(&plan->profiles);
}

/* For one more element. */
static bool make_room(void **list, size_t *room, size_t used, size_t each)
{
	size_t wanted = *room ? 2 * *room : 256;
	void *grown;

	if (used < *room)
		return true;
	grown = realloc(*list, wanted * each);
	if (!grown)
		return false;
	*list = grown;
	*room = wanted;
	return true;
}

static bool ran_out(struct making *making)
{
	snprintf(making->error, making->size, "memory ran out");
	return false;
}

static bool load(void *user, const char *path)
{
	struct making *m = user;
	struct plan *plan = m->plan;
	void *list = plan->files;
	struct vector_file *file;
	bool good = true;

	if (!make_room(&list, &plan->file_room, plan->nfiles, sizeof *plan->files))
		return ran_out(m);
	plan->files = list;
	file = vector_load(path, m->profile, &plan->profiles, m->error, m->size);
	if (!file)
		return false;
	plan->files[plan->nfiles++] = file;
	for (size_t i = 0; good && i < file->ncases; i++)
		if (!m->filter || fnmatch(m->filter, file->cases[i].id, 0) == 0)
			good = add_case(m, &file->cases[i]);
	return good;
}

static uint64_t mix(uint64_t mark, const void *bytes, size_t length);

static bool add_case(struct making *making, struct vector_case *vector)
{
	struct plan *plan = making->plan;
	void *list = plan->cases;

	if (!make_room(&list, &plan->case_room, plan->ncases, sizeof *plan->cases))
		return ran_out(making);
	plan->cases = list;
	plan->cases[plan->ncases++] = (struct planned){vector, plan->total};
	plan->total += vector->combinations;
	plan->mark = mix(plan->mark, vector->id, strlen(vector->id) + 1);
	plan->mark = mix(plan->mark, &plan->total, sizeof plan->total);
	return true;
}

/* FNV-1a; the same on one machine is all that is asked of it. */
static uint64_t mix(uint64_t mark, const void *bytes, size_t length)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < length; i++)
		mark = (mark ^ b[i]) * UINT64_C(0x100000001b3);
	return mark;
}

bool is_in_share(const struct share *share, uint64_t number)
{
	return number % share->shards == share->shard &&
	       number / share->shards % share->workers == share->worker;
}

/* ---- Order ------------------------------------------------------------------ */

/* splitmix64, as in vectors/README.md. */
static uint64_t chance(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void plan_shuffle(struct plan *plan, uint64_t seed)
{
	for (size_t i = plan->ncases; i > 1; i--) {
		size_t k = (size_t)(chance(&seed) % i);
		struct planned swapped = plan->cases[i - 1];

		plan->cases[i - 1] = plan->cases[k];
		plan->cases[k] = swapped;
	}
}

uint64_t *shuffled(uint64_t count, uint64_t seed)
{
	uint64_t *order = calloc(count ? (size_t)count : 1, sizeof *order);

	for (uint64_t i = 0; order && i < count; i++) {
		uint64_t k = chance(&seed) % (i + 1);

		order[i] = order[k];
		order[k] = i;
	}
	return order;
}
