"""What every feature is: frozen parameters and a formula. The formula declares it and defines it."""

import re
from abc import abstractmethod
from typing import ClassVar, dataclass_transform

from tradewright.features.expression import Expression
from tradewright.values.parameters import allocation, parameter, switch, word
from tradewright.values.tunable import Tunable


def plain_name(kind: type) -> str:
    """A class's name in small letters: Rsi is rsi, SmaRatio is sma_ratio."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind.__name__).lower()


@dataclass_transform(frozen_default=True, field_specifiers=(parameter, switch, allocation, word))
class Feature(Tunable):
    """One column that a model or a rule may read: known at its row, from that row and earlier ones alone.

    A subclass is a frozen dataclass without asking for it and writes one method, `formula`. Inputs, lookback,
    state, batch and stream all follow from the formula.
    `price_power` says how a value follows the unit of prices: 0 not at all, 1 as a price does.
    `is_symmetric` says that renaming or reordering symbols changes nothing but the order of the columns.
    """

    price_power: ClassVar[int] = 0
    is_symmetric: ClassVar[bool] = True

    @abstractmethod
    def formula(self) -> Expression:
        """The column, made of inputs and the operations of `features/operations.py`."""

    @property
    def name(self) -> str:
        """The column's name: that of the class, and the parameters' values."""
        words = plain_name(type(self))
        values = [getattr(self, one.name) for one in self.declared()]
        told = [f"{value:g}" if isinstance(value, float) else str(value) for value in values]
        return re.sub(r"[^0-9a-zA-Z]+", "_", "_".join([words, *(text for text in told if text)]))

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns it reads, in alphabetical order."""
        found, waiting = set(), [self.formula()]
        while waiting:
            one = waiting.pop()
            found |= {one.input} if one.input else set()
            waiting.extend(one.of)
        return tuple(sorted(found))

    @property
    def lookback_bars(self) -> int:
        """Rows, the present one included, until its first value."""
        return self.formula().lookback_bars

    @property
    def reach_bars(self) -> float:
        """Rows that can move a value: infinite where nothing is forgotten, more than the lookback where old
        rows fade."""
        return self.formula().reach
