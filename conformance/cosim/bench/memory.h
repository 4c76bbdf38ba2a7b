// System memory as the IOMMU under test and the oracle read it: one block, an area
// that refuses every access, and nothing else.
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <cstring>
#include <vector>

#include "goldvi/goldvi.h"

class Memory
{
      public:
	static constexpr uint64_t SIZE = 16u << 20;
	static constexpr uint64_t REFUSING = 0x40000000;
	static constexpr uint64_t REFUSING_SIZE = 1u << 20;

	Memory() : bytes(SIZE)
	{
	}

	gvi_bus bus(uint64_t spa) const
	{
		if (spa < SIZE)
			return GVI_BUS_OK;
		return spa - REFUSING < REFUSING_SIZE ? GVI_BUS_TARGET_ABORT : GVI_BUS_MASTER_ABORT;
	}

	// Little-endian, and so are the machines that this runs on.
	uint64_t read(uint64_t spa) const
	{
		uint64_t word = 0;

		if (spa < SIZE)
			memcpy(&word, &bytes[spa], sizeof word);
		return word;
	}

	void write(uint64_t spa, uint64_t word)
	{
		if (spa < SIZE)
			memcpy(&bytes[spa], &word, sizeof word);
	}

	const void *start() const
	{
		return bytes.data();
	}

      private:
	std::vector<uint8_t> bytes;
};

#endif
