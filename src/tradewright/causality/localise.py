"""Where a dependence that was seen comes from: which row, how far ahead, through which column.

All questions are asked of the target itself, by narrower and narrower changes.
"""

from dataclasses import dataclass, replace

import numpy as np

from tradewright.causality.answers import Answer
from tradewright.causality.compare import ROUNDING
from tradewright.causality.frames import names_of
from tradewright.causality.interventions import INTERVENTIONS, Change, World
from tradewright.causality.plan import changeable
from tradewright.causality.probe import Probe, Refused

FARTHEST_ROWS = 256
MOST_COLUMNS_NAMED = 3
MOST_DRAWS = 4
FEEL_OUT = ("shock", "sign_flip", "missing", "permute")


@dataclass(frozen=True)
class Origin:
    """The decided row, the farthest row ahead that moves it (None: no end), and through what."""

    row: int
    horizon: int | None
    source: str
    change: Change


@dataclass(frozen=True, eq=False)
class Scene:
    """A world, its answer, the channel in question and the way to ask again."""

    probe: Probe
    world: World
    base: Answer
    channel: str

    @property
    def is_discrete(self) -> bool:
        """Whether the channel says few things: then one draw may by chance leave it as it is."""
        values = next(one.values for one in self.base.channels if one.name == self.channel)
        return len(np.unique(values)) <= 8

    def decides_at_open(self, row: int) -> bool:
        """Whether the row is decided before its own instant."""
        known = self.world[0].known
        return bool(known.decided[row] < known.rows[row])

    def moves(self, change: Change, place: int | None = None, upto: int | None = None) -> bool:
        """Whether the channel moves: anywhere, at one row, or in a row decided up to a step."""
        found = self.probe.change(self.base, self.world, change, 0.0)
        if isinstance(found, Refused) or self.channel not in found:
            return False
        one = found[self.channel]
        if one.size <= ROUNDING or (one.spread and change.name == "missing"):
            return False
        if upto is not None:
            return bool((self.base.decided[one.places] <= upto).any())
        return place is None or place in one.places


def origin_of(scene: Scene, change: Change, place: int) -> Origin:
    """Follow one moved row of the answer to where its knowledge came from.

    The change is first put right behind the row's own decision, so that the horizon is counted from there.
    """
    row = int(scene.base.rows[place])
    cut = int(scene.base.decided[place])
    anchored = replace(change, cut=cut)
    if not scene.moves(anchored, place):
        anchored = change
    source, telling = _source(scene, anchored, place)
    reach = _horizon(scene, anchored)
    if reach is not None and scene.decides_at_open(row):
        # The first instant after the decision is the row's own close.
        reach -= 1
    return Origin(row, reach, source, telling)


def _horizon(scene: Scene, change: Change) -> int | None:
    """How far behind the cut a change still moves a row before it, by doubling and halving."""
    steps = np.unique(scene.world[0].known.rows[scene.world[0].rows])
    first = int(np.searchsorted(steps, change.cut, side="right"))
    left = len(steps) - first

    def moves_beyond(ahead: int) -> bool:
        """Whether something later than `ahead` instants moves it."""
        if ahead >= left:
            return False
        later = replace(change, cut=int(steps[first + ahead - 1]))
        draws = MOST_DRAWS if scene.is_discrete and not INTERVENTIONS[change.name].is_structural else 1
        return any(
            scene.moves(replace(later, seed=change.seed + draw), upto=change.cut) for draw in range(draws)
        )

    if moves_beyond(min(FARTHEST_ROWS, left // 2)):
        return None
    reach = 1
    while moves_beyond(reach):
        if reach >= min(FARTHEST_ROWS, left):
            return None
        reach *= 2
    if reach >= left and moves_beyond(left - 1):
        return None
    low = reach // 2
    while reach - low > 1:
        middle = (low + reach) // 2
        low, reach = (middle, reach) if moves_beyond(middle) else (low, middle)
    return reach


def _source(scene: Scene, change: Change, place: int) -> tuple[str, Change]:
    """The columns that move the row when changed alone, else that rows come or go; and the change."""
    names = names_of([part.table for part in scene.world])
    columns = changeable(scene.world)
    for kind in (change.name, *FEEL_OUT):
        if INTERVENTIONS[kind].is_structural or kind == "words":
            continue
        together = replace(change, name=kind, columns=None)
        if not scene.moves(together, place):
            continue
        found = _split(scene, together, place, columns)
        if found:
            shown = ", ".join(names[column] for column in found[:MOST_COLUMNS_NAMED])
            more = len(found) - MOST_COLUMNS_NAMED
            return (f"{shown} and {more} more" if more > 0 else shown), together
        return "several columns together", together
    if change.name in ("missing", "words"):
        return ("missing values" if change.name == "missing" else "words"), change
    return "the number or the times of later rows", change


def _split(scene: Scene, change: Change, place: int, columns: list[int]) -> list[int]:
    """The columns that move the row alone: halves that do not are not looked into."""
    if not columns or not scene.moves(replace(change, columns=tuple(columns)), place):
        return []
    if len(columns) == 1:
        return columns
    half = len(columns) // 2
    found = _split(scene, change, place, columns[:half])
    if len(found) > MOST_COLUMNS_NAMED:
        return found
    return found + _split(scene, change, place, columns[half:])
