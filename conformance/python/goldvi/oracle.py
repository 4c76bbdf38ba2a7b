"""The oracle: not what an IOMMU would answer, but all that it may answer."""

import ctypes
from collections import namedtuple

from . import _abi
from ._host import ALTERNATIVES, Host
from ._library import check, lib
from ._records import (CHOICES, Answer, AtsAnswer, AtsRequest, Effect, Interrupt, PageAnswer, PageRequest, Pick,
                       Request, to_member)
from .iommu import _chunks, configuration

MmioRead = namedtuple("MmioRead", "offset length", defaults=[8])
MmioWrite = namedtuple("MmioWrite", "offset value length", defaults=[8])
ConfigRead = namedtuple("ConfigRead", "offset length", defaults=[4])
ConfigWrite = namedtuple("ConfigWrite", "offset value length", defaults=[4])
Step = namedtuple("Step", "")
Step.__doc__ = "The IOMMU performs a command, or has none: value=1 or 0."
InvalidationDone = namedtuple("InvalidationDone", "device tag")
InvalidationTimedOut = namedtuple("InvalidationTimedOut", "device tag")

Outcome = namedtuple("Outcome", "reply picks effects")
Outcome.__doc__ = """One thing that an IOMMU may do.

    reply: an Answer, AtsAnswer or PageAnswer, or the value of a read
    picks: by which choices, and which words that it may still hold
    effects: what it does to memory, and sends
"""

Judgement = namedtuple("Judgement", "verdict runs worlds nearest differs ended_by")
Judgement.__doc__ = """Whether what was seen is permitted: Judgement.permitted.

    verdict: a Verdict; UNSURE: the bounds did not suffice to tell
    runs: of the model
    worlds: that explain all that was seen, afterwards
    nearest: REFUSED: the Outcome that differs least, or None
    differs: in what: the first words of those that observe() knows
    ended_by: the command that ended what was used, if it was held too long; else None
"""
Judgement.permitted = property(lambda self: self.verdict == _abi.Verdict.PERMITTED)

_K = _abi.InputKind
# class of the input: (kind, member of the union or None for the value, reply, its class)
_INPUTS = {
    Request: (_K.TRANSLATE, "request", "answer", Answer),
    Interrupt: (_K.INTERRUPT, "interrupt", "answer", Answer),
    AtsRequest: (_K.ATS, "ats", "ats", AtsAnswer),
    PageRequest: (_K.PAGE, "page", "page", PageAnswer),
    Step: (_K.STEP, None, "value", None),
    InvalidationDone: (_K.DONE, "invalidation", None, None),
    InvalidationTimedOut: (_K.TIMED_OUT, "invalidation", None, None),
    MmioRead: (_K.MMIO_READ, "mmio", "value", None),
    MmioWrite: (_K.MMIO_WRITE, "mmio", None, None),
    ConfigRead: (_K.CONFIG_READ, "mmio", "value", None),
    ConfigWrite: (_K.CONFIG_WRITE, "mmio", None, None),
}

# What is seen by which words: those of one line are seen together.
_SEEN = {
    "RESULT": ("result",), "ADDRESS": ("address",), "SIZE": ("size",), "RIGHTS": ("read", "write"),
    "ATTRIBUTES": ("coherent", "untranslated_only"), "COMPLETION": ("completion",), "EVENT": ("logging", "event"),
    "MESSAGE": ("message",), "VALUE": ("value", "translations"), "EFFECTS": ("effects",),
}


