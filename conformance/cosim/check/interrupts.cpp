// Interrupts through goldvi_tlm.h: one that passes as it came, one that the IOMMU changes on
// the way, which has to be refused.
#include "goldvi_tlm_bench.h"

struct careless : sc_core::sc_module {
	tlm_utils::simple_target_socket<careless> requests, registers;
	tlm_utils::simple_initiator_socket<careless> memory;
	bool wrong = false;

	explicit careless(sc_core::sc_module_name name) : sc_module(name)
	{
		requests.register_b_transport(this, &careless::translate);
		registers.register_b_transport(this, &careless::write);
	}
	void translate(tlm::tlm_generic_payload &t, sc_core::sc_time &delay)
	{
		t.get_data_ptr()[0] ^= wrong ? 1 : 0;
		memory->b_transport(t, delay);
	}
	void write(tlm::tlm_generic_payload &t, sc_core::sc_time &)
	{
		t.set_response_status(tlm::TLM_OK_RESPONSE);
	}
};

struct interrupts : goldvi_tlm_driver {
	careless *iommu = nullptr;
	goldvi_tlm *board = nullptr;
	bool right = true;

	using goldvi_tlm_driver::goldvi_tlm_driver;

	uint64_t refused() const
	{
		return scoreboard_totals(board->get())->refused;
	}
	void run() override
	{
		uint32_t own = 0x31;

		// The IOMMU is not enabled: everything stays as it is.
		interrupt(0x20, 0xfee05000, 0x31);
		right &= refused() == 0;
		iommu->wrong = true;
		interrupt(0x20, 0xfee05000, 0x31);
		right &= refused() == 1;
		// Nothing has made it interrupt for itself.
		goldvi_tlm_move(iommu->memory, tlm::TLM_WRITE_COMMAND, 0xfee00000, &own, 4);
		right &= refused() == 2;
	}
};

int sc_main(int, char **)
{
	careless iommu("iommu");
	goldvi_tlm_memory memory("memory");
	goldvi_tlm board("board", "host-only");
	interrupts driver("driver");

	driver.iommu = &iommu;
	driver.board = &board;
	driver.bind(board);
	board.device_out.bind(iommu.requests);
	board.register_out.bind(iommu.registers);
	board.memory_out.bind(memory.in);
	iommu.memory.bind(board.memory_in);
	sc_core::sc_start();
	driver.right &= board.finish() == 2;
	std::puts(driver.right ? "interrupts: passed" : "interrupts: FAILED");
	return driver.right ? 0 : 1;
}
