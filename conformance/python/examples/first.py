"""One page is mapped; where does a device's access go, and by which rules?"""

import goldvi

TABLE, LEAF, DEVICE = 0x1000, 0x4000, 0x20

memory = goldvi.Memory(0x8000)
memory.store(TABLE + 32 * DEVICE, goldvi.encode(
    "DTE", V=1, TV=1, Mode=1, HostPageTableRootPtr=LEAF, IR=1, IW=1, DomainID=7))
memory.store(LEAF + 8 * 5, goldvi.encode("PTE", PR=1, Address=0xc0005000, IR=1, IW=1))

iommu = goldvi.Iommu("epyc-rome", memory)
iommu.write("DEV_TAB_BASE", TABLE)
iommu.write("CONTROL", IommuEn=1)

answer = iommu.translate(address=0x5ab8, length=4, device=DEVICE)
print(answer.result.name, hex(answer.address), *answer.clauses)

# What may an IOMMU answer while software changes the entry and has not invalidated it?
oracle = goldvi.Oracle("epyc-rome", memory)
oracle.observe(goldvi.MmioWrite(0x0000, TABLE))
oracle.observe(goldvi.MmioWrite(0x0018, 1))
memory.store(LEAF + 8 * 5, goldvi.encode("PTE", PR=1, Address=0xd0005000, IR=1, IW=1))
request = goldvi.Request(address=0x5ab8, length=4, device=DEVICE)
for outcome in oracle.permitted(request)[0]:
    print("permitted:", outcome.reply.result.name, hex(outcome.reply.address))
print(oracle.observe(request, result=goldvi.Result.GRANT, address=0xe0005ab8).verdict.name)
