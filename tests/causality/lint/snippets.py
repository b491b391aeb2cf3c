"""Reads a few lines of a function body as the lint reads a file, and runs them as Python does."""

import textwrap

import numpy as np
import pandas as pd
import polars as pl

from tradewright.causality.lint.check import lint
from tradewright.causality.lint.findings import LintFinding

IMPORTS = "import numpy as np\nimport pandas as pd\nimport polars as pl\n"


def function(body: str, parameters: str = "bars: pd.DataFrame", before: str = "") -> str:
    """A file with one function `f`."""
    lines = textwrap.indent(textwrap.dedent(body), "    ")
    return f"{IMPORTS}{textwrap.dedent(before)}\ndef f({parameters}):\n{lines}\n"


def found(
    body: str, parameters: str = "bars: pd.DataFrame", before: str = "", **options: str
) -> list[LintFinding]:
    """What the lint finds in a function of these lines."""
    return lint(function(body, parameters, before), "f.py", "f", **options)


def rules(body: str, parameters: str = "bars: pd.DataFrame", before: str = "", **options: str) -> set[str]:
    """The rules that these lines break."""
    return {one.rule for one in found(body, parameters, before, **options)}


POLARS = "bars: pl.DataFrame"
ARRAYS = "close: np.ndarray"


def run(body: str, argument: object, parameters: str = "bars: pd.DataFrame") -> np.ndarray:
    """What these lines answer."""
    home: dict = {}
    exec(function(body, parameters), home)
    answer = home["f"](argument)
    if isinstance(answer, pl.DataFrame):
        answer = answer.to_numpy()
    if isinstance(answer, pd.DataFrame | pd.Series):
        answer = answer.to_numpy()
    return np.asarray(answer, dtype=np.float64)


def depends_on_later_rows(body: str, close: np.ndarray) -> bool:
    """Plainly: whether a prefix of the data, or one with another future, gives other answers for its rows."""
    whole = run(body, close.copy(), ARRAYS)
    rng = np.random.default_rng(0)
    for cut in range(5, len(close)):
        prefix = run(body, close[:cut].copy(), ARRAYS)
        other = close.copy()
        other[cut:] *= np.exp(rng.standard_normal(len(close) - cut))
        shocked = run(body, other, ARRAYS)[:cut]
        if not (
            np.array_equal(prefix, whole[:cut], equal_nan=True)
            and np.array_equal(shocked, whole[:cut], equal_nan=True)
        ):
            return True
    return False
