"""`tradewright limits list`"""

from dataclasses import asdict, fields

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json


def run(context: typer.Context, json: Json = False) -> None:
    """List the risk profiles side by side: what the gateway holds every order against.

    Names end in their units: _s seconds, _ms milliseconds, _min minutes, _bps
    basis points, _share a part of equity (of a day's volume for volume); gross,
    net and leverage are multiples of equity, losses and drawdowns parts of it.
    Backtests take research unless told otherwise (backtest --limits); what
    meets a broker takes conservative. A dash binds nothing.
    """
    from tradewright.execution.limits.registry import LIVE_DEFAULT, PROFILES, RESEARCH_DEFAULT

    if json:
        screen.as_json({"id": name, **asdict(limits)} for name, limits in PROFILES.items())
        return
    names = [field.name for field in fields(PROFILES[LIVE_DEFAULT]) if field.name != "name"]
    rows = [(name, *(_shown(name, getattr(limits, name)) for limits in PROFILES.values())) for name in names]
    defaults = {LIVE_DEFAULT: "live default", RESEARCH_DEFAULT: "backtest default"}
    heads = [f"{name} ({defaults[name]})" if name in defaults else name for name in PROFILES]
    screen.table(("", *heads), rows)


def _shown(name: str, value: float) -> str:
    """A limit as a person reads it."""
    if name.startswith("needs_"):
        return "yes" if value else "-"
    return "-" if value == float("inf") else screen.shown(float(value) if value != int(value) else int(value))
