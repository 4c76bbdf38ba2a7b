/* Any program that is linked with the mutated model takes its mutant from the
 * environment:
 *
 *   GOLDVI_MUTANT=N       the mutant's number; without it none is on
 *   GOLDVI_REACHED=FILE   at the end, append the numbers of all whose place was passed */
#include "conformance/mutate/runtime.h"

#include <stdio.h>
#include <stdlib.h>

#include "goldvi/format.h"

enum { MAX_HOOKS = 64 };

unsigned mutant_on;
uint8_t mutant_reached[MAX_MUTANTS];
bool mutant_of_tables;

static void (*hooks[MAX_HOOKS])(void);
static unsigned nhooks;

void mutant_hook(void (*set)(void))
{
	if (nhooks == MAX_HOOKS)
		abort();
	hooks[nhooks++] = set;
}

void mutant_begin(unsigned n)
{
	mutant_on = n;
	for (unsigned i = 0; i < nhooks; i++)
		hooks[i]();
	mutant_of_tables = mutant_patch(n);
}

static void write_reached(void)
{
	FILE *out = fopen(getenv("GOLDVI_REACHED"), "a");

	if (!out)
		abort();
	for (unsigned n = 0; n < MAX_MUTANTS; n++)
		if (mutant_reached[n])
			fprintf(out, "%u\n", n);
	fclose(out);
}

/* After the hooks have been put in. */
__attribute__((constructor(102))) static void begin(void)
{
	const char *n = getenv("GOLDVI_MUTANT");

	if (getenv("GOLDVI_REACHED"))
		(void)atexit(write_reached);
	mutant_begin(n ? (unsigned)strtoul(n, NULL, 10) : MUTANT_MEASURED);
}

void mutant_set(enum gvi_field_id field, uint64_t *raw, uint64_t value);

void mutant_set(enum gvi_field_id field, uint64_t *raw, uint64_t value)
{
	const struct gvi_field *f = &gvi_fields[field];

	value >>= f->scale;
	for (unsigned i = 0; i < f->nsegments; i++) {
		unsigned lo = f->segment[i].lo, width = f->segment[i].hi - lo + 1u;
		uint64_t mask = width < 64 ? (UINT64_C(1) << width) - 1 : UINT64_MAX;

		raw[lo / 64] = (raw[lo / 64] & ~(mask << lo % 64)) | (value & mask) << lo % 64;
		value = width < 64 ? value >> width : 0;
	}
}
