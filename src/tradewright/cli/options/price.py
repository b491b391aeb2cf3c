"""`tradewright options price`"""

from dataclasses import replace

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
    Strikes,
    Volatility,
    Years,
    Yield,
    request_of,
)


def run(
    context: typer.Context,
    spot: Spot,
    strike: Strikes,
    volatility: Volatility,
    right: RightOf = "call",
    years: Years = None,
    expiry: Expiry = "",
    as_of: AsOf = "",
    rate: Rate = 0.0,
    dividend_yield: Yield = 0.0,
    pricer: Pricer = None,
    json: Json = False,
) -> None:
    """Price European options in closed form (Black, Scholes and Merton), or by a trained pricer.

    Beside each price stand the bounds that no arbitrage allows: what exercise of
    the forward is worth, and the most that any volatility could make of it.
    """
    from tradewright.assembly.pricing import prices

    asked = request_of(right, spot, strike, years, (expiry, as_of), (rate, dividend_yield))
    rows = prices(workspace_of(context), replace(asked, pricer=pricer), volatility)
    if json:
        screen.as_json(rows)
        return
    shown = [(row["id"], row["price"], row["lower_bound"], row["upper_bound"]) for row in rows]
    screen.table(("option", "price", "at least", "at most"), shown)
