/* Profiles: named configurations with a set-up of their own. */
#include "conformance/reader.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct profile {
	struct profile *next;
	struct yaml_file *yaml;    /* its name is the path */
	const struct given *given; /* NULL if there is none */
	struct gvi_config config;
	bool habits; /* some are settled */
};

enum { MAX_PATH = 4096 };

static bool is_name(const char *name);
static bool find_profile(const char *vector, const char *name, char *path);
static struct profile *load(const char *path, char *error, size_t size);
static struct profile *recall(const struct reader *r, struct profiles *profiles, const char *path);
static bool take_preset(struct reader *r, const struct yaml_node *at, const char *name,
			struct gvi_config *config);

/* A name means a file of profiles/ before it means a preset. */
bool profile_of(struct reader *r, const struct yaml_node *node, const char *other,
		struct profiles *profiles, struct vector_file *file)
{
	const char *own = text_of(r, node), *name = other ? other : own;
	struct profile *profile;
	char path[MAX_PATH];

	if (!own)
		return false;
	if (!is_name(own))
		return complain(r, node, "The name of a profile has small letters, digits and -.");
	if (!find_profile(r->file, name, path))
		return take_preset(r, node, name, &file->config);
	profile = recall(r, profiles, path);
	if (!profile) {
		r->failed = true;
		return false;
	}
	file->config = profile->config;
	file->profile = profile->given;
	file->habits = profile->habits;
	return true;
}

bool profile_check(const char *path, char *error, size_t size)
{
	struct profile *profile = load(path, error, size);

	if (profile)
		yaml_release(profile->yaml);
	return profile;
}

/* Each lies in the arena of its file. */
void profiles_free(struct profiles *profiles)
{
	while (profiles->first) {
		struct profile *next = profiles->first->next;

		yaml_release(profiles->first->yaml);
		profiles->first = next;
	}
}

/* ---- Finding ------------------------------------------------------------------ */

static bool is_file(const char *path);

/* What is no plain name is a path; a name is looked for in profiles/ beside the
 * vector and in the folders above. */
static bool find_profile(const char *vector, const char *name, char *path)
{
	size_t length = strlen(vector);
	int above = 0;

	if (!is_name(name)) {
		int n = snprintf(path, MAX_PATH, "%s", name);

		return n < MAX_PATH && is_file(path);
	}
	while (above < 4) {
		int n;

		while (length && vector[length - 1] != '/')
			length--;
		n = snprintf(path, MAX_PATH, "%.*s%.*sprofiles/%s.yaml", (int)length, vector,
			     above * 3, "../../../", name);
		if (n < MAX_PATH && is_file(path))
			return true;
		while (length && vector[length - 1] == '/')
			length--;
		above += !length;
	}
	return false;
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_name(const char *name)
{
	return *name && !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")];
}

static struct profile *recall(const struct reader *r, struct profiles *profiles, const char *path)
{
	struct profile *p = profiles->first;

	while (p && strcmp(p->yaml->name, path) != 0)
		p = p->next;
	if (p)
		return p;
	p = load(path, r->error, r->size);
	if (p) {
		p->next = profiles->first;
		profiles->first = p;
	}
	return p;
}

static bool take_preset(struct reader *r, const struct yaml_node *at, const char *name,
			struct gvi_config *config)
{
	enum gvi_preset preset = gvi_find_preset(name);

	return (preset != GVI_NPRESETS && gvi_preset(preset, config) == GVI_OK) ||
	       complain(r, at, "There is no profile and no preset `%.80s`.", name);
}

/* ---- Reading ------------------------------------------------------------------ */

static bool read_profile(struct reader *r, struct yaml_node *root, struct profile *profile);
static bool settle(struct reader *r, struct yaml_node *root, struct profile *profile);

static struct profile *load(const char *path, char *error, size_t size)
{
	struct yaml_file *yaml = yaml_read(path, error, size);
	struct profile *profile;
	struct reader r;

	if (!yaml)
		return NULL;
	profile = arena_alloc(&yaml->arena, sizeof *profile);
	profile->yaml = yaml;
	r = reader_of(yaml, error, size);
	if (read_profile(&r, yaml->root, profile))
		return profile;
	yaml_release(yaml);
	return NULL;
}

static bool read_profile(struct reader *r, struct yaml_node *root, struct profile *profile)
{
	const struct yaml_node *preset;
	const char *name;

	if (!head_of(r, root, &(const char *){NULL}))
		return false;
	preset = needed(r, root, "preset");
	name = preset ? text_of(r, preset) : NULL;
	if (!name || !take_preset(r, preset, name, &profile->config) || !settle(r, root, profile))
		return false;
	return gvi_check(&profile->config) == GVI_OK ||
	       complain(r, root, "The configuration contradicts itself: %s.",
			gvi_status_text(gvi_check(&profile->config)));
}

/* The changes beside `given` come before those in it. */
static bool settle(struct reader *r, struct yaml_node *root, struct profile *profile)
{
	struct yaml_node *config = yaml_get(root, "config"), *habits = yaml_get(root, "habits");
	struct yaml_node *given = yaml_get(root, "given");
	struct given own = {0};

	if (config && !config_of(r, config, &own.config, &own.nconfig))
		return false;
	if (habits && !habits_of(r, habits, &own.habit, &own.nhabits))
		return false;
	profile->habits |= apply_given(&profile->config, &own);
	if (given) {
		profile->given = given_of(r, given);
		if (!profile->given)
			return false;
		profile->habits |= apply_given(&profile->config, profile->given);
	}
	return all_read(r, root);
}
