"""The rules of a training: what follows from an epoch's loss, from missing memory, from a bad number.

Pure: a standing and what happened give the next standing. Who computes and who keeps stands elsewhere.
"""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from tradewright.values.errors import Failure


class OutOfMemory(Failure):
    """Not even the smallest batch fits."""


class LossIsNoNumber(Failure):
    """The loss stayed infinite or no number after every restart."""


@dataclass(frozen=True)
class Rules:
    """When training ends and what it does about trouble.

    Units: `patience` and `plateau` in epochs without a better validation loss: the first ends training, the
    second multiplies the learning rate by `slower`. `restarts` after a bad loss, each at half the rate.
    `batch` sequences an update; where memory ends it is computed in parts of half, down to `least_batch`.
    """

    epochs: int = 40
    patience: int = 8
    plateau: int = 3
    slower: float = 0.5
    restarts: int = 3
    batch: int = 32
    least_batch: int = 8


@dataclass(frozen=True)
class Standing:
    """Where training stands. What is written into a model's metadata is made of it.

    `rate` multiplies the schedule; `part` is how many sequences are computed at once. `losses` holds
    (training, validation) of each epoch. `platforms` are where its processes worked, in their order.
    """

    epoch: int = 0
    best_epoch: int = -1
    best_loss: float = math.inf
    since_slower: int = 0
    rate: float = 1.0
    part: int = 32
    attempts: int = 1
    reasons: tuple[str, ...] = ()
    batch_sizes: tuple[int, ...] = (32,)
    stopped_early: bool = False
    interrupted: bool = False
    losses: tuple[tuple[float, float], ...] = ()
    platforms: tuple[str, ...] = ()

    @classmethod
    def first(cls, rules: Rules) -> Self:
        """Before the first epoch."""
        return cls(part=rules.batch, batch_sizes=(rules.batch,))

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Self:
        """What `as_json` gave, read again."""
        lists = {name: tuple(told.get(name, ())) for name in ("reasons", "batch_sizes", "platforms")}
        losses = tuple((one, other) for one, other in told["losses"])
        return cls(**{**told, **lists, "losses": losses})

    @property
    def is_best(self) -> bool:
        """Whether the epoch that ended last is the best so far."""
        return self.best_epoch == self.epoch - 1 >= 0


def after_epoch(now: Standing, rules: Rules, trained: float, validated: float) -> Standing:
    """An epoch ended with these losses."""
    is_better = validated < now.best_loss
    waited = 0 if is_better else now.since_slower + 1
    is_flat = waited >= rules.plateau
    after = replace(
        now,
        epoch=now.epoch + 1,
        best_loss=min(validated, now.best_loss),
        best_epoch=now.epoch if is_better else now.best_epoch,
        since_slower=0 if is_flat else waited,
        rate=now.rate * (rules.slower if is_flat else 1.0),
        losses=(*now.losses, (trained, validated)),
    )
    ran_dry = after.epoch - 1 - after.best_epoch >= rules.patience
    return replace(after, stopped_early=ran_dry and after.epoch < rules.epochs)


def after_no_memory(now: Standing, rules: Rules) -> Standing:
    """A batch did not fit: the next is computed in smaller parts that add up to the same update.

    Raises: OutOfMemory where the parts are as small as they may be.
    """
    smaller = now.part // 2
    if smaller < rules.least_batch:
        raise OutOfMemory(
            f"Not even {now.part} sequences fit into memory.",
            "Give a smaller network, shorter sequences, or a machine with more memory.",
        )
    return replace(
        now,
        part=smaller,
        attempts=now.attempts + 1,
        reasons=(*now.reasons, f"out of memory with {now.part} sequences"),
        batch_sizes=(*now.batch_sizes, smaller),
    )


def after_bad_loss(now: Standing, rules: Rules, told: str) -> Standing:
    """The loss was no number: go on from the last good state at half the rate.

    Raises: LossIsNoNumber after the last restart.
    """
    bad = sum(reason.startswith("loss") for reason in now.reasons)
    if bad >= rules.restarts:
        raise LossIsNoNumber(
            f"The loss is no number after {bad} restarts: {told}.",
            "Look at these rows, or give a lower learning rate.",
        )
    reasons = (*now.reasons, f"loss is no number: {told}")
    return replace(now, rate=now.rate * 0.5, attempts=now.attempts + 1, reasons=reasons)


def is_over(now: Standing, rules: Rules) -> bool:
    """Whether nothing is left to do."""
    return now.epoch >= rules.epochs or now.stopped_early or now.interrupted
