/* What every unit test stands on: an IOMMU with memory around it whose answers
 * and messages the test rules, and a main that runs the cases of one file. */
#ifndef GOLDVI_UNIT_RIG_H
#define GOLDVI_UNIT_RIG_H

#include <check.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/memory.h"
#include "goldvi/goldvi.h"

/* ck_assert for the innermost loops: Check writes a record of each assertion
 * that is passed. */
#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition))                                                                  \
			ck_abort_msg("%s", #condition);                                            \
	} while (0)

/* Where things are. */
#define TABLE    UINT64_C(0x00100000) /* device table, 65536 entries */
#define COMMANDS UINT64_C(0x00400000)
#define EVENTS   UINT64_C(0x00500000)
#define STORE    UINT64_C(0x00600000)
#define ROOT     UINT64_C(0x01000000)
#define DATA     UINT64_C(0x04000000)
#define DEVICE   0x0020

#define MAX_SENT 64
#define MAX_FETCHED 64

struct rig {
	struct gvi *m;
	struct memory *memory;
	enum gvi_bus on_read, on_write, on_exchange; /* how memory answers */
	bool stubborn;                  /* an exchange counts as done and changes nothing */
	unsigned reads;
	unsigned exchanges, race_every; /* the n-th, 2n-th ... exchange finds another value */
	struct gvi_message sent[MAX_SENT];
	size_t nsent;
	unsigned notes[4]; /* by enum gvi_note_kind */
	uint16_t fetched[MAX_FETCHED]; /* format of what was heard to be fetched, by turns */
};

/* A configuration that stands on a preset. */
struct gvi_config rig_config(enum gvi_preset preset);

void rig_open(struct rig *r, const struct gvi_config *config);
void rig_close(struct rig *r);
struct gvi_host rig_host(struct rig *r);

/* Table, rings and enables as in `vectors/README.md`; MSI sends to FEE0_0000. */
void rig_start(struct rig *r);

/* 8-byte register accesses that must not be refused. */
uint64_t rig_read(struct rig *r, enum gvi_register_id id);
void rig_write(struct rig *r, enum gvi_register_id id, uint64_t value);
/* One field of a register. */
uint64_t rig_field(struct rig *r, enum gvi_register_id id, enum gvi_field_id field);
void rig_set(struct rig *r, enum gvi_register_id id, enum gvi_field_id field, uint64_t value);
void rig_pci_write(struct rig *r, uint32_t offset, uint32_t value);

/* The device's entry, from "Name=value ..."; a table entry likewise. */
void rig_entry(struct rig *r, const char *fields);
void rig_store(struct rig *r, enum gvi_format_id format, uint64_t spa, const char *fields);

/* Puts a command at the tail, moves the tail, performs it. */
void rig_command(struct rig *r, enum gvi_format_id format, const char *fields);
void rig_command_raw(struct rig *r, uint64_t low, uint64_t high);

/* An access of DEVICE, 4 bytes. */
struct gvi_answer rig_access(struct rig *r, enum gvi_access_kind access, uint64_t address);

/* The same numbers on every machine. */
uint64_t rig_random(uint64_t *state);

/* Runs the cases in this process, so that coverage and sanitizers see them. */
int rig_run(const char *name, const TTest *const *tests, size_t count);
#define RIG_RUN(name, ...)                                                                         \
	int main(void)                                                                             \
	{                                                                                          \
		const TTest *const tests[] = {__VA_ARGS__};                                        \
		return rig_run(name, tests, sizeof tests / sizeof tests[0]);                       \
	}

#endif
