"""The way to real money, the moved parameters and what a p-value means, as the page says them."""

import math

import pytest

from tradewright.research.dossier.climb import Blocker, Moved, Rung
from tradewright.research.dossier.ladder_section import MOST_NAMED, NO_LADDER, climb_sentence, ladder_section
from tradewright.research.dossier.moved_table import moved_sentence, moved_table
from tradewright.research.dossier.verdict_section import chance_sentence

LUCK = Blocker("Luck priced over trials", "0.06; at most 0.05 is asked for", "Register it as a fork.")
OPEN = Rung("registered", 3, 3, 1)


def rung(stage: str, *blockers: Blocker) -> Rung:
    return Rung(stage, 9, 9 - len(blockers), 2, blockers)


def test_the_sentence_names_the_stage_that_is_reached_and_what_stops_it():
    rungs = (OPEN, rung("backtested"), rung("selected", LUCK, LUCK), rung("paper", LUCK))
    assert climb_sentence(rungs) == (
        "This evidence reaches 'backtested'. On the way to 'selected': Luck priced over trials, "
        "and 1 more gate."
    )
    assert climb_sentence((rung("registered", LUCK),)).startswith("This evidence reaches 'idea'.")
    assert climb_sentence((OPEN,)) == "This evidence reaches 'registered', as far as it was asked."


def test_every_stage_shows_its_gates_and_its_blockers_with_the_way_out():
    page = ladder_section((OPEN, rung("selected", LUCK)))
    assert "3 of 3" in page
    assert "8 of 9" in page
    assert "Luck priced over trials" in page
    assert "Register it as a fork." in page
    assert "Nothing but the yes of a named person." in page


def test_a_long_list_of_blockers_is_counted_at_its_end():
    page = ladder_section((rung("paper", *[LUCK] * (MOST_NAMED + 2)),))
    assert page.count("0.06; at most") == MOST_NAMED
    assert "and 2 more gates" in page


def test_a_look_that_asked_no_stage_says_so():
    assert NO_LADDER in ladder_section(())


def moved(*sharpes: float) -> tuple[Moved, ...]:
    shares, values = (-0.2, -0.1, 0.1, 0.2), (48, 54, 66, 72)
    return tuple(
        Moved("lookback", share, value, 1.0, sharpe, sharpe < 0.5)
        for share, value, sharpe in zip(shares, values, sharpes, strict=False)
    )


def test_moved_parameters_are_told_with_their_cliffs():
    assert moved_sentence(moved(0.9, 1.1, 0.8, 0.7)) == (
        "4 of 4 neighbours keep a positive Sharpe ratio, of 1.00. There is no cliff."
    )
    assert "More than half of it is lost where lookback = 66 gives 0.30." in moved_sentence(
        moved(0.9, 1.1, 0.3, 0.7)
    )


def test_a_move_that_was_not_possible_has_an_empty_cell_and_nothing_moved_says_nothing():
    page = moved_table(
        (Moved("invested", -0.2, 0.8, 1.0, 0.9), Moved("invested", -0.1, 0.9, 1.0, math.nan, True))
    )
    assert page.count("\u2014") == 2
    assert "nothing \u25bc" in page
    assert moved_table(()) == ""


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (0.07, "at most about 7 of a hundred"),
        (0.01, "at most about one of a hundred"),
        (0.001, "fewer than one of two hundred"),
    ],
)
def test_a_p_value_is_said_as_a_count_of_worthless_ideas(p, words):
    assert f"searched as hard as this one, {words} would look as good" in chance_sentence(p)
