"""`tradewright data check`"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from tradewright.cli import screen
from tradewright.cli.asked import Json, workspace_of
from tradewright.cli.data.show import Name
from tradewright.cli.failures import FAILED

if TYPE_CHECKING:
    from tradewright.values.findings import Finding


def run(context: typer.Context, name: Name, json: Json = False) -> None:
    """Print the quality report of a dataset. Exit code 1 when it has errors: they block a study.

    Each finding has a code. A study may accept one by its code, with a reason
    that its dossier then shows.
    """
    catalogue = workspace_of(context).catalogue
    snapshot = catalogue.resolve(name)
    findings = catalogue.findings(snapshot)
    if json:
        screen.as_json(
            {
                "id": f"{one.code}:{one.symbol}",
                "code": one.code,
                "level": one.level.value,
                "symbol": one.symbol,
                "count": one.count,
                "first": one.first,
                "message": one.message,
            }
            for one in findings
        )
    else:
        _print(findings, f"{snapshot.dataset} ({snapshot.id})")
    if any(one.level.value == "error" for one in findings):
        raise typer.Exit(FAILED)


def _print(findings: Sequence["Finding"], what: str) -> None:
    """For a person: the table, then how many there are of each level."""
    if findings:
        rows = [(one.code, one.level.value.upper(), one.symbol or "all", one.message) for one in findings]
        screen.table(("code", "level", "symbol", "message"), rows)
        screen.say()
    screen.say(f"{what}: {counted(findings)}")


def counted(findings: Sequence["Finding"]) -> str:
    """How many findings there are of each level, in words."""
    levels = [one.level.value for one in findings]
    counts = {level: levels.count(level) for level in ("error", "warning", "note")}
    return ", ".join(f"{count} {level}{'' if count == 1 else 's'}" for level, count in counts.items())
