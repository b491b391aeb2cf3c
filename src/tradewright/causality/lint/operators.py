"""What the methods of a column do to its reach: shifts, windows, fills, statistics.

Trailing ones leave it as it is. In reversed order every trailing method looks ahead and every one that fills
from behind looks back; a value therefore remembers whether its rows are reversed.
"""

from collections.abc import Callable

from tradewright.causality.lint.findings import Confidence
from tradewright.causality.lint.reach import (
    FAR,
    INF,
    NOTHING,
    ROWS,
    UNKNOWN_COUNT,
    Cause,
    Kind,
    Value,
    blend,
    moved,
    number,
    reduced,
    seeing,
    settled,
    so_far,
)
from tradewright.causality.lint.session import Arguments, Session
from tradewright.causality.lint.vocabulary import (
    ASSET_KEYS,
    BACK_FILLS,
    COUNTS,
    HARMLESS_GUARDS,
    ORDER_INVARIANT,
    ORDERED,
    REDUCTIONS,
    RUNNING,
    TIME_KEYS,
)

Method = Callable[[Session, Value, Arguments, Cause], Value]


def is_across(given: Arguments, position: int = 0) -> bool:
    """Whether a statistic runs across the columns of one row."""
    axis = given.get(position, "axis")
    if axis is None:
        return False
    return axis.text in ("columns", "index-less") or axis.number in (1.0, -1.0)


def count_of(value: Value | None, default: float = 1.0) -> tuple[float, bool]:
    """A number of rows (the one of a span that looks furthest ahead), and whether it was assumed."""
    if value is None:
        return default, False
    if value.low is None:
        return UNKNOWN_COUNT, True
    return value.low, "assumed" in value.marks


