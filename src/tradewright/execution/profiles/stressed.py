"""The pessimistic answer: wide spreads, thin bars, dear money.

What trading costs when everybody wants the same door. The band a run reports is of readings of its bars
under one profile, not of profiles: to see this edge, run it again under this one.

Spread and impact: as in `realistic` x 1.6 with a coefficient of 1, the upper end of what the literature
finds for the square-root law; where the data do not tell, half the spread is 5 bp x 1.6 = 8 bp.
Commission: as in `realistic`. Participation: 7.5 % of the bar. Latency: 80 to 500 ms. Two orders in a hundred
are rejected and gone: whoever still wants them has to decide again.
Cash earns nothing and margin costs 9 %. Borrow: 5 %, just above the mean fee of 4.3 % that D'Avolio
(2002) finds for the stocks that are hard to borrow.
"""

from tradewright.execution.profiles.us_fees import US_FEES
from tradewright.execution.profiles.us_settlement import US_SETTLEMENT
from tradewright.values.profile import ExecutionProfile

STRESSED = ExecutionProfile(
    name="stressed",
    half_spread_bps=5.0,
    slippage_multiple=1.6,
    commission_bps=0.0,
    commission_per_share_usd=0.005,
    commission_minimum_usd=1.0,
    participation=0.10,
    partial_fill_multiple=0.75,
    cash_rate=0.0,
    margin_rate=0.09,
    borrow_rate=0.05,
    spread_scale_bps=2.08,
    impact_coefficient=1.0,
    latency_low_ms=80.0,
    latency_high_ms=500.0,
    reject_share=0.02,
    fee_schedule=US_FEES,
    settlement_schedule=US_SETTLEMENT,
    conversion_bps=30.0,
)
