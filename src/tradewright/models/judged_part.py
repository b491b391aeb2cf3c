"""The part of what is learnt from that judges: when to stop, and how far forecasts miss. It never teaches."""

import math

import numpy as np

from tradewright.models.table import Examples
from tradewright.values.errors import InvalidOption

# Outcomes of each horizon on either side of the cut: a deviation of 20 is known to about one part in six.
LEAST_OUTCOMES = 20


def judged_part(
    examples: Examples, share: float, horizons_bars: tuple[int, ...], kind: str
) -> tuple[Examples, Examples]:
    """Examples that teach and, after a cut, examples that judge; no outcome of the first reaches the second.

    `share` is the second ones' part of all distinct instants, `kind` what is said to need them.
    Raises: InvalidOption, with about how many more rows are needed, where a horizon has fewer than
    `LEAST_OUTCOMES` outcomes on a side.
    """
    early, late = examples.parted(share)
    taught, judged = (np.isfinite(part.outcomes()).sum(axis=0) for part in (early, late))
    # The longest first: rows that are enough for it are enough for all.
    for place in reversed(range(len(horizons_bars))):
        if min(taught[place], judged[place]) < LEAST_OUTCOMES:
            raise InvalidOption(
                f"{kind} needs {LEAST_OUTCOMES} outcomes of each horizon to learn from and {LEAST_OUTCOMES} "
                f"to be judged on; of horizon {horizons_bars[place]} there are {taught[place]} and "
                f"{judged[place]}.",
                f"Give about {_more_rows(examples, share, place)} more rows, or leave that horizon out.",
            )
    return early, late


def _more_rows(examples: Examples, share: float, place: int) -> int:
    """Rows that bring enough outcomes of a horizon on either side of the cut, of as many symbols as now."""
    moments = np.unique(examples.at[:, 1])
    known = np.unique(examples.at[np.isfinite(examples.outcomes()[:, place]), 1])
    # Whose outcome is not known yet: so many are lost at the end, and as many to the purge before the cut.
    lost = len(moments) - len(known) + 1
    wanted = LEAST_OUTCOMES / (len(examples) / len(moments)) + lost
    # One more on top: the cut falls on a whole row.
    return math.ceil(wanted / min(share, 1.0 - share)) + 1 - len(moments)
