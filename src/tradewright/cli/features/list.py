"""`tradewright features list`"""

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json


def run(context: typer.Context, json: Json = False) -> None:
    """List the features that come with the package, by family, and the named sets.

    One of your own is named by its file: path/to/file.py:ClassName. All look
    back only; the law of tests/contracts/feature runs on each of them.
    """
    from tradewright.features.registry import family_of, members
    from tradewright.features.sets import SETS
    from tradewright.values.parameters import bounds_of

    found = [(name, family_of(kind), first_line(kind), kind.declared()) for name, kind in members().items()]
    found.sort(key=lambda one: one[1])
    if json:
        screen.as_json(
            {"id": name, "family": family, "about": about, "parameters": [one.name for one in declared]}
            for name, family, about, declared in found
        )
        return
    screen.table(
        ("feature", "family", "about", "parameters"),
        [
            (name, family, about, ", ".join(f"{one.name} ({bounds_of(one)})" for one in declared))
            for name, family, about, declared in found
        ],
    )
    screen.say()
    screen.table(
        ("set", "columns", "about"), [(n, len(make()), first_line(make)) for n, make in SETS.items()]
    )


def first_line(kind: object) -> str:
    """The first line of a description."""
    return (kind.__doc__ or "").strip().partition("\n")[0]
