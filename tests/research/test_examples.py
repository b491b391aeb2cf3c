"""The examples that come with the project are studies, and teach what is true."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from workspaces import Workspace

from tradewright.data.feeds.packaged import read
from tradewright.research.ladder.answers import Facts
from tradewright.research.ladder.evidence import Subject
from tradewright.research.ladder.from_run import RunFiles, evidence_of_run
from tradewright.research.ladder.gates import default_gates
from tradewright.research.ladder.standing import Approval, Standing
from tradewright.research.ladder.transitions import blockers, next_stage, promote
from tradewright.research.plan import profile_of
from tradewright.research.study import load
from tradewright.research.study_run import causes_of, run_study
from tradewright.runs.strategy_source import build
from tradewright.validation.verdict import Status

FOLDER = Path(__file__).resolve().parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.toml"))


def pushed(workspace: Workspace, run) -> tuple[str, dict[str, str]]:
    """How high a study's evidence carries it where somebody approves every step, and what stops it."""
    causes, store = causes_of(run.plan), workspace.store
    read = partial(store.read_json, run.manifest.run_id)
    table = partial(store.read_table, run.manifest.run_id)
    subject = Subject(causes.code_version, causes.snapshot_id, causes.config_hash)
    files = RunFiles(run.manifest, read("summary.json"), read("context.json"), table, is_verified=True)
    now = workspace.clock()
    one = Standing(subject=subject, records=evidence_of_run(run.plan, files, subject, now))
    facts = Facts(now, subject, causes.code_version, run.context.trials)
    while (target := next_stage(one)) is not None:
        one = one.with_approval(Approval("Ada", target, subject, now))
        barred = blockers(one, default_gates(), facts)
        if barred:
            return one.stage.value, {answer.gate.code: answer.gate.reason_code for answer in barred}
        one = one.after(promote(one, default_gates(), facts))
    return one.stage.value, {}


def test_there_are_examples():
    assert {path.name for path in EXAMPLES} >= {
        "momentum.toml",
        "planted.toml",
        "leaky.toml",
        "oversearched.toml",
    }


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_valid_study_with_a_strategy_that_exists(path, monkeypatch):
    monkeypatch.chdir(FOLDER.parent)
    options = load(path)
    build(options.strategy.name, dict(options.strategy.parameters))
    profile_of(options)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_registers_parameters_that_lie_on_its_grid(path):
    strategy = load(path).strategy
    assert strategy.grid
    assert all(strategy.parameters[name] in values for name, values in strategy.grid.items())


def test_the_momentum_example_says_why_its_costs_are_its_own():
    options = load(FOLDER / "momentum.toml")
    assert profile_of(options).commission_per_share_usd == 0.0
    assert "commission_per_share_usd = 0" in profile_of(options).name
    assert [waiver.code for waiver in options.waivers] == ["adjusted-looking-prices"]


def test_the_planted_example_brings_its_own_market_and_holds_four_years_back():
    options = load(FOLDER / "planted.toml")
    assert options.data.synthetic["edge_sharpe"] == 2.0
    assert options.period.end.year == 2018


def test_the_momentum_example_admits_its_survivors(tmp_path):
    """Real history, as `make study` runs it; the package that holds the history may be absent."""
    pytest.importorskip("skfolio")
    own = Workspace(tmp_path)
    ports = own.ports()
    sources = {"sp500-20": lambda: read("sp500-20")}
    run = run_study(load(FOLDER / "momentum.toml"), replace(ports, shelf=own.shelf(sources=sources)))
    gates = {gate.code: gate for gate in run.verdict.gates}
    assert gates["survivorship"].status is Status.FAIL
    assert gates["capacity"].reason_code == "no_volume"
    # The grid, and the walk through folds as one more try.
    assert run.context.trials == 21
    assert gates["out_of_sample"].status is Status.PASS
    assert run.result.walk.above_benchmark.interval.low < 0.0
    assert run.result.sharpe.sample == len(run.plan.panel.instants) - 253
    assert run.plan.panel.is_close_only
    # On the ladder it stops at the first stage that asks for evidence, and says why.
    stage, why = pushed(own, run)
    assert stage == "registered"
    assert why == {"survivorship": "differs", "drawdown": "above_limit"}
