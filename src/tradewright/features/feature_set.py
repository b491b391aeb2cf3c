"""A set of features: named columns in a fixed order, computed over a period at once or row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tradewright.data.adjustments import forward_bars
from tradewright.features.contract import Feature
from tradewright.features.expression import Expression
from tradewright.features.machine import Machine, MachineState
from tradewright.features.planner import Plan, plan_of, schema_hash
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.panel import Floats, Ints, Panel

if TYPE_CHECKING:
    import polars as pl

Column = Feature | Expression
BARS = ("open", "high", "low", "close", "volume")


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """The columns of a feature set over a period.

    Shape: `values` is columns x T x N, read-only; NaN where a value is not known.
    Known at: row t at `instants[t]`. `schema_hash` names the columns' formulas, in their order.
    """

    names: tuple[str, ...]
    values: Floats
    instants: Ints
    symbols: tuple[str, ...]
    schema_hash: str
    warm_up_bars: int

    def __getitem__(self, name: str) -> Floats:
        """One column by its name, T x N. Raises: UnknownName."""
        if name not in self.names:
            raise unknown_name(name, "column of these features", self.names)
        found: Floats = self.values[self.names.index(name)]
        return found

    def since(self, row: int) -> "FeatureTable":
        """The rows from `row` on, computed with all that came before them."""
        values = self.values[:, row:]
        return FeatureTable(
            self.names, values, self.instants[row:], self.symbols, self.schema_hash, self.warm_up_bars
        )

    def matrix(self) -> Floats:
        """As rows for a model, (T * N) x columns: instant after instant, within one the symbols in order."""
        return np.ascontiguousarray(self.values.reshape(len(self.names), -1).T)

    def to_polars(self) -> "pl.DataFrame":
        """As a long table: known_at (ns UTC), symbol, and a column for each feature."""
        import polars as pl

        rows, count = len(self.instants), len(self.symbols)
        keys = {"known_at": np.repeat(self.instants, count), "symbol": list(self.symbols) * rows}
        return pl.DataFrame(keys | {name: self[name].reshape(-1) for name in self.names})


class FeatureSet:
    """Named columns in a fixed order. The same object serves research, paper and live.

    Common work is done once: ten features of one moving average compute it once. A column's values do not
    depend on what else is in the set.
    """

    def __init__(self, columns: Mapping[str, Column] | Iterable[Feature]) -> None:
        """Features under their own names, or features and formulas under names given to them.

        Raises: InvalidOption for no column, or for two of one name.
        """
        pairs = _named(columns)
        self.names = tuple(name for name, _ in pairs)
        self.features = tuple(one for _, one in pairs)
        twice = {name for name in self.names if self.names.count(name) > 1}
        if twice or not pairs:
            told = f"Two columns are called '{min(twice)}'." if twice else "A feature set of no feature."
            raise InvalidOption(
                told, 'Give a mapping of names: FeatureSet({"fast": Rsi(7), "slow": Rsi(21)}).'
            )
        self._formulas = tuple(one.formula() if isinstance(one, Feature) else one for one in self.features)

    def __len__(self) -> int:
        """How many columns."""
        return len(self.names)

    @cached_property
    def plan(self) -> Plan:
        """How the columns are computed, each distinct formula once."""
        return plan_of(list({one.key: one for one in self._formulas}.values()))

    @cached_property
    def schema_hash(self) -> str:
        """Names these columns: their order, names and formulas. A model keeps it and refuses another."""
        return schema_hash(self.names, self._formulas)

    @property
    def formulas(self) -> tuple[Expression, ...]:
        """The columns' formulas, in order."""
        return self._formulas

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the columns it reads, in alphabetical order."""
        return self.plan.inputs

    @property
    def warm_up_bars(self) -> int:
        """Rows, the present one included, until every column has its first value."""
        return self.plan.warm_up_bars

    @property
    def reach_bars(self) -> float:
        """Rows that can move a value; infinite where a column forgets nothing."""
        return self.plan.reach_bars

    def of_panel(self, panel: Panel) -> FeatureTable:
        """The columns over a panel, from its bars adjusted forward, so that no split or dividend moves one.

        Known at: each row at its instant; later rows and later corporate actions change nothing.
        """
        bars = forward_bars(panel)
        return self.of_columns({name: getattr(bars, name) for name in BARS}, panel.instants, panel.symbols)

    def of_columns(
        self, columns: Mapping[str, Floats], instants: Ints, symbols: tuple[str, ...]
    ) -> FeatureTable:
        """The columns over arrays of your own, T x N each, by name. They are taken as they are.

        Raises: UnknownName for an input that is not among them, InvalidOption for one of another shape.
        """
        made = Machine(self.plan, symbols).push(columns, instants)
        values = self._spread(made)
        values.flags.writeable = False
        return FeatureTable(self.names, values, instants, symbols, self.schema_hash, self.warm_up_bars)

    def stream(self, symbols: tuple[str, ...]) -> "FeatureStream":
        """The same columns, one row at a time; bit for bit those of a period at once."""
        return FeatureStream(self, symbols)

    def _spread(self, made: Floats) -> Floats:
        """One column a name; formulas that stand under two names were computed once."""
        if len(made) == len(self.names):
            return made
        place = {key: number for number, key in enumerate(dict.fromkeys(one.key for one in self._formulas))}
        spread: Floats = made[[place[one.key] for one in self._formulas]]
        return spread


class FeatureStream:
    """A feature set that takes one row at a time. Its state can be read, kept and put back."""

    def __init__(self, features: FeatureSet, symbols: tuple[str, ...]) -> None:
        """Before the first row."""
        self._features = features
        self._machine = Machine(features.plan, symbols)
        self._last_instant: int | None = None

    def push(self, instant: int, row: Mapping[str, Floats]) -> Floats:
        """Take the next row, N values of each input, and give its columns, columns x N.

        Raises: InvalidOption for a row not later than the one before; UnknownName for a missing input.
        """
        if self._last_instant is not None and instant <= self._last_instant:
            raise InvalidOption(
                f"A row of {instant} after one of {self._last_instant}.", "Give rows in the order of time."
            )
        made = self._machine.push_row(row, instant)
        self._last_instant = instant
        return self._features._spread(made)

    def state(self) -> tuple[MachineState, int | None]:
        """A copy of all that it remembers."""
        return self._machine.state(), self._last_instant

    def restore(self, state: tuple[MachineState, int | None]) -> None:
        """Go on from a state that a stream of the same set and as many symbols gave.

        Raises: InvalidOption for the state of another set.
        """
        self._machine.restore(state[0])
        self._last_instant = state[1]


def _named(columns: Mapping[str, Column] | Iterable[Feature]) -> list[tuple[str, Column]]:
    """Names and columns, in order."""
    if isinstance(columns, Mapping):
        return [(str(name), _checked(one)) for name, one in columns.items()]
    if isinstance(columns, Feature):
        return [(columns.name, columns)]
    listed = [_checked(one) for one in columns]
    nameless = [one for one in listed if isinstance(one, Expression)]
    if nameless:
        raise InvalidOption(f"The formula {nameless[0]} has no name.", 'Give {"name": formula}.')
    return [(one.name, one) for one in listed if isinstance(one, Feature)]


def _checked(one: object) -> Column:
    """A feature or formula; a class is told from its instance."""
    if isinstance(one, Feature | Expression):
        return one
    raise InvalidOption(f"{one!r} is neither a feature nor a formula.", "Give an instance, such as Rsi(14).")
