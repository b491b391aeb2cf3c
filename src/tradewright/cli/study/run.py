"""`tradewright study run`"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Asked, Json, workspace_of

if TYPE_CHECKING:
    from tradewright.assembly.studies import StudyReport


def run(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The study, a TOML file.", show_default=False)],
    verify: Annotated[
        bool, typer.Option(help="Execute it once more in a new process and compare every file.")
    ] = True,
    workers: Annotated[int, typer.Option(help="Processes that run the grid.", min=1)] = 1,
    cluster: Annotated[
        str, typer.Option(help="A Dask scheduler that runs the grid, such as tcp://10.0.0.5:8786.")
    ] = "",
    json: Json = False,
) -> None:
    """Run a study from its file to a verdict, with every trial on record, and write its dossier.

    What the file says is checked first; a misspelt key or name is refused
    before anything runs. The hypothesis and each configuration go into the
    ledger before they are tried, and count whatever becomes of them.

    A large grid may be run by several processes, or by a cluster; neither
    changes a byte of the result, and each configuration counts once.

    Ctrl-C or SIGTERM leaves a run marked as partial (exit code 130); the same
    command finishes it.
    """
    from tradewright.assembly.accelerators import studied_apart
    from tradewright.assembly.studies import run_study_file, workers_of

    asked = workers_of(workers, cluster)
    workspace = workspace_of(context)
    apart = studied_apart(workspace, file, (context.find_object(Asked) or Asked()).arguments)
    if apart is not None:
        raise typer.Exit(apart)
    with screen.progress(quiet=json) as tell:
        report = run_study_file(workspace, file, verify, tell, asked)
    if json:
        screen.as_json([_plain(report)])
        return
    from tradewright.research.dossier.terminal import verdict_table

    screen.console().print(verdict_table(report.content))
    screen.say(f"\nRun: {report.run.manifest.run_id}")
    if report.verification is not None and not report.verification.holds:
        changed = {one.file for one in (*report.verification.changes, *report.verification.differences)}
        screen.say(f"A replay in a new process gave other bytes: {', '.join(sorted(changed))}")
    screen.say(f"Dossier: {report.dossier}")


def _plain(report: "StudyReport") -> dict[str, object]:
    """The study for a program."""
    manifest, content = report.run.manifest, report.content
    return {
        "id": manifest.run_id,
        "study": report.run.plan.study,
        "status": manifest.status,
        "headline": content.verdict.headline,
        "trials": content.luck.trials,
        "dossier": str(report.dossier),
        "gates": [
            {"name": gate.name, "status": gate.status, "reason": gate.reason}
            for gate in content.verdict.gates
        ],
    }
