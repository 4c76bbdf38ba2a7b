"""The scene of the tests: the layout of vectors/README.md, and one page that is mapped."""

import pytest

import goldvi

TABLE, COMMANDS, EVENTS, STORE = 0x100000, 0x400000, 0x500000, 0x600000
ROOT, DATA, DEVICE = 0x1000000, 0x4000000, 0x20
PAGE = 0x5000              # what the device asks for
LEAF = ROOT + 0x2000 + 8 * 5


def lay_out(memory):
    """Three levels, by their raw words (docs/spec/01 section 1, 02 section 1)."""
    memory.store(TABLE + 32 * DEVICE, [0x6000000001000603, 0x42, 0, 0])
    memory.store(ROOT, 0x6000000001001401)
    memory.store(ROOT + 0x1000, 0x6000000001002201)
    memory.store(LEAF, 0x6000000004005001)


def turn_on(write):
    """`write(offset, value)`: table and rings, IommuEn, EventLogEn, CmdBufEn."""
    write(0x0000, TABLE | 0x1ff)
    write(0x0008, 8 << 56 | COMMANDS)
    write(0x0010, 8 << 56 | EVENTS)
    write(0x0018, 0x1405)


class Scene:
    def __init__(self, memory=None, **listeners):
        self.memory = memory or goldvi.Memory(0x8000000)
        lay_out(self.memory)
        self.iommu = goldvi.Iommu("host-only", self.memory, **listeners)
        turn_on(self.iommu.mmio_write)
        self.tail = 0

    def read(self, address=PAGE, **members):
        return self.iommu.translate(address=address, length=4, device=DEVICE, **members)

    def command(self, words):
        self.memory.store(COMMANDS + self.tail, words)
        self.tail += 16
        self.iommu.mmio_write(0x2008, self.tail)
        return self.iommu.run()


@pytest.fixture
def scene():
    return Scene()
