"""Folds that go forward: what was known before a block of rows teaches, and the block is asked about once."""

from collections.abc import Iterator

import numpy as np

from tradewright.models.table import Examples
from tradewright.values.errors import InvalidOption


def forward_folds(examples: Examples, folds: int) -> Iterator[tuple[Examples, Examples]]:
    """So many pairs of examples that teach and examples that are asked about, in the order of time.

    The rows fall into one block more than there are folds; the first block teaches only. No outcome that
    teaches was known after the first instant of its block. The same folds as an expanding walk of
    `validation/walk_forward.py`, which is a neighbour that this room may not import: a test compares them.
    Source: Lopez de Prado (2018), Advances in Financial Machine Learning, section 7.4.
    Raises: InvalidOption where rows are fewer than blocks.
    """
    moments = np.unique(examples.at[:, 1])
    if len(moments) <= folds:
        raise InvalidOption(
            f"{folds} folds need more than {folds} rows with outcomes; there are {len(moments)}.",
            "Give more rows, or fewer folds.",
        )
    edges = np.arange(folds + 2) * len(moments) // (folds + 1)
    for place in range(1, folds + 1):
        first, last = int(moments[edges[place]]), int(moments[edges[place + 1] - 1])
        rows = examples.at[:, 1]
        yield examples.before(first), examples.where((rows >= first) & (rows <= last))
