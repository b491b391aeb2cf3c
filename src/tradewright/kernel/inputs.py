"""What both kernels read besides prices: the trading terms as plain numbers, and inputs that hold."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tradewright.values.balances import KEPT, Currencies, currencies_of
from tradewright.values.decisions import Decisions
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import NS_PER_DAY, NS_PER_SECOND, instant_of
from tradewright.values.panel import ACTION_NAMES, MERGER, RENAME, SPIN_OFF, SPLIT, Floats, Ints, Panel
from tradewright.values.profile import CASH, MARGIN, AccountOptions, ExecutionProfile
from tradewright.values.reading import Reading

NS_PER_YEAR = 365.0 * 86_400.0 * 1e9

# In the pessimistic reading a stop that is met inside a bar slips this share of the way to the bar's worst.
PESSIMISTIC_SLIP = 0.5

# A quantity smaller than this share of its order is rounding, not trading.
DUST = 1e-9

BEGINS, ENDS = 1, 2  # what a row is to its session

# A limit that follows a rate moves so much against the account: rounding must not turn a touch into a pass.
TOUCH_ROUNDING = 1e-12

_ROWS_A_LOOK = 4096

# A target from here on, in shares of equity or in shares of stock, is a slip of the pen.
LARGEST = 1e12

# Of what a fill costs: the bars looked back at, and how many returns make a volatility.
WINDOW_BARS, LEAST_BARS = 21, 5
# The stock that Kyle and Obizhaeva (2016) scale from: 2 % a day, a million shares of 40 dollars.
BENCHMARK_SIGMA, BENCHMARK_USD = 0.02, 40e6
# An estimate may move a price by half of it at most; beyond that it says nothing.
MOST_SLIPPAGE = 0.5
NS_PER_MS = 1e6
SESSION_NS = 23_400 * 10**9  # six and a half hours
# What a draw is for: no two share a key.
LATENCY, REJECT = 1, 2


def _no_rows() -> Ints:
    """No row has anything to say."""
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Rules:
    """What the broker asks of an account, as plain numbers; nothing where the account is unrestricted."""

    calls: bool = False  # equity below maintenance is a margin call
    long_maintenance: float = 0.0
    short_maintenance: float = 0.0
    cash_only: bool = False  # nothing short, and nothing bought with proceeds that have not settled
    by_name: bool = False  # what can be borrowed, and its fee, is on file by name
    fee_multiple: float = 1.0  # stretches those fees
    sessions: Ints = field(default_factory=_no_rows)  # T: the number of each row's session
    settles: Ints = field(default_factory=_no_rows)  # T: the session in which a sale of the row has settled

    @property
    def bind(self) -> bool:
        """True where any rule is asked for: the loop carries none of them else."""
        return self.calls or self.cuts

    @property
    def cuts(self) -> bool:
        """True where an order may have to do with less than the bar and the gross limit leave it."""
        return self.cash_only or self.by_name


@dataclass(frozen=True)
class Terms:
    """The rules of one simulation, read off the account, the profile and the panel."""

    capital_usd: float
    max_gross: float  # multiple of equity at the prices of each fill
    whole: bool  # whole shares only
    liquidate: bool  # everything is sold at the last close
    close_only: bool  # orders meet closes, because the panel knows no open
    has_volume: bool  # unknown volumes stand for none, because others are known
    capacity_share: float  # of a bar's volume, at most 1
    spread_bps: float  # half the spread, slippage included
    commission_share: float  # of notional
    per_share_usd: float
    minimum_usd: float  # a fill
    cash_rate: float  # a year, as the two below
    margin_rate: float
    borrow_rate: float
    slippage: float  # stretches what is estimated
    spread_scale: float  # half the spread of the benchmark stock, a share; 0 = flat
    impact: float  # Y of the square-root law
    latency_low_ms: float
    latency_high_ms: float
    reject_share: float
    seed: int
    tiers: Floats  # M x 2: shares of the month from which on, dollars a share
    steps: Floats  # K x 5: instant from which on, sec_share, taf, taf_most, tick
    touch_share: float  # of what a bar can fill, where a limit is met but not passed
    latency_bars: int  # between a word on an order and the next bar
    cutoff_ns: int  # before the close; later words miss the closing auction
    reading: int  # of a bar that cannot tell: see `values.reading`
    rules: Rules
    rates: Floats  # T x N: of each instrument's currency; empty where all is in the account's
    conversion: Floats  # N: what fills pay to change money, a share of the amount; empty likewise
    currencies: Currencies  # in which balances are kept

    def conversion_of(self, asset: int) -> float:
        """What changing the money for one instrument costs, as a share of the amount."""
        return float(self.conversion[asset]) if len(self.conversion) else 0.0

    @property
    def keeps(self) -> bool:
        """True where balances are kept in their currencies."""
        return len(self.currencies.names) > 0

    def changing_of(self, asset: int) -> float:
        """What a fill must leave for changing its money at the close, as a share of it."""
        return float(self.currencies.changing[asset]) if self.keeps else 0.0

    @property
    def estimates(self) -> bool:
        """True where a fill asks how liquid its instrument is."""
        return max(self.spread_scale, self.impact, self.latency_high_ms) > 0.0

    @property
    def words_travel(self) -> bool:
        """True where what is said of an order at a close arrives after the next bar's first print."""
        return self.latency_high_ms > 0.0 and not self.close_only


