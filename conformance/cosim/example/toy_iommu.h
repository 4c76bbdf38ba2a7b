// An IOMMU that is next to nothing, for first.cpp: one level of tables, a cache of one page,
// interrupts as they come.  With `stale` the cache outlives its invalidation.  A bench has its own
// in this place.
#ifndef TOY_IOMMU_H
#define TOY_IOMMU_H

#include "goldvi_tlm_bench.h"

struct toy_iommu : sc_core::sc_module {
	tlm_utils::simple_target_socket<toy_iommu> requests, registers;
	tlm_utils::simple_initiator_socket<toy_iommu> memory;

	toy_iommu(sc_core::sc_module_name name, bool is_stale) : sc_module(name), stale(is_stale)
	{
		requests.register_b_transport(this, &toy_iommu::translate);
		registers.register_b_transport(this, &toy_iommu::write);
	}

      private:
	static constexpr uint64_t address_bits = 0xffffffffff000;
	uint64_t reg[3] = {}, head = 0, cached_page = UINT64_MAX, cached = 0;
	const bool stale;

	uint64_t load(uint64_t at)
	{
		uint64_t word = 0;

		goldvi_tlm_move(memory, tlm::TLM_READ_COMMAND, at, &word, 8);
		return word;
	}
	void translate(tlm::tlm_generic_payload &t, sc_core::sc_time &delay)
	{
		const uint64_t iova = t.get_address(), page = iova >> 12;
		const uint64_t device = t.get_extension<goldvi_requester>()->device;

		if (iova >> 20 != 0xfee && page != cached_page) {
			cached = load((load((reg[0] & address_bits) + 32 * device) & address_bits) +
				      8 * page);
			cached_page = page;
		}
		if (iova >> 20 != 0xfee)
			t.set_address((cached & address_bits) | (iova & 0xfff));
		memory->b_transport(t, delay);
	}
	void write(tlm::tlm_generic_payload &t, sc_core::sc_time &)
	{
		uint64_t value = 0;

		memcpy(&value, t.get_data_ptr(), 8);
		t.set_response_status(tlm::TLM_OK_RESPONSE);
		if (t.get_address() < 24)
			reg[t.get_address() / 8] = value;
		for (; t.get_address() == 0x2008 && head != value; head += 16)
			perform(load((reg[1] & address_bits) + head),
				load((reg[1] & address_bits) + head + 8));
	}
	void perform(uint64_t low, uint64_t high)
	{
		if (low >> 60 == 3 && !stale) // INVALIDATE_IOMMU_PAGES
			cached_page = UINT64_MAX;
		if (low >> 60 == 1) // COMPLETION_WAIT
			goldvi_tlm_move(memory, tlm::TLM_WRITE_COMMAND, low & 0xffffffffffff8,
					&high, 8);
	}
};

#endif
