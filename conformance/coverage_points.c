/* The list of counters, section by section. */
#include "conformance/coverage_points.h"

#include <stddef.h>
#include <string.h>

#include "conformance/record.h"

struct visitor {
	void (*visit)(void *user, const struct coverage_point *point);
	void *user;
};

#define AT(member) ((uint32_t)offsetof(struct coverage_counts, member))
/* Of an element: offsetof() takes constants only. */
#define EACH(member, i)                                                                            \
	(AT(member) + (uint32_t)((i) * sizeof((struct coverage_counts *)0)->member[0]))

static void add_clauses(const struct visitor *v);
static void add_crosses(const struct visitor *v);
static void add_choices(const struct visitor *v);
static void add_fetches(const struct visitor *v);
static void add_effects(const struct visitor *v);
static void add_formats(const struct visitor *v);
static void add_fields(const struct visitor *v);
static void add(const struct visitor *v, struct coverage_point point);

void coverage_each(void (*visit)(void *user, const struct coverage_point *point), void *user)
{
	const struct visitor v = {visit, user};

	add(&v, (struct coverage_point){.key = {"runs"}, .at = AT(runs)});
	add(&v, (struct coverage_point){.key = {"tests"}, .at = AT(tests)});
	for (unsigned i = 0; i < COVERAGE_NOUTCOMES; i++)
		add(&v,
		    (struct coverage_point){
			    .key = {"outcomes", coverage_outcome_name((enum coverage_outcome)i)},
			    .at = EACH(outcome, i),
			    .goal = true});
	add_clauses(&v);
	add_crosses(&v);
	add_choices(&v);
	add_fetches(&v);
	add_effects(&v);
	add_formats(&v);
	add_fields(&v);
}

uint64_t coverage_count(const struct coverage_counts *counts, const struct coverage_point *point)
{
	uint64_t count;

	memcpy(&count, (const char *)counts + point->at, sizeof count);
	return count;
}

static void add(const struct visitor *v, struct coverage_point point)
{
	v->visit(v->user, &point);
}

/* ---- Rules and choices --------------------------------------------------------- */

static void add_clauses(const struct visitor *v)
{
	static const struct {
		const char *name;
		uint32_t at;
		bool goal;
	} columns[] = {
		{"applied", AT(clause[0].applied), true},
		/* Logs and interrupts have no place in answers. */
		{"reported", AT(clause[0].reported), false},
		{"named", AT(clause[0].named), true},
		{"exercised", AT(clause[0].exercised), true},
	};
	uint32_t row = EACH(clause, 1) - AT(clause);

	for (unsigned i = 1; i < GVI_NCLAUSES; i++)
		for (unsigned k = 0; k < sizeof columns / sizeof columns[0]; k++)
			add(v, (struct coverage_point){
				       .key = {"clauses", gvi_clauses[i].slug, columns[k].name},
				       .at = columns[k].at + i * row,
				       .id = (uint16_t)i,
				       .goal = columns[k].goal});
}

/* Few of all pairs are possible, so none is a goal. */
static void add_crosses(const struct visitor *v)
{
	uint32_t row = EACH(clause, 1) - AT(clause);

	for (unsigned i = 1; i < GVI_NCLAUSES; i++)
		for (unsigned k = 0; k < COVERAGE_NOUTCOMES; k++)
			add(v, (struct coverage_point){
				       .key = {"crosses", gvi_clauses[i].slug,
					       coverage_outcome_name((enum coverage_outcome)k)},
				       .at = EACH(clause[0].outcome, k) + i * row,
				       .id = (uint16_t)i});
}

static void add_choices(const struct visitor *v)
{
	for (unsigned i = 0; i < GVI_NCHOICES; i++)
		for (unsigned k = 0; k < gvi_choices[i].count; k++)
			add(v, (struct coverage_point){.key = {"choices", gvi_choices[i].id,
							       gvi_choices[i].alternative[k].name},
						       .at = EACH(choice, i) +
							     k * (uint32_t)sizeof(uint64_t),
						       .id = (uint16_t)i,
						       .goal = true});
}

/* ---- The world ------------------------------------------------------------------ */

static const char *const buses[COVERAGE_NBUSES] = {"ok", "master-abort", "target-abort", "poison"};

static void add_fetches(const struct visitor *v)
{
	for (unsigned i = 0; i < GVI_NFORMATS; i++) {
		enum gvi_format_id format = (enum gvi_format_id)i;

		if (coverage_way(format) != COVERAGE_FETCHED || fetched_as(format) != format)
			continue;
		for (unsigned k = 0; k < COVERAGE_NBUSES; k++)
			add(v, (struct coverage_point){
				       .key = {"fetches", gvi_formats[i].id, buses[k]},
				       .at = EACH(fetch, i) + k * (uint32_t)sizeof(uint64_t),
				       .id = (uint16_t)i,
				       .goal = true});
	}
}

static void add_effects(const struct visitor *v)
{
	static const char *const messages[COVERAGE_NMESSAGES] = {
		NULL,       "interrupt", "remapped",   "passed",
		"doorbell", "gappi",     "invalidate", "response",
	};

	for (unsigned k = 0; k < COVERAGE_NBUSES; k++)
		add(v, (struct coverage_point){.key = {"effects", "write", buses[k]},
					       .at = EACH(write, k),
					       .goal = true});
	for (unsigned k = 0; k < COVERAGE_NBUSES; k++)
		add(v, (struct coverage_point){.key = {"effects", "exchange", buses[k]},
					       .at = EACH(exchange, k),
					       .goal = true});
	for (unsigned k = 1; k < COVERAGE_NMESSAGES; k++)
		add(v, (struct coverage_point){.key = {"effects", "message", messages[k]},
					       .at = EACH(message, k),
					       .goal = true});
	for (unsigned k = 0; k < GVI_NSOURCES; k++)
		add(v, (struct coverage_point){.key = {"effects", "raise", source_names[k]},
					       .at = EACH(source, k),
					       .goal = true});
}

/* ---- Words ----------------------------------------------------------------------- */

static void add_field(const struct visitor *v, enum gvi_field_id field);

static void add_formats(const struct visitor *v)
{
	for (unsigned i = 0; i < GVI_NFORMATS; i++)
		if (coverage_way((enum gvi_format_id)i) != COVERAGE_NO_WAY)
			add(v, (struct coverage_point){.key = {"formats", gvi_formats[i].id},
						       .at = EACH(words, i),
						       .id = (uint16_t)i,
						       .goal = true});
}

static void add_fields(const struct visitor *v)
{
	for (unsigned i = 0; i < GVI_NFIELDS; i++)
		if (coverage_way((enum gvi_format_id)gvi_fields[i].format) != COVERAGE_NO_WAY)
			add_field(v, (enum gvi_field_id)i);
}

static void add_field(const struct visitor *v, enum gvi_field_id field)
{
	const struct gvi_field *f = &gvi_fields[field];
	struct coverage_point point = {.key = {"fields", gvi_formats[f->format].id, f->id},
				       .id = (uint16_t)field,
				       .goal = true};

	for (unsigned i = 0; i < COVERAGE_NVALUES; i++) {
		if (gvi_value_names[i].field != field)
			continue;
		point.key[3] = gvi_value_names[i].name;
		point.at = EACH(value, i);
		add(v, point);
	}
	for (unsigned k = 0; k < COVERAGE_NCLASSES; k++) {
		if (!coverage_has(field, (enum coverage_class)k))
			continue;
		point.key[3] = coverage_class_name((enum coverage_class)k);
		point.at = EACH(field, field) + k * (uint32_t)sizeof(uint64_t);
		add(v, point);
	}
}
