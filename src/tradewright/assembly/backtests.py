"""A quick look at one strategy on one dataset: a study of a single trial, on record like any other.

What was not registered before it ran counts all the more: its trials stand under a hypothesis of their own.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import msgspec

from tradewright.assembly.again import as_kept
from tradewright.assembly.workspace import Workspace
from tradewright.values.errors import Blocked, InvalidOption
from tradewright.values.instant import iso_of
from tradewright.values.profile import AccountOptions

if TYPE_CHECKING:
    from tradewright.research.judgement import StudyContext
    from tradewright.research.plan import Plan, Shelf
    from tradewright.research.result import StudyResult
    from tradewright.research.study import StudyOptions
    from tradewright.runs.manifest import Causes, Manifest

KIND = "backtest"
UNREGISTERED = "unregistered"
STATEMENT = "None was written down before this was tried."
WAIVED = "accepted on the command line, without a reason"
# As many as a study draws by default: fewer would let a quick look's intervals hop about.
DRAWS = 1_000


@dataclass(frozen=True)
class BacktestRequest:
    """What somebody typed.

    `parameters` are text as typed; `hypothesis` is empty where none was named; `waivers` are codes.
    """

    strategy: str
    dataset: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    symbols: tuple[str, ...] = ()
    start: str = ""
    end: str = ""
    profile: str = "realistic"
    limits: str = "research"
    account: AccountOptions = field(default_factory=AccountOptions)
    hypothesis: str = ""
    seed: int = 0
    waivers: tuple[str, ...] = ()


@dataclass(frozen=True)
class BacktestReport:
    """A finished backtest: its record and the summary that was kept with it."""

    manifest: "Manifest"
    summary: dict[str, Any]


def run_backtest(workspace: Workspace, request: BacktestRequest) -> BacktestReport:
    """Run a strategy over a dataset, with its trial on record before it starts.

    Raises: UnknownName, InvalidOption, NotFound, Blocked before anything runs; Interrupted on Ctrl-C.
    """
    from tradewright.research.ledger_marks import lost_rows

    options = options_of(request)
    workspace.prepare_kernel()
    plan = _prepared(workspace, options)
    lost = lost_rows(workspace.ledger, workspace.runs.all())
    result = _on_record(workspace, plan)
    context = _context(workspace, plan, lost)
    files = files_of(plan, result, context)
    mark = workspace.ledger.mark()
    manifest = workspace.runs.write(causes_of(plan), files, workspace.clock(), ledger=mark)
    return BacktestReport(manifest, msgspec.json.decode(files["summary.json"]))


def laws_on(workspace: Workspace, request: BacktestRequest) -> list[dict[str, str]]:
    """Ask the laws of changed markets; they choose nothing among configurations, so they are no trial."""
    from tradewright.runs.laws import check_laws

    plan = _prepared(workspace, options_of(request))
    answers = check_laws(plan.headline.strategy, plan.panel, request.account, plan.profile)
    return [asdict(answer) for answer in answers]


def options_of(request: BacktestRequest) -> "StudyOptions":
    """The request as a study of one trial.

    Raises: UnknownName and InvalidOption, as for a study's file.
    """
    from tradewright.research.study import StudyOptions
    from tradewright.runs.strategy_source import built, load

    _check(request)
    kind = load(request.strategy)
    strategy = built(request.strategy, lambda: kind.from_text(request.parameters))
    wanted = {
        "title": f"{request.strategy} on {request.dataset}",
        "seed": request.seed,
        "hypothesis": {
            "id": request.hypothesis or f"{UNREGISTERED}-{_slug(_named(request.strategy, kind.__name__))}",
            "statement": STATEMENT,
        },
        "data": {"dataset": request.dataset},
        "universe": {"symbols": tuple(dict.fromkeys(request.symbols)) or "all"},
        "period": {"start": request.start or None, "end": request.end or None},
        "strategy": {"name": request.strategy, "parameters": strategy.parameters()},
        "execution": {"profile": request.profile, "limits": request.limits},
        "account": asdict(request.account),
        "intervals": {"draws": DRAWS},
        "waivers": [{"code": code, "reason": WAIVED} for code in request.waivers],
    }
    try:
        return as_kept(msgspec.convert(wanted, StudyOptions))
    except msgspec.ValidationError as error:
        said, _, place = str(error).partition(" - at `$.")
        raise InvalidOption(f"{place.strip('`') or 'an option'}: {said}.", "See: backtest --help") from None


def _prepared(workspace: Workspace, options: "StudyOptions") -> "Plan":
    """The plan, or why there is none, with a mend that can be typed here."""
    from tradewright.research.plan import prepare

    try:
        return prepare(options, workspace.shelf())
    except Blocked as error:
        raise Blocked(error.what, "Mend the data, or accept what was found: --waive CODE.") from error


def _check(request: BacktestRequest) -> None:
    """Refuse what a study's file would refuse, in the words of the command line."""
    for option, day in (("--start", request.start), ("--end", request.end)):
        if day and not _is_date(day):
            raise InvalidOption(f"{option} {day} is no date.", "Give one such as 2010-01-04.")
    if request.start and request.end and request.start >= request.end:
        raise InvalidOption(f"--start {request.start} is not before --end {request.end}.")
    if request.hypothesis and _slug(request.hypothesis) != request.hypothesis:
        raise InvalidOption(
            f"--hypothesis '{request.hypothesis}' is no name.",
            "Use small letters, digits, dots, dashes and underscores.",
        )


