"""`tradewright research promote`"""

from typing import Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.failures import FAILED
from tradewright.cli.ladder_tables import GatesFile, Name


def run(
    context: typer.Context,
    name: Name,
    by: Annotated[
        list[str] | None,
        typer.Option(help="Who approves each step taken; may be repeated.", show_default=False),
    ] = None,
    to: Annotated[str, typer.Option(help="Climb as far as this stage.", show_default=False)] = "",
    gates: GatesFile = None,
    json: Json = False,
) -> None:
    """Climb to the next stage, one at a time: every gate passes and somebody approves by name.

    With --to it goes on until that stage or the first blocker. The step to
    sealed-holdout opens the data that were held back, once and for all. Exit
    code 1 where it stops before the stage that was asked for.
    """
    ladder = ladder_tables.opened(context, gates)
    candidate, moves = ladder.promote(name, tuple(by or ()), to)
    stopped = bool(to) and candidate.standing.stage.value != to
    if json:
        screen.as_json({"id": candidate.name, **ladder_tables.plain_move(move)} for move in moves)
    else:
        for move in moves:
            screen.say(f"{move.before.value} -> {move.after.value}, approved by {', '.join(move.by)}")
        ladder_tables.say_standing(candidate)
    if stopped:
        if not json:
            screen.say(f"It stops before {to}:\n")
            ladder_tables.show_answers(ladder.blockers(name)[2])
        raise typer.Exit(FAILED)
