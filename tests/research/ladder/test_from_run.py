"""Evidence from a run: each number is the run's own or follows from its tables, and gaps have reasons."""

import json
from dataclasses import replace
from functools import partial

import numpy as np
import polars as pl
import pytest
from study_files import changed
from workspaces import Workspace

from tradewright.research.ladder.evidence import Subject
from tradewright.research.ladder.from_run import RunFiles, evidence_of_run
from tradewright.research.ladder.kinds import KINDS
from tradewright.research.study import parse
from tradewright.research.study_run import run_study

SUBJECT = Subject("a", "b", "c")
# What a study cannot tell: it comes from the holdout, from paper and from live.
ELSEWHERE = {
    "holdout", "paper", "execution_quality", "reconciliation", "drift", "shadow", "live",
}  # fmt: skip


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A small study and what it kept."""
    workspace = Workspace(tmp_path_factory.mktemp("ran"))
    run = run_study(parse(changed(("draws = 200", "draws = 100")), "study.toml"), workspace.ports())
    store, name = workspace.store, run.manifest.run_id
    read = partial(store.read_json, name)
    files = RunFiles(
        run.manifest, read("summary.json"), read("context.json"), partial(store.read_table, name), True
    )
    return run, files


@pytest.fixture(scope="module")
def found(ran):
    run, files = ran
    return {one.kind: one for one in evidence_of_run(run.plan, files, SUBJECT, 77)}


def test_a_study_tells_of_every_kind_that_is_not_made_elsewhere(found):
    assert set(found) == set(KINDS) - ELSEWHERE


def test_every_record_is_whole_proven_dated_and_says_where_it_came_from(found, ran):
    for one in found.values():
        assert one.is_whole
        assert one.is_proven
        assert (one.subject, one.made_at, one.origin) == (SUBJECT, 77, "synthetic")
        assert one.source == f"run:{ran[0].manifest.run_id}"


def test_every_value_that_is_missing_has_a_reason(found):
    for one in found.values():
        asked = {name for name, value in one.values.items() if value is None}
        assert asked <= set(one.reasons) | {"minimum_track_bars", "folds"}, one.kind


def test_the_numbers_are_the_runs_own(found, ran):
    result = ran[0].result
    assert found["sharpe"].values["value"] == pytest.approx(result.sharpe.value)
    assert found["sharpe"].values["low"] == pytest.approx(result.sharpe.interval.low)
    assert found["trades"].values["round_trips"] == result.closed_trips.value
    assert found["fragility"].values["doubled_costs_sharpe"] == pytest.approx(result.doubled_costs.value)
    assert found["fragility"].values["one_bar_later_sharpe"] == pytest.approx(result.one_bar_later.value)
    assert found["luck"].values["trials"] == ran[0].context.trials == 6
    assert found["luck"].values["p"] == pytest.approx(max(price.p(6) for price in result.search))
    assert found["benchmark"].values["excess_low"] == pytest.approx(result.over_benchmark.interval.low)
    assert found["stability"].values["points"] == 6


def test_the_drawdown_is_a_positive_share(found):
    assert 0.0 < found["drawdown"].values["largest"] < 1.0


def test_the_deflated_sharpe_ratio_is_that_of_the_verdict(found, ran):
    from tradewright.research.judgement import deflated_figure

    told = deflated_figure(ran[0].result, ran[0].context)
    assert found["luck"].values["deflated_sharpe"] == pytest.approx(told.value, abs=1e-9)


def test_recipes_judged_before_are_priced_in_the_ladders_deflated_ratio_as_in_the_verdicts(ran):
    from tradewright.research.judgement import deflated_figure

    run, files = ran
    after = replace(files, summary={**files.summary, "recipes_before": 30})
    records = evidence_of_run(run.plan, after, SUBJECT, 77)
    (luck,) = (one for one in records if one.kind == "luck")
    told = deflated_figure(run.result, replace(run.context, recipes_before=30))
    assert luck.values["deflated_sharpe"] == pytest.approx(told.value, abs=1e-9)
    assert luck.values["trials"] == files.summary["trials"], "what the count is compared with"


def test_overfitting_is_the_runs_own(found, ran):
    own = ran[0].result.checks.overfitting
    values = found["overfitting"].values
    assert values["pbo"] == pytest.approx(own.value)
    assert (values["pbo_low"], values["pbo_high"]) == pytest.approx((own.interval.low, own.interval.high))


def test_a_run_without_the_check_or_whose_check_has_no_number_says_so(ran):
    files = ran[1]
    checks = dict(files.summary["cross_checks"])
    name = "Probability of backtest overfitting"
    for other, words in (
        ({**checks, name: {**checks[name], "value": None, "interval": None, "reason": "no grid"}}, "no grid"),
        ({}, "run its study again"),
    ):
        found = of(ran, replace(files, summary={**files.summary, "cross_checks": other}), "overfitting")
        assert found.values["pbo"] is None
        assert words in found.reasons["pbo"]


def test_exits_are_fills_against_what_was_held(ran):
    _, files = ran
    fills = pl.DataFrame({"symbol": ["A", "A", "B", "A", "B"], "qty": [5.0, 5.0, -2.0, -3.0, 2.0]})
    other = replace(files, table=lambda name: fills if name == "fills.parquet" else files.table(name))
    (trades,) = [
        one
        for one in evidence_of_run(ran[0].plan, with_impact(other, fills), SUBJECT, 1)
        if one.kind == "trades"
    ]
    assert trades.values["exits"] == 2


def with_impact(files: RunFiles, fills: pl.DataFrame) -> RunFiles:
    told = fills.with_columns(impact_usd=pl.lit(0.0))
    return replace(files, table=lambda name: told if name == "fills.parquet" else files.table(name))


def changed_gate(files: RunFiles, code: str, **own) -> RunFiles:
    gates = [{**gate, **own} if gate["code"] == code else gate for gate in files.summary["gates"]]
    return replace(files, summary={**files.summary, "gates": gates})


def of(ran, files: RunFiles, kind: str):
    return {one.kind: one for one in evidence_of_run(ran[0].plan, files, SUBJECT, 1)}[kind]


@pytest.mark.parametrize(
    ("code", "is_causal", "is_exhaustive"),
    [
        ("causal", True, True),
        ("sampled_only", True, False),
        ("depends_on_future", False, True),
        ("not_run", None, None),
    ],
)
def test_what_the_audit_said_is_told_apart(ran, code, is_causal, is_exhaustive):
    found = of(ran, changed_gate(ran[1], "leak_audit", reason_code=code), "causality")
    assert (found.values["is_causal"], found.values["is_exhaustive"]) == (is_causal, is_exhaustive)


@pytest.mark.parametrize(("code", "origin"), [("real", "real"), ("synthetic", "synthetic"), ("missing", "")])
def test_whose_prices_they_were_is_told_on_every_record(ran, code, origin):
    assert of(ran, changed_gate(ran[1], "real_data", reason_code=code), "luck").origin == origin


def test_a_run_that_was_not_executed_again_proves_no_replay(ran):
    found = of(ran, replace(ran[1], is_verified=False), "replay")
    assert found.values["is_equal"] is None
    assert found.reasons["is_equal"] == "not executed again"


def test_a_run_that_knew_of_lost_trials_prices_no_luck(ran):
    lost = replace(ran[1], context={**ran[1].context, "lost_trials": "the ledger was cut"})
    found = of(ran, lost, "luck")
    assert found.values["p"] is None
    assert found.reasons["p"] == "the ledger was cut"


def test_a_walk_through_folds_is_taken_from_the_runs_own_gate(ran):
    walked = changed_gate(ran[1], "out_of_sample", status="PASS", value=0.7)
    assert of(ran, walked, "out_of_sample").values["ratio"] == 0.7
    open_one = changed_gate(ran[1], "out_of_sample", status="NOT EVALUATED", value=None, reason="add [folds]")
    found = of(ran, open_one, "out_of_sample")
    assert found.values["ratio"] is None
    assert found.reasons["ratio"] == "add [folds]"


def test_a_ratio_kept_whole_whose_interval_holds_zero_is_told_with_its_low_end(ran):
    # The study's gate failed this walk, and the ladder let it pass for the 86 % that it had kept.
    inside = {"low": -0.4, "high": 1.0, "level": 0.95}
    after = {"value": 0.3, "interval": inside, "reason": ""}
    figures = {"Sharpe ratio a year, out of sample": after, "Sharpe ratio a year, in sample": {"value": 0.35}}
    failed = changed_gate(ran[1], "out_of_sample", status="FAIL", value=0.86)
    walked = replace(failed, summary={**failed.summary, "out_of_sample": {"folds": 5, "figures": figures}})
    found = of(ran, walked, "out_of_sample")
    assert found.values == {"sharpe": 0.3, "low": -0.4, "in_sample_sharpe": 0.35, "ratio": 0.86, "folds": 5}
    inside["level"] = 0.5
    assert of(ran, walked, "out_of_sample").values["low"] is None
    few = changed_gate(walked, "out_of_sample", status="NOT EVALUATED", value=None, reason="one fold")
    told = of(ran, few, "out_of_sample")
    assert (told.values["low"], told.reasons["low"]) == (None, "one fold")


def test_the_weights_that_are_held_against_other_days_are_carried_until_the_next(ran):
    from tradewright.research.ladder.from_run import _carried

    nan = np.nan
    weights = np.array([[nan, nan], [0.5, nan], [nan, 0.2], [0.0, nan]])
    assert np.array_equal(_carried(weights), [[0.0, 0.0], [0.5, 0.0], [0.5, 0.2], [0.0, 0.2]])


def test_a_reader_of_forecasts_looks_back_as_far_as_its_features_and_models_do(ran):
    from tradewright.research.ladder.from_run import _wishes
    from tradewright.research.model_options import ModelOptions
    from tradewright.research.model_plan import model_walk_of
    from tradewright.strategies.registry import build

    own, files = ran
    assert _wishes(own.plan, files)[2] == own.plan.headline.strategy.warm_up_bars
    walk = model_walk_of(ModelOptions("ridge", features=("sma_ratio",), train_bars=60), 0)
    reader = replace(own.plan.headline, strategy=build("forecast", {}))
    plan = replace(own.plan, points=(reader,), walk=walk)
    assert reader.strategy.warm_up_bars == 1
    assert _wishes(plan, files)[2] == walk.features.warm_up_bars + walk.model.lookback_bars - 1 > 10


def test_a_narrower_interval_than_gates_ask_for_is_no_evidence_of_its_low_end(ran):
    run, files = ran
    summary = json.loads(json.dumps(files.summary))
    for name in ("Sharpe ratio a year", "Return above benchmark"):
        summary["figures"][name]["interval"]["level"] = 0.9
    narrow = replace(files, summary=summary)
    found = {one.kind: one for one in evidence_of_run(run.plan, narrow, SUBJECT, 77)}
    assert found["sharpe"].values["low"] is None
    assert "covers 90%; a gate asks for 95%" in found["sharpe"].reasons["low"]
    assert found["benchmark"].values["excess_low"] is None
    assert "covers 90%" in found["benchmark"].reasons["excess_low"]


def test_a_share_of_volume_that_nobody_knows_is_no_evidence_of_capacity(ran):
    def table(name):
        found = ran[1].table(name)
        if name != "execution.parquet":
            return found
        return found.with_columns(participation=found["participation"].scatter(0, None))

    assert of(ran, ran[1], "capacity").values["largest_participation"] > 0.0
    assert of(ran, replace(ran[1], table=table), "capacity").values["largest_participation"] is None
