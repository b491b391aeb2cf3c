"""Many candidates over one market: each is the batch, whatever the threads."""

import threading

import numpy as np
import pytest
from drivers import DRIVERS
from markets import NAN, account, close_only, market, profile, wishes

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.sweep import simulate_many
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import DIVIDEND, SPLIT

FLAT = [100.0] * 5


def walk(bars=300, assets=2, seed=0):
    """A random market with gaps and two corporate actions."""
    random = np.random.default_rng(seed)
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.02, (bars, assets)), axis=0))
    open_ = close * np.exp(random.normal(0.0, 0.005, close.shape))
    close[random.random(close.shape) < 0.05] = NAN
    open_[random.random(close.shape) < 0.05] = NAN
    volume = np.floor(random.exponential(2_000.0, close.shape))
    acts = [(bars // 3, 0, SPLIT, 2.0), (bars // 2, assets - 1, DIVIDEND, 0.5)]
    return market(close, open_, volume, acts)


def candidates(panel, count, seed=0):
    """Decisions of many candidates, the first of them silent."""
    bars, assets = panel.shape
    random = np.random.default_rng(seed)
    found = [no_decisions(assets)]
    for _ in range(count - 1):
        rows = np.flatnonzero(random.random(bars) < 0.05)
        found.append(Decisions(rows, random.normal(0.0, 0.6, (len(rows), assets))))
    return found


def test_no_candidates_no_rows():
    assert simulate_many(market(FLAT), [], account(), profile()).shape == (0, 5)


def test_one_candidate_is_the_batch():
    decisions = wishes({0: 0.5})
    equity = simulate_many(market([100.0, 100.0, 120.0]), [decisions], account(), profile())
    assert equity.tolist() == [[1_000.0, 1_000.0, 1_100.0]]


def test_rows_stand_in_the_order_of_the_candidates():
    panel = market([100.0, 100.0, 200.0])
    chosen = [wishes({0: weight}) for weight in (0.1, 0.5, 0.3)]
    equity = simulate_many(panel, chosen, account(), profile())
    assert equity[:, -1].tolist() == [1_100.0, 1_500.0, 1_300.0]


def test_a_candidate_without_decisions_keeps_its_capital():
    equity = simulate_many(market(FLAT), [no_decisions(1)] * 3, account(), profile())
    assert (equity == 1_000.0).all()


@pytest.mark.parametrize("name", sorted(PROFILES))
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_every_candidate_equals_the_batch_to_the_last_bit(name, threads):
    panel = walk()
    chosen = candidates(panel, 25)
    rules = account(fractional=True, liquidate_at_end=True)
    equity = simulate_many(panel, chosen, rules, PROFILES[name], threads)
    for row, decisions in zip(equity, chosen, strict=True):
        alone = DRIVERS["batch"](panel, decisions, rules, PROFILES[name])
        assert np.array_equal(row, alone.equity_usd)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33])
def test_any_number_of_candidates_is_cut_into_chunks_without_loss(count):
    panel = walk(60)
    chosen = candidates(panel, count, seed=count)
    one = simulate_many(panel, chosen, account(), profile(), threads=1)
    two = simulate_many(panel, chosen, account(), profile(), threads=2)
    five = simulate_many(panel, chosen, account(), profile(), threads=5)
    assert one.shape == (count, 60)
    assert np.array_equal(one, two)
    assert np.array_equal(one, five)


def test_candidates_do_not_leak_into_each_other():
    panel = walk(80)
    chosen = candidates(panel, 6, seed=3)
    together = simulate_many(panel, chosen, account(), profile())
    turned = simulate_many(panel, chosen[::-1], account(), profile())
    assert np.array_equal(together, turned[::-1])


def test_a_ruined_candidate_does_not_ruin_the_next():
    panel = market([100.0, 100.0, 400.0, 400.0, 400.0])
    chosen = [wishes({0: -1.0}), wishes({0: 0.5}), wishes({0: -1.0}), wishes({2: 0.5})]
    equity = simulate_many(panel, chosen, account(), profile())
    assert equity[0, -1] == -2_000.0
    assert equity[1, -1] == 2_500.0
    assert equity[3, -1] == 1_000.0


def test_a_liquidated_candidate_does_not_keep_the_next_from_it():
    rules = account(liquidate_at_end=True)
    costs = profile(commission_minimum_usd=1.0)
    equity = simulate_many(market(FLAT), [wishes({0: 0.5})] * 3, rules, costs)
    assert equity[:, -1].tolist() == [998.0] * 3


