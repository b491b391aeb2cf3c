"""Do daily bands hold what hourly bars say? `python -m benchmarks.coverage [FOLDER] [--trades N]`.

Bracket trades drawn at random on SPY and AAPL: each is traded on daily bars in the three readings, and on
the hourly bars the days were made of. A trade is covered where the hourly result lies inside the daily
band. Printed are the share of covered trades, how wide the bands are, and every miss; trades with a stop and
those with a trailing stop stand apart, for a mean over both would hide the worse of them.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tradewright.kernel.batch import simulate_orders
from tradewright.values.order import Bracket, Order, OrderType, TimeInForce
from tradewright.values.panel import Panel, no_actions
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Reading

SYMBOLS = ("SPY", "AAPL")
HELD_DAYS = 20
RANGE_DAYS = 20
SHARES = 100.0
AIM = 0.95
FREE = ExecutionProfile("free", 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
ACCOUNT = AccountOptions(1e9, 10.0)
ENTRIES, EXITS = ("market", "stop", "limit"), ("stop", "trail")


@dataclass(frozen=True)
class History:
    """One symbol by the hour, by the day, and where each day's hours end."""

    symbol: str
    days: list[str]
    hourly: Panel
    daily: Panel
    last_hour: np.ndarray


@dataclass(frozen=True)
class Trial:
    """One trade: its words, the band of its gain by daily bars, its gain by hourly bars."""

    symbol: str
    day: str
    kind: str
    low: float
    high: float
    hourly: float

    @property
    def exit(self) -> str:
        """What protects it: "stop" or "trail"."""
        return self.kind.rpartition(", ")[2]

    @property
    def is_covered(self) -> bool:
        """Whether the hourly gain lies inside the band, but for rounding."""
        return self.low - 1e-6 <= self.hourly <= self.high + 1e-6


def read(folder: Path, symbol: str) -> History:
    """Hourly bars of a file, and the daily bars they make."""
    frame = pl.read_csv(folder / f"{symbol}.csv")
    moment = frame.columns[0]
    frame = frame.with_columns(pl.col(moment).str.slice(0, 10).alias("day"))
    days = frame.group_by("day", maintain_order=True).agg(
        pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(),
        pl.col("volume").sum(), pl.len().alias("hours"),
    )  # fmt: skip
    starts = frame[moment].str.to_datetime("%Y-%m-%d %H:%M", time_unit="ns").to_numpy().astype(np.int64)
    midnight = days["day"].str.to_datetime("%Y-%m-%d", time_unit="ns").to_numpy().astype(np.int64)
    hour = 3_600 * 10**9
    return History(
        symbol,
        days["day"].to_list(),
        panel_of(symbol, frame, starts, starts + hour - 1),
        panel_of(symbol, days, midnight + 9 * hour, midnight + 16 * hour),
        np.cumsum(days["hours"].to_numpy()) - 1,
    )


def panel_of(symbol: str, frame: pl.DataFrame, opens_at: np.ndarray, instants: np.ndarray) -> Panel:
    """Bars as a panel of one instrument."""
    columns = [
        np.ascontiguousarray(frame[name].to_numpy().astype(np.float64)[:, None])
        for name in ("open", "high", "low", "close", "volume")
    ]
    return Panel(instants, opens_at, (symbol,), *columns, no_actions())


def drawn(random: np.random.Generator, history: History, day: int) -> tuple[str, Bracket]:
    """A bracket decided at the close of a day, in units of the average daily range."""
    daily, symbol = history.daily, history.symbol
    past = slice(day + 1 - RANGE_DAYS, day + 1)
    span = float(np.mean(daily.high[past, 0] - daily.low[past, 0]))
    close = float(daily.close[day, 0])
    sign = 1.0 if random.random() < 0.5 else -1.0
    entry_kind, exit_kind = str(random.choice(ENTRIES)), str(random.choice(EXITS))
    away = sign * span * float(random.uniform(0.1, 1.0))
    start = close + {"market": 0.0, "stop": away, "limit": -away}[entry_kind]
    entry = {
        "market": Order.market(symbol, sign * SHARES),
        "stop": Order.stop(symbol, sign * SHARES, start),
        "limit": Order.limit(symbol, sign * SHARES, start),
    }[entry_kind]
    stop_away, target_away = (span * float(random.uniform(0.3, 2.0)) for _ in range(2))
    keep = TimeInForce.GTC
    stop = Order(symbol, -entry.qty, OrderType.STOP, None, start - sign * stop_away, time_in_force=keep)
    if exit_kind == "trail":
        stop = Order(symbol, -entry.qty, OrderType.TRAILING_STOP, trail_usd=stop_away, time_in_force=keep)
    target = Order.limit(symbol, -entry.qty, start + sign * target_away, keep)
    return f"{'long' if sign > 0 else 'short'}, {entry_kind}, {exit_kind}", Bracket(entry, target, stop)


