"""The oracle from Python; expectations are docs/spec/14's."""

import pytest

import goldvi
from conftest import COMMANDS, DATA, DEVICE, EVENTS, LEAF, PAGE, lay_out, turn_on
from goldvi import Request, Result, Verdict

READ = Request(address=PAGE, length=4, device=DEVICE)
ELSEWHERE = 0x6000000004009001


class Bench:
    def __init__(self, config="host-only"):
        self.memory = goldvi.Memory(0x8000000)
        lay_out(self.memory)
        self.oracle = goldvi.Oracle(config, self.memory)
        self.tail = 0
        turn_on(lambda offset, value: self.must(goldvi.MmioWrite(offset, value)))

    def must(self, what, **seen):
        assert self.oracle.observe(what, **seen).permitted

    def command(self, format, **fields):
        self.memory.store(COMMANDS + self.tail, goldvi.encode(format, **fields))
        self.tail += 16
        self.must(goldvi.MmioWrite(0x2008, self.tail))
        self.must(goldvi.Step(), value=1)

    def addresses(self):
        outcomes, complete = self.oracle.permitted(READ)
        assert complete
        return {outcome.reply.address for outcome in outcomes}


@pytest.fixture
def bench():
    return Bench()


def test_old_and_new_until_the_invalidation_is_complete(bench):
    assert bench.addresses() == {DATA + 0x5000}
    bench.memory.store(LEAF, ELSEWHERE)
    assert bench.addresses() == {DATA + 0x5000, DATA + 0x9000}
    bench.command("INVALIDATE_IOMMU_PAGES", DomainID=0x42, Address=PAGE)
    assert bench.addresses() == {DATA + 0x5000, DATA + 0x9000}
    bench.command("COMPLETION_WAIT", f=1)
    assert bench.addresses() == {DATA + 0x9000}


def test_what_is_held_is_named(bench):
    bench.memory.store(LEAF, ELSEWHERE)
    outcomes, _ = bench.oracle.permitted(READ)
    held = [outcome for outcome in outcomes if outcome.reply.address == DATA + 0x5000]
    assert ("HELD_HOST", LEAF) in [(pick.choice, pick.spa) for pick in held[0].picks]


def test_a_refusal_changes_nothing_and_tells_the_nearest(bench):
    judgement = bench.oracle.observe(READ, result=Result.GRANT, address=0x123000)
    assert (judgement.verdict, judgement.differs) == (Verdict.REFUSED, ("address",))
    assert judgement.nearest.reply.address == DATA + 0x5000
    assert bench.oracle.observe(READ, result=Result.GRANT, address=DATA + 0x5000).permitted


def test_held_too_long(bench):
    bench.memory.store(LEAF, ELSEWHERE)
    bench.command("INVALIDATE_IOMMU_PAGES", DomainID=0x42, Address=PAGE)
    bench.command("COMPLETION_WAIT", f=1)
    judgement = bench.oracle.observe(READ, result=Result.GRANT, address=DATA + 0x5000)
    assert judgement.verdict == Verdict.REFUSED
    assert goldvi.decode("INVALIDATE_IOMMU_PAGES", judgement.ended_by)["DomainID"] == 0x42


def test_the_model_is_permitted(bench):
    iommu = goldvi.Iommu("host-only", bench.memory)
    turn_on(iommu.mmio_write)
    for address in (PAGE, 0x6000, 1 << 45):
        request = Request(address=address, length=4, device=DEVICE)
        answer = iommu.translate(request)
        members = answer._asdict()
        seen = {name: members[name] for name in ("result", "address", "size", "logging", "event")}
        assert bench.oracle.observe(request, answer).permitted
        assert bench.oracle.observe(request, **seen).permitted is (answer.result == Result.GRANT or address != PAGE)


def test_effects_count(bench):
    iommu = goldvi.Iommu("host-only", bench.memory)
    turn_on(iommu.mmio_write)
    request = Request(address=0x6000, length=4, device=DEVICE)
    iommu.translate(request)
    effect, = iommu.effects()
    wrong = effect._replace(spa=EVENTS + 16)
    judgement = bench.oracle.observe(request, effects=[wrong])
    assert (judgement.verdict, judgement.differs) == (Verdict.REFUSED, ("effects",))
    assert bench.oracle.observe(request, effects=[effect]).permitted


def test_a_register_read(bench):
    assert not bench.oracle.observe(goldvi.MmioRead(0x2008), value=16).permitted
    assert bench.oracle.observe(goldvi.MmioRead(0x2008), value=0).permitted
    outcomes, _ = bench.oracle.permitted(goldvi.MmioRead(0x2008))
    assert [outcome.reply for outcome in outcomes] == [0]


def test_habits_are_learnt():
    bench = Bench()
    bench.memory.store(0x100000 + 32 * DEVICE, [0x6000000001000e03, 0x42, 0, 0])  # Mode 7
    bench.command("INVALIDATE_DEVTAB_ENTRY", DeviceID=DEVICE)
    bench.command("COMPLETION_WAIT", f=1)
    assert len(bench.oracle.left("DTE_MODE")) > 1
    outcomes, _ = bench.oracle.permitted(READ)
    bench.must(READ, event=outcomes[0].reply.event, logging=outcomes[0].reply.logging)
    assert len(bench.oracle.left("DTE_MODE")) == 1


def test_wrong_use(bench):
    with pytest.raises(ValueError):
        bench.oracle.observe(READ, colour=1)
    with pytest.raises(ValueError):
        bench.oracle.observe(goldvi.MmioWrite(0x18, 0), value=1)
    with pytest.raises(ValueError):
        goldvi.Oracle("host-only", bench.memory, worlds=0)
    with pytest.raises(goldvi.Error):
        bench.oracle.observe(goldvi.MmioRead(3))
