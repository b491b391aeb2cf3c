"""`tradewright profiles list`"""

from dataclasses import asdict, fields

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json


def run(context: typer.Context, json: Json = False) -> None:
    """List the execution profiles side by side: spread, commission, participation, rates.

    Costs ending in _bps are basis points of what is traded, _usd dollars; rates
    are a year; participation is the share of a bar's volume that an order may
    take.
    """
    from tradewright.execution.profiles.registry import DEFAULT, PROFILES

    if json:
        screen.as_json({"id": name, **asdict(profile)} for name, profile in PROFILES.items())
        return
    names = [field.name for field in fields(PROFILES[DEFAULT]) if field.name != "name"]
    rows = [(name, *(getattr(profile, name) for profile in PROFILES.values())) for name in names]
    heads = [f"{name} (default)" if name == DEFAULT else name for name in PROFILES]
    screen.table(("", *heads), rows)
