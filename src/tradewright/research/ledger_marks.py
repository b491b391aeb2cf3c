"""Whether the ledger still holds all that earlier runs saw in it: rows cut off its end show, and a new one.

The chain inside the ledger cannot know of rows that were removed from its very end. Each run's manifest notes
how far the ledger went, so a ledger that does not lead there any more has lost tries, and counts too few.
"""

from collections.abc import Sequence

from tradewright.research.trials import TrialLedger
from tradewright.runs.manifest import Manifest


def lost_rows(ledger: TrialLedger | None, runs: Sequence[Manifest]) -> str:
    """What is missing in words, by the run that saw most of it; empty where every run's mark is there.

    `ledger` is None where there is no file of it.
    """
    marked = sorted((run for run in runs if run.ledger.rows), key=lambda run: -run.ledger.rows)
    if ledger is None:
        return f"the ledger of trials is gone: {_saw(marked[0])}" if marked else ""
    kept = ledger.hashes([run.ledger.rows for run in marked])
    for run in marked:
        if kept.get(run.ledger.rows) != run.ledger.head:
            return _words(run, ledger.mark().rows)
    return ""


def _words(run: Manifest, rows: int) -> str:
    if rows >= run.ledger.rows:
        return f"the ledger of trials is another one than before: {_saw(run)} that led elsewhere"
    return f"the ledger of trials was cut: {_saw(run)}, {rows:,} {'is' if rows == 1 else 'are'} left"


def _saw(run: Manifest) -> str:
    """How much of the ledger a run saw."""
    return f"run {run.run_id} saw {run.ledger.rows:,} {'row' if run.ledger.rows == 1 else 'rows'}"
