"""Does a challenger forecast better than the champion? The same rows of both, compared in pairs.

Five questions, each with its side declared before any number is seen, and one rule that joins them:

- the challenger's mean loss is lower (Diebold and Mariano), its losses are lower in most blocks (Wilcoxon),
  and its mean loss is lower among resamples that carry their own error: all three must say so. An
  intersection-union test needs no correction: that all three err together is no likelier than that one does;
- its losses are not more erratic, and nowhere are large losses commoner: either forbids, at 2.5 %, whatever
  alpha is.

A challenger that is silent where the champion forecasts is no better, however good the rest is.

Dependence: symbols of one row are one observation; rows are taken in blocks as long as their dependence, and
no shorter than the horizon, whose outcomes overlap.
Source: Berger (1982), Technometrics 24(4), for the joint rule.
"""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tradewright.validation.bootstrap import keyed_generator
from tradewright.validation.circular_blocks import circular_means, common_block_bars, draw_starts
from tradewright.validation.luck import printable_p
from tradewright.validation.sharpe import long_run_variance
from tradewright.values.panel import Floats, Ints

LEAST_PAIRS, LEAST_BLOCKS = 1_000, 20
# A challenger that is silent about more than the rest of what the champion forecasts is no replacement.
LEAST_COVERAGE = 0.95
# What forbids does so at a level of its own: trying often must not weaken it.
VETO_ALPHA, VETO_DRAWS, MOST_DRAWS = 0.05, 999, 200_000
POWER = 0.8
NORMAL = NormalDist()
# Exchanges are made so many at a time, so that memory stays small.
DRAWS_AT_ONCE = 250
PROVES, FORBIDS = "proves", "forbids"


@dataclass(frozen=True)
class ComparisonOptions:
    """How a comparison is decided: said before it is made.

    Units: `alpha` is the chance that a challenger no better than the champion is taken for better;
    `worth_share` the improvement, as a share of the champion's loss, of which the power is stated.
    """

    alpha: float = 0.05
    worth_share: float = 0.001
    draws: int = 999
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what decides nothing."""
        if not 0.0 < self.alpha <= 0.2 or not 0.0 < self.worth_share < 1.0 or self.draws < 199:
            raise ValueError(
                f"alpha {self.alpha:g}, worth {self.worth_share:g}, {self.draws} draws: "
                "give alpha up to 0.2, worth between 0 and 1, and at least 199 draws"
            )


class NothingApart(ValueError):
    """Two forecasts whose losses differ by nothing that varies: more rows would not tell them apart."""


class TooManyTries(ValueError):
    """Less may be spent than resamples can show: however good the challenger is, it could not be seen."""


@dataclass(frozen=True)
class PairedTest:
    """One question: what it asks, on which side, whether its yes proves or forbids, and how it came out."""

    name: str
    asks: str
    role: str
    statistic: float
    p: float
    limit: float

    @property
    def says_yes(self) -> bool:
        """Whether chance alone would hardly give this; what is no number proves nothing and forbids."""
        return bool(self.p <= self.limit) or (self.role == FORBIDS and math.isnan(self.p))


@dataclass(frozen=True)
class ForecastComparison:
    """What a paired comparison found.

    Units: losses are mean squared errors, in the outcome's unit squared; `detectable_share` is the
    improvement that such a sample would show four times out of five, `power` the chance to show
    `worth_share`, both as shares of the champion's loss, by the first question alone; `pairs` counts
    forecasts, `rows` instants, `block_bars` rows of a block; `coverage` is the share of the champion's
    forecasts that the challenger made too.
    """

    pairs: int
    rows: int
    block_bars: int
    champion_loss: float
    challenger_loss: float
    detectable_share: float
    worth_share: float
    power: float
    coverage: float
    tests: tuple[PairedTest, ...]

    @property
    def improvement_share(self) -> float:
        """How much lower the challenger's loss is, as a share of the champion's."""
        return 1.0 - self.challenger_loss / self.champion_loss

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the challenger is not shown to be better, in words; empty where it is."""
        silent = f"it forecasts {self.coverage:.0%} of what the champion forecasts"
        proofs = [silent] if self.coverage < LEAST_COVERAGE else []
        proofs += [f"not shown: {one.asks} (p {one.p:.3g})" for one in self._of(PROVES) if not one.says_yes]
        return (*proofs, *(f"shown: {one.asks} (p {one.p:.3g})" for one in self._of(FORBIDS) if one.says_yes))

    @property
    def is_better(self) -> bool:
        """Whether the joint rule takes the challenger for better."""
        return not self.doubts

    def _of(self, role: str) -> list[PairedTest]:
        return [one for one in self.tests if one.role == role]


