"""Reading and writing by position: rows, slices, masks, columns; what `out[t] = ...` makes known where.

Numpy's slices forget their labels, so that `close[1:]` has a later row at each place; the rows cut off in
front are remembered (`start`) until the slice is put somewhere. `out[1:] = close[1:] - close[:-1]` puts them
back, `out[:-1] = ...` shifts them ahead. A cut far from the beginning is taken for a split of the data: its
rows keep their places, and what was learned on one side may be used on the other.
"""

import ast
import re

from tradewright.causality.lint.findings import Confidence
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    NOTHING,
    ROWS,
    WARM,
    Cause,
    Kind,
    Value,
    blend,
    flat,
    moved,
    seeing,
    settled,
    union,
)
from tradewright.causality.lint.session import Session


def read(session: Session, owner: Value, index: ast.expr, node: ast.expr) -> Value:
    """What `owner[index]` knows.

    A text picks a column, a mask or an array of numbers picks rows, a number picks one row, a slice a
    stretch.
    """
    if isinstance(index, ast.Slice):
        return sliced(session, owner, index, node)
    if isinstance(index, ast.Tuple) and owner.rowed and index.elts:
        return _by_tuple(session, owner, index, node)
    key = session.evaluate(session, index)
    if owner.kind is Kind.MAPPING or owner.kind is Kind.OBJECT:
        return owner.fields.get(key.text or "", blend(owner, key))
    if owner.kind is Kind.SEQUENCE:
        return _item(session, owner, key, node)
    if not owner.rowed:
        return blend(owner, key).but(text=None)
    named = key.kind is Kind.SEQUENCE and bool(key.items) and all(k.text is not None for k in key.items)
    if named or (key.text is not None and not key.rowed):
        return columns_of(session, owner, key)
    if owner.kind is Kind.PERIODS:
        return blend(settled(owner), key)
    if key.rowed:
        return _masked(owner, key)
    if key.number is not None and owner.library == "states":
        return owner.but(kind=Kind.ROWED)
    return _row_of_table(session, owner, key, node)


def _row_of_table(session: Session, table: Value, key: Value, node: ast.expr) -> Value:
    """One row of a table or column; of a table, each column that was made knows what it was made of."""

    def one(owner: Value) -> Value:
        known = key.number is not None
        return _row(session, owner, key, node) if known else _row_of_unknown(session, owner, key)

    row = one(table.but(fields={}))
    if table.kind is not Kind.TABLE or not table.fields or row.kind is not Kind.SCALAR:
        return row
    return row.but(kind=Kind.OBJECT, fields={name: one(column) for name, column in table.fields.items()})


def row_of(session: Session, table: Value, row: float, node: ast.expr) -> Value:
    """The row of a table at which a loop stands, with its columns by name."""
    fields = {name: _at(session, column, row, node) for name, column in table.fields.items()}
    return _at(session, table, row, node).but(kind=Kind.OBJECT, fields=fields)


def columns_of(session: Session, table: Value, key: Value) -> Value:
    """One column of a table, or a table of some."""
    if key.text is not None:
        return column_of(session, table, key.text)
    picked = {k.text: column_of(session, table, k.text) for k in key.items if k.text is not None}
    if table.kind is Kind.GROUPS:
        return table
    return table.but(kind=Kind.TABLE, ahead={}, base=-INF, fields=picked, detail=None)


def column_of(session: Session, table: Value, name: str) -> Value:
    """One column: what was assigned to it, or a raw one.

    The names of raw columns tell what they are: dates, revised figures.
    """
    if table.kind in (Kind.GROUPS, Kind.WINDOW):
        inner = table.fields.get(name)
        if inner is not None:
            return inner.but(kind=table.kind, detail=table.detail, fields={})
        return table.but(fields={})
    if name in table.fields:
        kept = table.fields[name]
        ahead = union([kept.ahead, {c: lead for c, lead in table.ahead.items() if c.rule == "later-filter"}])
        return kept.but(ahead=ahead, start=max(kept.start, table.start), stop=min(kept.stop, table.stop))
    kind = Kind.PERIODS if table.kind is Kind.PERIODS else Kind.ROWED
    raw = table.but(kind=kind, fields={}, text=name, marks=table.marks - {"raw"})
    if session.decides_at_open and "raw" in table.marks and name.lower() == "open":
        return raw.but(ahead={}, base=0.0)
    if REVISED.search(name) and "revised-on" not in table.marks and raw.has_data:
        raw = seeing(raw, Cause("revised-value", *session.reading, name, Confidence.POSSIBLE))
    return raw.marked("date-like") if name.lower() in DATE_NAMES else raw


