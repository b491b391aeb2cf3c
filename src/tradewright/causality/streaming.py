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
    rows = len(instants)
    streamed = np.stack(
        [
            np.array(push(int(instants[row]), {name: column[row].copy() for name, column in columns.items()}))
            for row in range(rows)
        ],
        axis=1,
    )
    if streamed.shape != batch.shape:
        words = f"the batch gives {batch.shape}, the stream {streamed.shape}"
        return tuple(ChannelVerdict(name, NotAssessed(words)) for name in target.names)
    return tuple(
        ChannelVerdict(name, _verdict(target, place, batch, streamed, (instants, columns)))
        for place, name in enumerate(target.names)
    )


def _verdict(
    target: Streamed, place: int, batch: Floats, streamed: Floats, given: tuple[Ints, Columns]
) -> Verdict:
    same = (batch[place] == streamed[place]) | (np.isnan(batch[place]) & np.isnan(streamed[place]))
    if same.all():
        return NoDependenceObserved(AuditLevel.C2, f"the stream equals the batch at all {len(same):,} rows")
    row, asset = (int(one) for one in np.argwhere(~same)[0])
    instants, columns = given
    prefix = target.batch(instants[: row + 1], {name: column[: row + 1] for name, column in columns.items()})
    alone, wanted, whole = prefix[place, row, asset], streamed[place, row, asset], batch[place, row, asset]
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
