"""Searches besides grids: random draws, and Optuna in every fold; each try on record, one seed one answer."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
from study_files import STUDY
from workspaces import Workspace

from tradewright.research.nested import _searched
from tradewright.research.plan import prepare
from tradewright.research.study import parse
from tradewright.research.study_run import pins_of, replay, run_study
from tradewright.research.trials import Kind
from tradewright.research.trying import Bench, Broken, Nobody, judged, run
from tradewright.research.walk_lines import walk_summary
from tradewright.runs.spread import HERE
from tradewright.values.errors import Failure, Interrupted

PLAIN = STUDY[: STUDY.index("[strategy.grid]")] + STUDY[STUDY.index("[account]") :]
RANGES = "ranges = { lookback = [30, 90], top = [0.3, 0.7] }\n"
RANDOM = parse(f'{PLAIN}\n[search]\nmethod = "random"\ntrials = 6\n{RANGES}', "random.toml")
OTHER_SEED = parse(
    f'{PLAIN}\n[search]\nmethod = "random"\ntrials = 6\n{RANGES}'.replace("seed = 3", "seed = 4"),
    "other.toml",
)
FOLDS = "\n[folds]\ntrain_bars = 200\ntest_bars = 100\n"
OPTUNA = parse(f'{PLAIN}{FOLDS}\n[search]\nmethod = "optuna"\ntrials = 16\n{RANGES}', "optuna.toml")


def gate_of(run, code):
    return next(gate for gate in run.verdict.gates if gate.code == code)


@pytest.fixture(scope="module")
def random(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("random"))
    return workspace, run_study(RANDOM, workspace.ports())


@pytest.fixture(scope="module")
def sought(tmp_path_factory):
    pytest.importorskip("optuna")
    workspace = Workspace(tmp_path_factory.mktemp("optuna"))
    return workspace, run_study(OPTUNA, workspace.ports())


# Drawn at random


def test_every_draw_and_every_neighbour_is_a_try_on_record(random):
    workspace, run = random
    points = [*run.plan.points, *(one.point for one in run.plan.around)]
    assert (len(run.plan.points), len(run.plan.around)) == (7, len(run.result.around))
    kinds = [event.kind for event in workspace.ledger.events("small")]
    assert kinds.count(Kind.STARTED) == kinds.count(Kind.FINISHED) == len(points)
    assert workspace.ledger.count("small") == len({point.trial for point in points})
    assert run.result.search[0].candidates == len(points)


def test_neighbours_lie_10_and_20_per_cent_away_and_answer_for_stability(random):
    _, run = random
    moved = {(one.parameter, one.moved): one.value for one in run.result.around}
    assert {share: moved["lookback", share] for share in (-0.2, -0.1, 0.1, 0.2)} == {
        -0.2: 48, -0.1: 54, 0.1: 66, 0.2: 72,
    }  # fmt: skip
    # A share of the names cannot be more than all; skip = 5 moves by a whole bar, which is a fifth of it.
    assert moved["invested", -0.2] == 0.8
    assert ("invested", 0.1) not in moved
    assert {share for name, share in moved if name == "skip"} == {-0.2, 0.2}
    assert [one.value for one in run.result.around if one.is_same] == [0.4, 0.45]
    gate = gate_of(run, "parameter_stability")
    assert "neighbours up to 20 % away" in gate.reason
    assert gate.unit == "share of neighbours"


def test_one_seed_draws_the_same_points_and_another_seed_others(random):
    workspace, done = random
    trials = [
        [point.trial for point in prepare(one, workspace.shelf()).points] for one in (RANDOM, OTHER_SEED)
    ]
    assert trials[0] == [point.trial for point in done.plan.points]
    assert trials[0][0] == trials[1][0]
    assert not set(trials[0][1:]) & set(trials[1][1:])


# Sought in every fold


def test_every_proposal_of_every_fold_is_on_record_once(sought):
    workspace, run = sought
    events = workspace.ledger.events("small")
    started = [event.trial for event in events if event.kind is Kind.STARTED]
    points = run.result.walk.points
    assert len(started) == len(set(started)) == run.context.trials
    assert {point.trial for point in points} <= set(started)
    assert len(points) > 16
    assert workspace.ledger.open_trials("small") == 0
    assert run.result.search[0].candidates == run.context.trials


def test_a_fold_picks_only_what_was_proposed_for_it(sought):
    walk = sought[1].result.walk
    known = np.isfinite(walk.in_sample)
    assert known[:, 0].all()
    assert (known.sum(axis=1) <= 17).all()
    for tested, row in zip(walk.tested, walk.in_sample, strict=True):
        assert tested.pick == int(np.argmax(row))
    # The last fold's own proposals were not there to be picked by the first.
    assert not known[0, known[-1] & (known.sum(axis=0) == 1)].any()


def test_the_walk_says_how_many_proposals_were_tried_of_how_many_wanted(sought):
    """A fold whose space refuses most of what is proposed ends with fewer, and says so."""
    _, run = sought
    walk, few = run.result.walk, run.result.walk.in_sample.copy()
    few[:, 5:] = np.nan
    tried = np.isfinite(walk.in_sample[:, 1:]).sum(axis=1)
    assert 0 < tried.max() <= 16
    assert f"{tried.max()} of 16 proposals that were wanted" in walk_summary(run.plan, walk)["how"]
    told = walk_summary(run.plan, replace(walk, in_sample=few))["how"]
    assert "4 of 16 proposals that were wanted; the others were refused" in told


def test_a_search_learns_nothing_from_beyond_its_training(sought):
    """Another future after the first fold's training rows leaves its proposals as they were."""
    workspace, run = sought
    fold = run.plan.folds[0]
    plan = prepare(OPTUNA, workspace.shelf())

    def proposed(changed_from):
        close = plan.panel.close.copy()
        shocks = np.random.default_rng(3).normal(0.0, 0.03, close[changed_from:].shape)
        close[changed_from:] *= np.exp(np.cumsum(shocks, axis=0))
        one = replace(plan, panel=replace(plan.panel, close=close, open=close))
        bench = Bench(one, [judged(one, one.headline, run_of(one))], Nobody(), HERE)
        return [bench.points[place].parameters for place in _searched(bench, 0)]

    usual = proposed(len(plan.panel.close))
    assert proposed(int(fold.train[-1]) + 2) == usual
    # The first of a fold are random; the others follow what they were told of the training rows.
    within = proposed(int(fold.train[50]))
    assert within[:8] == usual[:8]
    assert within[8:] != usual[8:]


