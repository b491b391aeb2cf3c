"""Level C2: every prefix of the table is asked, and each must repeat what the longer one said.

What a pipeline says of the past when it has seen only the past is what it would have said at the time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tradewright.causality.answers import Answer
from tradewright.causality.interventions import Change, World
from tradewright.values.panel import Ints

MOST_PREFIXES = 5_000


@dataclass(frozen=True)
class Prefixes:
    """How many prefixes there are, how many gave an answer, and the steps of those that did not."""

    total: int
    answered: int
    refused: tuple[int, ...]

    def is_exhaustive(self, steps: tuple[int, ...]) -> bool:
        """All that a pipeline can be asked: those it refused are the shortest ones, and few."""
        most = max(self.total // 2, 1)
        return self.answered > 0 and self.refused == steps[: len(self.refused)] and len(self.refused) <= most


def steps_of(world: World) -> Ints:
    """The steps at which something is decided, first to last."""
    return world[0].known.steps


def every_prefix(
    world: World, base: Answer, seed: int, tried: Callable[[Change, World, Answer], bool | None]
) -> Prefixes:
    """Cut at every decision. `tried` says True: answered, False: refused, None: enough was seen."""
    steps = tuple(steps_of(world).tolist())
    refused = []
    answered = 0
    for step in steps:
        outcome = tried(Change("truncate", step, seed), world, base)
        if outcome is None:
            break
        answered += outcome
        refused += [] if outcome else [step]
    return Prefixes(len(steps), answered, tuple(refused))