def at_node(session: Session, table: Value, node: ast.AST) -> Value:
    """Where decisions fall at the open, the reading of a raw column is where a look ahead begins."""
    if not (session.decides_at_open and "raw" in table.marks and table.kind is Kind.TABLE):
        return table
    here = session.cause("own-bar", node)
    return table.but(ahead={here if c.rule == "own-bar" else c: lead for c, lead in table.ahead.items()})


# A column that holds the last word on a figure, not the first.
REVISED = re.compile(r"(^|_)(revised|restated)(_|$)(?!at|on|date)", re.I)
DATE_NAMES = ("date", "time", "timestamp", "ts", "datetime", "instant", "known_at")


def _by_tuple(session: Session, owner: Value, index: ast.Tuple, node: ast.expr) -> Value:
    """`x[rows, columns]`: the first one says which rows, a text in the second which column."""
    rows, *rest = index.elts
    picked = owner
    for part in rest:
        if isinstance(part, ast.Slice) or (isinstance(part, ast.Constant) and part.value is None):
            continue
        key = session.evaluate(session, part)
        if key.text is not None or key.kind is Kind.SEQUENCE:
            picked = columns_of(session, owner, key) if owner.kind is Kind.TABLE else owner
    if isinstance(rows, ast.Constant) and rows.value in (None, Ellipsis):
        return picked
    return read(session, picked, rows, node)


def _item(session: Session, owner: Value, key: Value, node: ast.expr) -> Value:
    """One item of a list whose items are known."""
    if key.low is not None and key.low == key.high:
        place = int(key.low)
        if -len(owner.items) <= place < len(owner.items):
            return owner.items[place]
    return blend(*owner.items, key) if owner.items else NOTHING


def _masked(owner: Value, key: Value) -> Value:
    """Rows picked by a mask or by computed positions: whether a row is there knows what the mask knows.

    A position found by `searchsorted` points at the next entry; one before it is the last known one. A mask
    that cuts by date or by row number makes a part; any other mask tells each row that it is there.
    """
    if key.detail is not None and isinstance(key.detail, tuple) and key.detail[0] == "pointer":
        cause, ahead = key.detail[1], key.detail[2]
        return seeing(owner, cause) if ahead > 0 else blend(owner, key.but(detail=None))
    if key.start > 0 or key.is_part:
        # An index array made by a splitter: it names a part of the rows.
        return cut_to(owner, key.start, key.stop)
    if "shuffled" in key.marks:
        return owner.but(marks=owner.marks | {"shuffled"}, detail=key.detail)
    later = key.ahead
    if not later:
        return owner
    return owner.but(
        ahead=union([owner.ahead, later]),
        fields={name: v.but(ahead=union([v.ahead, later])) for name, v in owner.fields.items()},
    )


def cut_to(owner: Value, start: float, stop: float) -> Value:
    """A part of the rows, with all columns."""
    fields = {name: cut_to(value, start, stop) for name, value in owner.fields.items()}
    return owner.but(start=max(start, owner.start), stop=min(stop, owner.stop), fields=fields)


def _row(session: Session, owner: Value, key: Value, node: ast.expr) -> Value:
    """One row by number: known at that row."""
    low, high = key.low or 0.0, key.number or 0.0
    if high < 0 and "growing" in owner.marks and session.row is not None:
        low, high = session.row + low + 1, session.row + high + 1
    if owner.start > 0 and 0 <= high < FAR:
        low, high = low + owner.start, high + owner.start
    if owner.flipped:
        return Value(ahead={session.cause("last-value", node): INF}) if owner.has_data else NOTHING
    if high < 0 or high >= ROWS - FAR:
        if owner.is_part and owner.stop < INF:
            high = owner.stop + high if high < 0 else owner.stop - 1
        else:
            ahead = {**dict.fromkeys(owner.ahead, INF), session.cause("last-value", node): INF}
            return Value(ahead=ahead) if owner.has_data else NOTHING
    return _at(session, owner, high, node)


