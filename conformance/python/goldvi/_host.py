"""The surroundings of a model: its callbacks, with Python behind them."""

import ctypes
from collections import namedtuple

from . import _abi
from ._library import lib, table, text
from ._records import CHOICES, CLAUSES, Effect, Message
from .formats import FORMATS
from .memory import BusError

ALTERNATIVES = {text(row.id): tuple(text(row.alternative[i].name) for i in range(row.count))
                for row in table("gvi_choices", _abi.NCHOICES)}
_FORMAT_IDS = tuple(FORMATS)

Note = namedtuple("Note", "kind name spa value words bus effect")
Note.__doc__ = """Something that happened inside a model, in order.

    kind: a NoteKind
    name: CLAUSE: the rule; CHOICE: the choice; FETCH: the format
    spa: FETCH: where
    value: CHOICE: the alternative taken
    words: FETCH: what was read
    bus: FETCH, EFFECT: how memory answered
    effect: EFFECT: what was done
"""


class Host:
    """A gvi_host for this memory and these listeners; `c` is the structure.

    An exception in a callback cannot pass through the library: memory then answers
    with a master abort, and raise_failure() raises it after the call.
    """

    def __init__(self, memory, send=None, choose=None, note=None):
        self.memory, self.send, self.choose, self.note = memory, send, choose, note
        self.failure = None
        self.c = _abi.gvi_host()
        window = getattr(memory, "_window", None)
        if window:
            self.windows = (_abi.gvi_window * 1)(window())
            self.c.windows, self.c.nwindows = self.windows, 1
        used = [name for name in ("send", "choose", "note") if getattr(self, name)]
        if memory is not None:
            used += ["write", "exchange"] + ([] if window else ["read"])
        for name in used:
            setattr(self.c, name, dict(_abi.gvi_host._fields_)[name](getattr(self, f"_{name}")))

    def raise_failure(self):
        failure, self.failure = self.failure, None
        if failure:
            raise failure

    def _guarded(self, action, otherwise):
        try:
            return action()
        except BusError as error:
            return error.bus
        except BaseException as error:  # also of a user who interrupts
            self.failure = self.failure or error
            return otherwise

    def _read(self, _, spa, to, length):
        def read():
            data = bytes(self.memory.read(spa, length))
            if len(data) != length:
                raise ValueError(f"read({spa:#x}, {length}) has returned {len(data)} bytes")
            ctypes.memmove(to, data, length)
            return 0
        return self._guarded(read, _abi.Bus.MASTER_ABORT)

    def _write(self, _, spa, data, length):
        def write():
            self.memory.write(spa, ctypes.string_at(data, length))
            return 0
        return self._guarded(write, _abi.Bus.MASTER_ABORT)

    def _exchange(self, _, spa, seen, following):
        def exchange():
            now = int.from_bytes(self.memory.read(spa, 8), "little")
            if now == seen[0]:
                self.memory.write(spa, following.to_bytes(8, "little"))
            seen[0] = now
            return 0
        return self._guarded(exchange, _abi.Bus.MASTER_ABORT)

    def _send(self, _, message):
        self._guarded(lambda: self.send(Message.from_c(message[0])), None)

    def _choose(self, _, choice, options):
        def choose():
            name = CHOICES[choice]
            taken = self.choose(name, ALTERNATIVES[name][:options])
            return ALTERNATIVES[name].index(taken) if isinstance(taken, str) else taken
        return self._guarded(choose, 0)

    def _note(self, _, note):
        self._guarded(lambda: self.note(_note(note[0])), None)


def _note(c):
    kind = _abi.NoteKind(c.kind)
    names = {kind.CLAUSE: CLAUSES, kind.CHOICE: CHOICES, kind.FETCH: _FORMAT_IDS}.get(kind)
    words = tuple(c.raw[:c.words]) if c.raw else ()
    effect = Effect.from_c(_abi.gvi_effect.from_address(c.effect)) if c.effect else None
    return Note(kind, names and names[c.id], c.spa, c.value, words, _abi.Bus(c.bus), effect)
