"""`tradewright models promote`"""

from typing import Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.models.line_options import LineName, plain_line, say_line


def run(
    context: typer.Context,
    version: Annotated[str, typer.Argument(help="A model's version, or how it begins.", show_default=False)],
    by: Annotated[str, typer.Option(help="Who answers for it.", show_default=False)],
    line: LineName = "main",
    json: Json = False,
) -> None:
    """Make a model the champion of its line, by name and on evidence.

    It must have beaten the champion in a comparison of the last week; the first
    champion of a line must have beaten a naive model. The former one is retired
    and can be gone back to.
    """
    from tradewright.assembly.model_lines import promote

    found = promote(workspace_of(context), version, line, by)
    if json:
        screen.as_json([plain_line(found)])
        return
    say_line(found)