def test_closes_alone_work_in_a_sweep():
    panel = close_only([100.0, 100.0, 150.0])
    equity = simulate_many(panel, [wishes({0: 0.5})], account(), profile())
    assert equity[0].tolist() == [1_000.0, 1_000.0, 1_250.0]


def test_interest_works_in_a_sweep():
    panel = walk(200, assets=1)
    rules = profile(cash_rate=0.05, margin_rate=0.08, borrow_rate=0.03)
    chosen = candidates(panel, 8, seed=9)
    equity = simulate_many(panel, chosen, account(), rules, threads=2)
    for row, decisions in zip(equity, chosen, strict=True):
        assert np.array_equal(row, DRIVERS["batch"](panel, decisions, account(), rules).equity_usd)


@pytest.mark.parametrize("threads", [0, -1])
def test_no_threads_are_refused(threads):
    with pytest.raises(InvalidOption, match=f"threads = {threads}"):
        simulate_many(market(FLAT), [wishes({0: 0.5})], account(), profile(), threads)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_bad_candidate_is_refused_by_name(threads):
    chosen = [wishes({0: 0.5})] * 5 + [wishes({3: float("inf")})]
    with pytest.raises(InvalidOption, match="Weight inf for A at row 3"):
        simulate_many(market(FLAT), chosen, account(), profile(), threads)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_candidate_for_another_panel_is_refused(threads):
    chosen = [wishes({0: 0.5}), wishes({0: [0.5, 0.5]})]
    with pytest.raises(InvalidOption, match="Weights for 2 instruments"):
        simulate_many(market(FLAT), chosen, account(), profile(), threads)


def test_a_sweep_lets_other_threads_run():
    panel = walk(4_000, assets=1)
    chosen = candidates(panel, 300, seed=4)
    ticks, stop = [], threading.Event()

    def tick():
        while not stop.wait(0.0005):
            ticks.append(1)

    clock = threading.Thread(target=tick)
    clock.start()
    simulate_many(panel, chosen, account(), profile())
    stop.set()
    clock.join()
    assert len(ticks) > 3


def test_two_sweeps_at_once_do_not_meet():
    panel = walk(200)
    chosen = candidates(panel, 20, seed=8)
    expected = simulate_many(panel, chosen, account(), profile())
    found = [None, None]

    def run(place):
        found[place] = simulate_many(panel, chosen, account(), profile(), threads=2)

    workers = [threading.Thread(target=run, args=(place,)) for place in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert np.array_equal(found[0], expected)
    assert np.array_equal(found[1], expected)


def test_the_input_may_be_a_tuple():
    equity = simulate_many(market(FLAT), (wishes({0: 0.5}),), account(), profile())
    assert equity.shape == (1, 5)


@pytest.mark.parametrize("row", [-1, 5, 99])
@pytest.mark.parametrize("place", [0, 3, 6])
def test_a_candidate_with_a_row_outside_the_panel_is_refused_wherever_it_stands(row, place):
    chosen = [wishes({0: 0.5}) for _ in range(7)]
    chosen[place] = wishes({row: 0.5})
    with pytest.raises(InvalidOption, match=f"A decision at row {row} of a panel of 5 rows"):
        simulate_many(market(FLAT), chosen, account(), profile(), threads=2)


@pytest.mark.parametrize("weight", [float("inf"), float("-inf")])
@pytest.mark.parametrize("place", [0, 3, 6])
def test_an_infinite_weight_is_refused_wherever_it_stands(weight, place):
    chosen = [wishes({2: 0.5}) for _ in range(7)]
    chosen[place] = wishes({0: 0.1, 2: weight})
    with pytest.raises(InvalidOption, match="for A at row 2"):
        simulate_many(market(FLAT), chosen, account(), profile())


def test_a_nan_weight_is_welcome_in_a_sweep():
    equity = simulate_many(market(FLAT), [wishes({0: NAN}), wishes({0: 0.5})], account(), profile())
    assert (equity == 1_000.0).all()


def test_the_same_decisions_object_may_stand_for_several_candidates():
    panel = walk(100)
    one = candidates(panel, 2, seed=5)[1]
    equity = simulate_many(panel, [one] * 4, account(), profile(), threads=2)
    assert all(np.array_equal(equity[0], row) for row in equity[1:])
