#include "tables.h"

#include <algorithm>

static constexpr uint64_t ones(unsigned n)
{
	return n >= 64 ? ~(uint64_t)0 : ((uint64_t)1 << n) - 1;
}

// Bits of an address below the part that indexes a table of this level.
static constexpr unsigned low_bits(unsigned level)
{
	return 12 + 9 * (level - 1);
}

static uint64_t slot(uint64_t table, unsigned level, uint64_t iova)
{
	return table + 8 * (iova >> low_bits(level) & 511);
}

static unsigned next_level(uint64_t entry)
{
	return entry >> 9 & 7;
}

static bool is_pointer(uint64_t entry)
{
	return entry & 1 && next_level(entry) >= 1 && next_level(entry) <= 6;
}

static constexpr uint64_t ADDRESS = 0x000ffffffffff000;

// How many copies of a page with a coded size there are; 0 for one that has none.
static unsigned copies_of(uint64_t entry, unsigned level)
{
	unsigned size = 13;

	if (!(entry & 1) || next_level(entry) != 7)
		return 0;
	for (uint64_t a = (entry & ADDRESS) >> 12; a & 1; a >>= 1)
		size++;
	return size > low_bits(level) && size < low_bits(level + 1) ? size - low_bits(level) : 0;
}

// ---- The whole ----------------------------------------------------------------

Tables::Tables(Memory &m, Random &r) : memory(m), random(r)
{
	for (unsigned i = 0; i < DOMAINS; i++)
		domains.push_back({(uint16_t)((random.next() & 0xfff0) | i),
				   i == 0   ? 1
				   : i == 1 ? 2
					    : random.between(3, 4),
				   0, POOLS + (uint64_t)i * POOL_TABLES * 4096, 0});
	for (unsigned i = 0; i < DEVICES; i++)
		devices.push_back({(uint16_t)(random.below(1024 / DEVICES) * DEVICES + i),
				   &domains[i % DOMAINS]});
	for (unsigned i = 0; i < ADDRESSES; i++)
		addresses.push_back(address());
}

Batch Tables::setup()
{
	Batch batch;

	for (Domain &d : domains)
		rebuild(batch, d);
	for (const Device &d : devices)
		write_device(batch, d);
	return batch;
}

// Levels are skipped where the address has zeros.
uint64_t Tables::address()
{
	uint64_t iova = (uint64_t)random.below(512) << 12;

	for (unsigned level = 2; level <= 4; level++)
		if (random.sometimes(500))
			iova |= (uint64_t)random.below(4) << low_bits(level);
	return iova;
}

uint64_t Tables::any_address()
{
	return addresses[random.below(ADDRESSES)];
}

Tables::Domain &Tables::any_domain()
{
	return domains[random.below(DOMAINS)];
}

// ---- Requests --------------------------------------------------------------------

gvi_request Tables::request()
{
	static const uint8_t kinds[8] = {
		GVI_READ,  GVI_READ, GVI_READ, GVI_READ, GVI_WRITE, GVI_WRITE, GVI_WRITE_NONPOSTED,
		GVI_ATOMIC};
	const Device &d = devices[random.below(DEVICES)];
	unsigned spoiled = storm ? 5 : 1;
	gvi_request r = {};

	r.device = d.id;
	r.length = 1;
	r.access = kinds[random.below(8)];
	r.address = any_address() + random.below(4096);
	if (random.sometimes(100))
		r.address ^= random.next() & ones(random.between(13, 18)); // a neighbour
	if (random.sometimes(50 * spoiled))
		r.address ^= random.next() & ones(random.between(12, low_bits(d.domain->mode)));
	if (random.sometimes(10 * spoiled))
		r.address ^= (uint64_t)1 << random.between(12, 63);
	if (!random.sometimes(20 * spoiled))
		r.address &= ones(low_bits(d.domain->mode + 1));
	if (random.sometimes(4))
		r.address = 0xfee00000 + random.below(1u << 20);
	if (random.sometimes(2 * spoiled))
		r.device = (uint16_t)random.below(2048);
	return r;
}

// ---- Changes -----------------------------------------------------------------------

Batch Tables::change(std::vector<Dirty> &dirty)
{
	Batch batch;

	if (random.sometimes(120)) {
		const Device &device = devices[random.below(DEVICES)];

		write_device(batch, device);
		dirty.push_back({true, device.id, 0, 0, 0, false});
		return batch;
	}
	return change_page(any_domain(), any_address(), dirty);
}

Batch Tables::change(std::vector<Dirty> &dirty, const gvi_request &used)
{
	for (const Device &d : devices)
		if (d.id == used.device)
			return change_page(*d.domain, used.address, dirty);
	return change(dirty);
}

