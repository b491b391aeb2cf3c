"""Every chart twice: a static picture in the page, and its data for the interactive one drawn over it.

Colours are names of the style sheet, written var(--name); the script looks them up, for light and for dark.
"""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tradewright.research.dossier.content import Series
from tradewright.research.dossier.markup import Html, printable
from tradewright.research.dossier.svg import Frame, Line, calendar_columns, line_chart
from tradewright.research.dossier.thinning import kept_rows
from tradewright.research.dossier.wording import dollars, moment, per_cent, sentence
from tradewright.values.instant import NS_PER_DAY
from tradewright.values.panel import Floats, Ints

MOST_ROWS = 20_000
SHORT_SPAN_DAYS = 120
MOST_DOUBLINGS = 2.0**9
DASHES = {"strategy": "solid", "benchmark": "dash", "gross": "solid", "net": "dot"}
# Billions are B to whoever reads dollars; the library's own format would write G.
MONEY = {"tickprefix": "$", "exponentformat": "B"}

Trace = dict[str, Any]


@dataclass(frozen=True)
class Chart:
    """One chart of the page: words above it, its static picture and what the script needs to draw it.

    A chart with nothing to show has no traces; `missing` then says so in words. `group` joins charts that
    zoom together; `can_be_log` offers the choice of a linear or a logarithmic scale.
    """

    name: str
    heading: str
    words: str
    static: Html = field(default_factory=Html)
    traces: tuple[Trace, ...] = ()
    layout: dict[str, Any] = field(default_factory=dict)
    missing: str = ""
    group: str = ""
    can_be_log: bool = False

    @property
    def drawing(self) -> dict[str, Any]:
        """What the script gets."""
        return {"id": self.name, "group": self.group, "traces": self.traces, "layout": self.layout}


def absent(name: str, heading: str, why: str) -> Chart:
    """A chart with no data, which says so."""
    return Chart(name, heading, "", missing=why)


def plot_text(text: str) -> str:
    """Text as the chart library must get it, for it reads a little markup of its own."""
    return printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def numbers(values: Floats, digits: int = 7) -> list[float | None]:
    """Values for JSON, to so many significant digits; what is no number becomes a gap.

    Seven digits are a cent in a hundred thousand dollars: more than a screen can show, half of what a float
    takes when written out.
    """
    return [float(f"{value:.{digits}g}") if math.isfinite(value) else None for value in values.tolist()]


