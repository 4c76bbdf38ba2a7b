// The IOMMU under test, its memory ports, the devices that use it, and the scoreboard
// that sees all of it, cycle by cycle.
#ifndef BENCH_SIMULATION_H
#define BENCH_SIMULATION_H

#include <memory>
#include <string>

#include "Viommu.h"
#include "verilated.h"
#include "verilated_vcd_c.h"

#include "../scoreboard.h"
#include "tables.h"

class Simulation
{
      public:
	struct Options {
		uint64_t seed = 1;
		unsigned bug = 0;
		bool quiet = false; // reports are kept, not printed
		std::string wave;   // file for a waveform, from this cycle on
		uint64_t wave_from = 0;
	};

	explicit Simulation(const Options &options);
	~Simulation();

	// ---- For software: each call takes as many cycles as it needs ---------------

	void run(unsigned cycles);
	void mmio_write(uint32_t offset, uint64_t value);
	uint64_t mmio_read(uint32_t offset);
	// Memory; when nothing is under way if a page appears that was not there.
	void store(const Batch &batch);
	void store(uint64_t spa, uint64_t value);
	// A request that is under way, if there is one.
	const gvi_request &open_request();
	// Until no request is under way.
	void drain();

	// What is wrong with the IOMMU, beyond what the scoreboard says.
	void fail(const std::string &why);
	bool failed() const
	{
		return wrong;
	}
	void finish();

	Memory memory;
	Random random;
	Tables tables;
	bool traffic = false;    // devices are at work
	unsigned walk_delay = 0; // memory is so late for the walker, with what it held early
	uint64_t cycles = 0, answered = 0, interrupts = 0;
	std::string report; // the first thing that was wrong

	const struct scoreboard_totals &totals() const
	{
		return *scoreboard_totals(judge);
	}

      private:
	static constexpr unsigned TAGS = 64;

	// A read or write that memory has taken, and answers `wait` cycles later.
	struct Slot {
		bool busy, sampled;
		unsigned wait, resp;
		uint64_t spa, data[4];
	};

	Options options;
	std::unique_ptr<VerilatedContext> context;
	std::unique_ptr<Viommu> dut;
	std::unique_ptr<VerilatedVcdC> trace;
	scoreboard *judge;
	gvi_window window;
	bool wrong = false;
	Slot reads[2] = {}, writes[2] = {};
	uint64_t free_tags = ~(uint64_t)0;
	unsigned under_way = 0;
	gvi_request open[TAGS] = {}, asked = {};
	bool asking = false;
	uint64_t mmio_value = 0;
	bool mmio_done = false;
	unsigned slowness = 4;

	void clock();
	void drive();
	void drive_request();
	void observe();
	void observe_answer();
	void observe_write();
	void observe_mmio();
	void judged(bool permitted);
	void reset();
	void dump(unsigned half);
	void sample(Slot &slot);
};

#endif
