"""The knobs of a strategy or a feature: declared once, with unit and bounds, always checked."""

import json
import math
import operator
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field
from difflib import get_close_matches
from typing import Any

from tradewright.values.errors import InvalidOption, UnknownName

Plain = int | float | bool | str | dict[str, float]


class UnknownParameter(UnknownName):
    """A parameter that is not taken, with the nearest one that is."""


@dataclass(frozen=True)
class Bounds:
    """What a parameter may be: `low` to `high`, both allowed, in `unit`; `below` names one it stays under."""

    low: float
    high: float
    unit: str
    about: str
    below: str = ""

    def __str__(self) -> str:
        """As an error lists it: unit and range."""
        if self.unit in (SWITCH, WORD):
            return self.unit
        return f"{self.unit}, {self.low:.10g} to {self.high:.10g}"


SWITCH, WORD = "yes or no", "text"
_BOUNDS = "tradewright.bounds"


def parameter(
    default: int | float, *, low: float, high: float, unit: str, about: str, below: str = ""
) -> Any:
    """Declare a number. A whole default takes whole numbers only; give 1.0 where parts are meant.

    Units: `unit` in words, as an error prints it. `low` and `high` are allowed values themselves. `below`
    names a parameter that must stay above this one, such as the slow window above the fast one.
    """
    return field(default=default, metadata={_BOUNDS: Bounds(low, high, unit, about, below)})


def switch(default: bool, *, about: str) -> Any:
    """Declare a choice of yes or no."""
    return field(default=default, metadata={_BOUNDS: Bounds(0, 1, SWITCH, about)})


def allocation(*, low: float, high: float, about: str) -> Any:
    """Declare a weight for each symbol, given as a mapping; empty unless given. Gross at most `high`."""
    return field(default=(), metadata={_BOUNDS: Bounds(low, high, "weight by symbol", about)})


def word(default: str, *, about: str) -> Any:
    """Declare a short text, such as a symbol."""
    return field(default=default, metadata={_BOUNDS: Bounds(0, 0, WORD, about)})


def bounds_of(declared: Field[Any]) -> Bounds | None:
    """The bounds a field was declared with; None where it was declared without."""
    return declared.metadata.get(_BOUNDS)


def is_plainly_inside(declared: Field[Any], value: Any) -> bool:
    """True where a value is of exactly the declared kind and within bounds, so that it is kept as it is."""
    bounds = declared.metadata[_BOUNDS]
    kind = type(declared.default)
    return type(value) is kind and kind not in (tuple, str) and bounds.low <= value <= bounds.high


def checked(owner: str, declared: Field[Any], value: Any) -> Any:
    """The value as its owner keeps it.

    Raises: InvalidOption for a wrong type or a value out of bounds; it says which bound.
    """
    bounds = declared.metadata[_BOUNDS]
    what = f"{declared.name} = {value!r} of {owner}"
    if isinstance(declared.default, tuple):
        return _allocation(what, bounds, value)
    if isinstance(declared.default, str):
        if not isinstance(value, str):
            raise InvalidOption(f"{what} is no text.", 'Give it in quotes, such as "SPY".')
        return value
    number = _number(what, bounds, type(declared.default), value)
    if number < bounds.low:
        raise InvalidOption(f"{what} is below its lower bound, {bounds.low:.10g}.", f"It takes: {bounds}.")
    if number > bounds.high:
        raise InvalidOption(f"{what} is above its upper bound, {bounds.high:.10g}.", f"It takes: {bounds}.")
    return number


def _number(what: str, bounds: Bounds, kind: type, value: Any) -> int | float | bool:
    """The value as the declared kind of number; nothing is rounded and text is never read here.

    A switch is not a number and 252.0 is not a count of bars: quiet conversions hide mistakes in study files.
    """
    if kind is bool:
        if isinstance(value, bool):
            return value
        raise InvalidOption(f"{what} is neither true nor false.", "Give true or false.")
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        raise InvalidOption(f"{what} is no number.", f"It takes: {bounds}.")
    if kind is int:
        if not hasattr(value, "__index__"):
            raise InvalidOption(f"{what} is no whole number.", f"It takes: {bounds}.")
        return operator.index(value)
    if not math.isfinite(value):
        raise InvalidOption(f"{what} is not a finite number.", f"It takes: {bounds}.")
    return float(value)


