"""A book of options as somebody keeps it: a CSV with a position a line."""

import csv
from pathlib import Path
from typing import Any

from tradewright.values.errors import BadInput, NotFound

NEEDED = ("right", "strike", "volatility", "contracts")
NUMBERS = ("strike", "years", "volatility", "contracts", "multiplier")
SHARES_A_CONTRACT = 100.0


def read_book(file: Path) -> list[dict[str, Any]]:
    """The positions of a CSV: right, strike, years or expiry, volatility, contracts, multiplier (100).

    Raises: NotFound for no file; BadInput with line and column for what cannot be read.
    """
    try:
        with file.open(newline="", encoding="utf-8-sig") as held:
            rows = list(csv.DictReader(held))
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}.", "Give the path of a CSV of positions.") from None
    except (UnicodeDecodeError, csv.Error):
        raise BadInput(f"{file} is no CSV.", "Give text in UTF-8, with the columns' names above.") from None
    missing = [name for name in NEEDED if not rows or name not in rows[0]]
    if missing:
        raise BadInput(f"{file} has no position, or no column {missing[0]}.", f"Give {', '.join(NEEDED)}.")
    return [_position(file, number, row) for number, row in enumerate(rows, start=2)]


def _position(file: Path, line: int, row: dict[str, str]) -> dict[str, Any]:
    """One line's position."""
    words = {name: (row.get(name) or "").strip() for name in ("right", "expiry", *NUMBERS)}
    found: dict[str, Any] = {"right": words["right"].lower(), "expiry": words["expiry"]}
    for name in NUMBERS:
        text = words[name]
        if not text and name in ("years", "multiplier"):
            found[name] = None if name == "years" else SHARES_A_CONTRACT
            continue
        try:
            found[name] = float(text)
        except ValueError:
            raise BadInput(f"{file}:{line}: {name} = '{text}'.", "Give a number.") from None
    if found["right"] not in ("call", "put", "c", "p"):
        raise BadInput(f"{file}:{line}: right = '{words['right']}'.", "Give call or put.")
    return found
