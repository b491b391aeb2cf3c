"""What a run's own evidence opens on the ladder: the gates of the package, asked when the run is made.

A function of the run alone, so that a replay prints the same: a workspace's own gates, approvals and later
evidence are no part of it (`tradewright research blockers` knows them).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tradewright.research.dossier.climb import Blocker, Moved, Rung
from tradewright.research.judgement import StudyContext
from tradewright.research.ladder.answers import Answer, Facts, answers_for
from tradewright.research.ladder.evidence import Subject
from tradewright.research.ladder.from_run import RunFiles, evidence_of_run
from tradewright.research.ladder.gates import default_gates
from tradewright.research.ladder.stages import Stage, rungs_to
from tradewright.research.plan import Plan
from tradewright.research.result import StudyResult
from tradewright.runs.manifest import Manifest
from tradewright.validation.stability import cliffs_around

if TYPE_CHECKING:
    import polars as pl

# Above this stage every gate asks for sessions that no study can have.
LAST = Stage.PAPER


def rungs_of(
    plan: Plan,
    summary: Mapping[str, Any],
    context: StudyContext,
    told: tuple[Manifest, Mapping[str, "pl.DataFrame"]],
) -> tuple[Rung, ...]:
    """Every stage up to paper with its blockers; `told` are what names the run, and its tables."""
    manifest, tables = told
    subject = Subject(manifest.code_version, manifest.snapshot_id, manifest.config_hash)
    files = RunFiles(manifest, summary, vars(context), tables.__getitem__, bool(context.is_replayed))
    now = 0
    records = evidence_of_run(plan, files, subject, now)
    code, words = ("trials_lost", context.lost_trials) if context.lost_trials else ("", "")
    if context.open_trials and not code:
        code, words = "trials_open", f"{context.open_trials:,} of its trials were started and never ended"
    facts = Facts(now, subject, subject.code, context.trials or 0, code, words)
    gates = default_gates()
    answers = answers_for(LAST, gates, records, facts)
    return tuple(_rung(stage, answers, gates.stages[stage].approvals) for stage in rungs_to(LAST))


def _rung(stage: Stage, answers: tuple[Answer, ...], approvals: int) -> Rung:
    """One stage; the ledger is asked with the first. What was frozen, no run can say."""
    is_first = stage is Stage.REGISTERED
    asked = [one for one in answers if one.gate.code not in ("snapshot", "running_code")]
    own = [one for one in asked if (is_first if one.gate.code == "ledger" else one.stage is stage)]
    blockers = tuple(Blocker(one.gate.name, one.gate.reason, one.way_out) for one in own if not one.passes)
    return Rung(stage.value, len(own), len(own) - len(blockers), approvals, blockers)


def moved_lines(result: StudyResult) -> tuple[Moved, ...]:
    """The headline's neighbours as the page shows them."""
    own = next(point.sharpe.value for point in result.grid if point.is_headline)
    cliffs = cliffs_around(own, result.around)
    return tuple(
        Moved(
            one.parameter,
            one.moved,
            float(one.value),
            float("nan") if own is None else own,
            float("nan") if one.sharpe.value is None else one.sharpe.value,
            one in cliffs,
            one.is_same,
        )
        for one in result.around
    )
