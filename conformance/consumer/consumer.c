/* What a user of the installed library writes: a device that no table describes
 * is passed through, with the reason. */
#include <goldvi/goldvi.h>

#include <stdio.h>
#include <stdlib.h>

static enum gvi_bus nothing_there(void *user, uint64_t spa, void *to, size_t len)
{
	(void)user, (void)spa, (void)to, (void)len;
	return GVI_BUS_MASTER_ABORT;
}

int main(void)
{
	struct gvi_config config;
	struct gvi_host host = {.read = nothing_there};
	struct gvi_request request = {.address = 0x1000, .length = 4, .device = 0x20};
	struct gvi_answer answer;
	struct gvi *m = malloc(gvi_size());
	int status = 1;

	if (m && gvi_preset(GVI_PRESET_EPYC_ROME, &config) == GVI_OK &&
	    gvi_init(m, &config, &host) == GVI_OK &&
	    gvi_translate(m, &request, &answer) == GVI_OK && answer.result == GVI_GRANT &&
	    answer.nclauses == 1) {
		printf("%d: granted by %s\n", gvi_version(), gvi_clauses[answer.clause[0]].slug);
		status = 0;
	}
	free(m);
	return status;
}
