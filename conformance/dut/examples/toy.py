#!/usr/bin/env python3
"""A toy IOMMU behind a pipe (docs/pipe.md): host page tables and nothing else.

   goldvi run --dut pipe:'exec python3 toy.py' vectors/host

It walks, combines rights and passes what its device table leaves alone.  It writes no
events, performs no commands and knows no interrupts; those vectors are skipped, seen in
part, or fail."""
import sys

EFR = 1 << 10                   # HATS=1: five levels
ONES52 = (1 << 52) - 4096
memory, register = {}, {}


def load(address):
    """The little-endian word at an address."""
    return int.from_bytes(read(address, 8), "little")


def read(address, length):
    return bytes(memory.get(a, 0) for a in range(address, address + length))


def write(address, data):
    for i, byte in enumerate(data):
        memory[address + i] = byte


def span(level):
    """The bits of the address that entries of a level leave to those below."""
    return 12 + 9 * (level - 1)


def walk(root, level, iova, rights):
    """Where the address goes, and what may be done there; None for a fault."""
    if level > 6 or iova >> min(64, span(level + 1)):
        return None
    while True:
        entry = load(root + 8 * (iova >> span(level) & 511))
        below = entry >> 9 & 7
        rights &= entry >> 61
        if not entry & 1:
            return None
        if below == 0:
            size = span(level)
        elif below == 7:
            address = entry & ONES52 | 4095
            size = (~address & address + 1).bit_length()
            if not span(level) < size < span(level + 1):
                return None
        elif below >= level or iova >> span(below + 1) & (1 << span(level) - span(below + 1)) - 1:
            return None
        else:
            root, level = entry & ONES52, below
            continue
        return entry & ONES52 & -1 << size | iova & (1 << size) - 1, rights


def dma(device=0, address=0, length=0, access="read", **other):
    """An access, as the flow of translation has it."""
    if other or access == "atomic":
        return "unsupported"
    grant = f"ok result=grant address={address:#x}"
    table = register.get(0x00, 0)
    if not register.get(0x18, 0) & 1:
        return grant
    if 32 * device >= ((table & 511) + 1) * 4096:
        return "ok result=abort"
    entry = load((table & ONES52) + 32 * device)
    if not entry & 1:
        return grant
    if not entry & 2:
        return "ok result=abort"
    if entry >> 55 & 1:
        return "unsupported"
    rights, mode = entry >> 61, entry >> 9 & 7
    found = walk(entry & ONES52, mode, address, rights) if mode else (address, rights)
    if found is None or not found[1] & (1 if access == "read" else 2):
        return "ok result=abort"
    return f"ok result=grant address={found[0]:#x}"


def answer(verb, words):
    if verb == "hello":
        return "ok"
    if verb == "start":
        memory.clear()
        register.clear()
        return f"ok efr={EFR:#x} capability=0x80b000f"
    if verb == "memory_read":
        return "ok " + read(int(words[0], 0), int(words[1], 0)).hex()
    if verb == "memory_write":
        return write(int(words[0], 0), bytes.fromhex(words[1])) or "ok"
    if verb in ("mmio_read", "mmio_write"):
        offset, length = int(words[0], 0), int(words[1], 0)
        if length != 8:
            return "unsupported"
        if verb == "mmio_write":
            register[offset] = int(words[2], 0)
            return "ok"
        return f"ok {EFR if offset == 0x30 else register.get(offset, 0):#x}"
    if verb == "dma":
        pairs = (word.split("=") for word in words)
        return dma(**{key: value if key == "access" else int(value, 0) for key, value in pairs})
    return "ok" if verb == "settle" else "unsupported"


for line in sys.stdin:
    number, verb, *words = line.split()
    print(number, answer(verb, words), flush=True)
