"""`tradewright models retire`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.models.line_options import LineName, plain_line, say_line


def run(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="A model's version, or how it begins.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who answers for it.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    line: LineName = "main",
    json: Json = False,
) -> None:
    """Withdraw a model from its line, by name and with a reason; nobody takes its place.

    A champion that is withdrawn leaves the line without one: go back to the
    former one, or promote another. A former champion that is withdrawn is
    never gone back to. It takes no proof, since it takes risk away; what was
    on record against the model stands in its row.
    """
    from tradewright.assembly.model_lines import retire

    found = retire(workspace_of(context), version, line, by, reason)
    if json:
        screen.as_json([plain_line(found)])
        return
    say_line(found)
