"""Runs a study from its options to its verdict: registered first, every trial on record, written at once.

What follows from (seed, code, data, configuration) comes from `execute`; trial counts and the clock go into a
`StudyContext` that is kept beside the run, so that a replay writes the same bytes.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec

from tradewright.causality.as_json import plain
from tradewright.research.earlier import earlier_tries
from tradewright.research.judgement import StudyContext, verdict_on
from tradewright.research.ladder.holdout import guard
from tradewright.research.ledger_marks import lost_rows
from tradewright.research.model_registry import models_before, recipes_before
from tradewright.research.plan import Plan, Shelf, about, prepare
from tradewright.research.points import Point
from tradewright.research.process import in_words, process_leaks
from tradewright.research.result import StudyResult, execute
from tradewright.research.result_series import Earned, told
from tradewright.research.study import StudyOptions
from tradewright.research.trials import Event, Kind, TrialLedger
from tradewright.research.trying import Nobody, refuse_own_file
from tradewright.runs.artifacts import encoded, execution_table, json_bytes, outcome_tables
from tradewright.runs.gate.artifacts import gateway_table
from tradewright.runs.manifest import COMPLETE, PARTIAL, Causes, Manifest, code_version, manifest_of
from tradewright.runs.spread import HERE, Workers
from tradewright.runs.store import RunStore
from tradewright.validation.figure import Figure
from tradewright.validation.verdict import Verdict
from tradewright.values.errors import Interrupted
from tradewright.values.instant import Instant, iso_of

Progress = Callable[[str, int, int], None]
# Result series held in memory before they are written: a cluster gives thousands from one announcement.
SERIES_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Ports:
    """What a study needs from the world; assembly joins it.

    `clock` gives ns UTC; `progress` is told stage, steps done and steps in all; `workers` run the grid, and
    change nothing of the result.
    """

    shelf: Shelf
    ledger: TrialLedger
    store: RunStore
    clock: Callable[[], Instant]
    progress: Progress
    workers: Workers = HERE


@dataclass(frozen=True, eq=False)
class StudyRun:
    """A finished study: its record in the store, its verdict, and what led to it."""

    manifest: Manifest
    plan: Plan
    result: StudyResult
    verdict: Verdict
    context: StudyContext


class _Recorder:
    """Puts every trial on record as it goes, and passes progress on."""

    def __init__(self, plan: Plan, ports: Ports) -> None:
        self.plan, self.ports = plan, ports
        self.running: dict[str, Point] = {}
        self.ended: list[Event] = []
        self.contents: dict[str, bytes] = {}

    def started(self, points: tuple[Point, ...]) -> None:
        """Put a batch on record before any of it runs, and the ends of the batch before it."""
        self.settle()
        hypothesis, trials = self.plan.options.hypothesis.id, [point.trial for point in points]
        self.running = {point.trial: point for point in points}
        self.ports.ledger.start(
            hypothesis, self.plan.study, trials, self.ports.clock(), about(self.plan, causes_of(self.plan))
        )

    def finished(self, point: Point, sharpe: Figure, earned: Earned) -> None:
        """Remember how a trial ended, and what it earned on every bar."""
        panel, first = self.plan.panel, max(earned.first_row, self.plan.first_row(point.strategy))
        series, contents = told(earned, panel.instants, panel.currency, first)
        self.contents |= contents
        body = {"parameters": dict(point.parameters), "sharpe_a_year": sharpe.value, "sample": sharpe.sample}
        self._end(point, Kind.FINISHED, {**body, "series": series})
        if len(self.contents) > SERIES_AT_ONCE:
            self.settle()

    def failed(self, point: Point, reason: str) -> None:
        """Remember that a trial broke off, and why."""
        self._end(point, Kind.FAILED, {"parameters": dict(point.parameters), "reason": reason})

    def folded(self, walk: Point, body: dict[str, Any]) -> None:
        """Remember what a fold picked, under the walk's own trial: a fold is no further try."""
        self.ended.append(self._event(walk, Kind.FINISHED, body))

    def progress(self, stage: str, done: int, total: int) -> None:
        """Pass it on."""
        self.ports.progress(stage, done, total)

    def settle(self) -> None:
        """Write down the ends of trials; what is still running when a study stops was interrupted."""
        self.ports.ledger.end(self.ended, self.contents)
        self.ended, self.contents = [], {}

    def interrupt(self) -> None:
        """Mark what was announced and never came to an end."""
        for point in list(self.running.values()):
            self._end(point, Kind.INTERRUPTED, {"parameters": dict(point.parameters)})
        self.settle()

    def _end(self, point: Point, kind: Kind, body: dict[str, Any]) -> None:
        self.running.pop(point.trial, None)
        self.ended.append(self._event(point, kind, body))

    def _event(self, point: Point, kind: Kind, body: dict[str, Any]) -> Event:
        hypothesis, text = self.plan.options.hypothesis.id, json.dumps(body, sort_keys=True)
        return Event(self.ports.clock(), kind, hypothesis, self.plan.study, point.trial, text)


