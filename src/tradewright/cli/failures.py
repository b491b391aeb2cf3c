"""Whatever goes wrong, as one readable line on stderr and an exit code."""

import sys
import traceback

import typer
from typer.exceptions import TyperException

FAILED, MISUSED, INTERRUPTED = 1, 2, 130
CANNOT_TELL, LOST_DEVICE = 3, 4
STOPPED = "interrupted: nothing half-done was kept."


def told(error: BaseException, debug: bool) -> int:
    """Tell a person what went wrong and how to mend it; gives the exit code."""
    if debug and not isinstance(error, SystemExit):
        traceback.print_exception(error)
    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    if isinstance(error, KeyboardInterrupt | typer.Abort):
        say(STOPPED)
        return INTERRUPTED
    if isinstance(error, TyperException):
        return _misused(error)
    return _failed(error)


def say(words: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"{words}\n")


def _misused(error: TyperException) -> int:
    """What typer refused: an unknown verb or option, a missing argument."""
    context = getattr(error, "ctx", None)
    words = error.format_message().strip()
    if not words:
        # A group without a verb: its help has been printed already.
        return MISUSED
    verb = context.command_path if context is not None else "tradewright"
    line = " ".join(words.split())
    say(f"error: {line if line[-1] in '.?!' else f'{line}.'} See: {verb} --help")
    return error.exit_code


def _failed(error: BaseException) -> int:
    """What the package raised on purpose, what the system said, or what nobody foresaw."""
    from tradewright.values.errors import Interrupted, LostDevice, Misuse, TradewrightError

    if isinstance(error, TradewrightError):
        say(f"error: {error}")
        codes = {Misuse: MISUSED, Interrupted: INTERRUPTED, LostDevice: LOST_DEVICE}
        return next((code for kind, code in codes.items() if isinstance(error, kind)), FAILED)
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        say(f"error: {place}{(error.strerror or str(error)).lower()}.")
        return FAILED
    said = " ".join(str(error).split())[:300]
    say(f"error: {type(error).__name__}: {said} (not foreseen; --debug shows the trace)")
    return FAILED
