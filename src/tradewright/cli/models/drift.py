"""`tradewright models drift`"""

from dataclasses import asdict
from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.failures import CANNOT_TELL, FAILED
from tradewright.cli.models.line_options import Dataset, LineName


def run(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="A model's version, or how it begins.", show_default=False)],
    data: Dataset = "",
    rows: Annotated[int, typer.Option(help="How many of the last rows are looked at.")] = 250,
    line: LineName = "main",
    json: Json = False,
) -> None:
    """Hold a model's features now against those of the rows that taught it.

    Both the Kolmogorov-Smirnov distance and the population stability index
    count the independent values that rows are worth; p is over all features
    together. Drifted is what is neither chance nor small, or is not there any
    more. Exit code 1 where any feature has, 3 where none has and of some it
    cannot be told.
    """
    from tradewright.assembly.model_lines import DRIFT_ALPHA, drift

    found = drift(workspace_of(context), version, data, rows, line)
    drifted = [one.name for one in found if one.has_drifted(DRIFT_ALPHA)]
    untold = [one for one in found if one.why_not and not one.has_vanished]
    if json:
        screen.as_json(
            {"id": one.name, **asdict(one), "has_drifted": one.has_drifted(DRIFT_ALPHA)} for one in found
        )
    else:
        told = [
            (one.name, one.distance, one.p, one.psi, one.usual_psi, one.values, f"{one.missing:.1%}",
             "cannot tell" if one.why_not and not one.has_vanished else one.has_drifted(DRIFT_ALPHA))
            for one in found
        ]  # fmt: skip
        columns = ("feature", "distance", "p", "stability", "usual", "values", "missing", "drifted")
        screen.table(columns, told)
        screen.say(
            f"\nDrifted: {', '.join(drifted) or 'none'} of {len(found) - len(untold)} that can be told."
        )
        for one in untold:
            screen.say(f"{one.name} cannot be told: {one.why_not}.")
    if drifted:
        raise typer.Exit(FAILED)
    if untold:
        raise typer.Exit(CANNOT_TELL)
