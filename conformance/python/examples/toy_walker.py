#!/usr/bin/env python3
"""A walker of host page tables with a classic bug, and the model that finds it.

    toy_walker.py            says where the toy and the model disagree
    toy_walker.py --right    the same toy with the bug repaired: no disagreement
"""

import random
import sys

import goldvi

DEVICE, MODE = 0x20, 3
TABLE, TABLES, DATA = 0x100000, 0x400000, 0x2000000
PAGES = 4096  # of the device's address space that are tried


def toy_walk(memory, root, iova, write, right):
    """Where the access goes, or None.  The bug: only the last entry's rights count."""
    table, granted = root, True
    for level in range(MODE, 0, -1):
        entry, = memory.load(table + 8 * (iova >> 12 + 9 * (level - 1) & 511))
        if not entry & 1:
            return None
        rights = bool(entry >> (62 if write else 61) & 1)
        granted = granted and rights if right else rights
        table = entry & 0x000ffffffffff000
    return table | iova & 0xfff if granted else None


def random_tables(memory, chance):
    """Tables of three levels in which a right or a page is missing here and there."""
    free = iter(range(TABLES, DATA, 0x1000))
    pages = iter(range(DATA, DATA + (PAGES << 12), 0x1000))

    def usually():
        return int(chance.random() < 0.9)

    def make(level):
        table = next(free)
        for index in range(512 if level == 1 else PAGES >> 9 if level == 2 else 1):
            rights = {"IR": usually(), "IW": usually()}
            if level == 1:
                entry = goldvi.encode("PTE", PR=usually(), Address=next(pages), **rights)
            else:
                entry = goldvi.encode("PDE", PR=1, NextLevel=level - 1, Address=make(level - 1), **rights)
            memory.store(table + 8 * index, entry)
        return table

    return make(MODE)


def main(right):
    chance = random.Random(1)
    memory = goldvi.Memory(64 << 20)
    root = random_tables(memory, chance)
    memory.store(TABLE + 32 * DEVICE,
                 goldvi.encode("DTE", V=1, TV=1, Mode=MODE, HostPageTableRootPtr=root, IR=1, IW=1, DomainID=1))
    iommu = goldvi.Iommu("epyc-rome", memory)
    iommu.write("DEV_TAB_BASE", TABLE)
    iommu.write("CONTROL", IommuEn=1)

    requests = [goldvi.Request(address=page << 12, length=4, device=DEVICE, access=access)
                for page in range(PAGES) for access in (goldvi.READ, goldvi.WRITE)]
    for request, answer in zip(requests, iommu.translate_many(requests)):
        expected = answer.address if answer.result == goldvi.Result.GRANT else None
        got = toy_walk(memory, root, request.address, request.access == goldvi.WRITE, right)
        if got != expected:
            show(request, got, answer)
            return 1
    print(f"{len(requests)} accesses: the toy and the model agree")
    return 0


def show(request, got, answer):
    print(f"{request.access.name} at {request.address:#x}: the toy says {got and hex(got)},", end=" ")
    print(f"the model {answer.result.name}, by the rules {', '.join(answer.clauses)}")
    if answer.event[0]:
        print("event:", goldvi.describe("IO_PAGE_FAULT", answer.event))


if __name__ == "__main__":
    sys.exit(main("--right" in sys.argv[1:]))