def _is_date(text: str) -> bool:
    """Whether a text is a day such as 2010-01-04."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _named(source: str, class_name: str) -> str:
    """One name for a strategy however it was typed: `drift.py` and `drift.py:Drift` are the same idea."""
    path, _, _ = source.rpartition(":") if not source.endswith(".py") else (source, "", "")
    return f"{path}:{class_name}" if path else source


def _slug(strategy: str) -> str:
    """A strategy's name as a hypothesis may be called: of path/to/mine.py:Mine, the file and the class."""
    return re.sub("[^a-z0-9._-]+", "-", strategy.rpartition("/")[2].lower())


def causes_of(plan: "Plan") -> "Causes":
    """What names the run."""
    from tradewright.runs.manifest import Causes, code_version

    return Causes(KIND, plan.options.title, plan.options.seed, plan.snapshot.id, plan.config, code_version())


def files_of(plan: "Plan", result: "StudyResult", context: "StudyContext") -> dict[str, bytes]:
    """Every file of the run but its manifest. A quick look has no dossier."""
    from tradewright.research.judgement import verdict_on
    from tradewright.research.summary import summary_of
    from tradewright.runs.artifacts import encoded, execution_table, json_bytes, outcome_tables
    from tradewright.runs.gate.artifacts import gateway_table

    run, executed = result.headline, result.execution
    summary = summary_of(plan, result, verdict_on(plan, result, context), context)
    return encoded(
        {
            **outcome_tables(plan.panel, run.decisions, run.outcome),
            "execution.parquet": execution_table(plan.panel, executed.costs, executed.predicted),
            "gateway.parquet": gateway_table(run.gateway, plan.panel),
            "config.json": json_bytes(plan.config),
            "context.json": json_bytes(asdict(context)),
            "summary.json": json_bytes(summary),
        }
    )


def replay_backtest(
    config: Mapping[str, Any], context: Mapping[str, Any], shelf: "Shelf"
) -> dict[str, bytes]:
    """Execute a backtest again from what its run kept. No trial is counted: this one has been."""
    from tradewright.research.judgement import StudyContext
    from tradewright.research.plan import prepare
    from tradewright.research.result import execute
    from tradewright.research.study import StudyOptions
    from tradewright.research.trying import Nobody

    plan = prepare(msgspec.convert(config["study"], StudyOptions), shelf)
    return files_of(plan, execute(plan, Nobody()), StudyContext(**context))


def _on_record(workspace: Workspace, plan: "Plan") -> "StudyResult":
    """Execute the one trial, started in the ledger before it runs and ended whatever becomes of it."""
    from tradewright.research.plan import about
    from tradewright.research.result import execute
    from tradewright.research.result_series import told
    from tradewright.research.trials import Event, Kind
    from tradewright.research.trying import Nobody, curves_of

    hypothesis, trial = plan.options.hypothesis, plan.headline.trial
    workspace.ledger.register(hypothesis.id, hypothesis.statement, plan.study, workspace.clock())
    on = about(plan, causes_of(plan))
    workspace.ledger.start(hypothesis.id, plan.study, [trial], workspace.clock(), on)

    def end(kind: Kind, contents: Mapping[str, bytes] | None = None, **body: object) -> None:
        said = {"parameters": plan.headline.strategy.parameters(), **body}
        event = Event(workspace.clock(), kind, hypothesis.id, plan.study, trial, json.dumps(said))
        workspace.ledger.end([event], contents)

    try:
        result = execute(plan, Nobody())
    except KeyboardInterrupt:
        end(Kind.INTERRUPTED)
        raise
    except Exception as error:
        end(Kind.FAILED, reason=f"{type(error).__name__}: {error}")
        raise
    earned = curves_of(plan, result.headline.outcome).earned
    series, contents = told(earned, plan.panel.instants, plan.panel.currency, plan.start_row)
    end(
        Kind.FINISHED, contents, sharpe_a_year=result.sharpe.value, sample=result.sharpe.sample, series=series
    )
    return result


def _context(workspace: Workspace, plan: "Plan", lost: str) -> "StudyContext":
    """What the summary says that does not follow from the causes."""
    from tradewright.research.judgement import StudyContext

    trials = workspace.ledger.count(plan.options.hypothesis.id)
    return StudyContext(trials, iso_of(workspace.clock()), lost_trials=lost)
