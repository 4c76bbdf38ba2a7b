#include "software.h"

enum {
	DEVICE_TABLE = 0x0000,
	COMMAND_BASE = 0x0008,
	EVENT_BASE = 0x0010,
	CONTROL = 0x0018,
	EXCLUSION_BASE = 0x0020,
	EXCLUSION_LIMIT = 0x0028,
	COMMAND_HEAD = 0x2000,
	COMMAND_TAIL = 0x2008,
	EVENT_HEAD = 0x2010,
	EVENT_TAIL = 0x2018,
	STATUS = 0x2020
};

enum { IOMMU_EN = 1, EVENT_LOG_EN = 4, EVENT_INT_EN = 8, WAIT_INT_EN = 16, COMMAND_EN = 0x1000 };
enum { ALL_EN = IOMMU_EN | EVENT_LOG_EN | EVENT_INT_EN | WAIT_INT_EN | COMMAND_EN | 0x400 };
enum { EVENT_OVERFLOW = 1, EVENT_INT = 2, WAIT_INT = 4, EVENT_RUN = 8, COMMAND_RUN = 16 };

Software::Software(Simulation &s) : sim(s), random(s.random)
{
	sim.store(sim.tables.setup());
	start();
	sim.traffic = true;
}

// In a thousand: how often software does what.
void Software::step()
{
	static const struct {
		unsigned often;
		void (Software::*what)();
	} steps[] = {
		{430, &Software::change},      {220, &Software::flush}, {70, &Software::hasten},
		{180, &Software::read_events}, {40, &Software::look},   {20, &Software::exclude},
		{20, &Software::blunder},      {15, &Software::storm},  {5, &Software::reprogram},
	};
	unsigned left = random.below(1000), i = 0;

	while (left >= steps[i].often)
		left -= steps[i++].often;
	(this->*steps[i].what)();
	sim.run(random.between(1, 160));
}

void Software::finish()
{
	flush();
	await();
	read_events();
	sim.finish();
}

// ---- Registers ------------------------------------------------------------------------

void Software::start()
{
	sim.mmio_write(DEVICE_TABLE, Tables::DEVICE_TABLE | Tables::TABLE_SIZE);
	sim.mmio_write(COMMAND_BASE, COMMANDS | (uint64_t)8 << 56);
	sim.mmio_write(EVENT_BASE, EVENTS | (uint64_t)8 << 56);
	sim.mmio_write(CONTROL, ALL_EN);
	tail = event_head = 0;
}

// Any register.
void Software::look()
{
	static const uint16_t places[] = {0x0000, 0x0008, 0x0010, 0x0018, 0x0020, 0x0028, 0x0030,
					  0x0038, 0x01a0, 0x2000, 0x2008, 0x2010, 0x2018, 0x2020};

	(void)sim.mmio_read(places[random.below(sizeof places / sizeof places[0])]);
}

// The exclusion range, with nothing under way.
void Software::exclude()
{
	uint64_t at = sim.tables.any_address();

	sim.drain();
	sim.mmio_write(EXCLUSION_LIMIT, at + ((uint64_t)random.below(3) << 12));
	sim.mmio_write(EXCLUSION_BASE, at | random.below(4));
}

// Off and on again.  Who moves the device table has to invalidate everything.
void Software::reprogram()
{
	await();
	sim.mmio_write(CONTROL, ALL_EN & ~COMMAND_EN);
	sim.drain();
	sim.mmio_write(CONTROL, random.sometimes(500) ? 0x400 : ALL_EN & ~IOMMU_EN);
	sim.run(random.below(300));
	sim.drain();
	sim.traffic = false;
	start();
	push({(uint64_t)8 << 60, 0});
	push_wait();
	kick();
	await();
	sim.traffic = true;
}

// ---- Commands -------------------------------------------------------------------------

void Software::push(Command c)
{
	sim.store(COMMANDS + tail, c.low);
	sim.store(COMMANDS + tail + 8, c.high);
	tail = (tail + 16) % RING;
}

void Software::push_wait()
{
	store_at = STORES + 8 * random.below(512);
	store_data = random.next() | 1;
	sim.store(store_at, 0);
	push({(uint64_t)1 << 60 | store_at | (random.sometimes(300) ? 2 : 0) |
		      (random.sometimes(500) ? 4 : 0) | 1,
	      store_data});
}

void Software::kick()
{
	sim.mmio_write(COMMAND_TAIL, tail);
}

