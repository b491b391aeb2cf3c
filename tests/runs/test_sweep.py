"""Sweeps: every candidate is its own backtest, however many threads share the work."""

import numpy as np
import pytest

from tradewright.execution.profiles import registry as profiles
from tradewright.runs.backtest import backtest
from tradewright.runs.sweep import Sweep, grid, sweep
from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.mean_reversion import MeanReversion
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.parameters import UnknownParameter, parameter
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import DecisionBatch, batch_of, no_decisions
from tradewright.values.errors import Failure, InvalidOption
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import panel_of_closes
from tradewright.values.profile import AccountOptions

ACCOUNT = AccountOptions(capital_usd=100_000.0)
REALISTIC = profiles.find("realistic")


def closes(rows: int, assets: int) -> np.ndarray:
    random = np.random.default_rng(5)
    return 50.0 * np.exp(np.cumsum(random.normal(0, 0.02, (rows, assets)), axis=0))


PANEL = panel_of_closes(np.arange(400) * NS_PER_DAY, ("A", "B", "C"), closes(400, 3))


class Cautious(Strategy):
    """Holds A while it has lost little of its money: it needs its account, so it has no targets."""

    loss: float = parameter(0.05, low=0.0, high=1.0, unit="fraction", about="loss at which it leaves")

    @property
    def warm_up_bars(self) -> int:
        return 1

    def decide(self, view: View) -> Weights:
        if not view.has_decided:
            return {"A": 0.9}
        return {"A": 0.0} if view.equity_usd < (1 - self.loss) * ACCOUNT.capital_usd else None


MIXED = (
    *grid(SmaCross, {"fast": [3, 5], "slow": [10, 20], "short": [False, True]}),
    *grid(Cautious, {"loss": [0.01, 0.1]}),
    BuyAndHold(),
    *grid(Momentum, {"top": [0.4, 1.0]}, lookback=60),
    *grid(MeanReversion, {"entry": [1.0, 1.5]}, exit=0.2),
    SmaCross(fast=7, slow=30),
)


@pytest.fixture(scope="module")
def alone() -> Sweep:
    return sweep(MIXED, PANEL, ACCOUNT, REALISTIC)


@pytest.mark.parametrize("place", range(len(MIXED)))
def test_each_candidate_is_its_own_backtest_to_the_last_bit(alone, place):
    run = backtest(MIXED[place], PANEL, ACCOUNT, REALISTIC)
    assert np.array_equal(alone.equity_usd[place], run.outcome.equity_usd)
    assert np.array_equal(alone.decisions[place].rows, run.decisions.rows)
    assert np.array_equal(alone.decisions[place].weights, run.decisions.weights, equal_nan=True)


@pytest.mark.parametrize("threads", [2, 3, 16])
def test_the_number_of_threads_changes_no_bit(alone, threads):
    shared = sweep(MIXED, PANEL, ACCOUNT, REALISTIC, threads=threads)
    assert shared.strategies == alone.strategies
    assert np.array_equal(shared.equity_usd, alone.equity_usd)
    assert np.array_equal(shared.decisions.starts, alone.decisions.starts)
    assert np.array_equal(shared.decisions.rows, alone.decisions.rows)
    assert np.array_equal(shared.decisions.weights, alone.decisions.weights, equal_nan=True)


def test_more_threads_than_candidates_are_no_trouble():
    assert sweep(MIXED[:1], PANEL, ACCOUNT, REALISTIC, threads=4).equity_usd.shape == (1, 400)


def test_no_candidates_give_an_empty_sweep():
    empty = sweep((), PANEL, ACCOUNT, REALISTIC, threads=2)
    assert empty.equity_usd.shape == (0, 400)
    assert len(empty.decisions) == 0


def test_no_threads_are_refused():
    with pytest.raises(InvalidOption, match="threads = 0"):
        sweep(MIXED, PANEL, ACCOUNT, REALISTIC, threads=0)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_candidate_that_breaks_is_named(threads):
    class Breaking(Cautious):
        def targets(self, frame: Frame):
            raise ValueError("no such column")

    with pytest.raises(Failure, match="Breaking: targets failed: ValueError: no such column"):
        sweep((SmaCross(), Breaking()), PANEL, ACCOUNT, REALISTIC, threads=threads)


def test_candidates_asked_together_that_break_are_named():
    class Breaking(Cautious):
        @classmethod
        def targets_of_many(cls, frame, candidates):
            raise ValueError("no such column")

    with pytest.raises(Failure, match="Breaking: targets_of_many failed"):
        sweep((Breaking(),), PANEL, ACCOUNT, REALISTIC)


def test_a_grid_has_every_combination_with_the_last_axis_fastest():
    candidates = grid(SmaCross, {"fast": [3, 5], "slow": [10, 20]}, short=True)
    assert [(one.fast, one.slow, one.short) for one in candidates] == [
        (3, 10, True),
        (3, 20, True),
        (5, 10, True),
        (5, 20, True),
    ]


