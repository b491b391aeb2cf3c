"""The optimistic answer: small costs, no commission, cheap money.

What a patient trader of large US stocks might get on good days. The band a run reports is of readings of its
bars under one profile, not of profiles: to see this edge, run it again under this one.

Spread and impact: as in `realistic` x 0.7, with a coefficient of 0.5, the lower end of what the literature
finds for the square-root law. Commission: zero, as large US retail brokers charge since October 2019; fees
on sales are the law's. Participation: 11 % of the bar. Latency: 2 to 20 ms.
Cash: 2 % a year, about half a point under the average three-month bill of 1990-2022. Margin: 4 %, about a
point and a half over it. Borrow: 0.25 %, the value-weighted mean fee in D'Avolio (2002), The market for
borrowing stock, Journal of Financial Economics 66.
"""

from tradewright.execution.profiles.us_fees import US_FEES
from tradewright.execution.profiles.us_settlement import US_SETTLEMENT
from tradewright.values.profile import ExecutionProfile

IDEALISTIC = ExecutionProfile(
    name="idealistic",
    half_spread_bps=2.0,
    slippage_multiple=0.7,
    commission_bps=0.0,
    commission_per_share_usd=0.0,
    commission_minimum_usd=0.0,
    participation=0.10,
    partial_fill_multiple=1.1,
    cash_rate=0.02,
    margin_rate=0.04,
    borrow_rate=0.0025,
    spread_scale_bps=2.08,
    impact_coefficient=0.5,
    latency_low_ms=2.0,
    latency_high_ms=20.0,
    reject_share=0.0,
    fee_schedule=US_FEES,
    settlement_schedule=US_SETTLEMENT,
    conversion_bps=2.0,
)
