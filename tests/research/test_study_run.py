"""A study from its options to its files: registered first, kept whole, replayed to the byte."""

import io
import json
import subprocess
import sys

import numpy as np
import polars as pl
import pytest
from study_files import STUDY, changed
from workspaces import START, Workspace

from tradewright.data.synthetic.make import make
from tradewright.data.synthetic.options import options_of
from tradewright.research.study import parse, study_hash
from tradewright.research.study_run import causes_of, pins_of, replay, run_study
from tradewright.research.trials import Kind
from tradewright.runs.manifest import COMPLETE, PARTIAL
from tradewright.values.errors import Blocked, Interrupted, InvalidOption, StorageFailure

FILES = {"certificate.json", "config.json", "context.json", "summary.json", "dossier.html",
         "decisions.parquet", "orders.parquet", "fills.parquet", "flows.parquet", "equity.parquet",
         "refusals.parquet", "execution.parquet", "gateway.parquet"}  # fmt: skip
OPTIONS = parse(STUDY, "study.toml")


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    return workspace, run_study(OPTIONS, workspace.ports())


@pytest.fixture
def workspace(tmp_path):
    return Workspace(tmp_path)


class Stop:
    """Progress that is cut off by Ctrl-C at a certain point."""

    def __init__(self, stage: str, done: int):
        self.at = (stage, done)

    def __call__(self, stage, done, total):
        if (stage, done) == self.at:
            raise KeyboardInterrupt


# A whole study


def test_a_study_leaves_a_whole_run_with_all_its_files(finished):
    workspace, run = finished
    assert run.manifest.status == COMPLETE
    assert set(run.manifest.files) == FILES
    assert workspace.store.find("latest") == run.manifest


def test_the_hash_is_on_record_before_the_first_trial(finished):
    workspace, _ = finished
    first, *rest = workspace.ledger.events("small")
    assert (first.kind, first.study) == (Kind.REGISTERED, study_hash(OPTIONS))
    assert json.loads(first.body)["statement"] == "Something is true."
    assert all(event.at > first.at for event in rest)


def test_every_grid_point_is_a_trial_that_started_and_finished(finished):
    workspace, run = finished
    kinds = [event.kind for event in workspace.ledger.events("small")]
    assert kinds.count(Kind.STARTED) == kinds.count(Kind.FINISHED) == 6
    assert workspace.ledger.count("small") == run.context.trials == 6


def test_a_finished_trial_keeps_its_parameters_and_its_ratio(finished):
    workspace, run = finished
    ends = [
        json.loads(event.body) for event in workspace.ledger.events("small") if event.kind is Kind.FINISHED
    ]
    assert ends[0]["parameters"] == {"lookback": 60, "top": 0.5}
    assert ends[0]["sharpe_a_year"] == run.result.grid[0].sharpe.value


def test_the_summary_holds_figures_gates_and_the_count_of_trials(finished):
    workspace, run = finished
    summary = workspace.store.read_json(run.manifest.run_id, "summary.json")
    assert summary["trials"] == 6
    assert summary["headline"] == run.verdict.headline
    assert {gate["status"] for gate in summary["gates"]} <= {"PASS", "FAIL", "NOT EVALUATED"}
    assert summary["figures"]["Sharpe ratio a year"]["value"] == run.result.sharpe.value
    assert len(summary["grid"]) == 6
    assert any("in-sample" in note for note in summary["notes"])


def test_the_dossier_tells_the_verdict(finished):
    workspace, run = finished
    page = workspace.store.read_bytes(run.manifest.run_id, "dossier.html").decode()
    assert "NOT ESTABLISHED" in page
    assert "Something is true." in page


def test_progress_covers_the_whole_way(finished):
    workspace, _ = finished
    stages = list(dict.fromkeys(stage for stage, _, _ in workspace.told))
    assert stages == ["data", "trials", "fragility", "intervals", "dossier"]


