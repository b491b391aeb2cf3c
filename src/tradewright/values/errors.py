"""Everything this package raises on purpose, each with its mend.

TradewrightError
├── Misuse                the caller asked for something that does not exist (exit code 2)
│   ├── UnknownName       a name that is nearly another: says which
│   └── InvalidOption     a value outside what holds
└── Failure               the request was sound but could not be carried out (exit code 1)
    ├── BadInput          a file's content: says file, line, column and value
    ├── NotFound          a dataset, snapshot or run that is not there
    ├── Blocked           quality findings, a gate or a missing record stand in the way
    │   └── MissingLibrary    an optional library that is not installed
    ├── StorageFailure    disk full, read-only or damaged
    ├── LostDevice        an accelerator that does not answer any more (exit code 4)
    └── Interrupted       stopped by the user; what was finished is kept and marked
"""

from collections.abc import Iterable
from difflib import get_close_matches


class TradewrightError(Exception):
    """Base of all expected errors: one readable line, then how to mend it."""

    def __init__(self, what: str, mend: str = "") -> None:
        """`what` says what was given and what holds; `mend` says what to type instead."""
        super().__init__(f"{what} {mend}".strip())
        self.what = what
        self.mend = mend


class Misuse(TradewrightError):
    """The caller asked for something that does not exist."""


class UnknownName(Misuse):
    """A name that is not known, with the nearest one that is."""


class InvalidOption(Misuse):
    """A value outside what holds."""


class Failure(TradewrightError):
    """The request was sound but could not be carried out."""


class BadInput(Failure):
    """A file holds something that cannot be true; nothing of it was taken."""


class NotFound(Failure):
    """A dataset, snapshot or run that is not there."""


class Blocked(Failure):
    """Findings, gates or missing records stand in the way."""


class MissingLibrary(Blocked):
    """A library that only some parts need is not installed; says which, and what installs it."""


class StorageFailure(Failure):
    """The disk is full, read-only or damaged; what was there before is intact."""


class LostDevice(Failure):
    """An accelerator does not answer any more; what was kept before goes on elsewhere."""


class Interrupted(Failure):
    """Stopped by the user; what was finished is kept and marked as partial."""


def unknown_name(given: str, kind: str, known: Iterable[str]) -> UnknownName:
    """The error for a misspelt name: says the nearest known one and lists the rest."""
    names = sorted(known)
    folded = {name.casefold(): name for name in reversed(names)}
    near = get_close_matches(given.casefold(), folded, n=1, cutoff=0.5)
    hint = f"Did you mean '{folded[near[0]]}'? " if near else ""
    article = "an" if kind[:1] in "aeiou" else "a"
    return UnknownName(f"'{given}' is not {article} {kind}.", f"{hint}Known: {', '.join(names) or 'none'}.")
