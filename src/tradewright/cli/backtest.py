"""`tradewright backtest`"""

from typing import Annotated

import typer

from tradewright.cli import screen, summaries
from tradewright.cli.asked import Json, account_figures, interest_figures, pairs, workspace_of


def run(
    context: typer.Context,
    strategy: Annotated[
        str,
        typer.Argument(help="A name (strategies list), or path/to/file.py:ClassName.", show_default=False),
    ],
    data: Annotated[str, typer.Option(help="A dataset, or a snapshot's id.", show_default=False)],
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter: name=value. Repeat.")
    ] = None,
    symbol: Annotated[list[str] | None, typer.Option(help="Only this symbol. Repeat.")] = None,
    start: Annotated[str, typer.Option(help="First day, such as 2010-01-04.")] = "",
    end: Annotated[str, typer.Option(help="Last day, included.")] = "",
    profile: Annotated[str, typer.Option(help="Execution profile (profiles list).")] = "realistic",
    limits: Annotated[str, typer.Option(help="Risk profile of the gateway (limits list).")] = "research",
    capital: Annotated[float, typer.Option(help="Money to begin with.")] = 1_000_000.0,
    currency: Annotated[str, typer.Option(help="Currency of the account, such as EUR.")] = "USD",
    balances: Annotated[
        str, typer.Option(help="Money in other currencies: converted at once, or kept.")
    ] = "converted",
    exchange: Annotated[
        str, typer.Option(help="Of kept balances, changed at each close: never, shortfalls, or all.")
    ] = "",
    interest: Annotated[
        list[str] | None, typer.Option(help="On a kept balance, earned/owed: USD=0.04/0.06. Repeat.")
    ] = None,
    max_gross: Annotated[float, typer.Option(help="Gross exposure allowed, times equity.")] = 1.0,
    fractional: Annotated[bool, typer.Option("--fractional", help="Allow parts of a share.")] = False,
    account: Annotated[
        str, typer.Option(help="Type of account: unrestricted, cash (T+1), or margin (Reg T).")
    ] = "unrestricted",
    margin: Annotated[
        list[str] | None, typer.Option(help="A figure of a margin account: initial_margin=0.5. Repeat.")
    ] = None,
    hypothesis: Annotated[
        str, typer.Option(help="Count the trial under this hypothesis; else under 'unregistered-STRATEGY'.")
    ] = "",
    waive: Annotated[list[str] | None, typer.Option(help="Accept findings of this code. Repeat.")] = None,
    seed: Annotated[int, typer.Option(help="Of the intervals' resamples.")] = 0,
    check_laws: Annotated[
        bool,
        typer.Option("--check-laws", help="Ask the laws of changed markets too; fails where one is broken."),
    ] = False,
    json: Json = False,
) -> None:
    """Take a quick look at one strategy. It is a trial like any other: it is put on record before it runs.

    A look that no study registered counts under a hypothesis of its own, and
    looking twice at the same thing is one trial. Decisions made at a close are
    filled at the next open, or the next close where nothing else is known.

    For a verdict with intervals worth printing, a grid and a dossier, write a
    study.
    """
    from tradewright.assembly.backtests import BacktestRequest, laws_on, run_backtest
    from tradewright.values.profile import AccountOptions

    figures = account_figures(margin or ())
    kept = (balances, exchange, interest_figures(interest or ()))
    money = AccountOptions(capital, max_gross, fractional, False, account, *figures, currency, *kept)
    request = BacktestRequest(
        strategy=strategy,
        dataset=data,
        parameters=pairs(options or (), "--set"),
        symbols=tuple(symbol or ()),
        start=start,
        end=end,
        profile=profile,
        limits=limits,
        account=money,
        hypothesis=hypothesis,
        seed=seed,
        waivers=tuple(waive or ()),
    )
    report = run_backtest(workspace_of(context), request)
    laws = laws_on(workspace_of(context), request) if check_laws else []
    manifest = report.manifest
    if json:
        told = {"laws": laws} if check_laws else {}
        screen.as_json([{"id": manifest.run_id, "name": manifest.name, **report.summary, **told}])
        summaries.fail_on(laws)
        return
    screen.say(f"{manifest.name}, profile {profile}, limits {limits}")
    summaries.show(report.summary)
    screen.say(f"\nRun: {manifest.run_id}")
    screen.say("No dossier: a quick look writes none. A study does: tradewright study run STUDY.toml")
    summaries.show_laws(laws)
    summaries.fail_on(laws)
