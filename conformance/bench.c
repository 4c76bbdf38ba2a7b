/* goldvi bench: what operations of the model cost, in nanoseconds on this
 * machine and in instructions, which are the same everywhere for one binary.
 *
 * Instructions are counted by running this program again under callgrind, with
 * collection switched on for measured() alone. */
#include "conformance/commands.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "goldvi/goldvi.h"
#include "goldvi/oracle.h"

enum {
	MEMORY_BYTES = 0x200000,
	DEVICE_TABLE = 0x1000,
	TABLES = 0x10000,
	RING = 0x40000,
	LOG = 0x50000,
	INTERRUPTS = 0x60000,
	GUEST_INTERRUPTS = 0x61000,
	GUEST_APIC = 0x62000
};
/* Guest tables, and where a guest under host tables sees its own. */
enum { GUEST = 0x100000, NESTED = 0x110000, NESTED_GPA = 0x20000 };
/* It has 1 in each of its slices of 9 bits. */
enum { PASID = 0x40201 };
enum { COUNTED = 1000, TIMED = 200000, WARM_UP = 1000 };

struct bench {
	struct gvi *m;
	struct gvi_window window;
	struct gvi_answer answer;
	uint8_t *memory;
	unsigned faults;
	struct gvi_oracle *oracle; /* and what it finds */
	struct gvi_outcome *outcome;
};

struct operation {
	const char *name, *text;
	bool window; /* memory by a window, not by callbacks */
	void (*once)(struct bench *b);
	unsigned most_instructions; /* the goal; 0 = none */
	unsigned held;              /* of an oracle: entries on the way that were changed */
	unsigned elsewhere;         /* and words of other memory that were, too */
};

static void walk(struct bench *b);
static void fault(struct bench *b);
static void guest(struct bench *b);
static void nested(struct bench *b);
static void nested_glx2(struct bench *b);
static void interrupt(struct bench *b);
static void interrupt_guest(struct bench *b);
static void reset(struct bench *b);
static void read_status(struct bench *b);
static void write_tail(struct bench *b);
static void command(struct bench *b);
static void observe(struct bench *b);
static void permitted(struct bench *b);

static const struct operation operations[] = {
	{"walk", "4-level host walk, device table entry included, through callbacks", false, walk,
	 800, 0, 0},
	{"walk-window", "the same through a memory window", true, walk, 400, 0, 0},
	{"fault", "not-present page, with its event record, through callbacks", false, fault, 900,
	 0, 0},
	{"guest", "4-level guest walk by PASID without host tables, through callbacks", false,
	 guest, 0, 0, 0},
	{"nested",
	 "4-level guest walk over 4 host levels, 29 reads and the entry, through callbacks", false,
	 nested, 2300, 0, 0},
	{"nested-window", "the same through a memory window", true, nested, 1200, 0, 0},
	{"nested-glx2",
	 "the same by a GCR3 table of 3 levels, 39 reads and the entry, through callbacks", false,
	 nested_glx2, 3200, 0, 0},
	{"nested-glx2-window", "and through a memory window", true, nested_glx2, 1700, 0, 0},
	{"interrupt", "remapped interrupt, device table entry included, through callbacks", false,
	 interrupt, 500, 0, 0},
	{"interrupt-guest",
	 "interrupt for a running guest: entries, IRR and doorbell, through callbacks", false,
	 interrupt_guest, 0, 0, 0},
	{"reset", "gvi_reset", false, reset, 0, 0, 0},
	{"read", "read of the Status register", false, read_status, 0, 0, 0},
	{"write", "write of the event log's head", false, write_tail, 0, 0, 0},
	{"command", "one INVALIDATE_IOMMU_PAGES, tail write included", false, command, 0, 0, 0},
	{"observe", "gvi_observe of the walk through a window: twice that walk at most", true,
	 observe, 800, 0, 0},
	{"permitted-0", "gvi_permitted of the nested walk through a window, nothing held", true,
	 permitted, 0, 0, 0},
	{"permitted-1", "the same with 1 entry on the way that was changed", true, permitted, 0, 1,
	 0},
	{"permitted-2", "with 2", true, permitted, 0, 2, 0},
	{"permitted-4", "with 4; the goal is 200 microseconds", true, permitted, 0, 4, 0},
	{"permitted-8", "with 8", true, permitted, 0, 8, 0},
	{"permitted-4-of-1e6", "with 4, and 1000000 words elsewhere that were changed, too", true,
	 permitted, 0, 4, 1000000},
};
enum { NOPERATIONS = sizeof operations / sizeof operations[0] };