def _at(session: Session, owner: Value, row: float, node: ast.expr) -> Value:
    """The value of one row, as a single number that knows up to that row."""
    if not owner.has_data:
        return NOTHING
    here = session.row
    base, ahead = row + owner.base, {cause: row + lead for cause, lead in owner.ahead.items()}
    if here is not None and row > here and base > here:
        ahead[session.cause("index-ahead", node)] = base
        base = -INF
    return Value(base=base, ahead=ahead, marks=owner.marks & {"in-sample"})


def _row_of_unknown(session: Session, owner: Value, key: Value) -> Value:
    """A row whose number is not known: by name (a date), or computed."""
    ahead = {cause: lead for cause, lead in owner.ahead.items() if lead == INF}
    base = session.row if session.row is not None and owner.has_data else -INF
    return blend(Value(base=base, ahead=ahead), key).but(library=owner.library)


def sliced(session: Session, owner: Value, cut: ast.Slice, node: ast.expr) -> Value:
    """`x[a:b:step]`: reversed, moved, or a part of the rows."""
    lower = session.evaluate(session, cut.lower) if cut.lower else None
    upper = session.evaluate(session, cut.upper) if cut.upper else None
    step = session.evaluate(session, cut.step).number if cut.step else None
    if owner.kind is Kind.SEQUENCE:
        return owner
    if not owner.rowed:
        return blend(owner)
    if step is not None and step < 0:
        return owner.but(flipped=not owner.flipped)
    if step is not None and step > 1:
        # Every k-th row: positions no longer match, values stay where they are known.
        return owner.marked("thinned")
    fields = {name: between(session, value, lower, upper, node) for name, value in owner.fields.items()}
    return between(session, owner, lower, upper, node).but(fields=fields)


def between(
    session: Session, owner: Value, lower: Value | None, upper: Value | None, node: ast.expr
) -> Value:
    """The rows from `lower` to `upper`: small offsets move numpy rows, large ones cut the table.

    In a loop, a window that ends after the loop's row tells so once something is made of it.
    """
    first, last = (v.number if v is not None else None for v in (lower, upper))
    growing = "growing" in owner.marks and session.row is not None
    result = owner
    if last is not None and 0 < last < ROWS:
        result = result.but(stop=min(last + (owner.start if owner.start < FAR else 0.0), owner.stop))
    if growing and session.row is not None:
        result = result.but(stop=min(result.stop, session.row + 1))
    if first is not None and first >= FAR:
        result = result.but(start=max(first, owner.start))
    elif first is not None and 0 < first < FAR:
        result = result.but(start=owner.start + first)
        result = (
            result.but(latent=result.latent | {session.cause("shift-ahead", node)})
            if first < WARM
            else result
        )
    elif first is not None and first < 0 and not growing and not owner.is_part:
        result = result.marked("tail")
    if last is not None and last > 0 and session.row is not None and last - 1 > session.row:
        result = result.but(latent=result.latent | {session.cause("index-ahead", node)})
    return result


def written(session: Session, owner: Value, index: ast.expr, value: Value, node: ast.AST) -> Value:
    """What `owner` knows after `owner[index] = value`."""
    if isinstance(index, ast.Slice):
        return _written_slice(session, owner, index, value, node)
    if isinstance(index, ast.Tuple) and index.elts:
        rows = index.elts[0]
        names = [
            session.evaluate(session, part) for part in index.elts[1:] if not isinstance(part, ast.Slice)
        ]
        name = next((one.text for one in names if one.text is not None), None)
        if name is not None and owner.kind is Kind.TABLE:
            old = column_of(session, owner, name).but(text=None)
            return _with_column(owner, name, written(session, old, rows, value, node))
        return written(session, owner, rows, value, node)
    key = session.evaluate(session, index)
    if key.text is not None and not key.rowed:
        return _with_column(owner, key.text, session.controlled(value))
    if owner.kind in (Kind.MAPPING, Kind.OBJECT, Kind.SEQUENCE) and not owner.rowed and key.number is None:
        merged = blend(owner.fields["*"], value) if "*" in owner.fields else value
        return owner.but(
            kind=Kind.MAPPING, fields={**owner.fields, "*": session.controlled(blend(merged, key))}
        )
    if key.rowed:
        return session.controlled(blend(owner, value, key)).but(kind=owner.kind, fields=owner.fields)
    return _written_row(session, owner, key, value, node)


