/* snapshots FILE: an IOMMU with something of everything is saved as the bytes of FILE,
 * on every machine; and FILE is restored and saved again as itself.
 * snapshots --write FILE writes it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance/memory.h"
#include "goldvi/goldvi.h"

enum { VALUES_LOG2 = 4, ROOM = 65536 };
#define TABLE    UINT64_C(0x100000)
#define COMMANDS UINT64_C(0x400000)

/* A word a history of this size is made of. */
static uint64_t storage[2][2048];

static void need(bool condition, const char *what)
{
	if (condition)
		return;
	fprintf(stderr, "snapshots: %s\n", what);
	exit(EXIT_FAILURE);
}

static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	memory_read(user, spa, to, len);
	return GVI_BUS_OK;
}

static struct gvi *begin(const struct gvi_host *host)
{
	struct gvi *m = malloc(gvi_size());
	struct gvi_config config;

	need(m && gvi_preset(GVI_PRESET_EVERYTHING, &config) == GVI_OK, "no model");
	config.version = 100;
	config.habit[GVI_CHOICE_EVENT_ADDRESS] = 1;
	need(gvi_init(m, &config, host) == GVI_OK, "the configuration is refused");
	need(gvi_history_size(VALUES_LOG2) <= sizeof storage[0] &&
		     gvi_track(m, storage[0], VALUES_LOG2) == GVI_OK,
	     "no history");
	return m;
}

static void set(struct gvi *m, uint32_t offset, uint64_t value)
{
	need(gvi_mmio_write(m, offset, 8, value) == GVI_OK, "a register is refused");
}

/* An old event, an invalidation that is complete, some that are not, and two that wait
 * for a device. */
static void live(struct gvi *m, struct memory *memory)
{
	static const uint64_t commands[][2] = {
		{UINT64_C(0x3000000700000000), UINT64_C(0x7ffffffffffff003)},
		{UINT64_C(0x1000000000000000), 0},
		{UINT64_C(0x2000000000000020), 0},
		{UINT64_C(0x4000000500010020), 0x2001},
		{UINT64_C(0x1000000000600005), UINT64_C(0xcafef00d)},
	};
	const struct gvi_request request = {.address = 0x5000, .length = 4, .device = 0x20};
	const uint64_t old[2] = {3, UINT64_C(0x123456789abcdef0)};
	struct gvi_answer answer;
	bool done;

	set(m, 0x00, TABLE | 0x1ff);
	set(m, 0x08, UINT64_C(8) << 56 | COMMANDS);
	set(m, 0x10, UINT64_C(8) << 56 | 0x500000);
	set(m, 0x18, 0x141d);
	need(memory_store(memory, TABLE + 0x400, 0x0600000001000603 | UINT64_C(1) << 32), "memory");
	need(gvi_wrote(m, TABLE + 0x400, old, 2) == GVI_OK, "a change is refused");
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		for (size_t k = 0; k < 2; k++)
			need(memory_store(memory, COMMANDS + 16 * i + 8 * k, commands[i][k]),
			     "memory");
	set(m, 0x2008, 16 * (sizeof commands / sizeof commands[0]));
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		need(gvi_step(m, &done) == GVI_OK && done, "a command is not taken");
	need(gvi_translate(m, &request, &answer) == GVI_OK && answer.logging == GVI_LOGGED,
	     "there is no event");
}

static size_t read_file(const char *path, uint8_t *to)
{
	FILE *file = fopen(path, "rb");
	size_t size = file ? fread(to, 1, ROOM, file) : 0;

	need(file && size, "the file cannot be read");
	fclose(file);
	return size;
}

static void write_file(const char *path, const uint8_t *from, size_t size)
{
	FILE *file = fopen(path, "wb");

	need(file && fwrite(from, 1, size, file) == size && fclose(file) == 0,
	     "the file cannot be written");
}

/* What is restored is saved as the same bytes. */
static void check_again(const struct gvi_host *host, const uint8_t *bytes, size_t size)
{
	static uint8_t again[ROOM];
	struct gvi *m = malloc(gvi_size());

	need(m && gvi_restore(m, host, storage[1], bytes, size) == GVI_OK, "it is not restored");
	need(gvi_save_size(m) == size && gvi_save(m, again, ROOM) == GVI_OK &&
		     !memcmp(again, bytes, size),
	     "what is restored is saved otherwise");
	free(m);
}

int main(int argc, char **argv)
{
	static uint8_t now[ROOM], golden[ROOM];
	struct memory *memory = memory_new();
	const struct gvi_host host = {.user = memory, .read = read_memory};
	bool write = argc == 3 && strcmp(argv[1], "--write") == 0;
	struct gvi *m;
	size_t size;

	need(memory && (argc == 2 || write), "a file is needed");
	m = begin(&host);
	live(m, memory);
	size = gvi_save_size(m);
	need(gvi_save(m, now, ROOM) == GVI_OK, "it is not saved");
	if (write)
		write_file(argv[2], now, size);
	need(read_file(argv[argc - 1], golden) == size && !memcmp(now, golden, size),
	     "the bytes are not those of the file");
	check_again(&host, golden, size);
	printf("%zu bytes, saved and restored\n", size);
	free(m);
	memory_free(memory);
	return EXIT_SUCCESS;
}
