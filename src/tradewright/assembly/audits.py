"""An audit of a user's file from the command line's words to what is kept of it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tradewright.assembly import compiled_code
from tradewright.assembly.again import as_kept
from tradewright.assembly.workspace import Workspace
from tradewright.causality.as_json import plain
from tradewright.causality.certificate import Certificate, ChannelVerdict
from tradewright.causality.picture import page
from tradewright.causality.pipeline_stage import FittedOn
from tradewright.causality.verdict import DependsOnFuture, Stage
from tradewright.runs.auditing.driver import audit_file
from tradewright.runs.auditing.request import AuditRequest, TableSource, target_of, with_facts
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.instant import date_of

if TYPE_CHECKING:
    from tradewright.research.process import ProcessLeak
    from tradewright.research.study import StudyOptions

# Leaks of the research process leave their dates in a ledger, and a person may have looked elsewhere.
BEYOND_AN_AUDIT = "results that were seen outside this workspace: no ledger keeps them"
ON_RECORD = (
    "no try of this workspace is missing from its ledger; no choice of the study is younger than results"
)
DATA_FILES = (".csv", ".txt", ".parquet")


@dataclass(frozen=True)
class AuditWords:
    """What a person typed, before anything of it is looked up."""

    target: str
    data: str = ""
    facts: str = ""
    frame: str = "pandas"
    known_at: str = ""
    index: str = ""
    decide_at: str = "close"
    asset: str = ""
    labels: Sequence[str] = ()
    known_in_advance: Sequence[str] = ()
    level: str = "C1"
    stage: str = "features"
    seed: int = 0
    time_limit_s: float = 300.0
    parameters: Mapping[str, str] = field(default_factory=dict)
    answer: str = ""
    trained_until: str = ""
    answer_rows: int = 0
    columns: Sequence[str] = ()
    as_text: Sequence[str] = ()


@dataclass(frozen=True)
class AuditReport:
    """A certificate and the folder it was written to."""

    certificate: Certificate
    folder: Path


def request_of(words: AuditWords, home: Path | None = None, compiled: str = "") -> AuditRequest:
    """What the words ask for; `home` is the workspace whose datasets may be named.

    Raises: NotFound, InvalidOption or UnknownName for what does not hold.
    """
    name = words.target if is_name(words.target) else ""
    file, function = ("", "") if name else target_of(words.target)
    if name:
        _check_name(name, words.stage)
    if bool(words.data) == bool(words.facts):
        raise InvalidOption(
            "An audit needs data.",
            "Give --data bars.csv, or --facts tables.toml where there are several tables.",
        )
    is_dataset = home is not None and bool(words.data) and not is_file(words.data)
    table = TableSource("table", words.data, words.known_at, words.index)
    request = AuditRequest(
        file,
        function,
        (table,),
        name=name,
        dataset=words.data if is_dataset else "",
        catalogue=str(home / "catalogue") if is_dataset and home else "",
        compiled=compiled,
        parameters=dict(words.parameters),
        fitted_on=FittedOn(words.answer, words.trained_until, words.answer_rows, tuple(words.columns)),
        frame=words.frame,
        decide_at=words.decide_at,
        asset=words.asset,
        level=words.level,
        seed=words.seed,
        stage=words.stage,
        time_limit_s=words.time_limit_s,
        labels=tuple(words.labels),
        known_in_advance=tuple(words.known_in_advance),
        as_text=tuple(words.as_text),
    )
    return with_facts(request, Path(words.facts)) if words.facts else request


def audit_target(workspace: Workspace, words: AuditWords, out: str = "") -> AuditReport:
    """`run_audit` in a workspace: its datasets may be named, and its compiled code is used.

    Raises: as `run_audit`.
    """
    if is_name(words.target):
        request_of(words, workspace.root)
        prepare = workspace.prepare_kernel if words.stage == "strategy" else workspace.prepare_features
        prepare()
    folder, _ = compiled_code.folder_for(workspace.options, workspace.environment)
    return run_audit(words, workspace.root, out, str(folder))


def run_audit(words: AuditWords, home: Path, out: str = "", compiled: str = "") -> AuditReport:
    """Audit, and keep the certificate, its picture and its reproducer in a folder of their own.

    Raises: as `request_of`, and what the request is guilty of when it is carried out.
    """
    request = request_of(words, home, compiled)
    certificate = audit_file(request)
    parts = (Path(request.file).stem, request.function, request.name, certificate.code_hash[:8] or "unread")
    name = "-".join(part for part in parts if part)
    return _kept(certificate, Path(out) if out else home / "audits" / name)


def is_name(target: str) -> bool:
    """Whether a target is a plain name, such as technical or momentum, and no file."""
    return all(sign not in target for sign in ".:/\\")


def is_file(data: str) -> bool:
    """Whether data are a file rather than a dataset: by their ending, or because they are there."""
    return Path(data).suffix.lower() in DATA_FILES or Path(data).exists()


def _check_name(name: str, stage: str) -> None:
    """Refuse a name that is none, or that of a feature and of a strategy, before a process is started.

    Raises: UnknownName with the nearest name, InvalidOption where the stage does not fit.
    """
    from tradewright.features.registry import members as features
    from tradewright.features.sets import SETS
    from tradewright.strategies.registry import members as strategies

    is_strategy = name in strategies()
    if name not in SETS and name not in features() and not is_strategy:
        every = {*SETS, *features(), *strategies()}
        raise unknown_name(name, "feature, named set or strategy", sorted(every))
    if stage == "strategy" and not is_strategy:
        raise InvalidOption(f"'{name}' is no strategy.", "Leave out --stage strategy.")
    if stage != "strategy" and name not in SETS and name not in features():
        raise InvalidOption(f"'{name}' is a strategy.", "Say so: --stage strategy.")


def audit_study(workspace: Workspace, file: Path, out: str = "") -> AuditReport:
    """Audit the strategy of a study on the panel it trades. Nothing is tried, so nothing counts as a trial.

    Raises: what is wrong with the file or its data, as for running the study.
    """
    from tradewright.research import study

    options = study.load(file)
    from tradewright.research.forecasting import made_ready
    from tradewright.research.plan import prepare
    from tradewright.research.trying import Nobody
    from tradewright.runs.model_audit import with_models
    from tradewright.runs.strategy_audit import audit_strategy

    workspace.prepare_kernel()
    plan, found = made_ready(prepare(as_kept(options), workspace.shelf()), Nobody())
    strategy, account = plan.headline.strategy, plan.options.account
    certificate = audit_strategy(strategy, plan.panel, account, plan.profile, plan.options.seed)
    certificate = certificate if found is None else with_models(certificate, found, plan.panel)
    certificate = with_its_research(certificate, workspace.lost_trials(), _late(workspace, options))
    name = f"{file.stem}-{certificate.target}-{certificate.code_hash[:8]}"
    return _kept(certificate, Path(out) if out else workspace.root / "audits" / name)


def with_its_research(certificate: Certificate, lost: str, late: Sequence["ProcessLeak"] = ()) -> Certificate:
    """A study's certificate with what its ledger tells of how it came about: a channel for each leak.

    `lost` says in words which tries the ledger of trials lacks that runs saw in it; empty for none. Such a
    ledger shows that tries were removed: a result whose tries are hidden was chosen among them.
    """
    found = [DependsOnFuture(0, "trials on record", None, Stage.RESEARCH, source=lost)] if lost else []
    found += [
        DependsOnFuture(leak.row, leak.channel, None, Stage.RESEARCH, date_of(leak.at), leak.words)
        for leak in late
    ]
    channels = (*certificate.channels, *(ChannelVerdict(one.channel, one) for one in found))
    notes = certificate.notes if found else (*certificate.notes, ON_RECORD)
    left = (*certificate.not_assessed, BEYOND_AN_AUDIT)
    return replace(certificate, channels=channels, notes=notes, not_assessed=left)


def _late(workspace: Workspace, options: "StudyOptions") -> tuple["ProcessLeak", ...]:
    """What of a study was chosen with results in hand; no ledger is made by asking."""
    from tradewright.research.process import process_leaks

    return process_leaks(workspace.ledger, options) if workspace.ledger_is_there else ()


def _kept(certificate: Certificate, folder: Path) -> AuditReport:
    """Write down what was found; a reproducer left by an earlier audit of the same name goes."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(plain(certificate), indent=2, ensure_ascii=False)
    (folder / "certificate.json").write_text(text + "\n", encoding="utf-8")
    (folder / "dependence.html").write_text(page(certificate), encoding="utf-8")
    (folder / "reproducer.py").unlink(missing_ok=True)
    if certificate.reproducer:
        (folder / "reproducer.py").write_text(certificate.reproducer, encoding="utf-8")
    return AuditReport(certificate, folder)
