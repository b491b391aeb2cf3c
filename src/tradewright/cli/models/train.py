"""`tradewright models train`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Asked, Json, pairs, workspace_of

HORIZONS = [1, 5, 10, 30]


def run(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            help="naive, momentum, mean_reversion, regime_means, ridge, logistic, boosted_trees, "
            "estimator, mamba or ensemble.",
            show_default=False,
        ),
    ],
    data: Annotated[str, typer.Option(help="A dataset, or a snapshot's id.", show_default=False)],
    features: Annotated[
        list[str] | None, typer.Option(help="Features, named sets, or file.py:Name; technical. Repeat.")
    ] = None,
    options: Annotated[
        list[str] | None, typer.Option("--set", help="A parameter of the model: name=value. Repeat.")
    ] = None,
    horizon: Annotated[list[int] | None, typer.Option(help="Bars ahead; 1, 5, 10, 30. Repeat.")] = None,
    symbol: Annotated[list[str] | None, typer.Option(help="Only this symbol. Repeat.")] = None,
    judged: Annotated[float, typer.Option(help="The last part of the rows, which judges.")] = 0.2,
    seed: Annotated[int, typer.Option(help="Draws weights and order.")] = 0,
    parent: Annotated[str, typer.Option(help="A kept model whose weights it begins with.")] = "",
    line: Annotated[str, typer.Option(help="The line of models that it is a candidate of.")] = "main",
    json: Json = False,
) -> None:
    """Train a forecaster of total returns, judge it on rows it never saw, and keep it.

    It learns from outcomes that were known before the first judged row. The
    coefficient is the correlation of forecasts with what came; within two
    errors it may be luck. boosted_trees, estimator and mamba need the extra
    named ml. An estimator is any class of scikit-learn: --set learner=
    sklearn.linear_model.Lasso --set 'settings={"alpha": 0.01}'. An ensemble
    names its sources: --set 'sources=ridge penalty=10; logistic; momentum'
    """
    from tradewright.assembly.accelerators import trained_apart
    from tradewright.assembly.models import ModelRequest, train

    typed = pairs(options or (), "--set")
    line_typed = (context.find_object(Asked) or Asked()).arguments
    apart = trained_apart(workspace_of(context), name, typed, line_typed)
    if apart is not None:
        raise typer.Exit(apart)
    wanted = tuple(features or ("technical",))
    horizons = tuple(horizon or HORIZONS)
    request = ModelRequest(
        name, data, wanted, typed, horizons, tuple(symbol or ()), judged, seed, parent, line
    )
    with screen.progress(json) as tell:
        rows = train(workspace_of(context), request, tell)
    if json:
        screen.as_json(rows)
        return
    told = [
        (
            f"{row['horizon_bars']} {'bar' if row['horizon_bars'] == 1 else 'bars'}",
            _figure(row["coefficient"]),
            _figure(row["error"]),
            "-" if row["right_share"] is None else f"{row['right_share']:.1%}",
            f"{row['count']:,}",
        )
        for row in rows
    ]
    screen.table(("horizon", "coefficient", "its error", "right side", "forecasts judged"), told)
    screen.say(f"\nKept as {rows[0]['model']}: tradewright models show {rows[0]['model']}")


def _figure(value: float | None) -> str:
    """With its sign; a dash where nothing was judged."""
    return "-" if value is None else f"{value:+.3f}"