// The page, or something on the way to it.
Batch Tables::change_page(Domain &d, uint64_t iova, std::vector<Dirty> &dirty)
{
	uint64_t table = d.root, at, e;
	unsigned level = d.mode, size;
	Batch batch;

	iova &= ones(low_bits(d.mode + 1)) & ~ones(12);
	if (d.used + 8 > POOL_TABLES) {
		rebuild(batch, d);
		dirty.push_back({false, 0, d.id, 0, 64, true});
		batch.must_flush = true;
		return batch;
	}
	for (;;) {
		at = slot(table, level, iova);
		e = memory.read(at);
		if (!is_pointer(e) || next_level(e) >= level || (e & ADDRESS) < POOLS ||
		    (e & ADDRESS) >= Memory::SIZE || random.sometimes(level == d.mode ? 40 : 200))
			break;
		table = e & ADDRESS;
		level = next_level(e);
	}
	size = low_bits(level) + copies_of(e, level);
	entry(batch, d, level, at, iova, false);
	size = std::max(size, low_bits(level) + copies_of(batch.now(memory, at), level));
	dirty.push_back({false, 0, d.id, iova, size, is_pointer(e)});
	return batch;
}

void Tables::rebuild(Batch &batch, Domain &d)
{
	for (uint64_t at = d.pool; at < d.pool + POOL_TABLES * 4096; at += 8)
		if (memory.read(at))
			batch.set(at, 0);
	d.root = d.pool;
	d.used = 1;
	for (uint64_t iova : addresses) {
		uint64_t at = slot(d.root, d.mode, iova);

		if (!batch.now(memory, at))
			entry(batch, d, d.mode, at, iova & ones(low_bits(d.mode + 1)), false);
	}
}

void Tables::write_device(Batch &batch, const Device &device)
{
	const Domain &d = *device.domain;
	uint64_t e[4] = {3 | (uint64_t)d.mode << 9 | d.root | (uint64_t)3 << 61, d.id, 0, 0};

	if (random.sometimes(80))
		e[0] &= ~((uint64_t)1 << random.between(61, 62));
	if (random.sometimes(50))
		e[1] |= (uint64_t)1 << 34; // SA
	if (random.sometimes(100))
		e[1] |= (uint64_t)1 << 33; // SE
	if (random.sometimes(300))
		e[1] |= (uint64_t)1 << 39; // EX
	if (random.sometimes(40))
		e[0] &= ~(uint64_t)0xe00; // Mode 0
	switch (random.below(80)) {
	case 0:
		e[0] &= ~(uint64_t)1; // V
		break;
	case 1:
		e[0] &= ~(uint64_t)2; // TV
		break;
	case 2:
		e[0] |= (uint64_t)4 << random.below(5); // reserved
		break;
	case 3:
		e[0] |= (uint64_t)5 << 9; // Mode 5 or 7
		break;
	case 4:
		e[1] |= (uint64_t)1 << random.between(42, 63); // SATS, GCR3TRP
		break;
	default:
		break;
	}
	e[2] = random.next() & ~(uint64_t)0x0030000000000000;
	for (unsigned i = 0; i < 4; i++)
		batch.set(DEVICE_TABLE + 32u * device.id + 8 * i, e[i]);
}

// ---- Entries -------------------------------------------------------------------------

// Another entry, and the copies that a coded size needs; those of the one before go.
void Tables::entry(Batch &batch, Domain &d, unsigned level, uint64_t at, uint64_t iova, bool fresh)
{
	unsigned kind = random.below(100), copies = copies_of(batch.now(memory, at), level);
	unsigned spoiled = level > 1 ? 1 : 3;
	uint64_t e;

	if (copies)
		for (uint64_t i = 0; i < (uint64_t)1 << copies; i++)
			batch.set((at & ~ones(copies + 3)) + 8 * i, 0, fresh);
	copies = 0;
	if (kind < spoiled)
		e = random.next() & ~(uint64_t)1; // not present
	else if (kind < 3 * spoiled)
		e = bad(level);
	else if (level > 1 && kind < 75)
		e = pointer(batch, d, level, iova);
	else
		e = leaf(level, copies);
	for (uint64_t i = 0; i < (uint64_t)1 << copies; i++)
		batch.set((at & ~ones(copies + 3)) + 8 * i, e, fresh);
}

uint64_t Tables::rights()
{
	return random.sometimes(40) ? (uint64_t)random.below(4) << 61 : (uint64_t)3 << 61;
}

uint64_t Tables::pointer(Batch &batch, Domain &d, unsigned level, uint64_t iova)
{
	unsigned next = level - 1;
	unsigned ignored = random.below(4);

	while (next > 1 && random.sometimes(400) &&
	       (!(iova >> low_bits(next) & 511) || random.sometimes(30)))
		next--;
	return table(batch, d, next, iova) | (uint64_t)next << 9 | rights() | ignored << 1 | 1;
}

