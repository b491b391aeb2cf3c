"""`tradewright models compare`"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.failures import FAILED
from tradewright.cli.models.line_options import Dataset, LineName

if TYPE_CHECKING:
    from tradewright.research.model_line import Compared
    from tradewright.validation.forecast_comparison import ForecastComparison


def run(
    context: typer.Context,
    challenger: Annotated[str, typer.Argument(help="The model that wants to be better.", show_default=False)],
    champion: Annotated[
        str, typer.Argument(help="The one it is held against; left out, the champion.", show_default=False)
    ] = "",
    data: Dataset = "",
    horizon: Annotated[
        int, typer.Option(help="Bars ahead; 0 takes the shortest that both forecast.", min=0)
    ] = 0,
    worth: Annotated[
        float, typer.Option(help="The improvement of which the power is stated, a share of the loss.")
    ] = 0.001,
    line: LineName = "main",
    json: Json = False,
) -> None:
    """Compare a challenger with the champion in pairs, on rows that neither learnt from.

    At least 1,000 forecasts are compared under one joint rule: three questions
    must show it better, two must not show it more dangerous. What is found is
    kept, and the challenger is in shadow from then on. Each comparison under
    one champion spends of what all of them may be wrong. Exit code 1 where it
    is not shown to be better.
    """
    from tradewright.assembly.model_lines import CompareRequest, compare

    request = CompareRequest(challenger, champion, data, horizon, line, worth)
    found, kept = compare(workspace_of(context), request)
    if json:
        screen.as_json([_plain(found, kept)])
    else:
        _say(found, kept)
    if not kept.is_better:
        raise typer.Exit(FAILED)


def _plain(found: "ForecastComparison", kept: "Compared") -> dict[str, Any]:
    """A comparison for a program."""
    return {
        "id": f"{kept.challenger}:{kept.champion}",
        "challenger": kept.challenger,
        "champion": kept.champion,
        "data": kept.data,
        "is_better": kept.is_better,
        "alpha": kept.alpha,
        **kept.told,
        "worth_share": found.worth_share,
        "power": found.power,
        "origin": kept.origin,
        "dataset": kept.dataset,
        "is_again": kept.is_again,
    }


def _say(found: "ForecastComparison", kept: "Compared") -> None:
    """A comparison for a person."""
    rows = [(one.name, one.asks, one.role, one.p, one.limit, one.says_yes) for one in found.tests]
    screen.table(("question", "asks whether", "its yes", "p", "at most", "yes"), rows)
    screen.say(
        f"\n{found.pairs:,} forecasts on {found.rows:,} rows, "
        f"in {found.rows // found.block_bars} blocks of {found.block_bars}, "
        f"{kept.told['horizon_bars']} ahead; its loss is {abs(found.improvement_share):.2%} "
        f"{'lower' if found.improvement_share >= 0.0 else 'higher'}."
    )
    screen.say(
        f"An improvement of {found.worth_share:.2%} would be shown with a chance of {found.power:.0%}; "
        f"of {found.detectable_share:.2%} with 80%."
    )
    if kept.origin != "real":
        who = "The data are made up" if kept.origin else "Nobody stands for the data (ingest --vendor NAME)"
        screen.say(f"{who}: this is practice, and promotes nobody.")
    if kept.is_better:
        screen.say(
            f"{kept.challenger} is better. Next: tradewright models promote {kept.challenger} --by YOU"
        )
        return
    screen.say(
        f"{kept.challenger} is not shown to be better than {kept.champion}: {'; '.join(found.doubts)}."
    )
