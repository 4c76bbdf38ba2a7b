/* Recorded sessions (vectors/captured/README.md): a JSON object a line, plain or
 * compressed with gzip.  A file is hostile: what is not a record is refused with
 * its line. */
#ifndef GOLDVI_TRACE_H
#define GOLDVI_TRACE_H

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

/* 1: the next record; 0: the end; -1: the line is no record, error says why. */
int trace_next(struct trace *trace, struct trace_record *record, char *error, size_t size);

#endif
