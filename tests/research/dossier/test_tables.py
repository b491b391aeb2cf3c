"""Tables that a person, a printer and a screen reader can all follow."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tradewright.research.dossier.content import (
    FAIL,
    NOT_EVALUATED,
    PASS,
    CostLine,
    GateLine,
    Grid,
    MonthlyReturns,
    Ratio,
)
from tradewright.research.dossier.grid_chart import face_of, grid_chart, grid_words
from tradewright.research.dossier.grid_table import MOST_CELLS, grid_table
from tradewright.research.dossier.passport_tables import MOST_FINDINGS, findings_table, some_of, waivers_table
from tradewright.research.dossier.tables import (
    Column,
    costs_table,
    gates_table,
    monthly_table,
    quantities,
    ratios_table,
    table,
    tinted,
)
from tradewright.research.dossier.trade_table import MOST_TRADES, trade_cells, trade_tables
from tradewright.values.findings import Finding, Level


def rows_of(element) -> list[list[str]]:
    """The words of a table's body, row by row."""
    return [[cell.text for cell in row.children] for row in element.one("tbody").every("tr")]


def test_a_table_names_itself_and_its_heads(read):
    tree = read(table("Prices", (Column("Symbol"), Column("Price", True)), [("A", "1.00")]))
    assert tree.one("caption").text == "Prices"
    assert [(head.text, head.attributes["scope"]) for head in tree.one("thead").every("th")] == [
        ("Symbol", "col"), ("Price", "col"),
    ]  # fmt: skip
    assert tree.one("tbody").one("th").attributes["scope"] == "row"
    assert tree.one("td").attributes["class"] == "number"
    assert tree.one("div").attributes["aria-label"] == "Prices"


def test_a_table_whose_rows_become_cards_keeps_its_roles(read):
    tree = read(table("Gates", (Column("Answer"), Column("Gate")), [("PASS", "A")], "stack gates"))
    roles = [element.attributes.get("role") for element in tree.one("table").every()]
    assert [role for role in roles if role] == [
        "rowgroup", "row", "columnheader", "columnheader", "rowgroup", "row", "rowheader", "cell",
    ]  # fmt: skip
    assert tree.one("td").attributes["data-head"] == "Gate"


def test_a_row_must_have_as_many_cells_as_heads():
    with pytest.raises(ValueError, match="zip"):
        table("Prices", (Column("Symbol"), Column("Price", True)), [("A",)])


def test_gates_answer_in_symbols_and_words_failures_first(read):
    gates = (GateLine("A", PASS, "fine"), GateLine("B", NOT_EVALUATED, "not run"), GateLine("C", FAIL, "bad"))
    rows = rows_of(read(gates_table(gates, "three gates")))
    assert [row[:2] for row in rows] == [["✗ FAIL", "C"], ["○ NOT EVALUATED", "B"], ["✓ PASS", "A"]]


def test_a_gate_s_numbers_wear_their_unit(read):
    gate = GateLine("Track record", PASS, "long enough", 8312.0, 4210.0, "bars")
    assert rows_of(read(gates_table((gate,), "one")))[0][2:] == ["8,312 bars", "4,210 bars", "Long enough."]


def test_a_gate_that_compares_nothing_says_so_with_a_dash(read):
    assert rows_of(read(gates_table((GateLine("A", FAIL, "bad"),), "one")))[0][2:4] == ["–", "–"]


def test_a_gate_that_nobody_evaluated_says_so_in_words(read):
    row = rows_of(read(gates_table((GateLine("A", NOT_EVALUATED, "no data", None, 0.0, ""),), "one")))[0]
    assert row[2:4] == ["not evaluated", "0.00"]


def test_a_gate_with_nan_is_not_evaluated(read):
    row = rows_of(read(gates_table((GateLine("A", FAIL, "bad", math.nan, 0.0, ""),), "one")))[0]
    assert row[2] == "not evaluated"


def test_no_gate_establishes_nothing():
    assert "nothing is established" in gates_table((), "none")


