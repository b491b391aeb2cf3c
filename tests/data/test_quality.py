"""Each check finds its own fault in data that is otherwise clean, and nothing in clean data."""

import dataclasses
import re
from datetime import date

import polars as pl
import pytest

from tradewright.data.checks.codes import CODES
from tradewright.data.content import BARS, empty
from tradewright.data.quality import CHECKS, inspect
from tradewright.values.findings import Finding, Level

# What the issue asks to be found, with the level it has here.
ASKED = {
    "not-time-ordered": Level.WARNING,
    "duplicate-instants": Level.ERROR,
    "missing-sessions": Level.WARNING,
    "bars-outside-sessions": Level.WARNING,
    "non-positive-price": Level.ERROR,
    "negative-volume": Level.ERROR,
    "bounds-broken": Level.ERROR,
    "nan-share": Level.ERROR,
    "few-rows": Level.WARNING,
    "zero-variance": Level.ERROR,
    "stale-end": Level.WARNING,
    "unexplained-jump": Level.ERROR,
    "rows-before-listing": Level.WARNING,
    "adjusted-looking-prices": Level.WARNING,
}


def of(findings: list[Finding], code: str) -> Finding:
    """The one finding of this code."""
    found = [f for f in findings if f.code == code]
    assert len(found) == 1, [f.code for f in findings]
    return found[0]


def change(bars: pl.DataFrame, row: int, **values: float) -> pl.DataFrame:
    """The bars with some values of one row replaced."""
    here = pl.int_range(pl.len()) == row
    return bars.with_columns(
        pl.when(here).then(pl.lit(v)).otherwise(pl.col(k)).alias(k) for k, v in values.items()
    )


def stretch(bars: pl.DataFrame, row: int, factor: float) -> pl.DataFrame:
    """The bars with all prices from a row on multiplied, volumes divided: a split that nobody wrote down."""
    later = pl.int_range(pl.len()) >= row
    prices = [
        pl.when(later).then((pl.col(c) * factor).round(2)).otherwise(pl.col(c)) for c in ("open", "close")
    ]
    volume = pl.when(later).then(pl.col("volume") / factor).otherwise(pl.col("volume"))
    bars = bars.with_columns(*prices, volume)
    return bars.with_columns(high=pl.col("close") + 0.01, low=pl.col("close") - 0.01)


@pytest.mark.parametrize("code", ASKED)
def test_every_code_the_design_asks_for_exists_at_its_level(code: str) -> None:
    assert CODES[code].level is ASKED[code]


@pytest.mark.parametrize("code", CODES.values(), ids=list(CODES))
def test_a_code_is_kebab_case_and_says_what_it_means_and_how_to_mend_it(code) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)+", code.code)
    assert code.meaning
    assert code.mend.endswith((".", "?"))


def test_every_check_says_in_words_what_it_looks_for() -> None:
    assert all(check.__doc__ for check in CHECKS)


def test_clean_data_has_no_findings(bars_of, content_of) -> None:
    assert inspect(content_of(pl.concat([bars_of("AAA"), bars_of("BBB")]))) == []


def test_no_bars_have_no_findings(content_of, xnys) -> None:
    assert inspect(content_of(empty(BARS), sessions=xnys.clear())) == []


def test_errors_stand_first(bars_of, content_of) -> None:
    bars = change(bars_of(count=50), 3, volume=-1.0)
    assert [f.level for f in inspect(content_of(bars))] == [Level.ERROR, Level.WARNING]


def test_rows_out_of_order_are_counted(bars_of, content_of) -> None:
    bars = bars_of()
    turned = pl.concat([bars[:10], bars[12:13], bars[10:12], bars[13:]])
    found = of(inspect(content_of(turned)), "not-time-ordered")
    assert (found.symbol, found.count, found.first) == ("AAA", 1, "1998-01-16")


def test_a_file_from_newest_to_oldest_is_out_of_order_and_nothing_else(bars_of, content_of) -> None:
    assert [f.code for f in inspect(content_of(bars_of().reverse()))] == ["not-time-ordered"]


