"""Tables of the page: a caption, heads with scope, numbers to the right, words where nothing is known."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tradewright.research.dossier.content import CostLine, GateLine, MonthlyReturns, Quantity, Ratio
from tradewright.research.dossier.markup import Html, escape, join, tag
from tradewright.research.dossier.wording import (
    NOT_EVALUATED,
    SYMBOLS,
    between,
    decimal,
    dollars,
    in_unit,
    per_cent,
    sentence,
    setting,
)

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COMMON = 3
LONG = 64
ORDER = {"FAIL": 0, "NOT EVALUATED": 1, "PASS": 2}
NO_NUMBER = tag("span", "\u2013", title="this gate compares no number", class_="quiet")
NO_INTERVAL = tag("span", "\u2013", title="no interval; the last column says why", class_="quiet")
NOT_EVALUATED_SHORT = tag("abbr", "n.e.", title=NOT_EVALUATED)


@dataclass(frozen=True)
class Column:
    """One column: its head, and whether it holds numbers."""

    head: str
    is_number: bool = False


def missing(why: str) -> Html:
    """What stands where a table or chart would be, when there is nothing to show."""
    return tag("p", why, class_="missing")


def table(
    caption: str, columns: tuple[Column, ...], rows: Iterable[tuple[str, ...]], kind: str = "", name: str = ""
) -> Html:
    """A table whose first column heads its rows; it scrolls within itself where the screen is narrow.

    A table of kind "stack" becomes a list of cards on a phone: there every part names its role and carries
    its head, so that it stays a table for those who listen to it.
    """
    is_stack = kind.startswith("stack")
    heads = [
        tag("th", column.head, scope="col", **_class(column), **_role("columnheader", is_stack))
        for column in columns
    ]
    body = [tag("tr", *_cells(columns, cells, is_stack), **_role("row", is_stack)) for cells in rows]
    given = {"id": name} if name else {}
    whole = tag(
        "table",
        tag("caption", caption),
        tag("thead", tag("tr", *heads, **_role("row", is_stack)), **_role("rowgroup", is_stack)),
        tag("tbody", *body, **_role("rowgroup", is_stack)),
        class_=kind or "plain",
        **given,
        **_role("table", is_stack),
    )
    return tag("div", whole, class_="scroll", tabindex=0, role="region", aria_label=caption)


def _class(column: Column) -> dict[str, str]:
    """Numbers stand at the right."""
    return {"class_": "number"} if column.is_number else {}


def _role(name: str, is_stack: bool) -> dict[str, str]:
    """What a part of a table is, where its looks no longer say so."""
    return {"role": name} if is_stack else {}


def _cells(columns: tuple[Column, ...], cells: tuple[str, ...], is_stack: bool) -> list[Html]:
    """One row: its head, then its cells, each with its column's head where rows become cards."""
    first, *others = zip(columns, cells, strict=True)
    written = [tag("th", first[1], scope="row", **_class(first[0]), **_role("rowheader", is_stack))]
    for column, content in others:
        head = {"data_head": column.head} if is_stack else {}
        written.append(tag("td", content, **_class(column), **_role("cell", is_stack), **head))
    return written


def badge(status: str) -> Html:
    """A status as symbol and word: colour is never the only difference."""
    name = status.lower().replace(" ", "-")
    symbol = tag("span", SYMBOLS[status], aria_hidden="true")
    return tag("span", symbol, " ", status, class_=f"status {name}")


def gates_table(gates: tuple[GateLine, ...], caption: str) -> Html:
    """Gates with their answers: failures first, then what nobody evaluated, then what passed."""
    if not gates:
        return missing("No gate was asked, so nothing is established.")
    columns = (
        Column("Answer"),
        Column("Gate"),
        Column("Found", True),
        Column("Limit", True),
        Column("Reason"),
    )
    rows = [
        (
            badge(gate.status),
            gate.name,
            _found(gate),
            NO_NUMBER if gate.limit is None else in_unit(gate.limit, gate.unit),
            sentence(gate.reason),
        )
        for gate in sorted(gates, key=lambda gate: ORDER[gate.status])
    ]
    return table(caption, columns, rows, "stack gates")


def _found(gate: GateLine) -> str:
    """What a gate found; many gates compare no numbers, and then there is nothing to print."""
    is_bare = gate.value is None and gate.status != "NOT EVALUATED"
    return NO_NUMBER if is_bare else in_unit(gate.value, gate.unit)


def ratios_table(ratios: tuple[Ratio, ...]) -> Html:
    """Each measured number with its interval, its sample and how both were obtained.

    A measure without a value gives its reason in place of its method; one without an interval says so.
    """
    if not ratios:
        return missing("No ratio was evaluated.")
    levels = {ratio.level for ratio in ratios}
    usual = _usual_method(ratios)
    head = f"{per_cent(levels.pop(), 0)} interval" if len(levels) == 1 else "Interval"
    columns = (
        Column("Measure"), Column("Estimate", True), Column(head, True), Column("Sample", True),
        Column("How obtained"),
    )  # fmt: skip
    rows = [
        (
            ratio.name,
            in_unit(ratio.value, ratio.unit),
            _interval(ratio, with_level=head == "Interval"),
            in_unit(ratio.sample, ratio.sample_of),
            _method(ratio, usual),
        )
        for ratio in ratios
    ]
    note = f" The usual method: {usual}." if usual else ""
    return table(f"Each measure with its interval and its sample.{note}", columns, rows, "stack ratios")


