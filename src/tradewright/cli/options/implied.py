"""`tradewright options implied`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.options.asked_terms import (
    AsOf,
    Expiry,
    Rate,
    RightOf,
    Spot,
    Strikes,
    Years,
    Yield,
    request_of,
)


def run(
    context: typer.Context,
    spot: Spot,
    strike: Strikes,
    price: Annotated[
        list[float],
        typer.Option(help="The option's price. Repeat, one for each strike.", show_default=False),
    ],
    right: RightOf = "call",
    years: Years = None,
    expiry: Expiry = "",
    as_of: AsOf = "",
    rate: Rate = 0.0,
    dividend_yield: Yield = 0.0,
    json: Json = False,
) -> None:
    """Find the volatility that prices of European options imply.

    A price outside what no arbitrage allows has none: then the bounds are told.
    """
    from tradewright.assembly.pricing import implied

    asked = request_of(right, spot, strike, years, (expiry, as_of), (rate, dividend_yield))
    rows = implied(workspace_of(context), asked, tuple(price))
    if json:
        screen.as_json(rows)
        return
    screen.table(("option", "price", "implied volatility"), [tuple(row.values()) for row in rows])