class Oracle:
    """Judges an IOMMU that comes out of reset and works on `memory`.

    It must be told of everything that reaches the IOMMU (observe()), and of every change
    of memory by software (memory.store() does).  What the IOMMU itself writes is written
    by memory.write().  `worlds`, `runs` and `values_log2` bound what it may take, `delay`
    is that of reads of registers that the IOMMU changes: see goldvi/oracle.h.
    """

    def __init__(self, config, memory, *, worlds=16, runs=4096, values_log2=12, delay=0):
        config = configuration(config) if isinstance(config, str) else config
        bounds = _abi.gvi_bounds(worlds, runs, values_log2, delay)
        size = lib.gvi_oracle_size(bounds)
        if not size:
            raise ValueError("these are no bounds of an oracle")
        self._host = Host(memory)
        self._room = ctypes.create_string_buffer(size)
        self._o = ctypes.addressof(self._room)
        check(lib.gvi_oracle_init(self._o, bounds, config.to_c(), self._host.c))
        memory._tell.append(self._wrote)

    def permitted(self, what, limit=64):
        """(outcomes, complete): all that is permitted here and now; nothing changes.

        `complete` is False if the bounds or `limit` did not suffice.
        """
        rows, count, verdict = (_abi.gvi_outcome * limit)(), ctypes.c_size_t(), ctypes.c_int()
        self._call(lib.gvi_permitted, _input(what), rows, limit, count, verdict)
        outcomes = [_outcome(what, rows[i]) for i in range(min(count.value, limit))]
        return outcomes, verdict.value == _abi.Verdict.PERMITTED and count.value <= limit

    def observe(self, what, seen=None, **members):
        """This has reached the IOMMU, and this was seen of what it did: a Judgement.

        What was seen is a whole reply, such as an Answer, or members of it: result, address,
        size, read and write, coherent and untranslated_only, completion, logging and event,
        message, value, or effects, all of them.  Nothing given: nothing was seen.  What is
        refused changes nothing.
        """
        judgement, nearest = _abi.gvi_judgement(), _abi.gvi_outcome()
        self._call(lib.gvi_observe, _input(what), _seen(what, seen, members), judgement, nearest)
        return Judgement(
            _abi.Verdict(judgement.verdict), judgement.runs, judgement.worlds,
            _outcome(what, nearest) if judgement.near else None,
            tuple(names[0] for flag, names in _SEEN.items() if judgement.differs & getattr(_abi, f"SEEN_{flag}")),
            tuple(judgement.ended_by) if judgement.stale else None)

    def left(self, choice):
        """The alternatives of a choice that what was seen has left."""
        bits = lib.gvi_left(self._o, CHOICES.index(choice))
        return [name for i, name in enumerate(ALTERNATIVES[choice]) if bits >> i & 1]

    def _wrote(self, spa, old):
        for at, words in _chunks(spa, old):
            check(lib.gvi_oracle_wrote(self._o, at, words, len(words)))

    def _call(self, function, *arguments):
        status = function(self._o, *arguments)
        self._host.raise_failure()
        check(status)


def _input(what):
    kind, member, _, _ = _INPUTS[type(what)]
    c = _abi.gvi_input(kind=kind)
    if member in ("mmio", "invalidation"):
        for name, value in what._asdict().items():
            setattr(getattr(c.of, member), name, value)
    elif member:
        setattr(c.of, member, what.to_c())
    return c


def _outcome(what, c):
    _, _, reply, record = _INPUTS[type(what)]
    value = getattr(c.reply, reply) if reply else None
    return Outcome(record.from_c(value) if record else value,
                   tuple(Pick.from_c(pick) for pick in c.pick[:c.npicks]),
                   tuple(Effect.from_c(effect) for effect in c.effect[:c.neffects]))


def _seen(what, reply, members):
    """A gvi_seen of a whole reply, or of members of one."""
    if reply is not None:
        whole = reply._asdict() if isinstance(reply, tuple) else {"value": reply}
        known = [name for names in _SEEN.values() for name in names]
        members = {name: value for name, value in whole.items() if name in known}
    c = _abi.gvi_seen()
    for flag, names in _SEEN.items():
        given = [name for name in names if name in members]
        if given:
            c.what |= getattr(_abi, f"SEEN_{flag}")
    effects = [effect.to_c() for effect in members.pop("effects", ())]
    c.effects, c.neffects = (_abi.gvi_effect * len(effects))(*effects), len(effects)
    _fill(c.reply, _INPUTS[type(what)][2], members)
    return c


def _fill(reply, member, members):
    """What was seen, into the reply of this kind."""
    if members and member is None:
        raise ValueError("such an input has no reply of which something could be seen")
    if member == "value":
        reply.value = members.pop("value", 0)
    room = getattr(reply, member) if member else None
    for name, value in members.items():
        name = {"translations": "translation"}.get(name, name)
        if member == "value" or not hasattr(room, name):
            raise ValueError(f"{name!r} is nothing that could be seen here")
        setattr(room, name, to_member(dict(room._fields_)[name], value))
