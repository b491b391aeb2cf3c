"""Examples pushed up the promotion ladder by somebody who approves everything: each stops where it must.

`test_examples.py` of research shows where the momentum study on real prices stops.
"""

import os
from pathlib import Path

import pytest

from tradewright.assembly.ladder import Ladder, ladder_of
from tradewright.assembly.studies import StudyReport, run_study_file
from tradewright.assembly.workspace import Workspace
from tradewright.config import Options
from tradewright.research.ladder.stages import Stage
from tradewright.validation.verdict import Status
from tradewright.values.errors import Blocked

FOLDER = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace at the project's root; no run is executed again for its evidence: other tests do."""
    monkeypatch.chdir(FOLDER.parent)
    monkeypatch.setattr(Ladder, "_verified", lambda self, run_id: None)
    return Workspace(Options(tmp_path / "w"), os.environ, lambda words: None)


def pushed(workspace: Workspace, name: str) -> tuple[StudyReport, Stage, dict[str, str]]:
    """Run an example, record its evidence, promote as far as gates allow: where it stands, what bars it."""
    path, ladder = FOLDER / f"{name}.toml", ladder_of(workspace)
    report = run_study_file(workspace, path, verify=False, progress=lambda *told: None)
    ladder.create(name, path)
    ladder.snapshot(name)
    ladder.record(name)
    try:
        ladder.promote(name, ["Ada"], "paper")
    except Blocked:
        assert name != "planted"
    candidate, _, answers = ladder.blockers(name)
    assert candidate.standing.is_practice
    return report, candidate.standing.stage, {one.gate.code: one.gate.reason_code for one in answers}


def test_the_planted_edge_climbs_to_paper_by_itself_and_no_further(workspace):
    report, stage, barred = pushed(workspace, "planted")
    assert stage is Stage.PAPER
    # Made-up prices: from shadow on every gate of every stage refuses them.
    assert barred["track_record"] == barred["luck"] == barred["holdout"] == "synthetic"
    assert not report.run.verdict.is_established
    opened = [one for one in workspace.ledger.ladder() if one.kind.value == "holdout-opened"]
    assert len(opened) == 1
    named = {one.name: one for one in report.run.result.against}
    ratio = named["Information ratio"].interval
    truth = report.run.plan.options.data.synthetic["edge_sharpe"]
    assert 0.0 < ratio.low < truth


def test_a_strategy_that_sees_the_future_is_stopped_by_the_audit_alone(workspace):
    report, stage, barred = pushed(workspace, "leaky")
    assert stage is Stage.REGISTERED
    assert barred == {"causal": "differs"}
    assert report.run.result.sharpe.interval.low > 0.0


def test_the_best_of_a_hundred_climbs_until_the_price_of_its_search_is_asked(workspace):
    report, stage, barred = pushed(workspace, "oversearched")
    gates = {gate.code: gate.status for gate in report.run.verdict.gates}
    alone = ("sharpe_above_zero", "beats_benchmark", "round_trips", "doubled_costs", "one_bar_later")
    assert [gates[code] for code in alone] == [Status.PASS] * len(alone)
    assert gates["luck"] is Status.FAIL
    # One step of its grid is a cliff, as a lucky peak has them; picks of earlier years earn nothing later.
    assert (stage, barred.pop("luck")) == (Stage.BACKTESTED, "above_limit")
    assert set(barred) == {"out_of_sample", "out_of_sample_sharpe", "cliffs"}
