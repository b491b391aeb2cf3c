"""Runs the target on one version of the world after another, and keeps count of what that cost."""

import sys
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from tradewright.causality.answers import Answer, Asked, Unreadable, answer_of
from tradewright.causality.compare import ROUNDING, Difference, differences, same_table
from tradewright.causality.interventions import INTERVENTIONS, Change, World, changed, has_future
from tradewright.causality.options import Budget, Target
from tradewright.causality.state import Kept

OWN_FOLDER = __file__.rpartition("/")[0]
# Up to here a call costs the same however few rows it sees.
SMALL_TABLE_ROWS = 4096


@dataclass(frozen=True)
class Refused:
    """The target gave no rows: it raised, or what it returned could not be read."""

    reason: str
    line: int = 0
    file: str = ""
    is_raised: bool = True


@dataclass
class Probe:
    """A target with its state and the count of its calls."""

    target: Target
    kept: Kept
    budget: Budget
    rows: int
    clock: Any = None
    watching: Callable[[], AbstractContextManager[None]] = nullcontext
    calls: int = 0
    rows_run: int = 0
    done: Counter[str] = field(default_factory=Counter)
    cuts: set[int] = field(default_factory=set)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    started: float = 0.0
    seconds_of_one: float = 0.0

    def ask(
        self,
        asked: tuple[Asked, ...],
        fresh: bool = True,
        prepare: Callable[[], None] | None = None,
        is_kept: bool = True,
    ) -> Answer | Refused:
        """One call. `fresh` puts the target's own state back first; `prepare` then sets something aside.

        `is_kept` where the answer is still needed after the next call.
        """
        if fresh:
            self.kept.restore()
        if prepare is not None:
            prepare()
        self.calls += 1
        self.rows_run += len(asked[0])
        found = self.found(asked)
        if isinstance(found, Refused):
            return found
        try:
            return answer_of(found, asked[0], is_kept)
        except Unreadable as error:
            return Refused(str(error), is_raised=False)

    def found(self, asked: tuple[Asked, ...]) -> Any:
        """What the target returns, or how it refused."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                with self.watching():
                    return self.target(*(one.given for one in asked))
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a target may raise anything at all
                return _refusal(error)

    def change(
        self, base: Answer, world: World, change: Change, rounding: float
    ) -> dict[str, Difference] | Refused:
        """Change the future and compare the past; counts what was done."""
        if not has_future(world, change):
            return {}
        asked = changed(world, change)
        answer = self.ask(asked, is_kept=False)
        if isinstance(answer, Refused):
            words = INTERVENTIONS[change.name].words
            self.refused[words] += 1
            self.examples.setdefault(words, answer.reason)
            return answer
        self.done[change.name] += 1
        self.cuts.add(change.cut)
        try:
            return differences(base, answer, change.cut, asked[0], max(rounding, ROUNDING))
        except Unreadable as error:
            return Refused(str(error), is_raised=False)

    def writes_into(self, world: World) -> tuple[Answer | Refused, tuple[str, ...]]:
        """The first run, and the columns of its table that it wrote into."""
        asked = tuple(part.untouched() for part in world)
        answer = self.ask(asked)
        written: list[str] = []
        for one, part in zip(asked, world, strict=True):
            written += same_table(one.given, part.table.native, part.table.names)
        return answer, tuple(written)

    @property
    def is_spent(self) -> bool:
        """Whether the budget of level C1 is used up."""
        is_run_through = self.rows > SMALL_TABLE_ROWS and self.rows_run >= self.budget.batch_runs * self.rows
        return self.is_late or is_run_through or self.calls >= self.budget.calls

    @property
    def is_late(self) -> bool:
        """Whether the time is up; never without a clock."""
        return self.clock is not None and self.clock() - self.started > self.budget.seconds


def _refusal(error: BaseException) -> Refused:
    """What a target raised, with the line of the user's own file."""
    line, file = 0, ""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if (
            "site-packages" not in name
            and not name.startswith(sys.base_prefix)
            and not name.startswith(OWN_FOLDER)
        ):
            line, file = trace.tb_lineno, name
        trace = trace.tb_next
    said = " ".join(str(error).split())[:200]
    return Refused(f"it raised {type(error).__name__}: {said}".rstrip(": "), line, file)
