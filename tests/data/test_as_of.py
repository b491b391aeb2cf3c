"""What was known when: no bar and no action from the future, no stranger's rows."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from tradewright.data.as_of import Facts, panel_of
from tradewright.data.content import DatasetContent
from tradewright.values.errors import UnknownName
from tradewright.values.instant import Instant
from tradewright.values.panel import DIVIDEND, SPLIT

ALWAYS = Instant(2**62)


def facts_of(content: DatasetContent) -> Facts:
    return Facts(content.bars, content.actions, content.listings, content.sessions, content.time_zone)


def test_a_bar_is_in_the_panel_from_its_close_on_and_not_a_nanosecond_before(bars_of, content_of) -> None:
    facts = facts_of(content_of(bars_of(count=3)))
    close = facts.bars["known_at"][1]
    assert panel_of(facts, Instant(close)).shape == (2, 1)
    assert panel_of(facts, Instant(close - 1)).shape == (1, 1)


@pytest.mark.parametrize("row", [0, 1, 57, 149])
def test_a_panel_of_then_is_the_first_part_of_a_panel_of_now(row: int, bars_of, content_of) -> None:
    bars = pl.concat([bars_of("AAA"), bars_of("BBB").gather_every(3)])
    facts = facts_of(content_of(bars))
    now = panel_of(facts, ALWAYS)
    then = panel_of(facts, Instant(int(now.instants[row])), now.symbols)
    np.testing.assert_array_equal(then.close, now.close[: row + 1])
    np.testing.assert_array_equal(then.instants, now.instants[: row + 1])


def test_an_action_nobody_knew_yet_is_left_out(bars_of, content_of) -> None:
    content = content_of(bars_of(count=10), actions=[("AAA", "split", 2.0, date(1998, 1, 7))])
    known = content.bars["known_at"][5]
    facts = facts_of(content)
    late = Facts(
        facts.bars,
        facts.actions.with_columns(known_at=pl.lit(known)),
        facts.listings,
        facts.sessions,
        facts.time_zone,
    )
    assert len(panel_of(late, Instant(known - 1)).actions) == 0
    assert len(panel_of(late, Instant(known)).actions) == 1


def test_an_action_acts_on_the_first_session_on_or_after_its_date(bars_of, content_of) -> None:
    saturday, friday = date(1998, 1, 10), date(1998, 1, 9)
    content = content_of(
        bars_of(count=10), actions=[("AAA", "split", 2.0, saturday), ("AAA", "dividend", 0.5, friday)]
    )
    panel = panel_of(facts_of(content), ALWAYS)
    assert [(a["row"], a["kind"], a["value"]) for a in panel.actions] == [(5, DIVIDEND, 0.5), (6, SPLIT, 2.0)]


def test_a_split_stands_before_a_dividend_of_its_day(bars_of, content_of) -> None:
    day = date(1998, 1, 9)
    content = content_of(
        bars_of(count=10), actions=[("AAA", "dividend", 0.5, day), ("AAA", "split", 2.0, day)]
    )
    assert panel_of(facts_of(content), ALWAYS).actions["kind"].tolist() == [SPLIT, DIVIDEND]


def test_actions_outside_the_bars_have_no_row(bars_of, content_of) -> None:
    far = [("AAA", "split", 2.0, date(1990, 1, 2)), ("AAA", "split", 2.0, date(2030, 1, 2))]
    assert len(panel_of(facts_of(content_of(bars_of(count=5), actions=far)), ALWAYS).actions) == 0


def test_symbols_stand_in_the_order_asked_for(bars_of, content_of) -> None:
    bars = pl.concat([bars_of("AAA"), bars_of("BBB")])
    facts = facts_of(content_of(bars, actions=[("AAA", "split", 2.0, date(1998, 1, 9))]))
    panel = panel_of(facts, ALWAYS, ("BBB", "AAA"))
    assert panel.symbols == ("BBB", "AAA")
    assert panel.actions["asset"].tolist() == [1]
    np.testing.assert_array_equal(panel.close[:, 1], panel_of(facts, ALWAYS, ("AAA",)).close[:, 0])


def test_an_unknown_symbol_gets_the_nearest_one(bars_of, content_of) -> None:
    with pytest.raises(UnknownName, match=r"'AAB' is not a symbol of this dataset. Did you mean 'AAA'"):
        panel_of(facts_of(content_of(bars_of())), ALWAYS, ("AAB",))


def test_rows_of_another_company_with_the_ticker_are_left_out(bars_of, content_of) -> None:
    listed = [("AAA", "AAA", date(1998, 1, 7), date(1998, 1, 9))]
    panel = panel_of(facts_of(content_of(bars_of(count=10), listings=listed)), ALWAYS)
    assert panel.shape == (3, 1)


def test_a_renamed_instrument_runs_through_both_names(bars_of, content_of) -> None:
    listed = [("AAA", "OLD", date(1998, 1, 5), date(1998, 1, 7)), ("AAA", "AAA", date(1998, 1, 7), None)]
    panel = panel_of(facts_of(content_of(bars_of(count=10), listings=listed)), ALWAYS)
    assert panel.shape == (9, 1)


def test_bars_while_the_exchange_was_closed_are_left_out(bars_of, content_of, xnys) -> None:
    shut = xnys.filter(pl.col("session") != date(1998, 1, 7)).head(9)
    panel = panel_of(facts_of(content_of(bars_of(count=10), sessions=shut)), ALWAYS)
    assert panel.shape == (9, 1)


def test_of_two_bars_at_one_instant_the_last_one_stands(bars_of, content_of) -> None:
    twice = pl.concat([bars_of(closes=[10.0, 11.0]), bars_of(closes=[10.0, 12.0])])
    assert panel_of(facts_of(content_of(twice)), ALWAYS).close[:, 0].tolist() == [10.0, 12.0]


def test_before_anything_was_known_the_panel_is_empty(bars_of, content_of) -> None:
    assert panel_of(facts_of(content_of(bars_of(count=3))), Instant(0)).shape == (0, 1)


def test_a_session_that_one_instrument_missed_is_nan_for_it_alone(bars_of, content_of) -> None:
    bars = pl.concat([bars_of("AAA", count=4), bars_of("BBB", count=4).filter(pl.int_range(pl.len()) != 2)])
    panel = panel_of(facts_of(content_of(bars)), ALWAYS)
    assert np.isnan(panel.close).tolist() == [[False, False], [False, False], [False, True], [False, False]]
