"""The command line as tests use it: in this process where that is enough, else in one of its own."""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from tradewright.cli.main import execute
from tradewright.data.calendar import sessions

TRADEWRIGHT = [sys.executable, "-m", "tradewright.cli.main"]

# Six made instruments over three years, a parameter grid of four points: a study that takes half a second.
STUDY = """
title = "A small study"
seed = 5

[hypothesis]
id = "small-momentum"
statement = "Winners go on winning, even among six."

[data]
dataset = "small"

[data.synthetic]
seed = 11
names = 6
first = "2015-01-02"
last = "2017-12-29"
edge = "momentum"
edge_sharpe = 1.0

[strategy]
name = "momentum"

[strategy.parameters]
lookback = 60
skip = 5
top = 0.34

[strategy.grid]
top = [0.2, 0.34]
lookback = [40, 60]

[execution]
profile = "realistic"

[execution.override]
half_spread_bps = 4.0
commission_bps = 0.5

[intervals]
draws = 100
"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Its JSON list."""
        found = json.loads(self.out)
        assert isinstance(found, list)
        assert all("id" in row for row in found)
        return found

    @property
    def line(self) -> str:
        """Its one line on stderr, besides what tells somebody who waits why."""
        (only,) = (line for line in self.err.strip().splitlines() if not line.startswith("compiling "))
        return only


@dataclass(frozen=True)
class Shell:
    """Types commands into one workspace."""

    workspace: Path

    def __call__(self, *words: str) -> Said:
        """Run a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = execute(["--workspace", str(self.workspace), *words])
        return Said(code, out.getvalue(), err.getvalue())

    def environment(self, **other: str) -> dict[str, str]:
        """What a process of its own is started with; an empty value takes a variable away."""
        given = {**os.environ, "TRADEWRIGHT_WORKSPACE": str(self.workspace), **other}
        return {name: value for name, value in given.items() if value}

    def apart(self, *words: str, cwd: Path | None = None, **other: str) -> Said:
        """Run a command in a process of its own."""
        done = subprocess.run(
            [*TRADEWRIGHT, *words],
            env=self.environment(**other),
            cwd=cwd,
            capture_output=True,
            text=True,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def study(self, text: str = STUDY, name: str = "study.toml") -> str:
        """Write a study's file beside the workspace; gives its path."""
        path = self.workspace.parent / name
        path.write_text(text)
        return str(path)


def daily_csv(path: Path, days: int = 400, seed: int = 3) -> Path:
    """A daily series of one instrument on New York's sessions."""
    found = _sessions()[:days]
    close = 50.0 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0.0004, 0.01, len(found))))
    lines = ["date,open,high,low,close,volume"]
    for day, price in zip(found, close, strict=True):
        lines.append(f"{day},{price:.2f},{price * 1.01:.2f},{price * 0.99:.2f},{price:.2f},5000000")
    path.write_text("\n".join(lines) + "\n")
    return path


@cache
def _sessions() -> list[date]:
    """New York's trading days of four years."""
    return sessions("XNYS", date(2015, 1, 2), date(2018, 12, 31))["session"].to_list()
