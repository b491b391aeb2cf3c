"""What makes fills differ from wishes: costs, caps and rates, as one frozen value."""

from dataclasses import dataclass, fields

from tradewright.values.errors import InvalidOption


@dataclass(frozen=True)
class ExecutionProfile:
    """Everything between a wish and its fill. The named members live in `execution/profiles`.

    Units: `_bps` basis points of notional, `_usd` dollars, `_rate` a year (simple, actual/365),
    `participation` share of the bar's volume. `half_spread_bps` times `slippage_multiple` moves the price;
    `participation` times `partial_fill_multiple` caps what a bar can fill.
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

    def __post_init__(self) -> None:
        """Refuse a negative cost and a participation outside (0, 1]."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name != "name" and not 0.0 <= value < 1e6:
                raise InvalidOption(
                    f"{field.name} = {value} in profile '{self.name}'.", "It must be zero or more."
                )
        if not 0.0 < self.participation <= 1.0:
            raise InvalidOption(
                f"participation = {self.participation} in profile '{self.name}'.",
                "Give a share above 0, at most 1.",
            )


@dataclass(frozen=True)
class AccountOptions:
    """The money and the rules it trades under.

    Units: `capital_usd` dollars; `max_gross` gross exposure allowed at each fill, as a multiple of equity
    (1.0 = no borrowing). `fractional` allows parts of a share; `liquidate_at_end` closes all positions at the
    last close, costs included.
    """

    capital_usd: float = 1_000_000.0
    max_gross: float = 1.0
    fractional: bool = False
    liquidate_at_end: bool = False

    def __post_init__(self) -> None:
        """Refuse an account that could not trade."""
        if not 0.0 < self.capital_usd < 1e15:
            raise InvalidOption(
                f"capital_usd = {self.capital_usd}.", "Give an amount above zero, in dollars."
            )
        if not 0.0 < self.max_gross <= 10.0:
            raise InvalidOption(
                f"max_gross = {self.max_gross}.", "Give a multiple of equity above 0, at most 10."
            )
