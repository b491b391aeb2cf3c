"""A strategy's orders up to a row are the same whatever happens after it; fills come after decisions."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.causality.verdict import (
    AuditLevel,
    CausalByConstruction,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
)
from tradewright.execution.profiles import registry as profiles
from tradewright.runs.backtest import backtest
from tradewright.runs.strategy_audit import (
    audit_fills_of,
    audit_strategy,
    panel_of_table,
    table_of_panel,
)
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.registry import find
from tradewright.strategies.view import View, Weights
from tradewright.values.decisions import Decisions
from tradewright.values.instant import NS_PER_DAY, instant_of
from tradewright.values.panel import DIVIDEND, SPLIT, Panel, action_dtype
from tradewright.values.profile import AccountOptions

ACCOUNT = AccountOptions(1_000_000.0, 1.0, False)
PROFILE = profiles.find("realistic")


def market(rows: int = 240, assets: int = 3) -> Panel:
    """Random walks with wide swings, one missing bar in fifty, a dividend and a split."""
    random = np.random.default_rng(6)
    swings = 0.2 * np.sin(np.arange(rows)[:, None] / random.uniform(8, 30, assets))
    close = 50.0 * np.exp(np.cumsum(random.normal(0.0, 0.015, (rows, assets)), axis=0) + swings)
    close[random.random(close.shape) < 0.02] = np.nan
    close[rows // 2 :, 0] /= 2.0
    actions = np.array([(rows // 4, 1, DIVIDEND, 1.0), (rows // 2, 0, SPLIT, 2.0)], dtype=action_dtype)
    instants = instant_of("2015-01-02T21:00:00") + np.arange(rows, dtype=np.int64) * NS_PER_DAY
    volume = np.where(np.isnan(close), np.nan, 1e8)
    columns = (close.copy(), close * 1.01, close * 0.99, close, volume)
    return Panel(instants, instants - NS_PER_DAY // 4, ("AAA", "BBB", "CCC")[:assets], *columns, actions)


PANEL = market()
CLOSES = PANEL.close.copy()
AHEAD = np.vstack([CLOSES[1:], CLOSES[-1:]])


class Plain(Strategy):
    """Base of the cheats: speaks on every row of what its `wish` says."""

    @property
    def warm_up_bars(self) -> int:
        return 2

    def decide(self, view: View) -> Weights:
        return self.wish(view)

    def wish(self, view: View) -> Weights:
        return np.where(view.growth > view.mean(2), 0.1, 0.0)


class ReadsAheadBesideTheView(Plain):
    def wish(self, view: View) -> Weights:
        ahead = view._frame.close[min(view.row + 1, len(view._frame) - 1)]
        return np.where(ahead > view.close, 0.1, 0.0)


class ReadsAGlobal(Plain):
    def wish(self, view: View) -> Weights:
        return np.where(CLOSES[min(view.row + 1, len(CLOSES) - 1)] > view.close, 0.1, 0.0)


class ReadsAPreparedGlobal(Plain):
    def wish(self, view: View) -> Weights:
        return np.where(AHEAD[min(view.row, len(AHEAD) - 1)] > view.close, 0.1, 0.0)


class TargetsReadAhead(Plain):
    def targets(self, frame: Frame) -> Decisions:
        ahead = np.vstack([frame.close[1:], frame.close[-1:]])
        return Decisions(np.arange(1, len(frame)), np.where(ahead > frame.close, 0.1, 0.0)[1:])


class NormalisesOverTheWholePeriod(Plain):
    def targets(self, frame: Frame) -> Decisions:
        score = frame.growth / np.nanmean(frame.growth, axis=0)
        return Decisions(np.arange(1, len(frame)), np.where(score > 1, 0.1, 0.0)[1:])


class TargetsDifferFromDecide(Plain):
    def targets(self, frame: Frame) -> Decisions:
        return Decisions(np.arange(1, len(frame)), np.full((len(frame) - 1, len(frame.symbols)), 0.05))


class SizesByItsEquity(Plain):
    def wish(self, view: View) -> Weights:
        return np.full(3, 0.1 if view.equity_usd > 1_000_000 else 0.2)


def audited(strategy: Strategy, panel: Panel = PANEL):
    return audit_strategy(strategy, panel, ACCOUNT, PROFILE)


def weights_of(certificate):
    return [one.verdict for one in certificate.channels if one.channel.startswith("weight")]


@pytest.mark.parametrize("name", ["sma_cross", "mean_reversion", "momentum", "buy_and_hold"])
def test_the_packages_own_strategies_reach_level_c2_or_better(name):
    small = {"sma_cross": {"fast": 5, "slow": 20}, "momentum": {"lookback": 20, "skip": 2}}
    certificate = audited(find(name)(**small.get(name, {})))
    assert certificate.exit_code == 0, certificate.verdict
    assert certificate.level in (AuditLevel.C2, AuditLevel.C4)
    assert len(weights_of(certificate)) == 3


def test_a_strategy_that_only_has_its_view_is_causal_by_construction():
    certificate = audited(Plain())
    assert set(weights_of(certificate)) == {CausalByConstruction(2)}
    assert audited(SizesByItsEquity()).exit_code == 0


@pytest.mark.parametrize(
    "kind",
    [ReadsAheadBesideTheView, TargetsReadAhead, NormalisesOverTheWholePeriod],
    ids=lambda one: one.__name__,
)
def test_a_cheat_is_found_at_the_strategy_stage(kind):
    verdict = audited(kind()).verdict
    assert isinstance(verdict, DependsOnFuture)
    assert verdict.stage is Stage.STRATEGY and verdict.channel.startswith("weight of")


def test_rows_in_a_global_are_found_although_no_price_of_the_panel_matters():
    verdict = audited(ReadsAGlobal()).verdict
    assert isinstance(verdict, DependsOnFuture)
    assert verdict.stage is Stage.SIDE_CHANNEL and verdict.source == "global 'CLOSES'"


def test_a_column_prepared_in_a_global_cannot_be_dated_and_never_passes():
    verdict = audited(ReadsAPreparedGlobal()).verdict
    assert isinstance(verdict, NotAssessed) and "global 'AHEAD'" in verdict.reason


def test_targets_that_are_not_decide_are_not_assessed():
    verdict = audited(TargetsDifferFromDecide()).verdict
    assert isinstance(verdict, NotAssessed) and "row by row" in verdict.reason


def test_going_round_the_view_without_a_leak_stays_at_the_sampled_level():
    class PeeksAtNow(Plain):
        def wish(self, view: View) -> Weights:
            return np.where(view._frame.close[view.row] > 50, 0.1, 0.0)

    certificate = audited(PeeksAtNow())
    assert certificate.level is AuditLevel.C1
    assert all(isinstance(one, NoDependenceObserved) for one in weights_of(certificate))


def test_a_panel_survives_being_a_table():
    back = panel_of_table(table_of_panel(PANEL), PANEL)
    for one, other in zip(PANEL.columns(), back.columns(), strict=True):
        assert np.array_equal(one, other, equal_nan=True)
    assert np.array_equal(PANEL.actions, back.actions)


def test_actions_move_with_their_session_when_rows_are_missing():
    table = {name: np.delete(column, 10, axis=0) for name, column in table_of_panel(PANEL).items()}
    back = panel_of_table(table, PANEL)
    assert back.actions["row"].tolist() == [row - 1 for row in PANEL.actions["row"]]
    short = {name: column[:100] for name, column in table_of_panel(PANEL).items()}
    assert len(panel_of_table(short, PANEL).actions) == 1


def test_fills_of_the_kernel_come_after_their_decisions_and_inside_their_bars():
    ran = backtest(Plain(), PANEL, ACCOUNT, PROFILE)
    found = {one.channel: one.verdict for one in audit_fills_of(ran)}
    assert isinstance(found["filled after its decision"], NoDependenceObserved)
    assert isinstance(found["priced inside its bar"], NoDependenceObserved)
    early = ran.outcome.fills.copy()
    early["row"] -= 1
    found = {
        one.channel: one.verdict
        for one in audit_fills_of(replace(ran, outcome=replace(ran.outcome, fills=early)))
    }
    assert isinstance(found["filled after its decision"], DependsOnFuture)


def test_the_same_audit_gives_the_same_certificate():
    assert audited(Plain()) == audited(Plain())
