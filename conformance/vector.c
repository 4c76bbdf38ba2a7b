/* Vectors: a file, its cases, and the instances of their sweeps. */
#include "conformance/reader.h"

#include <stdio.h>
#include <string.h>

/* What making all instances of a file reads again, in bytes of its text. */
enum { MAX_WORK = 1 << 27 };

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
	if (number != VECTOR_SCHEMA)
		return complain(r, schema, "Only schema %d is known here.", VECTOR_SCHEMA);
	node = needed(r, root, "about");
	*about = node ? text_of(r, node) : NULL;
	return *about && (**about || complain(r, node, "The sentence is missing."));
}

static bool read_profile(struct reader *r, struct vector_file *file, const char *profile,
			 struct profiles *profiles)
{
	const struct yaml_node *node = needed(r, file->yaml->root, "profile");

	return node && profile_of(r, node, profile, profiles, file);
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
	return *id &&
	       (is_id(*id) || complain(r, node,
				       "An id looks like `area.topic.the-point`: small letters, "
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
