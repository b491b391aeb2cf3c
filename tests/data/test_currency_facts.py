"""Currencies and rates, from the file of actions to the quotes of a panel."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from tradewright.data.calendar import sessions
from tradewright.data.catalogue import Catalogue
from tradewright.data.currency import in_currency
from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.data.feeds.facts import announced
from tradewright.values.errors import BadInput
from tradewright.values.findings import Level
from tradewright.values.instant import Instant, instant_of
from tradewright.values.panel import Panel

DAYS = ("2020-01-02", "2020-01-03", "2020-01-06", "2020-01-07")
QUOTED = "BBB,currency,0,2020-01-02,EUR"


def ingested(tmp_path: Path, *actions: str) -> Catalogue:
    """Two symbols and these lines in the file of actions, in a catalogue."""
    place = tmp_path / "market"
    place.mkdir()
    bars = "date,open,high,low,close,volume\n" + "\n".join(f"{day},9,9,9,9,1000" for day in DAYS)
    for symbol in ("AAA", "BBB"):
        (place / f"{symbol}.csv").write_text(bars)
    said = ",known_at" * any(line.count(",") == 5 for line in actions)
    (place / "corporate_actions.csv").write_text(
        "\n".join((f"symbol,kind,value,ex_date,other{said}", *actions))
    )
    catalogue = Catalogue(tmp_path / "catalogue")
    content = read(place, FileOptions(name="made", vendor="a test", licence="none"))
    catalogue.commit(content, instant_of("2021-01-01"))
    return catalogue


def panel_of(tmp_path: Path, *actions: str, as_of: int = 2**62) -> Panel:
    """The panel of that catalogue as somebody saw it."""
    catalogue = ingested(tmp_path, *actions)
    return catalogue.panel(catalogue.resolve("made"), Instant(as_of))


def test_a_currency_and_its_rates_reach_the_panel_and_are_no_corporate_actions(tmp_path):
    panel = panel_of(tmp_path, QUOTED, "EUR,rate,1.5,2020-01-02,USD", "EUR,rate,2,2020-01-06,USD")
    assert panel.quotes.currencies == ("USD", "EUR")
    assert not len(panel.actions)
    told = in_currency(panel, "USD")
    assert told.rates[:, 1].tolist() == [1.5, 1.5, 2.0, 2.0]
    assert told.close.tolist() == [[9.0, 13.5], [9.0, 13.5], [9.0, 18.0], [9.0, 18.0]]


@pytest.mark.parametrize("as_of", ["2020-01-03T23:00", "2030-01-01"])
def test_what_an_instrument_is_quoted_in_holds_from_its_first_price_whatever_the_date(tmp_path, as_of):
    lines = ("BBB,currency,0,2020-01-07,EUR", "EUR,rate,1.5,2020-01-02,USD")
    panel = panel_of(tmp_path, *lines, as_of=int(instant_of(as_of)))
    assert panel.quotes.currencies == ("USD", "EUR")
    assert in_currency(panel, "USD").close[0].tolist() == [9.0, 13.5]


def test_without_a_word_on_currencies_everything_is_in_dollars(tmp_path):
    panel = panel_of(tmp_path, "AAA,split,2,2020-01-03,")
    assert (panel.quotes.currencies, panel.currency) == ((), "USD")
    assert in_currency(panel, "USD").close is panel.close


def test_rates_alone_let_an_account_be_kept_in_another_currency(tmp_path):
    panel = panel_of(tmp_path, "EUR,rate,1.5,2020-01-02,")  # dollars where the other one is left out
    assert in_currency(panel, "EUR").close[0, 0] == pytest.approx(6.0)


def test_a_rate_is_known_at_the_close_of_its_day_and_not_before(tmp_path):
    lines = (QUOTED, "EUR,rate,1.5,2020-01-02,USD", "EUR,rate,2,2020-01-03,USD")
    for name, moment, known in (("early", "2020-01-03T20:00:00", 1), ("late", "2020-01-03T21:00:00", 2)):
        (place := tmp_path / name).mkdir()
        assert len(panel_of(place, *lines, as_of=int(instant_of(moment))).quotes.facts) == known


@pytest.mark.parametrize("same", [False, True], ids=["other values", "the same value"])
def test_rates_of_one_currency_on_one_day_keep_each_its_pair(tmp_path, same):
    yen = 1.5 if same else 120.0
    lines = [f"EUR,rate,{rate},{day},{code}" for day in DAYS for rate, code in ((yen, "JPY"), (1.5, "USD"))]
    panel = panel_of(tmp_path, QUOTED, *lines)
    pairs = {(str(of), str(code), float(rate)) for *_, of, code, rate in panel.quotes.facts.tolist()}
    assert pairs == {("EUR", "JPY", yen), ("EUR", "USD", 1.5)}
    assert len(panel.quotes.facts) == 2 * len(DAYS)
    assert in_currency(panel, "USD").rates[:, 1].tolist() == [1.5] * 4


@pytest.mark.parametrize(
    ("calendar", "day", "known_at"),
    [
        ("XTKS", date(2020, 1, 7), "2020-01-08T06:00:00"),
        ("XETR", date(2020, 1, 7), "2020-01-07T16:30:00"),
        ("XETR", date(2020, 7, 7), "2020-07-07T15:30:00"),
        ("XNYS", date(2020, 7, 7), "2020-07-07T20:00:00"),
        ("XNYS", date(2020, 12, 24), "2020-12-24T18:00:00"),
        ("XLON", date(2020, 12, 24), "2020-12-29T16:30:00"),
    ],
)
def test_a_rate_is_known_at_the_first_close_after_its_fixing(calendar, day, known_at):
    days = sessions(calendar, date(2020, 1, 2), date(2020, 12, 31))
    rate = {"symbol": ["EUR"], "kind": ["rate"], "value": [1.1], "ex_date": [day], "announced_on": [None]}
    types = {"announced_on": pl.Date, "line": pl.Int64}
    known = announced(pl.DataFrame({**rate, "line": [2]}, schema_overrides=types), days)
    assert known["known_at"].to_list() == [int(instant_of(known_at))]


def test_a_rate_of_a_saturday_is_known_at_the_next_close(tmp_path):
    facts = panel_of(tmp_path, QUOTED, "EUR,rate,1.5,2020-01-04,USD").quotes.facts
    assert facts["known_at"].tolist() == [int(instant_of("2020-01-06T21:00:00"))]


def test_a_rate_that_was_published_later_counts_from_then_on(tmp_path):
    facts = panel_of(tmp_path, f"{QUOTED},2020-01-02", "EUR,rate,1.5,2020-01-02,USD,2020-01-07").quotes.facts
    assert facts["known_at"].tolist() == [int(instant_of("2020-01-07T21:00:00"))]


def test_rates_and_currencies_are_no_finding(tmp_path):
    catalogue = ingested(tmp_path, "BBB,currency,0,2010-01-04,EUR", "EUR,rate,1.5,2010-01-04,USD")
    codes = {one.code for one in catalogue.findings(catalogue.resolve("made"))}
    assert not codes & {"unplaced-actions", "late-actions"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("EUR,rate,1.1,2020-01-02,USD", "EUR,rate,1.2,2020-01-02,USD"), {"rates-in-doubt"}),
        (("EUR,rate,1.1,2020-01-02,USD", "EUR,rate,1.2,2020-01-02,"), {"rates-in-doubt"}),
        (("EUR,rate,1.1,2020-01-02,USD", "EUR,rate,1.1,2020-01-02,USD"), set()),
        (("EUR,rate,1.1,2020-01-02,USD", "EUR,rate,120,2020-01-02,JPY"), set()),
        (("EUR,rate,1.1,2020-01-02,USD,2020-01-02", "EUR,rate,1.12,2020-01-02,USD,2020-01-06"), set()),
        (("EUR,rate,1.0,2020-01-02,USD", "EUR,rate,1.09,2020-01-03,USD"), set()),
        (("EUR,rate,1.0,2020-01-02,USD", "EUR,rate,1.11,2020-01-03,USD"), {"rate-step"}),
        (("EUR,rate,1.0,2020-01-02,USD", "EUR,rate,0.9,2020-01-03,USD"), {"rate-step"}),
        (("EUR,rate,1.0,2019-11-02,USD", "EUR,rate,1.2,2020-01-03,USD"), set()),
    ],
)
def test_rates_that_contradict_each_other_are_an_error_and_large_steps_a_warning(tmp_path, lines, expected):
    catalogue = ingested(tmp_path, *lines)
    found = [one for one in catalogue.findings(catalogue.resolve("made")) if one.code.startswith("rate")]
    assert {one.code for one in found} == expected
    assert all(one.symbol == "" and one.message.startswith("EUR/USD: ") for one in found)
    assert all((one.level is Level.ERROR) == (one.code == "rates-in-doubt") for one in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("BBB,currency,0,2020-01-02,", "line 2: nothing says in which currency BBB is quoted"),
        ("BBB,currency,0,2020-01-02,EURO", "'EURO' is not a currency. Did you mean 'EUR'"),
        ("EURO,rate,1.5,2020-01-02,USD", "'EURO' is not a currency"),
        ("EUR,rate,1.5,2020-01-02,DOLLAR", "'DOLLAR' is not a currency"),
        ("EUR,rate,0,2020-01-02,USD", "0.0 is no rate"),
        ("EUR,rate,-1,2020-01-02,USD", "-1.0 is no rate"),
        (
            "EUR,rate,9.0,2020-01-07,USD,2020-01-02",
            "line 2, column 'known_at': rate of 2020-01-07, known on 2020-01-02. *Give a known_at",
        ),
    ],
)
def test_what_names_no_currency_or_cannot_be_a_rate_is_refused_with_its_line(tmp_path, line, words):
    with pytest.raises(BadInput, match=words):
        ingested(tmp_path, line)


def test_an_instrument_has_one_currency(tmp_path):
    catalogue = ingested(tmp_path, QUOTED, "BBB,currency,0,2020-01-06,CHF")
    with pytest.raises(BadInput, match=r"BBB is said to be quoted in EUR and in CHF"):
        catalogue.panel(catalogue.resolve("made"), Instant(2**62))
