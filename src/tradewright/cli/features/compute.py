"""`tradewright features compute`"""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, pairs, workspace_of

SHOWN_ROWS = 10


def run(
    context: typer.Context,
    features: Annotated[
        list[str],
        typer.Argument(help="Features, named sets, or path/to/file.py:Name.", show_default=False),
    ],
    data: Annotated[str, typer.Option(help="A dataset, or a snapshot's id.", show_default=False)],
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A lone feature's parameter: name=value. Repeat.")
    ] = None,
    symbol: Annotated[list[str] | None, typer.Option(help="Only this symbol. Repeat.")] = None,
    start: Annotated[str, typer.Option(help="First day shown, such as 2010-01-04.")] = "",
    end: Annotated[str, typer.Option(help="Last day, included.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write all rows there: .parquet or .csv.", show_default=False)
    ] = None,
    json: Json = False,
) -> None:
    """Compute features over a dataset: its last rows on the screen, or all of them in a file.

    Prices are adjusted forward, so that no split and no dividend moves a
    feature and no later event changes an earlier row. Days before --start are
    used for warming up.
    """
    from tradewright.assembly.features import FeatureRequest, compute, write

    typed = pairs(options or (), "--set")
    request = FeatureRequest(features, data, typed, tuple(symbol or ()), start, end)
    table = compute(workspace_of(context), request)
    if out is not None:
        count = write(table, out)
        screen.say(f"{out}: {count:,} rows x {len(table.names)} columns, schema {table.schema_hash}")
        return
    frame = table.to_polars()
    if json:
        rows = frame.iter_rows(named=True)
        screen.as_json({"id": f"{row['symbol']}:{row['known_at']}", **row} for row in rows)
        return
    last = frame.tail(SHOWN_ROWS)
    shown = [(screen.when(row[0]), *row[1:]) for row in last.iter_rows()]
    screen.table(("known at (UTC)", *frame.columns[1:]), shown)
    screen.say(f"\nThe last {len(shown)} of {len(frame):,} rows; --out FILE.parquet writes all of them.")