def _allocation(what: str, bounds: Bounds, value: Any) -> tuple[tuple[str, float], ...]:
    """Weights by symbol as sorted pairs, so that a frozen strategy can be compared and hashed."""
    if not isinstance(value, Mapping | tuple):
        raise InvalidOption(f"{what} is no mapping.", 'Give weights by symbol, such as {"SPY": 0.6}.')
    pairs = sorted(value.items() if isinstance(value, Mapping) else value)
    for symbol, weight in pairs:
        number = _number(f"weight {weight!r} of {symbol}", bounds, float, weight)
        if not bounds.low <= number <= bounds.high:
            raise InvalidOption(f"Weight {weight} of {symbol} is out of bounds.", f"It takes: {bounds}.")
    gross = sum(abs(weight) for _, weight in pairs)
    if gross > bounds.high * (1.0 + 1e-9):
        raise InvalidOption(f"The weights of {what} add up to {gross:g}.", f"At most {bounds.high:g}.")
    return tuple((str(symbol), float(weight)) for symbol, weight in pairs)


def refuse_disorder(owner: str, fields: Iterable[Field[Any]], values: Mapping[str, Any]) -> None:
    """Refuse a parameter that must lie below another one and does not.

    Raises: InvalidOption naming both.
    """
    for declared in fields:
        other = declared.metadata[_BOUNDS].below
        if other and not values[declared.name] < values[other]:
            mine, theirs = values[declared.name], values[other]
            raise InvalidOption(
                f"{declared.name} = {mine} of {owner} must be below {other} = {theirs}.",
                f"Lower {declared.name} or raise {other}.",
            )


def refuse_strangers(owner: str, fields: Iterable[Field[Any]], given: Iterable[str]) -> None:
    """Refuse names that the owner does not take.

    Raises: UnknownParameter with the nearest name and the list of all.
    """
    declared = {one.name: bounds_of(one) for one in fields}
    for name in given:
        if name in declared:
            continue
        near = get_close_matches(name, declared, n=1, cutoff=0.5)
        hint = f"Did you mean '{near[0]}'?\n" if near else ""
        takes = ", ".join(f"{known} ({bounds})" for known, bounds in declared.items()) or "nothing"
        raise UnknownParameter(f"'{name}' is not a parameter of {owner}.", f"{hint}It takes: {takes}.")


def refuse_axes(
    owner: str, fields: Iterable[Field[Any]], axes: Mapping[str, tuple[Any, ...]], fixed: Mapping[str, Any]
) -> dict[str, tuple[Any, ...]]:
    """Refuse a grid that holds any impossible combination, without building them all.

    Gives the values of every parameter as the strategy keeps them, one where the grid has no axis.
    Raises: UnknownParameter, InvalidOption.
    """
    fields = tuple(fields)
    refuse_strangers(owner, fields, [*axes, *fixed])
    taken = {one.name: axes.get(one.name, (fixed.get(one.name, one.default),)) for one in fields}
    kept = {one.name: tuple(checked(owner, one, value) for value in taken[one.name]) for one in fields}
    for one in fields:
        other = one.metadata[_BOUNDS].below
        if other and kept[one.name] and kept[other]:
            # If the highest of one lies below the lowest of the other, every pair does.
            refuse_disorder(owner, [one], {one.name: max(kept[one.name]), other: min(kept[other])})
    return kept


def read_number(text: str, default: Any) -> Any:
    """A value typed on a command line, read as its default's kind; unreadable text is handed on as it is."""
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        return {"true": True, "yes": True, "false": False, "no": False}.get(text.lower(), text)
    if isinstance(default, tuple):
        try:
            return json.loads(text)
        except ValueError:
            return text
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
