"""Artifacts: the same content has the same bytes, and every number of an account finds its row."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from tradewright.execution.profiles.registry import find
from tradewright.kernel.reference import simulate
from tradewright.runs import artifacts
from tradewright.values.currency import Quotes
from tradewright.values.decisions import Decisions
from tradewright.values.panel import panel_of_closes
from tradewright.values.profile import AccountOptions

DAY = 86_400_000_000_000

WRITE_A_TABLE = """
import hashlib
import numpy as np, polars as pl
from tradewright.runs.artifacts import table_bytes
draw = np.random.default_rng(3)
rows = 150_000
parts = [
    pl.DataFrame({
        "at": np.arange(rows), "price": draw.normal(size=rows),
        "symbol": draw.choice(np.array(["A", "BB", "CCC"]), rows), "none": [None, 1.5] * (rows // 2),
    }) for _ in range(2)
]
print(hashlib.sha256(table_bytes(pl.concat(parts, rechunk=False))).hexdigest())
"""


@pytest.fixture(scope="module")
def account():
    """Two instruments over six sessions: one is bought, the other one has no price at first."""
    close = np.array([[10.0, np.nan], [11.0, np.nan], [12.0, 50.0], [13.0, 51.0], [14.0, 52.0], [15.0, 53.0]])
    panel = panel_of_closes(np.arange(1, 7) * DAY, ("AAA", "BBB"), close)
    weights = np.array([[0.5, 0.2], [np.nan, np.nan], [0.25, 0.25]])
    decisions = Decisions(np.array([0, 1, 3]), weights)
    return panel, decisions, simulate(panel, decisions, AccountOptions(), find("realistic"))


def test_balances_have_a_line_a_session_and_currency_with_the_rate_where_one_was_known(account):
    panel, _, made = account
    told = replace(
        panel,
        quotes=Quotes(("USD", "EUR")),
        rates=np.array([[1.0, np.nan], [1.0, np.nan], [1.0, 1.1], [1.0, 1.2], [1.0, 1.3], [1.0, 1.4]]),
    )
    units, moved = np.arange(12.0).reshape(6, 2), -np.arange(12.0).reshape(6, 2)
    kept = replace(
        made, currencies=("USD", "EUR"), balances=units, exchanged=moved,
        exchange_gain_usd=np.arange(6.0), exchange_cost_usd=np.zeros(6),
    )  # fmt: skip
    tables = artifacts.outcome_tables(told, account[1], kept)
    found = tables["balances.parquet"]
    assert found["known_at"].to_list() == np.repeat(panel.instants, 2).tolist()
    assert found["currency"].to_list() == ["USD", "EUR"] * 6
    assert found["balance"].to_list() == units.ravel().tolist()
    assert found["exchanged"].to_list() == moved.ravel().tolist()
    assert found["rate"].to_list() == [1.0, None, 1.0, None, 1.0, 1.1, 1.0, 1.2, 1.0, 1.3, 1.0, 1.4]
    assert tables["equity.parquet"]["exchange_gain_usd"].to_list() == list(range(6))


def test_without_kept_balances_no_file_and_no_column_speaks_of_them(account):
    tables = artifacts.outcome_tables(*account)
    assert "balances.parquet" not in tables
    assert not [name for name in tables["equity.parquet"].columns if name.startswith("exchange")]


def test_margin_calls_and_the_brokers_orders_have_their_own_lines():
    close = np.array([[50.0], [50.0], [30.0], [30.0], [30.0]])
    panel = panel_of_closes(np.arange(1, 6) * DAY, ("AAA",), close)
    decisions = Decisions(np.array([0]), np.array([[2.0]]))
    options = AccountOptions(1_000.0, 2.0, type="margin")
    outcome = simulate(panel, decisions, options, find("idealistic"))
    tables = artifacts.outcome_tables(panel, decisions, outcome)
    (call,) = tables["margin_calls.parquet"].to_dicts()
    assert call["called_at"] == 3 * DAY
    assert call["equity_usd"] < call["required_usd"]
    assert call["forced_orders"] == 1
    assert tables["orders.parquet"]["forced"].to_list() == [False, True]
    quiet = simulate(panel, decisions, AccountOptions(1_000.0, 2.0), find("idealistic"))
    assert "margin_calls.parquet" not in artifacts.outcome_tables(panel, decisions, quiet)


def written_elsewhere(hash_seed: str, threads: str) -> str:
    """The hash of one large table, written by another process."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "POLARS_MAX_THREADS": threads}
    done = subprocess.run(
        [sys.executable, "-c", WRITE_A_TABLE], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_a_table_has_the_same_bytes_in_every_process_and_with_every_number_of_threads():
    hashes = {written_elsewhere(seed, threads) for seed, threads in (("0", "1"), ("1", "2"), ("random", "2"))}
    assert len(hashes) == 1


def test_a_table_in_pieces_has_the_bytes_of_the_whole():
    whole = pl.DataFrame({"x": np.arange(10_000.0)})
    pieces = pl.concat([whole[:17], whole[17:5_000], whole[5_000:]], rechunk=False)
    assert pieces.n_chunks() == 3
    assert artifacts.table_bytes(pieces) == artifacts.table_bytes(whole)


def test_another_value_gives_other_bytes():
    one, two = pl.DataFrame({"x": [1.0, 2.0]}), pl.DataFrame({"x": [1.0, np.nextafter(2.0, 3.0)]})
    assert artifacts.table_bytes(one) != artifacts.table_bytes(two)


def test_a_table_read_back_is_the_table():
    table = pl.DataFrame({"at": [1, 2], "symbol": ["A", None], "usd": [float("nan"), 0.1]})
    assert pl.read_parquet(artifacts.table_bytes(table)).equals(table)


def test_json_does_not_depend_on_the_order_of_its_keys():
    assert artifacts.json_bytes({"b": 1, "a": {"d": 2, "c": 3}}) == artifacts.json_bytes(
        {"a": {"c": 3, "d": 2}, "b": 1}
    )


def test_json_takes_numpy_numbers_and_writes_nan_as_null():
    content = {"x": np.float64(0.1), "n": np.int64(3), "path": np.array([1.0, np.nan]), "inf": float("inf")}
    assert json.loads(artifacts.json_bytes(content)) == {
        "x": 0.1,
        "n": 3,
        "path": [1.0, None],
        "inf": None,
    }


def test_json_refuses_what_it_could_not_read_back():
    with pytest.raises(TypeError, match="cannot hold object"):
        artifacts.json_bytes({"x": object()})


def test_bytes_are_kept_as_they_are_and_names_come_in_order():
    kept = artifacts.encoded({"b.html": b"<p>", "a.parquet": pl.DataFrame({"x": [1]})})
    assert list(kept) == ["a.parquet", "b.html"]
    assert kept["b.html"] == b"<p>"


def test_decisions_leave_out_what_a_strategy_said_nothing_about(account):
    panel, decisions, _ = account
    table = artifacts.decisions_table(panel, decisions)
    assert table["decided_at"].to_list() == [DAY, DAY, 4 * DAY, 4 * DAY]
    assert table["symbol"].to_list() == ["AAA", "BBB", "AAA", "BBB"]
    assert table["weight"].to_list() == [0.5, 0.2, 0.25, 0.25]


def test_orders_say_in_words_how_they_ended(account):
    panel, _, outcome = account
    table = artifacts.orders_table(panel, outcome)
    assert len(table) == len(outcome.orders)
    assert set(table["state"]) == {"filled"}
    assert table["decided_at"][0] == DAY
    assert table["done_at"][0] == 2 * DAY


def test_an_order_that_still_works_is_done_at_no_time():
    close = np.array([[10.0], [np.nan], [np.nan]])
    panel = panel_of_closes(np.arange(1, 4) * DAY, ("AAA",), close)
    outcome = simulate(
        panel, Decisions(np.array([0]), np.array([[0.5]])), AccountOptions(), find("idealistic")
    )
    table = artifacts.orders_table(panel, outcome)
    assert table["state"].to_list() == ["working"]
    assert table["done_at"].to_list() == [None]


def test_fills_carry_the_printed_price_beside_the_price_paid(account):
    panel, _, outcome = account
    table = artifacts.fills_table(panel, outcome)
    assert table["reference"][0] == 11.0
    assert table["price"][0] > 11.0
    assert table["commission_usd"].sum() == pytest.approx(float(outcome.fills["commission_usd"].sum()))


def test_flows_of_the_whole_account_have_no_symbol(account):
    panel, _, outcome = account
    table = artifacts.flows_table(panel, outcome)
    interest = table.filter(pl.col("kind") == "interest")
    assert interest["symbol"].to_list() == [None]
    assert interest["amount_usd"][0] == pytest.approx(float(outcome.interest_usd[-1]))


def test_refusals_say_why_in_words(account):
    panel, _, outcome = account
    table = artifacts.refusals_table(panel, outcome)
    assert table.row(0) == (DAY, "BBB", "no price is known yet")


def test_equity_has_a_row_for_each_session_and_adds_up(account):
    panel, _, outcome = account
    table = artifacts.equity_table(panel, outcome)
    assert table["known_at"].to_list() == panel.instants.tolist()
    parts = table["cash_usd"] + table["long_usd"] - table["short_usd"]
    assert (table["equity_usd"] - parts).abs().max() < 1e-6


def test_an_account_has_six_tables_even_when_nothing_happened():
    panel = panel_of_closes(np.arange(1, 4) * DAY, ("AAA",), np.full((3, 1), 10.0))
    silent = Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, 1)))
    outcome = simulate(panel, silent, AccountOptions(), find("idealistic"))
    tables = artifacts.outcome_tables(panel, silent, outcome)
    assert sorted(tables) == [
        "decisions.parquet", "equity.parquet", "fills.parquet", "flows.parquet", "orders.parquet",
        "refusals.parquet",
    ]  # fmt: skip
    assert tables["fills.parquet"].is_empty()
    read = {name: pl.read_parquet(content) for name, content in artifacts.encoded(tables).items()}
    assert read["orders.parquet"].schema["state"] == pl.String


