"""Formats: what the bits of every structure, command, event and register mean.

Words are tuples of 64-bit numbers, as they stand in memory.  Formats and fields
have the names of docs/formats.md and docs/registers.md; ids are accepted, too.
"""

import ctypes
from collections import namedtuple

from . import _abi
from ._library import lib, table, text

ALL_FEATURES = (1 << 64) - 1

Field = namedtuple("Field", "id name text kind width scale segments")
Field.__doc__ = "A field: `segments` are (high, low) bits, `scale` the zero bits below the stored ones."
Format = namedtuple("Format", "id title clause bits fields")
Format.__doc__ = "A format, with its fields from low to high as the tables list them."


def _read_tables():
    rows = table("gvi_fields", _abi.NFIELDS)
    for n, row in enumerate(table("gvi_formats", _abi.NFORMATS)):
        fields = tuple(_field(i, rows[i]) for i in range(row.first, row.first + row.nfields))
        yield text(row.id), Format(text(row.id), text(row.title), text(row.clause), row.bits, fields)


def _field(number, row):
    segments = tuple((s.hi, s.lo) for s in row.segment[:row.nsegments])
    return Field(text(row.id), text(row.name), text(row.text), _abi.Kind(row.kind), lib.gvi_width(number),
                 row.scale, segments)


FORMATS = dict(_read_tables())
_FIRST = [row.first for row in table("gvi_formats", _abi.NFORMATS)]


def encode(format, **fields):
    """The words of a format with these fields; the others are 0, constants as they must be.

    A value is a number, or the name of an enumerated value.

    >>> [hex(word) for word in encode("PTE", PR=1, Address=0x4000000, IR=1, IW=1)]
    ['0x6000000004000001']
    """
    number = find(format)
    raw = (ctypes.c_uint64 * lib.gvi_words(number))()
    lib.gvi_blank(number, raw)
    for name, value in fields.items():
        _set(number, raw, name, value)
    return tuple(raw)


def _set(number, raw, name, value):
    wanted = f"{name}={value if isinstance(value, str) else int(value)}"
    if lib.gvi_encode(number, wanted.encode(), changed := type(raw)(), None):
        field = find_field(number, name)
        lib.gvi_set(field, raw, lib.gvi_get(field, changed))
        return
    find_field(number, name)
    raise ValueError(f"{wanted}: the value does not fit, or has no such name")


def decode(format, words):
    """The fields that have a meaning, by name, of words or of a single number.

    >>> decode("PTE", 0x6000000004000001)["Address"]
    67108864
    """
    number, raw = _raw(format, words)
    first, fields = _FIRST[number], list(FORMATS.values())[number].fields
    skipped = (_abi.Kind.MBZ, _abi.Kind.IGN)
    return {f.name: lib.gvi_get(first + i, raw) for i, f in enumerate(fields) if f.kind not in skipped}


def describe(format, words):
    """One line: "PR=1 Address=0x4000000 IR=1 IW=1"."""
    number, raw = _raw(format, words)
    room = ctypes.create_string_buffer(lib.gvi_print(number, raw, None, 0) + 1)
    lib.gvi_print(number, raw, room, len(room))
    return room.value.decode()


def validate(format, words, features=ALL_FEATURES):
    """The name of the lowest reserved field that is not zero, as "Name[63:52]", or None.

    `features` are those in force, such as Iommu.features.
    """
    number, raw = _raw(format, words)
    found = lib.gvi_first_reserved(number, raw, features)
    if found == _abi.NFIELDS:
        return None
    field = list(FORMATS.values())[number].fields[found - _FIRST[number]]
    return field.name + ",".join(f"[{hi}:{lo}]" for hi, lo in field.segments)


def _raw(format, words):
    number = find(format)
    words = (words,) if isinstance(words, int) else tuple(words)
    count = lib.gvi_words(number)
    if len(words) != count:
        raise ValueError(f"{format} has {count} words, and {len(words)} are given")
    if any(not 0 <= word < 1 << 64 for word in words):
        raise ValueError("a word has 64 bits")
    return number, (ctypes.c_uint64 * count)(*words)


def find(format):
    """The number of a format in the library; KeyError when there is none."""
    number = lib.gvi_find_format(format.encode())
    if number == _abi.NFORMATS:
        raise KeyError(f"there is no format {format!r}")
    return number


def find_field(number, name):
    """The number of a format's field; KeyError when there is none."""
    found = lib.gvi_find_field(number, name.encode())
    if found == _abi.NFIELDS:
        raise KeyError(f"{list(FORMATS)[number]} has no field {name!r}")
    return found
