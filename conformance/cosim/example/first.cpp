// The scoreboard in SystemC, around an IOMMU: one page, an invalidation, and the page
// gone elsewhere.  +stale makes the IOMMU's cache outlive its invalidation.
#include "goldvi_tlm_bench.h"
#include "toy_iommu.h"

struct first : goldvi_tlm_driver {
	using goldvi_tlm_driver::goldvi_tlm_driver;

	void run() override
	{
		uint32_t data;

		store(0x1400, 0x6000000000010203);  // V, TV, Mode 1, tables at 1_0000h, IR, IW
		store(0x1408, 7);                   // DomainID
		store(0x10028, 0x6000000000018001); // page 5 is at 1_8000h
		set(0x00, 0x1001);                  // DevTabBase, two pages
		set(0x08, 0x0800000000002000);      // CmdBufBase, 256 entries
		set(0x18, 0x1001);                  // CmdBufEn, IommuEn
		read(0x20, 0x5678, &data, 4);
		store(0x10028, 0x6000000000019001); // ... and now at 1_9000h
		read(0x20, 0x5678, &data, 4);
		store(0x2000, 0x3000000700000000); // INVALIDATE_IOMMU_PAGES
		store(0x2008, 0x5000);
		store(0x2010, 0x1000000000003001); // COMPLETION_WAIT
		store(0x2018, 0xcafe);
		set(0x2008, 0x20);
		read(0x20, 0x5678, &data, 4);
	}
};

int sc_main(int argc, char **argv)
{
	toy_iommu iommu("iommu", argc > 1 && !strcmp(argv[1], "+stale"));
	goldvi_tlm_memory memory("memory");
	goldvi_tlm board("board", "host-only");
	first driver("driver");

	driver.bind(board);
	board.device_out.bind(iommu.requests);
	board.register_out.bind(iommu.registers);
	board.memory_out.bind(memory.in);
	iommu.memory.bind(board.memory_in);
	sc_core::sc_start();
	return board.finish() ? 1 : 0;
}