static int measure_all(void);
static int count_one(const char *name);

int command_bench(int argc, char **argv)
{
	if (argc == 1)
		return measure_all();
	if (argc == 3 && strcmp(argv[1], "--only") == 0)
		return count_one(argv[2]);
	fprintf(stderr,
		"goldvi bench: takes no arguments, or --only NAME to repeat one operation %d "
		"times without a report.\n",
		COUNTED);
	return 2;
}

/* ---- Measuring ------------------------------------------------------------------ */

static bool begin(struct bench *b, const struct operation *o);
static void end(struct bench *b);
static uint64_t instructions(const struct operation *o);

/* Kept out of line: callgrind collects inside. */
__attribute__((noinline)) void measured(struct bench *b, const struct operation *o, unsigned times);

void measured(struct bench *b, const struct operation *o, unsigned times)
{
	for (unsigned i = 0; i < times; i++)
		o->once(b);
}

/* What takes long is done less often. */
static unsigned times(const struct operation *o, unsigned usual)
{
	return o->once == permitted ? usual / 1000 : usual;
}

static double nanoseconds(struct bench *b, const struct operation *o)
{
	struct timespec from, to;

	measured(b, o, times(o, WARM_UP));
	clock_gettime(CLOCK_MONOTONIC, &from);
	measured(b, o, times(o, TIMED));
	clock_gettime(CLOCK_MONOTONIC, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec)) /
	       times(o, TIMED);
}

static int measure_all(void)
{
	bool missed = false;

	printf("%-18s %9s %13s %6s  %s\n", "operation", "ns", "instructions", "goal", "what");
	for (unsigned i = 0; i < NOPERATIONS; i++) {
		const struct operation *o = &operations[i];
		struct bench b;
		uint64_t count;

		if (!begin(&b, o)) {
			fprintf(stderr, "goldvi bench: there is not enough memory.\n");
			return 2;
		}
		printf("%-18s %9.1f ", o->name, nanoseconds(&b, o));
		end(&b);
		fflush(stdout);
		count = instructions(o);
		missed = missed || (o->most_instructions && count > o->most_instructions);
		count ? printf("%13" PRIu64 " ", count) : printf("%13s ", "no callgrind");
		o->most_instructions ? printf("%6u", o->most_instructions) : printf("%6s", "-");
		printf("  %s\n", o->text);
	}
	return missed ? 1 : 0;
}

static int count_one(const char *name)
{
	for (unsigned i = 0; i < NOPERATIONS; i++) {
		struct bench b;

		if (strcmp(operations[i].name, name) != 0)
			continue;
		if (!begin(&b, &operations[i]))
			return 2;
		measured(&b, &operations[i], times(&operations[i], COUNTED));
		end(&b);
		return 0;
	}
	fprintf(stderr, "goldvi bench: there is no operation '%s'.\n", name);
	return 2;
}

/* Per operation; 0 when callgrind is not there. */
static uint64_t instructions(const struct operation *o)
{
	char self[1024], line[sizeof self + 256];
	ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
	uint64_t total = 0;
	FILE *out;

	self[length < 0 ? 0 : length] = '\0';
	snprintf(line, sizeof line,
		 "valgrind --tool=callgrind --callgrind-out-file=/dev/null --collect-atstart=no "
		 "--toggle-collect='measured*' '%s' bench --only %s 2>&1",
		 self, o->name);
	out = popen(line, "r");
	while (out && fgets(line, sizeof line, out)) {
		const char *at = strstr(line, "Collected :");

		if (at)
			total = strtoull(at + strlen("Collected :"), NULL, 10);
	}
	if (out)
		(void)pclose(out);
	return total / times(o, COUNTED);
}

/* ---- The world that is measured --------------------------------------------------- */

static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	struct bench *b = user;

	/* Nearly all reads are of one word. */
	if (len == 8 && spa <= MEMORY_BYTES - 8) {
		memcpy(to, b->memory + spa, 8);
		return GVI_BUS_OK;
	}
	if (spa > MEMORY_BYTES || len > MEMORY_BYTES - spa)
		return GVI_BUS_MASTER_ABORT;
	memcpy(to, b->memory + spa, len);
	return GVI_BUS_OK;
}

static enum gvi_bus write_memory(void *user, uint64_t spa, const void *from, size_t len)
{
	struct bench *b = user;