def compare_forecasts(
    champion: Floats, challenger: Floats, horizon_bars: int, options: ComparisonOptions
) -> ForecastComparison:
    """Compare the errors of two forecasts of the same outcomes.

    Shape: both T x N, outcome less forecast, NaN where there is none; only places that both know count.
    Property: takes a challenger that is no better for better at most a share alpha of the time, on errors
    that are independent, autocorrelated, and of overlapping outcomes; measured in
    tests/validation/test_forecast_comparison.py.
    Raises: ValueError, with what is there and what is needed, where too little is.
    """
    theirs, ours, pairs = _row_losses(champion, challenger)
    gain = theirs - ours
    if pairs < LEAST_PAIRS:
        raise ValueError(f"{pairs:,} forecasts can be compared in pairs; {LEAST_PAIRS:,} are needed")
    block = max(common_block_bars(np.stack([gain, theirs, ours], axis=1)), horizon_bars)
    if len(gain) // block < LEAST_BLOCKS:
        found = f"{len(gain):,} rows in blocks of {block} are {len(gain) // block} blocks"
        raise ValueError(f"{found}; {LEAST_BLOCKS} are needed")
    if options.alpha * (MOST_DRAWS + 1) < 1.0:
        raise TooManyTries(
            f"so often was compared that {options.alpha:.1g} is left to spend, which nothing shows"
        )
    if not np.std(gain) > 0.0:
        raise NothingApart("one loss is above the other by the same amount everywhere, or they are equal")
    error = _error_of_mean(gain, block)
    loss, sure = float(np.mean(theirs)), NORMAL.inv_cdf(1.0 - options.alpha)
    return ForecastComparison(
        pairs,
        len(gain),
        block,
        loss,
        float(np.mean(ours)),
        detectable_share=(sure + NORMAL.inv_cdf(POWER)) * error / loss,
        worth_share=options.worth_share,
        power=NORMAL.cdf(options.worth_share * loss / error - sure),
        coverage=pairs / int(np.isfinite(champion).sum()),
        tests=_tests(theirs, ours, block, options),
    )


def _row_losses(champion: Floats, challenger: Floats) -> tuple[Floats, Floats, int]:
    """The mean squared error of each row that has any, of both, and the number of pairs."""
    if champion.shape != challenger.shape or champion.ndim != 2:
        raise ValueError(f"errors of shapes {champion.shape} and {challenger.shape}: give the same rows")
    both = np.isfinite(champion) & np.isfinite(challenger)
    held = both.any(axis=1)
    count = both[held].sum(axis=1)
    theirs, ours = (
        np.sum(np.where(both[held], one[held], 0.0) ** 2, axis=1) / count for one in (champion, challenger)
    )
    return theirs, ours, int(both.sum())


def _tests(theirs: Floats, ours: Floats, block: int, options: ComparisonOptions) -> tuple[PairedTest, ...]:
    """The five questions in their order."""
    gain, alpha, half = theirs - ours, options.alpha, 0.5 * VETO_ALPHA
    erratic = (ours - np.mean(ours)) ** 2 - (theirs - np.mean(theirs)) ** 2
    mean, signs, drawn = _student(gain, block), _wilcoxon(gain, block), _resampled(gain, block, options)
    apart = _tails(theirs, ours, block, options)
    return (
        PairedTest("Diebold-Mariano", "its mean loss is lower", PROVES, *mean, alpha),
        PairedTest("Wilcoxon", "its loss is lower in most blocks", PROVES, *signs, alpha),
        PairedTest("block bootstrap", "its mean loss is lower among resamples", PROVES, *drawn, alpha),
        PairedTest("variance", "its losses are more erratic", FORBIDS, *_student(erratic, block), half),
        PairedTest("Kolmogorov-Smirnov", "large losses are commoner somewhere", FORBIDS, *apart, half),
    )


def _error_of_mean(series: Floats, block: int) -> float:
    """The standard error of a mean: by lags or by blocks, whichever says more."""
    by_blocks = block * float(np.var(_block_means(series, block), ddof=1))
    return math.sqrt(max(long_run_variance(series), by_blocks) / len(series))