def _interval(ratio: Ratio, with_level: bool) -> str:
    """A measure's interval; a dash where the last column says why there is none."""
    if math.isfinite(ratio.value) and not math.isfinite(ratio.low):
        return NO_INTERVAL
    return between(ratio.low, ratio.high, ratio.unit) + (_level(ratio) if with_level else "")


def _usual_method(ratios: tuple[Ratio, ...]) -> str:
    """The method that most measures share, to be said once; empty where none is shared by three."""
    methods = [ratio.how.rstrip(".") for ratio in ratios if ratio.how and math.isfinite(ratio.low)]
    # Ties go to the earliest, so that equal content gives equal words.
    usual = max(methods, key=methods.count, default="")
    return usual if methods.count(usual) >= COMMON else ""


def _method(ratio: Ratio, usual: str) -> str:
    """How one measure was obtained, or why it was not."""
    if ratio.reason and not math.isfinite(ratio.value):
        return sentence(ratio.reason)
    if usual and ratio.how.rstrip(".") == usual:
        return tag("span", "as usual", class_="muted")
    return sentence(ratio.how) or tag("span", "no interval", class_="muted")


def _level(ratio: Ratio) -> str:
    """The interval's coverage, where the rows of a table differ in it."""
    return f" ({per_cent(ratio.level, 0)})" if math.isfinite(ratio.low) else ""


def monthly_table(monthly: MonthlyReturns | None) -> Html:
    """Net returns by month, tinted by size; the sign is always written."""
    if monthly is None or not len(monthly.years):
        return missing("Monthly returns were not evaluated.")
    columns = (Column("Year"), *(Column(month, True) for month in MONTHS), Column("Whole year", True))
    known = np.abs(monthly.returns[np.isfinite(monthly.returns)])
    # One wild month must not bleach all others: the strongest tint begins at the 98th percentile.
    reach = float(np.quantile(known, 0.98)) if len(known) else 1.0
    rows = [
        (
            str(year),
            *(tinted(share, reach) for share in monthly.returns[k].tolist()),
            tag("strong", _bare_per_cent(float(monthly.annual[k]))),
        )
        for k, year in enumerate(monthly.years)
    ]
    caption = "Net return by calendar month, in per cent (n.e.: not evaluated, outside the period)"
    return table(caption, columns, rows, "heat")


def tinted(value: float, reach: float, words: str = "") -> Html:
    """A number on a ground that says its sign by hue and its size by strength.

    Units: `value` and `reach` as each other; the strongest tint still leaves the number legible on it.
    """
    if not math.isfinite(value):
        return NOT_EVALUATED_SHORT
    strength = min(1.0, abs(value) / reach) if reach > 0 else 0.0
    hue = "loss" if value < 0 else "gain"
    shade = f"--strength:{0.62 * strength:.2f}"
    return tag("span", words or _bare_per_cent(value), class_=f"tint {hue}", style=shade)


def _bare_per_cent(share: float) -> Html:
    """Per cent without the sign, which the caption names once."""
    return escape(decimal(100.0 * share, 1)) if math.isfinite(share) else NOT_EVALUATED_SHORT


def costs_table(costs: tuple[CostLine, ...] | None) -> Html:
    """What each cause took, with a bar beside it, and what they come to."""
    if costs is None:
        return missing("Costs were not evaluated.")
    if not costs:
        return missing("No cost arose.")
    largest = max((abs(line.usd) for line in costs if math.isfinite(line.usd)), default=0.0)
    columns = (Column("Cause"), Column("Dollars", True), Column("bps of equity a year", True), Column("Size"))
    # An unknown cause makes the sum unknown: NaN is carried on, never skipped.
    paid = [line for line in costs if not line.is_income]
    whole = CostLine("All costs", sum(line.usd for line in paid), sum(line.bps_a_year for line in paid))
    rows = [_cost_cells(line, largest) for line in paid]
    rows.append((tag("strong", whole.cause), dollars(whole.usd), decimal(whole.bps_a_year, 1), Html()))
    # Income stands below the line: it is no cost saved, and no part of the total.
    rows += [_cost_cells(line, largest) for line in costs if line.is_income]
    caption = (
        "Costs by cause, over the figures' period; income is negative and stands below the total. A year's "
        "bps are what each bar cost over the equity before it, added up and divided by the years"
    )
    return table(caption, columns, rows, "costs")


def _cost_cells(line: CostLine, largest: float) -> tuple[str, ...]:
    """One cause as words and numbers."""
    return line.cause, dollars(line.usd), decimal(line.bps_a_year, 1), _bar(line.usd, largest)


def _bar(value: float, largest: float) -> Html:
    """A bar as long as its number."""
    # A bar too short to be seen would only look like dirt.
    if not (math.isfinite(value) and largest > 0 and abs(value) > 5e-4 * largest):
        return Html()
    hue = "received" if value < 0 else "paid"
    return tag("span", class_=f"bar {hue}", style=f"width:{100.0 * abs(value) / largest:.1f}%")


def quantities(pairs: Iterable[tuple[str, str]]) -> Html:
    """Names and their values, one below the other."""
    listed = [tag("div", tag("dt", name), tag("dd", value), **_width(value)) for name, value in pairs]
    return tag("dl", *listed, class_="facts")


def _width(value: str) -> dict[str, str]:
    """A long text gets a line of its own; markup is longer than it looks."""
    return {"class_": "wide"} if len(value) > LONG and "<" not in value else {}


def quantity_pairs(given: tuple[Quantity, ...]) -> list[tuple[str, str]]:
    """Parameters and options with their units."""
    return [(one.name, join(setting(one.value), *((" ", one.unit) if one.unit else ()))) for one in given]
