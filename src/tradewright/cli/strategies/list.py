"""`tradewright strategies list`"""

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json


def run(context: typer.Context, json: Json = False) -> None:
    """List the strategies that come with the package.

    One of your own is named by its file: path/to/file.py:ClassName.
    """
    from tradewright.strategies.parameters import bounds_of
    from tradewright.strategies.registry import members

    found = [(name, first_line(kind), kind.declared()) for name, kind in members().items()]
    if json:
        screen.as_json(
            {
                "id": name,
                "about": about,
                "parameters": [{"name": one.name, "takes": str(bounds_of(one))} for one in declared],
            }
            for name, about, declared in found
        )
        return
    rows = [
        (name, about, "\n".join(f"{one.name} ({bounds_of(one)})" for one in declared) or "none")
        for name, about, declared in found
    ]
    screen.table(("strategy", "about", "parameters"), rows)
    screen.say("\nDefaults and meanings: tradewright strategies show STRATEGY")


def first_line(kind: type) -> str:
    """The first line of a strategy's description."""
    return (kind.__doc__ or "").strip().partition("\n")[0]
