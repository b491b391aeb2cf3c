"""Small markets written by hand, and large ones drawn at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tradewright.data.currency import in_currency
from tradewright.values.currency import Quotes, rate_dtype
from tradewright.values.decisions import Decisions
from tradewright.values.panel import (
    DELISTING,
    DIVIDEND,
    MERGER,
    RENAME,
    SPIN_OFF,
    SPLIT,
    Panel,
    borrow_dtype,
    event_dtype,
    panel_of_closes,
)
from tradewright.values.profile import AccountOptions, ExecutionProfile, FeeStep

DAY_NS = 86_400 * 10**9
NAN = float("nan")

FREE = ExecutionProfile(
    name="free",
    half_spread_bps=0.0,
    slippage_multiple=1.0,
    commission_bps=0.0,
    commission_per_share_usd=0.0,
    commission_minimum_usd=0.0,
    participation=1.0,
    partial_fill_multiple=1.0,
    cash_rate=0.0,
    margin_rate=0.0,
    borrow_rate=0.0,
)

# How balances are kept, and what is changed at each close.
WAYS = (("converted", ""), ("kept", ""), ("kept", "shortfalls"), ("kept", "all"))

# Every term of a profile at once, larger than life, with fees and commissions that change within weeks.
DEAR = replace(
    FREE,
    name="dear",
    half_spread_bps=20.0,
    slippage_multiple=1.5,
    commission_bps=2.0,
    commission_minimum_usd=0.1,
    participation=0.5,
    spread_scale_bps=40.0,
    impact_coefficient=2.0,
    latency_low_ms=50.0,
    latency_high_ms=5_000.0,
    reject_share=0.1,
    commission_tiers=((0.0, 0.05), (100.0, 0.02), (1_000.0, 0.001)),
    fee_schedule=(
        FeeStep("1970-01-01", 1e-3, 0.01, 0.5, 0.125),
        FeeStep("1970-01-12", 5e-3, 0.002, 1.0, 0.01),
    ),
    seed=7,
)


def profile(**changes: float) -> ExecutionProfile:
    """A profile without any cost or cap but those given."""
    return replace(FREE, **changes)


def account(**changes: float | bool) -> AccountOptions:
    """An account of 1000 dollars, whole shares, twice its equity allowed, but for the changes."""
    return replace(AccountOptions(capital_usd=1_000.0, max_gross=2.0), **changes)


def kept_by(account: AccountOptions, way: tuple[str, str]) -> AccountOptions:
    """The same account with its balances kept in one of WAYS; two of them with interest for others."""
    others = {"EUR", "USD", "JPY"} - {account.currency}
    interest = dict.fromkeys(sorted(others), (0.1, 0.3)) if way[1] in ("", "all") and way[0] == "kept" else {}
    return replace(account, balances=way[0], exchange=way[1], interest=interest)


def table(values: Sequence) -> np.ndarray:
    """A T x N array from a list of rows, or of plain numbers for one instrument."""
    array = np.array(values, dtype=np.float64)
    return np.ascontiguousarray(array[:, None] if array.ndim == 1 else array)


def market(
    close: Sequence,
    open: Sequence | None = None,
    volume: Sequence | None = None,
    actions: Sequence[tuple] = (),
    instants: Sequence[int] | None = None,
    length_ns: int = 0,
) -> Panel:
    """A panel of a few daily bars; opens equal closes and a million shares trade unless said otherwise."""
    closes = table(close)
    opens = closes.copy() if open is None else table(open)
    volumes = np.full(closes.shape, 1e6) if volume is None else table(volume)
    moments = np.arange(len(closes)) * DAY_NS if instants is None else np.array(instants, dtype=np.int64)
    symbols = tuple("ABCDEFGHIJ"[: closes.shape[1]])
    high, low = np.fmax(opens, closes), np.fmin(opens, closes)
    records = np.zeros(len(actions), dtype=event_dtype)
    for place, action in enumerate(actions):
        records[place] = (*action, *(-1, 0.0, 0)[len(action) - 4 :])
    return Panel(moments, moments - length_ns, symbols, opens, high, low, closes, volumes, records)


def close_only(close: Sequence) -> Panel:
    """A panel of closes alone."""
    closes = table(close)
    moments = np.arange(len(closes)) * DAY_NS
    return panel_of_closes(moments, tuple("ABCDEFGHIJ"[: closes.shape[1]]), closes)


def wishes(weights: Mapping[int, Sequence[float] | float]) -> Decisions:
    """Decisions from {row: weights}; a plain number is the weight of the only instrument."""
    rows = sorted(weights)
    return Decisions(np.array(rows, dtype=np.int64), table([np.atleast_1d(weights[row]) for row in rows]))


@dataclass(frozen=True)
class Stream:
    """One random market with random decisions, and the rules to trade it under."""

    panel: Panel
    decisions: Decisions
    account: AccountOptions
    profile: ExecutionProfile

    @property
    def all(self) -> tuple[Panel, Decisions, AccountOptions, ExecutionProfile]:
        """What every driver takes."""
        return self.panel, self.decisions, self.account, self.profile


@dataclass(frozen=True)
class Traits:
    """What kind of market to draw."""

    bars: int = 40
    assets: int = 3
    gaps: float = 0.1
    acts: int = 4
    closes_alone: bool = False
    pace: int = 3
    volume: float = 1e4
    length_ns: int = 0
    facts: int = 0  # about borrowing
    abroad: bool = False  # some instruments are quoted in other currencies than the account's


def draw(seed: int, traits: Traits, account: AccountOptions, profile: ExecutionProfile) -> Stream:
    """A random stream; the same arguments give the same stream."""
    random = np.random.default_rng(seed)
    shape = (traits.bars, traits.assets)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.03, shape), axis=0))
    close[random.random(shape) < traits.gaps] = np.nan
    decisions = draw_decisions(random, traits)
    if traits.closes_alone:
        panel = replace(close_only(close), borrows=draw_borrows(seed, traits))
        return Stream(told(panel, seed, traits, account), decisions, account, profile)
    open_ = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.03, shape), axis=0))
    open_[random.random(shape) < traits.gaps] = np.nan
    volume = np.floor(random.exponential(traits.volume, shape))
    volume[random.random(shape) < traits.gaps] = np.nan
    volume[random.random(shape) < traits.gaps] = 0.0
    panel = market(close, open_, volume, draw_actions(random, traits), length_ns=traits.length_ns)
    panel = replace(panel, borrows=draw_borrows(seed, traits))
    return Stream(told(panel, seed, traits, account), decisions, account, profile)


def told(panel: Panel, seed: int, traits: Traits, account: AccountOptions) -> Panel:
    """The market in the account's currency, where the traits ask for instruments from abroad."""
    if not traits.abroad:
        return panel
    return in_currency(replace(panel, quotes=draw_quotes(seed, panel)), account.currency)


