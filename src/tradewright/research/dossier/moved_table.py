"""The reported parameters moved by 10 and 20 %: one row a parameter, cliffs marked and named."""

import math

from tradewright.research.dossier.climb import Moved
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.tables import Column, table
from tradewright.research.dossier.wording import counted, decimal, setting

ASKED = (-0.2, -0.1, 0.1, 0.2)
CLIFF = " \u25bc"
WHAT_IT_IS = (
    "Each number of the reported parameters is moved a little, the others stay. A result that is worth "
    "something hardly notices; one that was found by luck falls off."
)


def moved_table(moved: tuple[Moved, ...]) -> Html:
    """Nothing where nobody asked; otherwise the sentence, then the Sharpe ratio beside each move."""
    if not moved:
        return Html()
    heads = ("about 20 % less", "about 10 % less", "about 10 % more", "about 20 % more")
    columns = (Column("Parameter"), *(Column(head, True) for head in heads))
    names = dict.fromkeys(one.parameter for one in moved)
    at = {(one.parameter, min(ASKED, key=lambda share: abs(share - one.moved))): one for one in moved}
    rows = [(name, *(_cell(at.get((name, share))) for share in ASKED)) for name in names]
    return join(
        tag("h3", "Moved by a tenth and a fifth"),
        tag("p", WHAT_IT_IS),
        tag("p", tag("strong", moved_sentence(moved))),
        table("Sharpe ratio a year with one parameter moved, and its value", columns, rows, "moved"),
    )


def moved_sentence(moved: tuple[Moved, ...]) -> str:
    """How many still earn something, and every cliff by its name."""
    own = moved[0].own
    asked = [one for one in moved if not one.is_same]
    positive = sum(one.sharpe > 0.0 for one in asked)
    told = (
        f"{positive:,} of {counted(len(asked), 'neighbour')} keep a positive Sharpe ratio, of {decimal(own)}."
    )
    cliffs = [
        f"{one.parameter} = {setting(one.value)} gives {decimal(one.sharpe)}" for one in moved if one.is_cliff
    ]
    if not cliffs:
        return f"{told} There is no cliff." if own > 0.0 else told
    return f"{told} More than half of it is lost where {'; where '.join(cliffs)}."


def _cell(one: Moved | None) -> str:
    """A move that bounds or whole numbers do not allow is no cell of its own."""
    if one is None:
        return "\u2014"
    if one.is_same:
        return f"changes nothing ({setting(one.value)})"
    ratio = decimal(one.sharpe) if math.isfinite(one.sharpe) else "nothing"
    return f"{ratio}{CLIFF if one.is_cliff else ''} ({setting(one.value)})"
