"""`tradewright data ingest`"""

from pathlib import Path
from typing import Annotated, Any

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, pairs, workspace_of
from tradewright.cli.data.check import counted
from tradewright.cli.data.show import plain

FILES = "Files of bars"


def run(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            help="A CSV or Parquet file, a folder of SYMBOL.csv, packaged:NAME, or synthetic.",
            show_default=False,
        ),
    ],
    name: Annotated[str, typer.Option(help="The dataset's name; else the source's own.")] = "",
    column: Annotated[
        list[str] | None,
        typer.Option(help="Map a column: ours=theirs, such as date=Day. Repeat.", rich_help_panel=FILES),
    ] = None,
    symbol: Annotated[str, typer.Option(help="The instrument of a single file.", rich_help_panel=FILES)] = "",
    calendar: Annotated[
        str, typer.Option(help="The exchange, such as XNYS (the default).", rich_help_panel=FILES)
    ] = "",
    actions: Annotated[
        Path | None,
        typer.Option(help="Splits, dividends, borrow fees, currencies, rates ...", rich_help_panel=FILES),
    ] = None,
    listings: Annotated[
        Path | None, typer.Option(help="Which ticker was whose, and when.", rich_help_panel=FILES)
    ] = None,
    time_zone: Annotated[
        str, typer.Option(help="Of times without an offset; else the exchange's.", rich_help_panel=FILES)
    ] = "",
    bar_minutes: Annotated[
        int, typer.Option(help="Minutes a bar covers; else found from the data.", rich_help_panel=FILES)
    ] = 0,
    date_format: Annotated[
        str, typer.Option(help="Such as %d.%m.%Y where dates are not ISO.", rich_help_panel=FILES)
    ] = "",
    separator: Annotated[
        str, typer.Option(help="Between cells, such as ; or tab; else a comma.", rich_help_panel=FILES)
    ] = "",
    decimal: Annotated[
        str, typer.Option(help="A comma where prices are written 10,5.", rich_help_panel=FILES)
    ] = "",
    thousands: Annotated[
        str, typer.Option(help="Between thousands: , . ' or the word space.", rich_help_panel=FILES)
    ] = "",
    encoding: Annotated[str, typer.Option(help="Of the text; else UTF-8.", rich_help_panel=FILES)] = "",
    vendor: Annotated[
        str,
        typer.Option(help="Who made the data; unsaid, no study on it counts as real.", rich_help_panel=FILES),
    ] = "",
    licence: Annotated[str, typer.Option(help="Under which licence.", rich_help_panel=FILES)] = "",
    caveat: Annotated[
        list[str] | None,
        typer.Option(help="A sentence to show under every verdict. Repeat.", rich_help_panel=FILES),
    ] = None,
    survivors_only: Annotated[
        bool | None,
        typer.Option(
            "--survivors-only/--not-only-survivors",
            help="Whether the universe was chosen knowing who would survive.",
            rich_help_panel=FILES,
        ),
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option("--set", help="An option of the made market: name=value. Repeat.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring data into the catalogue: all of it or nothing. Prints the snapshot's id.

    What was there stays readable for ever under its own id; the dataset's name
    means its latest snapshot. Prices must be raw, as traded: splits and
    dividends are facts of their own (--actions, or corporate_actions.csv beside
    the bars, with listings.csv for tickers that changed hands). So are the
    currency an instrument is quoted in (SAP,currency,0,2019-01-02,EUR under
    symbol,kind,value,ex_date,other) and a rate (EUR,rate,1.1366,2019-01-02,USD).

    A cell that cannot be read is named by file, line, column and value, and
    nothing is taken.
    """
    from tradewright.assembly.ingest import IngestRequest, ingest

    given: dict[str, Any] = {
        "columns": pairs(column or (), "--column"),
        "symbol": symbol,
        "calendar": calendar,
        "actions": actions,
        "listings": listings,
        "time_zone": time_zone,
        "bar_minutes": bar_minutes,
        "date_format": date_format,
        "separator": separator,
        "decimal": decimal,
        "thousands": thousands,
        "encoding": encoding,
        "vendor": vendor,
        "licence": licence,
        "caveats": tuple(caveat or ()),
        "survivors_only": survivors_only,
    }
    files = {field: value for field, value in given.items() if value or value is False}
    request = IngestRequest(source, name, files, pairs(options or (), "--set"))
    snapshot, findings = ingest(workspace_of(context), request)
    if json:
        screen.as_json([{**plain(snapshot), "findings": counted(findings)}])
        return
    screen.say(
        f"{snapshot.id}  {snapshot.dataset}: {_count(snapshot.rows, 'bar')} of "
        f"{_count(len(snapshot.symbols), 'symbol')}, "
        f"{snapshot.first} to {snapshot.last}"
    )
    screen.say(f"Quality: {counted(findings)}. See: tradewright data check {snapshot.dataset}")


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
