"""`tradewright research create`"""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(
    context: typer.Context,
    name: Name,
    study: Annotated[Path, typer.Argument(help="The study, a TOML file.", show_default=False)],
    fork_of: Annotated[
        str, typer.Option(help="The candidate this one was made from.", show_default=False)
    ] = "",
    json: Json = False,
) -> None:
    """Put a study on the promotion ladder, as an idea.

    What its period leaves out at the end is sealed from now on: no study of
    this hypothesis may read it, until the gate opens it once. A fork shares its
    count of trials with what it was forked from.
    """
    candidate = ladder_tables.opened(context).create(name, study, fork_of)
    if json:
        screen.as_json([ladder_tables.plain_candidate(candidate)])
        return
    ladder_tables.say_standing(candidate)
    end = candidate.study.period.end
    held = (
        f"The data after {end} are sealed."
        if end
        else "It holds no data back: no sealed holdout can be opened."
    )
    screen.say(f"{held} Next: tradewright research snapshot {name}")
