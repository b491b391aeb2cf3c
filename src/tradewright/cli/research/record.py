"""`tradewright research record`"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(
    context: typer.Context,
    name: Name,
    run_id: Annotated[
        str, typer.Argument(help="A study's run; left out, the snapshot's own.", show_default=False)
    ] = "",
    verify: Annotated[bool, typer.Option(help="Execute the run again in a new process first.")] = True,
    out: Annotated[
        Path | None, typer.Option(help="Also write each record to a file in this folder.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Derive evidence from a study's run and keep it.

    Every file of the run is compared with its hash, and the run is executed
    again: one that was edited, or comes out otherwise, is refused. Positions
    are held against shifted returns and kinds of market, the grid is halved.
    """
    ladder = ladder_tables.opened(context)
    candidate, records = ladder.record(name, run_id, verify)
    if out is not None:
        ladder.write_out(records, out)
    if json:
        screen.as_json({"id": one.kind, "hash": one.hash, **one.values} for one in records)
        return
    rows = [(one.kind, _values(one.values), "; ".join(one.reasons.values())) for one in records]
    screen.table(("evidence", "values", "missing because"), rows)
    screen.say(f"\n{len(records)} records kept. Next: tradewright research blockers {candidate.name}")


def _values(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {screen.shown(value)}" for name, value in values.items() if value is not None)
