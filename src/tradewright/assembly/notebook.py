"""From Python, in a notebook above all: the quick look of the command line, on record like it.

A strategy is named as on the command line, because what a cell holds could not be kept and run again: write
the cell to a file, with `%%writefile mine.py`, and name `mine.py:Mine`.
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tradewright.assembly.backtests import BacktestRequest, run_backtest
from tradewright.assembly.workspace import Workspace
from tradewright.config import options_of
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.profile import AccountOptions

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, eq=False)
class Look:
    """A finished quick look: what it came to, and the files of its run as tables.

    `summary` is what `tradewright backtest --json` prints: figures with their intervals, the gates, and how
    many tries of the hypothesis are on record.
    """

    workspace: Workspace
    run_id: str
    summary: Mapping[str, Any]

    def table(self, name: str) -> "pl.DataFrame":
        """One of the run's tables, such as `equity`, `fills` or `orders`.

        Raises: UnknownName, with the tables that there are.
        """
        known = sorted(path.stem for path in self.workspace.runs.folder(self.run_id).glob("*.parquet"))
        if name not in known:
            raise unknown_name(name, "table of this run", known)
        return self.workspace.runs.read_table(self.run_id, f"{name}.parquet")


def backtest(
    strategy: str,
    dataset: str,
    parameters: Mapping[str, object] | None = None,
    workspace: Path | None = None,
    **asked: Any,
) -> Look:
    """Take a quick look at one strategy. It is a trial like any other: on record before it runs.

    `strategy` is a name (`tradewright strategies list`) or `path/to/file.py:Class`; `dataset` one that was
    taken in. `workspace` is found as the command line finds it where None. `asked` are the other fields of
    `BacktestRequest`, such as `symbols`, `start`, `profile` or `account`, the options of an account by name.
    Raises: InvalidOption, UnknownName, NotFound, Blocked before anything runs.
    """
    if not isinstance(strategy, str):
        raise InvalidOption(
            "a strategy made in a notebook has no code that could be kept with its trial.",
            "Write the cell to a file, '%%writefile mine.py' above it, and name 'mine.py:Mine'.",
        )
    request = _request(strategy, dataset, parameters or {}, asked)
    opened = Workspace(options_of(workspace, os.environ, Path.cwd()), os.environ, _say)
    report = run_backtest(opened, request)
    return Look(opened, report.manifest.run_id, report.summary)


def _request(
    strategy: str, dataset: str, parameters: Mapping[str, object], asked: Mapping[str, Any]
) -> BacktestRequest:
    known = [field.name for field in fields(BacktestRequest)]
    for name in asked:
        if name not in known:
            raise unknown_name(name, "option of a backtest", known)
    if isinstance(asked.get("symbols"), str):
        raise InvalidOption("symbols is one text.", f"Give several: symbols=({asked['symbols']!r},).")
    if not isinstance(parameters, Mapping):
        raise InvalidOption(f"parameters is {parameters!r}.", "Give names and values: {'fast': 10}.")
    given: dict[str, Any] = {name: str(asked[name] or "") for name in ("start", "end") if name in asked}
    if isinstance(asked.get("account"), Mapping):
        given["account"] = _account(asked["account"])
    text = {name: one if isinstance(one, str) else json.dumps(one) for name, one in parameters.items()}
    return BacktestRequest(strategy, dataset, text, **{**asked, **given})


def _account(asked: Mapping[str, Any]) -> AccountOptions:
    known = [field.name for field in fields(AccountOptions)]
    for name in asked:
        if name not in known:
            raise unknown_name(name, "option of an account", known)
    return AccountOptions(**asked)


def _say(words: str) -> None:
    """To where a notebook shows what is no answer."""
    sys.stderr.write(f"{words}\n")
