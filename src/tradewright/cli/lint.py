"""`tradewright lint`"""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json

if TYPE_CHECKING:
    from tradewright.causality.lint.findings import LintFinding


def run(
    target: Annotated[
        str, typer.Argument(help="path/to/file.py, file.py:function, or a folder.", show_default=False)
    ],
    decide_at: Annotated[str, typer.Option(help="A row is decided at its 'open' or its 'close'.")] = "close",
    json: Json = False,
) -> None:
    """Read code for operators that look ahead, without running it.

    It follows values through variables, helpers, loops, tables and models, and
    names the operator where the future comes in, why, and what to write
    instead. Labels that nothing reads and plots are left alone. Excuse a line
    with a comment: # causal: RULE - reason.

    A clean answer is no verdict: `tradewright audit` runs the code and looks.

    Exit code 0: nothing found; 1: something found.
    """
    from tradewright.assembly.lints import lint_files

    findings = lint_files(target, decide_at)
    open_findings = [one for one in findings if not one.suppressed]
    if json:
        screen.as_json([_plain(one) for one in findings])
    else:
        _print(findings)
    raise typer.Exit(int(bool(open_findings)))


def _print(findings: "list[LintFinding]") -> None:
    for one in findings:
        excuse = f" Excused: {one.suppressed}." if one.suppressed else ""
        screen.say(f"{one}{excuse}")
    excused = sum(bool(one.suppressed) for one in findings)
    count = len(findings) - excused
    words = "1 finding" if count == 1 else f"{count} findings"
    screen.say(f"{words}{f', {excused} excused' if excused else ''}.")


def _plain(one: "LintFinding") -> dict[str, object]:
    return {
        "path": one.path,
        "line": one.line,
        "column": one.column + 1,
        "rule": one.rule,
        "operator": one.operator,
        "function": one.function,
        "stage": one.stage,
        "confidence": one.confidence.value,
        "rows_ahead": one.rows_ahead,
        "why": one.why,
        "mend": one.mend,
        "excused": one.suppressed,
    }