def terms_of(
    panel: Panel, account: AccountOptions, profile: ExecutionProfile, reading: Reading = Reading.BASE
) -> Terms:
    """Read the rules once, so that the reference and the compiled kernel start from the same numbers.

    Raises: InvalidOption where the spread would make a sale pay nothing, or prices are in another currency.
    """
    _check_currency(panel, account)
    spread_bps = profile.half_spread_bps * profile.slippage_multiple
    if spread_bps >= 10_000.0:
        raise InvalidOption(
            f"half_spread_bps x slippage_multiple = {spread_bps:g} in profile '{profile.name}'.",
            "It must be below 10000 basis points: a seller cannot pay to sell.",
        )
    return Terms(
        capital_usd=account.capital_usd,
        max_gross=account.gross_limit,
        whole=not account.fractional,
        liquidate=account.liquidate_at_end,
        close_only=not _any_known(panel.open),
        has_volume=_any_known(panel.volume),
        capacity_share=min(1.0, profile.participation * profile.partial_fill_multiple),
        spread_bps=spread_bps,
        commission_share=profile.commission_bps * 1e-4,
        per_share_usd=profile.commission_per_share_usd,
        minimum_usd=profile.commission_minimum_usd,
        cash_rate=profile.cash_rate,
        margin_rate=profile.margin_rate,
        borrow_rate=profile.borrow_rate,
        touch_share=profile.touch_fill_share if reading < Reading.OPTIMISTIC else 1.0,
        latency_bars=int(profile.latency_bars),
        cutoff_ns=round(profile.auction_cutoff_s * NS_PER_SECOND),
        reading=int(reading),
        slippage=profile.slippage_multiple,
        spread_scale=profile.spread_scale_bps * 1e-4,
        impact=profile.impact_coefficient,
        latency_low_ms=profile.latency_low_ms,
        latency_high_ms=profile.latency_high_ms,
        reject_share=profile.reject_share,
        seed=profile.seed,
        tiers=np.array(profile.commission_tiers, dtype=np.float64).reshape(-1, 2),
        steps=np.array(profile.fee_steps(), dtype=np.float64).reshape(-1, 5),
        rules=rules_of(panel, account, profile),
        rates=panel.rates,
        conversion=_conversion(panel, profile) if account.balances != KEPT else np.zeros(0),
        currencies=currencies_of(panel, account, profile),
    )


def _conversion(panel: Panel, profile: ExecutionProfile) -> Floats:
    """N: what changing money costs for each instrument; empty where all is in the account's currency."""
    charged: Floats = np.where(panel.is_foreign, profile.conversion_bps * 1e-4, 0.0)
    return charged if len(panel.rates) else np.zeros(0)


def _check_currency(panel: Panel, account: AccountOptions) -> None:
    """Prices count in the account's currency, or nothing is traded."""
    own = set(panel.quotes.currencies) or {panel.currency}
    if panel.currency != account.currency or (own != {panel.currency} and not len(panel.rates)):
        raise InvalidOption(
            f"an account in {account.currency} over prices in {', '.join(sorted(own))}.",
            f"Tell the panel in {account.currency} first: data.currency.in_currency.",
        )


def rules_of(panel: Panel, account: AccountOptions, profile: ExecutionProfile) -> Rules:
    """The rules that an account's type and what is on file about borrowing bring."""
    rules = Rules(by_name=len(panel.borrows) > 0, fee_multiple=profile.borrow_fee_multiple)
    if account.type == MARGIN:
        asks = (account.long_maintenance, account.short_maintenance)
        return replace(rules, calls=True, long_maintenance=asks[0], short_maintenance=asks[1])
    if account.type == CASH:
        sessions = np.cumsum((session_marks(panel) & BEGINS) > 0, dtype=np.int64)
        return replace(rules, cash_only=True, sessions=sessions, settles=settled_in(panel, profile, sessions))
    return rules


def settled_in(panel: Panel, profile: ExecutionProfile, sessions: Ints) -> Ints:
    """T: the number of the session in which a sale of each row has settled, by the profile's dated facts."""
    after = np.ones(len(sessions), dtype=np.int64)
    for day, count in profile.settlement_schedule:
        after[panel.instants >= instant_of(day)] = count
    return np.maximum.accumulate(sessions + after) if len(sessions) else sessions


