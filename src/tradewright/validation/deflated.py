"""Sharpe ratios after a search: held against what the best of many worthless tries would show."""

import math

from tradewright.validation.luck import expected_maximum, printable_p
from tradewright.validation.sharpe import Moments, probabilistic_sharpe


def deflation_hurdle(trials: int, spread: float) -> float:
    """The Sharpe ratio that the best of so many worthless tries shows on average.

    Units: as `spread`, the standard deviation of the tries' Sharpe ratios.
    Source: Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5), eq. 1.
    Raises: ValueError for no trial, or a spread that is negative or no number.
    """
    if not (spread >= 0.0 and math.isfinite(spread)):
        raise ValueError(f"a spread of {spread} between Sharpe ratios is none")
    return expected_maximum(trials) * spread


def deflated_sharpe(shape: Moments, trials: int, spread: float) -> float:
    """Probability that the true Sharpe ratio is above what luck gives the best of `trials`. Never 0.

    Units: ratios per bar, not annualised; kurtosis is not excess (3 for the normal).
    Property: conservative: the best of independent worthless tries reaches 0.95 in far fewer than 5 % of
    searches; measured in tests/validation/test_deflated.py. It assumes returns independent in time.
    Source: Bailey and Lopez de Prado (2014), Journal of Portfolio Management 40(5), eq. 2.
    Raises: as `deflation_hurdle`.
    """
    return printable_p(probabilistic_sharpe(shape, deflation_hurdle(trials, spread)))


def minimum_backtest_years(trials: int, sharpe: float) -> float:
    """Years of data below which the best of so many worthless tries is expected to show this Sharpe ratio.

    Units: `sharpe` a year; the result in years; 0 for a single try, which has nothing to be lucky with.
    Source: Bailey, Borwein, Lopez de Prado and Zhu (2014), Notices of the AMS 61(5), theorem 1.
    Raises: ValueError for no trial, or a ratio that is not above zero.
    """
    if not (sharpe > 0.0 and math.isfinite(sharpe)):
        raise ValueError(f"a Sharpe ratio of {sharpe}: give one above zero")
    return (expected_maximum(trials) / sharpe) ** 2
