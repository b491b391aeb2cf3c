"""`tradewright runs list`"""

from dataclasses import asdict

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of


def run(context: typer.Context, json: Json = False) -> None:
    """List all runs, newest first.

    A run is complete, partial (it was interrupted and has no result) or damaged
    (its manifest cannot be read).
    """
    manifests = workspace_of(context).runs.all()
    if json:
        screen.as_json({"id": one.run_id, **asdict(one)} for one in manifests)
        return
    if not manifests:
        screen.say("There is no run yet. Make one: tradewright study run examples/momentum.toml")
        return
    rows = [
        (one.run_id, screen.when(one.written_at), one.kind or "?", one.status.upper(), one.name or "?")
        for one in manifests
    ]
    screen.table(("run", "written (UTC)", "kind", "status", "name"), rows)
