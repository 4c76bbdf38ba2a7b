// Numbers by chance that are the same on every machine.
#ifndef BENCH_RANDOM_H
#define BENCH_RANDOM_H

#include <cstdint>

class Random
{
      public:
	explicit Random(uint64_t seed) : state(seed * 0x9e3779b97f4a7c15u + 1)
	{
	}

	// xorshift64*
	uint64_t next()
	{
		state ^= state >> 12;
		state ^= state << 25;
		state ^= state >> 27;
		return state * 0x2545f4914f6cdd1du;
	}

	unsigned below(unsigned n)
	{
		return (unsigned)((next() >> 32) * n >> 32);
	}

	unsigned between(unsigned low, unsigned high)
	{
		return low + below(high - low + 1);
	}

	// True n times of a thousand.
	bool sometimes(unsigned n)
	{
		return below(1000) < n;
	}

      private:
	uint64_t state;
};

#endif
