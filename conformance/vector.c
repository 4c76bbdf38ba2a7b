/* Vectors: a file, its cases, and the instances of their sweeps. */
#include "conformance/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What making all instances of a file reads again, in bytes of its text. */
enum { MAX_WORK = 1 << 30, MAX_COMBINATIONS = 1 << 20, MAX_RANDOM = 1 << 18 };

static struct reader reader_of(struct yaml_file *yaml, char *error, size_t size);
static bool file_of(struct reader *r, struct vector_file *file, const char *profile,
		    struct profiles *profiles);
static const char *topic_of(struct reader *r);

struct vector_file *vector_load(const char *path, const char *profile, struct profiles *profiles,
				char *error, size_t size)
{
	struct yaml_file *yaml = yaml_read(path, error, size);
	struct vector_file *file;
	struct reader r;

	if (!yaml)
		return NULL;
	file = arena_alloc(&yaml->arena, sizeof *file);
	file->yaml = yaml;
	r = reader_of(yaml, error, size);
	file->topic = topic_of(&r);
	if (file_of(&r, file, profile, profiles))
		return file;
	yaml_release(yaml);
	return NULL;
}

/* It lies in the arena of its text. */
void vector_free(struct vector_file *file)
{
	if (file)
		yaml_release(file->yaml);
}

static struct reader reader_of(struct yaml_file *yaml, char *error, size_t size)
{
	static const struct scope nothing;

	return (struct reader){
		.file = yaml->name,
		.lasting = &yaml->arena,
		.passing = &yaml->arena,
		.arena = &yaml->arena,
		.scope = &nothing,
		.error = error,
		.size = size,
	};
}

/* The folder's name, as far as the path tells it. */
static const char *topic_of(struct reader *r)
{
	const char *end = strrchr(r->file, '/'), *start = end;

	if (!end)
		return "";
	while (start > r->file && start[-1] != '/')
		start--;
	return arena_text(r->arena, start, (size_t)(end - start));
}

/* ---- The file ------------------------------------------------------------------- */

static bool read_profile(struct reader *r, struct vector_file *file, const char *profile,
			 struct profiles *profiles);
static bool read_given(struct reader *r, struct vector_file *file);
static bool read_cases(struct reader *r, struct vector_file *file);
static bool case_of(struct reader *r, struct yaml_node *node, struct vector_case *vector);
static bool check_cases(struct reader *r, struct vector_file *file);
static bool known_keys(struct reader *r, const struct yaml_node *map);

static bool file_of(struct reader *r, struct vector_file *file, const char *profile,
		    struct profiles *profiles)
{
	struct yaml_node *root = file->yaml->root, *needs;

	if (!head_of(r, root, &file->about) || !read_profile(r, file, profile, profiles))
		return false;
	needs = yaml_get(root, "needs");
	if (needs && !needs_of(r, needs, &file->needs))
		return false;
	return read_given(r, file) && read_cases(r, file) && known_keys(r, root) &&
	       check_cases(r, file);
}

/* What vectors and profiles begin with. */
bool head_of(struct reader *r, struct yaml_node *root, const char **about)
{
	const struct yaml_node *schema = needed(r, root, "schema"), *node;
	uint64_t number;

	if (!schema || !number_of(r, schema, &number))
		return false;
	if (number != 1)
		return complain(r, schema, "Only schema 1 is known here.");
	node = needed(r, root, "about");
	*about = node ? text_of(r, node) : NULL;
	return *about && (**about || complain(r, node, "The sentence is missing."));
}

static bool read_profile(struct reader *r, struct vector_file *file, const char *profile,
			 struct profiles *profiles)
{
	const struct yaml_node *node = needed(r, file->yaml->root, "profile");
	const char *name = node ? text_of(r, node) : NULL;

	return name && profile_of(r, node, profile ? profile : name, profiles, file);
}

static bool read_given(struct reader *r, struct vector_file *file)
{
	struct yaml_node *node = yaml_get(file->yaml->root, "given");

	if (!node)
		return true;
	file->given = given_of(r, node);
	if (file->given)
		file->habits |= apply_given(&file->config, file->given);
	return file->given;
}