	if (spa > MEMORY_BYTES || len > MEMORY_BYTES - spa)
		return GVI_BUS_MASTER_ABORT;
	memcpy(b->memory + spa, from, len);
	return GVI_BUS_OK;
}

static enum gvi_bus exchange_memory(void *user, uint64_t spa, uint64_t *seen, uint64_t next)
{
	uint64_t now = 0;
	enum gvi_bus bus = read_memory(user, spa, &now, 8);

	if (bus == GVI_BUS_OK && now == *seen)
		return write_memory(user, spa, &next, 8);
	*seen = now;
	return bus;
}

static void put(struct bench *b, uint64_t at, uint64_t word)
{
	for (unsigned i = 0; i < 8; i++)
		b->memory[at + i] = (uint8_t)(word >> 8 * i);
}

/* A device whose PASID 0 has a page at 0: GCR3 table, four tables, page, one
 * after the other from `at`, which is `gpa` in the addresses that it uses. */
static void fill_guest(struct bench *b, unsigned device, uint64_t at, uint64_t gpa, uint64_t host)
{
	put(b, DEVICE_TABLE + 32 * device,
	    host | 3 | UINT64_C(1) << 55 | (gpa >> 12 & 7) << 58 | UINT64_C(3) << 61);
	put(b, DEVICE_TABLE + 32 * device + 8, 1 | (gpa >> 15 & 0xffff) << 16 | gpa >> 31 << 43);
	put(b, at, (gpa + 0x1000) | 1);
	for (uint64_t i = 1; i < 5; i++)
		put(b, at + 0x1000 * i, (gpa + 0x1000 * (i + 1)) | 0x67);
}

/* Device 4 reaches the guest tables of device 2 through the second entries of three
 * GCR3 tables, one after the other from `at`. */
static void fill_gcr3(struct bench *b, uint64_t at, uint64_t gpa, uint64_t host)
{
	put(b, DEVICE_TABLE + 32 * 4,
	    host | 3 | UINT64_C(2) << 56 | UINT64_C(1) << 55 | (gpa >> 12 & 7) << 58 |
		    UINT64_C(3) << 61);
	put(b, DEVICE_TABLE + 32 * 4 + 8, 1 | (gpa >> 15 & 0xffff) << 16 | gpa >> 31 << 43);
	put(b, at + 8, (gpa + 0x1000) | 1);
	put(b, at + 0x1008, (gpa + 0x2000) | 1);
	put(b, at + 0x2008, (NESTED_GPA + 0x1000) | 1);
}

/* Device 0 has four levels of tables, one page mapped at 0, and one interrupt. */
static void fill_memory(struct bench *b)
{
	put(b, DEVICE_TABLE, TABLES | 4 << 9 | 3 | UINT64_C(3) << 61);
	put(b, DEVICE_TABLE + 8, 1);
	/* IV=1, 16 entries, IntCtl=10; entry 5 sends vector 31h to processor 2. */
	put(b, DEVICE_TABLE + 16, UINT64_C(2) << 60 | INTERRUPTS | 4 << 1 | 1);
	put(b, INTERRUPTS + 16, UINT64_C(0x00310201) << 32);
	for (uint64_t level = 4; level > 0; level--)
		put(b, TABLES + 0x1000 * (4 - level),
		    (TABLES + 0x1000 * (5 - level)) | (level - 1) << 9 | 1 | UINT64_C(3) << 61);
	/* The same of device 3, whose entry 5 is for a guest that runs. */
	put(b, DEVICE_TABLE + 32 * 3 + 16, UINT64_C(2) << 60 | GUEST_INTERRUPTS | 4 << 1 | 1);
	put(b, GUEST_INTERRUPTS + 16 * 5, 0x02c1);
	put(b, GUEST_INTERRUPTS + 16 * 5 + 8, GUEST_APIC | 0x31);
	fill_guest(b, 1, GUEST, GUEST, 0);
	fill_guest(b, 2, NESTED, NESTED_GPA, TABLES | 4 << 9);
	fill_gcr3(b, NESTED + 0x6000, NESTED_GPA + 0x6000, TABLES | 4 << 9);
	for (uint64_t i = 0; i < 9; i++)
		put(b, TABLES + 0x3000 + (NESTED_GPA >> 9) + 8 * i,
		    (NESTED + 0x1000 * i) | 1 | UINT64_C(3) << 61);
	for (uint64_t i = 0; i < 256; i++) {
		put(b, RING + 16 * i, UINT64_C(3) << 60 | UINT64_C(1) << 32);
		put(b, RING + 16 * i + 8, 0x1000);
	}
}

