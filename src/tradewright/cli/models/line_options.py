"""What the verbs about lines of models share: options, and a line as it is printed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewright.cli import screen

if TYPE_CHECKING:
    from tradewright.research.model_line import Line

LineName = Annotated[str, typer.Option("--line", help="The line of models.")]
Dataset = Annotated[
    str, typer.Option("--data", help="A dataset; left out, the one it learnt from.", show_default=False)
]


def plain_line(line: "Line") -> dict[str, Any]:
    """A line for a program."""
    return {
        "id": line.name,
        "champion": line.champion,
        "former": list(line.former),
        "stages": {version: stage.value for version, stage in line.stages.items()},
    }


def say_line(line: "Line") -> None:
    """A line in a sentence."""
    before = f"; before it: {', '.join(reversed(line.former))}" if line.former else ""
    screen.say(f"{line.name}: champion {line.champion or 'none'}{before}")