static bool read_cases(struct reader *r, struct vector_file *file)
{
	struct yaml_node *list = needed(r, file->yaml->root, "cases");

	if (!list || !is_list(r, list))
		return false;
	if (!list->count)
		return complain(r, list, "The list is empty.");
	file->cases = arena_array(r->arena, list->count, sizeof *file->cases);
	for (struct yaml_node *n = list->first; n; n = n->next) {
		struct vector_case *vector = &file->cases[file->ncases++];

		vector->file = file;
		if (!is_map(r, n) || !case_of(r, n, vector))
			return false;
	}
	return true;
}

/* The entries themselves; what is in them has been looked at where it was read. */
static bool known_keys(struct reader *r, const struct yaml_node *map)
{
	for (const struct yaml_node *n = map->first; n; n = n->next)
		if (!n->read)
			return complain_key(r, n, "The key `%.80s` is unknown here.", n->key);
	return true;
}

static uint64_t weight(const struct yaml_node *node);
static bool check_case(struct reader *r, struct vector_case *vector, struct instance *instance);

/* Bounds the work before any of it is done. */
static bool check_cases(struct reader *r, struct vector_file *file)
{
	struct instance instance = {0};
	uint64_t work = 0;
	bool good = true;

	for (size_t i = 0; good && i < file->ncases; i++) {
		work += weight(file->cases[i].node) * file->cases[i].combinations;
		if (work > MAX_WORK)
			good = complain(r, file->cases[i].node,
					"The sweeps of this file are too large for its length.");
	}
	for (size_t i = 0; good && i < file->ncases; i++)
		good = check_case(r, &file->cases[i], &instance);
	instance_free(&instance);
	return good;
}

/* At most 4 MiB for all of a file. */
static uint64_t weight(const struct yaml_node *node)
{
	uint64_t bytes = 16 + (node->text ? strlen(node->text) : 0);

	for (const struct yaml_node *n = node->first; n; n = n->next)
		bytes += weight(n);
	return bytes;
}

/* The first instance that there is. */
static bool check_case(struct reader *r, struct vector_case *vector, struct instance *instance)
{
	enum instance_state state = INSTANCE_ABSENT;

	for (uint64_t n = 0; state == INSTANCE_ABSENT && n < vector->combinations; n++)
		state = instance_make(vector, n, instance, r->error, r->size);
	if (state == INSTANCE_ABSENT)
		return complain(r, vector->node, "`only` leaves no instance of this case.");
	return state == INSTANCE_READY;
}

/* ---- A case ----------------------------------------------------------------------- */

static bool id_of(struct reader *r, struct yaml_node *map, const char **id);
static bool why_of(struct reader *r, struct yaml_node *map, const char **why);
static bool clauses_of(struct reader *r, struct yaml_node *list, const char **clauses);
static bool sweeps_of(struct reader *r, struct yaml_node *list, struct vector_case *vector);
static bool let_of(struct reader *r, struct vector_case *vector);
static bool only_of(struct reader *r, struct vector_case *vector);

static bool case_of(struct reader *r, struct yaml_node *node, struct vector_case *vector)
{
	struct yaml_node *clauses, *sweep;

	vector->node = node;
	vector->line = node->line;
	vector->combinations = 1;
	if (!id_of(r, node, &vector->id) || !why_of(r, node, &vector->why))
		return false;
	clauses = needed(r, node, "clauses");
	if (!clauses || !clauses_of(r, clauses, &vector->clauses))
		return false;
	vector->needs = yaml_get(node, "needs");
	vector->given = yaml_get(node, "given");
	vector->let = yaml_get(node, "let");
	vector->steps = needed(r, node, "do");
	if (!vector->steps || !is_list(r, vector->steps))
		return false;
	if (!vector->steps->count)
		return complain(r, vector->steps, "The list is empty.");
	sweep = yaml_get(node, "sweep");
	return (!sweep || sweeps_of(r, sweep, vector)) && let_of(r, vector) && only_of(r, vector) &&
	       known_keys(r, node);
}

