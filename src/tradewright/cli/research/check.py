"""`tradewright research check`"""

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.failures import FAILED
from tradewright.cli.ladder_tables import GatesFile, Name


def run(context: typer.Context, name: Name, gates: GatesFile = None, json: Json = False) -> None:
    """Ask whether a candidate may stay where it is. Exit code 1 where not.

    Where sound evidence says no, or money is at risk and a pass is not shown any
    more, the candidate is moved down at once. Use it as a gate of your own CI.
    """
    candidate, moves, failing = ladder_tables.opened(context, gates).check(name)
    if json:
        screen.as_json(ladder_tables.plain_answer(one) for one in failing)
    else:
        ladder_tables.say_standing(candidate)
        for move in moves:
            screen.say(f"Moved down from {move.before.value} to {move.after.value}: {move.reason}")
        if failing:
            ladder_tables.show_answers(failing)
    if failing or moves:
        raise typer.Exit(FAILED)
