"""What a pre-registered record is worth once every other try on its idea is priced in."""

from dataclasses import dataclass

import numpy as np

from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.circular_blocks import block_count
from tradewright.validation.luck import printable_p
from tradewright.validation.selection import superior_ability
from tradewright.values.panel import Floats


@dataclass(frozen=True)
class SearchPrice:
    """How surprising the reported record is among all tries, held against one yardstick.

    `family_p` prices the `candidates` whose records are at hand; `statistic` is the reported record's mean
    over its error, with `freedom` degrees. `undetermined` candidates were too rarely active to be measured.
    """

    against: str
    family_p: float
    statistic: float
    freedom: int
    candidates: int
    undetermined: int
    block_bars: int
    draws: int

    def p(self, trials: int) -> float:
        """The p-value with all tries priced in, also those whose records are not at hand. Never 0.

        Each missing record is taken to be worthless and unrelated to the others: the chance that it would
        have looked as good is added (Bonferroni, Student's law), which is the dearest way to count it.
        """
        missing = self.missing(trials)
        return printable_p(self.family_p + (missing * self._alone() if missing else 0.0))

    def missing(self, trials: int) -> int:
        """How many tries have no record here."""
        return max(trials - self.candidates, 0)

    def _alone(self) -> float:
        from scipy.special import stdtr

        return float(stdtr(self.freedom, -self.statistic))


def price_search(excess: Floats, against: str, options: BootstrapOptions, *words: str) -> SearchPrice | str:
    """Price the search behind the first record, or say in words why that cannot be done.

    Shape: `excess` is T x N above the yardstick named by `against`: the reported record first, then all
    others that were tried. A candidate that was ruined has no returns to its end: it is counted, and wins
    nothing.
    """
    finite = np.asarray(np.isfinite(excess).all(axis=0), dtype=np.bool_)
    if not finite[0]:
        return "the account was ruined, or its equity is unknown"
    try:
        found = superior_ability(np.where(finite, excess, 0.0), options, *words)
    except ValueError as error:
        return str(error)
    if found.undetermined[0]:
        return f"it hardly ever differs from {against}: too few bars to measure an error by"
    return SearchPrice(
        against=against,
        family_p=float(found.adjusted[0]),
        statistic=float(found.statistics[0]),
        freedom=max(block_count(found.sample, found.block_bars) - 1, 1),
        candidates=excess.shape[1],
        undetermined=int(np.count_nonzero(found.undetermined)),
        block_bars=found.block_bars,
        draws=found.draws,
    )


def dearest(prices: tuple[SearchPrice, ...], trials: int) -> SearchPrice:
    """The price with the largest p: whoever asks for an edge over each yardstick is held by the weakest.

    Source: intersection-union test, Berger (1982), Technometrics 24(4): no further correction is needed.
    """
    return max(prices, key=lambda price: price.p(trials))
