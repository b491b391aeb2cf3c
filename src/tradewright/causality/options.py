"""What the user says about a table and its decisions, and how hard the audit is to look."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from tradewright.causality.verdict import AuditLevel, Stage, Suspect
from tradewright.values.errors import InvalidOption

DecideAt = Literal["open", "close"]
FrameKind = Literal["auto", "pandas", "polars", "numpy"]


class SideChannel(Protocol):
    """Something outside the table that an answer could hang on, and how to make it say something else."""

    @property
    def name(self) -> str:
        """What it is, for a person: "the clock", "the file prices.csv"."""

    def other(self) -> AbstractContextManager[None]:
        """While this is open, the channel tells another story."""

    def was_used(self) -> bool:
        """Whether the target has touched it so far."""

    def refusal(self) -> str:
        """Why it cannot be made to tell another story; empty where it can."""


@dataclass(frozen=True)
class Budget:
    """How much level C1 may run: `calls` of the target, and over a large table `batch_runs` times its rows.

    A small table is run whole on each call; of a large one most calls see a short stretch. `seconds` counts
    only where a `clock` was handed in, for level C2 as well.
    """

    calls: int = 120
    batch_runs: float = 10.0
    seconds: float = float("inf")

    def __post_init__(self) -> None:
        """Refuse a budget in which not even a few changes could be tried."""
        if self.batch_runs < 5 or self.calls < 12:
            raise InvalidOption(
                f"A budget of {self.calls} calls and {self.batch_runs} runs.", "Give 12 or more, 5 or more."
            )


@dataclass(frozen=True)
class AuditOptions:
    """Everything an audit is told; each default is what a daily table of bars in order of time needs.

    `known_at`: the column that says when a row was known, a mapping of table name to such a column where
    there are several tables, or "" for rows in order of time. `column_known_at`: columns (or table.column)
    with a known_at column of their own, such as a figure and its filing date. `known_after_rows`: columns
    that are known so many instants after their row, such as a label beside its features. `decide_at`: an
    output row is decided at its own row's "close" (it may use that row) or "open" (of that row only
    `known_at_open`). `known_in_advance`: columns known from the start (a holiday flag). `labels`: output
    channels that look ahead on purpose and are never read by inference. `splits`: rows at which a new side
    of a split begins. `draws_map`: also find out which rows and columns each output follows, at the cost of
    some thirty runs over a short table. `suspects`: what a lint found, to name the operator.
    """

    known_at: str | Mapping[str, str] = ""
    decide_at: DecideAt = "close"
    frame: FrameKind = "auto"
    asset: str = ""
    level: AuditLevel = AuditLevel.C1
    seed: int = 0
    stage: Stage = Stage.FEATURES
    budget: Budget = Budget()
    labels: tuple[str, ...] = ()
    known_in_advance: tuple[str, ...] = ()
    known_at_open: tuple[str, ...] = ("open",)
    column_known_at: Mapping[str, str] = field(default_factory=dict)
    known_after_rows: Mapping[str, int] = field(default_factory=dict)
    splits: tuple[int, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    clock: Callable[[], float] | None = None
    side_channels: Callable[[], tuple[SideChannel, ...]] | None = None
    watching: Callable[[], AbstractContextManager[None]] = nullcontext
    draws_map: bool = False
    channel_stages: Mapping[str, Stage] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse words that are not among those that hold."""
        if self.decide_at not in ("open", "close"):
            raise InvalidOption(f"decide_at = {self.decide_at!r}.", "Give 'open' or 'close'.")
        if self.frame not in ("auto", "pandas", "polars", "numpy"):
            raise InvalidOption(f"frame = {self.frame!r}.", "Give 'pandas', 'polars' or 'numpy'.")
        if self.level not in (AuditLevel.C1, AuditLevel.C2):
            raise InvalidOption(f"level = {self.level!r}.", "Give AuditLevel.C1 or AuditLevel.C2.")


Target = Callable[..., Any]
