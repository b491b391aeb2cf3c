"""Static pictures: what a reader without JavaScript, or a sheet of paper, sees of every chart."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tradewright.research.dossier.axes import calendar_marks, log_marks, round_marks
from tradewright.research.dossier.markup import Html, join, tag
from tradewright.research.dossier.thinning import kept_rows
from tradewright.values.panel import Floats, Ints

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 78, 12, 26, 24
MOST_POINTS = 1_200
Words = Callable[[float], str]


@dataclass(frozen=True, eq=False)
class Line:
    """One line of a chart: its name, the name of its colour (and dash) in the style sheet, and T values."""

    name: str
    colour: str
    values: Floats


@dataclass(frozen=True)
class Frame:
    """A chart's room: its height and how values are written, and whether its scale is logarithmic.

    Units: `height` in the picture's own pixels, of which WIDTH lie across. `about` is the picture in words,
    for those who cannot see it. `zero` asks that zero be in sight even where no value comes near it.
    """

    about: str
    height: int
    words: Words
    is_log: bool = False
    zero: bool = False


@dataclass(frozen=True)
class Scale:
    """Maps values to heights of the picture."""

    low: float
    high: float
    height: int
    is_log: bool

    def place(self, values: Floats) -> Floats:
        """Heights, from the top, of values; what a log scale cannot show becomes a gap."""
        low, high, seen = self.low, self.high, values
        if self.is_log:
            low, high = math.log(low), math.log(high)
            seen = np.log(np.where(values > 0, values, np.nan))
        share = (seen - low) / (high - low)
        return TOP + (1.0 - share) * (self.height - TOP - BOTTOM)

    def marks(self) -> tuple[float, ...]:
        """Round values inside the range."""
        return log_marks(self.low, self.high) if self.is_log else round_marks(self.low, self.high, 5)


def scale_of(values: Floats, frame: Frame) -> Scale | None:
    """The scale that shows all known values, or None where there is nothing to show.

    A logarithmic scale knows positive values only: the others do not count towards its range.
    """
    known = values[np.isfinite(values)]
    known = known[known > 0] if frame.is_log else known
    if not len(known):
        return None
    low, high = float(known.min()), float(known.max())
    low, high = (min(low, 0.0), max(high, 0.0)) if frame.zero else (low, high)
    # A flat line still needs a range to be drawn in.
    pad = abs(low) * 0.01 or 1.0
    low, high = (low, high) if high > low else (low - pad, high + pad)
    return Scale(low, high, frame.height, frame.is_log)


def line_chart(instants: Ints, lines: tuple[Line, ...], frame: Frame) -> Html | None:
    """Lines over time, with a key above and round marks on both axes; None where no value is known."""
    scale = scale_of(np.concatenate([line.values for line in lines]), frame)
    if scale is None:
        return None
    # More points than pixels would only make the file larger.
    rows = kept_rows(tuple(line.values for line in lines), MOST_POINTS)
    across = _across(instants, instants[rows])
    paths = [
        tag("path", d=_path(across, scale.place(line.values[rows])), class_=f"line {line.colour}")
        for line in lines
    ]
    return _picture(frame, _levels(scale, frame), _calendar(instants, frame), _key(lines), *paths)


def column_chart(edges: Floats, values: Floats, frame: Frame, foot: Words, colour: str = "") -> Html | None:
    """Columns between neighbouring edges; without a colour those below zero are losses, others gains."""
    scale = scale_of(values, frame)
    if scale is None:
        return None
    span = float(edges[-1] - edges[0]) or 1.0
    at = LEFT + (edges - edges[0]) / span * (WIDTH - LEFT - RIGHT)
    tops, floor = scale.place(np.nan_to_num(values)), float(scale.place(np.zeros(1))[0])
    columns = [
        _column(at[k], at[k + 1], tops[k], floor, colour or ("loss" if edges[k] < 0 else "gain"))
        for k in range(len(values))
    ]
    marks = round_marks(float(edges[0]), float(edges[-1]), 6)
    places = LEFT + (np.array(marks) - edges[0]) / span * (WIDTH - LEFT - RIGHT)
    feet = [_foot(float(x), foot(mark), frame.height) for x, mark in zip(places, marks, strict=True)]
    return _picture(frame, _levels(scale, frame), join(*columns), join(*feet))


def calendar_columns(starts: Ints, ends: Ints, values: Floats, frame: Frame) -> Html | None:
    """Columns over stretches of time."""
    scale = scale_of(values, frame)
    if scale is None:
        return None
    span = np.array([starts[0], ends[-1]], dtype=np.int64)
    left, right = _across(span, starts), _across(span, ends)
    tops, floor = scale.place(np.nan_to_num(values)), float(scale.place(np.zeros(1))[0])
    columns = [_column(left[k], right[k], tops[k], floor, "strategy") for k in range(len(values))]
    return _picture(frame, _levels(scale, frame), _calendar(span, frame), join(*columns))


def staircase(span: Ints, kinds: tuple[tuple[str, str, Ints, Ints], ...], frame: Frame) -> Html:
    """Stretches of time, one row a fold from the top down, each kind with its name and colour.

    Shape: the starts and the ends of a kind are K, one a fold; `span` is the first and the last instant.
    """
    lines = tuple(Line(name, colour, np.zeros(0)) for name, colour, _, _ in kinds)
    paths = []
    for _, colour, starts, ends in kinds:
        step = (frame.height - TOP - BOTTOM) / len(starts)
        edges = np.stack([_across(span, starts), _across(span, ends)], axis=1).tolist()
        words = [f"M{a:.1f} {TOP + step * (k + 0.5):.2f}H{b:.1f}" for k, (a, b) in enumerate(edges)]
        # Thick and thin, so that colour is not the only difference.
        width = max(0.5, min(9.0, step) * (0.85 if colour == "test" else 0.4))
        paths.append(tag("path", d="".join(words), class_=f"fold {colour}", stroke_width=f"{width:.2f}"))
    return _picture(frame, _calendar(span, frame), _key(lines), *paths)


def whisker(value: float, low: float, high: float, others: tuple[tuple[float, str], ...], about: str) -> Html:
    """An estimate with its interval on a line, and named values to compare it with."""
    known = [at for at in (value, low, high, 0.0, *(at for at, _ in others)) if math.isfinite(at)]
    reach = (max(known) - min(known)) or 1.0
    start, width = min(known) - 0.08 * reach, 1.16 * reach

    def x(at: float) -> str:
        """Where a value stands."""
        return f"{8 + 284 * (at - start) / width:.1f}"

    marks = [tag("line", x1=x(0.0), x2=x(0.0), y1=8, y2=40, class_="zero"), _label(x(0.0), 56, "0")]
    for at, name in others:
        marks += [tag("line", x1=x(at), x2=x(at), y1=8, y2=40, class_="hurdle"), _label(x(at), 71, name)]
    if math.isfinite(low) and math.isfinite(high):
        marks.append(tag("line", x1=x(low), x2=x(high), y1=24, y2=24, class_="interval"))
    if math.isfinite(value):
        marks.append(tag("circle", cx=x(value), cy=24, r=6, class_="estimate"))
    title = tag("title", about)
    return tag("svg", title, *marks, viewBox="0 0 300 76", class_="whisker", role="img", aria_label=about)


def _picture(frame: Frame, *parts: Html) -> Html:
    """The picture with its words for those who cannot see it."""
    box = f"0 0 {WIDTH} {frame.height}"
    return tag("svg", tag("title", frame.about), *parts, viewBox=box, role="img", aria_label=frame.about)


def _across(span: Ints, instants: Ints) -> Floats:
    """Where instants stand between the left and the right edge."""
    length = float(span[-1] - span[0]) or 1.0
    share: Floats = (instants - span[0]).astype(np.float64) / length
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _path(across: Floats, down: Floats) -> str:
    """A line through the known points, broken at gaps: no price is invented, not even by a pen."""
    words, is_drawing = [], False
    for x, y in zip(across.tolist(), down.tolist(), strict=True):
        if math.isfinite(y):
            words.append(f"{'L' if is_drawing else 'M'}{x:.1f} {y:.1f}")
        is_drawing = math.isfinite(y)
    return "".join(words)


def _levels(scale: Scale, frame: Frame) -> Html:
    """Thin lines at round values, each with its words."""
    marks = scale.marks()
    heights = scale.place(np.array(marks)).tolist()
    return join(
        *(
            join(
                tag("line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{y:.1f}", y2=f"{y:.1f}", class_="level"),
                tag("text", frame.words(mark), x=LEFT - 8, y=f"{y + 4:.1f}", text_anchor="end"),
            )
            for mark, y in zip(marks, heights, strict=True)
        )
    )


def _calendar(instants: Ints, frame: Frame) -> Html:
    """Dates under the picture."""
    marks = calendar_marks(instants)
    places = _across(instants, np.array([mark.at for mark in marks], dtype=np.int64)).tolist()
    return join(*(_foot(x, mark.text, frame.height) for x, mark in zip(places, marks, strict=True)))


def _foot(x: float, words: str, height: int) -> Html:
    """One word under the picture, kept inside its edges."""
    # The last date would else be cut off by the edge.
    anchor = "end" if x > WIDTH - 40 else "middle"
    return tag("text", words, x=f"{x:.1f}", y=height - 6, text_anchor=anchor)


def _key(lines: tuple[Line, ...]) -> Html:
    """Names beside samples of their lines, so that colour is never the only difference."""
    # Text cannot be measured here; 7.2 pixels a letter is wide enough for every system font.
    parts, x = [], float(LEFT)
    for line in lines:
        parts.append(tag("path", d=f"M{x:.0f} 11L{x + 28:.0f} 11", class_=f"line {line.colour}"))
        parts.append(tag("text", line.name, x=f"{x + 34:.0f}", y=15))
        x += 34 + 7.2 * len(line.name) + 24
    return join(*parts)


def _column(left: float, right: float, top: float, floor: float, colour: str) -> Html:
    """One column standing on (or hanging from) the floor, with a hair of space to its neighbour."""
    width = max(0.5, (right - left) * 0.9)
    low, high = min(top, floor), max(top, floor)
    shape = {"x": f"{left:.1f}", "y": f"{low:.1f}", "width": f"{width:.1f}", "height": f"{high - low:.1f}"}
    return tag("rect", class_=f"column {colour}", **shape)


def _label(x: str, y: int, words: str) -> Html:
    """Words centred under a mark."""
    return tag("text", words, x=x, y=y, text_anchor="middle")
