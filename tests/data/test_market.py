"""The room on real history: splits, dividends, reused tickers, renames and half days."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tradewright.data import adjustments
from tradewright.data.catalogue import Catalogue
from tradewright.data.content import DatasetContent
from tradewright.data.feeds.csv_parquet import FileOptions, read
from tradewright.data.quality import inspect
from tradewright.values.findings import Finding
from tradewright.values.instant import Instant, date_of, instant_of
from tradewright.values.panel import DIVIDEND, SPLIT, Panel

pytestmark = pytest.mark.market
ALWAYS = Instant(2**62)


@pytest.fixture(scope="module")
def daily(market_dir: Path) -> DatasetContent:
    actions, listings = market_dir / "corporate_actions.csv", market_dir / "listings.csv"
    return read(market_dir / "daily", FileOptions("us-daily", actions=actions, listings=listings))


@pytest.fixture(scope="module")
def catalogue(daily: DatasetContent, tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    catalogue = Catalogue(tmp_path_factory.mktemp("market"))
    catalogue.commit(daily, instant_of("2021-04-01"))
    return catalogue


@pytest.fixture(scope="module")
def panel(catalogue: Catalogue) -> Panel:
    return catalogue.panel(catalogue.resolve("us-daily"), ALWAYS)


def found(findings: list[Finding], code: str) -> dict[str, Finding]:
    return {f.symbol: f for f in findings if f.code == code}


def test_reused_tickers_begin_with_their_own_listing(panel: Panel) -> None:
    for symbol, first in (
        ("FB", "2012-05-18"),
        ("BNO", "2010-06-02"),
        ("USO", "2006-04-10"),
        ("GOOG", "2014-03-27"),
    ):
        column = panel.close[:, panel.symbols.index(symbol)]
        assert date_of(int(panel.instants[np.argmax(~np.isnan(column))])) == first


def test_the_report_names_the_rows_of_the_earlier_companies(daily: DatasetContent) -> None:
    rows = found(inspect(daily), "rows-before-listing")
    assert {symbol: f.count for symbol, f in rows.items()} == {
        "BNO": 1100,
        "FB": 716,
        "GOOG": 2417,
        "USO": 140,
    }


def test_a_renamed_company_keeps_its_history(panel: Panel) -> None:
    bank = panel.close[:, panel.symbols.index("BAC")]
    assert not np.isnan(bank).any()


def test_clean_history_is_not_drowned_in_errors(daily: DatasetContent) -> None:
    """GOOG's own rows before 2014-04-03 are those of the other share class: a jump by half, rightly found."""
    findings = inspect(daily)
    errors = {(f.code, f.symbol, f.first) for f in findings if f.level.value == "error"}
    assert errors == {("unexplained-jump", "GOOG", "2014-04-03")}
    assert len(findings) < 10


def test_without_its_listing_a_reused_ticker_is_an_error_that_suggests_one(daily: DatasetContent) -> None:
    bare = DatasetContent(
        daily.name, daily.provenance, daily.calendar, daily.bars.filter(pl.col("symbol") == "FB"),
        sessions=daily.sessions,
    )  # fmt: skip
    findings = inspect(bare)
    assert "FB" in found(findings, "nan-share")
    assert "listings.csv" in found(findings, "long-gap")["FB"].message


def test_apples_seven_for_one_split_is_missed_when_it_is_not_on_file(daily: DatasetContent) -> None:
    apple = pl.col("symbol") == "AAPL"
    day = date(2014, 6, 9)
    without = DatasetContent(
        daily.name, daily.provenance, daily.calendar, daily.bars.filter(apple),
        actions=daily.actions.filter(apple, ~((pl.col("ex_date") == day) & (pl.col("kind") == "split"))),
        sessions=daily.sessions,
    )  # fmt: skip
    jump = found(inspect(without), "unexplained-jump")["AAPL"]
    assert (jump.count, jump.first) == (1, "2014-06-09")


def test_prices_adjusted_by_a_vendor_contradict_the_splits_on_file(
    daily: DatasetContent, panel: Panel
) -> None:
    row, apple = len(panel.instants) - 1, panel.symbols.index("AAPL")
    adjusted = adjustments.adjusted_bars(panel, row)
    prices = {name: getattr(adjusted, name)[:, apple] for name in ("open", "high", "low", "close", "volume")}
    bars = daily.bars.filter(pl.col("symbol") == "AAPL").with_columns(
        **{k: pl.Series(v) for k, v in prices.items()}
    )
    content = DatasetContent(
        daily.name, daily.provenance, daily.calendar, bars, actions=daily.actions, sessions=daily.sessions
    )
    findings = inspect(content)
    assert found(findings, "split-not-in-prices")["AAPL"].count == 4
    assert found(findings, "adjusted-looking-prices")


