"""`tradewright audit`"""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, pairs, workspace_of

if TYPE_CHECKING:
    from tradewright.assembly.audits import AuditReport
    from tradewright.causality.verdict import Verdict


LONG_TABLE_ROWS = 4096


def run(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Argument(
            help="path/to/file.py:function, a feature set or strategy by name, model.skops, or study.toml.",
            show_default=False,
        ),
    ],
    data: Annotated[
        str, typer.Option(help="A CSV or Parquet file; for features and strategies a dataset too.")
    ] = "",
    frame: Annotated[str, typer.Option(help="What the function takes: pandas, polars or numpy.")] = "pandas",
    known_at: Annotated[
        str, typer.Option(help="Column: when a row was known. Else rows stand in order.")
    ] = "",
    decide_at: Annotated[str, typer.Option(help="A row is decided at its 'open' or its 'close'.")] = "close",
    index: Annotated[str, typer.Option(help="Column that becomes the index (pandas).")] = "",
    asset: Annotated[str, typer.Option(help="Column with the symbol, where a row is one of many.")] = "",
    facts: Annotated[str, typer.Option(help="TOML file: several tables, columns with own times.")] = "",
    label: Annotated[
        list[str] | None, typer.Option(help="Output that looks ahead on purpose. Repeat.")
    ] = None,
    in_advance: Annotated[list[str] | None, typer.Option(help="Column known from the start. Repeat.")] = None,
    as_text: Annotated[
        list[str] | None, typer.Option(help="Column of dates that stays text. Repeat.")
    ] = None,
    level: Annotated[str, typer.Option(help="C1 samples; C2 asks every prefix (up to 5,000 rows).")] = "C1",
    stage: Annotated[str, typer.Option(help="What the function is: features, model, strategy.")] = "features",
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A feature's or strategy's parameter: name=value.")
    ] = None,
    answer: Annotated[str, typer.Option(help="Column that a fitted pipeline learned to answer.")] = "",
    trained_until: Annotated[
        str, typer.Option(help="Day of a fitted pipeline's last training row, or a count of rows.")
    ] = "",
    answer_rows: Annotated[int, typer.Option(help="The answer is known so many rows after its row.")] = 0,
    column: Annotated[
        list[str] | None, typer.Option(help="Column the pipeline was given, in order. Repeat.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the cuts and shocks.")] = 0,
    time_limit: Annotated[float, typer.Option(help="Seconds after which it is ended.")] = 300.0,
    out: Annotated[str, typer.Option(help="Folder for certificate and reproducer.")] = "",
    json: Json = False,
) -> None:
    """Look for dependence on the future in anything that maps a table to rows.

    A function is run again and again while what lies after its decisions is
    changed; a decision that moves has seen it. It runs in a process of its own
    with a still clock and no network. Features are fed row by row and must say
    the same as all at once. A fitted pipeline is fitted again on its training
    rows. A strategy is audited on the panel it trades; that is no trial.

    Exit code 0: nothing seen to depend on the future; 1: something does; 3: it
    could not be assessed, and why.
    """
    from pathlib import Path

    from tradewright.assembly.audits import AuditWords, audit_study, audit_target

    if target.endswith(".toml"):
        _told(audit_study(workspace_of(context), Path(target), out), json)
    words = AuditWords(
        target=target,
        data=data,
        facts=facts,
        frame=frame,
        known_at=known_at,
        index=index,
        decide_at=decide_at,
        asset=asset,
        labels=tuple(label or ()),
        known_in_advance=tuple(in_advance or ()),
        level=level,
        stage=stage,
        seed=seed,
        time_limit_s=time_limit,
        parameters=pairs(options or (), "--set"),
        answer=answer,
        trained_until=trained_until,
        answer_rows=answer_rows,
        columns=tuple(column or ()),
        as_text=tuple(as_text or ()),
    )
    _told(audit_target(workspace_of(context), words, out), json)


def _told(report: "AuditReport", json: bool) -> None:
    """Print the certificate and end with its exit code."""
    if json:
        _as_json(report)
    else:
        _print(report)
    raise typer.Exit(report.certificate.exit_code)


def _as_json(report: "AuditReport") -> None:
    from tradewright.causality.as_json import plain

    told = plain(report.certificate)
    screen.as_json([{"id": report.certificate.target, **told, "folder": str(report.folder)}])


def _is_unassessed(verdict: "Verdict") -> bool:
    """Whether a reason is given that no other line tells."""
    return verdict.code == "NOT_ASSESSED"


def _print(report: "AuditReport") -> None:
    """For a person: one line a channel, where it comes from, and what was not looked at."""
    from tradewright.causality.verdict import DependsOnFuture

    certificate = report.certificate
    screen.say(certificate.target)
    rows = []
    for one in certificate.channels:
        found = one.verdict
        if isinstance(found, DependsOnFuture):
            rows_ahead = {None: "no end", 0: "own row", 1: "1 row"}
            ahead = rows_ahead.get(found.horizon, f"{found.horizon} rows")
            line = f"{found.place.line}: {found.place.operator}" if found.place else "-"
            row = f"{found.row:,} ({found.instant})" if found.instant else f"{found.row:,}"
            rows.append((one.channel, found.code, row, ahead, found.source or "-", line))
        else:
            rows.append((one.channel, found.code, "-", "-", "-", "-"))
    screen.table(("output", "verdict", "row", "looks ahead", "through", "line at fault"), rows)
    screen.say(f"\n{certificate.verdict}.")
    others = {str(one.verdict): one.channel for one in certificate.channels if _is_unassessed(one.verdict)}
    for words, channel in others.items():
        if words != str(certificate.verdict):
            screen.say(f"'{channel}' {words}.")
    coverage = certificate.coverage
    # A short table is run in a moment, however often; only of a long one is it worth saying how often.
    is_long = coverage.time_ratio is not None and coverage.rows > LONG_TABLE_ROWS
    cost = f", {coverage.row_ratio:.1f} times the rows of one run" if is_long else ""
    screen.say(f"Level {certificate.level.value}: {coverage}; {coverage.calls:,} calls{cost}.")
    for words in certificate.not_assessed:
        screen.say(f"Not assessed: {words}.")
    for words in certificate.notes:
        screen.say(f"Note: {words}.")
    screen.say(f"Kept in: {report.folder}")