def test_equal_accounts_give_equal_files(account):
    first, second = (artifacts.encoded(artifacts.outcome_tables(*account)) for _ in range(2))
    assert [hashlib.sha256(one).digest() for one in first.values()] == [
        hashlib.sha256(one).digest() for one in second.values()
    ]


@pytest.fixture(scope="module")
def spoken():
    """A run that said words on single orders, and its eight tables."""
    from tradewright.kernel.batch import simulate as traded
    from tradewright.values.order import Amend, Bracket, Cancel, Order, OrderType, TimeInForce

    close = np.array([[10.0], [11.0], [12.0], [13.0], [9.0], [8.0]])
    panel = panel_of_closes(np.arange(1, 7) * DAY, ("AAA",), close)
    trail = Order("AAA", -5, OrderType.TRAILING_STOP, trail_percent=2.0, time_in_force=TimeInForce.GTC)
    said = (
        (0, Bracket.around(Order.limit("AAA", 10, 11.5), 20.0, 9.5)),
        (1, trail),
        (2, Amend(2, stop_usd=10.0)),
        (3, Cancel(1)),
    )
    decisions = Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, 1)), said)
    outcome = traded(panel, decisions, AccountOptions(), find("realistic"))
    return artifacts.outcome_tables(panel, decisions, outcome)