def test_the_hours_after_an_early_close_are_left_out(market_dir: Path, tmp_path: Path) -> None:
    content = read(market_dir / "hourly" / "SPY.csv", FileOptions("spy-hourly"))
    outside = found(inspect(content), "bars-outside-sessions")["SPY"]
    assert (outside.count, outside.first) == (47, "1998-11-27 13:00")
    catalogue = Catalogue(tmp_path)
    panel = catalogue.panel(catalogue.commit(content, Instant(0)), ALWAYS)
    assert panel.shape == (len(content.bars) - 47, 1)
    assert np.all(panel.opens_at < panel.instants)
    assert np.all(panel.opens_at[1:] >= panel.instants[:-1])


def test_a_split_acts_on_the_first_hour_of_its_day(market_dir: Path, tmp_path: Path) -> None:
    options = FileOptions("aapl-hourly", actions=market_dir / "corporate_actions.csv")
    catalogue = Catalogue(tmp_path)
    panel = catalogue.panel(
        catalogue.commit(read(market_dir / "hourly" / "AAPL.csv", options), Instant(0)), ALWAYS
    )
    rows = panel.actions[(panel.actions["kind"] == SPLIT) & (panel.actions["value"] > 6)]["row"]
    assert [panel.opens_at[row] for row in rows] == [instant_of("2014-06-09T13:30Z")]


def test_on_the_evening_before_its_split_apple_is_still_unadjusted(catalogue: Catalogue) -> None:
    snapshot = catalogue.resolve("us-daily")
    before = catalogue.panel(snapshot, instant_of("2014-06-06T20:00Z"), ("AAPL",))
    closes = adjustments.adjusted_closes(before, len(before.instants) - 1)
    assert closes[-1, 0] == before.close[-1, 0] > 600
    after = catalogue.panel(snapshot, instant_of("2014-06-09T20:00Z"), ("AAPL",))
    seen = adjustments.adjusted_closes(after, len(after.instants) - 1)
    assert seen[-2, 0] == pytest.approx(before.close[-1, 0] / 6.999997)
    np.testing.assert_allclose(seen[1:-1] / seen[:-2], closes[1:] / closes[:-1], rtol=1e-12)


def booked_by_hand(panel: Panel, asset: int) -> float:
    """Growth of one share through all actions, dividends reinvested at the close, counted share by share."""
    shares, cash = 1.0, 0.0
    for row, price in enumerate(panel.close[:, asset]):
        for act in panel.actions[(panel.actions["row"] == row) & (panel.actions["asset"] == asset)]:
            if act["kind"] == SPLIT:
                shares *= act["value"]
            elif act["kind"] == DIVIDEND:
                cash += shares * act["value"]
        shares, cash = shares + cash / price, 0.0
    return shares * panel.close[-1, asset] / panel.close[0, asset] - 1.0


@pytest.mark.parametrize("symbol", ["AAPL", "AIG", "BAC", "IBM", "SPY"])
def test_total_return_is_the_same_booked_raw_and_seen_adjusted(symbol: str, catalogue: Catalogue) -> None:
    panel = catalogue.panel(catalogue.resolve("us-daily"), ALWAYS, (symbol,))
    last = len(panel.instants) - 1
    adjusted = adjustments.total_return(panel, 0, last)[0]
    assert adjusted == pytest.approx(booked_by_hand(panel, 0), rel=1e-9)
    grown = adjustments.growth_index(panel)
    assert grown[last, 0] / grown[0, 0] - 1.0 == pytest.approx(adjusted, rel=1e-9)


def test_apple_returned_what_its_splits_and_dividends_say(catalogue: Catalogue) -> None:
    """16.25 dollars in January 1998 bought what splits made 112 shares; price alone gives 842 times."""
    panel = catalogue.panel(catalogue.resolve("us-daily"), ALWAYS, ("AAPL",))
    held = adjustments.held_value(panel)[-1, 0]
    price_alone = 122.15 * 1.999996 * 2.000006 * 6.999997 * 4
    assert price_alone < held < price_alone * 1.1
    assert adjustments.growth_index(panel)[-1, 0] > held
