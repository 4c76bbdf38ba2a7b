// A C++17 bench of an implementation: the oracle is told what the implementation was
// asked and what it did, and says whether an IOMMU may do that.
#include <goldvi/oracle.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

static std::vector<unsigned char> ram(0x10000);

static enum gvi_bus read_ram(void *, uint64_t spa, void *to, size_t length)
{
	if (spa > ram.size() || length > ram.size() - spa)
		return GVI_BUS_MASTER_ABORT;
	for (size_t i = 0; i < length; i++)
		static_cast<unsigned char *>(to)[i] = ram[spa + i];
	return GVI_BUS_OK;
}

struct Bench {
	gvi_bounds bounds{16, 4096, 10, 0};
	gvi_oracle *oracle = static_cast<gvi_oracle *>(std::malloc(gvi_oracle_size(&bounds)));

	Bench()
	{
		struct gvi_config config;
		gvi_host host{};
		host.read = read_ram;
		if (!oracle || gvi_preset(GVI_PRESET_EPYC_ROME, &config) ||
		    gvi_oracle_init(oracle, &bounds, &config, &host))
			std::abort();
	}
	~Bench() { std::free(oracle); }

	// The implementation has granted a read of this address, at `spa`.
	bool may_grant(uint64_t address, uint64_t spa)
	{
		gvi_input input{};
		gvi_seen seen{};
		gvi_judgement judgement;

		input.kind = GVI_INPUT_TRANSLATE;
		input.of.request.address = address;
		input.of.request.length = 4;
		seen.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS;
		seen.reply.answer.result = GVI_GRANT;
		seen.reply.answer.address = spa;
		return gvi_observe(oracle, &input, &seen, &judgement, nullptr) == GVI_OK &&
		       judgement.verdict == GVI_PERMITTED;
	}
};

int main()
{
	Bench bench;
	const bool same = bench.may_grant(0x5000, 0x5000), other = bench.may_grant(0x5000, 0x6000);

	// Nobody has enabled the IOMMU: everything passes, and stays where it is.
	std::printf("the same address: %s, another: %s\n", same ? "permitted" : "refused",
		    other ? "permitted" : "refused");
	return same && !other ? EXIT_SUCCESS : EXIT_FAILURE;
}
