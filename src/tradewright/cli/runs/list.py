"""`tradewright runs list`"""

from dataclasses import asdict

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, note_lost_trials, nothing_yet, workspace_of


def run(context: typer.Context, json: Json = False) -> None:
    """List all runs, newest first.

    A run is complete, partial (it was interrupted and has no result) or damaged
    (its manifest cannot be read). EDITED: its manifest or a JSON file is not what
    was written, or a file is missing. Tables and dossiers are too large to be read
    for a list: show, compare and verify read them.
    """
    workspace = workspace_of(context)
    manifests = workspace.runs.all()
    edited = {one.run_id: workspace.runs.edits(one, only=".json") for one in manifests}
    note_lost_trials(workspace)
    if json:
        screen.as_json({"id": one.run_id, **asdict(one), "edited": edited[one.run_id]} for one in manifests)
        return
    if not manifests:
        words = "There is no run yet. Make one: tradewright study run examples/momentum.toml"
        screen.say(nothing_yet(workspace, words))
        return
    rows = [
        (
            one.run_id,
            screen.when(one.written_at),
            one.kind or "?",
            f"{one.status.upper()}{', EDITED' if edited[one.run_id] else ''}",
            one.name or "?",
        )
        for one in manifests
    ]
    screen.table(("run", "written (UTC)", "kind", "status", "name"), rows)
    if any(edited.values()):
        screen.say("\nEDITED: changed after it was written. What and how: tradewright runs verify RUN")