/* Parts of small letters, digits and -, with dots between them. */
static bool is_id(const char *id)
{
	size_t dots = 0;

	for (const char *p = id; *p; p++) {
		bool part = strchr("abcdefghijklmnopqrstuvwxyz0123456789", *p);

		if (!part && (p == id || !strchr("-.", *p) || !p[1] || strchr("-.", p[1])))
			return false;
		dots += *p == '.';
	}
	return dots && strlen(id) < 128;
}

static bool id_of(struct reader *r, struct yaml_node *map, const char **id)
{
	const struct yaml_node *node = needed(r, map, "id");

	*id = node ? text_of(r, node) : NULL;
	return *id && (is_id(*id) ||
		       complain(r, node, "An id looks like `area.topic.the-point`: small letters, "
					 "digits, - and dots."));
}

static bool why_of(struct reader *r, struct yaml_node *map, const char **why)
{
	const struct yaml_node *node = needed(r, map, "why");

	*why = node ? text_of(r, node) : NULL;
	return *why && (**why || complain(r, node, "The sentence is missing."));
}

static bool clauses_of(struct reader *r, struct yaml_node *list, const char **clauses)
{
	size_t length = 1;
	char *to;

	if (!is_list(r, list))
		return false;
	if (!list->count)
		return complain(r, list, "At least one clause is expected here.");
	for (const struct yaml_node *n = list->first; n; n = n->next) {
		const char *slug = text_of(r, n);

		if (!slug)
			return false;
		if (gvi_find_clause(slug) == GVI_CLAUSE_NONE)
			return complain(r, n, "There is no clause `%.80s`.", slug);
		length += strlen(slug) + 1;
	}
	*clauses = to = arena_alloc(r->arena, length);
	for (const struct yaml_node *n = list->first; n; n = n->next)
		to += sprintf(to, n->next ? "%s " : "%s", n->text);
	return true;
}

/* The names of `let` live beside those of the sweeps. */
static bool let_of(struct reader *r, struct vector_case *vector)
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

static bool only_of(struct reader *r, struct vector_case *vector)
{
	const struct yaml_node *node = yaml_get(vector->node, "only");

	if (!node)
		return true;
	if (!vector->nsweeps)
		return complain_key(r, node, "`only` chooses among a sweep's instances.");
	vector->only_node = node;
	vector->only = node->text;
	return node->kind == YAML_SCALAR || complain(r, node, "An expression is expected here.");
}

/* ---- Sweeps ------------------------------------------------------------------------- */

static bool sweep_of(struct reader *r, struct yaml_node *map, struct vector_case *vector);
static bool sweep_name(struct reader *r, struct yaml_node *map, const struct vector_case *vector,
		       const char **name);
static bool sweep_range(struct reader *r, struct yaml_node *map, struct sweep *sweep);
static bool sweep_list(struct reader *r, struct yaml_node *list, struct sweep *sweep);
static bool sweep_random(struct reader *r, struct yaml_node *map, struct vector_file *file,
			 struct sweep *sweep);

/* Names are kept so short that every instance's name has room. */
static bool sweeps_of(struct reader *r, struct yaml_node *list, struct vector_case *vector)
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

/* ---- Instances ------------------------------------------------------------------------ */

static bool bind(struct reader *r, const struct vector_case *vector, uint64_t n,
		 struct binding *bindings, struct scope *scope);
static bool chosen(struct reader *r, const struct vector_case *vector, bool *exists);
static void name_instance(const struct vector_case *vector, const struct binding *bindings,
			  char *name);
static bool fill_in(struct reader *r, struct vector_case *vector, struct instance *instance);

enum instance_state instance_make(struct vector_case *vector, uint64_t n,
				  struct instance *instance, char *error, size_t size)
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

static bool instance_given(struct reader *r, struct vector_case *vector,
			   struct instance *instance);
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

static bool instance_given(struct reader *r, struct vector_case *vector,
			   struct instance *instance)
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
