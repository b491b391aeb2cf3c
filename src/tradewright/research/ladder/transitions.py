"""Moves on the ladder as pure functions: up by evidence and a named person, down by themselves."""

from collections.abc import Sequence

from tradewright.research.ladder.answers import NS_PER_HOUR, Answer, Facts, answers_for
from tradewright.research.ladder.gates import Gates
from tradewright.research.ladder.stages import HIGHEST_AFTER_HALT, RUNGS, Stage, rungs_to
from tradewright.research.ladder.standing import Approval, Move, Standing, newest_records
from tradewright.validation.verdict import Gate, Status
from tradewright.values.errors import Blocked, InvalidOption


def next_stage(standing: Standing) -> Stage | None:
    """The one stage that a promotion may lead to; None at the top and for the retired.

    Out of a halt it leads back, to paper at most and never above where the halt struck.
    """
    if standing.stage is Stage.HALTED:
        before = standing.halted_from or Stage.IDEA
        return min(before, HIGHEST_AFTER_HALT, key=lambda stage: stage.height)
    if not standing.stage.is_rung or standing.stage is RUNGS[-1]:
        return None
    return RUNGS[standing.stage.height + 1]


def blockers(standing: Standing, gates: Gates, facts: Facts) -> tuple[Answer, ...]:
    """Everything that stands between a candidate and its next stage; empty where nothing does."""
    target = next_stage(standing)
    if target is None:
        return ()
    answers = answers_for(target, gates, standing.records, facts)
    return tuple(one for one in (*answers, approved(standing, target, gates, facts)) if not one.passes)


def promote(standing: Standing, gates: Gates, facts: Facts) -> Move:
    """The move up by one stage.

    Raises: Blocked naming every gate that does not pass; InvalidOption where there is no stage above.
    """
    target = next_stage(standing)
    if target is None:
        raise InvalidOption(f"there is no stage above '{standing.stage.value}'.")
    barred = blockers(standing, gates, facts)
    if barred:
        words = "; ".join(f"{one.gate.name} [{one.gate.reason_code}]: {one.gate.reason}" for one in barred)
        raise Blocked(f"no promotion to {target.value}. {words}.", f"First: {barred[0].way_out}")
    used = newest_records(standing.records, facts.subject)
    return Move(
        standing.stage, target, "all gates passed", _approvers(standing, target, gates, facts), gates.digest,
        tuple(sorted(record.hash for record in used.values())),
    )  # fmt: skip


def demote(standing: Standing, to: Stage, reason: str, by: str) -> Move:
    """The move down that a person asks for: it needs a reason and no evidence.

    Raises: InvalidOption for a stage that is not below, and for the retired.
    """
    if not reason.strip() or not by.strip():
        raise InvalidOption(
            "a demotion has no reason or nobody who answers for it.", "Give --reason and --by."
        )
    if standing.stage is Stage.RETIRED:
        raise InvalidOption("a retired candidate stays retired.", "Register a fork of it.")
    # A halted candidate may fall below where it will come back to, never come back this way.
    reach = next_stage(standing) if standing.stage is Stage.HALTED else standing.stage
    is_lower = to is Stage.RETIRED or (to is Stage.HALTED and standing.stage is not Stage.HALTED)
    if not is_lower and not (to.is_rung and reach is not None and to.height < reach.height):
        raise InvalidOption(f"'{to.value}' is not below '{standing.stage.value}'.", "Name a lower stage.")
    return Move(standing.stage, to, reason.strip(), (by.strip(),))


def due(standing: Standing, gates: Gates, facts: Facts) -> Move | None:
    """The move down that the evidence itself demands; None where the candidate may stay.

    A damaged ledger halts whatever trades. A gate that sound evidence refutes sends a candidate below the
    stage that asks it. With money at risk, evidence that no longer shows a pass is enough: back to shadow.
    """
    if not standing.stage.is_rung or standing.stage is Stage.IDEA:
        return None
    if facts.ledger_code in ("damaged", "trials_lost") and standing.stage.height >= Stage.PAPER.height:
        return Move(
            standing.stage, Stage.HALTED, f"ledger of trials: {facts.ledger_words}", gates=gates.digest
        )
    answers = answers_for(standing.stage, gates, standing.records, facts)
    refuted = [one for one in answers if one.is_refuted]
    if refuted:
        lowest = min(refuted, key=lambda one: one.stage.height)
        return _down(standing, RUNGS[lowest.stage.height - 1], lowest, gates)
    open_ones = [one for one in answers if not one.passes]
    if open_ones and standing.stage.has_money:
        return _down(standing, Stage.SHADOW, open_ones[0], gates)
    return None


def approved(standing: Standing, target: Stage, gates: Gates, facts: Facts) -> Answer:
    """Whether enough different persons have said yes to this step, lately, for this snapshot."""
    names = _approvers(standing, target, gates, facts)
    needed = gates.stages[target].approvals if target in gates.stages else 1
    met = len(names) >= needed
    words = f"{len(names)} of {needed} {'person has' if needed == 1 else 'persons have'} approved this step"
    status = Status.PASS if met else Status.NOT_EVALUATED
    gate = Gate(
        "approval", "Approved by name", status, "met" if met else "missing", words, len(names), needed
    )
    return Answer(gate, target, "" if met else "tradewright research approve NAME --by PERSON")


def rises(stage: Stage) -> tuple[Stage, ...]:
    """The stages a candidate must have stood at, one after the other, to stand at this one."""
    return (Stage.IDEA, *rungs_to(stage))


def _approvers(standing: Standing, target: Stage, gates: Gates, facts: Facts) -> tuple[str, ...]:
    valid = [one for one in standing.approvals if _holds(one, target, gates, facts)]
    return tuple(sorted({one.by.casefold(): one.by for one in valid}.values()))


def _holds(approval: Approval, target: Stage, gates: Gates, facts: Facts) -> bool:
    fresh = 0 <= facts.now - approval.at <= gates.freshness_hours * NS_PER_HOUR
    return approval.to is target and approval.subject == facts.subject and bool(approval.by.strip()) and fresh


def _down(standing: Standing, to: Stage, because: Answer, gates: Gates) -> Move:
    reason = f"{because.gate.name} [{because.gate.reason_code}]: {because.gate.reason}"
    return Move(standing.stage, to, reason, gates=gates.digest)


def settled(standing: Standing, gates: Gates, facts: Facts) -> tuple[Standing, Sequence[Move]]:
    """The standing after every move down that is due, and those moves."""
    moves: list[Move] = []
    while (move := due(standing, gates, facts)) is not None:
        moves.append(move)
        standing = standing.after(move)
    return standing, moves
