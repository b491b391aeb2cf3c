"""`tradewright models choose`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, pairs, workspace_of
from tradewright.values.instant import date_of

DEFAULT_CONFIDENCE, DEFAULT_JUDGED = 0.55, 0.2


def run(
    context: typer.Context,
    runs: Annotated[list[str], typer.Argument(help="Runs to choose from, by id.", show_default=False)],
    default: Annotated[str, typer.Option(help="The run to fall back to.", show_default=False)],
    data: Annotated[str, typer.Option(help="The dataset of the market.", show_default=False)],
    symbol: Annotated[str, typer.Option(help="The symbol whose regimes count.", show_default=False)],
    features: Annotated[
        list[str] | None, typer.Option(help="Regimes; trend_regime, volatility_regime. Repeat.")
    ] = None,
    model: Annotated[str, typer.Option(help="The forecaster that chooses.")] = "regime_means",
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of the model: name=value. Repeat.")
    ] = None,
    horizon: Annotated[int, typer.Option(help="Bars ahead.")] = 5,
    confidence: Annotated[float, typer.Option(help="How sure a choice must be.")] = DEFAULT_CONFIDENCE,
    judged: Annotated[float, typer.Option(help="The last part of the rows, which judges.")] = DEFAULT_JUDGED,
    seed: Annotated[int, typer.Option(help="Draws what the model draws.")] = 0,
    json: Json = False,
) -> None:
    """Learn which run's strategy to follow in which regime, judge that on later rows, and keep it.

    What each earned beyond the default over the horizon teaches. Where a choice is
    not sure enough, or a regime not known, it is the default. A run whose parameters
    were picked on these very rows looks better than it is, and so does its choice.
    Moving from one strategy to the other is free here. Each choice goes into the ledger
    and is counted, not priced: whoever tries ten horizons and shows the best has searched.
    """
    from tradewright.assembly.choices import REGIMES, ChoiceRequest, choose

    request = ChoiceRequest(
        tuple(runs), default, data, symbol, tuple(features or REGIMES), model,
        pairs(options or (), "--set"), horizon, confidence, judged, seed,
    )  # fmt: skip
    rows = choose(workspace_of(context), request)
    if json:
        screen.as_json(rows)
        return
    *figures, last = rows
    told = [
        (
            row["id"],
            _percent(row["beyond_default"]),
            _percent(row["error"]),
            f"{row['followed_share'] or 0:.0%}",
        )
        for row in figures
    ]
    screen.table(("followed", f"beyond default, {horizon} bars", "its error", "share of rows"), told)
    sure = "" if last["confidence"] is None else f", confidence {last['confidence']:.2f}"
    screen.say(f"\n{date_of(last['instant'])}: {last['run']} ({last['name']}), {last['reason']}{sure}")
    screen.say(f"Kept as {last['model']}: tradewright models show {last['model']}")
    if last["choices"] > 1:
        said = f"{last['choices']} choices have been judged on this dataset"
        screen.say(f"{said}: the best of them looks better than it is.")


def _percent(value: float | None) -> str:
    """With its sign; a dash where nothing was judged."""
    return "-" if value is None else f"{value:+.3%}"
