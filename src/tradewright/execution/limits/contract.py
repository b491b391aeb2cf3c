"""The limits that orders are held against, as one frozen value. Infinite means: this does not bind."""

import math
from dataclasses import dataclass, fields

from tradewright.values.errors import InvalidOption

FREE = math.inf
_SHARES_OF_ONE = ("soft_share", "max_session_drawdown", "max_day_loss", "max_rolling_loss", "max_drawdown")


@dataclass(frozen=True, slots=True)
class Limits:
    """One risk profile. The named members live beside this file.

    Units: `_s` seconds, `_ms` milliseconds, `_min` minutes, `_bps` basis points, `_usd` dollars; `_share` of
    equity, but `max_volume_share` of a day's average volume; `max_gross`, `max_net` and `max_leverage`
    multiples of equity; losses and drawdowns shares. `collar_sigma` counts daily standard deviations.
    `soft_share` of a loss limit is where orders begin to be scaled down. `needs_` is 1 where a fact must be
    known and in order, 0 where nobody asks. Sessions of the rolling loss: `rolling_sessions`. `max_symbols`
    counts the names that a strategy holds or is about to.
    """

    name: str
    needs_tradable: int = 1
    needs_unrestricted: int = 1
    needs_increments: int = 1
    needs_open_market: int = 1
    needs_session: int = 1
    needs_locate: int = 1
    needs_attestation: int = 1
    needs_log: int = 1
    needs_no_self_match: int = 1
    needs_stage_capital: int = 1
    needs_kill_switch: int = 1
    max_symbols: float = FREE
    max_price_age_s: float = FREE
    collar_bps: float = FREE
    collar_sigma: float = FREE
    max_order_shares: float = FREE
    max_order_share: float = FREE
    max_volume_share: float = FREE
    max_position_share: float = FREE
    max_gross: float = FREE
    max_net: float = FREE
    max_sector_share: float = FREE
    max_leverage: float = FREE
    max_working_share: float = FREE
    max_working_orders: float = FREE
    buying_power_haircut: float = FREE
    max_orders_1s: float = FREE
    max_orders_30s: float = FREE
    max_orders_day: float = FREE
    max_cancels_1s: float = FREE
    max_cancels_30s: float = FREE
    max_cancels_day: float = FREE
    max_order_to_trade: float = FREE
    max_duplicates: float = FREE
    duplicate_window_s: float = 5.0
    max_repeats: float = FREE
    repeat_window_s: float = 60.0
    max_day_loss: float = FREE
    max_rolling_loss: float = FREE
    rolling_sessions: int = 5
    max_session_drawdown: float = FREE
    max_drawdown: float = FREE
    soft_share: float = 0.5
    cooldown_min: float = 0.0
    max_model_age_s: float = FREE
    max_features_age_s: float = FREE
    max_clock_skew_ms: float = FREE
    max_heartbeat_age_s: float = FREE

    def __post_init__(self) -> None:
        """Refuse a limit that is no number, negative, or a loss beyond everything."""
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "name":
                continue
            if not value >= 0.0:
                raise InvalidOption(f"{field.name} = {value} in limits '{self.name}'.", "Give zero or more.")
            if field.name.startswith("needs_") and value not in (0, 1):
                raise InvalidOption(f"{field.name} = {value} in limits '{self.name}'.", "Give 0 or 1.")
            if field.name in _SHARES_OF_ONE and value != FREE and not 0.0 < value <= 1.0:
                raise InvalidOption(
                    f"{field.name} = {value} in limits '{self.name}'.", "Give a share above 0, at most 1."
                )

    def binding(self) -> dict[str, float]:
        """The limits that bind, by name; a need that nobody has is left out."""
        numbers = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "name"}
        asked = {name: value for name, value in numbers.items() if value != FREE}
        return {name: value for name, value in asked.items() if value or not name.startswith("needs_")}
