/* What a user of the installed library writes: where does a device's access go?
 * One page is mapped; the model says so, and by which rules. */
#include <goldvi/goldvi.h>

#include <stdio.h>
#include <stdlib.h>

enum { TABLE = 0x1000, LEAF = 0x4000, DEVICE = 0x20, SIZE = 0x8000 };

/* Memory as the IOMMU sees it: little-endian bytes from address 0. */
static unsigned char ram[SIZE];

/* Words of a format, from its fields, at an address. */
static void store(uint64_t spa, enum gvi_format_id format, const char *fields)
{
	uint64_t raw[GVI_MAX_WORDS];

	if (!gvi_encode(format, fields, raw, NULL))
		abort();
	for (unsigned i = 0; i < 8 * gvi_words(format); i++)
		ram[spa + i] = (unsigned char)(raw[i / 8] >> 8 * (i % 8));
}

int main(void)
{
	const struct gvi_window window = {.length = SIZE, .bytes = ram};
	const struct gvi_host host = {.windows = &window, .nwindows = 1};
	const struct gvi_request request = {.address = 0x5ab8, .length = 4, .device = DEVICE};
	struct gvi_config config;
	struct gvi_answer answer;
	struct gvi *m = malloc(gvi_size());

	store(TABLE + 32 * DEVICE, GVI_FORMAT_DTE,
	      "V=1 TV=1 Mode=1 HostPageTableRootPtr=0x4000 IR=1 IW=1 DomainID=7");
	store(LEAF + 8 * 5, GVI_FORMAT_PTE, "PR=1 Address=0xc0005000 IR=1 IW=1");

	if (!m || gvi_preset(GVI_PRESET_EPYC_ROME, &config) || gvi_init(m, &config, &host) ||
	    gvi_mmio_write(m, 0x0000, 8, TABLE) || /* device table base, 4 KiB */
	    gvi_mmio_write(m, 0x0018, 8, 1) ||     /* Control: IommuEn */
	    gvi_translate(m, &request, &answer))
		return 1;
	printf("%s at 0x%llx, by", answer.result == GVI_GRANT ? "granted" : "refused",
	       (unsigned long long)answer.address);
	for (unsigned i = 0; i < answer.nclauses; i++)
		printf(" %s", gvi_clauses[answer.clause[i]].slug);
	putchar('\n');
	free(m);
	return answer.address != 0xc0005ab8;
}
