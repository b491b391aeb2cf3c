"""A leaner bare kernel for the technical columns, which the first one is held against, so that none is soft.

Same arguments and results as in `benchmarks/feature_floors.py`. What is leaner: the warm-up apart from the
main loop, every running value a variable of its own, products by reciprocals instead of quotients, no branch
but for the highs and lows.
"""

import math

import numpy as np

from benchmarks.feature_floors import Floats, bare, technical

WARM = 62


@bare
def lean_technical(high: Floats, low: Floats, close: Floats, out: Floats) -> None:
    """All 26 columns, `out` columns x rows x assets."""
    bars, assets = close.shape
    early = min(WARM, bars)
    warm = np.empty((26, early, assets))
    technical(high[:early], low[:early], close[:early], warm)
    out[:, :early] = warm
    for asset in range(assets):
        if bars > WARM:
            one(high[:, asset], low[:, asset], close[:, asset], out[:, :, asset])


@bare
def one(high: Floats, low: Floats, close: Floats, out: Floats) -> None:
    """One asset, from row WARM on; the rows before were written already."""
    s5, s10, s20, s60 = sums(close, 5), sums(close, 10), sums(close, 20), sums(close, 60)
    e5, e10, e20, e60 = ema(close, 5), ema(close, 10), ema(close, 20), ema(close, 60)
    t5, t10, t20, t60 = gains(close, 5), gains(close, 10), gains(close, 20), gains(close, 60)
    q5, q10, q20, q60 = squares(close, 5), squares(close, 10), squares(close, 20), squares(close, 60)
    fast, slow = ema(close, 12), ema(close, 26)
    signal = fast - slow - out[25, WARM - 1]
    gain, loss = wilder(close, 1.0), wilder(close, -1.0)
    middle, spread, both = 0.0, 0.0, 0.0
    for row in range(WARM):
        off = close[row] - middle
        middle += off / (row + 1.0)
        spread += off * (close[row] - middle)
    for row in range(WARM - 20, WARM):
        both += close[row] * close[row]
    returns = np.empty(len(close))
    for row in range(1, WARM):
        returns[row] = close[row] / close[row - 1] - 1.0
    top10 = top20 = bottom10 = bottom20 = WARM - 61
    for row in range(WARM - 20, WARM):
        top10, top20 = best(high, row, 10, 1.0, top10), best(high, row, 20, 1.0, top20)
        bottom10, bottom20 = best(low, row, 10, -1.0, bottom10), best(low, row, 20, -1.0, bottom20)
    for row in range(WARM, len(close)):
        price = close[row]
        off = price - middle
        middle += off / (row + 1.0)
        spread += off * (price - middle)
        out[0, row] = (price - middle) / math.sqrt(spread / row)
        grown = price / close[row - 1]
        gained = grown - 1.0
        returns[row] = gained
        out[1, row], out[2, row] = gained, math.log(grown)
        s5 += price - close[row - 5]
        s10 += price - close[row - 10]
        s20 += price - close[row - 20]
        s60 += price - close[row - 60]
        e5 += (1.0 / 3.0) * (price - e5)
        e10 += (2.0 / 11.0) * (price - e10)
        e20 += (2.0 / 21.0) * (price - e20)
        e60 += (2.0 / 61.0) * (price - e60)
        r5, r10, r20, r60 = returns[row - 5], returns[row - 10], returns[row - 20], returns[row - 60]
        square = gained * gained
        t5, t10, t20, t60 = (
            t5 + (gained - r5),
            t10 + (gained - r10),
            t20 + (gained - r20),
            t60 + (gained - r60),
        )
        q5, q10 = q5 + (square - r5 * r5), q10 + (square - r10 * r10)
        q20, q60 = q20 + (square - r20 * r20), q60 + (square - r60 * r60)
        out[3, row], out[4, row] = price / (s5 * 0.2) - 1.0, price / e5 - 1.0
        out[5, row], out[6, row] = math.sqrt((q5 - t5 * t5 * 0.2) * 0.25), price / close[row - 5] - 1.0
        out[7, row], out[8, row] = price / (s10 * 0.1) - 1.0, price / e10 - 1.0
        out[9, row], out[10, row] = (
            math.sqrt((q10 - t10 * t10 * 0.1) * (1 / 9)),
            price / close[row - 10] - 1.0,
        )
        out[11, row], out[12, row] = price / (s20 * 0.05) - 1.0, price / e20 - 1.0
        out[13, row], out[14, row] = (
            math.sqrt((q20 - t20 * t20 * 0.05) * (1 / 19)),
            price / close[row - 20] - 1.0,
        )
        out[15, row], out[16, row] = price / (s60 * (1 / 60)) - 1.0, price / e60 - 1.0
        out[17, row], out[18, row] = (
            math.sqrt((q60 - t60 * t60 / 60) * (1 / 59)),
            price / close[row - 60] - 1.0,
        )
        moved = price - close[row - 1]
        gain += (max(moved, 0.0) - gain) * (1 / 14)
        loss += (max(-moved, 0.0) - loss) * (1 / 14)
        out[19, row] = 100.0 * gain / (gain + loss)
        both += price * price - close[row - 20] * close[row - 20]
        mean = s20 * 0.05
        out[20, row] = 0.5 + (price - mean) / math.sqrt(both * 0.05 - mean * mean) * 0.25
        top10, top20 = best(high, row, 10, 1.0, top10), best(high, row, 20, 1.0, top20)
        bottom10, bottom20 = best(low, row, 10, -1.0, bottom10), best(low, row, 20, -1.0, bottom20)
        out[21, row] = (price - low[bottom10]) / (high[top10] - low[bottom10])
        out[22, row] = (price - low[bottom20]) / (high[top20] - low[bottom20])
        fast += (2.0 / 13.0) * (price - fast)
        slow += (2.0 / 27.0) * (price - slow)
        line = fast - slow
        signal += 0.2 * (line - signal)
        out[23, row], out[24, row], out[25, row] = line, signal, line - signal


@bare
def best(values: Floats, row: int, window: int, sign: float, held: int) -> int:
    """The row of the highest (or lowest) value of a window; searched anew only when the last one has left."""
    if sign * values[row] >= sign * values[held]:
        return row
    if held > row - window:
        return held
    held = row
    for back in range(row - window + 1, row):
        if sign * values[back] > sign * values[held]:
            held = back
    return held


@bare
def sums(close: Floats, window: int) -> float:
    """The sum of the window that ends before row WARM."""
    return close[WARM - window : WARM].sum()


@bare
def ema(close: Floats, span: int) -> float:
    """The exponential average at the row before WARM."""
    level = close[0]
    for row in range(1, WARM):
        level += 2.0 / (span + 1.0) * (close[row] - level)
    return level


@bare
def gains(close: Floats, window: int) -> float:
    """The sum of the last returns before row WARM."""
    return (close[WARM - window : WARM] / close[WARM - window - 1 : WARM - 1] - 1.0).sum()


@bare
def squares(close: Floats, window: int) -> float:
    """The sum of the last squared returns before row WARM."""
    gained = close[WARM - window : WARM] / close[WARM - window - 1 : WARM - 1] - 1.0
    return (gained * gained).sum()


@bare
def wilder(close: Floats, sign: float) -> float:
    """Wilder's average of rises (sign 1) or falls (-1) at the row before WARM."""
    level = 0.0
    for row in range(1, WARM):
        level += (max(sign * (close[row] - close[row - 1]), 0.0) - level) / min(row, 14)
    return level