def test_a_run_is_named_by_what_it_follows_from(finished):
    _, run = finished
    causes = causes_of(run.plan)
    assert (causes.kind, causes.name, causes.seed) == ("study", "A small study", 3)
    assert causes.snapshot_id == run.plan.snapshot.id
    assert run.manifest.run_id == causes.run_id


# Again


def test_a_replay_gives_the_same_bytes_and_counts_no_trial(finished):
    workspace, run = finished
    run_id = run.manifest.run_id
    config, context = (workspace.store.read_json(run_id, name) for name in ("config.json", "context.json"))
    before = len(workspace.ledger.events("small"))
    files = replay(
        config,
        context,
        workspace.shelf(pins=pins_of(config, run.manifest.snapshot_id)),
        lambda: workspace.ledger,
    )
    assert set(files) == FILES
    assert all(files[name] == workspace.store.read_bytes(run_id, name) for name in files)
    assert len(workspace.ledger.events("small")) == before


def test_a_replay_reads_the_data_the_run_read_whatever_came_later(finished):
    workspace, run = finished
    config = workspace.store.read_json(run.manifest.run_id, "config.json")
    context = workspace.store.read_json(run.manifest.run_id, "context.json")
    newer = {**OPTIONS.data.synthetic, "name": "made", "seed": 77}
    workspace.catalogue.commit(make(options_of(newer)), START + 10**15)
    files = replay(
        config,
        context,
        workspace.shelf(pins=pins_of(config, run.manifest.snapshot_id)),
        lambda: workspace.ledger,
    )
    assert files["equity.parquet"] == workspace.store.read_bytes(run.manifest.run_id, "equity.parquet")


def test_pins_name_the_benchmarks_snapshot_too():
    config = {
        "study": {"data": {"dataset": "a"}, "benchmark": {"dataset": "b"}},
        "benchmark_snapshot": "2222",
    }
    assert pins_of(config, "1111") == {"a": "1111", "b": "2222"}
    assert pins_of({**config, "benchmark_snapshot": ""}, "1111") == {"a": "1111"}


def test_the_same_study_again_counts_no_new_configuration(workspace):
    first = run_study(OPTIONS, workspace.ports())
    second = run_study(OPTIONS, workspace.ports())
    assert second.manifest.run_id == first.manifest.run_id
    assert second.context.trials == first.context.trials == 6
    kinds = [event.kind for event in workspace.ledger.events("small")]
    assert (kinds.count(Kind.REGISTERED), kinds.count(Kind.STARTED)) == (1, 12)


def test_a_wider_grid_adds_its_new_configurations(workspace):
    run_study(OPTIONS, workspace.ports())
    wider = parse(changed(("[40, 60, 80]", "[40, 60, 80, 100]")), "study.toml")
    assert run_study(wider, workspace.ports()).context.trials == 8


# Interrupted


@pytest.mark.parametrize(("stage", "done"), [("trials", 0), ("trials", 3), ("fragility", 1), ("dossier", 0)])
def test_ctrl_c_leaves_a_partial_run_and_every_started_trial_counted(workspace, stage, done):
    with pytest.raises(Interrupted, match="partial run"):
        run_study(OPTIONS, workspace.ports(Stop(stage, done)))
    (manifest,) = workspace.store.all()
    assert manifest.status == PARTIAL
    assert set(manifest.files) == {"config.json"}
    kinds = [event.kind for event in workspace.ledger.events("small")]
    finished = done if stage == "trials" else 6
    assert kinds.count(Kind.FINISHED) == finished
    assert kinds.count(Kind.INTERRUPTED) == 6 - finished
    assert workspace.ledger.count("small") == 6


def test_after_ctrl_c_the_same_study_finishes_and_replaces_the_partial_run(workspace):
    with pytest.raises(Interrupted):
        run_study(OPTIONS, workspace.ports(Stop("trials", 2)))
    run = run_study(OPTIONS, workspace.ports())
    assert run.manifest.status == COMPLETE
    assert [one.status for one in workspace.store.all()] == [COMPLETE]
    assert run.context.trials == 6


