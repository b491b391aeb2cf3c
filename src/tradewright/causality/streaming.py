"""Level C2 for what can be asked row by row: fed one row at a time, it must say what it says of all at once.

A stream that was never handed a later row cannot have used one. Where the batch answer equals it to the last
bit at every row, warm-up included, the batch has not used one either.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tradewright.causality.certificate import ChannelVerdict
from tradewright.causality.verdict import (
    AuditLevel,
    DependsOnFuture,
    NoDependenceObserved,
    NotAssessed,
    Stage,
    Verdict,
)
from tradewright.values.panel import Floats, Ints

Columns = Mapping[str, Floats]
Batch = Callable[[Ints, Columns], Floats]
Push = Callable[[int, Columns], Floats]


@dataclass(frozen=True, eq=False)
class Streamed:
    """Something with a batch and a stream. `batch` maps T rows to F x T x N, `push` one row to F x N.

    `opened` makes a fresh stream and gives its `push`; `names` are the F outputs.
    """

    names: tuple[str, ...]
    batch: Batch
    opened: Callable[[], Push]


def audit_stream(target: Streamed, instants: Ints, columns: Columns) -> tuple[ChannelVerdict, ...]:
    """Compare batch and stream at every row of T x N columns, one verdict an output.

    Where they differ, the batch is asked about the prefix that ends at that row: if it then agrees with the
    stream, it had used later rows; if not, batch and stream are two different things and nothing is known.
    """
    batch = target.batch(instants, columns)
    push = target.opened()
    parted: dict[int, tuple[int, int, float]] = {}
    for row, instant in enumerate(instants.tolist()):
        said = np.asarray(push(instant, {name: column[row].copy() for name, column in columns.items()}))
        whole = batch[:, row]
        if said.shape != whole.shape:
            words = f"the batch gives {batch.shape}, the stream {(len(said), len(instants), *said.shape[1:])}"
            return tuple(ChannelVerdict(name, NotAssessed(words)) for name in target.names)
        if not np.array_equal(said.view(np.int64), whole.view(np.int64)):
            _note_parted(parted, row, said, whole)
    return tuple(
        ChannelVerdict(name, _verdict(target, place, batch, parted.get(place), (instants, columns)))
        for place, name in enumerate(target.names)
    )


def _note_parted(parted: dict[int, tuple[int, int, float]], row: int, said: Floats, whole: Floats) -> None:
    """Keep for each output the first row and asset at which both differ, and what the stream said.

    Rows are compared by their bits first; what differs in them may still be equal, as 0 and -0 are.
    """
    same = (said == whole) | (np.isnan(said) & np.isnan(whole))
    for place in np.flatnonzero(~same.all(axis=1)).tolist():
        asset = int(np.argmin(same[place]))
        parted.setdefault(place, (row, asset, float(said[place, asset])))


def _verdict(
    target: Streamed,
    place: int,
    batch: Floats,
    parted: tuple[int, int, float] | None,
    given: tuple[Ints, Columns],
) -> Verdict:
    if parted is None:
        rows = batch.shape[1]
        return NoDependenceObserved(AuditLevel.C2, f"the stream equals the batch at all {rows:,} rows")
    row, asset, wanted = parted
    instants, columns = given
    prefix = target.batch(instants[: row + 1], {name: column[: row + 1] for name, column in columns.items()})
    alone, whole = prefix[place, row, asset], batch[place, row, asset]
    if alone == wanted or (np.isnan(alone) and np.isnan(wanted)):
        return DependsOnFuture(
            row,
            target.names[place],
            None,
            Stage.FEATURES,
            source="later rows of the batch",
            intervention="rows after the decision withheld",
            before=f"{whole:.6g}",
            after=f"{wanted:.6g}",
        )
    return NotAssessed(
        f"batch and stream are two different things: at row {row:,} {whole:.6g} against {wanted:.6g}, "
        "and the batch over that prefix gives neither"
        if alone != whole
        else f"at row {row:,} the batch gives {whole:.6g} and the stream {wanted:.6g}, whatever follows"
    )
