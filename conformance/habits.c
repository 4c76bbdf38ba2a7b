/* What a device settled on, kept in a file from one run to the next: a list as
 * under `habits` of a profile, with the keys that every file here begins with. */
#include "conformance/habits.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "conformance/reader.h"

static bool take(struct reader *r, struct yaml_node *root, uint8_t possible[GVI_NCHOICES]);

bool habits_read(const char *path, uint8_t possible[GVI_NCHOICES], char *error, size_t size)
{
	struct yaml_file *yaml = yaml_read(path, error, size);
	struct reader r;
	bool good;

	if (!yaml)
		return false;
	r = reader_of(yaml, error, size);
	good = take(&r, yaml->root, possible);
	yaml_release(yaml);
	return good;
}

static bool take(struct reader *r, struct yaml_node *root, uint8_t possible[GVI_NCHOICES])
{
	const struct habit *habit;
	struct yaml_node *list;
	size_t count;

	if (!head_of(r, root, &(const char *){NULL}))
		return false;
	list = needed(r, root, "habits");
	if (!list || !habits_of(r, list, &habit, &count) || !all_read(r, root))
		return false;
	for (size_t i = 0; i < count; i++)
		possible[habit[i].choice] &= (uint8_t)(1u << habit[i].alternative);
	return true;
}

/* The alternative that is left, or `count` if there are several or none. */
static unsigned settled(const struct gvi_choice_info *info, unsigned possible)
{
	unsigned all = (1u << info->count) - 1, left = possible & all;

	for (unsigned i = 0; info->habit && i < info->count; i++)
		if (left == 1u << i)
			return i;
	return info->count;
}

bool habits_write(const char *path, const uint8_t possible[GVI_NCHOICES], const char *device,
		  char *error, size_t size)
{
	FILE *out = fopen(path, "w");
	bool good;

	if (!out) {
		snprintf(error, size, "%s: %s", path, strerror(errno));
		return false;
	}
	fprintf(out, "schema: 1\nabout: What `%s` settled on, as far as the vectors have shown it.\nhabits:", device);
	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		unsigned alternative = settled(&gvi_choices[i], possible[i]);

		if (alternative < gvi_choices[i].count)
			fprintf(out, "\n  %s: %s", gvi_choices[i].id,
				gvi_choices[i].alternative[alternative].name);
	}
	good = fprintf(out, "%s", "\n") > 0 && !ferror(out);
	good = fclose(out) == 0 && good;
	if (!good)
		snprintf(error, size, "%s: it could not be written", path);
	return good;
}
