"""`tradewright research blockers`"""

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.failures import FAILED
from tradewright.cli.ladder_tables import GatesFile, Name


def run(context: typer.Context, name: Name, gates: GatesFile = None, json: Json = False) -> None:
    """List what stands between a candidate and its next stage. Exit code 1 where anything does."""
    candidate, target, found = ladder_tables.opened(context, gates).blockers(name)
    if json:
        screen.as_json(ladder_tables.plain_answer(one) for one in found)
    elif target is None:
        screen.say(f"{name}: {candidate.standing.stage.value}. There is no stage above.")
    elif not found:
        screen.say(f"Nothing stands between {name} and {target.value}.")
    else:
        ladder_tables.say_standing(candidate)
        screen.say(f"Between it and {target.value}:\n")
        ladder_tables.show_answers(found)
    if found:
        raise typer.Exit(FAILED)
