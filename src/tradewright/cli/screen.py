"""What verbs print: tables and sentences for a person, JSON for a program. Notes go to stderr."""

import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

# Without a terminal there is no width to fit; this one suits a log and a page of documentation.
PLAIN_WIDTH = 110


def console() -> "Console":
    """Where results for people go; plain where nobody looks or NO_COLOR is set."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
    return Console(width=width, highlight=False)


def note(words: str) -> None:
    """A sentence for a person who waits or should know."""
    sys.stderr.write(f"{words}\n")


def say(words: str = "") -> None:
    """A sentence that belongs to the result."""
    sys.stdout.write(f"{words}\n")


def as_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """A JSON list; NaN becomes null."""
    sys.stdout.write(json.dumps([_plain(row) for row in rows], indent=2, ensure_ascii=False) + "\n")


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """A table; the first column is never cut. Words are text, never markup."""
    from rich.table import Table
    from rich.text import Text

    laid = Table(box=None, title=title or None, title_justify="left", header_style="bold", pad_edge=False)
    rows = [tuple(rows_cells) for rows_cells in rows]
    for number, name in enumerate(columns):
        numeric = all(isinstance(row[number], int | float) for row in rows)
        laid.add_column(name, no_wrap=number == 0, overflow="fold", justify="right" if numeric else "left")
    for row in rows:
        laid.add_row(*(Text(shown(cell)) for cell in row))
    console().print(laid)


def shown(value: object) -> str:
    """A value as a person reads it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"
    return str(value)


def when(instant: int) -> str:
    """An instant as a person reads it: to the second, UTC."""
    from tradewright.values.instant import iso_of

    return iso_of(instant).replace("T", " ").replace("Z", "") if instant else "-"


@contextmanager
def progress(quiet: bool) -> Iterator[Any]:
    """A progress bar on stderr; gives a function that is told stage, steps done and steps in all.

    Without a terminal there is none: a log would keep every one of its states.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda stage, done, total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield tell


def _plain(value: Any) -> Any:
    """A value as JSON holds it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
