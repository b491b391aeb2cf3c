"""A study walked forward: picks from the past alone, an account that pays for every move, all on record."""

from dataclasses import replace

import numpy as np
import pytest
from study_files import STUDY, changed
from workspaces import START, Workspace

from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.kernel.batch import simulate
from tradewright.research.judgement import StudyContext, evidence_of, verdict_on
from tradewright.research.plan import prepare
from tradewright.research.result import bootstrap_options, execute
from tradewright.research.study import parse
from tradewright.research.trying import Nobody
from tradewright.research.walk import (
    _Desk,
    joined,
    spans_of,
    standing,
    taken_over,
    walk_point,
    walked,
)
from tradewright.runs.backtest import backtest
from tradewright.validation.out_of_sample import picked
from tradewright.validation.performance import bar_returns, cash_returns
from tradewright.validation.verdict import Status
from tradewright.validation.walk_forward import Fold
from tradewright.values.decisions import Decisions
from tradewright.values.panel import Panel

MADE = {"seed": 5, "names": 6, "sectors": 2, "first": "2015-01-01", "last": "2017-06-30"}
OVERLAPPING = "\n[folds]\ntrain_bars = 120\ntest_bars = 60\nstep_bars = 20\n"
CONTIGUOUS = "\n[folds]\ntrain_bars = 120\ntest_bars = 40\n"
PIECES = '\n[folds]\npreset = "5 x 70/30"\n'
SCHEMES = {"overlapping": OVERLAPPING, "contiguous": CONTIGUOUS, "pieces": PIECES}
ORDERS = (
    ('name = "momentum"', 'name = "breakout"'),
    ("lookback = 60\nskip = 5\ntop = 0.5\n", "window = 20\n"),
    ("lookback = [40, 60, 80]\ntop = [0.34, 0.5]\n", "window = [10, 20]\nstop = [1.0, 1.5]\n"),
)
CONTEXT = StudyContext(trials=7, created_at="2024-01-01T00:00:00Z")


class Told(Nobody):
    """Writes down what goes on record."""

    def __init__(self):
        self.words = []

    def started(self, points):
        self.words.append(("started", [point.trial for point in points]))

    def finished(self, point, sharpe, earned):
        self.words.append(("finished", point.trial, sharpe))

    def failed(self, point, reason):
        self.words.append(("failed", point.trial, reason))

    def folded(self, walk, body):
        self.words.append(("folded", walk.trial, body))


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    own = Workspace(tmp_path_factory.mktemp("workspace"))
    own.made = own.catalogue.commit(make(options_of({"name": "made", **MADE})), START)
    return own


def plan_of(workspace, text: str):
    return prepare(parse(text, "study.toml"), workspace.shelf(pins={"made": workspace.made.id}))


def run_of(plan, point):
    return backtest(point.strategy, plan.panel, plan.options.account, plan.profile)


def picks_of(plan):
    shift = plan.common_start
    folds = [Fold(fold.train - shift, fold.test - shift, fold.purged) for fold in plan.folds]
    return picked(excess_of(plan), folds)


def excess_of(plan) -> np.ndarray:
    """What each point earns above cash, each in an account of its own over the whole period."""
    columns = [bar_returns(run_of(plan, point).outcome.equity_usd) for point in plan.points]
    cash = cash_returns(plan.panel.instants, plan.profile.cash_rate)
    return np.stack([column - cash for column in columns], axis=1)[plan.common_start :]


def walk_of(plan, watch=None):
    return walked(plan, excess_of(plan), bootstrap_options(plan), watch or Nobody())


@pytest.fixture(scope="module", params=SCHEMES)
def plan(request, workspace):
    return plan_of(workspace, STUDY + SCHEMES[request.param])


@pytest.fixture(scope="module")
def walk(plan):
    return walk_of(plan)


# Picks


