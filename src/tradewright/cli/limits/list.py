"""`tradewright limits list`"""

from collections.abc import Sequence
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
    stages = [name for name in PROFILES if name.startswith("live-")]
    general = [name for name in PROFILES if name not in stages]
    defaults = {LIVE_DEFAULT: "live default", RESEARCH_DEFAULT: "backtest default"}
    heads = [f"{name} ({defaults[name]})" if name in defaults else name for name in general]
    screen.table(("", *heads), [_row(name, general) for name in names])
    base = PROFILES[LIVE_DEFAULT]
    own = [
        name for name in names if any(getattr(PROFILES[one], name) != getattr(base, name) for one in stages)
    ]
    screen.say(f"\nThe ladder's stages with money: {LIVE_DEFAULT}, but for these.\n")
    screen.table(("", *stages), [_row(name, stages) for name in own])


def _row(name: str, profiles: Sequence[str]) -> tuple[str, ...]:
    """One limit over these profiles."""
    from tradewright.execution.limits.registry import PROFILES

    return name, *(_shown(name, getattr(PROFILES[one], name)) for one in profiles)


def _shown(name: str, value: float) -> str:
    """A limit as a person reads it."""
    if name.startswith("needs_"):
        return "yes" if value else "-"
    return "-" if value == float("inf") else screen.shown(float(value) if value != int(value) else int(value))
