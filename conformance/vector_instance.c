/* The instances of a case: what the sweeps' values make of it. */
#include "conformance/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool bind(struct reader *r, const struct vector_case *vector, uint64_t n,
		 struct binding *bindings, struct scope *scope);
static bool chosen(struct reader *r, const struct vector_case *vector, bool *exists);
static void name_instance(const struct vector_case *vector, const struct binding *bindings,
			  char *name);
static bool fill_in(struct reader *r, struct vector_case *vector, struct instance *instance);

enum instance_state instance_make(struct vector_case *vector, uint64_t n, struct instance *instance,
				  char *error, size_t size)
{
	struct binding bindings[MAX_BINDINGS];
	struct scope scope = {.bindings = bindings};
	struct reader r = reader_of(vector->file->yaml, error, size);
	bool exists = true;

	arena_reset(&instance->arena);
	r.passing = r.arena = &instance->arena;
	r.scope = &scope;
	if (!bind(&r, vector, n, bindings, &scope) || !chosen(&r, vector, &exists))
		return INSTANCE_WRONG;
	if (!exists)
		return INSTANCE_ABSENT;
	name_instance(vector, bindings, instance->name);
	return fill_in(&r, vector, instance) ? INSTANCE_READY : INSTANCE_WRONG;
}

void instance_free(struct instance *instance)
{
	arena_free(&instance->arena);
}

bool instance_count(const struct vector_case *vector, uint64_t *count, char *error, size_t size)
{
	struct binding bindings[MAX_BINDINGS];
	struct scope scope = {.bindings = bindings};
	struct arena arena = {0};
	struct reader r = reader_of(vector->file->yaml, error, size);
	bool good = true;

	*count = vector->only ? 0 : vector->combinations;
	r.passing = r.arena = &arena;
	r.scope = &scope;
	for (uint64_t n = 0; vector->only && good && n < vector->combinations; n++) {
		bool exists;

		arena_reset(&arena);
		good = bind(&r, vector, n, bindings, &scope) && chosen(&r, vector, &exists);
		*count += good && exists;
	}
	arena_free(&arena);
	return good;
}

/* The last sweep turns fastest; then `let` from top to bottom. */
static bool bind(struct reader *r, const struct vector_case *vector, uint64_t n,
		 struct binding *bindings, struct scope *scope)
{
	for (size_t i = vector->nsweeps; i--;) {
		const struct sweep *sweep = &vector->sweep[i];
		uint64_t k = n % sweep->count;

		n /= sweep->count;
		bindings[i].name = sweep->name;
		bindings[i].value = sweep->value ? sweep->value[k] : sweep->from + k;
	}
	scope->count = vector->nsweeps;
	for (struct yaml_node *e = vector->let ? vector->let->first : NULL; e; e = e->next) {
		bindings[scope->count].name = e->key;
		if (!expression_of(r, e, &bindings[scope->count].value))
			return false;
		scope->count++;
	}
	return true;
}

static bool chosen(struct reader *r, const struct vector_case *vector, bool *exists)
{
	uint64_t value = 1;

	if (vector->only && !expression_of(r, vector->only_node, &value))
		return false;
	*exists = value;
	return true;
}

/* "bit=5,op=1" */
static void name_instance(const struct vector_case *vector, const struct binding *bindings,
			  char *name)
{
	*name = '\0';
	for (size_t i = 0; i < vector->nsweeps; i++)
		name += sprintf(name, "%s%s=%" PRIu64, i ? "," : "", bindings[i].name,
				bindings[i].value);
}

/* ---- What an instance consists of ------------------------------------------------------ */

static bool instance_given(struct reader *r, struct vector_case *vector, struct instance *instance);
static const struct needs *cached_needs(struct reader *r, struct yaml_node *node);
static void collect_names(struct instance *instance);

static bool fill_in(struct reader *r, struct vector_case *vector, struct instance *instance)
{
	const struct vector_file *file = vector->file;

	instance->vector = vector;
	instance->config = file->config;
	instance->habits = file->habits;
	instance->given[0] = file->profile;
	instance->given[1] = file->given;
	instance->needs[0] = file->needs;
	instance->needs[1] = (struct needs){0};
	if (!instance_given(r, vector, instance))
		return false;
	if (vector->needs) {
		const struct needs *needs = cached_needs(r, vector->needs);

		if (!needs)
			return false;
		instance->needs[1] = *needs;
	}
	if (!steps_of(r, vector->steps, &instance->steps))
		return false;
	collect_names(instance);
	return true;
}

static bool instance_given(struct reader *r, struct vector_case *vector, struct instance *instance)
{
	instance->given[2] = NULL;
	if (!vector->given)
		return true;
	instance->given[2] = given_of(r, vector->given);
	if (instance->given[2])
		instance->habits |= apply_given(&instance->config, instance->given[2]);
	return instance->given[2];
}

static const struct needs *cached_needs(struct reader *r, struct yaml_node *node)
{
	struct arena *before = use_arena(r, node);
	struct needs *needs = node->cache;
	bool good = true;

	if (!needs) {
		needs = arena_alloc(r->arena, sizeof *needs);
		good = needs_of(r, node, needs);
		if (good && !node->dynamic)
			node->cache = needs;
	}
	r->arena = before;
	return good ? needs : NULL;
}

static void collect_names(struct instance *instance)
{
	memset(instance->names, 0, sizeof instance->names);
	for (size_t i = 0; i < instance->steps.count; i++)
		for (size_t c = 0; c < GVI_NCHOICES; c++)
			instance->names[c] |= instance->steps.step[i]->names[c];
}
