// A class of one's own as a plug-in, in C++17: here the class is the library once more,
// with all that a device can show.  Templates make the table from its members.
//
//   c++ -std=c++17 -shared -fPIC model.cc -o model.so $(pkg-config --cflags --libs goldvi)
//   goldvi run --dut plugin:./model.so vectors
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <vector>

#include <goldvi/goldvi.h>
#include <goldvi/plugin.h>

namespace {

using bench_t = const gvi_plugin_bench;

gvi_plugin_message message_of(const gvi_message &m)
{
	return {m.address, m.data, m.destination, m.pasid, m.device, m.kind,
		m.source, m.tag, m.has_pasid, m.rq_eoi, m.x2apic};
}

int status_of(gvi_status status)
{
	return status == GVI_OK             ? GVI_PLUGIN_OK
	       : status == GVI_STATE_RACING ? GVI_PLUGIN_TIMEOUT
					    : GVI_PLUGIN_UNSUPPORTED;
}

class iommu {
public:
	static void *start(bench_t *bench, gvi_plugin_config *told)
	{
		auto made = std::make_unique<iommu>();

		return made->init(bench, *told) ? made.release() : nullptr;
	}

	int mmio_read(uint32_t offset, uint32_t len, uint64_t *value)
	{
		return status_of(gvi_mmio_read(m(), offset, len, value));
	}

	int mmio_write(uint32_t offset, uint32_t len, uint64_t value)
	{
		return status_of(gvi_mmio_write(m(), offset, len, value));
	}

	int pci_read(uint32_t offset, uint32_t len, uint32_t *value)
	{
		return status_of(gvi_config_read(m(), offset, len, value));
	}

	int pci_write(uint32_t offset, uint32_t len, uint32_t value)
	{
		return status_of(gvi_config_write(m(), offset, len, value));
	}

	int dma(const gvi_plugin_dma *d, gvi_plugin_answer *answer)
	{
		const gvi_request request{d->address,   d->length,     d->pasid,
					  d->device,    d->access,     d->has_pasid,
					  d->execute,   d->privileged, d->intx,
					  d->translated};
		gvi_answer seen{};

		return answered(gvi_translate(m(), &request, &seen), seen, *answer);
	}

	int interrupt(const gvi_plugin_interrupt *i, gvi_plugin_answer *answer)
	{
		const struct gvi_interrupt request = {i->address, i->data, i->pasid, i->device, i->has_pasid};
		gvi_answer seen{};

		return answered(::gvi_interrupt(m(), &request, &seen), seen, *answer);
	}

	int ats(const gvi_plugin_ats *a, gvi_plugin_ats_answer *answer)
	{
		const gvi_ats_request request{a->address,   a->pasid,     a->device,
					      a->count,     a->unit_log2, a->has_pasid,
					      a->execute,   a->privileged, a->no_write};
		gvi_ats_answer seen{};
		const int status = status_of(gvi_ats_translate(m(), &request, &seen));

		std::copy(std::begin(seen.translation), std::end(seen.translation),
			  answer->translation);
		answer->count = seen.count;
		answer->result = seen.result;
		answer->completion = seen.completion;
		return status;
	}

	int invalidation(uint16_t id, uint8_t tag, bool completes, bool *known)
	{
		const gvi_status status = completes ? gvi_invalidation_done(m(), id, tag)
						    : gvi_invalidation_timed_out(m(), id, tag);

		*known = status != GVI_STATE_NO_INVALIDATION;
		return *known ? status_of(status) : GVI_PLUGIN_OK;
	}

	int page_request(const gvi_plugin_page_request *p)
	{
		const struct gvi_page_request request = {p->address, p->pasid,     p->device,
						 p->group,   p->read,      p->write,
						 p->last,    p->has_pasid, p->execute,
						 p->privileged, p->malformed};
		gvi_page_answer seen{};

		return status_of(::gvi_page_request(m(), &request, &seen));
	}