def run_study(options: StudyOptions, ports: Ports) -> StudyRun:
    """Run a study to its verdict and keep it.

    Raises: all that `prepare` does, before any trial; Interrupted on Ctrl-C, with a partial run left and all
    trials that had started on record; StorageFailure where ledger or store cannot be written.
    """
    try:
        ports.progress("data", 0, 1)
        plan = prepare(options, ports.shelf)
        ports.progress("data", 1, 1)
    except KeyboardInterrupt:
        raise Interrupted("the study was stopped while its data were read; nothing was tried.") from None
    hypothesis = options.hypothesis
    refuse_own_file(plan, ports.workers)
    guard(ports.ledger, options, plan)
    lost, late = lost_rows(ports.ledger, ports.store.all()), in_words(process_leaks(ports.ledger, options))
    rows = ports.ledger.mark().rows
    earlier = earlier_tries(plan, ports.ledger, rows)
    until = rows if earlier else 0
    begun = StudyContext(None, "", lost_trials=lost, after_results=late, earlier_until=until)
    context = _after_models(plan, ports.ledger, begun) if plan.walk else begun
    ports.ledger.register(hypothesis.id, hypothesis.statement, plan.study, ports.clock())
    recorder = _Recorder(plan, ports)
    try:
        result = execute(plan, recorder, with_checks=True, workers=ports.workers, earlier=earlier)
        recorder.settle()
        return _kept(plan, result, ports, context)
    except KeyboardInterrupt:
        manifest = _interrupted(plan, recorder, ports)
        kept = "the whole run made earlier stays" if manifest.is_complete else "it is kept as a partial run"
        raise Interrupted(
            f"the study was stopped: {kept} ({manifest.run_id}), and the trials that had started count.",
            "Run the same study again to finish it.",
        ) from None
    except BaseException:
        recorder.interrupt()
        raise


def replay(
    config: Mapping[str, Any], context: Mapping[str, Any], shelf: Shelf, ledger: Callable[[], TrialLedger]
) -> dict[str, bytes]:
    """Execute a study again from what its run kept; gives all its files but the manifest.

    `config` and `context` are the run's JSON files of these names; `shelf.pins` must name the snapshots the
    run read (see `pins_of`). `ledger` is opened only where the run priced records of earlier tries, and read
    as far as it went then. No trial is counted: this one has been.
    """
    options, known = msgspec.convert(config["study"], StudyOptions), StudyContext(**context)
    plan = prepare(options, shelf)
    earlier = earlier_tries(plan, ledger(), known.earlier_until) if known.earlier_until else {}
    return files_of(plan, execute(plan, Nobody(), with_checks=True, earlier=earlier), known)


def pins_of(config: Mapping[str, Any], snapshot_id: str) -> dict[str, str]:
    """The exact snapshots behind the dataset names of a run's configuration, for a replay's shelf."""
    study, pins = config["study"], {}
    if config.get("benchmark_snapshot"):
        pins[study["benchmark"]["dataset"]] = config["benchmark_snapshot"]
    return {**pins, study["data"]["dataset"]: snapshot_id}


