"""`tradewright research history`"""

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(context: typer.Context, name: Name, json: Json = False) -> None:
    """List everything that happened to a candidate, newest first, as the ledger keeps it."""
    from tradewright.research.ladder.history import history_of

    rows = history_of(ladder_tables.opened(context).registry.find(name))
    if json:
        screen.as_json(rows)
        return
    screen.table(
        ("at", "what", "words"), [(screen.when(int(row["at"])), row["what"], row["words"]) for row in rows]
    )