def test_each_ratio_stands_with_interval_sample_and_method(read, content):
    rows = {row[0]: row[1:] for row in rows_of(read(ratios_table(content.ratios)))}
    assert rows["Return a year"] == [
        "11.2 % a year",
        "5.2 to 17.1 % a year",
        "8,312 bars",
        "Geometric, net of all costs.",
    ]
    assert rows["Win rate"][2] == "1,500 trades"


def test_a_ratio_without_a_value_gives_its_reason(read, content):
    rows = {row[0]: row[1:] for row in rows_of(read(ratios_table(content.ratios)))}
    assert rows["Capacity"][:2] == ["not evaluated", "not evaluated"]
    assert rows["Capacity"][3] == "No volume is known, so no capacity can be estimated."


def test_a_method_that_most_measures_share_is_said_once(read, content):
    shared = tuple(replace(ratio, how="block bootstrap") for ratio in content.ratios[:4])
    tree = read(ratios_table((*shared, content.ratios[4], replace(content.ratios[5], how=""))))
    assert tree.one("caption").text.endswith("The usual method: block bootstrap.")
    assert [row[4] for row in rows_of(tree)] == [
        *["as usual"] * 4, "Round trips with a profit.", "no interval",
    ]  # fmt: skip


def test_a_method_shared_by_two_is_said_twice(read, content):
    shared = tuple(replace(ratio, how="block bootstrap") for ratio in content.ratios[:2])
    assert [row[4] for row in rows_of(read(ratios_table(shared)))] == ["Block bootstrap."] * 2


def test_ratios_of_one_level_name_it_once(read, content):
    heads = [head.text for head in read(ratios_table(content.ratios)).one("thead").every("th")]
    assert heads[2] == "95 % interval"


def test_ratios_of_several_levels_name_each(read, content):
    mixed = (content.ratios[0], replace(content.ratios[1], level=0.9))
    tree = read(ratios_table(mixed))
    assert [head.text for head in tree.one("thead").every("th")][2] == "Interval"
    assert [row[2][-6:] for row in rows_of(tree)] == ["(95 %)", "(90 %)"]


def test_months_are_written_with_their_sign_and_tinted_by_size(read):
    returns = np.full((1, 12), np.nan)
    returns[0, :2] = 0.05, -0.1
    tree = read(monthly_table(MonthlyReturns((2020,), returns, np.array([-0.055]))))
    row = rows_of(tree)[0]
    assert row[:3] == ["2020", "5.0", "−10.0"]
    assert row[-1] == "−5.5"
    kinds = [span.attributes["class"] for span in tree.every("span", class_="tint")]
    assert kinds == ["tint gain", "tint loss"]


def test_a_month_outside_the_period_is_not_evaluated(read):
    tree = read(monthly_table(MonthlyReturns((2020,), np.full((1, 12), np.nan), np.array([np.nan]))))
    assert rows_of(tree)[0] == ["2020", *["n.e."] * 13]
    assert {abbr.attributes["title"] for abbr in tree.every("abbr")} == {"not evaluated"}
    assert "n.e.: not evaluated" in tree.one("caption").text


def test_a_tint_is_never_stronger_than_the_strongest():
    assert "--strength:0.62" in tinted(99.0, 0.1)
    assert "--strength:0.00" in tinted(0.0, 0.0)


def test_costs_add_up_and_income_stands_below_their_total(read, content):
    rows = rows_of(read(costs_table(content.costs)))
    assert [row[:3] for row in rows[-2:]] == [
        ["All costs", "$104,105", "12.0"], ["cash interest", "−$4,103", "−0.5"],
    ]  # fmt: skip


def test_the_largest_cost_has_the_longest_bar_and_none_has_no_bar(read, content):
    bars = read(costs_table(content.costs)).every("span", class_="bar")
    assert [bar.attributes["style"] for bar in bars] == ["width:100.0%", "width:28.2%", "width:5.1%"]
    assert "received" in bars[-1].attributes["class"]


def test_an_unknown_cost_makes_the_sum_unknown(read):
    rows = rows_of(read(costs_table((CostLine("spread", 5.0, 1.0), CostLine("borrow", math.nan, math.nan)))))
    assert [row[1] for row in rows] == ["$5", "not evaluated", "not evaluated"]