def check_panel(panel: Panel) -> None:
    """Refuse corporate actions that cannot be booked: a stranger, or a ratio that cannot be.

    Raises: InvalidOption naming the row and the instrument.
    """
    _check_borrows(panel)
    actions = panel.actions
    if not len(actions):
        return
    strangers = actions[(actions["asset"] < 0) | (actions["asset"] >= len(panel.symbols))]
    if len(strangers):
        raise InvalidOption(
            f"A corporate action at row {strangers[0]['row']} for instrument {strangers[0]['asset']}.",
            f"The panel has instruments 0 to {len(panel.symbols) - 1}.",
        )
    values, kinds = actions["value"], actions["kind"]
    sound = np.isfinite(values) & (values >= 0.0) & (~np.isin(kinds, (SPLIT, SPIN_OFF)) | (values > 0.0))
    for action in actions[~sound | ~np.isin(kinds, list(ACTION_NAMES))][:1]:
        what = ACTION_NAMES.get(int(action["kind"]), f"action of kind {action['kind']}")
        raise InvalidOption(
            f"A {what} of {action['value']} for {panel.symbols[action['asset']]} at row {action['row']}.",
            "Give a ratio above zero for a split or a spin-off; a value of zero or more for all others.",
        )
    _check_others(panel)


def _check_borrows(panel: Panel) -> None:
    """A fact about borrowing names an instrument of the panel and a fee of zero or more."""
    facts = panel.borrows
    strangers = (facts["asset"] < 0) | (facts["asset"] >= len(panel.symbols))
    for fact in facts[strangers | ~((facts["rate"] >= 0.0) & (facts["rate"] < np.inf))][:1]:
        raise InvalidOption(
            f"A borrow fee of {fact['rate']} a year for instrument {fact['asset']} at row {fact['row']}.",
            f"Give a share of zero or more, for instruments 0 to {len(panel.symbols) - 1}.",
        )


def _check_others(panel: Panel) -> None:
    """Whoever gives shares of another company must name one of the panel, and no cash below zero."""
    actions = panel.actions
    gives = np.isin(actions["kind"], (SPIN_OFF, RENAME)) | (
        (actions["kind"] == MERGER) & (actions["value"] > 0.0)
    )
    other = actions["other"]
    lost = gives & ((other < 0) | (other >= len(panel.symbols)) | (other == actions["asset"]))
    for action in actions[lost | ~(actions["cash_usd"] >= 0.0) | np.isinf(actions["cash_usd"])][:1]:
        raise InvalidOption(
            f"A {ACTION_NAMES[int(action['kind'])]} of {panel.symbols[action['asset']]} at row "
            f"{action['row']} into instrument {action['other']} with {action['cash_usd']} dollars a share.",
            "Name another instrument of the panel, and cash of zero or more.",
        )


def check_decisions(decisions: Decisions, panel: Panel) -> None:
    """Refuse decisions that do not fit the panel, naming the row, the symbol and the value.

    Raises: InvalidOption for a wrong number of instruments, a row outside the panel, or an infinite weight.
    """
    bars, assets = panel.shape
    if decisions.weights.shape[1] != assets:
        raise InvalidOption(
            f"Weights for {decisions.weights.shape[1]} instruments, but the panel has {assets}.",
            "Give one weight for each symbol, NaN to leave a position as it is.",
        )
    if len(decisions.rows) and not (decisions.rows[0] >= 0 and decisions.rows[-1] < bars):
        outside = decisions.rows[0] if decisions.rows[0] < 0 else decisions.rows[-1]
        mend = f"Give rows 0 to {bars - 1}."
        raise InvalidOption(f"A decision at row {outside} of a panel of {bars} rows.", mend)
    for start in range(0, len(decisions.rows), _ROWS_A_LOOK):
        check_weights(decisions.weights[start : start + _ROWS_A_LOOK], decisions.rows[start:], panel.symbols)


def check_weights(weights: Floats, rows: Ints | list[int], symbols: tuple[str, ...]) -> None:
    """Refuse a weight beyond all bounds, naming its row and symbol; NaN means leave as it is."""
    beyond = np.abs(weights) >= LARGEST
    if not np.count_nonzero(beyond):
        return
    place, asset = np.argwhere(beyond)[0]
    raise InvalidOption(
        f"Weight {weights[place, asset]} for {symbols[asset]} at row {rows[place]}.",
        "Give a share of equity that some market could fill, or NaN to leave the position as it is.",
    )


def session_marks(panel: Panel) -> NDArray[np.int8]:
    """What each row is to its session: BEGINS, ENDS, both or neither.

    Rows that open on the same day, UTC, are one session; the panel's last row ends one.
    """
    days = panel.opens_at // NS_PER_DAY
    edge = days[1:] != days[:-1]
    begins, ends = np.ones(len(days), dtype=np.int8), np.ones(len(days), dtype=np.int8)
    begins[1:], ends[:-1] = edge, edge
    return begins * np.int8(BEGINS) + ends * np.int8(ENDS)


def _any_known(column: Floats) -> bool:
    """True where any number is known; looks no further than it must."""
    return any(not bool(np.isnan(block).all()) for block in _blocks(column))


def _blocks(column: Floats) -> Iterator[Floats]:
    """The column in pieces of some thousand rows, the first one small."""
    yield column[:1]
    for start in range(1, len(column), _ROWS_A_LOOK):
        yield column[start : start + _ROWS_A_LOOK]
