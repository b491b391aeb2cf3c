"""`tradewright runs verify`"""

from typing import TYPE_CHECKING

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, RunId, workspace_of
from tradewright.cli.failures import FAILED

if TYPE_CHECKING:
    from tradewright.runs.verify import Verification


def run(context: typer.Context, run_id: RunId, json: Json = False) -> None:
    """Execute a run again in a new process and compare every hash. Exit code 1 when a file differs.

    First come files that were edited, removed or added since; then those that
    come out otherwise. Other code or libraries than those the run was made with
    are said beside, because they may be why. When it was written, the versions and
    the ledger's length are the manifest's own words: its seal shows an edit of
    them, and nothing else can.
    """
    from tradewright.assembly.again import verification_of

    found = verification_of(workspace_of(context), run_id)
    if json:
        screen.as_json(
            {"id": file, "run": found.run_id, "finding": words} for file, words in _findings(found)
        )
    else:
        _print(found)
    if not found.holds:
        raise typer.Exit(FAILED)


def _findings(found: "Verification") -> list[tuple[str, str]]:
    """Each file that is not as it should be, and how."""
    on_disk = [(change.file, f"{change.how} on disk") for change in found.changes]
    return on_disk + [(change.file, f"{change.how} when executed again") for change in found.differences]


def _print(found: "Verification") -> None:
    """For a person."""
    for words in found.notes:
        screen.say(f"note: {words}")
    if found.holds:
        screen.say(
            f"{found.run_id}: all {found.files} files are what they were and come out equal in a new process."
        )
        return
    screen.table(("file", "finding"), _findings(found))
    screen.say(f"{found.run_id}: NOT VERIFIED")
