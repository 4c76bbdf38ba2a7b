#include "simulation.h"

static scoreboard *open_scoreboard(gvi_window &window, Memory &memory, bool quiet);

Simulation::Simulation(const Options &o)
    : random(o.seed), tables(memory, random), options(o), context(new VerilatedContext)
{
	context->traceEverOn(!options.wave.empty());
	dut.reset(new Viommu(context.get()));
	if (!options.wave.empty()) {
		trace.reset(new VerilatedVcdC);
		dut->trace(trace.get(), 99);
		trace->open(options.wave.c_str());
	}
	judge = open_scoreboard(window, memory, options.quiet);
	reset();
}

Simulation::~Simulation()
{
	if (trace)
		trace->close();
	dut->final();
	scoreboard_close(judge);
}

// ---- The oracle ------------------------------------------------------------------

static gvi_bus read_memory(void *user, uint64_t spa, void *to, size_t length)
{
	const Memory *memory = static_cast<Memory *>(user);

	for (size_t at = 0; at + 8 <= length; at += 8) {
		uint64_t word = memory->read(spa + at);

		memcpy((char *)to + at, &word, 8);
	}
	return memory->bus(spa);
}

static void print_nothing(void *, const char *)
{
}

// This IOMMU: IASup and HTRangeIgnore of the host-only preset, four levels, no A and D
// bits; and in all that is open it does what docs/choices.md prefers.
static void configure(struct gvi_config &config)
{
	gvi_preset(GVI_PRESET_HOST_ONLY, &config);
	config.efr = 0x40;
	config.efr2 = 0x800;
	for (unsigned c = 0; c < GVI_NCHOICES; c++)
		if (gvi_choices[c].habit)
			config.habit[c] = 0;
}

static scoreboard *open_scoreboard(gvi_window &window, Memory &memory, bool quiet)
{
	scoreboard_options options = {};
	char why[200] = "";
	scoreboard *s;

	configure(options.config);
	window = {0, Memory::SIZE, memory.start()};
	options.host.user = &memory;
	options.host.read = read_memory;
	options.host.windows = &window;
	options.host.nwindows = 1;
	options.told = SCOREBOARD_RECORDS | SCOREBOARD_STORES;
	if (quiet)
		options.print = print_nothing;
	s = scoreboard_open(&options, why, sizeof why);
	if (!s) {
		fprintf(stderr, "bench: no scoreboard: %s\n", why);
		exit(2);
	}
	return s;
}

void Simulation::judged(bool permitted)
{
	if (!permitted)
		fail(scoreboard_report(judge));
}

void Simulation::fail(const std::string &why)
{
	if (!wrong)
		report = why;
	wrong = true;
}

void Simulation::finish()
{
	traffic = false;
	drain();
	run(100);
	if (scoreboard_finish(judge))
		fail(scoreboard_report(judge));
}

// ---- For software ------------------------------------------------------------------

void Simulation::run(unsigned n)
{
	while (n-- && !wrong)
		clock();
}

// What never comes is a fault of its own.
static constexpr unsigned PATIENCE = 20000;

void Simulation::drain()
{
	bool before = traffic;

	traffic = false;
	for (unsigned n = 0; (under_way || asking) && !wrong; n++) {
		clock();
		if (n == PATIENCE)
			fail("a request is not answered");
	}
	traffic = before;
}

const gvi_request &Simulation::open_request()
{
	uint64_t busy = ~free_tags;

	while (busy & (busy - 1) && random.sometimes(500))
		busy &= busy - 1;
	return busy ? open[__builtin_ctzll(busy)] : asked;
}

void Simulation::mmio_write(uint32_t offset, uint64_t value)
{
	dut->mmio_valid = 1;
	dut->mmio_write = 1;
	dut->mmio_half = 3;
	dut->mmio_offset = (uint16_t)(offset >> 3);
	dut->mmio_wdata = value;
	mmio_done = false;
	for (unsigned n = 0; !mmio_done && !wrong; n++) {
		clock();
		if (n == PATIENCE)
			fail("a register cannot be written");
	}
	dut->mmio_valid = 0;
}

uint64_t Simulation::mmio_read(uint32_t offset)
{
	dut->mmio_valid = 1;
	dut->mmio_write = 0;
	dut->mmio_offset = (uint16_t)(offset >> 3);
	mmio_done = false;
	for (unsigned n = 0; !mmio_done && !wrong; n++) {
		clock();
		if (n == PATIENCE)
			fail("a register cannot be read");
	}
	dut->mmio_valid = 0;
	return mmio_value;
}

// A walk under way may have seen that there is nothing: what appears is held back until
// that has been told, as software has no use for a device that is faster.
void Simulation::store(const Batch &batch)
{
	for (const Batch::Word &w : batch.words)
		if (!w.fresh && w.value & 1 && !(memory.read(w.spa) & 1)) {
			drain();
			break;
		}
	for (const Batch::Word &w : batch.words)
		store(w.spa, w.value);
}

void Simulation::store(uint64_t spa, uint64_t value)
{
	uint64_t old = memory.read(spa);

	if (old == value)
		return;
	memory.write(spa, value);
	judged(scoreboard_wrote(judge, spa, &old, 1));
}

// ---- A cycle -----------------------------------------------------------------------

void Simulation::clock()
{
	drive();
	dut->clk = 0;
	dut->eval();
	dump(0);
	observe();
	dut->clk = 1;
	dut->eval();
	dump(1);
	cycles++;
}

