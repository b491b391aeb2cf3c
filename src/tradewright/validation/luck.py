"""What chance alone would show: the best of many worthless tries, and lucky hit rates."""

import math
import sys
from statistics import NormalDist

EULER_GAMMA = 0.5772156649015329
NORMAL = NormalDist()


def expected_maximum(trials: int) -> float:
    """The best of N independent standard normal draws, on average.

    Source: Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5), eq. 1 (closed form).
    Raises: ValueError for fewer than one trial.
    """
    if trials < 1:
        raise ValueError(f"{trials} trials have no maximum")
    if trials == 1:
        return 0.0
    near = NORMAL.inv_cdf(1.0 - 1.0 / trials)
    far = NORMAL.inv_cdf(1.0 - 1.0 / (trials * math.e))
    return (1.0 - EULER_GAMMA) * near + EULER_GAMMA * far


def expected_maximum_sharpe(trials: int, error: float) -> float:
    """The Sharpe ratio that the best of N worthless independent tries shows, on average.

    Units: as `error`, the standard error of one Sharpe ratio (annualised in, annualised out).
    Property: an upper picture: tries that resemble each other reach less.
    """
    return expected_maximum(trials) * error


def coin_flip_p(wins: int, flips: int) -> float:
    """One-sided probability of at least this many wins from a fair coin. Never 0.

    Summed in logarithms, so that thousands of flips neither overflow nor vanish.

    Raises: ValueError where wins do not fit the flips.
    """
    if not 0 <= wins <= flips or flips < 1:
        raise ValueError(f"{wins} wins of {flips} flips is no count")
    scale = math.lgamma(flips + 1) - flips * math.log(2.0)
    terms = (
        math.exp(scale - math.lgamma(k + 1) - math.lgamma(flips - k + 1)) for k in range(wins, flips + 1)
    )
    return printable_p(math.fsum(terms))


def p_in_words(p: float) -> str:
    """A p-value as people read it: three digits after the point, and never 0."""
    return f"{p:.3f}" if p >= 0.0005 else "below 0.001"


def chance_in_words(chance: float) -> str:
    """A probability as people read it: never 0, and never certain."""
    return "above 0.999" if chance >= 0.9995 else p_in_words(chance)


def printable_p(p: float) -> float:
    """A probability as it may be printed: never 0, never above 1."""
    return min(max(p, sys.float_info.min), 1.0)
