// The scoreboard in SystemC, around an IOMMU that is next to nothing: one level of
// tables, and a cache of one page.  +stale makes that outlive its invalidation.
#include "goldvi_tlm.h"

#include <cstdio>

using namespace sc_core;
using payload = tlm::tlm_generic_payload;

template <typename Socket>
static bool move(Socket &socket, tlm::tlm_command command, uint64_t at, void *data, unsigned bytes,
		 goldvi_requester *who = nullptr)
{
	payload t;
	sc_time delay;

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

struct Memory : sc_module {
	tlm_utils::simple_target_socket<Memory> in;
	unsigned char bytes[0x20000] = {};

	explicit Memory(sc_module_name name) : sc_module(name)
	{
		in.register_b_transport(this, &Memory::transport);
		in.register_transport_dbg(this, &Memory::look);
	}
	unsigned look(payload &t)
	{
		if (t.get_address() + t.get_data_length() > sizeof bytes)
			return 0;
		if (t.is_write())
			memcpy(bytes + t.get_address(), t.get_data_ptr(), t.get_data_length());
		else
			memcpy(t.get_data_ptr(), bytes + t.get_address(), t.get_data_length());
		return t.get_data_length();
	}
	void transport(payload &t, sc_time &)
	{
		t.set_response_status(look(t) ? tlm::TLM_OK_RESPONSE
					      : tlm::TLM_ADDRESS_ERROR_RESPONSE);
	}
};

struct Iommu : sc_module {
	tlm_utils::simple_target_socket<Iommu> requests, registers;
	tlm_utils::simple_initiator_socket<Iommu> memory;
	uint64_t reg[3] = {}, head = 0, cached_page = UINT64_MAX, cached = 0;
	bool stale;

	Iommu(sc_module_name name, bool is_stale) : sc_module(name), stale(is_stale)
	{
		requests.register_b_transport(this, &Iommu::translate);
		registers.register_b_transport(this, &Iommu::write);
	}
	uint64_t load(uint64_t at)
	{
		uint64_t word = 0;

		move(memory, tlm::TLM_READ_COMMAND, at, &word, 8);
		return word;
	}
	void translate(payload &t, sc_time &delay)
	{
		const uint64_t iova = t.get_address(), page = iova >> 12;
		const uint64_t device = t.get_extension<goldvi_requester>()->device;
		const uint64_t root =
			load((reg[0] & ~UINT64_C(0xfff)) + 32 * device) & 0xffffffffff000;

		if (page != cached_page) {
			cached = load(root + 8 * page);
			cached_page = page;
		}
		t.set_address((cached & 0xffffffffff000) | (iova & 0xfff));
		memory->b_transport(t, delay);
	}
	void write(payload &t, sc_time &)
	{
		uint64_t value = 0;

		memcpy(&value, t.get_data_ptr(), 8);
		t.set_response_status(tlm::TLM_OK_RESPONSE);
		if (t.get_address() < 24)
			reg[t.get_address() / 8] = value;
		for (; t.get_address() == 0x2008 && head != value; head += 16) {
			uint64_t low = load((reg[1] & 0xffffffffff000) + head);
			uint64_t high = load((reg[1] & 0xffffffffff000) + head + 8);

			if (low >> 60 == 3 && !stale)
				cached_page = UINT64_MAX;
			if (low >> 60 == 1)
				move(memory, tlm::TLM_WRITE_COMMAND, low & 0xffffffffffff8, &high,
				     8);
		}
	}
};

// What a user writes: from here on.
struct Driver : sc_module {
	tlm_utils::simple_initiator_socket<Driver> software, registers, device;

	SC_CTOR(Driver)
	{
		SC_THREAD(run);
	}
	void store(uint64_t at, uint64_t word)
	{
		move(software, tlm::TLM_WRITE_COMMAND, at, &word, 8);
	}
	void set(uint64_t offset, uint64_t value)
	{
		move(registers, tlm::TLM_WRITE_COMMAND, offset, &value, 8);
	}
	void read(uint64_t iova)
	{
		goldvi_requester who;
		uint32_t data;

		who.device = 0x20;
		move(device, tlm::TLM_READ_COMMAND, iova, &data, 4, &who);
	}
	void run()
	{
		store(0x1400, 0x6000000000010203);  // V, TV, Mode 1, tables at 1_0000h, IR, IW
		store(0x1408, 7);                   // DomainID
		store(0x10028, 0x6000000000018001); // page 5 is at 1_8000h
		set(0x00, 0x1001);
		set(0x08, 0x0800000000002000);
		set(0x18, 0x1001);
		read(0x5678);
		store(0x10028, 0x6000000000019001); // ... and now at 1_9000h
		read(0x5678);
		store(0x2000, 0x3000000700000000); // INVALIDATE_IOMMU_PAGES
		store(0x2008, 0x5000);
		store(0x2010, 0x1000000000003001); // COMPLETION_WAIT
		store(0x2018, 0xcafe);
		set(0x2008, 0x20);
		read(0x5678);
	}
};

int sc_main(int argc, char **argv)
{
	Memory memory("memory");
	Iommu iommu("iommu", argc > 1 && !strcmp(argv[1], "+stale"));
	goldvi_tlm board("board", "host-only");
	Driver driver("driver");

	driver.software.bind(board.software_in);
	driver.registers.bind(board.register_in);
	driver.device.bind(board.device_in);
	board.device_out.bind(iommu.requests);
	board.register_out.bind(iommu.registers);
	board.memory_out.bind(memory.in);
	iommu.memory.bind(board.memory_in);
	sc_start();
	return board.finish() ? 1 : 0;
}
