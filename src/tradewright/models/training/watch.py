"""The port between training and the world: what is kept, what is asked for, what goes wrong out there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where training stands: all arrays by name, and everything else as plain values for JSON."""

    arrays: Mapping[str, NDArray[Any]]
    progress: Mapping[str, Any]


class Watch(Protocol):
    """Who looks after a training. Asked between epochs, never within one."""

    def resumed(self) -> Checkpoint | None:
        """Where an earlier attempt at this very training stood; None to begin anew."""
        ...

    def keep(self, checkpoint: Checkpoint, is_best: bool) -> None:
        """Keep where training stands; `is_best` where no earlier state was better."""
        ...

    def wants_stop(self) -> bool:
        """Whether somebody asked to end after this epoch."""
        ...

    def hear(self, event: str, facts: Mapping[str, Any]) -> None:
        """Be told what happened: an epoch, a smaller batch, a loss that is no number."""
        ...


class Unwatched:
    """Keeps nothing, wants nothing."""

    def resumed(self) -> Checkpoint | None:
        """Nothing was kept."""
        return None

    def keep(self, checkpoint: Checkpoint, is_best: bool) -> None:
        """Nothing is kept."""

    def wants_stop(self) -> bool:
        """Nobody asks."""
        return False

    def hear(self, event: str, facts: Mapping[str, Any]) -> None:
        """Nobody listens."""


UNWATCHED = Unwatched()
