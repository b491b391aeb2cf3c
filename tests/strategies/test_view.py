"""The view: the past and the account of one row, and no way to what comes later."""

import gc

import numpy as np
import pytest
from priced import market, prices

from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, decide_rows, weights_of
from tradewright.values.errors import InvalidOption, Misuse, UnknownName

CLOSE = prices(1, 120, 3, gaps=0.02)
ARRAYS = {
    "close": lambda view: view.close,
    "volume": lambda view: view.volume,
    "growth": lambda view: view.growth,
    "window": lambda view: view.window(5),
    "mean": lambda view: view.mean(5),
    "earlier mean": lambda view: view.mean(5, 3),
    "zscore": lambda view: view.zscore(5),
    "return_over": lambda view: view.return_over(10, 2),
    "last_weights": lambda view: view.last_weights,
    "one name's window": lambda view: view.asset(1).window(5),
}


class Asking:
    """A strategy made of one function, for looking at what the view gives on each row."""

    def __init__(self, ask, warm_up_bars: int = 1) -> None:
        self.ask = ask
        self.warm_up_bars = warm_up_bars
        self.answers: list = []

    def decide(self, view: View):
        self.answers.append(self.ask(view))


def answers(ask, close: np.ndarray = CLOSE, warm_up_bars: int = 1) -> list:
    strategy = Asking(ask, warm_up_bars)
    decide_rows(strategy, Frame(market(close)))
    return strategy.answers


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_that_is_handed_out_owns_its_memory_so_there_is_no_base_to_climb(name):
    for found in answers(ARRAYS[name])[20:]:
        assert isinstance(found, np.ndarray)
        assert found.base is None


@pytest.mark.parametrize("name", ARRAYS)
def test_writing_into_what_was_handed_out_changes_nothing(name):
    def spoil(view: View) -> np.ndarray:
        first = ARRAYS[name](view)
        first[...] = -1.0
        return ARRAYS[name](view)

    for spoilt, wanted in zip(answers(spoil), answers(ARRAYS[name]), strict=True):
        assert np.array_equal(spoilt, wanted, equal_nan=True)


@pytest.mark.parametrize("name", ARRAYS)
def test_what_is_handed_out_is_the_same_whatever_comes_later(name):
    cut = 60
    shocked = CLOSE.copy()
    shocked[cut:] *= 7.0
    for close in (CLOSE[:cut], shocked):
        for found, wanted in zip(answers(ARRAYS[name], close)[:cut], answers(ARRAYS[name]), strict=False):
            assert np.array_equal(found, wanted, equal_nan=True)


def test_rows_ahead_cannot_be_asked_for_with_negative_numbers():
    for ask in (
        lambda view: view.mean(5, -1),
        lambda view: view.zscore(5, -1),
        lambda view: view.asset(0).mean(5, -1),
        lambda view: view.asset(0).zscore(5, -1),
        lambda view: view.return_over(5, -1),
        lambda view: view.return_over(-5, -6),
        lambda view: view.asset(0).return_over(5, -1),
        lambda view: view.window(0),
        lambda view: view.window(-3),
    ):
        with pytest.raises(InvalidOption):
            answers(ask)


def test_more_rows_back_than_there_are_is_unknown_and_not_the_end_of_the_period():
    # A negative index would count from the last row: the future by the back door.
    assert all(np.isnan(found).all() for found in answers(lambda view: view.mean(1, view.row + 1)))
    assert all(np.isnan(found) for found in answers(lambda view: view.asset(0).mean(1, view.row + 1)))
    assert all(np.isnan(found) for found in answers(lambda view: view.asset(0).zscore(2, view.row + 7)))


def test_the_row_and_the_clock_cannot_be_moved_by_the_strategy():
    def push(view: View) -> None:
        view.row = 100

    with pytest.raises(AttributeError):
        answers(push)


def test_a_strategy_cannot_leave_notes_on_the_view():
    def note(view: View) -> None:
        view.note = 1

    with pytest.raises(AttributeError):
        answers(note)


def test_what_is_not_protected_is_stated():
    # Python cannot hide memory from code in its own process: `gc` or an underscore lead anywhere. The prefix
    # test of the contract is what catches a strategy that goes there; this test keeps the module saying so.
    import tradewright.strategies.view as module

    assert "not protected" in " ".join(module.__doc__.split())
    assert any(isinstance(found, Frame) for found in gc.get_referents(View(Frame(market(CLOSE)))))


def test_a_row_shows_its_own_close_and_the_one_before_stays_behind():
    for row, found in enumerate(answers(lambda view: (view.row, view.close, view.window(2, "close")))):
        assert found[0] == row
        assert np.array_equal(found[1], CLOSE[row], equal_nan=True)
        assert np.array_equal(found[2], CLOSE[max(0, row - 1) : row + 1], equal_nan=True)