	int settle()
	{
		gvi_status status = GVI_OK;

		for (bool more = true; more && status == GVI_OK;)
			status = gvi_step(m(), &more);
		return status_of(status);
	}

private:
	bool init(bench_t *bench, const gvi_plugin_config &told)
	{
		struct gvi_config config;
		gvi_host host{};

		bench_ = bench;
		(void)gvi_preset(GVI_PRESET_NOTHING, &config);
		configure(config, told);
		host.user = this;
		host.read = [](void *user, uint64_t spa, void *to, size_t len) {
			bench_t *b = self(user).bench_;
			return static_cast<gvi_bus>(b->read(b, spa, to, len));
		};
		host.write = [](void *user, uint64_t spa, const void *from, size_t len) {
			bench_t *b = self(user).bench_;
			return static_cast<gvi_bus>(b->write(b, spa, from, len));
		};
		host.exchange = [](void *user, uint64_t spa, uint64_t *seen, uint64_t next) {
			bench_t *b = self(user).bench_;
			return static_cast<gvi_bus>(b->exchange(b, spa, seen, next));
		};
		host.send = [](void *user, const gvi_message *message) {
			self(user).send(message_of(*message));
		};
		host.note = [](void *user, const gvi_note *note) { self(user).hear(*note); };
		return gvi_init(m(), &config, &host) == GVI_OK;
	}

	static void configure(struct gvi_config &config, const gvi_plugin_config &told)
	{
		config.efr = told.efr;
		config.efr2 = told.efr2;
		config.control = told.control;
		config.base = told.base;
		config.pci_id = told.pci_id;
		config.capability = told.capability;
		config.misc0 = told.misc0;
		config.misc1 = told.misc1;
		config.revision = told.revision;
		config.device = told.device;
		config.enabled = told.enabled;
		config.no_host = told.no_host;
		config.snp = told.snp;
		config.irt_cache_dis = told.irt_cache_dis;
		config.gst_buffer = told.gst_buffer;
		config.msi_messages_log2 = told.msi_messages_log2;
		std::for_each(told.habits, told.habits + told.nhabits,
			      [&config](const gvi_plugin_habit &habit) { settle_one(config, habit); });
	}

	static void settle_one(struct gvi_config &config, const gvi_plugin_habit &habit)
	{
		const gvi_choice choice = gvi_find_choice(habit.choice);

		for (uint8_t k = 0; choice < GVI_NCHOICES && k < gvi_choices[choice].count; k++)
			if (!std::strcmp(gvi_choices[choice].alternative[k].name, habit.alternative))
				config.habit[choice] = k;
	}

	int answered(gvi_status status, const gvi_answer &seen, gvi_plugin_answer &answer)
	{
		answer = {seen.address, seen.size,     seen.result,
			  seen.completion, seen.read,  seen.write,
			  seen.coherent, seen.untranslated_only, seen.translated,
			  message_of(seen.message)};
		return status_of(status);
	}

	// That it means to interrupt is told to listeners only.
	void hear(const gvi_note &note)
	{
		gvi_plugin_message raise{};

		if (note.kind != GVI_NOTE_EFFECT || note.effect->kind != GVI_EFFECT_RAISE)
			return;
		raise.kind = GVI_PLUGIN_MESSAGE_RAISE;
		raise.source = static_cast<uint8_t>(note.effect->data[0]);
		send(raise);
	}

	void send(const gvi_plugin_message &message) { bench_->send(bench_, &message); }
	static iommu &self(void *user) { return *static_cast<iommu *>(user); }
	gvi *m() { return reinterpret_cast<gvi *>(storage_.data()); }

	bench_t *bench_ = nullptr;
	std::vector<max_align_t> storage_ =
		std::vector<max_align_t>(gvi_size() / sizeof(max_align_t) + 1);
};

// A member function as one that takes the device as void *.
template <auto member> struct call;
template <typename... Arguments, int (iommu::*member)(Arguments...)> struct call<member> {
	static int run(void *device, Arguments... arguments)
	{
		return (static_cast<iommu *>(device)->*member)(arguments...);
	}
};

} // namespace

extern "C" const gvi_plugin gvi_plugin_table = {
	GVI_PLUGIN_ABI,
	GVI_PLUGIN_CONFIGURE | GVI_PLUGIN_EVENTS | GVI_PLUGIN_INJECT | GVI_PLUGIN_RACE |
		GVI_PLUGIN_EFFECTS | GVI_PLUGIN_ATTRIBUTES | GVI_PLUGIN_RQ_EOI,
	iommu::start,
	[](void *device) { delete static_cast<iommu *>(device); },
	call<&iommu::mmio_read>::run,
	call<&iommu::mmio_write>::run,
	call<&iommu::dma>::run,
	call<&iommu::settle>::run,
	call<&iommu::interrupt>::run,
	call<&iommu::pci_read>::run,
	call<&iommu::pci_write>::run,
	call<&iommu::ats>::run,
	call<&iommu::invalidation>::run,
	call<&iommu::page_request>::run,
	nullptr,
	nullptr,
};
