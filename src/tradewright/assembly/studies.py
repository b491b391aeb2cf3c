"""A study from its file to its verdict: run, kept, and executed once more in a new process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.again import as_kept, verification_of
from tradewright.assembly.workspace import Workspace
from tradewright.runs.spread import DASK, HERE, PROCESSES, Workers
from tradewright.values.errors import Interrupted, InvalidOption, StorageFailure

if TYPE_CHECKING:
    from tradewright.research.dossier.content import DossierContent
    from tradewright.research.study_run import StudyRun
    from tradewright.runs.manifest import Manifest
    from tradewright.runs.verify import Verification

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class StudyReport:
    """A finished study as a person sees it.

    `verification` is None where nobody executed the study again.
    """

    run: "StudyRun"
    content: "DossierContent"
    dossier: Path
    verification: "Verification | None"


def run_study_file(
    workspace: Workspace, path: Path, verify: bool, progress: Progress, workers: Workers = HERE
) -> StudyReport:
    """Run the study in a file, keep its run, and judge it; `workers` run its grid.

    With `verify` it is executed once more in a new process. Whether that gave the same bytes is evidence, so
    the run is written a second time with it; its causes, and with them its id, stay the same.
    Raises: whatever is wrong with the file, the data or the disk; Interrupted on Ctrl-C.
    """
    from tradewright.research import study

    # The file is read before anything slow is loaded: a misspelt key is answered at once.
    options = study.load(path)
    from tradewright.research.study_run import Ports, run_study

    workers = replace(workers, code_folder=str(workspace.prepare_kernel()))
    if options.model is not None:
        workspace.prepare_features()
    shelf, ledger, runs = workspace.shelf(), workspace.ledger, workspace.runs
    ports = Ports(shelf, ledger, runs, workspace.clock, progress, workers)
    run = run_study(as_kept(options), ports)
    verification = None
    if verify and workspace.options.verify:
        progress("replay in a new process", 0, 1)
        verification = _verified(workspace, run.manifest.run_id)
        run = _with_replay(workspace, run, verification.holds)
        progress("replay in a new process", 1, 1)
    dossier = workspace.runs.folder(run.manifest.run_id) / "dossier.html"
    return StudyReport(run, content_of(run), dossier, verification)


def workers_of(count: int, cluster: str) -> Workers:
    """Who runs a grid: this process, several of this machine, or a cluster.

    Raises: InvalidOption where both are asked for.
    """
    if cluster and count > 1:
        raise InvalidOption(f"workers = {count} and a cluster.", "A cluster has its own workers: give one.")
    if cluster:
        return Workers(DASK, scheduler=cluster)
    return Workers(PROCESSES, count) if count > 1 else HERE


def content_of(run: "StudyRun") -> "DossierContent":
    """What the dossier and the terminal say of a run."""
    from tradewright.research import report

    identity = report.identity_of(run.plan, run.context, run.manifest.run_id, run.manifest.code_version)
    return report.content_of(run.plan, run.result, run.verdict, run.context, identity)


def _verified(workspace: Workspace, run_id: str) -> "Verification":
    """Whether the run just kept comes out equal; who does not wait for the answer keeps the run."""
    try:
        return verification_of(workspace, run_id)
    except KeyboardInterrupt:
        raise Interrupted(
            f"the study is finished and kept ({run_id}); only its replay was stopped.",
            f"Replay it with: tradewright runs verify {run_id}",
        ) from None


def _with_replay(workspace: Workspace, run: "StudyRun", equal: bool) -> "StudyRun":
    """The same run, judged again now that it is known whether a replay gives the same bytes."""
    from tradewright.research.judgement import verdict_on
    from tradewright.research.study_run import causes_of, files_of

    context = replace(run.context, is_replayed=equal)
    files = files_of(run.plan, run.result, context)
    manifest = workspace.runs.write(
        causes_of(run.plan), files, workspace.clock(), ledger=workspace.ledger.mark()
    )
    return replace(run, manifest=manifest, context=context, verdict=verdict_on(run.plan, run.result, context))


def study_runs(workspace: Workspace) -> Sequence[dict[str, object]]:
    """Every study's run, newest first, with its headline and its trials."""
    found = []
    for manifest in workspace.runs.all():
        if manifest.kind != "study":
            continue
        summary = _summary(workspace, manifest) if manifest.is_complete else {}
        found.append(
            {
                "id": manifest.run_id,
                "title": manifest.name,
                "status": manifest.status,
                "edited": workspace.runs.edits(manifest, only=".json"),
                "hypothesis": summary.get("hypothesis"),
                "headline": summary.get("headline"),
                "trials": summary.get("trials"),
                "written_at": manifest.written_at,
            }
        )
    return found


def _summary(workspace: Workspace, manifest: "Manifest") -> dict[str, Any]:
    """A run's summary; one that was damaged says so in its headline and hides no other run."""
    try:
        found: dict[str, Any] = workspace.runs.read_json(manifest.run_id, "summary.json")
    except StorageFailure as failure:
        return {"headline": str(failure)}
    return found