def test_each_fold_reports_its_rows_its_pick_and_what_that_promised(plan, walk):
    excess = excess_of(plan)
    root = np.sqrt(252.0)
    for one, fold in zip(walk.tested, plan.folds, strict=True):
        trained = excess[fold.train - plan.common_start]
        ratios = np.mean(trained, axis=0) / np.std(trained, axis=0) * root
        assert one.pick == int(np.argmax(ratios))
        assert one.in_sample == pytest.approx(ratios[one.pick])
        assert (one.train, one.test) == (
            (fold.train[0], fold.train[-1] + 1),
            (fold.test[0], fold.test[-1] + 1),
        )
        assert one.purged >= 1


def with_another_future(panel: Panel, row: int) -> Panel:
    """The same market up to a row, and another one after it."""
    draw = np.random.default_rng(9)
    shocks = np.exp(np.cumsum(draw.normal(0.0, 0.03, panel.close[row + 1 :].shape), axis=0))
    columns = []
    for column in panel.columns()[:4]:
        moved = column.copy()
        moved[row + 1 :] *= shocks
        columns.append(moved)
    actions = panel.actions[panel.actions["row"] <= row].copy()
    return Panel(
        panel.instants.copy(), panel.opens_at.copy(), panel.symbols, *columns, panel.volume.copy(), actions
    )


