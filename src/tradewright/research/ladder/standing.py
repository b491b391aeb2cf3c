"""Where a candidate stands: a fold over what the ledger says of it, and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tradewright.research.ladder.evidence import Record, Subject
from tradewright.research.ladder.stages import Stage


@dataclass(frozen=True)
class Approval:
    """A person's yes to one step, for exactly one snapshot.

    Units: `at` ns UTC.
    """

    by: str
    to: Stage
    subject: Subject
    at: int
    reason: str = ""


@dataclass(frozen=True)
class Move:
    """One change of stage: from where, to where, why, and who answers for it (empty: the rules).

    `gates` is the digest of the gates that were asked, `evidence` the hashes of the records they looked at.
    """

    before: Stage
    after: Stage
    reason: str
    by: tuple[str, ...] = ()
    gates: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def is_up(self) -> bool:
        """Whether it is a promotion; a return from a halt is one."""
        return self.after.height > self.before.height


@dataclass(frozen=True)
class Standing:
    """A candidate as its history leaves it.

    `halted_from` is the stage that a halt interrupted. `is_practice` is true from the first promotion on
    made-up data on, until real data are frozen.
    """

    stage: Stage = Stage.IDEA
    subject: Subject | None = None
    records: tuple[Record, ...] = ()
    approvals: tuple[Approval, ...] = ()
    halted_from: Stage | None = None
    is_practice: bool = False

    def after(self, move: Move) -> "Standing":
        """The standing once a move is made; approvals are used up by it."""
        halted = self.stage if move.after is Stage.HALTED else None
        return replace(self, stage=move.after, halted_from=halted, approvals=())

    def with_record(self, record: Record) -> "Standing":
        """The standing with one more piece of evidence."""
        practice = self.is_practice or record.origin == "synthetic"
        return replace(self, records=(*self.records, record), is_practice=practice)

    def with_approval(self, approval: Approval) -> "Standing":
        """The standing with one more yes; a person who says it twice has said it once."""
        others = [one for one in self.approvals if (one.by, one.to) != (approval.by, approval.to)]
        return replace(self, approvals=(*others, approval))

    def with_subject(self, subject: Subject) -> "Standing":
        """The standing with something else frozen: what was found of the old one stays on record."""
        return replace(self, subject=subject, is_practice=self.is_practice and self.subject == subject)


def newest_records(records: Sequence[Record], subject: Subject | None) -> dict[str, Record]:
    """The newest record of each kind about a subject."""
    return {one.kind: one for one in records if one.subject == subject}
