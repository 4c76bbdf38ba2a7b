// The tables of the software in the bench: devices, domains and their host page tables,
// good ones and bad ones, and what changes in them by chance.
#ifndef BENCH_TABLES_H
#define BENCH_TABLES_H

#include <unordered_map>
#include <vector>

#include "memory.h"
#include "random.h"

// Words that software means to write, in one go.
class Batch
{
      public:
	struct Word {
		uint64_t spa, value;
		bool fresh; // in a table that nothing has pointed to
	};

	void set(uint64_t spa, uint64_t value, bool fresh = false)
	{
		auto place = places.emplace(spa, words.size());

		if (place.second)
			words.push_back({spa, value, fresh});
		else
			words[place.first->second].value = value;
	}

	// Memory as it will be.
	uint64_t now(const Memory &memory, uint64_t spa) const
	{
		auto place = places.find(spa);

		return place == places.end() ? memory.read(spa) : words[place->second].value;
	}

	std::vector<Word> words;
	bool must_flush = false; // before anything else is changed

      private:
	std::unordered_map<uint64_t, size_t> places;
};

struct Command {
	uint64_t low, high;
};

// What was changed, so that it can be invalidated.
struct Dirty {
	bool is_device;
	uint16_t device, domain;
	uint64_t iova;
	unsigned size_log2;
	bool pointer;
};

class Tables
{
      public:
	static constexpr uint64_t DEVICE_TABLE = 0x100000;
	static constexpr unsigned TABLE_SIZE = 7; // 1024 devices

	Tables(Memory &memory, Random &random);

	// All there is at first.
	Batch setup();

	// A change, and what it concerns.
	Batch change(std::vector<Dirty> &dirty);
	// The same for what a device is using.
	Batch change(std::vector<Dirty> &dirty, const gvi_request &used);

	// Commands that invalidate it: just enough, or not.
	Command invalidation(const Dirty &dirty);
	Command any_invalidation();

	// One of those that devices use most.
	uint64_t any_address();

	// An access of a device: most hit what is mapped.
	gvi_request request();

	// Now and then most requests are refused.
	bool storm = false;

      private:
	struct Domain {
		uint16_t id;
		unsigned mode;
		uint64_t root, pool; // tables are taken from the pool
		unsigned used;
	};
	struct Device {
		uint16_t id;
		Domain *domain;
	};

	static constexpr uint64_t POOLS = 0x400000;
	static constexpr unsigned POOL_TABLES = 128;
	static constexpr unsigned DOMAINS = 6, DEVICES = 12, ADDRESSES = 20;

	Memory &memory;
	Random &random;
	std::vector<Domain> domains;
	std::vector<Device> devices;
	std::vector<uint64_t> addresses; // where something is mapped

	void write_device(Batch &batch, const Device &d);
	Batch change_page(Domain &d, uint64_t iova, std::vector<Dirty> &dirty);
	void rebuild(Batch &batch, Domain &d);
	uint64_t table(Batch &batch, Domain &d, unsigned level, uint64_t iova);
	void entry(Batch &batch, Domain &d, unsigned level, uint64_t at, uint64_t iova, bool fresh);
	void fill(Batch &batch, uint64_t table, uint64_t iova);
	uint64_t pointer(Batch &batch, Domain &d, unsigned level, uint64_t iova);
	uint64_t leaf(unsigned level, unsigned &copies_log2);
	uint64_t bad(unsigned level);
	uint64_t rights();
	uint64_t address();
	Domain &any_domain();
};

#endif