def test_absent_costs_are_told_from_no_costs():
    assert "not evaluated" in costs_table(None)
    assert "No cost arose" in costs_table(())


def test_long_values_get_a_line_of_their_own(read):
    tree = read(quantities((("Short", "1"), ("Long", "word " * 30))))
    assert [part.attributes.get("class", "") for part in tree.every("div")] == ["", "wide"]


def test_a_round_trip_reads_from_entry_to_exit(content):
    trade = replace(
        content.trades[0], symbol="ABC", qty=12.5, pnl_usd=-1234.4, costs_usd=3.2, holding_days=7.0
    )
    cells = trade_cells(trade, with_time=False)
    assert cells[0] == "ABC"
    assert cells[6] == "12.50"
    assert cells[9] == '<span class="negative">−$1,234</span>'
    assert cells[10:] == ("$3", "7")
    assert len(cells[2]) == len("2020-01-01")


def test_trades_within_a_day_carry_their_time(content):
    assert len(trade_cells(content.trades[0], with_time=True)[2]) == len("2020-01-01 15:30")


def test_an_open_trade_says_so_and_a_delisted_one_has_no_price(content):
    trade = replace(content.trades[0], exit_at=None, exit_price=math.nan)
    assert trade_cells(trade, False)[4:6] == ("still open", "none")


def test_a_trade_through_a_split_is_marked_and_explained(read, content):
    trade = replace(content.trades[0], entry_price=12.7, splits=7.0)
    assert trade_cells(trade, False)[3].startswith("12.70<abbr")
    tree = read(trade_tables((trade, content.trades[1]), "f", False))
    assert "1 round trip lived through a split" in tree.every("p")[0].text
    titles = {mark.attributes["title"] for mark in tree.every("abbr")}
    assert titles == {"split-adjusted: one share became 7 while it was held"}


def test_without_splits_none_is_spoken_of(content):
    assert "lived through a split" not in trade_tables(content.trades[:2], "f", False)


def test_a_measure_without_an_interval_says_why_and_is_not_called_unevaluated(read):
    fact = Ratio("Turnover a year", 3.1, "times a year", 100, "a fact of this path, no interval")
    row = rows_of(read(ratios_table((fact,))))[0]
    assert row[1:] == ["3.1 times a year", "–", "100 bars", "A fact of this path, no interval."]


def test_the_extremes_come_before_the_whole_list(read, content):
    tree = read(trade_tables(content.trades, "fills.parquet", False))
    losses, gains, whole = tree.every("table")
    assert losses.one("caption").text == "The largest losses"
    assert gains.one("caption").text == "The largest gains"
    worst = min(trade.pnl_usd for trade in content.trades)
    assert rows_of(losses)[0][9] == f"−${-worst:,.0f}"
    assert len(rows_of(whole)) == len(content.trades)
    assert whole.attributes["id"] == "every-trade"


def test_more_trades_than_fit_are_counted_and_their_file_is_named(read, content):
    many = content.trades * 2
    tree = read(trade_tables(many, "fills.parquet", False))
    assert len(rows_of(tree.one("table", id="every-trade"))) == MOST_TRADES
    assert tree.every("p")[-1].text == "The remaining 1,000 are in fills.parquet."
    assert tree.one("summary").text == "The first 2,000 round trips"


def test_absent_trades_are_told_from_no_trades():
    assert "not evaluated" in trade_tables(None, "fills.parquet", False)
    assert "There was no round trip" in trade_tables((), "fills.parquet", False)


def test_winners_alone_make_no_table_of_losses(read, content):
    winner = replace(content.trades[0], pnl_usd=5.0)
    captions = [caption.text for caption in read(trade_tables((winner,), "f", False)).every("caption")]
    assert captions == ["The largest gains", "1 round trip in the order of the run"]


def test_findings_stand_errors_first_with_their_waivers(read, content):
    rows = rows_of(read(findings_table(content.passport)))
    assert [row[0] for row in rows] == ["✗ error", "! warning", "· note"]
    assert rows[0][1] == "UNEXPLAINED_JUMP (waived)"
    assert rows[2][2] == "whole dataset"


