"""`tradewright options train`"""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json


def run(
    folder: Annotated[Path, typer.Argument(help="Where the pricer is kept.", show_default=False)],
    seed: Annotated[int, typer.Option(help="Draws weights and points.")] = 0,
    steps: Annotated[int, typer.Option(help="Steps at most.")] = 60,
    width: Annotated[int, typer.Option(help="Width of a layer.")] = 20,
    points: Annotated[int, typer.Option(help="Points on which the equation is held.")] = 1_500,
    least_volatility: Annotated[float, typer.Option(help="The domain begins here.")] = 0.05,
    most_volatility: Annotated[float, typer.Option(help="And ends here.")] = 0.8,
    most_years: Annotated[float, typer.Option(help="Longest time to expiry.")] = 2.0,
    skew: Annotated[float, typer.Option(help="Slope of the smile at the money; 0 is flat.")] = 0.0,
    curvature: Annotated[float, typer.Option(help="What the smile adds far out.")] = 0.0,
    fading: Annotated[float, typer.Option(help="How fast the skew fades, a year.")] = 0.0,
    json: Json = False,
) -> None:
    """Train a network that prices calls and puts, and keep it as a folder.

    It learns from the pricing equation alone and is then judged on points it
    never saw: the equation's residual, and prices against the closed form (or,
    on a smile, finite differences). Needs the extra named ml.
    """
    from tradewright.assembly.learning import TrainingRequest, train

    bounds = (least_volatility, most_volatility)
    shape = (skew, curvature, fading)
    request = TrainingRequest(folder, seed, steps, width, points, bounds, most_years, shape)
    with screen.progress(json) as tell:
        rows = train(request, lambda step, loss: tell("steps", step + 1, steps))
    if json:
        screen.as_json(rows)
        return
    (row,) = rows
    screen.say(f"{row['id']}: {row['steps']} steps in {row['seconds']:.1f} s")
    screen.say(f"residual of the equation on fresh points: {row['residual_rms']:.1e} (root mean square)")
    screen.say(f"largest price error against the oracle: {row['worst_price_error']:.1e} of the forward")