uint64_t Tables::table(Batch &batch, Domain &d, unsigned level, uint64_t iova)
{
	uint64_t at = d.pool + d.used++ * 4096;

	entry(batch, d, level, slot(at, level, iova), iova, true);
	for (uint64_t other : addresses) {
		other &= ones(low_bits(d.mode + 1));
		if (d.used + 4 < POOL_TABLES && !((other ^ iova) >> low_bits(level + 1)) &&
		    !batch.now(memory, slot(at, level, other)))
			entry(batch, d, level, slot(at, level, other), other, true);
	}
	if (level == 1)
		fill(batch, at, iova);
	return at;
}

// Neighbours of a page, as far as there is nothing yet.
void Tables::fill(Batch &batch, uint64_t table, uint64_t iova)
{
	uint64_t page = random.next() & ADDRESS & ~ones(18);

	for (uint64_t i = 0; i < 64; i++) {
		uint64_t at = (slot(table, 1, iova) & ~ones(9)) + 8 * i;

		if (!batch.now(memory, at))
			batch.set(at, page | i << 12 | (uint64_t)3 << 61 | 1, true);
	}
}

uint64_t Tables::leaf(unsigned level, unsigned &copies)
{
	uint64_t e = (random.next() & (ADDRESS | (uint64_t)3 << 59)) | rights() | 1;

	if (random.sometimes(600))
		return e &
		       ~(level > 1 && random.sometimes(800) ? ones(low_bits(level)) & ADDRESS : 0);
	copies = random.sometimes(900) ? random.between(1, 4) : random.between(5, 8);
	e &= ~(ones(low_bits(level) + copies) & ADDRESS);
	return e | (ones(low_bits(level) + copies - 1) & ADDRESS) | (uint64_t)7 << 9;
}

// Present, but wrong in some way, or what it points to is.
uint64_t Tables::bad(unsigned level)
{
	uint64_t e = (random.next() & ADDRESS) | (uint64_t)3 << 61 | 1;

	switch (random.below(6)) {
	case 0:
		return e | (uint64_t)1 << random.between(52, 58);
	case 1:
		return e | (uint64_t)(level - 1) << 9 | (uint64_t)1 << random.between(52, 60);
	case 2: // a size of another level
		return (e & ~ones(low_bits(level + 1))) | (uint64_t)7 << 9 | (uint64_t)3 << 61 | 1 |
		       (random.sometimes(500) && level > 1
				? ones(low_bits(level) - 1) & ADDRESS
				: ones(low_bits(level + 1) - 1) & ADDRESS);
	case 3: // the level does not sink
		return e | (uint64_t)random.between(level, 6) << 9;
	case 4:
		return level == 1 ? e | 1 << 9
				  : Memory::REFUSING | (uint64_t)(level - 1) << 9 |
					    (uint64_t)3 << 61 | 1;
	default:
		return level == 1 ? e | 2 << 9
				  : (uint64_t)0x700000000 | (uint64_t)(level - 1) << 9 |
					    (uint64_t)3 << 61 | 1;
	}
}

// ---- Commands ------------------------------------------------------------------------

static Command pages(uint16_t domain, uint64_t iova, unsigned size_log2, bool pointers)
{
	Command c = {(uint64_t)3 << 60 | (uint64_t)domain << 32, pointers ? 2u : 0u};

	if (size_log2 <= 12)
		c.high |= iova & ~ones(12);
	else if (size_log2 > 51)
		c.high |= 0x7ffffffffffff000 | 1;
	else
		c.high |= (iova & ~ones(size_log2)) | (ones(size_log2 - 1) & ~ones(12)) | 1;
	return c;
}

Command Tables::invalidation(const Dirty &dirty)
{
	unsigned size = dirty.size_log2;

	if (dirty.is_device)
		return {(uint64_t)2 << 60 | dirty.device, 0};
	if (random.sometimes(200))
		size = 64;
	if (random.sometimes(300) && size > 12 && size < 64)
		size = random.between(12, size - 1); // a part of a large page
	return pages(dirty.domain, dirty.iova, size, dirty.pointer || random.sometimes(200));
}

Command Tables::any_invalidation()
{
	switch (random.below(8)) {
	case 0:
		return {(uint64_t)8 << 60, 0};
	case 1:
		return {(uint64_t)5 << 60 | random.below(0x10000), 0};
	case 2:
	case 3:
		return {(uint64_t)2 << 60 | devices[random.below(DEVICES)].id, 0};
	default:
		return pages(any_domain().id, any_address(), random.between(12, 52),
			     random.sometimes(500));
	}
}
