/* Recorded sessions: a JSON object a line, plain or compressed with gzip.  Their records are
 * what a recorder has written (session.h), or those of a driver that was captured
 * (vectors/captured/README.md).  A file is hostile: what is not a record is refused
 * with its line. */
#ifndef GOLDVI_TRACE_H
#define GOLDVI_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum trace_kind {
	TRACE_MEMORY,           /* number[0] = spa; bytes: what it holds now */
	TRACE_WRITE,            /* number = offset, size, value: a write of the MMIO window */
	TRACE_READ,             /* number = offset, size, value: a read, as the device answered */
	TRACE_COMMAND,          /* bytes: the command, 16 of them */
	TRACE_STORE,            /* number = spa, value: a COMPLETION_WAIT store */
	TRACE_DMA,              /* number = DeviceID, iova, spa of the page; 0 = refused */
	TRACE_INTERRUPT,        /* number = DeviceID, address, data, address and data after remapping */
	NTRACE_KINDS
};

enum { TRACE_MAX_BYTES = 4096, TRACE_MAX_NUMBERS = 5 };

struct trace_record {
	enum trace_kind kind;
	unsigned line;
	unsigned nnumbers;
	size_t   nbytes;
	uint64_t number[TRACE_MAX_NUMBERS];
	uint8_t  bytes[TRACE_MAX_BYTES];
};

struct trace;

/* NULL, and a sentence in error, when the file cannot be read. */
struct trace *trace_open(const char *path, char *error, size_t size);
void trace_close(struct trace *trace);

/* Whether a recorder has written it: its first line says so. */
bool trace_is_recorded(struct trace *trace);

/* 1: the next line, which may be changed; 0: the end; -1: error says why. */
int trace_line(struct trace *trace, char **text, char *error, size_t size);
unsigned trace_line_number(const struct trace *trace);
/* Says in error what is wrong with the line; always -1. */
int trace_refuse(const struct trace *trace, const char *why, char *error, size_t size);

/* Of a captured driver.  1: the next record; 0: the end; -1: the line is no record, error says why. */
int trace_next(struct trace *trace, struct trace_record *record, char *error, size_t size);

#endif