def test_a_bar_that_stands_twice_is_found(bars_of, content_of) -> None:
    bars = bars_of()
    found = of(inspect(content_of(pl.concat([bars, bars[20:22]]).sort("known_at"))), "duplicate-instants")
    assert (found.count, found.first) == (2, "1998-02-02")


def test_a_missing_session_is_named_but_not_one_before_the_first_bar(bars_of, content_of) -> None:
    bars = pl.concat([bars_of("AAA"), bars_of("BBB")[30:]]).filter(pl.int_range(pl.len()) != 40)
    findings = inspect(content_of(bars))
    found = of(findings, "missing-sessions")
    assert (found.symbol, found.count, found.first, len(findings)) == ("AAA", 1, "1998-03-03", 1)


def test_sixty_sessions_without_a_bar_suggest_a_ticker_that_changed_hands(bars_of, content_of, xnys) -> None:
    bars = bars_of(count=1500)
    holed = bars.filter(~pl.int_range(pl.len()).is_between(100, 159))
    findings = inspect(content_of(holed, sessions=xnys.head(1500)))
    assert of(findings, "long-gap").count == 60
    assert "listings.csv" in of(findings, "long-gap").message
    shorter = bars.filter(~pl.int_range(pl.len()).is_between(100, 158))
    assert [f.code for f in inspect(content_of(shorter, sessions=xnys.head(1500)))] == ["missing-sessions"]


def test_a_bar_on_a_closed_day_is_found_and_does_no_harm(bars_of, content_of, xnys) -> None:
    shut = xnys.head(150).filter(pl.col("session") != date(1998, 3, 3))
    findings = inspect(content_of(bars_of(), sessions=shut))
    assert [(f.code, f.count, f.first) for f in findings] == [("bars-outside-sessions", 1, "1998-03-03")]


def test_many_bars_on_closed_days_mean_a_wrong_calendar(bars_of, content_of, xnys) -> None:
    findings = inspect(content_of(bars_of(), sessions=xnys.head(150).gather_every(2)))
    found = of(findings, "wrong-calendar")
    assert (found.symbol, found.count, found.level) == ("", 75, Level.ERROR)


def test_without_a_calendar_no_session_is_missed(bars_of, content_of, xnys) -> None:
    bars = bars_of().filter(pl.int_range(pl.len()) != 40)
    assert inspect(content_of(bars, sessions=xnys.clear())) == []


@pytest.mark.parametrize(("count", "expected"), [(99, ["few-rows"]), (100, [])])
def test_fewer_than_a_hundred_bars_are_few(count: int, expected: list[str], bars_of, content_of) -> None:
    assert [f.code for f in inspect(content_of(bars_of(count=count)))] == expected


def test_a_series_that_ends_early_is_stale_unless_its_end_is_on_file(bars_of, content_of, xnys) -> None:
    bars = pl.concat([bars_of("AAA"), bars_of("BBB")[:120]])
    found = of(inspect(content_of(bars)), "stale-end")
    assert (found.symbol, found.count) == ("BBB", 30)
    last = xnys["session"][119]
    listed = [("AAA", "AAA", date(1998, 1, 2), None), ("BBB", "BBB", date(1998, 1, 2), last)]
    assert inspect(content_of(bars, listings=listed)) == []
    gone = inspect(content_of(bars, actions=[("BBB", "delisting", 1.0, xnys["session"][120])]))
    assert gone == []


def test_a_series_that_stands_still_at_its_end_is_stale(bars_of, content_of) -> None:
    bars = bars_of()
    still = pl.concat(
        [
            bars[:-12],
            *(
                change(bars, row, open=50.0, high=50.01, low=49.99, close=50.0)[row]
                for row in range(138, 150)
            ),
        ]
    )
    assert of(inspect(content_of(still)), "stale-end").count == 12


@pytest.mark.parametrize("column", ["open", "high", "low", "close"])
@pytest.mark.parametrize("price", [0.0, -3.0])
def test_a_price_of_zero_or_less_is_an_error(column: str, price: float, bars_of, content_of) -> None:
    found = of(inspect(content_of(change(bars_of(), 7, **{column: price}))), "non-positive-price")
    assert (found.count, found.first, found.level) == (1, "1998-01-13", Level.ERROR)


