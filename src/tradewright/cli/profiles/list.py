"""`tradewright profiles list`"""

from dataclasses import asdict

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json


def run(context: typer.Context, json: Json = False) -> None:
    """List the execution profiles side by side: spread, impact, latency, fees, rates.

    Costs ending in _bps are basis points of what is traded, _usd dollars; rates
    are a year; participation is the share of a bar's volume that an order may
    take. half_spread_bps holds where volume or volatility is not known; else the
    spread is spread_scale_bps scaled by both. --json shows the dated fees on sales.
    """
    from tradewright.execution.profiles.registry import DEFAULT, PROFILES

    if json:
        screen.as_json({"id": name, **asdict(profile)} for name, profile in PROFILES.items())
        return
    numbers = [profile.numbers() for profile in PROFILES.values()]
    rows = [(name, *(one[name] for one in numbers)) for name in numbers[0]]
    rows.append(("fee_schedule", *(f"{len(one.fee_schedule)} dated steps" for one in PROFILES.values())))
    heads = [f"{name} (default)" if name == DEFAULT else name for name in PROFILES]
    screen.table(("", *heads), rows)