def test_a_grid_can_be_cut_counted_and_read_from_its_end():
    candidates = grid(SmaCross, {"fast": [3, 5], "slow": [10, 20]})
    assert len(candidates) == 4
    assert candidates[-1] == SmaCross(fast=5, slow=20)
    assert candidates[1:3] == (SmaCross(fast=3, slow=20), SmaCross(fast=5, slow=10))
    assert list(candidates) == [candidates[place] for place in range(4)]
    with pytest.raises(IndexError):
        candidates[4]


def test_a_grid_without_values_is_empty_and_without_axes_is_one_candidate():
    assert len(grid(SmaCross, {"fast": []})) == 0
    assert list(grid(Momentum, {}, top=0.5)) == [Momentum(top=0.5)]


def test_sweeping_a_grid_is_sweeping_its_candidates():
    candidates = grid(SmaCross, {"fast": [3, 5], "slow": [10, 20, 30]})
    lazy = sweep(candidates, PANEL, ACCOUNT, REALISTIC, threads=2)
    assert np.array_equal(lazy.equity_usd, sweep(tuple(candidates), PANEL, ACCOUNT, REALISTIC).equity_usd)
    assert lazy.strategies[5] == SmaCross(fast=5, slow=30)


@pytest.mark.parametrize("value", [1, 2521, 2.5, "ten"])
def test_a_grid_with_a_value_that_cannot_be_is_refused_at_once(value):
    with pytest.raises(InvalidOption, match="slow"):
        grid(SmaCross, {"slow": [50, value]}, fast=1)


def test_a_grid_with_a_misspelt_axis_gets_the_nearest_name():
    with pytest.raises(UnknownParameter, match="Did you mean 'slow'"):
        grid(SmaCross, {"solw": [10]})


def test_a_grid_with_a_combination_that_cannot_be_is_refused():
    with pytest.raises(InvalidOption, match="fast = 20 of SmaCross must be below slow = 10"):
        grid(SmaCross, {"fast": [5, 20], "slow": [10, 50]})


def test_joined_decisions_come_apart_as_they_were():
    frame = Frame(PANEL)
    kept = [SmaCross(fast=3, slow=9).targets(frame), no_decisions(3), BuyAndHold().targets(frame)]
    batch = batch_of(kept, 3)
    assert isinstance(batch, DecisionBatch)
    assert len(batch) == 3
    for place, one in enumerate(kept):
        assert np.array_equal(batch[place].rows, one.rows)
        assert np.array_equal(batch[place].weights, one.weights, equal_nan=True)
    assert len(batch_of([], 3)) == 0


def test_large_panels_are_cut_into_chunks_that_fit_in_memory(monkeypatch, alone):
    import tradewright.runs.sweep as module

    monkeypatch.setattr(module, "_CHUNK_ROOM", PANEL.close.size)
    small = sweep(MIXED, PANEL, ACCOUNT, REALISTIC, threads=2)
    assert np.array_equal(small.equity_usd, alone.equity_usd)
    assert len(module._spans(len(MIXED), 1, PANEL)) == len(MIXED)


class Doubled(Strategy):
    """Looks at its own values when it is built, which a grid must not skip."""

    window: int = parameter(2, low=1, high=100, unit="bars", about="half of what it uses")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "window", 2 * self.window)

    @property
    def warm_up_bars(self) -> int:
        return self.window

    def decide(self, view: View) -> Weights:
        return None


def test_a_strategy_that_is_built_in_its_own_way_is_built_so_in_a_grid():
    assert [one.window for one in grid(Doubled, {"window": [1, 2, 3]})] == [2, 4, 6]


@pytest.mark.parametrize("kind", [SmaCross, Momentum, MeanReversion, Cautious])
def test_what_a_grid_builds_equals_what_its_class_builds(kind):
    (built,) = grid(kind, {})
    assert built == kind()
    assert hash(built) == hash(kind())
    assert built.parameters() == kind().parameters()


def test_a_grid_keeps_values_as_the_strategy_keeps_them():
    (one,) = grid(MeanReversion, {"entry": [np.float64(1.5)]}, window=np.int64(30))
    assert (type(one.entry), type(one.window)) == (float, int)


def test_after_a_failure_nobody_begins_another_chunk():
    asked = []

    class Breaks(Strategy):
        """Breaks at once, and notes that it was asked."""

        window: int = parameter(1, low=1, high=1_000, unit="bars", about="its number")

        @property
        def warm_up_bars(self) -> int:
            return 1

        def decide(self, view: View) -> Weights:
            asked.append(self.window)
            raise RuntimeError("no more")

    with pytest.raises(Failure, match="no more"):
        sweep(grid(Breaks, {"window": range(1, 1_001)}), PANEL, ACCOUNT, REALISTIC, threads=2)
    assert len(asked) <= 2
