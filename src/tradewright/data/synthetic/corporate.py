"""Raw prices out of growth: quarterly dividends, splits of dear shares, reverse splits of cheap ones.

A board meets every 63 sessions. At that close it declares the dividend that goes ex 20 sessions later and, if
the share has become too dear or too cheap, the split that happens 40 sessions later. Both are known from that
evening on.
"""

from dataclasses import dataclass

import numpy as np

from tradewright.data.synthetic.factors import Characters
from tradewright.data.synthetic.listings import Schedule
from tradewright.data.synthetic.options import SyntheticOptions
from tradewright.data.synthetic.streams import stream
from tradewright.values.panel import DIVIDEND, SPLIT, Floats

QUARTER_SESSIONS = 63
EX_DIVIDEND_AFTER, SPLIT_AFTER = 20, 40
SPLIT_RATIOS = (2, 3, 4, 5, 7, 10, 20)
REVERSE_RATIOS = (4, 5, 8, 10, 20, 50)


@dataclass(frozen=True)
class Event:
    """A split or dividend. Units: rows count sessions; `value` as in values/panel.py.

    Known at: the evening of `declared_row`; it acts before the open of `row`.
    """

    name: int
    kind: int
    value: float
    declared_row: int
    row: int


def raw_closes(
    growth: Floats, options: SyntheticOptions, names: Characters, listed: Schedule
) -> tuple[Floats, list[Event]]:
    """Closes as traded, not yet rounded to ticks, and the events that made them differ from growth.

    Shape: T x N from growth T x N. At each row close * split + dividend grows as `growth` does.
    Known at: an event's value uses growth up to its declaration alone.
    """
    paths = [_raw_path(growth[:, n], n, (options, names, listed)) for n in range(options.names)]
    closes = np.ascontiguousarray(np.array([path for path, _ in paths]).T)
    return closes, [event for _, events in paths for event in events]


def _raw_path(
    growth: Floats, name: int, market: tuple[SyntheticOptions, Characters, Schedule]
) -> tuple[Floats, list[Event]]:
    """One name's closes from its first to its last session, one board meeting after the other."""
    options, names, listed = market
    first, last = int(listed.first_row[name]), int(listed.last_row[name])
    meeting, patience, taste = stream(options.seed, "corporate", name).random(3)
    thresholds = np.array([options.split_above_usd, options.reverse_split_below_usd]) * (
        0.8 + 0.45 * patience
    )
    closes = growth * (names.first_price_usd[name] / growth[first])
    events: list[Event] = []
    for row in range(first + int(meeting * QUARTER_SESSIONS), last, QUARTER_SESSIONS):
        price = float(closes[row])
        ex, effective = row + EX_DIVIDEND_AFTER, row + SPLIT_AFTER
        paid = round(names.dividend_yield[name] / 4.0 * price, 2)
        # A board does not pay out half of what the company is still worth.
        if paid > 0.0 and ex <= last and paid < 0.5 * closes[ex]:
            closes[ex:] *= 1.0 - paid / closes[ex]
            events.append(Event(name, DIVIDEND, paid, row, ex))
        ratio = split_ratio(price, thresholds, taste)
        if ratio != 1.0 and effective <= last:
            closes[effective:] /= ratio
            events.append(Event(name, SPLIT, ratio, row, effective))
    return closes, events


def split_ratio(price: float, thresholds: Floats, taste: float) -> float:
    """New shares for one old share that a board would choose at this price; 1 for no split.

    Units: dollars; `thresholds` are the prices above and below which a share is split and reverse split.
    `taste` from 0 to 1 says how dear a board likes its share to be afterwards.
    """
    above, below = thresholds
    if price > above:
        return float(
            next((r for r in SPLIT_RATIOS if price / r < (0.12 + 0.43 * taste) * above), SPLIT_RATIOS[-1])
        )
    if price < below:
        return 1.0 / next(
            (r for r in REVERSE_RATIOS if price * r > (2.0 + 4.0 * taste) * below), REVERSE_RATIOS[-1]
        )
    return 1.0