def test_ctrl_c_never_spoils_a_run_that_was_whole(workspace):
    run_study(OPTIONS, workspace.ports())
    with pytest.raises(Interrupted, match="the whole run made earlier stays"):
        run_study(OPTIONS, workspace.ports(Stop("trials", 2)))
    assert [one.status for one in workspace.store.all()] == [COMPLETE]


def test_ctrl_c_while_data_are_read_counts_nothing(workspace):
    with pytest.raises(Interrupted, match="nothing was tried"):
        run_study(OPTIONS, workspace.ports(Stop("data", 0)))
    assert workspace.ledger.count("small") == 0
    assert workspace.store.all() == []


# Failures


def test_a_study_that_cannot_be_kept_still_has_its_trials_on_record(workspace, monkeypatch):
    def full(*_, **__):
        raise StorageFailure("the disk is full.")

    monkeypatch.setattr(workspace.store, "write", full)
    with pytest.raises(StorageFailure, match="disk is full"):
        run_study(OPTIONS, workspace.ports())
    assert workspace.ledger.count("small") == 6


def test_a_ledger_that_cannot_be_written_stops_the_study_before_its_first_trial(workspace, monkeypatch):
    def full(*_, **__):
        raise StorageFailure("the disk is full.")

    monkeypatch.setattr(workspace.ledger, "register", full)
    with pytest.raises(StorageFailure, match="disk is full"):
        run_study(OPTIONS, workspace.ports())
    assert not any(stage == "trials" for stage, _, _ in workspace.told)
    assert workspace.store.all() == []


def test_blocked_data_register_nothing(workspace):
    text = changed(("[period]", "missing_share = 0.1\n\n[period]"))
    with pytest.raises(Blocked, match="nan-share"):
        run_study(parse(text, "study.toml"), workspace.ports())
    assert workspace.ledger.events("small") == []


# Cross-checks


def test_a_study_reports_its_cross_checks_and_lets_none_decide(finished):
    workspace, run = finished
    checks = workspace.store.read_json(run.manifest.run_id, "summary.json")["cross_checks"]
    assert checks["Probability of backtest overfitting"]["value"] == run.result.checks.overfitting.value
    assert checks["Timing of exposure"]["value"] == run.result.checks.timing.value
    page = workspace.store.read_bytes(run.manifest.run_id, "dossier.html").decode()
    assert "They are reported and decide nothing" in page
    assert not any("overfitting" in gate.name.lower() for gate in run.verdict.gates)


# Walked forward

FOLDS = "\n[folds]\ntrain_bars = 120\ntest_bars = 60\nstep_bars = 40\n"
TABLES = {"folds.parquet", "fold_trials.parquet", "out_of_sample.parquet"}


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    workspace = Workspace(tmp_path_factory.mktemp("walked"))
    return workspace, run_study(parse(STUDY + FOLDS, "study.toml"), workspace.ports())


def table(workspace, run, name):
    return pl.read_parquet(io.BytesIO(workspace.store.read_bytes(run.manifest.run_id, name)))


def test_a_study_with_folds_leaves_three_more_tables(walked):
    _, run = walked
    assert set(run.manifest.files) == FILES | TABLES


def test_every_fold_is_on_record_under_the_walks_one_trial(walked):
    workspace, run = walked
    walk = [event for event in workspace.ledger.events("small") if event.trial == run.result.walk.point.trial]
    folds = len(run.plan.folds)
    assert [event.kind for event in walk] == [Kind.STARTED] + [Kind.FINISHED] * (folds + 1)
    assert [json.loads(event.body)["fold"] for event in walk[1:-1]] == list(range(1, folds + 1))
    assert json.loads(walk[-1].body)["sharpe_a_year"] == run.result.walk.found.out_of_sample.value
    assert run.context.trials == 7


