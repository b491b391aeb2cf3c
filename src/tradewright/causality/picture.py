"""The dependence map as one self-contained page: red is what a decision took from later rows."""

from collections.abc import Iterator
from html import escape

from tradewright.causality.certificate import Certificate, Dependence, Triangle
from tradewright.causality.verdict import CausalByConstruction, DependsOnFuture, NoDependenceObserved

CELL = 14
LABEL_WIDTH = 130
STYLE = (
    "body{font:14px/1.5 system-ui,sans-serif;margin:2em auto;max-width:60em;padding:0 1em;color:#1c2430}"
    "h1{font-size:1.4em}h2{font-size:1.1em;margin-top:2em}figure{margin:1em 0}"
    "text{font:11px system-ui,sans-serif}figcaption{color:#56606e}"
    ".bad{color:#b3261e;font-weight:600}.good{color:#1a6b3c}"
)

SQUARES = (
    "<h2>Rows against rows</h2><p>Each row of a square is a decision, each column a row of the table that "
    "was moved. On the diagonal and left of it lies what was known; what stands right of it, in "
    "red, was not.</p>"
)
NO_MAP = (
    "<p>No map is drawn: the target was asked row by row, or gave no answer. A map takes a function "
    "of a table that answers when one of its cells is moved.</p>"
)
LAGS = (
    "<h2>Inputs and lags</h2><p>One cell of an input was moved, and the output watched from before it to "
    "long after. The line is the moment at which the cell was known.</p>"
)


def page(certificate: Certificate) -> str:
    """A certificate's verdicts and its maps; nothing is loaded from elsewhere."""
    body = [f"<h1>{escape(certificate.target)}</h1>", "<ul>"]
    for one in certificate.channels:
        kind = "bad" if isinstance(one.verdict, DependsOnFuture) else ""
        kind = "good" if isinstance(one.verdict, NoDependenceObserved | CausalByConstruction) else kind
        code = f"<span class='{kind}'>{one.verdict.code}</span>"
        body.append(f"<li><b>{escape(one.channel)}</b> {code}: {escape(str(one.verdict))}</li>")
    body.append("</ul>")
    if certificate.triangles:
        body.append(SQUARES)
    body += [triangle_figure(one) for one in certificate.triangles]
    if certificate.dependence:
        body.append(LAGS)
    body += [lag_figure(name, maps) for name, maps in _by_channel(certificate.dependence)]
    if not (certificate.triangles or certificate.dependence):
        body.append(NO_MAP)
    style = f"<style>{STYLE}</style>"
    head = f"<meta charset='utf-8'><title>{escape(certificate.target)}</title>{style}"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(body)}</body></html>\n"


def triangle_figure(one: Triangle) -> str:
    """The square of one output: lower-triangular where it sees no later row."""
    size = len(one.rows)
    side = size * CELL
    cells = []
    for row, line in enumerate(one.strength):
        for column, strength in enumerate(line):
            if strength > 0:
                cells.append(_cell(LABEL_WIDTH + column * CELL, row * CELL, strength, column > row))
    frame = f"<rect x='{LABEL_WIDTH}' y='0' width='{side}' height='{side}' fill='none' stroke='#c3cad4'/>"
    now = f"<line x1='{LABEL_WIDTH}' y1='0' x2='{LABEL_WIDTH + side}' y2='{side}' stroke='#8a94a3'/>"
    marks = [_text(LABEL_WIDTH - 6, CELL, f"decided {one.rows[0]}", "end")]
    marks.append(_text(LABEL_WIDTH - 6, side - 3, f"decided {one.rows[-1]}", "end"))
    marks.append(_text(LABEL_WIDTH, side + 14, f"moved {one.rows[0]}", "start"))
    marks.append(_text(LABEL_WIDTH + side, side + 14, f"moved {one.rows[-1]}", "end"))
    later = any(strength > 0 for row, line in enumerate(one.strength) for strength in line[row + 1 :])
    words = "sees later rows" if later else "nothing above the diagonal"
    return _figure(
        f"{one.channel}: {words}", LABEL_WIDTH + side + 10, side + 20, [frame, *cells, now, *marks]
    )


def lag_figure(name: str, maps: list[Dependence]) -> str:
    """One output: its inputs, and how strongly it follows each at each lag."""
    lags = maps[0].lags
    width, height = len(lags) * CELL, len(maps) * CELL
    zero = LABEL_WIDTH + lags.index(0) * CELL if 0 in lags else LABEL_WIDTH
    cells = []
    for line, one in enumerate(maps):
        cells.append(_text(LABEL_WIDTH - 6, line * CELL + 11, one.source, "end"))
        for place, strength in enumerate(one.strength):
            if strength > 0:
                cells.append(_cell(LABEL_WIDTH + place * CELL, line * CELL, strength, one.lags[place] < 0))
    frame = f"<rect x='{LABEL_WIDTH}' y='0' width='{width}' height='{height}' fill='none' stroke='#c3cad4'/>"
    known = f"<line x1='{zero}' y1='0' x2='{zero}' y2='{height}' stroke='#1c2430'/>"
    marks = [
        _text(LABEL_WIDTH, height + 14, f"{-lags[0]} rows before it was known", "start"),
        _text(LABEL_WIDTH + width, height + 14, f"{lags[-1]} rows after", "end"),
    ]
    return _figure(name, LABEL_WIDTH + width + 10, height + 20, [frame, *cells, known, *marks])


def _by_channel(maps: tuple[Dependence, ...]) -> Iterator[tuple[str, list[Dependence]]]:
    for name in dict.fromkeys(one.channel for one in maps):
        yield name, [one for one in maps if one.channel == name]


def _cell(x: int, y: int, strength: float, is_future: bool) -> str:
    """A weak dependence stays visible: its shade begins at a quarter."""
    colour = "#b3261e" if is_future else "#2a5db0"
    shade = 0.25 + 0.75 * min(strength, 1.0)
    return (
        f"<rect x='{x}' y='{y}' width='{CELL}' height='{CELL}' fill='{colour}' fill-opacity='{shade:.2f}'/>"
    )


def _text(x: int, y: int, words: str, anchor: str) -> str:
    return f"<text x='{x}' y='{y}' text-anchor='{anchor}' fill='#56606e'>{escape(words)}</text>"


def _figure(caption: str, width: int, height: int, parts: list[str]) -> str:
    size = f"viewBox='0 0 {width} {height}' width='{width}' height='{height}'"
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' {size} role='img'>{''.join(parts)}</svg>"
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"
