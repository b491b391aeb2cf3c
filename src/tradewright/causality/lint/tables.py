"""What the methods of a table do: grouping, resampling, joining, filtering, adding columns.

A group holds one of three things, and only one of them is harmless to summarise on each of its rows: all
assets at one instant (a rank across names). All rows of an asset, or all rows of a day, hold later rows.
Which it is, is told by its keys: a column of instants beside a column of assets, a day, a symbol.
A table with a row for each period remembers whether the period is over where its row stands; a shift by one
period, a right-hand label or a stamp moved to the end make it so.
"""

import ast
import re
from collections.abc import Callable
from typing import Any

from tradewright.causality.lint.indexing import leads_at, row_of
from tradewright.causality.lint.operators import (
    METHODS,
    cause_named,
    is_across,
)
from tradewright.causality.lint.reach import (
    INF,
    NOTHING,
    Cause,
    Kind,
    Value,
    blend,
    column,
    flat,
    seeing,
    settled,
    union,
)
from tradewright.causality.lint.session import Arguments, Session
from tradewright.causality.lint.vocabulary import (
    ASSET_KEYS,
    INSTANT_NAMES,
    PERIOD_NAMES,
    REDUCTIONS,
    RUNNING,
    WITHIN_INSTANT,
)

# A key on which facts are joined before they were published.
PERIOD_END = re.compile(
    r"period_?end|fiscal|quarter_?end|qtr_?end|fy_?end|report_?period|period_?of_?report", re.I
)
# A key on which bars are joined before they have closed.
OPEN_STAMP = re.compile(r"^(opened_at|open_time|opentime|bar_open|bar_start|start_time|period_start)$", re.I)
# A column that says when a fact was known; a date made up for it admits the fact too early.
KNOWN_AT = re.compile(
    r"(published|filed|known|released|announced|reported|available|accepted)_?(at|on|date|time)?$", re.I
)
# Rules by which pandas stamps bins at their end unless told otherwise.
RIGHT_LABELLED = re.compile(r"^\d*(W|M|ME|Q|QE|A|Y|YE|BM|BME|BQ|BQE)(-\w+)?$")

Method = Callable[[Session, Value, Arguments, Cause], Value]


def mapped(table: Value, change: Callable[[Value], Value]) -> Value:
    """A table with every column changed."""
    kept = change(table.but(fields={}))
    return kept.but(fields={name: change(value) for name, value in table.fields.items()})


