"""`tradewright study list`"""

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, note_lost_trials, nothing_yet, workspace_of


def run(context: typer.Context, json: Json = False) -> None:
    """List the studies that were run, newest first, each with its headline and its trials.

    The trials are those of the hypothesis when that study ended: all
    configurations ever tried on it. EDITED: what is printed here is not what the
    run wrote (see runs verify).
    """
    from tradewright.assembly.studies import study_runs

    workspace = workspace_of(context)
    found = study_runs(workspace)
    note_lost_trials(workspace)
    if json:
        screen.as_json(found)
        return
    if not found:
        words = "No study was run yet. Run one: tradewright study run examples/momentum.toml"
        screen.say(nothing_yet(workspace, words))
        return
    rows = [
        (
            one["id"],
            f"{str(one['status']).upper()}{', EDITED' if one['edited'] else ''}",
            one["title"],
            one["headline"] or "-",
            screen.shown(one["trials"]),
        )
        for one in found
    ]
    screen.table(("run", "status", "study", "headline", "trials"), rows)