def test_a_proposal_slower_than_every_corner_is_refused_and_moves_no_shared_bar(sought):
    workspace, _ = sought
    plan = replace(prepare(OPTUNA, workspace.shelf()), slowest_bars=1)
    assert plan.common_start == 72
    bench = Bench(plan, [judged(plan, plan.headline, run_of(plan))], Nobody(), HERE)
    _searched(bench, 0)
    assert len(bench.points) > 4
    assert max(point.strategy.warm_up_bars for point in bench.points) <= 73


def run_of(plan):
    return run(plan, plan.headline).outcome


def test_a_replay_of_a_search_gives_the_same_bytes(sought):
    workspace, run = sought
    run_id = run.manifest.run_id
    config, context = (workspace.store.read_json(run_id, name) for name in ("config.json", "context.json"))
    shelf = workspace.shelf(pins=pins_of(config, run.manifest.snapshot_id))
    files = replay(config, context, shelf, lambda: workspace.ledger)
    assert all(files[name] == workspace.store.read_bytes(run_id, name) for name in files)


def test_a_search_that_is_stopped_leaves_its_tries_counted(tmp_path):
    pytest.importorskip("optuna")

    def stop(stage, done, total):
        if (stage, done) == ("search in folds", 1):
            raise KeyboardInterrupt

    workspace = Workspace(tmp_path)
    with pytest.raises(Interrupted):
        run_study(OPTUNA, workspace.ports(stop))
    assert workspace.ledger.count("small") > 5
    assert workspace.ledger.open_trials("small") == 0


def test_a_configuration_that_breaks_is_on_record_as_failed_and_the_search_goes_on(random, monkeypatch):
    plan, told = random[1].plan, []

    class Told(Nobody):
        def failed(self, point, reason):
            told.append((point.trial, reason))

    bench = Bench(plan, [judged(plan, plan.headline, run_of(plan))] * len(plan.points), Told(), HERE)

    def broken(plan, point):
        raise ValueError("no such price")

    monkeypatch.setattr("tradewright.research.trying.run", broken)
    (place,) = bench.places_of([plan.around[0].point])
    assert isinstance(place, Broken)
    assert told == [(plan.around[0].point.trial, "ValueError: no such price")]


def test_without_optuna_nothing_is_registered_or_taught_and_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    workspace = Workspace(tmp_path)
    with pytest.raises(Failure, match=r"tradewright\[research\]"):
        run_study(OPTUNA, workspace.ports())
    assert workspace.ledger.mark().rows == 0


def test_the_summary_names_the_neighbours_and_what_the_worst_keeps(random):
    workspace, run = random
    told = json.loads(workspace.store.read_bytes(run.manifest.run_id, "summary.json"))["perturbations"]
    assert len(told["neighbours"]) == len(run.result.around)
    own = run.result.grid[0].sharpe.value
    ratios = [one.sharpe.value / own for one in run.result.around if not one.is_same]
    assert told["worst_kept_share"] == (pytest.approx(min(ratios)) if own > 0.0 else None)
