"""The almost-square-root law of market impact: what a trade moves for a while, and what for good."""

from dataclasses import dataclass

from tradewright.values.errors import InvalidOption

# Coefficients and exponents as measured on large orders in US stocks; see the source below.
GAMMA, ETA = 0.314, 0.142
TEMPORARY_EXPONENT, TURNOVER_EXPONENT = 3.0 / 5.0, 1.0 / 4.0


@dataclass(frozen=True)
class Impact:
    """What an order moves the price by, in basis points: for good, and in all while it trades.

    `realised_bps` is what the order pays: half of the permanent move, and the temporary one.
    """

    permanent_bps: float
    realised_bps: float


def almost_square_root(
    shares: float, days: float, daily_volatility: float, daily_volume: float, shares_outstanding: float
) -> Impact:
    """Impact of an order traded evenly over some days.

    Units: `daily_volatility` a share of the price; volumes in shares; `days` of trading, 1.0 a whole session.
    Source: Almgren, Thum, Hauptmann and Li (2005), "Direct estimation of equity market impact", Risk 18(7).
    """
    given = (shares, days, daily_volatility, daily_volume, shares_outstanding)
    if not all(0.0 < one < 1e18 for one in given):
        raise InvalidOption(f"impact of {given}.", "Give five numbers above zero.")
    share = shares / daily_volume
    permanent = GAMMA * daily_volatility * share * (shares_outstanding / daily_volume) ** TURNOVER_EXPONENT
    temporary = ETA * daily_volatility * (share / days) ** TEMPORARY_EXPONENT
    return Impact(permanent * 1e4, (0.5 * permanent + temporary) * 1e4)
