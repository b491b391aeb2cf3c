"""The entry point: joins the verbs, knows the options of all of them, and gives every end its exit code.

Exit codes: 0 done; 1 failed, or a check found something; 2 misuse; 3 an audit cannot tell; 4 a lost
accelerator; 130 interrupted.
"""

import gc
import signal
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Annotated

import typer
from typer.main import get_command

from tradewright.cli import audit, backtest, failures, lint
from tradewright.cli.asked import Asked, taken_out
from tradewright.cli.costs import explain as costs_explain
from tradewright.cli.data import check as data_check
from tradewright.cli.data import ingest as data_ingest
from tradewright.cli.data import list as data_list
from tradewright.cli.data import show as data_show
from tradewright.cli.features import compute as features_compute
from tradewright.cli.features import list as features_list
from tradewright.cli.features import show as features_show
from tradewright.cli.limits import list as limits_list
from tradewright.cli.models import choose as models_choose
from tradewright.cli.models import compare as models_compare
from tradewright.cli.models import drift as models_drift
from tradewright.cli.models import due as models_due
from tradewright.cli.models import list as models_list
from tradewright.cli.models import promote as models_promote
from tradewright.cli.models import retire as models_retire
from tradewright.cli.models import rollback as models_rollback
from tradewright.cli.models import show as models_show
from tradewright.cli.models import train as models_train
from tradewright.cli.options import greeks as options_greeks
from tradewright.cli.options import implied as options_implied
from tradewright.cli.options import price as options_price
from tradewright.cli.options import surface as options_surface
from tradewright.cli.options import train as options_train
from tradewright.cli.plain_words import help_without_markdown, take_plain_words
from tradewright.cli.profiles import list as profiles_list
from tradewright.cli.research import approve as research_approve
from tradewright.cli.research import blockers as research_blockers
from tradewright.cli.research import check as research_check
from tradewright.cli.research import create as research_create
from tradewright.cli.research import demote as research_demote
from tradewright.cli.research import history as research_history
from tradewright.cli.research import promote as research_promote
from tradewright.cli.research import record as research_record
from tradewright.cli.research import snapshot as research_snapshot
from tradewright.cli.research import store as research_store
from tradewright.cli.research import summary as research_summary
from tradewright.cli.runs import compare as runs_compare
from tradewright.cli.runs import list as runs_list
from tradewright.cli.runs import replay as runs_replay
from tradewright.cli.runs import show as runs_show
from tradewright.cli.runs import verify as runs_verify
from tradewright.cli.strategies import list as strategies_list
from tradewright.cli.strategies import show as strategies_show
from tradewright.cli.study import list as study_list
from tradewright.cli.study import run as study_run


def _named(verb: ModuleType) -> str:
    """What a verb is called on the command line: as its file."""
    return verb.__name__.rpartition(".")[2]


EVERYWHERE = "Every verb also takes --workspace FOLDER and --debug."
GROUPS = {
    "study": ("Run studies: a hypothesis, data, a strategy, a verdict.", (study_run, study_list)),
    "data": (
        "Bring data in, check and look at them.",
        (data_ingest, data_check, data_list, data_show),
    ),
    "research": (
        "The promotion ladder: candidates, evidence, gates, moves.",
        (
            research_create,
            research_snapshot,
            research_record,
            research_store,
            research_approve,
            research_summary,
            research_blockers,
            research_check,
            research_promote,
            research_demote,
            research_history,
        ),
    ),
    "runs": (
        "What was run: look at it, compare, execute again.",
        (runs_list, runs_show, runs_compare, runs_replay, runs_verify),
    ),
    "costs": ("What trading cost, and how a price came about.", (costs_explain,)),
    "strategies": ("The strategies that come with the package.", (strategies_list, strategies_show)),
    "features": (
        "The features that come with the package, and yours.",
        (features_list, features_show, features_compute),
    ),
    "models": (
        "Models that forecast returns, or choose a strategy: train one, compare it, promote it, watch it.",
        (
            models_train,
            models_choose,
            models_list,
            models_show,
            models_compare,
            models_promote,
            models_rollback,
            models_retire,
            models_drift,
            models_due,
        ),
    ),
    "options": (
        "What options are worth, and how that moves.",
        (options_price, options_greeks, options_implied, options_train, options_surface),
    ),
    "limits": ("The risk profiles: what the gateway holds every order against.", (limits_list,)),
    "profiles": ("The execution profiles: what makes fills differ from wishes.", (profiles_list,)),
}

