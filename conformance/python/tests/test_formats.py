"""Encoding, decoding and checking by the tables; the words are written by hand from docs/spec."""

import doctest

import pytest

import goldvi
from goldvi import formats

KNOWN = [
    ("DTE", (0x6000000010000603, 0x42, 0, 0),
     {"V": 1, "TV": 1, "Mode": 3, "HostPageTableRootPtr": 0x10000000, "IR": 1, "IW": 1, "DomainID": 0x42}),
    ("DTE", (0x0400000000000181, 0x0000080000010000, 0x2000000000000001, 0),
     {"V": 1, "HAD": 3, "GCR3TRP": 0x80009000, "IV": 1, "IntCtl": 2}),
    ("PTE", (0x6000000004000001,), {"PR": 1, "Address": 0x4000000, "IR": 1, "IW": 1}),
    ("COMPLETION_WAIT", (0x1000000000020001, 0xcafef00d),
     {"Opcode": 1, "s": 1, "StoreAddress": 0x20000, "StoreData": 0xcafef00d}),
    ("IO_PAGE_FAULT", (0x2030004200000020, 0xc0005000),
     {"Code": 2, "DeviceID": 0x20, "DomainID": 0x42, "PR": 1, "RW": 1, "Address": 0xc0005000}),
    ("IRTE_32", (0x00212201,), {"RemapEn": 1, "Destination": 0x22, "Vector": 0x21}),
]


@pytest.mark.parametrize("name, words, fields", KNOWN, ids=[f"{n}-{w[0]:x}" for n, w, _ in KNOWN])
def test_known_words(name, words, fields):
    assert goldvi.encode(name, **fields) == words
    assert {k: v for k, v in goldvi.decode(name, words).items() if v} == fields


def test_names_of_values_and_ids():
    assert goldvi.encode("DTE", HAD="accessed-dirty") == (0x180, 0, 0, 0)
    assert goldvi.encode("PTE", ADDRESS=0x1000) == goldvi.encode("PTE", Address=0x1000)
    assert goldvi.encode("GPTE", **{"R/W": 1}) == goldvi.encode("GPTE", RW=1) == (2,)


def test_describe():
    assert goldvi.describe("DTE", (0x603, 0, 0, 0)) == "V=1 TV=1 Mode=3"


def test_validate():
    assert goldvi.validate("DTE", (0x603, 0, 0, 0)) is None
    assert goldvi.validate("DTE", (1 << 63, 0, 0, 0)) == "Reserved[63:63]"
    assert goldvi.validate("DTE", (1 << 55, 0, 0, 0)) is None
    assert goldvi.validate("DTE", (1 << 55, 0, 0, 0), features=0) == "GV[55:55]"


def test_every_bit_belongs_to_one_field():
    assert len(goldvi.FORMATS) == goldvi.NFORMATS
    for row in goldvi.FORMATS.values():
        bits = sorted(bit for f in row.fields for hi, lo in f.segments for bit in range(lo, hi + 1))
        assert bits == list(range(row.bits)), row.id


def test_every_field_comes_back():
    for row in goldvi.FORMATS.values():
        for field in row.fields:
            if field.kind in (goldvi.Kind.FLAG, goldvi.Kind.UINT, goldvi.Kind.ADDR, goldvi.Kind.ENUM):
                value = (1 << field.width) - 1 << field.scale
                words = goldvi.encode(row.id, **{field.id: value})
                assert goldvi.decode(row.id, words)[field.name] == value, (row.id, field.id)


@pytest.mark.parametrize("fields, error", [
    ({"Mode": 8}, ValueError), ({"Mode": -1}, ValueError), ({"HAD": "some"}, ValueError),
    ({"HostPageTableRootPtr": 1}, ValueError), ({"Colour": 1}, KeyError)])
def test_refused_fields(fields, error):
    with pytest.raises(error):
        goldvi.encode("DTE", **fields)


def test_refused_words():
    with pytest.raises(KeyError):
        goldvi.decode("FOO", 0)
    with pytest.raises(ValueError):
        goldvi.decode("DTE", 0)
    with pytest.raises(ValueError):
        goldvi.decode("PTE", 1 << 64)
    with pytest.raises(ValueError):
        goldvi.describe("PTE", -1)


def test_examples_of_docstrings():
    assert doctest.testmod(formats).failed == 0
