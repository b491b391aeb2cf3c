"""Configurations drawn at random from a space, and the bars that the slowest of a space needs."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from tradewright.research.search_options import Axis
from tradewright.strategies.contract import Strategy
from tradewright.validation.evidence import Parameter
from tradewright.values.errors import InvalidOption

# What keeps one study's draws apart from its other random numbers.
DRAWING = 7_431
# So many draws for each configuration that is wanted, before a space counts as too small.
PATIENCE = 100
# Of more parameters than this only so many corners are looked at.
MOST_CORNERS = 4_096
Values = dict[str, Parameter]


def drawn(axes: Sequence[Axis], trials: int, seed: int, build: Callable[[Values], Strategy]) -> list[Values]:
    """So many different configurations, each value uniform between its bounds, in the order of their draws.

    Those that the strategy refuses, such as a fast window above the slow one, are drawn again.
    Raises: InvalidOption where the space holds too few.
    """
    rng, found, refused = np.random.default_rng([seed, DRAWING]), dict[tuple[Parameter, ...], Values](), ""
    for _ in range(PATIENCE * trials):
        values = {axis.name: axis.value(_number(axis, rng)) for axis in axes}
        try:
            build(values)
        except InvalidOption as error:
            refused = f" The last one was refused: {error.what}"
            continue
        found.setdefault(tuple(values.values()), values)
        if len(found) == trials:
            return list(found.values())
    raise InvalidOption(
        f"[search] trials = {trials:,}, and its ranges hold {len(found):,} configurations.{refused}",
        "Lower trials, or widen [search.ranges].",
    )


def _number(axis: Axis, rng: np.random.Generator) -> float:
    if axis.kind == "float":
        return float(rng.uniform(axis.low, axis.high))
    return float(rng.integers(int(axis.low), int(axis.high), endpoint=True))


def slowest(axes: Sequence[Axis], build: Callable[[Values], Strategy]) -> int:
    """The longest warm-up among the corners of a space, bars: from then on anything drawn may decide.

    Raises: InvalidOption where the strategy refuses every corner.
    """
    longest, refusal = None, None
    for place, corner in enumerate(product(*((axis.low, axis.high) for axis in axes))):
        if place == MOST_CORNERS:
            break
        try:
            strategy = build({axis.name: axis.value(at) for axis, at in zip(axes, corner, strict=True)})
        except InvalidOption as error:
            refusal = error
            continue
        longest = max(longest or 0, strategy.warm_up_bars)
    if longest is None:
        assert refusal is not None  # a space has a corner, and each was built or refused
        raise refusal
    return longest
