"""`tradewright runs show`"""

from dataclasses import asdict
from typing import Any

import typer

from tradewright.cli import screen, summaries
from tradewright.cli.asked import Json, RunId, note_lost_trials, workspace_of


def run(context: typer.Context, run_id: RunId, json: Json = False) -> None:
    """Show one run: what names it, its figures and gates, and its files.

    Its id is a hash of seed, code version, data snapshot and configuration: the
    same four give the same run.
    """
    workspace = workspace_of(context)
    store = workspace.runs
    manifest = store.find(run_id)
    summary: dict[str, Any] = {}
    if "summary.json" in manifest.files:
        summary = store.read_json(manifest.run_id, "summary.json")
    folder = store.folder(manifest.run_id)
    # What is printed below is read from these files: whoever edited one must not speak for the run.
    edited = store.edits(manifest)
    note_lost_trials(workspace)
    if json:
        shown = {"id": manifest.run_id, "folder": str(folder), **asdict(manifest)}
        screen.as_json([{**shown, "edited": edited, "summary": summary}])
        return
    screen.say(f"{manifest.name}\n")
    if edited:
        screen.say(f"NOT VERIFIED: changed after the run was written: {', '.join(edited)}.\n")
    rows = [
        ("run", manifest.run_id),
        ("kind", manifest.kind),
        ("status", manifest.status.upper()),
        ("written (UTC)", screen.when(manifest.written_at)),
        ("seed", str(manifest.seed)),
        ("snapshot", manifest.snapshot_id),
        ("code version", manifest.code_version[:16]),
        ("ledger then", f"{manifest.ledger.rows:,} {'row' if manifest.ledger.rows == 1 else 'rows'}"),
        ("folder", str(folder)),
        ("files", ", ".join(manifest.files)),
    ]
    screen.table(("", ""), rows)
    if not manifest.is_complete:
        screen.say("\nThis run was interrupted before its end: it has no result.")
    if summary:
        summaries.show(summary)