def placed(session: Session, value: Value, row: float, node: ast.AST) -> Value:
    """Rows that were cut off at the front, put down at another row: the difference is a shift."""
    if value.start >= FAR or value.library in ("pandas", "polars"):
        return value
    cause = next((c for c in value.latent if c.rule == "shift-ahead"), session.cause("shift-ahead", node))
    return moved(value, row - value.start, cause).but(start=0.0, latent=frozenset())


def _with_column(owner: Value, name: str, value: Value) -> Value:
    kind = owner.kind if owner.kind in (Kind.TABLE, Kind.MAPPING, Kind.OBJECT, Kind.PERIODS) else Kind.MAPPING
    return owner.but(kind=kind, fields={**owner.fields, name: value.but(text=None)})


def _written_row(session: Session, owner: Value, key: Value, value: Value, node: ast.AST) -> Value:
    """`out[t] = value`: what the number knows beyond row t becomes a lead.

    Writing a single row outside of any loop mends an end (`out[0] = nan`) or copies one value.
    """
    if value.rowed or owner.kind is Kind.MAPPING:
        known = session.controlled(value)
        return blend(owner, known) if owner.rowed else owner.but(fields={**owner.fields, "*": known})
    known = session.controlled(value)
    row = key.low
    if row is None:
        row = session.row if session.row is not None else 0.0
    if row < 0 or (row < FAR and session.row is None):
        # One row of a finished array: the first ones are known early, the last ones see nothing later.
        mended = owner.but(marks=owner.marks - {"wrapped"}) if row >= 0 else owner
        late = {c: INF for c, lead in known.ahead.items() if lead == INF}
        return mended.but(ahead=union([mended.ahead, late]))
    entry = leads_at(session, known, row, node)
    kept = owner if owner.rowed else Value(Kind.ROWED, library="list")
    return kept.but(base=max(kept.base, entry.base), ahead=union([kept.ahead, entry.ahead]))


def leads_at(session: Session, value: Value, row: float, node: ast.AST) -> Value:
    """A single number that is written to a row, as leads relative to that row."""
    ahead = {cause: known - row for cause, known in value.ahead.items() if known > row}
    base = max([value.base - row, *(known - row for known in value.ahead.values() if known <= row)])
    if base > 0:
        ahead[session.cause("written-back", node)] = base
        base = -INF
    return Value(Kind.ROWED, base=base, ahead=ahead, marks=value.marks & {"in-sample"})


def _written_slice(session: Session, owner: Value, cut: ast.Slice, value: Value, node: ast.AST) -> Value:
    """`out[a:b] = value`: rows of numpy that start at a are moved there."""
    lower = session.evaluate(session, cut.lower) if cut.lower else None
    known = session.controlled(value)
    if not owner.rowed:
        return blend(owner, known)
    first = lower.low if lower is not None and lower.low is not None else 0.0
    if not known.rowed:
        if session.row is not None:
            return _written_row(session, owner, lower or NOTHING.but(low=0.0, high=0.0), known, node)
        cleaned = owner.but(marks=owner.marks - {"wrapped"}) if first == 0 else owner
        late = {c: INF for c, lead in known.ahead.items() if lead == INF}
        if first < known.base < FAR:
            late[session.cause("written-back", node)] = known.base - first
        return cleaned.but(ahead=union([cleaned.ahead, late]))
    if session.row is None and first < FAR:
        known = placed(session, known, first, node)
    parts = [part for part in flat(known) if part.rowed]
    return owner.but(
        base=max([owner.base, *(part.base for part in parts)]),
        ahead=union([owner.ahead, *(part.ahead for part in parts)]),
        marks=owner.marks | (known.marks & {"in-sample"}),
    )