def test_nothing_before_a_row_depends_on_what_comes_after_it(plan, walk):
    """Picks, each fold's own account and the joined one, all bit for bit."""
    row = walk.tested[len(walk.tested) // 2].test[1] - 1
    other = walk_of(replace(plan, panel=with_another_future(plan.panel, row)))
    settled = [number for number, one in enumerate(walk.tested) if one.test[1] <= row]
    assert len(settled) >= 2
    for number in settled:
        assert other.tested[number] == walk.tested[number]
    assert other.returns[:row].tobytes() == walk.returns[:row].tobytes()
    assert other.returns[row:].tobytes() != walk.returns[row:].tobytes()


def test_the_market_after_a_test_began_does_not_change_its_pick(plan, walk):
    for one in walk.tested[1:3]:
        other = walk_of(replace(plan, panel=with_another_future(plan.panel, one.test[0])))
        number = walk.tested.index(one)
        assert other.tested[number].pick == one.pick
        assert other.tested[number].in_sample == one.in_sample


# The joined account


def test_no_bar_is_counted_twice_and_every_tested_bar_once(plan, walk):
    tested = np.unique(np.concatenate([fold.test for fold in plan.folds]))
    assert walk.bars.tolist() == tested.tolist()
    assert len(walk.fold_of) == len(walk.bars)
    for bar, number in zip(walk.bars.tolist(), walk.fold_of.tolist(), strict=True):
        newest = max(k for k, fold in enumerate(plan.folds) if fold.test[0] <= bar)
        assert number == newest


def test_outside_of_the_tests_the_account_lies_in_cash(plan, walk):
    cash = cash_returns(plan.panel.instants, plan.profile.cash_rate)
    idle = np.setdiff1d(np.arange(plan.common_start), walk.bars)
    np.testing.assert_allclose(walk.returns[idle], cash[idle], atol=1e-12)
    assert np.all(walk.exposure[idle] == 0.0)


def test_between_pieces_everything_is_sold(workspace):
    plan = plan_of(workspace, STUDY + PIECES)
    found = walk_of(plan)
    for one, then in zip(found.tested, found.tested[1:], strict=False):
        gap = np.arange(one.test[1], then.test[0] + 1)
        assert np.all(found.exposure[gap] == 0.0)
        # It was invested inside: the test would else say nothing.
        assert found.exposure[one.test[0] + 2 : one.test[1] - 1].max() > 0.3


def test_the_joined_account_is_one_simulation_of_the_joined_decisions(plan, walk):
    asked = {one.pick: run_of(plan, plan.points[one.pick]).decisions for one in walk.tested}
    said = joined([asked[one.pick] for one in walk.tested], spans_of(plan.folds))
    outcome = simulate(plan.panel, said, plan.options.account, plan.profile)
    assert bar_returns(outcome.equity_usd).tobytes() == walk.returns.tobytes()


def test_costs_are_paid_for_entering_and_for_moving(workspace):
    plan = plan_of(workspace, STUDY + CONTIGUOUS)
    picks = picks_of(plan)
    assert len(np.unique(picks.chosen)) > 1
    dear = replace(plan, profile=replace(plan.profile, commission_bps=100.0))
    grown, entered = [], []
    for one in (plan, dear):
        desk = _Desk(one, picks)
        grown.append(float(np.prod(1.0 + desk.track().returns[desk.bars])))
        entered.append(float(desk._alone(int(picks.chosen[0]), desk.spans[0])[0][0]))
    # One per cent more to enter, and as much again for whatever is moved later.
    assert entered[1] < entered[0] - 0.008
    assert grown[1] < grown[0] * (1.0 - 0.02)


def test_a_folds_own_account_costs_what_it_would_in_the_whole_period(workspace):
    """Volatility and volume that price a fill come from before the fold: the cut must not lose them."""
    # Without interest, so that both accounts enter with the same money.
    plan = plan_of(workspace, STUDY + "[execution.override]\ncash_rate = 0.0\n" + CONTIGUOUS)
    picks = picks_of(plan)
    desk = _Desk(plan, picks)
    for pick, fold in zip(picks.chosen.tolist(), plan.folds, strict=True):
        span = (int(fold.test[0]), int(fold.test[-1]) + 1)
        said = taken_over(desk.asked[pick], span)
        whole = simulate(plan.panel, said, plan.options.account, plan.profile)
        short, _ = desk._alone(pick, span)
        np.testing.assert_allclose(short, bar_returns(whole.equity_usd)[slice(*span)], rtol=0, atol=1e-9)


# What a configuration wants to hold


def said(rows, weights) -> Decisions:
    return Decisions(np.array(rows), np.array(weights, dtype=np.float64))


WORDS = said([2, 5, 9], [[0.5, np.nan, 0.1], [np.nan, 0.2, np.nan], [0.0, 0.0, 0.7]])


@pytest.mark.parametrize(
    ("row", "wanted"),
    [(1, [0, 0, 0]), (2, [0.5, 0, 0.1]), (4, [0.5, 0, 0.1]), (5, [0.5, 0.2, 0.1]), (20, [0, 0, 0.7])],
)
def test_what_is_wanted_at_a_row_is_the_last_word_on_each_name(row, wanted):
    assert standing(WORDS, row).tolist() == wanted


def test_a_span_begins_with_what_is_wanted_and_goes_on_with_its_own_words():
    found = taken_over(WORDS, (5, 9))
    assert found.rows.tolist() == [5]
    assert found.weights.tolist() == [[0.5, 0.2, 0.1]]
    assert taken_over(WORDS, (3, 10)).rows.tolist() == [3, 5, 9]


def test_a_pick_that_is_held_already_goes_on_without_a_word():
    found = joined([WORDS, WORDS], [(3, 5), (5, 12)])
    assert found.rows.tolist() == [3, 5, 9]
    # The word on row 5 is its own, silent on what it leaves alone.
    assert np.isnan(found.weights[1]).tolist() == [True, False, True]


def test_another_pick_takes_over_with_all_that_it_wants():
    other = said([0], [[0.0, 1.0, np.nan]])
    found = joined([WORDS, other, WORDS], [(3, 6), (6, 8), (8, 12)])
    assert found.rows.tolist() == [3, 5, 6, 8, 9]
    assert found.weights[2].tolist() == [0.0, 1.0, 0.0]
    assert found.weights[3].tolist() == [0.5, 0.2, 0.1]


def test_before_a_gap_everything_is_sold_and_after_it_bought_anew():
    found = joined([WORDS, WORDS], [(3, 6), (10, 12)])
    assert found.rows.tolist() == [3, 5, 10]
    assert found.weights[1].tolist() == [0.0, 0.0, 0.0]
    assert found.weights[2].tolist() == [0.0, 0.0, 0.7]


# Strategies that place orders


@pytest.mark.parametrize("scheme", ["overlapping", "contiguous"])
def test_a_strategy_of_orders_has_an_account_a_fold_from_cash_to_cash(workspace, scheme):
    plan = plan_of(workspace, changed(*ORDERS) + SCHEMES[scheme])
    found = walk_of(plan)
    assert run_of(plan, plan.headline).decisions.said
    assert found.bars.tolist() == np.unique(np.concatenate([fold.test for fold in plan.folds])).tolist()
    assert np.abs(found.returns[found.bars]).max() > 0.0
    for first, _ in spans_of(plan.folds):
        assert found.exposure[first] == 0.0


# On record


def test_a_walk_goes_on_record_before_it_runs_and_counts_as_one_try(workspace):
    plan = plan_of(workspace, STUDY + CONTIGUOUS)
    told = Told()
    found = walk_of(plan, told)
    assert told.words[0] == ("started", [found.point.trial])
    assert [words[0] for words in told.words[1:]] == ["folded"] * len(plan.folds) + ["finished"]
    assert {words[1] for words in told.words[1:]} == {found.point.trial}
    body = told.words[1][2]
    assert (body["fold"], body["folds"], body["tried"]) == (1, len(plan.folds), 6)
    assert body["picked"] == plan.points[found.tested[0].pick].trial
    assert body["trained"][1] < body["tested"][0] <= body["tested"][1]


def test_another_scheme_or_another_grid_is_another_try(workspace):
    one = walk_point(plan_of(workspace, STUDY + CONTIGUOUS)).trial
    assert walk_point(plan_of(workspace, STUDY + CONTIGUOUS)).trial == one
    assert walk_point(plan_of(workspace, STUDY + OVERLAPPING)).trial != one
    assert walk_point(plan_of(workspace, changed(("[40, 60, 80]", "[40, 60]")) + CONTIGUOUS)).trial != one


def test_a_walk_that_breaks_is_on_record_before_its_error_goes_on(workspace):
    plan = plan_of(workspace, STUDY + CONTIGUOUS)
    told = Told()

    class Breaking(type(plan.headline.strategy)):
        def targets(self, frame):
            raise ZeroDivisionError("nothing to divide by")

    points = tuple(replace(point, strategy=Breaking(**point.strategy.parameters())) for point in plan.points)
    excess = excess_of(plan)
    with pytest.raises(Exception, match="nothing to divide by"):
        walked(replace(plan, points=points), excess, bootstrap_options(plan), told)
    assert told.words[-1][0] == "failed"


# In a study


@pytest.fixture(scope="module")
def result(workspace):
    plan = plan_of(workspace, STUDY + OVERLAPPING)
    return plan, execute(plan, Nobody())


def test_the_walk_is_priced_like_every_other_try(result):
    plan, found = result
    assert all(price.candidates == len(plan.points) + 1 for price in found.search)
    assert all(price.missing(len(plan.points) + 1) == 0 for price in found.search)


def test_the_gate_out_of_sample_is_answered(result):
    plan, found = result
    gate = {gate.code: gate for gate in verdict_on(plan, found, CONTEXT).gates}["out_of_sample"]
    assert gate.status is not Status.NOT_EVALUATED
    assert f"picked anew in {len(plan.folds)} folds among 6" in gate.reason
    assert evidence_of(plan, found, CONTEXT).out_of_sample == found.walk.found


def test_equal_plans_walk_equally_to_the_bit(result):
    plan, found = result
    again = execute(plan, Nobody()).walk
    assert again.tested == found.walk.tested
    assert again.returns.tobytes() == found.walk.returns.tobytes()
    assert again.found == found.walk.found


def test_without_folds_the_study_is_what_it_was(workspace, result):
    plain = execute(plan_of(workspace, STUDY), Nobody())
    assert plain.walk is None
    assert plain.figures == result[1].figures
    assert plain.grid == result[1].grid
