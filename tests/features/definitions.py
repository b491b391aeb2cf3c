"""Operations by their definition: loops over windows of plain numpy, without any recursion or sharing."""

import numpy as np


def over_windows(x: np.ndarray, window: int, statistic, *others: np.ndarray) -> np.ndarray:
    """A statistic of each full window without a gap."""
    out = np.full(x.shape, np.nan)
    for row in range(window - 1, len(x)):
        for asset in range(x.shape[1]):
            seen = [column[row - window + 1 : row + 1, asset] for column in (x, *others)]
            if not any(np.isnan(one).any() for one in seen):
                out[row, asset] = statistic(*seen)
    return out


def lag(x: np.ndarray, bars: int) -> np.ndarray:
    out = np.full(x.shape, np.nan)
    out[bars:] = x[: max(len(x) - bars, 0)]
    return out


def mean(x: np.ndarray, window: int) -> np.ndarray:
    return over_windows(x, window, np.mean)


def highest(x: np.ndarray, window: int) -> np.ndarray:
    return over_windows(x, window, np.max)


def lowest(x: np.ndarray, window: int) -> np.ndarray:
    return over_windows(x, window, np.min)


def weighted_mean(x: np.ndarray, window: int) -> np.ndarray:
    weights = np.arange(1, window + 1)
    return over_windows(x, window, lambda seen: (seen * weights).sum() / weights.sum())


def deviation(x: np.ndarray, window: int, degrees: int = 1) -> np.ndarray:
    # Measured from a value of the window, where near prices differ without rounding.
    return over_windows(x, window, lambda seen: np.std(seen - seen[0], ddof=degrees))


def correlation(x: np.ndarray, y: np.ndarray, window: int) -> np.ndarray:
    def of_two(a: np.ndarray, b: np.ndarray) -> float:
        a, b = a - a.mean(), b - b.mean()
        return (a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum())

    return over_windows(x, window, of_two, y)


def slope(y: np.ndarray, x: np.ndarray, window: int) -> np.ndarray:
    return over_windows(y, window, lambda b, a: np.polyfit(a - a.mean(), b, 1)[0], x)


def residual(y: np.ndarray, x: np.ndarray, window: int) -> np.ndarray:
    def last(b: np.ndarray, a: np.ndarray) -> float:
        line = np.polyfit(a - a.mean(), b, 1)
        return b[-1] - np.polyval(line, a[-1] - a.mean())

    return over_windows(y, window, last, x)


def exponential(x: np.ndarray, alpha: float, seed: int, least: int) -> np.ndarray:
    out = np.full(x.shape, np.nan)
    for asset in range(x.shape[1]):
        known = np.flatnonzero(~np.isnan(x[:, asset]))
        values = x[known, asset]
        for place in range(max(seed, least) - 1, len(known)):
            level = values[:seed].mean()
            for value in values[seed : place + 1]:
                level = (1.0 - alpha) * level + alpha * value
            out[known[place], asset] = level
    return out


def so_far(x: np.ndarray, statistic, least: int = 1) -> np.ndarray:
    out = np.full(x.shape, np.nan)
    for row in range(len(x)):
        for asset in range(x.shape[1]):
            seen = x[: row + 1, asset]
            seen = seen[~np.isnan(seen)]
            if not np.isnan(x[row, asset]) and len(seen) >= least:
                out[row, asset] = statistic(seen)
    return out


def across(x: np.ndarray, statistic) -> np.ndarray:
    """A statistic that gives a value for each known symbol of an instant."""
    out = np.full(x.shape, np.nan)
    for row in range(len(x)):
        known = ~np.isnan(x[row])
        if known.any():
            out[row, known] = statistic(x[row, known])
    return out


def rank_across(x: np.ndarray) -> np.ndarray:
    return across(x, lambda v: [((v < one).sum() + (v <= one).sum() + 1) / 2 / len(v) for one in v])


def zscore_across(x: np.ndarray) -> np.ndarray:
    def standings(values: np.ndarray) -> np.ndarray:
        if len(values) < 2 or np.ptp(values) == 0.0:
            return np.full(len(values), np.nan)
        return (values - values.mean()) / values.std(ddof=1)

    return across(x, standings)


def winsor_across(x: np.ndarray, share: float) -> np.ndarray:
    return across(x, lambda v: np.clip(v, np.quantile(v, share), np.quantile(v, 1.0 - share)))
