"""`tradewright data show`"""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of

if TYPE_CHECKING:
    from tradewright.values.provenance import Snapshot

Name = Annotated[
    str, typer.Argument(help="A dataset (its latest snapshot) or a snapshot's id.", show_default=False)
]


def run(context: typer.Context, name: Name, json: Json = False) -> None:
    """Show a dataset's passport: where it comes from, what must be known about it, what is in it.

    Its caveats stand under every verdict reached on it.
    """
    catalogue = workspace_of(context).catalogue
    snapshot = catalogue.resolve(name)
    truth = catalogue.truth(snapshot)
    if json:
        screen.as_json([{**plain(snapshot), "truth": truth}])
        return
    survivors = {True: "yes", False: "no", None: "nobody has said"}[snapshot.provenance.survivors_only]
    rows = [
        ("dataset", snapshot.dataset),
        ("snapshot", snapshot.id),
        ("ingested (UTC)", screen.when(snapshot.ingested_at)),
        ("origin", snapshot.provenance.origin.value),
        ("vendor", snapshot.provenance.vendor),
        ("licence", snapshot.provenance.licence),
        ("survivors only", survivors),
        ("calendar", snapshot.calendar),
        ("period", f"{snapshot.first} to {snapshot.last}"),
        ("bars", f"{snapshot.rows:,}"),
        ("symbols", f"{len(snapshot.symbols)}: {', '.join(snapshot.symbols)}"),
    ]
    screen.table(("", ""), rows)
    for caveat in snapshot.provenance.caveats:
        screen.say(f"caveat: {caveat}")
    if truth is not None:
        screen.say("A made market: --json shows the truth kept beside it.")


def plain(snapshot: "Snapshot") -> dict[str, object]:
    """A snapshot for a program."""
    origin = snapshot.provenance.origin.value
    return {**asdict(snapshot), "provenance": {**asdict(snapshot.provenance), "origin": origin}}
