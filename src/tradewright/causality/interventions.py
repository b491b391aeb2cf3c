"""What is done to the future: each change leaves every cell known at the cut as it is."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tradewright.causality.answers import Asked
from tradewright.causality.frames import FLAG, NUMBER, TEXT, WHOLE, Column, Table
from tradewright.causality.known import NEVER, Known
from tradewright.values.errors import unknown_name
from tradewright.values.panel import Ints

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Change:
    """One change of what lies after the step `cut`, and not after `until`.

    `dose` is the sigma of a log-normal shock; `columns` (flat places over all tables) and `asset` narrow it.
    """

    name: str
    cut: int
    seed: int = 0
    dose: float = 2.0
    columns: tuple[int, ...] | None = None
    asset: str | None = None
    until: int = int(NEVER)

    def generator(self) -> np.random.Generator:
        """The same draws for the same change."""
        return np.random.default_rng([self.seed, self.cut & 0x7FFFFFFF, len(self.name)])

    def __str__(self) -> str:
        """In words."""
        kind = INTERVENTIONS[self.name].words
        return kind if self.asset is None else f"{kind} of {self.asset}"


@dataclass(frozen=True, eq=False)
class Part:
    """One table of a world: which of its rows are there, which columns may be changed, and its assets."""

    table: Table
    known: Known
    rows: Ints
    fixed: frozenset[int]
    assets: Column | None = None

    def untouched(self) -> Asked:
        """The part as it is."""
        whole = len(self.rows) == len(self.table)
        given = self.table.copy() if whole else self.table.rebuilt(self.rows, {})
        return Asked(self.table, given, self.rows, self.known)


World = tuple[Part, ...]


@dataclass(frozen=True)
class Intervention:
    """A way to change the future: `is_structural` where rows come or go instead of values."""

    words: str
    apply: Callable[[Part, Change, int], Asked]
    is_structural: bool = False


def changed(world: World, change: Change) -> tuple[Asked, ...]:
    """The tables of a world after one change of their future.

    Raises: UnknownName for a change that does not exist.
    """
    if change.name not in INTERVENTIONS:
        raise unknown_name(change.name, "intervention", INTERVENTIONS)
    first = 0
    told = []
    for part in world:
        told.append(INTERVENTIONS[change.name].apply(part, change, first))
        first += len(part.table.names)
    return tuple(told)


def has_future(world: World, change: Change) -> bool:
    """Whether anything lies after the cut, so that a change would not leave everything as it is."""
    return change.name == "lengthen" or any(part.known.latest > change.cut for part in world)


def _future(part: Part, change: Change, place: int, first: int) -> Mask:
    """The cells of a column that may be changed, over the part's rows."""
    if place in part.fixed or (change.columns is not None and first + place not in change.columns):
        return np.zeros(len(part.rows), dtype=bool)
    steps = part.known.cells[place][part.rows]
    inside: Mask = steps > change.cut
    if change.until != NEVER:
        inside &= (steps <= change.until) | (steps == NEVER)
    return inside if change.asset is None else inside & _of_asset(part, change)


def _of_asset(part: Part, change: Change) -> Mask:
    if part.assets is None:
        return np.ones(len(part.rows), dtype=bool)
    return np.array([str(one) == change.asset for one in part.assets[part.rows]], dtype=bool)


def _later_rows(part: Part, change: Change) -> Mask:
    """Rows of which nothing was known at the cut."""
    later: Mask = part.known.first_cell[part.rows] > change.cut
    return later if change.asset is None else later & _of_asset(part, change)


def _values(part: Part, change: Change, first: int, draw: "Draw", roles: tuple[str, ...]) -> Asked:
    """The part with the future cells of its columns redrawn."""
    generator = change.generator()
    columns = {}
    for place in part.table.places(*roles):
        mask = _future(part, change, place, first)
        if mask.any():
            column = part.table.values(place)[part.rows]
            columns[place] = draw(column, mask, generator, change)
    return Asked(part.table, part.table.rebuilt(part.rows, columns), part.rows, part.known)


Draw = Callable[[Column, Mask, np.random.Generator, Change], Column]


