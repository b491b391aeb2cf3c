"""The chosen parameters moved by a tenth and by a fifth, one at a time: on a plateau a result survives it.

Each is a configuration that somebody could go on to choose, so each goes on record and is priced as a try.
"""

from dataclasses import dataclass

import numpy as np

from tradewright.research.plan import Plan
from tradewright.research.points import Neighbour
from tradewright.research.trying import Bench, Broken, Curves
from tradewright.validation.evidence import Perturbed
from tradewright.validation.figure import not_evaluated


@dataclass(frozen=True, eq=False)
class Around:
    """What the neighbours gave, and the curves of those that nothing else had tried."""

    found: tuple[Perturbed, ...]
    curves: list[Curves]


def perturbed(plan: Plan, bench: Bench) -> Around:
    """Try every neighbour of the plan that the bench has not tried yet; one that breaks counts."""
    before = len(bench.found)
    places = bench.places_of([one.point for one in plan.around])
    found = tuple(_told(bench, one, place) for one, place in zip(plan.around, places, strict=True))
    return Around(found, [curves for _, curves in bench.found[before:]])


def _told(bench: Bench, neighbour: Neighbour, place: int | Broken) -> Perturbed:
    name, moved = neighbour.parameter, neighbour.moved
    value = dict(neighbour.point.parameters)[name]
    if isinstance(place, Broken):
        sharpe = not_evaluated("Sharpe ratio a year", "ratio a year", 0, f"it broke off: {place.error}")
        return Perturbed(name, moved, value, sharpe)
    point, curves = bench.found[place]
    is_same = np.array_equal(curves.over_cash, bench.found[0][1].over_cash, equal_nan=True)
    return Perturbed(name, moved, value, point.sharpe, is_same)