@pytest.mark.parametrize("column", ["open", "high", "low", "close", "volume", "growth"])
def test_a_window_of_any_column_ends_at_the_row(column):
    panel = market(CLOSE)
    frame = Frame(panel)
    strategy = Asking(lambda view: view.window(4, column))
    decide_rows(strategy, frame)
    assert np.array_equal(strategy.answers[50], getattr(frame, column)[47:51], equal_nan=True)


def test_a_column_that_does_not_exist_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'close'"):
        answers(lambda view: view.window(3, "clsoe"))


def test_one_name_in_plain_numbers_is_its_column_of_the_arrays():
    def both(view: View) -> tuple:
        name = view.asset("Z01")
        lens = (name.close, name.volume, name.growth, name.mean(7), name.mean(7, 2), name.zscore(9))
        rows = (view.close, view.volume, view.growth, view.mean(7), view.mean(7, 2), view.zscore(9))
        wide = [*rows, view.return_over(20, 3), view.window(6)[-1]]
        return (*lens, name.return_over(20, 3), name.window(6)[-1]), [row[1] for row in wide]

    for lens, wide in answers(both):
        assert all(isinstance(value, float) for value in lens)
        assert np.array_equal(lens, wide, equal_nan=True)


def test_a_panel_of_one_symbol_offers_it_as_the_only_one():
    found = answers(lambda view: (view.only.symbol, view.only.close), CLOSE[:, :1])
    assert [symbol for symbol, _ in found] == ["Q00"] * 120
    assert np.array_equal([close for _, close in found], CLOSE[:, 0], equal_nan=True)


def test_with_several_symbols_there_is_no_only_one():
    with pytest.raises(Misuse, match=r"3 symbols.*view.asset"):
        answers(lambda view: view.only)


def test_a_misspelt_symbol_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'Z01'"):
        answers(lambda view: view.asset("ZO1"))


def test_money_without_an_account_is_refused_with_the_way_to_one():
    for ask in (lambda view: view.positions, lambda view: view.cash_usd, lambda view: view.equity_usd):
        with pytest.raises(Misuse, match="no account"):
            answers(ask)


def test_the_strategy_is_not_asked_before_it_is_warm():
    assert answers(lambda view: view.row, warm_up_bars=31) == list(range(30, 120))
    assert answers(lambda view: view.row, warm_up_bars=0) == list(range(120))
    assert answers(lambda view: view.row, warm_up_bars=121) == []


def test_a_new_month_is_seen_on_its_first_row():
    found = answers(lambda view: (view.new_month, view.instant))
    months = np.array([instant for _, instant in found]).astype("datetime64[ns]").astype("datetime64[M]")
    assert [bool(mark) for mark, _ in found] == [False, *(months[1:] != months[:-1]).tolist()]
    assert sum(mark for mark, _ in found) == 4


class Remembering:
    """Speaks now and then, and notes what the view says it said."""

    warm_up_bars = 1

    def __init__(self) -> None:
        self.seen: list = []

    def decide(self, view: View):
        self.seen.append((view.has_decided, view.last_weights.tolist()))
        return {2: {"Q00": 0.5}, 4: {"Z01": -0.25}, 6: np.array([0.0, np.nan, 0.1])}.get(view.row)


def test_the_view_remembers_the_last_word_on_each_name():
    strategy = Remembering()
    decisions = decide_rows(strategy, Frame(market(CLOSE)))
    assert decisions.rows.tolist() == [2, 4, 6]
    assert strategy.seen[2] == (False, [0, 0, 0])
    assert strategy.seen[3] == (True, [0.5, 0, 0])
    assert strategy.seen[5] == (True, [0.5, -0.25, 0])
    assert strategy.seen[7] == (True, [0.0, -0.25, 0.1])


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ({"B": 0.5}, [np.nan, 0.5]),
        ({}, [np.nan, np.nan]),
        ([0.1, 0.2], [0.1, 0.2]),
        (np.array([1, 0]), [1.0, 0.0]),
    ],
)
def test_an_answer_may_be_a_mapping_or_one_weight_for_each_symbol(answer, wanted):
    assert np.array_equal(weights_of(answer, ("A", "B")), wanted, equal_nan=True)


def test_an_answer_is_copied_so_that_the_strategy_may_use_its_array_again():
    mine = np.array([0.1, 0.2])
    kept = weights_of(mine, ("A", "B"))
    mine[:] = 9.0
    assert kept.tolist() == [0.1, 0.2]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"C": 0.5}, "'C' is not a symbol of this panel"),
        ([0.1, 0.2, 0.3], r"shape \(3,\)"),
        (0.5, r"shape \(\)"),
        ([0.1, np.inf], "infinite weight"),
    ],
)
def test_an_answer_that_fits_no_account_is_refused(answer, words):
    with pytest.raises(Misuse, match=words):
        weights_of(answer, ("A", "B"))