def test_the_table_of_folds_agrees_with_the_ledger_and_with_the_grid(walked):
    workspace, run = walked
    folds = table(workspace, run, "folds.parquet")
    assert folds["fold"].to_list() == list(range(1, len(run.plan.folds) + 1))
    assert (folds["train_last"] < folds["test_first"]).all()
    trials = table(workspace, run, "fold_trials.parquet")
    assert len(trials) == len(folds) * 6
    best = trials.group_by("fold", maintain_order=True).agg(
        pl.col("in_sample_sharpe").max(), pl.col("trial").get(pl.col("in_sample_sharpe").arg_max())
    )
    assert best["trial"].to_list() == folds["trial"].to_list()
    assert best["in_sample_sharpe"].to_list() == folds["in_sample_sharpe"].to_list()


def test_the_joined_record_gives_the_printed_ratio_again(walked):
    workspace, run = walked
    joined = table(workspace, run, "out_of_sample.parquet")
    excess = (joined["return"] - joined["cash_return"]).to_numpy()
    ratio = np.mean(excess) / np.std(excess, ddof=1) * np.sqrt(252.0)
    assert ratio == pytest.approx(run.result.walk.found.out_of_sample.value)
    assert joined["known_at"].is_sorted()
    assert joined["known_at"].is_unique().all()
    assert joined["equity_usd"][-1] == pytest.approx(100_000.0 * np.prod(1.0 + joined["return"].to_numpy()))


def test_a_replay_of_a_walk_gives_the_same_bytes(walked):
    workspace, run = walked
    run_id = run.manifest.run_id
    config, context = (workspace.store.read_json(run_id, name) for name in ("config.json", "context.json"))
    files = replay(
        config,
        context,
        workspace.shelf(pins=pins_of(config, run.manifest.snapshot_id)),
        lambda: workspace.ledger,
    )
    assert set(files) == FILES | TABLES
    assert all(files[name] == workspace.store.read_bytes(run_id, name) for name in files)


def test_the_same_walk_again_counts_no_new_try_and_another_scheme_one(workspace):
    assert run_study(parse(STUDY + FOLDS, "study.toml"), workspace.ports()).context.trials == 7
    assert run_study(parse(STUDY + FOLDS, "study.toml"), workspace.ports()).context.trials == 7
    other = FOLDS.replace("step_bars = 40", "step_bars = 30")
    assert run_study(parse(STUDY + other, "study.toml"), workspace.ports()).context.trials == 8


def test_a_walk_that_is_stopped_counts_and_its_folds_so_far_are_on_record(workspace):
    with pytest.raises(Interrupted, match="partial run"):
        run_study(parse(STUDY + FOLDS, "study.toml"), workspace.ports(Stop("folds", 2)))
    kinds = [event.kind for event in workspace.ledger.events("small")]
    assert kinds.count(Kind.FINISHED) == 6 + 2
    assert kinds.count(Kind.INTERRUPTED) == 1
    assert workspace.ledger.count("small") == 7


def test_folds_that_the_period_cannot_hold_are_refused_before_anything_is_tried(workspace):
    with pytest.raises(InvalidOption, match="hold no fold"):
        run_study(parse(STUDY + '\n[folds]\npreset = "504/126/21"\n', "study.toml"), workspace.ports())
    assert workspace.ledger.count("small") == 0


def test_a_study_without_folds_loads_nothing_of_them():
    words = (
        "import sys, tradewright.research.study_run, tradewright.research.report;"
        "late = ('research.walk', 'research.walk_tables', 'research.walk_lines', 'validation.walk_forward',"
        " 'validation.out_of_sample', 'research.cross_checks', 'validation.overfitting');"
        "sys.exit(sum('tradewright.' + name in sys.modules for name in late))"
    )
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