HELP = frozenset({"--help", "-h"})
OBJECTS_BEFORE_COLLECTING = 200_000
# Typer reads an option that nobody gave through pydantic unless its default is true or false already; said
# here for the one option that it adds itself, to every verb, this spares loading pydantic at all.
NOT_ASKED = {"help": False}
NO_HELP_ASKED: dict[str, object] = {
    **NOT_ASKED,
    **dict.fromkeys(("backtest", "audit", "lint"), NOT_ASKED),
    **{
        name: {**NOT_ASKED, **{_named(verb): NOT_ASKED for verb in verbs}}
        for name, (_, verbs) in GROUPS.items()
    },
}


def application() -> typer.Typer:
    """All verbs, joined."""
    app = typer.Typer(
        name="tradewright",
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": sorted(HELP), "default_map": NO_HELP_ASKED},
    )
    app.callback(invoke_without_command=True)(root)
    for name, (about, verbs) in GROUPS.items():
        group = typer.Typer(help=about, no_args_is_help=True)
        for verb in verbs:
            group.command(_named(verb), epilog=EVERYWHERE)(verb.run)
        app.add_typer(group, name=name)
    app.command("backtest", epilog=EVERYWHERE)(backtest.run)
    app.command("audit", epilog=EVERYWHERE)(audit.run)
    app.command("lint", epilog=EVERYWHERE)(lint.run)
    return app


def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """From a trading idea to controlled real money, earning every step.

    Every verb also takes --workspace FOLDER, which holds data, runs and the
    ledger (else TRADEWRIGHT_WORKSPACE, else .tradewright in this folder), and
    --debug, which shows the whole trace of an error.
    """
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"tradewright {version_of('tradewright')}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit


def execute(arguments: Sequence[str]) -> int:
    """Run one command line to its end; gives the exit code. Nothing is raised, whatever happens."""
    asked = Asked(debug="--debug" in arguments)
    try:
        asked, words = taken_out(arguments)
        if not words or HELP & set(words):
            help_without_markdown()
        command = take_plain_words(get_command(application()))
        outcome = command(args=words, prog_name="tradewright", standalone_mode=False, obj=asked)
    except BaseException as error:  # noqa: BLE001 - the last place where an error can become one readable line
        return failures.told(error, asked.debug)
    code = outcome if isinstance(outcome, int) else 0
    if code == failures.INTERRUPTED:
        failures.say(failures.STOPPED)
    return code


def run() -> None:
    """What `tradewright` on the command line calls."""
    # A reader that has seen enough (`| head`) ends the program as it ends every other one.
    if hasattr(signal, "SIGPIPE"):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    _stop_like_ctrl_c()
    # Loading makes many objects and hardly a cycle: looking as often as usual takes a tenth of a warm start.
    gc.set_threshold(OBJECTS_BEFORE_COLLECTING)
    code = execute(sys.argv[1:])
    if code == failures.LOST_DEVICE:
        from tradewright.runs.on_the_cpu import leave_at_once

        leave_at_once()
    sys.exit(code)


def _stop_like_ctrl_c() -> None:
    """A scheduler's SIGTERM and a lost terminal leave a run marked as partial, as Ctrl-C does.

    What was told to ignore them (nohup) goes on ignoring them.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    run()
