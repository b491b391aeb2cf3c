"""The entry point: joins the verbs, knows the options of all of them, and gives every end its exit code.

Exit codes: 0 done; 1 failed, or a check found something; 2 misuse; 130 interrupted.
"""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import backtest, failures
from tradewright.cli.asked import Asked, hoisted
from tradewright.cli.data import check as data_check
from tradewright.cli.data import ingest as data_ingest
from tradewright.cli.data import list as data_list
from tradewright.cli.data import show as data_show
from tradewright.cli.profiles import list as profiles_list
from tradewright.cli.runs import compare as runs_compare
from tradewright.cli.runs import list as runs_list
from tradewright.cli.runs import replay as runs_replay
from tradewright.cli.runs import show as runs_show
from tradewright.cli.runs import verify as runs_verify
from tradewright.cli.strategies import list as strategies_list
from tradewright.cli.strategies import show as strategies_show
from tradewright.cli.study import list as study_list
from tradewright.cli.study import run as study_run

GROUPS = {
    "study": ("Run studies: a hypothesis, data, a strategy, a verdict.", (study_run, study_list)),
    "data": (
        "Bring data in, check and look at them.",
        (data_ingest, data_check, data_list, data_show),
    ),
    "runs": (
        "What was run: look at it, compare, execute again.",
        (runs_list, runs_show, runs_compare, runs_replay, runs_verify),
    ),
    "strategies": ("The strategies that come with the package.", (strategies_list, strategies_show)),
    "profiles": ("The execution profiles: what makes fills differ from wishes.", (profiles_list,)),
}


def application() -> typer.Typer:
    """All verbs, joined."""
    app = typer.Typer(
        name="tradewright",
        help="From a trading idea to controlled real money, earning every step.",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
    app.callback(invoke_without_command=True)(root)
    for name, (about, verbs) in GROUPS.items():
        group = typer.Typer(help=about, no_args_is_help=True)
        for verb in verbs:
            group.command(verb.__name__.rpartition(".")[2])(verb.run)
        app.add_typer(group, name=name)
    app.command("backtest")(backtest.run)
    return app


def root(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(
            help="Folder that holds data, runs and the ledger (else TRADEWRIGHT_WORKSPACE, .tradewright)."
        ),
    ] = None,
    debug: Annotated[bool, typer.Option("--debug", help="Show the whole trace of an error.")] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """From a trading idea to controlled real money, earning every step."""
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"tradewright {version_of('tradewright')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit
    context.obj = Asked(workspace)


def execute(arguments: Sequence[str]) -> int:
    """Run one command line to its end; gives the exit code. Nothing is raised but what --debug asks for."""
    words = hoisted(arguments)
    try:
        outcome = application()(args=words, prog_name="tradewright", standalone_mode=False)
    except BaseException as error:  # noqa: BLE001 - the last place where an error can become one readable line
        return failures.told(error, "--debug" in words)
    code = outcome if isinstance(outcome, int) else 0
    if code == failures.INTERRUPTED:
        failures.say(failures.STOPPED)
    return code


def run() -> None:
    """What `tradewright` on the command line calls."""
    # A reader that has seen enough (`| head`) ends the program as it ends every other one.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    sys.exit(execute(sys.argv[1:]))


if __name__ == "__main__":
    run()
