"""What every verb about options takes: the contracts, and the market they are priced in."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tradewright.assembly.pricing import OptionRequest

Spot = Annotated[float, typer.Option(help="Price of the underlying now.", show_default=False)]
Strikes = Annotated[list[float], typer.Option("--strike", help="A strike. Repeat.", show_default=False)]
RightOf = Annotated[str, typer.Option("--right", help="call or put.")]
Years = Annotated[float | None, typer.Option(help="Years to expiry; 0.5 is half a year.", show_default=False)]
Expiry = Annotated[str, typer.Option(help="Or the day of expiry, such as 2026-01-16.")]
AsOf = Annotated[str, typer.Option(help="The day that is now, for --expiry; today unless given.")]
Rate = Annotated[float, typer.Option(help="Interest a year, continuous: 0.05 is 5 %.")]
Yield = Annotated[float, typer.Option("--yield", help="Dividend yield a year, continuous.")]
Pricer = Annotated[
    Path | None,
    typer.Option(help="A pricer that was trained, instead of the closed form.", show_default=False),
]
Volatility = Annotated[float, typer.Option(help="A year: 0.2 is 20 %.", show_default=False)]


def request_of(
    right: str,
    spot: float,
    strikes: list[float],
    years: float | None,
    days: tuple[str, str],
    rates: tuple[float, float],
) -> "OptionRequest":
    """What was typed, as one value; `days` are expiry and present day, `rates` rate and yield."""
    from tradewright.assembly.pricing import OptionRequest

    return OptionRequest(right, spot, tuple(strikes), years, *days, *rates)