def causes_of(plan: Plan) -> Causes:
    """What names the run: seed, code, snapshot and configuration."""
    return Causes(
        kind="study",
        name=plan.options.title,
        seed=plan.options.seed,
        snapshot_id=plan.snapshot.id,
        config=plan.config,
        code_version=code_version(),
    )


def files_of(plan: Plan, result: StudyResult, context: StudyContext) -> dict[str, bytes]:
    """Every file of the run but its manifest: tables, JSON and the dossier."""
    from tradewright.research.climbing import rungs_of
    from tradewright.research.dossier.page import render
    from tradewright.research.report import content_of, identity_of
    from tradewright.research.summary import summary_of

    causes, verdict = causes_of(plan), verdict_on(plan, result, context)
    identity = identity_of(plan, context, causes.run_id, causes.code_version)
    run, executed = result.headline, result.execution
    tables = {
        **outcome_tables(plan.panel, run.decisions, run.outcome),
        **_walk_tables(plan, result),
        "execution.parquet": execution_table(plan.panel, executed.costs, executed.predicted),
        "gateway.parquet": gateway_table(run.gateway, plan.panel),
    }
    summary = summary_of(plan, result, verdict, context)
    rungs = rungs_of(plan, summary, context, (manifest_of(causes, {}, COMPLETE, 0), tables))
    content = replace(content_of(plan, result, verdict, context, identity), ladder=rungs)
    return encoded(
        {
            **tables,
            **_model_files(plan, result),
            "config.json": json_bytes(plan.config),
            "context.json": json_bytes(asdict(context)),
            "certificate.json": json_bytes(plain(result.certificate)),
            "summary.json": json_bytes(summary),
            "dossier.html": render(content).encode(),
        }
    )


def _walk_tables(plan: Plan, result: StudyResult) -> dict[str, Any]:
    """The tables of a study with folds."""
    if result.walk is None:
        return {}
    from tradewright.research.walk_tables import walk_tables

    return dict(walk_tables(plan, result.walk))


def _model_files(plan: Plan, result: StudyResult) -> dict[str, Any]:
    """Fits and forecasts of a study with a model."""
    if result.forecasts is None:
        return {}
    from tradewright.research.forecast_tables import forecasts_table, models_json

    told = json_bytes(models_json(plan, result.forecasts))
    return {"models.json": told, "forecasts.parquet": forecasts_table(result.forecasts)}


def _after_models(plan: Plan, ledger: TrialLedger, begun: StudyContext) -> StudyContext:
    """What is known before the first trial, with the models that were judged on the dataset outside of
    studies.
    """
    rows, dataset = ledger.models(), plan.snapshot.dataset
    others = recipes_before(rows, dataset, plan.recipe)
    return replace(begun, recipes_before=others, models_before=models_before(rows, dataset, others))


def _kept(plan: Plan, result: StudyResult, ports: Ports, begun: StudyContext) -> StudyRun:
    """Count the trials, judge, render and write the run; `begun` is what was known before the first."""
    now, trials = ports.clock(), ports.ledger.count(plan.options.hypothesis.id)
    still_open = ports.ledger.open_trials(plan.options.hypothesis.id)
    context = replace(begun, trials=trials, created_at=iso_of(now), open_trials=still_open)
    ports.progress("dossier", 0, 1)
    files, mark = files_of(plan, result, context), ports.ledger.mark()
    manifest = ports.store.write(causes_of(plan), files, now, ledger=mark)
    ports.progress("dossier", 1, 1)
    return StudyRun(manifest, plan, result, verdict_on(plan, result, context), context)


def _interrupted(plan: Plan, recorder: _Recorder, ports: Ports) -> Manifest:
    """Leave a partial run that says what was asked, and no result."""
    recorder.interrupt()
    files = encoded({"config.json": json_bytes(plan.config)})
    return ports.store.write(causes_of(plan), files, ports.clock(), PARTIAL, ports.ledger.mark())
