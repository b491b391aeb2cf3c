"""Whether a result hangs on its exact parameters: the grid around them, and each moved by 10 and 20 %."""

from dataclasses import replace

from tradewright.validation.evidence import Evidence, GridPoint, Parameter, Perturbed
from tradewright.validation.figure import Figure
from tradewright.validation.question import Question
from tradewright.validation.verdict import Gate, Status

# Share of the grid that must have a positive Sharpe ratio; below it the idea hangs on its parameters.
LEAST_POSITIVE_SHARE = 0.75
# A neighbour that keeps less than this share of the headline's Sharpe ratio is a cliff.
CLIFF_SHARE = 0.5
ASK = Question("parameter_stability", "Stable across parameters", unit="share of grid")
MOVED = Question(ASK.code, ASK.name, unit="share of neighbours")


def parameter_stability(evidence: Evidence) -> Gate:
    """The idea works around its parameters too: most of the grid is positive and no cliff is near.

    Neighbours 10 and 20 % away are held to the same. They answer alone where there is no grid, or where the
    reported parameters lie off it. A point that gave no ratio counts as one that is not positive.
    """
    # The pre-registered point may lie off the grid: it is no evidence about its neighbourhood.
    grid = [point for point in evidence.grid or () if point.steps]
    first = _on_grid(grid) if len(grid) >= 2 else ASK.unanswered("missing", "no grid of parameters was run")
    goes_on = first.status is Status.PASS or first.reason_code in ("missing", "headline_off_grid")
    if not evidence.around or not goes_on:
        return first
    headline = next((point for point in evidence.grid or () if point.is_headline), None)
    if headline is None or headline.sharpe.value is None:
        return MOVED.without(headline.sharpe if headline else None, "the reported parameters gave no ratio")
    second = _around(headline.sharpe.value, evidence.around)
    if first.reason_code == "missing":
        return second
    return replace(second, reason=f"{first.reason}; {second.reason}")


def worst_kept(own: float | None, around: tuple[Perturbed, ...]) -> float | None:
    """The least share of the reported ratio that a neighbour keeps; None where there is nothing to keep."""
    asked = [one for one in around if not one.is_same]
    if own is None or own <= 0.0 or not asked:
        return None
    return min((one.sharpe.value or 0.0) / own for one in asked)


def cliffs_around(own: float | None, around: tuple[Perturbed, ...]) -> tuple[Perturbed, ...]:
    """Neighbours that lose most of the reported ratio."""
    if own is None or own <= 0.0:
        return ()
    return tuple(one for one in around if (one.sharpe.value or 0.0) < CLIFF_SHARE * own)


def in_words(found: Figure) -> str:
    """A ratio as a gate says it."""
    return "nothing" if found.value is None else f"{found.value:.2f}"


def _around(own: float, every: tuple[Perturbed, ...]) -> Gate:
    around = tuple(one for one in every if not one.is_same)
    if not around:
        return MOVED.unanswered("nothing_moved", "no parameter could be moved so that anything changed")
    share = sum((one.sharpe.value or 0.0) > 0.0 for one in around) / len(around)
    words = f"{share:.0%} of {len(around)} neighbours up to 20 % away have a positive Sharpe ratio"
    if len(around) < len(every):
        words += f" ({len(every) - len(around)} more change nothing and are not counted)"
    numbers = (share, LEAST_POSITIVE_SHARE)
    if share < LEAST_POSITIVE_SHARE:
        return MOVED.compared(Status.FAIL, "below_limit", words, numbers)
    if own <= 0.0:
        lost = f"{words}, but that of the reported parameters is {own:.2f}"
        return MOVED.compared(Status.FAIL, "headline_not_positive", lost, numbers)
    cliffs = cliffs_around(own, around)
    if cliffs:
        named = "; ".join(f"{moved_words(one)} gives {in_words(one.sharpe)}" for one in cliffs)
        lost = f"{words}, but of {own:.2f} most is lost where one is moved: {named}"
        return MOVED.compared(Status.FAIL, "cliff", lost, numbers)
    kept = worst_kept(own, around) or 0.0
    return MOVED.compared(Status.PASS, "met", f"{words}; the worst keeps {kept:.0%}, no cliff", numbers)


def moved_words(one: Perturbed) -> str:
    """Which parameter was moved by how much, and to what."""
    return f"{one.parameter} = {one.value} ({one.moved:+.0%})"


def _on_grid(grid: list[GridPoint]) -> Gate:
    headline = next((point for point in grid if point.is_headline), None)
    if headline is not None and not headline.sharpe.is_evaluated:
        return ASK.without(headline.sharpe, "the reported parameters gave no Sharpe ratio")
    share = sum((point.sharpe.value or 0.0) > 0.0 for point in grid) / len(grid)
    words = f"{share:.0%} of {len(grid)} grid points have a positive Sharpe ratio"
    numbers = (share, LEAST_POSITIVE_SHARE)
    if share < LEAST_POSITIVE_SHARE:
        return ASK.compared(Status.FAIL, "below_limit", words, numbers)
    if headline is None:
        return ASK.unanswered("headline_off_grid", f"{words}; the reported parameters lie off the grid")
    if headline.sharpe.value is not None and headline.sharpe.value <= 0.0:
        lost = f"{words}, but that of the reported parameters is {in_words(headline.sharpe)}"
        return ASK.compared(Status.FAIL, "headline_not_positive", lost, numbers)
    cliffs = _cliffs(headline, grid)
    if cliffs:
        lost = f"{words}, but one step away it is lost: {'; '.join(cliffs)}"
        return ASK.compared(Status.FAIL, "cliff", lost, numbers)
    return ASK.compared(Status.PASS, "met", f"{words}; no cliff", numbers)


def _cliffs(headline: GridPoint, grid: list[GridPoint]) -> list[str]:
    """Neighbours one step away on one axis that lose most of the headline's Sharpe ratio, in words."""
    own = headline.sharpe.value
    if own is None:
        return []
    beside = [point for point in grid if _distance(point.steps, headline.steps) == 1]
    lost = [point for point in beside if (point.sharpe.value or 0.0) < CLIFF_SHARE * own]
    return [f"{_changed(point, headline)} gives {in_words(point.sharpe)}" for point in lost]


def _distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def _changed(point: GridPoint, headline: GridPoint) -> str:
    here: dict[str, Parameter] = dict(point.parameters)
    there = dict(headline.parameters)
    return ", ".join(f"{name} = {value}" for name, value in here.items() if there.get(name) != value)
