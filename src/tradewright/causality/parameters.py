"""What a fit has learned, as numbers by name, whatever it is kept in.

A scaler's mean that moves with the test rows is a leak even where no prediction shows it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tradewright.values.panel import Floats

DEEPEST = 6


def learned(fitted: Any) -> dict[str, Floats]:
    """The numbers of a fitted thing by name: `model.coef_`, `scaler.mean_`, `threshold`.

    Read are mappings, sequences, arrays, data frames, dataclasses, and of estimators what ends in `_`; words
    and other things count by what they say.
    """
    return dict(_numbers(fitted, "", 0))


def _numbers(thing: Any, name: str, depth: int) -> Iterator[tuple[str, Floats]]:
    label = name or "value"
    if depth > DEEPEST or thing is None or (callable(thing) and not _fields(thing)):
        return
    if isinstance(thing, bool | int | float | np.generic):
        yield label, np.array([_number(thing)])
    elif isinstance(thing, str | bytes):
        yield label, _coded([thing])
    elif isinstance(thing, Mapping):
        for key, value in thing.items():
            yield from _numbers(value, _joined(name, str(key)), depth + 1)
    elif isinstance(thing, set | frozenset):
        yield label, _coded(sorted(map(str, thing)))
    elif hasattr(thing, "to_numpy") or isinstance(thing, np.ndarray):
        yield from _array(thing, name, label, depth)
    elif isinstance(thing, list | tuple):
        yield from _sequence(thing, name, label, depth)
    else:
        for key, value in _fields(thing).items():
            yield from _numbers(value, _joined(name, key), depth + 1)


def _array(thing: Any, name: str, label: str, depth: int) -> Iterator[tuple[str, Floats]]:
    column = np.asarray(thing.to_numpy() if hasattr(thing, "to_numpy") else thing)
    if column.dtype.kind in "fiub":
        yield label, column.astype(np.float64).ravel()
    elif column.dtype == object and len(column) <= 64 and any(_fields(one) for one in column.ravel()):
        yield from _sequence(column.ravel().tolist(), name, label, depth)
    else:
        yield label, _coded([str(one) for one in column.ravel()])


def _sequence(thing: Any, name: str, label: str, depth: int) -> Iterator[tuple[str, Floats]]:
    if all(isinstance(one, bool | int | float | np.generic) for one in thing):
        yield label, np.array([_number(one) for one in thing], dtype=np.float64)
    elif all(isinstance(one, str) for one in thing):
        yield label, _coded(list(thing))
    else:
        for number, one in enumerate(thing):
            yield from _numbers(one, _joined(name, str(number)), depth + 1)


def _fields(thing: Any) -> dict[str, Any]:
    """What an object has learned: fields that end in `_`, its steps, or all of a plain record."""
    own = getattr(thing, "__dict__", {})
    if isinstance(thing, type) or type(thing).__name__ in ("function", "module", "method"):
        return {}
    told = {key: value for key, value in own.items() if key.endswith("_") and key[0] != "_"}
    if isinstance(own.get("steps"), list):
        told |= {str(key): value for key, value in own["steps"]}
    if not told and not hasattr(thing, "fit"):
        told = {key: value for key, value in own.items() if key[0] != "_"}
    return told


def _joined(name: str, key: str) -> str:
    return f"{name}.{key}" if name else key


def _number(thing: Any) -> float:
    try:
        return float(thing)
    except (TypeError, ValueError):
        return float(_coded([str(thing)])[0])


def _coded(words: list[Any]) -> Floats:
    """Words as numbers: equal for equal words, far apart for others."""
    return np.array([_code(str(one)) for one in words])


def _code(word: str) -> float:
    return float(int.from_bytes(hashlib.blake2b(word.encode(), digest_size=6).digest(), "big"))
