"""`tradewright models rollback`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.models.line_options import LineName, plain_line, say_line


def run(
    context: typer.Context,
    by: Annotated[str, typer.Option(help="Who answers for it.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    line: LineName = "main",
    json: Json = False,
) -> None:
    """Go back to the former champion, by name and with a reason; the present one is retired.

    It takes no proof, since it undoes a step; the former champion's files are
    held against their hashes first.
    """
    from tradewright.assembly.model_lines import roll_back

    found = roll_back(workspace_of(context), line, by, reason)
    if json:
        screen.as_json([plain_line(found)])
        return
    say_line(found)
