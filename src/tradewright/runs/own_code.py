"""What a strategy's own code did wrong, in one line that its author can act on."""

import sys
from pathlib import PurePath
from traceback import extract_tb

from tradewright.strategies.contract import Strategy
from tradewright.values.errors import Failure


def broken(strategy: Strategy, what: str, error: BaseException) -> Failure:
    """The error for a strategy whose own code raised or asked to end the program: where, and what it said."""
    name = type(strategy).__name__
    return Failure(
        f"{name}: {what}: {said_by(error)}{_line_in(type(strategy), error)}.",
        "Mend the strategy; --debug shows the trace.",
    )


def said_by(error: BaseException) -> str:
    """An error in words; a wish to end the program is one too."""
    if isinstance(error, SystemExit):
        return f"it asked to end the program (sys.exit({'' if error.code is None else repr(error.code)}))"
    return f"{type(error).__name__}: {error}"


def _line_in(kind: type[Strategy], error: BaseException) -> str:
    """The last line of a strategy's own file on the way to an error; empty where none was passed."""
    file = getattr(sys.modules.get(kind.__module__), "__file__", None)
    passed = [at for at in extract_tb(error.__traceback__) if at.filename == file]
    return f" ({PurePath(passed[-1].filename).name}, line {passed[-1].lineno})" if passed else ""
