"""`tradewright strategies show`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json
from tradewright.cli.strategies.list import first_line


def run(
    context: typer.Context,
    strategy: Annotated[
        str, typer.Argument(help="A name, or path/to/file.py:ClassName.", show_default=False)
    ],
    json: Json = False,
) -> None:
    """Show a strategy's parameters: default, bounds, unit and meaning.

    A file of the user's own is run to be read: it is a program, with the user's
    rights.
    """
    from tradewright.runs.strategy_source import load
    from tradewright.values.parameters import bounds_of

    kind = load(strategy)
    rows = []
    for declared in kind.declared():
        bounds = bounds_of(declared)
        default = dict(declared.default) if isinstance(declared.default, tuple) else declared.default
        rows.append((declared.name, default, str(bounds), bounds.about if bounds else ""))
    if json:
        names = ("id", "default", "takes", "about")
        screen.as_json(dict(zip(names, row, strict=True)) for row in rows)
        return
    screen.say(f"{strategy}: {first_line(kind)}\n")
    screen.table(("parameter", "default", "takes", "about"), [(n, str(d), b, a) for n, d, b, a in rows])
