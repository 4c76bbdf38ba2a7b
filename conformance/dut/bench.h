/* The bench around an IOMMU that has no memory of its own: memory that can fail and
 * change under it, and lists of what the IOMMU did and sent. */
#ifndef GOLDVI_DUT_BENCH_H
#define GOLDVI_DUT_BENCH_H

#include "conformance/dut/dut.h"
#include "conformance/memory.h"

/* All zeros but for the memory is a bench. */
struct bench {
	struct memory *memory;

	struct dut_error *errors;
	size_t nerrors, error_room;

	bool racing; /* the next exchange at race_at finds race_value */
	uint64_t race_at, race_value;

	struct gvi_effect *effects;
	size_t neffects, effect_room;
	bool effects_handed_out; /* the next effect begins a new list */

	struct gvi_message *messages; /* to devices */
	size_t nmessages, message_room;
	bool messages_handed_out;

	bool lost; /* host memory ran out: the lists are not whole */
};

void bench_clear(struct bench *b);
void bench_free(struct bench *b); /* the memory, too */

/* As the IOMMU sees it: gvi_host. */
enum gvi_bus bench_read(struct bench *b, uint64_t spa, void *to, size_t len);
enum gvi_bus bench_write(struct bench *b, uint64_t spa, const void *from, size_t len);
enum gvi_bus bench_exchange(struct bench *b, uint64_t spa, uint64_t *seen, uint64_t next);

void bench_add_effects(struct bench *b, const struct gvi_effect *effects, size_t count);
/* Keeps those to devices: others are among the effects, and nobody has to answer them. */
void bench_add_message(struct bench *b, const struct gvi_message *message);

/* As dut_class has them. */
enum dut_status bench_inject(struct bench *b, const struct dut_error *errors, size_t count);
enum dut_status bench_race(struct bench *b, uint64_t spa, uint64_t value);
enum dut_status bench_effects(struct bench *b, const struct gvi_effect **list, size_t *count);
enum dut_status bench_messages(struct bench *b, const struct gvi_message **list, size_t *count);

#endif
