"""The gateway inside a simulation: compiled and plain agree, and nothing passes it by."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markets import account, close_only, market, profile, wishes

from tradewright.execution.checks.contract import GATEWAY
from tradewright.execution.gateway import Verdict
from tradewright.execution.limits.contract import FREE
from tradewright.execution.limits.registry import find, simulated
from tradewright.kernel import reference
from tradewright.kernel.batch import simulate
from tradewright.kernel.session import Session
from tradewright.runs.gate.compiled import CompiledGate
from tradewright.runs.gate.plain import (
    PlainGate,
    binds,
    decision_of,
    held_limits,
    rule_of,
    statistics,
    verdict_of,
)
from tradewright.values.outcome import UNDER_ONE_SHARE
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT

FREE_LIMITS = simulated(find("research"))[0]
BALANCED = simulated(find("balanced"))[0]
RICH = account(capital_usd=1e6)
HOUR = 3_600 * 10**9


def limits(**changes: float):
    """Limits that ask nothing but what is given; the switch is off unless a loss is limited."""
    return replace(FREE_LIMITS, **changes)


def walk(seed: int, bars: int = 60, assets: int = 3, sigma: float = 0.02):
    """A market of random walks."""
    steps = np.random.default_rng(seed).normal(0.0, sigma, (bars, assets))
    return 100.0 * np.exp(np.cumsum(steps, axis=0))


def both(panel, decisions, held, terms=RICH, costs=None):
    """The compiled and the plain run, which must agree to the bit, and the compiled gate."""
    costs = profile() if costs is None else costs
    gate, plain = CompiledGate(held), PlainGate(held)
    fast = simulate(panel, decisions, terms, costs, gate)
    slow = reference.simulate(panel, decisions, terms, costs, plain)
    assert np.array_equal(fast.equity_usd, slow.equity_usd)
    assert np.array_equal(fast.positions, slow.positions)
    assert fast.orders.tolist() == slow.orders.tolist()
    assert fast.refusals.tolist() == slow.refusals.tolist()
    assert fast.fills.tolist() == slow.fills.tolist()
    must_log_alike(gate, plain, panel)
    return fast, gate


def must_log_alike(gate, plain, panel):
    """The log of the compiled gate, asked again of the plain checks, is what the plain gate decided."""
    record = gate.record()
    assert len(record.log) == len(plain.decisions)
    for line, (row, decision) in zip(record.log, plain.decisions, strict=True):
        again = decision_of(line, record, panel)
        assert line["row"] == row
        assert again.verdict is decision.verdict is verdict_of(line)
        assert again.qty == decision.qty == line["admitted"]
        assert again.rule == decision.rule
        for name in ("gross_usd", "net_usd", "equity_usd", "position", "day_start_usd", "session_peak_usd"):
            assert getattr(again.book, name) == pytest.approx(getattr(decision.book, name), rel=1e-12)
    tripped = -1 if record.kill_row < 0 else int(panel.instants[record.kill_row])
    assert tripped == plain.switch.tripped_at
    assert plain.switch.reason.startswith(record.kill_rule)


# Limits that bind nothing change nothing.


@pytest.mark.parametrize("seed", range(8))
def test_a_gate_that_binds_nothing_leaves_every_dollar_where_it_was(seed):
    generator = np.random.default_rng(seed)
    panel = market(walk(seed).tolist())
    decisions = wishes({row: list(generator.uniform(-0.4, 0.4, 3)) for row in range(0, 60, 4)})
    gated = simulate(panel, decisions, RICH, profile(), CompiledGate(FREE_LIMITS))
    free = simulate(panel, decisions, RICH, profile())
    assert np.array_equal(gated.equity_usd, free.equity_usd)
    assert np.array_equal(gated.positions, free.positions)
    assert sorted(gated.fills[["row", "asset", "qty", "price"]].tolist()) == sorted(
        free.fills[["row", "asset", "qty", "price"]].tolist()
    )


def test_research_needs_no_gate():
    assert not binds("research")
    assert [binds(name) for name in ("conservative", "balanced", "aggressive")] == [True, True, True]


def test_the_gate_is_asked_for_every_order():
    panel = market(walk(3).tolist())
    decisions = wishes({row: [0.1 * (row % 3), 0.2, 0.0] for row in range(0, 60, 5)})
    outcome, gate = both(panel, decisions, FREE_LIMITS)
    assert len(gate.record().log) == len(outcome.orders)


# A profile as a simulation holds it.


def test_a_series_without_volume_cannot_be_held_to_a_share_of_it():
    held, left_out = held_limits("balanced", close_only([10.0, 11.0]))
    assert held.max_volume_share == FREE
    assert "max_volume_share" in left_out


def test_a_series_with_volume_is_held_to_a_share_of_it():
    held, left_out = held_limits("balanced", market([10.0, 11.0]))
    assert held.max_volume_share == find("balanced").max_volume_share
    assert "max_volume_share" not in left_out


def test_one_known_volume_is_enough():
    held, _ = held_limits("balanced", market([10.0, 11.0], volume=[np.nan, 5.0]))
    assert held.max_volume_share == find("balanced").max_volume_share


# Both twins agree.


@pytest.mark.parametrize("profile_name", ["conservative", "balanced", "aggressive"])
@pytest.mark.parametrize("seed", range(6))
def test_twins_agree_under_every_profile(profile_name, seed):
    generator = np.random.default_rng(100 + seed)
    panel = market(walk(seed, sigma=0.03).tolist())
    decisions = wishes({row: list(generator.uniform(-0.3, 0.4, 3)) for row in range(0, 60, 2)})
    both(panel, decisions, simulated(find(profile_name))[0])


@given(
    seed=st.integers(0, 10_000),
    sigma=st.sampled_from([0.005, 0.03, 0.08]),
    reach=st.sampled_from([0.1, 0.3, 0.8]),
    every=st.integers(1, 7),
    whole=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_twins_agree_on_random_markets(seed, sigma, reach, every, whole):
    generator = np.random.default_rng(seed)
    closes = walk(seed, 40, 3, sigma)
    volume = np.where(generator.random((40, 3)) < 0.1, np.nan, 1e5)
    panel = market(closes.tolist(), volume=volume.tolist())
    chosen = np.where(generator.random((40, 3)) < 0.2, np.nan, generator.uniform(-reach, reach, (40, 3)))
    decisions = wishes({row: list(chosen[row]) for row in range(0, 40, every)})
    both(
        panel, decisions, BALANCED, account(capital_usd=1e6, fractional=not whole), profile(participation=0.2)
    )


@pytest.mark.parametrize("seed", range(4))
def test_twins_agree_through_splits_dividends_and_delistings(seed):
    generator = np.random.default_rng(seed)
    closes = walk(seed, 40, 3)
    closes[20:, 0] /= 4.0
    actions = [(10, 1, DIVIDEND, 0.5), (20, 0, SPLIT, 4.0), (30, 2, DELISTING, 0.5)]
    panel = market(closes.tolist(), actions=actions)
    decisions = wishes({row: list(generator.uniform(-0.2, 0.2, 3)) for row in range(0, 40, 3)})
    both(panel, decisions, BALANCED)


def test_twins_agree_on_a_series_of_closes_alone():
    held = replace(BALANCED, max_volume_share=FREE)
    panel = close_only(walk(5, 40, 2).tolist())
    both(panel, wishes({row: [0.1, 0.15] for row in range(0, 40, 3)}), held)


def test_twins_agree_on_hours_of_several_sessions():
    closes = walk(7, 48, 2, 0.02)
    instants = [day * 24 * HOUR + (14 + hour) * HOUR for day in range(6) for hour in range(8)]
    panel = market(closes.tolist(), instants=instants)
    generator = np.random.default_rng(1)
    decisions = wishes({row: list(generator.uniform(-0.2, 0.25, 2)) for row in range(48)})
    both(panel, decisions, replace(BALANCED, max_orders_day=5.0))


# What is refused, and how it is told.


def test_a_refused_order_never_works_and_leaves_a_refusal():
    panel = market([100.0] * 5)
    outcome, _ = both(panel, wishes({0: 0.5}), limits(max_order_share=0.25))
    assert len(outcome.orders) == 0
    assert outcome.refusals.tolist() == [(0, 0, GATEWAY + 6)]
    assert outcome.equity_usd.tolist() == [1e6] * 5


def test_the_words_of_a_refusal_name_limit_value_and_way_out():
    panel = market([100.0] * 5)
    _, gate = both(panel, wishes({0: 0.5}), limits(max_order_share=0.25))
    record = gate.record()
    words = decision_of(record.log[0], record, panel).refusal.words
    assert words == ("order size: 50.00% of equity; allowed: 25.00%. Send at most 250,000 USD.")


@pytest.mark.parametrize(
    ("changes", "weight", "check"),
    [
        ({"max_order_shares": 100.0}, 0.5, 6),
        ({"max_order_share": 0.1}, 0.5, 6),
        ({"max_volume_share": 0.001}, 0.5, 6),
        ({"max_position_share": 0.4}, 0.5, 7),
        ({"max_gross": 0.4}, 0.5, 7),
        ({"max_net": 0.4}, 0.5, 7),
        ({"max_net": 0.4}, -0.5, 7),
        ({"max_leverage": 0.4}, 0.5, 7),
        ({"max_working_orders": 0.0}, 0.5, 8),
        ({"max_working_share": 0.4}, 0.5, 8),
        ({"buying_power_haircut": 1.0}, 1.5, 9),
        ({"max_orders_day": 0.0}, 0.5, 10),
        ({"max_symbols": 0.0}, 0.5, 16),
    ],
)
def test_each_limit_that_bars_can_tell_refuses(changes, weight, check):
    panel = market([100.0] * 5)
    outcome, gate = both(panel, wishes({0: weight}), limits(**changes))
    assert outcome.refusals["reason"].tolist() == [GATEWAY + check]
    assert rule_of(int(outcome.refusals["reason"][0])) == gate_rule(gate)


def gate_rule(gate) -> str:
    return rule_of(int(gate.record().log["code"][0]))


@pytest.mark.parametrize("weight", [0.3, -0.3])
def test_an_order_inside_every_limit_passes(weight):
    panel = market([100.0] * 5)
    outcome, _ = both(panel, wishes({0: weight}), limits(max_position_share=0.3, max_gross=0.3, max_net=0.3))
    assert len(outcome.fills) == 1


def test_a_wish_that_the_market_refuses_is_not_asked_for():
    panel = market([100.0] * 5)
    outcome, gate = both(panel, wishes({0: 0.00001}), BALANCED)
    assert outcome.refusals["reason"].tolist() == [UNDER_ONE_SHARE]
    assert len(gate.record().log) == 0


def test_a_refused_change_leaves_the_position_as_it_is():
    panel = market([100.0] * 6)
    outcome, _ = both(panel, wishes({0: 0.2, 2: 0.9}), limits(max_order_share=0.25))
    assert outcome.positions.tolist() == [2_000.0]


def test_a_refused_order_is_asked_for_anew_at_the_next_decision():
    panel = market([100.0] * 6)
    _, gate = both(panel, wishes({0: 0.5, 2: 0.5}), limits(max_order_share=0.25))
    assert gate.record().log["code"].tolist() == [6, 6]


def test_what_closes_makes_room_for_what_opens_at_the_same_decision():
    # From all of one name into the other: at no time may both be held.
    panel = market([[100.0, 100.0]] * 8)
    outcome, gate = both(panel, wishes({0: [0.9, 0.0], 3: [0.0, 0.9]}), limits(max_gross=1.0))
    assert (gate.record().log["code"] == 0).all()
    assert outcome.positions.tolist() == [0.0, 9_000.0]


def test_it_makes_room_whichever_name_comes_first():
    panel = market([[100.0, 100.0]] * 8)
    outcome, gate = both(panel, wishes({0: [0.0, 0.9], 3: [0.9, 0.0]}), limits(max_gross=1.0))
    assert (gate.record().log["code"] == 0).all()
    assert outcome.positions.tolist() == [9_000.0, 0.0]


def test_orders_of_one_decision_count_against_each_other():
    panel = market([[100.0, 100.0, 100.0]] * 5)
    outcome, gate = both(panel, wishes({0: [0.4, 0.4, 0.4]}), limits(max_gross=1.0))
    assert gate.record().log["code"].tolist() == [0, 0, 7]
    assert outcome.positions.tolist() == [4_000.0, 4_000.0, 0.0]


def test_an_order_that_still_works_counts_as_filled():
    panel = market([[100.0, 100.0]] * 6, volume=[[1_000.0, 1e6]] * 6)
    decisions = wishes({0: [0.6, math.nan], 1: [math.nan, 0.6]})
    outcome, gate = both(panel, decisions, limits(max_gross=1.0))
    assert outcome.orders["filled_qty"][0] < outcome.orders["qty"][0]
    assert gate.record().log["code"].tolist() == [0, 7]


# Exits and the kill switch.


FALL = [100.0, 100.0, 100.0, 90.0, 90.0, 90.0, 95.0, 99.0, 99.0, 99.0]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"max_day_loss": 0.03}, "loss since the session began"),
        ({"max_rolling_loss": 0.03}, "loss of the rolling sessions"),
        ({"max_session_drawdown": 0.03}, "fall from the session's peak"),
        ({"max_drawdown": 0.03}, "drawdown"),
    ],
)
def test_a_loss_trips_the_switch_at_the_close_that_shows_it(changes, rule):
    panel = market(FALL)
    held = limits(needs_kill_switch=1, **changes)
    outcome, gate = both(panel, wishes({0: 0.8, 5: 1.0}), held)
    record = gate.record()
    assert record.kill_row == 3
    assert record.kill_rule == rule
    assert record.log["code"].tolist() == [0, 15]
    assert outcome.refusals["reason"].tolist() == [GATEWAY + 15]


def test_the_switch_trips_though_nobody_trades_on_that_day():
    panel = market(FALL)
    _, gate = both(panel, wishes({0: 0.8, 8: 1.0}), limits(needs_kill_switch=1, max_day_loss=0.03))
    assert gate.record().kill_row == 3


def test_a_recovery_does_not_open_the_door_again():
    panel = market([*FALL, 200.0, 200.0, 200.0])
    held = limits(needs_kill_switch=1, max_day_loss=0.03)
    outcome, gate = both(panel, wishes({0: 0.5, 10: 0.9}), held)
    assert gate.record().log["code"].tolist() == [0, 15]
    assert outcome.positions.tolist() == [5_000.0]


def test_exits_pass_a_latched_switch_bounded_by_what_is_held():
    panel = market(FALL)
    held = limits(needs_kill_switch=1, max_day_loss=0.03)
    outcome, gate = both(panel, wishes({0: 0.8, 5: 0.2, 7: 0.0}), held)
    assert gate.record().log["code"].tolist() == [0, 0, 0]
    assert outcome.positions.tolist() == [0.0]


def test_a_flip_does_not_pass_a_latched_switch():
    panel = market(FALL)
    held = limits(needs_kill_switch=1, max_day_loss=0.03)
    outcome, _ = both(panel, wishes({0: 0.8, 5: -0.8}), held)
    assert outcome.positions.tolist() == [8_000.0]


def test_a_short_position_is_bought_back_through_a_latched_switch():
    panel = market([100.0, 100.0, 100.0, 110.0, 110.0, 110.0, 110.0])
    held = limits(needs_kill_switch=1, max_day_loss=0.03)
    outcome, gate = both(panel, wishes({0: -0.8, 4: 0.0}), held)
    assert gate.record().kill_row == 3
    assert outcome.positions.tolist() == [0.0]


def test_without_a_switch_nothing_latches_but_the_loss_still_refuses():
    panel = market([100.0, 100.0, 100.0, 90.0, 90.0, 90.0, 90.0])
    _, gate = both(panel, wishes({0: 0.8, 3: 1.0, 5: 1.0}), limits(max_day_loss=0.03))
    assert gate.record().kill_row == -1
    assert gate.record().log["code"].tolist() == [0, 15, 0]


def test_losses_are_measured_from_the_close_before_the_session():
    instants = [day * 24 * HOUR + hour * HOUR for day in range(3) for hour in (14, 15, 16)]
    closes = [100.0, 100.0, 100.0, 98.0, 98.0, 98.0, 96.0, 96.0, 96.0]
    panel = market(closes, instants=instants)
    _, gate = both(panel, wishes({0: 1.0, 7: 0.9}), limits(needs_kill_switch=1, max_day_loss=0.03))
    log = gate.record().log
    assert gate.record().kill_row == -1
    assert log["day_start_usd"][1] == pytest.approx(980_000.0)


def test_the_peak_is_of_the_session_and_the_rolling_start_of_some_sessions_ago():
    instants = [day * 24 * HOUR for day in range(12)]
    closes = [100.0 + day for day in range(12)]
    panel = market(closes, instants=instants)
    held = limits(max_rolling_loss=0.5, rolling_sessions=3, max_session_drawdown=0.5, max_drawdown=0.5)
    outcome, gate = both(panel, wishes({0: 1.0, 10: 0.9}), held)
    line = gate.record().log[1]
    equity = outcome.equity_usd
    assert line["session_peak_usd"] == max(equity[9], equity[10])
    assert line["rolling_start_usd"] == equity[7]
    assert line["peak_usd"] == equity[:11].max()


# Soft limits.


def test_soft_limits_scale_what_opens():
    panel = market([100.0, 100.0, 100.0, 97.0, 97.0, 97.0])
    held = limits(max_drawdown=0.04)
    outcome, gate = both(panel, wishes({0: 1.0, 3: 1.2}), held)
    line = gate.record().log[1]
    assert verdict_of(line) is Verdict.SCALED
    assert 0.0 < line["admitted"] < line["qty"]
    assert outcome.orders["qty"][1] == line["admitted"]


def test_soft_limits_leave_exits_whole():
    panel = market([100.0, 100.0, 100.0, 97.0, 97.0, 97.0])
    outcome, gate = both(panel, wishes({0: 1.0, 3: 0.0}), limits(max_drawdown=0.04))
    assert outcome.positions.tolist() == [0.0]
    assert verdict_of(gate.record().log[1]) is Verdict.PASSED


# Pace, statistics, sessions of Python.


def test_orders_of_a_session_are_counted_and_forgotten():
    instants = [day * 24 * HOUR + hour * HOUR for day in range(2) for hour in range(14, 20)]
    panel = market([100.0 + k for k in range(12)], instants=instants)
    decisions = wishes({row: 0.1 + 0.05 * (row % 2) for row in range(11)})
    _, gate = both(panel, decisions, limits(max_orders_day=3.0))
    log = gate.record().log
    opened = log[log["qty"] > 0.0]
    assert set(opened["code"].tolist()) == {0, 10}
    assert log["orders_day"].max() >= 3
    # The next session begins at nothing again.
    assert log["orders_day"][log["row"] == 6].tolist() == [0]


def test_the_switch_trips_after_the_last_order_too():
    panel = market(FALL)
    _, gate = both(panel, wishes({0: 0.8}), limits(needs_kill_switch=1, max_day_loss=0.03))
    assert gate.record().kill_row == 3
    assert len(gate.record().log) == 1


def test_a_gate_before_no_run_has_nothing_to_tell():
    record = CompiledGate(BALANCED, ("max_sector_share",)).record()
    assert len(record.log) == 0
    assert record.left_out == ("max_sector_share",)
    assert (record.kill_row, record.kill_rule) == (-1, "")


def test_statistics_add_up():
    panel = market(walk(11).tolist())
    generator = np.random.default_rng(2)
    decisions = wishes({row: list(generator.uniform(-0.4, 0.5, 3)) for row in range(0, 60, 2)})
    outcome, gate = both(panel, decisions, BALANCED)
    found = statistics(gate.record(), panel)
    assert found["asked"] == found["passed"] + found["scaled"] + found["refused"]
    assert found["refused"] == sum(found["refused_by"].values()) == len(outcome.refusals)
    assert found["passed"] + found["scaled"] == len(outcome.orders)
    assert found["limits"] == "balanced"
    assert found["binding"]["max_gross"] == find("balanced").max_gross


def test_a_session_passes_the_same_gate_as_the_batch():
    panel = market(walk(13).tolist())
    generator = np.random.default_rng(4)
    chosen = {row: list(generator.uniform(-0.4, 0.5, 3)) for row in range(0, 60, 3)}
    batch, session_gate = CompiledGate(BALANCED), CompiledGate(BALANCED)
    whole = simulate(panel, wishes(chosen), RICH, profile(), batch)
    session = Session(panel, RICH, profile(), gate=session_gate)
    for row in range(60):
        session.advance(row)
        if row in chosen:
            session.intend(np.array(chosen[row]))
        assert session.equity_usd == whole.equity_usd[row]
    found = session.finish()
    assert np.array_equal(found.equity_usd, whole.equity_usd)
    assert found.refusals.tolist() == whole.refusals.tolist()
    one, other = session_gate.record().log, batch.record().log
    assert all(np.array_equal(one[name], other[name], equal_nan=True) for name in one.dtype.names)


def test_a_session_that_nobody_looks_at_passes_it_too():
    panel = market(walk(13).tolist())
    gate = CompiledGate(BALANCED)
    session = Session(panel, RICH, profile(), gate=gate)
    for row in range(60):
        session.advance(row)
        session.intend(np.array([0.1, 0.9, -0.1 * (row % 2)]))
    outcome = session.finish()
    refused = gate.record().log["code"] != 0
    assert refused.any()
    assert len(outcome.refusals) == int(refused.sum())


def test_the_log_grows_as_far_as_it_must():
    bars = 400
    panel = market(walk(17, bars, 2, 0.005).tolist())
    decisions = wishes({row: [0.1 + 0.001 * (row % 7), 0.2] for row in range(bars - 1)})
    _, gate = both(panel, decisions, BALANCED)
    assert len(gate.record().log) > 300


def test_the_kernel_liquidates_past_the_gate_because_a_run_must_end():
    panel = market(FALL)
    terms = account(capital_usd=1e6, liquidate_at_end=True)
    outcome, _ = both(panel, wishes({0: 0.5}), limits(max_order_share=0.6), terms)
    assert outcome.positions.tolist() == [0.0]