def draw_quotes(seed: int, panel: Panel) -> Quotes:
    """A currency for each instrument, and rates that move on some days; their draws are their own."""
    random = np.random.default_rng([seed, 13])
    own = tuple(random.choice(["USD", "EUR", "JPY", "GBP"], len(panel.symbols)).tolist())
    facts = []
    for code, level in (("EUR", 1.1), ("JPY", 0.009), ("GBP", 1.3)):
        for row, instant in enumerate(panel.instants.tolist()):
            level *= float(np.exp(random.normal(0.0, 0.02)))
            if random.random() < 0.7 or row % 5 == 0:  # none goes stale
                of, priced_in, rate = (code, "USD", level) if code != "GBP" else ("USD", code, 1.0 / level)
                facts.append((instant, instant - instant % DAY_NS, of, priced_in, rate))
    return Quotes(own, np.array(facts, dtype=rate_dtype))


def draw_borrows(seed: int, traits: Traits) -> np.ndarray:
    """Facts about borrowing; their draws are their own, so that nothing else of a stream depends on them."""
    random = np.random.default_rng([seed, 11])
    facts = np.zeros(traits.facts, dtype=borrow_dtype)
    facts["row"] = np.sort(random.integers(0, traits.bars, traits.facts))
    facts["asset"] = random.integers(0, traits.assets, traits.facts)
    facts["available"] = random.random(traits.facts) < 0.5
    facts["rate"] = random.choice([0.0, 0.05, 2.5], traits.facts)
    return facts


def draw_decisions(random: np.random.Generator, traits: Traits) -> Decisions:
    """Weights of either sign, some zero, some left open, on some rows."""
    rows = np.flatnonzero(random.random(traits.bars) < 1.0 / traits.pace)
    weights = random.normal(0.0, 1.0, (len(rows), traits.assets))
    weights[random.random(weights.shape) < 0.2] = 0.0
    weights[random.random(weights.shape) < 0.2] = np.nan
    return Decisions(rows, weights)


def draw_actions(random: np.random.Generator, traits: Traits) -> list[tuple]:
    """Actions of every kind, at most one of each on a row and instrument."""
    found = {}
    for _ in range(traits.acts):
        row, asset = int(random.integers(0, traits.bars)), int(random.integers(0, traits.assets))
        kinds = [SPLIT, SPLIT, DIVIDEND, DIVIDEND, DELISTING]
        kinds += [SPIN_OFF, MERGER, RENAME] * (traits.assets > 1)
        kind = int(random.choice(kinds))
        other = (asset + int(random.integers(1, max(traits.assets, 2)))) % traits.assets
        pay_row = row + int(random.choice([0, 1, 4, 15]))
        value = {
            SPLIT: float(random.choice([2.0, 3.0, 7.0, 0.1, 1.5])),
            DIVIDEND: float(random.uniform(0.0, 2.0)),
            DELISTING: float(random.choice([0.0, 0.5, 1.0])),
            SPIN_OFF: float(random.choice([1.0, 0.3, 0.125])),
            MERGER: float(random.choice([0.0, 1.0, 0.4])),
            RENAME: 1.0,
        }[kind]
        cash_usd = float(random.choice([0.0, 12.5]))
        found[row, kind, asset] = (row, asset, kind, value, other, cash_usd, pay_row)
    return [found[key] for key in sorted(found)]
