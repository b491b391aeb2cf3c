"""What makes fills differ from wishes: costs, caps and rates, as one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from tradewright.values.balances import CONVERTED, NEVER, SHORTFALLS, check_balances
from tradewright.values.currency import USD, checked_currency
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.instant import instant_of

UNRESTRICTED, CASH, MARGIN = "unrestricted", "cash", "margin"
USUAL_MARGINS = {"initial_margin": 0.5, "long_maintenance": 0.25, "short_maintenance": 0.30}
# What a broker asks of an account. Unrestricted: nothing beyond `max_gross`; no broker offers it.
ACCOUNT_TYPES = {
    UNRESTRICTED: "no rules but max_gross; proceeds are there at once, no margin call ever comes",
    CASH: "no debt, nothing short, and no purchase with proceeds that have not settled",
    MARGIN: "initial and maintenance margin, margin calls, forced liquidation at the next open",
}


@dataclass(frozen=True)
class FeeStep:
    """Fees on a sale, and the smallest step of prices, from one day on.

    Units: `from_day` as 2024-05-22; `sec_share` of notional; `taf_` dollars a share sold, at most
    `taf_most_usd` a fill; `tick_usd` dollars.
    """

    from_day: str
    sec_share: float
    taf_per_share_usd: float
    taf_most_usd: float
    tick_usd: float


@dataclass(frozen=True)
class ExecutionProfile:
    """Everything between a wish and its fill. The named members live in `execution/profiles`.

    Units: `_bps` basis points of notional, `_usd` dollars, `_rate` a year (simple, actual/365), `_ms`
    milliseconds, `_share` a part of one. `participation` times `partial_fill_multiple` caps what a bar fills.
    Half the spread is `spread_scale_bps` of the benchmark stock scaled by volatility and dollar volume
    (kernel/costs.py); where either is unknown, or the scale is zero, it is `half_spread_bps`. Impact is
    `impact_coefficient` x sigma x sqrt(shares / usual volume). `slippage_multiple` stretches both.
    `commission_tiers` are (shares of the month from which on, dollars a share), the first replacing
    `commission_per_share_usd`. Draws of latency and rejects are keyed by (`seed`, order id). A limit order
    that the price meets but does not pass fills up to `touch_fill_share` of what the bar can fill: the queue
    takes the rest. A word on a submitted order arrives `latency_bars` later than the next bar; one for the
    closing auction `auction_cutoff_s` seconds before it at the latest. `borrow_fee_multiple` stretches fees
    that are on file by name; `settlement_schedule` says from which day on sales settle after how many
    sessions, one where it is empty. `conversion_bps` is what changing money costs, on every fill and dividend
    in another currency than the account's.
    """

    name: str
    half_spread_bps: float
    slippage_multiple: float
    commission_bps: float
    commission_per_share_usd: float
    commission_minimum_usd: float
    participation: float
    partial_fill_multiple: float
    cash_rate: float
    margin_rate: float
    borrow_rate: float
    touch_fill_share: float = 0.0
    latency_bars: float = 0.0
    auction_cutoff_s: float = 600.0
    spread_scale_bps: float = 0.0
    impact_coefficient: float = 0.0
    latency_low_ms: float = 0.0
    latency_high_ms: float = 0.0
    reject_share: float = 0.0
    commission_tiers: tuple[tuple[float, float], ...] = ()
    fee_schedule: tuple[FeeStep, ...] = ()
    fee_multiple: float = 1.0
    seed: int = 0
    borrow_fee_multiple: float = 1.0
    settlement_schedule: tuple[tuple[str, int], ...] = ()
    conversion_bps: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a negative cost, a share outside its bounds, and steps that are out of order."""
        for name, value in self.numbers().items():
            if not 0.0 <= value < 1e6:
                raise InvalidOption(f"{name} = {value} in profile '{self.name}'.", "It must be zero or more.")
        if not 0.0 < self.participation <= 1.0:
            raise InvalidOption(
                f"participation = {self.participation} in profile '{self.name}'.",
                "Give a share above 0, at most 1.",
            )
        for name in ("reject_share", "touch_fill_share"):
            if getattr(self, name) > 1.0:
                raise InvalidOption(
                    f"{name} = {getattr(self, name)} in profile '{self.name}'.", "Give a share from 0 to 1."
                )
        if self.latency_bars != int(self.latency_bars):
            raise InvalidOption(
                f"latency_bars = {self.latency_bars} in profile '{self.name}'.", "Give whole bars, 0 or more."
            )
        if self.latency_high_ms < self.latency_low_ms:
            raise InvalidOption(
                f"latency_high_ms = {self.latency_high_ms:g} in profile '{self.name}', below latency_low_ms"
                f" = {self.latency_low_ms:g}.",
                "Give a range from low to high.",
            )
        self._check_steps()

    def numbers(self) -> dict[str, float]:
        """The single numbers of the profile, by name: what a study may override."""
        plain = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "seed"}
        return {name: value for name, value in plain.items() if isinstance(value, int | float)}

    def fee_steps(self) -> list[tuple[float, ...]]:
        """The dated fees as numbers: from which instant on (ns UTC), the three fees stretched, the tick."""
        times = self.fee_multiple
        return [
            (
                float(instant_of(step.from_day)),
                *(step.sec_share * times, step.taf_per_share_usd * times, step.taf_most_usd * times),
                step.tick_usd,
            )
            for step in self.fee_schedule
        ]

    def _check_steps(self) -> None:
        """Tiers must start at zero, rise in shares and never rise in price; fee steps must rise in time."""
        shares = [tier[0] for tier in self.commission_tiers]
        prices = [tier[1] for tier in self.commission_tiers]
        if not all(0.0 <= number < 1e12 for number in (*shares, *prices)):
            raise InvalidOption(
                f"commission_tiers = {self.commission_tiers} in profile '{self.name}'.",
                "Give finite shares and dollars, zero or more.",
            )
        if shares and (shares[0] != 0.0 or shares != sorted(set(shares)) or prices[-1] < 0.0):
            raise InvalidOption(
                f"commission_tiers from {shares} shares in profile '{self.name}'.",
                "Begin at 0 shares and let each tier start above the one before.",
            )
        if prices != sorted(prices, reverse=True):
            raise InvalidOption(
                f"commission_tiers of {prices} dollars a share in profile '{self.name}'.",
                "Whoever trades more pays no more a share: let prices fall.",
            )
        schedules = {
            "fee_schedule": [step.from_day for step in self.fee_schedule],
            "settlement_schedule": [day for day, _ in self.settlement_schedule],
        }
        for name, days in schedules.items():
            if days != sorted(set(days)):
                raise InvalidOption(
                    f"{name} of profile '{self.name}' is not in the order of its days.", "Sort its steps."
                )


