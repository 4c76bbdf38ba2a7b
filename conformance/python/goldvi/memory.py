"""Memory around the IOMMU.

Whatever has `read(address, length)`, which returns bytes, and `write(address, bytes)`
can be memory; both may raise BusError.  Memory is the usual one, and fast, as the
model reads it without a call.
"""

import ctypes

from . import _abi


class BusError(Exception):
    """Memory does not answer an access well: `bus` is a Bus other than OK."""

    def __init__(self, bus):
        self.bus = _abi.Bus(bus)
        super().__init__(self.bus.name)


class Memory:
    """`size` bytes of zeros at address `base`; elsewhere is nothing."""

    def __init__(self, size, base=0):
        self.base, self.size = base, size
        self._bytes = bytearray(size)
        self._tell = []  # what wants to know of store(): calls (address, old words)

    def load(self, address, count=1):
        """The `count` 8-byte words at an address, as a tuple."""
        data = self.read(address, 8 * count)
        return tuple(int.from_bytes(data[at:at + 8], "little") for at in range(0, len(data), 8))

    def store(self, address, words):
        """Software writes words, or one: whoever tracks what tables have been hears of it."""
        words = (words,) if isinstance(words, int) else tuple(words)
        old = self.load(address, len(words))
        self.write(address, b"".join(word.to_bytes(8, "little") for word in words))
        for tell in self._tell:
            tell(address, old)

    def read(self, address, length):
        at = self._at(address, length)
        return bytes(self._bytes[at:at + length])

    def write(self, address, data):
        """Bytes are written, and nobody is told: what the IOMMU itself does."""
        at = self._at(address, len(data))
        self._bytes[at:at + len(data)] = data

    def _at(self, address, length):
        if not self.base <= address <= self.base + self.size - length:
            raise BusError(_abi.Bus.MASTER_ABORT)
        return address - self.base

    def _window(self):
        start = ctypes.addressof(ctypes.c_char.from_buffer(self._bytes))
        return _abi.gvi_window(self.base, self.size, start)
