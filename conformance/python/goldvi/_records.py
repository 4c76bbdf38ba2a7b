"""Structures of the library as named tuples of plain values, and back.

Members are those of the headers, with the headers' words for their text.  Numbers
of an enumeration become members of it, rules and choices their names.  A list
and the member that counts it (clause, nclauses) become one tuple (clauses).
"""

import ctypes
from collections import namedtuple

from . import _abi
from ._library import table, text

CLAUSES = tuple(text(row.slug) for row in table("gvi_clauses", _abi.NCLAUSES))
CHOICES = tuple(text(row.id) for row in table("gvi_choices", _abi.NCHOICES))

_NAMES = {"clause": CLAUSES, "choice": CHOICES}
_COUNTED_BY = {("gvi_ats_answer", "translation"): "count"}
_classes = {}


def record(structure, name, summary):
    """The class of named tuples for a structure; `from_c` and `to_c` convert."""
    members = [member for member in structure._fields_ if not _counts(structure, member[0])]
    shown = [_shown(structure, member) for member, _ in members]
    made = namedtuple(name, shown, defaults=[_zero(kind) for _, kind in members])
    made.__doc__ = "\n".join([summary, "", *_texts(structure, members, shown)])
    made._structure, made._members = structure, members
    made.from_c = classmethod(_from_c)
    made.to_c = _to_c
    _classes[structure] = made
    return made


def _from_c(cls, c):
    return cls(*(_plain(cls._structure, c, member) for member, _ in cls._members))


def _to_c(self):
    c = self._structure()
    for (member, kind), value in zip(self._members, self):
        setattr(c, member, to_member(kind, value))
    return c


def to_member(kind, value):
    """A plain value as ctypes takes it for a member of this type."""
    if hasattr(value, "to_c"):
        return value.to_c()
    return kind(*value) if isinstance(value, tuple) else value


def _plain(structure, c, member):
    value = getattr(c, member)
    if isinstance(value, ctypes.Array):
        count = _counter(structure, member)
        items = value[:getattr(c, count)] if count else value[:]
        return tuple(_item(structure, member, item) for item in items)
    return _item(structure, member, value)


def _item(structure, member, value):
    if isinstance(value, ctypes.Structure):
        return _classes[type(value)].from_c(value)
    if member in _NAMES:
        return _NAMES[member][value]
    enumeration = _abi.ENUMERATIONS.get((structure.__name__, member))
    return enumeration(value) if enumeration else value


def _counter(structure, member):
    """The member that tells how many items of an array count, or None."""
    if f"n{member}s" in dict(structure._fields_):
        return f"n{member}s"
    return _COUNTED_BY.get((structure.__name__, member))


def _counts(structure, member):
    return any(_counter(structure, other) == member for other, _ in structure._fields_)


def _shown(structure, member):
    return f"{member}s" if _counter(structure, member) else member


def _zero(kind):
    if issubclass(kind, ctypes.Array):
        return ()
    return kind().value if hasattr(kind, "value") else _classes[kind]()


def _texts(structure, members, shown):
    for (member, _), name in zip(members, shown):
        words = _abi.TEXTS.get((structure.__name__, member))
        yield f"    {name}: {words}" if words else f"    {name}"


Message = record(_abi.gvi_message, "Message", "What leaves the IOMMU: an interrupt, or a message to a device.")
Request = record(_abi.gvi_request, "Request", "An access of a device.")
Answer = record(_abi.gvi_answer, "Answer", "What became of an access or of an interrupt.")
Interrupt = record(_abi.gvi_interrupt, "Interrupt", "An interrupt message of a device, as the IOMMU meets it.")
AtsRequest = record(_abi.gvi_ats_request, "AtsRequest", "A device asks for translations.")
AtsAnswer = record(_abi.gvi_ats_answer, "AtsAnswer", "What became of a translation request.")
PageRequest = record(_abi.gvi_page_request, "PageRequest", "A device asks that a page be made present.")
PageAnswer = record(_abi.gvi_page_answer, "PageAnswer", "What became of a page request.")
Invalidation = record(_abi.gvi_invalidation, "Invalidation", "An invalidation that a device has not completed yet.")
Effect = record(_abi.gvi_effect, "Effect", "Something that a call did to memory, or sent.")
Pick = record(_abi.gvi_pick, "Pick", "A choice on the way to an outcome.")
Config = record(_abi.gvi_config, "Config", "A configuration: see configuration().")
