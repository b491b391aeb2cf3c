"""A CSV or Parquet file as a table of text or typed cells, each row with its line in the file."""

import csv
import io
from pathlib import Path

import polars as pl

from tradewright.values.errors import BadInput, unknown_name

SUFFIXES = (".csv", ".txt", ".parquet")
# Other names that are obvious for one of our columns; Stooq writes them in angle brackets: <VOL>.
ALIASES = {"symbol": ("ticker", "sym", "tic"), "volume": ("vol",)}
# How a separator that no command line shows well may be written.
SEPARATORS = {"tab": "\t", "\\t": "\t"}


def table_of(path: Path, separator: str = ",", encoding: str = "utf-8") -> pl.DataFrame:
    """The rows of a file, blank lines left out, with the column `line` (Parquet: the row's number from 1).

    An empty `separator` means the one that the header shows.
    Raises: BadInput for a file that is absent, empty, not decodable, or has a row of another width.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise BadInput(f"{path} is neither CSV nor Parquet.", f"Its name must end in {', '.join(SUFFIXES)}.")
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise BadInput(f"{path} cannot be read: {reason}.", "Check the path.") from error
    if not content.strip():
        raise BadInput(f"{path} is empty.", "Give a file with a header and at least one row.")
    is_parquet = path.suffix.lower() == ".parquet"
    table = _parquet(path, content) if is_parquet else _csv(path, content, separator, encoding)
    if table.is_empty():
        raise BadInput(f"{path} has a header but no rows.", "Give at least one row.")
    return table


def column_of(table: pl.DataFrame, wanted: str, mapped: dict[str, str], source: str) -> str:
    """The file's name for one of our columns: as mapped, or the same but for case, blanks and brackets.

    Raises: BadInput, with the nearest name, for a column that is not there.
    """
    found = optional_column(table, wanted, mapped)
    if found is not None:
        return found
    names = [name for name in table.columns if name != "line"]
    given = mapped.get(wanted, wanted)
    error = unknown_name(given, f"column of {source}", names)
    hint = f"Or map it: --column {wanted}=NAME."
    raise BadInput(error.what, f"{error.mend} {hint}")


def optional_column(table: pl.DataFrame, wanted: str, mapped: dict[str, str]) -> str | None:
    """The file's name for one of our columns, None where it has none."""
    names = [name for name in table.columns if name != "line"]
    if wanted in mapped:
        return mapped[wanted] if mapped[wanted] in names else None
    plain = {plain_name(name): name for name in reversed(names)}
    return next((plain[name] for name in (wanted, *ALIASES.get(wanted, ())) if name in plain), None)


def plain_name(name: str) -> str:
    """A column's name without case, blanks around it and Stooq's angle brackets: `<CLOSE>` is close."""
    return name.strip().strip("<>").strip().lower()


def _parquet(path: Path, content: bytes) -> pl.DataFrame:
    try:
        table = pl.read_parquet(io.BytesIO(content))
    except (pl.exceptions.PolarsError, OSError) as error:
        raise BadInput(f"{path} is not a Parquet file: {_one_line(error)}.", "Write it again.") from error
    return table.drop("line", strict=False).with_row_index("line", offset=1)


def _csv(path: Path, content: bytes, separator: str, encoding: str) -> pl.DataFrame:
    text = _decoded(path, content, encoding)
    separator = SEPARATORS.get(separator, separator) or _separator_in(text)
    rows, lines = _rows(path, text, separator)
    header, *body = rows
    shown = _separator_in(header[0])
    if len(header) == 1 and shown != separator and shown in header[0]:
        typed = "tab" if shown == "\t" else f"'{shown}'"
        raise BadInput(
            f"{path}, line {lines[0]}: one column, '{header[0][:80]}'.", f"Try --separator {typed}."
        )
    names = [name.strip() for name in header]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadInput(f"{path}, line {lines[0]}: column '{twice[0]}' stands twice.", "Rename one of them.")
    for row, line in zip(body, lines[1:], strict=True):
        if len(row) != len(names):
            given = separator.join(row)[:80]
            raise BadInput(
                f"{path}, line {line}: {len(row)} cells where the header has {len(names)}: '{given}'.",
                "Correct the row; nothing was ingested.",
            )
    columns = zip(*body, strict=True) if body else ([] for _ in names)
    cells = [pl.Series(name, list(column), pl.String) for name, column in zip(names, columns, strict=True)]
    return pl.DataFrame([pl.Series("line", lines[1:], pl.Int64), *cells])


def _separator_in(text: str) -> str:
    """The separator that the first line with any text shows."""
    header = text.lstrip().partition("\n")[0]
    return next((mark for mark in (",", ";", "\t", "|") if mark in header), ",")


def _decoded(path: Path, content: bytes, encoding: str) -> str:
    """The file's text: its byte order mark decides, then the encoding asked for."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    try:
        return content.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise BadInput(
            f"{path}, line {line}: byte {content[error.start]:#04x} is not {encoding}.",
            "Save the file as UTF-8 or name its encoding, such as --encoding cp1252.",
        ) from error
    except LookupError as error:
        raise BadInput(
            f"'{encoding}' is not an encoding.", "Try --encoding utf-8, latin-1 or cp1252."
        ) from error


def _rows(path: Path, text: str, separator: str) -> tuple[list[list[str]], list[int]]:
    """The rows that hold anything, and the line on which each ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows, lines = [], []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        raise BadInput(
            f"{path}, line {reader.line_num}: {error}.", "Correct the row; nothing was ingested."
        ) from error
    if not rows:
        raise BadInput(f"{path} is empty.", "Give a file with a header and at least one row.")
    return rows, lines


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160].rstrip(".")