def test_a_volume_below_zero_is_an_error(bars_of, content_of) -> None:
    assert of(inspect(content_of(change(bars_of(), 7, volume=-1.0))), "negative-volume").count == 1


def test_a_bar_without_volume_is_told_and_stops_no_run(bars_of, content_of) -> None:
    bars = change(change(bars_of(), 7, volume=0.0), 9, volume=0.0)
    found = of(inspect(content_of(bars)), "zero-volume")
    assert (found.level, found.count) == (Level.WARNING, 2)
    assert "on which no share traded" in found.message
    unknown = bars.with_columns(volume=pl.lit(None, dtype=pl.Float64))
    assert "zero-volume" not in [one.code for one in inspect(content_of(unknown))]


@pytest.mark.parametrize("wrong", [{"high": 1.0}, {"low": 99.0}, {"open": 60.0}], ids=str)
def test_a_bar_outside_its_own_bounds_is_an_error(wrong: dict, bars_of, content_of) -> None:
    assert of(inspect(content_of(change(bars_of(), 7, **wrong))), "bounds-broken").count == 1


def test_five_percent_of_holes_pass_and_one_more_does_not(bars_of, content_of) -> None:
    nan = float("nan")
    holes = pl.int_range(pl.len()).is_between(20, 26)
    seven = bars_of().with_columns(
        pl.when(holes).then(nan).otherwise(pl.col(c)).alias(c) for c in ("open", "close")
    )
    assert [(f.code, f.count) for f in inspect(content_of(seven))] == [("nan-values", 7)]
    eight = change(seven, 30, close=nan, open=nan)
    assert [(f.code, f.count) for f in inspect(content_of(eight))] == [("nan-share", 8)] * 2


def test_one_empty_cell_in_a_long_series_is_said_with_its_place(bars_of, content_of) -> None:
    found = of(inspect(content_of(change(bars_of(count=800), 20, close=float("nan")))), "nan-values")
    assert (found.symbol, found.count, found.first, found.level) == ("AAA", 1, "1998-02-02", Level.WARNING)
    assert "bars without a value (close)" in found.message


def test_holes_in_one_column_do_not_hide_an_empty_cell_in_another(bars_of, content_of) -> None:
    full = bars_of().with_columns(
        volume=pl.when(pl.int_range(pl.len()) < 50).then(float("nan")).otherwise(1e6)
    )
    findings = inspect(content_of(change(full, 20, close=float("nan"))))
    assert [(f.code, f.count) for f in findings if "nan" in f.code] == [("nan-share", 50), ("nan-values", 1)]
    assert "(close)" in of(findings, "nan-values").message


def test_interleaved_instruments_under_one_name_suggest_the_symbol_column(bars_of, content_of) -> None:
    bars = pl.concat([bars_of("AAA"), bars_of("BBB")]).with_columns(symbol=pl.lit("AAA")).sort("known_at")
    assert "--column symbol=NAME" in of(inspect(content_of(bars)), "duplicate-instants").message
    few = pl.concat([bars_of("AAA"), bars_of("AAA")[20:22]]).sort("known_at")
    assert "--column" not in of(inspect(content_of(few)), "duplicate-instants").message


def test_a_wrong_calendar_and_the_bars_outside_it_say_the_same(bars_of, content_of, xnys) -> None:
    findings = inspect(content_of(bars_of(), sessions=xnys.head(150).gather_every(2)))
    assert "the calendar or the time zone is the wrong one" in of(findings, "bars-outside-sessions").message
    assert all("None needed" not in f.message for f in findings)


def test_rows_before_a_listing_are_not_said_to_be_another_companys() -> None:
    """They may be another share class, as with GOOG before 2014."""
    for code in ("rows-before-listing", "rows-after-listing"):
        assert "whatever traded under that ticker then" in CODES[code].mend


def test_one_bar_is_one_bar(bars_of, content_of) -> None:
    assert of(inspect(content_of(bars_of(count=1))), "few-rows").message.startswith("1 bar, fewer than 100")


