"""Hashes of the code and the data of an audit, so that a certificate can be matched to both.

Code is hashed as compiled, so that a comment may be mended without a new audit, and a constant may not.
"""

import hashlib
import types
from typing import Any

import numpy as np

from tradewright.causality.interventions import World
from tradewright.causality.state import functions_of


def code_hash_of(target: Any) -> str:
    """SHA-256 over the compiled code of all functions of its file that a target reaches."""
    digest = hashlib.sha256()
    for function in functions_of(target):
        _digest(function.__code__, digest)
    return digest.hexdigest()


def _digest(code: types.CodeType, digest: Any) -> None:
    digest.update(code.co_code)
    digest.update(repr(code.co_names).encode())
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            _digest(constant, digest)
        else:
            digest.update(_text(constant).encode())


def _text(constant: Any) -> str:
    """A constant as text that no hash seed changes: sets are sorted."""
    if isinstance(constant, frozenset):
        return f"set({sorted(map(_text, constant))})"
    if isinstance(constant, tuple):
        return f"({', '.join(map(_text, constant))})"
    return repr(constant)


def data_hash_of(world: World) -> str:
    """SHA-256 over names and cells of all tables, and the steps at which their rows were known."""
    digest = hashlib.sha256()
    for part in world:
        for place, name in enumerate(part.table.names):
            digest.update(name.encode())
            column = part.table.values(place)
            is_plain = column.dtype != object
            digest.update(
                np.ascontiguousarray(column).tobytes() if is_plain else repr(column.tolist()).encode()
            )
        digest.update(np.ascontiguousarray(part.known.rows).tobytes())
    return digest.hexdigest()
