"""An audit of a user's file from the command line's words to what is kept of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradewright.assembly.again import as_kept
from tradewright.assembly.workspace import Workspace
from tradewright.causality.as_json import plain
from tradewright.causality.certificate import Certificate
from tradewright.causality.picture import page
from tradewright.runs.auditing.driver import audit_file
from tradewright.runs.auditing.request import AuditRequest, TableSource, target_of, with_facts
from tradewright.values.errors import InvalidOption


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


@dataclass(frozen=True)
class AuditReport:
    """A certificate and the folder it was written to."""

    certificate: Certificate
    folder: Path


def request_of(words: AuditWords) -> AuditRequest:
    """What the words ask for.

    Raises: NotFound, InvalidOption or UnknownName for what does not hold.
    """
    file, function = target_of(words.target)
    if bool(words.data) == bool(words.facts):
        raise InvalidOption(
            "An audit needs data.",
            "Give --data bars.csv, or --facts tables.toml where there are several tables.",
        )
    table = TableSource("table", words.data, words.known_at, words.index)
    request = AuditRequest(
        file,
        function,
        (table,),
        frame=words.frame,
        decide_at=words.decide_at,
        asset=words.asset,
        level=words.level,
        seed=words.seed,
        stage=words.stage,
        time_limit_s=words.time_limit_s,
        labels=tuple(words.labels),
        known_in_advance=tuple(words.known_in_advance),
    )
    return with_facts(request, Path(words.facts)) if words.facts else request


def run_audit(words: AuditWords, home: Path, out: str = "") -> AuditReport:
    """Audit, and keep the certificate, its picture and its reproducer in a folder of their own.

    Raises: as `request_of`, and what the request is guilty of when it is carried out.
    """
    request = request_of(words)
    certificate = audit_file(request)
    name = f"{Path(request.file).stem}-{request.function}-{certificate.code_hash[:8] or 'unread'}"
    return _kept(certificate, Path(out) if out else home / "audits" / name)


def audit_study(workspace: Workspace, file: Path, out: str = "") -> AuditReport:
    """Audit the strategy of a study on the panel it trades. Nothing is tried, so nothing counts as a trial.

    Raises: what is wrong with the file or its data, as for running the study.
    """
    from tradewright.research import study

    options = study.load(file)
    from tradewright.research.plan import prepare
    from tradewright.runs.strategy_audit import audit_strategy

    workspace.prepare_kernel()
    plan = prepare(as_kept(options), workspace.shelf())
    strategy, account = plan.headline.strategy, plan.options.account
    certificate = audit_strategy(strategy, plan.panel, account, plan.profile, plan.options.seed)
    name = f"{file.stem}-{certificate.target}-{certificate.code_hash[:8]}"
    return _kept(certificate, Path(out) if out else workspace.root / "audits" / name)


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