def grouped(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """groupby: by asset, by instant (across assets) or by period."""
    return owner.but(kind=Kind.GROUPS, detail=grouping(session, keys_of(given.given, given.get(0, "by"))))


def keys_of(given: list[Value], by: Value | None) -> list[Value]:
    """The keys of a group, one by one."""
    every = given or ([by] if by is not None else [])
    return [key for value in every for key in (value.items if value.kind is Kind.SEQUENCE else (value,))]


def grouping(session: Session, keys: list[Value]) -> dict[str, Any]:
    """What a group holds: all rows of an asset, all assets of an instant, or the rows of a period.

    A column called "date" beside a column of symbols names an instant; without one, a day of many bars.
    """
    names = [(key.text or "").lower() for key in keys]
    is_period = any(
        name in PERIOD_NAMES or "period-key" in key.marks for name, key in zip(names, keys, strict=True)
    )
    at_instant = any(name in INSTANT_NAMES for name in names)
    has_assets = bool(session.table_names & ASSET_KEYS)
    if not is_period and at_instant and (has_assets or "asset" in names):
        return {"across": True, "rule": "period-statistic"}
    rule = "period-statistic" if is_period or at_instant else "whole-sample"
    return {"across": False, "rule": rule}


def resampled(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """resample, group_by_dynamic: bars of a longer period, stamped at their left or right edge.

    Pandas stamps weeks, months and years at their end and everything shorter at its beginning; Polars stamps
    all at their beginning.
    """
    rule = given.text(0, "rule", "every") or "1h"
    default = "right" if RIGHT_LABELLED.match(rule) and "every" not in given.named else "left"
    labelled = given.text(99, "label") or default
    if labelled == "datapoint":
        labelled = "left"
    detail = {
        "across": False,
        "rule": "forming-bar",
        "cause": cause_named(cause, "forming-bar"),
        "labelled": labelled,
    }
    return owner.but(kind=Kind.GROUPS, detail=detail)


def transformed(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """groupby(...).transform: a statistic of the group on each of its rows.

    A function that answers a column for a column (expanding, cummax) is read as what it is.
    """
    function = given.get(0, "func")
    if owner.kind is not Kind.GROUPS or function is None:
        return applied(session, owner, given, cause)
    detail = owner.detail or {}
    named = cause_named(cause, detail.get("rule", "period-statistic"))
    row = owner.but(kind=Kind.ROWED, detail=None)
    if detail.get("across"):
        return row
    if function.text is not None:
        return _by_name(session, row, function.text, given, named)
    answer = session.call(session, function, called_with(given.node, [row.but(base=max(row.base, 0.0))]))
    if answer.rowed:
        of_group = {
            cause_named(c, named.rule) if c.rule == "whole-sample" and c not in row.ahead else c: lead
            for c, lead in answer.ahead.items()
        }
        return answer.but(ahead=of_group)
    return _of_whole(row, named) if answer.has_data or not function.node else row


def _by_name(session: Session, row: Value, name: str, given: Arguments, cause: Cause) -> Value:
    if name in RUNNING or name in ("first", "shift", "diff", "pct_change"):
        return row
    if name in ("bfill", "backfill", "rank"):
        return METHODS[name](session, row, called_with(given.node, []), cause)
    return _of_whole(row, cause)


def _of_whole(row: Value, cause: Cause) -> Value:
    """A statistic of a group on each of its rows: what looked a few rows ahead before does not matter."""
    return seeing(row.but(ahead={c: lead for c, lead in row.ahead.items() if lead == INF}, base=0.0), cause)


def applied(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """apply, map, pipe, rolling_map: a function of the window, the row, the group or the whole column.

    A function of a window sees no other rows than the window's; one of a whole column may do anything.
    """
    function = given.get(0, "func", "function")
    rest = given.given[1:]
    if function is None:
        return owner
    if function.kind is Kind.PERIODS:
        return blend(owner, settled(function))
    if function.kind is not Kind.FUNCTION:
        if function.text is not None and function.text in REDUCTIONS:
            return METHODS["mean"](session, owner, called_with(given.node, []), cause)
        return blend(owner, *given.every).but(kind=_plain(owner.kind))
    if owner.kind is Kind.WINDOW:
        session.call(session, function, called_with(given.node, [column(base=-INF)]))
        return owner.but(kind=Kind.ROWED)
    if getattr(given.node.func, "attr", "") in ("pipe", "map_batches") or owner.kind is Kind.GROUPS:
        return _whole_group(session, owner, function, called_with(given.node, rest))
    across = owner.marked("across") if is_across(given, 1) else owner
    # Value by value, or column by column of a table.
    inside = across if owner.kind is Kind.TABLE else Value(base=-INF)
    answer = session.call(session, function, called_with(given.node, [inside, *rest]))
    by_row = _row_by_row(session, owner, function, given) if "across" in across.marks else NOTHING
    return blend(owner.but(fields={}), answer, by_row).but(kind=_plain(owner.kind))


def _row_by_row(session: Session, table: Value, function: Value, given: Arguments) -> Value:
    """What a function decides of one row by conditions on columns that were made before."""
    if table.kind is not Kind.TABLE or not table.fields:
        return NOTHING
    with session.looping() as row:
        one = row_of(session, table, row, given.node)
        answer = session.call(session, function, called_with(given.node, [one, *given.given[1:]]))
        return leads_at(session, answer, row, given.node)


def _whole_group(session: Session, owner: Value, function: Value, given: Arguments) -> Value:
    detail = owner.detail if owner.kind is Kind.GROUPS else None
    inside = owner.but(kind=Kind.TABLE if owner.kind is Kind.GROUPS else owner.kind, detail=None)
    if detail and detail.get("across"):
        inside = inside.marked("across")
    answer = session.call(session, function, called_with(given.node, [inside, *given.given]))
    return answer.but(marks=answer.marks - {"across"})


def called_with(node: ast.Call, values: list[Value]) -> Arguments:
    """Arguments made of values."""
    return Arguments(node, values, {})


def _plain(kind: Kind) -> Kind:
    return Kind.ROWED if kind in (Kind.WINDOW, Kind.GROUPS) else kind


def joined_as_of(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """merge_asof, join_asof: backward on what was known, or ahead.

    A longer bar that is joined at its opening stamp is settled here: it has not closed there.
    """
    right = given.get(0, "right", "other") or NOTHING
    way = given.text(99, "direction", "strategy") or "backward"
    if way in ("forward", "nearest"):
        right = mapped(right, lambda value: seeing(settled(value), cause_named(cause, "join-ahead")))
    return joined(session, owner, given, cause, right)


def joined(
    session: Session, owner: Value, given: Arguments, cause: Cause, right: Value | None = None
) -> Value:
    """merge, join: columns of both; on a period's end, figures come before they were published."""
    other = right if right is not None else given.get(0, "right", "other")
    if other is None:
        return owner
    if other.kind is Kind.SEQUENCE:
        other = blend(*other.items)
    other = mapped(other, settled)
    keys = [given.get(99, name) for name in ("on", "left_on", "right_on", "right_by")]
    names = [key.text or "" for value in keys if value is not None for key in (value, *value.items)]
    if any(PERIOD_END.search(name) for name in names) or "by-period-end" in other.marks:
        other = mapped(
            other,
            lambda value: seeing(value.but(base=max(value.base, 0.0)), cause_named(cause, "join-period-end")),
        )
    if any(OPEN_STAMP.match(name) for name in names):
        other = mapped(
            other,
            lambda value: seeing(value.but(base=max(value.base, 0.0)), cause_named(cause, "join-open-stamp")),
        )
    if any("revis" in name for name in names):
        other = other.marked("revised-on")
    both = owner if owner.kind is Kind.TABLE else owner.but(kind=Kind.TABLE)
    fields = {**_beside(both, other, given), **both.fields}
    # A raw column may come from either side.
    return both.but(
        base=max(both.base, other.base),
        ahead=union([both.ahead, other.ahead]),
        fields={**{name: both.but(kind=Kind.ROWED, fields={}) for name in OWN_BARS}, **fields},
        library=both.library or other.library,
        marks=both.marks | (other.marks & {"revised-on"}),
    )


def _beside(own: Value, other: Value, given: Arguments) -> dict[str, Value]:
    """The other table's columns under the names that the join gives them where both have one."""
    suffixes = given.get(99, "suffixes", "suffix") or NOTHING
    ends = [part.text for part in (suffixes, *suffixes.items) if part.text] + ["_y", "_right"]
    fields: dict[str, Value] = {}
    for name, value in other.fields.items():
        taken = name in own.fields or (name in OWN_BARS and own.has_data)
        fields.update({f"{name}{end}": value for end in ends} if taken else {name: value})
    return fields


# Columns that both sides of a join are likely to have.
OWN_BARS = ("open", "high", "low", "close", "volume")


def renamed(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """rename, set_index: a key that is a period's end stays one under any name."""
    mappings = [value.fields for value in given.every if value.kind is Kind.MAPPING]
    names = {old: new.text or old for fields in mappings for old, new in fields.items()}
    result = owner.but(fields={names.get(name, name): value for name, value in owner.fields.items()})
    keys = [part.text for value in given.every for part in (value, *value.items) if part.text is not None]
    is_period_end = any(PERIOD_END.search(text) for text in [*names, *keys])
    return result.marked("by-period-end") if is_period_end else result


def without_gaps(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """dropna, drop_nulls: a row that is dropped for what comes later says so by its absence.

    Rows without a label are the last ones: after the drop, the end of the table knows that it is the end.
    """
    if is_across(given):
        return mapped(owner, lambda value: seeing(value, cause_named(cause, "later-filter")))
    subset = given.get(99, "subset") or given.get(0, "subset")
    names = [key.text for key in (subset, *subset.items) if key.text] if subset is not None else []
    looked_at = [value for name, value in owner.fields.items() if not names or name in names]
    lead = max([lead for value in looked_at for lead in value.ahead.values()], default=-INF)
    if lead <= 0:
        return owner
    later = {cause_named(cause, "later-filter"): lead}
    return mapped(owner, lambda value: value.but(ahead=union([value.ahead, later])))


def unique(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """drop_duplicates, unique: the last of each stands for all before it."""
    if given.text(99, "keep") != "last" or not owner.rowed:
        return owner
    return mapped(owner, lambda value: seeing(value, cause_named(cause, "last-value")))


def among(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """isin: membership in a column of another table, whenever its entries began.

    A literal list is a choice of the researcher, which a study records; a table has dates.
    """
    other = given.get(0, "values", "other")
    if other is None or not other.rowed or not other.origin or other.origin == owner.origin:
        return blend(owner, *given.every) if other is not None else owner
    return seeing(owner, cause_named(cause, "join-undated"))


def dated(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """fillna, fill_null: a date made up for items without one admits them before they were known.

    An item without a date was known at no certain instant; left out, it harms nobody.
    """
    filler = given.get(0, "value")
    names = list(filler.fields) if filler is not None and filler.kind is Kind.MAPPING else [owner.text or ""]
    if filler is not None and any(KNOWN_AT.search(name) for name in names):
        undated = cause_named(cause, "join-undated")
        return mapped(owner, lambda value: seeing(value.but(base=max(value.base, 0.0)), undated))
    if owner.kind is Kind.TABLE and owner.fields:
        return mapped(owner, lambda value: METHODS["fillna"](session, value, given, cause))
    return METHODS["fillna"](session, owner, given, cause)


def filtered(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """filter, query, loc by mask: whether a row stays may know the future."""
    if owner.kind is Kind.GROUPS:
        return owner.but(
            kind=Kind.TABLE, ahead={**owner.ahead, cause_named(cause, "later-filter"): INF}, detail=None
        )
    later = union(
        [part.ahead for value in given.every for part in flat(value) if part.kind is not Kind.FUNCTION]
    )
    later = {c: lead for c, lead in later.items() if lead > 0}
    return mapped(owner, lambda value: value.but(ahead=union([value.ahead, later]))) if later else owner


def dropped(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """drop: columns that are gone are read by nobody."""
    names = {part.text for value in given.every for part in (value, *value.items) if part.text}
    return owner.but(fields={name: value for name, value in owner.fields.items() if name not in names})


def with_columns(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """with_columns, assign: new columns beside the old ones."""
    return owner.but(kind=Kind.TABLE, fields={**owner.fields, **named_columns(session, owner, given)})


def selected(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """select: these columns and no others."""
    keeps_all = any("every-column" in part.marks for value in given.given for part in flat(value))
    picked = named_columns(session, owner, given)
    if keeps_all:
        return owner.but(fields={**owner.fields, **picked})
    return owner.but(kind=Kind.TABLE, base=-INF, ahead={}, fields=picked)


def named_columns(session: Session, owner: Value, given: Arguments) -> dict[str, Value]:
    """The columns that a call names: by keyword, by alias, or by the column that they come from.

    Polars takes the name of the first column in an expression where it is given none.
    """
    columns: dict[str, Value] = {}
    for place, value in enumerate(part for whole in given.given for part in flat(whole)):
        if value.text is not None and not value.rowed and value.library != "polars":
            columns[value.text] = owner.fields.get(value.text, owner.but(kind=Kind.ROWED, fields={}))
        else:
            columns[value.text or f"column {place}"] = as_rows(owner, value)
    for name, value in given.named.items():
        answer = value
        if value.kind is Kind.FUNCTION:
            answer = session.call(session, value, called_with(given.node, [owner]))
        columns[name] = as_rows(owner, answer)
    return columns


def as_rows(owner: Value, value: Value) -> Value:
    """A single number that becomes a column stands on every row."""
    if value.rowed:
        return settled(value)
    return value.but(kind=Kind.ROWED, base=-INF, ahead={c: r for c, r in value.ahead.items() if r == INF})


def over(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """Polars' over: the expression within each group.

    Over the instant, a statistic of all rows becomes one across assets, which every row may know.
    """
    group = grouping(session, keys_of(given.given, given.get(99, "partition_by")))
    if group["across"]:
        kept = {c: lead for c, lead in owner.ahead.items() if c.rule not in WITHIN_INSTANT}
        lost = len(kept) < len(owner.ahead)
        return owner.but(kind=Kind.ROWED, ahead=kept, base=max(owner.base, 0.0) if lost else owner.base)
    if owner.latent and not owner.rowed:
        # How many rows a group has, on each of them.
        return Value(Kind.ROWED, ahead=dict.fromkeys(owner.latent, INF), library=owner.library)
    ahead = {
        cause_named(c, group["rule"]) if c.rule == "whole-sample" else c: lead
        for c, lead in owner.ahead.items()
    }
    return owner.but(kind=Kind.ROWED if owner.has_data else owner.kind, ahead=ahead)


def aliased(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """alias, rename of a column: its new name."""
    return owner.but(text=given.text(0, "name") or owner.text)


def aggregated_columns(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """agg: named statistics of each group."""
    from tradewright.causality.lint.operators import aggregated, statistic

    if owner.kind is not Kind.GROUPS:
        return statistic(session, owner, given, cause)
    finished = aggregated(owner, cause)
    one = finished.but(fields={})
    names = [part.text for value in given.given for part in flat(value) if part.text]
    mapping = [name for value in given.given if value.kind is Kind.MAPPING for name in value.fields]
    names += list(given.named) + mapping
    return finished.but(fields={name: one.but(text=name) for name in names if name})


TABLE_METHODS: dict[str, Method] = {
    **dict.fromkeys(("groupby", "group_by"), grouped),
    **dict.fromkeys(("resample", "group_by_dynamic"), resampled),
    "transform": transformed,
    **dict.fromkeys(
        ("apply", "map", "pipe", "map_elements", "map_batches", "applymap", "map_groups"), applied
    ),
    **dict.fromkeys(("join_asof", "merge_asof"), joined_as_of),
    **dict.fromkeys(("join", "merge"), joined),
    **dict.fromkeys(("rename", "set_index", "set_axis"), renamed),
    **dict.fromkeys(("dropna", "drop_nulls", "drop_nans"), without_gaps),
    **dict.fromkeys(("filter", "query"), filtered),
    "drop": dropped,
    **dict.fromkeys(("drop_duplicates", "unique"), unique),
    **dict.fromkeys(("isin", "is_in"), among),
    **dict.fromkeys(("fillna", "fill_null"), dated),
    **dict.fromkeys(("with_columns", "assign"), with_columns),
    **dict.fromkeys(("select",), selected),
    "over": over,
    "alias": aliased,
    **dict.fromkeys(("agg", "aggregate"), aggregated_columns),
}
