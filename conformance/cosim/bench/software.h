// The software of the bench: it sets the IOMMU up, changes tables and invalidates what
// it has changed, reads the event log or lets it overflow, and makes mistakes.
#ifndef BENCH_SOFTWARE_H
#define BENCH_SOFTWARE_H

#include "simulation.h"

class Software
{
      public:
	explicit Software(Simulation &simulation);

	// One thing more.
	void step();
	// What was begun.
	void finish();

      private:
	static constexpr uint64_t COMMANDS = 0x200000, EVENTS = 0x210000, STORES = 0x220000;
	static constexpr unsigned RING = 256 * 16;

	Simulation &sim;
	Random &random;
	std::vector<Dirty> dirty;
	unsigned tail = 0, event_head = 0, drain_at = 64;
	uint64_t store_at = 0, store_data = 0; // what the last COMPLETION_WAIT stores

	void start();
	void push(Command c);
	void push_wait();
	void kick();
	bool complete();
	void await();
	void write(const Batch &batch);
	void change();
	void flush();
	void hasten();
	void storm();
	void blunder();
	void read_events();
	void overflow();
	void look();
	void exclude();
	void reprogram();
};

#endif
