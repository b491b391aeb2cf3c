"""`tradewright research snapshot`"""

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json
from tradewright.cli.ladder_tables import Name


def run(context: typer.Context, name: Name, json: Json = False) -> None:
    """Freeze what is judged: code, data and configuration, as they are now.

    Evidence about anything else passes no gate from here on. After a change of
    code or data, freeze again, run the study and record it.
    """
    candidate = ladder_tables.opened(context).snapshot(name)
    if json:
        screen.as_json([ladder_tables.plain_candidate(candidate)])
        return
    subject = candidate.standing.subject
    assert subject is not None  # it has just been frozen
    screen.table(("", "hash"), [("code", subject.code), ("data", subject.data), ("config", subject.config)])
    screen.say(
        f"Its study's run will be {candidate.frozen['run']}. Next: study run its file, then research record"
    )