def _shock(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
    return _scaled(column, mask, np.exp(change.dose * generator.standard_normal(len(column))), generator)


def _scaled(column: Column, mask: Mask, factors: Column, generator: np.random.Generator) -> Column:
    """Future cells times factors; whole numbers stay whole, flags are drawn anew."""
    told = np.array(column)
    if column.dtype.kind == "b" or column.dtype == object:
        told[mask] = generator.permutation(~column[mask].astype(bool))
        return told
    if column.dtype.kind in "iu":
        bound = np.iinfo(column.dtype)
        drawn = np.clip(np.rint(column[mask] * factors[mask]), bound.min / 2, bound.max / 2)
        told[mask] = drawn.astype(column.dtype)
        return told
    told[mask] = column[mask] * factors[mask]
    return told


def _flip(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
    told = np.array(column)
    told[mask] = ~column[mask].astype(bool) if column.dtype.kind in "bO" else -column[mask]
    return told


def _missing(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
    return np.ma.masked_array(np.array(column), mask=mask)


def _shock_apart(part: Part, change: Change, first: int) -> Asked:
    return _values(part, change, first, _shock, (NUMBER, WHOLE, FLAG))


def _shock_together(part: Part, change: Change, first: int) -> Asked:
    """One factor a row for all its columns, so that a high stays a high."""
    factors = np.exp(change.dose * change.generator().standard_normal(len(part.rows)))

    def draw(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
        return _scaled(column, mask, factors, generator)

    return _values(part, change, first, draw, (NUMBER, WHOLE))


def _sign_flip(part: Part, change: Change, first: int) -> Asked:
    return _values(part, change, first, _flip, (NUMBER, WHOLE, FLAG))


def _missing_values(part: Part, change: Change, first: int) -> Asked:
    return _values(part, change, first, _missing, (NUMBER,))


def _permute(part: Part, change: Change, first: int) -> Asked:
    """Future rows change places, each as a whole; times and words stay."""
    order = change.generator().permutation(len(part.rows))

    def draw(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
        told = np.array(column)
        told[mask] = column[order[mask[order]]]
        return told

    return _values(part, change, first, draw, (NUMBER, WHOLE, FLAG))


def _scramble(part: Part, change: Change, first: int) -> Asked:
    """Future cells change places within their column, each column apart: what hung together does no more."""

    def draw(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
        told = np.array(column)
        told[mask] = generator.permutation(column[mask])
        return told

    return _values(part, change, first, draw, (NUMBER, WHOLE, FLAG))


def _reflect(part: Part, change: Change, first: int) -> Asked:
    """Future cells mirrored within the range of their column: high becomes low, one class the other."""

    def draw(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
        told = np.array(column)
        if column.dtype.kind in "bO":
            told[mask] = ~column[mask].astype(bool)
            return told
        finite = column[np.isfinite(column.astype(np.float64))]
        if len(finite):
            told[mask] = finite.max() - (column[mask] - finite.min())
        return told

    return _values(part, change, first, draw, (NUMBER, WHOLE, FLAG))


def _words(part: Part, change: Change, first: int) -> Asked:
    """Words of future rows change places."""

    def draw(column: Column, mask: Mask, generator: np.random.Generator, change: Change) -> Column:
        told = np.array(column)
        told[mask] = generator.permutation(column[mask])
        return told

    return _values(part, change, first, draw, (TEXT,))


def _truncate(part: Part, change: Change, first: int) -> Asked:
    """Later rows are gone; what is not known yet of a row that stays is drawn anew."""
    kept = replace(part, rows=part.rows[~_later_rows(part, change)])
    return _shock_apart(kept, change, first)


def _drop(part: Part, change: Change, first: int) -> Asked:
    """Half of the later rows are gone: gaps."""
    later = _later_rows(part, change)
    gone = later & (change.generator().random(len(part.rows)) < 0.5)
    kept = replace(part, rows=part.rows[~gone])
    return Asked(part.table, part.table.rebuilt(kept.rows, {}), kept.rows, part.known)


def _lengthen(part: Part, change: Change, first: int) -> Asked:
    """More rows after the end, in the image of the last ones, each at a later time."""
    more = min(max(len(part.rows) // 8, 1), 64)
    rows = np.r_[part.rows, part.rows[-more:]]
    given = part.table.rebuilt(rows, {}, step=more)
    return Asked(part.table, given, np.r_[part.rows, np.full(more, -1)], part.known)


INTERVENTIONS: dict[str, Intervention] = {
    "truncate": Intervention("rows after the decision removed", _truncate, is_structural=True),
    "shock": Intervention("values after the decision shocked", _shock_apart),
    "shock_rows": Intervention("rows after the decision shocked as a whole", _shock_together),
    "sign_flip": Intervention("signs after the decision flipped", _sign_flip),
    "missing": Intervention("values after the decision made missing", _missing_values),
    "permute": Intervention("rows after the decision permuted", _permute),
    "scramble": Intervention("values after the decision scrambled column by column", _scramble),
    "reflect": Intervention("values after the decision mirrored", _reflect),
    "words": Intervention("words after the decision permuted", _words),
    "drop_rows": Intervention("half of the rows after the decision removed", _drop, is_structural=True),
    "lengthen": Intervention("rows added after the end", _lengthen, is_structural=True),
}
