"""The default of backtests: nothing binds but what is always wrong, so that an idea is seen whole.

An order without a size, or for a name without a price, is refused here too. What a strategy would meet live
is seen by running it again under `conservative`, `balanced` or `aggressive`.
"""

from dataclasses import fields

from tradewright.execution.limits.contract import Limits

NEEDS = tuple(field.name for field in fields(Limits) if field.name.startswith("needs_"))
RESEARCH = Limits(name="research", **dict.fromkeys(NEEDS, 0))
