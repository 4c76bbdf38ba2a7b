/* Streams: what happens to an IOMMU, as bytes that a fuzzer can change.
 *
 * Any bytes are a stream.  16 of a head, then operations of 16 bytes each, then the
 * decisions: answers to what the model leaves open, one byte each.  The head says how
 * many these are; they stand at the end, so that an operation stays what it is when
 * one is added, and a decision when an operation is.  A stage (stage.h) plays it. */
#ifndef GOLDVI_STREAM_H
#define GOLDVI_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STREAM_RECORD = 16, STREAM_MAX_OPERATIONS = 128 };

/* The first byte of a place that is any word of memory: in a store and a race the one whose
 * number is the last four arguments, in an error the one at value. */
enum { STREAM_ANYWHERE = 255 };

/*  X(id, name, what the arguments mean)
 *
 * A place is two bytes: which table or buffer, and where in it (stage_table.c). */
#define STREAM_KINDS(X)                                                                            \
	X(STORE, "store", "place, -, -: a word becomes value")                                     \
	X(FIELD, "field", "place, row, boundary: a field of an entry becomes an edge of it")       \
	X(FLIP, "flip", "place, bit: one bit of a word")                                           \
	X(ENTRY, "entry", "device, mode, flags: a device table entry that leads to tables")        \
	X(MAP, "map", "device, size, rights, kind: a path for the address value")                  \
	X(IRTE, "irte", "device, index, flags: an interrupt table entry")                          \
	X(WRITE, "write", "register, size: value is written")                                      \
	X(SET, "set", "register, row, boundary: a field of a register becomes an edge of it")      \
	X(READ, "read", "register, size")                                                          \
	X(PCI, "pci", "offset, size, write")                                                       \
	X(COMMAND, "command", "opcode, flags, low word: value is the high word")                   \
	X(DMA, "dma", "device, access, address mode, length, PASID")                               \
	X(INTERRUPT, "interrupt", "device, form, data")                                            \
	X(ATS, "ats", "device, flags, address mode, count, unit, PASID")                           \
	X(PAGE, "page", "device, flags, address mode, group, PASID")                               \
	X(DONE, "done", "which of the outstanding invalidations; flags: it times out")             \
	X(STEP, "step", "how many commands at most")                                               \
	X(SNAPSHOT, "snapshot", "the IOMMU goes on as a copy of itself")                           \
	X(OBSERVE, "observe", "all registers are looked at")                                       \
	X(ERROR, "error", "place, answer, on: memory there fails")                                 \
	X(RACE, "race", "place: a word becomes value before its next atomic update")               \
	X(HEAD, "head", "log, room: its head is put so that so many entries fit")                  \
	X(TOGGLE, "toggle", "a bit of EFR, EFR2, ...: before anything else only")                  \
	X(HABIT, "habit", "a choice, an alternative: before anything else only")

enum stream_kind {
#define X(id, name, text) STREAM_##id,
	STREAM_KINDS(X)
#undef X
	STREAM_NKINDS
};

struct operation {
	uint8_t kind; /* below STREAM_NKINDS */
	uint8_t a[7];
	uint64_t value;
};

/* What the IOMMU is, and what firmware and driver have set up. */
struct stream_head {
	uint8_t preset, decisions, flags, control, length; /* length: code of the rings' */
};

/* Flags of the head. */
enum {
	STREAM_OFF = 1,      /* IommuEn and the rest are left to the stream */
	STREAM_LISTENED = 2, /* somebody listens: no short cuts */
	STREAM_WINDOW = 4,   /* tables are read from a window */
	STREAM_SMALL = 8,    /* the device table has one page */
	STREAM_SNP = 16,
	STREAM_NO_HOST = 32
};

/* The bytes stay the caller's, and must stay. */
struct stream {
	struct stream_head head;
	const uint8_t *operation, *decision;
	size_t noperations, ndecisions;
};

struct stream stream_of(const uint8_t *bytes, size_t size);
struct operation stream_operation(const struct stream *s, size_t n);
const char *stream_kind_name(enum stream_kind kind);

/* The bytes of a stream, at most `room` of them; operations that find no room are
 * left out. */
size_t stream_bytes(const struct stream_head *head, const struct operation *operations,
		    size_t count, const uint8_t *decisions, uint8_t *to, size_t room);

#endif
