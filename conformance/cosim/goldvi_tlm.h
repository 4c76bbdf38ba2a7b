/* The scoreboard for SystemC: a module that stands around an IOMMU, in its TLM-2.0
 * connections.  What passes is told, and nothing is changed.
 *
 *   devices --> device_in    device_out --> IOMMU --> memory_in    memory_out --> memory
 *   driver --> register_in   register_out --> IOMMU
 *   driver --> software_in -------------------------------------> memory_out
 *
 * A device's transaction carries a goldvi_requester.  The IOMMU hands on the same payload with
 * the address that it has translated; what it reads and writes for itself comes without.
 * A write of 4 bytes at FEEx_xxxx is an interrupt: a device's (the IOMMU hands on the message
 * that it makes of it) or, without a requester, the IOMMU's own.  An abort is a response other than
 * TLM_OK_RESPONSE.  Words are host integers in the payload's little-endian bytes.
 * goldvi_tlm_bench.h has memory and a driver. */
#ifndef GOLDVI_TLM_H
#define GOLDVI_TLM_H

#include <cstring>
#include <stdexcept>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "scoreboard.h"

struct goldvi_requester : tlm::tlm_extension<goldvi_requester> {
	uint16_t device = 0;
	bool has_pasid = false, execute = false, privileged = false;
	uint32_t pasid = 0;
	uint64_t spa = 0;  /* where the IOMMU sent it */
	uint32_t data = 0; /* of an interrupt: as which message */

	tlm::tlm_extension_base *clone() const override
	{
		return new goldvi_requester(*this);
	}
	void copy_from(const tlm::tlm_extension_base &other) override
	{
		*this = static_cast<const goldvi_requester &>(other);
	}
};

class goldvi_tlm : public sc_core::sc_module
{
      public:
	using payload = tlm::tlm_generic_payload;
	tlm_utils::simple_target_socket<goldvi_tlm> device_in, memory_in, register_in, software_in;
	tlm_utils::simple_initiator_socket<goldvi_tlm> device_out, memory_out, register_out;

	/* By the name of a preset; `adjust` may change what differs. */
	goldvi_tlm(sc_core::sc_module_name name, const char *preset,
		   void (*adjust)(scoreboard_options &) = nullptr)
	    : sc_module(name)
	{
		device_in.register_b_transport(this, &goldvi_tlm::from_device);
		memory_in.register_b_transport(this, &goldvi_tlm::from_iommu);
		register_in.register_b_transport(this, &goldvi_tlm::from_driver);
		software_in.register_b_transport(this, &goldvi_tlm::from_software);
		open(preset, adjust);
	}
	~goldvi_tlm() override
	{
		scoreboard_close(board);
	}

	/* Prints the summary; the number of refusals. */
	uint64_t finish()
	{
		return scoreboard_finish(board);
	}
	scoreboard *get()
	{
		return board;
	}

      private:
	scoreboard *board = nullptr;
	uint32_t tags = 0;

	void open(const char *preset, void (*adjust)(scoreboard_options &))
	{
		scoreboard_options options = {};
		char why[200];

		if (gvi_preset(gvi_find_preset(preset), &options.config) != GVI_OK)
			throw std::invalid_argument("goldvi_tlm: there is no such preset");
		options.config.enabled = true;
		options.host.user = this;
		options.host.read = read;
		if (adjust)
			adjust(options);
		board = scoreboard_open(&options, why, sizeof why);
		if (!board)
			throw std::invalid_argument(why);
	}

	/* The oracle looks, without time passing. */
	static gvi_bus read(void *user, uint64_t spa, void *to, size_t length)
	{
		auto *self = static_cast<goldvi_tlm *>(user);
		payload look;

		look.set_command(tlm::TLM_READ_COMMAND);
		look.set_address(spa);
		look.set_data_ptr(static_cast<unsigned char *>(to));
		look.set_data_length(static_cast<unsigned>(length));
		return self->memory_out->transport_dbg(look) == length ? GVI_BUS_OK
								       : GVI_BUS_MASTER_ABORT;
	}

