"""`tradewright options surface`"""

from pathlib import Path
from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of


def run(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="A pricer that was trained.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The page to write, .html.")] = Path("surface.html"),
    volatility: Annotated[float, typer.Option(help="Level of the surface, a year.")] = 0.2,
    json: Json = False,
) -> None:
    """Draw a learned surface, and its error against the oracle, as one page.

    The page needs no network. The oracle is the closed form, or finite
    differences where a smile leaves none. Needs the extra named ml.
    """
    from tradewright.assembly.learning import surface

    rows = surface(workspace_of(context), folder, volatility, out)
    if json:
        screen.as_json(rows)
        return
    (row,) = rows
    screen.say(
        f"{row['id']}: largest error {row['worst_price_error']:.1e} of the forward against {row['oracle']}"
    )
