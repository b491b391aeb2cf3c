"""The ordered list of the 23 checks: they are asked in this order, and the first refusal stands.

What concerns instrument and numbers comes first, then size and money, then how the machine behaves,
then losses and the state of the system. The last asks whether the decision can be written down at all.
"""

from tradewright.execution.checks import exposure, instrument, losses, pace, price, size, system
from tradewright.execution.checks.contract import Check

CHECKS = (
    Check(1, instrument.tradable, binds_exits=True),
    Check(2, instrument.restricted, binds_exits=True),
    Check(3, instrument.conform, binds_exits=True),
    Check(4, price.fresh_price),
    Check(5, price.collar, binds_exits=True),
    Check(6, size.order_size),
    Check(7, exposure.exposure),
    Check(8, size.unexecuted),
    Check(9, size.buying_power),
    Check(10, pace.pace, judges_cancels=True),
    Check(11, pace.duplicate, binds_exits=True),
    Check(12, pace.parent_order, binds_exits=True),
    Check(13, pace.execution_loop, binds_exits=True),
    Check(14, pace.self_match, binds_exits=True),
    Check(15, losses.losses),
    Check(16, exposure.stage_capital),
    Check(17, price.phase, binds_exits=True),
    Check(18, system.freshness),
    Check(19, system.session, binds_exits=True),
    Check(20, exposure.borrow),
    Check(21, system.attestation),
    Check(22, system.bounded_exit, binds_exits=True),
    Check(23, system.decision_log, binds_exits=True, judges_cancels=True),
)
FOR_EXITS = tuple(check for check in CHECKS if check.binds_exits)
FOR_CANCELS = tuple(check for check in CHECKS if check.judges_cancels)