	void from_device(payload &t, sc_core::sc_time &delay)
	{
		const auto *who = t.get_extension<goldvi_requester>();
		const uint32_t tag = tags++;
		gvi_input in = {};
		gvi_seen seen = {};

		if (is_message(t)) {
			from_interrupter(t, delay, tag);
			return;
		}
		in.kind = GVI_INPUT_TRANSLATE;
		in.of.request.address = t.get_address();
		in.of.request.length = t.get_data_length();
		in.of.request.access = t.is_write() ? GVI_WRITE : GVI_READ;
		if (who) {
			in.of.request.device = who->device;
			in.of.request.has_pasid = who->has_pasid;
			in.of.request.pasid = who->pasid;
			in.of.request.execute = who->execute;
			in.of.request.privileged = who->privileged;
		}
		scoreboard_issue(board, tag, &in);
		device_out->b_transport(t, delay);
		seen.what = GVI_SEEN_RESULT | GVI_SEEN_ADDRESS;
		seen.reply.answer.result = t.is_response_ok() ? GVI_GRANT : GVI_ABORT;
		seen.reply.answer.address = t.is_response_ok() && who ? who->spa : 0;
		scoreboard_answer(board, tag, &seen);
		t.set_address(in.of.request.address);
	}

	static bool is_message(const payload &t)
	{
		return t.is_write() && t.get_data_length() == 4 && t.get_address() % 4 == 0 &&
		       t.get_address() >> 20 == 0xfee;
	}
	static uint32_t data_of(const payload &t)
	{
		uint32_t data = 0;

		std::memcpy(&data, t.get_data_ptr(), sizeof data);
		return data;
	}

	void from_interrupter(payload &t, sc_core::sc_time &delay, uint32_t tag)
	{
		const auto *who = t.get_extension<goldvi_requester>();
		gvi_input in = {};
		gvi_seen seen = {};

		in.kind = GVI_INPUT_INTERRUPT;
		in.of.interrupt.address = t.get_address();
		in.of.interrupt.data = data_of(t);
		if (who) {
			in.of.interrupt.device = who->device;
			in.of.interrupt.has_pasid = who->has_pasid;
			in.of.interrupt.pasid = who->pasid;
		}
		scoreboard_issue(board, tag, &in);
		device_out->b_transport(t, delay);
		seen.what = GVI_SEEN_RESULT;
		seen.reply.answer.result = t.is_response_ok() ? GVI_GRANT : GVI_ABORT;
		if (t.is_response_ok() && who && who->spa) // else it is posted to a guest
			scoreboard_answer_interrupt(board, tag, who->spa, who->data);
		else
			scoreboard_answer(board, tag, &seen);
		t.set_address(in.of.interrupt.address);
	}

	void from_iommu(payload &t, sc_core::sc_time &delay)
	{
		auto *who = t.get_extension<goldvi_requester>();
		uint64_t data[2] = {0, 0};

		if (who) {
			who->spa = t.get_address();
			who->data = is_message(t) ? data_of(t) : 0;
		}
		memory_out->b_transport(t, delay);
		if (!t.is_write() || who)
			return;
		if (is_message(t)) {
			gvi_message message = {};

			message.kind = GVI_MESSAGE_INTERRUPT;
			message.address = t.get_address();
			message.data = data_of(t);
			scoreboard_message(board, &message);
			return;
		}
		std::memcpy(data, t.get_data_ptr(),
			    t.get_data_length() <= 16 ? t.get_data_length() : 16);
		scoreboard_written(board, t.get_address(), data, t.get_data_length());
	}

	void from_driver(payload &t, sc_core::sc_time &delay)
	{
		const auto offset = static_cast<uint32_t>(t.get_address());
		uint64_t value = 0;

		if (t.get_data_length() > sizeof value) { // there is no such access
			register_out->b_transport(t, delay);
			return;
		}
		if (t.is_write()) {
			std::memcpy(&value, t.get_data_ptr(), t.get_data_length());
			scoreboard_mmio_write(board, offset, t.get_data_length(), value);
		}
		register_out->b_transport(t, delay);
		if (t.is_read()) {
			std::memcpy(&value, t.get_data_ptr(), t.get_data_length());
			scoreboard_mmio_read(board, offset, t.get_data_length(), value);
		}
	}

	/* Words, up to 8 in one go. */
	void from_software(payload &t, sc_core::sc_time &delay)
	{
		uint64_t old[8] = {};
		const size_t words = t.get_data_length() / 8;

		if (t.is_write() && words <= 8)
			(void)read(this, t.get_address(), old, 8 * words);
		memory_out->b_transport(t, delay);
		if (t.is_write())
			scoreboard_wrote(board, t.get_address(), old, words);
	}
};

#endif