def test_what_was_said_of_orders_is_kept_word_by_word(spoken):
    table = spoken["instructions.parquet"]
    assert table["word"].to_list() == ["submit", "submit", "submit", "submit", "amend", "cancel"]
    assert table["ticket"].to_list() == [0, 1, 2, 3, 2, 1]
    assert table["entry"].to_list() == [None, 0, 0, None, 0, 0]
    assert table["stop_usd"].to_list() == [None, None, 9.5, None, 10.0, None]
    assert table["trail_percent"].to_list()[3] == pytest.approx(2.0)
    assert table["type"].to_list()[:3] == ["limit", "limit", "stop"]


def test_every_change_of_state_is_kept(spoken):
    table = spoken["order_events.parquet"]
    assert table.columns == ["at", "ticket", "state"]
    mine = table.filter(pl.col("ticket") == 0)["state"].to_list()
    assert mine == ["working", "filled"]


def test_orders_name_their_ticket(spoken):
    assert spoken["orders.parquet"]["ticket"].to_list() == [0, 1, 2, 3]


def test_a_run_of_weights_alone_has_no_files_of_words(account):
    names = set(artifacts.outcome_tables(*account))
    assert len(names) == 6
    assert artifacts.outcome_tables(*account)["orders.parquet"]["ticket"].null_count() > 0
