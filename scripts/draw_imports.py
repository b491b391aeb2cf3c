"""Draw docs/imports.svg: the rooms of the package in their layers, and which room imports which.

Read from the code itself (grimp follows the imports), so the picture is what is, not what was meant.
Usage: .venv/bin/python scripts/draw_imports.py [--check]
"""

import sys
import tomllib
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "imports.svg"
WIDTH, ROW_HEIGHT, BOX_WIDTH, BOX_HEIGHT = 860, 92, 118, 40


def layers() -> list[list[str]]:
    """The import law's lines from top to bottom, each a list of rooms."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    lines = [[room.strip(" ()") for room in line.split("|")] for line in contracts[0]["layers"]]
    return [["assembly", "config"] if line == ["assembly"] else line for line in lines]


def edges() -> list[tuple[str, str]]:
    """Pairs of rooms in which the first imports the second."""
    graph = grimp.build_graph("tradewright", cache_dir=None)
    pairs = set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = tuple(name.split(".")[1] for name in (importer, imported) if "." in name)
            if len(pair) == 2 and pair[0] != pair[1]:
                pairs.add(pair)
    return sorted(pairs)


def centres(rows: list[list[str]]) -> dict[str, tuple[float, float]]:
    """Where each room's box has its centre."""
    places = {}
    for depth, row in enumerate(rows):
        for index, room in enumerate(row):
            places[room] = (WIDTH * (index + 1) / (len(row) + 1), ROW_HEIGHT * (depth + 0.5))
    return places


def arrow(start: tuple[float, float], end: tuple[float, float]) -> str:
    """One import as a gently bent line with a head."""
    x1, y1 = start[0], start[1] + BOX_HEIGHT / 2
    x2, y2 = end[0], end[1] - BOX_HEIGHT / 2 - 4
    if abs(end[1] - start[1]) < 1:
        line = f"M{start[0]:.0f} {start[1]:.0f} L{end[0]:.0f} {end[1]:.0f}"
        return f'<path d="{line}" marker-end="url(#head)"/>'
    bend = (y2 - y1) / 2
    return (
        f'<path d="M{x1:.0f} {y1:.0f} C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}" '
        'marker-end="url(#head)"/>'
    )


def box(room: str, centre: tuple[float, float]) -> str:
    """One room as a labelled box."""
    x, y = centre[0] - BOX_WIDTH / 2, centre[1] - BOX_HEIGHT / 2
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="6"/>'
        f'<text x="{centre[0]:.0f}" y="{centre[1] + 5:.0f}">{room}</text>'
    )


def picture() -> str:
    """The whole drawing as SVG."""
    present = {path.stem for path in (ROOT / "src" / "tradewright").iterdir() if path.name != "__pycache__"}
    rows = [[room for room in row if room in present] for row in layers()]
    rows = [row for row in rows if row]
    places = centres(rows)
    arrows = "\n".join(arrow(places[a], places[b]) for a, b in edges() if a in places and b in places)
    boxes = "\n".join(box(room, centre) for room, centre in places.items())
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {ROW_HEIGHT * len(rows)}"
 font-family="system-ui, sans-serif" font-size="15" text-anchor="middle">
<title>Rooms of tradewright and which room imports which</title>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="#8a94a6"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
<g fill="none" stroke="#8a94a6" stroke-width="1.1" opacity="0.75">
{arrows}
</g>
<g fill="#f3f6fb" stroke="#33518a">
{boxes.replace("<text", '<text fill="#14233f" stroke="none"')}
</g>
</svg>
"""


def main() -> int:
    """Write the picture, or with --check say whether the one on file is still true."""
    drawn = picture()
    if "--check" not in sys.argv:
        PICTURE.write_text(drawn)
        return 0
    if PICTURE.read_text() == drawn:
        return 0
    print("docs/imports.svg is not what the code is. Run: .venv/bin/python scripts/draw_imports.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
