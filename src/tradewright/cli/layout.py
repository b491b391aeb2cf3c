"""How wide the columns of a table may be, so that no word, date or id is broken in two."""

from collections.abc import Sequence

# Blanks between two columns.
GAP = 2


def widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int] | None:
    """Each column's width within `room` characters; None where words would break, and rows become lists.

    The first column holds what is copied (an id, a name) and is never wrapped. Wide columns give way first.
    """
    cells = [[name, *(row[number] for row in rows)] for number, name in enumerate(columns)]
    whole = [max(map(_longest_line, column)) for column in cells]
    least = [whole[0], *(max(map(_longest_word, column)) for column in cells[1:])]
    room -= GAP * (len(columns) - 1)
    if sum(whole) <= room:
        return whole
    if sum(least) > room:
        return None
    cap = max(whole)
    while sum(_capped(whole, least, cap)) > room:
        cap -= 1
    return _capped(whole, least, cap)


def _capped(whole: Sequence[int], least: Sequence[int], cap: int) -> list[int]:
    """Widths of at most `cap`, but never below the longest word."""
    return [max(low, min(full, cap)) for full, low in zip(whole, least, strict=True)]


def _longest_line(cell: str) -> int:
    return max(map(len, cell.splitlines()), default=0)


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)