@dataclass(frozen=True)
class AccountOptions:
    """The money and the rules it trades under.

    Units: `capital_usd` in `currency`, dollars unless said otherwise, as every amount that follows from it,
    although its name ends in `_usd`; `max_gross` gross exposure allowed at each fill, as a multiple of equity
    (1.0 = no borrowing). `fractional` allows parts of a share; `liquidate_at_end` closes all positions at the
    last close, costs included. `type` names the broker's rules (ACCOUNT_TYPES). The shares of a position's
    value that must be equity bind a margin account: `initial_margin` when it is opened, `long_maintenance`
    and `short_maintenance` at every close after. `balances` says what becomes of money in other currencies
    (BALANCES); where it is kept, `exchange` what is changed at each close (EXCHANGES; "" stands for what is
    usual, see `exchanges`), and `interest` a year's share earned and owed on currencies but the own one, the
    profile's else. Who liquidates at the end changes all balances then, at its cost.
    Source: Regulation T, 12 CFR 220.12 (50 % initial); FINRA Rule 4210(c) (25 % long, 30 % short).
    """

    capital_usd: float = 1_000_000.0
    max_gross: float = 1.0
    fractional: bool = False
    liquidate_at_end: bool = False
    type: str = UNRESTRICTED
    initial_margin: float = USUAL_MARGINS["initial_margin"]
    long_maintenance: float = USUAL_MARGINS["long_maintenance"]
    short_maintenance: float = USUAL_MARGINS["short_maintenance"]
    currency: str = USD
    balances: str = CONVERTED
    exchange: str = ""
    interest: Mapping[str, tuple[float, float]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse an account that could not trade."""
        if not 0.0 < self.capital_usd < 1e15:
            raise InvalidOption(
                f"capital_usd = {self.capital_usd}.",
                "Give an amount above zero and below 1e15, in the account's currency.",
            )
        if not 0.0 < self.max_gross <= 10.0:
            raise InvalidOption(
                f"max_gross = {self.max_gross}.", "Give a multiple of equity above 0, at most 10."
            )
        if self.type not in ACCOUNT_TYPES:
            raise unknown_name(self.type, "type of account", ACCOUNT_TYPES)
        checked_currency(self.currency, "currency of an account")
        check_balances(self)
        self._check_margins()

    @property
    def exchanges(self) -> str:
        """What is changed at each close; where nothing is said, the shortfalls of a cash account alone."""
        return self.exchange or (SHORTFALLS if self.type == CASH else NEVER)

    def _check_margins(self) -> None:
        """Refuse figures that cannot be, and those of another type of account, which would bind nothing."""
        for name, usual in USUAL_MARGINS.items():
            given = getattr(self, name)
            if self.type != MARGIN and given != usual:
                raise InvalidOption(
                    f"{name} = {given:g} in an account of type '{self.type}'.",
                    "It binds a margin account alone: add type = 'margin' (--account margin).",
                )
        for name in ("long_maintenance", "short_maintenance"):
            given = getattr(self, name)
            if not 0.0 < given <= self.initial_margin <= 1.0:
                raise InvalidOption(
                    f"{name} = {given:g}, initial_margin = {self.initial_margin:g}.",
                    "Give shares above 0, the initial one at most 1 and no maintenance above it.",
                )

    @property
    def gross_limit(self) -> float:
        """Gross exposure that a fill may reach: what the account allows itself, or less on margin."""
        binds = {CASH: 1.0, MARGIN: 1.0 / self.initial_margin}
        return min(self.max_gross, binds.get(self.type, self.max_gross))
