"""The verdict on a study: a list of gates, none of which passes on missing evidence."""

from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """What a gate says of the evidence put before it."""

    PASS = "PASS"
    FAIL = "FAIL"
    NOT_EVALUATED = "NOT EVALUATED"


@dataclass(frozen=True)
class Gate:
    """One question asked of the evidence and its answer.

    `code` names the gate and `reason_code` the answer's cause, both for machines; `name` and `reason` are
    words for people. `value` and `limit` are the numbers compared, in `unit`, where there are any.
    """

    code: str
    name: str
    status: Status
    reason_code: str
    reason: str
    value: float | None = None
    limit: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Verdict:
    """All gates in their order, and one line that says what they add up to.

    There is no partial credit: one gate that failed or stayed open leaves the idea not established.
    """

    gates: tuple[Gate, ...]
    headline: str

    @property
    def is_established(self) -> bool:
        """True only where there are gates and every one of them passed."""
        return bool(self.gates) and all(gate.status is Status.PASS for gate in self.gates)

    def count(self, status: Status) -> int:
        """How many gates ended in this status."""
        return sum(gate.status is status for gate in self.gates)


def verdict_of(gates: tuple[Gate, ...]) -> Verdict:
    """Add gates up: established needs every gate to pass, and none at all establishes nothing."""
    verdict = Verdict(gates, "")
    failed, open_ones = verdict.count(Status.FAIL), verdict.count(Status.NOT_EVALUATED)
    if verdict.is_established:
        return Verdict(gates, f"ESTABLISHED: all {len(gates)} gates passed")
    parts = [f"{failed} {'gate' if failed == 1 else 'gates'} failed"] if failed else []
    parts += [f"{open_ones} not evaluated"] if open_ones else []
    return Verdict(gates, f"NOT ESTABLISHED: {', '.join(parts) or 'no gate was asked'}")
