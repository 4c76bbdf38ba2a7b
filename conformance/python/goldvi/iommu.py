"""One IOMMU: the model."""

import ctypes
import struct
from collections.abc import Sequence
from itertools import starmap

from . import _abi, formats
from ._host import ALTERNATIVES, Host
from ._library import check, lib, table, text
from ._records import (CHOICES, Answer, AtsAnswer, AtsRequest, Config, Effect, Interrupt, Invalidation,
                       PageAnswer, PageRequest, Request)

PRESETS = tuple(text(lib.gvi_preset_name(i)) for i in range(_abi.NPRESETS))
_REGISTERS = {list(formats.FORMATS)[row.format]: row for row in table("gvi_registers", _abi.NREGISTERS)}


def configuration(preset="epyc-rome", habits=None, **members):
    """A Config that stands on a preset, with other members, and habits that are settled.

    >>> configuration("client", habits={"DTE_MODE": "page-fault"}).no_host
    False
    """
    number = lib.gvi_find_preset(preset.encode())
    if number == _abi.NPRESETS:
        raise KeyError(f"there is no preset {preset!r}; there are {', '.join(PRESETS)}")
    c = _abi.gvi_config()
    check(lib.gvi_preset(number, c))
    config = Config.from_c(c)
    settled = list(config.habit)
    for name, alternative in (habits or {}).items():
        settled[CHOICES.index(name)] = ALTERNATIVES[name].index(alternative)
    return config._replace(habit=tuple(settled), **members)


class Iommu:
    """A model of one IOMMU after reset, in front of `memory`.

    `config` is a Config or the name of a preset.  `send(message)` hears of each message
    that leaves, `note(note)` of everything inside; `choose(choice, alternatives)` settles
    what the architecture leaves open, else it is the first.  Requests may be given as
    records or by their members: translate(address=0x1000, device=0x20, length=4).
    """

    def __init__(self, config="epyc-rome", memory=None, *, send=None, choose=None, note=None):
        config = configuration(config) if isinstance(config, str) else config
        self.config, self.memory = config, memory
        self._host = Host(memory, send, choose, note)
        self._room = ctypes.create_string_buffer(lib.gvi_size())
        self._m = ctypes.addressof(self._room)
        self._history = None
        check(lib.gvi_init(self._m, config.to_c(), self._host.c))

    def reset(self):
        """Back to the state after reset."""
        lib.gvi_reset(self._m)

    @property
    def features(self):
        """The features in force, one bit each, for formats.validate()."""
        return lib.gvi_features_now(self._m)

    # ---- Registers

    def read(self, register, index=0):
        """A whole register, by its id; index tells one of several."""
        return self.mmio_read(*_place(register, index))

    def write(self, register, value=None, index=0, **fields):
        """Writes a register: a value, or some fields of what a read returns."""
        offset, length = _place(register, index)
        self.mmio_write(offset, _with_fields(self, register, index, fields) if value is None else value, length)

    def mmio_read(self, offset, length=8):
        value = ctypes.c_uint64()
        self._call(lib.gvi_mmio_read, offset, length, value)
        return value.value

    def mmio_write(self, offset, value, length=8):
        self._call(lib.gvi_mmio_write, offset, length, value)

    def config_read(self, offset, length=4):
        value = ctypes.c_uint32()
        self._call(lib.gvi_config_read, offset, length, value)
        return value.value

    def config_write(self, offset, value, length=4):
        self._call(lib.gvi_config_write, offset, length, value)

    # ---- Requests

    def translate(self, request=None, **members):
        """What becomes of a Request: an Answer."""
        return self._ask(lib.gvi_translate, _abi.gvi_answer, Answer, request or Request(**members))

    def interrupt(self, interrupt=None, **members):
        """What becomes of an Interrupt: an Answer, which has the message."""
        return self._ask(lib.gvi_interrupt, _abi.gvi_answer, Answer, interrupt or Interrupt(**members))

    def ats_translate(self, request=None, **members):
        """What becomes of an AtsRequest: an AtsAnswer."""
        members = {"count": 1, "unit_log2": 12, **members}
        return self._ask(lib.gvi_ats_translate, _abi.gvi_ats_answer, AtsAnswer, request or AtsRequest(**members))

    def page_request(self, request=None, **members):
        """What becomes of a PageRequest: a PageAnswer."""
        return self._ask(lib.gvi_page_request, _abi.gvi_page_answer, PageAnswer, request or PageRequest(**members))

    def translate_many(self, requests, **members):
        """Translates in turn; the result is a sequence of Answers.

        `requests` are Request records, or addresses to which `members` add the rest.  It is
        the fast way: answers become records only when they are looked at.  One that is
        refused raises Error; those before it have been performed.
        """
        packed = _pack(requests, members)
        count = len(packed) // _REQUEST.size
        answers, asked = Answers(count), ctypes.create_string_buffer(packed, len(packed) or 1)
        m = self._m
        for request, answer in zip(_each(ctypes.addressof(asked), _REQUEST.size, count),
                                   _each(ctypes.addressof(answers._rows), answers._size, count)):
            if status := _translate(m, request, answer):
                check(status)
        self._host.raise_failure()
        return answers

    # ---- Commands, and what calls have done

    def step(self):
        """Performs one command of the ring; False when there was nothing to do."""
        done = ctypes.c_bool()
        self._call(lib.gvi_step, done)
        return done.value

    def run(self):
        """Performs commands until there is nothing to do; how many."""
        steps = 0
        while self.step():
            steps += 1
        return steps

    def effects(self):
        """What the last call has done to memory and sent, in order: Effects."""
        return self._list(lib.gvi_effects, Effect)

    def invalidations(self):
        """Invalidations that devices have not completed yet, oldest first."""
        return self._list(lib.gvi_invalidations, Invalidation)

    def invalidation_done(self, device, tag):
        self._call(lib.gvi_invalidation_done, device, tag)

    def invalidation_timed_out(self, device, tag):
        self._call(lib.gvi_invalidation_timed_out, device, tag)

    # ---- State

    def track(self, values_log2=12):
        """From now on `choose` is asked, at fetches, for what memory.store() has overwritten."""
        history = self._new_history(values_log2)
        self._call(lib.gvi_track, history, values_log2)
        self._hear(history)

    def save(self):
        """The state as bytes that mean the same everywhere and later; memory is not in it."""
        room = ctypes.create_string_buffer(lib.gvi_save_size(self._m))
        self._call(lib.gvi_save, room, len(room))
        return room.raw

    def restore(self, saved):
        """Makes this IOMMU the one that was saved, in front of its present memory."""
        values_log2 = ctypes.c_uint()
        check(lib.gvi_saved(saved, len(saved), values_log2))
        history = self._new_history(values_log2.value) if values_log2.value else None
        check(lib.gvi_restore(self._m, self._host.c, history, saved, len(saved)))
        self._hear(history)
        self.config = Config.from_c(lib.gvi_config(self._m)[0])

    @staticmethod
    def _new_history(values_log2):
        return ctypes.create_string_buffer(lib.gvi_history_size(values_log2) or 1)

    def _hear(self, history):
        """The history that is in use now, or None, hears of what software stores."""
        if history and not self._history:
            self.memory._tell.append(self._wrote)
        elif self._history and not history:
            self.memory._tell.remove(self._wrote)
        self._history = history

    def _wrote(self, spa, old):
        for at, words in _chunks(spa, old):
            check(lib.gvi_wrote(self._m, at, words, len(words)))

    def _call(self, function, *arguments):
        status = function(self._m, *arguments)
        self._host.raise_failure()
        check(status)

    def _ask(self, function, room, answer, request):
        c = room()
        self._call(function, request.to_c(), c)
        return answer.from_c(c)

    def _list(self, function, record):
        count = ctypes.c_size_t()
        rows = function(self._m, count)
        return [record.from_c(rows[i]) for i in range(count.value)]