def test_a_close_only_series_is_not_full_of_holes(bars_of, content_of) -> None:
    nothing = [pl.lit(float("nan")).alias(c) for c in ("open", "high", "low", "volume")]
    assert inspect(content_of(bars_of().with_columns(nothing))) == []


@pytest.mark.parametrize("column", ["open", "volume"])
def test_a_symbol_without_a_column_that_others_have_is_an_error(bars_of, content_of, column) -> None:
    """The kernel would wait for its open, or for its volume, until the end."""
    without = bars_of(symbol="BBB").with_columns(pl.lit(float("nan")).alias(column))
    found = inspect(content_of(pl.concat([bars_of(), without])))
    assert [(one.code, one.symbol) for one in found] == [("nan-share", "BBB")]


def test_a_close_that_never_moves_is_an_error(bars_of, content_of) -> None:
    assert "zero-variance" in {f.code for f in inspect(content_of(bars_of(closes=[50.0] * 150)))}


def test_a_lone_open_far_from_everything_is_worth_a_look(bars_of, content_of) -> None:
    bars = change(bars_of(), 40, open=120.0, high=120.0)
    assert [(f.code, f.first) for f in inspect(content_of(bars))] == [("lone-spike", "1998-03-03")]


def test_a_lone_close_far_from_everything_is_worth_a_look(bars_of, content_of) -> None:
    bars = change(bars_of(), 40, close=20.0, low=20.0)
    assert of(inspect(content_of(bars)), "lone-spike").first == "1998-03-03"


@pytest.mark.parametrize("factor", [1 / 7, 1 / 2, 2 / 3, 3.0, 10.0])
def test_a_split_that_nobody_wrote_down_is_found(factor: float, bars_of, content_of) -> None:
    found = of(inspect(content_of(stretch(bars_of(), 60, factor))), "unexplained-jump")
    assert (found.count, found.first, found.level) == (1, "1998-03-31", Level.ERROR)


@pytest.mark.parametrize("factor", [1 / 7, 1 / 2, 2 / 3, 3.0])
def test_a_split_on_file_is_not(factor: float, bars_of, content_of) -> None:
    split = [("AAA", "split", 1 / factor, date(1998, 3, 31))]
    assert inspect(content_of(stretch(bars_of(), 60, factor), actions=split)) == []


def test_a_large_dividend_explains_its_drop(bars_of, content_of) -> None:
    bars = bars_of()
    before = bars["close"][59]
    dropped = bars.with_columns(
        pl.when(pl.int_range(pl.len()) >= 60).then(pl.col(c) - 24).otherwise(pl.col(c)).alias(c)
        for c in ("open", "high", "low", "close")
    )
    assert before > 48
    assert "unexplained-jump" in {f.code for f in inspect(content_of(dropped))}
    paid = [("AAA", "dividend", 24.0, date(1998, 3, 31))]
    assert inspect(content_of(dropped, actions=paid)) == []


def test_a_crash_on_ten_times_the_volume_is_a_large_move_and_no_split(bars_of, content_of) -> None:
    crashed = stretch(bars_of(), 60, 0.45)
    loud = pl.when(pl.int_range(pl.len()) == 60).then(pl.col("volume") * 10).otherwise(pl.col("volume"))
    assert [f.code for f in inspect(content_of(crashed.with_columns(loud)))] == ["large-move"]


def test_a_split_in_a_close_only_series_is_found_when_it_is_too_large_for_news(bars_of, content_of) -> None:
    nothing = [pl.lit(float("nan")).alias(c) for c in ("open", "high", "low", "volume")]
    seven = stretch(bars_of(), 60, 1 / 7).with_columns(nothing)
    assert "unexplained-jump" in {f.code for f in inspect(content_of(seven))}
    two = stretch(bars_of(), 60, 1 / 2).with_columns(nothing)
    assert "large-move" in {f.code for f in inspect(content_of(two))}


def test_a_split_on_file_that_moves_no_price_says_the_prices_are_adjusted(bars_of, content_of) -> None:
    findings = inspect(content_of(bars_of(), actions=[("AAA", "split", 7.0, date(1998, 3, 31))]))
    assert of(findings, "split-not-in-prices").first == "1998-03-31"


