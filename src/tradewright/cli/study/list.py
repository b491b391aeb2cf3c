"""`tradewright study list`"""

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of


def run(context: typer.Context, json: Json = False) -> None:
    """List the studies that were run, newest first, each with its headline and its trials.

    The trials are those of the hypothesis when that study ended: all
    configurations ever tried on it.
    """
    from tradewright.assembly.studies import study_runs

    found = study_runs(workspace_of(context))
    if json:
        screen.as_json(found)
        return
    if not found:
        screen.say("No study was run yet. Run one: tradewright study run examples/momentum.toml")
        return
    rows = [
        (
            one["id"],
            str(one["status"]).upper(),
            one["title"],
            one["headline"] or "-",
            screen.shown(one["trials"]),
        )
        for one in found
    ]
    screen.table(("run", "status", "study", "headline", "trials"), rows)