def shift(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """shift, diff, pct_change: by a negative number it brings later rows here.

    A difference keeps its own row and adds the other one; a shift only has the other. In a table of periods,
    a shift by one makes each period known where the next one begins.
    """
    rows, assumed = count_of(given.get(0, "periods", "n"))
    name = given.node.func.attr if hasattr(given.node.func, "attr") else ""
    sure = Confidence.POSSIBLE if assumed else Confidence.CERTAIN
    cause = Cause(cause.rule, cause.line, cause.column, cause.operator, sure)
    if given.get(9, "freq") is not None and name == "shift":
        return blend(owner)
    if owner.kind is Kind.PERIODS:
        return owner.but(detail="closed" if rows >= 1 else owner.detail) if rows > 0 else seeing(owner, cause)
    gone = moved(owner, rows, cause)
    return gone if name == "shift" else blend(owner, gone).but(kind=owner.kind, fields={})


def rolled(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """rolling: trailing unless centred; in reversed order it looks ahead."""
    window, _ = count_of(given.get(0, "window", "window_size"), 20.0)
    centre = given.get(99, "center")
    if centre is not None and centre.text == "True":
        owner = seeing(owner, cause_named(cause, "centred-window"), max((window - 1) // 2, 1))
    elif owner.flipped:
        owner = seeing(owner, cause_named(cause, "reversed"), max(window - 1, 1))
    name = getattr(given.node.func, "attr", "")
    # Polars' rolling_mean answers at once; pandas' rolling waits for its statistic.
    return owner if "_" in name else owner.but(kind=Kind.WINDOW)


def running(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """Running statistics and forward-fill: they look ahead in reversed order only."""
    result = seeing(owner, cause_named(cause, "reversed")) if owner.flipped else owner
    name = getattr(given.node.func, "attr", "")
    return result.but(kind=Kind.WINDOW) if name in ("expanding", "ewm") else result


def back_filled(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """bfill: it looks ahead unless the order is reversed."""
    return owner if owner.flipped else seeing(owner, cause_named(cause, "back-fill"))


def filled(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """fillna, fill_null, reindex: by their method."""
    way = given.text(99, "method", "strategy") or (given.text(1) if owner.kind is not Kind.TABLE else "")
    if way in ("bfill", "backfill", "backward"):
        return back_filled(session, owner, given, cause)
    if way == "nearest":
        return seeing(owner, cause_named(cause, "join-ahead"))
    if way in ("mean", "max", "min", "median"):
        return seeing(owner, cause_named(cause, "whole-sample"))
    rest = [value for value in given.every if value.text is None or value.kind is not Kind.SCALAR]
    if getattr(given.node.func, "attr", "") in ("reindex", "reindex_like"):
        return settled(owner) if owner.kind is Kind.PERIODS else owner
    return blend(owner, *rest).but(kind=owner.kind, fields=_filled_fields(owner, rest))


def _filled_fields(owner: Value, rest: list[Value]) -> dict[str, Value]:
    return {name: blend(value, *rest) for name, value in owner.fields.items()}


def interpolated(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """interpolate: every way but forward-filling bridges towards the next value.

    Until the next known point has come, nobody knows the line to it.
    """
    if given.text(0, "method") in ("pad", "ffill"):
        return owner
    return seeing(owner, cause_named(cause, "interpolation"))


def ranked(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """rank: across the columns of one row, or among all rows.

    A trailing rank is one in a window.
    """
    if owner.kind is Kind.WINDOW or is_across(given) or "across" in owner.marks or _is_across_group(owner):
        return owner.but(kind=Kind.ROWED)
    return seeing(owner, cause_named(cause, "whole-rank"))


def _is_across_group(owner: Value) -> bool:
    return owner.kind is Kind.GROUPS and bool(owner.detail) and bool(owner.detail.get("across"))


def ordered(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """Sorting: by time it changes nothing (descending reverses), by value it mixes all rows.

    Sorted by asset and time, the rows of an asset still stand in order.
    """
    if is_across(given) or "across" in owner.marks:
        return owner
    by = given.get(0, "by")
    keys = [] if by is None else (list(by.items) or [by])
    names = [(key.text or "").lower() for key in keys]
    backwards = any(
        (value := given.get(99, name)) is not None and value.text == wanted
        for name, wanted in (("ascending", "False"), ("descending", "True"), ("reverse", "True"))
    )
    if any(name in TIME_KEYS for name in names):
        sorted_by = owner.marked("by-asset") if names[0] in ASSET_KEYS else owner
        return sorted_by.but(flipped=not owner.flipped) if backwards else sorted_by
    if owner.kind is Kind.TABLE and not names:
        return owner
    return seeing(owner, cause_named(cause, "whole-rank"))


def sorted_index(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """sort_index: the order of time, or its reverse."""
    way = given.get(99, "ascending")
    return owner.but(flipped=not owner.flipped) if way is not None and way.text == "False" else owner


def turned(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """reverse, flip: the order of rows is reversed."""
    return owner.but(flipped=not owner.flipped)


def head(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """head: the first rows."""
    rows, _ = count_of(given.get(0, "n"), 5.0)
    return owner.but(stop=min(owner.stop, rows)) if rows > 0 else owner


def tail(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """tail, last: the last rows."""
    if owner.kind is Kind.GROUPS:
        return aggregated(owner, cause)
    if "growing" in owner.marks or owner.is_part:
        return owner
    return reduced(owner, cause_named(cause, "last-value")) if not given.given else owner.marked("tail")


def first(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """first: known from the beginning on."""
    return owner if owner.kind is Kind.GROUPS else Value(base=0.0 if owner.has_data else -INF)


def statistic(session: Session, owner: Value, given: Arguments, cause: Cause) -> Value:
    """mean, std, max ...: of a window, a period, a row, or of everything.

    In Polars the number stands on every row that it is joined to; in pandas it stays a number until used.
    """
    name = getattr(given.node.func, "attr", "")
    if owner.kind is Kind.WINDOW:
        return blend(owner.but(kind=Kind.ROWED), *_rowed(given))
    if owner.kind is Kind.GROUPS:
        return aggregated(owner, cause)
    if is_across(given) or name.endswith("_horizontal") or "across" in owner.marks:
        return blend(owner.but(fields={}), *owner.fields.values()).but(kind=Kind.ROWED)
    check_order_invariant(session, owner, cause)
    parts = [so_far(owner, session.row), *_rowed(given)]
    result = blend(*(reduced(_whole(part), cause) for part in parts))
    if session.tables and owner.library == "polars":
        # A Polars expression: the number stands on every row that it is joined to.
        return result.marked("polars-single").but(library="polars")
    return result.marked("guard") if name in HARMLESS_GUARDS else result.but(marks=result.marks - {"guard"})


def _rowed(given: Arguments) -> list[Value]:
    return [value for value in given.every if value.rowed]


def _whole(value: Value) -> Value:
    """A table with all its columns as one thing with rows."""
    return blend(value).but(stop=value.stop, start=value.start) if value.kind is Kind.TABLE else value


def aggregated(owner: Value, cause: Cause) -> Value:
    """One row a group: a finished statistic of a period, known at its end."""
    grouping = owner.detail
    if grouping is not None and grouping.get("across"):
        return owner.but(kind=Kind.ROWED)
    period = {"cause": cause_named(cause, grouping["rule"] if grouping else "period-statistic")}
    if grouping and grouping.get("cause"):
        period["cause"] = grouping["cause"]
    closed = "closed" if grouping and grouping.get("labelled") == "right" else period["cause"]
    fields = {name: value.but(kind=Kind.PERIODS, detail=closed) for name, value in owner.fields.items()}
    return owner.but(kind=Kind.PERIODS, detail=closed, fields=fields)


def check_order_invariant(session: Session, owner: Value, cause: Cause) -> None:
    """A statistic that ignores order, taken of shuffled values, tests nothing."""
    if "shuffled-alone" in owner.marks and cause.operator.partition("(")[0] in ORDER_INVARIANT:
        session.note(cause_named(cause, "cannot-fail"))


def cause_named(cause: Cause, rule: str) -> Cause:
    """The same place under another rule."""
    return Cause(rule, cause.line, cause.column, cause.operator, cause.confidence)


def length_of(session: Session, owner: Value, cause: Cause) -> Value:
    """How many rows there are: harmless as a size, a look ahead as a number.

    `np.zeros(len(bars))` needs it; `np.arange(n) / len(bars)` tells each row how much is still to come.
    """
    if "growing" in owner.marks and session.row is not None:
        return number(session.row + 1)
    if owner.is_part:
        return number(min(owner.stop, ROWS))
    if not owner.rowed:
        return number(len(owner.items)) if owner.kind is Kind.SEQUENCE else NOTHING
    return number(ROWS).but(latent=frozenset({cause_named(cause, "length")}), marks=frozenset({"guard"}))


def rolled_numpy(owner: Value, rows: float, cause: Cause) -> Value:
    """np.roll: a shift whose first rows hold the last ones until they are overwritten."""
    if rows < 0:
        return moved(owner, rows, cause)
    return moved(owner, rows, cause).but(marks=owner.marks | {"wrapped"}, latent=owner.latent | {cause})


def part_before(value: Value, stop: float) -> Value:
    """The rows of a value that stand before `stop`."""
    return value.but(stop=min(stop, value.stop)) if stop < ROWS - FAR else value


METHODS: dict[str, Method] = {
    **dict.fromkeys(("shift", "diff", "pct_change"), shift),
    **dict.fromkeys(
        (
            "rolling",
            "rolling_mean",
            "rolling_std",
            "rolling_var",
            "rolling_sum",
            "rolling_min",
            "rolling_max",
            "rolling_median",
            "rolling_quantile",
            "rolling_skew",
            "rolling_map",
        ),
        rolled,
    ),
    **dict.fromkeys(RUNNING, running),
    **dict.fromkeys(BACK_FILLS, back_filled),
    **dict.fromkeys(("fillna", "fill_null", "fill_nan", "reindex", "reindex_like"), filled),
    **dict.fromkeys(("interpolate", "interpolate_by"), interpolated),
    "rank": ranked,
    **dict.fromkeys(ORDERED, ordered),
    "sort_index": sorted_index,
    **dict.fromkeys(("reverse",), turned),
    "head": head,
    **dict.fromkeys(("tail", "last"), tail),
    "first": first,
    **dict.fromkeys(REDUCTIONS | COUNTS, statistic),
}
