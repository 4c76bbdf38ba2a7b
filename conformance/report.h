/* The results of a run, and the ways to show them. */
#ifndef GOLDVI_REPORT_H
#define GOLDVI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "conformance/coverage.h"

enum verdict {
	PASSED,
	FAILED,
	NOT_APPLICABLE,         /* `needs` does not hold for the device */
	NOT_OBSERVABLE,         /* the device cannot be driven or seen so */
	NVERDICTS
};

/* One instance of a case.  Strings belong to the report. */
struct result {
	char *id;               /* "host.leaf.read-only" */
	char *instance;         /* "bit=5,op=1", or "" */
	char *topic;            /* folder: "host" */
	char *file;
	char *why;              /* the case's own */
	char *clauses;          /* slugs, separated by spaces */
	char *reason;           /* one line: what was seen and what was expected, or why skipped; "" if passed */
	char *explain;          /* failures: the walk, decoded, many lines; else "" */
	char *shown;            /* habits: "ID=alternative|alternative", separated by spaces, or "" */
	uint64_t number;        /* of the combination: where in a whole run it stands */
	unsigned line;          /* of the case in the file */
	enum verdict verdict;
	bool partial;           /* passed, but something could not be observed */
	double seconds;
};

/* A whole run. */
struct report {
	char *device;           /* "model", "qemu:7.2.22" */
	struct result *results;
	size_t count, capacity;
	struct coverage *coverage;      /* what the device told of itself; see report_count() */
	uint64_t totals[NVERDICTS];
	double seconds;
};

/* Instances of one case that were played one after the other. */
struct case_span {
	const struct result *first;
	size_t count;
	uint64_t totals[NVERDICTS], partial;
	double seconds;
};

enum { EXPLAINED_PER_CASE = 3 }; /* a sweep that fails fails often */

/* Begins to count coverage, as one run.  False when memory ran out. */
bool report_count(struct report *report);
/* Copies the strings; NULL counts as "".  False when memory ran out. */
bool report_add(struct report *report, const struct result *result);
void report_free(struct report *report);

/* In the order of their numbers; of explanations the first few of a case stay.  False if
 * a number is there twice. */
bool report_sort(struct report *report);
/* What had passed has failed; false when memory ran out. */
bool report_fail(struct report *report, struct result *result, const char *reason);

/* The case that starts at results[*at]; moves *at behind it.  False at the end. */
bool report_case(const struct report *report, size_t *at, struct case_span *span);
/* The worst that one of its instances came to: failed before passed before skipped. */
enum verdict case_verdict(const struct case_span *span);
/* "not applicable" */
const char *verdict_name(enum verdict verdict);

/* "N passed, N failed, N skipped" and, before it, the failures with reasons and
 * how the skipped divide; colour only if asked for. */
void report_text(const struct report *report, FILE *out, bool colour);
/* The same for every compiler and machine: it holds no times. */
void report_tap(const struct report *report, FILE *out);
/* These write a file; false, with errno, when that fails. */
bool report_junit(const struct report *report, const char *path);
bool report_json(const struct report *report, const char *path);
/* One self-contained file, DIR/index.html: totals, table by topic and clause,
 * failures with the explain text, filter box.  Makes the directory. */
bool report_html(const struct report *report, const char *directory);

#endif