class Answers(Sequence):
    """The answers of translate_many(): Answer records, made when they are looked at."""

    _size = ctypes.sizeof(_abi.gvi_answer)

    def __init__(self, count):
        self._rows = (_abi.gvi_answer * count)()

    def __len__(self):
        return len(self._rows)

    def __getitem__(self, index):
        rows = self._rows[index]
        return [Answer.from_c(row) for row in rows] if isinstance(index, slice) else Answer.from_c(rows)

    def column(self, member):
        """One member of all answers, as a list of numbers: column("address")."""
        place = getattr(_abi.gvi_answer, member)
        letter = {1: "B", 2: "H", 4: "I", 8: "Q"}[place.size]
        layout = f"={place.offset}x{letter}{self._size - place.offset - place.size}x"
        return [value for value, in struct.iter_unpack(layout, bytes(self._rows))]


_REQUEST = struct.Struct("@" + "".join(kind._type_ for _, kind in _abi.gvi_request._fields_) + "0Q")
# The same function for addresses of structures: no objects are made for them.
_translate = ctypes.CFUNCTYPE(ctypes.c_int, *[ctypes.c_void_p] * 3)(("gvi_translate", lib))


def _pack(requests, members):
    """The requests as gvi_request structures, one after the other."""
    if members:
        rest = Request(**members)[1:]
        return b"".join([_REQUEST.pack(address, *rest) for address in requests])
    return b"".join(starmap(_REQUEST.pack, requests))


def _each(start, size, count):
    return range(start, start + size * count, size)


def _place(register, index):
    if register not in _REGISTERS:
        raise KeyError(f"there is no register {register!r}")
    row = _REGISTERS[register]
    if not 0 <= index < row.count:
        raise IndexError(f"there are {row.count} of {register}")
    return row.offset + index * row.stride, formats.FORMATS[register].bits // 8


def _with_fields(iommu, register, index, fields):
    number, raw = formats._raw(register, iommu.read(register, index))
    for name, value in fields.items():
        formats._set(number, raw, name, value)
    return raw[0]


def _chunks(spa, old):
    """As many words as gvi_wrote() takes at once."""
    for at in range(0, len(old), 8):
        words = old[at:at + 8]
        yield spa + 8 * at, (ctypes.c_uint64 * len(words))(*words)
