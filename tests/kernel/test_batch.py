"""The batch call itself: outcomes that belong to their caller, calls that do not meet."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from drivers import DRIVERS, differences
from markets import Traits, account, draw, market, profile, wishes

from tradewright.values.decisions import no_decisions
from tradewright.values.outcome import fill_dtype, flow_dtype, order_dtype, refusal_dtype

simulate = DRIVERS["batch"]


def test_an_outcome_keeps_its_numbers_when_another_simulation_runs():
    panel = market([100.0, 100.0, 130.0])
    first = simulate(panel, wishes({0: 0.5}), account(), profile())
    before = first.equity_usd.copy(), first.fills.copy()
    for weight in (0.1, 0.9, -0.4):
        simulate(panel, wishes({0: weight}), account(), profile())
    assert np.array_equal(first.equity_usd, before[0])
    assert first.fills.tolist() == before[1].tolist()


def test_simulations_in_several_threads_do_not_meet():
    streams = [draw(seed, Traits(), account(fractional=True), profile(cash_rate=0.1)) for seed in range(24)]
    alone = [simulate(*stream.all) for stream in streams]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda stream: simulate(*stream.all), streams))
    assert [differences(*pair) for pair in zip(alone, together, strict=True)] == [[]] * 24


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        ("orders", order_dtype),
        ("fills", fill_dtype),
        ("flows", flow_dtype),
        ("refusals", refusal_dtype),
    ],
)
def test_records_have_the_agreed_types_even_where_there_are_none(name, dtype):
    outcome = simulate(market([100.0] * 3), no_decisions(1), account(), profile())
    records = getattr(outcome, name)
    assert records.dtype == dtype
    assert len(records) == 0


def test_a_single_row_is_a_valid_panel():
    outcome = simulate(market([100.0]), no_decisions(1), account(), profile())
    assert outcome.equity_usd.tolist() == [1_000.0]
    assert outcome.ruined_row == -1


def test_a_panel_without_rows_gives_an_outcome_without_rows():
    panel = market([100.0, 100.0]).rows(0, 0)
    outcome = simulate(panel, no_decisions(1), account(liquidate_at_end=True), profile(cash_rate=0.1))
    assert outcome.equity_usd.shape == (0,)
    assert outcome.positions.tolist() == [0.0]
