"""The operations that formulas are made of. Each is causal, and says how much history it needs.

A trailing window counts rows, the present one included. A gap (NaN) makes every window that holds it unknown,
and no other. What goes on for ever (`exponential`, `expanding_mean`, `highest_so_far`) gives no value on a
gap and takes no notice of it.
"""

import math

from tradewright.features.expression import (
    FORGOTTEN,
    LARGEST,
    Expression,
    Operation,
    as_number,
    counted,
)
from tradewright.features.native import opcodes
from tradewright.values.errors import InvalidOption, unknown_name

NAN = math.nan
INSTANT_PARTS = {
    "weekday": opcodes.WEEKDAY,
    "month_day": opcodes.MONTH_DAY,
    "month": opcodes.MONTH,
    "quarter": opcodes.QUARTER,
    "year_day": opcodes.YEAR_DAY,
    "hour": opcodes.HOUR,
}


def _one(code: int, words: str, x: Expression, *numbers: float) -> Expression:
    """One value from one value."""
    return Expression(Operation(code, words, tuple(map(as_number, numbers))), (x,))


def log(x: Expression) -> Expression:
    """Natural logarithm; unknown below zero."""
    return _one(opcodes.LOG, "log", x)


def square_root(x: Expression) -> Expression:
    """Square root; unknown below zero."""
    return _one(opcodes.ROOT, "square_root", x)


def absolute(x: Expression) -> Expression:
    """Size without sign."""
    return _one(opcodes.SIZE, "absolute", x)


def clip(x: Expression, low: float = -LARGEST, high: float = LARGEST) -> Expression:
    """Values below `low` become `low`, those above `high` become `high`."""
    return _one(opcodes.CLIP, "clip", x, low, high)


def band(x: Expression, low: float, high: float) -> Expression:
    """-1 below `low`, 1 above `high`, else 0."""
    if low > high:
        raise InvalidOption(f"A band from {low} to {high}.", "Give the lower end first.")
    return _one(opcodes.BAND, "band", x, low, high)


def larger(x: Expression, y: Expression) -> Expression:
    """The larger of two; unknown where either is."""
    return Expression(Operation(opcodes.LARGER, "larger"), (x, y))


def differs(x: Expression, y: Expression) -> Expression:
    """1 where two columns differ, 0 where they are equal."""
    return Expression(Operation(opcodes.UNLIKE, "differs"), (x, y))


def lag(x: Expression, bars: int) -> Expression:
    """The value `bars` rows ago. A negative number, which would be the future, is refused.

    Raises: InvalidOption.
    """
    if isinstance(bars, int) and bars < 1:
        raise InvalidOption(f"A lag of {bars} rows.", "Give 1 or more: rows back, never ahead.")
    back = counted(bars)
    return Expression(Operation(opcodes.LAG, "lag", (back,), back + 1, back + 1, ((back, NAN),)), (x,))


def mean(x: Expression, window: int) -> Expression:
    """The average of the last `window` values."""
    rows, phase, start = _window(x, window, 0.0)
    memory = ((1, start), (rows, NAN), (1, 0.0))
    return Expression(Operation(opcodes.MEAN, "mean", (rows,), rows, rows, memory, phase=phase), (x,))


def _window(x: Expression, window: int, empty: float, least: int = 1) -> tuple[int, int, float]:
    """Rows of a window, the phase it begins in, and what it has gathered there.

    At the end of a block a window does the work of all its rows. Phases, which follow from the input and the
    window alone, keep the blocks of many windows from ending on the same row, so that no row of a stream
    waits for all of them. In the middle of a block, the rows before the first are gaps.
    """
    rows = counted(window, least)
    phase = int(x.key[:8], 16) % rows
    return rows, phase, NAN if phase else empty


def total(x: Expression, window: int) -> Expression:
    """The sum of the last `window` values."""
    return mean(x, window) * window


def highest(x: Expression, window: int) -> Expression:
    """The highest of the last `window` values."""
    return _extreme(x, window, "highest", 1.0)


def lowest(x: Expression, window: int) -> Expression:
    """The lowest of the last `window` values."""
    return _extreme(x, window, "lowest", -1.0)


def _extreme(x: Expression, window: int, words: str, sign: float) -> Expression:
    rows, phase, start = _window(x, window, -math.inf)
    memory = ((1, start), (rows, NAN), (1, -math.inf))
    return Expression(Operation(opcodes.EXTREME, words, (rows, sign), rows, rows, memory, phase=phase), (x,))


def weighted_mean(x: Expression, window: int) -> Expression:
    """The average of the last `window` values, weighted 1 to `window`, the newest the heaviest."""
    rows, phase, start = _window(x, window, 0.0)
    memory = ((2, start), (rows, NAN), (1, 0.0))
    one = Operation(opcodes.WEIGHTED, "weighted_mean", (rows,), rows, rows, memory, phase=phase)
    return Expression(one, (x,))


def _moments(x: Expression, window: int) -> tuple[Operation, tuple[Expression, ...]]:
    rows, phase, _ = _window(x, window, 0.0, least=2)
    memory = ((2, NAN), (4, 0.0), (rows, NAN), (1, 0.0), (rows, NAN), (1, 0.0))
    return Operation(opcodes.MOMENTS, "moments", (rows,), rows, rows, memory, 2, phase), (x,)


def deviation(x: Expression, window: int, degrees: int = 1) -> Expression:
    """Standard deviation of the last `window` values; divided by n - `degrees`: 1 sample, 0 population."""
    squares = Expression(*_moments(x, window), 1)
    return _one(opcodes.DEVIATE, "deviate", squares, _divisor(window, degrees))


