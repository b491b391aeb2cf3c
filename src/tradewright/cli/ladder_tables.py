"""Candidates, gates and moves as the verbs of `research` print them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tradewright.cli import screen

if TYPE_CHECKING:
    from tradewright.assembly.ladder import Ladder
    from tradewright.research.ladder.answers import Answer
    from tradewright.research.ladder.registry import Candidate
    from tradewright.research.ladder.standing import Move

Name = Annotated[str, typer.Argument(help="The candidate's name.", show_default=False)]
GatesFile = Annotated[
    Path | None, typer.Option("--gates", help="Gates of your own, a TOML file.", show_default=False)
]


def opened(context: typer.Context, gates: Path | None = None) -> "Ladder":
    """The ladder of this command's workspace."""
    from tradewright.assembly.ladder import ladder_of
    from tradewright.cli.asked import workspace_of

    return ladder_of(workspace_of(context), gates)


def plain_candidate(candidate: "Candidate") -> dict[str, Any]:
    """A candidate for a program."""
    from dataclasses import asdict

    standing = candidate.standing
    return {
        "id": candidate.name,
        "hypothesis": candidate.hypothesis,
        "title": candidate.study.title,
        "stage": standing.stage.value,
        "is_practice": standing.is_practice,
        "limits": standing.stage.limits,
        "capital_usd": standing.stage.capital_usd,
        "subject": None if standing.subject is None else asdict(standing.subject),
        "created_at": candidate.created_at,
    }


def plain_answer(answer: "Answer") -> dict[str, Any]:
    """A gate's answer for a program."""
    gate = answer.gate
    return {
        "id": gate.code,
        "asked_by": answer.stage.value,
        "name": gate.name,
        "status": gate.status.value,
        "reason_code": gate.reason_code,
        "reason": gate.reason,
        "value": gate.value,
        "limit": gate.limit,
        "way_out": answer.way_out,
    }


def plain_move(move: "Move") -> dict[str, Any]:
    """A move for a program."""
    return {
        "from": move.before.value,
        "to": move.after.value,
        "by": list(move.by),
        "reason": move.reason,
        "gates": move.gates,
        "evidence": list(move.evidence),
    }


def say_standing(candidate: "Candidate") -> None:
    """Where a candidate stands, in a line."""
    practice = ", on made-up data: practice, which ends at paper" if candidate.standing.is_practice else ""
    stage = candidate.standing.stage
    money = f", at most {stage.capital_usd:,.0f} $ under {stage.limits} limits" if stage.has_money else ""
    screen.say(f"{candidate.name}: {stage.value}{practice}{money}")


def show_answers(answers: Sequence["Answer"]) -> None:
    """Gates with their reasons and ways out."""
    rows = [
        (
            one.gate.status.value,
            one.gate.name,
            f"[{one.gate.reason_code}] {one.gate.reason}. {one.way_out}".strip(),
        )
        for one in answers
    ]
    screen.table(("answer", "gate", "reason and way out"), rows)
