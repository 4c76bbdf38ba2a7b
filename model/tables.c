/* Statuses, clauses and choices as tables: what their numbers say. */
#include "goldvi/goldvi.h"

#include <string.h>

const char *gvi_status_text(enum gvi_status status)
{
	switch (status) {
#define STATUS(id, value, text)                                                                    \
	case GVI_##id:                                                                             \
		return text;
#include "goldvi/def/status.def"
#undef STATUS
	}
	return "there is no such status";
}

const struct gvi_clause_info gvi_clauses[GVI_NCLAUSES] = {
	{"", "", "", ""},
#define CLAUSE(id, slug, file, section, text) {slug, file, section, text},
#include "goldvi/def/clause.def"
#undef CLAUSE
};

enum gvi_clause gvi_find_clause(const char *slug)
{
	unsigned i = 1;

	while (i < GVI_NCLAUSES && strcmp(gvi_clauses[i].slug, slug) != 0)
		i++;
	return i < GVI_NCLAUSES ? (enum gvi_clause)i : GVI_CLAUSE_NONE;
}

/* HABIT and EVENT as a flag, and the number of alternatives. */
#define HABIT true
#define EVENT false
#define ALT(name, text) {name, text},
#define COUNT(...) (sizeof((const char *const[][2]){__VA_ARGS__}) / sizeof(const char *[2]))
const struct gvi_choice_info gvi_choices[GVI_NCHOICES] = {
#define CHOICE(id, scope, ambiguity, clause, text, alternatives)                                   \
	{#id, ambiguity, clause, text, scope, COUNT(alternatives), {alternatives}},
#include "goldvi/def/choice.def"
#undef CHOICE
};

enum gvi_choice gvi_find_choice(const char *id)
{
	unsigned i = 0;

	while (i < GVI_NCHOICES && strcmp(gvi_choices[i].id, id) != 0)
		i++;
	return (enum gvi_choice)i;
}