def has_intraday_bars(instants: Ints) -> bool:
    """Whether two bars share a calendar day, so that dates alone would not tell them apart."""
    return bool(np.any(np.diff(instants // NS_PER_DAY) == 0))


def drawn_rows(series: Series) -> Ints:
    """The bars that the interactive charts show: all of them, unless there are too many for a page.

    Shape: rising row numbers, at most MOST_ROWS; the same rows for every line, so that lines can be compared.
    """
    return kept_rows((series.equity_usd, *_present(series)), MOST_ROWS)


def _present(series: Series) -> tuple[Floats, ...]:
    """The optional lines that somebody computed."""
    every = (series.benchmark_usd, series.drawdown, series.benchmark_drawdown, series.gross, series.net)
    return tuple(column for column in every if len(column))


def shared_columns(series: Series | None) -> dict[str, list[Any]]:
    """Columns that several charts draw from, by the name that their traces use.

    Dates are the largest part of a page's data; written once, three charts share them.
    """
    if series is None or not len(series.instants):
        return {}
    rows = drawn_rows(series)
    unit = "m" if has_intraday_bars(series.instants) else "D"
    when = np.datetime_as_string(series.instants[rows].astype("M8[ns]").astype(f"M8[{unit}]"))
    names = ("equity_usd", "benchmark_usd", "drawdown", "benchmark_drawdown", "gross", "net")
    columns: dict[str, list[Any]] = {"when": when.tolist()}
    for name in names:
        values = getattr(series, name)
        if len(values):
            columns[name] = numbers(values[rows], 7 if name.endswith("usd") else 5)
    return columns


def equity_chart(series: Series | None) -> Chart:
    """Equity against the benchmark at matched exposure, on a log scale where it can be one."""
    name, heading = "equity", "Equity"
    if series is None or not np.isfinite(series.equity_usd).any():
        return absent(name, heading, "No equity was recorded, so there is nothing to draw.")
    lines = [Line("Strategy", "strategy", series.equity_usd)]
    lines += [Line("Benchmark", "benchmark", series.benchmark_usd)] if len(series.benchmark_usd) else []
    # An account that was ruined has no logarithm: its chart stays linear rather than lose the end.
    is_log = all(bool(np.nanmin(line.values) > 0) for line in lines if np.isfinite(line.values).any())
    words = f"{_journey(series)} {_benchmark_words(series)} {_thinned_words(series)}".strip()
    static = line_chart(series.instants, tuple(lines), Frame(words, 320, short_dollars, is_log))
    keys = ("equity_usd", "benchmark_usd")
    traces = tuple(_over_time(line, key, "$,.0f") for line, key in zip(lines, keys, strict=False))
    axis = MONEY | {"type": "log" if is_log else "linear"} | _log_ticks(lines, is_log)
    return Chart(name, heading, words, static or Html(), traces, _time_layout(axis), "", "time", is_log)


def drawdown_chart(series: Series | None) -> Chart:
    """How far below its last peak the account stood."""
    name, heading = "drawdown", "Drawdown"
    if series is None or not np.isfinite(series.drawdown).any():
        return absent(name, heading, "Drawdowns were not evaluated.")
    lines = [Line("Strategy", "strategy", series.drawdown)]
    has_benchmark = bool(np.isfinite(series.benchmark_drawdown).any())
    lines += [Line("Benchmark", "benchmark", series.benchmark_drawdown)] if has_benchmark else []
    words = "Deepest: " + "; ".join(_deepest(line, series.instants) for line in lines) + "."
    static = line_chart(series.instants, tuple(lines), Frame(words, 220, _whole_per_cent, zero=True))
    keys = ("drawdown", "benchmark_drawdown")
    traces = tuple(_over_time(line, key, ".1%") for line, key in zip(lines, keys, strict=False))
    return Chart(
        name, heading, words, static or Html(), traces, _time_layout({"tickformat": ".0%"}), "", "time"
    )


def exposure_chart(series: Series | None) -> Chart:
    """Gross and net exposure as multiples of equity."""
    name, heading = "exposure", "Exposure"
    if series is None or not np.isfinite(np.concatenate([series.gross, series.net])).any():
        return absent(name, heading, "Exposure was not recorded.")
    given = (("Gross", "gross", series.gross), ("Net", "net", series.net))
    lines = tuple(Line(*line) for line in given if np.isfinite(line[2]).any())
    # Averages are the measures' business: here they would count the warm-up, and disagree with the table.
    ends = ", ".join(f"{line.name.lower()} {_reach_words(line.values)}" for line in lines)
    words = f"Share of equity held: {ends}."
    static = line_chart(series.instants, lines, Frame(words, 220, _whole_per_cent, zero=True))
    traces = tuple(_over_time(line, line.colour, ".1%") for line in lines)
    layout = _time_layout({"tickformat": ".0%", "rangemode": "tozero"})
    return Chart(name, heading, words, static or Html(), traces, layout, "", "time")


def turnover_chart(series: Series | None) -> Chart:
    """One-sided turnover as a share of equity, added up by calendar month (by day over a short period)."""
    name, heading = "turnover", "Turnover"
    if series is None or not np.isfinite(series.turnover).any():
        return absent(name, heading, "Turnover was not recorded.")
    is_short = int(series.instants[-1] - series.instants[0]) < SHORT_SPAN_DAYS * NS_PER_DAY
    unit = "D" if is_short else "M"
    periods, starts, ends, totals = by_calendar(series.instants, series.turnover, unit)
    span, most = "day" if is_short else "month", int(np.argmax(totals))
    words = (
        f"One-sided: half of what was bought and sold as a share of the equity before it, by {span}: "
        f"{per_cent(float(totals[most]))} at most, in {periods[most]}."
    )
    static = calendar_columns(starts, ends, totals, Frame(words, 200, _whole_per_cent, zero=True))
    hover = "%{x}: %{y:.1%}<extra></extra>"
    trace: Trace = {"type": "bar", "x": periods, "y": numbers(totals, 5), "hovertemplate": hover}
    trace["marker"] = {"color": "var(--strategy)"}
    layout = _time_layout({"tickformat": ".0%"})
    return Chart(name, heading, words, static or Html(), (trace,), layout, "", "time")


def by_calendar(instants: Ints, values: Floats, unit: str) -> tuple[list[str], Ints, Ints, Floats]:
    """Totals by calendar month ("M") or day ("D"): names, first and last instants of each, and the sums.

    Shape: each result is K, one entry for each period that holds a bar. An unknown value adds nothing.
    """
    stamps = instants.astype("M8[ns]").astype(f"M8[{unit}]")
    periods, first = np.unique(stamps, return_index=True)
    totals = np.add.reduceat(np.nan_to_num(values), first)
    starts = periods.astype("M8[ns]").astype(np.int64)
    ends = (periods + 1).astype("M8[ns]").astype(np.int64)
    return np.datetime_as_string(periods).tolist(), starts, ends, totals


def _log_ticks(lines: list[Line], is_log: bool) -> dict[str, Any]:
    """Marks of a log scale: each doubling of the capital, or powers of ten where those would be too many.

    Units: the chart library's, powers of ten. An account that never doubled gets the library's own marks.
    """
    known = np.concatenate([line.values[np.isfinite(line.values)] for line in lines])
    if not is_log or known.max() < 2.0 * known.min():
        return {}
    if known.max() > MOST_DOUBLINGS * known.min():
        return {"dtick": 1}
    return {"tick0": float(np.log10(known[0])), "dtick": float(np.log10(2.0))}


def _reach_words(values: Floats) -> str:
    """The lowest and the highest value of a line."""
    return f"{per_cent(float(np.nanmin(values)))} to {per_cent(float(np.nanmax(values)))}"


def _over_time(line: Line, column: str, form: str) -> Trace:
    """One line over the shared instants; columns are named with a leading @ and filled in by the script."""
    style = {"color": f"var(--{line.colour})", "dash": DASHES[line.colour], "width": 1.6}
    hover = f"%{{y:{form}}}"
    base = {"type": "scatter", "mode": "lines", "x": "@when", "y": f"@{column}", "name": line.name}
    return base | {"line": style, "hovertemplate": hover, "connectgaps": False}


def _time_layout(axis: dict[str, Any]) -> dict[str, Any]:
    """A time axis below, the given axis at the left, one label for all lines under the pointer."""
    return {"hovermode": "x unified", "xaxis": {"type": "date", "hoverformat": "%Y-%m-%d"}, "yaxis": axis}


def _journey(series: Series) -> str:
    """Where the account began and where it ended."""
    known = np.flatnonzero(np.isfinite(series.equity_usd))
    first, last = (int(known[at]) for at in (0, -1))
    start, end = dollars(float(series.equity_usd[first])), dollars(float(series.equity_usd[last]))
    return f"{start} on {moment(series.instants[first])} became {end} on {moment(series.instants[last])}."


def _benchmark_words(series: Series) -> str:
    """What the benchmark became, and how it was matched."""
    known = series.benchmark_usd[np.isfinite(series.benchmark_usd)]
    if not len(known):
        return "No benchmark was evaluated."
    return f"The benchmark became {dollars(float(known[-1]))}. {sentence(series.benchmark_how)}".strip()


def _thinned_words(series: Series) -> str:
    """Says which bars a long chart leaves out."""
    shown, every = len(drawn_rows(series)), len(series.instants)
    if shown == every:
        return ""
    return f"Lines draw {shown:,} of {every:,} bars: of each stretch the first, last, lowest and highest."


def _deepest(line: Line, instants: Ints) -> str:
    """The lowest point of a line, with its date."""
    at = int(np.nanargmin(line.values))
    return f"{line.name.lower()} {per_cent(float(line.values[at]))} on {moment(int(instants[at]))}"


def short_dollars(value: float) -> str:
    """Dollars as an axis writes them: $1.5M, $20k."""
    for size, letter in ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            scaled = value / size
            return dollars(scaled, 0 if abs(scaled) >= 100 or scaled == round(scaled) else 1) + letter
    return dollars(value, 0 if abs(value) >= 10 or value == round(value) else 2)


def _whole_per_cent(value: float) -> str:
    """A share as an axis writes it."""
    return per_cent(value, 0 if abs(value * 100 - round(value * 100)) < 1e-6 else 1)