def test_closes_between_the_cents_look_adjusted_in_one_finding_for_all(bars_of, content_of) -> None:
    bars = pl.concat([bars_of(symbol) for symbol in "ABCDEFG"]).with_columns(pl.col("close") * 0.99731)
    wide = bars.with_columns(high=pl.col("close") + 1, low=pl.col("close") - 1)
    found = of(inspect(content_of(wide)), "adjusted-looking-prices")
    assert "7 instruments (A, B, C, D, E, ...)" in found.message


def test_rows_before_and_after_a_listing_are_found_and_excused_from_all_else(bars_of, content_of) -> None:
    bars = stretch(stretch(bars_of(), 20, 9.0), 140, 9.0)
    listed = [
        ("AAA", "OLD", date(1998, 2, 2), date(1998, 3, 2)),
        ("AAA", "AAA", date(1998, 3, 2), date(1998, 7, 22)),
    ]
    findings = inspect(content_of(bars, listings=listed))
    assert [(f.code, f.count) for f in findings] == [("rows-after-listing", 11), ("rows-before-listing", 20)]


def test_actions_outside_the_bars_are_found(bars_of, content_of) -> None:
    findings = inspect(content_of(bars_of(), actions=[("AAA", "dividend", 0.1, date(2003, 1, 2))]))
    assert [(f.code, f.first) for f in findings] == [("unplaced-actions", "2003-01-02")]


@pytest.mark.parametrize(("closes_later", "codes"), [(0, []), (3, ["late-actions"])])
def test_an_action_known_after_the_bar_it_acts_on_is_an_error(
    bars_of, content_of, xnys, closes_later, codes
) -> None:
    """Its growth index would differ on that bar from the one that could have been drawn then."""
    content = content_of(bars_of(), actions=[("AAA", "dividend", 0.1, xnys["session"][60])])
    known_at = pl.lit(xnys["closes_at"][60 + closes_later]).alias("known_at")
    late = dataclasses.replace(content, actions=content.actions.with_columns(known_at))
    assert [one.code for one in inspect(late)] == codes


def test_a_delisting_after_the_last_bar_is_where_it_belongs(bars_of, content_of, xnys) -> None:
    bars = pl.concat([bars_of("AAA"), bars_of("BBB")[:120]])
    assert inspect(content_of(bars, actions=[("BBB", "delisting", 0.5, xnys["session"][120])])) == []


def test_a_warning_for_very_many_symbols_is_said_once_but_errors_one_by_one(bars_of, content_of) -> None:
    symbols = [f"S{number:02}" for number in range(12)]
    holed = [bars_of(s).filter(pl.int_range(pl.len()) != 40) for s in symbols[1:]]
    bars = pl.concat([bars_of(symbols[0]), *holed])
    found = of(inspect(content_of(bars)), "missing-sessions")
    assert (found.symbol, found.count) == ("", 11)
    assert "in 11 instruments (S01, S02, S03, S04, S05, ...)" in found.message
    wrong = inspect(content_of(bars.with_columns(volume=pl.lit(-1.0))))
    assert [f.symbol for f in wrong if f.code == "negative-volume"] == symbols


def test_a_spin_off_on_file_explains_the_fall_of_its_day(bars_of, content_of):
    closes = [50.0] * 60 + [25.0] * 60
    spun = [("AAA", "spin_off", 1.0, date(1998, 3, 31))]
    plain = {finding.code for finding in inspect(content_of(bars_of("AAA", closes)))}
    told = {finding.code for finding in inspect(content_of(bars_of("AAA", closes), spun))}
    assert plain & {"unexplained-jump", "large-move"}
    assert not told & {"unexplained-jump", "large-move"}


@pytest.mark.parametrize("kind", ["delisting", "merger", "rename"])
def test_what_ends_an_instrument_may_come_after_its_last_bar(bars_of, content_of, kind):
    bars = bars_of("AAA", [50.0] * 30)
    content = content_of(bars, [("AAA", kind, 1.0, date(1999, 1, 4))])
    assert "unplaced-actions" not in {finding.code for finding in inspect(content)}
