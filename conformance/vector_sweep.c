/* The sweeps of a case, and the names that it computes from them. */
#include "conformance/reader.h"

#include <string.h>

enum { MAX_COMBINATIONS = 1 << 20, MAX_RANDOM = 1 << 18 };

static bool sweep_of(struct reader *r, struct yaml_node *map, struct vector_case *vector);
static bool sweep_name(struct reader *r, struct yaml_node *map, const struct vector_case *vector,
		       const char **name);
static bool sweep_range(struct reader *r, struct yaml_node *map, struct sweep *sweep);
static bool sweep_list(struct reader *r, struct yaml_node *list, struct sweep *sweep);
static bool sweep_random(struct reader *r, struct yaml_node *map, struct vector_file *file,
			 struct sweep *sweep);

/* Names are kept so short that every instance's name has room. */
bool sweeps_of(struct reader *r, struct yaml_node *list, struct vector_case *vector)
{
	size_t room = MAX_INSTANCE_NAME - 1;

	if (!is_list(r, list))
		return false;
	if (!list->count || list->count > MAX_SWEEPS)
		return complain(r, list, "1 to %d sweeps are expected here.", MAX_SWEEPS);
	for (struct yaml_node *n = list->first; n; n = n->next) {
		struct sweep *sweep = &vector->sweep[vector->nsweeps];
		size_t length;

		if (!sweep_of(r, n, vector) || !all_read(r, n))
			return false;
		length = strlen(sweep->name) + sizeof "=18446744073709551615";
		if (length > room)
			return complain(r, n, "The names of the sweeps are too long.");
		room -= length;
		if (sweep->count > MAX_COMBINATIONS / vector->combinations)
			return complain(r, n, "A case has at most %d instances.", MAX_COMBINATIONS);
		vector->combinations *= sweep->count;
		vector->nsweeps++;
	}
	return true;
}

/* {name, from, to}, {name, in} or {name, random, seed, below}. */
static bool sweep_of(struct reader *r, struct yaml_node *map, struct vector_case *vector)
{
	struct sweep *sweep = &vector->sweep[vector->nsweeps];
	struct yaml_node *list;

	if (!sweep_name(r, map, vector, &sweep->name))
		return false;
	if ((list = yaml_get(map, "in")))
		return sweep_list(r, list, sweep);
	if (yaml_get(map, "random"))
		return sweep_random(r, map, vector->file, sweep);
	return sweep_range(r, map, sweep);
}

static bool sweep_name(struct reader *r, struct yaml_node *map, const struct vector_case *vector,
		       const char **name)
{
	const struct yaml_node *node = needed(r, map, "name");

	*name = node ? text_of(r, node) : NULL;
	if (!*name)
		return false;
	if (!expression_name(*name))
		return complain(r, node, "`%.80s` cannot be a name.", *name);
	for (size_t i = 0; i < vector->nsweeps; i++)
		if (strcmp(vector->sweep[i].name, *name) == 0)
			return complain(r, node, "Two sweeps are called `%.80s`.", *name);
	return true;
}

static bool sweep_range(struct reader *r, struct yaml_node *map, struct sweep *sweep)
{
	const struct yaml_node *from = needed(r, map, "from"), *to = needed(r, map, "to");
	uint64_t last;

	if (!from || !to || !number_of(r, from, &sweep->from) || !number_of(r, to, &last))
		return false;
	if (last < sweep->from || last - sweep->from >= MAX_COMBINATIONS)
		return complain(r, to, "`from` to `to` must be 1 to %d values.", MAX_COMBINATIONS);
	sweep->count = last - sweep->from + 1;
	return true;
}

static bool sweep_list(struct reader *r, struct yaml_node *list, struct sweep *sweep)
{
	uint64_t *value;

	if (!is_list(r, list))
		return false;
	if (!list->count)
		return complain(r, list, "The list is empty.");
	value = arena_array(r->arena, list->count, sizeof *value);
	sweep->value = value;
	sweep->count = list->count;
	for (const struct yaml_node *n = list->first; n; n = n->next)
		if (!number_of(r, n, value++))
			return false;
	return true;
}

/* The file has one budget of random numbers, as they are kept. */
static bool sweep_random(struct reader *r, struct yaml_node *map, struct vector_file *file,
			 struct sweep *sweep)
{
	const struct yaml_node *count = yaml_get(map, "random"), *seed = needed(r, map, "seed");
	const struct yaml_node *below = yaml_get(map, "below");
	uint64_t state, limit = 0, *value;

	if (!seed || !number_of(r, count, &sweep->count) || !number_of(r, seed, &state))
		return false;
	if (below && !number_of(r, below, &limit))
		return false;
	if (below && !limit)
		return complain(r, below, "No number is below 0.");
	if (!sweep->count || sweep->count > MAX_RANDOM - file->nrandom)
		return complain(r, count, "A file has 1 to %d random numbers.", MAX_RANDOM);
	file->nrandom += sweep->count;
	sweep->value = value = arena_array(r->arena, sweep->count, sizeof *value);
	for (uint64_t i = 0; i < sweep->count; i++) {
		value[i] = splitmix64(&state);
		if (limit)
			value[i] %= limit;
	}
	return true;
}

/* ---- Computed names ------------------------------------------------------------ */

/* The names of `let` live beside those of the sweeps. */
bool let_of(struct reader *r, struct vector_case *vector)
{
	const struct yaml_node *let = vector->let;

	if (!let)
		return true;
	if (!is_map(r, let))
		return false;
	if (vector->nsweeps + let->count > MAX_BINDINGS)
		return complain(r, let, "A case has at most %d names.", MAX_BINDINGS);
	for (struct yaml_node *n = let->first; n; n = n->next) {
		n->read = true;
		if (!expression_name(n->key))
			return complain_key(r, n, "`%.80s` cannot be a name.", n->key);
		for (size_t i = 0; i < vector->nsweeps; i++)
			if (strcmp(vector->sweep[i].name, n->key) == 0)
				return complain_key(r, n, "`%s` is the name of a sweep.", n->key);
	}
	return true;
}
