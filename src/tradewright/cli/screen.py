"""What verbs print: tables and sentences for a person, JSON for a program. Notes go to stderr."""

import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tradewright.cli import layout

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
    """A table, or a list of its rows where the screen is too narrow for one. Words are text, never markup."""
    from rich.table import Table
    from rich.text import Text

    given = [tuple(row) for row in rows]
    cells = [tuple(map(shown, row)) for row in given]
    target = console()
    room = layout.widths(columns, cells, target.width)
    if room is None:
        _listed(columns, cells, title)
        return
    laid = Table(box=None, title=title or None, title_justify="left", header_style="bold", pad_edge=False)
    for number, (name, width) in enumerate(zip(columns, room, strict=True)):
        numeric = all(isinstance(row[number], int | float) for row in given)
        laid.add_column(name, width=width, overflow="fold", justify="right" if numeric else "left")
    for row in cells:
        laid.add_row(*map(Text, row))
    target.print(laid)


def _listed(columns: Sequence[str], cells: Sequence[Sequence[str]], title: str) -> None:
    """Each row as lines of its own: what it is called, then what it holds."""
    from rich.padding import Padding
    from rich.text import Text

    target = console()
    if title:
        target.print(Text(title, style="italic"))
    if not any(columns):
        for name, *rest in cells:
            target.print(Text.assemble((f"{name}: ", "bold"), ", ".join(rest)))
        return
    for number, row in enumerate(cells):
        if number:
            target.print()
        for name, cell in zip(columns, row, strict=True):
            words = Text.assemble((f"{name}: " if name else "", "bold"), cell.replace("\n", ", "))
            target.print(Padding(words, (0, 0, 0, 2 if name != columns[0] else 0)))


def paragraph(words: str) -> None:
    """A long sentence that belongs to the result, wrapped between words where somebody looks at it."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        from rich.text import Text

        console().print(Text(words))
    else:
        say(words)


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