def zscore(x: Expression, window: int, degrees: int = 1) -> Expression:
    """Standard deviations of the last value above the mean of the last `window`, itself among them.

    Unknown where the window is flat: its deviation below 1e-7 of its level.
    """
    middle, squares = Expression(*_moments(x, window), 0), Expression(*_moments(x, window), 1)
    score = Operation(opcodes.SCORE, "score", (_divisor(window, degrees),))
    return Expression(score, (x, middle, squares))


def _divisor(window: int, degrees: int) -> float:
    if degrees not in (0, 1):
        raise InvalidOption(f"{degrees} degrees of freedom.", "Give 1 for a sample, 0 for a population.")
    return float(window - degrees)


def _comoments(x: Expression, y: Expression, window: int) -> tuple[Expression, ...]:
    rows, phase, _ = _window(x, window, 0.0, least=2)
    ring = ((rows, NAN), (1, 0.0))
    memory = ((4, NAN), (10, 0.0), *(5 * ring))
    one = Operation(opcodes.COMOMENTS, "comoments", (rows,), rows, rows, memory, 5, phase)
    return tuple(Expression(one, (x, y), output) for output in range(5))


def correlation(x: Expression, y: Expression, window: int) -> Expression:
    """Pearson correlation over the last `window` rows; unknown where either is flat."""
    _, _, of_x, of_y, shared = _comoments(x, y, window)
    return clip(shared / (square_root(of_x) * square_root(of_y)), -1.0, 1.0)


def slope(y: Expression, x: Expression, window: int) -> Expression:
    """Slope of the least-squares line of y on x over the last `window` rows: the beta of y to x."""
    _, _, of_x, _, shared = _comoments(x, y, window)
    return shared / of_x


def residual(y: Expression, x: Expression, window: int) -> Expression:
    """The last y less what the least-squares line of the last `window` rows says of it."""
    middle_x, middle_y, of_x, _, shared = _comoments(x, y, window)
    return (y - middle_y) - (shared / of_x) * (x - middle_x)


def place_between(x: Expression, low: Expression, high: Expression) -> Expression:
    """Where x lies from `low` (0) to `high` (1); unknown where they meet."""
    return Expression(Operation(opcodes.PLACE, "place_between"), (x, low, high))


def exponential(x: Expression, span: int, seed_bars: int = 1) -> Expression:
    """Exponential average, alpha = 2 / (span + 1), begun as the mean of the first `seed_bars` values.

    Known from the `span`-th value on. Started later, it agrees once older rows weigh less than 1e-9.
    """
    return _exponential(x, 2.0 / (counted(span) + 1.0), seed_bars, span)


def wilder(x: Expression, window: int) -> Expression:
    """Wilder's average: alpha = 1 / window, begun as the mean of the first `window` values."""
    return _exponential(x, 1.0 / counted(window), window, window)


def _exponential(x: Expression, alpha: float, seed: int, least: int) -> Expression:
    numbers = (alpha, float(counted(seed)), float(max(least, seed)))
    fades = math.log(FORGOTTEN) / math.log(1.0 - alpha) if alpha < 1.0 else 0.0
    rows = max(least, seed)
    reach = float(rows + math.ceil(fades))
    return Expression(Operation(opcodes.EXPONENTIAL, "exponential", numbers, rows, reach, ((2, 0.0),)), (x,))


def expanding_mean(x: Expression) -> Expression:
    """The average of all values so far."""
    return Expression(_expanding(1), (x,), 0)


def expanding_deviation(x: Expression) -> Expression:
    """The sample deviation of all values so far; from the second value on."""
    return Expression(_expanding(2), (x,), 1)


def expanding_zscore(x: Expression) -> Expression:
    """Sample deviations of the last value above the mean of all values so far, itself among them."""
    return (x - expanding_mean(x)) / expanding_deviation(x)


def _expanding(rows: int) -> Operation:
    return Operation(opcodes.EXPANDING, "expanding", (), rows, math.inf, ((3, 0.0),), outputs=2)


def highest_so_far(x: Expression) -> Expression:
    """The highest value so far."""
    return Expression(Operation(opcodes.PEAK, "highest_so_far", (), 1, math.inf, ((1, -math.inf),)), (x,))


def rank_across(x: Expression) -> Expression:
    """The share of symbols at or below, among those known at the instant; ties share the middle place."""
    return _one(opcodes.RANK, "rank_across", x)


def zscore_across(x: Expression) -> Expression:
    """Sample deviations above the mean of the symbols known at the instant; unknown where all are alike."""
    return _one(opcodes.STANDING, "zscore_across", x)


def winsor_across(x: Expression, share: float) -> Expression:
    """Values beyond the lowest and highest `share` of the symbols are moved to its edge."""
    if not 0.0 <= share < 0.5:
        raise InvalidOption(f"A share of {share} at either end.", "Give 0 or more, and less than 0.5.")
    return _one(opcodes.WINSOR, "winsor_across", x, share)


def mean_across(x: Expression) -> Expression:
    """The mean of the symbols known at the instant, handed to each of them."""
    return _one(opcodes.AVERAGE, "mean_across", x)


def of_symbol(x: Expression, symbol: str) -> Expression:
    """One symbol's column, handed to all of them. The symbol must be among those computed."""
    return Expression(Operation(opcodes.PICK, f"of_symbol {symbol}", call=symbol), (x,))


def of_instant(part: str) -> Expression:
    """What a row's instant says, UTC: weekday (0 Monday), month_day, month, quarter, year_day or hour.

    Raises: UnknownName.
    """
    if part not in INSTANT_PARTS:
        raise unknown_name(part, "part of an instant", INSTANT_PARTS)
    return Expression(Operation(opcodes.INSTANT, f"instant {part}", (INSTANT_PARTS[part],)))
