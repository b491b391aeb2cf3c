"""`tradewright data list`"""

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, nothing_yet, workspace_of
from tradewright.cli.data.show import plain


def run(
    context: typer.Context,
    json: Json = False,
) -> None:
    """List all snapshots, newest first.

    A snapshot is exact bytes for ever: its id is a hash of what it says, so the
    same data twice are one snapshot.
    """
    workspace = workspace_of(context)
    snapshots = workspace.catalogue.snapshots()
    if json:
        screen.as_json(plain(one) for one in snapshots)
        return
    if not snapshots:
        words = "There are no data yet. Bring some in: tradewright data ingest packaged:sp500-20"
        screen.say(nothing_yet(workspace, words))
        return
    rows = [
        (
            one.id,
            one.dataset,
            one.provenance.origin.value,
            len(one.symbols),
            one.rows,
            f"{one.first} to {one.last}",
            screen.when(one.ingested_at),
        )
        for one in snapshots
    ]
    screen.table(("snapshot", "dataset", "origin", "symbols", "bars", "period", "ingested (UTC)"), rows)
