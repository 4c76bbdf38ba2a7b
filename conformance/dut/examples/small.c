/* The smallest plug-in that is of use: registers, commands, memory accesses and events.
 * The library stands for an implementation of one's own, an IOMMU without options.
 *
 *   cc -shared -fPIC small.c -o small.so $(pkg-config --cflags --libs goldvi)
 *   goldvi run --dut plugin:./small.so vectors */
#include <stdlib.h>

#include <goldvi/goldvi.h>
#include <goldvi/plugin.h>

/* The implementation's way to memory is the bench's. */
static enum gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t len)
{
	return (enum gvi_bus)((const struct gvi_plugin_bench *)user)->read(user, spa, to, len);
}

static enum gvi_bus write_memory(void *user, uint64_t spa, const void *from, size_t len)
{
	return (enum gvi_bus)((const struct gvi_plugin_bench *)user)->write(user, spa, from, len);
}

static void *start(const struct gvi_plugin_bench *bench, struct gvi_plugin_config *told)
{
	struct gvi_host host = {.read = read_memory, .write = write_memory};
	struct gvi_config config;
	struct gvi *m = malloc(gvi_size());

	host.user = (void *)(uintptr_t)bench;
	(void)gvi_preset(GVI_PRESET_NOTHING, &config);
	(void)told; /* it is what it was told */
	if (m && gvi_init(m, &config, &host) == GVI_OK)
		return m;
	free(m);
	return NULL;
}

static int mmio_read(void *device, uint32_t offset, uint32_t len, uint64_t *value)
{
	return gvi_mmio_read(device, offset, len, value) ? GVI_PLUGIN_UNSUPPORTED : GVI_PLUGIN_OK;
}

/* What the write lets it do is done when it returns. */
static int mmio_write(void *device, uint32_t offset, uint32_t len, uint64_t value)
{
	bool more = gvi_mmio_write(device, offset, len, value) == GVI_OK;

	while (more)
		(void)gvi_step(device, &more);
	return GVI_PLUGIN_OK;
}

static int dma(void *device, const struct gvi_plugin_dma *dma, struct gvi_plugin_answer *answer)
{
	const struct gvi_request request = {dma->address, dma->length, 0,     dma->device,
					    dma->access,  false,       false, false,
					    dma->intx,    false};
	struct gvi_answer seen;

	/* What this device cannot be made to do is no failure. */
	if (dma->has_pasid || dma->translated || gvi_translate(device, &request, &seen) != GVI_OK)
		return GVI_PLUGIN_UNSUPPORTED;
	answer->result = seen.result;
	answer->address = seen.address;
	return GVI_PLUGIN_OK;
}

const struct gvi_plugin gvi_plugin_table = {
	.abi = GVI_PLUGIN_ABI,
	.abilities = GVI_PLUGIN_EVENTS | GVI_PLUGIN_INJECT,
	.start = start,
	.stop = free,
	.mmio_read = mmio_read,
	.mmio_write = mmio_write,
	.dma = dma,
};
