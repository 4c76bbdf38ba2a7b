/* Which mutant is on, in a build in which all of them are compiled in: every file of
 * the model includes this first (-include). */
#ifndef GOLDVI_MUTATE_RUNTIME_H
#define GOLDVI_MUTATE_RUNTIME_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { MAX_MUTANTS = 1 << 15 };

/* 0: none, the model is as it is. */
extern unsigned mutant_on;

/* Mutants whose place in the code has been passed. */
extern uint8_t mutant_reached[MAX_MUTANTS];

/* A mutant of the tables in include/goldvi/def is on: fields are where the tables say
 * now, not where the compiler saw them. */
extern bool mutant_of_tables;

#define M(n) (mutant_reached[n] = 1, mutant_on == (n))

/* Whether a function has to look for mutants, which have these numbers. */
#define MUTANT_WITHIN(first, last)                                                                 \
	(mutant_on - (first) <= (last) - (first) || mutant_on == MUTANT_MEASURED)

/* None is on, but mutant_reached is kept. */
#define MUTANT_MEASURED UINT32_MAX

/* `set` writes a table of the code anew. */
void mutant_hook(void (*set)(void));

/* Puts mutant `n` on. */
void mutant_begin(unsigned n);

/* Generated: changes the tables as mutant `n` says; false if it is none of them. */
bool mutant_patch(unsigned n);

#endif