def gain(panel: Panel, row: int, bracket: Bracket, reading: Reading) -> float:
    """What the trade made by the end of the panel, in dollars."""
    outcome = simulate_orders(panel, [(row, bracket)], ACCOUNT, FREE, reading=reading)
    return float(outcome.equity_usd[-1] - ACCOUNT.capital_usd)


def tried(random: np.random.Generator, history: History, day: int) -> Trial:
    """One trade on both kinds of bars."""
    kind, bracket = drawn(random, history, day)
    daily = history.daily.rows(day, day + HELD_DAYS + 1)
    first, last = int(history.last_hour[day]), int(history.last_hour[day + HELD_DAYS])
    band = [gain(daily, 0, bracket, reading) for reading in Reading]
    hourly = gain(history.hourly.rows(first, last + 1), 0, bracket, Reading.BASE)
    return Trial(history.symbol, history.days[day], kind, min(band), max(band), hourly)


def has_split(history: History, day: int) -> bool:
    """True where prices jump as no day does: a split falls into the trade, which was meant in old prices."""
    close = history.daily.close[day - RANGE_DAYS : day + HELD_DAYS + 1, 0]
    return bool(np.max(np.abs(np.diff(np.log(close)))) > 0.4)


def main() -> int:
    """Draw, trade and tell; 1 where less than the aim is covered."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    beside = Path(__file__).resolve().parents[2] / "shared" / "market" / "hourly"
    parser.add_argument("folder", nargs="?", type=Path, default=beside)
    parser.add_argument("--trades", type=int, default=1_000, help="trades a symbol (1,000)")
    asked = parser.parse_args()
    random, trials = np.random.default_rng(0), []
    for symbol in SYMBOLS:
        history = read(asked.folder, symbol)
        days = np.arange(RANGE_DAYS, len(history.days) - HELD_DAYS)
        for day in sorted(random.choice(days, asked.trades, replace=False).tolist()):
            if not has_split(history, day):
                trials.append(tried(random, history, day))
    return told(trials)


def told(trials: list[Trial]) -> int:
    """Print coverage by kind, the widths, and the misses."""
    print(f"{'trades':<28}{'number':>8}{'covered':>10}{'open':>8}{'median width, $':>18}")
    exits = [f"exit: {name}" for name in EXITS]
    for name in ["all", *exits, *sorted({one.kind for one in trials})]:
        chosen = [one for one in trials if name in ("all", one.kind, f"exit: {one.exit}")]
        widths = [one.high - one.low for one in chosen if one.high > one.low]
        covered = sum(one.is_covered for one in chosen) / len(chosen)
        width = float(np.median(widths)) if widths else 0.0
        print(f"{name:<28}{len(chosen):>8}{covered:>10.1%}{len(widths) / len(chosen):>8.1%}{width:>18.2f}")
    missed = [one for one in trials if not one.is_covered]
    for name in EXITS:
        own = [one for one in missed if one.exit == name]
        print(f"\n{len(own)} misses of trades whose exit is a {name}" + (":" if own else ""))
        for one in own:
            where = f"{one.symbol} {one.day} {one.kind}"
            print(f"  {where}: hourly {one.hourly:.2f}, band {one.low:.2f} to {one.high:.2f}")
    print()
    for name in EXITS:
        own = [one for one in trials if one.exit == name]
        print(f"Covered with a {name}: {sum(one.is_covered for one in own) / len(own):.1%} of {len(own):,}")
    share = 1.0 - len(missed) / len(trials)
    print(f"Covered in all: {share:.1%} of {len(trials):,} (aim: at least {AIM:.0%})")
    return int(share < AIM)


if __name__ == "__main__":
    sys.exit(main())
