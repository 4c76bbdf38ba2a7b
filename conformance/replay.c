/* goldvi replay.  What a bench has recorded goes before the oracle: rejudge.c.  The
 * session of a captured driver is played on the model, and what the recorded device did is
 * compared with what the model does.
 *
 * The model gets the memory, the register writes and the commands of the
 * recording; accesses and interrupts of devices, stores of COMPLETION_WAIT and
 * the performance of commands must agree.  Register reads are not compared: the recorded device
 * answers for itself there. */
#include "conformance/commands.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/memory.h"
#include "conformance/rejudge.h"
#include "conformance/trace.h"
#include "goldvi/goldvi.h"

enum { COMMAND_BASE = 0x08, COMMAND_HEAD = 0x2000, COMMAND_TAIL = 0x2008, STATUS = 0x2020 };
enum { RUNNING = 1 << 4, MISMATCHES_SHOWN = 20 };
enum { MSI_LEVEL = 1 << 14, MSI_TRIGGER_LEVEL = 1 << 15 };

struct replay {
	struct gvi *m, *probe; /* probe: a copy that tries things out */
	struct memory *memory;
	const char *path;
	struct trace *trace;
	bool probing;      /* memory stays as it is */
	bool stored;       /* a store of the model waits to be confirmed */
	uint64_t store[2]; /* its address and data */
	uint64_t tail;     /* written, but its commands are still to come */
	bool tail_written;
	unsigned line;
	uint64_t translations, stores, commands, interrupts, reads, mismatches;
};

static bool replay_file(struct replay *r, char *error, size_t size);
static void play(struct replay *r, const struct trace_record *record);
static bool begin(struct replay *r);

static int replay_captured(const char *path, struct trace *trace);

int command_replay(int argc, char **argv)
{
	struct rejudging how = {0};
	const struct option known[] = {{"--worlds", NULL, &how.worlds},
				       {"--runs", NULL, &how.runs},
				       {"--values", NULL, &how.values},
				       {"--delay", NULL, &how.delay}};
	char error[512];
	struct trace *trace;
	int status;

	if (!take_options(known, 4, &argc, argv))
		return BAD_INPUT;
	if (argc != 2)
		return wrong_use("replay", "one file is needed.");
	trace = trace_open(argv[1], error, sizeof error);
	if (!trace)
		return wrong_use("replay", "%s", error);
	status = trace_is_recorded(trace) ? rejudge(argv[1], trace, &how)
					  : replay_captured(argv[1], trace);
	trace_close(trace);
	return status;
}

static int replay_captured(const char *path, struct trace *trace)
{
	struct replay r = {.path = path, .trace = trace};
	char error[512] = "there is not enough memory.";
	bool read = false;

	if (begin(&r))
		read = replay_file(&r, error, sizeof error);
	free(r.m);
	free(r.probe);
	memory_free(r.memory);
	if (!read)
		return wrong_use("replay", "%s", error);
	printf("%" PRIu64 " translations, %" PRIu64 " stores, %" PRIu64 " commands, %" PRIu64
	       " interrupts agreed; %" PRIu64 " register reads not compared; %" PRIu64
	       " mismatches\n",
	       r.translations, r.stores, r.commands, r.interrupts, r.reads, r.mismatches);
	return r.mismatches ? SOME_FAILED : ALL_PASSED;
}

static bool replay_file(struct replay *r, char *error, size_t size)
{
	struct trace_record record;
	int more;

	while ((more = trace_next(r->trace, &record, error, size)) == 1) {
		r->line = record.line;
		play(r, &record);
	}
	return more == 0;
}