def _block_means(series: Floats, block: int) -> Floats:
    """The mean of each whole block, one after the other; what does not fill one is left out at the start."""
    count = len(series) // block
    return np.asarray(series[len(series) - count * block :].reshape(count, block).mean(axis=1))


def _student(series: Floats, block: int) -> tuple[float, float]:
    """Is a mean above zero? By Student's law, with as many degrees as there are blocks, less one.

    Source: Diebold and Mariano (1995), Journal of Business and Economic Statistics 13(3).
    """
    from scipy.special import stdtr

    distance = float(np.mean(series)) / _error_of_mean(series, block)
    return distance, printable_p(float(stdtr(len(series) // block - 1, -distance)))


def _wilcoxon(gain: Floats, block: int) -> tuple[float, float]:
    """Are blocks' means more above zero than below, by rank? A tie at zero speaks for neither.

    Source: Wilcoxon (1945), Biometrics Bulletin 1(6), with the normal law and its step of one half.
    """
    from scipy.stats import rankdata

    means = _block_means(gain, block)
    moved = means[means != 0.0]
    if not len(moved):
        return 0.0, 1.0
    ranks = rankdata(np.abs(moved))
    above, spread = float(np.sum(ranks[moved > 0.0])), math.sqrt(float(np.sum(ranks**2)) / 4.0)
    distance = (above - 0.5 * float(np.sum(ranks)) - 0.5) / spread
    return distance, printable_p(NORMAL.cdf(-distance))


def _resampled(gain: Floats, block: int, options: ComparisonOptions) -> tuple[float, float]:
    """Is the mean above zero, held against resamples of blocks, each divided by its own error?

    Source: Hall (1992), The Bootstrap and Edgeworth Expansion, section 3.10; Politis and Romano (1992).
    """
    draws, generator = min(options.draws, MOST_DRAWS), keyed_generator(options.seed, "forecasts")
    every, mean = circular_means(gain[:, None], block)[:, 0], float(np.mean(gain))
    ours = np.std(_block_means(gain, block), ddof=1) / math.sqrt(len(gain) // block)
    distance = float(np.mean(gain) / ours)
    reached = 0
    for start in range(0, draws, DRAWS_AT_ONCE):
        count = min(DRAWS_AT_ONCE, draws - start)
        blocks = every[draw_starts(len(gain), block, count, generator)]
        errors = np.std(blocks, axis=1, ddof=1) / math.sqrt(blocks.shape[1])
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = (np.mean(blocks, axis=1) - mean) / errors
        # A resample that determines no error counts against the challenger.
        reached += int(np.count_nonzero(~(drawn < distance)))
    return distance, float((1.0 + reached) / (draws + 1.0))


def _tails(theirs: Floats, ours: Floats, block: int, options: ComparisonOptions) -> tuple[float, float]:
    """Is some large loss commoner with the challenger? Held against exchanging the two in whole blocks.

    Where both forecast equally well, who is who within a block is a coin's toss.
    Source: Kolmogorov-Smirnov distance, one-sided; Hemerik and Goeman (2018), TEST 27, for drawn exchanges.
    """
    rows = len(theirs)
    pooled = np.concatenate([theirs, ours])
    order = np.argsort(pooled, kind="stable")
    # Shares are read after all losses of one size: which of two equal ones stands first says nothing.
    ends = np.flatnonzero(np.append(np.diff(pooled[order]) > 0.0, True))
    generator, blocks = keyed_generator(options.seed, "tails"), -(-rows // block)
    found = int(_widest(np.ones((1, rows), dtype=np.int8), order, ends)[0])
    reached = 0
    for start in range(0, VETO_DRAWS, DRAWS_AT_ONCE):
        coins = generator.integers(0, 2, size=(min(DRAWS_AT_ONCE, VETO_DRAWS - start), blocks), dtype=np.int8)
        signs = np.repeat(2 * coins - 1, block, axis=1)[:, :rows]
        reached += int(np.count_nonzero(_widest(signs, order, ends) >= found))
    return found / rows, (1.0 + reached) / (VETO_DRAWS + 1.0)


def _widest(signs: NDArray[np.int8], order: Ints, ends: Ints) -> Ints:
    """How far the champion's share of losses up to some size lies above the challenger's, a draw each."""
    pooled = np.concatenate([signs, -signs], axis=1)[:, order]
    return np.asarray(np.max(np.cumsum(pooled, axis=1, dtype=np.int32)[:, ends], axis=1))