void Simulation::dump(unsigned half)
{
	if (trace && cycles >= options.wave_from)
		trace->dump(10 * cycles + 5 * half);
}

void Simulation::reset()
{
	dut->bug = (uint8_t)options.bug;
	dut->rst_n = 0;
	for (unsigned n = 0; n < 3; n++) {
		dut->clk = 0;
		dut->eval();
		dut->clk = 1;
		dut->eval();
	}
	dut->rst_n = 1;
}

// What memory holds when it is read, or when it answers.
void Simulation::sample(Slot &slot)
{
	for (unsigned i = 0; i < 4; i++)
		slot.data[i] = memory.read(slot.spa + 8 * i);
	slot.sampled = true;
}

void Simulation::drive()
{
	dut->ar_ready = random.sometimes(800);
	dut->w_ready = random.sometimes(700);
	dut->r_valid = dut->b_valid = 0;
	for (unsigned id = 0; id < 2; id++) {
		Slot &r = reads[id], &w = writes[id];

		if (r.busy && r.wait)
			r.wait--;
		else if (r.busy && !dut->r_valid) {
			if (!r.sampled)
				sample(r);
			dut->r_valid = 1;
			dut->r_id = id;
			dut->r_resp = (uint8_t)r.resp;
			memcpy(dut->r_data.data(), r.data, sizeof r.data);
			r.busy = false;
		}
		if (w.busy && w.wait)
			w.wait--;
		else if (w.busy && !dut->b_valid) {
			dut->b_valid = 1;
			dut->b_id = id;
			dut->b_resp = 0;
			w.busy = false;
		}
	}
	drive_request();
}

void Simulation::drive_request()
{
	if (!asking && traffic && free_tags && random.sometimes(700)) {
		asked = tables.request();
		asking = true;
		dut->request_tag = (uint8_t)__builtin_ctzll(free_tags);
		dut->request_device = asked.device;
		dut->request_access = asked.access;
		dut->request_address = asked.address;
	}
	dut->request_valid = asking;
}

void Simulation::observe()
{
	if (dut->answer_valid)
		observe_answer();
	if (dut->w_valid && dut->w_ready)
		observe_write();
	if (dut->mmio_valid && dut->mmio_ready)
		observe_mmio();
	if (dut->request_valid && dut->request_ready) {
		gvi_input input = {};

		input.kind = GVI_INPUT_TRANSLATE;
		input.of.request = asked;
		judged(scoreboard_issue(judge, dut->request_tag, &input));
		open[dut->request_tag] = asked;
		free_tags &= ~((uint64_t)1 << dut->request_tag);
		under_way++;
		asking = false;
	}
	if (dut->ar_valid && dut->ar_ready) {
		Slot &r = reads[dut->ar_id];

		r = {};
		r.busy = true;
		r.wait = random.sometimes(30) ? random.below(60) : random.below(slowness);
		r.spa = (uint64_t)dut->ar_address << 5;
		r.resp = memory.bus(r.spa) == GVI_BUS_OK             ? 0
			 : memory.bus(r.spa) == GVI_BUS_TARGET_ABORT ? 2
								     : 3;
		if (walk_delay && dut->ar_id == 0)
			r.wait += walk_delay;
		if (walk_delay || random.sometimes(500))
			sample(r);
	}
	if (random.sometimes(1))
		slowness = random.between(1, 8);
}

void Simulation::observe_answer()
{
	gvi_seen seen = {};
	unsigned tag = dut->answer_tag;

	seen.what = GVI_SEEN_RESULT;
	seen.reply.answer.result = dut->answer_result;
	if (dut->answer_result == GVI_GRANT) {
		seen.what |= GVI_SEEN_ADDRESS | GVI_SEEN_ATTRIBUTES;
		seen.reply.answer.address = dut->answer_address;
		seen.reply.answer.coherent = dut->answer_fc;
		seen.reply.answer.untranslated_only = dut->answer_u;
	}
	// An abort comes after its record: without one there was none to write.
	if (dut->answer_result == GVI_ABORT)
		seen.what |= GVI_SEEN_EFFECTS;
	answered++;
	interrupts += dut->answer_result == GVI_INTERRUPT;
	if (free_tags >> tag & 1) {
		fail("an answer has the tag of no request");
		return;
	}
	judged(scoreboard_answer(judge, tag, &seen));
	free_tags |= (uint64_t)1 << tag;
	under_way--;
}

void Simulation::observe_write()
{
	uint64_t spa = (uint64_t)dut->w_address << 4, data[2];
	unsigned first = dut->w_words == 2, n = dut->w_words == 3 ? 2 : 1;

	memcpy(data, dut->w_data.data(), sizeof data);
	spa += 8 * first;
	for (unsigned i = 0; i < n; i++)
		memory.write(spa + 8 * i, data[first + i]);
	judged(scoreboard_written(judge, spa, data + first, 8 * n));
	writes[dut->w_id] = {};
	writes[dut->w_id].busy = true;
	writes[dut->w_id].wait = random.below(slowness + 1);
}

void Simulation::observe_mmio()
{
	uint32_t offset = (uint32_t)dut->mmio_offset << 3;

	mmio_done = true;
	mmio_value = dut->mmio_rdata;
	if (dut->mmio_write)
		judged(scoreboard_mmio_write(judge, offset, 8, dut->mmio_wdata));
	else
		judged(scoreboard_mmio_read(judge, offset, 8, mmio_value));
}