static bool start_oracle(struct bench *b, const struct gvi_config *config,
			 const struct gvi_host *host);
static bool change(struct bench *b, unsigned count);
static bool change_elsewhere(struct bench *b, unsigned count);

static bool begin(struct bench *b, const struct operation *o)
{
	bool has_guest = o->once == guest || o->once == nested || o->once == nested_glx2 ||
			 o->once == interrupt_guest || o->once == permitted;
	enum gvi_preset preset = has_guest ? GVI_PRESET_EVERYTHING : GVI_PRESET_HOST_ONLY;
	struct gvi_host host = {.user = b, .read = read_memory, .write = write_memory};
	struct gvi_config config;

	*b = (struct bench){.m = malloc(gvi_size()), .memory = calloc(1, MEMORY_BYTES)};
	if (!b->m || !b->memory || gvi_preset(preset, &config) != GVI_OK)
		return false;
	fill_memory(b);
	b->window = (struct gvi_window){.spa = 0, .length = MEMORY_BYTES, .bytes = b->memory};
	if (o->window) {
		host.windows = &b->window;
		host.nwindows = 1;
	}
	if (o->once == interrupt_guest)
		host.exchange = exchange_memory;
	if (gvi_init(b->m, &config, &host) != GVI_OK)
		return false;
	if (o->once == observe || o->once == permitted)
		return start_oracle(b, &config, &host) && change(b, o->held) &&
		       change_elsewhere(b, o->elsewhere);
	(void)gvi_mmio_write(b->m, 0x00, 8, DEVICE_TABLE);
	(void)gvi_mmio_write(b->m, 0x08, 8, UINT64_C(8) << 56 | RING);
	(void)gvi_mmio_write(b->m, 0x10, 8, UINT64_C(15) << 56 | LOG);
	/* GTEn and GCR3TRPMode where they exist; GAEn and GAMEn where they are used. */
	(void)gvi_mmio_write(b->m, 0x18, 8,
			     UINT64_C(0x0400000000011405) |
				     (o->once == interrupt_guest ? 0x02020000 : 0));
	return true;
}

static void end(struct bench *b)
{
	free(b->m);
	free(b->memory);
	free(b->oracle);
	free(b->outcome);
}

/* ---- An oracle over the same world ------------------------------------------------ */

enum { OUTCOMES = 64 };

/* Entries of device 2's nested walk, and what changes in each without making it
 * another walk. */
static const struct {
	uint64_t at, bits;
} changes[] = {
	{NESTED + 0x4000, 0x800}, /* guest tables, leaf first: a bit for software */
	{NESTED + 0x3000, 0x800},
	{TABLES + 0x3000 + (NESTED_GPA >> 9) + 40, UINT64_C(1)
							   << 60}, /* host leaf of the page: FC */
	{NESTED + 0x2000, 0x800},
	{NESTED + 0x1000, 0x800},
	{NESTED, 0x8}, /* the GCR3 table's entry: PWT */
	{TABLES + 0x3000 + (NESTED_GPA >> 9) + 8, UINT64_C(1) << 60},
	{TABLES + 0x3000 + (NESTED_GPA >> 9) + 16, UINT64_C(1) << 60},
};

static bool start_oracle(struct bench *b, const struct gvi_config *config,
			 const struct gvi_host *host)
{
	static const uint64_t registers[][2] = {{0x00, DEVICE_TABLE},
						{0x08, UINT64_C(8) << 56 | RING},
						{0x10, UINT64_C(15) << 56 | LOG},
						{0x18, UINT64_C(0x0400000000011405)}};
	const struct gvi_bounds bounds = {.worlds = 16, .runs = 65536, .values_log2 = 21};
	const struct gvi_seen nothing = {0};
	struct gvi_judgement j;

	b->oracle = malloc(gvi_oracle_size(&bounds));
	b->outcome = calloc(OUTCOMES, sizeof *b->outcome);
	if (!b->oracle || !b->outcome ||
	    gvi_oracle_init(b->oracle, &bounds, config, host) != GVI_OK)
		return false;
	for (unsigned i = 0; i < 4; i++) {
		struct gvi_input in = {.kind = GVI_INPUT_MMIO_WRITE};

		in.of.mmio.offset = (uint32_t)registers[i][0];
		in.of.mmio.length = 8;
		in.of.mmio.value = registers[i][1];
		if (gvi_observe(b->oracle, &in, &nothing, &j, NULL) != GVI_OK || j.verdict)
			return false;
	}
	return true;
}

