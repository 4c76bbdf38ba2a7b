"""The shared library, with what the headers say of its functions."""

import ctypes
import os

from . import _abi, _where


class Error(Exception):
    """A call that the library has refused: it has changed nothing.

    `status` is a Status; the text says in a sentence what was wrong.
    """

    def __init__(self, status):
        self.status = _abi.Status(status)
        super().__init__(lib.gvi_status_text(status).decode())


def _load():
    """$GOLDVI_LIBRARY, else the one that belongs to this package, else the system's."""
    named = os.environ.get("GOLDVI_LIBRARY")
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), _where.PATH)
    library = ctypes.CDLL(named or (beside if os.path.exists(beside) else os.path.basename(beside)))
    for name, (result, parameters) in _abi.FUNCTIONS.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, parameters
    version = library.gvi_version()
    if version != _abi.VERSION:
        raise ImportError(f"the library is of version {version}, and this package for {_abi.VERSION}")
    return library


lib = _load()


def check(status):
    """Raises what is not GVI_OK."""
    if status:
        raise Error(status)


def table(name, count):
    """An exported table as a ctypes array."""
    return (_abi.TABLES[name] * count).in_dll(lib, name)


def text(value):
    """A C string, or None."""
    return None if value is None else value.decode()
