/* What a SystemC bench has around the scoreboard of goldvi_tlm.h: memory, and a driver that
 * stands for software and devices.
 *
 *   struct test : goldvi_tlm_driver {
 *       using goldvi_tlm_driver::goldvi_tlm_driver;
 *       void run() override { store(0x1400, word); set(0x18, 1); read(0x20, 0x5678, &data, 4); }
 *   }; */
#ifndef GOLDVI_TLM_BENCH_H
#define GOLDVI_TLM_BENCH_H

#include <map>
#include <vector>

#include "goldvi_tlm.h"

/* One blocking transport, as initiators make it; whether it was answered with OK. */
template <typename Socket>
bool goldvi_tlm_move(Socket &socket, tlm::tlm_command command, uint64_t at, void *data,
		     unsigned bytes, goldvi_requester *who = nullptr)
{
	tlm::tlm_generic_payload t;
	sc_core::sc_time delay;

	t.set_command(command);
	t.set_address(at);
	t.set_data_ptr(static_cast<unsigned char *>(data));
	t.set_data_length(bytes);
	t.set_streaming_width(bytes);
	t.set_extension(who);
	socket->b_transport(t, delay);
	t.clear_extension(who);
	return t.is_response_ok();
}

/* All of the address space; what was never written is 0. */
class goldvi_tlm_memory : public sc_core::sc_module
{
      public:
	tlm_utils::simple_target_socket<goldvi_tlm_memory> in;

	explicit goldvi_tlm_memory(sc_core::sc_module_name name) : sc_module(name)
	{
		in.register_b_transport(this, &goldvi_tlm_memory::transport);
		in.register_transport_dbg(this, &goldvi_tlm_memory::look);
	}

      private:
	static constexpr uint64_t page_bytes = 4096;
	std::map<uint64_t, std::vector<unsigned char>> pages;

	unsigned look(tlm::tlm_generic_payload &t)
	{
		for (unsigned i = 0; i < t.get_data_length(); i++) {
			const uint64_t at = t.get_address() + i;
			auto &page = pages[at / page_bytes];

			page.resize(page_bytes);
			if (t.is_write())
				page[at % page_bytes] = t.get_data_ptr()[i];
			else
				t.get_data_ptr()[i] = page[at % page_bytes];
		}
		return t.get_data_length();
	}
	void transport(tlm::tlm_generic_payload &t, sc_core::sc_time &)
	{
		look(t);
		t.set_response_status(tlm::TLM_OK_RESPONSE);
	}
};

class goldvi_tlm_driver : public sc_core::sc_module
{
      public:
	tlm_utils::simple_initiator_socket<goldvi_tlm_driver> software, registers, device;

	explicit goldvi_tlm_driver(sc_core::sc_module_name name) : sc_module(name)
	{
		SC_HAS_PROCESS(goldvi_tlm_driver);
		SC_THREAD(run);
	}
	/* A process of the simulation. */
	virtual void run() = 0;

	void bind(goldvi_tlm &board)
	{
		software.bind(board.software_in);
		registers.bind(board.register_in);
		device.bind(board.device_in);
	}

	/* Software: a word of memory, and a register of 8 bytes. */
	bool store(uint64_t spa, uint64_t word)
	{
		return goldvi_tlm_move(software, tlm::TLM_WRITE_COMMAND, spa, &word, 8);
	}
	bool set(uint32_t offset, uint64_t value)
	{
		return goldvi_tlm_move(registers, tlm::TLM_WRITE_COMMAND, offset, &value, 8);
	}
	uint64_t get(uint32_t offset)
	{
		uint64_t value = 0;

		goldvi_tlm_move(registers, tlm::TLM_READ_COMMAND, offset, &value, 8);
		return value;
	}

	/* A device: whether it was granted. */
	bool read(uint16_t id, uint64_t iova, void *data, unsigned bytes)
	{
		return access(id, tlm::TLM_READ_COMMAND, iova, data, bytes);
	}
	bool write(uint16_t id, uint64_t iova, void *data, unsigned bytes)
	{
		return access(id, tlm::TLM_WRITE_COMMAND, iova, data, bytes);
	}
	bool interrupt(uint16_t id, uint64_t address, uint32_t data)
	{
		return write(id, address, &data, 4);
	}

      private:
	bool access(uint16_t id, tlm::tlm_command command, uint64_t iova, void *data,
		    unsigned bytes)
	{
		goldvi_requester who;

		who.device = id;
		return goldvi_tlm_move(device, command, iova, data, bytes, &who);
	}
};

#endif
