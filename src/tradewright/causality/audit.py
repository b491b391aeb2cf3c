"""Asks a pipeline the same question again and again while what lies after the decision is changed.

The target is a black box: any callable, in any library. What it may know is said once, as a step for each
cell of its tables; everything else follows from comparing two of its answers.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tradewright.causality.certificate import Certificate
from tradewright.causality.frames import TIME, WHOLE, Table, table_of
from tradewright.causality.hearing import Hearing
from tradewright.causality.interventions import Part, World
from tradewright.causality.known import Known, known_of
from tradewright.causality.options import AuditOptions, Target


def audit(target: Target, table: Any, options: AuditOptions | None = None) -> Certificate:
    """Look for dependence on the future in anything that turns a table into rows of values or decisions.

    `table` is a pandas or Polars frame, a numpy array or a mapping of names to arrays; or a mapping of names
    to frames, which are handed to the target in that order. The answer's rows stand beside the first table's
    rows, or carry its index or its column of times.
    Raises: InvalidOption or UnknownName for a table that is none, or columns that are not there. What the
    target does wrong is a verdict and never raises.
    """
    options = options or AuditOptions()
    world = world_of(table, options)
    hearing = Hearing(target, world, options)
    return hearing.certificate()


def world_of(table: Any, options: AuditOptions) -> World:
    """The tables with the steps at which everything in them was known."""
    tables = _tables(table, options)
    knowns = known_of(tables, options)
    return tuple(_part(one, known, options) for one, known in zip(tables, knowns, strict=True))


def _tables(table: Any, options: AuditOptions) -> tuple[Table, ...]:
    is_several = isinstance(table, Mapping) and not all(isinstance(one, np.ndarray) for one in table.values())
    if is_several:
        return tuple(table_of(one, name, options.frame) for name, one in table.items())
    return (table_of(table, "table", options.frame),)


def _part(table: Table, known: Known, options: AuditOptions) -> Part:
    """A table with the columns that no change may touch: times, assets, what is known in advance."""
    named = {options.known_at} if isinstance(options.known_at, str) else set(options.known_at.values())
    named |= {*options.column_known_at.values(), *options.known_in_advance, options.asset}
    fixed = {place for place, name in enumerate(table.names) if name in named}
    fixed |= {place for place in table.places(WHOLE) if _counts_time(table, known, place)}
    fixed |= set(table.places(TIME))
    assets = table.values(table.names.index(options.asset)) if options.asset in table.names else None
    rows = np.arange(len(table), dtype=np.int64)
    return Part(table, known, rows, frozenset(fixed), assets)


def _counts_time(table: Table, known: Known, place: int) -> bool:
    """A whole number that rises with every instant is a time or a count of rows."""
    if len(table) < 3:
        return False
    order = np.argsort(known.rows, kind="stable")
    steps, column = np.diff(known.rows[order]), np.diff(table.values(place)[order].astype(np.float64))
    return bool((column[steps > 0] > 0).all() and (column[steps == 0] == 0).all())
