"""The form in which decisions are kept: what was asked, under which limits, and what the door said."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kept:
    """One decision: `order` and `book` are changes to the sound ones, `rule` is what decided."""

    limits: str
    rule: str
    qty: float
    lacked: bool = False
    order: dict = field(default_factory=dict)
    book: dict = field(default_factory=dict)