bool Software::complete()
{
	return !store_at || sim.memory.read(store_at) == store_data;
}

void Software::await()
{
	for (unsigned n = 0; !complete() && !sim.failed(); n++) {
		sim.run(1);
		if (n == 20000)
			sim.fail("COMPLETION_WAIT does not complete");
	}
}

void Software::change()
{
	write(sim.tables.change(dirty));
}

// An invalidation that catches a walk on its way.
void Software::hasten()
{
	await();
	sim.walk_delay = 100;
	sim.run(random.between(5, 30));
	write(sim.tables.change(dirty, sim.open_request()));
	flush();
	sim.walk_delay = 0;
}

void Software::write(const Batch &batch)
{
	sim.store(batch);
	if (batch.must_flush) {
		flush();
		await();
	}
}

// For a while most requests are refused.
void Software::storm()
{
	sim.tables.storm = true;
	sim.run(random.below(1000));
	sim.tables.storm = false;
}

// What has changed, or less, or something else, and a wait.
void Software::flush()
{
	await();
	if (random.sometimes(150))
		push_wait();
	if (random.sometimes(100)) {
		push({(uint64_t)8 << 60, 0});
		dirty.clear();
	}
	while (!dirty.empty()) {
		push(sim.tables.invalidation(dirty.back()));
		dirty.pop_back();
	}
	while (random.sometimes(400))
		push(sim.tables.any_invalidation());
	push_wait();
	kick();
}

// An illegal command, with a legal one behind it, which must not be performed.
void Software::blunder()
{
	static const Command illegal[] = {
		{0, 0},
		{(uint64_t)4 << 60, 0},
		{(uint64_t)6 << 60, 0},
		{(uint64_t)9 << 60, 0},
		{(uint64_t)15 << 60, 0},
		{(uint64_t)1 << 60 | (uint64_t)1 << 55, 0},
		{(uint64_t)2 << 60 | (uint64_t)1 << 20, 0},
		{(uint64_t)2 << 60, 8},
		{(uint64_t)3 << 60 | (uint64_t)1 << 50, 0},
		{(uint64_t)3 << 60, 4},
		{(uint64_t)3 << 60, 0x200},
		{(uint64_t)8 << 60 | 1, 0},
	};
	unsigned wrong;
	uint64_t status = COMMAND_RUN;

	flush();
	await();
	wrong = tail;
	push(illegal[random.below(sizeof illegal / sizeof illegal[0])]);
	push_wait();
	kick();
	for (unsigned n = 0; status & COMMAND_RUN && !sim.failed(); n++) {
		sim.run(random.between(1, 200));
		status = sim.mmio_read(STATUS);
		if (n == 200)
			sim.fail("an illegal command does not stop the ring");
	}
	if (sim.mmio_read(COMMAND_HEAD) != wrong)
		sim.fail("the command head is not at the illegal command");
	sim.mmio_write(CONTROL, ALL_EN & ~COMMAND_EN);
	sim.store(COMMANDS + wrong, (uint64_t)5 << 60);
	sim.store(COMMANDS + wrong + 8, 0);
	sim.mmio_write(CONTROL, ALL_EN);
}

// ---- Events ---------------------------------------------------------------------------

// Up to the tail, or not yet; a log that has overflowed starts again.
void Software::read_events()
{
	uint64_t log_tail = sim.mmio_read(EVENT_TAIL), status = sim.mmio_read(STATUS);
	unsigned filled = (unsigned)(log_tail - event_head) % RING / 16;

	if (status & EVENT_OVERFLOW)
		overflow();
	if (filled < drain_at && !(status & EVENT_OVERFLOW))
		return;
	event_head = (unsigned)sim.mmio_read(EVENT_TAIL);
	sim.mmio_write(EVENT_HEAD, event_head);
	drain_at = random.sometimes(100) ? 256 : random.below(200);
	if (random.sometimes(300))
		sim.mmio_write(STATUS, EVENT_INT | WAIT_INT);
}

void Software::overflow()
{
	sim.run(random.below(200));
	if (random.sometimes(500))
		sim.mmio_write(STATUS, EVENT_OVERFLOW);
	await();
	sim.mmio_write(CONTROL, ALL_EN & ~EVENT_LOG_EN);
	event_head = (unsigned)sim.mmio_read(EVENT_TAIL);
	sim.mmio_write(EVENT_HEAD, event_head);
	sim.mmio_write(CONTROL, ALL_EN);
}
