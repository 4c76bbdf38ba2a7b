"""The model from Python; expectations are docs/spec's."""

import time

import pytest

import goldvi
from conftest import COMMANDS, DATA, DEVICE, EVENTS, LEAF, PAGE, ROOT, STORE, TABLE, Scene, lay_out, turn_on
from goldvi import Bus, Logging, MessageKind, Result

READ_FAULT = (0x2000004200000020, 0x6abc)   # IO_PAGE_FAULT of 00:04.0, domain 42h, a read


def test_a_granted_access(scene):
    answer = scene.read(PAGE + 0x123)
    assert (answer.result, answer.address, answer.size) == (Result.GRANT, DATA + 0x5123, 0x1000)
    assert answer.translated and answer.read and answer.write
    assert answer.clauses[-1] == "host.leaf"


def test_a_fault_is_logged(scene):
    answer = scene.read(0x6abc)
    assert (answer.result, answer.logging) == (Result.ABORT, Logging.LOGGED)
    assert scene.memory.load(EVENTS, 2) == READ_FAULT == answer.event
    effect, = scene.iommu.effects()
    assert (effect.kind, effect.spa, effect.data) == (goldvi.EffectKind.WRITE, EVENTS, READ_FAULT)
    assert scene.iommu.read("EVENT_LOG_TAIL") == 16


def test_answers_need_no_table():
    answer = goldvi.Iommu().translate(address=0x1000, length=4, device=1)
    assert (answer.result, answer.address, answer.clauses) == (Result.GRANT, 0x1000, ("flow.disabled",))


def test_requests_as_records(scene):
    request = goldvi.Request(address=PAGE, length=4, device=DEVICE, access=goldvi.WRITE)
    assert scene.iommu.translate(request) == scene.read(access=goldvi.WRITE)


def test_refused_calls_change_nothing(scene):
    before = scene.iommu.save()
    with pytest.raises(goldvi.Error) as refused:
        scene.iommu.mmio_read(3)
    assert refused.value.status == goldvi.Status.ARG_MMIO_SIZE
    with pytest.raises(goldvi.Error):
        scene.read(0x5ffe)  # crosses a page
    assert scene.iommu.save() == before


def test_registers(scene):
    scene.iommu.write("CONTROL", IommuEn=0)
    assert scene.iommu.read("CONTROL") & 0x1405 == 0x1404
    assert goldvi.decode("CONTROL", scene.iommu.read("CONTROL"))["EventLogEn"] == 1
    scene.iommu.write("CMD_BUF_HEAD", 0x10)
    assert scene.iommu.mmio_read(0x2000) == scene.iommu.read("CMD_BUF_HEAD")
    assert scene.iommu.config_read(0x40) & 0xff == 0x0f
    with pytest.raises(KeyError):
        scene.iommu.read("FOO")
    with pytest.raises(IndexError):
        scene.iommu.read("SMI_FILTER", index=16)


def test_a_command(scene):
    assert scene.command(goldvi.encode("COMPLETION_WAIT", s=1, StoreAddress=STORE, StoreData=0xcafef00d)) == 1
    assert scene.memory.load(STORE) == (0xcafef00d,)
    assert not scene.iommu.step()


def test_many_answers_are_the_same_as_single_ones(scene):
    addresses = [PAGE, 0x6000, PAGE + 8, 1 << 40]
    many = scene.iommu.translate_many(addresses, length=4, device=DEVICE)
    assert len(many) == 4 and list(many) == [scene.read(address) for address in addresses]
    assert many.column("address") == [DATA + 0x5000, 0, DATA + 0x5008, 0]
    assert many.column("result") == [0, 1, 0, 1]
    records = [goldvi.Request(address=a, length=4, device=DEVICE) for a in addresses]
    assert list(scene.iommu.translate_many(records)) == list(many)
    assert many[1:3] == [many[1], many[-2]]
    assert list(scene.iommu.translate_many([])) == []
    with pytest.raises(goldvi.Error):
        scene.iommu.translate_many([PAGE, PAGE + 0xffe], length=4, device=DEVICE)


def test_many_are_fast(scene):
    addresses = [PAGE] * 50000
    used = time.process_time()
    assert set(scene.iommu.translate_many(addresses, length=4, device=DEVICE).column("address")) == {DATA + 0x5000}
    assert len(addresses) / (time.process_time() - used) >= 200000


class Slow:
    """Memory that is no window, and does what a test says."""

    def __init__(self):
        self.inner, self.failing = goldvi.Memory(0x8000000), {}
        self.store, self.load = self.inner.store, self.inner.load

    def read(self, address, length):
        if address in self.failing:
            raise self.failing[address]
        return self.inner.read(address, length)

    def write(self, address, data):
        self.inner.write(address, data)


def test_memory_of_ones_own():
    scene = Scene(Slow())
    assert scene.read().address == DATA + 0x5000
    scene.memory.failing[LEAF] = goldvi.BusError(Bus.POISON)
    answer = scene.read()
    assert goldvi.decode("PAGE_TAB_HARDWARE_ERROR", answer.event)["Type"] == Bus.POISON
    scene.memory.failing[LEAF] = ZeroDivisionError("a mistake in the bench")
    with pytest.raises(ZeroDivisionError):
        scene.read()
    del scene.memory.failing[LEAF]
    assert scene.read().result == Result.GRANT


def test_nothing_behind_memory(scene):
    with pytest.raises(goldvi.BusError):
        scene.memory.load(0x8000000)
    scene.memory.store(LEAF - 8 * 5, 0x600000ffff000401)  # a table that is not there
    scene.memory.store(ROOT, 0x600000ffff000401)
    assert goldvi.decode("PAGE_TAB_HARDWARE_ERROR", scene.read().event)["Type"] == Bus.MASTER_ABORT


