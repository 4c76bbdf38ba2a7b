"""What is made of the headers is what a C compiler makes of them."""

import ctypes
import os
import shutil
import subprocess

import pytest

from goldvi import _abi

SOURCE = os.path.join(os.path.dirname(__file__), "..", "..", "..")


def claims():
    """C that does not compile if a size, an offset or a constant differs."""
    for name, value in vars(_abi).items():
        if isinstance(value, type) and issubclass(value, (ctypes.Structure, ctypes.Union)) \
                and name.startswith("gvi_"):
            kind = "union" if issubclass(value, ctypes.Union) else "struct"
            if name in INNER:
                continue
            yield f"sizeof({kind} {name}) == {ctypes.sizeof(value)}"
            for member, _ in value._fields_:
                yield f"offsetof({kind} {name}, {member}) == {getattr(value, member).offset}"
        elif isinstance(value, int) and name.isupper():
            yield f"GVI_{name} == {value}"


# Structures without a name of their own.
INNER = {"gvi_choice_info_alternative", "gvi_input_of", "gvi_input_of_mmio", "gvi_input_of_invalidation"}


@pytest.fixture
def include():
    folder = os.environ.get("GOLDVI_INCLUDE", os.path.join(SOURCE, "include"))
    if not shutil.which("cc") or not os.path.isdir(folder):
        pytest.skip("no C compiler, or no headers")
    return folder


def compiles(include, lines):
    text = '#include "goldvi/oracle.h"\n' + "".join(f'_Static_assert({line}, "{line}");\n' for line in lines)
    command = ["cc", "-std=c11", "-fsyntax-only", "-I", include, "-x", "c", "-"]
    return subprocess.run(command, input=text, text=True, stderr=subprocess.PIPE)


def test_layout_is_the_compilers(include):
    lines = list(claims())
    assert len(lines) > 200
    done = compiles(include, lines)
    assert done.returncode == 0, done.stderr[:2000]


def test_the_test_can_fail(include):
    assert compiles(include, ["sizeof(struct gvi_request) == 23"]).returncode != 0


def test_all_exported_names_are_known():
    path = os.path.join(SOURCE, "model", "package", "exports.txt")
    with open(path, encoding="ascii") as file:
        assert {line.strip() for line in file} == set(_abi.FUNCTIONS) | set(_abi.TABLES)
