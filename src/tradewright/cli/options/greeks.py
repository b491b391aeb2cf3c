"""`tradewright options greeks`"""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.options.asked_terms import (
    AsOf,
    Expiry,
    Pricer,
    Rate,
    RightOf,
    Spot,
    Years,
    Yield,
    request_of,
)

COLUMNS = ("option", "price", "delta", "gamma", "vega, a point", "theta, a day", "rho, a point")
BOOK = ("position", "value", "delta, shares", "gamma", "vega, a point", "theta, a day", "rho, a point")


def run(
    context: typer.Context,
    spot: Spot,
    strike: Annotated[list[float] | None, typer.Option(help="A strike. Repeat.", show_default=False)] = None,
    volatility: Annotated[float | None, typer.Option(help="A year: 0.2 is 20 %.", show_default=False)] = None,
    book: Annotated[
        Path | None,
        typer.Option(
            help="A CSV of positions instead: right, strike, years or expiry, volatility, contracts, "
            "and if need be multiplier (100).",
            show_default=False,
        ),
    ] = None,
    shares: Annotated[float, typer.Option(help="Shares held beside the book.")] = 0.0,
    right: RightOf = "call",
    years: Years = None,
    expiry: Expiry = "",
    as_of: AsOf = "",
    rate: Rate = 0.0,
    dividend_yield: Yield = 0.0,
    pricer: Pricer = None,
    json: Json = False,
) -> None:
    """Show how options, or a book of them, move with the market.

    Delta and gamma are for a dollar of spot, vega for a point (0.01) of
    volatility, theta for a day that passes, rho for a point of interest. A
    trained pricer gives its Greeks by automatic differentiation.
    """
    from tradewright.assembly import pricing

    asked = request_of(right, spot, strike or [], years, (expiry, as_of), (rate, dividend_yield))
    asked = replace(asked, pricer=pricer)
    workspace = workspace_of(context)
    if book is not None:
        rows, heads = pricing.book(workspace, asked, book, shares), BOOK
    else:
        rows, heads = pricing.sensitivities(workspace, asked, volatility), COLUMNS
    if json:
        screen.as_json(rows)
        return
    screen.table(heads, [tuple(row.values()) for row in rows])
