"""What an audit of a file is asked to do, as plain values that travel to another process.

It is checked before a process is started for it, so that a misspelt word costs no waiting.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tradewright.causality.options import AuditOptions, Budget
from tradewright.causality.pipeline_stage import FittedOn
from tradewright.causality.verdict import AuditLevel, Stage
from tradewright.values.errors import BadInput, InvalidOption, NotFound, unknown_name

LEVELS = ("C1", "C2")
SAVED = ".skops"
PICKLES = (".pkl", ".pickle", ".joblib", ".sav", ".dill")


@dataclass(frozen=True)
class TableSource:
    """One table: its file, the column that becomes the index (pandas), and when its rows were known."""

    name: str
    path: str
    known_at: str = ""
    index: str = ""


@dataclass(frozen=True)
class AuditRequest:
    """What is audited, its tables, and what `AuditOptions` says about both.

    A function or another thing of a Python file; or features or a strategy of the package by `name`; or a
    saved pipeline, which is a `file` without a function. Features and strategies may be asked over a
    `dataset` of a `catalogue` instead of tables, with `parameters` as typed; `compiled` is where their
    compiled code is kept. `fitted_on` belongs to a fitted pipeline.
    """

    file: str
    function: str
    tables: tuple[TableSource, ...]
    name: str = ""
    dataset: str = ""
    catalogue: str = ""
    compiled: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    fitted_on: FittedOn = field(default_factory=FittedOn)
    frame: str = "pandas"
    decide_at: str = "close"
    asset: str = ""
    level: str = "C1"
    seed: int = 0
    stage: str = "features"
    time_limit_s: float = 300.0
    labels: tuple[str, ...] = ()
    known_in_advance: tuple[str, ...] = ()
    known_at_open: tuple[str, ...] = ("open",)
    as_text: tuple[str, ...] = ()
    column_known_at: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse words that do not hold before a process is started for them."""
        if self.level not in LEVELS:
            raise unknown_name(self.level, "level of an audit that looks", LEVELS)
        stages = [stage.value for stage in Stage]
        if self.stage not in stages:
            raise unknown_name(self.stage, "stage", stages)
        if not self.time_limit_s > 0:
            raise InvalidOption(f"A time limit of {self.time_limit_s} s.", "Give a number above 0.")
        self.options()

    def options(self) -> AuditOptions:
        """What the audit itself is told."""
        known_at: str | dict[str, str] = {one.name: one.known_at for one in self.tables if one.known_at}
        if len(self.tables) == 1:
            # An array has no column of times: its rows are in the order of their file.
            known_at = "" if self.frame == "numpy" else self.tables[0].known_at
        return AuditOptions(
            known_at=known_at,
            decide_at=self.decide_at,  # type: ignore[arg-type]
            frame=self.frame,  # type: ignore[arg-type]
            asset=self.asset,
            level=AuditLevel(self.level),
            seed=self.seed,
            stage=Stage(self.stage),
            budget=Budget(seconds=0.8 * self.time_limit_s),
            labels=tuple(self.labels),
            known_in_advance=tuple(self.known_in_advance),
            known_at_open=tuple(self.known_at_open),
            column_known_at=dict(self.column_known_at),
            draws_map=True,
        )

    def plain(self) -> dict[str, Any]:
        """As values that JSON knows."""
        return asdict(self)


def request_from(plain: Mapping[str, Any]) -> AuditRequest:
    """The request behind `plain()`."""
    tables = tuple(TableSource(**one) for one in plain["tables"])
    lists = {name: tuple(plain[name]) for name in ("labels", "known_in_advance", "known_at_open", "as_text")}
    told = plain["fitted_on"]
    fitted_on = FittedOn(**{**told, "columns": tuple(told["columns"])})
    return AuditRequest(**{**plain, "tables": tables, "fitted_on": fitted_on, **lists})


def with_facts(request: AuditRequest, path: Path) -> AuditRequest:
    """A request completed by a TOML file that describes several tables, or columns with times of their own.

    The file holds [tables.NAME] with data, known_at, index, and [tables.NAME.columns] with COLUMN =
    "known_at column"; beside them decide_at, asset, labels, known_in_advance, known_at_open.
    Raises: NotFound, BadInput for a file that is no TOML, UnknownName for a key nobody reads.
    """
    said = _read(path)
    tables: list[TableSource] = []
    own: dict[str, str] = {}
    for name, table in said.pop("tables", {}).items():
        columns = table.pop("columns", {})
        known = [one.name for one in fields(TableSource)] + ["data"]
        for key in table:
            if key not in known:
                raise unknown_name(key, f"key of [tables.{name}] in '{path}'", [*known, "columns"])
        data = Path(table.pop("data", ""))
        tables.append(TableSource(name, str(data if data.is_absolute() else path.parent / data), **table))
        own |= {f"{name}.{column}": known_at for column, known_at in columns.items()}
    allowed = ("decide_at", "asset", "labels", "known_in_advance", "known_at_open", "level", "stage", "frame")
    for key in said:
        if key not in allowed:
            raise unknown_name(key, f"key of '{path}'", [*allowed, "tables"])
    if len(tables) == 1:
        own = {column.partition(".")[2]: known_at for column, known_at in own.items()}
    changes: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in said.items()
    }
    return replace(request, tables=tuple(tables) or request.tables, column_known_at=own, **changes)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound(f"No file '{path}'.", "Give a TOML file with [tables.NAME].") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path}: {error}.", "Mend the line.") from error


def target_of(source: str) -> tuple[str, str]:
    """File and function of "path/to/file.py:function"; a saved pipeline is a file without a function.

    Raises: NotFound for a missing file, InvalidOption for a source without a function, or saved as a pickle.
    """
    ending = Path(source).suffix.lower()
    if ending in PICKLES:
        raise InvalidOption(
            f"'{source}' is a pickle: reading one runs whatever code is in it.",
            "Save the pipeline with skops.io.dump(pipeline, 'pipeline.skops'), or give file.py:name.",
        )
    file, colon, function = (source, ":", "") if ending == SAVED else source.rpartition(":")
    if not colon or not (file.endswith(".py") or ending == SAVED):
        raise InvalidOption(f"'{source}' names no function.", "Give path/to/file.py:function.")
    if not Path(file).is_file():
        raise NotFound(f"No file '{file}'.", "Give path/to/file.py:function.")
    return file, function
