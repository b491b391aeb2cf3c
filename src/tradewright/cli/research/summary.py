"""`tradewright research summary`"""

from typing import TYPE_CHECKING, Annotated

import typer

from tradewright.cli import ladder_tables, screen
from tradewright.cli.asked import Json

if TYPE_CHECKING:
    from tradewright.research.ladder.evidence import Record
    from tradewright.research.ladder.registry import Candidate
    from tradewright.research.ladder.stages import Stage


def run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A candidate; left out, all of them.", show_default=False)] = "",
    json: Json = False,
) -> None:
    """Show where candidates stand, newest first; of one, its newest evidence and its approvals.

    Beside the stage stands what its evidence still allows: what has gone
    stale or failed counts at once, though nobody has checked since.
    """
    ladder = ladder_tables.opened(context)
    if name:
        _one(ladder.registry.find(name), ladder.allowed(name), json)
        return
    found = [ladder.registry.find(one) for one in ladder.registry.names()]
    if json:
        screen.as_json(ladder_tables.plain_candidate(one) for one in found)
        return
    if not found:
        screen.say("No candidate yet. Create one: tradewright research create NAME STUDY.toml")
        return
    rows = [(one.name, one.standing.stage.value, one.hypothesis, one.standing.is_practice) for one in found]
    screen.table(("candidate", "stage", "hypothesis", "practice"), rows)


def _one(candidate: "Candidate", allowed: "Stage", json: bool) -> None:
    standing = candidate.standing
    newest = {one.kind: one for one in standing.records}
    if json:
        told = ladder_tables.plain_candidate(candidate)
        told["evidence"] = {kind: {"hash": one.hash, **one.values} for kind, one in newest.items()}
        told["allowed"] = allowed.value
        told["approvals"] = [{"by": one.by, "to": one.to.value, "at": one.at} for one in standing.approvals]
        screen.as_json([told])
        return
    ladder_tables.say_standing(candidate)
    screen.say(f"{candidate.study.title}; hypothesis {candidate.hypothesis}")
    if allowed is not standing.stage:
        screen.say(
            f"By this workspace's gates its evidence allows no more than: {allowed.value}. "
            f"Why: tradewright research check {candidate.name}"
        )
    rows = [
        (kind, one.source, screen.when(one.made_at), _fits(one, candidate)) for kind, one in newest.items()
    ]
    screen.table(("evidence", "from", "made at", "about the snapshot"), rows)
    for one in standing.approvals:
        screen.say(f"{one.by} approved {one.to.value} at {screen.when(one.at)}")


def _fits(record: "Record", candidate: "Candidate") -> bool:
    return record.subject == candidate.standing.subject
