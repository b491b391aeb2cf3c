"""Is one Sharpe ratio really above another? Two records of the same bars, compared in pairs."""

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tradewright.validation.bootstrap import BootstrapOptions, keyed_generator
from tradewright.validation.circular_blocks import circular_means, common_block_bars, draw_starts
from tradewright.validation.luck import printable_p
from tradewright.validation.ratios import with_square
from tradewright.validation.sharpe import Moments, influence, long_run_variance, moments
from tradewright.values.panel import Floats


@dataclass(frozen=True)
class SharpeDifference:
    """How far two Sharpe ratios lie apart, and how surprising that is if they are equal.

    Units: `difference` and its standard `error` are ratios per bar; `p` is two-sided, never 0; `block_bars`
    and `draws` are 0 where nothing was resampled.
    """

    difference: float
    error: float
    p: float
    method: str
    block_bars: int = 0
    draws: int = 0


def difference_by_hac(one: Floats, other: Floats) -> SharpeDifference:
    """Two-sided test of equal Sharpe ratios by the normal law, with an error that knows dependence in time.

    Shape: both T, returns above cash of the same bars.
    Property: right in long records, too eager in short ones: prefer `difference_by_bootstrap`.
    Source: Ledoit and Wolf (2008), Journal of Empirical Finance 15(5), section 3.1, with Newey and West's
    (1994) lag rule for the kernel.
    Raises: ValueError where the records cannot be compared.
    """
    difference, error = _compared(one, other)
    p = 2.0 * NormalDist().cdf(-abs(difference) / error)
    return SharpeDifference(difference, error, printable_p(p), "Ledoit-Wolf, HAC error")


def difference_by_bootstrap(
    one: Floats, other: Floats, options: BootstrapOptions, *words: str
) -> SharpeDifference:
    """Two-sided test of equal Sharpe ratios, held against resamples that carry their own error.

    Shape: both T, returns above cash of the same bars. `options.block_bars` is chosen where None.
    Property: rejects equal ratios about as often as p says, under fat tails, autocorrelation and clustering;
    measured in tests/validation/test_sharpe_difference.py.
    Source: Ledoit and Wolf (2008), Journal of Empirical Finance 15(5), section 3.2.2, eq. 9.
    Raises: ValueError where the records cannot be compared.
    """
    difference, error = _compared(one, other)
    columns = np.concatenate([with_square(one), with_square(other)], axis=1)
    bars = round(options.block_bars or common_block_bars(columns))
    bars = min(max(bars, 1), len(one) // 2)
    starts = draw_starts(len(one), bars, options.draws, keyed_generator(options.seed, *words))
    blocks = circular_means(columns, bars)[starts]
    means = np.mean(blocks, axis=1)
    around = np.sum((blocks - means[:, None, :]) * _gradient(means)[:, None, :], axis=2)
    errors = np.sqrt(np.mean(around**2, axis=1) / starts.shape[1])
    with np.errstate(divide="ignore", invalid="ignore"):
        distances = np.abs(_difference(means) - _difference(np.mean(columns, axis=0)[None, :])) / errors
    # A resample that determines no ratio counts as one that reached ours: doubt is never in our favour.
    reached = np.count_nonzero(~(distances < abs(difference) / error))
    p = (1.0 + reached) / (options.draws + 1.0)
    return SharpeDifference(difference, error, p, "Ledoit-Wolf, studentised bootstrap", bars, options.draws)


def _compared(one: Floats, other: Floats) -> tuple[float, float]:
    """The difference of the ratios per bar and its standard error."""
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError(f"records of shapes {one.shape} and {other.shape}: give the same bars of both")
    mine, theirs = _measured(one, "first"), _measured(other, "second")
    gap = influence(one, mine) - influence(other, theirs)
    spread = long_run_variance(gap)
    if not spread > 0.0:
        raise ValueError("the records move as one: their difference has no error to be measured by")
    return mine.sharpe - theirs.sharpe, math.sqrt(spread / len(one))


def _measured(returns: Floats, which: str) -> Moments:
    shape = moments(returns)
    if isinstance(shape, str):
        raise ValueError(f"{which} record: {shape}")
    return shape


def _difference(means: Floats) -> Floats:
    """Difference of the ratios from means of x, x^2, y, y^2; B x 4 to B."""
    mine = means[:, 0] / np.sqrt(means[:, 1] - means[:, 0] ** 2)
    theirs = means[:, 2] / np.sqrt(means[:, 3] - means[:, 2] ** 2)
    return np.asarray(mine - theirs)


def _gradient(means: Floats) -> Floats:
    """Slope of `_difference` in each mean; B x 4. Source: Ledoit and Wolf (2008), section 3."""
    first, second = means[:, 0::2], means[:, 1::2]
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = (second - first**2) ** 1.5
        in_first, in_second = second / spread, -0.5 * first / spread
    return np.stack([in_first[:, 0], in_second[:, 0], -in_first[:, 1], -in_second[:, 1]], axis=1)
