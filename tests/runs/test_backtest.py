"""The backtest driver: both paths give one run, the account is true, and breakage is told with its row."""

import numpy as np
import pytest
from made_forecasts import with_forecasts

from tradewright.execution.profiles import registry as profiles
from tradewright.kernel.batch import simulate
from tradewright.runs.backtest import Backtest, backtest
from tradewright.strategies import registry
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.errors import Failure, InvalidOption, UnknownName
from tradewright.values.instant import NS_PER_DAY, instant_of, iso_of
from tradewright.values.outcome import Outcome
from tradewright.values.panel import DIVIDEND, SPLIT, Panel, action_dtype
from tradewright.values.profile import AccountOptions

ACCOUNT = AccountOptions(capital_usd=100_000.0)
REALISTIC = profiles.find("realistic")
IDEALISTIC = profiles.find("idealistic")


def market(rows: int = 500, assets: int = 3, seed: int = 1) -> Panel:
    random = np.random.default_rng(seed)
    swings = 0.2 * np.sin(np.arange(rows)[:, None] / random.uniform(8, 40, assets))
    close = 50.0 * np.exp(np.cumsum(random.normal(0, 0.01, (rows, assets)), axis=0) + swings)
    opened = np.vstack([close[:1], close[:-1]]) * random.normal(1.0, 0.002, close.shape)
    instants = instant_of("2015-01-02T21:00:00") + np.arange(rows, dtype=np.int64) * NS_PER_DAY
    actions = [(rows // 3, 0, SPLIT, 2.0), (rows // 2, assets - 1, DIVIDEND, 1.0)] if rows > 10 else []
    close[rows // 3 :, 0] /= 2.0
    opened[rows // 3 :, 0] /= 2.0
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    return Panel(
        instants,
        instants - 23_400 * 10**9,
        tuple("ABCDEFGH"[:assets]),
        opened,
        high,
        low,
        close,
        np.full(close.shape, 1e5),
        np.array(actions, dtype=action_dtype),
    )


PANEL = with_forecasts(market())


def must_be_equal(found: Outcome, wanted: Outcome) -> None:
    for name in ("equity_usd", "cash_usd", "long_usd", "short_usd", "positions", "orders", "fills", "flows"):
        assert np.array_equal(getattr(found, name), getattr(wanted, name)), name


class Written(Strategy):
    """Base of the strategies below: decides on every row, and has no targets."""

    @property
    def warm_up_bars(self) -> int:
        return 1

    def decide(self, view: View) -> Weights:
        return None


AT_ONCE = [
    name for name in registry.members() if type(registry.build(name, {})).targets is not Strategy.targets
]


@pytest.mark.parametrize("name", AT_ONCE)
@pytest.mark.parametrize("profile", ["idealistic", "realistic", "stressed"])
def test_bar_by_bar_and_all_at_once_are_the_same_run_to_the_last_bit(name, profile):
    strategy = registry.build(name, {})
    at_once = backtest(strategy, PANEL, ACCOUNT, profiles.find(profile), path="targets")
    by_bar = backtest(strategy, PANEL, ACCOUNT, profiles.find(profile), path="decide")
    assert len(at_once.decisions.rows) > 0
    assert np.array_equal(at_once.decisions.rows, by_bar.decisions.rows)
    must_be_equal(at_once.outcome, by_bar.outcome)
    assert (at_once.path, by_bar.path) == ("targets", "decide")


def test_auto_takes_the_fast_path_where_it_is_written_and_asks_bar_by_bar_where_not():
    assert backtest(registry.build("sma_cross", {}), PANEL, ACCOUNT, REALISTIC).path == "targets"
    assert backtest(Written(), PANEL, ACCOUNT, REALISTIC).path == "decide"


def test_targets_asked_of_a_strategy_that_has_none_are_refused():
    with pytest.raises(InvalidOption, match=r"Written has no targets\(\)"):
        backtest(Written(), PANEL, ACCOUNT, REALISTIC, path="targets")


def test_a_misspelt_path_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'targets'"):
        backtest(Written(), PANEL, ACCOUNT, REALISTIC, path="target")


def test_a_strategy_that_never_speaks_keeps_its_cash():
    run = backtest(Written(), PANEL, ACCOUNT, IDEALISTIC)
    assert isinstance(run, Backtest)
    assert run.decisions.weights.shape == (0, 3)
    assert len(run.outcome.orders) == 0
    must_be_equal(run.outcome, simulate(PANEL, no_decisions(3), ACCOUNT, IDEALISTIC))
    assert np.allclose(run.outcome.cash_usd - run.outcome.interest_usd, ACCOUNT.capital_usd)


class Watching(Written):
    """Looks at its account on every row, and keeps what it saw."""

    def decide(self, view: View) -> Weights:
        SEEN.append((view.row, view.equity_usd, view.cash_usd, view.positions))
        return {10: {"A": 0.5, "B": 0.4}, 40: {"A": 0.0}, 300: {"C": 0.3, "B": -0.2}}.get(view.row)


SEEN: list[tuple] = []


def test_the_account_in_the_view_is_the_one_in_the_outcome_on_every_row():
    SEEN.clear()
    outcome = backtest(Watching(), PANEL, ACCOUNT, REALISTIC).outcome
    assert [row for row, *_ in SEEN] == list(range(len(PANEL.instants)))
    assert np.array_equal([equity for _, equity, _, _ in SEEN], outcome.equity_usd)
    assert np.array_equal([cash for _, _, cash, _ in SEEN], outcome.cash_usd)
    assert np.array_equal(SEEN[-1][3], outcome.positions)


def test_looking_at_the_account_changes_nothing():
    watched = backtest(Watching(), PANEL, ACCOUNT, REALISTIC)
    must_be_equal(watched.outcome, simulate(PANEL, watched.decisions, ACCOUNT, REALISTIC))


def test_a_decision_is_not_yet_in_the_account_on_its_own_row():
    SEEN.clear()
    backtest(Watching(), PANEL, ACCOUNT, REALISTIC)
    assert not SEEN[10][3].any()
    assert SEEN[11][3][:2].all()


def test_writing_into_the_positions_of_the_view_trades_nothing():
    class Scribbling(Written):
        def decide(self, view: View) -> Weights:
            view.positions[:] = 1e9
            return None

    outcome = backtest(Scribbling(), PANEL, ACCOUNT, IDEALISTIC).outcome
    assert not outcome.positions.any()
    must_be_equal(outcome, simulate(PANEL, no_decisions(3), ACCOUNT, IDEALISTIC))


def test_a_strategy_may_steer_by_its_own_account():
    class StopsOut(Written):
        """Leaves for good after losing 2 %."""

        def decide(self, view: View) -> Weights:
            if view.row == 0:
                return {"B": 1.0}
            return {"B": 0.0} if view.equity_usd < 0.98 * ACCOUNT.capital_usd else None

    run = backtest(StopsOut(), PANEL, ACCOUNT, REALISTIC)
    low = int(np.argmax(run.outcome.equity_usd < 0.98 * ACCOUNT.capital_usd))
    assert run.decisions.rows[:2].tolist() == [0, low]
    assert run.outcome.positions[1] == 0


@pytest.mark.parametrize("path", ["decide", "targets"])
def test_a_strategy_that_breaks_is_named_with_what_it_said(path):
    class Breaking(Written):
        def decide(self, view: View) -> Weights:
            return 1 / 0 if view.row == 7 else None

        def targets(self, frame: Frame) -> Decisions:
            raise KeyError("momentum")

    said = {
        "decide": rf"Breaking: decide failed at {iso_of(PANEL.instants[7])} \(row 7\): ZeroDivisionError",
        "targets": "Breaking: targets failed: KeyError: 'momentum'",
    }
    with pytest.raises(Failure, match=said[path]):
        backtest(Breaking(), PANEL, ACCOUNT, REALISTIC, path=path)


def test_a_mistake_of_use_inside_decide_keeps_its_own_words():
    class Misspelling(Written):
        def decide(self, view: View) -> Weights:
            return {"AA": 0.5}

    with pytest.raises(UnknownName, match="'AA' is not a symbol of this panel"):
        backtest(Misspelling(), PANEL, ACCOUNT, REALISTIC)


def test_stopping_from_the_keyboard_is_not_swallowed():
    class Interrupting(Written):
        def decide(self, view: View) -> Weights:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(Interrupting(), PANEL, ACCOUNT, REALISTIC)


def test_targets_that_do_not_fit_the_panel_are_refused():
    class Beyond(Written):
        def targets(self, frame: Frame) -> Decisions:
            return Decisions(np.array([len(frame)]), np.zeros((1, 3)))

    with pytest.raises(InvalidOption, match="row 500 of a panel of 500 rows"):
        backtest(Beyond(), PANEL, ACCOUNT, REALISTIC)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_period_of_a_bar_or_two_runs(rows):
    for path in ("decide", "targets"):
        run = backtest(registry.build("buy_and_hold", {}), market(rows), ACCOUNT, IDEALISTIC, path=path)
        assert len(run.outcome.equity_usd) == rows


def test_liquidation_at_the_end_is_the_same_on_both_paths():
    account = AccountOptions(capital_usd=100_000.0, liquidate_at_end=True)
    strategy = registry.build("buy_and_hold", {})
    at_once = backtest(strategy, PANEL, account, REALISTIC)
    by_bar = backtest(strategy, PANEL, account, REALISTIC, path="decide")
    must_be_equal(at_once.outcome, by_bar.outcome)
    assert not by_bar.outcome.positions.any()
