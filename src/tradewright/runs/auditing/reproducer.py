"""The smallest change of later data that moves an earlier answer, as a script that runs alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from tradewright.causality.answers import BY_PLACE, Answer, Asked, answer_of
from tradewright.causality.audit import world_of
from tradewright.causality.certificate import Certificate
from tradewright.causality.frames import TIME
from tradewright.causality.interventions import World
from tradewright.causality.verdict import DependsOnFuture, Stage
from tradewright.runs.auditing.request import AuditRequest

FACTORS = (3.0, -2.0, 0.2, 50.0)


@dataclass(frozen=True)
class Recipe:
    """What is done to later rows: one cell, one column or all of them, or they are cut off.

    `ahead` counts the later rows; `factor` multiplies what is there, alternately from row to row.
    """

    kind: str
    column: str = ""
    ahead: int = 1
    factor: float = 1.0


def reproducer_of(certificate: Certificate, target: Any, table: Any, request: AuditRequest) -> str:
    """A script for the first dependence that came through the table; empty where none is that simple.

    Each recipe is tried before it is written down: what the script claims has been seen. It needs neither
    this package nor the audit, so that it can be sent to whoever wrote the function.
    """
    verdict = next(
        (
            one.verdict
            for one in certificate.channels
            if isinstance(one.verdict, DependsOnFuture) and one.verdict.stage is not Stage.SIDE_CHANNEL
        ),
        None,
    )
    if verdict is None or len(request.tables) != 1:
        return ""
    world = world_of(table, request.options())
    before = _value(target, world, world[0].untouched(), verdict)
    for recipe in _recipes(verdict, world):
        asked = _carried_out(recipe, world, verdict.row)
        after = None if asked is None else _value(target, world, asked, verdict)
        if (
            before is not None
            and after is not None
            and before[0] != after[0]
            and not _both_nan(before, after)
        ):
            if before[1].alignment != BY_PLACE and request.frame != "pandas":
                return ""
            return _script(recipe, verdict, request, before[1], target, _times(world, request))
    return ""


def _recipes(verdict: DependsOnFuture, world: World) -> Iterator[Recipe]:
    """Smallest first: one cell, then one column, then every number, then no later row at all."""
    names = [one.strip() for one in verdict.source.partition(" and ")[0].split(",")]
    columns = [name for name in names if name in world[0].table.names]
    for column in columns:
        for ahead in sorted({1, verdict.horizon or 1}):
            for factor in FACTORS:
                yield Recipe("cell", column, ahead, factor)
    for column in columns:
        for factor in FACTORS:
            yield Recipe("column", column, factor=factor)
    yield Recipe("cut")


def _later(world: World, row: int) -> Any:
    main = world[0]
    return main.known.rows > main.known.decided[row]


def _carried_out(recipe: Recipe, world: World, row: int) -> Asked | None:
    """The table after a recipe, for trying it here before it is written down.

    The script makes the same change in the words of the user's own library.
    """
    main = world[0]
    later = np.flatnonzero(_later(world, row))
    if len(later) < recipe.ahead:
        return None
    if recipe.kind == "cut":
        rows = np.flatnonzero(~_later(world, row))
        return Asked(main.table, main.table.rebuilt(rows, {}), rows, main.known)
    place = main.table.names.index(recipe.column)
    column = main.table.values(place).astype(np.float64)
    if recipe.kind == "cell":
        column[later[recipe.ahead - 1]] *= recipe.factor
    else:
        column[later[::2]] *= recipe.factor
    return Asked(main.table, main.table.rebuilt(main.rows, {place: column}), main.rows, main.known)


def _value(target: Any, world: World, asked: Asked, verdict: DependsOnFuture) -> tuple[float, Answer] | None:
    """What the target says about the row in question, None where it does not."""
    try:
        answer = answer_of(target(asked.given), asked)
    except (Exception, SystemExit):  # noqa: BLE001 - a recipe that the target refuses is no recipe
        return None
    channel = next((one for one in answer.channels if one.name == verdict.channel), None)
    at = np.flatnonzero(answer.rows == verdict.row)
    if channel is None or not len(at):
        return None
    return float(channel.values[at[-1]]), answer


def _both_nan(before: tuple[float, Answer], after: tuple[float, Answer]) -> bool:
    return bool(np.isnan(before[0]) and np.isnan(after[0]))


def _script(
    recipe: Recipe,
    verdict: DependsOnFuture,
    request: AuditRequest,
    answer: Answer,
    target: Any,
    times: tuple[str, ...],
) -> str:
    source = request.tables[0]
    when = f", decided {verdict.instant}" if verdict.instant else ""
    lines = [
        f'"""`{request.function}`: {verdict.channel} at row {verdict.row} moves when only later data change.',
        "",
        "Runs alone: prints both values, ends with exit code 1 when they differ.",
        '"""',
        "",
        "import importlib.util",
        "",
        "import numpy as np",
        *_IMPORTS[request.frame],
        "",
        f'spec = importlib.util.spec_from_file_location("audited", {_absolute(request.file)!r})',
        "module = importlib.util.module_from_spec(spec)",
        "spec.loader.exec_module(module)",
        "",
        f"ROW = {verdict.row}  # {verdict.channel}{when}",
        *_LOADERS[request.frame](_absolute(source.path), times, source.index),
        "",
        f"target = {_target(request.function, target)}",
        f"is_later = {_is_later(request)}",
        *_changes(recipe, request.frame),
        "",
        "",
        "def value(answer):",
        *_reading(verdict, answer),
        "",
        "",
        f"before = value(target({_COPY[request.frame].format('table')}))",
        "after = value(target(later))",
        'print("as it was:            ", before)',
        'print("with another future:  ", after)',
        "same = before == after or (before != before and after != after)",
        "raise SystemExit(0 if same else 1)",
        "",
    ]
    return "\n".join(lines)


