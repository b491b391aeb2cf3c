"""The records of earlier tries on a hypothesis, read from the ledger to be priced with a study's own.

A try without a record counts as worthless and unrelated, which is dear and can be wrong by a lot; one with a
record is held against the others as it is.
"""

import json

import numpy as np

from tradewright.research.plan import Plan
from tradewright.research.result_series import Named, named_in
from tradewright.research.trials import TrialLedger
from tradewright.research.trying import NOTHING, Curves, matched_at
from tradewright.validation.performance import cash_returns
from tradewright.validation.sharpe import SMALLEST_DEVIATION
from tradewright.values.panel import Floats, Ints

# More records than this are not held in memory; the oldest beyond it are counted without their record.
MOST_READ = 10_000


def earlier_tries(plan: Plan, ledger: TrialLedger, until: int) -> dict[str, Curves]:
    """Curves by trial of what was tried up to row `until`, relatives by forks included, on the study's bars.

    Left out are the study's own configurations, and records that do not cover its common bars one by one,
    could not decide yet on the first of them, or are told in another currency: those stay counted, and are
    priced as tries without a record.
    Raises: StorageFailure where a series is gone or is not what was written.
    """
    every = _named(plan, ledger, until)
    named = {trial: one for trial, one in every.items() if _is_comparable(plan, one)}
    clocks = list(dict.fromkeys(one.instants for one in named.values()))
    times = zip(clocks, ledger.series(clocks), strict=True)
    places = {name: _place(plan, np.frombuffer(content, "<i8")) for name, content in times}
    inside = [(trial, one) for trial, one in named.items() if places[one.instants] is not None][-MOST_READ:]
    contents = ledger.series([one.returns for _, one in inside])
    return {
        trial: _curves(plan, one, np.frombuffer(content, "<f8"), places[one.instants] or 0)
        for (trial, one), content in zip(inside, contents, strict=True)
    }


def _named(plan: Plan, ledger: TrialLedger, until: int) -> dict[str, Named]:
    """The newest series of each trial that is not one of the plan's points, in the order of their rows."""
    own = {point.trial for point in plan.points}
    newest: dict[str, Named] = {}
    for row, event in ledger.rows_of(ledger.family(plan.options.hypothesis.id, until)):
        named = named_in(json.loads(event.body)) if row <= until and event.trial not in own else None
        if named is not None:
            newest.pop(event.trial, None)
            newest[event.trial] = named
    return newest


def _is_comparable(plan: Plan, named: Named) -> bool:
    """In the study's currency, and awake from its first common bar on: a warm-up in cash is no result."""
    awake = named.since is not None and named.since <= plan.panel.instants[plan.common_start]
    return awake and named.currency == plan.panel.currency


def _place(plan: Plan, instants: Ints) -> int | None:
    """Where the study's common bars stand among a record's; None where they are not all there, and alone."""
    common = plan.panel.instants[plan.common_start :]
    at = int(np.searchsorted(instants, common[0]))
    return at if np.array_equal(instants[at : at + len(common)], common) else None


def _curves(plan: Plan, named: Named, returns: Floats, at: int) -> Curves:
    """A record on the common bars, above cash and above the benchmark at the exposure it was kept with."""
    start = plan.common_start
    cash = cash_returns(plan.panel.instants, plan.profile.cash_rate)[start:]
    own = np.asarray(returns[at : at + len(cash)], dtype=np.float64)
    over = own - matched_at(plan, named.exposure, start)
    return Curves(_moving(own - cash), _moving(over), NOTHING, NOTHING)


def _moving(excess: Floats) -> Floats:
    """A record that never moves, such as cash at another rate, stands still: counted, and wins nothing."""
    return excess if not np.ptp(excess) <= SMALLEST_DEVIATION else np.zeros(len(excess))
