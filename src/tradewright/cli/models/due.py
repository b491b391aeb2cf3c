"""`tradewright models due`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.models.line_options import LineName

WORDS = {True: "yes", False: "no", None: "cannot tell"}


def run(
    context: typer.Context,
    version: Annotated[
        str, typer.Argument(help="A model; left out, the champion of the line.", show_default=False)
    ] = "",
    every: Annotated[float, typer.Option(help="Train anew after so many days.")] = 30.0,
    age: Annotated[float, typer.Option(help="Days by which what it learnt may lie back.")] = 90.0,
    cool_down: Annotated[float, typer.Option(help="Days between two trainings at least.")] = 7.0,
    budget: Annotated[float, typer.Option(help="Seconds of training in 30 days.")] = 3_600.0,
    line: LineName = "main",
    json: Json = False,
) -> None:
    """Say whether a model is due to be trained anew, and why; nothing is trained.

    Schedule, age, drift and fallen skill speak for it; a cool-down and a budget
    may hold it back. What nobody knows speaks neither way, and is said. To tell
    its skill on newer rows is to look at them: it goes on record, and a holdout
    that was sealed there counts as seen.
    """
    from tradewright.assembly.model_lines import due
    from tradewright.models.retraining import RetrainingPolicy

    policy = RetrainingPolicy(every_days=every, most_age_days=age, cool_down_days=cool_down, budget_s=budget)
    name, found = due(workspace_of(context), version, line, policy)
    if json:
        told = {one.name: {"fires": one.fires, "why": one.why} for one in found.triggers}
        screen.as_json([{"id": name, "is_due": found.is_due, "barred": list(found.barred), "triggers": told}])
        return
    screen.table(
        ("trigger", "fires", "why"), [(one.name, WORDS[one.fires], one.why) for one in found.triggers]
    )
    held = "".join(f"\nHeld back by {one}." for one in found.barred)
    screen.say(f"{held}\n{name} is {'due' if found.is_due else 'not due'} to be trained anew.")