def test_uninspected_data_are_told_from_clean_data(content):
    assert "not evaluated" in findings_table(replace(content.passport, findings=None))
    assert "found nothing" in findings_table(replace(content.passport, findings=()))


def test_more_findings_than_fit_are_counted(read, content):
    many = tuple(Finding("STALE_END", Level.WARNING, f"S{k}", "stale") for k in range(MOST_FINDINGS + 7))
    tree = read(findings_table(replace(content.passport, findings=many)))
    assert len(rows_of(tree)) == MOST_FINDINGS
    assert tree.one("p").text == "7 more findings are in the quality report."


def test_a_study_without_waivers_says_so():
    assert "waives nothing" in waivers_table(())


def test_long_lists_of_names_are_counted():
    assert some_of(tuple("abc")) == "a, b, c"
    assert some_of(tuple(f"S{k}" for k in range(50))).endswith("S39 and 10 more")


def test_the_reported_grid_point_is_marked_and_a_silent_trial_is_not_evaluated(read, content):
    rows = rows_of(read(grid_table(content.grid)))
    assert rows[1] == ["252", "0.48", "0.55", "0.58 ◆", "0.51"]
    assert rows[2][3] == "n.e."


def test_a_reported_point_without_a_number_is_still_marked(read, content):
    rows = rows_of(read(grid_table(replace(content.grid, chosen=(2, 2)))))
    assert rows[2][3] == "n.e. ◆"


def test_the_grid_says_where_the_reported_point_ranks(content):
    words = grid_words(content.grid)
    assert words.startswith("12 trials; Sharpe ratio a year: best 0.58, median 0.48, worst −0.08.")
    assert "1 point of the grid gave no number." in words
    assert "The reported point has 0.58, rank 1 of 11; it is marked ◆." in words


def test_parameters_off_the_grid_are_said_to_be_so(content):
    assert grid_words(replace(content.grid, chosen=())).endswith(
        "The reported parameters are not on this grid."
    )


def make_grid(*sizes: int, chosen: tuple[int, ...] = ()) -> Grid:
    metric = np.arange(float(np.prod(sizes))).reshape(sizes)
    names = tuple("abcd"[: len(sizes)])
    return Grid(names, tuple(tuple(range(size)) for size in sizes), "Sharpe", metric, metric.size, chosen)


def test_one_parameter_is_a_list_without_a_picture(read):
    grid = make_grid(3, chosen=(1,))
    assert grid_chart(grid).traces == ()
    assert rows_of(read(grid_table(grid))) == [["0", "0.00"], ["1", "1.00 ◆"], ["2", "2.00"]]


def test_three_parameters_are_listed_and_pictured_at_the_reported_third(read):
    grid = make_grid(2, 2, 3, chosen=(0, 1, 2))
    assert face_of(grid).tolist() == [[2.0, 5.0], [8.0, 11.0]]
    assert "The picture holds c = 2." in grid_words(grid)
    assert len(rows_of(read(grid_table(grid)))) == 12
    assert grid_chart(grid).traces[0]["text"] == [["2.00", "5.00 ◆"], ["8.00", "11.00"]]


def test_four_parameters_are_pictured_at_the_reported_others():
    grid = make_grid(2, 2, 3, 4, chosen=(0, 1, 2, 3))
    assert face_of(grid).tolist() == grid.metric[:, :, 2, 3].tolist()


def test_a_grid_of_gaps_is_said_in_words():
    grid = replace(make_grid(2, 2), metric=np.full((2, 2), np.nan))
    assert "No parameter grid was run" in grid_chart(grid).missing


def test_a_large_grid_is_cut_and_the_rest_is_counted(read):
    tree = read(grid_table(make_grid(40, 40)))
    assert len(rows_of(tree)) == MOST_CELLS
    assert tree.one("p").text == "100 more trials not listed here."


def test_a_large_grid_writes_only_its_mark_into_the_picture():
    text = grid_chart(make_grid(20, 20, chosen=(3, 4))).traces[0]["text"]
    assert text[3][4] == "◆"
    assert sum(word != "" for row in text for word in row) == 1
