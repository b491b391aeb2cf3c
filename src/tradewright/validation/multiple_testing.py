"""Many p-values at once: adjusted so that a handful of lucky ones does not pass for a discovery."""

import numpy as np

from tradewright.values.panel import Floats, Ints


def bonferroni(p: Floats) -> Floats:
    """Each p-value times their number: nobody is fooled by the best of many, however the tests depend.

    Shape: N gives N, in the same order.
    Property: the chance of one false rejection or more is at most alpha under any dependence.
    Source: Dunn (1961), Journal of the American Statistical Association 56(293).
    Raises: ValueError where a value is no p-value; 0 is none.
    """
    given = checked(p)
    return np.minimum(given * len(given), 1.0)


def holm(p: Floats) -> Floats:
    """Bonferroni for the best, then for what is left: never less powerful, with the same guarantee.

    Shape: N gives N. Property: family-wise error at most alpha under any dependence.
    Source: Holm (1979), Scandinavian Journal of Statistics 6(2).
    Raises: as `bonferroni`.
    """
    given = checked(p)
    order: Ints = np.argsort(given, kind="stable")
    left = np.arange(len(given), 0, -1)
    return _in_place(order, np.minimum(np.maximum.accumulate(left * given[order]), 1.0))


def benjamini_hochberg(p: Floats) -> Floats:
    """Adjusted so that at most a share alpha of what is called a discovery is false, on average.

    Shape: N gives N. Property: false discovery rate at most alpha for independent or positively dependent
    tests.
    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57(1).
    Raises: as `bonferroni`.
    """
    return _stepped_up(checked(p), 1.0)


def benjamini_yekutieli(p: Floats) -> Floats:
    """Benjamini-Hochberg for tests that depend in any way, at the price of a factor of about log N.

    Shape: N gives N. Property: false discovery rate at most alpha under any dependence.
    Source: Benjamini and Yekutieli (2001), Annals of Statistics 29(4), theorem 1.3.
    Raises: as `bonferroni`.
    """
    given = checked(p)
    return _stepped_up(given, float(np.sum(1.0 / np.arange(1, len(given) + 1))))


def checked(p: Floats) -> Floats:
    """The same p-values, or a refusal that names the first that is none."""
    given = np.asarray(p, dtype=np.float64)
    if given.ndim != 1 or not len(given):
        raise ValueError(f"p-values of shape {given.shape}: give one row of at least one")
    # NaN compares false, so it is caught as well.
    wrong = np.flatnonzero(~((given > 0.0) & (given <= 1.0)))
    if len(wrong):
        at = int(wrong[0])
        raise ValueError(f"p[{at}] = {given[at]}: a p-value lies above 0 and is at most 1")
    return given


def _stepped_up(p: Floats, factor: float) -> Floats:
    order: Ints = np.argsort(p, kind="stable")
    scaled = factor * len(p) / np.arange(1, len(p) + 1) * p[order]
    return _in_place(order, np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0))


def _in_place(order: Ints, ranked: Floats) -> Floats:
    out = np.empty_like(ranked)
    out[order] = ranked
    return out
