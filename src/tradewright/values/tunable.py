"""What has parameters: frozen, declared with bounds, and refused in words where one is wrong."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, ClassVar, Self, dataclass_transform

from tradewright.values.parameters import (
    Plain,
    allocation,
    bounds_of,
    checked,
    is_plainly_inside,
    parameter,
    read_number,
    refuse_disorder,
    refuse_strangers,
    switch,
    word,
)


@dataclass_transform(frozen_default=True, field_specifiers=(parameter, switch, allocation, word))
class Tunable(ABC):  # noqa: B024 - what is abstract stands in the contracts made of it
    """A frozen dataclass without asking for it; each field is declared with bounds.

    Fields are declared with `parameter`, `switch`, `word` or `allocation`; nothing else is kept.
    """

    _fields: ClassVar[tuple[Field[Any], ...]] = ()
    _names: ClassVar[frozenset[str]] = frozenset()
    _builds_itself: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        """Make the subclass a frozen dataclass and refuse a field without bounds."""
        super().__init_subclass__(**options)
        cls._builds_itself |= not {"__new__", "__init__", "__post_init__"}.isdisjoint(vars(cls))
        dataclass(frozen=True)(cls)
        cls._fields = fields(cls)  # type: ignore[arg-type]
        cls._names = frozenset(one.name for one in cls._fields)
        for declared in cls._fields:
            if bounds_of(declared) is None or declared.default is MISSING:
                raise TypeError(
                    f"{cls.__name__}.{declared.name} has no bounds: declare it with parameter(default, "
                    "low=..., high=..., unit=..., about=...), switch(...), word(...) or allocation(...)."
                )

    def __new__(cls, *values: Any, **named: Any) -> Self:
        """Refuse a misspelt parameter before Python does, with the nearest name."""
        if not cls._names.issuperset(named):
            refuse_strangers(cls.__name__, cls._fields, named)
        return super().__new__(cls)

    def __post_init__(self) -> None:
        """Refuse a parameter of the wrong type or out of bounds."""
        owner, values = type(self).__name__, vars(self)
        for one in self._fields:
            given = values[one.name]
            # Grids build thousands: what needs no change is told apart before anything is called.
            if not is_plainly_inside(one, given):
                object.__setattr__(self, one.name, checked(owner, one, given))
        refuse_disorder(owner, self._fields, values)

    @classmethod
    def of_checked(cls, values: Mapping[str, Any]) -> Self:
        """Build from a checked value for each parameter, as `refuse_axes` gives them; grids build thousands.

        A subclass with a way of its own to be built is built that way.
        """
        if cls._builds_itself:
            return cls(**values)
        made = object.__new__(cls)
        vars(made).update(values)
        return made

    @classmethod
    def declared(cls) -> tuple[Field[Any], ...]:
        """The parameters, in the order they are declared."""
        return cls._fields

    @classmethod
    def from_text(cls, given: Mapping[str, str]) -> Self:
        """Build from what was typed on a command line, such as {"lookback": "252"}.

        Raises: UnknownParameter, InvalidOption.
        """
        refuse_strangers(cls.__name__, cls.declared(), given)
        defaults = {one.name: one.default for one in cls.declared()}
        return cls(**{name: read_number(text, defaults[name]) for name, text in given.items()})

    def parameters(self) -> dict[str, Plain]:
        """The parameters as plain values, for a manifest; their owner can be built from them again."""
        values = {one.name: getattr(self, one.name) for one in self.declared()}
        return {name: dict(value) if isinstance(value, tuple) else value for name, value in values.items()}
