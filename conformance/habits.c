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

/* ---- Of several runs ------------------------------------------------------------ */

void habits_put(const uint8_t before[GVI_NCHOICES], const uint8_t after[GVI_NCHOICES],
		struct text *words)
{
	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		const struct gvi_choice_info *info = &gvi_choices[i];
		const char *separator = "=";

		if (before[i] == after[i])
			continue;
		text_add(words, "%s%s", words->length ? " " : "", info->id);
		for (unsigned k = 0; k < info->count; k++) {
			if (!(after[i] >> k & 1))
				continue;
			text_add(words, "%s%s", separator, info->alternative[k].name);
			separator = "|";
		}
	}
}

static bool take_word(const char *word, size_t length, uint8_t possible[GVI_NCHOICES]);

bool habits_take(const char *words, uint8_t possible[GVI_NCHOICES])
{
	bool good = true;

	for (words += strspn(words, " "); good && *words; words += strspn(words, " ")) {
		size_t length = strcspn(words, " ");

		good = take_word(words, length, possible);
		words += length;
	}
	return good;
}

/* The alternative with this name, as a bit; 0 if there is none. */
static unsigned alternative_bit(const struct gvi_choice_info *info, const char *name, size_t length)
{
	for (unsigned k = 0; k < info->count; k++)
		if (strlen(info->alternative[k].name) == length &&
		    memcmp(info->alternative[k].name, name, length) == 0)
			return 1u << k;
	return 0;
}

static bool take_word(const char *word, size_t length, uint8_t possible[GVI_NCHOICES])
{
	const char *end = word + length, *at = word + strcspn(word, "= ");
	unsigned alternatives = 0;
	enum gvi_choice choice;
	char id[64];

	if (at >= end ||
	    (size_t)snprintf(id, sizeof id, "%.*s", (int)(at - word), word) >= sizeof id)
		return false;
	choice = gvi_find_choice(id);
	while (choice < GVI_NCHOICES && at < end) {
		size_t n = strcspn(++at, "| ");
		unsigned bit = alternative_bit(&gvi_choices[choice], at, n);

		if (!bit)
			return false;
		alternatives |= bit;
		at += n;
	}
	if (choice < GVI_NCHOICES)
		possible[choice] &= (uint8_t)alternatives;
	return choice < GVI_NCHOICES;
}

/* Whom to name. */
struct holding {
	uint8_t *possible;
	const char *shown_by[GVI_NCHOICES];
};

static bool hold_one(struct report *report, struct result *result, struct holding *holding);

bool habits_hold(struct report *report, uint8_t possible[GVI_NCHOICES], char *error, size_t size)
{
	struct holding holding = {.possible = possible};
	bool good = true;

	for (size_t i = 0; good && i < report->count; i++)
		good = hold_one(report, &report->results[i], &holding);
	if (!good)
		snprintf(error, size, "what a result says of habits cannot be understood");
	return good;
}

static bool hold_one(struct report *report, struct result *result, struct holding *holding)
{
	uint8_t shown[GVI_NCHOICES];
	char line[512] = "";
	struct text reason = {line, sizeof line, 0};

	if (!*result->shown)
		return true;
	memset(shown, 0xff, sizeof shown);
	if (!habits_take(result->shown, shown))
		return false;
	for (unsigned i = 0; i < GVI_NCHOICES; i++) {
		unsigned left = holding->possible[i] & shown[i],
			 all = (1u << gvi_choices[i].count) - 1;

		if ((shown[i] & all) == all || left == holding->possible[i])
			continue;
		if (left & all) {
			holding->possible[i] = (uint8_t)left;
			holding->shown_by[i] = result->id;
		} else if (!reason.length) {
			text_add(&reason,
				 "%s: this is not the device's habit, which was shown by %s",
				 gvi_choices[i].id,
				 holding->shown_by[i] ? holding->shown_by[i]
						      : "what it is held to");
		}
	}
	if (!reason.length || result->verdict != PASSED)
		return true;
	return report_fail(report, result, line);
}