static bool change(struct bench *b, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		uint64_t old = 0;

		for (unsigned k = 8; k--;)
			old = old << 8 | b->memory[changes[i].at + k];
		put(b, changes[i].at, old ^ changes[i].bits);
		if (gvi_oracle_wrote(b->oracle, changes[i].at, &old, 1) != GVI_OK)
			return false;
	}
	return true;
}

/* Behind the memory of the bench, where no walk leads. */
static bool change_elsewhere(struct bench *b, unsigned count)
{
	const uint64_t old = 1;

	for (unsigned i = 0; i < count; i++)
		if (gvi_oracle_wrote(b->oracle, MEMORY_BYTES + 8 * (uint64_t)i, &old, 1) != GVI_OK)
			return false;
	return true;
}

/* ---- Operations ------------------------------------------------------------------- */

static void walk(struct bench *b)
{
	const struct gvi_request request = {.address = 0x123, .length = 4, .access = GVI_READ};

	(void)gvi_translate(b->m, &request, &b->answer);
}

/* The log holds 32768 records: a head that jumps once in as many faults keeps
 * it from filling and costs nothing that shows. */
static void fault(struct bench *b)
{
	const struct gvi_request request = {.address = 0x5123, .length = 4, .access = GVI_READ};

	(void)gvi_translate(b->m, &request, &b->answer);
	if (++b->faults % 32767 == 0) {
		uint64_t tail;

		(void)gvi_mmio_read(b->m, 0x2018, 8, &tail);
		(void)gvi_mmio_write(b->m, 0x2010, 8, tail);
	}
}

static void by_pasid(struct bench *b, uint16_t device, uint32_t pasid)
{
	const struct gvi_request request = {.address = 0x123,
					    .length = 4,
					    .pasid = pasid,
					    .device = device,
					    .access = GVI_READ,
					    .has_pasid = true};

	(void)gvi_translate(b->m, &request, &b->answer);
}

static void guest(struct bench *b)
{
	by_pasid(b, 1, 0);
}

static void nested(struct bench *b)
{
	by_pasid(b, 2, 0);
}

static void nested_glx2(struct bench *b)
{
	by_pasid(b, 4, PASID);
}

static void interrupt(struct bench *b)
{
	static const struct gvi_interrupt request = {.address = 0xfee00000, .data = 5};

	(void)gvi_interrupt(b->m, &request, &b->answer);
}

/* The bit is set already, and the doorbell is sent all the same. */
static void interrupt_guest(struct bench *b)
{
	static const struct gvi_interrupt request = {.address = 0xfee00000, .data = 5, .device = 3};

	(void)gvi_interrupt(b->m, &request, &b->answer);
}

static void reset(struct bench *b)
{
	gvi_reset(b->m);
}

static void read_status(struct bench *b)
{
	uint64_t value;

	(void)gvi_mmio_read(b->m, 0x2020, 8, &value);
}

static void write_tail(struct bench *b)
{
	(void)gvi_mmio_write(b->m, 0x2010, 8, 0x10);
}

static void command(struct bench *b)
{
	uint64_t tail;
	bool done;

	(void)gvi_mmio_read(b->m, 0x2008, 8, &tail);
	(void)gvi_mmio_write(b->m, 0x2008, 8, (tail + 16) % 4096);
	(void)gvi_step(b->m, &done);
}

static void observe(struct bench *b)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};
	struct gvi_seen seen = {.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS};
	struct gvi_judgement j;

	in.of.request = (struct gvi_request){.address = 0x123, .length = 4, .access = GVI_READ};
	seen.reply.answer.result = GVI_GRANT;
	seen.reply.answer.address = TABLES + 0x4123;
	(void)gvi_observe(b->oracle, &in, &seen, &j, NULL);
}

static void permitted(struct bench *b)
{
	struct gvi_input in = {.kind = GVI_INPUT_TRANSLATE};
	enum gvi_verdict verdict;
	size_t count;

	in.of.request = (struct gvi_request){
		.address = 0x123, .length = 4, .device = 2, .access = GVI_READ, .has_pasid = true};
	(void)gvi_permitted(b->oracle, &in, b->outcome, OUTCOMES, &count, &verdict);
}
