"""Spin-offs, mergers, renames and pay dates from the file of actions to the rows of a panel."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from tradewright.data.adjustments import growth_index, held_value
from tradewright.data.as_of import Facts, with_terms
from tradewright.data.catalogue import Catalogue
from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.kernel.batch import simulate
from tradewright.values.decisions import Decisions
from tradewright.values.errors import BadInput
from tradewright.values.instant import Instant, instant_of
from tradewright.values.panel import DIVIDEND, MERGER, RENAME, SPIN_OFF
from tradewright.values.profile import AccountOptions, ExecutionProfile

LATER = Instant(2**62)
DAYS = ("2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07", "2020-01-08", "2020-01-09")
FREE = ExecutionProfile("free", 0, 1, 0, 0, 0, 1.0, 1, 0, 0, 0)
HEAD = "symbol,kind,value,ex_date,pay_date,other,cash"


def folder(tmp_path: Path, prices: dict[str, list[float | None]], *actions: str) -> Path:
    """Daily files of some symbols and the file of actions beside them."""
    place = tmp_path / "market"
    place.mkdir()
    for symbol, closes in prices.items():
        rows = [
            f"{day},{price},{price},{price},{price},1000000"
            for day, price in zip(DAYS, closes, strict=True)
            if price is not None
        ]
        (place / f"{symbol}.csv").write_text("date,open,high,low,close,volume\n" + "\n".join(rows))
    (place / "corporate_actions.csv").write_text("\n".join((HEAD, *actions)))
    return place


def made(place: Path):
    """The folder as it would be ingested."""
    return read(place, FileOptions(name="made", vendor="a test", licence="none"))


def panel_of(tmp_path: Path, place: Path, symbols: tuple[str, ...] | None = None):
    """The folder through the catalogue: ingested, read back, laid out."""
    catalogue = Catalogue(tmp_path / "catalogue")
    snapshot = catalogue.commit(made(place), instant_of("2021-01-01"))
    catalogue.verify(snapshot)
    return catalogue.panel(snapshot, LATER, symbols)


FLAT = [100.0] * 6


def test_a_dividend_is_placed_with_the_row_on_which_it_is_paid(tmp_path):
    place = folder(tmp_path, {"AAA": FLAT}, "AAA,dividend,2.0,2020-01-03,2020-01-08,,")
    panel = panel_of(tmp_path, place)
    assert panel.actions.tolist() == [(1, 0, DIVIDEND, 2.0, -1, 0.0, 4)]


def test_a_pay_date_between_sessions_is_the_next_one(tmp_path):
    place = folder(tmp_path, {"AAA": FLAT}, "AAA,dividend,2.0,2020-01-03,2020-01-04,,")
    assert panel_of(tmp_path, place).actions["pay_row"].tolist() == [2]


@pytest.mark.parametrize("pay_date", ["", "2020-01-03"])
def test_without_a_later_day_a_dividend_is_paid_at_once(tmp_path, pay_date):
    place = folder(tmp_path, {"AAA": FLAT}, f"AAA,dividend,2.0,2020-01-03,{pay_date},,")
    assert panel_of(tmp_path, place).actions["pay_row"].tolist() == [0]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("AAA,spin_off,0.5,2020-01-06,,BBB,", (2, 0, SPIN_OFF, 0.5, 1, 0.0, 0)),
        ("AAA,merger,1.5,2020-01-06,,BBB,", (2, 0, MERGER, 1.5, 1, 0.0, 0)),
        ("AAA,merger,0,2020-01-06,,,95.5", (2, 0, MERGER, 0.0, -1, 95.5, 0)),
        ("AAA,merger,0.5,2020-01-06,,BBB,60", (2, 0, MERGER, 0.5, 1, 60.0, 0)),
        ("AAA,rename,1,2020-01-06,,BBB,", (2, 0, RENAME, 1.0, 1, 0.0, 0)),
    ],
)
def test_each_kind_is_placed_with_its_terms(tmp_path, row, expected):
    place = folder(tmp_path, {"AAA": FLAT, "BBB": [60.0] * 6}, row)
    assert panel_of(tmp_path, place).actions.tolist() == [expected]


def test_two_dividends_of_a_day_are_two_and_each_is_paid_on_its_own_day(tmp_path):
    rows = ("AAA,dividend,2.0,2020-01-03,2020-01-08,,", "AAA,dividend,1.0,2020-01-03,2020-01-07,,")
    panel = panel_of(tmp_path, folder(tmp_path, {"AAA": FLAT}, *rows))
    assert panel.actions.tolist() == [
        (1, 0, DIVIDEND, 1.0, -1, 0.0, 3),
        (1, 0, DIVIDEND, 2.0, -1, 0.0, 4),
    ]


def test_of_two_dividends_of_a_day_one_without_a_pay_date_is_paid_at_once(tmp_path):
    rows = ("AAA,dividend,2.0,2020-01-03,2020-01-08,,", "AAA,dividend,1.0,2020-01-03,,,")
    panel = panel_of(tmp_path, folder(tmp_path, {"AAA": FLAT}, *rows))
    assert panel.actions[["value", "pay_row"]].tolist() == [(1.0, 0), (2.0, 4)]


def test_terms_of_an_earlier_version_stand_for_one_action_a_day_and_are_refused_for_more(tmp_path):
    """Its table had no number: what is not in doubt is read as before, the rest must be ingested again."""
    row, twin = "AAA,dividend,2.0,2020-01-03,2020-01-08,,", "AAA,dividend,1.0,2020-01-03,2020-01-07,,"
    for rows, refused in (((row,), False), ((row, twin), True)):
        (place := tmp_path / str(len(rows))).mkdir()
        content = made(folder(place, {"AAA": FLAT}, *rows))
        facts = Facts(
            *(content.bars, content.actions, content.listings, content.sessions, content.time_zone),
            content.terms.drop("number"),
        )
        if refused:
            with pytest.raises(BadInput, match="AAA has several actions of kind 'dividend' on 2020-01-03"):
                with_terms(facts)
        else:
            assert with_terms(facts)["pay_date"].to_list() == [date(2020, 1, 8)]


def test_terms_are_known_with_their_action(tmp_path):
    place = folder(tmp_path, {"AAA": FLAT}, "AAA,dividend,2.0,2020-01-08,2020-01-09,,")
    catalogue = Catalogue(tmp_path / "catalogue")
    snapshot = catalogue.commit(made(place), instant_of("2021-01-01"))
    assert len(catalogue.panel(snapshot, instant_of("2020-01-06T23:00")).actions) == 0


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("AAA,spin_off,0.5,2020-01-06,,,", "line 2: the spin_off of AAA names no other instrument"),
        ("AAA,rename,1,2020-01-06,,,", "the rename of AAA names no other instrument"),
        ("AAA,merger,1.5,2020-01-06,,,", "the merger of AAA names no other instrument"),
        ("AAA,dividend,1.5,2020-01-06,2020-01-03,,", "paid on 2020-01-03, before 2020-01-06"),
        ("AAA,merger,0,2020-01-06,,,-3", "column 'cash': '-3' is no amount"),
        ("AAA,merger,0,2020-01-06,,,much", "column 'cash': 'much' is no amount"),
        ("AAA,takeover,1,2020-01-06,,BBB,", "'takeover' is no kind of action"),
        ("AAA,spin_off,0,2020-01-06,,BBB,", "0.0 is no spin_off"),
    ],
)
def test_a_broken_action_names_its_place(tmp_path, row, words):
    place = folder(tmp_path, {"AAA": FLAT, "BBB": [60.0] * 6}, row)
    with pytest.raises(BadInput, match=words):
        made(place)


def test_shares_of_a_stranger_are_refused_until_their_worth_is_given(tmp_path):
    place = folder(tmp_path, {"AAA": FLAT, "BBB": [60.0] * 6}, "AAA,spin_off,0.5,2020-01-06,,BBB,")
    with pytest.raises(BadInput, match="gives shares of 'BBB', which is not among the instruments"):
        panel_of(tmp_path, place, ("AAA",))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("AAA,spin_off,0.5,2020-01-06,,BBB,60", (DIVIDEND, 30.0, 0.0)),
        ("AAA,merger,0.5,2020-01-06,,BBB,60", (MERGER, 0.0, 30.0)),
    ],
)
def test_shares_of_a_stranger_whose_worth_is_given_become_cash(tmp_path, row, expected):
    place = folder(tmp_path, {"AAA": FLAT, "BBB": [60.0] * 6}, row)
    (action,) = panel_of(tmp_path, place, ("AAA",)).actions
    assert (action["kind"], action["value"], action["cash_usd"]) == expected


def test_a_dataset_without_terms_keeps_the_name_it_always_had(tmp_path):
    """The name of a snapshot is a hash of its tables: one that holds nothing must not change it."""
    from tradewright.data.fingerprint import tables_of

    place = folder(tmp_path, {"AAA": FLAT}, "AAA,dividend,2.0,2020-01-03,,,")
    assert "terms" not in tables_of(made(place), [])


def test_terms_that_need_no_number_keep_the_name_they_had(tmp_path):
    from tradewright.data.fingerprint import tables_of

    place = folder(tmp_path, {"AAA": FLAT}, "AAA,dividend,2.0,2020-01-03,2020-01-08,,")
    assert "number" not in tables_of(made(place), [])["terms"].columns


def test_an_ingested_merger_is_traded_through(tmp_path):
    prices = {"AAA": [90.0, 90.0, 90.0, None, None, None], "BBB": [60.0] * 6}
    place = folder(tmp_path, prices, "AAA,merger,1.5,2020-01-07,,BBB,")
    panel = panel_of(tmp_path, place)
    decided = Decisions(np.array([0]), np.array([[0.9, np.nan]]))
    outcome = simulate(panel, decided, AccountOptions(1_000.0), FREE)
    assert outcome.positions.tolist() == [0.0, 15.0]
    assert outcome.equity_usd.tolist() == pytest.approx([1_000.0] * 6)


def test_the_growth_index_counts_a_spin_off_as_income_and_a_merger_as_its_end(tmp_path):
    prices = {"AAA": [100.0, 100.0, 80.0, 80.0, None, None], "BBB": [None, None, 40.0, 40.0, 40.0, 40.0]}
    rows = ("AAA,spin_off,0.5,2020-01-06,,BBB,", "AAA,merger,2.5,2020-01-08,,BBB,")
    panel = panel_of(tmp_path, folder(tmp_path, prices, *rows))
    growth = growth_index(panel)[:, 0]
    assert growth / growth[0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 1.25, 1.25])
    assert held_value(panel)[:, 0] == pytest.approx([100.0, 100.0, 100.0, 100.0, 120.0, 120.0])


def test_a_rename_ends_the_old_name_at_its_last_price(tmp_path):
    prices = {"AAA": [100.0, 100.0, 100.0, None, None, None], "BBB": [None, None, None, 100.0, 105.0, 105.0]}
    panel = panel_of(tmp_path, folder(tmp_path, prices, "AAA,rename,1,2020-01-07,,BBB,"))
    growth = growth_index(panel)[:, 0]
    assert growth / growth[0] == pytest.approx([1.0] * 6)
