"""How sure one may be of a share: hit rates, false promotions, coverage."""

import math
from statistics import NormalDist

from tradewright.validation.figure import Interval

METHOD = "Wilson score"


def wilson_interval(successes: int, trials: int, level: float = 0.95) -> Interval:
    """Where the true share plausibly lies after so many successes in so many independent trials.

    Units: shares, inside 0 and 1, and wider than a point even at 0 or all successes.
    Property: covers the truth about as often as `level` says, averaged over true shares; measured in
    tests/validation/test_proportion.py.
    Source: Wilson (1927), Journal of the American Statistical Association 22(158).
    Raises: ValueError where the counts do not fit or `level` is no probability.
    """
    if not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} successes in {trials} trials is no count")
    if not 0.0 < level < 1.0:
        raise ValueError(f"level {level}: give a probability between 0 and 1")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2.0) / (1.0 + weight)
    reach = z * math.sqrt(share * (1.0 - share) / trials + weight / (4.0 * trials)) / (1.0 + weight)
    # At the ends the bound is 0 or 1 exactly; rounding must not put it beside.
    low = 0.0 if successes == 0 else max(middle - reach, 0.0)
    high = 1.0 if successes == trials else min(middle + reach, 1.0)
    return Interval(low, high, level, METHOD, 1.0, 0)