static void mismatch(struct replay *r, const char *format, ...)
{
	va_list arguments;

	if (r->mismatches++ >= MISMATCHES_SHOWN)
		return;
	printf("%s:%u: ", r->path, r->line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* ---- The model and its memory ------------------------------------------------- */

static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	struct replay *r = user;

	memory_read(r->memory, spa, to, len);
	return GVI_BUS_OK;
}

static enum gvi_bus write_memory(void *user, uint64_t spa, const void *from, size_t len)
{
	struct replay *r = user;

	if (r->probing)
		return GVI_BUS_OK;
	return memory_write(r->memory, spa, from, len) ? GVI_BUS_OK : GVI_BUS_TARGET_ABORT;
}

static enum gvi_bus exchange_memory(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	struct replay *r = user;

	if (!r->probing)
		(void)memory_exchange(r->memory, spa, seen, next);
	return GVI_BUS_OK;
}

static bool begin(struct replay *r)
{
	const struct gvi_host host = {
		.user = r, .read = read_memory, .write = write_memory, .exchange = exchange_memory};
	struct gvi_config config;

	r->m = malloc(gvi_size());
	r->probe = malloc(gvi_size());
	r->memory = memory_new();
	return r->m && r->probe && r->memory && gvi_preset(GVI_PRESET_QEMU, &config) == GVI_OK &&
	       gvi_init(r->m, &config, &host) == GVI_OK;
}

/* ---- Records ---------------------------------------------------------------- */

static void play_write(struct replay *r, const uint64_t *number);
static void play_command(struct replay *r, const struct trace_record *record);
static void play_store(struct replay *r, const uint64_t *number);
static void play_dma(struct replay *r, const uint64_t *number);
static void play_interrupt(struct replay *r, const uint64_t *number);
static void settle(struct replay *r);

static void play(struct replay *r, const struct trace_record *record)
{
	if (record->kind != TRACE_COMMAND && record->kind != TRACE_STORE)
		settle(r);
	switch (record->kind) {
	case TRACE_MEMORY:
		if (!memory_write(r->memory, record->number[0], record->bytes, record->nbytes))
			mismatch(r, "the session uses more memory than this program keeps");
		break;
	case TRACE_WRITE:
		play_write(r, record->number);
		break;
	case TRACE_READ:
		r->reads++;
		break;
	case TRACE_COMMAND:
		play_command(r, record);
		break;
	case TRACE_STORE:
		play_store(r, record->number);
		break;
	case TRACE_DMA:
		play_dma(r, record->number);
		break;
	default:
		play_interrupt(r, record->number);
	}
}

/* The commands that a tail write hands over follow it, so it waits for them. */
static void play_write(struct replay *r, const uint64_t *number)
{
	enum gvi_status status;

	if (number[0] == COMMAND_TAIL) {
		r->tail = number[2];
		r->tail_written = true;
		return;
	}
	if (number[0] > UINT32_MAX || number[1] > 8)
		status = GVI_ARG_MMIO_OFFSET;
	else
		status = gvi_mmio_write(r->m, (uint32_t)number[0], (unsigned)number[1], number[2]);
	if (status != GVI_OK)
		mismatch(r, "a register write that the model refuses: %s", gvi_status_text(status));
}

static uint64_t value_of(struct replay *r, uint32_t offset)
{
	uint64_t value = 0;

	(void)gvi_mmio_read(r->m, offset, 8, &value);
	return value;
}

static void remember_store(struct replay *r);
static bool devices_complete(struct replay *r);

static void play_command(struct replay *r, const struct trace_record *record)
{
	uint64_t base = value_of(r, COMMAND_BASE), tail = value_of(r, COMMAND_TAIL);
	uint64_t bytes = UINT64_C(16) << (base >> 56 & 15), next = (tail + 16) % bytes;
	bool done = false;

	if (record->nbytes != 16) {
		mismatch(r, "a command of %zu bytes", record->nbytes);
		return;
	}
	base &= UINT64_C(0x000ffffffffff000);
	(void)memory_write(r->memory, base + tail, record->bytes, 16);
	(void)gvi_mmio_write(r->m, COMMAND_TAIL, 8, next);
	(void)gvi_step(r->m, &done);
	/* The device has taken this one, so nothing before it still waits. */
	if (!done && devices_complete(r))
		(void)gvi_step(r->m, &done);
	remember_store(r);
	if (!done || !(value_of(r, STATUS) & RUNNING) || value_of(r, COMMAND_HEAD) != next) {
		mismatch(r, "the model does not perform the command");
		return;
	}
	r->commands++;
}

/* A session does not show what devices with ATS answer: they have, once something
 * happens that waits for it.  False: nothing did. */
static bool devices_complete(struct replay *r)
{
	size_t count;
	bool done = false;
	const struct gvi_invalidation *request = gvi_invalidations(r->m, &count);

	if (!count)
		return false;
	for (; count; request = gvi_invalidations(r->m, &count))
		(void)gvi_invalidation_done(r->m, request->device, request->tag);
	(void)gvi_step(r->m, &done);
	remember_store(r);
	return done;
}

static void remember_store(struct replay *r)
{
	size_t count;
	const struct gvi_effect *effect = gvi_effects(r->m, &count);

	if (count && effect[0].kind == GVI_EFFECT_WRITE) {
		r->stored = true;
		r->store[0] = effect[0].spa;
		r->store[1] = effect[0].data[0];
	}
}

static void play_store(struct replay *r, const uint64_t *number)
{
	if (!r->stored)
		(void)devices_complete(r);
	if (!r->stored)
		mismatch(r, "a store that the model does not perform");
	else if (r->store[0] != number[0] || r->store[1] != number[1])
		mismatch(r, "the model stores 0x%" PRIx64 " at 0x%" PRIx64, r->store[1],
			 r->store[0]);
	else
		r->stores++;
	r->stored = false;
}

/* All that belongs to a tail write has been seen. */
static void settle(struct replay *r)
{
	if (r->stored)
		mismatch(r, "the model stored 0x%" PRIx64 " at 0x%" PRIx64 ", the device did not",
			 r->store[1], r->store[0]);
	r->stored = false;
	if (r->tail_written && value_of(r, COMMAND_TAIL) != r->tail) {
		(void)gvi_mmio_write(r->m, COMMAND_TAIL, 8, r->tail);
		if (value_of(r, COMMAND_TAIL) != r->tail || value_of(r, COMMAND_HEAD) != r->tail)
			mismatch(r, "the tail hands over commands that the session does not show");
	}
	r->tail_written = false;
}

static bool try_access(struct replay *r, const struct gvi_request *request,
		       struct gvi_answer *answer)
{
	memcpy(r->probe, r->m, gvi_size());
	r->probing = true;
	(void)gvi_translate(r->probe, request, answer);
	r->probing = false;
	return answer->result == GVI_GRANT;
}

/* The session does not say which way the data went: either will do. */
static void play_dma(struct replay *r, const uint64_t *number)
{
	struct gvi_request request = {.address = number[1],
				      .length = 1,
				      .device = (uint16_t)number[0],
				      .access = GVI_READ};
	struct gvi_answer answer;
	uint64_t page;

	if (!try_access(r, &request, &answer))
		request.access = GVI_WRITE;
	(void)gvi_translate(r->m, &request, &answer);
	if (answer.result != GVI_GRANT) {
		if (number[2])
			mismatch(r,
				 "device 0x%04" PRIx64 ", 0x%" PRIx64
				 ": the model refuses, the device went to 0x%" PRIx64,
				 number[0], number[1], number[2]);
		else
			r->translations++;
		return;
	}
	page = answer.size ? answer.address & ~(answer.size - 1) : answer.address & ~UINT64_C(4095);
	if (page != number[2])
		mismatch(r,
			 "device 0x%04" PRIx64 ", 0x%" PRIx64 ": the model goes to 0x%" PRIx64
			 ", the device went to 0x%" PRIx64,
			 number[0], number[1], page, number[2]);
	else
		r->translations++;
}

static bool same_data(uint64_t model, uint64_t device);

static void play_interrupt(struct replay *r, const uint64_t *number)
{
	const struct gvi_interrupt request = {
		.address = number[1], .data = (uint32_t)number[2], .device = (uint16_t)number[0]};
	struct gvi_answer answer;
	enum gvi_status status = gvi_interrupt(r->m, &request, &answer);

	if (status != GVI_OK)
		mismatch(r, "an interrupt that the model refuses: %s", gvi_status_text(status));
	else if (answer.result != GVI_GRANT)
		mismatch(r,
			 "device 0x%04" PRIx64 ", data 0x%" PRIx64
			 ": the model aborts the interrupt, the device sent 0x%" PRIx64,
			 number[0], number[2], number[4]);
	else if (answer.message.address != number[3] || !same_data(answer.message.data, number[4]))
		mismatch(r,
			 "device 0x%04" PRIx64 ", data 0x%" PRIx64 ": the model sends 0x%" PRIx32
			 " to 0x%" PRIx64 ", the device sent 0x%" PRIx64 " to 0x%" PRIx64,
			 number[0], number[2], answer.message.data, answer.message.address,
			 number[4], number[3]);
	else
		r->interrupts++;
}

/* The level of an edge-triggered message says nothing, and the recorded device
 * always sets it. */
static bool same_data(uint64_t model, uint64_t device)
{
	uint64_t care = device & MSI_TRIGGER_LEVEL ? UINT64_MAX : ~(uint64_t)MSI_LEVEL;

	return ((model ^ device) & care) == 0;
}