def _times(world: World, request: AuditRequest) -> tuple[str, ...]:
    """The columns that are made times, in the order of the table; an index among them."""
    table, source = world[0].table, request.tables[0]
    found = [table.names[place] for place in table.places(TIME)]
    return tuple(dict.fromkeys(one for one in (*found, source.known_at, source.index) if one))


def _absolute(path: str) -> str:
    return str(Path(path).resolve())


def _target(function: str, target: Any) -> str:
    """The function as the file names it; a class is made first, as the audit does it."""
    head, dot, rest = function.partition(".")
    is_made = not isinstance(target, FunctionType)
    return f"module.{head}{'()' if is_made else ''}{dot}{rest}"


def _is_later(request: AuditRequest) -> str:
    source = request.tables[0]
    sign = ">=" if request.decide_at == "open" else ">"
    if request.frame == "numpy" or not (source.known_at or source.index):
        return f"np.arange(len(table)) {sign} ROW"
    if source.index and source.index == (source.known_at or source.index):
        return f"np.asarray(table.index {sign} table.index[ROW])"
    return f'np.asarray(table["{source.known_at}"] {sign} table["{source.known_at}"][ROW])'


_IMPORTS = {
    "pandas": ("import pandas as pd",),
    "polars": ("import polars as pl",),
    "numpy": ("import polars as pl",),
}
_COPY = {"pandas": "{}.copy()", "polars": "{}.clone()", "numpy": "{}.copy()"}


def _load_pandas(path: str, times: tuple[str, ...], index: str) -> tuple[str, ...]:
    read: tuple[str, ...] = (f"table = pd.read_csv({path!r})",)
    if path.endswith(".parquet"):
        read = (
            "import polars as pl",
            f"columns = pl.read_parquet({path!r})",
            "table = pd.DataFrame({name: columns[name].to_numpy() for name in columns.columns})",
        )
    made = tuple(f'table["{name}"] = pd.to_datetime(table["{name}"])' for name in times)
    return (*read, *made, *((f'table = table.set_index("{index}")',) if index else ()))


def _load_polars(path: str, times: tuple[str, ...], index: str) -> tuple[str, ...]:
    if path.endswith(".parquet"):
        return (f"table = pl.read_parquet({path!r})",)
    return (f"table = pl.read_csv({path!r}, try_parse_dates=True, infer_schema_length=None)",)


def _load_numpy(path: str, times: tuple[str, ...], index: str) -> tuple[str, ...]:
    (read,) = _load_polars(path, times, index)
    return (
        read,
        "names = [name for name, kind in table.schema.items() if kind.is_numeric() and name not in "
        f"{times!r}]",
        "table = table.select(names).to_numpy().astype(float)",
    )


_LOADERS: dict[str, Callable[[str, tuple[str, ...], str], tuple[str, ...]]] = {
    "pandas": _load_pandas,
    "polars": _load_polars,
    "numpy": _load_numpy,
}


def _changes(recipe: Recipe, frame: str) -> tuple[str, ...]:
    """The lines that make the other future."""
    if recipe.kind == "cut":
        cut = {
            "pandas": "table[~is_later].copy()",
            "polars": "table.filter(~is_later)",
            "numpy": "table[~is_later]",
        }
        return (f"later = {cut[frame]}",)
    chosen = (
        f"np.flatnonzero(is_later)[{recipe.ahead - 1}]"
        if recipe.kind == "cell"
        else "np.flatnonzero(is_later)[::2]"
    )
    if frame == "numpy":
        place = 0 if recipe.column == "value" else int(recipe.column.rpartition(" ")[2])
        return ("later = table.copy()", f"later[{chosen}, {place}] *= {recipe.factor}")
    column = f'np.array(table["{recipe.column}"], dtype=float)'
    write = {
        "pandas": f'later = table.assign(**{{"{recipe.column}": column}})',
        "polars": f'later = table.with_columns(pl.Series("{recipe.column}", column))',
    }
    return (f"column = {column}", f"column[{chosen}] *= {recipe.factor}", write[frame])


def _reading(verdict: DependsOnFuture, answer: Answer) -> tuple[str, ...]:
    """How the row's value is taken out of what the target returns."""
    name = verdict.channel
    lines = [
        '    answer = answer.collect() if hasattr(answer, "collect") else answer',
        f'    answer = answer["{name}"] if "{name}" in getattr(answer, "columns", ()) else answer',
        f'    answer = answer["{name}"] if isinstance(answer, dict) else answer',
    ]
    if name.startswith("output ") and name[7:].isdigit():
        lines.append(f"    answer = answer[{name[7:]}] if isinstance(answer, tuple | list) else answer")
    if answer.alignment == BY_PLACE:
        return (*lines, "    return np.asarray(answer)[ROW]")
    label = str(np.datetime64(int(answer.keys[answer.rows == verdict.row][-1]), "ns"))
    return (*lines, f"    return answer.loc[pd.Timestamp({label!r})]")