def test_listeners():
    sent, notes = [], []
    scene = Scene(send=sent.append, note=notes.append)
    scene.iommu.config_write(0x68, 0xfee00000)
    scene.iommu.config_write(0x70, 0x4100)
    scene.iommu.config_write(0x64, 1 << 16)
    scene.iommu.write("CONTROL", EventIntEn=1)
    notes.clear()
    scene.read(0x6000)
    assert [(m.kind, m.source, m.address, m.data) for m in sent] == [
        (MessageKind.INTERRUPT, goldvi.Source.EVENT_LOG_INT, 0xfee00000, 0x4100)]
    fetched = [(n.name, n.spa) for n in notes if n.kind == goldvi.NoteKind.FETCH]
    assert fetched[0] == ("DTE", TABLE + 32 * DEVICE) and fetched[-1][1] == LEAF + 8
    assert "host.fault-not-present" in [n.name for n in notes if n.kind == goldvi.NoteKind.CLAUSE]
    assert EVENTS in [n.effect.spa for n in notes if n.kind == goldvi.NoteKind.EFFECT]


def test_choices():
    asked = []

    def held(choice, alternatives):
        asked.append(choice)
        return len(alternatives) - 1 if choice == "HELD_HOST" else 0

    scene = Scene(choose=held)
    scene.iommu.track()
    scene.memory.store(LEAF, 0x6000000004009001)
    assert scene.read().address == DATA + 0x5000 and "HELD_HOST" in asked
    assert Scene().read().address == DATA + 0x5000


def test_configuration():
    config = goldvi.configuration("host-only", habits={"DTE_MODE": "page-fault"}, device=0x10)
    assert config.device == 0x10 and config.habit.count(goldvi.UNSETTLED) == goldvi.NCHOICES - 1
    goldvi.Iommu(config)
    with pytest.raises(goldvi.Error):
        goldvi.Iommu(config._replace(revision=0x100))
    with pytest.raises(KeyError):
        goldvi.configuration("none-such")
    assert "epyc-rome" in goldvi.PRESETS


def test_snapshots(scene):
    before = scene.iommu.save()
    scene.read(0x6000)
    assert scene.iommu.read("EVENT_LOG_TAIL") == 16
    scene.iommu.restore(before)
    assert scene.iommu.read("EVENT_LOG_TAIL") == 0
    other = goldvi.Iommu("client", scene.memory)
    other.restore(before)
    assert other.config == scene.iommu.config
    assert other.translate(address=PAGE, length=4, device=DEVICE) == scene.read()
    for wrong in (before[1:], before[:-1], before + b"x", b""):
        with pytest.raises(goldvi.Error):
            scene.iommu.restore(wrong)


def test_a_history_is_saved():
    def held(choice, alternatives):
        return len(alternatives) - 1 if choice == "HELD_HOST" else 0

    scene = Scene(choose=held)
    scene.iommu.track()
    scene.memory.store(LEAF, 0x6000000004009001)
    other = goldvi.Iommu("host-only", scene.memory, choose=held)
    other.restore(scene.iommu.save())
    assert other.translate(address=PAGE, length=4, device=DEVICE).address == DATA + 0x5000
    scene.memory.store(LEAF, 0x600000000400a001)  # of which both hear
    scene.iommu.restore(other.save())
    assert scene.read().address == DATA + 0x5000


def test_an_interrupt():
    memory = goldvi.Memory(0x8000000)
    lay_out(memory)
    # IV, IntTabLen 2^1, root 80_0000h, IntCtl remap (docs/spec/01 section 1)
    memory.store(TABLE + 32 * DEVICE, goldvi.encode("DTE", IV=1, IntTabLen=1, IntTabRoot=0x800000, IntCtl="remap"))
    memory.store(0x800000, 0x00212201)
    iommu = goldvi.Iommu("epyc-rome", memory)
    turn_on(iommu.mmio_write)
    answer = iommu.interrupt(address=0xfee00000, data=0, device=DEVICE)
    assert answer.message.kind == MessageKind.REMAPPED
    assert (answer.message.address, answer.message.data & 0xff) == (0xfee22000, 0x21)
    assert iommu.interrupt(address=0xfee00000, data=5, device=DEVICE).result == Result.ABORT


def test_a_device_with_ats():
    memory = goldvi.Memory(0x8000000)
    lay_out(memory)
    memory.store(TABLE + 32 * DEVICE, [0x6000000001000603, 0x0000000100000042, 0, 0])  # I=1
    iommu = goldvi.Iommu("epyc-rome", memory)
    turn_on(iommu.mmio_write)
    answer = iommu.ats_translate(address=PAGE, device=DEVICE)
    completion = goldvi.decode("ATS_COMPLETION", answer.translations[0])
    assert answer.result == Result.GRANT and len(answer.translations) == 1
    assert (completion["Address"], completion["R"], completion["W"]) == (DATA + 0x5000, 1, 1)
    memory.store(COMMANDS, goldvi.encode("INVALIDATE_IOTLB_PAGES", DeviceID=DEVICE, Address=PAGE))
    iommu.mmio_write(0x2008, 16)
    iommu.run()
    outstanding, = iommu.invalidations()
    assert outstanding.device == DEVICE
    iommu.invalidation_done(DEVICE, outstanding.tag)
    assert iommu.invalidations() == []
    assert iommu.page_request(address=PAGE, device=DEVICE, read=True).result == goldvi.PageResult.REFUSED
