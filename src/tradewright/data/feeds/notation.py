"""How numbers are written in a file: which mark stands before decimals, which between thousands."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from tradewright.values.errors import InvalidOption

POINT, COMMA = ".", ","
# What people put between thousands, and the words for those that a command line shows badly.
GROUPS = (COMMA, POINT, " ", "'")
WORDS = {"space": " ", "blank": " ", "comma": COMMA, "point": POINT}
# Blanks that do not break a line, and the typographer's tick.
_ALIKE = {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"}


@dataclass(frozen=True)
class Notation:
    """The marks of a file's numbers; an empty one was not said.

    `is_sure` says that a lone group, such as 10,125, may be read as thousands without asking.
    """

    decimal: str = ""
    thousands: str = ""
    is_sure: bool = False

    @property
    def mark(self) -> str:
        """What stands before decimals: a point, unless something else was said."""
        return self.decimal or (COMMA if self.thousands == POINT else POINT)

    @property
    def group(self) -> str:
        """What stands between thousands: of point and comma the other one, unless something else was said."""
        return self.thousands or (POINT if self.mark == COMMA else COMMA)

    @property
    def grouped(self) -> str:
        """The pattern of a number with groups; a zero never leads one, so 0,125 is none."""
        return rf"^[+-]?[1-9]\d{{0,2}}({re.escape(self.group)}\d{{3}})+({re.escape(self.mark)}\d+)?$"

    @property
    def doubtful(self) -> str:
        """The pattern of a number that could be thousands or have three decimals."""
        return rf"^[+-]?[1-9]\d{{0,2}}{re.escape(self.group)}\d{{3}}$"


def declared(decimal: str, thousands: str) -> Notation:
    """The notation as somebody typed it; what was said is sure.

    Raises: InvalidOption for a mark that nobody uses, or one mark for both.
    """
    thousands = WORDS.get(thousands, thousands)
    if decimal not in ("", POINT, COMMA):
        raise InvalidOption(f"--decimal '{decimal}'.", "Give . or , as it stands in 10.5 or 10,5.")
    if thousands not in ("", *GROUPS):
        raise InvalidOption(f"--thousands '{thousands}'.", "Give one of , . ' or the word space.")
    if thousands and thousands == decimal:
        raise InvalidOption(
            f"'{decimal}' cannot stand for decimals and between thousands.",
            "Leave one of the two options out.",
        )
    return Notation(decimal, thousands, is_sure=bool(decimal or thousands))


def settled(table: pl.DataFrame, columns: Sequence[str], said: Notation) -> Notation:
    """The notation, sure where a cell of these columns can be read in one way only.

    Such cells are 1,234,567 and 1,234.5 and 10.5; 10,125 and 10.125 are not.
    """
    if said.is_sure:
        return said
    mark, group = re.escape(said.mark), re.escape(said.group)
    proofs = (
        rf"^[+-]?[1-9]\d{{0,2}}({group}\d{{3}}){{2,}}$",
        rf"^[+-]?[1-9]\d{{0,2}}({group}\d{{3}})+{mark}\d+$",
        rf"^[+-]?\d*{mark}(\d{{1,2}}|\d{{4,}})([eE][+-]?\d+)?$",
        rf"^[+-]?(0|\d{{4,}})?{mark}\d+$",
    )
    texts = [even(table[name]) for name in columns if table[name].dtype == pl.String]
    is_sure = any(bool(cells.str.contains("|".join(proofs)).any()) for cells in texts)
    return replace(said, is_sure=is_sure)


def even(cells: pl.Series) -> pl.Series:
    """Cells without blanks around them, and with one sort of blank and tick inside."""
    plain = cells.fill_null("")
    for odd, usual in _ALIKE.items():
        plain = plain.str.replace_all(odd, usual, literal=True)
    return plain.str.strip_chars()
